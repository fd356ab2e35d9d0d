/* Patterns: a walk through the trie of (relationship kind, label) sequences, with the walks of each sequence as one set. Private to paths/.
 */
#ifndef CG_PATHS_PATTERN_H
#define CG_PATHS_PATTERN_H

#include "paths/core.h"

/* A place is a core vertex and the waypoints passed so far: vertex << bits | mask. */
typedef struct cg_spot {
    uint64_t count; /* walks that come here, saturating */
    uint64_t cost;  /* packed, of the cheapest of them */
    uint64_t rest;  /* packed, of the cheapest way on to a target of the pattern; set while one is made */
    uint32_t place;
} cg_spot;

/* Spots of one trie node: those reached by its sequence. */
typedef struct cg_group {
    uint32_t step; /* class of the last hop; at level 0 that of the entries */
    uint32_t begin, end;
    uint64_t low; /* lower bound of every pattern from here on */
} cg_group;

typedef struct cg_level {
    CG_VEC(cg_spot) spots;
    CG_VEC(cg_group) groups; /* children of the trie node one level up */
    uint32_t at;             /* the group the walk is in */
} cg_level;

typedef struct cg_step_class {
    uint32_t kind, label; /* of the hop and of the node it ends at */
} cg_step_class;

typedef struct cg_emitted {
    cg_spot spot;
    uint32_t step;
} cg_emitted;
typedef struct cg_hub_visit {
    uint64_t count, cost;
    uint32_t hub, place;
} cg_hub_visit;

typedef struct cg_trie {
    const cg_core *c;
    cg_work work;
    uint32_t bits, full_mask;
    uint32_t *label;             /* core state -> primary label */
    uint32_t *step_of;           /* core arc into a state -> class */
    uint32_t *entry_step;        /* core state -> class of walks that begin there */
    CG_VEC(cg_step_class) steps; /* in order of first use; classes of entries have kind CG_NO_NAME */
    uint32_t *step_count;        /* by class, zero between steps */
    CG_VEC(uint32_t) steps_hit;
    CG_VEC(cg_emitted) emitted;
    CG_VEC(cg_hub_visit) visits;
    uint64_t *own;   /* by core vertex, zero between uses */
    uint64_t *rest;  /* packed rest costs of states and hubs */
    uint32_t *twins; /* core vertex -> size of its group of interchangeable ones */
    cg_level levels[CG_MAX_HOPS + 1];
    uint32_t *slot; /* place -> spot, where stamped */
    uint32_t *stamp, now;
} cg_trie;

uint32_t cg_place_enter(const cg_trie *t, uint32_t place, uint32_t vertex);
static inline uint32_t cg_place_vertex(const cg_trie *t, uint32_t place)
{
    return place >> t->bits;
}
static inline cg_group *cg_level_group(cg_level *l)
{
    return &l->groups.data[l->at];
}

/* Spot of a place in the current group, whose spots are in ascending order of place, or CG_NONE. */
static inline uint32_t cg_level_find(cg_level *l, uint32_t place)
{
    uint32_t low = cg_level_group(l)->begin, high = cg_level_group(l)->end, end = high;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (l->spots.data[mid].place < place)
            low = mid + 1;
        else
            high = mid;
    }
    return low < end && l->spots.data[low].place == place ? low : CG_NONE;
}

/* ---- pattern_step.c ---- */
/* Level 0: the entries by label. */
bool cg_trie_start(cg_trie *t);
/* Fill level hops + 1 from the current group of level `hops`. Groups come cheapest lower bound first. */
int32_t cg_trie_step(cg_trie *t, uint32_t hops, cspm_error **err);

/* ---- pattern_exemplar.c ---- */
/* Rest costs of all spots on the current sequence of `hops` steps, from its targets back. */
int32_t cg_pattern_rest(cg_trie *t, uint32_t hops, cspm_error **err);
/* The cheapest simple path of it; CSPM_DONE when there is none. */
int32_t cg_pattern_exemplar(cg_trie *t, uint32_t hops, cg_arena *arena, cg_found *out, cspm_error **err);

/* ---- twins.c ---- */
int32_t cg_twins_find(const cg_core *c, const uint32_t *label, cspm_op *op, uint32_t *size, cspm_error **err);

#endif
