/* Reading packs: every kind of mistake is refused at its place, and what is sound is kept whole. */
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

typedef struct mistake {
    const char *name, *text;
    uint32_t line, column;
    const char *says;
} mistake;

#define LABEL_RULE(body) PACK_HEAD "  - id: one\n    form: label\n    title: One\n" body
#define EDGE_RULE(body) PACK_HEAD "  - id: one\n    form: edge\n    title: One\n" body
#define FAMILY(body) LABEL_RULE("    label: L\n    match_labels: [A]\n" body)

static const mistake mistakes[] = {
    { "empty", "", 0, 0, "" },
    { "not yaml", "schema: [", 0, 0, "" },
    { "a list", "- 1\n", 1, 1, "a rule pack must be a map, not a list" },
    { "two documents", PACK_HEAD "  - 1\n---\na: b\n", 0, 0, "a rule pack must be a map, not a list" },
    { "no schema", "pack: { id: a, version: 1.0.0, title: T }\nrules: []\n", 1, 1, "no field \"schema\"" },
    { "other schema", "schema: cspmgraph/rule-pack/2\npack: { id: a, version: 1.0.0, title: T }\nrules: [1]\n", 1, 9,
      "schema \"cspmgraph/rule-pack/2\"" },
    { "unknown top field", "schema: cspmgraph/rule-pack/1\npacks: 1\n", 2, 1, "a rule pack has no field \"packs\"" },
    { "no rules", "schema: cspmgraph/rule-pack/1\npack: { id: a, version: 1.0.0, title: T }\n", 1, 1, "no field \"rules\"" },
    { "empty rules", "schema: cspmgraph/rule-pack/1\npack: { id: a, version: 1.0.0, title: T }\nrules: []\n", 3, 8, "rules is empty" },
    { "pack without version", "schema: cspmgraph/rule-pack/1\npack: { id: a, title: T }\nrules: [1]\n", 2, 7, "no field \"version\"" },
    { "version as number", "schema: cspmgraph/rule-pack/1\npack: { id: a, version: 1.0, title: T }\nrules: [1]\n", 2, 25,
      "version must be a string, not a number" },
    { "bad version", "schema: cspmgraph/rule-pack/1\npack: { id: a, version: 1.0.x, title: T }\nrules: [1]\n", 2, 25,
      "not of the form 1.2.3" },
    { "bad pack id", "schema: cspmgraph/rule-pack/1\npack: { id: A B, version: 1.0.0, title: T }\nrules: [1]\n", 2, 13, "pack id \"A B\"" },
    { "rule is text", PACK_HEAD "  - hello\n", 4, 5, "a rule must be a map, not a string" },
    { "no form", PACK_HEAD "  - id: one\n    title: One\n", 4, 5, "no field \"form\"" },
    { "unknown form", PACK_HEAD "  - id: one\n    form: table\n", 5, 11, "form \"table\" is not known" },
    { "unknown field", FAMILY(EXAMPLES "    colour: red\n"), 11, 5, "a rule of form \"label\" has no field \"colour\"" },
    { "field of another form", FAMILY(EXAMPLES "    kind: K\n"), 11, 5, "has no field \"kind\"" },
    { "no id", PACK_HEAD "  - form: label\n    title: One\n", 4, 5, "has no field \"id\"" },
    { "bad id", PACK_HEAD "  - id: One Rule\n    form: label\n    title: One\n", 4, 9, "id \"One Rule\"" },
    { "no title", PACK_HEAD "  - id: one\n    form: label\n", 4, 5, "rule \"one\" of form \"label\" has no field \"title\"" },
    { "empty title", PACK_HEAD "  - id: one\n    form: label\n    title: ''\n", 6, 12, "title is empty" },
    { "title as number", PACK_HEAD "  - id: one\n    form: label\n    title: 5\n", 6, 12, "title must be a string, not an integer" },
    { "no label", LABEL_RULE("    match_labels: [A]\n" EXAMPLES), 4, 5, "has no field \"label\"" },
    { "bad label", LABEL_RULE("    label: Not a label\n    match_labels: [A]\n" EXAMPLES), 7, 12, "\"Not a label\" is not a label" },
    { "label starts with digit", LABEL_RULE("    label: 9lives\n    match_labels: [A]\n" EXAMPLES), 7, 12, "is not a label" },
    { "half a joined label", PACK_HEAD "  - id: one\n    form: path\n    title: One\n    priority: 1\n    entry: [A&]\n", 8, 13,
      "\"A&\" is not a label, nor labels joined" },
    { "joined labels elsewhere", LABEL_RULE("    label: L\n    match_labels: [A&B]\n" EXAMPLES), 8, 20, "\"A&B\" is not a label" },
    { "neither way to find", LABEL_RULE("    label: L\n" EXAMPLES), 4, 5, "needs either match or match_labels" },
    { "both ways to find",
      LABEL_RULE("    label: L\n    match_labels: [A]\n    match: MATCH (node:A) RETURN node\n    reads: { labels: [A] }\n" EXAMPLES), 4, 5,
      "needs either match or match_labels" },
    { "match without reads", LABEL_RULE("    label: L\n    match: MATCH (node:A) RETURN node\n" EXAMPLES), 8, 12,
      "does not declare what it reads" },
    { "reads without match", FAMILY("    reads: { labels: [A] }\n" EXAMPLES), 9, 12, "declares reads and has no pattern" },
    { "reads of wrong type", LABEL_RULE("    label: L\n    match: MATCH (node:A) RETURN node\n    reads: [A]\n" EXAMPLES), 9, 12,
      "reads must be a map, not a list" },
    { "reads with unknown field", LABEL_RULE("    label: L\n    match: MATCH (node:A) RETURN node\n    reads: { nodes: [A] }\n" EXAMPLES),
      9, 14, "reads has no field \"nodes\"" },
    { "empty list", FAMILY("    categories: []\n" EXAMPLES), 9, 17, "categories is empty" },
    { "list as text", LABEL_RULE("    label: L\n    match_labels: A\n" EXAMPLES), 8, 19, "match_labels must be a list, not a string" },
    { "repeated element", LABEL_RULE("    label: L\n    match_labels: [A, B, A]\n" EXAMPLES), 8, 26, "names \"A\" twice" },
    { "bad severity", FAMILY("    severity: high\n" EXAMPLES), 9, 15, "severity \"high\" is not known" },
    { "bad technique", FAMILY("    technique: T12\n" EXAMPLES), 9, 16, "technique \"T12\" is not an ATT&CK id" },
    { "bad sub-technique", FAMILY("    technique: T1078.4\n" EXAMPLES), 9, 16, "\"T1078.4\"" },
    { "technique in small letters", FAMILY("    technique: t1078\n" EXAMPLES), 9, 16, "\"t1078\"" },
    { "unknown tactic", FAMILY("    technique: T1078\n    tactic: Persistence\n" EXAMPLES), 10, 13, "tactic \"Persistence\" is not known" },
    { "tactic alone", FAMILY("    tactic: persistence\n" EXAMPLES), 4, 5, "names a tactic without a technique" },
    { "unknown variable", FAMILY("    description: \"from {{entri.name}}\"\n" EXAMPLES), 9, 18, "the variable \"entri.name\"" },
    { "unknown variable field", FAMILY("    impact: \"{{entry.size}}\"\n" EXAMPLES), 9, 13, "the variable \"entry.size\"" },
    { "open variable", FAMILY("    impact: \"{{entry.name\"\n" EXAMPLES), 9, 13, "opens {{ and never closes it" },
    { "enabled as text", FAMILY("    enabled: maybe\n" EXAMPLES), 9, 14, "enabled must be a boolean, not a string" },
    { "no example", FAMILY("    counter_example: { nodes: [{ id: a }] }\n"), 4, 5, "has no field \"example\"" },
    { "no counter-example", FAMILY("    example: { nodes: [{ id: a }] }\n"), 4, 5, "has no field \"counter_example\"" },
    { "example without nodes", FAMILY("    example: { edges: [] }\n"), 9, 14, "example has no field \"nodes\"" },
    { "example with no node", FAMILY("    example: { nodes: [] }\n"), 9, 23, "nodes is empty" },
    { "node without id", FAMILY("    example: { nodes: [{ kinds: [A] }] }\n"), 9, 24, "a node has no id" },
    { "node id of wrong type", FAMILY("    example: { nodes: [{ id: [a] }] }\n"), 9, 30, "id must be a string or a number" },
    { "node with unknown field", FAMILY("    example: { nodes: [{ id: a, labels: [A] }] }\n"), 9, 33, "a node has no field \"labels\"" },
    { "property is a map", FAMILY("    example: { nodes: [{ id: a, properties: { p: { q: 1 } } }] }\n"), 9, 50,
      "the property \"p\" is a map" },
    { "mixed list", FAMILY("    example: { nodes: [{ id: a, properties: { p: [1, x] } }] }\n"), 9, 54, "not a list of one simple type" },
    { "edge without end", FAMILY("    example: { nodes: [{ id: a }], edges: [{ start: a, kind: K }] }\n"), 9, 44, "an edge has no end" },
    { "expect in counter-example",
      FAMILY("    example: { nodes: [{ id: a }] }\n    counter_example: { nodes: [{ id: a }], expect: [a] }\n"), 10, 52,
      "expect belongs to the example" },
    { "edge without kind",
      EDGE_RULE("    match: MATCH (from)-[]->(to) RETURN from, to\n    reads: { kinds: ['*'] }\n    likelihood: 0.5\n" EXAMPLES), 4, 5,
      "has no field \"kind\"" },
    { "likelihood above one", EDGE_RULE("    kind: K\n    likelihood: 1.5\n" EXAMPLES), 0, 0, "" },
    { "bad recommendation id", FAMILY("    recommendation: Fix It\n" EXAMPLES), 9, 21, "recommendation \"Fix It\"" },
    { "edge-kind without kinds", PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n" EXAMPLES, 4, 5, "has no field \"kinds\"" },
    { "empty kinds", PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: []\n" EXAMPLES, 7, 12, "kinds is empty" },
    { "kind without name", PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ likelihood: 1 }]\n" EXAMPLES, 7, 13,
      "an element of kinds has no field \"kind\"" },
    { "likelihood zero", PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ kind: K, likelihood: 0 }]\n" EXAMPLES,
      7, 36, "likelihood is 0.0; it must be above 0 and at most 1" },
    { "likelihood above one in a table",
      PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ kind: K, likelihood: 1.01 }]\n" EXAMPLES, 7, 36,
      "likelihood is 1.01" },
    { "likelihood as text",
      PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ kind: K, likelihood: often }]\n" EXAMPLES, 7, 36,
      "likelihood must be a number, not a string" },
    { "likelihood not a number",
      PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ kind: K, likelihood: .nan }]\n" EXAMPLES, 7, 36,
      "likelihood" },
    { "unknown capability", PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ kind: K, gives: write }]\n" EXAMPLES,
      7, 31, "gives \"write\" is not known" },
    { "kind twice in a table",
      PACK_HEAD "  - id: one\n    form: edge-kind\n    title: One\n    kinds: [{ kind: K }, { kind: K }]\n" EXAMPLES, 7, 26,
      "rule id \"one/K\" is used twice" },
    { "rule id twice",
      PACK_HEAD "  - { id: one, form: recommendation, title: T, remediation: R, removes: { kinds: [K] } }\n"
                "  - { id: one, form: recommendation, title: T, remediation: R, removes: { kinds: [K] } }\n",
      5, 5, "rule id \"one\" is used twice in this pack, first in line 4" },
    { "removes nothing", PACK_HEAD "  - { id: one, form: recommendation, title: T, remediation: R, removes: {} }\n", 4, 73,
      "removes names neither" },
    { "priority out of range", PACK_HEAD "  - id: one\n    form: path\n    title: One\n    priority: 1001\n" EXAMPLES, 7, 15,
      "at most 1000" },
    { "priority negative", PACK_HEAD "  - id: one\n    form: path\n    title: One\n    priority: -1\n" EXAMPLES, 7, 15, "0 or more" },
    { "criticality example without pattern",
      PACK_HEAD "  - id: one\n    form: criticality\n    title: One\n    label: L\n    factor: 1\n" EXAMPLES, 4, 5,
      "has an example and no pattern" },
    { "alpha out of range", PACK_HEAD "  - { id: one, form: risk, title: T, alpha: 11 }\n", 4, 45, "at most 10" },
    { "duplicate field", PACK_HEAD "  - { id: one, id: two, form: risk, title: T }\n", 4, 0, "" },
};

