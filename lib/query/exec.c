/* What all operators share. */
#include "query/exec.h"
#include "query/lexer.h"

#include <stdio.h>

int32_t q_run_error(cg_run *r, cspm_error **err, const q_expr *at, const char *error_class, const char *detail, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    size_t bad = cg_utf8_check(message, strlen(message));
    if (bad != SIZE_MAX)
        message[bad] = '\0';
    cspm_error *local = NULL;
    cspm_error **to = err ? err : &local;
    int32_t rc = cg_fail_at(r->mem, to, CSPM_E_QUERY, r->q->source, q_position(r->q, at->start), "%s", message);
    if (*to) {
        cg_error_set_class(*to, error_class, detail);
        cg_error_set_source_line(*to, q_source_line(r->q, at->start));
    }
    if (local)
        cspm_error_free(local);
    return rc;
}

int32_t q_run_limit(cg_run *r, cspm_error **err, const char *limit, uint64_t value)
{
    cspm_error *local = NULL;
    cspm_error **to = err ? err : &local;
    r->named_limit = true;
    int32_t rc = cg_fail(r->mem, to, CSPM_E_LIMIT, "limit reached: %s (%llu)", limit, (unsigned long long)value);
    if (*to) {
        cg_error_set_source(*to, r->q->source);
        cg_error_set_class(*to, "limit", limit);
    }
    if (local)
        cspm_error_free(local);
    return rc;
}

#define Q_TICK 4096

int32_t q_tick(cg_run *r, uint64_t amount, cspm_error **err)
{
    r->work += amount;
    if (r->work < r->tick)
        return CSPM_OK;
    if (r->work >= r->max_work) {
        r->truncated |= CSPM_TRUNCATED_WORK;
        return Q_STOP;
    }
    cg_op_advance(r->op, Q_TICK);
    r->tick = r->work + Q_TICK < r->max_work ? r->work + Q_TICK : r->max_work;
    return cg_op_check(r->op, r->mem, err);
}

int32_t q_next(cg_run *r, q_op *op, cspm_error **err)
{
    int32_t rc = op->cls->next(r, op, err);
    op->produced += rc == CSPM_OK;
    return rc;
}

void q_rewind(cg_run *r, q_op *op)
{
    if (op->input)
        q_rewind(r, op->input);
    if (op->cls->rewind)
        op->cls->rewind(r, op);
}

void q_close_all(cg_run *r)
{
    for (q_op *op = r->ops; op; op = op->next_op) {
        if (op->cls->close)
            op->cls->close(r, op);
        if (op->has_arena)
            cg_arena_free(&op->arena);
    }
    r->ops = NULL;
}

void *q_op_new(cg_run *r, const q_op_class *cls, size_t size, q_op *input)
{
    q_op *op = r->n_ops < Q_MAX_OPS ? cg_arena_calloc(&r->arena, 1, size) : NULL;
    if (!op)
        return NULL;
    op->cls = cls;
    op->input = input;
    op->next_op = r->ops;
    op->rows = input ? input->rows : 1;
    r->ops = op;
    r->n_ops++;
    return op;
}

cg_arena *q_arena_empty(cg_run *r, q_op *op)
{
    if (!op->has_arena) {
        cg_arena_init(&op->arena, r->mem);
        op->has_arena = true;
    } else if (op->arena.total) {
        cg_arena_reset(&op->arena);
    }
    return &op->arena;
}

/* ---- the start of a plan: one row, nothing in it ---- */

typedef struct start_op {
    q_op op;
    bool given;
} start_op;

static int32_t start_next(cg_run *r, q_op *op, cspm_error **err)
{
    start_op *s = (start_op *)op;
    if (s->given)
        return CSPM_DONE;
    s->given = true;
    return CSPM_OK;
}

static void start_rewind(cg_run *r, q_op *op)
{
    ((start_op *)op)->given = false;
}

static const q_op_class start_class = { "Start", start_next, start_rewind, NULL, NULL };
q_op *q_op_start(cg_run *r)
{
    return q_op_new(r, &start_class, sizeof(start_op), NULL);
}
