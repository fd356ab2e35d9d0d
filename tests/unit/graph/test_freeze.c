/* Freezing: one graph whatever the order of inputs; disagreements, aliases, ends, evidence, diagnostics. */
#include "store_test.h"

static cg_mem *mem;
static cg_builder *b;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    b = make_builder(mem);
}

static void teardown(void)
{
    cg_builder_free(b);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static void alias(const char *id, const char *label, const char *key, uint64_t offset)
{
    OK(cg_builder_begin_node(b, offset, NULL));
    OK(cg_builder_set_id(b, id, strlen(id), NULL));
    OK(cg_builder_add_alias(b, key, strlen(key), NULL));
    OK(cg_builder_add_label(b, cg_builder_label(b, label, strlen(label)), NULL));
    OK(cg_builder_end_item(b, NULL));
}

static int32_t match(const char *from, const char *kind, const char *label, const char *key, cg_value value, bool nocase, uint64_t offset)
{
    uint32_t key_id = cg_builder_key(b, key, strlen(key));
    OK(cg_builder_begin_edge(b, offset, NULL));
    OK(cg_builder_set_from(b, from, strlen(from), NULL));
    OK(cg_builder_match_end(b, false, label ? cg_builder_label(b, label, strlen(label)) : CG_NO_NAME, &key_id, &value, 1, nocase, NULL));
    cg_builder_set_kind(b, cg_builder_kind(b, kind, strlen(kind)));
    return cg_builder_end_item(b, NULL);
}

/* Six inputs that agree, disagree, share keys, repeat edges and dangle. */
static void input(int which)
{
    static const char *const names[] = { "in/0", "in/1", "in/2", "in/3", "in/4", "in/5" };
    rng r = { 77 + (uint64_t)which };
    char id[24], to[24], props[96];
    source(b, names[which], which == 2 ? 5 : 1, which == 3 ? 1000 : 0);
    for (uint32_t i = 0; i < 120; i++) {
        snprintf(id, sizeof id, "node-%u", rng_below(&r, 150));
        snprintf(props, sizeof props, "same=1 name=n%u v=%u w=%s list=[%u,2] src%d=%u", rng_below(&r, 4), rng_below(&r, 3),
                 rng_below(&r, 2) ? "text" : "1.5", rng_below(&r, 3), which, i);
        node(b, id, rng_below(&r, 3) ? "A B" : rng_below(&r, 2) ? "C" : "B D", props, i * 10);
    }
    for (uint32_t i = 0; i < 400; i++) {
        snprintf(id, sizeof id, "node-%u", rng_below(&r, 160));
        snprintf(to, sizeof to, rng_below(&r, 9) ? "node-%u" : "alias-%u", rng_below(&r, 170));
        snprintf(props, sizeof props, rng_below(&r, 3) ? "" : "p=%u", rng_below(&r, 2));
        edge(b, id, rng_below(&r, 2) ? "K1" : "K2", to, props, 2000 + i);
    }
    for (uint32_t i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "node-%u", rng_below(&r, 150));
        snprintf(to, sizeof to, "alias-%u", rng_below(&r, 600));
        alias(id, "A", to, 9000 + i);
    }
    for (uint32_t i = 0; i < 10; i++) {
        snprintf(to, sizeof to, "src%d", which);
        OK(match("node-1", "M", i % 2 ? "A" : NULL, to, cg_v_int(i * 7), false, 9500 + i));
    }
    OK(cg_builder_declare_kind(b, cg_builder_kind(b, "K1", 2), which == 4, NULL));
    OK(cg_builder_diag(b, CG_DIAG_WARNING, "note", (cg_pos){ .offset = 3 }, NULL, "from %d", which));
}

