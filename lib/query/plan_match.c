/* One MATCH: which node to start from, in which order to walk the relationships, where each predicate is tested.
 *
 * The order with the fewest estimated rows over all steps wins (plan_order.c), ties go to the element written first. A predicate is tested
 * as soon as everything it reads is bound. */
#include "query/plan_match.h"

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
            ready = q_slot_ready(m->r, path->nodes[k]->slot, m->level, m->bound);
        if (!ready)
            continue;
        m->path_done[i] = true;
        /* The search for a shortest path gives the path itself. */
        if (path->kind == Q_PATH_PLAIN && m->r->q->used.data[path->slot] && !(m->op = q_op_path(m->r, m->op, path)))
            return false;
        q_bit_set(m->bound, path->slot);
    }
    return true;
}

static bool settle(match_plan *m)
{
    return place(m) && place_paths(m) && place(m);
}

/* The operator gives nothing but nodes of this label. */
static void skip_label_test(match_plan *m, const plan_node *n)
{
    for (uint32_t i = 0; i < m->p->n_conjuncts; i++) {
        const q_expr *e = m->p->conjuncts[i];
        if (e->kind == X_LABEL && e->args[0]->kind == X_VAR && e->args[0]->slot == n->slot && e->labels->kind == QL_NAME &&
            m->r->names[e->labels->name] == n->scan_label)
            m->placed[i] = true;
    }
}

static bool add_anchor(match_plan *m, uint32_t i)
{
    plan_node *n = &m->nodes[i];
    q_estimate_nodes(m); /* what is bound by now may allow a seek */
    if (n->seek)
        m->op = q_op_id_seek(m->r, m->op, n->slot, n->seek, n->seek_list);
    else if (n->key)
        m->op = q_op_hash_join(m->r, m->op, n->slot, !n->has_label, n->scan_label, n->key, n->probe);
    else if (n->has_label)
        m->op = q_op_label_scan(m->r, m->op, n->slot, n->scan_label);
    else
        m->op = q_op_all_nodes(m->r, m->op, n->slot);
    if (!n->seek && n->has_label)
        skip_label_test(m, n);
    m->done_node[i] = true;
    m->since[i] = ++m->n_since;
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
    /* Rows that share the node bound first come together: a search from there serves them all. */
    bool from_left = left && !(right && x->shortest && m->since[x->right] < m->since[x->left]);
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
    double all = cg_graph_n_nodes(m->r->g), factor = x->fan[from_left][step.into];
    if (!step.into && x->rel->var_length && to->n_labels == 1 && to->share * 8 <= 1 && all > 0)
        step.target = to->labels[0];
    if (x->shortest ? !q_plan_shortest(m, x, &step) : !set_uses(m, i, &step.uses))
        return false;
    double rows = m->op->rows * factor;
    m->op = x->shortest            ? (step.n_tests ? q_op_shortest_tested : q_op_shortest)(m->r, m->op, &step, x->path)
            : !x->rel->var_length  ? q_op_expand(m->r, m->op, &step)
            : only_reach(m, &step) ? q_op_reach(m->r, m->op, &step)
                                   : q_op_var_expand(m->r, m->op, &step);
    if (!m->op)
        return false;
    m->op->rows = rows;
    if (!left || !right)
        m->since[left ? x->right : x->left] = ++m->n_since;
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

static void add_kind(const match_plan *m, plan_rel *x, uint32_t kind)
{
    if (q_bit(x->kinds->words, kind))
        return;
    q_bit_set(x->kinds->words, kind);
    x->edges += (double)cg_kind_count(m->r->g, kind);
    x->no_kind = false;
}

/* AZ_ATTACK_PATHS: what the rules declare traversable among the kinds of Azure, which begin with AZ. AD_ATTACK_PATHS: among those of Active
 * Directory, which neither begin so nor have an underscore as those of other clouds do. */
static void add_builtin_set(const match_plan *m, plan_rel *x, cg_str set)
{
    bool azure = cg_str_starts(set, CG_STR("AZ"));
    for (uint32_t kind = 0; kind < cg_name_count(m->r->g, CG_NAMES_KIND); kind++) {
        cg_str name = cg_name_get(m->r->g, CG_NAMES_KIND, kind);
        bool fits =
            azure ? cg_str_starts(name, CG_STR("AZ")) : !cg_str_starts(name, CG_STR("AZ")) && cg_str_find(name, CG_STR("_"), 0) == SIZE_MAX;
        if (fits && cg_kind_get_info(m->r->g, kind)->traversable)
            add_kind(m, x, kind);
    }
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
        if (kind != CG_NO_NAME)
            add_kind(m, x, kind);
        else if (q_is_builtin_set(r->q->names.data[x->rel->types[i]].text))
            add_builtin_set(m, x, r->q->names.data[x->rel->types[i]].text);
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
        if (!q_slot_ready(m->r, n->slot, m->level, m->bound))
            continue;
        m->done_node[i] = true;
        if (!(m->op = q_op_check_node(m->r, m->op, n->slot, n->pos)))
            return false;
    }
    if (!settle(m))
        return false;
    for (;;) {
        uint32_t best;
        q_estimate_nodes(m);
        bool found = q_next_rel(m, &best);
        if (found && q_rel_startable(m, &m->rels[best])) {
            if (!add_rel(m, best))
                return false;
            continue;
        }
        uint32_t anchor = q_choose_anchor(m);
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
    uint32_t n_rels = 0;
    for (uint32_t i = 0; i < p->n; i++)
        n_rels += p->paths[i]->n_rels;
    if (m) {
        *m = (match_plan){ .r = r, .p = p, .level = level, .bound = bound, .once = once, .op = input };
        m->placed = cg_arena_calloc(&r->arena, p->n_conjuncts + 1, sizeof *m->placed);
        m->path_done = cg_arena_calloc(&r->arena, p->n + 1, sizeof *m->path_done);
        m->nodes = cg_arena_calloc(&r->arena, (size_t)n_rels + p->n + 1, sizeof *m->nodes);
        m->rels = cg_arena_calloc(&r->arena, (size_t)n_rels + 1, sizeof *m->rels);
        if (m->placed && m->path_done && m->nodes && m->rels && collect(m) && plan_all(m))
            op = m->op;
    }
    if (!op && r->n_ops >= Q_MAX_OPS)
        q_run_limit(r, err, "plan operators", Q_MAX_OPS);
    else if (!op)
        cg_nomem(r->mem, err);
    return op;
}
