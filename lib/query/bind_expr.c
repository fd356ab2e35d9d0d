/* Expressions: variables, functions and static types. */
#include "query/bind.h"
#include "query/host.h"

static bool type_error(q_binder *b, const q_expr *e, const char *what)
{
    q_fail(b->c, e->start, "type", "InvalidArgumentType", "%s", what);
    return false;
}

/* True when the static type leaves room for `allowed` (null always fits). */
static bool fits(const q_expr *e, uint32_t allowed)
{
    return (e->type & (allowed | QT_NULL)) != 0;
}

static bool bind_args(q_binder *b, q_expr *e, uint32_t where)
{
    for (uint32_t i = 0; i < e->n; i++) {
        if (!e->args[i])
            continue;
        if (!qb_expr(b, e->args[i], where))
            return false;
        e->has_agg = e->has_agg || e->args[i]->has_agg;
    }
    return true;
}

static bool bind_var(q_binder *b, q_expr *e)
{
    q_var *v = qb_find(b, e->name);
    if (!v) {
        q_fail(b->c, e->start, "bind", "UndefinedVariable", "variable %.*s is not defined", CG_FMT(e->name));
        return false;
    }
    e->slot = v->slot;
    e->type = v->type;
    e->elem = v->elem;
    qb_use(b, v->slot);
    return true;
}

static bool bind_logical(q_binder *b, q_expr *e, uint32_t where)
{
    if (!bind_args(b, e, where))
        return false;
    for (uint32_t i = 0; i < e->n; i++) {
        if (!fits(e->args[i], QT_BOOL))
            return type_error(b, e->args[i], "expected a boolean");
    }
    e->type = QT_BOOL | QT_NULL;
    return true;
}

uint32_t qb_arith_type(uint32_t a, uint8_t op, uint32_t b)
{
    uint32_t out = (a | b) & QT_NULL, numbers = a & b & QT_NUMBER;
    if (op == Q_ADD && ((a | b) & QT_LIST))
        out |= QT_LIST;
    if (op == Q_ADD && ((a | b) & QT_STRING))
        out |= QT_STRING;
    if ((a & QT_NUMBER) && (b & QT_NUMBER))
        out |= op == Q_POW                                    ? QT_FLOAT
               : (numbers == QT_INT && !((a | b) & QT_FLOAT)) ? QT_INT
               : (a & QT_INT) && (b & QT_INT)                 ? QT_NUMBER
                                                              : QT_FLOAT;
    out |= (a | b) & (QT_DATE | QT_DATETIME | QT_DURATION);
    return out;
}

static bool bind_arith(q_binder *b, q_expr *e)
{
    const uint32_t other = QT_NUMBER | QT_DATE | QT_DATETIME | QT_DURATION;
    for (uint32_t i = 0; i < e->n; i++) {
        uint8_t op = e->ops[i ? i - 1 : 0];
        uint32_t allowed = op == Q_ADD ? other | QT_STRING | QT_LIST | QT_BOOL : other;
        bool any_list = false; /* list + element takes any element */
        for (uint32_t k = 0; op == Q_ADD && k < e->n; k++)
            any_list = any_list || (e->args[k]->type & QT_LIST);
        if (!any_list && !fits(e->args[i], allowed))
            return type_error(b, e->args[i], op == Q_ADD ? "cannot add this" : "expected a number");
    }
    uint32_t type = e->args[0]->type;
    for (uint32_t i = 1; i < e->n; i++)
        type = qb_arith_type(type, e->ops[i - 1], e->args[i]->type);
    e->type = type ? type : QT_NULL;
    e->elem = QT_ANY;
    return true;
}

