#include "text.h"

void
text_init(Text *text)
{
    *text = (Text){0};
}

void
text_free(Text *text)
{
    PyMem_RawFree(text->data);
    text_init(text);
}

int
text_grow(Text *text, size_t more)
{
    size_t room = text->room < 256 ? 256 : text->room * 2;
    if (room - text->size < more) {
        room = text->size + more;
    }
    char *data = more > PY_SSIZE_T_MAX / 4 || room > PY_SSIZE_T_MAX ? NULL : PyMem_RawRealloc(text->data, room);
    if (data == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    text->data = data;
    text->room = room;
    return 0;
}

int
text_number(Text *text, long long number)
{
    char digits[24];
    char *at = digits + sizeof digits;
    unsigned long long rest = number < 0 ? 0 - (unsigned long long)number : (unsigned long long)number;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0) {
        *--at = '-';
    }
    return text_ascii(text, at, (size_t)(digits + sizeof digits - at));
}

int
text_address(Text *text, const void *address)
{
    char digits[2 * sizeof(uintptr_t)];
    char *at = digits + sizeof digits;
    for (uintptr_t rest = (uintptr_t)address; rest; rest >>= 4) {
        *--at = "0123456789abcdef"[rest & 15];
    }
    return text_ascii(text, at, (size_t)(digits + sizeof digits - at));
}

/* The escape of a character in a JSON string, as json.encoder has it; 0 for a character that stands for itself. */
static inline int
escaped(char *out, Py_UCS4 c)
{
    static const char SHORT[] = "\b\bb\t\tt\n\nn\f\ff\r\rr";
    if (c == '"' || c == '\\') {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (c >= ' ') {
        return 0;
    }
    for (const char *known = SHORT; *known; known += 3) {
        if ((Py_UCS4)*known == c) {
            out[0] = '\\';
            out[1] = known[2];
            return 2;
        }
    }
    memcpy(out, "\\u00", 4);
    out[4] = "0123456789abcdef"[c >> 4];
    out[5] = "0123456789abcdef"[c & 15];
    return 6;
}

/* The UTF-8 of a character; its size in bytes, 0 for a lone surrogate. */
static inline int
encoded(char *out, Py_UCS4 c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        if (c >= 0xD800 && c < 0xE000) {
            return 0;
        }
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Append characters of a str, escaped for JSON or as they are; 1 at a lone surrogate, else 0. Room is there. */
static int
append(Text *text, PyObject *str, Py_ssize_t length, int escape)
{
    int kind = PyUnicode_KIND(str);
    const void *data = PyUnicode_DATA(str);
    char *out = text->data + text->size;
    char *start = out;
    size_t beyond = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        Py_UCS4 c = PyUnicode_READ(kind, data, i);
        int size = escape ? escaped(out, c) : 0;
        if (size == 0) {
            size = encoded(out, c);
            if (size == 0) {
                return 1;
            }
            beyond += (size_t)size - 1;
        }
        out += size;
    }
    text->size += (size_t)(out - start);
    text->beyond += beyond;
    return 0;
}

int
text_wide(Text *text, PyObject *str)
{
    size_t length = (size_t)PyUnicode_GET_LENGTH(str);
    if (text_reserve(text, length * 4) < 0) {
        return -1;
    }
    if (append(text, str, (Py_ssize_t)length, 0) == 0) {
        return 0;
    }
    PyObject *bytes = PyUnicode_AsUTF8String(str); /* raises the error */
    Py_XDECREF(bytes);
    return -1;
}

int
text_quoted(Text *text, PyObject *str, Py_ssize_t length)
{
    if (text_reserve(text, (size_t)length * 6 + 2) < 0) {
        return -1;
    }
    Text before = *text;
    text->data[text->size++] = '"';
    if (append(text, str, length, 1)) {
        *text = before;
        return 1;
    }
    text->data[text->size++] = '"';
    return 0;
}
