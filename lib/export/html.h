/* Shared by the files that write the HTML report. Every text of an input goes through html_text. */
#ifndef CG_EXPORT_HTML_H
#define CG_EXPORT_HTML_H

#include "export/analysis_formats.h"

void html_raw(cg_analysis_out *o, const char *markup);
void html_text(cg_analysis_out *o, cg_str s);                /* escaped */
void html_name(cg_analysis_out *o, cg_str s);                /* escaped, and its direction of writing kept inside */
void html_number(cg_analysis_out *o, uint64_t n);            /* 12,345 */
void html_score(cg_analysis_out *o, double score);           /* 72.5 */
void html_fraction(cg_analysis_out *o, uint32_t millionths); /* 0.36, 0.0042 */
void html_level(cg_analysis_out *o, cg_level level);         /* a badge */
const char *html_icon(const cg_graph *g, cg_node n);         /* id of a symbol of the page */
const cg_node_risk *html_risk(const cg_analysis *a, cg_node n);

int32_t html_picture(cg_analysis_out *o, cspm_error **err);
int32_t html_paths(cg_analysis_out *o, cspm_error **err);
int32_t html_method(cg_analysis_out *o, cspm_error **err);

#endif
