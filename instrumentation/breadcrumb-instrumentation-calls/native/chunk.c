/* Columns of fixed width lie one after another in one block, each with room for every row; the four text columns
   follow, and notes. The block is reserved, not touched: pages that no row reaches cost nothing. */
#include "chunk.h"

#include "block.h"

#include <stddef.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "columns are little-endian; the pure-Python recorder runs here"
#endif

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

enum { TRACE_ID, SPAN_ID, PARENT_ID, CODE, DEPTH, SUSPENSIONS, START_NS, DURATION_NS, CHILD_NS, RAN_NS, STACK,
       ORDINAL, LAST_ORDINAL, THREAD, TASK, OUTCOME, FIXED };
enum { ARGS, RETURN, EXCEPTION, EXTRA, TEXTS };

static const struct {
    const char *name, *format;
    size_t width;
} fixed[FIXED] = {
    [TRACE_ID] = {"trace_id", "w:16", 16},
    [SPAN_ID] = {"span_id", "L", 8},
    [PARENT_ID] = {"parent_id", "L", 8},
    [CODE] = {"code", "I", 4},
    [DEPTH] = {"depth", "I", 4},
    [SUSPENSIONS] = {"suspensions", "I", 4},
    [START_NS] = {"start_ns", "l", 8},
    [DURATION_NS] = {"duration_ns", "l", 8},
    [CHILD_NS] = {"child_ns", "l", 8},
    [RAN_NS] = {"ran_ns", "l", 8},
    [STACK] = {"stack", "L", 8},
    [ORDINAL] = {"ordinal", "L", 8},
    [LAST_ORDINAL] = {"last_ordinal", "L", 8},
    [THREAD] = {"thread", "L", 8},
    [TASK] = {"task", "L", 8},
    [OUTCOME] = {"outcome", "C", 1},
};
static const char *const text_names[TEXTS] = {"args", "return", "exception", "extra"};

typedef struct {
    int64_t *offsets; /* rows + 1; a row without a text writes none: they are filled up before they are read */
    uint64_t *filled; /* rows up to which they are, in the head */
    unsigned char *valid; /* bitmap, least significant bit first */
    char *data;
    size_t size; /* bytes of data */
    size_t nulls;
} TextColumn;

/* What stands at the beginning of a block: who finds it after the process is gone reads whole rows only. */
typedef struct {
    uint64_t rows;
    uint64_t noted; /* bytes of notes */
    uint64_t filled[TEXTS];
} Head;

#define HEAD 64
#define NOTES 65536

struct Chunk {
    PyObject_HEAD
    Block *block;
    Head *head;
    size_t room; /* bytes for each text column */
    char *columns[FIXED];
    TextColumn texts[TEXTS];
    char *notes;
};

static PyTypeObject *chunk_type;

/* Where everything lies in a block, in bytes. */
typedef struct {
    size_t columns[FIXED];
    struct {
        size_t offsets, valid, data;
    } texts[TEXTS];
    size_t notes, size;
} Layout;

static size_t
rounded(size_t text)
{
    return (text + 63) & ~(size_t)63;
}

static Layout
layout_of(size_t text)
{
    Layout layout;
    size_t at = HEAD;
    for (int i = 0; i < FIXED; i++) {
        layout.columns[i] = at;
        at += CHUNK_ROWS * fixed[i].width;
    }
    for (int i = 0; i < TEXTS; i++) {
        layout.texts[i].offsets = at;
        at += (CHUNK_ROWS + 8) * sizeof(int64_t);
        layout.texts[i].valid = at;
        at += CHUNK_ROWS / 8;
        layout.texts[i].data = at;
        at += rounded(text);
    }
    layout.notes = at;
    layout.size = at + NOTES;
    return layout;
}

static void
lay_out(Chunk *chunk, const Layout *layout)
{
    char *data = chunk->block->data;
    chunk->head = (Head *)data;
    *chunk->head = (Head){0};
    for (int i = 0; i < FIXED; i++) {
        chunk->columns[i] = data + layout->columns[i];
    }
    for (int i = 0; i < TEXTS; i++) {
        TextColumn *text = &chunk->texts[i];
        text->offsets = (int64_t *)(data + layout->texts[i].offsets);
        text->valid = (unsigned char *)data + layout->texts[i].valid;
        text->data = data + layout->texts[i].data;
        text->filled = &chunk->head->filled[i];
        text->size = text->nulls = 0;
        text->offsets[0] = 0;
        memset(text->valid, 0, CHUNK_ROWS / 8);
    }
    chunk->notes = data + layout->notes;
}

