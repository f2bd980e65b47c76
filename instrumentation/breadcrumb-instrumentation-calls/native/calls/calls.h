/* Calls between their start and their end, and the logical stacks that they stand on. */
#ifndef BREADCRUMB_CALLS_H
#define BREADCRUMB_CALLS_H

#include "codes.h"
#include "interpreter/interpreter.h"
#include "memory/open_file.h"

enum { RETURNED, RAISED, LEFT, UNKNOWN };

/* A logical stack: a thread, a task, a greenlet, a generator, or a coroutine that no traced call awaits. */
typedef struct {
    uint64_t number;
    uint64_t last; /* the ordinal given last */
    size_t uses;
} Stack;

typedef struct Call Call;
struct Call {
    Code *code;
    FrameKey frame;
    unsigned char trace_id[16]; /* big-endian */
    uint64_t span_id, parent_id;
    uint64_t ordinal, thread, task;
    uint32_t depth, suspensions;
    uint32_t called_line, ended_line; /* 0 where they are not known */
    uint32_t turns; /* its strand's, when it started or went on */
    char sampled;
    char inherited; /* it began in the process that forked this one, which tells its end */
    char told; /* as open */
    char bare; /* its values are not recorded, for what that would cost */
    unsigned uses;  /* one while it is open, and one for each open call that it made */
    unsigned holds; /* how often somebody hangs, or may come to hang, below it: see Call.holds in calls.py */
    Call *above;    /* the call that it holds, while it runs */
    Stack *stack;
    Ref *args; /* as many as the code has parameters; none before they are read */
    unsigned arg_count, arg_room;
    uint64_t yields; /* values that a generator gave; the first, and the last where it was written: yields.c */
    Ref first_yield, last_yield;
    int64_t start_ns;   /* all times: the monotonic clock */
    int64_t entered_ns; /* when the tracer came to know that the call starts or resumes */
    int64_t resumed_ns;
    int64_t away_ns; /* its strand's, then */
    int64_t ran_ns;
    int64_t child_ns;
    PyObject *as_parent; /* this call as `Parent`, made when first asked for */
    PyObject *scheduler; /* of a task's outermost call: whom the context named before; else NULL */
    OpenCall *known;     /* what is known of it beyond the process while it is open; or NULL */
    PyObject *lines;     /* what its lines did (lines.Lines), of a chosen function; NULL before its first line */
    Call *next;          /* among the free ones, or in a bucket of those that wait */
};

/* Calls that are not in use, and those that wait, by frame. */
typedef struct {
    Call *free;
    size_t free_count;
    Call **buckets;
    size_t bucket_count, waiting;
    uint64_t stack_numbers;
    OpenFile open_file;
} Calls;

void calls_free(Calls *calls);
/* For the garbage collector: what a call refers to, and what those refer to that wait. */
int call_visit(const Call *call, visitproc visit, void *arg);
int calls_visit(const Calls *calls, visitproc visit, void *arg);

/* A call with no arguments that has not run; who begins it gives it its place. NULL with MemoryError set. */
Call *call_new(Calls *calls);
void call_release(Calls *calls, Call *call);
/* See that a call's arguments have room; -1 with MemoryError set. */
int call_reserve(Call *call, int count);
/* Let it be known, beyond the process, that a call is open, and that it is no more. */
void call_opens(Calls *calls, Call *call, int64_t epoch_ns);
static inline void
call_closes(Calls *calls, Call *call)
{
    if (call->known != NULL) {
        open_file_give(&calls->open_file, call->known);
        call->known = NULL;
    }
}
/* Hold the call that makes this one, unless a span came between, whose parent has an id already. */
void call_hang_below(Call *call, Call *above);

/* A new stack, used once; NULL with MemoryError set. */
Stack *stack_new(Calls *calls);
Stack *stack_share(Stack *stack);
void stack_release(Stack *stack);

/* Put a call among those that wait; -1 with MemoryError set. */
int calls_suspend(Calls *calls, Call *call);
/* The call that waits at a frame, NULL where there is none. */
Call *calls_find(const Calls *calls, FrameKey frame);
/* Take a call out of those that wait. */
void calls_take(Calls *calls, Call *call);

#endif
