/* Scopes and clauses. */
#include "query/bind.h"

q_var *qb_find(q_binder *b, cg_str name)
{
    for (size_t i = b->vars.count; i > b->floor; i--) {
        if (cg_str_eq(b->vars.data[i - 1].name, name))
            return &b->vars.data[i - 1];
    }
    return NULL;
}

bool qb_push(q_binder *b, cg_str name, uint32_t slot, uint32_t type, uint32_t elem)
{
    q_var v = { name, slot, type, elem };
    if (cg_vec_push(b->c->q->mem, &b->vars, v))
        return true;
    q_nomem(b->c);
    return false;
}

uint32_t qb_slot(q_binder *b)
{
    cg_query *q = b->c->q;
    if (q->levels.count >= Q_MAX_SLOTS) {
        q_fail_limit(b->c, 0, "variables", Q_MAX_SLOTS);
        return Q_NO_SLOT;
    }
    if (!cg_vec_push(q->mem, &q->levels, b->level) || !cg_vec_push(q->mem, &q->used, false)) {
        q_nomem(b->c);
        return Q_NO_SLOT;
    }
    return (uint32_t)(q->levels.count - 1);
}

static void add_outer(q_binder *b, q_sub *sub, uint32_t slot)
{
    for (uint32_t i = 0; i < sub->n_outer; i++) {
        if (sub->outer[i] == slot)
            return;
    }
    if ((sub->n_outer & (sub->n_outer - 1)) == 0) {
        uint32_t *grown = q_alloc(b->c, sub->n_outer ? 2 * sub->n_outer : 1, sizeof *grown);
        if (!grown)
            return;
        if (sub->n_outer)
            memcpy(grown, sub->outer, sub->n_outer * sizeof *grown);
        sub->outer = grown;
    }
    sub->outer[sub->n_outer++] = slot;
}

void qb_use(q_binder *b, uint32_t slot)
{
    cg_query *q = b->c->q;
    q->used.data[slot] = true;
    for (size_t i = 0; i < b->active.count; i++) {
        if (q->levels.data[slot] < b->active.data[i]->level)
            add_outer(b, b->active.data[i], slot);
    }
}

q_expr *qb_var_expr(q_binder *b, uint32_t slot, uint32_t type, uint32_t at)
{
    q_expr *e = q_alloc(b->c, 1, sizeof *e);
    if (!e)
        return NULL;
    *e = (q_expr){ .kind = X_VAR, .slot = slot, .slot2 = Q_NO_SLOT, .type = type, .elem = QT_ANY, .start = at, .end = at, .height = 1 };
    qb_use(b, slot);
    return e;
}

/* ---- subqueries ---- */

bool qb_sub(q_binder *b, q_sub *sub, bool only_bound)
{
    size_t count = b->vars.count, base = b->base;
    bool ok = true;
    b->level++;
    sub->level = b->level;
    sub->index = b->c->q->n_subs++;
    if (!cg_vec_push(b->c->q->mem, &b->c->q->subs, sub) || !cg_vec_push(b->c->q->mem, &b->active, sub)) {
        q_nomem(b->c);
        b->level--;
        return false;
    }
    b->base = count;
    if (sub->query)
        ok = qb_regular(b, sub->query);
    else
        ok = qb_pattern(b, sub->pattern, only_bound, false);
    if (ok && sub->collect)
        ok = qb_expr(b, sub->collect, 0);
    b->active.count--;
    b->vars.count = count;
    b->base = base;
    b->level--;
    return ok;
}

/* ---- CALL { } ---- */

static bool import_one(q_binder *b, cg_str name, uint32_t at, bool must_exist)
{
    q_var *v = qb_find(b, name);
    if (!v) {
        if (must_exist)
            q_fail(b->c, at, "bind", "UndefinedVariable", "variable %.*s is not defined", CG_FMT(name));
        return !must_exist;
    }
    q_var copy = *v;
    qb_use(b, copy.slot);
    return qb_push(b, copy.name, copy.slot, copy.type, copy.elem);
}

static bool import_leading_with(q_binder *b, const q_sub *sub)
{
    size_t before = b->vars.count;
    for (uint32_t i = 0; i < sub->query->n; i++) {
        const q_clause *first = sub->query->parts[i]->clauses[0];
        if (first->kind != QC_WITH)
            continue;
        for (size_t k = b->floor; first->proj->star && k < before; k++) {
            q_var v = b->vars.data[k];
            if (v.name.data && !import_one(b, v.name, first->start, false))
                return false;
        }
        for (uint32_t k = 0; k < first->proj->n_items; k++) {
            const q_expr *e = first->proj->items[k].expr;
            if (e->kind == X_VAR && !import_one(b, e->name, e->start, true))
                return false;
        }
    }
    return true;
}

