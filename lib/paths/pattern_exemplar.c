/* What a pattern rests on: exact rest costs along its own sequence, and from them its cheapest simple path. */
#include "paths/pattern.h"

static uint32_t spot_at(const cg_trie *t, uint32_t place)
{
    return t->stamp[place] == t->now ? t->slot[place] : CG_NONE;
}

static void stamp_group(cg_trie *t, cg_level *l)
{
    cg_group *g = cg_level_group(l);
    t->now++;
    for (uint32_t i = g->begin; i < g->end; i++) {
        t->stamp[l->spots.data[i].place] = t->now;
        t->slot[l->spots.data[i].place] = i;
    }
}

/* Cheapest way on from a spot, one hop further to spots of the next level. */
static uint64_t spot_rest(cg_trie *t, const cg_spot *s, cg_level *next, uint64_t *steps)
{
    const cg_core *c = t->c;
    uint32_t u = cg_place_vertex(t, s->place), step = cg_level_group(next)->step;
    uint64_t best = CG_NEVER;
    for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++) {
        uint32_t first = a, last = a + 1;
        if (core_is_hub(c, c->to[a])) {
            first = c->out[c->to[a]];
            last = c->out[c->to[a] + 1];
        }
        *steps += 1 + last - first;
        for (uint32_t i = first; i < last; i++) {
            if (t->step_of[i] != step || c->same[c->to[i]] == c->same[u])
                continue;
            uint32_t at = spot_at(t, cg_place_enter(t, s->place, c->to[i]));
            uint64_t on = at == CG_NONE ? CG_NEVER : core_add(next->spots.data[at].rest, core_weight(c, u, a));
            best = on < best ? on : best;
        }
    }
    return best;
}

int32_t cg_pattern_rest(cg_trie *t, uint32_t hops, cspm_error **err)
{
    const cg_core *c = t->c;
    cg_level *last = &t->levels[hops];
    cg_group *g = cg_level_group(last);
    for (uint32_t i = g->begin; i < g->end; i++) {
        cg_spot *s = &last->spots.data[i];
        uint32_t target = c->target_at[cg_place_vertex(t, s->place)];
        bool done = target != CG_NONE && (s->place & t->full_mask) == t->full_mask;
        s->rest = done ? core_target_weight(c, target) : CG_NEVER;
    }
    for (uint32_t level = hops; level-- > 0;) {
        cg_level *l = &t->levels[level];
        uint64_t steps = 0;
        stamp_group(t, &t->levels[level + 1]);
        g = cg_level_group(l);
        for (uint32_t i = g->begin; i < g->end; i++)
            l->spots.data[i].rest = spot_rest(t, &l->spots.data[i], &t->levels[level + 1], &steps);
        int32_t rc = work_add(&t->work, steps, err);
        if (rc != CSPM_OK)
            return rc;
    }
    return CSPM_OK;
}

/* ---- the cheapest simple path: best-first over the spots, with exact rest costs ---- */

typedef struct tip {
    uint64_t walked, key;
    uint32_t parent, place, level;
    uint32_t arc, through; /* arc that ends the hop; the arc into the hub before it, or CG_NONE */
} tip;

typedef struct exemplar {
    cg_trie *t;
    CG_VEC(tip) tips;
    CG_VEC(uint32_t) heap;
} exemplar;

/* Cheaper first, then the smaller node sequence (a prefix before what extends it), then the smaller relationships. */
static bool tip_before(const exemplar *x, uint32_t a, uint32_t b)
{
    const cg_core *c = x->t->c;
    const tip *p = &x->tips.data[a], *q = &x->tips.data[b];
    int by_node = 0, by_rel = 0, by_length = p->level < q->level ? -1 : p->level > q->level;
    if (p->key != q->key)
        return p->key < q->key;
    while (p->level > q->level)
        p = &x->tips.data[p->parent];
    while (q->level > p->level)
        q = &x->tips.data[q->parent];
    while (p != q) {
        cg_node n = core_node(c, cg_place_vertex(x->t, p->place)), m = core_node(c, cg_place_vertex(x->t, q->place));
        if (n != m)
            by_node = n < m ? -1 : 1;
        if (p->parent == CG_NONE)
            break;
        cg_rel r = p->through == CG_NONE ? cg_view_rel(c->view, c->arc[p->arc], CG_NONE)
                                         : cg_view_rel(c->view, c->arc[p->through], c->arc[p->arc]);
        cg_rel s = q->through == CG_NONE ? cg_view_rel(c->view, c->arc[q->arc], CG_NONE)
                                         : cg_view_rel(c->view, c->arc[q->through], c->arc[q->arc]);
        int order = cg_rel_order(c, r, s);
        by_rel = order ? order : by_rel;
        p = &x->tips.data[p->parent];
        q = &x->tips.data[q->parent];
    }
    return (by_node ? by_node : by_length ? by_length : by_rel ? by_rel : a < b ? -1 : 1) < 0;
}

