/* What a caller sees of a query besides rows: columns, plan, what it reads, batches; and that the same input gives the same bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "model.h"
#include "query_test.h"

static cg_query *compiled(cg_mem *mem, const char *text)
{
    cg_query *q = NULL;
    cspm_error *err = NULL;
    int32_t rc = cg_query_compile(mem, cg_str_from(text), CG_LANG_GRAPH, CG_STR("query"), (cg_pos){ 0 }, &q, &err);
    ck_assert_msg(rc >= 0, "%s: %s", text, err ? cspm_error_json(err, NULL) : "?");
    return q;
}

static const char *list(cg_buf *b, const cg_str *names, uint32_t n)
{
    cg_buf_clear(b);
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_buf_str(b, names[i]);
    }
    cg_buf_char(b, '\0');
    return b->data;
}

START_TEST(columns_are_named)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    cg_query *q = compiled(mem, "MATCH (n) RETURN n.name , count( * ) AS c, n.a  +  1");
    cg_str names[3] = { cg_query_column(q, 0), cg_query_column(q, 1), cg_query_column(q, 2) };
    ck_assert_str_eq(list(&b, names, cg_query_n_columns(q)), "n.name,c,n.a  +  1");
    ck_assert_ptr_null(cg_query_column(q, 3).data);
    cg_query_unref(q);
    q = compiled(mem, "MATCH (b)-[a]->(c) RETURN *");
    for (uint32_t i = 0; i < 3; i++)
        names[i] = cg_query_column(q, i);
    ck_assert_str_eq(list(&b, names, cg_query_n_columns(q)), "a,b,c");
    cg_query *again = cg_query_ref(q);
    cg_query_unref(q);
    ck_assert_uint_eq(cg_query_n_columns(again), 3);
    cg_query_unref(again);
    cg_query_unref(NULL);
    cg_buf_free(&b);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(duplicate_columns_are_refused)
{
    bench b;
    bench_open(&b, "");
    ck_answer(&b, "MATCH (n) RETURN n, `n`", "!ColumnNameConflict");
    bench_close(&b);
}
END_TEST

static const char *explain(bench *b, const char *text)
{
    cg_query *q = compiled(b->mem, text);
    cspm_error *err = NULL;
    cg_buf_clear(&b->out);
    ck_assert_int_ge(cg_query_explain(q, b->g, &b->out, &err), 0);
    cg_buf_char(&b->out, '\0');
    cg_query_unref(q);
    return b->out.data;
}

START_TEST(plans_start_where_it_is_cheap)
{
    bench b;
    cg_buf text;
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf_init(&text, mem, 0);
    cg_buf_adds(&text, "CREATE (r:Rare)");
    for (int i = 0; i < 50; i++)
        cg_buf_printf(&text, ", (c%d:Common)-[:R]->(r)", i);
    cg_buf_char(&text, '\0');
    bench_open(&b, text.data);
    ck_assert_msg(strstr(explain(&b, "MATCH (c:Common)-[:R]->(r:Rare) RETURN c"), "LabelScan Rare") != NULL, "%s", b.out.data);
    ck_assert_msg(strstr(b.out.data, "Expand <-[:R]-") != NULL, "%s", b.out.data);
    ck_assert_msg(strstr(explain(&b, "MATCH (c)-[:R]->(r) WHERE elementId(c) = $id RETURN r"), "IdSeek") != NULL, "%s", b.out.data);
    ck_assert_msg(strstr(explain(&b, "MATCH (c:Common)-[:R*]->(r:Rare) RETURN c ORDER BY c LIMIT 3"), "best rows only") != NULL, "%s",
                  b.out.data);
    ck_assert_msg(strstr(explain(&b, "MATCH (c:Common), (r:Rare) MATCH (c)-[:R]->(r) RETURN c"), "into") != NULL, "%s", b.out.data);
    ck_assert_msg(strstr(explain(&b, "MATCH (c:Common), (r:Rare) WHERE c.k = r.k RETURN c"), "HashJoin Common") != NULL, "%s", b.out.data);
    ck_assert_msg(strstr(explain(&b, "RETURN 1 AS x UNION RETURN 2 AS x"), "Union 2 parts") != NULL, "%s", b.out.data);
    ck_assert_msg(strstr(explain(&b, "MATCH (c) WHERE EXISTS { (c)-->() } RETURN c"), "Subquery 1") != NULL, "%s", b.out.data);
    bench_close(&b);
    cg_buf_free(&text);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(shortest_paths_take_their_predicates)
{
    static const char *const whole[] = { "length(p) > 2", "any(n IN nodes(p) WHERE n:B)", "nodes(p)[1] = b" };
    static const char *const elements[] = { "all(r IN relationships(p) WHERE r:R)", "NONE(n IN nodes(p) WHERE n:B)", "length(p) < 4",
                                            "NOT any(n IN nodes(p) WHERE n.x = a.x)" };
    bench b;
    char text[256];
    bench_open(&b, "CREATE (a:A)-[:R]->(:B)-[:R]->(c:C), (a)-[:R]->(:D)-[:R]->(:D)-[:R]->(c), (:C)<-[:R]-(a)");
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "MATCH p = shortestPath((a:A)-[*]->(b:C)) WHERE %s RETURN p", whole[i]);
        ck_assert_msg(strstr(explain(&b, text), "ShortestTested") != NULL, "%s\n%s", text, b.out.data);
    }
    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "MATCH p = shortestPath((a:A)-[*]->(b:C)) WHERE %s RETURN p", elements[i]);
        ck_assert_msg(strstr(explain(&b, text), "ShortestPath") != NULL, "%s\n%s", text, b.out.data);
    }
    ck_answer(&b, "MATCH p = shortestPath((a:A)-[*]->(b:C)) WHERE none(n IN nodes(p) WHERE n:B) RETURN length(p) AS l ORDER BY l", "1; 3");
    ck_answer(&b, "MATCH p = shortestPath((a:A)-[*]->(b:C)) WHERE length(p) > 1 RETURN length(p)", "2");
    ck_answer(&b, "MATCH p = shortestPath((a:A)-[*]->(b:C)) WHERE length(p) > 9 RETURN length(p)", "");
    ck_answer(&b, "MATCH p = shortestPath((a:A)-[*]->(b:C)) WHERE all(n IN nodes(p) WHERE n.x > 'a' + 1 OR 1) RETURN p",
              "!InvalidArgumentType");
    /* One search serves all targets of a source. */
    b.limits.max_work = 60;
    ck_answer(&b, "MATCH (a:A) MATCH (t) MATCH p = shortestPath((a)-[*]->(t)) RETURN count(p)", "5");
    bench_close(&b);
}
END_TEST

