/* Choke points: nodes, relationships and hubs that every path to some target passes, and those that many paths pass. */
#include "paths/coverage.h"
#include "paths/domtree.h"

typedef struct choke_search {
    const cg_core *c;
    cg_work work;
    cg_domtree tree;
    cg_coverage cover;
    uint32_t *lost;      /* by number: live targets dominated by this vertex */
    uint32_t *other;     /* second states; NULL: none */
    uint32_t *node_lost; /* first states of nodes with two: targets lost without the node, CG_NONE not looked at */
    uint8_t *seen;
    uint32_t *queue;
    bool *end; /* graph nodes (first states) that are an entry or a target */
} choke_search;

/* ---- how many targets each vertex dominates ---- */

static void count_dominated(choke_search *s)
{
    const cg_core *c = s->c;
    memset(s->lost, 0, s->tree.count * sizeof *s->lost);
    for (uint32_t v = 0; v < c->first_hub; v++) {
        uint32_t t = c->target_at[v];
        if (t == CG_NONE || (c->same[v] != v && c->target_at[c->same[v]] == t))
            continue; /* the pair of states is counted at the first one */
        uint32_t at = s->tree.number[v];
        if (s->other && s->other[v] != CG_NONE && c->target_at[s->other[v]] == t)
            at = cg_domtree_common(&s->tree, at, s->tree.number[s->other[v]]);
        s->lost[at]++;
    }
    for (uint32_t i = s->tree.count; i-- > 1;)
        s->lost[s->tree.idom[i]] += s->lost[i];
}

/* Targets that stay reachable without a graph node (given by its first state), or `without` CG_NONE. */
static int32_t reachable_targets(choke_search *s, uint32_t without, uint32_t *count, cspm_error **err)
{
    const cg_core *c = s->c;
    uint32_t head = 0, tail = 0;
    *count = 0;
    memset(s->seen, 0, c->n);
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t v = c->entry_vertex[i];
        if (v == CG_NONE || c->same[v] == without || s->seen[v])
            continue;
        s->seen[v] = 1;
        s->queue[tail++] = v;
    }
    for (; head < tail; head++) {
        uint32_t u = s->queue[head];
        for (uint32_t a = c->out[u]; a < c->out[u + 1]; a++) {
            uint32_t w = c->to[a];
            if (s->seen[w] || (!core_is_hub(c, w) && c->same[w] == without))
                continue;
            s->seen[w] = 1;
            s->queue[tail++] = w;
        }
    }
    for (uint32_t v = 0; v < c->first_hub; v++) {
        uint32_t t = c->target_at[v];
        if (t == CG_NONE || !s->seen[v])
            continue;
        bool again = c->same[v] != v && c->target_at[c->same[v]] == t && s->seen[c->same[v]];
        *count += !again;
    }
    return work_add(&s->work, tail, err);
}

/* Nodes with two states are a choke when both together cut a target off, which a tree over states does not show. Only nodes that one
 * breadth-first path passes on its way to a target can be on all of its paths; those are tried by searching without them. */
static int32_t try_double_nodes(choke_search *s, uint32_t *parent, cspm_error **err)
{
    const cg_core *c = s->c;
    uint32_t head = 0, tail = 0;
    memset(s->node_lost, 0xff, c->n * sizeof *s->node_lost);
    memset(parent, 0xff, c->n * sizeof *parent);
    memset(s->seen, 0, c->n);
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t v = c->entry_vertex[i];
        if (v != CG_NONE && !s->seen[v]) {
            s->seen[v] = 1;
            s->queue[tail++] = v;
        }
    }
    for (; head < tail; head++) {
        for (uint32_t a = c->out[s->queue[head]]; a < c->out[s->queue[head] + 1]; a++) {
            if (s->seen[c->to[a]])
                continue;
            s->seen[c->to[a]] = 1;
            parent[c->to[a]] = s->queue[head];
            s->queue[tail++] = c->to[a];
        }
    }
    for (uint32_t v = 0; v < c->first_hub; v++) {
        if (c->target_at[v] == CG_NONE)
            continue;
        for (uint32_t u = parent[v]; u != CG_NONE; u = parent[u]) {
            uint32_t first = c->same[u];
            if (core_is_hub(c, u) || s->other[first] == CG_NONE || s->end[first])
                continue;
            s->node_lost[first] = c->n_targets; /* to be tried */
        }
    }
    for (uint32_t v = 0; v < c->first_hub; v++) {
        uint32_t left;
        if (s->node_lost[v] != c->n_targets || s->other[v] == CG_NONE)
            continue;
        int32_t rc = reachable_targets(s, v, &left, err);
        if (rc != CSPM_OK)
            return rc;
        s->node_lost[v] = c->live_targets - left;
    }
    return CSPM_OK;
}

