/* The C twin of capture/handled.py, which is asked what is new and given samples. Every handler of `except`, `finally` and
   `with` has a clean-up behind it, which every exception passes that leaves it: what does not come there was handled. What
   `except*` does not take leaves past it. */
#include "calls/handled.h"
#include "event.h"
#include "interpreter/memory.h"

#include <frameobject.h>
#include <structmember.h>

enum { MOST_SITES = 64, SAMPLES = 3, CONTEXTS = 8, NESTED = 100 };
enum { CLEAN_UP, EXCEPT, EXCEPT_STAR }; /* what begins at an offset, as handler_table.py says */
#define SAMPLE_NS 100000000

typedef struct {
    PyObject_HEAD
    unsigned long long entered, reraised, replaced;
} Endings;

/* What came to a handler from one place; `type` NULL stands for all that there was no room for. */
struct HandledSite {
    struct HandledSite *next;
    const void *type;
    PyObject *alive; /* a weak reference to the type */
    PyObject *raised; /* the code that raised it */
    int instruction;
    char left; /* whether it left a call before */
    PyObject *told; /* a handled.Site, or NULL where it is no error or not in scope */
    Endings *endings;
    int64_t sample_ns; /* when to take the next sample */
};
typedef struct HandledSite Site;

struct Handler {
    struct Handler *next;
    int offset;
    char kind;
    unsigned count;
    Site *sites;
};
typedef struct Handler Handler;

/* Where an exception comes from. */
typedef struct {
    PyObject *code;
    int instruction;
    char left;
} Origin;

static PyTypeObject *endings_type;

static PyMemberDef endings_members[] = {
    {"entered", T_ULONGLONG, offsetof(Endings, entered), 0, "How often it came to the handler."},
    {"reraised", T_ULONGLONG, offsetof(Endings, reraised), 0, "How often it left the handler again."},
    {"replaced", T_ULONGLONG, offsetof(Endings, replaced), 0, "How often another one left the handler."},
    {NULL},
};

static PyType_Slot endings_slots[] = {
    {Py_tp_doc, "What became of the exceptions that came to a handler."},
    {Py_tp_members, endings_members},
    {Py_tp_new, PyType_GenericNew},
    {0, NULL},
};

static PyType_Spec endings_spec = {
    .name = "breadcrumb_instrumentation_calls.native._recorder.Endings",
    .basicsize = sizeof(Endings),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = endings_slots,
};

int
handled_ready(PyObject *module)
{
    endings_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &endings_spec, NULL);
    return endings_type == NULL ? -1 : PyModule_AddType(module, endings_type);
}

static void
site_free(Site *site)
{
    Py_XDECREF(site->alive);
    Py_XDECREF(site->raised);
    Py_XDECREF(site->told);
    Py_XDECREF(site->endings);
    PyMem_Free(site);
}

void
handlers_free(Handler *handlers)
{
    while (handlers != NULL) {
        Handler *handler = handlers;
        handlers = handler->next;
        while (handler->sites != NULL) {
            Site *site = handler->sites;
            handler->sites = site->next;
            site_free(site);
        }
        PyMem_Free(handler);
    }
}

int
handlers_visit(const Handler *handlers, visitproc visit, void *arg)
{
    for (; handlers != NULL; handlers = handlers->next) {
        for (const Site *site = handlers->sites; site != NULL; site = site->next) {
            Py_VISIT(site->alive);
            Py_VISIT(site->raised);
            Py_VISIT(site->told);
        }
    }
    return 0;
}

static Handler *
find_handler(const Code *code, int offset)
{
    Handler *handler = code->handlers;
    while (handler != NULL && handler->offset != offset) {
        handler = handler->next;
    }
    return handler;
}

