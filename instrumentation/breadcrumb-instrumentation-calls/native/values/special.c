#include "interpreter/instances.h"

#include "writer.h"

static inline int
is_named(PyObject *key, const char *name, size_t length)
{
    return PyUnicode_CheckExact(key) && PyUnicode_IS_ASCII(key) && (size_t)PyUnicode_GET_LENGTH(key) == length &&
           memcmp(PyUnicode_1BYTE_DATA(key), name, length) == 0;
}

/* A field by its exact name, borrowed. Other keys are not asked for equality. */
static inline __attribute__((always_inline)) PyObject *
field_named(PyObject *value, const char *name, size_t length)
{
    InlineFields fields = {0};
    PyObject *dict = NULL, *key, *held;
    Py_ssize_t at = 0;
    int where = instance_fields(value, &fields, &dict);
    for (int i = 0; where == 1 && i < fields.count; i++) {
        if (is_named(inline_name(&fields, i), name, length)) {
            return inline_value(&fields, i);
        }
    }
    while (where == 2 && dict_next(dict, &at, &key, &held)) {
        if (is_named(key, name, length)) {
            return held;
        }
    }
    return NULL;
}

PyObject *
enum_name(PyObject *value)
{
    return field_named(value, "_name_", 6);
}

PyObject *
enum_value(PyObject *value)
{
    return field_named(value, "_value_", 7);
}

/* A member of an enumeration: its name and value, as known_types has them. */
int
write_enum(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    PyObject *name = plan->has_dict ? enum_name(value) : NULL;
    PyObject *held = name != NULL ? enum_value(value) : NULL;
    if (held == NULL) {
        return writer_by_python(writer, value, depth);
    }
    Py_INCREF(name);
    Py_INCREF(held);
    int failed = APPEND(writer, "{") < 0 || text_str(writer->text, plan->head) < 0 ||
                 writer_value(writer, name, depth + 1) < 0 || APPEND(writer, ", \"value\": ") < 0 ||
                 writer_value(writer, held, depth + 1) < 0 || APPEND(writer, "}") < 0;
    Py_DECREF(name);
    Py_DECREF(held);
    return failed ? -1 : 0;
}

static int
write_exception_args(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    PyObject *args = Py_NewRef(((PyBaseExceptionObject *)value)->args);
    Py_ssize_t length = PyTuple_GET_SIZE(args);
    int failed = write_id(writer, value) < 0 || APPEND(writer, ", \"@args\": ") < 0 ||
                 write_array(writer, value, length, &PyTuple_GET_ITEM(args, 0), length, depth) < 0;
    Py_DECREF(args);
    return failed ? -1 : 0;
}

static int
write_items_of(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    if (PyTuple_Check(value)) {
        replay_note_items(writer, NULL, PyTuple_GET_SIZE(value), &PyTuple_GET_ITEM(value, 0), depth);
        return write_tuple_items(writer, value, depth);
    }
    replay_note_items(writer, NULL, PyList_GET_SIZE(value), ((PyListObject *)value)->ob_item, depth);
    return write_list_items(writer, value, depth);
}

static int
write_iterated_of(Writer *writer, PyObject *value, PyTypeObject *base, Py_ssize_t depth)
{
    NOTE(writer, NULL, base->tp_as_sequence->sq_length(value));
    return write_iterated(writer, value, base, depth);
}

/* What a value holds by its built-in base. */
static int
write_content(Writer *writer, PyObject *value, int kind, PyObject *names, Py_ssize_t depth)
{
    switch (kind) {
    case PLAN_NAMED_TUPLE:
        return write_named_items(writer, value, names, depth);
    case PLAN_ITEMS:
        return write_items_of(writer, value, depth);
    case PLAN_PAIRS:
        NOTE(writer, NULL, PyDict_GET_SIZE(value));
        return write_dict_pairs(writer, value, depth);
    case PLAN_ITERATED:
        return write_iterated_of(writer, value, (PyTypeObject *)PyTuple_GET_ITEM(names, 0), depth);
    default:
        return write_exception_args(writer, value, depth);
    }
}