START_TEST(profiles_count_rows)
{
    bench b;
    bench_open(&b, "CREATE (a:A)-[:R]->(:B {x: 1}), (a)-[:R]->(:B {x: 2}), (a)-[:R]->(:C)");
    cspm_error *err = NULL;
    cg_query *q = compiled(b.mem, "MATCH (a:A)-[:R]->(b:B) WHERE b.x > $x RETURN b.x AS x");
    cg_param x = { CG_STR("x"), cg_v_int(1) };
    ck_assert_int_eq(cg_query_profile(q, b.g, &x, 1, NULL, NULL, &b.out, &err), CSPM_OK);
    cg_buf_char(&b.out, '\0');
    ck_assert_msg(!strncmp(b.out.data, "1 rows, ", 8), "%s", b.out.data);
    ck_assert_msg(strstr(b.out.data, "LabelScan B  (rows ~2, made 2)") && strstr(b.out.data, ", made 1)"), "%s", b.out.data);
    cg_buf_clear(&b.out);
    ck_assert_int_eq(cg_query_profile(q, b.g, NULL, 0, NULL, NULL, &b.out, &err), CSPM_E_QUERY);
    ck_assert_uint_eq(b.out.length, 0);
    cspm_error_free(err);
    err = NULL;
    cg_query_unref(q);
    q = compiled(b.mem, "UNWIND range(1, 100) AS x RETURN x");
    cg_run_limits few = { .max_rows = 7, .now = INT64_MIN };
    ck_assert_int_eq(cg_query_profile(q, b.g, NULL, 0, &few, NULL, &b.out, &err), CSPM_OK);
    cg_buf_char(&b.out, '\0');
    ck_assert_msg(strstr(b.out.data, "7 rows, ") && strstr(b.out.data, "cut short"), "%s", b.out.data);
    cg_query_unref(q);
    q = compiled(b.mem, "UNWIND [1, 0] AS x RETURN 1 / x AS y");
    ck_assert_int_eq(cg_query_profile(q, b.g, NULL, 0, NULL, NULL, &b.out, &err), CSPM_E_QUERY);
    cspm_error_free(err);
    cg_query_unref(q);
    bench_close(&b);
}
END_TEST

