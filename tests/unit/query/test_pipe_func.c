/* Functions and operators of the pipe form one by one, and memory refused anywhere. */
#include <stdio.h>

#include "model.h"
#include "pipe_test.h"

typedef struct example {
    const char *text, *answer;
} example;

static void all_of(bench *b, const example *list, size_t n)
{
    char query[512];
    for (size_t i = 0; i < n; i++) {
        snprintf(query, sizeof query, "print x = %s", list[i].text);
        const char *got = ask(b, query);
        ck_assert_msg(!strcmp(got, list[i].answer), "%s\n gave %s\n not  %s", query, got, list[i].answer);
    }
}

#define ALL(b, list) all_of((b), (list), sizeof(list) / sizeof *(list))

START_TEST(numbers)
{
    static const example list[] = {
        { "abs(-3)", "3" },
        { "abs(-2.5)", "2.5" },
        { "bin(17, 5)", "15" },
        { "bin(-1, 5)", "-5" },
        { "bin(7.5, 2.0)", "6.0" },
        { "bin(datetime(2026-03-04T05:06:07Z), 1d) == datetime(2026-03-04T00:00:00Z)", "true" },
        { "floor(17, 5)", "15" },
        { "ceiling(1.2)", "2.0" },
        { "log(1)", "0.0" },
        { "max_of(1, 3, 2)", "3" },
        { "min_of(1, 3, 2)", "1" },
        { "pow(2, 10)", "1024.0" },
        { "round(2.567, 1)", "2.6" },
        { "sqrt(9)", "3.0" },
        { "toint('42')", "42" },
        { "tolong('x')", "null" },
        { "tolong(2.9)", "2" },
        { "toreal('1.5')", "1.5" },
        { "todouble('x')", "null" },
        { "todecimal(3)", "3.0" },
        { "tobool('true')", "true" },
        { "toboolean(0)", "false" },
        { "1 + 2 * 3 - 4", "3" },
        { "7 / 2", "3" },
        { "7.0 / 2", "3.5" },
        { "7 % 4", "3" },
        { "-(3)", "-3" },
        { "1 / 0", "null" },
        { "1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2", "true" },
        { "5 between (1 .. 5)", "true" },
        { "5 !between (1 .. 4)", "true" },
    };
    bench b;
    pipe_open(&b, "");
    ALL(&b, list);
    bench_close(&b);
}
END_TEST

START_TEST(texts)
{
    static const example list[] = {
        { "extract('a([0-9]+)', 1, 'xa12')", "'12'" },
        { "extract('a([0-9]+)', 1, 'xa12', typeof(long))", "12" },
        { "extract_all('([0-9])', '1a2')", "['1', '2']" },
        { "indexof('abcabc', 'c')", "2" },
        { "indexof('abcabc', 'c', 3)", "5" },
        { "indexof('abc', 'z')", "-1" },
        { "isempty('')", "true" },
        { "isempty(dynamic(null))", "true" },
        { "isnotempty('a')", "true" },
        { "notempty('')", "false" },
        { "isnull(tolong('x'))", "true" },
        { "isnotnull(1)", "true" },
        { "notnull(1)", "true" },
        { "replace('[0-9]', '#', 'a1b2')", "'a#b#'" },
        { "replace_regex('a1b2', '[0-9]', '#')", "'a#b#'" },
        { "replace_string('a.b.c', '.', '-')", "'a-b-c'" },
        { "split('a/b/c', '/')", "['a', 'b', 'c']" },
        { "split('a/b/c', '/', 1)", "['b']" },
        { "strcat('a', 1, true)", "'a1true'" },
        { "strcat_delim('-', 'a', 'b')", "'a-b'" },
        { "strcat_array(dynamic(['a', 'b']), '+')", "'a+b'" },
        { "array_strcat(dynamic(['a', 'b']), '+')", "'a+b'" },
        { "strlen('\\u00e9t\\u00e9')", "3" },
        { "substring('abcdef', 2)", "'cdef'" },
        { "substring('abcdef', 2, 2)", "'cd'" },
        { "tolower('AbC')", "'abc'" },
        { "toupper('AbC')", "'ABC'" },
        { "tostring(12)", "'12'" },
        { "tostring(dynamic({\"a\": 1}))", "'{\"a\":1}'" },
        { "toguid('74BE27DE-1E4E-49D9-B579-FE0B331D3642')", "'74BE27DE-1E4E-49D9-B579-FE0B331D3642'" },
        { "trim('[-]+', '--a-b--')", "'a-b'" },
        { "trim_start('[-]+', '--a--')", "'a--'" },
        { "trim_end('[-]+', '--a--')", "'--a'" },
        { "gettype('a')", "'string'" },
        { "parse_version('1.2.3') == parse_version('1.2.3')", "true" },
    };
    bench b;
    pipe_open(&b, "");
    ALL(&b, list);
    bench_close(&b);
}
END_TEST

