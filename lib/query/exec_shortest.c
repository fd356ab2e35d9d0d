/* shortestPath and allShortestPaths between two bound nodes.
 *
 * One breadth-first search per source, grown only as far as the targets ask; rows that share the source reuse it. Among equally short paths
 * the first in adjacency order is the one; equal ends give no row. */
#include "query/search.h"

/* Another relationship, of equally short paths, by which a node was reached. */
typedef struct also {
    cg_hop hop;
    uint32_t next; /* of the same node: index + 1, 0 = none */
} also;

typedef struct chain {
    uint32_t first, last; /* index + 1 into `also`, 0 = none */
} chain;

/* One hop of the path being given, back from the target. */
typedef struct choice {
    uint32_t at;   /* place in the queue of the node it leads to */
    uint32_t also; /* index + 1, 0 = the relationship the node was reached by first */
} choice;

typedef struct shortest_op {
    q_op op;
    q_step step;
    const q_path_pat *path;
    bool open, all, searching;
    bool tested; /* predicates decide about relationships or nodes */
    uint32_t max;
    bool capped;
    cg_node source; /* of the search */
    cg_node target;
    uint32_t reading; /* place in the queue of the node whose relationships are being looked at */
    q_search search;
    CG_VEC(also) also;    /* all shortest paths only */
    CG_VEC(chain) chains; /* by place in the queue */
    CG_VEC(choice) choice;
} shortest_op;