START_TEST(refuses_mistakes)
{
    const mistake *m = &mistakes[_i];
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    int32_t rc = cg_ruleset_add_text(rs, cg_str_from(m->text), CG_STR("bad.yaml"), &err);
    expect_error(rc, CSPM_E_PARSE, &err, m->line, m->column, m->says);
    ck_assert_uint_eq(cg_ruleset_n_packs(rs), 0);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(names_the_source)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    size_t length;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    ck_assert_int_eq(cg_ruleset_add_text(rs, CG_STR("- 1\n"), CG_STR("rules/mine.yaml"), &err), CSPM_E_PARSE);
    ck_assert_str_eq(cspm_error_source(err, &length), "rules/mine.yaml");
    cspm_error_free(err);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(lists_what_would_be_known)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    size_t length;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    cg_str text = cg_str_from(FAMILY("    severity: severe\n" EXAMPLES));
    ck_assert_int_eq(cg_ruleset_add_text(rs, text, CG_STR("x"), &err), CSPM_E_PARSE);
    const char *json = cspm_error_json(err, &length);
    ck_assert_ptr_nonnull(strstr(json, "\"Critical\""));
    ck_assert_ptr_nonnull(strstr(json, "\"severe\""));
    cspm_error_free(err);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(keeps_every_field)
{
    cg_ruleset *rs = set_of(
        mem, PACK_HEAD "  # a comment that belongs to nobody\n"
                       "  - id: one\n"
                       "    form: label\n"
                       "    title: One {{node.name}}\n"
                       "    description: What\n"
                       "    impact: Why\n"
                       "    severity: High\n"
                       "    categories: [A, B]\n"
                       "    manual_steps: How\n"
                       "    technique: T1078.004\n"
                       "    tactic: initial-access\n"
                       "    label: L\n"
                       "    risk_factor: Factor\n"
                       "    verb: can do\n"
                       "    match_labels: [A]\n"
                       "    writes: { labels: [L] }\n" EXAMPLES "\n  # about two\n"
                       "  - id: two\n"
                       "    form: edge-kind\n"
                       "    title: Two\n"
                       "    kinds:\n"
                       "      - { kind: K, needs: read, gives: read, likelihood: 0.25, technique: T1000, tactic: impact, verb: does }\n"
                       "      - { kind: N, traversable: false }\n" EXAMPLES);
    ck_assert_uint_eq(cg_ruleset_n_rules(rs), 3);
    const cg_rule *one = cg_ruleset_find(rs, CG_STR("one")), *k = cg_ruleset_find(rs, CG_STR("two/K")),
                  *n = cg_ruleset_find(rs, CG_STR("two/N"));
    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(k);
    ck_assert_ptr_nonnull(n);
    ck_assert_int_eq(one->form, CG_RULE_LABEL);
    ck_assert(cg_str_eq(one->title, CG_STR("One {{node.name}}")) && cg_str_eq(one->description, CG_STR("What")));
    ck_assert(cg_str_eq(one->impact, CG_STR("Why")) && cg_str_eq(one->manual_steps, CG_STR("How")));
    ck_assert(cg_str_eq(one->severity, CG_STR("High")) && one->n_categories == 2 && cg_str_eq(one->categories[1], CG_STR("B")));
    ck_assert(cg_str_eq(one->technique, CG_STR("T1078.004")) && cg_str_eq(one->tactic, CG_STR("initial-access")));
    ck_assert(cg_str_eq(one->label, CG_STR("L")) && cg_str_eq(one->risk_factor, CG_STR("Factor")) &&
              cg_str_eq(one->verb, CG_STR("can do")));
    ck_assert(one->enabled && !one->family && one->n_match_labels == 1 && !one->pattern);
    ck_assert_uint_eq(one->pos.line, 5);
    ck_assert(cg_str_eq(k->table_id, CG_STR("two")) && cg_str_eq(k->edge_kind, CG_STR("K")) && k->traversable);
    ck_assert(k->needs == CG_CAP_READ && k->gives == CG_CAP_READ && k->likelihood == 250000 && cg_str_eq(k->verb, CG_STR("does")));
    ck_assert(!n->traversable && n->needs == CG_CAP_CONTROL && n->likelihood == 0);
    ck_assert(cg_str_starts(one->yaml, CG_STR("  - id: one\n")) &&
              cg_str_ends(one->yaml, CG_STR("counter_example: { nodes: [{ id: a }] }\n")));
    ck_assert(cg_str_find(k->yaml, CG_STR("about two"), 0) == SIZE_MAX);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(shows_a_rule_as_written)
{
    cg_ruleset *rs = set_of(
        mem, PACK_HEAD
        "  - id: one\n    form: recommendation\n    title: One\n    remediation: |\n      do\n        this\n    removes: { kinds: [K] }\n");
    cg_buf b;
    cspm_error *err = NULL;
    cg_buf_init(&b, mem, 0);
    expect_ok(cg_ruleset_show(rs, CG_STR("one"), &b, &err), err);
    ck_assert(cg_str_eq(cg_buf_view(&b),
                        CG_STR("id: one\nform: recommendation\ntitle: One\nremediation: |\n  do\n    this\nremoves: { kinds: [K] }\n")));
    expect_error(cg_ruleset_show(rs, CG_STR("two"), &b, &err), CSPM_E_NOTFOUND, &err, 0, 0, "\"two\"");
    cg_buf_free(&b);
    cg_ruleset_unref(rs);
}
END_TEST

static cg_str greet(void *user, cg_str name)
{
    return cg_str_eq(name, CG_STR("entry.name")) ? cg_str_from(user) : CG_STR_NULL;
}

START_TEST(fills_in_texts)
{
    static const struct {
        const char *text, *filled;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "{{entry.name}}", "web {{x}}" },
        { "a {{entry.name}} b {{other}} c", "a web {{x}} b {{other}} c" },
        { "{{entry.name", "{{entry.name" },
        { "{{{{entry.name}}", "{{{{entry.name}}" },
        { "}}{{}}", "}}{{}}" },
        { "{{entry.name}}{{entry.name}}", "web {{x}}web {{x}}" },
    };
    char name[] = "web {{x}}"; /* what is filled in is never looked at again */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cg_buf b;
        cg_buf_init(&b, mem, 0);
        cg_rule_text(&b, cg_str_from(cases[i].text), greet, name);
        ck_assert_msg(cg_str_eq(cg_buf_view(&b), cg_str_from(cases[i].filled)), "%s -> %.*s", cases[i].text, CG_FMT(cg_buf_view(&b)));
        cg_buf_free(&b);
    }
}
END_TEST

Suite *pack_suite(void)
{
    Suite *s = suite_create("pack");
    TCase *t = tcase_create("reading");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, refuses_mistakes, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(t, names_the_source);
    tcase_add_test(t, lists_what_would_be_known);
    tcase_add_test(t, keeps_every_field);
    tcase_add_test(t, shows_a_rule_as_written);
    tcase_add_test(t, fills_in_texts);
    suite_add_tcase(s, t);
    return s;
}
