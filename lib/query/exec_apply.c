/* Plans inside plans: OPTIONAL MATCH, CALL { }, UNION. The inner plan sees the outer row through the frame. */
#include "query/exec.h"

typedef struct apply_op {
    q_op op;
    const uint32_t *slots; /* OPTIONAL: what becomes null */
    uint32_t n;
    const q_clause *call;
    bool open, matched;
} apply_op;

static void give_null(cg_run *r, const apply_op *a)
{
    for (uint32_t i = 0; i < a->n; i++)
        r->frame[a->slots[i]] = cg_v_null();
    for (uint32_t i = 0; a->call && i < a->call->sub->query->n_columns; i++)
        r->frame[a->call->slot + i] = cg_v_null();
}

static int32_t apply_next(cg_run *r, q_op *op, cspm_error **err)
{
    apply_op *a = (apply_op *)op;
    for (;;) {
        int32_t rc;
        if (!a->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK)
                return rc;
            q_rewind(r, op->second);
            a->open = true;
            a->matched = false;
        }
        rc = q_next(r, op->second, err);
        if (rc < 0)
            return rc;
        if (rc == CSPM_OK) {
            a->matched = true;
            for (uint32_t i = 0; a->call && i < a->call->sub->query->n_columns; i++)
                r->frame[a->call->slot + i] = r->frame[a->call->sub->query->slots[i]];
            return CSPM_OK;
        }
        a->open = false;
        if (!a->matched && (!a->call || a->call->optional)) {
            give_null(r, a);
            return q_work(r, err);
        }
    }
}

static void apply_rewind(cg_run *r, q_op *op)
{
    ((apply_op *)op)->open = false;
}

static const q_op_class optional_class = { "Optional", apply_next, apply_rewind, NULL, NULL };
static const q_op_class call_class = { "Call", apply_next, apply_rewind, NULL, NULL };

q_op *q_op_optional(cg_run *r, q_op *input, q_op *right, const uint32_t *slots, uint32_t n)
{
    apply_op *a = q_op_new(r, &optional_class, sizeof *a, input);
    if (a) {
        a->op.second = right;
        a->slots = slots;
        a->n = n;
        a->op.rows *= right->rows > 1 ? right->rows : 1;
    }
    return (q_op *)a;
}

q_op *q_op_call(cg_run *r, q_op *input, q_op *right, const q_clause *clause)
{
    apply_op *a = q_op_new(r, &call_class, sizeof *a, input);
    if (a) {
        a->op.second = right;
        a->call = clause;
        a->op.rows *= right->rows;
    }
    return (q_op *)a;
}

/* ---- UNION ---- */

typedef struct union_op {
    q_op op;
    q_op *const *parts;
    const q_regular *query;
    uint32_t at;
} union_op;

static int32_t union_next(cg_run *r, q_op *op, cspm_error **err)
{
    union_op *u = (union_op *)op;
    for (; u->at < u->query->n; u->at++) {
        int32_t rc = q_next(r, u->parts[u->at], err);
        if (rc < 0)
            return rc;
        if (rc == CSPM_DONE)
            continue;
        const q_single *s = u->query->parts[u->at];
        const q_projection *p = s->clauses[s->n - 1]->proj;
        for (uint32_t i = 0; i < u->query->n_columns; i++)
            r->frame[u->query->slots[i]] = r->frame[p->items[i].slot];
        return CSPM_OK;
    }
    return CSPM_DONE;
}

static void union_rewind(cg_run *r, q_op *op)
{
    union_op *u = (union_op *)op;
    u->at = 0;
    for (uint32_t i = 0; i < u->query->n; i++)
        q_rewind(r, u->parts[i]);
}

static void union_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    cg_buf_printf(out, "%u parts", ((const union_op *)op)->query->n);
}

static const q_op_class union_class = { "Union", union_next, union_rewind, NULL, union_describe };

uint32_t q_union_parts(const q_op *op, q_op *const **parts)
{
    if (op->cls != &union_class)
        return 0;
    *parts = ((const union_op *)op)->parts;
    return ((const union_op *)op)->query->n;
}

q_op *q_op_union(cg_run *r, q_op *const *parts, const q_regular *query)
{
    union_op *u = q_op_new(r, &union_class, sizeof *u, NULL);
    if (u) {
        u->parts = parts;
        u->query = query;
        u->op.rows = 0;
        for (uint32_t i = 0; i < query->n; i++)
            u->op.rows += parts[i]->rows;
    }
    return (q_op *)u;
}
