/* Bytes made small as an LZ4 block: texts of values have most of their bytes in common. */
#ifndef BREADCRUMB_PACK_H
#define BREADCRUMB_PACK_H

#include "interpreter/cpython.h"

/* `_recorder.pack`: the block, or None where it is hardly smaller; NULL with an exception set. */
PyObject *pack(PyObject *module, PyObject *data);

#endif
