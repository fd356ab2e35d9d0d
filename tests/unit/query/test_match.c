/* Patterns on graphs: every operator, trail semantics, paths, optional parts, shortest paths. */
#include "graph/builder.h"
#include "query_test.h"

#include <stdio.h>

#define CHAIN "CREATE (a:A {n: 'a'})-[:R {w: 1}]->(b:B {n: 'b'})-[:R {w: 2}]->(c:C {n: 'c'})-[:S {w: 3}]->(d:D:A {n: 'd'})"

START_TEST(fixed_patterns)
{
    bench b;
    bench_open(&b, CHAIN);
    ck_answer(&b, "MATCH (n) RETURN n.n", "'a'; 'b'; 'c'; 'd'");
    ck_answer(&b, "MATCH (n:A) RETURN n.n", "'a'; 'd'");
    ck_answer(&b, "MATCH (n:A:D) RETURN n.n", "'d'");
    ck_answer(&b, "MATCH (n:B|C) RETURN n.n", "'b'; 'c'");
    ck_answer(&b, "MATCH (n:!A) RETURN n.n", "'b'; 'c'");
    ck_answer(&b, "MATCH (n:A&!D) RETURN n.n", "'a'");
    ck_answer(&b, "MATCH (n:%) RETURN count(n)", "4");
    ck_answer(&b, "MATCH (n:Nothing) RETURN n", "");
    ck_answer(&b, "MATCH (n {n: 'b'}) RETURN n", "(:B {n: 'b'})");
    ck_answer(&b, "MATCH (x)-[:R]->(y) RETURN x.n, y.n", "'a' | 'b'; 'b' | 'c'");
    ck_answer(&b, "MATCH (x)<-[:R]-(y) RETURN x.n, y.n", "'b' | 'a'; 'c' | 'b'");
    ck_answer(&b, "MATCH (x {n: 'b'})-[r]-(y) RETURN y.n, r.w ORDER BY y.n", "'a' | 1; 'c' | 2");
    ck_answer(&b, "MATCH (x)-[r:R|S]->(y) RETURN sum(r.w)", "6");
    ck_answer(&b, "MATCH (x)-[r:R|:S {w: 3}]->(y) RETURN type(r), startNode(r) = x, endNode(r) = y", "'S' | true | true");
    ck_answer(&b, "MATCH (x)-[:Nothing]->(y) RETURN x", "");
    ck_answer(&b, "MATCH (x)-[r]->(y) WHERE r:S RETURN y.n", "'d'");
    ck_answer(&b, "MATCH (x)-[]->(y)-[]->(z) RETURN x.n + y.n + z.n AS t", "'abc'; 'bcd'");
    ck_answer(&b, "MATCH (x:A), (y:B) RETURN x.n, y.n", "'a' | 'b'; 'd' | 'b'");
    ck_answer(&b, "MATCH (x:A) MATCH (x)-->(y) RETURN y.n", "'b'");
    ck_answer(&b, "MATCH (x:A), (y:D) WHERE (x)-->()-->()-->(y) RETURN x.n", "'a'");
    ck_answer(&b, "MATCH (x) WHERE NOT (x)-->() RETURN x.n", "'d'");
    ck_answer(&b, "MATCH (x) WHERE exists((x)<--()) RETURN count(*)", "3");
    ck_answer(&b, "MATCH (x) WHERE EXISTS { (x)-[r]->(y) WHERE r.w > 1 } RETURN x.n", "'b'; 'c'");
    ck_answer(&b, "MATCH (x) RETURN x.n, COUNT { (x)--() } AS d", "'a' | 1; 'b' | 2; 'c' | 2; 'd' | 1");
    ck_answer(&b, "MATCH (x:A) RETURN [(x)-[r]-(y) | y.n] AS l", "['b']; ['c']");
    ck_answer(&b, "MATCH (x) WHERE (x)-->(unknown) RETURN x", "!UndefinedVariable");
    ck_answer(&b, "MATCH (a {n: 'a'}) RETURN labels(a), keys(a), properties(a), id(a), elementId(a)",
              "['A'] | ['n'] | {n: 'a'} | 0 | 'n000000'");
    ck_answer(&b, "MATCH (a) WHERE elementId(a) = 'n000002' RETURN a.n", "'c'");
    ck_answer(&b, "MATCH (a) WHERE elementId(a) IN ['n000002', 'x', 'n000000', 'n000002'] RETURN a.n", "'a'; 'c'");
    ck_answer(&b, "MATCH (a)-[r]->(b) WITH r MATCH (x)-[r]->(y) RETURN x.n, y.n", "'a' | 'b'; 'b' | 'c'; 'c' | 'd'");
    ck_answer(&b, "MATCH (a)-[r]->(b) WITH r MATCH (x)-[r]-(y) RETURN count(*)", "6");
    ck_answer(&b, "UNWIND [1] AS n MATCH (n) RETURN n", "!VariableTypeConflict");
    ck_answer(&b, "WITH [1, 'x'] AS l UNWIND l + $p AS n MATCH (n) RETURN n", "!MissingParameter");
    bench_close(&b);
}
END_TEST

