/* The writers behind cg_export_analysis, and what they share. */
#ifndef CG_EXPORT_ANALYSIS_FORMATS_H
#define CG_EXPORT_ANALYSIS_FORMATS_H

#include "export/export.h"

typedef struct cg_analysis_out {
    cg_analysis *a;
    cg_graph *g;
    cg_export_style style; /* width filled in */
    cspm_op *op;
    cg_mem *mem;
    cg_buf *out;
    cg_lines *lines;
    cg_arena arena;
} cg_analysis_out;

int32_t cg_analysis_write_table(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_json(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_ndjson(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_arg(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_csv(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_html(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_dot(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_graphml(cg_analysis_out *o, cspm_error **err);
int32_t cg_analysis_write_opengraph(cg_analysis_out *o, cspm_error **err);

void cg_between_write_table(const cg_between *b, const cg_graph *g, const cg_export_style *style, cg_buf *out);

/* One attack path as the contract has it; a single line. */
void cg_attack_path_write_json(cg_buf *b, const cg_graph *g, const cg_attack_path *p, cg_lines *lines);
void cg_kinds_write_json(cg_buf *b, const cg_graph *g, cg_node n);
/* The limit that cut an answer short, as the contract names it; NULL none. */
const char *cg_truncated_name(uint32_t mask);
cg_str cg_export_name(const cg_graph *g, cg_node n); /* of a node, or "internet" */
cg_str cg_export_kind(const cg_graph *g, cg_node n); /* primary label; "Internet", "Node" */

#endif
