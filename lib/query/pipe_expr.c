/* Expressions of the pipe form. Operators become calls of functions that never fail on a type: what cannot be computed is null. */
#include "query/pipe.h"

bool pipe_push(pipe_parser *x, pipe_exprs *list, q_expr *e)
{
    if (!e)
        return false;
    if (list->count >= Q_MAX_LIST) {
        q_fail_limit(x->base.c, e->start, "list elements", Q_MAX_LIST);
        return false;
    }
    if (!cg_vec_push(x->base.c->q->mem, list, e)) {
        q_nomem(x->base.c);
        return false;
    }
    return true;
}

q_expr *pipe_literal(pipe_parser *x, cg_value v, uint32_t start)
{
    q_expr *e = qp_new(&x->base, X_LITERAL, start);
    if (e) {
        e->value = v;
        e->type = 1u << v.type;
    }
    return e;
}

q_expr *pipe_call(pipe_parser *x, const q_func *f, uint32_t start, q_expr *const *args, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!args[i])
            return NULL;
    }
    q_expr *e = qp_args(&x->base, qp_new(&x->base, X_CALL, start), args, n);
    if (!e)
        return NULL;
    e->func = f;
    e->name = cg_str_from(f->name);
    e->type = f->result;
    for (uint32_t i = 0; i < n; i++)
        e->has_agg |= args[i]->has_agg;
    if (f->flags & QF_VOLATILE) { /* here: needs places for compiled patterns */
        e->index = x->base.c->q->n_regex;
        x->base.c->q->n_regex += 2;
    }
    return e;
}

static q_expr *call2(pipe_parser *x, const char *op, q_expr *a, q_expr *b)
{
    q_expr *both[2] = { a, b };
    return a && b ? pipe_call(x, pipe_op_find(op), a->start, both, 2) : NULL;
}

q_expr *pipe_as_predicate(pipe_parser *x, q_expr *e)
{
    if (!e || !(e->type & ~(uint32_t)(QT_BOOL | QT_NULL)))
        return e;
    if (!(e->type & (QT_BOOL | QT_NULL | QT_INT))) {
        q_fail(x->base.c, e->start, "type", "InvalidArgumentType", "a condition is expected here, one that is true or false");
        return NULL;
    }
    return pipe_call(x, pipe_op_find("truth"), e->start, &e, 1);
}

q_expr *pipe_predicate(pipe_parser *x)
{
    return pipe_as_predicate(x, pipe_expr(x));
}

/* ---- literals ---- */

static q_expr *timespan(pipe_parser *x, int64_t microseconds, uint32_t start)
{
    cg_duration *d = q_alloc(x->base.c, 1, sizeof *d);
    if (!d)
        return NULL;
    d->days = microseconds / 86400000000;
    d->microseconds = microseconds % 86400000000;
    return pipe_literal(x, (cg_value){ .type = CG_DURATION, .duration = d }, start);
}

static q_expr *text_literal(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    cg_str text = t->text;
    uint32_t start = t->start;
    p->at++;
    if (qp_look(p, 0)->kind == QK_STRING) { /* texts side by side are one */
        cg_buf b;
        cg_buf_init(&b, p->c->q->mem, 0);
        cg_buf_str(&b, text);
        for (; qp_look(p, 0)->kind == QK_STRING; p->at++)
            cg_buf_str(&b, qp_look(p, 0)->text);
        if (b.failed)
            q_nomem(p->c);
        else
            text = q_copy(p->c, cg_buf_view(&b));
        cg_buf_free(&b);
    }
    return p->c->status < 0 ? NULL : pipe_literal(x, cg_v_str(text), start);
}

