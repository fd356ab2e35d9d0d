/* Shortest paths under predicates that only a whole path can answer: trails between the two nodes in order of length.
 *
 * Each length is a depth-first enumeration of its own, pruned by the distance of every node to the target, so memory stays that of one
 * path. The work budget bounds how long this goes on. */
#include "query/exec.h"

typedef struct level {
    cg_adj_iter it;
    cg_node node;
    cg_rel rel; /* that led here */
} level;

typedef struct test_op {
    q_op op;
    q_step step;
    const q_path_pat *path;
    bool open, all, capped, measured;
    bool found, deeper; /* at this length; longer trails exist */
    uint32_t max, length;
    cg_node from, to, far_of;
    uint32_t *far; /* hops to the target, UINT32_MAX = none */
    CG_VEC(level) stack;
} test_op;

static cg_node other_end(cg_dir dir, const cg_edge *edge, cg_node at)
{
    return dir == CG_OUT ? edge->to : dir == CG_IN ? edge->from : edge->from == at ? edge->to : edge->from;
}

static int32_t measure(cg_run *r, test_op *x, cspm_error **err)
{
    uint32_t n_nodes = cg_graph_n_nodes(r->g), n = 0, k;
    cg_hops hops;
    cg_hop block[64];
    cg_dir back = x->step.dir == CG_OUT ? CG_IN : x->step.dir == CG_IN ? CG_OUT : CG_BOTH;
    int32_t rc = CSPM_OK;
    if (x->measured && x->far_of == x->to)
        return CSPM_OK;
    if (!x->far && !(x->far = cg_alloc_array(r->mem, n_nodes, sizeof *x->far)))
        return cg_nomem(r->mem, err);
    cg_node *queue = cg_alloc_array(r->mem, n_nodes, sizeof *queue);
    if (!queue)
        return cg_nomem(r->mem, err);
    memset(x->far, 0xFF, n_nodes * sizeof *x->far);
    x->far[x->to] = 0;
    queue[n++] = x->to;
    cg_hops_init(&hops, r->g, back, x->step.kinds);
    while (rc >= 0 && (k = cg_hops_next(&hops, queue, n, block, 64))) {
        rc = q_tick(r, k, err);
        for (uint32_t i = 0; i < k; i++) {
            cg_node v = block[i].node;
            if (x->far[v] == UINT32_MAX) {
                x->far[v] = x->far[queue[block[i].at]] + 1;
                queue[n++] = v;
            }
        }
    }
    cg_free(r->mem, queue);
    x->measured = rc >= 0;
    x->far_of = x->to;
    return rc;
}

static int32_t push_level(cg_run *r, test_op *x, cg_node node, cg_rel rel, cspm_error **err)
{
    level l = { .node = node, .rel = rel };
    if (!cg_vec_push(r->mem, &x->stack, l))
        return cg_nomem(r->mem, err);
    cg_adj_init(&x->stack.data[x->stack.count - 1].it, r->g, node, x->step.dir, x->step.kinds);
    return CSPM_OK;
}

static int32_t open_row(cg_run *r, test_op *x, cspm_error **err)
{
    cg_value from = r->frame[x->step.from], to = r->frame[x->step.to];
    x->open = false;
    if (from.type != CG_NODE || to.type != CG_NODE || from.node == to.node || x->step.no_kind)
        return CSPM_OK;
    x->from = from.node;
    x->to = to.node;
    q_eval e = { r, q_arena(r, &x->op) };
    int32_t rc = q_element_allowed(&e, &x->step, from, err);
    if (rc <= 0 || (rc = measure(r, x, err)) < 0)
        return rc;
    if (x->far[x->from] == UINT32_MAX || x->far[x->from] > x->max)
        return CSPM_OK;
    x->open = true;
    x->found = x->deeper = false;
    x->length = x->far[x->from];
    x->stack.count = 0;
    return push_level(r, x, x->from, CG_NO_REL, err);
}

static int32_t allowed(cg_run *r, test_op *x, const cg_edge *edge, cg_node other, cspm_error **err)
{
    size_t depth = x->stack.count; /* after the step */
    if (!q_visible(r, other) || x->far[other] == UINT32_MAX)
        return 0;
    for (size_t i = 1; i < x->stack.count; i++) {
        if (x->stack.data[i].rel == edge->rel)
            return 0;
    }
    if (depth + x->far[other] > x->length) {
        x->deeper = true;
        return 0;
    }
    q_eval e = { r, q_arena(r, &x->op) };
    int32_t rc = q_element_allowed(&e, &x->step, cg_v_rel(edge->rel), err);
    return rc > 0 ? q_element_allowed(&e, &x->step, cg_v_node(other), err) : rc;
}

