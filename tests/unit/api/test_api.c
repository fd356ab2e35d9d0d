/* The public functions as a host program uses and misuses them. */
#include <check.h>
#include <cspmgraph/cspmgraph.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char graph_json[] =
    "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"],\"properties\":{\"x\":1}},{\"id\":\"b\",\"kinds\":[\"B\"]},"
    "{\"id\":\"c\",\"kinds\":[\"C\"]}],\"edges\":[{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}},"
    "{\"kind\":\"R\",\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"c\"}}]}}";

static cspm_context *context;

static void setup(void)
{
    ck_assert_int_eq(cspm_context_new(NULL, NULL, &context, NULL), CSPM_OK);
}

/* Nothing may be held once every handle is gone. */
static void teardown(void)
{
    cspm_context_unref(context);
    context = NULL;
}

static cspm_graph *load(const char *json)
{
    cspm_builder *builder;
    cspm_graph *graph = NULL;
    cspm_error *error = NULL;
    ck_assert_int_eq(cspm_builder_new(context, &builder, NULL), CSPM_OK);
    int32_t rc = cspm_builder_add_buffer(builder, json, strlen(json), "test", NULL, NULL, NULL, &error);
    ck_assert_msg(rc == CSPM_OK, "%s", cspm_error_message(error, NULL));
    ck_assert_int_eq(cspm_builder_finish(builder, NULL, NULL, &graph, NULL), CSPM_OK);
    cspm_builder_free(builder);
    return graph;
}

static char *rows(cspm_graph *graph, const char *text, const cspm_params *params)
{
    cspm_query *query = NULL;
    cspm_cursor *cursor = NULL;
    cspm_batch *batch = NULL;
    cspm_buffer *json = NULL;
    cspm_error *error = NULL;
    char *out = NULL;
    int32_t rc = cspm_query_compile(context, text, CSPM_NUL, CSPM_LANG_GRAPH, &query, &error);
    if (rc == CSPM_OK)
        rc = cspm_query_run(query, graph, params, NULL, NULL, &cursor, &error);
    ck_assert_msg(rc == CSPM_OK, "%s", cspm_error_message(error, NULL));
    rc = cspm_cursor_next(cursor, &batch, &error);
    ck_assert_msg(rc == CSPM_OK || rc == CSPM_DONE, "%s", cspm_error_message(error, NULL));
    if (rc == CSPM_OK) {
        ck_assert_int_eq(cspm_batch_json(batch, 0, &json, NULL), CSPM_OK);
        out = strdup(cspm_buffer_data(json, NULL));
        cspm_buffer_unref(json);
        cspm_batch_unref(batch);
    } else {
        out = strdup("[]");
    }
    cspm_cursor_free(cursor);
    cspm_query_unref(query);
    return out;
}

static void expect(cspm_graph *graph, const char *text, const cspm_params *params, const char *wanted)
{
    char *got = rows(graph, text, params);
    ck_assert_str_eq(got, wanted);
    free(got);
}

