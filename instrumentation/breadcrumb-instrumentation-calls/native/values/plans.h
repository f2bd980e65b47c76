/* What is known of a type: how its values are written. Found out once by Python, forgotten when the type changes. */
#ifndef BREADCRUMB_PLANS_H
#define BREADCRUMB_PLANS_H

#include "interpreter/cpython.h"

/* As handover.py numbers them. */
enum {
    PLAN_PYTHON,
    PLAN_INSTANCE,
    PLAN_ENUM,
    PLAN_NAMED_TUPLE,
    PLAN_ITEMS,
    PLAN_PAIRS,
    PLAN_EXCEPTION,
    PLAN_CLASS,
    PLAN_SUMMARY,
    PLAN_ITERATED,
    PLAN_TEXT,
    PLAN_SUSPENDABLE,
};

/* What leaving a call by an exception of a class is. */
enum { ENDS_UNKNOWN, ENDS_AS_ERROR, ENDS_OTHERWISE };

typedef struct {
    PyObject *name;    /* owned, an exact str */
    Py_ssize_t offset; /* where in the instance its value is */
    PyObject *empty;   /* what it is where nothing is there: None (immortal), or NULL for no value at all */
    char is_number;    /* a Py_ssize_t, no object */
} Slot;

typedef struct {
    const PyTypeObject *type; /* compared only, not kept alive: the version is never used again */
    const PyTypeObject *meta;
    PyObject *qualname; /* owned; changing it does not change the version */
    unsigned version, meta_version;
    uint64_t serial; /* no two plans share one */
    char kind;
    char has_dict;
    char ends; /* of an exception's class */
    char repeats; /* two slots may have one name */
    Py_ssize_t slot_count;
    Slot *slots;
    PyObject *name;  /* owned: the type's name as JSON text */
    PyObject *head;  /* owned: what stands before the id, the items or the pairs */
    PyObject *names; /* owned: the names of a named tuple's fields; the one built-in base of what is iterated */
} Plan;

typedef struct {
    Plan *table; /* open addressing; empty where type is NULL */
    size_t room, used;
    uint64_t serials;
    Plan passing;     /* of a type without a version, which cannot be known again: found out each time */
    PyObject *find;   /* handover.plan */
    PyObject *most;   /* the limit of items */
    getter plain_dict; /* the getter of `__dict__` in a class of Python */
} Plans;

/* The value of a slot that holds an object, borrowed; NULL where it has none. */
static inline PyObject *
slot_value(const Slot *slot, PyObject *instance)
{
    PyObject *held = *(PyObject **)((char *)instance + slot->offset);
    return held != NULL ? held : slot->empty;
}

static inline int
slot_is_filled(const Slot *slot, PyObject *instance)
{
    return slot->is_number || slot_value(slot, instance) != NULL;
}

static inline Py_ssize_t
slot_number(const Slot *slot, PyObject *instance)
{
    return *(Py_ssize_t *)((char *)instance + slot->offset);
}

/* `find` is handover.plan, `plain` any class of Python whose instances have a `__dict__`. */
int plans_init(Plans *plans, PyObject *find, PyObject *plain, Py_ssize_t most);
void plans_free(Plans *plans);
int plans_visit(const Plans *plans, visitproc visit, void *arg);
/* What is known of a type; valid until the next call of Python, or of this. NULL with an exception set. */
const Plan *plan_of(Plans *plans, PyTypeObject *type);

static inline PyObject *
type_qualname(PyTypeObject *type)
{
    return type->tp_flags & Py_TPFLAGS_HEAPTYPE ? ((PyHeapTypeObject *)type)->ht_qualname : NULL;
}

static inline Plan *
plan_place(Plan *table, size_t room, const PyTypeObject *type)
{
    size_t at = ((size_t)type >> 4 ^ (size_t)type >> 12) & (room - 1);
    while (table[at].type != NULL && table[at].type != type) {
        at = (at + 1) & (room - 1);
    }
    return &table[at];
}

/* The same without calling Python; NULL where it would have to, with no exception set. */
static inline const Plan *
plan_known(const Plans *plans, PyTypeObject *type)
{
    if (plans->room == 0) {
        return NULL;
    }
    const Plan *known = plan_place(plans->table, plans->room, type);
    int is_current = known->type == type && known->version == type->tp_version_tag && known->meta == Py_TYPE(type) &&
                     known->meta_version == Py_TYPE(type)->tp_version_tag && known->qualname == type_qualname(type);
    return is_current ? known : NULL;
}

/* Remember what leaving by an exception of a class is. */
void plan_ends(Plans *plans, PyTypeObject *type, int ends);

#endif
