/* Filling a view's arc arrays in two passes over the same arcs: count, then put. Private to graph/ and to tests that make views by hand. */
#ifndef CG_GRAPH_VIEW_ARCS_H
#define CG_GRAPH_VIEW_ARCS_H

#include "graph/view.h"

typedef struct cg_view_arc {
    uint32_t from, to, cost, kind;
    cg_rel rel; /* stored edge; arc into a hub: in slot; out of a hub: out slot; pair split off its hub: its relationship */
    bool conditional;
} cg_view_arc;

/* The view's numbers of vertices must be set. */
int32_t cg_view_arcs_begin(cg_view *v, cspm_error **err);
static inline void cg_view_arcs_count(cg_view *v, uint32_t from)
{
    v->out_offset[from + 2]++;
}
int32_t cg_view_arcs_ready(cg_view *v, cspm_error **err);
void cg_view_arcs_put(cg_view *v, const cg_view_arc *arc);
/* Sort rows by (to, cost, kind, rel), make the arrays of the other direction. */
int32_t cg_view_arcs_finish(cg_view *v, cspm_op *op, cspm_error **err);

#endif