static Handler *
add_handler(Code *code, int offset, int kind)
{
    Handler *handler = PyMem_Calloc(1, sizeof *handler);
    if (handler == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    handler->offset = offset;
    handler->kind = (char)kind;
    handler->next = code->handlers;
    code->handlers = handler;
    return handler;
}

/* The handler at an offset; Python says once what it is. NULL with an exception set. */
static Handler *
handler_at(const Event *event, int offset)
{
    Handler *handler = find_handler(event->code, offset);
    if (handler != NULL) {
        return handler;
    }
    PyObject *answer = memory_is_out() ? NULL
                                       : PyObject_CallMethod((PyObject *)event->self, "_handler_kind", "Oi",
                                                             event->code->code, offset);
    if (answer == NULL) {
        return NULL;
    }
    int kind = (int)PyLong_AsLong(answer);
    Py_DECREF(answer);
    if (kind < 0) {
        return NULL;
    }
    handler = find_handler(event->code, offset); /* Python may have let others run */
    return handler != NULL ? handler : add_handler(event->code, offset, kind);
}

static Origin
origin_of(Recorder *self, PyObject *exception)
{
    Origin origin = {NULL, 0, 0};
    PyObject *traceback = ((PyBaseExceptionObject *)exception)->traceback;
    if (traceback == NULL || !PyTraceBack_Check(traceback)) {
        return origin;
    }
    for (PyTracebackObject *at = (PyTracebackObject *)traceback; at != NULL; at = at->tb_next) {
        origin.code = (PyObject *)PyFrame_GetCode(at->tb_frame);
        Py_DECREF(origin.code); /* the frame holds it */
        origin.instruction = at->tb_lasti;
        if (at->tb_frame != ((PyTracebackObject *)traceback)->tb_frame && !origin.left) { /* raised again: same frame */
            Code *known = codes_find(self, origin.code);
            origin.left = known != NULL && known->kind < BODY;
        }
    }
    return origin;
}

static Site *
find_site(const Handler *handler, PyTypeObject *type, Origin origin)
{
    Site *site = handler->sites;
    while (site != NULL && site->type != NULL &&
           !(site->type == type && site->raised == origin.code && site->instruction == origin.instruction &&
             site->left == origin.left && ((PyWeakReference *)site->alive)->wr_object == (PyObject *)type)) {
        site = site->next;
    }
    return site;
}

/* Put a new site behind the others, so that the one that takes all is the last. */
static void
append(Handler *handler, Site *site)
{
    Site **end = &handler->sites;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = site;
    handler->count++;
}

/* Give a site what Python tells of it; -1 with an exception set. */
static int
ask(const Event *event, int offset, PyObject *exception, Site *site, Origin origin)
{
    site->told = PyObject_CallMethod((PyObject *)event->self, "_handled_site", "OiOii", frame_object(), offset,
                                     exception, (int)origin.left, site->type == NULL);
    if (site->told == NULL) {
        return -1;
    }
    if (site->told == Py_None) {
        Py_CLEAR(site->told);
        return 0;
    }
    PyObject *endings = PyObject_GetAttrString(site->told, "endings");
    if (endings != NULL && !Py_IS_TYPE(endings, endings_type)) {
        PyErr_SetString(PyExc_TypeError, "a site counts with a _recorder.Endings");
        Py_CLEAR(endings);
    }
    site->endings = (Endings *)endings;
    return endings == NULL ? -1 : 0;
}

static Site *
make_site(const Event *event, Handler *handler, PyObject *exception, Origin origin)
{
    Site *site = PyMem_Calloc(1, sizeof *site);
    if (site == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    int takes_all = handler->count + 1 >= MOST_SITES;
    site->type = takes_all ? NULL : Py_TYPE(exception);
    site->alive = takes_all ? NULL : PyWeakref_NewRef((PyObject *)Py_TYPE(exception), NULL);
    site->raised = takes_all ? NULL : Py_XNewRef(origin.code);
    site->instruction = origin.instruction;
    site->left = origin.left;
    if ((!takes_all && site->alive == NULL) || ask(event, handler->offset, exception, site, origin) < 0) {
        site_free(site);
        return NULL;
    }
    Site *known = find_site(handler, Py_TYPE(exception), origin); /* Python may have let others run */
    if (known != NULL) {
        site_free(site);
        return known;
    }
    append(handler, site);
    return site;
}

/* Drop the entries of frames that do not run any more. */
static void
prune(Handling *handling, FrameKey innermost)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < handling->count; i++) {
        FrameKey frame = innermost;
        while (frame != NULL && frame != handling->entries[i].frame) {
            frame = frame_back(frame);
        }
        if (frame != NULL) {
            handling->entries[kept++] = handling->entries[i];
        }
    }
    handling->count = kept < MOST_PENDING ? kept : 0;
}

