/* The pipe form: texts that are wrong, operators, expressions. */
#include "pipe_test.h"

#define ESTATE                                                                                                                             \
    "CREATE (a:VM:Box {name: 'web', cpu: 4, tags: ['prod', 'x']})-[:TALKS {port: 443}]->(b:VM {name: 'db', cpu: 8}), "                     \
    "(b)-[:STORES]->(c:Disk {name: 'disk', gb: 100}), (a)-[:TALKS {port: 22}]->(c)"

void pipe_open(bench *b, const char *create)
{
    bench_open(b, create);
    b->language = CG_LANG_PIPE;
}

static void wrong(bench *b, const char *query, const char *detail)
{
    const char *got = ask(b, query);
    ck_assert_msg(!strcmp(got, detail), "%s\n gave %s\n not  %s", query, got, detail);
}

START_TEST(wrong_texts)
{
    static const struct {
        const char *query, *answer;
    } cases[] = {
        { "", "!UnexpectedSyntax" },
        { "   // nothing", "!UnexpectedSyntax" },
        { "|", "!UnexpectedSyntax" },
        { "nodes |", "!UnexpectedSyntax" },
        { "nodes | | take 1", "!UnexpectedSyntax" },
        { "nodes where name == 'x'", "!UnexpectedSyntax" },
        { "node", "!UnknownTable" },
        { "'nodes'", "!UnexpectedSyntax" },
        { "nodes | wher name == 'x'", "!UnexpectedSyntax" },
        { "nodes | WHERE name == 'x'", "!UnexpectedSyntax" },
        { "nodes | where Name == 'x'", "!UndefinedVariable" },
        { "nodes | where name = 'x'", "!UnexpectedSyntax" },
        { "nodes | where name == 'x", "!UnexpectedSyntax" },
        { "nodes | where name == 'a\\qb'", "!InvalidEscape" },
        { "nodes | where name == \"a\nb\"", "!UnexpectedSyntax" },
        { "nodes | where (name == 'x'", "!UnexpectedSyntax" },
        { "nodes | where name == 'x')", "!UnexpectedSyntax" },
        { "nodes | where 'x'", "!InvalidArgumentType" },
        { "nodes | where name in", "!UnexpectedSyntax" },
        { "nodes | where name in ('a'", "!UnexpectedSyntax" },
        { "nodes | where name between ('a')", "!UnexpectedSyntax" },
        { "nodes | where nosuch(name)", "!UnknownFunction" },
        { "nodes | where isempty()", "!InvalidNumberOfArguments" },
        { "nodes | where iff(true, true)", "!InvalidNumberOfArguments" },
        { "nodes | where case(true, 1, 2, 3)", "!InvalidNumberOfArguments" },
        { "nodes | where count() > 1", "!InvalidAggregation" },
        { "nodes | summarize count(count())", "!InvalidAggregation" },
        { "nodes | summarize name", "!InvalidAggregation" },
        { "nodes | summarize count() + name", "!InvalidAggregation" },
        { "nodes | summarize", "!UnexpectedSyntax" },
        { "nodes | summarize by", "!UnexpectedSyntax" },
        { "nodes | summarize percentile(name, 101)", "!NumberOutOfRange" },
        { "nodes | project name, name", "!ColumnNameConflict" },
        { "nodes | project-away nothing", "!UndefinedVariable" },
        { "nodes | project-away *", "!UnexpectedSyntax" },
        { "nodes | project a = name | project-away a*", "!NoColumns" },
        { "nodes | project-rename id = name", "!ColumnNameConflict" },
        { "nodes | order name", "!UnexpectedSyntax" },
        { "nodes | order by name nulls", "!UnexpectedSyntax" },
        { "nodes | top by name", "!UndefinedVariable" },
        { "nodes | take -1", "!InvalidArgumentType" },
        { "nodes | take 'x'", "!InvalidArgumentType" },
        { "nodes | take 1.5", "!InvalidArgumentType" },
        { "nodes | join edges", "!UnexpectedSyntax" },
        { "nodes | join kind=sideways edges on name", "!UnexpectedSyntax" },
        { "nodes | join kind=fullouter edges on name", "!UnsupportedOperator" },
        { "nodes | join (edges) on name", "!UndefinedVariable" },
        { "nodes | join (edges) on $left.id < $right.to", "!InvalidJoinCondition" },
        { "nodes | join (edges) on $left.id == $left.name", "!InvalidJoinCondition" },
        { "nodes | join (edges | take) on kind", "!UnexpectedSyntax" },
        { "nodes | mv-expand", "!UnexpectedSyntax" },
        { "nodes | mv-expand kinds to typeof(thing)", "!UnexpectedSyntax" },
        { "nodes | parse name", "!UnexpectedSyntax" },
        { "nodes | parse name with * a", "!InvalidPattern" },
        { "nodes | parse name with 'x' a:thing", "!UnexpectedSyntax" },
        { "nodes | parse kind=regex name with 'x'", "!UnsupportedOperator" },
        { "let x = 1; nodes", "!UnsupportedOperator" },
        { "union nodes, edges", "!UnsupportedOperator" },
        { "nodes | union edges", "!UnsupportedOperator" },
        { "nodes | render piechart", "!UnsupportedOperator" },
        { "nodes | make-graph a --> b", "!UnsupportedOperator" },
        { "nodes | evaluate bag_unpack(properties)", "!UnsupportedOperator" },
        { "nodes; nodes", "!UnexpectedSyntax" },
        { "print datetime(yesterday)", "!InvalidDatetime" },
        { "print timespan(long)", "!InvalidTimespan" },
        { "print 5q", "!InvalidNumberLiteral" },
        { "print 9223372036854775808", "!IntegerOverflow" },
        { "print dynamic({a: 1})", "!UnexpectedSyntax" },
        { "print dynamic([1, 2)", "!UnexpectedSyntax" },
        { "print 'a' + 'b'", "!InvalidArgumentType" },
        { "print #", "!UnexpectedSyntax" },
        { "print \xC3\xA9", "!InvalidUnicodeCharacter" },
        { "print '\xFF'", "!InvalidUnicodeCharacter" },
        { "print x = extract('(', 0, 'a')", "!InvalidRegularExpression" },
        { "print now()", "!ClockUnset" },
        { "print ago(1d)", "!ClockUnset" },
        { "print $p", "!MissingParameter" },
        { "print {p}", "!MissingParameter" },
        { "print <a b>", "!MissingParameter" },
        { "print {}", "!UnexpectedSyntax" },
    };
    bench b;
    pipe_open(&b, ESTATE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        wrong(&b, cases[i].query, cases[i].answer);
    bench_close(&b);
}
END_TEST

START_TEST(errors_say_where)
{
    bench b;
    pipe_open(&b, ESTATE);
    const char *json = error_of(&b, "nodes\n| where Name == 'x'");
    ck_assert_msg(strstr(json, "\"line\":2,\"column\":9"), "%s", json);
    ck_assert_msg(strstr(json, "Case counts"), "%s", json);
    ck_assert_msg(strstr(json, "\"properties\""), "%s", json);
    json = error_of(&b, "nodes | projekt name");
    ck_assert_msg(strstr(json, "\"project-away\"") || strstr(json, "\"project\""), "%s", json);
    json = error_of(&b, "nodes | where isemty(name)");
    ck_assert_msg(strstr(json, "did you mean isempty?"), "%s", json);
    json = error_of(&b, "nodez | take 1");
    ck_assert_msg(strstr(json, "securityresources"), "%s", json);
    bench_close(&b);
}
END_TEST

START_TEST(row_operators)
{
    bench b;
    pipe_open(&b, ESTATE);
    ck_answer(&b, "nodes | project name", "'web'; 'db'; 'disk'");
    ck_answer(&b, "NODES | take 1 | project name", "'web'");
    ck_answer(&b, "nodes | limit 0", "");
    ck_answer(&b, "nodes | count", "3");
    ck_answer(&b, "edges | count;", "3");
    ck_answer(&b, "nodes | where name == 'none' | count", "0");
    ck_answer(&b, "nodes | where kind == 'VM' and properties.cpu > 4 | project name, properties.cpu", "'db' | 8");
    ck_answer(&b, "nodes | where * contains 'DISK' | project name", "'disk'");
    ck_answer(&b, "nodes | extend n = strlen(name), name = toupper(name) | project name, n", "'WEB' | 3; 'DB' | 2; 'DISK' | 4");
    ck_answer(&b, "nodes | project a = name, b = a", "!UndefinedVariable");
    ck_answer(&b, "nodes | project-keep na*, kind | take 1", "'web' | 'VM'");
    ck_answer(&b, "nodes | project-away id, kind*, labels, properties | take 1", "'web'");
    ck_answer(&b, "nodes | project name, kind | project-rename what = kind | where what == 'Disk'", "'disk' | 'Disk'");
    ck_answer(&b, "nodes | project name, kind | project-reorder kind | take 1", "'VM' | 'web'");
    ck_answer(&b, "nodes | distinct kind", "'VM'; 'Disk'");
    ck_answer(&b, "nodes | project kind | distinct *", "'VM'; 'Disk'");
    ck_answer(&b, "nodes | project ['a b'] = name | project ['a b'] | take 1", "'web'");
    ck_answer(&b, "edges | project kind, p = properties.port", "'TALKS' | 443; 'TALKS' | 22; 'STORES' | null");
    ck_answer(&b, "nodes | order by name | project name", "'web'; 'disk'; 'db'");
    ck_answer(&b, "nodes | sort by name asc | project name", "'db'; 'disk'; 'web'");
    ck_answer(&b, "edges | order by tolong(properties.port) asc | project p = properties.port", "null; 22; 443");
    ck_answer(&b, "edges | order by tolong(properties.port) desc | project p = properties.port", "443; 22; null");
    ck_answer(&b, "edges | order by tolong(properties.port) asc nulls last | project p = properties.port", "22; 443; null");
    ck_answer(&b, "edges | order by tolong(properties.port) desc nulls first | project p = properties.port", "null; 443; 22");
    ck_answer(&b, "nodes | top 2 by name asc | project name", "'db'; 'disk'");
    ck_answer(&b, "nodes | project name, n = strlen(name) | top 1 by n", "'disk' | 4");
    bench_close(&b);
}
END_TEST

START_TEST(summaries)
{
    bench b;
    pipe_open(&b, ESTATE);
    ck_answer(&b, "nodes | summarize count() by kind", "'VM' | 2; 'Disk' | 1");
    ck_answer(&b, "nodes | summarize n = count(), countif(name startswith 'd')", "3 | 2");
    ck_answer(&b, "nodes | where name == '' | summarize count(), sum(strlen(name)), max(name)", "0 | 0 | null");
    ck_answer(&b, "nodes | where name == '' | summarize count() by kind", "");
    ck_answer(&b, "nodes | summarize sum(tolong(properties.cpu)), min(name), max(name), avg(tolong(properties.cpu))",
              "12 | 'db' | 'web' | 6.0");
    ck_answer(&b, "nodes | summarize dcount(kind), make_list(name), make_set(kind), make_list(name, 2)",
              "2 | ['web', 'db', 'disk'] | ['VM', 'Disk'] | ['web', 'db']");
    ck_answer(&b, "nodes | summarize by kind", "'VM'; 'Disk'");
    ck_answer(&b, "nodes | summarize take_any(name) by kind | order by kind asc", "'Disk' | 'disk'; 'VM' | 'db'");
    ck_answer(&b, "nodes | summarize arg_max(strlen(name), name, kind)", "4 | 'disk' | 'Disk'");
    ck_answer(&b, "nodes | summarize round(avg(strlen(name)), 1) * 10, count() + 1", "30.0 | 4");
    ck_answer(&b, "edges | summarize sumif(tolong(properties.port), kind == 'TALKS') by bin(tolong(properties.port), 100)",
              "400 | 443; 0 | 22; null | 0");
    ck_answer(&b, "nodes | summarize count() by tostring(properties.cpu) | where count_ > 0 | project properties_cpu, count_",
              "'4' | 1; '8' | 1; '' | 1");
    ck_answer(&b, "nodes | summarize percentile(strlen(name), 50)", "3");
    ck_answer(&b, "nodes | summarize count(name)", "3");
    bench_close(&b);
}
END_TEST

START_TEST(joins)
{
    bench b;
    pipe_open(&b, ESTATE);
    ck_answer(&b, "edges | join kind=inner nodes on $left.to == $right.id | project kind, name",
              "'TALKS' | 'db'; 'TALKS' | 'disk'; 'STORES' | 'disk'");
    ck_answer(&b, "edges | join nodes on $left.to == $right.id | project kind, name", "'TALKS' | 'db'; 'TALKS' | 'disk'");
    ck_answer(&b,
              "nodes | join kind=leftouter (edges | where kind == 'STORES' | project id = from, how = kind) on id | project name, how, id1",
              "'web' | null | null; 'db' | 'STORES' | 'n000001'; 'disk' | null | null");
    ck_answer(&b, "nodes | join kind=leftanti edges on $left.id == $right.from | project name", "'disk'");
    ck_answer(&b, "nodes | join kind=leftsemi edges on $left.id == $right.from | project name", "'web'; 'db'");
    ck_answer(&b, "nodes | join kind=inner (edges | extend id = from) on id, $left.name == $right.to | count", "0");
    ck_answer(&b, "nodes | join kind=inner (nodes | extend n = 1) on kind | count", "5");
    ck_answer(&b, "edges | extend p = properties.port | join kind=inner (edges | extend p = properties.port) on p | count", "2");
    bench_close(&b);
}
END_TEST

START_TEST(expansion)
{
    bench b;
    pipe_open(&b, ESTATE);
    ck_answer(&b, "nodes | mv-expand kinds | project name, kinds", "'web' | 'VM'; 'web' | 'Box'; 'db' | 'VM'; 'disk' | 'Disk'");
    ck_answer(&b, "nodes | mv-expand k = kinds limit 1 | project k", "'VM'; 'VM'; 'Disk'");
    ck_answer(&b, "nodes | mv-expand with_itemindex=i k = kinds | where i == 1 | project k, i", "'Box' | 1");
    ck_answer(&b, "nodes | mv-expand properties | where name == 'db' | project properties", "{cpu: 8}; {name: 'db'}");
    ck_answer(&b, "nodes | mv-expand bagexpansion=array properties | where name == 'db' | project properties",
              "['cpu', 8]; ['name', 'db']");
    ck_answer(&b, "print a = dynamic([1, 2]), b = dynamic(['x']) | mv-expand a, b", "1 | 'x'; 2 | null");
    ck_answer(&b, "print a = dynamic(['1', 'x']) | mv-expand a to typeof(long)", "1; null");
    ck_answer(&b, "print a = dynamic([]) | mv-expand a", "");
    ck_answer(&b, "print a = 5 | mv-expand a", "5");
    bench_close(&b);
}
END_TEST

START_TEST(parsing)
{
    bench b;
    pipe_open(&b, ESTATE);
    ck_answer(&b, "print s = 'a/12/b' | parse s with x '/' n:long '/' y | project x, n, y", "'a' | 12 | 'b'");
    ck_answer(&b, "print s = 'a/xx/b' | parse s with x '/' n:long '/' y | project x, n, y", "'' | null | ''");
    ck_answer(&b, "print s = 'a/xx/b' | parse kind=relaxed s with x '/' n:long '/' y | project x, n, y", "'a' | null | 'b'");
    ck_answer(&b, "print s = 'abc' | parse s with 'a' x", "'abc' | 'bc'");
    ck_answer(&b, "print s = 'abc' | parse s with 'b' x | project x", "''");
    ck_answer(&b, "print s = 'abcb' | parse s with x 'b' | project x", "'abc'");
    ck_answer(&b, "print s = 'abcb' | parse s with x 'b' * | project x", "'a'");
    ck_answer(&b, "print s = 'abc' | parse s with * 'b' x:string | project x", "'c'");
    ck_answer(&b, "print s = 'abc' | parse-where s with * 'z' * | count", "0");
    ck_answer(&b, "nodes | parse-where name with 'd' rest | project rest", "'b'; 'isk'");
    bench_close(&b);
}
END_TEST

Suite *pipe_suite(void)
{
    Suite *s = suite_create("pipe form");
    TCase *t = tcase_create("queries");
    tcase_add_test(t, wrong_texts);
    tcase_add_test(t, errors_say_where);
    tcase_add_test(t, row_operators);
    tcase_add_test(t, summaries);
    tcase_add_test(t, joins);
    tcase_add_test(t, expansion);
    tcase_add_test(t, parsing);
    suite_add_tcase(s, t);
    return s;
}
