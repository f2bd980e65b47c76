#include "parts.h"

enum { TRUSTED = 8, REST = 4 };
#define TOO_MUCH (1LL << 40)

int
replays_init(Replays *replays)
{
    replays->table = PyMem_Calloc(REPLAYS, sizeof *replays->table);
    if (replays->table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* What is kept of so much that was seen, with the text and about what is owned. */
static size_t
size_of(const Replays *made, Ref text)
{
    size_t size = made->made * sizeof(Seen) + made->part_count * sizeof(Part) + ref_text(text)->size;
    for (size_t i = 0; i < made->made; i++) {
        const Seen *seen = &made->making[i];
        size += seen_owns(seen) ? (size_t)Py_SIZE(seen_owned(seen)) + sizeof(PyASCIIObject) : 0;
    }
    return size;
}

/* That may call Python, which may come here again. */
static void
release(Replays *replays, const Replay *old)
{
    if (old->seen != NULL) {
        replays->size -= old->size;
        seen_release(old->seen, old->count);
    }
    PyMem_Free(old->seen);
    ref_release(old->text);
}

/* Put another in its place, then let go of it. */
static void
replace(Replays *replays, Replay *place, Replay by)
{
    Replay old = *place;
    *place = by;
    release(replays, &old);
}

static void
drop_all(Replays *replays)
{
    for (int i = 0; replays->table != NULL && i < REPLAYS; i++) {
        replace(replays, &replays->table[i], (Replay){0});
    }
}

void
replays_free(Replays *replays)
{
    drop_all(replays);
    PyMem_Free(replays->table);
    replays->table = NULL;
}

static Replay *
place_of(Replays *replays, const PyObject *value)
{
    return &replays->table[((size_t)value >> 4 ^ (size_t)value >> 13) & (REPLAYS - 1)];
}

/* Keep what was seen of a value with its text. */
static void
keep(Writer *writer, PyObject *value, Ref text, long long takes)
{
    Replays *replays = &writer->values->replays;
    size_t count = replays->made, parts = replays->part_count;
    size_t size = size_of(replays, text);
    if (size > REPLAYS_BYTES / 16) {
        return;
    }
    if (replays->size + size > REPLAYS_BYTES) {
        drop_all(replays);
    }
    Seen *kept = PyMem_Malloc(count * sizeof *kept + parts * sizeof(Part));
    Replay *place = place_of(replays, value);
    if (kept == NULL || (place->value != NULL && place->value != value)) {
        PyMem_Free(kept);
        return;
    }
    memcpy(kept, replays->making, count * sizeof *kept);
    memcpy(kept + count, replays->parts, parts * sizeof(Part));
    replays->size += size;
    replays->made = 0; /* what it owned is the place's now */
    replace(replays, place,
            (Replay){value, kept, (Part *)(kept + count), ref_share(text), takes, (uint32_t)count, (uint32_t)parts,
                     (uint32_t)size, place->trust, place->rest});
}

/* Whether what is kept is what the value holds now. */
static int
is_valid(const Writer *writer, const Replay *kept, PyObject *value)
{
    return replay_is_room(writer->values, writer->left - kept->takes) &&
           replay_look(writer->values, kept->seen, kept->count, value);
}

/* Whether to write down what is seen this time. */
static int
is_worth_it(Replays *replays, Replay *place, const PyObject *value)
{
    if (place->value != value) { /* the first time: it may never come again */
        if (place->trust > 0) {
            place->trust--;
        }
        else {
            replace(replays, place, (Replay){.value = value, .trust = 3});
        }
        return 0;
    }
    if (place->rest) {
        place->rest--;
        return 0;
    }
    if (place->seen != NULL && --place->trust < 0) {
        replace(replays, place, (Replay){.value = value, .rest = REST});
        return 0;
    }
    return 1;
}

/* Write the value and refer to its text, and keep what was seen of it where that can be compared. */
static Ref
write_noted(Writer *writer, PyObject *value)
{
    Replays *replays = &writer->values->replays;
    Text before = *writer->text;
    long long left = writer->left;
    replays->is_taken = 1;
    replays->made = replays->part_count = 0;
    replays->before = before;
    replays->again = 0;
    writer->notes = replays;
    writer->lowest = left;
    Ref text = writer_value(writer, value, 0) < 0 ? NOTHING : writer_refer_since(writer, &before);
    if (writer->notes != NULL) {
        int is_whole = replay_is_room(writer->values, writer->lowest);
        if (text != NOTHING && (is_whole || replays->part_count)) {
            keep(writer, value, text, is_whole ? left - writer->lowest : TOO_MUCH);
        }
        replay_forgo(writer);
    }
    return text;
}

/* The same of one of which it may be known what was seen before. That is no one else's meanwhile. */
static Ref
write_anew(Writer *writer, Replay *place, PyObject *value)
{
    Replays *replays = &writer->values->replays;
    Replay old = *place;
    *place = (Replay){.value = value, .trust = old.trust, .rest = old.rest};
    writer->old = old.seen == NULL ? NULL : &old;
    Ref text = write_noted(writer, value);
    writer->old = NULL;
    if (text != NOTHING && 2 * replays->again > ref_size_most(text) && place->value == value) {
        place->trust += place->trust < TRUSTED; /* it changes, but little */
    }
    release(replays, &old);
    return text;
}

Ref
replay_refer(Writer *writer, PyObject *value)
{
    Replays *replays = &writer->values->replays;
    Replay *place = place_of(replays, value);
    if (place->value == value && place->seen != NULL && is_valid(writer, place, value)) {
        place->trust += place->trust < TRUSTED;
        writer->left -= 2 + (long long)(ref_text(place->text)->size - ref_text(place->text)->beyond);
        return ref_share(place->text);
    }
    if (is_worth_it(replays, place, value) && !replays->is_taken) {
        return write_anew(writer, place, value);
    }
    Text before = *writer->text;
    return writer_value(writer, value, 0) < 0 ? NOTHING : writer_refer_since(writer, &before);
}
