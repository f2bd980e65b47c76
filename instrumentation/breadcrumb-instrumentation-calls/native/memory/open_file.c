#include "open_file.h"

#include <stddef.h>

/* Each number: its name, and its place in a call. */
static const struct {
    const char *name;
    size_t place, width;
} numbers[] = {
#define NUMBER(name) {#name, offsetof(OpenCall, name), sizeof(((OpenCall *)0)->name)}
    NUMBER(span_id), NUMBER(parent_id), NUMBER(start_ns), NUMBER(stack), NUMBER(ordinal),
    NUMBER(thread),  NUMBER(task),      NUMBER(code),     NUMBER(depth), NUMBER(size),
#undef NUMBER
};

PyObject *
open_file_layout(void)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < sizeof numbers / sizeof *numbers; i++) {
        PyObject *number =
            Py_BuildValue("(snn)", numbers[i].name, (Py_ssize_t)numbers[i].place, (Py_ssize_t)numbers[i].width);
        if (number == NULL || PyList_Append(list, number) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(number);
    }
    if (list == NULL) {
        return NULL;
    }
    return Py_BuildValue("{snsnsnsnsnsnsN}", "size", (Py_ssize_t)(OPEN_CALLS * sizeof(OpenCall)), "open",
                         (Py_ssize_t)OPEN_CALLS, "width", (Py_ssize_t)sizeof(OpenCall), "trace_id",
                         (Py_ssize_t)offsetof(OpenCall, trace_id), "args", (Py_ssize_t)offsetof(OpenCall, args), "room",
                         (Py_ssize_t)OPEN_TEXT, "numbers", list);
}

int
open_file_lent(OpenFile *file, uint64_t owner, int descriptor, off_t offset)
{
    *file = (OpenFile){.block = block_lent(OPEN_CALLS * sizeof(OpenCall), owner, descriptor, offset)};
    return file->block == NULL ? -1 : 0;
}

void
open_file_forget(OpenFile *file)
{
    if (file->block != NULL) {
        block_free(file->block);
    }
    *file = (OpenFile){0};
}
