/* Batches: built column by column, then immutable and refcounted. */
#include "graph/table_internal.h"

#include "base/intern.h"

/* Text of one batch beyond which it is full: bounds memory, and keeps int32 offsets far from their end. */
#define FULL_TEXT_BYTES ((uint64_t)64 << 20)
#define US_PER_DAY INT64_C(86400000000)

static const uint64_t no_values[2]; /* consumers get a valid pointer even when a column has no bytes at all */

typedef struct column_builder {
    uint32_t type;
    uint64_t rows, nulls;
    cg_buf values;
    CG_VEC(int32_t) offsets;
    CG_VEC(uint8_t) validity; /* empty until the first null */
    struct column_builder *item;
    cg_dictionary *dictionary;
    cg_intern *lookup; /* position of a dictionary value */
} column_builder;

struct cg_batch_builder {
    cg_mem *mem;
    cg_graph *graph;
    cg_table_schema *schema;
    uint32_t n;
    column_builder *columns;
};

/* ---- schema ---- */

static uint32_t held_type(uint32_t type)
{
    return type == CSPM_TYPE_STRUCT || type == CSPM_TYPE_MAP ? (uint32_t)CSPM_TYPE_VARIANT : type;
}

static uint32_t held_item(const cg_column_spec *c)
{
    if (c->type != CSPM_TYPE_LIST)
        return 0;
    if (!c->item)
        return CSPM_TYPE_STRING;
    return c->item == CSPM_TYPE_LIST ? (uint32_t)CSPM_TYPE_VARIANT : held_type(c->item);
}

cg_table_schema *cg_table_schema_new(cg_mem *mem, const cg_column_spec *columns, uint32_t n)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < n; i++)
        bytes += columns[i].name.length + 1;
    cg_table_schema *s = cg_calloc(mem, 1, sizeof *s);
    if (!s)
        return NULL;
    atomic_init(&s->refs, 1);
    s->mem = cg_mem_ref(mem);
    s->n = n;
    s->columns = cg_alloc_array(mem, n, sizeof *s->columns);
    s->text = cg_alloc(mem, bytes);
    if (!s->columns || !s->text) {
        cg_table_schema_unref(s);
        return NULL;
    }
    char *text = s->text;
    for (uint32_t i = 0; i < n; i++) {
        cg_str name = columns[i].name;
        if (name.length)
            memcpy(text, name.data, name.length);
        text[name.length] = '\0';
        s->columns[i] =
            (cg_column_spec){ .name = { text, name.length }, .type = held_type(columns[i].type), .item = held_item(&columns[i]) };
        text += name.length + 1;
    }
    return s;
}

cg_table_schema *cg_table_schema_ref(cg_table_schema *s)
{
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void cg_table_schema_unref(cg_table_schema *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = s->mem;
    cg_free(mem, s->columns);
    cg_free(mem, s->text);
    cg_free(mem, s);
    cg_mem_unref(mem);
}

/* ---- dictionary ---- */

cg_dictionary *cg_dictionary_ref(cg_dictionary *d)
{
    atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

void cg_dictionary_unref(cg_dictionary *d)
{
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = d->mem;
    cg_free(mem, d->offsets);
    cg_free(mem, d->bytes);
    cg_free(mem, d);
    cg_mem_unref(mem);
}

static cg_dictionary *dictionary_new(cg_mem *mem, const cg_str *values, uint32_t n)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < n; i++)
        bytes += values[i].length;
    if (bytes > INT32_MAX || n >= INT32_MAX)
        return NULL;
    cg_dictionary *d = cg_calloc(mem, 1, sizeof *d);
    if (!d)
        return NULL;
    atomic_init(&d->refs, 1);
    d->mem = cg_mem_ref(mem);
    d->offsets = cg_alloc_array(mem, (size_t)n + 1, sizeof *d->offsets);
    d->bytes = cg_alloc(mem, bytes + 1);
    if (!d->offsets || !d->bytes) {
        cg_dictionary_unref(d);
        return NULL;
    }
    int32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        d->offsets[i] = at;
        if (values[i].length)
            memcpy(d->bytes + at, values[i].data, values[i].length);
        at += (int32_t)values[i].length;
    }
    d->offsets[n] = at;
    d->view = (cspm_column){ .struct_size = sizeof d->view,
                             .type = CSPM_TYPE_STRING,
                             .length = n,
                             .values = d->bytes,
                             .offsets = d->offsets,
                             .values_bytes = bytes };
    return d;
}

