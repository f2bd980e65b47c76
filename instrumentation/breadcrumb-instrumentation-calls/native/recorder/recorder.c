/* The type `_recorder.Recorder`: what Python sets up, and what it asks of the recorder. */
#include "recorder.h"
#include "memory/block.h"
#include "calls/gaps.h"

#include <structmember.h>

_Thread_local Here recorder_here READ_OFTEN;
static uint64_t serials;

Thread *
recorder_thread(Recorder *self)
{
    PyObject *thread = PyObject_CallMethod((PyObject *)self, "_thread", NULL);
    if (thread == NULL) {
        return NULL;
    }
    recorder_here.serial = self->serial;
    recorder_here.thread = (Thread *)thread;
    Py_DECREF(thread); /* self->threads holds it */
    return recorder_here.thread;
}

int
recorder_seed(Recorder *self, const char *bytes, Py_ssize_t size)
{
    if (size != sizeof(self->random)) {
        PyErr_SetString(PyExc_ValueError, "a seed has 16 bytes");
        return -1;
    }
    memcpy(self->random, bytes, sizeof(self->random));
    self->random[0] |= 1; /* both zero would give nothing but zeros */
    return 0;
}

/* The least that is seen between two looks at the clock. */
static int64_t
clock_takes(void)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < 32; i++) {
        int64_t began = thread_cpu_ns(), took = thread_cpu_ns() - began;
        least = took < least ? took : least;
    }
    return least;
}

static int
recorder_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"values",  "gaps",       "scheduler", "parent_type", "threads",
                            "disable", "unrecorded", "text_room", "seed",        NULL};
    Recorder *self = (Recorder *)op;
    PyObject *values, *gaps, *scheduler, *parent_type, *threads, *disable;
    const char *unrecorded;
    Py_ssize_t unrecorded_size;
    const char *random;
    Py_ssize_t text_room, size;
    if (self->serial) {
        PyErr_SetString(PyExc_RuntimeError, "a recorder is set up once");
        return -1;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$OOOOO!Os#ns#", names, &values, &gaps, &scheduler, &parent_type,
                                     &PyDict_Type, &threads, &disable, &unrecorded, &unrecorded_size, &text_room,
                                     &random, &size) ||
        recorder_seed(self, random, size) < 0) {
        return -1;
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    self->epoch_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - monotonic_ns();
    self->values = (Values *)Py_NewRef(values);
    self->gaps = (Gaps){Py_NewRef(gaps), self, NULL};
    self->scheduler = Py_NewRef(scheduler);
    self->parent_type = Py_NewRef(parent_type);
    self->context = Py_NewRef(Py_None);
    self->mark = Py_NewRef(Py_None);
    self->provider = Py_NewRef(Py_None);
    self->sampler = Py_NewRef(Py_None);
    self->starter = Py_NewRef(Py_None);
    self->threads = Py_NewRef(threads);
    self->disable = Py_NewRef(disable);
    self->unrecorded = values_refer_text(self->values, unrecorded, (size_t)unrecorded_size);
    self->cap_ns = INT64_MAX;
    self->clock_ns = clock_takes();
    self->text_room = (size_t)text_room;
    self->full = PyList_New(0);
    self->greenlet_module = PyUnicode_InternFromString("greenlet._greenlet");
    self->sampler_name = PyUnicode_InternFromString("sampler");
    self->return_place = PyUnicode_InternFromString("return");
    self->exception_place = PyUnicode_InternFromString("exception");
    self->serial = ++serials;
    self->chunk = chunk_new(self->text_room, self->serial);
    return self->unrecorded == NOTHING || self->full == NULL || self->greenlet_module == NULL ||
                   self->sampler_name == NULL || self->return_place == NULL || self->exception_place == NULL ||
                   self->chunk == NULL
               ? -1
               : 0;
}

static int
recorder_traverse(PyObject *op, visitproc visit, void *arg)
{
    Recorder *self = (Recorder *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->values);
    Py_VISIT(self->gaps.python);
    Py_VISIT(self->context);
    Py_VISIT(self->mark);
    Py_VISIT(self->scheduler);
    Py_VISIT(self->parent_type);
    Py_VISIT(self->provider);
    Py_VISIT(self->sampler);
    Py_VISIT(self->starter);
    Py_VISIT(self->threads);
    Py_VISIT(self->full);
    Py_VISIT(self->current_greenlet);
    int result = callees_visit(&self->gaps, visit, arg);
    result = result ? result : codes_visit(self->codes, visit, arg);
    result = result ? result : tasks_visit(&self->tasks, visit, arg);
    return result ? result : calls_visit(&self->calls, visit, arg);
}

