/* Patterns: a walk through the trie of (relationship kind, label) sequences, with the walks of each sequence as one set. Private to paths/.
 */
#ifndef CG_PATHS_PATTERN_H
#define CG_PATHS_PATTERN_H

#include "paths/core.h"

/* A place is a core vertex and the waypoints passed so far: vertex << bits | mask. */
typedef struct cg_spot {
    uint64_t count; /* walks that come here, saturating */
    uint64_t cost;  /* packed, of the cheapest of them */
    uint32_t place;
    uint32_t link, n_links; /* how walks come here: links of the level */
} cg_spot;

/* One way into a spot: from a spot one level up, or through a hub. */
#define CG_LINK_HUB (UINT32_C(1) << 31)
typedef struct cg_link {
    uint64_t weight;
    uint32_t parent; /* spot one level up, or CG_LINK_HUB and a passage of this level */
} cg_link;

/* One hub, passed by walks with the same waypoints behind them. A walk does not leave a hub for the node it came from, so the best way on
 * is kept together with the best one to another node. */
typedef struct cg_passage {
    uint32_t source, n_sources;
    uint32_t best_node;
    uint64_t best, second; /* CG_NEVER between uses */
} cg_passage;
typedef struct cg_source {
    uint64_t weight;
    uint32_t parent, node; /* spot one level up; first state of its node */
} cg_source;

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
    CG_VEC(cg_link) links;
    CG_VEC(cg_passage) passages;
    CG_VEC(cg_source) sources;
    CG_VEC(uint64_t) rest; /* by spot: packed, of the cheapest way on to a target of the pattern; CG_NEVER unless one is made */
    CG_VEC(uint32_t) live; /* spots of the group on some walk of the pattern being made; only these have a rest cost */
} cg_level;

typedef struct cg_step_class {
    uint32_t kind, label; /* of the hop and of the node it ends at */
} cg_step_class;

typedef struct cg_emitted {
    uint64_t count, cost;
    cg_link link;
    uint32_t place, step;
} cg_emitted;
typedef struct cg_hub_visit {
    uint64_t count, cost, weight;
    uint32_t hub, place, parent;
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
    CG_VEC(uint32_t) passed, grouped; /* scratch: passages with a way on; emitted spots by class */
    uint64_t *own;                    /* by core vertex, zero between uses */
    uint64_t *rest;                   /* packed rest costs of states and hubs */
    uint64_t *target_weight;          /* by target, as core_target_weight */
    uint32_t *twins;                  /* core vertex -> size of its group of interchangeable ones */
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
/* Rest costs of the spots on the current sequence of `hops` steps that lead to its targets, found from these back. */
int32_t cg_pattern_rest(cg_trie *t, uint32_t hops, cspm_error **err);
/* Take them back; due after each cg_pattern_rest, however it ended. */
void cg_pattern_forget(cg_trie *t, uint32_t hops);
/* The cheapest simple path of it; CSPM_DONE when there is none. */
int32_t cg_pattern_exemplar(cg_trie *t, uint32_t hops, cg_arena *arena, cg_found *out, cspm_error **err);

/* ---- twins.c ---- */
int32_t cg_twins_find(const cg_core *c, const uint32_t *label, cspm_op *op, uint32_t *size, cspm_error **err);

#endif