START_TEST(order_of_inputs_does_not_matter)
{
    char *expected = NULL;
    int order[6] = { 0, 1, 2, 3, 4, 5 };
    rng r = { 4711 };
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < 6; i++)
            input(order[i]);
        cg_graph *g = freeze(b);
        char *text = dump_text(g);
        cg_graph_unref(g);
        if (!expected) {
            expected = text;
            ck_assert_ptr_nonnull(strstr(text, "property-conflict"));
            ck_assert_ptr_nonnull(strstr(text, "kind-conflict"));
            ck_assert_ptr_nonnull(strstr(text, "dangling-edge"));
            ck_assert_ptr_nonnull(strstr(text, "unmatched-end"));
            ck_assert_ptr_nonnull(strstr(text, "duplicate-id"));
            ck_assert_ptr_nonnull(strstr(text, " alias="));
        } else {
            ck_assert_str_eq(text, expected);
            free(text);
        }
        for (int i = 5; i > 0; i--) {
            int j = (int)rng_below(&r, (uint32_t)i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
    }
    free(expected);
}
END_TEST

START_TEST(nodes_are_numbered_in_byte_order_of_ids)
{
    source(b, "s", 1, 0);
    char last[64] = "";
    rng r = { 9 };
    for (int i = 0; i < 3000; i++) {
        char id[64];
        int length = snprintf(id, sizeof id, "/subscriptions/aaaa/%s%u", i % 3 ? "resourceGroups/x/" : "", rng_below(&r, 100000));
        if (i % 7 == 0)
            id[length - 1] = (char)(128 + i % 100);
        (void)try_node(b, id, "A", "", (uint64_t)i, NULL);
    }
    cg_graph *g = freeze(b);
    for (cg_node n = 1; n < cg_graph_n_nodes(g); n++) {
        cg_str x = cg_node_id(g, n - 1), y = cg_node_id(g, n);
        ck_assert_int_lt(cg_str_cmp(x, y), 0);
        ck_assert_uint_eq(cg_node_find(g, y.data, y.length), n);
    }
    ck_assert_uint_eq(cg_node_find(g, last, 0), CG_NO_NODE);
    cg_graph_unref(g);
}
END_TEST

START_TEST(ids_with_zero_bytes_stay_apart)
{
    static const char *const ids[] = { "a\0\0\0\0\0\0\0\0", "a\0\0", "a\0", "a", "a\0\0\0\0\0\0\0b" };
    static const size_t lengths[] = { 9, 3, 2, 1, 9 };
    source(b, "s", 1, 0);
    for (int i = 0; i < 20; i++) {
        char filler[24];
        snprintf(filler, sizeof filler, "a%c%d", i % 2 ? 1 : 'x', i);
        node(b, filler, "", "", 0);
    }
    for (int i = 0; i < 5; i++) {
        OK(cg_builder_begin_node(b, (uint64_t)i, NULL));
        OK(cg_builder_set_id(b, ids[i], lengths[i], NULL));
        OK(cg_builder_end_item(b, NULL));
    }
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 25);
    static const int expected[] = { 3, 2, 1, 0, 4 };
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_uint_eq(cg_node_find(g, ids[expected[i]], lengths[expected[i]]), i);
    cg_graph_unref(g);
}
END_TEST

START_TEST(better_then_newer_then_smaller_wins)
{
    source(b, "low", 1, 900);
    node(b, "n", "A", "x=low y=low z=low same=1", 0);
    source(b, "high-old", 2, 1);
    node(b, "n", "A", "x=old same=1", 0);
    source(b, "high-new", 2, 5);
    node(b, "n", "A", "x=new y=7", 0);
    source(b, "high-new-2", 2, 5);
    node(b, "n", "A", "y=8", 0);
    cg_graph *g = freeze(b);
    char *text = dump_text(g);
    ck_assert_ptr_nonnull(strstr(text, "node n : A same=1 x='new' y=7 z='low'"));
    ck_assert_uint_eq(count_diags(g, "property-conflict"), 2);
    ck_assert(has_diag(g, "property-conflict", "\"x\" of node \"n\" differs; the value in high-new is kept"));
    ck_assert_uint_eq(count_diags(g, "duplicate-id"), 0);
    free(text);
    cg_graph_unref(g);
}
END_TEST

