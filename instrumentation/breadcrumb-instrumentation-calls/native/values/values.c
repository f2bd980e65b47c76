#include "writer.h"

/* The memory that a text is written in before it is referred to: a signal handler or another thread may take some too. */
static Text
take_scratch(Values *values)
{
    Text scratch = values->scratch;
    text_init(&values->scratch);
    return scratch;
}

static void
give_scratch(Values *values, Text scratch)
{
    scratch.size = scratch.beyond = 0;
    text_free(&values->scratch);
    values->scratch = scratch;
}

static Ref
refer_one(Writer *writer, const Parameter *parameter, PyObject *value, size_t *written)
{
    writer->text->size = writer->text->beyond = 0;
    Py_INCREF(value);
    Ref ref = parameter->is_varargs && PyTuple_CheckExact(value) ? writer_refer_varargs(writer, parameter->rule, value)
                                                                 : writer_refer(writer, parameter->rule, value);
    Py_DECREF(value);
    *written += ref == NOTHING || ref_is_text(ref) ? writer->text->size : (size_t)ref_length(ref);
    return ref;
}

static int
refer_all(Writer *writer, const Parameter *parameters, PyObject *const *slots, int count, Ref *refs, size_t *written)
{
    for (int i = 0; i < count; i++) {
        refs[i] = slots[i] == NULL ? NOTHING : refer_one(writer, &parameters[i], slots[i], written);
        if (refs[i] == NOTHING && slots[i] != NULL) {
            while (i-- > 0) {
                ref_release(refs[i]);
            }
            return -1;
        }
    }
    return 0;
}

static int
refer(Values *values, const Parameter *parameters, PyObject *const *slots, int count, PyObject *place, Ref *refs,
      size_t *written)
{
    Writer writer;
    Text scratch = take_scratch(values);
    *written = 0;
    writer_init(&writer, values, &scratch, place);
    int failed = refer_all(&writer, parameters, slots, count, refs, written);
    writer_free(&writer);
    give_scratch(values, scratch);
    return failed;
}

Ref
values_refer(Values *values, PyObject *rule, PyObject *value, PyObject *place, size_t *written)
{
    const Parameter parameter = {.rule = rule};
    Ref ref;
    return refer(values, &parameter, &value, 1, place, &ref, written) < 0 ? NOTHING : ref;
}

int
values_refer_arguments(Values *values, const Parameter *parameters, PyObject *const *slots, int count, Ref *refs,
                       size_t *written)
{
    return refer(values, parameters, slots, count, values->args, refs, written);
}

static int
are_same(Ref one, Ref other)
{
    return one == other || (ref_is_text(one) && ref_is_text(other) && ref_text(one)->size == ref_text(other)->size &&
                            memcmp(ref_text(one)->data, ref_text(other)->data, ref_text(one)->size) == 0);
}

int
values_refer_changed(Values *values, const Parameter *parameter, PyObject *value, Ref before, Ref *after,
                     size_t *written)
{
    *after = NOTHING;
    Ref now;
    if (refer(values, parameter, &value, 1, values->nowhere, &now, written) < 0) {
        return -1;
    }
    if (are_same(before, now)) {
        ref_release(now);
        return 0;
    }
    if (ref_is_text(now) &&
        replay_tells_redaction(ref_text(now)->data, ref_text(now)->size)) { /* this one is kept, and counts */
        ref_release(now);
        return refer(values, parameter, &value, 1, values->args, after, written);
    }
    *after = now;
    return 0;
}

/* The room that is left may shorten a string. A text has at most a third as many values as characters. */
int
values_are_uncut(const Values *values, const Ref *refs, int count)
{
    long long left = values->total;
    for (int i = 0; i < count; i++) {
        left -= ref_is_text(refs[i]) ? 3 * (2 + (long long)(ref_text(refs[i])->size - ref_text(refs[i])->beyond)) : 0;
    }
    return left >= values->string;
}

Ref
values_refer_text(Values *values, const char *text, size_t size)
{
    return pool_refer(&values->pool, text, size, 0);
}

