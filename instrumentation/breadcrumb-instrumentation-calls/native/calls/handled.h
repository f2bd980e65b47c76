/* Exceptions that come to a handler in traced code: where, how often, and whether they left it again. */
#ifndef BREADCRUMB_HANDLED_H
#define BREADCRUMB_HANDLED_H

#include "interpreter/interpreter.h"

struct Handler;

/* An exception that came to a handler, until it is known that it left it: compared only. */
typedef struct {
    FrameKey frame;
    const void *code, *exception, *type, *traceback;
    int offset;
    unsigned leaves; /* where the handler is of `except*`: how many exceptions came there; else 0 */
    char is_sample;
    struct HandledSite *site; /* lives as long as the code's entry */
} Pending;

enum { MOST_PENDING = 64 };

typedef struct {
    Pending entries[MOST_PENDING]; /* the newest last */
    unsigned count;
} Handling;

/* Create the type `_recorder.Endings`; -1 with an exception set. */
int handled_ready(PyObject *module);
/* For the garbage collector: what the handlers of a code object refer to. */
int handlers_visit(const struct Handler *handlers, visitproc visit, void *arg);
/* Forget the handlers of a code object. */
void handlers_free(struct Handler *handlers);

#endif
