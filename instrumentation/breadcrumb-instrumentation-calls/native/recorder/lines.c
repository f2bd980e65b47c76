/* Lines of the functions that were chosen for it: found here, read and written by Python (lines.py). */
#include "event.h"

PyObject *
frame_variables(FrameKey frame)
{
    PyCodeObject *code = frame_code(frame);
    PyObject *variables = PyDict_New();
    for (int i = 0; variables != NULL && i < code->co_nlocalsplus; i++) {
        PyObject *name = PyTuple_GET_ITEM(code->co_localsplusnames, i);
        PyObject *value = frame_variable(frame, i, name);
        if (value != NULL && PyDict_SetItem(variables, name, value) < 0) {
            Py_CLEAR(variables);
        }
        Py_XDECREF(value);
    }
    return variables;
}

int
note_line(const Event *event, PyObject *line)
{
    Recorder *self = event->self;
    int64_t now = monotonic_ns();
    Thread *thread = thread_here(self);
    if (thread == NULL || greenlets_return(self, thread, event->frame, now) < 0) {
        return -1;
    }
    size_t depth = thread_find(thread, event->frame, event->code);
    Call *call = depth == 0 ? NULL : thread->now->running[depth - 1].call;
    if (call == NULL || !call->sampled || call->inherited) {
        return 0;
    }
    if (call->lines == NULL) {
        PyObject *lines = PyObject_CallMethod((PyObject *)self, "_lines", "(O)", call->code->info);
        if (lines == NULL) {
            return -1;
        }
        call->lines = lines;
    }
    PyObject *lines = Py_NewRef(call->lines); /* a signal handler may end the call meanwhile */
    long long offset = now - call->start_ns;
    PyObject *variables = frame_variables(event->frame);
    PyObject *told = variables == NULL ? NULL : PyObject_CallMethod(lines, "line", "OOL", variables, line, offset);
    Py_XDECREF(variables);
    Py_DECREF(lines);
    Py_XDECREF(told);
    return told == NULL ? -1 : 0;
}