START_TEST(optional_parts)
{
    bench b;
    bench_open(&b, CHAIN);
    ck_answer(&b, "MATCH (x) OPTIONAL MATCH (x)-[:S]->(y) RETURN x.n, y.n", "'a' | null; 'b' | null; 'c' | 'd'; 'd' | null");
    ck_answer(&b, "MATCH (x) OPTIONAL MATCH (x)-->(y) WHERE y.n = 'c' RETURN x.n, y.n", "'a' | null; 'b' | 'c'; 'c' | null; 'd' | null");
    ck_answer(&b, "OPTIONAL MATCH (x:Nothing)-[r]->(y) RETURN x, r, y", "null | null | null");
    ck_answer(&b, "OPTIONAL MATCH p = (x:Nothing)-[*]->() RETURN p, length(p), nodes(p)", "null | null | null");
    ck_answer(&b, "OPTIONAL MATCH (x:Nothing) MATCH (x)-->(y) RETURN y", "");
    ck_answer(&b, "OPTIONAL MATCH (x:Nothing) OPTIONAL MATCH (x)-->(y) RETURN x, y", "null | null");
    ck_answer(&b, "MATCH (x:A) OPTIONAL MATCH (x)-[:R]->(y) RETURN count(y), count(*)", "1 | 2");
    bench_close(&b);
}
END_TEST

START_TEST(variable_length)
{
    bench b;
    bench_open(&b, CHAIN);
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*]->(x) RETURN x.n", "'b'; 'c'; 'd'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*0..]->(x) RETURN x.n", "'a'; 'b'; 'c'; 'd'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*0]->(x) RETURN x.n", "'a'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*2]->(x) RETURN x.n", "'c'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*2..]->(x) RETURN x.n", "'c'; 'd'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*..2]->(x) RETURN x.n", "'b'; 'c'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*3..2]->(x) RETURN x.n", "");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[:R*]->(x) RETURN x.n", "'b'; 'c'");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[:Nothing*0..]->(x) RETURN x.n", "'a'");
    ck_answer(&b, "MATCH (x)<-[r*2]-(:A {n: 'a'}) RETURN x.n, size(r), [e IN r | e.w]", "'c' | 2 | [2, 1]");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[r*2..3]->(x:D) RETURN [e IN r | e.w]", "[1, 2, 3]");
    ck_answer(&b, "MATCH p = (:A {n: 'a'})-[*]->(:D) RETURN length(p), [x IN nodes(p) | x.n], size(relationships(p))",
              "3 | ['a', 'b', 'c', 'd'] | 3");
    ck_answer(&b, "MATCH p = (:D)<-[*]-(:A {n: 'a'}) RETURN [x IN nodes(p) | x.n]", "['d', 'c', 'b', 'a']");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*{w: 1}]->(x) RETURN x.n", "'b'");
    ck_answer(&b, "MATCH (x {n: 'b'})-[*..1]-(y) RETURN y.n ORDER BY y.n", "'a'; 'c'");
    ck_answer(&b, "MATCH (a)-[r1:R]->(b)-[r2:R]->(c) WITH [r1, r2] AS rs MATCH (x)-[rs*]->(y) RETURN x.n, y.n", "'a' | 'c'");
    ck_answer(&b, "MATCH (a)-[r1:R]->(b)-[r2:R]->(c) WITH [r2, r1] AS rs MATCH (x)-[rs*]->(y) RETURN x.n, y.n", "");
    ck_answer(&b, "MATCH (:A {n: 'a'})-[*..]->()-[:S]->(x) RETURN x.n", "'d'");
    ck_answer(&b, "MATCH (a)-[:R*-1]->(b) RETURN a", "!InvalidRelationshipPattern");
    bench_close(&b);
}
END_TEST

