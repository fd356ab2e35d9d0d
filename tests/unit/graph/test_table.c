/* Batches, cursors, ready-made tables and value JSON. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "cspmgraph/graph.h"
#include "fault.h"
#include "sample_graph.h"

static cg_mem *mem;
static cspm_error *err;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    err = NULL;
}

static void teardown(void)
{
    cspm_error_free(err);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static void expect_error(int32_t rc, int32_t code, const char *part)
{
    ck_assert_int_eq(rc, code);
    ck_assert_ptr_nonnull(err);
    ck_assert_msg(strstr(cspm_error_message(err, NULL), part) != NULL, "\"%s\" not in \"%s\"", part, cspm_error_message(err, NULL));
    cspm_error_free(err);
    err = NULL;
}

static void ok(int32_t rc)
{
    ck_assert_msg(rc == CSPM_OK, "%d %s", rc, err ? cspm_error_message(err, NULL) : "");
}

static cg_value str(const char *s)
{
    return cg_v_str(cg_str_from(s));
}

static const char *rows_of(cspm_batch *b, uint32_t format)
{
    static char room[1 << 20];
    cspm_buffer *json;
    size_t length;
    ok(cspm_batch_json(b, format, &json, &err));
    const char *data = cspm_buffer_data(json, &length);
    ck_assert_uint_lt(length, sizeof room);
    memcpy(room, data, length + 1);
    ck_assert_uint_eq(strlen(room), length);
    cspm_buffer_unref(json);
    return room;
}

static cspm_column column(cspm_batch *b, uint32_t i)
{
    cspm_column c = { .struct_size = sizeof c };
    ck_assert_int_eq(cspm_batch_column(b, i, &c), CSPM_OK);
    return c;
}

/* ---- misuse ---- */

START_TEST(refuses_what_does_not_fit)
{
    const cg_column_spec columns[] = { { CG_STR("i"), CSPM_TYPE_INT64, 0 },
                                       { CG_STR("s"), CSPM_TYPE_STRING, 0 },
                                       { CG_STR("l"), CSPM_TYPE_LIST, 0 },
                                       { CG_STR("d"), CSPM_TYPE_DICT_STRING, 0 } };
    const cg_str words[] = { CG_STR("a"), CG_STR("b"), CG_STR("a") };
    cg_batch_builder *bb;
    cspm_batch *batch = NULL;
    ok(cg_batch_builder_new(mem, NULL, columns, 4, &bb, &err));
    expect_error(cg_batch_append(bb, 4, cg_v_int(1), &err), CSPM_E_INTERNAL, "no column 4");
    expect_error(cg_batch_append(bb, 0, cg_v_float(1), &err), CSPM_E_INTERNAL, "does not go into");
    expect_error(cg_batch_append(bb, 1, cg_v_int(1), &err), CSPM_E_INTERNAL, "does not go into");
    expect_error(cg_batch_append(bb, 2, str("x"), &err), CSPM_E_INTERNAL, "does not go into");
    expect_error(cg_batch_append(bb, 3, str("x"), &err), CSPM_E_INTERNAL, "dictionary");
    expect_error(cg_batch_builder_dictionary(bb, 0, words, 2, &err), CSPM_E_INTERNAL, "no dictionary");
    expect_error(cg_batch_builder_dictionary(bb, 9, words, 2, &err), CSPM_E_INTERNAL, "no column 9");
    expect_error(cg_batch_builder_dictionary(bb, 3, words, 3, &err), CSPM_E_INTERNAL, "repeated");
    expect_error(cg_batch_builder_dictionary(bb, 3, words, 2, &err), CSPM_E_INTERNAL, "already");
    expect_error(cg_batch_append(bb, 3, cg_v_int(-1), &err), CSPM_E_INTERNAL, "dictionary");
    ok(cg_batch_append(bb, 0, cg_v_int(1), &err));
    expect_error(cg_batch_builder_finish(bb, &batch, &err), CSPM_E_INTERNAL, "column 0 has 1 cells in a batch of 0 rows");
    ck_assert_ptr_null(batch);
    cg_batch_builder_free(bb);
    const cg_column_spec wrong = { CG_STR("x"), 99, 0 };
    expect_error(cg_batch_builder_new(mem, NULL, &wrong, 1, &bb, &err), CSPM_E_INTERNAL, "unknown column type");
}
END_TEST

