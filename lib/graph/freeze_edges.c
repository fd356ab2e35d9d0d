/* Freeze: edges sorted by (source, kind, target, properties, position), equal ones of dialects merged. */
#include "graph/build.h"

typedef struct edging {
    cg_freeze *f;
    uint32_t m;         /* edges with both ends, then after merging */
    uint32_t *offset;   /* per node, n_nodes + 1 */
    uint64_t *keys;     /* kind << 32 | target, row by row */
    uint32_t *ordinals; /* number of the edge in the builder */
    uint32_t *columns;  /* edge columns in (key name, type) order; made when first needed */
    uint32_t scratch_size;
    uint64_t *key_scratch;
    uint32_t *scratch;
} edging;

static uint32_t kind_of(const cg_builder *b, uint64_t i)
{
    return b->wide_kinds ? *(const uint32_t *)cg_chunks_at(&b->edge_kind, i) : *(const uint16_t *)cg_chunks_at(&b->edge_kind, i);
}

static inline bool whole(const cg_coo *e)
{
    return e->from != CG_NONE32 && e->to != CG_NONE32;
}

/* The scatter misses the cache at every edge: fetch the cursor of a later edge, then the place it points at. Compilers drop a call that only
 * prefetches unless it is inlined. */
__attribute__((always_inline)) static inline void fetch_ahead(const edging *s, const cg_chunks *ends, uint64_t i)
{
    if (i + 32 >= ends->count)
        return;
    const cg_coo *far = cg_chunks_at(ends, i + 32), *near = cg_chunks_at(ends, i + 12);
    if (whole(far))
        __builtin_prefetch(&s->offset[(size_t)far->from + 1], 1);
    if (whole(near)) {
        uint32_t at = s->offset[(size_t)near->from + 1];
        __builtin_prefetch(&s->keys[at], 1);
        __builtin_prefetch(&s->ordinals[at], 1);
    }
}

/* Bucket edges by source. */
static int32_t scatter(edging *s, cspm_error **err)
{
    cg_freeze *f = s->f;
    cg_builder *b = f->b;
    const uint32_t *kind_map = f->name_map[CG_NAMES_KIND];
    int32_t rc;
    s->offset = cg_calloc(f->mem, (size_t)f->n_nodes + 2, sizeof *s->offset);
    if (!s->offset)
        return cg_nomem(f->mem, err);
    for (uint64_t i = 0; i < b->edge_ends.count; i++) {
        const cg_coo *e = cg_chunks_at(&b->edge_ends, i);
        if (whole(e)) {
            s->offset[(size_t)e->from + 2]++;
            s->m++;
        }
        if ((rc = cg_freeze_step(f, err)) < 0)
            return rc;
    }
    for (size_t i = 2; i < (size_t)f->n_nodes + 2; i++)
        s->offset[i] += s->offset[i - 1];
    s->keys = cg_alloc_array(f->mem, s->m, sizeof *s->keys);
    s->ordinals = cg_alloc_array(f->mem, s->m, sizeof *s->ordinals);
    if (!s->keys || !s->ordinals)
        return cg_nomem(f->mem, err);
    for (uint64_t i = 0; i < b->edge_ends.count; i++) {
        const cg_coo *e = cg_chunks_at(&b->edge_ends, i);
        if (CG_OP_DUE(f->ticks) && (rc = cg_op_check(f->op, f->mem, err)) < 0)
            return rc;
        fetch_ahead(s, &b->edge_ends, i);
        if (!whole(e))
            continue;
        uint32_t at = s->offset[(size_t)e->from + 1]++;
        s->keys[at] = (uint64_t)kind_map[kind_of(b, i)] << 32 | e->to;
        s->ordinals[at] = (uint32_t)i;
    }
    cg_chunks_free(&b->edge_ends);
    cg_chunks_free(&b->edge_kind);
    return CSPM_OK;
}

static int32_t need_scratch(edging *s, uint32_t n, cspm_error **err)
{
    if (n <= s->scratch_size)
        return CSPM_OK;
    cg_mem *mem = s->f->mem;
    cg_free(mem, s->key_scratch);
    cg_free(mem, s->scratch);
    s->scratch_size = 0;
    s->key_scratch = cg_alloc_array(mem, n, sizeof *s->key_scratch);
    s->scratch = cg_alloc_array(mem, n, sizeof *s->scratch);
    if (!s->key_scratch || !s->scratch)
        return cg_nomem(mem, err);
    s->scratch_size = n;
    return CSPM_OK;
}

/* ---- edges that only differ in their properties ---- */

static int column_cmp(const void *context, uint32_t a, uint32_t b)
{
    const cg_freeze *f = context;
    const cg_build_column *x = &f->b->edge_props.columns.data[a], *y = &f->b->edge_props.columns.data[b];
    const uint32_t *map = f->name_map[CG_NAMES_KEY];
    return map[x->key] != map[y->key] ? (map[x->key] < map[y->key] ? -1 : 1) : (int)x->type - (int)y->type;
}

