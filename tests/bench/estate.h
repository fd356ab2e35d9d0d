/* A synthetic cloud estate for benchmarks: seeded, the same on every machine. 27 node kinds, 23 edge kinds of which 17 can be traversed,
 * degrees with heavy tails, nine edges of ten inside a subscription of 2,000 nodes, 4.45 edges a node in random order, ids of about 73
 * bytes, about 10 properties a node, 0.8 % of the nodes sensitive. Density 'g' is a segmented estate (1.78 attack edges a node), 'd' a flat
 * one (2.48). */
#ifndef BENCH_ESTATE_H
#define BENCH_ESTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define ESTATE_NODE_KINDS 27
#define ESTATE_EDGE_KINDS 23
#define ESTATE_TRAVERSABLE 17 /* edge kinds below this number */
#define ESTATE_ID_BYTES 160

typedef struct estate {
    uint32_t n_nodes, n_edges, n_attack_edges, n_targets;
    uint64_t seed;
    char density;
    uint32_t *from, *to; /* random order */
    uint8_t *edge_kind;
    uint8_t *node_kind; /* node 0 is the internet: the entry */
    bool *sensitive;    /* the targets */
    uint32_t *order;    /* nodes in the order they are written in */
} estate;

/* NULL when memory is refused. At least 100 nodes. */
estate *estate_make(uint32_t n_nodes, char density, uint64_t seed);
void estate_free(estate *e);

const char *estate_node_kind_name(uint32_t kind);
const char *estate_provider(uint32_t node_kind); /* parts of ids; provider "": the id is a bare GUID */
const char *estate_prefix(uint32_t node_kind);
const char *estate_edge_kind_name(uint32_t kind);
uint32_t estate_likelihood(uint32_t edge_kind); /* millionths */
/* Text of a node's id; returns its length. */
size_t estate_id(const estate *e, uint32_t node, char id[ESTATE_ID_BYTES]);
/* The whole estate as an OpenGraph document; grouped: edges sorted by source rather than random. False when writing failed. */
bool estate_write_opengraph(const estate *e, FILE *out, bool grouped);

/* Walks of at most `hops` edges from the internet to sensitive nodes that repeat no node, counted by plain search: the generator's check of
 * itself. Returns false when the number known for this size and density (reference measurements) is missed by more than a factor of two. */
uint64_t estate_count_paths(const estate *e, uint32_t hops);
bool estate_check(const estate *e, uint64_t *counted, uint64_t *expected);

#endif