static int
can_write(PyObject *value, const Plan *plan)
{
    switch (plan->kind) {
    case PLAN_NAMED_TUPLE:
        return PyTuple_GET_SIZE(value) == PyTuple_GET_SIZE(plan->names);
    case PLAN_EXCEPTION:
        return ((PyBaseExceptionObject *)value)->args != NULL &&
               PyTuple_CheckExact(((PyBaseExceptionObject *)value)->args);
    default:
        return 1;
    }
}

/* How many there are, where they are shown. */
static void
note_fields(Writer *writer, const Fields *fields)
{
    if (fields->are_shown) {
        NOTE(writer, NULL, fields->length);
    }
}

/* A value of a subclass: head, content, then its own fields. */
int
write_with_content(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (!can_write(value, plan)) {
        return writer_by_python(writer, value, depth);
    }
    Fields fields;
    if (APPEND(writer, "{") < 0 || fields_take(writer, value, plan, &fields) < 0) {
        return -1;
    }
    size_t head = text_length(writer->text);
    int kind = plan->kind;
    PyObject *names = Py_NewRef(plan->names);
    int failed = text_str(writer->text, plan->head) < 0 || write_content(writer, value, kind, names, depth) < 0;
    if (!failed) {
        note_fields(writer, &fields);
        failed = fields_write(writer, value, &fields, head, depth);
    }
    Py_DECREF(names);
    copied_free(&fields.copied);
    return failed ? -1 : 0;
}

static int
write_summary_members(Writer *writer, PyObject *members, Py_ssize_t depth)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(members); i++) {
        PyObject *name, *member;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(members, i), "UO", &name, &member) || APPEND(writer, ", ") < 0 ||
            text_quoted(writer->text, name, PyUnicode_GET_LENGTH(name)) != 0 || APPEND(writer, ": ") < 0 ||
            writer_value(writer, member, depth + 1) < 0) {
            return -1;
        }
    }
    return APPEND(writer, "}");
}

/* A value of a library type that known_types tells of. */
int
write_summary(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    Text before = *writer->text;
    if (text_str(writer->text, plan->head) < 0) {
        return -1;
    }
    PyObject *members = PyObject_CallFunctionObjArgs(writer->values->summary, value, Py_TYPE(value), NULL);
    if (members == NULL) {
        return -1;
    }
    int failed;
    if (PyList_CheckExact(members)) {
        failed = write_summary_members(writer, members, depth);
    }
    else {
        text_back(writer->text, &before);
        failed = writer_by_python(writer, value, depth);
    }
    Py_DECREF(members);
    return failed;
}

/* A str of a subclass; one that is a secret as a whole is only that. */
int
write_text(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    static const char REDACTED[] = "{\"@redacted\"";
    Text before = *writer->text;
    Fields fields;
    PyObject *plain = PyUnicode_FromObject(value);
    if (plain == NULL || APPEND(writer, "{") < 0 || text_str(writer->text, plan->head) < 0 ||
        fields_take(writer, value, plan, &fields) < 0) {
        Py_XDECREF(plain);
        return -1;
    }
    Text *text = writer->text;
    Text start = *text;
    size_t head = text_length(&before) + 1;
    int failed = write_string(writer, plain);
    if (!failed && text->size - start.size >= sizeof REDACTED - 1 &&
        memcmp(text->data + start.size, REDACTED, sizeof REDACTED - 1) == 0) {
        memmove(text->data + before.size, text->data + start.size, text->size - start.size);
        text->size -= start.size - before.size;
        text->beyond -= start.beyond - before.beyond;
    }
    else if (!failed) {
        replay_note_text(writer, plain, start.size);
        note_fields(writer, &fields);
        failed = fields_write(writer, value, &fields, head, depth);
    }
    Py_DECREF(plain);
    copied_free(&fields.copied);
    return failed;
}
