/* Generators and coroutines that run or wait, as `_suspendable` of values/system_types.py has them. Of others their frame
   is asked for, which hooks of the program may hear of: they are Python's. */
#include "writer.h"

static const char *const STATES[] = {[SUSPENDABLE_RUNNING] = "running", [SUSPENDABLE_WAITING] = "suspended"};

/* 1 or 0; -1 with an exception set. */
static int
is_so(PyObject *value, const char *attribute)
{
    PyObject *answer = PyObject_GetAttrString(value, attribute);
    Py_XDECREF(answer);
    return answer == NULL ? -1 : answer == Py_True;
}

int
suspendable_state(PyObject *value)
{
    int is_coroutine = PyCoro_CheckExact(value), is_plain = PyGen_CheckExact(value);
    int is = is_so(value, is_plain ? "gi_running" : is_coroutine ? "cr_running" : "ag_running");
    if (is) {
        return is < 0 ? -1 : SUSPENDABLE_RUNNING;
    }
    is = is_so(value, is_plain ? "gi_suspended" : is_coroutine ? "cr_suspended" : "ag_suspended");
    return is < 0 ? -1 : is ? SUSPENDABLE_WAITING : SUSPENDABLE_OTHERWISE;
}

PyObject *
suspendable_name(PyObject *value)
{
    return PyObject_GetAttrString(value, "__qualname__");
}

/* A member that is a str; takes the reference. */
static int
write_member(Writer *writer, const char *name, PyObject *value, Py_ssize_t depth)
{
    int failed =
        value == NULL || text_ascii(writer->text, name, strlen(name)) < 0 || writer_value(writer, value, depth + 1) < 0;
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

/* The same of one that was noted otherwise. */
static int
write_noted(Writer *writer, const char *name, PyObject *value, Py_ssize_t depth)
{
    Replays *notes = writer->notes;
    writer->notes = NULL;
    int failed = write_member(writer, name, value, depth);
    writer->notes = notes;
    return failed;
}

int
write_suspendable(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    int state = suspendable_state(value);
    PyObject *name = state > SUSPENDABLE_OTHERWISE ? suspendable_name(value) : NULL;
    if (name == NULL || !PyUnicode_CheckExact(name) || !PyUnicode_IS_ASCII(name)) {
        Py_XDECREF(name);
        replay_forgo(writer);
        return state < 0 || PyErr_Occurred() ? -1 : write_summary(writer, value, plan, depth);
    }
    NOTE(writer, NULL, state);
    PyObject *head = Py_NewRef(plan->head);
    int failed = text_str(writer->text, head) < 0 ||
                 write_noted(writer, ", \"@id\": ", PyUnicode_FromFormat("%zx", (size_t)value), depth) < 0;
    Py_DECREF(head);
    failed = write_member(writer, ", \"@name\": ", name, depth) < 0 || failed;
    failed = failed || write_noted(writer, ", \"state\": ", PyUnicode_FromString(STATES[state]), depth) < 0;
    return failed ? -1 : APPEND(writer, "}");
}
