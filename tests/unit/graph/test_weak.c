/* Definitions that do not stand for themselves: ends nobody defines, partial nodes, enrichment. */
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

/* An edge whose end `to` may be missing. */
static void loose(const char *from, const char *kind, const char *to, const char *label, uint64_t offset)
{
    OK(cg_builder_begin_edge(b, offset, NULL));
    OK(cg_builder_set_from(b, from, strlen(from), NULL));
    OK(cg_builder_set_to(b, to, strlen(to), NULL));
    cg_builder_set_kind(b, cg_builder_kind(b, kind, strlen(kind)));
    OK(cg_builder_partial_end(b, false, cg_builder_label(b, label, strlen(label)), NULL));
    OK(cg_builder_end_item(b, NULL));
}

static void weak(const char *id, const char *label, const char *alias, cg_standing standing, int64_t value, uint64_t offset)
{
    OK(cg_builder_begin_node(b, offset, NULL));
    cg_builder_set_standing(b, standing);
    OK(cg_builder_set_id(b, id, strlen(id), NULL));
    OK(cg_builder_add_label(b, cg_builder_label(b, label, strlen(label)), NULL));
    if (alias)
        OK(cg_builder_add_alias(b, alias, strlen(alias), NULL));
    OK(cg_builder_set_prop(b, cg_builder_key(b, "v", 1), cg_v_int(value), NULL));
    OK(cg_builder_end_item(b, NULL));
}

static bool says(const cg_graph *g, const char *line)
{
    char *text = dump_text(g);
    bool found = strstr(text, line) != NULL;
    if (!found)
        fprintf(stderr, "# no \"%s\" in\n%s\n", line, text);
    free(text);
    return found;
}

START_TEST(a_missing_end_becomes_a_partial_node)
{
    source(b, "a.json", 1, 0);
    node(b, "i-1", "Instance", "", 10);
    loose("i-1", "IN", "subnet-1", "Subnet", 20);
    loose("i-1", "IN", "subnet-2", "Subnet", 21);
    loose("i-1", "USES", "role-1", "Role", 22);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 4);
    ck_assert(says(g, "node subnet-1 : Subnet id='subnet-1' partial=true"));
    ck_assert(has_diag(g, "not-exported", "2 nodes of kind Subnet"));
    ck_assert(has_diag(g, "not-exported", "Role \"role-1\""));
    ck_assert_uint_eq(count_diags(g, "not-exported"), 2);
    ck_assert_uint_eq(count_diags(g, "dangling-edge"), 0);
    cg_graph_unref(g);
}
END_TEST

START_TEST(a_defined_end_stays_what_it_is)
{
    source(b, "a.json", 1, 0);
    node(b, "i-1", "Instance", "", 10);
    loose("i-1", "IN", "subnet-1", "Subnet", 20);
    loose("i-1", "IN", "arn:subnet-2", "Subnet", 21);
    source(b, "b.json", 1, 0);
    node(b, "subnet-1", "AWSSubnet", "k=1", 0);
    weak("subnet-2", "AWSSubnet", "arn:subnet-2", CG_STANDING_FULL, 2, 5);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 3);
    ck_assert(says(g, "node subnet-1 : AWSSubnet k=1"));
    ck_assert_uint_eq(cg_diag_count(g), 0);
    cg_graph_unref(g);
}
END_TEST

START_TEST(an_end_without_a_label_still_dangles)
{
    source(b, "a.json", 1, 0);
    node(b, "i-1", "Instance", "", 10);
    edge(b, "i-1", "IN", "vpc-1", "", 20);
    ck_assert_int_eq(cg_builder_partial_end(b, true, 0, NULL), CSPM_E_INTERNAL);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 1);
    ck_assert_uint_eq(count_diags(g, "dangling-edge"), 1);
    cg_graph_unref(g);
}
END_TEST

START_TEST(a_partial_node_gives_way)
{
    source(b, "a.json", 9, 0);
    weak("one", "Guess", NULL, CG_STANDING_PARTIAL, 1, 0);
    weak("two", "Guess", NULL, CG_STANDING_PARTIAL, 1, 1);
    source(b, "b.json", 1, 0);
    node(b, "one", "Real", "v=7", 0);
    cg_graph *g = freeze(b);
    ck_assert(says(g, "node one : Real v=7"));
    ck_assert(says(g, "node two : Guess v=1"));
    ck_assert_uint_eq(cg_diag_count(g), 0);
    cg_graph_unref(g);
}
END_TEST

START_TEST(enrichment_needs_something_to_enrich)
{
    source(b, "kev.json", 1, 0);
    weak("CVE-1", "CVE", NULL, CG_STANDING_ENRICHMENT, 1, 0);
    weak("CVE-2", "CVE", NULL, CG_STANDING_ENRICHMENT, 2, 1);
    weak("CVE-3", "CVE", "GHSA-3", CG_STANDING_ENRICHMENT, 3, 2);
    weak("CVE-4", "CVE", NULL, CG_STANDING_ENRICHMENT, 4, 3);
    source(b, "scan.json", 1, 0);
    node(b, "CVE-1", "CVE", "name=x", 0);
    node(b, "GHSA-3", "CVE", "", 1);
    loose("CVE-1", "LIKE", "CVE-4", "CVE", 2);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 3);
    ck_assert(says(g, "v=1"));
    ck_assert(says(g, "v=3"));
    ck_assert(says(g, "v=4"));
    ck_assert_uint_eq(find(g, "CVE-2"), CG_NO_NODE);
    cg_graph_unref(g);
}
END_TEST

