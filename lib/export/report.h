/* The HTML report: a page with slots, and who fills them. */
#ifndef CG_EXPORT_REPORT_H
#define CG_EXPORT_REPORT_H

#include "base/str.h"

extern const cg_str cg_report_page; /* report.html with report.css and report.js in it; made at build */

struct cg_analysis_out;
struct cg_attack_path;

#endif
