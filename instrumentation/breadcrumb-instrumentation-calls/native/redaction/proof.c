#include "proof.h"

#include "values/writer.h"

enum {
    LEVELS = 3,       /* of escapes, as Redactor reads them */
    MIDDLE_LEAST = 24 /* characters before a dot that tells of a form */
};

const uint16_t PROOF_CLASS[256] = {
    ['a' ... 'z'] = LOWER,
    ['A' ... 'Z'] = UPPER,
    ['0' ... '9'] = NUMERAL,
    ['\t'] = SPACE | NAMING,
    ['\n' ... '\r'] = SPACE,
    [28 ... 31] = SPACE,
    [' '] = SPACE,
    ['_'] = UNDERSCORE,
    ['-'] = DASH | NAMING,
    ['.'] = DOT,
    ['+'] = OF_BASE64 | SIGN,
    ['/'] = OF_BASE64,
    ['%'] = OF_ESCAPE | SIGN,
    ['\\'] = OF_ESCAPE,
    ['&'] = OF_ESCAPE,
    ['='] = NAMING,
    [':'] = NAMING,
    ['<'] = NAMING,
    ['('] = NAMING,
    ['['] = NAMING,
    ['|'] = NAMING,
    ['\''] = NAMING,
    ['!'] = SIGN,
    ['#'] = SIGN,
    ['$'] = SIGN,
    ['^'] = SIGN,
    ['*'] = SIGN,
    ['~'] = SIGN,
};

/* Look once at each character. Programs are looked for when there is an option. */
static void
look(const Words *words, const Passage *passage, Survey *survey)
{
    const unsigned char *text = passage->text;
    size_t run = 0, token = 0, longest_run = 0, longest_token = 0;
    unsigned wanted = ~(unsigned)PROGRAM, seen = 0, head = 0;
    for (size_t at = 0; at < passage->length; at++) {
        unsigned class = PROOF_CLASS[text[at]];
        seen |= class;
        run = class & SPACE ? 0 : run + 1;
        longest_run = run > longest_run ? run : longest_run;
        token = class & TOKEN ? token + 1 : 0;
        longest_token = token > longest_token ? token : longest_token;
        head = next_word_head(head, text[at]);
        if (words->tells[head] & wanted && at > 0) {
            wanted &= ~words_at(words, text + at - 1, passage->length - at + 1, head, wanted);
        }
    }
    *survey = (Survey){
        ~wanted & ~(unsigned)PROGRAM, seen & NUMERAL, seen & OF_ESCAPE, seen & SIGN, longest_run, longest_token};
}

static int
holds(const Passage *passage, const char *word)
{
    return memmem(passage->text, passage->length, word, strlen(word)) != NULL;
}

/* scheme://user:PASSWORD@host (urls.py). */
static int
may_hold_url_password(const Passage *passage)
{
    if (holds(passage, "jdbc:")) {
        return 1;
    }
    const unsigned char *text = passage->text, *end = text + passage->length, *at = text;
    while ((at = memmem(at, (size_t)(end - at), "://", 3)) != NULL) {
        at += 3;
        const unsigned char *user = at;
        while (at < end && !is_of(*at, SPACE) && memchr(":/\"'<>", *at, 6) == NULL) {
            at++;
        }
        if (memchr(user, '@', (size_t)(at - user)) != NULL) {
            return 1; /* the user may be a token */
        }
        if (at == end || *at != ':') {
            continue;
        }
        const unsigned char *password = at;
        while (password < end && !is_of(*password, SPACE) && memchr("@\"'<>`", *password, 6) == NULL) {
            password++;
        }
        if (password == end ? passage->is_head : *password == '@') {
            return 1;
        }
    }
    return 0;
}

/* gzip and zlib as they are, or in a literal of bytes. */
static int
may_be_compressed(const Passage *passage)
{
    size_t quote = passage->length > 2 && passage->text[0] == 'b' && memchr("'\"", passage->text[1], 2) != NULL ? 2 : 0;
    const unsigned char *text = passage->text + quote;
    return passage->length > quote + 1 &&
           ((text[0] == 0x1F && text[1] == 0x8B) ||
            (text[0] == 0x78 && (text[1] == 0x01 || text[1] == 0x5E || text[1] == 0x9C || text[1] == 0xDA)));
}

