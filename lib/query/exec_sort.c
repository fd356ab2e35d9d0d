/* ORDER BY; with LIMIT only the best rows are kept. */
#include "query/exec.h"

typedef struct sorted {
    uint64_t seq;    /* order of arrival settles ties */
    cg_value *cells; /* keys, then kept slots */
} sorted;

typedef struct sort_op {
    q_op op;
    const q_sort_key *keys;
    const uint32_t *keep;
    uint32_t n_keys, n_keep;
    const q_expr *skip, *limit;
    bool open;
    uint64_t best; /* how many rows can ever be returned */
    CG_VEC(sorted) rows;
    bool full;     /* rows begin with the best so far, as many as can be returned, in order */
    cg_value *now; /* keys of the row at hand */
    size_t at;
    cg_arena kept;
    bool has_kept;
} sort_op;

static int compare(const cg_run *r, const sort_op *s, const sorted *a, const sorted *b)
{
    for (uint32_t i = 0; i < s->n_keys; i++) {
        int d = q_order(r->g, a->cells[i], b->cells[i]);
        if (d)
            return s->keys[i].descending ? -d : d;
    }
    return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* Bottom-up merge sort; the comparison counts as work. */
static int32_t sort_rows(cg_run *r, sort_op *s, cspm_error **err)
{
    size_t n = s->rows.count, moved = 0;
    sorted *from = s->rows.data;
    sorted *to = cg_alloc_array(r->mem, n ? n : 1, sizeof *to), *own = to;
    int32_t rc = CSPM_OK;
    if (!to)
        return cg_nomem(r->mem, err);
    for (size_t width = 1; width < n && rc >= 0; width *= 2) {
        for (size_t start = 0; start < n && rc >= 0; start += 2 * width) {
            size_t a = start, b = start + width < n ? start + width : n, mid = b, end = start + 2 * width < n ? start + 2 * width : n;
            for (size_t k = start; k < end && rc >= 0; k++) {
                to[k] = a < mid && (b >= end || compare(r, s, &from[a], &from[b]) <= 0) ? from[a++] : from[b++];
                if ((++moved & 4095) == 0)
                    rc = q_tick(r, 512, err);
            }
        }
        if (rc < 0)
            break;
        sorted *swap = from;
        from = to;
        to = swap;
    }
    if (from != s->rows.data)
        memcpy(s->rows.data, from, n * sizeof *from);
    cg_free(r->mem, own);
    return rc;
}

/* Keep the best rows only, in a fresh arena. */
static int32_t shrink(cg_run *r, sort_op *s, cspm_error **err)
{
    int32_t rc = sort_rows(r, s, err);
    if (rc < 0)
        return rc;
    cg_arena fresh;
    cg_arena_init(&fresh, r->mem);
    if (s->rows.count > s->best)
        s->rows.count = (size_t)s->best;
    uint32_t width = s->n_keys + s->n_keep;
    for (size_t i = 0; i < s->rows.count && rc >= 0; i++) {
        cg_value *cells = cg_arena_alloc(&fresh, (width ? width : 1) * sizeof *cells);
        for (uint32_t k = 0; cells && k < width; k++) {
            if (!q_copy_value(&fresh, s->rows.data[i].cells[k], &cells[k]))
                cells = NULL;
        }
        if (!cells)
            rc = cg_nomem(r->mem, err);
        else
            s->rows.data[i].cells = cells;
    }
    cg_arena_free(&s->kept); /* after a failure the rows are never read again */
    s->kept = fresh;
    if (rc < 0)
        s->rows.count = 0;
    s->full = s->best && s->rows.count == s->best;
    return rc;
}

/* Is the row at hand behind all that can be returned? It came later than they did. */
static bool too_late(const cg_run *r, const sort_op *s)
{
    const cg_value *last = s->full ? s->rows.data[s->best - 1].cells : NULL;
    for (uint32_t i = 0; last && i < s->n_keys; i++) {
        int d = q_order(r->g, s->now[i], last[i]);
        if (d)
            return (d > 0) != s->keys[i].descending;
    }
    return last;
}

static int32_t take_row(cg_run *r, sort_op *s, uint64_t seq, cspm_error **err)
{
    uint32_t width = s->n_keys + s->n_keep;
    q_eval e = { r, q_arena(r, &s->op) };
    for (uint32_t i = 0; i < s->n_keys; i++) {
        int32_t rc = q_fetch(&e, s->keys[i].expr, &s->now[i], err);
        if (rc < 0)
            return rc;
    }
    if (too_late(r, s))
        return CSPM_OK;
    sorted row = { .seq = seq, .cells = cg_arena_alloc(&s->kept, (width ? width : 1) * sizeof(cg_value)) };
    for (uint32_t i = 0; row.cells && i < width; i++) {
        cg_value v = i < s->n_keys ? s->now[i] : r->frame[s->keep[i - s->n_keys]];
        if (!q_copy_value(&s->kept, v, &row.cells[i]))
            row.cells = NULL;
    }
    return row.cells && cg_vec_push(r->mem, &s->rows, row) ? CSPM_OK : cg_nomem(r->mem, err);
}

static int32_t sort_open(cg_run *r, sort_op *s, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint64_t skip = 0, limit = UINT64_MAX;
    if ((s->skip && (rc = q_count_value(r, s->skip, &skip, err)) < 0) || (s->limit && (rc = q_count_value(r, s->limit, &limit, err)) < 0))
        return rc;
    s->best = limit > UINT64_MAX - skip ? UINT64_MAX : skip + limit;
    s->open = true;
    s->full = false;
    s->at = 0;
    s->rows.count = 0;
    if (s->has_kept)
        cg_arena_reset(&s->kept);
    else
        cg_arena_init(&s->kept, r->mem);
    s->has_kept = true;
    for (uint64_t seq = 0; (rc = q_next(r, s->op.input, err)) == CSPM_OK; seq++) {
        if ((rc = take_row(r, s, seq, err)) < 0 || (rc = q_work(r, err)) < 0)
            return rc;
        if (s->best < 1u << 20 && s->rows.count > 2 * s->best + 64 && (rc = shrink(r, s, err)) < 0)
            return rc;
    }
    return rc < 0 ? rc : sort_rows(r, s, err);
}

static int32_t sort_next(cg_run *r, q_op *op, cspm_error **err)
{
    sort_op *s = (sort_op *)op;
    int32_t rc;
    if (!s->open && (rc = sort_open(r, s, err)) < 0)
        return rc;
    if (s->at >= s->rows.count || s->at >= s->best)
        return CSPM_DONE;
    const cg_value *cells = s->rows.data[s->at++].cells + s->n_keys;
    for (uint32_t i = 0; i < s->n_keep; i++)
        r->frame[s->keep[i]] = cells[i];
    return CSPM_OK;
}

static void sort_rewind(cg_run *r, q_op *op)
{
    ((sort_op *)op)->open = false;
}

static void sort_close(cg_run *r, q_op *op)
{
    sort_op *s = (sort_op *)op;
    cg_vec_free(r->mem, &s->rows);
    if (s->has_kept)
        cg_arena_free(&s->kept);
    s->has_kept = false;
}

static void sort_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const sort_op *s = (const sort_op *)op;
    cg_buf_printf(out, "%u key%s%s", s->n_keys, s->n_keys == 1 ? "" : "s", s->limit ? ", best rows only" : "");
}

static const q_op_class sort_class = { "Sort", sort_next, sort_rewind, sort_close, sort_describe };

q_op *q_op_sort(cg_run *r, q_op *input, const q_sort_key *keys, uint32_t n_keys, const uint32_t *keep, uint32_t n_keep, const q_expr *skip,
                const q_expr *limit)
{
    cg_value *now = cg_arena_calloc(&r->arena, n_keys + 1, sizeof *now);
    sort_op *s = now ? q_op_new(r, &sort_class, sizeof *s, input) : NULL;
    if (s) {
        s->now = now;
        s->keys = keys;
        s->n_keys = n_keys;
        s->keep = keep;
        s->n_keep = n_keep;
        s->skip = skip;
        s->limit = limit;
    }
    return (q_op *)s;
}
