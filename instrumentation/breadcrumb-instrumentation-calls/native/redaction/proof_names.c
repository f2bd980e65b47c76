/* Secrets that a name beside them gives away, and those of authorization (pairs.py). */
#include "proof.h"
#include "values/writer.h"

enum {
    NAME_MOST = 200,
    NEAR = 34, /* characters between what names a social security number and its digits */
    CALL_MOST = 320, /* to the quote of a call's argument (places.py) */
    ACCOUNT_MOST = 64
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

static size_t
back_over(const Passage *passage, size_t end, const char *characters)
{
    size_t count = strlen(characters);
    while (end > 0 && memchr(characters, passage->text[end - 1], count) != NULL) {
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

static int
ends_in(const Passage *passage, size_t begin, size_t end, const char *word)
{
    size_t length = strlen(word);
    if (end - begin < length) {
        return 0;
    }
    for (size_t i = 0; i < length; i++) {
        if (Py_TOLOWER(passage->text[end - length + i]) != word[i]) {
            return 0;
        }
    }
    return 1;
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
           (is_of(passage->text[last], NAME) || passage->text[last] == '[' || passage->text[last] == ']')) {
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

/* `("name", "value")`, `["name", "value"]`. */
static int
may_be_tuple(Values *values, const Passage *passage, size_t at)
{
    size_t begin = end_of_run(passage, at + 1, SPACE);
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

/* -- words that mean a secret themselves; the passage is in small letters ------------------------------- */

static int
may_follow_scheme(const Passage *lower, size_t at)
{
    if (at == lower->length) {
        return 0;
    }
    if (lower->text[at] == '%' || lower->text[at] == '+') {
        return 1;
    }
    at += lower->text[at] == ',';
    size_t begin = end_of_run(lower, at, SPACE), end = begin;
    while (end < lower->length && (is_of(lower->text[end], NAME | OF_BASE64) || lower->text[end] == '~')) {
        end++;
    }
    return begin > at && end - begin >= 6;
}

static int
may_follow_password(const Passage *lower, size_t at)
{
    size_t end = end_of_run(lower, at, SPACE);
    return end > at && ((end < lower->length && memchr("'\"", lower->text[end], 2) != NULL) ||
                        stands_at(lower, end, "for") || memmem(lower->text, lower->length, "login", 5) != NULL);
}

static int
may_follow_security(const Passage *lower, size_t at)
{
    for (size_t end = at; end < lower->length && end < at + NEAR && lower->text[end] != '\n'; end++) {
        if (is_of(lower->text[end], NUMERAL)) {
            return 1;
        }
    }
    return 0;
}

/* `ENV NAME x`, `#define NAME "x"`. */
static int
may_follow_setting(const Passage *lower, size_t at)
{
    size_t begin = end_of_run(lower, at, SPACE), end = end_of_run(lower, begin, NAME);
    return begin > at && end > begin && end < lower->length && is_of(lower->text[end], SPACE);
}

/* `login('ada', 'x')`: a quote stands near. */
static int
may_follow_call(const Passage *lower, size_t at)
{
    for (size_t end = at; end < lower->length && end < at + CALL_MOST; end++) {
        if (memchr("\"'", lower->text[end], 2) != NULL) {
            return 1;
        }
    }
    return 0;
}

/* `credentials ada:x`, `auth ok: ada/x`: a colon or a slash that a word with a digit or a sign follows. */
static int
may_follow_account(const Passage *lower, size_t at)
{
    for (size_t end = at; end < lower->length && end < at + ACCOUNT_MOST && lower->text[end] != '\n'; end++) {
        if (lower->text[end] != ':' && lower->text[end] != '/') {
            continue;
        }
        size_t begin = end + 1;
        begin += begin < lower->length && memchr(" \t", lower->text[begin], 2) != NULL;
        size_t last = begin;
        while (last < lower->length && last - begin < 8 && !is_of(lower->text[last], SPACE) &&
               memchr("\"'`<>(),;", lower->text[last], 9) == NULL) {
            last++;
        }
        if (last - begin == 8) {
            return 1;
        }
    }
    return 0;
}

/* `seed phrase: twelve words`: small letters and blanks alone, for as long as twelve words are. */
static int
may_follow_words(const Passage *lower, size_t at)
{
    enum { TWELVE = 12 * 4 - 1 };
    size_t run = 0;
    for (size_t end = at; end < lower->length && end < at + 2 * TWELVE; end++) {
        unsigned char c = lower->text[end];
        run = is_of(c, LOWER) || memchr(" ,", c, 2) != NULL ? run + 1 : 0;
        if (run >= TWELVE - 12) {
            return 1;
        }
    }
    return 0;
}

static int
always(const Passage *lower, size_t at)
{
    return 1;
}

static int
may_be_told_by_word(const Passage *lower)
{
    static const struct {
        const char *word;
        int (*may_follow)(const Passage *, size_t);
    } WORDS[] = {
        {"bearer", may_follow_scheme},
        {"basic", may_follow_scheme},
        {"password", may_follow_password},
        {"ssn", may_follow_security},
        {"social", may_follow_security},
        {"identified", always},
        {"requirepass", always},
        {"masterauth", always},
        {"securestring", always},
        {"gen_salt", always},
        {"nmcli", always},
        {"rabbitmqctl", always},
        {"-cli auth ", always},
        {"freerdp", always},
        {"sqlplus", always},
        {"sqlldr", always},
        {"expdp", always},
        {"impdp", always},
        {"pragma key", always},
        {"pragma rekey", always},
        {"sudo -s", always},
        {"password-stdin", always},
        {"chpasswd", always},
        {"passwd --stdin", always},
        {"?key=", always},
        {"&key=", always},
        {"#key=", always},
        {"?code=", always},
        {"&code=", always},
        {"#code=", always},
        {"pgp_sym_", always},
        {"sp_addlogin", always},
        {"jwt.", may_follow_call},
        {"hmac.new", may_follow_call},
        {"login(", may_follow_call},
        {"auth(", may_follow_call},
        {"authenticate(", may_follow_call},
        {"passphrase(", may_follow_call},
        {"fernet(", may_follow_call},
        {"hashpw(", may_follow_call},
        {"checkpw(", may_follow_call},
        {"_password(", may_follow_call},
        {"cred", may_follow_account},
        {"seed", may_follow_words},
        {"phrase", may_follow_words},
        {"aes_encrypt", always},
        {"aes_decrypt", always},
        {"auth ok", may_follow_account},
        {"authenticat", may_follow_account},
        {"login ", may_follow_account},
        {"login:", may_follow_account},
        {"logged in", may_follow_account},
        {"logging in", may_follow_account},
        {"mnemonic", may_follow_words},
        {"credential", may_follow_call},
        {"connect(", may_follow_call},
        {" on >", always},
        {"input_value=", always},
        {"env", may_follow_setting},
        {"#define", may_follow_setting},
    };
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        const unsigned char *at = lower->text, *end = at + lower->length;
        size_t length = strlen(WORDS[i].word);
        while ((at = memmem(at, (size_t)(end - at), WORDS[i].word, length)) != NULL) {
            at += length;
            if (WORDS[i].may_follow(lower, (size_t)(at - lower->text))) {
                return 1;
            }
        }
    }
    return 0;
}

/* Whether a word that means a secret itself stands before one. */
static int
may_be_told(const Passage *passage)
{
    unsigned char *small = PyMem_Malloc(passage->length);
    if (small == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t i = 0; i < passage->length; i++) {
        small[i] = (unsigned char)Py_TOLOWER(passage->text[i]);
    }
    Passage lower = {small, passage->length, passage->is_head, 0};
    int found = may_be_told_by_word(&lower);
    PyMem_Free(small);
    return found;
}

/* `PASS x`, `AUTH x`, `kind: Secret`, whose letters count as they are (places.py, held.py). */
static int
may_be_written(const Passage *passage)
{
    static const char *const WORDS[] = {"PASS ", "PASS\t", "AUTH ", "AUTH\t", "SETUSER ", "Secret"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        size_t length = strlen(WORDS[i]);
        const unsigned char *at = passage->text, *end = at + passage->length;
        while ((at = memmem(at, (size_t)(end - at), WORDS[i], length)) != NULL) {
            size_t begin = (size_t)(at - passage->text);
            if (WORDS[i][length - 1] != 't' || ends_in(passage, 0, back_over(passage, begin, " \t\r\n\"':"), "kind")) {
                return 1;
            }
            at += length;
        }
    }
    return 0;
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
    int found = survey->told & MEANING ? may_be_told(passage) : 0;
    found = found == 0 ? may_be_written(passage) : found;
    found = found == 0 && survey->has_digits ? may_be_beside(values, passage) : found;
    found = found == 0 && survey->has_digits ? may_tell_code(passage) : found;
    found = found == 0 ? may_be_set(values, passage) : found;
    found = found == 0 ? may_be_heading(values, passage) : found;
    return found == 0 ? may_be_named(values, passage, survey->told & ITEM) : found;
}
