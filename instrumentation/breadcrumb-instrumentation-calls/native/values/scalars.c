#include "text/floats.h"
#include "writer.h"

#include <math.h>
#include <string.h>

int
write_int(Writer *writer, PyObject *value)
{
    if (PyUnstable_Long_IsCompact((PyLongObject *)value)) {
        Py_ssize_t small = PyUnstable_Long_CompactValue((PyLongObject *)value);
        return text_number(writer->text, small);
    }
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow) {
        return writer_by_python(writer, value, 0);
    }
    Text before = *writer->text;
    if (text_number(writer->text, number) < 0) {
        return -1;
    }
    size_t length = writer->text->size - before.size;
    if (length < 12 || length > 19 || scan_number(&writer->values->stems, writer->text->data + before.size, length)) {
        return 0;
    }
    text_back(writer->text, &before);
    return writer_by_python(writer, value, 0);
}

/* A float that a few decimals spell exactly; 0 where they do not. Any decimal of at most 15 digits reads back to
   one float only, so that the shortest one found is what `repr` gives. */
static int
write_short_float(Text *text, double value)
{
    static const double TENS[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    if (!(fabs(value) < 1e9) || (value == 0 && signbit(value)) || (value != 0 && fabs(value) < 1e-3)) {
        return 0;
    }
    for (int decimals = 0; decimals < 7; decimals++) {
        double scaled = nearbyint(value * TENS[decimals]);
        if (scaled / TENS[decimals] != value) {
            continue;
        }
        char out[32];
        unsigned long long rest = (unsigned long long)fabs(scaled);
        char *at = out + sizeof out;
        for (int i = 0; i < decimals || (decimals == 0 && i == 0); i++) {
            *--at = decimals ? (char)('0' + rest % 10) : '0';
            rest /= decimals ? 10 : 1;
        }
        *--at = '.';
        do {
            *--at = (char)('0' + rest % 10);
            rest /= 10;
        } while (rest);
        if (scaled < 0) {
            *--at = '-';
        }
        return text_ascii(text, at, (size_t)(out + sizeof out - at)) < 0 ? -1 : 1;
    }
    return 0;
}

int
write_float(Writer *writer, double value)
{
    int done = write_short_float(writer->text, value);
    if (done) {
        return done < 0 ? -1 : 0;
    }
    if (isfinite(value)) {
        return text_float(writer->text, value);
    }
    const char *name = isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    int failed = APPEND(writer, "{\"@\": \"float\", \"@text\": \"") < 0 ||
                 text_ascii(writer->text, name, strlen(name)) < 0 || APPEND(writer, "\"}") < 0;
    return failed ? -1 : 0;
}
