/* Expressions: three-valued logic, every operator and function, without a graph. */
#include <stdio.h>

#include "query_test.h"

typedef struct pair {
    const char *expression, *answer;
} pair;

static void check_all(const pair *list, size_t n)
{
    bench b;
    bench_open(&b, "");
    for (size_t i = 0; i < n; i++) {
        char text[512];
        ck_assert_uint_lt(strlen(list[i].expression), 480);
        snprintf(text, sizeof text, "RETURN %s AS x", list[i].expression);
        ck_assert_msg(!strcmp(ask(&b, text), list[i].answer), "%s\n  gives %s\n  not   %s", text, b.out.data, list[i].answer);
    }
    bench_close(&b);
}
#define CHECK_ALL(list) check_all((list), sizeof(list) / sizeof *(list))

START_TEST(truth_tables)
{
    static const char *const values[] = { "true", "false", "null" };
    /* Indexed by left, right: true, false, null. */
    static const char *const and[] = { "true", "false", "null", "false", "false", "false", "null", "false", "null" };
    static const char *const or [] = { "true", "true", "true", "true", "false", "null", "true", "null", "null" };
    static const char *const xor [] = { "false", "true", "null", "true", "false", "null", "null", "null", "null" };
    bench b;
    bench_open(&b, "");
    for (int i = 0; i < 9; i++) {
        char text[96];
        snprintf(text, sizeof text, "RETURN %s AND %s AS a, %s OR %s AS o, %s XOR %s AS x", values[i / 3], values[i % 3], values[i / 3],
                 values[i % 3], values[i / 3], values[i % 3]);
        char want[64];
        snprintf(want, sizeof want, "%s | %s | %s", and[i], or [i], xor[i]);
        ck_assert_msg(!strcmp(ask(&b, text), want), "%s gives %s", text, b.out.data);
    }
    ck_answer(&b, "RETURN NOT true AS a, NOT false AS b, NOT null AS c, NOT NOT true AS d", "false | true | null | true");
    bench_close(&b);
}
END_TEST

START_TEST(comparisons)
{
    static const pair list[] = {
        { "1 = 1.0", "true" },
        { "1 <> 1.0", "false" },
        { "9007199254740993 = 9007199254740992.0", "false" }, /* exact, no rounding to float */
        { "9223372036854775807 < 9223372036854775808.0", "true" },
        { "'a' < 'b'", "true" },
        { "'a' < 1", "null" },
        { "'a' = 1", "false" },
        { "null = null", "null" },
        { "null <> null", "null" },
        { "1 < null", "null" },
        { "1 < 2 < 3", "true" },
        { "1 < 3 < 2", "false" },
        { "1 < 2 < null", "null" },
        { "3 < 2 < null", "false" },
        { "false < true", "true" },
        { "[1, 2] < [1, 3]", "true" },
        { "[1, 2] = [1, null]", "null" },
        { "[1, 2] = [2, null]", "false" },
        { "[1] = [1, 2]", "false" },
        { "{a: 1} = {a: 1.0}", "true" },
        { "{a: null} = {a: 1}", "null" },
        { "0.0 / 0.0 = 0.0 / 0.0", "false" },
        { "0.0 / 0.0 < 1", "false" },
        { "null IS NULL", "true" },
        { "1 IS NOT NULL", "true" },
        { "1 IN [1, 2]", "true" },
        { "1 IN [1.0]", "true" },
        { "3 IN [1, null]", "null" },
        { "1 IN [1, null]", "true" },
        { "null IN []", "false" },
        { "1 IN null", "null" },
        { "[1] IN [[1], 2]", "true" },
        { "1 IN 1", "!InvalidArgumentType" },
        { "'abc' STARTS WITH 'ab'", "true" },
        { "'abc' ENDS WITH 'bc'", "true" },
        { "'abc' CONTAINS ''", "true" },
        { "'abc' CONTAINS null", "null" },
        { "1 STARTS WITH '1'", "null" },
        { "NOT 1 = 2", "true" },
        { "NOT 0", "!InvalidArgumentType" },
        { "1 AND true", "!InvalidArgumentType" },
    };
    CHECK_ALL(list);
}
END_TEST

