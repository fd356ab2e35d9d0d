/* Dominators, choke points, cuts, coverage and patterns against what removing things and counting walks one by one says. */
#include <stdlib.h>

#include "oracle.h"
#include "suites.h"

#define STATES (2 * 20) /* node, and node + 20 for its read state */

typedef struct removal {
    const t_graph *g;
    const o_rels *rels;
    const cg_path_request *q;
} removal;

/* States reachable from the entries without some nodes and relationships; `stop` is not left again. */
static void reach(const removal *r, uint64_t nodes, const bool *without_rel, uint32_t stop, bool seen[STATES])
{
    uint32_t queue[STATES], head = 0, tail = 0;
    memset(seen, 0, STATES);
    for (uint32_t i = 0; i < r->q->n_entries; i++) {
        uint32_t n = r->q->entries[i].node, state = n + (r->q->entries[i].reads_only ? 20 : 0);
        if (!(nodes >> n & 1) && !seen[state]) {
            seen[state] = true;
            queue[tail++] = state;
        }
    }
    for (; head < tail; head++) {
        uint32_t u = queue[head] % 20;
        bool control = queue[head] < 20;
        for (uint32_t i = r->rels->first[u]; i < r->rels->first[u + 1] && u != stop; i++) {
            const t_edge *e = &r->rels->edges[i];
            uint32_t to = e->to + (e->gives == CG_CAP_READ ? 20 : 0);
            if (e->to == u || (without_rel && without_rel[i]) || (nodes >> e->to & 1) || seen[to] ||
                (e->needs == CG_CAP_CONTROL && !control))
                continue;
            seen[to] = true;
            queue[tail++] = to;
        }
    }
}

static bool target_reached(const cg_endpoint *t, const bool seen[STATES])
{
    return seen[t->node] || (!t->needs_control && seen[t->node + 20]);
}

static uint32_t targets_reached(const removal *r, uint64_t nodes, const bool *without_rel)
{
    bool seen[STATES];
    uint32_t n = 0;
    reach(r, nodes, without_rel, UINT32_MAX, seen);
    for (uint32_t i = 0; i < r->q->n_targets; i++)
        n += target_reached(&r->q->targets[i], seen);
    return n;
}

/* Bits of the states of a node on some walk from an entry to a target: 1 control, 2 read. */
static uint32_t on_core(const removal *r, uint32_t node)
{
    uint32_t states = 0;
    bool seen[STATES], from[STATES];
    reach(r, 0, NULL, UINT32_MAX, seen);
    for (int read = 0; read < 2; read++) {
        uint32_t queue[STATES], head = 0, tail = 0;
        if (!seen[node + 20 * read])
            continue;
        memset(from, 0, sizeof from);
        from[queue[tail++] = node + 20 * read] = true;
        for (; head < tail; head++) {
            uint32_t u = queue[head] % 20;
            for (uint32_t i = r->rels->first[u]; i < r->rels->first[u + 1]; i++) {
                const t_edge *e = &r->rels->edges[i];
                uint32_t to = e->to + (e->gives == CG_CAP_READ ? 20 : 0);
                if (e->to != u && !from[to] && (e->needs == CG_CAP_READ || queue[head] < 20))
                    from[queue[tail++] = to] = true;
            }
        }
        for (uint32_t i = 0; i < r->q->n_targets; i++)
            if (target_reached(&r->q->targets[i], from))
                states |= 1u << read;
    }
    return states;
}

static void check_dominators(const removal *r, const cg_core *c, bool states)
{
    cg_node *idom;
    bool seen[STATES];
    ck_assert_int_eq(cg_paths_dominators(c, NULL, &idom, NULL), CSPM_OK);
    for (uint32_t x = 0; x < r->g->n_nodes; x++) {
        uint32_t on = on_core(r, x);
        if (!on) {
            ck_assert_uint_eq(idom[x], CG_NO_NODE);
            continue;
        }
        uint64_t expected = 0, got = 0;
        for (uint32_t d = 0; d < r->g->n_nodes; d++) {
            reach(r, UINT64_C(1) << d, NULL, UINT32_MAX, seen);
            if (d != x && !((on & 1) && seen[x]) && !((on & 2) && seen[x + 20]))
                expected |= UINT64_C(1) << d;
        }
        for (uint32_t d = idom[x], n = 0; d != CG_NO_NODE && n < 50 && !states; d = idom[d], n++)
            got |= UINT64_C(1) << d;
        if (states) /* a node with two states may be cut off by nodes that a tree over states does not show */
            ck_assert(idom[x] == CG_NO_NODE || (expected >> idom[x] & 1));
        else
            ck_assert_uint_eq(got, expected);
    }
    cg_free(t_mem(), idom);
}

