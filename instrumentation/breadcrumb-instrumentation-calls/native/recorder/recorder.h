/* The recorder: running and finished calls of a process. The C twin of
   recorders/python.py; recorders/c.py is its Python side. */
#ifndef BREADCRUMB_RECORDER_H
#define BREADCRUMB_RECORDER_H

#include "calls/calls.h"
#include "calls/callees.h"
#include "memory/chunk.h"
#include "calls/tasks.h"
#include "calls/threads.h"

#include <time.h>

typedef struct {
    PyObject_HEAD
    uint64_t serial; /* no two recorders of a process share one */
    int64_t epoch_ns; /* what turns monotonic nanoseconds into nanoseconds since the epoch */
    Values *values;
    Gaps gaps;
    PyObject *context;     /* OpenTelemetry's context variable, or None where the runtime context is another's */
    PyObject *mark;        /* the key under which a context names the call in which it was attached */
    PyObject *scheduler;   /* the context variable that names who created a task */
    PyObject *parent_type; /* calls.Parent */
    PyObject *provider;    /* OpenTelemetry's */
    PyObject *sampler;     /* the provider's, where it is known to take every trace, or None */
    PyObject *sampler_name; /* "sampler" */
    PyObject *starter;     /* who started this process, a Parent or None */
    PyObject *threads;     /* {identity: Thread} */
    Tasks tasks;
    PyObject *greenlet_module; /* its name */
    PyObject *current_greenlet; /* greenlet.getcurrent, once it is there and was needed */
    PyObject *full;        /* a list of chunks that wait */
    PyObject *disable;     /* sys.monitoring.DISABLE */
    Ref unrecorded; /* what stands for a value that is not written */
    PyObject *return_place, *exception_place; /* "return", "exception" */
    Chunk *chunk;
    size_t text_room;
    Calls calls;
    Code *codes;
    uint64_t random[2];
    unsigned long long waiting; /* rows that full chunks have room for */
    unsigned long long dropped;
    unsigned long long starved; /* events for which there was no memory */
    int64_t used_ns; /* what recording took on the program's threads */
    int64_t cap_ns;  /* what recording the calls of one function may have taken */
    int64_t clock_ns; /* what it takes to ask for the thread's CPU time */
    int64_t yields, watched; /* how often calls were suspended, and call sites seen */
    char own_ids; /* ids are random; else Python is asked for each */
    char asleep;  /* the pump waits to be started by the next call */
    char dropping;
    char borrows; /* memory of chunks, from whoever keeps what was recorded */
} Recorder;

/* Frames of Python's stack that our own Python code may use beyond the program's limit. */
#define HEADROOM 200

static inline int64_t
monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* place.c: where a call hangs */
/* Find parent, logical stack, ids of a call that begins; -1 with an exception set. */
int place_call(Recorder *self, Thread *thread, Call *call, int64_t now);
/* The call that runs innermost, NULL for none: where a task runs, the function that runs its event loop is none. Not
   every loop tells where the steps of its tasks begin. -1 with an exception set. */
int place_running(Recorder *self, Thread *thread, Call **call);
/* The innermost open call as the caller's thread, task and context see it: a Parent or None. */
PyObject *place_innermost(Recorder *self, Thread *thread);
/* A call as a Parent, borrowed. */
PyObject *call_as_parent(Recorder *self, Call *call);
/* Whether somebody may have attached a span inside the call of this id, or after it began, or anywhere: 1, 0, or -1 with an
   exception set. */
int span_may_be_attached(Recorder *self, uint64_t span_id, int64_t began_ns);
#define ANY_SPAN 0

/* roots.c */
/* Hang a call that no running call made: 1; 0 where Python is to be asked, -1 with an exception set. */
int hang_as_handed_on(Recorder *self, const Thread *thread, Call *call);

