/* One MATCH: which node to start from, in which order to walk the relationships, where each predicate is tested.
 *
 * Greedy by estimated rows from every possible first node; the cheapest whole order wins, ties go to the element written first. A predicate
 * is tested as soon as everything it reads is bound. */
#include "query/exec.h"

#include <math.h>

#define MAX_NODES (2 * Q_MAX_PATTERN + 2)

typedef struct plan_node {
    uint32_t slot, pos;
    const q_labels *labels[4]; /* conjunction; more are tested but not estimated */
    uint32_t n_labels;
    double rows;         /* estimate when it is the first */
    double share;        /* of all nodes, estimate */
    uint32_t scan_label; /* smallest label to scan, or CG_NO_NAME */
    bool has_label, fresh;
    const q_expr *seek; /* value of the unique id */
    bool seek_list;
    const q_expr *key, *probe; /* an equality that joins it to what is bound */
} plan_node;

typedef struct plan_rel {
    const q_rel_pat *rel;
    const q_path_pat *path;
    uint32_t left, right; /* plan nodes */
    cg_kind_set *kinds;
    bool no_kind, shortest;
    double edges; /* relationships of these types */
} plan_rel;

typedef struct match_plan {
    cg_run *r;
    const q_pattern *p;
    uint32_t level;
    uint64_t *bound;
    plan_node nodes[MAX_NODES];
    plan_rel rels[Q_MAX_PATTERN];
    uint32_t n_nodes, n_rels;
    bool done_rel[Q_MAX_PATTERN], done_node[MAX_NODES];
    bool *placed, *path_done;
    bool once;                              /* repeated rows cannot be told apart from one */
    uint32_t order[Q_MAX_PATTERN], n_order; /* relationships planned so far */
    q_op *op;
} match_plan;

/* ---- readiness ---- */

static bool slot_ready(const cg_run *r, uint32_t slot, uint32_t level, const uint64_t *bound)
{
    uint32_t at = r->q->levels.data[slot];
    return at != level || q_bit(bound, slot);
}

bool q_ready(const cg_run *r, const q_expr *e, uint32_t level, const uint64_t *bound)
{
    if ((e->kind == X_VAR || e->kind == X_AGG) && !slot_ready(r, e->slot, level, bound))
        return false;
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && !q_ready(r, e->args[i], level, bound))
            return false;
    }
    for (uint32_t i = 0; e->sub && i < e->sub->n_outer; i++) {
        if (!slot_ready(r, e->sub->outer[i], level, bound))
            return false;
    }
    return true;
}

/* ---- estimates ---- */

static double label_rows(const cg_run *r, const q_labels *l)
{
    double n = cg_graph_n_nodes(r->g), rows = l->kind == QL_AND ? n : 0;
    switch (l->kind) {
    case QL_NAME:
        return r->names[l->name] == CG_NO_NAME ? 0 : (double)cg_label_count(r->g, r->names[l->name]);
    case QL_NOT:
        return n - label_rows(r, l->items[0]);
    case QL_ANY:
        return n;
    default:
        for (uint32_t i = 0; i < l->n; i++) {
            double one = label_rows(r, l->items[i]);
            rows = l->kind == QL_OR ? rows + one : one < rows ? one : rows;
        }
        return rows > n ? n : rows;
    }
}

double q_node_estimate(const cg_run *r, const q_labels *l)
{
    return l ? label_rows(r, l) : cg_graph_n_nodes(r->g);
}

static bool is_slot(const q_expr *e, uint32_t slot)
{
    return e->kind == X_VAR && e->slot == slot;
}

/* Does the expression read the unique id of the node in this slot? */
static bool is_unique_id(const cg_run *r, const q_expr *e, uint32_t slot)
{
    if (e->kind == X_PROP && is_slot(e->args[0], slot))
        return e->index == r->id_key || e->index == r->objectid_key;
    return e->kind == X_CALL && e->n == 1 && is_slot(e->args[0], slot) && cg_str_eq_nocase(e->name, CG_STR("elementId"));
}

static bool tests_property(const q_expr *e, uint32_t slot)
{
    const q_expr *at = e;
    while (at->kind == X_CALL && at->n >= 1)
        at = at->args[0];
    return at->kind == X_PROP && is_slot(at->args[0], slot);
}

