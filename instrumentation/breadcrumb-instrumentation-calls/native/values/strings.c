#include "writer.h"

enum {
    LEAST = 16,        /* characters that are kept even when the total is used up */
    LOOKAHEAD = 4096,  /* text.LOOKAHEAD */
    REMEMBERED = 256,  /* text._REMEMBERED_LENGTH */
    REMEMBERED_MOST = 4096,
    LENGTHY = 16384,   /* characters of a string kept by the C writer itself: of 64, 1 MB of ASCII at most */
    LENGTHY_MOST = 64,
};

int
append_answer(Writer *writer, PyObject *answer)
{
    if (answer == NULL) {
        return -1;
    }
    int failed = text_str(writer->text, answer);
    Py_DECREF(answer);
    return failed;
}

/* Characters that a string keeps. */
static long long
most_of(const Writer *writer)
{
    long long most = writer->left > LEAST ? writer->left : LEAST;
    return most < writer->values->string ? most : writer->values->string;
}

/* What a lengthy str is remembered by: itself, or its window where it would weigh too much. NULL where it is not
   remembered, or with an exception set. */
static PyObject *
lengthy_key(const Writer *writer, PyObject *value, long long most)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    if (most != writer->values->string) {
        return NULL;
    }
    if (length <= LENGTHY) {
        return Py_NewRef(value);
    }
    if (most > LENGTHY) {
        return NULL;
    }
    return Py_BuildValue("(Nn)", PyUnicode_Substring(value, 0, (Py_ssize_t)most + LOOKAHEAD), length);
}

static int
remember(PyObject *known, Py_ssize_t most, PyObject *key, PyObject *written)
{
    if (PyDict_GET_SIZE(known) >= most) {
        PyDict_Clear(known);
    }
    return PyDict_SetItem(known, key, written);
}

static int
remember_lengthy(Values *values, PyObject *key, PyObject *written)
{
    if (PyUnicode_Find(written, values->redacted, 0, PyUnicode_GET_LENGTH(written), 1) != -1) {
        return PyErr_Occurred() ? -1 : 0;
    }
    return remember(values->lengthy, LENGTHY_MOST, key, written);
}

/* How many characters of a str are looked at, of which `most` are kept. */
static Py_ssize_t
window_of(Py_ssize_t length, Py_ssize_t most)
{
    return length - most > LOOKAHEAD ? most + LOOKAHEAD : length;
}

/* Whether the first characters of a str hold no secret; -1 with an exception set. */
static int
is_proven(Values *values, PyObject *value, Py_ssize_t window)
{
    int is_head = window < PyUnicode_GET_LENGTH(value);
    return PyUnicode_IS_ASCII(value) ? proof_of(values, PyUnicode_1BYTE_DATA(value), (size_t)window, is_head)
                                     : proof_of_foreign(values, value, window, is_head);
}

/* Append a str that holds no secret, or its head; 1 and nothing appended where it has a lone surrogate. */
static int
write_clear(Writer *writer, PyObject *value, Py_ssize_t most)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    if (length <= most) {
        return text_quoted(writer->text, value, length);
    }
    Text before = *writer->text;
    if (APPEND(writer, "{\"@\": \"str\", \"@head\": ") < 0) {
        return -1;
    }
    int odd = text_quoted(writer->text, value, most);
    if (odd) {
        text_back(writer->text, &before);
        return odd;
    }
    if (APPEND(writer, ", \"@length\": ") < 0 || text_number(writer->text, length) < 0) {
        return -1;
    }
    return APPEND(writer, "}");
}

/* The text of a str that is proven to hold no secret; NULL where it is not, or with an exception set. */
static PyObject *
proven_text(Writer *writer, PyObject *value, Py_ssize_t most)
{
    if (is_proven(writer->values, value, window_of(PyUnicode_GET_LENGTH(value), most)) <= 0) {
        return NULL;
    }
    Text before = *writer->text;
    PyObject *written = NULL;
    if (write_clear(writer, value, most) == 0) {
        written = PyUnicode_FromStringAndSize(writer->text->data + before.size,
                                              (Py_ssize_t)(writer->text->size - before.size));
    }
    text_back(writer->text, &before);
    return written;
}

/* What tells things apart is searched for all but keys that only look random. */
static int
write_identifier(Writer *writer, PyObject *value, long long most)
{
    Values *values = writer->values;
    return append_answer(writer, PyObject_CallMethod(values->text, "identifier", "OLO", value, most, writer->place));
}

/* A str that may hold a secret: each is searched once, by a proof and then by Python. */
static int
write_searched(Writer *writer, PyObject *value, long long most)
{
    Values *values = writer->values;
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    int is_short = length <= REMEMBERED && length <= most;
    PyObject *key = is_short ? NULL : lengthy_key(writer, value, most);
    PyObject *written = key != NULL ? Py_XNewRef(PyDict_GetItemWithError(values->lengthy, key)) : NULL;
    if (written == NULL && !PyErr_Occurred()) {
        written = proven_text(writer, value, (Py_ssize_t)most);
        if (written != NULL && is_short && remember(values->harmless, REMEMBERED_MOST, value, written) < 0) {
            Py_CLEAR(written);
        }
        if (written == NULL && !PyErr_Occurred()) {
            written = PyObject_CallMethod(values->text, "plain", "OLO", value, most, writer->place);
        }
        if (written != NULL && key != NULL && remember_lengthy(values, key, written) < 0) {
            Py_CLEAR(written);
        }
    }
    Py_XDECREF(key);
    return append_answer(writer, written);
}

