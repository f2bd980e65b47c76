/* The callbacks of sys.monitoring. Nothing that goes wrong in one reaches the program: Python counts it. */
#include "event.h"
#include "calls/gaps.h"
#include "interpreter/memory.h"

#define START "start of a call"

/* Our own Python code may use some of the stack beyond the program's limit. */
static Event
begin(Recorder *self, Code *code)
{
    PyThreadState *tstate = PyThreadState_GET();
    tstate->py_recursion_remaining += HEADROOM;
    return (Event){self, tstate, code, frame_current(tstate), -1};
}

/* An exception is set: Python counts it, and says whether it is the program's own (a signal handler's). */
static PyObject *
failed(Recorder *self, const char *place)
{
    if (!PyErr_Occurred()) {
        PyErr_NoMemory(); /* some of Python's own functions say no more than that they failed */
    }
    PyObject *error = PyErr_GetRaisedException();
    if (PyErr_GivenExceptionMatches(error, PyExc_MemoryError)) { /* to say it would take some */
        self->starved++;
        Py_DECREF(error);
        Py_RETURN_NONE;
    }
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
end(const Event *event, PyObject *answer)
{
    event->tstate->py_recursion_remaining -= HEADROOM;
    return answer;
}

/* As `end`, after Python code of ours: a signal that came meanwhile is handled now, not after what the program does
   next, which may block. Only there, as this may collect garbage too, whose finalizers nobody would see. */
static PyObject *
end_of_long(const Event *event, PyObject *answer)
{
    if (answer != NULL && PyErr_CheckSignals() < 0) {
        Py_CLEAR(answer);
    }
    return end(event, answer);
}

static PyObject *
done(const Event *event, int result, const char *place)
{
    return end(event, result < 0 ? failed(event->self, place) : Py_NewRef(Py_None));
}

/* Python decides about a code object: an answer for its event, or what it is (kind, bridge, info). */
static PyObject *
first_sight(Event *event, PyObject *code)
{
    int kind, bridge;
    PyObject *info;
    Recorder *self = event->self;
    if (memory_is_out()) {
        return done(event, -1, START);
    }
    int64_t began = spend_begin(1);
    PyObject *answer = PyObject_CallMethod((PyObject *)self, "_first_sight", "OO", code, frame_object());
    if (answer == NULL || !PyTuple_Check(answer)) {
        return end_of_long(event, answer == NULL ? failed(self, START) : answer);
    }
    if (PyArg_ParseTuple(answer, "iiO", &kind, &bridge, &info)) {
        event->code = codes_find(self, code); /* Python may have let others run */
        event->code = event->code != NULL ? event->code : codes_add(self, &self->codes, code, (Kind)kind, info);
    }
    Py_DECREF(answer);
    if (event->code == NULL) {
        return done(event, -1, START);
    }
    event->code->bridge = (BridgeKind)bridge;
    spend_end(self, NULL, began, 1);
    int result = kind == BRIDGE ? enter_bridge(event) : kind >= BODY ? 0 : start_call(event);
    return end_of_long(event, result < 0 ? failed(self, START) : Py_NewRef(Py_None));
}

/* The code of a frame that was not seen to begin calls something: a body, or a function that ran already. */
static Code *
meet(Recorder *self, PyObject *code)
{
    int kind = BODY, bridge;
    PyObject *info = NULL;
    PyObject *answer = memory_is_out() ? NULL : PyObject_CallMethod((PyObject *)self, "_meet", "O", code);
    Code *found = NULL;
    if (answer == Py_None || (answer != NULL && PyArg_ParseTuple(answer, "iiO", &kind, &bridge, &info))) {
        found = codes_find(self, code); /* Python may have let others run */
        found = found != NULL ? found : codes_add(self, &self->codes, code, (Kind)kind, info);
    }
    Py_XDECREF(answer);
    return found;
}

/* Python keeps what bodies of modules do: `what` is how one ends, or its line. */
static int
tell_of_module(Recorder *self, const char *method, PyObject *what)
{
    PyObject *told = memory_is_out() ? NULL : PyObject_CallMethod((PyObject *)self, method, "OO", frame_object(), what);
    Py_XDECREF(told);
    return told == NULL ? -1 : 0;
}

#define CALLBACK(name) static PyObject *name(PyObject *op, PyObject *const *args, Py_ssize_t count)
#define TAKES(least)                                                              \
    Recorder *self = (Recorder *)op;                                              \
    if (count < (least)) {                                                        \
        PyErr_SetString(PyExc_TypeError, "a callback gets an event's arguments"); \
        return NULL;                                                              \
    }                                                                             \
    Code *code = codes_find(self, args[0])
#define BEGIN(what)                                            \
    static const char place[] = what;                          \
    Event event = begin(self, code);                           \
    if (event.frame == NULL) { /* there is no memory for it */ \
        return done(&event, -1, place);                        \
    }

CALLBACK(on_start)
{
    TAKES(2);
    BEGIN(START)
    if (code == NULL) {
        return first_sight(&event, args[0]);
    }
    if (code->kind >= BODY) {
        return done(&event,
                    code->kind == BRIDGE   ? enter_bridge(&event)
                    : code->kind == MODULE ? tell_of_module(self, "_module_begins", Py_None)
                                           : 0,
                    place);
    }
    if (code->left) {
        return end(&event, Py_NewRef(self->disable));
    }
    return done(&event, start_call(&event), place);
}

CALLBACK(on_return)
{
    TAKES(3);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    BEGIN("return of a call")
    if (code->kind == MODULE) {
        return done(&event, tell_of_module(self, "_module_ends", Py_None), place);
    }
    event.offset = (int)PyLong_AsLong(args[1]);
    return done(&event, code->kind == BRIDGE ? leave_bridge(&event) : finish_call(&event, args[2]), place);
}

CALLBACK(on_yield)
{
    TAKES(3);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    BEGIN("suspension of a call")
    return done(&event, suspend_call(&event, args[2]), place);
}

CALLBACK(on_resume)
{
    TAKES(2);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    BEGIN("resumption of a call")
    return done(&event, resume_call(&event), place);
}

/* Python describes what ends the main program. */
static int
end_program(const Event *event, PyObject *exception)
{
    PyObject *told = PyObject_CallMethod((PyObject *)event->self, "_ended", "O", exception);
    Py_XDECREF(told);
    return told == NULL ? -1 : 0;
}

CALLBACK(on_unwind)
{
    TAKES(3);
    if (code == NULL || (code->kind == BODY && code->bridge != MAIN_PROGRAM && code->handlers == NULL)) {
        Py_RETURN_NONE;
    }
    BEGIN("exception of a call")
    if (code->handlers != NULL && note_left(&event, args[2]) < 0) {
        return done(&event, -1, place);
    }
    event.offset = (int)PyLong_AsLong(args[1]);
    if (code->bridge == MAIN_PROGRAM && (end_program(&event, args[2]) < 0 || code->kind != MODULE)) {
        return done(&event, PyErr_Occurred() ? -1 : 0, place);
    }
    if (code->kind == MODULE) {
        return done(&event, tell_of_module(self, "_module_ends", args[2]), place);
    }
    if (code->kind == BODY) {
        return done(&event, 0, place);
    }
    return done(&event, code->kind == BRIDGE ? leave_bridge(&event) : leave_call(&event, args[2]), place);
}

CALLBACK(on_handled)
{
    TAKES(3);
    if (code == NULL || code->kind == BRIDGE || code->left) {
        Py_RETURN_NONE;
    }
    BEGIN("exception that is handled")
    return done(&event, note_handled(&event, args[1], args[2]), place);
}

CALLBACK(on_call)
{
    TAKES(4);
    Thread *thread = thread_here(self);
    if (thread != NULL && thread->muted) {
        Py_RETURN_NONE;
    }
    if (self->gaps.python == Py_None && thread != NULL) {
        return Py_NewRef(self->disable);
    }
    BEGIN("count of a call site")
    int64_t number = ++self->watched, began = spend_begin(number);
    int is_new = thread != NULL && code == NULL;
    if (is_new) {
        code = meet(self, args[0]);
    }
    int offset = thread == NULL || code == NULL ? -1 : (int)PyLong_AsLong(args[1]);
    int watched = offset < 0 ? -1 : gaps_count(&self->gaps, code, offset, args[2], &is_new);
    spend_end(self, NULL, began, number);
    PyObject *answer = watched < 0 ? failed(self, place) : Py_NewRef(watched ? Py_None : self->disable);
    return is_new ? end_of_long(&event, answer) : end(&event, answer);
}

CALLBACK(on_line)
{
    TAKES(2);
    if (code == NULL) {
        Py_RETURN_NONE;
    }
    BEGIN("line of a call")
    if (code->kind == MODULE) {
        return done(&event, tell_of_module(self, "_module_line", args[1]), place);
    }
    return done(&event, note_line(&event, args[1]), place);
}

#define METHOD(name, doc) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, doc}

PyMethodDef event_methods[EVENT_METHODS + 1] = {
    METHOD(on_start, "A frame begins (PY_START)."),
    METHOD(on_return, "A frame returns (PY_RETURN)."),
    METHOD(on_yield, "A generator or coroutine yields (PY_YIELD)."),
    METHOD(on_resume, "A generator or coroutine goes on (PY_RESUME)."),
    {"on_throw", (PyCFunction)(void (*)(void))on_resume, METH_FASTCALL,
     "An exception is thrown into a generator or coroutine (PY_THROW)."},
    METHOD(on_unwind, "An exception leaves a frame (PY_UNWIND)."),
    METHOD(on_handled, "An exception comes to a handler of its frame (EXCEPTION_HANDLED)."),
    METHOD(on_call, "A frame calls something (CALL)."),
    METHOD(on_line, "A frame comes to a line (LINE)."),
    {NULL},
};
