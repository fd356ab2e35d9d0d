#include "oracle.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static void push_rel(o_rels *r, t_edge e, uint32_t from, uint32_t to, uint64_t rel)
{
    e.from = from;
    e.to = to;
    r->edges = realloc(r->edges, (r->count + 1) * sizeof *r->edges);
    r->rels = realloc(r->rels, (r->count + 1) * sizeof *r->rels);
    r->edges[r->count] = e;
    r->rels[r->count++] = rel;
}

o_rels o_relationships(const t_graph *g)
{
    o_rels all = { 0 }, r = { 0 };
    uint32_t in = 0, out = 0;
    for (uint32_t i = 0; i < g->n_edges; i++)
        push_rel(&all, g->edges[i], g->edges[i].from, g->edges[i].to, i);
    for (uint32_t h = 0; h < g->n_hubs; h++) {
        const t_hub *b = &g->hubs[h];
        for (uint32_t i = 0; i < b->n_from; i++)
            for (uint32_t j = 0; j < b->n_to; j++)
                if (b->from[i] != b->to[j])
                    push_rel(&all, b->decision, b->from[i], b->to[j], UINT64_C(1) << 63 | (uint64_t)(in + i) << 32 | (out + j));
        in += b->n_from;
        out += b->n_to;
    }
    r.first = calloc(g->n_nodes + 1, sizeof *r.first);
    for (uint32_t n = 0; n < g->n_nodes; n++) {
        r.first[n] = r.count;
        for (uint32_t i = 0; i < all.count; i++)
            if (all.edges[i].from == n)
                push_rel(&r, all.edges[i], n, all.edges[i].to, all.rels[i]);
    }
    r.first[g->n_nodes] = r.count;
    free(all.edges);
    free(all.rels);
    return r;
}

void o_relationships_free(o_rels *r)
{
    free(r->edges);
    free(r->rels);
    free(r->first);
}

typedef struct walk {
    const cg_path_request *q;
    const o_rels *rels;
    o_list *list;
    o_path now;
    uint64_t edge_cost;
    uint32_t limit, alpha, beta;
    bool on[20000];
} walk;

static void arrive(walk *w, uint32_t node, bool control)
{
    for (uint32_t t = 0; t < w->q->n_targets; t++) {
        if (w->q->targets[t].node != node || (w->q->targets[t].needs_control && !control))
            continue;
        for (uint32_t p = 0; p < w->q->n_waypoints; p++)
            if (!w->on[w->q->waypoints[p]])
                return;
        o_list *l = w->list;
        if (l->count == l->most) {
            l->overflow = true;
            return;
        }
        if (l->count == l->capacity)
            l->paths = realloc(l->paths, (l->capacity = l->capacity ? 2 * l->capacity : 64) * sizeof *l->paths);
        w->now.target = t;
        w->now.cost = (w->edge_cost + cg_cost_of(w->q->entries[w->now.entry].factor)) * w->beta +
                      (uint64_t)cg_cost_of(w->q->targets[t].factor) * w->alpha;
        l->paths[l->count++] = w->now;
    }
}

static void visit(walk *w, uint32_t node, bool control)
{
    w->on[node] = true;
    w->now.nodes[w->now.n_hops] = node;
    arrive(w, node, control);
    for (uint32_t i = w->rels->first[node]; i < w->rels->first[node + 1] && w->now.n_hops < w->limit; i++) {
        const t_edge *e = &w->rels->edges[i];
        if (w->on[e->to] || (e->needs == CG_CAP_CONTROL && !control) || w->list->overflow)
            continue;
        bool conditional = w->now.conditional;
        w->now.conditional |= e->conditional;
        w->now.rels[w->now.n_hops++] = w->rels->rels[i];
        w->edge_cost += e->cost;
        visit(w, e->to, e->gives == CG_CAP_CONTROL);
        w->edge_cost -= e->cost;
        w->now.n_hops--;
        w->now.conditional = conditional;
    }
    w->on[node] = false;
}

int o_cmp(const void *x, const void *y)
{
    const o_path *a = x, *b = y;
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    if (a->n_hops != b->n_hops)
        return a->n_hops < b->n_hops ? -1 : 1;
    for (uint32_t i = 0; i <= a->n_hops; i++)
        if (a->nodes[i] != b->nodes[i])
            return a->nodes[i] < b->nodes[i] ? -1 : 1;
    for (uint32_t i = 0; i < a->n_hops; i++)
        if (a->rels[i] != b->rels[i])
            return a->rels[i] < b->rels[i] ? -1 : 1;
    return 0;
}

