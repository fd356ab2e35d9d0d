/* An analysis in every format: the published shape, names that try to break out, the same bytes for any order of the input, refused memory.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "export/cells.h"
#include "export/export.h"
#include "fault.h"
#include "schema.h"
#include "world.h"

static const char *const plain[] = {
    "node a House,Open,Crown name=front",
    "node b House name=hall",
    "node c Box,Crown name=safe subscriptionId=s-1",
    "node d Box,Jewel name=drawer",
    "node i Person,Inside,Jewel name=ida",
    "edge a GO b",
    "edge b GO c",
    "edge b READ d",
    "edge d USE c",
    "edge i MAYBE c conditional=true",
};
#define N_PLAIN (sizeof plain / sizeof *plain)

static void export_with(cg_analysis *a, const char *format, const cg_export_style *style, cg_buf *out)
{
    cspm_error *err = NULL;
    cg_buf_init(out, a->mem, 0);
    int32_t rc = cg_export_analysis(a, cg_str_from(format), style, NULL, out, &err);
    ck_assert_msg(rc == CSPM_OK, "%s: %s", format, err ? cspm_error_text(err, NULL) : "");
    ck_assert(!out->failed);
    ck_assert_msg(cg_utf8_check(out->data, out->length) == SIZE_MAX, "%s is not UTF-8", format);
}

static void export_as(cg_analysis *a, const char *format, cg_buf *out)
{
    export_with(a, format, NULL, out);
}

static bool contains(const cg_buf *b, const char *text)
{
    return cg_str_find(cg_buf_view(b), cg_str_from(text), 0) != SIZE_MAX;
}

static uint32_t occurrences(const cg_buf *b, const char *text)
{
    uint32_t n = 0;
    for (size_t at = 0; (at = cg_str_find(cg_buf_view(b), cg_str_from(text), at)) != SIZE_MAX; at++)
        n++;
    return n;
}

/* ---- shape ---- */

static cg_tree *load_schema(cg_arena *arena)
{
    cg_buf text;
    char chunk[4096];
    cg_tree *schema = NULL;
    FILE *f = fopen(CSPM_SCHEMA, "rb");
    ck_assert_msg(f != NULL, "%s", CSPM_SCHEMA);
    cg_buf_init(&text, arena->mem, 0);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        cg_buf_add(&text, chunk, n);
    fclose(f);
    ck_assert_int_eq(cg_tree_from_json(arena, cg_buf_view(&text), CG_STR("schema"), NULL, &schema, NULL), CSPM_OK);
    cg_buf_free(&text);
    return schema;
}

static cg_tree *parse(cg_arena *arena, const cg_buf *b)
{
    cspm_error *err = NULL;
    cg_tree *t = NULL;
    int32_t rc = cg_tree_from_json(arena, cg_buf_view(b), CG_STR("output"), NULL, &t, &err);
    ck_assert_msg(rc == CSPM_OK, "%s", err ? cspm_error_text(err, NULL) : "");
    return t;
}

static void check_shape(world *w)
{
    cg_analysis *a = world_analyze(w);
    cg_arena arena;
    cg_buf out, why;
    cg_arena_init(&arena, w->mem);
    cg_buf_init(&why, w->mem, 0);
    export_as(a, "json", &out);
    cg_tree *schema = load_schema(&arena), *value = parse(&arena, &out);
    bool good = schema_check(schema, schema, value, "$", &why);
    ck_assert_msg(good, "%.*s", CG_FMT(cg_buf_view(&why)));
    cg_buf_free(&out);
    cg_buf_free(&why);
    cg_arena_free(&arena);
    cg_analysis_unref(a);
}

START_TEST(json_has_the_published_shape)
{
    world w;
    world_make(&w, NULL, world_pack, plain, N_PLAIN);
    check_shape(&w);
    w.o.assume_breach = true;
    check_shape(&w);
    w.o.top = 1;
    w.o.max_length = 2;
    check_shape(&w);
    world_free(&w);
    WORLD(&w, "node lonely N");
    check_shape(&w);
    world_free(&w);
    world_make(&w, NULL, world_pack, NULL, 0);
    check_shape(&w);
    world_free(&w);
}
END_TEST

