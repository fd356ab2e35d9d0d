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

CSPM_API void cspm_request_options_init(cspm_request_options *options, uint32_t struct_size);
CSPM_API int32_t cspm_request_new(cspm_context *context, const cspm_request_options *options, cspm_request **out, cspm_error **err);
/** Add nodes by a query that returns one node column. */
CSPM_API int32_t cspm_request_add_query(cspm_request *request, uint32_t set, const char *query, size_t length, cspm_error **err);
/** Add a node by id, or all nodes of a label by "label:NAME". */
CSPM_API int32_t cspm_request_add_id(cspm_request *request, uint32_t set, const char *id, size_t length, cspm_error **err);
CSPM_API int32_t cspm_request_exclude_kind(cspm_request *request, const char *kind, size_t length, cspm_error **err);
/** "" = hops, "likelihood" (default), or the name of a numeric relationship property. */
CSPM_API int32_t cspm_request_set_weight(cspm_request *request, const char *weight, size_t length, cspm_error **err);
CSPM_API void cspm_request_free(cspm_request *request);

/** Analyse a graph made with these rules. */
CSPM_API int32_t cspm_analyze(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_analysis **out, cspm_error **err);
/** The graph of the analysis: the one given, with riskScore, riskLevel and attackPaths on its nodes. Borrowed. */
CSPM_API cspm_graph *cspm_analysis_graph(const cspm_analysis *analysis);
enum { CSPM_ANALYSIS_PATHS = 1, CSPM_ANALYSIS_STEPS = 2, CSPM_ANALYSIS_PATTERNS = 3, CSPM_ANALYSIS_CHOKE_POINTS = 4, CSPM_ANALYSIS_FIXES = 5, CSPM_ANALYSIS_NODES = 6, CSPM_ANALYSIS_DIAGNOSTICS = 7 };
CSPM_API int32_t cspm_analysis_table(cspm_analysis *analysis, uint32_t table, cspm_cursor **out, cspm_error **err);
enum { CSPM_LEVEL_NONE = 0, CSPM_LEVEL_LOW = 1, CSPM_LEVEL_MEDIUM = 2, CSPM_LEVEL_HIGH = 3, CSPM_LEVEL_CRITICAL = 4 };
/** Attack paths of one level, before `top`. */
CSPM_API uint64_t cspm_analysis_count(const cspm_analysis *analysis, uint32_t level);
CSPM_API uint32_t cspm_analysis_truncated(const cspm_analysis *analysis);
CSPM_API cspm_analysis *cspm_analysis_ref(cspm_analysis *analysis);
CSPM_API void cspm_analysis_unref(cspm_analysis *analysis);

/** Best simple paths from the request's entries to its targets (options.top of them), as a table: rank, cost, likelihood, length, conditional, steps (JSON). */
CSPM_API int32_t cspm_paths_find(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_cursor **out, cspm_error **err);
/** The same as text: "json" (contract shape), "table". *found = number of paths. */
CSPM_API int32_t cspm_paths_export(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, const char *format, cspm_op *op, uint64_t *found, uint32_t *truncated, cspm_buffer **out, cspm_error **err);
/** Exact number of simple paths, or the walk-count prediction when counting would pass the budget (*estimated = 1). */
CSPM_API int32_t cspm_paths_count(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, uint64_t *count, int32_t *estimated, cspm_error **err);
/** Choke points between the request's sets, without a whole analysis. */
CSPM_API int32_t cspm_choke_points(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_cursor **out, cspm_error **err);

#ifdef __cplusplus
}
#endif

#endif
