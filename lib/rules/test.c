/* Every rule proves itself on its own two small graphs: it must find something in one and nothing in the other. */
#include "graph/builder.h"
#include "rules/set.h"

typedef struct trial {
    const cg_ruleset *rs;
    cg_mem *mem;
    cspm_op *op;
    cg_buf *report;
    cspm_error **err;
} trial;

/* ---- example to graph ---- */

static void id_text(const cg_tree *t, cg_buf *out)
{
    cg_buf_clear(out);
    if (t->type == CG_TREE_INT)
        cg_buf_int(out, t->integer);
    else
        cg_buf_str(out, t->string);
}

static cg_value scalar(const cg_tree *t)
{
    switch (t->type) {
    case CG_TREE_BOOL:
        return cg_v_bool(t->boolean);
    case CG_TREE_INT:
        return cg_v_int(t->integer);
    case CG_TREE_FLOAT:
        return cg_v_float(t->real);
    case CG_TREE_STRING:
        return cg_v_str(t->string);
    default:
        return cg_v_null();
    }
}

static int32_t set_property(trial *t, cg_builder *b, cg_str name, const cg_tree *v)
{
    uint32_t key = cg_builder_key(b, name.data, name.length);
    if (key == CG_NO_NAME)
        return cg_nomem(t->mem, t->err);
    if (v->type != CG_TREE_LIST)
        return cg_builder_set_prop(b, key, scalar(v), t->err);
    cg_list *list = cg_alloc(t->mem, sizeof *list + v->list.count * sizeof *list->items);
    if (!list)
        return cg_nomem(t->mem, t->err);
    list->count = v->list.count;
    for (uint32_t i = 0; i < list->count; i++)
        list->items[i] = scalar(v->list.items[i]);
    int32_t rc = cg_builder_set_prop(b, key, (cg_value){ .type = CG_LIST, .list = list }, t->err);
    cg_free(t->mem, list);
    return rc;
}

static int32_t set_properties(trial *t, cg_builder *b, const cg_tree *item)
{
    const cg_tree *map = cg_tree_get(item, "properties");
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && map && i < map->map.count; i++)
        rc = set_property(t, b, map->map.keys[i], map->map.values[i]);
    return rc;
}

static int32_t add_node(trial *t, cg_builder *b, const cg_tree *node, cg_buf *text)
{
    const cg_tree *kinds = cg_tree_get(node, "kinds");
    int32_t rc = cg_builder_begin_node(b, node->pos.offset, t->err);
    id_text(cg_tree_get(node, "id"), text);
    if (rc == CSPM_OK)
        rc = text->failed ? cg_nomem(t->mem, t->err) : cg_builder_set_id(b, text->data, text->length, t->err);
    for (uint32_t i = 0; rc == CSPM_OK && kinds && i < kinds->list.count; i++) {
        uint32_t label = cg_builder_label(b, kinds->list.items[i]->string.data, kinds->list.items[i]->string.length);
        rc = label == CG_NO_NAME ? cg_nomem(t->mem, t->err) : cg_builder_add_label(b, label, t->err);
    }
    if (rc == CSPM_OK)
        rc = set_properties(t, b, node);
    return rc == CSPM_OK ? cg_builder_end_item(b, t->err) : rc;
}

static int32_t add_edge(trial *t, cg_builder *b, const cg_tree *edge, cg_buf *text)
{
    cg_str name = cg_tree_string(cg_tree_get(edge, "kind"));
    uint32_t kind = cg_builder_kind(b, name.data, name.length);
    int32_t rc = kind == CG_NO_NAME ? cg_nomem(t->mem, t->err) : cg_builder_begin_edge(b, edge->pos.offset, t->err);
    if (rc == CSPM_OK)
        cg_builder_set_kind(b, kind);
    id_text(cg_tree_get(edge, "start"), text);
    if (rc == CSPM_OK)
        rc = text->failed ? cg_nomem(t->mem, t->err) : cg_builder_set_from(b, text->data, text->length, t->err);
    id_text(cg_tree_get(edge, "end"), text);
    if (rc == CSPM_OK)
        rc = text->failed ? cg_nomem(t->mem, t->err) : cg_builder_set_to(b, text->data, text->length, t->err);
    if (rc == CSPM_OK)
        rc = set_properties(t, b, edge);
    return rc == CSPM_OK ? cg_builder_end_item(b, t->err) : rc;
}

