/* In which order the relationships of a MATCH are walked, and from where: estimates from the graph's statistics. */
#include "query/plan_match.h"

#include <math.h>

/* ---- readiness ---- */

bool q_slot_ready(const cg_run *r, uint32_t slot, uint32_t level, const uint64_t *bound)
{
    uint32_t at = r->q->levels.data[slot];
    return at != level || q_bit(bound, slot);
}

bool q_ready(const cg_run *r, const q_expr *e, uint32_t level, const uint64_t *bound)
{
    if ((e->kind == X_VAR || e->kind == X_AGG) && !q_slot_ready(r, e->slot, level, bound))
        return false;
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && !q_ready(r, e->args[i], level, bound))
            return false;
    }
    for (uint32_t i = 0; e->sub && i < e->sub->n_outer; i++) {
        if (!q_slot_ready(r, e->sub->outer[i], level, bound))
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

/* Relationships of these types at nodes of this label, walked in this direction. */
static double edges_at_label(const match_plan *m, const plan_rel *x, uint32_t label, uint32_t dir)
{
    double sum = 0;
    for (uint32_t kind = 0; kind < cg_name_count(m->r->g, CG_NAMES_KIND); kind++) {
        if (!q_bit(x->kinds->words, kind))
            continue;
        if (dir & CG_OUT)
            sum += (double)cg_kind_count_label(m->r->g, kind, label, CG_OUT);
        if (dir & CG_IN)
            sum += (double)cg_kind_count_label(m->r->g, kind, label, CG_IN);
    }
    return sum;
}

static uint32_t turned(uint32_t dir)
{
    return dir == CG_OUT ? CG_IN : dir == CG_IN ? CG_OUT : CG_BOTH;
}

/* Relationships at one node of those the walk stands on. */
static double edges_per_node(const match_plan *m, const plan_rel *x, const plan_node *from, uint32_t dir)
{
    double n = cg_graph_n_nodes(m->r->g), ways = dir == CG_BOTH ? 2 : 1;
    if (x->kinds && from->has_label && from->scan_label != CG_NO_NAME) {
        double with_label = (double)cg_label_count(m->r->g, from->scan_label);
        return with_label > 0 ? edges_at_label(m, x, from->scan_label, dir) / with_label : 0;
    }
    /* Labelled nodes carry most of the relationships their label is made for. */
    if (from->n_labels && from->rows > 0 && from->rows < n)
        return ways * x->edges / sqrt(from->rows * n);
    return n > 0 ? ways * x->edges / n : 0;
}

/* How many of the ends reached pass the predicates on the far node. */
static double share_of_ends(const match_plan *m, const plan_rel *x, const plan_node *to, uint32_t dir)
{
    double n = cg_graph_n_nodes(m->r->g), edges = x->edges * (dir == CG_BOTH ? 2 : 1);
    if (!x->kinds || !to->has_label || to->scan_label == CG_NO_NAME || to->seek || to->rows <= 0 || edges <= 0)
        return to->share;
    double share = to->share * n / to->rows * edges_at_label(m, x, to->scan_label, turned(dir)) / edges;
    return share < 1 ? share : 1;
}

/* Rows one row becomes by walking the relationship from this side. */
static double fan_out(const match_plan *m, const plan_rel *x, bool from_left, bool into)
{
    const plan_node *from = &m->nodes[from_left ? x->left : x->right], *to = &m->nodes[from_left ? x->right : x->left];
    uint32_t dir = from_left ? x->rel->dir : turned(x->rel->dir);
    double n = cg_graph_n_nodes(m->r->g), per_node = edges_per_node(m, x, from, dir);
    if (x->rel->var_length) {
        double hops = x->rel->max > 4 ? 4 : x->rel->max, grown = 0;
        for (double k = 1; k <= hops; k++)
            grown += pow(per_node, k);
        if (m->once && x->rel->min <= 1 && grown > n)
            grown = n; /* a search gives each node once */
        per_node = grown + (x->rel->min == 0 ? 1 : 0);
    }
    if (into)
        return n > 0 ? per_node / n : 0;
    return per_node * (x->rel->var_length ? to->share : share_of_ends(m, x, to, dir)) + 1e-9;
}

void q_estimate_nodes(match_plan *m)
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
    for (uint32_t i = 0; i < m->n_rels; i++) {
        for (int side = 0; side < 4; side++)
            m->rels[i].fan[side >> 1][side & 1] = fan_out(m, &m->rels[i], side >> 1, side & 1);
    }
}

/* ---- order ---- */