static bool unknown_function(q_binder *b, const q_expr *e)
{
    q_fail(b->c, e->start, "bind", "UnknownFunction", "unknown function %.*s", CG_FMT(e->name));
    const char *nearest = q_func_nearest(e->name);
    if (nearest && b->c->err && *b->c->err) {
        char hint[96];
        int n = 0;
        static const char before[] = "did you mean ";
        memcpy(hint, before, sizeof before);
        n = (int)sizeof before - 1;
        size_t length = strlen(nearest);
        if (length < sizeof hint - sizeof before - 2) {
            memcpy(hint + n, nearest, length);
            hint[n + (int)length] = '?';
            cg_error_set_hint(*b->c->err, (cg_str){ hint, (size_t)n + length + 1 });
        }
    }
    return false;
}

static bool contains_volatile(const q_expr *e)
{
    if (e->kind == X_CALL && e->func && (e->func->flags & QF_VOLATILE))
        return true;
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i] && contains_volatile(e->args[i]))
            return true;
    }
    return false;
}

static bool bind_aggregate(q_binder *b, q_expr *e, uint32_t where)
{
    if (where & QB_IN_AGG) {
        q_fail(b->c, e->start, "bind", "NestedAggregation", "an aggregate cannot contain another one");
        return false;
    }
    if (!(where & QB_AGG)) {
        q_fail(b->c, e->start, "bind", "InvalidAggregation", "%s cannot be used here; aggregates belong in WITH and RETURN", e->func->name);
        return false;
    }
    e->kind = X_AGG;
    if (!bind_args(b, e, (where | QB_IN_AGG) & ~(uint32_t)QB_PREDICATE))
        return false;
    e->has_agg = true;
    for (uint32_t i = 0; i < e->n; i++) {
        if (contains_volatile(e->args[i])) {
            q_fail(b->c, e->args[i]->start, "bind", "NonConstantExpression",
                   "what may differ from call to call cannot be used in an aggregate");
            return false;
        }
    }
    return true;
}

static bool wrong_number(q_binder *b, const q_expr *e)
{
    uint32_t least = e->func->min_args, most = e->func->max_args;
    if (least == most)
        q_fail(b->c, e->start, "bind", "InvalidNumberOfArguments", "%s takes %u argument%s, not %u", e->func->name, least,
               least == 1 ? "" : "s", e->n);
    else if (most == UINT8_MAX && e->n < least)
        q_fail(b->c, e->start, "bind", "InvalidNumberOfArguments", "%s takes at least %u argument%s, not %u", e->func->name, least,
               least == 1 ? "" : "s", e->n);
    else
        q_fail(b->c, e->start, "bind", "InvalidNumberOfArguments", "%s takes %u to %u arguments, not %u", e->func->name, least, most, e->n);
    return false;
}

/* A function of the host; the query keeps it. False: none of this name, or sticky error. */
static bool find_host(q_binder *b, q_expr *e)
{
    q_host_func *f = q_host_find(b->c->host, e->name);
    cg_query *q = b->c->q;
    if (!f)
        return false;
    if (!cg_vec_push(q->mem, &q->hosts, f)) {
        q_nomem(b->c);
        return false;
    }
    e->func = &q_host_ref(f)->func;
    return true;
}

