/* Deriving: meanings of kinds, labels that are not believed, fixpoints, evidence, limits, and the same answer in any order. */
#include "graph/layer.h"
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
#define TABLE(id, kinds) "  - id: " id "\n    form: edge-kind\n    title: T\n    kinds: [" kinds "]\n" EXAMPLES
#define SPREAD                                                                                                                             \
    PACK_HEAD LABEL("seed", "Hot", "{}", "MATCH (n) WHERE n.start = true RETURN n AS node")                                                \
        LABEL("spread", "Hot", "{ labels: [Hot], kinds: [K] }", "MATCH (a:Hot)-[r:K]->(n) RETURN n AS node, a, r")

static const cg_kind_info *info_of(const cg_graph *g, const char *kind)
{
    return cg_kind_get_info(g, cg_name_find(g, CG_NAMES_KIND, cg_str_from(kind)));
}

START_TEST(wants_a_sealed_set)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ruleset_new(mem, &rs, NULL), CSPM_OK);
    cg_graph *g = graph_of(mem, "a :A"), *out = NULL;
    expect_error(cg_rules_derive(rs, g, NULL, NULL, &out, &err), CSPM_E_INVALID, &err, 0, 0, "not sealed");
    ck_assert_ptr_null(out);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(inputs_decide_what_is_traversable)
{
    cg_ruleset *rs = set_of(
        mem, PACK_HEAD TABLE(
                 "t", "{ kind: YES, likelihood: 0.25, gives: read, technique: T1000, verb: does }, { kind: NO, traversable: false }"));
    cg_graph *g =
        graph_declared(mem, "a :A\nb :A\na -YES-> b\na -NO-> b\na -OVER-> b\na -UNKNOWN-> b\nb -UNKNOWN-> a", "NO=1 OVER=1 UNUSED=0");
    cg_graph *d = derive(rs, g, 0, NULL);
    ck_assert(info_of(d, "YES")->traversable && info_of(d, "YES")->likelihood == 250000 && info_of(d, "YES")->gives == CG_CAP_READ);
    ck_assert(cg_str_eq(info_of(d, "YES")->technique, CG_STR("T1000")) && cg_str_eq(info_of(d, "YES")->title, CG_STR("does")));
    ck_assert(info_of(d, "NO")->traversable && info_of(d, "NO")->likelihood == 500000);
    ck_assert(info_of(d, "OVER")->traversable && info_of(d, "OVER")->gives == CG_CAP_CONTROL);
    ck_assert(!info_of(d, "UNKNOWN")->traversable);
    ck_assert_uint_eq(count_diags(d, "unknown-kind"), 1);
    ck_assert_uint_eq(count_diags(g, "unknown-kind"), 0);
    cg_graph_unref(d);
    cg_graph_unref(g);
    g = graph_declared(mem, "a :A\nb :A\na -YES-> b", "YES=0");
    d = derive(rs, g, 0, NULL);
    ck_assert(!info_of(d, "YES")->traversable);
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(claimed_labels_are_not_believed)
{
    cg_ruleset *rs = set_of(
        mem,
        SPREAD LABEL("also", "Cold", "{ labels: [Hot] }",
                     "MATCH (n:Hot) RETURN n AS node") "  - { id: f, form: label, title: T, label: Fam, family: true, match_labels: [A], "
                                                       "example: { nodes: [{ id: a }] }, counter_example: { nodes: [{ id: a }] } }\n");
    cg_graph *g = graph_of(mem, "liar :A:Hot:Cold\nb :Fam\nstart :B:Hot start=true\nliar -K-> b\nstart -K-> c\nc :C");
    cg_graph *d = derive(rs, g, 0, NULL);
    ck_assert(has_label(g, "liar", "Hot"));
    ck_assert(!has_label(d, "liar", "Hot") && !has_label(d, "liar", "Cold") && has_label(d, "liar", "A") && has_label(d, "liar", "Fam"));
    ck_assert(!has_label(d, "b", "Hot")); /* nothing follows from what is not believed */
    ck_assert(has_label(d, "b", "Fam"));  /* a family may come with the data */
    ck_assert(has_label(d, "start", "Hot") && has_label(d, "c", "Hot") && has_label(d, "c", "Cold"));
    ck_assert_uint_eq(count_diags(d, "claimed-label"), 2);
    cg_arena arena;
    cg_value v;
    cg_arena_init(&arena, mem);
    uint32_t key = cg_name_find(d, CG_NAMES_KEY, CG_STR("claimedLabels"));
    ck_assert_int_eq(cg_node_prop(d, cg_node_find(d, "liar", 4), key, &arena, &v, NULL), CSPM_OK);
    ck_assert_int_eq(v.type, CG_LIST);
    ck_assert_uint_eq(v.list->count, 2);
    ck_assert(cg_str_eq(cg_value_str(v.list->items[0]), CG_STR("Cold")) && cg_str_eq(cg_value_str(v.list->items[1]), CG_STR("Hot")));
    cg_arena_free(&arena);
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(runs_to_the_fixpoint)
{
    cg_ruleset *rs = set_of(mem, SPREAD);
    cg_graph *g = graph_of(mem, "a start=true\nb :N\nc :N\nd :N\ne :N\na -K-> b\nb -K-> c\nc -K-> d\nd -K-> b\ne -K-> a\nd -OTHER-> e");
    cg_graph *d = derive(rs, g, 0, NULL);
    ck_assert(has_label(d, "a", "Hot") && has_label(d, "b", "Hot") && has_label(d, "c", "Hot") && has_label(d, "d", "Hot"));
    ck_assert(!has_label(d, "e", "Hot"));
    ck_assert(!has_label(g, "b", "Hot"));
    /* Deriving again from what is derived starts at the inventory. */
    cg_graph *again = derive(rs, d, 0, NULL);
    ck_assert_uint_eq(cg_graph_n_layers(again), cg_graph_n_layers(d));
    ck_assert_uint_eq(cg_diag_count(again), cg_diag_count(d));
    cg_graph_unref(again);
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(stops_at_the_round_limit)
{
    cg_ruleset *rs = set_of(mem, SPREAD);
    cg_graph *g = graph_of(mem, "a start=true\nb :N\nc :N\nd :N\ne :N\na -K-> b\nb -K-> c\nc -K-> d\nd -K-> e"), *out = NULL;
    cspm_error *err = NULL;
    cg_derive_options o = { .now = INT64_MIN, .max_rounds = 3 };
    expect_error(cg_rules_derive(rs, g, &o, NULL, &out, &err), CSPM_E_LIMIT, &err, 0, 0, "after 3 rounds: spread");
    ck_assert_ptr_null(out);
    cg_graph *d = derive(rs, g, 4, NULL); /* what is enough is enough */
    ck_assert(has_label(d, "e", "Hot"));
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(proves_labels)
{
    cg_ruleset *rs = set_of(mem, PACK_HEAD LABEL("one", "Hot", "{ labels: [A, V], kinds: [K] }",
                                                 "MATCH (v:V)-[r:K]->(n:A) RETURN n AS node, v, r, v.name AS note"));
    cg_graph *g = graph_of(mem, "n :A\nm :A\nv1 :V name=z\nv2 :V name=y\nv1 -K-> n\nv2 -K-> n");
    cg_graph *d = derive(rs, g, 0, NULL);
    cg_evidence e;
    uint32_t label = cg_name_find(d, CG_NAMES_LABEL, CG_STR("Hot"));
    ck_assert(cg_evidence_get(d, cg_label_evidence(d, cg_node_find(d, "n", 1), label), &e));
    ck_assert(cg_str_eq(e.rule, CG_STR("one")) && e.n_nodes == 2 && e.n_rels == 2 && cg_str_eq(e.note, CG_STR("y")));
    ck_assert(e.nodes[0] == cg_node_find(d, "v1", 2) && e.nodes[1] == cg_node_find(d, "v2", 2));
    ck_assert(cg_rel_get(d, e.rels[0]).from == e.nodes[0] && cg_rel_get(d, e.rels[1]).from == e.nodes[1]);
    ck_assert(!has_label(d, "m", "Hot"));
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(proves_edges)
{
    cg_ruleset *rs =
        set_of(mem, PACK_HEAD EDGE("one", "REACHES", "{ kinds: [K] }\n    needs: read\n    technique: T1000\n    verb: reaches",
                                   "MATCH (from)-[r:K]->(to) RETURN from, to, r, r.maybe AS conditional, r.p AS likelihood"));
    cg_graph *g = graph_of(mem, "a :A\nb :A\nc :A\na -K-> b maybe=true\na -K-> b maybe=false p=0.25\nb -K-> c maybe=true\nc -K-> c");
    cg_graph *d = derive(rs, g, 0, NULL);
    cg_edge edge;
    cg_evidence e;
    ck_assert(has_edge(d, "a", "REACHES", "b", &edge));
    ck_assert(!cg_rel_conditional(d, edge.rel)); /* one way without a condition is enough */
    ck_assert_uint_eq(cg_rel_likelihood(d, edge.rel), 250000);
    ck_assert(cg_evidence_get(d, cg_rel_evidence(d, edge.rel), &e) && e.n_rels == 2 && cg_str_eq(e.rule, CG_STR("one")));
    ck_assert(has_edge(d, "b", "REACHES", "c", &edge));
    ck_assert(cg_rel_conditional(d, edge.rel));
    ck_assert_uint_eq(cg_rel_likelihood(d, edge.rel), 500000);
    ck_assert(!has_edge(d, "c", "REACHES", "c", NULL)); /* nothing reaches itself */
    const cg_kind_info *info = info_of(d, "REACHES");
    ck_assert(info->traversable && info->needs == CG_CAP_READ && info->likelihood == 500000 && cg_str_eq(info->technique, CG_STR("T1000")));
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

/* Edges that follow from edges of the same rule keep only evidence that outlives the round. */
START_TEST(closes_relations)
{
    cg_ruleset *rs = set_of(mem, PACK_HEAD EDGE("base", "T", "{ kinds: [K] }", "MATCH (from)-[r:K]->(to) RETURN from, to, r") EDGE(
                                     "step", "T", "{ kinds: [T, K] }", "MATCH (from)-[t:T]->(m)-[r:K]->(to) RETURN from, to, t, m, r"));
    cg_graph *g = graph_of(mem, "a :A\nb :A\nc :A\nd :A\na -K-> b\nb -K-> c\nc -K-> d");
    cg_graph *d = derive(rs, g, 0, NULL);
    cg_edge edge;
    cg_evidence e;
    ck_assert(has_edge(d, "a", "T", "d", &edge));
    ck_assert(cg_evidence_get(d, cg_rel_evidence(d, edge.rel), &e));
    for (uint32_t i = 0; i < e.n_rels; i++)
        ck_assert(cg_str_eq(cg_name_get(d, CG_NAMES_KIND, cg_rel_get(d, e.rels[i]).kind), CG_STR("K")));
    ck_assert(has_edge(d, "a", "T", "c", NULL) && has_edge(d, "b", "T", "d", NULL) && !has_edge(d, "d", "T", "a", NULL));
    ck_assert_uint_eq(cg_graph_n_derived(d), 6);
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(negates_what_is_settled)
{
    cg_ruleset *rs = set_of(mem, SPREAD LABEL("cold", "Cold", "{ labels: [N, Hot] }", "MATCH (n:N) WHERE NOT n:Hot RETURN n AS node"));
    cg_graph *g = graph_of(mem, "a start=true\nb :N\nc :N\nd :N\na -K-> b\nb -K-> c"), *d = derive(rs, g, 0, NULL);
    ck_assert(!has_label(d, "b", "Cold") && !has_label(d, "c", "Cold") && has_label(d, "d", "Cold"));
    cg_graph_unref(d);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(leaves_rules_out)
{
    cg_ruleset *rs = set_of(mem, SPREAD);
    cg_graph *g = graph_of(mem, "a start=true\nb :N\na -K-> b"), *out = NULL;
    const cg_str without[] = { CG_STR("spread") };
    const cg_derive_options o = { .now = INT64_MIN, .without = without, .n_without = 1 };
    cspm_error *err = NULL;
    expect_ok(cg_rules_derive(rs, g, &o, NULL, &out, &err), err);
    ck_assert(has_label(out, "a", "Hot") && !has_label(out, "b", "Hot"));
    cg_graph_unref(out);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

START_TEST(refuses_wrong_columns)
{
    static const struct {
        const char *pack, *says;
    } cases[] = {
        { PACK_HEAD LABEL("one", "L", "{ labels: [A] }", "MATCH (n:A) RETURN n.name AS node"), "\"node\" is not a node" },
        { PACK_HEAD EDGE("one", "K", "{ labels: [A] }", "MATCH (n:A) RETURN n AS from, n.name AS to"), "\"to\" is not a node" },
        { PACK_HEAD EDGE("one", "K", "{ labels: [A, B] }", "MATCH (n:A), (m:B) RETURN n AS from, m AS to, n.name AS likelihood"),
          "\"likelihood\" is not a number" },
        { PACK_HEAD EDGE("one", "K", "{ labels: [A, B] }", "MATCH (n:A), (m:B) RETURN n AS from, m AS to, 1.5 AS likelihood"),
          "\"likelihood\" is not a number" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cg_ruleset *rs = set_of(mem, cases[i].pack);
        cg_graph *g = graph_of(mem, "a :A name=x\nb :B"), *out = NULL;
        cspm_error *err = NULL;
        const cg_derive_options o = { .now = INT64_MIN };
        expect_error(cg_rules_derive(rs, g, &o, NULL, &out, &err), CSPM_E_PARSE, &err, 0, 0, cases[i].says);
        cg_graph_unref(g);
        cg_ruleset_unref(rs);
    }
}
END_TEST

START_TEST(stops_when_cancelled)
{
    cg_ruleset *rs = set_of(mem, SPREAD);
    cg_graph *g = graph_of(mem, "a start=true"), *out = NULL;
    cspm_error *err = NULL;
    cspm_op *op = NULL;
    ck_assert_int_eq(cg_op_new(mem, &op, NULL), CSPM_OK);
    cspm_op_cancel(op);
    expect_error(cg_rules_derive(rs, g, NULL, op, &out, &err), CSPM_E_CANCELLED, &err, 0, 0, "");
    cspm_op_unref(op);
    cg_graph_unref(g);
    cg_ruleset_unref(rs);
}
END_TEST

/* ---- the same answer in any order ---- */

static void write_graph(const cg_graph *g, cg_buf *out)
{
    for (cg_node n = 0; n < cg_graph_n_nodes(g); n++) {
        uint32_t labels[16], count = cg_node_labels(g, n, labels, 16);
        cg_buf_str(out, cg_node_id(g, n));
        for (uint32_t i = 0; i < count; i++) {
            cg_evidence e = { 0 };
            cg_buf_char(out, ':');
            cg_buf_str(out, cg_name_get(g, CG_NAMES_LABEL, labels[i]));
            if (i >= cg_node_n_base_labels(g, n) && cg_evidence_get(g, cg_label_evidence(g, n, labels[i]), &e)) {
                cg_buf_printf(out, "(%.*s %.*s", CG_FMT(e.rule), CG_FMT(e.note));
                for (uint32_t k = 0; k < e.n_nodes; k++)
                    cg_buf_printf(out, " %.*s", CG_FMT(cg_node_id(g, e.nodes[k])));
                cg_buf_char(out, ')');
            }
        }
        cg_buf_char(out, '\n');
    }
    cg_rel_iter it;
    cg_edge edge;
    cg_rel_iter_init(&it, g);
    while (cg_rel_iter_next(&it, &edge))
        cg_buf_printf(out, "%.*s %.*s %.*s %u\n", CG_FMT(cg_node_id(g, edge.from)), CG_FMT(cg_name_get(g, CG_NAMES_KIND, edge.kind)),
                      CG_FMT(cg_node_id(g, edge.to)), (unsigned)cg_rel_likelihood(g, edge.rel));
    for (uint32_t i = 0; i < cg_diag_count(g); i++)
        cg_buf_printf(out, "%.*s %.*s\n", CG_FMT(cg_diag_get(g, i).code), CG_FMT(cg_diag_get(g, i).message));
}

START_TEST(any_order_gives_the_same)
{
    static const char *const lines[] = { "a :A start=true", "b :A",     "c :A:Hot", "d :B",     "e :B",    "a -K-> b",
                                         "a -K-> c",        "b -K-> d", "c -K-> d", "d -K-> a", "e -Q-> d" };
    const size_t n = sizeof lines / sizeof *lines;
    cg_ruleset *rs =
        set_of(mem, SPREAD EDGE("jump", "JUMPS", "{ labels: [Hot], kinds: [K] }",
                                "MATCH (from:Hot)-[r:K]->(m)-[s:K]->(to) RETURN from, to, m, r, s")
                        LABEL("hub", "Hub", "{ kinds: [JUMPS] }", "MATCH (n)-[j:JUMPS]->(m) RETURN n AS node, m, j, m.name AS note"));
    cg_buf first;
    cg_buf_init(&first, mem, 0);
    for (size_t turn = 0; turn < n; turn++) {
        cg_buf text, out;
        cg_buf_init(&text, mem, 0);
        cg_buf_init(&out, mem, 0);
        for (size_t i = 0; i < n; i++) {
            cg_buf_adds(&text, lines[(i * 3 + turn) % n]);
            cg_buf_char(&text, '\n');
        }
        cg_buf_char(&text, 0);
        cg_graph *g = graph_of(mem, text.data), *d = derive(rs, g, 0, NULL);
        write_graph(d, turn ? &out : &first);
        ck_assert_msg(!turn || cg_str_eq(cg_buf_view(&first), cg_buf_view(&out)), "%.*s\n---\n%.*s", CG_FMT(cg_buf_view(&first)),
                      CG_FMT(cg_buf_view(&out)));
        cg_graph_unref(d);
        cg_graph_unref(g);
        cg_buf_free(&text);
        cg_buf_free(&out);
    }
    ck_assert(cg_str_find(cg_buf_view(&first), CG_STR("a JUMPS d"), 0) != SIZE_MAX);
    cg_buf_free(&first);
    cg_ruleset_unref(rs);
}
END_TEST

Suite *derive_suite(void)
{
    Suite *s = suite_create("derive");
    TCase *t = tcase_create("deriving");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, wants_a_sealed_set);
    tcase_add_test(t, inputs_decide_what_is_traversable);
    tcase_add_test(t, claimed_labels_are_not_believed);
    tcase_add_test(t, runs_to_the_fixpoint);
    tcase_add_test(t, stops_at_the_round_limit);
    tcase_add_test(t, proves_labels);
    tcase_add_test(t, proves_edges);
    tcase_add_test(t, closes_relations);
    tcase_add_test(t, negates_what_is_settled);
    tcase_add_test(t, leaves_rules_out);
    tcase_add_test(t, refuses_wrong_columns);
    tcase_add_test(t, stops_when_cancelled);
    tcase_add_test(t, any_order_gives_the_same);
    suite_add_tcase(s, t);
    return s;
}
