/* A call from its start to its end: what each event does to it. */
#include "event.h"

/* Work beyond this much text takes long enough to look at the clock again: the caller's own time is without it. */
#define HEAVY 256

static int
read_arguments(Recorder *self, Call *call, size_t *written)
{
    Code *code = call->code;
    PyObject *few[16];
    PyObject **slots = few;
    if (code->parameter_count > 16 && (slots = PyMem_Malloc((size_t)code->parameter_count * sizeof(*slots))) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int result = call_reserve(call, code->parameter_count);
    if (result == 0) {
        frame_arguments(call->frame, code->is_cell, code->parameter_count, slots);
        result =
            values_refer_arguments(self->values, code->parameters, slots, code->parameter_count, call->args, written);
        call->arg_count = result < 0 ? 0 : (unsigned)code->parameter_count;
    }
    if (slots != few) {
        PyMem_Free(slots);
    }
    return result;
}

/* Say of each argument that it is not recorded. */
static int
leave_arguments_out(Recorder *self, Call *call)
{
    int count = call->code->parameter_count;
    if (call_reserve(call, count) < 0) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        call->args[i] = ref_share(self->unrecorded);
    }
    call->arg_count = (unsigned)count;
    return 0;
}

/* A call that is bare has arguments that are not recorded. */
static int
take_arguments(Recorder *self, Call *call, size_t *written)
{
    call->bare = (char)tally_begins(&call->code->tally, self->cap_ns);
    return call->bare ? leave_arguments_out(self, call) : read_arguments(self, call, written);
}

/* A task's outermost call ends: what else the task calls hangs under whom the context named before. */
static void
leave_task(Recorder *self, Call *call)
{
    PyObject *error = PyErr_GetRaisedException(), *named = NULL;
    if (PyContextVar_Get(self->scheduler, NULL, &named) == 0 && named == call->as_parent) {
        Py_XDECREF(PyContextVar_Set(self->scheduler, call->scheduler));
    }
    Py_XDECREF(named);
    PyErr_Clear();
    PyErr_SetRaisedException(error);
}

/* What there is to tell of its end is told. */
static void
call_ended(Recorder *self, Call *call)
{
    if (call->scheduler != NULL) {
        leave_task(self, call);
    }
    call_closes(&self->calls, call);
    call_release(&self->calls, call);
}

/* A call ended and nobody saw how. */
static int
lose(Recorder *self, Call *call, int64_t now)
{
    int kept = record_keeps(self, call, now, UNKNOWN, NULL);
    int result = kept ? record_call(self, call, now, UNKNOWN, NOTHING, NULL, NULL) : 0;
    call_ended(self, call);
    return result;
}

/* A frame begins at the address of a call that waits: that one was closed in silence. */
static int
evict(Recorder *self, FrameKey frame)
{
    Call *stale = calls_find(&self->calls, frame);
    if (stale == NULL) {
        return 0;
    }
    calls_take(&self->calls, stale);
    return lose(self, stale, stale->resumed_ns);
}

static int
awaken(Recorder *self)
{
    PyObject *awake = PyObject_CallMethod((PyObject *)self, "_awaken", NULL);
    Py_XDECREF(awake);
    return awake == NULL ? -1 : 0;
}

/* Put a call that starts or goes on among the running ones. */
static int
run(Thread *thread, Call *call)
{
    const Strand *now = thread->now;
    call->away_ns = now->away_ns;
    call->turns = now->turns;
    return strand_push(thread->now, (Entry){.frame = call->frame, .call = call});
}

/* How long, of the time from one moment to another, others ran in the place of a call's greenlet. */
static int64_t
ran_between(const Strand *strand, const Call *call, int64_t from, int64_t until)
{
    return until - from - (strand->away_ns - call->away_ns);
}

