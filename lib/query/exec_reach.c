/* Variable-length relationships whose walks nobody sees: which nodes can be reached, each given once.
 *
 * Used where neither the list of relationships nor the number of rows can be observed, for a lower bound of 0 or 1. A breadth-first search
 * then answers what enumerating trails would: the shortest walk to another node repeats nothing, so it is a trail. Only the way back to the
 * start needs care when relationships are walked in both directions: it must close a cycle, not return over the same relationship. Until
 * the start is reached, every node remembers the relationship its walk left the start by; a relationship between nodes of different
 * branches closes a cycle. */
#include "query/search.h"

typedef struct trace {
    cg_rel branch;
    uint32_t depth;
} trace;

typedef struct reach_op {
    q_op op;
    q_step step;
    bool open, both;
    bool live;   /* a search stands that another row of the same start may go on with */
    bool tested; /* relationships are looked at one by one: a predicate, or others they must differ from */
    bool closed; /* the start counts as reached */
    bool capped; /* max comes from the run's path length limit */
    uint32_t max;
    cg_node from, to;
    uint32_t given;    /* of the queue */
    uint32_t start_at; /* the start is given when that many are; UINT32_MAX = it is not */
    q_search search;
    CG_VEC(trace) traces; /* by place in the queue, while both ways are walked and the start is not reached */
} reach_op;

static bool add_trace(cg_run *r, reach_op *x, const cg_hop *hop)
{
    trace t = { hop->rel, 1 };
    if (hop->at)
        t = (trace){ x->traces.data[hop->at].branch, x->traces.data[hop->at].depth + 1 };
    return cg_vec_push(r->mem, &x->traces, t);
}

static int32_t start_search(cg_run *r, reach_op *x, cspm_error **err)
{
    int32_t rc = q_search_start(r, &x->search, x->step.dir, x->step.kinds, x->from, err);
    trace none = { CG_NO_REL, 0 };
    x->closed = x->step.rel->min == 0;
    x->given = 1;
    x->start_at = x->closed ? 1 : UINT32_MAX;
    x->traces.count = 0;
    if (rc >= 0 && x->both && !cg_vec_push(r->mem, &x->traces, none))
        rc = cg_nomem(r->mem, err);
    x->live = rc >= 0;
    return rc;
}

static void close_cycle(reach_op *x)
{
    x->closed = true;
    x->start_at = x->search.count;
}