START_TEST(null_handles_are_refused_or_ignored)
{
    cspm_batch *batch = (cspm_batch *)&mem;
    cspm_column c = { .struct_size = sizeof c };
    cspm_buffer *buffer;
    size_t length = 7;
    ck_assert_int_eq(cspm_cursor_next(NULL, &batch, &err), CSPM_E_INVALID);
    ck_assert_ptr_null(batch);
    ck_assert_uint_eq(cspm_cursor_columns(NULL), 0);
    ck_assert_str_eq(cspm_cursor_column_name(NULL, 0, &length), "");
    ck_assert_uint_eq(length, 0);
    ck_assert_uint_eq(cspm_cursor_truncated(NULL), 0);
    cspm_cursor_free(NULL);
    ck_assert_uint_eq(cspm_batch_rows(NULL), 0);
    ck_assert_int_eq(cspm_batch_column(NULL, 0, &c), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_batch_json(NULL, 0, &buffer, &err), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_batch_cell_json(NULL, 0, 0, &buffer, &err), CSPM_E_INVALID);
    cspm_batch_unref(NULL);
    cspm_buffer_unref(NULL);
    ck_assert_str_eq(cspm_buffer_data(NULL, &length), "");
    ck_assert_uint_eq(length, 0);
}
END_TEST

START_TEST(cells_and_columns_out_of_range)
{
    const cg_column_spec columns[] = { { CG_STR("i"), CSPM_TYPE_INT64, 0 } };
    cg_batch_builder *bb;
    cspm_batch *batch;
    cspm_buffer *buffer;
    ok(cg_batch_builder_new(mem, NULL, columns, 1, &bb, &err));
    ok(cg_batch_append(bb, 0, cg_v_int(1), &err));
    ok(cg_batch_builder_finish(bb, &batch, &err));
    cspm_column c = { .struct_size = 8 };
    ck_assert_int_eq(cspm_batch_column(batch, 0, &c), CSPM_E_ABI);
    c.struct_size = sizeof c;
    ck_assert_int_eq(cspm_batch_column(batch, 1, &c), CSPM_E_INVALID);
    expect_error(cspm_batch_cell_json(batch, 1, 0, &buffer, &err), CSPM_E_INVALID, "no cell");
    expect_error(cspm_batch_cell_json(batch, 0, 1, &buffer, &err), CSPM_E_INVALID, "no cell");
    ck_assert_ptr_null(buffer);
    expect_error(cspm_batch_json(batch, 2, &buffer, &err), CSPM_E_INVALID, "row format 2");
    cspm_batch_unref(batch);
    cg_batch_builder_free(bb);
}
END_TEST

/* ---- columns ---- */

static cg_value list_of(cg_list *list, const cg_value *items, uint32_t n)
{
    list->count = n;
    if (n)
        memcpy(list->items, items, n * sizeof *items);
    return (cg_value){ .type = CG_LIST, .list = list };
}

