/* What a pattern rests on: exact rest costs along its own sequence, and from them its cheapest simple path. */
#include "paths/pattern.h"

static bool relax_spot(cg_trie *t, cg_level *l, uint32_t at, uint64_t rest)
{
    uint64_t *known = &l->rest.data[at];
    if (*known == CG_NEVER && !cg_vec_push(t->c->mem, &l->live, at))
        return false;
    *known = rest < *known ? rest : *known;
    return true;
}

/* A way on from a hub to `node`. */
static bool relax_passage(cg_trie *t, cg_level *l, uint32_t at, uint64_t rest, uint32_t node)
{
    cg_passage *p = &l->passages.data[at];
    if (p->best == CG_NEVER && !cg_vec_push(t->c->mem, &t->passed, at))
        return false;
    if (rest < p->best) {
        p->second = node == p->best_node ? p->second : p->best;
        p->best = rest;
        p->best_node = node;
    } else if (node != p->best_node && rest < p->second) {
        p->second = rest;
    }
    return true;
}

/* From what passed hubs lead on to, to those who came there; the passages are clean again afterwards. */
static bool leave_passages(cg_trie *t, cg_level *l, cg_level *before, uint64_t *steps)
{
    bool ok = true;
    for (size_t i = 0; i < t->passed.count; i++) {
        cg_passage *p = &l->passages.data[t->passed.data[i]];
        const cg_source *s = l->sources.data + p->source;
        *steps += p->n_sources;
        for (uint32_t j = 0; j < p->n_sources && ok; j++) {
            uint64_t rest = s[j].node == p->best_node ? p->second : p->best;
            ok = rest == CG_NEVER || relax_spot(t, before, s[j].parent, rest + s[j].weight);
        }
        p->best = p->second = CG_NEVER;
        p->best_node = CG_NONE;
    }
    t->passed.count = 0;
    return ok;
}

/* One level back: whatever leads to a live spot is live. */
static bool one_level_back(cg_trie *t, uint32_t level, uint64_t *steps)
{
    cg_level *l = &t->levels[level], *before = &t->levels[level - 1];
    bool ok = true;
    for (size_t i = 0; i < l->live.count && ok; i++) {
        const cg_spot *s = &l->spots.data[l->live.data[i]];
        const cg_link *link = l->links.data + s->link;
        uint64_t rest = l->rest.data[l->live.data[i]];
        *steps += s->n_links;
        for (uint32_t j = 0; j < s->n_links && ok; j++) {
            if (link[j].parent & CG_LINK_HUB)
                ok = relax_passage(t, l, link[j].parent & ~CG_LINK_HUB, rest + link[j].weight, t->c->same[cg_place_vertex(t, s->place)]);
            else
                ok = relax_spot(t, before, link[j].parent, rest + link[j].weight);
        }
    }
    return leave_passages(t, l, before, steps) && ok;
}

int32_t cg_pattern_rest(cg_trie *t, uint32_t hops, cspm_error **err)
{
    const cg_core *c = t->c;
    cg_level *last = &t->levels[hops];
    const cg_group *g = cg_level_group(last);
    for (uint32_t i = g->begin; i < g->end; i++) {
        const cg_spot *s = &last->spots.data[i];
        uint32_t target = c->target_at[cg_place_vertex(t, s->place)];
        if (target != CG_NONE && (s->place & t->full_mask) == t->full_mask && !relax_spot(t, last, i, t->target_weight[target]))
            return cg_nomem(c->mem, err);
    }
    for (uint32_t level = hops; level > 0; level--) {
        uint64_t steps = 0;
        if (!one_level_back(t, level, &steps))
            return cg_nomem(c->mem, err);
        int32_t rc = work_add(&t->work, steps, err);
        if (rc != CSPM_OK)
            return rc;
    }
    return CSPM_OK;
}