static int32_t tip_push(exemplar *x, const tip *p, cspm_error **err)
{
    cg_mem *mem = x->t->c->mem;
    uint32_t item = (uint32_t)x->tips.count;
    if (!cg_vec_push(mem, &x->tips, *p) || !cg_vec_push(mem, &x->heap, item))
        return cg_nomem(mem, err);
    size_t i = x->heap.count - 1;
    for (size_t up; i && tip_before(x, item, x->heap.data[up = (i - 1) / 2]); i = up)
        x->heap.data[i] = x->heap.data[up];
    x->heap.data[i] = item;
    return CSPM_OK;
}

static uint32_t tip_pop(exemplar *x)
{
    uint32_t *h = x->heap.data, top = h[0], last = h[--x->heap.count];
    size_t n = x->heap.count, i = 0, child;
    while ((child = 2 * i + 1) < n) {
        if (child + 1 < n && tip_before(x, h[child + 1], h[child]))
            child++;
        if (!tip_before(x, h[child], last))
            break;
        h[i] = h[child];
        i = child;
    }
    h[i] = last;
    return top;
}

static bool tip_visited(const exemplar *x, uint32_t at, uint32_t vertex)
{
    const cg_core *c = x->t->c;
    for (; at != CG_NONE; at = x->tips.data[at].parent)
        if (c->same[cg_place_vertex(x->t, x->tips.data[at].place)] == c->same[vertex])
            return true;
    return false;
}

static int32_t tip_expand(exemplar *x, uint32_t at, cspm_error **err)
{
    cg_trie *t = x->t;
    const cg_core *c = t->c;
    tip p = x->tips.data[at];
    cg_level *next = &t->levels[p.level + 1];
    uint32_t u = cg_place_vertex(t, p.place), step = cg_level_group(next)->step;
    for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++) {
        bool hub = core_is_hub(c, c->to[a]);
        uint32_t first = hub ? c->out[c->to[a]] : a, last = hub ? c->out[c->to[a] + 1] : a + 1;
        int32_t rc = work_add(&t->work, 1 + last - first, err);
        if (rc != CSPM_OK)
            return rc;
        for (uint32_t i = first; i < last; i++) {
            uint32_t place, spot;
            if (t->step_of[i] != step || tip_visited(x, at, c->to[i]))
                continue;
            place = cg_place_enter(t, p.place, c->to[i]);
            spot = cg_level_find(next, place);
            if (spot == CG_NONE || next->spots.data[spot].rest == CG_NEVER)
                continue;
            uint64_t walked = p.walked + core_weight(c, u, a);
            tip q = { walked, walked + next->spots.data[spot].rest, at, place, p.level + 1, i, hub ? a : CG_NONE };
            if ((rc = tip_push(x, &q, err)) < 0)
                return rc;
        }
    }
    return CSPM_OK;
}

static int32_t tip_emit(const exemplar *x, uint32_t at, cg_arena *arena, cg_found *out, cspm_error **err)
{
    const cg_core *c = x->t->c;
    uint32_t arcs[2 * CG_MAX_HOPS], n = 2 * CG_MAX_HOPS;
    const tip *p = &x->tips.data[at];
    uint32_t target = c->target_at[cg_place_vertex(x->t, p->place)];
    for (; p->parent != CG_NONE; p = &x->tips.data[p->parent]) {
        arcs[--n] = p->arc;
        if (p->through != CG_NONE)
            arcs[--n] = p->through;
    }
    return cg_found_make(c, arena, p->arc, target, arcs + n, 2 * CG_MAX_HOPS - n, out, err);
}

int32_t cg_pattern_exemplar(cg_trie *t, uint32_t hops, cg_arena *arena, cg_found *out, cspm_error **err)
{
    const cg_core *c = t->c;
    exemplar x = { .t = t };
    int32_t rc = CSPM_OK;
    cg_level *first = &t->levels[0];
    for (uint32_t i = 0; i < c->n_entries && rc == CSPM_OK; i++) {
        uint32_t v = c->entry_vertex[i], spot = v == CG_NONE ? CG_NONE : cg_level_find(first, cg_place_enter(t, 0, v));
        if (spot == CG_NONE || first->spots.data[spot].rest == CG_NEVER)
            continue;
        tip p = { core_entry_weight(c, i), 0, CG_NONE, first->spots.data[spot].place, 0, i, CG_NONE };
        p.key = p.walked + first->spots.data[spot].rest;
        rc = tip_push(&x, &p, err);
    }
    while (rc == CSPM_OK) {
        if (x.heap.count == 0) {
            rc = CSPM_DONE;
            break;
        }
        uint32_t at = tip_pop(&x);
        if (x.tips.data[at].level == hops) {
            rc = tip_emit(&x, at, arena, out, err);
            break;
        }
        rc = tip_expand(&x, at, err);
    }
    cg_vec_free(c->mem, &x.tips);
    cg_vec_free(c->mem, &x.heap);
    return rc;
}
