/* Best-first lists against all simple paths, sorted. */
#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"
#include "suites.h"

static void compare_best(const t_graph *g, const cg_path_request *q, uint32_t round, bool expand)
{
    cg_view *v = t_view(g, expand);
    cg_core *c;
    cg_found_list found;
    o_list all = o_all_paths(g, q, 200000);
    ck_assert_int_eq(cg_core_build(v, q, NULL, &c, NULL), CSPM_OK);
    uint64_t k = round % 3 == 0 ? 1000000 : 1 + round % 7;
    ck_assert_int_eq(cg_paths_best(c, k, NULL, &found, NULL), CSPM_OK);
    ck_assert_uint_eq(found.truncated, 0);
    size_t expected = all.count < k ? all.count : k;
    ck_assert_msg(found.paths.count == expected, "round %u: %zu paths, expected %zu", round, found.paths.count, expected);
    for (size_t i = 0; i < expected; i++)
        o_same_path(expand ? "expanded" : "hubs", round, i, &found.paths.data[i], &all.paths[i]);
    uint64_t walks;
    ck_assert_int_eq(cg_core_predict(c, NULL, &walks, NULL), CSPM_OK);
    ck_assert_msg(walks >= all.count, "round %u: %llu walks predicted, %zu paths exist", round, (unsigned long long)walks, all.count);
    cg_found_list_free(&found);
    cg_core_free(c);
    cg_view_free(v);
    o_list_free(&all);
}

static void run(bool rich, uint32_t seed, bool waypoints)
{
    t_random r = { seed };
    t_graph *g = calloc(1, sizeof *g);
    cg_endpoint entries[8], targets[8];
    cg_node way[3];
    uint32_t rounds = test_rounds(2000);
    for (uint32_t i = 0; i < rounds; i++) {
        cg_path_request q;
        o_random_graph(&r, g, rich);
        o_random_request(&r, g, &q, entries, targets, 4);
        if (waypoints) {
            q.waypoints = way;
            q.n_waypoints = 1 + t_below(&r, 3);
            for (uint32_t w = 0; w < q.n_waypoints; w++)
                way[w] = t_below(&r, g->n_nodes);
        }
        compare_best(g, &q, i, false);
        if (rich)
            compare_best(g, &q, i, true);
    }
    free(g);
}

START_TEST(best_on_plain_graphs)
{
    run(false, 1, false);
}
END_TEST

START_TEST(best_with_hubs_and_capabilities)
{
    run(true, 2, false);
}
END_TEST

START_TEST(best_through_waypoints)
{
    run(true, 3, true);
}
END_TEST

Suite *best_suite(void)
{
    Suite *s = suite_create("best");
    TCase *t = tcase_create("best");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, best_on_plain_graphs);
    tcase_add_test(t, best_with_hubs_and_capabilities);
    tcase_add_test(t, best_through_waypoints);
    suite_add_tcase(s, t);
    return s;
}