void cg_pattern_forget(cg_trie *t, uint32_t hops)
{
    for (uint32_t level = 0; level <= hops; level++) {
        cg_level *l = &t->levels[level];
        for (size_t i = 0; i < l->live.count; i++)
            l->rest.data[l->live.data[i]] = CG_NEVER;
        l->live.count = 0;
    }
}

/* ---- the cheapest simple path: best-first over the spots, with exact rest costs ---- */

typedef struct tip {
    uint64_t walked, key;
    uint32_t parent, place, level;
    uint32_t arc, through; /* arc that ends the hop; the arc into the hub before it, or CG_NONE */
} tip;

typedef struct exemplar {
    cg_trie *t;
    uint64_t most; /* what a path may cost at most, packed */
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
        uint64_t walked = p.walked + core_weight(c, u, a);
        uint32_t first = hub ? c->out[c->to[a]] : a, last = hub ? c->out[c->to[a] + 1] : a + 1;
        int32_t rc = work_add(&t->work, 1 + last - first, err);
        if (rc != CSPM_OK)
            return rc;
        for (uint32_t i = first; i < last; i++) {
            uint32_t place, spot;
            if (t->step_of[i] != step || core_add(walked, t->rest[c->to[i]]) > x->most)
                continue;
            place = cg_place_enter(t, p.place, c->to[i]);
            spot = cg_level_find(next, place);
            if (spot == CG_NONE || core_add(walked, next->rest.data[spot]) > x->most || tip_visited(x, at, c->to[i]))
                continue;
            tip q = { walked, walked + next->rest.data[spot], at, place, p.level + 1, i, hub ? a : CG_NONE };
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

/* The cheapest simple path that costs no more than x->most; CSPM_DONE when there is none. */
static int32_t search(exemplar *x, uint32_t hops, cg_arena *arena, cg_found *out, cspm_error **err)
{
    cg_trie *t = x->t;
    const cg_core *c = t->c;
    cg_level *first = &t->levels[0];
    int32_t rc = CSPM_OK;
    x->tips.count = x->heap.count = 0;
    for (uint32_t i = 0; i < c->n_entries && rc == CSPM_OK; i++) {
        uint32_t v = c->entry_vertex[i], spot = v == CG_NONE ? CG_NONE : cg_level_find(first, cg_place_enter(t, 0, v));
        if (spot == CG_NONE || first->rest.data[spot] == CG_NEVER)
            continue;
        tip p = { core_entry_weight(c, i), 0, CG_NONE, first->spots.data[spot].place, 0, i, CG_NONE };
        p.key = p.walked + first->rest.data[spot];
        if (p.key <= x->most)
            rc = tip_push(x, &p, err);
    }
    while (rc == CSPM_OK) {
        if (x->heap.count == 0)
            return CSPM_DONE;
        uint32_t at = tip_pop(x);
        if (x->tips.data[at].level == hops)
            return tip_emit(x, at, arena, out, err);
        rc = tip_expand(x, at, err);
    }
    return rc;
}

/* What the cheapest walk of the pattern costs. */
static uint64_t cheapest(const cg_trie *t)
{
    const cg_level *first = &t->levels[0];
    uint64_t least = CG_NEVER;
    for (size_t i = 0; i < first->live.count; i++) {
        uint32_t at = first->live.data[i];
        uint64_t cost = first->spots.data[at].cost + first->rest.data[at];
        least = cost < least ? cost : least;
    }
    return least;
}

int32_t cg_pattern_exemplar(cg_trie *t, uint32_t hops, cg_arena *arena, cg_found *out, cspm_error **err)
{
    exemplar x = { .t = t, .most = cheapest(t) }; /* mostly the cheapest walk is a path: then nothing dearer need be looked at */
    int32_t rc = search(&x, hops, arena, out, err);
    if (rc == CSPM_DONE && !t->work.exhausted) {
        x.most = CG_NEVER - 1;
        rc = search(&x, hops, arena, out, err);
    }
    cg_vec_free(t->c->mem, &x.tips);
    cg_vec_free(t->c->mem, &x.heap);
    return rc;
}
