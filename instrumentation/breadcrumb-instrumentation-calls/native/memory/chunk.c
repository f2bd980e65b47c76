/* Columns of fixed width lie one after another in one block, each with room for every row; the text columns follow, the
   values and what refers to them, and notes. The block is reserved, not touched: pages that no row reaches cost nothing. */
#include "chunk_parts.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "columns are little-endian; the pure-Python recorder runs here"
#endif

const FixedColumn chunk_fixed[FIXED] = {
    [TRACE_ID] = {"trace_id", "w:16", 16},
    [SPAN_ID] = {"span_id", "L", 8},
    [PARENT_ID] = {"parent_id", "L", 8},
    [CODE] = {"code", "I", 4},
    [DEPTH] = {"depth", "I", 4},
    [SUSPENSIONS] = {"suspensions", "I", 4},
    [START_NS] = {"start_ns", "l", 8},
    [DURATION_NS] = {"duration_ns", "l", 8},
    [CHILD_NS] = {"child_ns", "l", 8},
    [RAN_NS] = {"ran_ns", "l", 8},
    [STACK] = {"stack", "L", 8},
    [ORDINAL] = {"ordinal", "L", 8},
    [LAST_ORDINAL] = {"last_ordinal", "L", 8},
    [THREAD] = {"thread", "L", 8},
    [TASK] = {"task", "L", 8},
    [OUTCOME] = {"outcome", "C", 1},
    [CALLED_LINE] = {"called_line", "I", 4},
    [ENDED_LINE] = {"ended_line", "I", 4},
};
const char *const chunk_texts[TEXTS] = {"exception", "extra"};

static size_t
rounded(size_t text)
{
    return (text + 63) & ~(size_t)63;
}

Layout
chunk_layout_of(size_t text)
{
    Layout layout;
    size_t at = HEAD;
    for (int i = 0; i < FIXED; i++) {
        layout.columns[i] = at;
        at += CHUNK_ROWS * chunk_fixed[i].width;
    }
    for (int i = 0; i < TEXTS; i++) {
        layout.texts[i].offsets = at;
        at += (CHUNK_ROWS + 8) * sizeof(int64_t);
        layout.texts[i].valid = at;
        at += CHUNK_ROWS / 8;
        layout.texts[i].data = at;
        at += rounded(text);
    }
    layout.values.offsets = at;
    at += (CHUNK_VALUES + 8) * sizeof(int64_t);
    layout.values.data = at;
    at += CHUNK_VALUES_SHARE * rounded(text);
    layout.refs.offsets = at;
    at += (CHUNK_ROWS + 16) * sizeof(int32_t);
    layout.refs.args = at;
    at += CHUNK_REFS * sizeof(uint32_t);
    layout.refs.results = at;
    at += CHUNK_ROWS * sizeof(uint32_t);
    layout.notes = at;
    layout.size = at + NOTES;
    return layout;
}

static void
lay_out(Chunk *chunk, const Layout *layout)
{
    char *data = chunk->block->data;
    chunk->head = (Head *)data;
    *chunk->head = (Head){0};
    for (int i = 0; i < FIXED; i++) {
        chunk->columns[i] = data + layout->columns[i];
    }
    for (int i = 0; i < TEXTS; i++) {
        TextColumn *text = &chunk->texts[i];
        text->offsets = (int64_t *)(data + layout->texts[i].offsets);
        text->valid = (unsigned char *)data + layout->texts[i].valid;
        text->data = data + layout->texts[i].data;
        text->filled = &chunk->head->filled[i];
        text->size = text->nulls = 0;
        text->offsets[0] = 0;
        memset(text->valid, 0, CHUNK_ROWS / 8);
    }
    chunk->values = (ValueColumn){
        .offsets = (int64_t *)(data + layout->values.offsets),
        .count = &chunk->head->values,
        .data = data + layout->values.data,
    };
    chunk->values.offsets[0] = 0;
    chunk->refs = (RefColumns){
        .offsets = (int32_t *)(data + layout->refs.offsets),
        .args = (uint32_t *)(data + layout->refs.args),
        .results = (uint32_t *)(data + layout->refs.results),
    };
    chunk->refs.offsets[0] = 0;
    chunk->notes = data + layout->notes;
}

/* A chunk in a block, which it takes over; NULL with an exception set. */
static Chunk *
chunk_in(Block *block, size_t text, const Layout *layout)
{
    Chunk *chunk = block == NULL ? NULL : PyObject_New(Chunk, chunk_type);
    if (chunk == NULL) {
        if (block != NULL) {
            block_free(block);
        }
        return NULL;
    }
    static uint64_t serials;
    chunk->block = block;
    chunk->serial = ++serials;
    chunk->room = rounded(text);
    lay_out(chunk, layout);
    return chunk;
}

Chunk *
chunk_new(size_t text, uint64_t owner)
{
    Layout layout = chunk_layout_of(text);
    return chunk_in(block_new(layout.size, owner), text, &layout);
}

Chunk *
chunk_lent(size_t text, uint64_t owner, int file, off_t offset)
{
    Layout layout = chunk_layout_of(text);
    return chunk_in(block_lent(layout.size, owner, file, offset), text, &layout);
}

int
chunk_is_lent(const Chunk *chunk)
{
    return chunk->block->owner != 0;
}

void
chunk_note(Chunk *chunk, const char *text, size_t size)
{
    if (chunk->head->noted + size + 1 <= NOTES) {
        memcpy(chunk->notes + chunk->head->noted, text, size);
        chunk->notes[chunk->head->noted + size] = '\n';
        __atomic_store_n(&chunk->head->noted, chunk->head->noted + size + 1, __ATOMIC_RELEASE);
    }
}

