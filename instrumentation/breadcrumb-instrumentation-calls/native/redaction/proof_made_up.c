/* Words that look like passwords (made_up.py). */
#include "proof.h"

enum {
    WORD_LEAST = 8,
    STRONG_LEAST = 16, /* characters of one that counts without any word for a secret */
    WORD_MOST = 182    /* with an account before it and a host after it */
};

static int
ends_word(unsigned char c)
{
    return c <= ' ' || memchr("\"'`,;|<>=()[]{}\\", c, 16) != NULL;
}

/* Whether what stands here has letters of both cases, digits, and as many signs as it takes. */
static int
may_be_password(const Passage *passage, size_t begin, size_t end, int is_told)
{
    unsigned seen = 0, signs = 0;
    for (size_t at = begin; at < end; at++) {
        seen |= PROOF_CLASS[passage->text[at]];
        signs += is_of(passage->text[at], SIGN) != 0;
    }
    int is_long = end - begin >= (is_told ? WORD_LEAST : STRONG_LEAST) && end - begin <= WORD_MOST;
    return is_long && (seen & ALNUM) == ALNUM && signs >= (is_told ? 1 : 2);
}

int
may_be_made_up(const Passage *passage, const Survey *survey)
{
    for (size_t at = survey->has_signs ? 0 : passage->length; at < passage->length; at++) {
        if (!is_of(passage->text[at], SIGN)) {
            continue;
        }
        size_t begin = at, end = at;
        while (begin > 0 && !ends_word(passage->text[begin - 1])) {
            begin--;
        }
        while (end < passage->length && !ends_word(passage->text[end])) {
            end++;
        }
        if (may_be_password(passage, begin, end, survey->told & STEM)) {
            return 1;
        }
        at = end;
    }
    return 0;
}