START_TEST(arithmetic)
{
    static const pair list[] = {
        { "1 + 2 * 3 - 4", "3" },
        { "2 ^ 3 ^ 2", "64.0" },
        { "-2 ^ 2", "4.0" },
        { "7 / 2", "3" },
        { "-7 / 2", "-3" },
        { "7.0 / 2", "3.5" },
        { "7 % 3", "1" },
        { "-7 % 3", "-1" },
        { "1 / 0", "!DivisionByZero" },
        { "1 % 0", "!DivisionByZero" },
        { "1.0 / 0", "Infinity" },
        { "9223372036854775807 + 1", "!IntegerOverflow" },
        { "-9223372036854775808 - 1", "!IntegerOverflow" },
        { "9223372036854775807 * 2", "!IntegerOverflow" },
        { "-9223372036854775808 / -1", "!IntegerOverflow" },
        { "-9223372036854775808 % -1", "0" },
        { "-(-9223372036854775808)", "!IntegerOverflow" },
        { "1 + null", "null" },
        { "'a' + 'b'", "'ab'" },
        { "'a' + 1", "'a1'" },
        { "1.5 + 'a'", "'1.5a'" },
        { "'a' + null", "null" },
        { "[1] + 2", "[1, 2]" },
        { "1 + [2]", "[1, 2]" },
        { "[1] + [2, 3]", "[1, 2, 3]" },
        { "[1] + null", "null" },
        { "1 - 'a'", "!InvalidArgumentType" },
        { "+1", "1" },
        { "-'a'", "!InvalidArgumentType" },
    };
    CHECK_ALL(list);
}
END_TEST

