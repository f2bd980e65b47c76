/* Secrets that markup, a table, a call, a comparison or a command gives a name to (marked.py, commands.py). */
#include "proof.h"
#include "values/writer.h"

enum { CELL_MOST = 64, CALL_MOST = 70 };

/* `<td>name</td>`, where the end tag begins: the name is all that stands before it. */
static int
may_be_cell(Values *values, const Passage *passage, size_t at)
{
    if (at + 1 >= passage->length || passage->text[at + 1] != '/') {
        return 0;
    }
    size_t begin = at;
    while (begin > 0 && at - begin < CELL_MOST && memchr("<>", passage->text[begin - 1], 2) == NULL) {
        begin--;
    }
    return begin == at ? 0 : is_secret(values, passage, begin, at);
}

static int
is_of_cell(unsigned char c)
{
    return is_of(c, NAME) || c == ' ';
}

/* `| name | value |`, `name<tab>value`, where the column ends; of a heading, also where it begins. */
static int
may_be_column(Values *values, const Passage *passage, size_t at)
{
    size_t end = back_over(passage, at, " \t*`\":'[]"), begin = end;
    while (begin > 0 && end - begin < CELL_MOST && is_of_cell(passage->text[begin - 1])) {
        begin--;
    }
    int found = begin == end ? 0 : is_secret(values, passage, begin, end);
    if (found != 0 || passage->text[at] != '|') {
        return found;
    }
    begin = at + 1;
    while (begin < passage->length && memchr(" \t*`\"'[", passage->text[begin], 7) != NULL) {
        begin++;
    }
    end = begin;
    while (end < passage->length && end - begin < CELL_MOST && is_of_cell(passage->text[end])) {
        end++;
    }
    return begin == end ? 0 : is_secret(values, passage, begin, end);
}

/* The name that ends before this place, quotes aside. */
static int
is_named_before(Values *values, const Passage *passage, size_t at)
{
    size_t end = at;
    while (end > 0 && (is_of(passage->text[end - 1], SPACE) || memchr("\"`]", passage->text[end - 1], 3) != NULL)) {
        end--;
    }
    size_t length = run_before(passage, end, NAME);
    return length > CALL_MOST ? 1 : is_secret(values, passage, end - length, end);
}

/* `name('value')`, where the bracket stands. */
static int
may_be_call(Values *values, const Passage *passage, size_t at)
{
    size_t quote = end_of_run(passage, at + 1, SPACE);
    quote += quote < passage->length && is_of(passage->text[quote], LOWER | UPPER);
    int is_quoted = quote < passage->length && memchr("\"'", passage->text[quote], 2) != NULL;
    return is_quoted ? is_named_before(values, passage, at) : 0;
}

/* Where a word begins that ends here, its letters in any case; the same place where another one does. */
static size_t
before_word(const Passage *passage, size_t end, const char *word)
{
    size_t length = strlen(word);
    if (run_before(passage, end, LOWER | UPPER) != length) {
        return end;
    }
    for (size_t i = 0; i < length; i++) {
        if (Py_TOLOWER(passage->text[end - length + i]) != word[i]) {
            return end;
        }
    }
    return end - length;
}

/* Back over blanks and what may stand before an operator. */
static size_t
before_operator(const Passage *passage, size_t end)
{
    while (end > 0 &&
           (is_of(passage->text[end - 1], SPACE) || passage->text[end - 1] == '<' || passage->text[end - 1] == '!')) {
        end--;
    }
    return end;
}

/* `name IN ('value')`, `name LIKE 'value'`, `name != 'value'`, where the quote stands. */
static int
may_be_compared(Values *values, const Passage *passage, size_t at)
{
    static const char *const OPERATORS[] = {"in", "like", "ilike"};
    size_t end = before_word(passage, at, "n");
    while (end > 0 && (is_of(passage->text[end - 1], SPACE) || passage->text[end - 1] == '(')) {
        end--;
    }
    if (end > 0 && (passage->text[end - 1] == '>' || passage->text[end - 1] == '=')) {
        return is_named_before(values, passage, before_operator(passage, end - 1));
    }
    size_t operand = end;
    for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS && operand == end; i++) {
        operand = before_word(passage, end, OPERATORS[i]);
    }
    if (operand == end) {
        return 0;
    }
    operand = before_operator(passage, operand);
    int found = is_named_before(values, passage, operand);
    size_t word = before_word(passage, operand, "not");
    return found == 0 && word != operand ? is_named_before(values, passage, before_operator(passage, word)) : found;
}

int
may_be_marked(Values *values, const Passage *passage, size_t at)
{
    int found;
    switch (passage->text[at]) {
    case '<':
        return may_be_cell(values, passage, at);
    case '(':
        found = may_be_call(values, passage, at);
        return found == 0 ? may_name_columns(values, passage, at) : found;
    case '\'':
        return may_be_compared(values, passage, at);
    case '|':
    case '\t':
        return may_be_column(values, passage, at);
    default:
        return 0;
    }
}

int
holds_option(const Passage *passage)
{
    const unsigned char *at = passage->text, *end = at + passage->length;
    while ((at = memmem(at, (size_t)(end - at), " -", 2)) != NULL) {
        at += 2;
        at += at < end && *at == '-';
        if (at < end && is_of(*at, LOWER | UPPER)) {
            return 1;
        }
    }
    return 0;
}
