/**
 * @file query.h
 * Query language: compile once, run on any graph.
 */
#ifndef CSPMGRAPH_QUERY_H
#define CSPMGRAPH_QUERY_H

#include "base.h"
#include "table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Query forms. */
enum { CSPM_LANG_GRAPH = 0, CSPM_LANG_PIPE = 1 };

/** 0 = default. */
typedef struct cspm_run_options {
    uint32_t struct_size;
    uint32_t batch_rows;
    uint64_t max_rows;
    uint64_t max_work;
    uint64_t max_memory_bytes;
    uint64_t slice_ms; /**< cspm_cursor_next returns CSPM_MORE after about this long */
    int64_t now_us;    /**< the clock for datetime(), microseconds since the epoch; INT64_MIN = system clock */
    uint64_t reserved[4];
} cspm_run_options;

/**
 * Fill with defaults: zeros, its size, and the system clock.
 * @param struct_size sizeof(cspm_run_options) as the caller was compiled
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_run_options_init(cspm_run_options *options, uint32_t struct_size);
/**
 * Parse and check a query. The result is immutable and runs on any graph.
 * @param language CSPM_LANG_*
 * @return CSPM_OK, CSPM_E_QUERY (position, expected tokens, hint), CSPM_E_LIMIT, CSPM_E_UNSUPPORTED (no such language in this build)
 * @thread any
 * Linear in the text.
 * @since 0.1
 */
CSPM_API int32_t cspm_query_compile(cspm_context *context, const char *text, size_t length, uint32_t language, cspm_query **out, cspm_error **err);
/**
 * Make an empty host language: what a host adds to the query language, and what it hides from queries.
 * @param[out] out the caller's to free; one language serves any number of compiles
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_language_new(cspm_context *context, cspm_language **out, cspm_error **err);
/**
 * Add a relationship kind to a type set: in patterns the name of the set stands for all its kinds, as in `-[:MOVES*1..4]->`.
 * AD_ATTACK_PATHS and AZ_ATTACK_PATHS are there without a host: the kinds the rules declare traversable.
 * @param set name of the set, copied; hides a kind of the same name
 * @param kind relationship kind, copied; one call for each
 * @return CSPM_OK or CSPM_E_INVALID (a name is empty or not UTF-8)
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_language_add_type(cspm_language *language, const char *set, size_t set_length, const char *kind, size_t kind_length, cspm_error **err);
/**
 * Let `=~` find its pattern anywhere in the text instead of matching the whole text.
 * @param search zero = whole text, the default
 * @thread one
 * @since 0.1
 */
CSPM_API void cspm_language_search_regex(cspm_language *language, int32_t search);
/**
 * Hide every node without this label from queries, and with it its relationships: patterns, paths, counts, subqueries and functions see a graph
 * of the other nodes only, and no query text changes that. Replaces an earlier restriction. The pipe form refuses to be restricted.
 * The plan of cspm_query_explain is for the host: its estimates count the whole graph.
 * @param label copied; when no node has it, queries see no nodes
 * @return CSPM_OK or CSPM_E_INVALID (the name is empty or not UTF-8)
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_language_restrict_label(cspm_language *language, const char *label, size_t label_length, cspm_error **err);
/**
 * As cspm_language_restrict_label, for nodes whose property `key` is exactly this text.
 * @param key property key, copied
 * @param value copied; a property of another type, lists included, never matches
 * @return CSPM_OK or CSPM_E_INVALID (the key is empty, or a text is not UTF-8)
 * @thread one
 * Each run reads the property of every node once.
 * @since 0.1
 */
CSPM_API int32_t cspm_language_restrict_property(cspm_language *language, const char *key, size_t key_length, const char *value, size_t value_length, cspm_error **err);
/**
 * Release a language. Queries compiled with it are not affected. NULL is fine.
 * @thread one
 * @since 0.1
 */
