#include "writer.h"

int values_returned(Values *values, Text *text, PyObject *rule, PyObject *value, PyObject *place)
{
    if (rule == NULL) {
        return values_write(values, text, value, place);
    }
    Writer writer;
    Text before = *text;
    writer_init(&writer, values, text, place);
    int failed = writer_named(&writer, rule, value, -1);
    writer_free(&writer);
    if (failed) {
        text_back(text, &before);
    }
    return failed;
}

int values_write(Values *values, Text *text, PyObject *value, PyObject *place)
{
    if (value == Py_None) {
        return text_ascii(text, "null", 4);
    }
    if (PyLong_CheckExact(value) && PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        return text_number(text, PyUnstable_Long_CompactValue((PyLongObject *)value));
    }
    Writer writer;
    Text before = *text;
    writer_init(&writer, values, text, place);
    Py_INCREF(value);
    int failed = writer_top(&writer, value);
    Py_DECREF(value);
    writer_free(&writer);
    if (failed) {
        text_back(text, &before);
    }
    return failed;
}

static int write_argument(Writer *writer, const Parameter *parameter, PyObject *value)
{
    if (text_str(writer->text, parameter->key) < 0 || APPEND(writer, ": ") < 0) {
        return -1;
    }
    if (parameter->is_varargs && PyTuple_CheckExact(value)) {
        return writer_varargs(writer, parameter->rule, value);
    }
    return writer_named(writer, parameter->rule, value, -1);
}

static int write_arguments(Writer *writer, const Parameter *parameters, PyObject *const *slots, int count)
{
    if (APPEND(writer, "{") < 0) {
        return -1;
    }
    int is_first = 1;
    for (int i = 0; i < count; i++) {
        PyObject *value = slots[i];
        if (value == NULL) {
            continue;
        }
        if (!is_first && APPEND(writer, ", ") < 0) {
            return -1;
        }
        is_first = 0;
        Py_INCREF(value);
        int failed = write_argument(writer, &parameters[i], value);
        Py_DECREF(value);
        if (failed) {
            return -1;
        }
    }
    return APPEND(writer, "}");
}

int values_arguments(Values *values, Text *text, const Parameter *parameters, PyObject *const *slots, int count)
{
    Writer writer;
    Text before = *text;
    writer_init(&writer, values, text, values->args);
    int failed = write_arguments(&writer, parameters, slots, count);
    writer_free(&writer);
    if (failed) {
        text_back(text, &before);
    }
    return failed;
}

/* -- the Python type ----------------------------------------------------------------------------------- */

static PyObject *str_of(Text *text, int failed)
{
    PyObject *str = failed ? NULL : PyUnicode_DecodeUTF8(text->data, (Py_ssize_t)text->size, NULL);
    text_free(text);
    return str;
}

static PyObject *value_method(PyObject *self, PyObject *args)
{
    PyObject *value, *place;
    if (!PyArg_ParseTuple(args, "OU:value", &value, &place)) {
        return NULL;
    }
    Text text;
    text_init(&text);
    return str_of(&text, values_write((Values *)self, &text, value, place));
}

/* One (key, rule or None, is_varargs, value) for each parameter that is not gone. */
static int read_argument(PyObject *given, Parameter *parameter, PyObject **slot)
{
    int is_varargs;
    if (!PyArg_ParseTuple(given, "UOpO", &parameter->key, &parameter->rule, &is_varargs, slot)) {
        return -1;
    }
    parameter->is_varargs = (char)is_varargs;
    if (parameter->rule == Py_None) {
        parameter->rule = NULL;
    }
    return 0;
}

static PyObject *arguments_method(PyObject *self, PyObject *given)
{
    if (!PyTuple_CheckExact(given)) {
        return PyErr_Format(PyExc_TypeError, "arguments() takes a tuple");
    }
    int count = (int)PyTuple_GET_SIZE(given);
    Parameter *parameters = PyMem_Calloc((size_t)count + 1, sizeof *parameters);
    PyObject **slots = PyMem_Calloc((size_t)count + 1, sizeof *slots);
    Text text;
    text_init(&text);
    int failed = parameters == NULL || slots == NULL;
    if (failed) {
        PyErr_NoMemory();
    }
    for (int i = 0; i < count && !failed; i++) {
        failed = read_argument(PyTuple_GET_ITEM(given, i), &parameters[i], &slots[i]);
    }
    failed = failed || values_arguments((Values *)self, &text, parameters, slots, count);
    PyMem_Free(parameters);
    PyMem_Free(slots);
    return str_of(&text, failed);
}

/* Read the limits; one beyond what a count can be is as good as the largest. */
static int read_limit(PyObject *limits, const char *name, Py_ssize_t *limit)
{
    PyObject *number = PyObject_GetAttrString(limits, name);
    if (number == NULL) {
        return -1;
    }
    *limit = PyNumber_AsSsize_t(number, NULL);
    Py_DECREF(number);
    return *limit == -1 && PyErr_Occurred() ? -1 : 0;
}

static int read_limits(Values *self)
{
    Py_ssize_t total;
    if (read_limit(self->limits, "depth", &self->depth) < 0 || read_limit(self->limits, "items", &self->items) < 0 ||
        read_limit(self->limits, "string", &self->string) < 0 || read_limit(self->limits, "total", &total) < 0) {
        return -1;
    }
    self->total = total;
    return 0;
}

