/* Clauses to operators. The plan is made for one graph and one run; planning costs microseconds and knows the graph's statistics. */
#include "query/exec.h"
#include "query/pipe.h"

uint64_t *q_bitmap(cg_run *r)
{
    return cg_arena_calloc(&r->arena, (r->n_slots + 63) / 64 + 1, sizeof(uint64_t));
}

static q_op *refused(cg_run *r, cspm_error **err)
{
    if (r->n_ops >= Q_MAX_OPS)
        q_run_limit(r, err, "plan operators", Q_MAX_OPS);
    else
        cg_nomem(r->mem, err);
    return NULL;
}

/* ---- projections ---- */

typedef struct slot_list {
    uint32_t *slots, n;
} slot_list;

static void add_slot(slot_list *l, uint32_t slot)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->slots[i] == slot)
            return;
    }
    l->slots[l->n++] = slot;
}

static void add_read_slots(const cg_run *r, slot_list *l, const q_expr *e, uint32_t level)
{
    if (e->kind == X_VAR && r->q->levels.data[e->slot] == level)
        add_slot(l, e->slot);
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i])
            add_read_slots(r, l, e->args[i], level);
    }
    for (uint32_t i = 0; e->sub && i < e->sub->n_outer; i++) {
        if (r->q->levels.data[e->sub->outer[i]] == level)
            add_slot(l, e->sub->outer[i]);
    }
}

static bool computes(const q_projection *p)
{
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (!(p->items[i].expr->kind == X_VAR && p->items[i].expr->slot == p->items[i].slot) &&
            (!p->aggregate || p->items[i].expr->has_agg))
            return true;
    }
    return false;
}

static q_op *plan_projection(cg_run *r, q_op *op, const q_projection *p, uint32_t level, uint64_t *bound)
{
    slot_list keep = { cg_arena_alloc(&r->arena, (r->n_slots + 1) * sizeof(uint32_t)), 0 };
    if (!keep.slots)
        return NULL;
    if (p->aggregate)
        op = q_op_aggregate(r, op, p);
    if (op && computes(p))
        op = q_op_project(r, op, p);
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (r->q->levels.data[p->items[i].slot] == level)
            q_bit_set(bound, p->items[i].slot);
        add_slot(&keep, p->items[i].slot);
    }
    if (op && p->distinct)
        op = q_op_distinct(r, op, keep.slots, keep.n);
    if (op && p->n_order) {
        if (p->where)
            add_read_slots(r, &keep, p->where, level);
        op = q_op_sort(r, op, p->order, p->n_order, keep.slots, keep.n, p->limit ? p->skip : NULL, p->limit);
    }
    if (op && p->skip)
        op = q_op_skip(r, op, p->skip);
    if (op && p->limit)
        op = q_op_limit(r, op, p->limit);
    if (op && p->where) {
        const q_expr **one = cg_arena_alloc(&r->arena, sizeof *one);
        if (!one)
            return NULL;
        *one = p->where;
        op = q_op_filter(r, op, one, 1);
    }
    return op;
}

/* ---- clauses ---- */

static uint32_t fresh_slots(const q_pattern *p, uint32_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        const q_path_pat *path = p->paths[i];
        for (uint32_t k = 0; k <= path->n_rels; k++) {
            if (path->nodes[k]->fresh)
                out[n++] = path->nodes[k]->slot;
            if (k < path->n_rels && path->rels[k]->fresh)
                out[n++] = path->rels[k]->slot;
        }
        if (path->slot != Q_NO_SLOT)
            out[n++] = path->slot;
    }
    return n;
}

static q_op *plan_optional(cg_run *r, q_op *op, const q_pattern *p, uint32_t level, uint64_t *bound, bool once, cspm_error **err)
{
    uint32_t *slots = cg_arena_alloc(&r->arena, (4 * Q_MAX_PATTERN + 4) * sizeof *slots);
    q_op *start = q_op_start(r);
    if (!slots || !start)
        return refused(r, err);
    q_op *right = q_plan_match(r, start, p, level, bound, once, err);
    if (!right)
        return NULL;
    q_op *both = q_op_optional(r, op, right, slots, fresh_slots(p, slots));
    return both ? both : refused(r, err);
}

