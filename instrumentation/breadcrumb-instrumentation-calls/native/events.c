/* The callbacks of sys.monitoring. Nothing that goes wrong in one reaches the program: Python counts it. */
#include "recorder.h"
#include "gaps.h"

/* Work beyond this much text takes long enough to look at the clock again: the caller's own time is without it. */
#define HEAVY 256

static void
give_headroom(int frames)
{
    PyThreadState_GET()->py_recursion_remaining += frames;
}

/* An exception is set: Python counts it, and says whether it is the program's own (a signal handler's). */
static PyObject *
failed(Recorder *self, const char *place)
{
    PyObject *error = PyErr_GetRaisedException();
    if (!PyErr_GivenExceptionMatches(error, PyExc_Exception)) {
        PyErr_SetRaisedException(error);
        return NULL;
    }
    PyObject *goes_on = PyObject_CallMethod((PyObject *)self, "_failed", "sO", place, error);
    if (goes_on == Py_True) {
        Py_DECREF(goes_on);
        PyErr_SetRaisedException(error);
        return NULL;
    }
    Py_DECREF(error);
    if (goes_on == NULL && !PyErr_ExceptionMatches(PyExc_Exception)) {
        return NULL;
    }
    PyErr_Clear(); /* no memory to count it with */
    Py_XDECREF(goes_on);
    Py_RETURN_NONE;
}

static PyObject *
done(Recorder *self, int result, const char *place)
{
    PyObject *answer = result < 0 ? failed(self, place) : Py_NewRef(Py_None);
    give_headroom(-HEADROOM);
    return answer;
}

/* -- watched functions of the standard library --------------------------------------------------------- */

/* What is made now, a task or callback, runs in a copy of the context: it names the current call. */
static int
schedule(Recorder *self, Thread *thread, Call *call)
{
    PyObject *current = call_as_parent(self, call);
    PyObject *token = current == NULL ? NULL : PyContextVar_Set(self->scheduler, current);
    if (token == NULL) {
        return -1;
    }
    if (thread_schedules(thread, frame_current(), token) < 0) {
        Py_DECREF(token);
        return -1;
    }
    return 0;
}

static int
enter_bridge(Recorder *self, Code *code)
{
    Thread *thread = thread_here(self);
    if (thread == NULL || thread->muted) {
        return thread == NULL ? -1 : 0;
    }
    if (code->bridge == RUNS_CALLBACK) {
        return thread_push(thread, (Entry){.frame = frame_current()});
    }
    const Entry *top = thread_top(thread);
    Call *call = top == NULL ? NULL : top->call;
    if (code->bridge == SCHEDULES) {
        return call == NULL ? 0 : schedule(self, thread, call);
    }
    PyObject *current = Py_XNewRef(call == NULL ? Py_None : call_as_parent(self, call));
    if (current == NULL) {
        return -1;
    }
    PyObject *entered = PyObject_CallMethod((PyObject *)self, "_enter_bridge", "OOOO", code->info, frame_object(),
                                            thread, current);
    Py_DECREF(current);
    Py_XDECREF(entered);
    return entered == NULL ? -1 : 0;
}

static int
leave_bridge(Recorder *self, Code *code)
{
    Thread *thread = thread_here(self);
    if (thread == NULL) {
        return -1;
    }
    if (code->bridge == RUNS_CALLBACK) {
        thread_leave(thread, frame_current());
        return 0;
    }
    if (code->bridge == SCHEDULES) {
        PyObject *token = thread_scheduled(thread, frame_current());
        int result = token == NULL ? 0 : PyContextVar_Reset(self->scheduler, token);
        Py_XDECREF(token);
        return result;
    }
    PyObject *left = PyObject_CallMethod((PyObject *)self, "_leave_bridge", "OOO", code->info, frame_object(), thread);
    Py_XDECREF(left);
    return left == NULL ? -1 : 0;
}

