/* Hops, reach and costs: hubs as vertices against hubs written out. */
#include <stdlib.h>

#include "oracle.h"
#include "suites.h"

static void compare_searches(const cg_view *hubs, const cg_view *plain, const uint32_t *start, const uint32_t *start_cost, uint32_t n,
                             cg_dir dir, uint32_t max_hops)
{
    uint8_t a[64], b[64];
    uint64_t x[1], y[1];
    uint32_t p[64], q[64], reached;
    ck_assert_uint_le(hubs->n_vertices, 64);
    ck_assert_int_eq(cg_view_hops(hubs, dir, start, n, max_hops, NULL, a, &reached, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_hops(plain, dir, start, n, max_hops, NULL, b, &reached, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_reach(hubs, dir, start, n, NULL, x, &reached, NULL), CSPM_OK);
    ck_assert_uint_eq(reached, (uint32_t)__builtin_popcountll(x[0]));
    ck_assert_int_eq(cg_view_reach(plain, dir, start, n, NULL, y, &reached, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_costs(hubs, dir, start, start_cost, n, NULL, p, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_costs(plain, dir, start, start_cost, n, NULL, q, NULL), CSPM_OK);
    for (uint32_t v = 0; v < plain->n_vertices; v++) {
        /* A node on both sides of a hub that gives read may reach its own read state through it; it has that anyway. */
        if (v >= plain->n_nodes && dir == CG_OUT && (x[0] >> plain->read_node[v - plain->n_nodes] & 1))
            continue;
        ck_assert_uint_eq(a[v], b[v]);
        ck_assert_uint_eq(x[0] >> v & 1, y[0] >> v & 1);
        ck_assert_uint_eq(p[v], q[v]);
    }
}

START_TEST(hubs_count_as_one_hop)
{
    t_random r = { 21 };
    t_graph *g = calloc(1, sizeof *g);
    uint32_t rounds = test_rounds(2000);
    for (uint32_t i = 0; i < rounds; i++) {
        uint32_t start[3], cost[3], n = 1 + t_below(&r, 3);
        o_random_graph(&r, g, true);
        g->read_all &= !(i & 1);
        if (i & 1) /* no second states: then everything must be equal */
            for (uint32_t e = 0; e < g->n_edges + g->n_hubs; e++)
                (e < g->n_edges ? &g->edges[e] : &g->hubs[e - g->n_edges].decision)->gives = CG_CAP_CONTROL;
        for (uint32_t s = 0; s < n; s++) {
            start[s] = t_below(&r, g->n_nodes);
            cost[s] = t_below(&r, 900);
        }
        cg_view *hubs = t_view(g, false), *plain = t_view(g, true);
        for (int dir = CG_OUT; dir <= CG_IN; dir++)
            compare_searches(hubs, plain, start, t_chance(&r, 50) ? cost : NULL, n, (cg_dir)dir,
                             t_chance(&r, 50) ? 254 : 1 + t_below(&r, 4));
        cg_view_free(hubs);
        cg_view_free(plain);
    }
    free(g);
}
END_TEST

/* Costs far beyond the bucket ring take the heap, and sums stop below the value for unreachable. */
START_TEST(large_costs_take_the_heap)
{
    t_graph *g = calloc(1, sizeof *g);
    g->n_nodes = 6;
    for (uint32_t i = 0; i < 5; i++)
        g->edges[g->n_edges++] = (t_edge){ i, i + 1, i < 4 ? 900000000 : 4294967295u, 0, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    g->edges[g->n_edges++] = (t_edge){ 0, 2, 1700000000, 0, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    cg_view *v = t_view(g, false);
    uint32_t cost[6], start = 0;
    ck_assert_int_eq(cg_view_costs(v, CG_OUT, &start, NULL, 1, NULL, cost, NULL), CSPM_OK);
    ck_assert_uint_eq(cost[1], 900000000);
    ck_assert_uint_eq(cost[2], 1700000000);
    ck_assert_uint_eq(cost[4], 3500000000u);
    ck_assert_uint_eq(cost[5], UINT32_MAX - 1);
    start = 3;
    ck_assert_int_eq(cg_view_costs(v, CG_OUT, &start, NULL, 1, NULL, cost, NULL), CSPM_OK);
    ck_assert_uint_eq(cost[0], UINT32_MAX);
    cg_view_free(v);
    free(g);
}
END_TEST

Suite *view_suite(void)
{
    Suite *s = suite_create("view");
    TCase *t = tcase_create("view");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, hubs_count_as_one_hop);
    tcase_add_test(t, large_costs_take_the_heap);
    suite_add_tcase(s, t);
    return s;
}
