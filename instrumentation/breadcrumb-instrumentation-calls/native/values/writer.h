/* One snapshot in the making, the C twin of values.ValueWriter: what room is left, which containers are open. */
#ifndef BREADCRUMB_WRITER_H
#define BREADCRUMB_WRITER_H

#include "function_names.h"
#include "hiding.h"
#include "names.h"
#include "patterns.h"
#include "plans.h"
#include "text/pool.h"
#include "redaction/proof.h"
#include "replay/replay.h"
#include "redaction/scan.h"
#include "values.h"

enum { CLEAN = 2048, CLEAN_LONGEST = 256 /* characters of a string of those */ };

struct Values {
    PyObject_HEAD
    Py_ssize_t depth, items, string; /* the limits */
    long long total;
    Stems stems;
    Shapes shapes;
    Plans plans;
    Names names;
    FunctionNames function_names;
    Fits fits;
    PyObject *clean[CLEAN]; /* strings that stand for themselves as JSON text, by address: owned */
    Replays replays;
    Pool pool;
    Text scratch;
    PyObject *limits;   /* Limits, for the Python writer */
    PyObject *text;     /* TextWriter */
    PyObject *programs; /* TextWriter.programs */
    PyObject *identifier; /* the rule of names that tell things apart */
    PyObject *harmless; /* its strings that hold no secret, with their JSON text */
    PyObject *lengthy;  /* strings that it does not remember, likewise, as they are cut at the limit */
    PyObject *keys;     /* its keys likewise */
    PyObject *args;     /* the place of arguments */
    PyObject *nowhere;  /* where an audit does not count */
    PyObject *redacted; /* what each marker of a secret holds */
    PyObject *module;   /* "__name__" */
    Patterns patterns;
    PyObject *summary;  /* registry.summary */
    PyObject *handover; /* native_plans.write */
};

enum { OPEN_AT_FIRST = 16, COPIED_AT_FIRST = 48 };

typedef struct {
    Values *values;
    Text *text;
    PyObject *place;
    long long left;          /* characters */
    const PyObject **open;   /* the containers around, by identity */
    Py_ssize_t opened, room;
    char inside_instance;
    char tells_apart;  /* the str at hand is what tells things apart: no key is guessed in it */
    Replays *notes;    /* where it writes down what it sees; NULL where it does not */
    const Replay *old; /* what was seen of the value before, if anything */
    long long lowest;  /* what was left least where that could shorten what is noted */
    const PyObject *first[OPEN_AT_FIRST];
} Writer;

/* Items taken out of a container before they are written, since Python code may change it meanwhile. */
typedef struct {
    PyObject **items; /* owned */
    Py_ssize_t count;
    PyObject *first[COPIED_AT_FIRST];
} Copied;

void writer_init(Writer *writer, Values *values, Text *text, PyObject *place);
void writer_free(Writer *writer);

/* All of these append to the text, 0; or set an exception, -1. */
int writer_value(Writer *writer, PyObject *value, Py_ssize_t depth);
/* A value under a name that is secret by `rule`, if not NULL. */
int writer_named(Writer *writer, PyObject *rule, PyObject *value, Py_ssize_t depth);
/* A reference to a value at the top, which is secret by `rule`, if not NULL; what has to be written for it is appended to
   the text. NOTHING with an exception set. */
Ref writer_refer(Writer *writer, PyObject *rule, PyObject *value);
/* The same of the tuple of `*args`. */
Ref writer_refer_varargs(Writer *writer, PyObject *rule, PyObject *value);
/* A reference to what was appended to the text since it had this size. */
Ref writer_refer_since(Writer *writer, const Text *before);
int writer_by_python(Writer *writer, PyObject *value, Py_ssize_t depth);

int writer_open(Writer *writer, const PyObject *owner);
static inline void
writer_close(Writer *writer)
{
    writer->opened--;
}

