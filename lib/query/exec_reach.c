/* Variable-length relationships whose walks nobody sees: which nodes can be reached, each given once.
 *
 * Used where neither the list of relationships nor the number of rows can be observed, for a lower bound of 0 or 1. A breadth-first search
 * then answers what enumerating trails would: the shortest walk to another node repeats nothing, so it is a trail. Only the way back to the
 * start needs care when relationships are walked in both directions: it must close a cycle, not return over the same relationship. Every
 * node remembers the relationship its walk left the start by; a relationship between nodes of different branches closes a cycle. */
#include "query/exec.h"

typedef struct reach_op {
    q_op op;
    q_step step;
    bool open, both;
    bool live;   /* a search stands that another row of the same start may go on with */
    bool closed; /* the start counts as reached */
    bool scanning, start_pending;
    bool capped; /* max comes from the run's path length limit */
    uint32_t max;
    cg_node from, to, node;
    cg_adj_iter it;
    uint32_t stamp; /* of this search, in `seen` */
    uint32_t *seen, *dist;
    cg_rel *branch;
    cg_node *queue;
    uint32_t n_queue, at;
} reach_op;

static int32_t allocate(cg_run *r, reach_op *x, cspm_error **err)
{
    uint32_t n = cg_graph_n_nodes(r->g);
    if (x->queue)
        return CSPM_OK;
    x->seen = x->seen ? x->seen : cg_calloc(r->mem, n, sizeof *x->seen);
    x->dist = x->dist ? x->dist : cg_alloc_array(r->mem, n, sizeof *x->dist);
    if (x->both && !x->branch)
        x->branch = cg_alloc_array(r->mem, n, sizeof *x->branch);
    if (x->seen && x->dist && (!x->both || x->branch))
        x->queue = cg_alloc_array(r->mem, n, sizeof *x->queue);
    return x->queue ? CSPM_OK : cg_nomem(r->mem, err);
}

static void start_search(cg_run *r, reach_op *x)
{
    if (++x->stamp == 0) {
        memset(x->seen, 0, cg_graph_n_nodes(r->g) * sizeof *x->seen);
        x->stamp = 1;
    }
    x->seen[x->from] = x->stamp;
    x->dist[x->from] = 0;
    x->queue[0] = x->from;
    x->n_queue = 1;
    x->at = 0;
    x->scanning = false;
    x->closed = x->start_pending = x->step.rel->min == 0;
    x->live = true;
}

/* Would this relationship between two known nodes lead back to the start without repeating itself? */
static bool closes(const reach_op *x, const cg_edge *edge, cg_node other)
{
    if (!x->both)
        return other == x->from;
    if (x->node == x->from && other == x->from)
        return true;
    if (other == x->from)
        return edge->rel != x->branch[x->node];
    if (x->node == x->from)
        return edge->rel != x->branch[other] && x->max >= 2;
    return x->branch[x->node] != x->branch[other] && (uint64_t)x->dist[x->node] + x->dist[other] + 1 <= x->max;
}

/* May the walk go over this relationship? 1 yes, 0 no, negative error. */
static int32_t allowed(cg_run *r, reach_op *x, cg_rel rel, cspm_error **err)
{
    q_truth t;
    if (q_is_used(r, &x->step.uses, rel))
        return 0;
    if (!x->step.rel->step_filter)
        return 1;
    q_eval e = { r, q_arena(r, &x->op) };
    r->frame[x->step.rel->step_slot] = cg_v_rel(rel);
    int32_t rc = q_test(&e, x->step.rel->step_filter, &t, err);
    return rc < 0 ? rc : t == Q_TRUE;
}

/* The next relationship of the frontier: CSPM_OK, or CSPM_DONE when the search has nothing left. */
static int32_t next_edge(cg_run *r, reach_op *x, cg_edge *edge, cspm_error **err)
{
    for (;;) {
        if (x->scanning && cg_adj_next(&x->it, edge))
            return q_work(r, err);
        x->scanning = false;
        if (x->at == x->n_queue)
            return CSPM_DONE;
        x->node = x->queue[x->at];
        cg_adj_init(&x->it, r->g, x->node, x->step.dir, x->step.kinds);
        if (x->dist[x->node] >= x->max) {
            if (x->capped && cg_adj_next(&x->it, edge))
                r->truncated |= CSPM_TRUNCATED_WORK;
            return CSPM_DONE;
        }
        x->at++;
        x->scanning = true;
    }
}

