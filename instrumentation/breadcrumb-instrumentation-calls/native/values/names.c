#include "names.h"

#include "writer.h"

enum { RULES = 4096, LONGEST = 200 /* TextWriter.name_rule reads no more */ };

int
names_init(Names *names)
{
    names->rules = PyDict_New();
    return names->rules == NULL ? -1 : 0;
}

static void
forget(Name *known)
{
    PyObject *name = known->name, *text = known->text, *rule = known->rule;
    *known = (Name){0};
    Py_XDECREF(name);
    Py_XDECREF(text);
    Py_XDECREF(rule);
}

void
names_free(Names *names)
{
    for (int i = 0; i < NAMES; i++) {
        forget(&names->table[i]);
    }
    Py_CLEAR(names->rules);
}

int
names_visit(const Names *names, visitproc visit, void *arg)
{
    Py_VISIT(names->rules);
    for (int i = 0; i < NAMES; i++) {
        Py_VISIT(names->table[i].rule);
    }
    return 0;
}

static int
remember_rule(Names *names, PyObject *name, PyObject *rule)
{
    if (PyDict_GET_SIZE(names->rules) >= RULES) {
        PyDict_Clear(names->rules);
    }
    return PyDict_SetItem(names->rules, name, rule);
}

int
rule_of(Values *values, PyObject *name, PyObject **rule)
{
    *rule = NULL;
    if (!PyUnicode_Check(name) && !PyBytes_CheckExact(name)) {
        return 0;
    }
    Names *names = &values->names;
    int is_remembered = PyUnicode_CheckExact(name) && PyUnicode_GET_LENGTH(name) <= LONGEST;
    PyObject *found = is_remembered ? PyDict_GetItemWithError(names->rules, name) : NULL;
    if (found == NULL) {
        if (PyErr_Occurred()) {
            return -1;
        }
        found = PyObject_CallMethod(values->text, "name_rule", "O", name);
        if (found == NULL || (is_remembered && remember_rule(names, name, found) < 0)) {
            Py_XDECREF(found);
            return -1;
        }
    }
    else {
        Py_INCREF(found);
    }
    if (found == Py_None) {
        Py_DECREF(found);
    }
    else {
        *rule = found;
    }
    return 0;
}

/* The name's JSON text as the TextWriter remembers it, borrowed; NULL where it does not, or with an exception set. */
static PyObject *
remembered_text(Writer *writer, PyObject *name, int *is_odd)
{
    PyObject *text = PyDict_GetItemWithError(writer->values->keys, name);
    if (text != NULL) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(name);
        if (PyUnicode_GET_LENGTH(text) != length + 2 || length > writer->values->string) {
            *is_odd = 1;
        }
    }
    return text;
}

static int
write_by_key(Writer *writer, PyObject *name)
{
    Values *values = writer->values;
    return append_answer(writer, PyObject_CallMethod(values->text, "key", "OnO", name, values->string, writer->place));
}

static size_t
index_of(const PyObject *name)
{
    return ((size_t)name >> 4 ^ (size_t)name >> 14) & (NAMES - 1);
}

static Name *
place_of(Names *names, const PyObject *name)
{
    return &names->table[index_of(name)];
}

/* Keep what was found of a plain name; only of interned ones, which come again as the same object. */
static void
keep(Writer *writer, PyObject *name, PyObject *rule)
{
    int is_odd = 0;
    if (!PyUnicode_CHECK_INTERNED(name)) {
        return;
    }
    PyObject *text = remembered_text(writer, name, &is_odd);
    if (text == NULL || is_odd) {
        PyErr_Clear();
        return;
    }
    Name *place = place_of(&writer->values->names, name);
    forget(place);
    *place =
        (Name){Py_NewRef(name), Py_NewRef(text), Py_XNewRef(rule), (char)is_item_name(name), (char)is_item_value(name)};
}

static int
is_one_of(PyObject *name, const char *const *words)
{
    if (!PyUnicode_CheckExact(name) || !PyUnicode_IS_ASCII(name)) {
        return 0;
    }
    size_t length = (size_t)PyUnicode_GET_LENGTH(name);
    const char *text = (const char *)PyUnicode_1BYTE_DATA(name); /* a 0 ends it */
    for (; *words != NULL; words++) {
        if (**words == *text && strlen(*words) == length && memcmp(text, *words, length) == 0) {
            return 1;
        }
    }
    return 0;
}

/* text.NAME_KEYS and text.VALUE_KEYS */
static const char *const NAME_KEYS[] = {"name", "key", "Name", "Key", "_key", NULL};
static const char *const VALUE_KEYS[] = {"value", "Value", "val", "content", "_value", "_coded_value", "default", NULL};

int
is_item_name(PyObject *key)
{
    return is_one_of(key, NAME_KEYS);
}

int
is_item_value(PyObject *key)
{
    return is_one_of(key, VALUE_KEYS);
}

void
note_item_key(const Values *values, PyObject *key, int *is_name, int *is_value)
{
    const Name *known = &values->names.table[index_of(key)];
    *is_name = known->name == key ? known->is_name : is_item_name(key);
    *is_value = known->name == key ? known->is_value : is_item_value(key);
}

int
write_key(Writer *writer, PyObject *name, int *is_odd, PyObject **rule)
{
    const Name *known = place_of(&writer->values->names, name);
    if (known->name == name) {
        *rule = Py_XNewRef(known->rule);
        return text_str(writer->text, known->text);
    }
    PyObject *text = remembered_text(writer, name, is_odd);
    if (text == NULL) {
        *is_odd = 1;
        if (PyErr_Occurred() || write_by_key(writer, name) < 0) {
            return -1;
        }
    }
    else if (text_str(writer->text, text) < 0) {
        return -1;
    }
    if (rule_of(writer->values, name, rule) < 0) {
        return -1;
    }
    keep(writer, name, *rule);
    return 0;
}
