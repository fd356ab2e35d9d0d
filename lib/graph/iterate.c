/* Relationships of a finished graph over all layers; a hub shows as its pairs, one by one. */
#include "graph/arcs.h"

/* ---- by identity ---- */

static uint32_t layer_of(const cg_graph *g, cg_rel r)
{
    return cg_rel_is_hub(r) ? cg_graph_layer_of_in_slot(g, cg_rel_in_slot(r)) : cg_graph_layer_of_edge(g, r);
}

cg_edge cg_rel_get(const cg_graph *g, cg_rel r)
{
    const cg_layer *l = g->layers[layer_of(g, r)];
    if (cg_rel_is_hub(r)) {
        uint32_t in = cg_rel_in_slot(r) - l->hubs.first_in, out = cg_rel_out_slot(r) - l->hubs.first_out;
        return (cg_edge){ r, l->hubs.in_node[in], l->hubs.out_node[out], l->hubs.hubs[l->hubs.in_hub[in]].kind };
    }
    uint32_t e = (uint32_t)(r - l->edges.first);
    return (cg_edge){ r, cg_edge_from(&l->edges, e), l->edges.to[e], cg_edge_kind(&l->edges, e) };
}

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int cg_rel_cmp(const cg_graph *g, cg_rel a, cg_rel b)
{
    if (a == b)
        return 0;
    int c = compare(layer_of(g, a), layer_of(g, b));
    if (c)
        return c;
    cg_edge x = cg_rel_get(g, a), y = cg_rel_get(g, b);
    if ((c = compare(x.from, y.from)) != 0 || (c = compare(x.kind, y.kind)) != 0 || (c = compare(x.to, y.to)) != 0)
        return c;
    return compare(a, b);
}

/* ---- at a node ---- */

uint64_t cg_arc_skip_kind(const cg_edge_store *s, bool out, uint64_t at, uint64_t end)
{
    uint32_t kind = cg_arc_kind(s, out, at);
    uint64_t step = 1;
    while (at + step < end && cg_arc_kind(s, out, at + step) == kind) {
        at += step;
        step *= 2;
    }
    uint64_t high = at + step < end ? at + step : end;
    at++;
    while (at < high) {
        uint64_t middle = at + (high - at) / 2;
        if (cg_arc_kind(s, out, middle) == kind)
            at = middle + 1;
        else
            high = middle;
    }
    return at;
}

static void set_range(cg_adj_iter *it, const cg_rows *rows)
{
    uint32_t begin = 0, end = 0;
    if (!rows->at.count || !cg_rows_get(rows, it->node, &begin, &end))
        begin = end = 0;
    it->pos = begin;
    it->end = end;
    it->pos2 = it->end2 = 0;
}

/* The hub's other side for the membership at it->pos - 1; an empty range when the kind is not wanted. */
static void open_hub(cg_adj_iter *it, const cg_hub_store *h)
{
    uint64_t i = it->pos++;
    bool out = it->phase == CG_OUT_HUBS;
    uint32_t hub = out ? h->in_hub[h->source_slot[i]] : h->out_hub[h->target_slot[i]];
    const uint32_t *offset = out ? h->out_offset : h->in_offset;
    it->pos2 = it->end2 = 0;
    if (!cg_kind_set_has(it->kinds, h->hubs[hub].kind))
        return;
    it->pos2 = offset[hub];
    it->end2 = offset[hub + 1];
}

static void enter_phase(cg_adj_iter *it)
{
    const cg_layer *l = it->g->layers[it->layer];
    static const uint8_t wanted[4] = { CG_OUT, CG_IN, CG_OUT, CG_IN };
    const cg_rows *rows[4] = { &l->edges.out, &l->edges.in, &l->hubs.sources, &l->hubs.targets };
    it->pos = it->end = it->pos2 = it->end2 = 0;
    if (it->dir & wanted[it->phase])
        set_range(it, rows[it->phase]);
}

