#include "model.h"

#include <stdio.h>

#include "query/parser.h"
#include "query/values.h"

typedef struct binding {
    cg_str name;
    bool is_node;
    uint32_t index; /* node or edge */
    bool is_edge;
    cg_value value;
} binding;
typedef struct scope {
    binding items[64];
    uint32_t n;
} scope;

void model_init(model *m, cg_mem *mem)
{
    *m = (model){ .mem = mem };
    cg_arena_init(&m->arena, mem);
}

void model_free(model *m)
{
    cg_vec_free(m->mem, &m->nodes);
    cg_vec_free(m->mem, &m->edges);
    cg_arena_free(&m->arena);
}

static bool add_props(cg_builder *b, const model_prop *props, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t key = cg_builder_key(b, props[i].key.data, props[i].key.length);
        if (cg_builder_set_prop(b, key, props[i].value, NULL) < 0)
            return false;
    }
    return true;
}

static void id_text(char out[16], uint32_t i)
{
    snprintf(out, 16, "n%06u", i);
}

static bool add_number(cg_builder *b, uint32_t i)
{
    return cg_builder_set_prop(b, cg_builder_key(b, "__i", 3), cg_v_int(i), NULL) >= 0;
}

static bool add_node(cg_builder *b, const model *m, uint32_t i, bool numbered)
{
    const model_node *n = &m->nodes.data[i];
    char id[16];
    id_text(id, i);
    if (cg_builder_begin_node(b, i, NULL) < 0 || cg_builder_set_id(b, id, strlen(id), NULL) < 0)
        return false;
    for (uint32_t k = 0; k < n->n_labels; k++) {
        if (cg_builder_add_label(b, cg_builder_label(b, n->labels[k].data, n->labels[k].length), NULL) < 0)
            return false;
    }
    return add_props(b, n->props, n->n_props) && (!numbered || add_number(b, i)) && cg_builder_end_item(b, NULL) >= 0;
}

static bool add_edge(cg_builder *b, const model *m, uint32_t i, bool numbered)
{
    const model_edge *e = &m->edges.data[i];
    char id[16];
    if (cg_builder_begin_edge(b, 1000000 + i, NULL) < 0)
        return false;
    id_text(id, e->from);
    if (cg_builder_set_from(b, id, strlen(id), NULL) < 0)
        return false;
    id_text(id, e->to);
    if (cg_builder_set_to(b, id, strlen(id), NULL) < 0)
        return false;
    cg_builder_set_kind(b, cg_builder_kind(b, e->kind.data, e->kind.length));
    return add_props(b, e->props, e->n_props) && (!numbered || add_number(b, i)) && cg_builder_end_item(b, NULL) >= 0;
}

cg_graph *model_graph(const model *m, bool numbered)
{
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cg_source_options source = { .name = CG_STR("test"), .dialect = CG_STR("host") };
    bool ok = cg_builder_new(m->mem, NULL, &b, NULL) >= 0 && cg_builder_begin_source(b, &source, NULL) >= 0;
    for (uint32_t i = 0; ok && i < m->nodes.count; i++)
        ok = add_node(b, m, i, numbered);
    for (uint32_t i = 0; ok && i < m->edges.count; i++)
        ok = m->edges.data[i].deleted || add_edge(b, m, i, numbered);
    if (ok)
        cg_builder_freeze(b, NULL, &g, NULL);
    cg_builder_free(b);
    return g;
}

cg_graph *model_make(cg_mem *mem, const char *statement)
{
    model m;
    model_init(&m, mem);
    cg_graph *g = !*statement || model_run(&m, cg_str_from(statement)) ? model_graph(&m, false) : NULL;
    model_free(&m);
    return g;
}

/* ---- expressions: by the engine itself, node variables standing as maps ---- */

static bool scope_value(const model *m, const binding *b, cg_arena *arena, cg_value *out)
{
    *out = b->value;
    if (!b->is_node)
        return true;
    const model_node *n = &m->nodes.data[b->index];
    cg_map *map = cg_arena_alloc(arena, sizeof *map + n->n_props * sizeof *map->entries);
    if (!map)
        return false;
    map->count = 0;
    for (uint32_t i = 0; i < n->n_props; i++) {
        uint32_t k = map->count++;
        for (; k > 0 && cg_str_cmp(map->entries[k - 1].key, n->props[i].key) > 0; k--)
            map->entries[k] = map->entries[k - 1];
        map->entries[k].key = n->props[i].key;
        map->entries[k].value = n->props[i].value;
    }
    *out = q_v_map(map);
    return true;
}

