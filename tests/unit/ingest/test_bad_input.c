/* Input that is wrong: what it costs, and what is said about it. */
#include "ingest_test.h"

/* ---- items: the fault costs the item ---- */

typedef struct bad_item {
    const char *item;
    const char *code, *part; /* of the only diagnostic */
} bad_item;

static const bad_item bad_nodes[] = {
    { "7", "bad-item", "must be an object, not a number" },
    { "null", "bad-item", "not null" },
    { "\"x\"", "bad-item", "not a string" },
    { "[{\"id\":\"x\"}]", "bad-item", "not an array" },
    { "{}", "bad-item", "id is missing" },
    { "{\"kinds\":[\"K\"]}", "bad-item", "id is missing" },
    { "{\"id\":\"x\"}", "bad-item", "kinds is missing" },
    { "{\"id\":7,\"kinds\":[]}", "bad-item", "id must be a string, not a number" },
    { "{\"id\":null,\"kinds\":[]}", "bad-item", "id must be a string, not null" },
    { "{\"id\":{\"id\":[1,{}]},\"kinds\":[]}", "bad-item", "not an object" },
    { "{\"id\":\"\",\"kinds\":[]}", "bad-item", "id is empty" },
    { "{\"id\":\"x\",\"kinds\":\"K\"}", "bad-item", "kinds must be an array of strings, not a string" },
    { "{\"id\":\"x\",\"kinds\":null}", "bad-item", "not null" },
    { "{\"id\":\"x\",\"kinds\":[\"K\",7]}", "bad-item", "a kind must be a string, not a number" },
    { "{\"id\":\"x\",\"kinds\":[[\"K\"]]}", "bad-item", "not an array" },
    { "{\"id\":\"x\",\"kinds\":[\"\"]}", "bad-item", "a kind is empty" },
    { "{\"id\":\"x\",\"kinds\":[],\"properties\":[1]}", "bad-item", "properties must be an object or null, not an array" },
    { "{\"id\":\"x\",\"kinds\":[],\"properties\":true}", "bad-item", "not a boolean" },
    { "{\"id\":\"x\",\"kinds\":[],\"properties\":{\"\":1}}", "bad-item", "empty name" },
    { "{\"id\":\"x\",\"kinds\":[\"Tag\"]}", "reserved-kind", "\"Tag\" is in the reserved namespace" },
    { "{\"id\":\"x\",\"kinds\":[\"A\",\"TAG_tier_zero\"]}", "reserved-kind", "TAG_tier_zero" },
    { "{\"id\":\"x\",\"id\":\"y\",\"kinds\":[]}", "duplicate-key", "\"id\" twice" },
    { "{\"id\":\"x\",\"kinds\":[],\"properties\":{\"p\":1,\"p\":2}}", "duplicate-key", "\"p\" twice" },
    { "{\"id\":\"x\\u0000y\",\"kinds\":[]}", "nul-in-string", "U+0000" },
    { "{\"id\":\"x\",\"kinds\":[\"a\\u0000\"]}", "nul-in-string", "U+0000" },
    { "{\"id\":\"x\",\"kinds\":[],\"properties\":{\"p\\u0000\":1}}", "nul-in-string", "U+0000" },
    { "{\"id\":\"x\",\"kinds\":[],\"properties\":{\"p\":[\"\\u0000\"]}}", "nul-in-string", "U+0000" },
};