START_TEST(rollback_forgets_what_was_weak)
{
    cg_builder_mark mark;
    source(b, "a.json", 1, 0);
    node(b, "i-1", "Instance", "", 10);
    loose("i-1", "IN", "subnet-1", "Subnet", 20);
    OK(cg_builder_mark_set(b, &mark, NULL));
    source(b, "b.json", 1, 0);
    loose("i-1", "IN", "subnet-2", "Subnet", 20);
    weak("x", "X", NULL, CG_STANDING_PARTIAL, 1, 0);
    cg_builder_rollback(b, &mark);
    source(b, "c.json", 1, 0);
    node(b, "y", "Y", "", 0);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(cg_graph_n_nodes(g), 3);
    ck_assert_uint_eq(find(g, "subnet-2"), CG_NO_NODE);
    cg_graph_unref(g);
}
END_TEST

/* Any order of inputs, mentions and definitions: one graph. */
START_TEST(order_does_not_matter)
{
    char *expected = NULL;
    for (int turn = 0; turn < 6; turn++) {
        for (int i = 0; i < 3; i++) {
            switch ((turn < 3 ? i + turn : turn - i) % 3) {
            case 0:
                source(b, "a", 1, 0);
                node(b, "n", "N", "", 0);
                loose("n", "K", "gone", "Z", 9);
                loose("n", "K", "gone", "B", 8);
                break;
            case 1:
                source(b, "b", 2, 0);
                loose("n", "L", "gone", "Z", 4);
                loose("n", "L", "here", "Z", 5);
                break;
            default:
                source(b, "c", 1, 0);
                node(b, "here", "H", "", 0);
                weak("gone", "E", NULL, CG_STANDING_ENRICHMENT, 5, 3);
            }
        }
        cg_graph *g = freeze(b);
        char *text = dump_text(g);
        if (!expected)
            expected = text;
        else {
            ck_assert_str_eq(expected, text);
            free(text);
        }
        cg_graph_unref(g);
    }
    free(expected);
}
END_TEST

START_TEST(an_input_that_repeats_itself_is_not_blamed)
{
    source(b, "a", 1, 0);
    cg_builder_set_repeats(b, true);
    node(b, "n", "N", "v=1", 0);
    node(b, "n", "N", "v=1", 5);
    node(b, "n", "M", "v=2", 9);
    cg_graph *g = freeze(b);
    ck_assert_uint_eq(count_diags(g, "duplicate-id"), 0);
    ck_assert_uint_eq(count_diags(g, "kind-conflict"), 0);
    ck_assert_uint_eq(count_diags(g, "property-conflict"), 1);
    cg_graph_unref(g);
}
END_TEST

/* Two sources that disagree, the second newer; whether the words of each are copies. */
static cg_graph *two_opinions(bool first, bool second)
{
    const cg_source_options a = { .name = CG_STR("a"), .yields = first }, z = { .name = CG_STR("z"), .yields = second };
    OK(cg_builder_begin_source(b, &a, NULL));
    node(b, "n", "N", "v=1", 0);
    OK(cg_builder_begin_source(b, &z, NULL));
    cg_builder_source_stamp(b, 7);
    node(b, "n", "N", "v=2", 0);
    return freeze(b);
}

START_TEST(copied_words_yield_in_silence)
{
    cg_graph *g = two_opinions(true, false);
    ck_assert_uint_eq(count_diags(g, "property-conflict"), 0);
    ck_assert(says(g, "node n : N v=2 "));
    cg_graph_unref(g);
}
END_TEST

START_TEST(words_of_its_own_do_not)
{
    cg_graph *g = two_opinions(false, true);
    ck_assert_uint_eq(count_diags(g, "property-conflict"), 1);
    ck_assert(says(g, "node n : N v=2 ")); /* the later stamp */
    cg_graph_unref(g);
}
END_TEST

Suite *weak_suite(void)
{
    Suite *s = suite_create("weak");
    TCase *t = tcase_create("weak");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_missing_end_becomes_a_partial_node);
    tcase_add_test(t, a_defined_end_stays_what_it_is);
    tcase_add_test(t, an_end_without_a_label_still_dangles);
    tcase_add_test(t, a_partial_node_gives_way);
    tcase_add_test(t, enrichment_needs_something_to_enrich);
    tcase_add_test(t, rollback_forgets_what_was_weak);
    tcase_add_test(t, order_does_not_matter);
    tcase_add_test(t, an_input_that_repeats_itself_is_not_blamed);
    tcase_add_test(t, copied_words_yield_in_silence);
    tcase_add_test(t, words_of_its_own_do_not);
    suite_add_tcase(s, t);
    return s;
}
