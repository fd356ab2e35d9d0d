/* Operators of the pipe form, in the order they are written. */
#include <stdio.h>

#include "query/pipe.h"

bool pipe_take_word(pipe_parser *x, const char *word)
{
    return qp_word(&x->base, word);
}

void pipe_warn(pipe_parser *x, cg_str text)
{
    q_pipe *pipe = x->pipe;
    cg_str *list = q_alloc(x->base.c, pipe->n_warnings + 1, sizeof *list);
    if (!list || !text.data)
        return;
    if (pipe->n_warnings)
        memcpy(list, pipe->warnings, pipe->n_warnings * sizeof *list);
    list[pipe->n_warnings++] = text;
    pipe->warnings = list;
}

pipe_stage *pipe_stage_new(pipe_parser *x, pipe_kind kind, uint32_t start)
{
    if (++x->n_stages > Q_MAX_CLAUSES) {
        q_fail_limit(x->base.c, start, "operators", Q_MAX_CLAUSES);
        return NULL;
    }
    pipe_stage *s = q_alloc(x->base.c, 1, sizeof *s);
    if (s) {
        s->kind = (uint8_t)kind;
        s->start = start;
        s->index_slot = Q_NO_SLOT;
    }
    return s;
}

bool pipe_keep_slots(pipe_parser *x, pipe_stage *s, const pipe_schema *schema)
{
    s->slots = q_alloc(x->base.c, schema->n, sizeof *s->slots);
    s->n_slots = schema->n;
    for (uint32_t i = 0; s->slots && i < schema->n; i++)
        s->slots[i] = schema->items[i].slot;
    return s->slots != NULL;
}

/* ---- name = expression lists ---- */

typedef struct item_list {
    CG_VEC(q_item) computed;
} item_list;

/* One column: computed ones get a slot, plain ones only a name. The name is null when it must be made up. */
static bool read_item(pipe_parser *x, pipe_item *out, bool *named, uint32_t *at)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    bool quoted = qp_is(t, '[') && qp_look(p, 1)->kind == QK_STRING && qp_is(qp_look(p, 2), ']');
    *named = (t->kind == QK_NAME && qp_is(qp_look(p, 1), '=')) || (quoted && qp_is(qp_look(p, 3), '='));
    *at = t->start;
    if (*named) {
        if (!pipe_column_name(x, &out->name, NULL))
            return false;
        p->at++;
    }
    out->expr = pipe_expr(x);
    if (out->expr && !*named)
        out->name = pipe_natural_name(x, out->expr);
    return out->expr && p->c->status >= 0;
}

static bool place(pipe_parser *x, item_list *l, const pipe_item *item, uint32_t *slot)
{
    const q_expr *e = item->expr;
    if (e->kind == X_VAR) {
        *slot = e->slot;
        return true;
    }
    q_item computed = { .expr = item->expr, .name = item->name, .slot = pipe_slot(x) };
    *slot = computed.slot;
    if (x->base.c->status >= 0 && !cg_vec_push(x->base.c->q->mem, &l->computed, computed))
        q_nomem(x->base.c);
    return x->base.c->status >= 0;
}

static pipe_stage *finish_items(pipe_parser *x, pipe_stage *s, item_list *l, bool ok)
{
    q_projection *p = ok && s ? q_alloc(x->base.c, 1, sizeof *p) : NULL;
    if (p && (p->items = q_alloc(x->base.c, l->computed.count, sizeof *p->items))) {
        if (l->computed.count)
            memcpy(p->items, l->computed.data, l->computed.count * sizeof *p->items);
        p->n_items = (uint32_t)l->computed.count;
        s->proj = p;
    }
    cg_vec_free(x->base.c->q->mem, &l->computed);
    return p && p->items ? s : NULL;
}

/* Every expression reads the columns as they were before. A column that is there already goes to the end. */
static pipe_stage *extend(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    pipe_stage *s = pipe_stage_new(x, PS_PROJECT, start);
    item_list l = { 0 };
    pipe_schema after;
    bool ok = s && pipe_copy(x, schema, &after);
    if (!ok)
        return NULL;
    do {
        pipe_item item = { 0 };
        bool named;
        uint32_t at, slot;
        ok = read_item(x, &item, &named, &at);
        if (ok && !item.name.length)
            item.name = pipe_fresh_name(x, &after, "Column");
        ok = ok && place(x, &l, &item, &slot);
        if (ok) {
            pipe_remove(&after, item.name);
            ok = pipe_add(x, &after, item.name, slot, item.expr->type);
        }
    } while (ok && qp_punct(&x->base, ',', ","));
    s = finish_items(x, s, &l, ok);
    if (s)
        *schema = after;
    return s;
}