int
start_call(const Event *event)
{
    Recorder *self = event->self;
    int64_t entered = monotonic_ns(), number = event->code->tally.begun + 1, began = spend_begin(number);
    Thread *thread = thread_here(self);
    if (thread == NULL || thread->muted) {
        return thread == NULL ? -1 : 0;
    }
    if ((self->asleep && awaken(self) < 0) || evict(self, event->frame) < 0) {
        return -1;
    }
    Call *call = call_new(&self->calls);
    if (call == NULL) {
        return -1;
    }
    call->code = event->code;
    call->frame = event->frame;
    size_t written = 0;
    if (place_call(self, thread, call, entered) < 0 || (call->sampled && take_arguments(self, call, &written) < 0)) {
        call_release(&self->calls, call);
        return -1;
    }
    call->code->read += written;
    call->entered_ns = entered;
    call->start_ns = call->resumed_ns = written > HEAVY ? monotonic_ns() : entered;
    if (run(thread, call) < 0) {
        call_release(&self->calls, call);
        return -1;
    }
    if (call->sampled) {
        call_opens(&self->calls, call, self->epoch_ns);
    }
    spend_end(self, &event->code->tally, began, number);
    return 0;
}

/* Add the time since a call started or went on to what it ran. */
static void
add_run(const Strand *strand, Call *call, int64_t now)
{
    call->ran_ns += ran_between(strand, call, call->resumed_ns, now);
    call->suspensions += call->code->kind == FUNCTION ? strand->turns - call->turns : 0;
}

int
lose_above(Recorder *self, Strand *strand, size_t depth, int64_t now)
{
    int result = 0;
    while (strand->depth > depth) {
        Call *lost = strand_pop(strand);
        if (lost == NULL) {
            continue;
        }
        add_run(strand, lost, now);
        if (lose(self, lost, now) < 0) {
            result = -1;
        }
    }
    return result;
}

/* Take the call of a frame that ends or waits off the running ones; NULL where there is none, or with an
   exception set. */
static Call *
take_off(const Event *event, Thread *thread, int64_t now)
{
    Recorder *self = event->self;
    if (greenlets_return(self, thread, event->frame, now) < 0) {
        return NULL;
    }
    Strand *strand = thread->now;
    size_t depth = thread_find(thread, event->frame, event->code);
    if (depth > 0) {
        if (depth < strand->depth && lose_above(self, strand, depth, now) < 0) {
            return NULL;
        }
        Call *call = strand_pop(strand);
        add_run(strand, call, now);
        return call;
    }
    Call *waiting = calls_find(&self->calls, event->frame);
    if (waiting == NULL || waiting->code != event->code) {
        return NULL;
    }
    calls_take(&self->calls, waiting);
    waiting->entered_ns = waiting->resumed_ns = now;
    waiting->away_ns = strand->away_ns;
    waiting->turns = strand->turns;
    return waiting;
}

/* Give the caller the time spent below it: its self time is its own. */
static void
charge(Thread *thread, const Call *call, int64_t until)
{
    Call *below = strand_innermost(thread->now);
    if (below != NULL) {
        below->child_ns += ran_between(thread->now, call, call->entered_ns, until);
    }
}

/* Record a call that returns, as `fate` says. */
static int
put_returned(const Event *event, Thread *thread, Call *call, int64_t now, int fate, PyObject *value, size_t *written)
{
    Recorder *self = event->self;
    if (fate == STAYS) {
        return record_call(self, call, now, RETURNED, self->unrecorded, NULL, NULL);
    }
    Ref returned = values_refer(self->values, call->code->return_rule, value, self->return_place, written);
    if (returned == NOTHING) {
        return -1;
    }
    call->code->read += *written;
    Text extra = thread_take_scratch(thread);
    int result = describe_changes(event, call, &extra, written);
    PyObject *error = result < 0 ? PyErr_GetRaisedException() : NULL;
    if (record_call(self, call, now, RETURNED, returned, NULL, extra.size ? &extra : NULL) < 0) {
        result = -1;
        Py_CLEAR(error);
    }
    if (error != NULL) {
        PyErr_SetRaisedException(error);
    }
    thread_give_scratch(thread, extra);
    ref_release(returned);
    return result;
}

