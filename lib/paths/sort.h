/* Heap sort for an element type: in place, no recursion, no allocation. The order must be total, for it is not stable. Private to paths/.
 */
#ifndef CG_PATHS_SORT_H
#define CG_PATHS_SORT_H

#include <stddef.h>

/* static void name(ctx, p, n): `before(ctx, a, b)` takes two pointers to elements. */
#define CG_DEFINE_SORT(name, ctx_type, type, before)                                                                                       \
    static void name(ctx_type ctx, type *p, size_t n)                                                                                      \
    {                                                                                                                                      \
        for (size_t start = n / 2, end = n; end > 1;) {                                                                                    \
            type item;                                                                                                                     \
            if (start) {                                                                                                                   \
                item = p[--start];                                                                                                         \
            } else {                                                                                                                       \
                item = p[--end];                                                                                                           \
                p[end] = p[0];                                                                                                             \
            }                                                                                                                              \
            size_t i = start;                                                                                                              \
            for (size_t child; (child = 2 * i + 1) < end; i = child) {                                                                     \
                if (child + 1 < end && before(ctx, &p[child], &p[child + 1]))                                                              \
                    child++;                                                                                                               \
                if (!before(ctx, &item, &p[child]))                                                                                        \
                    break;                                                                                                                 \
                p[i] = p[child];                                                                                                           \
            }                                                                                                                              \
            p[i] = item;                                                                                                                   \
        }                                                                                                                                  \
    }

#endif
