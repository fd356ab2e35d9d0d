/* Relationships of a finished graph at many nodes, a block at a time. Most graphs that are searched have one layer with edges and no hub in
 * the way: there a block is copied from the rows as they stand. */
#include "graph/arcs.h"

_Static_assert(CG_MAX_LAYERS *CG_LAYER_DONE <= 64, "cg_hops.parts has room for every part of every layer");

/* How far ahead rows and what stands in them are on their way from memory. */
#define ROW_AHEAD 48u
#define ARC_AHEAD 24u

static const cg_rows *rows_of(const cg_layer *l, uint32_t phase)
{
    return phase == CG_OUT_EDGES  ? &l->edges.out
           : phase == CG_IN_EDGES ? &l->edges.in
           : phase == CG_OUT_HUBS ? &l->hubs.sources
                                  : &l->hubs.targets;
}

static bool is_dense(const cg_rows *rows)
{
    return !rows->at.bits && !rows->at.list;
}

void cg_hops_init(cg_hops *h, const cg_graph *g, cg_dir dir, const cg_kind_set *kinds)
{
    static const uint8_t wanted[CG_LAYER_DONE] = { CG_OUT, CG_IN, CG_OUT, CG_IN };
    *h = (cg_hops){ .g = g, .kinds = kinds, .both = dir == CG_BOTH };
    for (uint32_t i = 0; i < g->n_layers; i++) {
        for (uint32_t phase = 0; phase < CG_LAYER_DONE; phase++) {
            const cg_layer *l = g->layers[i];
            bool any = (phase <= CG_IN_EDGES ? l->edges.count : l->hubs.count) && rows_of(l, phase)->at.count;
            if (any && (dir & wanted[phase]))
                h->parts[h->n_parts++] = (uint8_t)(i << 2 | phase);
        }
    }
    h->plain =
        !kinds && h->n_parts == 1 && (h->parts[0] & 3) <= CG_IN_EDGES && is_dense(rows_of(g->layers[h->parts[0] >> 2], h->parts[0] & 3));
}

/* Rows that every node has are fetched before their turn. */
static inline void look_ahead(const cg_edge_store *s, const cg_rows *rows, bool out, const cg_node *nodes, uint32_t at, uint32_t n)
{
    if (n - at > ROW_AHEAD)
        __builtin_prefetch(&rows->offset[nodes[at + ROW_AHEAD]]);
    if (n - at > ARC_AHEAD) {
        uint32_t row = rows->offset[nodes[at + ARC_AHEAD]];
        __builtin_prefetch(out ? (const void *)&s->to[row] : (const void *)&s->arcs[row]);
    }
}

/* Whole rows of one edge store, all kinds, as many as fit. */
static uint32_t copy_out(cg_hops *h, const cg_edge_store *s, const cg_node *nodes, uint32_t n, cg_hop *out, uint32_t cap)
{
    const uint32_t *offset = s->out.offset, *to = s->to;
    const uint64_t first = s->first;
    const uint32_t last = s->count;
    uint32_t at = h->at, count = 0;
    for (; at < n; at++) {
        look_ahead(s, &s->out, true, nodes, at, n);
        uint32_t pos = offset[nodes[at]], length = offset[nodes[at] + 1] - pos;
        if (length > cap - count)
            break;
        cg_hop *here = out + count;
        count += length;
        if (length <= 4 && cap - count + length >= 4 && last - pos >= 4) {
            /* How long a short row is cannot be foretold: always four, and what is too much is written over. */
            for (uint32_t i = 0; i < 4; i++)
                here[i] = (cg_hop){ first + pos + i, to[pos + i], at };
            continue;
        }
        for (uint32_t i = 0; i < length; i++)
            here[i] = (cg_hop){ first + pos + i, to[pos + i], at };
    }
    h->at = at;
    return count;
}

static uint32_t copy_in(cg_hops *h, const cg_edge_store *s, const cg_node *nodes, uint32_t n, cg_hop *out, uint32_t cap)
{
    uint32_t at = h->at, count = 0;
    for (; at < n; at++) {
        look_ahead(s, &s->in, false, nodes, at, n);
        uint32_t pos = s->in.offset[nodes[at]], end = s->in.offset[nodes[at] + 1];
        if (end - pos > cap - count)
            break;
        for (; pos < end; pos++)
            out[count++] = (cg_hop){ s->first + s->arcs[pos].edge, s->arcs[pos].from, at };
    }
    h->at = at;
    return count;
}