START_TEST(a_relationship_is_used_once)
{
    bench b;
    bench_open(&b, "CREATE (a {n: 'a'})-[:R {w: 1}]->(b {n: 'b'}), (b)-[:R {w: 2}]->(a), (a)-[:R {w: 3}]->(b), (a)-[:L {w: 4}]->(a)");
    /* Per MATCH, also across comma patterns; not across MATCH clauses. */
    ck_answer(&b, "MATCH (x)-[r1:R]->(y)-[r2:R]->(z) RETURN count(*)", "4");
    ck_answer(&b, "MATCH (x)-[r1:R]-(y)-[r2:R]-(z) WHERE x.n = 'a' RETURN count(*)", "6");
    ck_answer(&b, "MATCH ()-[r1:R]->(), ()-[r2:R]->() RETURN count(*)", "6");
    ck_answer(&b, "MATCH ()-[r1:R]->() MATCH ()-[r2:R]->() RETURN count(*)", "9");
    ck_answer(&b, "MATCH (x)-[r:R]->(x) RETURN count(*)", "0");
    ck_answer(&b, "MATCH (x)-[r:L]-(x) RETURN x.n, r.w", "'a' | 4"); /* a loop once, whatever the direction */
    ck_answer(&b, "MATCH (x)-[r:L]-(y) RETURN count(*)", "1");
    ck_answer(&b, "MATCH (x {n: 'a'})-[r:R*]->(y) RETURN [e IN r | e.w] AS l ORDER BY l", "[1]; [1, 2]; [1, 2, 3]; [3]; [3, 2]; [3, 2, 1]");
    ck_answer(&b, "MATCH (x {n: 'a'})-[r:R*]-(y), (y)-[s:L]-() RETURN count(*)", "6");
    ck_answer(&b, "MATCH (x)-[r:R]->(y)-[s:R*]->(z) RETURN r.w, [e IN s | e.w] AS l ORDER BY r.w, l",
              "1 | [2]; 1 | [2, 3]; 2 | [1]; 2 | [3]; 3 | [2]; 3 | [2, 1]");
    ck_answer(&b, "MATCH (x)-[r]->(y)-[r]->(z) RETURN x", "!RelationshipUniquenessViolation");
    bench_close(&b);
}
END_TEST

