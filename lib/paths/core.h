/* The core: the part of a view that lies on some walk from an entry to a target within the length limit, renumbered. Private to paths/. */
#ifndef CG_PATHS_CORE_H
#define CG_PATHS_CORE_H

#include "graph/pqueue.h"
#include "paths/paths.h"

/* Cost and hops of a walk in one number that orders by cost, then hops: cost << 9 | hops. Sums of such numbers are sums of both parts,
 * because a walk has at most CG_MAX_HOPS hops. */
#define CG_MAX_HOPS 254u
#define CG_HOP_BITS 9
#define CG_HOP_MASK ((UINT64_C(1) << CG_HOP_BITS) - 1)
#define CG_NEVER UINT64_MAX /* no walk */
#define CG_NONE UINT32_MAX
#define CG_MAX_WEIGHT 65535u /* alpha and beta */
#define CG_MAX_WAYPOINTS 16u

struct cg_core {
    const cg_view *view;
    cg_mem *mem;
    cg_endpoint *entries, *targets;
    cg_node *waypoints;
    uint32_t n_entries, n_targets, n_waypoints;
    uint32_t max_length;
    uint64_t k, max_enumerated, max_work;
    uint32_t alpha, beta; /* as asked, in 1/1000 */
    uint32_t unit;        /* greatest common divisor of both: searches count in cost * weight / unit, which keeps the numbers small */

    uint32_t n, first_hub, m;        /* vertices: states first, then hubs, both in view order */
    uint32_t *vertex;                /* -> vertex of the view */
    uint32_t *same;                  /* states: the first state of the same graph node; hubs: themselves */
    bool twin_states;                /* some node has both its states here */
    uint8_t *f, *b;                  /* hops from the nearest entry, and to the nearest target */
    uint32_t *out, *to, *arc, *cost; /* rows sorted by (hops left after the arc, view order); arc of the view; cost of the edge */
    uint32_t *in, *from, *in_arc;    /* in_arc: position in `to` */
    uint32_t *in_cost;               /* the cost again, in this order */
    uint32_t *target_at;             /* vertex -> index in targets, or CG_NONE */
    uint32_t *entry_vertex;          /* per entry: vertex, or CG_NONE when it lies on no walk */
    uint32_t live_entries, live_targets;
    uint64_t max_step; /* largest cost of an arc or of a super-sink arc, weighted */
};

static inline bool core_is_hub(const cg_core *c, uint32_t v)
{
    return v >= c->first_hub;
}
static inline cg_node core_node(const cg_core *c, uint32_t v)
{
    return cg_view_node(c->view, c->vertex[v]);
}
/* Hops an arc out of u costs. */
static inline uint32_t core_hop(const cg_core *c, uint32_t u)
{
    return u < c->first_hub;
}
/* Packed weight of arc a out of u. */
static inline uint64_t core_weight(const cg_core *c, uint32_t u, uint32_t a)
{
    return (uint64_t)c->cost[a] * (c->beta / c->unit) << CG_HOP_BITS | core_hop(c, u);
}
static inline uint64_t core_target_weight(const cg_core *c, uint32_t target)
{
    return (uint64_t)cg_cost_of(c->targets[target].factor) * (c->alpha / c->unit) << CG_HOP_BITS;
}
static inline uint64_t core_entry_weight(const cg_core *c, uint32_t entry)
{
    return (uint64_t)cg_cost_of(c->entries[entry].factor) * (c->beta / c->unit) << CG_HOP_BITS;
}
static inline uint64_t core_add(uint64_t a, uint64_t b)
{
    return a == CG_NEVER || b == CG_NEVER ? CG_NEVER : a + b;
}
static inline uint64_t sat_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* other[v]: the second state of v's node when v is its first one here, else CG_NONE. The caller's to free. */
int32_t cg_core_other_states(const cg_core *c, uint32_t **other, cspm_error **err);

/* Core vertex of a view vertex, or CG_NONE. */
static inline uint32_t core_find(const cg_core *c, uint32_t view_vertex)
{
    uint32_t low = 0, high = c->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (c->vertex[mid] < view_vertex)
            low = mid + 1;
        else
            high = mid;
    }
    return low < c->n && c->vertex[low] == view_vertex ? low : CG_NONE;
}

