/* Hubs of a finished layer: memberships of both sides, and from nodes back to them. */
#include "graph/layer_build.h"

typedef struct side {
    uint32_t *offset, *node, *hub;
    uint32_t n;
} side;

static int32_t lay_out(cg_layer_builder *l, bool in, side *s, cspm_error **err)
{
    cg_owner *o = &l->layer->owner;
    uint32_t n_hubs = (uint32_t)l->hubs.count, at = 0;
    s->offset = cg_owner_alloc(o, (size_t)n_hubs + 1, sizeof *s->offset);
    s->node = cg_owner_alloc(o, s->n, sizeof *s->node);
    s->hub = cg_owner_alloc(o, s->n, sizeof *s->hub);
    if (!s->offset || !s->node || !s->hub)
        return cg_nomem(l->mem, err);
    for (uint32_t h = 0; h < n_hubs; h++) {
        const cg_new_hub *hub = &l->hubs.data[h];
        uint32_t n = in ? hub->n_from : hub->n_to;
        s->offset[h] = at;
        memcpy(s->node + at, in ? hub->from : hub->to, n * sizeof *s->node);
        for (uint32_t i = 0; i < n; i++)
            s->hub[at++] = h;
    }
    s->offset[n_hubs] = at;
    return CSPM_OK;
}

/* Node -> its slots, ascending. */
static int32_t invert(cg_layer_builder *l, const side *s, cg_rows *rows, const uint32_t **slots_out, cspm_error **err)
{
    cg_owner *o = &l->layer->owner;
    uint32_t n_nodes = l->below->n_nodes, *slots = cg_owner_alloc(o, s->n, sizeof *slots);
    uint32_t *offset = cg_calloc(l->mem, (size_t)n_nodes + 2, sizeof *offset);
    if (!slots || !offset) {
        cg_free(l->mem, offset);
        return cg_nomem(l->mem, err);
    }
    for (uint32_t i = 0; i < s->n; i++)
        offset[(size_t)s->node[i] + 2]++;
    for (size_t i = 2; i < (size_t)n_nodes + 2; i++)
        offset[i] += offset[i - 1];
    for (uint32_t i = 0; i < s->n; i++)
        slots[offset[(size_t)s->node[i] + 1]++] = i;
    *slots_out = slots;
    return cg_rows_from_offsets(o, rows, n_nodes, offset, false, err);
}

static uint64_t count_pairs(const cg_new_hub *h)
{
    uint64_t pairs = (uint64_t)h->n_from * h->n_to;
    for (uint32_t a = 0, b = 0; a < h->n_from && b < h->n_to;) {
        uint32_t x = h->from[a], y = h->to[b];
        pairs -= x == y;
        a += x <= y;
        b += y <= x;
    }
    return pairs;
}

int32_t cg_push_hubs(cg_layer_builder *l, cspm_error **err)
{
    cg_hub_store *h = &l->layer->hubs;
    const cg_hub_store *top = &l->below->layers[l->below->n_layers - 1]->hubs;
    uint64_t n_in = 0, n_out = 0;
    int32_t rc;
    h->first_in = top->first_in + top->n_in;
    h->first_out = top->first_out + top->n_out;
    if (!l->hubs.count)
        return CSPM_OK;
    cg_hub *hubs = cg_owner_alloc(&l->layer->owner, l->hubs.count, sizeof *hubs);
    if (!hubs)
        return cg_nomem(l->mem, err);
    for (size_t i = 0; i < l->hubs.count; i++) {
        hubs[i] = l->hubs.data[i].hub;
        n_in += l->hubs.data[i].n_from;
        n_out += l->hubs.data[i].n_to;
        h->n_pairs += count_pairs(&l->hubs.data[i]);
    }
    if (h->first_in + n_in > INT32_MAX || h->first_out + n_out > UINT32_MAX)
        return cg_fail(l->mem, err, CSPM_E_LIMIT, "more than 2^31 hub memberships");
    side in = { .n = (uint32_t)n_in }, out = { .n = (uint32_t)n_out };
    if ((rc = lay_out(l, true, &in, err)) < 0 || (rc = lay_out(l, false, &out, err)) < 0 ||
        (rc = invert(l, &in, &h->sources, &h->source_slot, err)) < 0 || (rc = invert(l, &out, &h->targets, &h->target_slot, err)) < 0)
        return rc;
    h->count = (uint32_t)l->hubs.count;
    h->hubs = hubs;
    h->n_in = in.n;
    h->n_out = out.n;
    h->in_offset = in.offset;
    h->in_node = in.node;
    h->in_hub = in.hub;
    h->out_offset = out.offset;
    h->out_node = out.node;
    h->out_hub = out.hub;
    return CSPM_OK;
}
