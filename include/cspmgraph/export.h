/**
 * @file export.h
 * Results and graphs as text in outside formats.
 */
#ifndef CSPMGRAPH_EXPORT_H
#define CSPMGRAPH_EXPORT_H

#include "base.h"
#include "table.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Scalars only; arrays are direct parameters of the calls. */
typedef struct cspm_export_options {
    uint32_t struct_size;
    uint32_t colour; /**< terminal colours in "table" */
    uint32_t width;  /**< columns of the terminal; 0 = 100 */
    uint32_t reserved32;
    uint64_t reserved[4];
} cspm_export_options;

/**
 * The graph in another format: "opengraph", "ndjson", "graphml", "dot", "csv". Text from inputs is escaped for the format.
 * @param[out] out the caller's to unref
 * @return CSPM_OK or CSPM_E_UNSUPPORTED (the message names the known formats)
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_graph_export(cspm_graph *graph, const char *format, cspm_op *op, cspm_buffer **out, cspm_error **err);
/**
 * An analysis in another format: "table", "json", "ndjson", "csv", "html", "dot", "graphml", "opengraph".
 * @param options NULL = defaults
 * @param[out] out the caller's to unref
 * @return CSPM_OK, CSPM_E_UNSUPPORTED, CSPM_E_ABI
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_analysis_export(cspm_analysis *analysis, const char *format, const cspm_export_options *options, cspm_op *op, cspm_buffer **out, cspm_error **err);
/**
 * The picture of an analysis, for a layout: vertices 0..n-1, edges as index pairs, a column for each vertex.
 * @param[out] out holds the arrays; the caller's to unref
 * @param[out] ends 2 * n_edges indices, borrowed from out
 * @param[out] columns n_vertices hop distances, borrowed from out
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_analysis_drawing(cspm_analysis *analysis, cspm_buffer **out, uint32_t *n_vertices, const uint32_t **ends, uint32_t *n_edges, const uint32_t **columns, cspm_error **err);
/**
 * The HTML report with its picture placed by the caller.
 * @param x,y n_vertices places in 0..1 each; NULL = by columns
 * @param[out] out the caller's to unref
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_analysis_html(cspm_analysis *analysis, const double *x, const double *y, uint32_t n_vertices, cspm_op *op, cspm_buffer **out, cspm_error **err);
/**
 * Names of the formats of cspm_graph_export (what = 0) or cspm_analysis_export (what = 1).
 * @return a static string; NULL past the end
 * @thread any
 * @since 0.1
 */
CSPM_API const char *cspm_export_format(uint32_t what, uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
