/* libcspmgraph-metrics through its public header. */
#include <check.h>
#include <cspmgraph/cspmgraph.h>
#include <cspmgraph/metrics.h>
#include <stdlib.h>

static cspm_context *context;

static void setup(void)
{
    ck_assert_int_eq(cspm_context_new(NULL, NULL, &context, NULL), CSPM_OK);
}

static void teardown(void)
{
    cspm_context_unref(context);
}

START_TEST(layout_puts_columns_left_to_right)
{
    const uint32_t ends[] = { 0, 1, 0, 2, 1, 3, 2, 3 }, columns[] = { 0, 1, 1, 2 };
    double x[4], y[4];
    ck_assert_int_eq(cspm_metrics_layout_layered(context, 4, ends, 4, columns, x, y, NULL, NULL), CSPM_OK);
    ck_assert(x[0] < x[1] && x[1] == x[2] && x[2] < x[3]);
    ck_assert(y[1] != y[2]);
    for (int i = 0; i < 4; i++)
        ck_assert(x[i] >= 0 && x[i] <= 1 && y[i] >= 0 && y[i] <= 1);
}
END_TEST

START_TEST(layout_takes_cycles_and_nothing)
{
    const uint32_t ends[] = { 0, 1, 1, 0, 1, 1 };
    double x[2], y[2];
    ck_assert_int_eq(cspm_metrics_layout_layered(context, 2, ends, 3, NULL, x, y, NULL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_metrics_layout_layered(context, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL), CSPM_OK);
}
END_TEST

START_TEST(betweenness_of_a_line)
{
    const uint32_t ends[] = { 0, 1, 1, 2, 2, 3 };
    double score[4];
    ck_assert_int_eq(cspm_metrics_betweenness(context, 4, ends, 3, 0, score, NULL, NULL), CSPM_OK);
    ck_assert_double_eq(score[0], 0);
    ck_assert_double_eq(score[1], 2);
    ck_assert_double_eq(score[2], 2);
    ck_assert_double_eq(score[3], 0);
    ck_assert_int_eq(cspm_metrics_betweenness(context, 4, ends, 3, 2, score, NULL, NULL), CSPM_OK);
    ck_assert_double_eq(score[1], 1);
}
END_TEST

START_TEST(communities_of_two_triangles)
{
    const uint32_t ends[] = { 0, 1, 1, 2, 2, 0, 3, 4, 4, 5, 5, 3, 2, 3 }, expected[] = { 0, 0, 0, 1, 1, 1 };
    uint32_t community[6], count;
    double modularity;
    ck_assert_int_eq(cspm_metrics_communities(context, 6, ends, 7, community, &count, &modularity, NULL, NULL), CSPM_OK);
    ck_assert_uint_eq(count, 2);
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(community[i], expected[i]);
    ck_assert(modularity > 0.3 && modularity < 0.4);
}
END_TEST

START_TEST(cut_finds_the_bridge)
{
    const uint32_t ends[] = { 0, 2, 1, 2, 2, 3, 3, 4, 3, 5 }, sources[] = { 0, 1 }, targets[] = { 4, 5 };
    uint64_t cut[5], n;
    ck_assert_int_eq(cspm_metrics_min_cut(context, 6, ends, 5, sources, 2, targets, 2, cut, &n, NULL, NULL), CSPM_OK);
    ck_assert_uint_eq(n, 1);
    ck_assert_uint_eq(cut[0], 2);
}
END_TEST

START_TEST(bad_arguments_are_errors)
{
    const uint32_t ends[] = { 0, 9 }, same[] = { 0 };
    double x[2], y[2];
    uint64_t cut[1], n;
    cspm_error *error = NULL;
    ck_assert_int_eq(cspm_metrics_layout_layered(context, 2, ends, 1, NULL, x, y, NULL, &error), CSPM_E_INVALID);
    ck_assert_ptr_nonnull(cspm_error_message(error, NULL));
    cspm_error_free(error);
    ck_assert_int_eq(cspm_metrics_min_cut(context, 1, NULL, 0, same, 1, same, 1, cut, &n, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_metrics_layout_layered(NULL, 2, ends, 1, NULL, x, y, NULL, NULL), CSPM_E_INVALID);
}
END_TEST

START_TEST(budget_and_cancel_are_obeyed)
{
    enum { N = 1500 };
    cspm_limits limits;
    cspm_context *small;
    cspm_op *op;
    uint32_t *ends = malloc(sizeof *ends * 2 * N * 8);
    double *score = malloc(sizeof *score * N);
    cspm_limits_init(&limits, sizeof limits);
    limits.max_memory_bytes = 4096;
    for (uint32_t i = 0; i < N * 8; i++) {
        ends[2 * i] = i % N;
        ends[2 * i + 1] = (i * 7919 + 13) % N;
    }
    ck_assert_int_eq(cspm_context_new(NULL, &limits, &small, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_metrics_betweenness(small, N, ends, N * 8, 0, score, NULL, NULL), CSPM_E_LIMIT);
    cspm_context_unref(small);
    ck_assert_int_eq(cspm_op_new(context, &op, NULL), CSPM_OK);
    cspm_op_cancel(op);
    ck_assert_int_eq(cspm_metrics_betweenness(context, N, ends, N * 8, 0, score, op, NULL), CSPM_E_CANCELLED);
    cspm_op_unref(op);
    ck_assert_int_eq(cspm_metrics_betweenness(context, N, ends, N * 8, 2, score, NULL, NULL), CSPM_OK);
    free(ends);
    free(score);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tc = tcase_create("metrics");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, layout_puts_columns_left_to_right);
    tcase_add_test(tc, layout_takes_cycles_and_nothing);
    tcase_add_test(tc, betweenness_of_a_line);
    tcase_add_test(tc, communities_of_two_triangles);
    tcase_add_test(tc, cut_finds_the_bridge);
    tcase_add_test(tc, bad_arguments_are_errors);
    tcase_add_test(tc, budget_and_cancel_are_obeyed);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
