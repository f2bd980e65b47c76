/* Writing down what is seen of a value while it is written. */
#include "parts.h"

const char SEEN_CLASS, SEEN_STR, SEEN_BYTES, SEEN_PATTERN, SEEN_PAIR;

int64_t
seen_float(PyObject *value)
{
    int64_t bits;
    double number = PyFloat_AS_DOUBLE(value);
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* Freeing a str or bytes runs no code of the program; a pattern may have a weak reference that calls some. */
void
seen_release(const Seen *seen, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (seen_owns(&seen[i])) {
            Py_DECREF(seen_owned(&seen[i]));
        }
    }
}

void
replay_forgo(Writer *writer)
{
    Replays *notes = writer->notes;
    if (notes != NULL) {
        seen_release(notes->making, notes->made);
        notes->made = 0;
        notes->is_taken = 0;
        writer->notes = NULL;
    }
}

void
replay_note(Writer *writer, const void *what, int64_t bits)
{
    Replays *notes = writer->notes;
    if (notes->made == SEEN_MOST) {
        replay_forgo(writer);
    }
    else {
        notes->making[notes->made++] = (Seen){what, bits};
    }
}

void
replay_note_scalar(Writer *writer, PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    if (type == &PyFloat_Type) {
        replay_note(writer, type, seen_float(value));
    }
    else if (type != &PyLong_Type) {
        replay_note(writer, value, 0);
    }
    else {
        int64_t bits;
        if (seen_int(value, &bits)) {
            replay_note(writer, type, bits);
        }
        else {
            replay_forgo(writer);
        }
    }
}

void
replay_note_held(Writer *writer, PyObject *value)
{
    Replays *notes = writer->notes;
    if (notes == NULL) {
        return;
    }
    Py_ssize_t length = PyUnicode_CheckExact(value) ? PyUnicode_GET_LENGTH(value)
                        : PyBytes_CheckExact(value) ? PyBytes_GET_SIZE(value)
                                                    : HELD_MOST + 1;
    if (length > HELD_MOST) {
        replay_forgo(writer);
        return;
    }
    replay_note(writer, PyUnicode_CheckExact(value) ? &SEEN_STR : &SEEN_BYTES, (int64_t)(intptr_t)value);
    if (writer->notes != NULL) {
        Py_INCREF(value);
    }
}

void
replay_note_pattern(Writer *writer, PyObject *value)
{
    if (writer->notes == NULL) {
        return;
    }
    replay_note(writer, &SEEN_PATTERN, (int64_t)(intptr_t)value);
    if (writer->notes != NULL) {
        Py_INCREF(value);
    }
}

/* A pair may be a secret's name and value, which is told even where items are only counted. */
static void
note_counted_pair(Writer *writer, PyObject *name, PyObject *value)
{
    if (!replay_may_be_secret(value)) {
        replay_note(writer, &SEEN_PAIR, 0);
    }
    else if (PyUnicode_CheckExact(name) && PyUnicode_CheckExact(value)) {
        replay_note_held(writer, name);
        replay_note_held(writer, value);
    }
    else {
        replay_forgo(writer);
    }
}

void
replay_note_items(Writer *writer, const void *type, Py_ssize_t length, PyObject *const *items, Py_ssize_t depth)
{
    NOTE(writer, type, length);
    if (length != 2 || writer->notes == NULL) {
        return;
    }
    if (writer->values->items < 2) {
        replay_forgo(writer);
    }
    else if (depth >= writer->values->depth) {
        note_counted_pair(writer, items[0], items[1]);
    }
}

int
replay_tells_redaction(const char *text, size_t size)
{
    static const char word[] = "redacted";
    const char *end = text + size;
    while ((size_t)(end - text) >= sizeof word - 1 &&
           (text = memchr(text, 'r', (size_t)(end - text) - (sizeof word - 2))) != NULL) {
        if (memcmp(text, word, sizeof word - 1) == 0) {
            return 1;
        }
        text++;
    }
    return 0;
}

void
replay_note_text(Writer *writer, PyObject *value, size_t at)
{
    if (writer->notes == NULL) {
        return;
    }
    if (replay_tells_redaction(writer->text->data + at, writer->text->size - at)) {
        replay_forgo(writer);
    }
    else {
        replay_note_held(writer, value);
    }
}
