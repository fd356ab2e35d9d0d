/* Budgets: each stops a run, says so, and leaves what was found. */
#include <stdio.h>
#include <stdlib.h>

#include "base/op.h"
#include "query_test.h"

/* Every pair of n nodes joined both ways. */
static void clique(bench *b, uint32_t n)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf text;
    cg_buf_init(&text, mem, 0);
    cg_buf_adds(&text, "CREATE ");
    for (uint32_t i = 0; i < n; i++)
        cg_buf_printf(&text, "%s(n%u:N {i: %u})", i ? ", " : "", i, i);
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(&text, " CREATE ");
        for (uint32_t k = 0, first = 1; k < n; k++) {
            if (k != i) {
                cg_buf_printf(&text, "%s(n%u)-[:R]->(n%u)", first ? "" : ", ", i, k);
                first = 0;
            }
        }
    }
    cg_buf_char(&text, '\0');
    bench_open(b, text.data);
    cg_buf_free(&text);
    cg_mem_unref(mem);
}

START_TEST(rows)
{
    bench b;
    clique(&b, 4);
    b.limits.max_rows = 2;
    ck_answer(&b, "MATCH (n) RETURN n.i", "0; 1 (truncated 1)");
    ck_answer(&b, "MATCH (n) WHERE n.i < 2 RETURN n.i", "0; 1");
    ck_answer(&b, "MATCH (n) RETURN count(n)", "4");
    bench_close(&b);
}
END_TEST

START_TEST(work)
{
    bench b;
    clique(&b, 6);
    b.limits.max_work = 50;
    ck_answer(&b, "MATCH (a)-[*]-(b) RETURN count(*)", " (truncated 2)");
    ck_answer(&b, "MATCH (a), (b), (c) RETURN count(*)", " (truncated 2)");
    ck_answer(&b, "UNWIND range(1, 1000000000000) AS x RETURN count(*)", " (truncated 2)");
    ck_answer(&b, "RETURN size([x IN range(1, 1000000000000) | x])", " (truncated 2)");
    ck_answer(&b, "RETURN reduce(s = 0, x IN range(1, 1000000) | s + x)", " (truncated 2)");
    ck_answer(&b, "MATCH (a) WHERE (a)-[*]->({i: 99}) RETURN a", " (truncated 2)");
    ck_answer(&b, "MATCH p = allShortestPaths((a {i: 0})-[*]->(b {i: 5})) RETURN length(p)", "1");
    ck_assert_msg(strstr(ask(&b, "UNWIND range(1, 1000) AS x RETURN x"), "(truncated 2)") != NULL, "%s", b.out.data);
    ck_assert_msg(!strncmp(b.out.data, "1; 2; 3", 7), "%s", b.out.data);
    b.limits.max_work = 3000;
    ck_assert_msg(strstr(ask(&b, "MATCH p = (a {i: 0})-[*]->(b {i: 1}) RETURN length(p) LIMIT 3"), "truncated") == NULL, "%s",
                  b.out.data); /* lazy: LIMIT stops the work */
    bench_close(&b);
}
END_TEST

START_TEST(memory)
{
    bench b;
    clique(&b, 6);
    b.limits.max_memory = 1u << 20;
    ck_assert_msg(!strncmp(ask(&b, "UNWIND range(1, 10000000) AS x RETURN collect(x)"), "!limit", 6), "%s", b.out.data);
    ck_assert_msg(!strncmp(ask(&b, "UNWIND range(1, 10000000) AS x WITH x ORDER BY -x RETURN x"), "!limit", 6), "%s", b.out.data);
    ck_assert_msg(!strncmp(ask(&b, "UNWIND range(1, 10000000) AS x RETURN x % 100000 AS y, count(*)"), "!limit", 6), "%s", b.out.data);
    ck_assert_msg(!strncmp(ask(&b, "RETURN reduce(s = 'x', x IN range(1, 40) | s + s)"), "!limit", 6), "%s", b.out.data);
    ck_assert_msg(!strncmp(ask(&b, "RETURN reduce(s = [], x IN range(1, 100000) | [s])"), "!limit", 6), "%s", b.out.data);
    /* Rows came out before memory ran out: they stand, marked. */
    ck_assert_msg(strstr(ask(&b, "UNWIND range(1, 10000000) AS x RETURN DISTINCT x"), "(truncated 8)") != NULL, "%.200s", b.out.data);
    /* A million rows through a top-k fit in a megabyte. */
    b.limits.max_work = 0;
    ck_answer(&b, "UNWIND range(1, 300000) AS x WITH x ORDER BY x % 7, x LIMIT 2 RETURN x", "7; 14");
    bench_close(&b);
}
END_TEST

