/* Texts that are no queries, and how they are told so. Bad input first. */
#include <stdio.h>
#include <stdlib.h>

#include "query_test.h"

static char *repeat(const char *before, const char *part, size_t n, const char *after)
{
    size_t length = strlen(part), total = strlen(before) + n * length + strlen(after);
    char *text = malloc(total + 1), *at = text;
    ck_assert_ptr_nonnull(text);
    memcpy(at, before, strlen(before));
    at += strlen(before);
    for (size_t i = 0; i < n; i++, at += length)
        memcpy(at, part, length);
    memcpy(at, after, strlen(after) + 1);
    return text;
}

static void expect_long(bench *b, const char *before, const char *part, size_t n, const char *after, const char *expected)
{
    char *text = repeat(before, part, n, after);
    ck_assert_str_eq(ask(b, text), expected);
    free(text);
}

START_TEST(deep_nesting_is_a_limit)
{
    bench b;
    static const char *const parts[] = { "(",
                                         "[",
                                         "{a:",
                                         "-(",
                                         "NOT ",
                                         "- ",
                                         "CASE WHEN ",
                                         "[x IN ",
                                         "size(",
                                         "all(x IN ",
                                         "EXISTS { RETURN ",
                                         "COUNT { MATCH (n) WHERE ",
                                         "[(a)-->(b) | " };
    bench_open(&b, "");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        expect_long(&b, "RETURN ", parts[i], 10000, "", "!limit nesting depth");
    expect_long(&b, "MATCH (n:", "(", 10000, "", "!limit nesting depth");
    expect_long(&b, "MATCH (n:", "!", 10000, "A) RETURN n", "!limit nesting depth");
    expect_long(&b, "", "CALL { ", 10000, "", "!limit nesting depth");
    expect_long(&b, "RETURN x", ".y", 10000, "", "!limit expression depth");
    expect_long(&b, "RETURN [1]", "[0]", 10000, "", "!limit expression depth");
    expect_long(&b, "RETURN 1", " IS NULL", 10000, "", "!limit expression depth");
    /* Within the limits both parser and evaluator get through. */
    char *text = repeat("RETURN ", "(", 190, "1");
    char *whole = repeat(text, ")", 190, " AS x");
    ck_assert_str_eq(ask(&b, whole), "1");
    free(text);
    free(whole);
    bench_close(&b);
}
END_TEST

START_TEST(long_chains_are_fine)
{
    bench b;
    bench_open(&b, "");
    expect_long(&b, "RETURN 0", " + 1", 15000, " AS x", "15000");
    expect_long(&b, "RETURN true", " AND true", 6000, " AS x", "true");
    expect_long(&b, "RETURN false", " OR 1 = 2", 6000, " AS x", "false");
    expect_long(&b, "RETURN 1", " < 2 > 1", 6000, " AS x", "true");
    expect_long(&b, "RETURN size([1", ", 1", 60000, "]) AS x", "60001");
    expect_long(&b, "RETURN size([1", ", 1", 70000, "]) AS x", "!limit literal list elements");
    expect_long(&b, "RETURN 1 AS x /*", " ", 900000, "*/", "1");
    expect_long(&b, "RETURN 1 AS x /*", " ", 1100000, "*/", "!limit query bytes");
    expect_long(&b, "RETURN [", "1,", 100000, "1] AS x", "!limit literal list elements");
    expect_long(&b, "RETURN ", ";", 300000, "", "!limit query tokens");
    expect_long(&b, "UNWIND [1] AS a ", "WITH a ", 255, "RETURN a", "!limit clauses");
    expect_long(&b, "MATCH (a)", "-->()", 65, " RETURN a", "!limit pattern elements");
    expect_long(&b, "MATCH (a)", ", (b)", 64, " RETURN a", "!limit pattern elements");
    bench_close(&b);
}
END_TEST

START_TEST(bytes_that_are_no_text)
{
    bench b;
    bench_open(&b, "");
    ck_assert_str_eq(ask_bytes(&b, "RETURN 1\0", 9), "!UnexpectedSyntax");
    ck_assert_str_eq(ask_bytes(&b, "RETURN '\xff' AS x", 15), "!InvalidUnicodeCharacter");
    ck_assert_str_eq(ask_bytes(&b, "RETURN '\xc0\xaf' AS x", 16), "!InvalidUnicodeCharacter");
    ck_assert_str_eq(ask_bytes(&b, "RETURN '\xed\xa0\x80' AS x", 17), "!InvalidUnicodeCharacter");
    ck_answer(&b, "RETURN \xe2\x80\x94 1", "!InvalidUnicodeCharacter");
    ck_answer(&b, "RETURN 'a\x01' AS x", "'a\x01'");
    ck_answer(&b, "RETURN \x01", "!UnexpectedSyntax");
    ck_answer(&b, "RETURN '\\u0000'", "!InvalidUnicodeLiteral");
    ck_answer(&b, "RETURN '\\uD800'", "!InvalidUnicodeLiteral");
    ck_answer(&b, "RETURN '\\uD83D\\uDE00' AS x", "'\xF0\x9F\x98\x80'");
    ck_answer(&b, "RETURN '\\U0001F600' AS x", "'\xF0\x9F\x98\x80'");
    ck_answer(&b, "RETURN '\\U00110000'", "!InvalidUnicodeLiteral");
    bench_close(&b);
}
END_TEST

