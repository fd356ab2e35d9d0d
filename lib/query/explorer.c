#include "query/explorer.h"

#define MAX_DEPTH 64u /* of the JSON */
#define MAX_NODES 64u /* resources of one query */

typedef struct import {
    cg_mem *mem;
    cg_arena arena;
    cg_tree *names;
    cg_buf *out;
    cspm_error **err;
    int32_t status;
    uint32_t n_nodes;
    CG_VEC(uint32_t) shown; /* resources that are columns of the answer */
} import;

/* ---- errors ---- */

static int32_t fail(import *x, const cg_tree *at, const char *detail, const char *format, ...) __attribute__((format(printf, 4, 5)));
static int32_t fail(import *x, const cg_tree *at, const char *detail, const char *format, ...)
{
    cg_buf message;
    va_list args;
    if (x->status < 0)
        return x->status;
    cg_buf_init(&message, x->mem, 4096);
    va_start(args, format);
    cg_buf_vprintf(&message, format, args);
    va_end(args);
    cspm_error *local = NULL, **to = x->err ? x->err : &local;
    x->status =
        cg_fail_at(x->mem, to, CSPM_E_QUERY, CG_STR("explorer link"), at ? at->pos : (cg_pos){ 0 }, "%.*s", CG_FMT(cg_buf_view(&message)));
    if (*to)
        cg_error_set_class(*to, "bind", detail);
    cspm_error_free(local);
    cg_buf_free(&message);
    return x->status;
}

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static char low(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Equal when blanks, punctuation and case are left out. */
static bool same_name(cg_str a, cg_str b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.length && !word_char(a.data[i]))
            i++;
        while (k < b.length && !word_char(b.data[k]))
            k++;
        if (i == a.length || k == b.length)
            return i == a.length && k == b.length;
        if (low(a.data[i++]) != low(b.data[k++]))
            return false;
    }
}

static const cg_tree *known(const import *x, const char *section, cg_str name)
{
    const cg_tree *table = cg_tree_get(x->names, section);
    for (uint32_t i = 0; table && i < table->map.count; i++) {
        if (same_name(table->map.keys[i], name))
            return table->map.values[i];
    }
    return NULL;
}

/* ---- reading the JSON ---- */

static cg_str text_of(const cg_tree *t, const char *key)
{
    return cg_tree_string(cg_tree_get(t, key));
}

/* {"type": <type>, "properties": {...}} */
static const cg_tree *properties_of(import *x, const cg_tree *t, const cg_tree *parent, const char *type)
{
    const cg_tree *p = cg_tree_get(t, "properties");
    if (!t || t->type != CG_TREE_MAP || !p || p->type != CG_TREE_MAP || (type && !cg_str_eq(text_of(t, "type"), cg_str_from(type)))) {
        fail(x, t ? t : parent, "InvalidLink", "expected an object of type \"%s\" with properties", type ? type : "...");
        return NULL;
    }
    return p;
}

static const cg_tree *list_of(import *x, const cg_tree *t, const char *key)
{
    const cg_tree *list = cg_tree_get(t, key);
    if (list && list->type == CG_TREE_LIST)
        return list;
    fail(x, list ? list : t, "InvalidLink", "expected a list \"%s\"", key);
    return NULL;
}

/* ---- parts of the query ---- */

static uint32_t new_node(import *x, const cg_tree *at)
{
    if (x->n_nodes >= MAX_NODES)
        fail(x, at, "InvalidLink", "more than %u resources in one query", MAX_NODES);
    return x->n_nodes++;
}

static void write_node(import *x, uint32_t n)
{
    cg_buf_printf(x->out, n ? "n%u" : "n", n);
}

