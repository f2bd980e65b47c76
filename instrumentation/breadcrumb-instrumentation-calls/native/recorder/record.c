/* Finished calls on their way out: rows go into a chunk; full chunks wait for the pump, and the program for
   them where there are too many. */
#include "memory/block.h"
#include "recorder.h"

#include <unistd.h>

/* What is raised is taken away: what a signal's handler of the program raised goes into `*passing`, all else is
   forgotten. */
static void
keep_passing(Recorder *self, PyObject **passing)
{
    PyObject *error = PyErr_GetRaisedException();
    if (error == NULL) {
        return;
    }
    PyObject *goes_on = PyErr_GivenExceptionMatches(error, PyExc_Exception)
                            ? PyObject_CallMethod((PyObject *)self, "_failed", "sO", "loan of memory", error)
                            : Py_NewRef(Py_True);
    PyErr_Clear(); /* no memory to count it with */
    if (goes_on == Py_True && *passing == NULL) {
        *passing = Py_NewRef(error);
    }
    Py_XDECREF(goes_on);
    Py_DECREF(error);
}

/* Raise what passes; 0 where nothing does. */
static int
pass_on(PyObject *passing)
{
    if (passing == NULL) {
        return 0;
    }
    PyErr_SetRaisedException(passing);
    return -1;
}

/* A file that Python borrows, its descriptor, with room for a layout, which this takes over; -1 where there is none
   to be had, which is no error: the program's own memory does the same as long as the process lives. */
static int
borrow(Recorder *self, PyObject *layout, off_t *offset, PyObject **passing)
{
    PyObject *told = layout == NULL ? NULL : PyObject_CallMethod((PyObject *)self, "_lend", "N", layout);
    int file = -1;
    long long start = 0;
    if (told != NULL && told != Py_None && !PyArg_ParseTuple(told, "iL", &file, &start)) {
        file = -1;
    }
    Py_XDECREF(told);
    keep_passing(self, passing);
    self->borrows = file >= 0;
    *offset = (off_t)start;
    return file;
}

static Chunk *
borrow_chunk(Recorder *self, PyObject **passing)
{
    off_t offset;
    int file = borrow(self, chunk_layout(self->text_room), &offset, passing);
    if (file < 0) {
        return NULL;
    }
    Chunk *chunk = chunk_lent(self->text_room, self->serial, file, offset);
    self->borrows = chunk != NULL; /* else each new try would leave a file behind */
    close(file);
    PyErr_Clear();
    return chunk;
}

/* See that what is open is known beyond the process. */
static void
borrow_open_file(Recorder *self, PyObject **passing)
{
    off_t offset;
    int file;
    if (self->borrows && self->calls.open_file.block == NULL &&
        (file = borrow(self, open_file_layout(), &offset, passing)) >= 0) {
        self->borrows = open_file_lent(&self->calls.open_file, self->serial, file, offset) == 0;
        close(file);
        PyErr_Clear();
    }
}

static Chunk *
fresh_chunk(Recorder *self, size_t text, PyObject **passing)
{
    Chunk *chunk = chunk_new(text, self->serial);
    if (chunk == NULL || chunk_is_lent(chunk) || text != self->text_room || !self->borrows || !block_may_be_lent()) {
        return chunk;
    }
    Chunk *borrowed = borrow_chunk(self, passing);
    if (borrowed != NULL) {
        Py_SETREF(chunk, borrowed);
    }
    return chunk;
}

/* Put a new chunk in the place of the one that is filled, and tell Python, which may wait for room. */
static int
rotate(Recorder *self, const Row *row, PyObject **passing)
{
    size_t longest = chunk_text_most(row);
    Chunk *fresh = fresh_chunk(self, longest > self->text_room ? longest : self->text_room, passing);
    if (fresh == NULL) {
        return -1;
    }
    Chunk *filled = self->chunk;
    self->chunk = fresh;
    size_t rows = chunk_rows(filled);
    int failed = rows && PyList_Append(self->full, (PyObject *)filled) < 0;
    Py_DECREF(filled);
    if (failed) {
        self->dropped += rows;
        return -1;
    }
    self->waiting += rows ? CHUNK_ROWS : 0; /* however few: memory is what waits */
    PyObject *has_room = PyObject_CallMethod((PyObject *)self, "_rotated", NULL);
    if (has_room == NULL) {
        return -1;
    }
    self->dropping = has_room == Py_False;
    Py_DECREF(has_room);
    return 0;
}

int
record_keeps(Recorder *self, Call *call, int64_t now, int outcome, PyObject *result)
{
    Call *above = call->above;
    call->above = NULL;
    int kept = GOES;
    if (call->sampled && !call->inherited) {
        int must_stay = call->holds > 0 || outcome == RAISED || outcome == UNKNOWN;
        kept = tally_keeps(&call->code->tally, now, now - call->start_ns, call->ran_ns - call->child_ns, must_stay,
                           result == NULL ? 0 : kind_of(result), call->bare, self->cap_ns);
    }
    if (above != NULL) {
        above->holds -= !kept && call->sampled && !call->inherited;
        call_release(&self->calls, above);
    }
    return kept;
}

