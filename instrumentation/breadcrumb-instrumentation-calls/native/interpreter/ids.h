/* Random ids, and trace ids: 16 bytes, big-endian, here; an int in Python. */
#ifndef BREADCRUMB_IDS_H
#define BREADCRUMB_IDS_H

#include "cpython.h"

/* 64 random bits, never all 0, of a state from the system that is not all 0 (xoroshiro128+): the program's own generators
   stay as they are. */
uint64_t random_id(uint64_t state[2]);
/* A trace id as Python knows it; NULL with an exception set. */
PyObject *trace_number(const unsigned char *trace_id);
/* The other way round; -1 with an exception set. */
int trace_bytes(PyObject *number, unsigned char *trace_id);

#endif