/* The cheapest first step is not always the first step of the cheapest order. */
START_TEST(orders_are_searched)
{
    bench b;
    cg_buf text;
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf_init(&text, mem, 0);
    cg_buf_adds(&text, "CREATE (a:A), (a)-[:P]->(), (a)-[:P]->(), (a)-[:Q]->(c), (a)-[:Q]->(), (a)-[:Q]->(), (c)-[:S]->()");
    for (int i = 0; i < 40; i++)
        cg_buf_adds(&text, ", ()");
    cg_buf_char(&text, '\0');
    bench_open(&b, text.data);
    const char *plan = explain(&b, "MATCH (a:A)-[:P]->(b), (a)-[:Q]->(c)-[:S]->(d) RETURN b");
    ck_assert_msg(strstr(plan, "[:P]") < strstr(plan, "[:S]") && strstr(plan, "[:S]") < strstr(plan, "[:Q]"), "%s", plan);
    ck_answer(&b, "MATCH (a:A)-[:P]->(b), (a)-[:Q]->(c)-[:S]->(d) RETURN count(*)", "2");
    bench_close(&b);
    /* More relationships than orders are searched for. */
    cg_buf_clear(&text);
    cg_buf_adds(&text, "CREATE (n0:First)");
    for (int i = 0; i < 12; i++)
        cg_buf_printf(&text, ", (n%d)-[:R]->(n%d)", i, i + 1);
    cg_buf_char(&text, '\0');
    bench_open(&b, text.data);
    for (uint32_t hops = 7; hops <= 13; hops++) {
        cg_buf_clear(&text);
        cg_buf_adds(&text, "MATCH (f)");
        for (uint32_t i = 0; i < hops; i++)
            cg_buf_adds(&text, "-[:R]->()");
        cg_buf_adds(&text, " RETURN count(*)");
        cg_buf_char(&text, '\0');
        ck_assert_int_eq(ask(&b, text.data)[0], '0' + 13 - (int)hops);
    }
    bench_close(&b);
    cg_buf_free(&text);
    cg_mem_unref(mem);
}
END_TEST

