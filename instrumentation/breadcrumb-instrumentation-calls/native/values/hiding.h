/* Texts that do not fit the rule of a name that leaves open whether it means a secret: the same few come again and again. */
#ifndef BREADCRUMB_HIDING_H
#define BREADCRUMB_HIDING_H

#include "interpreter/cpython.h"

enum { FITS = 256 };

typedef struct {
    PyObject *rule, *text; /* owned, the text an exact str; NULL where there is none */
} Unfit;

typedef struct {
    Unfit table[FITS]; /* by rule and content; one pushes another out */
} Fits;

void fits_free(Fits *fits);
int fits_visit(const Fits *fits, visitproc visit, void *arg);

#endif
