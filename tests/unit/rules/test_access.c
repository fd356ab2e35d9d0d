/* Rules of the form access: mistakes are refused at their place, what is found has its meaning, and a rule can be left out. */
#include <stdio.h>

#include "rules_test.h"

static cg_mem *mem;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
}
static void teardown(void)
{
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

#define RULE(body) PACK_HEAD "  - id: one\n    form: access\n    title: One\n" body EXAMPLES
#define EDGE "    kind: K\n    likelihood: 0.5\n"
#define TARGET "    target: { labels: [AWSRole] }\n"
#define NEEDS "    requires: [{ actions: [\"iam:PassRole\"] }]\n"

static const struct {
    const char *name, *text;
    uint32_t line, column;
    const char *says;
} mistakes[] = {
    { "no requires", RULE(EDGE TARGET), 4, 5, "has no field \"requires\"" },
    { "empty requires", RULE(EDGE TARGET "    requires: []\n"), 10, 15, "requires is empty" },
    { "requires as map", RULE(EDGE TARGET "    requires: { actions: [\"a:B\"] }\n"), 10, 15, "requires must be a list, not a map" },
    { "no actions", RULE(EDGE TARGET "    requires: [{ on: self }]\n"), 10, 16, "has no field \"actions\"" },
    { "unknown field", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], where: x }]\n"), 10, 36, "has no field \"where\"" },
    { "action without service", RULE(EDGE TARGET "    requires: [{ actions: [PassRole] }]\n"), 10, 28, "is not of the form service:Name" },
    { "action with a star", RULE(EDGE TARGET "    requires: [{ actions: [\"iam:*\"] }]\n"), 10, 28, "stands for one action" },
    { "action twice", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\", \"a:B\"] }]\n"), 10, 35, "names \"a:B\" twice" },
    { "unknown place", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], on: there }]\n"), 10, 40, "on \"there\" is not known" },
    { "open variable", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], resource: \"{{arn/*\" }]\n"), 10, 46, "never closes it" },
    { "empty variable", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], resource: \"{{}}\" }]\n"), 10, 46, "names no property" },
    { "new without a name", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], on: new }]\n"), 10, 16, "on: new needs a resource" },
    { "some of nothing", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], on: some }]\n"), 10, 16, "on: some needs labels" },
    { "labels of the target", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], labels: [A] }]\n"), 10, 16, "stand under target" },
    { "link elsewhere", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], on: self, link: L }]\n"), 10, 52,
      "link belongs to on: some" },
    { "of without link", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], on: some, labels: [A], of: target }]\n"), 10, 63,
      "of belongs to a link" },
    { "context as list", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], context: [x] }]\n"), 10, 45, "context must be a map" },
    { "context with a number", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], context: { k: 1 } }]\n"), 10, 50,
      "must be a string" },
    { "target without labels", RULE(EDGE "    target: { trusts: [x] }\n" NEEDS), 9, 13, "target has no field \"labels\"" },
    { "target as list", RULE(EDGE "    target: [AWSRole]\n" NEEDS), 9, 13, "target must be a map, not a list" },
    { "half a link", RULE(EDGE "    target: { labels: [A], linked: { kind: K } }\n" NEEDS), 9, 36, "linked has no field \"label\"" },
    { "fewer than none", RULE(EDGE "    target: { labels: [A], linked: { kind: K, label: L, fewer_than: 0 } }\n" NEEDS), 9, 69, "above 0" },
    { "neither kind nor label", RULE(TARGET NEEDS), 4, 5, "needs kind or label" },
    { "kind without likelihood", RULE("    kind: K\n" TARGET NEEDS), 4, 5, "has a kind and no likelihood" },
    { "yields of no target", RULE(EDGE "    requires: [{ actions: [\"a:B\"], on: self }]\n"), 4, 5, "has none" },
    { "self with a target", RULE(EDGE TARGET NEEDS "    yields: self\n"), 4, 5, "yields self and has a target" },
    { "target nobody asks about", RULE(EDGE TARGET "    requires: [{ actions: [\"a:B\"], on: self }]\n"), 4, 5,
      "requires no action on it" },
    { "unknown yields", RULE(EDGE TARGET NEEDS "    yields: role\n"), 11, 13, "yields \"role\" is not known" },
    { "a pattern", RULE(EDGE TARGET NEEDS "    match: MATCH (n) RETURN n AS node\n"), 11, 5, "has no field \"match\"" },
    { "principals as text", RULE(EDGE TARGET NEEDS "    principals: AWSUser\n"), 11, 17, "principals must be a list" },
};

