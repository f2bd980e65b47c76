/* Proves of an ASCII text that the redactor finds no secret in it: what every finder needs is not there.

   Stands between scan.h, which looks once at each character and knows no form, and Python, which knows all: most long
   texts hold something that could belong to a secret (a long word, `key`, a number) and no secret. */
#ifndef BREADCRUMB_PROOF_H
#define BREADCRUMB_PROOF_H

#include "scan.h"

/* A secret that shows by how it begins: Redactor.shapes. */
typedef struct Shape {
    const struct Shape *next; /* of those whose heads fall together */
    const char *prefix; /* points into the str that the tuple of shapes keeps */
    uint32_t length, least;
    unsigned head;    /* its first two characters */
    uint64_t body[2]; /* a bit for each ASCII character that may follow */
} Shape;

typedef struct {
    PyObject *told;            /* the tuple that Python gave; NULL until a text was to be proved */
    Shape *shapes;
    Py_ssize_t count;
    size_t shortest;           /* characters of the shortest one */
    const Shape *first[256];   /* by the last bits of the head */
    unsigned char heads[2048]; /* a bit for each two characters that some shape begins with */
} Shapes;

typedef struct {
    const unsigned char *text;
    size_t length;
    int is_head;   /* the text goes on, so that a secret which the end cuts counts too */
    int is_binary; /* bytes that are no text: letters beyond ASCII may be part of a name */
} Passage;

/* What one look at each character tells: which searches can find anything. */
typedef struct {
    unsigned told;         /* by words */
    unsigned has_digits, has_escapes, has_signs;
    size_t longest_run;    /* of what is no blank */
    size_t longest_token;
} Survey;

struct Values;

/* Ask Python for the shapes, when the first text is to be proved; -1 with an exception set. */
int take_shapes(Shapes *shapes, PyObject *writer);
void shapes_free(Shapes *shapes);
/* The rules that the proof was made for: breadcrumb_redaction.fingerprint. With others nothing is proven. */
#define PROVEN_RULES "ddd736f8dd240c21"

/* 1 where no rule matches in the ASCII text; 0 where that cannot be said; -1 with an exception set. */
int proof_of(struct Values *values, const unsigned char *text, size_t length, int is_head);

/* The same of the first characters of a str that is not ASCII. */
int proof_of_foreign(struct Values *values, PyObject *str, Py_ssize_t length, int is_head);

/* The same of bytes, as UTF-8 where they are, else read as Latin-1. */
int proof_of_bytes(struct Values *values, const unsigned char *bytes, size_t length, int is_head);

/* What proof_of asks: 1 where the passage may hold such a secret, or -1 with an exception set. */
int may_hold_shape(const Shapes *shapes, const Passage *passage, const Survey *survey);
/* shapes.WHOLE: forms that are known by a part in their middle. */
int may_hold_whole(const Passage *passage);
int may_hold_encoded(const Passage *passage, const Survey *survey);
int may_hold_random(const Passage *passage, const Survey *survey);
int may_hold_number(const Passage *passage);
/* The character that an escape at this place stands for, and the escape's size; -1 where there is none. */
int escaped(const Passage *passage, size_t at, size_t *size);
int may_hold_named(struct Values *values, const Passage *passage, const Survey *survey);
/* Words that mean a secret themselves, and what must follow them (proof_words.c): 1, 0 or -1. */
int may_be_told(const Passage *passage, const Survey *survey);
/* What names its value in markup, a table, a call or a comparison: 1, 0 or -1. */
int may_be_marked(struct Values *values, const Passage *passage, size_t at);
/* A name of two or three words with blanks between them, of which the last one is given: 1, 0 or -1. */
int may_be_phrase(struct Values *values, const Passage *passage, size_t begin, size_t end);
/* A name, and before or after it in the line what may be its value: 1, 0 or -1 (told.py). */
int may_be_beside(struct Values *values, const Passage *passage);
/* A word that looks like a password (made_up.py). */
int may_be_made_up(const Passage *passage, const Survey *survey);
/* A number near a word for a code (codes.py). */
int may_tell_code(const Passage *passage);
/* `set NAME VALUE`, `variable "name"` (marked.py): 1, 0 or -1. */
int may_be_set(struct Values *values, const Passage *passage);
/* A first line that names columns (tables.py), and the columns of a statement in SQL, where the bracket stands: 1, 0 or -1. */
int may_be_heading(struct Values *values, const Passage *passage);
int may_name_columns(struct Values *values, const Passage *passage, size_t at);
/* ` -x`, ` --x`. */
int holds_option(const Passage *passage);
/* 1 where the name means a secret, 0 where not, -1 with an exception set. */
int is_secret(struct Values *values, const Passage *passage, size_t begin, size_t end);

enum {
    LOWER = 1,
    UPPER = 2,
    NUMERAL = 4,
    ALNUM = LOWER | UPPER | NUMERAL,
    SPACE = 8,      /* \s */
    UNDERSCORE = 16,
    WORD = ALNUM | UNDERSCORE, /* \w */
    DASH = 32,
    DOT = 64,
    NAME = WORD | DASH | DOT,
    OF_BASE64 = 128, /* + and / */
    OF_ESCAPE = 256,
    NAMING = 512,    /* stands between a name and its value, or before or after a name */
    TOKEN = WORD | DASH | OF_BASE64,
    SIGN = 1024, /* of made_up.py */
};

extern const uint16_t PROOF_CLASS[256];

static inline int
is_of(unsigned char c, int class)
{
    return PROOF_CLASS[c] & class;
}

/* What a hexadecimal digit stands for, -1 where it is none. */
static inline int
hex_digit(unsigned char c)
{
    return is_of(c, NUMERAL) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Whether the passage has a word at this place, its letters as they are. */
static inline int
stands_at(const Passage *passage, size_t at, const char *word)
{
    size_t length = strlen(word);
    return passage->length - at >= length && memcmp(passage->text + at, word, length) == 0;
}

/* How many characters of a class stand before this place. */
static inline size_t
run_before(const Passage *passage, size_t at, int class)
{
    size_t begin = at;
    while (begin > 0 && is_of(passage->text[begin - 1], class)) {
        begin--;
    }
    return at - begin;
}

/* Back over these characters. */
static inline size_t
back_over(const Passage *passage, size_t end, const char *characters)
{
    size_t count = strlen(characters);
    while (end > 0 && memchr(characters, passage->text[end - 1], count) != NULL) {
        end--;
    }
    return end;
}

/* Whether the word ends here, its letters in any case. */
static inline int
ends_in(const Passage *passage, size_t begin, size_t end, const char *word)
{
    size_t length = strlen(word);
    if (end - begin < length) {
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (Py_TOLOWER(passage->text[end - length + i]) != word[i]) {
            return 0;
        }
    }
    return 1;
}

static inline size_t
end_of_run(const Passage *passage, size_t at, int class)
{
    while (at < passage->length && is_of(passage->text[at], class)) {
        at++;
    }
    return at;
}

#endif
