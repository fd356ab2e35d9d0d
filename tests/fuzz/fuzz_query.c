/* Any bytes as a query: compiled, explained, and run on a tiny graph under small limits. */
#include <stdlib.h>

#include "graph/builder.h"
#include "query/query.h"

#ifndef FUZZ_LANGUAGE
#define FUZZ_LANGUAGE CG_LANG_GRAPH
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int32_t add_node(cg_builder *b, const char *id, const char *label)
{
    int32_t rc = cg_builder_begin_node(b, 0, NULL);
    if (rc >= 0)
        rc = cg_builder_set_id(b, id, strlen(id), NULL);
    if (rc >= 0)
        rc = cg_builder_add_label(b, cg_builder_label(b, label, strlen(label)), NULL);
    if (rc >= 0)
        rc = cg_builder_set_prop(b, cg_builder_key(b, "name", 4), cg_v_str(cg_str_from(id)), NULL);
    return rc >= 0 ? cg_builder_end_item(b, NULL) : rc;
}

static int32_t add_edge(cg_builder *b, const char *from, const char *kind, const char *to)
{
    int32_t rc = cg_builder_begin_edge(b, 0, NULL);
    if (rc >= 0)
        rc = cg_builder_set_from(b, from, strlen(from), NULL);
    if (rc >= 0)
        rc = cg_builder_set_to(b, to, strlen(to), NULL);
    cg_builder_set_kind(b, cg_builder_kind(b, kind, strlen(kind)));
    return rc >= 0 ? cg_builder_end_item(b, NULL) : rc;
}

static cg_graph *tiny_graph(cg_mem *mem)
{
    cg_source_options source = { .name = CG_STR("fuzz"), .dialect = CG_STR("opengraph") };
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    if (cg_builder_new(mem, NULL, &b, NULL) < 0)
        return NULL;
    if (cg_builder_begin_source(b, &source, NULL) >= 0 && add_node(b, "a", "A") >= 0 && add_node(b, "b", "B") >= 0 &&
        add_node(b, "c", "A") >= 0 && add_edge(b, "a", "R", "b") >= 0 && add_edge(b, "b", "R", "a") >= 0 &&
        add_edge(b, "b", "S", "c") >= 0 && add_edge(b, "c", "S", "c") >= 0)
        cg_builder_freeze(b, NULL, &g, NULL);
    cg_builder_free(b);
    return g;
}

/* An error and a negative status always come together, and an error is never internal. */
static void check(int32_t rc, cspm_error *err)
{
    if ((rc < 0) != (err != NULL) || (err && cspm_error_code(err) != rc) || rc == CSPM_E_INTERNAL)
        abort();
    if (err)
        cspm_error_text(err, NULL);
}

static void run(cg_mem *mem, cg_query *q)
{
    cg_graph *g = tiny_graph(mem);
    cg_run *r = NULL;
    cspm_error *err = NULL;
    const cg_value *row;
    cg_buf text;
    cg_run_limits limits = { .max_rows = 100, .max_work = 5000, .max_memory = 4u << 20, .now = 0 };
    cg_param param = { CG_STR("p"), cg_v_int(1) };
    if (!g)
        return;
    cg_buf_init(&text, mem, 0);
    int32_t rc = cg_query_explain(q, g, &text, &err);
    check(rc, err);
    cspm_error_free(err);
    err = NULL;
    cg_buf_free(&text);
    rc = cg_query_run(q, g, &param, 1, &limits, NULL, &r, &err);
    while (rc == CSPM_OK)
        rc = cg_run_next(r, &row, &err);
    check(rc, err);
    cspm_error_free(err);
    cg_run_free(r);
    cg_graph_unref(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_query *q = NULL;
    cspm_error *err = NULL;
    if (!mem)
        return 0;
    int32_t rc = cg_query_compile(mem, (cg_str){ (const char *)data, size }, FUZZ_LANGUAGE, CG_STR("fuzz"), (cg_pos){ 0 }, &q, &err);
    check(rc, err);
    cspm_error_free(err);
    if (q)
        run(mem, q);
    cg_query_unref(q);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
