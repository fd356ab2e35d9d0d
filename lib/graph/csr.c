/* The incoming side of edges, and rows that leave out nodes without entries. Counting sorts only. */
#include "graph/build.h"

int32_t cg_rows_from_offsets(cg_owner *o, cg_rows *rows, uint32_t domain, uint32_t *owned_offsets, bool dense, cspm_error **err)
{
    uint32_t used = 0;
    for (uint32_t i = 0; i < domain && !dense; i++)
        used += owned_offsets[i] != owned_offsets[i + 1];
    *rows = (cg_rows){ 0 };
    if (dense || used > domain / 4) {
        if (!cg_owner_keep(o, owned_offsets)) {
            cg_free(o->mem, owned_offsets);
            return cg_nomem(o->mem, err);
        }
        rows->at = (cg_presence){ .domain = domain, .count = domain };
        rows->offset = owned_offsets;
        return CSPM_OK;
    }
    int32_t rc = CSPM_OK;
    uint32_t *list = cg_alloc_array(o->mem, used, sizeof *list);
    uint32_t *offset = cg_owner_alloc(o, (size_t)used + 1, sizeof *offset);
    if (!list || !offset) {
        rc = cg_nomem(o->mem, err);
        goto out;
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < domain; i++)
        if (owned_offsets[i] != owned_offsets[i + 1]) {
            list[n] = i;
            offset[n++] = owned_offsets[i];
        }
    offset[n] = owned_offsets[domain];
    rows->offset = offset;
    rc = cg_presence_from_list(o, &rows->at, domain, list, used, err);
out:
    cg_free(o->mem, list);
    cg_free(o->mem, owned_offsets);
    return rc;
}

static int32_t make_hints(cg_owner *o, cg_edge_store *s, cspm_error **err)
{
    uint32_t n = (uint32_t)(((uint64_t)s->count + 63) / 64), row = 0;
    uint32_t *hint = cg_owner_alloc(o, n, sizeof *hint);
    if (!hint)
        return cg_nomem(o->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        while (s->out.offset[row + 1] <= i * 64)
            row++;
        hint[i] = row;
    }
    s->row_hint = hint;
    return CSPM_OK;
}

cg_node cg_edge_from(const cg_edge_store *s, uint32_t edge)
{
    uint32_t row = s->row_hint[edge >> 6];
    while (s->out.offset[row + 1] <= edge)
        row++;
    return cg_presence_select(&s->out.at, row);
}

/* Edges in the order (kind, from, to), so that a stable sort by target leaves (to, kind, from). */
static int32_t arcs_by_kind(cg_mem *mem, const cg_edge_store *s, uint32_t n_kinds, cg_in_arc *out, cspm_op *op, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint32_t ticks = 0, node = 0, *at = cg_calloc(mem, (size_t)n_kinds + 2, sizeof *at);
    if (!at)
        return cg_nomem(mem, err);
    for (uint32_t e = 0; e < s->count; e++)
        at[cg_edge_kind(s, e) + 2]++;
    for (uint32_t k = 2; k < n_kinds + 2; k++)
        at[k] += at[k - 1];
    for (uint32_t row = 0; row < s->out.at.count; row++, node++) {
        node = cg_presence_next(&s->out.at, node);
        for (uint32_t e = s->out.offset[row]; e < s->out.offset[row + 1]; e++)
            out[at[cg_edge_kind(s, e) + 1]++] = (cg_in_arc){ node, e };
        if (CG_OP_DUE(ticks) && (rc = cg_op_check(op, mem, err)) < 0)
            break;
    }
    cg_free(mem, at);
    return rc;
}

int32_t cg_edges_finish(cg_owner *o, cg_edge_store *s, uint32_t n_nodes, uint32_t n_kinds, cspm_op *op, cspm_error **err)
{
    cg_mem *mem = o->mem;
    bool dense = s->out.at.count == n_nodes;
    int32_t rc = make_hints(o, s, err);
    if (rc < 0)
        return rc;
    uint32_t ticks = 0;
    cg_in_arc *by_kind = cg_alloc_array(mem, s->count, sizeof *by_kind), *arcs = NULL;
    uint32_t *offset = cg_calloc(mem, (size_t)n_nodes + 2, sizeof *offset);
    if (!by_kind || !offset) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    if ((rc = arcs_by_kind(mem, s, n_kinds, by_kind, op, err)) < 0)
        goto out;
    arcs = cg_owner_alloc(o, s->count, sizeof *arcs);
    if (!arcs) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    for (uint32_t e = 0; e < s->count; e++)
        offset[(size_t)s->to[e] + 2]++;
    for (size_t i = 2; i < (size_t)n_nodes + 2; i++)
        offset[i] += offset[i - 1];
    for (uint32_t i = 0; i < s->count; i++) {
        if (CG_OP_DUE(ticks) && (rc = cg_op_check(op, mem, err)) < 0)
            goto out;
        if (i + 48 < s->count) {
            /* Three dependent misses an arc: target, cursor, place. */
            __builtin_prefetch(&s->to[by_kind[i + 48].edge]);
            __builtin_prefetch(&offset[(size_t)s->to[by_kind[i + 32].edge] + 1], 1);
            __builtin_prefetch(&arcs[offset[(size_t)s->to[by_kind[i + 16].edge] + 1]], 1);
        }
        arcs[offset[(size_t)s->to[by_kind[i].edge] + 1]++] = by_kind[i];
    }
    s->arcs = arcs;
    uint32_t *taken = offset;
    offset = NULL;
    rc = cg_rows_from_offsets(o, &s->in, n_nodes, taken, dense, err);
out:
    cg_free(mem, by_kind);
    cg_free(mem, offset);
    return rc;
}
