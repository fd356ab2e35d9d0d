/* A set of distinct rows: an index by hash over rows kept in first-seen order, so that no order depends on the seed; and DISTINCT itself.
 */
#include "query/exec.h"

void q_table_init(q_table *t, cg_mem *mem, uint32_t width)
{
    *t = (q_table){ .mem = mem, .width = width };
    cg_arena_init(&t->arena, mem);
}

void q_table_clear(q_table *t)
{
    cg_arena_reset(&t->arena);
    t->rows.count = t->hashes.count = 0;
    if (t->slots)
        memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof *t->slots);
}

void q_table_free(q_table *t)
{
    if (!t->mem)
        return;
    cg_arena_free(&t->arena);
    cg_vec_free(t->mem, &t->rows);
    cg_vec_free(t->mem, &t->hashes);
    cg_free(t->mem, t->slots);
    t->mem = NULL;
}

static bool grow(q_table *t)
{
    size_t size = t->slots ? 2 * ((size_t)t->mask + 1) : 16;
    uint32_t *slots = size <= UINT32_MAX ? cg_calloc(t->mem, size, sizeof *slots) : NULL;
    if (!slots)
        return false;
    uint32_t mask = (uint32_t)(size - 1);
    for (size_t i = 0; i < t->hashes.count; i++) {
        uint32_t at = (uint32_t)t->hashes.data[i] & mask;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = (uint32_t)i + 1;
    }
    cg_free(t->mem, t->slots);
    t->slots = slots;
    t->mask = mask;
    return true;
}

static bool same_row(const cg_run *r, const q_table *t, const cg_value *a, const cg_value *b)
{
    for (uint32_t i = 0; i < t->width; i++) {
        if (q_order(r->g, a[i], b[i]) != 0)
            return false;
    }
    return true;
}

static uint64_t hash_row(const cg_run *r, const q_table *t, const cg_value *row)
{
    uint64_t h = t->width;
    for (uint32_t i = 0; i < t->width; i++)
        h = (h ^ q_hash(&r->seed, row[i])) * 0x9E3779B97F4A7C15u + 1;
    return h ^ h >> 32;
}

uint32_t q_table_find(const cg_run *r, const q_table *t, const cg_value *row)
{
    if (!t->slots)
        return UINT32_MAX;
    uint64_t h = hash_row(r, t, row);
    for (uint32_t at = (uint32_t)h & t->mask; t->slots[at]; at = (at + 1) & t->mask) {
        uint32_t i = t->slots[at] - 1;
        if (t->hashes.data[i] == h && same_row(r, t, t->rows.data[i], row))
            return i;
    }
    return UINT32_MAX;
}

uint32_t q_table_add(const cg_run *r, q_table *t, const cg_value *row, bool *added)
{
    uint64_t h = hash_row(r, t, row);
    *added = false;
    if ((!t->slots || t->rows.count * 4 >= ((size_t)t->mask + 1) * 3) && !grow(t))
        return UINT32_MAX;
    uint32_t at = (uint32_t)h & t->mask;
    for (; t->slots[at]; at = (at + 1) & t->mask) {
        uint32_t i = t->slots[at] - 1;
        if (t->hashes.data[i] == h && same_row(r, t, t->rows.data[i], row))
            return i;
    }
    cg_value *copy = cg_arena_alloc(&t->arena, (t->width ? t->width : 1) * sizeof *copy);
    if (!copy)
        return UINT32_MAX;
    for (uint32_t i = 0; i < t->width; i++) {
        if (!q_copy_value(&t->arena, row[i], &copy[i]))
            return UINT32_MAX;
    }
    if (!cg_vec_push(t->mem, &t->rows, copy))
        return UINT32_MAX;
    if (!cg_vec_push(t->mem, &t->hashes, h)) {
        t->rows.count--;
        return UINT32_MAX;
    }
    t->slots[at] = (uint32_t)t->rows.count;
    *added = true;
    return (uint32_t)(t->rows.count - 1);
}

/* ---- membership only ---- */

void q_set_init(q_set *s, cg_mem *mem, uint32_t width)
{
    q_table_init(&s->rows, mem, width);
    s->nodes = NULL;
}

void q_set_clear(q_set *s)
{
    cg_free(s->rows.mem, s->nodes);
    s->nodes = NULL;
    q_table_clear(&s->rows);
}

void q_set_free(q_set *s)
{
    if (s->rows.mem)
        cg_free(s->rows.mem, s->nodes);
    s->nodes = NULL;
    q_table_free(&s->rows);
}

/* A bit for every node of the graph takes less than the table once it has this many rows. */
static bool nodes_to_bits(const cg_run *r, q_set *s)
{
    s->nodes = cg_calloc(s->rows.mem, (size_t)cg_graph_n_nodes(r->g) / 64 + 1, sizeof *s->nodes);
    for (size_t i = 0; s->nodes && i < s->rows.rows.count; i++) {
        cg_value v = s->rows.rows.data[i][0];
        if (v.type == CG_NODE)
            q_bit_set(s->nodes, v.node);
    }
    return s->nodes;
}

bool q_set_add(const cg_run *r, q_set *s, const cg_value *row, bool *added)
{
    if (s->rows.width != 1 || row->type != CG_NODE || (!s->nodes && s->rows.rows.count < cg_graph_n_nodes(r->g) / 256))
        return q_table_add(r, &s->rows, row, added) != UINT32_MAX;
    if (!s->nodes && !nodes_to_bits(r, s))
        return false;
    *added = !q_bit(s->nodes, row->node);
    q_bit_set(s->nodes, row->node);
    return true;
}

/* ---- DISTINCT ---- */

typedef struct distinct_op {
    q_op op;
    const uint32_t *slots;
    uint32_t n;
    cg_value *row;
    q_set seen;
} distinct_op;

static int32_t distinct_next(cg_run *r, q_op *op, cspm_error **err)
{
    distinct_op *d = (distinct_op *)op;
    for (;;) {
        bool added;
        int32_t rc = q_next(r, op->input, err);
        if (rc != CSPM_OK)
            return rc;
        for (uint32_t i = 0; i < d->n; i++)
            d->row[i] = r->frame[d->slots[i]];
        if (!q_set_add(r, &d->seen, d->row, &added))
            return cg_nomem(r->mem, err);
        if (added)
            return CSPM_OK;
    }
}

static void distinct_rewind(cg_run *r, q_op *op)
{
    q_set_clear(&((distinct_op *)op)->seen);
}
static void distinct_close(cg_run *r, q_op *op)
{
    q_set_free(&((distinct_op *)op)->seen);
}

static const q_op_class distinct_class = { "Distinct", distinct_next, distinct_rewind, distinct_close, NULL };

q_op *q_op_distinct(cg_run *r, q_op *input, const uint32_t *slots, uint32_t n)
{
    cg_value *row = cg_arena_calloc(&r->arena, n ? n : 1, sizeof *row);
    distinct_op *d = row ? q_op_new(r, &distinct_class, sizeof *d, input) : NULL;
    if (d) {
        d->slots = slots;
        d->n = n;
        d->row = row;
        q_set_init(&d->seen, r->mem, n);
    }
    return (q_op *)d;
}
