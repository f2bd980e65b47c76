#include "writer.h"

enum { LEAST = 16 /* characters that are kept even when the total is used up */ };

int append_answer(Writer *writer, PyObject *answer)
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
