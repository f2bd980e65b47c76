/* Characters beyond ASCII, as the rules take them, and the parts of secrets' names that have some. */
#ifndef BREADCRUMB_FOREIGN_H
#define BREADCRUMB_FOREIGN_H

#include "interpreter/cpython.h"

typedef enum {
    FOREIGN_ODD, /* may be more to a rule: a digit, a blank, an accent by itself, a form of an ASCII letter */
    FOREIGN_LETTER,
    FOREIGN_SIGN
} ForeignKind;

ForeignKind foreign_kind(Py_UCS4 c);
/* A letter, small and without its accent, as a name's words are compared (identifiers.folded). */
Py_UCS4 foreign_bare(Py_UCS4 c);

/* The parts of secrets' names that are not ASCII, bare. */
typedef struct {
    Py_UCS4 *letters; /* of all of them, with a 0 before each and after the last */
    size_t count;
} ForeignStems;

/* Take them out of a tuple of str; -1 with an exception set. */
int foreign_stems_init(ForeignStems *foreign, PyObject *stems);
void foreign_stems_free(ForeignStems *foreign);
/* Whether one stands around this place in the first `length` characters of a str, accents aside. */
int foreign_stem_around(const ForeignStems *foreign, PyObject *str, size_t length, size_t at);

#endif
