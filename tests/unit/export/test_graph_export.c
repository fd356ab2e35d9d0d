/* A graph in outside formats: read back by a reader that knows only the format, with texts that try to break out of it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "export/export.h"
#include "fault.h"
#include "ingest/ingest.h"
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
    ck_assert_msg(rc == CSPM_OK, "%d %s", rc, err ? cspm_error_text(err, NULL) : "");
}

/* NUL-terminated, though the NUL is not counted. */
static cg_buf export(cg_graph *g, const char *format)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    ok(cg_export_graph(g, cg_str_from(format), NULL, &b, &err));
    ck_assert(!b.failed);
    cg_buf_char(&b, '\0');
    b.length--;
    ck_assert_uint_eq(strlen(b.data), b.length);
    return b;
}

static cg_graph *read_back(const cg_buf *text, const cg_buf *more)
{
    cg_builder *b;
    cg_graph *g;
    ok(cg_builder_new(mem, NULL, &b, &err));
    ok(cg_ingest_bytes(b, text->data, text->length, CG_STR("back.json"), NULL, NULL, &err));
    if (more)
        ok(cg_ingest_bytes(b, more->data, more->length, CG_STR("schema.json"), NULL, NULL, &err));
    ok(cg_builder_freeze(b, NULL, &g, &err));
    cg_builder_free(b);
    return g;
}

/* ---- OpenGraph ---- */

static void expect_round_trip(cg_graph *g)
{
    cg_graph *inventory;
    ok(cg_graph_drop_layers(g, 1, &inventory, &err));
    cg_buf text = export(g, "opengraph"), schema = export(inventory, "opengraph-schema"), as_it_was = export(inventory, "ndjson");
    cg_graph *back = read_back(&text, &schema);
    for (uint32_t i = 0; i < cg_diag_count(back); i++)
        ck_abort_msg("%.*s", CG_FMT(cg_diag_get(back, i).message));
    cg_buf again = export(back, "opengraph"), as_it_is = export(back, "ndjson"), again_schema = export(back, "opengraph-schema");
    ck_assert_uint_eq(cg_graph_n_base_rels(back), cg_graph_n_base_rels(g));
    ck_assert(strcmp(text.data, again.data) == 0);
    ck_assert(strcmp(schema.data, again_schema.data) == 0);
    ck_assert(strcmp(as_it_was.data, as_it_is.data) == 0);
    cg_graph_unref(back);
    cg_graph_unref(inventory);
    cg_buf_free(&text);
    cg_buf_free(&schema);
    cg_buf_free(&as_it_was);
    cg_buf_free(&again);
    cg_buf_free(&again_schema);
    cg_buf_free(&as_it_is);
}

START_TEST(opengraph_reads_back_as_the_same_graph)
{
    cg_graph *g;
    ok(sample_large(mem, 500, &g, &err));
    expect_round_trip(g);
    cg_graph_unref(g);
    /* The sample has two equal relationships, which the dialect keeps once: read it once, then go round. */
    ok(sample_graph(mem, &g, &err));
    cg_buf text = export(g, "opengraph");
    ck_assert_ptr_null(strstr(text.data, "CAN_ATTACK")); /* derived again, it must not meet itself */
    ck_assert_ptr_null(strstr(text.data, "InternetExposed"));
    ck_assert_ptr_null(strstr(text.data, "riskScore"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"kinds\":[\"Host\"]")); /* a label that is not believed is still what was read */
    cg_graph_unref(g);
    g = read_back(&text, NULL);
    cg_buf_free(&text);
    for (uint32_t i = 0; i < sample_n_hostile; i++)
        ck_assert_uint_ne(cg_node_find(g, sample_hostile[i], strlen(sample_hostile[i])), CG_NO_NODE);
    expect_round_trip(g);
    cg_graph_unref(g);
}
END_TEST

START_TEST(what_an_input_declared_survives)
{
    cg_graph *g;
    ok(sample_inventory(mem, false, &g, &err));
    cg_buf text = export(g, "opengraph"), schema = export(g, "opengraph-schema");
    cg_graph *back = read_back(&text, &schema);
    ck_assert_int_eq(cg_kind_declared_traversable(back, cg_name_find(back, CG_NAMES_KIND, CG_STR("OWNS"))), 1);
    ck_assert_int_eq(cg_kind_declared_traversable(back, cg_name_find(back, CG_NAMES_KIND, CG_STR("KNOWS"))), 0);
    cg_graph_unref(back);
    cg_graph_unref(g);
    cg_buf_free(&text);
    cg_buf_free(&schema);
}
END_TEST

