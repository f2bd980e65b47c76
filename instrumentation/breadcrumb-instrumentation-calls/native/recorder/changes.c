/* What a call leaves of its arguments, where it changed their objects: `args_after` of the `extra` column. The C twin of
   capture/changes.py. */
#include "event.h"

/* Whether a value may be another by the end of the call: an instance or a container. */
static int
may_change(const Parameter *parameter, Ref ref)
{
    return parameter->lasts && ref_is_text(ref) && (ref_text(ref)->data[0] == '{' || ref_text(ref)->data[0] == '[');
}

/* Types whose objects `+=` and its like change, and give back: UPDATED of selection/lasting.py. */
static const char *const updated[] = {"array.array",   "bytearray", "collections.deque", "dict", "list",
                                      "numpy.ndarray", "set"};

/* Whether this is the text of a value of a type of that name. */
static int
is_text_of(const PoolText *text, const char *type)
{
    static const char head[] = "{\"@\": \"";
    size_t size = sizeof head - 1, length = strlen(type);
    if (text->data[0] == '[') {
        return strcmp(type, "list") == 0;
    }
    if (text->size < size || memcmp(text->data, head, size) != 0) {
        return strcmp(type, "dict") == 0;
    }
    return text->size > size + length && memcmp(text->data + size, type, length) == 0 &&
           text->data[size + length] == '"';
}

/* Whether a parameter that nothing but `+=` bound still holds the object that it was given. */
static int
is_still(const PyObject *value, Ref before)
{
    const char *type = Py_TYPE(value)->tp_name;
    for (size_t i = 0; i < sizeof updated / sizeof *updated; i++) {
        if (strcmp(type, updated[i]) == 0) {
            return is_text_of(ref_text(before), type);
        }
    }
    return 0;
}

static int
are_worth_it(const Event *event, const Call *call)
{
    if (!may_look(event->code)) {
        return 0;
    }
    for (unsigned i = 0; i < call->arg_count; i++) {
        if (may_change(&event->code->parameters[i], call->args[i])) {
            return values_are_uncut(event->self->values, call->args, (int)call->arg_count);
        }
    }
    return 0;
}

/* Append an argument to the column, which may have other members. */
static int
append(Text *text, const Parameter *parameter, Ref after, int is_first)
{
    static const char begins[] = "{\"args_after\": {", goes_on[] = ", \"args_after\": {";
    Text before = *text;
    int is_alone = is_first && text->size == 0;
    if (!is_alone) {
        text->size -= is_first ? 1 : 2; /* the braces that end it */
    }
    if ((is_alone   ? text_ascii(text, begins, sizeof begins - 1)
         : is_first ? text_ascii(text, goes_on, sizeof goes_on - 1)
                    : text_ascii(text, ", ", 2)) < 0 ||
        text_str(text, parameter->key) < 0 || text_ascii(text, ": ", 2) < 0 || ref_append(text, after) < 0 ||
        text_ascii(text, "}}", 2) < 0) {
        text_back(text, &before);
        return -1;
    }
    return 0;
}

/* Append the arguments that changed. */
static int
append_changed(const Event *event, const Call *call, PyObject *const *slots, Text *text, size_t *written)
{
    int is_first = 1;
    for (unsigned i = 0; i < call->arg_count; i++) {
        const Parameter *parameter = &event->code->parameters[i];
        size_t more = 0;
        Ref after = NOTHING;
        if (slots[i] == NULL || !may_change(parameter, call->args[i])) {
            continue;
        }
        if (parameter->is_updated && !is_still(slots[i], call->args[i])) {
            continue;
        }
        if (values_refer_changed(event->self->values, parameter, slots[i], call->args[i], &after, &more) < 0) {
            return -1;
        }
        *written += more;
        event->code->looked += more;
        int failed = after != NOTHING && append(text, parameter, after, is_first) < 0;
        is_first = is_first && after == NOTHING;
        ref_release(after);
        if (failed) {
            return -1;
        }
    }
    return 0;
}

int
describe_changes(const Event *event, const Call *call, Text *text, size_t *written)
{
    if (call->bare || !are_worth_it(event, call)) {
        return 0;
    }
    PyObject *few[16];
    int count = (int)call->arg_count;
    PyObject **slots = count <= 16 ? few : PyMem_Malloc((size_t)count * sizeof *slots);
    if (slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    frame_arguments(event->frame, event->code->is_cell, count, slots);
    for (int i = 0; i < count; i++) {
        Py_XINCREF(slots[i]); /* Python code that runs meanwhile may bind them anew */
    }
    int result = append_changed(event, call, slots, text, written);
    for (int i = 0; i < count; i++) {
        Py_XDECREF(slots[i]);
    }
    if (slots != few) {
        PyMem_Free(slots);
    }
    return result;
}
