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
    Known known;
    PyObject *count; /* a Count, or None where the callee is traced */
} Called;

struct Site {
    unsigned hits;
    unsigned filled;
    Called callees[CALLEES];
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

static PyObject *
known_count(const Site *site, Identity callee)
{
    for (unsigned i = 0; i < site->filled; i++) {
        if (known_is(&site->callees[i].known, callee)) {
            return site->callees[i].count;
        }
    }
    return NULL;
}

/* Remember a callee, in the place of one that is gone or in a free one; takes over its count. -1 where there is none. */
static int
remember(Site *site, Identity callee, PyObject *count)
{
    unsigned at = 0;
    while (at < site->filled && known_is_alive(&site->callees[at].known)) {
        at++;
    }
    Called called = {.count = count};
    if (at == CALLEES || known_init(&called.known, callee) < 0) {
        return -1;
    }
    Called gone = at < site->filled ? site->callees[at] : (Called){.count = NULL};
    site->callees[at] = called;
    site->filled += at == site->filled;
    known_clear(&gone.known);
    Py_XDECREF(gone.count);
    return 0;
}

/* Where calls of a callee from an instruction are counted, a new reference: None for one that is traced. */
static PyObject *
find(Gaps *gaps, Code *code, int offset, PyObject *function)
{
    PyObject *callee = callees_find(gaps, function);
    if (callee == NULL || callee == Py_None) {
        return callee;
    }
    PyObject *count = memory_is_out() ? NULL
                                      : PyObject_CallMethod(gaps->python, "counted_at", "OIO", code->code,
                                                            codes_line(code, offset), callee);
    Py_DECREF(callee);
    return count;
}

/* Ask what a callee is. The answer is owned by the site, or by the caller through *unkept. */
static PyObject *
ask(Gaps *gaps, Code *code, int offset, PyObject *function, PyObject **unkept)
{
    PyObject *count = find(gaps, code, offset, function);
    if (count == NULL) {
        return NULL;
    }
    Site *site = site_at(code, offset); /* only now: Python may have let others run */
    if (site == NULL || remember(site, callee_in_place(function), count) < 0) {
        *unkept = count;
    }
    return count;
}

int
gaps_count(Gaps *gaps, Code *code, int offset, PyObject *function, int *is_new)
{
    PyObject *unkept = NULL;
    Site *site = site_at(code, offset);
    PyObject *count = site == NULL ? NULL : known_count(site, callee_in_place(function));
    if (site != NULL && count == NULL) {
        *is_new = 1;
        count = ask(gaps, code, offset, function, &unkept);
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
        for (unsigned k = 0; sites[i] != NULL && k < sites[i]->filled; k++) {
            known_clear(&sites[i]->callees[k].known);
            Py_XDECREF(sites[i]->callees[k].count);
        }
        PyMem_Free(sites[i]);
    }
    PyMem_Free(sites);
}
