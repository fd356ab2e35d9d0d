/* What a host adds to the language, and what it hides: a restricted query answers as if the rest of the graph did not exist. */
#include <stdio.h>

#include "query_test.h"

#define OWN                                                                                                                                \
    "CREATE (a:T1:User {n: 'a', t: 'one'}), (b:T1:Group {n: 'b', t: 'one'}), (c:T1:Secret {n: 'c', t: 'one'}), (d:T1 {n: 'd', t: "         \
    "'one'}), "                                                                                                                            \
    "(a)-[:R {w: 1}]->(b), (b)-[:R {w: 2}]->(c), (c)-[:S {w: 3}]->(d)"
#define OTHER                                                                                                                              \
    ", (x:T2:User {n: 'x', t: 'two', secret: 'k'}), (y:T2:Secret {n: 'y', t: 'two'}), (z:Secret {n: 'z'}), (v {n: 'v', t: ['one']}), "     \
    "(a)-[:R {w: 7}]->(x), (x)-[:R {w: 8}]->(c), (x)-[:R]->(y), (y)-[:Q]->(x), (d)-[:R]->(x), (a)-[:R]->(z), (z)-[:R]->(d), "              \
    "(v)-[:R]->(a), "                                                                                                                      \
    "(c)-[:R]->(v)"

static const char *const hostile[] = {
    "MATCH (n) RETURN n.n, labels(n), properties(n), keys(n)",
    "MATCH (n) RETURN count(*), count(DISTINCT n), collect(n.n)",
    "MATCH (n:T2) RETURN n",
    "MATCH (n:T1|T2|Secret) RETURN n.n",
    "MATCH (n:!T1) RETURN n",
    "MATCH (n) WHERE NOT n:T1 OR n:T2 OR true RETURN n.n",
    "MATCH (n {n: 'x'}) RETURN n",
    "MATCH (n) WHERE n.n IN ['x', 'y', 'z', 'v', 'a', 'b', 'c', 'd', 'e', 'f'] RETURN n.n",
    "MATCH (n) WHERE elementId(n) = 'n000004' RETURN n",
    "MATCH (n) WHERE elementId(n) IN ['n000004', 'n000005', 'n000000'] RETURN n.n",
    "MATCH (a)-[r]->(b) RETURN a.n, type(r), b.n, r.w",
    "MATCH (a)-[r]-(b) RETURN a.n, b.n, startNode(r).n, endNode(r).n",
    "MATCH ()-[r]->() RETURN count(r), sum(r.w), startNode(r).secret",
    "MATCH (a)-[:Q]->(b) RETURN a, b",
    "MATCH (a)-[r:Q|R]-() RETURN count(*)",
    "MATCH p = (a {n: 'a'})-[*]->(b) RETURN [n IN nodes(p) | n.n] AS l, length(p)",
    "MATCH (a {n: 'a'})-[*]-(b) RETURN DISTINCT b.n",
    "MATCH (a {n: 'a'})-[*0..1]-(b) RETURN count(DISTINCT b)",
    "MATCH (a)-[*]-(b:Secret) RETURN a.n, b.n, count(*)",
    "MATCH (a {n: 'a'}), (d {n: 'd'}) MATCH (a)-[r*1..4]-(d) RETURN size(r)",
    "MATCH p = shortestPath((a {n: 'a'})-[*]-(b)) RETURN [n IN nodes(p) | n.n] AS l",
    "MATCH p = allShortestPaths((a)-[*]-(b)) RETURN [n IN nodes(p) | n.n] AS l",
    "MATCH p = shortestPath((a)-[*]->(b)) WHERE length(p) > 1 RETURN [n IN nodes(p) | n.n] AS l",
    "MATCH p = shortestPath((a {n: 'a'})-[*]->(b)) WHERE any(n IN nodes(p) WHERE n.n = 'x') RETURN p",
    "MATCH (a) WHERE (a)-->(:T2) OR EXISTS { (a)--({n: 'z'}) } RETURN a.n",
    "MATCH (a) WHERE EXISTS { MATCH (x:T2) RETURN x } RETURN a.n",
    "MATCH (a) RETURN a.n, COUNT { (a)--() } AS d, [(a)--(b) | b.n] AS l",
    "MATCH (a) OPTIONAL MATCH (a)-->(b:T2) RETURN a.n, b",
    "MATCH (a), (b) WHERE a.n = b.n RETURN a.n, b.n",
    "MATCH (a) MATCH (b {t: a.t}) RETURN a.n, b.n",
    "CALL { MATCH (n) RETURN n } RETURN n.n UNION MATCH (n:T2) RETURN n.n",
    "MATCH (n) WITH collect(n) AS l UNWIND l AS n MATCH (n)--(m) RETURN n.n, m.n",
    "MATCH (a)-[r]-(b) WITH r MATCH (x)-[r]-(y) RETURN x.n, y.n",
    "MATCH (a)-[r*2]-(b) WITH r MATCH (x)-[r*]-(y) RETURN x.n, y.n",
    "MATCH (n) RETURN max(n.n), min(n.n) ORDER BY max(n.n)",
    "MATCH (n) WHERE n['secret'] IS NOT NULL OR properties(n)['secret'] = 'k' RETURN n",
    "MATCH (a)-->(b)-->(c) RETURN a.n, b.n, c.n",
    "MATCH (a)-->(h)<--(b) RETURN a.n, b.n",
    "MATCH (a:User)-[:R*..3]->(s:Secret) RETURN a.n, s.n",
    "MATCH (n) RETURN n.n ORDER BY n.n DESC LIMIT 2",
};