/* A search instead of all trails, exactly where nobody can tell. */
START_TEST(reachability_only_where_unobservable)
{
    static const struct {
        const char *text;
        bool reach;
    } cases[] = {
        { "MATCH (a:A)-[*1..]->(b) RETURN DISTINCT b", true },
        { "MATCH (a:A)-[*0..]-(b) RETURN DISTINCT b", true },
        { "MATCH (a:A)-[:R*..5]->(b) RETURN count(DISTINCT b), max(b.x), collect(DISTINCT b.y)", true },
        { "MATCH (a) WHERE (a)-[*]->(:B) RETURN a", true },
        { "MATCH (a)-[*]->(b) WITH DISTINCT a, b ORDER BY b.x SKIP 1 LIMIT 3 RETURN a", true },
        { "MATCH (a)-[*]->(b) MATCH (b)-[:R]->(c) RETURN DISTINCT c", true },
        { "MATCH (a:A)-[:R*]->(b)-[:S]->(c) RETURN DISTINCT c", true },
        { "MATCH (a:A) CALL { WITH a MATCH (a)-[*]->(b) RETURN DISTINCT b } RETURN b", true },
        { "MATCH (a:A)-[*1..]->(b) RETURN b AS x UNION MATCH (b:B) RETURN b AS x", true },
        { "MATCH (a:A)-[*1..]->(b) RETURN b", false },
        { "MATCH (a:A)-[*1..]->(b) RETURN b AS x UNION ALL MATCH (b:B) RETURN b AS x", false },
        { "MATCH (a:A)-[*2..]->(b) RETURN DISTINCT b", false },
        { "MATCH (a:A)-[r*1..]->(b) RETURN DISTINCT size(r)", false },
        { "MATCH p = (a:A)-[*1..]->(b) RETURN DISTINCT length(p)", false },
        { "MATCH (a:A)-[*1..]->(b) RETURN count(DISTINCT b), count(*)", false },
        { "MATCH (a:A)-[*1..]->(b) RETURN DISTINCT b, rand()", false },
        { "MATCH (a:A)-[*1..]->(b) WITH b LIMIT 3 RETURN DISTINCT b", false },
        { "MATCH (a:A) RETURN COUNT { (a)-[*]->() }", false },
        { "MATCH (a:A) RETURN [(a)-[*]->(b) | b.x]", false },
        { "MATCH (a:A)-[*]->(b)-[:S]->(c) RETURN DISTINCT c.x, count(*)", false },
    };
    bench b;
    bench_open(&b, "CREATE (a:A)-[:R]->(b:B)-[:R]->(c:B)-[:S]->(a), (c)-[:S]->(:C), (b)-[:R]->(:C), (c)-[:R]->(:C)");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg((strstr(explain(&b, cases[i].text), "Reach") != NULL) == cases[i].reach, "%s\n%s", cases[i].text, b.out.data);
    bench_close(&b);
    /* 15 diamonds in a row have 2^15 trails. */
    cg_buf text;
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf_init(&text, mem, 0);
    cg_buf_adds(&text, "CREATE (n0:First)");
    for (int i = 0; i < 15; i++)
        cg_buf_printf(&text, ", (n%d)-[:R]->(a%d)-[:R]->(n%d), (n%d)-[:R]->(b%d)-[:R]->(n%d)", i, i, i + 1, i, i, i + 1);
    cg_buf_adds(&text, ", (n15)-[:R]->(end:Last)");
    cg_buf_char(&text, '\0');
    bench_open(&b, text.data);
    b.limits.max_work = 4000;
    ck_answer(&b, "MATCH (f:First)-[*]->(x) RETURN count(DISTINCT x)", "46");
    ck_answer(&b, "MATCH (f:First)-[*]-(x) RETURN count(DISTINCT x)", "47");
    ck_answer(&b, "MATCH (f:First) WHERE NOT (f)-[*]->(:Missing) RETURN count(*)", "1");
    bench_close(&b);
    cg_buf_free(&text);
    cg_mem_unref(mem);
}
END_TEST

typedef struct reads_case {
    const char *text, *labels, *kinds, *keys, *negated_labels, *negated_kinds;
    bool any_kind, any_label, negated_any;
} reads_case;