/* Entries from which a vertex can be reached within the core, and so a path through it exists. */
static uint32_t entries_behind(choke_search *s, uint32_t a, uint32_t b)
{
    const cg_core *c = s->c;
    uint32_t head = 0, tail = 0, count = 0, start[2] = { a, b };
    memset(s->seen, 0, c->n);
    for (int i = 0; i < 2; i++) {
        if (start[i] == CG_NONE || s->seen[start[i]])
            continue;
        s->seen[start[i]] = 1;
        s->queue[tail++] = start[i];
    }
    for (; head < tail; head++) {
        for (uint32_t e = c->in [s->queue[head]]; e < c->in[s->queue[head] + 1]; e++) {
            if (s->seen[c->from[e]])
                continue;
            s->seen[c->from[e]] = 1;
            s->queue[tail++] = c->from[e];
        }
    }
    for (uint32_t i = 0; i < c->n_entries; i++)
        count += c->entry_vertex[i] != CG_NONE && s->seen[c->entry_vertex[i]];
    return count;
}

/* ---- candidates ---- */

typedef struct candidate {
    uint64_t paths;
    uint32_t targets;
    uint32_t vertex; /* first state, or hub; of a relationship: where it starts */
    uint32_t arc;    /* CG_NONE: a node or a hub */
} candidate;

typedef struct best_list {
    CG_VEC(candidate) list; /* heap, worst on top, at most max */
    uint32_t max;
} best_list;

static cg_rel candidate_rel(const cg_core *c, const candidate *x)
{
    return c->view->out_rel[c->arc[x->arc]];
}

/* Order of the answer: most targets cut off, most walks, nodes before hubs before relationships, then ids. */
static bool better(const cg_core *c, const candidate *a, const candidate *b)
{
    if (a->targets != b->targets)
        return a->targets > b->targets;
    if (a->paths != b->paths)
        return a->paths > b->paths;
    if ((a->arc == CG_NONE) != (b->arc == CG_NONE))
        return a->arc == CG_NONE;
    if (a->arc != CG_NONE && b->arc != CG_NONE) {
        int order = cg_rel_order(c, candidate_rel(c, a), candidate_rel(c, b));
        return order ? order < 0 : a->arc < b->arc;
    }
    return a->vertex < b->vertex; /* view order: nodes by number, hubs behind them */
}

static void sift_worst(const cg_core *c, candidate *h, size_t i, size_t n)
{
    candidate item = h[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && better(c, &h[child], &h[child + 1]))
            child++;
        if (!better(c, &item, &h[child]))
            break;
        h[i] = h[child];
    }
    h[i] = item;
}

static bool keep(const cg_core *c, best_list *l, candidate x)
{
    if (x.paths == 0 || l->max == 0)
        return true;
    if (l->list.count == l->max) {
        if (better(c, &x, &l->list.data[0])) {
            l->list.data[0] = x;
            sift_worst(c, l->list.data, 0, l->list.count);
        }
        return true;
    }
    if (!cg_vec_push(c->mem, &l->list, x))
        return false;
    candidate *h = l->list.data;
    size_t i = l->list.count - 1;
    for (size_t up; i && better(c, &h[up = (i - 1) / 2], &x); i = up)
        h[i] = h[up];
    h[i] = x;
    return true;
}

