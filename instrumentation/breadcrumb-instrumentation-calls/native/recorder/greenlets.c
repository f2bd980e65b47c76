/* Which greenlet of a thread runs: it is asked for where the chain of frames does not show that the same one still
   does. The C twin of greenlets.py. */
#include "recorder.h"

enum { FIRST_ROOM = 8, NEAR = 64 /* frames to look at before greenlet is asked */ };

int
greenlets_find(Recorder *self)
{
    if (self->current_greenlet != NULL) {
        return 0;
    }
    PyObject *module = PyDict_GetItemWithError(PyImport_GetModuleDict(), self->greenlet_module);
    if (module == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    self->current_greenlet = PyObject_GetAttrString(module, "getcurrent");
    PyErr_Clear(); /* a module that was only begun, or is another's */
    return 0;
}

/* Whether a frame is among those that led to another one, or is it itself. */
static int
led_to(FrameKey wanted, FrameKey frame, size_t most)
{
    for (; frame != NULL && most > 0; most--, frame = frame_back(frame)) {
        if (frame == wanted) {
            return 1;
        }
    }
    return 0;
}

static int
is_alive(const Strand *strand)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *greenlet;
    int found = PyWeakref_GetRef(strand->reference, &greenlet);
    Py_XDECREF(greenlet);
    PyErr_Clear();
    return found > 0;
#else
    return PyWeakref_GET_OBJECT(strand->reference) != Py_None;
#endif
}

static Strand **
place_of(Strand **table, size_t room, const void *greenlet)
{
    size_t at = ((size_t)greenlet >> 4 ^ (size_t)greenlet >> 12) & (room - 1);
    while (table[at] != NULL && table[at]->greenlet != greenlet) {
        at = (at + 1) & (room - 1);
    }
    return &table[at];
}

static Strand *
strand_of(const Thread *thread, const void *greenlet)
{
    Strand *known = thread->strand_room ? *place_of(thread->strands, thread->strand_room, greenlet) : NULL;
    return known != NULL && is_alive(known) ? known : NULL;
}

/* A greenlet is gone; where it was not left, nobody saw how its calls ended. */
static void
end_strand(Recorder *self, Thread *thread, Strand *strand, int64_t now)
{
    strand->away_ns += strand->left_ns ? now - strand->left_ns : 0;
    if (lose_above(self, strand, 0, now) < 0) {
        PyErr_Clear(); /* what could not be recorded is counted as dropped */
    }
    strand_clear(&self->calls, strand);
    if (strand != &thread->base) {
        PyMem_Free(strand);
    }
}

/* Put the strands of a table that live into a new one of `room`; `gone` gets the others. How many are gone. */
static size_t
sort_out(Strand **table, size_t count, Strand **fresh, size_t room, const Strand *now, Strand **gone)
{
    size_t ended = 0;
    for (size_t i = 0; i < count; i++) {
        Strand *strand = table[i];
        if (strand != NULL && (strand == now || is_alive(strand))) {
            *place_of(fresh, room, strand->greenlet) = strand;
        }
        else if (strand != NULL) {
            gone[ended++] = strand;
        }
    }
    return ended;
}

/* Leave out the greenlets that are gone; twice the room where that does not help. */
static int
make_room(Recorder *self, Thread *thread, int64_t now)
{
    size_t alive = 0, count = thread->strand_room;
    for (size_t i = 0; i < count; i++) {
        alive += thread->strands[i] != NULL && is_alive(thread->strands[i]);
    }
    size_t room = count ? count : FIRST_ROOM;
    room *= 4 * (alive + 1) > room ? 2 : 1;
    Strand **fresh = PyMem_Calloc(room, sizeof *fresh);
    Strand **gone = PyMem_Calloc(count + 1, sizeof *gone);
    if (fresh == NULL || gone == NULL) {
        PyMem_Free(fresh);
        PyMem_Free(gone);
        PyErr_NoMemory();
        return -1;
    }
    Strand **old = thread->strands;
    size_t ended = sort_out(old, count, fresh, room, thread->now, gone);
    thread->strands = fresh;
    thread->strand_room = room;
    thread->strand_count -= ended;
    PyMem_Free(old);
    for (size_t i = 0; i < ended; i++) {
        end_strand(self, thread, gone[i], now);
    }
    PyMem_Free(gone);
    return 0;
}

/* Know whose strand one is. */
static int
own(Recorder *self, Thread *thread, Strand *strand, PyObject *greenlet, int64_t now)
{
    PyObject *reference = PyWeakref_NewRef(greenlet, NULL);
    if (reference == NULL ||
        (2 * (thread->strand_count + 1) > thread->strand_room && make_room(self, thread, now) < 0)) {
        Py_XDECREF(reference);
        return -1;
    }
    Strand **place = place_of(thread->strands, thread->strand_room, greenlet);
    Strand *before = *place; /* of one that is gone, at the same address */
    strand->greenlet = greenlet;
    strand->reference = reference;
    *place = strand;
    thread->strand_count += before == NULL;
    if (before != NULL) {
        thread->now = thread->now == before ? strand : thread->now;
        end_strand(self, thread, before, now);
    }
    return 0;
}

