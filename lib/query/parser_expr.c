/* Expressions, by precedence: OR, XOR, AND, NOT, comparison, string/list/null operators, +, *, ^, sign, postfix, atom. */
#include "query/parser.h"

typedef CG_VEC(q_expr *) expr_vec;

q_expr *qp_new(q_parser *p, q_expr_kind kind, uint32_t start)
{
    q_expr *e = q_alloc(p->c, 1, sizeof *e);
    if (!e)
        return NULL;
    e->kind = (uint8_t)kind;
    e->start = start;
    e->end = p->at ? qp_end(p) : start;
    e->height = 1;
    e->type = QT_ANY;
    e->slot = e->slot2 = Q_NO_SLOT;
    return e;
}

q_expr *qp_args(q_parser *p, q_expr *e, q_expr *const *args, uint32_t n)
{
    if (!e)
        return NULL;
    e->args = q_alloc(p->c, n, sizeof *e->args);
    if (!e->args)
        return NULL;
    e->n = n;
    for (uint32_t i = 0; i < n; i++) {
        e->args[i] = args[i];
        if (args[i] && args[i]->height >= e->height)
            e->height = args[i]->height + 1;
    }
    e->end = qp_end(p);
    if (e->height > Q_MAX_HEIGHT) {
        q_fail_limit(p->c, e->start, "expression depth", Q_MAX_HEIGHT);
        return NULL;
    }
    return e;
}

static q_expr *wrap1(q_parser *p, q_expr_kind kind, uint32_t start, q_expr *a)
{
    return a ? qp_args(p, qp_new(p, kind, start), &a, 1) : NULL;
}

static q_expr *wrap2(q_parser *p, q_expr_kind kind, q_expr *a, q_expr *b)
{
    q_expr *both[2] = { a, b };
    return a && b ? qp_args(p, qp_new(p, kind, a->start), both, 2) : NULL;
}

static bool push(q_parser *p, expr_vec *v, q_expr *e)
{
    if (!e)
        return false;
    if (!cg_vec_push(p->c->q->mem, v, e)) {
        q_nomem(p->c);
        return false;
    }
    return true;
}

static q_expr *finish(q_parser *p, q_expr *e, expr_vec *v, bool ok)
{
    q_expr *done = ok ? qp_args(p, e, v->data, (uint32_t)v->count) : NULL;
    cg_vec_free(p->c->q->mem, v);
    return done;
}

/* ---- n-ary chains ---- */

/* `first op next op next ...` as one node of `kind`; first alone when there is no operator. */
static q_expr *logical(q_parser *p, q_expr_kind kind, const char *keyword, q_expr *(*operand)(q_parser *))
{
    q_expr *first = operand(p);
    if (!first || !qp_word(p, keyword))
        return first;
    expr_vec v = { 0 };
    bool ok = push(p, &v, first);
    do {
        ok = ok && push(p, &v, operand(p));
    } while (ok && qp_word(p, keyword));
    return finish(p, ok ? qp_new(p, kind, first->start) : NULL, &v, ok);
}

/* `first op next ...` where the operator differs from step to step. */
static q_expr *chain(q_parser *p, q_expr_kind kind, bool (*op)(q_parser *, uint8_t *), q_expr *(*operand)(q_parser *))
{
    uint8_t code;
    q_expr *first = operand(p);
    if (!first || !op(p, &code))
        return first;
    expr_vec v = { 0 };
    CG_VEC(uint8_t) ops = { 0 };
    bool ok = push(p, &v, first);
    do {
        if (ok && !cg_vec_push(p->c->q->mem, &ops, code)) {
            q_nomem(p->c);
            ok = false;
        }
        ok = ok && push(p, &v, operand(p));
    } while (ok && op(p, &code));
    q_expr *e = ok ? qp_new(p, kind, first->start) : NULL;
    if (e && (e->ops = q_alloc(p->c, ops.count, 1)))
        memcpy(e->ops, ops.data, ops.count);
    else
        ok = false;
    cg_vec_free(p->c->q->mem, &ops);
    return finish(p, e, &v, ok);
}

static bool compare_op(q_parser *p, uint8_t *op)
{
    if (qp_punct(p, '=', "="))
        *op = Q_EQ;
    else if (qp_punct(p, QP_NE, "<>"))
        *op = Q_NE;
    else if (qp_punct(p, QP_LE, "<="))
        *op = Q_LE;
    else if (qp_punct(p, QP_GE, ">="))
        *op = Q_GE;
    else if (qp_punct(p, '<', "<"))
        *op = Q_LT;
    else if (qp_punct(p, '>', ">"))
        *op = Q_GT;
    else
        return false;
    return true;
}

static bool add_op(q_parser *p, uint8_t *op)
{
    *op = Q_ADD;
    if (qp_punct(p, '+', "+"))
        return true;
    *op = Q_SUB;
    return qp_punct(p, '-', "-");
}