static bool give(cg_run *r, const reach_op *x, cg_node node)
{
    if (x->step.into && node != x->to)
        return false;
    r->frame[x->step.to] = cg_v_node(node);
    return true;
}

/* Search on until a node is reached that counts. */
static int32_t advance(cg_run *r, reach_op *x, cspm_error **err)
{
    int32_t rc;
    cg_edge edge;
    if (x->start_pending) {
        x->start_pending = false;
        if (give(r, x, x->from))
            return CSPM_OK;
    }
    while ((rc = next_edge(r, x, &edge, err)) == CSPM_OK) {
        cg_node other = x->step.dir == CG_OUT ? edge.to : x->step.dir == CG_IN ? edge.from : edge.from == x->node ? edge.to : edge.from;
        bool fresh = x->seen[other] != x->stamp;
        if (!q_visible(r, other) || (!fresh && (x->closed || !closes(x, &edge, other))))
            continue;
        if ((rc = allowed(r, x, edge.rel, err)) < 0)
            return rc;
        if (!rc)
            continue;
        if (fresh) {
            x->seen[other] = x->stamp;
            x->dist[other] = x->dist[x->node] + 1;
            if (x->both)
                x->branch[other] = x->node == x->from ? edge.rel : x->branch[x->node];
            x->queue[x->n_queue++] = other;
        } else {
            x->closed = true;
            other = x->from;
        }
        if (give(r, x, other))
            return CSPM_OK;
    }
    return rc;
}

/* CSPM_OK: the row is answered by what an earlier row of the same start found; CSPM_DONE: search. */
static int32_t open_row(cg_run *r, reach_op *x, cspm_error **err)
{
    cg_value from = r->frame[x->step.from], to = x->step.into ? r->frame[x->step.to] : cg_v_null();
    x->open = false;
    if (from.type != CG_NODE || (x->step.into && to.type != CG_NODE))
        return CSPM_DONE;
    int32_t rc = allocate(r, x, err);
    if (rc < 0)
        return rc;
    bool same = x->live && x->step.into && x->from == from.node && !x->step.uses.n && !x->step.rel->step_filter;
    x->from = from.node;
    x->to = x->step.into ? to.node : CG_NO_NODE;
    if (same) {
        x->start_pending = false;
        if (x->to == x->from ? x->closed : x->seen[x->to] == x->stamp)
            return CSPM_OK;
    } else {
        start_search(r, x);
    }
    x->open = true;
    return CSPM_DONE;
}

static int32_t reach_next(cg_run *r, q_op *op, cspm_error **err)
{
    reach_op *x = (reach_op *)op;
    for (;;) {
        int32_t rc;
        while (!x->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = open_row(r, x, err)) != CSPM_DONE)
                return rc;
        }
        rc = advance(r, x, err);
        x->open = rc == CSPM_OK && !x->step.into; /* a bound end is reached once */
        if (rc < 0)
            x->live = false;
        if (rc != CSPM_DONE)
            return rc;
    }
}

static void reach_rewind(cg_run *r, q_op *op)
{
    ((reach_op *)op)->open = false;
}

static void reach_close(cg_run *r, q_op *op)
{
    reach_op *x = (reach_op *)op;
    cg_free(r->mem, x->seen);
    cg_free(r->mem, x->dist);
    cg_free(r->mem, x->branch);
    cg_free(r->mem, x->queue);
    x->seen = x->dist = NULL;
    x->branch = NULL;
    x->queue = NULL;
}

static void reach_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    q_describe_step(r, &((const reach_op *)op)->step, out);
}

static const q_op_class reach_class = { "Reach", reach_next, reach_rewind, reach_close, reach_describe };

q_op *q_op_reach(cg_run *r, q_op *input, const q_step *step)
{
    reach_op *x = q_op_new(r, &reach_class, sizeof *x, input);
    if (!x)
        return NULL;
    x->step = *step;
    x->both = step->dir == CG_BOTH && step->rel->min == 1;
    x->max = step->no_kind ? 0 : step->rel->max;
    if (r->max_path_length && r->max_path_length < x->max) {
        x->max = r->max_path_length;
        x->capped = true;
    }
    return (q_op *)x;
}
