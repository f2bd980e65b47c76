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
    int result = rule == NULL || read_number(rule, "rate", &to->rate) < 0 ||
                         read_number(rule, "first", &to->first) < 0 || read_number(rule, "slow", &to->slow) < 0 ||
                         read_number(rule, "share", &to->share) < 0 || read_number(rule, "of", &to->of) < 0 ||
                         read_number(rule, "hot_share", &to->hot_share) < 0 ||
                         read_number(rule, "hot_of", &to->hot_of) < 0 || read_number(rule, "every", &to->every) < 0
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
is_chosen(Tally *tally, int64_t now, int64_t duration, int bare, int64_t cap)
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
    if (tally->cost_ns / 2 > cap && !tally_is_sampled(tally)) {
        tally->was_dear = 1;
        int64_t first = rule->first < FEW ? rule->first : FEW;
        return !bare || tally->calls <= first || duration >= rule->slow * (tally->total_ns / tally->calls);
    }
    tally->credit += tally->share;
    if (tally->credit >= tally->of) {
        tally->credit -= tally->of;
        return 1;
    }
    return tally->calls <= rule->first || (tally->is_hot && duration >= tally->slow_ns);
}

/* The sign of a number as a kind has it. */
static uintptr_t
sign_of(double number)
{
    return number > 0 ? 1 : number < 0 ? 2 : number == 0 ? 3 : 4;
}

static int
is_empty(PyObject *value, PyTypeObject *type)
{
    return type == &PyUnicode_Type ? PyUnicode_GET_LENGTH(value) == 0
           : type == &PyDict_Type  ? PyDict_GET_SIZE(value) == 0
           : type == &PySet_Type   ? PySet_GET_SIZE(value) == 0
                                   : Py_SIZE(value) == 0;
}

uintptr_t
kind_of(PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    if (value == Py_None || type == &PyBool_Type) {
        return (uintptr_t)value;
    }
    if (type == &PyLong_Type) {
        int beyond;
        long long number = PyLong_AsLongLongAndOverflow(value, &beyond);
        return (uintptr_t)type + sign_of(beyond ? beyond : (double)number);
    }
    if (type == &PyFloat_Type) {
        return (uintptr_t)type + sign_of(PyFloat_AS_DOUBLE(value));
    }
    int is_sized = type == &PyUnicode_Type || type == &PyBytes_Type || type == &PyList_Type || type == &PyTuple_Type ||
                   type == &PyDict_Type || type == &PySet_Type;
    return (uintptr_t)type + (is_sized ? 1 + (uintptr_t)is_empty(value, type) : 0);
}

/* Whether there was no return value of this kind yet. */
static int
is_first_of(Tally *tally, uintptr_t kind)
{
    for (int i = 0; i < tally->kind_count; i++) {
        if (tally->kinds[i] == kind) {
            return 0;
        }
    }
    if (kind == 0 || tally->kind_count == KINDS || tally_is_sampled(tally)) {
        return 0;
    }
    tally->kinds[(int)tally->kind_count++] = kind;
    return 1;
}

int
tally_keeps(Tally *tally, int64_t now, int64_t duration, int64_t self, int must_stay, uintptr_t kind, int bare,
            int64_t cap)
{
    tally->calls++;
    tally->total_ns += duration;
    if (duration > tally->max_ns) {
        tally->max_ns = duration;
    }
    if (duration < tally->min_ns || tally->calls == 1) {
        tally->min_ns = duration;
    }
    int chosen = is_chosen(tally, now, duration, bare, cap);
    int is_new = is_first_of(tally, kind);
    if (is_new || chosen || must_stay) {
        tally->bare += bare;
        return bare && !is_new ? STAYS : WHOLE;
    }
    tally->thinned++;
    tally->thinned_ns += duration;
    tally->thinned_self_ns += self;
    return GOES;
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
        write_number(python, "thinned_self_ns", tally->thinned_self_ns) < 0 ||
        write_number(python, "bare", tally->bare) < 0 ||
        PyObject_SetAttrString(python, "was_dear", tally->was_dear ? Py_True : Py_False) < 0) {
        return -1;
    }
    return PyObject_SetAttrString(python, "was_hot", tally->was_hot ? Py_True : Py_False);
}
