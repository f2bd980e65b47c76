#include "writer.h"

int
patterns_init(Patterns *patterns)
{
    PyObject *module = PyImport_ImportModule("re");
    patterns->type = module == NULL ? NULL : PyObject_GetAttrString(module, "Pattern");
    Py_XDECREF(module);
    if (patterns->type == NULL) {
        return -1;
    }
    patterns->table = PyMem_Calloc(PATTERNS, sizeof *patterns->table);
    if (patterns->table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

void
patterns_free(Patterns *patterns)
{
    for (int i = 0; patterns->table != NULL && i < PATTERNS; i++) {
        Py_XDECREF(patterns->table[i].pattern);
        ref_release(patterns->table[i].text);
    }
    PyMem_Free(patterns->table);
    Py_XDECREF(patterns->type);
    *patterns = (Patterns){0};
}

int
patterns_visit(const Patterns *patterns, visitproc visit, void *arg)
{
    Py_VISIT(patterns->type);
    for (int i = 0; patterns->table != NULL && i < PATTERNS; i++) {
        Py_VISIT(patterns->table[i].pattern);
    }
    return 0;
}

static Remembered *
place_of(const Patterns *patterns, const PyObject *pattern)
{
    return &patterns->table[((size_t)pattern >> 4 ^ (size_t)pattern >> 13) & (PATTERNS - 1)];
}

enum { AROUND = 4 /* characters that count as text besides that of the pattern */ };

/* Whether there is room for a text of this size wherever in it room counts. */
static int
is_room(Writer *writer, long long left, size_t size)
{
    left -= (long long)size + AROUND;
    replay_note_left(writer, left);
    return replay_is_room(writer->values, left);
}

/* What was redacted in a text is counted each time, and what there was little room for may be longer another time. */
static int
may_remember(Writer *writer, const Text *before, long long left)
{
    const Text *text = writer->text;
    size_t size = text->size - before->size;
    return is_room(writer, left, size) && !replay_tells_redaction(text->data + before->size, size);
}

static void
remember(Writer *writer, PyObject *pattern, const Text *before)
{
    Ref text = writer_refer_since(writer, before);
    if (text == NOTHING) {
        PyErr_Clear();
        return;
    }
    Remembered *place = place_of(&writer->values->patterns, pattern), old = *place;
    *place = (Remembered){Py_NewRef(pattern), text};
    ref_release(old.text);
    Py_XDECREF(old.pattern);
}

int
write_pattern(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth)
{
    const Remembered *known = place_of(&writer->values->patterns, value);
    if (known->pattern == value && is_room(writer, writer->left, ref_text(known->text)->size)) {
        replay_note_pattern(writer, value);
        return ref_append(writer->text, known->text);
    }
    Replays *notes = writer->notes;
    Text before = *writer->text;
    long long left = writer->left;
    writer->notes = NULL;
    int failed = write_summary(writer, value, plan, depth);
    writer->notes = notes;
    if (!failed && may_remember(writer, &before, left)) {
        remember(writer, value, &before);
        replay_note_pattern(writer, value);
    }
    else {
        replay_forgo(writer);
    }
    return failed;
}
