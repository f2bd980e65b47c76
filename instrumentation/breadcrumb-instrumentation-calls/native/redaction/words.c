#include "words.h"

#include <string.h>

static const struct {
    const char *text;
    unsigned char tells;
} KNOWN[] = {
    {"val", ITEM},      {"content", ITEM},    {"default", ITEM},      {"\n\n", ITEM},          {"\r\n\r\n", ITEM},
    {"q~", MIDDLE},     {"-us", MIDDLE},      {":aa", MIDDLE},        {".atlasv1.", MIDDLE},   {"://", ADDRESS},
    {"jdbc:", ADDRESS}, {"private key", PEM}, {"private-lines", PEM}, {"[redacted:", HANDLED}, {"-----begin", HANDLED},
};

enum { KNOWN_COUNT = sizeof KNOWN / sizeof *KNOWN };

static void
add(Words *words, const unsigned char *text, size_t length, unsigned char tells)
{
    unsigned head = word_head(text[0], text[1]);
    words->words[words->count++] = (Word){text, (unsigned char)length, tells, words->heads[head]};
    words->heads[head] = (uint16_t)words->count;
    words->tells[head] |= tells;
}

/* Take the ASCII ones of a tuple of str. */
static void
add_all(Words *words, PyObject *tuple, unsigned char tells)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *word = PyTuple_GET_ITEM(tuple, i);
        Py_ssize_t length = PyUnicode_GET_LENGTH(word);
        if (PyUnicode_IS_ASCII(word) && length >= 2 && length <= 255) {
            add(words, PyUnicode_1BYTE_DATA(word), (size_t)length, tells);
        }
    }
}

int
words_init(Words *words, PyObject *stems, PyObject *programs)
{
    size_t meanings = 0;
    while (word_of_meaning(meanings) != NULL) {
        meanings++;
    }
    size_t most = (size_t)(PyTuple_GET_SIZE(stems) + PyTuple_GET_SIZE(programs)) + meanings + KNOWN_COUNT;
    words->words = most > UINT16_MAX ? NULL : PyMem_Calloc(most, sizeof *words->words);
    if (words->words == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    words->stems = Py_NewRef(stems);
    words->programs = Py_NewRef(programs);
    add_all(words, stems, STEM);
    add_all(words, programs, PROGRAM);
    for (size_t i = 0; i < meanings; i++) {
        add(words, (const unsigned char *)word_of_meaning(i), strlen(word_of_meaning(i)), MEANING);
    }
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        add(words, (const unsigned char *)KNOWN[i].text, strlen(KNOWN[i].text), KNOWN[i].tells);
    }
    return 0;
}

void
words_free(Words *words)
{
    PyMem_Free(words->words);
    Py_CLEAR(words->stems);
    Py_CLEAR(words->programs);
    *words = (Words){0};
}

static inline int
begins_with(const unsigned char *text, size_t length, const Word *word)
{
    if (word->length > length) {
        return 0;
    }
    for (size_t i = 0; i < word->length; i++) {
        if (Py_TOLOWER(text[i]) != word->text[i]) {
            return 0;
        }
    }
    return 1;
}

unsigned
words_at(const Words *words, const unsigned char *text, size_t length, unsigned head, unsigned wanted)
{
    unsigned told = 0;
    for (uint16_t index = words->heads[head]; index; index = words->words[index - 1].next) {
        const Word *word = &words->words[index - 1];
        if (word->tells & wanted & ~told && begins_with(text, length, word)) {
            told |= word->tells & wanted;
        }
    }
    return told;
}

int
words_tell(const Words *words, const unsigned char *text, size_t length, unsigned wanted)
{
    for (size_t at = 0; at + 1 < length; at++) {
        unsigned head = word_head(text[at], text[at + 1]);
        if (words->tells[head] & wanted && words_at(words, text + at, length - at, head, wanted)) {
            return 1;
        }
    }
    return 0;
}