static bool mul_op(q_parser *p, uint8_t *op)
{
    *op = Q_MUL;
    if (qp_punct(p, '*', "*"))
        return true;
    *op = Q_DIV;
    if (qp_punct(p, '/', "/"))
        return true;
    *op = Q_MOD;
    return qp_punct(p, '%', "%");
}

static bool pow_op(q_parser *p, uint8_t *op)
{
    *op = Q_POW;
    return qp_punct(p, '^', "^");
}

/* ---- atoms ---- */

static q_expr *literal(q_parser *p, cg_value v, uint32_t type)
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
    expr_vec v = { 0 };
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
            ok = qp_name(p, &key, "key") && qp_need(p, ':', ":") && push(p, &v, qp_expr(p));
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
    return finish(p, e, &v, ok);
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
        expr_vec v = { 0 };
        bool ok = true;
        if (!qp_punct(p, ']', "]")) {
            do {
                ok = push(p, &v, qp_expr(p));
                if (ok && v.count > Q_MAX_LIST) {
                    q_fail_limit(p->c, start, "literal list elements", Q_MAX_LIST);
                    ok = false;
                }
            } while (ok && qp_punct(p, ',', ","));
            ok = ok && qp_need(p, ']', "]");
        }
        e = finish(p, ok ? qp_new(p, X_LIST, start) : NULL, &v, ok);
    }
    p->bar_ends = bar;
    qp_leave(p);
    return e;
}

static q_expr *case_atom(q_parser *p)
{
    uint32_t start = qp_look(p, 0)->start;
    expr_vec v = { 0 };
    p->at++;
    q_expr *subject = NULL;
    bool ok = true;
    if (!qp_is_word(qp_look(p, 0), "WHEN"))
        ok = (subject = qp_expr(p)) != NULL;
    if (ok && !cg_vec_push(p->c->q->mem, &v, subject))
        ok = (q_nomem(p->c), false);
    ok = ok && qp_need_word(p, "WHEN");
    while (ok) {
        ok = push(p, &v, qp_expr(p)) && qp_need_word(p, "THEN") && push(p, &v, qp_expr(p));
        if (!ok || !qp_word(p, "WHEN"))
            break;
    }
    q_expr *other = NULL;
    if (ok && qp_word(p, "ELSE"))
        ok = (other = qp_expr(p)) != NULL;
    if (ok && !cg_vec_push(p->c->q->mem, &v, other))
        ok = (q_nomem(p->c), false);
    ok = ok && qp_need_word(p, "END");
    return finish(p, ok ? qp_new(p, X_CASE, start) : NULL, &v, ok);
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
        e = wrap1(p, X_IS_NOT_NULL, start, qp_expr(p));
    }
    return e && qp_need(p, ')', ")") ? e : NULL;
}

static q_expr *call_atom(q_parser *p, uint32_t start, cg_str name)
{
    expr_vec v = { 0 };
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
            ok = push(p, &v, qp_expr(p));
        } while (ok && qp_punct(p, ',', ","));
        ok = ok && qp_need(p, ')', ")");
    }
    return finish(p, e, &v, ok);
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
        return literal(p, cg_v_bool(qp_is_word(t, "true")), QT_BOOL);
    if (qp_is_word(t, "null"))
        return literal(p, cg_v_null(), QT_NULL);
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