/* `:5432:` or `:*:` between other fields (marked.find_pgpass). */
static int
may_hold_pgpass(const Passage *passage)
{
    const unsigned char *text = passage->text, *colon = text;
    while ((colon = memchr(colon, ':', passage->length - (size_t)(colon - text))) != NULL) {
        size_t at = (size_t)(++colon - text), end = end_of_run(passage, at, NUMERAL);
        int is_port = end - at == 4 || end - at == 5 || (at < passage->length && text[at] == '*' && ++end);
        if (is_port && end < passage->length && text[end] == ':') {
            return 1;
        }
    }
    return 0;
}

static int is_clear(Values *values, const Passage *passage, int levels);

/* Whether the text is clear when its escapes are read; one that stands for no ASCII is left to Python. */
static int
is_clear_unescaped(Values *values, const Passage *passage, int levels)
{
    unsigned char *text = NULL;
    size_t length = 0, from = 0;
    for (size_t at = 0; at < passage->length; at++) {
        unsigned char c = passage->text[at];
        size_t size;
        int character = c == '%' || c == '\\' || c == '&' ? escaped(passage, at, &size) : -1;
        if (character < 0) {
            continue;
        }
        if (character > 127) {
            PyMem_Free(text);
            return 0;
        }
        if (text == NULL && (text = PyMem_Malloc(passage->length)) == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        memcpy(text + length, passage->text + from, at - from);
        length += at - from;
        text[length++] = (unsigned char)character;
        from = at + size;
        at = from - 1;
    }
    if (text == NULL) {
        return 1;
    }
    memcpy(text + length, passage->text + from, passage->length - from);
    Passage view = {text, length + passage->length - from, passage->is_head, passage->is_binary};
    int answer = is_clear(values, &view, levels - 1);
    PyMem_Free(text);
    return answer;
}

/* Secrets that show by their own form. */
static int
may_hold_form(Values *values, const Passage *passage, const Survey *survey)
{
    unsigned told = survey->told;
    return may_be_compressed(passage) || may_hold_pgpass(passage) ||
           (told & ADDRESS && may_hold_url_password(passage)) ||
           (told & PEM && (holds(passage, "PRIVATE KEY") || holds(passage, "Private-Lines"))) ||
           ((told & MIDDLE || survey->longest_token >= MIDDLE_LEAST) && may_hold_whole(passage)) ||
           may_hold_shape(&values->shapes, passage, survey) ||
           (survey->has_digits && (may_hold_number(passage) || may_be_made_up(passage, survey)));
}

/* Everything, also inside escapes (Redactor._all). */
static int
is_clear(Values *values, const Passage *passage, int levels)
{
    Survey survey;
    look(&values->stems.words, passage, &survey);
    if ((levels == LEVELS && survey.told & HANDLED) || may_hold_random(passage, &survey) ||
        may_hold_form(values, passage, &survey)) {
        return 0;
    }
    int named = may_hold_named(values, passage, &survey);
    if (named) {
        return named < 0 ? -1 : 0;
    }
    if (levels == 0) {
        return 1;
    }
    return may_hold_encoded(passage, &survey) ? 0
           : survey.has_escapes               ? is_clear_unescaped(values, passage, levels)
                                              : 1;
}

static int
prove(Values *values, const Passage *passage)
{
    if (!values->stems.usable || !values->stems.named) {
        return 0;
    }
    if (values->shapes.told == NULL && take_shapes(&values->shapes, values->text) < 0) {
        return -1;
    }
    return is_clear(values, passage, LEVELS);
}

int
proof_of(Values *values, const unsigned char *text, size_t length, int is_head)
{
    Passage passage = {text, length, is_head, 0};
    return prove(values, &passage);
}

/* Bytes that are UTF-8, as Python reads them: 1, 0 or -1; 2 where they are none, as what the end cuts is. */
static int
proof_of_utf8(Values *values, const unsigned char *bytes, size_t length, int is_head)
{
    PyObject *str = PyUnicode_DecodeUTF8((const char *)bytes, (Py_ssize_t)length, NULL);
    if (str == NULL) {
        PyErr_Clear();
        return 2;
    }
    int clear = proof_of_foreign(values, str, PyUnicode_GET_LENGTH(str), is_head);
    Py_DECREF(str);
    return clear;
}

int
proof_of_bytes(Values *values, const unsigned char *bytes, size_t length, int is_head)
{
    Passage passage = {bytes, length, is_head, 0};
    for (size_t i = 0; i < length && !passage.is_binary; i++) {
        passage.is_binary = bytes[i] >= 128;
    }
    if (passage.is_binary) {
        int clear = proof_of_utf8(values, bytes, length, is_head);
        if (clear != 2 || holds(&passage, "://")) {
            return clear == 2 ? 0 : clear;
        }
    }
    return prove(values, &passage);
}
