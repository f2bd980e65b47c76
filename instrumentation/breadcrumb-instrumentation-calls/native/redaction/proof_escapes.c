/* Escapes of URLs, strings and HTML (encoded.py). */
#include "proof.h"

/* `digits` of hexadecimal as a number, -1 where they are none. */
static int
hex_number(const Passage *passage, size_t at, int digits)
{
    int number = 0;
    for (int i = 0; i < digits; i++, at++) {
        int digit = at < passage->length ? hex_digit(passage->text[at]) : -1;
        if (digit < 0) {
            return -1;
        }
        number = number << 4 | digit;
    }
    return number;
}

/* Three digits of octal, up to 377, as a number, -1 where they are none. */
static int
octal_number(const Passage *passage, size_t at)
{
    int number = 0;
    for (int i = 0; i < 3; i++, at++) {
        if (at >= passage->length || passage->text[at] < '0' || passage->text[at] > (i == 0 ? '3' : '7')) {
            return -1;
        }
        number = number << 3 | (passage->text[at] - '0');
    }
    return number;
}

/* `&#112;`, `&#x70;`. */
static int
numeric_entity(const Passage *passage, size_t at, size_t *size)
{
    size_t begin = at + 2;
    int is_hex = begin < passage->length && (passage->text[begin] | 32) == 'x', number = 0, digits = 0;
    begin += (size_t)is_hex;
    for (; begin < passage->length && digits < (is_hex ? 4 : 5); begin++, digits++) {
        int digit = hex_digit(passage->text[begin]);
        if (digit < 0 || (!is_hex && digit > 9)) {
            break;
        }
        number = number * (is_hex ? 16 : 10) + digit;
    }
    if (!digits || begin >= passage->length || passage->text[begin] != ';') {
        return -1;
    }
    *size = begin + 1 - at;
    return number;
}

int
escaped(const Passage *passage, size_t at, size_t *size)
{
    static const struct {
        const char *escape;
        char character;
    } KNOWN[] = {
        {"\\\"", '"'}, {"\\'", '\''},   {"\\\\", '\\'},   {"\\/", '/'},   {"\\n", '\n'}, {"\\r", '\r'},
        {"\\t", '\t'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'},
    };
    int character;
    if (passage->text[at] == '%') {
        *size = 3;
        return hex_number(passage, at + 1, 2);
    }
    if (stands_at(passage, at, "&#")) {
        return numeric_entity(passage, at, size);
    }
    if (stands_at(passage, at, "\\u") && (character = hex_number(passage, at + 2, 4)) >= 0) {
        *size = 6;
        return character;
    }
    if (stands_at(passage, at, "\\x") && (character = hex_number(passage, at + 2, 2)) >= 0) {
        *size = 4;
        return character;
    }
    if (passage->text[at] == '\\' && (character = octal_number(passage, at + 1)) >= 0) {
        *size = 4;
        return character;
    }
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        if (stands_at(passage, at, KNOWN[i].escape)) {
            *size = strlen(KNOWN[i].escape);
            return KNOWN[i].character;
        }
    }
    return -1;
}
