/* summarize, and the aggregates it takes. Groups come in the order of their first row. */
#include "query/pipe.h"

typedef enum {
    A_COUNT,
    A_COUNTIF,
    A_DCOUNT,
    A_SUM,
    A_AVG,
    A_MIN,
    A_MAX,
    A_STDEV,
    A_LIST,
    A_SET,
    A_ANY,
    A_ARG_MIN,
    A_ARG_MAX,
    A_PERCENTILE
} agg_kind;

typedef struct agg_name {
    const char *name, *column; /* column: what the result is called, %s stands for the argument */
    uint8_t kind, min_args, max_args;
    bool filtered; /* the last argument is a condition */
} agg_name;

static const agg_name aggregates[] = {
    { "any", "any_", A_ANY, 1, 255, false },
    { "anyif", "any_", A_ANY, 2, 2, true },
    { "arg_max", "max_", A_ARG_MAX, 1, 255, false },
    { "arg_min", "min_", A_ARG_MIN, 1, 255, false },
    { "avg", "avg_", A_AVG, 1, 1, false },
    { "avgif", "avgif_", A_AVG, 2, 2, true },
    { "count", "count_", A_COUNT, 0, 1, false },
    { "count_distinct", "count_distinct_", A_DCOUNT, 1, 1, false },
    { "countif", "countif_", A_COUNTIF, 1, 1, false },
    { "dcount", "dcount_", A_DCOUNT, 1, 2, false },
    { "dcountif", "dcountif_", A_DCOUNT, 2, 2, true },
    { "make_list", "list_", A_LIST, 1, 2, false },
    { "make_list_if", "list_", A_LIST, 2, 2, true },
    { "make_set", "set_", A_SET, 1, 2, false },
    { "make_set_if", "set_", A_SET, 2, 2, true },
    { "makelist", "list_", A_LIST, 1, 2, false },
    { "makeset", "set_", A_SET, 1, 2, false },
    { "max", "max_", A_MAX, 1, 1, false },
    { "maxif", "maxif_", A_MAX, 2, 2, true },
    { "min", "min_", A_MIN, 1, 1, false },
    { "minif", "minif_", A_MIN, 2, 2, true },
    { "percentile", "percentile_", A_PERCENTILE, 2, 2, false },
    { "stdev", "stdev_", A_STDEV, 1, 1, false },
    { "sum", "sum_", A_SUM, 1, 1, false },
    { "sumif", "sumif_", A_SUM, 2, 2, true },
    { "take_any", "", A_ANY, 1, 255, false },
    { "take_anyif", "", A_ANY, 2, 2, true },
};

static const agg_name *find(cg_str name)
{
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(aggregates[i].name)))
            return &aggregates[i];
    }
    return NULL;
}

bool pipe_is_aggregate(cg_str name)
{
    return find(name) != NULL;
}

#define AGG(text, which, types)                                                                                                            \
    {                                                                                                                                      \
        text, 1, 2, QF_NULLS, which, { 0 }, types, NULL                                                                                    \
    }
static const q_func f_count = AGG("count", QA_COUNT, QT_INT), f_list = AGG("make_list", QA_COLLECT, QT_LIST),
                    f_sum = AGG("sum", QA_SUM, QT_NUMBER), f_avg = AGG("avg", QA_AVG, QT_FLOAT | QT_NULL),
                    f_min = AGG("min", QA_MIN, QT_ANY), f_max = AGG("max", QA_MAX, QT_ANY),
                    f_stdev = AGG("stdev", QA_STDEV, QT_FLOAT | QT_NULL),
                    f_percentile = AGG("percentile", QA_PERCENTILE_DISC, QT_NUMBER | QT_NULL);

/* ---- building ---- */

static q_expr *call(pipe_parser *x, const char *op, q_expr *a, q_expr *b)
{
    q_expr *both[2] = { a, b };
    return a ? pipe_call(x, pipe_op_find(op), a->start, both, b ? 2 : 1) : NULL;
}

static q_expr *aggregate(pipe_parser *x, const q_func *f, uint32_t start, q_expr *const *args, uint32_t n, bool distinct)
{
    q_expr *e = qp_args(&x->base, qp_new(&x->base, X_AGG, start), args, n);
    if (!e)
        return NULL;
    e->func = f;
    e->name = cg_str_from(f->name);
    e->distinct = distinct;
    e->has_agg = true;
    e->slot = pipe_slot(x);
    e->type = f == &f_min || f == &f_max ? args[0]->type | QT_NULL : f->result;
    if (x->base.c->status >= 0 && !cg_vec_push(x->base.c->q->mem, &x->aggs, e))
        q_nomem(x->base.c);
    return x->base.c->status < 0 ? NULL : e;
}

