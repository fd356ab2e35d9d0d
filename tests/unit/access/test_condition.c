/* Every condition operator, with and without the key, and policy variables. */
#include "access_test.h"

/* Condition element, the key k's values (NULL = the request has no key; "-" = known to be absent), what an Allow with it gives, and what it
 * gives when keys that are not listed are unknown. */
static const struct {
    const char *condition, *values, *complete, *open;
} cases[] = {
#define ALLOWED "Allowed"
#define DENIED "ImplicitlyDenied"
#define PERHAPS "Conditional"
#define SAME(v) v, v
    /* texts */
    { "'StringEquals':{'k':'a'}", "a", SAME(ALLOWED) },
    { "'StringEquals':{'k':'a'}", "A", SAME(DENIED) },
    { "'StringEquals':{'K':'a'}", "a", SAME(ALLOWED) },
    { "'stringequals':{'k':'a'}", "a", SAME(ALLOWED) },
    { "'StringEquals':{'k':['x','a']}", "a", SAME(ALLOWED) },
    { "'StringEquals':{'k':'a*'}", "ab", SAME(DENIED) },
    { "'StringEquals':{'k':'a'}", NULL, DENIED, PERHAPS },
    { "'StringEquals':{'k':'a'}", "-", SAME(DENIED) },
    { "'StringEquals':{'k':'a','other':'b'}", "x", SAME(DENIED) },
    { "'StringEquals':{'k':'a','other':'b'}", "a", DENIED, PERHAPS },
    { "'StringNotEquals':{'k':'a'}", "b", SAME(ALLOWED) },
    { "'StringNotEquals':{'k':['a','b']}", "b", SAME(DENIED) },
    { "'StringNotEquals':{'k':'a'}", NULL, ALLOWED, PERHAPS },
    { "'StringNotEquals':{'k':'a'}", "b|a", SAME(DENIED) },
    { "'StringEqualsIgnoreCase':{'k':'aB'}", "Ab", SAME(ALLOWED) },
    { "'StringNotEqualsIgnoreCase':{'k':'aB'}", "Ab", SAME(DENIED) },
    { "'StringLike':{'k':'a*c?'}", "abccd", SAME(ALLOWED) },
    { "'StringLike':{'k':'a*c?'}", "abc", SAME(DENIED) },
    { "'StringLike':{'k':'A*'}", "ab", SAME(DENIED) },
    { "'StringNotLike':{'k':'a*'}", "ab", SAME(DENIED) },
    { "'StringNotLike':{'k':'a*'}", "b", SAME(ALLOWED) },
    { "'StringEqualsIfExists':{'k':'a'}", NULL, ALLOWED, PERHAPS },
    { "'StringEqualsIfExists':{'k':'a'}", "-", SAME(ALLOWED) },
    { "'StringEqualsIfExists':{'k':'a'}", "b", SAME(DENIED) },
    /* numbers */
    { "'NumericEquals':{'k':'5'}", "5.0", SAME(ALLOWED) },
    { "'NumericEquals':{'k':5}", "5", SAME(ALLOWED) },
    { "'NumericNotEquals':{'k':'5'}", "6", SAME(ALLOWED) },
    { "'NumericNotEquals':{'k':'5'}", "5", SAME(DENIED) },
    { "'NumericLessThan':{'k':'5'}", "5", SAME(DENIED) },
    { "'NumericLessThan':{'k':'5'}", "-7", SAME(ALLOWED) },
    { "'NumericLessThanEquals':{'k':'5'}", "5", SAME(ALLOWED) },
    { "'NumericGreaterThan':{'k':'5'}", "5", SAME(DENIED) },
    { "'NumericGreaterThan':{'k':'5'}", "10", SAME(ALLOWED) },
    { "'NumericGreaterThanEquals':{'k':'5'}", "5", SAME(ALLOWED) },
    { "'NumericEquals':{'k':'5'}", "five", SAME(DENIED) },
    { "'NumericLessThanEqualsIfExists':{'k':'5'}", NULL, ALLOWED, PERHAPS },
    /* instants */
    { "'DateEquals':{'k':'2026-01-15T10:00:00Z'}", "2026-01-15T11:00:00+01:00", SAME(ALLOWED) },
    { "'DateEquals':{'k':'1768471200'}", "2026-01-15T10:00:00Z", SAME(ALLOWED) },
    { "'DateNotEquals':{'k':'2026-01-15'}", "2026-01-15T00:00:00Z", SAME(DENIED) },
    { "'DateLessThan':{'k':'2026-01-15T10:00:00Z'}", "2026-01-15T09:59:59Z", SAME(ALLOWED) },
    { "'DateLessThan':{'k':'2026-01-15T10:00:00Z'}", "2026-01-15T10:00:00Z", SAME(DENIED) },
    { "'DateLessThanEquals':{'k':'2026-01-15T10:00:00Z'}", "2026-01-15T10:00:00Z", SAME(ALLOWED) },
    { "'DateGreaterThan':{'k':'2026-01-15T10:00:00Z'}", "2026-01-15T10:00:01Z", SAME(ALLOWED) },
    { "'DateGreaterThan':{'k':'2026-01-15T10:00:00Z'}", "then", SAME(DENIED) },
    { "'DateGreaterThanEquals':{'k':'2026-01-15T10:00:00Z'}", "1768471200", SAME(ALLOWED) },
    /* truth */
    { "'Bool':{'k':'true'}", "True", SAME(ALLOWED) },
    { "'Bool':{'k':true}", "true", SAME(ALLOWED) },
    { "'Bool':{'k':'false'}", "true", SAME(DENIED) },
    { "'Bool':{'k':'false'}", NULL, DENIED, PERHAPS },
    { "'BoolIfExists':{'k':'true'}", NULL, ALLOWED, PERHAPS },
    { "'Null':{'k':'true'}", NULL, ALLOWED, PERHAPS },
    { "'Null':{'k':'true'}", "x", SAME(DENIED) },
    { "'Null':{'k':'false'}", "x", SAME(ALLOWED) },
    { "'Null':{'k':false}", "-", SAME(DENIED) },
    { "'Null':{'k':['true','false']}", NULL, ALLOWED, PERHAPS },
    /* bytes */
    { "'BinaryEquals':{'k':'QmluYXJ5'}", "QmluYXJ5", SAME(ALLOWED) },
    { "'BinaryEquals':{'k':'QmluYXJ5'}", "qmluYXJ5", SAME(DENIED) },
    /* addresses */
    { "'IpAddress':{'k':'10.0.0.0/8'}", "10.1.2.3", SAME(ALLOWED) },
    { "'IpAddress':{'k':['10.0.0.0/8','192.0.2.7']}", "192.0.2.7", SAME(ALLOWED) },
    { "'IpAddress':{'k':'10.0.0.0/8'}", "2001:db8::1", SAME(DENIED) },
    { "'IpAddress':{'k':'2001:db8::/32'}", "2001:db8::1", SAME(ALLOWED) },
    { "'IpAddress':{'k':'0.0.0.0/0'}", "2001:db8::1", SAME(DENIED) },
    { "'IpAddress':{'k':'10.0.0.0/8'}", "here", SAME(DENIED) },
    { "'NotIpAddress':{'k':'10.0.0.0/8'}", "11.0.0.1", SAME(ALLOWED) },
    { "'NotIpAddress':{'k':'10.0.0.0/8'}", "10.0.0.1", SAME(DENIED) },
    { "'NotIpAddress':{'k':'10.0.0.0/8'}", NULL, ALLOWED, PERHAPS },
    /* names of resources */
    { "'ArnEquals':{'k':'arn:aws:iam::*:role/*'}", "arn:aws:iam::1:role/a/b", SAME(ALLOWED) },
    { "'ArnLike':{'k':'arn:aws:sns:*:1:t'}", "arn:aws:sns:eu:1:t", SAME(ALLOWED) },
    { "'ArnLike':{'k':'arn:aws:s*:t:u'}", "arn:aws:sns:eu:1:t:u", SAME(DENIED) },
    { "'ArnLike':{'k':'arn:aws:sns:*:1:t*'}", "arn:aws:sns:eu:1:topic:sub", SAME(ALLOWED) },
    { "'ArnLike':{'k':'arn:aws:sns:*:t'}", "arn:aws:sns:eu:1:t", SAME(DENIED) },
    { "'ArnLike':{'k':'*'}", "arn:aws:sns:eu:1:t", SAME(ALLOWED) },
    { "'ArnLike':{'k':'*'}", "topic", SAME(DENIED) },
    { "'ArnNotLike':{'k':'arn:aws:iam::*:role/*'}", "arn:aws:iam::1:user/a", SAME(ALLOWED) },
    { "'ArnNotEquals':{'k':'arn:aws:iam::*:user/*'}", "arn:aws:iam::1:user/a", SAME(DENIED) },
    { "'ArnLike':{'k':'arn:aws:iam::1:${k2}/a'}", "arn:aws:iam::1:user/a", SAME(ALLOWED) },
    /* several values */
    { "'ForAllValues:StringEquals':{'k':['a','b']}", "a|b", SAME(ALLOWED) },
    { "'ForAllValues:StringEquals':{'k':['a','b']}", "a|c", SAME(DENIED) },
    { "'ForAllValues:StringEquals':{'k':'a'}", NULL, ALLOWED, PERHAPS },
    { "'ForAllValues:StringNotEquals':{'k':'a'}", "b|c", SAME(ALLOWED) },
    { "'ForAllValues:StringLike':{'k':'t*'}", "t1|t2", SAME(ALLOWED) },
    { "'ForAnyValue:StringEquals':{'k':['a','b']}", "c|b", SAME(ALLOWED) },
    { "'ForAnyValue:StringEquals':{'k':['a','b']}", "c|d", SAME(DENIED) },
    { "'ForAnyValue:StringEquals':{'k':'a'}", NULL, DENIED, PERHAPS },
    { "'ForAnyValue:StringNotEquals':{'k':'a'}", "a|b", SAME(ALLOWED) },
    { "'ForAnyValue:StringNotEquals':{'k':'a'}", "a", SAME(DENIED) },
    { "'ForAnyValue:StringLike':{'k':'t*'}", "cost|team", SAME(ALLOWED) },
    { "'StringEquals':{'k':'a'}", "b|a", SAME(ALLOWED) },
    /* variables; k2 is "user", k3 is "a*", k4 has two values */
    { "'StringEquals':{'k':'${k2}'}", "user", SAME(ALLOWED) },
    { "'StringEquals':{'k':'x-${ K2 }-y'}", "x-user-y", SAME(ALLOWED) },
    { "'StringLike':{'k':'${k3}*'}", "a*bc", SAME(ALLOWED) },
    { "'StringLike':{'k':'${k3}'}", "abc", SAME(DENIED) },
    { "'StringEquals':{'k':'${k4}'}", "one", SAME(DENIED) },
    { "'StringEquals':{'k':'${none}'}", "x", DENIED, PERHAPS },
    { "'StringEquals':{'k':'${none, `dflt`}'}", "dflt", ALLOWED, PERHAPS },
    { "'StringEquals':{'k':'${k2, `dflt`}'}", "dflt", SAME(DENIED) },
    { "'StringEquals':{'k':'${none, `a}b`}'}", "a}b", ALLOWED, PERHAPS },
    { "'StringLike':{'k':'a${*}b${?}${$}'}", "a*b?$", SAME(ALLOWED) },
    { "'StringLike':{'k':'a${*}b'}", "axb", SAME(DENIED) },
    { "'StringEqualsIgnoreCase':{'k':'${k2}'}", "USER", SAME(ALLOWED) },
    /* what cannot be read never allows */
    { "'StringEqual':{'k':'a'}", "a", SAME(DENIED) },
    { "'ForSomeValues:StringEquals':{'k':'a'}", "a", SAME(DENIED) },
    { "'NullIfExists':{'k':'true'}", NULL, SAME(DENIED) },
    { "'NumericEquals':{'k':'many'}", "5", SAME(DENIED) },
    { "'DateEquals':{'k':'then'}", "5", SAME(DENIED) },
    { "'Bool':{'k':'perhaps'}", "true", SAME(DENIED) },
    { "'IpAddress':{'k':'10.0.0.0/33'}", "10.0.0.1", SAME(DENIED) },
    { "'ArnLike':{'k':'arn:aws:s3'}", "arn:aws:s3", SAME(DENIED) },
    { "'StringEquals':{'k':'${open'}", "a", SAME(DENIED) },
    { "'StringEquals':{'k':'${}'}", "a", SAME(DENIED) },
    { "'StringEquals':{'k':'${a, b}'}", "b", SAME(DENIED) },
    { "'StringEquals':{'k':[]}", "a", SAME(DENIED) },
    { "'StringEquals':{'k':{'a':'b'}}", "a", SAME(DENIED) },
    { "'StringEquals':{'k':null}", "a", SAME(DENIED) },
    { "'StringEquals':'k'", "a", SAME(DENIED) },
};

