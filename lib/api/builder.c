/* Builder: inputs in, security graph out. */
#include "cspmgraph/graph.h"

#include "api/api.h"

#include "graph/builder.h"
#include "graph/layer.h"
#include "graph/snapshot.h"
#include "ingest/ingest.h"
#include "rules/rules.h"

int32_t cspm_builder_new(cspm_context *context, cspm_builder **out, cspm_error **err)
{
    if (!out)
        return CSPM_E_INVALID;
    *out = NULL;
    API_CHECK(NULL, context, err, "context is NULL");
    return cg_builder_new(context->mem, cg_mem_limits(context->mem), out, err);
}

static int32_t ingest_options(cspm_builder *builder, const char *format, const cspm_load_options *options, cg_ingest_options *out,
                              cspm_error **err)
{
    cspm_load_options known;
    if (!api_sized(&known, sizeof known, options))
        return cg_fail(cg_builder_mem(builder), err, CSPM_E_ABI, "cspm_load_options has fields this library does not know");
    *out =
        (cg_ingest_options){ .format = api_str(format, CSPM_NUL), .flags = known.flags & CSPM_LOAD_KEEP_GOING ? CG_INGEST_KEEP_GOING : 0 };
    return CSPM_OK;
}

int32_t cspm_builder_add_path(cspm_builder *builder, const char *path, size_t path_length, const char *format,
                              const cspm_load_options *options, cspm_op *op, cspm_error **err)
{
    cg_ingest_options known;
    if (!builder)
        return CSPM_E_INVALID;
    cg_mem *mem = cg_builder_mem(builder);
    API_CHECK(mem, path, err, "path is NULL");
    cg_str text = api_str(path, path_length);
    API_CHECK(mem, !memchr(text.data, 0, text.length), err, "path contains a NUL byte");
    int32_t rc = ingest_options(builder, format, options, &known, err);
    if (rc != CSPM_OK)
        return rc;
    cg_arena arena;
    cg_arena_init(&arena, mem);
    char *copy = cg_arena_strndup(&arena, text.data, text.length);
    rc = copy ? cg_ingest_path(builder, copy, &known, op, err) : cg_nomem(mem, err);
    cg_arena_free(&arena);
    return rc;
}

int32_t cspm_builder_add_buffer(cspm_builder *builder, const void *data, size_t length, const char *name, const char *format,
                                const cspm_load_options *options, cspm_op *op, cspm_error **err)
{
    cg_ingest_options known;
    if (!builder)
        return CSPM_E_INVALID;
    API_CHECK(cg_builder_mem(builder), data || length == 0, err, "data is NULL");
    int32_t rc = ingest_options(builder, format, options, &known, err);
    return rc == CSPM_OK ? cg_ingest_bytes(builder, data, length, name ? api_str(name, CSPM_NUL) : CG_STR("buffer"), &known, op, err) : rc;
}

/* The host's own nodes and edges come from one source of their own, in which equal edges stay apart. */
static int32_t host_source(cspm_builder *b, cspm_error **err)
{
    cg_source_options o = { .name = CG_STR("host"), .dialect = CG_STR("host"), .rank = 100 };
    return cg_builder_begin_source(b, &o, err);
}

static int32_t parse_map(cg_arena *arena, const char *json, size_t length, const char *what, cg_tree **out, cspm_error **err)
{
    *out = NULL;
    cg_str text = api_str(json, length);
    if (!text.data || text.length == 0)
        return CSPM_OK;
    int32_t rc = cg_tree_from_json(arena, text, cg_str_from(what), NULL, out, err);
    if (rc == CSPM_OK && (*out)->type == CG_TREE_NULL)
        *out = NULL;
    if (rc == CSPM_OK && *out && (*out)->type != CG_TREE_MAP)
        return cg_fail_at(arena->mem, err, CSPM_E_INVALID, cg_str_from(what), (*out)->pos, "expected a JSON object");
    return rc;
}

static int32_t add_props(cspm_builder *b, cg_arena *arena, const cg_tree *map, cspm_error **err)
{
    for (uint32_t i = 0; map && i < map->map.count; i++) {
        cg_value value;
        uint32_t key = cg_builder_key(b, map->map.keys[i].data, map->map.keys[i].length);
        if (key == CG_NO_NAME)
            return cg_nomem(cg_builder_mem(b), err);
        int32_t rc = cg_value_from_tree(arena, map->map.values[i], &value);
        if (rc != CSPM_OK)
            return cg_nomem(cg_builder_mem(b), err);
        if ((rc = cg_builder_set_prop(b, key, value, err)) != CSPM_OK)
            return rc;
    }
    return CSPM_OK;
}

static int32_t fill_node(cspm_builder *b, cg_arena *arena, cg_str id, const cg_tree *kinds, const cg_tree *props, cspm_error **err)
{
    int32_t rc = cg_builder_set_id(b, id.data, id.length, err);
    for (uint32_t i = 0; rc == CSPM_OK && kinds && i < kinds->list.count; i++) {
        cg_str kind = cg_tree_string(kinds->list.items[i]);
        if (!kind.data)
            return cg_fail(cg_builder_mem(b), err, CSPM_E_INVALID, "kinds must be a JSON array of strings");
        uint32_t label = cg_builder_label(b, kind.data, kind.length);
        rc = label == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_add_label(b, label, err);
    }
    return rc == CSPM_OK ? add_props(b, arena, props, err) : rc;
}

