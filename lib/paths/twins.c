/* Twins: vertices that nothing in the core tells apart: same label, same relationships from and to the same vertices, same role. */
#include "paths/pattern.h"
#include "paths/sort.h"

typedef struct hashed {
    uint64_t hash;
    uint32_t vertex;
} hashed;

typedef struct roles {
    const cg_core *c;
    const uint32_t *label;
    uint32_t *entry; /* vertex -> factor of its entry, 0 none */
} roles;

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 29);
}

static uint32_t target_factor(const cg_core *c, uint32_t v)
{
    return c->target_at[v] == CG_NONE ? 0 : c->targets[c->target_at[v]].factor;
}

static uint64_t hash_vertex(const roles *r, uint32_t v)
{
    const cg_core *c = r->c;
    uint64_t h = mix(mix(mix(r->label[v], target_factor(c, v)), r->entry[v]), c->vertex[v] >= c->view->n_nodes);
    for (uint32_t a = c->out[v]; a < c->out[v + 1]; a++)
        h = mix(mix(h, c->to[a]), c->view->out_kind[c->arc[a]]);
    h = mix(h, UINT64_C(0x1234567));
    for (uint32_t e = c->in[v]; e < c->in[v + 1]; e++)
        h = mix(mix(h, c->from[e]), c->view->out_kind[c->arc[c->in_arc[e]]]);
    return h;
}

static bool alike(const roles *r, uint32_t v, uint32_t w)
{
    const cg_core *c = r->c;
    uint32_t outs = c->out[v + 1] - c->out[v], ins = c->in[v + 1] - c->in[v];
    if (r->label[v] != r->label[w] || target_factor(c, v) != target_factor(c, w) || r->entry[v] != r->entry[w] ||
        (c->vertex[v] >= c->view->n_nodes) != (c->vertex[w] >= c->view->n_nodes) || c->out[w + 1] - c->out[w] != outs ||
        c->in[w + 1] - c->in[w] != ins)
        return false;
    for (uint32_t i = 0; i < outs; i++) {
        uint32_t a = c->out[v] + i, b = c->out[w] + i;
        if (c->to[a] != c->to[b] || c->cost[a] != c->cost[b] || c->view->out_kind[c->arc[a]] != c->view->out_kind[c->arc[b]])
            return false;
    }
    for (uint32_t i = 0; i < ins; i++) {
        uint32_t a = c->in_arc[c->in[v] + i], b = c->in_arc[c->in[w] + i];
        if (c->from[c->in[v] + i] != c->from[c->in[w] + i] || c->cost[a] != c->cost[b] ||
            c->view->out_kind[c->arc[a]] != c->view->out_kind[c->arc[b]])
            return false;
    }
    return true;
}

static bool hashed_before(const cg_core *c, const hashed *a, const hashed *b)
{
    (void)c;
    return a->hash != b->hash ? a->hash < b->hash : a->vertex < b->vertex;
}
CG_DEFINE_SORT(sort_hashed, const cg_core *, hashed, hashed_before)

int32_t cg_twins_find(const cg_core *c, const uint32_t *label, cspm_op *op, uint32_t *size, cspm_error **err)
{
    hashed *list = cg_alloc_array(c->mem, c->first_hub, sizeof *list);
    roles r = { c, label, cg_calloc(c->mem, c->n, sizeof *r.entry) };
    uint32_t n = c->first_hub, polls = 0;
    int32_t rc = list && r.entry ? CSPM_OK : cg_nomem(c->mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < c->n_entries; i++)
        if (c->entry_vertex[i] != CG_NONE)
            r.entry[c->entry_vertex[i]] = c->entries[i].factor;
    for (uint32_t v = 0; rc == CSPM_OK && v < n; v++) {
        list[v] = (hashed){ hash_vertex(&r, v), v };
        if (CG_OP_DUE(polls))
            rc = cg_op_check(op, c->mem, err);
    }
    if (rc == CSPM_OK)
        sort_hashed(c, list, n);
    for (uint32_t i = 0, end; rc == CSPM_OK && i < n; i = end) {
        for (end = i + 1; end < n && list[end].hash == list[i].hash && alike(&r, list[i].vertex, list[end].vertex);)
            end++;
        for (uint32_t j = i; j < end; j++)
            size[list[j].vertex] = end - i;
    }
    cg_free(c->mem, list);
    cg_free(c->mem, r.entry);
    return rc;
}
