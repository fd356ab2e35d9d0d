/* join, mv-expand and parse. */
#include "query/pipe.h"

/* ---- join ---- */

static bool join_kind(pipe_parser *x, pipe_stage *s)
{
    static const struct {
        const char *name;
        pipe_join kind;
    } kinds[] = { { "innerunique", PJ_INNERUNIQUE }, { "inner", PJ_INNER },   { "leftouter", PJ_LEFTOUTER },  { "leftsemi", PJ_LEFTSEMI },
                  { "leftanti", PJ_LEFTANTI },       { "anti", PJ_LEFTANTI }, { "leftantisemi", PJ_LEFTANTI } };
    static const char *const others[] = { "fullouter", "rightouter", "rightsemi", "rightanti", "rightantisemi" };
    q_parser *p = &x->base;
    s->join = PJ_INNERUNIQUE;
    while (qp_look(p, 0)->kind == QK_NAME && qp_is(qp_look(p, 1), '=')) { /* kind=..., and hints about clusters there are none of */
        const q_token *t = qp_look(p, 0), *v = qp_look(p, 2);
        bool kind = qp_is_word(t, "kind"), found = !kind;
        if (!kind && !cg_str_starts(t->text, CG_STR("hint"))) {
            qp_expect(p, "kind");
            return qp_unexpected(p) != NULL;
        }
        p->at += 2;
        for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++) {
            if (qp_is_word(v, kinds[i].name)) {
                s->join = (uint8_t)kinds[i].kind;
                found = true;
            }
            qp_expect(p, kinds[i].name);
        }
        for (size_t i = 0; kind && i < sizeof others / sizeof *others; i++) {
            if (qp_is_word(v, others[i])) {
                q_fail(p->c, v->start, "unsupported-feature", "UnsupportedOperator", "join kind=%s is not part of the pipe form",
                       others[i]);
                return false;
            }
        }
        if (!found)
            return qp_unexpected(p) != NULL;
        p->at++;
    }
    return true;
}

static bool key_pair(pipe_parser *x, pipe_schema *left, pipe_schema *right, pipe_exprs *a, pipe_exprs *b)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    if (t->kind != QK_PARAM) {
        cg_str name;
        uint32_t at;
        if (!pipe_column_name(x, &name, &at))
            return false;
        pipe_column *l = pipe_find(left, name), *r = pipe_find(right, name);
        if (!l || !r)
            return pipe_no_column(x, l ? right : left, name, at) >= 0;
        return pipe_push(x, a, pipe_column_expr(x, l, at)) && pipe_push(x, b, pipe_column_expr(x, r, at));
    }
    q_expr *e = pipe_expr(x);
    if (!e)
        return false;
    bool equal = e->kind == X_CALL && !strcmp(e->func->name, "==") && e->args[0]->kind == X_VAR && e->args[1]->kind == X_VAR;
    if (!equal || e->args[0]->distinct == e->args[1]->distinct) {
        q_fail(p->c, t->start, "syntax", "InvalidJoinCondition", "a join compares one column of each side: $left.a == $right.b");
        return false;
    }
    bool swapped = e->args[0]->distinct;
    return pipe_push(x, a, e->args[swapped]) && pipe_push(x, b, e->args[!swapped]);
}

static bool join_keys(pipe_parser *x, pipe_stage *s, pipe_schema *left, pipe_schema *right)
{
    q_context *c = x->base.c;
    pipe_exprs a = { 0 }, b = { 0 };
    bool ok;
    x->left_schema = left;
    x->right_schema = right;
    x->schema = left;
    do
        ok = key_pair(x, left, right, &a, &b);
    while (ok && (qp_punct(&x->base, ',', ",") || qp_word(&x->base, "and")));
    x->left_schema = x->right_schema = NULL;
    if (ok) {
        s->exprs = q_alloc(c, a.count, sizeof *s->exprs);
        s->right_exprs = q_alloc(c, b.count, sizeof *s->right_exprs);
        ok = s->exprs && s->right_exprs;
    }
    if (ok) {
        memcpy(s->exprs, a.data, a.count * sizeof *a.data);
        memcpy(s->right_exprs, b.data, b.count * sizeof *b.data);
        s->n_exprs = (uint32_t)a.count;
    }
    cg_vec_free(c->q->mem, &a);
    cg_vec_free(c->q->mem, &b);
    return ok;
}