/* Core vertices of a node, control and read, CG_NONE where one is not here. */
static inline void core_states(const cg_core *c, cg_node node, uint32_t states[2])
{
    uint32_t read = c->view->read_state ? c->view->read_state[node] : CG_NONE;
    states[0] = core_find(c, node);
    states[1] = read == CG_NONE ? CG_NONE : core_find(c, read);
}

/* Budget of one call: steps are counted, the operation is polled. */
typedef struct cg_work {
    const cg_core *core;
    cspm_op *op;
    uint64_t done, limit;
    bool exhausted;
} cg_work;
static inline cg_work work_start(const cg_core *c, cspm_op *op)
{
    return (cg_work){ .core = c, .op = op, .limit = c->max_work };
}
/* `steps` more; CSPM_DONE when the budget is used up (and `exhausted` set), negative when the operation was stopped. */
static inline int32_t work_add(cg_work *w, uint64_t steps, cspm_error **err)
{
    uint64_t before = w->done;
    w->done += steps;
    if (w->done > w->limit) {
        w->exhausted = true;
        return CSPM_DONE;
    }
    return before >> 12 == w->done >> 12 ? CSPM_OK : cg_op_check(w->op, w->core->mem, err);
}

/* Target states (both when reading is enough) of one target or of all; out has room for two a target. */
uint32_t core_target_states(const cg_core *c, uint32_t *out, bool one, uint32_t which);

/* Vertex of the view that an entry starts at. */
uint32_t core_entry_state(const cg_core *c, uint32_t entry);

/* ---- rest.c: exact rest costs ---- */
#define CG_REST_HOPS_CAP 256u /* hops of a rest cost are cut here: longer than any limit, and a sum with a walk still fits its bits */
/* Queue for searches on this core; serves many. */
bool cg_rest_queue(const cg_core *c, cg_pq *q);
/* Packed cost of the cheapest walk from each vertex to any target, super-sink arcs included, CG_NEVER where there is none. rest[n]. */
int32_t cg_rest_static(const cg_core *c, cg_pq *q, cspm_op *op, uint64_t *rest, cspm_error **err);
/* Packed cost of the cheapest walk from each vertex to a node (either state of it); 0 at the node. */
int32_t cg_rest_to_node(const cg_core *c, cg_node node, cg_pq *q, cspm_op *op, uint64_t *rest, cspm_error **err);
/* One target's backward cone: vertices within the length limit of it. `hops` is CG_UNREACHED and `rest` CG_NEVER outside; both must be so
 * everywhere on entry (cg_cone_reset restores that). `cone`: its vertices, room for n. */
typedef struct cg_cone {
    uint8_t *hops;
    uint64_t *rest;
    uint32_t *cone, count;
} cg_cone;
int32_t cg_cone_init(const cg_core *c, cg_cone *cone, cspm_error **err);
int32_t cg_cone_fill(const cg_core *c, uint32_t target, cg_pq *q, cspm_op *op, cg_cone *cone, cspm_error **err);
void cg_cone_reset(cg_cone *cone);
void cg_cone_free(const cg_core *c, cg_cone *cone);
/* Rest costs by hops left: table[hops * n + v] for hops 0..max_length, to any target. *table stays NULL without an error when it would be
 * larger than 256 MiB. */
int32_t cg_rest_by_hops(const cg_core *c, cspm_op *op, uint64_t **table, cspm_error **err);

/* ---- found.c: from arcs to a path in a list ---- */
/* `arcs`: core arcs in order (hub arcs in pairs). Copies into arena. */
int32_t cg_found_make(const cg_core *c, cg_arena *arena, uint32_t entry, uint32_t target, const uint32_t *arcs, uint32_t n_arcs,
                      cg_found *out, cspm_error **err);
int cg_found_cmp(const cg_core *c, const cg_found *a, const cg_found *b);
int cg_rel_order(const cg_core *c, cg_rel a, cg_rel b);

/* ---- walks.c: layered walk counts ---- */
/* One layer forward: next[w] = walks one hop longer, given count[u] walks that end at state u. A hub's (s, s) pairs do not exist and are
 * not counted. After it next[hub] holds the walks that went into the hub. `own` is scratch of n, zero before and after. */
void cg_walk_forward(const cg_core *c, const uint64_t *count, uint64_t *next, uint64_t *own);
/* The same backward: before[u] = walks one hop longer that start at u, given count[w] walks that start at state w. before[hub]: all that
 * leave it. */
void cg_walk_backward(const cg_core *c, const uint64_t *count, uint64_t *before, uint64_t *own);

#endif
