/**
 * @file graph.h
 * Builder and graph: inputs in, an immutable security graph out.
 */
#ifndef CSPMGRAPH_GRAPH_H
#define CSPMGRAPH_GRAPH_H

#include "base.h"
#include "table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How to read an input. */
enum { CSPM_LOAD_KEEP_GOING = 1 /**< skip malformed content of a recognised dialect with a diagnostic */ };
typedef struct cspm_load_options {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t reserved[4];
} cspm_load_options;
enum { CSPM_TABLE_NODES = 1, CSPM_TABLE_EDGES = 2, CSPM_TABLE_DIAGNOSTICS = 3, CSPM_TABLE_SCHEMA = 4, CSPM_TABLE_SOURCES = 5 };

CSPM_API int32_t cspm_builder_new(cspm_context *context, cspm_builder **out, cspm_error **err);
/** A file, directory, archive, compressed file, snapshot, or "-". `format` NULL = recognise by content. A failed call leaves the builder as before. */
CSPM_API int32_t cspm_builder_add_path(cspm_builder *builder, const char *path, size_t path_length, const char *format, const cspm_load_options *options, cspm_op *op, cspm_error **err);
CSPM_API int32_t cspm_builder_add_buffer(cspm_builder *builder, const void *data, size_t length, const char *name, const char *format, const cspm_load_options *options, cspm_op *op, cspm_error **err);
/** One node: kinds as a JSON array of strings, properties as a JSON object (NULL = none). */
CSPM_API int32_t cspm_builder_add_node(cspm_builder *builder, const char *id, size_t id_length, const char *kinds_json, size_t kinds_length, const char *properties_json, size_t properties_length, cspm_error **err);
CSPM_API int32_t cspm_builder_add_edge(cspm_builder *builder, const char *from, size_t from_length, const char *kind, size_t kind_length, const char *to, size_t to_length, const char *properties_json, size_t properties_length, cspm_error **err);
/** Freeze the inventory, apply the rules (NULL = inventory only), return the security graph. The builder is empty afterwards. */
CSPM_API int32_t cspm_builder_finish(cspm_builder *builder, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err);
CSPM_API void cspm_builder_free(cspm_builder *builder);

CSPM_API int32_t cspm_graph_open(cspm_context *context, const char *path, size_t path_length, cspm_op *op, cspm_graph **out, cspm_error **err);
CSPM_API int32_t cspm_graph_save(cspm_graph *graph, const char *path, size_t path_length, cspm_op *op, cspm_error **err);
/** Drop every derived layer and apply these rules to the same inventory. */
CSPM_API int32_t cspm_graph_derive(cspm_graph *graph, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err);
/** A new graph with one more layer in which the given nodes carry `label`; shares everything below. */
CSPM_API int32_t cspm_graph_with_labels(cspm_graph *graph, const char *label, size_t label_length, const uint32_t *nodes, uint64_t n_nodes, cspm_op *op, cspm_graph **out, cspm_error **err);
CSPM_API uint64_t cspm_graph_node_count(const cspm_graph *graph);
CSPM_API uint64_t cspm_graph_edge_count(const cspm_graph *graph);
CSPM_API uint64_t cspm_graph_derived_count(const cspm_graph *graph);
CSPM_API int32_t cspm_graph_table(cspm_graph *graph, uint32_t table, cspm_cursor **out, cspm_error **err);
/** Node number of an id or alias; CSPM_E_NOTFOUND. */
CSPM_API int32_t cspm_graph_find_node(const cspm_graph *graph, const char *key, size_t length, uint32_t *node);
CSPM_API const char *cspm_graph_node_id(const cspm_graph *graph, uint32_t node, size_t *length);
/** One node or relationship as JSON, in the shape of query results. */
CSPM_API int32_t cspm_graph_node_json(const cspm_graph *graph, uint32_t node, cspm_buffer **out, cspm_error **err);
CSPM_API cspm_graph *cspm_graph_ref(cspm_graph *graph);
CSPM_API void cspm_graph_unref(cspm_graph *graph);

/** Input dialects: number, name, title and how each is recognised (static strings). */
CSPM_API uint32_t cspm_dialect_count(void);
CSPM_API const char *cspm_dialect_name(uint32_t i);
CSPM_API const char *cspm_dialect_title(uint32_t i);
CSPM_API const char *cspm_dialect_recognised(uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
