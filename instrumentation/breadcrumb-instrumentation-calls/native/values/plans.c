#include "plans.h"

#include <structmember.h>

enum { FIRST_ROOM = 64, LARGEST_ROOM = 8192 };

static void
plan_free(Plan *plan)
{
    for (Py_ssize_t i = 0; i < plan->slot_count; i++) {
        Py_DECREF(plan->slots[i].name);
    }
    PyMem_Free(plan->slots);
    Py_XDECREF(plan->name);
    Py_XDECREF(plan->head);
    Py_XDECREF(plan->names);
    Py_XDECREF(plan->qualname);
    *plan = (Plan){0};
}

static unsigned
version_of(PyTypeObject *type)
{
    if (type->tp_version_tag == 0) {
        PyUnstable_Type_AssignVersionTag(type);
    }
    return type->tp_version_tag;
}

int
plans_init(Plans *plans, PyObject *find, PyObject *plain, Py_ssize_t most)
{
    *plans = (Plans){0};
    PyObject *found = PyDict_GetItemString(((PyTypeObject *)plain)->tp_dict, "__dict__"); /* its own class's */
    if (found == NULL || !Py_IS_TYPE(found, &PyGetSetDescr_Type)) {
        PyErr_SetString(PyExc_TypeError, "a class with a __dict__ is needed");
        return -1;
    }
    plans->plain_dict = ((PyGetSetDescrObject *)found)->d_getset->get;
    plans->find = Py_NewRef(find);
    plans->most = PyLong_FromSsize_t(most);
    return plans->most == NULL ? -1 : 0;
}

static void
forget_all(Plans *plans)
{
    Plan *table = plans->table;
    size_t room = plans->room;
    plans->table = NULL;
    plans->room = plans->used = 0;
    for (size_t i = 0; i < room; i++) {
        plan_free(&table[i]);
    }
    PyMem_Free(table);
}

void
plans_free(Plans *plans)
{
    forget_all(plans);
    plan_free(&plans->passing);
    Py_CLEAR(plans->find);
    Py_CLEAR(plans->most);
}

static int
plan_visit(const Plan *plan, visitproc visit, void *arg)
{
    Py_VISIT(plan->qualname);
    Py_VISIT(plan->names);
    return 0;
}

int
plans_visit(const Plans *plans, visitproc visit, void *arg)
{
    Py_VISIT(plans->find);
    int result = plan_visit(&plans->passing, visit, arg);
    for (size_t i = 0; result == 0 && i < plans->room; i++) {
        result = plan_visit(&plans->table[i], visit, arg);
    }
    return result;
}

/* Twice the room; when that would be too much, every plan is forgotten. */
static int
make_room(Plans *plans)
{
    size_t room = plans->room ? plans->room * 2 : FIRST_ROOM;
    if (room > LARGEST_ROOM) {
        forget_all(plans);
        room = FIRST_ROOM;
    }
    Plan *table = PyMem_Calloc(room, sizeof *table);
    if (table == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < plans->room; i++) {
        if (plans->table[i].type != NULL) {
            *plan_place(table, room, plans->table[i].type) = plans->table[i];
        }
    }
    PyMem_Free(plans->table);
    plans->table = table;
    plans->room = room;
    return 0;
}

/* Take the slots over; 1 where all can be read by offset, 0 where not, -1 with an exception set. */
static int
take_slots(Plan *plan, PyObject *slots)
{
    Py_ssize_t count = PyTuple_GET_SIZE(slots);
    plan->slots = PyMem_Calloc((size_t)count + 1, sizeof *plan->slots);
    if (plan->slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name, *descriptor;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(slots, i), "UO", &name, &descriptor)) {
            return -1;
        }
        PyMemberDef *member =
            Py_IS_TYPE(descriptor, &PyMemberDescr_Type) ? ((PyMemberDescrObject *)descriptor)->d_member : NULL;
        int is_object = member != NULL && (member->type == T_OBJECT_EX || member->type == T_OBJECT);
        int is_number = member != NULL && member->type == T_PYSSIZET;
        if (!KNOWS_LAYOUTS || !(is_object || is_number) || member->flags & PY_AUDIT_READ) {
            return 0;
        }
        PyObject *empty = member->type == T_OBJECT ? Py_None : NULL;
        for (Py_ssize_t k = 0; k < i; k++) {
            plan->repeats |= PyUnicode_Compare(plan->slots[k].name, name) == 0;
        }
        plan->slots[i] = (Slot){Py_NewRef(name), member->offset, empty, (char)is_number};
        plan->slot_count++;
    }
    return 1;
}

