#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest_test.h"

cg_mem *test_mem(const cspm_limits *limits, uint64_t budget)
{
    cg_mem *mem = cg_mem_new(NULL, budget);
    ck_assert_ptr_nonnull(mem);
    if (limits)
        cg_mem_set_limits(mem, limits);
    return mem;
}

cg_builder *test_builder(cg_mem *mem)
{
    cg_builder *b = NULL;
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_builder_new(mem, cg_mem_limits(mem), &b, &err), CSPM_OK);
    return b;
}

loaded test_freeze(cg_mem *mem, cg_builder *b, int32_t rc, cspm_error *err)
{
    loaded l = { .mem = mem, .rc = rc, .err = err };

    if (rc == CSPM_OK) {
        ck_assert_ptr_null(err);
        l.rc = cg_builder_freeze(b, NULL, &l.graph, &l.err);
    } else {
        ck_assert_ptr_nonnull(err);
        ck_assert_int_eq(cspm_error_code(err), rc);
    }
    cg_builder_free(b);
    return l;
}

loaded test_bytes(const char *bytes, size_t length)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    int32_t rc = cg_ingest_bytes(b, bytes, length, CG_STR("in.json"), NULL, NULL, &err);
    return test_freeze(mem, b, rc, err);
}

loaded test_text(const char *json)
{
    return test_bytes(json, strlen(json));
}

loaded test_path(const char *path, uint32_t flags)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    const cg_ingest_options o = { .flags = flags };
    int32_t rc = cg_ingest_path(b, path, &o, NULL, &err);
    return test_freeze(mem, b, rc, err);
}

void test_drop(loaded *l)
{
    cspm_error_free(l->err);
    cg_graph_unref(l->graph);
    ck_assert_uint_eq(cg_mem_used(l->mem), 0);
    cg_mem_unref(l->mem);
    *l = (loaded){ 0 };
}

static void add_value(cg_buf *b, const cg_graph *g, cg_value v)
{
    cspm_error *err = NULL;
    ck_assert_int_eq(cg_value_write_json(b, g, v, &err), CSPM_OK);
    cg_buf_char(b, '\n');
}

char *test_dump(const cg_graph *g, bool diagnostics)
{
    cg_buf b;
    cg_rel_iter it;
    cg_edge e;

    cg_buf_init(&b, cg_graph_mem(g), 0);
    for (cg_node n = 0; n < cg_graph_n_nodes(g); n++)
        add_value(&b, g, cg_v_node(n));
    for (cg_rel_iter_init(&it, g); cg_rel_iter_next(&it, &e);)
        add_value(&b, g, (cg_value){ .type = CG_REL, .rel = e.rel });
    for (uint32_t i = 0; diagnostics && i < cg_diag_count(g); i++) {
        cg_diag d = cg_diag_get(g, i);
        cg_buf_printf(&b, "%.*s:%u:%u: %.*s: %.*s\n", CG_FMT(d.source), d.line, d.column, CG_FMT(d.code), CG_FMT(d.message));
    }
    cg_buf_char(&b, '\0');
    ck_assert(!b.failed);
    char *copy = strdup(b.data);
    cg_buf_free(&b);
    return copy;
}

cg_diag test_diag(const loaded *l, const char *code)
{
    for (uint32_t i = 0; i < cg_diag_count(l->graph); i++) {
        cg_diag d = cg_diag_get(l->graph, i);
        if (cg_str_eq(d.code, cg_str_from(code)))
            return d;
    }
    char *dump = test_dump(l->graph, true);
    ck_abort_msg("no diagnostic %s in:\n%s", code, dump);
}

uint32_t test_count_diags(const loaded *l, const char *code)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < cg_diag_count(l->graph); i++)
        n += !code || cg_str_eq(cg_diag_get(l->graph, i).code, cg_str_from(code));
    return n;
}

void test_expect_error(const loaded *l, int32_t code, const char *part, uint32_t line, uint32_t column)
{
    uint64_t offset;
    uint32_t l1, c1;

    ck_assert_int_eq(l->rc, code);
    ck_assert_ptr_nonnull(l->err);
    const char *message = cspm_error_message(l->err, NULL);
    ck_assert_msg(strstr(message, part) != NULL, "\"%s\" is not in \"%s\"", part, message);
    ck_assert_msg(cspm_error_source(l->err, NULL)[0] != '\0', "no source: %s", message);
    if (line > 0) {
        cspm_error_position(l->err, &offset, &l1, &c1);
        ck_assert_msg(l1 == line && c1 == column, "at %u:%u, not %u:%u: %s", l1, c1, line, column, message);
    }
}

char *test_prop(const loaded *l, const char *id, const char *key)
{
    cg_arena arena;
    cg_buf b;
    cg_value v;
    cspm_error *err = NULL;
    cg_rel_iter it;
    cg_edge e;
    uint32_t name = cg_name_find(l->graph, CG_NAMES_KEY, cg_str_from(key));

    cg_arena_init(&arena, l->mem);
    cg_buf_init(&b, l->mem, 0);
    if (name == CG_NO_NAME) {
        v = cg_v_null();
    } else if (id) {
        cg_node n = cg_node_find(l->graph, id, strlen(id));
        ck_assert_uint_ne(n, CG_NO_NODE);
        ck_assert_int_eq(cg_node_prop(l->graph, n, name, &arena, &v, &err), CSPM_OK);
    } else {
        cg_rel_iter_init(&it, l->graph);
        ck_assert(cg_rel_iter_next(&it, &e));
        ck_assert_int_eq(cg_rel_prop(l->graph, e.rel, name, &arena, &v, &err), CSPM_OK);
    }
    ck_assert_int_eq(cg_value_write_json(&b, l->graph, v, &err), CSPM_OK);
    cg_buf_char(&b, '\0');
    char *copy = strdup(b.data);
    cg_buf_free(&b);
    cg_arena_free(&arena);
    return copy;
}

char *test_folder(void)
{
    char template[] = "/tmp/cspm-ingest-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(template));
    return strdup(template);
}

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void test_folder_drop(char *folder)
{
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
}

char *test_join(const char *folder, const char *name)
{
    char *path = NULL;
    ck_assert_int_gt(asprintf(&path, "%s/%s", folder, name), 0);
    return path;
}

void test_write(const char *folder, const char *name, const void *bytes, size_t length)
{
    char *path = test_join(folder, name);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, length, f), length);
    ck_assert_int_eq(fclose(f), 0);
    free(path);
}

void test_write_text(const char *folder, const char *name, const char *text)
{
    test_write(folder, name, text, strlen(text));
}