START_TEST(reads_and_negated_reads)
{
    static const reads_case cases[] = {
        { "MATCH (a:A)-[:R]->(b:B {x: 1}) WHERE b.y > 2 RETURN a", "A,B", "R", "x,y", "", "", false, false, false },
        { "MATCH (a:A) WHERE NOT (a)-[:R]->(:B) RETURN a", "A,B", "R", "", "B", "R", false, false, false },
        { "MATCH (a:A) WHERE a:B OR EXISTS { (a)-[:R]->() } RETURN a", "A,B", "R", "", "", "", false, false, false },
        { "MATCH (a:A) WHERE NOT a:B RETURN a", "A,B", "", "", "B", "", false, false, false },
        { "MATCH (a:A) WHERE a:!B RETURN a", "A,B", "", "", "B", "", false, false, false },
        { "MATCH (a)-->(b:B) RETURN a", "B", "", "", "", "", true, false, false },
        { "MATCH (a:A) OPTIONAL MATCH (a)-[:R]->(b) RETURN b", "A", "R", "", "", "R", false, false, false },
        { "MATCH (a:A)-[:R]->(b) WITH b, count(*) AS n WHERE n > 1 MATCH (b)-[:S]->(c:C) RETURN c", "A,C", "R,S", "", "A", "R", false,
          false, false },
        { "MATCH (a:A) RETURN a LIMIT 1", "A", "", "", "A", "", false, false, false },
        { "MATCH (a:A) WHERE COUNT { (a)-[:R]->() } < 3 RETURN a", "A", "R", "", "", "R", false, false, false },
        { "MATCH (a) WHERE NOT (a)-->() RETURN labels(a) AS l", "", "", "", "", "", true, true, true },
        { "MATCH p = shortestPath((a:A)-[:R*]->(b:B)) RETURN p", "A,B", "R", "", "", "R", false, false, false },
    };
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const reads_case *c = &cases[i];
        cg_query *q = compiled(mem, c->text);
        const cg_query_reads *r = cg_query_get_reads(q);
        ck_assert_msg(!strcmp(list(&b, r->labels, r->n_labels), c->labels), "%s: labels %s", c->text, b.data);
        ck_assert_msg(!strcmp(list(&b, r->kinds, r->n_kinds), c->kinds), "%s: kinds %s", c->text, b.data);
        ck_assert_msg(!strcmp(list(&b, r->keys, r->n_keys), c->keys), "%s: keys %s", c->text, b.data);
        ck_assert_msg(!strcmp(list(&b, r->negated_labels, r->n_negated_labels), c->negated_labels), "%s: negated labels %s", c->text,
                      b.data);
        ck_assert_msg(!strcmp(list(&b, r->negated_kinds, r->n_negated_kinds), c->negated_kinds), "%s: negated kinds %s", c->text, b.data);
        ck_assert_msg(r->any_kind == c->any_kind && r->any_label == c->any_label && r->negated_any == c->negated_any, "%s: %d %d %d",
                      c->text, r->any_kind, r->any_label, r->negated_any);
        cg_query_unref(q);
    }
    cg_buf_free(&b);
    cg_mem_unref(mem);
}
END_TEST

/* Rows of one graph, and of the same graph entered in another order. */
START_TEST(same_rows_every_time)
{
    static const char *const texts[] = { "MATCH (a)-[r]-(b)-[s*0..2]->(c) RETURN a.n, b.n, c.n, type(r)",
                                         "MATCH (a) RETURN collect(DISTINCT a.k) AS l, count(*)",
                                         "MATCH (a)-->(b) RETURN a.k, collect(b.n) AS l",
                                         "MATCH p = shortestPath((a)-[*]-(b)) RETURN [x IN nodes(p) | x.n] AS l LIMIT 7" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bench one, two;
        bench_open(&one, "CREATE (a {n: 'a', k: 1})-[:R]->(b {n: 'b', k: 2}), (c {n: 'c', k: 1})-[:S]->(a), (b)-[:R]->(c), (a)-[:S]->(d "
                         "{n: 'd', k: 3})");
        bench_open(&two, "CREATE (a {n: 'a', k: 1}), (b {n: 'b', k: 2}), (c {n: 'c', k: 1}), (d {n: 'd', k: 3}), (a)-[:S]->(d), "
                         "(b)-[:R]->(c), (c)-[:S]->(a), (a)-[:R]->(b)");
        ck_assert_str_eq(ask(&one, texts[i]), ask(&two, texts[i]));
        char first[2048];
        snprintf(first, sizeof first, "%s", one.out.data);
        ck_assert_str_eq(ask(&one, texts[i]), first); /* another run, another hash seed */
        bench_close(&one);
        bench_close(&two);
    }
}
END_TEST

