/* A growing buffer of UTF-8 text that knows its length in characters.

   Its memory comes from PyMem_Raw*, so that a thread without the interpreter's lock can free it. */
#ifndef BREADCRUMB_TEXT_H
#define BREADCRUMB_TEXT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    char *data;
    size_t size;   /* bytes written */
    size_t room;   /* bytes allocated */
    size_t beyond; /* bytes that continue a character: size - beyond is the length in characters */
} Text;

void text_init(Text *text);
void text_free(Text *text);
/* Make room for `more` bytes; -1 with MemoryError set. */
int text_reserve(Text *text, size_t more);
/* Append bytes that are ASCII; -1 with MemoryError set. */
int text_ascii(Text *text, const char *data, size_t size);
/* Append a number in decimal; -1 with MemoryError set. */
int text_number(Text *text, long long number);
/* Append a str that is valid UTF-8, as it is; -1 with an exception set. */
int text_str(Text *text, PyObject *str);
/* Append a str as a JSON string; 1 and nothing appended where it has a lone surrogate, -1 with an exception set. */
int text_quoted(Text *text, PyObject *str);
/* Append ASCII that needs no escape as a JSON string; -1 with MemoryError set. */
int text_quoted_clean(Text *text, const char *ascii, size_t size);
/* Take back what was appended since `before` was copied from the text. */
static inline void text_back(Text *text, const Text *before)
{
    text->size = before->size;
    text->beyond = before->beyond;
}

static inline size_t text_length(const Text *text) { return text->size - text->beyond; }

#endif