int32_t cspm_builder_add_node(cspm_builder *builder, const char *id, size_t id_length, const char *kinds_json, size_t kinds_length,
                              const char *properties_json, size_t properties_length, cspm_error **err)
{
    cg_tree *kinds = NULL, *props;
    cg_arena arena;
    if (!builder)
        return CSPM_E_INVALID;
    cg_mem *mem = cg_builder_mem(builder);
    cg_str text = api_str(id, id_length);
    API_CHECK(mem, text.length > 0, err, "a node needs an id");
    API_CHECK(mem, cg_utf8_check(text.data, text.length) == SIZE_MAX, err, "a node's id must be UTF-8");
    cg_arena_init(&arena, mem);
    cg_str kinds_text = api_str(kinds_json, kinds_length);
    int32_t rc = kinds_text.length ? cg_tree_from_json(&arena, kinds_text, CG_STR("kinds"), NULL, &kinds, err) : CSPM_OK;
    if (rc == CSPM_OK && kinds && kinds->type != CG_TREE_LIST)
        rc = cg_fail(mem, err, CSPM_E_INVALID, "kinds must be a JSON array of strings");
    if (rc == CSPM_OK)
        rc = parse_map(&arena, properties_json, properties_length, "properties", &props, err);
    if (rc == CSPM_OK && (rc = host_source(builder, err)) == CSPM_OK && (rc = cg_builder_begin_node(builder, 0, err)) == CSPM_OK) {
        rc = fill_node(builder, &arena, text, kinds, props, err);
        if (rc == CSPM_OK)
            rc = cg_builder_end_item(builder, err);
        else
            cg_builder_abort_item(builder);
    }
    cg_arena_free(&arena);
    return rc;
}

static int32_t fill_edge(cspm_builder *b, cg_arena *arena, cg_str from, cg_str kind, cg_str to, const cg_tree *props, cspm_error **err)
{
    uint32_t id = cg_builder_kind(b, kind.data, kind.length);
    if (id == CG_NO_NAME)
        return cg_nomem(cg_builder_mem(b), err);
    cg_builder_set_kind(b, id);
    int32_t rc = cg_builder_set_from(b, from.data, from.length, err);
    if (rc == CSPM_OK)
        rc = cg_builder_set_to(b, to.data, to.length, err);
    return rc == CSPM_OK ? add_props(b, arena, props, err) : rc;
}

int32_t cspm_builder_add_edge(cspm_builder *builder, const char *from, size_t from_length, const char *kind, size_t kind_length,
                              const char *to, size_t to_length, const char *properties_json, size_t properties_length, cspm_error **err)
{
    cg_tree *props;
    cg_arena arena;
    if (!builder)
        return CSPM_E_INVALID;
    cg_mem *mem = cg_builder_mem(builder);
    cg_str ends[3] = { api_str(from, from_length), api_str(kind, kind_length), api_str(to, to_length) };
    for (int i = 0; i < 3; i++) {
        API_CHECK(mem, ends[i].length > 0, err, "an edge needs two ends and a kind");
        API_CHECK(mem, cg_utf8_check(ends[i].data, ends[i].length) == SIZE_MAX, err, "an edge's ends and kind must be UTF-8");
    }
    cg_arena_init(&arena, mem);
    int32_t rc = parse_map(&arena, properties_json, properties_length, "properties", &props, err);
    if (rc == CSPM_OK && (rc = host_source(builder, err)) == CSPM_OK && (rc = cg_builder_begin_edge(builder, 0, err)) == CSPM_OK) {
        rc = fill_edge(builder, &arena, ends[0], ends[1], ends[2], props, err);
        if (rc == CSPM_OK)
            rc = cg_builder_end_item(builder, err);
        else
            cg_builder_abort_item(builder);
    }
    cg_arena_free(&arena);
    return rc;
}

static int32_t derive(cg_graph *inventory, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err)
{
    cg_derive_options o = { .now = INT64_MIN };
    int32_t rc = cg_ruleset_seal((cspm_ruleset *)rules, err);
    return rc == CSPM_OK ? cg_rules_derive(rules, inventory, &o, op, out, err) : rc;
}

int32_t cspm_builder_finish(cspm_builder *builder, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err)
{
    cg_graph *inventory = NULL;
    if (!builder || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = cg_builder_freeze(builder, op, &inventory, err);
    if (rc != CSPM_OK)
        return rc;
    rc = cg_ingest_locate(inventory, op, err);
    if (rc == CSPM_OK && !rules) {
        *out = inventory;
        return CSPM_OK;
    }
    if (rc == CSPM_OK)
        rc = derive(inventory, rules, op, out, err);
    cg_graph_unref(inventory);
    return rc;
}

void cspm_builder_free(cspm_builder *builder)
{
    if (builder)
        cg_builder_free(builder);
}

uint32_t cspm_dialect_count(void)
{
    return cg_dialect_count();
}

const char *cspm_dialect_name(uint32_t i)
{
    return i < cg_dialect_count() ? cg_dialect_get(i)->name : NULL;
}

const char *cspm_dialect_title(uint32_t i)
{
    return i < cg_dialect_count() ? cg_dialect_get(i)->title : NULL;
}

const char *cspm_dialect_recognised(uint32_t i)
{
    return i < cg_dialect_count() ? cg_dialect_get(i)->recognised : NULL;
}

int32_t cspm_graph_derive(cspm_graph *graph, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err)
{
    cg_graph *inventory = NULL;
    if (!graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = cg_graph_drop_layers(graph, 1, &inventory, err);
    if (rc == CSPM_OK && rules) {
        rc = derive(inventory, rules, op, out, err);
        cg_graph_unref(inventory);
    } else if (rc == CSPM_OK) {
        *out = inventory;
    }
    return rc;
}
