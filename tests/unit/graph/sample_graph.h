/* A small graph with one of everything: inputs, aliases, kinds, properties of every type, awkward texts, parallel relationships, derived
 * layers with labels, relationships, a hub, evidence, meanings and diagnostics. For the tests of tables, snapshots and exports. */
#ifndef CG_TESTS_SAMPLE_GRAPH_H
#define CG_TESTS_SAMPLE_GRAPH_H

#include "graph/builder.h"
#include "graph/layer.h"
#include "graph/table.h"

/* The inventory: two inputs, fed in either order. Errors only come from memory. */
int32_t sample_inventory(cg_mem *mem, bool second_first, cg_graph **out, cspm_error **err);
/* Two derived layers on top of it. */
int32_t sample_derive(cg_graph *inventory, cg_graph **out, cspm_error **err);
int32_t sample_graph(cg_mem *mem, cg_graph **out, cspm_error **err); /* both */
/* n nodes "node-0000001" … of kind Machine with some properties and two relationships each. */
int32_t sample_large(cg_mem *mem, uint32_t n, cg_graph **out, cspm_error **err);
/* Everything a caller can see of a graph, as text. */
int32_t sample_dump(const cg_graph *g, cg_buf *out, cspm_error **err);

/* Texts that mean something to some format. */
extern const char *const sample_hostile[];
extern const uint32_t sample_n_hostile;

#endif
