/* The running frame and its arguments: read directly on the CPython versions tested, over the public API elsewhere. */
#ifndef BREADCRUMB_INTERPRETER_H
#define BREADCRUMB_INTERPRETER_H

#include "cpython.h"

/* In the byte that says what kind of local a slot is (CO_FAST_CELL, which headers keep to the interpreter). */
#define LOCAL_IS_CELL 0x40
#define LOCAL_IS_FREE 0x80

/* Identity of a frame while it runs or waits; never dereferenced outside this file. */
typedef const void *FrameKey;

#if KNOWS_LAYOUTS

#include "internal/pycore_frame.h"
#if PY_VERSION_HEX >= 0x030E0000
#include "internal/pycore_interpframe.h"
#endif

/* The frame that an event is about: callbacks have none of their own. */
static inline FrameKey
frame_current(PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030D0000
    return tstate->current_frame;
#else
    return tstate->cframe->current_frame;
#endif
}

static inline PyCodeObject *
frame_code(FrameKey key)
{
    const _PyInterpreterFrame *frame = key;
#if PY_VERSION_HEX >= 0x030E0000
    return (PyCodeObject *)PyStackRef_AsPyObjectBorrow(frame->f_executable);
#elif PY_VERSION_HEX >= 0x030D0000
    return (PyCodeObject *)frame->f_executable;
#else
    return frame->f_code;
#endif
}

/* The frame that called another, NULL where there is none. */
static inline FrameKey
frame_back(FrameKey key)
{
    return _PyFrame_GetFirstComplete(((const _PyInterpreterFrame *)key)->previous);
}

static inline FrameKey
frame_key(PyObject *frame)
{
    return ((PyFrameObject *)frame)->f_frame;
}

/* Where a frame stands: the byte offset of an instruction; negative before the first. */
static inline int
frame_offset(FrameKey key)
{
    return PyUnstable_InterpreterFrame_GetLasti((struct _PyInterpreterFrame *)key);
}

/* What a slot of a frame's locals holds, borrowed; NULL where it is gone. */
static inline PyObject *
frame_slot(FrameKey key, int slot, int is_cell)
{
#if PY_VERSION_HEX >= 0x030E0000
    _PyStackRef held = ((const _PyInterpreterFrame *)key)->localsplus[slot];
    PyObject *value = PyStackRef_IsNullOrInt(held) ? NULL : PyStackRef_AsPyObjectBorrow(held);
#else
    PyObject *value = ((const _PyInterpreterFrame *)key)->localsplus[slot];
#endif
    return is_cell && value != NULL && PyCell_Check(value) ? PyCell_GET(value) : value;
}

/* The arguments of a frame that begins: `slots` get borrowed references, NULL where one is gone. */
static inline void
frame_arguments(FrameKey key, const char *is_cell, int count, PyObject **slots)
{
    for (int i = 0; i < count; i++) {
        slots[i] = frame_slot(key, i, is_cell[i]);
    }
}

/* A variable of a frame by its slot, a new reference; NULL where it has no value. */
static inline PyObject *
frame_variable(FrameKey key, int slot, PyObject *name)
{
    (void)name;
    char kind = PyBytes_AS_STRING(frame_code(key)->co_localspluskinds)[slot];
    return Py_XNewRef(frame_slot(key, slot, kind & (LOCAL_IS_CELL | LOCAL_IS_FREE)));
}

/* A parameter of a frame that begins, borrowed; NULL where it has none of that name. */
static inline PyObject *
frame_parameter(FrameKey key, const char *name)
{
    PyCodeObject *code = frame_code(key);
    const char *kinds = PyBytes_AS_STRING(code->co_localspluskinds);
    int count = code->co_argcount + code->co_kwonlyargcount + !!(code->co_flags & CO_VARARGS) +
                !!(code->co_flags & CO_VARKEYWORDS);
    for (int i = 0; i < count; i++) {
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(code->co_localsplusnames, i), name) == 0) {
            return frame_slot(key, i, kinds[i] & LOCAL_IS_CELL);
        }
    }
    return NULL;
}

#else

/* Frame objects stand for frames: making one costs 70-150 ns a call. NULL where there is no memory for it. */
static inline FrameKey
frame_current(PyThreadState *tstate)
{
    (void)tstate;
    return PyEval_GetFrame();
}

static inline FrameKey
frame_back(FrameKey key)
{
    PyFrameObject *back = PyFrame_GetBack((PyFrameObject *)key);
    PyErr_Clear();
    Py_XDECREF(back); /* it runs, so the interpreter holds it */
    return back;
}

static inline PyCodeObject *
frame_code(FrameKey key)
{
    PyCodeObject *code = PyFrame_GetCode((PyFrameObject *)key);
    Py_DECREF(code);
    return code;
}

static inline FrameKey
frame_key(PyObject *frame)
{
    return frame;
}

static inline int
frame_offset(FrameKey key)
{
    return PyFrame_GetLasti((PyFrameObject *)key);
}

static inline PyObject *
frame_variable(FrameKey key, int slot, PyObject *name)
{
    (void)slot;
    PyObject *value = PyFrame_GetVar((PyFrameObject *)key, name);
    PyErr_Clear();
    return value;
}

static inline PyObject *
frame_parameter(FrameKey key, const char *name)
{
    PyObject *value = PyFrame_GetVarString((PyFrameObject *)key, name);
    PyErr_Clear();
    Py_XDECREF(value); /* the frame holds it */
    return value;
}

static inline void
frame_arguments(FrameKey key, const char *is_cell, int count, PyObject **slots)
{
    PyFrameObject *frame = (PyFrameObject *)key;
    PyCodeObject *code = frame_code(key);
    PyObject *names = PyCode_GetVarnames(code);
    (void)is_cell;
    for (int i = 0; i < count; i++) {
        slots[i] = names == NULL ? NULL : PyFrame_GetVar(frame, PyTuple_GET_ITEM(names, i));
        PyErr_Clear();
        Py_XDECREF(slots[i]); /* the frame holds it */
    }
    PyErr_Clear();
    Py_XDECREF(names);
}

#endif

/* The frame's object, borrowed; NULL where there is no frame. Made only for the slow paths. */
static inline PyObject *
frame_object(void)
{
    return (PyObject *)PyEval_GetFrame();
}

#endif
