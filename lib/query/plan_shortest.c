/* Predicates over a shortest path belong to its search: the path asked for is the shortest of those that satisfy them.
 *
 * all() and none() over the nodes or relationships of the path are tested element by element while searching; any other predicate is tested
 * on whole paths, enumerated in order of length. An upper bound of the length needs neither: a longer path would not pass it. */
#include "query/plan_match.h"

static bool reads_slot(const q_expr *e, uint32_t slot)
{
    if (slot == Q_NO_SLOT)
        return false;
    bool reads = e->kind == X_VAR && e->slot == slot;
    for (uint32_t i = 0; i < e->n && !reads; i++)
        reads = e->args[i] && reads_slot(e->args[i], slot);
    for (uint32_t i = 0; e->sub && i < e->sub->n_outer && !reads; i++)
        reads = e->sub->outer[i] == slot;
    return reads;
}

static bool is_call_of(const q_expr *e, const char *name, uint32_t slot)
{
    return slot != Q_NO_SLOT && e->kind == X_CALL && e->n == 1 && e->args[0]->kind == X_VAR && e->args[0]->slot == slot &&
           cg_str_eq_nocase(e->name, cg_str_from(name));
}

static bool as_filter(const plan_rel *x, const q_expr *e, q_path_filter *out)
{
    bool negated = e->kind == X_NOT && e->args[0]->kind == X_ANY;
    const q_expr *q = negated ? e->args[0] : e;
    if (!negated && q->kind != X_ALL && q->kind != X_NONE)
        return false;
    const q_expr *list = q->args[0];
    uint32_t path = x->path->slot, rels = x->rel->slot;
    bool nodes = is_call_of(list, "nodes", path);
    bool elements =
        nodes || is_call_of(list, "relationships", path) || is_call_of(list, "rels", path) || (list->kind == X_VAR && list->slot == rels);
    if (!elements || reads_slot(q->args[1], path) || reads_slot(q->args[1], rels))
        return false;
    *out = (q_path_filter){ q, nodes, q->kind != X_ALL };
    return true;
}

/* length(p) <= n */
static bool bounds_length(const plan_rel *x, const q_expr *e)
{
    return e->kind == X_COMPARE && e->n == 2 && (e->ops[0] == Q_LE || e->ops[0] == Q_LT) && !reads_slot(e->args[1], x->path->slot) &&
           !reads_slot(e->args[1], x->rel->slot) &&
           (is_call_of(e->args[0], "length", x->path->slot) || is_call_of(e->args[0], "size", x->rel->slot));
}

/* Does the expression read anything but the element itself? Then a search cannot serve the next row. */
static bool reads_more(const q_expr *e, uint32_t element)
{
    bool more = e->sub || (e->kind == X_VAR && e->slot != element);
    for (uint32_t i = 0; i < e->n && !more; i++)
        more = e->args[i] && reads_more(e->args[i], element);
    return more;
}

bool q_plan_shortest(match_plan *m, const plan_rel *x, q_step *step)
{
    uint32_t n = m->p->n_conjuncts, path = x->path->slot;
    q_path_filter *filters = cg_arena_calloc(&m->r->arena, n + 1, sizeof *filters);
    const q_expr **tests = cg_arena_calloc(&m->r->arena, n + 1, sizeof *tests);
    uint64_t *bound = q_bitmap(m->r);
    if (!filters || !tests || !bound)
        return false;
    memcpy(bound, m->bound, ((m->r->n_slots + 63) / 64 + 1) * sizeof *bound);
    q_bit_set(bound, x->rel->slot);
    if (path != Q_NO_SLOT)
        q_bit_set(bound, path);
    step->fixed = !x->rel->step_filter || !reads_more(x->rel->step_filter, x->rel->step_slot);
    for (uint32_t i = 0; i < n; i++) {
        const q_expr *e = m->p->conjuncts[i];
        if (m->placed[i] || !(reads_slot(e, path) || reads_slot(e, x->rel->slot)) || !q_ready(m->r, e, m->level, bound) ||
            bounds_length(x, e))
            continue;
        m->placed[i] = true;
        if (as_filter(x, e, &filters[step->n_filters])) {
            const q_expr *q = filters[step->n_filters++].quantifier;
            step->fixed = step->fixed && !reads_more(q->args[1], q->slot);
        } else {
            tests[step->n_tests++] = e;
        }
    }
    step->filters = filters;
    step->tests = tests;
    return true;
}
