/* Values that were written shortly before: one that still holds what it held is the same reference again.

   An object is often an argument of many calls in which little of it changes. Looking whether everything that
   was written is still there takes a fraction of the time of writing it. Nothing is kept alive: what was seen
   is compared by its content, never by an address alone that another object may have by now. */
#ifndef BREADCRUMB_REPLAY_H
#define BREADCRUMB_REPLAY_H

#include "text/pool.h"

enum {
    REPLAYS = 16384,
    HELD_MOST = 4096, /* characters of a str, or bytes, that are owned */
    SEEN_MOST = 640,
    PARTS_MOST = 32,
    REPLAYS_BYTES = 6 << 20 /* of what is kept in all */
};

/* One value in the order of writing: its type and content, or an instance and its plan's serial. Of a str, bytes and a
   compiled pattern, which cannot change, it is the object itself, owned. */
typedef struct {
    const void *what;
    int64_t bits;
} Seen;

/* A member of the value, in the order of writing: what was seen of it, and its name and value in the text. Its text
   depends on nothing else, so that it stands again where the member is the same. Empty for one of which that is not so. */
typedef struct {
    uint32_t seen, seen_end;
    uint32_t text, text_end, beyond; /* bytes; beyond as of Text */
    uint32_t name;                   /* bytes of its name */
} Part;

typedef struct {
    const PyObject *value; /* compared only */
    Seen *seen;            /* `count` of them; NULL where nothing is kept */
    const Part *parts;     /* in the same memory */
    Ref text;              /* NOTHING where nothing is kept */
    long long takes;       /* room, until nothing more of it depends on that; TOO_MUCH where it was cut */
    uint32_t count, part_count;
    uint32_t size; /* bytes of all this */
    signed char trust;  /* goes up when the text could be used again, and down when not */
    unsigned char rest; /* times that nothing is kept, since it changes all the time */
} Replay;

typedef struct {
    Replay *table; /* by address */
    size_t size;   /* bytes of all that is kept */
    Seen making[SEEN_MOST];
    Part parts[PARTS_MOST]; /* of what is made */
    uint32_t made, part_count;
    Text before; /* the text, before the value was written */
    size_t again; /* bytes of members that were not written anew */
    char is_taken; /* somebody writes down what he sees */
} Replays;

int replays_init(Replays *replays);
void replays_free(Replays *replays);

#endif