static void same_answers(cg_language *host)
{
    bench whole, own;
    bench_open(&whole, OWN OTHER);
    bench_open(&own, OWN);
    whole.host = host;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char expected[4096];
        snprintf(expected, sizeof expected, "%s", ask(&own, hostile[i]));
        ck_assert_msg(!strcmp(ask(&whole, hostile[i]), expected), "%s\n%s, not %s", hostile[i], whole.out.data, expected);
    }
    whole.host = NULL;
    ck_answer(&whole, "MATCH (n) RETURN count(*)", "8");
    bench_close(&whole);
    bench_close(&own);
}

static cg_language *language(cg_mem *mem)
{
    cg_language *l = NULL;
    ck_assert_int_eq(cg_language_new(mem, &l, NULL), CSPM_OK);
    return l;
}

START_TEST(nothing_outside_a_label)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_language *l = language(mem);
    ck_assert_int_eq(cg_language_restrict_property(l, CG_STR("n"), CG_STR("x"), NULL), CSPM_OK);
    ck_assert_int_eq(cg_language_restrict_label(l, CG_STR("T1"), NULL), CSPM_OK); /* the last one counts */
    same_answers(l);
    cg_language_free(l);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(nothing_outside_a_property)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_language *l = language(mem);
    ck_assert_int_eq(cg_language_restrict_property(l, CG_STR("t"), CG_STR("one"), NULL), CSPM_OK);
    same_answers(l);
    cg_language_free(l);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(nobody_has_it)
{
    bench b;
    bench_open(&b, OWN OTHER);
    cg_language *l = language(b.mem);
    cg_query *q = NULL;
    cspm_error *err = NULL;
    b.host = l;
    ck_assert_int_eq(cg_language_restrict_label(l, CG_STR("None"), NULL), CSPM_OK);
    ck_answer(&b, "MATCH (n) RETURN count(*)", "0");
    ck_assert_int_eq(cg_language_restrict_property(l, CG_STR("none"), CG_STR("one"), NULL), CSPM_OK);
    ck_answer(&b, "MATCH (n) RETURN count(*)", "0");
    ck_answer(&b, "RETURN 1", "1");
    ck_assert_int_lt(cg_query_compile_with(b.mem, l, CG_STR("nodes"), CG_LANG_PIPE, CG_STR("q"), (cg_pos){ 0 }, &q, &err), 0);
    ck_assert_ptr_nonnull(strstr(cspm_error_json(err, NULL), "RestrictedPipeForm"));
    cspm_error_free(err);
    /* What is compiled already stays as it was. */
    ck_assert_int_eq(cg_query_compile_with(b.mem, l, CG_STR("MATCH (n) RETURN n"), CG_LANG_GRAPH, CG_STR("q"), (cg_pos){ 0 }, &q, NULL), 0);
    cg_language_free(l);
    cg_run *r = NULL;
    const cg_value *row;
    ck_assert_int_eq(cg_query_run(q, b.g, NULL, 0, NULL, NULL, &r, NULL), CSPM_OK);
    ck_assert_int_eq(cg_run_next(r, &row, NULL), CSPM_DONE);
    cg_run_free(r);
    cg_query_unref(q);
    bench_close(&b);
}
END_TEST

START_TEST(type_sets)
{
    bench b;
    bench_open(&b, "CREATE (a {n: 'a'})-[:R]->({n: 'b'})-[:S]->({n: 'c'})-[:Q]->({n: 'd'}), (a)-[:SET]->({n: 'e'})");
    cg_language *l = language(b.mem);
    ck_assert_int_eq(cg_language_add_type(l, CG_STR("SET"), CG_STR("R"), NULL), CSPM_OK);
    ck_assert_int_eq(cg_language_add_type(l, CG_STR("SET"), CG_STR("S"), NULL), CSPM_OK);
    ck_answer(&b, "MATCH (x)-[r:SET]->(y) RETURN y.n", "'e'");
    b.host = l;
    ck_answer(&b, "MATCH (x)-[r:SET]->(y) RETURN y.n", "'b'; 'c'");
    ck_answer(&b, "MATCH (x)-[r:Q|SET]->(y) RETURN count(*)", "3");
    ck_answer(&b, "MATCH (x {n: 'a'})-[r:SET*]->(y) RETURN count(*)", "2");
    ck_answer(&b, "MATCH (x)-[r:AD_ATTACK_PATHS]->(y) RETURN y", ""); /* no rule declared anything here */
    b.host = NULL;
    cg_language_free(l);
    bench_close(&b);
}
END_TEST

START_TEST(regular_expressions_that_search)
{
    bench b;
    bench_open(&b, "");
    cg_language *l = language(b.mem);
    b.host = l;
    ck_answer(&b, "RETURN 'an admin user' =~ 'admin', 'an admin user' =~ '.*admin.*', 'a' =~ 'b'", "false | true | false");
    cg_language_search_regex(l, true);
    ck_answer(&b, "RETURN 'an admin user' =~ 'admin', 'an admin user' =~ '^admin', 'a' =~ 'b'", "true | false | false");
    cg_language_free(l);
    b.host = NULL;
    bench_close(&b);
}
END_TEST

Suite *language_suite(void)
{
    Suite *s = suite_create("language");
    TCase *tc = tcase_create("host");
    tcase_add_test(tc, nothing_outside_a_label);
    tcase_add_test(tc, nothing_outside_a_property);
    tcase_add_test(tc, nobody_has_it);
    tcase_add_test(tc, type_sets);
    tcase_add_test(tc, regular_expressions_that_search);
    suite_add_tcase(s, tc);
    return s;
}