static const bad_item bad_edges[] = {
    { "[]", "bad-item", "not an array" },
    { "{\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "start is missing" },
    { "{\"start\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "end is missing" },
    { "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"a\"}}", "bad-item", "kind is missing" },
    { "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"a\"},\"kind\":[\"R\"]}", "bad-item", "kind must be a string, not an array" },
    { "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"a\"},\"kind\":\"\"}", "bad-item", "a kind is empty" },
    { "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"a\"},\"kind\":\"tag_x\"}", "reserved-kind", "tag_x" },
    { "{\"start\":\"a\",\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "start must be an object, not a string" },
    { "{\"start\":{},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "start has no value" },
    { "{\"start\":{\"value\":\"\"},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "start.value is empty" },
    { "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":7},\"kind\":\"R\"}", "bad-item", "end.value must be a string, not a number" },
    { "{\"start\":{\"value\":\"a\",\"match_by\":\"colour\"},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item",
      "match_by is \"colour\"" },
    { "{\"start\":{\"value\":\"a\",\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"operator\":\"equals\",\"value\":1}]},"
      "\"end\":{\"value\":\"a\"},\"kind\":\"R\"}",
      "bad-item", "has a value beside match_by" },
    { "{\"start\":{\"match_by\":\"property\"},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "start has no property_matchers" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[]},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item",
      "no property_matchers" },
    { "{\"start\":{\"value\":\"a\",\"property_matchers\":[]},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "bad-item", "without match_by" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"operator\":\"equals\",\"value\":1}]},\"end\":{\"value\":\"a\"},"
      "\"kind\":\"R\"}",
      "bad-item", "no key" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"value\":1}]},\"end\":{\"value\":\"a\"},\"kind\":"
      "\"R\"}",
      "bad-item", "no operator" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"operator\":\"equals\"}]},\"end\":{\"value\":\"a\"},"
      "\"kind\":\"R\"}",
      "bad-item", "no value" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"operator\":\"like\",\"value\":1}]},\"end\":{},"
      "\"kind\":\"R\"}",
      "bad-item", "must be \"equals\"" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"operator\":\"equals\",\"value\":null}]},\"end\":{},"
      "\"kind\":\"R\"}",
      "bad-item", "a string, number or boolean, not null" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"operator\":\"equals\",\"value\":1e999}]},\"end\":{},"
      "\"kind\":\"R\"}",
      "bad-item", "out of range" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[7,[{}],{}]},\"end\":{},\"kind\":\"R\"}", "bad-item",
      "a property matcher must be an object" },
    { "{\"start\":{\"value\":\"a\",\"value\":\"a\"},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "duplicate-key", "\"value\" twice" },
    { "{\"start\":{\"value\":\"a\\u0000\"},\"end\":{\"value\":\"a\"},\"kind\":\"R\"}", "nul-in-string", "U+0000" },
    { "{\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"k\",\"operator\":\"equals\",\"value\":\"\\u0000\"}]},"
      "\"kind\":\"R\"}",
      "nul-in-string", "U+0000" },
};

/* The bad item stands between two good ones, on line 3 behind two blanks. */
static void expect_skipped(const bad_item *row, bool edge)
{
    char json[2000];

    snprintf(json, sizeof json,
             edge ? "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[]},{\"id\":\"b\",\"kinds\":[]}],\"edges\":[\n"
                    "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"},\"kind\":\"R1\"},\n  %s,\n"
                    "{\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"a\"},\"kind\":\"R2\"}]}}"
                  : "{\"graph\":{\"nodes\":[\n{\"id\":\"a\",\"kinds\":[\"K\"]},\n  "
                    "%s,\n{\"id\":\"b\",\"kinds\":[\"K\"],\"properties\":{\"p\":1}}]}}",
             row->item);
    loaded l = test_text(json);
    ck_assert_msg(l.rc == CSPM_OK, "%s: %s", row->item, l.err ? cspm_error_text(l.err, NULL) : "");
    ck_assert_msg(cg_graph_n_nodes(l.graph) == 2 && cg_graph_n_rels(l.graph) == (edge ? 2 : 0), "%s: not exactly the item was lost",
                  row->item);
    uint32_t expected = 1 + test_count_diags(&l, "unknown-field");
    ck_assert_msg(test_count_diags(&l, NULL) == expected, "%s: %u diagnostics", row->item, test_count_diags(&l, NULL));
    cg_diag d = test_diag(&l, row->code);
    ck_assert_msg(cg_str_find(d.message, cg_str_from(row->part), 0) != SIZE_MAX, "%s: %.*s", row->item, CG_FMT(d.message));
    ck_assert(cg_str_starts(d.message, edge ? CG_STR("edges[1] skipped: ") : CG_STR("nodes[1] skipped: ")));
    uint64_t start = (uint64_t)(strstr(json, "\n  ") - json + 3); /* what has no bracket is placed at its end */
    ck_assert_msg(d.line == 3 && (row->item[0] == '{' || row->item[0] == '[' ? d.column == 3 && d.offset == start : d.offset >= start),
                  "%s: at %u:%u", row->item, d.line, d.column);
    ck_assert(d.severity == CG_DIAG_WARNING);
    ck_assert(cg_str_eq(d.source, CG_STR("in.json")));
    test_drop(&l);
}

START_TEST(bad_node_is_skipped)
{
    expect_skipped(&bad_nodes[_i], false);
}
END_TEST

START_TEST(bad_edge_is_skipped)
{
    expect_skipped(&bad_edges[_i], true);
}
END_TEST

/* ---- properties: the fault costs the property ---- */

static const struct {
    const char *value, *part;
} bad_properties[] = {
    { "{}", "an object" },
    { "{\"a\":{\"b\":[1,{\"c\":null}]}}", "an object" },
    { "[[1]]", "nested" },
    { "[1,{\"a\":1},2]", "nested" },
    { "[null]", "null" },
    { "[1,null,2]", "null" },
    { "[1,2.5]", "mixes types" },
    { "[true,1]", "mixes types" },
    { "[\"a\",1,[2],{\"x\":3}]", "mixes types" },
    { "1e999", "out of range" },
    { "-1e999", "out of range" },
    { "[1.5,1e999]", "out of range" },
};

START_TEST(bad_property_is_skipped)
{
    char json[600];

    snprintf(json, sizeof json,
             "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"],\n\"properties\":{\"before\":[1],\n\"the "
             "one\":%s,\n\"after\":[\"x\"]}},{\"id\":\"b\",\"kinds\":[]}]}}",
             bad_properties[_i].value);
    loaded l = test_text(json);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 2);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
    cg_diag d = test_diag(&l, "bad-property");
    ck_assert_uint_eq(d.line, 3);
    ck_assert_uint_gt(d.column, 10);
    ck_assert_uint_ne(cg_str_find(d.message, CG_STR("nodes[0]: property \"the one\""), 0), SIZE_MAX);
    ck_assert_msg(cg_str_find(d.message, cg_str_from(bad_properties[_i].part), 0) != SIZE_MAX, "%.*s", CG_FMT(d.message));
    static const char *const keys[] = { "before", "the one", "after" }, *const expected[] = { "[1]", "null", "[\"x\"]" };
    for (int i = 0; i < 3; i++) {
        char *got = test_prop(&l, "a", keys[i]);
        ck_assert_str_eq(got, expected[i]);
        free(got);
    }
    test_drop(&l);
}
END_TEST

