/* Any bytes as an input: recognised or not, read whole and in small pieces, frozen. Both ways of reading must agree. */
#include <stdlib.h>

#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cg_mem *mem = cg_mem_new(NULL, 256 << 20);
    if (!mem)
        return 0;

    fuzz_ingest(mem, bytes, size);
    fuzz_compare(mem, cg_dialect_find(CG_STR("opengraph")), "fuzz", bytes, size);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