START_TEST(a_key_has_one_value_whatever_its_types)
{
    source(b, "s1", 1, 0);
    node(b, "n", "A", "k=1", 0);
    node(b, "m", "A", "k=1.0", 0);
    source(b, "s2", 1, 0);
    node(b, "n", "A", "k=true", 0);
    cg_graph *g = freeze(b);
    cg_value v;
    uint32_t key = name_id(g, CG_NAMES_KEY, "k");
    OK(cg_node_prop(g, find(g, "n"), key, NULL, &v, NULL));
    ck_assert_int_eq(v.type, CG_BOOL);
    OK(cg_node_prop(g, find(g, "m"), key, NULL, &v, NULL));
    ck_assert_int_eq(v.type, CG_FLOAT);
    ck_assert_uint_eq(cg_key_count(g, key), 2);
    cg_graph_unref(g);
}
END_TEST

START_TEST(kinds_are_joined_best_first)
{
    source(b, "z", 3, 0);
    node(b, "n", "Z Y", "", 4);
    source(b, "a", 1, 0);
    node(b, "n", "Q B Y", "", 5);
    source(b, "c", 1, 0);
    node(b, "n", "A", "", 6);
    node(b, "m", "", "", 6);
    cg_graph *g = freeze(b);
    char *text = dump_text(g);
    ck_assert_ptr_nonnull(strstr(text, "node n : Z Y A B Q"));
    ck_assert_uint_eq(count_diags(g, "kind-conflict"), 1);
    ck_assert_uint_eq(cg_label_count(g, name_id(g, CG_NAMES_LABEL, "Y")), 1);
    ck_assert(!cg_node_has_label(g, find(g, "m"), name_id(g, CG_NAMES_LABEL, "Y")));
    free(text);
    cg_graph_unref(g);
}
END_TEST

START_TEST(duplicates_are_reported_inside_one_input_only)
{
    source(b, "one", 1, 0);
    node(b, "n", "A", "p=1", 10);
    node(b, "n", "A", "q=2", 20);
    source(b, "two", 1, 0);
    node(b, "n", "A", "r=3", 30);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 1);
    ck_assert_uint_eq(count_diags(g, "duplicate-id"), 1);
    ck_assert_uint_eq(cg_diag_get(g, 0).offset, 20);
    ck_assert_uint_eq(cg_diag_count(g), 1);
    cg_graph_unref(g);
}
END_TEST

START_TEST(aliases_lead_to_one_node)
{
    source(b, "one", 1, 0);
    alias("arn:role", "A", "AROA1", 0);
    alias("AROA1", "B", "uuid-9", 1);
    node(b, "other", "A", "", 2);
    edge(b, "uuid-9", "K", "other", "", 3);
    edge(b, "other", "K", "AROA1", "", 4);
    cg_graph *g = freeze(b);
    cg_str list[4];
    ck_assert_uint_eq(cg_graph_n_nodes(g), 2);
    cg_node n = find(g, "uuid-9");
    ck_assert_uint_eq(n, find(g, "arn:role"));
    ck_assert_uint_eq(cg_node_aliases(g, n, list, 4), 2);
    ck_assert(cg_str_eq(cg_node_id(g, n), S("AROA1")));
    ck_assert(cg_str_eq(list[0], S("arn:role")) && cg_str_eq(list[1], S("uuid-9")));
    ck_assert_uint_eq(cg_node_aliases(g, find(g, "other"), list, 4), 0);
    ck_assert_uint_eq(cg_degree(g, n, CG_BOTH, NULL), 2);
    cg_graph_unref(g);
}
END_TEST

