#include "scan.h"

#include <string.h>

enum {
    DIGIT = 1,
    BLANK = 2,     /* ends a run: space, tab, newline, return */
    SEPARATOR = 4, /* between a name and its value */
    TELLING = 8,   /* of escapes in URLs, strings and HTML */
    TRIGGER = 16,  /* where to look for a word that needs no separator */
    ESCAPED = 32,  /* in JSON */
};

enum { LONG_RUN = 15, MANY_DIGITS = 8, JUDGED = 512 };

static const unsigned char CLASS[128] = {
    [0 ... 8] = ESCAPED,
    ['\t'] = ESCAPED | BLANK,
    ['\n'] = ESCAPED | BLANK,
    [11 ... 12] = ESCAPED,
    ['\r'] = ESCAPED | BLANK,
    [14 ... 31] = ESCAPED,
    [' '] = BLANK | TRIGGER,
    ['"'] = ESCAPED | SEPARATOR,
    ['\\'] = ESCAPED | TELLING,
    ['\''] = SEPARATOR,
    ['-'] = SEPARATOR,
    ['<'] = SEPARATOR,
    ['='] = SEPARATOR,
    [':'] = SEPARATOR,
    ['%'] = TELLING,
    ['&'] = TELLING,
    ['0' ... '9'] = DIGIT,
    ['s'] = TRIGGER,
    ['u'] = TRIGGER,
};

int scan_init(Stems *stems, PyObject *words)
{
    *stems = (Stems){0};
    if (words == Py_None) {
        return 0;
    }
    size_t size = 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(words); i++) {
        size += (size_t)PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(words, i)) + 1;
    }
    stems->stems = PyMem_Calloc(size, 1);
    if (stems->stems == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    stems->usable = stems->named = 1;
    char *at = stems->stems;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(words); i++) {
        PyObject *word = PyTuple_GET_ITEM(words, i);
        size_t length = (size_t)PyUnicode_GET_LENGTH(word);
        if (!PyUnicode_IS_ASCII(word)) {
            continue; /* only ASCII is judged by stems */
        }
        const unsigned char *text = PyUnicode_DATA(word);
        if (length < 2 || memchr(text, 0, length) != NULL) {
            stems->named = 0;
            continue;
        }
        unsigned pair = (unsigned)text[0] << 7 | text[1];
        stems->pairs[pair >> 3] |= (unsigned char)(1 << (pair & 7));
        memcpy(at, text, length);
        at += length + 1;
    }
    return 0;
}

void scan_free(Stems *stems)
{
    PyMem_Free(stems->stems);
    *stems = (Stems){0};
}

/* Whether one of the words that mean a secret with no separator (Redactor._may_name) ends at a trigger. */
#define ENDS(word) (at >= (Py_ssize_t)sizeof(word) - 2 && ends(kind, data, at, word, sizeof(word) - 1))

static inline int ends(int kind, const void *data, Py_ssize_t at, const char *word, Py_ssize_t size)
{
    for (Py_ssize_t i = 0; i < size; i++) {
        if (PyUnicode_READ(kind, data, at - size + 1 + i) != (Py_UCS4)(unsigned char)word[i]) {
            return 0;
        }
    }
    return 1;
}

static inline int is_telling_word(int kind, const void *data, Py_ssize_t at, Py_UCS4 c)
{
    switch (c) {
    case 's':
        return ENDS("pass");
    case ' ':
        return ENDS("asic ") || ENDS("earer ");
    default:
        return ENDS("masterau"); /* the head of masterauth */
    }
}

static int has_stem(const Stems *stems, const char *lower, Py_ssize_t length)
{
    for (Py_ssize_t i = 0; i + 1 < length; i++) {
        unsigned pair = (unsigned)lower[i] << 7 | (unsigned char)lower[i + 1];
        if (!(stems->pairs[pair >> 3] & 1 << (pair & 7))) {
            continue;
        }
        for (const char *stem = stems->stems; *stem; stem += strlen(stem) + 1) {
            size_t size = strlen(stem);
            if (size <= (size_t)(length - i) && memcmp(lower + i, stem, size) == 0) {
                return 1;
            }
        }
    }
    return 0;
}

/* Whether a text with a separator may name a secret. */
static int may_name(const Stems *stems, int ascii, const void *data, Py_ssize_t length)
{
    if (!ascii || !stems->named || length > JUDGED) {
        return 1;
    }
    char lower[JUDGED];
    for (Py_ssize_t i = 0; i < length; i++) {
        lower[i] = Py_TOLOWER(((const unsigned char *)data)[i]);
    }
    return has_stem(stems, lower, length);
}

static inline __attribute__((always_inline)) int
scan(const Stems *stems, int kind, int ascii, const void *data, Py_ssize_t length)
{
    unsigned seen = 0;
    int telling = 0, run = 0, digits = 0, wide = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        if (!ascii && c >= 128) {
            wide = 1;
            if (++run >= LONG_RUN) {
                return 0;
            }
            continue;
        }
        unsigned class = CLASS[c];
        seen |= class;
        digits += class & DIGIT;
        run = class & BLANK ? 0 : run + 1;
        if (run >= LONG_RUN) {
            return 0;
        }
        if (class & TRIGGER) {
            telling |= is_telling_word(kind, data, i, c);
        }
    }
    if (!stems->usable || seen & TELLING || digits >= MANY_DIGITS) {
        return 0;
    }
    if (seen & SEPARATOR ? may_name(stems, !wide && kind == PyUnicode_1BYTE_KIND, data, length) : telling) {
        return 0;
    }
    return SCAN_HARMLESS | (seen & ESCAPED || wide ? 0 : SCAN_CLEAN);
}

int scan_str(const Stems *stems, PyObject *str)
{
    const void *data = PyUnicode_DATA(str);
    Py_ssize_t length = PyUnicode_GET_LENGTH(str);
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

int scan_bytes(const Stems *stems, const unsigned char *data, Py_ssize_t length)
{
    return scan(stems, PyUnicode_1BYTE_KIND, 0, data, length);
}

/* Whether digits read as hexadecimal may be text (encoded.readable): then each pair is a printable character,
   of the last three perhaps not. */
static int may_be_hexadecimal(const char *digits, size_t length)
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
static int may_be_card(const char *digits, size_t length)
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

int scan_number(const Stems *stems, const char *digits, size_t length)
{
    if (!stems->usable) {
        return 0;
    }
    return digits[0] == '-' || (!may_be_card(digits, length) && !may_be_hexadecimal(digits, length));
}
