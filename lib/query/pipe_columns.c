/* Columns in reach: names, slots, what a column is called when nobody says. */
#include <stdio.h>

#include "query/pipe.h"

uint32_t pipe_slot(pipe_parser *x)
{
    cg_query *q = x->base.c->q;
    if (q->levels.count >= Q_MAX_SLOTS) {
        q_fail_limit(x->base.c, 0, "variables", Q_MAX_SLOTS);
        return Q_NO_SLOT;
    }
    if (!cg_vec_push(q->mem, &q->levels, 0) || !cg_vec_push(q->mem, &q->used, false)) {
        q_nomem(x->base.c);
        return Q_NO_SLOT;
    }
    return (uint32_t)(q->levels.count - 1);
}

void pipe_use(pipe_parser *x, uint32_t slot)
{
    if (slot < x->base.c->q->used.count)
        x->base.c->q->used.data[slot] = true;
}

pipe_column *pipe_find(pipe_schema *s, cg_str name)
{
    for (uint32_t i = 0; i < s->n; i++) {
        if (cg_str_eq(s->items[i].name, name))
            return &s->items[i];
    }
    return NULL;
}

static bool append(pipe_parser *x, pipe_schema *s, pipe_column column)
{
    if (s->n >= Q_MAX_COLUMNS) {
        q_fail_limit(x->base.c, qp_look(&x->base, 0)->start, "columns", Q_MAX_COLUMNS);
        return false;
    }
    if (s->n == s->capacity) {
        uint32_t capacity = s->capacity ? s->capacity * 2 : 16;
        pipe_column *items = q_alloc(x->base.c, capacity, sizeof *items);
        if (!items)
            return false;
        if (s->n)
            memcpy(items, s->items, s->n * sizeof *items);
        s->items = items;
        s->capacity = capacity;
    }
    s->items[s->n++] = column;
    return true;
}

bool pipe_add(pipe_parser *x, pipe_schema *s, cg_str name, uint32_t slot, uint32_t type)
{
    if (x->base.c->status < 0)
        return false;
    if (pipe_find(s, name)) {
        q_fail(x->base.c, qp_look(&x->base, 0)->start, "bind", "ColumnNameConflict", "two columns would be called '%.*s'", CG_FMT(name));
        return false;
    }
    return append(x, s, (pipe_column){ name, slot, type });
}

void pipe_remove(pipe_schema *s, cg_str name)
{
    for (uint32_t i = 0; i < s->n; i++) {
        if (cg_str_eq(s->items[i].name, name)) {
            memmove(&s->items[i], &s->items[i + 1], (s->n - i - 1) * sizeof *s->items);
            s->n--;
            return;
        }
    }
}

bool pipe_copy(pipe_parser *x, const pipe_schema *from, pipe_schema *to)
{
    *to = (pipe_schema){ 0 };
    for (uint32_t i = 0; i < from->n; i++) {
        if (!append(x, to, from->items[i]))
            return false;
    }
    return true;
}

bool pipe_column_name(pipe_parser *x, cg_str *out, uint32_t *at)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    if (at)
        *at = t->start;
    if (qp_is(t, '[') && qp_look(p, 1)->kind == QK_STRING && qp_is(qp_look(p, 2), ']')) {
        *out = qp_look(p, 1)->text;
        p->at += 3;
        return true;
    }
    return qp_name(p, out, "column name");
}

/* How far two names are apart, counting letters; the larger the less alike. */
uint32_t pipe_distance(cg_str a, cg_str b)
{
    uint32_t row[33];
    if (a.length > 32 || b.length > 32)
        return UINT32_MAX;
    for (uint32_t k = 0; k <= b.length; k++)
        row[k] = k;
    for (uint32_t i = 1; i <= a.length; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t k = 1; k <= b.length; k++) {
            uint32_t up = row[k], best = diagonal + ((a.data[i - 1] | 32) != (b.data[k - 1] | 32));
            best = up + 1 < best ? up + 1 : best;
            best = row[k - 1] + 1 < best ? row[k - 1] + 1 : best;
            row[k] = best;
            diagonal = up;
        }
    }
    return row[b.length];
}

