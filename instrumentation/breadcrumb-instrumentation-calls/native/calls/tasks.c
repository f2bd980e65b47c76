#include "tasks.h"

enum { FIRST_ROOM = 64 };

void
tasks_free(Tasks *tasks)
{
    for (size_t i = 0; i < tasks->room; i++) {
        Py_XDECREF(tasks->table[i].reference);
    }
    PyMem_Free(tasks->table);
    Py_XDECREF(tasks->running_loop);
    Py_XDECREF(tasks->current);
    Py_XDECREF(tasks->type);
    Py_XDECREF(tasks->get_name);
    Py_XDECREF(tasks->asyncio_name);
    Py_XDECREF(tasks->trio_name);
    Py_XDECREF(tasks->numbers);
    Py_XDECREF(tasks->tell);
    *tasks = (Tasks){0};
}

int
tasks_visit(const Tasks *tasks, visitproc visit, void *arg)
{
    for (size_t i = 0; i < tasks->room; i++) {
        Py_VISIT(tasks->table[i].reference);
    }
    Py_VISIT(tasks->running_loop);
    Py_VISIT(tasks->current);
    Py_VISIT(tasks->type);
    Py_VISIT(tasks->get_name);
    Py_VISIT(tasks->numbers);
    Py_VISIT(tasks->tell);
    return 0;
}

/* A module that is loaded, borrowed; NULL where it is not, or with an exception set. `key` keeps its name. */
static PyObject *
loaded(PyObject **key, const char *name)
{
    *key = *key != NULL ? *key : PyUnicode_InternFromString(name);
    return *key == NULL ? NULL : PyDict_GetItemWithError(PyImport_GetModuleDict(), *key);
}

static int
find_python(Tasks *tasks, PyObject *owner)
{
    PyObject *python = PyObject_GetAttrString(owner, "tasks");
    PyObject *new = python == NULL ? NULL : PyObject_GetAttrString(python, "new");
    tasks->numbers = new == NULL ? NULL : PyObject_GetAttrString(python, "numbers");
    tasks->tell = tasks->numbers == NULL ? NULL : PyObject_GetAttrString(new, "append");
    Py_XDECREF(python);
    Py_XDECREF(new);
    return tasks->tell == NULL ? -1 : 0;
}

/* Take asyncio's functions when it is there; 0 where it is not, or an older one. */
static int
find_asyncio(Tasks *tasks, PyObject *owner)
{
    if (tasks->get_name != NULL) {
        return 1;
    }
    PyObject *module = loaded(&tasks->asyncio_name, "_asyncio");
    if (module == NULL) {
        return PyErr_Occurred() ? -1 : 0;
    }
    Py_CLEAR(tasks->numbers);
    Py_CLEAR(tasks->tell);
    if (find_python(tasks, owner) < 0) {
        return -1;
    }
    Py_XSETREF(tasks->running_loop, PyObject_GetAttrString(module, "_get_running_loop"));
    Py_XSETREF(tasks->current, tasks->running_loop == NULL ? NULL : PyObject_GetAttrString(module, "current_task"));
    Py_XSETREF(tasks->type, tasks->current == NULL ? NULL : PyObject_GetAttrString(module, "Task"));
    tasks->get_name = tasks->type == NULL ? NULL : PyObject_GetAttrString(tasks->type, "get_name");
    PyErr_Clear(); /* a module that was only begun, or is another's */
    return tasks->get_name != NULL && PyType_Check(tasks->type);
}

static int
is_alive(const Task *known)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *task;
    int found = PyWeakref_GetRef(known->reference, &task);
    Py_XDECREF(task);
    PyErr_Clear();
    return found > 0;
#else
    return PyWeakref_GET_OBJECT(known->reference) != Py_None;
#endif
}

static Task *
place_of(Task *table, size_t room, const PyObject *task)
{
    size_t at = ((size_t)task >> 4 ^ (size_t)task >> 12) & (room - 1);
    while (table[at].task != NULL && table[at].task != task) {
        at = (at + 1) & (room - 1);
    }
    return &table[at];
}