START_TEST(the_schema_checker_can_fail)
{
    world w;
    cg_arena arena;
    cg_buf why;
    cg_tree *value = NULL;
    static const char *const wrong[] = { "{}", "[]", "{\"schema\":\"cspmgraph/analysis/2\"}", "null" };
    world_make(&w, NULL, world_pack, NULL, 0);
    cg_arena_init(&arena, w.mem);
    cg_tree *schema = load_schema(&arena);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cg_buf_init(&why, w.mem, 0);
        ck_assert_int_eq(cg_tree_from_json(&arena, cg_str_from(wrong[i]), CG_STR("x"), NULL, &value, NULL), CSPM_OK);
        ck_assert(!schema_check(schema, schema, value, "$", &why));
        cg_buf_free(&why);
    }
    cg_arena_free(&arena);
    world_free(&w);
}
END_TEST

START_TEST(an_answer_that_was_cut_says_so)
{
    world w;
    cg_buf out;
    world_make(&w, NULL, world_pack, plain, N_PLAIN);
    cg_analysis *a = world_analyze(&w);
    a->truncated = CSPM_TRUNCATED_TIME;
    export_as(a, "json", &out);
    ck_assert(contains(&out, "\"truncated\":\"time\""));
    cg_buf_free(&out);
    export_as(a, "table", &out);
    ck_assert(contains(&out, "Incomplete: the time limit"));
    cg_buf_free(&out);
    export_as(a, "html", &out);
    ck_assert(contains(&out, "This report is incomplete"));
    cg_buf_free(&out);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(unknown_formats_are_refused)
{
    world w;
    cg_buf out;
    cspm_error *err = NULL;
    world_make(&w, NULL, world_pack, plain, N_PLAIN);
    cg_analysis *a = world_analyze(&w);
    cg_buf_init(&out, w.mem, 0);
    int32_t rc = cg_export_analysis(a, CG_STR("papyrus"), NULL, NULL, &out, &err);
    expect_error(rc, CSPM_E_UNSUPPORTED, &err, "opengraph");
    for (uint32_t i = 0; i < cg_export_format_count(true); i++) { /* every name that is told works */
        cg_buf_clear(&out);
        ck_assert_int_eq(cg_export_analysis(a, cg_str_from(cg_export_format_name(true, i)), NULL, NULL, &out, &err), CSPM_OK);
        ck_assert_uint_gt(out.length, 0);
    }
    cg_buf_free(&out);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

/* ---- hostile names ---- */

#define EVIL_TAG "\"'></title></style><script>alert(1)</script><img/src=x/onerror=alert(2)>"
#define EVIL_DOT "\"];evil[label=\"x\\"
#define EVIL_TERM                                                                                                                          \
    "\x1b[2J\x1b]0;x\x07\xe2\x80\xae\xc2\x9b"                                                                                              \
    "31m"
#define EVIL_CELL "=HYPERLINK(\"x\")"
#define EVIL_END "]]>--><!--slot:paths-->&amp;{{entry.name}}%s%n"

static const char *const hostile[] = {
    "node " EVIL_TAG " " EVIL_TAG ",Open name=" EVIL_TAG,
    "node " EVIL_DOT " " EVIL_DOT " name=" EVIL_DOT,
    "node " EVIL_TERM " " EVIL_TERM ",Crown name=" EVIL_TERM " tenantId=" EVIL_TERM,
    "node " EVIL_CELL " " EVIL_CELL ",Jewel name=" EVIL_CELL " subscriptionId=@SUM(1)",
    "node " EVIL_END " " EVIL_END ",Crown,Open name=" EVIL_END,
    "edge " EVIL_TAG " GO " EVIL_DOT,
    "edge " EVIL_DOT " GO " EVIL_TERM,
    "edge " EVIL_DOT " TRY " EVIL_CELL,
    "edge " EVIL_TERM " READ " EVIL_END,
};
#define N_HOSTILE (sizeof hostile / sizeof *hostile)

/* Every '<' opens one of these, and nothing else. */
static void check_tags(const cg_buf *b, const char *const *allowed, size_t n, const char *format)
{
    for (size_t i = 0; i < b->length; i++) {
        if (b->data[i] != '<')
            continue;
        size_t at = i + 1 + (b->data[i + 1] == '/');
        bool known = false;
        for (size_t k = 0; k < n && !known; k++) {
            size_t length = strlen(allowed[k]);
            known = !strncmp(b->data + at, allowed[k], length) && strchr(" >/\n-", b->data[at + length]);
        }
        ck_assert_msg(known, "%s: %.40s", format, b->data + i);
    }
}

static cg_analysis *hostile_analysis(world *w)
{
    world_make(w, NULL, world_pack, hostile, N_HOSTILE);
    cg_analysis *a = world_analyze(w);
    ck_assert_uint_ge(a->n_paths, 4);
    return a;
}

START_TEST(names_stay_inside_the_page)
{
    static const char *const tags[] = { "!doctype", "html",    "head", "meta",   "title",   "style",  "body",   "svg",     "defs",
                                        "symbol",   "circle",  "path", "rect",   "ellipse", "a",      "header", "div",     "h1",
                                        "h2",       "h3",      "p",    "b",      "i",       "bdi",    "main",   "section", "ul",
                                        "ol",       "li",      "span", "table",  "thead",   "tbody",  "tr",     "th",      "td",
                                        "details",  "summary", "form", "input",  "label",   "button", "output", "use",     "code",
                                        "g",        "text",    "sup",  "footer", "script",  "time",   "nav",    "!--" };
    world w;
    cg_buf out;
    double nowhere[64];
    cg_analysis *a = hostile_analysis(&w);
    export_as(a, "html", &out);
    size_t script = cg_str_find(cg_buf_view(&out), CG_STR("<script>"), 0);
    ck_assert_uint_ne(script, SIZE_MAX);
    ck_assert_uint_eq(occurrences(&out, "<script"), 1);
    size_t whole = out.length;
    out.length = script + 8; /* the page's own script compares with '<' */
    check_tags(&out, tags, sizeof tags / sizeof *tags, "html");
    out.length = whole;
    ck_assert(contains(&out, "&lt;script&gt;alert(1)"));
    ck_assert(!contains(&out, "\x1b"));
    ck_assert_uint_eq(occurrences(&out, "<!--slot:"), 0);
    static const char *const fetches[] = { "http:", "https:", "src=", "url(", "@import", "javascript:" };
    for (size_t i = 0; i < sizeof fetches / sizeof *fetches; i++) {
        if (!strcmp(fetches[i], "src=")) /* stands in a name, as text */
            ck_assert_uint_eq(occurrences(&out, "src=x"), occurrences(&out, "src="));
        else
            ck_assert_msg(!contains(&out, fetches[i]), "%s", fetches[i]);
    }
    cg_buf_free(&out);
    for (size_t i = 0; i < 64; i++)
        nowhere[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -1e300 : INFINITY;
    cg_drawing drawing;
    cg_arena arena;
    cg_arena_init(&arena, w.mem);
    ck_assert_int_eq(cg_analysis_drawing(a, &arena, &drawing, NULL), CSPM_OK);
    ck_assert_uint_gt(drawing.n_edges, 0);
    for (uint32_t i = 0; i < 2 * drawing.n_edges; i++)
        ck_assert_uint_lt(drawing.ends[i], drawing.n_nodes);
    cg_export_style style = { .x = nowhere, .y = nowhere, .n_places = drawing.n_nodes };
    export_with(a, "html", &style, &out); /* a layout may say anything */
    ck_assert(!contains(&out, "nan") && !contains(&out, "-2147483648"));
    cg_buf_free(&out);
    cg_arena_free(&arena);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(names_cannot_move_the_cursor)
{
    world w;
    cg_buf out;
    cg_analysis *a = hostile_analysis(&w);
    for (uint32_t width = 0; width <= 200; width += 10) {
        cg_export_style style = { .width = width };
        export_with(a, "table", &style, &out);
        for (size_t i = 0; i < out.length; i++)
            ck_assert_msg((unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n', "byte %02x", (unsigned char)out.data[i]);
        ck_assert(!contains(&out, "\xe2\x80\xae") && !contains(&out, "\xc2\x9b"));
        for (size_t from = 0; from < out.length && width >= 50;) { /* no line is wider than the terminal */
            size_t end = cg_str_find(cg_buf_view(&out), CG_STR("\n"), from);
            uint32_t columns = cg_cell_width((cg_str){ out.data + from, end - from });
            ck_assert_msg(columns <= width + 3, "width %u: %u columns: %.*s", width, columns, (int)(end - from), out.data + from);
            from = end + 1;
        }
        cg_buf_free(&out);
    }
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(cells_cannot_act_as_formulas)
{
    world w;
    cg_buf out;
    cg_analysis *a = hostile_analysis(&w);
    export_as(a, "csv", &out);
    uint32_t columns = 0, in_row = 1, rows = 0;
    bool quoted = false, fresh = true;
    for (size_t i = 0; i < out.length; i++) {
        char c = out.data[i];
        if (fresh && !quoted)
            ck_assert_msg(c == '\r' || !strchr("=+-@\t", c), "a cell starts with %c", c);
        if (fresh && c == '"')
            ck_assert_msg(!strchr("=+-@\t", out.data[i + 1]), "a quoted cell starts with %c", out.data[i + 1]);
        fresh = !quoted && (c == ',' || c == '\n');
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ',')
            in_row++;
        else if (!quoted && c == '\n') {
            columns = columns ? columns : in_row;
            ck_assert_uint_eq(in_row, columns);
            in_row = 1;
            rows++;
        }
    }
    ck_assert(!quoted);
    ck_assert_uint_eq(rows, a->n_listed + 1);
    cg_buf_free(&out);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

START_TEST(graph_formats_stay_whole)
{
    static const char *const tags[] = { "?xml", "graphml", "key", "graph", "node", "data", "edge" };
    world w;
    cg_buf out;
    cg_arena arena;
    cg_analysis *a = hostile_analysis(&w);
    cg_arena_init(&arena, w.mem);
    export_as(a, "graphml", &out);
    check_tags(&out, tags, sizeof tags / sizeof *tags, "graphml");
    ck_assert(!contains(&out, "\x1b")); /* XML cannot hold it */
    cg_buf_free(&out);
    export_as(a, "opengraph", &out);
    const cg_tree *graph = cg_tree_get(parse(&arena, &out), "graph");
    ck_assert_uint_eq(cg_tree_get(graph, "nodes")->list.count, 6);
    ck_assert_uint_ge(cg_tree_get(graph, "edges")->list.count, 5);
    cg_buf_free(&out);
    export_as(a, "json", &out);
    parse(&arena, &out);
    ck_assert(!contains(&out, "<") && !contains(&out, "\x1b"));
    cg_buf_free(&out);
    export_as(a, "ndjson", &out);
    ck_assert_uint_eq(occurrences(&out, "\n"), a->n_listed);
    cg_buf_free(&out);
    export_as(a, "dot", &out);
    bool quoted = false;
    for (size_t i = 0; i < out.length; i++) {
        if (quoted && out.data[i] == '\\')
            i++;
        else if (out.data[i] == '"')
            quoted = !quoted;
        else if (!quoted)
            ck_assert_msg(strncmp(out.data + i, "evil", 4) != 0, "a name got out of its quotes");
    }
    ck_assert(!quoted);
    cg_buf_free(&out);
    cg_arena_free(&arena);
    cg_analysis_unref(a);
    world_free(&w);
}
END_TEST

/* ---- same bytes ---- */

START_TEST(the_order_of_the_input_does_not_show)
{
    const char *turned[N_PLAIN];
    for (size_t i = 0; i < N_PLAIN; i++)
        turned[i] = plain[N_PLAIN - 1 - i];
    world w1, w2;
    world_make(&w1, NULL, world_pack, plain, N_PLAIN);
    world_make(&w2, NULL, world_pack, turned, N_PLAIN);
    w1.o.assume_breach = w2.o.assume_breach = true;
    cg_analysis *a1 = world_analyze(&w1), *a2 = world_analyze(&w2);
    for (uint32_t i = 0; i < cg_export_format_count(true); i++) {
        cg_buf one, two;
        export_as(a1, cg_export_format_name(true, i), &one);
        export_as(a2, cg_export_format_name(true, i), &two);
        ck_assert_msg(cg_str_eq(cg_buf_view(&one), cg_buf_view(&two)), "%s differs", cg_export_format_name(true, i));
        cg_buf_free(&one);
        cg_buf_free(&two);
    }
    cg_analysis_unref(a1);
    cg_analysis_unref(a2);
    world_free(&w1);
    world_free(&w2);
}
END_TEST

/* ---- cells and lines ---- */

START_TEST(cells_are_measured_as_they_are_shown)
{
    static const struct {
        const char *text;
        uint32_t columns, cut;
        const char *shown;
    } rows[] = { { "", 0, 5, "" },
                 { "abc", 3, 3, "abc" },
                 { "abcdef", 6, 4, "abc\xe2\x80\xa6" },
                 { "\xe6\xbc\xa2\xe5\xad\x97", 4, 3, "\xe6\xbc\xa2\xe2\x80\xa6" },
                 { "e\xcc\x81t\xc3\xa9", 3, 3, "e\xcc\x81t\xc3\xa9" },
                 { "a\nb\tc", 5, 9, "a b c" },
                 { "\x1b[1m", 4, 9, "\xef\xbf\xbd[1m" },
                 { "abc", 3, 0, "" } };
    cg_mem *mem = cg_mem_new(NULL, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cg_buf b;
        cg_buf_init(&b, mem, 0);
        ck_assert_msg(cg_cell_width(cg_str_from(rows[i].text)) == rows[i].columns, "row %zu", i);
        cg_cell_write(&b, cg_str_from(rows[i].text), rows[i].cut);
        ck_assert_msg(cg_str_eq(cg_buf_view(&b), cg_str_from(rows[i].shown)), "row %zu: %.*s", i, CG_FMT(cg_buf_view(&b)));
        cg_buf_free(&b);
    }
    cg_mem_unref(mem);
}
END_TEST

START_TEST(lines_of_inputs_are_found)
{
    enum { LINES = 30000, LINE = 7 };
    char path[] = "/tmp/cspmgraph-lines-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    FILE *f = fdopen(fd, "wb");
    for (int i = 0; i < LINES; i++)
        fputs("abcdef\n", f);
    fclose(f);
    cg_mem *mem = cg_mem_new(NULL, 0);
    cspm_limits limits = { .struct_size = sizeof limits };
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cg_lines *l = NULL;
    cg_str name = cg_str_from(path);
    ck_assert_int_eq(cg_builder_new(mem, &limits, &b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_begin_source(b, &(cg_source_options){ .name = name }, NULL), CSPM_OK);
    cg_builder_source_bytes(b, LINES * LINE);
    ck_assert_int_eq(cg_builder_freeze(b, NULL, &g, NULL), CSPM_OK);
    cg_builder_free(b);
    ck_assert_int_eq(cg_lines_new(g, NULL, &l, NULL), CSPM_OK);
    static const uint64_t offsets[] = { 0, 6, 7, 65535, 65536, 65537, 131072, LINES * LINE - 1 };
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
        ck_assert_uint_eq(cg_lines_find(l, name, offsets[i]), 1 + offsets[i] / LINE);
    ck_assert_uint_eq(cg_lines_find(l, name, LINES * LINE), 0); /* past the end */
    ck_assert_uint_eq(cg_lines_find(l, CG_STR("/nowhere"), 0), 0);
    cg_lines_free(l);
    f = fopen(path, "ab"); /* another file now: its lines are not those that were read */
    fputs("more", f);
    fclose(f);
    ck_assert_int_eq(cg_lines_new(g, NULL, &l, NULL), CSPM_OK);
    ck_assert_uint_eq(cg_lines_find(l, name, 0), 0);
    cg_lines_free(l);
    unlink(path);
    cg_graph_unref(g);
    cg_mem_unref(mem);
}
END_TEST

/* ---- refused memory ---- */

static int32_t export_scenario(const cspm_allocator *allocator, const char *format)
{
    world w;
    cspm_error *err = NULL;
    cg_analysis *a = NULL;
    cg_buf out;
    int32_t rc = world_try(&w, allocator, world_pack, plain, N_PLAIN, &err);
    w.o.no_fixes = true;
    if (rc == CSPM_OK)
        rc = world_try_analyze(&w, NULL, &a, &err);
    if (rc == CSPM_OK) {
        cg_buf_init(&out, w.mem, 0);
        rc = cg_export_analysis(a, cg_str_from(format), NULL, NULL, &out, &err);
        ck_assert(rc != CSPM_OK || (!out.failed && out.length));
        cg_buf_free(&out);
    }
    cg_analysis_unref(a);
    cspm_error_free(err);
    world_free(&w);
    return rc;
}

START_TEST(refused_memory_is_an_error)
{
    for (uint32_t i = 0; i < cg_export_format_count(true); i++) {
        cg_fault f = CG_FAULT_INIT;
        cspm_allocator allocator = cg_fault_allocator(&f);
        CG_FAULT_SWEEP(&f, 120)
        {
            int32_t rc = export_scenario(&allocator, cg_export_format_name(true, i));
            ck_assert(rc == CSPM_OK || rc == CSPM_E_NOMEM);
            ck_assert_msg(cg_fault_clean(&f), "%s, request %lu: %s", cg_export_format_name(true, i), (unsigned long)f.fail_at,
                          cg_fault_report(&f));
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("analysis export");
    TCase *tc = tcase_create("analysis export");
    tcase_add_test(tc, json_has_the_published_shape);
    tcase_add_test(tc, the_schema_checker_can_fail);
    tcase_add_test(tc, an_answer_that_was_cut_says_so);
    tcase_add_test(tc, unknown_formats_are_refused);
    tcase_add_test(tc, names_stay_inside_the_page);
    tcase_add_test(tc, names_cannot_move_the_cursor);
    tcase_add_test(tc, cells_cannot_act_as_formulas);
    tcase_add_test(tc, graph_formats_stay_whole);
    tcase_add_test(tc, the_order_of_the_input_does_not_show);
    tcase_add_test(tc, cells_are_measured_as_they_are_shown);
    tcase_add_test(tc, lines_of_inputs_are_found);
    tcase_add_test(tc, refused_memory_is_an_error);
    tcase_set_timeout(tc, 300);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
