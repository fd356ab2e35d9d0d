/* The packs in the library: they load, prove themselves, match the published schema, and find what is planted in the sample estate. */
#include <stdio.h>

#include "base/json.h"
#include "graph/layer.h"
#include "ingest/ingest.h"
#include "rules/pack.h"
#include "rules_test.h"

static cg_mem *mem;
static cg_ruleset *rs;

static void setup(void)
{
    cspm_error *err = NULL;
    mem = cg_mem_new(NULL, 0);
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(cg_ruleset_add_builtin(rs, &err), err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
}
static void teardown(void)
{
    cg_ruleset_unref(rs);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

START_TEST(every_rule_proves_itself)
{
    uint32_t passed = 0, failed = 0;
    cspm_error *err = NULL;
    cg_buf report;
    cg_buf_init(&report, mem, 0);
    expect_ok(cg_rules_test(rs, NULL, &report, &passed, &failed, &err), err);
    ck_assert_msg(failed == 0, "%u of %u failed:\n%.*s", failed, passed + failed, CG_FMT(cg_buf_view(&report)));
    ck_assert_uint_ge(passed, 70);
    ck_assert_uint_eq(report.length, 0);
    cg_buf_free(&report);
}
END_TEST

START_TEST(a_rule_that_fails_its_example_is_reported)
{
    static const char pack[] = PACK_HEAD
        "  - id: wrong\n    form: label\n    title: T\n    label: L\n    reads: { labels: [A] }\n    match: MATCH (n:A) RETURN n AS node\n"
        "    example: { nodes: [{ id: x, kinds: [B] }] }\n    counter_example: { nodes: [{ id: y, kinds: [A] }] }\n"
        "  - id: other\n    form: label\n    title: T\n    label: M\n    reads: { labels: [A] }\n    match: MATCH (n:A) RETURN n AS node\n"
        "    example: { nodes: [{ id: x, kinds: [A] }, { id: 7, kinds: [A] }], expect: [x] }\n    counter_example: { nodes: [{ id: y }] }\n"
        "  - id: right\n    form: label\n    title: T\n    label: N\n    reads: { labels: [A] }\n    match: MATCH (n:A) RETURN n AS node\n"
        "    example: { nodes: [{ id: x, kinds: [A] }, { id: 7, kinds: [A] }], expect: [7, x] }\n    counter_example: { nodes: [{ id: y }] "
        "}\n"
        "  - id: loose\n    form: label\n    title: T\n    label: O\n    reads: { labels: [A] }\n    match: MATCH (n:A) RETURN n.p AS "
        "node\n"
        "    example: { nodes: [{ id: x, kinds: [A], properties: { p: 1 } }] }\n    counter_example: { nodes: [{ id: y }] }\n"
        "  - id: way\n    form: path\n    title: T\n    priority: 1\n    entry: [A]\n    target: [B]\n    steps: [K]\n"
        "    example:\n      nodes: [{ id: x, kinds: [A] }, { id: y, kinds: [B] }]\n      edges: [{ start: x, end: y, kind: Q }]\n"
        "    counter_example: { nodes: [{ id: y, kinds: [B] }] }\n"
        "  - id: table\n    form: edge-kind\n    title: T\n    kinds: [{ kind: K }]\n    example: { nodes: [{ id: x }, { id: y }], edges: "
        "[{ start: x, end: y, kind: K }] }\n"
        "    counter_example: { nodes: [{ id: x }, { id: y }], edges: [{ start: x, end: y, kind: K }] }\n";
    cg_ruleset *own = set_of(mem, pack);
    uint32_t passed = 0, failed = 0;
    cspm_error *err = NULL;
    cg_buf report;
    cg_buf_init(&report, mem, 0);
    expect_ok(cg_rules_test(own, NULL, &report, &passed, &failed, &err), err);
    ck_assert_uint_eq(passed, 1);
    ck_assert_uint_eq(failed, 5);
    cg_buf_char(&report, 0);
    ck_assert_ptr_nonnull(strstr(report.data, "test.yaml:10:14: wrong: example is not found\n"));
    ck_assert_ptr_nonnull(strstr(report.data, "test.yaml:11:22: wrong: counter_example is found\n"));
    ck_assert_ptr_nonnull(strstr(report.data, ": other: example finds 2 facts, 1 are expected\n"));
    ck_assert_ptr_nonnull(strstr(report.data, ": loose: example rule \"loose\": column \"node\" is not a node\n"));
    ck_assert_ptr_nonnull(strstr(report.data, ": way: example is not found\n"));
    ck_assert_ptr_nonnull(strstr(report.data, ": table: counter_example is found\n"));
    ck_assert_ptr_null(strstr(report.data, "right"));
    cg_buf_free(&report);
    cg_ruleset_unref(own);
}
END_TEST

START_TEST(rules_say_what_they_must)
{
    for (uint32_t i = 0; i < cg_ruleset_n_rules(rs); i++) {
        const cg_rule *rule = cg_ruleset_rule(rs, i);
        ck_assert(i == 0 || cg_str_cmp(cg_ruleset_rule(rs, i - 1)->id, rule->id) < 0);
        ck_assert_msg(rule->title.length > 0 && rule->yaml.length > 0, "%.*s", CG_FMT(rule->id));
        if (rule->form == CG_RULE_EDGE || (rule->form == CG_RULE_EDGE_KIND && rule->traversable))
            ck_assert_msg(rule->likelihood > 0 && rule->verb.length && rule->technique.length && rule->tactic.length, "%.*s",
                          CG_FMT(rule->id));
        if (rule->form == CG_RULE_PATH)
            ck_assert_msg(rule->description.length && rule->impact.length && rule->manual_steps.length && rule->n_categories, "%.*s",
                          CG_FMT(rule->id));
    }
}
END_TEST

START_TEST(labels_of_the_contract_are_set)
{
    static const char *const names[] = {
        "InternetExposed",
        "WidelyExposed",
        "TrustedExposure",
        "PublicAccess",
        "BasicAuthentication",
        "NoAuthentication",
        "NoMfa",
        "ExternalUser",
        "ManagedIdentity",
        "SensitiveData",
        "Critical",
        "Administrator",
        "HighSeverityVulnerabilities",
        "RemoteCodeExecution",
        "KnownExploited",
        "CommonUsernames",
        "HostCodeExecution",
        "PrivilegedContainer",
        "HostNetwork",
        "PlaintextSecret",
        "Compromised",
    };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        bool set = false;
        for (uint32_t i = 0; i < cg_ruleset_n_rules(rs); i++) {
            const cg_rule *rule = cg_ruleset_rule(rs, i);
            set |= rule->form == CG_RULE_LABEL && !rule->family && cg_str_eq(rule->label, cg_str_from(names[k]));
        }
        ck_assert_msg(set, "no rule sets %s", names[k]);
    }
}
END_TEST

/* ---- the published schema says the same as the reader ---- */

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = calloc(1, 1 << 20);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, (1 << 20) - 1, f), (1 << 20) - 1);
    fclose(f);
    return text;
}

