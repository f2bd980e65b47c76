#include "writer.h"

/* The last key of an object, which counts those that are left out. */
static int
write_more_members(Writer *writer, Py_ssize_t more, int is_first)
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

static int
stands_already(const Text *text, const Key *keys, Py_ssize_t count, Key key)
{
    for (Py_ssize_t i = 0; i < count; i++) {
        if (keys[i].size == key.size && memcmp(text->data + keys[i].at, text->data + key.at, key.size) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The rule by which `{"name": x, "value": y}` holds a secret: a new reference, or NULL; -1 with an exception set. */
static int
item_rule(Writer *writer, const Copied *copied, PyObject **rule)
{
    PyObject *named = NULL;
    int has_value = 0;
    *rule = NULL;
    for (Py_ssize_t i = 0; i < copied->count; i += 2) {
        PyObject *key = copied->items[i];
        if (!PyUnicode_CheckExact(key) || PyUnicode_GET_LENGTH(key) > 12) {
            continue;
        }
        int is_name, is_value;
        note_item_key(writer->values, key, &is_name, &is_value);
        if (named == NULL && is_name && PyUnicode_CheckExact(copied->items[i + 1])) {
            named = copied->items[i + 1];
        }
        has_value |= is_value;
    }
    return named == NULL || !has_value ? 0 : rule_of(writer->values, named, rule);
}

/* The rule of a member: its name's, or the item's where it is the item's value. Takes and gives a reference. */
static PyObject *
rule_of_member(PyObject *rule, PyObject *item, PyObject *name)
{
    return rule == NULL && item != NULL && is_item_value(name) ? Py_NewRef(item) : rule;
}

/* The members that are written of an object. */
typedef struct {
    Key *keys;
    Py_ssize_t written;
    PyObject *item; /* the rule of the object's value, or NULL */
    int may_repeat; /* a key may stand already */
} Members;

/* Write a member of which nothing is known; 1 where its key stands already. */
static int
write_new_member(Writer *writer, Members *members, Key *key, PyObject *name, PyObject *value, Py_ssize_t depth)
{
    PyObject *rule;
    Part part = replay_begin_member(writer);
    size_t length = text_length(writer->text);
    int is_odd = 0;
    if (write_key(writer, name, &is_odd, &rule) < 0) {
        return -1;
    }
    key->size = writer->text->size - key->at;
    members->may_repeat |= is_odd;
    if (members->may_repeat && stands_already(writer->text, members->keys, members->written, *key)) {
        Py_XDECREF(rule);
        return 1;
    }
    if (is_odd) {
        replay_note_text(writer, name, key->at);
    }
    else { /* its text is itself */
        replay_note_held(writer, name);
    }
    writer->left -= (long long)(text_length(writer->text) - length);
    rule = rule_of_member(rule, members->item, name);
    int failed = APPEND(writer, ": ") < 0 || writer_named(writer, rule, value, depth) < 0;
    Py_XDECREF(rule);
    if (writer->opened == 1) {
        int may_stand = members->item == NULL && !is_odd && replay_is_long(value);
        replay_end_member(writer, part, members->written, may_stand ? key->size : 0);
    }
    return failed ? -1 : 0;
}

/* Write a member behind what separates it from others; 1 where its key stands already. */
static int
write_member(Writer *writer, Members *members, PyObject *name, PyObject *value, Py_ssize_t depth)
{
    long long left = writer->left;
    Key key = {writer->text->size, 0};
    int done = writer->opened == 1 && members->item == NULL && replay_is_long(value)
                   ? replay_member(writer, members->written, name, value, depth, &key.size)
                   : 0;
    int repeats = done > 0 && members->may_repeat && stands_already(writer->text, members->keys, members->written, key);
    if (repeats) {
        writer->left = left;
    }
    else if (done == 0) {
        repeats = write_new_member(writer, members, &key, name, value, depth);
    }
    if (done < 0 || repeats) {
        return done < 0 ? -1 : repeats;
    }
    members->keys[members->written++] = key;
    return 0;
}

/* The members that there is room for, each key once; how many, or -1. */
static Py_ssize_t
write_open_members(Writer *writer, const Copied *copied, Members members, Py_ssize_t depth, int has_head)
{
    for (Py_ssize_t i = 0; i < copied->count && writer->left > 0; i += 2) {
        PyObject *name = copied->items[i];
        if (!PyUnicode_CheckExact(name)) {
            replay_forgo(writer);
            continue;
        }
        Text before = *writer->text;
        if ((has_head || members.written) && APPEND(writer, ", ") < 0) {
            return -1;
        }
        int repeats = write_member(writer, &members, name, copied->items[i + 1], depth);
        if (repeats < 0) {
            return -1;
        }
        if (repeats) {
            replay_forgo(writer);
            text_back(writer->text, &before);
        }
    }
    return members.written;
}

int
write_members(Writer *writer, PyObject *owner, const Copied *copied, Py_ssize_t length, Py_ssize_t depth, int has_head,
              int may_repeat)
{
    Py_ssize_t written = 0;
    if (!is_closed(writer, length, depth)) {
        Key first[COPIED_AT_FIRST / 2];
        Key *keys = copied->items == copied->first ? first : PyMem_Malloc((size_t)copied->count * sizeof *keys);
        if (keys == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        PyObject *item;
        int failed = writer_open(writer, owner) < 0 || item_rule(writer, copied, &item) < 0;
        Members members = {keys, 0, failed ? NULL : item, may_repeat};
        written = failed ? -1 : write_open_members(writer, copied, members, depth, has_head);
        if (!failed) {
            Py_XDECREF(item);
        }
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
