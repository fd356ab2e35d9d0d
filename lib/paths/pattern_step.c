/* One step of the trie: from the spots of a group to the spots one hop further, grouped by the class of that hop. */
#include "paths/pattern.h"
#include "paths/sort.h"

uint32_t cg_place_enter(const cg_trie *t, uint32_t place, uint32_t vertex)
{
    const cg_core *c = t->c;
    uint32_t mask = place & t->full_mask;
    if (t->bits) {
        cg_node node = core_node(c, vertex);
        for (uint32_t i = 0; i < c->n_waypoints; i++)
            mask |= (uint32_t)(c->waypoints[i] == node) << i;
    }
    return vertex << t->bits | mask;
}

static bool spot_before(const cg_trie *t, const cg_spot *a, const cg_spot *b)
{
    (void)t;
    return a->place < b->place;
}
CG_DEFINE_SORT(sort_spots, const cg_trie *, cg_spot, spot_before)

static bool group_before(const cg_trie *t, const cg_group *a, const cg_group *b)
{
    (void)t;
    return a->low != b->low ? a->low < b->low : a->step < b->step;
}
CG_DEFINE_SORT(sort_groups, const cg_trie *, cg_group, group_before)

static bool visit_before(const cg_trie *t, const cg_hub_visit *a, const cg_hub_visit *b)
{
    (void)t;
    if (a->hub != b->hub)
        return a->hub < b->hub;
    return a->place != b->place ? a->place < b->place : a->cost < b->cost;
}
CG_DEFINE_SORT(sort_visits, const cg_trie *, cg_hub_visit, visit_before)

static bool emit(cg_trie *t, uint32_t step, uint32_t place, uint64_t count, uint64_t cost, cg_link link)
{
    cg_emitted e = { count, cost, link, place, step };
    if (t->step_count[step]++ == 0 && !cg_vec_push(t->c->mem, &t->steps_hit, step))
        return false;
    return cg_vec_push(t->c->mem, &t->emitted, e);
}

/* The visits of one hub with the same waypoints behind them: every target gets them all but its own. */
static bool leave_hub(cg_trie *t, const cg_hub_visit *v, size_t n, uint32_t hops, uint64_t *steps)
{
    const cg_core *c = t->c;
    cg_level *l = &t->levels[hops];
    cg_passage passage = { (uint32_t)l->sources.count, (uint32_t)n, CG_NONE, CG_NEVER, CG_NEVER };
    cg_link link = { 0, CG_LINK_HUB | (uint32_t)l->passages.count };
    if (!cg_vec_reserve(c->mem, &l->sources, n) || !cg_vec_push(c->mem, &l->passages, passage))
        return false;
    uint32_t hub = v[0].hub, best_node = CG_NONE;
    uint64_t total = 0, best = CG_NEVER, second = CG_NEVER;
    for (size_t i = 0; i < n; i++) {
        uint32_t node = c->same[cg_place_vertex(t, v[i].place)];
        total = sat_add(total, v[i].count);
        l->sources.data[l->sources.count++] = (cg_source){ v[i].weight, v[i].parent, node };
        t->own[node] = sat_add(t->own[node], v[i].count);
        if (v[i].cost < best) {
            second = node == best_node ? second : best;
            best = v[i].cost;
            best_node = node;
        } else if (node != best_node && v[i].cost < second) {
            second = v[i].cost;
        }
    }
    bool ok = true;
    for (uint32_t a = c->out[hub]; a < c->out[hub + 1] && ok; a++) {
        uint32_t w = c->to[a], node = c->same[w];
        uint64_t cost = node == best_node ? second : best;
        ++*steps;
        if (hops + c->b[w] > c->max_length)
            break; /* rows are sorted by hops left */
        if (cost != CG_NEVER)
            ok = emit(t, t->step_of[a], cg_place_enter(t, v[0].place, w), total == UINT64_MAX ? total : total - t->own[node], cost, link);
    }
    for (size_t i = 0; i < n; i++)
        t->own[c->same[cg_place_vertex(t, v[i].place)]] = 0;
    return ok;
}

static bool leave_hubs(cg_trie *t, uint32_t hops, uint64_t *steps)
{
    sort_visits(t, t->visits.data, t->visits.count);
    for (size_t i = 0, end; i < t->visits.count; i = end) {
        const cg_hub_visit *v = t->visits.data;
        for (end = i; end < t->visits.count && v[end].hub == v[i].hub; end++)
            ;
        /* Waypoints behind differ: one run for each set of them. The sets of a hub are few, its visits grouped by them in turn. */
        for (uint32_t mask = 0; mask <= t->full_mask; mask++) {
            size_t kept = i;
            for (size_t j = i; j < end; j++) {
                if ((v[j].place & t->full_mask) != mask)
                    continue;
                cg_hub_visit swap = t->visits.data[kept];
                t->visits.data[kept++] = v[j];
                t->visits.data[j] = swap;
            }
            if (kept > i && !leave_hub(t, v + i, kept - i, hops, steps))
                return false;
            i = kept;
            if (i == end)
                break;
        }
    }
    return true;
}