int
write_string(Writer *writer, PyObject *value)
{
    long long most = most_of(writer);
    Py_ssize_t length = PyUnicode_GET_LENGTH(value);
    PyObject **clean = clean_place(writer->values, value);
    if (*clean == value && length <= most) {
        return text_quoted_clean(writer->text, PyUnicode_DATA(value), (size_t)length);
    }
    int seen = scan_str(&writer->values->stems, value, window_of(length, (Py_ssize_t)most));
    if (seen & SCAN_CLEAN && length <= most) {
        if (length <= CLEAN_LONGEST) {
            Py_XSETREF(*clean, Py_NewRef(value)); /* freeing a str runs no code */
        }
        return text_quoted_clean(writer->text, PyUnicode_DATA(value), (size_t)length);
    }
    if (seen & SCAN_HARMLESS) {
        int odd = write_clear(writer, value, (Py_ssize_t)most);
        if (odd <= 0) {
            return odd;
        }
    }
    PyObject *known =
        length <= REMEMBERED && length <= most ? PyDict_GetItemWithError(writer->values->harmless, value) : NULL;
    if (known != NULL) {
        return text_str(writer->text, known);
    }
    if (PyErr_Occurred()) {
        return -1;
    }
    return writer->tells_apart ? write_identifier(writer, value, most) : write_searched(writer, value, most);
}

int
is_clear_str(Values *values, PyObject *str)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(str);
    return scan_str(&values->stems, str, length) ? 1 : is_proven(values, str, length);
}

int
write_message(Values *values, Text *text, PyObject *str, PyObject *place)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(str);
    int proven = length > values->string ? 0 : is_clear_str(values, str);
    if (proven) {
        int odd = proven < 0 ? -1 : text_quoted(text, str, length);
        if (odd <= 0) {
            return odd;
        }
    }
    PyObject *written = PyObject_CallMethod(values->text, "inline", "OnO", str, values->string, place);
    int failed = written == NULL || text_str(text, written) < 0;
    Py_XDECREF(written);
    return failed ? -1 : 0;
}

/* A byte as in a bytes literal within a JSON string; its size. */
static int
spelled(char *out, unsigned char byte, int escapes_quote)
{
    static const char SHORT[] = "\tt\nn\rr";
    const char *known = memchr("\t\n\r", byte, 3) ? strchr(SHORT, byte) + 1 : NULL;
    if (byte == '\\') {
        memcpy(out, "\\\\\\\\", 4);
        return 4;
    }
    if (known != NULL || (byte == '\'' && escapes_quote)) {
        memcpy(out, "\\\\", 2);
        out[2] = known != NULL ? *known : '\'';
        return 3;
    }
    if (byte < ' ' || byte >= 127) {
        memcpy(out, "\\\\x", 3);
        out[3] = "0123456789abcdef"[byte >> 4];
        out[4] = "0123456789abcdef"[byte & 15];
        return 5;
    }
    if (byte == '"') {
        memcpy(out, "\\\"", 2);
        return 2;
    }
    *out = (char)byte;
    return 1;
}

/* Whether the bytes that are kept hold no secret; -1 with an exception set. */
static int
are_proven(Values *values, const unsigned char *data, Py_ssize_t kept, int is_head)
{
    if (!is_head && scan_bytes(&values->stems, data, kept) & SCAN_HARMLESS) {
        return 1;
    }
    return proof_of_bytes(values, data, (size_t)kept, is_head); /* what the end cuts counts too */
}

/* Bytes, or their head: no more of them is searched than is kept. */
static int
write_octets(Writer *writer, PyObject *value, const char *head, const char *octets, Py_ssize_t length)
{
    replay_forgo(writer);
    const unsigned char *data = (const unsigned char *)octets;
    Py_ssize_t most = (Py_ssize_t)most_of(writer), kept = length < most ? length : most;
    int proven = are_proven(writer->values, data, kept, kept < length);
    if (proven <= 0) {
        return proven < 0 ? -1 : writer_by_python(writer, value, 0);
    }
    if (text_ascii(writer->text, head, strlen(head)) < 0 || text_number(writer->text, length) < 0 ||
        APPEND(writer, ", \"@head\": \"") < 0 || text_reserve(writer->text, (size_t)kept * 5) < 0) {
        return -1;
    }
    int escapes_quote = kept && memchr(data, '"', (size_t)kept) && memchr(data, '\'', (size_t)kept);
    for (Py_ssize_t i = 0; i < kept; i++) {
        writer->text->size += (size_t)spelled(writer->text->data + writer->text->size, data[i], escapes_quote);
    }
    return APPEND(writer, "\"}");
}

int
write_bytes(Writer *writer, PyObject *value)
{
    const char *head = "{\"@\": \"bytes\", \"@length\": ";
    return write_octets(writer, value, head, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
}

int
write_bytearray(Writer *writer, PyObject *value)
{
    const char *head = "{\"@\": \"bytearray\", \"@length\": ";
    return write_octets(writer, value, head, PyByteArray_AS_STRING(value), PyByteArray_GET_SIZE(value));
}

int
write_redacted(Writer *writer, PyObject *rule)
{
    replay_forgo(writer);
    return append_answer(writer, PyObject_CallMethod(writer->values->text, "redacted", "OO", rule, writer->place));
}