static int32_t order_columns(edging *s, cspm_error **err)
{
    uint32_t n = (uint32_t)s->f->b->edge_props.columns.count;
    int32_t rc;
    if (s->columns)
        return CSPM_OK;
    s->columns = cg_alloc_array(s->f->mem, n, sizeof *s->columns);
    if (!s->columns)
        return cg_nomem(s->f->mem, err);
    if ((rc = need_scratch(s, n, err)) < 0)
        return rc;
    for (uint32_t i = 0; i < n; i++)
        s->columns[i] = i;
    cg_sort_numbers(s->columns, n, s->scratch, column_cmp, s->f);
    return CSPM_OK;
}

static bool find_cell(const cg_build_column *c, uint32_t item, cg_cell *out)
{
    uint64_t low = 0, high = c->items.count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (*(const uint32_t *)cg_chunks_at(&c->items, middle) < item)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == c->items.count || *(const uint32_t *)cg_chunks_at(&c->items, low) != item)
        return false;
    cg_colset_read(c, low, out);
    return true;
}

static int props_cmp(const edging *s, uint32_t a, uint32_t b)
{
    const cg_colset *cs = &s->f->b->edge_props;
    for (size_t i = 0; i < cs->columns.count; i++) {
        cg_cell x, y;
        const cg_build_column *c = &cs->columns.data[s->columns[i]];
        bool in_a = find_cell(c, a, &x), in_b = find_cell(c, b, &y);
        if (in_a != in_b)
            return in_a ? -1 : 1;
        int order = in_a ? cg_cell_cmp(&x, &y) : 0;
        if (order)
            return order;
    }
    return 0;
}

static uint64_t position_of(const edging *s, uint32_t ordinal)
{
    return cg_freeze_position(s->f, &s->f->b->edge_runs, &s->f->b->edge_offset, ordinal);
}

static int tie_cmp(const void *context, uint32_t a, uint32_t b)
{
    const edging *s = context;
    int c = props_cmp(s, a, b);
    if (c)
        return c;
    uint64_t p = position_of(s, a), q = position_of(s, b);
    return (p > q) - (p < q);
}

static bool merges(const edging *s, uint32_t ordinal)
{
    uint32_t source;
    cg_run_offset(&s->f->b->edge_runs, &s->f->b->edge_offset, ordinal, &source);
    return s->f->b->sources.data[source].merge_equal_edges;
}

/* Order edges of one (source, kind, target) and drop repeats; returns how many stay through *n. */
static int32_t settle_ties(edging *s, uint32_t *ordinals, uint32_t *n, cspm_error **err)
{
    int32_t rc;
    if ((rc = order_columns(s, err)) < 0 || (rc = need_scratch(s, *n, err)) < 0)
        return rc;
    cg_sort_numbers(ordinals, *n, s->scratch, tie_cmp, s);
    uint32_t kept = 0, merged = CG_NONE32; /* the edge later repeats fall into */
    for (uint32_t i = 0; i < *n; i++) {
        bool may_merge = merges(s, ordinals[i]);
        if (may_merge && merged != CG_NONE32 && props_cmp(s, merged, ordinals[i]) == 0)
            continue;
        if (may_merge)
            merged = ordinals[i];
        ordinals[kept++] = ordinals[i];
    }
    *n = kept;
    return CSPM_OK;
}

/* Sort every row and close the gaps of merged edges. */
static int32_t sort_rows(edging *s, cspm_error **err)
{
    cg_freeze *f = s->f;
    uint32_t out = 0, begin = 0;
    for (uint32_t node = 0; node < f->n_nodes; node++) {
        uint32_t end = s->offset[node + 1];
        int32_t rc;
        if ((rc = need_scratch(s, end - begin, err)) < 0)
            return rc;
        cg_sort_pairs(s->keys + begin, s->ordinals + begin, end - begin, s->key_scratch, s->scratch);
        s->offset[node] = out;
        for (uint32_t i = begin, tie; i < end; i = tie) {
            for (tie = i + 1; tie < end && s->keys[tie] == s->keys[i];)
                tie++;
            uint32_t n = tie - i;
            if (n > 1 && (rc = settle_ties(s, s->ordinals + i, &n, err)) < 0)
                return rc;
            uint64_t key = s->keys[i];
            for (uint32_t j = 0; j < n; j++, out++) {
                s->keys[out] = key;
                s->ordinals[out] = s->ordinals[i + j];
            }
        }
        begin = end;
        if (CG_OP_DUE(f->ticks) && (rc = cg_op_check(f->op, f->mem, err)) < 0)
            return rc;
    }
    s->offset[f->n_nodes] = out;
    s->m = out;
    return CSPM_OK;
}

