/* Results and graphs to outside formats, written onto a buffer. Everything that came from an input is escaped for its format. */
#ifndef CG_EXPORT_EXPORT_H
#define CG_EXPORT_EXPORT_H

#include "analysis/analysis.h"

/* Graph formats: "opengraph", "ndjson", "graphml", "dot", "csv". CSPM_E_UNSUPPORTED names the known ones. */
int32_t cg_export_graph(cg_graph *g, cg_str format, cspm_op *op, cg_buf *out, cspm_error **err);
/* Analysis formats: "json", "ndjson", "csv", "table", "html", "dot", "graphml", "opengraph", "arg". */
typedef struct cg_export_style {
    bool colour;
    uint32_t width;   /* columns of the terminal; 0 = 100 */
    const double *x, *y; /* html: a place for each vertex of the drawing (0..1), from a layout such as the metrics library's; NULL: by hop columns */
    uint32_t n_places;
} cg_export_style;
/* The picture of an analysis: the union of its listed patterns' exemplars. Vertex i is nodes[i] (CG_NO_NODE = the internet); edges as index pairs. */
typedef struct cg_drawing {
    cg_node *nodes;
    uint32_t n_nodes;
    uint32_t *ends; /* 2 * n_edges: from, to */
    uint32_t *kinds;
    uint32_t n_edges;
    uint32_t *column; /* hop distance from the entry, a hint for layered layouts */
} cg_drawing;
int32_t cg_analysis_drawing(const cg_analysis *a, cg_arena *arena, cg_drawing *out, cspm_error **err);
int32_t cg_export_analysis(cg_analysis *a, cg_str format, const cg_export_style *style, cspm_op *op, cg_buf *out, cspm_error **err);
int32_t cg_export_between(const cg_between *b, cg_graph *g, cg_str format, const cg_export_style *style, cg_buf *out, cspm_error **err);
/* One attack path as a row of `microsoft.security/attackpaths`: a JSON object on one line. */
void cg_arg_row_write_json(cg_buf *b, const cg_graph *g, const cg_attack_path *p);
uint32_t cg_export_format_count(bool analysis);
const char *cg_export_format_name(bool analysis, uint32_t i);

#endif
