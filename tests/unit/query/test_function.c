/* Functions of the host: what is refused, what a callback sees, how it answers and fails. */
#include <stdio.h>
#include <stdlib.h>

#include "query/exec.h"
#include "query/host.h"
#include "query_test.h"

typedef struct host {
    bench b;
    cg_language *l;
    uint32_t calls, released;
    cg_run *reads; /* rows the function tries to read */
    int32_t inner;
} host;

static void open_host(host *h, const char *create)
{
    memset(h, 0, sizeof *h);
    bench_open(&h->b, create);
    ck_assert_int_eq(cg_language_new(h->b.mem, &h->l, NULL), CSPM_OK);
    h->b.host = h->l;
}

static void close_host(host *h)
{
    cg_language_free(h->l);
    bench_close(&h->b);
}

static void released(void *user)
{
    ((host *)user)->released++;
}

/* ---- callbacks ---- */

static int32_t twice(void *user, cg_call *call)
{
    const cg_value *v = cg_call_arg(call, 0);
    ((host *)user)->calls++;
    if (v->type != CG_INT)
        return cg_call_fail(call, CG_STR("only whole numbers are doubled"));
    return cg_call_return(call, cg_v_int(v->integer * 2));
}

static int32_t kind_of(void *user, cg_call *call)
{
    char text[64];
    (void)user;
    int n = snprintf(text, sizeof text, "%u:", cg_call_count(call));
    for (uint32_t i = 0; i < cg_call_count(call); i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%d", i ? "," : "", cg_call_arg(call, i)->type);
    return cg_call_return_text(call, (cg_str){ text, (size_t)n });
}

static int32_t first(void *user, cg_call *call)
{
    const cg_value *v = cg_call_arg(call, 0);
    (void)user;
    ck_assert_ptr_null(cg_call_arg(call, 1));
    return v->type == CG_LIST && v->list->count ? cg_call_return(call, v->list->items[0]) : CSPM_OK;
}

static int32_t parsed(void *user, cg_call *call)
{
    (void)user;
    return cg_call_return_json(call, cg_value_str(*cg_call_arg(call, 0)));
}

static int32_t same(void *user, cg_call *call)
{
    (void)user;
    return cg_call_return(call, *cg_call_arg(call, 0));
}

static int32_t broken(void *user, cg_call *call)
{
    (void)user;
    switch (cg_call_arg(call, 0)->integer) {
    case 0:
        return CSPM_E_IO;
    case 1:
        return 7; /* no status a callback may return */
    case 2:
        cg_call_fail(call, CG_STR("quietly"));
        return CSPM_OK; /* the failure stays */
    case 3:
        return cg_call_return_text(call, CG_STR("\xff"));
    case 4:
        return cg_call_fail(call, CG_STR("\xff"));
    case 5:
        cg_call_fail(call, CG_STR("the first"));
        return cg_call_fail(call, CG_STR("the second"));
    default:
        return CSPM_E_NOMEM;
    }
}

static int32_t counter(void *user, cg_call *call)
{
    return cg_call_return(call, cg_v_int(((host *)user)->calls++));
}

static int32_t greedy(void *user, cg_call *call)
{
    static const char text[65536];
    (void)user;
    for (int i = 0; i < 64; i++) {
        int32_t rc = cg_call_return_text(call, (cg_str){ text, sizeof text });
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

static int32_t enters(void *user, cg_call *call)
{
    const cg_value *row;
    host *h = user;
    h->inner = cg_run_next(h->reads, &row, NULL);
    return cg_call_return(call, cg_v_bool(true));
}

static void add(host *h, const char *name, uint32_t least, uint32_t most, bool nulls, bool changes, cg_host_fn fn)
{
    ck_assert_int_eq(cg_language_add_function(h->l, cg_str_from(name), least, most, nulls, changes, fn, h, NULL, NULL), CSPM_OK);
}

/* ---- tests ---- */

START_TEST(what_is_no_function_is_refused)
{
    static const char *const names[] = { "",
                                         "1st",
                                         "a-b",
                                         "a b",
                                         ".a",
                                         "a.",
                                         "a..b",
                                         "é",
                                         "toLower",
                                         "COUNT",
                                         "duration.inDays",
                                         "\xff\xfe",
                                         "taken",
                                         "TAKEN",
                                         "a234567890123456789012345678901234567890123456789012345678901234567" };
    host h;
    open_host(&h, "");
    add(&h, "taken", 1, 1, false, false, same);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        h.released = 0;
        ck_assert_int_eq(cg_language_add_function(h.l, cg_str_from(names[i]), 0, 1, false, false, same, &h, released, NULL),
                         CSPM_E_INVALID);
        ck_assert_uint_eq(h.released, 1);
    }
    ck_assert_int_eq(cg_language_add_function(h.l, CG_STR("f"), 2, 1, false, false, same, &h, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cg_language_add_function(h.l, CG_STR("f"), 0, 256, false, false, same, &h, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cg_language_add_function(h.l, CG_STR("f"), 0, 1, false, false, NULL, &h, NULL, NULL), CSPM_E_INVALID);
    ck_answer(&h.b, "RETURN f(1)", "!UnknownFunction");
    close_host(&h);
}
END_TEST

START_TEST(the_number_of_arguments_is_checked)
{
    host h;
    open_host(&h, "");
    add(&h, "none", 0, 0, false, false, counter);
    add(&h, "org.one", 1, 1, false, false, same);
    add(&h, "some", 1, 3, false, false, kind_of);
    add(&h, "many", 2, 255, false, false, kind_of);
    ck_assert_ptr_nonnull(strstr(error_of(&h.b, "RETURN none(1)"), "none takes 0 arguments, not 1"));
    ck_assert_ptr_nonnull(strstr(error_of(&h.b, "RETURN org.one()"), "org.one takes 1 argument, not 0"));
    ck_assert_ptr_nonnull(strstr(error_of(&h.b, "RETURN some(1, 2, 3, 4)"), "some takes 1 to 3 arguments, not 4"));
    ck_assert_ptr_nonnull(strstr(error_of(&h.b, "RETURN many(1)"), "many takes at least 2 arguments, not 1"));
    ck_assert_ptr_nonnull(strstr(error_of(&h.b, "RETURN some(DISTINCT 1)"), "DISTINCT is for aggregates"));
    ck_answer(&h.b, "RETURN ORG.One('x'), SOME(1, 2.5, 'a')", "'x' | '3:2,3,4'");
    ck_answer(&h.b, "RETURN many(true, [1], {a: 1}, date('2026-01-01'), duration('P1D'))", "'5:1,5,6,10,12'");
    h.b.host = NULL; /* a function belongs to its language */
    ck_answer(&h.b, "RETURN some(1)", "!UnknownFunction");
    close_host(&h);
}
END_TEST

START_TEST(null_needs_no_call)
{
    host h;
    open_host(&h, "");
    add(&h, "twice", 1, 1, false, false, twice);
    add(&h, "kinds", 1, 2, true, false, kind_of);
    ck_answer(&h.b, "RETURN twice(null), twice(4), kinds(null), kinds(1, null)", "null | 8 | '1:0' | '2:2,0'");
    ck_assert_uint_eq(h.calls, 1);
    close_host(&h);
}
END_TEST

START_TEST(everywhere_an_expression_stands)
{
    host h;
    open_host(&h, "CREATE (a:N {v: 3}), (b:N {v: 1}), (c:N {v: 2}), (a)-[:R]->(b), (b)-[:R]->(c)");
    add(&h, "twice", 1, 1, false, false, twice);
    add(&h, "first", 1, 1, false, false, first);
    add(&h, "same", 1, 1, false, false, same);
    ck_answer(&h.b, "MATCH (n:N) WHERE twice(n.v) > 2 RETURN n.v ORDER BY n.v", "2; 3");
    ck_answer(&h.b, "MATCH (n:N) RETURN n.v ORDER BY -twice(n.v)", "3; 2; 1");
    ck_answer(&h.b, "MATCH (n:N) RETURN sum(twice(n.v)), max(twice(n.v))", "12 | 6");
    ck_answer(&h.b, "MATCH (n:N) WITH twice(n.v) % 4 AS k, count(*) AS c RETURN k, c ORDER BY k", "0 | 1; 2 | 2");
    ck_answer(&h.b, "RETURN [x IN range(1, 3) WHERE twice(x) > 2 | twice(x)], reduce(s = 0, x IN [1, 2] | s + twice(x))", "[4, 6] | 6");
    ck_answer(&h.b, "UNWIND first([[1, 2], 3]) AS x RETURN twice(x) SKIP 1", "4");
    ck_answer(&h.b, "RETURN first([]), first([{a: [1]}]).a[0], same('x') + same('y')", "null | 1 | 'xy'");
    /* a node goes in and comes out a node */
    ck_answer(&h.b, "MATCH (n:N {v: 3}) WITH same(n) AS m MATCH (m)-[:R]->(x) RETURN x.v", "1");
    ck_answer(&h.b, "MATCH p = (:N {v: 3})-[r:R]->() RETURN length(same(p)), type(same(r))", "1 | 'R'");
    ck_answer(&h.b, "MATCH (n:N) WHERE EXISTS { (n)-[:R]->(m) WHERE twice(m.v) = 4 } RETURN n.v", "1");
    /* equal answers are grouped and compared as any others */
    ck_answer(&h.b, "MATCH (n:N) RETURN DISTINCT same('x')", "'x'");
    close_host(&h);
}
END_TEST

START_TEST(json_answers)
{
    host h;
    open_host(&h, "");
    add(&h, "parsed", 1, 1, false, false, parsed);
    ck_answer(&h.b, "WITH parsed('{\"a\": [1, 2.5, null, true, \"x\"]}') AS m RETURN m.a, keys(m), parsed('null'), parsed(' 7 ')",
              "[1, 2.5, null, true, 'x'] | ['a'] | null | 7");
    ck_answer(&h.b, "RETURN parsed('{')", "!HostFunction");
    ck_answer(&h.b, "RETURN parsed('')", "!HostFunction");
    close_host(&h);
}
END_TEST

static void fails(host *h, const char *query, const char *part)
{
    cg_query *q = NULL;
    cg_run *r = NULL;
    const cg_value *row;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_query_compile_with(h->b.mem, h->l, cg_str_from(query), CG_LANG_GRAPH, CG_STR("q"), (cg_pos){ 0 }, &q, NULL),
                     CSPM_OK);
    ck_assert_int_eq(cg_query_run(q, h->b.g, NULL, 0, NULL, NULL, &r, NULL), CSPM_OK);
    ck_assert_int_eq(cg_run_next(r, &row, &err), CSPM_E_QUERY);
    ck_assert_msg(strstr(cspm_error_text(err, NULL), part) != NULL, "%s", cspm_error_text(err, NULL));
    ck_assert_ptr_nonnull(strstr(cspm_error_json(err, NULL), "\"detail\":\"HostFunction\""));
    cspm_error_free(err);
    cg_run_free(r);
    cg_query_unref(q);
}

START_TEST(a_failure_names_the_function_and_its_place)
{
    host h;
    open_host(&h, "");
    add(&h, "twice", 1, 1, false, false, twice);
    add(&h, "broken", 1, 1, false, false, broken);
    fails(&h, "RETURN 1,\n  twice('x')", "q:2:3: error: twice: only whole numbers are doubled");
    fails(&h, "RETURN broken(0)", "broken failed with status -4");
    fails(&h, "RETURN broken(1)", "broken failed with status 7");
    fails(&h, "RETURN broken(2)", "broken: quietly");
    fails(&h, "RETURN broken(3)", "broken returned a text that is not UTF-8");
    fails(&h, "RETURN broken(4)", "broken failed");
    fails(&h, "RETURN broken(5)", "broken: the first");
    close_host(&h);
}
END_TEST

START_TEST(memory_is_the_querys)
{
    host h;
    open_host(&h, "");
    add(&h, "greedy", 0, 0, false, false, greedy);
    add(&h, "broken", 1, 1, false, false, broken);
    h.b.limits.max_memory = 1u << 20;
    ck_assert_int_eq(strncmp(ask(&h.b, "RETURN size(greedy())"), "!", 1), 0);
    ck_assert_int_eq(strncmp(ask(&h.b, "RETURN broken(9)"), "!", 1), 0);
    h.b.limits.max_memory = 0;
    ck_answer(&h.b, "RETURN size(greedy())", "65536");
    close_host(&h);
}
END_TEST

START_TEST(memory_refused_anywhere)
{
    bool done = false;
    for (uint64_t budget = 256; !done && budget < 1u << 20; budget += budget / 8 + 16) {
        cg_mem *mem = cg_mem_new(NULL, budget);
        cg_language *l = NULL;
        cg_query *q = NULL;
        host h = { 0 };
        if (mem && cg_language_new(mem, &l, NULL) == CSPM_OK) {
            int32_t rc = cg_language_add_function(l, CG_STR("f"), 1, 1, false, false, same, &h, released, NULL);
            if (rc == CSPM_OK)
                rc = cg_query_compile_with(mem, l, CG_STR("RETURN f(1) + f(2)"), CG_LANG_GRAPH, CG_STR("q"), (cg_pos){ 0 }, &q, NULL);
            ck_assert(rc == CSPM_OK || rc == CSPM_E_NOMEM || rc == CSPM_E_LIMIT);
            done = rc == CSPM_OK;
            cg_query_unref(q);
            cg_language_free(l);
            ck_assert_uint_eq(h.released, 1);
        }
        if (mem)
            ck_assert_uint_eq(cg_mem_used(mem), 0);
        cg_mem_unref(mem);
    }
    ck_assert(done);
}
END_TEST

START_TEST(one_that_changes_is_kept_out_of_aggregates)
{
    host h;
    open_host(&h, "CREATE (:N), (:N), (:N)");
    add(&h, "counter", 0, 0, false, true, counter);
    ck_answer(&h.b, "MATCH (n:N) RETURN counter() AS c", "0; 1; 2");
    ck_answer(&h.b, "MATCH (n:N) RETURN sum(counter())", "!NonConstantExpression");
    close_host(&h);
}
END_TEST

START_TEST(a_function_cannot_read_its_own_rows)
{
    host h;
    cg_query *q = NULL;
    const cg_value *row;
    open_host(&h, "CREATE (:N), (:N)");
    add(&h, "enters", 0, 0, false, false, enters);
    ck_assert_int_eq(
        cg_query_compile_with(h.b.mem, h.l, CG_STR("MATCH (n:N) RETURN enters()"), CG_LANG_GRAPH, CG_STR("q"), (cg_pos){ 0 }, &q, NULL),
        CSPM_OK);
    ck_assert_int_eq(cg_query_run(q, h.b.g, NULL, 0, NULL, NULL, &h.reads, NULL), CSPM_OK);
    ck_assert_int_eq(cg_run_next(h.reads, &row, NULL), CSPM_OK);
    ck_assert_int_eq(h.inner, CSPM_E_INVALID);
    ck_assert(row[0].type == CG_BOOL && row[0].boolean);
    ck_assert_int_eq(cg_run_next(h.reads, &row, NULL), CSPM_OK);
    ck_assert_int_eq(cg_run_next(h.reads, &row, NULL), CSPM_DONE);
    cg_run_free(h.reads);
    cg_query_unref(q);
    close_host(&h);
}
END_TEST

START_TEST(a_query_outlives_its_language)
{
    host h;
    cg_query *q = NULL;
    cg_run *r = NULL;
    const cg_value *row;
    open_host(&h, "");
    ck_assert_int_eq(cg_language_add_function(h.l, CG_STR("twice"), 1, 1, false, false, twice, &h, released, NULL), CSPM_OK);
    ck_assert_int_eq(cg_query_compile_with(h.b.mem, h.l, CG_STR("RETURN twice(21)"), CG_LANG_GRAPH, CG_STR("q"), (cg_pos){ 0 }, &q, NULL),
                     CSPM_OK);
    cg_language_free(h.l);
    h.l = NULL;
    h.b.host = NULL;
    ck_assert_uint_eq(h.released, 0);
    ck_assert_int_eq(cg_query_run(q, h.b.g, NULL, 0, NULL, NULL, &r, NULL), CSPM_OK);
    ck_assert_int_eq(cg_run_next(r, &row, NULL), CSPM_OK);
    ck_assert_int_eq(row[0].integer, 42);
    cg_run_free(r);
    cg_query_unref(q);
    ck_assert_uint_eq(h.released, 1);
    close_host(&h);
}
END_TEST

Suite *function_suite(void)
{
    Suite *s = suite_create("function");
    TCase *tc = tcase_create("host");
    tcase_add_test(tc, what_is_no_function_is_refused);
    tcase_add_test(tc, the_number_of_arguments_is_checked);
    tcase_add_test(tc, null_needs_no_call);
    tcase_add_test(tc, everywhere_an_expression_stands);
    tcase_add_test(tc, json_answers);
    tcase_add_test(tc, a_failure_names_the_function_and_its_place);
    tcase_add_test(tc, memory_is_the_querys);
    tcase_add_test(tc, memory_refused_anywhere);
    tcase_add_test(tc, one_that_changes_is_kept_out_of_aggregates);
    tcase_add_test(tc, a_function_cannot_read_its_own_rows);
    tcase_add_test(tc, a_query_outlives_its_language);
    suite_add_tcase(s, tc);
    return s;
}
