#include "writer.h"

/* Strings of these lengths are looked for in the TextWriter's caches, which hold no longer ones. */
enum { LEAST = 16, RULES = 4096, NAME = 200 };

/* Append what a method of the TextWriter answers; a str, or -1 with an exception set. */
static int append_answer(Writer *writer, PyObject *answer)
{
    if (answer == NULL) {
        return -1;
    }
    int failed = text_str(writer->text, answer);
    Py_DECREF(answer);
    return failed;
}

static int write_by_plain(Writer *writer, PyObject *value, Py_ssize_t most)
{
    return append_answer(writer, PyObject_CallMethod(writer->values->text, "plain", "OnO", value, most, writer->place));
}

int write_string(Writer *writer, PyObject *value)
{
    long long most = writer->left > LEAST ? writer->left : LEAST;
    if (most > writer->values->string) {
        most = writer->values->string;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    if (length > most) {
        return write_by_plain(writer, value, (Py_ssize_t)most);
    }
    int seen = scan_str(&writer->values->stems, value);
    if (seen & SCAN_CLEAN) {
        return text_quoted_clean(writer->text, PyUnicode_DATA(value), (size_t)length);
    }
    if (seen & SCAN_HARMLESS) {
        int odd = text_quoted(writer->text, value);
        if (odd <= 0) {
            return odd;
        }
    }
    PyObject *known = PyDict_GetItemWithError(writer->values->harmless, value);
    if (known != NULL) {
        return text_str(writer->text, known);
    }
    return PyErr_Occurred() ? -1 : write_by_plain(writer, value, (Py_ssize_t)most);
}

int write_redacted(Writer *writer, PyObject *rule)
{
    return append_answer(writer, PyObject_CallMethod(writer->values->text, "redacted", "OO", rule, writer->place));
}

static int write_unknown_key(Writer *writer, PyObject *name, int *is_odd)
{
    *is_odd = 1;
    Values *values = writer->values;
    return append_answer(writer, PyObject_CallMethod(values->text, "key", "OnO", name, values->string, writer->place));
}

int write_key(Writer *writer, PyObject *name, int *is_odd)
{
    PyObject *known = PyDict_GetItemWithError(writer->values->keys, name);
    if (known == NULL) {
        return PyErr_Occurred() ? -1 : write_unknown_key(writer, name, is_odd);
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(name);
    if (PyUnicode_GET_LENGTH(known) != length + 2 || length > writer->values->string) {
        *is_odd = 1;
    }
    return text_str(writer->text, known);
}

static int remember_rule(Values *values, PyObject *name, PyObject *rule)
{
    if (PyDict_GET_SIZE(values->rules) >= RULES) {
        PyDict_Clear(values->rules);
    }
    return PyDict_SetItem(values->rules, name, rule);
}

int rule_of(Writer *writer, PyObject *name, PyObject **rule)
{
    *rule = NULL;
    if (!PyUnicode_Check(name) && !PyBytes_CheckExact(name)) {
        return 0;
    }
    int is_remembered = PyUnicode_CheckExact(name) && PyUnicode_GET_LENGTH(name) <= NAME;
    PyObject *found = is_remembered ? PyDict_GetItemWithError(writer->values->rules, name) : NULL;
    if (found == NULL) {
        if (PyErr_Occurred()) {
            return -1;
        }
        found = PyObject_CallMethod(writer->values->text, "name_rule", "O", name);
        if (found == NULL || (is_remembered && remember_rule(writer->values, name, found) < 0)) {
            Py_XDECREF(found);
            return -1;
        }
    } else {
        Py_INCREF(found);
    }
    if (found == Py_None) {
        Py_DECREF(found);
    } else {
        *rule = found;
    }
    return 0;
}

int says_nothing(PyObject *value)
{
    if (PyUnicode_CheckExact(value)) {
        return PyUnicode_GET_LENGTH(value) == 0;
    }
    if (PyBytes_CheckExact(value)) {
        return PyBytes_GET_SIZE(value) == 0;
    }
    return value == Py_None || value == Py_True || value == Py_False;
}
