/* The leaves and brackets of expressions: literals, names, calls, lists, maps, CASE, quantifiers, subqueries. */
#include "query/parser.h"

q_expr *qp_literal(q_parser *p, cg_value v, uint32_t type)
{
    uint32_t start = qp_look(p, 0)->start;
    p->at++;
    q_expr *e = qp_new(p, X_LITERAL, start);
    if (e) {
        e->value = v;
        e->type = type;
    }
    return e;
}

q_expr *qp_map(q_parser *p)
{
    uint32_t start = qp_look(p, 0)->start;
    q_expr_vec v = { 0 };
    CG_VEC(cg_str) keys = { 0 };
    q_expr *e = NULL;
    bool ok = qp_enter(p), bar = p->bar_ends;
    if (!ok)
        return NULL;
    p->bar_ends = false;
    ok = qp_need(p, '{', "{");
    if (ok && !qp_punct(p, '}', "}")) {
        do {
            cg_str key;
            ok = qp_name(p, &key, "key") && qp_need(p, ':', ":") && qp_push(p, &v, qp_expr(p));
            if (ok && !cg_vec_push(p->c->q->mem, &keys, key)) {
                q_nomem(p->c);
                ok = false;
            }
            if (ok && v.count > Q_MAX_LIST) {
                q_fail_limit(p->c, start, "map entries", Q_MAX_LIST);
                ok = false;
            }
        } while (ok && qp_punct(p, ',', ","));
        ok = ok && qp_need(p, '}', "}");
    }
    e = ok ? qp_new(p, X_MAP, start) : NULL;
    if (e && (e->keys = q_alloc(p->c, keys.count, sizeof *e->keys))) {
        if (keys.count)
            memcpy(e->keys, keys.data, keys.count * sizeof *keys.data);
    } else {
        ok = false;
    }
    cg_vec_free(p->c->q->mem, &keys);
    p->bar_ends = bar;
    qp_leave(p);
    return qp_finish(p, e, &v, ok);
}

/* [x IN list WHERE p | e] */
static q_expr *list_comprehension(q_parser *p, uint32_t start)
{
    q_expr *parts[3] = { NULL, NULL, NULL };
    q_expr *e = qp_new(p, X_COMPREHENSION, start);
    if (!e || !qp_name(p, &e->name, "variable") || !qp_need_word(p, "IN"))
        return NULL;
    p->bar_ends = true;
    if (!(parts[0] = qp_expr(p)))
        return NULL;
    if (qp_word(p, "WHERE") && !(parts[1] = qp_expr(p)))
        return NULL;
    p->bar_ends = false;
    if (qp_punct(p, '|', "|") && !(parts[2] = qp_expr(p)))
        return NULL;
    return qp_need(p, ']', "]") ? qp_args(p, e, parts, 3) : NULL;
}

/* [p = (a)-->(b) WHERE c | e] */
static q_expr *pattern_comprehension(q_parser *p, uint32_t start)
{
    q_expr *e = qp_new(p, X_COLLECT_SUB, start);
    q_sub *sub = q_alloc(p->c, 1, sizeof *sub);
    if (!e || !sub)
        return NULL;
    sub->pattern = q_alloc(p->c, 1, sizeof *sub->pattern);
    if (!sub->pattern || !(sub->pattern->paths = q_alloc(p->c, 1, sizeof *sub->pattern->paths)))
        return NULL;
    sub->pattern->n = 1;
    if (!(sub->pattern->paths[0] = qp_path(p, true)))
        return NULL;
    p->bar_ends = true;
    if (qp_word(p, "WHERE") && !(sub->pattern->where = qp_expr(p)))
        return NULL;
    p->bar_ends = false;
    if (!qp_need(p, '|', "|") || !(sub->collect = qp_expr(p)) || !qp_need(p, ']', "]"))
        return NULL;
    e->sub = sub;
    e->height = (uint16_t)(sub->collect->height + 1);
    e->end = qp_end(p);
    return e;
}

static bool starts_pattern_comprehension(const q_parser *p)
{
    uint32_t at = p->at;
    const q_token *t = &p->tokens[at];
    bool named = (t->kind == QK_NAME || t->kind == QK_QUOTED) && qp_is(qp_look(p, 1), '=');
    if (named)
        at += 2;
    if (!qp_looks_like_pattern(p, at < p->n ? at : p->n - 1))
        return false;
    const q_token *end = &p->tokens[qp_skip_pattern(p, at)];
    return qp_is(end, '|') || qp_is_word(end, "WHERE");
}