static int32_t start_search(cg_run *r, shortest_op *s, cg_node source, cspm_error **err)
{
    s->searching = false;
    int32_t rc = q_search_start(r, &s->search, s->step.dir, s->step.kinds, source, err);
    s->also.count = s->chains.count = 0;
    s->source = source;
    s->reading = 0;
    s->searching = rc >= 0;
    return rc;
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

static int32_t step_allowed(cg_run *r, shortest_op *s, const cg_hop *hop, bool fresh, cspm_error **err)
{
    q_eval e = { r, q_arena(r, &s->op) };
    int32_t rc = q_element_allowed(&e, &s->step, cg_v_rel(hop->rel), err);
    if (rc <= 0 || !fresh)
        return rc;
    rc = q_element_allowed(&e, &s->step, cg_v_node(hop->node), err);
    if (!rc)
        q_search_bar(&s->search, hop->node);
    return rc;
}

/* One more way to a node of the next level. */
static int32_t add_also(cg_run *r, shortest_op *s, uint32_t place, const cg_hop *hop, cspm_error **err)
{
    also one = { *hop, 0 };
    size_t missing = (size_t)s->search.count - s->chains.count;
    if (!cg_vec_push(r->mem, &s->also, one) || !cg_vec_reserve(r->mem, &s->chains, missing))
        return cg_nomem(r->mem, err);
    memset(s->chains.data + s->chains.count, 0, missing * sizeof *s->chains.data);
    s->chains.count += missing;
    chain *c = &s->chains.data[place];
    if (c->first)
        s->also.data[c->last - 1].next = (uint32_t)s->also.count;
    else
        c->first = (uint32_t)s->also.count;
    c->last = (uint32_t)s->also.count;
    return CSPM_OK;
}

static int32_t take_hop(cg_run *r, shortest_op *s, const cg_hop *hop, cspm_error **err)
{
    uint32_t place = UINT32_MAX;
    bool fresh = q_search_is_new(&s->search, hop->node);
    int32_t rc = fresh || !s->all ? CSPM_OK : q_search_find(r, &s->search, hop->node, &place, err);
    /* Only what stands in the queue behind this level is reached by a path as short. */
    if (rc < 0 || (!fresh && (place == UINT32_MAX || place < s->search.level_end)))
        return rc;
    if (s->tested && (rc = step_allowed(r, s, hop, fresh, err)) <= 0)
        return rc;
    if (!fresh)
        return add_also(r, s, place, hop, err);
    q_search_add(&s->search, hop);
    return CSPM_OK;
}

/* Is the target known, for all paths with everything that leads to it? */
static int32_t arrived(cg_run *r, shortest_op *s, bool *yes, cspm_error **err)
{
    uint32_t place = UINT32_MAX;
    int32_t rc = q_search_is_new(&s->search, s->target) ? CSPM_OK : q_search_find(r, &s->search, s->target, &place, err);
    *yes = place != UINT32_MAX && (!s->all || place < s->search.level_end);
    return rc;
}

/* What is left of the block. Predicates are asked no further than to the end of the node that led to the target. */
static int32_t take_block(cg_run *r, shortest_op *s, cspm_error **err)
{
    q_search *x = &s->search;
    if (!s->all && !s->tested) {
        q_search_add_all(x);
        return CSPM_OK;
    }
    while (x->at < x->n) {
        const cg_hop *hop = &x->block[x->at];
        if (hop->at != s->reading) {
            s->reading = hop->at;
            if (!s->all && !q_search_is_new(x, s->target))
                return CSPM_OK;
        }
        x->at++;
        int32_t rc = take_hop(r, s, hop, err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

/* Grow the search until the target and everything at its distance less one is done. */
static int32_t reach(cg_run *r, shortest_op *s, cspm_error **err)
{
    q_search *x = &s->search;
    bool done;
    for (;;) {
        bool more = x->at < x->n || q_search_goes_on(x);
        int32_t rc = arrived(r, s, &done, err);
        if (rc < 0 || done || !more)
            return rc;
        if (x->at < x->n) {
            rc = take_block(r, s, err);
        } else if (x->depth < s->max) {
            rc = q_search_read(r, x, err);
        } else {
            if (s->capped)
                r->truncated |= CSPM_TRUNCATED_WORK;
            return CSPM_OK;
        }
        if (rc < 0)
            return rc;
    }
}

static const cg_hop *chosen(const shortest_op *s, const choice *c)
{
    return c->also ? &s->also.data[c->also - 1].hop : &s->search.came[c->at];
}

static int32_t open_row(cg_run *r, shortest_op *s, cspm_error **err)
{
    cg_value from = r->frame[s->step.from], to = r->frame[s->step.to];
    uint32_t at;
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
    if ((rc = reach(r, s, err)) < 0 || (rc = q_search_find(r, &s->search, s->target, &at, err)) < 0)
        return rc;
    if (at == UINT32_MAX)
        return CSPM_OK;
    for (s->choice.count = 0; at; at = s->search.came[at].at) {
        choice c = { at, 0 };
        if (!cg_vec_push(r->mem, &s->choice, c))
            return cg_nomem(r->mem, err);
    }
    s->open = true;
    return CSPM_OK;
}

/* The next combination of relationships, last hop (nearest the source) first. */
static bool next_choice(shortest_op *s)
{
    for (size_t i = s->choice.count; i > 0; i--) {
        choice *c = &s->choice.data[i - 1];
        uint32_t next = c->also ? s->also.data[c->also - 1].next : c->at < s->chains.count ? s->chains.data[c->at].first : 0;
        if (!next)
            continue;
        c->also = next;
        uint32_t at = chosen(s, c)->at;
        for (size_t k = i; k < s->choice.count; k++) {
            s->choice.data[k] = (choice){ at, 0 };
            at = s->search.came[at].at;
        }
        return true;
    }
    return false;
}

/* The path variable: the nodes are known here. */
static int32_t set_path(cg_run *r, shortest_op *s, cg_arena *arena, cspm_error **err)
{
    uint32_t n = (uint32_t)s->choice.count;
    cg_path *p = cg_arena_alloc(arena, sizeof *p);
    if (!p || !(p->nodes = cg_arena_alloc(arena, (n + 1) * sizeof *p->nodes)) || !(p->rels = cg_arena_alloc(arena, n * sizeof *p->rels)))
        return cg_nomem(r->mem, err);
    p->n_rels = n;
    p->nodes[s->step.reversed ? n : 0] = s->source;
    for (uint32_t i = 0; i < n; i++) {
        const choice *c = &s->choice.data[i];
        p->nodes[s->step.reversed ? i : n - i] = s->search.queue[c->at];
        p->rels[s->step.reversed ? i : n - 1 - i] = chosen(s, c)->rel;
    }
    r->frame[s->path->slot] = q_v_path(p);
    return CSPM_OK;
}

/* The relationship list from the pattern's left end to its right end. */
static int32_t set_list(cg_run *r, shortest_op *s, cg_arena *arena, cspm_error **err)
{
    uint32_t n = (uint32_t)s->choice.count;
    cg_list *l = q_list_new(arena, n);
    if (!l)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        l->items[s->step.reversed ? i : n - 1 - i] = cg_v_rel(chosen(s, &s->choice.data[i])->rel);
    cg_value v = q_v_list(l);
    v.reserved = 1;
    r->frame[s->step.rel->slot] = v;
    return CSPM_OK;
}

static int32_t emit(cg_run *r, shortest_op *s, cspm_error **err)
{
    const bool *used = r->q->used.data;
    cg_arena *arena = q_arena(r, &s->op);
    int32_t rc = CSPM_OK;
    if (used[s->step.rel->slot])
        rc = set_list(r, s, arena, err);
    if (rc >= 0 && s->path->slot != Q_NO_SLOT && used[s->path->slot])
        rc = set_path(r, s, arena, err);
    return rc < 0 ? rc : q_tick(r, s->choice.count, err);
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
    q_search_close(r, &s->search);
    cg_vec_free(r->mem, &s->also);
    cg_vec_free(r->mem, &s->chains);
    cg_vec_free(r->mem, &s->choice);
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
    s->tested = step->rel->step_filter || step->n_filters;
    s->search.came_wanted = true;
    s->max = step->rel->max;
    if (r->max_path_length && r->max_path_length < s->max) {
        s->max = r->max_path_length;
        s->capped = true;
    }
    return (q_op *)s;
}
