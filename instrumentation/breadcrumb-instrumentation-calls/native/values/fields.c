#include "interpreter/instances.h"
#include "writer.h"

static inline void
take(Copied *copied, PyObject *name, PyObject *value)
{
    copied->items[copied->count++] = Py_NewRef(name);
    copied->items[copied->count++] = Py_NewRef(value);
}

static int
take_slot(Copied *copied, const Slot *slot, PyObject *value)
{
    PyObject *held =
        slot->is_number ? PyLong_FromSsize_t(slot_number(slot, value)) : Py_NewRef(slot_value(slot, value));
    if (held == NULL) {
        return -1;
    }
    take(copied, slot->name, held);
    Py_DECREF(held);
    return 0;
}

/* Copy the filled slots, `most` of them; how many there are, or -1. */
static Py_ssize_t
copy_slots(Copied *copied, PyObject *value, const Plan *plan, Py_ssize_t most)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < plan->slot_count; i++) {
        const Slot *slot = &plan->slots[i];
        int is_filled = slot_is_filled(slot, value);
        if (is_filled && total < most && take_slot(copied, slot, value) < 0) {
            copied_free(copied);
            return -1;
        }
        total += is_filled;
    }
    return total;
}

static Py_ssize_t
copy_dict(Copied *copied, PyObject *dict, Py_ssize_t most)
{
    Py_ssize_t at = 0;
    PyObject *name, *held;
    while (copied->count < 2 * most && PyDict_Next(dict, &at, &name, &held)) {
        take(copied, name, held);
    }
    return PyDict_GET_SIZE(dict);
}

static Py_ssize_t
copy_inline(Copied *copied, const InlineFields *fields, Py_ssize_t most)
{
    Py_ssize_t total = 0;
    for (int i = 0; i < fields->count; i++) {
        PyObject *held = inline_value(fields, i);
        if (held != NULL) {
            if (copied->count < 2 * most) {
                take(copied, inline_name(fields, i), held);
            }
            total++;
        }
    }
    return total;
}

/* Copy the first fields of an instance, no more than the limit; how many there are, or -1. */
static Py_ssize_t
copy_fields(Fields *taken, PyObject *value, const Plan *plan, Py_ssize_t most)
{
    Copied *copied = &taken->copied;
    InlineFields fields = {0};
    PyObject *dict = NULL;
    int where = plan->has_dict ? instance_fields(value, &fields, &dict) : 0;
    Py_ssize_t room = plan->slot_count;
    taken->may_repeat = (char)(plan->slot_count && (where || plan->repeats));
    if (where) {
        room += where == 1 ? fields.count : PyDict_GET_SIZE(dict);
    }
    if (copied_room(copied, 2 * (room < most ? room : most)) < 0) {
        return -1;
    }
    Py_ssize_t total = copy_slots(copied, value, plan, most);
    if (total < 0) {
        return -1;
    }
    if (where == 1) {
        total += copy_inline(copied, &fields, most);
    }
    else if (where == 2) {
        total += copy_dict(copied, dict, most);
    }
    return total;
}

int
fields_take(Writer *writer, PyObject *value, const Plan *plan, Fields *fields)
{
    fields->copied.count = 0;
    fields->copied.items = fields->copied.first;
    fields->are_shown = !writer->inside_instance;
    if (!fields->are_shown) {
        return 0;
    }
    fields->length = copy_fields(fields, value, plan, writer->values->items);
    return fields->length < 0 ? -1 : 0;
}

int
fields_write(Writer *writer, PyObject *value, const Fields *fields, size_t head, Py_ssize_t depth)
{
    if (!fields->are_shown) {
        return APPEND(writer, "}");
    }
    writer->left -= (long long)(text_length(writer->text) - head);
    replay_note_left(writer, writer->left);
    writer->inside_instance = 1;
    int failed = write_members(writer, value, &fields->copied, fields->length, depth, 1, fields->may_repeat);
    writer->inside_instance = 0;
    return failed;
}

int
write_id(Writer *writer, const PyObject *value)
{
    return text_address(writer->text, value) < 0 ? -1 : APPEND(writer, "\"");
}

int
write_instance(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (APPEND(writer, "{") < 0) {
        return -1;
    }
    size_t head = text_length(writer->text);
    NOTE(writer, value, plan->serial);
    if (text_str(writer->text, plan->head) < 0 || write_id(writer, value) < 0) {
        return -1;
    }
    if (writer->inside_instance) {
        return APPEND(writer, "}");
    }
    Fields fields;
    if (fields_take(writer, value, plan, &fields) < 0) {
        return -1;
    }
    NOTE(writer, NULL, fields.length);
    int failed = fields_write(writer, value, &fields, head, depth);
    copied_free(&fields.copied);
    return failed;
}