static q_op *plan_clause(cg_run *r, q_op *op, const q_clause *c, uint32_t level, uint64_t *bound, bool once, cspm_error **err)
{
    q_op *next = NULL;
    switch (c->kind) {
    case QC_MATCH:
        return c->optional ? plan_optional(r, op, c->pattern, level, bound, once, err)
                           : q_plan_match(r, op, c->pattern, level, bound, once, err);
    case QC_UNWIND:
        next = q_op_unwind(r, op, c);
        q_bit_set(bound, c->slot);
        break;
    case QC_CALL: {
        q_op *right = q_plan_regular(r, c->sub->query, c->sub->level, once, err);
        if (!right)
            return NULL;
        next = q_op_call(r, op, right, c);
        for (uint32_t i = 0; i < c->sub->query->n_columns; i++)
            q_bit_set(bound, c->slot + i);
        break;
    }
    default:
        next = plan_projection(r, op, c->proj, level, bound);
    }
    return next ? next : refused(r, err);
}

/* Do equal rows before this projection show in what comes out of it, when they would not show behind it? */
static bool projection_hides_repeats(const q_projection *p, bool once)
{
    if (!p->aggregate)
        return p->distinct || (once && !p->skip && !p->limit);
    for (uint32_t i = 0; i < p->n_aggs; i++) {
        uint8_t kind = p->aggs[i]->func->aggregate;
        if (!p->aggs[i]->distinct && kind != QA_MIN && kind != QA_MAX)
            return false;
    }
    return true;
}

static q_op *plan_single(cg_run *r, const q_single *s, uint32_t level, bool once, cspm_error **err)
{
    uint64_t *bound = q_bitmap(r);
    bool *behind = cg_arena_alloc(&r->arena, s->n * sizeof *behind);
    q_op *op = bound && behind ? q_op_start(r) : NULL;
    if (!op)
        return refused(r, err);
    for (uint32_t k = s->n; k-- > 0;) {
        behind[k] = once;
        if (s->clauses[k]->proj)
            once = !r->q->has_volatile && projection_hides_repeats(s->clauses[k]->proj, once);
    }
    for (uint32_t k = 0; op && k < s->n; k++)
        op = plan_clause(r, op, s->clauses[k], level, bound, behind[k], err);
    return op;
}

q_op *q_plan_regular(cg_run *r, const q_regular *query, uint32_t level, bool once, cspm_error **err)
{
    q_op **parts = cg_arena_calloc(&r->arena, query->n, sizeof *parts);
    if (!parts)
        return refused(r, err);
    once = (once || query->distinct) && !r->q->has_volatile;
    for (uint32_t i = 0; i < query->n; i++) {
        if (!(parts[i] = plan_single(r, query->parts[i], level, once, err)))
            return NULL;
    }
    if (query->n == 1)
        return parts[0];
    q_op *all = q_op_union(r, parts, query);
    if (all && query->distinct && query->n_columns)
        all = q_op_distinct(r, all, query->slots, query->n_columns);
    return all ? all : refused(r, err);
}

int32_t q_plan(cg_run *r, cspm_error **err)
{
    const cg_query *q = r->q;
    if (q->pipe)
        return q_pipe_plan(r, err);
    for (size_t i = 0; i < q->subs.count; i++) {
        const q_sub *sub = q->subs.data[i];
        if (sub->call)
            continue;
        if (sub->query) {
            r->subs[i] = q_plan_regular(r, sub->query, sub->level, sub->exists, err);
        } else {
            uint64_t *bound = q_bitmap(r);
            q_op *start = bound ? q_op_start(r) : NULL;
            r->subs[i] =
                start ? q_plan_match(r, start, sub->pattern, sub->level, bound, sub->exists && !q->has_volatile, err) : refused(r, err);
        }
        if (!r->subs[i])
            return err && *err ? cspm_error_code(*err) : CSPM_E_NOMEM;
    }
    r->root = q_plan_regular(r, q->root, 0, false, err);
    return r->root ? CSPM_OK : err && *err ? cspm_error_code(*err) : CSPM_E_NOMEM;
}
