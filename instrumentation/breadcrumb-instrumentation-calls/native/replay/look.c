/* Looking whether a value still is what was seen of it. */
#include "interpreter/instances.h"
#include "look.h"

/* A str, of whatever class, with these characters. */
static int
is_same_str(Look *look, PyObject *value)
{
    if (look->at == look->end || look->at->what != &SEEN_STR) {
        return 0;
    }
    PyObject *held = seen_owned(look->at++);
    return held == value || (PyUnicode_GET_LENGTH(held) == PyUnicode_GET_LENGTH(value) &&
                             PyUnicode_KIND(held) == PyUnicode_KIND(value) &&
                             memcmp(PyUnicode_DATA(held), PyUnicode_DATA(value),
                                    (size_t)(PyUnicode_GET_LENGTH(value) * PyUnicode_KIND(value))) == 0);
}

static int
is_same_bytes(Look *look, PyObject *value)
{
    if (look->at == look->end || look->at->what != &SEEN_BYTES) {
        return 0;
    }
    PyObject *held = seen_owned(look->at++);
    return held == value ||
           (PyBytes_GET_SIZE(held) == PyBytes_GET_SIZE(value) &&
            memcmp(PyBytes_AS_STRING(held), PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value)) == 0);
}

static inline int
is_shown(const Look *look, Py_ssize_t length, Py_ssize_t depth)
{
    return length && depth < look->values->depth;
}

static int
are_same(Look *look, PyObject *const *items, Py_ssize_t length, Py_ssize_t depth)
{
    Py_ssize_t most = !is_shown(look, length, depth) ? 0 : length < look->values->items ? length : look->values->items;
    for (Py_ssize_t i = 0; i < most; i++) {
        if (!is_same(look, items[i], depth + 1)) {
            return 0;
        }
    }
    return 1;
}

/* The items of a list or tuple; of a pair that is only counted, what replay_note_items notes. */
static int
are_same_items(Look *look, PyObject *const *items, Py_ssize_t length, Py_ssize_t depth)
{
    if (length != 2 || depth < look->values->depth) {
        return are_same(look, items, length, depth);
    }
    if (!replay_may_be_secret(items[1])) {
        return is_next(look, &SEEN_PAIR, 0);
    }
    return PyUnicode_CheckExact(items[0]) && PyUnicode_CheckExact(items[1]) && is_same_str(look, items[0]) &&
           is_same_str(look, items[1]);
}

static inline int
is_same_member(Look *look, PyObject *name, PyObject *held, Py_ssize_t depth)
{
    return is_same(look, name, depth + 1) && is_same(look, held, depth + 1);
}

static inline int
is_same_slot(Look *look, const Slot *slot, PyObject *value, Py_ssize_t depth)
{
    if (!slot->is_number) {
        return is_same_member(look, slot->name, slot_value(slot, value), depth);
    }
    return is_same(look, slot->name, depth + 1) && is_next(look, &PyLong_Type, slot_number(slot, value));
}

/* The first of an object's members, `most` of them. */
static int
are_same_pairs(Look *look, PyObject *dict, Py_ssize_t most, Py_ssize_t depth)
{
    Py_ssize_t at = 0;
    PyObject *key, *held;
    while (most-- > 0 && dict_next(dict, &at, &key, &held)) {
        if (!is_same_member(look, key, held, depth)) {
            return 0;
        }
    }
    return 1;
}

/* The same fields in the same order as fields.c takes them. */
static int
are_same_fields(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (look->at == look->end || look->at->what != NULL) {
        return 0;
    }
    Py_ssize_t total = (Py_ssize_t)look->at++->bits, found = 0;
    Py_ssize_t most = is_shown(look, total, depth) ? look->values->items : 0;
    InlineFields fields = {0};
    PyObject *dict = NULL;
    int where = plan->has_dict ? instance_fields(value, &fields, &dict) : 0;
    for (Py_ssize_t i = 0; i < plan->slot_count; i++) {
        const Slot *slot = &plan->slots[i];
        if (slot_is_filled(slot, value) && found++ < most && !is_same_slot(look, slot, value, depth)) {
            return 0;
        }
    }
    for (int i = 0; where == 1 && i < fields.count; i++) {
        PyObject *held = inline_value(&fields, i);
        if (held != NULL && found++ < most && !is_same_member(look, inline_name(&fields, i), held, depth)) {
            return 0;
        }
    }
    if (where == 2) {
        return found + PyDict_GET_SIZE(dict) == total && are_same_pairs(look, dict, most - found, depth);
    }
    return found == total;
}

