/* How many walks of the allowed length use each node and relationship. Private to paths/. */
#ifndef CG_PATHS_COVERAGE_H
#define CG_PATHS_COVERAGE_H

#include "paths/core.h"

#define CG_HUB_PAIRS_MAX (1u << 20) /* pairs of hubs counted one by one; beyond, a hub counts as a whole */

typedef struct cg_coverage {
    uint64_t *vertex;     /* walks through a state, or a hub as a whole; a walk that comes twice counts twice */
    uint64_t *arc;        /* arcs between states */
    uint64_t *pair;       /* pairs of hubs: pair_first[h - first_hub] + in place * outs + out place; (s, s) stays 0 */
    uint32_t *pair_first; /* CG_NONE: this hub is counted as a whole only */
    uint32_t n_pairs;
} cg_coverage;

int32_t cg_coverage_make(const cg_core *c, bool pairs, cspm_op *op, cg_coverage *v, cspm_error **err);
void cg_coverage_free(const cg_core *c, cg_coverage *v);
/* Some relationship of a hub; false when it joins nothing. */
bool cg_hub_some_rel(const cg_core *c, uint32_t hub, cg_rel *rel);

#endif