START_TEST(what_does_not_end)
{
    bench b;
    static const char *const texts[] = { "",
                                         " ",
                                         "// only",
                                         "RETURN",
                                         "MATCH",
                                         "MATCH (",
                                         "MATCH (n",
                                         "MATCH (n)",
                                         "MATCH (n) RETURN",
                                         "MATCH (n)-[",
                                         "MATCH (n)-[*",
                                         "MATCH (n)-[r:",
                                         "MATCH (n) WHERE",
                                         "RETURN 'abc",
                                         "RETURN \"abc",
                                         "RETURN `abc",
                                         "RETURN 1 /* abc",
                                         "RETURN [1,",
                                         "RETURN {a:",
                                         "RETURN 1 +",
                                         "RETURN CASE WHEN 1",
                                         "RETURN 'a\\",
                                         "RETURN $",
                                         "RETURN $`x",
                                         "UNWIND",
                                         "UNWIND 1",
                                         "UNWIND 1 AS",
                                         "WITH 1 AS a",
                                         "CALL {",
                                         "RETURN EXISTS {",
                                         "RETURN all(x IN",
                                         "RETURN reduce(a",
                                         "RETURN a.",
                                         "RETURN n:",
                                         "RETURN 1 ORDER",
                                         "RETURN 1 LIMIT",
                                         "UNION",
                                         "RETURN 1 UNION" };
    bench_open(&b, "");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!strcmp(ask(&b, texts[i]), "!UnexpectedSyntax"), "%s: %s", texts[i], b.out.data);
    bench_close(&b);
}
END_TEST

START_TEST(numbers)
{
    bench b;
    bench_open(&b, "");
    ck_answer(&b, "RETURN 9223372036854775807 AS x", "9223372036854775807");
    ck_answer(&b, "RETURN -9223372036854775808 AS x", "-9223372036854775808");
    ck_answer(&b, "RETURN 9223372036854775808", "!IntegerOverflow");
    ck_answer(&b, "RETURN 0xFF AS x, 0o17 AS y", "255 | 15");
    ck_answer(&b, "RETURN 0x", "!InvalidNumberLiteral");
    ck_answer(&b, "RETURN 0o8", "!InvalidNumberLiteral");
    ck_answer(&b, "RETURN 12ab", "!InvalidNumberLiteral");
    ck_answer(&b, "RETURN 1e400", "!FloatingPointOverflow");
    ck_answer(&b, "RETURN .5 AS x, 1e3 AS y, 1.5E-2 AS z", "0.5 | 1000.0 | 0.015");
    ck_answer(&b, "RETURN [1, 2, 3][0..2] AS x", "[1, 2]");
    bench_close(&b);
}
END_TEST

static void error_has(bench *b, const char *query, const char *piece)
{
    const char *json = error_of(b, query);
    ck_assert_msg(strstr(json, piece) != NULL, "%s\n  has no %s\n  in %s", query, piece, json);
}

START_TEST(errors_say_where_and_what)
{
    bench b;
    bench_open(&b, "");
    error_has(&b, "MATCH (n)\nRETURN n.name,", "\"line\":2,\"column\":15");
    error_has(&b, "RETURN '\xC3\xA9\xC3\xA9' x", "\"offset\":14,\"line\":1,\"column\":13"); /* columns count characters */
    error_has(&b, "RETURN '\xC3\xA9\xC3\xA9' x", "\"found\":\"x\"");
    error_has(&b, "MATCH (n RETURN n", "\"expected\":[\")\",\":\",\"{\"]");
    error_has(&b, "MATCH (n) RETURN n LIMIT", "\"found\":\"end of query\"");
    error_has(&b, "MATCH (n)\nWHERE n.a == 1\nRETURN n", "\"source_line\":\"WHERE n.a == 1\"");
    error_has(&b, "MATCH (n) WHERE n.a != 1 RETURN n", "\"hint\":\"write \\u003c\\u003e for");
    error_has(&b, "RETURN coalese(1)", "did you mean coalesce?");
    error_has(&b, "RETURN coalese(1)", "\"class\":\"bind\",\"detail\":\"UnknownFunction\"");
    error_has(&b, "RETURN zzzzzzzzzz(1)", "UnknownFunction");
    error_has(&b, "MATCH (n) RETURN m", "\"detail\":\"UndefinedVariable\"");
    error_has(&b, "RETURN size(1, 2)", "\"detail\":\"InvalidNumberOfArguments\"");
    error_has(&b, "RETURN size(1, 2)", "size takes 1 argument, not 2");
    error_has(&b, "RETURN substring('a')", "substring takes 2 to 3 arguments, not 1");
    error_has(&b, "RETURN coalesce()", "coalesce takes at least 1 argument, not 0");
    error_has(&b, "RETURN 1 +", "\"class\":\"syntax\"");
    bench_close(&b);
}
END_TEST