static bool project_column(pipe_parser *x, item_list *l, pipe_schema *after)
{
    pipe_item item = { 0 };
    bool named;
    uint32_t at, slot;
    if (!read_item(x, &item, &named, &at))
        return false;
    if (!item.name.length || (!named && item.expr->kind != X_VAR && pipe_find(after, item.name)))
        item.name = pipe_fresh_name(x, after, "Column");
    return place(x, l, &item, &slot) && pipe_add(x, after, item.name, slot, item.expr->type);
}

static pipe_stage *project(pipe_parser *x, pipe_schema *schema, uint32_t start, pipe_kind kind)
{
    pipe_stage *s = pipe_stage_new(x, kind, start);
    item_list l = { 0 };
    pipe_schema after = { 0 };
    bool ok = s != NULL;
    do
        ok = ok && project_column(x, &l, &after);
    while (ok && qp_punct(&x->base, ',', ","));
    s = finish_items(x, s, &l, ok);
    if (s)
        *schema = after;
    return s;
}

static bool known_column(pipe_parser *x, pipe_schema *schema, cg_str *name)
{
    uint32_t at;
    if (!pipe_column_name(x, name, &at))
        return false;
    if (pipe_find(schema, *name))
        return true;
    pipe_no_column(x, schema, *name, at);
    return false;
}

/* name*, as project-away and project-keep take it. */
static bool has_star(pipe_parser *x)
{
    const q_token *t = qp_look(&x->base, 0), *star = qp_look(&x->base, 1);
    return t->kind == QK_NAME && qp_is(star, '*') && star->start == t->start + t->length;
}

static pipe_stage *choose(pipe_parser *x, pipe_schema *schema, uint32_t start, bool keep)
{
    pipe_stage *s = pipe_stage_new(x, PS_PROJECT, start);
    item_list none = { 0 };
    pipe_schema after = { 0 };
    bool *listed = q_alloc(x->base.c, schema->n, sizeof *listed);
    bool ok = s && listed;
    do {
        cg_str name;
        bool star = has_star(x);
        if (star) {
            name = qp_look(&x->base, 0)->text;
            x->base.at += 2;
        } else {
            ok = ok && known_column(x, schema, &name);
        }
        for (uint32_t i = 0; ok && i < schema->n; i++)
            listed[i] |= star ? cg_str_starts(schema->items[i].name, name) : cg_str_eq(schema->items[i].name, name);
    } while (ok && qp_punct(&x->base, ',', ","));
    for (uint32_t i = 0; ok && i < schema->n; i++) {
        if (listed[i] == keep)
            ok = pipe_add(x, &after, schema->items[i].name, schema->items[i].slot, schema->items[i].type);
    }
    if (ok && !after.n) {
        q_fail(x->base.c, start, "bind", "NoColumns", "no column would be left");
        ok = false;
    }
    s = finish_items(x, s, &none, ok);
    if (s)
        *schema = after;
    return s;
}

static pipe_stage *rename_columns(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    pipe_stage *s = pipe_stage_new(x, PS_PROJECT, start);
    item_list none = { 0 };
    pipe_schema after;
    bool ok = s && pipe_copy(x, schema, &after);
    if (!ok)
        return NULL;
    do {
        cg_str to, from;
        ok = pipe_column_name(x, &to, NULL) && qp_need(&x->base, '=', "=") && known_column(x, schema, &from);
        pipe_column *c = ok ? pipe_find(&after, from) : NULL;
        if (c)
            c->name = to;
    } while (ok && qp_punct(&x->base, ',', ","));
    for (uint32_t i = 0; ok && i < after.n; i++) {
        if (pipe_find(&after, after.items[i].name) != &after.items[i]) {
            q_fail(x->base.c, start, "bind", "ColumnNameConflict", "two columns would be called '%.*s'", CG_FMT(after.items[i].name));
            ok = false;
        }
    }
    s = finish_items(x, s, &none, ok);
    if (s)
        *schema = after;
    return s;
}

static pipe_stage *reorder(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    pipe_stage *s = pipe_stage_new(x, PS_PROJECT, start);
    item_list none = { 0 };
    pipe_schema after = { 0 };
    bool ok = s != NULL;
    do {
        cg_str name;
        ok = ok && known_column(x, schema, &name);
        pipe_column *c = ok ? pipe_find(schema, name) : NULL;
        ok = c && pipe_add(x, &after, c->name, c->slot, c->type);
    } while (ok && qp_punct(&x->base, ',', ","));
    for (uint32_t i = 0; ok && i < schema->n; i++) {
        if (!pipe_find(&after, schema->items[i].name))
            ok = pipe_add(x, &after, schema->items[i].name, schema->items[i].slot, schema->items[i].type);
    }
    s = finish_items(x, s, &none, ok);
    if (s)
        *schema = after;
    return s;
}

