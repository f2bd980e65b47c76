/* Texts of values, each kept once while it is remembered, and references to them.

   A reference is a scalar in itself, or a text that lives as long as somebody refers to it. Equal references stand for
   equal texts; a text that was forgotten meanwhile may be kept a second time. */
#ifndef BREADCRUMB_POOL_H
#define BREADCRUMB_POOL_H

#include "text.h"

typedef struct PoolText PoolText;
struct PoolText {
    PoolText *next; /* in its bucket */
    uint64_t hash;
    uint64_t chunk; /* the serial of the chunk that holds it, 0 for none */
    uint32_t index; /* its place there */
    uint32_t uses;
    size_t size, beyond; /* as of Text */
    char data[];
};

/* What a column of references says; texts have the numbers from COLUMN_TEXTS on, integers those from COLUMN_INTS on. */
enum { COLUMN_NOTHING, COLUMN_NULL, COLUMN_TRUE, COLUMN_FALSE, COLUMN_TEXTS };
#define COLUMN_INTS 0x80000000u
#define COLUMN_ZERO 0xC0000000u /* the integer 0 */

/* NOTHING, a scalar's number in a column shifted by one with the lowest bit set, or the address of a PoolText. */
typedef uintptr_t Ref;
#define NOTHING ((Ref)0)

/* The texts of one generation. */
typedef struct {
    PoolText **buckets;
    size_t count, size; /* texts, and their bytes */
} PoolTable;

/* The newer texts and those before them: where there are too many newer ones, the older are forgotten. */
typedef struct {
    PoolTable newer, older;
} Pool;

/* -1 with MemoryError set. */
int pool_init(Pool *pool);
void pool_free(Pool *pool);
/* A reference to a text of `size` bytes of which `beyond` continue a character, which is copied where it is new;
   NOTHING with MemoryError set. */
Ref pool_refer(Pool *pool, const char *data, size_t size, size_t beyond);

static inline Ref
ref_scalar(uint32_t number)
{
    return (Ref)number << 1 | 1;
}
static inline int
ref_is_text(Ref ref)
{
    return ref != NOTHING && !(ref & 1);
}
static inline PoolText *
ref_text(Ref ref)
{
    return (PoolText *)ref;
}
static inline uint32_t
ref_number(Ref ref)
{
    return (uint32_t)(ref >> 1);
}
static inline int
ref_fits(long long number)
{
    return -(1LL << 30) <= number && number < 1LL << 30;
}
static inline Ref
ref_int(long long number)
{
    return ref_scalar(COLUMN_ZERO + (uint32_t)(int32_t)number);
}

static inline Ref
ref_share(Ref ref)
{
    if (ref_is_text(ref)) {
        ref_text(ref)->uses++;
    }
    return ref;
}

static inline void
ref_release(Ref ref)
{
    if (ref_is_text(ref) && --ref_text(ref)->uses == 0) {
        PyMem_RawFree(ref_text(ref));
    }
}

enum { SCALAR_MOST = 11 /* bytes of a scalar's text */ };

/* How many bytes the text of a reference takes at most. */
static inline size_t
ref_size_most(Ref ref)
{
    return ref_is_text(ref) ? ref_text(ref)->size : SCALAR_MOST;
}
/* How many characters the text of a scalar has. */
static inline int
ref_length(Ref scalar)
{
    if (ref_number(scalar) < COLUMN_INTS) {
        return ref_number(scalar) == COLUMN_FALSE ? 5 : 4;
    }
    int32_t number = (int32_t)(ref_number(scalar) - COLUMN_ZERO);
    int length = 1 + (number < 0);
    for (uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number; rest >= 10; rest /= 10) {
        length++;
    }
    return length;
}
/* Append the text of a reference that is not NOTHING; -1 with MemoryError set. */
int ref_append(Text *text, Ref ref);

#endif
