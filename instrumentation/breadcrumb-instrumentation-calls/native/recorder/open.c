/* Calls that have started and not ended: told of while they run, kept for a fork, its parent's in the child. */
#include "recorder.h"
#include "interpreter/ids.h"

/* What is done with each call that has started and not ended; -1 stops with an exception set. */
typedef int (*Visit)(Recorder *self, Call *call, PyObject *arg);

static int
each_of(Recorder *self, const Strand *strand, Visit visit, PyObject *arg)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < strand->depth; i++) {
        result = strand->running[i].call == NULL ? 0 : visit(self, strand->running[i].call, arg);
    }
    return result;
}

static int
each_open_call(Recorder *self, Visit visit, PyObject *arg)
{
    PyObject *threads = PyDict_Values(self->threads);
    int result = threads == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; result == 0 && i < PyList_GET_SIZE(threads); i++) {
        Thread *thread = (Thread *)PyList_GET_ITEM(threads, i);
        if (thread->base.greenlet == NULL) {
            result = each_of(self, &thread->base, visit, arg);
        }
        for (size_t k = 0; result == 0 && k < thread->strand_room; k++) {
            result = thread->strands[k] == NULL ? 0 : each_of(self, thread->strands[k], visit, arg);
        }
    }
    for (size_t i = 0; result == 0 && i < self->calls.bucket_count; i++) {
        for (Call *call = self->calls.buckets[i]; result == 0 && call != NULL; call = call->next) {
            result = visit(self, call, arg);
        }
    }
    Py_XDECREF(threads);
    return result;
}

static PyObject *
arguments_of(const Call *call)
{
    Text text;
    text_init(&text);
    PyObject *args = values_append_arguments(&text, call->code->parameters, call->args, (int)call->arg_count) < 0
                         ? NULL
                         : PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.size, "strict");
    text_free(&text);
    return args;
}

/* Nothing here runs Python code (nor does the collector, from 3.12 on), so no call ends while it is looked at. */
static PyObject *
as_open(Recorder *self, const Call *call)
{
    PyObject *trace_id = trace_number(call->trace_id);
    PyObject *args = arguments_of(call);
    if (trace_id == NULL || args == NULL) {
        Py_XDECREF(trace_id);
        Py_XDECREF(args);
        return NULL;
    }
    return Py_BuildValue("(ONKKIKKKKLN)", call->code->info, trace_id, (unsigned long long)call->span_id,
                         (unsigned long long)call->parent_id, call->depth, (unsigned long long)call->stack->number,
                         (unsigned long long)call->ordinal, (unsigned long long)call->thread,
                         (unsigned long long)call->task, (long long)call->start_ns, args);
}

static int
append_open(Recorder *self, Call *call, PyObject *list)
{
    if (!call->sampled || call->inherited) {
        return 0;
    }
    PyObject *open = as_open(self, call);
    int result = open == NULL ? -1 : PyList_Append(list, open);
    Py_XDECREF(open);
    return result;
}

static int64_t newly_open_age; /* only while newly_open runs, which lets no other thread in */

/* A call of a sampled function is not told of, and so kept, unless something hangs below it or this is the end. */
static int
append_newly_open(Recorder *self, Call *call, PyObject *list)
{
    int is_last = newly_open_age == 0;
    if (call->told || !call->sampled || call->inherited || monotonic_ns() - call->start_ns < newly_open_age ||
        !(is_last || call->holds || !tally_is_sampled(&call->code->tally))) {
        return 0;
    }
    call->told = 1;
    call->holds++;
    return append_open(self, call, list);
}

static PyObject *
listed(Recorder *self, Visit visit)
{
    PyObject *list = PyList_New(0);
    if (list != NULL && each_open_call(self, visit, list) < 0) {
        Py_CLEAR(list);
    }
    return list;
}

PyObject *
recorder_open_calls(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    return listed((Recorder *)op, append_open);
}

PyObject *
recorder_newly_open(PyObject *op, PyObject *age)
{
    long long ns = PyLong_AsLongLong(age);
    if (PyErr_Occurred()) {
        return NULL;
    }
    newly_open_age = ns;
    return listed((Recorder *)op, append_newly_open);
}

static int
hold(Recorder *self, Call *call, PyObject *arg)
{
    call->holds++;
    return 0;
}

PyObject *
recorder_forking(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    if (each_open_call((Recorder *)op, hold, NULL) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static int
inherit(Recorder *self, Call *call, PyObject *arg)
{
    call->inherited = 1;
    call->known = NULL; /* the parent's */
    return 0;
}

PyObject *
recorder_inherit(PyObject *op, PyObject *args)
{
    Recorder *self = (Recorder *)op;
    const char *random;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "z#", &random, &size) || (random != NULL && recorder_seed(self, random, size) < 0) ||
        each_open_call(self, inherit, NULL) < 0) {
        return NULL;
    }
    open_file_forget(&self->calls.open_file);
    for (Code *code = self->codes; code != NULL; code = code->next) {
        tally_forget(&code->tally);
    }
    Py_RETURN_NONE;
}
