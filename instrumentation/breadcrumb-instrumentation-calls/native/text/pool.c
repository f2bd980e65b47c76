#include "pool.h"

enum { BUCKETS = 1 << 13, GENERATION = 1 << 14 /* texts */, GENERATION_BYTES = 4 << 20 };

static void
table_clear(PoolTable *table)
{
    for (size_t i = 0; table->buckets != NULL && i < BUCKETS; i++) {
        for (PoolText *text = table->buckets[i]; text != NULL;) {
            PoolText *next = text->next;
            text->next = NULL;
            ref_release((Ref)text);
            text = next;
        }
        table->buckets[i] = NULL;
    }
    table->count = table->size = 0;
}

int
pool_init(Pool *pool)
{
    pool->newer.buckets = PyMem_RawCalloc(BUCKETS, sizeof(PoolText *));
    pool->older.buckets = PyMem_RawCalloc(BUCKETS, sizeof(PoolText *));
    if (pool->newer.buckets == NULL || pool->older.buckets == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

void
pool_free(Pool *pool)
{
    table_clear(&pool->newer);
    table_clear(&pool->older);
    PyMem_RawFree(pool->newer.buckets);
    PyMem_RawFree(pool->older.buckets);
    *pool = (Pool){0};
}

static inline uint64_t
mixed(uint64_t left, uint64_t right)
{
    unsigned __int128 product = (unsigned __int128)left * right;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t
word_at(const char *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

/* After wyhash, by Wang Yi: two words a step, the last ones may overlap. It only finds: texts are compared whole. */
static uint64_t
hash_of(const char *data, size_t size)
{
    const uint64_t first = 0xa0761d6478bd642fu, second = 0xe7037ed1a0b428dbu;
    uint64_t hash = first ^ size;
    size_t at = 0;
    for (; at + 16 <= size; at += 16) {
        hash = mixed(word_at(data + at) ^ second, word_at(data + at + 8) ^ hash);
    }
    if (size >= 16) {
        return mixed(word_at(data + size - 16) ^ second, word_at(data + size - 8) ^ hash);
    }
    char tail[16] = {0};
    memcpy(tail, data, size);
    return mixed(word_at(tail) ^ second, word_at(tail + 8) ^ hash);
}

static PoolText **
place_of(const PoolTable *table, uint64_t hash, const char *data, size_t size)
{
    PoolText **place = &table->buckets[hash & (BUCKETS - 1)];
    while (*place != NULL &&
           !((*place)->hash == hash && (*place)->size == size && memcmp((*place)->data, data, size) == 0)) {
        place = &(*place)->next;
    }
    return place;
}

static void
add(Pool *pool, PoolText *text)
{
    if (pool->newer.count >= GENERATION || pool->newer.size >= GENERATION_BYTES) {
        PoolTable oldest = pool->older;
        table_clear(&oldest);
        pool->older = pool->newer;
        pool->newer = oldest;
    }
    PoolText **bucket = &pool->newer.buckets[text->hash & (BUCKETS - 1)];
    text->next = *bucket;
    *bucket = text;
    pool->newer.count++;
    pool->newer.size += text->size;
}

static PoolText *
make(uint64_t hash, const char *data, size_t size, size_t beyond)
{
    PoolText *text = PyMem_RawMalloc(sizeof *text + size);
    if (text == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *text = (PoolText){.hash = hash, .uses = 1, .size = size, .beyond = beyond};
    memcpy(text->data, data, size);
    return text;
}

Ref
pool_refer(Pool *pool, const char *data, size_t size, size_t beyond)
{
    uint64_t hash = hash_of(data, size);
    PoolText *text = *place_of(&pool->newer, hash, data, size);
    if (text == NULL) {
        PoolText **place = place_of(&pool->older, hash, data, size);
        text = *place;
        if (text != NULL) {
            *place = text->next;
            pool->older.count--;
            pool->older.size -= text->size;
        }
        else if ((text = make(hash, data, size, beyond)) == NULL) {
            return NOTHING;
        }
        add(pool, text);
    }
    text->uses++;
    return (Ref)text;
}

int
ref_append(Text *text, Ref ref)
{
    if (ref_is_text(ref)) {
        const PoolText *kept = ref_text(ref);
        int failed = text_ascii(text, kept->data, kept->size);
        text->beyond += failed ? 0 : kept->beyond;
        return failed;
    }
    switch (ref_number(ref)) {
    case COLUMN_NULL:
        return text_ascii(text, "null", 4);
    case COLUMN_TRUE:
        return text_ascii(text, "true", 4);
    case COLUMN_FALSE:
        return text_ascii(text, "false", 5);
    default:
        return text_number(text, (int32_t)(ref_number(ref) - COLUMN_ZERO));
    }
}