START_TEST(text_operators)
{
    static const example list[] = {
        { "'abc' == 'abc'", "true" },
        { "'abc' == 'ABC'", "false" },
        { "'abc' =~ 'ABC'", "true" },
        { "'abc' !~ 'ABC'", "false" },
        { "'Web Server' contains 'SERV'", "true" },
        { "'Web Server' contains_cs 'SERV'", "false" },
        { "'Web Server' !contains 'x'", "true" },
        { "'Web Server' !contains_cs 'SERV'", "true" },
        { "'Web Server' has 'server'", "true" },
        { "'Web Server' has 'serv'", "false" },
        { "'Web Server' has_cs 'server'", "false" },
        { "'Web Server' !has 'web'", "false" },
        { "'Web Server' !has_cs 'web'", "true" },
        { "'Web Server' hasprefix 'serv'", "true" },
        { "'Web Server' !hasprefix 'erv'", "true" },
        { "'Web Server' hassuffix 'eb'", "true" },
        { "'Web Server' !hassuffix 'eb'", "false" },
        { "'Web Server' has_any ('db', 'web')", "true" },
        { "'Web Server' has_all ('server', 'web')", "true" },
        { "'Web Server' has_all ('server', 'db')", "false" },
        { "'abc' startswith 'AB'", "true" },
        { "'abc' startswith_cs 'AB'", "false" },
        { "'abc' !startswith 'AB'", "false" },
        { "'abc' !startswith_cs 'AB'", "true" },
        { "'abc' endswith 'BC'", "true" },
        { "'abc' endswith_cs 'BC'", "false" },
        { "'abc' !endswith 'BC'", "false" },
        { "'abc' !endswith_cs 'BC'", "true" },
        { "'a' in ('a', 'b')", "true" },
        { "'A' in ('a', 'b')", "false" },
        { "'A' in~ ('a', 'b')", "true" },
        { "'a' !in ('a', 'b')", "false" },
        { "'A' !in~ ('a', 'b')", "false" },
        { "'abc' matches regex '^a.c$'", "true" },
        { "'xabc' matches regex 'b'", "true" },
        { "not('a' == 'b') and true or false", "true" },
    };
    bench b;
    pipe_open(&b, "");
    ALL(&b, list);
    bench_close(&b);
}
END_TEST

