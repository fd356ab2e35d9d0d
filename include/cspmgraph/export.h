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

/** The graph: "opengraph", "ndjson", "graphml", "dot", "csv". */
CSPM_API int32_t cspm_graph_export(cspm_graph *graph, const char *format, cspm_op *op, cspm_buffer **out, cspm_error **err);
/** An analysis: "table", "json", "ndjson", "csv", "html", "dot", "graphml", "opengraph". */
CSPM_API int32_t cspm_analysis_export(cspm_analysis *analysis, const char *format, const cspm_export_options *options, cspm_op *op, cspm_buffer **out, cspm_error **err);
/** The picture of an analysis, for a layout: vertices 0..n-1, edges as index pairs in ends[2 * n_edges], a column hint per vertex. Borrowed from `out`. */
CSPM_API int32_t cspm_analysis_drawing(cspm_analysis *analysis, cspm_buffer **out, uint32_t *n_vertices, const uint32_t **ends, uint32_t *n_edges, const uint32_t **columns, cspm_error **err);
/** The HTML report with its picture placed by the caller: x and y in 0..1 for each of the drawing's vertices. */
CSPM_API int32_t cspm_analysis_html(cspm_analysis *analysis, const double *x, const double *y, uint32_t n_vertices, cspm_op *op, cspm_buffer **out, cspm_error **err);
/** Names of the formats of cspm_graph_export (0) or cspm_analysis_export (1); NULL past the end. */
CSPM_API const char *cspm_export_format(uint32_t what, uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