static q_expr *list_atom(q_parser *p)
{
    uint32_t start = qp_look(p, 0)->start;
    bool bar = p->bar_ends;
    q_expr *e = NULL;
    if (!qp_enter(p))
        return NULL;
    p->at++;
    p->bar_ends = false;
    const q_token *t = qp_look(p, 0);
    if ((t->kind == QK_NAME || t->kind == QK_QUOTED) && qp_is_word(qp_look(p, 1), "IN")) {
        e = list_comprehension(p, start);
    } else if (starts_pattern_comprehension(p)) {
        e = pattern_comprehension(p, start);
    } else {
        q_expr_vec v = { 0 };
        bool ok = true;
        if (!qp_punct(p, ']', "]")) {
            do {
                ok = qp_push(p, &v, qp_expr(p));
                if (ok && v.count > Q_MAX_LIST) {
                    q_fail_limit(p->c, start, "literal list elements", Q_MAX_LIST);
                    ok = false;
                }
            } while (ok && qp_punct(p, ',', ","));
            ok = ok && qp_need(p, ']', "]");
        }
        e = qp_finish(p, ok ? qp_new(p, X_LIST, start) : NULL, &v, ok);
    }
    p->bar_ends = bar;
    qp_leave(p);
    return e;
}

static q_expr *case_atom(q_parser *p)
{
    uint32_t start = qp_look(p, 0)->start;
    q_expr_vec v = { 0 };
    p->at++;
    q_expr *subject = NULL;
    bool ok = true;
    if (!qp_is_word(qp_look(p, 0), "WHEN"))
        ok = (subject = qp_expr(p)) != NULL;
    if (ok && !cg_vec_push(p->c->q->mem, &v, subject))
        ok = (q_nomem(p->c), false);
    ok = ok && qp_need_word(p, "WHEN");
    while (ok) {
        ok = qp_push(p, &v, qp_expr(p)) && qp_need_word(p, "THEN") && qp_push(p, &v, qp_expr(p));
        if (!ok || !qp_word(p, "WHEN"))
            break;
    }
    q_expr *other = NULL;
    if (ok && qp_word(p, "ELSE"))
        ok = (other = qp_expr(p)) != NULL;
    if (ok && !cg_vec_push(p->c->q->mem, &v, other))
        ok = (q_nomem(p->c), false);
    ok = ok && qp_need_word(p, "END");
    return qp_finish(p, ok ? qp_new(p, X_CASE, start) : NULL, &v, ok);
}

/* any(x IN list WHERE p) */
static q_expr *quantifier(q_parser *p, q_expr_kind kind, uint32_t start)
{
    q_expr *parts[2];
    q_expr *e = qp_new(p, kind, start);
    p->at += 2;
    if (!e || !qp_name(p, &e->name, "variable") || !qp_need_word(p, "IN") || !(parts[0] = qp_expr(p)) || !qp_need_word(p, "WHERE") ||
        !(parts[1] = qp_expr(p)) || !qp_need(p, ')', ")"))
        return NULL;
    return qp_args(p, e, parts, 2);
}

/* reduce(acc = start, x IN list | step) */
static q_expr *reduce_atom(q_parser *p, uint32_t start)
{
    q_expr *parts[3];
    q_expr *e = qp_new(p, X_REDUCE, start);
    p->at += 2;
    if (!e || !qp_name(p, &e->name, "variable") || !qp_need(p, '=', "=") || !(parts[0] = qp_expr(p)) || !qp_need(p, ',', ","))
        return NULL;
    e->keys = q_alloc(p->c, 1, sizeof *e->keys);
    if (!e->keys || !qp_name(p, &e->keys[0], "variable") || !qp_need_word(p, "IN"))
        return NULL;
    p->bar_ends = true;
    if (!(parts[1] = qp_expr(p)) || !qp_need(p, '|', "|"))
        return NULL;
    p->bar_ends = false;
    if (!(parts[2] = qp_expr(p)) || !qp_need(p, ')', ")"))
        return NULL;
    return qp_args(p, e, parts, 3);
}

