/* What the OpenGraph dialect and extension definitions mean. */
#include "ingest_test.h"

static void expect_prop(const loaded *l, const char *id, const char *key, const char *json)
{
    char *got = test_prop(l, id, key);
    ck_assert_str_eq(got, json);
    free(got);
}

static void expect_graph(const char *json, uint32_t nodes, uint64_t rels)
{
    loaded l = test_text(json);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), nodes);
    ck_assert_uint_eq(cg_graph_n_rels(l.graph), rels);
    test_drop(&l);
}

START_TEST(nodes_edges_and_their_order)
{
    expect_graph(SMALL, 2, 1);
    /* edges before nodes, only nodes, only edges, empty arrays, null arrays */
    expect_graph("{\"graph\":{\"edges\":[{\"start\":{\"value\":\"a\",\"match_by\":\"id\"},\"end\":{\"match_by\":\"id\",\"value\":\"b\"},"
                 "\"kind\":\"R\"}],"
                 "\"nodes\":[{\"kinds\":[\"A\"],\"id\":\"a\"},{\"id\":\"b\",\"kinds\":[]}]}}",
                 2, 1);
    expect_graph("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[]}]}}", 1, 0);
    expect_graph("{\"graph\":{\"edges\":[]}}", 0, 0);
    expect_graph("{\"graph\":{\"nodes\":null,\"edges\":null},\"metadata\":null,\"$schema\":\"x\"}", 0, 0);
}
END_TEST

START_TEST(kinds_of_a_node)
{
    loaded l = test_text("{\"metadata\":{\"source_kind\":\"Src\"},\"graph\":{\"nodes\":["
                         "{\"id\":\"a\",\"kinds\":[\"K1\",\"K2\",\"K3\",\"K4\",\"K5\",\"K1\"]},{\"id\":\"b\",\"kinds\":[]}]}}");
    uint32_t labels[16];
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_node_labels(l.graph, 0, labels, 16), 6);
    const char *expected[] = { "K1", "K2", "K3", "K4", "K5", "Src" };
    for (int i = 0; i < 6; i++)
        ck_assert(cg_str_eq(cg_name_get(l.graph, CG_NAMES_LABEL, labels[i]), cg_str_from(expected[i])));
    ck_assert_uint_eq(cg_node_labels(l.graph, 1, labels, 16), 1);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

START_TEST(source_kind_after_the_graph)
{
    const char *graph = "\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"],\"properties\":{\"p\":1}},{\"id\":\"b\",\"kinds\":[]}],"
                        "\"edges\":[{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}}]}";
    char early[600], late[600];
    snprintf(early, sizeof early, "{\"metadata\":{\"source_kind\":\"Src\"},%s}", graph);
    snprintf(late, sizeof late, "{%s,\"metadata\":{\"source_kind\":\"Src\"}}", graph);
    loaded a = test_text(early), b = test_text(late);
    ASSERT_LOADED(a);
    ASSERT_LOADED(b);
    char *text_a = test_dump(a.graph, true), *text_b = test_dump(b.graph, true);
    ck_assert_str_eq(text_a, text_b);
    ck_assert_ptr_nonnull(strstr(text_a, "Src"));
    free(text_a);
    free(text_b);
    test_drop(&a);
    test_drop(&b);
}
END_TEST

