/* The best path of every (entry, target) pair: one backward cone a target, then a best-first search an entry, which hardly searches at all.
 */
#include "paths/best.h"
#include "paths/sort.h"

typedef struct pair {
    uint64_t low; /* packed cost of the cheapest walk */
    uint32_t entry, target;
} pair;

typedef struct pair_search {
    const cg_core *c;
    cg_work work;
    cg_pq queue;
    cg_cone cone;
    cg_best best;
    bool best_made;
    uint64_t max_pairs;
    CG_VEC(pair) pairs; /* max-heap of the cheapest max_pairs */
    bool cut;
} pair_search;

static bool pair_before(const pair *a, const pair *b)
{
    if (a->low != b->low)
        return a->low < b->low;
    return a->entry != b->entry ? a->entry < b->entry : a->target < b->target;
}

static void pair_sift(pair *h, size_t i, size_t n)
{
    pair item = h[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && pair_before(&h[child], &h[child + 1]))
            child++;
        if (!pair_before(&item, &h[child]))
            break;
        h[i] = h[child];
    }
    h[i] = item;
}

static int32_t pair_keep(pair_search *s, pair p, cspm_error **err)
{
    if (s->pairs.count == s->max_pairs) {
        s->cut = true;
        if (s->pairs.count && pair_before(&p, &s->pairs.data[0])) {
            s->pairs.data[0] = p;
            pair_sift(s->pairs.data, 0, s->pairs.count);
        }
        return CSPM_OK;
    }
    if (!cg_vec_push(s->c->mem, &s->pairs, p))
        return cg_nomem(s->c->mem, err);
    pair *h = s->pairs.data;
    size_t i = s->pairs.count - 1;
    for (size_t up; i && pair_before(&h[up = (i - 1) / 2], &p); i = up)
        h[i] = h[up];
    h[i] = p;
    return CSPM_OK;
}

static bool target_live(const cg_core *c, uint32_t target)
{
    uint32_t states[2], n = core_target_states(c, states, true, target);
    for (uint32_t i = 0; i < n; i++)
        if (core_find(c, states[i]) != CG_NONE)
            return true;
    return false;
}

static int32_t cone_of(pair_search *s, uint32_t target, cspm_error **err)
{
    cg_cone_reset(&s->cone);
    cg_best_forget(&s->best);
    int32_t rc = cg_cone_fill(s->c, target, &s->queue, s->work.op, &s->cone, err);
    if (rc == CSPM_OK)
        rc = cg_best_waypoints(&s->best, err);
    return rc < 0 ? rc : work_add(&s->work, s->cone.count, err);
}

static int32_t pair_path(pair_search *s, uint32_t entry, uint32_t target, cg_found_list *out, cspm_error **err)
{
    const cg_core *c = s->c;
    cg_found path;
    s->best.one = target;
    int32_t rc = cg_best_begin(&s->best, entry, err);
    if (rc == CSPM_OK)
        rc = cg_best_next(&s->best, &out->arena, &path, err);
    if (rc == CSPM_DONE)
        return s->work.exhausted ? CSPM_DONE : CSPM_OK; /* walks, but no path without a repeated node */
    if (rc == CSPM_OK && !cg_vec_push(c->mem, &out->paths, path))
        rc = cg_nomem(c->mem, err);
    return rc;
}

/* One target's cone, then either its pairs' costs or, when every pair is wanted, its paths at once. */
static int32_t each_target(pair_search *s, bool paths, cg_found_list *out, cspm_error **err)
{
    const cg_core *c = s->c;
    int32_t rc;
    for (uint32_t t = 0; t < c->n_targets; t++) {
        if (!target_live(c, t))
            continue;
        if ((rc = cone_of(s, t, err)) != CSPM_OK)
            return rc;
        for (uint32_t e = 0; e < c->n_entries; e++) {
            uint32_t v = c->entry_vertex[e];
            if (v == CG_NONE || s->cone.rest[v] == CG_NEVER)
                continue;
            rc = paths ? pair_path(s, e, t, out, err) : pair_keep(s, (pair){ core_entry_weight(c, e) + s->cone.rest[v], e, t }, err);
            if (rc != CSPM_OK)
                return rc;
        }
    }
    return CSPM_OK;
}

static bool by_target(const cg_core *c, const pair *a, const pair *b)
{
    (void)c;
    return a->target != b->target ? a->target < b->target : a->entry < b->entry;
}
CG_DEFINE_SORT(sort_by_target, const cg_core *, pair, by_target)

static int32_t list_pairs(pair_search *s, cg_found_list *out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    sort_by_target(s->c, s->pairs.data, s->pairs.count);
    for (size_t i = 0; i < s->pairs.count && rc == CSPM_OK; i++) {
        uint32_t target = s->pairs.data[i].target;
        if ((i == 0 || s->pairs.data[i - 1].target != target) && (rc = cone_of(s, target, err)) != CSPM_OK)
            break;
        rc = pair_path(s, s->pairs.data[i].entry, target, out, err);
    }
    return rc;
}

static bool found_before(const cg_core *c, const cg_found *a, const cg_found *b)
{
    return cg_found_cmp(c, a, b) < 0;
}
CG_DEFINE_SORT(sort_found, const cg_core *, cg_found, found_before)

int32_t cg_paths_best_per_pair(const cg_core *c, uint64_t max_pairs, cspm_op *op, cg_found_list *out, cspm_error **err)
{
    pair_search s = { .c = c, .work = work_start(c, op), .max_pairs = max_pairs };
    memset(out, 0, sizeof *out);
    cg_arena_init(&out->arena, c->mem);
    int32_t rc = cg_rest_queue(c, &s.queue) ? cg_cone_init(c, &s.cone, err) : cg_nomem(c->mem, err);
    if (rc == CSPM_OK) {
        rc = cg_best_init(&s.best, c, &s.work, s.cone.hops, s.cone.rest, 0, err);
        s.best_made = true;
    }
    if (rc == CSPM_OK && (uint64_t)c->live_entries * c->live_targets <= max_pairs) {
        rc = each_target(&s, true, out, err);
    } else if (rc == CSPM_OK) { /* the cheapest by the cost of their best walk, known before any path is made */
        rc = each_target(&s, false, out, err);
        if (rc == CSPM_OK)
            rc = list_pairs(&s, out, err);
    }
    if (s.cut || s.work.exhausted)
        out->truncated |= CSPM_TRUNCATED_WORK;
    if (s.best_made)
        cg_best_free(&s.best);
    cg_cone_free(c, &s.cone);
    cg_pq_free(&s.queue);
    cg_vec_free(c->mem, &s.pairs);
    if (rc < 0)
        cg_found_list_free(out);
    else
        sort_found(c, out->paths.data, out->paths.count);
    return rc < 0 ? rc : CSPM_OK;
}
