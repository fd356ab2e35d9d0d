/* The builder's item protocol, limits, marks. */
#include "store_test.h"

static cg_mem *mem;
static cg_builder *b;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    b = make_builder(mem);
    source(b, "a.json", 1, 0);
}

static void teardown(void)
{
    cg_builder_free(b);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

START_TEST(refuses_broken_items)
{
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_builder_set_id(b, "x", 1, NULL), CSPM_E_INTERNAL);
    ck_assert_int_eq(cg_builder_end_item(b, NULL), CSPM_E_INTERNAL);
    OK(cg_builder_begin_node(b, 0, NULL));
    ck_assert_int_eq(cg_builder_begin_node(b, 0, NULL), CSPM_E_INTERNAL);
    ck_assert_int_eq(cg_builder_set_from(b, "x", 1, NULL), CSPM_E_INTERNAL);
    ck_assert_int_eq(cg_builder_set_id(b, "", 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cg_builder_end_item(b, &err), CSPM_E_INVALID);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "without an id"));
    cspm_error_free(err);
    OK(cg_builder_begin_edge(b, 0, NULL));
    OK(cg_builder_set_from(b, "x", 1, NULL));
    cg_builder_set_kind(b, cg_builder_kind(b, "K", 1));
    ck_assert_int_eq(cg_builder_end_item(b, NULL), CSPM_E_INVALID);
    ck_assert_uint_eq(cg_builder_n_nodes(b), 0);
    ck_assert_uint_eq(cg_builder_n_edges(b), 0);
}
END_TEST

START_TEST(refuses_mixed_lists_and_maps)
{
    uint32_t key = cg_builder_key(b, "k", 1);
    struct {
        uint32_t count;
        cg_value items[2];
    } mixed = { 2, { cg_v_int(1), cg_v_float(1) } };
    OK(cg_builder_begin_node(b, 0, NULL));
    ck_assert_int_eq(cg_builder_set_prop(b, key, (cg_value){ .type = CG_LIST, .list = (cg_list *)&mixed }, NULL), CSPM_E_INVALID);
    mixed.items[0] = mixed.items[1] = cg_v_null();
    ck_assert_int_eq(cg_builder_set_prop(b, key, (cg_value){ .type = CG_LIST, .list = (cg_list *)&mixed }, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cg_builder_set_prop(b, key, (cg_value){ .type = CG_MAP }, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cg_builder_set_prop(b, 99, cg_v_int(1), NULL), CSPM_E_INTERNAL);
    cg_builder_abort_item(b);
}
END_TEST

START_TEST(last_value_of_a_key_wins_and_null_is_ignored)
{
    node(b, "n", "A", "k=1 k=two z=3", 0);
    OK(cg_builder_begin_node(b, 5, NULL));
    OK(cg_builder_set_id(b, "m", 1, NULL));
    OK(cg_builder_set_prop(b, cg_builder_key(b, "k", 1), cg_v_int(7), NULL));
    OK(cg_builder_set_prop(b, cg_builder_key(b, "k", 1), cg_v_null(), NULL));
    OK(cg_builder_end_item(b, NULL));
    cg_graph *g = freeze(b);
    char *text = dump_text(g);
    ck_assert_ptr_nonnull(strstr(text, "node n : A k='two' z=3"));
    ck_assert_ptr_nonnull(strstr(text, "node m : k=7"));
    free(text);
    cg_graph_unref(g);
}
END_TEST

START_TEST(limits_are_named)
{
    cspm_limits limits = { .max_nodes = 2, .max_edges = 1, .max_string_bytes = 8 };
    cspm_error *err = NULL;
    cg_builder *small;
    OK(cg_builder_new(mem, &limits, &small, NULL));
    source(small, "s", 1, 0);
    node(small, "a", "A", "", 0);
    ck_assert_int_eq(try_node(small, "a-long-identifier", "A", "", 1, &err), CSPM_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "max_string_bytes"));
    cspm_error_free(err);
    err = NULL;
    node(small, "b", "A", "", 1);
    ck_assert_int_eq(try_node(small, "c", "A", "", 2, &err), CSPM_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "max_nodes"));
    cspm_error_free(err);
    err = NULL;
    edge(small, "a", "K", "b", "", 3);
    ck_assert_int_eq(try_edge(small, "a", "K", "b", "", 4, &err), CSPM_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "max_edges"));
    cspm_error_free(err);
    cg_graph *g = freeze(small);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 2);
    ck_assert_uint_eq(cg_graph_n_rels(g), 1);
    cg_graph_unref(g);
    cg_builder_free(small);
}
END_TEST

