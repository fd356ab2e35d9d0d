/* Variable-length relationships: lazy depth-first enumeration of trails.
 *
 * When the far end is bound, or carries a rare label, a breadth-first search from there gives every node its distance to the end; a branch
 * that cannot arrive within the remaining length is not entered. That removes no row, only dead ends. */
#include "query/exec.h"

#define Q_FAR UINT16_MAX

typedef struct level {
    cg_adj_iter it;
    cg_node node;
    cg_rel rel; /* that led here */
} level;

typedef struct var_op {
    q_op op;
    q_step step;
    bool open, zero_given;
    uint32_t max;
    bool capped; /* max comes from the run's path length limit */
    cg_node from, to;
    CG_VEC(level) stack;
    uint16_t *far; /* hops to the far end; Q_FAR = cannot arrive */
    bool prune;
    cg_node far_of; /* the bound end it was computed for; CG_NO_NODE = the label set */
    bool far_ready;
} var_op;

static cg_dir opposite(cg_dir d)
{
    return d == CG_OUT ? CG_IN : d == CG_IN ? CG_OUT : CG_BOTH;
}

/* Breadth-first from the frontier, against the direction of the step. */
static int32_t spread(cg_run *r, var_op *x, cg_node *queue, uint32_t n, cspm_error **err)
{
    uint32_t limit = x->max < Q_FAR - 1 ? x->max : Q_FAR - 1, begin = 0, depth = 0, k;
    cg_hops hops;
    cg_hop block[64];
    cg_hops_init(&hops, r->g, opposite(x->step.dir), x->step.kinds);
    for (uint32_t end = n; begin < end && depth < limit; begin = end, end = n, depth++) {
        while ((k = cg_hops_next(&hops, queue, end, block, 64))) {
            int32_t rc = q_tick(r, k, err);
            if (rc < 0)
                return rc;
            for (uint32_t i = 0; i < k; i++) {
                cg_node other = block[i].node;
                if (x->far[other] == Q_FAR) {
                    x->far[other] = (uint16_t)(depth + 1);
                    queue[n++] = other;
                }
            }
        }
    }
    if (begin < n)
        x->prune = x->prune && x->max <= limit; /* what lies beyond was not measured */
    return CSPM_OK;
}

