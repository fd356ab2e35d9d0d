/* Rest costs: reverse searches on the core that tell best-first search what the cheapest continuation costs. */
#include "paths/core.h"

bool cg_rest_queue(const cg_core *c, cg_pq *q)
{
    return cg_pq_init(q, c->mem, c->max_step);
}

static inline uint64_t cap_hops(uint64_t packed)
{
    return (packed & CG_HOP_MASK) > CG_REST_HOPS_CAP ? (packed & ~CG_HOP_MASK) | CG_REST_HOPS_CAP : packed;
}

static inline bool relax(cg_pq *q, uint64_t *rest, uint32_t v, uint64_t value)
{
    if (value >= rest[v])
        return true;
    rest[v] = value;
    return cg_pq_push(q, value >> CG_HOP_BITS, v);
}

/* Settle everything in the queue. Costs pop in order; among equal costs a label may still lose hops, then it is queued again: hops only
 * shrink, so that ends. Vertices with hops[v] == CG_UNREACHED are left out when `hops` is given. */
static int32_t settle(const cg_core *c, cg_pq *q, const uint8_t *hops, cspm_op *op, uint64_t *rest, cspm_error **err)
{
    /* Local copies: every store might otherwise change them for all the compiler knows. */
    const uint32_t *in = c->in, *from = c->from, *in_cost = c->in_cost, first_hub = c->first_hub;
    const uint64_t scale = c->beta / c->unit;
    uint64_t cost;
    uint32_t u, polls = 0;
    int32_t rc;
    while (cg_pq_pop(q, &cost, &u)) {
        uint64_t here = rest[u];
        if (CG_OP_DUE(polls) && (rc = cg_op_check(op, c->mem, err)) < 0)
            return rc;
        if (here >> CG_HOP_BITS != cost)
            continue;
        for (uint32_t i = in[u], end = in [u + 1]; i < end; i++) {
            uint32_t w = from[i];
            uint64_t next = cap_hops(here + ((in_cost[i] * scale) << CG_HOP_BITS | (w < first_hub)));
            if (next >= rest[w] || (hops && hops[w] == CG_UNREACHED))
                continue;
            rest[w] = next;
            if (!cg_pq_push(q, next >> CG_HOP_BITS, w))
                return cg_nomem(c->mem, err);
        }
    }
    return CSPM_OK;
}

int32_t cg_rest_static(const cg_core *c, cg_pq *q, cspm_op *op, uint64_t *rest, cspm_error **err)
{
    cg_pq_reset(q);
    memset(rest, 0xff, c->n * sizeof *rest);
    uint64_t weight = 0;
    uint32_t factor = 0;
    for (uint32_t v = 0; v < c->first_hub; v++) {
        uint32_t target = c->target_at[v];
        if (target == CG_NONE)
            continue;
        if (c->targets[target].factor != factor) { /* mostly they are alike, and a cost takes a while to compute */
            factor = c->targets[target].factor;
            weight = core_target_weight(c, target);
        }
        if (!relax(q, rest, v, weight))
            return cg_nomem(c->mem, err);
    }
    return settle(c, q, NULL, op, rest, err);
}

int32_t cg_rest_to_node(const cg_core *c, cg_node node, cg_pq *q, cspm_op *op, uint64_t *rest, cspm_error **err)
{
    cg_pq_reset(q);
    memset(rest, 0xff, c->n * sizeof *rest);
    for (uint32_t v = 0; v < c->first_hub; v++)
        if (core_node(c, v) == node && !relax(q, rest, v, 0))
            return cg_nomem(c->mem, err);
    return settle(c, q, NULL, op, rest, err);
}

int32_t cg_cone_init(const cg_core *c, cg_cone *cone, cspm_error **err)
{
    cone->count = 0;
    cone->hops = cg_alloc_array(c->mem, c->n, sizeof *cone->hops);
    cone->rest = cg_alloc_array(c->mem, c->n, sizeof *cone->rest);
    cone->cone = cg_alloc_array(c->mem, c->n, sizeof *cone->cone);
    if (!cone->hops || !cone->rest || !cone->cone)
        return cg_nomem(c->mem, err);
    memset(cone->hops, CG_UNREACHED, c->n);
    memset(cone->rest, 0xff, c->n * sizeof *cone->rest);
    return CSPM_OK;
}

static void cone_add(const cg_core *c, cg_cone *cone, uint32_t v, uint32_t hops)
{
    if (cone->hops[v] != CG_UNREACHED || c->f[v] + hops > c->max_length)
        return;
    cone->hops[v] = (uint8_t)hops;
    cone->cone[cone->count++] = v;
}

