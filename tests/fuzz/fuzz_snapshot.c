/* Any bytes as a snapshot: as they are, and with their checksums made right, so that the checks behind those are reached. What opens is
 * read through every accessor, saved nowhere, and fed to a builder. */
#include <stdlib.h>

#include "../unit/graph/sample_graph.h"
#include "../unit/graph/snapshot_seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed_builder(cg_mem *mem, cg_graph *g)
{
    cspm_error *err = NULL;
    cg_builder *b = NULL;
    cg_graph *again = NULL;
    int32_t rc = cg_builder_new(mem, NULL, &b, &err);
    if (rc == CSPM_OK && (rc = cg_snapshot_ingest(b, g, NULL, &err)) == CSPM_OK)
        rc = cg_builder_freeze(b, NULL, &again, &err);
    if ((rc < 0) != (err != NULL))
        abort();
    cspm_error_free(err);
    cg_graph_unref(again);
    cg_builder_free(b);
}

static void read_bytes(cg_mem *mem, const void *bytes, size_t size)
{
    cspm_error *err = NULL;
    cg_graph *g = NULL;
    cg_buf text;
    cg_buf_init(&text, mem, 16 << 20);
    int32_t rc = cg_snapshot_open_bytes(mem, bytes, size, CG_STR("fuzz"), NULL, &g, &err);
    if ((rc < 0) != (err != NULL) || (rc == CSPM_OK) != (g != NULL))
        abort();
    if (rc == CSPM_OK) {
        rc = sample_dump(g, &text, &err);
        feed_builder(mem, g);
    }
    cspm_error_free(err);
    cg_buf_free(&text);
    cg_graph_unref(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cg_mem *mem = cg_mem_new(NULL, 256 << 20);
    void *copy = mem ? cg_alloc(mem, size ? size : 1) : NULL;
    if (copy) {
        read_bytes(mem, data, size);
        if (size)
            memcpy(copy, data, size);
        snapshot_seal(copy, size);
        read_bytes(mem, copy, size);
        cg_free(mem, copy);
        if (cg_mem_used(mem))
            abort();
    }
    cg_mem_unref(mem);
    return 0;
}