q_expr *pipe_literal_token(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    bool minus = qp_is(t, '-') && (qp_look(p, 1)->kind == QK_INT || qp_look(p, 1)->kind == QK_FLOAT || qp_look(p, 1)->kind == PK_TIMESPAN);
    uint32_t start = t->start;
    if (minus)
        t = qp_look(p, 1);
    else if (t->kind == QK_STRING)
        return text_literal(x);
    if (t->kind == QK_INT && t->integer > (uint64_t)INT64_MAX + minus) {
        q_fail(p->c, start, "lex", "IntegerOverflow", "integer does not fit 64 bits");
        return NULL;
    }
    bool known = t->kind == QK_INT || t->kind == QK_FLOAT || t->kind == PK_TIMESPAN || t->kind == PK_DATETIME;
    if (known)
        p->at += 1u + minus;
    if (t->kind == QK_INT)
        return pipe_literal(x, cg_v_int((int64_t)(minus ? 0 - t->integer : t->integer)), start);
    if (t->kind == QK_FLOAT)
        return pipe_literal(x, cg_v_float(minus ? -t->real : t->real), start);
    if (t->kind == PK_TIMESPAN)
        return timespan(x, (int64_t)(minus ? 0 - t->integer : t->integer), start);
    if (t->kind == PK_DATETIME)
        return pipe_literal(x, (cg_value){ .type = CG_DATETIME, .microseconds = (int64_t)t->integer }, start);
    bool yes = qp_is_word(t, "true");
    if ((yes || qp_is_word(t, "false")) && !qp_is(qp_look(p, 1), '(') && !qp_is(qp_look(p, 1), '.')) {
        p->at++;
        return pipe_literal(x, cg_v_bool(yes), start);
    }
    if (qp_is_word(t, "null") && !qp_is(qp_look(p, 1), '(')) {
        p->at++;
        return pipe_literal(x, cg_v_null(), start);
    }
    return NULL;
}

/* {name} and <name>, as documents write what the reader must fill in: a parameter. */
static q_expr *placeholder(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    uint32_t start = t->start, last = p->at + 1;
    uint8_t close = t->punct == '{' ? '}' : '>';
    q_expr *e;
    cg_str name;
    if (t->kind == QK_PARAM) {
        name = t->text;
        last = p->at;
    } else {
        while (last < p->n && last < p->at + 16 && !qp_is(&p->tokens[last], close) && p->tokens[last].kind != QK_END)
            last++;
        if (last >= p->n || !qp_is(&p->tokens[last], close) || last == p->at + 1) {
            qp_expect(p, "expression");
            qp_unexpected(p);
            return NULL;
        }
        uint32_t from = p->tokens[p->at + 1].start;
        name = (cg_str){ p->c->q->text.data + from, p->tokens[last - 1].start + p->tokens[last - 1].length - from };
    }
    p->at = last + 1;
    e = qp_new(p, X_PARAM, start);
    if (!e || !(name = q_copy(p->c, name)).data)
        return NULL;
    e->name = name;
    e->index = qp_param_index(p->c, name, start);
    return p->c->status < 0 ? NULL : e;
}

/* dynamic(...): JSON, where strings may have either quote. */
static q_expr *dynamic_value(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    uint8_t open = t->punct, close = open == '[' ? ']' : '}';
    if (!qp_is(t, '[') && !qp_is(t, '{')) {
        q_expr *e = pipe_literal_token(x);
        if (!e && p->c->status >= 0) {
            qp_expect(p, "JSON value");
            qp_unexpected(p);
        }
        return e;
    }
    if (!qp_enter(p))
        return NULL;
    pipe_exprs items = { 0 };
    CG_VEC(cg_str) keys = { 0 };
    q_expr *e = NULL;
    bool ok = true;
    p->at++;
    while (ok && !qp_is(qp_look(p, 0), close)) {
        if (open == '{') {
            ok = qp_look(p, 0)->kind == QK_STRING;
            if (!ok) {
                qp_expect(p, "key in quotes");
                qp_unexpected(p);
                break;
            }
            if (!cg_vec_push(p->c->q->mem, &keys, qp_look(p, 0)->text))
                q_nomem(p->c);
            p->at++;
            ok = p->c->status >= 0 && qp_need(p, ':', ":");
        }
        ok = ok && pipe_push(x, &items, dynamic_value(x));
        if (!ok || !qp_punct(p, ',', ","))
            break;
    }
    qp_leave(p);
    if (ok && qp_need(p, close, open == '[' ? "]" : "}")) {
        e = qp_args(p, qp_new(p, open == '[' ? X_LIST : X_MAP, t->start), items.data, (uint32_t)items.count);
        if (e)
            e->type = open == '[' ? QT_LIST : QT_MAP;
        if (e && keys.count && (e->keys = q_alloc(p->c, keys.count, sizeof *e->keys)))
            memcpy(e->keys, keys.data, keys.count * sizeof *keys.data);
    }
    cg_vec_free(p->c->q->mem, &items);
    cg_vec_free(p->c->q->mem, &keys);
    return p->c->status < 0 ? NULL : e;
}

