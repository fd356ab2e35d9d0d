/* A derived layer under construction. For lib/graph only. */
#ifndef CG_GRAPH_LAYER_BUILD_H
#define CG_GRAPH_LAYER_BUILD_H

#include "graph/build.h"

/* Finds the number of a record by its content; the records live elsewhere. */
typedef struct cg_index {
    uint64_t *slots; /* hash << 32 | number + 1 */
    uint32_t n_slots, count;
} cg_index;
typedef bool (*cg_index_same)(const void *context, uint32_t number, const void *key);
/* Number of an equal record, or `fresh`, which is then entered; CG_NONE32 when memory is refused. */
uint32_t cg_index_put(cg_index *x, cg_mem *mem, uint32_t hash, uint32_t fresh, cg_index_same same, const void *context, const void *key);
uint32_t cg_index_hash(uint64_t a, uint64_t b);

typedef struct cg_new_label {
    uint32_t label, evidence;
    cg_node node;
    bool claimed; /* the inventory says so too: counts only when that is not believed */
} cg_new_label;

typedef struct cg_new_hub {
    cg_hub hub;
    uint32_t *from, *to; /* ascending, in the arena */
    uint32_t n_from, n_to;
} cg_new_hub;

typedef struct cg_new_prop {
    cg_node node;
    cg_cell cell; /* text in the arena */
} cg_new_prop;

struct cg_layer_builder {
    cg_mem *mem;
    cg_graph *below;
    cg_layer *layer; /* owns what is final when it is added */
    cg_arena arena;
    cg_intern *names[3];
    cg_intern *evidence_texts;
    CG_VEC(cg_evidence) evidence;
    CG_VEC(cg_new_label) labels;
    cg_index label_index;
    CG_VEC(cg_layer_edge) edges;
    cg_index edge_index;
    CG_VEC(cg_new_hub) hubs;
    cg_index hub_index;
    CG_VEC(cg_new_prop) props;
    cg_index prop_index;
    CG_VEC(cg_kind_meaning) meanings;
    CG_VEC(uint32_t) disbelieved;
    cg_diag_list diags;
};

int32_t cg_push_hubs(cg_layer_builder *l, cspm_error **err);
bool cg_layer_disbelieves(const cg_layer_builder *l, uint32_t label);

#endif