static bool offer_nodes(choke_search *s, best_list *l)
{
    const cg_core *c = s->c;
    for (uint32_t v = 0; v < c->n; v++) {
        if (core_is_hub(c, v)) {
            if (!keep(c, l, (candidate){ s->cover.vertex[v], s->lost[s->tree.number[v]], v, CG_NONE }))
                return false;
            continue;
        }
        if (c->same[v] != v || s->end[v])
            continue;
        candidate x = { s->cover.vertex[v], s->lost[s->tree.number[v]], v, CG_NONE };
        if (s->other && s->other[v] != CG_NONE) {
            x.paths = sat_add(x.paths, s->cover.vertex[s->other[v]]);
            x.targets = s->node_lost[v] == CG_NONE ? 0 : s->node_lost[v];
        }
        if (!keep(c, l, x))
            return false;
    }
    return true;
}

static bool dominates(const choke_search *s, uint32_t above, uint32_t below)
{
    while (below > above)
        below = s->tree.idom[below];
    return below == above;
}

/* The one relationship that leads to w from vertices w does not dominate, or CG_NONE. Every other arc into w comes from behind it. */
static uint32_t only_way_in(const choke_search *s, uint32_t w)
{
    const cg_core *c = s->c;
    uint32_t only = CG_NONE;
    for (uint32_t i = 0; i < c->n_entries; i++)
        if (c->entry_vertex[i] == w)
            return CG_NONE;
    for (uint32_t e = c->in[w]; e < c->in[w + 1]; e++) {
        if (dominates(s, s->tree.number[w], s->tree.number[c->from[e]]))
            continue;
        if (core_is_hub(c, c->from[e]))
            return CG_NONE;
        uint32_t a = c->in_arc[e];
        if (only == CG_NONE)
            only = a;
        else if (c->view->out_rel[c->arc[only]] != c->view->out_rel[c->arc[a]])
            return CG_NONE;
    }
    return only;
}

/* A relationship that leaves from both states of a node is one: its arc into w from the other state than u, or CG_NONE. */
static uint32_t second_arc(const choke_search *s, uint32_t w, uint32_t u, cg_rel rel)
{
    const cg_core *c = s->c;
    for (uint32_t e = c->in[w]; s->other && e < c->in[w + 1]; e++)
        if (c->from[e] != u && c->same[c->from[e]] == c->same[u] && c->view->out_rel[c->arc[c->in_arc[e]]] == rel)
            return c->in_arc[e];
    return CG_NONE;
}

static int32_t offer_rels(choke_search *s, best_list *l, cspm_error **err)
{
    const cg_core *c = s->c;
    for (uint32_t w = 0; w < c->first_hub; w++) {
        uint32_t lost = s->lost[s->tree.number[w]], only = lost ? only_way_in(s, w) : CG_NONE;
        int32_t rc = work_add(&s->work, 1 + c->in[w + 1] - c->in[w], err);
        if (rc != CSPM_OK)
            return rc;
        for (uint32_t e = c->in[w]; e < c->in[w + 1]; e++) {
            uint32_t u = c->from[e], a = c->in_arc[e];
            if (core_is_hub(c, u))
                continue;
            candidate x = { s->cover.arc[a], 0, u, a };
            cg_rel rel = c->view->out_rel[c->arc[a]];
            if (only != CG_NONE && c->view->out_rel[c->arc[only]] == rel)
                x.targets = lost;
            uint32_t twin = second_arc(s, w, u, rel);
            if (twin != CG_NONE && c->same[u] != u)
                continue; /* offered with the first state */
            if (twin != CG_NONE)
                x.paths = sat_add(x.paths, s->cover.arc[twin]);
            if (!keep(c, l, x))
                return cg_nomem(c->mem, err);
        }
    }
    return CSPM_OK;
}

/* ---- the answer ---- */