/* ---- names ---- */

static q_expr *side_column(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    pipe_schema *s = cg_str_eq(t->text, CG_STR("left")) ? x->left_schema : x->right_schema;
    uint32_t at;
    cg_str name;
    p->at++;
    if (!qp_need(p, '.', ".") || !pipe_column_name(x, &name, &at))
        return NULL;
    pipe_column *c = pipe_find(s, name);
    if (!c) {
        pipe_no_column(x, s, name, at);
        return NULL;
    }
    q_expr *e = pipe_column_expr(x, c, t->start);
    if (e)
        e->distinct = s == x->right_schema; /* which side it stands for */
    return e;
}

static q_expr *column(pipe_parser *x)
{
    q_parser *p = &x->base;
    uint32_t at;
    cg_str name;
    if (!pipe_column_name(x, &name, &at))
        return NULL;
    pipe_column *c = x->schema ? pipe_find(x->schema, name) : NULL;
    if (c)
        return pipe_column_expr(x, c, at);
    if (x->schema)
        pipe_no_column(x, x->schema, name, at);
    else
        q_fail(p->c, at, "bind", "UndefinedVariable", "no columns are in reach here: '%.*s'", CG_FMT(name));
    return NULL;
}

static q_expr *primary(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    q_expr *e = pipe_literal_token(x);
    if (e || p->c->status < 0)
        return e;
    if (qp_is(t, '(')) {
        p->at++;
        e = pipe_expr(x);
        if (!e || !qp_need(p, ')', ")"))
            return NULL;
        e->parens = true;
        return e;
    }
    if (qp_is(t, '{') || qp_is(t, '<'))
        return placeholder(x);
    if (t->kind == QK_PARAM)
        return x->left_schema && (cg_str_eq(t->text, CG_STR("left")) || cg_str_eq(t->text, CG_STR("right"))) ? side_column(x)
                                                                                                             : placeholder(x);
    if (t->kind == QK_NAME && qp_is(qp_look(p, 1), '(')) {
        if (!qp_is_word(t, "dynamic"))
            return pipe_function(x);
        p->at += 2;
        e = dynamic_value(x);
        return e && qp_need(p, ')', ")") ? e : NULL;
    }
    if ((t->kind == QK_NAME && t->text.data[0] != '!') || (qp_is(t, '[') && qp_look(p, 1)->kind == QK_STRING))
        return column(x);
    qp_expect(p, "expression");
    qp_unexpected(p);
    return NULL;
}

/* a.b, a.['b'], a[0], a["b"], and .[0] as some documents have it */
static q_expr *postfix(pipe_parser *x)
{
    q_parser *p = &x->base;
    q_expr *e = primary(x);
    while (e) {
        uint32_t start = e->start;
        bool dot = qp_is(qp_look(p, 0), '.'), bracket = qp_is(qp_look(p, dot), '[');
        q_expr *pair[2] = { e, NULL };
        if (!dot && !bracket)
            break;
        p->at += dot;
        if (bracket) {
            p->at++;
            pair[1] = pipe_expr(x);
            if (!pair[1] || !qp_need(p, ']', "]"))
                return NULL;
        } else {
            cg_str name;
            if (!qp_name(p, &name, "property name"))
                return NULL;
            pair[1] = pipe_literal(x, cg_v_str(name), start);
        }
        if (pair[1] && pair[1]->kind == X_LITERAL && pair[1]->value.type == CG_STRING)
            qp_name_index(p->c, CG_NAMES_KEY, cg_value_str(pair[1]->value)); /* the query reads this property */
        e = pipe_call(x, pipe_op_find("[]"), start, pair, 2);
    }
    return e;
}

