/* What runs on one thread, in each of its greenlets: the calls from the outermost to the innermost, and where other
   people's work begins. */
#ifndef BREADCRUMB_THREADS_H
#define BREADCRUMB_THREADS_H

#include "calls.h"
#include "handled.h"

/* Either a call, or a boundary: what stands above it does not hang below it. */
typedef struct {
    FrameKey frame;
    Call *call;       /* NULL for a boundary */
    PyObject *parent; /* who handed the work on; NULL where the context knows */
    PyObject *loop;   /* the frame of a worker that takes up one item after another, or NULL */
} Entry;

/* A watched function that set the scheduler's context variable, which it resets when it ends. */
typedef struct {
    FrameKey frame;
    PyObject *token;
} Scheduling;

/* The exception told of last, to be known again in the next frame; compared only. */
typedef struct {
    const void *exception, *traceback, *code;
    Text text;
} Told;

/* What runs in one greenlet; a thread that has none is one. */
typedef struct {
    Entry *running;
    size_t depth, room;
    Scheduling *schedulings;
    size_t scheduling_depth, scheduling_room;
    const void *greenlet; /* compared only; NULL where it is not known which */
    PyObject *reference;  /* a weak one: the address may be another greenlet's by now */
    uint64_t task;        /* its number among the tasks, 0 where none was given */
    int64_t away_ns;      /* how long others ran in its place */
    int64_t left_ns;      /* since when */
    uint32_t turns;       /* how often */
} Strand;

typedef struct {
    PyObject_HEAD
    Calls *calls;        /* the recorder's */
    PyObject *recorder;  /* keeps them alive */
    uint64_t number;
    unsigned long ident, native_id;
    char muted;
    PyObject *name;
    PyObject *starter; /* who started the thread */
    Stack *stack;
    Strand *now; /* what runs */
    Strand base; /* what ran first; NULL as its greenlet while nobody had to know */
    Strand **strands; /* those of known greenlets: open addressing, `strand_room` a power of two */
    size_t strand_room, strand_count;
    Text scratch;
    Told told;
    Handling handling;
} Thread;

/* Create the type `_recorder.Thread`; -1 with an exception set. */
int threads_ready(PyObject *module);
/* This thread as a recorder knows it, not recorded where `number` is 0; NULL with an exception set. */
Thread *thread_new(PyObject *recorder, Calls *calls, uint64_t number);

/* Put a call or boundary on top; takes over the references of `entry`. -1 with MemoryError set. */
int strand_push(Strand *strand, Entry entry);
/* The innermost entry, NULL where nothing runs. */
static inline Entry *
thread_top(const Thread *thread)
{
    const Strand *now = thread->now;
    return now->depth ? &now->running[now->depth - 1] : NULL;
}
/* The depth at which a frame's call runs, 0 where none does. */
static inline size_t
thread_find(const Thread *thread, FrameKey frame, const Code *code)
{
    size_t depth = thread->now->depth;
    for (; depth > 0; depth--) {
        const Call *call = thread->now->running[depth - 1].call;
        if (call != NULL && call->frame == frame && call->code == code) {
            break;
        }
    }
    return depth;
}
/* The innermost call, beyond any boundary; NULL where there is none. */
Call *strand_innermost(const Strand *strand);
/* Take the innermost entry off; its call, if it is one, is the caller's now. */
Call *strand_pop(Strand *strand);
/* Give up what a strand holds, but for its own memory. */
void strand_clear(Calls *calls, Strand *strand);
/* Take a boundary away, wherever it stands. */
void thread_leave(Thread *thread, FrameKey frame);

/* The memory in which a return is written: taken while it is, for a signal handler may come in between. */
static inline Text
thread_take_scratch(Thread *thread)
{
    Text scratch = thread->scratch;
    text_init(&thread->scratch);
    return scratch;
}
static inline void
thread_give_scratch(Thread *thread, Text scratch)
{
    scratch.size = scratch.beyond = 0;
    text_free(&thread->scratch);
    thread->scratch = scratch;
}

/* Remember, and take back, what a watched function set; -1 with MemoryError set, NULL where there is none. */
int thread_schedules(Thread *thread, FrameKey frame, PyObject *token);
PyObject *thread_scheduled(Thread *thread, FrameKey frame);

#endif