START_TEST(unknown_fields_are_named)
{
    loaded l = test_text("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"label\":[{\"x\":1}],\"kinds\":[]}],\"links\":[{\"a\":[]}],\"edges\":[]},"
                         "\"vers\\nion\":{\"a\":1},"
                         "\"metadata\":{\"tool\":\"x\"}}");
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 1);
    ck_assert_uint_eq(test_count_diags(&l, "unknown-field"), 4);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 4);
    test_drop(&l);
}
END_TEST

START_TEST(odd_source_kind_is_ignored)
{
    static const char *const values[] = { "7", "[\"a\"]", "{\"a\":{}}", "\"\"", "\"tag_a\"", "\"a\\u0000\"", "true" };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char json[300];
        snprintf(json, sizeof json, "{\"metadata\":{\"source_kind\":%s},\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"]}]}}",
                 values[i]);
        loaded l = test_text(json);
        ASSERT_LOADED(l);
        ck_assert_uint_eq(cg_node_n_base_labels(l.graph, 0), 1);
        ck_assert_uint_eq(test_count_diags(&l, NULL), 1);
        test_drop(&l);
    }
}
END_TEST

/* ---- documents: the fault costs the file ---- */

static const struct {
    const char *text, *part;
    uint32_t line, column; /* 0: not checked */
} bad_documents[] = {
    { "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[]},\n  {\"id\" \"b\"}]}}", "", 2, 9 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[]}\n", "", 0, 0 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"ki", "", 0, 0 },
    { "{\"graph\":{\"nodes\":[]}} x", "", 1, 24 },
    { "{\"graph\":{\"nodes\":[]}}{\"graph\":{\"nodes\":[]}}", "", 1, 23 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"\xff\",\"kinds\":[]}]}}", "UTF-8", 1, 27 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"\xc0\xaf\",\"kinds\":[]}]}}", "UTF-8", 1, 27 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"\\ud800\",\"kinds\":[]}]}}", "", 1, 0 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"a\nb\",\"kinds\":[]}]}}", "", 0, 0 },
    { "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[],\"properties\":{\"n\":01}}]}}", "", 1, 0 },
    { "{\"graph\":{\"nodes\":{},\"edges\":[]}}", "graph.nodes must be an array, not an object", 1, 19 },
    { "{\"graph\":{\"nodes\":[],\"edges\":7}}", "graph.edges must be an array, not a number", 1, 0 },
    { "{\"graph\":{\"nodes\":[],\"nodes\":[]}}", "duplicate key \"nodes\"", 1, 0 },
    { "{\"graph\":{\"nodes\":[]},\"graph\":{\"nodes\":[]}}", "duplicate key \"graph\"", 1, 0 },
    { "{\"metadata\":[],\"graph\":{\"nodes\":[]}}", "metadata must be an object, not an array", 1, 13 },
    { "{\"graph\":{}}", "neither \"nodes\" nor \"edges\"", 1, 0 },
    { "{\"graph\":{\"nodes\":[]},\"meta\":{\"type\":\"users\"}}", "mixed format", 1, 0 },
    { "{\"data\":[{\"Properties\":{}}],\"graph\":{\"nodes\":[]}}", "mixed format", 1, 0 },
    /* nobody's dialect, but it would have to be JSON first */
    { "{\"metadata\":{oops},\"graph\":{\"nodes\":[]}}", "", 1, 14 },
    { "[1,2", "", 0, 0 },
};