static bool evaluate(model *m, const scope *s, cg_str text, cg_value *out)
{
    cg_buf b;
    cg_param params[64];
    cg_query *q = NULL;
    cg_run *r = NULL;
    model empty;
    model_init(&empty, m->mem);
    cg_graph *g = model_graph(&empty, false);
    const cg_value *row;
    cg_buf_init(&b, m->mem, 0);
    bool ok = g != NULL;
    for (uint32_t i = 0; ok && i < s->n; i++) {
        cg_buf_printf(&b, "%s $`%.*s` AS `%.*s`", i ? "," : "WITH", CG_FMT(s->items[i].name), CG_FMT(s->items[i].name));
        params[i].name = s->items[i].name;
        ok = scope_value(m, &s->items[i], &m->arena, &params[i].value);
    }
    cg_buf_printf(&b, " RETURN %.*s AS value", CG_FMT(text));
    ok = ok && !b.failed && cg_query_compile(m->mem, cg_buf_view(&b), CG_LANG_GRAPH, CG_STR("setup"), (cg_pos){ 0 }, &q, NULL) >= 0 &&
         cg_query_run(q, g, params, s->n, NULL, NULL, &r, NULL) >= 0 && cg_run_next(r, &row, NULL) == CSPM_OK &&
         q_copy_value(&m->arena, row[0], out);
    cg_run_free(r);
    cg_query_unref(q);
    cg_graph_unref(g);
    cg_buf_free(&b);
    model_free(&empty);
    return ok;
}

static bool read_props(model *m, const q_context *c, const scope *s, const q_expr *map, model_prop **props, uint32_t *n)
{
    *n = 0;
    if (!map)
        return true;
    *props = cg_arena_alloc(&m->arena, (map->n + 1) * sizeof **props);
    for (uint32_t i = 0; *props && i < map->n; i++) {
        const q_expr *e = map->args[i];
        model_prop *p = &(*props)[(*n)++];
        p->key = (cg_str){ cg_arena_strndup(&m->arena, map->keys[i].data, map->keys[i].length), map->keys[i].length };
        bool ok = e->kind == X_LITERAL ? q_copy_value(&m->arena, e->value, &p->value)
                                       : evaluate(m, s, (cg_str){ c->q->text.data + e->start, e->end - e->start }, &p->value);
        if (!ok || !p->key.data)
            return false;
    }
    return *props != NULL;
}

/* ---- CREATE ---- */

static void label_names(const cg_query *q, const q_labels *l, cg_str *out, uint32_t *n)
{
    if (l && l->kind == QL_NAME)
        out[(*n)++] = q->names.data[l->name].text;
    for (uint32_t i = 0; l && i < l->n && *n < 15; i++)
        label_names(q, l->items[i], out, n);
}

static bool create_node(model *m, q_context *c, scope *s, const q_node_pat *pat, uint32_t *index)
{
    for (uint32_t i = 0; pat->var.data && i < s->n; i++) {
        if (s->items[i].is_node && cg_str_eq(s->items[i].name, pat->var)) {
            *index = s->items[i].index;
            return true;
        }
    }
    model_node node = { 0 };
    cg_str names[16];
    label_names(c->q, pat->labels, names, &node.n_labels);
    node.labels = cg_arena_alloc(&m->arena, (node.n_labels + 1) * sizeof *node.labels);
    for (uint32_t i = 0; node.labels && i < node.n_labels; i++)
        node.labels[i] = (cg_str){ cg_arena_strndup(&m->arena, names[i].data, names[i].length), names[i].length };
    if (!node.labels || !read_props(m, c, s, pat->props, &node.props, &node.n_props) || !cg_vec_push(m->mem, &m->nodes, node))
        return false;
    *index = (uint32_t)m->nodes.count - 1;
    if (pat->var.data && s->n < 64)
        s->items[s->n++] = (binding){ .name = pat->var, .is_node = true, .index = *index };
    return true;
}

static bool create_path(model *m, q_context *c, scope *s, const q_path_pat *path)
{
    uint32_t left, right;
    if (!create_node(m, c, s, path->nodes[0], &left))
        return false;
    for (uint32_t k = 0; k < path->n_rels; k++) {
        const q_rel_pat *r = path->rels[k];
        if (!create_node(m, c, s, path->nodes[k + 1], &right) || r->n_types != 1)
            return false;
        cg_str kind = c->q->names.data[r->types[0]].text;
        model_edge e = { .from = r->dir == CG_IN ? right : left, .to = r->dir == CG_IN ? left : right };
        e.kind = (cg_str){ cg_arena_strndup(&m->arena, kind.data, kind.length), kind.length };
        if (!e.kind.data || !read_props(m, c, s, r->props, &e.props, &e.n_props) || !cg_vec_push(m->mem, &m->edges, e))
            return false;
        left = right;
    }
    return true;
}