START_TEST(schema_and_reader_agree)
{
    char *text = read_text(SOURCE_ROOT "/doc/schema/rule-pack.json");
    cg_arena arena;
    cg_tree *root = NULL;
    cspm_error *err = NULL;
    ck_assert_ptr_nonnull(text);
    cg_arena_init(&arena, mem);
    expect_ok(cg_tree_from_json(&arena, cg_str_from(text), CG_STR("rule-pack.json"), NULL, &root, &err), err);
    const cg_tree *defs = cg_tree_get(root, "$defs");
    for (uint32_t form = 0; form < RULE_FORMS; form++) {
        const char *fields[64];
        uint32_t n = rule_form_fields((cg_rule_form)form, fields, 64);
        const cg_tree *properties = cg_tree_get(cg_tree_get(defs, rule_form_name((cg_rule_form)form)), "properties");
        ck_assert_msg(properties != NULL, "the schema lacks the form %s", rule_form_name((cg_rule_form)form));
        for (uint32_t i = 0; i < n; i++)
            ck_assert_msg(cg_tree_get(properties, fields[i]) != NULL, "the schema lacks %s of %s", fields[i],
                          rule_form_name((cg_rule_form)form));
        ck_assert_msg(properties->map.count == n, "the schema has more fields of %s than the reader", rule_form_name((cg_rule_form)form));
    }
    cg_arena_free(&arena);
    free(text);
}
END_TEST