static bool bind_call(q_binder *b, q_clause *clause)
{
    q_sub *sub = clause->sub;
    size_t count = b->vars.count, floor = b->floor, base = b->base;
    bool ok = true;
    sub->call = true;
    b->level++;
    sub->level = b->level;
    sub->index = b->c->q->n_subs++;
    if (!cg_vec_push(b->c->q->mem, &b->c->q->subs, sub) || !cg_vec_push(b->c->q->mem, &b->active, sub)) {
        q_nomem(b->c);
        b->level--;
        return false;
    }
    if (clause->has_imports) {
        for (size_t k = floor; clause->imports_all && ok && k < count; k++)
            ok = import_one(b, b->vars.data[k].name, clause->start, false);
        for (uint32_t i = 0; ok && i < clause->n_imports; i++)
            ok = import_one(b, clause->imports[i], clause->import_pos[i], true);
        b->floor = count;
        b->base = b->vars.count; /* stay visible through the whole body */
    } else {
        ok = import_leading_with(b, sub);
        b->floor = b->base = count;
    }
    ok = ok && qb_regular(b, sub->query);
    b->active.count--;
    b->vars.count = count;
    b->floor = floor;
    b->base = base;
    b->level--;
    if (ok && !sub->query->n_columns) {
        q_fail(b->c, clause->start, "unsupported-feature", "UnitSubquery", "CALL { } without RETURN does nothing in a read-only language");
        return false;
    }
    for (uint32_t i = 0; ok && i < sub->query->n_columns; i++) {
        if (qb_find(b, sub->query->columns[i])) {
            q_fail(b->c, clause->start, "bind", "VariableAlreadyBound", "variable %.*s is already defined", CG_FMT(sub->query->columns[i]));
            return false;
        }
        uint32_t slot = qb_slot(b); /* the caller's copy: its own level */
        ok = slot != Q_NO_SLOT && qb_push(b, sub->query->columns[i], slot, sub->query->types[i] | (clause->optional ? QT_NULL : 0), QT_ANY);
        if (i == 0)
            clause->slot = slot; /* the columns' slots are consecutive */
    }
    return ok;
}

/* ---- clauses ---- */

static bool bind_unwind(q_binder *b, q_clause *clause)
{
    if (!qb_expr(b, clause->list, 0))
        return false;
    if (qb_find(b, clause->var)) {
        q_fail(b->c, clause->start, "bind", "VariableAlreadyBound", "variable %.*s is already defined", CG_FMT(clause->var));
        return false;
    }
    clause->slot = qb_slot(b);
    uint32_t type = clause->list->type & QT_LIST && !(clause->list->type & ~(uint32_t)(QT_LIST | QT_NULL)) ? clause->list->elem : QT_ANY;
    return clause->slot != Q_NO_SLOT && qb_push(b, clause->var, clause->slot, type, QT_ANY);
}

static bool bind_clause(q_binder *b, q_clause *clause)
{
    switch (clause->kind) {
    case QC_MATCH:
        return qb_pattern(b, clause->pattern, false, clause->optional);
    case QC_UNWIND:
        return bind_unwind(b, clause);
    case QC_CALL:
        return bind_call(b, clause);
    default:
        return qb_projection(b, clause->proj, clause->kind == QC_WITH, clause->start);
    }
}

static bool set_columns(q_binder *b, q_regular *r, const q_projection *p)
{
    r->n_columns = p->n_items;
    r->columns = q_alloc(b->c, p->n_items, sizeof *r->columns);
    r->slots = q_alloc(b->c, p->n_items, sizeof *r->slots);
    r->types = q_alloc(b->c, p->n_items, sizeof *r->types);
    if (!r->columns || !r->slots || !r->types)
        return false;
    for (uint32_t i = 0; i < p->n_items; i++) {
        r->columns[i] = p->items[i].name;
        r->types[i] = p->items[i].expr->type;
        r->slots[i] = r->n == 1 ? p->items[i].slot : qb_slot(b);
        if (r->slots[i] == Q_NO_SLOT)
            return false;
    }
    return true;
}

static bool same_columns(q_binder *b, q_regular *r, const q_projection *p, uint32_t at)
{
    bool same = p->n_items == r->n_columns;
    for (uint32_t i = 0; same && i < p->n_items; i++) {
        same = cg_str_eq(p->items[i].name, r->columns[i]);
        r->types[i] |= p->items[i].expr->type;
    }
    if (!same)
        q_fail(b->c, at, "bind", "DifferentColumnsInUnion", "all parts of a UNION must return the same columns in the same order");
    return same;
}

bool qb_regular(q_binder *b, q_regular *r)
{
    size_t count = b->vars.count;
    q_var *seen = q_alloc(b->c, count + 1, sizeof *seen);
    if (!seen)
        return false;
    if (count)
        memcpy(seen, b->vars.data, count * sizeof *seen);
    for (uint32_t i = 0; i < r->n; i++) {
        q_single *s = r->parts[i];
        if (count && i) /* a WITH of the part before may have dropped imported variables */
            memcpy(b->vars.data, seen, count * sizeof *seen);
        b->vars.count = count;
        for (uint32_t k = 0; k < s->n; k++) {
            if (!bind_clause(b, s->clauses[k]))
                return false;
        }
        const q_clause *last = s->clauses[s->n - 1];
        if (last->kind != QC_RETURN)
            continue;
        if (i == 0 ? !set_columns(b, r, last->proj) : !same_columns(b, r, last->proj, last->start))
            return false;
    }
    b->vars.count = count;
    return b->c->status >= 0;
}

int32_t q_bind(q_context *c)
{
    q_binder b = { .c = c };
    qb_regular(&b, c->q->root);
    cg_vec_free(c->q->mem, &b.vars);
    cg_vec_free(c->q->mem, &b.active);
    return c->status < 0 ? c->status : CSPM_OK;
}