static void
take_out(Handling *handling, unsigned at)
{
    handling->count--;
    memmove(&handling->entries[at], &handling->entries[at + 1], (handling->count - at) * sizeof(Pending));
}

/* An exception comes to a handler; what came there before in this frame is over. */
static void
put(Handling *handling, Pending pending)
{
    for (unsigned i = handling->count; i-- > 0;) {
        const Pending *known = &handling->entries[i];
        if (known->frame == pending.frame && known->code == pending.code && known->offset == pending.offset) {
            take_out(handling, i);
            break;
        }
    }
    if (handling->count == MOST_PENDING) {
        prune(handling, pending.frame);
    }
    handling->entries[handling->count++] = pending;
}

/* Take out the last one of some exceptions that came to a handler of a frame: which, or -1. An older one may be over, and
   its address another's. */
static int
take(Handling *handling, const Event *event, PyObject *const *exceptions, int count, Pending *taken)
{
    for (unsigned i = handling->count; i-- > 0;) {
        *taken = handling->entries[i];
        if (taken->frame != event->frame || taken->code != event->code) {
            continue;
        }
        for (int k = 0; k < count; k++) {
            if (taken->exception == exceptions[k] && taken->type == Py_TYPE(exceptions[k])) {
                take_out(handling, i);
                return k;
            }
        }
    }
    return -1;
}

/* The last exception that came to a handler has left it: as it came, or another one (`by`) in its place. */
static int
left(const Event *event, const Pending *taken, PyObject *by)
{
    if (by == NULL) {
        taken->site->endings->reraised++;
    }
    else {
        taken->site->endings->replaced++;
    }
    if (!taken->is_sample) {
        return 0;
    }
    PyObject *address = PyLong_FromVoidPtr((void *)taken->exception);
    PyObject *told = address == NULL ? NULL
                                     : PyObject_CallMethod((PyObject *)event->self, "_handled_left", "OOO",
                                                           taken->site->told, address, by == NULL ? Py_None : by);
    Py_XDECREF(address);
    Py_XDECREF(told);
    return told == NULL ? -1 : 0;
}

/* An exception passes the clean-up of a handler: it leaves it, as the one that came there or in its place. */
static int
leave_handler(const Event *event, Handling *handling, PyObject *exception)
{
    PyObject *exceptions[1 + CONTEXTS];
    int count = 0;
    for (PyObject *at = exception; at != NULL && count <= CONTEXTS; at = ((PyBaseExceptionObject *)at)->context) {
        exceptions[count++] = at;
    }
    Pending taken;
    int which = take(handling, event, exceptions, count, &taken);
    if (which < 0) {
        return 0;
    }
    return left(event, &taken, which == 0 ? NULL : exception);
}

/* How many exceptions a group holds, in the groups in it too. */
static unsigned
leaves_of(PyObject *exception, int depth)
{
    if (depth == 0 || !PyObject_TypeCheck(exception, (PyTypeObject *)PyExc_BaseExceptionGroup)) {
        return 1;
    }
    PyObject *held = ((PyBaseExceptionGroupObject *)exception)->excs;
    unsigned leaves = 0;
    for (Py_ssize_t i = 0; held != NULL && i < PyTuple_GET_SIZE(held); i++) {
        leaves += leaves_of(PyTuple_GET_ITEM(held, i), depth - 1);
    }
    return leaves;
}

