#include "scan.h"

#include <string.h>

enum {
    DIGIT = 1,
    BLANK = 2,     /* ends a run: space, tab, newline, return */
    SEPARATOR = 4, /* between a name and its value */
    TELLING = 8,   /* of escapes in URLs, strings and HTML */
    ESCAPED = 16,  /* in JSON */
    SPACED = 32,   /* a space: ends what is_telling() looks for */
    SIGNED = 64,   /* of a word that looks like a password */
};

enum { LONG_RUN = 15, MANY_DIGITS = 8 };

static const unsigned char CLASS[128] = {
    [0 ... 8] = ESCAPED,
    ['\t'] = ESCAPED | BLANK | SEPARATOR,
    ['\n'] = ESCAPED | BLANK | SEPARATOR,
    [11 ... 12] = ESCAPED,
    ['\r'] = ESCAPED | BLANK,
    [14 ... 31] = ESCAPED,
    [' '] = BLANK | SPACED,
    ['"'] = ESCAPED | SEPARATOR,
    ['\\'] = ESCAPED | TELLING,
    ['\''] = SEPARATOR,
    ['-'] = SEPARATOR,
    ['<'] = SEPARATOR,
    ['='] = SEPARATOR,
    ['|'] = SEPARATOR,
    ['@'] = SEPARATOR,
    [':'] = SEPARATOR,
    ['%'] = TELLING,
    ['&'] = TELLING,
    ['!'] = SIGNED,
    ['#'] = SIGNED,
    ['$'] = SIGNED,
    ['^'] = SIGNED,
    ['*'] = SIGNED,
    ['+'] = SIGNED,
    ['~'] = SIGNED,
    ['0' ... '9'] = DIGIT,
};

int
scan_init(Stems *stems, PyObject *words, PyObject *programs)
{
    *stems = (Stems){0};
    if (words == Py_None) {
        return 0;
    }
    stems->usable = stems->named = 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(words); i++) {
        PyObject *word = PyTuple_GET_ITEM(words, i);
        Py_ssize_t length = PyUnicode_GET_LENGTH(word);
        stems->named &= !PyUnicode_IS_ASCII(word) || (length >= 2 && length <= 255); /* only ASCII is judged by stems */
    }
    return words_init(&stems->words, words, programs) < 0 ? -1 : foreign_stems_init(&stems->foreign, words);
}

void
scan_free(Stems *stems)
{
    words_free(&stems->words);
    foreign_stems_free(&stems->foreign);
    *stems = (Stems){0};
}

#define LAST(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* Whether the last four characters are of what a credential follows with no separator (Redactor._may_name): `asic `,
   `earer `, `word `, `pass `, `auth `. */
static inline int
is_telling(uint32_t last)
{
    return (last == LAST('s', 'i', 'c', ' ')) | (last == LAST('r', 'e', 'r', ' ')) |
           (last == LAST('o', 'r', 'd', ' ')) | (last == LAST('a', 's', 's', ' ')) | (last == LAST('u', 't', 'h', ' '));
}

int
scan_stem(const Stems *stems, const unsigned char *text, Py_ssize_t length)
{
    return words_tell(&stems->words, text, (size_t)length, STEM);
}

/* Of what is not ASCII: the colon and the equals sign of full width are separators too. */
static inline unsigned
class_beyond(Py_UCS4 c)
{
    return c == 0xFF1A || c == 0xFF1D ? SEPARATOR : 0;
}

static inline __attribute__((always_inline)) int
scan(const Stems *stems, int kind, int ascii, const void *data, Py_ssize_t length)
{
    unsigned seen = 0;
    int telling = 0, run = 0, digits = 0, wide = 0;
    uint32_t last = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        unsigned class = !ascii && c >= 128 ? (wide = 1, class_beyond(c)) : CLASS[c];
        seen |= class;
        digits += class & DIGIT;
        run = class & BLANK ? 0 : run + 1;
        last = last << 8 | (c & 0xFF);
        if (class & SPACED) {
            telling |= is_telling(last);
        }
        if (run >= LONG_RUN) {
            return 0;
        }
    }
    if (!stems->usable || seen & TELLING || digits >= MANY_DIGITS) {
        return 0;
    }
    int is_separated = seen & SEPARATOR || (digits && (wide || seen & (SPACED | SIGNED)));
    if (is_separated ? !stems->named || wide || kind != PyUnicode_1BYTE_KIND || scan_stem(stems, data, length)
                     : telling) {
        return 0;
    }
    return SCAN_HARMLESS | (seen & ESCAPED || wide ? 0 : SCAN_CLEAN);
}

int
scan_str(const Stems *stems, PyObject *str, Py_ssize_t length)
{
    const void *data = PyUnicode_DATA(str);
    if (PyUnicode_IS_ASCII(str)) {
        return scan(stems, PyUnicode_1BYTE_KIND, 1, data, length);
    }
    switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
        return scan(stems, PyUnicode_1BYTE_KIND, 0, data, length);
    case PyUnicode_2BYTE_KIND:
        return scan(stems, PyUnicode_2BYTE_KIND, 0, data, length);
    default:
        return scan(stems, PyUnicode_4BYTE_KIND, 0, data, length);
    }
}

int
scan_bytes(const Stems *stems, const unsigned char *data, Py_ssize_t length)
{
    return scan(stems, PyUnicode_1BYTE_KIND, 0, data, length);
}

/* Whether digits read as hexadecimal may be text (encoded.readable): then each pair is a printable character,
   of the last three perhaps not. */
static int
may_be_hexadecimal(const char *digits, size_t length)
{
    if (length < 16) {
        return 0;
    }
    for (size_t pair = 0; pair + 3 < length / 2; pair++) {
        if ((digits[2 * pair] < '2' && digits[2 * pair + 1] != '9') || digits[2 * pair] > '7') {
            return 0;
        }
    }
    return 1;
}

/* Whether this may be a card's number: they are issued from 2 to 6 and end in a check digit. */
static int
may_be_card(const char *digits, size_t length)
{
    if (digits[0] < '2' || digits[0] > '6') {
        return 0;
    }
    int sum = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = digits[length - 1 - i] - '0';
        sum += i & 1 ? digit * 2 / 10 + digit * 2 % 10 : digit;
    }
    return sum % 10 == 0;
}

int
scan_number(const Stems *stems, const char *digits, size_t length)
{
    if (!stems->usable) {
        return 0;
    }
    return digits[0] == '-' || (!may_be_card(digits, length) && !may_be_hexadecimal(digits, length));
}
