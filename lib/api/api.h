/* What the public functions share: the context, argument checks, sized structs. */
#ifndef CG_API_API_H
#define CG_API_API_H

#include "base/error.h"
#include "base/op.h"
#include "graph/table.h"

struct cspm_context {
    _Atomic uint32_t refs;
    cg_mem *mem; /* also holds the limits: cg_mem_limits */
};

/* A length of CSPM_NUL measures the text; NULL is the null string. */
cg_str api_str(const char *text, size_t length);
/* Copy a caller's sized struct over zeros. False when the caller's has bytes this library does not know and they are not zero, or it is
 * impossibly small. */
bool api_sized(void *to, uint32_t known_size, const void *from);
int32_t api_invalid(cg_mem *mem, cspm_error **err, const char *what);

#define API_CHECK(mem, condition, err, what)                                                                                               \
    do {                                                                                                                                   \
        if (!(condition))                                                                                                                  \
            return api_invalid((mem), (err), (what));                                                                                      \
    } while (0)

#endif