START_TEST(refuses_mistakes)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    expect_error(try_set(mem, mistakes[_i].text, &rs, &err), CSPM_E_PARSE, &err, mistakes[_i].line, mistakes[_i].column, mistakes[_i].says);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(refuses_too_many_actions)
{
    char text[4096];
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    size_t at = (size_t)snprintf(text, sizeof text, "%s    requires: [{ actions: [",
                                 PACK_HEAD "  - id: one\n    form: access\n    title: One\n" EDGE TARGET);
    for (int i = 0; i < 65; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s\"a:B%d\"", i ? ", " : "", i);
    snprintf(text + at, sizeof text - at, "] }]\n" EXAMPLES);
    expect_error(try_set(mem, text, &rs, &err), CSPM_E_PARSE, &err, 10, 15, "65 actions; at most 64");
    cg_ruleset_unref(rs);
}
END_TEST

/* ---- deriving ---- */

#define USER "arn:aws:iam::111111111111:user/u"
#define ROLE "arn:aws:iam::111111111111:role/r"
#define STAR(actions) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":" actions ",\"Resource\":\"*\"}]}"
#define TRUST                                                                                                                              \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"sts:"          \
    "AssumeRole\"}]}"
static const char estate[] = "111111111111 :AWSAccount\n" USER " :AWSUser\nmine :AWSPolicy document=" STAR(
    "[\"sts:AssumeRole\",\"iam:PutUserPolicy\"]") "\n" USER " -POLICY-> mine\n" ROLE " :AWSRole:Boss assumerolepolicydocument=" TRUST "\n";
static const char pack[] = PACK_HEAD
    "  - id: assume\n    form: access\n    title: T\n    kind: ASSUMES\n    gives: read\n    likelihood: 0.25\n    verb: becomes\n"
    "    target: { labels: [AWSRole] }\n    requires: [{ actions: [\"sts:AssumeRole\"] }]\n" EXAMPLES
    "  - id: self\n    form: access\n    title: T\n    kind: RULES\n    label: Boss\n    likelihood: 0.5\n"
    "    requires: [{ actions: [\"iam:PutUserPolicy\"], on: self }]\n    yields: self\n" EXAMPLES
    "  - id: seen\n    form: label\n    title: T\n    label: Seen\n    reads: { kinds: [ASSUMES] }\n"
    "    match: MATCH (a)-[r:ASSUMES]->(n) RETURN n AS node, a, r\n" EXAMPLES;