START_TEST(every_type_with_and_without_nulls)
{
    const cg_column_spec columns[] = {
        { CG_STR("null"), CSPM_TYPE_NULL, 0 },
        { CG_STR("bool"), CSPM_TYPE_BOOL, 0 },
        { CG_STR("int"), CSPM_TYPE_INT64, 0 },
        { CG_STR("real"), CSPM_TYPE_DOUBLE, 0 },
        { CG_STR("text"), CSPM_TYPE_STRING, 0 },
        { CG_STR("word"), CSPM_TYPE_DICT_STRING, 0 },
        { CG_STR("list"), CSPM_TYPE_LIST, CSPM_TYPE_INT64 },
        { CG_STR("when"), CSPM_TYPE_TIMESTAMP_US, 0 },
        { CG_STR("day"), CSPM_TYPE_DATE, 0 },
        { CG_STR("for"), CSPM_TYPE_DURATION, 0 },
        { CG_STR("any"), CSPM_TYPE_VARIANT, 0 },
        { CG_STR("map"), CSPM_TYPE_MAP, 0 },
        { CG_STR("words"), CSPM_TYPE_LIST, CSPM_TYPE_DICT_STRING },
    };
    enum { N = sizeof columns / sizeof columns[0] };
    const cg_str words[] = { CG_STR("one"), CG_STR(""), CG_STR("three") };
    const cg_duration duration = { 14, -3, 3723500000 };
    cg_list *list = cg_alloc(mem, sizeof *list + 4 * sizeof list->items[0]),
            *names = cg_alloc(mem, sizeof *names + 4 * sizeof names->items[0]);
    const cg_value numbers[] = { cg_v_int(5), cg_v_null(), cg_v_int(-5) }, picks[] = { str("three"), cg_v_int(0) };
    cg_batch_builder *bb;
    cspm_batch *batch;
    ok(cg_batch_builder_new(mem, NULL, columns, N, &bb, &err));
    ok(cg_batch_builder_dictionary(bb, 5, words, 3, &err));
    ok(cg_batch_builder_dictionary(bb, 12, words, 3, &err));
    for (int round = 0; round < 2; round++) { /* the builder starts afresh after a batch */
        for (int row = 0; row < 20; row++) {
            bool present = row % 3 != 1;
            const cg_value cells[N] = { cg_v_null(),
                                        cg_v_bool(row % 2),
                                        cg_v_int(row - 10),
                                        cg_v_float(row / 4.0),
                                        str(row % 2 ? "caf\xc3\xa9 \"x\"" : ""),
                                        row % 2 ? cg_v_int(1) : str("three"),
                                        list_of(list, numbers, (uint32_t)row % 4),
                                        { .type = CG_DATETIME, .microseconds = 1000000 * (int64_t)row },
                                        { .type = CG_DATE, .microseconds = -86400000000 * row },
                                        { .type = CG_DURATION, .duration = &duration },
                                        row % 2 ? cg_v_int(1) : str("x"),
                                        cg_v_bool(true),
                                        list_of(names, picks, 2) };
            for (uint32_t i = 0; i < N; i++)
                ok(cg_batch_append(bb, i, present ? cells[i] : cg_v_null(), &err));
        }
        ck_assert_uint_eq(cg_batch_builder_rows(bb), 20);
        ok(cg_batch_builder_finish(bb, &batch, &err));
        ck_assert_uint_eq(cspm_batch_rows(batch), 20);
        for (uint32_t i = 0; i < N; i++) {
            cspm_column c = column(batch, i);
            ck_assert_uint_eq(c.length, 20);
            ck_assert_uint_eq(c.offset, 0);
            ck_assert_uint_eq(c.null_count, i == 0 ? 20 : 7);
            for (int row = 0; i && row < 20; row++)
                ck_assert_int_eq(c.validity[row / 8] >> (row % 8) & 1, row % 3 != 1);
        }
        cspm_column ints = column(batch, 2), texts = column(batch, 4), dict = column(batch, 5), lists = column(batch, 6),
                    bits = column(batch, 1);
        ck_assert_int_eq(((const int64_t *)ints.values)[18], 8);
        ck_assert_int_eq(((const uint8_t *)bits.values)[0] >> 3 & 1, 1);
        ck_assert_int_eq(texts.offsets[0], 0);
        ck_assert_uint_eq((uint64_t)texts.offsets[20], texts.values_bytes);
        ck_assert_uint_eq(dict.n_children, 1);
        ck_assert_uint_eq(dict.children[0]->length, 3);
        ck_assert_int_eq(((const int32_t *)dict.values)[2], 2);
        ck_assert_uint_eq(lists.children[0]->type, CSPM_TYPE_INT64);
        ck_assert_uint_eq(lists.children[0]->length, (uint64_t)lists.offsets[20]);
        ck_assert_uint_eq(column(batch, 11).type, CSPM_TYPE_VARIANT);
        if (round)
            break;
        cspm_batch_unref(batch);
    }
    const char *rows = rows_of(batch, 1);
    const char *first = "{\"null\":null,\"bool\":false,\"int\":-10,\"real\":0.0,\"text\":\"\",\"word\":\"three\",\"list\":[],\"when\":"
                        "\"1970-01-01T00:00:00Z\","
                        "\"day\":\"1970-01-01\",\"for\":\"P1Y2M-3DT1H2M3.5S\",\"any\":\"x\",\"map\":true,\"words\":[\"three\",\"one\"]}\n";
    ck_assert_msg(strncmp(rows, first, strlen(first)) == 0, "%.400s", rows);
    ck_assert_ptr_nonnull(
        strstr(rows, "{\"null\":null,\"bool\":null,\"int\":null,\"real\":null,\"text\":null,\"word\":null,\"list\":null,\"when\":null,"
                     "\"day\":null,\"for\":null,\"any\":null,\"map\":null,\"words\":null}\n"));
    ck_assert_ptr_nonnull(strstr(rows, "\"list\":[5,null,-5],\"when\":\"1970-01-01T00:00:03Z\",\"day\":\"1969-12-29\""));
    cspm_batch_unref(batch);
    cg_batch_builder_free(bb);
    cg_free(mem, list);
    cg_free(mem, names);
}
END_TEST