int32_t cg_batch_builder_dictionary(cg_batch_builder *bb, uint32_t column, const cg_str *values, uint32_t n, cspm_error **err)
{
    if (column >= bb->n)
        return cg_fail(bb->mem, err, CSPM_E_INTERNAL, "no column %u in this table", column);
    column_builder *c = &bb->columns[column];
    if (c->type == CSPM_TYPE_LIST)
        c = c->item;
    if (c->type != CSPM_TYPE_DICT_STRING || c->dictionary || c->rows)
        return cg_fail(bb->mem, err, CSPM_E_INTERNAL, "column %u takes no dictionary, or has one already", column);
    c->dictionary = dictionary_new(bb->mem, values, n);
    c->lookup = cg_intern_new(bb->mem, n);
    if (!c->dictionary || !c->lookup)
        return cg_nomem(bb->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t id = cg_intern_add(c->lookup, values[i].data, values[i].length);
        if (id == CG_INTERN_NONE)
            return cg_nomem(bb->mem, err);
        if (id != i)
            return cg_fail(bb->mem, err, CSPM_E_INTERNAL, "a dictionary value is repeated");
    }
    return CSPM_OK;
}

/* ---- columns ---- */

static uint32_t fixed_width(uint32_t type)
{
    switch (type) {
    case CSPM_TYPE_INT64:
    case CSPM_TYPE_DOUBLE:
    case CSPM_TYPE_EDGE:
    case CSPM_TYPE_TIMESTAMP_US:
        return 8;
    case CSPM_TYPE_NODE:
    case CSPM_TYPE_DATE:
    case CSPM_TYPE_DICT_STRING:
        return 4;
    default:
        return 0;
    }
}

static bool has_offsets(uint32_t type)
{
    return cg_column_is_text(type) || type == CSPM_TYPE_LIST;
}

static void column_init(column_builder *c, cg_mem *mem, uint32_t type)
{
    c->type = type;
    cg_buf_init(&c->values, mem, cg_column_is_text(type) ? INT32_MAX : 0);
}

static void column_reset(column_builder *c, cg_mem *mem)
{
    cg_buf_free(&c->values);
    cg_vec_free(mem, &c->offsets);
    cg_vec_free(mem, &c->validity);
    c->rows = c->nulls = 0;
    cg_buf_init(&c->values, mem, cg_column_is_text(c->type) ? INT32_MAX : 0);
    if (c->item)
        column_reset(c->item, mem);
}

static void column_free(column_builder *c, cg_mem *mem)
{
    column_reset(c, mem);
    cg_buf_free(&c->values);
    cg_dictionary_unref(c->dictionary);
    if (c->lookup)
        cg_intern_free(c->lookup);
    if (c->item)
        column_free(c->item, mem);
    cg_free(mem, c->item);
}

/* Validity starts at the first null: all rows before it are present. */
static bool push_validity(column_builder *c, cg_mem *mem, bool present)
{
    if (present && !c->nulls)
        return true;
    size_t bytes = (size_t)(c->rows >> 3) + 1;
    if (bytes > c->validity.count) {
        size_t extra = bytes - c->validity.count;
        if (!cg_vec_reserve(mem, &c->validity, extra))
            return false;
        memset(c->validity.data + c->validity.count, c->nulls ? 0 : 0xff, extra);
        c->validity.count = bytes;
    }
    uint8_t *byte = &c->validity.data[c->rows >> 3], bit = (uint8_t)(1u << (c->rows & 7));
    if (!present && !c->nulls)
        *byte = (uint8_t)(bit - 1); /* rows before this one in the byte; none after it yet */
    else if (present)
        *byte |= bit;
    if (!present)
        c->nulls++;
    return true;
}

/* Text and list cells end at the current length of their bytes or items. */
static bool push_end(column_builder *c, cg_mem *mem)
{
    uint64_t end = c->type == CSPM_TYPE_LIST ? c->item->rows : c->values.length;
    if (!cg_vec_reserve(mem, &c->offsets, 2) || end > INT32_MAX)
        return false;
    if (!c->offsets.count)
        c->offsets.data[c->offsets.count++] = 0;
    c->offsets.data[c->offsets.count++] = (int32_t)end;
    return true;
}

static int32_t end_cell(cg_batch_builder *bb, column_builder *c, bool present, cspm_error **err)
{
    if (c->values.failed && cg_column_is_text(c->type) && c->values.length > INT32_MAX / 2)
        return cg_fail(bb->mem, err, CSPM_E_LIMIT, "the text of one table column passes 2 GiB");
    if (c->values.failed || !push_validity(c, bb->mem, present) || (has_offsets(c->type) && !push_end(c, bb->mem)))
        return cg_nomem(bb->mem, err);
    c->rows++;
    return CSPM_OK;
}

