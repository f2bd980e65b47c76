#include "foreign.h"

typedef struct {
    Py_UCS4 first, last;
} Range;

/* Letters that have no other form, but for accents that foreign_bare() takes off. */
static const Range LETTERS[] = {
    {0xC0, 0x12F},    {0x132, 0x17E},   {0x250, 0x2AF},   {0x370, 0x3D2},   {0x400, 0x45F},
    {0x48A, 0x4C0},   {0x4C3, 0x4CF},   {0x4D8, 0x4D9},   {0x4E8, 0x4E9},   {0x4FA, 0x52F},
    {0x531, 0x586},   {0x5D0, 0x5EA},   {0x620, 0x64A},   {0x671, 0x6D3},   {0x10D0, 0x10FF},
    {0x3041, 0x3096}, {0x30A1, 0x30FA}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
};
static const Range SIGNS[] = {
    {0xA1, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2010, 0x205E},
    {0x20A0, 0x20BF}, {0x2100, 0x2BFF}, {0x3001, 0x3011}, {0x1F300, 0x1FAFF},
};

static int
is_one_of(Py_UCS4 c, const Range *ranges, size_t count)
{
    for (size_t i = 0; i < count && ranges[i].first <= c; i++) {
        if (c <= ranges[i].last) {
            return 1;
        }
    }
    return 0;
}

ForeignKind
foreign_kind(Py_UCS4 c)
{
    if (Py_UNICODE_ISALPHA(c)) {
        int is_double = c == 0xC6 || c == 0xE6 || c == 0xDE || c == 0xFE; /* ae, th */
        return !is_double && is_one_of(c, LETTERS, sizeof LETTERS / sizeof *LETTERS) ? FOREIGN_LETTER : FOREIGN_ODD;
    }
    int is_more = Py_UNICODE_ISALNUM(c) || Py_UNICODE_ISSPACE(c) || !Py_UNICODE_ISPRINTABLE(c);
    return !is_more && is_one_of(c, SIGNS, sizeof SIGNS / sizeof *SIGNS) ? FOREIGN_SIGN : FOREIGN_ODD;
}

/* From U+00C0 to U+017F. */
static const char LATIN[] = "aaaaaa.ceeeeiiiidnooooo.ouuuuy..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghh..iiiiiiii....jjkk.llllll."
                            ".llnnnnnn...oooooo..rrrrrrsssssssstttt..uuuuuuuuuuuuwwyyyzzzzzz.";

Py_UCS4
foreign_bare(Py_UCS4 c)
{
    static const Py_UCS4 ACCENTED[][2] = {
        {0x390, 0x3B9}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7}, {0x3AF, 0x3B9}, {0x3B0, 0x3C5}, {0x3C2, 0x3C3},
        {0x3CA, 0x3B9}, {0x3CB, 0x3C5}, {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9}, {0x439, 0x438}, {0x450, 0x435},
        {0x451, 0x435}, {0x453, 0x433}, {0x457, 0x456}, {0x45C, 0x43A}, {0x45D, 0x438}, {0x45E, 0x443},
    };
    c = Py_UNICODE_TOLOWER(c);
    if (0xC0 <= c && c <= 0x17F) {
        return LATIN[c - 0xC0] == '.' ? c : (Py_UCS4)LATIN[c - 0xC0];
    }
    for (size_t i = 0; c >= 0x390 && c <= 0x45E && i < sizeof ACCENTED / sizeof *ACCENTED; i++) {
        if (ACCENTED[i][0] == c) {
            return ACCENTED[i][1];
        }
    }
    return c;
}

static size_t
letters_of(PyObject *stem)
{
    return PyUnicode_IS_ASCII(stem) ? 0 : (size_t)PyUnicode_GET_LENGTH(stem);
}

int
foreign_stems_init(ForeignStems *foreign, PyObject *stems)
{
    size_t most = 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(stems); i++) {
        most += letters_of(PyTuple_GET_ITEM(stems, i)) + 1;
    }
    foreign->letters = PyMem_Calloc(most, sizeof *foreign->letters);
    if (foreign->letters == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    foreign->count = 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(stems); i++) {
        PyObject *stem = PyTuple_GET_ITEM(stems, i);
        size_t length = letters_of(stem);
        for (size_t k = 0; k < length; k++) {
            foreign->letters[foreign->count++] = foreign_bare(PyUnicode_READ_CHAR(stem, (Py_ssize_t)k));
        }
        foreign->count += length > 0;
    }
    return 0;
}

void
foreign_stems_free(ForeignStems *foreign)
{
    PyMem_Free(foreign->letters);
    *foreign = (ForeignStems){0};
}

/* Whether the stem of which this is a letter stands so that this letter is at this place. */
static int
stands_around(const Py_UCS4 *letter, PyObject *str, size_t length, size_t at)
{
    for (; letter[-1] != 0; letter--) {
        if (at-- == 0) {
            return 0;
        }
    }
    for (; *letter != 0; letter++, at++) {
        if (at >= length || foreign_bare(PyUnicode_READ_CHAR(str, (Py_ssize_t)at)) != *letter) {
            return 0;
        }
    }
    return 1;
}

int
foreign_stem_around(const ForeignStems *foreign, PyObject *str, size_t length, size_t at)
{
    Py_UCS4 here = foreign_bare(PyUnicode_READ_CHAR(str, (Py_ssize_t)at));
    for (size_t i = 1; i < foreign->count; i++) {
        if (foreign->letters[i] == here && stands_around(foreign->letters + i, str, length, at)) {
            return 1;
        }
    }
    return 0;
}
