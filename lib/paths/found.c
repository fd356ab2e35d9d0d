/* Found paths: from arcs to nodes and relationships, and their order. */
#include "paths/core.h"

int cg_rel_order(const cg_core *c, cg_rel a, cg_rel b)
{
    if (a == b)
        return 0;
    if (c->view->graph)
        return cg_rel_cmp(c->view->graph, a, b);
    return a < b ? -1 : 1;
}

int32_t cg_found_make(const cg_core *c, cg_arena *arena, uint32_t entry, uint32_t target, const uint32_t *arcs, uint32_t n_arcs,
                      cg_found *out, cspm_error **err)
{
    uint32_t v = c->entry_vertex[entry], hops = 0;
    for (uint32_t i = 0; i < n_arcs; i++)
        hops += !core_is_hub(c, c->to[arcs[i]]); /* each hop ends at a state */
    *out = (cg_found){ .entry = entry, .target = target, .n_hops = hops };
    out->nodes = cg_arena_alloc(arena, (hops + 1u) * sizeof *out->nodes);
    out->rels = cg_arena_alloc(arena, hops * sizeof *out->rels);
    if (!out->nodes || !out->rels)
        return cg_nomem(c->mem, err);
    out->nodes[0] = core_node(c, v);
    hops = 0;
    for (uint32_t i = 0; i < n_arcs; i++) {
        uint32_t in = c->arc[arcs[i]], through = CG_NONE, a = arcs[i];
        out->edge_cost += c->cost[a];
        out->conditional |= c->view->out_conditional[in >> 3] >> (in & 7) & 1;
        if (core_is_hub(c, c->to[a])) {
            a = arcs[++i];
            through = c->arc[a];
            out->conditional |= c->view->out_conditional[through >> 3] >> (through & 7) & 1;
        }
        out->rels[hops++] = cg_view_rel(c->view, in, through);
        out->nodes[hops] = core_node(c, c->to[a]);
    }
    out->cost =
        (out->edge_cost + cg_cost_of(c->entries[entry].factor)) * c->beta + (uint64_t)cg_cost_of(c->targets[target].factor) * c->alpha;
    return CSPM_OK;
}

int cg_found_cmp(const cg_core *c, const cg_found *a, const cg_found *b)
{
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    if (a->n_hops != b->n_hops)
        return a->n_hops < b->n_hops ? -1 : 1;
    for (uint32_t i = 0; i <= a->n_hops; i++)
        if (a->nodes[i] != b->nodes[i])
            return a->nodes[i] < b->nodes[i] ? -1 : 1;
    for (uint32_t i = 0; i < a->n_hops; i++) {
        int order = cg_rel_order(c, a->rels[i], b->rels[i]);
        if (order)
            return order;
    }
    return 0;
}

void cg_found_list_free(cg_found_list *l)
{
    if (!l->arena.mem)
        return;
    cg_vec_free(l->arena.mem, &l->paths);
    cg_arena_free(&l->arena);
}
