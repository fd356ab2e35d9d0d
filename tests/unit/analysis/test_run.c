/* What an answer holds: ids, texts, lengths, marks of what was cut, node properties, paths between two sets, tables. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/run.h"
#include "base/intern.h"
#include "cspmgraph/analysis.h"
#include "graph/table.h"
#include "world.h"

static void expected_id(const char *type, const char *entry, const char *target, char out[17])
{
    char text[256], hex[65];
    int n = snprintf(text, sizeof text, "%s\xff%s\xff%s", type, entry, target);
    cg_sha256_hex(text, (size_t)n, hex);
    memcpy(out, hex, 16);
    out[16] = 0;
}

static bool same(cg_str s, const char *text)
{
    return cg_str_eq(s, cg_str_from(text));
}

/* Whoever administers the house has its rooms: paths end at the house and go on where something in it leads out. */
START_TEST(dominion_ends_paths_at_the_domain)
{
    static const char *const lines[] = { "node a N,Open",       "node admin N,Chief,Crown", "node house N,Crown,Chief",  "node room N,Crown",
                                         "node attic N",        "node other N,Crown",       "edge a GO admin",     "edge admin GO house",
                                         "edge admin GO room",  "edge admin GO attic",      "edge attic GO other", "edge house HAS admin",
                                         "edge house HAS room", "edge house HAS attic" };
    char *pack = malloc(strlen(world_pack) + 100);
    world w;
    sprintf(pack, "%s    dominion: [Chief]\n    dominion_contains: [HAS]\n", world_pack);
    world_make(&w, NULL, pack, lines, sizeof lines / sizeof *lines);
    free(pack);
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 2);
    ck_assert_ptr_nonnull(world_path(&w, a, "a", "house"));
    const cg_attack_path *out = world_path(&w, a, "a", "other");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(out->n_steps, 4); /* internet, a, admin, house, other */
    ck_assert_ptr_null(world_path(&w, a, "a", "room"));
    ck_assert_ptr_null(world_path(&w, a, "a", "admin"));
    cg_analysis_unref(a);
    cg_between *found = NULL; /* between two nodes it is one step more: the house has its rooms */
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_ENTRIES, CG_STR("house"), NULL), CSPM_OK);
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_TARGETS, CG_STR("room"), NULL), CSPM_OK);
    ck_assert_int_eq(cg_paths_between(w.g, w.rules, w.request, NULL, &found, NULL), CSPM_OK);
    ck_assert_uint_eq(found->n_paths, 2); /* straight, and through the chief who is in it too */
    ck_assert_uint_eq(found->paths[0].n_steps, 1);
    cg_between_free(found);
    world_free(&w);

    world_make(&w, NULL, world_pack, lines, sizeof lines / sizeof *lines); /* without the tables all of them are targets */
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 4);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

/* A barn that the lodge of the house is, under another name, is the house's with all that is in it. */
START_TEST(a_domain_may_stand_in_another)
{
    static const char *const lines[] = { "node a N,Open",      "node admin N,Chief", "node house N,Crown",   "node lodge N",
                                         "node barn N,Crown",  "node hay N,Crown",   "edge a GO admin",      "edge admin GO house",
                                         "edge admin GO hay",  "edge lodge GO barn", "edge house HAS admin", "edge house HAS lodge",
                                         "edge lodge IS barn", "edge barn HAS hay" };
    for (int joined = 0; joined < 2; joined++) {
        char *pack = malloc(strlen(world_pack) + 150);
        world w;
        sprintf(pack, "%s    dominion: [Chief]\n    dominion_contains: [HAS]\n%s", world_pack, joined ? "    dominion_is: [IS]\n" : "");
        world_make(&w, NULL, pack, lines, sizeof lines / sizeof *lines);
        free(pack);
        cg_analysis *a = world_analyze(&w);
        ck_assert_ptr_nonnull(world_path(&w, a, "a", "house"));
        ck_assert_uint_eq(a->n_paths, joined ? 1 : 3);
        cg_analysis_unref(a);
        world_free(&w);
    }
}
END_TEST

