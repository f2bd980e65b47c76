/* The same steps in the same order as thinning.py: the tests compare the two call by call. */
#include "thinning.h"

#define WINDOW_NS 1000000000

static void
turn(Tally *tally, int hot)
{
    const Rule *rule = &tally->rule;
    if (hot) {
        tally->slow_ns = rule->slow * tally->window_ns / (tally->window_calls ? tally->window_calls : 1);
        tally->was_hot = 1;
    }
    int64_t share = hot ? rule->hot_share : rule->share, of = hot ? rule->hot_of : rule->of;
    if (share != tally->share || of != tally->of) {
        tally->share = share;
        tally->of = of;
        tally->credit = of - 1;
    }
    tally->is_hot = (char)hot;
}

void
tally_forget(Tally *tally)
{
    *tally = (Tally){.rule = tally->rule, .window_start_ns = -WINDOW_NS};
    turn(tally, 0);
}

static int
read_number(PyObject *rule, const char *name, int64_t *number)
{
    PyObject *value = PyObject_GetAttrString(rule, name);
    if (value == NULL) {
        return -1;
    }
    *number = PyLong_AsLongLong(value);
    Py_DECREF(value);
    return *number == -1 && PyErr_Occurred() ? -1 : 0;
}

int
tally_init(Tally *tally, PyObject *python)
{
    Rule *to = &tally->rule;
    PyObject *rule = PyObject_GetAttrString(python, "rule");
    int result = rule == NULL || read_number(rule, "rate", &to->rate) < 0 || read_number(rule, "first", &to->first) < 0 ||
                         read_number(rule, "slow", &to->slow) < 0 || read_number(rule, "share", &to->share) < 0 ||
                         read_number(rule, "of", &to->of) < 0 || read_number(rule, "hot_share", &to->hot_share) < 0 ||
                         read_number(rule, "hot_of", &to->hot_of) < 0
                     ? -1
                     : 0;
    Py_XDECREF(rule);
    if (result == 0) {
        tally_forget(tally);
    }
    return result;
}

/* Whether a call stays for what it is: of the share, one of the first, or slow. */
static int
is_chosen(Tally *tally, int64_t now, int64_t duration)
{
    const Rule *rule = &tally->rule;
    int64_t elapsed = now - tally->window_start_ns;
    if (elapsed >= WINDOW_NS) {
        turn(tally, elapsed < 2 * (int64_t)WINDOW_NS && tally->window_calls > rule->rate);
        tally->window_start_ns = now;
        tally->window_calls = tally->window_ns = 0;
    }
    tally->window_calls++;
    tally->window_ns += duration;
    if (tally->window_calls > rule->rate && !tally->is_hot) {
        turn(tally, 1);
    }
    tally->credit += tally->share;
    if (tally->credit >= tally->of) {
        tally->credit -= tally->of;
        return 1;
    }
    return tally->calls <= rule->first || (tally->is_hot && duration >= tally->slow_ns);
}

int
tally_keeps(Tally *tally, int64_t now, int64_t duration, int64_t self, int must_stay)
{
    tally->calls++;
    tally->total_ns += duration;
    if (duration > tally->max_ns) {
        tally->max_ns = duration;
    }
    if (duration < tally->min_ns || tally->calls == 1) {
        tally->min_ns = duration;
    }
    if (is_chosen(tally, now, duration) || must_stay) {
        return 1;
    }
    tally->thinned++;
    tally->thinned_ns += duration;
    tally->thinned_self_ns += self;
    return 0;
}

static int
write_number(PyObject *python, const char *name, int64_t number)
{
    PyObject *value = PyLong_FromLongLong(number);
    int result = value == NULL ? -1 : PyObject_SetAttrString(python, name, value);
    Py_XDECREF(value);
    return result;
}

int
tally_tell(const Tally *tally, PyObject *python)
{
    if (write_number(python, "calls", tally->calls) < 0 || write_number(python, "total_ns", tally->total_ns) < 0 ||
        write_number(python, "min_ns", tally->min_ns) < 0 || write_number(python, "max_ns", tally->max_ns) < 0 ||
        write_number(python, "thinned", tally->thinned) < 0 ||
        write_number(python, "thinned_ns", tally->thinned_ns) < 0 ||
        write_number(python, "thinned_self_ns", tally->thinned_self_ns) < 0) {
        return -1;
    }
    return PyObject_SetAttrString(python, "was_hot", tally->was_hot ? Py_True : Py_False);
}
