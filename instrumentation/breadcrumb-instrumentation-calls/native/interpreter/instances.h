/* An instance's fields where the interpreter keeps them, read without making a `__dict__` of them.

   Direct on the CPython versions tested; elsewhere instances with a `__dict__` are left to the Python writer. */
#ifndef BREADCRUMB_INSTANCES_H
#define BREADCRUMB_INSTANCES_H

#include "cpython.h"

#if KNOWS_LAYOUTS

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "internal/pycore_dict.h"
#include "internal/pycore_object.h"
#pragma GCC diagnostic pop

/* The values that an instance holds itself, in the order in which they were set. */
typedef struct {
    PyDictValues *values;
    const PyDictUnicodeEntry *names;
    const uint8_t *order; /* the index of the first; the others go on in direction `step` */
    int step;
    int count;
} InlineFields;

/* Where the instance's fields are: 1 inline, 2 in `*dict` (borrowed), 0 nowhere. */
static inline int
instance_fields(PyObject *value, InlineFields *found, PyObject **dict)
{
    PyTypeObject *type = Py_TYPE(value);
    if (!(type->tp_flags & Py_TPFLAGS_MANAGED_DICT)) {
        if (type->tp_dictoffset <= 0) {
            return 0;
        }
        *dict = *(PyObject **)((char *)value + type->tp_dictoffset);
        return *dict == NULL ? 0 : 2;
    }
#if PY_VERSION_HEX >= 0x030D0000
    *dict = (PyObject *)_PyObject_GetManagedDict(value);
    if (*dict != NULL) {
        return 2;
    }
    if (!(type->tp_flags & Py_TPFLAGS_INLINE_VALUES)) {
        return 0;
    }
    found->values = _PyObject_InlineValues(value);
    if (!found->values->valid) {
        return 0;
    }
    found->order = get_insertion_order_array(found->values);
    found->step = 1;
    found->count = found->values->size;
#else
    PyDictOrValues held = *_PyObject_DictOrValuesPointer(value);
    if (!_PyDictOrValues_IsValues(held)) {
        *dict = _PyDictOrValues_GetDict(held);
        return *dict == NULL ? 0 : 2;
    }
    found->values = _PyDictOrValues_GetValues(held);
    found->order = (const uint8_t *)found->values - 3;
    found->step = -1;
    found->count = ((const uint8_t *)found->values)[-2];
#endif
    PyDictKeysObject *keys = ((PyHeapTypeObject *)type)->ht_cached_keys;
    if (keys == NULL || keys->dk_kind == DICT_KEYS_GENERAL) {
        return 0;
    }
    found->names = DK_UNICODE_ENTRIES(keys);
    return 1;
}

static inline PyObject *
inline_name(const InlineFields *fields, int index)
{
    return fields->names[fields->order[index * fields->step]].me_key;
}

static inline PyObject *
inline_value(const InlineFields *fields, int index)
{
    return fields->values->values[fields->order[index * fields->step]];
}

/* As PyDict_Next, in a fraction of its time. */
static inline int
dict_next(PyObject *dict, Py_ssize_t *at, PyObject **key, PyObject **value)
{
    PyDictKeysObject *keys = ((PyDictObject *)dict)->ma_keys;
    if (((PyDictObject *)dict)->ma_values != NULL || !DK_IS_UNICODE(keys)) {
        return PyDict_Next(dict, at, key, value);
    }
    const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
    while (*at < keys->dk_nentries && entries[*at].me_value == NULL) {
        ++*at;
    }
    if (*at >= keys->dk_nentries) {
        return 0;
    }
    *key = entries[*at].me_key;
    *value = entries[(*at)++].me_value;
    return 1;
}

#else

static inline int
dict_next(PyObject *dict, Py_ssize_t *at, PyObject **key, PyObject **value)
{
    return PyDict_Next(dict, at, key, value);
}

typedef struct {
    int count;
} InlineFields;

/* An instance may keep its fields where the public API does not look: ask for a `__dict__` from Python. */
static inline int
instance_fields(PyObject *value, InlineFields *found, PyObject **dict)
{
    return 0;
}

static inline PyObject *
inline_name(const InlineFields *fields, int index)
{
    return NULL;
}

static inline PyObject *
inline_value(const InlineFields *fields, int index)
{
    return NULL;
}

#endif

#endif