static bool is_end(const cg_path_request *q, uint32_t node)
{
    for (uint32_t i = 0; i < q->n_entries; i++)
        if (q->entries[i].node == node)
            return true;
    for (uint32_t i = 0; i < q->n_targets; i++)
        if (q->targets[i].node == node)
            return true;
    return false;
}

static void check_chokes(const removal *r, const cg_core *c)
{
    cg_choke_list list;
    uint32_t all = targets_reached(r, 0, NULL), nodes = 0, expected_nodes = 0;
    ck_assert_uint_eq(all, cg_core_live_targets(c));
    ck_assert_int_eq(cg_paths_chokes(c, 100000, NULL, &list, NULL), CSPM_OK);
    for (size_t i = 0; i < list.chokes.count; i++) {
        const cg_choke *k = &list.chokes.data[i];
        bool without[20000] = { 0 };
        uint32_t lost;
        if (i)
            ck_assert_uint_ge(list.chokes.data[i - 1].targets, k->targets);
        if (k->node != CG_NO_NODE) {
            nodes++;
            lost = all - targets_reached(r, UINT64_C(1) << k->node, NULL);
            ck_assert(!is_end(r->q, k->node));
        } else {
            for (uint32_t j = 0; j < r->rels->count; j++) /* a hub stands for all its pairs: those with sources among its slots */
                without[j] = k->rel >> 63
                                 ? r->rels->rels[j] >> 63 && (r->rels->rels[j] >> 32 & 0x7fffffff) / 64 == (k->rel >> 32 & 0x7fffffff) / 64
                                 : r->rels->rels[j] == k->rel;
            lost = all - targets_reached(r, 0, without);
        }
        ck_assert_uint_eq(k->targets, lost);
        ck_assert_uint_eq(k->cuts_all, all && lost == all);
        ck_assert_uint_gt(k->entries, 0);
    }
    for (uint32_t n = 0; n < r->g->n_nodes; n++)
        expected_nodes += !is_end(r->q, n) && on_core(r, n);
    ck_assert_uint_eq(nodes, expected_nodes);
    cg_choke_list_free(&list);
}

static bool cut_by(const removal *r, const cg_endpoint *t, uint64_t nodes)
{
    bool seen[STATES];
    reach(r, nodes, NULL, t->node, seen);
    return !target_reached(t, seen);
}

/* Smallest set by trying all of them; UINT32_MAX: impossible. */
static uint32_t smallest_cut(const removal *r, const cg_endpoint *t)
{
    uint32_t best = UINT32_MAX, candidates[20], n = 0;
    for (uint32_t i = 0; i < r->g->n_nodes; i++) {
        bool entry = false;
        for (uint32_t e = 0; e < r->q->n_entries; e++)
            entry |= r->q->entries[e].node == i;
        if (!entry && i != t->node && on_core(r, i))
            candidates[n++] = i;
    }
    for (uint32_t set = 0; set < 1u << n; set++) {
        uint64_t nodes = 0;
        if ((uint32_t)__builtin_popcount(set) >= best)
            continue;
        for (uint32_t i = 0; i < n; i++)
            nodes |= (uint64_t)(set >> i & 1) << candidates[i];
        if (cut_by(r, t, nodes))
            best = (uint32_t)__builtin_popcount(set);
    }
    return best;
}