static int32_t build_graph(trial *t, const rule_entry *e, const cg_tree *example, cg_graph **out)
{
    cg_source_options source = { .name = e->rule.source, .dialect = CG_STR("example") };
    const cg_tree *nodes = cg_tree_get(example, "nodes"), *edges = cg_tree_get(example, "edges");
    cg_builder *b = NULL;
    cg_buf text;
    cg_buf_init(&text, t->mem, 0);
    int32_t rc = cg_builder_new(t->mem, NULL, &b, t->err);
    if (rc == CSPM_OK)
        rc = cg_builder_begin_source(b, &source, t->err);
    for (uint32_t i = 0; rc == CSPM_OK && i < nodes->list.count; i++)
        rc = add_node(t, b, nodes->list.items[i], &text);
    for (uint32_t i = 0; rc == CSPM_OK && edges && i < edges->list.count; i++)
        rc = add_edge(t, b, edges->list.items[i], &text);
    if (rc == CSPM_OK)
        rc = cg_builder_freeze(b, t->op, out, t->err);
    cg_builder_free(b);
    cg_buf_free(&text);
    return rc;
}

/* ---- what a rule without a pattern finds ---- */

/* The first node is the entry, the last the target, the relationships are the steps. */
static uint32_t find_path(trial *t, const rule_entry *e, const cg_tree *example, const cg_graph *g, cg_buf *text)
{
    const cg_tree *nodes = cg_tree_get(example, "nodes");
    const cg_rule *rule = &e->rule;
    cg_node ends[2];
    for (uint32_t i = 0; i < 2; i++) {
        id_text(cg_tree_get(nodes->list.items[i ? nodes->list.count - 1 : 0], "id"), text);
        ends[i] = text->failed ? CG_NO_NODE : cg_node_find(g, text->data, text->length);
        if (ends[i] == CG_NO_NODE)
            return 0;
    }
    bool steps = rule->n_step_kinds == 0;
    for (uint32_t i = 0; i < rule->n_step_kinds; i++) {
        uint32_t kind = cg_name_find(g, CG_NAMES_KIND, rule->step_kinds[i]);
        steps |= kind != CG_NO_NAME && cg_kind_count(g, kind) > 0;
    }
    return steps && cg_rule_labels_fit(g, ends[0], rule->entry_labels, rule->n_entry_labels) &&
           cg_rule_labels_fit(g, ends[1], rule->target_labels, rule->n_target_labels);
}

/* A table finds a relationship whose kind it lists as traversable as its first kind: tables of harmless kinds are tried on harmless ones.
 */
static uint32_t find_kinds(trial *t, const rule_entry *e, const cg_graph *g)
{
    uint32_t found = 0;
    for (size_t i = 0; i < e->pack->rules.count; i++) {
        const cg_rule *rule = &e->pack->rules.data[i]->rule;
        uint32_t kind = cg_str_eq(rule->table_id, e->rule.table_id) ? cg_name_find(g, CG_NAMES_KIND, rule->edge_kind) : CG_NO_NAME;
        found += kind != CG_NO_NAME && rule->traversable == e->rule.traversable && cg_kind_count(g, kind) > 0;
    }
    return found;
}

/* ---- verdict ---- */

static void report_line(trial *t, const rule_entry *e, const cg_tree *example, const char *which)
{
    cg_str id = e->rule.table_id.length ? e->rule.table_id : e->rule.id;
    cg_buf_printf(t->report, "%.*s:%u:%u: %.*s: %s ", CG_FMT(e->rule.source), (unsigned)example->pos.line, (unsigned)example->pos.column,
                  CG_FMT(id), which);
}

static bool fact_is(const trial *t, const cg_graph *g, const rule_fact *fact, const cg_tree *expected, cg_buf *text)
{
    bool pair = expected->type == CG_TREE_LIST;
    for (uint32_t i = 0; i < (pair ? 2u : 1u); i++) {
        id_text(pair ? expected->list.items[i] : expected, text);
        cg_str id = cg_node_id(g, i ? fact->b : fact->a);
        if (text->failed || !cg_str_eq(id, cg_buf_view(text)))
            return false;
    }
    return true;
}

static void write_expected(trial *t, const cg_tree *expected)
{
    cg_tree_write_json(t->report, expected);
}