START_TEST(shortest_paths)
{
    bench b;
    bench_open(&b, "CREATE (s:S {n: 's'})-[:R]->(a {n: 'a'})-[:R]->(t:T {n: 't'}), (s)-[:R]->(b {n: 'b'})-[:R]->(t), (s)-[:R]->(c {n: "
                   "'c'})-[:R]->(d {n: 'd'})-[:R]->(u:T {n: 'u'}),"
                   "(x:T {n: 'x'}), (s)-[:Q]->(u)");
    ck_answer(&b, "MATCH p = shortestPath((s:S)-[:R*]->(t:T)) RETURN [v IN nodes(p) | v.n] AS l", "['s', 'a', 't']; ['s', 'c', 'd', 'u']");
    ck_answer(&b, "MATCH p = allShortestPaths((s:S)-[:R*]->(t:T)) RETURN [v IN nodes(p) | v.n] AS l",
              "['s', 'a', 't']; ['s', 'b', 't']; ['s', 'c', 'd', 'u']");
    ck_answer(&b, "MATCH p = shortestPath((s:S)-[*]->(t:T {n: 'u'})) RETURN length(p)", "1");
    ck_answer(&b, "MATCH p = shortestPath((t:T)<-[:R*..2]-(s:S)) RETURN [v IN nodes(p) | v.n] AS l", "['t', 'a', 's']");
    ck_answer(&b, "MATCH (s:S), (t:T) MATCH p = shortestPath((s)-[:R*]-(t)) RETURN t.n, length(p)", "'t' | 2; 'u' | 3");
    ck_answer(&b, "MATCH p = shortestPath((s:S)-[:R*0..]->(s)) RETURN p", "");
    ck_answer(&b, "MATCH p = shortestPath((s:S)-[r:R*]->(t:T)) WHERE length(p) > 2 RETURN size(r)", "3");
    ck_answer(&b, "MATCH p = shortestPath((s:S)-[:R*2..]->(t:T)) RETURN p", "!ShortestPathLength");
    ck_answer(&b, "MATCH p = shortestPath((s:S)-[:R]->(a)-[:R]->(t:T)) RETURN p", "!InvalidRelationshipPattern");
    bench_close(&b);
}
END_TEST

START_TEST(disconnected_parts_join_by_value)
{
    bench b;
    bench_open(&b, "CREATE (:X {n: 1, k: 1}), (:X {n: 2, k: 2.0}), (:X {n: 3, k: 'A'}), (:X {n: 4}), (:X {n: 5, k: 1}), (:Y {n: 1, k: "
                   "1.0}), (:Y {n: 2, k: 2}), (:Y {n: 3, k: 'a'}), (:Y {n: 4}), (:Y {n: 5, k: 'z'})");
    static const char *const same = "'1-1'; '2-2'; '5-1'";
    ck_answer(&b, "MATCH (x:X), (y:Y) WHERE x.k = y.k RETURN toString(x.n) + '-' + toString(y.n) AS t ORDER BY t", same);
    ck_answer(&b, "MATCH (x:X) MATCH (y:Y {k: x.k}) RETURN toString(x.n) + '-' + toString(y.n) AS t ORDER BY t", same);
    ck_answer(&b, "MATCH (x:X) MATCH (y:Y) WHERE y.k = x.k RETURN x.n, y.n", "1 | 1; 2 | 2; 5 | 1");
    ck_answer(&b, "MATCH (x:X), (y:Y) WHERE toLower(toString(x.k)) = toLower(toString(y.k)) RETURN x.n, y.n", "3 | 3");
    ck_answer(&b, "MATCH (x:X) WHERE EXISTS { MATCH (y:Y) WHERE y.k = x.k } RETURN x.n", "1; 2; 5");
    ck_answer(&b, "MATCH (x:X), (y:Y) WHERE [x.k, null] = [y.k, null] RETURN x.n", "");
    ck_answer(&b, "MATCH (x:X), (y:Nothing) WHERE x.k = y.k RETURN x.n", "");
    ck_answer(&b, "MATCH (x:X), (y) WHERE x.k = y.k AND x <> y RETURN count(*)", "5");
    bench_close(&b);
}
END_TEST

