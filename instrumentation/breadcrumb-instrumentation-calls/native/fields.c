#include "instances.h"
#include "writer.h"

static inline void take(Copied *copied, PyObject *name, PyObject *value)
{
    copied->items[copied->count++] = Py_NewRef(name);
    copied->items[copied->count++] = Py_NewRef(value);
}

/* Copy the filled slots, `most` of them; how many there are. */
static Py_ssize_t copy_slots(Copied *copied, PyObject *value, const Plan *plan, Py_ssize_t most)
{
    Py_ssize_t total = 0;
    for (Py_ssize_t i = 0; i < plan->slot_count; i++) {
        PyObject *held = *(PyObject **)((char *)value + plan->slots[i].offset);
        if (held != NULL) {
            if (total < most) {
                take(copied, plan->slots[i].name, held);
            }
            total++;
        }
    }
    return total;
}

static Py_ssize_t copy_dict(Copied *copied, PyObject *dict, Py_ssize_t most)
{
    Py_ssize_t at = 0;
    PyObject *name, *held;
    while (copied->count < 2 * most && PyDict_Next(dict, &at, &name, &held)) {
        take(copied, name, held);
    }
    return PyDict_GET_SIZE(dict);
}

static Py_ssize_t copy_inline(Copied *copied, const InlineFields *fields, Py_ssize_t most)
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
static Py_ssize_t copy_fields(Copied *copied, PyObject *value, const Plan *plan, Py_ssize_t most)
{
    InlineFields fields = {0};
    PyObject *dict = NULL;
    int where = plan->has_dict ? instance_fields(value, &fields, &dict) : 0;
    Py_ssize_t room = plan->slot_count;
    if (where) {
        room += where == 1 ? fields.count : PyDict_GET_SIZE(dict);
    }
    if (copied_room(copied, 2 * (room < most ? room : most)) < 0) {
        return -1;
    }
    Py_ssize_t total = copy_slots(copied, value, plan, most);
    if (where == 1) {
        total += copy_inline(copied, &fields, most);
    } else if (where == 2) {
        total += copy_dict(copied, dict, most);
    }
    return total;
}

/* The members before the fields, without the object's brace: `"@": "module.Class", "@id": "7f3a"`. */
static int write_head(Writer *writer, PyObject *value, const Plan *plan)
{
    char digits[2 * sizeof(uintptr_t) + 1];
    char *at = digits + sizeof digits;
    *--at = '"';
    for (uintptr_t rest = (uintptr_t)value; rest; rest >>= 4) {
        *--at = "0123456789abcdef"[rest & 15];
    }
    return text_str(writer->text, plan->head) < 0 ? -1 : text_ascii(writer->text, at, (size_t)(digits + sizeof digits - at));
}

int write_instance(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (APPEND(writer, "{") < 0) {
        return -1;
    }
    size_t before = text_length(writer->text);
    if (write_head(writer, value, plan) < 0) {
        return -1;
    }
    if (writer->inside_instance) {
        return APPEND(writer, "}");
    }
    Copied copied;
    Py_ssize_t length = copy_fields(&copied, value, plan, writer->values->items);
    if (length < 0) {
        return -1;
    }
    int may_repeat = plan->slot_count > 0; /* the plan ends here: Python may forget it */
    writer->left -= (long long)(text_length(writer->text) - before);
    writer->inside_instance = 1;
    int failed = write_members(writer, value, &copied, length, depth, 1, may_repeat);
    writer->inside_instance = 0;
    copied_free(&copied);
    return failed;
}
