/* One event of sys.monitoring, and what is done about it. Each function: -1 with an exception set. */
#ifndef BREADCRUMB_EVENT_H
#define BREADCRUMB_EVENT_H

#include "recorder.h"

typedef struct {
    Recorder *self;
    PyThreadState *tstate;
    Code *code;
    FrameKey frame;
    int offset; /* of the instruction that ends the frame */
} Event;

/* lifecycle.c */
int start_call(const Event *event);
int finish_call(const Event *event, PyObject *value);
int leave_call(const Event *event, PyObject *exception);
int suspend_call(const Event *event, PyObject *value);
int resume_call(const Event *event);

/* exceptions.c */
/* What an exception is that leaves a call: whether an error, and the `exception` column, in memory of the thread
   which `describe_end` takes back in any case. */
int describe(Recorder *self, Thread *thread, PyObject *exception, int *as_error, Text *text);
void describe_end(Thread *thread, Text text);
/* The line of the call's frame where an exception left it, as its traceback says. */
uint32_t describe_line(const Event *event, PyObject *exception);
/* Append the `extra` column: the frame's variables, where they are told; else nothing. */
int describe_locals(const Event *event, Text *text);

/* changes.c */
/* Append what a call that ends leaves of its arguments, where it changed them, to the `extra` column, which may have other
   members. So many bytes had to be written to know it. */
int describe_changes(const Event *event, const Call *call, Text *text, size_t *written);

/* Whether more may be written to see what calls of a function do: so much, and a share of what is written anyway. */
enum { LOOK_LEAST = 16384, LOOK_SHARE = 8 };
static inline int
may_look(const Code *code)
{
    return code->looked <= LOOK_LEAST + code->read / LOOK_SHARE;
}

/* yields.c: a generator or coroutine yields; -1 with an exception set. */
int note_yield(const Event *event, Call *call, PyObject *value);

/* handled.c: an exception comes to a handler or its clean-up, at an offset of the code. */
int note_handled(const Event *event, PyObject *offset, PyObject *exception);
/* An exception leaves the frame. */
int note_left(const Event *event, PyObject *exception);

/* lines.c */
int note_line(const Event *event, PyObject *line);

/* crossings.c */
int enter_bridge(const Event *event);
int leave_bridge(const Event *event);

#endif
