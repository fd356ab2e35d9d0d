/* How many pairs of entry and target are joined at all: hop distances only, no paths. For estates on which searching again for every fix
 * would take too long. */
#include "analysis/search.h"

static uint64_t count_reached(const cg_scope *s, const cg_view *v, const uint8_t *dist)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->targets.count; i++) {
        cg_node t = s->targets.data[i].node;
        uint32_t read = v->read_state && !s->targets.data[i].needs_control ? v->read_state[t] : UINT32_MAX;
        n += dist[t] != CG_UNREACHED || (read != UINT32_MAX && dist[read] != CG_UNREACHED);
    }
    return n;
}

int32_t cg_pairs_count(const cg_scope *s, const cg_removal *removal, cspm_op *op, uint64_t *pairs, cspm_error **err)
{
    cg_search x = { .mem = s->mem };
    cg_view_options options = s->view;
    uint8_t *dist = NULL;
    uint32_t reached;
    cg_arena_init(&x.arena, s->mem);
    options.hidden_rels = removal->rels;
    options.n_hidden_rels = removal->n_rels;
    *pairs = 0;
    int32_t rc = cg_search_entries(&x, s, removal, err);
    if (rc == CSPM_OK)
        rc = cg_view_build(s->g, &options, op, &x.view, err);
    if (rc == CSPM_OK && !(dist = cg_alloc(s->mem, (size_t)x.view->n_vertices + 1)))
        rc = cg_nomem(s->mem, err);
    for (int which = 0; which < CG_N_GROUPS; which++)
        for (size_t i = 0; i < x.groups[which].entries.count && rc == CSPM_OK; i++) {
            const cg_endpoint *e = &x.groups[which].entries.data[i];
            uint32_t start = e->reads_only ? x.view->read_state[e->node] : e->node;
            rc = cg_view_hops(x.view, CG_OUT, &start, 1, s->max_hops[which], op, dist, &reached, err);
            if (rc == CSPM_OK)
                *pairs += count_reached(s, x.view, dist);
        }
    cg_free(s->mem, dist);
    cg_search_free(&x);
    return rc;
}