size_t
chunk_rows(const Chunk *chunk)
{
    return chunk->head->rows;
}

static inline int
has_room(const Chunk *chunk, int column, const Text *text)
{
    return text == NULL || chunk->texts[column].size + text->size <= chunk->room;
}

/* What a row would add to the values. */
typedef struct {
    size_t count, size;
} Addition;

static inline void
add_new(const Chunk *chunk, Ref ref, Addition *addition)
{
    if (ref_is_text(ref) &&
        ref_text(ref)->chunk != chunk->serial) { /* what comes twice in a row counts twice: it is room only */
        addition->count++;
        addition->size += ref_text(ref)->size;
    }
}

static Addition
added_by(const Chunk *chunk, const Row *row)
{
    Addition addition = {0};
    for (size_t i = 0; i < row->arg_count; i++) {
        add_new(chunk, row->args[i], &addition);
    }
    add_new(chunk, row->result, &addition);
    return addition;
}

int
chunk_fits(const Chunk *chunk, const Row *row)
{
    size_t rows = chunk->head->rows;
    if (rows == CHUNK_ROWS || !has_room(chunk, EXCEPTION, row->exception) || !has_room(chunk, EXTRA, row->extra) ||
        (rows && (size_t)chunk->refs.offsets[rows] + row->arg_count > CHUNK_REFS)) {
        return 0;
    }
    Addition addition = added_by(chunk, row);
    return (*chunk->values.count + addition.count <= CHUNK_VALUES || rows == 0) &&
           chunk->values.size + addition.size <= CHUNK_VALUES_SHARE * chunk->room;
}

size_t
chunk_text_most(const Row *row)
{
    size_t most = row->exception == NULL ? 0 : row->exception->size,
           values = ref_is_text(row->result) ? ref_text(row->result)->size : 0;
    most = row->extra != NULL && row->extra->size > most ? row->extra->size : most;
    for (size_t i = 0; i < row->arg_count; i++) {
        values += ref_is_text(row->args[i]) ? ref_text(row->args[i])->size : 0;
    }
    values = values / CHUNK_VALUES_SHARE + 1;
    return values > most ? values : most;
}

/* The number of a reference in this chunk, which is given its text where it has not got it. */
static uint32_t
put_ref(Chunk *chunk, Ref ref)
{
    if (!ref_is_text(ref)) {
        return ref_number(ref);
    }
    PoolText *text = ref_text(ref);
    if (text->chunk != chunk->serial) {
        ValueColumn *values = &chunk->values;
        size_t at = *values->count;
        if (at == CHUNK_VALUES) {
            return COLUMN_NOTHING;
        }
        text_copy(values->data + values->size, text->data, text->size);
        values->size += text->size;
        values->offsets[at + 1] = (int64_t)values->size;
        text->chunk = chunk->serial;
        text->index = (uint32_t)at;
        __atomic_store_n(values->count, at + 1, __ATOMIC_RELEASE);
    }
    return COLUMN_TEXTS + text->index;
}

static inline void
put_refs(Chunk *chunk, size_t at, const Row *row)
{
    RefColumns *refs = &chunk->refs;
    int32_t end = refs->offsets[at];
    for (size_t i = 0; i < row->arg_count && end < CHUNK_REFS; i++) {
        refs->args[end++] = put_ref(chunk, row->args[i]);
    }
    refs->offsets[at + 1] = end;
    refs->results[at] = put_ref(chunk, row->result);
}

static inline void
put_text(TextColumn *column, size_t row, const Text *text)
{
    if (text == NULL) {
        column->nulls++;
        return;
    }
    fill_up(column, row);
    text_copy(column->data + column->size, text->data, text->size);
    column->valid[row / 8] |= (unsigned char)(1 << (row % 8));
    column->size += text->size;
    fill_up(column, row + 1);
}

#define PUT(column, type, value) (((type *)chunk->columns[column])[at] = (value))

void
chunk_append(Chunk *chunk, const Row *row)
{
    size_t at = chunk->head->rows;
    memcpy(chunk->columns[TRACE_ID] + at * 16, row->trace_id, 16);
    PUT(SPAN_ID, uint64_t, row->span_id);
    PUT(PARENT_ID, uint64_t, row->parent_id);
    PUT(CODE, uint32_t, row->code);
    PUT(DEPTH, uint32_t, row->depth);
    PUT(SUSPENSIONS, uint32_t, row->suspensions);
    PUT(START_NS, int64_t, row->start_ns);
    PUT(DURATION_NS, int64_t, row->duration_ns);
    PUT(CHILD_NS, int64_t, row->child_ns);
    PUT(RAN_NS, int64_t, row->ran_ns);
    PUT(STACK, uint64_t, row->stack);
    PUT(ORDINAL, uint64_t, row->ordinal);
    PUT(LAST_ORDINAL, uint64_t, row->last_ordinal);
    PUT(THREAD, uint64_t, row->thread);
    PUT(TASK, uint64_t, row->task);
    PUT(OUTCOME, unsigned char, row->outcome);
    PUT(CALLED_LINE, uint32_t, row->called_line);
    PUT(ENDED_LINE, uint32_t, row->ended_line);
    put_refs(chunk, at, row);
    put_text(&chunk->texts[EXCEPTION], at, row->exception);
    put_text(&chunk->texts[EXTRA], at, row->extra);
    __atomic_store_n(&chunk->head->rows, at + 1, __ATOMIC_RELEASE);
}
