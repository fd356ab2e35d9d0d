/* Operators that pass rows on: filter, project, unwind, skip, limit. */
#include "query/exec.h"

/* ---- filter ---- */

typedef struct filter_op {
    q_op op;
    const q_expr *const *predicates;
    uint32_t n;
} filter_op;

static int32_t filter_next(cg_run *r, q_op *op, cspm_error **err)
{
    filter_op *f = (filter_op *)op;
    for (;;) {
        int32_t rc = q_next(r, op->input, err);
        if (rc != CSPM_OK)
            return rc;
        q_eval e = { r, q_arena(r, op) };
        q_truth t = Q_TRUE;
        for (uint32_t i = 0; i < f->n && t == Q_TRUE; i++) {
            if ((rc = q_test(&e, f->predicates[i], &t, err)) < 0)
                return rc;
        }
        if (t == Q_TRUE)
            return CSPM_OK;
        if ((rc = q_work(r, err)) < 0)
            return rc;
    }
}

static void filter_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const filter_op *f = (const filter_op *)op;
    for (uint32_t i = 0; i < f->n; i++) {
        const q_expr *x = f->predicates[i];
        size_t length = x->end > x->start ? x->end - x->start : 0;
        cg_buf_adds(out, i ? " AND " : "");
        if (!length)
            cg_buf_adds(out, "pattern property or label");
        for (size_t k = 0; k < length && k < 80; k++) {
            char c = r->q->text.data[x->start + k];
            cg_buf_char(out, c == '\n' || c == '\r' || c == '\t' ? ' ' : c);
        }
    }
}

static const q_op_class filter_class = { "Filter", filter_next, NULL, NULL, filter_describe };

q_op *q_op_filter(cg_run *r, q_op *input, const q_expr *const *predicates, uint32_t n)
{
    filter_op *f = q_op_new(r, &filter_class, sizeof *f, input);
    if (f) {
        f->predicates = predicates;
        f->n = n;
        f->op.rows *= 0.5;
    }
    return (q_op *)f;
}

/* ---- project ---- */

typedef struct project_op {
    q_op op;
    const q_projection *p;
} project_op;

static int32_t project_next(cg_run *r, q_op *op, cspm_error **err)
{
    const q_projection *p = ((project_op *)op)->p;
    int32_t rc = q_next(r, op->input, err);
    if (rc != CSPM_OK)
        return rc;
    q_eval e = { r, q_arena(r, op) };
    for (uint32_t i = 0; i < p->n_items; i++) {
        const q_item *item = &p->items[i];
        if (p->aggregate && !item->expr->has_agg) /* a grouping key: the aggregate operator has set it */
            continue;
        if (item->expr->kind == X_VAR && item->expr->slot == item->slot)
            continue;
        cg_value v;
        if ((rc = q_fetch(&e, item->expr, &v, err)) < 0)
            return rc;
        r->frame[item->slot] = v;
    }
    return q_work(r, err);
}

static void project_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const q_projection *p = ((const project_op *)op)->p;
    for (uint32_t i = 0; i < p->n_items; i++) {
        cg_buf_adds(out, i ? ", " : "");
        for (size_t k = 0; k < p->items[i].name.length && k < 80; k++) {
            char c = p->items[i].name.data[k];
            cg_buf_char(out, c == '\n' || c == '\r' || c == '\t' ? ' ' : c);
        }
    }
}

static const q_op_class project_class = { "Project", project_next, NULL, NULL, project_describe };

q_op *q_op_project(cg_run *r, q_op *input, const q_projection *p)
{
    project_op *x = q_op_new(r, &project_class, sizeof *x, input);
    if (x)
        x->p = p;
    return (q_op *)x;
}

/* ---- unwind ---- */

typedef struct unwind_op {
    q_op op;
    const q_clause *clause;
    bool open, range;
    const cg_list *list;
    cg_value one; /* a value that is no list stands for itself */
    uint32_t at, n;
    int64_t next, to, step; /* range(): never built */
} unwind_op;

static int32_t open_range(cg_run *r, unwind_op *u, q_eval *e, cspm_error **err)
{
    const q_expr *call = u->clause->list;
    cg_value args[3];
    for (uint32_t i = 0; i < call->n; i++) {
        int32_t rc = q_evaluate(e, call->args[i], &args[i], err);
        if (rc < 0)
            return rc;
        if (args[i].type == CG_NULL) {
            u->n = 0;
            u->range = false;
            return CSPM_OK;
        }
        if (args[i].type != CG_INT)
            return q_run_error(r, err, call->args[i], "type", "InvalidArgumentType", "range takes integers");
    }
    u->next = args[0].integer;
    u->to = args[1].integer;
    u->step = call->n > 2 ? args[2].integer : 1;
    u->range = true;
    return u->step ? CSPM_OK : q_run_error(r, err, call, "runtime", "NumberOutOfRange", "the step of range must not be 0");
}

