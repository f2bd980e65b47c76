/* An exception that leaves a call: the columns `exception` and, of its frame's variables, `extra`. The C twin of
   exceptions.py and exception_locals.py; what it does not know itself it asks Python for. */
#include "event.h"
#include "interpreter/memory.h"
#include "values/writer.h"

#include <frameobject.h>

enum { LONGEST_MESSAGE = 100000 /* characters; exceptions._LONGEST_ARGUMENT */ };

static PyTracebackObject *
traceback_of(PyObject *exception)
{
    PyObject *traceback = ((PyBaseExceptionObject *)exception)->traceback;
    return traceback != NULL && PyTraceBack_Check(traceback) ? (PyTracebackObject *)traceback : NULL;
}

static const void *
code_of(const PyTracebackObject *traceback)
{
    PyCodeObject *code = PyFrame_GetCode(traceback->tb_frame);
    Py_DECREF(code); /* the frame holds it */
    return code;
}

/* Whether the traceback goes through the one told of before: an address alone can be used again. */
static int
is_told(const Told *told, PyObject *exception, const PyTracebackObject *head)
{
    if (exception != told->exception || head == NULL || told->text.size == 0) {
        return 0;
    }
    for (const PyTracebackObject *below = head->tb_next; below != NULL; below = below->tb_next) {
        if (below == told->traceback) {
            return code_of(below) == told->code;
        }
    }
    return 0;
}

/* The message where the built-in `__str__` gives the one argument; NULL where Python has to look. */
static PyObject *
message_of(PyObject *exception)
{
    PyObject *args = ((PyBaseExceptionObject *)exception)->args;
    if (Py_TYPE(exception)->tp_str != ((PyTypeObject *)PyExc_BaseException)->tp_str || args == NULL ||
        !PyTuple_CheckExact(args) || PyTuple_GET_SIZE(args) != 1) {
        return NULL;
    }
    PyObject *message = PyTuple_GET_ITEM(args, 0);
    return PyUnicode_CheckExact(message) && PyUnicode_GET_LENGTH(message) <= LONGEST_MESSAGE ? message : NULL;
}

/* Where code raises: (file, function) as JSON texts, kept with code that belongs to no other frame. Borrowed by who
   holds the code, else `*owned`; NULL with an exception set. */
static PyObject *
place_in(Recorder *self, PyFrameObject *frame, PyObject **owned)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *globals = PyFrame_GetGlobals(frame);
    Code *known = codes_find(self, (PyObject *)code);
    Py_DECREF(code);
    Py_DECREF(globals); /* the frame holds both */
    PyObject *module = PyDict_GetItemWithError(globals, self->values->module);
    if (module == NULL && PyErr_Occurred()) {
        return NULL;
    }
    if (known != NULL && known->place != NULL && known->place_module == module) {
        return known->place;
    }
    int is_lasting;
    PyObject *place, *answer = PyObject_CallMethod((PyObject *)self, "_place", "O", frame);
    if (answer == NULL || !PyArg_ParseTuple(answer, "O!p", &PyTuple_Type, &place, &is_lasting)) {
        Py_XDECREF(answer);
        return NULL;
    }
    *owned = Py_NewRef(place);
    Py_DECREF(answer);
    if (known != NULL && is_lasting) {
        Py_XSETREF(known->place, Py_NewRef(place));
        Py_XSETREF(known->place_module, Py_XNewRef(module));
    }
    return place;
}

static int
write_line(Text *text, const PyTracebackObject *traceback)
{
    int line = traceback->tb_lineno;
    if (line == -1) {
        PyCodeObject *code = PyFrame_GetCode(traceback->tb_frame);
        line = PyCode_Addr2Line(code, traceback->tb_lasti);
        Py_DECREF(code);
    }
    return line == -1 ? text_ascii(text, "null", 4) : text_number(text, line);
}

static int
write_place(Recorder *self, Text *text, const PyTracebackObject *traceback)
{
    static const char NOWHERE[] = ", \"file\": null, \"line\": null, \"function\": null";
    if (traceback == NULL) {
        return text_ascii(text, NOWHERE, sizeof NOWHERE - 1);
    }
    while (traceback->tb_next != NULL) {
        traceback = traceback->tb_next;
    }
    PyObject *owned = NULL;
    PyObject *place = place_in(self, traceback->tb_frame, &owned);
    int failed = place == NULL || PyTuple_GET_SIZE(place) != 2 || text_ascii(text, ", \"file\": ", 10) < 0 ||
                 text_str(text, PyTuple_GET_ITEM(place, 0)) < 0 || text_ascii(text, ", \"line\": ", 10) < 0 ||
                 write_line(text, traceback) < 0 || text_ascii(text, ", \"function\": ", 14) < 0 ||
                 text_str(text, PyTuple_GET_ITEM(place, 1)) < 0;
    Py_XDECREF(owned);
    return failed ? -1 : 0;
}