START_TEST(the_github_sample_goes_round)
{
    const char *shared = getenv("CSPM_SHARED");
    char path[4096];
    cg_builder *b;
    cg_graph *g;
    snprintf(path, sizeof path, "%s/data/opengraph/githound", shared ? shared : CSPM_SHARED_DEFAULT);
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "# %s is not there: the sample is not tried\n", path);
        return;
    }
    ok(cg_builder_new(mem, NULL, &b, &err));
    ok(cg_ingest_path(b, path, NULL, NULL, &err));
    ok(cg_builder_freeze(b, NULL, &g, &err));
    cg_builder_free(b);
    ck_assert_uint_ge(cg_graph_n_nodes(g), 338);
    ck_assert_uint_ge(cg_graph_n_rels(g), 2700);
    expect_round_trip(g);
    cg_graph_unref(g);
}
END_TEST

/* ---- NDJSON ---- */

START_TEST(ndjson_has_everything)
{
    cg_graph *g;
    ok(sample_graph(mem, &g, &err));
    cg_buf b = export(g, "ndjson");
    uint64_t nodes = 0, rels = 0;
    for (char *line = b.data, *end; *line; line = end + 1) {
        cg_arena arena;
        cg_tree *tree;
        end = strchr(line, '\n');
        cg_arena_init(&arena, mem);
        ok(cg_tree_from_json(&arena, (cg_str){ line, (size_t)(end - line) }, CG_STR("line"), NULL, &tree, &err));
        if (cg_tree_get(tree, "node")) {
            ck_assert_uint_eq(rels, 0); /* nodes first */
            ck_assert_int_eq(cg_tree_get(cg_tree_get(tree, "node"), "kinds")->type, CG_TREE_LIST);
            nodes++;
        } else {
            ck_assert_ptr_nonnull(cg_tree_get(cg_tree_get(tree, "relationship"), "start"));
            rels++;
        }
        cg_arena_free(&arena);
    }
    ck_assert_uint_eq(nodes, cg_graph_n_nodes(g));
    ck_assert_uint_eq(rels, cg_graph_n_rels(g));
    ck_assert_ptr_nonnull(
        strstr(b.data, "{\"relationship\":{\"kind\":\"LATERAL\",\"start\":\"alice\",\"end\":\"bucket\",\"properties\":{}}}\n"));
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

/* ---- CSV ---- */

/* RFC 4180, nothing else. Returns the text behind the field. */
static const char *csv_field(const char *at, cg_buf *out, bool *last)
{
    cg_buf_clear(out);
    if (*at == '"') {
        for (at++; *at != '"' || at[1] == '"'; at++) {
            ck_assert_int_ne(*at, 0);
            at += *at == '"';
            cg_buf_char(out, *at);
        }
        at++;
    } else {
        for (; *at != ',' && *at != '\r'; at++) {
            ck_assert(*at != 0 && *at != '"' && *at != '\n');
            cg_buf_char(out, *at);
        }
    }
    cg_buf_char(out, '\0');
    *last = *at == '\r';
    ck_assert(*at == ',' || (at[0] == '\r' && at[1] == '\n'));
    return at + (*last ? 2 : 1);
}

START_TEST(csv_is_one_table_and_no_formula)
{
    cg_graph *g;
    cg_buf field;
    uint64_t records = 0, found = 0;
    ok(sample_graph(mem, &g, &err));
    cg_buf b = export(g, "csv");
    cg_buf_init(&field, mem, 0);
    for (const char *at = b.data; *at; records++) {
        bool last = false;
        uint32_t n = 0;
        for (; !last; n++) {
            at = csv_field(at, &field, &last);
            ck_assert_msg(!field.data[0] || !strchr("=+-@\t\r\n", field.data[0]), "a formula: %s", field.data);
            const char *bare = field.data + (field.data[0] == '\'');
            for (uint32_t i = 0; n == 1 && i < sample_n_hostile; i++)
                found += strcmp(bare, sample_hostile[i]) == 0;
        }
        ck_assert_uint_eq(n, 9);
    }
    ck_assert_uint_eq(records, 1 + cg_graph_n_nodes(g) + cg_graph_n_rels(g));
    ck_assert_uint_eq(found, sample_n_hostile);
    ck_assert_int_eq(strncmp(b.data, "record,id,name,kinds,start,end,derived,conditional,properties\r\n", 63), 0);
    ck_assert_ptr_nonnull(strstr(b.data, "\r\nrelationship,,,CAN_ATTACK,bob,bucket,true,true,{}\r\n"));
    ck_assert_ptr_nonnull(strstr(b.data, "\r\nnode,alice,Alice,User;Identity;Person;InternetExposed,,,,,\"{\"\"admin\"\":true,"));
    cg_buf_free(&field);
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

/* ---- XML ---- */

static const char *xml_text(const char *at, char end)
{
    for (; *at != end; at++) {
        ck_assert_msg(*at != 0 && *at != '<' && ((unsigned char)*at >= 0x20 || *at == '\n'), "at %.40s", at);
        if (*at == '&') {
            const char *semicolon = strchr(at, ';');
            ck_assert(semicolon && semicolon - at <= 6);
        }
    }
    return at;
}

/* Well-formed, and elements nest. Returns how many elements of this name there are. */
static uint64_t check_xml(const char *at, const char *name)
{
    char stack[16][32];
    int depth = 0;
    uint64_t count = 0;
    ck_assert_int_eq(strncmp(at, "<?xml ", 6), 0);
    for (at = strchr(at, '>') + 1; *at;) {
        if (*at != '<') {
            ck_assert(depth > 0 || *at == '\n');
            at = depth ? xml_text(at, '<') : at + 1;
            continue;
        }
        bool closing = at[1] == '/';
        at += closing ? 2 : 1;
        size_t n = strcspn(at, " />");
        ck_assert_uint_lt(n, sizeof stack[0]);
        if (closing) {
            ck_assert_int_gt(depth, 0);
            ck_assert(strlen(stack[depth - 1]) == n && memcmp(stack[depth - 1], at, n) == 0);
            depth--;
        } else {
            ck_assert_int_lt(depth, 16);
            memcpy(stack[depth], at, n);
            stack[depth++][n] = '\0';
            count += strcmp(stack[depth - 1], name) == 0;
        }
        for (at += n; *at == ' ';) {
            at += 1 + strcspn(at + 1, "=") + 1;
            ck_assert_int_eq(*at, '"');
            at = xml_text(at + 1, '"') + 1;
        }
        if (*at == '/') {
            depth--;
            at++;
        }
        ck_assert_int_eq(*at++, '>');
    }
    ck_assert_int_eq(depth, 0);
    return count;
}

START_TEST(graphml_is_well_formed)
{
    cg_graph *g;
    ok(sample_graph(mem, &g, &err));
    cg_buf b = export(g, "graphml");
    ck_assert_uint_eq(check_xml(b.data, "node"), cg_graph_n_nodes(g));
    ck_assert_uint_eq(check_xml(b.data, "edge"), cg_graph_n_rels(g));
    ck_assert_uint_eq(cg_utf8_check(b.data, b.length), SIZE_MAX);
    ck_assert_ptr_nonnull(strstr(b.data, "attr.name=\"age\" attr.type=\"long\""));
    ck_assert_ptr_nonnull(strstr(b.data, "attr.name=\"admin\" attr.type=\"boolean\""));
    ck_assert_ptr_nonnull(strstr(b.data, "attr.name=\"huge\" attr.type=\"double\""));
    ck_assert_ptr_nonnull(strstr(b.data, "attr.name=\"score\" attr.type=\"string\"")); /* two types under one key */
    ck_assert_ptr_nonnull(strstr(b.data, "&lt;/data&gt;&lt;node id=&quot;n0&quot;/&gt;"));
    ck_assert_ptr_nonnull(strstr(b.data, "<data key=\"id\">\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</data>")); /* control characters */
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

/* ---- DOT ---- */

START_TEST(dot_has_only_its_own_syntax)
{
    cg_graph *g;
    uint64_t statements = 0;
    ok(sample_graph(mem, &g, &err));
    cg_buf b = export(g, "dot");
    for (const char *at = b.data; *at; at++) {
        if (*at == '"') {
            for (at++; *at != '"'; at++) {
                ck_assert((unsigned char)*at >= 0x20);
                if (*at == '\\') { /* a quote, a backslash, or a line end of ours: no other escape is ever made */
                    ck_assert(at[1] && strchr("\"\\n", at[1]));
                    at++;
                }
            }
        } else {
            ck_assert_msg(strchr("\n ={}[],;->_", *at) || (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
                              (*at >= 'A' && *at <= 'Z'),
                          "'%c' stands outside of a string", *at);
            statements += *at == ';';
        }
    }
    ck_assert_uint_eq(statements, 3 + cg_graph_n_nodes(g) + cg_graph_n_rels(g));
    ck_assert_ptr_nonnull(strstr(b.data, "\\\\N\\\\\\\"; evil [x=1]"));
    ck_assert_ptr_nonnull(strstr(b.data, "[label=\"CAN_ATTACK\", style=dotted];")); /* conditional */
    ck_assert_ptr_nonnull(strstr(b.data, "[label=\"LATERAL\", style=dashed];"));
    ck_assert_ptr_nonnull(strstr(b.data, "[label=\"OWNS\"];"));
    cg_buf_free(&b);
    cg_graph_unref(g);
}
END_TEST

/* ---- the rest ---- */

START_TEST(an_unknown_format_names_the_known_ones)
{
    cg_graph *g;
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    ok(sample_large(mem, 2, &g, &err));
    ck_assert_int_eq(cg_export_graph(g, CG_STR("gexf"), NULL, &b, &err), CSPM_E_UNSUPPORTED);
    ck_assert_str_eq(cspm_error_message(err, NULL),
                     "a graph has no format \"gexf\"; there are opengraph, opengraph-schema, graphml, dot, csv, ndjson");
    ck_assert_uint_eq(b.length, 0);
    for (uint32_t i = 0; i < cg_export_format_count(false); i++) {
        cg_buf text = export(g, cg_export_format_name(false, i));
        ck_assert_uint_gt(text.length, 0);
        cg_buf_free(&text);
    }
    ck_assert_ptr_null(cg_export_format_name(false, cg_export_format_count(false)));
    cg_graph_unref(g);
}
END_TEST

START_TEST(a_cancelled_export_stops)
{
    cg_graph *g;
    cspm_op *op;
    ok(sample_large(mem, 5000, &g, &err));
    ok(cg_op_new(mem, &op, &err));
    cspm_op_cancel(op);
    for (uint32_t i = 0; i < cg_export_format_count(false); i++) {
        cg_buf b;
        if (strcmp(cg_export_format_name(false, i), "opengraph-schema") == 0)
            continue; /* a few names: done before anybody asks */
        cg_buf_init(&b, mem, 0);
        ck_assert_int_eq(cg_export_graph(g, cg_str_from(cg_export_format_name(false, i)), op, &b, &err), CSPM_E_CANCELLED);
        cg_buf_free(&b);
        cspm_error_free(err);
        err = NULL;
    }
    cspm_op_unref(op);
    cg_graph_unref(g);
}
END_TEST

static int32_t export_everything(const cspm_allocator *a)
{
    cspm_error *e = NULL;
    cg_graph *g = NULL;
    cg_mem *m = cg_mem_new(a, 0);
    if (!m)
        return CSPM_E_NOMEM;
    int32_t rc = sample_graph(m, &g, &e);
    for (uint32_t i = 0; rc == CSPM_OK && i < cg_export_format_count(false); i++) {
        cg_buf b;
        cg_buf_init(&b, m, 0);
        rc = cg_export_graph(g, cg_str_from(cg_export_format_name(false, i)), NULL, &b, &e);
        cg_buf_free(&b);
    }
    cspm_error_free(e);
    cg_graph_unref(g);
    cg_mem_unref(m);
    return rc;
}

START_TEST(refused_memory_is_an_error)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, getenv("CSPM_SLOW_MACHINE") ? 60 : 600)
    {
        int32_t rc = export_everything(&a);
        ck_assert_msg(rc == CSPM_OK || (f.refused && rc == CSPM_E_NOMEM), "%d", rc);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("graph-export");
    TCase *t = tcase_create("graph-export");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, opengraph_reads_back_as_the_same_graph);
    tcase_add_test(t, what_an_input_declared_survives);
    tcase_add_test(t, the_github_sample_goes_round);
    tcase_add_test(t, ndjson_has_everything);
    tcase_add_test(t, csv_is_one_table_and_no_formula);
    tcase_add_test(t, graphml_is_well_formed);
    tcase_add_test(t, dot_has_only_its_own_syntax);
    tcase_add_test(t, an_unknown_format_names_the_known_ones);
    tcase_add_test(t, a_cancelled_export_stops);
    tcase_add_test(t, refused_memory_is_an_error);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