static q_expr *pattern_predicate(q_parser *p, uint32_t start)
{
    q_expr *e = qp_new(p, X_EXISTS, start);
    q_sub *sub = q_alloc(p->c, 1, sizeof *sub);
    if (!e || !sub || !(sub->pattern = q_alloc(p->c, 1, sizeof *sub->pattern)) ||
        !(sub->pattern->paths = q_alloc(p->c, 1, sizeof *sub->pattern->paths)))
        return NULL;
    sub->pattern->n = 1;
    if (!(sub->pattern->paths[0] = qp_path(p, false)))
        return NULL;
    e->sub = sub;
    e->name = CG_STR("pattern");
    e->end = qp_end(p);
    return e;
}

/* EXISTS { }, COUNT { }: a pattern with WHERE, or a whole query. */
static q_expr *block_atom(q_parser *p, q_expr_kind kind, uint32_t start)
{
    p->at++;
    q_expr *e = qp_new(p, kind, start);
    q_sub *sub = NULL;
    if (!e || !qp_enter(p))
        return NULL;
    const q_token *t = qp_look(p, 1);
    static const char *const starts[] = { "MATCH",  "OPTIONAL", "UNWIND", "WITH",   "RETURN", "CALL",
                                          "CREATE", "MERGE",    "SET",    "DELETE", "DETACH", "REMOVE" };
    bool whole = false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        whole = whole || (qp_is_word(t, starts[i]) && !qp_is(qp_look(p, 2), '='));
    if (whole) {
        sub = qp_sub(p);
    } else if ((sub = q_alloc(p->c, 1, sizeof *sub)) && qp_need(p, '{', "{")) {
        if (!(sub->pattern = qp_pattern(p)) || !qp_need(p, '}', "}"))
            sub = NULL;
    }
    qp_leave(p);
    if (!sub || p->c->status < 0)
        return NULL;
    e->sub = sub;
    e->end = qp_end(p);
    return e;
}

/* exists(n.prop), exists((a)-->(b)) */
static q_expr *exists_call(q_parser *p, uint32_t start)
{
    p->at += 2;
    q_expr *e;
    if (qp_looks_like_pattern(p, p->at)) {
        e = pattern_predicate(p, start);
        if (e)
            e->name = CG_STR_NULL;
    } else {
        e = qp_wrap1(p, X_IS_NOT_NULL, start, qp_expr(p));
    }
    return e && qp_need(p, ')', ")") ? e : NULL;
}

static q_expr *call_atom(q_parser *p, uint32_t start, cg_str name)
{
    q_expr_vec v = { 0 };
    q_expr *e = qp_new(p, X_CALL, start);
    bool ok = e != NULL;
    p->at++; /* ( */
    if (e)
        e->name = name;
    if (ok && cg_str_eq_nocase(name, CG_STR("count")) && qp_is(qp_look(p, 0), '*') && qp_is(qp_look(p, 1), ')')) {
        p->at += 2;
        e->kind = X_AGG;
        return qp_args(p, e, NULL, 0);
    }
    if (ok && qp_is_word(qp_look(p, 0), "DISTINCT") && !qp_is(qp_look(p, 1), ')') && !qp_is(qp_look(p, 1), ',') &&
        !qp_is(qp_look(p, 1), '.')) {
        p->at++;
        e->distinct = true;
    }
    if (ok && !qp_punct(p, ')', ")")) {
        do {
            ok = qp_push(p, &v, qp_expr(p));
        } while (ok && qp_punct(p, ',', ","));
        ok = ok && qp_need(p, ')', ")");
    }
    return qp_finish(p, e, &v, ok);
}

static q_expr *paren_call(q_parser *p, uint32_t start)
{
    static const struct {
        const char *name;
        q_expr_kind kind;
    } quantifiers[] = { { "all", X_ALL }, { "any", X_ANY }, { "none", X_NONE }, { "single", X_SINGLE } };
    const q_token *t = qp_look(p, 0);
    bool bound = (qp_look(p, 2)->kind == QK_NAME || qp_look(p, 2)->kind == QK_QUOTED) && qp_is_word(qp_look(p, 3), "IN");
    for (size_t i = 0; bound && i < sizeof quantifiers / sizeof *quantifiers; i++) {
        if (qp_is_word(t, quantifiers[i].name))
            return quantifier(p, quantifiers[i].kind, start);
    }
    if (qp_is_word(t, "reduce"))
        return reduce_atom(p, start);
    if (qp_is_word(t, "exists"))
        return exists_call(p, start);
    if (qp_is_word(t, "shortestPath") || qp_is_word(t, "allShortestPaths")) {
        q_fail(p->c, start, "unsupported-feature", "ShortestPathExpression", "%.*s is supported in MATCH only", CG_FMT(t->text));
        return NULL;
    }
    p->at++;
    return call_atom(p, start, t->text);
}