/* Rows made of one by the relationship, given what is bound; false when it cannot be walked yet. */
static bool step_rows(const plan_rel *x, const bool *nodes, double *out)
{
    bool left = nodes[x->left], right = nodes[x->right];
    if ((!left && !right) || (x->shortest && !(left && right)))
        return false;
    *out = x->fan[left][left && right];
    if (left && right && !x->rel->var_length)
        *out *= 1e-6; /* closing an edge is nearly free and only removes rows */
    return true;
}

typedef struct route {
    double total, rows; /* rows of all steps, of the last one */
    uint32_t first;     /* relationship, UINT32_MAX = none */
} route;

/* One cheapest step after the other. */
static route greedy(const match_plan *m, bool *nodes, route start)
{
    bool rels[Q_MAX_PATTERN];
    memcpy(rels, m->done_rel, sizeof rels);
    for (;;) {
        uint32_t best = UINT32_MAX;
        double least = 0, cost;
        for (uint32_t i = 0; i < m->n_rels; i++) {
            if (!rels[i] && step_rows(&m->rels[i], nodes, &cost) && (best == UINT32_MAX || cost < least)) {
                best = i;
                least = cost;
            }
        }
        if (best == UINT32_MAX)
            return start;
        rels[best] = true;
        nodes[m->rels[best].left] = nodes[m->rels[best].right] = true;
        start.rows *= least;
        start.total += start.rows;
        if (start.first == UINT32_MAX)
            start.first = best;
    }
}

/* The cheapest of all orders, by sets of relationships walked. Equal costs keep the order found first, by the position of relationships. */
static route exact(const match_plan *m, const bool *nodes, const uint32_t *left, uint32_t n, route start)
{
    route best[1u << Q_EXACT_ORDER];
    bool known[1u << Q_EXACT_ORDER] = { true };
    uint32_t last = 0;
    best[0] = start;
    for (uint32_t set = 0; set < 1u << n; set++) {
        bool bound[Q_PLAN_NODES];
        if (!known[set])
            continue;
        if (__builtin_popcount(set) > __builtin_popcount(last))
            last = set;
        memcpy(bound, nodes, sizeof bound);
        for (uint32_t i = 0; i < n; i++) {
            if (set >> i & 1)
                bound[m->rels[left[i]].left] = bound[m->rels[left[i]].right] = true;
        }
        for (uint32_t i = 0; i < n; i++) {
            double cost;
            uint32_t with = set | 1u << i;
            if (with == set || !step_rows(&m->rels[left[i]], bound, &cost))
                continue;
            route r = { best[set].total + best[set].rows * cost, best[set].rows * cost, set ? best[set].first : left[i] };
            if (!known[with] || r.total < best[with].total)
                best[with] = r;
            known[with] = true;
        }
    }
    return best[last];
}

/* The best way on from what is bound, and from this node as well unless it is UINT32_MAX. */
static route plan_route(const match_plan *m, uint32_t anchor)
{
    uint32_t left[Q_EXACT_ORDER], n = 0;
    bool nodes[Q_PLAN_NODES];
    route start = { 0, 1, UINT32_MAX };
    memcpy(nodes, m->done_node, sizeof nodes);
    if (anchor != UINT32_MAX) {
        /* Looking at a node costs less than what passes its predicates costs later. */
        const plan_node *a = &m->nodes[anchor];
        start.rows = a->seek ? a->rows : a->share * cg_graph_n_nodes(m->r->g);
        start.total = a->seek ? a->rows : 0.2 * a->rows + start.rows;
        nodes[anchor] = true;
    }
    for (uint32_t i = 0; i < m->n_rels; i++) {
        if (!m->done_rel[i] && n++ < Q_EXACT_ORDER)
            left[n - 1] = i;
    }
    return n <= Q_EXACT_ORDER ? exact(m, nodes, left, n, start) : greedy(m, nodes, start);
}

bool q_next_rel(const match_plan *m, uint32_t *best)
{
    *best = plan_route(m, UINT32_MAX).first;
    return *best != UINT32_MAX;
}

uint32_t q_choose_anchor(const match_plan *m)
{
    uint32_t best = UINT32_MAX;
    double least = 0;
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        if (m->done_node[i])
            continue;
        double total = plan_route(m, i).total;
        if (best == UINT32_MAX || total < least) {
            best = i;
            least = total;
        }
    }
    return best;
}

bool q_rel_startable(const match_plan *m, const plan_rel *x)
{
    return !x->rel->step_filter || q_ready(m->r, x->rel->step_filter, m->level, m->bound);
}
