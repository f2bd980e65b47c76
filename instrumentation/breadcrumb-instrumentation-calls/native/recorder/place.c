/* Where a call hangs: below the call that made it, below whoever handed the work on (roots.c), or nowhere. */
#include "recorder.h"
#include "interpreter/ids.h"

static int
give_id(Recorder *self, Call *call)
{
    if (self->own_ids) {
        call->span_id = random_id(self->random);
        return 0;
    }
    PyObject *id = PyObject_CallMethod((PyObject *)self, "_span_id", NULL);
    if (id == NULL) {
        return -1;
    }
    call->span_id = PyLong_AsUnsignedLongLong(id);
    Py_DECREF(id);
    return PyErr_Occurred() ? -1 : 0;
}

PyObject *
call_as_parent(Recorder *self, Call *call)
{
    call->holds++;
    if (call->as_parent == NULL) {
        PyObject *trace_id = trace_number(call->trace_id);
        PyObject *fields = trace_id == NULL ? NULL
                                            : Py_BuildValue("((OKIO))", trace_id, (unsigned long long)call->span_id,
                                                            call->depth + 1, call->sampled ? Py_True : Py_False);
        /* as tuple.__new__(Parent, fields) */
        PyObject *made = fields == NULL ? NULL : PyTuple_Type.tp_new((PyTypeObject *)self->parent_type, fields, NULL);
        Py_XDECREF(trace_id);
        Py_XDECREF(fields);
        Py_XSETREF(call->as_parent, made);
    }
    return call->as_parent;
}

int
span_may_be_attached(Recorder *self, uint64_t span_id, int64_t began_ns)
{
    PyObject *context = NULL;
    if (self->context == Py_None) {
        return 1;
    }
    if (PyContextVar_Get(self->context, NULL, &context) < 0) {
        return -1;
    }
    int result = 0;
    if (span_id == ANY_SPAN) {
        result = context != NULL && !(PyDict_Check(context) && PyDict_GET_SIZE(context) == 0);
    }
    else if (context != NULL && PyDict_Check(context) && PyDict_GET_SIZE(context)) {
        PyObject *marked = PyDict_GetItemWithError(context, self->mark);
        result = marked != NULL && PyTuple_Check(marked) && PyTuple_GET_SIZE(marked) == 2 &&
                 (PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(marked, 0)) == span_id ||
                  PyLong_AsLongLong(PyTuple_GET_ITEM(marked, 1)) > began_ns);
        if (PyErr_Occurred()) {
            result = -1;
        }
    }
    Py_XDECREF(context);
    return result;
}

/* Take over what Python says: (trace id as 16 bytes, parent id, depth, sampled). Takes over the reference. */
static int
hang_as_told(Call *call, PyObject *told)
{
    const char *trace_id;
    Py_ssize_t size;
    unsigned long long parent_id;
    int sampled, result = -1;
    if (told != NULL && PyArg_ParseTuple(told, "y#KIp", &trace_id, &size, &parent_id, &call->depth, &sampled)) {
        memcpy(call->trace_id, trace_id, 16);
        call->parent_id = parent_id;
        call->sampled = (char)sampled;
        result = 0;
    }
    Py_XDECREF(told);
    return result;
}

static int
hang_below(Recorder *self, Call *call, Call *above)
{
    int attached = span_may_be_attached(self, above->span_id, above->start_ns);
    if (attached == 0) {
        memcpy(call->trace_id, above->trace_id, 16);
        call->parent_id = above->span_id;
        call->depth = above->depth + 1;
        call->sampled = above->sampled;
        return 0;
    }
    PyObject *parent = attached < 0 ? NULL : call_as_parent(self, above);
    return parent == NULL
               ? -1
               : hang_as_told(call, PyObject_CallMethod((PyObject *)self, "_hang", "OO", parent, call->code->info));
}

/* Ask Python who handed on the work that runs now. It is told what the innermost boundary says, its parent and
   loop, and the innermost call beyond. */
static PyObject *
ask_hander(Recorder *self, Thread *thread, const char *method, PyObject *info)
{
    const Entry *top = thread_top(thread);
    Call *nearest = strand_innermost(thread->now);
    PyObject *parent = top != NULL && top->parent != NULL ? top->parent : Py_None;
    PyObject *loop = top != NULL && top->loop != NULL ? top->loop : Py_None;
    PyObject *beyond = nearest == NULL ? Py_None : call_as_parent(self, nearest);
    if (beyond == NULL) {
        return NULL;
    }
    PyObject *kept[] = {Py_NewRef(parent), Py_NewRef(loop), Py_NewRef(beyond)};
    PyObject *answer = PyObject_CallMethod((PyObject *)self, method, "OOOOO", thread, parent, loop, beyond, info);
    for (int i = 0; i < 3; i++) {
        Py_DECREF(kept[i]);
    }
    return answer;
}

