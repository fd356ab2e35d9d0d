/* shortestPath and allShortestPaths between two bound nodes.
 *
 * One breadth-first search per source, grown only as far as the targets ask; rows that share the source reuse it. Among equally short paths
 * the first in adjacency order is the one; equal ends give no row. */
#include "query/exec.h"

typedef struct pred {
    cg_rel rel;
    cg_node node;  /* one hop nearer to the source */
    uint32_t next; /* of the same node, 0 = none */
} pred;

#define BLOCKED (UINT32_MAX - 1) /* distance of a node that a predicate keeps out */

/* What a search knows of a node, in one place: looking at a neighbour touches memory once. */
typedef struct visit {
    uint32_t dist;        /* UINT32_MAX = not reached */
    uint32_t first, last; /* predecessors, index + 1 into preds; void until the node is reached */
} visit;

typedef struct shortest_op {
    q_op op;
    q_step step;
    const q_path_pat *path;
    bool open, all, searching;
    uint32_t max;
    bool capped;
    cg_node source; /* of the search */
    cg_node target;
    visit *of; /* each node */
    cg_node *queue;
    uint32_t n_queue, at;
    uint32_t hops, level_end; /* distance of queue[at]; where the next distance begins */
    CG_VEC(pred) preds;
    CG_VEC(uint32_t) choice; /* predecessor taken at each hop back from the target */
} shortest_op;

static int32_t start_search(cg_run *r, shortest_op *s, cg_node source, cspm_error **err)
{
    uint32_t n = cg_graph_n_nodes(r->g);
    if (!s->of) {
        s->of = cg_alloc_array(r->mem, n, sizeof *s->of);
        s->queue = cg_alloc_array(r->mem, n, sizeof *s->queue);
        if (!s->of || !s->queue)
            return cg_nomem(r->mem, err);
    }
    memset(s->of, 0xFF, n * sizeof *s->of);
    s->preds.count = 0;
    s->source = source;
    s->of[source].dist = 0;
    s->queue[0] = source;
    s->n_queue = s->level_end = 1;
    s->at = s->hops = 0;
    s->searching = true;
    return q_tick(r, n / 64, err);
}

static int32_t add_pred(cg_run *r, shortest_op *s, bool fresh, cg_node to, cg_node from, cg_rel rel, cspm_error **err)
{
    pred p = { rel, from, 0 };
    if (!cg_vec_push(r->mem, &s->preds, p))
        return cg_nomem(r->mem, err);
    uint32_t at = (uint32_t)s->preds.count;
    if (fresh)
        s->of[to].first = at;
    else
        s->preds.data[s->of[to].last - 1].next = at;
    s->of[to].last = at;
    return CSPM_OK;
}

int32_t q_element_allowed(q_eval *e, const q_step *s, cg_value element, cspm_error **err)
{
    q_truth t;
    int32_t rc;
    if (element.type == CG_REL && s->rel->step_filter) {
        e->run->frame[s->rel->step_slot] = element;
        if ((rc = q_test(e, s->rel->step_filter, &t, err)) < 0 || t != Q_TRUE)
            return rc < 0 ? rc : 0;
    }
    for (uint32_t i = 0; i < s->n_filters; i++) {
        const q_path_filter *f = &s->filters[i];
        if (f->nodes != (element.type == CG_NODE))
            continue;
        e->run->frame[f->quantifier->slot] = element;
        if ((rc = q_test(e, f->quantifier->args[1], &t, err)) < 0 || t != (f->none ? Q_FALSE : Q_TRUE))
            return rc < 0 ? rc : 0;
    }
    return 1;
}

static int32_t step_allowed(cg_run *r, shortest_op *s, cg_rel rel, cg_node fresh, cspm_error **err)
{
    if (!s->step.rel->step_filter && !s->step.n_filters)
        return 1;
    q_eval e = { r, q_arena(r, &s->op) };
    int32_t rc = q_element_allowed(&e, &s->step, cg_v_rel(rel), err);
    if (rc <= 0 || fresh == CG_NO_NODE)
        return rc;
    rc = q_element_allowed(&e, &s->step, cg_v_node(fresh), err);
    if (!rc)
        s->of[fresh].dist = BLOCKED;
    return rc;
}

static cg_node far_end(const shortest_op *s, const cg_edge *edge, cg_node v)
{
    return s->step.dir == CG_OUT ? edge->to : s->step.dir == CG_IN ? edge->from : edge->from == v ? edge->to : edge->from;
}

static int32_t take_edge(cg_run *r, shortest_op *s, cg_node v, const cg_edge *edge, cspm_error **err)
{
    cg_node other = far_end(s, edge, v);
    uint32_t hops = s->hops;
    bool fresh = s->of[other].dist == UINT32_MAX;
    int32_t rc = q_work(r, err);
    if (rc < 0 || !q_visible(r, other) || (!fresh && !(s->all && s->of[other].dist == hops + 1)))
        return rc;
    if ((rc = step_allowed(r, s, edge->rel, fresh ? other : CG_NO_NODE, err)) <= 0)
        return rc;
    if (fresh) {
        s->of[other].dist = hops + 1;
        s->queue[s->n_queue++] = other;
    }
    return add_pred(r, s, fresh, other, v, edge->rel, err);
}

