/**
 * @file analysis.h
 * Attack paths, choke points and fixes; the request that shapes them.
 */
#ifndef CSPMGRAPH_ANALYSIS_H
#define CSPMGRAPH_ANALYSIS_H

#include "base.h"
#include "table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Which set of nodes a request setter fills. */
enum { CSPM_SET_ENTRIES = 0, CSPM_SET_TARGETS = 1, CSPM_SET_WAYPOINTS = 2 };
enum {
    CSPM_REQUEST_ASSUME_BREACH = 1,       /**< entry points inside too */
    CSPM_REQUEST_EXCLUDE_CONDITIONAL = 2, /**< leave out edges whose condition could not be decided */
    CSPM_REQUEST_NO_FIXES = 4
};
/** 0 = default. */
typedef struct cspm_request_options {
    uint32_t struct_size;
    uint32_t flags;
    uint32_t top;        /**< listed paths; default 50 */
    uint32_t max_length; /**< hops; default 10 */
    uint32_t max_fixes;  /**< default 10 */
    uint32_t reserved32;
    int64_t now_us;      /**< the clock; INT64_MIN = system clock */
    uint64_t max_work;
    uint64_t max_paths;
    uint64_t reserved[4];
} cspm_request_options;

/**
 * Fill with defaults: zeros, its size, and the system clock.
 * @param struct_size sizeof(cspm_request_options) as the caller was compiled
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_request_options_init(cspm_request_options *options, uint32_t struct_size);
/**
 * Make a request. What is not a scalar is added by setters; without any, entries and targets come from the rule packs.
 * @param options NULL = defaults
 * @param[out] out the caller's to free
 * @return CSPM_OK or CSPM_E_ABI
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_request_new(cspm_context *context, const cspm_request_options *options, cspm_request **out, cspm_error **err);
/**
 * Add to a set the nodes that a query returns in its one column.
 * @param set CSPM_SET_*
 * @return CSPM_OK, CSPM_E_QUERY, CSPM_E_INVALID
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_request_add_query(cspm_request *request, uint32_t set, const char *query, size_t length, cspm_error **err);
/**
 * Add to a set a node by id or alias, or every node of a label by "label:NAME". Looked up when the request is used.
 * @param set CSPM_SET_*
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_request_add_id(cspm_request *request, uint32_t set, const char *id, size_t length, cspm_error **err);
/**
 * Leave a relationship kind out of every path.
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_request_exclude_kind(cspm_request *request, const char *kind, size_t length, cspm_error **err);
/**
 * What makes a path short: "" = hops, "likelihood" (the default), or a numeric relationship property that is never negative.
 * @thread one
 * @since 0.1
 */
CSPM_API int32_t cspm_request_set_weight(cspm_request *request, const char *weight, size_t length, cspm_error **err);
/**
 * Release a request. NULL is fine.
 * @thread one
 * @since 0.1
 */
CSPM_API void cspm_request_free(cspm_request *request);

/**
 * Attack paths, patterns, choke points and verified fixes of a graph made with these rules.
 * score = 100 * impact^alpha * likelihood^beta, likelihood = exposure(entry) * product over the edges; tables and exponents in the pack "risk".
 * @param[out] out the caller's to unref
 * @return CSPM_OK (look at cspm_analysis_truncated), CSPM_E_QUERY or CSPM_E_NOTFOUND (a set of the request)
 * @thread any
 * Linear in the graph for reachability; the rest runs on the part between entries and targets under the budgets.
 * @since 0.1
 */
CSPM_API int32_t cspm_analyze(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_analysis **out, cspm_error **err);
/**
 * The graph of the analysis: the one given, with riskScore, riskLevel and attackPaths on its nodes.
 * @return borrowed while the analysis lives
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_graph *cspm_analysis_graph(const cspm_analysis *analysis);
enum { CSPM_ANALYSIS_PATHS = 1, CSPM_ANALYSIS_STEPS = 2, CSPM_ANALYSIS_PATTERNS = 3, CSPM_ANALYSIS_CHOKE_POINTS = 4, CSPM_ANALYSIS_FIXES = 5, CSPM_ANALYSIS_NODES = 6, CSPM_ANALYSIS_DIAGNOSTICS = 7 };
/**
 * A part of the analysis as a table.
 * @param table CSPM_ANALYSIS_*
 * @param[out] out the caller's to free; keeps the analysis alive
 * @return CSPM_OK or CSPM_E_INVALID
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_analysis_table(cspm_analysis *analysis, uint32_t table, cspm_cursor **out, cspm_error **err);
enum { CSPM_LEVEL_NONE = 0, CSPM_LEVEL_LOW = 1, CSPM_LEVEL_MEDIUM = 2, CSPM_LEVEL_HIGH = 3, CSPM_LEVEL_CRITICAL = 4 };
/**
 * Attack paths of one level, before `top` cuts the list.
 * @param level CSPM_LEVEL_*
 * @thread any
 * @since 0.1
 */
CSPM_API uint64_t cspm_analysis_count(const cspm_analysis *analysis, uint32_t level);
/**
 * Which limits cut the analysis short.
 * @return mask of CSPM_TRUNCATED_*; 0 = complete
 * @thread any
 * @since 0.1
 */
CSPM_API uint32_t cspm_analysis_truncated(const cspm_analysis *analysis);
/**
 * One more reference.
 * @return the same analysis
 * @thread any
 * @since 0.1
 */
CSPM_API cspm_analysis *cspm_analysis_ref(cspm_analysis *analysis);
/**
 * One reference less. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_analysis_unref(cspm_analysis *analysis);

/**
 * The best simple paths from the request's entries to its targets, at most options.top of them.
 * Columns: rank, cost, likelihood, length, conditional, from, to, steps (JSON).
 * @param[out] out the caller's to free
 * @return CSPM_OK, CSPM_E_QUERY, CSPM_E_NOTFOUND, CSPM_E_INVALID (no entries or no targets given)
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_paths_find(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_cursor **out, cspm_error **err);
/**
 * The same as text.
 * @param format "json" or "table"
 * @param[out] found number of paths; may be NULL
 * @param[out] truncated mask of CSPM_TRUNCATED_*; may be NULL
 * @param[out] out the caller's to unref
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_paths_export(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, const char *format, cspm_op *op, uint64_t *found, uint32_t *truncated, cspm_buffer **out, cspm_error **err);
/**
 * Number of simple paths between the request's sets within its max_length.
 * @param[out] estimated 1 when counting would pass the budget and the number is the walk-count prediction, never below the exact one; may be NULL
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_paths_count(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, uint64_t *count, int32_t *estimated, cspm_error **err);
/**
 * Choke points between the request's sets, without a whole analysis. Columns: node, from, kind, to, paths, targets, entries, cuts_all.
 * @param[out] out the caller's to free
 * @thread any
 * One dominator tree and two walk counts over the core.
 * @since 0.1
 */
CSPM_API int32_t cspm_choke_points(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_cursor **out, cspm_error **err);

#ifdef __cplusplus
}
#endif

#endif
