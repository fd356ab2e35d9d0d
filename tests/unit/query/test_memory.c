/* Memory refused at every single allocation: an answer or an error, nothing held, nothing broken. */
#include "fault.h"
#include "model.h"
#include "query_test.h"

static const char *const queries[] = {
    "MATCH (a:A)-[r:R|S*1..3 {w: 1}]->(b) WHERE a.n =~ '(?i)a.*' AND NOT (b)-->(:D) RETURN a.n + '!' AS x, collect(DISTINCT b.n) AS l "
    "ORDER BY x DESC SKIP 0 LIMIT 5",
    "MATCH p = (a)-[*]-(b:D) WITH DISTINCT p, nodes(p) AS ns UNWIND ns AS n RETURN split(n.n, ''), [x IN ns WHERE x.n <> 'b' | {k: x.n, l: "
    "[1, 2.5, null]}] AS m",
    "MATCH p = allShortestPaths((a {n: 'a'})-[*]-(b {n: 'd'})) RETURN p, reduce(s = '', x IN nodes(p) | s + x.n) AS t, labels(a), keys(b), "
    "properties(b)",
    "UNWIND range(1, 40) AS x WITH x % 7 AS k, sum(x) AS s, percentileCont(x, 0.5) AS q, min(toString(x)) AS t ORDER BY s LIMIT 3 RETURN "
    "k, s, q, t UNION RETURN 1 AS k, 2 AS s, 3.0 AS q, 'x' AS t",
    "MATCH (n) OPTIONAL MATCH (n)-->(m) CALL { WITH n RETURN count(*) AS c } RETURN n, m, c, EXISTS { (n)-->() } AS e, COUNT { (n)--() } "
    "AS d, [(n)-->(o) | o.n] AS l",
    "MATCH (a:A), (b) WHERE toLower(a.n) = b.n AND date('2020-01-01') + duration('P1D') > date('2019-01-01') RETURN a, b, "
    "toString(duration('PT1S') * 2) AS t",
    "MATCH (n RETURN n",
    "MATCH (n) RETURN m.x, $p",
    "RETURN '\\u00e9' + toUpper('abc') + replace('aXb', 'X', 'yy') + substring('hello', 1, 2) AS `a b`, [1, 2][0..1] + 3 AS l",
};

static int32_t scenario(cg_mem *mem, cg_graph *g, const char *text)
{
    cg_query *q = NULL;
    cg_run *r = NULL;
    cspm_error *err = NULL;
    const cg_value *row;
    cg_param param = { CG_STR("p"), cg_v_str(CG_STR("v")) };
    int32_t rc = cg_query_compile(mem, cg_str_from(text), CG_LANG_GRAPH, CG_STR("query"), (cg_pos){ 0 }, &q, &err);
    if (rc >= 0)
        rc = cg_query_run(q, g, &param, 1, NULL, NULL, &r, &err);
    while (rc == CSPM_OK)
        rc = cg_run_next(r, &row, &err);
    ck_assert_msg((rc < 0) == (err != NULL), "%s: %d", text, rc);
    cspm_error_free(err);
    cg_run_free(r);
    cg_query_unref(q);
    return rc;
}

/* The graph is made once; then the query runs with the first request refused, the second, and so on until none is reached. */
static void sweep(const char *text, bool persistent)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    cg_mem *mem = cg_mem_new(&a, 0);
    ck_assert_ptr_nonnull(mem);
    cg_graph *g =
        model_make(mem, "CREATE (a:A {n: 'a'})-[:R {w: 1}]->(b:B {n: 'b'})-[:R {w: 1}]->(c:C {n: 'c'})-[:S {w: 3}]->(d:D:A {n: 'd'})");
    ck_assert_ptr_nonnull(g);
    uint64_t held = f.live_blocks, refusals = 0;
    f.persistent = persistent;
    for (f.refused = true; f.refused; refusals++) {
        f.refused = false;
        f.requests = 0;
        f.fail_at = refusals + 1;
        int32_t rc = scenario(mem, g, text);
        f.fail_at = 0;
        ck_assert_msg(rc == CSPM_E_NOMEM || rc == CSPM_DONE || rc == CSPM_E_QUERY, "%s: %d at request %llu", text, rc,
                      (unsigned long long)refusals + 1);
        ck_assert_msg(f.live_blocks == held, "%s: memory leaked at request %llu", text, (unsigned long long)refusals + 1);
    }
    ck_assert_uint_gt(refusals, 5);
    cg_graph_unref(g);
    cg_mem_unref(mem);
    ck_assert_msg(cg_fault_clean(&f), "%s: %s", text, cg_fault_report(&f));
}

START_TEST(every_allocation_may_fail)
{
    sweep(queries[_i], false);
}
END_TEST
START_TEST(memory_may_run_out_for_good)
{
    sweep(queries[_i], true);
}
END_TEST

/* Any budget at all: the run ends, and an answer that is complete is the right one. */
START_TEST(any_budget)
{
    bench b;
    bench_open(&b, "CREATE (a:A {n: 'a'})-[:R]->(b {n: 'b'})-[:R]->(c {n: 'c'})");
    uint32_t complete = 0;
    for (uint64_t budget = 200; budget < 200000; budget += 997) {
        b.limits.max_memory = budget;
        const char *answer = ask(&b, "MATCH p = (a)-[*0..]->(b) RETURN length(p) AS l, collect(b.n) AS names ORDER BY l");
        bool limit = !strncmp(answer, "!limit", 6) || strstr(answer, "(truncated 8)");
        complete += !limit;
        ck_assert_msg(limit || !strcmp(answer, "0 | ['a', 'b', 'c']; 1 | ['b', 'c']; 2 | ['c']"), "%llu: %s", (unsigned long long)budget,
                      answer);
    }
    ck_assert_uint_gt(complete, 0);
    bench_close(&b);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("refused");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, every_allocation_may_fail, 0, (int)(sizeof queries / sizeof *queries));
    tcase_add_loop_test(tc, memory_may_run_out_for_good, 0, (int)(sizeof queries / sizeof *queries));
    tcase_add_test(tc, any_budget);
    suite_add_tcase(s, tc);
    return s;
}
