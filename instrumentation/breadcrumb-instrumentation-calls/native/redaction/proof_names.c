/* Secrets that a name beside them gives away (pairs.py). */
#include "proof.h"
#include "values/writer.h"

enum {
    NAME_MOST = 200,
};

int
is_secret(Values *values, const Passage *passage, size_t begin, size_t end)
{
    const char *name = (const char *)passage->text + begin;
    size_t length = end - begin;
    if (!scan_stem(&values->stems, passage->text + begin, (Py_ssize_t)length)) {
        return 0;
    }
    if (length > NAME_MOST || (length == 3 && memcmp(name, "PWD", 3) == 0)) {
        return 1;
    }
    PyObject *rule, *str = PyUnicode_FromStringAndSize(name, (Py_ssize_t)length);
    int failed = str == NULL || rule_of(values, str, &rule) < 0;
    Py_XDECREF(str);
    if (failed) {
        return -1;
    }
    int hides_something = rule != NULL && rule != values->identifier;
    Py_XDECREF(rule);
    return hides_something;
}

static size_t
back_over_space(const Passage *passage, size_t end)
{
    while (end > 0 && is_of(passage->text[end - 1], SPACE)) {
        end--;
    }
    return end;
}

/* The end of the name that closes before `end`: quotes and brackets may follow it. */
static size_t
end_of_name(const Passage *passage, size_t end)
{
    return back_over(passage, end, "\"'`])*");
}

static size_t
begin_of_name(const Passage *passage, size_t end)
{
    while (end > 0 && is_of(passage->text[end - 1], NAME)) {
        end--;
    }
    return end;
}

/* `name: x, value: y`, `<input id="x" value="y">`, a form's part: whether what is named is secret (marked.py). */
static int
may_be_item(Values *values, const Passage *passage, size_t begin, size_t end, size_t separator)
{
    static const char *const NAMES_IT[] = {"name",   "key",       "id",       "variable", "field",
                                           "header", "parameter", "property", "type",     "equiv"};
    int names_it = 0;
    for (size_t i = 0; i < sizeof NAMES_IT / sizeof *NAMES_IT && !names_it; i++) {
        names_it = ends_in(passage, begin, end, NAMES_IT[i]);
    }
    if (!names_it) {
        return 0;
    }
    size_t at = end_of_run(passage, separator + 1, SPACE);
    at += at < passage->length && (passage->text[at] == '"' || passage->text[at] == '\'');
    size_t last = at;
    while (last < passage->length &&
           (is_of(passage->text[last], NAME) || memchr("[]/", passage->text[last], 3) != NULL)) {
        last++;
    }
    return is_secret(values, passage, at, last);
}

/* A name of two or three words with blanks between them: `api key`. */
int
may_be_phrase(Values *values, const Passage *passage, size_t begin, size_t end)
{
    int found = 0;
    if (begin == 0 || memchr(" \t", passage->text[begin - 1], 2) == NULL) {
        return 0;
    }
    for (int words = 0; words < 2 && found == 0 && begin > 0; words++) {
        size_t before = begin;
        while (before > 0 && (passage->text[before - 1] == ' ' || passage->text[before - 1] == '\t')) {
            before--;
        }
        size_t letters = run_before(passage, before, ALNUM);
        if (before == begin || !letters) {
            return 0;
        }
        begin = before - letters;
        found = is_secret(values, passage, begin, end);
    }
    return found;
}

/* What may stand between a name and its separator: `password is: x`. */
static int
is_verb(const Passage *passage, size_t begin, size_t end)
{
    static const char *const VERBS[] = {"is", "ist", "lautet", "est", "es"};
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
        if (end - begin == strlen(VERBS[i]) && memcmp(passage->text + begin, VERBS[i], end - begin) == 0) {
            return 1;
        }
    }
    return 0;
}

/* `name = value`, `"name": value`, `name is: value`, where the separator stands. */
static int
may_be_pair(Values *values, const Passage *passage, size_t separator, int has_values)
{
    size_t blank = back_over_space(passage, separator);
    size_t end = end_of_name(passage, blank), begin = begin_of_name(passage, end);
    int found = is_secret(values, passage, begin, end);
    int is_quoted = separator + 1 < passage->length && memchr("\"'", passage->text[separator + 1], 2) != NULL;
    if (found == 0 && (has_values || is_quoted)) {
        found = may_be_item(values, passage, begin, end, separator);
    }
    if (found == 0) {
        found = may_be_phrase(values, passage, begin, end);
    }
    if (found == 0 && begin > 0 && is_of(passage->text[begin - 1], SPACE) && is_verb(passage, begin, blank)) {
        end = end_of_name(passage, begin - 1);
        begin = begin_of_name(passage, end);
        found = is_secret(values, passage, begin, end);
        found = found == 0 ? may_be_phrase(values, passage, begin, end) : found;
    }
    return found;
}

/* `"-x", "y"`, where a quote stands before the option: a list of arguments. */
static int
may_be_listed(const Passage *passage, size_t at)
{
    unsigned char quote = passage->text[at - 1];
    if (at + 1 == passage->length || is_of(passage->text[at + 1], SPACE)) {
        return 0;
    }
    size_t before = back_over_space(passage, at - 1);
    if (before > 0 && passage->text[before - 1] == ',') {
        return 1;
    }
    const unsigned char *closing = memchr(passage->text + at, quote, passage->length - at);
    size_t end = closing == NULL ? passage->length : end_of_run(passage, (size_t)(closing - passage->text) + 1, SPACE);
    return end < passage->length && passage->text[end] == ',';
}

