/* Bounded, redacted pictures of values as JSON text; no code of the traced program runs.

   The C twin of values/writer.py: the same text, character for character. What it does not know itself it hands to
   the Python writer. */
#ifndef BREADCRUMB_VALUES_H
#define BREADCRUMB_VALUES_H

#include "text.h"

typedef struct Values Values; /* a Python object: limits, caches, what is known of types */

typedef struct {
    PyObject *key;  /* the parameter's name as JSON text, a str */
    PyObject *rule; /* the rule that makes it secret, a str, or NULL */
    char is_varargs;
} Parameter;

/* Create the type `_recorder.Values`; NULL with an exception set. */
PyTypeObject *values_type(PyObject *module);
/* Append a value; `place` is where an audit counts what was redacted. -1 with an exception set, nothing appended. */
int values_write(Values *values, Text *text, PyObject *value, PyObject *place);
/* The same of what a function returns whose name says that it is secret by `rule`, if not NULL. */
int values_returned(Values *values, Text *text, PyObject *rule, PyObject *value, PyObject *place);
/* Append the object of a call's arguments; slots are borrowed, NULL where one is gone. -1 as above. */
int values_arguments(Values *values, Text *text, const Parameter *parameters, PyObject *const *slots, int count);

#endif
