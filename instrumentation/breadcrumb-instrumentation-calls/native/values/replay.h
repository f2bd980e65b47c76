/* Values that were written shortly before: one that still holds what it held is the same reference again.

   An object is often an argument of many calls in which little of it changes. Looking whether everything that
   was written is still there takes a fraction of the time of writing it. Nothing is kept alive: what was seen
   is compared by its content, never by an address alone that another object may have by now. */
#ifndef BREADCRUMB_REPLAY_H
#define BREADCRUMB_REPLAY_H

#include "pool.h"

enum {
    REPLAYS = 4096,
    HELD_MOST = 4096, /* characters of a str, or bytes, that are owned */
    SEEN_MOST = 640,
    REPLAYS_BYTES = 6 << 20 /* of what is kept in all */
};

/* One value in the order of writing: its type and content, or an instance and its plan's serial. Of a str, bytes and a
   compiled pattern, which cannot change, it is the object itself, owned. */
typedef struct {
    const void *what;
    int64_t bits;
} Seen;

typedef struct {
    const PyObject *value; /* compared only */
    Seen *seen;            /* `count` of them; NULL where nothing is kept */
    Ref text;              /* NOTHING where nothing is kept */
    long long takes;       /* room, until nothing more of it depends on that */
    uint32_t count;
    signed char trust;  /* goes up when the text could be used again, and down when not */
    unsigned char rest; /* times that nothing is kept, since it changes all the time */
} Replay;

typedef struct {
    Replay *table; /* by address */
    size_t size;   /* bytes of all that is kept */
    Seen making[SEEN_MOST];
    uint32_t made;
    char is_taken; /* somebody writes down what he sees */
} Replays;

int replays_init(Replays *replays);
void replays_free(Replays *replays);

#endif
