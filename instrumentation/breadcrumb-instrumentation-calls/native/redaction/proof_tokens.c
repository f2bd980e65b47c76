/* Words that may be base64, hexadecimal or random. */
#include "proof.h"

enum {
    ENCODED_LEAST = 16,
    RANDOM_LEAST = 20,
    CUT_LEAST = 12,
    RANDOM_MOST = 512,
    RANDOM_IN_URLS_MOST = 8192,
    LINE_LEAST = 48,
    PAIRS_LEAST = 7,
    JUDGED = 9, /* bytes at the head of what 16 characters of base64 stand for: an error in them is one for certain */
};

static int
sextet(unsigned char c)
{
    int class = PROOF_CLASS[c];
    return class & UPPER          ? c - 'A'
           : class & LOWER        ? c - 'a' + 26
           : class & NUMERAL      ? c - '0' + 52
           : c == '+' || c == '-' ? 62
                                  : 63;
}

static int may_be_text(const unsigned char *bytes, size_t judged, size_t count);

/* Whether base64 stands for text, by its first 16 characters. */
static int
may_be_base64(const unsigned char *word)
{
    unsigned char bytes[12];
    for (size_t i = 0; i < 4; i++) {
        int a = sextet(word[4 * i]), b = sextet(word[4 * i + 1]), c = sextet(word[4 * i + 2]),
            d = sextet(word[4 * i + 3]);
        bytes[3 * i] = (unsigned char)(a << 2 | b >> 4);
        bytes[3 * i + 1] = (unsigned char)(b << 4 | c >> 2);
        bytes[3 * i + 2] = (unsigned char)(c << 6 | d);
    }
    return may_be_text(bytes, JUDGED, sizeof bytes);
}