static uint32_t take_edges(cg_hops *h, const cg_edge_store *s, bool outward, cg_node node, cg_hop *out, uint32_t cap)
{
    uint32_t count = 0;
    while (h->pos < h->end && count < cap) {
        uint32_t pos = h->pos;
        if (h->kinds && !cg_kind_set_has(h->kinds, cg_arc_kind(s, outward, pos))) {
            h->pos = (uint32_t)cg_arc_skip_kind(s, outward, pos, h->end);
            continue;
        }
        h->pos++;
        if (outward)
            out[count++] = (cg_hop){ s->first + pos, s->to[pos], h->at };
        else if (!h->both || s->arcs[pos].from != node) /* a loop was shown among the outgoing */
            out[count++] = (cg_hop){ s->first + s->arcs[pos].edge, s->arcs[pos].from, h->at };
    }
    return count;
}

static uint32_t take_pairs(cg_hops *h, const cg_hub_store *s, bool outward, cg_node node, cg_hop *out, uint32_t cap)
{
    const uint32_t *slots = outward ? s->source_slot : s->target_slot, *hub_of = outward ? s->in_hub : s->out_hub;
    const uint32_t *offset = outward ? s->out_offset : s->in_offset, *other = outward ? s->out_node : s->in_node;
    uint32_t count = 0;
    while (count < cap) {
        if (h->pos2 == h->end2) { /* the next membership */
            if (h->pos == h->end)
                break;
            uint32_t hub = hub_of[slots[h->pos++]];
            bool wanted = cg_kind_set_has(h->kinds, s->hubs[hub].kind);
            h->pos2 = offset[hub];
            h->end2 = wanted ? offset[hub + 1] : h->pos2;
            continue;
        }
        uint32_t mine = slots[h->pos - 1], theirs = h->pos2++;
        if (other[theirs] != node)
            out[count++] = (cg_hop){ cg_rel_of_slots(s->first_in + (outward ? mine : theirs), s->first_out + (outward ? theirs : mine)),
                                     other[theirs], h->at };
    }
    return count;
}

static void open_part(cg_hops *h, cg_node node)
{
    h->pos = h->end = h->pos2 = h->end2 = 0;
    if (h->part < h->n_parts && !cg_rows_get(rows_of(h->g->layers[h->parts[h->part] >> 2], h->parts[h->part] & 3), node, &h->pos, &h->end))
        h->pos = h->end = 0;
}

static void begin_node(cg_hops *h, const cg_node *nodes, uint32_t n)
{
    uint32_t first = h->n_parts ? h->parts[0] : CG_OUT_HUBS;
    const cg_edge_store *s = &h->g->layers[first >> 2]->edges;
    const cg_rows *rows = (first & 3) == CG_OUT_EDGES ? &s->out : &s->in;
    if ((first & 3) <= CG_IN_EDGES && is_dense(rows))
        look_ahead(s, rows, (first & 3) == CG_OUT_EDGES, nodes, h->at, n);
    h->begun = true;
    h->part = 0;
    open_part(h, nodes[h->at]);
}

uint32_t cg_hops_next(cg_hops *h, const cg_node *nodes, uint32_t n, cg_hop *out, uint32_t cap)
{
    uint32_t count = 0;
    if (h->plain && !h->begun) {
        const cg_edge_store *s = &h->g->layers[h->parts[0] >> 2]->edges;
        count = ((h->parts[0] & 3) == CG_OUT_EDGES ? copy_out : copy_in)(h, s, nodes, n, out, cap);
        if (count || h->at >= n)
            return count;
    }
    while (h->at < n && count < cap) {
        cg_node node = nodes[h->at];
        if (!h->begun)
            begin_node(h, nodes, n);
        for (; h->part < h->n_parts; h->part++, open_part(h, node)) {
            const cg_layer *l = h->g->layers[h->parts[h->part] >> 2];
            uint32_t phase = h->parts[h->part] & 3;
            count += phase <= CG_IN_EDGES ? take_edges(h, &l->edges, phase == CG_OUT_EDGES, node, out + count, cap - count)
                                          : take_pairs(h, &l->hubs, phase == CG_OUT_HUBS, node, out + count, cap - count);
            if (h->pos < h->end || h->pos2 < h->end2)
                return count;
        }
        h->at++;
        h->begun = false;
    }
    return count;
}
