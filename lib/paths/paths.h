/* Attack paths: edge sets in, paths out. Nothing here knows rules, queries or texts.
 * All searches run on the core of a view: the vertices on some walk from an entry to a target within the length limit. */
#ifndef CG_PATHS_PATHS_H
#define CG_PATHS_PATHS_H

#include "graph/view.h"

typedef struct cg_endpoint {
    cg_node node;
    uint32_t factor;    /* millionths: exposure of an entry, criticality (impact) of a target; 1..1,000,000 */
    bool needs_control; /* target only: reading it is not enough */
    bool reads_only;    /* entry only: it is read from outside, not held; the view must have a read state for it (cg_view_options) */
} cg_endpoint;

typedef struct cg_path_request {
    const cg_endpoint *entries, *targets; /* sorted by node, no repeats */
    uint32_t n_entries, n_targets;
    const cg_node *waypoints; /* each path must visit all of them, in any order */
    uint32_t n_waypoints;
    uint32_t max_length;     /* hops; 0 = 10 */
    uint64_t k;              /* how many of the best to list; 0 = 100 */
    uint64_t max_enumerated; /* exhaustive only when the prediction is at most this; 0 = 1,000,000 */
    uint64_t max_work;       /* search steps; 0 = 1e9 */
    uint32_t alpha, beta;    /* weights of impact and likelihood cost, in 1/1000; 0 = 1000 */
} cg_path_request;

typedef struct cg_core cg_core;
/* Forward and backward hop-bounded search, intersect, renumber. `view` must outlive the core. Empty cores are fine. */
int32_t cg_core_build(const cg_view *view, const cg_path_request *request, cspm_op *op, cg_core **out, cspm_error **err);
void cg_core_free(cg_core *c);
uint32_t cg_core_n_vertices(const cg_core *c);
uint32_t cg_core_n_arcs(const cg_core *c);
uint32_t cg_core_live_entries(const cg_core *c); /* entries and targets that lie on some path */
uint32_t cg_core_live_targets(const cg_core *c);
/* Targets reachable without the length limit but not within it. */
int32_t cg_core_targets_beyond(const cg_core *c, cspm_op *op, uint32_t *out, cspm_error **err);

/* Walk-count prediction: number of walks of at most max_length hops, saturating. Never below the number of simple paths. O(L * arcs). */
int32_t cg_core_predict(const cg_core *c, cspm_op *op, uint64_t *walks, cspm_error **err);

/* One found path: nodes and relationships in order. Zero hops is possible (entry == target). */
typedef struct cg_found {
    uint64_t cost;          /* entry + edges + target, see cg_path_request.alpha/beta; lower is better */
    uint64_t edge_cost;     /* edges alone */
    uint32_t entry, target; /* index into the request's arrays */
    uint32_t n_hops;
    bool conditional;
    cg_node *nodes; /* n_hops + 1 */
    cg_rel *rels;   /* n_hops */
} cg_found;
typedef struct cg_found_list {
    cg_arena arena;
    CG_VEC(cg_found) paths; /* ordered by cost, hops, node ids, relationships */
    uint32_t truncated;     /* CSPM_TRUNCATED_* */
} cg_found_list;
void cg_found_list_free(cg_found_list *l);

/* The k cheapest simple paths over all entries and targets, best first with exact reverse distances. */
int32_t cg_paths_best(const cg_core *c, uint64_t k, cspm_op *op, cg_found_list *out, cspm_error **err);
/* The best simple path for each (entry, target) pair that has one, at most max_pairs (cheapest first; WORK bit when cut). */
int32_t cg_paths_best_per_pair(const cg_core *c, uint64_t max_pairs, cspm_op *op, cg_found_list *out, cspm_error **err);
/* Every simple path, in deterministic order; `visit` returns CSPM_OK to go on, CSPM_DONE to stop. The path is borrowed during the call. */
typedef int32_t (*cg_path_visit)(void *user, const cg_found *path);
int32_t cg_paths_all(const cg_core *c, cspm_op *op, cg_path_visit visit, void *user, uint32_t *truncated, cspm_error **err);
/* Exact count of simple paths; per pair when `per_pair` is not NULL (n_entries * n_targets counters, row-major). */
int32_t cg_paths_count(const cg_core *c, cspm_op *op, uint64_t *count, uint64_t *per_pair, uint32_t *truncated, cspm_error **err);

/* Patterns: walks with the same sequence of node kinds (primary labels) and edge kinds are one row; identical machines (twins) collapse. */
typedef struct cg_pattern {
    uint32_t n_hops;
    uint32_t *labels;           /* n_hops + 1: primary label of each node, CG_NO_NAME none */
    uint32_t *kinds;            /* n_hops */
    uint64_t count;             /* walks, saturating */
    uint64_t cost;              /* of the best one */
    cg_found exemplar;          /* cheapest simple path of the pattern */
    cg_node *entries, *targets; /* all behind it, ascending */
    uint32_t n_entries, n_targets;
    uint32_t twins; /* largest group of interchangeable nodes inside, 1 = none */
} cg_pattern;
typedef struct cg_pattern_list {
    cg_arena arena;
    CG_VEC(cg_pattern) patterns; /* ordered by cost, hops, signature */
    uint32_t truncated;
} cg_pattern_list;
int32_t cg_paths_patterns(const cg_core *c, uint64_t max_patterns, cspm_op *op, cg_pattern_list *out, cspm_error **err);
void cg_pattern_list_free(cg_pattern_list *l);

/* Choke points: exact single-vertex chokes from one dominator tree, and walk coverage of every node and relationship. */
typedef struct cg_choke {
    cg_node node; /* CG_NO_NODE when it is a relationship */
    cg_rel rel;
    uint32_t evidence; /* when the choke is a hub: the statement or rule behind it */
    uint64_t paths;    /* walks through it, saturating */
    uint32_t targets;  /* targets that every path to them passes it for (dominated), for edges: covered */
    uint32_t entries;
    bool cuts_all; /* every path passes here */
} cg_choke;
typedef struct cg_choke_list {
    cg_mem *mem;
    CG_VEC(cg_choke) chokes; /* cuts_all first, then targets, paths, id; entries and targets themselves left out */
} cg_choke_list;
int32_t cg_paths_chokes(const cg_core *c, uint32_t max, cspm_op *op, cg_choke_list *out, cspm_error **err);
void cg_choke_list_free(cg_choke_list *l);
/* Immediate dominators over the core from the super-source, in graph nodes: idom[node] for every node on the core (CG_NO_NODE for others
 * and for nodes dominated only by the super-source). Array of graph nodes, the caller's to free. Control and read state of one node count
 * as one only when equal. */
int32_t cg_paths_dominators(const cg_core *c, cspm_op *op, cg_node **idom, cspm_error **err);
/* Smallest set of nodes (neither entries nor the target) whose removal leaves `target` (index) unreachable; size 0 with *possible=false
 * when only entries, or nothing, are between an entry and it. */
int32_t cg_paths_min_cut(const cg_core *c, uint32_t target, cspm_op *op, cg_node **cut, uint32_t *n, bool *possible, cspm_error **err);

/* Coverage by fact: how many walks use each relationship; walks[i] for rels[i] (core relationships, ascending). For fix selection. */
int32_t cg_paths_coverage(const cg_core *c, cspm_op *op, cg_rel **rels, uint64_t **walks, uint32_t *n, cspm_error **err);

#endif