START_TEST(lists_and_maps)
{
    static const pair list[] = {
        { "[1, 2, 3][1]", "2" },
        { "[1, 2, 3][-1]", "3" },
        { "[1, 2, 3][3]", "null" },
        { "[1, 2, 3][-4]", "null" },
        { "[1, 2, 3][null]", "null" },
        { "[1, 2, 3]['a']", "!InvalidArgumentType" },
        { "[1, 2, 3][1..]", "[2, 3]" },
        { "[1, 2, 3][..1]", "[1]" },
        { "[1, 2, 3][-2..]", "[2, 3]" },
        { "[1, 2, 3][..-1]", "[1, 2]" },
        { "[1, 2, 3][5..9]", "[]" },
        { "[1, 2, 3][2..1]", "[]" },
        { "[1, 2, 3][null..1]", "null" },
        { "[1, 2, 3][-9223372036854775808..9223372036854775807]", "[1, 2, 3]" },
        { "{a: 1, b: {c: 2}}.b.c", "2" },
        { "{a: 1}.b", "null" },
        { "{a: 1}['a']", "1" },
        { "{a: 1}[1]", "!MapElementAccessByNonString" },
        { "{b: 1, a: 2}", "{a: 2, b: 1}" },
        { "{a: 1, a: 2}", "{a: 2}" },
        { "[x IN [1, 2, 3] WHERE x > 1 | x * 10]", "[20, 30]" },
        { "[x IN [1, 2, 3] WHERE x > 1]", "[2, 3]" },
        { "[x IN [1, 2] | [y IN [x, x + 1] | x * y]]", "[[1, 2], [4, 6]]" },
        { "[x IN null | x]", "null" },
        { "[x IN 1 | x]", "!InvalidArgumentType" },
        { "all(x IN [] WHERE false)", "true" },
        { "any(x IN [] WHERE true)", "false" },
        { "none(x IN [1] WHERE x = 1)", "false" },
        { "single(x IN [1, 2, 1] WHERE x = 1)", "false" },
        { "single(x IN [1, 2] WHERE x = 1)", "true" },
        { "all(x IN [1, null] WHERE x = 1)", "null" },
        { "any(x IN [1, null] WHERE x = 1)", "true" },
        { "any(x IN [2, null] WHERE x = 1)", "null" },
        { "none(x IN [null] WHERE x = 1)", "null" },
        { "reduce(s = 0, x IN [1, 2, 3] | s + x)", "6" },
        { "reduce(s = 0, x IN null | s + x)", "null" },
        { "CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "'b'" },
        { "CASE WHEN false THEN 1 ELSE 2 END", "2" },
        { "CASE WHEN null THEN 1 END", "null" },
        { "CASE null WHEN null THEN 1 ELSE 2 END", "2" },
        { "1.a", "!InvalidArgumentType" },
        { "(1).a", "!InvalidArgumentType" },
    };
    CHECK_ALL(list);
}
END_TEST

START_TEST(functions)
{
    static const pair list[] = {
        { "COALESCE(null, 1, 2)", "1" },
        { "coalesce(null)", "null" },
        { "size('\xC3\xA9t\xC3\xA9')", "3" },
        { "SIZE([1, 2])", "2" },
        { "size(null)", "null" },
        { "size(1)", "!InvalidArgumentType" },
        { "length([1])", "!InvalidArgumentType" },
        { "head([1, 2])", "1" },
        { "head([])", "null" },
        { "last([1, 2])", "2" },
        { "tail([1, 2, 3])", "[2, 3]" },
        { "reverse([1, 2])", "[2, 1]" },
        { "reverse('a\xC3\xA9')", "'\xC3\xA9"
                                  "a'" },
        { "range(1, 3)", "[1, 2, 3]" },
        { "range(3, 1, -1)", "[3, 2, 1]" },
        { "range(1, 0)", "[]" },
        { "range(1, 2, 0)", "!NumberOutOfRange" },
        { "range(9223372036854775806, 9223372036854775807)", "[9223372036854775806, 9223372036854775807]" },
        { "keys({b: 1, a: null})", "['a', 'b']" },
        { "properties({a: 1})", "{a: 1}" },
        { "toLower('A\xC3\x84')", "'a\xC3\xA4'" },
        { "toUpper('a\xC3\xA4')", "'A\xC3\x84'" },
        { "toString(1) + toString(1.0) + toString(true) + toString('x')", "'11.0truex'" },
        { "toInteger('12')", "12" },
        { "toInteger(' 1.9 ')", "1" },
        { "toInteger('x')", "null" },
        { "toInteger(1e300)", "null" },
        { "toInteger(true)", "1" },
        { "toFloat('1e2')", "100.0" },
        { "toFloat('x')", "null" },
        { "toBoolean('TRUE')", "true" },
        { "toBoolean('x')", "null" },
        { "toBoolean(0)", "false" },
        { "split('a,b,,c', ',')", "['a', 'b', '', 'c']" },
        { "split('a\xC3\xA9', '')", "['a', '\xC3\xA9']" },
        { "split(null, ',')", "null" },
        { "replace('aXbX', 'X', '--')", "'a--b--'" },
        { "replace('a', '', 'b')", "'a'" },
        { "substring('\xC3\xA9"
          "abc', 1)",
          "'abc'" },
        { "substring('abc', 1, 1)", "'b'" },
        { "substring('abc', 9)", "''" },
        { "substring('abc', -1)", "!NegativeIntegerArgument" },
        { "left('abc', 2)", "'ab'" },
        { "left('abc', 9)", "'abc'" },
        { "right('abc', 2)", "'bc'" },
        { "right('abc', -2)", "!NegativeIntegerArgument" },
        { "trim('  a ') + '|'", "'a|'" },
        { "ltrim(' a') + rtrim('b ')", "'ab'" },
        { "rtrim('a..', '.')", "'a'" },
        { "abs(-1)", "1" },
        { "abs(-1.5)", "1.5" },
        { "abs(-9223372036854775808)", "!IntegerOverflow" },
        { "ceil(1.2)", "2.0" },
        { "floor(-1.2)", "-2.0" },
        { "round(2.5)", "3.0" },
        { "round(-2.5)", "-2.0" },
        { "round(1.249, 1)", "1.2" },
        { "sign(-3)", "-1" },
        { "sign(0.0)", "0" },
        { "sqrt(9)", "3.0" },
        { "rand() < 1", "true" },
        { "labels(null)", "null" },
        { "type(1)", "!InvalidArgumentType" },
        { "nodes(null)", "null" },
    };
    CHECK_ALL(list);
}
END_TEST

START_TEST(regular_expressions)
{
    static const pair list[] = {
        { "'abc' =~ 'a.c'", "true" },
        { "'abc' =~ 'b'", "false" }, /* the whole string */
        { "'ABC' =~ '(?i)abc'", "true" },
        { "'S-1-5-512' =~ '.*-(512|544)'", "true" },
        { "'a-1' =~ 'a(?!-1).*'", "false" },
        { "null =~ 'a'", "null" },
        { "'a' =~ null", "null" },
        { "'a' =~ '('", "!InvalidRegularExpression" },
        { "'x1' =~ '\\\\w\\\\d'", "true" },
        { "'a' =~ '(a)\\\\1?'", "true" },
        { "[x IN ['ab', 'b'] | x =~ x + '?']", "[true, true]" }, /* a pattern per row */
        { "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' =~ '(a|aa)+'", "!limit regular expression steps" },
    };
    CHECK_ALL(list);
}
END_TEST

START_TEST(time_values)
{
    bench b;
    bench_open(&b, "");
    b.limits.now = 1795348800000000; /* 2026-11-22T12:00:00Z */
    ck_answer(&b, "RETURN datetime().epochSeconds AS a, datetime().epochseconds AS b, toString(date()) AS c, timestamp() AS d",
              "1795348800 | 1795348800 | '2026-11-22' | 1795348800000");
    ck_answer(&b, "RETURN toString(date() - duration('P90D')) AS x", "'2026-08-24'");
    ck_answer(&b, "RETURN toString(datetime({epochSeconds: 0}) + duration('P1Y2M3DT4H5M6.5S')) AS x", "'1971-03-04T04:05:06.5Z'");
    ck_answer(&b, "RETURN toString(date('2024-01-31') + duration('P1M')) AS x, toString(date('2024-03-31') - duration({months: 1})) AS y",
              "'2024-02-29' | '2024-02-29'");
    ck_answer(&b, "RETURN toString(date('1969-12-31') - duration('P14M')) AS x", "'1968-10-31'");
    ck_answer(&b,
              "RETURN date('2026-06-30') < date() AS x, date(datetime('2026-11-22T23:59:59Z')) = date() AS y, datetime('2020-01-01') = "
              "date('2020-01-01') AS z",
              "true | true | false");
    ck_answer(&b,
              "RETURN duration.inDays(date('2026-01-01'), date('2026-03-01')).days AS d, (duration('P1D') + duration('PT2H')).hours AS h, "
              "(duration('P1W') * 2).days AS w",
              "59 | 2 | 14");
    ck_answer(&b,
              "RETURN date('2024-02-29').year AS y, date('2024-02-29').month AS m, datetime('2024-02-29T10:11:12Z').minute AS n, "
              "date().nothing AS o",
              "2024 | 2 | 11 | null");
    ck_answer(&b, "RETURN datetime(null) AS a, date(null) AS b", "null | null");
    ck_answer(&b, "RETURN date('yesterday')", "!InvalidArgumentValue");
    ck_answer(&b,
              "RETURN (-duration('P1M2DT3S')).months AS m, (-duration({days: 2})).days AS d, toString(date('2026-03-31') + "
              "-duration('P1M')) AS x",
              "-1 | -2 | '2026-02-28'");
    ck_answer(&b, "RETURN +duration('P1D') = duration('P1D'), -(-duration('P1D')) = duration('P1D'), -duration(null)",
              "true | true | null");
    ck_answer(&b, "RETURN -date('2026-01-01')", "!InvalidArgumentType");
    ck_answer(&b, "RETURN duration('90D')", "!InvalidArgumentValue");
    ck_answer(&b, "RETURN datetime() - 1", "!InvalidArgumentType");
    ck_answer(&b, "RETURN datetime() + duration({years: 9000000000})", "!NumberOutOfRange");
    ck_answer(&b, "UNWIND [date('2020-01-02'), date('2020-01-01')] AS d WITH d ORDER BY d RETURN collect(toString(d)) AS l",
              "['2020-01-01', '2020-01-02']");
    b.limits.now = INT64_MIN;
    ck_answer(&b, "RETURN datetime()", "!ClockUnset");
    ck_answer(&b, "RETURN toString(datetime('2020-01-01')) AS x", "'2020-01-01T00:00:00Z'");
    bench_close(&b);
}
END_TEST

START_TEST(aggregates)
{
    bench b;
    bench_open(&b, "");
    ck_answer(&b, "UNWIND [1, null, 2, 2.0] AS x RETURN count(*), count(x), count(DISTINCT x), sum(x), avg(x), min(x), max(x), collect(x)",
              "4 | 3 | 2 | 5.0 | 1.6666666666666667 | 1 | 2 | [1, 2, 2.0]");
    ck_answer(&b, "UNWIND [] AS x RETURN count(*), sum(x), avg(x), min(x), collect(x)", "0 | 0 | null | null | []");
    ck_answer(&b, "UNWIND [] AS x RETURN x, count(*)", "");
    ck_answer(&b, "UNWIND [1, 2, 1, null, null] AS x RETURN x, count(*) AS n", "1 | 2; 2 | 1; null | 2");
    ck_answer(&b, "UNWIND ['b', 1, 'a', true] AS x RETURN min(x), max(x)", "'a' | 1");
    ck_answer(&b, "UNWIND [1, 2, 3, 4] AS x RETURN percentileDisc(x, 0.5), percentileCont(x, 0.5), stDev(x) > 1.29, stDevP(x) < 1.12",
              "2 | 2.5 | true | true");
    ck_answer(&b, "UNWIND [1] AS x RETURN percentileCont(x, 1.5)", "!NumberOutOfRange");
    ck_answer(&b, "UNWIND ['a'] AS x RETURN sum(x)", "!InvalidArgumentType");
    ck_answer(&b, "UNWIND [1, 'a'] AS x RETURN sum(x)", "!InvalidArgumentValue");
    ck_answer(&b, "UNWIND [9223372036854775807, 1] AS x RETURN sum(x)", "!IntegerOverflow");
    ck_answer(&b, "UNWIND [3, 1, 2] AS x WITH x ORDER BY x RETURN collect(x) AS l", "[1, 2, 3]");
    ck_answer(&b, "UNWIND [1, 2, 3] AS x RETURN x % 2 AS odd, sum(x) + 1 AS s ORDER BY s", "0 | 3; 1 | 5");
    ck_answer(&b, "UNWIND [1, 1, 2] AS x RETURN DISTINCT x", "1; 2");
    ck_answer(&b, "RETURN count(count(1))", "!NestedAggregation");
    ck_answer(&b, "MATCH (n) WHERE count(n) > 1 RETURN n", "!InvalidAggregation");
    bench_close(&b);
}
END_TEST

START_TEST(rows_through_clauses)
{
    bench b;
    bench_open(&b, "");
    ck_answer(&b, "UNWIND [3, 1, 2] AS x RETURN x ORDER BY x DESC", "3; 2; 1");
    ck_answer(&b, "UNWIND [3, 1, 2] AS x RETURN x ORDER BY x SKIP 1 LIMIT 1", "2");
    ck_answer(&b, "UNWIND [3, 1, 2] AS x RETURN x LIMIT 0", "");
    ck_answer(&b, "UNWIND [1, 'a', null, 2.5, true, [1]] AS x RETURN x ORDER BY x", "[1]; 'a'; true; 1; 2.5; null");
    ck_answer(&b, "UNWIND range(1, 3000) AS x WITH x ORDER BY x % 100, x DESC LIMIT 3 RETURN x", "3000; 2900; 2800");
    ck_answer(&b, "WITH 1 AS a WITH a, a + 1 AS b WHERE b = 2 RETURN a, b", "1 | 2");
    ck_answer(&b, "UNWIND [1, 2] AS a UNWIND [a, a * 10] AS b RETURN b", "1; 10; 2; 20");
    ck_answer(&b, "UNWIND null AS x RETURN x", "");
    ck_answer(&b, "RETURN 1 AS x UNION RETURN 1 AS x UNION RETURN 2 AS x", "1; 2");
    ck_answer(&b, "RETURN 1 AS x UNION ALL RETURN 1 AS x", "1; 1");
    ck_answer(&b, "UNWIND [1, 2] AS x CALL { WITH x UNWIND [x, x] AS y RETURN sum(y) AS s } RETURN x, s", "1 | 2; 2 | 4");
    ck_answer(&b, "UNWIND [1, 2] AS x CALL (x) { RETURN x * 10 AS s UNION ALL RETURN x * 100 AS s } RETURN x, s",
              "1 | 10; 1 | 100; 2 | 20; 2 | 200");
    ck_answer(&b, "UNWIND [1, 2] AS x CALL { WITH x WITH x AS y RETURN y AS s UNION ALL WITH x RETURN -x AS s } RETURN x, s",
              "1 | 1; 1 | -1; 2 | 2; 2 | -2");
    ck_answer(&b, "CALL { UNWIND [1, 2] AS y RETURN y } RETURN y", "1; 2");
    ck_answer(&b, "WITH 1 AS x CALL { RETURN x AS y } RETURN y", "!UndefinedVariable");
    ck_answer(&b, "RETURN EXISTS { UNWIND [] AS x RETURN x } AS a, COUNT { UNWIND [1, 2] AS x RETURN x } AS b", "false | 2");
    ck_answer(&b, "RETURN 1 AS a, 2 AS a", "!ColumnNameConflict");
    ck_answer(&b, "RETURN 1 AS a LIMIT -1", "!NegativeIntegerArgument");
    ck_answer(&b, "RETURN $missing AS x", "!MissingParameter");
    cg_query *unready = NULL;
    cg_run *never = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_query_compile(b.mem, CG_STR("RETURN 1,\n  $missing"), CG_LANG_GRAPH, CG_STR("q"), (cg_pos){ 0 }, &unready, NULL),
                     0);
    ck_assert_int_eq(cg_query_run(unready, b.g, NULL, 0, NULL, NULL, &never, &err), CSPM_E_QUERY);
    ck_assert_msg(strstr(cspm_error_text(err, NULL), "q:2:3: error: parameter $missing has no value") != NULL, "%s",
                  cspm_error_text(err, NULL));
    cspm_error_free(err);
    cg_query_unref(unready);
    cg_param params[2] = { { CG_STR("n"), cg_v_int(2) }, { CG_STR("a b"), cg_v_null() } };
    b.params = params;
    b.n_params = 2;
    ck_answer(&b, "UNWIND [1, 2, 3] AS x RETURN x LIMIT $n", "1; 2");
    ck_answer(&b, "RETURN $`a b` AS x", "null");
    params[0].value = cg_v_str(CG_STR("two"));
    ck_answer(&b, "UNWIND [1, 2, 3] AS x RETURN x LIMIT $n", "!InvalidArgumentType");
    bench_close(&b);
}
END_TEST

