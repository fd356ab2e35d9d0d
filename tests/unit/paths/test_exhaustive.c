/* Exhaustive search, counts and best-per-pair against all simple paths. */
#include <stdlib.h>

#include "oracle.h"
#include "suites.h"

typedef struct collected {
    o_path *paths;
    size_t count, stop_after;
} collected;

static int32_t collect(void *user, const cg_found *f)
{
    collected *to = user;
    if (to->stop_after && to->count == to->stop_after)
        return CSPM_DONE;
    to->paths = realloc(to->paths, (to->count + 1) * sizeof *to->paths);
    o_path *p = &to->paths[to->count++];
    memset(p, 0, sizeof *p);
    p->cost = f->cost;
    p->entry = f->entry;
    p->target = f->target;
    p->n_hops = f->n_hops;
    p->conditional = f->conditional;
    memcpy(p->nodes, f->nodes, (f->n_hops + 1) * sizeof *f->nodes);
    memcpy(p->rels, f->rels, f->n_hops * sizeof *f->rels);
    return CSPM_OK;
}

static void compare_listed(const cg_core *c, const o_list *all, uint32_t round)
{
    collected got = { 0 };
    uint32_t truncated;
    ck_assert_int_eq(cg_paths_all(c, NULL, collect, &got, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(truncated, 0);
    ck_assert_uint_eq(got.count, all->count);
    if (got.count)
        qsort(got.paths, got.count, sizeof *got.paths, o_cmp);
    for (size_t i = 0; i < got.count; i++) {
        ck_assert_msg(o_cmp(&got.paths[i], &all->paths[i]) == 0, "round %u: path %zu differs", round, i);
        ck_assert_uint_eq(got.paths[i].conditional, all->paths[i].conditional);
        ck_assert_uint_eq(got.paths[i].target, all->paths[i].target);
    }
    free(got.paths);
    if (all->count > 1) {
        collected some = { .stop_after = 1 };
        ck_assert_int_eq(cg_paths_all(c, NULL, collect, &some, &truncated, NULL), CSPM_OK);
        ck_assert_uint_eq(some.count, 1);
        free(some.paths);
    }
}

static void compare_counts(const cg_core *c, const cg_path_request *q, const o_list *all)
{
    uint64_t count, pairs[64], expected[64] = { 0 };
    uint32_t truncated;
    ck_assert_int_eq(cg_paths_count(c, NULL, &count, NULL, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(count, all->count);
    ck_assert_int_eq(cg_paths_count(c, NULL, &count, pairs, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(count, all->count);
    for (size_t i = 0; i < all->count; i++)
        expected[all->paths[i].entry * q->n_targets + all->paths[i].target]++;
    for (uint32_t i = 0; i < q->n_entries * q->n_targets; i++)
        ck_assert_uint_eq(pairs[i], expected[i]);
}

/* The first path of each pair in the sorted list is its best. */
static void compare_pairs(const cg_core *c, const cg_path_request *q, const o_list *all, uint32_t round)
{
    bool seen[64] = { 0 };
    size_t at = 0;
    cg_found_list found;
    ck_assert_int_eq(cg_paths_best_per_pair(c, 1000, NULL, &found, NULL), CSPM_OK);
    ck_assert_uint_eq(found.truncated, 0);
    for (size_t i = 0; i < all->count; i++) {
        bool *one = &seen[all->paths[i].entry * q->n_targets + all->paths[i].target];
        if (*one)
            continue;
        *one = true;
        ck_assert_msg(at < found.paths.count, "round %u: a pair is missing", round);
        o_same_path("pair", round, at, &found.paths.data[at], &all->paths[i]);
        at++;
    }
    ck_assert_uint_eq(found.paths.count, at);
    cg_found_list_free(&found);
    if (at < 2)
        return;
    ck_assert_int_eq(cg_paths_best_per_pair(c, at - 1, NULL, &found, NULL), CSPM_OK);
    ck_assert_uint_le(found.paths.count, at - 1);
    if ((uint64_t)cg_core_live_entries(c) * cg_core_live_targets(c) >= at)
        ck_assert_uint_eq(found.truncated, CSPM_TRUNCATED_WORK);
    cg_found_list_free(&found);
}

static void run(bool rich, uint32_t seed, bool waypoints)
{
    t_random r = { seed };
    t_graph *g = calloc(1, sizeof *g);
    cg_endpoint entries[8], targets[8];
    cg_node way[2];
    uint32_t rounds = test_rounds(1000);
    for (uint32_t i = 0; i < rounds; i++) {
        cg_path_request q;
        o_random_graph(&r, g, rich);
        o_random_request(&r, g, &q, entries, targets, 6);
        if (waypoints) {
            q.waypoints = way;
            q.n_waypoints = 1 + t_below(&r, 2);
            for (uint32_t w = 0; w < q.n_waypoints; w++)
                way[w] = t_below(&r, g->n_nodes);
        }
        o_list all = o_all_paths(g, &q, 200000);
        for (int expand = 0; expand <= rich; expand++) {
            cg_view *v = t_view(g, expand);
            cg_core *c;
            ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
            compare_listed(c, &all, i);
            compare_counts(c, &q, &all);
            compare_pairs(c, &q, &all, i);
            cg_core_free(c);
            cg_view_free(v);
        }
        o_list_free(&all);
    }
    free(g);
}

START_TEST(exhaustive_on_plain_graphs)
{
    run(false, 11, false);
}
END_TEST

START_TEST(exhaustive_with_hubs_and_capabilities)
{
    run(true, 12, false);
}
END_TEST

START_TEST(exhaustive_through_waypoints)
{
    run(true, 13, true);
}
END_TEST

/* A ladder of n double steps has 2^n paths. */
static cg_core *ladder(t_graph *g, cg_view **v, uint32_t steps, uint64_t max_enumerated, uint64_t max_work)
{
    cg_endpoint entry = { 0, 1000000, false }, target = { steps, 1000000, false };
    g->n_nodes = steps + 1;
    g->n_edges = 2 * steps;
    for (uint32_t i = 0; i < 2 * steps; i++)
        g->edges[i] = (t_edge){ i / 2, i / 2 + 1, 1, i & 1, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    cg_path_request q = { .entries = &entry, .targets = &target, .n_entries = 1, .n_targets = 1, .max_length = steps };
    q.max_enumerated = max_enumerated;
    q.max_work = max_work;
    cg_core *c;
    *v = t_view(g, false);
    ck_assert_int_eq(cg_core_build(*v, &q, NULL, &c, NULL), CSPM_OK);
    return c;
}

START_TEST(explosions_are_predicted_and_cut_with_a_mark)
{
    t_graph *g = calloc(1, sizeof *g);
    cg_view *v;
    cg_core *c = ladder(g, &v, 200, 0, 0);
    collected got = { 0 };
    uint64_t walks, count;
    uint32_t truncated;
    ck_assert_int_eq(cg_core_predict(c, NULL, &walks, NULL), CSPM_OK);
    ck_assert_uint_eq(walks, UINT64_MAX);
    ck_assert_int_eq(cg_paths_all(c, NULL, collect, &got, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(truncated, CSPM_TRUNCATED_WORK);
    ck_assert_uint_eq(got.count, 0);
    ck_assert_int_eq(cg_paths_count(c, NULL, &count, NULL, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(truncated, CSPM_TRUNCATED_WORK);
    ck_assert_uint_gt(count, 1000000);
    cg_core_free(c);
    cg_view_free(v);
    c = ladder(g, &v, 10, 1024, 0); /* exactly at the limit */
    ck_assert_int_eq(cg_paths_all(c, NULL, collect, &got, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(truncated, 0);
    ck_assert_uint_eq(got.count, 1024);
    free(got.paths);
    cg_core_free(c);
    cg_view_free(v);
    c = ladder(g, &v, 18, 1000000, 3000); /* the work budget counts too */
    ck_assert_int_eq(cg_paths_count(c, NULL, &count, NULL, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(truncated, CSPM_TRUNCATED_WORK);
    cg_found_list found;
    ck_assert_int_eq(cg_paths_best(c, 100000, NULL, &found, NULL), CSPM_OK);
    ck_assert_uint_eq(found.truncated, CSPM_TRUNCATED_WORK);
    ck_assert_uint_lt(found.paths.count, 100000);
    cg_found_list_free(&found);
    cg_core_free(c);
    cg_view_free(v);
    free(g);
}
END_TEST

Suite *exhaustive_suite(void)
{
    Suite *s = suite_create("exhaustive");
    TCase *t = tcase_create("exhaustive");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, exhaustive_on_plain_graphs);
    tcase_add_test(t, exhaustive_with_hubs_and_capabilities);
    tcase_add_test(t, exhaustive_through_waypoints);
    tcase_add_test(t, explosions_are_predicted_and_cut_with_a_mark);
    suite_add_tcase(s, t);
    return s;
}
