/* Walk counts, layer by layer: the prediction, and what coverage is made of. Counts saturate at UINT64_MAX and are then only lower bounds.
 */
#include "paths/core.h"

/* What is left of a hub's total for one node, when its own part does not count. A saturated total stays saturated. */
static inline uint64_t without_own(uint64_t total, uint64_t own)
{
    return total == UINT64_MAX ? total : total - own;
}

void cg_walk_forward(const cg_core *c, const uint64_t *count, uint64_t *next, uint64_t *own)
{
    memset(next, 0, c->n * sizeof *next);
    for (uint32_t u = 0; u < c->first_hub; u++) {
        if (!count[u])
            continue;
        for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++)
            next[c->to[a]] = sat_add(next[c->to[a]], count[u]);
    }
    for (uint32_t h = c->first_hub; h < c->n; h++) {
        if (!next[h])
            continue;
        for (uint32_t i = c->in[h]; i < c->in[h + 1]; i++)
            own[c->same[c->from[i]]] = sat_add(own[c->same[c->from[i]]], count[c->from[i]]);
        for (uint32_t a = c->out[h]; a < c->out[h + 1]; a++)
            next[c->to[a]] = sat_add(next[c->to[a]], without_own(next[h], own[c->same[c->to[a]]]));
        for (uint32_t i = c->in[h]; i < c->in[h + 1]; i++)
            own[c->same[c->from[i]]] = 0;
    }
}

void cg_walk_backward(const cg_core *c, const uint64_t *count, uint64_t *before, uint64_t *own)
{
    memset(before, 0, c->n * sizeof *before);
    for (uint32_t h = c->first_hub; h < c->n; h++) {
        for (uint32_t a = c->out[h]; a < c->out[h + 1]; a++) {
            uint32_t w = c->to[a];
            before[h] = sat_add(before[h], count[w]);
            own[c->same[w]] = sat_add(own[c->same[w]], count[w]);
        }
        for (uint32_t i = c->in[h]; i < c->in[h + 1]; i++)
            before[c->from[i]] = sat_add(before[c->from[i]], without_own(before[h], own[c->same[c->from[i]]]));
        for (uint32_t a = c->out[h]; a < c->out[h + 1]; a++)
            own[c->same[c->to[a]]] = 0;
    }
    for (uint32_t u = 0; u < c->first_hub; u++)
        for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++)
            if (!core_is_hub(c, c->to[a]))
                before[u] = sat_add(before[u], count[c->to[a]]);
}

int32_t cg_core_predict(const cg_core *c, cspm_op *op, uint64_t *walks, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint64_t total = 0;
    uint64_t *count = cg_calloc(c->mem, c->n, sizeof *count), *next = cg_alloc_array(c->mem, c->n, sizeof *next);
    uint64_t *own = cg_calloc(c->mem, c->n, sizeof *own);
    *walks = 0;
    if (!count || !next || !own) {
        rc = cg_nomem(c->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < c->n_entries; i++)
        if (c->entry_vertex[i] != CG_NONE)
            count[c->entry_vertex[i]]++;
    for (uint32_t hops = 0;; hops++) {
        for (uint32_t v = 0; v < c->first_hub; v++)
            if (c->target_at[v] != CG_NONE)
                total = sat_add(total, count[v]);
        if (hops == c->max_length || total == UINT64_MAX)
            break;
        if ((rc = cg_op_check(op, c->mem, err)) < 0)
            goto out;
        cg_walk_forward(c, count, next, own);
        uint64_t *swap = count;
        count = next;
        next = swap;
    }
    *walks = total;
out:
    cg_free(c->mem, count);
    cg_free(c->mem, next);
    cg_free(c->mem, own);
    return rc;
}