/* The spots of one group from the emitted ones it holds, equal places joined, in ascending order of place, with the ways into each. */
static void collect_spots(cg_trie *t, cg_level *l, cg_group *g, const uint32_t *emitted, uint32_t n)
{
    cg_spot *spots = l->spots.data;
    uint32_t link = g->begin;
    t->now++;
    for (uint32_t j = 0; j < n; j++) {
        const cg_emitted *e = &t->emitted.data[emitted[j]];
        if (t->stamp[e->place] == t->now) {
            cg_spot *known = &spots[t->slot[e->place]];
            known->count = sat_add(known->count, e->count);
            known->cost = e->cost < known->cost ? e->cost : known->cost;
            known->n_links++;
            continue;
        }
        t->stamp[e->place] = t->now;
        t->slot[e->place] = g->end;
        spots[g->end++] = (cg_spot){ e->count, e->cost, e->place, 0, 1 };
    }
    sort_spots(t, spots + g->begin, g->end - g->begin);
    for (uint32_t i = g->begin; i < g->end; i++) {
        cg_spot *s = &spots[i];
        uint64_t low = core_add(s->cost, t->rest[cg_place_vertex(t, s->place)]);
        g->low = low < g->low ? low : g->low;
        t->slot[s->place] = link; /* where its next link goes */
        s->link = link;
        link += s->n_links;
    }
    for (uint32_t j = 0; j < n; j++) {
        const cg_emitted *e = &t->emitted.data[emitted[j]];
        l->links.data[t->slot[e->place]++] = e->link;
    }
}

/* Emitted spots by class. */
static bool collect_groups(cg_trie *t, cg_level *l)
{
    cg_mem *mem = t->c->mem;
    uint32_t begin = 0;
    size_t n = t->emitted.count;
    l->spots.count = l->groups.count = l->links.count = l->rest.count = t->grouped.count = 0;
    if (!cg_vec_reserve(mem, &l->spots, n) || !cg_vec_reserve(mem, &l->groups, t->steps_hit.count) || !cg_vec_reserve(mem, &l->links, n) ||
        !cg_vec_reserve(mem, &l->rest, n) || !cg_vec_reserve(mem, &t->grouped, n))
        return false;
    for (size_t i = 0; i < t->steps_hit.count; i++) {
        uint32_t step = t->steps_hit.data[i], count = t->step_count[step];
        l->groups.data[l->groups.count++] = (cg_group){ step, begin, begin, CG_NEVER };
        t->step_count[step] = begin;
        begin += count;
    }
    for (size_t i = 0; i < n; i++)
        t->grouped.data[t->step_count[t->emitted.data[i].step]++] = (uint32_t)i;
    l->spots.count = l->links.count = n;
    if (n)
        memset(l->rest.data, 0xff, n * sizeof *l->rest.data);
    for (size_t i = 0; i < l->groups.count; i++) {
        cg_group *g = &l->groups.data[i];
        collect_spots(t, l, g, t->grouped.data + g->begin, t->step_count[g->step] - g->begin);
        t->step_count[g->step] = 0;
    }
    sort_groups(t, l->groups.data, l->groups.count);
    return true;
}

int32_t cg_trie_step(cg_trie *t, uint32_t hops, cspm_error **err)
{
    const cg_core *c = t->c;
    cg_level *from = &t->levels[hops], *next = &t->levels[hops + 1];
    cg_group *g = cg_level_group(from);
    uint64_t steps = 0;
    bool ok = true;
    t->emitted.count = t->steps_hit.count = t->visits.count = next->passages.count = next->sources.count = 0;
    for (uint32_t i = g->begin; i < g->end && ok; i++) {
        const cg_spot *s = &from->spots.data[i];
        uint32_t u = cg_place_vertex(t, s->place);
        for (uint32_t a = c->out[u]; a < c->out[u + 1] && ok && hops + 1 + c->b[c->to[a]] <= c->max_length; a++) {
            uint64_t weight = core_weight(c, u, a), cost = s->cost + weight;
            steps++;
            if (core_is_hub(c, c->to[a]))
                ok = cg_vec_push(c->mem, &t->visits, ((cg_hub_visit){ s->count, cost, weight, c->to[a], s->place, i }));
            else
                ok = emit(t, t->step_of[a], cg_place_enter(t, s->place, c->to[a]), s->count, cost, (cg_link){ weight, i });
        }
    }
    ok = ok && leave_hubs(t, hops + 1, &steps) && collect_groups(t, next);
    return ok ? work_add(&t->work, steps, err) : cg_nomem(c->mem, err);
}

bool cg_trie_start(cg_trie *t)
{
    const cg_core *c = t->c;
    t->emitted.count = t->steps_hit.count = 0;
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t v = c->entry_vertex[i];
        if (v != CG_NONE && !emit(t, t->entry_step[v], cg_place_enter(t, 0, v), 1, core_entry_weight(c, i), (cg_link){ 0, 0 }))
            return false;
    }
    return collect_groups(t, &t->levels[0]);
}