static int
append_arguments(Text *text, const Parameter *parameters, const Ref *refs, int count)
{
    const char *separator = "{";
    for (int i = 0; i < count; i++) {
        if (refs[i] == NOTHING) {
            continue;
        }
        if (text_ascii(text, separator, strlen(separator)) < 0 || text_str(text, parameters[i].key) < 0 ||
            text_ascii(text, ": ", 2) < 0 || ref_append(text, refs[i]) < 0) {
            return -1;
        }
        separator = ", ";
    }
    return *separator == '{' ? text_ascii(text, "{}", 2) : text_ascii(text, "}", 1);
}

int
values_append_arguments(Text *text, const Parameter *parameters, const Ref *refs, int count)
{
    Text before = *text;
    int failed = append_arguments(text, parameters, refs, count);
    if (failed) {
        text_back(text, &before);
    }
    return failed;
}

int
values_arguments(Values *values, Text *text, const Parameter *parameters, PyObject *const *slots, int count)
{
    size_t written;
    Ref *refs = PyMem_Calloc((size_t)count + 1, sizeof *refs);
    if (refs == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int failed = refer(values, parameters, slots, count, values->args, refs, &written);
    if (!failed) {
        failed = values_append_arguments(text, parameters, refs, count);
        for (int i = 0; i < count; i++) {
            ref_release(refs[i]);
        }
    }
    PyMem_Free(refs);
    return failed;
}

/* -- the Python type ----------------------------------------------------------------------------------- */

static PyObject *
str_of(Text *text, int failed)
{
    PyObject *str = failed ? NULL : PyUnicode_DecodeUTF8(text->data, (Py_ssize_t)text->size, NULL);
    text_free(text);
    return str;
}

static PyObject *
value_method(PyObject *self, PyObject *args)
{
    PyObject *value, *place;
    if (!PyArg_ParseTuple(args, "OU:value", &value, &place)) {
        return NULL;
    }
    Text text;
    size_t written;
    text_init(&text);
    Ref ref = values_refer((Values *)self, NULL, value, place, &written);
    int failed = ref == NOTHING || ref_append(&text, ref) < 0;
    ref_release(ref);
    return str_of(&text, failed);
}

/* One (key, rule or None, is_varargs, value) for each parameter that is not gone. */
static int
read_argument(PyObject *given, Parameter *parameter, PyObject **slot)
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

static PyObject *
arguments_method(PyObject *self, PyObject *given)
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

/* Whether a str is proven to hold no secret. */
static PyObject *
is_clear_method(PyObject *self, PyObject *str)
{
    int clear = PyUnicode_CheckExact(str) ? is_clear_str((Values *)self, str) : 0;
    return clear < 0 ? NULL : PyBool_FromLong(clear);
}

/* Whether a name may mean a secret: one of ASCII does not without a stem. */
static PyObject *
may_mean_method(PyObject *self, PyObject *name)
{
    const Stems *stems = &((Values *)self)->stems;
    int is_known = stems->usable && stems->named && PyUnicode_CheckExact(name) && PyUnicode_IS_ASCII(name);
    return PyBool_FromLong(!is_known || scan_stem(stems, PyUnicode_1BYTE_DATA(name), PyUnicode_GET_LENGTH(name)));
}

/* Read the limits; one beyond what a count can be is as good as the largest. */
static int
read_limit(PyObject *limits, const char *name, Py_ssize_t *limit)
{
    PyObject *number = PyObject_GetAttrString(limits, name);
    if (number == NULL) {
        return -1;
    }
    *limit = PyNumber_AsSsize_t(number, NULL);
    Py_DECREF(number);
    return *limit == -1 && PyErr_Occurred() ? -1 : 0;
}

static int
read_limits(Values *self)
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
static PyObject *
shared_dict(PyObject *owner, const char *name)
{
    PyObject *dict = PyObject_GetAttrString(owner, name);
    if (dict != NULL && !PyDict_CheckExact(dict)) {
        PyErr_Format(PyExc_TypeError, "%s is no dict", name);
        Py_CLEAR(dict);
    }
    return dict;
}

/* Take the stems, unless the rules are others than those that the proofs are made for. */
static int
read_stems(Values *self)
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

static int
read_programs(Values *self)
{
    self->programs = PyObject_GetAttrString(self->text, "programs");
    self->identifier = self->programs == NULL ? NULL : PyObject_GetAttrString(self->text, "tells_apart");
    if (self->identifier != NULL && !PyTuple_Check(self->programs)) {
        PyErr_SetString(PyExc_TypeError, "programs is no tuple");
        return -1;
    }
    return self->identifier == NULL ? -1 : 0;
}

static int
import_handover(Values *self)
{
    PyObject *module = PyImport_ImportModule("breadcrumb_instrumentation_calls.values.native_plans");
    if (module == NULL) {
        return -1;
    }
    self->handover = PyObject_GetAttrString(module, "write");
    self->summary = PyObject_GetAttrString(module, "summary");
    PyObject *plan = PyObject_GetAttrString(module, "plan");
    PyObject *plain = PyObject_GetAttrString(module, "Plain");
    int failed = self->handover == NULL || self->summary == NULL || plan == NULL || plain == NULL ||
                 plans_init(&self->plans, plan, plain, self->items) < 0;
    Py_XDECREF(plan);
    Py_XDECREF(plain);
    Py_DECREF(module);
    return failed ? -1 : 0;
}

static int
fill(Values *self, PyObject *snapshot)
{
    if ((self->limits = PyObject_GetAttrString(snapshot, "limits")) == NULL || read_limits(self) < 0) {
        return -1;
    }
    if ((self->text = PyObject_GetAttrString(snapshot, "writer")) == NULL || read_programs(self) < 0 ||
        read_stems(self) < 0) {
        return -1;
    }
    if ((self->harmless = shared_dict(self->text, "harmless")) == NULL ||
        (self->keys = shared_dict(self->text, "keys")) == NULL || names_init(&self->names) < 0 ||
        replays_init(&self->replays) < 0 || pool_init(&self->pool) < 0 || (self->lengthy = PyDict_New()) == NULL ||
        (self->redacted = PyUnicode_InternFromString("redacted")) == NULL ||
        (self->args = PyUnicode_InternFromString("args")) == NULL ||
        (self->nowhere = PyUnicode_InternFromString("")) == NULL ||
        (self->module = PyUnicode_InternFromString("__name__")) == NULL) {
        return -1;
    }
    return patterns_init(&self->patterns) < 0 ? -1 : import_handover(self);
}

static PyObject *
values_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
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

static int
values_traverse(PyObject *object, visitproc visit, void *arg)
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
    result = result ? result : fits_visit(&self->fits, visit, arg);
    result = result ? result : patterns_visit(&self->patterns, visit, arg);
    return result ? result : plans_visit(&self->plans, visit, arg);
}

static int
values_clear(PyObject *object)
{
    (void)object; /* a write may be under way in this very cycle's objects: they are immutable until freed */
    return 0;
}

static void
values_dealloc(PyObject *object)
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
    function_names_free(&self->function_names);
    fits_free(&self->fits);
    replays_free(&self->replays);
    pool_free(&self->pool);
    text_free(&self->scratch);
    for (int i = 0; i < CLEAN; i++) {
        Py_XDECREF(self->clean[i]);
    }
    Py_XDECREF(self->args);
    Py_XDECREF(self->nowhere);
    Py_XDECREF(self->module);
    patterns_free(&self->patterns);
    Py_XDECREF(self->summary);
    Py_XDECREF(self->handover);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"value", value_method, METH_VARARGS, "value(value, place): the JSON text of a value, as Snapshot.value gives it."},
    {"is_clear", is_clear_method, METH_O, "is_clear(text): whether a str is proven to hold no secret."},
    {"may_mean", may_mean_method, METH_O, "may_mean(name): whether a name may mean a secret."},
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

PyTypeObject *
values_type(PyObject *module)
{
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
}
