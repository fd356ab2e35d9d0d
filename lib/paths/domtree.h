/* Dominator tree of the core from a super-source before the entries. Private to paths/. */
#ifndef CG_PATHS_DOMTREE_H
#define CG_PATHS_DOMTREE_H

#include "paths/core.h"

/* Everything by depth-first number: 0 is the super-source, 1..count-1 are core vertices. */
typedef struct cg_domtree {
    uint32_t count;
    uint32_t *number; /* core vertex -> number; every core vertex has one */
    uint32_t *vertex; /* number -> core vertex; vertex[0] = CG_NONE */
    uint32_t *idom;   /* number -> number of the immediate dominator, always smaller */
} cg_domtree;

int32_t cg_domtree_make(const cg_core *c, cspm_op *op, cg_domtree *t, cspm_error **err);
void cg_domtree_free(const cg_core *c, cg_domtree *t);
/* Nearest common ancestor. */
static inline uint32_t cg_domtree_common(const cg_domtree *t, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (a > b)
            a = t->idom[a];
        else
            b = t->idom[b];
    }
    return a;
}

#endif
