/* A run as a cursor of columnar batches. */
#include <time.h>

#include "query/exec.h"

typedef struct run_cursor {
    cg_run *run;
    cg_batch_builder *builder;
    uint32_t batch_rows, n;
    uint64_t slice_ms;
    bool done;
} run_cursor;

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

static int32_t finish_batch(run_cursor *c, cspm_batch **out, cspm_error **err)
{
    return cg_batch_builder_rows(c->builder) ? cg_batch_builder_finish(c->builder, out, err) : CSPM_DONE;
}

static int32_t cursor_next(void *self, cspm_batch **out, cspm_error **err)
{
    run_cursor *c = self;
    uint64_t until = c->slice_ms ? now_ms() + c->slice_ms : 0, steps = 0;
    *out = NULL;
    while (!c->done) {
        const cg_value *row;
        int32_t rc = cg_run_next(c->run, &row, err);
        if (rc < 0)
            return rc;
        if (rc == CSPM_DONE) {
            c->done = true;
            break;
        }
        for (uint32_t i = 0; i < c->n; i++) {
            if ((rc = cg_batch_append(c->builder, i, row[i], err)) < 0)
                return rc;
        }
        if (!c->n) /* cannot happen: every query returns at least one column */
            return CSPM_DONE;
        if (cg_batch_builder_rows(c->builder) >= c->batch_rows || cg_batch_builder_full(c->builder))
            return finish_batch(c, out, err);
        if (until && (++steps & 63) == 0 && now_ms() >= until)
            return CSPM_MORE;
    }
    return finish_batch(c, out, err);
}

static uint32_t cursor_truncated(const void *self)
{
    return cg_run_truncated(((const run_cursor *)self)->run);
}

static void cursor_free(void *self)
{
    run_cursor *c = self;
    cg_mem *mem = cg_mem_ref(c->run->mem);
    cg_batch_builder_free(c->builder);
    cg_run_free(c->run);
    cg_free(mem, c);
    cg_mem_unref(mem);
}

static const cg_cursor_ops ops = { cursor_next, cursor_truncated, cursor_free };

/* The one type a column can have, or VARIANT. Null fits every type. */
static uint32_t column_type(uint32_t types)
{
    switch (types & ~(uint32_t)QT_NULL) {
    case QT_BOOL:
        return CSPM_TYPE_BOOL;
    case QT_INT:
        return CSPM_TYPE_INT64;
    case QT_FLOAT:
        return CSPM_TYPE_DOUBLE;
    case QT_STRING:
        return CSPM_TYPE_STRING;
    case QT_NODE:
        return CSPM_TYPE_NODE;
    case QT_REL:
        return CSPM_TYPE_EDGE;
    case QT_PATH:
        return CSPM_TYPE_PATH;
    default:
        return CSPM_TYPE_VARIANT;
    }
}

int32_t cg_run_cursor(cg_run *r, uint32_t batch_rows, uint64_t slice_ms, cspm_cursor **out, cspm_error **err)
{
    const q_regular *root = r->q->root;
    run_cursor *c = cg_calloc(r->mem, 1, sizeof *c);
    cg_column_spec *columns = c ? cg_arena_calloc(&r->arena, root->n_columns + 1, sizeof *columns) : NULL;
    const uint32_t *types = NULL;
    int32_t rc = columns ? q_column_types(r, &types, err) : cg_nomem(r->mem, err);
    *out = NULL;
    if (rc >= 0) {
        c->run = r;
        c->n = root->n_columns;
        c->slice_ms = slice_ms;
        c->batch_rows = batch_rows && batch_rows < CG_BATCH_ROWS ? batch_rows : CG_BATCH_ROWS;
        for (uint32_t i = 0; i < c->n; i++)
            columns[i] = (cg_column_spec){ root->columns[i], column_type(types[i]) };
        /* Batches outlive the run, so they are charged to the graph's memory, not to the query's. */
        rc = cg_batch_builder_new(cg_graph_mem(r->g), r->g, columns, c->n, &c->builder, err);
    }
    if (rc >= 0)
        rc = cg_cursor_new(cg_graph_mem(r->g), columns, c->n, &ops, c, out, err);
    if (rc < 0) {
        if (c && c->builder)
            cg_batch_builder_free(c->builder);
        cg_free(r->mem, c);
        cg_run_free(r);
    }
    return rc;
}