static int
write_by_python(Recorder *self, Text *text, PyObject *exception)
{
    PyObject *written = PyObject_CallMethod((PyObject *)self, "_describe", "O", exception);
    int failed = written == NULL || text_str(text, written) < 0;
    Py_XDECREF(written);
    return failed ? -1 : 0;
}

static int
write_known(Recorder *self, Text *text, PyObject *exception, PyObject *message)
{
    const Plan *plan = plan_of(&self->values->plans, Py_TYPE(exception));
    if (plan != NULL && plan->name == NULL) { /* nothing can be known of the class */
        return write_by_python(self, text, exception);
    }
    if (plan == NULL || text_ascii(text, "{\"type\": ", 9) < 0 || text_str(text, plan->name) < 0 ||
        text_ascii(text, ", \"message\": ", 13) < 0 ||
        write_message(self->values, text, message, self->exception_place) < 0 ||
        write_place(self, text, traceback_of(exception)) < 0 || text_ascii(text, ", \"id\": \"", 9) < 0) {
        return -1;
    }
    return text_address(text, exception) < 0 ? -1 : text_ascii(text, "\"}", 2);
}

/* Whether leaving by an exception of this class is an error; -1 with an exception set. Asked once of each class. */
static int
is_error(Recorder *self, PyObject *exception)
{
    PyTypeObject *type = Py_TYPE(exception);
    const Plan *plan = plan_of(&self->values->plans, type);
    if (plan != NULL && plan->ends != ENDS_UNKNOWN) {
        return plan->ends == ENDS_AS_ERROR;
    }
    PyObject *answer = plan == NULL ? NULL : PyObject_CallMethod((PyObject *)self, "_is_error", "O", exception);
    if (answer == NULL) {
        return -1;
    }
    int result = answer == Py_True;
    Py_DECREF(answer);
    plan_ends(&self->values->plans, type, result ? ENDS_AS_ERROR : ENDS_OTHERWISE);
    return result;
}

int
describe(Recorder *self, Thread *thread, PyObject *exception, int *as_error, Text *text)
{
    Told *told = &thread->told;
    PyTracebackObject *head = traceback_of(exception);
    int is_known = is_told(told, exception, head);
    *text = told->text; /* taken: a signal handler may come in between */
    text_init(&told->text);
    told->exception = exception;
    told->traceback = head;
    told->code = head == NULL ? NULL : code_of(head);
    if (memory_is_out()) {
        return -1;
    }
    *as_error = is_error(self, exception);
    if (*as_error < 0 || is_known) {
        return *as_error < 0 ? -1 : 0;
    }
    text->size = text->beyond = 0;
    PyObject *message = Py_XNewRef(message_of(exception));
    int result = message != NULL ? write_known(self, text, exception, message) : write_by_python(self, text, exception);
    Py_XDECREF(message);
    return result;
}

uint32_t
describe_line(const Event *event, PyObject *exception)
{
    const PyTracebackObject *head = traceback_of(exception);
    int is_here = head != NULL && frame_key((PyObject *)head->tb_frame) == event->frame;
    return codes_line(event->code, is_here ? head->tb_lasti : event->offset);
}

void
describe_end(Thread *thread, Text text)
{
    text_free(&thread->told.text);
    thread->told.text = text;
}

/* Which variables there are to tell of: ((name, key, rule), ...) or None; -1 with an exception set. */
static int
find_locals(Recorder *self, Code *code)
{
    PyObject *found = PyObject_CallMethod((PyObject *)self, "_locals", "(O)", code->info);
    int result = found == NULL ? -1 : codes_keep_locals(code, found);
    Py_XDECREF(found);
    return result;
}

int
describe_locals(const Event *event, Text *text)
{
    Code *code = event->code;
    if (!code->knows_locals && find_locals(event->self, code) < 0) {
        return -1;
    }
    if (code->local_count < 0) {
        return 0;
    }
    PyObject **values = PyMem_Calloc((size_t)code->local_count + 1, sizeof *values);
    if (values == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = 0; i < code->local_count; i++) {
        values[i] = frame_variable(event->frame, code->locals[i].slot, code->locals[i].name);
    }
    int result =
        text_ascii(text, "{\"locals\": ", 11) < 0 ||
                values_arguments(event->self->values, text, code->local_names, values, code->local_count) < 0 ||
                text_ascii(text, "}", 1) < 0
            ? -1
            : 0;
    for (int i = 0; i < code->local_count; i++) {
        Py_XDECREF(values[i]);
    }
    PyMem_Free(values);
    return result;
}
