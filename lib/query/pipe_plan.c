/* Stages to operators. Columns nobody reads are not computed. */
#include "query/pipe_exec.h"

static q_op *refused(cg_run *r, cspm_error **err)
{
    if (r->n_ops >= Q_MAX_OPS)
        q_run_limit(r, err, "plan operators", Q_MAX_OPS);
    else
        cg_nomem(r->mem, err);
    return NULL;
}

static q_op *plan_project(cg_run *r, q_op *op, const q_projection *all)
{
    q_projection *p = cg_arena_calloc(&r->arena, 1, sizeof *p);
    if (!p || !(p->items = cg_arena_calloc(&r->arena, all->n_items + 1, sizeof *p->items)))
        return NULL;
    for (uint32_t i = 0; i < all->n_items; i++) {
        if (r->q->used.data[all->items[i].slot])
            p->items[p->n_items++] = all->items[i];
    }
    return p->n_items ? q_op_project(r, op, p) : op;
}

static q_op *plan_aggregate(cg_run *r, q_op *op, const q_projection *p)
{
    op = q_op_aggregate(r, op, p);
    return op && p->n_aggs ? q_op_project(r, op, p) : op;
}

static q_op *plan_sort(cg_run *r, q_op *op, const pipe_stage *s)
{
    uint32_t *keep = cg_arena_calloc(&r->arena, s->n_slots + 1, sizeof *keep), n = 0;
    if (!keep)
        return NULL;
    for (uint32_t i = 0; i < s->n_slots; i++) {
        if (r->q->used.data[s->slots[i]])
            keep[n++] = s->slots[i];
    }
    op = q_op_sort(r, op, s->keys, s->n_keys, keep, n, NULL, s->expr);
    return op && s->expr ? q_op_limit(r, op, s->expr) : op;
}

static q_op *plan_stages(cg_run *r, const pipe_stage *first, cspm_error **err);

static q_op *plan_stage(cg_run *r, q_op *op, const pipe_stage *s, cspm_error **err)
{
    const q_expr **one;
    switch (s->kind) {
    case PS_TABLE:
        return q_op_table(r, s);
    case PS_PRINT:
        op = q_op_start(r);
        return op ? plan_project(r, op, s->proj) : NULL;
    case PS_FILTER:
        one = cg_arena_alloc(&r->arena, sizeof *one);
        if (!one)
            return NULL;
        *one = s->expr;
        return q_op_filter(r, op, one, 1);
    case PS_PROJECT:
        return plan_project(r, op, s->proj);
    case PS_AGGREGATE:
        return plan_aggregate(r, op, s->proj);
    case PS_DISTINCT:
        return q_op_distinct(r, op, s->slots, s->n_slots);
    case PS_SORT:
        return plan_sort(r, op, s);
    case PS_TAKE:
        return q_op_limit(r, op, s->expr);
    case PS_EXPAND:
        return q_op_mv_expand(r, op, s);
    case PS_PARSE:
        return q_op_parse(r, op, s);
    default: {
        q_op *right = plan_stages(r, s->right, err);
        return right ? q_op_join(r, op, right, s) : NULL;
    }
    }
}

static q_op *plan_stages(cg_run *r, const pipe_stage *first, cspm_error **err)
{
    q_op *op = NULL;
    for (const pipe_stage *s = first; s; s = s->next) {
        op = plan_stage(r, op, s, err);
        if (!op)
            return NULL;
    }
    return op;
}

int32_t q_pipe_plan(cg_run *r, cspm_error **err)
{
    r->root = plan_stages(r, r->q->pipe->first, err);
    if (r->root)
        return CSPM_OK;
    if (!err || !*err)
        refused(r, err);
    return err && *err ? cspm_error_code(*err) : CSPM_E_NOMEM;
}