/* Does the expression read this slot and no other, and the graph alone otherwise? */
static bool reads_only(const q_expr *e, uint32_t slot, bool *reads)
{
    if (e->kind == X_VAR || e->kind == X_AGG) {
        *reads = *reads || e->slot == slot;
        return e->slot == slot;
    }
    if (e->sub || (e->kind >= X_COMPREHENSION && e->kind <= X_REDUCE) || (e->func && (e->func->flags & QF_VOLATILE)))
        return false;
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && !reads_only(e->args[i], slot, reads))
            return false;
    }
    return true;
}

static bool reads_data(const q_expr *e)
{
    bool any = e->kind == X_VAR;
    for (uint32_t i = 0; i < e->n && !any; i++)
        any = e->args[i] && reads_data(e->args[i]);
    return any;
}

static void consider_join(match_plan *m, plan_node *n, const q_expr *key, const q_expr *probe)
{
    bool reads = false;
    if (!n->key && reads_only(key, n->slot, &reads) && reads && reads_data(probe) && q_ready(m->r, probe, m->level, m->bound)) {
        n->key = key;
        n->probe = probe;
    }
}

static void consider_conjunct(match_plan *m, plan_node *n, const q_expr *e)
{
    bool equality = e->kind == X_COMPARE && e->n == 2 && e->ops[0] == Q_EQ;
    for (uint32_t side = 0; equality && side < 2; side++) {
        if (is_unique_id(m->r, e->args[side], n->slot) && q_ready(m->r, e->args[1 - side], m->level, m->bound)) {
            n->seek = e->args[1 - side];
            n->seek_list = false;
        }
        consider_join(m, n, e->args[side], e->args[1 - side]);
        if (n->seek)
            continue;
        if (tests_property(e->args[side], n->slot)) {
            n->share *= 0.05;
        }
    }
    bool range = e->kind == X_COMPARE && !equality && e->ops[0] != Q_NE;
    if (range && (tests_property(e->args[0], n->slot) || tests_property(e->args[1], n->slot)))
        n->share *= 0.3;
    if (e->kind == X_IN && is_unique_id(m->r, e->args[0], n->slot) && q_ready(m->r, e->args[1], m->level, m->bound) && !n->seek) {
        n->seek = e->args[1];
        n->seek_list = true;
    } else if ((e->kind == X_IN || e->kind == X_STARTS || e->kind == X_ENDS || e->kind == X_CONTAINS || e->kind == X_REGEX) &&
               tests_property(e->args[0], n->slot)) {
        n->share *= 0.2;
    }
}

static void consider_label(match_plan *m, plan_node *n, const q_labels *l)
{
    if (l->kind == QL_AND) {
        for (uint32_t i = 0; i < l->n; i++)
            consider_label(m, n, l->items[i]);
        return;
    }
    double rows = label_rows(m->r, l);
    if (l->kind == QL_NAME && (!n->has_label || rows < n->rows)) {
        n->scan_label = m->r->names[l->name];
        n->has_label = true;
    }
    if (rows < n->rows)
        n->rows = rows;
    if (n->n_labels < 4)
        n->labels[n->n_labels++] = l;
}

static void estimate_nodes(match_plan *m)
{
    double all = cg_graph_n_nodes(m->r->g);
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        plan_node *n = &m->nodes[i];
        n->rows = all;
        n->share = 1;
        n->scan_label = CG_NO_NAME;
        n->has_label = false;
        n->n_labels = 0;
        n->seek = n->key = n->probe = NULL;
        for (uint32_t k = 0; k < m->p->n_conjuncts; k++) {
            const q_expr *e = m->p->conjuncts[k];
            if (e->kind == X_LABEL && is_slot(e->args[0], n->slot))
                consider_label(m, n, e->labels);
            else
                consider_conjunct(m, n, e);
        }
        n->share *= all > 0 ? n->rows / all : 0;
        n->rows = n->seek ? (n->seek_list ? 4 : 1) : n->rows;
        if (n->seek)
            n->share = all > 0 ? 1 / all : 0;
    }
}

/* Rows one row becomes by walking the relationship from this side. */
static double fan_out(const match_plan *m, const plan_rel *x, bool from_left, bool into)
{
    const plan_node *from = &m->nodes[from_left ? x->left : x->right], *to = &m->nodes[from_left ? x->right : x->left];
    double n = cg_graph_n_nodes(m->r->g), per_node = n > 0 ? x->edges / n : 0;
    /* Labelled nodes carry most of the relationships their label is made for. */
    if (from->n_labels && from->rows > 0 && from->rows < n)
        per_node = x->edges / sqrt(from->rows * n);
    if (x->rel->dir == CG_BOTH)
        per_node *= 2;
    if (x->rel->var_length) {
        double hops = x->rel->max > 4 ? 4 : x->rel->max, grown = 0;
        for (double k = 1; k <= hops; k++)
            grown += pow(per_node, k);
        if (m->once && x->rel->min <= 1 && grown > n)
            grown = n; /* a search gives each node once */
        per_node = grown + (x->rel->min == 0 ? 1 : 0);
    }
    return into ? (n > 0 ? per_node / n : 0) : per_node * to->share + 1e-9;
}