/* ---- the other operators ---- */

static pipe_stage *filter(pipe_parser *x, uint32_t start)
{
    pipe_stage *s = pipe_stage_new(x, PS_FILTER, start);
    return s && (s->expr = pipe_predicate(x)) ? s : NULL;
}

static q_expr *row_count(pipe_parser *x)
{
    x->schema = NULL; /* a constant or a parameter */
    q_expr *e = pipe_expr(x);
    if (!e)
        return NULL;
    bool bad = e->kind == X_LITERAL ? e->value.type != CG_INT || e->value.integer < 0 : e->kind != X_PARAM;
    if (!bad)
        return e;
    q_fail(x->base.c, e->start, "syntax", "InvalidArgumentType", "a number of rows is expected here");
    return NULL;
}

static pipe_stage *take(pipe_parser *x, uint32_t start)
{
    pipe_stage *s = pipe_stage_new(x, PS_TAKE, start);
    return s && (s->expr = row_count(x)) ? s : NULL;
}

static void use_all(pipe_parser *x, const pipe_schema *schema)
{
    for (uint32_t i = 0; i < schema->n; i++)
        pipe_use(x, schema->items[i].slot);
}

static pipe_stage *distinct(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    if (qp_punct(&x->base, '*', "*")) {
        pipe_stage *s = pipe_stage_new(x, PS_DISTINCT, start);
        if (s)
            use_all(x, schema);
        return s && pipe_keep_slots(x, s, schema) ? s : NULL;
    }
    pipe_stage *before = project(x, schema, start, PS_PROJECT), *s = before ? pipe_stage_new(x, PS_DISTINCT, start) : NULL;
    if (!s || !pipe_keep_slots(x, s, schema))
        return NULL;
    use_all(x, schema);
    before->next = s;
    return before;
}

static pipe_stage *count_rows(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    q_context *c = x->base.c;
    pipe_stage *s = pipe_stage_new(x, PS_AGGREGATE, start);
    q_projection *p = q_alloc(c, 1, sizeof *p);
    q_expr *e = s && p ? qp_new(&x->base, X_AGG, start) : NULL;
    if (!e || !(p->items = q_alloc(c, 1, sizeof *p->items)) || !(p->aggs = q_alloc(c, 1, sizeof *p->aggs)))
        return NULL;
    e->func = &q_count_star;
    e->has_agg = true;
    e->type = QT_INT;
    e->slot = pipe_slot(x);
    p->items[0] = (q_item){ .expr = e, .name = CG_STR("Count"), .slot = e->slot };
    p->aggs[0] = e;
    p->n_items = p->n_aggs = 1;
    p->aggregate = true;
    s->proj = p;
    *schema = (pipe_schema){ 0 };
    return pipe_add(x, schema, CG_STR("Count"), e->slot, QT_INT) ? s : NULL;
}

pipe_stage *qp_pipe_sort(pipe_parser *x, pipe_schema *schema, uint32_t start, q_expr *limit)
{
    q_parser *p = &x->base;
    pipe_stage *s = pipe_stage_new(x, PS_SORT, start);
    CG_VEC(q_sort_key) keys = { 0 };
    bool ok = s != NULL;
    x->schema = schema;
    do {
        q_expr *e = ok ? pipe_expr(x) : NULL;
        bool ascending = e && qp_word(p, "asc"), nulls_first = ascending;
        if (e && !ascending)
            qp_word(p, "desc");
        if (e && qp_word(p, "nulls")) {
            nulls_first = qp_word(p, "first");
            if (!nulls_first && !qp_need_word(p, "last"))
                e = NULL;
        }
        /* Where nulls go is a key of its own in front of the value. */
        q_sort_key null_key = { e ? pipe_call(x, pipe_op_find("is null"), e->start, &e, 1) : NULL, nulls_first };
        q_sort_key key = { e, !ascending };
        ok = e && null_key.expr;
        if (ok && (!cg_vec_push(p->c->q->mem, &keys, null_key) || !cg_vec_push(p->c->q->mem, &keys, key))) {
            q_nomem(p->c);
            ok = false;
        }
    } while (ok && qp_punct(p, ',', ","));
    if (ok && (s->keys = q_alloc(p->c, keys.count, sizeof *s->keys))) {
        memcpy(s->keys, keys.data, keys.count * sizeof *keys.data);
        s->n_keys = (uint32_t)keys.count;
        s->expr = limit;
        ok = pipe_keep_slots(x, s, schema);
    }
    cg_vec_free(p->c->q->mem, &keys);
    return ok && p->c->status >= 0 ? s : NULL;
}

