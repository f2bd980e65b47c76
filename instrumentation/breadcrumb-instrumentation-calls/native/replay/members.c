/* Members of a value that changed in others: what still holds what it held is not written anew. */
#include "parts.h"

/* Whether what was seen before is of the same kind: the same object of the same class, or a dict. */
static int
is_same_owner(const Replay *old, const Replays *notes)
{
    return notes->made && old->seen->what == notes->making->what &&
           (old->seen->bits == notes->making->bits || old->seen->what == &PyDict_Type);
}

static void
note_again(Replays *notes, const Seen *seen, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (seen_owns(&seen[i])) {
            Py_INCREF(seen_owned(&seen[i]));
        }
    }
    memcpy(notes->making + notes->made, seen, count * sizeof *seen);
    notes->made += (uint32_t)count;
}

int
replay_member(Writer *writer, Py_ssize_t index, PyObject *name, PyObject *value, Py_ssize_t depth, size_t *name_size)
{
    const Replay *old = writer->old;
    Replays *notes = writer->notes;
    if (old == NULL || notes == NULL || index >= old->part_count || !is_same_owner(old, notes)) {
        return 0;
    }
    const Part *part = &old->parts[index];
    const Seen *seen = old->seen + part->seen;
    size_t count = part->seen_end - part->seen, size = part->text_end - part->text;
    long long left = writer->left - (long long)(size - part->beyond);
    if (count == 0 || notes->made + count > SEEN_MOST || !replay_is_room(writer->values, left) ||
        !replay_look_member(writer, seen, count, name, value, depth)) {
        return 0;
    }
    Part again = replay_begin_member(writer);
    if (text_ascii(writer->text, ref_text(old->text)->data + part->text, size) < 0) {
        return -1;
    }
    writer->text->beyond += part->beyond;
    writer->left = left;
    replay_note_left(writer, left);
    note_again(notes, seen, count);
    notes->again += size;
    *name_size = part->name;
    replay_end_member(writer, again, index, part->name);
    return 1;
}

Part
replay_begin_member(const Writer *writer)
{
    const Replays *notes = writer->notes;
    return notes == NULL ? (Part){0}
                         : (Part){.seen = notes->made,
                                  .text = (uint32_t)(writer->text->size - notes->before.size),
                                  .beyond = (uint32_t)writer->text->beyond};
}

void
replay_end_member(Writer *writer, Part part, Py_ssize_t index, size_t name_size)
{
    Replays *notes = writer->notes;
    if (notes == NULL || index >= PARTS_MOST) {
        return;
    }
    part.seen_end = name_size && replay_is_room(writer->values, writer->left) ? notes->made : part.seen;
    part.text_end = (uint32_t)(writer->text->size - notes->before.size);
    part.beyond = (uint32_t)writer->text->beyond - part.beyond;
    part.name = (uint32_t)name_size;
    notes->parts[index] = part;
    notes->part_count = (uint32_t)index + 1;
}
