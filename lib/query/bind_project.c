/* WITH and RETURN: items, grouping, ORDER BY scope, SKIP and LIMIT. */
#include "query/bind.h"

static bool same_labels(const q_labels *a, const q_labels *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->n != b->n || (a->kind == QL_NAME && a->name != b->name))
        return false;
    for (uint32_t i = 0; i < a->n; i++) {
        if (!same_labels(a->items[i], b->items[i]))
            return false;
    }
    return true;
}

static bool same_value(cg_value a, cg_value b)
{
    if (a.type != b.type)
        return false;
    if (a.type == CG_STRING)
        return cg_str_eq(cg_value_str(a), cg_value_str(b));
    return a.type == CG_NULL || (a.type == CG_BOOL ? a.boolean == b.boolean : a.integer == b.integer);
}

bool qb_same(const q_expr *a, const q_expr *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->n != b->n || a->distinct != b->distinct || a->func != b->func || a->sub != b->sub)
        return false;
    if (a->kind == X_VAR)
        return a->slot == b->slot;
    if ((a->kind == X_LITERAL && !same_value(a->value, b->value)) || (a->kind == X_PROP && !cg_str_eq(a->name, b->name)) ||
        (a->kind == X_PARAM && a->index != b->index) || !same_labels(a->labels, b->labels))
        return false;
    if ((a->kind >= X_COMPREHENSION && a->kind <= X_REDUCE) || a->kind == X_REGEX)
        return false; /* own variables: never equal to another occurrence */
    uint32_t n_ops = a->ops ? a->n - 1 : 0;
    if (n_ops && memcmp(a->ops, b->ops, n_ops))
        return false;
    for (uint32_t i = 0; i < a->n; i++) {
        if ((a->kind == X_MAP && !cg_str_eq(a->keys[i], b->keys[i])) || !qb_same(a->args[i], b->args[i]))
            return false;
    }
    return true;
}

/* ---- grouping ---- */

static bool mentions(const q_expr *e, uint32_t slot)
{
    if (e->kind == X_VAR && e->slot == slot)
        return true;
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && mentions(e->args[i], slot))
            return true;
    }
    return false;
}

static bool add_aggregate(q_binder *b, q_projection *p, q_expr *e)
{
    for (uint32_t i = 0; i < p->n_aggs; i++) {
        if (qb_same(p->aggs[i], e)) {
            e->slot = p->aggs[i]->slot;
            return true;
        }
    }
    e->slot = qb_slot(b);
    if (e->slot == Q_NO_SLOT)
        return false;
    if ((p->n_aggs & (p->n_aggs - 1)) == 0) {
        q_expr **grown = q_alloc(b->c, p->n_aggs ? 2 * p->n_aggs : 1, sizeof *grown);
        if (!grown)
            return false;
        if (p->n_aggs)
            memcpy(grown, p->aggs, p->n_aggs * sizeof *grown);
        p->aggs = grown;
    }
    p->aggs[p->n_aggs++] = e;
    return true;
}

static bool is_item_slot(const q_projection *p, uint32_t slot)
{
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (p->items[i].slot == slot)
            return true;
    }
    return false;
}

static bool lost_variable(q_binder *b, const q_projection *p, const q_expr *e, bool order, bool with_aggregate)
{
    bool grouped = false;
    for (uint32_t i = 0; i < p->n_items; i++)
        grouped = grouped || (!p->items[i].expr->has_agg && mentions(p->items[i].expr, e->slot));
    if (!order || (with_aggregate && grouped))
        q_fail(b->c, e->start, "bind", "AmbiguousAggregationExpression",
               "%.*s is neither grouped by nor aggregated; put it in an item of its own first", CG_FMT(e->name));
    else
        q_fail(b->c, e->start, "bind", "UndefinedVariable", "variable %.*s is not defined after grouping", CG_FMT(e->name));
    return false;
}

static bool after_grouping(q_binder *b, q_projection *p, q_expr **at, bool order, bool with_aggregate)
{
    q_expr *e = *at;
    for (uint32_t i = 0; i < p->n_items; i++) {
        const q_item *item = &p->items[i];
        if ((order || !item->expr->has_agg) && item->expr != e && qb_same(item->expr, e) && e->kind != X_LITERAL && e->kind != X_PARAM) {
            *at = qb_var_expr(b, item->slot, e->type, e->start);
            return *at != NULL;
        }
    }
    if (e->kind == X_AGG) {
        if (order) { /* a new aggregate after grouping would read variables that are gone */
            for (uint32_t i = 0; i < p->n_aggs; i++) {
                if (qb_same(p->aggs[i], e)) {
                    e->slot = p->aggs[i]->slot;
                    return true;
                }
            }
            for (uint32_t i = 0; i < e->n; i++) {
                if (!after_grouping(b, p, &e->args[i], order, false))
                    return false;
            }
            if (e->n) {
                q_fail(b->c, e->start, "bind", "InvalidAggregation", "ORDER BY can only use aggregates that the projection has");
                return false;
            }
        }
        return add_aggregate(b, p, e);
    }
    if (e->kind == X_VAR) {
        if (b->c->q->levels.data[e->slot] != b->level || is_item_slot(p, e->slot))
            return true;
        return lost_variable(b, p, e, order, with_aggregate);
    }
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && !after_grouping(b, p, &e->args[i], order, with_aggregate))
            return false;
    }
    if (order && e->n) { /* children may have become item slots; the whole may now equal an item */
        for (uint32_t i = 0; i < p->n_items; i++) {
            if (p->items[i].expr != e && qb_same(p->items[i].expr, e)) {
                *at = qb_var_expr(b, p->items[i].slot, e->type, e->start);
                return *at != NULL;
            }
        }
    }
    return true;
}