START_TEST(an_empty_batch_has_valid_buffers)
{
    const cg_column_spec columns[] = { { CG_STR("s"), CSPM_TYPE_STRING, 0 },
                                       { CG_STR("i"), CSPM_TYPE_INT64, 0 },
                                       { CG_STR("l"), CSPM_TYPE_LIST, 0 } };
    cg_batch_builder *bb;
    cspm_batch *batch;
    ok(cg_batch_builder_new(mem, NULL, columns, 3, &bb, &err));
    ok(cg_batch_builder_finish(bb, &batch, &err));
    cspm_column s = column(batch, 0), l = column(batch, 2);
    ck_assert_ptr_nonnull(s.offsets);
    ck_assert_int_eq(s.offsets[0], 0);
    ck_assert_ptr_nonnull(s.values);
    ck_assert_ptr_nonnull(column(batch, 1).values);
    ck_assert_int_eq(l.offsets[0], 0);
    ck_assert_ptr_nonnull(l.children[0]->offsets);
    ck_assert_str_eq(rows_of(batch, 0), "[]");
    ck_assert_str_eq(rows_of(batch, 1), "");
    cspm_batch_unref(batch);
    cg_batch_builder_free(bb);
}
END_TEST

START_TEST(a_builder_says_when_it_is_full)
{
    const cg_column_spec columns[] = { { CG_STR("s"), CSPM_TYPE_STRING, 0 } };
    cg_batch_builder *bb;
    char *big = cg_calloc(mem, 1 << 20, 1);
    ok(cg_batch_builder_new(mem, NULL, columns, 1, &bb, &err));
    for (int i = 0; i < CG_BATCH_ROWS; i++) {
        ck_assert(!cg_batch_builder_full(bb));
        ok(cg_batch_append(bb, 0, cg_v_null(), &err));
    }
    ck_assert(cg_batch_builder_full(bb));
    cg_batch_builder_free(bb);
    ok(cg_batch_builder_new(mem, NULL, columns, 1, &bb, &err));
    int rows = 0;
    for (; !cg_batch_builder_full(bb) && rows < 1000; rows++)
        ok(cg_batch_append(bb, 0, cg_v_str((cg_str){ big, 1 << 20 }), &err));
    ck_assert_int_eq(rows, 64);
    cg_batch_builder_free(bb);
    cg_free(mem, big);
}
END_TEST

/* ---- cursors ---- */

typedef struct script {
    int step;
    int32_t steps[4];
    int freed;
} script;

static int32_t script_next(void *self, cspm_batch **out, cspm_error **e)
{
    script *s = self;
    int32_t rc = s->steps[s->step++];
    return rc < 0 ? cg_fail(mem, e, rc, "scripted") : rc;
}
static void script_free(void *self)
{
    ((script *)self)->freed++;
}
static uint32_t script_truncated(const void *self)
{
    return CSPM_TRUNCATED_WORK;
}

