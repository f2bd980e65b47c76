/* Words that are looked for all at once in an ASCII text, in any case: stems of secrets' names and what the proof asks for. */
#ifndef BREADCRUMB_WORDS_H
#define BREADCRUMB_WORDS_H

#include "interpreter/cpython.h"

/* What a word tells; some words tell several things. */
enum {
    STEM = 1, /* part of a secret's name */
    PROGRAM = 2, /* takes a password as an option */
    MEANING = 4, /* means a secret itself */
    ITEM = 8, /* may stand beside an item's value */
    MIDDLE = 16, /* in the middle of a known form (shapes.WHOLE) */
    ADDRESS = 32, /* of a URL */
    PEM = 64, /* of a private key */
    HANDLED = 128 /* read by Python only: earlier redactions, certificates */
};

typedef struct {
    const unsigned char *text; /* in small letters */
    unsigned char length, tells;
    uint16_t next; /* of those with the same head, one more than its index; 0 where there is none */
} Word;

enum { WORD_HEADS = 1024 };

typedef struct {
    PyObject *stems, *programs; /* tuples that keep the texts */
    Word *words;
    size_t count;
    unsigned char tells[WORD_HEADS]; /* all that the words with this head tell */
    uint16_t heads[WORD_HEADS];
} Words;

/* The words that mean a secret themselves, in turn, and NULL after the last (proof_words.c). */
const char *word_of_meaning(size_t index);
/* The two tuples of str hold nothing else; -1 with an exception set. */
int words_init(Words *words, PyObject *stems, PyObject *programs);
void words_free(Words *words);
/* What is wanted of what the words tell that stand at the head of the text, which begins with these two characters. */
unsigned words_at(const Words *words, const unsigned char *text, size_t length, unsigned head, unsigned wanted);
/* Whether the text holds a word that tells this. */
int words_tell(const Words *words, const unsigned char *text, size_t length, unsigned wanted);

/* Two characters, letters in any case alike; others may share a number. */
static inline unsigned
word_head(unsigned char first, unsigned char second)
{
    return (first & 31u) << 5 | (second & 31u);
}

/* The head of what begins a character later. */
static inline unsigned
next_word_head(unsigned head, unsigned char next)
{
    return (head << 5 | (next & 31u)) & (WORD_HEADS - 1);
}

#endif