/* ---- order ---- */

static bool node_bound(const match_plan *m, const bool *done, uint32_t i)
{
    return done[i];
}

static bool rel_startable(const match_plan *m, const plan_rel *x)
{
    return !x->rel->step_filter || q_ready(m->r, x->rel->step_filter, m->level, m->bound);
}

/* The cheapest relationship to walk next; false when none touches what is bound. */
static bool next_rel(const match_plan *m, const bool *rels, const bool *nodes, uint32_t *best, double *cost)
{
    bool found = false;
    for (uint32_t i = 0; i < m->n_rels; i++) {
        const plan_rel *x = &m->rels[i];
        bool left = node_bound(m, nodes, x->left), right = node_bound(m, nodes, x->right);
        if (rels[i] || (!left && !right) || (x->shortest && !(left && right)))
            continue;
        double c = left && right ? fan_out(m, x, true, true) : fan_out(m, x, left, false);
        if (left && right && !x->rel->var_length)
            c *= 1e-6; /* closing an edge is nearly free and only removes rows */
        if (!found || c < *cost) {
            *best = i;
            *cost = c;
            found = true;
        }
    }
    return found;
}

/* Sum of intermediate rows when starting from this node, within its component. */
static double simulate(const match_plan *m, uint32_t first)
{
    bool rels[Q_MAX_PATTERN], nodes[MAX_NODES];
    memcpy(rels, m->done_rel, sizeof rels);
    memcpy(nodes, m->done_node, sizeof nodes);
    nodes[first] = true;
    /* Looking at a node costs less than what passes its predicates costs later. */
    const plan_node *start = &m->nodes[first];
    double rows = start->seek ? start->rows : start->share * cg_graph_n_nodes(m->r->g);
    double total = start->seek ? start->rows : 0.2 * start->rows + rows;
    uint32_t best;
    double cost = 0;
    while (next_rel(m, rels, nodes, &best, &cost)) {
        rels[best] = true;
        nodes[m->rels[best].left] = nodes[m->rels[best].right] = true;
        rows *= cost;
        total += rows;
    }
    return total;
}

static uint32_t choose_anchor(const match_plan *m)
{
    uint32_t best = UINT32_MAX;
    double least = 0;
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        if (m->done_node[i])
            continue;
        double total = simulate(m, i);
        if (best == UINT32_MAX || total < least) {
            best = i;
            least = total;
        }
    }
    return best;
}

/* ---- operators ---- */

static int expensive(const q_expr *e)
{
    int worst = e->sub ? 2 : e->kind == X_REGEX || (e->kind >= X_COMPREHENSION && e->kind <= X_REDUCE) ? 1 : 0;
    for (uint32_t i = 0; i < e->n && worst < 2; i++) {
        int one = e->args[i] ? expensive(e->args[i]) : 0;
        worst = one > worst ? one : worst;
    }
    return worst;
}

/* Test every predicate that can be tested now, cheap ones first. */
static bool place(match_plan *m)
{
    uint32_t n = 0;
    const q_expr **ready = cg_arena_alloc(&m->r->arena, (m->p->n_conjuncts + 1) * sizeof *ready);
    if (!ready)
        return false;
    for (int cost = 0; cost <= 2; cost++) {
        for (uint32_t i = 0; i < m->p->n_conjuncts; i++) {
            if (m->placed[i] || expensive(m->p->conjuncts[i]) != cost || !q_ready(m->r, m->p->conjuncts[i], m->level, m->bound))
                continue;
            m->placed[i] = true;
            ready[n++] = m->p->conjuncts[i];
        }
    }
    if (n)
        m->op = q_op_filter(m->r, m->op, ready, n);
    return m->op != NULL;
}