START_TEST(a_cursor_ends_once)
{
    const cg_cursor_ops ops = { script_next, script_truncated, script_free };
    const cg_column_spec columns[] = { { CG_STR("a b"), CSPM_TYPE_STRUCT, 0 } };
    script done = { .steps = { CSPM_MORE, CSPM_DONE, CSPM_OK } }, fails = { .steps = { CSPM_E_TIMEOUT, CSPM_DONE } };
    cspm_cursor *c;
    cspm_batch *batch;
    size_t length;
    ok(cg_cursor_new(mem, columns, 1, &ops, &done, &c, &err));
    ck_assert_uint_eq(cspm_cursor_columns(c), 1);
    ck_assert_str_eq(cspm_cursor_column_name(c, 0, &length), "a b");
    ck_assert_uint_eq(length, 3);
    ck_assert_uint_eq(cspm_cursor_column_type(c, 0), CSPM_TYPE_VARIANT);
    ck_assert_uint_eq(cspm_cursor_column_type(c, 1), CSPM_TYPE_NULL);
    ck_assert_uint_eq(cspm_cursor_truncated(c), CSPM_TRUNCATED_WORK);
    ck_assert_int_eq(cspm_cursor_next(c, &batch, &err), CSPM_MORE);
    ck_assert_int_eq(cspm_cursor_next(c, &batch, &err), CSPM_DONE);
    ck_assert_int_eq(cspm_cursor_next(c, &batch, &err), CSPM_DONE);
    ck_assert_int_eq(done.step, 2);
    cspm_cursor_free(c);
    ck_assert_int_eq(done.freed, 1);
    ok(cg_cursor_new(mem, columns, 1, &ops, &fails, &c, &err));
    expect_error(cspm_cursor_next(c, &batch, &err), CSPM_E_TIMEOUT, "scripted");
    expect_error(cspm_cursor_next(c, &batch, &err), CSPM_E_TIMEOUT, "before");
    ck_assert_int_eq(fails.step, 1);
    cspm_cursor_free(c);
}
END_TEST

/* ---- values ---- */

static void expect_json(const cg_graph *g, cg_value v, const char *json)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    ok(cg_value_write_json(&b, g, v, &err));
    ck_assert_msg(b.length == strlen(json) && memcmp(b.data, json, b.length) == 0, "%.*s is not %s", CG_FMT(cg_buf_view(&b)), json);
    cg_buf_free(&b);
}

static void expect_text(const cg_graph *g, cg_value v, const char *text)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    ok(cg_value_write_text(&b, g, v, &err));
    cg_buf_char(&b, '\0');
    ck_assert_str_eq(b.data, text);
    cg_buf_free(&b);
}

START_TEST(values_as_json)
{
    const cg_duration zero = { 0, 0, 0 }, mixed = { -13, 0, -1500 }, days = { 0, 40, 0 };
    cg_list *list = cg_alloc(mem, sizeof *list + 2 * sizeof list->items[0]);
    expect_json(NULL, cg_v_null(), "null");
    expect_json(NULL, cg_v_bool(false), "false");
    expect_json(NULL, cg_v_int(INT64_MIN), "-9223372036854775808");
    expect_json(NULL, cg_v_float(1), "1.0");
    expect_json(NULL, cg_v_float(1e300), "1e+300");
    expect_json(NULL, cg_v_float(-0.0), "-0.0");
    expect_json(NULL, cg_v_float(NAN), "\"NaN\"");
    expect_json(NULL, cg_v_float(INFINITY), "\"Infinity\"");
    expect_json(NULL, cg_v_float(-INFINITY), "\"-Infinity\"");
    expect_json(NULL, str("a\n\"\\\x01"), "\"a\\n\\\"\\\\\\u0001\"");
    expect_json(NULL, list_of(list, (cg_value[]){ cg_v_int(1), cg_v_null() }, 2), "[1,null]");
    expect_json(NULL, (cg_value){ .type = CG_DATE, .microseconds = -1 }, "\"1969-12-31\"");
    expect_json(NULL, (cg_value){ .type = CG_DATE, .microseconds = INT64_MAX }, "\"+294247-01-10\"");
    expect_json(NULL, (cg_value){ .type = CG_DURATION, .duration = &zero }, "\"PT0S\"");
    expect_json(NULL, (cg_value){ .type = CG_DURATION, .duration = &mixed }, "\"P-1Y-1MT-0.0015S\"");
    expect_json(NULL, (cg_value){ .type = CG_DURATION, .duration = &days }, "\"P40D\"");
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    expect_error(cg_value_write_json(&b, NULL, cg_v_node(0), &err), CSPM_E_INTERNAL, "without its graph");
    cg_buf_free(&b);
    cg_free(mem, list);
}
END_TEST

