/* Function calls: ordinary ones, those that are really control flow, and aggregates. */
#include <stdio.h>

#include "query/pipe.h"

const char *const pipe_type_names[] = { "bool", "datetime", "dynamic", "int", "long", "real", "string", "timespan", NULL };

uint32_t pipe_type_name(cg_str name)
{
    static const struct {
        const char *name;
        uint32_t type;
    } types[] = { { "string", QT_STRING },     { "long", QT_INT },      { "int", QT_INT },           { "real", QT_FLOAT },
                  { "double", QT_FLOAT },      { "decimal", QT_FLOAT }, { "bool", QT_BOOL },         { "boolean", QT_BOOL },
                  { "datetime", QT_DATETIME }, { "date", QT_DATETIME }, { "timespan", QT_DURATION }, { "time", QT_DURATION },
                  { "guid", QT_STRING },       { "dynamic", QT_ANY } };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(types[i].name)))
            return types[i].type;
    }
    return 0;
}

static q_expr *set_type(q_expr *e, uint32_t type)
{
    if (e)
        e->type = type;
    for (uint32_t i = 0; e && i < e->n; i++)
        e->has_agg |= e->args[i] && e->args[i]->has_agg;
    return e;
}

static q_expr *wrong_count(pipe_parser *x, uint32_t at, cg_str name, const char *expected)
{
    q_fail(x->base.c, at, "bind", "InvalidNumberOfArguments", "%.*s takes %s", CG_FMT(name), expected);
    return NULL;
}

/* iff(p, a, b) and case(p, a, p, b, ..., c): only what is chosen is computed. */
static q_expr *choice(pipe_parser *x, cg_str name, uint32_t start, pipe_exprs *args, bool many)
{
    if (many ? args->count < 3 || args->count % 2 == 0 : args->count != 3)
        return wrong_count(x, start, name,
                           many ? "pairs of condition and value, then one value for all else" : "a condition and two values");
    q_expr **list = q_alloc(x->base.c, args->count + 1, sizeof *list);
    uint32_t type = 0;
    if (!list)
        return NULL;
    for (size_t i = 0; i < args->count; i++) {
        bool condition = i % 2 == 0 && i + 1 < args->count;
        list[i + 1] = condition ? pipe_as_predicate(x, args->data[i]) : args->data[i];
        if (!list[i + 1])
            return NULL;
        type |= condition ? 0 : args->data[i]->type;
    }
    return set_type(qp_args(&x->base, qp_new(&x->base, X_CASE, start), list, (uint32_t)args->count + 1), type);
}

static q_expr *unknown_function(pipe_parser *x, cg_str name, uint32_t at)
{
    q_context *c = x->base.c;
    const char *near = pipe_func_nearest(name);
    char hint[96];
    cspm_error *local = NULL, **own = c->err;
    if (!own)
        c->err = &local;
    q_fail(c, at, "bind", "UnknownFunction", "there is no function '%.*s'", CG_FMT(name));
    if (*c->err) {
        cg_error_set_found(*c->err, name);
        if (near) {
            snprintf(hint, sizeof hint, "did you mean %s?", near);
            cg_error_set_hint(*c->err, cg_str_from(hint));
        }
    }
    if (local)
        cspm_error_free(local);
    c->err = own;
    return NULL;
}

static q_expr *checked_call(pipe_parser *x, const q_func *f, cg_str name, uint32_t start, pipe_exprs *args)
{
    if (args->count < f->min_args || (args->count > f->max_args && f->max_args != 255)) {
        char expected[64];
        if (f->max_args == 255)
            snprintf(expected, sizeof expected, "at least %u argument%s", f->min_args, f->min_args == 1 ? "" : "s");
        else if (f->min_args == f->max_args)
            snprintf(expected, sizeof expected, "%u argument%s", f->min_args, f->min_args == 1 ? "" : "s");
        else
            snprintf(expected, sizeof expected, "%u to %u arguments", f->min_args, f->max_args);
        return wrong_count(x, start, name, expected);
    }
    return pipe_call(x, f, start, args->data, (uint32_t)args->count);
}

static bool arguments(pipe_parser *x, pipe_exprs *args)
{
    q_parser *p = &x->base;
    if (qp_punct(p, ')', ")"))
        return true;
    do {
        const q_token *t = qp_look(p, 0);
        q_expr *e;
        if (t->kind == QK_NAME && qp_is_word(t, "typeof") && qp_is(qp_look(p, 1), '(')) { /* extract(..., typeof(long)) */
            p->at += 2;
            e = pipe_literal(x, cg_v_str(qp_look(p, 0)->text), t->start);
            if (qp_look(p, 0)->kind != QK_NAME || !pipe_type_name(qp_look(p, 0)->text)) {
                qp_expect(p, "type");
                qp_unexpected(p);
                return false;
            }
            p->at++;
            if (!qp_need(p, ')', ")"))
                return false;
        } else {
            e = pipe_expr(x);
        }
        if (!pipe_push(x, args, e))
            return false;
    } while (qp_punct(p, ',', ","));
    return qp_need(p, ')', ")");
}

q_expr *pipe_function(pipe_parser *x)
{
    q_parser *p = &x->base;
    cg_str name = qp_look(p, 0)->text;
    uint32_t start = qp_look(p, 0)->start;
    pipe_exprs args = { 0 };
    q_expr *e = NULL;
    const q_func *f = pipe_func_find(name);
    p->at += 2;
    if (!f && pipe_is_aggregate(name)) {
        if (x->aggregates && !x->in_aggregate)
            return pipe_aggregate(x, name, start);
        q_fail(p->c, start, "bind", "InvalidAggregation",
               x->in_aggregate ? "%.*s: an aggregate cannot stand inside another" : "%.*s is an aggregate; it belongs in summarize",
               CG_FMT(name));
        return NULL;
    }
    bool iff = cg_str_eq_nocase(name, CG_STR("iff")) || cg_str_eq_nocase(name, CG_STR("iif")),
         many = cg_str_eq_nocase(name, CG_STR("case"));
    bool negate = cg_str_eq_nocase(name, CG_STR("not"));
    if (!f && !iff && !many && !negate)
        return unknown_function(x, name, start);
    if (!qp_enter(p))
        return NULL;
    if (arguments(x, &args)) {
        if (iff || many) {
            e = choice(x, name, start, &args, many);
        } else if (negate) {
            q_expr *one = args.count == 1 ? pipe_as_predicate(x, args.data[0]) : wrong_count(x, start, name, "1 argument");
            e = one ? set_type(qp_args(p, qp_new(p, X_NOT, start), &one, 1), QT_BOOL | QT_NULL) : NULL;
        } else {
            e = checked_call(x, f, name, start, &args);
        }
    }
    qp_leave(p);
    cg_vec_free(p->c->q->mem, &args);
    return e;
}
