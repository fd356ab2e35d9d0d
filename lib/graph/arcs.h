/* How the files that walk stored relationships read them. */
#ifndef CG_GRAPH_ARCS_H
#define CG_GRAPH_ARCS_H

#include "graph/store.h"

/* What a layer gives at a node, in this order. */
enum { CG_OUT_EDGES, CG_IN_EDGES, CG_OUT_HUBS, CG_IN_HUBS, CG_LAYER_DONE };

/* Kind of the entry at a position of the outgoing or the incoming rows. */
static inline uint32_t cg_arc_kind(const cg_edge_store *s, bool out, uint64_t at)
{
    return cg_edge_kind(s, out ? (uint32_t)at : s->arcs[at].edge);
}
/* First position after `at` with another kind: entries of a row stand kind by kind. */
uint64_t cg_arc_skip_kind(const cg_edge_store *s, bool out, uint64_t at, uint64_t end);

#endif
