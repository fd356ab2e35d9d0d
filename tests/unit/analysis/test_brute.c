/* Random small worlds against every simple path written out one by one: pairs, counts, best scores, and what each fix closes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/run.h"
#include "world.h"

enum { NODES = 8, MAX_EDGES = 40, LENGTH = 6 };

typedef struct model {
    uint32_t n_edges;
    uint8_t from[MAX_EDGES], to[MAX_EDGES], kind[MAX_EDGES];
    bool gone[MAX_EDGES], open[NODES], crown[NODES], closed[NODES];
    uint64_t count[NODES][NODES];
    double best[NODES][NODES];
} model;

static const char *const kinds[] = { "GO", "TRY" };
static const double likelihood[] = { 0.9, 0.5 };

static uint32_t next(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static void walk(model *m, uint32_t entry, uint32_t at, uint32_t visited, uint32_t hops, double product)
{
    if (m->crown[at]) {
        m->count[entry][at]++;
        if (product > m->best[entry][at])
            m->best[entry][at] = product;
    }
    if (hops == LENGTH - 1)
        return;
    for (uint32_t e = 0; e < m->n_edges; e++)
        if (!m->gone[e] && m->from[e] == at && !(visited >> m->to[e] & 1))
            walk(m, entry, m->to[e], visited | 1u << m->to[e], hops + 1, product * likelihood[m->kind[e]]);
}

static uint64_t solve(model *m)
{
    uint64_t pairs = 0;
    memset(m->count, 0, sizeof m->count);
    memset(m->best, 0, sizeof m->best);
    for (uint32_t e = 0; e < NODES; e++)
        if (m->open[e] && !m->closed[e])
            walk(m, e, e, 1u << e, 0, 0.8);
    for (uint32_t i = 0; i < NODES * NODES; i++)
        pairs += m->count[i / NODES][i % NODES] > 0;
    return pairs;
}

static void invent(model *m, uint64_t *seed)
{
    *m = (model){ 0 };
    for (uint32_t i = 0; i < NODES; i++) {
        m->open[i] = next(seed, 3) == 0;
        m->crown[i] = next(seed, 3) == 0;
    }
    uint32_t wanted = 6 + next(seed, MAX_EDGES - 6);
    for (uint32_t i = 0; i < wanted; i++) {
        uint8_t from = (uint8_t)next(seed, NODES), to = (uint8_t)next(seed, NODES), kind = (uint8_t)next(seed, 2);
        bool known = from == to;
        for (uint32_t e = 0; e < m->n_edges; e++)
            known |= m->from[e] == from && m->to[e] == to && m->kind[e] == kind;
        if (known)
            continue;
        m->from[m->n_edges] = from;
        m->to[m->n_edges] = to;
        m->kind[m->n_edges++] = kind;
    }
}

static void build(world *w, const model *m, uint64_t *seed)
{
    static char text[NODES + MAX_EDGES][48];
    const char *lines[NODES + MAX_EDGES];
    uint32_t n = 0;
    for (uint32_t i = 0; i < NODES; i++, n++)
        snprintf(text[n], sizeof text[n], "node n%u N%s%s", i, m->open[i] ? ",Open" : "", m->crown[i] ? ",Crown" : "");
    for (uint32_t e = 0; e < m->n_edges; e++, n++)
        snprintf(text[n], sizeof text[n], "edge n%u %s n%u", m->from[e], kinds[m->kind[e]], m->to[e]);
    for (uint32_t i = 0; i < n; i++)
        lines[i] = text[i];
    for (uint32_t i = n; i > 1; i--) { /* any order of the input is the same world */
        uint32_t other = next(seed, i);
        const char *keep = lines[i - 1];
        lines[i - 1] = lines[other];
        lines[other] = keep;
    }
    world_make(w, NULL, world_pack, lines, n);
}

static uint32_t number(const world *w, cg_node n)
{
    return (uint32_t)(cg_node_id(w->g, n).data[1] - '0');
}

static void check_paths(const world *w, const cg_analysis *a, const model *m, uint64_t pairs, int round)
{
    ck_assert_msg(a->n_paths == pairs, "round %d: %lu paths, not %lu", round, (unsigned long)a->n_paths, (unsigned long)pairs);
    ck_assert_uint_eq(a->n_listed, pairs);
    for (uint32_t i = 0; i < a->n_listed; i++) {
        const cg_attack_path *p = &a->paths[i];
        uint32_t e = number(w, p->entry), t = number(w, p->target);
        ck_assert_msg(p->occurrences == m->count[e][t], "round %d: n%u to n%u %lu times, not %lu", round, e, t,
                      (unsigned long)p->occurrences, (unsigned long)m->count[e][t]);
        ck_assert_msg(fabs(p->score.total - 90 * m->best[e][t]) <= 0.1, "round %d: n%u to n%u scores %g, not %g", round, e, t,
                      p->score.total, 90 * m->best[e][t]);
        ck_assert(i == 0 || a->paths[i - 1].score.total >= p->score.total);
        ck_assert_uint_le(p->n_steps, LENGTH);
    }
}

