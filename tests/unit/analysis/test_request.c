/* Who may start, what is worth reaching, and what a request may get wrong. */
#include "world.h"

static int32_t add(world *w, cg_request_set set, const char *id, cspm_error **err)
{
    return cg_request_add_id(w->request, set, cg_str_from(id), err);
}

static int32_t add_query(world *w, cg_request_set set, const char *query, cspm_error **err)
{
    return cg_request_add_query(w->request, set, cg_str_from(query), err);
}

#define CORRIDOR "node a N,Open", "node b N", "node c N,Crown", "node d N,Inside", "edge a GO b", "edge b GO c", "edge d TRY c"

START_TEST(wrong_requests)
{
    world w;
    cspm_error *err = NULL;
    cg_analysis *a = NULL;
    WORLD(&w, CORRIDOR);
    expect_error(add(&w, CG_SET_ENTRIES, "", &err), CSPM_E_INVALID, &err, "empty");
    expect_error(cg_request_add_query(w.request, (cg_request_set)9, CG_STR("x"), &err), CSPM_E_INVALID, &err, "no such set");
    ck_assert_int_eq(add(&w, CG_SET_ENTRIES, "nobody", &err), CSPM_OK);
    expect_error(world_try_analyze(&w, NULL, &a, &err), CSPM_E_NOTFOUND, &err, "nobody");
    ck_assert_ptr_null(a);
    world_free(&w);

    /* A query is checked when it is added; what it returns only shows when it runs. */
    WORLD(&w, CORRIDOR);
    expect_error(add_query(&w, CG_SET_TARGETS, "MATCH (n) RETURN n, n.name AS x", &err), CSPM_E_QUERY, &err, "2 columns");
    ck_assert_int_eq(add_query(&w, CG_SET_ENTRIES, "MATCH (n RETURN n", &err), CSPM_E_QUERY);
    uint32_t line = 0;
    cspm_error_position(err, NULL, &line, NULL);
    ck_assert_uint_eq(line, 1);
    cspm_error_free(err);
    err = NULL;
    ck_assert_int_eq(add_query(&w, CG_SET_TARGETS, "MATCH (n) RETURN 1 AS one", &err), CSPM_OK);
    expect_error(world_try_analyze(&w, NULL, &a, &err), CSPM_E_QUERY, &err, "must return nodes");
    ck_assert_ptr_null(a);
    world_free(&w);
    WORLD(&w, CORRIDOR);
    ck_assert_int_eq(cg_request_set_weight(w.request, CG_STR("no such key"), &err), CSPM_OK);
    expect_error(world_try_analyze(&w, NULL, &a, &err), CSPM_E_NOTFOUND, &err, "no such key");
    world_free(&w);
}
END_TEST

START_TEST(entries_come_from_the_labels_of_the_table)
{
    world w;
    WORLD(&w, CORRIDOR);
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_entries, 1);
    ck_assert_uint_eq(a->n_targets, 1);
    ck_assert_uint_eq(a->n_paths, 1);
    const cg_attack_path *p = world_path(&w, a, "a", "c");
    ck_assert_ptr_nonnull(p);
    ck_assert(p->from_internet);
    ck_assert_uint_eq(p->n_steps, 3);
    ck_assert_uint_eq(p->steps[0].from, CG_NO_NODE);
    ck_assert(p->score.total == 58.3); /* 100 * 0.9 * (0.8 * 0.9 * 0.9) = 58.32 */
    ck_assert_int_eq(p->level, CG_LEVEL_HIGH);
    cg_analysis_unref(a);

    w.o.assume_breach = true;
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_entries, 2);
    p = world_path(&w, a, "d", "c");
    ck_assert_ptr_nonnull(p);
    ck_assert(!p->from_internet);
    ck_assert_uint_eq(p->n_steps, 1);
    ck_assert(p->score.total == 18.0); /* 100 * 0.9 * (0.4 * 0.5) */
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(named_entries_are_inside_unless_labelled)
{
    world w;
    cspm_error *err = NULL;
    WORLD(&w, CORRIDOR);
    ck_assert_int_eq(add_query(&w, CG_SET_ENTRIES, "MATCH (n) WHERE n:Open OR n:Inside RETURN n", &err), CSPM_OK);
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 2);
    ck_assert(world_path(&w, a, "a", "c")->from_internet);
    ck_assert(!world_path(&w, a, "d", "c")->from_internet);
    cg_analysis_unref(a);
    world_free(&w);

    WORLD(&w, CORRIDOR);
    ck_assert_int_eq(add(&w, CG_SET_ENTRIES, "b", &err), CSPM_OK);
    ck_assert_int_eq(add(&w, CG_SET_TARGETS, "label:N", &err), CSPM_OK);
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_entries, 1);
    ck_assert_uint_eq(a->n_targets, 4);
    ck_assert_uint_eq(a->n_paths, 2); /* b itself, and c */
    ck_assert_uint_eq(world_path(&w, a, "b", "b")->n_steps, 0);
    ck_assert(world_path(&w, a, "b", "b")->score.impact == 200000); /* no label of the table */
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

