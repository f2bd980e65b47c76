/* A look at a value that was seen before: what the files that look share. */
#ifndef BREADCRUMB_REPLAY_LOOK_H
#define BREADCRUMB_REPLAY_LOOK_H

#include "parts.h"

enum { OPEN_MOST = 16 };

typedef struct {
    Values *values;
    const Seen *at, *end;
    const PyTypeObject *type; /* of the instance before, and its plan: many follow each other */
    const Plan *plan;
    PyObject *names, *module; /* of the function before: its global names, and their module's name */
    char inside_instance;
    const PyObject *open[OPEN_MOST]; /* what is around, by identity: in itself a value is written as levels up */
    int opened;
} Look;

static inline int
is_next(Look *look, const void *what, int64_t bits)
{
    return look->at != look->end && look->at->what == what && look->at++->bits == bits;
}

/* Whether what was seen next is the value; look.c has what is not told here at once. */
int is_same_otherwise(Look *look, PyObject *value, Py_ssize_t depth);

static inline const Plan *
plan_here(Look *look, PyTypeObject *type)
{
    if (look->type != type) {
        look->type = type;
        look->plan = plan_known(&look->values->plans, type);
    }
    return look->plan;
}

/* The very str that was seen is what most values and nearly all names are. */
static inline __attribute__((always_inline)) int
is_same(Look *look, PyObject *value, Py_ssize_t depth)
{
    if (look->at != look->end && look->at->what == &SEEN_STR && seen_owned(look->at) == value) {
        look->at++;
        return 1;
    }
    return is_same_otherwise(look, value, depth);
}

/* look_names.c: what is shown by its names. */
int is_same_enum(Look *look, PyObject *value, Py_ssize_t depth);
int is_same_class(Look *look, PyObject *value);
int is_same_suspendable(Look *look, PyObject *value);
/* A function or bound method. */
int is_same_callable(Look *look, PyObject *value, PyTypeObject *type);
int is_same_module(Look *look, PyObject *value);

#endif
