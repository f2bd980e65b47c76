/* The LZ4 block format: sequences of a token, literals, and a match of at least four bytes so far back. The last five
   bytes are literals, and no match begins in the last twelve. */
#include "pack.h"

enum {
    HASH_BITS = 13,
    LEAST_MATCH = 4,
    LAST_LITERALS = 5,
    LAST_BEGIN = 12,
    FARTHEST = 65535,
    NIBBLE = 15,
    HURRY = 6,            /* after 2^6 places without a match every second one is tried, and so on */
    LEAST_SIZE = 256,     /* fewer bytes are not worth it */
    LARGEST = 1 << 28,    /* what a reader takes */
};

typedef struct {
    const uint8_t *data, *at, *end;
    uint8_t *out;
    uint32_t seen[1 << HASH_BITS]; /* where four bytes with a hash were met last, from the beginning */
} Packing;

static inline uint32_t
four(const uint8_t *at)
{
    uint32_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static size_t
length_of_match(const uint8_t *one, const uint8_t *other, const uint8_t *end)
{
    const uint8_t *start = one;
    while (one + sizeof(uint64_t) <= end) {
        uint64_t here, there;
        memcpy(&here, one, sizeof here);
        memcpy(&there, other, sizeof there);
        if (here != there) {
            return (size_t)(one - start) + (size_t)__builtin_ctzll(here ^ there) / 8;
        }
        one += sizeof here;
        other += sizeof here;
    }
    while (one < end && *one == *other) {
        one++;
        other++;
    }
    return (size_t)(one - start);
}

/* What a token has no room for of a length. */
static void
put_length(Packing *packing, size_t rest)
{
    for (; rest >= 255; rest -= 255) {
        *packing->out++ = 255;
    }
    *packing->out++ = (uint8_t)rest;
}

/* The literals up to a place, and a match there if `back` is not 0. */
static void
put_sequence(Packing *packing, const uint8_t *until, size_t back, size_t match)
{
    size_t literals = (size_t)(until - packing->at), more = back ? match - LEAST_MATCH : 0;
    *packing->out++ = (uint8_t)((literals < NIBBLE ? literals : NIBBLE) << 4 | (more < NIBBLE ? more : NIBBLE));
    if (literals >= NIBBLE) {
        put_length(packing, literals - NIBBLE);
    }
    memcpy(packing->out, packing->at, literals);
    packing->out += literals;
    packing->at = until + match;
    if (back) {
        *packing->out++ = (uint8_t)back;
        *packing->out++ = (uint8_t)(back >> 8);
        if (more >= NIBBLE) {
            put_length(packing, more - NIBBLE);
        }
    }
}

/* Where these four bytes stood before, NULL if too far back; remember that they stand here. */
static const uint8_t *
before(Packing *packing, const uint8_t *here)
{
    uint32_t bytes = four(here), *seen = &packing->seen[bytes * 2654435761u >> (32 - HASH_BITS)];
    const uint8_t *there = packing->data + *seen;
    *seen = (uint32_t)(here - packing->data);
    return there < here && here - there <= FARTHEST && four(there) == bytes ? there : NULL;
}

static void
pack_all(Packing *packing)
{
    const uint8_t *last = packing->end - LAST_BEGIN, *here = packing->data + 1;
    size_t tried = 1 << HURRY;
    while (here <= last) {
        const uint8_t *there = before(packing, here);
        if (there == NULL) {
            here += tried++ >> HURRY;
            continue;
        }
        while (here > packing->at && there > packing->data && here[-1] == there[-1]) {
            here--;
            there--;
        }
        size_t match = length_of_match(here, there, packing->end - LAST_LITERALS);
        put_sequence(packing, here, (size_t)(here - there), match);
        here = packing->at;
        tried = 1 << HURRY;
    }
    put_sequence(packing, packing->end, 0, 0);
}

static PyObject *
packed(const Py_buffer *view)
{
    size_t size = (size_t)view->len, most = size + size / 255 + 16;
    Packing *packing = PyMem_RawMalloc(sizeof *packing + most);
    if (packing == NULL) {
        return PyErr_NoMemory();
    }
    uint8_t *out = (uint8_t *)(packing + 1);
    packing->data = packing->at = view->buf;
    packing->end = packing->data + size;
    packing->out = out;
    memset(packing->seen, 0, sizeof packing->seen);
    Py_BEGIN_ALLOW_THREADS;
    pack_all(packing);
    Py_END_ALLOW_THREADS;
    size_t small = (size_t)(packing->out - out);
    PyObject *block =
        small > size - size / 8 ? Py_NewRef(Py_None) : PyBytes_FromStringAndSize((const char *)out, (Py_ssize_t)small);
    PyMem_RawFree(packing);
    return block;
}

PyObject *
pack(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    PyObject *block = view.len < LEAST_SIZE || view.len > LARGEST ? Py_NewRef(Py_None) : packed(&view);
    PyBuffer_Release(&view);
    return block;
}
