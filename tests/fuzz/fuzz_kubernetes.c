/* Any bytes as Kubernetes objects: read whole and in small pieces, which must agree, frozen, and reasoned over. */
#include <stdlib.h>

#include "access/derive.h"
#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void reason(cg_builder *b)
{
    const cg_derive_request request = { 0 };
    cg_graph *g = NULL, *derived = NULL;

    if (cg_builder_freeze(b, NULL, &g, NULL) != CSPM_OK)
        abort();
    if (cg_access_derive(g, &request, NULL, &derived, NULL) != CSPM_OK)
        abort();
    cg_graph_unref(derived);
    cg_graph_unref(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cg_mem *mem = cg_mem_new(NULL, 0);
    if (!mem)
        return 0;

    fuzz_compare(mem, &cg_dialect_kubernetes, "fuzz", bytes, size);
    cg_builder *b = fuzz_builder(mem);
    if (fuzz_read(b, &cg_dialect_kubernetes, "fuzz", bytes, size, 7) == CSPM_OK)
        reason(b);
    cg_builder_free(b);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