static void first_half(void)
{
    for (int i = 0; i < 300; i++) {
        char id[16], props[64];
        snprintf(id, sizeof id, "n%03d", i);
        snprintf(props, sizeof props, "name=text-%d num=%d flag=true", i, i);
        node(b, id, i % 2 ? "A B" : "C", props, (uint64_t)i);
    }
    for (int i = 0; i < 300; i++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "n%03d", i * 7 % 300);
        snprintf(to, sizeof to, "n%03d", i * 13 % 300);
        edge(b, from, i % 3 ? "X" : "Y", to, i % 5 ? "" : "w=1", 1000u + (uint64_t)i);
    }
    OK(cg_builder_diag(b, CG_DIAG_WARNING, "odd", (cg_pos){ .offset = 7 }, NULL, "odd thing %d", 7));
}

START_TEST(rollback_leaves_no_trace)
{
    first_half();
    cg_graph *g = freeze(b);
    char *expected = dump_text(g);
    cg_graph_unref(g);
    source(b, "a.json", 1, 0);
    first_half();
    cg_builder_mark mark;
    OK(cg_builder_mark_set(b, &mark, NULL));
    cg_builder_set_dialect(b, S("other"), 9);
    cg_builder_source_bytes(b, 12345);
    for (int again = 0; again < 3; again++) {
        source(b, "bad.json", 9, 9);
        for (int i = 0; i < 200; i++) {
            char id[16];
            snprintf(id, sizeof id, "n%03d", i * 2);
            node(b, id, "A", "name=other num=text flag=2.5 name2=x", (uint64_t)i);
            edge(b, id, "X", "nowhere", "w=2", (uint64_t)i);
            OK(cg_builder_diag(b, CG_DIAG_ERROR, "odd", (cg_pos){ .offset = 8 }, NULL, "more"));
        }
        OK(cg_builder_begin_node(b, 3, NULL));
        OK(cg_builder_set_id(b, "half", 4, NULL));
        OK(cg_builder_add_alias(b, "n001", 4, NULL));
        cg_builder_rollback(b, &mark);
    }
    /* Names only the failed input used may stay. */
    g = freeze(b);
    char *text = dump_text(g);
    char *end = strstr(text, "name 0"), *expected_end = strstr(expected, "name 0");
    ck_assert_int_eq(end - text, expected_end - expected);
    ck_assert_int_eq(memcmp(text, expected, (size_t)(end - text)), 0);
    ck_assert_ptr_nonnull(strstr(text, "source a.json test 0 300 300\n"));
    ck_assert_uint_eq(cg_diag_count(g), 1);
    free(text);
    free(expected);
    cg_graph_unref(g);
}
END_TEST

START_TEST(aborted_items_leave_no_trace)
{
    node(b, "a", "A", "k=1", 0);
    OK(cg_builder_begin_node(b, 1, NULL));
    OK(cg_builder_set_id(b, "gone", 4, NULL));
    OK(cg_builder_set_prop(b, cg_builder_key(b, "k", 1), cg_v_int(2), NULL));
    cg_builder_abort_item(b);
    cg_builder_abort_item(b);
    node(b, "c", "A", "", 2);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 2);
    ck_assert_uint_eq(find(g, "gone"), CG_NO_NODE);
    ck_assert_uint_eq(cg_key_count(g, name_id(g, CG_NAMES_KEY, "k")), 1);
    cg_graph_unref(g);
}
END_TEST

START_TEST(an_empty_builder_freezes_and_can_be_used_again)
{
    cg_graph *g = freeze(b);
    cg_rel_iter it;
    cg_edge e;
    ck_assert_uint_eq(cg_graph_n_nodes(g), 0);
    ck_assert_uint_eq(find(g, "x"), CG_NO_NODE);
    cg_rel_iter_init(&it, g);
    ck_assert(!cg_rel_iter_next(&it, &e));
    cg_graph_unref(g);
    source(b, "b", 1, 0);
    node(b, "x", "", "", 0);
    g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 1);
    cg_graph_unref(g);
}
END_TEST

START_TEST(cancelling_stops_freezing)
{
    cspm_op *op;
    cg_graph *g;
    OK(cg_op_new(mem, &op, NULL));
    first_half();
    cspm_op_cancel(op);
    ck_assert_int_eq(cg_builder_freeze(b, op, &g, NULL), CSPM_E_CANCELLED);
    ck_assert_ptr_null(g);
    ck_assert_uint_eq(cg_builder_n_nodes(b), 0);
    cspm_op_unref(op);
}
END_TEST

Suite *builder_suite(void)
{
    Suite *s = suite_create("builder");
    TCase *t = tcase_create("items");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, refuses_broken_items);
    tcase_add_test(t, refuses_mixed_lists_and_maps);
    tcase_add_test(t, last_value_of_a_key_wins_and_null_is_ignored);
    tcase_add_test(t, limits_are_named);
    tcase_add_test(t, rollback_leaves_no_trace);
    tcase_add_test(t, aborted_items_leave_no_trace);
    tcase_add_test(t, an_empty_builder_freezes_and_can_be_used_again);
    tcase_add_test(t, cancelling_stops_freezing);
    suite_add_tcase(s, t);
    return s;
}
