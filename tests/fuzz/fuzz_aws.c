/* Any bytes as AWS answers: recognised or not, read whole and in small pieces by both dialects, frozen. Both ways of reading must agree. */
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
    fuzz_compare(mem, &cg_dialect_aws, "iam/list-attached-user-policies__x.json", bytes, size);
    fuzz_compare(mem, &cg_dialect_aws_gaad, "iam/list-attached-user-policies__x.json", bytes, size);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
