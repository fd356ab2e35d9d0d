/* The writers behind cg_export_graph. */
#ifndef CG_EXPORT_GRAPH_FORMATS_H
#define CG_EXPORT_GRAPH_FORMATS_H

#include "export/export.h"

/* What each writer is given; it polls the operation once a node and once a relationship. */
typedef struct cg_graph_out {
    cg_graph *g;
    cspm_op *op;
    cg_mem *mem;
    cg_buf *out;
    cg_buf scratch; /* cleared by whoever uses it */
    cg_arena arena; /* property maps of one item; reset between items */
    uint32_t ticks;
    uint64_t n_base; /* the first so many relationships are the inventory's, the rest derived */
} cg_graph_out;
/* Between two items: progress, cancellation, memory. */
int32_t cg_graph_out_step(cg_graph_out *o, cspm_error **err);
/* Number of labels of n; *out in the arena. */
int32_t cg_graph_out_labels(cg_graph_out *o, cg_node n, uint32_t **labels, uint32_t *count, cspm_error **err);

int32_t cg_graph_write_opengraph(cg_graph_out *o, cspm_error **err);
int32_t cg_graph_write_opengraph_schema(cg_graph_out *o, cspm_error **err);
int32_t cg_graph_write_ndjson(cg_graph_out *o, cspm_error **err);
int32_t cg_graph_write_graphml(cg_graph_out *o, cspm_error **err);
int32_t cg_graph_write_dot(cg_graph_out *o, cspm_error **err);
int32_t cg_graph_write_csv(cg_graph_out *o, cspm_error **err);

#endif
