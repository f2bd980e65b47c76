#include "instances.h"
#include "writer.h"

enum { TRUSTED = 8, REST = 4, OPEN_MOST = 16 };

const char REPLAY_CLASS = 0;

int replays_init(Replays *replays)
{
    replays->table = PyMem_Calloc(REPLAYS, sizeof *replays->table);
    if (replays->table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* What cannot be a type's or a value's address, as all else is that was seen. */
static const char HELD_STR, HELD_BYTES, HELD_PATTERN;

static inline int is_held(const Seen *seen)
{
    return seen->what == &HELD_STR || seen->what == &HELD_BYTES || seen->what == &HELD_PATTERN;
}

static inline PyObject *held_by(const Seen *seen) { return (PyObject *)(intptr_t)seen->bits; }

/* Freeing a str or bytes runs no code of the program; a pattern may have a weak reference that calls some. */
static void release(const Seen *seen, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_held(&seen[i])) {
            Py_DECREF(held_by(&seen[i]));
        }
    }
}

/* What is kept of so much that was seen, with the text and about what is owned. */
static size_t size_of(const Seen *seen, size_t count, Ref text)
{
    size_t size = count * sizeof *seen + ref_text(text)->size;
    for (size_t i = 0; i < count; i++) {
        size += is_held(&seen[i]) ? (size_t)Py_SIZE(held_by(&seen[i])) + sizeof(PyASCIIObject) : 0;
    }
    return size;
}

static void drop(Replays *replays, Replay *place)
{
    if (place->seen != NULL) {
        replays->size -= size_of(place->seen, place->count, place->text);
        release(place->seen, place->count);
    }
    PyMem_Free(place->seen);
    ref_release(place->text);
    *place = (Replay){0};
}

static void drop_all(Replays *replays)
{
    for (int i = 0; replays->table != NULL && i < REPLAYS; i++) {
        drop(replays, &replays->table[i]);
    }
}

void replays_free(Replays *replays)
{
    drop_all(replays);
    PyMem_Free(replays->table);
    replays->table = NULL;
}

/* -- looking whether a value is still the same -------------------------------------------------------- */

typedef struct {
    Values *values;
    const Seen *at, *end;
    char inside_instance;
    const PyObject *open[OPEN_MOST]; /* what is around, by identity: in itself a value is written as levels up */
    int opened;
} Look;

static inline int is_next(Look *look, const void *what, int64_t bits)
{
    return look->at != look->end && look->at->what == what && look->at++->bits == bits;
}

/* A str, of whatever class, with these characters. */
static int is_same_str(Look *look, PyObject *value)
{
    if (look->at == look->end || look->at->what != &HELD_STR) {
        return 0;
    }
    PyObject *held = held_by(look->at++);
    return held == value ||
           (PyUnicode_GET_LENGTH(held) == PyUnicode_GET_LENGTH(value) && PyUnicode_KIND(held) == PyUnicode_KIND(value) &&
            memcmp(PyUnicode_DATA(held), PyUnicode_DATA(value), (size_t)(PyUnicode_GET_LENGTH(value) * PyUnicode_KIND(value))) == 0);
}

static int is_same_bytes(Look *look, PyObject *value)
{
    if (look->at == look->end || look->at->what != &HELD_BYTES) {
        return 0;
    }
    PyObject *held = held_by(look->at++);
    return held == value || (PyBytes_GET_SIZE(held) == PyBytes_GET_SIZE(value) &&
                             memcmp(PyBytes_AS_STRING(held), PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value)) == 0);
}

/* An int that 64 bits hold. */
static int int_bits(PyObject *value, int64_t *bits)
{
    if (PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        *bits = PyUnstable_Long_CompactValue((PyLongObject *)value);
        return 1;
    }
    int overflow;
    *bits = PyLong_AsLongLongAndOverflow(value, &overflow);
    return !overflow;
}

static int is_same(Look *look, PyObject *value, Py_ssize_t depth);

static inline int is_shown(const Look *look, Py_ssize_t length, Py_ssize_t depth)
{
    return length && depth < look->values->depth;
}

static int are_same(Look *look, PyObject *const *items, Py_ssize_t length, Py_ssize_t depth)
{
    Py_ssize_t most = !is_shown(look, length, depth) ? 0 : length < look->values->items ? length : look->values->items;
    for (Py_ssize_t i = 0; i < most; i++) {
        if (!is_same(look, items[i], depth + 1)) {
            return 0;
        }
    }
    return 1;
}