static int32_t unwind_open(cg_run *r, unwind_op *u, cspm_error **err)
{
    const q_expr *x = u->clause->list;
    q_eval e = { r, q_arena(r, &u->op) };
    u->at = 0;
    u->range = false;
    u->open = true;
    if (x->kind == X_CALL && cg_str_eq_nocase(x->name, CG_STR("range")))
        return open_range(r, u, &e, err);
    int32_t rc = q_evaluate(&e, x, &u->one, err);
    u->list = u->one.type == CG_LIST ? u->one.list : NULL;
    u->n = u->list ? u->list->count : u->one.type != CG_NULL;
    return rc;
}

static bool unwind_value(unwind_op *u, cg_value *out)
{
    if (u->range) {
        if (u->step > 0 ? u->next > u->to : u->next < u->to)
            return false;
        *out = cg_v_int(u->next);
        if (__builtin_add_overflow(u->next, u->step, &u->next)) {
            u->range = false;
            u->n = 0;
        }
        return true;
    }
    if (u->at >= u->n)
        return false;
    *out = u->list ? u->list->items[u->at] : u->one;
    u->at++;
    return true;
}

static int32_t unwind_next(cg_run *r, q_op *op, cspm_error **err)
{
    unwind_op *u = (unwind_op *)op;
    for (;;) {
        int32_t rc;
        if (!u->open && ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = unwind_open(r, u, err)) < 0))
            return rc;
        if (unwind_value(u, &r->frame[u->clause->slot]))
            return q_work(r, err);
        u->open = false;
    }
}

static void unwind_rewind(cg_run *r, q_op *op)
{
    ((unwind_op *)op)->open = false;
}

static const q_op_class unwind_class = { "Unwind", unwind_next, unwind_rewind, NULL, NULL };

q_op *q_op_unwind(cg_run *r, q_op *input, const q_clause *clause)
{
    unwind_op *u = q_op_new(r, &unwind_class, sizeof *u, input);
    if (u) {
        u->clause = clause;
        u->op.rows *= 10;
    }
    return (q_op *)u;
}

/* ---- skip and limit ---- */

int32_t q_count_value(cg_run *r, const q_expr *x, uint64_t *out, cspm_error **err)
{
    cg_arena arena;
    cg_arena_init(&arena, r->mem);
    q_eval e = { r, &arena };
    cg_value v;
    int32_t rc = q_evaluate(&e, x, &v, err);
    if (rc >= 0) {
        if (v.type != CG_INT)
            rc = q_run_error(r, err, x, "type", "InvalidArgumentType", "SKIP and LIMIT take an integer");
        else if (v.integer < 0)
            rc = q_run_error(r, err, x, "runtime", "NegativeIntegerArgument", "SKIP and LIMIT must not be negative");
        else
            *out = (uint64_t)v.integer;
    }
    cg_arena_free(&arena);
    return rc;
}

typedef struct count_op {
    q_op op;
    const q_expr *count;
    bool open;
    uint64_t left;
} count_op;

static int32_t skip_next(cg_run *r, q_op *op, cspm_error **err)
{
    count_op *c = (count_op *)op;
    int32_t rc;
    if (!c->open && (rc = q_count_value(r, c->count, &c->left, err)) < 0)
        return rc;
    c->open = true;
    while (c->left) {
        if ((rc = q_next(r, op->input, err)) != CSPM_OK)
            return rc;
        c->left--;
    }
    return q_next(r, op->input, err);
}

static int32_t limit_next(cg_run *r, q_op *op, cspm_error **err)
{
    count_op *c = (count_op *)op;
    int32_t rc;
    if (!c->open && (rc = q_count_value(r, c->count, &c->left, err)) < 0)
        return rc;
    c->open = true;
    if (!c->left)
        return CSPM_DONE;
    c->left--;
    return q_next(r, op->input, err);
}

static void count_rewind(cg_run *r, q_op *op)
{
    ((count_op *)op)->open = false;
}

static const q_op_class skip_class = { "Skip", skip_next, count_rewind, NULL, NULL };
static const q_op_class limit_class = { "Limit", limit_next, count_rewind, NULL, NULL };

static q_op *count_new(cg_run *r, const q_op_class *cls, q_op *input, const q_expr *count)
{
    count_op *c = q_op_new(r, cls, sizeof *c, input);
    if (c) {
        c->count = count;
        if (cls == &limit_class && count->kind == X_LITERAL && count->value.type == CG_INT && (double)count->value.integer < c->op.rows)
            c->op.rows = (double)count->value.integer;
    }
    return (q_op *)c;
}

q_op *q_op_skip(cg_run *r, q_op *input, const q_expr *count)
{
    return count_new(r, &skip_class, input, count);
}
q_op *q_op_limit(cg_run *r, q_op *input, const q_expr *count)
{
    return count_new(r, &limit_class, input, count);
}