void cg_adj_init(cg_adj_iter *it, const cg_graph *g, cg_node n, cg_dir dir, const cg_kind_set *kinds)
{
    *it = (cg_adj_iter){ .g = g, .kinds = kinds, .node = n, .dir = (uint8_t)dir, .layer = n < g->n_nodes ? 0 : (uint16_t)g->n_layers };
    if (n < g->n_nodes)
        enter_phase(it);
}

static bool next_edge(cg_adj_iter *it, const cg_edge_store *s, cg_edge *out)
{
    bool outward = it->phase == CG_OUT_EDGES;
    while (it->pos < it->end) {
        uint64_t at = it->pos;
        uint32_t kind = cg_arc_kind(s, outward, at);
        if (!cg_kind_set_has(it->kinds, kind)) {
            it->pos = cg_arc_skip_kind(s, outward, at, it->end);
            continue;
        }
        it->pos++;
        if (outward) {
            *out = (cg_edge){ s->first + at, it->node, s->to[at], kind };
            return true;
        }
        if (it->dir == CG_BOTH && s->arcs[at].from == it->node)
            continue; /* a loop, shown among the outgoing */
        *out = (cg_edge){ s->first + s->arcs[at].edge, s->arcs[at].from, it->node, kind };
        return true;
    }
    return false;
}

static bool next_pair(cg_adj_iter *it, const cg_hub_store *h, cg_edge *out)
{
    bool outward = it->phase == CG_OUT_HUBS;
    for (;;) {
        while (it->pos2 < it->end2) {
            uint32_t other = (uint32_t)it->pos2++;
            uint32_t mine = outward ? h->source_slot[it->pos - 1] : h->target_slot[it->pos - 1];
            uint32_t in = outward ? mine : other, to = outward ? other : mine;
            if (h->in_node[in] == h->out_node[to])
                continue;
            *out = (cg_edge){ cg_rel_of_slots(h->first_in + in, h->first_out + to), h->in_node[in], h->out_node[to],
                              h->hubs[h->in_hub[in]].kind };
            return true;
        }
        if (it->pos >= it->end)
            return false;
        open_hub(it, h);
    }
}

bool cg_adj_next(cg_adj_iter *it, cg_edge *out)
{
    while (it->layer < it->g->n_layers) {
        const cg_layer *l = it->g->layers[it->layer];
        if (it->phase <= CG_IN_EDGES ? next_edge(it, &l->edges, out) : next_pair(it, &l->hubs, out))
            return true;
        if (++it->phase == CG_LAYER_DONE) {
            it->phase = CG_OUT_EDGES;
            if (++it->layer == it->g->n_layers)
                return false;
        }
        enter_phase(it);
    }
    return false;
}

/* ---- degrees ---- */

static uint64_t count_hub_pairs(const cg_hub_store *h, cg_node n, bool out, const cg_kind_set *kinds)
{
    const cg_rows *rows = out ? &h->sources : &h->targets;
    const uint32_t *offset = out ? h->out_offset : h->in_offset, *node = out ? h->out_node : h->in_node;
    uint32_t begin, end;
    uint64_t count = 0;
    if (!rows->at.count || !cg_rows_get(rows, n, &begin, &end))
        return 0;
    for (uint32_t i = begin; i < end; i++) {
        uint32_t hub = out ? h->in_hub[h->source_slot[i]] : h->out_hub[h->target_slot[i]];
        if (!cg_kind_set_has(kinds, h->hubs[hub].kind))
            continue;
        uint32_t size = offset[hub + 1] - offset[hub];
        count += size - (cg_presence_search(node + offset[hub], size, n) != CG_NONE32);
    }
    return count;
}

