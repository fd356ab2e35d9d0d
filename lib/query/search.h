/* Breadth-first search, as several operators do it: nodes in the order they are reached, level by level, relationships read in blocks.
 *
 * Memory follows what is reached, besides one bit a node of the graph, and four bytes a node once somebody asks where a node stands. */
#ifndef CG_QUERY_SEARCH_H
#define CG_QUERY_SEARCH_H

#include "query/exec.h"

#define Q_BLOCK 64u

typedef struct q_search {
    cg_hops hops;
    uint64_t *seen;           /* bits: reached, hidden from the query, or barred */
    bool came_wanted, barred; /* keep `came`; some nodes are barred */
    cg_node *queue;           /* what is reached, the start first */
    cg_hop *came;             /* by which relationship each was reached first; `at` is the place in the queue of the node before */
    uint32_t count;           /* of the queue */
    size_t capacity;
    uint32_t *place; /* of a node in the queue; right where the queue says the same. Of the first `placed` */
    uint32_t placed;
    uint32_t depth, level_end; /* the queue up to level_end is at most `depth` hops away */
    uint32_t n, at;            /* of the block: at .. n are still to be looked at */
    cg_hop block[Q_BLOCK];
} q_search;

int32_t q_search_start(cg_run *r, q_search *s, cg_dir dir, const cg_kind_set *kinds, cg_node from, cspm_error **err);
void q_search_close(cg_run *r, q_search *s);

/* When the level is read to its end, the next one begins. False: nothing is left to read. */
static inline bool q_search_goes_on(q_search *s)
{
    if (s->hops.at == s->level_end && s->level_end < s->count) {
        s->depth++;
        s->level_end = s->count;
    }
    return s->hops.at < s->count;
}
/* The next block of this level; it may be empty. Makes room for all it can reach and counts the work. */
int32_t q_search_read(cg_run *r, q_search *s, cspm_error **err);
static inline bool q_search_is_new(const q_search *s, cg_node n)
{
    return !(s->seen[n >> 6] >> (n & 63) & 1);
}
/* Reach the other end of a hop of the block, which is new. */
void q_search_add(q_search *s, const cg_hop *hop);
/* Reach whatever is new among the rest of the block. */
void q_search_add_all(q_search *s);
/* Never reach this node. */
static inline void q_search_bar(q_search *s, cg_node n)
{
    s->seen[n >> 6] |= (uint64_t)1 << (n & 63);
    s->barred = true;
}
/* Where in the queue a node stands: *out, UINT32_MAX when it is not reached. */
int32_t q_search_find(cg_run *r, q_search *s, cg_node n, uint32_t *out, cspm_error **err);

#endif