static bool bind_call(q_binder *b, q_expr *e, uint32_t where)
{
    e->func = e->kind == X_AGG ? &q_count_star : q_func_find(e->name);
    if (!e->func && !find_host(b, e))
        return b->c->status >= 0 && unknown_function(b, e);
    const q_func *f = e->func;
    if (f->flags & QF_VOLATILE)
        b->c->q->has_volatile = true;
    if (e->n < f->min_args || e->n > f->max_args)
        return wrong_number(b, e);
    if (e->distinct && !f->aggregate) {
        q_fail(b->c, e->start, "syntax", "UnexpectedSyntax", "DISTINCT is for aggregates; %s is none", f->name);
        return false;
    }
    if (f->aggregate ? !bind_aggregate(b, e, where) : !bind_args(b, e, where & ~(uint32_t)QB_PREDICATE))
        return false;
    for (uint32_t i = 0; i < e->n; i++) {
        uint32_t allowed = f->arg_types[i < 2 ? i : 2];
        if (e->args[i]->kind == X_EXISTS && e->args[i]->name.data) {
            q_fail(b->c, e->args[i]->start, "syntax", "UnexpectedSyntax", "a pattern is a predicate, not a value");
            return false;
        }
        if (allowed && !fits(e->args[i], allowed))
            return type_error(b, e->args[i], "this type of argument does not fit");
    }
    e->type = f->result | (f->flags & QF_NULLS ? 0 : QT_NULL);
    e->elem = QT_ANY;
    if (f->aggregate == QA_COLLECT)
        e->elem = e->args[0]->type;
    if (cg_str_eq_nocase(e->name, CG_STR("nodes")))
        e->elem = QT_NODE;
    else if (cg_str_eq_nocase(e->name, CG_STR("relationships")) || cg_str_eq_nocase(e->name, CG_STR("rels")))
        e->elem = QT_REL;
    else if (cg_str_eq_nocase(e->name, CG_STR("range")))
        e->elem = QT_INT;
    return true;
}

static uint32_t list_elem(const q_expr *list)
{
    return !(list->type & ~(uint32_t)(QT_LIST | QT_NULL)) ? list->elem : QT_ANY;
}

/* Bind `inner` with one more variable; its aggregates would be out of place. */
static bool bind_local(q_binder *b, q_expr *e, cg_str name, uint32_t *slot, uint32_t type, q_expr *inner, uint32_t where)
{
    size_t count = b->vars.count;
    b->level++;
    if (*slot == Q_NO_SLOT)
        *slot = qb_slot(b);
    bool ok = *slot != Q_NO_SLOT && qb_push(b, name, *slot, type, QT_ANY) && qb_expr(b, inner, where);
    b->vars.count = count;
    b->level--;
    e->has_agg = e->has_agg || inner->has_agg;
    return ok;
}

static bool bind_comprehension(q_binder *b, q_expr *e, uint32_t where)
{
    q_expr *list = e->args[0], *filter = e->args[1], *map = e->n > 2 ? e->args[2] : NULL;
    uint32_t inner = where & QB_IN_AGG;
    if (!qb_expr(b, list, where & ~(uint32_t)QB_PREDICATE))
        return false;
    e->has_agg = list->has_agg;
    if (!fits(list, QT_LIST))
        return type_error(b, list, "expected a list");
    uint32_t type = list_elem(list);
    if (filter && !bind_local(b, e, e->name, &e->slot, type, filter, inner | QB_PREDICATE))
        return false;
    if (filter && !fits(filter, QT_BOOL))
        return type_error(b, filter, "expected a boolean");
    if (map && !bind_local(b, e, e->name, &e->slot, type, map, inner))
        return false;
    if (e->slot == Q_NO_SLOT && (e->slot = qb_slot(b)) == Q_NO_SLOT)
        return false;
    if (e->kind == X_COMPREHENSION) {
        e->type = QT_LIST | (list->type & QT_NULL);
        e->elem = map ? map->type : type;
    } else {
        e->type = QT_BOOL | QT_NULL;
    }
    return true;
}

static bool bind_reduce(q_binder *b, q_expr *e, uint32_t where)
{
    if (!qb_expr(b, e->args[0], where & ~(uint32_t)QB_PREDICATE) || !qb_expr(b, e->args[1], where & ~(uint32_t)QB_PREDICATE))
        return false;
    e->has_agg = e->args[0]->has_agg || e->args[1]->has_agg;
    if (!fits(e->args[1], QT_LIST))
        return type_error(b, e->args[1], "expected a list");
    size_t count = b->vars.count;
    b->level++;
    e->slot = qb_slot(b);
    e->slot2 = qb_slot(b);
    bool ok = e->slot2 != Q_NO_SLOT && qb_push(b, e->name, e->slot, QT_ANY, QT_ANY) &&
              qb_push(b, e->keys[0], e->slot2, list_elem(e->args[1]), QT_ANY) && qb_expr(b, e->args[2], where & QB_IN_AGG);
    b->vars.count = count;
    b->level--;
    e->type = QT_ANY;
    return ok;
}