o_list o_all_paths(const t_graph *g, const cg_path_request *q, size_t most)
{
    o_list list = { .most = most };
    o_rels rels = o_relationships(g);
    walk *w = calloc(1, sizeof *w);
    w->q = q;
    w->rels = &rels;
    w->list = &list;
    w->limit = q->max_length ? q->max_length : 10;
    w->alpha = q->alpha ? q->alpha : 1000;
    w->beta = q->beta ? q->beta : 1000;
    for (uint32_t i = 0; i < q->n_entries; i++) {
        w->now.entry = i;
        visit(w, q->entries[i].node, !q->entries[i].reads_only);
    }
    if (list.count)
        qsort(list.paths, list.count, sizeof *list.paths, o_cmp);
    free(w);
    o_relationships_free(&rels);
    return list;
}

void o_list_free(o_list *l)
{
    free(l->paths);
}

static t_edge random_edge(t_random *r, const t_graph *g, bool rich, uint32_t costs)
{
    t_edge e = { t_below(r, g->n_nodes), t_below(r, g->n_nodes), t_below(r, costs), t_below(r, 3), CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    if (rich) { /* what a kind needs and gives is the kind's, so tie it to the kind most of the time */
        uint32_t by = t_chance(r, 90) ? e.kind : t_below(r, 4);
        e.needs = by == 1 || by == 3 ? CG_CAP_READ : CG_CAP_CONTROL;
        e.gives = by == 2 || by == 3 ? CG_CAP_READ : CG_CAP_CONTROL;
        e.conditional = t_chance(r, 10);
    }
    return e;
}

void o_random_graph(t_random *r, t_graph *g, bool rich)
{
    g->n_nodes = 2 + t_below(r, t_chance(r, 50) ? 6 : 12);
    g->n_edges = t_below(r, g->n_nodes * 3 + 1);
    g->read_all = rich && t_chance(r, 40);
    g->n_hubs = rich && t_chance(r, 70) ? 1 + t_below(r, 2) : 0;
    uint32_t costs = t_chance(r, 50) ? 2 : t_chance(r, 50) ? 1 : 500; /* ties, all equal to 0, hardly any tie */
    for (uint32_t i = 0; i < g->n_edges; i++)
        g->edges[i] = i && t_chance(r, 15) ? g->edges[t_below(r, i)] : random_edge(r, g, rich, costs);
    for (uint32_t h = 0; h < g->n_hubs; h++) {
        t_hub *b = &g->hubs[h];
        b->decision = random_edge(r, g, rich, costs);
        if (b->decision.needs == CG_CAP_READ) /* such hubs are divided when the view is built from a graph */
            b->decision.gives = CG_CAP_READ;
        b->n_from = b->n_to = 0;
        for (uint32_t n = 0; n < g->n_nodes; n++) {
            if (t_chance(r, 35))
                b->from[b->n_from++] = n;
            if (t_chance(r, 35))
                b->to[b->n_to++] = n;
        }
    }
}

static uint32_t random_ends(t_random *r, const t_graph *g, cg_endpoint *ends, uint32_t most, bool targets)
{
    uint32_t n = 0;
    static const uint32_t factors[] = { 1000000, 1000000, 900000, 500000, 30000 };
    for (uint32_t node = 0; node < g->n_nodes && n < most; node++)
        if (t_below(r, g->n_nodes) < most)
            ends[n++] = (cg_endpoint){ node, factors[t_below(r, 5)], targets && t_chance(r, 30), false };
    return n;
}

void o_random_request(t_random *r, const t_graph *g, cg_path_request *q, cg_endpoint *entries, cg_endpoint *targets, uint32_t most_ends)
{
    *q = (cg_path_request){ .entries = entries, .targets = targets };
    q->n_entries = random_ends(r, g, entries, 1 + t_below(r, most_ends), false);
    q->n_targets = random_ends(r, g, targets, 1 + t_below(r, most_ends), true);
    for (uint32_t i = 0; i < q->n_entries; i++)
        entries[i].reads_only = g->read_all && t_chance(r, 40);
    q->max_length = 1 + t_below(r, 8);
    if (t_chance(r, 30))
        q->alpha = 500 + 250 * t_below(r, 5);
    if (t_chance(r, 30))
        q->beta = 700 + 100 * t_below(r, 8);
}

void o_same_path(const char *what, uint32_t round, size_t at, const cg_found *f, const o_path *o)
{
    bool same =
        f->cost == o->cost && f->n_hops == o->n_hops && f->entry == o->entry && f->target == o->target && f->conditional == o->conditional;
    for (uint32_t i = 0; same && i <= o->n_hops; i++)
        same = f->nodes[i] == o->nodes[i];
    for (uint32_t i = 0; same && i < o->n_hops; i++)
        same = f->rels[i] == o->rels[i];
    if (!same)
        fprintf(stderr, "# got cost %llu hops %u entry %u target %u, expected %llu %u %u %u\n", (unsigned long long)f->cost, f->n_hops,
                f->entry, f->target, (unsigned long long)o->cost, o->n_hops, o->entry, o->target);
    ck_assert_msg(same, "%s, round %u: path %zu differs", what, round, at);
}
