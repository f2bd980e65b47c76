#include "writer.h"

enum {
    DEEPEST = 100, /* containers within each other that the C stack is asked to hold; Python's can hold more */
    AT_ONCE = 8,   /* so many of them are asked for together */
};

void
writer_init(Writer *writer, Values *values, Text *text, PyObject *place)
{
    writer->values = values;
    writer->text = text;
    writer->place = place;
    writer->left = values->total;
    writer->open = writer->first;
    writer->opened = 0;
    writer->room = OPEN_AT_FIRST;
    writer->inside_instance = 0;
    writer->tells_apart = 0;
    writer->notes = NULL;
    writer->old = NULL;
    writer->lowest = writer->left;
}

void
writer_free(Writer *writer)
{
    if (writer->open != writer->first) {
        PyMem_Free(writer->open);
    }
}

int
writer_open(Writer *writer, const PyObject *owner)
{
    if (writer->opened == writer->room) {
        size_t size = (size_t)writer->room * sizeof *writer->open;
        const PyObject **larger = PyMem_Realloc(writer->open == writer->first ? NULL : writer->open, size * 2);
        if (larger == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        if (writer->open == writer->first) {
            memcpy(larger, writer->first, size);
        }
        writer->open = larger;
        writer->room *= 2;
    }
    writer->open[writer->opened++] = owner;
    return 0;
}

/* How many levels up a value stands that is open already; 0 for none. */
static Py_ssize_t
levels_up(const Writer *writer, const PyObject *value)
{
    for (Py_ssize_t i = 0; i < writer->opened; i++) {
        if (writer->open[i] == value) {
            return writer->opened - i;
        }
    }
    return 0;
}

static PyObject *
open_path(const Writer *writer)
{
    PyObject *path = PyList_New(writer->opened);
    for (Py_ssize_t i = 0; path != NULL && i < writer->opened; i++) {
        PyObject *id = PyLong_FromVoidPtr((void *)writer->open[i]);
        if (id == NULL) {
            Py_CLEAR(path);
        }
        else {
            PyList_SET_ITEM(path, i, id);
        }
    }
    return path;
}

int
writer_by_python(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Values *values = writer->values;
    replay_forgo(writer);
    PyObject *path = open_path(writer);
    if (path == NULL) {
        return -1;
    }
    PyObject *written =
        PyObject_CallFunction(values->handover, "OOOLNOOn", values->limits, values->text, writer->place, writer->left,
                              path, writer->inside_instance ? Py_True : Py_False, value, depth);
    if (written == NULL) {
        return -1;
    }
    int failed = text_str(writer->text, written);
    Py_DECREF(written);
    return failed;
}

static int
write_planned(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    const Plan *plan = plan_of(&writer->values->plans, Py_TYPE(value));
    if (plan == NULL) {
        return -1;
    }
    if (plan->kind == PLAN_INSTANCE) {
        return write_instance(writer, value, plan, depth);
    }
    if (plan->kind == PLAN_CLASS) {
        return write_class(writer, value);
    }
    if (Py_TYPE(value) == (PyTypeObject *)writer->values->patterns.type && plan->kind == PLAN_SUMMARY) {
        return write_pattern(writer, value, plan, depth);
    }
    if (plan->kind == PLAN_EXCEPTION || plan->kind == PLAN_SUMMARY) {
        replay_forgo(writer);
    }
    NOTE(writer, value, plan->serial);
    switch (plan->kind) {
    case PLAN_ENUM:
        return write_enum(writer, value, plan, depth);
    case PLAN_SUMMARY:
        return write_summary(writer, value, plan, depth);
    case PLAN_TEXT:
        return write_text(writer, value, plan, depth);
    case PLAN_SUSPENDABLE:
        return write_suspendable(writer, value, plan, depth);
    case PLAN_PYTHON:
        return writer_by_python(writer, value, depth);
    default:
        return write_with_content(writer, value, plan, depth);
    }
}

/* Keys decide how a dict is written even where its members are only counted. */
static void
note_dict(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Py_ssize_t length = PyDict_GET_SIZE(value);
    NOTE(writer, &PyDict_Type, length);
    if (length && depth >= writer->values->depth) {
        NOTE(writer, NULL, dict_is_object(writer->values, value));
    }
}

static int
write_opened(Writer *writer, PyObject *value, PyTypeObject *type, Py_ssize_t depth)
{
    if (type == &PyList_Type) {
        replay_note_items(writer, type, PyList_GET_SIZE(value), ((PyListObject *)value)->ob_item, depth);
        return write_list_items(writer, value, depth);
    }
    if (type == &PyDict_Type) {
        note_dict(writer, value, depth);
        return write_dict(writer, value, depth);
    }
    if (type == &PyTuple_Type) {
        replay_note_items(writer, type, PyTuple_GET_SIZE(value), &PyTuple_GET_ITEM(value, 0), depth);
        return write_tuple(writer, value, depth);
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        return write_set(writer, value, depth);
    }
    if (type == &PyFunction_Type) {
        return write_function(writer, value);
    }
    if (type == &PyMethod_Type) {
        return write_method(writer, value);
    }
    if (type == &PyCFunction_Type) {
        return write_builtin(writer, value);
    }
    if (type == &PyModule_Type) {
        return write_module(writer, value);
    }
    return write_planned(writer, value, depth);
}

static int
write_compound(Writer *writer, PyObject *value, PyTypeObject *type, Py_ssize_t depth)
{
    Py_ssize_t up = levels_up(writer, value);
    if (up) {
        replay_forgo(writer);
        return APPEND(writer, "{\"@up\": ") < 0 || text_number(writer->text, up) < 0 ? -1 : APPEND(writer, "}");
    }
    if (writer->opened >= DEEPEST) {
        return writer_by_python(writer, value, depth);
    }
    if (writer->opened % AT_ONCE != 0) {
        return write_opened(writer, value, type, depth);
    }
    if (Py_EnterRecursiveCall(" while a value is recorded")) {
        return -1;
    }
    int failed = write_opened(writer, value, type, depth);
    Py_LeaveRecursiveCall();
    return failed;
}

static inline int
is_scalar(PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    return type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type || value == Py_None;
}

static inline int
write_scalar(Writer *writer, PyObject *value)
{
    if (PyLong_CheckExact(value)) {
        return write_int(writer, value);
    }
    if (PyFloat_CheckExact(value)) {
        return write_float(writer, PyFloat_AS_DOUBLE(value));
    }
    if (value == Py_None) {
        return APPEND(writer, "null");
    }
    return value == Py_True ? APPEND(writer, "true") : APPEND(writer, "false");
}

static inline int
write_any(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyUnicode_Type) {
        size_t at = writer->text->size;
        int failed = write_string(writer, value);
        if (*clean_place(writer->values, value) == value) {
            replay_note_held(writer, value);
        }
        else {
            replay_note_text(writer, value, at);
        }
        return failed;
    }
    if (is_scalar(value)) {
        if (writer->notes != NULL) {
            replay_note_scalar(writer, value);
        }
        return write_scalar(writer, value);
    }
    if (type == &PyBytes_Type) {
        size_t at = writer->text->size;
        int failed = write_bytes(writer, value);
        replay_note_text(writer, value, at);
        return failed;
    }
    if (type == &PyByteArray_Type) {
        return write_bytearray(writer, value);
    }
    return write_compound(writer, value, type, depth);
}

