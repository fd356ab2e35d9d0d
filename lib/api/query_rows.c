#include "api/query_rows.h"

#include <pthread.h>

#include "analysis/analysis.h"
#include "export/export.h"

#define MOST_PATHS 100000u

struct api_rows {
    _Atomic uint32_t refs;
    cg_mem *mem;
    cg_ruleset *rules;
    pthread_mutex_t lock; /* of the two below */
    cg_graph *graph;
    cg_analysis *analysis;
};

api_rows *api_rows_new(cg_mem *mem, cg_ruleset *rules)
{
    api_rows *r = cg_calloc(mem, 1, sizeof *r);
    if (!r)
        return NULL;
    if (pthread_mutex_init(&r->lock, NULL) != 0) {
        cg_free(mem, r);
        return NULL;
    }
    r->refs = 1;
    r->mem = cg_mem_ref(mem);
    r->rules = cg_ruleset_ref(rules);
    return r;
}

static void forget(api_rows *r)
{
    if (r->analysis)
        cg_analysis_unref(r->analysis);
    if (r->graph)
        cg_graph_unref(r->graph);
    r->analysis = NULL;
    r->graph = NULL;
}

void api_rows_unref(api_rows *r)
{
    if (!r || --r->refs)
        return;
    cg_mem *mem = r->mem;
    forget(r);
    cg_ruleset_unref(r->rules);
    pthread_mutex_destroy(&r->lock);
    cg_free(mem, r);
    cg_mem_unref(mem);
}

/* ---- the analysis, once for a graph ---- */

static int32_t analyse(api_rows *r, cg_graph *graph, int64_t now, cspm_op *op, cg_analysis **out, cspm_error **err)
{
    cg_request *request;
    int32_t rc = cg_ruleset_seal(r->rules, err);
    if (rc != CSPM_OK || (rc = cg_request_new(r->mem, &request, err)) != CSPM_OK)
        return rc;
    const cspm_limits *limits = cg_mem_limits(r->mem);
    cg_request_set_options(
        request, &(cg_request_options){
                     .top = MOST_PATHS, .no_fixes = true, .now = now, .max_work = limits->max_work, .max_paths = limits->max_paths });
    rc = cg_analyze(graph, r->rules, request, op, out, err);
    cg_request_unref(request);
    return rc;
}

/* Whoever comes second waits for the first rather than doing the work again. */
static int32_t get(api_rows *r, cg_graph *graph, int64_t now, cspm_op *op, cg_analysis **out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    pthread_mutex_lock(&r->lock);
    if (r->graph != graph || (r->analysis && r->analysis->truncated)) {
        forget(r);
        rc = analyse(r, graph, now, op, &r->analysis, err);
        if (rc == CSPM_OK)
            r->graph = cg_graph_ref(graph);
    }
    if (rc == CSPM_OK)
        *out = cg_analysis_ref(r->analysis);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

/* ---- rows ---- */

typedef struct source {
    api_rows *rows;
    cg_graph *graph;
    int64_t now;
} source;

typedef struct reading {
    cg_mem *mem;
    cg_analysis *analysis;
    uint32_t at;
    cg_buf json;
} reading;

static int32_t rows_open(void *user, cspm_op *op, void **rows, cspm_error **err)
{
    source *s = user;
    cg_mem *mem = s->rows->mem;
    reading *r = cg_calloc(mem, 1, sizeof *r);
    if (!r)
        return cg_nomem(mem, err);
    int32_t rc = get(s->rows, s->graph, s->now, op, &r->analysis, err);
    if (rc != CSPM_OK) {
        cg_free(mem, r);
        return rc;
    }
    r->mem = cg_mem_ref(mem);
    cg_buf_init(&r->json, mem, 0);
    *rows = r;
    return CSPM_OK;
}

static int32_t rows_next(void *rows, cg_arena *arena, cg_value *cells, cspm_error **err)
{
    reading *r = rows;
    const cg_table_info *table = cg_table_find(CG_STR("securityresources"));
    cg_tree *tree = NULL;
    if (r->at >= r->analysis->n_listed)
        return CSPM_DONE;
    cg_buf_clear(&r->json);
    cg_arg_row_write_json(&r->json, r->analysis->graph, &r->analysis->paths[r->at++]);
    if (r->json.failed)
        return cg_nomem(r->mem, err);
    int32_t rc = cg_tree_from_json(arena, cg_buf_view(&r->json), CG_STR("row"), NULL, &tree, err);
    for (uint32_t i = 0; rc >= 0 && i < table->n_columns; i++) {
        const cg_tree *cell = cg_tree_get(tree, table->columns[i].name);
        cells[i] = cg_v_null();
        if (cell && cg_value_from_tree(arena, cell, &cells[i]) < 0)
            rc = cg_nomem(arena->mem, err);
    }
    return rc;
}

static uint32_t rows_truncated(const void *rows)
{
    const cg_analysis *a = ((const reading *)rows)->analysis;
    return a->truncated | (a->n_paths > a->n_listed ? CSPM_TRUNCATED_ROWS : 0);
}

static void rows_close(void *rows)
{
    reading *r = rows;
    cg_mem *mem = r->mem;
    cg_analysis_unref(r->analysis);
    cg_buf_free(&r->json);
    cg_free(mem, r);
    cg_mem_unref(mem);
}

static void rows_release(void *user)
{
    source *s = user;
    cg_mem *mem = cg_mem_ref(s->rows->mem);
    cg_graph_unref(s->graph);
    api_rows_unref(s->rows);
    cg_free(mem, s);
    cg_mem_unref(mem);
}

int32_t api_rows_sources(api_rows *rows, cg_graph *graph, int64_t now, cg_table_source *out, cspm_error **err)
{
    source *s = cg_calloc(rows->mem, 1, sizeof *s);
    if (!s)
        return cg_nomem(rows->mem, err);
    rows->refs++;
    *s = (source){ rows, cg_graph_ref(graph), now };
    *out = (cg_table_source){ "securityresources", s, rows_open, rows_next, rows_truncated, rows_close, rows_release };
    return CSPM_OK;
}