/* replay.c */
/* A value that stands at the top: where nothing in it has changed, nothing is written. NOTHING with an exception set. */
Ref replay_refer(Writer *writer, PyObject *value);
/* Keep nothing of what is written: it is not, or not only, what was seen. */
void replay_forgo(Writer *writer);
void replay_note(Writer *writer, const void *what, int64_t bits);
void replay_note_scalar(Writer *writer, PyObject *value);
/* A str or bytes, exact; anything else is not kept. */
void replay_note_held(Writer *writer, PyObject *value);
/* The same of one whose text begins at `at`, where nothing in it was redacted. */
void replay_note_text(Writer *writer, PyObject *value, size_t at);
/* A compiled regular expression. */
void replay_note_pattern(Writer *writer, PyObject *value);
/* How many items a list or tuple has, before they are written. */
void replay_note_items(Writer *writer, const void *type, Py_ssize_t length, PyObject *const *items, Py_ssize_t depth);
/* replay/members.c */
/* Whether to write it takes longer than to compare it: it is no scalar and no short str. */
static inline int
replay_is_long(PyObject *value)
{
    PyTypeObject *type = Py_TYPE(value);
    return type == &PyUnicode_Type
               ? PyUnicode_GET_LENGTH(value) > 24
               : type != &PyLong_Type && type != &PyFloat_Type && type != &PyBool_Type && value != Py_None;
}
/* Append a member, the `index`th, as it stood before, if it holds what it held: 1 and the size of its name, else 0; -1
   with an exception set. */
int replay_member(Writer *writer, Py_ssize_t index, PyObject *name, PyObject *value, Py_ssize_t depth,
                  size_t *name_size);
/* A member is written next; then it was, with a name of so many bytes, 0 where more than itself had a say in it. */
Part replay_begin_member(const Writer *writer);
void replay_end_member(Writer *writer, Part part, Py_ssize_t index, size_t name_size);
/* Whether so much room shortens nothing. */
static inline int
replay_is_room(const Values *values, long long left)
{
    return left >= values->string && left > 0;
}
/* What is written next depends on the room that is left. */
static inline void
replay_note_left(Writer *writer, long long left)
{
    if (left < writer->lowest) {
        writer->lowest = left;
    }
}
/* Whether something in a text was redacted: that is counted each time. */
int replay_tells_redaction(const char *text, size_t size);

#define NOTE(writer, what, bits)                        \
    do {                                                \
        if ((writer)->notes != NULL) {                  \
            replay_note(writer, what, (int64_t)(bits)); \
        }                                               \
    } while (0)

/* scalars.c */
int write_int(Writer *writer, PyObject *value);
int write_float(Writer *writer, double value);

/* strings.c */
static inline PyObject **
clean_place(Values *values, const PyObject *str)
{
    return &values->clean[((size_t)str >> 4 ^ (size_t)str >> 15) & (CLEAN - 1)];
}
int write_string(Writer *writer, PyObject *value);
int write_bytes(Writer *writer, PyObject *value);
int write_bytearray(Writer *writer, PyObject *value);
int write_redacted(Writer *writer, PyObject *rule);
/* Whether a str is proven to hold no secret; -1 with an exception set. */
int is_clear_str(Values *values, PyObject *str);
/* A str that stays a JSON string, redacted, its end cut inside the text: TextWriter.inline. */
int write_message(Values *values, Text *text, PyObject *str, PyObject *place);
/* Append what a method of the TextWriter answered, a str; -1 where it is NULL. */
int append_answer(Writer *writer, PyObject *answer);

/* hiding.c */
/* Whether a rule, or NULL, hides a value: 1, 0, or -1 with an exception set. */
int hides(Values *values, PyObject *rule, PyObject *value);

/* names.c */
/* A data key, redacted, and the name's rule, a new reference or NULL; `*is_odd` is set where its text may equal
   another name's. */
int write_key(Writer *writer, PyObject *name, int *is_odd, PyObject **rule);
/* Whether a key is that of the name, or of the value, of an item that has both: `{"name": x, "value": y}`. */
int is_item_name(PyObject *key);
int is_item_value(PyObject *key);
/* The same of both at once, as it is remembered. */
void note_item_key(const Values *values, PyObject *key, int *is_name, int *is_value);
/* The rule of a name, a new reference or NULL where there is none; -1 with an exception set. */
int rule_of(Values *values, PyObject *name, PyObject **rule);