static int is_same_member(Look *look, PyObject *name, PyObject *held, Py_ssize_t depth)
{
    return is_same(look, name, depth + 1) && is_same(look, held, depth + 1);
}

/* The first of an object's members, `most` of them. */
static int are_same_pairs(Look *look, PyObject *dict, Py_ssize_t most, Py_ssize_t depth)
{
    Py_ssize_t at = 0;
    PyObject *key, *held;
    while (most-- > 0 && PyDict_Next(dict, &at, &key, &held)) {
        if (!is_same_member(look, key, held, depth)) {
            return 0;
        }
    }
    return 1;
}

/* The same fields in the same order as fields.c takes them. */
static int are_same_fields(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    InlineFields fields = {0};
    PyObject *dict = NULL;
    int where = plan->has_dict ? instance_fields(value, &fields, &dict) : 0;
    Py_ssize_t total = where == 2 ? PyDict_GET_SIZE(dict) : 0;
    for (Py_ssize_t i = 0; i < plan->slot_count; i++) {
        total += slot_value(&plan->slots[i], value) != NULL;
    }
    for (int i = 0; where == 1 && i < fields.count; i++) {
        total += inline_value(&fields, i) != NULL;
    }
    if (!is_next(look, NULL, total)) {
        return 0;
    }
    Py_ssize_t most = is_shown(look, total, depth) ? look->values->items : 0;
    for (Py_ssize_t i = 0; most > 0 && i < plan->slot_count; i++) {
        PyObject *held = slot_value(&plan->slots[i], value);
        if (held != NULL && (most-- <= 0 || !is_same_member(look, plan->slots[i].name, held, depth))) {
            return 0;
        }
    }
    for (int i = 0; where == 1 && most > 0 && i < fields.count; i++) {
        PyObject *held = inline_value(&fields, i);
        if (held != NULL && (most-- <= 0 || !is_same_member(look, inline_name(&fields, i), held, depth))) {
            return 0;
        }
    }
    return where != 2 || are_same_pairs(look, dict, most, depth);
}

static int are_same_own_fields(Look *look, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    if (look->inside_instance) {
        return 1;
    }
    look->inside_instance = 1;
    int same = are_same_fields(look, value, plan, depth);
    look->inside_instance = 0;
    return same;
}

static int is_same_enum(Look *look, PyObject *value, Py_ssize_t depth)
{
    PyObject *name = enum_field(value, "_name_"), *held = enum_field(value, "_value_");
    return name != NULL && held != NULL && is_same(look, name, depth + 1) && is_same(look, held, depth + 1);
}

static int is_same_class(Look *look, PyObject *value)
{
    const Plan *plan = plan_known(&look->values->plans, (PyTypeObject *)value);
    return plan != NULL && is_next(look, &REPLAY_CLASS, 0) && is_next(look, value, plan->serial);
}

/* A value of a class that has a plan. */
static int is_same_planned(Look *look, PyObject *value, Py_ssize_t depth)
{
    const Plan *plan = plan_known(&look->values->plans, Py_TYPE(value));
    if (plan == NULL || plan->kind == PLAN_CLASS) {
        return plan != NULL && is_same_class(look, value);
    }
    if (plan->kind == PLAN_SUMMARY) {
        return is_next(look, &HELD_PATTERN, (int64_t)(intptr_t)value);
    }
    if (!is_next(look, value, plan->serial)) {
        return 0;
    }
    switch (plan->kind) {
    case PLAN_INSTANCE:
        return are_same_own_fields(look, value, plan, depth);
    case PLAN_ENUM:
        return is_same_enum(look, value, depth);
    case PLAN_NAMED_TUPLE:
        return are_same(look, &PyTuple_GET_ITEM(value, 0), PyTuple_GET_SIZE(value), depth) &&
               are_same_own_fields(look, value, plan, depth);
    case PLAN_TEXT:
        return is_same_str(look, value) && are_same_own_fields(look, value, plan, depth);
    default:
        return 0;
    }
}

/* The names that a function is shown by. */
static int is_same_function(Look *look, PyObject *value)
{
    PyObject *module = function_module(look->values, value);
    return module != NULL && is_same(look, module, 0) && is_same(look, ((PyFunctionObject *)value)->func_qualname, 0);
}

static int is_same_callable(Look *look, PyObject *value, PyTypeObject *type)
{
    if (!is_next(look, type, 0)) {
        return 0;
    }
    if (type == &PyMethod_Type) {
        value = PyMethod_GET_FUNCTION(value);
    }
    return Py_IS_TYPE(value, &PyFunction_Type) && is_same_function(look, value);
}