START_TEST(what_anybody_may_read_is_no_step)
{
    static const char *const lines[] = { "node a N,Open", "node page N,Jewel,Poster", "node safe N,Crown", "edge a READ page",
                                         "edge a READ safe" };
    char *pack = malloc(strlen(world_pack) + 100);
    world w;
    sprintf(pack, "%s    public: [Poster]\n", world_pack);
    world_make(&w, NULL, pack, lines, sizeof lines / sizeof *lines);
    free(pack);
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 1);
    ck_assert_ptr_nonnull(world_path(&w, a, "a", "safe"));
    cg_analysis_unref(a);
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_TARGETS, CG_STR("page"), NULL), CSPM_OK); /* named: shown */
    a = world_analyze(&w);
    ck_assert_ptr_nonnull(world_path(&w, a, "a", "page"));
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(ids_types_and_texts)
{
    world w;
    char id[17];
    WORLD(&w, "node a House,Open", "node b House", "node c Box,Crown", "node d Box,Jewel", "edge a GO b", "edge b GO c", "edge b TRY d");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 2);
    const cg_attack_path *p = world_path(&w, a, "a", "c");
    ck_assert(same(p->type_id, "House>Box"));
    expected_id("House>Box", "a", "c", id);
    ck_assert_str_eq(p->id, id);
    ck_assert_uint_eq(p->n_story, 3);
    ck_assert(same(p->story[0], "1. Anybody on the internet can walk into a (House)"));
    ck_assert(same(p->story[1], "2. a (House) can enter b (House)"));
    ck_assert(same(p->steps[0].technique, "T1190") && same(p->steps[0].tactic, "initial-access"));
    ck_assert(same(p->steps[1].technique, "T1078"));
    ck_assert_uint_ge(p->steps[0].n_evidence, 1);
    ck_assert_uint_ge(p->n_recommendations, 1);
    ck_assert(same(p->recommendations[0].id, "close") && p->recommendations[0].breaks_path);
    ck_assert_uint_eq(p->n_risk_factors, 1);

    p = world_path(&w, a, "a", "d");
    ck_assert(same(p->type_id, "special"));
    expected_id("special", "a", "d", id);
    ck_assert_str_eq(p->id, id);
    ck_assert(same(p->title, "The way to d in 3"));
    ck_assert(same(p->description, "From a to d."));
    ck_assert(same(p->impact, "Box lost, a not."));
    ck_assert(same(p->story[2], "3. b (House) leads to d (Box) through TRY"));
    ck_assert(same(p->categories[0], "Data exposure"));
    ck_assert(same(p->manual_remediation, "Think."));
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(the_best_way_stands_for_a_pair)
{
    world w;
    WORLD(&w, "node a N,Open", "node b N", "node c N,Crown", "edge a TRY c", "edge a GO b", "edge b GO c", "edge b TRY c", "edge c GO a");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 1);
    ck_assert_uint_eq(a->paths[0].occurrences, 3);
    ck_assert(!a->paths[0].occurrences_estimated && !a->estimated);
    ck_assert_uint_eq(a->paths[0].n_steps, 3); /* 0.81 by two steps beats 0.5 by one */
    ck_assert_uint_eq(a->by_level[CG_LEVEL_HIGH], 1);
    ck_assert_uint_ge(a->n_patterns, 3);
    ck_assert_str_eq(a->patterns[0].exemplar, a->paths[0].id);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(single_nodes_and_lengths)
{
    world w;
    WORLD(&w, "node a N,Open,Crown", "node b N,Crown", "node c N,Crown", "node i N,Inside,Jewel", "edge a GO b", "edge b GO c");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 3);
    const cg_attack_path *p = world_path(&w, a, "a", "a");
    ck_assert_uint_eq(p->n_steps, 1);
    ck_assert_uint_eq(p->occurrences, 1);
    ck_assert_uint_eq(a->targets_beyond, 0);
    cg_analysis_unref(a);
    for (uint32_t length = 1; length <= 3; length++) { /* the step from the internet counts */
        w.o.max_length = length;
        a = world_analyze(&w);
        ck_assert_uint_eq(a->n_paths, length);
        for (uint32_t i = 0; i < a->n_listed; i++)
            ck_assert_uint_le(a->paths[i].n_steps, length);
        cg_analysis_unref(a);
    }
    w.o.max_length = 2;
    a = world_analyze(&w);
    ck_assert_uint_eq(a->targets_beyond, 1);
    cg_analysis_unref(a);
    w.o = (cg_request_options){ .now = NOW, .assume_breach = true };
    a = world_analyze(&w);
    p = world_path(&w, a, "i", "i");
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->n_steps, 0);
    ck_assert_uint_eq(p->n_story, 1);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(reading_is_not_holding)
{
    world w;
    WORLD(&w, "node a N,Open", "node s N,Crown", "node t N,Crown", "node u N,Crown", "edge a READ s", "edge s GO t", "edge s USE u");
    cg_analysis *a = world_analyze(&w);
    ck_assert_ptr_nonnull(world_path(&w, a, "a", "s"));
    ck_assert_ptr_nonnull(world_path(&w, a, "a", "u"));
    ck_assert_ptr_null(world_path(&w, a, "a", "t"));
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

/* A public bucket shows its secrets; whoever may replace what a function runs must hold it. */
START_TEST(a_public_entry_is_only_read)
{
    for (int held = 0; held < 2; held++) { /* where another rule says it is held as well, that wins */
        world w;
        WORLD(&w, held ? "node bucket N,Public,Open" : "node bucket N,Public", "node secret N", "node code N,Crown", "node account N,Crown",
              "edge bucket GO code", "edge bucket USE secret", "edge secret GO account");
        cg_analysis *a = world_analyze(&w);
        ck_assert_ptr_nonnull(world_path(&w, a, "bucket", "account"));
        ck_assert_int_eq(world_path(&w, a, "bucket", "code") != NULL, held);
        ck_assert_uint_eq(a->n_paths, 1 + held);
        for (uint32_t i = 0; i < a->n_patterns; i++)
            ck_assert(held || a->patterns[i].count == 1);
        cg_scope scope;
        uint64_t joined = 0;
        ck_assert_int_eq(cg_scope_init(&scope, w.g, w.rules, w.request, false, NULL, NULL), CSPM_OK);
        ck_assert_int_eq(cg_pairs_count(&scope, &(cg_removal){ 0 }, NULL, &joined, NULL), CSPM_OK);
        ck_assert_uint_eq(joined, 1 + held);
        cg_scope_free(&scope);
        cg_analysis_unref(a);
        world_free(&w);
    }
}
END_TEST

/* The same node where the search starts inside. */
START_TEST(whoever_is_inside_holds_a_public_node)
{
    world w;
    WORLD(&w, "node bucket N,Public,Inside", "node code N,Crown", "edge bucket GO code");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 0);
    cg_analysis_unref(a);
    cg_between *b = NULL;
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_ENTRIES, CG_STR("bucket"), NULL), CSPM_OK);
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_TARGETS, CG_STR("code"), NULL), CSPM_OK);
    ck_assert_int_eq(cg_paths_between(w.g, w.rules, w.request, NULL, &b, NULL), CSPM_OK);
    ck_assert_uint_eq(b->n_paths, 1);
    cg_between_free(b);
    world_free(&w);
}
END_TEST

