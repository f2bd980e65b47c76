#include "writer.h"

int copied_room(Copied *copied, Py_ssize_t count)
{
    copied->count = 0;
    copied->items = copied->first;
    if (count <= COPIED_AT_FIRST) {
        return 0;
    }
    copied->items = count > PY_SSIZE_T_MAX / 16 ? NULL : PyMem_Malloc((size_t)count * sizeof *copied->items);
    if (copied->items == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

void copied_free(Copied *copied)
{
    for (Py_ssize_t i = 0; i < copied->count; i++) {
        Py_DECREF(copied->items[i]);
    }
    if (copied->items != copied->first) {
        PyMem_Free(copied->items);
    }
}

/* The last element of an array, which counts those that are left out. */
static int write_more(Writer *writer, Py_ssize_t more)
{
    return APPEND(writer, "{\"@more\": ") < 0 || text_number(writer->text, more) < 0 ? -1 : APPEND(writer, "}");
}

int end_array(Writer *writer, Py_ssize_t length, Py_ssize_t written)
{
    if (length > written) {
        if ((written && APPEND(writer, ", ") < 0) || write_more(writer, length - written) < 0) {
            return -1;
        }
    }
    return APPEND(writer, "]");
}

int write_array(Writer *writer, PyObject *owner, Py_ssize_t length, PyObject *const *items, Py_ssize_t count, Py_ssize_t depth)
{
    if (APPEND(writer, "[") < 0) {
        return -1;
    }
    if (is_closed(writer, length, depth)) {
        return end_array(writer, length, 0);
    }
    if (writer_open(writer, owner) < 0) {
        return -1;
    }
    Py_ssize_t most = count < writer->values->items ? count : writer->values->items;
    Py_ssize_t i = 0;
    for (; i < most && writer->left > 0; i++) {
        if ((i && APPEND(writer, ", ") < 0) || writer_value(writer, items[i], depth + 1) < 0) {
            return -1;
        }
    }
    writer_close(writer);
    return end_array(writer, length, i);
}

/* A header or field as (name, value): the value of a secret name is hidden. 1 written, 0 there is none. */
static int write_secret_pair(Writer *writer, PyObject *name, PyObject *value)
{
    if (says_nothing(value) || !(PyUnicode_Check(value) || PyBytes_Check(value))) {
        return 0;
    }
    PyObject *rule;
    if (rule_of(writer->values, name, &rule) < 0) {
        return -1;
    }
    if (rule == NULL) {
        return 0;
    }
    int failed = APPEND(writer, "[") < 0 || writer_value(writer, name, writer->values->depth) < 0 ||
                 APPEND(writer, ", ") < 0 || write_redacted(writer, rule) < 0 || APPEND(writer, "]") < 0;
    Py_DECREF(rule);
    return failed ? -1 : 1;
}

int write_list_items(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Py_ssize_t length = PyList_GET_SIZE(value);
    Py_ssize_t most = writer->values->items;
    if (most < 2 && PyList_CheckExact(value)) {
        most = 2; /* a pair is seen whole */
    }
    Copied copied;
    if (copied_room(&copied, length < most ? length : most) < 0) {
        return -1;
    }
    for (; copied.count < length && copied.count < most; copied.count++) {
        copied.items[copied.count] = Py_NewRef(PyList_GET_ITEM(value, copied.count));
    }
    int is_pair = length == 2 && copied.count == 2;
    int done = is_pair ? write_secret_pair(writer, copied.items[0], copied.items[1]) : 0;
    if (done == 0) {
        done = write_array(writer, value, length, copied.items, copied.count, depth);
    }
    copied_free(&copied);
    return done < 0 ? -1 : 0;
}

int write_tuple_items(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Py_ssize_t length = PyTuple_GET_SIZE(value);
    PyObject *const *items = &PyTuple_GET_ITEM(value, 0);
    int done = length == 2 && writer->values->items >= 2 ? write_secret_pair(writer, items[0], items[1]) : 0;
    if (done == 0) {
        done = write_array(writer, value, length, items, length, depth);
    }
    return done < 0 ? -1 : 0;
}

int write_tuple(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    if (APPEND(writer, "{\"@\": \"tuple\", \"@items\": ") < 0 || write_tuple_items(writer, value, depth) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}

static int write_named_item(Writer *writer, PyObject *name, PyObject *value, Py_ssize_t depth)
{
    PyObject *rule;
    if (rule_of(writer->values, name, &rule) < 0) {
        return -1;
    }
    int failed = writer_named(writer, rule, value, depth);
    Py_XDECREF(rule);
    return failed;
}

int write_named_items(Writer *writer, PyObject *value, PyObject *names, Py_ssize_t depth)
{
    Py_ssize_t length = PyTuple_GET_SIZE(value);
    if (APPEND(writer, "[") < 0) {
        return -1;
    }
    if (is_closed(writer, length, depth)) {
        return end_array(writer, length, 0);
    }
    if (writer_open(writer, value) < 0) {
        return -1;
    }
    Py_ssize_t i = 0;
    for (; i < length && i < writer->values->items && writer->left > 0; i++) {
        if ((i && APPEND(writer, ", ") < 0) ||
            write_named_item(writer, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(value, i), depth) < 0) {
            return -1;
        }
    }
    writer_close(writer);
    return end_array(writer, length, i);
}

/* Copy what the base itself iterates, not a subclass's `__iter__`; -1 with an exception set. */
static int copy_iterated(Copied *copied, PyObject *value, PyTypeObject *base, Py_ssize_t most)
{
    if (copied_room(copied, most) < 0) {
        return -1;
    }
    PyObject *iterator = base->tp_iter(value);
    PyObject *item = NULL;
    while (iterator != NULL && copied->count < most && (item = PyIter_Next(iterator)) != NULL) {
        copied->items[copied->count++] = item;
    }
    Py_XDECREF(iterator);
    if (iterator == NULL || PyErr_Occurred()) {
        copied_free(copied);
        return -1;
    }
    return 0;
}

int write_iterated(Writer *writer, PyObject *value, PyTypeObject *base, Py_ssize_t depth)
{
    Copied copied;
    Py_ssize_t length = base->tp_as_sequence->sq_length(value);
    Py_ssize_t most = length < writer->values->items ? length : writer->values->items;
    if (copy_iterated(&copied, value, base, most) < 0) {
        return -1;
    }
    int failed = write_array(writer, value, length, copied.items, copied.count, depth);
    copied_free(&copied);
    return failed;
}

int write_set(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    replay_forgo(writer);
    int failed = PyFrozenSet_CheckExact(value) ? APPEND(writer, "{\"@\": \"frozenset\", \"@items\": ")
                                               : APPEND(writer, "{\"@\": \"set\", \"@items\": ");
    if (failed || write_iterated(writer, value, Py_TYPE(value), depth) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}