bool qb_after_grouping(q_binder *b, q_projection *p, q_expr **e, bool order)
{
    return after_grouping(b, p, e, order, (*e)->has_agg);
}

/* ---- items ---- */

static int by_name(cg_str a, cg_str b)
{
    return cg_str_cmp(a, b);
}

static bool expand_star(q_binder *b, q_projection *p, bool with, uint32_t at)
{
    uint32_t n = 0, written = p->n_items;
    size_t count = b->vars.count;
    q_item *items = q_alloc(b->c, count - b->floor + written, sizeof *items);
    if (!items)
        return false;
    for (size_t i = b->floor; i < count; i++) {
        q_var *v = &b->vars.data[i];
        if (!v->name.data || qb_find(b, v->name) != v)
            continue;
        uint32_t k = n++;
        for (; k > 0 && by_name(items[k - 1].name, v->name) > 0; k--)
            items[k] = items[k - 1];
        q_expr *e = qb_var_expr(b, v->slot, v->type, at);
        if (!e)
            return false;
        e->elem = v->elem;
        e->name = v->name;
        items[k] = (q_item){ .expr = e, .name = v->name, .has_alias = true, .slot = Q_NO_SLOT };
    }
    if (!n && !with) {
        q_fail(b->c, at, "bind", "NoVariablesInScope", "RETURN * needs at least one variable");
        return false;
    }
    if (written)
        memcpy(items + n, p->items, written * sizeof *items);
    p->items = items;
    p->n_items = n + written;
    return true;
}

static bool check_names(q_binder *b, const q_projection *p, bool with)
{
    for (uint32_t i = 0; i < p->n_items; i++) {
        const q_item *item = &p->items[i];
        if (with && !item->has_alias && item->expr->kind != X_VAR) {
            q_fail(b->c, item->expr->start, "bind", "NoExpressionAlias", "an expression in WITH needs a name: ... AS name");
            return false;
        }
        for (uint32_t k = 0; k < i; k++) {
            if (cg_str_eq(p->items[k].name, item->name)) {
                q_fail(b->c, item->expr->start, "bind", "ColumnNameConflict", "two columns are named %.*s", CG_FMT(item->name));
                return false;
            }
        }
    }
    return true;
}

static bool bind_items(q_binder *b, q_projection *p)
{
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (!qb_expr(b, p->items[i].expr, QB_AGG))
            return false;
        p->aggregate = p->aggregate || p->items[i].expr->has_agg;
    }
    for (uint32_t i = 0; i < p->n_items; i++) {
        q_expr *e = p->items[i].expr;
        /* A plain variable keeps its slot; after grouping every item gets a new one. */
        p->items[i].slot = e->kind == X_VAR && !p->aggregate ? e->slot : qb_slot(b);
        if (p->items[i].slot == Q_NO_SLOT)
            return false;
    }
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (p->items[i].expr->has_agg && !qb_after_grouping(b, p, &p->items[i].expr, false))
            return false;
    }
    return true;
}

/* ---- SKIP, LIMIT ---- */

static bool mentions_data(const q_expr *e)
{
    if (e->kind == X_VAR || e->kind == X_AGG || (e->kind >= X_EXISTS && e->kind <= X_PATH))
        return true;
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && mentions_data(e->args[i]))
            return true;
    }
    return false;
}

static bool bind_count(q_binder *b, q_expr *e, const char *clause)
{
    if (!e)
        return true;
    size_t floor = b->floor;
    const q_expr *number = e->kind == X_NEG ? e->args[0] : e;
    if (e->kind == X_NEG && number->kind == X_LITERAL && number->value.type == CG_INT) {
        q_fail(b->c, e->start, "bind", "NegativeIntegerArgument", "%s must not be negative", clause);
        return false;
    }
    bool ok = qb_expr(b, e, 0);
    b->floor = floor;
    if (ok && mentions_data(e)) {
        q_fail(b->c, e->start, "bind", "NonConstantExpression", "%s cannot depend on variables", clause);
        return false;
    }
    if (ok && !(e->type & QT_INT)) {
        q_fail(b->c, e->start, "type", "InvalidArgumentType", "%s must be an integer", clause);
        return false;
    }
    return ok;
}

/* ---- the clause ---- */

/* ORDER BY and WHERE see the new names first, then, where rows are still one to one, the old ones. */
static bool bind_tail(q_binder *b, q_projection *p)
{
    bool grouped = p->aggregate || p->distinct;
    for (uint32_t i = 0; i < p->n_order; i++) {
        q_expr **e = &p->order[i].expr;
        if (!qb_expr(b, *e, p->aggregate ? QB_AGG : 0))
            return false;
        if (grouped && !qb_after_grouping(b, p, e, true))
            return false;
    }
    if (!p->where)
        return true;
    if (!qb_predicate(b, p->where, QB_PREDICATE))
        return false;
    return !grouped || qb_after_grouping(b, p, &p->where, true);
}

bool qb_projection(q_binder *b, q_projection *p, bool with, uint32_t at)
{
    if (p->star && !expand_star(b, p, with, at))
        return false;
    if (!bind_items(b, p))
        return false;
    size_t before = b->vars.count;
    for (uint32_t i = 0; i < p->n_items; i++) {
        const q_item *item = &p->items[i];
        if (!qb_push(b, item->name, item->slot, item->expr->type, item->expr->elem))
            return false;
    }
    if (!bind_count(b, p->skip, "SKIP") || !bind_count(b, p->limit, "LIMIT") || !bind_tail(b, p) || !check_names(b, p, with))
        return false;
    size_t n = b->vars.count - before;
    if (n)
        memmove(b->vars.data + b->base, b->vars.data + before, n * sizeof *b->vars.data);
    b->vars.count = b->base + n;
    return true;
}