/* Whether the calls of the strand that nobody had to know yet are those of a greenlet that stands, or runs, at a frame. */
static int
base_leads_to(const Thread *thread, FrameKey frame)
{
    const Strand *base = &thread->base;
    return base->greenlet == NULL && base->depth && led_to(base->running[0].frame, frame, (size_t)-1);
}

/* The strand of one of the greenlets from which another came, with the frame where it stands; NULL where it has none,
   or with an exception set. */
static Strand *
strand_before(Recorder *self, Thread *thread, PyObject *greenlet, PyObject *frame, int64_t now)
{
    Strand *known = strand_of(thread, greenlet);
    if (known == NULL && frame != Py_None && base_leads_to(thread, frame_key(frame))) {
        known = own(self, thread, &thread->base, greenlet, now) < 0 ? NULL : &thread->base;
    }
    return known;
}

/* Who made a greenlet's calls, as far as can be known: the innermost call where it came from. A Parent, new, NULL
   where there is none or with an exception set. */
static PyObject *
parent_of(Recorder *self, Thread *thread, PyObject *lineage, int64_t now)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(lineage); i++) {
        PyObject *pair = PyList_GET_ITEM(lineage, i);
        Strand *before = strand_before(self, thread, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1), now);
        Call *call = before == NULL ? NULL : strand_innermost(before);
        if (call != NULL) {
            return Py_XNewRef(call_as_parent(self, call));
        }
        if (before != NULL && before->depth && before->running[0].parent != NULL) {
            return Py_NewRef(before->running[0].parent);
        }
        if (PyErr_Occurred()) {
            return NULL;
        }
    }
    return NULL;
}

/* A strand for a greenlet that was not seen before. What it calls hangs below where it came from, as other people's
   work does. */
static Strand *
strand_new(Recorder *self, Thread *thread, PyObject *greenlet, PyObject *lineage, int64_t now)
{
    int is_main = PyList_GET_SIZE(lineage) == 0;
    PyObject *parent = parent_of(self, thread, lineage, now);
    Strand *strand = PyErr_Occurred() ? NULL : PyMem_Calloc(1, sizeof *strand);
    if (strand == NULL) {
        Py_XDECREF(parent);
        return PyErr_Occurred() ? NULL : (Strand *)PyErr_NoMemory();
    }
    if ((!is_main && strand_push(strand, (Entry){.parent = parent}) < 0) ||
        own(self, thread, strand, greenlet, now) < 0) {
        strand_clear(&self->calls, strand);
        PyMem_Free(strand);
        return NULL;
    }
    return strand;
}

/* The strand of the greenlet that runs, at a frame. */
static Strand *
strand_here(Recorder *self, Thread *thread, PyObject *current, FrameKey frame, int64_t now)
{
    Strand *known = strand_of(thread, current);
    if (known != NULL) {
        return known;
    }
    PyObject *lineage = PyObject_CallMethod((PyObject *)self, "_lineage", "O", current);
    if (lineage == NULL) {
        return NULL;
    }
    Strand *base = &thread->base;
    int is_main = PyList_GET_SIZE(lineage) == 0;
    if (base_leads_to(thread, frame) || (is_main && base->greenlet == NULL && base->depth == 0)) {
        known = own(self, thread, base, current, now) < 0 ? NULL : base;
    }
    else {
        known = strand_new(self, thread, current, lineage, now);
    }
    Py_DECREF(lineage);
    return known;
}

int
greenlets_change(Recorder *self, Thread *thread, FrameKey frame, int64_t now)
{
    const Entry *top = thread_top(thread);
    if (top == NULL ? thread->strand_room == 0 : led_to(top->frame, frame, NEAR)) {
        return 0; /* a thread that never asked has no greenlets for all we know, and asking would make one */
    }
    PyObject *current = PyObject_CallNoArgs(self->current_greenlet);
    if (current == NULL) {
        return -1;
    }
    Strand *strand = strand_here(self, thread, current, frame, now);
    Py_DECREF(current);
    if (strand == NULL) {
        return -1;
    }
    if (strand != thread->now) {
        thread->now->left_ns = now;
        thread->now->turns++;
        strand->away_ns += strand->left_ns ? now - strand->left_ns : 0;
        thread->now = strand;
    }
    return 0;
}

int
greenlets_task(Recorder *self, Thread *thread, uint64_t *number)
{
    if (tasks_current(&self->tasks, (PyObject *)self, number) < 0) {
        return -1;
    }
    Strand *now = thread->now;
    if (*number || !now->depth || now->running[0].frame != NULL) {
        return 0;
    }
    if (now->task == 0) {
        PyObject *given = PyObject_CallMethod((PyObject *)self, "_greenlet_task", NULL);
        now->task = given == NULL ? 0 : PyLong_AsUnsignedLongLong(given);
        Py_XDECREF(given);
    }
    *number = now->task;
    return PyErr_Occurred() ? -1 : 0;
}
