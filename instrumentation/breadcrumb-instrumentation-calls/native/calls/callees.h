/* What is called, told apart by two pointers. Nothing of the program is kept alive for that: what was at an address is the
   same as long as a weak reference to it leads there. */
#ifndef BREADCRUMB_CALLEES_H
#define BREADCRUMB_CALLEES_H

#include "codes.h"

typedef struct {
    PyObject *holder; /* borrowed; NULL where it cannot be told */
    const void *name;
} Identity;

typedef struct {
    Identity identity;
    PyObject *alive; /* a weak reference to the holder */
} Known;

struct Callee;

/* What callees turned out to be, wherever they are called from. */
typedef struct {
    PyObject *python; /* gaps.Gaps, or None */
    const void *owner; /* the recorder */
    struct Callee *callees; /* NULL before the first */
} Gaps;

static inline int
known_is_alive(const Known *known)
{
    return known->alive != NULL && ((PyWeakReference *)known->alive)->wr_object == known->identity.holder;
}
static inline int
known_is(const Known *known, Identity identity)
{
    return known->identity.holder == identity.holder && known->identity.name == identity.name && known_is_alive(known);
}
/* -1 where the holder cannot be watched. */
int known_init(Known *known, Identity identity);
static inline void
known_clear(Known *known)
{
    Py_CLEAR(known->alive);
}

/* By what a callee is known at one place, as `_identity` in gaps.py tells: functions of the same code are the same. */
Identity callee_in_place(PyObject *function);
/* What a callee is, `gaps.Gaps.what`: a Callee, or None for one that is traced. A new reference, NULL with an exception
   set. */
PyObject *callees_find(Gaps *gaps, PyObject *function);
/* A collection sees what is kept here: else what a weak reference leads to outlives it at the program's end. */
int callees_visit(const Gaps *gaps, visitproc visit, void *arg);
/* Find out anew what each callee is. */
void callees_clear(Gaps *gaps);

#endif
