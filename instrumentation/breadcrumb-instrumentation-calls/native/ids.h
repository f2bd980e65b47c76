/* Trace ids: 16 bytes, big-endian, here; an int in Python. */
#ifndef BREADCRUMB_IDS_H
#define BREADCRUMB_IDS_H

#include "cpython.h"

/* A trace id as Python knows it; NULL with an exception set. */
PyObject *trace_number(const unsigned char *trace_id);
/* The other way round; -1 with an exception set. */
int trace_bytes(PyObject *number, unsigned char *trace_id);

#endif