static int
recorder_clear(PyObject *op)
{
    Recorder *self = (Recorder *)op;
    ref_release(self->unrecorded);
    self->unrecorded = NOTHING;
    Py_CLEAR(self->values);
    Py_CLEAR(self->gaps.python);
    callees_clear(&self->gaps);
    Py_CLEAR(self->context);
    Py_CLEAR(self->mark);
    Py_CLEAR(self->scheduler);
    Py_CLEAR(self->parent_type);
    Py_CLEAR(self->provider);
    Py_CLEAR(self->sampler);
    Py_CLEAR(self->sampler_name);
    Py_CLEAR(self->starter);
    Py_CLEAR(self->threads);
    Py_CLEAR(self->full);
    Py_CLEAR(self->disable);
    Py_CLEAR(self->greenlet_module);
    Py_CLEAR(self->current_greenlet);
    Py_CLEAR(self->return_place);
    Py_CLEAR(self->exception_place);
    Py_CLEAR(self->chunk);
    return 0;
}

static void
recorder_dealloc(PyObject *op)
{
    Recorder *self = (Recorder *)op;
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    if (recorder_here.serial == self->serial) {
        recorder_here.serial = 0;
    }
    recorder_clear(op);
    blocks_retire(self->serial);
    tasks_free(&self->tasks);
    codes_clear(&self->codes);
    calls_free(&self->calls);
    type->tp_free(op);
    Py_DECREF(type);
}

/* -- for Python -------------------------------------------------------------------------------------- */

static PyObject *
recorder_make_thread(PyObject *op, PyObject *number)
{
    unsigned long long n = PyLong_AsUnsignedLongLong(number);
    return PyErr_Occurred() ? NULL : (PyObject *)thread_new(op, &((Recorder *)op)->calls, n);
}

static PyObject *
recorder_forget_thread(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    recorder_here.serial = 0; /* no recorder has this one */
    Py_RETURN_NONE;
}

/* Between events greenlets may have changed. */
static int
greenlets_here(Recorder *self, Thread *thread)
{
    FrameKey frame = self->current_greenlet == NULL ? NULL : frame_current(PyThreadState_GET());
    return frame == NULL ? 0 : greenlets_change(self, thread, frame, monotonic_ns());
}

static PyObject *
recorder_innermost(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    Recorder *self = (Recorder *)op;
    Thread *thread = thread_here(self);
    if (thread == NULL || (!thread->muted && greenlets_here(self, thread) < 0)) {
        return NULL;
    }
    return thread->muted ? Py_NewRef(Py_None) : place_innermost(self, thread);
}

static PyObject *
recorder_began(PyObject *op, PyObject *span_id)
{
    Thread *thread = thread_here((Recorder *)op);
    uint64_t wanted = PyLong_AsUnsignedLongLong(span_id);
    if (thread == NULL || PyErr_Occurred()) {
        return NULL;
    }
    const Call *call = strand_innermost(thread->now);
    return call != NULL && call->span_id == wanted ? PyLong_FromLongLong(call->start_ns) : Py_NewRef(Py_None);
}

static PyObject *
recorder_take(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    return record_take((Recorder *)op);
}

