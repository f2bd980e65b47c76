/* Payment cards and social security numbers (numbers.py). */
#include "proof.h"

enum { CARD_LEAST = 13, CUT_LEAST = 6 };

static int
begins_group(const Passage *passage, size_t at, unsigned char separator, size_t *end)
{
    if (at + 1 >= passage->length || passage->text[at] != separator || !is_of(passage->text[at + 1], NUMERAL)) {
        return 0;
    }
    *end = end_of_run(passage, at + 1, NUMERAL);
    return (int)(*end - at - 1);
}

/* Whether a run of digits may begin a number that is one, or be a card's number itself. */
static int
may_be_number(const Passage *passage, size_t at, size_t end)
{
    unsigned char separator = end < passage->length ? passage->text[end] : 0;
    if (at > 0 && is_of(passage->text[at - 1], WORD | DASH | DOT)) {
        return 0;
    }
    int is_issued = passage->text[at] >= '2' && passage->text[at] <= '6';
    size_t second;
    if (is_issued && end - at >= CARD_LEAST) {
        return 1;
    }
    if (separator != '-' && separator != ' ') {
        return 0;
    }
    int group = begins_group(passage, end, separator, &second);
    if (end - at == 3) {
        return separator == '-' && group == 2;
    }
    size_t third;
    return is_issued && end - at == 4 && (group == 4 || group == 6) && begins_group(passage, second, separator, &third);
}

/* Whether the end may cut a card: numbers._CARD_CUT wants this many digits. */
static int
may_be_cut(const Passage *passage)
{
    int digits = 0;
    for (size_t at = passage->length; at > 0 && digits < CUT_LEAST; at--) {
        unsigned char c = passage->text[at - 1];
        if (!is_of(c, NUMERAL) && c != ' ' && c != '-') {
            break;
        }
        digits += is_of(c, NUMERAL) != 0;
    }
    return digits == CUT_LEAST;
}

int
may_hold_number(const Passage *passage)
{
    if (passage->is_head && may_be_cut(passage)) {
        return 1;
    }
    for (size_t at = 0; at < passage->length; at++) {
        if (is_of(passage->text[at], NUMERAL)) {
            size_t end = end_of_run(passage, at, NUMERAL);
            if (may_be_number(passage, at, end)) {
                return 1;
            }
            at = end;
        }
    }
    return 0;
}
