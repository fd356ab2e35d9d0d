/* Examples of rules: shape checked while reading, and where a pattern's text stands in its file. */
#include "rules/pack.h"

static int32_t check_item_id(pack_reader *r, const cg_tree *t, const char *what)
{
    if (t->type == CG_TREE_INT || (t->type == CG_TREE_STRING && t->string.length))
        return CSPM_OK;
    return pack_fail(r, t->pos, "%s must be a string or a number", what);
}

static int32_t check_properties(pack_reader *r, const cg_tree *t)
{
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "properties");
    for (uint32_t i = 0; rc == CSPM_OK && i < t->map.count; i++) {
        const cg_tree *v = t->map.values[i];
        if (v->type == CG_TREE_MAP)
            return pack_fail(r, v->pos, "the property \"%.*s\" is a map", CG_FMT(t->map.keys[i]));
        for (uint32_t k = 0; v->type == CG_TREE_LIST && k < v->list.count; k++)
            if (v->list.items[k]->type != v->list.items[0]->type || v->list.items[k]->type >= CG_TREE_LIST ||
                v->list.items[k]->type == CG_TREE_NULL)
                return pack_fail(r, v->list.items[k]->pos, "the property \"%.*s\" is not a list of one simple type",
                                 CG_FMT(t->map.keys[i]));
    }
    return rc;
}

static int32_t check_node(pack_reader *r, const cg_tree *t)
{
    static const char *const keys[] = { "id", "kinds", "properties", NULL };
    const cg_str *kinds;
    const cg_tree *v;
    uint32_t n;
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "a node");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "a node", keys);
    if (rc == CSPM_OK && !cg_tree_get(t, "id"))
        return pack_fail(r, t->pos, "a node has no id");
    if (rc == CSPM_OK)
        rc = check_item_id(r, cg_tree_get(t, "id"), "id");
    if (rc == CSPM_OK && (v = cg_tree_get(t, "kinds")))
        rc = pack_strings(r, v, "kinds", true, false, &kinds, &n);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "properties")))
        rc = check_properties(r, v);
    return rc;
}

static int32_t check_edge(pack_reader *r, const cg_tree *t)
{
    static const char *const keys[] = { "start", "end", "kind", "properties", NULL };
    cg_str kind;
    const cg_tree *v;
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "an edge");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "an edge", keys);
    for (uint32_t i = 0; rc == CSPM_OK && i < 3; i++)
        if (!cg_tree_get(t, keys[i]))
            rc = pack_fail(r, t->pos, "an edge has no %s", keys[i]);
    for (uint32_t i = 0; rc == CSPM_OK && i < 2; i++)
        rc = check_item_id(r, cg_tree_get(t, keys[i]), keys[i]);
    if (rc == CSPM_OK)
        rc = pack_name(r, cg_tree_get(t, "kind"), "kind", false, &kind);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "properties")))
        rc = check_properties(r, v);
    return rc;
}

static int32_t check_expect(pack_reader *r, const cg_tree *t, const rule_entry *e)
{
    bool pairs = e->rule.form == CG_RULE_EDGE || (e->rule.form == CG_RULE_ACCESS && e->rule.edge_kind.length);
    int32_t rc = pack_need(r, t, CG_TREE_LIST, "expect");
    if (rc == CSPM_OK && t->list.count == 0)
        return pack_fail(r, t->pos, "expect is empty");
    for (uint32_t i = 0; rc == CSPM_OK && i < t->list.count; i++) {
        const cg_tree *item = t->list.items[i];
        if (!pairs) {
            rc = check_item_id(r, item, "an element of expect");
            continue;
        }
        rc = pack_need(r, item, CG_TREE_LIST, "an element of expect");
        if (rc == CSPM_OK && item->list.count != 2)
            rc = pack_fail(r, item->pos, "an element of expect must be [from, to]");
        for (uint32_t k = 0; rc == CSPM_OK && k < 2; k++)
            rc = check_item_id(r, item->list.items[k], "an element of expect");
    }
    return rc;
}

int32_t pack_example(pack_reader *r, const cg_tree *t, const char *field, const rule_entry *e)
{
    static const char *const keys[] = { "nodes", "edges", "expect", NULL };
    int32_t rc = pack_need(r, t, CG_TREE_MAP, field);
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, field, keys);
    const cg_tree *nodes = rc == CSPM_OK ? cg_tree_get(t, "nodes") : NULL, *edges = rc == CSPM_OK ? cg_tree_get(t, "edges") : NULL;
    if (rc == CSPM_OK && !nodes)
        return pack_fail(r, t->pos, "%s has no field \"nodes\"", field);
    if (rc == CSPM_OK)
        rc = pack_need(r, nodes, CG_TREE_LIST, "nodes");
    if (rc == CSPM_OK && nodes->list.count == 0)
        return pack_fail(r, nodes->pos, "nodes is empty");
    for (uint32_t i = 0; rc == CSPM_OK && i < nodes->list.count; i++)
        rc = check_node(r, nodes->list.items[i]);
    if (rc == CSPM_OK && edges)
        rc = pack_need(r, edges, CG_TREE_LIST, "edges");
    for (uint32_t i = 0; rc == CSPM_OK && edges && i < edges->list.count; i++)
        rc = check_edge(r, edges->list.items[i]);
    const cg_tree *expect = rc == CSPM_OK ? cg_tree_get(t, "expect") : NULL;
    if (expect && (cg_str_eq(cg_str_from(field), CG_STR("counter_example")) ||
                   (!e->match && !e->rule.n_match_labels && e->rule.form != CG_RULE_ACCESS)))
        return pack_fail(r, expect->pos, "expect belongs to the example of a rule that finds something");
    return expect ? check_expect(r, expect, e) : rc;
}

/* Offset of the next line start, or the length. */
static size_t next_line(cg_str text, size_t from)
{
    while (from < text.length && text.data[from] != '\n')
        from++;
    return from < text.length ? from + 1 : from;
}

cg_str rule_match_text(const rule_entry *e, cg_pos *base)
{
    cg_str text = e->pack->text, value = e->match->string;
    size_t at = (size_t)e->match->pos.offset;
    *base = e->match->pos;
    if (at >= text.length)
        return value;
    if (text.data[at] == '"' || text.data[at] == '\'') {
        base->offset++;
        base->column++;
        return value;
    }
    if (text.data[at] != '|')
        return value;
    /* A literal block: as many lines as its value has, as they stand in the file. */
    size_t from = next_line(text, at), to = from;
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] == '\n' || i + 1 == value.length)
            to = next_line(text, to);
    *base = (cg_pos){ .offset = from, .line = e->match->pos.line + 1, .column = 1 };
    return (cg_str){ text.data + from, to - from };
}