static void push_bit(column_builder *c, bool value)
{
    if ((c->rows & 7) == 0)
        cg_buf_char(&c->values, 0);
    if (value && !c->values.failed)
        c->values.data[c->rows >> 3] = (char)(uint8_t)((uint8_t)c->values.data[c->rows >> 3] | 1u << (c->rows & 7));
}

static int32_t append_null(cg_batch_builder *bb, column_builder *c, cspm_error **err)
{
    static const char zero[8];
    if (c->type == CSPM_TYPE_NULL) {
        c->rows++;
        c->nulls++;
        return CSPM_OK;
    }
    if (c->type == CSPM_TYPE_BOOL)
        push_bit(c, false);
    else
        cg_buf_add(&c->values, zero, fixed_width(c->type));
    return end_cell(bb, c, false, err);
}

static int32_t wrong_type(cg_batch_builder *bb, const column_builder *c, cg_value v, cspm_error **err)
{
    return cg_fail(bb->mem, err, CSPM_E_INTERNAL, "a value of type %u does not go into a table column of type %u", v.type, c->type);
}

static int32_t append_cell(cg_batch_builder *bb, column_builder *c, cg_value v, cspm_error **err);

static int32_t append_dictionary(cg_batch_builder *bb, column_builder *c, cg_value v, cspm_error **err)
{
    int64_t id = -1;
    if (v.type == CG_INT)
        id = v.integer;
    else if (v.type != CG_STRING)
        return wrong_type(bb, c, v, err);
    else if (c->lookup) {
        uint32_t found = cg_intern_find(c->lookup, v.string, v.length);
        id = found == CG_INTERN_NONE ? -1 : (int64_t)found;
    }
    if (!c->dictionary || id < 0 || (uint64_t)id >= c->dictionary->view.length)
        return cg_fail(bb->mem, err, CSPM_E_INTERNAL, "a value is not in its column's dictionary");
    int32_t index = (int32_t)id;
    cg_buf_add(&c->values, &index, sizeof index);
    return end_cell(bb, c, true, err);
}

static int32_t append_list(cg_batch_builder *bb, column_builder *c, cg_value v, cspm_error **err)
{
    if (v.type != CG_LIST)
        return wrong_type(bb, c, v, err);
    for (uint32_t i = 0; i < v.list->count; i++) {
        int32_t rc = append_cell(bb, c->item, v.list->items[i], err);
        if (rc < 0)
            return rc;
    }
    return end_cell(bb, c, true, err);
}

static int32_t append_fixed(cg_batch_builder *bb, column_builder *c, cg_value v, cspm_error **err)
{
    static const uint8_t takes[] = { [CSPM_TYPE_INT64] = CG_INT, [CSPM_TYPE_DOUBLE] = CG_FLOAT, [CSPM_TYPE_NODE] = CG_NODE,
                                     [CSPM_TYPE_EDGE] = CG_REL,  [CSPM_TYPE_DATE] = CG_DATE,    [CSPM_TYPE_TIMESTAMP_US] = CG_DATETIME };
    if (c->type >= sizeof takes || takes[c->type] != v.type)
        return wrong_type(bb, c, v, err);
    if ((v.type == CG_NODE && v.node == CG_NO_NODE) || (v.type == CG_REL && v.rel == CG_NO_REL))
        return append_null(bb, c, err);
    if (v.type == CG_DATE) {
        int64_t days = v.microseconds / US_PER_DAY - (v.microseconds % US_PER_DAY < 0);
        int32_t narrow = (int32_t)days;
        cg_buf_add(&c->values, &narrow, sizeof narrow);
    } else if (v.type == CG_NODE) {
        cg_buf_add(&c->values, &v.node, sizeof v.node);
    } else {
        cg_buf_add(&c->values, &v.integer, sizeof v.integer); /* int64, double, relationship and instant share these 8 bytes */
    }
    return end_cell(bb, c, true, err);
}

static int32_t append_text(cg_batch_builder *bb, column_builder *c, cg_value v, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    if (c->type == CSPM_TYPE_STRING && v.type == CG_STRING)
        cg_buf_add(&c->values, v.string, v.length);
    else if (c->type == CSPM_TYPE_DURATION && v.type == CG_DURATION)
        cg_value_write_iso(&c->values, v);
    else if (c->type == CSPM_TYPE_VARIANT || (c->type == CSPM_TYPE_PATH && v.type == CG_PATH))
        rc = cg_value_write_json(&c->values, bb->graph, v, err);
    else
        return wrong_type(bb, c, v, err);
    return rc < 0 ? rc : end_cell(bb, c, true, err);
}

