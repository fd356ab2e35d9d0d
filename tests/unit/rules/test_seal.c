/* Sealing: patterns against their declarations, order of rules, references between packs, risk tables. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "graph/table.h"
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

#define LABEL(id, label, reads, match)                                                                                                     \
    "  - id: " id "\n    form: label\n    title: T\n    label: " label "\n    reads: " reads "\n    match: " match "\n" EXAMPLES
#define EDGE(id, kind, reads, match)                                                                                                       \
    "  - id: " id "\n    form: edge\n    title: T\n    kind: " kind "\n    likelihood: 0.5\n    reads: " reads "\n    match: " match       \
    "\n" EXAMPLES

static void refuses(const char *pack, int32_t code, uint32_t line, uint32_t column, const char *says)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    int32_t rc = try_set(mem, pack, &rs, &err);
    expect_error(rc, code, &err, line, column, says);
    cg_ruleset_unref(rs);
}

START_TEST(holds_reads_against_the_pattern)
{
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A] }", "MATCH (n:A)-[r:K]->(m:B) RETURN n AS node"), CSPM_E_PARSE, 8, 12,
            "reads the label \"B\" and does not declare it");
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A, B] }", "MATCH (n:A)-[r:K]->(m:B) RETURN n AS node"), CSPM_E_PARSE, 8, 12,
            "reads the kind \"K\" and does not declare it");
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A, B] }", "MATCH (n:A) RETURN n AS node"), CSPM_E_PARSE, 8, 12,
            "declares the label \"B\" and does not read it");
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A], kinds: [K] }", "MATCH (n:A) RETURN n AS node"), CSPM_E_PARSE, 8, 12,
            "declares the kind \"K\" and does not read it");
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A] }", "MATCH (n:A)-->(m) RETURN n AS node"), CSPM_E_PARSE, 8, 12,
            "reads kinds it does not name; declare \"*\"");
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A], kinds: ['*'] }", "MATCH (n:A) RETURN n AS node"), CSPM_E_PARSE, 8, 12,
            "declares \"*\"");
    cg_ruleset_unref(set_of(mem, PACK_HEAD LABEL("one", "L", "{ labels: [A], kinds: ['*'] }", "MATCH (n:A)-->(m) RETURN n AS node")));
}
END_TEST

START_TEST(holds_writes_against_the_rule)
{
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A] }\n    writes: { labels: [M] }", "MATCH (n:A) RETURN n AS node"), CSPM_E_PARSE, 9,
            13, "writes the label \"L\" and declares something else");
    refuses(PACK_HEAD EDGE("one", "K", "{ labels: [A] }\n    writes: { labels: [K] }", "MATCH (from:A), (to:A) RETURN from, to"),
            CSPM_E_PARSE, 10, 13, "writes the kind \"K\"");
    cg_ruleset_unref(
        set_of(mem, PACK_HEAD EDGE("one", "K", "{ labels: [A] }\n    writes: { kinds: [K] }", "MATCH (from:A), (to:A) RETURN from, to")));
}
END_TEST

START_TEST(wants_the_columns_of_the_form)
{
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A] }", "MATCH (n:A) RETURN n"), CSPM_E_PARSE, 9, 12, "must return the column \"node\"");
    refuses(PACK_HEAD EDGE("one", "K", "{ labels: [A] }", "MATCH (from:A) RETURN from"), CSPM_E_PARSE, 10, 12,
            "columns \"from\" and \"to\"");
}
END_TEST

START_TEST(places_query_errors_in_the_file)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    size_t length;
    uint32_t line, column;
    /* On the line of the key. */
    int32_t rc = try_set(mem, PACK_HEAD LABEL("one", "L", "{ labels: [A] }", "MATCH (n:A RETURN n AS node"), &rs, &err);
    ck_assert_int_lt(rc, 0);
    cspm_error_position(err, NULL, &line, &column);
    ck_assert_uint_eq(line, 9);
    ck_assert_uint_eq(column, 23);
    ck_assert_str_eq(cspm_error_source(err, &length), "test.yaml");
    cspm_error_free(err);
    cg_ruleset_unref(rs);
    /* In a block, some lines below it. */
    rs = NULL;
    err = NULL;
    rc = try_set(mem, PACK_HEAD LABEL("one", "L", "{ labels: [A] }", "|\n      MATCH (n:A)\n\n      RETRUN n AS node"), &rs, &err);
    ck_assert_int_lt(rc, 0);
    cspm_error_position(err, NULL, &line, &column);
    ck_assert_uint_eq(line, 12);
    ck_assert_uint_eq(column, 7);
    ck_assert_int_eq(rc, CSPM_E_PARSE); /* a wrong pattern is a malformed pack, not a wrong query of the user's */
    ck_assert_ptr_nonnull(strstr(cspm_error_text(err, &length), "\n      RETRUN n AS node\n      ^"));
    cspm_error_free(err);
    cg_ruleset_unref(rs);
}
END_TEST

