/* Names of functions that were proven to hold no secret: tables of methods are many in the fields of parsers, and the
   names of a function stay the same objects. */
#ifndef BREADCRUMB_FUNCTION_NAMES_H
#define BREADCRUMB_FUNCTION_NAMES_H

#include "text/pool.h"

enum { FUNCTION_NAMES = 512, FUNCTION_NAME_MOST = 200 /* characters of either part */ };

typedef struct {
    PyObject *module, *qualname; /* owned, exact strs; NULL where there are none */
    Ref text;                    /* without quotes */
} FunctionName;

typedef struct {
    FunctionName table[FUNCTION_NAMES]; /* by addresses; one pushes another out */
} FunctionNames;

void function_names_free(FunctionNames *names);

#endif