static int32_t append_cell(cg_batch_builder *bb, column_builder *c, cg_value v, cspm_error **err)
{
    if (v.type == CG_NULL)
        return append_null(bb, c, err);
    if (cg_column_is_text(c->type))
        return append_text(bb, c, v, err);
    switch (c->type) {
    case CSPM_TYPE_BOOL:
        if (v.type != CG_BOOL)
            return wrong_type(bb, c, v, err);
        push_bit(c, v.boolean);
        return end_cell(bb, c, true, err);
    case CSPM_TYPE_DICT_STRING:
        return append_dictionary(bb, c, v, err);
    case CSPM_TYPE_LIST:
        return append_list(bb, c, v, err);
    default:
        return append_fixed(bb, c, v, err);
    }
}

/* ---- builder ---- */

int32_t cg_batch_builder_new(cg_mem *mem, cg_graph *g, const cg_column_spec *columns, uint32_t n, cg_batch_builder **out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    *out = NULL;
    cg_batch_builder *bb = cg_calloc(mem, 1, sizeof *bb);
    if (!bb)
        return cg_nomem(mem, err);
    bb->mem = cg_mem_ref(mem);
    bb->graph = g ? cg_graph_ref(g) : NULL;
    bb->schema = cg_table_schema_new(mem, columns, n);
    bb->columns = cg_calloc(mem, n, sizeof *bb->columns);
    if (!bb->schema || !bb->columns) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    bb->n = n;
    for (uint32_t i = 0; i < n; i++)
        column_init(&bb->columns[i], mem, bb->schema->columns[i].type);
    for (uint32_t i = 0; i < n; i++) {
        const cg_column_spec *spec = &bb->schema->columns[i];
        if (spec->type > CSPM_TYPE_VARIANT || spec->item > CSPM_TYPE_VARIANT) {
            rc = cg_fail(mem, err, CSPM_E_INTERNAL, "unknown column type");
            goto out;
        }
        if (spec->type != CSPM_TYPE_LIST)
            continue;
        bb->columns[i].item = cg_calloc(mem, 1, sizeof *bb->columns[i].item);
        if (!bb->columns[i].item) {
            rc = cg_nomem(mem, err);
            goto out;
        }
        column_init(bb->columns[i].item, mem, spec->item);
    }
out:
    if (rc < 0)
        cg_batch_builder_free(bb);
    else
        *out = bb;
    return rc;
}

int32_t cg_batch_append(cg_batch_builder *bb, uint32_t column, cg_value v, cspm_error **err)
{
    if (column >= bb->n)
        return cg_fail(bb->mem, err, CSPM_E_INTERNAL, "no column %u in this table", column);
    return append_cell(bb, &bb->columns[column], v, err);
}

uint64_t cg_batch_builder_rows(const cg_batch_builder *bb)
{
    return bb->n ? bb->columns[bb->n - 1].rows : 0;
}

bool cg_batch_builder_full(const cg_batch_builder *bb)
{
    uint64_t text = 0;
    if (cg_batch_builder_rows(bb) >= CG_BATCH_ROWS)
        return true;
    for (uint32_t i = 0; i < bb->n; i++) {
        const column_builder *c = &bb->columns[i];
        text += c->values.length + (c->item ? c->item->values.length + c->item->rows * sizeof(int32_t) : 0);
    }
    return text >= FULL_TEXT_BYTES;
}

static void batch_column_free(cg_mem *mem, cg_batch_column *c)
{
    cg_free(mem, c->validity);
    cg_free(mem, c->values);
    cg_free(mem, c->offsets);
    cg_dictionary_unref(c->dictionary);
    if (c->item)
        batch_column_free(mem, c->item);
    cg_free(mem, c->item);
}

/* Growth doubles, so up to half of a block is unused: give it back. A refusal to shrink leaves the block as it is. */
static void *shrunk(cg_mem *mem, void *block, size_t used, size_t capacity)
{
    if (!block || !used || used + used / 8 >= capacity)
        return block;
    void *smaller = cg_resize_array(mem, block, used, 1);
    return smaller ? smaller : block;
}