static bool says(const cg_analysis *a, const char *code, const char *fragment)
{
    for (uint32_t i = 0; i < a->n_diags; i++)
        if (cg_str_eq(a->diags[i].code, cg_str_from(code)) && cg_str_find(a->diags[i].message, cg_str_from(fragment), 0) != SIZE_MAX)
            return true;
    return false;
}

START_TEST(nothing_to_look_at_is_said)
{
    world w;
    cspm_error *err = NULL;
    WORLD(&w, "node a N", "node b N", "edge a GO b");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 0);
    ck_assert_uint_eq(a->truncated, 0);
    ck_assert(says(a, "no-entry-points", "EntryPoint"));
    ck_assert(says(a, "no-targets", "criticality"));
    cg_analysis_unref(a);
    ck_assert_int_eq(add(&w, CG_SET_ENTRIES, "label:Nowhere", &err), CSPM_OK);
    ck_assert_int_eq(cg_request_exclude_kind(w.request, CG_STR("FLY"), &err), CSPM_OK);
    a = world_analyze(&w);
    ck_assert(says(a, "empty-set", "Nowhere"));
    ck_assert(says(a, "unknown-kind", "FLY"));
    cg_analysis_unref(a);
    world_free(&w);
    world_make(&w, NULL, world_pack, NULL, 0); /* no nodes at all */
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 0);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(kinds_and_conditions_can_be_left_out)
{
    world w;
    cspm_error *err = NULL;
    WORLD(&w, "node a N,Open", "node b N,Crown", "node c N,Crown", "edge a GO b", "edge a MAYBE c conditional=true");
    cg_analysis *a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 2);
    const cg_attack_path *p = world_path(&w, a, "a", "c");
    ck_assert(p->conditional && p->steps[1].conditional);
    ck_assert(p->score.edges == 400000); /* 0.8 times the factor 0.5 */
    ck_assert(!world_path(&w, a, "a", "b")->conditional);
    cg_analysis_unref(a);
    w.o.exclude_conditional = true;
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 1);
    cg_analysis_unref(a);
    ck_assert_int_eq(cg_request_exclude_kind(w.request, CG_STR("GO"), &err), CSPM_OK);
    a = world_analyze(&w);
    ck_assert_uint_eq(a->n_paths, 0);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

Suite *request_suite(void)
{
    Suite *s = suite_create("request");
    TCase *tc = tcase_create("request");
    tcase_add_test(tc, wrong_requests);
    tcase_add_test(tc, entries_come_from_the_labels_of_the_table);
    tcase_add_test(tc, named_entries_are_inside_unless_labelled);
    tcase_add_test(tc, nothing_to_look_at_is_said);
    tcase_add_test(tc, kinds_and_conditions_can_be_left_out);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(s, tc);
    return s;
}