static q_expr *atom(q_parser *p)
{
    const q_token *t = qp_look(p, 0);
    q_expr *e = NULL;
    switch (t->kind) {
    case QK_INT:
        if (t->integer > INT64_MAX) {
            q_fail(p->c, t->start, "lex", "IntegerOverflow", "integer does not fit 64 bits");
            return NULL;
        }
        return literal(p, cg_v_int((int64_t)t->integer), QT_INT);
    case QK_FLOAT:
        return literal(p, cg_v_float(t->real), QT_FLOAT);
    case QK_STRING:
        return literal(p, cg_v_str(t->text), QT_STRING);
    case QK_PARAM:
        p->at++;
        e = qp_new(p, X_PARAM, t->start);
        if (e) {
            e->name = t->text;
            e->index = qp_param_index(p->c, t->text);
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

/* ---- postfix, sign, infix ---- */

static q_expr *subscript(q_parser *p, q_expr *base)
{
    q_expr *parts[3] = { base, NULL, NULL };
    bool bar = p->bar_ends, slice = false;
    p->bar_ends = false;
    p->at++;
    if (!qp_is(qp_look(p, 0), QP_DOTDOT) && !(parts[1] = qp_expr(p)))
        return NULL;
    if (qp_punct(p, QP_DOTDOT, "..")) {
        slice = true;
        if (!qp_is(qp_look(p, 0), ']') && !(parts[2] = qp_expr(p)))
            return NULL;
    }
    if (!qp_need(p, ']', "]"))
        return NULL;
    p->bar_ends = bar;
    return qp_args(p, qp_new(p, slice ? X_SLICE : X_INDEX, base->start), parts, slice ? 3 : 2);
}

static bool starts_label(const q_token *t)
{
    return t->kind != QK_PUNCT || t->punct == '!' || t->punct == '%' || t->punct == '(';
}

static q_expr *postfix(q_parser *p)
{
    q_expr *e = atom(p);
    while (e) {
        if (qp_punct(p, '.', ".")) {
            cg_str key;
            if (!qp_name(p, &key, "property name"))
                return NULL;
            e = wrap1(p, X_PROP, e->start, e);
            if (e) {
                e->name = key;
                e->index = qp_name_index(p->c, CG_NAMES_KEY, key);
            }
            if (p->c->status < 0)
                return NULL;
        } else if (qp_is(qp_look(p, 0), '[')) {
            e = subscript(p, e);
        } else if (qp_is(qp_look(p, 0), ':') && starts_label(qp_look(p, 1)) && e->kind != X_LITERAL) {
            p->at++;
            q_labels *labels = qp_labels(p, !p->bar_ends);
            e = labels ? wrap1(p, X_LABEL, e->start, e) : NULL;
            if (e)
                e->labels = labels;
        } else {
            qp_expect(p, ".");
            qp_expect(p, "[");
            return e;
        }
    }
    return NULL;
}

static q_expr *sign(q_parser *p)
{
    const q_token *t = qp_look(p, 0), *next = qp_look(p, 1);
    bool minus = qp_is(t, '-');
    if (!minus && !qp_is(t, '+'))
        return postfix(p);
    if (minus && next->kind == QK_INT && next->integer > INT64_MAX) { /* only this number has no positive twin */
        p->at++;
        q_expr *e = literal(p, cg_v_int(INT64_MIN), QT_INT);
        if (e)
            e->start = t->start;
        return e;
    }
    if (!qp_enter(p))
        return NULL;
    p->at++;
    q_expr *e = wrap1(p, minus ? X_NEG : X_PLUS, t->start, sign(p));
    qp_leave(p);
    return e;
}

static q_expr *power(q_parser *p)
{
    return chain(p, X_ARITH, pow_op, sign);
}
static q_expr *product(q_parser *p)
{
    return chain(p, X_ARITH, mul_op, power);
}
static q_expr *sum(q_parser *p)
{
    return chain(p, X_ARITH, add_op, product);
}

static q_expr *null_test(q_parser *p, q_expr *left)
{
    bool not = qp_word(p, "NOT");
    return qp_need_word(p, "NULL") ? wrap1(p, not ? X_IS_NOT_NULL : X_IS_NULL, left->start, left) : NULL;
}

/* String, list and null operators bind tighter than comparison. */
static q_expr *special(q_parser *p)
{
    q_expr *left = sum(p);
    while (left) {
        if (qp_word(p, "IN")) {
            left = wrap2(p, X_IN, left, sum(p));
        } else if (qp_word(p, "STARTS")) {
            left = qp_need_word(p, "WITH") ? wrap2(p, X_STARTS, left, sum(p)) : NULL;
        } else if (qp_word(p, "ENDS")) {
            left = qp_need_word(p, "WITH") ? wrap2(p, X_ENDS, left, sum(p)) : NULL;
        } else if (qp_word(p, "CONTAINS")) {
            left = wrap2(p, X_CONTAINS, left, sum(p));
        } else if (qp_punct(p, QP_REGEX, "=~")) {
            left = wrap2(p, X_REGEX, left, sum(p));
            if (left)
                left->index = p->c->q->n_regex++;
        } else if (qp_word(p, "IS")) {
            left = null_test(p, left);
        } else {
            return left;
        }
    }
    return NULL;
}

static q_expr *comparison(q_parser *p)
{
    return chain(p, X_COMPARE, compare_op, special);
}

static q_expr *negation(q_parser *p)
{
    const q_token *t = qp_look(p, 0), *next = qp_look(p, 1);
    bool is_name = next->kind == QK_END || qp_is(next, ',') || qp_is(next, '.') || qp_is(next, ')') || qp_is_word(next, "AS");
    if (!qp_is_word(t, "NOT") || is_name)
        return comparison(p);
    if (!qp_enter(p))
        return NULL;
    p->at++;
    q_expr *e = wrap1(p, X_NOT, t->start, negation(p));
    qp_leave(p);
    return e;
}

static q_expr *conjunction(q_parser *p)
{
    return logical(p, X_AND, "AND", negation);
}
static q_expr *exclusive(q_parser *p)
{
    return logical(p, X_XOR, "XOR", conjunction);
}

q_expr *qp_expr(q_parser *p)
{
    if (!qp_enter(p))
        return NULL;
    q_expr *e = logical(p, X_OR, "OR", exclusive);
    qp_leave(p);
    return e;
}
