/* Memory that may lie in a file that somebody lends: what is in it outlives the process, however that ends. A forked
   child finds empty memory of its own in the place of what was lent to its parent. */
#ifndef BREADCRUMB_BLOCK_H
#define BREADCRUMB_BLOCK_H

#include "interpreter/cpython.h"

typedef struct {
    char *data;
    size_t size;
    uint64_t owner; /* for whom it was lent; 0 where it was not */
} Block;

/* Once per process; -1 with an exception set. */
int blocks_ready(void);
/* Memory for an owner (never 0), zeros or what it held before; lent memory if there is some. NULL with MemoryError set. */
Block *block_new(size_t size, uint64_t owner);
/* Memory for an owner in a file, from `offset` on; the file may be closed then. NULL with an exception set. */
Block *block_lent(size_t size, uint64_t owner, int file, off_t offset);
/* Whether one more block may be lent. */
int block_may_be_lent(void);
/* Give it back. */
void block_free(Block *block);
/* Nothing that was lent for an owner is used again. */
void blocks_retire(uint64_t owner);

#endif
