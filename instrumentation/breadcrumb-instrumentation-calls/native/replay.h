/* Values whose text was written shortly before: one that still holds what it held gets the same text again.

   An object is often an argument of many calls in which little of it changes. Looking whether everything that
   was written is still there takes a fraction of the time of writing it. Nothing is kept alive: what was seen
   is compared by its content, never by an address alone that another object may have by now. */
#ifndef BREADCRUMB_REPLAY_H
#define BREADCRUMB_REPLAY_H

#include "text.h"

enum { REPLAYS = 512, SEEN_MOST = 160, REPLAY_TEXT_MOST = 4096 /* bytes */ };

/* One value in the order of writing: its type and content, or an instance and its plan's serial. */
typedef struct {
    const void *what;
    int64_t bits;
} Seen;

typedef struct {
    const PyObject *value; /* compared only */
    Seen *seen;            /* `count` of them and then the text, in one block; NULL where nothing is kept */
    uint32_t count, size;
    signed char trust;  /* goes up when the text could be used again, and down when not */
    unsigned char rest; /* times that nothing is kept, since it changes all the time */
} Replay;

typedef struct {
    Replay *table; /* by address */
    Seen making[SEEN_MOST];
    uint32_t made;
    char is_taken; /* somebody writes down what he sees */
} Replays;

int replays_init(Replays *replays);
void replays_free(Replays *replays);

#endif
