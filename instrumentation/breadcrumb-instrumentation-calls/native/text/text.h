/* A growing buffer of UTF-8 text that knows its length in characters.

   Its memory comes from PyMem_Raw*, so that a thread without the interpreter's lock can free it. */
#ifndef BREADCRUMB_TEXT_H
#define BREADCRUMB_TEXT_H

#include "interpreter/cpython.h"

#include <string.h>

typedef struct {
    char *data;
    size_t size;   /* bytes written */
    size_t room;   /* bytes allocated */
    size_t beyond; /* bytes that continue a character: size - beyond is the length in characters */
} Text;

void text_init(Text *text);
void text_free(Text *text);
int text_grow(Text *text, size_t more);
/* Append a str that is valid UTF-8 and not ASCII. */
int text_wide(Text *text, PyObject *str);

/* Make room for `more` bytes; -1 with MemoryError set. */
static inline int
text_reserve(Text *text, size_t more)
{
    return text->room - text->size >= more ? 0 : text_grow(text, more);
}

/* Copy bytes, mostly a few: a call of memcpy takes longer than these. */
static inline void
text_copy(char *to, const char *from, size_t size)
{
    if (__builtin_constant_p(size) || size > 32) {
        memcpy(to, from, size);
    }
    else if (size >= 16) {
        char head[16], tail[16];
        memcpy(head, from, 16);
        memcpy(tail, from + size - 16, 16);
        memcpy(to, head, 16);
        memcpy(to + size - 16, tail, 16);
    }
    else if (size >= 8) {
        char head[8], tail[8];
        memcpy(head, from, 8);
        memcpy(tail, from + size - 8, 8);
        memcpy(to, head, 8);
        memcpy(to + size - 8, tail, 8);
    }
    else {
        for (size_t i = 0; i < size; i++) {
            to[i] = from[i];
        }
    }
}

/* Append bytes that are ASCII; -1 with MemoryError set. */
static inline int
text_ascii(Text *text, const char *data, size_t size)
{
    if (text_reserve(text, size) < 0) {
        return -1;
    }
    text_copy(text->data + text->size, data, size);
    text->size += size;
    return 0;
}

/* Append a number in decimal; -1 with MemoryError set. */
int text_number(Text *text, long long number);
/* Append an address in hexadecimal; -1 with MemoryError set. */
int text_address(Text *text, const void *address);
/* Append a str that is valid UTF-8, as it is; -1 with an exception set. */
static inline int
text_str(Text *text, PyObject *str)
{
    if (PyUnicode_IS_COMPACT_ASCII(str)) {
        return text_ascii(text, (const char *)((PyASCIIObject *)str + 1), (size_t)PyUnicode_GET_LENGTH(str));
    }
    return text_wide(text, str);
}

/* Append the first characters of a str as a JSON string; 1 and nothing appended where one is a lone surrogate, -1
   with an exception set. */
int text_quoted(Text *text, PyObject *str, Py_ssize_t length);
/* Append ASCII that needs no escape as a JSON string; -1 with MemoryError set. */
static inline int
text_quoted_clean(Text *text, const char *ascii, size_t size)
{
    if (text_reserve(text, size + 2) < 0) {
        return -1;
    }
    char *out = text->data + text->size;
    out[0] = '"';
    text_copy(out + 1, ascii, size);
    out[size + 1] = '"';
    text->size += size + 2;
    return 0;
}

/* Take back what was appended since `before` was copied from the text. */
static inline void
text_back(Text *text, const Text *before)
{
    text->size = before->size;
    text->beyond = before->beyond;
}

static inline size_t
text_length(const Text *text)
{
    return text->size - text->beyond;
}

#endif