START_TEST(lists_and_maps)
{
    static const example list[] = {
        { "array_concat(dynamic([1]), dynamic([2, 3]))", "[1, 2, 3]" },
        { "array_index_of(dynamic(['a', 'b']), 'b')", "1" },
        { "array_index_of(dynamic(['a', 'b']), 'c')", "-1" },
        { "array_length(dynamic([1, 2]))", "2" },
        { "array_length('a')", "null" },
        { "array_slice(dynamic([1, 2, 3, 4]), 1, 2)", "[2, 3]" },
        { "array_slice(dynamic([1, 2, 3, 4]), -2, -1)", "[3, 4]" },
        { "array_sort_asc(dynamic([3, 1, 2]))", "[1, 2, 3]" },
        { "array_sort_desc(dynamic([3, 1, 2]))", "[3, 2, 1]" },
        { "bag_has_key(dynamic({\"a\": 1}), 'a')", "true" },
        { "bag_keys(dynamic({\"b\": 1, \"a\": 2}))", "['a', 'b']" },
        { "bag_pack('a', 1, 'b', 'x')", "{a: 1, b: 'x'}" },
        { "pack('a', 1)", "{a: 1}" },
        { "pack_array(1, 'a')", "[1, 'a']" },
        { "parse_json('{\"a\": [1, 2]}').a[1]", "2" },
        { "parsejson('[1]')[0]", "1" },
        { "todynamic('{\"a\": 5}')['a']", "5" },
        { "toobject('{\"a\": 5}').a", "5" },
        { "parse_json('no json')", "'no json'" },
        { "set_difference(dynamic([1, 2, 3]), dynamic([2]))", "[1, 3]" },
        { "set_has_element(dynamic([1, 2]), 2)", "true" },
        { "set_intersect(dynamic([1, 2, 3]), dynamic([2, 3, 4]))", "[2, 3]" },
        { "set_union(dynamic([1, 2]), dynamic([2, 3]))", "[1, 2, 3]" },
        { "dynamic([1, 2])[-1]", "2" },
        { "dynamic({\"a\": {\"b\": 1}}).a.b", "1" },
        { "dynamic({\"a\": 1}).z", "null" },
        { "coalesce(tolong('x'), 2)", "2" },
        { "iff(1 < 2, 'y', 'n')", "'y'" },
        { "iif(1 > 2, 'y', 'n')", "'n'" },
        { "case(false, 1, true, 2, 3)", "2" },
        { "gettype(dynamic([1]))", "'array'" },
        { "gettype(dynamic({}))", "'dictionary'" },
        { "gettype(1)", "'long'" },
        { "gettype(true)", "'bool'" },
    };
    bench b;
    pipe_open(&b, "");
    ALL(&b, list);
    bench_close(&b);
}
END_TEST

START_TEST(times)
{
    static const example list[] = {
        { "now() == datetime(2026-11-22T12:00:00Z)", "true" },
        { "now(-1d) == datetime(2026-11-21T12:00:00Z)", "true" },
        { "ago(2h) == datetime(2026-11-22T10:00:00Z)", "true" },
        { "datetime_diff('day', datetime(2026-03-01), datetime(2026-02-01))", "28" },
        { "datetime_diff('month', datetime(2026-03-01), datetime(2025-03-01))", "12" },
        { "dayofmonth(datetime(2026-03-04))", "4" },
        { "getmonth(datetime(2026-03-04))", "3" },
        { "monthofyear(datetime(2026-03-04))", "3" },
        { "getyear(datetime(2026-03-04))", "2026" },
        { "hourofday(datetime(2026-03-04T05:06:07Z))", "5" },
        { "format_datetime(datetime(2026-03-04T05:06:07Z), 'yyyy-MM-dd HH:mm:ss')", "'2026-03-04 05:06:07'" },
        { "startofday(datetime(2026-03-04T05:06:07Z)) == datetime(2026-03-04T00:00:00Z)", "true" },
        { "startofmonth(datetime(2026-03-04T05:06:07Z)) == datetime(2026-03-01T00:00:00Z)", "true" },
        { "startofyear(datetime(2026-03-04T05:06:07Z)) == datetime(2026-01-01T00:00:00Z)", "true" },
        { "todatetime('2026-03-04T05:06:07Z') == datetime(2026-03-04T05:06:07Z)", "true" },
        { "todatetime('someday')", "null" },
        { "unixtime_seconds_todatetime(0) == datetime(1970-01-01T00:00:00Z)", "true" },
        { "datetime(2026-03-04) - datetime(2026-03-03) == 1d", "true" },
        { "datetime(2026-03-04) + 12h > datetime(2026-03-04)", "true" },
        { "totimespan('1.02:00:00') == 26h", "true" },
        { "gettype(now())", "'datetime'" },
        { "gettype(1d)", "'timespan'" },
    };
    bench b;
    pipe_open(&b, "");
    b.limits.now = 1795348800000000;
    ALL(&b, list);
    bench_close(&b);
}
END_TEST

