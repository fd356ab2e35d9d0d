#include "query/search.h"

/* Room for one block more than is reached. */
static bool make_room(cg_run *r, q_search *s)
{
    size_t need = (size_t)s->count + Q_BLOCK, most = (size_t)cg_graph_n_nodes(r->g) + Q_BLOCK;
    if (need <= s->capacity)
        return true;
    size_t capacity = s->capacity ? 2 * s->capacity : 4 * need;
    capacity = capacity < most ? capacity : most;
    cg_node *queue = cg_resize_array(r->mem, s->queue, capacity, sizeof *queue);
    if (!queue)
        return false;
    s->queue = queue;
    if (s->came_wanted) {
        cg_hop *came = cg_resize_array(r->mem, s->came, capacity, sizeof *came);
        if (!came)
            return false;
        s->came = came;
    }
    s->capacity = capacity;
    return true;
}

/* All bits as they are before anything is reached. */
static int32_t forget(cg_run *r, q_search *s, cspm_error **err)
{
    size_t words = (size_t)cg_graph_n_nodes(r->g) / 64 + 1;
    if (s->seen && !s->barred && s->count < words / 16) {
        for (uint32_t i = 0; i < s->count; i++)
            s->seen[s->queue[i] >> 6] &= ~((uint64_t)1 << (s->queue[i] & 63));
        return CSPM_OK;
    }
    if (!s->seen && !(s->seen = cg_alloc_array(r->mem, words, sizeof *s->seen)))
        return cg_nomem(r->mem, err);
    if (r->hidden)
        memcpy(s->seen, r->hidden, words * sizeof *s->seen);
    else
        memset(s->seen, 0, words * sizeof *s->seen);
    s->barred = false;
    return q_tick(r, words / 8, err);
}

int32_t q_search_start(cg_run *r, q_search *s, cg_dir dir, const cg_kind_set *kinds, cg_node from, cspm_error **err)
{
    int32_t rc = forget(r, s, err);
    s->count = s->placed = 0;
    if (rc < 0)
        return rc;
    if (!make_room(r, s))
        return cg_nomem(r->mem, err);
    cg_hops_init(&s->hops, r->g, dir, kinds);
    s->depth = 0;
    s->level_end = 1;
    s->n = s->at = 0;
    q_search_add(s, &(cg_hop){ CG_NO_REL, from, 0 });
    return CSPM_OK;
}

void q_search_close(cg_run *r, q_search *s)
{
    cg_free(r->mem, s->seen);
    cg_free(r->mem, s->queue);
    cg_free(r->mem, s->came);
    cg_free(r->mem, s->place);
    *s = (q_search){ .came_wanted = s->came_wanted };
}

int32_t q_search_read(cg_run *r, q_search *s, cspm_error **err)
{
    /* Nodes without relationships cost time too: not more of them at once than a tick is. */
    uint32_t end = s->level_end - s->hops.at > 4096 ? s->hops.at + 4096 : s->level_end;
    if (!make_room(r, s))
        return cg_nomem(r->mem, err);
    s->at = 0;
    s->n = cg_hops_next(&s->hops, s->queue, end, s->block, Q_BLOCK);
    return q_tick(r, s->n ? s->n : 1, err);
}

void q_search_add(q_search *s, const cg_hop *hop)
{
    s->seen[hop->node >> 6] |= (uint64_t)1 << (hop->node & 63);
    s->queue[s->count] = hop->node;
    if (s->came)
        s->came[s->count] = *hop;
    s->count++;
}

/* Without branches: whether a node is new cannot be foretold. What is written for one that is not is written over by the next. */
void q_search_add_all(q_search *s)
{
    uint32_t count = s->count;
    cg_hop *came = s->came;
    for (uint32_t i = s->at; i < s->n; i++) {
        const cg_hop *hop = &s->block[i];
        uint64_t *word = &s->seen[hop->node >> 6], was = *word;
        *word = was | (uint64_t)1 << (hop->node & 63);
        s->queue[count] = hop->node;
        if (came)
            came[count] = *hop;
        count += !(was >> (hop->node & 63) & 1);
    }
    s->count = count;
    s->at = s->n;
}

int32_t q_search_find(cg_run *r, q_search *s, cg_node n, uint32_t *out, cspm_error **err)
{
    *out = UINT32_MAX;
    if (q_search_is_new(s, n))
        return CSPM_OK;
    if (!s->place && !(s->place = cg_calloc(r->mem, cg_graph_n_nodes(r->g), sizeof *s->place)))
        return cg_nomem(r->mem, err);
    for (; s->placed < s->count; s->placed++)
        s->place[s->queue[s->placed]] = s->placed;
    uint32_t at = s->place[n];
    if (at < s->count && s->queue[at] == n)
        *out = at;
    return CSPM_OK;
}
