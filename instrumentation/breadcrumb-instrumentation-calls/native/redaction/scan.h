/* Proves of a string that no redaction rule can match in it.

   A sufficient condition of Redactor._may_hold being false: what it does not prove is asked of Python. */
#ifndef BREADCRUMB_SCAN_H
#define BREADCRUMB_SCAN_H

#include "foreign.h"
#include "words.h"

typedef struct {
    int usable;              /* the redactor has no patterns of its own */
    int named;               /* the stems are known, so that a text with a separator can be judged */
    Words words;
    ForeignStems foreign;
} Stems;

enum { SCAN_HARMLESS = 1, SCAN_CLEAN = 2 /* ASCII without need for an escape */ };

/* Take the redactor's stems, a tuple of str, or None where nothing can be proved, and its programs; -1 with an
   exception set. */
int scan_init(Stems *stems, PyObject *words, PyObject *programs);
void scan_free(Stems *stems);
/* Flags of the first characters of a str. */
int scan_str(const Stems *stems, PyObject *str, Py_ssize_t length);
/* Flags of bytes read as Latin-1. */
int scan_bytes(const Stems *stems, const unsigned char *data, Py_ssize_t length);
/* Whether an ASCII text has a part of a secret's name. */
int scan_stem(const Stems *stems, const unsigned char *text, Py_ssize_t length);
/* Whether no rule can match in a number of 12 to 19 characters in decimal. */
int scan_number(const Stems *stems, const char *digits, size_t length);

#endif
