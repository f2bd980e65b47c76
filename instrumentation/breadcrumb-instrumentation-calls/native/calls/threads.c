/* Thread states are Python objects: bridges.py puts boundaries on them, facts.py reads their names. */
#include "threads.h"

#include <structmember.h>

#define FIRST_ROOM 8

static PyTypeObject *thread_type;

static void *
grown(void *items, size_t *room, size_t width)
{
    size_t wanted = *room ? *room * 2 : FIRST_ROOM;
    void *larger = PyMem_Realloc(items, wanted * width);
    if (larger == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *room = wanted;
    return larger;
}

static void
drop(Entry *entry)
{
    Py_XDECREF(entry->parent);
    Py_XDECREF(entry->loop);
}

int
strand_push(Strand *strand, Entry entry)
{
    if (strand->depth == strand->room) {
        Entry *larger = grown(strand->running, &strand->room, sizeof(Entry));
        if (larger == NULL) {
            drop(&entry);
            return -1;
        }
        strand->running = larger;
    }
    strand->running[strand->depth++] = entry;
    return 0;
}

Call *
strand_innermost(const Strand *strand)
{
    for (size_t i = strand->depth; i-- > 0;) {
        if (strand->running[i].call != NULL) {
            return strand->running[i].call;
        }
    }
    return NULL;
}

Call *
strand_pop(Strand *strand)
{
    Entry entry = strand->running[--strand->depth];
    drop(&entry);
    return entry.call;
}

void
strand_clear(Calls *calls, Strand *strand)
{
    while (strand->depth) {
        Call *call = strand_pop(strand);
        if (call != NULL) {
            call_release(calls, call);
        }
    }
    while (strand->scheduling_depth) {
        Py_DECREF(strand->schedulings[--strand->scheduling_depth].token);
    }
    PyMem_Free(strand->running);
    PyMem_Free(strand->schedulings);
    Py_XDECREF(strand->reference);
    *strand = (Strand){0};
}

void
thread_leave(Thread *thread, FrameKey frame)
{
    Strand *now = thread->now;
    for (size_t i = now->depth; i-- > 0;) {
        Entry entry = now->running[i];
        if (entry.call == NULL && entry.frame == frame) {
            memmove(&now->running[i], &now->running[i + 1], (now->depth - i - 1) * sizeof(Entry));
            now->depth--;
            drop(&entry);
            return;
        }
    }
}

int
thread_schedules(Thread *thread, FrameKey frame, PyObject *token)
{
    Strand *now = thread->now;
    if (now->scheduling_depth == now->scheduling_room) {
        Scheduling *larger = grown(now->schedulings, &now->scheduling_room, sizeof(Scheduling));
        if (larger == NULL) {
            return -1;
        }
        now->schedulings = larger;
    }
    now->schedulings[now->scheduling_depth++] = (Scheduling){frame, token};
    return 0;
}

PyObject *
thread_scheduled(Thread *thread, FrameKey frame)
{
    Strand *now = thread->now;
    for (size_t i = now->scheduling_depth; i-- > 0;) {
        if (now->schedulings[i].frame == frame) {
            PyObject *token = now->schedulings[i].token;
            while (--now->scheduling_depth > i) { /* those above ended unseen */
                Py_DECREF(now->schedulings[now->scheduling_depth].token);
            }
            return token;
        }
    }
    return NULL;
}

Thread *
thread_new(PyObject *recorder, Calls *calls, uint64_t number)
{
    Thread *thread = PyObject_GC_New(Thread, thread_type);
    if (thread == NULL) {
        return NULL;
    }
    memset((char *)thread + sizeof(PyObject), 0, sizeof(Thread) - sizeof(PyObject));
    thread->calls = calls;
    thread->recorder = Py_NewRef(recorder);
    thread->number = number;
    thread->ident = PyThread_get_thread_ident();
    thread->native_id = PyThread_get_thread_native_id();
    thread->now = &thread->base;
    text_init(&thread->scratch);
    thread->stack = stack_new(calls);
    if (thread->stack == NULL) {
        Py_DECREF(thread);
        return NULL;
    }
    PyObject_GC_Track(thread);
    return thread;
}

/* -- for Python -------------------------------------------------------------------------------------- */

static int
strand_traverse(const Strand *strand, visitproc visit, void *arg)
{
    for (size_t i = 0; i < strand->depth; i++) {
        Py_VISIT(strand->running[i].parent);
        Py_VISIT(strand->running[i].loop);
        int result = strand->running[i].call == NULL ? 0 : call_visit(strand->running[i].call, visit, arg);
        if (result != 0) {
            return result;
        }
    }
    for (size_t i = 0; i < strand->scheduling_depth; i++) {
        Py_VISIT(strand->schedulings[i].token);
    }
    return 0;
}

static int
thread_traverse(PyObject *self, visitproc visit, void *arg)
{
    Thread *thread = (Thread *)self;
    int result = strand_traverse(&thread->base, visit, arg);
    for (size_t i = 0; result == 0 && i < thread->strand_room; i++) {
        const Strand *strand = thread->strands[i];
        result = strand == NULL || strand == &thread->base ? 0 : strand_traverse(strand, visit, arg);
    }
    if (result) {
        return result;
    }
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(thread->recorder);
    Py_VISIT(thread->starter);
    return 0;
}

static int
thread_clear(PyObject *self)
{
    Thread *thread = (Thread *)self;
    Py_CLEAR(thread->starter);
    return 0;
}

static void
thread_dealloc(PyObject *self)
{
    Thread *thread = (Thread *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    thread_clear(self);
    for (size_t i = 0; i < thread->strand_room; i++) {
        Strand *strand = thread->strands[i];
        if (strand != NULL && strand != &thread->base) {
            strand_clear(thread->calls, strand);
            PyMem_Free(strand);
        }
    }
    PyMem_Free(thread->strands);
    strand_clear(thread->calls, &thread->base);
    text_free(&thread->scratch);
    text_free(&thread->told.text);
    if (thread->stack != NULL) {
        stack_release(thread->stack);
    }
    Py_XDECREF(thread->name);
    Py_XDECREF(thread->recorder); /* last: the calls are its */
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static PyObject *
thread_enter(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count < 2) {
        PyErr_SetString(PyExc_TypeError, "enter(frame, parent, loop=None)");
        return NULL;
    }
    Entry entry = {.frame = frame_key(args[0])};
    entry.parent = args[1] == Py_None ? NULL : Py_NewRef(args[1]);
    entry.loop = count < 3 || args[2] == Py_None ? NULL : Py_NewRef(args[2]);
    if (strand_push(((Thread *)self)->now, entry) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
thread_leaves(PyObject *self, PyObject *frame)
{
    thread_leave((Thread *)self, frame_key(frame));
    Py_RETURN_NONE;
}

static PyObject *
thread_around(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    const Entry *top = thread_top((Thread *)self);
    return Py_NewRef(top != NULL && top->call == NULL && top->parent != NULL ? top->parent : Py_None);
}

static PyMemberDef thread_members[] = {
    {"number", T_ULONGLONG, offsetof(Thread, number), READONLY, "The `thread` column; 1 is the first."},
    {"ident", T_ULONG, offsetof(Thread, ident), READONLY, "What `threading.get_ident` gives."},
    {"native_id", T_ULONG, offsetof(Thread, native_id), READONLY, "What the operating system calls it."},
    {"name", T_OBJECT, offsetof(Thread, name), 0, "The thread's name when it was seen first."},
    {"starter", T_OBJECT, offsetof(Thread, starter), 0, "Who started the thread."},
    {"muted", T_BOOL, offsetof(Thread, muted), 0, "Whether this thread does the tracer's work now."},
    {NULL},
};

static PyMethodDef thread_methods[] = {
    {"enter", (PyCFunction)(void (*)(void))thread_enter, METH_FASTCALL, "Other people's work begins at a frame."},
    {"leave", thread_leaves, METH_O, "Such work ends."},
    {"around", thread_around, METH_NOARGS, "Who handed on the work that begins innermost, or None."},
    {NULL},
};

static PyType_Slot thread_slots[] = {
    {Py_tp_doc, "What runs on one thread."},
    {Py_tp_traverse, thread_traverse},
    {Py_tp_clear, thread_clear},
    {Py_tp_dealloc, thread_dealloc},
    {Py_tp_members, thread_members},
    {Py_tp_methods, thread_methods},
    {0, NULL},
};

static PyType_Spec thread_spec = {
    .name = "breadcrumb_instrumentation_calls.native._recorder.Thread",
    .basicsize = sizeof(Thread),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = thread_slots,
};

int
threads_ready(PyObject *module)
{
    thread_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &thread_spec, NULL);
    return thread_type == NULL ? -1 : PyModule_AddType(module, thread_type);
}
