/* Compiled regular expressions: they never change, and are many in the fields of parsers, so their text is remembered. */
#ifndef BREADCRUMB_PATTERNS_H
#define BREADCRUMB_PATTERNS_H

#include "text/pool.h"

enum { PATTERNS = 512 };

typedef struct {
    PyObject *pattern; /* owned; NULL where there is none */
    Ref text;
} Remembered;

typedef struct {
    PyObject *type; /* re.Pattern */
    Remembered *table; /* by address */
} Patterns;

/* -1 with an exception set. */
int patterns_init(Patterns *patterns);
void patterns_free(Patterns *patterns);
int patterns_visit(const Patterns *patterns, visitproc visit, void *arg);

#endif