int
writer_value(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    long long left = writer->left - 2;
    size_t before = text_length(writer->text);
    replay_note_left(writer, writer->left);
    if (write_any(writer, value, depth) < 0) {
        return -1;
    }
    writer->left = left - (long long)(text_length(writer->text) - before);
    return 0;
}

int
writer_named(Writer *writer, PyObject *rule, PyObject *value, Py_ssize_t depth)
{
    int hidden = hides(writer->values, rule, value);
    if (hidden) {
        return hidden < 0 ? -1 : write_redacted(writer, rule);
    }
    writer->tells_apart = rule != NULL && rule == writer->values->identifier && PyUnicode_CheckExact(value);
    int failed = writer_value(writer, value, depth + 1);
    writer->tells_apart = 0;
    return failed;
}

Ref
writer_refer_since(Writer *writer, const Text *before)
{
    const Text *text = writer->text;
    return pool_refer(&writer->values->pool, text->data + before->size, text->size - before->size,
                      text->beyond - before->beyond);
}

/* A scalar that is a reference in itself; NOTHING for any other value. */
static Ref
scalar_of(PyObject *value)
{
    if (value == Py_None) {
        return ref_scalar(COLUMN_NULL);
    }
    if (PyBool_Check(value)) {
        return ref_scalar(value == Py_True ? COLUMN_TRUE : COLUMN_FALSE);
    }
    if (PyLong_CheckExact(value) && PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        Py_ssize_t number = PyUnstable_Long_CompactValue((PyLongObject *)value);
        return ref_fits(number) ? ref_int(number) : NOTHING;
    }
    return NOTHING;
}

/* What is no plain scalar, string or bytes may have been written before. */
static Ref
refer_shown(Writer *writer, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    if (!is_scalar(value) && type != &PyUnicode_Type && type != &PyBytes_Type) {
        return replay_refer(writer, value);
    }
    Ref scalar = scalar_of(value);
    if (scalar != NOTHING) {
        writer->left -= 2 + ref_length(scalar);
        return scalar;
    }
    Text before = *writer->text;
    return writer_value(writer, value, 0) < 0 ? NOTHING : writer_refer_since(writer, &before);
}

static Ref
refer_hidden(Writer *writer, PyObject *rule)
{
    Text before = *writer->text;
    return write_redacted(writer, rule) < 0 ? NOTHING : writer_refer_since(writer, &before);
}

Ref
writer_refer(Writer *writer, PyObject *rule, PyObject *value)
{
    int hidden = hides(writer->values, rule, value);
    if (hidden) {
        return hidden < 0 ? NOTHING : refer_hidden(writer, rule);
    }
    writer->tells_apart = rule != NULL && rule == writer->values->identifier && PyUnicode_CheckExact(value);
    Ref ref = refer_shown(writer, value);
    writer->tells_apart = 0;
    return ref;
}

Ref
writer_refer_varargs(Writer *writer, PyObject *rule, PyObject *value)
{
    Py_ssize_t length = PyTuple_GET_SIZE(value);
    int hidden = length ? hides(writer->values, rule, value) : 0;
    if (hidden) {
        return hidden < 0 ? NOTHING : refer_hidden(writer, rule);
    }
    Text before = *writer->text;
    return write_words(writer, value, length, &PyTuple_GET_ITEM(value, 0), length, 0) < 0
               ? NOTHING
               : writer_refer_since(writer, &before);
}
