/* The finished graph: immutable, shared by any number of threads; a stack of layers over one node numbering.
 * Nodes are numbered in the byte order of their ids, so ascending node number *is* the order of every result. */
#ifndef CG_GRAPH_GRAPH_H
#define CG_GRAPH_GRAPH_H

#include "graph/value.h"

typedef struct cspm_graph cg_graph;

#define CG_NO_NAME UINT32_MAX /* no such label, relationship kind or key in this graph */

cg_graph *cg_graph_ref(cg_graph *g);
void cg_graph_unref(cg_graph *g);
cg_mem *cg_graph_mem(const cg_graph *g);

uint32_t cg_graph_n_nodes(const cg_graph *g);
uint64_t cg_graph_n_rels(const cg_graph *g);        /* relationships a query sees: stored edges plus every pair of every hub */
uint64_t cg_graph_n_base_rels(const cg_graph *g);   /* of the inventory layer */
uint64_t cg_graph_n_derived(const cg_graph *g);     /* relationships of the layers above it */
uint64_t cg_graph_n_stored(const cg_graph *g);      /* edges and hub memberships actually stored */
uint32_t cg_graph_n_layers(const cg_graph *g);

/* ---- nodes ---- */
cg_str cg_node_id(const cg_graph *g, cg_node n);
cg_node cg_node_find(const cg_graph *g, const char *key, size_t length); /* id or alias; CG_NO_NODE */
/* Aliases of n in byte order; returns how many there are, writes at most `cap`. */
uint32_t cg_node_aliases(const cg_graph *g, cg_node n, cg_str *out, uint32_t cap);

/* ---- names: labels, relationship kinds, property keys; three numberings, each dense from 0 ---- */
typedef enum { CG_NAMES_LABEL, CG_NAMES_KIND, CG_NAMES_KEY } cg_names;
uint32_t cg_name_count(const cg_graph *g, cg_names which);
uint32_t cg_name_find(const cg_graph *g, cg_names which, cg_str name); /* CG_NO_NAME */
cg_str cg_name_get(const cg_graph *g, cg_names which, uint32_t id);

/* ---- labels ---- */
bool cg_node_has_label(const cg_graph *g, cg_node n, uint32_t label);
/* Labels of n: those of the inventory in their given order (primary first), then derived ones by name. Returns the count, writes at most cap. */
uint32_t cg_node_labels(const cg_graph *g, cg_node n, uint32_t *out, uint32_t cap);
uint32_t cg_node_n_base_labels(const cg_graph *g, cg_node n);
uint64_t cg_label_count(const cg_graph *g, uint32_t label);
/* Evidence of a derived label on a node; CG_NO_EVIDENCE for inventory labels. */
uint32_t cg_label_evidence(const cg_graph *g, cg_node n, uint32_t label);
typedef struct cg_label_iter {
    const cg_graph *g;
    uint32_t label;
    cg_node next;
    uint32_t layer_pos[16];
} cg_label_iter;
void cg_label_iter_init(cg_label_iter *it, const cg_graph *g, uint32_t label); /* ascending, each node once over all layers */
bool cg_label_iter_next(cg_label_iter *it, cg_node *out);

/* ---- properties ----
 * Absent gives CG_NULL. Lists are built in `arena` (may be NULL: lists are then CG_NULL is NOT allowed; pass an arena).
 * Errors: CSPM_E_NOMEM/LIMIT, CSPM_E_PARSE when a snapshot block is found damaged at first touch. */
int32_t cg_node_prop(const cg_graph *g, cg_node n, uint32_t key, cg_arena *arena, cg_value *out, cspm_error **err);
int32_t cg_rel_prop(const cg_graph *g, cg_rel r, uint32_t key, cg_arena *arena, cg_value *out, cspm_error **err);
/* All properties as a map sorted by key. */
int32_t cg_node_props(const cg_graph *g, cg_node n, cg_arena *arena, const cg_map **out, cspm_error **err);
int32_t cg_rel_props(const cg_graph *g, cg_rel r, cg_arena *arena, const cg_map **out, cspm_error **err);
/* Host text for people: the property "name" (or "displayName", "displayname"), else the id. Never fails. */
cg_str cg_node_name(const cg_graph *g, cg_node n);