static uint64_t count_row(const cg_edge_store *s, cg_node n, bool out, bool skip_loops, const cg_kind_set *kinds)
{
    const cg_rows *rows = out ? &s->out : &s->in;
    uint32_t begin, end;
    uint64_t count = 0;
    if (!rows->at.count || !cg_rows_get(rows, n, &begin, &end))
        return 0;
    if (!kinds && !skip_loops)
        return end - begin;
    for (uint64_t i = begin; i < end; i++) {
        if (!cg_kind_set_has(kinds, cg_arc_kind(s, out, i)))
            i = cg_arc_skip_kind(s, out, i, end) - 1;
        else
            count += !skip_loops || s->arcs[i].from != n;
    }
    return count;
}

uint64_t cg_degree(const cg_graph *g, cg_node n, cg_dir dir, const cg_kind_set *kinds)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < g->n_layers && n < g->n_nodes; i++) {
        const cg_layer *l = g->layers[i];
        if (dir & CG_OUT)
            count += count_row(&l->edges, n, true, false, kinds) + count_hub_pairs(&l->hubs, n, true, kinds);
        if (dir & CG_IN)
            count += count_row(&l->edges, n, false, dir == CG_BOTH, kinds) + count_hub_pairs(&l->hubs, n, false, kinds);
    }
    return count;
}

/* ---- between two nodes ----
 * cursor: layer << 58 | hubs << 57 | entries of the scanned side already seen. */

#define CURSOR_HUBS (1ull << 57)
#define CURSOR_LAYER_SHIFT 58

static inline uint64_t sort_key(const cg_edge_store *s, bool out, uint32_t at)
{
    return (uint64_t)cg_arc_kind(s, out, at) << 32 | (out ? s->to[at] : s->arcs[at].from);
}

static uint32_t lower_bound(const cg_edge_store *s, bool out, uint32_t at, uint32_t end, uint64_t key)
{
    while (at < end) {
        uint32_t middle = at + (end - at) / 2;
        if (sort_key(s, out, middle) < key)
            at = middle + 1;
        else
            end = middle;
    }
    return at;
}

static bool between_edges(const cg_edge_store *s, cg_node a, cg_node b, const cg_kind_set *kinds, uint32_t *seen, cg_edge *out)
{
    uint32_t out_begin, out_end, in_begin, in_end;
    if (!s->count || !cg_rows_get(&s->out, a, &out_begin, &out_end) || !cg_rows_get(&s->in, b, &in_begin, &in_end))
        return false;
    bool outward = out_end - out_begin <= in_end - in_begin;
    uint32_t begin = outward ? out_begin : in_begin, end = outward ? out_end : in_end, at = begin + *seen;
    cg_node other = outward ? b : a;
    while (at < end) {
        uint64_t key = sort_key(s, outward, at);
        uint32_t kind = (uint32_t)(key >> 32);
        if ((uint32_t)key == other && cg_kind_set_has(kinds, kind)) {
            uint32_t edge = outward ? at : s->arcs[at].edge;
            *seen = at + 1 - begin;
            *out = (cg_edge){ s->first + edge, a, b, kind };
            return true;
        }
        if ((uint32_t)key < other && cg_kind_set_has(kinds, kind))
            at = lower_bound(s, outward, at + 1, end, (uint64_t)kind << 32 | other);
        else
            at = lower_bound(s, outward, at + 1, end, ((uint64_t)kind + 1) << 32 | other);
    }
    return false;
}

