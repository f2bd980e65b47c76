/* Keys that show by their own form (shapes.py). */
#include "proof.h"

static int
take_shape(Shapes *shapes, Shape *shape, PyObject *told)
{
    PyObject *prefix, *body;
    int least;
    if (!PyArg_ParseTuple(told, "UUi", &prefix, &body, &least)) {
        return -1;
    }
    Py_ssize_t length, following;
    const char *characters = PyUnicode_AsUTF8AndSize(body, &following);
    shape->prefix = PyUnicode_AsUTF8AndSize(prefix, &length);
    if (characters == NULL || shape->prefix == NULL) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < following; i++) {
        unsigned char c = (unsigned char)characters[i];
        shape->body[c >> 6 & 1] |= (uint64_t)1 << (c & 63);
    }
    shape->length = (uint32_t)length;
    shape->least = (uint32_t)least;
    shape->head = (unsigned)(shape->prefix[0] & 127) << 7 | (unsigned)(shape->prefix[1] & 127);
    shape->next = shapes->first[shape->head & 255];
    shapes->first[shape->head & 255] = shape;
    shapes->heads[shape->head >> 3] |= (unsigned char)(1 << (shape->head & 7));
    size_t size = (size_t)shape->length + shape->least;
    shapes->shortest = size < shapes->shortest ? size : shapes->shortest;
    return 0;
}

int
take_shapes(Shapes *shapes, PyObject *writer)
{
    PyObject *told = PyObject_CallMethod(writer, "shapes", NULL);
    if (told == NULL || !PyTuple_Check(told)) {
        Py_XDECREF(told);
        return -1;
    }
    Shapes taken = {.told = told, .count = PyTuple_GET_SIZE(told), .shortest = SIZE_MAX};
    taken.shapes = PyMem_Calloc((size_t)taken.count + 1, sizeof *taken.shapes);
    int failed = taken.shapes == NULL;
    for (Py_ssize_t i = 0; !failed && i < taken.count; i++) {
        failed = take_shape(&taken, &taken.shapes[i], PyTuple_GET_ITEM(told, i)) < 0;
    }
    if (failed || shapes->told != NULL) {
        shapes_free(&taken); /* or another thread was quicker */
    }
    else {
        *shapes = taken;
    }
    if (failed && !PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    return failed ? -1 : 0;
}

void
shapes_free(Shapes *shapes)
{
    PyMem_Free(shapes->shapes);
    Py_CLEAR(shapes->told);
    shapes->shapes = NULL;
    shapes->count = 0;
}

static inline int
is_body(const Shape *shape, unsigned char c)
{
    return c < 128 && shape->body[c >> 6] >> (c & 63) & 1;
}

/* Whether a shape begins here and is long enough, or reaches a cut. */
static int
begins_shape(const Shapes *shapes, const Passage *passage, size_t at)
{
    unsigned pair = (unsigned)passage->text[at] << 7 | passage->text[at + 1];
    if (!(shapes->heads[pair >> 3] & 1 << (pair & 7))) {
        return 0;
    }
    for (const Shape *shape = shapes->first[pair & 255]; shape != NULL; shape = shape->next) {
        if (shape->head != pair || passage->length - at < shape->length ||
            memcmp(passage->text + at, shape->prefix, shape->length) != 0) {
            continue;
        }
        size_t begin = at + shape->length, end = begin;
        while (end < passage->length && is_body(shape, passage->text[end])) {
            end++;
        }
        if (end - begin >= shape->least || (passage->is_head && end == passage->length)) {
            return 1;
        }
    }
    return 0;
}

int
may_hold_whole(const Passage *passage)
{
    for (size_t at = 0; at < passage->length; at++) {
        switch (passage->text[at]) {
        case 'Q':
            if (stands_at(passage, at, "Q~")) {
                return 1;
            }
            break;
        case '-':
            if (stands_at(passage, at, "-us") && run_before(passage, at, ALNUM) >= 32) {
                return 1;
            }
            break;
        case ':':
            if (stands_at(passage, at, ":AA") && run_before(passage, at, NUMERAL) >= 8) {
                return 1;
            }
            break;
        case '.':
            if (stands_at(passage, at, ".atlasv1.")) {
                return 1;
            }
            if (passage->length - at > 7 && passage->text[at + 7] == '.' &&
                end_of_run(passage, at + 1, WORD | DASH) == at + 7 && run_before(passage, at, WORD | DASH) >= 24) {
                return 1;
            }
            break;
        default:
            break;
        }
    }
    return 0;
}

/* Where a run begins that is long enough for a shape, or that the end cuts. */
static size_t
first_long_run(const Shapes *shapes, const Passage *passage, const Survey *survey)
{
    if (survey->longest_run >= shapes->shortest) {
        return 0;
    }
    size_t begin = passage->length;
    while (passage->is_head && begin > 0 && !is_of(passage->text[begin - 1], SPACE)) {
        begin--;
    }
    return begin;
}

int
may_hold_shape(const Shapes *shapes, const Passage *passage, const Survey *survey)
{
    int was_alnum = 0;
    for (size_t at = first_long_run(shapes, passage, survey); at + 1 < passage->length; at++) {
        unsigned char c = passage->text[at];
        int is_alnum = is_of(c, ALNUM);
        int begins = is_alnum ? !was_alnum : (c == '$' || c == '?' || c == '&') && is_of(passage->text[at + 1], ALNUM);
        if (begins && begins_shape(shapes, passage, at)) {
            return 1;
        }
        was_alnum = is_alnum;
    }
    return 0;
}
