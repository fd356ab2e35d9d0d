/* A view: the traversable part of a graph as one compact 32-bit CSR both ways, the input of every search.
 *
 * Vertices: states 0..n_nodes-1 are (node, control). Nodes that some edge gives only *read* of, and those named in
 * the options, get one more vertex (node, read), numbered from n_nodes. Hubs come last, from first_hub: an arc into a hub is one hop, an arc out of it
 * none, so each pair is one hop exactly.
 * Relationships of a node to itself lead nowhere and are left out.
 * From (v, control) every traversable edge of v leaves; from (v, read) only those that need no more than read.
 * Built once for a graph and a set of excluded kinds; immutable; any thread. O(n + m). */
#ifndef CG_GRAPH_VIEW_H
#define CG_GRAPH_VIEW_H

#include "base/op.h"
#include "graph/graph.h"

#define CG_COST_UNIT 1000u /* cost of an edge = round(-ln(likelihood) * CG_COST_UNIT), from an integer routine: cg_cost_of below */

typedef struct cg_view {
    cg_graph *graph; /* referenced */
    cg_mem *mem;
    uint32_t n_nodes;   /* of the graph */
    uint32_t n_states;  /* n_nodes + read states */
    uint32_t first_hub; /* == n_states */
    uint32_t n_vertices;
    uint32_t n_arcs;
    cg_node *read_node; /* node of state s >= n_nodes: read_node[s - n_nodes] */
    uint32_t *read_state; /* node -> its read state or UINT32_MAX; NULL when there is none at all */
    uint32_t *out_offset; /* n_vertices + 1 */
    uint32_t *out_to;     /* arcs sorted by (from, to, cost, kind) */
    uint32_t *out_cost;
    uint32_t *out_kind;   /* arc out of a hub: the hub's kind; arc into: the same */
    cg_rel *out_rel;      /* stored edge behind the arc; for hub arcs use cg_view_rel */
    uint8_t *out_conditional; /* bitmap */
    uint32_t *in_offset;  /* n_vertices + 1 */
    uint32_t *in_from;
    uint32_t *in_arc;     /* position in the out arrays */
} cg_view;

typedef struct cg_view_options {
    const cg_kind_set *exclude;  /* kinds left out; NULL none */
    bool exclude_conditional;
    const cg_kind_set *only;     /* NULL: the kinds that are traversable; else exactly these, each needs/gives control at cost by hops (1 unit) */
    uint32_t weight_key;         /* CG_NO_NAME: cost from likelihood; else a numeric relationship property, cost = round(value * CG_COST_UNIT), must be >= 0 */
    uint32_t conditional_factor; /* millionths; a conditional edge's likelihood times this */
    const uint64_t *hidden_nodes; /* bitmap of nodes left out, or NULL */
    const cg_rel *hidden_rels;    /* relationships left out, ascending; a hub pair here splits that pair off its hub */
    uint32_t n_hidden_rels;
    const cg_node *read_nodes; /* nodes that get a read state even when no relationship gives one, in any order */
    uint32_t n_read_nodes;
    /* Domains: domain[n] is the node that stands for n's (an account, a cluster), CG_NO_NODE none; what is in a domain whose node is in another
     * one is in both. Whoever holds one of the sovereigns (bitmap)
     * holds all of its domain, so relationships from it to others in there are left out, but for the one to the node that stands for it; and
     * from that node leave all relationships that lead out of the domain, under the identity they have. Both or neither. */
    const uint64_t *sovereigns;
    const cg_node *domain;
    /* Relationships of these kinds that leave one of these nodes (bitmap) count too, whatever their kind means: holding an account is holding what
     * is in it. Both or neither. */
    const uint64_t *owners;
    const cg_kind_set *owns;
    const uint64_t *open_nodes; /* bitmap of nodes that relationships which give no more than read do not lead to, or NULL */
} cg_view_options;

int32_t cg_view_build(cg_graph *g, const cg_view_options *o, cspm_op *op, cg_view **out, cspm_error **err);
void cg_view_free(cg_view *v);
static inline bool cg_view_is_hub(const cg_view *v, uint32_t vertex) { return vertex >= v->first_hub; }
static inline cg_node cg_view_node(const cg_view *v, uint32_t state) { return state < v->n_nodes ? state : v->read_node[state - v->n_nodes]; }
/* The relationship one hop stands for: arc alone, or (arc into hub, arc out of hub). arc_out = UINT32_MAX when no hub is between. */
cg_rel cg_view_rel(const cg_view *v, uint32_t arc_in, uint32_t arc_out);

/* ---- search primitives ---- */
#define CG_UNREACHED UINT8_MAX
/* Breadth-first hop distances from (CG_OUT) or to (CG_IN) a set of vertices, at most max_hops (<= 254); dist[n_vertices], CG_UNREACHED elsewhere.
 * Start vertices have 0. Returns how many vertices were reached through *reached. */
int32_t cg_view_hops(const cg_view *v, cg_dir dir, const uint32_t *start, uint32_t n_start, uint32_t max_hops, cspm_op *op, uint8_t *dist, uint32_t *reached, cspm_error **err);
/* The same, but a vertex w is visited only when its distance plus other[w] (hops on the far side, CG_UNREACHED never) is within max_hops;
 * other NULL = no such bound. */
int32_t cg_view_hops_within(const cg_view *v, cg_dir dir, const uint32_t *start, uint32_t n_start, uint32_t max_hops, const uint8_t *other, cspm_op *op,
                            uint8_t *dist, uint32_t *reached, cspm_error **err);
/* Which vertices are reachable at all: bitmap of n_vertices bits (cleared first). */
int32_t cg_view_reach(const cg_view *v, cg_dir dir, const uint32_t *start, uint32_t n_start, cspm_op *op, uint64_t *bitmap, uint32_t *reached, cspm_error **err);
/* Cheapest cost to the nearest of a set (CG_IN) or from it (CG_OUT); cost[n_vertices], UINT32_MAX unreachable. Bucket queue; start vertices may carry start_cost. */
int32_t cg_view_costs(const cg_view *v, cg_dir dir, const uint32_t *start, const uint32_t *start_cost, uint32_t n_start, cspm_op *op, uint32_t *cost, cspm_error **err);

/* Likelihood in millionths (1..1,000,000; 0 counts as 1) to cost in CG_COST_UNIT, and back (0 when it rounds to nothing). Integers only, so the
 * same result on every machine. */
uint32_t cg_cost_of(uint32_t likelihood_millionths);
uint32_t cg_likelihood_of(uint64_t cost);

#endif
