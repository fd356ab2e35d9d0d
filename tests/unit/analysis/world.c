#include "world.h"

const char world_pack[] =
    "schema: cspmgraph/rule-pack/1\n"
    "pack: { id: world, version: 1.0.0, title: A small world }\n"
    "rules:\n"
    "  - id: kinds\n"
    "    form: edge-kind\n"
    "    title: Kinds\n"
    "    kinds:\n"
    "      - { kind: GO, likelihood: 0.9, technique: T1078, tactic: lateral-movement, verb: can enter }\n"
    "      - { kind: TRY, likelihood: 0.5 }\n"
    "      - { kind: MAYBE, likelihood: 0.8, verb: can perhaps enter }\n"
    "      - { kind: READ, gives: read, likelihood: 0.8, verb: can read }\n"
    "      - { kind: USE, needs: read, likelihood: 1.0, verb: opens }\n"
    "      - { kind: BLOCK, traversable: false }\n"
    "    example: { nodes: [{ id: a, kinds: [N] }, { id: b, kinds: [N] }], edges: [{ start: a, end: b, kind: GO }] }\n"
    "    counter_example: { nodes: [{ id: a, kinds: [N] }, { id: b, kinds: [N] }], edges: [{ start: a, end: b, kind: BLOCK }] }\n"
    "  - id: open\n"
    "    form: label\n"
    "    title: It is open\n"
    "    label: EntryPoint\n"
    "    risk_factor: Internet exposure\n"
    "    verb: can walk into\n"
    "    recommendation: close\n"
    "    match_labels: [Open, Wide]\n"
    "    example: { nodes: [{ id: a, kinds: [Open] }] }\n"
    "    counter_example: { nodes: [{ id: a, kinds: [N] }] }\n"
    "  - id: public\n"
    "    form: label\n"
    "    title: Anybody may read it\n"
    "    label: EntryPoint\n"
    "    verb: can read\n"
    "    gives: read\n"
    "    recommendation: hide\n"
    "    match_labels: [Public]\n"
    "    example: { nodes: [{ id: a, kinds: [Public] }] }\n"
    "    counter_example: { nodes: [{ id: a, kinds: [N] }] }\n"
    "  - id: hide\n"
    "    form: recommendation\n"
    "    title: Hide it\n"
    "    severity: High\n"
    "    remediation: Draw the curtain.\n"
    "    removes: { labels: [Public] }\n"
    "  - id: close\n"
    "    form: recommendation\n"
    "    title: Close the door\n"
    "    severity: High\n"
    "    remediation: Turn the key.\n"
    "    removes: { labels: [Open, Wide], kinds: [GO, TRY, MAYBE, READ, USE] }\n"
    "  - id: special\n"
    "    form: path\n"
    "    title: \"The way to {{target.name}} in {{length}}\"\n"
    "    priority: 50\n"
    "    severity: High\n"
    "    categories: [Data exposure]\n"
    "    target: [Jewel]\n"
    "    description: \"From {{entry.name}} to {{target.name}}.\"\n"
    "    impact: \"{{target.kind}} lost, {{entry.id}} not.\"\n"
    "    manual_steps: Think.\n"
    "    example: { nodes: [{ id: a, kinds: [Open] }, { id: b, kinds: [Jewel] }], edges: [{ start: a, end: b, kind: GO }] }\n"
    "    counter_example: { nodes: [{ id: a, kinds: [Open] }, { id: b, kinds: [Crown] }], edges: [{ start: a, end: b, kind: GO }] }\n"
    "  - id: tables\n"
    "    form: risk\n"
    "    title: Tables\n"
    "    alpha: 1.0\n"
    "    beta: 1.0\n"
    "    conditional_factor: 0.5\n"
    "    likelihood_default: 0.5\n"
    "    exposure: { default: 0.5, assume_breach: 0.4, labels: { Open: 0.8, Wide: 1.0 } }\n"
    "    criticality: { default: 0.2, labels: { Crown: 0.9, Jewel: 0.5 } }\n"
    "    thresholds: { critical: 70, high: 45, medium: 20 }\n"
    "    entries: [EntryPoint]\n"
    "    breach: [Inside]\n";

static cg_str word(cg_str *line)
{
    size_t end = 0;
    while (end < line->length && line->data[end] != ' ')
        end++;
    cg_str out = { line->data, end };
    size_t skip = end < line->length ? end + 1 : end;
    *line = (cg_str){ line->data + skip, line->length - skip };
    return out;
}

static int32_t add_properties(cg_builder *b, cg_str rest, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    while (rc == CSPM_OK && rest.length) {
        cg_str item = word(&rest);
        size_t equal = cg_str_find(item, CG_STR("="), 0);
        ck_assert_uint_ne(equal, SIZE_MAX);
        cg_str text = { item.data + equal + 1, item.length - equal - 1 };
        double number;
        cg_value v = cg_str_eq(text, CG_STR("true"))  ? cg_v_bool(true)
                     : cg_parse_double(text, &number) ? cg_v_float(number)
                                                      : cg_v_str(text);
        uint32_t key = cg_builder_key(b, item.data, equal);
        rc = key == CG_NO_NAME ? CSPM_E_NOMEM : cg_builder_set_prop(b, key, v, err);
    }
    return rc;
}

