/* Where things come from. Inventory records are computed: positions in all inputs laid end to end; layers store theirs. */
#include "graph/store.h"

uint32_t cg_node_evidence(const cg_graph *g, cg_node n)
{
    return n < g->n_nodes ? n : CG_NO_EVIDENCE;
}

uint32_t cg_rel_evidence(const cg_graph *g, cg_rel r)
{
    if (cg_rel_is_hub(r)) {
        const cg_hub_store *h = &g->layers[cg_graph_layer_of_in_slot(g, cg_rel_in_slot(r))]->hubs;
        return h->hubs[h->in_hub[cg_rel_in_slot(r) - h->first_in]].evidence;
    }
    uint32_t layer = cg_graph_layer_of_edge(g, r);
    const cg_edge_store *e = &g->layers[layer]->edges;
    if (layer == 0)
        return g->n_nodes + (uint32_t)r;
    return e->evidence ? e->evidence[r - e->first] : CG_NO_EVIDENCE;
}

static bool at_position(const cg_inventory *inv, uint64_t position, cg_evidence *out)
{
    uint32_t low = 0, high = inv->n_sources;
    if (!high)
        return false;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (inv->sources[middle].first <= position)
            low = middle;
        else
            high = middle;
    }
    const cg_source *s = &inv->sources[low];
    *out = (cg_evidence){ .source = s->info.name, .offset = position - s->first };
    if (out->offset == s->span - 1)
        out->offset = UINT64_MAX;
    return true;
}

bool cg_evidence_get(const cg_graph *g, uint32_t id, cg_evidence *out)
{
    const cg_inventory *inv = g->inventory;
    memset(out, 0, sizeof *out);
    if (id < g->n_nodes)
        return at_position(inv, inv->node_at32 ? inv->node_at32[id] : inv->node_at64[id], out);
    if (id - g->n_nodes < g->layers[0]->edges.count)
        return at_position(inv, inv->edge_at32 ? inv->edge_at32[id - g->n_nodes] : inv->edge_at64[id - g->n_nodes], out);
    for (uint32_t i = 1; i < g->n_layers; i++) {
        const cg_layer *l = g->layers[i];
        if (id >= l->first_evidence && id - l->first_evidence < l->n_evidence) {
            *out = l->evidence[id - l->first_evidence];
            return true;
        }
    }
    return false;
}