/* ---- the finished arrays ---- */

static int32_t write_edges(edging *s, cspm_error **err)
{
    cg_freeze *f = s->f;
    cg_owner *o = &f->layer->owner;
    cg_edge_store *e = &f->layer->edges;
    bool narrow = f->layer->names[CG_NAMES_KIND].text.count <= UINT16_MAX + 1u;
    uint32_t *to = cg_owner_alloc(o, s->m, sizeof *to);
    uint16_t *kind16 = narrow ? cg_owner_alloc(o, s->m, sizeof *kind16) : NULL;
    uint32_t *kind32 = narrow ? NULL : cg_owner_alloc(o, s->m, sizeof *kind32);
    if (!to || (!kind16 && !kind32))
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < s->m; i++) {
        to[i] = (uint32_t)s->keys[i];
        if (narrow)
            kind16[i] = (uint16_t)(s->keys[i] >> 32);
        else
            kind32[i] = (uint32_t)(s->keys[i] >> 32);
    }
    cg_free(f->mem, s->keys);
    s->keys = NULL;
    e->count = s->m;
    e->to = to;
    e->kind16 = kind16;
    e->kind32 = kind32;
    uint32_t *offset = s->offset;
    s->offset = NULL;
    return cg_rows_from_offsets(o, &e->out, f->n_nodes, offset, true, err);
}

static int32_t write_positions(edging *s, cspm_error **err)
{
    cg_freeze *f = s->f;
    const cg_source *last = f->inv->n_sources ? &f->sources[f->inv->n_sources - 1] : NULL;
    bool narrow = !last || last->first + last->span <= UINT32_MAX;
    uint32_t *at32 = narrow ? cg_owner_alloc(&f->layer->owner, s->m, sizeof *at32) : NULL;
    uint64_t *at64 = narrow ? NULL : cg_owner_alloc(&f->layer->owner, s->m, sizeof *at64);
    if (!at32 && !at64)
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < s->m; i++) {
        if (i + 16 < s->m)
            __builtin_prefetch(cg_chunks_at(&f->b->edge_offset, s->ordinals[i + 16]));
        uint64_t position = position_of(s, s->ordinals[i]);
        if (narrow)
            at32[i] = (uint32_t)position;
        else
            at64[i] = position;
        const int32_t rc = cg_freeze_step(f, err);
        if (rc < 0)
            return rc;
    }
    f->inv->edge_at32 = at32;
    f->inv->edge_at64 = at64;
    return CSPM_OK;
}

/* Edge properties move to the final edge numbers. */
static int32_t write_columns(edging *s, uint32_t n_ordinals, cspm_error **err)
{
    cg_freeze *f = s->f;
    uint32_t *number = NULL;
    if (f->b->edge_props.columns.count) {
        number = cg_alloc_array(f->mem, n_ordinals, sizeof *number);
        if (!number)
            return cg_nomem(f->mem, err);
        memset(number, 0xff, n_ordinals * sizeof *number);
        for (uint32_t i = 0; i < s->m; i++)
            number[s->ordinals[i]] = i;
    }
    cg_free(f->mem, s->ordinals);
    s->ordinals = NULL;
    int32_t rc = cg_colset_finish(&f->b->edge_props, number, s->m, f->name_map[CG_NAMES_KEY], &f->layer->owner, &f->strings,
                                  &f->layer->edge_columns, &f->layer->n_edge_columns, f->op, err);
    cg_free(f->mem, number);
    return rc;
}

int32_t cg_freeze_edges(cg_freeze *f, cspm_error **err)
{
    edging s = { .f = f };
    uint32_t n_ordinals = (uint32_t)f->b->edge_ends.count;
    int32_t rc;
    if ((uint64_t)f->n_nodes + n_ordinals >= UINT32_MAX)
        return cg_fail(f->mem, err, CSPM_E_LIMIT, "nodes and edges together exceed 2^32");
    if ((rc = scatter(&s, err)) < 0 || (rc = sort_rows(&s, err)) < 0 || (rc = write_edges(&s, err)) < 0 ||
        (rc = write_positions(&s, err)) < 0)
        goto out;
    cg_chunks_free(&f->b->edge_offset);
    if ((rc = write_columns(&s, n_ordinals, err)) < 0)
        goto out;
    rc = cg_edges_finish(&f->layer->owner, &f->layer->edges, f->n_nodes, f->layer->names[CG_NAMES_KIND].text.count, f->op, err);
out:
    cg_free(f->mem, s.offset);
    cg_free(f->mem, s.keys);
    cg_free(f->mem, s.ordinals);
    cg_free(f->mem, s.columns);
    cg_free(f->mem, s.key_scratch);
    cg_free(f->mem, s.scratch);
    return rc;
}