/* The path on the stack into the frame; 1 when it passes, 0 when not. */
static int32_t passes(cg_run *r, test_op *x, cspm_error **err)
{
    uint32_t n = (uint32_t)x->stack.count - 1;
    cg_arena *arena = q_arena(r, &x->op);
    cg_list *l = q_list_new(arena, n);
    if (!l)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        l->items[x->step.reversed ? n - 1 - i : i] = cg_v_rel(x->stack.data[i + 1].rel);
    cg_value v = q_v_list(l);
    v.reserved = 1;
    r->frame[x->step.rel->slot] = v;
    int32_t rc = x->path->slot == Q_NO_SLOT ? CSPM_OK : q_build_path(r, arena, x->path, err);
    q_eval e = { r, arena };
    q_truth t = Q_TRUE;
    for (uint32_t i = 0; rc >= 0 && t == Q_TRUE && i < x->step.n_tests; i++)
        rc = q_test(&e, x->step.tests[i], &t, err);
    return rc < 0 ? rc : t == Q_TRUE;
}

/* The next path of this length that passes: CSPM_OK, or CSPM_DONE. */
static int32_t advance(cg_run *r, test_op *x, cspm_error **err)
{
    int32_t rc;
    while (x->stack.count) {
        level *top = &x->stack.data[x->stack.count - 1];
        cg_edge edge;
        if (x->stack.count - 1 >= x->length) {
            x->deeper = x->deeper || cg_adj_next(&top->it, &edge);
            x->stack.count--;
            continue;
        }
        if (!cg_adj_next(&top->it, &edge)) {
            x->stack.count--;
            continue;
        }
        cg_node other = other_end(x->step.dir, &edge, top->node);
        if ((rc = q_work(r, err)) < 0 || (rc = allowed(r, x, &edge, other, err)) < 0)
            return rc;
        if (!rc)
            continue;
        if ((rc = push_level(r, x, other, edge.rel, err)) < 0)
            return rc;
        if (x->stack.count - 1 < x->length || other != x->to)
            continue;
        if ((rc = passes(r, x, err)) != 0)
            return rc < 0 ? rc : CSPM_OK;
    }
    return CSPM_DONE;
}

static int32_t test_next(cg_run *r, q_op *op, cspm_error **err)
{
    test_op *x = (test_op *)op;
    for (;;) {
        int32_t rc;
        while (!x->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = open_row(r, x, err)) < 0)
                return rc;
        }
        if ((rc = advance(r, x, err)) < 0)
            return rc;
        if (rc == CSPM_OK) {
            x->found = true;
            x->open = x->all;
            return CSPM_OK;
        }
        if (x->found || !x->deeper || x->length >= x->max) {
            if (!x->found && x->deeper && x->capped)
                r->truncated |= CSPM_TRUNCATED_WORK;
            x->open = false;
            continue;
        }
        x->length++;
        x->deeper = false;
        if ((rc = push_level(r, x, x->from, CG_NO_REL, err)) < 0)
            return rc;
    }
}

static void test_rewind(cg_run *r, q_op *op)
{
    ((test_op *)op)->open = false;
    ((test_op *)op)->stack.count = 0;
}

static void test_close(cg_run *r, q_op *op)
{
    test_op *x = (test_op *)op;
    cg_vec_free(r->mem, &x->stack);
    cg_free(r->mem, x->far);
    x->far = NULL;
}

static void test_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const test_op *x = (const test_op *)op;
    cg_buf_adds(out, x->all ? "all " : "one ");
    q_describe_step(r, &x->step, out);
    cg_buf_printf(out, ", %u predicate%s on whole paths", x->step.n_tests, x->step.n_tests == 1 ? "" : "s");
}

static const q_op_class test_class = { "ShortestTested", test_next, test_rewind, test_close, test_describe };

q_op *q_op_shortest_tested(cg_run *r, q_op *input, const q_step *step, const q_path_pat *path)
{
    test_op *x = q_op_new(r, &test_class, sizeof *x, input);
    if (!x)
        return NULL;
    x->step = *step;
    x->path = path;
    x->all = path->kind == Q_PATH_ALL_SHORTEST;
    x->max = step->rel->max;
    if (r->max_path_length && r->max_path_length < x->max) {
        x->max = r->max_path_length;
        x->capped = true;
    }
    return (q_op *)x;
}