/* Leave out the tasks that are gone; twice the room where that does not help. */
static int
make_room(Tasks *tasks)
{
    size_t alive = 0;
    for (size_t i = 0; i < tasks->room; i++) {
        alive += tasks->table[i].task != NULL && is_alive(&tasks->table[i]);
    }
    size_t room = tasks->room ? tasks->room : FIRST_ROOM;
    room *= 4 * alive > room ? 2 : 1;
    Task *table = PyMem_Calloc(room, sizeof *table);
    if (table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Task *old = tasks->table;
    size_t count = tasks->room;
    tasks->table = table;
    tasks->room = room;
    tasks->used = 0;
    for (size_t i = 0; i < count; i++) {
        if (old[i].task != NULL && is_alive(&old[i])) {
            *place_of(table, room, old[i].task) = old[i];
            tasks->used++;
        }
        else {
            Py_XDECREF(old[i].reference);
        }
    }
    PyMem_Free(old);
    return 0;
}

static PyObject *
name_of(const Tasks *tasks, PyObject *task)
{
    PyObject *name =
        PyObject_TypeCheck(task, (PyTypeObject *)tasks->type) ? PyObject_CallOneArg(tasks->get_name, task) : NULL;
    if (name == NULL || !PyUnicode_CheckExact(name)) {
        PyErr_Clear();
        Py_XSETREF(name, PyUnicode_FromString("?"));
    }
    return name;
}

/* Number a task that was not seen before, and have it told of. */
static int
add(Tasks *tasks, PyObject *task, uint64_t *number)
{
    if (2 * (tasks->used + 1) > tasks->room && make_room(tasks) < 0) {
        return -1;
    }
    PyObject *given = PyIter_Next(tasks->numbers);
    *number = given == NULL ? 0 : PyLong_AsUnsignedLongLong(given);
    Py_XDECREF(given);
    PyObject *name = given == NULL ? NULL : name_of(tasks, task);
    PyObject *fact = name == NULL ? NULL : Py_BuildValue("(KN)", (unsigned long long)*number, name);
    PyObject *told = fact == NULL ? NULL : PyObject_CallOneArg(tasks->tell, fact);
    Py_XDECREF(fact);
    Py_XDECREF(told);
    PyObject *reference = told == NULL ? NULL : PyWeakref_NewRef(task, NULL);
    if (reference == NULL) {
        return -1;
    }
    Task *place = place_of(tasks->table, tasks->room, task);
    tasks->used += place->task == NULL;
    PyObject *before = place->reference;
    *place = (Task){task, reference, *number};
    Py_XDECREF(before);
    return 0;
}

static int
number_of(Tasks *tasks, PyObject *task, uint64_t *number)
{
    if (tasks->room) {
        const Task *known = place_of(tasks->table, tasks->room, task);
        if (known->task != NULL && is_alive(known)) {
            *number = known->number;
            return 0;
        }
    }
    return add(tasks, task, number);
}

static int
ask_python(PyObject *owner, uint64_t *number)
{
    PyObject *answer = PyObject_CallMethod(owner, "_task", NULL);
    if (answer == NULL) {
        return -1;
    }
    *number = PyLong_AsUnsignedLongLong(answer);
    Py_DECREF(answer);
    return PyErr_Occurred() ? -1 : 0;
}

int
tasks_current(Tasks *tasks, PyObject *owner, uint64_t *number)
{
    *number = 0;
    int has_asyncio = find_asyncio(tasks, owner);
    PyObject *loop = has_asyncio <= 0 ? Py_NewRef(Py_None) : PyObject_CallNoArgs(tasks->running_loop);
    if (has_asyncio < 0 || loop == NULL) {
        Py_XDECREF(loop);
        return -1;
    }
    if (loop == Py_None) {
        Py_DECREF(loop);
        if (loaded(&tasks->trio_name, "trio._core._run") != NULL) {
            return ask_python(owner, number);
        }
        return PyErr_Occurred() ? -1 : 0;
    }
    PyObject *task = PyObject_CallOneArg(tasks->current, loop);
    Py_DECREF(loop);
    int result = task == NULL ? -1 : task == Py_None ? 0 : number_of(tasks, task, number);
    Py_XDECREF(task);
    return result;
}