static void prepare(world *w, const char *effect, int i)
{
    char statement[512];
    world_open(w, USER, "s3:GetObject", BUCKET);
    if (cases[i].values)
        world_key(w, "k", strcmp(cases[i].values, "-") == 0 ? NULL : cases[i].values);
    world_key(w, "k2", "user");
    world_key(w, "k3", "a*");
    world_key(w, "k4", "one|two");
    snprintf(statement, sizeof statement, "{'Effect':'%s','Action':'*','Resource':'*','Condition':{%s}}", effect, cases[i].condition);
    world_identity(w, statement);
}

START_TEST(an_allow_with_a_condition)
{
    world w;
    prepare(&w, "Allow", _i);
    ck_assert_msg(strcmp(world_decide(&w), cases[_i].complete) == 0, "%s", cases[_i].condition);
    ck_assert_uint_eq(w.decision.conditions.count, 0);
    w.request.open = true;
    ck_assert_msg(strcmp(world_decide(&w), cases[_i].open) == 0, "%s, open: %s", cases[_i].condition, world_decide(&w));
    ck_assert_uint_eq(w.decision.conditions.count > 0, strcmp(cases[_i].open, PERHAPS) == 0);
    world_close(&w);
}
END_TEST

/* The same condition on a Deny turns the answer around; what cannot be read may deny. */
START_TEST(a_deny_with_a_condition)
{
    world w;
    prepare(&w, "Deny", _i);
    world_identity(&w, "{'Effect':'Allow','Action':'*','Resource':'*'}");
    bool unreadable = w.policies.identity.items[0]->diags != NULL;
    const char *wanted = unreadable ? PERHAPS : strcmp(cases[_i].complete, ALLOWED) == 0 ? "ExplicitlyDenied" : ALLOWED;
    ck_assert_msg(strcmp(world_decide(&w), wanted) == 0, "%s: %s", cases[_i].condition, world_decide(&w));
    w.request.open = true;
    if (!unreadable && strcmp(cases[_i].open, PERHAPS) == 0)
        wanted = PERHAPS;
    ck_assert_msg(strcmp(world_decide(&w), wanted) == 0, "%s, open: %s", cases[_i].condition, world_decide(&w));
    world_close(&w);
}
END_TEST