/* Constant lists over eight items are looked up, others walked: the answers are the same. */
START_TEST(in_long_lists)
{
    bench b;
    bench_open(&b, "CREATE ({i: 1}), ({i: 7.0}), ({i: 'x'}), ({i: true}), ({i: 100}), ({j: 1})");
    ck_answer(&b,
              "RETURN 3 IN [1, 2, 3, 4, 5, 6, 7, 8, 9] AS a, 3.0 IN [1, 2, 3, 4, 5, 6, 7, 8, 9] AS b, 3.5 IN [1, 2, 3, 4, 5, 6, 7, "
              "8, 9] AS c, '3' IN [1, 2, 3, 4, 5, 6, 7, 8, 9] AS d, null IN [1, 2, 3, 4, 5, 6, 7, 8, 9] AS e",
              "true | true | false | false | null");
    ck_answer(&b,
              "RETURN 3 IN [1, 2, 3, 4, 5, 6, 7, 8, null] AS a, 33 IN [1, 2, 3, 4, 5, 6, 7, 8, null] AS b, [1] IN [1, 2, 3, 4, 5, 6, "
              "7, 8, 9] AS c, [1] IN [1, 2, 3, 4, 5, 6, 7, 8, null] AS d, {a: 1} IN [1, 2, 3, 4, 5, 6, 7, 8, 9] AS e",
              "true | null | false | null | false");
    ck_answer(&b,
              "RETURN -3 IN [-1, -2, -3, 4, 5, 6, 7, 8, 9] AS a, 0.0 IN [-0.0, 2, 3, 4, 5, 6, 7, 8, 9] AS b, 9007199254740993 IN "
              "[9007199254740992.0, 2, 3, 4, 5, 6, 7, 8, 9] AS c, (0.0 / 0.0) IN [1, 2, 3, 4, 5, 6, 7, 8, 9] AS d",
              "true | true | false | false");
    ck_answer(&b, "MATCH (n) WHERE n.i IN [1, 7, 'x', true, 2, 3, 4, 5, 6, 8] RETURN n.i", "1; 7.0; 'x'; true");
    ck_answer(&b, "MATCH (n) WHERE NOT n.i IN [1, 7, 'x', true, 2, 3, 4, 5, 6, 8] RETURN n.i", "100");
    ck_answer(&b, "MATCH (n) WHERE NOT n.i IN [1, 7, 'x', true, 2, 3, 4, 5, 6, null] RETURN n.i", "");
    cg_arena arena;
    cg_arena_init(&arena, b.mem);
    cg_tree *tree;
    cg_value v;
    static const char *const lists[] = { "[1,7,\"x\",true,2,3,4,5,6,8]", "[[1],[null],3,4,5,6,7,8,9,10]", "[]", "null", "7" };
    static const char *const rows[] = { "1; 7.0; 'x'; true", "7.0", "", "", "!InvalidArgumentType" };
    cg_param p = { CG_STR("l"), cg_v_null() };
    b.params = &p;
    b.n_params = 1;
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_ge(cg_tree_from_json(&arena, cg_str_from(lists[i]), CG_STR("p"), NULL, &tree, NULL), 0);
        ck_assert_int_ge(cg_value_from_tree(&arena, tree, &v), 0);
        p.value = v;
        ck_answer(&b, "MATCH (n) WHERE n.i IN $l RETURN n.i", rows[i]);
    }
    ck_answer(&b, "MATCH (n) WHERE NOT n.i IN $l RETURN n.i", "!InvalidArgumentType");
    p.value = cg_v_null();
    ck_answer(&b, "UNWIND [1, null] AS x RETURN x IN $l AS y", "null; null");
    ck_answer(&b, "UNWIND [1, null] AS x RETURN x IN [] AS y", "false; false");
    cg_arena_free(&arena);
    bench_close(&b);
}
END_TEST

Suite *expression_suite(void)
{
    Suite *s = suite_create("expression");
    TCase *tc = tcase_create("values");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, in_long_lists);
    tcase_add_test(tc, truth_tables);
    tcase_add_test(tc, comparisons);
    tcase_add_test(tc, arithmetic);
    tcase_add_test(tc, lists_and_maps);
    tcase_add_test(tc, functions);
    tcase_add_test(tc, regular_expressions);
    tcase_add_test(tc, time_values);
    tcase_add_test(tc, aggregates);
    tcase_add_test(tc, rows_through_clauses);
    suite_add_tcase(s, tc);
    return s;
}