/* A name: function call (perhaps with dots), or variable. */
static q_expr *name_atom(q_parser *p)
{
    const q_token *t = qp_look(p, 0);
    uint32_t start = t->start;
    if (qp_is(qp_look(p, 1), '(')) {
        bool bar = p->bar_ends;
        p->bar_ends = false;
        q_expr *e = qp_enter(p) ? paren_call(p, start) : NULL;
        qp_leave(p);
        p->bar_ends = bar;
        return e;
    }
    uint32_t i = 1;
    while (qp_is(qp_look(p, i), '.') && (qp_look(p, i + 1)->kind == QK_NAME || qp_look(p, i + 1)->kind == QK_QUOTED))
        i += 2;
    if (i > 1 && qp_is(qp_look(p, i), '(')) {
        const q_token *last = qp_look(p, i - 1);
        cg_str name = { p->c->q->text.data + start, last->start + last->length - start };
        p->at += i;
        q_expr *e = qp_enter(p) ? call_atom(p, start, name) : NULL;
        qp_leave(p);
        return e;
    }
    if (qp_is(qp_look(p, 1), '{')) {
        q_fail(p->c, start, "unsupported-feature", "MapProjection", "map projections are not supported; write {key: variable.key}");
        return NULL;
    }
    p->at++;
    q_expr *e = qp_new(p, X_VAR, start);
    if (e)
        e->name = t->text;
    return e;
}

static q_expr *keyword_atom(q_parser *p)
{
    const q_token *t = qp_look(p, 0), *next = qp_look(p, 1);
    if (qp_is_word(t, "true") || qp_is_word(t, "false"))
        return qp_literal(p, cg_v_bool(qp_is_word(t, "true")), QT_BOOL);
    if (qp_is_word(t, "null"))
        return qp_literal(p, cg_v_null(), QT_NULL);
    if (qp_is(next, '{')) {
        if (qp_is_word(t, "EXISTS"))
            return block_atom(p, X_EXISTS, t->start);
        if (qp_is_word(t, "COUNT"))
            return block_atom(p, X_COUNT_SUB, t->start);
        if (qp_is_word(t, "COLLECT")) {
            q_fail(p->c, t->start, "unsupported-feature", "CollectSubquery", "COLLECT { } is not supported; use a pattern comprehension");
            return NULL;
        }
    }
    bool ends =
        next->kind == QK_END || qp_is(next, ',') || qp_is(next, ')') || qp_is(next, '.') || qp_is(next, ']') || qp_is_word(next, "AS");
    if (qp_is_word(t, "CASE") && !ends) {
        q_expr *e = qp_enter(p) ? case_atom(p) : NULL;
        qp_leave(p);
        return e;
    }
    return name_atom(p);
}

q_expr *qp_atom(q_parser *p)
{
    const q_token *t = qp_look(p, 0);
    q_expr *e = NULL;
    switch (t->kind) {
    case QK_INT:
        if (t->integer > INT64_MAX) {
            q_fail(p->c, t->start, "lex", "IntegerOverflow", "integer does not fit 64 bits");
            return NULL;
        }
        return qp_literal(p, cg_v_int((int64_t)t->integer), QT_INT);
    case QK_FLOAT:
        return qp_literal(p, cg_v_float(t->real), QT_FLOAT);
    case QK_STRING:
        return qp_literal(p, cg_v_str(t->text), QT_STRING);
    case QK_PARAM:
        p->at++;
        e = qp_new(p, X_PARAM, t->start);
        if (e) {
            e->name = t->text;
            e->index = qp_param_index(p->c, t->text, t->start);
        }
        return p->c->status < 0 ? NULL : e;
    case QK_NAME:
        return keyword_atom(p);
    case QK_QUOTED:
        return name_atom(p);
    default:
        break;
    }
    if (qp_is(t, '['))
        return list_atom(p);
    if (qp_is(t, '{'))
        return qp_map(p);
    if (qp_is(t, '(')) {
        if (qp_looks_like_pattern(p, p->at))
            return pattern_predicate(p, t->start);
        bool bar = p->bar_ends;
        p->bar_ends = false;
        p->at++;
        e = qp_expr(p);
        if (!e || !qp_need(p, ')', ")"))
            return NULL;
        p->bar_ends = bar;
        e->parens = true;
        return e;
    }
    qp_expect(p, "expression");
    return qp_unexpected(p);
}