static uint32_t stratum(const cg_ruleset *rs, const char *id)
{
    const cg_rule *rule = cg_ruleset_find(rs, cg_str_from(id));
    ck_assert_ptr_nonnull(rule);
    return rule->stratum;
}

START_TEST(orders_readers_after_writers)
{
    cg_ruleset *rs = set_of(mem, PACK_HEAD LABEL("a-third", "C", "{ labels: [B], kinds: [E] }", "MATCH (n:B)-[:E]->() RETURN n AS node")
                                     EDGE("b-second", "E", "{ labels: [B] }", "MATCH (from:B), (to:B) RETURN from, to")
                                         LABEL("c-first", "B", "{ labels: [A] }", "MATCH (n:A) RETURN n AS node")
                                             LABEL("d-negates", "D", "{ labels: [A, C] }", "MATCH (n:A) WHERE NOT n:C RETURN n AS node"));
    ck_assert_uint_eq(stratum(rs, "c-first"), 0);
    ck_assert_uint_eq(stratum(rs, "b-second"), 1);
    ck_assert_uint_eq(stratum(rs, "a-third"), 2);
    ck_assert_uint_eq(stratum(rs, "d-negates"), 3);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(keeps_positive_cycles_together)
{
    cg_ruleset *rs = set_of(mem, PACK_HEAD LABEL("one", "A", "{ labels: [B], kinds: [K] }", "MATCH (n)-[:K]->(:B) RETURN n AS node")
                                     LABEL("two", "B", "{ labels: [A], kinds: [K] }", "MATCH (n)-[:K]->(:A) RETURN n AS node"));
    ck_assert_uint_eq(stratum(rs, "one"), stratum(rs, "two"));
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(refuses_negation_of_itself)
{
    refuses(PACK_HEAD LABEL("one", "A", "{ labels: [A, B] }", "MATCH (n:B) WHERE NOT n:A RETURN n AS node"), CSPM_E_PARSE, 9, 12,
            "negates or counts \"A\", which depends on the rule itself: one -> one");
    refuses(PACK_HEAD LABEL("one", "A", "{ labels: [B, N] }", "MATCH (n:N) WHERE NOT n:B RETURN n AS node")
                LABEL("two", "B", "{ labels: [C] }", "MATCH (n:C) RETURN n AS node")
                    LABEL("three", "C", "{ labels: [A] }", "MATCH (n:A) RETURN n AS node"),
            CSPM_E_PARSE, 9, 12, "one -> two -> three -> one");
    refuses(PACK_HEAD EDGE("one", "E", "{ labels: [A], kinds: [E] }", "MATCH (from:A), (to:A) WHERE NOT (from)-[:E]->(to) RETURN from, to"),
            CSPM_E_PARSE, 10, 12, "negates or counts \"E\"");
}
END_TEST

START_TEST(refuses_counting_itself)
{
    refuses(PACK_HEAD LABEL("one", "A", "{ labels: [A], kinds: [K] }",
                            "MATCH (n)-[:K]->(m:A) WITH n, count(m) AS c WHERE c > 2 RETURN n AS node"),
            CSPM_E_PARSE, 9, 12, "negates or counts \"A\"");
}
END_TEST

START_TEST(a_disabled_rule_breaks_the_cycle)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(cg_ruleset_add_text(
                  rs, cg_str_from(PACK_HEAD LABEL("one", "A", "{ labels: [A, B] }", "MATCH (n:B) WHERE NOT n:A RETURN n AS node")),
                  CG_STR("x"), &err),
              err);
    expect_error(cg_ruleset_disable(rs, CG_STR("nobody"), &err), CSPM_E_NOTFOUND, &err, 0, 0, "\"nobody\"");
    err = NULL;
    expect_ok(cg_ruleset_disable(rs, CG_STR("one"), &err), err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    ck_assert(!cg_ruleset_find(rs, CG_STR("one"))->enabled);
    expect_error(cg_ruleset_add_text(rs, CG_STR(""), CG_STR("y"), &err), CSPM_E_INVALID, &err, 0, 0, "sealed");
    cg_ruleset_unref(rs);
}
END_TEST

/* Many rules in a row need no more layers than a graph has: those that only add to each other share a stratum. */
START_TEST(joins_long_chains)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    cg_buf_adds(&b, PACK_HEAD);
    for (int i = 0; i < 40; i++)
        cg_buf_printf(&b,
                      "  - { id: r%02d, form: label, title: T, label: L%d, match_labels: [L%d], example: { nodes: [{ id: a }] }, "
                      "counter_example: { nodes: [{ id: a }] } }\n",
                      i, i + 1, i);
    cg_buf_char(&b, 0);
    cg_ruleset *rs = set_of(mem, b.data);
    cg_buf_free(&b);
    ck_assert_uint_lt(stratum(rs, "r39"), 12);
    cg_graph *g = graph_of(mem, "a :L0"), *d = derive(rs, g, 0, NULL);
    ck_assert(has_label(d, "a", "L40"));
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

#define TABLE(id, kind, more) "  - id: " id "\n    form: edge-kind\n    title: T\n    kinds: [{ kind: " kind more " }]\n" EXAMPLES
#define REC(id, what) "  - { id: " id ", form: recommendation, title: Do it, remediation: So, removes: { " what " } }\n"

START_TEST(links_recommendations)
{
    cg_ruleset *rs = set_of(mem, PACK_HEAD TABLE("t", "K", "") TABLE("u", "M", "") REC("fix", "kinds: [K], labels: [L]")
                                     LABEL("one", "L", "{ labels: [A] }", "MATCH (n:A) RETURN n AS node")
                                         LABEL("two", "O", "{ labels: [A] }\n    recommendation: fix", "MATCH (n:A) RETURN n AS node")
                                             LABEL("three", "P", "{ labels: [A] }\n    recommendation: fix\n    removable: false",
                                                   "MATCH (n:A) RETURN n AS node"));
    const cg_rule *k = cg_ruleset_find(rs, CG_STR("t/K")), *m = cg_ruleset_find(rs, CG_STR("u/M"));
    ck_assert(cg_str_eq(k->recommendation_id, CG_STR("fix")) && k->removable && cg_str_eq(k->remediation, CG_STR("So")));
    ck_assert(!m->recommendation_id.length && !m->removable);
    ck_assert(cg_str_eq(cg_ruleset_find(rs, CG_STR("one"))->recommendation_title, CG_STR("Do it")));
    ck_assert(cg_str_eq(cg_ruleset_find(rs, CG_STR("two"))->recommendation_id, CG_STR("fix")));
    ck_assert(!cg_ruleset_find(rs, CG_STR("three"))->removable);
    cg_ruleset_unref(rs);
    refuses(PACK_HEAD LABEL("one", "L", "{ labels: [A] }\n    recommendation: nothing", "MATCH (n:A) RETURN n AS node"), CSPM_E_PARSE, 9,
            21, "names the recommendation \"nothing\"");
}
END_TEST

START_TEST(refuses_contradictions)
{
    refuses(PACK_HEAD "  - { id: one, form: label, title: T, label: L, match_labels: [A], family: true, example: { nodes: [{ id: a }] }, "
                      "counter_example: { nodes: [{ id: a }] } }\n"
                      "  - { id: two, form: label, title: T, label: L, match_labels: [B], example: { nodes: [{ id: a }] }, "
                      "counter_example: { nodes: [{ id: a }] } }\n",
            CSPM_E_PARSE, 5, 5, "disagree whether \"L\" is a family");
    refuses(PACK_HEAD EDGE("one", "K", "{ labels: [A] }", "MATCH (from:A), (to:A) RETURN from, to")
                EDGE("two", "K", "{ labels: [A] }\n    gives: read", "MATCH (from:A), (to:A) RETURN from, to"),
            CSPM_E_PARSE, 13, 5, "disagree what \"K\" needs or gives");
}
END_TEST

START_TEST(later_packs_win)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(cg_ruleset_add_text(rs, cg_str_from(PACK_HEAD REC("one", "kinds: [K]") REC("two", "kinds: [K]")), CG_STR("first"), &err),
              err);
    expect_ok(cg_ruleset_add_text(rs,
                                  cg_str_from("schema: cspmgraph/rule-pack/1\npack: { id: own, version: 2.0.0, title: Own }\nrules:\n" REC(
                                      "one", "kinds: [M]")),
                                  CG_STR("second"), &err),
              err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    expect_ok(cg_ruleset_seal(rs, &err), err); /* once more changes nothing */
    ck_assert_uint_eq(cg_ruleset_n_packs(rs), 2);
    ck_assert_uint_eq(cg_ruleset_n_rules(rs), 2);
    ck_assert(cg_str_eq(cg_ruleset_find(rs, CG_STR("one"))->removes_kinds[0], CG_STR("M")));
    ck_assert_uint_eq(cg_ruleset_find(rs, CG_STR("one"))->pack, 1);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(a_pack_of_the_same_id_replaces_the_whole)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(cg_ruleset_add_text(rs, cg_str_from(PACK_HEAD REC("one", "kinds: [K]") REC("two", "kinds: [K]")), CG_STR("first"), &err),
              err);
    expect_ok(cg_ruleset_add_text(rs, cg_str_from(PACK_HEAD REC("three", "kinds: [K]")), CG_STR("second"), &err), err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    ck_assert_uint_eq(cg_ruleset_n_packs(rs), 1);
    ck_assert_uint_eq(cg_ruleset_n_rules(rs), 1);
    ck_assert_int_eq(strlen(cg_ruleset_pack(rs, 0)->sha256), 64);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(a_set_may_be_empty)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    ck_assert_uint_eq(cg_ruleset_n_rules(rs), 0);
    ck_assert_uint_gt(cg_ruleset_risk(rs)->alpha, 0);
    cg_graph *g = graph_of(mem, "a :A:InternetExposed\nb :B\na -K-> b"), *d = derive(rs, g, 0, NULL);
    ck_assert(has_label(d, "a", "InternetExposed")); /* nobody else sets it, so nobody contradicts */
    ck_assert_uint_eq(count_diags(d, "unknown-kind"), 1);
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

/* A set that could not be sealed can be put right: what takes the bad pack's place leaves nothing of it. */
START_TEST(a_failed_sealing_can_be_repaired)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    int32_t rc = try_set(mem, PACK_HEAD LABEL("one", "A", "{ labels: [A, B] }", "MATCH (n:B) WHERE NOT n:A RETURN n AS node"), &rs, &err);
    expect_error(rc, CSPM_E_PARSE, &err, 9, 12, "depends on the rule itself");
    expect_ok(cg_ruleset_add_text(rs, cg_str_from(PACK_HEAD LABEL("two", "A", "{ labels: [B] }", "MATCH (n:B) RETURN n AS node")),
                                  CG_STR("x"), &err),
              err);
    ck_assert_ptr_null(cg_ruleset_find(rs, CG_STR("one")));
    expect_ok(cg_ruleset_seal(rs, &err), err);
    ck_assert_ptr_nonnull(cg_ruleset_find(rs, CG_STR("two")));
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(merges_risk_tables)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(cg_ruleset_add_text(
                  rs,
                  cg_str_from(PACK_HEAD "  - { id: r, form: risk, title: T, alpha: 1.5, beta: 0.25, exposure: { default: 0.4, labels: { A: "
                                        "0.9, B: 0.5 } }, thresholds: { critical: 90.5, high: 50, medium: 1 }, entries: [A] }\n"
                                        "  - { id: s, form: criticality, title: T, label: C, factor: 0.75 }\n"),
                  CG_STR("first"), &err),
              err);
    expect_ok(cg_ruleset_add_text(rs,
                                  cg_str_from("schema: cspmgraph/rule-pack/1\npack: { id: own, version: 2.0.0, title: Own }\nrules:\n"
                                              "  - { id: q, form: risk, title: T, beta: 1, exposure: { labels: { B: 0.6 } }, criticality: "
                                              "{ labels: { C: 0.000001 } } }\n"),
                                  CG_STR("second"), &err),
              err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    const cg_risk *risk = cg_ruleset_risk(rs);
    ck_assert_uint_eq(risk->alpha, 1500);
    ck_assert_uint_eq(risk->beta, 1000);
    ck_assert_uint_eq(risk->exposure_default, 400000);
    ck_assert_uint_eq(risk->n_exposure, 2);
    ck_assert_uint_eq(risk->exposure[0].factor, 900000);
    ck_assert_uint_eq(risk->exposure[1].factor, 600000);
    ck_assert_uint_eq(risk->n_criticality, 1);
    ck_assert_uint_eq(risk->criticality[0].factor, 1);
    ck_assert(risk->critical_from > 90.4 && risk->critical_from < 90.6);
    ck_assert_uint_eq(risk->n_entry_labels, 1);
    cg_ruleset_unref(rs);
    refuses(PACK_HEAD "  - { id: r, form: risk, title: T, thresholds: { critical: 10, high: 50, medium: 1 } }\n", CSPM_E_PARSE, 4, 48,
            "thresholds must fall");
    refuses(PACK_HEAD "  - { id: r, form: risk, title: T, exposure: { labels: { A: 2 } } }\n", CSPM_E_PARSE, 4, 61, "A is 2.0");
    refuses(PACK_HEAD "  - { id: r, form: risk, title: T, exposure: { label: { A: 1 } } }\n", CSPM_E_PARSE, 4, 48,
            "exposure has no field \"label\"");
}
END_TEST

START_TEST(reads_folders_in_order)
{
    char folder[] = "/tmp/cspm-rules-XXXXXX", path[160];
    static const char *const files[] = { "b.yaml", "a.yaml", "notes.txt", ".hidden.yaml", "sub/c.yml" };
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/sub", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_error(cg_ruleset_add_path(rs, path, &err), CSPM_E_NOTFOUND, &err, 0, 0, "no rule pack");
    err = NULL;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        FILE *f = fopen(path, "w");
        ck_assert_ptr_nonnull(f);
        fprintf(f, "schema: cspmgraph/rule-pack/1\npack: { id: p%zu, version: 1.0.0, title: T }\nrules:\n" REC("one", "kinds: [K%zu]"), i,
                i);
        fclose(f);
    }
    expect_ok(cg_ruleset_add_path(rs, folder, &err), err);
    expect_ok(cg_ruleset_seal(rs, &err), err);
    ck_assert_uint_eq(cg_ruleset_n_packs(rs), 3);
    ck_assert(cg_str_eq(cg_ruleset_pack(rs, 0)->id, CG_STR("p1")) && cg_str_eq(cg_ruleset_pack(rs, 2)->id, CG_STR("p4")));
    ck_assert(cg_str_eq(cg_ruleset_find(rs, CG_STR("one"))->removes_kinds[0], CG_STR("K4")));
    cg_ruleset_unref(rs);
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    snprintf(path, sizeof path, "%s/nothing", folder);
    expect_error(cg_ruleset_add_path(rs, path, &err), CSPM_E_NOTFOUND, &err, 0, 0, "");
    cg_ruleset_unref(rs);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/sub", folder);
    rmdir(path);
    rmdir(folder);
}
END_TEST

START_TEST(lists_rules_as_a_table)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    cspm_cursor *cursor = NULL;
    cspm_batch *batch = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    expect_ok(
        cg_ruleset_add_text(rs, cg_str_from(PACK_HEAD TABLE("t", "K", ", technique: T1000") REC("fix", "kinds: [K]")), CG_STR("x"), &err),
        err);
    expect_ok(cg_ruleset_table(rs, &cursor, &err), err);
    cg_ruleset_unref(rs); /* the table keeps its rules */
    ck_assert_uint_eq(cspm_cursor_columns(cursor), 13);
    ck_assert_int_eq(cspm_cursor_next(cursor, &batch, &err), CSPM_OK);
    ck_assert_uint_eq(cspm_batch_rows(batch), 2);
    cspm_batch_unref(batch);
    ck_assert_int_eq(cspm_cursor_next(cursor, &batch, &err), CSPM_DONE);
    cspm_cursor_free(cursor);
}
END_TEST

Suite *seal_suite(void)
{
    Suite *s = suite_create("seal");
    TCase *t = tcase_create("sealing");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, holds_reads_against_the_pattern);
    tcase_add_test(t, holds_writes_against_the_rule);
    tcase_add_test(t, wants_the_columns_of_the_form);
    tcase_add_test(t, places_query_errors_in_the_file);
    tcase_add_test(t, orders_readers_after_writers);
    tcase_add_test(t, keeps_positive_cycles_together);
    tcase_add_test(t, refuses_negation_of_itself);
    tcase_add_test(t, refuses_counting_itself);
    tcase_add_test(t, a_disabled_rule_breaks_the_cycle);
    tcase_add_test(t, joins_long_chains);
    tcase_add_test(t, links_recommendations);
    tcase_add_test(t, refuses_contradictions);
    tcase_add_test(t, later_packs_win);
    tcase_add_test(t, a_pack_of_the_same_id_replaces_the_whole);
    tcase_add_test(t, a_set_may_be_empty);
    tcase_add_test(t, a_failed_sealing_can_be_repaired);
    tcase_add_test(t, merges_risk_tables);
    tcase_add_test(t, reads_folders_in_order);
    tcase_add_test(t, lists_rules_as_a_table);
    suite_add_tcase(s, t);
    return s;
}
