#include "writer.h"

int
copied_room(Copied *copied, Py_ssize_t count)
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

void
copied_free(Copied *copied)
{
    for (Py_ssize_t i = 0; i < copied->count; i++) {
        Py_DECREF(copied->items[i]);
    }
    if (copied->items != copied->first) {
        PyMem_Free(copied->items);
    }
}

/* The last element of an array, which counts those that are left out. */
static int
write_more(Writer *writer, Py_ssize_t more)
{
    return APPEND(writer, "{\"@more\": ") < 0 || text_number(writer->text, more) < 0 ? -1 : APPEND(writer, "}");
}

int
end_array(Writer *writer, Py_ssize_t length, Py_ssize_t written)
{
    if (length > written) {
        if ((written && APPEND(writer, ", ") < 0) || write_more(writer, length - written) < 0) {
            return -1;
        }
    }
    return APPEND(writer, "]");
}

/* An item, or what Python told that stands in its place. */
static int
write_item(Writer *writer, PyObject *item, PyObject *told, Py_ssize_t at, Py_ssize_t depth)
{
    PyObject *instead = told == NULL || at >= PyList_GET_SIZE(told) ? Py_None : PyList_GET_ITEM(told, at);
    return instead == Py_None ? writer_value(writer, item, depth + 1) : text_str(writer->text, instead);
}

static int
write_items(Writer *writer, PyObject *owner, Py_ssize_t length, PyObject *const *items, Py_ssize_t count,
            Py_ssize_t depth, PyObject *told)
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
        if ((i && APPEND(writer, ", ") < 0) || write_item(writer, items[i], told, i, depth) < 0) {
            return -1;
        }
    }
    writer_close(writer);
    return end_array(writer, length, i);
}

int
write_array(Writer *writer, PyObject *owner, Py_ssize_t length, PyObject *const *items, Py_ssize_t count,
            Py_ssize_t depth)
{
    return write_items(writer, owner, length, items, count, depth, NULL);
}

/* Whether one of the items begins as a command's option does (commands.is_command). */
static int
has_option(PyObject *const *items, Py_ssize_t count)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = items[i];
        if (PyUnicode_CheckExact(item) && PyUnicode_GET_LENGTH(item) > 1 && PyUnicode_READ_CHAR(item, 0) == '-' &&
            PyUnicode_READ_CHAR(item, 1) != ' ') {
            return 1;
        }
    }
    return 0;
}

int
write_words(Writer *writer, PyObject *owner, Py_ssize_t length, PyObject *const *items, Py_ssize_t count,
            Py_ssize_t depth)
{
    Py_ssize_t most = count < writer->values->items ? count : writer->values->items;
    if (is_closed(writer, length, depth) || !has_option(items, most)) {
        return write_array(writer, owner, length, items, count, depth);
    }
    PyObject *words = PyList_New(most);
    for (Py_ssize_t i = 0; words != NULL && i < most; i++) {
        PyList_SET_ITEM(words, i, Py_NewRef(items[i]));
    }
    PyObject *told =
        words == NULL ? NULL : PyObject_CallMethod(writer->values->text, "arguments", "OO", words, writer->place);
    Py_XDECREF(words);
    if (told == NULL) {
        return -1;
    }
    if (told != Py_None) {
        replay_forgo(writer);
    }
    int failed = write_items(writer, owner, length, items, count, depth, told == Py_None ? NULL : told);
    Py_DECREF(told);
    return failed;
}

/* A header or field as (name, value): the value of a secret name is hidden. 1 written, 0 there is none. */
static int
write_secret_pair(Writer *writer, PyObject *name, PyObject *value)
{
    if (!(PyUnicode_Check(value) || PyBytes_Check(value))) {
        return 0;
    }
    PyObject *rule;
    if (rule_of(writer->values, name, &rule) < 0) {
        return -1;
    }
    int hidden = hides(writer->values, rule, value);
    if (hidden <= 0) {
        Py_XDECREF(rule);
        return hidden;
    }
    int failed = APPEND(writer, "[") < 0 || writer_value(writer, name, writer->values->depth) < 0 ||
                 APPEND(writer, ", ") < 0 || write_redacted(writer, rule) < 0 || APPEND(writer, "]") < 0;
    Py_DECREF(rule);
    return failed ? -1 : 1;
}

int
write_list_items(Writer *writer, PyObject *value, Py_ssize_t depth)
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
        done = write_words(writer, value, length, copied.items, copied.count, depth);
    }
    copied_free(&copied);
    return done < 0 ? -1 : 0;
}

int
write_tuple_items(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    Py_ssize_t length = PyTuple_GET_SIZE(value);
    PyObject *const *items = &PyTuple_GET_ITEM(value, 0);
    int done = length == 2 && writer->values->items >= 2 ? write_secret_pair(writer, items[0], items[1]) : 0;
    if (done == 0) {
        done = write_words(writer, value, length, items, length, depth);
    }
    return done < 0 ? -1 : 0;
}

int
write_tuple(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    if (APPEND(writer, "{\"@\": \"tuple\", \"@items\": ") < 0 || write_tuple_items(writer, value, depth) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}

static int
write_named_item(Writer *writer, PyObject *name, PyObject *value, Py_ssize_t depth)
{
    PyObject *rule;
    if (rule_of(writer->values, name, &rule) < 0) {
        return -1;
    }
    int failed = writer_named(writer, rule, value, depth);
    Py_XDECREF(rule);
    return failed;
}

int
write_named_items(Writer *writer, PyObject *value, PyObject *names, Py_ssize_t depth)
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
static int
copy_iterated(Copied *copied, PyObject *value, PyTypeObject *base, Py_ssize_t most)
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

int
write_iterated(Writer *writer, PyObject *value, PyTypeObject *base, Py_ssize_t depth)
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

int
write_set(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    NOTE(writer, Py_TYPE(value), PySet_GET_SIZE(value));
    int failed = PyFrozenSet_CheckExact(value) ? APPEND(writer, "{\"@\": \"frozenset\", \"@items\": ")
                                               : APPEND(writer, "{\"@\": \"set\", \"@items\": ");
    if (failed || write_iterated(writer, value, Py_TYPE(value), depth) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}
