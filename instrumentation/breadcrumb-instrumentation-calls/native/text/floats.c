/* To find the shortest text that reads back as the same float takes Python half a microsecond, and the fields of
   an object are spelled at each of its calls: those spelled shortly before are remembered. */
#include "floats.h"

#define REMEMBERED 512
#define LONGEST 26

static struct {
    uint64_t bits;
    unsigned char size; /* 0: empty */
    char text[LONGEST];
} remembered[REMEMBERED];

int
text_float(Text *text, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    size_t slot = (bits * 0x9E3779B97F4A7C15u) >> (64 - 9);
    if (remembered[slot].size && remembered[slot].bits == bits) {
        return text_ascii(text, remembered[slot].text, remembered[slot].size);
    }
    char *spelled = PyOS_double_to_string(value, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    if (spelled == NULL) {
        return -1;
    }
    size_t size = strlen(spelled);
    if (size <= LONGEST) {
        remembered[slot].bits = bits;
        remembered[slot].size = (unsigned char)size;
        memcpy(remembered[slot].text, spelled, size);
    }
    int result = text_ascii(text, spelled, size);
    PyMem_Free(spelled);
    return result;
}
