/* Watched functions of the standard library that hand work on or take it up: the two busiest are crossed here,
   the others in bridges.py. */
#include "event.h"

/* What is made now, a task or callback, runs in a copy of the context: it names the current call. */
static int
schedule(const Event *event, Thread *thread, Call *call)
{
    Recorder *self = event->self;
    PyObject *current = call_as_parent(self, call);
    PyObject *token = current == NULL ? NULL : PyContextVar_Set(self->scheduler, current);
    if (token == NULL) {
        return -1;
    }
    if (thread_schedules(thread, event->frame, token) < 0) {
        Py_DECREF(token);
        return -1;
    }
    return 0;
}

/* What a task is given as its context, borrowed: newer versions of asyncio take it among `**kwargs`. */
static PyObject *
given_context(FrameKey frame)
{
    PyObject *context = frame_parameter(frame, "context");
    if (context != NULL) {
        return context;
    }
    PyObject *others = frame_parameter(frame, "kwargs");
    return others != NULL && PyDict_CheckExact(others) ? PyDict_GetItemString(others, "context") : NULL;
}

/* Where a task gets a context instead of a copy of the present one, that one names the call. */
static int
name_in_context(const Event *event, Call *call)
{
    PyObject *context = given_context(event->frame);
    if (context == NULL || context == Py_None) {
        return 0;
    }
    PyObject *named = PyObject_CallMethod((PyObject *)event->self, "_name_in", "OO", context, call->as_parent);
    Py_XDECREF(named);
    return named == NULL ? -1 : 0;
}

int
enter_bridge(const Event *event)
{
    Recorder *self = event->self;
    const Code *code = event->code;
    Thread *thread = thread_here(self);
    if (thread == NULL || thread->muted) {
        return thread == NULL ? -1 : 0;
    }
    if (greenlets_follow(self, thread, event->frame, monotonic_ns()) < 0) {
        return -1;
    }
    if (code->bridge == RUNS_CALLBACK) {
        return strand_push(thread->now, (Entry){.frame = event->frame});
    }
    Call *call;
    if (place_running(self, thread, &call) < 0) {
        return -1;
    }
    if (code->bridge == SCHEDULES || code->bridge == MAKES_TASK) {
        int result = call == NULL ? 0 : schedule(event, thread, call);
        return call == NULL || result < 0 || code->bridge == SCHEDULES ? result : name_in_context(event, call);
    }
    PyObject *current = Py_XNewRef(call == NULL ? Py_None : call_as_parent(self, call));
    if (current == NULL) {
        return -1;
    }
    PyObject *entered =
        PyObject_CallMethod((PyObject *)self, "_enter_bridge", "OOOO", code->info, frame_object(), thread, current);
    Py_DECREF(current);
    Py_XDECREF(entered);
    return entered == NULL ? -1 : 0;
}

int
leave_bridge(const Event *event)
{
    Recorder *self = event->self;
    const Code *code = event->code;
    Thread *thread = thread_here(self);
    if (thread == NULL || greenlets_return(self, thread, event->frame, monotonic_ns()) < 0) {
        return -1;
    }
    if (code->bridge == RUNS_CALLBACK) {
        thread_leave(thread, event->frame);
        return 0;
    }
    if (code->bridge == SCHEDULES || code->bridge == MAKES_TASK) {
        PyObject *token = thread_scheduled(thread, event->frame);
        int result = token == NULL ? 0 : PyContextVar_Reset(self->scheduler, token);
        Py_XDECREF(token);
        return result;
    }
    PyObject *left = PyObject_CallMethod((PyObject *)self, "_leave_bridge", "OOO", code->info, frame_object(), thread);
    Py_XDECREF(left);
    return left == NULL ? -1 : 0;
}
