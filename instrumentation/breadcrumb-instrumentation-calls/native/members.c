#include "writer.h"

/* The last key of an object, which counts those that are left out. */
static int write_more_members(Writer *writer, Py_ssize_t more, int is_first)
{
    if (!is_first && APPEND(writer, ", ") < 0) {
        return -1;
    }
    return APPEND(writer, "\"@more\": ") < 0 ? -1 : text_number(writer->text, more);
}

/* Where in the text a key stands. */
typedef struct {
    size_t at, size;
} Key;

static int stands_already(const Text *text, const Key *keys, Py_ssize_t count, Key key)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (keys[i].size == key.size && memcmp(text->data + keys[i].at, text->data + key.at, key.size) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The members that there is room for, each key once; how many, or -1. */
static Py_ssize_t write_open_members(Writer *writer, const Copied *copied, Key *keys, Py_ssize_t depth, int has_head, int may_repeat)
{
    Py_ssize_t written = 0;
    for (Py_ssize_t i = 0; i < copied->count && writer->left > 0; i += 2) {
        PyObject *name = copied->items[i];
        if (!PyUnicode_CheckExact(name)) {
            replay_forgo(writer);
            continue;
        }
        Text before = *writer->text;
        if ((has_head || written) && APPEND(writer, ", ") < 0) {
            return -1;
        }
        Key key = {writer->text->size, 0};
        size_t length = text_length(writer->text);
        PyObject *rule;
        if (write_key(writer, name, &may_repeat, &rule) < 0) {
            return -1;
        }
        key.size = writer->text->size - key.at;
        if (may_repeat && stands_already(writer->text, keys, written, key)) {
            replay_forgo(writer);
            text_back(writer->text, &before);
            Py_XDECREF(rule);
            continue;
        }
        if (writer->notes != NULL) {
            replay_note_str(writer, name, key.at);
        }
        keys[written++] = key;
        writer->left -= (long long)(text_length(writer->text) - length);
        int failed = APPEND(writer, ": ") < 0 || writer_named(writer, rule, copied->items[i + 1], depth) < 0;
        Py_XDECREF(rule);
        if (failed) {
            return -1;
        }
    }
    return written;
}

int write_members(Writer *writer, PyObject *owner, const Copied *copied, Py_ssize_t length, Py_ssize_t depth, int has_head, int may_repeat)
{
    Py_ssize_t written = 0;
    if (!is_closed(writer, length, depth)) {
        Key first[COPIED_AT_FIRST / 2];
        Key *keys = copied->items == copied->first ? first : PyMem_Malloc((size_t)copied->count * sizeof *keys);
        if (keys == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        written = writer_open(writer, owner) < 0 ? -1 : write_open_members(writer, copied, keys, depth, has_head, may_repeat);
        if (keys != first) {
            PyMem_Free(keys);
        }
        if (written < 0) {
            return -1;
        }
        writer_close(writer);
    }
    if (length > written && write_more_members(writer, length - written, !has_head && !written) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}
