/* Floats as JSON text. */
#ifndef BREADCRUMB_FLOATS_H
#define BREADCRUMB_FLOATS_H

#include "text.h"

/* Append a finite float as `float.__repr__` spells it; -1 with an exception set. */
int text_float(Text *text, double value);

#endif
