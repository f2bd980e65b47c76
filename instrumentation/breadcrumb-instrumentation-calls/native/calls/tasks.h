/* asyncio's tasks by number, each told of once. The C twin of task_numbers.py, which is asked for trio's. */
#ifndef BREADCRUMB_TASKS_H
#define BREADCRUMB_TASKS_H

#include "interpreter/cpython.h"

typedef struct {
    const PyObject *task; /* compared only */
    PyObject *reference;  /* a weak one: the address may be another task's by now */
    uint64_t number;
} Task;

typedef struct {
    Task *table; /* open addressing, `room` a power of two */
    size_t room, used;
    PyObject *running_loop, *current, *type, *get_name; /* asyncio's, once it is there */
    PyObject *asyncio_name, *trio_name; /* of the modules that are looked for; NULL before the first time */
    PyObject *numbers; /* tasks.Tasks.numbers */
    PyObject *tell;    /* appends to tasks.Tasks.new */
} Tasks;

void tasks_free(Tasks *tasks);
/* For the garbage collector: what they refer to. */
int tasks_visit(const Tasks *tasks, visitproc visit, void *arg);
/* asyncio's or trio's task on this thread, 0 for none; `owner` has tasks.Tasks as `tasks` and asks it as `_task`. -1
   with an exception set. */
int tasks_current(Tasks *tasks, PyObject *owner, uint64_t *number);

#endif