START_TEST(property_values)
{
    loaded l =
        test_text("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"],\"properties\":{"
                  "\"t\":true,\"f\":false,\"i\":-42,\"max\":9223372036854775807,\"min\":-9223372036854775808,\"over\":9223372036854775808,"
                  "\"d\":1.0,\"e\":1e2,\"tiny\":-0.5e-3,\"s\":\"x\\u00e9\\\"\",\"empty\":\"\",\"none\":null,\"objectid\":\"keep\","
                  "\"bools\":[true,false],\"ints\":[1,2,3],\"floats\":[1.5,2.5],\"strings\":[\"a\",\"\",\"c\"],\"nothing\":[],\"n19\":"
                  "1234567890123456789}}]}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    static const struct {
        const char *key, *json;
    } rows[] = {
        { "t", "true" },
        { "f", "false" },
        { "i", "-42" },
        { "max", "9223372036854775807" },
        { "d", "1.0" },
        { "min", "-9223372036854775808" },
        { "e", "100.0" },
        { "tiny", "-0.0005" },
        { "empty", "\"\"" },
        { "none", "null" },
        { "objectid", "\"keep\"" },
        { "bools", "[true,false]" },
        { "ints", "[1,2,3]" },
        { "floats", "[1.5,2.5]" },
        { "strings", "[\"a\",\"\",\"c\"]" },
        { "nothing", "[]" },
        { "n19", "1234567890123456789" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_prop(&l, "a", rows[i].key, rows[i].json);
    char *over = test_prop(&l, "a", "over");
    ck_assert_ptr_nonnull(strpbrk(over, ".e")); /* a float: it does not fit an integer */
    free(over);
    test_drop(&l);
}
END_TEST

START_TEST(properties_missing_null_and_first)
{
    loaded l = test_text("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"],\"properties\":null},{\"id\":\"b\",\"kinds\":[\"K\"]},"
                         "{\"properties\":{\"p\":1},\"kinds\":[\"K\"],\"id\":\"c\"}],"
                         "\"edges\":[{\"properties\":{\"traversable\":true,\"w\":2},\"kind\":\"R\",\"end\":{\"value\":\"b\"},\"start\":{"
                         "\"value\":\"a\"}}]}}");
    ASSERT_LOADED(l);
    expect_prop(&l, "c", "p", "1");
    expect_prop(&l, NULL, "traversable", "true");
    expect_prop(&l, NULL, "w", "2");
    ck_assert_int_eq(cg_kind_declared_traversable(l.graph, cg_name_find(l.graph, CG_NAMES_KIND, CG_STR("R"))), -1);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}
END_TEST

#define PEOPLE                                                                                                                             \
    "\"nodes\":[{\"id\":\"1\",\"kinds\":[\"User\"],\"properties\":{\"name\":\"ALICE\",\"age\":7,\"on\":true}},"                            \
    "{\"id\":\"2\",\"kinds\":[\"Group\"],\"properties\":{\"name\":\"ALICE\",\"age\":7}},{\"id\":\"3\",\"kinds\":[\"User\"],"               \
    "\"properties\":{\"name\":\"BOB\",\"age\":8}}]"

static loaded match(const char *start)
{
    char json[1500];
    snprintf(json, sizeof json, "{\"graph\":{\"edges\":[{\"kind\":\"R\",\"start\":%s,\"end\":{\"value\":\"3\"}}]," PEOPLE "}}", start);
    return test_text(json);
}

static void expect_match(const char *start, const char *id)
{
    loaded l = match(start);
    cg_rel_iter it;
    cg_edge e;
    ASSERT_LOADED(l);
    cg_rel_iter_init(&it, l.graph);
    ck_assert_msg(cg_rel_iter_next(&it, &e), "%s matches nothing", start);
    ck_assert(cg_str_eq(cg_node_id(l.graph, e.from), cg_str_from(id)));
    ck_assert_uint_eq(test_count_diags(&l, NULL), 0);
    test_drop(&l);
}

static void expect_no_match(const char *start)
{
    loaded l = match(start);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_rels(l.graph), 0);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
    test_drop(&l);
}

START_TEST(endpoints_by_name_and_property)
{
    expect_match("{\"match_by\":\"name\",\"value\":\"alice\",\"kind\":\"User\"}", "1");
    expect_match("{\"value\":\"Alice\",\"kind\":\"Group\",\"match_by\":\"name\"}", "2");
    expect_match("{\"match_by\":\"name\",\"value\":\"bob\"}", "3");
    expect_match("{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"age\",\"operator\":\"equals\",\"value\":7},"
                 "{\"key\":\"on\",\"operator\":\"equals\",\"value\":true}]}",
                 "1");
    expect_match("{\"property_matchers\":[{\"value\":\"ALICE\",\"key\":\"name\",\"operator\":\"equals\"}],\"match_by\":\"property\","
                 "\"kind\":\"Group\"}",
                 "2");
    expect_no_match("{\"match_by\":\"name\",\"value\":\"alice\"}"); /* two of them */
    expect_no_match("{\"match_by\":\"name\",\"value\":\"carol\"}");
    /* property values are compared as they are: neither case nor type is changed */
    expect_no_match("{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"name\",\"operator\":\"equals\",\"value\":\"bob\"}]}");
    expect_no_match("{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"age\",\"operator\":\"equals\",\"value\":\"8\"}]}");
}
END_TEST

