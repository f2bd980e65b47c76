/* Looking whether a value that is shown by its names still is what was seen of it. */
#include "look.h"

int
is_same_enum(Look *look, PyObject *value, Py_ssize_t depth)
{
    PyObject *name = enum_name(value), *held = enum_value(value);
    return name != NULL && held != NULL && is_same(look, name, depth + 1) && is_same(look, held, depth + 1);
}

int
is_same_class(Look *look, PyObject *value)
{
    const Plan *plan = plan_known(&look->values->plans, (PyTypeObject *)value);
    return plan != NULL && is_next(look, &SEEN_CLASS, 0) && is_next(look, value, plan->serial);
}

int
is_same_suspendable(Look *look, PyObject *value)
{
    int state = suspendable_state(value);
    PyObject *name = state > SUSPENDABLE_OTHERWISE ? suspendable_name(value) : NULL;
    int same = name != NULL && is_next(look, NULL, state) && is_same(look, name, 0);
    PyErr_Clear();
    Py_XDECREF(name);
    return same;
}

/* The names that a function is shown by. */
static int
is_same_function(Look *look, PyObject *value)
{
    if (look->names != ((PyFunctionObject *)value)->func_globals) {
        look->names = ((PyFunctionObject *)value)->func_globals;
        look->module = function_module(look->values, value);
    }
    PyObject *module = look->module;
    return module != NULL && is_same(look, module, 0) && is_same(look, ((PyFunctionObject *)value)->func_qualname, 0);
}

int
is_same_callable(Look *look, PyObject *value, PyTypeObject *type)
{
    if (!is_next(look, type, 0)) {
        return 0;
    }
    if (type == &PyMethod_Type) {
        value = PyMethod_GET_FUNCTION(value);
    }
    return Py_IS_TYPE(value, &PyFunction_Type) && is_same_function(look, value);
}

int
is_same_module(Look *look, PyObject *value)
{
    PyObject *name = module_name(look->values, value);
    return is_next(look, &PyModule_Type, 0) && name != NULL && is_same(look, name, 0);
}