/* CREATE ... [CREATE ...] and DELETE r, from token `at` on, for one row of bindings. */
static bool write_part(model *m, q_parser *p, scope *s)
{
    while (qp_look(p, 0)->kind != QK_END) {
        if (qp_word(p, "CREATE")) {
            q_pattern *pattern = qp_pattern(p);
            for (uint32_t i = 0; pattern && i < pattern->n; i++) {
                if (!create_path(m, p->c, s, pattern->paths[i]))
                    return false;
            }
            if (!pattern)
                return false;
        } else if (qp_word(p, "DELETE")) {
            cg_str name;
            if (!qp_name(p, &name, "variable"))
                return false;
            for (uint32_t i = 0; i < s->n; i++) {
                if (s->items[i].is_edge && cg_str_eq(s->items[i].name, name))
                    m->edges.data[s->items[i].index].deleted = true;
            }
        } else if (!qp_punct(p, ';', ";")) {
            return false;
        }
    }
    return true;
}

static int64_t number_of(cg_graph *g, cg_value v)
{
    cg_value out = { 0 };
    cg_arena arena;
    cg_arena_init(&arena, cg_graph_mem(g));
    uint32_t key = cg_name_find(g, CG_NAMES_KEY, CG_STR("__i"));
    if (v.type == CG_NODE)
        cg_node_prop(g, v.node, key, &arena, &out, NULL);
    else
        cg_rel_prop(g, v.rel, key, &arena, &out, NULL);
    cg_arena_free(&arena);
    return out.integer;
}

/* The reading half by the engine: one scope a row; then the writing half for each. */
static bool read_then_write(model *m, q_parser *p, cg_str reading, uint32_t write_at)
{
    cg_graph *g = model_graph(m, true);
    cg_query *q = NULL;
    cg_run *r = NULL;
    cg_buf b;
    const cg_value *row;
    cg_buf_init(&b, m->mem, 0);
    cg_buf_printf(&b, "%.*s RETURN *", CG_FMT(reading));
    bool ok = g && cg_query_compile(m->mem, cg_buf_view(&b), CG_LANG_GRAPH, CG_STR("setup"), (cg_pos){ 0 }, &q, NULL) >= 0 &&
              cg_query_run(q, g, NULL, 0, NULL, NULL, &r, NULL) >= 0;
    while (ok && cg_run_next(r, &row, NULL) == CSPM_OK) {
        scope s = { 0 };
        for (uint32_t i = 0; i < cg_query_n_columns(q) && s.n < 64; i++) {
            binding item = { .name = cg_query_column(q, i), .is_node = row[i].type == CG_NODE, .is_edge = row[i].type == CG_REL };
            if (item.is_node || item.is_edge)
                item.index = (uint32_t)number_of(g, row[i]);
            ok = q_copy_value(&m->arena, row[i], &item.value);
            s.items[s.n++] = item;
        }
        p->at = write_at;
        ok = ok && write_part(m, p, &s);
    }
    cg_run_free(r);
    cg_query_unref(q);
    cg_graph_unref(g);
    cg_buf_free(&b);
    return ok;
}

bool model_run(model *m, cg_str statement)
{
    cg_query q = { .mem = m->mem, .text = statement, .source = CG_STR("setup") };
    q_context c = { &q, NULL, CSPM_OK };
    q_tokens tokens = { 0 };
    q_parser p = { .c = &c, .expected_at = UINT32_MAX };
    scope s = { 0 };
    bool ok = false;
    cg_arena_init(&q.arena, m->mem);
    if (q_lex(&c, &tokens) < 0)
        goto out;
    p.tokens = tokens.data;
    p.n = (uint32_t)tokens.count;
    p.match = cg_alloc_array(m->mem, tokens.count, sizeof *p.match);
    for (uint32_t i = 0; p.match && i < p.n; i++)
        p.match[i] = UINT32_MAX;
    if (!p.match)
        goto out;
    if (qp_is_word(qp_look(&p, 0), "CREATE")) {
        ok = write_part(m, &p, &s);
        goto out;
    }
    for (uint32_t i = 0; i < p.n; i++) {
        if (qp_is_word(&p.tokens[i], "CREATE") || qp_is_word(&p.tokens[i], "DELETE")) {
            ok = read_then_write(m, &p, (cg_str){ statement.data, p.tokens[i].start }, i);
            break;
        }
    }
out:
    cg_free(m->mem, p.match);
    cg_vec_free(m->mem, &tokens);
    cg_vec_free(m->mem, &q.names);
    cg_vec_free(m->mem, &q.params);
    cg_arena_free(&q.arena);
    return ok;
}
