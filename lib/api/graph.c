/* The finished graph: look-ups, tables, snapshot, host labels. */
#include "cspmgraph/graph.h"

#include "api/api.h"
#include "graph/layer.h"
#include "graph/snapshot.h"

/* Paths come with a length; the file calls need a NUL. */
static int32_t with_path(cg_mem *mem, const char *path, size_t length, cg_arena *arena, char **copy, cspm_error **err)
{
    cg_str text = api_str(path, length);
    API_CHECK(mem, text.length > 0, err, "path is empty");
    API_CHECK(mem, !memchr(text.data, 0, text.length), err, "path contains a NUL byte");
    cg_arena_init(arena, mem);
    *copy = cg_arena_strndup(arena, text.data, text.length);
    if (*copy)
        return CSPM_OK;
    cg_arena_free(arena);
    return cg_nomem(mem, err);
}

int32_t cspm_graph_open(cspm_context *context, const char *path, size_t path_length, cspm_op *op, cspm_graph **out, cspm_error **err)
{
    cg_arena arena;
    char *copy;
    if (!context || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = with_path(context->mem, path, path_length, &arena, &copy, err);
    if (rc != CSPM_OK)
        return rc;
    rc = cg_snapshot_open(context->mem, copy, op, out, err);
    cg_arena_free(&arena);
    return rc;
}

int32_t cspm_graph_save(cspm_graph *graph, const char *path, size_t path_length, cspm_op *op, cspm_error **err)
{
    cg_arena arena;
    char *copy;
    if (!graph)
        return CSPM_E_INVALID;
    int32_t rc = with_path(cg_graph_mem(graph), path, path_length, &arena, &copy, err);
    if (rc != CSPM_OK)
        return rc;
    rc = cg_snapshot_save(graph, copy, op, err);
    cg_arena_free(&arena);
    return rc;
}

int32_t cspm_graph_with_labels(cspm_graph *graph, const char *label, size_t label_length, const uint32_t *nodes, uint64_t n_nodes,
                               cspm_op *op, cspm_graph **out, cspm_error **err)
{
    cg_layer_builder *layer = NULL;
    if (!graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_mem *mem = cg_graph_mem(graph);
    cg_str name = api_str(label, label_length);
    API_CHECK(mem, name.length > 0 && cg_utf8_check(name.data, name.length) == SIZE_MAX, err, "a label must be UTF-8 text");
    API_CHECK(mem, nodes || n_nodes == 0, err, "nodes is NULL");
    int32_t rc = cg_layer_new(graph, CG_STR("host"), &layer, err);
    if (rc != CSPM_OK)
        return rc;
    uint32_t id = cg_layer_label(layer, name);
    uint32_t evidence = cg_layer_evidence(layer, &(cg_evidence){ .rule = CG_STR("host"), .note = CG_STR("set by the host program") });
    if (id == CG_NO_NAME || evidence == CG_NO_EVIDENCE)
        rc = cg_nomem(mem, err);
    for (uint64_t i = 0; rc == CSPM_OK && i < n_nodes; i++) {
        if (nodes[i] >= cg_graph_n_nodes(graph))
            rc = cg_fail(mem, err, CSPM_E_INVALID, "node %u is not in this graph of %u nodes", nodes[i], cg_graph_n_nodes(graph));
        else
            rc = cg_layer_add_label(layer, nodes[i], id, evidence, err);
    }
    if (rc == CSPM_OK)
        return cg_layer_push(layer, op, out, err);
    cg_layer_free(layer);
    return rc;
}

uint64_t cspm_graph_node_count(const cspm_graph *graph)
{
    return graph ? cg_graph_n_nodes(graph) : 0;
}

uint64_t cspm_graph_edge_count(const cspm_graph *graph)
{
    return graph ? cg_graph_n_rels(graph) : 0;
}

uint64_t cspm_graph_derived_count(const cspm_graph *graph)
{
    return graph ? cg_graph_n_derived(graph) : 0;
}

int32_t cspm_graph_table(cspm_graph *graph, uint32_t table, cspm_cursor **out, cspm_error **err)
{
    if (!graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    return cg_graph_table(graph, table, out, err);
}

int32_t cspm_graph_find_node(const cspm_graph *graph, const char *key, size_t length, uint32_t *node)
{
    cg_str text = api_str(key, length);
    if (!graph || !node || !text.data)
        return CSPM_E_INVALID;
    *node = cg_node_find(graph, text.data, text.length);
    return *node == CG_NO_NODE ? CSPM_E_NOTFOUND : CSPM_OK;
}

const char *cspm_graph_node_id(const cspm_graph *graph, uint32_t node, size_t *length)
{
    cg_str id = CG_STR("");
    if (graph && node < cg_graph_n_nodes(graph))
        id = cg_node_id(graph, node);
    if (length)
        *length = id.length;
    return id.data;
}

int32_t cspm_graph_node_json(const cspm_graph *graph, uint32_t node, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    if (!graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_mem *mem = cg_graph_mem(graph);
    API_CHECK(mem, node < cg_graph_n_nodes(graph), err, "no such node in this graph");
    cg_buf_init(&b, mem, 0);
    int32_t rc = cg_value_write_json(&b, graph, cg_v_node(node), err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}

cspm_graph *cspm_graph_ref(cspm_graph *graph)
{
    return graph ? cg_graph_ref(graph) : NULL;
}

void cspm_graph_unref(cspm_graph *graph)
{
    if (graph)
        cg_graph_unref(graph);
}
