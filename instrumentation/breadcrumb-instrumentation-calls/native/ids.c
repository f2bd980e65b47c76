#include "ids.h"

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