START_TEST(positions_start_at_the_base)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_query *q = NULL;
    cspm_error *err = NULL;
    uint64_t offset;
    uint32_t line, column;
    cg_pos base = { .offset = 100, .line = 7, .column = 5 };
    ck_assert_int_eq(cg_query_compile(mem, CG_STR("MATCH (n) RETURN m"), CG_LANG_GRAPH, CG_STR("pack.yaml"), base, &q, &err), CSPM_E_QUERY);
    cspm_error_position(err, &offset, &line, &column);
    ck_assert_uint_eq(offset, 117);
    ck_assert_uint_eq(line, 7);
    ck_assert_uint_eq(column, 22);
    ck_assert_str_eq(cspm_error_source(err, NULL), "pack.yaml");
    cspm_error_free(err);
    err = NULL;
    ck_assert_int_eq(cg_query_compile(mem, CG_STR("MATCH (n)\nRETURN m"), CG_LANG_GRAPH, CG_STR("pack.yaml"), base, &q, &err),
                     CSPM_E_QUERY);
    cspm_error_position(err, &offset, &line, &column);
    ck_assert_uint_eq(line, 8);
    ck_assert_uint_eq(column, 8);
    cspm_error_free(err);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(refusals_have_names)
{
    static const char *const writes[] = { "CREATE (n)",
                                          "MERGE (n)",
                                          "MATCH (n) SET n.a = 1",
                                          "MATCH (n) DELETE n",
                                          "MATCH (n) DETACH DELETE n",
                                          "MATCH (n) REMOVE n.a RETURN n",
                                          "FOREACH (x IN [1] | CREATE (n))",
                                          "DROP INDEX x",
                                          "RETURN EXISTS { CREATE (n) }" };
    static const char *const others[] = { "LOAD CSV FROM 'x' AS row RETURN row",
                                          "USE g RETURN 1",
                                          "SHOW INDEXES",
                                          "CALL db.labels()",
                                          "MATCH (n) RETURN n {.a}",
                                          "MATCH ANY SHORTEST (a)-->(b) RETURN a",
                                          "MATCH ((a)-->(b)){1,3} RETURN a",
                                          "RETURN shortestPath((a)-[*]->(b))",
                                          "RETURN COLLECT { MATCH (n) RETURN n }",
                                          "MATCH (n WHERE n.a = 1) RETURN n",
                                          "MATCH ()-[:!A]->() RETURN 1" };
    bench b;
    bench_open(&b, "");
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
        error_has(&b, writes[i], "the language is read-only");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        error_has(&b, others[i], "\"class\":\"unsupported-feature\"");
    error_has(&b, "MATCH (n) SET n.a = 1", "SET: the language is read-only");
    error_has(&b, "MATCH (n) SET n.a = 1", "\"line\":1,\"column\":11");
    bench_close(&b);
}
END_TEST

START_TEST(keywords_are_soft)
{
    bench b;
    bench_open(&b, "CREATE (:Match {order: 1, limit: 2, where: 3})");
    ck_answer(&b, "MATCH (match:Match) RETURN match.order, match.limit, match.where", "1 | 2 | 3");
    ck_answer(&b, "MATCH (as:Match) RETURN as.order AS as", "1");
    ck_answer(&b, "WITH 1 AS count, 2 AS all RETURN count + all AS exists", "3");
    ck_answer(&b, "with 1 as `a b` return `a b` + 1 as x", "2");
    ck_answer(&b, "RETURN {null: 1, true: 2}.true AS x", "2");
    ck_answer(&b, "WITH 5 AS distinct RETURN distinct", "5");
    ck_answer(&b, "RETURN 1 AS x // comment", "1");
    ck_answer(&b, "RETURN 1 AS x;", "1");
    ck_answer(&b, "RETURN 1 AS x; RETURN 2 AS x", "!UnexpectedSyntax");
    bench_close(&b);
}
END_TEST

Suite *syntax_suite(void)
{
    Suite *s = suite_create("syntax");
    TCase *tc = tcase_create("text");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, deep_nesting_is_a_limit);
    tcase_add_test(tc, long_chains_are_fine);
    tcase_add_test(tc, bytes_that_are_no_text);
    tcase_add_test(tc, what_does_not_end);
    tcase_add_test(tc, numbers);
    tcase_add_test(tc, errors_say_where_and_what);
    tcase_add_test(tc, positions_start_at_the_base);
    tcase_add_test(tc, refusals_have_names);
    tcase_add_test(tc, keywords_are_soft);
    suite_add_tcase(s, tc);
    return s;
}
