#include "ids.h"

static uint64_t
rotated(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t
random_id(uint64_t state[2])
{
    uint64_t a = state[0], b = state[1], result = a + b;
    b ^= a;
    state[0] = rotated(a, 24) ^ b ^ (b << 16);
    state[1] = rotated(b, 37);
    return result ? result : random_id(state);
}

#if PY_VERSION_HEX >= 0x030D0000

PyObject *
trace_number(const unsigned char *trace_id)
{
    return PyLong_FromUnsignedNativeBytes(trace_id, 16, Py_ASNATIVEBYTES_BIG_ENDIAN);
}

int
trace_bytes(PyObject *number, unsigned char *trace_id)
{
    int flags = Py_ASNATIVEBYTES_BIG_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER;
    return PyLong_AsNativeBytes(number, trace_id, 16, flags) < 0 ? -1 : 0;
}

#else

PyObject *
trace_number(const unsigned char *trace_id)
{
    return _PyLong_FromByteArray(trace_id, 16, 0, 0);
}

int
trace_bytes(PyObject *number, unsigned char *trace_id)
{
    return _PyLong_AsByteArray((PyLongObject *)number, trace_id, 16, 0, 0);
}

#endif