/* Whether `__dict__` is what the interpreter itself keeps for the type's instances, in its own place. */
static int
is_plain_dict(const Plans *plans, PyTypeObject *type, PyObject *descriptor)
{
    if (!KNOWS_LAYOUTS || (type->tp_dictoffset <= 0 && !(type->tp_flags & Py_TPFLAGS_MANAGED_DICT))) {
        return 0;
    }
    if (Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
        const PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
        return member->type == T_OBJECT && member->offset == type->tp_dictoffset;
    }
    if (!Py_IS_TYPE(descriptor, &PyGetSetDescr_Type)) {
        return 0;
    }
    getter get = ((PyGetSetDescrObject *)descriptor)->d_getset->get;
    if (get == PyObject_GenericGetDict) {
        return 1;
    }
    if (get != plans->plain_dict) {
        return 0;
    }
    for (PyTypeObject *base = type; base != NULL; base = base->tp_base) {
        if (base->tp_dictoffset != 0 && !(base->tp_flags & Py_TPFLAGS_HEAPTYPE)) {
            return 0; /* the getter asks such a base */
        }
    }
    return 1;
}

static int
fill(Plans *plans, Plan *plan, PyTypeObject *type, PyObject *found)
{
    int kind;
    PyObject *name, *head, *slots, *dict, *names;
    if (!PyArg_ParseTuple(found, "iUUO!OO!", &kind, &name, &head, &PyTuple_Type, &slots, &dict, &PyTuple_Type,
                          &names)) {
        return -1;
    }
    plan->name = Py_NewRef(name);
    plan->head = Py_NewRef(head);
    plan->names = Py_NewRef(names);
    plan->has_dict = dict != Py_None;
    int taken = take_slots(plan, slots);
    if (taken > 0 &&
        (kind == PLAN_CLASS || kind == PLAN_SUMMARY || !plan->has_dict || is_plain_dict(plans, type, dict))) {
        plan->kind = (char)kind;
    }
    return taken < 0 ? -1 : 0;
}

static const Plan *
find_plan(Plans *plans, PyTypeObject *type)
{
    Plan plan = {.type = type,
                 .meta = Py_TYPE(type),
                 .version = version_of(type),
                 .meta_version = version_of(Py_TYPE(type)),
                 .serial = ++plans->serials};
    int is_passing = plan.version == 0 || plan.meta_version == 0; /* from 3.13 on a class has 1,000 versions at most */
    plan.qualname = Py_XNewRef(type_qualname(type));
    PyObject *found = PyObject_CallFunctionObjArgs(plans->find, (PyObject *)type, plans->most, NULL);
    if (found == NULL || fill(plans, &plan, type, found) < 0 ||
        (!is_passing && 4 * (plans->used + 1) > 3 * plans->room && make_room(plans) < 0)) {
        Py_XDECREF(found);
        plan_free(&plan);
        return NULL;
    }
    Py_DECREF(found);
    Plan *place = is_passing ? &plans->passing : plan_place(plans->table, plans->room, type);
    plans->used += !is_passing && place->type == NULL;
    plan_free(place);
    *place = plan;
    return place;
}

const Plan *
plan_of(Plans *plans, PyTypeObject *type)
{
    const Plan *known = plan_known(plans, type);
    return known != NULL ? known : find_plan(plans, type);
}

void
plan_ends(Plans *plans, PyTypeObject *type, int ends)
{
    if (plan_known(plans, type) != NULL) {
        plan_place(plans->table, plans->room, type)->ends = (char)ends;
    }
}