/* (n:A|B): any of the sources. */
static int32_t write_sources(import *x, const cg_tree *datasource, uint32_t node)
{
    const cg_tree *p = properties_of(x, datasource, datasource, "datasource"), *sources = p ? list_of(x, p, "sources") : NULL;
    if (!sources)
        return x->status;
    if (!sources->list.count)
        return fail(x, sources, "InvalidLink", "a query needs at least one resource type");
    cg_buf_char(x->out, '(');
    write_node(x, node);
    for (uint32_t i = 0; i < sources->list.count; i++) {
        const cg_tree *s = sources->list.items[i], *inner = properties_of(x, s, sources, NULL);
        bool family = cg_str_eq(text_of(s, "type"), CG_STR("family"));
        cg_str name = inner ? text_of(inner, "source") : CG_STR_NULL;
        if (!inner)
            return x->status;
        if (!family && !cg_str_eq(text_of(s, "type"), CG_STR("entity")))
            return fail(x, s, "InvalidLink", "a source is an \"entity\" or a \"family\"");
        const cg_tree *labels = known(x, family ? "families" : "entities", name);
        if (!labels)
            return fail(x, cg_tree_get(inner, "source"), family ? "UnknownFamily" : "UnknownEntity", "no %s \"%.*s\" is known",
                        family ? "family of resources" : "resource type", CG_FMT(name));
        cg_str text = cg_tree_string(labels);
        bool alone = sources->list.count == 1;
        cg_buf_adds(x->out, i ? "|" : ":");
        cg_buf_adds(x->out, alone ? "" : "(");
        cg_buf_str(x->out, text);
        cg_buf_adds(x->out, alone ? "" : ")");
    }
    cg_buf_char(x->out, ')');
    return x->status;
}

static const cg_tree *condition_group(import *x, const cg_tree *datasource)
{
    const cg_tree *p = cg_tree_get(datasource, "properties"), *group = p ? cg_tree_get(p, "conditions") : NULL;
    return group && group->type != CG_TREE_NULL ? group : NULL;
}

/* Hops of a connection as written, or from its other end. */
static int32_t write_hops(import *x, const cg_tree *connection)
{
    cg_str name = text_of(connection, "name"), direction = text_of(connection, "direction");
    const cg_tree *hops = known(x, "connections", name), *other = hops ? NULL : known(x, "inverses", name);
    bool back = other != NULL;
    if (other)
        hops = known(x, "connections", cg_tree_string(other));
    if (!hops)
        return fail(x, cg_tree_get(connection, "name") ? cg_tree_get(connection, "name") : connection, "UnknownConnection",
                    "no connection \"%.*s\" is known", CG_FMT(name));
    if (cg_str_eq_nocase(direction, CG_STR("incoming")))
        back = !back;
    else if (direction.length && !cg_str_eq_nocase(direction, CG_STR("outgoing")))
        return fail(x, cg_tree_get(connection, "direction"), "InvalidLink", "a direction is \"outgoing\" or \"incoming\"");
    for (uint32_t i = 0; i < hops->list.count; i++) {
        cg_str kinds = cg_tree_string(hops->list.items[back ? hops->list.count - 1 - i : i]);
        cg_buf_printf(x->out, "%s%s[:%.*s]%s", i ? "()" : "", back ? "<-" : "-", CG_FMT(kinds), back ? "-" : "->");
    }
    return x->status;
}

static int32_t write_insight(import *x, const cg_tree *p, uint32_t node)
{
    static const cg_str mark = { "NODE", 4 };
    cg_str name = text_of(p, "name"), text;
    const cg_tree *insight = known(x, "insights", name);
    if (!insight)
        return fail(x, cg_tree_get(p, "name") ? cg_tree_get(p, "name") : p, "UnknownInsight", "no insight \"%.*s\" is known", CG_FMT(name));
    text = cg_tree_string(insight);
    for (size_t from = 0;;) {
        size_t at = cg_str_find(text, mark, from);
        cg_buf_add(x->out, text.data + from, (at == SIZE_MAX ? text.length : at) - from);
        if (at == SIZE_MAX)
            return x->status;
        write_node(x, node);
        from = at + mark.length;
    }
}

static int32_t write_group(import *x, const cg_tree *group, uint32_t node);