START_TEST(nesting_has_an_end)
{
    enum { DEEP = 5000 };
    cg_list *lists = cg_calloc(mem, DEEP, sizeof *lists + sizeof lists->items[0]);
    size_t size = sizeof *lists + sizeof lists->items[0];
    for (int i = 0; i < DEEP; i++) {
        cg_list *l = (cg_list *)(void *)((char *)lists + (size_t)i * size);
        l->count = i + 1 < DEEP;
        if (l->count)
            l->items[0] = (cg_value){ .type = CG_LIST, .list = (cg_list *)(void *)((char *)l + size) };
    }
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    expect_error(cg_value_write_json(&b, NULL, (cg_value){ .type = CG_LIST, .list = lists }, &err), CSPM_E_LIMIT, "nested deeper");
    cg_buf_free(&b);
    cg_free(mem, lists);
}
END_TEST

START_TEST(parameters_from_json)
{
    cg_arena tree_arena, arena;
    cg_tree *tree;
    cg_value v;
    cg_arena_init(&tree_arena, mem);
    cg_arena_init(&arena, mem);
    ok(cg_tree_from_json(&tree_arena, CG_STR("{\"z\":[1,2.0,\"x\",null,true],\"a\":{},\"m\":{\"k\":-1}}"), CG_STR("p"), NULL, &tree, &err));
    ck_assert_int_eq(cg_value_from_tree(&arena, tree, &v), CSPM_OK);
    cg_arena_free(&tree_arena); /* the value stands alone */
    expect_json(NULL, v, "{\"a\":{},\"m\":{\"k\":-1},\"z\":[1,2.0,\"x\",null,true]}");
    cg_arena_free(&arena);
}
END_TEST

