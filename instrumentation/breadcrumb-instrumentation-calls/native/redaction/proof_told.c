/* Secrets that a name beside them, a setting or the heading of a table tells (told.py, marked.py, tables.py). */
#include "proof.h"
#include "values/writer.h"

enum {
    NAME_MOST = 60,    /* told.py: characters of a name */
    AFTER_MOST = 100,  /* between a name and the value after it */
    BEFORE_MOST = 70,  /* before a name, where its value stands first */
    VALUE_MOST = 200,
    VALUE_LEAST = 6,
    DIGITS_LEAST = 3,
    CODE_NEAR = 68, /* characters around a number (codes.py) */
    HEADING_MOST = 1000,
    COLUMNS_MOST = 2000
};

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

static int
ends_value(unsigned char c)
{
    return is_of(c, SPACE) || memchr("\"'`<>()[]{},;|", c, 14) != NULL;
}

/* Whether a digit stands here that may be part of a value: of a long word, or of three digits in a row. */
static int
is_of_value(const Passage *passage, size_t at)
{
    size_t begin = at, end = at;
    while (begin > 0 && at - begin < VALUE_LEAST && !ends_value(passage->text[begin - 1])) {
        begin--;
    }
    while (end < passage->length && end - begin < VALUE_LEAST && !ends_value(passage->text[end])) {
        end++;
    }
    return end - begin >= VALUE_LEAST || end_of_run(passage, at, NUMERAL) - at >= DIGITS_LEAST;
}

/* Whether what may be a value follows the name that ends here, in the same line. */
static int
may_stand_after(const Passage *passage, size_t end)
{
    size_t most = end + AFTER_MOST + VALUE_MOST < passage->length ? end + AFTER_MOST + VALUE_MOST : passage->length;
    for (size_t at = end; at < most && passage->text[at] != '\n'; at++) {
        if (is_of(passage->text[at], NUMERAL) && is_of_value(passage, at)) {
            return 1;
        }
    }
    return 0;
}

/* `x is your`, before the name that begins here. */
static int
may_stand_before(const Passage *passage, size_t begin)
{
    static const char *const JOINS[] = {" is ",  " as ", " ist ", " est ", " es ",   "\tis",   "\tas",
                                        "\test", "\tes", " is\t", " as\t", " ist\t", " est\t", " es\t"};
    size_t least = begin > BEFORE_MOST ? begin - BEFORE_MOST : 0, at = begin;
    int is_joined = 0;
    while (at > least && passage->text[at - 1] != '\n') {
        at--;
        if (is_joined && is_of(passage->text[at], NUMERAL)) {
            return 1;
        }
        for (size_t i = 0; i < sizeof JOINS / sizeof *JOINS && !is_joined; i++) {
            is_joined = stands_at(passage, at, JOINS[i]);
        }
    }
    return 0;
}

/* Where two words end that follow this place: `code de verification`. */
static size_t
end_of_two_words(const Passage *passage, size_t end)
{
    for (int words = 0; words < 2 && end < passage->length && memchr(" \t", passage->text[end], 2) != NULL; words++) {
        end = end_of_run(passage, end + 1, ALNUM);
    }
    return end;
}

int
may_be_beside(Values *values, const Passage *passage)
{
    int found = 0;
    for (size_t begin = 0, end; begin < passage->length && found == 0; begin = end) {
        end = end_of_run(passage, begin, NAME);
        if (end == begin) {
            end++;
            continue;
        }
        if (!scan_stem(&values->stems, passage->text + begin, (Py_ssize_t)(end - begin)) ||
            (!may_stand_after(passage, end) && !may_stand_before(passage, begin))) {
            continue;
        }
        found = end - begin > NAME_MOST ? 1 : is_secret(values, passage, begin, end);
        found = found == 0 ? may_be_phrase(values, passage, begin, end) : found;
        found = found == 0 ? is_secret(values, passage, begin, end_of_two_words(passage, end)) : found;
    }
    return found;
}

