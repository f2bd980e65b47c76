/* Secrets that a word tells with no name beside them: a scheme of authorization, a call, an account, a command of a
   protocol (credentials.py, places.py). */
#include "proof.h"

enum {
    NEAR = 34, /* characters between what names a social security number and its digits */
    CALL_MOST = 320, /* to the quote of a call's argument */
    SIGNING_IN_MOST = 1200 /* to a quoted one of several arguments */
};

/* -- what follows a word; the passage is in small letters ------------------------------------------------- */

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

/* `login('ada', 'x')`, `connect(host, 22, 'ada', 'x')`: in the brackets that open here, a quote stands. */
static int
may_sign_in(const Passage *lower, size_t at)
{
    at += at < lower->length && lower->text[at] == 's';
    for (int more = 0; more < 2 && at < lower->length && memchr(": ", lower->text[at], 2) != NULL; more++) {
        at++;
    }
    at -= lower->text[at - 1] == '(';
    if (at == lower->length || lower->text[at] != '(') {
        return 0;
    }
    size_t most = at + SIGNING_IN_MOST < lower->length ? at + SIGNING_IN_MOST : lower->length;
    for (size_t end = at + 1; end < most && lower->text[end] != ')'; end++) {
        if (memchr("\"'", lower->text[end], 2) != NULL) {
            return 1;
        }
    }
    return at + SIGNING_IN_MOST < lower->length;
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

typedef struct {
    const char *word;
    int (*may_follow)(const Passage *, size_t);
} Meaning;

static const Meaning MEANINGS[] = {
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
    {"passphrase(", may_follow_call},
    {"fernet(", may_follow_call},
    {"hashpw(", may_follow_call},
    {"checkpw(", may_follow_call},
    {"_password(", may_follow_call},
    {"seed", may_follow_words},
    {"phrase", may_follow_words},
    {"aes_encrypt", always},
    {"aes_decrypt", always},
    {"mnemonic", may_follow_words},
    {" on >", always},
    {"input_value=", always},
    {"env", may_follow_setting},
    {"#define", may_follow_setting},
    {"login", may_sign_in},
    {"authenticate", may_sign_in},
    {"credential", may_sign_in},
    {"connect(", may_sign_in},
    {"connection(", may_sign_in},
    {"auth(", may_sign_in},
    {"bind(", may_sign_in},
    {"bind_s(", may_sign_in},
    {"redis(", may_sign_in},
    {"sequelize(", may_sign_in},
    {"pdo(", may_sign_in},
    {"wifi.begin(", may_sign_in},
    {"authprovider(", may_sign_in},
    {"pw_set(", may_sign_in},
    {"smtp(", may_sign_in},
    {"create_user(", may_sign_in},
    {"create_superuser(", may_sign_in},
    {"headers.basic(", may_sign_in},
    {"mysql(", may_sign_in},
    {"postgresql(", may_sign_in},
    {"remote(", may_sign_in},
    {"bcrypt.", may_follow_call},
    {"pbekeyspec", may_follow_call},
    {"aes.new", may_follow_call},
    {"pbkdf2_hmac", may_follow_call},
    {"with-token", always},
    {"wifi:", always},
    {": eap ", always},
    {": xauth ", always},
    {": ntlm ", always},
    {": psk ", always},
};

enum { MEANING_COUNT = sizeof MEANINGS / sizeof *MEANINGS };

const char *
word_of_meaning(size_t index)
{
    return index < MEANING_COUNT ? MEANINGS[index].word : NULL;
}

static int
may_be_told_by_word(const Passage *lower)
{
    for (size_t i = 0; i < MEANING_COUNT; i++) {
        const unsigned char *at = lower->text, *end = at + lower->length;
        size_t length = strlen(MEANINGS[i].word);
        while ((at = memmem(at, (size_t)(end - at), MEANINGS[i].word, length)) != NULL) {
            at += length;
            if (MEANINGS[i].may_follow(lower, (size_t)(at - lower->text))) {
                return 1;
            }
        }
    }
    return 0;
}

/* Whether a word that means a secret itself stands before one. */
static int
may_be_meant(const Passage *passage)
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
    static const char *const WORDS[] = {"PASS ",    "PASS\t",    "AUTH ",      "AUTH\t",
                                        "SETUSER ", "IDENTIFY ", "IDENTIFY\t", "Secret"};
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
may_be_told(const Passage *passage, const Survey *survey)
{
    int found = survey->told & MEANING ? may_be_meant(passage) : 0;
    return found == 0 ? may_be_written(passage) : found;
}