START_TEST(rows_as_batches)
{
    bench b;
    bench_open(&b, "");
    cg_query *q = compiled(b.mem, "UNWIND range(1, 10) AS i RETURN i, toString(i) AS s, i / 2.0 AS f, i > 5 AS t, [i] AS l, CASE i % 2 "
                                  "WHEN 0 THEN i ELSE 'odd' END AS v");
    cg_run *r = NULL;
    cspm_cursor *c = NULL;
    cspm_batch *batch;
    cspm_error *err = NULL;
    static const uint32_t types[] = { CSPM_TYPE_INT64, CSPM_TYPE_STRING,  CSPM_TYPE_DOUBLE,
                                      CSPM_TYPE_BOOL,  CSPM_TYPE_VARIANT, CSPM_TYPE_VARIANT };
    uint64_t rows = 0, batches = 0;
    ck_assert_int_ge(cg_query_run(q, b.g, NULL, 0, NULL, NULL, &r, &err), 0);
    ck_assert_int_ge(cg_run_cursor(r, 4, 0, &c, &err), 0);
    for (uint32_t i = 0; i < 6; i++)
        ck_assert_uint_eq(cspm_cursor_column_type(c, i), types[i]);
    while (cspm_cursor_next(c, &batch, &err) == CSPM_OK) {
        rows += cspm_batch_rows(batch);
        batches++;
        cspm_batch_unref(batch);
    }
    ck_assert_ptr_null(err);
    ck_assert_uint_eq(rows, 10);
    ck_assert_uint_eq(batches, 3);
    ck_assert_uint_eq(cspm_cursor_truncated(c), 0);
    cspm_cursor_free(c);
    /* A batch outlives run and cursor. */
    ck_assert_int_ge(cg_query_run(q, b.g, NULL, 0, NULL, NULL, &r, &err), 0);
    ck_assert_int_ge(cg_run_cursor(r, 0, 0, &c, &err), 0);
    ck_assert_int_eq(cspm_cursor_next(c, &batch, &err), CSPM_OK);
    cspm_cursor_free(c);
    ck_assert_uint_eq(cspm_batch_rows(batch), 10);
    cspm_batch_unref(batch);
    cg_query_unref(q);
    bench_close(&b);
}
END_TEST

/* Types of the columns of a query, as letters: Bool Int Float String Node Edge Path Variant. */
static const char *types_of(bench *b, const char *query)
{
    static char text[16];
    static const char letters[] = { [CSPM_TYPE_BOOL] = 'B', [CSPM_TYPE_INT64] = 'I', [CSPM_TYPE_DOUBLE] = 'F', [CSPM_TYPE_STRING] = 'S',
                                    [CSPM_TYPE_NODE] = 'N', [CSPM_TYPE_EDGE] = 'E',  [CSPM_TYPE_PATH] = 'P',   [CSPM_TYPE_VARIANT] = 'V' };
    cg_query *q = compiled(b->mem, query);
    cg_run *r = NULL;
    cspm_cursor *c = NULL;
    cspm_batch *batch;
    cspm_error *err = NULL;
    ck_assert_int_ge(cg_query_run(q, b->g, b->params, b->n_params, NULL, NULL, &r, &err), 0);
    ck_assert_int_ge(cg_run_cursor(r, 0, 0, &c, &err), 0);
    uint32_t n = cspm_cursor_columns(c);
    ck_assert_uint_lt(n, sizeof text);
    for (uint32_t i = 0; i < n; i++)
        text[i] = letters[cspm_cursor_column_type(c, i)];
    text[n] = 0;
    while (cspm_cursor_next(c, &batch, &err) == CSPM_OK)
        cspm_batch_unref(batch);
    ck_assert_msg(!err, "%s", err ? cspm_error_text(err, NULL) : "");
    cspm_cursor_free(c);
    cg_query_unref(q);
    return text;
}

#define ck_types(b, query, expected) ck_assert_str_eq(types_of((b), (query)), (expected))