/* A value only where the condition holds. */
static q_expr *only_if(pipe_parser *x, q_expr *value, q_expr *condition)
{
    q_expr *list[4] = { NULL, pipe_as_predicate(x, condition), value, NULL };
    if (!list[1] || !(list[3] = pipe_literal(x, cg_v_null(), value->start)))
        return NULL;
    q_expr *e = qp_args(&x->base, qp_new(&x->base, X_CASE, value->start), list, 4);
    if (e)
        e->type = value->type | QT_NULL;
    return e;
}

static q_expr *constant_index(pipe_parser *x, q_expr *list, int64_t i)
{
    return call(x, "[]", list, pipe_literal(x, cg_v_int(i), list->start));
}

/* Several columns of one row: the row is packed into a list, and the least (or greatest) list is the row. Equal keys are told apart by the
 * other columns, so the answer does not depend on the order of rows. */
static q_expr *packed(pipe_parser *x, const agg_name *a, uint32_t start, pipe_exprs *args)
{
    const q_func *f = a->kind == A_ARG_MAX ? &f_max : &f_min;
    bool any = a->kind == A_ANY;
    q_expr *row = pipe_call(x, pipe_op_find(any ? "pack all" : "pack"), start, args->data, (uint32_t)args->count);
    q_expr *best = row ? aggregate(x, f, start, &row, 1, false) : NULL;
    for (size_t i = 1; best && i < args->count; i++) {
        pipe_item item = { pipe_natural_name(x, args->data[i]), constant_index(x, best, (int64_t)i) };
        if (!item.expr || !cg_vec_push(x->base.c->q->mem, &x->extra, item))
            return (q_expr *)(item.expr ? (q_nomem(x->base.c), NULL) : NULL);
        item.expr->type = args->data[i]->type | QT_NULL;
    }
    q_expr *first = best ? constant_index(x, best, 0) : NULL;
    if (first)
        first->type = args->data[0]->type | QT_NULL;
    return first;
}

static q_expr *build(pipe_parser *x, const agg_name *a, uint32_t start, pipe_exprs *args)
{
    q_expr *v = args->count ? args->data[0] : NULL, *e, *two[2];
    if (a->filtered && !(v = only_if(x, v, args->data[1])))
        return NULL;
    switch (a->kind) {
    case A_COUNT:
        return v ? aggregate(x, &f_count, start, &v, 1, false) : aggregate(x, &q_count_star, start, NULL, 0, false);
    case A_COUNTIF:
        e = pipe_literal(x, cg_v_bool(true), start);
        v = e ? only_if(x, e, v) : NULL;
        return v ? aggregate(x, &f_count, start, &v, 1, false) : NULL;
    case A_DCOUNT:
        return aggregate(x, &f_count, start, &v, 1, true);
    case A_MIN:
    case A_MAX:
        return aggregate(x, a->kind == A_MIN ? &f_min : &f_max, start, &v, 1, false);
    case A_LIST:
    case A_SET:
        e = aggregate(x, &f_list, start, &v, 1, a->kind == A_SET);
        return e && args->count > 1 && !a->filtered ? call(x, "head", e, args->data[1]) : e;
    case A_ANY:
        return args->count > 1 && !a->filtered ? packed(x, a, start, args) : aggregate(x, &f_min, start, &v, 1, false);
    case A_ARG_MIN:
    case A_ARG_MAX:
        return packed(x, a, start, args);
    case A_PERCENTILE: {
        q_expr *p = args->data[1];
        bool good = p->kind == X_LITERAL && (p->value.type == CG_INT || p->value.type == CG_FLOAT);
        double percent = good ? (p->value.type == CG_INT ? (double)p->value.integer : p->value.real) : -1;
        if (!(percent >= 0 && percent <= 100)) {
            q_fail(x->base.c, p->start, "type", "NumberOutOfRange", "a percentile is a number from 0 to 100");
            return NULL;
        }
        two[0] = call(x, "number", v, NULL);
        two[1] = pipe_literal(x, cg_v_float(percent / 100), p->start);
        return two[0] && two[1] ? aggregate(x, &f_percentile, start, two, 2, false) : NULL;
    }
    default:
        v = call(x, "number", v, NULL);
        return v ? aggregate(x, a->kind == A_SUM ? &f_sum : a->kind == A_AVG ? &f_avg : &f_stdev, start, &v, 1, false) : NULL;
    }
}