/* Take a dict that is shared with the TextWriter. */
static PyObject *shared_dict(PyObject *owner, const char *name)
{
    PyObject *dict = PyObject_GetAttrString(owner, name);
    if (dict != NULL && !PyDict_CheckExact(dict)) {
        PyErr_Format(PyExc_TypeError, "%s is no dict", name);
        Py_CLEAR(dict);
    }
    return dict;
}

/* Take the stems, unless the rules are others than those that the proofs are made for. */
static int read_stems(Values *self)
{
    PyObject *stems = PyObject_GetAttrString(self->text, "stems");
    PyObject *rules = PyObject_GetAttrString(self->text, "fingerprint");
    int failed = stems == NULL || rules == NULL;
    if (!failed) {
        int are_known = PyUnicode_Check(rules) && PyUnicode_CompareWithASCIIString(rules, PROVEN_RULES) == 0;
        failed = scan_init(&self->stems, are_known ? stems : Py_None, self->programs) < 0;
    }
    Py_XDECREF(stems);
    Py_XDECREF(rules);
    return failed ? -1 : 0;
}

static int read_programs(Values *self)
{
    self->programs = PyObject_GetAttrString(self->text, "programs");
    self->identifier = self->programs == NULL ? NULL : PyObject_GetAttrString(self->text, "tells_apart");
    if (self->identifier != NULL && !PyTuple_Check(self->programs)) {
        PyErr_SetString(PyExc_TypeError, "programs is no tuple");
        return -1;
    }
    return self->identifier == NULL ? -1 : 0;
}

static int import_handover(Values *self)
{
    PyObject *module = PyImport_ImportModule("breadcrumb_instrumentation_calls.values.native_plans");
    if (module == NULL) {
        return -1;
    }
    self->handover = PyObject_GetAttrString(module, "write");
    self->summary = PyObject_GetAttrString(module, "summary");
    PyObject *plan = PyObject_GetAttrString(module, "plan");
    PyObject *plain = PyObject_GetAttrString(module, "Plain");
    int failed = self->handover == NULL || self->summary == NULL || plan == NULL || plain == NULL || plans_init(&self->plans, plan, plain, self->items) < 0;
    Py_XDECREF(plan);
    Py_XDECREF(plain);
    Py_DECREF(module);
    return failed ? -1 : 0;
}

static int fill(Values *self, PyObject *snapshot)
{
    if ((self->limits = PyObject_GetAttrString(snapshot, "limits")) == NULL || read_limits(self) < 0) {
        return -1;
    }
    if ((self->text = PyObject_GetAttrString(snapshot, "writer")) == NULL || read_programs(self) < 0 || read_stems(self) < 0) {
        return -1;
    }
    if ((self->harmless = shared_dict(self->text, "harmless")) == NULL ||
        (self->keys = shared_dict(self->text, "keys")) == NULL || names_init(&self->names) < 0 ||
        replays_init(&self->replays) < 0 ||
        (self->lengthy = PyDict_New()) == NULL || (self->redacted = PyUnicode_InternFromString("redacted")) == NULL ||
        (self->args = PyUnicode_InternFromString("args")) == NULL ||
        (self->module = PyUnicode_InternFromString("__name__")) == NULL) {
        return -1;
    }
    return import_handover(self);
}

static PyObject *values_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *snapshot;
    static char *names[] = {"snapshot", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O:Values", names, &snapshot)) {
        return NULL;
    }
    Values *self = (Values *)type->tp_alloc(type, 0);
    if (self != NULL && fill(self, snapshot) < 0) {
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static int values_traverse(PyObject *object, visitproc visit, void *arg)
{
    Values *self = (Values *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->limits);
    Py_VISIT(self->text);
    Py_VISIT(self->harmless);
    Py_VISIT(self->lengthy);
    Py_VISIT(self->keys);
    Py_VISIT(self->programs);
    Py_VISIT(self->identifier);
    Py_VISIT(self->summary);
    Py_VISIT(self->handover);
    int result = names_visit(&self->names, visit, arg);
    return result ? result : plans_visit(&self->plans, visit, arg);
}

static int values_clear(PyObject *object)
{
    (void)object; /* a write may be under way in this very cycle's objects: they are immutable until freed */
    return 0;
}

static void values_dealloc(PyObject *object)
{
    Values *self = (Values *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    scan_free(&self->stems);
    shapes_free(&self->shapes);
    plans_free(&self->plans);
    Py_XDECREF(self->limits);
    Py_XDECREF(self->programs);
    Py_XDECREF(self->identifier);
    Py_XDECREF(self->text);
    Py_XDECREF(self->harmless);
    Py_XDECREF(self->lengthy);
    Py_XDECREF(self->redacted);
    Py_XDECREF(self->keys);
    names_free(&self->names);
    replays_free(&self->replays);
    Py_XDECREF(self->args);
    Py_XDECREF(self->module);
    Py_XDECREF(self->summary);
    Py_XDECREF(self->handover);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"value", value_method, METH_VARARGS, "value(value, place): the JSON text of a value, as Snapshot.value gives it."},
    {"arguments", arguments_method, METH_O,
     "arguments(((key, rule or None, is_varargs, value), ...)): the JSON text of a call's arguments."},
    {0},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Bounded, redacted pictures of values as JSON text, as the Snapshot given takes them."},
    {Py_tp_new, values_new},
    {Py_tp_traverse, values_traverse},
    {Py_tp_clear, values_clear},
    {Py_tp_dealloc, values_dealloc},
    {Py_tp_methods, methods},
    {0},
};

static PyType_Spec spec = {
    .name = "breadcrumb_instrumentation_calls.native._recorder.Values",
    .basicsize = sizeof(Values),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

PyTypeObject *values_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