/* Whether bytes may be the head of a text: UTF-16, or UTF-8 without control characters. */
static int
may_be_text(const unsigned char *bytes, size_t judged, size_t count)
{
    if (count >= 4 &&
        ((!bytes[1] && !bytes[3]) || (!bytes[0] && !bytes[2]) || (bytes[0] >= 0xFE && bytes[1] >= 0xFE))) {
        return 1;
    }
    for (size_t at = 0; at < judged;) {
        unsigned char c = bytes[at];
        if (c < 128) {
            if (c == 127 || (c < ' ' && c != '\n' && c != '\r' && c != '\t')) {
                return 0;
            }
            at++;
            continue;
        }
        size_t more = c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 0;
        if (more == 0) {
            return 0;
        }
        for (size_t i = 1; i <= more && at + i < count; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        at += more + 1;
    }
    return 1;
}

/* encoded.COMPRESSED */
static int
may_be_compressed(const unsigned char *word)
{
    return memcmp(word, "H4sI", 4) == 0 || (word[0] == 'e' && memchr("JNAF", word[1], 4) != NULL);
}

/* Whether a word stands for readable text (encoded.readable); a line of several may be part of a longer one. */
static int
may_be_readable(const unsigned char *word, size_t length, int is_padded)
{
    unsigned char bytes[12];
    size_t digits = 0;
    if (may_be_compressed(word)) {
        return 1;
    }
    if (word[0] == '0' && (word[1] | 32) == 'x') {
        return length < ENCODED_LEAST + 2 || may_be_readable(word + 2, length - 2, is_padded) || may_be_base64(word);
    }
    if (word[0] == 'x') { /* of `\\x`, as PostgreSQL shows bytes */
        return length <= ENCODED_LEAST || may_be_readable(word + 1, length - 1, is_padded) || may_be_base64(word);
    }
    while (!is_padded && digits < length && hex_digit(word[digits]) >= 0) {
        digits++;
    }
    if (digits == length &&
        (memcmp(word, "1f8b", 4) == 0 || memcmp(word, "1F8B", 4) == 0 || memcmp(word, "78", 2) == 0)) {
        return 1; /* gzip, zlib */
    }
    if (digits == length && (length < LINE_LEAST || !may_be_base64(word))) {
        size_t count = length / 2 < sizeof bytes ? length / 2 : sizeof bytes;
        for (size_t i = 0; i < count; i++) {
            bytes[i] = (unsigned char)(hex_digit(word[2 * i]) << 4 | hex_digit(word[2 * i + 1]));
        }
        size_t judged = length / 2 - 3 < JUDGED ? length / 2 - 3 : JUDGED;
        return may_be_text(bytes, judged, count);
    }
    return may_be_base64(word);
}

static int
is_pair(const Passage *passage, size_t at)
{
    return at + 2 < passage->length && hex_digit(passage->text[at]) >= 0 && hex_digit(passage->text[at + 1]) >= 0 &&
           (passage->text[at + 2] == ':' || passage->text[at + 2] == ' ');
}

/* Hexadecimal in pairs with colons or blanks between them (encoded._PAIRS). */
static int
may_hold_pairs(const Passage *passage)
{
    enum {
        SIZE = 3,
        STEP = SIZE * (PAIRS_LEAST - 1) /* so many pairs in a row are met by one of SIZE places in each step */
    };
    for (size_t at = 0; at < passage->length; at += STEP) {
        for (size_t place = at; place < at + SIZE; place++) {
            if (!is_pair(passage, place)) {
                continue;
            }
            size_t begin = place, end = place;
            while (begin >= SIZE && is_pair(passage, begin - SIZE)) {
                begin -= SIZE;
            }
            while (is_pair(passage, end)) {
                end += SIZE;
            }
            if (end - begin >= SIZE * PAIRS_LEAST) {
                return 1;
            }
        }
    }
    return 0;
}

/* Words that Redactor reads as base64: each whole run of its characters; and what else stands for text. */
int
may_hold_encoded(const Passage *passage, const Survey *survey)
{
    if (may_hold_pairs(passage)) {
        return 1;
    }
    if (survey->longest_token < ENCODED_LEAST) {
        return 0;
    }
    for (size_t at = 0; at < passage->length; at++) {
        if (!is_of(passage->text[at], TOKEN)) {
            continue;
        }
        size_t end = end_of_run(passage, at, TOKEN);
        int is_padded = end < passage->length && passage->text[end] == '=';
        if (end - at >= ENCODED_LEAST && may_be_readable(passage->text + at, end - at, is_padded)) {
            return 1;
        }
        at = end;
    }
    return 0;
}

/* The pieces that entropy.py takes a word for: runs of small letters, perhaps after a capital, of capitals, of digits. */
static size_t
pieces_of(const unsigned char *word, size_t length)
{
    size_t pieces = 0;
    for (size_t i = 0; i < length; i++) {
        int now = PROOF_CLASS[word[i]] & ALNUM, before = i ? PROOF_CLASS[word[i - 1]] & ALNUM : 0;
        int next_is_lower = i + 1 < length && is_of(word[i + 1], LOWER);
        if (now == LOWER) {
            pieces += before != LOWER && before != UPPER;
        }
        else if (now == UPPER) {
            pieces += before != UPPER || next_is_lower;
        }
        else {
            pieces += now && before != now;
        }
    }
    return pieces;
}

/* Words, then what may be random (entropy._is_key, which asks for more). */
static int
has_random_tail(const unsigned char *word, size_t length)
{
    size_t begin = length, digits = 0;
    while (begin > 0 && is_of(word[begin - 1], ALNUM)) {
        digits += is_of(word[--begin], NUMERAL) != 0;
    }
    return begin > 0 && length - begin >= RANDOM_LEAST && digits > 0;
}

/* Whether a word may be random by entropy.looks_random, which asks for more. */
static int
may_be_random(const unsigned char *word, size_t length, size_t least, int is_padded)
{
    if (length < least || length > RANDOM_IN_URLS_MOST ||
        (length > RANDOM_MOST && (memchr(word, '+', length) != NULL || memchr(word, '/', length) != NULL))) {
        return 0;
    }
    int seen = 0, others = 0;
    size_t sum = 0, digits = 0;
    for (size_t i = 0; i < length; i++) {
        int class = PROOF_CLASS[word[i]];
        seen |= class;
        sum += (class & ALNUM) != 0;
        digits += (class & NUMERAL) != 0;
        others |= hex_digit(word[i]) < 0 && !(class & (UNDERSCORE | DASH));
    }
    if (!others && !is_padded) {
        return 0; /* a digest, a UUID */
    }
    size_t pieces = pieces_of(word, length);
    if ((seen & ALNUM) == ALNUM ? 10 * sum <= 28 * pieces
                                : !(seen & ~(LOWER | NUMERAL)) && digits >= 4 && 10 * sum <= 32 * pieces) {
        return 1;
    }
    return has_random_tail(word, length);
}

int
may_hold_random(const Passage *passage, const Survey *survey)
{
    if (!survey->has_digits || survey->longest_token < (passage->is_head ? CUT_LEAST : RANDOM_LEAST)) {
        return 0;
    }
    for (size_t at = 0; at < passage->length; at++) {
        if (!is_of(passage->text[at], TOKEN)) {
            continue;
        }
        size_t begin = at, end = end_of_run(passage, at, TOKEN), padded = end;
        while (padded < passage->length && padded - end < 2 && passage->text[padded] == '=') {
            padded++;
        }
        int is_padded = padded > end, is_cut = passage->is_head && padded == passage->length;
        at = end;
        while (begin < end && memchr("-_/", passage->text[begin], 3) != NULL) {
            begin++;
        }
        while (begin < end && !is_padded && memchr("-_/", passage->text[end - 1], 3) != NULL) {
            end--;
        }
        if (may_be_random(passage->text + begin, end - begin, is_cut ? CUT_LEAST : RANDOM_LEAST, is_padded)) {
            return 1;
        }
    }
    return 0;
}