START_TEST(missing_ends_are_named)
{
    source(b, "s", 1, 0);
    node(b, "a", "A", "name=Alpha", 0);
    node(b, "b", "B", "name=Alpha", 0);
    node(b, "c", "B", "name=Gamma n=4", 0);
    edge(b, "a", "K", "ghost", "", 11);
    edge(b, "ghost", "K", "ghost2", "", 12);
    OK(match("a", "K", NULL, "name", cg_v_str(S("ALPHA")), true, 13));
    OK(match("a", "K", NULL, "name", cg_v_str(S("ALPHA")), false, 14));
    OK(match("a", "K", "B", "name", cg_v_str(S("alpha")), true, 15));
    OK(match("a", "K", NULL, "n", cg_v_int(4), false, 16));
    OK(match("a", "K", NULL, "n", cg_v_float(4), false, 17));
    OK(match("ghost", "K", NULL, "n", cg_v_int(4), false, 18));
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_rels(g), 2);
    ck_assert_uint_eq(count_diags(g, "dangling-edge"), 4);
    ck_assert_uint_eq(count_diags(g, "ambiguous-end"), 1);
    ck_assert_uint_eq(count_diags(g, "unmatched-end"), 2);
    ck_assert(has_diag(g, "dangling-edge", "\"ghost2\""));
    uint64_t cursor = 0;
    cg_edge e;
    ck_assert(cg_between_next(g, find(g, "a"), find(g, "b"), NULL, &cursor, &e));
    ck_assert(!cg_between_next(g, find(g, "a"), find(g, "b"), NULL, &cursor, &e));
    cg_graph_unref(g);
}
END_TEST

START_TEST(equal_edges_merge_unless_the_source_says_no)
{
    source(b, "s1", 1, 0);
    node(b, "a", "A", "", 0);
    edge(b, "a", "K", "a", "w=1", 30);
    edge(b, "a", "K", "a", "w=1", 20);
    edge(b, "a", "K", "a", "w=2", 40);
    source(b, "s2", 1, 0);
    edge(b, "a", "K", "a", "w=1", 5);
    cg_source_options host = { .name = S("host"), .dialect = S("api") };
    OK(cg_builder_begin_source(b, &host, NULL));
    edge(b, "a", "K", "a", "w=1", UINT64_MAX);
    edge(b, "a", "K", "a", "w=1", UINT64_MAX);
    cg_graph *g = freeze(b);
    cg_evidence e;
    ck_assert_uint_eq(cg_graph_n_rels(g), 4);
    ck_assert_uint_eq(cg_degree(g, 0, CG_BOTH, NULL), 4);
    ck_assert(cg_evidence_get(g, cg_rel_evidence(g, 0), &e));
    ck_assert_uint_eq(e.offset, UINT64_MAX);
    ck_assert(cg_str_eq(e.source, S("host")));
    ck_assert(cg_evidence_get(g, cg_rel_evidence(g, 2), &e));
    ck_assert_uint_eq(e.offset, 20);
    ck_assert(cg_str_eq(e.source, S("s1")));
    cg_graph_unref(g);
}
END_TEST

START_TEST(offsets_beyond_four_gigabytes_are_kept)
{
    source(b, "big", 1, 0);
    node(b, "a", "A", "", 5);
    node(b, "b", "A", "", 0x300000007ull);
    edge(b, "a", "K", "b", "", 0x500000009ull);
    source(b, "small", 1, 0);
    node(b, "c", "A", "", 8);
    cg_graph *g = freeze(b);
    cg_evidence e;
    ck_assert(cg_evidence_get(g, cg_node_evidence(g, find(g, "b")), &e));
    ck_assert_uint_eq(e.offset, 0x300000007ull);
    ck_assert(cg_evidence_get(g, cg_rel_evidence(g, 0), &e));
    ck_assert_uint_eq(e.offset, 0x500000009ull);
    ck_assert(cg_evidence_get(g, cg_node_evidence(g, find(g, "c")), &e));
    ck_assert_uint_eq(e.offset, 8);
    ck_assert(cg_str_eq(e.source, S("small")));
    ck_assert(!cg_evidence_get(g, 4, &e));
    cg_graph_unref(g);
}
END_TEST