/* containers.c */
int write_tuple(Writer *writer, PyObject *value, Py_ssize_t depth);
int write_set(Writer *writer, PyObject *value, Py_ssize_t depth);
/* The array alone, of a set or a deque of any class, as the built-in `base` iterates. */
int write_iterated(Writer *writer, PyObject *value, PyTypeObject *base, Py_ssize_t depth);
/* The array alone, of a list or a tuple of any class. */
int write_list_items(Writer *writer, PyObject *value, Py_ssize_t depth);
int write_tuple_items(Writer *writer, PyObject *value, Py_ssize_t depth);
int write_named_items(Writer *writer, PyObject *value, PyObject *names, Py_ssize_t depth);
/* An array of the first of these items, `length` of them in all. */
int write_array(Writer *writer, PyObject *owner, Py_ssize_t length, PyObject *const *items, Py_ssize_t count,
                Py_ssize_t depth);
/* The same of a list or tuple, which may be a command's arguments. */
int write_words(Writer *writer, PyObject *owner, Py_ssize_t length, PyObject *const *items, Py_ssize_t count,
                Py_ssize_t depth);
/* End an array of which `written` elements stand, counting the others. */
int end_array(Writer *writer, Py_ssize_t length, Py_ssize_t written);

/* dicts.c */
/* Whether JSON can write a dict as an object, by the first of its keys. */
int dict_is_object(const Values *values, PyObject *dict);
int write_dict(Writer *writer, PyObject *value, Py_ssize_t depth);
/* The array of [key, value], of a dict of any class. */
int write_dict_pairs(Writer *writer, PyObject *value, Py_ssize_t depth);
/* members.c: the members of an object after its head: names and values in turn, `length` of them in all. Ends the object. */
int write_members(Writer *writer, PyObject *owner, const Copied *copied, Py_ssize_t length, Py_ssize_t depth,
                  int has_head, int may_repeat);
int copied_room(Copied *copied, Py_ssize_t count);
void copied_free(Copied *copied);

/* fields.c: an instance's own fields, taken out while its plan is valid and written after its head. */
typedef struct {
    Copied copied;
    Py_ssize_t length; /* how many there are in all */
    char are_shown;    /* not inside another instance */
    char may_repeat;   /* one name may be that of two of them */
} Fields;

int fields_take(Writer *writer, PyObject *value, const Plan *plan, Fields *fields);
/* End the object whose head begins at this length of the text. */
int fields_write(Writer *writer, PyObject *value, const Fields *fields, size_t head, Py_ssize_t depth);
/* The value's address and the quote that ends it. */
int write_id(Writer *writer, const PyObject *value);
int write_instance(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);

/* Whether a container is only counted, since it lies too deep or there is no room. */
static inline int
is_closed(const Writer *writer, Py_ssize_t length, Py_ssize_t depth)
{
    return length && (depth >= writer->values->depth || writer->left <= 0);
}

/* special.c: values of subclasses of built-in types and of known ones */
/* The name and value of a member of an enumeration, borrowed; NULL where there is none. */
PyObject *enum_name(PyObject *value);
PyObject *enum_value(PyObject *value);
int write_enum(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);
int write_with_content(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);
int write_summary(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);
int write_text(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);

/* suspendables.c: generators and coroutines. */
enum { SUSPENDABLE_OTHERWISE, SUSPENDABLE_RUNNING, SUSPENDABLE_WAITING };
/* Which of these it is; -1 with an exception set. */
int suspendable_state(PyObject *value);
/* The name that it is shown by, a new reference. */
PyObject *suspendable_name(PyObject *value);
int write_suspendable(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);

/* patterns.c */
int write_pattern(Writer *writer, PyObject *value, const Plan *plan, Py_ssize_t depth);

/* function_names.c */
/* The name of a function as its module and itself have it, within a JSON string that is open; 1 where it is left to
   Python. */
int write_function_name(Writer *writer, PyObject *module, PyObject *qualname);

/* callables.c */
/* Append a str to a JSON string that is open; 1 where it may hold a secret, has a lone surrogate or is no exact str. */
int write_part(Writer *writer, PyObject *str);
int write_class(Writer *writer, PyObject *value);
int write_function(Writer *writer, PyObject *value);
int write_method(Writer *writer, PyObject *value);
int write_builtin(Writer *writer, PyObject *value);
int write_module(Writer *writer, PyObject *value);
/* The names by which functions and modules are shown, borrowed; NULL where there is none, or with an exception set. */
PyObject *function_module(const Values *values, PyObject *function);
PyObject *module_name(const Values *values, PyObject *module);

#define APPEND(writer, literal) text_ascii((writer)->text, literal, sizeof(literal) - 1)

#endif