static int
put(Recorder *self, const Row *row)
{
    PyObject *passing = NULL;
    while (!self->dropping && !chunk_fits(self->chunk, row)) {
        if (rotate(self, row, &passing) < 0) {
            self->dropped++;
            Py_XDECREF(passing);
            return -1;
        }
    }
    if (self->dropping) {
        self->dropped++;
    }
    else {
        chunk_append(self->chunk, row);
    }
    return pass_on(passing);
}

/* The row with what the call's lines did, as Python tells it; its frame is here if it is known how the call ended. */
static int
put_with_lines(Recorder *self, Call *call, Row *row)
{
    Text extra;
    Py_ssize_t size;
    int is_here = row->outcome != UNKNOWN;
    PyObject *variables = is_here ? frame_variables(frame_current(PyThreadState_GET())) : Py_NewRef(Py_None);
    PyObject *told = variables == NULL ? NULL : PyObject_CallMethod(call->lines, "end", "O", variables);
    Py_XDECREF(variables);
    extra.data = told == NULL ? NULL : (char *)PyUnicode_AsUTF8AndSize(told, &size);
    Text whole;
    text_init(&whole);
    if (extra.data != NULL) {
        extra.size = (size_t)size;
        row->extra = with_yields(call, &extra, &whole);
    }
    PyObject *error = PyErr_GetRaisedException();
    int result = put(self, row);
    text_free(&whole);
    Py_XDECREF(told);
    if (error != NULL) {
        PyErr_Clear();
        PyErr_SetRaisedException(error);
        return -1;
    }
    return result;
}

int
record_call(Recorder *self, Call *call, int64_t now, int outcome, Ref result, const Text *exception, const Text *extra)
{
    Row row = {
        .span_id = call->span_id,
        .parent_id = call->parent_id,
        .code = call->code->number,
        .depth = call->depth,
        .suspensions = call->suspensions,
        .start_ns = call->start_ns + self->epoch_ns,
        .duration_ns = now - call->start_ns,
        .child_ns = call->child_ns,
        .ran_ns = call->ran_ns,
        .stack = call->stack->number,
        .ordinal = call->ordinal,
        .last_ordinal = call->stack->last,
        .thread = call->thread,
        .task = call->task,
        .outcome = (unsigned char)outcome,
        .called_line = call->called_line,
        .ended_line = call->ended_line,
        .args = call->args,
        .arg_count = call->arg_count,
        .result = result,
        .exception = exception,
        .extra = extra,
    };
    memcpy(row.trace_id, call->trace_id, 16);
    if (call->lines != NULL) {
        return put_with_lines(self, call, &row);
    }
    Text whole;
    row.extra = with_yields(call, extra, &whole);
    int put_in = put(self, &row);
    text_free(&whole);
    return put_in;
}

PyObject *
record_take(Recorder *self)
{
    PyObject *passing = NULL;
    borrow_open_file(self, &passing);
    if (pass_on(passing) < 0) {
        return NULL;
    }
    if (PyList_GET_SIZE(self->full)) {
        PyObject *chunk = Py_NewRef(PyList_GET_ITEM(self->full, 0));
        if (PyList_SetSlice(self->full, 0, 1, NULL) < 0) {
            Py_DECREF(chunk);
            return NULL;
        }
        self->waiting -= CHUNK_ROWS;
        return chunk;
    }
    self->dropping = 0;
    if (chunk_rows(self->chunk) == 0) {
        return record_borrow(self) < 0 ? NULL : Py_NewRef(Py_None);
    }
    Chunk *fresh = fresh_chunk(self, self->text_room, &passing);
    if (fresh == NULL || pass_on(passing) < 0) {
        Py_XDECREF(fresh);
        return NULL;
    }
    PyObject *filled = (PyObject *)self->chunk;
    self->chunk = fresh;
    return filled;
}

int
record_borrow(Recorder *self)
{
    PyObject *passing = NULL;
    borrow_open_file(self, &passing);
    if (passing != NULL || !self->borrows || chunk_is_lent(self->chunk) || !block_may_be_lent()) {
        return pass_on(passing);
    }
    Chunk *fresh = fresh_chunk(self, self->text_room, &passing);
    if (fresh == NULL) {
        return -1;
    }
    if (chunk_rows(self->chunk) == 0) {
        Py_SETREF(self->chunk, fresh);
    }
    else {
        Py_DECREF(fresh); /* Python let somebody else record */
    }
    return pass_on(passing);
}

int
record_clear(Recorder *self)
{
    Chunk *fresh = chunk_new(self->text_room, self->serial);
    if (fresh == NULL || PyList_SetSlice(self->full, 0, PyList_GET_SIZE(self->full), NULL) < 0) {
        Py_XDECREF(fresh);
        return -1;
    }
    Py_SETREF(self->chunk, fresh);
    self->waiting = self->dropped = 0;
    self->dropping = 0;
    return 0;
}