START_TEST(null_goes_through)
{
    static const char *const functions[] = {
        "abs(n)",
        "ceiling(n)",
        "log(n)",
        "sqrt(n)",
        "pow(n, 2)",
        "round(n)",
        "bin(n, 5)",
        "toint(n)",
        "toreal(n)",
        "tobool(n)",
        "todatetime(n)",
        "totimespan(n)",
        "array_length(n)",
        "array_sort_asc(n)",
        "bag_keys(n)",
        "dayofmonth(n)",
        "startofday(n)",
        "n + 1",
        "n - 1",
        "n * 2",
        "n / 2",
        "n % 2",
        "-n",
        "n.a",
        "n[0]",
    };
    bench b;
    char query[256];
    pipe_open(&b, "");
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        snprintf(query, sizeof query, "print n = dynamic(null) | project x = %s", functions[i]);
        const char *got = ask(&b, query);
        ck_assert_msg(!strcmp(got, "null"), "%s gave %s", query, got);
    }
    bench_close(&b);
}
END_TEST

static const char *const heavy[] = {
    "nodes | where name has 'a' or name matches regex '^[a-z]+$' | extend s = strcat(name, kind), l = split(name, 'e') | project s, l",
    "nodes | summarize n = count(), make_list(name), make_set(kind), dcount(kind) by kind | order by n desc | take 2",
    "edges | join kind=leftouter nodes on $left.to == $right.id | project kind, name | distinct kind, name",
    "nodes | mv-expand k = kinds | extend p = parse_json('{\"a\": [1, 2]}') | top 2 by tostring(k)",
    "print s = 'a/12/b' | parse s with x '/' n:long '/' y | extend t = bag_pack('k', n), u = replace_regex(x, 'a', 'b')",
};

START_TEST(memory_refused_anywhere)
{
    for (size_t i = 0; i < sizeof heavy / sizeof *heavy; i++) {
        bool whole = false;
        for (uint64_t budget = 20000; !whole && budget < 8u << 20; budget += budget / 16 + 64) {
            cg_mem *mem = cg_mem_new(NULL, budget);
            cg_graph *g = mem ? model_make(mem, "CREATE (a:VM:Box {name: 'web'})-[:TALKS]->(b:VM {name: 'db'})") : NULL;
            cg_query *q = NULL;
            cg_run *r = NULL;
            const cg_value *row;
            cspm_error *err = NULL;
            int32_t rc = CSPM_E_NOMEM;
            if (g) {
                rc = cg_query_compile(mem, cg_str_from(heavy[i]), CG_LANG_PIPE, CG_STR("q"), (cg_pos){ 0 }, &q, &err);
                if (rc >= 0)
                    rc = cg_query_run(q, g, NULL, 0, NULL, NULL, &r, &err);
                while (rc == CSPM_OK)
                    rc = cg_run_next(r, &row, &err);
                ck_assert_msg(rc == CSPM_DONE || rc == CSPM_E_NOMEM || rc == CSPM_E_LIMIT, "%s: %d", heavy[i], rc);
                ck_assert((rc < 0) == (err != NULL));
                whole = rc == CSPM_DONE && !cg_run_truncated(r);
            }
            cspm_error_free(err);
            cg_run_free(r);
            cg_query_unref(q);
            cg_graph_unref(g);
            if (mem)
                ck_assert_uint_eq(cg_mem_used(mem), 0);
            cg_mem_unref(mem);
        }
        ck_assert_msg(whole, "%s", heavy[i]);
    }
}
END_TEST

Suite *pipe_functions_suite(void)
{
    Suite *s = suite_create("pipe form, functions");
    TCase *t = tcase_create("functions");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, numbers);
    tcase_add_test(t, texts);
    tcase_add_test(t, text_operators);
    tcase_add_test(t, lists_and_maps);
    tcase_add_test(t, times);
    tcase_add_test(t, null_goes_through);
    tcase_add_test(t, memory_refused_anywhere);
    suite_add_tcase(s, t);
    return s;
}