START_TEST(endpoint_kind_filters_ids_too)
{
    expect_match("{\"value\":\"1\",\"kind\":\"User\"}", "1");
    expect_match("{\"value\":\"1\",\"kind\":null,\"match_by\":null,\"property_matchers\":null}", "1");
    expect_no_match("{\"value\":\"1\",\"kind\":\"Group\"}");
}
END_TEST

/* The reader guesses the next field from the item before: guesses that fail, repeat a field, or meet an escape must change nothing. */
START_TEST(fields_in_changing_order)
{
    static const char edges[] = "{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}},"
                                "{\"kind\":\"R\",\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"c\"}},"
                                "{\"end\":{\"match_by\":\"id\",\"value\":\"a\"},\"kind\":\"R\",\"start\":{\"value\":\"c\"}},"
                                "{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"c\"}},"
                                "{\"kind\":\"R\",\"start\":{\"value\":\"b\"},\"\\u0065nd\":{\"value\":\"a\"}},"
                                "{\"kind\":\"R\",\"start\":{\"value\":\"c\"},\"emd\":1,\"end\":{\"value\":\"b\"}},"
                                "{\"kind\":\"R\",\"start\":{\"value\":\"c\",\"value\":\"c\"},\"end\":{\"value\":\"b\"}}";
    char text[2048];
    snprintf(text, sizeof text,
             "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[]},{\"kinds\":[],\"id\":\"b\"},{\"i\\u0064\":\"c\",\"kinds\":[]},"
             "{\"id\":\"d\",\"id\":\"d\",\"kinds\":[]}],\"edges\":[%s]}}",
             edges);
    loaded l = test_text(text);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 3);
    ck_assert_uint_eq(cg_graph_n_rels(l.graph), 5);
    ck_assert_uint_eq(test_count_diags(&l, "duplicate-key"), 3);
    ck_assert_uint_eq(test_count_diags(&l, "unknown-field"), 1);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 4);
    test_drop(&l);
}
END_TEST

/* Keys of endpoints longer than any room kept for the usual ones, as ids and as names. */
START_TEST(long_endpoints)
{
    char *id = malloc(100001), *text = malloc(500000);
    ck_assert(id && text);
    memset(id, 'x', 100000);
    id[100000] = '\0';
    snprintf(text, 500000,
             "{\"graph\":{\"nodes\":[{\"id\":\"%s\",\"kinds\":[]},{\"id\":\"b\",\"kinds\":[],\"properties\":{\"name\":\"n%s\"}}],"
             "\"edges\":[{\"kind\":\"R\",\"end\":{\"value\":\"n%s\",\"match_by\":\"name\"},\"properties\":{\"p\":\"q\"},"
             "\"start\":{\"value\":\"%s\"}}]}}",
             id, id, id, id);
    expect_graph(text, 2, 1);
    free(id);
    free(text);
}
END_TEST

START_TEST(dangling_edges_are_reported)
{
    static const char text[] = "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"]}],\n\"edges\":[\n{\"kind\":\"R\",\"start\":{"
                               "\"value\":\"a\"},\"end\":{\"value\":\"gone\"}}]}}";
    loaded l = test_text(text);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_rels(l.graph), 0);
    cg_diag d = test_diag(&l, "dangling-edge");
    ck_assert(d.severity == CG_DIAG_WARNING);
    ck_assert_uint_ne(cg_str_find(d.message, CG_STR("gone"), 0), SIZE_MAX);
    ck_assert_uint_eq(d.offset, (size_t)(strstr(text, "{\"kind\"") - text));
    test_drop(&l);
}
END_TEST

START_TEST(duplicate_nodes_are_one)
{
    loaded l = test_text("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"],\"properties\":{\"p\":1,\"x\":\"same\"}},"
                         "{\"id\":\"a\",\"kinds\":[\"B\"],\"properties\":{\"q\":2,\"x\":\"same\"}},{\"id\":\"a\",\"kinds\":[\"A\"],"
                         "\"properties\":{\"p\":9}}]}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 1);
    ck_assert(cg_node_has_label(l.graph, 0, cg_name_find(l.graph, CG_NAMES_LABEL, CG_STR("B"))));
    expect_prop(&l, "a", "q", "2");
    expect_prop(&l, "a", "p", "1"); /* they disagree: the smaller bytes, and a word about it */
    ck_assert_uint_ge(test_count_diags(&l, NULL), 1);
    test_drop(&l);
}
END_TEST