START_TEST(finds_with_meaning)
{
    cg_ruleset *rs = set_of(mem, pack);
    cg_graph *g = graph_of(mem, estate), *d = derive(rs, g, 0, NULL);
    cg_edge edge;
    cg_evidence evidence;
    ck_assert(has_edge(d, USER, "ASSUMES", ROLE, &edge));
    const cg_kind_info *info = cg_kind_get_info(d, edge.kind);
    ck_assert(info->traversable && info->gives == CG_CAP_READ && info->likelihood == 250000);
    ck_assert(cg_str_eq(info->title, CG_STR("becomes")));
    ck_assert(cg_rel_likelihood(d, edge.rel) == 250000 && !cg_rel_conditional(d, edge.rel));
    ck_assert(cg_evidence_get(d, cg_rel_evidence(d, edge.rel), &evidence));
    ck_assert(cg_str_eq(evidence.rule, CG_STR("assume")) && evidence.n_nodes == 1);
    ck_assert(cg_str_eq(cg_node_id(d, evidence.nodes[0]), CG_STR("mine")));
    ck_assert(cg_str_find(evidence.note, CG_STR("statement 1"), 0) != SIZE_MAX);
    ck_assert(has_edge(d, USER, "RULES", "111111111111", &edge));
    ck_assert(has_label(d, USER, "Boss"));
    ck_assert_msg(!has_label(d, ROLE, "Boss"), "a label of an access rule was believed");
    ck_assert_uint_eq(count_diags(d, "claimed-label"), 1);
    ck_assert_msg(has_label(d, ROLE, "Seen"), "rules above do not see what was found");
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(leaves_rules_out)
{
    cg_ruleset *rs = set_of(mem, pack);
    cg_graph *g = graph_of(mem, estate), *out = NULL;
    const cg_str without[] = { CG_STR("assume") };
    const cg_derive_options o = { .now = INT64_MIN, .without = without, .n_without = 1 };
    cspm_error *err = NULL;
    cg_edge edge;
    expect_ok(cg_rules_derive(rs, g, &o, NULL, &out, &err), err);
    ck_assert(!has_edge(out, USER, "ASSUMES", ROLE, &edge) && has_edge(out, USER, "RULES", "111111111111", &edge));
    ck_assert(!has_label(out, ROLE, "Seen"));
    cg_graph_unref(out);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(switched_off_rules_find_nothing)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    cg_edge edge;
    expect_ok(cg_ruleset_new(mem, &rs, &err), err);
    expect_ok(cg_ruleset_add_text(rs, cg_str_from(pack), CG_STR("t"), &err), err);
    expect_ok(cg_ruleset_disable(rs, CG_STR("self"), &err), err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    cg_graph *g = graph_of(mem, estate), *d = derive(rs, g, 0, NULL);
    ck_assert(has_edge(d, USER, "ASSUMES", ROLE, &edge) && !has_edge(d, USER, "RULES", "111111111111", &edge));
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(every_refusal_is_an_error)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    uint32_t refused = 0;
    CG_FAULT_SWEEP(&f, 0)
    {
        uint64_t nth = f.fail_at;
        f.fail_at = 0;
        cg_mem *own = cg_mem_new(&a, 0);
        cg_ruleset *rs = set_of(own, pack);
        cg_graph *g = graph_of(own, estate), *d = NULL;
        cspm_error *err = NULL;
        f.fail_at = nth ? atomic_load(&f.requests) + nth : 0;
        int32_t rc = cg_rules_derive(rs, g, NULL, NULL, &d, &err);
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM, "%d at request %llu", (int)rc, (unsigned long long)nth);
        ck_assert((rc == CSPM_OK) == (err == NULL) && (rc == CSPM_OK) == (d != NULL));
        cspm_error_free(err);
        cg_graph_unref(d);
        cg_graph_unref(g);
        cg_ruleset_unref(rs);
        cg_mem_unref(own);
        ck_assert_msg(cg_fault_clean(&f), "%s at request %llu", cg_fault_report(&f), (unsigned long long)nth);
        refused += rc == CSPM_E_NOMEM;
        f.fail_at = nth;
    }
    ck_assert_uint_gt(refused, 50);
}
END_TEST

/* Every rule of the library on its own two examples: all that can be required is asked there. */
START_TEST(every_refusal_of_the_packs_is_an_error)
{
    static const char *const packs[] = { SOURCE_ROOT "/lib/packs/aws-access.yaml", SOURCE_ROOT "/lib/packs/aws-access-iam.yaml",
                                         SOURCE_ROOT "/lib/packs/aws-access-data.yaml" };
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    uint32_t refused = 0;
    CG_FAULT_SWEEP(&f, 150)
    {
        uint64_t nth = f.fail_at;
        f.fail_at = 0;
        cg_mem *own = cg_mem_new(&a, 0);
        cg_ruleset *rs = NULL;
        cspm_error *err = NULL;
        cg_buf report;
        uint32_t passed = 0, failed = 0;
        cg_buf_init(&report, own, 0);
        expect_ok(cg_ruleset_new(own, &rs, NULL), NULL);
        for (size_t i = 0; i < sizeof packs / sizeof *packs; i++)
            expect_ok(cg_ruleset_add_path(rs, packs[i], NULL), NULL);
        expect_ok(cg_ruleset_seal(rs, NULL), NULL);
        f.fail_at = nth ? atomic_load(&f.requests) + nth : 0;
        int32_t rc = cg_rules_test(rs, NULL, &report, &passed, &failed, &err);
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM, "%d at request %llu", (int)rc, (unsigned long long)nth);
        ck_assert_msg(rc != CSPM_OK || failed == 0, "%.*s", CG_FMT(cg_buf_view(&report)));
        ck_assert((rc == CSPM_OK) == (err == NULL));
        cspm_error_free(err);
        cg_buf_free(&report);
        cg_ruleset_unref(rs);
        cg_mem_unref(own);
        ck_assert_msg(cg_fault_clean(&f), "%s at request %llu", cg_fault_report(&f), (unsigned long long)nth);
        refused += rc == CSPM_E_NOMEM;
        f.fail_at = nth;
    }
    ck_assert_uint_gt(refused, 100);
}
END_TEST

Suite *access_suite(void)
{
    Suite *s = suite_create("access");
    TCase *t = tcase_create("access");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, refuses_mistakes, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(t, refuses_too_many_actions);
    tcase_add_test(t, finds_with_meaning);
    tcase_add_test(t, leaves_rules_out);
    tcase_add_test(t, switched_off_rules_find_nothing);
    tcase_add_test(t, every_refusal_is_an_error);
    tcase_add_test(t, every_refusal_of_the_packs_is_an_error);
    suite_add_tcase(s, t);
    return s;
}
