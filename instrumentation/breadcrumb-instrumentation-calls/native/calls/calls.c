/* Calls are used again, with the memory of their arguments: in steady state a call allocates nothing. */
#include "calls.h"

#define KEPT_FREE 4096
#define KEPT_ARGS 64 /* room for more is given back */
#define FIRST_BUCKETS 64

Call *
call_new(Calls *calls)
{
    Call *call = calls->free;
    if (call != NULL) {
        calls->free = call->next;
        calls->free_count--;
        call->next = NULL;
    }
    else {
        call = PyMem_Calloc(1, sizeof(Call));
        if (call == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
    }
    call->uses = 1;
    return call;
}

int
call_reserve(Call *call, int count)
{
    if ((unsigned)count > call->arg_room) {
        Ref *larger = PyMem_Realloc(call->args, (size_t)count * sizeof *larger);
        if (larger == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        call->args = larger;
        call->arg_room = (unsigned)count;
    }
    return 0;
}

static void
dispose(Call *call)
{
    PyMem_Free(call->args);
    PyMem_Free(call);
}

static void
release_arguments(Call *call)
{
    for (unsigned i = 0; i < call->arg_count; i++) {
        ref_release(call->args[i]);
    }
    call->arg_count = 0;
    if (call->arg_room > KEPT_ARGS) {
        PyMem_Free(call->args);
        call->args = NULL;
        call->arg_room = 0;
    }
}

/* Empty a call that nobody uses, and keep it to be used again. */
static void
recycle(Calls *calls, Call *call)
{
    release_arguments(call);
    ref_release(call->first_yield);
    ref_release(call->last_yield);
    call->first_yield = call->last_yield = NOTHING;
    call->yields = 0;
    call_closes(calls, call);
    call->stack = NULL;
    call->above = NULL;
    call->as_parent = call->scheduler = call->lines = NULL;
    call->holds = call->suspensions = 0;
    call->called_line = call->ended_line = 0;
    call->sampled = call->inherited = call->told = call->bare = 0;
    call->ran_ns = call->child_ns = 0;
    if (calls->free_count < KEPT_FREE) {
        call->next = calls->free;
        calls->free = call;
        calls->free_count++;
    }
    else {
        dispose(call);
    }
}

void
call_release(Calls *calls, Call *call)
{
    while (call != NULL && --call->uses == 0) {
        PyObject *as_parent = call->as_parent, *scheduler = call->scheduler, *lines = call->lines;
        Call *above = call->above;
        if (call->stack != NULL) {
            stack_release(call->stack);
        }
        recycle(calls, call);
        Py_XDECREF(as_parent);
        Py_XDECREF(scheduler);
        Py_XDECREF(lines);
        call = above;
    }
}

/* Write the arguments where there is room for them all, whatever the length of their numbers; how long they are. */
static uint64_t
write_arguments(const Call *call, char *room)
{
    Text text = {.data = room, .room = OPEN_TEXT};
    size_t most = 2;
    for (unsigned i = 0; i < call->arg_count && most <= OPEN_TEXT; i++) {
        most += (size_t)PyUnicode_GET_LENGTH(call->code->parameters[i].key) * 4 + ref_size_most(call->args[i]) + 4;
    }
    if (most > OPEN_TEXT ||
        values_append_arguments(&text, call->code->parameters, call->args, (int)call->arg_count) < 0) {
        return OPEN_TEXT + 1;
    }
    return text.size;
}

void
call_opens(Calls *calls, Call *call, int64_t epoch_ns)
{
    OpenCall *known = call->known = open_file_take(&calls->open_file);
    if (known == NULL) {
        return;
    }
    known->parent_id = call->parent_id;
    memcpy(known->trace_id, call->trace_id, 16);
    known->start_ns = call->start_ns + epoch_ns;
    known->stack = call->stack->number;
    known->ordinal = call->ordinal;
    known->thread = call->thread;
    known->task = call->task;
    known->code = call->code->number;
    known->depth = call->depth;
    known->size = write_arguments(call, known->args);
    __atomic_store_n(&known->span_id, call->span_id, __ATOMIC_RELEASE);
}

void
call_hang_below(Call *call, Call *above)
{
    if (call->parent_id == above->span_id) {
        call->above = above;
        above->uses++;
        above->holds++;
    }
}

int
call_visit(const Call *call, visitproc visit, void *arg)
{
    Py_VISIT(call->as_parent);
    Py_VISIT(call->scheduler);
    Py_VISIT(call->lines);
    return 0;
}

int
calls_visit(const Calls *calls, visitproc visit, void *arg)
{
    int result = 0;
    for (size_t i = 0; i < calls->bucket_count; i++) {
        for (const Call *call = calls->buckets[i]; result == 0 && call != NULL; call = call->next) {
            result = call_visit(call, visit, arg);
        }
    }
    return result;
}

void
calls_free(Calls *calls)
{
    for (size_t i = 0; i < calls->bucket_count; i++) {
        while (calls->buckets[i] != NULL) {
            Call *call = calls->buckets[i];
            calls->buckets[i] = call->next;
            call_release(calls, call);
        }
    }
    while (calls->free != NULL) {
        Call *call = calls->free;
        calls->free = call->next;
        dispose(call);
    }
    PyMem_Free(calls->buckets);
    open_file_forget(&calls->open_file);
    *calls = (Calls){0};
}

Stack *
stack_new(Calls *calls)
{
    Stack *stack = PyMem_Malloc(sizeof(Stack));
    if (stack == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *stack = (Stack){.number = ++calls->stack_numbers, .uses = 1};
    return stack;
}

Stack *
stack_share(Stack *stack)
{
    stack->uses++;
    return stack;
}

void
stack_release(Stack *stack)
{
    if (--stack->uses == 0) {
        PyMem_Free(stack);
    }
}

static size_t
bucket(const Calls *calls, FrameKey frame)
{
    uintptr_t bits = (uintptr_t)frame >> 4;
    return (bits ^ (bits >> 9)) & (calls->bucket_count - 1);
}

static int
grow(Calls *calls)
{
    Calls larger = {.bucket_count = calls->bucket_count ? calls->bucket_count * 2 : FIRST_BUCKETS};
    larger.buckets = PyMem_Calloc(larger.bucket_count, sizeof(Call *));
    if (larger.buckets == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < calls->bucket_count; i++) {
        for (Call *call = calls->buckets[i], *next; call != NULL; call = next) {
            next = call->next;
            Call **place = &larger.buckets[bucket(&larger, call->frame)];
            call->next = *place;
            *place = call;
        }
    }
    PyMem_Free(calls->buckets);
    calls->buckets = larger.buckets;
    calls->bucket_count = larger.bucket_count;
    return 0;
}

int
calls_suspend(Calls *calls, Call *call)
{
    if (calls->waiting >= calls->bucket_count && grow(calls) < 0) {
        return -1;
    }
    Call **place = &calls->buckets[bucket(calls, call->frame)];
    call->next = *place;
    *place = call;
    calls->waiting++;
    return 0;
}

Call *
calls_find(const Calls *calls, FrameKey frame)
{
    if (calls->waiting == 0) {
        return NULL;
    }
    Call *call = calls->buckets[bucket(calls, frame)];
    while (call != NULL && call->frame != frame) {
        call = call->next;
    }
    return call;
}

void
calls_take(Calls *calls, Call *call)
{
    Call **place = &calls->buckets[bucket(calls, call->frame)];
    while (*place != call) {
        place = &(*place)->next;
    }
    *place = call->next;
    call->next = NULL;
    calls->waiting--;
}
