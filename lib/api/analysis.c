/* Requests, analyses, path searches. */
#include "cspmgraph/analysis.h"

#include "analysis/analysis.h"
#include "api/api.h"
#include "export/export.h"

void cspm_request_options_init(cspm_request_options *options, uint32_t struct_size)
{
    if (!options || struct_size < sizeof(uint32_t))
        return;
    memset(options, 0, struct_size);
    options->struct_size = struct_size;
    if (struct_size >= offsetof(cspm_request_options, now_us) + sizeof options->now_us)
        options->now_us = INT64_MIN;
}

int32_t cspm_request_new(cspm_context *context, const cspm_request_options *options, cspm_request **out, cspm_error **err)
{
    cspm_request_options known;
    if (!context || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    if (!api_sized(&known, sizeof known, options))
        return cg_fail(context->mem, err, CSPM_E_ABI, "cspm_request_options has fields this library does not know");
    int32_t rc = cg_request_new(context->mem, out, err);
    if (rc != CSPM_OK)
        return rc;
    const cspm_limits *limits = cg_mem_limits(context->mem);
    cg_request_set_options(*out, &(cg_request_options){
                                     .top = known.top,
                                     .max_length = known.max_length,
                                     .assume_breach = known.flags & CSPM_REQUEST_ASSUME_BREACH,
                                     .exclude_conditional = known.flags & CSPM_REQUEST_EXCLUDE_CONDITIONAL,
                                     .no_fixes = known.flags & CSPM_REQUEST_NO_FIXES,
                                     .max_fixes = known.max_fixes,
                                     .now = options ? known.now_us : INT64_MIN,
                                     .max_work = known.max_work ? known.max_work : limits->max_work,
                                     .max_paths = known.max_paths ? known.max_paths : limits->max_paths,
                                 });
    return CSPM_OK;
}

int32_t cspm_request_add_query(cspm_request *request, uint32_t set, const char *query, size_t length, cspm_error **err)
{
    return request && query && set <= CSPM_SET_WAYPOINTS ? cg_request_add_query(request, (cg_request_set)set, api_str(query, length), err)
                                                         : CSPM_E_INVALID;
}

int32_t cspm_request_add_id(cspm_request *request, uint32_t set, const char *id, size_t length, cspm_error **err)
{
    return request && id && set <= CSPM_SET_WAYPOINTS ? cg_request_add_id(request, (cg_request_set)set, api_str(id, length), err)
                                                      : CSPM_E_INVALID;
}

int32_t cspm_request_exclude_kind(cspm_request *request, const char *kind, size_t length, cspm_error **err)
{
    return request && kind ? cg_request_exclude_kind(request, api_str(kind, length), err) : CSPM_E_INVALID;
}

int32_t cspm_request_set_weight(cspm_request *request, const char *weight, size_t length, cspm_error **err)
{
    return request && weight ? cg_request_set_weight(request, api_str(weight, length), err) : CSPM_E_INVALID;
}

void cspm_request_free(cspm_request *request)
{
    if (request)
        cg_request_unref(request);
}

int32_t cspm_analyze(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_analysis **out,
                     cspm_error **err)
{
    if (!graph || !rules || !request || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = cg_ruleset_seal(rules, err);
    return rc == CSPM_OK ? cg_analyze(graph, rules, request, op, out, err) : rc;
}

cspm_graph *cspm_analysis_graph(const cspm_analysis *analysis)
{
    return analysis ? analysis->graph : NULL;
}

uint64_t cspm_analysis_count(const cspm_analysis *analysis, uint32_t level)
{
    return analysis && level >= CSPM_LEVEL_LOW && level <= CSPM_LEVEL_CRITICAL ? analysis->by_level[level] : 0;
}

uint32_t cspm_analysis_truncated(const cspm_analysis *analysis)
{
    return analysis ? analysis->truncated : 0;
}

cspm_analysis *cspm_analysis_ref(cspm_analysis *analysis)
{
    return analysis ? cg_analysis_ref(analysis) : NULL;
}

void cspm_analysis_unref(cspm_analysis *analysis)
{
    if (analysis)
        cg_analysis_unref(analysis);
}

static int32_t between(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cg_between **out, cspm_error **err)
{
    int32_t rc = cg_ruleset_seal(rules, err);
    return rc == CSPM_OK ? cg_paths_between(graph, rules, request, op, out, err) : rc;
}

int32_t cspm_paths_find(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_cursor **out,
                        cspm_error **err)
{
    cg_between *paths;
    if (!graph || !rules || !request || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = between(graph, rules, request, op, &paths, err);
    return rc == CSPM_OK ? cg_between_table(paths, graph, out, err) : rc;
}

int32_t cspm_paths_export(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, const char *format, cspm_op *op,
                          uint64_t *found, uint32_t *truncated, cspm_buffer **out, cspm_error **err)
{
    cg_between *paths;
    cg_buf b;
    if (!graph || !rules || !request || !format || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = between(graph, rules, request, op, &paths, err);
    if (rc != CSPM_OK)
        return rc;
    cg_buf_init(&b, cg_graph_mem(graph), 0);
    rc = cg_export_between(paths, graph, api_str(format, CSPM_NUL), NULL, &b, err);
    if (found)
        *found = paths->n_paths;
    if (truncated)
        *truncated = paths->truncated;
    cg_between_free(paths);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}

int32_t cspm_paths_count(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, uint64_t *count,
                         int32_t *estimated, cspm_error **err)
{
    bool guess;
    if (!graph || !rules || !request || !count)
        return CSPM_E_INVALID;
    int32_t rc = cg_ruleset_seal(rules, err);
    if (rc == CSPM_OK && (rc = cg_paths_count_between(graph, rules, request, op, count, &guess, err)) == CSPM_OK && estimated)
        *estimated = guess;
    return rc;
}

int32_t cspm_choke_points(cspm_graph *graph, cspm_ruleset *rules, const cspm_request *request, cspm_op *op, cspm_cursor **out,
                          cspm_error **err)
{
    if (!graph || !rules || !request || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = cg_ruleset_seal(rules, err);
    return rc == CSPM_OK ? cg_chokes_between(graph, rules, request, op, out, err) : rc;
}

int32_t cspm_analysis_table(cspm_analysis *analysis, uint32_t table, cspm_cursor **out, cspm_error **err)
{
    if (!analysis || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    return cg_analysis_table(analysis, table, out, err);
}
