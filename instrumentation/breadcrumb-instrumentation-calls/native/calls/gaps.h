/* Counts calls at call sites in traced code; what a callee is, Python finds out once. */
#ifndef BREADCRUMB_GAPS_H
#define BREADCRUMB_GAPS_H

#include "callees.h"

/* Calls after which a call site is no longer watched (BUSY_SITE in gaps.py). */
#define BUSY_SITE 1000

typedef struct Site Site;

/* Create the type `_recorder.Count`; -1 with an exception set. */
int gaps_ready(PyObject *module);
/* Count a call of `function` at an offset (bytes) of `code`; `is_new` is set where it is the first of it there. 1 while the
   site stays watched, 0 when it is busy, -1 with an exception set. */
int gaps_count(Gaps *gaps, Code *code, int offset, PyObject *function, int *is_new);
/* Forget the call sites of a code object. */
void sites_free(Code *code);

#endif