START_TEST(the_unique_id_as_a_property)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_builder *builder = NULL;
    cg_source_options source = { .name = CG_STR("f.json"), .dialect = CG_STR("opengraph") };
    static const char *const ids[] = { "b", "a", "c" };
    bench b = { .mem = mem, .limits = { .now = INT64_MIN } };
    ck_assert_int_ge(cg_builder_new(mem, NULL, &builder, NULL), 0);
    ck_assert_int_ge(cg_builder_begin_source(builder, &source, NULL), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_ge(cg_builder_begin_node(builder, 0, NULL), 0);
        ck_assert_int_ge(cg_builder_set_id(builder, ids[i], 1, NULL), 0);
        ck_assert_int_ge(cg_builder_add_label(builder, cg_builder_label(builder, "N", 1), NULL), 0);
        ck_assert_int_ge(cg_builder_set_prop(builder, cg_builder_key(builder, "objectid", 8), cg_v_str(CG_STR("o")), NULL), 0);
        ck_assert_int_ge(cg_builder_end_item(builder, NULL), 0);
    }
    ck_assert_int_ge(cg_builder_freeze(builder, NULL, &b.g, NULL), 0);
    cg_builder_free(builder);
    cg_buf_init(&b.out, mem, 0);
    ck_answer(&b, "MATCH (n) RETURN n.id, n.objectid",
              "'a' | 'o'; 'b' | 'o'; 'c' | 'o'"); /* byte order of ids; objectid is the input's own */
    ck_answer(&b, "MATCH (n:N) WHERE n.id = 'b' RETURN n.id", "'b'");
    ck_answer(&b, "MATCH (n {id: 'c'}) RETURN n.id", "'c'");
    ck_answer(&b, "MATCH (n) WHERE n.id IN ['c', 'a'] RETURN n.id", "'a'; 'c'");
    ck_answer(&b, "MATCH (n) WHERE n.id = 'zz' RETURN n.id", "");
    ck_answer(&b, "MATCH (n) WHERE n.id = 5 RETURN n.id", "");
    ck_answer(&b, "MATCH (n {id: 'a'}) RETURN keys(n)", "['objectid']");
    bench_close(&b);
}
END_TEST

static void add_node(cg_builder *b, int i, const char *label)
{
    char id[16];
    snprintf(id, sizeof id, "n%04d", i);
    ck_assert_int_ge(cg_builder_begin_node(b, 0, NULL), 0);
    ck_assert_int_ge(cg_builder_set_id(b, id, strlen(id), NULL), 0);
    ck_assert_int_ge(cg_builder_add_label(b, cg_builder_label(b, label, strlen(label)), NULL), 0);
    ck_assert_int_ge(cg_builder_set_prop(b, cg_builder_key(b, "i", 1), cg_v_int(i), NULL), 0);
    ck_assert_int_ge(cg_builder_end_item(b, NULL), 0);
}

static void add_edge(cg_builder *b, int from, const char *kind, int to)
{
    char a[16], z[16];
    snprintf(a, sizeof a, "n%04d", from);
    snprintf(z, sizeof z, "n%04d", to);
    ck_assert_int_ge(cg_builder_begin_edge(b, 0, NULL), 0);
    cg_builder_set_kind(b, cg_builder_kind(b, kind, strlen(kind)));
    ck_assert_int_ge(cg_builder_set_from(b, a, strlen(a), NULL), 0);
    ck_assert_int_ge(cg_builder_set_to(b, z, strlen(z), NULL), 0);
    ck_assert_int_ge(cg_builder_end_item(b, NULL), 0);
}

/* A tree of 700 nodes, two below each, and a node with a relationship to every other: more than fits any block of a search. */
static void open_tree(bench *b)
{
    cg_builder *builder = NULL;
    cg_source_options source = { .name = CG_STR("host"), .dialect = CG_STR("host") };
    *b = (bench){ .mem = cg_mem_new(NULL, 0), .limits = { .now = INT64_MIN } };
    ck_assert_int_ge(cg_builder_new(b->mem, NULL, &builder, NULL), 0);
    ck_assert_int_ge(cg_builder_begin_source(builder, &source, NULL), 0);
    for (int i = 0; i < 700; i++)
        add_node(builder, i, i ? "N" : "ROOT");
    add_node(builder, 700, "HUB");
    for (int i = 0; i < 700; i++) {
        add_edge(builder, 700, "ALL", i);
        if (i)
            add_edge(builder, (i - 1) / 2, "DOWN", i);
    }
    ck_assert_int_ge(cg_builder_freeze(builder, NULL, &b->g, NULL), 0);
    cg_builder_free(builder);
    cg_buf_init(&b->out, b->mem, 0);
}