static void check_cuts(const removal *r, const cg_core *c, bool states)
{
    for (uint32_t i = 0; i < r->q->n_targets; i++) {
        cg_node *cut;
        uint32_t n, expected = smallest_cut(r, &r->q->targets[i]);
        uint64_t nodes = 0;
        bool possible, entry = false;
        for (uint32_t e = 0; e < r->q->n_entries; e++)
            entry |= r->q->entries[e].node == r->q->targets[i].node && !(r->q->entries[e].reads_only && r->q->targets[i].needs_control);
        ck_assert_int_eq(cg_paths_min_cut(c, i, NULL, &cut, &n, &possible, NULL), CSPM_OK);
        ck_assert_uint_eq(possible, !entry && expected != UINT32_MAX);
        for (uint32_t j = 0; j < n; j++)
            nodes |= UINT64_C(1) << cut[j];
        if (possible) {
            ck_assert(cut_by(r, &r->q->targets[i], nodes));
            if (states) /* minimal, and most of the time smallest */
                for (uint32_t j = 0; j < n; j++)
                    ck_assert(!cut_by(r, &r->q->targets[i], nodes & ~(UINT64_C(1) << cut[j])));
            else
                ck_assert_uint_eq(n, expected);
        }
        cg_free(t_mem(), cut);
    }
}

static void one_state(t_graph *g)
{
    for (uint32_t i = 0; i < g->n_edges; i++)
        g->edges[i].gives = CG_CAP_CONTROL;
    for (uint32_t i = 0; i < g->n_hubs; i++)
        g->hubs[i].decision.gives = CG_CAP_CONTROL;
    g->read_all = false;
}

START_TEST(chokes_and_cuts_do_what_removal_does)
{
    t_random r = { 31 };
    t_graph *g = calloc(1, sizeof *g);
    cg_endpoint entries[8], targets[8];
    uint32_t rounds = test_rounds(400);
    for (uint32_t i = 0; i < rounds; i++) {
        cg_path_request q;
        bool states = i % 3 == 0;
        o_random_graph(&r, g, i & 1);
        g->n_hubs = g->n_hubs > 1 ? 1 : g->n_hubs; /* so that slots tell the hub */
        if (!states)
            one_state(g);
        o_random_request(&r, g, &q, entries, targets, 3);
        q.max_length = 100;
        o_rels rels = o_relationships(g);
        removal x = { g, &rels, &q };
        cg_view *v = t_view(g, false);
        cg_core *c;
        ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
        check_dominators(&x, c, states);
        check_chokes(&x, c);
        check_cuts(&x, c, states);
        cg_core_free(c);
        cg_view_free(v);
        o_relationships_free(&rels);
    }
    free(g);
}
END_TEST

/* ---- walks ---- */

typedef struct o_pattern {
    uint32_t n_hops, kinds[8];
    uint64_t count;
    uint64_t entries, targets; /* bitmaps of nodes */
} o_pattern;

typedef struct counter {
    const removal *r;
    uint64_t total, node[20], *rel;
    uint32_t nodes[16], rels[16], kinds[16], depth, entry;
    o_pattern *patterns;
    uint32_t n_patterns;
} counter;

static void count_walk(counter *w, uint32_t node)
{
    uint32_t i;
    w->total++;
    for (i = 0; i <= w->depth; i++)
        w->node[w->nodes[i]]++;
    for (i = 0; i < w->depth; i++)
        w->rel[w->rels[i]]++;
    for (i = 0; i < w->n_patterns; i++)
        if (w->patterns[i].n_hops == w->depth && memcmp(w->patterns[i].kinds, w->kinds, w->depth * sizeof *w->kinds) == 0)
            break;
    if (i == w->n_patterns) {
        w->patterns = realloc(w->patterns, ++w->n_patterns * sizeof *w->patterns);
        w->patterns[i] = (o_pattern){ .n_hops = w->depth };
        memcpy(w->patterns[i].kinds, w->kinds, w->depth * sizeof *w->kinds);
    }
    w->patterns[i].count++;
    w->patterns[i].entries |= UINT64_C(1) << w->nodes[0];
    w->patterns[i].targets |= UINT64_C(1) << node;
}

