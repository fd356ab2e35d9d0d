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

CSPM_API void cspm_run_options_init(cspm_run_options *options, uint32_t struct_size);
CSPM_API int32_t cspm_query_compile(cspm_context *context, const char *text, size_t length, uint32_t language, cspm_query **out, cspm_error **err);
CSPM_API int32_t cspm_query_run(cspm_query *query, cspm_graph *graph, const cspm_params *params, const cspm_run_options *options, cspm_op *op, cspm_cursor **out, cspm_error **err);
CSPM_API int32_t cspm_query_explain(cspm_query *query, cspm_graph *graph, cspm_buffer **out, cspm_error **err);
CSPM_API cspm_query *cspm_query_ref(cspm_query *query);
CSPM_API void cspm_query_unref(cspm_query *query);

CSPM_API int32_t cspm_params_new(cspm_context *context, cspm_params **out, cspm_error **err);
CSPM_API int32_t cspm_params_set_int(cspm_params *params, const char *name, size_t name_length, int64_t value, cspm_error **err);
CSPM_API int32_t cspm_params_set_double(cspm_params *params, const char *name, size_t name_length, double value, cspm_error **err);
CSPM_API int32_t cspm_params_set_bool(cspm_params *params, const char *name, size_t name_length, int32_t value, cspm_error **err);
CSPM_API int32_t cspm_params_set_string(cspm_params *params, const char *name, size_t name_length, const char *value, size_t value_length, cspm_error **err);
CSPM_API int32_t cspm_params_set_json(cspm_params *params, const char *name, size_t name_length, const char *json, size_t json_length, cspm_error **err);
CSPM_API void cspm_params_free(cspm_params *params);

#ifdef __cplusplus
}
#endif

#endif
