/* Blocks are used again: their pages are there already. */
#include "block.h"

#include <pthread.h>
#include <sys/mman.h>

#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#define KEPT 4
#define LENT 4 /* one of open calls, and three chunks */

static Block *kept[KEPT + LENT];
static size_t kept_count;
static Block *lent[LENT]; /* whether kept or in use */

static void *
own_memory(void *at, size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at == NULL ? 0 : MAP_FIXED);
    return mmap(at, size, PROT_READ | PROT_WRITE, flags, -1, 0);
}

/* Runs in a forked child before anything else can write: what was lent is its parent's. */
static void
forked(void)
{
    for (int i = 0; i < LENT; i++) {
        if (lent[i] != NULL) {
            own_memory(lent[i]->data, lent[i]->size);
            lent[i]->owner = 0;
            lent[i] = NULL;
        }
    }
}

int
blocks_ready(void)
{
    static int is_ready;
    if (!is_ready && pthread_atfork(NULL, NULL, forked) != 0) {
        PyErr_NoMemory();
        return -1;
    }
    is_ready = 1;
    return 0;
}

static Block *
mapped(void *data, size_t size, uint64_t owner)
{
    Block *block = data == MAP_FAILED ? NULL : PyMem_RawMalloc(sizeof(Block));
    if (block == NULL) {
        if (data != MAP_FAILED) {
            munmap(data, size);
        }
        PyErr_NoMemory();
        return NULL;
    }
    *block = (Block){data, size, owner};
    return block;
}

static Block *
take_kept(size_t size, uint64_t owner)
{
    for (size_t i = kept_count; i-- > 0;) {
        Block *block = kept[i];
        if (block->size == size && block->owner == owner) {
            kept[i] = kept[--kept_count];
            return block;
        }
    }
    return NULL;
}

Block *
block_new(size_t size, uint64_t owner)
{
    Block *block = take_kept(size, owner);
    block = block != NULL ? block : take_kept(size, 0);
    return block != NULL ? block : mapped(own_memory(NULL, size), size, 0);
}

static int
free_place(void)
{
    for (int i = 0; i < LENT; i++) {
        if (lent[i] == NULL) {
            return i;
        }
    }
    return -1;
}

int
block_may_be_lent(void)
{
    return free_place() >= 0;
}

Block *
block_lent(size_t size, uint64_t owner, int file, off_t offset)
{
    int place = free_place();
    void *data = place < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
    Block *block = mapped(data, size, owner);
    if (block != NULL) {
        lent[place] = block;
    }
    return block;
}

static void
dispose(Block *block)
{
    for (int i = 0; i < LENT; i++) {
        lent[i] = lent[i] == block ? NULL : lent[i];
    }
    munmap(block->data, block->size);
    PyMem_RawFree(block);
}

static int
is_retired(const Block *block)
{
    for (int i = 0; i < LENT; i++) {
        if (lent[i] == block) {
            return block->owner == 0;
        }
    }
    return 0;
}

void
block_free(Block *block)
{
    size_t own = 0;
    for (size_t i = 0; i < kept_count; i++) {
        own += kept[i]->owner == 0;
    }
    if (is_retired(block) || (block->owner == 0 && own >= KEPT)) {
        dispose(block);
    }
    else {
        kept[kept_count++] = block;
    }
}

void
blocks_retire(uint64_t owner)
{
    for (size_t i = kept_count; i-- > 0;) {
        if (kept[i]->owner == owner) {
            Block *block = kept[i];
            kept[i] = kept[--kept_count];
            dispose(block);
        }
    }
    for (int i = 0; i < LENT; i++) {
        if (lent[i] != NULL && lent[i]->owner == owner) {
            lent[i]->owner = 0; /* in use: gone when it is given back */
        }
    }
}
