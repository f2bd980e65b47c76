#include "replay/parts.h"

int
write_class(Writer *writer, PyObject *value)
{
    const Plan *plan = plan_of(&writer->values->plans, (PyTypeObject *)value);
    if (plan == NULL) {
        return -1;
    }
    if (plan->name == NULL) {
        return writer_by_python(writer, value, 0);
    }
    NOTE(writer, &SEEN_CLASS, 0);
    NOTE(writer, value, plan->serial);
    if (APPEND(writer, "{\"@\": \"type\", \"@name\": ") < 0 || text_str(writer->text, plan->name) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}

int
write_part(Writer *writer, PyObject *str)
{
    int is_proven = PyUnicode_CheckExact(str) ? is_clear_str(writer->values, str) : 0;
    if (is_proven <= 0) {
        return is_proven < 0 ? -1 : 1;
    }
    Text before = *writer->text;
    int failed = text_quoted(writer->text, str, PyUnicode_GET_LENGTH(str));
    if (failed == 0) { /* without the quotes */
        memmove(writer->text->data + before.size, writer->text->data + before.size + 1,
                writer->text->size - before.size - 2);
        writer->text->size -= 2;
    }
    return failed;
}

/* The exact str that a module's namespace has as its name. */
static PyObject *
name_in(const Values *values, PyObject *names)
{
    PyObject *name = names != NULL && PyDict_CheckExact(names) ? PyDict_GetItemWithError(names, values->module) : NULL;
    return name != NULL && PyUnicode_CheckExact(name) ? name : NULL;
}

PyObject *
function_module(const Values *values, PyObject *function)
{
    return name_in(values, ((PyFunctionObject *)function)->func_globals);
}

PyObject *
module_name(const Values *values, PyObject *module)
{
    return name_in(values, PyModule_GetDict(module));
}

static int
write_name_of_function(Writer *writer, PyObject *value)
{
    PyObject *module = function_module(writer->values, value), *qualname = ((PyFunctionObject *)value)->func_qualname;
    if (module == NULL) {
        return PyErr_Occurred() ? -1 : 1;
    }
    replay_note_held(writer, module);
    replay_note_held(writer, qualname);
    return write_function_name(writer, module, qualname);
}

/* What has a plain name, as `write_name` writes it of `named`; what has none is left to Python. */
static int
write_by_name(Writer *writer, PyObject *value, PyObject *named, const char *head,
              int (*write_name)(Writer *, PyObject *))
{
    Text before = *writer->text;
    int failed = text_ascii(writer->text, head, strlen(head)) < 0 ? -1 : write_name(writer, named);
    if (failed > 0) {
        text_back(writer->text, &before);
        return writer_by_python(writer, value, 0);
    }
    return failed ? -1 : APPEND(writer, "\"}");
}

int
write_function(Writer *writer, PyObject *value)
{
    NOTE(writer, &PyFunction_Type, 0);
    return write_by_name(writer, value, value, "{\"@\": \"function\", \"@name\": \"", write_name_of_function);
}

int
write_method(Writer *writer, PyObject *value)
{
    NOTE(writer, &PyMethod_Type, 0);
    PyObject *function = PyMethod_GET_FUNCTION(value);
    if (!Py_IS_TYPE(function, &PyFunction_Type)) {
        return writer_by_python(writer, value, 0);
    }
    return write_by_name(writer, value, function, "{\"@\": \"method\", \"@name\": \"", write_name_of_function);
}

/* The type that a bound C method belongs to, by its name without the quotes around it. */
static int
write_holder(Writer *writer, PyObject *owner)
{
    PyTypeObject *holder = PyType_Check(owner) ? (PyTypeObject *)owner : Py_TYPE(owner);
    const Plan *plan = plan_of(&writer->values->plans, holder);
    if (plan == NULL || plan->name == NULL || !PyUnicode_IS_COMPACT_ASCII(plan->name)) {
        return plan == NULL ? -1 : 1;
    }
    const char *name = PyUnicode_DATA(plan->name);
    return text_ascii(writer->text, name + 1, (size_t)PyUnicode_GET_LENGTH(plan->name) - 2);
}

/* `round`, `math.sqrt`, `list.append` (storage.c_function_name). */
static int
write_builtin_name(Writer *writer, PyObject *value)
{
    const PyCFunctionObject *function = (PyCFunctionObject *)value;
    const char *name = function->m_ml->ml_name;
    for (const char *c = name; *c; c++) {
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') {
            return 1;
        }
    }
    PyObject *owner = function->m_self, *module = function->m_module;
    int is_bound = owner != NULL && !PyModule_CheckExact(owner);
    int is_plain = !is_bound && (module == NULL || !PyUnicode_CheckExact(module) ||
                                 PyUnicode_CompareWithASCIIString(module, "builtins") == 0);
    int failed = is_plain ? 0 : is_bound ? write_holder(writer, owner) : write_part(writer, module);
    if (failed == 0 && !is_plain) {
        failed = APPEND(writer, ".");
    }
    return failed ? failed : text_ascii(writer->text, name, strlen(name));
}

int
write_builtin(Writer *writer, PyObject *value)
{
    replay_forgo(writer);
    return write_by_name(writer, value, value, "{\"@\": \"builtin_function_or_method\", \"@name\": \"",
                         write_builtin_name);
}

static int
write_module_name(Writer *writer, PyObject *value)
{
    PyObject *name = module_name(writer->values, value);
    if (name == NULL) {
        return PyErr_Occurred() ? -1 : 1;
    }
    replay_note_held(writer, name);
    return write_part(writer, name);
}

int
write_module(Writer *writer, PyObject *value)
{
    NOTE(writer, &PyModule_Type, 0);
    return write_by_name(writer, value, value, "{\"@\": \"module\", \"@name\": \"", write_module_name);
}