/* A few edges at a time, so that what is known of their ends is on its way from memory while the next are read. */
static int32_t scan_node(cg_run *r, shortest_op *s, cg_node v, cspm_error **err)
{
    cg_adj_iter it;
    cg_edge edges[16];
    uint32_t n;
    cg_adj_init(&it, r->g, v, s->step.dir, s->step.kinds);
    do {
        for (n = 0; n < 16 && cg_adj_next(&it, &edges[n]); n++)
            __builtin_prefetch(&s->of[far_end(s, &edges[n], v)], 1);
        for (uint32_t i = 0; i < n; i++) {
            int32_t rc = take_edge(r, s, v, &edges[i], err);
            if (rc < 0)
                return rc;
        }
    } while (n == 16);
    return CSPM_OK;
}

/* Grow the search until the target and everything at its distance less one is done. */
static int32_t reach(cg_run *r, shortest_op *s, cspm_error **err)
{
    while (s->at < s->n_queue) {
        if (s->at == s->level_end) {
            s->hops++;
            s->level_end = s->n_queue;
        }
        if (s->of[s->target].dist < BLOCKED && (!s->all || s->hops >= s->of[s->target].dist))
            break;
        if (s->hops >= s->max) {
            if (s->capped)
                r->truncated |= CSPM_TRUNCATED_WORK;
            break;
        }
        int32_t rc = scan_node(r, s, s->queue[s->at++], err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

static int32_t open_row(cg_run *r, shortest_op *s, cspm_error **err)
{
    cg_value from = r->frame[s->step.from], to = r->frame[s->step.to];
    s->open = false;
    if (from.type != CG_NODE || to.type != CG_NODE || from.node == to.node || s->step.no_kind)
        return CSPM_OK;
    q_eval e = { r, q_arena(r, &s->op) };
    int32_t rc = q_element_allowed(&e, &s->step, from, err);
    if (rc <= 0)
        return rc;
    if ((!s->searching || s->source != from.node || !s->step.fixed) && (rc = start_search(r, s, from.node, err)) < 0)
        return rc;
    s->target = to.node;
    if ((rc = reach(r, s, err)) < 0)
        return rc;
    uint32_t n = s->of[s->target].dist;
    if (n >= BLOCKED)
        return CSPM_OK;
    s->choice.count = 0;
    if (!cg_vec_reserve(r->mem, &s->choice, n))
        return cg_nomem(r->mem, err);
    cg_node v = s->target;
    for (uint32_t i = 0; i < n; i++) {
        s->choice.data[i] = s->of[v].first;
        v = s->preds.data[s->of[v].first - 1].node;
    }
    s->choice.count = n;
    s->open = true;
    return CSPM_OK;
}

/* The next combination of predecessors, last hop (nearest the source) first. */
static bool next_choice(shortest_op *s)
{
    for (size_t i = s->choice.count; i > 0; i--) {
        uint32_t next = s->preds.data[s->choice.data[i - 1] - 1].next;
        if (!next)
            continue;
        s->choice.data[i - 1] = next;
        cg_node v = s->preds.data[next - 1].node;
        for (size_t k = i; k < s->choice.count; k++) {
            s->choice.data[k] = s->of[v].first;
            v = s->preds.data[s->of[v].first - 1].node;
        }
        return true;
    }
    return false;
}

/* The relationship list from the pattern's left end to its right end. */
static int32_t emit(cg_run *r, shortest_op *s, cspm_error **err)
{
    uint32_t n = (uint32_t)s->choice.count;
    cg_list *l = q_list_new(q_arena(r, &s->op), n);
    if (!l)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        l->items[s->step.reversed ? i : n - 1 - i] = cg_v_rel(s->preds.data[s->choice.data[i] - 1].rel);
    cg_value v = q_v_list(l);
    v.reserved = 1;
    r->frame[s->step.rel->slot] = v;
    return q_tick(r, n, err);
}

static int32_t shortest_next(cg_run *r, q_op *op, cspm_error **err)
{
    shortest_op *s = (shortest_op *)op;
    int32_t rc;
    if (s->open && s->all && next_choice(s))
        return emit(r, s, err);
    s->open = false;
    while (!s->open) {
        if ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = open_row(r, s, err)) < 0)
            return rc;
    }
    return emit(r, s, err);
}

static void shortest_rewind(cg_run *r, q_op *op)
{
    ((shortest_op *)op)->open = false;
    ((shortest_op *)op)->searching = false;
}

static void shortest_close(cg_run *r, q_op *op)
{
    shortest_op *s = (shortest_op *)op;
    cg_free(r->mem, s->of);
    cg_free(r->mem, s->queue);
    cg_vec_free(r->mem, &s->preds);
    cg_vec_free(r->mem, &s->choice);
    s->of = NULL;
    s->queue = NULL;
}

static void shortest_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const shortest_op *s = (const shortest_op *)op;
    cg_buf_adds(out, s->all ? "all " : "one ");
    q_describe_step(r, &s->step, out);
}

static const q_op_class shortest_class = { "ShortestPath", shortest_next, shortest_rewind, shortest_close, shortest_describe };

q_op *q_op_shortest(cg_run *r, q_op *input, const q_step *step, const q_path_pat *path)
{
    shortest_op *s = q_op_new(r, &shortest_class, sizeof *s, input);
    if (!s)
        return NULL;
    s->step = *step;
    s->path = path;
    s->all = path->kind == Q_PATH_ALL_SHORTEST;
    s->max = step->rel->max;
    if (r->max_path_length && r->max_path_length < s->max) {
        s->max = r->max_path_length;
        s->capped = true;
    }
    return (q_op *)s;
}