START_TEST(top_cuts_the_list_and_not_the_count)
{
    world w;
    WORLD(&w, "node a N,Open", "node b N,Crown", "node c N,Jewel", "node d N,Crown", "edge a GO b", "edge a GO c", "edge a TRY d");
    w.o.top = 1;
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 3);
    ck_assert_uint_eq(a->n_listed, 1);
    ck_assert_uint_eq(a->truncated, 0);
    ck_assert_uint_eq(a->paths[0].target, world_node(&w, "b"));
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(every_node_gets_its_risk)
{
    world w;
    WORLD(&w, "node a N,Open", "node b N", "node c N,Crown", "node d N,Jewel", "node y N,Open", "node z N", "edge a GO b", "edge b GO c",
          "edge b GO d");
    cg_analysis *a = world_analyze(&w);
    cg_arena arena;
    cg_value v;
    cg_arena_init(&arena, w.mem);
    static const struct {
        const char *id;
        double score;
        int64_t paths;
        const char *level;
    } rows[] = { { "a", 58.3, 2, "High" },   { "b", 58.3, 2, "High" }, { "c", 58.3, 1, "High" },
                 { "d", 32.4, 1, "Medium" }, { "y", 0.0, 0, "Low" },   { "z", 0.0, 0, "None" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cg_node n = world_node(&w, rows[i].id);
        ck_assert_int_eq(cg_node_prop(a->graph, n, cg_name_find(a->graph, CG_NAMES_KEY, CG_STR("riskScore")), &arena, &v, NULL), CSPM_OK);
        ck_assert_msg(v.type == CG_FLOAT && v.real == rows[i].score, "%s: %g", rows[i].id, v.real);
        ck_assert_int_eq(cg_node_prop(a->graph, n, cg_name_find(a->graph, CG_NAMES_KEY, CG_STR("riskLevel")), &arena, &v, NULL), CSPM_OK);
        ck_assert(v.type == CG_STRING && same(cg_value_str(v), rows[i].level));
        ck_assert_int_eq(cg_node_prop(a->graph, n, cg_name_find(a->graph, CG_NAMES_KEY, CG_STR("attackPaths")), &arena, &v, NULL), CSPM_OK);
        ck_assert(v.type == CG_INT && v.integer == rows[i].paths);
    }
    cg_arena_free(&arena);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(choke_points_and_fixes)
{
    world w;
    WORLD(&w, "node a N,Open", "node b N,Open", "node m N", "node x N,Crown", "node y N,Crown", "edge a GO m", "edge b GO m", "edge m GO x",
          "edge m GO y");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 4);
    ck_assert_uint_ge(a->n_chokes, 1);
    ck_assert_uint_eq(a->chokes[0].node, world_node(&w, "m"));
    ck_assert(a->chokes[0].cuts_all);
    ck_assert_uint_eq(a->n_fixes, 2);
    ck_assert_uint_eq(a->fixes[0].paths_closed, 2);
    ck_assert_uint_eq(a->fixes[1].cumulative_closed, 4);
    ck_assert(a->fixes[0].verified && a->fixes[1].verified);
    cg_analysis_unref(a);
    w.o.max_fixes = 1;
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_fixes, 1);
    cg_analysis_unref(a);
    w.o.no_fixes = true;
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_fixes, 0);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(what_stops_a_run_marks_it)
{
    world w;
    cspm_error *err = NULL;
    cspm_op *op = NULL;
    cg_analysis *a = NULL;
    WORLD(&w, "node a N,Open", "node b N,Crown", "edge a GO b");
    ck_assert_int_eq(cg_op_new(w.mem, &op, &err), CSPM_OK);
    cspm_op_set_timeout_ms(op, 1);
    usleep(5000);
    ck_assert_int_eq(world_try_analyze(&w, op, &a, &err), CSPM_OK); /* out of time: an answer all the same */
    ck_assert_ptr_null(err);
    ck_assert_uint_eq(a->truncated, CSPM_TRUNCATED_TIME);
    ck_assert_ptr_nonnull(a->graph);
    cg_analysis_unref(a);
    cspm_op_unref(op);
    a = NULL;
    ck_assert_int_eq(cg_op_new(w.mem, &op, &err), CSPM_OK);
    cspm_op_cancel(op);
    ck_assert_int_eq(world_try_analyze(&w, op, &a, &err), CSPM_E_CANCELLED); /* cancelled: none */
    ck_assert_ptr_null(a);
    cspm_error_free(err);
    cspm_op_unref(op);
    world_free(&w);
}
END_TEST

