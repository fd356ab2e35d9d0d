/* Operators that only the pipe form has: table, mv-expand, parse. */
#include "query/pipe_exec.h"

#include "graph/layer.h"
#include "query/pipe_value.h"

/* ---- a table ---- */

typedef struct table_op {
    q_op op;
    const pipe_stage *stage;
    bool open, edges;
    cg_node next;
    cg_rel_iter rels;
    const cg_table_source *source;
    void *rows;
    cg_value *cells;
} table_op;

static bool wanted(const cg_run *r, const table_op *t, uint32_t column)
{
    return r->q->used.data[t->stage->slots[column]];
}

static void put(cg_run *r, const table_op *t, uint32_t column, cg_value v)
{
    r->frame[t->stage->slots[column]] = v;
}

static int32_t put_properties(cg_run *r, const table_op *t, uint32_t column, const cg_map *map, int32_t rc)
{
    static const cg_map empty;
    put(r, t, column, (cg_value){ .type = CG_MAP, .map = map ? map : &empty });
    return rc;
}

static int32_t label_list(cg_run *r, cg_arena *arena, const uint32_t *labels, uint32_t n, cg_value *out, cspm_error **err)
{
    cg_list *list = q_list_new(arena, n);
    if (!list)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < n; i++)
        list->items[i] = cg_v_str(cg_name_get(r->g, CG_NAMES_LABEL, labels[i]));
    *out = q_v_list(list);
    return CSPM_OK;
}

enum { NODE_ID, NODE_NAME, NODE_KIND, NODE_KINDS, NODE_LABELS, NODE_PROPERTIES };
enum { EDGE_FROM, EDGE_KIND, EDGE_TO, EDGE_CONDITIONAL, EDGE_LIKELIHOOD, EDGE_PROPERTIES };

static int32_t node_row(cg_run *r, table_op *t, cg_arena *arena, cspm_error **err)
{
    while (t->next < cg_graph_n_nodes(r->g) && !q_visible(r, t->next))
        t->next++;
    if (t->next >= cg_graph_n_nodes(r->g))
        return CSPM_DONE;
    cg_node n = t->next++;
    int32_t rc = CSPM_OK;
    put(r, t, NODE_ID, cg_v_str(cg_node_id(r->g, n)));
    put(r, t, NODE_NAME, cg_v_str(cg_node_name(r->g, n)));
    if (wanted(r, t, NODE_KIND) || wanted(r, t, NODE_KINDS) || wanted(r, t, NODE_LABELS)) {
        uint32_t count = cg_node_labels(r->g, n, NULL, 0), base = cg_node_n_base_labels(r->g, n);
        uint32_t *labels = cg_arena_alloc(arena, ((size_t)count + 1) * sizeof *labels);
        cg_value list;
        if (!labels)
            return cg_nomem(r->mem, err);
        cg_node_labels(r->g, n, labels, count);
        base = base > count ? count : base;
        put(r, t, NODE_KIND, count ? cg_v_str(cg_name_get(r->g, CG_NAMES_LABEL, labels[0])) : cg_v_null());
        if ((rc = label_list(r, arena, labels, base, &list, err)) < 0)
            return rc;
        put(r, t, NODE_KINDS, list);
        if ((rc = label_list(r, arena, labels + base, count - base, &list, err)) < 0)
            return rc;
        put(r, t, NODE_LABELS, list);
    }
    if (wanted(r, t, NODE_PROPERTIES)) {
        const cg_map *map = NULL;
        rc = cg_node_props(r->g, n, arena, &map, err);
        rc = put_properties(r, t, NODE_PROPERTIES, map, rc);
    }
    return rc;
}

static int32_t edge_row(cg_run *r, table_op *t, cg_arena *arena, cspm_error **err)
{
    cg_edge e;
    int32_t rc = CSPM_OK;
    do {
        if (!cg_rel_iter_next(&t->rels, &e))
            return CSPM_DONE;
    } while (!q_visible(r, e.from) || !q_visible(r, e.to));
    put(r, t, EDGE_FROM, cg_v_str(cg_node_id(r->g, e.from)));
    put(r, t, EDGE_KIND, cg_v_str(cg_name_get(r->g, CG_NAMES_KIND, e.kind)));
    put(r, t, EDGE_TO, cg_v_str(cg_node_id(r->g, e.to)));
    put(r, t, EDGE_CONDITIONAL, cg_v_bool(cg_rel_conditional(r->g, e.rel)));
    put(r, t, EDGE_LIKELIHOOD, cg_v_float(cg_rel_likelihood(r->g, e.rel) / 1e6));
    if (wanted(r, t, EDGE_PROPERTIES)) {
        const cg_map *map = NULL;
        rc = cg_rel_props(r->g, e.rel, arena, &map, err);
        rc = put_properties(r, t, EDGE_PROPERTIES, map, rc);
    }
    return rc;
}