/* What follows `-p` of whatever program, and only a password looks like: a digit and a sign (commands._AFTER_P). */
static int
may_be_after_p(const Passage *passage, size_t at)
{
    static const char *const OPTIONS[] = {"-pass", "-pw", "-p", "-P"};
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        size_t begin = at + strlen(OPTIONS[i]);
        if (!stands_at(passage, at, OPTIONS[i]) || begin >= passage->length ||
            memchr(" =", passage->text[begin], 2) == NULL) {
            continue;
        }
        int has_digit = 0, has_sign = 0;
        for (size_t end = begin + 1; end < passage->length && !is_of(passage->text[end], SPACE); end++) {
            has_digit |= is_of(passage->text[end], NUMERAL) != 0;
            has_sign |= memchr("!#$^&*+?~", passage->text[end], 9) != NULL;
        }
        return has_digit && has_sign;
    }
    return 0;
}

/* `--password x`, `-u user:password`. */
static int
may_be_flag(Values *values, const Passage *passage, size_t at)
{
    if (at > 0 && is_of(passage->text[at - 1], NAME)) {
        return 0;
    }
    if (at > 0 && memchr("\"'", passage->text[at - 1], 2) != NULL && may_be_listed(passage, at)) {
        return 1;
    }
    if (may_be_after_p(passage, at)) {
        return 1;
    }
    static const char *const USER[] = {"-u", "--user", "--proxy-user"};
    for (size_t i = 0; i < sizeof USER / sizeof *USER; i++) {
        size_t end = at + strlen(USER[i]);
        if (stands_at(passage, at, USER[i]) && end < passage->length && memchr(" =", passage->text[end], 2) != NULL) {
            return 1;
        }
    }
    size_t begin = at + 1 + (at + 1 < passage->length && passage->text[at + 1] == '-');
    size_t end = end_of_run(passage, begin, WORD | DASH);
    if (end == passage->length || memchr(" \t\r\n", passage->text[end], 4) == NULL) {
        return 0;
    }
    return is_secret(values, passage, begin, end);
}

/* `<name>`. */
static int
may_be_element(Values *values, const Passage *passage, size_t at)
{
    size_t end = at + 1;
    while (end < passage->length && (is_of(passage->text[end], NAME) || passage->text[end] == ':')) {
        end++;
    }
    return is_secret(values, passage, at + 1, end);
}

/* `("name", "value")`, `["name", "value"]`, `setattr(x, "name", "value")`. */
static int
may_be_tuple(Values *values, const Passage *passage, size_t at)
{
    size_t begin = at + 1;
    if (at >= 7 && stands_at(passage, at - 7, "setattr(")) {
        size_t object = end_of_run(passage, begin, WORD | DOT);
        begin = object < passage->length && passage->text[object] == ',' ? object + 1 : begin;
    }
    begin = end_of_run(passage, begin, SPACE);
    begin += begin < passage->length && passage->text[begin] == 'b';
    if (begin == passage->length || memchr("\"'", passage->text[begin], 2) == NULL) {
        return 0;
    }
    size_t end = end_of_run(passage, begin + 1, NAME);
    if (end + 1 >= passage->length || memchr("\"'", passage->text[end], 2) == NULL || passage->text[end + 1] != ',') {
        return 0;
    }
    return is_secret(values, passage, begin + 1, end);
}

/* `[name]` alone: a section (held.py). */
static int
may_be_section(Values *values, const Passage *passage, size_t at)
{
    size_t end = end_of_run(passage, at + 1, NAME);
    return end > at + 1 && end < passage->length && passage->text[end] == ']' ? is_secret(values, passage, at + 1, end)
                                                                              : 0;
}

static int
may_be_named(Values *values, const Passage *passage, int has_values)
{
    int found = 0;
    for (size_t at = 0; at < passage->length && found == 0; at++) {
        if (!is_of(passage->text[at], NAMING)) {
            continue;
        }
        switch (passage->text[at]) {
        case '=':
        case ':':
            found = may_be_pair(values, passage, at, has_values);
            break;
        case '-':
            found = may_be_flag(values, passage, at);
            if (found == 0 && stands_at(passage, at, "->")) {
                found = may_be_pair(values, passage, at, has_values);
            }
            break;
        case '<':
            found = may_be_element(values, passage, at);
            found = found == 0 ? may_be_marked(values, passage, at) : found;
            break;
        case '(':
        case '[':
            found = may_be_tuple(values, passage, at);
            found = found == 0 && passage->text[at] == '[' ? may_be_section(values, passage, at) : found;
            found = found == 0 ? may_be_marked(values, passage, at) : found;
            break;
        case '|':
        case '\t':
        case '\'':
            found = may_be_marked(values, passage, at);
            break;
        default:
            break;
        }
    }
    return found;
}

int
may_hold_named(Values *values, const Passage *passage, const Survey *survey)
{
    if (!(survey->told & STEM)) {
        return 0;
    }
    if (passage->is_binary ||
        (holds_option(passage) && words_tell(&values->stems.words, passage->text, passage->length, PROGRAM))) {
        return 1;
    }
    int found = may_be_told(passage, survey);
    found = found == 0 && survey->has_digits ? may_be_beside(values, passage) : found;
    found = found == 0 && survey->has_digits ? may_tell_code(passage) : found;
    found = found == 0 ? may_be_set(values, passage) : found;
    found = found == 0 ? may_be_heading(values, passage) : found;
    return found == 0 ? may_be_named(values, passage, survey->told & ITEM) : found;
}