int32_t pipe_no_column(pipe_parser *x, const pipe_schema *s, cg_str name, uint32_t at)
{
    q_context *c = x->base.c;
    const pipe_column *nearest = NULL;
    uint32_t best = name.length > 3 ? 3 : 2;
    char hint[128];
    if (c->status < 0)
        return c->status;
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t d = pipe_distance(name, s->items[i].name);
        if (d < best) {
            best = d;
            nearest = &s->items[i];
        }
    }
    cspm_error *local = NULL, **own = c->err;
    if (!own)
        c->err = &local;
    q_fail(c, at, "bind", "UndefinedVariable", "there is no column '%.*s' here", CG_FMT(name));
    if (*c->err) {
        cg_error_set_found(*c->err, name);
        for (uint32_t i = 0; i < s->n && i < 16; i++)
            cg_error_add_expected(*c->err, s->items[i].name);
        if (nearest) {
            int n = snprintf(hint, sizeof hint, "did you mean %.*s?%s", CG_FMT(nearest->name),
                             best ? "" : " Case counts in the names of columns");
            cg_error_set_hint(*c->err, (cg_str){ hint, n < (int)sizeof hint ? (size_t)n : sizeof hint - 1 });
        }
    }
    if (local)
        cspm_error_free(local);
    c->err = own;
    return c->status;
}

q_expr *pipe_column_expr(pipe_parser *x, const pipe_column *c, uint32_t at)
{
    q_expr *e = qp_new(&x->base, X_VAR, at);
    if (e) {
        e->name = c->name;
        e->slot = c->slot;
        e->type = c->type;
        pipe_use(x, c->slot);
    }
    return e;
}

/* ---- names nobody gave ---- */

static bool keeps_name(const q_func *f)
{
    static const char *const names[] = { "tostring",  "toint",      "tolong",     "todouble",  "toreal",     "tobool",
                                         "toboolean", "todatetime", "totimespan", "todynamic", "parse_json", "toobject",
                                         "bin",       "floor",      "startofday", "round",     "tolower",    "toupper" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(f->name, names[i]))
            return true;
    }
    return false;
}

static bool write_name(cg_buf *b, const q_expr *e)
{
    if (e->kind == X_VAR) {
        cg_buf_str(b, e->name);
        return true;
    }
    if (e->kind != X_CALL || !e->n || !write_name(b, e->args[0]))
        return false;
    if (keeps_name(e->func))
        return true;
    if (strcmp(e->func->name, "[]") != 0 || e->args[1]->kind != X_LITERAL)
        return false;
    cg_value key = e->args[1]->value;
    cg_buf_char(b, '_');
    if (key.type == CG_STRING)
        cg_buf_str(b, cg_value_str(key));
    else
        cg_buf_int(b, key.integer);
    return true;
}

cg_str pipe_natural_name(pipe_parser *x, const q_expr *e)
{
    cg_buf b;
    cg_buf_init(&b, x->base.c->q->mem, 0);
    cg_str name = CG_STR_NULL;
    if (write_name(&b, e)) {
        if (b.failed)
            q_nomem(x->base.c);
        else
            name = q_copy(x->base.c, cg_buf_view(&b));
    }
    cg_buf_free(&b);
    return name;
}

cg_str pipe_fresh_name(pipe_parser *x, const pipe_schema *s, const char *prefix)
{
    char text[96];
    for (uint32_t i = 1; i <= Q_MAX_COLUMNS + 1; i++) {
        int n = snprintf(text, sizeof text, "%s%u", prefix, i);
        if (!pipe_find((pipe_schema *)s, (cg_str){ text, (size_t)n }))
            return q_copy(x->base.c, (cg_str){ text, (size_t)n });
    }
    return CG_STR_NULL;
}