/* Hop levels one after another; the hubs of a level come right behind its states, so one pass over the list is in hop order. */
static void cone_hops(const cg_core *c, uint32_t target, cg_cone *cone)
{
    uint32_t states[2], n_states = core_target_states(c, states, true, target);
    for (uint32_t i = 0; i < n_states; i++) {
        uint32_t v = core_find(c, states[i]);
        if (v != CG_NONE)
            cone_add(c, cone, v, 0);
    }
    for (uint32_t level_start = 0, level_end = cone->count; level_start < level_end; level_start = level_end, level_end = cone->count) {
        for (uint32_t i = level_start; i < level_end; i++) { /* hubs first: same level */
            uint32_t u = cone->cone[i];
            for (uint32_t e = c->in[u]; e < c->in[u + 1]; e++)
                if (core_is_hub(c, c->from[e]))
                    cone_add(c, cone, c->from[e], cone->hops[u]);
        }
        uint32_t with_hubs = cone->count;
        for (uint32_t i = level_start; i < with_hubs; i++) {
            uint32_t u = cone->cone[i];
            for (uint32_t e = c->in[u]; e < c->in[u + 1]; e++)
                if (!core_is_hub(c, c->from[e]))
                    cone_add(c, cone, c->from[e], cone->hops[u] + 1u);
        }
        level_end = with_hubs;
    }
}

int32_t cg_cone_fill(const cg_core *c, uint32_t target, cg_pq *q, cspm_op *op, cg_cone *cone, cspm_error **err)
{
    cg_pq_reset(q);
    cone_hops(c, target, cone);
    for (uint32_t i = 0; i < cone->count; i++)
        if (cone->hops[cone->cone[i]] == 0 && !core_is_hub(c, cone->cone[i]) &&
            !relax(q, cone->rest, cone->cone[i], core_target_weight(c, target)))
            return cg_nomem(c->mem, err);
    return settle(c, q, cone->hops, op, cone->rest, err);
}

void cg_cone_reset(cg_cone *cone)
{
    for (uint32_t i = 0; i < cone->count; i++) {
        cone->hops[cone->cone[i]] = CG_UNREACHED;
        cone->rest[cone->cone[i]] = CG_NEVER;
    }
    cone->count = 0;
}

void cg_cone_free(const cg_core *c, cg_cone *cone)
{
    cg_free(c->mem, cone->hops);
    cg_free(c->mem, cone->rest);
    cg_free(c->mem, cone->cone);
}

/* Cheapest continuation over the arcs of u, with the rest costs of the ends in `ends`. */
static uint64_t best_step(const cg_core *c, uint32_t u, const uint64_t *states, const uint64_t *hubs)
{
    uint64_t best = CG_NEVER, value;
    for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++) {
        uint32_t w = c->to[a];
        uint64_t rest = core_is_hub(c, w) ? hubs[w] : states[w];
        if (rest != CG_NEVER && (value = rest + core_weight(c, u, a)) < best)
            best = value;
    }
    return best;
}

int32_t cg_rest_by_hops(const cg_core *c, cspm_op *op, uint64_t **out, cspm_error **err)
{
    size_t layers = c->max_length + 1u;
    int32_t rc = CSPM_OK;
    uint32_t polls = 0;
    *out = NULL;
    if (layers * c->n > ((size_t)256 << 20) / sizeof **out)
        return CSPM_OK;
    uint64_t *table = cg_alloc_array(c->mem, layers * c->n, sizeof *table);
    if (!table)
        return cg_nomem(c->mem, err);
    for (size_t r = 0; r < layers; r++) {
        uint64_t *now = table + r * c->n, *before = r ? now - c->n : NULL;
        for (uint32_t u = 0; u < c->n; u++) {
            if (CG_OP_DUE(polls) && (rc = cg_op_check(op, c->mem, err)) < 0)
                goto out;
            if (core_is_hub(c, u)) {
                now[u] = best_step(c, u, now, now); /* states of this layer are complete: they come first */
                continue;
            }
            uint64_t here = c->target_at[u] != CG_NONE ? core_target_weight(c, c->target_at[u]) : CG_NEVER;
            uint64_t on = r ? best_step(c, u, before, before) : CG_NEVER;
            now[u] = here < on ? here : on;
        }
    }
    *out = table;
    table = NULL;
out:
    cg_free(c->mem, table);
    return rc;
}
