/* What the files that replay values share: what was seen of a value, in the order of writing. */
#ifndef BREADCRUMB_REPLAY_PARTS_H
#define BREADCRUMB_REPLAY_PARTS_H

#include "values/writer.h"

/* Say what was seen. No type and no value has these addresses. A class is seen by its address and serial, which come
   after: a value of it is seen by the same address. */
extern const char SEEN_CLASS, SEEN_STR, SEEN_BYTES, SEEN_PATTERN, SEEN_PAIR;

static inline int
seen_owns(const Seen *seen)
{
    return seen->what == &SEEN_STR || seen->what == &SEEN_BYTES || seen->what == &SEEN_PATTERN;
}

static inline PyObject *
seen_owned(const Seen *seen)
{
    return (PyObject *)(intptr_t)seen->bits;
}

/* Whether a name beside it may make it a secret. */
static inline int
replay_may_be_secret(PyObject *value)
{
    return PyUnicode_Check(value) || PyBytes_Check(value);
}

int64_t seen_float(PyObject *value);
/* An int that 64 bits hold; 0 where they do not. */
static inline int
seen_int(PyObject *value, int64_t *bits)
{
    if (PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        *bits = PyUnstable_Long_CompactValue((PyLongObject *)value);
        return 1;
    }
    int overflow;
    *bits = PyLong_AsLongLongAndOverflow(value, &overflow);
    return !overflow;
}
/* Let go of what is owned. */
void seen_release(const Seen *seen, size_t count);

/* look.c: whether a member of `owner` is the same. */
int replay_look_member(const Writer *writer, const Seen *seen, size_t count, PyObject *name, PyObject *value,
                       Py_ssize_t depth);
/* Whether all that was seen of a value is there still, and nothing else. No Python code runs. */
int replay_look(Values *values, const Seen *seen, size_t count, PyObject *value);

#endif
