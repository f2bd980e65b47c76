/* Entries live from first sight until the recorder goes. The code object is kept alive by the entry, so its
   extra slot never points to what is gone. */
#include "codes.h"

#include "gaps.h"
#include "handled.h"
#include "interpreter/interpreter.h"

static Py_ssize_t extra_index = -1;

int
codes_ready(void)
{
    if (extra_index < 0) {
        extra_index = PyUnstable_Eval_RequestCodeExtraIndex(NULL);
    }
    if (extra_index < 0) {
        PyErr_SetString(PyExc_RuntimeError, "no slot is left on code objects");
        return -1;
    }
    return 0;
}

static Code *
first_of(PyObject *code)
{
    void *extra = NULL;
    return PyUnstable_Code_GetExtra(code, extra_index, &extra) < 0 ? NULL : extra;
}

Code *
codes_find(const void *owner, PyObject *code)
{
    Code *found = first_of(code);
    while (found != NULL && found->owner != owner) {
        found = found->next_owner;
    }
    return found;
}

static void
dispose(Code *entry)
{
    for (int i = 0; entry->parameters != NULL && i < entry->parameter_count; i++) {
        Py_XDECREF(entry->parameters[i].key);
        Py_XDECREF(entry->parameters[i].rule);
    }
    for (int i = 0; i < entry->local_count; i++) {
        Py_XDECREF(entry->local_names[i].key);
        Py_XDECREF(entry->local_names[i].rule);
        Py_XDECREF(entry->locals[i].name);
    }
    PyMem_Free(entry->local_names);
    PyMem_Free(entry->locals);
    Py_XDECREF(entry->place);
    Py_XDECREF(entry->place_module);
    sites_free(entry);
    handlers_free(entry->handlers);
    PyMem_Free(entry->parameters);
    PyMem_Free(entry->is_cell);
    PyMem_Free(entry->lines);
    Py_XDECREF(entry->return_rule);
    Py_XDECREF(entry->info);
    Py_XDECREF(entry->code);
    PyMem_Free(entry);
}

/* info.parameters is ((name, key), ...), info.secrets {name: rule}, info.lasting and info.updated {name, ...}, info.varargs a
   name or None. */
static int
read_parameter(Parameter *parameter, PyObject *pair, PyObject *secrets, PyObject *const kept[2], PyObject *varargs)
{
    PyObject *name = PyTuple_GET_ITEM(pair, 0);
    parameter->key = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    parameter->rule = Py_XNewRef(PyDict_GetItemWithError(secrets, name));
    int lasts = PyErr_Occurred() ? -1 : PySet_Contains(kept[0], name);
    int is_updated = lasts < 0 ? -1 : PySet_Contains(kept[1], name);
    if (is_updated < 0) {
        return -1;
    }
    parameter->lasts = (char)lasts;
    parameter->is_updated = (char)is_updated;
    parameter->is_varargs = varargs != Py_None && PyUnicode_Compare(name, varargs) == 0;
    return 0;
}

static int
read_cells(Code *entry)
{
    const char *kind = PyBytes_AS_STRING(entry->code->co_localspluskinds);
    entry->is_cell = PyMem_Calloc((size_t)entry->parameter_count + 1, 1);
    if (entry->is_cell == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = 0; i < entry->parameter_count; i++) {
        entry->is_cell[i] = (kind[i] & LOCAL_IS_CELL) != 0;
    }
    return 0;
}

static int
read_parameters(Code *entry)
{
    PyObject *parameters = PyObject_GetAttrString(entry->info, "parameters");
    PyObject *secrets = PyObject_GetAttrString(entry->info, "secrets");
    PyObject *kept[] = {PyObject_GetAttrString(entry->info, "lasting"), NULL};
    kept[1] = kept[0] == NULL ? NULL : PyObject_GetAttrString(entry->info, "updated");
    PyObject *varargs = PyObject_GetAttrString(entry->info, "varargs");
    int result = -1;
    if (parameters != NULL && secrets != NULL && kept[1] != NULL && varargs != NULL) {
        entry->parameter_count = (int)PyTuple_GET_SIZE(parameters);
        entry->parameters = PyMem_Calloc((size_t)entry->parameter_count + 1, sizeof(Parameter));
        result = entry->parameters == NULL ? (PyErr_NoMemory(), -1) : read_cells(entry);
        for (int i = 0; result == 0 && i < entry->parameter_count; i++) {
            result = read_parameter(&entry->parameters[i], PyTuple_GET_ITEM(parameters, i), secrets, kept, varargs);
        }
    }
    Py_XDECREF(parameters);
    Py_XDECREF(secrets);
    Py_XDECREF(kept[0]);
    Py_XDECREF(kept[1]);
    Py_XDECREF(varargs);
    return result;
}

static int
read_number(Code *entry)
{
    PyObject *number = PyObject_GetAttrString(entry->info, "number");
    if (number == NULL) {
        return -1;
    }
    entry->number = (uint32_t)PyLong_AsUnsignedLong(number);
    Py_DECREF(number);
    return PyErr_Occurred() ? -1 : 0;
}

