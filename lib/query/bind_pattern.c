/* Patterns: variables, and the predicates that labels and property maps stand for. */
#include "query/bind.h"

typedef CG_VEC(q_expr *) conjuncts;

static bool keep(q_binder *b, conjuncts *list, q_expr *e)
{
    if (!e)
        return false;
    if (cg_vec_push(b->c->q->mem, list, e))
        return true;
    q_nomem(b->c);
    return false;
}

static q_expr *build(q_binder *b, q_expr_kind kind, uint32_t at, q_expr *first, q_expr *second)
{
    q_expr *e = q_alloc(b->c, 1, sizeof *e);
    if (!e || !first || !(e->args = q_alloc(b->c, 2, sizeof *e->args)))
        return NULL;
    e->kind = (uint8_t)kind;
    e->start = e->end = at;
    e->slot = e->slot2 = Q_NO_SLOT;
    e->type = QT_BOOL | QT_NULL;
    e->args[0] = first;
    e->args[1] = second;
    e->n = second ? 2 : 1;
    e->height = (uint16_t)(first->height + 1);
    if (second && second->height >= e->height)
        e->height = (uint16_t)(second->height + 1);
    return e;
}

/* {k: v, ...} on a slot as one equality a key. */
static bool props_to_conjuncts(q_binder *b, const q_expr *map, uint32_t slot, uint32_t type, conjuncts *out)
{
    for (uint32_t i = 0; map && i < map->n; i++) {
        q_expr *prop = build(b, X_PROP, map->args[i]->start, qb_var_expr(b, slot, type, map->start), NULL);
        q_expr *equal = prop ? build(b, X_COMPARE, map->args[i]->start, prop, map->args[i]) : NULL;
        if (!equal || !(equal->ops = q_alloc(b->c, 1, 1)))
            return false;
        prop->name = map->keys[i];
        prop->type = QT_ANY;
        prop->index = UINT32_MAX;
        cg_query *q = b->c->q;
        for (size_t k = 0; k < q->names.count; k++) {
            if (q->names.data[k].which == CG_NAMES_KEY && cg_str_eq(q->names.data[k].text, map->keys[i]))
                prop->index = (uint32_t)k;
        }
        if (prop->index == UINT32_MAX) {
            q_name name = { CG_NAMES_KEY, map->keys[i] };
            if (!cg_vec_push(q->mem, &q->names, name)) {
                q_nomem(b->c);
                return false;
            }
            prop->index = (uint32_t)(q->names.count - 1);
        }
        equal->ops[0] = Q_EQ;
        if (!keep(b, out, equal))
            return false;
    }
    return true;
}

static bool undefined_in_predicate(q_binder *b, cg_str name, uint32_t at)
{
    q_fail(b->c, at, "bind", "UndefinedVariable", "variable %.*s is not defined; a pattern predicate cannot introduce it", CG_FMT(name));
    return false;
}

static bool conflict(q_binder *b, cg_str name, uint32_t at, const char *what)
{
    q_fail(b->c, at, "bind", "VariableTypeConflict", "variable %.*s is already used and cannot be %s", CG_FMT(name), what);
    return false;
}

static bool bind_node(q_binder *b, q_node_pat *n, bool only_bound, bool optional)
{
    q_var *v = n->var.data ? qb_find(b, n->var) : NULL;
    if (v) {
        if (!(v->type & (QT_NODE | QT_NULL)))
            return conflict(b, n->var, n->pos, "a node");
        n->slot = v->slot;
        qb_use(b, v->slot);
        return true;
    }
    if (n->var.data && only_bound)
        return undefined_in_predicate(b, n->var, n->pos);
    n->fresh = true;
    n->slot = qb_slot(b);
    if (n->slot == Q_NO_SLOT)
        return false;
    return !n->var.data || qb_push(b, n->var, n->slot, QT_NODE | (optional ? QT_NULL : 0), QT_ANY);
}

static bool used_before(const q_pattern *p, uint32_t path, uint32_t rel)
{
    cg_str name = p->paths[path]->rels[rel]->var;
    for (uint32_t i = 0; i <= path; i++) {
        uint32_t n = i == path ? rel : p->paths[i]->n_rels;
        for (uint32_t k = 0; k < n; k++) {
            if (p->paths[i]->rels[k]->var.data && cg_str_eq(p->paths[i]->rels[k]->var, name))
                return true;
        }
    }
    return false;
}