static q_expr *unary(pipe_parser *x)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    if (!qp_is(t, '-') && !qp_is(t, '+'))
        return postfix(x);
    uint8_t kind = qp_look(p, 1)->kind;
    if (kind == QK_INT || kind == QK_FLOAT || kind == PK_TIMESPAN) {
        p->at += qp_is(t, '+');
        return postfix(x);
    }
    if (!qp_enter(p))
        return NULL;
    p->at++;
    q_expr *e = unary(x);
    qp_leave(p);
    return !e || qp_is(t, '+') ? e : pipe_call(x, pipe_op_find("neg"), t->start, &e, 1);
}

static q_expr *product(pipe_parser *x)
{
    q_expr *e = unary(x);
    while (e) {
        const q_token *t = qp_look(&x->base, 0);
        const char *op = qp_is(t, '*') ? "*" : qp_is(t, '/') ? "/" : qp_is(t, '%') ? "%" : NULL;
        if (!op)
            break;
        x->base.at++;
        e = call2(x, op, e, unary(x));
    }
    return e;
}

static q_expr *sum(pipe_parser *x)
{
    q_expr *e = product(x);
    while (e) {
        const q_token *t = qp_look(&x->base, 0);
        const char *op = qp_is(t, '+') ? "+" : qp_is(t, '-') ? "-" : NULL;
        if (!op)
            break;
        x->base.at++;
        q_expr *right = product(x);
        if (right && e->type == QT_STRING && right->type == QT_STRING) {
            q_fail(x->base.c, t->start, "type", "InvalidArgumentType", "texts are joined with strcat(a, b)");
            return NULL;
        }
        e = call2(x, op, e, right);
    }
    return e;
}

/* ---- comparisons ---- */

static q_expr *in_list(pipe_parser *x, q_expr *left, const char *op)
{
    q_parser *p = &x->base;
    pipe_exprs items = { 0 };
    q_expr *e = NULL;
    bool ok = qp_need(p, '(', "(") && pipe_push(x, &items, left);
    if (ok && !qp_is(qp_look(p, 0), ')')) {
        do
            ok = pipe_push(x, &items, pipe_expr(x));
        while (ok && qp_punct(p, ',', ","));
    }
    if (ok && qp_need(p, ')', ")"))
        e = pipe_call(x, pipe_op_find(op), left->start, items.data, (uint32_t)items.count);
    cg_vec_free(p->c->q->mem, &items);
    return e;
}

static q_expr *between(pipe_parser *x, q_expr *left, const char *op)
{
    q_parser *p = &x->base;
    q_expr *three[3] = { left, NULL, NULL };
    if (!qp_need(p, '(', "(") || !(three[1] = sum(x)) || !qp_need(p, QP_DOTDOT, "..") || !(three[2] = sum(x)) || !qp_need(p, ')', ")"))
        return NULL;
    return pipe_call(x, pipe_op_find(op), left->start, three, 3);
}

static const q_func *comparison(pipe_parser *x)
{
    static const struct {
        uint8_t punct;
        const char *op;
    } signs[] = { { PP_EQ, "==" }, { PP_NE, "!=" }, { PP_EQ_NOCASE, "=~" }, { PP_NE_NOCASE, "!~" },
                  { '<', "<" },    { '>', ">" },    { QP_LE, "<=" },        { QP_GE, ">=" } };
    const q_token *t = qp_look(&x->base, 0);
    for (size_t i = 0; t->kind == QK_PUNCT && i < sizeof signs / sizeof *signs; i++) {
        if (t->punct == signs[i].punct)
            return pipe_op_find(signs[i].op);
    }
    if (t->kind != QK_NAME)
        return NULL;
    if (qp_is_word(t, "matches") && qp_is_word(qp_look(&x->base, 1), "regex")) {
        x->base.at++;
        return pipe_op_find("matches regex");
    }
    return pipe_op_text(t->text);
}

static bool is_op(const q_func *op, const char *name)
{
    return !strcmp(op->name[0] == '!' ? op->name + 1 : op->name, name);
}