static void walk(counter *w, uint32_t node, bool control)
{
    const cg_path_request *q = w->r->q;
    w->nodes[w->depth] = node;
    for (uint32_t i = 0; i < q->n_targets; i++)
        if (q->targets[i].node == node && (control || !q->targets[i].needs_control))
            count_walk(w, node);
    if (w->depth == q->max_length)
        return;
    for (uint32_t i = w->r->rels->first[node]; i < w->r->rels->first[node + 1]; i++) {
        const t_edge *e = &w->r->rels->edges[i];
        if (e->to == node || (e->needs == CG_CAP_CONTROL && !control))
            continue;
        w->kinds[w->depth] = e->kind;
        w->rels[w->depth++] = i;
        walk(w, e->to, e->gives == CG_CAP_CONTROL);
        w->depth--;
    }
}

static void check_coverage(const counter *w, const cg_core *c)
{
    cg_rel *rels;
    uint64_t *walks, total;
    uint32_t n, used = 0;
    cg_choke_list list;
    ck_assert_int_eq(cg_core_predict(c, NULL, &total, NULL), CSPM_OK);
    ck_assert_uint_eq(total, w->total);
    ck_assert_int_eq(cg_paths_coverage(c, NULL, &rels, &walks, &n, NULL), CSPM_OK);
    for (uint32_t i = 0; i < w->r->rels->count; i++) {
        uint32_t at = 0;
        if (!w->rel[i])
            continue;
        used++;
        while (at < n && rels[at] != w->r->rels->rels[i])
            at++;
        ck_assert_msg(at < n, "a relationship with walks is not listed");
        ck_assert_uint_eq(walks[at], w->rel[i]);
    }
    ck_assert_uint_eq(used, n);
    for (uint32_t i = 1; i < n; i++)
        ck_assert(rels[i - 1] < rels[i]);
    cg_free(t_mem(), rels);
    cg_free(t_mem(), walks);
    ck_assert_int_eq(cg_paths_chokes(c, 100000, NULL, &list, NULL), CSPM_OK);
    for (size_t i = 0; i < list.chokes.count; i++)
        if (list.chokes.data[i].node != CG_NO_NODE)
            ck_assert_uint_eq(list.chokes.data[i].paths, w->node[list.chokes.data[i].node]);
    cg_choke_list_free(&list);
}

static uint64_t node_bits(const cg_node *nodes, uint32_t n)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i++) {
        ck_assert(i == 0 || nodes[i - 1] < nodes[i]);
        bits |= UINT64_C(1) << nodes[i];
    }
    return bits;
}

/* The first of the sorted simple paths with these kinds. */
static const o_path *first_simple(const counter *w, const o_list *all, const o_pattern *p)
{
    for (size_t i = 0; i < all->count; i++) {
        bool same = all->paths[i].n_hops == p->n_hops;
        for (uint32_t h = 0; same && h < p->n_hops; h++) {
            uint32_t at = 0;
            while (w->r->rels->rels[at] != all->paths[i].rels[h])
                at++;
            same = w->r->rels->edges[at].kind == p->kinds[h];
        }
        if (same)
            return &all->paths[i];
    }
    return NULL;
}

static void check_patterns(const counter *w, const cg_core *c, uint32_t round)
{
    cg_pattern_list list, some;
    o_list all = o_all_paths(w->r->g, w->r->q, 200000);
    size_t expected = 0;
    ck_assert_int_eq(cg_paths_patterns(c, 0, NULL, &list, NULL), CSPM_OK);
    ck_assert_uint_eq(list.truncated, 0);
    for (uint32_t i = 0; i < w->n_patterns; i++) {
        const o_pattern *p = &w->patterns[i];
        const o_path *best = first_simple(w, &all, p);
        if (!best)
            continue;
        expected++;
        size_t at = 0;
        while (at < list.patterns.count && (list.patterns.data[at].n_hops != p->n_hops ||
                                            memcmp(list.patterns.data[at].kinds, p->kinds, p->n_hops * sizeof *p->kinds) != 0))
            at++;
        ck_assert_msg(at < list.patterns.count, "round %u: a pattern is missing", round);
        ck_assert_uint_eq(list.patterns.data[at].count, p->count);
        ck_assert_uint_eq(node_bits(list.patterns.data[at].entries, list.patterns.data[at].n_entries), p->entries);
        ck_assert_uint_eq(node_bits(list.patterns.data[at].targets, list.patterns.data[at].n_targets), p->targets);
        ck_assert_uint_eq(list.patterns.data[at].cost, best->cost);
        o_same_path("exemplar", round, at, &list.patterns.data[at].exemplar, best);
    }
    ck_assert_uint_eq(list.patterns.count, expected);
    if (expected > 2) { /* the best of them, marked as cut */
        ck_assert_int_eq(cg_paths_patterns(c, expected / 2, NULL, &some, NULL), CSPM_OK);
        ck_assert_uint_eq(some.truncated, CSPM_TRUNCATED_ROWS);
        ck_assert_uint_eq(some.patterns.count, expected / 2);
        for (size_t i = 0; i < expected / 2; i++) {
            ck_assert_uint_eq(some.patterns.data[i].cost, list.patterns.data[i].cost);
            ck_assert_uint_eq(some.patterns.data[i].n_hops, list.patterns.data[i].n_hops);
            ck_assert_uint_eq(some.patterns.data[i].count, list.patterns.data[i].count);
        }
        cg_pattern_list_free(&some);
    }
    cg_pattern_list_free(&list);
    o_list_free(&all);
}

