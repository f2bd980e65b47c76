/* What a chunk is made of, for the two files that know: chunk.c fills it, chunk_object.c shows it to Python. */
#ifndef BREADCRUMB_CHUNK_PARTS_H
#define BREADCRUMB_CHUNK_PARTS_H

#include "block.h"
#include "chunk.h"

enum {
    TRACE_ID,
    SPAN_ID,
    PARENT_ID,
    CODE,
    DEPTH,
    SUSPENSIONS,
    START_NS,
    DURATION_NS,
    CHILD_NS,
    RAN_NS,
    STACK,
    ORDINAL,
    LAST_ORDINAL,
    THREAD,
    TASK,
    OUTCOME,
    CALLED_LINE,
    ENDED_LINE,
    FIXED
};
enum { EXCEPTION, EXTRA, TEXTS };

typedef struct {
    const char *name, *format;
    size_t width;
} FixedColumn;

extern const FixedColumn chunk_fixed[FIXED];
extern const char *const chunk_texts[TEXTS];
extern PyTypeObject *chunk_type;

typedef struct {
    int64_t *offsets; /* rows + 1; a row without a text writes none: they are filled up before they are read */
    uint64_t *filled; /* rows up to which they are, in the head */
    unsigned char *valid; /* bitmap, least significant bit first */
    char *data;
    size_t size; /* bytes of data */
    size_t nulls;
} TextColumn;

/* The texts that rows refer to, each once. */
typedef struct {
    int64_t *offsets; /* of values + 1 */
    uint64_t *count;  /* of whole values, in the head */
    char *data;
    size_t size; /* bytes of data */
} ValueColumn;

/* The numbers by which rows refer to values (pool.h). */
typedef struct {
    int32_t *offsets; /* of the rows' arguments, rows + 1 */
    uint32_t *args;
    uint32_t *results;
} RefColumns;

/* What stands at the beginning of a block: who finds it after the process is gone reads whole rows only. */
typedef struct {
    uint64_t rows;
    uint64_t noted; /* bytes of notes */
    uint64_t filled[TEXTS];
    uint64_t values;
} Head;

#define HEAD 64
#define NOTES 65536

struct Chunk {
    PyObject_HEAD
    Block *block;
    Head *head;
    uint64_t serial; /* no two chunks of a process share one */
    size_t room; /* bytes for each text column */
    char *columns[FIXED];
    TextColumn texts[TEXTS];
    ValueColumn values;
    RefColumns refs;
    char *notes;
};

/* Where everything lies in a block, in bytes. */
typedef struct {
    size_t columns[FIXED];
    struct {
        size_t offsets, valid, data;
    } texts[TEXTS];
    struct {
        size_t offsets, data;
    } values;
    struct {
        size_t offsets, args, results;
    } refs;
    size_t notes, size;
} Layout;

/* With room for so many bytes in each text column. */
Layout chunk_layout_of(size_t text);
/* Let the offsets of rows without a text point to where the next one begins. */
static inline void
fill_up(TextColumn *column, size_t rows)
{
    while (*column->filled < rows) {
        column->offsets[++*column->filled] = (int64_t)column->size;
    }
}

#endif