START_TEST(paths_between_two_sets)
{
    world w;
    cspm_error *err = NULL;
    cg_between *b = NULL;
    uint64_t count = 0;
    bool estimated = true;
    WORLD(&w, "node a N", "node b N", "node c N", "node d N", "edge a GO b", "edge b GO c", "edge a TRY c", "edge d GO a");
    ck_assert_int_lt(cg_paths_between(w.g, w.rules, w.request, NULL, &b, &err), 0);
    expect_error(CSPM_E_INVALID, CSPM_E_INVALID, &err, "two sets");
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_ENTRIES, CG_STR("a"), &err), CSPM_OK);
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_TARGETS, CG_STR("c"), &err), CSPM_OK);
    ck_assert_int_eq(cg_paths_between(w.g, w.rules, w.request, NULL, &b, &err), CSPM_OK);
    ck_assert_uint_eq(b->n_paths, 2);
    ck_assert_uint_eq(b->paths[0].n_steps, 2);
    ck_assert(b->paths[0].likelihood == 0.81);
    ck_assert(b->paths[1].likelihood == 0.5);
    cspm_cursor *cursor = NULL;
    cspm_batch *batch = NULL;
    ck_assert_int_eq(cg_between_table(b, w.g, &cursor, &err), CSPM_OK);
    ck_assert_int_eq(cspm_cursor_next(cursor, &batch, &err), CSPM_OK);
    ck_assert_uint_eq(cspm_batch_rows(batch), 2);
    cspm_batch_unref(batch);
    ck_assert_int_eq(cspm_cursor_next(cursor, &batch, &err), CSPM_DONE);
    cspm_cursor_free(cursor);
    ck_assert_int_eq(cg_paths_count_between(w.g, w.rules, w.request, NULL, &count, &estimated, &err), CSPM_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert(!estimated);
    ck_assert_int_eq(cg_request_set_weight(w.request, CG_STR(""), &err), CSPM_OK); /* by hops the single step wins */
    ck_assert_int_eq(cg_paths_between(w.g, w.rules, w.request, NULL, &b, &err), CSPM_OK);
    ck_assert_uint_eq(b->paths[0].n_steps, 1);
    ck_assert_uint_eq(b->paths[0].cost, CG_COST_UNIT);
    cg_between_free(b);
    world_free(&w);
    WORLD(&w, "node a N", "node s N", "node c N", "edge a READ s", "edge s GO c"); /* counting hops does not turn reading into holding */
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_ENTRIES, CG_STR("a"), &err), CSPM_OK);
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_TARGETS, CG_STR("c"), &err), CSPM_OK);
    ck_assert_int_eq(cg_request_set_weight(w.request, CG_STR(""), &err), CSPM_OK);
    ck_assert_int_eq(cg_paths_between(w.g, w.rules, w.request, NULL, &b, &err), CSPM_OK);
    ck_assert_uint_eq(b->n_paths, 0);
    cg_between_free(b);
    world_free(&w);
}
END_TEST