static bool as_expected(trial *t, const rule_entry *e, const cg_tree *example, const cg_graph *g, const rule_facts *facts, cg_buf *text)
{
    const cg_tree *expect = cg_tree_get(example, "expect");
    bool good = true;
    for (uint32_t i = 0; expect && i < expect->list.count; i++) {
        bool found = false;
        for (size_t k = 0; k < facts->list.count && !found; k++)
            found = fact_is(t, g, &facts->list.data[k], expect->list.items[i], text);
        if (found)
            continue;
        good = false;
        report_line(t, e, example, "example");
        cg_buf_adds(t->report, "does not find ");
        write_expected(t, expect->list.items[i]);
        cg_buf_char(t->report, '\n');
    }
    if (good && expect && facts->list.count != expect->list.count) {
        good = false;
        report_line(t, e, example, "example");
        cg_buf_printf(t->report, "finds %llu facts, %u are expected\n", (unsigned long long)facts->list.count,
                      (unsigned)expect->list.count);
    }
    return good;
}

static int32_t try_example(trial *t, const rule_entry *e, const cg_tree *example, bool positive, bool *good)
{
    cg_graph *g = NULL;
    rule_facts facts;
    uint64_t found = 0;
    cg_buf text;
    cg_buf_init(&text, t->mem, 0);
    rule_facts_init(&facts, t->mem);
    int32_t rc = build_graph(t, e, example, &g);
    bool finds = rule_finds(e) || e->rule.form == CG_RULE_ACCESS;
    if (rc == CSPM_OK && finds) {
        rc = rule_finds(e) ? rule_find(e, g, 0, t->op, &facts, t->err) : rule_find_access(e, g, t->op, &facts, t->err);
        found = facts.list.count;
    } else if (rc == CSPM_OK) {
        found = e->rule.form == CG_RULE_PATH ? find_path(t, e, example, g, &text) : find_kinds(t, e, g);
    }
    if (rc == CSPM_OK && positive != (found > 0)) {
        *good = false;
        report_line(t, e, example, positive ? "example" : "counter_example");
        cg_buf_adds(t->report, positive ? "is not found\n" : "is found\n");
    } else if (rc == CSPM_OK && positive && finds) {
        *good &= as_expected(t, e, example, g, &facts, &text);
    }
    if (rc == CSPM_OK && (text.failed || t->report->failed))
        rc = cg_nomem(t->mem, t->err);
    rule_facts_free(&facts, t->mem);
    cg_graph_unref(g);
    cg_buf_free(&text);
    return rc;
}

/* A broken example is a failed test of that rule, not the end of the run; lack of memory and a stop are. */
static int32_t try_rule(trial *t, const rule_entry *e, bool *good)
{
    const cg_tree *examples[2] = { e->example, e->counter_example };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < 2; i++) {
        cspm_error *local = NULL, **outer = t->err;
        t->err = &local;
        rc = try_example(t, e, examples[i], i == 0, good);
        t->err = outer;
        bool fatal = rc == CSPM_E_NOMEM || rc == CSPM_E_LIMIT || rc == CSPM_E_CANCELLED || rc == CSPM_E_TIMEOUT || rc == CSPM_E_INTERNAL;
        if (rc != CSPM_OK && !fatal) {
            *good = false;
            report_line(t, e, examples[i], i ? "counter_example" : "example");
            size_t length = 0;
            const char *message = local ? cspm_error_message(local, &length) : "failed";
            cg_buf_printf(t->report, "%s\n", message);
            rc = t->report->failed ? cg_nomem(t->mem, t->err) : CSPM_OK;
        }
        if (rc != CSPM_OK && local && outer && !*outer)
            *outer = local;
        else
            cspm_error_free(local);
    }
    return rc;
}

int32_t cg_rules_test(const cg_ruleset *rs, cspm_op *op, cg_buf *report, uint32_t *passed, uint32_t *failed, cspm_error **err)
{
    trial t = { .rs = rs, .mem = rs->mem, .op = op, .report = report, .err = err };
    int32_t rc = rs->sealed ? CSPM_OK : cg_fail(rs->mem, err, CSPM_E_INVALID, "the rule set is not sealed");
    uint32_t good = 0, bad = 0;
    for (uint32_t i = 0; rc == CSPM_OK && i < rs->n_rules; i++) {
        const rule_entry *e = rs->rules[i];
        bool fine = true;
        if (!e->example || (e->rule.form == CG_RULE_EDGE_KIND && !e->first_of_table))
            continue;
        rc = try_rule(&t, e, &fine);
        good += rc == CSPM_OK && fine;
        bad += rc == CSPM_OK && !fine;
    }
    *passed = good;
    *failed = bad;
    return rc;
}