static int32_t write_exists(import *x, const cg_tree *p, uint32_t node)
{
    const cg_tree *target = cg_tree_get(p, "target"), *group = condition_group(x, target);
    uint32_t other = new_node(x, p);
    cg_buf_adds(x->out, "EXISTS { MATCH (");
    write_node(x, node);
    cg_buf_char(x->out, ')');
    if (write_hops(x, p) < 0 || write_sources(x, target, other) < 0)
        return x->status;
    if (group) {
        cg_buf_adds(x->out, " WHERE ");
        if (write_group(x, group, other) < 0)
            return x->status;
    }
    cg_buf_adds(x->out, " }");
    return x->status;
}

static int32_t write_condition(import *x, const cg_tree *c, uint32_t node)
{
    cg_str type = text_of(c, "type");
    if (cg_str_eq(type, CG_STR("conditiongroup")))
        return write_group(x, c, node);
    const cg_tree *p = properties_of(x, c, c, NULL);
    if (!p)
        return x->status;
    if (cg_str_eq(type, CG_STR("connection")))
        return write_exists(x, p, node);
    if (cg_str_eq(type, CG_STR("insights")) || cg_str_eq(type, CG_STR("insight")))
        return write_insight(x, p, node);
    return fail(x, cg_tree_get(c, "type"), "UnknownCondition", "no condition of type \"%.*s\" is known", CG_FMT(type));
}

/* and = 0, or = 1, negative error */
static int group_operator(import *x, const cg_tree *group, const cg_tree **conditions)
{
    const cg_tree *p = properties_of(x, group, group, "conditiongroup");
    *conditions = p ? list_of(x, p, "conditions") : NULL;
    if (!*conditions)
        return -1;
    cg_str op = text_of(p, "operator");
    bool any = cg_str_eq_nocase(op, CG_STR("or"));
    if (!any && op.length && !cg_str_eq_nocase(op, CG_STR("and"))) {
        fail(x, cg_tree_get(p, "operator"), "InvalidLink", "an operator is \"and\" or \"or\"");
        return -1;
    }
    return any;
}

static int32_t write_group(import *x, const cg_tree *group, uint32_t node)
{
    const cg_tree *list;
    int any = group_operator(x, group, &list);
    if (any < 0)
        return x->status;
    if (!list->list.count)
        cg_buf_adds(x->out, any ? "false" : "true");
    cg_buf_adds(x->out, list->list.count > 1 ? "(" : "");
    for (uint32_t i = 0; i < list->list.count && x->status >= 0; i++) {
        cg_buf_adds(x->out, !i ? "" : any ? " OR " : " AND ");
        write_condition(x, list->list.items[i], node);
    }
    cg_buf_adds(x->out, list->list.count > 1 ? ")" : "");
    return x->status;
}

static bool is_connection(const cg_tree *c)
{
    return cg_str_eq(text_of(c, "type"), CG_STR("connection"));
}

/* Conditions that must all hold: connections become patterns of their own, whose resources are part of the answer. */
static int32_t write_conditions(import *x, const cg_tree *group, uint32_t node)
{
    const cg_tree *list;
    int any = group ? group_operator(x, group, &list) : 0;
    bool where = false;
    if (!group || any < 0)
        return x->status;
    if (any) {
        cg_buf_adds(x->out, "\nWHERE ");
        return write_group(x, group, node);
    }
    for (uint32_t i = 0; i < list->list.count && x->status >= 0; i++) {
        if (is_connection(list->list.items[i]))
            continue;
        cg_buf_adds(x->out, where ? " AND " : "\nWHERE ");
        where = true;
        write_condition(x, list->list.items[i], node);
    }
    for (uint32_t i = 0; i < list->list.count && x->status >= 0; i++) {
        const cg_tree *c = list->list.items[i], *p = is_connection(c) ? properties_of(x, c, list, NULL) : NULL;
        if (!p)
            continue;
        uint32_t other = new_node(x, p);
        cg_buf_adds(x->out, "\nMATCH (");
        write_node(x, node);
        cg_buf_char(x->out, ')');
        if (write_hops(x, p) < 0 || write_sources(x, cg_tree_get(p, "target"), other) < 0)
            return x->status;
        if (!cg_vec_push(x->mem, &x->shown, other))
            return x->status = cg_nomem(x->mem, x->err);
        write_conditions(x, condition_group(x, cg_tree_get(p, "target")), other);
    }
    return x->status;
}