/* A chunk in a block, which it takes over; NULL with an exception set. */
static Chunk *
chunk_in(Block *block, size_t text, const Layout *layout)
{
    Chunk *chunk = block == NULL ? NULL : PyObject_New(Chunk, chunk_type);
    if (chunk == NULL) {
        if (block != NULL) {
            block_free(block);
        }
        return NULL;
    }
    chunk->block = block;
    chunk->room = rounded(text);
    lay_out(chunk, layout);
    return chunk;
}

Chunk *
chunk_new(size_t text, uint64_t owner)
{
    Layout layout = layout_of(text);
    return chunk_in(block_new(layout.size, owner), text, &layout);
}

Chunk *
chunk_lent(size_t text, uint64_t owner, int file, off_t offset)
{
    Layout layout = layout_of(text);
    return chunk_in(block_lent(layout.size, owner, file, offset), text, &layout);
}

int
chunk_is_lent(const Chunk *chunk)
{
    return chunk->block->owner != 0;
}

static void
chunk_dealloc(PyObject *self)
{
    Chunk *chunk = (Chunk *)self;
    PyTypeObject *type = Py_TYPE(self);
    *chunk->head = (Head){0};
    block_free(chunk->block);
    PyObject_Free(self);
    Py_DECREF(type);
}

void
chunk_note(Chunk *chunk, const char *text, size_t size)
{
    if (chunk->head->noted + size + 1 <= NOTES) {
        memcpy(chunk->notes + chunk->head->noted, text, size);
        chunk->notes[chunk->head->noted + size] = '\n';
        __atomic_store_n(&chunk->head->noted, chunk->head->noted + size + 1, __ATOMIC_RELEASE);
    }
}

size_t
chunk_rows(const Chunk *chunk)
{
    return chunk->head->rows;
}

static inline int
has_room(const Chunk *chunk, int column, const Text *text)
{
    return text == NULL || chunk->texts[column].size + text->size <= chunk->room;
}

int
chunk_fits(const Chunk *chunk, const Row *row)
{
    return chunk->head->rows < CHUNK_ROWS && has_room(chunk, ARGS, row->args) && has_room(chunk, RETURN, row->result) &&
           has_room(chunk, EXCEPTION, row->exception) && has_room(chunk, EXTRA, row->extra);
}

/* Let the offsets of rows without a text point to where the next one begins. */
static inline void
fill_up(TextColumn *column, size_t rows)
{
    while (*column->filled < rows) {
        column->offsets[++*column->filled] = (int64_t)column->size;
    }
}

static inline void
put_text(TextColumn *column, size_t row, const Text *text)
{
    if (text == NULL) {
        column->nulls++;
        return;
    }
    fill_up(column, row);
    text_copy(column->data + column->size, text->data, text->size);
    column->valid[row / 8] |= (unsigned char)(1 << (row % 8));
    column->size += text->size;
    fill_up(column, row + 1);
}

#define PUT(column, type, value) (((type *)chunk->columns[column])[at] = (value))

void
chunk_append(Chunk *chunk, const Row *row)
{
    size_t at = chunk->head->rows;
    memcpy(chunk->columns[TRACE_ID] + at * 16, row->trace_id, 16);
    PUT(SPAN_ID, uint64_t, row->span_id);
    PUT(PARENT_ID, uint64_t, row->parent_id);
    PUT(CODE, uint32_t, row->code);
    PUT(DEPTH, uint32_t, row->depth);
    PUT(SUSPENSIONS, uint32_t, row->suspensions);
    PUT(START_NS, int64_t, row->start_ns);
    PUT(DURATION_NS, int64_t, row->duration_ns);
    PUT(CHILD_NS, int64_t, row->child_ns);
    PUT(RAN_NS, int64_t, row->ran_ns);
    PUT(STACK, uint64_t, row->stack);
    PUT(ORDINAL, uint64_t, row->ordinal);
    PUT(LAST_ORDINAL, uint64_t, row->last_ordinal);
    PUT(THREAD, uint64_t, row->thread);
    PUT(TASK, uint64_t, row->task);
    PUT(OUTCOME, unsigned char, row->outcome);
    put_text(&chunk->texts[ARGS], at, row->args);
    put_text(&chunk->texts[RETURN], at, row->result);
    put_text(&chunk->texts[EXCEPTION], at, row->exception);
    put_text(&chunk->texts[EXTRA], at, row->extra);
    __atomic_store_n(&chunk->head->rows, at + 1, __ATOMIC_RELEASE);
}

