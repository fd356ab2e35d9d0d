/* Build one derived layer (labels, edges, hubs, evidence, kind meanings) and push it on a graph; layers below are shared, never copied. */
#ifndef CG_GRAPH_LAYER_H
#define CG_GRAPH_LAYER_H

#include "base/op.h"
#include "graph/graph.h"

typedef struct cg_layer_builder cg_layer_builder;

int32_t cg_layer_new(cg_graph *below, cg_str name, cg_layer_builder **out, cspm_error **err);
void cg_layer_free(cg_layer_builder *l);

/* Names: found in the graph below or added by this layer. CG_NO_NAME when memory is refused. */
uint32_t cg_layer_label(cg_layer_builder *l, cg_str name);
uint32_t cg_layer_kind(cg_layer_builder *l, cg_str name);
uint32_t cg_layer_key(cg_layer_builder *l, cg_str name);
/* Kinds this layer has brought in so far, which the graph below does not know. */
uint32_t cg_layer_n_kinds(const cg_layer_builder *l);
cg_str cg_layer_kind_name(const cg_layer_builder *l, uint32_t i, uint32_t *kind);

/* Evidence record; equal records are stored once. Arrays and strings are copied. CG_NO_EVIDENCE when memory is refused. */
uint32_t cg_layer_evidence(cg_layer_builder *l, const cg_evidence *e);

/* A label the node already has (below or here) is kept once with its first evidence. */
int32_t cg_layer_add_label(cg_layer_builder *l, cg_node n, uint32_t label, uint32_t evidence, cspm_error **err);
/* Equal (from, kind, to) in this layer are one edge, first evidence wins. conditional/likelihood: see below; likelihood 0 = the kind's. */
typedef struct cg_layer_edge {
    cg_node from, to;
    uint32_t kind;
    uint32_t evidence;
    uint32_t likelihood; /* millionths; 0 = as the kind says */
    bool conditional;
} cg_layer_edge;
int32_t cg_layer_add_edge(cg_layer_builder *l, const cg_layer_edge *e, cspm_error **err);
/* Every source to every target, the same decision for each pair (self pairs excluded). Stored as n_from + n_to memberships. */
int32_t cg_layer_add_hub(cg_layer_builder *l, const cg_layer_edge *decision, const cg_node *from, uint32_t n_from, const cg_node *to, uint32_t n_to, cspm_error **err);
/* Node properties a layer adds (riskScore …); shadows the property below. */
int32_t cg_layer_set_prop(cg_layer_builder *l, cg_node n, uint32_t key, cg_value value, cspm_error **err);
/* Meaning of a kind from this layer upward. Strings are copied. */
int32_t cg_layer_set_kind_info(cg_layer_builder *l, uint32_t kind, const cg_kind_info *info, cspm_error **err);
/* Labels of this name that came in with the data (inventory layer) are not believed: from this layer upward they are invisible everywhere
 * (has_label, labels, iteration, counts); labels that derived layers set keep working. The rules stage keeps them as the property "claimedLabels". */
int32_t cg_layer_disbelieve_label(cg_layer_builder *l, uint32_t label, cspm_error **err);
int32_t cg_layer_diag(cg_layer_builder *l, cg_severity severity, const char *code, cspm_error **err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

uint64_t cg_layer_n_added(const cg_layer_builder *l); /* labels + edges + hubs + properties so far; 0 means pushing changes nothing */

/* Seal and push: a new graph over the same layers below plus this one. `l` is consumed on success and on failure. */
int32_t cg_layer_push(cg_layer_builder *l, cspm_op *op, cg_graph **out, cspm_error **err);
/* The same graph without the layers from index `keep` up (1 = inventory only). */
int32_t cg_graph_drop_layers(cg_graph *g, uint32_t keep, cg_graph **out, cspm_error **err);
cg_str cg_graph_layer_name(const cg_graph *g, uint32_t layer);

/* How likely and how certain one relationship is: the edge's own likelihood or its kind's, and whether a condition was left undecided.
 * Inventory edges may carry these as properties "likelihood" (0..1 or millionths are NOT guessed: a float in (0,1]) and "conditional" (bool). */
uint32_t cg_rel_likelihood(const cg_graph *g, cg_rel r);
bool cg_rel_conditional(const cg_graph *g, cg_rel r);

#endif
