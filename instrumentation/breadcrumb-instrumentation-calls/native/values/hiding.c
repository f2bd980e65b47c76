/* Whether what stands under a name that may mean a secret is hidden. The C twin of weights.py, which it asks about each text
   once. */
#include "writer.h"

enum {
    LOOKED_AT = 20 /* items of a list: weights._ITEMS */,
    FITS_MOST = 64 /* characters of a text that is remembered */
};

void
fits_free(Fits *fits)
{
    for (int i = 0; i < FITS; i++) {
        Unfit gone = fits->table[i];
        fits->table[i] = (Unfit){0};
        Py_XDECREF(gone.rule);
        Py_XDECREF(gone.text);
    }
}

int
fits_visit(const Fits *fits, visitproc visit, void *arg)
{
    for (int i = 0; i < FITS; i++) {
        Py_VISIT(fits->table[i].rule);
    }
    return 0;
}

static int
says_nothing(PyObject *value)
{
    if (PyUnicode_CheckExact(value)) {
        return PyUnicode_GET_LENGTH(value) == 0;
    }
    if (PyBytes_CheckExact(value)) {
        return PyBytes_GET_SIZE(value) == 0;
    }
    return value == Py_None || value == Py_True || value == Py_False;
}

/* Whether a value has the shape of what the rule means (weights.Weighed.fits); -1 with an exception set. */
static int
ask(PyObject *rule, PyObject *value)
{
    PyObject *fits = PyObject_CallMethod(rule, "fits", "(O)", value);
    int answer = fits == NULL ? -1 : fits == Py_True;
    Py_XDECREF(fits);
    return answer;
}

static Unfit *
place_of(Fits *fits, const PyObject *rule, PyObject *text)
{
    return &fits->table[((size_t)PyObject_Hash(text) ^ (size_t)rule >> 5) & (FITS - 1)];
}

static int
is_known(const Unfit *known, const PyObject *rule, PyObject *text)
{
    return known->rule == rule && (known->text == text || PyUnicode_Compare(known->text, text) == 0);
}

/* The same of an exact str. That it does not fit is remembered: what does is a secret. */
static int
fits_text(Fits *fits, PyObject *rule, PyObject *text)
{
    if (is_known(place_of(fits, rule, text), rule, text)) {
        return 0;
    }
    int answer = ask(rule, text);
    if (answer == 0 && PyUnicode_GET_LENGTH(text) <= FITS_MOST) {
        Unfit *place = place_of(fits, rule, text), gone = *place;
        *place = (Unfit){Py_NewRef(rule), Py_NewRef(text)};
        Py_XDECREF(gone.rule);
        Py_XDECREF(gone.text);
    }
    return answer;
}

/* Whether one of the first items of a list or a tuple fits, which Python code may change meanwhile. */
static int
fits_items(Fits *fits, PyObject *rule, PyObject *value)
{
    int answer = 0;
    for (Py_ssize_t i = 0; answer == 0 && i < PySequence_Fast_GET_SIZE(value) && i < LOOKED_AT; i++) {
        PyObject *item = Py_NewRef(PySequence_Fast_GET_ITEM(value, i));
        answer = PyUnicode_CheckExact(item) ? fits_text(fits, rule, item) : 0;
        Py_DECREF(item);
    }
    return answer;
}

int
hides(Values *values, PyObject *rule, PyObject *value)
{
    if (rule == NULL || rule == values->identifier || says_nothing(value)) {
        return 0;
    }
    if (PyUnicode_CheckExact(rule)) { /* a plain one */
        return 1;
    }
    if (PyUnicode_CheckExact(value)) {
        return fits_text(&values->fits, rule, value);
    }
    if (PyList_CheckExact(value) || PyTuple_CheckExact(value)) {
        return fits_items(&values->fits, rule, value);
    }
    return PyUnicode_Check(value) || PyBytes_CheckExact(value) || PyLong_CheckExact(value) ? ask(rule, value) : 0;
}
