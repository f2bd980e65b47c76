/* Python.h for every file, and whether frames and instances may be read as the interpreter lays them out. */
#ifndef BREADCRUMB_CPYTHON_H
#define BREADCRUMB_CPYTHON_H

#include <patchlevel.h>

/* The CPython versions tested. */
#if !defined(BREADCRUMB_PUBLIC_API) && PY_VERSION_HEX >= 0x030C0000 && PY_VERSION_HEX < 0x03100000
#define KNOWS_LAYOUTS 1
#define Py_BUILD_CORE_MODULE 1
#else
#define KNOWS_LAYOUTS 0
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifdef Py_GIL_DISABLED
#error "the C recorder relies on the global interpreter lock"
#endif

#endif
