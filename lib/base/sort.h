/* Sorting that can be stopped. */
#ifndef CG_BASE_SORT_H
#define CG_BASE_SORT_H

#include "base/op.h"

/* As qsort, stable, and watched by `op`: for numbers of items nobody bounds. Takes as much memory again while it runs. On failure the items
 * are all there, in no order. */
int32_t cg_sort(void *items, size_t n, size_t size, int (*cmp)(const void *, const void *), cspm_op *op, cg_mem *mem, cspm_error **err);

#endif