static int32_t write_query(import *x, const cg_tree *root)
{
    const cg_tree *p = properties_of(x, root, root, "securitygraphquery"), *version = root ? cg_tree_get(root, "version") : NULL;
    if (!p)
        return x->status;
    if (!version || version->type != CG_TREE_INT || version->integer != 2)
        return fail(x, version ? version : root, "InvalidLink", "only version 2 of explorer links is known");
    const cg_tree *source = cg_tree_get(p, "source");
    uint32_t first = new_node(x, root);
    cg_buf_adds(x->out, "MATCH ");
    if (write_sources(x, source, first) < 0 || write_conditions(x, condition_group(x, source), first) < 0)
        return x->status;
    cg_buf_adds(x->out, "\nRETURN DISTINCT elementId(n) AS resource, n.name AS name, labels(n)[0] AS type");
    for (size_t i = 0; i < x->shown.count; i++)
        cg_buf_printf(x->out, ", elementId(n%u) AS connected_%zu", x->shown.data[i], i + 1);
    cg_buf_adds(x->out, "\nORDER BY resource");
    for (size_t i = 0; i < x->shown.count; i++)
        cg_buf_printf(x->out, ", connected_%zu", i + 1);
    cg_buf_char(x->out, '\n');
    return x->status;
}

/* ---- the link ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : low(c) >= 'a' && low(c) <= 'f' ? low(c) - 'a' + 10 : -1;
}

/* The JSON at the end of a URL, decoded; any other text is taken as it is. */
static bool json_of(cg_str link, cg_buf *out)
{
    size_t at = 0;
    while (at < link.length && (link.data[at] == ' ' || (link.data[at] >= 9 && link.data[at] <= 13)))
        at++;
    cg_str rest = { link.data + at, link.length - at };
    if (!cg_str_starts(rest, CG_STR("http://")) && !cg_str_starts(rest, CG_STR("https://"))) {
        cg_buf_str(out, rest);
        return !out->failed;
    }
    size_t encoded = cg_str_find(rest, CG_STR("%7B"), 0), small = cg_str_find(rest, CG_STR("%7b"), 0),
           plain = cg_str_find(rest, CG_STR("{"), 0);
    size_t from = encoded < small ? encoded : small;
    from = plain < from ? plain : from;
    for (size_t i = from; from != SIZE_MAX && i < rest.length; i++) {
        int high = rest.data[i] == '%' && i + 2 < rest.length ? hex(rest.data[i + 1]) : -1, last = high >= 0 ? hex(rest.data[i + 2]) : -1;
        if (rest.data[i] == ' ' || (rest.data[i] >= 9 && rest.data[i] <= 13))
            break;
        cg_buf_char(out, last >= 0 ? (char)(high * 16 + last) : rest.data[i]);
        i += last >= 0 ? 2 : 0;
    }
    return !out->failed;
}

int32_t cg_explorer_to_query(cg_mem *mem, cg_str link, cg_buf *out, cspm_error **err)
{
    static const cg_json_limits limits = { .max_depth = MAX_DEPTH, .max_input_bytes = 1u << 20 };
import x = {.mem = mem, .out = out, .err = err };
    cg_tree *root = NULL;
    cg_buf json;
    cg_arena_init(&x.arena, mem);
    cg_buf_init(&json, mem, 0);
    x.status = json_of(link, &json) ? CSPM_OK : cg_nomem(mem, err);
    if (x.status >= 0)
        x.status = cg_tree_from_yaml(&x.arena, cg_explorer_names, CG_STR("explorer.yaml"), NULL, &x.names, err);
    if (x.status >= 0)
        x.status = cg_tree_from_json(&x.arena, cg_buf_view(&json), CG_STR("explorer link"), &limits, &root, err);
    if (x.status >= 0)
        write_query(&x, root);
    if (x.status >= 0 && out->failed)
        x.status = cg_nomem(mem, err);
    cg_vec_free(mem, &x.shown);
    cg_buf_free(&json);
    cg_arena_free(&x.arena);
    return x.status;
}