static int32_t add_line(cg_builder *b, const char *text, cspm_error **err)
{
    cg_str line = cg_str_from(text), what = word(&line), first = word(&line), second = word(&line);
    bool node = cg_str_eq(what, CG_STR("node"));
    int32_t rc = node ? cg_builder_begin_node(b, 0, err) : cg_builder_begin_edge(b, 0, err);
    if (rc != CSPM_OK)
        return rc;
    if (node) {
        rc = cg_builder_set_id(b, first.data, first.length, err);
        for (size_t from = 0; rc == CSPM_OK && from < second.length;) {
            size_t comma = cg_str_find(second, CG_STR(","), from), end = comma == SIZE_MAX ? second.length : comma;
            uint32_t label = cg_builder_label(b, second.data + from, end - from);
            rc = label == CG_NO_NAME ? CSPM_E_NOMEM : cg_builder_add_label(b, label, err);
            from = end + 1;
        }
    } else {
        cg_str to = word(&line);
        rc = cg_builder_set_from(b, first.data, first.length, err);
        if (rc == CSPM_OK)
            rc = cg_builder_set_to(b, to.data, to.length, err);
        uint32_t kind = cg_builder_kind(b, second.data, second.length);
        if (kind == CG_NO_NAME)
            rc = rc == CSPM_OK ? CSPM_E_NOMEM : rc;
        else
            cg_builder_set_kind(b, kind);
    }
    if (rc == CSPM_OK)
        rc = add_properties(b, line, err);
    return rc == CSPM_OK ? cg_builder_end_item(b, err) : rc;
}

static int32_t inventory(world *w, const char *const *lines, size_t n, cg_graph **out, cspm_error **err)
{
    cg_builder *b = NULL;
    cspm_limits limits = { .struct_size = sizeof limits };
    int32_t rc = cg_builder_new(w->mem, &limits, &b, err);
    if (rc != CSPM_OK)
        return rc;
    rc = cg_builder_begin_source(b, &(cg_source_options){ .name = CG_STR("world"), .dialect = CG_STR("test") }, err);
    for (size_t i = 0; i < n && rc == CSPM_OK; i++)
        rc = add_line(b, lines[i], err);
    if (rc == CSPM_OK)
        rc = cg_builder_freeze(b, NULL, out, err);
    cg_builder_free(b);
    return rc;
}

int32_t world_try(world *w, const cspm_allocator *allocator, const char *pack, const char *const *lines, size_t n, cspm_error **err)
{
    cg_graph *g = NULL;
    *w = (world){ .mem = cg_mem_new(allocator, 0), .o = { .now = NOW } };
    if (!w->mem)
        return CSPM_E_NOMEM;
    int32_t rc = inventory(w, lines, n, &g, err);
    if (rc == CSPM_OK)
        rc = cg_ruleset_new(w->mem, &w->rules, err);
    if (rc == CSPM_OK)
        rc = cg_ruleset_add_text(w->rules, cg_str_from(pack), CG_STR("world.yaml"), err);
    if (rc == CSPM_OK)
        rc = cg_ruleset_seal(w->rules, err);
    if (rc == CSPM_OK)
        rc = cg_rules_derive(w->rules, g, &(cg_derive_options){ .now = NOW }, NULL, &w->g, err);
    if (g)
        cg_graph_unref(g);
    if (rc == CSPM_OK)
        rc = cg_request_new(w->mem, &w->request, err);
    return rc;
}

void world_make(world *w, const cspm_allocator *allocator, const char *pack, const char *const *lines, size_t n)
{
    cspm_error *err = NULL;
    int32_t rc = world_try(w, allocator, pack, lines, n, &err);
    ck_assert_msg(rc == CSPM_OK, "%d: %s", rc, err ? cspm_error_text(err, NULL) : "");
}

void world_free(world *w)
{
    if (!w->mem)
        return;
    if (w->request)
        cg_request_unref(w->request);
    if (w->rules)
        cg_ruleset_unref(w->rules);
    if (w->g)
        cg_graph_unref(w->g);
    cg_mem_unref(w->mem);
    *w = (world){ 0 };
}

int32_t world_try_analyze(world *w, cspm_op *op, cg_analysis **out, cspm_error **err)
{
    cg_request_set_options(w->request, &w->o);
    return cg_analyze(w->g, w->rules, w->request, op, out, err);
}

cg_analysis *world_analyze(world *w)
{
    cspm_error *err = NULL;
    cg_analysis *a = NULL;
    int32_t rc = world_try_analyze(w, NULL, &a, &err);
    ck_assert_msg(rc == CSPM_OK, "%d: %s", rc, err ? cspm_error_text(err, NULL) : "");
    ck_assert_ptr_null(err);
    return a;
}

cg_node world_node(const world *w, const char *id)
{
    cg_node n = cg_node_find(w->g, id, strlen(id));
    ck_assert_msg(n != CG_NO_NODE, "no node %s", id);
    return n;
}

const cg_attack_path *world_path(const world *w, const cg_analysis *a, const char *entry, const char *target)
{
    for (uint32_t i = 0; i < a->n_listed; i++)
        if (a->paths[i].entry == world_node(w, entry) && a->paths[i].target == world_node(w, target))
            return &a->paths[i];
    return NULL;
}

void expect_error(int32_t rc, int32_t code, cspm_error **err, const char *fragment)
{
    ck_assert_ptr_nonnull(*err);
    const char *message = cspm_error_message(*err, NULL);
    ck_assert_msg(rc == code, "%d instead of %d: %s", rc, code, message);
    ck_assert_msg(strstr(message, fragment) != NULL, "\"%s\" does not say \"%s\"", message, fragment);
    cspm_error_free(*err);
    *err = NULL;
}
