/* A callee is known by two pointers, as `_identity` in gaps.py tells them apart. Nothing of the program is kept alive for
   that: what was at an address is the same as long as a weak reference to it leads there. */
#include "gaps.h"
#include "interpreter/memory.h"

#include <structmember.h>

#define CALLEES 4

typedef struct {
    PyObject_HEAD
    unsigned long long calls, told;
    char is_lower_bound;
} Count;

typedef struct {
    PyObject *holder; /* borrowed */
    const void *name;
    PyObject *alive; /* a weak reference to the holder */
    PyObject *count; /* a Count, or None where the callee is traced */
} Callee;

struct Site {
    unsigned hits;
    unsigned known;
    Callee callees[CALLEES];
};

static PyTypeObject *count_type;

static PyMemberDef count_members[] = {
    {"calls", T_ULONGLONG, offsetof(Count, calls), 0, "How often the callee was called from the line."},
    {"told", T_ULONGLONG, offsetof(Count, told), 0, "The number that was told last."},
    {"is_lower_bound", T_BOOL, offsetof(Count, is_lower_bound), 0, "Whether more calls may have gone unseen."},
    {NULL},
};

static PyType_Slot count_slots[] = {
    {Py_tp_doc, "How often a callee was called from a line."},
    {Py_tp_members, count_members},
    {Py_tp_new, PyType_GenericNew},
    {0, NULL},
};

static PyType_Spec count_spec = {
    .name = "breadcrumb_instrumentation_calls.native._recorder.Count",
    .basicsize = sizeof(Count),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = count_slots,
};

int
gaps_ready(PyObject *module)
{
    count_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &count_spec, NULL);
    return count_type == NULL ? -1 : PyModule_AddType(module, count_type);
}

static Callee
bound_builtin(PyObject *function)
{
    PyObject *self = PyCFunction_GET_SELF(function);
    if (self == NULL || PyModule_CheckExact(self)) {
        return (Callee){function};
    }
    PyObject *holder = PyType_Check(self) ? self : (PyObject *)Py_TYPE(self);
    return (Callee){holder, ((PyCFunctionObject *)function)->m_ml};
}

static int
is_method_descriptor(PyTypeObject *type)
{
    return type == &PyMethodDescr_Type || type == &PyWrapperDescr_Type || type == &PyClassMethodDescr_Type;
}

static Callee
identity(PyObject *function)
{
    if (PyMethod_Check(function)) {
        function = PyMethod_GET_FUNCTION(function);
    }
    PyTypeObject *type = Py_TYPE(function);
    if (type == &PyFunction_Type) {
        return (Callee){PyFunction_GET_CODE(function)};
    }
    if (type == &PyCFunction_Type) {
        return bound_builtin(function);
    }
    if (is_method_descriptor(type)) {
        return (Callee){(PyObject *)((PyDescrObject *)function)->d_type, ((PyDescrObject *)function)->d_name};
    }
    if (PyType_Check(function)) {
        return (Callee){function};
    }
    if (strcmp(type->tp_name, "method-wrapper") == 0) {
        return (Callee){NULL}; /* which one it is shows only through its attributes */
    }
    return (Callee){(PyObject *)type, type};
}

static Site *
site_at(Code *code, int offset)
{
    size_t instruction = (size_t)offset / sizeof(uint16_t);
    if (code->sites == NULL) {
        code->sites = PyMem_Calloc((size_t)Py_SIZE(code->code) + 1, sizeof(Site *));
    }
    if (code->sites != NULL && instruction > (size_t)Py_SIZE(code->code)) {
        PyErr_SetString(PyExc_IndexError, "no such instruction");
        return NULL;
    }
    if (code->sites != NULL && code->sites[instruction] == NULL) {
        code->sites[instruction] = PyMem_Calloc(1, sizeof(Site));
    }
    if (code->sites == NULL || code->sites[instruction] == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    return code->sites[instruction];
}

static int
is_alive(const Callee *callee)
{
    return ((PyWeakReference *)callee->alive)->wr_object == callee->holder;
}

static PyObject *
known_count(const Site *site, Callee callee)
{
    for (unsigned i = 0; i < site->known; i++) {
        const Callee *known = &site->callees[i];
        if (known->holder == callee.holder && known->name == callee.name && is_alive(known)) {
            return known->count;
        }
    }
    return NULL;
}

/* Remember a callee, in the place of one that is gone or in a free one; takes over its count. -1 where there is none. */
static int
remember(Site *site, Callee callee)
{
    unsigned at = 0;
    while (at < site->known && is_alive(&site->callees[at])) {
        at++;
    }
    callee.alive = at == CALLEES || callee.holder == NULL ? NULL : PyWeakref_NewRef(callee.holder, NULL);
    if (callee.alive == NULL) {
        PyErr_Clear();
        return -1;
    }
    Callee gone = at < site->known ? site->callees[at] : (Callee){NULL};
    site->callees[at] = callee;
    site->known += at == site->known;
    Py_XDECREF(gone.alive);
    Py_XDECREF(gone.count);
    return 0;
}

/* Ask Python what a callee is. Its answer is owned by the site, or by the caller through *unkept. */
static PyObject *
ask(Code *code, PyObject *gaps, int offset, PyObject *function, PyObject **unkept)
{
    PyObject *count = memory_is_out() ? NULL : PyObject_CallMethod(gaps, "find", "OiO", code->code, offset, function);
    if (count == NULL) {
        return NULL;
    }
    Site *site = site_at(code, offset); /* only now: Python may have let others run */
    Callee callee = identity(function);
    callee.count = count;
    if (site == NULL || remember(site, callee) < 0) {
        *unkept = count;
    }
    return count;
}

int
gaps_count(Code *code, PyObject *gaps, int offset, PyObject *function, int *is_new)
{
    PyObject *unkept = NULL;
    Site *site = site_at(code, offset);
    PyObject *count = site == NULL ? NULL : known_count(site, identity(function));
    if (site != NULL && count == NULL) {
        *is_new = 1;
        count = ask(code, gaps, offset, function, &unkept);
        site = count == NULL ? NULL : site_at(code, offset);
    }
    if (site == NULL || count == NULL || PyErr_Occurred()) {
        Py_XDECREF(unkept);
        return -1;
    }
    int is_busy = ++site->hits >= BUSY_SITE;
    if (Py_IS_TYPE(count, count_type)) {
        ((Count *)count)->calls++;
        ((Count *)count)->is_lower_bound |= (char)is_busy;
    }
    Py_XDECREF(unkept);
    return !is_busy;
}

void
sites_free(Code *code)
{
    Site **sites = code->sites;
    code->sites = NULL;
    for (Py_ssize_t i = 0; sites != NULL && i <= Py_SIZE(code->code); i++) {
        for (unsigned k = 0; sites[i] != NULL && k < sites[i]->known; k++) {
            Py_XDECREF(sites[i]->callees[k].alive);
            Py_XDECREF(sites[i]->callees[k].count);
        }
        PyMem_Free(sites[i]);
    }
    PyMem_Free(sites);
}