/* In the graph at hand: `i` is an integer wherever it is, `m` now an integer and now a text. */
START_TEST(columns_of_properties_have_the_graphs_types)
{
    bench b;
    bench_open(&b, "CREATE (x {i: 1, f: 0.5, s: 'a', t: true, m: 1, l: [1]})-[:R {i: 'text', w: 2}]->(y {i: 2, m: 'b'}), (z {k: 1})");
    ck_types(&b, "MATCH (n) RETURN n.i, n.f, n.s, n.t", "IFSB");
    ck_types(&b, "MATCH (n) RETURN n.m, n.l, n.absent", "VVV");
    ck_types(&b, "MATCH ()-[r]->() RETURN r.i, r.w, r.f", "SIV");
    ck_types(&b, "OPTIONAL MATCH (n {i: 7}) RETURN n.i, n.i + 1, n.i + 0.5, -n.i, n.s + n.i", "IIFIS");
    ck_types(&b, "MATCH (n) RETURN n.i + n.m, n.m + 1", "VV");
    ck_types(&b, "MATCH (n) RETURN min(n.i), max(n.s), sum(n.i), sum(n.f), avg(n.i), max(n.m), count(n.i), abs(min(n.i))", "ISIVFVII");
    ck_types(&b, "MATCH (n) RETURN coalesce(n.i, n.k), coalesce(n.i, 'none'), coalesce(n.s, 'none')", "IVS");
    ck_types(&b, "MATCH (n) RETURN CASE WHEN n.t THEN n.i END, CASE n.i WHEN 1 THEN n.i ELSE n.s END, CASE n.t WHEN true THEN n.f ELSE 0.0 END", "IVF");
    ck_types(&b, "MATCH (n) WITH n.i AS i, n.m AS m, n RETURN i, m, n, i + 1", "IVNI");
    ck_types(&b, "MATCH (n) WITH n AS other, count(*) AS c RETURN other.i, c", "II");
    ck_types(&b, "MATCH (n) CALL { WITH n RETURN n.i AS i UNION ALL WITH n RETURN n.k AS i } RETURN i", "I");
    ck_types(&b, "MATCH (n) CALL { WITH n RETURN n.i AS i UNION ALL WITH n RETURN n.s AS i } RETURN i", "V");
    ck_types(&b, "MATCH (n) RETURN n.i AS a UNION MATCH (n) RETURN n.k AS a", "I");
    ck_types(&b, "MATCH (n) RETURN n.i AS a UNION MATCH (n) RETURN n.f AS a", "V");
    ck_types(&b, "MATCH (n) RETURN n.i AS i, n.i * 2 + count(*) AS twice ORDER BY i", "II");
    ck_types(&b, "WITH {i: 'a map'} AS n RETURN n.i", "V");
    ck_types(&b, "UNWIND [1, 'a'] AS n RETURN n", "V");
    bench_close(&b);
}
END_TEST

static cg_list *two(cg_value a, cg_value b)
{
    cg_list *list = malloc(sizeof *list + 2 * sizeof a);
    list->count = 2;
    list->items[0] = a;
    list->items[1] = b;
    return list;
}

START_TEST(columns_of_parameters_have_their_types)
{
    bench b;
    bench_open(&b, "");
    const cg_list *numbers = two(cg_v_int(1), cg_v_int(2)), *mixed = two(cg_v_int(1), cg_v_bool(true));
    const cg_param params[] = { { CG_STR("n"), cg_v_int(3) },
                                { CG_STR("s"), cg_v_str(CG_STR("x")) },
                                { CG_STR("z"), cg_v_null() },
                                { CG_STR("numbers"), { .type = CG_LIST, .list = numbers } },
                                { CG_STR("mixed"), { .type = CG_LIST, .list = mixed } } };
    b.params = params;
    b.n_params = 5;
    ck_types(&b, "RETURN $n, $s, $n + 1, $z, $n / 2.0, $numbers", "ISIVFV");
    ck_types(&b, "UNWIND $numbers AS i RETURN i, i + 1, max(i)", "III");
    ck_types(&b, "UNWIND $mixed AS i RETURN i", "V");
    bench_close(&b);
    free((void *)numbers);
    free((void *)mixed);
}
END_TEST

Suite *plan_suite(void)
{
    Suite *s = suite_create("plan");
    TCase *tc = tcase_create("outside");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, columns_are_named);
    tcase_add_test(tc, columns_of_properties_have_the_graphs_types);
    tcase_add_test(tc, columns_of_parameters_have_their_types);
    tcase_add_test(tc, duplicate_columns_are_refused);
    tcase_add_test(tc, plans_start_where_it_is_cheap);
    tcase_add_test(tc, profiles_count_rows);
    tcase_add_test(tc, orders_are_searched);
    tcase_add_test(tc, shortest_paths_take_their_predicates);
    tcase_add_test(tc, reachability_only_where_unobservable);
    tcase_add_test(tc, reads_and_negated_reads);
    tcase_add_test(tc, same_rows_every_time);
    tcase_add_test(tc, rows_as_batches);
    suite_add_tcase(s, tc);
    return s;
}