/* * contains "x": any column. */
static q_expr *any_column(pipe_parser *x)
{
    q_parser *p = &x->base;
    uint32_t start = qp_look(p, 0)->start;
    pipe_exprs parts = { 0 };
    p->at++;
    const q_func *op = comparison(x);
    p->at++;
    q_expr *right = sum(x), *e = NULL;
    bool ok = right && x->schema->n;
    for (uint32_t i = 0; ok && i < x->schema->n; i++) {
        q_expr *both[2] = { pipe_column_expr(x, &x->schema->items[i], start), right };
        ok = pipe_push(x, &parts, pipe_as_predicate(x, pipe_call(x, op, start, both, 2)));
    }
    if (ok)
        e = parts.count == 1 ? parts.data[0] : qp_args(p, qp_new(p, X_OR, start), parts.data, (uint32_t)parts.count);
    if (e)
        e->type = QT_BOOL | QT_NULL;
    cg_vec_free(p->c->q->mem, &parts);
    return e;
}

/* microsoft types no rows are made of: said once, when the text names one */
static void note_kind(pipe_parser *x, const q_expr *column, const q_expr *literal)
{
    cg_query *q = x->base.c->q;
    if (!x->table || !x->table->kinds || column->kind != X_VAR || column->slot != x->type_slot || literal->kind != X_LITERAL ||
        literal->value.type != CG_STRING)
        return;
    cg_str kind = cg_value_str(literal->value);
    for (uint32_t i = 0; i < x->table->n_kinds; i++) {
        if (cg_str_eq_nocase(kind, cg_str_from(x->table->kinds[i])))
            return;
    }
    for (uint32_t i = 0; i < x->pipe->n_warnings; i++) {
        if (cg_str_find(x->pipe->warnings[i], kind, 0) != SIZE_MAX)
            return;
    }
    cg_buf b;
    cg_buf_init(&b, q->mem, 0);
    cg_buf_printf(&b, "no rows of type \"%.*s\" are made by this version; the query runs without them", CG_FMT(kind));
    if (b.failed)
        q_nomem(x->base.c);
    else
        pipe_warn(x, q_copy(x->base.c, cg_buf_view(&b)));
    cg_buf_free(&b);
}

static q_expr *compare(pipe_parser *x)
{
    q_parser *p = &x->base;
    if (qp_is(qp_look(p, 0), '*') && qp_look(p, 1)->kind == QK_NAME && pipe_op_text(qp_look(p, 1)->text) && x->schema)
        return any_column(x);
    q_expr *e = sum(x);
    while (e) {
        const q_func *op = comparison(x);
        if (!op)
            break;
        q_expr *left = e;
        p->at++;
        if (is_op(op, "in") || is_op(op, "in~") || is_op(op, "has_any") || is_op(op, "has_all"))
            e = in_list(x, e, op->name);
        else if (is_op(op, "between"))
            e = between(x, e, op->name);
        else
            e = call2(x, op->name, e, sum(x));
        if (e && (!strcmp(op->name, "==") || !strcmp(op->name, "=~") || !strcmp(op->name, "in") || !strcmp(op->name, "in~"))) {
            for (uint32_t i = 1; i < e->n; i++)
                note_kind(x, left, e->args[i]);
        }
    }
    return e;
}

static q_expr *logical(pipe_parser *x, bool any)
{
    q_parser *p = &x->base;
    q_expr *e = any ? logical(x, false) : compare(x);
    if (!e || !qp_is_word(qp_look(p, 0), any ? "or" : "and"))
        return e;
    pipe_exprs parts = { 0 };
    uint32_t start = e->start;
    bool ok = pipe_push(x, &parts, pipe_as_predicate(x, e));
    while (ok && qp_word(p, any ? "or" : "and"))
        ok = pipe_push(x, &parts, pipe_as_predicate(x, any ? logical(x, false) : compare(x)));
    e = ok ? qp_args(p, qp_new(p, any ? X_OR : X_AND, start), parts.data, (uint32_t)parts.count) : NULL;
    for (uint32_t i = 0; e && i < e->n; i++)
        e->has_agg |= e->args[i]->has_agg;
    if (e)
        e->type = QT_BOOL | QT_NULL;
    cg_vec_free(p->c->q->mem, &parts);
    return e;
}

q_expr *pipe_expr(pipe_parser *x)
{
    if (!qp_enter(&x->base))
        return NULL;
    q_expr *e = logical(x, true);
    qp_leave(&x->base);
    return e;
}
