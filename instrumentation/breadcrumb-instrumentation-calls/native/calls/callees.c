#include "callees.h"

#include "interpreter/memory.h"

#define CALLEES 2048 /* a power of two */

typedef struct Callee {
    Known known;
    PyObject *what; /* a gaps.Callee, or None */
} Callee;

int
known_init(Known *known, Identity identity)
{
    PyObject *alive = identity.holder == NULL ? NULL : PyWeakref_NewRef(identity.holder, NULL);
    if (alive == NULL) {
        PyErr_Clear();
        return -1;
    }
    *known = (Known){identity, alive};
    return 0;
}

static Identity
bound_builtin(PyObject *function)
{
    PyObject *self = PyCFunction_GET_SELF(function);
    if (self == NULL || PyModule_CheckExact(self)) {
        return (Identity){function};
    }
    PyObject *holder = PyType_Check(self) ? self : (PyObject *)Py_TYPE(self);
    return (Identity){holder, ((PyCFunctionObject *)function)->m_ml};
}

static int
is_method_descriptor(PyTypeObject *type)
{
    return type == &PyMethodDescr_Type || type == &PyWrapperDescr_Type || type == &PyClassMethodDescr_Type;
}

/* What is neither a function of Python's nor known by its type alone; NULL as holder for those. */
static Identity
by_itself(PyObject *function)
{
    PyTypeObject *type = Py_TYPE(function);
    if (type == &PyCFunction_Type) {
        return bound_builtin(function);
    }
    if (is_method_descriptor(type)) {
        return (Identity){(PyObject *)((PyDescrObject *)function)->d_type, ((PyDescrObject *)function)->d_name};
    }
    return (Identity){PyType_Check(function) ? function : NULL};
}

static PyObject *
unbound(PyObject *function)
{
    return PyMethod_Check(function) ? PyMethod_GET_FUNCTION(function) : function;
}

Identity
callee_in_place(PyObject *function)
{
    function = unbound(function);
    PyTypeObject *type = Py_TYPE(function);
    if (type == &PyFunction_Type) {
        return (Identity){PyFunction_GET_CODE(function)};
    }
    Identity identity = by_itself(function);
    if (identity.holder != NULL || strcmp(type->tp_name, "method-wrapper") == 0) {
        return identity; /* which wrapper it is shows only through its attributes */
    }
    return (Identity){(PyObject *)type, type};
}

/* Anywhere: a decorator's functions share their code, and each has the name of what it wraps. */
static Identity
anywhere(PyObject *function)
{
    return Py_IS_TYPE(function, &PyFunction_Type) ? (Identity){function} : by_itself(function);
}

static int
is_traced(const Gaps *gaps, PyObject *function)
{
    Code *code = Py_IS_TYPE(function, &PyFunction_Type) ? codes_find(gaps->owner, PyFunction_GET_CODE(function)) : NULL;
    return code != NULL && code->kind < BODY && !code->left;
}

static Callee *
place_of(Gaps *gaps, Identity identity)
{
    if (gaps->callees == NULL) {
        gaps->callees = PyMem_Calloc(CALLEES, sizeof(Callee));
    }
    if (gaps->callees == NULL || identity.holder == NULL) {
        return NULL;
    }
    uint64_t mixed = ((uint64_t)(uintptr_t)identity.holder ^ (uint64_t)(uintptr_t)identity.name << 1) >> 4;
    return &gaps->callees[mixed * 0x9E3779B97F4A7C15u >> 53];
}

static void
remember(Callee *callee, Identity identity, PyObject *what)
{
    Callee gone = *callee;
    *callee = (Callee){.what = NULL};
    if (known_init(&callee->known, identity) == 0) {
        callee->what = Py_NewRef(what);
    }
    known_clear(&gone.known);
    Py_XDECREF(gone.what);
}

PyObject *
callees_find(Gaps *gaps, PyObject *function)
{
    PyObject *plain = unbound(function);
    if (is_traced(gaps, plain)) {
        return Py_NewRef(Py_None);
    }
    Identity identity = anywhere(plain);
    const Callee *known = place_of(gaps, identity);
    if (known != NULL && known_is(&known->known, identity)) {
        return Py_NewRef(known->what);
    }
    PyObject *what = memory_is_out() ? NULL : PyObject_CallMethod(gaps->python, "what", "(O)", function);
    Callee *callee = what == NULL ? NULL : place_of(gaps, identity); /* only now: Python may have let others run */
    if (callee != NULL) {
        remember(callee, identity, what);
    }
    return what;
}

int
callees_visit(const Gaps *gaps, visitproc visit, void *arg)
{
    for (int i = 0; gaps->callees != NULL && i < CALLEES; i++) {
        Py_VISIT(gaps->callees[i].known.alive);
        Py_VISIT(gaps->callees[i].what);
    }
    return 0;
}

void
callees_clear(Gaps *gaps)
{
    Callee *callees = gaps->callees;
    gaps->callees = NULL;
    for (int i = 0; callees != NULL && i < CALLEES; i++) {
        known_clear(&callees[i].known);
        Py_XDECREF(callees[i].what);
    }
    PyMem_Free(callees);
}
