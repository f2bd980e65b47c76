/* A batch of finished calls as columns: what the recorder fills and the pump hands on. */
#ifndef BREADCRUMB_CHUNK_H
#define BREADCRUMB_CHUNK_H

#include "text/pool.h"

#define CHUNK_ROWS 4096
#define CHUNK_REFS (8 * CHUNK_ROWS)   /* arguments of all its rows; what one call has beyond is not kept */
#define CHUNK_VALUES (4 * CHUNK_ROWS) /* different texts that they refer to */

/* A finished call, in the order of the batch's columns. Times are nanoseconds. */
typedef struct {
    unsigned char trace_id[16]; /* big-endian */
    uint64_t span_id, parent_id;
    uint32_t code, depth, suspensions;
    int64_t start_ns; /* since the epoch */
    int64_t duration_ns, child_ns, ran_ns;
    uint64_t stack, ordinal, last_ordinal, thread, task;
    unsigned char outcome;
    uint32_t called_line, ended_line;
    const Ref *args;
    size_t arg_count;
    Ref result;
    const Text *exception, *extra; /* NULL where there is none */
} Row;

#define CHUNK_VALUES_SHARE 4

typedef struct Chunk Chunk; /* a Python object: a sequence of row tuples that also gives its columns */

/* Create the type `_recorder.Chunk`; -1 with an exception set. */
int chunk_ready(PyObject *module);
/* An empty chunk of an owner (block.h) whose text columns have room for `text` bytes each, and its values for
   CHUNK_VALUES_SHARE times as many; NULL with MemoryError set. */
Chunk *chunk_new(size_t text, uint64_t owner);
/* The same in a file that somebody lends; NULL with an exception set. */
Chunk *chunk_lent(size_t text, uint64_t owner, int file, off_t offset);
int chunk_is_lent(const Chunk *chunk);
/* The size of such a file and where everything lies in it, in bytes: a dict; NULL with an exception set. */
PyObject *chunk_layout(size_t text);
/* Add a line of text for who finds the chunk after the process is gone; nothing where there is no room. */
void chunk_note(Chunk *chunk, const char *text, size_t size);
size_t chunk_rows(const Chunk *chunk);
/* The bytes of the largest text that a row adds to a column of an empty chunk, by its share of the room. */
size_t chunk_text_most(const Row *row);
/* Whether one more row with these texts fits. */
int chunk_fits(const Chunk *chunk, const Row *row);
/* Append a row that fits. */
void chunk_append(Chunk *chunk, const Row *row);

#endif