/* ---- samples ---- */

static cg_graph *ingest(const char *path)
{
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cspm_error *err = NULL;
    expect_ok(cg_builder_new(mem, NULL, &b, &err), err);
    expect_ok(cg_ingest_path(b, path, NULL, NULL, &err), err);
    expect_ok(cg_builder_freeze(b, NULL, &g, &err), err);
    cg_builder_free(b);
    return g;
}

static bool labelled(const cg_graph *g, cg_node n, cg_str label)
{
    uint32_t name = cg_name_find(g, CG_NAMES_LABEL, label);
    return name != CG_NO_NAME && cg_node_has_label(g, n, name);
}

/* Which nodes an attacker who controls `from` gets at, by the plain meaning of needs and gives; reached[n]: 1 read, 2 control. */
static void reach(const cg_graph *g, cg_node from, uint8_t *reached)
{
    uint32_t n = cg_graph_n_nodes(g);
    memset(reached, 0, n);
    reached[from] = 2;
    for (bool more = true; more;) {
        cg_rel_iter it;
        cg_edge edge;
        more = false;
        cg_rel_iter_init(&it, g);
        while (cg_rel_iter_next(&it, &edge)) {
            const cg_kind_info *info = cg_kind_get_info(g, edge.kind);
            uint8_t needs = info->needs == CG_CAP_CONTROL ? 2 : 1, gives = info->gives == CG_CAP_CONTROL ? 2 : 1;
            if (info->traversable && reached[edge.from] >= needs && reached[edge.to] < gives) {
                reached[edge.to] = gives;
                more = true;
            }
        }
    }
}

static bool is_target(const cg_graph *g, cg_node n)
{
    const cg_risk *risk = cg_ruleset_risk(rs);
    for (uint32_t i = 0; i < risk->n_criticality; i++)
        if (labelled(g, n, risk->criticality[i].label))
            return true;
    return false;
}

static bool is_entry(const cg_graph *g, cg_node n)
{
    const cg_risk *risk = cg_ruleset_risk(rs);
    for (uint32_t i = 0; i < risk->n_entry_labels; i++)
        if (labelled(g, n, risk->entry_labels[i]))
            return true;
    return false;
}

static bool expected_pair(const cg_tree *paths, cg_str entry, cg_str target)
{
    for (uint32_t i = 0; i < paths->list.count; i++)
        if (cg_str_eq(cg_tree_string(cg_tree_get(paths->list.items[i], "entry")), entry) &&
            cg_str_eq(cg_tree_string(cg_tree_get(paths->list.items[i], "target")), target))
            return true;
    return false;
}