/* Would this relationship between two known nodes lead back to the start without repeating itself? */
static int32_t closes(cg_run *r, reach_op *x, const cg_hop *hop, bool *yes, cspm_error **err)
{
    uint32_t other;
    *yes = hop->node == x->from;
    if (!x->both)
        return CSPM_OK;
    int32_t rc = q_search_find(r, &x->search, hop->node, &other, err);
    if (rc < 0 || other == UINT32_MAX)
        return rc;
    const trace *here = &x->traces.data[hop->at], *there = &x->traces.data[other];
    if (!hop->at && !other)
        *yes = true;
    else if (!other)
        *yes = hop->rel != here->branch;
    else if (!hop->at)
        *yes = hop->rel != there->branch && x->max >= 2;
    else
        *yes = here->branch != there->branch && (uint64_t)here->depth + there->depth + 1 <= x->max;
    return CSPM_OK;
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

static int32_t take_hop(cg_run *r, reach_op *x, const cg_hop *hop, cspm_error **err)
{
    bool fresh = q_search_is_new(&x->search, hop->node), closing = false;
    int32_t rc = fresh || x->closed || !q_visible(r, hop->node) ? CSPM_OK : closes(r, x, hop, &closing, err);
    if (rc < 0 || (!fresh && !closing) || (x->tested && (rc = allowed(r, x, hop->rel, err)) <= 0))
        return rc;
    if (closing)
        close_cycle(x);
    else if (x->both && !x->closed && !add_trace(r, x, hop))
        return cg_nomem(r->mem, err);
    else
        q_search_add(&x->search, hop);
    return CSPM_OK;
}

static bool leads_to_start(const reach_op *x)
{
    const q_search *s = &x->search;
    uint32_t n = 0;
    for (uint32_t i = s->at; i < s->n; i++)
        n += s->block[i].node == x->from;
    return n > 0;
}

/* What is left of the block; of one whose relationships are looked at singly, no more than finds something to give. */
static int32_t take_block(cg_run *r, reach_op *x, cspm_error **err)
{
    q_search *s = &x->search;
    if (!x->tested && (x->closed || (!x->both && !leads_to_start(x)))) {
        q_search_add_all(s);
        return CSPM_OK;
    }
    uint32_t count = s->count;
    while (s->at < s->n && (!x->tested || (s->count == count && x->start_at == UINT32_MAX))) {
        int32_t rc = take_hop(r, x, &s->block[s->at++], err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

/* Search on for a node to give; CSPM_DONE when there is none. */
static int32_t grow(cg_run *r, reach_op *x, cspm_error **err)
{
    q_search *s = &x->search;
    if (s->at < s->n)
        return take_block(r, x, err);
    if (!q_search_goes_on(s))
        return CSPM_DONE;
    if (s->depth < x->max)
        return q_search_read(r, s, err);
    if (x->capped && cg_degree(r->g, s->queue[s->hops.at], x->step.dir, x->step.kinds))
        r->truncated |= CSPM_TRUNCATED_WORK;
    return CSPM_DONE;
}

/* The next node that counts. */
static int32_t advance(cg_run *r, reach_op *x, cspm_error **err)
{
    for (;;) {
        while (x->given == x->search.count && x->start_at == UINT32_MAX) {
            int32_t rc = grow(r, x, err);
            if (rc != CSPM_OK)
                return rc;
        }
        bool start = x->given == x->start_at;
        cg_node node = start ? x->from : x->search.queue[x->given++];
        if (start)
            x->start_at = UINT32_MAX;
        if (x->step.into && node != x->to)
            continue;
        r->frame[x->step.to] = cg_v_node(node);
        return CSPM_OK;
    }
}

/* Does the search that stands know the bound end already? Nodes are then given no more than once. */
static int32_t known(cg_run *r, reach_op *x, bool *yes, cspm_error **err)
{
    uint32_t place = UINT32_MAX;
    int32_t rc = x->to == x->from ? CSPM_OK : q_search_find(r, &x->search, x->to, &place, err);
    *yes = x->to == x->from ? x->closed : place != UINT32_MAX;
    return rc;
}

static int32_t open_row(cg_run *r, reach_op *x, cspm_error **err)
{
    cg_value from = r->frame[x->step.from], to = x->step.into ? r->frame[x->step.to] : cg_v_null();
    bool yes = false;
    x->open = false;
    if (from.type != CG_NODE || (x->step.into && to.type != CG_NODE))
        return CSPM_DONE;
    bool same = x->live && x->step.into && x->from == from.node && !x->step.uses.n && !x->step.rel->step_filter;
    x->from = from.node;
    x->to = x->step.into ? to.node : CG_NO_NODE;
    int32_t rc = same ? known(r, x, &yes, err) : start_search(r, x, err);
    if (rc < 0)
        return rc;
    if (same && !yes) {
        x->given = x->search.count;
        x->start_at = UINT32_MAX;
    }
    x->open = !yes;
    return yes ? CSPM_OK : CSPM_DONE;
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
    q_search_close(r, &x->search);
    cg_vec_free(r->mem, &x->traces);
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
    x->tested = step->uses.n || step->rel->step_filter;
    x->max = step->no_kind ? 0 : step->rel->max;
    if (r->max_path_length && r->max_path_length < x->max) {
        x->max = r->max_path_length;
        x->capped = true;
    }
    return (q_op *)x;
}
