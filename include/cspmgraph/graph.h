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

/**
 * Make an empty builder.
 * @param[out] out the caller's to free
 * @return CSPM_OK or CSPM_E_INVALID
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_builder_new(cspm_context *context, cspm_builder **out, cspm_error **err);
/**
 * Read an input: a file, directory (walked in byte order of names), archive (.zip, .tar.*), compressed file (.gz, .zst, .xz, .bz2), snapshot, or "-".
 * A named file that is unreadable, empty or unrecognised is an error. In a directory or archive unrecognised content is a diagnostic, malformed
 * content of a recognised dialect an error unless CSPM_LOAD_KEEP_GOING. A malformed item inside a sound file is skipped with a diagnostic.
 * @param format name of a dialect; NULL = recognise by content
 * @param options NULL = defaults
 * @return CSPM_OK, CSPM_E_IO, CSPM_E_PARSE (with position), CSPM_E_UNRECOGNISED, CSPM_E_INVALID (no such dialect), CSPM_E_LIMIT
 * @thread one
 * Linear in the bytes read.
 * @since 0.1
 */
CSPM_API int32_t cspm_builder_add_path(cspm_builder *builder, const char *path, size_t path_length, const char *format, const cspm_load_options *options, cspm_op *op, cspm_error **err);
/**
 * The same for bytes in memory, which may be compressed or an archive.
 * @param data borrowed during the call
 * @param name what diagnostics call it; NULL = "buffer"
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_builder_add_buffer(cspm_builder *builder, const void *data, size_t length, const char *name, const char *format, const cspm_load_options *options, cspm_op *op, cspm_error **err);
/**
 * Add one node of the host's own. Adding an id again merges: kinds are united, properties that differ are settled with a diagnostic.
 * @param kinds_json a JSON array of strings; NULL = none
 * @param properties_json a JSON object of scalars and homogeneous lists; NULL = none
 * @return CSPM_OK, CSPM_E_INVALID, CSPM_E_PARSE, CSPM_E_LIMIT (max_nodes)
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_builder_add_node(cspm_builder *builder, const char *id, size_t id_length, const char *kinds_json, size_t kinds_length, const char *properties_json, size_t properties_length, cspm_error **err);
/**
 * Add one relationship of the host's own; parallel ones stay apart. Ends are ids or aliases and may be defined later or elsewhere; an end that
 * nothing defines is reported as the diagnostic "dangling-edge".
 * @return CSPM_OK, CSPM_E_INVALID, CSPM_E_PARSE, CSPM_E_LIMIT (max_edges)
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_builder_add_edge(cspm_builder *builder, const char *from, size_t from_length, const char *kind, size_t kind_length, const char *to, size_t to_length, const char *properties_json, size_t properties_length, cspm_error **err);
/**
 * Freeze the inventory, apply the rules, return the security graph. The builder is empty afterwards, whatever the outcome.
 * @param rules sealed if it was not yet; NULL = inventory only
 * @param[out] out immutable, shared by any number of threads; the caller's to unref
 * @return CSPM_OK, CSPM_E_LIMIT (rounds of a rule, nodes, edges), CSPM_E_QUERY (a rule's text)
 * @thread one
 * O((n + m) log n) for n nodes and m relationships, plus the rules' queries.
 * @since 0.1
 */
CSPM_API int32_t cspm_builder_finish(cspm_builder *builder, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err);
/**
 * Release a builder and what it holds. NULL is fine.
 * @thread one
 * @since 0.1
 */
CSPM_API void cspm_builder_free(cspm_builder *builder);

/**
 * Open a snapshot. The file is mapped; damaged blocks are found when first touched.
 * @return CSPM_OK, CSPM_E_IO, CSPM_E_PARSE (damaged), CSPM_E_UNRECOGNISED (no snapshot), CSPM_E_UNSUPPORTED (made by a newer version)
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_open(cspm_context *context, const char *path, size_t path_length, cspm_op *op, cspm_graph **out, cspm_error **err);
/**
 * Write a snapshot, to a temporary file in the same folder that is then renamed. The same graph gives the same bytes.
 * @return CSPM_OK or CSPM_E_IO
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_save(cspm_graph *graph, const char *path, size_t path_length, cspm_op *op, cspm_error **err);
/**
 * Drop every derived layer and apply other rules to the same inventory, which is shared, not copied.
 * @param rules NULL = inventory only
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_derive(cspm_graph *graph, const cspm_ruleset *rules, cspm_op *op, cspm_graph **out, cspm_error **err);
/**
 * A new graph with one more layer in which the given nodes carry a label; everything below is shared.
 * @param nodes node numbers of this graph; borrowed during the call
 * @return CSPM_OK or CSPM_E_INVALID (no such node, bad text)
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_with_labels(cspm_graph *graph, const char *label, size_t label_length, const uint32_t *nodes, uint64_t n_nodes, cspm_op *op, cspm_graph **out, cspm_error **err);
/**
 * Number of nodes.
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_graph_node_count(const cspm_graph *graph);
/**
 * Number of relationships over all layers, as queries see them.
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_graph_edge_count(const cspm_graph *graph);
/**
 * Number of those that rules and the host derived.
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_graph_derived_count(const cspm_graph *graph);
/**
 * A part of the graph as a table.
 * @param table CSPM_TABLE_*
 * @param[out] out the caller's to free; keeps the graph alive
 * @return CSPM_OK or CSPM_E_INVALID
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_table(cspm_graph *graph, uint32_t table, cspm_cursor **out, cspm_error **err);
/**
 * Number of the node with this id or alias. Numbers ascend in byte order of ids and hold for this graph and graphs derived from it.
 * @return CSPM_OK, CSPM_E_NOTFOUND or CSPM_E_INVALID
 * @thread any
 * O(log n).
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_find_node(const cspm_graph *graph, const char *key, size_t length, uint32_t *node);
/**
 * Id of a node.
 * @param[out] length bytes; may be NULL
 * @return borrowed while the graph lives; "" when there is no such node
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_graph_node_id(const cspm_graph *graph, uint32_t node, size_t *length);
/**
 * One node as JSON, in the shape of query results.
 * @return CSPM_OK, CSPM_E_INVALID, CSPM_E_PARSE (a damaged snapshot)
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_node_json(const cspm_graph *graph, uint32_t node, cspm_buffer **out, cspm_error **err);
/**
 * One more reference.
 * @return the same graph
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_graph *cspm_graph_ref(cspm_graph *graph);
/**
 * One reference less. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_graph_unref(cspm_graph *graph);

/**
 * Number of input dialects this library reads.
 * @thread any
 * @since 0.1
 */
CSPM_API uint32_t cspm_dialect_count(void);
/**
 * Name of a dialect, as `format` takes it; NULL past the end. Static.
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_dialect_name(uint32_t i);
/**
 * Its title for people; NULL past the end. Static.
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_dialect_title(uint32_t i);
/**
 * How its content is told from others; NULL past the end. Static.
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_dialect_recognised(uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
