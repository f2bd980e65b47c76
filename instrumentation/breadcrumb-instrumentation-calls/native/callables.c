#include "writer.h"

int write_class(Writer *writer, PyObject *value)
{
    const Plan *plan = plan_of(&writer->values->plans, (PyTypeObject *)value);
    if (plan == NULL) {
        return -1;
    }
    if (plan->name == NULL) {
        return writer_by_python(writer, value, 0);
    }
    if (APPEND(writer, "{\"@\": \"type\", \"@name\": ") < 0 || text_str(writer->text, plan->name) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}

/* Append a str to a JSON string that is open; 1 where it has a lone surrogate or is no exact str. */
static int write_part(Writer *writer, PyObject *str)
{
    if (!PyUnicode_CheckExact(str)) {
        return 1;
    }
    Text before = *writer->text;
    int failed = text_quoted(writer->text, str, PyUnicode_GET_LENGTH(str));
    if (failed == 0) { /* without the quotes */
        memmove(writer->text->data + before.size, writer->text->data + before.size + 1, writer->text->size - before.size - 2);
        writer->text->size -= 2;
    }
    return failed;
}

static int write_function_name(Writer *writer, PyObject *value)
{
    PyFunctionObject *function = (PyFunctionObject *)value;
    PyObject *module = PyDict_CheckExact(function->func_globals)
                           ? PyDict_GetItemWithError(function->func_globals, writer->values->module)
                           : NULL;
    if (module == NULL || !PyUnicode_CheckExact(module)) {
        return PyErr_Occurred() ? -1 : 1;
    }
    int failed = write_part(writer, module);
    if (failed == 0) {
        failed = APPEND(writer, ".") < 0 ? -1 : write_part(writer, function->func_qualname);
    }
    return failed;
}

/* A function, or a method by its function; what has no plain name is left to Python. */
static int write_callable(Writer *writer, PyObject *value, PyObject *function, const char *head)
{
    Text before = *writer->text;
    int failed = text_ascii(writer->text, head, strlen(head)) < 0 ? -1 : write_function_name(writer, function);
    if (failed > 0) {
        text_back(writer->text, &before);
        return writer_by_python(writer, value, 0);
    }
    return failed ? -1 : APPEND(writer, "\"}");
}

int write_function(Writer *writer, PyObject *value)
{
    replay_forgo(writer);
    return write_callable(writer, value, value, "{\"@\": \"function\", \"@name\": \"");
}

int write_method(Writer *writer, PyObject *value)
{
    replay_forgo(writer);
    PyObject *function = PyMethod_GET_FUNCTION(value);
    if (!Py_IS_TYPE(function, &PyFunction_Type)) {
        return writer_by_python(writer, value, 0);
    }
    return write_callable(writer, value, function, "{\"@\": \"method\", \"@name\": \"");
}