/* greenlets.c: which greenlet of a thread runs */
/* Have the running greenlet's calls at hand, where a frame that runs does not say that these are; -1 with an exception set. */
int greenlets_change(Recorder *self, Thread *thread, FrameKey frame, int64_t now);
/* Look for greenlets, where none were found so far; -1 with an exception set. */
int greenlets_find(Recorder *self);
static inline int
greenlets_follow(Recorder *self, Thread *thread, FrameKey frame, int64_t now)
{
    return self->current_greenlet == NULL ? 0 : greenlets_change(self, thread, frame, now);
}
/* The same for a frame that may be the innermost call's. */
static inline int
greenlets_return(Recorder *self, Thread *thread, FrameKey frame, int64_t now)
{
    const Entry *top = thread_top(thread);
    return top != NULL && top->frame == frame ? 0 : greenlets_follow(self, thread, frame, now);
}
/* The number of the task that runs, or of the greenlet; -1 with an exception set. */
int greenlets_task(Recorder *self, Thread *thread, uint64_t *number);

/* lifecycle.c */
/* Those above a depth ended unseen; -1 with an exception set. */
int lose_above(Recorder *self, Strand *strand, size_t depth, int64_t now);

/* To ask for the CPU time that a thread took takes longer than most events: of each function the first FIRST events of a
   kind are measured, then one of SOME stands for them: a prime, as calls may take turns. */
enum { FIRST = 4, SOME = 61 };

static inline int64_t
thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
/* When an event begins, by its number among its kind: the thread's CPU time, or -1 where it is not measured. */
static inline int64_t
spend_begin(int64_t number)
{
    return number <= FIRST || number % SOME == 0 ? thread_cpu_ns() : -1;
}
/* Add up what it took; `tally` may be NULL. */
static inline void
spend_end(Recorder *self, Tally *tally, int64_t began, int64_t number)
{
    if (began >= 0) {
        int64_t took = thread_cpu_ns() - began - self->clock_ns;
        took = took < 0 ? 0 : took * (number <= FIRST ? 1 : SOME);
        self->used_ns += took;
        if (tally != NULL) {
            tally->cost_ns += took;
        }
    }
}

/* record.c: finished calls on their way out */
/* Count a call that ended; what becomes of it. */
int record_keeps(Recorder *self, Call *call, int64_t now, int outcome, PyObject *result);
/* Append a call that is kept; the result NOTHING, the texts NULL where there is none. -1 with an exception set. */
int record_call(Recorder *self, Call *call, int64_t now, int outcome, Ref result, const Text *exception,
                const Text *extra);
/* The next chunk that holds rows, or None. */
PyObject *record_take(Recorder *self);
/* See that the next rows lie in borrowed memory; -1 with an exception set. */
int record_borrow(Recorder *self);
/* Forget all rows: in a forked child they are the parent's to write. */
int record_clear(Recorder *self);

/* yields.c: the `extra` column with what a generator yielded, in `room`, which is the caller's to free; else as it is. */
const Text *with_yields(const Call *call, const Text *extra, Text *room);

/* lines.c: the variables of a running frame that have a value, a new dict; NULL with an exception set. */
PyObject *frame_variables(FrameKey frame);

/* events.c: the callbacks of sys.monitoring */
extern PyMethodDef event_methods[];
#define EVENT_METHODS 9

/* open.c: methods of the type */
PyObject *recorder_open_calls(PyObject *op, PyObject *ignored);
PyObject *recorder_newly_open(PyObject *op, PyObject *age);
PyObject *recorder_forking(PyObject *op, PyObject *ignored);
PyObject *recorder_inherit(PyObject *op, PyObject *args);

/* recorder.c */
/* Create the type `_recorder.Recorder`; NULL with an exception set. */
PyTypeObject *recorder_type(PyObject *module);
/* Take 16 random bytes as the state from which ids come; -1 with an exception set. */
int recorder_seed(Recorder *self, const char *bytes, Py_ssize_t size);
/* What this thread runs; NULL with an exception set. Python makes those seen first. */
Thread *recorder_thread(Recorder *self);
typedef struct {
    uint64_t serial;
    Thread *thread; /* the recorder's */
} Here;
#ifdef __ELF__
#define READ_OFTEN __attribute__((tls_model("initial-exec"))) /* one instruction at every event */
#else
#define READ_OFTEN
#endif
extern _Thread_local Here recorder_here READ_OFTEN;

static inline Thread *
thread_here(Recorder *self)
{
    return recorder_here.serial == self->serial ? recorder_here.thread : recorder_thread(self);
}

#endif
