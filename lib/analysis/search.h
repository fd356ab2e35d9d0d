/* Shared by search.c and collect.c. */
#ifndef CG_ANALYSIS_SEARCH_H
#define CG_ANALYSIS_SEARCH_H

#include "analysis/run.h"

/* Order of two paths of one pair: cost, hops, nodes, relationships. */
int cg_triple_cmp(const cg_graph *g, const cg_triple *a, const cg_found *b);
int32_t cg_triple_take(cg_search *x, cg_triple *t, const cg_found *f, cspm_error **err);
/* Entries by group, those whose exposure is taken away left out or moved inside. */
int32_t cg_search_entries(cg_search *x, const cg_scope *s, const cg_removal *removal, cspm_error **err);
/* Best path of every (type, entry, target) of one group's core, appended to x->triples. */
int32_t cg_search_collect(cg_search *x, const cg_scope *s, const cg_types *t, int which, cspm_op *op, cspm_error **err);

#endif