START_TEST(nesting_of_values)
{
    bench b;
    bench_open(&b, "");
    ck_answer(&b, "RETURN size(reduce(s = [], x IN range(1, 100) | [s])) AS x", "1");
    ck_answer(&b, "RETURN reduce(s = [], x IN range(1, 5000) | [s]) = [] AS x", "!limit value nesting");
    ck_answer(&b, "RETURN reduce(s = {}, x IN range(1, 5000) | {a: s}) = {} AS x", "!limit value nesting");
    bench_close(&b);
}
END_TEST

START_TEST(path_length)
{
    bench b;
    bench_open(&b, "CREATE (:A)-[:R]->()-[:R]->()-[:R]->(:B)");
    b.limits.max_path_length = 2;
    ck_answer(&b, "MATCH p = (:A)-[*]->() RETURN length(p)", "1; 2 (truncated 2)");
    ck_answer(&b, "MATCH p = (:A)-[*..2]->() RETURN length(p)", "1; 2");
    ck_answer(&b, "MATCH p = shortestPath((:A)-[*]->(:B)) RETURN length(p)", " (truncated 2)");
    bench_close(&b);
}
END_TEST

START_TEST(time_and_cancel)
{
    bench b;
    clique(&b, 8);
    ck_assert_int_ge(cg_op_new(b.mem, &b.op, NULL), 0);
    cspm_op_set_timeout_ms(b.op, 30);
    ck_answer(&b, "MATCH p = (a)-[*]-(b) RETURN count(*)", " (truncated 4)");
    cspm_op_unref(b.op);
    ck_assert_int_ge(cg_op_new(b.mem, &b.op, NULL), 0);
    cspm_op_cancel(b.op);
    ck_assert_msg(!strncmp(ask(&b, "MATCH p = (a)-[*]-(b) RETURN count(*)"), "!other", 6), "%s", b.out.data);
    cspm_op_unref(b.op);
    b.op = NULL;
    bench_close(&b);
}
END_TEST

START_TEST(a_stopped_run_stays_stopped)
{
    bench b;
    clique(&b, 5);
    cg_query *q = NULL;
    cg_run *r = NULL;
    const cg_value *row;
    cg_run_limits limits = { .max_work = 3, .now = INT64_MIN };
    ck_assert_int_ge(cg_query_compile(b.mem, CG_STR("MATCH (n) RETURN n"), CG_LANG_GRAPH, CG_STR_NULL, (cg_pos){ 0 }, &q, NULL), 0);
    ck_assert_int_ge(cg_query_run(q, b.g, NULL, 0, &limits, NULL, &r, NULL), 0);
    while (cg_run_next(r, &row, NULL) == CSPM_OK)
        ;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(cg_run_next(r, &row, NULL), CSPM_DONE);
    ck_assert_uint_eq(cg_run_truncated(r), CSPM_TRUNCATED_WORK);
    ck_assert_uint_ge(cg_run_work(r), 3);
    cg_run_free(r);
    cg_query_unref(q);
    bench_close(&b);
}
END_TEST

Suite *limits_suite(void)
{
    Suite *s = suite_create("limits");
    TCase *tc = tcase_create("budgets");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, rows);
    tcase_add_test(tc, work);
    tcase_add_test(tc, memory);
    tcase_add_test(tc, nesting_of_values);
    tcase_add_test(tc, path_length);
    tcase_add_test(tc, time_and_cancel);
    tcase_add_test(tc, a_stopped_run_stays_stopped);
    suite_add_tcase(s, tc);
    return s;
}
