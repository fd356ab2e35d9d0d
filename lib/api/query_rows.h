/* Rows of tables that need an analysis, made when a query first asks for them. */
#ifndef CG_API_QUERY_ROWS_H
#define CG_API_QUERY_ROWS_H

#include "api/api.h"
#include "query/query.h"
#include "rules/rules.h"

/* A rule set, and the analysis of the graph it was last used on. Any thread. */
typedef struct api_rows api_rows;
api_rows *api_rows_new(cg_mem *mem, cg_ruleset *rules); /* NULL when memory is refused */
void api_rows_unref(api_rows *rows);
/* The sources for one run on a graph. *out must be handed to cg_query_run, which releases it. */
int32_t api_rows_sources(api_rows *rows, cg_graph *graph, int64_t now, cg_table_source *out, cspm_error **err);

#endif