static int32_t source_row(cg_run *r, table_op *t, cg_arena *arena, cspm_error **err)
{
    if (!t->source)
        return CSPM_DONE;
    if (!t->rows) {
        int32_t opened = t->source->open(t->source->user, r->op, &t->rows, err);
        if (opened < 0)
            return opened;
    }
    int32_t rc = t->source->next(t->rows, arena, t->cells, err);
    if (rc == CSPM_DONE && t->source->truncated)
        r->truncated |= t->source->truncated(t->rows);
    for (uint32_t i = 0; rc == CSPM_OK && i < t->stage->n_slots; i++)
        put(r, t, i, t->cells[i]);
    return rc;
}

static int32_t table_next(cg_run *r, q_op *op, cspm_error **err)
{
    table_op *t = (table_op *)op;
    cg_arena *arena = q_arena(r, op);
    if (!t->open) {
        t->open = true;
        t->next = 0;
        cg_rel_iter_init(&t->rels, r->g);
    }
    int32_t rc = !t->stage->table->built_in ? source_row(r, t, arena, err)
                 : t->edges                 ? edge_row(r, t, arena, err)
                                            : node_row(r, t, arena, err);
    return rc == CSPM_OK ? q_work(r, err) : rc;
}

static void table_close(cg_run *r, q_op *op)
{
    table_op *t = (table_op *)op;
    if (t->rows)
        t->source->close(t->rows);
    t->rows = NULL;
}

static void table_rewind(cg_run *r, q_op *op)
{
    table_close(r, op);
    ((table_op *)op)->open = false;
}

static void table_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    cg_buf_adds(out, ((const table_op *)op)->stage->table->name);
}

static const q_op_class table_class = { "Table", table_next, table_rewind, table_close, table_describe };

q_op *q_op_table(cg_run *r, const pipe_stage *s)
{
    table_op *t = q_op_new(r, &table_class, sizeof *t, NULL);
    if (!t)
        return NULL;
    t->stage = s;
    t->edges = s->table->built_in && !strcmp(s->table->name, "edges");
    t->op.rows = t->edges ? (double)cg_graph_n_rels(r->g) : s->table->built_in ? (double)cg_graph_n_nodes(r->g) : 100;
    for (uint32_t i = 0; i < r->n_sources; i++) {
        if (!strcmp(r->sources[i].table, s->table->name))
            t->source = &r->sources[i];
    }
    t->cells = cg_arena_calloc(&r->arena, s->n_slots ? s->n_slots : 1, sizeof *t->cells);
    return t->cells ? (q_op *)t : NULL;
}

/* ---- mv-expand: lists side by side, the longest says how many rows ---- */

typedef struct expand_op {
    q_op op;
    const pipe_stage *stage;
    bool open;
    cg_value *values;
    uint64_t at, n, limit;
} expand_op;

static uint32_t width_of(cg_value v)
{
    return v.type == CG_LIST ? v.list->count : v.type == CG_MAP ? v.map->count : 1;
}

static int32_t expand_open(cg_run *r, expand_op *x, cspm_error **err)
{
    q_eval e = { r, q_arena(r, &x->op) };
    x->at = x->n = 0;
    for (uint32_t i = 0; i < x->stage->n_exprs; i++) {
        int32_t rc = q_evaluate(&e, x->stage->exprs[i], &x->values[i], err);
        if (rc < 0)
            return rc;
        uint32_t n = width_of(x->values[i]);
        x->n = n > x->n ? n : x->n;
    }
    x->n = x->n < x->limit ? x->n : x->limit;
    x->open = true;
    return CSPM_OK;
}

/* One entry of a map: {key: value}, or [key, value]. */
static bool map_entry(cg_arena *arena, const struct cg_map_entry *from, bool array, cg_value *out)
{
    if (array) {
        cg_list *l = q_list_new(arena, 2);
        if (!l)
            return false;
        l->items[0] = cg_v_str(from->key);
        l->items[1] = from->value;
        *out = q_v_list(l);
    } else {
        cg_map *m = cg_arena_alloc(arena, sizeof *m + sizeof *m->entries);
        if (!m)
            return false;
        m->count = 1;
        m->entries[0] = *from;
        *out = q_v_map(m);
    }
    out->reserved = (uint16_t)(q_nesting(from->value) + 1);
    return true;
}

static int32_t expand_row(cg_run *r, expand_op *x, cspm_error **err)
{
    const pipe_stage *s = x->stage;
    q_eval e = { r, &x->op.arena };
    for (uint32_t i = 0; i < s->n_exprs; i++) {
        cg_value from = x->values[i], v = cg_v_null();
        if (from.type == CG_LIST)
            v = x->at < from.list->count ? from.list->items[x->at] : v;
        else if (from.type != CG_MAP)
            v = x->at == 0 ? from : v;
        else if (x->at < from.map->count && !map_entry(e.arena, &from.map->entries[x->at], s->bag_array, &v))
            return cg_nomem(r->mem, err);
        int32_t rc = s->expand_types[i] ? pipe_convert(&e, v, s->expand_types[i], &v, err) : CSPM_OK;
        if (rc < 0)
            return rc;
        r->frame[s->slots[i]] = v;
    }
    if (s->index_slot != Q_NO_SLOT)
        r->frame[s->index_slot] = cg_v_int((int64_t)x->at);
    x->at++;
    return q_work(r, err);
}