static PyObject *
recorder_borrow(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    if (record_borrow((Recorder *)op) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
recorder_note(PyObject *op, PyObject *text)
{
    Py_ssize_t size;
    const char *data = PyUnicode_AsUTF8AndSize(text, &size);
    if (data == NULL) {
        return NULL;
    }
    chunk_note(((Recorder *)op)->chunk, data, (size_t)size);
    Py_RETURN_NONE;
}

static PyObject *
recorder_clear_rows(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    if (record_clear((Recorder *)op) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
recorder_settle(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    for (Code *code = ((Recorder *)op)->codes; code != NULL; code = code->next) {
        PyObject *tally = code->tally.thinned || code->tally.bare ? PyObject_GetAttrString(code->info, "tally") : NULL;
        int result = tally == NULL ? 0 : tally_tell(&code->tally, tally);
        Py_XDECREF(tally);
        if (result < 0 || PyErr_Occurred()) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *
recorder_hang_by(PyObject *op, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"context", "mark", "provider", "sampler", "starter", "own_ids", NULL};
    Recorder *self = (Recorder *)op;
    PyObject *context, *mark, *provider, *sampler, *starter;
    int own_ids;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$OOOOOp", names, &context, &mark, &provider, &sampler, &starter,
                                     &own_ids)) {
        return NULL;
    }
    Py_XSETREF(self->mark, Py_NewRef(mark));
    Py_XSETREF(self->context, Py_NewRef(context));
    Py_XSETREF(self->provider, Py_NewRef(provider));
    Py_XSETREF(self->sampler, Py_NewRef(sampler));
    Py_XSETREF(self->starter, Py_NewRef(starter));
    self->own_ids = (char)own_ids;
    Py_RETURN_NONE;
}

static PyObject *
recorder_forget_sites(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    for (Code *code = ((Recorder *)op)->codes; code != NULL; code = code->next) {
        sites_free(code);
    }
    callees_clear(&((Recorder *)op)->gaps);
    Py_RETURN_NONE;
}

static PyObject *
recorder_leave_out(PyObject *op, PyObject *numbers)
{
    for (Code *code = ((Recorder *)op)->codes; code != NULL; code = code->next) {
        PyObject *number = code->kind < BODY ? PyLong_FromUnsignedLong(code->number) : NULL;
        int left = number == NULL ? 0 : PySet_Contains(numbers, number);
        Py_XDECREF(number);
        if (left < 0 || PyErr_Occurred()) {
            return NULL;
        }
        code->left = (char)left;
    }
    Py_RETURN_NONE;
}

static PyMemberDef recorder_members[] = {
    {"epoch_ns", T_LONGLONG, offsetof(Recorder, epoch_ns), READONLY,
     "What turns this process's monotonic nanoseconds into nanoseconds since the epoch."},
    {"threads", T_OBJECT_EX, offsetof(Recorder, threads), READONLY, "Every thread seen, by identity."},
    {"waiting", T_ULONGLONG, offsetof(Recorder, waiting), READONLY, "Rows that full chunks have room for."},
    {"dropped", T_ULONGLONG, offsetof(Recorder, dropped), READONLY, "Rows given up."},
    {"starved", T_ULONGLONG, offsetof(Recorder, starved), READONLY, "Events for which there was no memory."},
    {"used_ns", T_LONGLONG, offsetof(Recorder, used_ns), 0, "What recording took on the program's threads."},
    {"cap_ns", T_LONGLONG, offsetof(Recorder, cap_ns), 0, "What recording the calls of one function may have taken."},
    {"borrows", T_BOOL, offsetof(Recorder, borrows), 0, "Whether `_lend` has a file for rows that are to survive."},
    {"asleep", T_BOOL, offsetof(Recorder, asleep), 0, "Whether the next call is to start the pump's thread."},
    {NULL},
};

static PyMethodDef recorder_methods[] = {
    {"make_thread", recorder_make_thread, METH_O, "The state of the running thread under a new number."},
    {"forget_thread", recorder_forget_thread, METH_NOARGS, "Ask `_thread` again which state is this thread's."},
    {"innermost", recorder_innermost, METH_NOARGS, "The innermost open call as the caller sees it: a Parent or None."},
    {"began", recorder_began, METH_O, "When a call began, if it is the innermost of this thread; else None."},
    {"take", recorder_take, METH_NOARGS, "The oldest chunk of finished calls, or None."},
    {"borrow", recorder_borrow, METH_NOARGS, "See that open calls and the next rows lie in borrowed memory."},
    {"note", recorder_note, METH_O, "Add a line for who finds borrowed memory after the process is gone."},
    {"clear", recorder_clear_rows, METH_NOARGS, "Forget every finished call."},
    {"open_calls", recorder_open_calls, METH_NOARGS, "Calls that have started and not ended, as OpenCall's fields."},
    {"newly_open", recorder_newly_open, METH_O, "Those older than so many nanoseconds that were not told before."},
    {"forking", recorder_forking, METH_NOARGS, "Keep what runs: a child's calls may come to hang below it."},
    {"settle", recorder_settle, METH_NOARGS, "Write the counts of thinned functions into their `Tally`."},
    {"inherit", recorder_inherit, METH_VARARGS, "What is open began in the process that forked this one."},
    {"leave_out", recorder_leave_out, METH_O,
     "Let no call begin of the functions of these numbers, and of all others again."},
    {"hang_by", (PyCFunction)(void (*)(void))recorder_hang_by, METH_VARARGS | METH_KEYWORDS,
     "Hang calls without a traced caller by these: OpenTelemetry's, or what stands for it."},
    {"forget_sites", recorder_forget_sites, METH_NOARGS, "Count calls at call sites from nothing again."},
    {NULL},
};

static PyType_Slot recorder_slots[] = {
    {Py_tp_doc, "Running and finished calls; native.Recorder is the whole."},
    {Py_tp_init, recorder_init},
    {Py_tp_traverse, recorder_traverse},
    {Py_tp_clear, recorder_clear},
    {Py_tp_dealloc, recorder_dealloc},
    {Py_tp_members, recorder_members},
    {Py_tp_methods, recorder_methods},
    {0, NULL},
};

static PyType_Spec recorder_spec = {
    .name = "breadcrumb_instrumentation_calls.native._recorder.Recorder",
    .basicsize = sizeof(Recorder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = recorder_slots,
};

/* The callbacks are methods of the type as well. */
static int
add_events(PyTypeObject *type)
{
    for (PyMethodDef *event = event_methods; event->ml_name != NULL; event++) {
        PyObject *method = PyDescr_NewMethod(type, event);
        int result = method == NULL ? -1 : PyObject_SetAttrString((PyObject *)type, event->ml_name, method);
        Py_XDECREF(method);
        if (result < 0) {
            return -1;
        }
    }
    return 0;
}

PyTypeObject *
recorder_type(PyObject *module)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &recorder_spec, NULL);
    if (type != NULL && add_events(type) < 0) {
        Py_CLEAR(type);
    }
    return type;
}
