/* Best-first search: partial walks in a heap, ordered by (cost, hops, node ids, relationships) of what they can still become. Private to
 * paths/.
 *
 * A partial walk's key is its own packed cost plus the exact rest cost, a lower bound in (cost, hops) of every path that begins with it.
 * Among equal keys the smaller node sequence comes first, a prefix before what extends it. So paths come out of the heap in exactly the
 * order of results: nothing is collected and sorted, and equal costs at the k-th place need no special care. */
#ifndef CG_PATHS_BEST_H
#define CG_PATHS_BEST_H

#include "paths/core.h"

typedef struct cg_partial {
    uint64_t walked; /* packed cost so far, entry included */
    uint32_t parent; /* CG_NONE: starts at an entry */
    uint32_t vertex;
    uint32_t arc;  /* core arc into vertex; entry index when parent is CG_NONE */
    uint32_t slot; /* place in the parent's sorted row */
    uint32_t mask; /* waypoints visited */
    uint32_t reserved;
} cg_partial;

typedef struct cg_open {
    uint64_t key;
    uint32_t partial;
    uint32_t what; /* 0 complete, 1 to be expanded, 2 the same, and the next sibling is to be opened */
} cg_open;

typedef struct cg_best {
    const cg_core *c;
    cg_work *work;
    uint32_t one;        /* only this target, or CG_NONE */
    const uint8_t *hops; /* to the target(s) */
    uint64_t *rest;      /* packed, to the target(s) */
    uint64_t *by_hops;   /* lazily; NULL for one target */
    bool by_hops_tried;
    uint32_t full_mask;
    uint64_t *way; /* per waypoint n packed costs to it */
    uint64_t way_rest[CG_MAX_WAYPOINTS];
    uint32_t *order;          /* rows sorted by (weight + rest, node, arc): arcs; entry order in roots */
    uint32_t *row_count;      /* arcs of a row that lead on, valid when sorted */
    uint64_t *sorted;         /* bitmap */
    CG_VEC(uint32_t) touched; /* sorted rows, for reuse */
    CG_VEC(cg_partial) tree;
    CG_VEC(cg_open) heap;
    CG_VEC(uint32_t) roots;
} cg_best;

/* `hops` and `rest` are borrowed and must fit `one`. */
int32_t cg_best_init(cg_best *s, const cg_core *c, cg_work *work, const uint8_t *hops, uint64_t *rest, uint32_t one, cspm_error **err);
/* Respect the core's waypoints, with the rest costs as they are now. */
int32_t cg_best_waypoints(cg_best *s, cspm_error **err);
/* Start anew from every live entry, or from one only. */
int32_t cg_best_begin(cg_best *s, uint32_t entry, cspm_error **err);
/* Forget sorted rows when the rest costs changed. */
void cg_best_forget(cg_best *s);
/* The next path in order: CSPM_OK and it is in `arena`; CSPM_DONE when there is none, or the work is used up (work->exhausted). */
int32_t cg_best_next(cg_best *s, cg_arena *arena, cg_found *out, cspm_error **err);
void cg_best_free(cg_best *s);

#endif