START_TEST(null_arguments_are_errors_not_crashes)
{
    cspm_error *error = NULL;
    cspm_graph *graph = NULL;
    cspm_builder *builder = NULL;
    uint32_t node;
    size_t length = 7;
    ck_assert_int_eq(cspm_context_new(NULL, NULL, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_new(NULL, &builder, &error), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_add_path(NULL, "x", 1, NULL, NULL, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_finish(NULL, NULL, NULL, &graph, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_graph_find_node(NULL, "x", 1, &node), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_query_run(NULL, NULL, NULL, NULL, NULL, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_analyze(NULL, NULL, NULL, NULL, NULL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_params_set_int(NULL, "x", 1, 1, NULL), CSPM_E_INVALID);
    ck_assert_str_eq(cspm_graph_node_id(NULL, 0, &length), "");
    ck_assert_uint_eq(length, 0);
    cspm_builder_free(NULL);
    cspm_graph_unref(NULL);
    cspm_context_unref(NULL);
    cspm_query_unref(NULL);
    cspm_params_free(NULL);
    cspm_cursor_free(NULL);
    cspm_batch_unref(NULL);
    cspm_buffer_unref(NULL);
    cspm_ruleset_unref(NULL);
    cspm_request_free(NULL);
    cspm_analysis_unref(NULL);
    cspm_op_unref(NULL);
    cspm_error_free(error);
    cspm_error_free(NULL);
}
END_TEST

START_TEST(structs_of_other_versions)
{
    struct {
        cspm_limits known;
        uint64_t later;
    } bigger;
    cspm_context *other = NULL;
    cspm_error *error = NULL;
    memset(&bigger, 0, sizeof bigger);
    bigger.known.struct_size = sizeof bigger;
    ck_assert_int_eq(cspm_context_new(NULL, &bigger.known, &other, NULL), CSPM_OK);
    cspm_context_unref(other);
    bigger.later = 1;
    ck_assert_int_eq(cspm_context_new(NULL, &bigger.known, &other, &error), CSPM_E_ABI);
    ck_assert_ptr_null(other);
    ck_assert_int_eq(cspm_error_code(error), CSPM_E_ABI);
    cspm_error_free(error);
    cspm_limits small;
    cspm_limits_init(&small, offsetof(cspm_limits, max_depth));
    ck_assert_int_eq(cspm_context_new(NULL, &small, &other, NULL), CSPM_OK);
    cspm_context_unref(other);
    ck_assert_uint_eq(sizeof(cspm_limits), 128);
    ck_assert_uint_eq(sizeof(cspm_load_options), 40);
    ck_assert_uint_eq(sizeof(cspm_run_options), 80);
    ck_assert_uint_eq(sizeof(cspm_request_options), 80);
    ck_assert_uint_eq(sizeof(cspm_export_options), 48);
    ck_assert_uint_eq(sizeof(cspm_progress), 40);
    ck_assert_uint_eq(offsetof(cspm_column, children), 72);
}
END_TEST

START_TEST(handles_may_be_released_in_any_order)
{
    cspm_graph *graph = load(graph_json);
    cspm_context_unref(context);
    cspm_cursor *cursor = NULL;
    cspm_batch *batch = NULL;
    ck_assert_int_eq(cspm_graph_table(graph, CSPM_TABLE_NODES, &cursor, NULL), CSPM_OK);
    cspm_graph_unref(graph);
    ck_assert_int_eq(cspm_cursor_next(cursor, &batch, NULL), CSPM_OK);
    cspm_cursor_free(cursor);
    ck_assert_uint_eq(cspm_batch_rows(batch), 3);
    cspm_batch_unref(batch);
    setup();
    teardown();
    setup();
}
END_TEST

START_TEST(everything_is_given_back)
{
    cspm_graph *graph = load(graph_json);
    expect(graph, "MATCH (n) RETURN count(*)", NULL, "[[3]]");
    cspm_graph_unref(graph);
    uint64_t peak, own = cspm_context_memory(context, &peak);
    ck_assert_uint_lt(own, 256);
    ck_assert_uint_gt(peak, own);
}
END_TEST

START_TEST(nodes_and_edges_of_the_host)
{
    cspm_builder *builder;
    cspm_graph *graph;
    cspm_error *error = NULL;
    uint32_t node;
    ck_assert_int_eq(cspm_builder_new(context, &builder, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_node(builder, "x", 1, "[\"K\",\"L\"]", CSPM_NUL, "{\"p\":[1,2],\"q\":\"\u00e9\"}", CSPM_NUL, NULL),
                     CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_node(builder, "y", 1, NULL, 0, NULL, 0, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_edge(builder, "x", 1, "R", 1, "y", 1, "{\"w\":0.5}", CSPM_NUL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_edge(builder, "x", 1, "R", 1, "y", 1, "{\"w\":0.5}", CSPM_NUL, NULL), CSPM_OK);
    /* Bad ones leave the builder as it was. */
    ck_assert_int_eq(cspm_builder_add_node(builder, "", 0, NULL, 0, NULL, 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_add_node(builder, "\xff", 1, NULL, 0, NULL, 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_add_node(builder, "z", 1, "{}", CSPM_NUL, NULL, 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_add_node(builder, "z", 1, "[1]", CSPM_NUL, NULL, 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_add_node(builder, "z", 1, NULL, 0, "{\"a\":{\"b\":1}}", CSPM_NUL, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_builder_add_node(builder, "z", 1, NULL, 0, "{\"a\":", CSPM_NUL, &error), CSPM_E_PARSE);
    cspm_error_free(error);
    ck_assert_int_eq(cspm_builder_finish(builder, NULL, NULL, &graph, NULL), CSPM_OK);
    cspm_builder_free(builder);
    ck_assert_uint_eq(cspm_graph_node_count(graph), 2);
    ck_assert_uint_eq(cspm_graph_edge_count(graph), 2);
    ck_assert_int_eq(cspm_graph_find_node(graph, "y", 1, &node), CSPM_OK);
    ck_assert_uint_eq(node, 1);
    ck_assert_int_eq(cspm_graph_find_node(graph, "z", 1, &node), CSPM_E_NOTFOUND);
    expect(graph, "MATCH (n:K:L)-[r]->(m) RETURN n.p, n.q, r.w", NULL, "[[[1,2],\"\u00e9\",0.5],[[1,2],\"\u00e9\",0.5]]");
    cspm_graph_unref(graph);
}
END_TEST

START_TEST(a_failed_input_leaves_the_builder_as_before)
{
    static const char broken[] = "{\"graph\":{\"nodes\":[{\"id\":\"z\",\"kinds\":[\"Z\"],\"properties\":{\"only\":1}},";
    cspm_builder *builder;
    cspm_graph *graph;
    ck_assert_int_eq(cspm_builder_new(context, &builder, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_buffer(builder, graph_json, strlen(graph_json), "one", NULL, NULL, NULL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_buffer(builder, broken, strlen(broken), "two", NULL, NULL, NULL, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(cspm_builder_add_path(builder, "/nonexistent/input", CSPM_NUL, NULL, NULL, NULL, NULL), CSPM_E_IO);
    ck_assert_int_eq(cspm_builder_finish(builder, NULL, NULL, &graph, NULL), CSPM_OK);
    cspm_builder_free(builder);
    expect(graph, "MATCH (n) RETURN elementId(n)", NULL, "[[\"a\"],[\"b\"],[\"c\"]]");
    expect(graph, "MATCH (n) WHERE n.only = 1 RETURN n", NULL, "[]");
    cspm_graph_unref(graph);
}
END_TEST

START_TEST(labels_of_the_host_share_the_graph)
{
    cspm_graph *graph = load(graph_json), *labelled = NULL;
    uint32_t nodes[] = { 2, 0 }, outside[] = { 3 };
    ck_assert_int_eq(cspm_graph_with_labels(graph, "Mine", CSPM_NUL, nodes, 2, NULL, &labelled, NULL), CSPM_OK);
    cspm_graph_unref(graph);
    expect(labelled, "MATCH (n:Mine) RETURN elementId(n), labels(n)", NULL, "[[\"a\",[\"A\",\"Mine\"]],[\"c\",[\"C\",\"Mine\"]]]");
    ck_assert_int_eq(cspm_graph_with_labels(labelled, "Other", CSPM_NUL, outside, 1, NULL, &graph, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_graph_with_labels(labelled, "", 0, nodes, 2, NULL, &graph, NULL), CSPM_E_INVALID);
    cspm_graph_unref(labelled);
}
END_TEST

START_TEST(parameters_of_every_type)
{
    cspm_graph *graph = load(graph_json);
    cspm_params *p;
    ck_assert_int_eq(cspm_params_new(context, &p, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_int(p, "i", 1, 2, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_int(p, "i", 1, 1, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_double(p, "d", 1, 2, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_bool(p, "b", 1, 7, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_string(p, "s", 1, "it's \"x\"", CSPM_NUL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_json(p, "j", 1, "{\"k\": [1, null]}", CSPM_NUL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_params_set_string(p, "bad", CSPM_NUL, "\xff", 1, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_params_set_json(p, "bad", CSPM_NUL, "{", 1, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(cspm_params_set_int(p, "", 0, 1, NULL), CSPM_E_INVALID);
    expect(graph, "MATCH (n {x: $i}) RETURN $i, $d, $b, $s, $j", p, "[[1,2.0,true,\"it's \\\"x\\\"\",{\"k\":[1,null]}]]");
    cspm_params_free(p);
    cspm_graph_unref(graph);
}
END_TEST

/* Joins a list of texts; says what else it got. */
static int32_t join(void *user, cspm_call *call)
{
    const cspm_value *list = cspm_call_arg(call, 0), *entry;
    char text[64] = "";
    size_t length, n = 0;
    (*(int *)user)++;
    ck_assert_ptr_null(cspm_call_arg(call, 9));
    if (cspm_value_type(list) == CSPM_VALUE_MAP) { /* give back the value of the last key */
        const char *key = cspm_value_key(list, cspm_value_count(list) - 1, &length);
        ck_assert(key && length == 1 && !cspm_value_key(list, 99, &length) && length == 0);
        return cspm_call_return_value(call, cspm_value_item(list, cspm_value_count(list) - 1));
    }
    if (cspm_value_type(list) == CSPM_VALUE_INT)
        return cspm_value_int(list) == 0   ? cspm_call_return_bool(call, 2)
               : cspm_value_int(list) == 1 ? cspm_call_return_double(call, cspm_value_double(list) / 2)
               : cspm_value_int(list) == 2 ? cspm_call_return_json(call, "{\"k\":[1]}", CSPM_NUL)
               : cspm_value_int(list) == 3 ? cspm_call_return_string(call, NULL, 0)
                                           : cspm_call_return_value(call, NULL);
    if (cspm_value_type(list) != CSPM_VALUE_LIST)
        return cspm_call_fail(call, "wants a list", CSPM_NUL);
    for (uint32_t i = 0; (entry = cspm_value_item(list, i)) != NULL; i++) {
        const char *s = cspm_value_string(entry, &length);
        ck_assert_uint_lt(n + length, sizeof text);
        memcpy(text + n, s ? s : "", length);
        n += length;
    }
    ck_assert_uint_eq(cspm_call_arg_count(call), 1);
    return cspm_call_return_string(call, text, n);
}

static void count_release(void *user)
{
    *(int *)user += 100;
}

START_TEST(a_host_function_is_called)
{
    cspm_graph *graph = load("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"One\"]}],\"edges\":[]}}");
    cspm_language *host;
    cspm_query *query;
    cspm_cursor *cursor;
    cspm_batch *batch;
    cspm_buffer *json;
    cspm_error *error = NULL;
    int seen = 0, refused = 0;
    ck_assert_int_eq(cspm_language_new(context, &host, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_language_add_function(NULL, "f", 1, 0, 1, 0, join, &refused, count_release, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_add_function(host, "f", 1, 0, 1, 64, join, &refused, count_release, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_add_function(host, NULL, 0, 0, 1, 0, join, &refused, count_release, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_add_function(host, "f", 1, 0, 1, 0, NULL, &refused, count_release, &error), CSPM_E_INVALID);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(error, NULL), "nothing to call"));
    cspm_error_free(error);
    error = NULL;
    ck_assert_int_eq(refused, 400);
    ck_assert_int_eq(cspm_language_add_function(host, "text.join", CSPM_NUL, 1, 1, 0, join, &seen, count_release, NULL), CSPM_OK);
    static const char text[] = "RETURN text.join(['a', 'b', 3]), text.join({a: 1, b: 'last'}), text.join(0), text.join(1), text.join(2), "
                               "text.join(9), text.join(null)";
    ck_assert_int_eq(cspm_query_compile_with(context, host, text, CSPM_NUL, CSPM_LANG_GRAPH, &query, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_query_run(query, graph, NULL, NULL, NULL, &cursor, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_cursor_next(cursor, &batch, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_batch_json(batch, 0, &json, NULL), CSPM_OK);
    ck_assert_str_eq(cspm_buffer_data(json, NULL), "[[\"ab\",\"last\",true,0.5,{\"k\":[1]},null,null]]");
    ck_assert_int_eq(seen, 6);
    cspm_buffer_unref(json);
    cspm_batch_unref(batch);
    cspm_cursor_free(cursor);
    cspm_query_unref(query);
    for (int i = 0; i < 2; i++) {
        const char *bad = i ? "RETURN text.join(3)" : "RETURN text.join('a')";
        ck_assert_int_eq(cspm_query_compile_with(context, host, bad, CSPM_NUL, CSPM_LANG_GRAPH, &query, NULL), CSPM_OK);
        ck_assert_int_eq(cspm_query_run(query, graph, NULL, NULL, NULL, &cursor, NULL), CSPM_OK);
        ck_assert_int_eq(cspm_cursor_next(cursor, &batch, &error), CSPM_E_QUERY);
        ck_assert_ptr_nonnull(strstr(cspm_error_message(error, NULL), i ? "text.join: the text is NULL" : "text.join: wants a list"));
        cspm_error_free(error);
        error = NULL;
        cspm_cursor_free(cursor);
        cspm_query_unref(query);
    }
    ck_assert_int_eq(seen, 8);
    cspm_language_free(host);
    ck_assert_int_eq(seen, 108);
    cspm_graph_unref(graph);
}
END_TEST

/* A tenant sees its own nodes, whatever the query says. */
START_TEST(a_host_language_hides_other_tenants)
{
    cspm_graph *graph =
        load("{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"One\"],\"properties\":{\"t\":\"1\"}},"
             "{\"id\":\"b\",\"kinds\":[\"Two\"],\"properties\":{\"t\":\"2\"}},{\"id\":\"c\",\"kinds\":[\"One\"],"
             "\"properties\":{\"t\":\"1\"}}],\"edges\":[{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"},\"kind\":\"R\"},"
             "{\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"c\"},\"kind\":\"R\"},"
             "{\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"c\"},\"kind\":\"S\"}]}}");
    static const char text[] = "MATCH (n) OPTIONAL MATCH (n)-[r:MOVES*]-(m) RETURN count(DISTINCT n) AS n, count(m) AS m, 'xy' =~ 'x' AS s";
    cspm_language *host;
    cspm_query *query;
    cspm_cursor *cursor;
    cspm_batch *batch;
    cspm_buffer *json;
    cspm_error *error = NULL;
    static const char *const wanted[] = { "[[3,0,false]]", "[[3,18,true]]", "[[2,2,true]]", "[[1,0,true]]" };
    ck_assert_int_eq(cspm_language_new(NULL, &host, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_new(context, &host, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_language_restrict_label(host, "", 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_restrict_label(NULL, "One", 3, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_restrict_property(host, "t", 1, "\xff", 1, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_restrict_property(host, "t", 1, NULL, 0, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_language_add_type(host, "MOVES", CSPM_NUL, NULL, 0, NULL), CSPM_E_INVALID);
    for (int i = 0; i < 4; i++) {
        if (i == 1) {
            cspm_language_search_regex(host, 1);
            ck_assert_int_eq(cspm_language_add_type(host, "MOVES", CSPM_NUL, "R", 1, NULL), CSPM_OK);
            ck_assert_int_eq(cspm_language_add_type(host, "MOVES", CSPM_NUL, "S", 1, NULL), CSPM_OK);
        } else if (i == 2) {
            ck_assert_int_eq(cspm_language_restrict_label(host, "One", CSPM_NUL, NULL), CSPM_OK);
        } else if (i == 3) {
            ck_assert_int_eq(cspm_language_restrict_property(host, "t", 1, "2", 1, NULL), CSPM_OK);
        }
        int32_t rc = cspm_query_compile_with(context, i ? host : NULL, text, CSPM_NUL, CSPM_LANG_GRAPH, &query, &error);
        ck_assert_msg(rc == CSPM_OK, "%s", cspm_error_message(error, NULL));
        ck_assert_int_eq(cspm_query_run(query, graph, NULL, NULL, NULL, &cursor, NULL), CSPM_OK);
        ck_assert_int_eq(cspm_cursor_next(cursor, &batch, NULL), CSPM_OK);
        ck_assert_int_eq(cspm_batch_json(batch, 0, &json, NULL), CSPM_OK);
        ck_assert_str_eq(cspm_buffer_data(json, NULL), wanted[i]);
        cspm_buffer_unref(json);
        cspm_batch_unref(batch);
        cspm_cursor_free(cursor);
        ck_assert_int_eq(cspm_query_profile(query, graph, NULL, NULL, NULL, &json, NULL), CSPM_OK);
        ck_assert_ptr_nonnull(strstr(cspm_buffer_data(json, NULL), "1 rows, "));
        cspm_buffer_unref(json);
        cspm_query_unref(query);
    }
    ck_assert_int_eq(cspm_query_compile_with(NULL, host, text, CSPM_NUL, CSPM_LANG_GRAPH, &query, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_query_profile(NULL, graph, NULL, NULL, NULL, &json, NULL), CSPM_E_INVALID);
    cspm_language_free(host);
    cspm_language_free(NULL);
    cspm_graph_unref(graph);
}
END_TEST

START_TEST(a_cancelled_operation_stops_calls)
{
    cspm_op *op;
    cspm_builder *builder;
    cspm_graph *graph = NULL;
    cspm_error *error = NULL;
    ck_assert_int_eq(cspm_op_new(context, &op, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_op_status(op), CSPM_OK);
    ck_assert_int_eq(cspm_builder_new(context, &builder, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_builder_add_buffer(builder, graph_json, strlen(graph_json), "one", NULL, NULL, op, NULL), CSPM_OK);
    cspm_op_cancel(op);
    ck_assert_int_eq(cspm_op_status(op), CSPM_E_CANCELLED);
    ck_assert_int_eq(cspm_builder_finish(builder, NULL, op, &graph, &error), CSPM_E_CANCELLED);
    ck_assert_int_eq(cspm_error_code(error), CSPM_E_CANCELLED);
    ck_assert_ptr_null(graph);
    cspm_error_free(error);
    cspm_builder_free(builder);
    cspm_op_unref(op);
}
END_TEST

START_TEST(a_memory_budget_is_a_limit_error)
{
    cspm_limits limits;
    cspm_context *small;
    cspm_builder *builder = NULL;
    cspm_error *error = NULL;
    char id[32];
    cspm_limits_init(&limits, sizeof limits);
    limits.max_memory_bytes = 1 << 20;
    ck_assert_int_eq(cspm_context_new(NULL, &limits, &small, NULL), CSPM_OK);
    int32_t rc = cspm_builder_new(small, &builder, &error);
    for (int i = 0; rc == CSPM_OK && i < 200000; i++) {
        snprintf(id, sizeof id, "node-number-%d", i);
        rc = cspm_builder_add_node(builder, id, CSPM_NUL, "[\"K\"]", CSPM_NUL, NULL, 0, &error);
    }
    ck_assert_int_eq(rc, CSPM_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(cspm_error_message(error, NULL), "memory"));
    ck_assert_uint_le(cspm_context_memory(small, NULL), 1 << 20);
    cspm_error_free(error);
    cspm_builder_free(builder);
    cspm_context_unref(small);
}
END_TEST

static void *read_in_thread(void *graph)
{
    for (int i = 0; i < 50; i++) {
        char *got = rows(graph, "MATCH (a)-[:R*1..2]->(b) RETURN elementId(a), elementId(b)", NULL);
        bool good = strcmp(got, "[[\"a\",\"b\"],[\"a\",\"c\"],[\"b\",\"c\"]]") == 0;
        free(got);
        if (!good)
            return graph;
    }
    return NULL;
}

START_TEST(one_graph_serves_many_threads)
{
    cspm_graph *graph = load(graph_json);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_in_thread, graph), 0);
    for (int i = 0; i < 8; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    cspm_graph_unref(graph);
}
END_TEST

START_TEST(rules_paths_and_exports_through_the_front_door)
{
    static const char pack[] = "not: a pack\n";
    cspm_ruleset *rules;
    cspm_request *request;
    cspm_analysis *analysis = NULL;
    cspm_cursor *cursor;
    cspm_buffer *text;
    cspm_error *error = NULL;
    uint64_t found, count;
    uint32_t truncated;
    int32_t estimated;
    cspm_graph *graph = load(graph_json), *derived = NULL;
    ck_assert_int_eq(cspm_ruleset_new(context, &rules, NULL), CSPM_OK);
    ck_assert_int_lt(cspm_ruleset_add_text(rules, pack, CSPM_NUL, "mine.yaml", &error), 0);
    ck_assert_str_eq(cspm_error_source(error, NULL), "mine.yaml");
    cspm_error_free(error);
    ck_assert_int_eq(cspm_ruleset_add_builtin(rules, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_ruleset_disable(rules, "no-such-rule", CSPM_NUL, NULL), CSPM_E_NOTFOUND);
    ck_assert_int_eq(cspm_graph_derive(graph, rules, NULL, &derived, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_request_new(context, NULL, &request, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_request_add_id(request, CSPM_SET_ENTRIES, "a", CSPM_NUL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_request_add_query(request, CSPM_SET_TARGETS, "MATCH (n:C) RETURN n", CSPM_NUL, NULL), CSPM_OK);
    ck_assert_int_eq(cspm_request_add_query(request, CSPM_SET_TARGETS, "MATCH (n", CSPM_NUL, NULL), CSPM_E_QUERY);
    ck_assert_int_eq(cspm_paths_export(derived, rules, request, "json", NULL, &found, &truncated, &text, NULL), CSPM_OK);
    ck_assert_uint_eq(found, 0); /* R is no attack edge */
    ck_assert_ptr_nonnull(strstr(cspm_buffer_data(text, NULL), "\"found\":false"));
    cspm_buffer_unref(text);
    ck_assert_int_eq(cspm_paths_count(derived, rules, request, NULL, &count, &estimated, NULL), CSPM_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(cspm_analyze(derived, rules, request, NULL, &analysis, NULL), CSPM_OK);
    ck_assert_uint_eq(cspm_analysis_count(analysis, CSPM_LEVEL_HIGH), 0);
    for (uint32_t table = CSPM_ANALYSIS_PATHS; table <= CSPM_ANALYSIS_DIAGNOSTICS; table++) {
        ck_assert_int_eq(cspm_analysis_table(analysis, table, &cursor, NULL), CSPM_OK);
        ck_assert_uint_gt(cspm_cursor_columns(cursor), 0);
        cspm_cursor_free(cursor);
    }
    ck_assert_int_eq(cspm_analysis_table(analysis, 99, &cursor, NULL), CSPM_E_INVALID);
    const char *format;
    for (uint32_t i = 0; (format = cspm_export_format(1, i)) != NULL; i++) {
        ck_assert_int_eq(cspm_analysis_export(analysis, format, NULL, NULL, &text, NULL), CSPM_OK);
        cspm_buffer_unref(text);
    }
    for (uint32_t i = 0; (format = cspm_export_format(0, i)) != NULL; i++) {
        ck_assert_int_eq(cspm_graph_export(derived, format, NULL, &text, NULL), CSPM_OK);
        cspm_buffer_unref(text);
    }
    ck_assert_int_eq(cspm_graph_export(derived, "word", NULL, &text, NULL), CSPM_E_UNSUPPORTED);
    cspm_analysis_unref(analysis);
    cspm_request_free(request);
    cspm_ruleset_unref(rules);
    cspm_graph_unref(derived);
    cspm_graph_unref(graph);
}
END_TEST

START_TEST(names_and_versions)
{
    ck_assert_uint_eq(cspm_version_number(), 100);
    ck_assert_str_eq(cspm_version_string(), "0.1.0");
    ck_assert_str_eq(cspm_status_name(CSPM_E_PARSE), "CSPM_E_PARSE");
    ck_assert_str_eq(cspm_status_name(12345), "unknown");
    ck_assert_uint_ge(cspm_dialect_count(), 2);
    ck_assert_ptr_null(cspm_dialect_name(cspm_dialect_count()));
    cspm_error *error = cspm_error_new(context, CSPM_E_IO, "the disk is tired", CSPM_NUL);
    ck_assert_int_eq(cspm_error_code(error), CSPM_E_IO);
    ck_assert_str_eq(cspm_error_message(error, NULL), "the disk is tired");
    ck_assert_ptr_nonnull(strstr(cspm_error_json(error, NULL), "CSPM_E_IO"));
    cspm_error_free(error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api");
    TCase *tc = tcase_create("api");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, null_arguments_are_errors_not_crashes);
    tcase_add_test(tc, structs_of_other_versions);
    tcase_add_test(tc, handles_may_be_released_in_any_order);
    tcase_add_test(tc, everything_is_given_back);
    tcase_add_test(tc, nodes_and_edges_of_the_host);
    tcase_add_test(tc, a_failed_input_leaves_the_builder_as_before);
    tcase_add_test(tc, labels_of_the_host_share_the_graph);
    tcase_add_test(tc, parameters_of_every_type);
    tcase_add_test(tc, a_host_language_hides_other_tenants);
    tcase_add_test(tc, a_host_function_is_called);
    tcase_add_test(tc, a_cancelled_operation_stops_calls);
    tcase_add_test(tc, a_memory_budget_is_a_limit_error);
    tcase_add_test(tc, one_graph_serves_many_threads);
    tcase_add_test(tc, rules_paths_and_exports_through_the_front_door);
    tcase_add_test(tc, names_and_versions);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