START_TEST(bad_document_fails)
{
    loaded l = test_text(bad_documents[_i].text);
    ck_assert_msg(l.rc == CSPM_E_PARSE, "%s: %d %s", bad_documents[_i].text, l.rc, l.err ? cspm_error_text(l.err, NULL) : "");
    uint32_t line = bad_documents[_i].column ? bad_documents[_i].line : 0;
    test_expect_error(&l, CSPM_E_PARSE, bad_documents[_i].part, line, bad_documents[_i].column);
    cspm_error_position(l.err, NULL, &line, NULL);
    ck_assert_uint_gt(line, 0);
    ck_assert_str_eq(cspm_error_source(l.err, NULL), "in.json");
    test_drop(&l);
}
END_TEST

static const struct {
    const char *text;
    size_t length; /* 0: a string */
    const char *part;
} strangers[] = {
    { "", 0, "empty" },
    { " \n\t ", 0, "white space" },
    { "{}", 0, "JSON object" },
    { "{\"a\":1,\"b\":{}}", 0, "\"a\", \"b\"" },
    { "[]", 0, "JSON array" },
    { "hello", 0, "no JSON" },
    { "<?xml version=\"1.0\"?>", 0, "XML" },
    { "\x7f"
      "ELF\0\0\0",
      7, "binary" },
    { "\xff\xfeh\0i\0", 6, "no JSON" },
    { "\xfe\xff\0{\0}", 6, "JSON object" },
    { "\xff\xfe", 2, "empty" },
    { "7z\xbc\xaf\x27\x1c...", 9, "7-Zip" },
    { "{\"data\":[{\"Properties\":{\"domain\":\"X\"},\"ObjectIdentifier\":\"1\"}],\"meta\":{\"type\":\"users\",\"count\":1,\"version\":6}}",
      0, "BloodHound collector file" },
    { "{\"meta\":{\"methods\":0,\"type\":\"azure\",\"count\":0,\"version\":5},\"data\":[]}", 0, "not supported" },
    { "{\"graph\":[]}", 0, "\"graph\"" },
};

START_TEST(stranger_is_not_recognised)
{
    const char *text = strangers[_i].text;
    loaded l = test_bytes(text, strangers[_i].length ? strangers[_i].length : strlen(text));
    test_expect_error(&l, CSPM_E_UNRECOGNISED, strangers[_i].part, 0, 0);
    test_drop(&l);
}
END_TEST

/* ---- limits ---- */