START_TEST(extension_definition_declares_kinds)
{
    const char *definition =
        "{\"schema\":{\"name\":\"X\",\"version\":\"v1.0.0\",\"namespace\":\"X\"},\"node_kinds\":[{\"name\":\"X_A\"}],\n"
        "\"relationship_kinds\":[{\"name\":\"X_Yes\",\"is_traversable\":true},{\"name\":\"X_No\",\"is_traversable\":false},"
        "{\"name\":\"X_Default\"},{\"is_traversable\":true},\n{\"name\":\"X_Odd\",\"is_traversable\":\"yes\"},7]}";
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ingest_bytes(b, definition, strlen(definition), CG_STR("schema.json"), NULL, NULL, &err), CSPM_OK);
    ck_assert_int_eq(cg_ingest_bytes(b, SMALL, strlen(SMALL), CG_STR("graph.json"), NULL, NULL, &err), CSPM_OK);
    loaded l = test_freeze(mem, b, CSPM_OK, NULL);
    ASSERT_LOADED(l);
    static const struct {
        const char *kind;
        int declared;
    } rows[] = { { "X_Yes", 1 }, { "X_No", 0 }, { "X_Default", 0 }, { "R", -1 } };
    for (size_t i = 0; i < 4; i++) {
        uint32_t kind = cg_name_find(l.graph, CG_NAMES_KIND, cg_str_from(rows[i].kind));
        ck_assert_uint_ne(kind, CG_NO_NAME);
        ck_assert_int_eq(cg_kind_declared_traversable(l.graph, kind), rows[i].declared);
    }
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 3);
    ck_assert_uint_eq(test_diag(&l, "bad-item").line, 2);
    ck_assert_uint_eq(cg_source_count(l.graph), 2);
    ck_assert(cg_str_eq(cg_source_get(l.graph, 1).dialect, CG_STR("opengraph-schema")));
    test_drop(&l);
}
END_TEST

START_TEST(sources_know_their_dialect_and_size)
{
    loaded l = test_text(SMALL);
    ASSERT_LOADED(l);
    cg_source_info info = cg_source_get(l.graph, 0);
    ck_assert(cg_str_eq(info.name, CG_STR("in.json")));
    ck_assert(cg_str_eq(info.dialect, CG_STR("opengraph")));
    ck_assert_uint_eq(info.bytes, strlen(SMALL));
    ck_assert_uint_eq(info.nodes, 2);
    ck_assert_uint_eq(info.edges, 1);
    test_drop(&l);
}
END_TEST

START_TEST(items_carry_their_byte_offset)
{
    loaded l = test_text(SMALL);
    cg_evidence e;
    cg_rel_iter it;
    cg_edge edge;
    ASSERT_LOADED(l);
    ck_assert(cg_evidence_get(l.graph, cg_node_evidence(l.graph, 1), &e));
    ck_assert_uint_eq(e.offset, (size_t)(strstr(SMALL, "{\"id\":\"b\"") - SMALL));
    ck_assert(cg_str_eq(e.source, CG_STR("in.json")));
    cg_rel_iter_init(&it, l.graph);
    ck_assert(cg_rel_iter_next(&it, &edge));
    ck_assert(cg_evidence_get(l.graph, cg_rel_evidence(l.graph, edge.rel), &e));
    ck_assert_uint_eq(e.offset, (size_t)(strstr(SMALL, "{\"kind\"") - SMALL));
    test_drop(&l);
}
END_TEST

Suite *opengraph_suite(void)
{
    Suite *s = suite_create("opengraph");
    TCase *t = tcase_create("meaning");

    tcase_add_test(t, nodes_edges_and_their_order);
    tcase_add_test(t, kinds_of_a_node);
    tcase_add_test(t, source_kind_after_the_graph);
    tcase_add_test(t, property_values);
    tcase_add_test(t, properties_missing_null_and_first);
    tcase_add_test(t, endpoints_by_name_and_property);
    tcase_add_test(t, endpoint_kind_filters_ids_too);
    tcase_add_test(t, fields_in_changing_order);
    tcase_add_test(t, long_endpoints);
    tcase_add_test(t, dangling_edges_are_reported);
    tcase_add_test(t, duplicate_nodes_are_one);
    tcase_add_test(t, extension_definition_declares_kinds);
    tcase_add_test(t, sources_know_their_dialect_and_size);
    tcase_add_test(t, items_carry_their_byte_offset);
    suite_add_tcase(s, t);
    return s;
}