static int
read_return_rule(Code *entry)
{
    entry->return_rule = PyObject_GetAttrString(entry->info, "return_rule");
    if (entry->return_rule == Py_None) {
        Py_CLEAR(entry->return_rule);
        return 0;
    }
    return entry->return_rule == NULL ? -1 : 0;
}

static int
read_tally(Code *entry)
{
    PyObject *python = PyObject_GetAttrString(entry->info, "tally");
    int result = python == NULL ? -1 : tally_init(&entry->tally, python);
    Py_XDECREF(python);
    return result;
}

Code *
codes_add(const void *owner, Code **all, PyObject *code, Kind kind, PyObject *info)
{
    Code *entry = PyMem_Calloc(1, sizeof(Code));
    if (entry == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    entry->owner = owner;
    entry->code = (PyCodeObject *)Py_NewRef(code);
    entry->info = Py_XNewRef(info);
    entry->kind = kind;
    if (kind < BODY && (read_number(entry) < 0 || read_tally(entry) < 0 || read_parameters(entry) < 0 ||
                        read_return_rule(entry) < 0)) {
        dispose(entry);
        return NULL;
    }
    entry->next_owner = first_of(code);
    if (PyUnstable_Code_SetExtra(code, extra_index, entry) < 0) {
        dispose(entry);
        PyErr_NoMemory();
        return NULL;
    }
    entry->next = *all;
    *all = entry;
    return entry;
}

static int
slot_of(PyCodeObject *code, PyObject *name)
{
    for (int i = 0; i < code->co_nlocalsplus; i++) {
        if (PyUnicode_Compare(PyTuple_GET_ITEM(code->co_localsplusnames, i), name) == 0) {
            return i;
        }
    }
    return -1;
}

int
codes_keep_locals(Code *code, PyObject *told)
{
    code->knows_locals = 1;
    code->local_count = -1;
    if (told == Py_None) {
        return 0;
    }
    Py_ssize_t count = PyTuple_Check(told) ? PyTuple_GET_SIZE(told) : 0;
    code->local_names = PyMem_Calloc((size_t)count + 1, sizeof *code->local_names);
    code->locals = PyMem_Calloc((size_t)count + 1, sizeof *code->locals);
    if (code->local_names == NULL || code->locals == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    code->local_count = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name, *key, *rule;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(told, i), "UUO", &name, &key, &rule)) {
            return -1;
        }
        int slot = slot_of(code->code, name);
        if (slot >= 0) {
            int at = code->local_count++;
            code->locals[at] = (Local){Py_NewRef(name), slot};
            code->local_names[at] =
                (Parameter){.key = Py_NewRef(key), .rule = rule == Py_None ? NULL : Py_NewRef(rule)};
        }
    }
    return 0;
}

uint32_t
codes_line(Code *code, int offset)
{
    size_t count = (size_t)Py_SIZE(code->code), at = (size_t)offset / sizeof(_Py_CODEUNIT);
    if (offset < 0 || at >= count) {
        return 0;
    }
    if (code->lines == NULL) {
        code->lines = PyMem_Calloc(count, sizeof *code->lines); /* without memory for it, each is looked up again */
    }
    if (code->lines != NULL && code->lines[at] != 0) {
        return (uint32_t)(code->code->co_firstlineno + code->lines[at] - 1);
    }
    int line = PyCode_Addr2Line(code->code, offset), below = line - code->code->co_firstlineno;
    if (code->lines != NULL && line > 0 && 0 <= below && below < UINT16_MAX) {
        code->lines[at] = (uint16_t)(below + 1);
    }
    return line > 0 ? (uint32_t)line : 0;
}

static int
parameters_visit(const Parameter *parameters, int count, visitproc visit, void *arg)
{
    for (int i = 0; i < count; i++) {
        Py_VISIT(parameters[i].rule);
    }
    return 0;
}

int
codes_visit(const Code *all, visitproc visit, void *arg)
{
    int result = 0;
    for (const Code *code = all; result == 0 && code != NULL; code = code->next) {
        Py_VISIT(code->info);
        Py_VISIT(code->return_rule);
        Py_VISIT(code->place_module);
        result = code->parameters == NULL ? 0 : parameters_visit(code->parameters, code->parameter_count, visit, arg);
        result = result ? result : parameters_visit(code->local_names, code->local_count, visit, arg);
        result = result ? result : handlers_visit(code->handlers, visit, arg);
    }
    return result;
}

/* Take an entry out of the chain that hangs on its code object. */
static void
unhook(Code *entry)
{
    PyObject *code = (PyObject *)entry->code;
    Code *first = first_of(code);
    if (first == entry) {
        PyUnstable_Code_SetExtra(code, extra_index, entry->next_owner);
        return;
    }
    while (first != NULL && first->next_owner != entry) {
        first = first->next_owner;
    }
    if (first != NULL) {
        first->next_owner = entry->next_owner;
    }
}

void
codes_clear(Code **all)
{
    while (*all != NULL) {
        Code *entry = *all;
        *all = entry->next;
        unhook(entry);
        dispose(entry);
    }
}
