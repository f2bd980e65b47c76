/* Whether there is memory to run Python code with: where there is none, some of the interpreter's own crashes. */
#ifndef BREADCRUMB_MEMORY_H
#define BREADCRUMB_MEMORY_H

#include "cpython.h"

/* Whether some small objects cannot be made; then MemoryError is set. */
static inline int
memory_is_out(void)
{
    enum { OBJECTS = 64, SIZE = 96 };
    void *objects[OBJECTS];
    int made = 0;
    while (made < OBJECTS && (objects[made] = PyObject_Malloc(SIZE)) != NULL) {
        made++;
    }
    int is_out = made < OBJECTS;
    while (made > 0) {
        PyObject_Free(objects[--made]);
    }
    if (is_out) {
        PyErr_NoMemory();
    }
    return is_out;
}

#endif
