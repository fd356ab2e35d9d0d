/* All simple paths by plain recursion over a test graph's own arrays: what every search is compared with. */
#ifndef TEST_PATHS_ORACLE_H
#define TEST_PATHS_ORACLE_H

#include "paths/paths.h"
#include "view_make.h"

#define O_MAX_HOPS 12

typedef struct o_path {
    uint64_t cost;
    uint32_t entry, target, n_hops;
    bool conditional;
    uint32_t nodes[O_MAX_HOPS + 1];
    uint64_t rels[O_MAX_HOPS];
} o_path;

typedef struct o_list {
    o_path *paths;
    size_t count, capacity;
    bool overflow; /* more than `most` */
    size_t most;
} o_list;

/* Every relationship a query would see: edges, and all pairs of hubs except (s, s). */
typedef struct o_rels {
    uint32_t count;
    t_edge *edges;
    uint64_t *rels;
    uint32_t *first; /* edges of node n: first[n] .. first[n + 1] */
} o_rels;
o_rels o_relationships(const t_graph *g);
void o_relationships_free(o_rels *r);

/* Sorted by cost, hops, node ids, relationships. Waypoints of the request are honoured. */
o_list o_all_paths(const t_graph *g, const cg_path_request *q, size_t most);
void o_list_free(o_list *l);
int o_cmp(const void *a, const void *b);

/* Fails the test when they differ in anything. */
void o_same_path(const char *what, uint32_t round, size_t at, const cg_found *f, const o_path *o);

/* Random graphs of different shapes; `rich`: hubs, read capabilities, conditions. */
void o_random_graph(t_random *r, t_graph *g, bool rich);
void o_random_request(t_random *r, const t_graph *g, cg_path_request *q, cg_endpoint *entries, cg_endpoint *targets, uint32_t most_ends);

#endif
