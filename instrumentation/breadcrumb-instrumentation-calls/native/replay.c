#include "instances.h"
#include "writer.h"

enum { TRUSTED = 8, REST = 4, OPEN_MOST = 16 };

int replays_init(Replays *replays)
{
    replays->table = PyMem_Calloc(REPLAYS, sizeof *replays->table);
    if (replays->table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

void replays_free(Replays *replays)
{
    for (int i = 0; replays->table != NULL && i < REPLAYS; i++) {
        PyMem_Free(replays->table[i].seen);
    }
    PyMem_Free(replays->table);
    replays->table = NULL;
}

/* -- looking whether a value is still the same -------------------------------------------------------- */

typedef struct {
    Values *values;
    const Seen *at, *end;
    const char *text;
    char inside_instance;
    const PyObject *open[OPEN_MOST]; /* what is around, by identity: in itself a value is written as levels up */
    int opened;
} Look;

static inline int is_next(Look *look, const void *what, int64_t bits)
{
    return look->at != look->end && look->at->what == what && look->at++->bits == bits;
}

/* A str whose text is itself in quotes: the place in the text and the length. */
static inline int64_t quoted_bits(size_t at, Py_ssize_t length) { return (int64_t)(at << 32 | (size_t)length); }

static int is_same_str(Look *look, PyObject *value)
{
    if (look->at == look->end || look->at->what != &PyUnicode_Type || !PyUnicode_IS_COMPACT_ASCII(value)) {
        return 0;
    }
    size_t bits = (size_t)look->at++->bits, length = bits & 0xFFFFFFFF;
    return (size_t)PyUnicode_GET_LENGTH(value) == length &&
           memcmp(look->text + (bits >> 32), (PyASCIIObject *)value + 1, length) == 0;
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
    return PyUnicode_CheckExact(name) && is_same_str(look, name) && is_same(look, held, depth + 1);
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

static int is_same_instance(Look *look, PyObject *value, Py_ssize_t depth)
{
    const Plan *plan = plan_known(&look->values->plans, Py_TYPE(value));
    if (plan == NULL || plan->kind != PLAN_INSTANCE || !is_next(look, value, plan->serial)) {
        return 0;
    }
    if (look->inside_instance) {
        return 1;
    }
    look->inside_instance = 1;
    int same = are_same_fields(look, value, plan, depth);
    look->inside_instance = 0;
    return same;
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
    return is_same_instance(look, value, depth);
}

/* No Python code runs in here, so that nothing changes meanwhile. */
static int is_same(Look *look, PyObject *value, Py_ssize_t depth)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyUnicode_Type) {
        return is_same_str(look, value);
    }
    if (type == &PyLong_Type) {
        return PyUnstable_Long_IsCompact((PyLongObject *)value) &&
               is_next(look, type, PyUnstable_Long_CompactValue((PyLongObject *)value));
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
    if (writer->notes != NULL) {
        writer->notes->is_taken = 0;
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
    } else if (PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        replay_note(writer, type, PyUnstable_Long_CompactValue((PyLongObject *)value));
    } else {
        replay_forgo(writer);
    }
}

void replay_note_str(Writer *writer, PyObject *str, size_t at)
{
    size_t length = (size_t)PyUnicode_GET_LENGTH(str);
    const char *text = writer->text->data + at;
    if (PyUnicode_IS_COMPACT_ASCII(str) && writer->text->size - at == length + 2 && text[0] == '"' &&
        memcmp(text + 1, (PyASCIIObject *)str + 1, length) == 0) {
        replay_note(writer, &PyUnicode_Type, quoted_bits(at + 1 - writer->noted_from, (Py_ssize_t)length));
    } else {
        replay_forgo(writer);
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

static void keep(Writer *writer, PyObject *value, const Text *before)
{
    Replays *replays = &writer->values->replays;
    size_t size = writer->text->size - before->size, count = replays->made;
    Replay *place = place_of(replays, value);
    if (place->value != value || size > REPLAY_TEXT_MOST || writer->text->beyond != before->beyond) {
        return;
    }
    Seen *kept = PyMem_Realloc(place->seen, count * sizeof *kept + size);
    if (kept == NULL) {
        return;
    }
    memcpy(kept, replays->making, count * sizeof *kept);
    memcpy(kept + count, writer->text->data + before->size, size);
    place->seen = kept;
    place->count = (uint32_t)count;
    place->size = (uint32_t)size;
}

/* Whether what is kept is what the value holds now. */
static int is_valid(const Writer *writer, const Replay *kept, PyObject *value)
{
    Look look = {writer->values, kept->seen, kept->seen + kept->count, (const char *)(kept->seen + kept->count), .opened = 0};
    return is_unbounded(writer, kept->size, kept->count) && is_same(&look, value, 0) && look.at == look.end;
}

/* Whether to write down what is seen this time. */
static int is_worth_it(Replay *place, const PyObject *value)
{
    if (place->value != value) { /* the first time: it may never come again */
        if (place->trust > 0) {
            place->trust--;
        } else {
            PyMem_Free(place->seen);
            *place = (Replay){.value = value, .trust = 3};
        }
        return 0;
    }
    if (place->rest) {
        place->rest--;
        return 0;
    }
    if (place->seen != NULL && --place->trust < 0) {
        PyMem_Free(place->seen);
        *place = (Replay){.value = value, .rest = REST};
        return 0;
    }
    return 1;
}

int replay_value(Writer *writer, PyObject *value)
{
    Replays *replays = &writer->values->replays;
    Replay *place = place_of(replays, value);
    if (place->value == value && place->seen != NULL && is_valid(writer, place, value)) {
        place->trust += place->trust < TRUSTED;
        writer->left -= 2 + (long long)place->size;
        return text_ascii(writer->text, (const char *)(place->seen + place->count), place->size);
    }
    if (!is_worth_it(place, value) || replays->is_taken) {
        return writer_value(writer, value, 0);
    }
    Text before = *writer->text;
    long long left = writer->left;
    replays->is_taken = 1;
    replays->made = 0;
    writer->notes = replays;
    writer->noted_from = before.size;
    int failed = writer_value(writer, value, 0);
    if (writer->notes != NULL) {
        Writer then = {.values = writer->values, .left = left};
        if (!failed && is_unbounded(&then, writer->text->size - before.size, replays->made)) {
            keep(writer, value, &before);
        }
        replay_forgo(writer);
    }
    return failed;
}