static int32_t expand_next(cg_run *r, q_op *op, cspm_error **err)
{
    expand_op *x = (expand_op *)op;
    for (;;) {
        int32_t rc;
        if (x->open && x->at < x->n)
            return expand_row(r, x, err);
        if ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = expand_open(r, x, err)) < 0 || (rc = q_work(r, err)) < 0)
            return rc;
    }
}

static void expand_rewind(cg_run *r, q_op *op)
{
    ((expand_op *)op)->open = false;
}

static const q_op_class expand_class = { "MvExpand", expand_next, expand_rewind, NULL, NULL };

q_op *q_op_mv_expand(cg_run *r, q_op *input, const pipe_stage *s)
{
    expand_op *x = q_op_new(r, &expand_class, sizeof *x, input);
    if (!x)
        return NULL;
    x->stage = s;
    x->limit = s->expr ? (uint64_t)s->expr->value.integer : UINT64_MAX;
    x->values = cg_arena_calloc(&r->arena, s->n_exprs, sizeof *x->values);
    x->op.rows *= 4;
    return x->values ? (q_op *)x : NULL;
}

/* ---- parse ---- */

typedef struct parse_op {
    q_op op;
    const pipe_stage *stage;
    cg_value *found; /* one a piece */
} parse_op;

/* Where each wildcard's text stands; the first place where a literal fits, and the last one for a literal at the end. */
static bool split_text(const pipe_stage *s, cg_str text, cg_str *spans)
{
    size_t at = 0;
    for (uint32_t i = 0; i < s->n_pieces; i++) {
        const pipe_piece *p = &s->pieces[i];
        if (p->text.data) { /* only at the very start: others are taken by the wildcard before them */
            cg_str rest = { text.data + at, text.length - at };
            if (!cg_str_starts(rest, p->text))
                return false;
            at += p->text.length;
            continue;
        }
        size_t end = text.length;
        if (i + 1 < s->n_pieces) {
            cg_str literal = s->pieces[i + 1].text;
            end = cg_str_find(text, literal, at);
            if (i + 2 == s->n_pieces) {
                if (text.length < at + literal.length)
                    return false;
                cg_str tail = { text.data + text.length - literal.length, literal.length };
                end = cg_str_eq(tail, literal) ? text.length - literal.length : SIZE_MAX;
            }
        }
        if (end == SIZE_MAX)
            return false;
        spans[i] = (cg_str){ text.data + at, end - at };
        at = end;
    }
    return at == text.length;
}

static int32_t parse_row(cg_run *r, parse_op *x, bool *matched, cspm_error **err)
{
    const pipe_stage *s = x->stage;
    q_eval e = { r, q_arena(r, &x->op) };
    cg_value v;
    cg_str text, *spans = cg_arena_calloc(e.arena, s->n_pieces, sizeof *spans);
    int32_t rc = q_evaluate(&e, s->expr, &v, err);
    if (rc < 0)
        return rc;
    if (!spans || !pipe_text(&e, v, &text))
        return cg_nomem(r->mem, err);
    *matched = split_text(s, text, spans);
    for (uint32_t i = 0; i < s->n_pieces && *matched; i++) {
        const pipe_piece *p = &s->pieces[i];
        x->found[i] = cg_v_null();
        if (p->slot == Q_NO_SLOT)
            continue;
        if ((rc = pipe_convert(&e, cg_v_str(spans[i]), p->type, &x->found[i], err)) < 0)
            return rc;
        if (x->found[i].type == CG_NULL && !s->relaxed)
            *matched = false;
    }
    for (uint32_t i = 0; i < s->n_pieces; i++) {
        if (s->pieces[i].slot != Q_NO_SLOT)
            r->frame[s->pieces[i].slot] = *matched ? x->found[i] : s->pieces[i].type == QT_STRING ? cg_v_str(CG_STR("")) : cg_v_null();
    }
    return q_tick(r, 1 + text.length / 64, err);
}

static int32_t parse_next(cg_run *r, q_op *op, cspm_error **err)
{
    parse_op *x = (parse_op *)op;
    for (;;) {
        bool matched = false;
        int32_t rc = q_next(r, op->input, err);
        if (rc != CSPM_OK || (rc = parse_row(r, x, &matched, err)) < 0)
            return rc;
        if (matched || !x->stage->must_match)
            return CSPM_OK;
    }
}

static const q_op_class parse_class = { "Parse", parse_next, NULL, NULL, NULL };

q_op *q_op_parse(cg_run *r, q_op *input, const pipe_stage *s)
{
    parse_op *x = q_op_new(r, &parse_class, sizeof *x, input);
    if (!x)
        return NULL;
    x->stage = s;
    x->found = cg_arena_calloc(&r->arena, s->n_pieces ? s->n_pieces : 1, sizeof *x->found);
    return x->found ? (q_op *)x : NULL;
}
