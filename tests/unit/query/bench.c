#include <stdio.h>

#include "model.h"
#include "query_test.h"
#include "show.h"

void bench_open(bench *b, const char *create)
{
    *b = (bench){ .mem = cg_mem_new(NULL, 0), .limits = { .now = INT64_MIN } };
    ck_assert_ptr_nonnull(b->mem);
    b->g = model_make(b->mem, create);
    ck_assert_msg(b->g != NULL, "setup failed: %s", create);
    cg_buf_init(&b->out, b->mem, 0);
}

void bench_close(bench *b)
{
    cg_buf_free(&b->out);
    cg_graph_unref(b->g);
    ck_assert_uint_eq(cg_mem_used(b->mem), 0);
    cg_mem_unref(b->mem);
}

/* "detail":"X" of the error's JSON. */
static void add_detail(bench *b, cspm_error *err)
{
    const char *json = cspm_error_json(err, NULL), *at = strstr(json, "\"detail\":\"");
    cg_buf_adds(&b->out, cspm_error_code(err) == CSPM_E_LIMIT ? "!limit " : cspm_error_code(err) == CSPM_E_QUERY ? "!" : "!other ");
    if (!at || at[10] == '"') {
        cg_buf_adds(&b->out, cspm_status_name(cspm_error_code(err)));
        return;
    }
    for (at += 10; *at && *at != '"'; at++)
        cg_buf_char(&b->out, *at);
}

static int32_t add_rows(bench *b, cg_query *q, cg_run *r, cspm_error **err)
{
    const uint32_t *types = NULL;
    const cg_value *row;
    int32_t rc;
    for (uint32_t n = 0; (rc = next_row(r, &types, &row, err)) == CSPM_OK; n++) {
        cg_buf_adds(&b->out, n ? "; " : "");
        for (uint32_t i = 0; i < cg_query_n_columns(q); i++) {
            cg_buf_adds(&b->out, i ? " | " : "");
            show_value(&b->out, b->g, row[i], false);
        }
    }
    if (rc == CSPM_DONE && cg_run_truncated(r))
        cg_buf_printf(&b->out, " (truncated %u)", cg_run_truncated(r));
    return rc;
}

const char *ask_bytes(bench *b, const char *query, size_t length)
{
    cg_query *q = NULL;
    cg_run *r = NULL;
    cspm_error *err = NULL;
    cg_buf_clear(&b->out);
    int32_t rc = cg_query_compile_with(b->mem, b->host, (cg_str){ query, length }, b->language, CG_STR("query"), (cg_pos){ 0 }, &q, &err);
    if (rc >= 0)
        rc = cg_query_run(q, b->g, b->params, b->n_params, &b->limits, b->op, &r, &err);
    if (rc >= 0)
        rc = add_rows(b, q, r, &err);
    ck_assert_msg((rc < 0) == (err != NULL), "status %d and error %s", rc, err ? cspm_error_json(err, NULL) : "none");
    if (err) {
        ck_assert_int_eq(rc, cspm_error_code(err));
        add_detail(b, err);
    }
    cg_buf_char(&b->out, '\0');
    cspm_error_free(err);
    cg_run_free(r);
    cg_query_unref(q);
    ck_assert(!b->out.failed);
    return b->out.data;
}

const char *ask(bench *b, const char *query)
{
    return ask_bytes(b, query, strlen(query));
}

const char *error_of(bench *b, const char *query)
{
    cg_query *q = NULL;
    cspm_error *err = NULL;
    cg_buf_clear(&b->out);
    cg_query_compile_with(b->mem, b->host, cg_str_from(query), b->language, CG_STR("query"), (cg_pos){ 0 }, &q, &err);
    cg_buf_adds(&b->out, err ? cspm_error_json(err, NULL) : "");
    cg_buf_char(&b->out, '\0');
    cspm_error_free(err);
    cg_query_unref(q);
    return b->out.data;
}
