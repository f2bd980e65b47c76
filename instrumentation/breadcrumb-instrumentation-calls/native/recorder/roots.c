/* Calls that no traced call made: they hang below whoever handed the work on, or begin a trace. Python is asked where a
   span of the program's may be around them, and where it is not plain that the trace is sampled. */
#include "recorder.h"
#include "interpreter/ids.h"

/* Who handed on the work that runs now, as `_handed_on` has it, but for who started the thread or process: a new
   reference, None for nobody; NULL with an exception set. */
static PyObject *
hander(Recorder *self, const Thread *thread, const Entry *top)
{
    PyObject *scheduler = NULL;
    if (top != NULL && top->parent != NULL) {
        return Py_NewRef(top->parent);
    }
    if (PyContextVar_Get(self->scheduler, NULL, &scheduler) < 0) {
        return NULL;
    }
    if (scheduler != NULL && scheduler != Py_None) {
        return scheduler;
    }
    Py_XDECREF(scheduler);
    Call *nearest = strand_innermost(thread->now);
    return nearest == NULL ? Py_NewRef(Py_None) : Py_XNewRef(call_as_parent(self, nearest));
}

/* Hang a call below a Parent: 1; 0 where a span may be attached in it, -1 with an exception set. */
static int
hang_from(Recorder *self, Call *call, PyObject *parent)
{
    if ((PyObject *)Py_TYPE(parent) != self->parent_type || PyTuple_GET_SIZE(parent) != 4) {
        return 0;
    }
    uint64_t span_id = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(parent, 1));
    int attached = PyErr_Occurred() ? -1 : span_may_be_attached(self, span_id, INT64_MAX);
    if (attached) {
        return attached < 0 ? -1 : 0;
    }
    call->parent_id = span_id;
    call->depth = (uint32_t)PyLong_AsUnsignedLong(PyTuple_GET_ITEM(parent, 2));
    call->sampled = PyTuple_GET_ITEM(parent, 3) == Py_True;
    return trace_bytes(PyTuple_GET_ITEM(parent, 0), call->trace_id) < 0 || PyErr_Occurred() ? -1 : 1;
}

/* Whether the provider has the sampler still of which it is known that it takes every trace. */
static int
takes_every_trace(Recorder *self)
{
    PyObject *sampler = self->sampler == Py_None ? NULL : PyObject_GetAttr(self->provider, self->sampler_name);
    int result = sampler != NULL && sampler == self->sampler;
    Py_XDECREF(sampler);
    PyErr_Clear(); /* Python finds the same, and counts it */
    return result;
}

/* Hang a call below nothing: 1; 0 where Python has a say in the trace's id or its sampling. */
static int
begin_trace(Recorder *self, Call *call)
{
    if (!self->own_ids || !takes_every_trace(self)) {
        return 0;
    }
    uint64_t halves[] = {random_id(self->random), random_id(self->random)};
    memcpy(call->trace_id, halves, sizeof(call->trace_id));
    call->parent_id = 0;
    call->depth = 0;
    call->sampled = 1;
    return 1;
}

/* The same for a call to which nobody handed work on: whoever started the thread, or the process, stands for that. */
static int
hang_below_starter(Recorder *self, const Thread *thread, Call *call)
{
    int attached = span_may_be_attached(self, ANY_SPAN, INT64_MAX);
    if (attached) {
        return attached < 0 ? -1 : 0;
    }
    PyObject *starter = thread->starter != NULL && thread->starter != Py_None ? thread->starter : self->starter;
    return starter == Py_None ? begin_trace(self, call) : hang_from(self, call, starter);
}

int
hang_as_handed_on(Recorder *self, const Thread *thread, Call *call)
{
    const Entry *top = thread_top(thread);
    if (top != NULL && top->loop != NULL) {
        return 0; /* its locals say who it was */
    }
    PyObject *parent = hander(self, thread, top);
    int result = parent == NULL      ? -1
                 : parent == Py_None ? hang_below_starter(self, thread, call)
                                     : hang_from(self, call, parent);
    Py_XDECREF(parent);
    return result;
}