static bool between_hubs(const cg_hub_store *h, cg_node a, cg_node b, const cg_kind_set *kinds, uint32_t *seen, cg_edge *out)
{
    uint32_t begin, end, t_begin, t_end;
    if (!h->count || a == b || !cg_rows_get(&h->sources, a, &begin, &end) || !cg_rows_get(&h->targets, b, &t_begin, &t_end))
        return false;
    bool outward = end - begin <= t_end - t_begin;
    uint32_t n = outward ? end - begin : t_end - t_begin;
    while (*seen < n) {
        uint32_t i = (*seen)++, mine = outward ? h->source_slot[begin + i] : h->target_slot[t_begin + i];
        uint32_t hub = outward ? h->in_hub[mine] : h->out_hub[mine];
        const uint32_t *offset = outward ? h->out_offset : h->in_offset, *node = outward ? h->out_node : h->in_node;
        if (!cg_kind_set_has(kinds, h->hubs[hub].kind))
            continue;
        uint32_t found = cg_presence_search(node + offset[hub], offset[hub + 1] - offset[hub], outward ? b : a);
        if (found == CG_NONE32)
            continue;
        uint32_t other = offset[hub] + found, in = outward ? mine : other, to = outward ? other : mine;
        *out = (cg_edge){ cg_rel_of_slots(h->first_in + in, h->first_out + to), a, b, h->hubs[hub].kind };
        return true;
    }
    return false;
}

bool cg_between_next(const cg_graph *g, cg_node a, cg_node b, const cg_kind_set *kinds, uint64_t *cursor, cg_edge *out)
{
    uint64_t layer = *cursor >> CURSOR_LAYER_SHIFT;
    bool hubs = *cursor & CURSOR_HUBS;
    uint32_t seen = (uint32_t)*cursor;
    if (a >= g->n_nodes || b >= g->n_nodes)
        return false;
    for (; layer < g->n_layers; layer++, hubs = false) {
        const cg_layer *l = g->layers[layer];
        if (!hubs) {
            if (between_edges(&l->edges, a, b, kinds, &seen, out)) {
                *cursor = layer << CURSOR_LAYER_SHIFT | seen;
                return true;
            }
            seen = 0;
        }
        if (between_hubs(&l->hubs, a, b, kinds, &seen, out)) {
            *cursor = layer << CURSOR_LAYER_SHIFT | CURSOR_HUBS | seen;
            return true;
        }
        seen = 0;
    }
    *cursor = layer << CURSOR_LAYER_SHIFT;
    return false;
}

/* ---- all of them ---- */

void cg_rel_iter_init(cg_rel_iter *it, const cg_graph *g)
{
    *it = (cg_rel_iter){ .g = g };
}

static bool all_edges(cg_rel_iter *it, const cg_edge_store *s, cg_edge *out)
{
    if (it->pos >= s->count)
        return false;
    while (s->out.offset[it->a + 1] <= it->pos)
        it->a++;
    uint32_t e = (uint32_t)it->pos++;
    *out = (cg_edge){ s->first + e, cg_presence_select(&s->out.at, (uint32_t)it->a), s->to[e], cg_edge_kind(s, e) };
    return true;
}

/* pos counts one beyond the edges once the pairs have begun; a and b are the next in slot and out slot. */
static bool all_pairs(cg_rel_iter *it, const cg_layer *l, cg_edge *out)
{
    const cg_hub_store *h = &l->hubs;
    if (it->pos == l->edges.count) {
        it->pos++;
        it->a = 0;
        it->b = h->n_in ? h->out_offset[h->in_hub[0]] : 0;
    }
    while (it->a < h->n_in) {
        uint32_t in = (uint32_t)it->a, hub = h->in_hub[in];
        if (it->b >= h->out_offset[hub + 1]) {
            if (++it->a < h->n_in)
                it->b = h->out_offset[h->in_hub[it->a]];
            continue;
        }
        uint32_t to = (uint32_t)it->b++;
        if (h->in_node[in] == h->out_node[to])
            continue;
        *out = (cg_edge){ cg_rel_of_slots(h->first_in + in, h->first_out + to), h->in_node[in], h->out_node[to], h->hubs[hub].kind };
        return true;
    }
    return false;
}

bool cg_rel_iter_next(cg_rel_iter *it, cg_edge *out)
{
    for (; it->layer < it->g->n_layers; it->layer++, it->pos = it->a = it->b = 0) {
        const cg_layer *l = it->g->layers[it->layer];
        if (all_edges(it, &l->edges, out) || all_pairs(it, l, out))
            return true;
    }
    return false;
}