/* Path variables whose elements are all bound, and the predicates that wait for them. */
static bool place_paths(match_plan *m)
{
    for (uint32_t i = 0; i < m->p->n; i++) {
        const q_path_pat *path = m->p->paths[i];
        bool ready = path->slot != Q_NO_SLOT && !m->path_done[i];
        for (uint32_t k = 0; ready && k < m->n_rels; k++)
            ready = m->rels[k].path != path || m->done_rel[k];
        for (uint32_t k = 0; ready && k <= path->n_rels; k++)
            ready = slot_ready(m->r, path->nodes[k]->slot, m->level, m->bound);
        if (!ready)
            continue;
        m->path_done[i] = true;
        if (m->r->q->used.data[path->slot] && !(m->op = q_op_path(m->r, m->op, path)))
            return false;
        q_bit_set(m->bound, path->slot);
    }
    return true;
}

static bool settle(match_plan *m)
{
    return place(m) && place_paths(m) && place(m);
}

static bool add_anchor(match_plan *m, uint32_t i)
{
    plan_node *n = &m->nodes[i];
    estimate_nodes(m); /* what is bound by now may allow a seek */
    if (n->seek)
        m->op = q_op_id_seek(m->r, m->op, n->slot, n->seek, n->seek_list);
    else if (n->key)
        m->op = q_op_hash_join(m->r, m->op, n->slot, !n->has_label, n->scan_label, n->key, n->probe);
    else if (n->has_label)
        m->op = q_op_label_scan(m->r, m->op, n->slot, n->scan_label);
    else
        m->op = q_op_all_nodes(m->r, m->op, n->slot);
    m->done_node[i] = true;
    q_bit_set(m->bound, n->slot);
    return m->op && settle(m);
}

static bool kinds_meet(const plan_rel *a, const plan_rel *b)
{
    if (a->no_kind || b->no_kind)
        return false;
    if (!a->kinds || !b->kinds)
        return true;
    for (uint32_t i = 0; i < a->kinds->n_words && i < b->kinds->n_words; i++) {
        if (a->kinds->words[i] & b->kinds->words[i])
            return true;
    }
    return false;
}

static bool set_uses(match_plan *m, uint32_t rel, q_uses *uses)
{
    uint32_t *slots = cg_arena_alloc(&m->r->arena, (m->n_order + 1) * sizeof *slots);
    if (!slots)
        return false;
    uses->slots = slots;
    for (uint32_t i = 0; i < m->n_order; i++) {
        const plan_rel *other = &m->rels[m->order[i]];
        if (!other->shortest && kinds_meet(other, &m->rels[rel]))
            slots[uses->n++] = other->rel->slot;
    }
    return true;
}

/* Does an expression read the relationship, or a relationship still to come that must differ from it? */
static bool rel_value_needed(const match_plan *m, const plan_rel *x)
{
    const cg_query *q = m->r->q;
    bool needed = q->used.data[x->rel->slot] || (x->path->slot != Q_NO_SLOT && q->used.data[x->path->slot]);
    for (uint32_t i = 0; !needed && i < m->n_rels; i++)
        needed = &m->rels[i] != x && !m->done_rel[i] && !m->rels[i].shortest && kinds_meet(&m->rels[i], x);
    return needed;
}

/* Is it enough to know which nodes can be reached? */
static bool only_reach(const match_plan *m, const q_step *s)
{
    uint64_t bytes = (uint64_t)cg_graph_n_nodes(m->r->g) * 20;
    return m->once && !s->keep && !s->rel_bound && s->rel->min <= 1 && s->rel->max > 1 && bytes <= m->r->max_memory / 4;
}

static bool add_rel(match_plan *m, uint32_t i)
{
    plan_rel *x = &m->rels[i];
    bool left = m->done_node[x->left], right = m->done_node[x->right];
    bool from_left = left && (!right || true);
    plan_node *from = &m->nodes[from_left ? x->left : x->right], *to = &m->nodes[from_left ? x->right : x->left];
    q_step step = { .rel = x->rel,
                    .from = from->slot,
                    .to = to->slot,
                    .into = left && right,
                    .kinds = x->kinds,
                    .no_kind = x->no_kind,
                    .reversed = !from_left };
    step.dir = from_left || x->rel->dir == CG_BOTH ? x->rel->dir : x->rel->dir == CG_OUT ? CG_IN : CG_OUT;
    step.rel_bound = !x->rel->fresh;
    step.keep = rel_value_needed(m, x);
    double all = cg_graph_n_nodes(m->r->g), factor = fan_out(m, x, from_left, step.into);
    if (!step.into && x->rel->var_length && to->n_labels == 1 && to->share * 8 <= 1 && all > 0)
        step.target = to->labels[0];
    if (!x->shortest && !set_uses(m, i, &step.uses))
        return false;
    double rows = m->op->rows * factor;
    m->op = x->shortest            ? q_op_shortest(m->r, m->op, &step, x->path)
            : !x->rel->var_length  ? q_op_expand(m->r, m->op, &step)
            : only_reach(m, &step) ? q_op_reach(m->r, m->op, &step)
                                   : q_op_var_expand(m->r, m->op, &step);
    if (!m->op)
        return false;
    m->op->rows = rows;
    m->done_rel[i] = m->done_node[x->left] = m->done_node[x->right] = true;
    m->order[m->n_order++] = i;
    q_bit_set(m->bound, x->rel->slot);
    q_bit_set(m->bound, to->slot);
    return settle(m);
}

