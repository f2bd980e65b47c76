/* Secrets that a sentence, a setting or the heading of a table tells (sentences.py, marked.py, tables.py). */
#include "proof.h"
#include "values/writer.h"

enum { WINDOW = 90, WORD_MOST = 42, HEADING_MOST = 1000, COLUMNS_MOST = 2000 };

/* Whether one of the words begins here, its letters in any case. */
static int
begins_with_one(const Passage *passage, size_t at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (words[i][same] && at + same < passage->length &&
               Py_TOLOWER(passage->text[at + same]) == words[i][same]) {
            same++;
        }
        if (!words[i][same]) {
            return 1;
        }
    }
    return 0;
}

/* Whether the word that follows `is` could be a password or a code: one of its characters is a digit or a sign. */
static int
may_be_value(const Passage *passage, size_t at)
{
    while (at < passage->length &&
           (is_of(passage->text[at], SPACE) || memchr(":\"'`*", passage->text[at], 5) != NULL)) {
        at++;
    }
    size_t begin = at;
    while (at < passage->length && at - begin < WORD_MOST && !is_of(passage->text[at], SPACE)) {
        if (is_of(passage->text[at], NUMERAL) || memchr("!#$^&*+", passage->text[at], 7) != NULL) {
            return 1;
        }
        at++;
    }
    return at - begin == 3 && memcmp(passage->text + begin, "now", 3) == 0 ? may_be_value(passage, at) : 0;
}

/* `your password is x`, `123456 is your code`, where ` is` stands. */
static int
may_be_said_at(const Passage *passage, size_t at)
{
    static const char *const SECRETS[] = {"pass", "pwd", "kennwort", "token", "secret", "key", "code", "pin", "otp"};
    static const char *const YOURS[] = {"your"};
    size_t after = end_of_run(passage, at + 3, SPACE);
    if (at > 0 && is_of(passage->text[at - 1], NUMERAL) && begins_with_one(passage, after, YOURS, 1)) {
        return 1;
    }
    int may = may_be_value(passage, at + 3), found = 0;
    for (size_t before = at > WINDOW ? at - WINDOW : 0; may && before < at && !found; before++) {
        found = begins_with_one(passage, before, SECRETS, sizeof SECRETS / sizeof *SECRETS);
    }
    return found;
}

/* Whether what follows a name and a blank may be a word without meaning. */
static int
may_follow_name(const Passage *passage, size_t at)
{
    enum { LEAST = 12 };
    at += at < passage->length && memchr("\"'`", passage->text[at], 3) != NULL;
    size_t begin = at;
    int seen = 0;
    while (at < passage->length &&
           (is_of(passage->text[at], NAME | OF_BASE64) || memchr("=!#$^&*~", passage->text[at], 8) != NULL)) {
        seen |= PROOF_CLASS[passage->text[at++]];
    }
    return at - begin >= LEAST && (seen & NUMERAL || (seen & (LOWER | UPPER)) == (LOWER | UPPER));
}

/* `token x`, `SECRET 'x'`, where the blank stands. */
static int
may_be_followed(const Passage *passage, size_t blank)
{
    static const char *const ENDS[] = {"word", "oken", "cret", "key", "sswd"};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        size_t length = strlen(ENDS[i]);
        if (blank >= length && begins_with_one(passage, blank - length, ENDS + i, 1)) {
            return may_follow_name(passage, blank + 1);
        }
    }
    return 0;
}

int
may_be_said(const Passage *passage)
{
    for (size_t at = 0; at < passage->length; at++) {
        if (passage->text[at] == ' ' && may_be_followed(passage, at)) {
            return 1;
        }
    }
    const unsigned char *at = passage->text, *end = at + passage->length;
    while ((at = memmem(at, (size_t)(end - at), " is", 3)) != NULL) {
        if (may_be_said_at(passage, (size_t)(at - passage->text))) {
            return 1;
        }
        at += 3;
    }
    return 0;
}

int
may_be_set(Values *values, const Passage *passage)
{
    static const char *const WORDS[] = {"set ", "SET ", "setx "};
    const unsigned char *text = passage->text, *end = text + passage->length;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        const unsigned char *at = text;
        while ((at = memmem(at, (size_t)(end - at), WORDS[i], strlen(WORDS[i]))) != NULL) {
            at += strlen(WORDS[i]);
            size_t begin = end_of_run(passage, (size_t)(at - text), SPACE);
            int found = is_secret(values, passage, begin, end_of_run(passage, begin, NAME));
            if (found) {
                return found;
            }
        }
    }
    return memmem(text, passage->length, "variable \"", 10) != NULL;
}

/* Whether one of the names between commas, semicolons and tabs is secret. */
static int
is_one_secret(Values *values, const Passage *passage, size_t begin, size_t end)
{
    for (size_t at = begin; begin < end; begin = at + 1) {
        for (at = begin; at < end && memchr(",;\t", passage->text[at], 3) == NULL; at++) {
        }
        int found = is_secret(values, passage, begin, at);
        if (found) {
            return found;
        }
    }
    return 0;
}

/* Whether a line has nothing but names and what stands between and around them. */
static int
is_of_names(const Passage *passage, size_t length)
{
    int has_columns = 0;
    for (size_t at = 0; at < length; at++) {
        unsigned char c = passage->text[at];
        int separates = c == ',' || c == ';' || c == '\t';
        has_columns |= separates;
        if (!separates && !is_of(c, NAME) && memchr(" \r\"'`*[]", c, 8) == NULL) {
            return 0;
        }
    }
    return has_columns;
}

int
may_be_heading(Values *values, const Passage *passage)
{
    size_t most = passage->length < HEADING_MOST ? passage->length : HEADING_MOST;
    const unsigned char *end = memchr(passage->text, '\n', most);
    size_t length = end == NULL ? 0 : (size_t)(end - passage->text);
    return is_of_names(passage, length) ? is_one_secret(values, passage, 0, length) : 0;
}

int
may_name_columns(Values *values, const Passage *passage, size_t at)
{
    size_t end = at + 1;
    while (end < passage->length && end - at <= COLUMNS_MOST + 1 && memchr("()", passage->text[end], 2) == NULL) {
        end++;
    }
    if (end == passage->length || passage->text[end] != ')') {
        return 0;
    }
    static const char *const FOLLOWING[] = {"value", "output", "from"};
    size_t after = end_of_run(passage, end + 1, SPACE);
    return begins_with_one(passage, after, FOLLOWING, sizeof FOLLOWING / sizeof *FOLLOWING)
               ? is_one_secret(values, passage, at + 1, end)
               : 0;
}