/* Columns of the right side whose name is taken get a number behind it. */
static bool join_columns(pipe_parser *x, pipe_stage *s, pipe_schema *schema, const pipe_schema *right)
{
    pipe_schema after;
    bool outer = s->join == PJ_LEFTOUTER;
    if (!pipe_keep_slots(x, s, right))
        return false;
    if (s->join == PJ_LEFTSEMI || s->join == PJ_LEFTANTI)
        return true;
    if (!pipe_copy(x, schema, &after))
        return false;
    for (uint32_t i = 0; i < right->n; i++) {
        const pipe_column *c = &right->items[i];
        cg_str name = c->name;
        if (pipe_find(&after, name)) {
            char prefix[64];
            size_t n = name.length < sizeof prefix - 1 ? name.length : sizeof prefix - 1;
            memcpy(prefix, name.data, n);
            prefix[n] = '\0';
            name = pipe_fresh_name(x, &after, prefix);
        }
        if (x->base.c->status < 0 || !pipe_add(x, &after, name, c->slot, c->type | (outer ? (uint32_t)QT_NULL : 0)))
            return false;
    }
    *schema = after;
    return true;
}

pipe_stage *qp_pipe_join(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    q_parser *p = &x->base;
    pipe_stage *s = pipe_stage_new(x, PS_JOIN, start);
    pipe_schema right;
    const cg_table_info *table = x->table;
    uint32_t type_slot = x->type_slot;
    if (++x->n_joins > Q_MAX_JOINS) {
        q_fail_limit(p->c, start, "joins", Q_MAX_JOINS);
        return NULL;
    }
    if (!s || !join_kind(x, s))
        return NULL;
    bool bracket = qp_punct(p, '(', "(");
    s->right = bracket ? qp_pipe_pipeline(x, &right, true) : qp_pipe_source(x, &right);
    x->table = table;
    x->type_slot = type_slot;
    if (!s->right || (bracket && !qp_need(p, ')', ")")) || !qp_need_word(p, "on") || !join_keys(x, s, schema, &right))
        return NULL;
    return join_columns(x, s, schema, &right) ? s : NULL;
}

/* ---- mv-expand ---- */

static bool expand_options(pipe_parser *x, pipe_stage *s, cg_str *index)
{
    q_parser *p = &x->base;
    while (qp_look(p, 0)->kind == QK_NAME && qp_is(qp_look(p, 1), '=')) {
        const q_token *t = qp_look(p, 0), *v = qp_look(p, 2);
        if (qp_is_word(t, "bagexpansion") || (qp_is_word(t, "kind") && (qp_is_word(v, "bag") || qp_is_word(v, "array")))) {
            s->bag_array = qp_is_word(v, "array");
            p->at += 3;
        } else if (qp_is_word(t, "with_itemindex")) {
            p->at += 2;
            if (!pipe_column_name(x, index, NULL))
                return false;
        } else {
            return true;
        }
    }
    return true;
}

typedef struct expanded {
    cg_str name;
    q_expr *expr;
    uint32_t slot, type;
} expanded;

static bool expand_item(pipe_parser *x, expanded *out)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    *out = (expanded){ 0 };
    if (t->kind == QK_NAME && qp_is(qp_look(p, 1), '=')) {
        out->name = t->text;
        p->at += 2;
    }
    out->expr = pipe_expr(x);
    if (!out->expr)
        return false;
    if (!out->name.length)
        out->name = pipe_natural_name(x, out->expr);
    if (qp_is_word(qp_look(p, 0), "to") && qp_is_word(qp_look(p, 1), "typeof") && qp_is(qp_look(p, 2), '(')) {
        p->at += 3;
        out->type = qp_look(p, 0)->kind == QK_NAME ? pipe_type_name(qp_look(p, 0)->text) : 0;
        if (!out->type) {
            for (uint32_t i = 0; pipe_type_names[i]; i++)
                qp_expect(p, pipe_type_names[i]);
            return qp_unexpected(p) != NULL;
        }
        p->at++;
        if (!qp_need(p, ')', ")"))
            return false;
        out->type = out->type == QT_ANY ? 0 : out->type;
    }
    out->slot = pipe_slot(x);
    return p->c->status >= 0;
}

static bool keep_expanded(pipe_parser *x, pipe_stage *s, const expanded *items, uint32_t n, pipe_schema *schema)
{
    q_context *c = x->base.c;
    s->exprs = q_alloc(c, n, sizeof *s->exprs);
    s->slots = q_alloc(c, n, sizeof *s->slots);
    s->expand_types = q_alloc(c, n, sizeof *s->expand_types);
    s->n_exprs = s->n_slots = n;
    if (!s->exprs || !s->slots || !s->expand_types)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        cg_str name = items[i].name;
        uint32_t type = items[i].type ? items[i].type | QT_NULL : (uint32_t)QT_ANY;
        s->exprs[i] = items[i].expr;
        s->slots[i] = items[i].slot;
        s->expand_types[i] = items[i].type;
        pipe_column *same = name.length ? pipe_find(schema, name) : NULL;
        if (same) { /* takes the place of the list it came from */
            same->slot = items[i].slot;
            same->type = type;
        } else if (!pipe_add(x, schema, name.length ? name : pipe_fresh_name(x, schema, "Column"), items[i].slot, type)) {
            return false;
        }
    }
    return true;
}

