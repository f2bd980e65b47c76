#include "instances.h"

#include "writer.h"

/* A field by its exact name, borrowed; NULL where there is none. Other keys are not asked for equality. */
static PyObject *field_of(PyObject *value, const char *name)
{
    InlineFields fields = {0};
    PyObject *dict = NULL, *key, *held;
    Py_ssize_t at = 0;
    switch (instance_fields(value, &fields, &dict)) {
    case 1:
        for (int i = 0; i < fields.count; i++) {
            if (PyUnicode_CompareWithASCIIString(inline_name(&fields, i), name) == 0) {
                return inline_value(&fields, i);
            }
        }
        return NULL;
    case 2:
        while (PyDict_Next(dict, &at, &key, &held)) {
            if (PyUnicode_CheckExact(key) && PyUnicode_CompareWithASCIIString(key, name) == 0) {
                return held;
            }
        }
        return NULL;
    default:
        return NULL;
    }
}

/* A member of an enumeration: its name and value, as known_types has them. */
int write_enum(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    PyObject *name = plan->has_dict ? field_of(value, "_name_") : NULL;
    PyObject *held = name != NULL ? field_of(value, "_value_") : NULL;
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

static int write_exception_args(Writer *writer, PyObject *value, Py_ssize_t depth)
{
    PyObject *args = Py_NewRef(((PyBaseExceptionObject *)value)->args);
    Py_ssize_t length = PyTuple_GET_SIZE(args);
    int failed = write_id(writer, value) < 0 || APPEND(writer, ", \"@args\": ") < 0 ||
                 write_array(writer, value, length, &PyTuple_GET_ITEM(args, 0), length, depth) < 0;
    Py_DECREF(args);
    return failed ? -1 : 0;
}

/* What a value holds by its built-in base. */
static int write_content(Writer *writer, PyObject *value, int kind, PyObject *names, Py_ssize_t depth)
{
    switch (kind) {
    case PLAN_NAMED_TUPLE:
        return write_named_items(writer, value, names, depth);
    case PLAN_ITEMS:
        return PyTuple_Check(value) ? write_tuple_items(writer, value, depth) : write_list_items(writer, value, depth);
    case PLAN_PAIRS:
        return write_dict_pairs(writer, value, depth);
    default:
        return write_exception_args(writer, value, depth);
    }
}

static int can_write(PyObject *value, const Plan *plan)
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

/* A value of a subclass: head, content, then its own fields. */
int write_with_content(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
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
    int failed = text_str(writer->text, plan->head) < 0 || write_content(writer, value, kind, names, depth) < 0 ||
                 fields_write(writer, value, &fields, head, depth) < 0;
    Py_DECREF(names);
    copied_free(&fields.copied);
    return failed ? -1 : 0;
}

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
    return write_callable(writer, value, value, "{\"@\": \"function\", \"@name\": \"");
}

int write_method(Writer *writer, PyObject *value)
{
    PyObject *function = PyMethod_GET_FUNCTION(value);
    if (!Py_IS_TYPE(function, &PyFunction_Type)) {
        return writer_by_python(writer, value, 0);
    }
    return write_callable(writer, value, function, "{\"@\": \"method\", \"@name\": \"");
}
