#include "view_make.h"

#include <stdlib.h>

cg_mem *t_mem(void)
{
    static cg_mem *mem;
    if (!mem)
        mem = cg_mem_new(NULL, 0);
    return mem;
}

uint32_t t_below(t_random *r, uint32_t n)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return n ? (uint32_t)((z >> 32) * n >> 32) : 0;
}

bool t_chance(t_random *r, uint32_t percent)
{
    return t_below(r, 100) < percent;
}

static void read_states(cg_view *v, const t_graph *g)
{
    bool any = g->read_all;
    v->read_state = cg_alloc_array(v->mem, g->n_nodes, sizeof *v->read_state);
    v->read_node = cg_alloc_array(v->mem, g->n_nodes, sizeof *v->read_node);
    memset(v->read_state, g->read_all ? 0 : 0xff, g->n_nodes * sizeof *v->read_state);
    for (uint32_t i = 0; i < g->n_edges; i++)
        if (g->edges[i].gives == CG_CAP_READ)
            v->read_state[g->edges[i].to] = 0, any = true;
    for (uint32_t h = 0; h < g->n_hubs; h++)
        for (uint32_t i = 0; i < g->hubs[h].n_to && g->hubs[h].decision.gives == CG_CAP_READ; i++)
            v->read_state[g->hubs[h].to[i]] = 0, any = true;
    v->n_states = g->n_nodes;
    for (uint32_t n = 0; n < g->n_nodes; n++) {
        if (v->read_state[n] != 0)
            continue;
        v->read_node[v->n_states - g->n_nodes] = n;
        v->read_state[n] = v->n_states++;
    }
    if (!any) {
        cg_free(v->mem, v->read_state);
        v->read_state = NULL;
    }
}

static void emit(cg_view *v, bool put, uint32_t from, uint32_t to, const t_edge *e, cg_rel rel)
{
    if (put)
        cg_view_arcs_put(v, &(cg_view_arc){ from, to, cg_view_is_hub(v, from) ? 0 : e->cost, e->kind, rel, e->conditional });
    else
        cg_view_arcs_count(v, from);
}

static void emit_edge(cg_view *v, bool put, const t_edge *e, uint32_t to, cg_rel rel)
{
    if (to == e->from)
        return;
    if (!cg_view_is_hub(v, to) && e->gives == CG_CAP_READ)
        to = v->read_state[to];
    emit(v, put, e->from, to, e, rel);
    if (e->needs == CG_CAP_READ && v->read_state && v->read_state[e->from] != UINT32_MAX)
        emit(v, put, v->read_state[e->from], to, e, rel);
}

static void emit_hub(cg_view *v, bool put, const t_hub *h, uint32_t vertex, uint32_t in_slot, uint32_t out_slot, bool expand)
{
    for (uint32_t i = 0; i < h->n_from; i++) {
        t_edge e = h->decision;
        e.from = h->from[i];
        if (!expand) {
            emit_edge(v, put, &e, vertex, in_slot + i);
            continue;
        }
        for (uint32_t j = 0; j < h->n_to; j++)
            if (h->to[j] != e.from)
                emit_edge(v, put, &e, h->to[j], UINT64_C(1) << 63 | (uint64_t)(in_slot + i) << 32 | (out_slot + j));
    }
    for (uint32_t j = 0; j < h->n_to && !expand; j++)
        emit(v, put, vertex, h->decision.gives == CG_CAP_READ ? v->read_state[h->to[j]] : h->to[j], &h->decision, out_slot + j);
}

cg_view *t_view(const t_graph *g, bool expand_hubs)
{
    cg_view *v = cg_calloc(t_mem(), 1, sizeof *v);
    v->mem = cg_mem_ref(t_mem());
    v->n_nodes = g->n_nodes;
    read_states(v, g);
    v->first_hub = v->n_states;
    v->n_vertices = v->n_states + (expand_hubs ? 0 : g->n_hubs);
    if (cg_view_arcs_begin(v, NULL) < 0)
        abort();
    for (int put = 0; put < 2; put++) {
        uint32_t in_slot = 0, out_slot = 0;
        if (put && cg_view_arcs_ready(v, NULL) < 0)
            abort();
        for (uint32_t i = 0; i < g->n_edges; i++)
            emit_edge(v, put, &g->edges[i], g->edges[i].to, i);
        for (uint32_t h = 0; h < g->n_hubs; h++) {
            emit_hub(v, put, &g->hubs[h], v->first_hub + h, in_slot, out_slot, expand_hubs);
            in_slot += g->hubs[h].n_from;
            out_slot += g->hubs[h].n_to;
        }
    }
    if (cg_view_arcs_finish(v, NULL, NULL) < 0)
        abort();
    return v;
}
