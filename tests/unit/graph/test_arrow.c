/* The Arrow C data interface, read by a consumer that knows only its specification. */
#include "cspmgraph/arrow.h"

#include <check.h>
#include <errno.h>
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

static void ok(int32_t rc)
{
    ck_assert_msg(rc == CSPM_OK, "%d %s", rc, err ? cspm_error_message(err, NULL) : "");
}

/* ---- the consumer ---- */

static int valid_at(const struct ArrowArray *a, int64_t row)
{
    const uint8_t *bits = a->buffers[0];
    return !bits || (bits[(row + a->offset) / 8] >> ((row + a->offset) % 8) & 1);
}

static cg_str text_at(const struct ArrowArray *a, int64_t row)
{
    const int32_t *offsets = a->buffers[1];
    return (cg_str){ (const char *)a->buffers[2] + offsets[row], (size_t)(offsets[row + 1] - offsets[row]) };
}

static void print_cell(const struct ArrowSchema *s, const struct ArrowArray *a, int64_t row, cg_buf *out)
{
    if (strcmp(s->format, "n") == 0 || !valid_at(a, row)) {
        cg_buf_adds(out, "-");
    } else if (s->dictionary) {
        print_cell(s->dictionary, a->dictionary, ((const int32_t *)a->buffers[1])[row], out);
    } else if (strcmp(s->format, "u") == 0) {
        cg_buf_str(out, text_at(a, row));
    } else if (strcmp(s->format, "b") == 0) {
        cg_buf_int(out, ((const uint8_t *)a->buffers[1])[row / 8] >> (row % 8) & 1);
    } else if (strcmp(s->format, "l") == 0 || strcmp(s->format, "tsu:UTC") == 0) {
        cg_buf_int(out, ((const int64_t *)a->buffers[1])[row]);
    } else if (strcmp(s->format, "g") == 0) {
        cg_buf_double(out, ((const double *)a->buffers[1])[row]);
    } else if (strcmp(s->format, "I") == 0) {
        cg_buf_int(out, ((const uint32_t *)a->buffers[1])[row]);
    } else if (strcmp(s->format, "L") == 0) {
        cg_buf_printf(out, "%llx", (unsigned long long)((const uint64_t *)a->buffers[1])[row]);
    } else if (strcmp(s->format, "tdD") == 0) {
        cg_buf_int(out, ((const int32_t *)a->buffers[1])[row]);
    } else if (strcmp(s->format, "+l") == 0) {
        const int32_t *offsets = a->buffers[1];
        cg_buf_char(out, '[');
        for (int32_t i = offsets[row]; i < offsets[row + 1]; i++) {
            cg_buf_adds(out, i > offsets[row] ? " " : "");
            print_cell(s->children[0], a->children[0], i, out);
        }
        cg_buf_char(out, ']');
    } else {
        ck_abort_msg("format %s", s->format);
    }
}

static int64_t n_buffers(const char *format)
{
    return strcmp(format, "n") == 0 ? 0 : strcmp(format, "u") == 0 ? 3 : strcmp(format, "+s") == 0 ? 1 : 2;
}

/* What the specification demands of schema and array together. */
static void check_shape(const struct ArrowSchema *s, const struct ArrowArray *a)
{
    ck_assert_ptr_nonnull(s->release);
    ck_assert_ptr_nonnull(a->release);
    ck_assert_ptr_nonnull(s->name);
    ck_assert_int_eq(a->n_buffers, n_buffers(s->dictionary ? "i" : s->format));
    ck_assert_int_eq(s->n_children, a->n_children);
    ck_assert_int_eq(s->dictionary != NULL, a->dictionary != NULL);
    ck_assert_int_eq(a->null_count > 0 && a->n_buffers > 0, a->n_buffers > 0 && a->buffers[0] != NULL);
    for (int64_t i = 1; i < a->n_buffers; i++)
        ck_assert_ptr_nonnull(a->buffers[i]);
    for (int64_t i = 0; i < s->n_children; i++)
        check_shape(s->children[i], a->children[i]);
    if (s->dictionary)
        check_shape(s->dictionary, a->dictionary);
}

static void print_rows(const struct ArrowSchema *s, const struct ArrowArray *a, cg_buf *out)
{
    for (int64_t row = 0; row < a->length; row++) {
        for (int64_t i = 0; i < s->n_children; i++) {
            cg_buf_adds(out, i ? "|" : "");
            print_cell(s->children[i], a->children[i], row, out);
        }
        cg_buf_char(out, '\n');
    }
    cg_buf_char(out, '\0');
    out->length--;
}

/* ---- tests ---- */