static int
has_star(const Code *code)
{
    const Handler *handler = code->handlers;
    while (handler != NULL && handler->kind != EXCEPT_STAR) {
        handler = handler->next;
    }
    return handler != NULL;
}

/* An exception goes on in a frame, or leaves it: what `except*` raises again was not handled there. A part of a group, which
   has the group's traceback, stands in its place. */
static int
leave_star(const Event *event, Handling *handling, PyObject *exception)
{
    if (!has_star(event->code) || memory_is_out()) {
        return 0;
    }
    PyObject *answer = PyObject_CallMethod((PyObject *)event->self, "_star_that_raises", "O", frame_object());
    int offset = answer == NULL ? -1 : (int)PyLong_AsLong(answer);
    Py_XDECREF(answer);
    if (PyErr_Occurred()) {
        return -1;
    }
    for (unsigned i = handling->count; i-- > 0;) {
        Pending taken = handling->entries[i];
        if (taken.frame != event->frame || taken.code != event->code || taken.offset != offset) {
            continue;
        }
        take_out(handling, i);
        int is_whole =
            taken.exception == exception || (taken.traceback == ((PyBaseExceptionObject *)exception)->traceback &&
                                             taken.leaves == leaves_of(exception, NESTED));
        return left(event, &taken, is_whole ? NULL : exception);
    }
    return 0;
}

int
note_left(const Event *event, PyObject *exception)
{
    Thread *thread = thread_here(event->self);
    if (thread == NULL || thread->muted) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return leave_star(event, &thread->handling, exception);
}

static int
sample(const Event *event, const Thread *thread, const Site *site, PyObject *exception)
{
    const Entry *top = thread_top(thread);
    int is_here = top != NULL && top->call != NULL && top->frame == event->frame;
    unsigned long long span_id = is_here && top->call->sampled ? top->call->span_id : 0;
    PyObject *told =
        PyObject_CallMethod((PyObject *)event->self, "_handled_sample", "OOK", site->told, exception, span_id);
    Py_XDECREF(told);
    return told == NULL ? -1 : 0;
}

int
note_handled(const Event *event, PyObject *offset, PyObject *exception)
{
    Thread *thread = thread_here(event->self);
    int at = (int)PyLong_AsLong(offset);
    if (thread == NULL || thread->muted || PyErr_Occurred()) {
        return PyErr_Occurred() ? -1 : 0;
    }
    Handler *handler = handler_at(event, at);
    if (handler == NULL || leave_star(event, &thread->handling, exception) < 0) {
        return -1;
    }
    if (handler->kind == CLEAN_UP) {
        return thread->handling.count == 0 ? 0 : leave_handler(event, &thread->handling, exception);
    }
    Origin origin = origin_of(event->self, exception);
    Site *site = find_site(handler, Py_TYPE(exception), origin);
    if (site == NULL && (memory_is_out() || (site = make_site(event, handler, exception, origin)) == NULL)) {
        return -1;
    }
    if (site->endings == NULL) {
        return 0;
    }
    int64_t now = monotonic_ns();
    int is_sample = ++site->endings->entered <= SAMPLES || now >= site->sample_ns;
    unsigned leaves = handler->kind == EXCEPT_STAR ? leaves_of(exception, NESTED) : 0;
    put(&thread->handling,
        (Pending){event->frame, event->code, exception, Py_TYPE(exception),
                  ((PyBaseExceptionObject *)exception)->traceback, at, leaves, (char)is_sample, site});
    if (!is_sample) {
        return 0;
    }
    int result = sample(event, thread, site, exception);
    site->sample_ns = now + SAMPLE_NS;
    return result;
}