static void check_fixes(const world *w, const cg_analysis *a, model *m, uint64_t pairs, int round)
{
    uint64_t before = pairs;
    for (uint32_t i = 0; i < a->n_fixes; i++) {
        const cg_fix *f = &a->fixes[i];
        ck_assert(f->verified);
        if (f->closes != CG_NO_NODE)
            m->closed[number(w, f->closes)] = true;
        for (uint32_t k = 0; k < f->n_removes; k++) {
            cg_edge edge = cg_rel_get(w->g, f->removes[k]);
            cg_str kind = cg_name_get(w->g, CG_NAMES_KIND, edge.kind);
            for (uint32_t e = 0; e < m->n_edges; e++)
                if (m->from[e] == number(w, edge.from) && m->to[e] == number(w, edge.to) && cg_str_eq(kind, cg_str_from(kinds[m->kind[e]])))
                    m->gone[e] = true;
        }
        uint64_t left = solve(m);
        ck_assert_msg(f->cumulative_closed == pairs - left && f->paths_closed == before - left,
                      "round %d, fix %u: closes %lu, in all %lu; not %lu, %lu", round, i, (unsigned long)f->paths_closed,
                      (unsigned long)f->cumulative_closed, (unsigned long)(before - left), (unsigned long)(pairs - left));
        before = left;
    }
}

START_TEST(agrees_with_every_path_written_out)
{
    uint64_t seed = 42, fixes = 0;
    for (int round = 0; round < 150; round++) {
        model m;
        world w;
        invent(&m, &seed);
        uint64_t pairs = solve(&m);
        build(&w, &m, &seed);
        w.o.max_length = LENGTH;
        w.o.top = 1000;
        cg_analysis *a = world_analyze(&w);
        ck_assert_uint_eq(a->truncated, 0);
        check_paths(&w, a, &m, pairs, round);
        cg_scope scope;
        uint64_t joined = 0;
        ck_assert_int_eq(cg_scope_init(&scope, w.g, w.rules, w.request, false, NULL, NULL), CSPM_OK);
        ck_assert_int_eq(cg_pairs_count(&scope, &(cg_removal){ 0 }, NULL, &joined, NULL), CSPM_OK);
        ck_assert_msg(joined == pairs, "round %d: %lu pairs joined, not %lu", round, (unsigned long)joined, (unsigned long)pairs);
        cg_scope_free(&scope);
        check_fixes(&w, a, &m, pairs, round);
        fixes += a->n_fixes;
        cg_analysis_unref(a);
        world_free(&w);
    }
    ck_assert_uint_gt(fixes, 150);
}
END_TEST

START_TEST(a_fix_may_be_there_for_every_path)
{
    uint64_t seed = 4711;
    for (int round = 0; round < 40; round++) { /* with enough of them nothing is left */
        model m;
        world w;
        invent(&m, &seed);
        uint64_t pairs = solve(&m);
        build(&w, &m, &seed);
        w.o.max_fixes = 100;
        w.o.max_length = LENGTH;
        cg_analysis *a = world_analyze(&w);
        if (pairs)
            ck_assert_uint_eq(a->fixes[a->n_fixes - 1].cumulative_closed, pairs);
        cg_analysis_unref(a);
        world_free(&w);
    }
}
END_TEST

START_TEST(many_paths_are_counted_as_pairs)
{
    enum { SIDE = 150, LINES = 4 * SIDE + 3 };
    static char text[LINES][40];
    const char *lines[LINES];
    uint32_t n = 0;
    for (uint32_t i = 0; i < SIDE; i++) {
        snprintf(text[n++], sizeof text[0], "node e%u N,Open", i);
        snprintf(text[n++], sizeof text[0], "node t%u N,Crown", i);
        snprintf(text[n++], sizeof text[0], "edge e%u GO m1", i);
        snprintf(text[n++], sizeof text[0], "edge m2 GO t%u", i);
    }
    snprintf(text[n++], sizeof text[0], "node m1 N");
    snprintf(text[n++], sizeof text[0], "node m2 N");
    snprintf(text[n++], sizeof text[0], "edge m1 GO m2");
    for (uint32_t i = 0; i < n; i++)
        lines[i] = text[i];
    world w;
    world_make(&w, NULL, world_pack, lines, n);
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, SIDE * SIDE);
    ck_assert_uint_eq(a->n_patterns, 1);
    ck_assert_uint_eq(a->patterns[0].count, SIDE * SIDE);
    ck_assert_uint_eq(a->n_fixes, 1);
    ck_assert_uint_eq(a->fixes[0].paths_closed, SIDE * SIDE);
    ck_assert(a->fixes[0].verified);
    ck_assert_uint_eq(a->fixes[0].resource, world_node(&w, "m1"));
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

Suite *brute_suite(void)
{
    Suite *s = suite_create("brute force");
    TCase *tc = tcase_create("brute force");
    tcase_add_test(tc, agrees_with_every_path_written_out);
    tcase_add_test(tc, a_fix_may_be_there_for_every_path);
    tcase_add_test(tc, many_paths_are_counted_as_pairs);
    tcase_set_timeout(tc, 300);
    suite_add_tcase(s, tc);
    return s;
}
