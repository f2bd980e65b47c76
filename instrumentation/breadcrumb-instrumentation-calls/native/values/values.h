/* Bounded, redacted pictures of values as JSON text; no code of the traced program runs.

   The C twin of values/writer.py: the same text, character for character. What it does not know itself it hands to
   the Python writer. */
#ifndef BREADCRUMB_VALUES_H
#define BREADCRUMB_VALUES_H

#include "text/pool.h"

typedef struct Values Values; /* a Python object: limits, caches, what is known of types */

typedef struct {
    PyObject *key;  /* the parameter's name as JSON text, a str */
    PyObject *rule; /* the rule that makes it secret, a str, or NULL */
    char is_varargs;
    char lasts;      /* whether it holds one object to the end of a call, which is looked at again then */
    char is_updated; /* but `+=` or its like binds it anew: so where the type gives back itself */
} Parameter;

/* Create the type `_recorder.Values`; NULL with an exception set. */
PyTypeObject *values_type(PyObject *module);
/* A reference to a value, of which `*written` bytes had to be written; `place` is where an audit counts what was redacted.
   It is secret by `rule`, if not NULL. NOTHING with an exception set. */
Ref values_refer(Values *values, PyObject *rule, PyObject *value, PyObject *place, size_t *written);
/* The same of each of a call's arguments; slots are borrowed, NULL where one is gone: NOTHING then. -1 with an exception
   set and no references. */
int values_refer_arguments(Values *values, const Parameter *parameters, PyObject *const *slots, int count, Ref *refs,
                           size_t *written);
/* What has become of an argument since it was referred to: `*after` is NOTHING where it looks the same, else a reference.
   -1 with an exception set. */
int values_refer_changed(Values *values, const Parameter *parameter, PyObject *value, Ref before, Ref *after,
                         size_t *written);
/* Whether arguments that were referred to are so short that none was cut for want of room. */
int values_are_uncut(const Values *values, const Ref *refs, int count);
/* A reference to a text that is already a value's; NOTHING with MemoryError set. */
Ref values_refer_text(Values *values, const char *text, size_t size);
/* Append the object of arguments that were referred to; -1 with MemoryError set, nothing appended. */
int values_append_arguments(Text *text, const Parameter *parameters, const Ref *refs, int count);
/* Append the object of arguments; -1 with an exception set, nothing appended. */
int values_arguments(Values *values, Text *text, const Parameter *parameters, PyObject *const *slots, int count);

#endif
