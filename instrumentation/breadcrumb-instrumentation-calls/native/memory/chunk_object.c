/* A chunk as Python sees it: a sequence of rows that also gives its columns, without copying them. */
#include "chunk_parts.h"

#include "interpreter/ids.h"

#include <stddef.h>

PyTypeObject *chunk_type;

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

/* Add the arguments' and the results' references, and the values that they refer to; -1 with an exception set. */
static int
add_values(PyObject *columns, const Chunk *chunk, size_t rows)
{
    const ValueColumn *values = &chunk->values;
    const RefColumns *refs = &chunk->refs;
    size_t count = *values->count, args = (size_t)refs->offsets[rows];
    PyObject *offsets = part_of(chunk, refs->offsets, (rows + 1) * sizeof *refs->offsets);
    PyObject *numbers = offsets == NULL ? NULL : part_of(chunk, refs->args, args * sizeof *refs->args);
    if (add_column(columns, "args", "+l:I", rows,
                   numbers == NULL ? NULL : Py_BuildValue("[OOO]", Py_None, offsets, numbers)) < 0) {
        Py_XDECREF(offsets);
        Py_XDECREF(numbers);
        return -1;
    }
    Py_DECREF(offsets);
    Py_DECREF(numbers);
    PyObject *results = part_of(chunk, refs->results, rows * sizeof *refs->results);
    if (add_column(columns, "return", "I", rows, results == NULL ? NULL : Py_BuildValue("[ON]", Py_None, results)) <
        0) {
        return -1;
    }
    PyObject *starts = part_of(chunk, values->offsets, (count + 1) * sizeof *values->offsets);
    PyObject *data = starts == NULL ? NULL : part_of(chunk, values->data, values->size);
    int result =
        add_column(columns, "values", "U", count, data == NULL ? NULL : Py_BuildValue("[OOO]", Py_None, starts, data));
    Py_XDECREF(starts);
    Py_XDECREF(data);
    return result;
}