CSPM_API void cspm_language_free(cspm_language *language);
/**
 * As cspm_query_compile, with a host's language.
 * @param host NULL = none; read during the call only, and by any number of calls at once
 * @param language CSPM_LANG_*
 * @return as cspm_query_compile
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_query_compile_with(cspm_context *context, const cspm_language *host, const char *text, size_t length, uint32_t language, cspm_query **out, cspm_error **err);
/**
 * Run a query. Rows are made as the cursor is read; without ORDER BY their order depends on graph and query only.
 * A column has the one type its values can have in this graph and with these parameters, known before the first row: a property is a column
 * of integers where all its values in the graph are integers. Else the column is CSPM_TYPE_VARIANT.
 * @param params NULL = none; borrowed during the call
 * @param options NULL = defaults; zeros take the context's limits
 * @param op watched until the cursor is freed
 * @param[out] out the caller's to free; keeps query and graph alive
 * @return CSPM_OK, CSPM_E_QUERY (a parameter is missing or of the wrong type; `securityresources` is read and params hold no rules), CSPM_E_ABI
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_query_run(cspm_query *query, cspm_graph *graph, const cspm_params *params, const cspm_run_options *options, cspm_op *op, cspm_cursor **out, cspm_error **err);
/**
 * The plan as text, one operator a line with estimated rows. Needs no parameters.
 * @param[out] out the caller's to unref
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_query_explain(cspm_query *query, cspm_graph *graph, cspm_buffer **out, cspm_error **err);
/**
 * Run a query to its end, drop the rows, and give the plan with the rows each operator really made beside the estimates.
 * @param params NULL = none; borrowed during the call
 * @param options NULL = defaults; zeros take the context's limits
 * @param op watched during the call
 * @param[out] out the caller's to unref
 * @return as cspm_query_run, and what reading its rows returns
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_query_profile(cspm_query *query, cspm_graph *graph, const cspm_params *params, const cspm_run_options *options, cspm_op *op, cspm_buffer **out, cspm_error **err);
/**
 * Whether the text reads a property by name. A query that reads riskScore, riskLevel or attackPaths wants the graph of an analysis
 * (cspm_analysis_graph), where every node has them.
 * @param key name of the property
 * @return 1 or 0
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_query_reads(const cspm_query *query, const char *key, size_t length);
/**
 * The query a share link of Microsoft's Cloud Security Explorer stands for, as text of the graph form.
 * @param link the link, or the JSON in it ("securitygraphquery", version 2)
 * @param[out] out the caller's to unref
 * @return CSPM_OK, CSPM_E_PARSE (not JSON), CSPM_E_QUERY (a resource type, connection or insight nobody knows, by name), CSPM_E_LIMIT
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_explorer_query(cspm_context *context, const char *link, size_t length, cspm_buffer **out, cspm_error **err);
/**
 * How many things the reader of the answer should know that the text of the query already tells, such as a table or a type of rows this version
 * makes none of.
 * @thread any
 * @since 0.1
 */
CSPM_API uint32_t cspm_query_warning_count(const cspm_query *query);
/**
 * One of these warnings, in words.
 * @param[out] length bytes; may be NULL
 * @return borrowed from the query, NUL-terminated; NULL = there is no such warning
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_query_warning(const cspm_query *query, uint32_t i, size_t *length);
/**
 * One more reference.
 * @return the same query
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_query *cspm_query_ref(cspm_query *query);
/**
 * One reference less. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_query_unref(cspm_query *query);

/**
 * Make an empty set of parameters.
 * @param[out] out the caller's to free
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_params_new(cspm_context *context, cspm_params **out, cspm_error **err);
/**
 * Set $name to an integer.
 * @param name without the $; setting it again replaces the value
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_params_set_int(cspm_params *params, const char *name, size_t name_length, int64_t value, cspm_error **err);
/**
 * Set $name to a float.
 * @param name without the $; setting it again replaces the value
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_params_set_double(cspm_params *params, const char *name, size_t name_length, double value, cspm_error **err);
/**
 * Set $name to a boolean; any non-zero value is true.
 * @param name without the $; setting it again replaces the value
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_params_set_bool(cspm_params *params, const char *name, size_t name_length, int32_t value, cspm_error **err);
/**
 * Set $name to a text, copied.
 * @param name without the $; setting it again replaces the value
 * @return CSPM_OK or CSPM_E_INVALID (not UTF-8)
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_params_set_string(cspm_params *params, const char *name, size_t name_length, const char *value, size_t value_length, cspm_error **err);
/**
 * Set $name to any JSON value, lists and maps included.
 * @param name without the $; setting it again replaces the value
 * @return CSPM_OK or CSPM_E_PARSE with position
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_params_set_json(cspm_params *params, const char *name, size_t name_length, const char *json, size_t json_length, cspm_error **err);
/**
 * Give the rules that tables beyond the graph are made by: a pipe query that reads `securityresources` runs an analysis of its graph by them
 * when its first row is asked for. The analysis is kept with the parameters, so further runs on the same graph do not repeat it.
 * @param rules NULL = take them away; the parameters keep a reference. The graph of a run must be derived by the same rules
 * @return CSPM_OK, CSPM_E_NOMEM, CSPM_E_LIMIT
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_params_set_rules(cspm_params *params, cspm_ruleset *rules, cspm_error **err);
/**
 * Release parameters. NULL is fine.
 * @thread one
 * @since 0.1
 */
CSPM_API void cspm_params_free(cspm_params *params);

#ifdef __cplusplus
}
#endif

#endif