/* -- for Python -------------------------------------------------------------------------------------- */

static int
chunk_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    const Block *block = ((Chunk *)self)->block;
    return PyBuffer_FillInfo(view, self, block->data, (Py_ssize_t)block->size, 1, flags);
}

/* A part of the block as a memoryview, which keeps the chunk: what was recorded is not copied. */
static PyObject *
part_of(const Chunk *chunk, const void *data, size_t size)
{
    Py_ssize_t start = (const char *)data - (const char *)chunk->block->data;
    PyObject *from = PyLong_FromSsize_t(start), *to = PyLong_FromSsize_t(start + (Py_ssize_t)size);
    PyObject *slice = from == NULL || to == NULL ? NULL : PySlice_New(from, to, NULL);
    PyObject *whole = slice == NULL ? NULL : PyMemoryView_FromObject((PyObject *)chunk);
    PyObject *part = whole == NULL ? NULL : PyObject_GetItem(whole, slice);
    Py_XDECREF(from);
    Py_XDECREF(to);
    Py_XDECREF(slice);
    Py_XDECREF(whole);
    return part;
}

static int
add_column(PyObject *columns, const char *name, const char *format, size_t rows, PyObject *buffers)
{
    PyObject *column = buffers == NULL ? NULL : Py_BuildValue("snN", format, (Py_ssize_t)rows, buffers);
    int result = column == NULL ? -1 : PyDict_SetItemString(columns, name, column);
    Py_XDECREF(column);
    return result;
}

static PyObject *
text_buffers(const Chunk *chunk, TextColumn *column, size_t rows)
{
    fill_up(column, rows);
    PyObject *valid = column->nulls ? part_of(chunk, column->valid, (rows + 7) / 8) : Py_NewRef(Py_None);
    PyObject *offsets = part_of(chunk, column->offsets, (rows + 1) * sizeof(int64_t));
    PyObject *data = part_of(chunk, column->data, column->size);
    if (valid == NULL || offsets == NULL || data == NULL) {
        Py_XDECREF(valid);
        Py_XDECREF(offsets);
        Py_XDECREF(data);
        return NULL;
    }
    return Py_BuildValue("[NNN]", valid, offsets, data);
}

static PyObject *
chunk_columns(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Chunk *chunk = (Chunk *)self;
    size_t rows = chunk->head->rows;
    PyObject *columns = PyDict_New();
    for (int i = 0; columns != NULL && i < FIXED; i++) {
        PyObject *data = part_of(chunk, chunk->columns[i], rows * fixed[i].width);
        PyObject *buffers = data == NULL ? NULL : Py_BuildValue("[ON]", Py_None, data);
        if (add_column(columns, fixed[i].name, fixed[i].format, rows, buffers) < 0) {
            Py_CLEAR(columns);
        }
    }
    for (int i = 0; columns != NULL && i < TEXTS; i++) {
        TextColumn *text = &chunk->texts[i];
        if (text->nulls < rows && add_column(columns, text_names[i], "U", rows, text_buffers(chunk, text, rows)) < 0) {
            Py_CLEAR(columns);
        }
    }
    return columns;
}

static PyObject *
text_at(const TextColumn *column, size_t row)
{
    if (!(column->valid[row / 8] & (1 << (row % 8)))) {
        Py_RETURN_NONE;
    }
    int64_t start = column->offsets[row];
    return PyUnicode_DecodeUTF8(column->data + start, (Py_ssize_t)(column->offsets[row + 1] - start), "strict");
}

#define AT(column, type) (((const type *)chunk->columns[column])[row])

#if PY_VERSION_HEX >= 0x030D0000

PyObject *
trace_number(const unsigned char *trace_id)
{
    return PyLong_FromUnsignedNativeBytes(trace_id, 16, Py_ASNATIVEBYTES_BIG_ENDIAN);
}

int
trace_bytes(PyObject *number, unsigned char *trace_id)
{
    int flags = Py_ASNATIVEBYTES_BIG_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER;
    return PyLong_AsNativeBytes(number, trace_id, 16, flags) < 0 ? -1 : 0;
}

#else

PyObject *
trace_number(const unsigned char *trace_id)
{
    return _PyLong_FromByteArray(trace_id, 16, 0, 0);
}

int
trace_bytes(PyObject *number, unsigned char *trace_id)
{
    return _PyLong_AsByteArray((PyLongObject *)number, trace_id, 16, 0, 0);
}

#endif