static bool bind_case(q_binder *b, q_expr *e, uint32_t where)
{
    uint32_t plain = where & ~(uint32_t)QB_PREDICATE, type = 0;
    bool subject = e->args[0] != NULL;
    for (uint32_t i = 0; i < e->n; i++) {
        q_expr *a = e->args[i];
        bool when = i > 0 && i + 1 < e->n && (i & 1);
        if (!a) {
            if (i + 1 == e->n)
                type |= QT_NULL;
            continue;
        }
        if (!qb_expr(b, a, when && !subject ? plain | QB_PREDICATE : plain))
            return false;
        e->has_agg = e->has_agg || a->has_agg;
        if (i > 0 && !when)
            type |= a->type;
    }
    e->type = type;
    e->elem = QT_ANY;
    return true;
}

static bool bind_prop(q_binder *b, q_expr *e, uint32_t where)
{
    if (!bind_args(b, e, where))
        return false;
    if (!fits(e->args[0], QT_NODE | QT_REL | QT_MAP | QT_DATE | QT_DATETIME | QT_DURATION))
        return type_error(b, e->args[0], "only nodes, relationships and maps have properties");
    e->type = QT_ANY;
    e->elem = QT_ANY;
    return true;
}

static bool bind_list(q_binder *b, q_expr *e, uint32_t where)
{
    if (!bind_args(b, e, where))
        return false;
    e->type = QT_LIST;
    e->elem = e->n ? 0 : QT_ANY;
    for (uint32_t i = 0; i < e->n; i++)
        e->elem |= e->args[i]->type;
    return true;
}

static bool bind_index(q_binder *b, q_expr *e, uint32_t where)
{
    if (!bind_args(b, e, where))
        return false;
    uint32_t base = e->kind == X_INDEX ? QT_LIST | QT_MAP | QT_NODE | QT_REL : QT_LIST;
    if (!fits(e->args[0], base))
        return type_error(b, e->args[0], "expected a list or a map");
    for (uint32_t i = 1; i < e->n; i++) {
        uint32_t key = e->kind == X_SLICE || !(e->args[0]->type & ~(uint32_t)QT_LIST) ? QT_INT : QT_INT | QT_STRING;
        if (e->args[i] && !fits(e->args[i], key))
            return type_error(b, e->args[i], "expected an integer");
    }
    e->type = e->kind == X_SLICE ? QT_LIST | QT_NULL : QT_ANY;
    if (e->kind == X_INDEX && list_elem(e->args[0]) != QT_ANY)
        e->type = list_elem(e->args[0]) | QT_NULL;
    e->elem = e->kind == X_SLICE ? list_elem(e->args[0]) : QT_ANY;
    return true;
}

static bool bind_label(q_binder *b, q_expr *e, uint32_t where)
{
    if (!bind_args(b, e, where))
        return false;
    if (!fits(e->args[0], QT_NODE | QT_REL))
        return type_error(b, e->args[0], "only nodes and relationships have labels");
    e->type = QT_BOOL | QT_NULL;
    return true;
}

static bool bind_sub_expr(q_binder *b, q_expr *e, uint32_t where)
{
    bool bare = e->kind == X_EXISTS && e->name.data;
    if (bare && !(where & QB_PREDICATE)) {
        q_fail(b->c, e->start, "syntax", "UnexpectedSyntax", "a pattern is a predicate; it cannot be used as a value here");
        return false;
    }
    e->sub->exists = e->kind == X_EXISTS;
    if (!qb_sub(b, e->sub, e->kind == X_EXISTS && e->sub->pattern && !e->sub->pattern->where && (bare || e->sub->pattern->n == 1) && bare))
        return false;
    e->type = e->kind == X_EXISTS ? QT_BOOL : e->kind == X_COUNT_SUB ? QT_INT : QT_LIST;
    e->elem = e->sub->collect ? e->sub->collect->type : QT_ANY;
    return true;
}