static int32_t answer(choke_search *s, best_list *l, cg_choke_list *out, cspm_error **err)
{
    const cg_core *c = s->c;
    size_t n = l->list.count;
    if (!cg_vec_reserve(c->mem, &out->chokes, n))
        return cg_nomem(c->mem, err);
    for (size_t end = n; end-- > 1;) { /* heap sort: the worst goes last */
        candidate worst = l->list.data[0];
        l->list.data[0] = l->list.data[end];
        l->list.data[end] = worst;
        sift_worst(c, l->list.data, 0, end);
    }
    for (size_t i = 0; i < n; i++) {
        const candidate *x = &l->list.data[i];
        cg_choke k = { .node = CG_NO_NODE, .rel = CG_NO_REL, .evidence = CG_NO_EVIDENCE, .paths = x->paths, .targets = x->targets };
        int32_t rc = work_add(&s->work, c->n, err);
        if (rc != CSPM_OK)
            return rc;
        if (x->arc != CG_NONE) {
            k.rel = candidate_rel(c, x);
        } else if (core_is_hub(c, x->vertex)) {
            if (!cg_hub_some_rel(c, x->vertex, &k.rel))
                continue;
            k.evidence = c->view->graph ? cg_rel_evidence(c->view->graph, k.rel) : CG_NO_EVIDENCE;
        } else {
            k.node = core_node(c, x->vertex);
        }
        k.entries = entries_behind(s, x->vertex, s->other && !core_is_hub(c, x->vertex) ? s->other[x->vertex] : CG_NONE);
        k.cuts_all = c->live_targets && x->targets == c->live_targets;
        out->chokes.data[out->chokes.count++] = k;
    }
    return CSPM_OK;
}

static void mark_end(choke_search *s, cg_node node)
{
    uint32_t states[2];
    core_states(s->c, node, states);
    for (int i = 0; i < 2; i++)
        if (states[i] != CG_NONE)
            s->end[s->c->same[states[i]]] = true;
}

static int32_t prepare(choke_search *s, cspm_error **err)
{
    const cg_core *c = s->c;
    s->lost = cg_alloc_array(c->mem, (size_t)c->n + 1, sizeof *s->lost);
    s->node_lost = cg_alloc_array(c->mem, c->n, sizeof *s->node_lost);
    s->seen = cg_alloc_array(c->mem, c->n, 1);
    s->queue = cg_alloc_array(c->mem, c->n, sizeof *s->queue);
    s->end = cg_calloc(c->mem, c->n, sizeof *s->end);
    if (!s->lost || !s->node_lost || !s->seen || !s->queue || !s->end)
        return cg_nomem(c->mem, err);
    for (uint32_t i = 0; i < c->n_entries; i++)
        mark_end(s, c->entries[i].node);
    for (uint32_t i = 0; i < c->n_targets; i++)
        mark_end(s, c->targets[i].node);
    return c->twin_states ? cg_core_other_states(c, &s->other, err) : CSPM_OK;
}

int32_t cg_paths_chokes(const cg_core *c, uint32_t max, cspm_op *op, cg_choke_list *out, cspm_error **err)
{
    choke_search s = { .c = c, .work = work_start(c, op) };
    best_list l = { .max = max };
    uint32_t *parent = NULL;
    *out = (cg_choke_list){ .mem = c->mem };
    int32_t rc = prepare(&s, err);
    if (rc == CSPM_OK)
        rc = cg_domtree_make(c, op, &s.tree, err);
    if (rc == CSPM_OK)
        rc = cg_coverage_make(c, false, op, &s.cover, err);
    if (rc == CSPM_OK)
        count_dominated(&s);
    if (rc == CSPM_OK && c->twin_states) {
        parent = cg_alloc_array(c->mem, c->n, sizeof *parent);
        rc = parent ? try_double_nodes(&s, parent, err) : cg_nomem(c->mem, err);
    }
    if (rc == CSPM_OK && !offer_nodes(&s, &l))
        rc = cg_nomem(c->mem, err);
    if (rc == CSPM_OK)
        rc = offer_rels(&s, &l, err);
    if (rc == CSPM_OK)
        rc = answer(&s, &l, out, err);
    if (rc == CSPM_DONE)
        rc = cg_fail(c->mem, err, CSPM_E_LIMIT, "the work limit is too small for the choke points of this graph");
    cg_domtree_free(c, &s.tree);
    cg_coverage_free(c, &s.cover);
    void *blocks[] = { s.lost, s.other, s.node_lost, s.seen, s.queue, s.end, parent };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        cg_free(c->mem, blocks[i]);
    cg_vec_free(c->mem, &l.list);
    if (rc < 0)
        cg_choke_list_free(out);
    return rc;
}

void cg_choke_list_free(cg_choke_list *l)
{
    if (l->mem)
        cg_vec_free(l->mem, &l->chokes);
}