START_TEST(searches_of_many_nodes)
{
    bench b;
    open_tree(&b);
    ck_answer(&b, "MATCH (a:ROOT)-[*1..]->(b) RETURN count(DISTINCT b), min(b.i), max(b.i)", "699 | 1 | 699");
    ck_answer(&b, "MATCH (a:ROOT)-[*1..3]->(b) RETURN DISTINCT b.i", "1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12; 13; 14");
    ck_answer(&b, "MATCH (a:ROOT)-[*1..2]-(b) RETURN count(DISTINCT b)", "700"); /* over the hub, and back to the start */
    ck_answer(&b, "MATCH (a:HUB)-[*1..]->(b) RETURN count(DISTINCT b)", "700");
    ck_answer(&b, "MATCH (a:HUB)-[:ALL*1..]->(b) RETURN DISTINCT b.i SKIP 698", "698; 699");
    ck_answer(&b, "MATCH (a:N {i: 699})<-[*1..]-(b) RETURN DISTINCT b.i LIMIT 4", "700; 349; 174; 86");
    ck_answer(&b, "MATCH p = shortestPath((a:ROOT)-[*]->(b:N)) RETURN length(p), count(*)",
              "1 | 2; 2 | 4; 3 | 8; 4 | 16; 5 | 32; 6 | 64; 7 | 128; 8 | 256; 9 | 189");
    ck_answer(&b, "MATCH p = shortestPath((a:ROOT)-[*]->(b {i: 699})) RETURN [n IN nodes(p) | n.i]",
              "[0, 1, 4, 9, 20, 42, 86, 174, 349, 699]");
    ck_answer(&b, "MATCH p = shortestPath((a:N {i: 699})<-[r*]-(b:ROOT)) RETURN [n IN nodes(p) | n.i][8], [x IN r | endNode(x).i]",
              "1 | [699, 349, 174, 86, 42, 20, 9, 4, 1]");
    ck_answer(&b, "MATCH p = allShortestPaths((a:N {i: 3})-[*]-(b {i: 5})) RETURN [n IN nodes(p) | n.i]", "[3, 700, 5]");
    ck_answer(&b, "MATCH p = allShortestPaths((a:N {i: 3})-[*]-(b {i: 0})) RETURN [n IN nodes(p) | n.i]", "[3, 700, 0]; [3, 1, 0]");
    ck_answer(&b, "MATCH (a)-[:DOWN]->(b) RETURN count(DISTINCT a), count(DISTINCT b)", "350 | 699");
    ck_answer(&b, "MATCH (n) UNWIND [n, 1, n, null, 1.0, 'n'] AS v RETURN count(DISTINCT v), count(v)", "703 | 3505");
    bench_close(&b);
}
END_TEST

Suite *match_suite(void)
{
    Suite *s = suite_create("match");
    TCase *tc = tcase_create("patterns");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, fixed_patterns);
    tcase_add_test(tc, optional_parts);
    tcase_add_test(tc, variable_length);
    tcase_add_test(tc, a_relationship_is_used_once);
    tcase_add_test(tc, shortest_paths);
    tcase_add_test(tc, searches_of_many_nodes);
    tcase_add_test(tc, disconnected_parts_join_by_value);
    tcase_add_test(tc, the_unique_id_as_a_property);
    suite_add_tcase(s, tc);
    return s;
}