static PyObject *
chunk_item(PyObject *self, Py_ssize_t index)
{
    const Chunk *chunk = (Chunk *)self;
    if (index < 0 || (size_t)index >= chunk->head->rows) {
        PyErr_SetString(PyExc_IndexError, "no such row");
        return NULL;
    }
    size_t row = (size_t)index;
    PyObject *trace_id = trace_number((unsigned char *)chunk->columns[TRACE_ID] + row * 16);
    PyObject *args = text_at(&chunk->texts[ARGS], row);
    PyObject *result = text_at(&chunk->texts[RETURN], row);
    PyObject *exception = text_at(&chunk->texts[EXCEPTION], row);
    PyObject *extra = text_at(&chunk->texts[EXTRA], row);
    if (trace_id == NULL || args == NULL || result == NULL || exception == NULL || extra == NULL) {
        Py_XDECREF(trace_id);
        Py_XDECREF(args);
        Py_XDECREF(result);
        Py_XDECREF(exception);
        Py_XDECREF(extra);
        return NULL;
    }
    return Py_BuildValue("NKKIIILLLLKKKKKBNNNN", trace_id, AT(SPAN_ID, unsigned long long),
                         AT(PARENT_ID, unsigned long long), AT(CODE, uint32_t), AT(DEPTH, uint32_t),
                         AT(SUSPENSIONS, uint32_t), AT(START_NS, long long), AT(DURATION_NS, long long),
                         AT(CHILD_NS, long long), AT(RAN_NS, long long), AT(STACK, unsigned long long),
                         AT(ORDINAL, unsigned long long), AT(LAST_ORDINAL, unsigned long long),
                         AT(THREAD, unsigned long long), AT(TASK, unsigned long long), AT(OUTCOME, unsigned char),
                         args, result, exception, extra);
}

static Py_ssize_t
chunk_length(PyObject *self)
{
    return (Py_ssize_t)((Chunk *)self)->head->rows;
}

static int
add_part(PyObject *list, PyObject *part)
{
    int result = part == NULL ? -1 : PyList_Append(list, part);
    Py_XDECREF(part);
    return result;
}

PyObject *
chunk_layout(size_t text)
{
    const Layout at = layout_of(text);
    PyObject *columns = PyList_New(0), *texts = PyList_New(0);
    int failed = columns == NULL || texts == NULL;
    for (int i = 0; !failed && i < FIXED; i++) {
        failed = add_part(columns, Py_BuildValue("(ssnn)", fixed[i].name, fixed[i].format, (Py_ssize_t)fixed[i].width,
                                                 (Py_ssize_t)at.columns[i])) < 0;
    }
    for (int i = 0; !failed && i < TEXTS; i++) {
        failed = add_part(texts, Py_BuildValue("(snnnn)", text_names[i], (Py_ssize_t)at.texts[i].offsets,
                                               (Py_ssize_t)at.texts[i].valid, (Py_ssize_t)at.texts[i].data,
                                               (Py_ssize_t)(offsetof(Head, filled) + (size_t)i * sizeof(uint64_t)))) < 0;
    }
    if (failed) {
        Py_XDECREF(columns);
        Py_XDECREF(texts);
        return NULL;
    }
    return Py_BuildValue("{snsnsnsnsNsN}", "size", (Py_ssize_t)at.size, "rows", (Py_ssize_t)offsetof(Head, rows),
                         "noted", (Py_ssize_t)offsetof(Head, noted), "notes", (Py_ssize_t)at.notes, "columns", columns,
                         "texts", texts);
}

static PyMethodDef chunk_methods[] = {
    {"columns", chunk_columns, METH_NOARGS, "Columns as {name: (Arrow format, length, buffers)}; none of texts that no row has."},
    {NULL},
};

static PyType_Slot chunk_slots[] = {
    {Py_tp_doc, "Finished calls: a sequence of tuples in the order of Record's fields, and their columns."},
    {Py_tp_dealloc, chunk_dealloc},
    {Py_tp_methods, chunk_methods},
    {Py_bf_getbuffer, chunk_getbuffer},
    {Py_sq_length, chunk_length},
    {Py_sq_item, chunk_item},
    {0, NULL},
};

static PyType_Spec chunk_spec = {
    .name = "breadcrumb_instrumentation_calls._recorder.Chunk",
    .basicsize = sizeof(Chunk),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = chunk_slots,
};

int
chunk_ready(PyObject *module)
{
    chunk_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &chunk_spec, NULL);
    return chunk_type == NULL ? -1 : PyModule_AddType(module, chunk_type);
}