static bool is_constant(const q_expr *e)
{
    return e->kind == X_LITERAL || e->kind == X_PARAM || (e->kind == X_NEG && e->args[0]->kind == X_LITERAL);
}

/* The same list for every row of a run, and perhaps long: IN looks it up instead of walking it. */
static bool is_constant_list(const q_expr *e)
{
    bool constant = e->kind == X_PARAM || (e->kind == X_LIST && e->n > Q_SHORT_LIST);
    for (uint32_t i = 0; constant && i < e->n; i++)
        constant = is_constant(e->args[i]);
    return constant;
}

static bool bind_simple(q_binder *b, q_expr *e, uint32_t where)
{
    if (!bind_args(b, e, where))
        return false;
    switch (e->kind) {
    case X_ARITH:
        return bind_arith(b, e);
    case X_NEG:
    case X_PLUS:
        if (!fits(e->args[0], QT_NUMBER | QT_DURATION))
            return type_error(b, e->args[0], "expected a number");
        e->type = e->args[0]->type & (QT_NUMBER | QT_NULL | QT_DURATION);
        return true;
    case X_MAP:
        e->type = QT_MAP;
        return true;
    case X_IN:
        if (!fits(e->args[1], QT_LIST))
            return type_error(b, e->args[1], "expected a list");
        if (is_constant_list(e->args[1]))
            e->index = ++b->c->q->n_sets;
        e->type = QT_BOOL | QT_NULL;
        return true;
    case X_IS_NULL:
    case X_IS_NOT_NULL:
        e->type = QT_BOOL;
        return true;
    case X_CONTAINS:
        e->slot2 = e->args[1]->kind == X_LITERAL && e->args[1]->value.type == CG_STRING ? q_rare_byte(cg_value_str(e->args[1]->value)) : 0;
        e->type = QT_BOOL | QT_NULL;
        return true;
    default:
        e->type = QT_BOOL | QT_NULL;
        return true;
    }
}

bool qb_expr(q_binder *b, q_expr *e, uint32_t where)
{
    uint32_t plain = where & ~(uint32_t)QB_PREDICATE;
    if (b->c->status < 0)
        return false;
    switch (e->kind) {
    case X_LITERAL:
    case X_PARAM:
        return true;
    case X_VAR:
        return e->slot != Q_NO_SLOT || bind_var(b, e);
    case X_AND:
    case X_OR:
    case X_XOR:
    case X_NOT:
        return bind_logical(b, e, where);
    case X_PROP:
        return bind_prop(b, e, plain);
    case X_LIST:
        return bind_list(b, e, plain);
    case X_INDEX:
    case X_SLICE:
        return bind_index(b, e, plain);
    case X_LABEL:
        return bind_label(b, e, plain);
    case X_CALL:
    case X_AGG:
        return bind_call(b, e, where);
    case X_CASE:
        return bind_case(b, e, where);
    case X_COMPREHENSION:
    case X_ALL:
    case X_ANY:
    case X_NONE:
    case X_SINGLE:
        return bind_comprehension(b, e, where);
    case X_REDUCE:
        return bind_reduce(b, e, where);
    case X_EXISTS:
    case X_COUNT_SUB:
    case X_COLLECT_SUB:
        return bind_sub_expr(b, e, where);
    default:
        return bind_simple(b, e, plain);
    }
}

bool qb_predicate(q_binder *b, q_expr *e, uint32_t where)
{
    if (!qb_expr(b, e, where))
        return false;
    if (!fits(e, QT_BOOL))
        return type_error(b, e, "WHERE expects a boolean");
    return true;
}
