#include "writer.h"

static void
replace(FunctionName *place, FunctionName by)
{
    FunctionName old = *place;
    *place = by;
    Py_XDECREF(old.module);
    Py_XDECREF(old.qualname);
    ref_release(old.text);
}

void
function_names_free(FunctionNames *names)
{
    for (int i = 0; i < FUNCTION_NAMES; i++) {
        replace(&names->table[i], (FunctionName){0});
    }
}

static FunctionName *
place_of(FunctionNames *names, const PyObject *module, const PyObject *qualname)
{
    return &names->table[((size_t)module >> 7 ^ (size_t)qualname >> 4 ^ (size_t)qualname >> 13) & (FUNCTION_NAMES - 1)];
}

static int
may_keep(PyObject *name)
{
    return PyUnicode_CheckExact(name) && PyUnicode_GET_LENGTH(name) <= FUNCTION_NAME_MOST;
}

static void
keep(Writer *writer, FunctionName *place, PyObject *module, PyObject *qualname, const Text *before)
{
    Ref text = writer_refer_since(writer, before);
    if (text == NOTHING) {
        PyErr_Clear();
        return;
    }
    replace(place, (FunctionName){Py_NewRef(module), Py_NewRef(qualname), text});
}

int
write_function_name(Writer *writer, PyObject *module, PyObject *qualname)
{
    FunctionName *place = place_of(&writer->values->function_names, module, qualname);
    if (place->module == module && place->qualname == qualname) {
        return ref_append(writer->text, place->text);
    }
    Text before = *writer->text;
    int failed = write_part(writer, module);
    if (failed == 0) {
        failed = APPEND(writer, ".") < 0 ? -1 : write_part(writer, qualname);
    }
    if (failed == 0 && may_keep(module) && may_keep(qualname)) {
        keep(writer, place, module, qualname, &before);
    }
    return failed;
}
