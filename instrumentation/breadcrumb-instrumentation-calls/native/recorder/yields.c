/* What generators yield: how many values, the first and the last of them: `yielded` of the `extra` column. The C twin of
   capture/yields.py. */
#include "event.h"

#include <inttypes.h>
#include <string.h>

/* What it counts as, in bytes, to find that an object is as it was when it was written. */
enum { COMPARED = 64 };

static int
keep(PyObject *value, void *found)
{
    *(PyObject **)found = value;
    return 0;
}

/* What a generator gives to its caller, borrowed; NULL where an asynchronous one waits. */
static PyObject *
given(const Event *event, PyObject *value)
{
    if (event->code->kind != ASYNC_GENERATOR) {
        return value;
    }
    PyTypeObject *type = Py_TYPE(value);
    PyObject *found = NULL;
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) && strcmp(type->tp_name, "async_generator_wrapped_value") == 0) {
        type->tp_traverse(value, keep, &found); /* all that it holds is the value */
    }
    return found;
}

/* Write a value in the place of another, which is gone in any case; -1 with an exception set. */
static int
refer(const Event *event, const Call *call, PyObject *value, Ref *into)
{
    size_t written = 0;
    Ref before = *into;
    *into = NOTHING;
    ref_release(before);
    Ref ref = values_refer(event->self->values, call->code->return_rule, value, event->self->return_place, &written);
    event->code->looked += written + (ref_is_text(ref) ? COMPARED : 0);
    *into = ref;
    return ref == NOTHING ? -1 : 0;
}

int
note_yield(const Event *event, Call *call, PyObject *value)
{
    if ((call->code->kind != GENERATOR && call->code->kind != ASYNC_GENERATOR) || !call->sampled || call->inherited) {
        return 0;
    }
    value = given(event, value);
    if (value == NULL) {
        return 0;
    }
    int is_first = call->yields++ == 0;
    if (call->bare) {
        return 0;
    }
    if (is_first) {
        return refer(event, call, value, &call->first_yield);
    }
    if (may_look(event->code)) {
        return refer(event, call, value, &call->last_yield);
    }
    ref_release(call->last_yield); /* a later one came */
    call->last_yield = NOTHING;
    return 0;
}

static int
append(Text *text, const Call *call)
{
    char count[64];
    int size =
        snprintf(count, sizeof count, "%s\"yielded\": {\"count\": %" PRIu64, text->size ? ", " : "{", call->yields);
    if (text->size) {
        text->size--; /* the brace that ends it */
    }
    return text_ascii(text, count, (size_t)size) < 0 ||
                   (call->first_yield != NOTHING &&
                    (text_ascii(text, ", \"first\": ", 11) < 0 || ref_append(text, call->first_yield) < 0)) ||
                   (call->last_yield != NOTHING &&
                    (text_ascii(text, ", \"last\": ", 10) < 0 || ref_append(text, call->last_yield) < 0)) ||
                   text_ascii(text, "}}", 2) < 0
               ? -1
               : 0;
}

const Text *
with_yields(const Call *call, const Text *extra, Text *room)
{
    text_init(room);
    if (call->yields == 0) {
        return extra;
    }
    if ((extra != NULL && text_ascii(room, extra->data, extra->size) < 0) || append(room, call) < 0) {
        PyErr_Clear(); /* no memory to tell more */
        return extra;
    }
    return room;
}