START_TEST(walks_are_counted_one_by_one)
{
    t_random r = { 32 };
    t_graph *g = calloc(1, sizeof *g);
    cg_endpoint entries[8], targets[8];
    uint32_t rounds = test_rounds(600);
    for (uint32_t i = 0; i < rounds; i++) {
        cg_path_request q;
        o_random_graph(&r, g, i & 1);
        o_random_request(&r, g, &q, entries, targets, 3);
        q.max_length = 1 + t_below(&r, 4);
        o_rels rels = o_relationships(g);
        removal x = { g, &rels, &q };
        counter w = { .r = &x, .rel = calloc(rels.count + 1, sizeof *w.rel) };
        for (uint32_t e = 0; e < q.n_entries; e++)
            walk(&w, q.entries[e].node, !q.entries[e].reads_only);
        cg_view *v = t_view(g, false);
        cg_core *c;
        ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
        check_coverage(&w, c);
        check_patterns(&w, c, i);
        cg_core_free(c);
        cg_view_free(v);
        free(w.rel);
        free(w.patterns);
        o_relationships_free(&rels);
    }
    free(g);
}
END_TEST

/* Entry -> 50 equal machines -> target: one pattern, twins 50. A fifty-first machine with one more relationship is no twin. */
START_TEST(equal_machines_are_twins)
{
    t_graph *g = calloc(1, sizeof *g);
    cg_endpoint entry = { 0, 1000000, false }, target = { 1, 1000000, false };
    g->n_nodes = 53;
    for (uint32_t i = 2; i < 53; i++) {
        g->edges[g->n_edges++] = (t_edge){ 0, i, 7, 1, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
        g->edges[g->n_edges++] = (t_edge){ i, 1, 9, 2, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    }
    g->edges[g->n_edges++] = (t_edge){ 52, 1, 9, 3, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    cg_path_request q = { .entries = &entry, .targets = &target, .n_entries = 1, .n_targets = 1 };
    cg_view *v = t_view(g, false);
    cg_core *c;
    cg_pattern_list list;
    ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
    ck_assert_int_eq(cg_paths_patterns(c, 0, NULL, &list, NULL), CSPM_OK);
    ck_assert_uint_eq(list.patterns.count, 2);
    ck_assert_uint_eq(list.patterns.data[0].count, 51);
    ck_assert_uint_eq(list.patterns.data[0].twins, 50);
    ck_assert_uint_eq(list.patterns.data[1].count, 1);
    ck_assert_uint_eq(list.patterns.data[1].twins, 1);
    cg_pattern_list_free(&list);
    cg_core_free(c);
    cg_view_free(v);
    free(g);
}
END_TEST

Suite *structure_suite(void)
{
    Suite *s = suite_create("structure");
    TCase *t = tcase_create("structure");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, chokes_and_cuts_do_what_removal_does);
    tcase_add_test(t, walks_are_counted_one_by_one);
    tcase_add_test(t, equal_machines_are_twins);
    suite_add_tcase(s, t);
    return s;
}
