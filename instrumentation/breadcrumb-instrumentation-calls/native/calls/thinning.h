/* Which calls of a hot, sampled or dear function are kept: the C twin of thinning.py, which has the rule. */
#ifndef BREADCRUMB_THINNING_H
#define BREADCRUMB_THINNING_H

#include "interpreter/cpython.h"

typedef struct {
    int64_t rate, first, slow, share, of, hot_share, hot_of, every;
} Rule;

enum { KINDS = 8, FEW = 10 };

/* What becomes of a call that ended. */
enum { GOES, STAYS, WHOLE };

typedef struct {
    Rule rule;
    int64_t calls, total_ns, min_ns, max_ns;
    int64_t thinned, thinned_ns, thinned_self_ns;
    int64_t begun, bare, cost_ns;
    int64_t window_calls, window_ns, window_start_ns, slow_ns;
    int64_t share, of, credit;
    uintptr_t kinds[KINDS]; /* of return values that there were */
    char kind_count, is_hot, was_hot, was_dear;
} Tally;

/* Read the rule of a Python Tally and begin at zero; -1 with an exception set. */
int tally_init(Tally *tally, PyObject *python);
/* Begin at zero. */
void tally_forget(Tally *tally);
/* thinning.kind_of: never 0. */
uintptr_t kind_of(PyObject *value);
/* Count a call that begins; whether it is bare. */
static inline int
tally_begins(Tally *tally, int64_t cap)
{
    tally->begun++;
    return tally->cost_ns > cap && tally->begun > FEW && tally->begun % tally->rule.every != 0;
}
/* Count a call that ended at `now` (monotonic nanoseconds) with a return value of this kind, 0 without one; what becomes
   of it. */
int tally_keeps(Tally *tally, int64_t now, int64_t duration, int64_t self, int must_stay, uintptr_t kind, int bare,
                int64_t cap);
/* Write the counts into a Python Tally; -1 with an exception set. */
int tally_tell(const Tally *tally, PyObject *python);
/* Whether only a part of the calls is kept however few there are. */
static inline int
tally_is_sampled(const Tally *tally)
{
    return tally->rule.share < tally->rule.of;
}

#endif