/* ---- relationships ---- */
typedef enum { CG_OUT = 1, CG_IN = 2, CG_BOTH = 3 } cg_dir;
typedef struct cg_edge {
    cg_rel rel;
    cg_node from, to; /* as stored, whatever direction was walked */
    uint32_t kind;
} cg_edge;
/* Read an edge by identity. */
cg_edge cg_rel_get(const cg_graph *g, cg_rel r);
uint32_t cg_rel_evidence(const cg_graph *g, cg_rel r);
/* Total order of relationships: layer, then from, kind, to, ordinal. For deterministic output; identity order for equal keys. */
int cg_rel_cmp(const cg_graph *g, cg_rel a, cg_rel b);

/* Set of relationship kinds; NULL pointers to it mean "all". */
typedef struct cg_kind_set {
    uint32_t n_words;
    uint64_t *words;
} cg_kind_set;
static inline bool cg_kind_set_has(const cg_kind_set *s, uint32_t kind)
{
    return !s || ((kind >> 6) < s->n_words && (s->words[kind >> 6] >> (kind & 63) & 1));
}

/* Relationships at a node over all layers, hub pairs included one by one, self-loops once.
 * Order: layers from below, in a layer (kind, other end) for stored edges, then hubs. */
typedef struct cg_adj_iter {
    const cg_graph *g;
    const cg_kind_set *kinds;
    cg_node node;
    uint8_t dir, phase;
    uint16_t layer;
    uint64_t pos, end;   /* within the CSR row or hub memberships */
    uint64_t pos2, end2; /* within the hub's other side */
} cg_adj_iter;
void cg_adj_init(cg_adj_iter *it, const cg_graph *g, cg_node n, cg_dir dir, const cg_kind_set *kinds);
bool cg_adj_next(cg_adj_iter *it, cg_edge *out);
/* The same at many nodes, a block at a time: what a search reads of its frontier. Node by node what cg_adj_next gives, in its order. */
typedef struct cg_hop {
    cg_rel rel;
    cg_node node; /* the other end */
    uint32_t at;  /* whose: position among the nodes asked for */
} cg_hop;
typedef struct cg_hops {
    const cg_graph *g;
    const cg_kind_set *kinds;
    uint32_t at; /* the node to be read next, or to be read on */
    bool begun;  /* some of it was read */
    bool both, plain;
    uint8_t part, n_parts;
    uint8_t parts[64];   /* layer << 2 | what it gives: those that have anything */
    uint32_t pos, end;   /* within the CSR row or hub memberships */
    uint32_t pos2, end2; /* within the hub's other side */
} cg_hops;
void cg_hops_init(cg_hops *h, const cg_graph *g, cg_dir dir, const cg_kind_set *kinds);
/* From position `at` of the nodes on. */
static inline void cg_hops_seek(cg_hops *h, uint32_t at)
{
    h->at = at;
    h->begun = false;
}
/* Fill `out`: at least one unless nodes[0 .. n] are read to the end. `nodes` may have grown since the last call, or moved. A full block may end
 * within a node: h->at is then still that node. */
uint32_t cg_hops_next(cg_hops *h, const cg_node *nodes, uint32_t n, cg_hop *out, uint32_t cap);
uint64_t cg_degree(const cg_graph *g, cg_node n, cg_dir dir, const cg_kind_set *kinds); /* counts hub pairs; O(row) with a filter, O(1)+hubs without */
/* Relationships from a to b of these kinds, one at a time: cheapest side is scanned. *cursor starts at 0; false at the end. */
bool cg_between_next(const cg_graph *g, cg_node a, cg_node b, const cg_kind_set *kinds, uint64_t *cursor, cg_edge *out);
/* Every relationship by ascending cg_rel_cmp within stored edges of a layer, then its hub pairs. */
typedef struct cg_rel_iter {
    const cg_graph *g;
    uint32_t layer;
    uint64_t pos, a, b;
} cg_rel_iter;
void cg_rel_iter_init(cg_rel_iter *it, const cg_graph *g);
bool cg_rel_iter_next(cg_rel_iter *it, cg_edge *out);