static cspm_batch *all_types(void)
{
    const cg_column_spec columns[] = {
        { CG_STR("null"), CSPM_TYPE_NULL, 0 },
        { CG_STR("bool"), CSPM_TYPE_BOOL, 0 },
        { CG_STR("int"), CSPM_TYPE_INT64, 0 },
        { CG_STR("real"), CSPM_TYPE_DOUBLE, 0 },
        { CG_STR("text"), CSPM_TYPE_STRING, 0 },
        { CG_STR("word"), CSPM_TYPE_DICT_STRING, 0 },
        { CG_STR("list"), CSPM_TYPE_LIST, CSPM_TYPE_STRING },
        { CG_STR("when"), CSPM_TYPE_TIMESTAMP_US, 0 },
        { CG_STR("day"), CSPM_TYPE_DATE, 0 },
        { CG_STR("node"), CSPM_TYPE_NODE, 0 },
        { CG_STR("edge"), CSPM_TYPE_EDGE, 0 },
        { CG_STR("any"), CSPM_TYPE_VARIANT, 0 },
        { CG_STR("for"), CSPM_TYPE_DURATION, 0 },
        { CG_STR("path"), CSPM_TYPE_PATH, 0 },
    };
    enum { N = sizeof columns / sizeof columns[0] };
    const cg_str words[] = { CG_STR("one"), CG_STR("two") };
    const cg_duration duration = { 0, 1, 0 };
    _Alignas(cg_list) char room[sizeof(cg_list) + 2 * sizeof(cg_value)];
    cg_list *list = (cg_list *)(void *)room;
    cg_batch_builder *bb;
    cspm_batch *batch;
    list->count = 2;
    list->items[0] = cg_v_str(CG_STR("x"));
    list->items[1] = cg_v_null();
    const cg_value cells[N] = { cg_v_null(),
                                cg_v_bool(true),
                                cg_v_int(-3),
                                cg_v_float(0.5),
                                cg_v_str(CG_STR("t")),
                                cg_v_int(1),
                                { .type = CG_LIST, .list = list },
                                { .type = CG_DATETIME, .microseconds = 17 },
                                { .type = CG_DATE, .microseconds = 2 * INT64_C(86400000000) },
                                cg_v_node(9),
                                cg_v_rel(UINT64_C(0x8000000000000001)),
                                cg_v_int(4),
                                { .type = CG_DURATION, .duration = &duration },
                                cg_v_null() };
    ok(cg_batch_builder_new(mem, NULL, columns, N, &bb, &err));
    ok(cg_batch_builder_dictionary(bb, 5, words, 2, &err));
    for (int row = 0; row < 3; row++) {
        for (uint32_t i = 0; i < N; i++)
            ok(cg_batch_append(bb, i, row == 1 ? cg_v_null() : cells[i], &err));
    }
    ok(cg_batch_builder_finish(bb, &batch, &err));
    cg_batch_builder_free(bb);
    return batch;
}

static cg_str metadata_value(const char *metadata, const char *key)
{
    int32_t pairs, length;
    memcpy(&pairs, metadata, 4);
    metadata += 4;
    for (int32_t i = 0; i < pairs; i++) {
        memcpy(&length, metadata, 4);
        bool found = (size_t)length == strlen(key) && memcmp(metadata + 4, key, (size_t)length) == 0;
        metadata += 4 + length;
        memcpy(&length, metadata, 4);
        if (found)
            return (cg_str){ metadata + 4, (size_t)length };
        metadata += 4 + length;
    }
    return CG_STR_NULL;
}

START_TEST(every_type_has_its_format)
{
    static const char *const formats[] = { "n", "b", "l", "g", "u", "i", "+l", "tsu:UTC", "tdD", "I", "L", "u", "u", "u" };
    struct ArrowSchema s;
    struct ArrowArray a;
    cg_buf b;
    cspm_batch *batch = all_types();
    ok(cspm_batch_export_arrow(batch, &s, &a, &err));
    cspm_batch_unref(batch); /* the array keeps it */
    ck_assert_str_eq(s.format, "+s");
    check_shape(&s, &a);
    ck_assert_int_eq(s.n_children, 14);
    for (int i = 0; i < 14; i++) {
        ck_assert_str_eq(s.children[i]->format, formats[i]);
        ck_assert_int_eq(s.children[i]->flags, ARROW_FLAG_NULLABLE);
    }
    ck_assert_str_eq(s.children[5]->dictionary->format, "u");
    ck_assert_str_eq(s.children[6]->children[0]->format, "u");
    ck_assert_str_eq(s.children[6]->name, "list");
    for (int i = 11; i < 14; i += 2) {
        cg_str name = metadata_value(s.children[i]->metadata, "ARROW:extension:name");
        ck_assert(cg_str_eq(name, CG_STR("arrow.json")));
        ck_assert_ptr_nonnull(metadata_value(s.children[i]->metadata, "ARROW:extension:metadata").data);
    }
    ck_assert_ptr_null(s.children[4]->metadata);
    cg_buf_init(&b, mem, 0);
    print_rows(&s, &a, &b);
    ck_assert_str_eq(b.data, "-|1|-3|0.5|t|two|[x -]|17|2|9|8000000000000001|4|P1D|-\n-|-|-|-|-|-|-|-|-|-|-|-|-|-\n"
                             "-|1|-3|0.5|t|two|[x -]|17|2|9|8000000000000001|4|P1D|-\n");
    cg_buf_free(&b);
    s.release(&s);
    a.release(&a);
    ck_assert_ptr_null(s.release);
    ck_assert_ptr_null(a.release);
}
END_TEST