static bool all_columns(pipe_parser *x, pipe_exprs *args)
{
    uint32_t at = qp_look(&x->base, 0)->start;
    bool ok = true;
    x->base.at++;
    for (uint32_t i = 0; ok && i < x->schema->n; i++) {
        const pipe_column *c = &x->schema->items[i];
        if (!args->count || args->data[0]->kind != X_VAR || args->data[0]->slot != c->slot)
            ok = pipe_push(x, args, pipe_column_expr(x, c, at));
    }
    return ok;
}

/* The function's name is in hand and its bracket was not taken yet by the caller's count: both are behind us. */
q_expr *pipe_aggregate(pipe_parser *x, cg_str name, uint32_t start)
{
    q_parser *p = &x->base;
    const agg_name *a = find(name);
    pipe_exprs args = { 0 };
    q_expr *e = NULL;
    bool ok = true, many = a->kind == A_ANY || a->kind == A_ARG_MAX || a->kind == A_ARG_MIN;
    x->in_aggregate = true;
    x->extra.count = 0;
    while (ok && !qp_is(qp_look(p, 0), ')')) {
        if (many && qp_is(qp_look(p, 0), '*') && (qp_is(qp_look(p, 1), ')') || qp_is(qp_look(p, 1), ',')))
            ok = all_columns(x, &args);
        else
            ok = pipe_push(x, &args, pipe_expr(x));
        if (!ok || !qp_punct(p, ',', ","))
            break;
    }
    x->in_aggregate = false;
    if (ok && qp_need(p, ')', ")")) {
        if (args.count < a->min_args || (a->max_args != 255 && args.count > a->max_args) || (many && !args.count))
            q_fail(p->c, start, "bind", "InvalidNumberOfArguments", "%s takes %u%s argument%s", a->name, a->min_args,
                   a->max_args == a->min_args ? ""
                   : a->max_args == 255       ? " or more"
                                              : " or one more",
                   a->min_args == 1 ? "" : "s");
        else
            e = build(x, a, start, &args);
    }
    cg_vec_free(p->c->q->mem, &args);
    return p->c->status < 0 ? NULL : e;
}

/* ---- the operator ---- */