static int
are_same_own_fields(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (look->inside_instance) {
        return 1;
    }
    look->inside_instance = 1;
    int same = are_same_fields(look, value, plan, depth);
    look->inside_instance = 0;
    return same;
}

/* In the order of the table, as iterating does. */
static int
are_same_members_of_set(Look *look, PyObject *value, Py_ssize_t depth)
{
    const PySetObject *set = (PySetObject *)value;
    Py_ssize_t most = is_shown(look, set->used, depth) ? look->values->items : 0;
    for (Py_ssize_t i = 0; i <= set->mask && most > 0; i++) {
        const setentry *entry = &set->table[i];
        if (entry->key == NULL || entry->hash == -1) { /* none, or there was one */
            continue;
        }
        most--;
        if (!is_same(look, entry->key, depth + 1)) {
            return 0;
        }
    }
    return 1;
}

static int
are_same_iterated(Look *look, PyObject *value, const PyTypeObject *base, Py_ssize_t depth)
{
    if (base == &PySet_Type || base == &PyFrozenSet_Type) {
        return are_same_members_of_set(look, value, depth);
    }
    Py_ssize_t length = base->tp_as_sequence->sq_length(value);
    Py_ssize_t most = is_shown(look, length, depth) ? look->values->items : 0;
    for (Py_ssize_t i = 0; i < length && i < most; i++) {
        PyObject *item = base->tp_as_sequence->sq_item(value, i);
        if (item == NULL || !is_same(look, item, depth + 1)) {
            PyErr_Clear();
            Py_XDECREF(item);
            return 0;
        }
        Py_DECREF(item);
    }
    return 1;
}

/* What a value of a subclass holds by its built-in base (special.c). */
static int
is_same_content(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (plan->kind == PLAN_PAIRS) {
        Py_ssize_t length = PyDict_GET_SIZE(value);
        return is_next(look, NULL, length) &&
               are_same_pairs(look, value, is_shown(look, length, depth) ? look->values->items : 0, depth);
    }
    if (plan->kind == PLAN_ITERATED) {
        const PyTypeObject *base = (PyTypeObject *)PyTuple_GET_ITEM(plan->names, 0);
        return is_next(look, NULL, base->tp_as_sequence->sq_length(value)) &&
               are_same_iterated(look, value, base, depth);
    }
    Py_ssize_t length = Py_SIZE(value);
    PyObject *const *items = PyTuple_Check(value) ? &PyTuple_GET_ITEM(value, 0) : ((PyListObject *)value)->ob_item;
    return is_next(look, NULL, length) && are_same_items(look, items, length, depth);
}

/* Of one whose members are only counted, whether it is still an object to JSON, or still none. */
static int
is_same_dict(Look *look, PyObject *value, Py_ssize_t depth)
{
    Py_ssize_t length = PyDict_GET_SIZE(value);
    if (!is_next(look, &PyDict_Type, length)) {
        return 0;
    }
    if (length && depth >= look->values->depth) {
        return is_next(look, NULL, dict_is_object(look->values, value));
    }
    return are_same_pairs(look, value, length ? look->values->items : 0, depth);
}

/* A value of a class that has a plan, which is open. */
static int
is_same_planned(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    switch (plan->kind) {
    case PLAN_INSTANCE:
        return are_same_own_fields(look, value, plan, depth);
    case PLAN_NAMED_TUPLE:
        return are_same(look, &PyTuple_GET_ITEM(value, 0), PyTuple_GET_SIZE(value), depth) &&
               are_same_own_fields(look, value, plan, depth);
    case PLAN_TEXT:
        return is_same_str(look, value) && are_same_own_fields(look, value, plan, depth);
    case PLAN_ITEMS:
    case PLAN_PAIRS:
    case PLAN_ITERATED:
        return is_same_content(look, value, plan, depth) && are_same_own_fields(look, value, plan, depth);
    default:
        return 0;
    }
}

/* A container or an instance, which is open. */
static int
is_same_opened(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    PyTypeObject *type = Py_TYPE(value);
    if (plan != NULL) {
        return is_next(look, value, (int64_t)plan->serial) && is_same_planned(look, value, plan, depth);
    }
    if (type == &PyList_Type) {
        Py_ssize_t length = PyList_GET_SIZE(value);
        return is_next(look, type, length) && are_same_items(look, ((PyListObject *)value)->ob_item, length, depth);
    }
    if (type == &PyTuple_Type) {
        Py_ssize_t length = PyTuple_GET_SIZE(value);
        return is_next(look, type, length) && are_same_items(look, &PyTuple_GET_ITEM(value, 0), length, depth);
    }
    if (type == &PyDict_Type) {
        return is_same_dict(look, value, depth);
    }
    return is_next(look, type, PySet_GET_SIZE(value)) && are_same_members_of_set(look, value, depth);
}