/* Move the builder's blocks into the column; everything that can be refused was allocated before. */
static void take_blocks(cg_mem *mem, column_builder *c, cg_batch_column *out)
{
    uint64_t bytes = c->values.length;
    out->values = shrunk(mem, c->values.data, c->values.length, c->values.capacity);
    out->offsets = shrunk(mem, c->offsets.data, c->offsets.count * sizeof(int32_t), c->offsets.capacity * sizeof(int32_t));
    out->validity = shrunk(mem, c->validity.data, c->validity.count, c->validity.capacity);
    out->view = (cspm_column){ .struct_size = sizeof out->view,
                               .type = c->type,
                               .length = c->rows,
                               .null_count = c->nulls,
                               .validity = out->validity,
                               .values = out->values ? (const void *)out->values : no_values,
                               .offsets = out->offsets,
                               .values_bytes = bytes };
    if (c->type == CSPM_TYPE_NULL || c->type == CSPM_TYPE_LIST)
        out->view.values = NULL;
    if (has_offsets(c->type) && !out->offsets)
        out->view.offsets = (const int32_t *)no_values;
    memset(&c->offsets, 0, sizeof c->offsets);
    memset(&c->validity, 0, sizeof c->validity);
    cg_buf_init(&c->values, mem, c->values.ceiling);
    c->rows = c->nulls = 0;
    if (c->item)
        take_blocks(mem, c->item, out->item);
    if (c->dictionary)
        out->dictionary = cg_dictionary_ref(c->dictionary);
    if (out->item || out->dictionary) {
        out->child[0] = out->item ? &out->item->view : &out->dictionary->view;
        out->view.children = out->child;
        out->view.n_children = 1;
    }
}

int32_t cg_batch_builder_finish(cg_batch_builder *bb, cspm_batch **out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint64_t rows = cg_batch_builder_rows(bb);
    *out = NULL;
    cspm_batch *batch = cg_calloc(bb->mem, 1, sizeof *batch);
    if (!batch)
        return cg_nomem(bb->mem, err);
    atomic_init(&batch->refs, 1);
    batch->mem = cg_mem_ref(bb->mem);
    batch->columns = cg_calloc(bb->mem, bb->n, sizeof *batch->columns);
    if (!batch->columns) {
        rc = cg_nomem(bb->mem, err);
        goto out;
    }
    batch->n = bb->n;
    for (uint32_t i = 0; i < bb->n; i++) {
        column_builder *c = &bb->columns[i];
        if (c->rows != rows) {
            rc = cg_fail(bb->mem, err, CSPM_E_INTERNAL, "column %u has %llu cells in a batch of %llu rows", i, (unsigned long long)c->rows,
                         (unsigned long long)rows);
            goto out;
        }
        if (c->item && !(batch->columns[i].item = cg_calloc(bb->mem, 1, sizeof *batch->columns[i].item))) {
            rc = cg_nomem(bb->mem, err);
            goto out;
        }
    }
    for (uint32_t i = 0; i < bb->n; i++)
        take_blocks(bb->mem, &bb->columns[i], &batch->columns[i]);
    batch->rows = rows;
    batch->schema = cg_table_schema_ref(bb->schema);
    batch->graph = bb->graph ? cg_graph_ref(bb->graph) : NULL;
out:
    if (rc < 0)
        cspm_batch_unref(batch);
    else
        *out = batch;
    return rc;
}

void cg_batch_builder_free(cg_batch_builder *bb)
{
    if (!bb)
        return;
    cg_mem *mem = bb->mem;
    for (uint32_t i = 0; i < bb->n; i++)
        column_free(&bb->columns[i], mem);
    cg_free(mem, bb->columns);
    cg_table_schema_unref(bb->schema);
    cg_graph_unref(bb->graph);
    cg_free(mem, bb);
    cg_mem_unref(mem);
}

/* ---- batch ---- */

uint64_t cspm_batch_rows(const cspm_batch *batch)
{
    return batch ? batch->rows : 0;
}

int32_t cspm_batch_column(const cspm_batch *batch, uint32_t column, cspm_column *out)
{
    if (!batch || !out || column >= batch->n)
        return CSPM_E_INVALID;
    uint32_t size = out->struct_size;
    if (size < offsetof(cspm_column, reserved))
        return CSPM_E_ABI;
    const cspm_column *view = &batch->columns[column].view;
    memset(out, 0, size);
    memcpy(out, view, size < sizeof *view ? size : sizeof *view);
    out->struct_size = size;
    return CSPM_OK;
}

cspm_batch *cspm_batch_ref(cspm_batch *batch)
{
    if (batch)
        atomic_fetch_add_explicit(&batch->refs, 1, memory_order_relaxed);
    return batch;
}

void cspm_batch_unref(cspm_batch *batch)
{
    if (!batch || atomic_fetch_sub_explicit(&batch->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = batch->mem;
    for (uint32_t i = 0; i < batch->n; i++)
        batch_column_free(mem, &batch->columns[i]);
    cg_free(mem, batch->columns);
    cg_table_schema_unref(batch->schema);
    cg_graph_unref(batch->graph);
    cg_free(mem, batch);
    cg_mem_unref(mem);
}