/* The words of which one stands near: codes.py asks for more. */
static int
names_code(const Passage *passage, size_t begin, size_t end)
{
    static const char *const CODES[] = {"cod", "kod", "kood", "pin", "otp", "pass"};
    for (size_t at = begin; at < end; at++) {
        if (begins_with_one(passage, at, CODES, sizeof CODES / sizeof *CODES)) {
            return 1;
        }
    }
    return 0;
}

int
may_tell_code(const Passage *passage)
{
    for (size_t at = 0, end; at < passage->length; at = end + 1) {
        end = end_of_run(passage, at, NUMERAL);
        if (end - at < DIGITS_LEAST || (at > 0 && is_of(passage->text[at - 1], LOWER | UPPER | UNDERSCORE))) {
            continue;
        }
        size_t before = at > CODE_NEAR ? at - CODE_NEAR : 0;
        if (names_code(passage, before, end + CODE_NEAR < passage->length ? end + CODE_NEAR : passage->length)) {
            return 1;
        }
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

/* Whether one of the names between commas, semicolons, tabs and bars is secret. */
static int
is_one_secret(Values *values, const Passage *passage, size_t begin, size_t end)
{
    for (size_t at = begin; begin < end; begin = at + 1) {
        for (at = begin; at < end && memchr(",;\t|", passage->text[at], 4) == NULL; at++) {
        }
        int found = is_secret(values, passage, begin, at);
        if (found) {
            return found;
        }
    }
    return 0;
}

/* The same of cells that blanks keep apart, and of each word (tables._spaced). */
static int
is_one_cell_secret(Values *values, const Passage *passage, size_t begin, size_t end)
{
    int found = 0;
    size_t cell = begin;
    for (size_t at = begin; at < end && found == 0;) {
        size_t word = end_of_run(passage, at, SPACE), last = word;
        while (last < end && !is_of(passage->text[last], SPACE)) {
            last++;
        }
        cell = word - at > 1 ? word : cell;
        found = last > word ? is_secret(values, passage, word, last) : 0;
        found = found == 0 && cell < word ? is_secret(values, passage, cell, last) : found;
        at = last > at ? last : end;
    }
    return found;
}

/* Whether a line has nothing but names and what stands between and around them. */
static int
is_of_names(const Passage *passage, size_t length)
{
    int has_columns = 0;
    for (size_t at = 0; at < length; at++) {
        unsigned char c = passage->text[at];
        int separates = memchr(",;\t|", c, 4) != NULL || (c == ' ' && at > 0 && passage->text[at - 1] == ' ');
        has_columns |= separates;
        if (!separates && !is_of(c, NAME) && memchr(" \r\"'`*[]", c, 8) == NULL) {
            return 0;
        }
    }
    return has_columns;
}

/* A line of dashes or equal signs below one that holds a part of a secret's name (tables._lined). */
static int
may_be_lined(Values *values, const Passage *passage)
{
    const unsigned char *text = passage->text, *end = text + passage->length, *above = text, *line;
    for (; (line = memchr(above, '\n', (size_t)(end - above))) != NULL; above = line) {
        size_t at = (size_t)(++line - text);
        while (at < passage->length && memchr(" \t", text[at], 2) != NULL) {
            at++;
        }
        if ((stands_at(passage, at, "--") || stands_at(passage, at, "==")) &&
            scan_stem(&values->stems, above, line - above)) {
            return 1;
        }
    }
    return 0;
}

int
may_be_heading(Values *values, const Passage *passage)
{
    if (may_be_lined(values, passage)) {
        return 1;
    }
    size_t most = passage->length < HEADING_MOST ? passage->length : HEADING_MOST;
    const unsigned char *end = memchr(passage->text, '\n', most);
    size_t length = end == NULL ? 0 : (size_t)(end - passage->text);
    if (!is_of_names(passage, length)) {
        return 0;
    }
    int found = is_one_secret(values, passage, 0, length);
    return found == 0 ? is_one_cell_secret(values, passage, 0, length) : found;
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