static int
open_and_look(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    for (int i = 0; i < look->opened; i++) {
        if (look->open[i] == value) {
            return 0;
        }
    }
    if (look->opened == OPEN_MOST) {
        return 0;
    }
    look->open[look->opened++] = value;
    int same = is_same_opened(look, value, plan, depth);
    look->opened--;
    return same;
}

static __attribute__((noinline)) int
is_same_compound(Look *look, PyObject *value, PyTypeObject *type, Py_ssize_t depth)
{
    if (type == &PyList_Type || type == &PyTuple_Type || type == &PyDict_Type || type == &PySet_Type ||
        type == &PyFrozenSet_Type) {
        return open_and_look(look, value, NULL, depth);
    }
    if (type == &PyFunction_Type || type == &PyMethod_Type) {
        return is_same_callable(look, value, type);
    }
    if (type == &PyModule_Type) {
        return is_same_module(look, value);
    }
    const Plan *plan = plan_here(look, type);
    if (plan == NULL) {
        return 0;
    }
    switch (plan->kind) {
    case PLAN_CLASS:
        return is_same_class(look, value);
    case PLAN_SUMMARY:
        return is_next(look, &SEEN_PATTERN, (int64_t)(intptr_t)value);
    case PLAN_ENUM:
        return is_next(look, value, (int64_t)plan->serial) && is_same_enum(look, value, depth);
    case PLAN_SUSPENDABLE:
        return is_next(look, value, (int64_t)plan->serial) && is_same_suspendable(look, value);
    default:
        return open_and_look(look, value, plan, depth);
    }
}

static __attribute__((noinline)) int
is_same_of_other_type(Look *look, PyObject *value, Py_ssize_t depth)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyUnicode_Type) {
        return is_same_str(look, value);
    }
    if (type == &PyLong_Type) {
        int64_t bits;
        return seen_int(value, &bits) && is_next(look, type, bits);
    }
    if (type == &PyBytes_Type) {
        return is_same_bytes(look, value);
    }
    if (type == &PyFloat_Type) {
        return is_next(look, type, seen_float(value));
    }
    return value != Py_None && type != &PyBool_Type && is_same_compound(look, value, type, depth);
}

/* An instance in another one, of which its class and address are shown. */
static __attribute__((noinline)) int
is_same_instance(Look *look, PyObject *value, Py_ssize_t depth)
{
    const Plan *plan = plan_here(look, Py_TYPE(value));
    return plan != NULL && plan->kind == PLAN_INSTANCE ? is_next(look, value, (int64_t)plan->serial)
                                                       : is_same_of_other_type(look, value, depth);
}

/* No Python code runs in here, so that nothing changes meanwhile. Nothing is called but in the end, for speed. */
int
is_same_otherwise(Look *look, PyObject *value, Py_ssize_t depth)
{
    const Seen *seen = look->at;
    if (seen == look->end) {
        return 0;
    }
    if (seen->what == value) {
        if (value == Py_None || value == Py_True || value == Py_False) {
            look->at = seen + 1;
            return 1;
        }
        if (look->inside_instance) {
            return is_same_instance(look, value, depth);
        }
    }
    if (seen->what == &PyLong_Type && PyLong_CheckExact(value) && PyUnstable_Long_IsCompact((PyLongObject *)value) &&
        PyUnstable_Long_CompactValue((PyLongObject *)value) == seen->bits) {
        look->at = seen + 1;
        return 1;
    }
    return is_same_of_other_type(look, value, depth);
}

static void
begin(Look *look, Values *values, const Seen *seen, size_t count)
{
    look->values = values;
    look->at = seen;
    look->end = seen + count;
    look->type = NULL;
    look->plan = NULL;
    look->names = NULL;
    look->inside_instance = 0;
    look->opened = 0;
}

int
replay_look_member(const Writer *writer, const Seen *seen, size_t count, PyObject *name, PyObject *value,
                   Py_ssize_t depth)
{
    Look look;
    begin(&look, writer->values, seen, count);
    look.inside_instance = writer->inside_instance;
    look.open[look.opened++] = writer->open[0];
    return is_same_member(&look, name, value, depth) && look.at == look.end;
}

int
replay_look(Values *values, const Seen *seen, size_t count, PyObject *value)
{
    Look look;
    begin(&look, values, seen, count);
    return is_same(&look, value, 0) && look.at == look.end;
}