START_TEST(way_points_must_be_visited)
{
    world w;
    cspm_error *err = NULL;
    WORLD(&w, "node a N,Open", "node b N", "node c N", "node d N,Crown", "edge a GO b", "edge b GO d", "edge a TRY c", "edge c TRY d");
    ck_assert_int_eq(cg_request_add_id(w.request, CG_SET_WAYPOINTS, CG_STR("c"), &err), CSPM_OK);
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 1);
    ck_assert_uint_eq(a->paths[0].steps[1].to, world_node(&w, "c"));
    ck_assert_uint_eq(a->paths[0].occurrences, 1);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(tables_have_the_rows)
{
    world w;
    cspm_error *err = NULL;
    WORLD(&w, "node a N,Open", "node b N", "node c N,Crown", "edge a GO b", "edge b GO c");
    cg_analysis *a = world_analyze(&w);
    uint64_t rows[] = { 0, a->n_listed, 3, a->n_patterns, a->n_chokes, a->n_fixes, a->n_node_risks, cg_diag_count(a->graph) + a->n_diags };
    cspm_cursor *cursor = NULL;
    ck_assert_int_eq(cg_analysis_table(a, 0, &cursor, &err), CSPM_E_INVALID);
    cspm_error_free(err);
    err = NULL;
    for (uint32_t which = CSPM_ANALYSIS_PATHS; which <= CSPM_ANALYSIS_DIAGNOSTICS; which++) {
        uint64_t n = 0;
        cspm_batch *batch = NULL;
        ck_assert_int_eq(cg_analysis_table(a, which, &cursor, &err), CSPM_OK);
        while (cspm_cursor_next(cursor, &batch, &err) == CSPM_OK) {
            n += cspm_batch_rows(batch);
            cspm_batch_unref(batch);
        }
        ck_assert_msg(n == rows[which], "table %u: %lu rows", which, (unsigned long)n);
        cspm_cursor_free(cursor);
    }
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

Suite *run_suite(void)
{
    Suite *s = suite_create("run");
    TCase *tc = tcase_create("run");
    tcase_add_test(tc, ids_types_and_texts);
    tcase_add_test(tc, dominion_ends_paths_at_the_domain);
    tcase_add_test(tc, a_domain_may_stand_in_another);
    tcase_add_test(tc, what_anybody_may_read_is_no_step);
    tcase_add_test(tc, the_best_way_stands_for_a_pair);
    tcase_add_test(tc, single_nodes_and_lengths);
    tcase_add_test(tc, reading_is_not_holding);
    tcase_add_test(tc, a_public_entry_is_only_read);
    tcase_add_test(tc, whoever_is_inside_holds_a_public_node);
    tcase_add_test(tc, top_cuts_the_list_and_not_the_count);
    tcase_add_test(tc, every_node_gets_its_risk);
    tcase_add_test(tc, choke_points_and_fixes);
    tcase_add_test(tc, what_stops_a_run_marks_it);
    tcase_add_test(tc, paths_between_two_sets);
    tcase_add_test(tc, way_points_must_be_visited);
    tcase_add_test(tc, tables_have_the_rows);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(s, tc);
    return s;
}
