/* Merge sort, bottom up. */
#include "base/sort.h"

#include <string.h>

#define BLOCK ((size_t)64) /* sorted by insertion */

typedef struct sorting {
    size_t size;
    int (*cmp)(const void *, const void *);
    cspm_op *op;
    cg_mem *mem;
    uint32_t moved;
} sorting;

static int32_t watch(sorting *s, uint32_t moved, cspm_error **err)
{
    return CG_OP_DUE_BY(s->moved, moved) ? cg_op_check(s->op, s->mem, err) : CSPM_OK;
}

/* `spare` has room for one item. */
static void insertion(const sorting *s, char *items, size_t n, char *spare)
{
    for (size_t i = 1; i < n; i++) {
        size_t at = i;
        while (at && s->cmp(items + (at - 1) * s->size, items + i * s->size) > 0)
            at--;
        if (at == i)
            continue;
        memcpy(spare, items + i * s->size, s->size);
        memmove(items + (at + 1) * s->size, items + at * s->size, (i - at) * s->size);
        memcpy(items + at * s->size, spare, s->size);
    }
}

/* Runs begin .. middle and middle .. end of `from` to the same places of `to`. */
static int32_t merge(sorting *s, const char *from, char *to, size_t begin, size_t middle, size_t end, cspm_error **err)
{
    size_t a = begin, b = middle;
    int32_t rc = CSPM_OK;
    for (size_t i = begin; i < end && rc == CSPM_OK; i++) {
        const bool first = b >= end || (a < middle && s->cmp(from + a * s->size, from + b * s->size) <= 0);
        memcpy(to + i * s->size, from + (first ? a++ : b++) * s->size, s->size);
        rc = watch(s, 1, err);
    }
    return rc;
}

int32_t cg_sort(void *items, size_t n, size_t size, int (*cmp)(const void *, const void *), cspm_op *op, cg_mem *mem, cspm_error **err)
{
    sorting s = { size, cmp, op, mem, 0 };
    int32_t rc = CSPM_OK;
    if (n < 2)
        return CSPM_OK;
    char *scratch = cg_alloc_array(mem, n, size), *from = items, *to = scratch;
    if (!scratch)
        return cg_nomem(mem, err);
    for (size_t at = 0; at < n && rc == CSPM_OK; at += BLOCK) {
        insertion(&s, from + at * size, n - at < BLOCK ? n - at : BLOCK, scratch);
        rc = watch(&s, BLOCK, err);
    }
    for (size_t width = BLOCK; width < n && rc == CSPM_OK; width *= 2) {
        for (size_t at = 0; at < n && rc == CSPM_OK; at += 2 * width) {
            const size_t middle = n - at < width ? n : at + width, end = n - middle < width ? n : middle + width;
            rc = merge(&s, from, to, at, middle, end, err);
        }
        if (rc == CSPM_OK) { /* a pass that was stopped leaves what it read from whole */
            char *other = from;
            from = to;
            to = other;
        }
    }
    if (from != items)
        memcpy(items, from, n * size);
    cg_free(mem, scratch);
    return rc;
}