static loaded limited(const cspm_limits *limits, const char *text, size_t length)
{
    cg_mem *mem = test_mem(limits, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    int32_t rc = cg_ingest_bytes(b, text, length, CG_STR("in.json"), NULL, NULL, &err);
    return test_freeze(mem, b, rc, err);
}

START_TEST(deep_nesting_is_refused)
{
    enum { DEPTH = 200000 };
    char *text = malloc(2 * DEPTH + 200);
    char *at = text + sprintf(text, "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[],\"properties\":{\"p\":");
    memset(at, '[', DEPTH);
    at += DEPTH;
    memset(at, ']', DEPTH);
    at += DEPTH;
    at += sprintf(at, "}}]}}");
    loaded l = test_bytes(text, (size_t)(at - text));
    ck_assert(l.rc == CSPM_E_LIMIT || l.rc == CSPM_E_PARSE);
    uint32_t line = 0;
    cspm_error_position(l.err, NULL, &line, NULL);
    ck_assert_uint_eq(line, 1);
    test_drop(&l);
    free(text);
}
END_TEST

START_TEST(enormous_string_is_refused)
{
    cspm_limits limits = { .struct_size = sizeof limits, .max_string_bytes = 1000 };
    char *text = malloc(3000);
    memset(text, 'x', 3000);
    int n = sprintf(text, "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[],\"properties\":{\"p\":\"");
    text[n] = 'x';
    memcpy(text + 2990, "\"}}]}}", 6);
    loaded l = limited(&limits, text, 2996);
    test_expect_error(&l, CSPM_E_PARSE, "", 0, 0);
    test_drop(&l);
    free(text);
}
END_TEST

START_TEST(limits_on_bytes_nodes_and_edges)
{
    cspm_limits bytes = { .struct_size = sizeof bytes, .max_input_bytes = strlen(SMALL) - 1 };
    loaded l = limited(&bytes, SMALL, strlen(SMALL));
    test_expect_error(&l, CSPM_E_LIMIT, "max_input_bytes", 0, 0);
    test_drop(&l);
    bytes.max_input_bytes = strlen(SMALL);
    l = limited(&bytes, SMALL, strlen(SMALL));
    ASSERT_LOADED(l);
    test_drop(&l);
    cspm_limits nodes = { .struct_size = sizeof nodes, .max_nodes = 1 };
    l = limited(&nodes, SMALL, strlen(SMALL));
    ck_assert_int_eq(l.rc, CSPM_E_LIMIT);
    test_drop(&l);
    const char *two = "{\"graph\":{\"edges\":[{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}},{\"kind\":\"R\","
                      "\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"a\"}}]}}";
    cspm_limits edges = { .struct_size = sizeof edges, .max_edges = 1 };
    l = limited(&edges, two, strlen(two));
    ck_assert_int_eq(l.rc, CSPM_E_LIMIT);
    test_drop(&l);
}
END_TEST

START_TEST(a_flood_of_bad_items_stays_small)
{
    enum { ITEMS = 5000 };
    char *text = malloc(ITEMS * 8 + 100), *at = text + sprintf(text, "{\"graph\":{\"nodes\":[");
    for (int i = 0; i < ITEMS; i++)
        at += sprintf(at, "%s{}", i ? ",\n" : "");
    at += sprintf(at, "]}}");
    loaded l = test_bytes(text, (size_t)(at - text));
    ASSERT_LOADED(l);
    ck_assert_uint_lt(test_count_diags(&l, NULL), 200);
    ck_assert_uint_ge(test_count_diags(&l, NULL), 100);
    test_drop(&l);
    free(text);
}
END_TEST

/* ---- a failed call leaves the builder as before ---- */

START_TEST(failure_leaves_no_trace)
{
    const char *bad = "{\"graph\":{\"nodes\":[{\"id\":\"bad\",\"kinds\":[\"Bad\"],\"properties\":{\"bad\":1}},7],\"edges\":[{\"kind\":"
                      "\"BAD\",\"start\":{\"value\":\"a\"},"
                      "\"end\":{\"value\":\"b\"}}, oops";
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_ingest_bytes(b, SMALL, strlen(SMALL), CG_STR("in.json"), NULL, NULL, &err), CSPM_OK);
    ck_assert_int_eq(cg_ingest_bytes(b, bad, strlen(bad), CG_STR("bad.json"), NULL, NULL, &err), CSPM_E_PARSE);
    cspm_error_free(err);
    loaded l = test_freeze(mem, b, CSPM_OK, NULL);
    loaded plain = test_text(SMALL);
    ASSERT_LOADED(l);
    char *got = test_dump(l.graph, true), *expected = test_dump(plain.graph, true);
    ck_assert_str_eq(got, expected);
    ck_assert_uint_eq(cg_source_count(l.graph), 1);
    free(got);
    free(expected);
    test_drop(&plain);
    test_drop(&l);
}
END_TEST

