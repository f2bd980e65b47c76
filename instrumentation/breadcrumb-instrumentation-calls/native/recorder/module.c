/* The module `_recorder`. */
#include "recorder.h"
#include "memory/block.h"
#include "memory/pack.h"
#include "calls/gaps.h"
#include "calls/handled.h"

/* Types, and the slot on code objects, are one interpreter's: in others Python records. */
static int
only_in_main_interpreter(void)
{
    if (PyInterpreterState_Get() == PyInterpreterState_Main()) {
        return 0;
    }
    PyErr_SetString(PyExc_ImportError, "the C recorder runs in the main interpreter only");
    return -1;
}

static int
recorder_exec(PyObject *module)
{
    if (only_in_main_interpreter() < 0 || blocks_ready() < 0 || codes_ready() < 0 || chunk_ready(module) < 0 ||
        threads_ready(module) < 0 || gaps_ready(module) < 0 || handled_ready(module) < 0) {
        return -1;
    }
    PyTypeObject *values = values_type(module);
    if (values == NULL || PyModule_AddType(module, values) < 0) {
        return -1;
    }
    PyTypeObject *type = recorder_type(module);
    int result = type == NULL ? -1 : PyModule_AddType(module, type);
    Py_XDECREF(type);
    return result;
}

static PyMethodDef module_methods[] = {
    {"pack", pack, METH_O, "pack(data): an LZ4 block of the bytes, or None where it would hardly be smaller."},
    {0},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, recorder_exec},
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
    {0, NULL},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_recorder",
    .m_doc = "The hot path in C: callbacks of sys.monitoring, running calls, pictures of values, columns.",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__recorder(void)
{
    return PyModuleDef_Init(&module);
}