static bool bind_rel(q_binder *b, q_pattern *p, uint32_t path, uint32_t rel, bool only_bound, bool optional)
{
    q_rel_pat *r = p->paths[path]->rels[rel];
    q_var *v = r->var.data ? qb_find(b, r->var) : NULL;
    if (r->var_length && r->props && !(r->step_slot != Q_NO_SLOT)) {
        b->level++;
        r->step_slot = qb_slot(b);
        b->level--;
        if (r->step_slot == Q_NO_SLOT)
            return false;
    }
    if (v) {
        if (used_before(p, path, rel)) {
            if (!(v->type & (QT_REL | QT_LIST)))
                return conflict(b, r->var, r->pos, "a relationship");
            q_fail(b->c, r->pos, "bind", "RelationshipUniquenessViolation", "relationship %.*s cannot be used twice in one MATCH",
                   CG_FMT(r->var));
            return false;
        }
        if (!(v->type & ((r->var_length ? QT_LIST : QT_REL) | QT_NULL)))
            return conflict(b, r->var, r->pos, r->var_length ? "a list of relationships" : "a relationship");
        r->slot = v->slot;
        qb_use(b, v->slot);
        return true;
    }
    if (r->var.data && only_bound)
        return undefined_in_predicate(b, r->var, r->pos);
    r->fresh = true;
    r->slot = qb_slot(b);
    if (r->slot == Q_NO_SLOT)
        return false;
    uint32_t type = (r->var_length ? QT_LIST : QT_REL) | (optional ? QT_NULL : 0);
    return !r->var.data || qb_push(b, r->var, r->slot, type, QT_REL);
}

static bool bind_path(q_binder *b, q_pattern *p, uint32_t i, bool only_bound, bool optional)
{
    q_path_pat *path = p->paths[i];
    if (!bind_node(b, path->nodes[0], only_bound, optional))
        return false;
    for (uint32_t k = 0; k < path->n_rels; k++) {
        if (!bind_rel(b, p, i, k, only_bound, optional) || !bind_node(b, path->nodes[k + 1], only_bound, optional))
            return false;
    }
    if (!path->var.data)
        return true;
    if (qb_find(b, path->var)) {
        q_fail(b->c, path->pos, "bind", "VariableAlreadyBound", "variable %.*s is already defined", CG_FMT(path->var));
        return false;
    }
    path->slot = qb_slot(b);
    return path->slot != Q_NO_SLOT && qb_push(b, path->var, path->slot, QT_PATH | (optional ? QT_NULL : 0), QT_ANY);
}

static bool bind_node_predicates(q_binder *b, q_node_pat *n, conjuncts *out)
{
    if (n->labels) {
        q_expr *has = build(b, X_LABEL, n->pos, qb_var_expr(b, n->slot, QT_NODE, n->pos), NULL);
        if (!has)
            return false;
        has->labels = n->labels;
        if (!keep(b, out, has))
            return false;
    }
    return !n->props || (qb_expr(b, n->props, 0) && props_to_conjuncts(b, n->props, n->slot, QT_NODE, out));
}

static bool bind_rel_predicates(q_binder *b, q_rel_pat *r, conjuncts *out)
{
    if (!r->props)
        return true;
    if (!qb_expr(b, r->props, 0))
        return false;
    if (!r->var_length)
        return props_to_conjuncts(b, r->props, r->slot, QT_REL, out);
    conjuncts steps = { 0 };
    bool ok = props_to_conjuncts(b, r->props, r->step_slot, QT_REL, &steps);
    for (size_t i = 0; ok && i < steps.count; i++) {
        r->step_filter = i ? build(b, X_AND, r->pos, r->step_filter, steps.data[i]) : steps.data[i];
        ok = r->step_filter != NULL && r->step_filter->height <= Q_MAX_HEIGHT;
        if (!ok && b->c->status >= 0)
            q_fail_limit(b->c, r->pos, "expression depth", Q_MAX_HEIGHT);
    }
    cg_vec_free(b->c->q->mem, &steps);
    return ok;
}

static bool split(q_binder *b, q_expr *where, conjuncts *out)
{
    if (where->kind != X_AND)
        return keep(b, out, where);
    for (uint32_t i = 0; i < where->n; i++) {
        if (!split(b, where->args[i], out))
            return false;
    }
    return true;
}

bool qb_pattern(q_binder *b, q_pattern *p, bool only_bound, bool optional)
{
    conjuncts list = { 0 };
    bool ok = true;
    for (uint32_t i = 0; ok && i < p->n; i++)
        ok = bind_path(b, p, i, only_bound, optional);
    for (uint32_t i = 0; ok && i < p->n; i++) {
        q_path_pat *path = p->paths[i];
        for (uint32_t k = 0; ok && k <= path->n_rels; k++)
            ok = bind_node_predicates(b, path->nodes[k], &list) && (k == path->n_rels || bind_rel_predicates(b, path->rels[k], &list));
    }
    ok = ok && (!p->where || (qb_predicate(b, p->where, QB_PREDICATE) && split(b, p->where, &list)));
    if (ok && (p->conjuncts = q_alloc(b->c, list.count, sizeof *p->conjuncts))) {
        if (list.count)
            memcpy(p->conjuncts, list.data, list.count * sizeof *list.data);
        p->n_conjuncts = (uint32_t)list.count;
    }
    cg_vec_free(b->c->q->mem, &list);
    return ok && b->c->status >= 0;
}