/* -- calls --------------------------------------------------------------------------------------------- */

static int
read_arguments(Recorder *self, Call *call)
{
    Code *code = call->code;
    PyObject *few[16];
    PyObject **slots = few;
    if (code->parameter_count > 16 && (slots = PyMem_Malloc((size_t)code->parameter_count * sizeof(*slots))) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    frame_arguments(call->frame, code->is_cell, code->parameter_count, slots);
    int result = values_arguments(self->values, &call->args, code->parameters, slots, code->parameter_count);
    if (slots != few) {
        PyMem_Free(slots);
    }
    return result;
}

/* A call ended and nobody saw how. */
static int
lose(Recorder *self, Call *call, int64_t now)
{
    return record_keeps(self, call, now, UNKNOWN) ? record_call(self, call, now, UNKNOWN, NULL, NULL) : 0;
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
    int result = lose(self, stale, stale->resumed_ns);
    call_release(&self->calls, stale);
    return result;
}

static int
awaken(Recorder *self)
{
    PyObject *awake = PyObject_CallMethod((PyObject *)self, "_awaken", NULL);
    Py_XDECREF(awake);
    return awake == NULL ? -1 : 0;
}

static int
start_call(Recorder *self, Code *code)
{
    int64_t entered = monotonic_ns();
    Thread *thread = thread_here(self);
    if (thread == NULL || thread->muted) {
        return thread == NULL ? -1 : 0;
    }
    FrameKey frame = frame_current();
    if ((self->asleep && awaken(self) < 0) || evict(self, frame) < 0) {
        return -1;
    }
    Call *call = call_new(&self->calls);
    if (call == NULL) {
        return -1;
    }
    call->code = code;
    call->frame = frame;
    if (place_call(self, thread, call) < 0 || (call->sampled && read_arguments(self, call) < 0)) {
        call_release(&self->calls, call);
        return -1;
    }
    call->entered_ns = entered;
    call->start_ns = call->resumed_ns = call->args.size > HEAVY ? monotonic_ns() : entered;
    if (thread_push(thread, (Entry){.frame = frame, .call = call}) < 0) {
        call_release(&self->calls, call);
        return -1;
    }
    return 0;
}

/* Those above a call that ends ended unseen. */
static int
lose_above(Recorder *self, Thread *thread, size_t depth, int64_t now)
{
    int result = 0;
    while (thread->depth > depth) {
        Call *lost = thread_pop(thread);
        if (lost == NULL) {
            continue;
        }
        if (lose(self, lost, now) < 0) {
            result = -1;
        }
        call_release(&self->calls, lost);
    }
    return result;
}

/* Take the call of a frame that ends or waits off the running ones; NULL where there is none, or with an
   exception set. */
static Call *
take_off(Recorder *self, Thread *thread, Code *code, int64_t now)
{
    FrameKey frame = frame_current();
    for (size_t i = thread->depth; i-- > 0;) {
        Call *call = thread->running[i].call;
        if (call != NULL && call->frame == frame && call->code == code) {
            if (i + 1 < thread->depth && lose_above(self, thread, i + 1, now) < 0) {
                return NULL;
            }
            thread_pop(thread);
            call->ran_ns += now - call->resumed_ns;
            return call;
        }
    }
    Call *waiting = calls_find(&self->calls, frame);
    if (waiting == NULL || waiting->code != code) {
        return NULL;
    }
    calls_take(&self->calls, waiting);
    waiting->entered_ns = waiting->resumed_ns = now;
    return waiting;
}

/* Give the caller the time spent below it: its self time is its own. */
static void
charge(Thread *thread, const Call *call, int64_t until)
{
    Call *below = thread_innermost(thread);
    if (below != NULL) {
        below->child_ns += until - call->entered_ns;
    }
}

static int
finish_call(Recorder *self, Code *code, PyObject *value)
{
    int64_t now = monotonic_ns();
    Thread *thread = thread_here(self);
    Call *call = thread == NULL ? NULL : take_off(self, thread, code, now);
    if (call == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    int result = 0;
    size_t written = 0;
    if (record_keeps(self, call, now, RETURNED)) {
        Text *text = &thread->scratch;
        text->size = text->beyond = 0;
        result = values_write(self->values, text, value, self->return_place);
        written = text->size;
        if (result == 0) {
            result = record_call(self, call, now, RETURNED, text, NULL);
        }
    }
    charge(thread, call, written > HEAVY ? monotonic_ns() : now);
    call_release(&self->calls, call);
    return result;
}

/* An exception as Python describes it: whether it is an error, and the `exception` column, which lives as long as
   the answer. NULL with an exception set: then it is an error of which no more is known. */
static PyObject *
describe(Recorder *self, Thread *thread, PyObject *exception, int *is_error, Text *text)
{
    const char *told;
    Py_ssize_t size;
    PyObject *seen = PyObject_CallMethod((PyObject *)self, "_see", "OO", thread, exception);
    if (seen != NULL && !PyArg_ParseTuple(seen, "ps#", is_error, &told, &size)) {
        Py_CLEAR(seen);
    }
    if (seen != NULL) {
        *text = (Text){.data = (char *)told, .size = (size_t)size};
    }
    return seen;
}

static int
leave_call(Recorder *self, Code *code, PyObject *exception)
{
    int64_t now = monotonic_ns();
    Thread *thread = thread_here(self);
    if (thread == NULL) {
        return -1;
    }
    int is_error = 1;
    Text text;
    PyObject *seen = describe(self, thread, exception, &is_error, &text);
    PyObject *error = PyErr_GetRaisedException();
    Call *call = take_off(self, thread, code, now);
    int result = call == NULL && PyErr_Occurred() ? -1 : 0;
    if (call != NULL) {
        int outcome = is_error ? RAISED : LEFT;
        if (record_keeps(self, call, now, outcome)) {
            result = record_call(self, call, now, outcome, NULL, seen == NULL ? NULL : &text);
        }
        charge(thread, call, monotonic_ns());
        call_release(&self->calls, call);
    }
    Py_XDECREF(seen);
    if (error != NULL) {
        PyErr_Clear();
        PyErr_SetRaisedException(error);
        return -1;
    }
    return result;
}

static int
suspend_call(Recorder *self, Code *code)
{
    int64_t now = monotonic_ns();
    Thread *thread = thread_here(self);
    Call *call = thread == NULL ? NULL : take_off(self, thread, code, now);
    if (call == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    call->suspensions++;
    charge(thread, call, now);
    if (calls_suspend(&self->calls, call) < 0) {
        call_release(&self->calls, call);
        return -1;
    }
    return 0;
}

static int
resume_call(Recorder *self, Code *code)
{
    FrameKey frame = frame_current();
    Call *call = calls_find(&self->calls, frame);
    if (call == NULL || call->code != code) {
        return 0;
    }
    Thread *thread = thread_here(self);
    if (thread == NULL || thread_push(thread, (Entry){.frame = frame, .call = call}) < 0) {
        return -1;
    }
    calls_take(&self->calls, call);
    call->entered_ns = call->resumed_ns = monotonic_ns();
    return 0;
}

/* -- events -------------------------------------------------------------------------------------------- */

/* Python decides about a code object: an answer for its event, or what it is (kind, bridge, info). */
static PyObject *
first_sight(Recorder *self, PyObject *code)
{
    int kind, bridge;
    PyObject *info;
    PyObject *answer = PyObject_CallMethod((PyObject *)self, "_first_sight", "OO", code, frame_object());
    if (answer == NULL || !PyTuple_Check(answer)) {
        PyObject *result = answer == NULL ? failed(self, "start of a call") : answer;
        give_headroom(-HEADROOM);
        return result;
    }
    Code *known = NULL;
    if (PyArg_ParseTuple(answer, "iiO", &kind, &bridge, &info)) {
        known = codes_find(self, code);
        known = known != NULL ? known : codes_add(self, &self->codes, code, (Kind)kind, info);
    }
    Py_DECREF(answer);
    if (known == NULL) {
        return done(self, -1, "start of a call");
    }
    known->bridge = (BridgeKind)bridge;
    return done(self, known->kind == BRIDGE ? enter_bridge(self, known) : start_call(self, known), "start of a call");
}

#define CALLBACK(name) static PyObject *name(PyObject *op, PyObject *const *args, Py_ssize_t count)
#define TAKES(least)                                                          \
    Recorder *self = (Recorder *)op;                                          \
    if (count < (least)) {                                                    \
        PyErr_SetString(PyExc_TypeError, "a callback gets an event's arguments"); \
        return NULL;                                                          \
    }                                                                         \
    Code *code = codes_find(self, args[0])

CALLBACK(on_start)
{
    TAKES(2);
    give_headroom(HEADROOM);
    if (code == NULL) {
        return first_sight(self, args[0]);
    }
    if (code->kind >= BODY) {
        return done(self, code->kind == BRIDGE ? enter_bridge(self, code) : 0, "start of a call");
    }
    return done(self, start_call(self, code), "start of a call");
}

CALLBACK(on_return)
{
    TAKES(3);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    give_headroom(HEADROOM);
    return done(self, code->kind == BRIDGE ? leave_bridge(self, code) : finish_call(self, code, args[2]),
                "return of a call");
}

CALLBACK(on_yield)
{
    TAKES(3);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    give_headroom(HEADROOM);
    return done(self, suspend_call(self, code), "suspension of a call");
}

CALLBACK(on_resume)
{
    TAKES(2);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    give_headroom(HEADROOM);
    return done(self, resume_call(self, code), "resumption of a call");
}

CALLBACK(on_throw)
{
    TAKES(3);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    give_headroom(HEADROOM);
    return done(self, resume_call(self, code), "resumption of a call");
}

CALLBACK(on_unwind)
{
    TAKES(3);
    if (code == NULL || code->kind == BODY) {
        Py_RETURN_NONE;
    }
    give_headroom(HEADROOM);
    return done(self, code->kind == BRIDGE ? leave_bridge(self, code) : leave_call(self, code, args[2]),
                "exception of a call");
}

CALLBACK(on_call)
{
    TAKES(4);
    int offset = (int)PyLong_AsLong(args[1]);
    Thread *thread = thread_here(self);
    if (self->gaps == Py_None || (thread != NULL && thread->muted)) {
        return Py_NewRef(thread != NULL && thread->muted ? Py_None : self->disable);
    }
    give_headroom(HEADROOM);
    if (thread != NULL && code == NULL) {
        code = codes_add(self, &self->codes, args[0], BODY, NULL);
    }
    int watched = code == NULL || PyErr_Occurred() ? -1 : gaps_count(code, self->gaps, offset, args[2]);
    PyObject *answer = watched < 0 ? failed(self, "count of a call site")
                                   : Py_NewRef(watched ? Py_None : self->disable);
    give_headroom(-HEADROOM);
    return answer;
}

#define METHOD(name, doc) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, doc}

PyMethodDef event_methods[EVENT_METHODS + 1] = {
    METHOD(on_start, "A frame begins (PY_START)."),
    METHOD(on_return, "A frame returns (PY_RETURN)."),
    METHOD(on_yield, "A generator or coroutine yields (PY_YIELD)."),
    METHOD(on_resume, "A generator or coroutine goes on (PY_RESUME)."),
    METHOD(on_throw, "An exception is thrown into a generator or coroutine (PY_THROW)."),
    METHOD(on_unwind, "An exception leaves a frame (PY_UNWIND)."),
    METHOD(on_call, "A frame calls something (CALL)."),
    {NULL},
};