pipe_stage *qp_pipe_expand(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    q_parser *p = &x->base;
    pipe_stage *s = pipe_stage_new(x, PS_EXPAND, start);
    CG_VEC(expanded) items = { 0 };
    cg_str index = CG_STR_NULL;
    bool ok = s && expand_options(x, s, &index);
    do {
        expanded item;
        ok = ok && expand_item(x, &item);
        if (ok && !cg_vec_push(p->c->q->mem, &items, item)) {
            q_nomem(p->c);
            ok = false;
        }
    } while (ok && qp_punct(p, ',', ","));
    if (ok && qp_word(p, "limit")) {
        s->expr = pipe_expr(x);
        ok = s->expr != NULL;
        if (ok && (s->expr->kind != X_LITERAL || s->expr->value.type != CG_INT || s->expr->value.integer < 0)) {
            q_fail(p->c, s->expr->start, "syntax", "InvalidArgumentType", "a number of rows is expected here");
            ok = false;
        }
    }
    ok = ok && keep_expanded(x, s, items.data, (uint32_t)items.count, schema);
    if (ok && index.length) {
        s->index_slot = pipe_slot(x);
        ok = p->c->status >= 0 && pipe_add(x, schema, index, s->index_slot, QT_INT);
    }
    cg_vec_free(p->c->q->mem, &items);
    return ok ? s : NULL;
}

/* ---- parse ---- */

typedef struct pattern {
    CG_VEC(pipe_piece) pieces;
    pipe_schema columns;
} pattern;

static bool push_piece(pipe_parser *x, pattern *out, pipe_piece piece)
{
    if (cg_vec_push(x->base.c->q->mem, &out->pieces, piece))
        return true;
    q_nomem(x->base.c);
    return false;
}

static bool parse_piece(pipe_parser *x, pattern *out)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    pipe_piece piece = { .slot = Q_NO_SLOT, .type = QT_STRING };
    bool wild = out->pieces.count && !out->pieces.data[out->pieces.count - 1].text.data;
    if (t->kind == QK_STRING) {
        p->at++;
        piece.text = t->text;
        return push_piece(x, out, piece);
    }
    if (wild) {
        q_fail(p->c, t->start, "syntax", "InvalidPattern", "two wildcards in a row: a text must stand between them");
        return false;
    }
    if (qp_punct(p, '*', "*"))
        return push_piece(x, out, piece);
    cg_str name;
    if (!pipe_column_name(x, &name, NULL))
        return false;
    if (qp_punct(p, ':', ":")) {
        piece.type = qp_look(p, 0)->kind == QK_NAME ? pipe_type_name(qp_look(p, 0)->text) : 0;
        if (!piece.type) {
            for (uint32_t i = 0; pipe_type_names[i]; i++)
                qp_expect(p, pipe_type_names[i]);
            return qp_unexpected(p) != NULL;
        }
        p->at++;
    }
    piece.slot = pipe_slot(x);
    return p->c->status >= 0 && pipe_add(x, &out->columns, name, piece.slot, piece.type | QT_NULL) && push_piece(x, out, piece);
}

static bool ends_pattern(const q_token *t)
{
    return t->kind == QK_END || qp_is(t, '|') || qp_is(t, ')') || qp_is(t, ';');
}

pipe_stage *qp_pipe_parse_op(pipe_parser *x, pipe_schema *schema, uint32_t start, bool where)
{
    q_parser *p = &x->base;
    pipe_stage *s = pipe_stage_new(x, PS_PARSE, start);
    pattern out = { 0 };
    if (!s)
        return NULL;
    s->must_match = where;
    if (qp_is_word(qp_look(p, 0), "kind") && qp_is(qp_look(p, 1), '=')) {
        p->at += 2;
        if (qp_is_word(qp_look(p, 0), "regex")) {
            q_fail(p->c, qp_look(p, 0)->start, "unsupported-feature", "UnsupportedOperator",
                   "parse kind=regex is not part of the pipe form; use extract()");
            return NULL;
        }
        s->relaxed = qp_word(p, "relaxed");
        if (!s->relaxed && !qp_need_word(p, "simple"))
            return NULL;
    }
    bool ok = (s->expr = pipe_expr(x)) && qp_need_word(p, "with");
    do
        ok = ok && parse_piece(x, &out);
    while (ok && !ends_pattern(qp_look(p, 0)));
    if (ok && (s->pieces = q_alloc(p->c, out.pieces.count, sizeof *s->pieces))) {
        memcpy(s->pieces, out.pieces.data, out.pieces.count * sizeof *s->pieces);
        s->n_pieces = (uint32_t)out.pieces.count;
        for (uint32_t i = 0; ok && i < out.columns.n; i++) {
            pipe_remove(schema, out.columns.items[i].name);
            ok = pipe_add(x, schema, out.columns.items[i].name, out.columns.items[i].slot, out.columns.items[i].type);
        }
    }
    cg_vec_free(p->c->q->mem, &out.pieces);
    return ok && p->c->status >= 0 ? s : NULL;
}