START_TEST(errors_are_optional)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    ck_assert_int_eq(cg_ingest_bytes(b, "{", 1, CG_STR("in.json"), NULL, NULL, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(cg_ingest_bytes(b, "", 0, CG_STR("in.json"), NULL, NULL, NULL), CSPM_E_UNRECOGNISED);
    ck_assert_int_eq(cg_ingest_path(b, "/nonexistent", NULL, NULL, NULL), CSPM_E_IO);
    const cg_ingest_options keep = { .flags = CG_INGEST_KEEP_GOING };
    ck_assert_int_eq(cg_ingest_bytes(b, "{\"graph\":{\"nodes\":[}", 20, CG_STR("in.json"), &keep, NULL, NULL), CSPM_OK);
    cg_builder_free(b);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(keep_going_reports_instead)
{
    const char *bad = "{\"graph\":{\"nodes\":[{\"id\":\"x\",\"kinds\":[]},\n!";
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    const cg_ingest_options keep = { .flags = CG_INGEST_KEEP_GOING };
    ck_assert_int_eq(cg_ingest_bytes(b, bad, strlen(bad), CG_STR("bad.json"), &keep, NULL, &err), CSPM_OK);
    loaded l = test_freeze(mem, b, CSPM_OK, NULL);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 0);
    cg_diag d = test_diag(&l, "malformed");
    ck_assert(d.severity == CG_DIAG_ERROR);
    ck_assert_uint_eq(d.line, 2);
    ck_assert_uint_eq(d.column, 1);
    ck_assert(cg_str_eq(d.source, CG_STR("bad.json")));
    test_drop(&l);
}
END_TEST

START_TEST(format_can_be_forced)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    const cg_ingest_options opengraph = { .format = CG_STR("opengraph") }, nothing = { .format = CG_STR("nothing") };
    const char *text = "{\"metadata\":{}}";
    ck_assert_int_eq(cg_ingest_bytes(b, text, strlen(text), CG_STR("in.json"), &opengraph, NULL, &err), CSPM_E_PARSE);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "no \"graph\""));
    cspm_error_free(err);
    err = NULL;
    ck_assert_int_eq(cg_ingest_bytes(b, "[]", 2, CG_STR("in.json"), &opengraph, NULL, &err), CSPM_E_PARSE);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(err, NULL), "the top level must be an object"));
    cspm_error_free(err);
    err = NULL;
    ck_assert_int_eq(cg_ingest_bytes(b, SMALL, strlen(SMALL), CG_STR("in.json"), &nothing, NULL, &err), CSPM_E_INVALID);
    cspm_error_free(err);
    cg_builder_free(b);
    cg_mem_unref(mem);
}
END_TEST

#define ROWS(table) (int)(sizeof table / sizeof table[0])

Suite *bad_input_suite(void)
{
    Suite *s = suite_create("bad input");
    TCase *t = tcase_create("bad");

    tcase_add_loop_test(t, bad_node_is_skipped, 0, ROWS(bad_nodes));
    tcase_add_loop_test(t, bad_edge_is_skipped, 0, ROWS(bad_edges));
    tcase_add_loop_test(t, bad_property_is_skipped, 0, ROWS(bad_properties));
    tcase_add_test(t, unknown_fields_are_named);
    tcase_add_test(t, odd_source_kind_is_ignored);
    tcase_add_loop_test(t, bad_document_fails, 0, ROWS(bad_documents));
    tcase_add_loop_test(t, stranger_is_not_recognised, 0, ROWS(strangers));
    tcase_add_test(t, deep_nesting_is_refused);
    tcase_add_test(t, enormous_string_is_refused);
    tcase_add_test(t, limits_on_bytes_nodes_and_edges);
    tcase_add_test(t, a_flood_of_bad_items_stays_small);
    tcase_add_test(t, failure_leaves_no_trace);
    tcase_add_test(t, errors_are_optional);
    tcase_add_test(t, keep_going_reports_instead);
    tcase_add_test(t, format_can_be_forced);
    suite_add_tcase(s, t);
    return s;
}
