/* What is known of each open call, in a file that outlives the process: who finds it knows where the process stood. */
#ifndef BREADCRUMB_OPEN_FILE_H
#define BREADCRUMB_OPEN_FILE_H

#include "block.h"

#include <stdint.h>
#include <string.h>

#define OPEN_CALLS 2048 /* calls that are open beyond these are told of only after a while, as all are */
#define OPEN_TEXT 920

typedef struct OpenCall OpenCall;
struct OpenCall {
    uint64_t span_id; /* 0 where there is no call: written last, and cleared first */
    uint64_t parent_id;
    unsigned char trace_id[16]; /* big-endian */
    int64_t start_ns; /* since the epoch */
    uint64_t stack, ordinal, thread, task;
    uint32_t code, depth;
    uint64_t size; /* bytes of the arguments; they are not here where there is no room for all */
    OpenCall *next; /* among the free ones */
    char args[OPEN_TEXT];
};

typedef struct {
    Block *block; /* NULL where nobody lends a file */
    OpenCall *free;
    size_t used; /* beyond these none was ever taken: their pages are not there yet */
} OpenFile;

/* The size of such a file and where everything lies in it, in bytes: a dict; NULL with an exception set. */
PyObject *open_file_layout(void);
/* Use a file that somebody lends from now on; -1 with an exception set. */
int open_file_lent(OpenFile *file, uint64_t owner, int descriptor, off_t offset);
/* Use none; what was taken is not to be given back. */
void open_file_forget(OpenFile *file);

/* Room for one more call, whose id is to be written last; NULL where there is none. */
static inline OpenCall *
open_file_take(OpenFile *file)
{
    OpenCall *call = file->free;
    if (call != NULL) {
        file->free = call->next;
    }
    else if (file->block != NULL && file->used < OPEN_CALLS) {
        call = (OpenCall *)file->block->data + file->used++;
    }
    return call;
}

static inline void
open_file_give(OpenFile *file, OpenCall *call)
{
    __atomic_store_n(&call->span_id, 0, __ATOMIC_RELEASE);
    call->next = file->free;
    file->free = call;
}

#endif
