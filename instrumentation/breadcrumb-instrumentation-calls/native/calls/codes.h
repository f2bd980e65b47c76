/* What the recorder knows of a code object, found without a look-up table: it hangs on the code object itself. */
#ifndef BREADCRUMB_CODES_H
#define BREADCRUMB_CODES_H

#include "thinning.h"
#include "values/values.h"

typedef enum { FUNCTION, COROUTINE, GENERATOR, ASYNC_GENERATOR, BODY, MODULE, BRIDGE } Kind;
/* BODY: a class body, say, watched for gaps. MODULE: a module's, of which Python keeps more (modules.py). BRIDGE: a function that hands work on or takes it up. */

typedef enum { ANY_BRIDGE, RUNS_CALLBACK, SCHEDULES, MAKES_TASK, MAIN_PROGRAM } BridgeKind;
/* MAIN_PROGRAM: the outermost code of the main program, whatever its kind; what leaves it ends the process. */

struct Site;
struct Handler;

/* A variable of a function, and where in its frames it is. */
typedef struct {
    PyObject *name;
    int slot;
} Local;

typedef struct Code Code;
struct Code {
    const void *owner; /* the recorder: there may be several, one after another */
    Code *next_owner;  /* what other recorders know of the same code object */
    Code *next;        /* among those of this recorder */
    PyCodeObject *code;
    PyObject *info;   /* a CodeInfo, a Bridge, or NULL for a body */
    uint32_t number;
    Kind kind;
    BridgeKind bridge;
    int parameter_count;
    Parameter *parameters;
    char *is_cell;
    PyObject *return_rule; /* the rule by which the function's name says that it returns a secret, or NULL */
    Tally tally;
    size_t read, looked; /* bytes written for its calls' values, and to see which arguments they changed: changes.c */
    Parameter *local_names; /* the variables told of when an exception leaves, -1 where none are */
    Local *locals;
    int local_count;
    char knows_locals;      /* whether Python was asked */
    char left;              /* a change of scope left it out: no call of it begins */
    PyObject *place;        /* (file, function) as JSON texts, once an exception was raised here */
    PyObject *place_module; /* the module's name in it */
    struct Handler *handlers; /* those that an exception came to: handled.c */
    struct Site **sites; /* by instruction; NULL before the first */
    uint16_t
        *lines; /* by instruction: how far below the first line, plus 1; 0 where nobody asked; NULL before the first */
};

/* Once per process, before anything else here; -1 with an exception set. */
int codes_ready(void);
/* What a recorder knows of a code object; NULL before its first sight. */
Code *codes_find(const void *owner, PyObject *code);
/* Remember a code object; `info` is a CodeInfo, a Bridge or NULL for a body. NULL with an exception set. */
Code *codes_add(const void *owner, Code **all, PyObject *code, Kind kind, PyObject *info);
/* Remember what Python says of a function's variables, ((name, key, rule or None), ...) or None; -1 with an exception
   set. */
int codes_keep_locals(Code *code, PyObject *told);
/* The line of an instruction by its byte offset, 0 where it has none. Each is looked up once. */
uint32_t codes_line(Code *code, int offset);
/* Show the collector what is held of all codes; what it returned if that is not 0. */
int codes_visit(const Code *all, visitproc visit, void *arg);
/* Forget everything of a recorder. */
void codes_clear(Code **all);

#endif