/* The thread, and its call that ends or waits; NULL as of take_off. */
static Call *
take_off_here(const Event *event, Thread **thread, int64_t now)
{
    *thread = thread_here(event->self);
    return *thread == NULL ? NULL : take_off(event, *thread, now);
}

int
finish_call(const Event *event, PyObject *value)
{
    Recorder *self = event->self;
    int64_t now = monotonic_ns(), number = event->code->tally.calls + 1, began = spend_begin(number);
    Thread *thread;
    Call *call = take_off_here(event, &thread, now);
    if (call == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    int result = 0;
    size_t written = 0;
    int fate = record_keeps(self, call, now, RETURNED, value);
    if (fate != GOES) {
        call->ended_line = codes_line(event->code, event->offset);
        result = put_returned(event, thread, call, now, fate, value, &written);
    }
    charge(thread, call, written > HEAVY ? monotonic_ns() : now);
    call_ended(self, call);
    spend_end(self, &event->code->tally, began, number);
    return result;
}

/* Record a call that an exception leaves. Whatever cannot be told of it, it is recorded. */
static int
leave(const Event *event, Thread *thread, int64_t now, PyObject *exception, Text *text)
{
    Recorder *self = event->self;
    int as_error = 1;
    Text extra = thread_take_scratch(thread);
    int failed = describe(self, thread, exception, &as_error, text) < 0;
    if (!failed && as_error) {
        failed = describe_locals(event, &extra) < 0;
    }
    PyObject *error = PyErr_GetRaisedException();
    Call *call = take_off(event, thread, now);
    int result = call == NULL && PyErr_Occurred() ? -1 : 0;
    if (call != NULL) {
        int outcome = as_error ? RAISED : LEFT;
        call->ended_line = describe_line(event, exception);
        if (record_keeps(self, call, now, outcome, NULL)) {
            size_t written = 0;
            if (error == NULL && describe_changes(event, call, &extra, &written) < 0) {
                error = PyErr_GetRaisedException();
            }
            result = record_call(self, call, now, outcome, NOTHING, failed ? NULL : text,
                                 failed || !extra.size ? NULL : &extra);
        }
        charge(thread, call, monotonic_ns());
        call_ended(self, call);
    }
    thread_give_scratch(thread, extra);
    if (error != NULL) {
        PyErr_Clear();
        PyErr_SetRaisedException(error);
        return -1;
    }
    return result;
}

int
leave_call(const Event *event, PyObject *exception)
{
    int64_t now = monotonic_ns(), number = event->code->tally.calls + 1, began = spend_begin(number);
    Thread *thread = thread_here(event->self);
    if (thread == NULL) {
        return -1;
    }
    Text text;
    text_init(&text);
    int result = leave(event, thread, now, exception, &text);
    describe_end(thread, text);
    spend_end(event->self, &event->code->tally, began, number);
    return result;
}

int
suspend_call(const Event *event, PyObject *value)
{
    Recorder *self = event->self;
    int64_t now = monotonic_ns(), number = ++self->yields, began = spend_begin(number);
    Thread *thread;
    Call *call = take_off_here(event, &thread, now);
    if (call == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    call->suspensions++;
    int result = note_yield(event, call, value);
    PyObject *error = PyErr_GetRaisedException();
    charge(thread, call, now);
    if (calls_suspend(&self->calls, call) < 0) {
        call_release(&self->calls, call);
        Py_XDECREF(error);
        return -1;
    }
    if (error != NULL) {
        PyErr_SetRaisedException(error);
    }
    spend_end(self, &event->code->tally, began, number);
    return result;
}

int
resume_call(const Event *event)
{
    Recorder *self = event->self;
    Call *call = calls_find(&self->calls, event->frame);
    if (call == NULL || call->code != event->code) {
        return 0;
    }
    Thread *thread = thread_here(self);
    if (thread == NULL || greenlets_follow(self, thread, event->frame, monotonic_ns()) < 0 || run(thread, call) < 0) {
        return -1;
    }
    calls_take(&self->calls, call);
    call->entered_ns = call->resumed_ns = monotonic_ns();
    return 0;
}
