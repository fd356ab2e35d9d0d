/* Freeze: one value a node and key, when definitions of a node disagree. */
#include "graph/build.h"

typedef struct candidate {
    uint32_t node, def;
    cg_build_column *column;
    uint64_t pair;
} candidate;
typedef CG_VEC(candidate) candidates;

static bool is_shared(const cg_freeze *f, uint32_t node)
{
    return node != CG_NONE32 && f->shared[node >> 6] >> (node & 63) & 1;
}

static int32_t gather(cg_freeze *f, cg_build_column *c, candidates *out, cspm_error **err)
{
    for (uint64_t i = 0; i < c->items.count; i++) {
        uint32_t def = *(const uint32_t *)cg_chunks_at(&c->items, i), node = f->def_node[def];
        if (is_shared(f, node) && !cg_vec_push(f->mem, out, ((candidate){ node, def, c, i })))
            return cg_nomem(f->mem, err);
    }
    return CSPM_OK;
}

/* Better dialect, newer, smaller value; then any order that does not depend on the order of inputs. */
static int candidate_cmp(const cg_freeze *f, const candidate *a, const candidate *b)
{
    const cg_builder *bl = f->b;
    uint32_t x, y;
    cg_cell v, w;
    uint64_t p = cg_run_offset(&bl->node_runs, &bl->def_offset, a->def, &x), q = cg_run_offset(&bl->node_runs, &bl->def_offset, b->def, &y);
    int c = cg_source_better(&bl->sources.data[x], &bl->sources.data[y]);
    if (c)
        return c;
    cg_colset_read(a->column, a->pair, &v);
    cg_colset_read(b->column, b->pair, &w);
    if ((c = cg_cell_cmp(&v, &w)) != 0)
        return c;
    c = (f->source_place[x] > f->source_place[y]) - (f->source_place[x] < f->source_place[y]);
    return c ? c : (p > q) - (p < q);
}

static int32_t report(cg_freeze *f, const candidate *winner, const candidate *loser, cspm_error **err)
{
    const cg_builder *b = f->b;
    uint32_t source, better;
    uint64_t offset = cg_run_offset(&b->node_runs, &b->def_offset, loser->def, &source);
    cg_run_offset(&b->node_runs, &b->def_offset, winner->def, &better);
    cg_str id = cg_strtab_get(&f->inv->ids, winner->node), key = cg_intern_get(b->names[CG_NAMES_KEY].table, winner->column->key);
    return cg_freeze_diag(f, source, "property-conflict", offset, err,
                          "property \"%.*s\" of node \"%.*s\" differs; the value in %.*s is kept", CG_FMT(key), CG_FMT(id),
                          CG_FMT(b->sources.data[better].name));
}

static bool yields(const cg_freeze *f, const candidate *c)
{
    uint32_t source;
    cg_run_offset(&f->b->node_runs, &f->b->def_offset, c->def, &source);
    return f->b->sources.data[source].yields;
}

/* All values of one node under one key: keep the best. */
static int32_t settle(cg_freeze *f, candidate *c, size_t n, cspm_error **err)
{
    candidate *winner = c, *loser = NULL;
    for (size_t i = 1; i < n; i++)
        if (candidate_cmp(f, &c[i], winner) < 0)
            winner = &c[i];
    for (size_t i = 0; i < n; i++) {
        cg_cell v, w;
        if (&c[i] == winner)
            continue;
        cg_colset_read(winner->column, winner->pair, &v);
        cg_colset_read(c[i].column, c[i].pair, &w);
        if (cg_cell_cmp(&v, &w) != 0 && !yields(f, &c[i]) && (!loser || candidate_cmp(f, &c[i], loser) < 0))
            loser = &c[i];
        *(uint32_t *)cg_chunks_at(&c[i].column->items, c[i].pair) = CG_NONE32;
    }
    return loser ? report(f, winner, loser, err) : CSPM_OK;
}

static int32_t settle_key(cg_freeze *f, candidates *all, uint64_t *keys, uint32_t *order, cspm_error **err)
{
    size_t n = all->count;
    int32_t rc = CSPM_OK;
    candidates group = { 0 };
    for (size_t i = 0; i < n; i++) {
        keys[i] = all->data[i].node;
        order[i] = (uint32_t)i;
    }
    cg_sort_pairs(keys, order, n, keys + n, order + n);
    for (size_t i = 0, end; i < n && rc >= 0; i = end) {
        group.count = 0;
        for (end = i; end < n && keys[end] == keys[i]; end++)
            if (!cg_vec_push(f->mem, &group, all->data[order[end]])) {
                rc = cg_nomem(f->mem, err);
                break;
            }
        if (rc >= 0 && group.count > 1)
            rc = settle(f, group.data, group.count, err);
        if (rc >= 0 && CG_OP_DUE(f->ticks))
            rc = cg_op_check(f->op, f->mem, err);
    }
    cg_vec_free(f->mem, &group);
    return rc;
}

int32_t cg_freeze_settle(cg_freeze *f, cspm_error **err)
{
    cg_colset *cs = &f->b->node_props;
    size_t n = cs->columns.count;
    int32_t rc = CSPM_OK;
    candidates all = { 0 };
    uint64_t *keys = NULL;
    uint32_t *order = NULL;
    if (!f->shared || !n)
        return CSPM_OK;
    uint64_t *column_keys = cg_alloc_array(f->mem, n * 2, sizeof *column_keys);
    uint32_t *columns = cg_alloc_array(f->mem, n * 2, sizeof *columns);
    if (!column_keys || !columns) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        /* Keys in byte order: which diagnostics come first must not depend on the order of inputs. */
        column_keys[i] = f->name_map[CG_NAMES_KEY][cs->columns.data[i].key];
        columns[i] = (uint32_t)i;
    }
    cg_sort_pairs(column_keys, columns, n, column_keys + n, columns + n);
    for (size_t i = 0, end; i < n; i = end) {
        all.count = 0;
        for (end = i; end < n && column_keys[end] == column_keys[i]; end++)
            if ((rc = gather(f, &cs->columns.data[columns[end]], &all, err)) < 0)
                goto out;
        if (all.count < 2)
            continue;
        uint64_t *more_keys = cg_resize_array(f->mem, keys, all.count * 2, sizeof *keys);
        keys = more_keys ? more_keys : keys;
        uint32_t *more_order = cg_resize_array(f->mem, order, all.count * 2, sizeof *order);
        order = more_order ? more_order : order;
        if (!more_keys || !more_order) {
            rc = cg_nomem(f->mem, err);
            goto out;
        }
        if ((rc = settle_key(f, &all, keys, order, err)) < 0)
            goto out;
    }
out:
    cg_vec_free(f->mem, &all);
    cg_free(f->mem, keys);
    cg_free(f->mem, order);
    cg_free(f->mem, column_keys);
    cg_free(f->mem, columns);
    return rc;
}