/* The nodes the far end can be, ascending. */
static uint32_t find_targets(const cg_run *r, var_op *x, cg_node *queue)
{
    const q_labels *l = x->step.target;
    uint32_t n = 0;
    cg_label_iter it;
    cg_node v;
    if (l->kind == QL_NAME && r->names[l->name] != CG_NO_NAME) {
        for (cg_label_iter_init(&it, r->g, r->names[l->name]); cg_label_iter_next(&it, &v);)
            queue[n++] = v;
    } else {
        for (v = 0; v < cg_graph_n_nodes(r->g); v++) {
            if (q_has_labels(r, l, cg_v_node(v)))
                queue[n++] = v;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        x->far[queue[i]] = 0;
    return n;
}

static int32_t measure(cg_run *r, var_op *x, cspm_error **err)
{
    uint32_t n_nodes = cg_graph_n_nodes(r->g), n = 0;
    if (x->far_ready && (!x->step.into || x->far_of == x->to))
        return CSPM_OK;
    if (!x->far && !(x->far = cg_alloc_array(r->mem, n_nodes, sizeof *x->far)))
        return cg_nomem(r->mem, err);
    cg_node *queue = cg_alloc_array(r->mem, n_nodes, sizeof *queue);
    if (!queue)
        return cg_nomem(r->mem, err);
    memset(x->far, 0xFF, n_nodes * sizeof *x->far);
    if (x->step.into) {
        queue[n++] = x->to;
        x->far[x->to] = 0;
    } else {
        n = find_targets(r, x, queue);
    }
    x->far_of = x->to;
    int32_t rc = spread(r, x, queue, n, err);
    x->far_ready = rc >= 0;
    cg_free(r->mem, queue);
    return rc < 0 ? rc : q_tick(r, n_nodes / 64, err);
}

static int32_t push_level(cg_run *r, var_op *x, cg_node node, cg_rel rel, cspm_error **err)
{
    if (!cg_vec_reserve(r->mem, &x->stack, 1))
        return cg_nomem(r->mem, err);
    level *l = &x->stack.data[x->stack.count++];
    l->node = node;
    l->rel = rel;
    cg_adj_init(&l->it, r->g, node, x->step.dir, x->step.kinds);
    return CSPM_OK;
}

static bool on_stack(const var_op *x, cg_rel rel)
{
    for (size_t i = 1; i < x->stack.count; i++) {
        if (x->stack.data[i].rel == rel)
            return true;
    }
    return false;
}

static int32_t emit(cg_run *r, var_op *x, cspm_error **err)
{
    uint32_t n = (uint32_t)x->stack.count - 1;
    r->frame[x->step.to] = cg_v_node(x->stack.data[n].node);
    if (!x->step.keep)
        return CSPM_OK;
    cg_list *l = q_list_new(q_arena(r, &x->op), n);
    if (!l)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        l->items[x->step.reversed ? n - 1 - i : i] = cg_v_rel(x->stack.data[i + 1].rel);
    cg_value v = q_v_list(l);
    v.reserved = 1;
    r->frame[x->step.rel->slot] = v;
    return CSPM_OK;
}

static bool arrived(const var_op *x, cg_node node, size_t length)
{
    return length >= x->step.rel->min && (!x->step.into || node == x->to);
}

/* May the walk go over this relationship? 1 yes, 0 no, negative error. */
static int32_t allowed(cg_run *r, var_op *x, const cg_edge *edge, cg_node other, cspm_error **err)
{
    size_t length = x->stack.count; /* after the step */
    if (x->prune && (x->far[other] == Q_FAR || (x->max != UINT32_MAX && length + x->far[other] > x->max)))
        return 0;
    if (!q_visible(r, other) || on_stack(x, edge->rel) || q_is_used(r, &x->step.uses, edge->rel))
        return 0;
    if (!x->step.rel->step_filter)
        return 1;
    q_truth t;
    q_eval e = { r, q_arena(r, &x->op) };
    r->frame[x->step.rel->step_slot] = cg_v_rel(edge->rel);
    int32_t rc = q_test(&e, x->step.rel->step_filter, &t, err);
    return rc < 0 ? rc : t == Q_TRUE;
}

/* Walk on until the next arrival. CSPM_OK arrived, CSPM_DONE nothing more from this start. */
static int32_t advance(cg_run *r, var_op *x, cspm_error **err)
{
    int32_t rc;
    if (!x->zero_given) {
        x->zero_given = true;
        if (arrived(x, x->from, 0))
            return emit(r, x, err);
    }
    while (x->stack.count) {
        level *top = &x->stack.data[x->stack.count - 1];
        cg_edge edge;
        cg_node node = top->node;
        if (x->stack.count - 1 >= x->max) {
            if (x->capped && cg_adj_next(&top->it, &edge))
                r->truncated |= CSPM_TRUNCATED_WORK;
            x->stack.count--;
            continue;
        }
        if (!cg_adj_next(&top->it, &edge)) {
            x->stack.count--;
            continue;
        }
        if ((rc = q_work(r, err)) < 0)
            return rc;
        cg_node other = x->step.dir == CG_OUT ? edge.to : x->step.dir == CG_IN ? edge.from : edge.from == node ? edge.to : edge.from;
        if ((rc = allowed(r, x, &edge, other, err)) < 0)
            return rc;
        if (!rc)
            continue;
        if ((rc = push_level(r, x, other, edge.rel, err)) < 0)
            return rc;
        if (arrived(x, other, x->stack.count - 1))
            return emit(r, x, err);
    }
    return CSPM_DONE;
}

/* The list is bound already: it must be a walk from here. */
static bool follow_list(cg_run *r, var_op *x)
{
    cg_value v = r->frame[x->step.rel->slot];
    if (v.type != CG_LIST || v.list->count < x->step.rel->min || v.list->count > x->step.rel->max)
        return false;
    cg_node at = x->from;
    for (uint32_t i = 0; i < v.list->count; i++) {
        cg_value item = v.list->items[x->step.reversed ? v.list->count - 1 - i : i];
        if (item.type != CG_REL)
            return false;
        cg_edge edge = cg_rel_get(r->g, item.rel);
        bool out = (x->step.dir & CG_OUT) && edge.from == at, in = (x->step.dir & CG_IN) && edge.to == at;
        if ((!out && !in) || !cg_kind_set_has(x->step.kinds, edge.kind))
            return false;
        at = out ? edge.to : edge.from;
    }
    if (x->step.into && at != x->to)
        return false;
    r->frame[x->step.to] = cg_v_node(at);
    return true;
}

static int32_t open_row(cg_run *r, var_op *x, cspm_error **err)
{
    cg_value from = r->frame[x->step.from], to = x->step.into ? r->frame[x->step.to] : cg_v_null();
    x->open = false;
    if (from.type != CG_NODE || (x->step.into && to.type != CG_NODE))
        return CSPM_OK;
    x->from = from.node;
    x->to = x->step.into ? to.node : CG_NO_NODE;
    x->stack.count = 0;
    x->zero_given = false;
    if (x->prune && !x->step.no_kind) {
        int32_t rc = measure(r, x, err);
        if (rc < 0)
            return rc;
        if (x->prune && (x->far[x->from] == Q_FAR || (x->max != UINT32_MAX && x->far[x->from] > x->max)))
            return CSPM_OK;
    }
    x->open = true;
    return push_level(r, x, x->from, CG_NO_REL, err);
}

static int32_t var_next(cg_run *r, q_op *op, cspm_error **err)
{
    var_op *x = (var_op *)op;
    for (;;) {
        int32_t rc;
        while (!x->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = open_row(r, x, err)) < 0)
                return rc;
            if (x->open && x->step.rel_bound) {
                x->open = false;
                if (follow_list(r, x))
                    return CSPM_OK;
            }
        }
        if ((rc = advance(r, x, err)) != CSPM_DONE)
            return rc;
        x->open = false;
    }
}

static void var_rewind(cg_run *r, q_op *op)
{
    ((var_op *)op)->open = false;
    ((var_op *)op)->stack.count = 0;
}

static void var_close(cg_run *r, q_op *op)
{
    var_op *x = (var_op *)op;
    cg_vec_free(r->mem, &x->stack);
    cg_free(r->mem, x->far);
    x->far = NULL;
}

static void var_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const var_op *x = (const var_op *)op;
    q_describe_step(r, &x->step, out);
    if (x->prune)
        cg_buf_adds(out, " pruned by distance");
}

static const q_op_class var_class = { "VarExpand", var_next, var_rewind, var_close, var_describe };

q_op *q_op_var_expand(cg_run *r, q_op *input, const q_step *step)
{
    var_op *x = q_op_new(r, &var_class, sizeof *x, input);
    if (!x)
        return NULL;
    x->step = *step;
    x->max = step->no_kind ? 0 : step->rel->max;
    if (r->max_path_length && r->max_path_length < x->max) {
        x->max = r->max_path_length;
        x->capped = true;
    }
    x->prune = x->max > 2 && !step->rel_bound && (step->into || step->target);
    return (q_op *)x;
}