START_TEST(repeated_diagnostics_are_summed_up)
{
    source(b, "s", 1, 0);
    for (uint32_t i = 0; i < 250; i++) {
        OK(cg_builder_diag(b, CG_DIAG_WARNING, "bad-item", (cg_pos){ .offset = 250 - i }, NULL, "item %u", i));
        OK(cg_builder_diag(b, CG_DIAG_ERROR, "worse", (cg_pos){ .offset = i }, NULL, "item %u", i));
    }
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(count_diags(g, "bad-item"), 101);
    ck_assert_uint_eq(count_diags(g, "worse"), 101);
    ck_assert(has_diag(g, "worse", "150 more"));
    for (uint32_t i = 1; i < cg_diag_count(g); i++)
        ck_assert_uint_le(cg_diag_get(g, i - 1).offset, cg_diag_get(g, i).offset);
    cg_graph_unref(g);
}
END_TEST

START_TEST(many_kinds_need_wide_numbers)
{
    source(b, "s", 1, 0);
    node(b, "a", "A", "", 0);
    node(b, "b", "A", "", 0);
    for (uint32_t i = 0; i < 66000; i++) {
        char kind[16];
        snprintf(kind, sizeof kind, "K%05u", 65999 - i);
        edge(b, "a", kind, "b", "", i);
    }
    cg_graph *g = freeze(b);
    cg_adj_iter it;
    cg_edge e;
    uint32_t n = 0;
    ck_assert_uint_eq(cg_name_count(g, CG_NAMES_KIND), 66000);
    cg_adj_init(&it, g, 1, CG_IN, NULL);
    for (; cg_adj_next(&it, &e); n++)
        ck_assert_uint_eq(e.kind, n);
    ck_assert_uint_eq(n, 66000);
    cg_graph_unref(g);
}
END_TEST

START_TEST(an_edge_speaks_for_its_own_likelihood)
{
    source(b, "s", 1, 0);
    node(b, "a", "A", "", 0);
    edge(b, "a", "K1", "a", "likelihood=0.25 conditional=true", 1);
    edge(b, "a", "K2", "a", "likelihood=7.5", 2);
    edge(b, "a", "K3", "a", "likelihood=1 conditional=false", 3);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_rel_likelihood(g, 0), 250000);
    ck_assert(cg_rel_conditional(g, 0));
    ck_assert_uint_eq(cg_rel_likelihood(g, 1), 1000000);
    ck_assert(!cg_rel_conditional(g, 1));
    ck_assert(!cg_rel_conditional(g, 2));
    cg_graph_unref(g);
}
END_TEST

Suite *freeze_suite(void)
{
    Suite *s = suite_create("freeze");
    TCase *t = tcase_create("freeze");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, order_of_inputs_does_not_matter);
    tcase_add_test(t, nodes_are_numbered_in_byte_order_of_ids);
    tcase_add_test(t, ids_with_zero_bytes_stay_apart);
    tcase_add_test(t, better_then_newer_then_smaller_wins);
    tcase_add_test(t, a_key_has_one_value_whatever_its_types);
    tcase_add_test(t, kinds_are_joined_best_first);
    tcase_add_test(t, duplicates_are_reported_inside_one_input_only);
    tcase_add_test(t, aliases_lead_to_one_node);
    tcase_add_test(t, missing_ends_are_named);
    tcase_add_test(t, equal_edges_merge_unless_the_source_says_no);
    tcase_add_test(t, offsets_beyond_four_gigabytes_are_kept);
    tcase_add_test(t, repeated_diagnostics_are_summed_up);
    tcase_add_test(t, many_kinds_need_wide_numbers);
    tcase_add_test(t, an_edge_speaks_for_its_own_likelihood);
    suite_add_tcase(s, t);
    return s;
}