/* ---- which operator ---- */

static void *refused(pipe_parser *x, const char *name, uint32_t at)
{
    q_fail(x->base.c, at, "unsupported-feature", "UnsupportedOperator", "%s is not part of the pipe form", name);
    return NULL;
}

static const char *const operators[] = { "count",          "distinct",        "extend",      "join",      "limit",        "mv-expand",
                                         "order by",       "parse",           "parse-where", "project",   "project-away", "project-keep",
                                         "project-rename", "project-reorder", "sort by",     "summarize", "take",         "top",
                                         "where" };

static pipe_stage *unknown_operator(pipe_parser *x, const q_token *t)
{
    static const char *const elsewhere[] = { "as",        "consume", "datatable",  "evaluate",    "externaldata",   "facet",
                                             "find",      "fork",    "getschema",  "graph-match", "graph-to-table", "invoke",
                                             "let",       "lookup",  "make-graph", "make-series", "mv-apply",       "parse-kv",
                                             "partition", "range",   "reduce",     "render",      "sample",         "sample-distinct",
                                             "scan",      "search",  "serialize",  "set",         "top-hitters",    "top-nested",
                                             "union" };
    for (size_t i = 0; t->kind == QK_NAME && i < sizeof elsewhere / sizeof *elsewhere; i++) {
        if (cg_str_eq(t->text, cg_str_from(elsewhere[i])))
            return refused(x, elsewhere[i], t->start);
    }
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        qp_expect(&x->base, operators[i]);
    return qp_unexpected(&x->base);
}

static pipe_stage *top(pipe_parser *x, pipe_schema *schema, uint32_t start)
{
    q_expr *limit = row_count(x);
    return limit && qp_need_word(&x->base, "by") ? qp_pipe_sort(x, schema, start, limit) : NULL;
}

static pipe_stage *operation(pipe_parser *x, pipe_schema *schema)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    cg_str name = t->kind == QK_NAME ? t->text : CG_STR("");
    x->schema = schema;
    p->at += t->kind == QK_NAME;
#define IS(text) cg_str_eq(name, CG_STR(text))
    if (IS("where") || IS("filter"))
        return filter(x, t->start);
    if (IS("extend"))
        return extend(x, schema, t->start);
    if (IS("project"))
        return project(x, schema, t->start, PS_PROJECT);
    if (IS("project-away") || IS("project-keep"))
        return choose(x, schema, t->start, IS("project-keep"));
    if (IS("project-rename"))
        return rename_columns(x, schema, t->start);
    if (IS("project-reorder"))
        return reorder(x, schema, t->start);
    if (IS("summarize"))
        return qp_pipe_summarize(x, schema, t->start);
    if (IS("order") || IS("sort"))
        return qp_need_word(p, "by") ? qp_pipe_sort(x, schema, t->start, NULL) : NULL;
    if (IS("top"))
        return top(x, schema, t->start);
    if (IS("take") || IS("limit"))
        return take(x, t->start);
    if (IS("distinct"))
        return distinct(x, schema, t->start);
    if (IS("count"))
        return count_rows(x, schema, t->start);
    if (IS("mv-expand") || IS("mvexpand"))
        return qp_pipe_expand(x, schema, t->start);
    if (IS("join"))
        return qp_pipe_join(x, schema, t->start);
    if (IS("parse") || IS("parse-where"))
        return qp_pipe_parse_op(x, schema, t->start, IS("parse-where"));
#undef IS
    p->at -= t->kind == QK_NAME;
    return unknown_operator(x, t);
}

/* ---- the source ---- */

static pipe_stage *unknown_table(pipe_parser *x, const q_token *t)
{
    for (uint32_t i = 0; i < cg_table_count(); i++)
        qp_expect(&x->base, cg_table_at(i)->name);
    qp_expect(&x->base, "print");
    if (t->kind != QK_NAME)
        return qp_unexpected(&x->base);
    if (qp_is_word(t, "let") || qp_is_word(t, "union") || qp_is_word(t, "set") || qp_is_word(t, "datatable") || qp_is_word(t, "search") ||
        qp_is_word(t, "find") || qp_is_word(t, "range") || qp_is_word(t, "externaldata"))
        return unknown_operator(x, t);
    q_context *c = x->base.c;
    cspm_error *local = NULL, **own = c->err;
    if (!own)
        c->err = &local;
    q_fail(c, t->start, "bind", "UnknownTable", "there is no table '%.*s'", CG_FMT(t->text));
    for (uint32_t i = 0; *c->err && i < cg_table_count(); i++)
        cg_error_add_expected(*c->err, cg_str_from(cg_table_at(i)->name));
    if (*c->err)
        cg_error_set_found(*c->err, t->text);
    if (local)
        cspm_error_free(local);
    c->err = own;
    return NULL;
}