static int is_same_module(Look *look, PyObject *value)
{
    PyObject *name = module_name(look->values, value);
    return is_next(look, &PyModule_Type, 0) && name != NULL && is_same(look, name, 0);
}

/* In the order of the table, as iterating does. */
static int are_same_members_of_set(Look *look, PyObject *value, Py_ssize_t depth)
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

static int64_t float_bits(PyObject *value)
{
    int64_t bits;
    double number = PyFloat_AS_DOUBLE(value);
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static int is_same_compound(Look *look, PyObject *value, Py_ssize_t depth)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyList_Type) {
        Py_ssize_t length = PyList_GET_SIZE(value);
        return is_next(look, type, length) && are_same(look, ((PyListObject *)value)->ob_item, length, depth);
    }
    if (type == &PyTuple_Type) {
        Py_ssize_t length = PyTuple_GET_SIZE(value);
        return is_next(look, type, length) && are_same(look, &PyTuple_GET_ITEM(value, 0), length, depth);
    }
    if (type == &PyDict_Type) {
        Py_ssize_t length = PyDict_GET_SIZE(value);
        return is_next(look, type, length) &&
               are_same_pairs(look, value, is_shown(look, length, depth) ? look->values->items : 0, depth);
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type) {
        return is_next(look, type, PySet_GET_SIZE(value)) && are_same_members_of_set(look, value, depth);
    }
    if (type == &PyFunction_Type || type == &PyMethod_Type) {
        return is_same_callable(look, value, type);
    }
    return type == &PyModule_Type ? is_same_module(look, value) : is_same_planned(look, value, depth);
}

/* No Python code runs in here, so that nothing changes meanwhile. */
static int is_same(Look *look, PyObject *value, Py_ssize_t depth)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyUnicode_Type) {
        return is_same_str(look, value);
    }
    if (type == &PyBytes_Type) {
        return is_same_bytes(look, value);
    }
    if (type == &PyLong_Type) {
        int64_t bits;
        return int_bits(value, &bits) && is_next(look, type, bits);
    }
    if (type == &PyFloat_Type) {
        return is_next(look, type, float_bits(value));
    }
    if (value == Py_None || type == &PyBool_Type) {
        return is_next(look, value, 0);
    }
    for (int i = 0; i < look->opened; i++) {
        if (look->open[i] == value) {
            return 0;
        }
    }
    if (look->opened == OPEN_MOST) {
        return 0;
    }
    look->open[look->opened++] = value;
    int same = is_same_compound(look, value, depth);
    look->opened--;
    return same;
}

/* -- writing down what is seen --------------------------------------------------------------------------- */

void replay_forgo(Writer *writer)
{
    Replays *notes = writer->notes;
    if (notes != NULL) {
        release(notes->making, notes->made);
        notes->made = 0;
        notes->is_taken = 0;
        writer->notes = NULL;
    }
}

void replay_note(Writer *writer, const void *what, int64_t bits)
{
    Replays *notes = writer->notes;
    if (notes->made == SEEN_MOST) {
        replay_forgo(writer);
    } else {
        notes->making[notes->made++] = (Seen){what, bits};
    }
}

void replay_note_scalar(Writer *writer, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyFloat_Type) {
        replay_note(writer, type, float_bits(value));
    } else if (type != &PyLong_Type) {
        replay_note(writer, value, 0);
    } else {
        int64_t bits;
        if (int_bits(value, &bits)) {
            replay_note(writer, type, bits);
        } else {
            replay_forgo(writer);
        }
    }
}

void replay_note_held(Writer *writer, PyObject *value)
{
    Replays *notes = writer->notes;
    if (notes == NULL) {
        return;
    }
    Py_ssize_t length = PyUnicode_CheckExact(value) ? PyUnicode_GET_LENGTH(value) : PyBytes_CheckExact(value) ? PyBytes_GET_SIZE(value) : HELD_MOST + 1;
    if (length > HELD_MOST) {
        replay_forgo(writer);
        return;
    }
    replay_note(writer, PyUnicode_CheckExact(value) ? &HELD_STR : &HELD_BYTES, (int64_t)(intptr_t)value);
    if (writer->notes != NULL) {
        Py_INCREF(value);
    }
}

void replay_note_pattern(Writer *writer, PyObject *value)
{
    replay_note(writer, &HELD_PATTERN, (int64_t)(intptr_t)value);
    if (writer->notes != NULL) {
        Py_INCREF(value);
    }
}