/* ---- statistics for planners ---- */
uint64_t cg_kind_count(const cg_graph *g, uint32_t kind);       /* relationships of this kind */
uint64_t cg_kind_count_label(const cg_graph *g, uint32_t kind, uint32_t label, cg_dir dir); /* whose `dir` end carries the label; estimate */
uint64_t cg_key_count(const cg_graph *g, uint32_t key);         /* nodes that have the property */
uint32_t cg_node_key_types(const cg_graph *g, uint32_t key);   /* set of 1 << cg_type: types of its values, exactly */
uint32_t cg_rel_key_types(const cg_graph *g, uint32_t key);    /* likewise of relationships */
uint64_t cg_key_distinct(const cg_graph *g, uint32_t key);      /* distinct values, estimate */

/* ---- evidence ---- */
#define CG_NO_EVIDENCE UINT32_MAX
typedef struct cg_evidence {
    cg_str rule;            /* rule or technique id; null for inventory items */
    cg_str source;          /* input name; null when derived from the graph only */
    uint64_t offset;        /* byte offset of the item in that input */
    const cg_node *nodes;   /* nodes that made a rule match */
    uint32_t n_nodes;
    const cg_rel *rels;     /* relationships that made it match */
    uint32_t n_rels;
    cg_str note;
} cg_evidence;
/* Fields are borrowed from the graph. `id` from cg_rel_evidence, cg_label_evidence or cg_node_evidence. */
bool cg_evidence_get(const cg_graph *g, uint32_t id, cg_evidence *out);
uint32_t cg_node_evidence(const cg_graph *g, cg_node n); /* where the node was defined first (by input order of names); CG_NO_EVIDENCE */

/* ---- inputs and diagnostics ---- */
typedef struct cg_source_info {
    cg_str name;     /* as given by the user, or "archive.zip/member.json" */
    cg_str dialect;
    uint64_t bytes, nodes, edges;
} cg_source_info;
uint32_t cg_source_count(const cg_graph *g);
cg_source_info cg_source_get(const cg_graph *g, uint32_t i); /* sorted by name */

typedef enum { CG_DIAG_WARNING = 1, CG_DIAG_ERROR = 2 } cg_severity;
typedef struct cg_diag {
    cg_severity severity;
    cg_str source; /* may be null */
    uint64_t offset;
    uint32_t line, column; /* 0 = unknown */
    cg_str code;   /* stable, e.g. "dangling-edge" */
    cg_str message;
} cg_diag;
uint32_t cg_diag_count(const cg_graph *g);
cg_diag cg_diag_get(const cg_graph *g, uint32_t i); /* sorted by source, offset, code, message */

/* ---- what an edge kind means to an attacker (set by the derive stage; see design 2) ---- */
typedef enum { CG_CAP_READ = 0, CG_CAP_CONTROL = 1 } cg_capability;
typedef struct cg_kind_info {
    bool traversable;
    uint8_t needs, gives;       /* cg_capability of the source and of the target */
    uint32_t likelihood;        /* in millionths, 1..1,000,000 */
    cg_str technique, tactic;   /* ATT&CK ids: "T1078", "initial-access"; null when unknown */
    cg_str title;               /* verb phrase for stories: "can read" */
} cg_kind_info;
/* Never NULL: kinds nobody declared are not traversable. */
const cg_kind_info *cg_kind_get_info(const cg_graph *g, uint32_t kind);
/* What an input itself declared about a kind (an OpenGraph extension definition): -1 unknown, 0 no, 1 yes. */
int cg_kind_declared_traversable(const cg_graph *g, uint32_t kind);

#endif