START_TEST(sample_estate_has_the_planted_paths_and_no_others)
{
    cg_graph *g = ingest(SOURCE_ROOT "/examples/data/opengraph/estate"), *d = derive(rs, g, 0, NULL);
    char *text = read_text(SOURCE_ROOT "/examples/data/opengraph/expected.json");
    cg_arena arena;
    cg_tree *root = NULL;
    cspm_error *err = NULL;
    uint32_t found = 0;
    uint8_t *reached = calloc(cg_graph_n_nodes(d), 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_ptr_nonnull(reached);
    cg_arena_init(&arena, mem);
    expect_ok(cg_tree_from_json(&arena, cg_str_from(text), CG_STR("expected.json"), NULL, &root, &err), err);
    const cg_tree *paths = cg_tree_get(root, "attack_paths");
    ck_assert_uint_eq(cg_graph_n_nodes(g), (uint32_t)cg_tree_get(root, "nodes")->integer);
    ck_assert_uint_eq(cg_graph_n_base_rels(g), (uint64_t)cg_tree_get(root, "edges")->integer);
    for (cg_node entry = 0; entry < cg_graph_n_nodes(d); entry++) {
        if (!is_entry(d, entry))
            continue;
        reach(d, entry, reached);
        for (cg_node target = 0; target < cg_graph_n_nodes(d); target++) {
            if (!reached[target] || !is_target(d, target))
                continue;
            ck_assert_msg(expected_pair(paths, cg_node_id(d, entry), cg_node_id(d, target)), "a path nobody planted: %.*s to %.*s",
                          CG_FMT(cg_node_id(d, entry)), CG_FMT(cg_node_id(d, target)));
            found++;
        }
    }
    ck_assert_uint_eq(found, paths->list.count);
    ck_assert_uint_eq(count_diags(d, "unknown-kind"), 0);
    ck_assert_uint_eq(cg_diag_count(d), 0);
    cg_arena_free(&arena);
    free(text);
    free(reached);
    cg_graph_unref(d);
    cg_graph_unref(g);
}
END_TEST

/* The organisation of the GitHub sample: users come to its secrets and to its owners, and only by kinds its definition calls traversable.
 */
START_TEST(github_users_reach_secrets_and_owners)
{
    const char *shared = getenv("CSPM_SHARED");
    char path[4096];
    snprintf(path, sizeof path, "%s/data/opengraph/githound", shared ? shared : CSPM_SHARED_DEFAULT);
    FILE *probe = fopen(path, "rb");
    if (!probe) {
        printf("# skipped: %s is not here\n", path);
        return;
    }
    fclose(probe);
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cspm_error *err = NULL;
    expect_ok(cg_builder_new(mem, NULL, &b, &err), err);
    const cg_ingest_options o = { .flags = CG_INGEST_KEEP_GOING };
    expect_ok(cg_ingest_path(b, path, &o, NULL, &err), err);
    expect_ok(cg_builder_freeze(b, NULL, &g, &err), err);
    cg_builder_free(b);
    cg_graph *d = derive(rs, g, 0, NULL);
    uint8_t *reached = calloc(cg_graph_n_nodes(d), 1);
    uint32_t users = 0, to_secrets = 0, to_administrators = 0, organisation_secrets = 0;
    for (cg_node n = 0; n < cg_graph_n_nodes(d); n++) {
        organisation_secrets += labelled(d, n, CG_STR("GH_OrgSecret")) && labelled(d, n, CG_STR("Secret"));
        if (!labelled(d, n, CG_STR("GH_User")))
            continue;
        users++;
        reach(d, n, reached);
        for (cg_node t = 0; t < cg_graph_n_nodes(d); t++) {
            to_secrets += t != n && reached[t] && labelled(d, t, CG_STR("Secret"));
            to_administrators += t != n && reached[t] && labelled(d, t, CG_STR("Administrator"));
        }
    }
    ck_assert_uint_eq(organisation_secrets, 4);
    ck_assert_uint_eq(users, 13);
    /* Counted by hand from the definition's traversable kinds: 46 + 41 secrets, 8 alerts with a leaked one; 8 owners, 1 organisation. */
    ck_assert_uint_eq(to_secrets, 95);
    ck_assert_uint_eq(to_administrators, 9);
    ck_assert_uint_eq(count_diags(d, "unknown-kind"), 0);
    free(reached);
    cg_graph_unref(d);
    cg_graph_unref(g);
}
END_TEST

Suite *builtin_suite(void)
{
    Suite *s = suite_create("builtin");
    TCase *t = tcase_create("packs");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_rule_proves_itself);
    tcase_add_test(t, a_rule_that_fails_its_example_is_reported);
    tcase_add_test(t, rules_say_what_they_must);
    tcase_add_test(t, labels_of_the_contract_are_set);
    tcase_add_test(t, schema_and_reader_agree);
    tcase_add_test(t, sample_estate_has_the_planted_paths_and_no_others);
    tcase_add_test(t, github_users_reach_secrets_and_owners);
    suite_add_tcase(s, t);
    return s;
}