int replay_tells_redaction(const char *text, size_t size)
{
    static const char word[] = "redacted";
    const char *end = text + size;
    while ((size_t)(end - text) >= sizeof word - 1 && (text = memchr(text, 'r', (size_t)(end - text) - (sizeof word - 2))) != NULL) {
        if (memcmp(text, word, sizeof word - 1) == 0) {
            return 1;
        }
        text++;
    }
    return 0;
}

void replay_note_text(Writer *writer, PyObject *value, size_t at)
{
    if (writer->notes == NULL) {
        return;
    }
    if (replay_tells_redaction(writer->text->data + at, writer->text->size - at)) {
        replay_forgo(writer);
    } else {
        replay_note_held(writer, value);
    }
}

/* Whether a text of this size is short of no limit that depends on the room left, wherever in it. */
static int is_unbounded(const Writer *writer, size_t size, uint32_t count)
{
    return writer->left - (long long)size - 4 * (long long)count >= writer->values->string;
}

static Replay *place_of(Replays *replays, const PyObject *value)
{
    return &replays->table[((size_t)value >> 4 ^ (size_t)value >> 13) & (REPLAYS - 1)];
}

/* Keep what was seen of a value with its text. */
static void keep(Writer *writer, PyObject *value, Ref text)
{
    Replays *replays = &writer->values->replays;
    size_t count = replays->made, size = size_of(replays->making, count, text);
    if (size > REPLAYS_BYTES / 16) {
        return;
    }
    if (replays->size + size > REPLAYS_BYTES) {
        drop_all(replays);
    }
    Seen *kept = PyMem_Malloc(count * sizeof *kept);
    Replay *place = place_of(replays, value);
    if (kept == NULL || (place->value != NULL && place->value != value)) {
        PyMem_Free(kept);
        return;
    }
    memcpy(kept, replays->making, count * sizeof *kept);
    Replay was = *place;
    drop(replays, place);
    *place = (Replay){value, kept, ref_share(text), (uint32_t)count, was.trust, was.rest};
    replays->size += size;
    replays->made = 0; /* what it owned is the place's now */
}

/* Whether what is kept is what the value holds now. */
static int is_valid(const Writer *writer, const Replay *kept, PyObject *value)
{
    Look look = {writer->values, kept->seen, kept->seen + kept->count, .opened = 0};
    return is_unbounded(writer, ref_text(kept->text)->size, kept->count) && is_same(&look, value, 0) && look.at == look.end;
}

/* Whether to write down what is seen this time. */
static int is_worth_it(Replays *replays, Replay *place, const PyObject *value)
{
    if (place->value != value) { /* the first time: it may never come again */
        if (place->trust > 0) {
            place->trust--;
        } else {
            drop(replays, place);
            *place = (Replay){.value = value, .trust = 3};
        }
        return 0;
    }
    if (place->rest) {
        place->rest--;
        return 0;
    }
    if (place->seen != NULL && --place->trust < 0) {
        drop(replays, place);
        *place = (Replay){.value = value, .rest = REST};
        return 0;
    }
    return 1;
}

/* Write the value and refer to its text, and keep what was seen of it where that can be compared. */
static Ref write_noted(Writer *writer, PyObject *value)
{
    Replays *replays = &writer->values->replays;
    Text before = *writer->text;
    const Writer then = {.values = writer->values, .left = writer->left};
    replays->is_taken = 1;
    replays->made = 0;
    writer->notes = replays;
    Ref text = writer_value(writer, value, 0) < 0 ? NOTHING : writer_refer_since(writer, &before);
    if (writer->notes != NULL) {
        if (text != NOTHING && is_unbounded(&then, writer->text->size - before.size, replays->made)) {
            keep(writer, value, text);
        }
        replay_forgo(writer);
    }
    return text;
}

Ref replay_refer(Writer *writer, PyObject *value)
{
    Replays *replays = &writer->values->replays;
    Replay *place = place_of(replays, value);
    if (place->value == value && place->seen != NULL && is_valid(writer, place, value)) {
        place->trust += place->trust < TRUSTED;
        writer->left -= 2 + (long long)(ref_text(place->text)->size - ref_text(place->text)->beyond);
        return ref_share(place->text);
    }
    if (is_worth_it(replays, place, value) && !replays->is_taken) {
        return write_noted(writer, value);
    }
    Text before = *writer->text;
    return writer_value(writer, value, 0) < 0 ? NOTHING : writer_refer_since(writer, &before);
}
