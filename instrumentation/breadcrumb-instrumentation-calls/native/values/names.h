/* What is known of the names of fields and keys: their JSON text and the rule that makes them secret. */
#ifndef BREADCRUMB_NAMES_H
#define BREADCRUMB_NAMES_H

#include "interpreter/cpython.h"

enum { NAMES = 1024 };

typedef struct {
    PyObject *name; /* owned, so that its address stays its own; interned, hence short-lived ones do not come here */
    PyObject *text; /* owned */
    PyObject *rule; /* owned, or NULL */
    char is_name, is_value; /* of an item that has a name and a value: members.c */
} Name;

typedef struct {
    PyObject *rules;   /* rule, or None, by name */
    Name table[NAMES]; /* by address; one pushes another out */
} Names;

int names_init(Names *names);
void names_free(Names *names);
int names_visit(const Names *names, visitproc visit, void *arg);

#endif