START_TEST(schema_and_array_can_be_had_alone)
{
    struct ArrowSchema s;
    struct ArrowArray a;
    cspm_batch *batch = all_types();
    ck_assert_int_eq(cspm_batch_export_arrow(batch, NULL, NULL, &err), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_batch_export_arrow(NULL, &s, &a, &err), CSPM_E_INVALID);
    ck_assert_int_eq(cspm_cursor_export_arrow(NULL, NULL, &err), CSPM_E_INVALID);
    ok(cspm_batch_export_arrow(batch, &s, NULL, &err));
    ok(cspm_batch_export_arrow(batch, NULL, &a, &err));
    cspm_batch_unref(batch);
    a.release(&a);
    s.release(&s);
}
END_TEST

START_TEST(children_can_be_moved_out)
{
    struct ArrowSchema s, list_schema, moved_schema;
    struct ArrowArray a, list, word, moved;
    cspm_batch *batch = all_types();
    ok(cspm_batch_export_arrow(batch, &s, &a, &err));
    cspm_batch_unref(batch);
    moved = a; /* moving the whole: a bitwise copy, the old one marked as released */
    a.release = NULL;
    moved_schema = s;
    s.release = NULL;
    list = *moved.children[6];
    moved.children[6]->release = NULL;
    word = *moved.children[5];
    moved.children[5]->release = NULL;
    list_schema = *moved_schema.children[6];
    moved_schema.children[6]->release = NULL;
    moved.release(&moved);
    moved_schema.release(&moved_schema);
    ck_assert_str_eq(list_schema.children[0]->format, "u");
    cg_str x = text_at(list.children[0], 0), two = text_at(word.dictionary, ((const int32_t *)word.buffers[1])[0]);
    ck_assert(cg_str_eq(x, CG_STR("x")));
    ck_assert(cg_str_eq(two, CG_STR("two")));
    list.release(&list);
    list_schema.release(&list_schema);
    ck_assert_uint_gt(cg_mem_used(mem), 0);
    word.release(&word);
}
END_TEST

START_TEST(a_stream_gives_every_batch)
{
    struct ArrowArrayStream stream;
    struct ArrowSchema s;
    struct ArrowArray a;
    cspm_cursor *cursor;
    cg_graph *g;
    int64_t rows = 0, batches = 0;
    ok(sample_large(mem, CG_BATCH_ROWS + 10, &g, &err));
    ok(cg_graph_table(g, CSPM_TABLE_NODES, &cursor, &err));
    cg_graph_unref(g);
    ok(cspm_cursor_export_arrow(cursor, &stream, &err));
    ck_assert_int_eq(stream.get_schema(&stream, &s), 0);
    for (;; batches++) {
        ck_assert_int_eq(stream.get_next(&stream, &a), 0);
        if (!a.release)
            break;
        check_shape(&s, &a);
        ck_assert(cg_str_eq(text_at(a.children[0], 0), rows ? CG_STR("node-0065536") : CG_STR("node-0000000")));
        rows += a.length;
        a.release(&a);
    }
    ck_assert_int_eq(rows, CG_BATCH_ROWS + 10);
    ck_assert_int_eq(batches, 2);
    ck_assert_int_eq(stream.get_next(&stream, &a), 0);
    ck_assert_ptr_null(a.release);
    ck_assert_ptr_null(stream.get_last_error(&stream));
    s.release(&s);
    stream.release(&stream);
    ck_assert_ptr_null(stream.release);
}
END_TEST