START_TEST(unknown_keys_are_named_once_and_only_when_they_matter)
{
    world w;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    w.request.open = true;
    world_key(&w, "known", "no");
    world_identity(&w, "{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Bool':{'b':'true'},'StringEquals':{'A':'1'}}},"
                       "{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringEquals':{'a':'2','known':'yes'}}},"
                       "{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'Null':{'B':'true'}}}");
    expect_result(&w, "Conditional");
    ck_assert_uint_eq(w.decision.deciding.count, 2);
    ck_assert_uint_eq(w.decision.conditions.count, 2);
    ck_assert(cg_str_eq(w.decision.conditions.data[0], CG_STR("A")));
    /* An Allow without conditions makes all of them irrelevant. */
    world_identity(&w, "{'Effect':'Allow','Action':'s3:*','Resource':'*'}");
    expect_result(&w, "Allowed");
    ck_assert_uint_eq(w.decision.conditions.count, 0);
    ck_assert_uint_eq(w.decision.deciding.count, 1);
    world_close(&w);
}
END_TEST

START_TEST(an_old_version_knows_no_variables)
{
    world w;
    world_open(&w, USER, "s3:GetObject", "arn:aws:s3:::data/bob");
    world_key(&w, "aws:username", "bob");
    const cg_policy *p =
        world_policy(&w, CG_POLICY_IDENTITY,
                     "{'Version':'2008-10-17','Statement':{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::data/${aws:username}'}}");
    w.policies.identity = (cg_policy_list){ &p, 1 };
    expect_result(&w, "ImplicitlyDenied");
    w.request.resource = CG_STR("arn:aws:s3:::data/${aws:username}");
    expect_result(&w, "Allowed");
    const cg_policy *q =
        world_policy(&w, CG_POLICY_IDENTITY,
                     "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'*','Resource':'arn:aws:s3:::data/${aws:username}'}}");
    w.policies.identity = (cg_policy_list){ &q, 1 };
    expect_result(&w, "ImplicitlyDenied");
    w.request.resource = CG_STR("arn:aws:s3:::data/bob");
    expect_result(&w, "Allowed");
    world_close(&w);
}
END_TEST

Suite *condition_suite(void)
{
    Suite *s = suite_create("conditions");
    TCase *t = tcase_create("operators");
    tcase_add_loop_test(t, an_allow_with_a_condition, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_loop_test(t, a_deny_with_a_condition, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(t, unknown_keys_are_named_once_and_only_when_they_matter);
    tcase_add_test(t, an_old_version_knows_no_variables);
    suite_add_tcase(s, t);
    return s;
}