int
place_running(Recorder *self, Thread *thread, Call **call)
{
    const Entry *top = thread_top(thread);
    uint64_t task = 0;
    *call = top == NULL ? NULL : top->call;
    if (*call == NULL || (*call)->task || (*call)->code->kind != FUNCTION) {
        return 0;
    }
    if (tasks_current(&self->tasks, (PyObject *)self, &task) < 0) {
        return -1;
    }
    if (task) {
        *call = NULL;
    }
    return 0;
}

PyObject *
place_innermost(Recorder *self, Thread *thread)
{
    Call *call;
    if (place_running(self, thread, &call) < 0) {
        return NULL;
    }
    if (call != NULL) {
        return Py_XNewRef(call_as_parent(self, call));
    }
    return ask_hander(self, thread, "_handed_on", Py_None);
}

static int
is_comprehension(FrameKey frame)
{
    PyObject *name = frame_code(frame)->co_name;
    if (PyUnicode_READ_CHAR(name, 0) != '<') {
        return 0;
    }
    return PyUnicode_CompareWithASCIIString(name, "<listcomp>") == 0 ||
           PyUnicode_CompareWithASCIIString(name, "<setcomp>") == 0 ||
           PyUnicode_CompareWithASCIIString(name, "<dictcomp>") == 0;
}

/* The calling frame; a comprehension belongs to the frame around it. */
static FrameKey
caller_of(FrameKey frame)
{
    FrameKey back = frame_back(frame);
    while (back != NULL && is_comprehension(back)) {
        back = frame_back(back);
    }
    return back;
}

/* Whether a coroutine is driven by a traced awaiter, and so belongs to its logical stack. */
static int
awaits(const Code *caller, const Code *callee)
{
    return callee->kind == COROUTINE && (caller->kind == COROUTINE || caller->kind == ASYNC_GENERATOR);
}

static int
stand_on(Call *call, Stack *stack)
{
    if (stack == NULL) {
        return -1;
    }
    call->stack = stack;
    call->ordinal = ++stack->last;
    return 0;
}

static int
place_below(Recorder *self, Call *call, Call *above, int direct)
{
    if (hang_below(self, call, above) < 0 || give_id(self, call) < 0) {
        return -1;
    }
    call_hang_below(call, above);
    if (direct && call->parent_id == above->span_id) { /* else a span came between */
        call->called_line = codes_line(above->code, frame_offset(above->frame));
    }
    int own = call->code->kind != FUNCTION && !(direct && awaits(above->code, call->code));
    return stand_on(call, own ? stack_new(&self->calls) : stack_share(above->stack));
}

/* A task's outermost call: what its context is copied for without our knowing hangs under it. */
static int
name_in_context(Recorder *self, Call *call)
{
    PyObject *parent = call_as_parent(self, call);
    if (parent == NULL || PyContextVar_Get(self->scheduler, Py_None, &call->scheduler) < 0) {
        return -1;
    }
    PyObject *token = PyContextVar_Set(self->scheduler, parent);
    Py_XDECREF(token);
    return token == NULL ? -1 : 0;
}

static int
place_apart(Recorder *self, Thread *thread, Call *call)
{
    int is_base =
        thread->now == &thread->base && thread->base.depth == 0 && call->task == 0 && call->code->kind == FUNCTION;
    int hangs = hang_as_handed_on(self, thread, call);
    if (hangs == 0) {
        hangs = hang_as_told(call, ask_hander(self, thread, "_root", call->code->info));
    }
    if (hangs < 0 || give_id(self, call) < 0) {
        return -1;
    }
    if (call->task && call->code->kind == COROUTINE && name_in_context(self, call) < 0) {
        return -1;
    }
    return stand_on(call, is_base ? stack_share(thread->stack) : stack_new(&self->calls));
}

int
place_call(Recorder *self, Thread *thread, Call *call, int64_t now)
{
    Entry *top = thread_top(thread);
    Call *above = top == NULL ? NULL : top->call;
    call->thread = thread->number;
    if (above != NULL && frame_back(call->frame) == above->frame) {
        call->task = above->task;
        return place_below(self, call, above, 1);
    }
    if (greenlets_find(self) < 0 || greenlets_follow(self, thread, call->frame, now) < 0) {
        return -1;
    }
    top = thread_top(thread);
    above = top == NULL ? NULL : top->call;
    int direct = above != NULL && caller_of(call->frame) == above->frame;
    if (direct) {
        call->task = above->task;
    }
    else if (greenlets_task(self, thread, &call->task) < 0) {
        return -1;
    }
    if (above != NULL && (direct || above->task == call->task)) {
        return place_below(self, call, above, direct);
    }
    return place_apart(self, thread, call);
}
