/* Views made from arrays, without a graph behind them, and the same graph with its hubs written out as plain edges. */
#ifndef TEST_PATHS_VIEW_MAKE_H
#define TEST_PATHS_VIEW_MAKE_H

#include "graph/view_arcs.h"

typedef struct t_edge {
    uint32_t from, to, cost, kind;
    uint8_t needs, gives; /* cg_capability */
    bool conditional;
} t_edge;

typedef struct t_hub {
    t_edge decision; /* ends unused */
    uint32_t n_from, n_to;
    uint32_t from[64], to[64];
} t_hub;

typedef struct t_graph {
    uint32_t n_nodes;
    uint32_t n_edges, n_hubs;
    bool read_all; /* every node has a read state, whether a relationship gives read or not */
    t_edge edges[20000];
    t_hub hubs[16];
} t_graph;

cg_mem *t_mem(void); /* one for the whole test program */
/* Hubs as vertices; or written out: the same hop structure, no hubs. */
cg_view *t_view(const t_graph *g, bool expand_hubs);
/* Repeatable random numbers. */
typedef struct t_random {
    uint64_t state;
} t_random;
uint32_t t_below(t_random *r, uint32_t n);
bool t_chance(t_random *r, uint32_t percent);

#endif
