/* Any bytes as scanner reports and catalogues of vulnerabilities: recognised or not, read whole and in small pieces by each dialect,
 * frozen. Both ways of reading must agree. */
#include <stdlib.h>

#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const cg_dialect *const dialects[] = { &cg_dialect_trivy, &cg_dialect_grype, &cg_dialect_ocsf, &cg_dialect_kev, &cg_dialect_epss };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cg_mem *mem = cg_mem_new(NULL, 256 << 20);
    if (!mem)
        return 0;

    fuzz_ingest(mem, bytes, size);
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        fuzz_compare(mem, dialects[i], "scans/i-0123456789abcdef0.json", bytes, size);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