START_TEST(graph_values_as_json)
{
    cg_graph *g;
    cg_edge e;
    cg_adj_iter it;
    ok(sample_graph(mem, &g, &err));
    cg_node bucket = cg_node_find(g, "bucket", 6), bob = cg_node_find(g, "bob", 3);
    expect_json(
        g, cg_v_node(bucket),
        "{\"id\":\"bucket\",\"kinds\":[\"Bucket\",\"InternetExposed\",\"SensitiveData\"],\"properties\":{\"big\":-9223372036854775808,"
        "\"displayName\":\"Customer data\",\"huge\":1e+22,\"riskScore\":87.5}}");
    expect_text(g, cg_v_node(bucket), "Customer data");
    expect_text(g, cg_v_node(bob), "bob");
    expect_text(g, cg_v_null(), "");
    expect_text(g, str("a \"b\""), "a \"b\"");
    expect_text(g, cg_v_float(2), "2.0");
    expect_json(g, cg_v_node(CG_NO_NODE), "null");
    expect_json(g, cg_v_rel(CG_NO_REL), "null");
    uint32_t kind = cg_name_find(g, CG_NAMES_KIND, CG_STR("CAN_READ"));
    for (cg_adj_init(&it, g, bob, CG_OUT, NULL); cg_adj_next(&it, &e) && e.kind != kind;)
        continue;
    const char *rel = "{\"kind\":\"CAN_READ\",\"start\":\"bob\",\"end\":\"bucket\",\"properties\":{\"conditional\":true,\"likelihood\":0."
                      "25,\"note\":\"via "
                      "\\\"policy\\\"\"}}";
    expect_json(g, cg_v_rel(e.rel), rel);
    cg_node nodes[] = { bob, cg_node_find(g, "bare", 4) };
    cg_path path = { .n_rels = 1, .nodes = nodes, .rels = &e.rel };
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    ok(cg_value_write_json(&b, g, (cg_value){ .type = CG_PATH, .path = &path }, &err));
    cg_buf_char(&b, '\0');
    ck_assert_ptr_nonnull(strstr(b.data, "{\"id\":\"bare\",\"kinds\":[],\"properties\":{}}],\"relationships\":[{\"kind\":\"CAN_READ\""));
    ck_assert_ptr_nonnull(strstr(b.data, "\"score\":7}}"));
    ck_assert_int_eq(strncmp(b.data, "{\"nodes\":[{\"id\":\"bob\",\"kinds\":[\"User\"],", 39), 0);
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

/* ---- ready-made tables ---- */

static uint64_t read_table(cg_graph *g, uint32_t table, cg_buf *out, uint32_t *batches)
{
    cspm_cursor *cursor;
    cspm_batch *batch;
    cspm_buffer *json;
    uint64_t rows = 0;
    int32_t rc;
    size_t length;
    *batches = 0;
    ok(cg_graph_table(g, table, &cursor, &err));
    while ((rc = cspm_cursor_next(cursor, &batch, &err)) == CSPM_OK) {
        ok(cspm_batch_json(batch, 1, &json, &err));
        const void *data = cspm_buffer_data(json, &length);
        cg_buf_add(out, data, length);
        cspm_buffer_unref(json);
        rows += cspm_batch_rows(batch);
        cspm_batch_unref(batch);
        ++*batches;
    }
    ck_assert_int_eq(rc, CSPM_DONE);
    ck_assert_uint_eq(cspm_cursor_truncated(cursor), 0);
    cspm_cursor_free(cursor);
    cg_buf_char(out, '\0');
    return rows;
}

START_TEST(the_tables_of_a_graph)
{
    cg_graph *g;
    cg_buf b;
    uint32_t batches;
    cspm_cursor *cursor = (cspm_cursor *)&b;
    ok(sample_graph(mem, &g, &err));
    expect_error(cg_graph_table(g, 0, &cursor, &err), CSPM_E_INVALID, "no table number 0");
    expect_error(cg_graph_table(g, 6, &cursor, &err), CSPM_E_INVALID, "no table number 6");
    ck_assert_ptr_null(cursor);
    cg_buf_init(&b, mem, 0);
    ck_assert_uint_eq(read_table(g, CSPM_TABLE_NODES, &b, &batches), cg_graph_n_nodes(g));
    ck_assert_uint_eq(batches, 1);
    ck_assert_ptr_nonnull(
        strstr(b.data, "{\"id\":\"alice\",\"name\":\"Alice\",\"kinds\":[\"User\",\"Identity\",\"Person\"],\"labels\":[\"InternetExposed\"],"
                       "\"properties\":{\"admin\":true,\"age\":42,"));
    ck_assert_ptr_nonnull(strstr(b.data, "{\"id\":\"bare\",\"name\":\"bare\",\"kinds\":[],\"labels\":[],\"properties\":{}}\n"));
    cg_buf_clear(&b);
    ck_assert_uint_eq(read_table(g, CSPM_TABLE_EDGES, &b, &batches), cg_graph_n_rels(g));
    ck_assert_ptr_nonnull(
        strstr(b.data, "\"from\":\"bob\",\"kind\":\"CAN_READ\",\"to\":\"bucket\",\"conditional\":true,\"likelihood\":0.25,"));
    ck_assert_ptr_nonnull(
        strstr(b.data, "\"from\":\"host-00\",\"kind\":\"LATERAL\",\"to\":\"host-02\",\"conditional\":false,\"likelihood\":0.5,"));
    cg_buf_clear(&b);
    ck_assert_uint_eq(read_table(g, CSPM_TABLE_SOURCES, &b, &batches), 2);
    ck_assert_ptr_nonnull(strstr(b.data, "{\"name\":\"a.json\",\"dialect\":\"opengraph\",\"bytes\":1000,\"nodes\":4,"));
    cg_buf_clear(&b);
    read_table(g, CSPM_TABLE_SCHEMA, &b, &batches);
    ck_assert_ptr_nonnull(strstr(b.data, "{\"what\":\"label\",\"name\":\"User\",\"count\":2}\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "{\"what\":\"relationship\",\"name\":\"USES\",\"count\":2}\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "{\"what\":\"property\",\"name\":\"age\",\"count\":2}\n"));
    cg_buf_clear(&b);
    ck_assert_uint_eq(read_table(g, CSPM_TABLE_DIAGNOSTICS, &b, &batches), cg_diag_count(g));
    ck_assert_ptr_nonnull(
        strstr(b.data, "{\"severity\":\"warning\",\"source\":\"a.json\",\"offset\":700,\"line\":12,\"column\":3,\"code\":\"bad-item\","
                       "\"message\":\"item 7 skipped\"}\n"));
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

START_TEST(a_long_table_comes_in_batches)
{
    cg_graph *g;
    cg_buf b;
    uint32_t batches;
    ok(sample_large(mem, CG_BATCH_ROWS + 10, &g, &err));
    cg_buf_init(&b, mem, 0);
    ck_assert_uint_eq(read_table(g, CSPM_TABLE_NODES, &b, &batches), CG_BATCH_ROWS + 10);
    ck_assert_uint_eq(batches, 2);
    const char *at = b.data;
    for (uint32_t i = 0; i < CG_BATCH_ROWS + 10; i++, at++) {
        ck_assert_uint_eq(strtoul(at + strlen("{\"id\":\"node-"), NULL, 10), i);
        at = strchr(at, '\n');
    }
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

START_TEST(a_batch_outlives_everything_else)
{
    cg_graph *g;
    cspm_cursor *cursor;
    cspm_batch *batch, *more;
    ok(sample_graph(mem, &g, &err));
    ok(cg_graph_table(g, CSPM_TABLE_EDGES, &cursor, &err));
    cg_graph_unref(g);
    ok(cspm_cursor_next(cursor, &batch, &err));
    more = cspm_batch_ref(batch);
    cspm_cursor_free(cursor);
    cspm_batch_unref(batch);
    cspm_buffer *json;
    size_t length;
    ok(cspm_batch_cell_json(more, 0, 0, &json, &err)); /* the identity column reads the graph */
    ck_assert_int_eq(strncmp(cspm_buffer_data(json, &length), "{\"kind\":\"", 9), 0);
    cspm_batch_unref(more);
    ck_assert_uint_gt(length, 9);
    cspm_buffer_unref(json);
}
END_TEST

/* ---- refused memory ---- */

static int32_t read_everything(const cspm_allocator *a)
{
    cspm_error *e = NULL;
    cg_graph *g = NULL;
    cspm_cursor *cursor = NULL;
    cspm_batch *batch = NULL;
    cspm_buffer *json = NULL;
    cg_mem *m = cg_mem_new(a, 0);
    if (!m)
        return CSPM_E_NOMEM;
    int32_t rc = sample_graph(m, &g, &e);
    for (uint32_t table = CSPM_TABLE_NODES; rc == CSPM_OK && table <= CSPM_TABLE_SOURCES; table++) {
        if ((rc = cg_graph_table(g, table, &cursor, &e)) == CSPM_OK && (rc = cspm_cursor_next(cursor, &batch, &e)) == CSPM_OK)
            rc = cspm_batch_json(batch, 1, &json, &e);
        cspm_buffer_unref(json);
        cspm_batch_unref(batch);
        cspm_cursor_free(cursor);
        json = NULL;
        batch = NULL;
        cursor = NULL;
    }
    ck_assert_int_eq(rc < 0, e != NULL);
    cspm_error_free(e);
    cg_graph_unref(g);
    cg_mem_unref(m);
    return rc;
}

START_TEST(refused_memory_is_an_error)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, 600)
    {
        int32_t rc = read_everything(&a);
        ck_assert(rc == CSPM_OK || (f.refused && rc == CSPM_E_NOMEM)); /* some refusals are made up for */
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("table");
    TCase *t = tcase_create("tables");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, refuses_what_does_not_fit);
    tcase_add_test(t, null_handles_are_refused_or_ignored);
    tcase_add_test(t, cells_and_columns_out_of_range);
    tcase_add_test(t, every_type_with_and_without_nulls);
    tcase_add_test(t, an_empty_batch_has_valid_buffers);
    tcase_add_test(t, a_builder_says_when_it_is_full);
    tcase_add_test(t, a_cursor_ends_once);
    tcase_add_test(t, values_as_json);
    tcase_add_test(t, nesting_has_an_end);
    tcase_add_test(t, parameters_from_json);
    tcase_add_test(t, graph_values_as_json);
    tcase_add_test(t, the_tables_of_a_graph);
    tcase_add_test(t, a_long_table_comes_in_batches);
    tcase_add_test(t, a_batch_outlives_everything_else);
    tcase_add_test(t, refused_memory_is_an_error);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
