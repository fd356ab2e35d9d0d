/* The arc arrays of a view: a counting sort by source, rows sorted in place, a counting sort for the way back. */
#include "graph/view_arcs.h"

#include "graph/store.h"

int32_t cg_view_arcs_begin(cg_view *v, cspm_error **err)
{
    /* Two places more: counts go to from + 2, so that the running sums stand at from + 1 and become row ends while arcs are put. */
    v->out_offset = cg_calloc(v->mem, (size_t)v->n_vertices + 2, sizeof *v->out_offset);
    return v->out_offset ? CSPM_OK : cg_nomem(v->mem, err);
}

int32_t cg_view_arcs_ready(cg_view *v, cspm_error **err)
{
    uint64_t total = 0;
    for (uint32_t u = 0; u < v->n_vertices; u++) {
        total += v->out_offset[u + 2];
        if (total >= UINT32_MAX)
            return cg_fail(v->mem, err, CSPM_E_LIMIT, "more than %u traversable relationships", UINT32_MAX - 1);
        v->out_offset[u + 2] = (uint32_t)total;
    }
    v->n_arcs = (uint32_t)total;
    v->out_to = cg_alloc_array(v->mem, total, sizeof *v->out_to);
    v->out_cost = cg_alloc_array(v->mem, total, sizeof *v->out_cost);
    v->out_kind = cg_alloc_array(v->mem, total, sizeof *v->out_kind);
    v->out_rel = cg_alloc_array(v->mem, total, sizeof *v->out_rel);
    v->out_conditional = cg_calloc(v->mem, total / 8 + 1, 1);
    return v->out_to && v->out_cost && v->out_kind && v->out_rel && v->out_conditional ? CSPM_OK : cg_nomem(v->mem, err);
}

static void store(cg_view *v, uint32_t at, const cg_view_arc *a)
{
    v->out_to[at] = a->to;
    v->out_cost[at] = a->cost;
    v->out_kind[at] = a->kind;
    v->out_rel[at] = a->rel;
    uint8_t bit = (uint8_t)(1u << (at & 7));
    v->out_conditional[at >> 3] = (uint8_t)((v->out_conditional[at >> 3] & ~bit) | (a->conditional ? bit : 0));
}

static cg_view_arc load(const cg_view *v, uint32_t at)
{
    return (cg_view_arc){ 0, v->out_to[at], v->out_cost[at], v->out_kind[at], v->out_rel[at], v->out_conditional[at >> 3] >> (at & 7) & 1 };
}

void cg_view_arcs_put(cg_view *v, const cg_view_arc *arc)
{
    store(v, v->out_offset[arc->from + 1]++, arc);
}

static bool arc_before(const cg_view_arc *a, const cg_view_arc *b)
{
    if (a->to != b->to)
        return a->to < b->to;
    if (a->cost != b->cost)
        return a->cost < b->cost;
    return a->kind != b->kind ? a->kind < b->kind : a->rel < b->rel;
}

static void sift(cg_view_arc *r, size_t i, size_t n)
{
    cg_view_arc item = r[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && arc_before(&r[child], &r[child + 1]))
            child++;
        if (!arc_before(&item, &r[child]))
            break;
        r[i] = r[child];
    }
    r[i] = item;
}

static void sort_arcs(cg_view_arc *r, uint32_t n)
{
    if (n <= 16) {
        for (uint32_t i = 1; i < n; i++) {
            cg_view_arc item = r[i];
            uint32_t j = i;
            for (; j && arc_before(&item, &r[j - 1]); j--)
                r[j] = r[j - 1];
            r[j] = item;
        }
        return;
    }
    for (size_t i = n / 2; i-- > 0;)
        sift(r, i, n);
    for (size_t end = n; end-- > 1;) {
        cg_view_arc top = r[0];
        r[0] = r[end];
        r[end] = top;
        sift(r, 0, end);
    }
}

static int32_t sort_rows(cg_view *v, cspm_op *op, cspm_error **err)
{
    uint32_t widest = 0, polls = 0;
    for (uint32_t u = 0; u < v->n_vertices; u++)
        widest = v->out_offset[u + 1] - v->out_offset[u] > widest ? v->out_offset[u + 1] - v->out_offset[u] : widest;
    cg_view_arc *row = cg_alloc_array(v->mem, widest, sizeof *row);
    int32_t rc = row ? CSPM_OK : cg_nomem(v->mem, err);
    for (uint32_t u = 0; u < v->n_vertices && rc == CSPM_OK; u++) {
        uint32_t begin = v->out_offset[u], n = v->out_offset[u + 1] - begin;
        if (CG_OP_DUE(polls))
            rc = cg_op_check(op, v->mem, err);
        for (uint32_t i = 0; i < n; i++)
            row[i] = load(v, begin + i);
        sort_arcs(row, n);
        for (uint32_t i = 0; i < n; i++)
            store(v, begin + i, &row[i]);
    }
    cg_free(v->mem, row);
    return rc;
}

int32_t cg_view_arcs_finish(cg_view *v, cspm_op *op, cspm_error **err)
{
    int32_t rc = sort_rows(v, op, err);
    if (rc < 0)
        return rc;
    v->in_offset = cg_calloc(v->mem, (size_t)v->n_vertices + 2, sizeof *v->in_offset);
    v->in_from = cg_alloc_array(v->mem, v->n_arcs, sizeof *v->in_from);
    v->in_arc = cg_alloc_array(v->mem, v->n_arcs, sizeof *v->in_arc);
    if (!v->in_offset || !v->in_from || !v->in_arc)
        return cg_nomem(v->mem, err);
    uint32_t *place = v->in_offset + 1, polls = 0;
    for (uint32_t a = 0; a < v->n_arcs; a++)
        place[v->out_to[a] + 1]++;
    for (uint32_t u = 0; u < v->n_vertices; u++)
        place[u + 1] += place[u];
    for (uint32_t u = 0; u < v->n_vertices; u++) {
        if (CG_OP_DUE(polls) && (rc = cg_op_check(op, v->mem, err)) < 0)
            return rc;
        for (uint32_t a = v->out_offset[u]; a < v->out_offset[u + 1]; a++) {
            uint32_t p = place[v->out_to[a]]++;
            v->in_from[p] = u;
            v->in_arc[p] = a;
        }
    }
    return CSPM_OK;
}

cg_rel cg_view_rel(const cg_view *v, uint32_t arc_in, uint32_t arc_out)
{
    if (arc_out == UINT32_MAX)
        return v->out_rel[arc_in];
    return cg_rel_of_slots((uint32_t)v->out_rel[arc_in], (uint32_t)v->out_rel[arc_out]);
}

void cg_view_free(cg_view *v)
{
    if (!v)
        return;
    cg_mem *mem = v->mem;
    void *blocks[] = { v->read_node, v->read_state,      v->out_offset, v->out_to,  v->out_cost, v->out_kind,
                       v->out_rel,   v->out_conditional, v->in_offset,  v->in_from, v->in_arc };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        cg_free(mem, blocks[i]);
    if (v->graph)
        cg_graph_unref(v->graph);
    cg_free(mem, v);
    cg_mem_unref(mem);
}