static void no_rows(pipe_parser *x, const cg_table_info *table)
{
    char text[128];
    snprintf(text, sizeof text, "no rows of table %s are made by this version; the query runs without them", table->name);
    pipe_warn(x, q_copy(x->base.c, cg_str_from(text)));
}

pipe_stage *qp_pipe_source(pipe_parser *x, pipe_schema *schema)
{
    q_parser *p = &x->base;
    const q_token *t = qp_look(p, 0);
    const cg_table_info *table = t->kind == QK_NAME ? cg_table_find(t->text) : NULL;
    *schema = (pipe_schema){ 0 };
    x->table = table;
    x->type_slot = Q_NO_SLOT;
    if (!table && qp_is_word(t, "print")) {
        p->at++;
        x->schema = schema;
        return project(x, schema, t->start, PS_PRINT);
    }
    if (!table)
        return unknown_table(x, t);
    pipe_stage *s = pipe_stage_new(x, PS_TABLE, t->start);
    p->at++;
    if (!s || !(s->slots = q_alloc(p->c, table->n_columns, sizeof *s->slots)))
        return NULL;
    s->table = table;
    s->n_slots = table->n_columns;
    x->pipe->needs_sources |= !table->built_in && table->n_kinds;
    if (!table->built_in && !table->n_kinds)
        no_rows(x, table);
    for (uint32_t i = 0; i < table->n_columns; i++) {
        s->slots[i] = pipe_slot(x);
        cg_str name = cg_str_from(table->columns[i].name);
        if (p->c->status < 0 || !pipe_add(x, schema, name, s->slots[i], table->columns[i].types))
            return NULL;
        if (cg_str_eq(name, CG_STR("type")))
            x->type_slot = s->slots[i];
    }
    return s;
}

pipe_stage *qp_pipe_pipeline(pipe_parser *x, pipe_schema *schema, bool nested)
{
    q_parser *p = &x->base;
    if (!qp_enter(p))
        return NULL;
    pipe_stage *first = qp_pipe_source(x, schema), *last = first;
    while (last && qp_punct(p, '|', "|")) {
        pipe_stage *next = operation(x, schema);
        last->next = next;
        for (last = next; last && last->next;)
            last = last->next;
    }
    qp_leave(p);
    return last ? first : NULL;
}

static int32_t result_columns(pipe_parser *x, const pipe_schema *schema)
{
    q_context *c = x->base.c;
    q_regular *root = q_alloc(c, 1, sizeof *root);
    if (!root || !(root->columns = q_alloc(c, schema->n, sizeof *root->columns)) ||
        !(root->slots = q_alloc(c, schema->n, sizeof *root->slots)) || !(root->types = q_alloc(c, schema->n, sizeof *root->types)))
        return c->status;
    root->n_columns = schema->n;
    for (uint32_t i = 0; i < schema->n; i++) {
        root->columns[i] = q_copy(c, schema->items[i].name);
        root->slots[i] = schema->items[i].slot;
        root->types[i] = schema->items[i].type;
        pipe_use(x, schema->items[i].slot);
    }
    c->q->root = root;
    return c->status;
}

int32_t qp_pipe_parse(q_context *c, const q_tokens *tokens, q_pipe **out)
{
    pipe_parser x = { .base = { .c = c, .tokens = tokens->data, .n = (uint32_t)tokens->count, .expected_at = UINT32_MAX } };
    pipe_schema schema = { 0 };
    x.pipe = q_alloc(c, 1, sizeof *x.pipe);
    if (!x.pipe)
        return c->status;
    pipe_stage *first = qp_pipe_pipeline(&x, &schema, false);
    if (first) {
        qp_punct(&x.base, ';', ";");
        if (qp_look(&x.base, 0)->kind != QK_END)
            qp_unexpected(&x.base);
    }
    if (c->status >= 0)
        result_columns(&x, &schema);
    x.pipe->first = first;
    *out = x.pipe;
    cg_vec_free(c->q->mem, &x.aggs);
    cg_vec_free(c->q->mem, &x.extra);
    return c->status;
}