/* ---- collecting the pattern ---- */

static uint32_t node_of(match_plan *m, const q_node_pat *n)
{
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        if (m->nodes[i].slot == n->slot)
            return i;
    }
    m->nodes[m->n_nodes] = (plan_node){ .slot = n->slot, .pos = n->pos, .fresh = n->fresh };
    return m->n_nodes++;
}

static bool set_kinds(match_plan *m, plan_rel *x)
{
    const cg_run *r = m->r;
    if (!x->rel->n_types) {
        x->edges = (double)cg_graph_n_rels(r->g);
        return true;
    }
    uint32_t words = (cg_name_count(r->g, CG_NAMES_KIND) + 63) / 64;
    x->kinds = cg_arena_calloc(&m->r->arena, 1, sizeof *x->kinds);
    if (!x->kinds || !(x->kinds->words = cg_arena_calloc(&m->r->arena, words + 1, sizeof *x->kinds->words)))
        return false;
    x->kinds->n_words = words;
    x->no_kind = true;
    for (uint32_t i = 0; i < x->rel->n_types; i++) {
        uint32_t kind = r->names[x->rel->types[i]];
        if (kind == CG_NO_NAME || q_bit(x->kinds->words, kind))
            continue;
        q_bit_set(x->kinds->words, kind);
        x->edges += (double)cg_kind_count(r->g, kind);
        x->no_kind = false;
    }
    return true;
}

static bool collect(match_plan *m)
{
    for (uint32_t i = 0; i < m->p->n; i++) {
        const q_path_pat *path = m->p->paths[i];
        uint32_t left = node_of(m, path->nodes[0]);
        for (uint32_t k = 0; k < path->n_rels; k++) {
            plan_rel *x = &m->rels[m->n_rels++];
            *x = (plan_rel){ .rel = path->rels[k], .path = path, .left = left, .shortest = path->kind != Q_PATH_PLAIN };
            x->right = left = node_of(m, path->nodes[k + 1]);
            if (!set_kinds(m, x))
                return false;
        }
    }
    return true;
}

static bool plan_all(match_plan *m)
{
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        plan_node *n = &m->nodes[i];
        if (!slot_ready(m->r, n->slot, m->level, m->bound))
            continue;
        m->done_node[i] = true;
        if (!(m->op = q_op_check_node(m->r, m->op, n->slot, n->pos)))
            return false;
    }
    if (!settle(m))
        return false;
    for (;;) {
        uint32_t best;
        double cost = 0;
        estimate_nodes(m);
        bool found = next_rel(m, m->done_rel, m->done_node, &best, &cost);
        if (found && rel_startable(m, &m->rels[best])) {
            if (!add_rel(m, best))
                return false;
            continue;
        }
        uint32_t anchor = choose_anchor(m);
        if (anchor != UINT32_MAX) {
            if (!add_anchor(m, anchor))
                return false;
        } else if (found) {
            if (!add_rel(m, best))
                return false;
        } else {
            return true;
        }
    }
}

q_op *q_plan_match(cg_run *r, q_op *input, const q_pattern *p, uint32_t level, uint64_t *bound, bool once, cspm_error **err)
{
    match_plan *m = cg_arena_calloc(&r->arena, 1, sizeof *m);
    q_op *op = NULL;
    if (m) {
        *m = (match_plan){ .r = r, .p = p, .level = level, .bound = bound, .once = once, .op = input };
        m->placed = cg_arena_calloc(&r->arena, p->n_conjuncts + 1, sizeof *m->placed);
        m->path_done = cg_arena_calloc(&r->arena, p->n + 1, sizeof *m->path_done);
        if (m->placed && m->path_done && collect(m) && plan_all(m))
            op = m->op;
    }
    if (!op && r->n_ops >= Q_MAX_OPS)
        q_run_limit(r, err, "plan operators", Q_MAX_OPS);
    else if (!op)
        cg_nomem(r->mem, err);
    return op;
}