/* A column outside of an aggregate is not one value of the group. */
static const q_expr *loose_column(const q_expr *e)
{
    if (e->kind == X_VAR)
        return e;
    if (e->kind == X_AGG)
        return NULL;
    for (uint32_t i = 0; i < e->n; i++) {
        const q_expr *found = e->args[i] ? loose_column(e->args[i]) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

static cg_str agg_column_name(pipe_parser *x, const q_expr *e, cg_str written)
{
    const agg_name *a = find(written);
    const q_expr *inner = e;
    cg_buf b;
    if (!a)
        return CG_STR_NULL;
    if (inner->kind == X_CALL && inner->n && inner->args[0]->kind == X_AGG) /* a list cut short, a packed row */
        inner = inner->args[0];
    const q_expr *argument = inner->kind == X_AGG && inner->n ? inner->args[0] : NULL;
    while (argument && argument->kind != X_VAR && argument->n) {
        if (argument->kind == X_CALL && !strcmp(argument->func->name, "[]"))
            break;
        argument = argument->kind == X_CASE ? argument->args[2] : argument->args[0];
    }
    cg_str base = argument && a->kind != A_COUNT && a->kind != A_COUNTIF ? pipe_natural_name(x, argument) : CG_STR_NULL;
    cg_buf_init(&b, x->base.c->q->mem, 0);
    cg_buf_adds(&b, a->column);
    cg_buf_str(&b, base);
    cg_str name = CG_STR_NULL;
    if (b.failed)
        q_nomem(x->base.c);
    else if (b.length)
        name = q_copy(x->base.c, cg_buf_view(&b));
    cg_buf_free(&b);
    return name;
}

typedef struct summary {
    CG_VEC(q_item) items;
    pipe_schema keys, values;
} summary;

static bool add_item(pipe_parser *x, summary *s, pipe_schema *to, q_expr *e, cg_str name, bool given)
{
    q_item item = { .expr = e, .slot = pipe_slot(x) };
    if (!given && (!name.length || pipe_find(&s->keys, name) || pipe_find(&s->values, name)))
        name = name.length ? CG_STR_NULL : name;
    if (!name.length)
        name = pipe_fresh_name(x, to, "Column");
    item.name = name;
    if (x->base.c->status < 0 || !pipe_add(x, to, name, item.slot, e->type))
        return false;
    if (!cg_vec_push(x->base.c->q->mem, &s->items, item)) {
        q_nomem(x->base.c);
        return false;
    }
    return true;
}

static bool given_name(pipe_parser *x, cg_str *name)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    bool quoted = qp_is(t, '[') && qp_look(p, 1)->kind == QK_STRING && qp_is(qp_look(p, 2), ']');
    *name = CG_STR_NULL;
    if (!(t->kind == QK_NAME && qp_is(qp_look(p, 1), '=')) && !(quoted && qp_is(qp_look(p, 3), '=')))
        return true;
    if (!pipe_column_name(x, name, NULL))
        return false;
    p->at++;
    return true;
}

static bool agg_item(pipe_parser *x, summary *s)
{
    q_parser *p = &x->base;
    cg_str name, written;
    if (!given_name(x, &name))
        return false;
    bool given = name.length > 0;
    written = qp_look(p, 0)->kind == QK_NAME ? qp_look(p, 0)->text : CG_STR_NULL;
    uint32_t start = qp_look(p, 0)->start;
    x->extra.count = 0;
    q_expr *e = pipe_expr(x);
    if (!e)
        return false;
    const q_expr *loose = loose_column(e);
    if (!e->has_agg || loose) {
        q_fail(p->c, loose ? loose->start : start, "bind", "InvalidAggregation",
               e->has_agg ? "a column stands in an aggregate or behind by"
                          : "an aggregate is expected here, such as count(); columns stand behind by");
        return false;
    }
    if (!given)
        name = agg_column_name(x, e, written);
    if (p->c->status < 0 || !add_item(x, s, &s->values, e, name, given))
        return false;
    for (size_t i = 0; i < x->extra.count; i++) {
        if (!add_item(x, s, &s->values, x->extra.data[i].expr, x->extra.data[i].name, false))
            return false;
    }
    return true;
}

static bool key_item(pipe_parser *x, summary *s)
{
    cg_str name;
    if (!given_name(x, &name))
        return false;
    bool given = name.length > 0;
    x->aggregates = false;
    q_expr *e = pipe_expr(x);
    x->aggregates = true;
    if (!e)
        return false;
    return add_item(x, s, &s->keys, e, given ? name : pipe_natural_name(x, e), given);
}

static bool read_items(pipe_parser *x, summary *s)
{
    q_parser *p = &x->base;
    bool any = false;
    if (!qp_is_word(qp_look(p, 0), "by")) {
        do {
            if (!agg_item(x, s))
                return false;
        } while (qp_punct(p, ',', ","));
        any = true;
    }
    if (any ? !qp_word(p, "by") : !qp_need_word(p, "by"))
        return any;
    do {
        if (!key_item(x, s))
            return false;
    } while (qp_punct(p, ',', ","));
    return true;
}

pipe_stage *qp_pipe_summarize(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    q_context *c = x->base.c;
    summary s = { 0 };
    pipe_stage *stage = pipe_stage_new(x, PS_AGGREGATE, start);
    q_projection *p = q_alloc(c, 1, sizeof *p);
    x->schema = schema;
    x->aggs.count = 0;
    x->aggregates = true;
    bool ok = stage && p && read_items(x, &s);
    x->aggregates = false;
    if (ok) {
        p->aggregate = true;
        p->n_items = (uint32_t)s.items.count;
        p->n_aggs = (uint32_t)x->aggs.count;
        p->items = q_alloc(c, s.items.count, sizeof *p->items);
        p->aggs = q_alloc(c, x->aggs.count, sizeof *p->aggs);
        ok = p->items && p->aggs;
    }
    if (ok) {
        memcpy(p->items, s.items.data, s.items.count * sizeof *p->items);
        if (x->aggs.count)
            memcpy(p->aggs, x->aggs.data, x->aggs.count * sizeof *p->aggs);
        stage->proj = p;
        *schema = s.keys;
        for (uint32_t i = 0; ok && i < s.values.n; i++)
            ok = pipe_add(x, schema, s.values.items[i].name, s.values.items[i].slot, s.values.items[i].type);
    }
    cg_vec_free(c->q->mem, &s.items);
    return ok ? stage : NULL;
}
