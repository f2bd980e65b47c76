#include "writer.h"

static int
has_surrogate(PyObject *str)
{
    int kind = PyUnicode_KIND(str);
    if (kind == PyUnicode_1BYTE_KIND) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(str); i++) {
        Py_UCS4 c = PyUnicode_READ(kind, PyUnicode_DATA(str), i);
        if (c >= 0xD800 && c < 0xE000) {
            return 1;
        }
    }
    return 0;
}

static inline int
is_json_key(const Values *values, PyObject *key)
{
    return PyUnicode_CheckExact(key) && PyUnicode_GET_LENGTH(key) <= values->string && !has_surrogate(key);
}

int
dict_is_object(const Values *values, PyObject *dict)
{
    Py_ssize_t at = 0, most = values->items;
    PyObject *key;
    while (most-- > 0 && PyDict_Next(dict, &at, &key, NULL)) {
        if (!is_json_key(values, key)) {
            return 0;
        }
    }
    return 1;
}

/* One [key, value] of a dict that JSON cannot write as an object. */
static int
write_pair(Writer *writer, PyObject *key, PyObject *value, Py_ssize_t depth)
{
    PyObject *rule;
    if (rule_of(writer->values, key, &rule) < 0) {
        return -1;
    }
    int failed = APPEND(writer, "[") < 0 || writer_value(writer, key, depth + 1) < 0 || APPEND(writer, ", ") < 0 ||
                 writer_named(writer, rule, value, depth) < 0 || APPEND(writer, "]") < 0;
    Py_XDECREF(rule);
    return failed ? -1 : 0;
}

static int
write_pairs(Writer *writer, PyObject *owner, const Copied *copied, Py_ssize_t length, Py_ssize_t depth)
{
    if (APPEND(writer, "[") < 0) {
        return -1;
    }
    Py_ssize_t i = 0;
    if (!is_closed(writer, length, depth)) {
        if (writer_open(writer, owner) < 0) {
            return -1;
        }
        for (; 2 * i < copied->count && writer->left > 0; i++) {
            if ((i && APPEND(writer, ", ") < 0) ||
                write_pair(writer, copied->items[2 * i], copied->items[2 * i + 1], depth) < 0) {
                return -1;
            }
        }
        writer_close(writer);
    }
    return end_array(writer, length, i);
}

/* Copy the first keys and values; -1 with an exception set. */
static int
copy_dict(Writer *writer, Copied *copied, PyObject *value)
{
    Py_ssize_t length = PyDict_GET_SIZE(value);
    Py_ssize_t most = 2 * (length < writer->values->items ? length : writer->values->items);
    if (copied_room(copied, most) < 0) {
        return -1;
    }
    Py_ssize_t at = 0;
    PyObject *key, *item;
    while (copied->count < most && PyDict_Next(value, &at, &key, &item)) {
        copied->items[copied->count++] = Py_NewRef(key);
        copied->items[copied->count++] = Py_NewRef(item);
    }
    return 0;
}

int
write_dict_pairs(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Copied copied;
    Py_ssize_t length = PyDict_GET_SIZE(value);
    if (copy_dict(writer, &copied, value) < 0) {
        return -1;
    }
    int failed = write_pairs(writer, value, &copied, length, depth);
    copied_free(&copied);
    return failed;
}

int
write_dict(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Copied copied;
    Py_ssize_t length = PyDict_GET_SIZE(value);
    int is_object = dict_is_object(writer->values, value);
    if (copy_dict(writer, &copied, value) < 0) {
        return -1;
    }
    int failed;
    if (is_object) {
        failed = APPEND(writer, "{") < 0 || write_members(writer, value, &copied, length, depth, 0, 0) < 0;
    }
    else {
        failed = APPEND(writer, "{\"@\": \"dict\", \"@pairs\": ") < 0 ||
                 write_pairs(writer, value, &copied, length, depth) < 0 || APPEND(writer, "}") < 0;
    }
    copied_free(&copied);
    return failed ? -1 : 0;
}