START_TEST(every_ready_table_can_be_streamed)
{
    cg_graph *g;
    ok(sample_graph(mem, &g, &err));
    for (uint32_t table = CSPM_TABLE_NODES; table <= CSPM_TABLE_SOURCES; table++) {
        struct ArrowArrayStream stream;
        struct ArrowSchema s;
        struct ArrowArray a;
        cspm_cursor *cursor;
        cg_buf b;
        ok(cg_graph_table(g, table, &cursor, &err));
        ok(cspm_cursor_export_arrow(cursor, &stream, &err));
        ck_assert_int_eq(stream.get_next(&stream, &a), 0); /* asking for the schema first is not required */
        ck_assert_int_eq(stream.get_schema(&stream, &s), 0);
        stream.release(&stream);
        check_shape(&s, &a);
        cg_buf_init(&b, mem, 0);
        print_rows(&s, &a, &b);
        if (table == CSPM_TABLE_NODES)
            ck_assert_ptr_nonnull(strstr(b.data, "bare|bare|[]|[]|{}\n"));
        if (table == CSPM_TABLE_SOURCES)
            ck_assert_ptr_nonnull(strstr(b.data, "a.json|opengraph|1000|4|"));
        cg_buf_free(&b);
        s.release(&s);
        a.release(&a);
    }
    cg_graph_unref(g);
}
END_TEST

typedef struct broken {
    int calls;
    bool other_columns;
} broken;

static int32_t broken_next(void *self, cspm_batch **out, cspm_error **e)
{
    broken *b = self;
    if (b->calls++ == 0)
        return CSPM_MORE;
    if (!b->other_columns)
        return cg_fail(mem, e, CSPM_E_CANCELLED, "stopped by the host");
    *out = all_types();
    return CSPM_OK;
}

START_TEST(a_stream_reports_errors)
{
    static const cg_cursor_ops ops = { broken_next, NULL, NULL };
    const cg_column_spec column = { CG_STR("n"), CSPM_TYPE_INT64, 0 };
    broken cancelled = { 0 }, other = { .other_columns = true };
    struct ArrowArrayStream stream;
    struct ArrowArray a;
    cspm_cursor *cursor;
    ok(cg_cursor_new(mem, &column, 1, &ops, &cancelled, &cursor, &err));
    ok(cspm_cursor_export_arrow(cursor, &stream, &err));
    ck_assert_int_eq(stream.get_next(&stream, &a), ECANCELED);
    ck_assert_int_eq(cancelled.calls, 2); /* a time slice is no end */
    ck_assert_str_eq(stream.get_last_error(&stream), "stopped by the host");
    ck_assert_int_eq(stream.get_next(&stream, &a), ECANCELED);
    stream.release(&stream);
    ok(cg_cursor_new(mem, &column, 1, &ops, &other, &cursor, &err));
    ok(cspm_cursor_export_arrow(cursor, &stream, &err));
    ck_assert_int_eq(stream.get_next(&stream, &a), EINVAL);
    ck_assert_ptr_null(a.release);
    ck_assert_ptr_nonnull(strstr(stream.get_last_error(&stream), "other columns"));
    stream.release(&stream);
}
END_TEST

/* ---- refused memory ---- */

static int32_t export_everything(const cspm_allocator *allocator)
{
    cspm_error *e = NULL;
    cg_graph *g = NULL;
    cspm_cursor *cursor = NULL;
    cspm_batch *batch = NULL;
    struct ArrowSchema s = { 0 };
    struct ArrowArray a = { 0 };
    struct ArrowArrayStream stream = { 0 };
    cg_mem *m = cg_mem_new(allocator, 0);
    if (!m)
        return CSPM_E_NOMEM;
    int32_t rc = sample_graph(m, &g, &e);
    if (rc == CSPM_OK)
        rc = cg_graph_table(g, CSPM_TABLE_NODES, &cursor, &e);
    if (rc == CSPM_OK && (rc = cspm_cursor_next(cursor, &batch, &e)) == CSPM_OK &&
        (rc = cspm_batch_export_arrow(batch, &s, &a, &e)) == CSPM_OK) {
        s.release(&s);
        a.release(&a);
    }
    if (rc == CSPM_OK && (rc = cspm_cursor_export_arrow(cursor, &stream, &e)) == CSPM_OK) {
        cursor = NULL;
        if (stream.get_schema(&stream, &s))
            rc = CSPM_E_NOMEM;
        else
            s.release(&s);
        stream.release(&stream);
    }
    cspm_error_free(e);
    cspm_batch_unref(batch);
    cspm_cursor_free(cursor);
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
        int32_t rc = export_everything(&a);
        ck_assert(rc == CSPM_OK || (f.refused && rc == CSPM_E_NOMEM)); /* some refusals are made up for */
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arrow");
    TCase *t = tcase_create("arrow");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_type_has_its_format);
    tcase_add_test(t, schema_and_array_can_be_had_alone);
    tcase_add_test(t, children_can_be_moved_out);
    tcase_add_test(t, a_stream_gives_every_batch);
    tcase_add_test(t, every_ready_table_can_be_streamed);
    tcase_add_test(t, a_stream_reports_errors);
    tcase_add_test(t, refused_memory_is_an_error);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
