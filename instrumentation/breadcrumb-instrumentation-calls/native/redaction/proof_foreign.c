/* Texts with characters beyond ASCII: clear where no name in them may mean a secret, and what is left is clear whatever
   stands in the place of those characters.

   Rules know words of many languages, and letters beyond ASCII are part of a word to some and end it to others. */
#include "foreign.h"
#include "proof.h"
#include "values/writer.h"

enum { FOREIGN = 0x80 /* with the ASCII letter that it is without its accent */, NO_LETTER = 2 };

/* Copy the text, letters beyond ASCII marked; 0 where a character may be more to a rule, or a stem has some. */
static int
copy_plain(const Stems *stems, PyObject *str, unsigned char *text, Py_ssize_t length)
{
    int kind = PyUnicode_KIND(str);
    const void *data = PyUnicode_DATA(str);
    for (Py_ssize_t at = 0; at < length; at++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, at);
        if (c < 128) {
            text[at] = (unsigned char)c;
            continue;
        }
        ForeignKind what = foreign_kind(c);
        if (what == FOREIGN_ODD || foreign_stem_around(&stems->foreign, str, (size_t)length, (size_t)at)) {
            return 0;
        }
        Py_UCS4 bare = foreign_bare(c);
        text[at] = what == FOREIGN_SIGN ? NO_LETTER : (unsigned char)(bare < 128 ? FOREIGN | bare : FOREIGN);
    }
    return 1;
}

static int
has_foreign(const Passage *passage, size_t begin, size_t end)
{
    while (begin < end && passage->text[begin] < FOREIGN) {
        begin++;
    }
    return begin < end;
}

static int
is_of_name(unsigned char c)
{
    return is_of(c, NAME) || c >= FOREIGN;
}

/* Where the two words begin that stand before this place, and where those end that follow one. */
static size_t
two_words_before(const Passage *passage, size_t begin)
{
    for (int words = 0; words < 2; words++) {
        size_t blank = back_over(passage, begin, " \t");
        if (blank == begin) {
            break;
        }
        for (begin = blank; begin > 0 && is_of_name(passage->text[begin - 1]); begin--) {
        }
    }
    return begin;
}

static size_t
two_words_after(const Passage *passage, size_t end)
{
    for (int words = 0; words < 2 && end < passage->length && memchr(" \t", passage->text[end], 2) != NULL; words++) {
        for (end++; end < passage->length && is_of_name(passage->text[end]); end++) {
        }
    }
    return end;
}

/* Whether a name may mean a secret, alone or with words beside it, or has letters beyond ASCII there. */
static int
may_mean(Values *values, const Passage *passage, size_t begin, size_t end)
{
    size_t last = two_words_after(passage, end);
    if (has_foreign(passage, two_words_before(passage, begin), last)) {
        return 1;
    }
    int found = is_secret(values, passage, begin, end);
    found = found == 0 ? may_be_phrase(values, passage, begin, end) : found;
    return found == 0 ? is_secret(values, passage, begin, last) : found;
}

/* Whether one of the names may; `bare` is the text without accents. */
static int
may_hold_name(Values *values, const Passage *passage, const unsigned char *bare)
{
    int found = 0;
    for (size_t begin = 0, end; begin < passage->length && found == 0; begin = end + 1) {
        for (end = begin; end < passage->length && is_of_name(passage->text[end]); end++) {
        }
        if (end > begin && scan_stem(&values->stems, bare + begin, (Py_ssize_t)(end - begin))) {
            found = may_mean(values, passage, begin, end);
        }
    }
    return found;
}

/* Whether an escape stands for what may be part of a name, or of another escape. */
static int
may_spell_name(const Passage *passage)
{
    for (size_t at = 0, size; at < passage->length; at++) {
        int character = is_of(passage->text[at], OF_ESCAPE) ? escaped(passage, at, &size) : -1;
        if (character > 127 || (character >= 0 && (is_of((unsigned char)character, NAME | OF_ESCAPE) ||
                                                   character == ' ' || character == '\t'))) {
            return 1;
        }
    }
    return 0;
}

/* Whether the text is clear with this in the place of each letter beyond ASCII. */
static int
is_clear_with(Values *values, const Passage *passage, unsigned char *room, unsigned char instead)
{
    for (size_t at = 0; at < passage->length; at++) {
        room[at] = passage->text[at] >= FOREIGN ? instead : passage->text[at];
    }
    return proof_of(values, room, passage->length, passage->is_head);
}

static int
prove(Values *values, const Passage *passage, unsigned char *room)
{
    if (words_tell(&values->stems.words, passage->text, passage->length, MEANING) || may_spell_name(passage)) {
        return 0;
    }
    for (size_t at = 0; at < passage->length; at++) {
        room[at] = passage->text[at] & (FOREIGN - 1);
    }
    int found = may_hold_name(values, passage, room);
    if (found) {
        return found < 0 ? -1 : 0;
    }
    int clear = is_clear_with(values, passage, room, NO_LETTER);
    return clear > 0 ? is_clear_with(values, passage, room, 'x') : clear;
}

int
proof_of_foreign(Values *values, PyObject *str, Py_ssize_t length, int is_head)
{
    if (!values->stems.usable) {
        return 0;
    }
    unsigned char *text = PyMem_Malloc(2 * (size_t)length + 1);
    if (text == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Passage passage = {text, (size_t)length, is_head, 0};
    int clear = copy_plain(&values->stems, str, text, length) ? prove(values, &passage, text + length) : 0;
    PyMem_Free(text);
    return clear;
}