static PyObject *
chunk_columns(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Chunk *chunk = (Chunk *)self;
    size_t rows = chunk->head->rows;
    PyObject *columns = PyDict_New();
    for (int i = 0; columns != NULL && i < FIXED; i++) {
        PyObject *data = part_of(chunk, chunk->columns[i], rows * chunk_fixed[i].width);
        PyObject *buffers = data == NULL ? NULL : Py_BuildValue("[ON]", Py_None, data);
        if (add_column(columns, chunk_fixed[i].name, chunk_fixed[i].format, rows, buffers) < 0) {
            Py_CLEAR(columns);
        }
    }
    for (int i = 0; columns != NULL && i < TEXTS; i++) {
        TextColumn *text = &chunk->texts[i];
        if (text->nulls < rows && add_column(columns, chunk_texts[i], "U", rows, text_buffers(chunk, text, rows)) < 0) {
            Py_CLEAR(columns);
        }
    }
    if (columns != NULL && add_values(columns, chunk, rows) < 0) {
        Py_CLEAR(columns);
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

/* The text of the value that a number refers to, or None. */
static PyObject *
value_at(const Chunk *chunk, uint32_t number)
{
    static const char *const names[] = {[COLUMN_NULL] = "null", [COLUMN_TRUE] = "true", [COLUMN_FALSE] = "false"};
    if (number == COLUMN_NOTHING) {
        Py_RETURN_NONE;
    }
    if (number < COLUMN_TEXTS) {
        return PyUnicode_FromString(names[number]);
    }
    if (number >= COLUMN_INTS) {
        return PyUnicode_FromFormat("%d", (int)(int32_t)(number - COLUMN_ZERO));
    }
    const int64_t *offsets = chunk->values.offsets + (number - COLUMN_TEXTS);
    return PyUnicode_DecodeUTF8(chunk->values.data + offsets[0], (Py_ssize_t)(offsets[1] - offsets[0]), "strict");
}

/* A call's arguments in the order of its parameters: a tuple of texts, None for one that is gone. */
static PyObject *
args_at(const Chunk *chunk, size_t row)
{
    const int32_t *offsets = chunk->refs.offsets + row;
    PyObject *args = PyTuple_New(offsets[1] - offsets[0]);
    for (int32_t i = offsets[0]; args != NULL && i < offsets[1]; i++) {
        PyObject *text = value_at(chunk, chunk->refs.args[i]);
        if (text == NULL) {
            Py_CLEAR(args);
        }
        else {
            PyTuple_SET_ITEM(args, i - offsets[0], text);
        }
    }
    return args;
}

#define AT(column, type) (((const type *)chunk->columns[column])[row])

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
    PyObject *args = args_at(chunk, row);
    PyObject *result = value_at(chunk, chunk->refs.results[row]);
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
    return Py_BuildValue("NKKIIILLLLKKKKKBIINNNN", trace_id, AT(SPAN_ID, unsigned long long),
                         AT(PARENT_ID, unsigned long long), AT(CODE, uint32_t), AT(DEPTH, uint32_t),
                         AT(SUSPENSIONS, uint32_t), AT(START_NS, long long), AT(DURATION_NS, long long),
                         AT(CHILD_NS, long long), AT(RAN_NS, long long), AT(STACK, unsigned long long),
                         AT(ORDINAL, unsigned long long), AT(LAST_ORDINAL, unsigned long long),
                         AT(THREAD, unsigned long long), AT(TASK, unsigned long long), AT(OUTCOME, unsigned char),
                         AT(CALLED_LINE, uint32_t), AT(ENDED_LINE, uint32_t), args, result, exception, extra);
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
    const Layout at = chunk_layout_of(text);
    PyObject *columns = PyList_New(0), *texts = PyList_New(0);
    int failed = columns == NULL || texts == NULL;
    for (int i = 0; !failed && i < FIXED; i++) {
        failed = add_part(columns, Py_BuildValue("(ssnn)", chunk_fixed[i].name, chunk_fixed[i].format,
                                                 (Py_ssize_t)chunk_fixed[i].width, (Py_ssize_t)at.columns[i])) < 0;
    }
    for (int i = 0; !failed && i < TEXTS; i++) {
        failed =
            add_part(texts, Py_BuildValue("(snnnn)", chunk_texts[i], (Py_ssize_t)at.texts[i].offsets,
                                          (Py_ssize_t)at.texts[i].valid, (Py_ssize_t)at.texts[i].data,
                                          (Py_ssize_t)(offsetof(Head, filled) + (size_t)i * sizeof(uint64_t)))) < 0;
    }
    if (failed) {
        Py_XDECREF(columns);
        Py_XDECREF(texts);
        return NULL;
    }
    PyObject *refs = Py_BuildValue("[(snn)(sn)]", "args", (Py_ssize_t)at.refs.offsets, (Py_ssize_t)at.refs.args,
                                   "return", (Py_ssize_t)at.refs.results);
    PyObject *values = Py_BuildValue("[nnn]", (Py_ssize_t)at.values.offsets, (Py_ssize_t)at.values.data,
                                     (Py_ssize_t)offsetof(Head, values));
    return Py_BuildValue("{snsnsnsnsNsNsNsN}", "size", (Py_ssize_t)at.size, "rows", (Py_ssize_t)offsetof(Head, rows),
                         "noted", (Py_ssize_t)offsetof(Head, noted), "notes", (Py_ssize_t)at.notes, "columns", columns,
                         "texts", texts, "refs", refs, "values", values);
}

static PyMethodDef chunk_methods[] = {
    {"columns", chunk_columns, METH_NOARGS,
     "Columns as {name: (Arrow format, length, buffers)}; none of texts that no row has."},
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
    .name = "breadcrumb_instrumentation_calls.native._recorder.Chunk",
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
