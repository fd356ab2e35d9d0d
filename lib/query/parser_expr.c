/* Expressions, by precedence: OR, XOR, AND, NOT, comparison, string/list/null operators, +, *, ^, sign, postfix, atom. */
#include "query/parser.h"

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

q_expr *qp_wrap1(q_parser *p, q_expr_kind kind, uint32_t start, q_expr *a)
{
    return a ? qp_args(p, qp_new(p, kind, start), &a, 1) : NULL;
}

static q_expr *wrap2(q_parser *p, q_expr_kind kind, q_expr *a, q_expr *b)
{
    q_expr *both[2] = { a, b };
    return a && b ? qp_args(p, qp_new(p, kind, a->start), both, 2) : NULL;
}

bool qp_push(q_parser *p, q_expr_vec *v, q_expr *e)
{
    if (!e)
        return false;
    if (!cg_vec_push(p->c->q->mem, v, e)) {
        q_nomem(p->c);
        return false;
    }
    return true;
}

q_expr *qp_finish(q_parser *p, q_expr *e, q_expr_vec *v, bool ok)
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
    q_expr_vec v = { 0 };
    bool ok = qp_push(p, &v, first);
    do {
        ok = ok && qp_push(p, &v, operand(p));
    } while (ok && qp_word(p, keyword));
    return qp_finish(p, ok ? qp_new(p, kind, first->start) : NULL, &v, ok);
}

/* `first op next ...` where the operator differs from step to step. */
static q_expr *chain(q_parser *p, q_expr_kind kind, bool (*op)(q_parser *, uint8_t *), q_expr *(*operand)(q_parser *))
{
    uint8_t code;
    q_expr *first = operand(p);
    if (!first || !op(p, &code))
        return first;
    q_expr_vec v = { 0 };
    CG_VEC(uint8_t) ops = { 0 };
    bool ok = qp_push(p, &v, first);
    do {
        if (ok && !cg_vec_push(p->c->q->mem, &ops, code)) {
            q_nomem(p->c);
            ok = false;
        }
        ok = ok && qp_push(p, &v, operand(p));
    } while (ok && op(p, &code));
    q_expr *e = ok ? qp_new(p, kind, first->start) : NULL;
    if (e && (e->ops = q_alloc(p->c, ops.count, 1)))
        memcpy(e->ops, ops.data, ops.count);
    else
        ok = false;
    cg_vec_free(p->c->q->mem, &ops);
    return qp_finish(p, e, &v, ok);
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
    q_expr *e = qp_atom(p);
    while (e) {
        if (qp_punct(p, '.', ".")) {
            cg_str key;
            if (!qp_name(p, &key, "property name"))
                return NULL;
            e = qp_wrap1(p, X_PROP, e->start, e);
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
            e = labels ? qp_wrap1(p, X_LABEL, e->start, e) : NULL;
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
        q_expr *e = qp_literal(p, cg_v_int(INT64_MIN), QT_INT);
        if (e)
            e->start = t->start;
        return e;
    }
    if (!qp_enter(p))
        return NULL;
    p->at++;
    q_expr *e = qp_wrap1(p, minus ? X_NEG : X_PLUS, t->start, sign(p));
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
    return qp_need_word(p, "NULL") ? qp_wrap1(p, not ? X_IS_NOT_NULL : X_IS_NULL, left->start, left) : NULL;
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
    q_expr *e = qp_wrap1(p, X_NOT, t->start, negation(p));
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
