/* Any bytes as scanner reports and catalogues of vulnerabilities: recognised or not, read whole and in small pieces by each dialect,
 * frozen. Both ways of reading must agree. */
#include <stdlib.h>

#include "ingest/dialects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static cg_builder *new_builder(cg_mem *mem)
{
    static const cspm_limits limits = {
        .struct_size = sizeof limits, .max_input_bytes = 1 << 20, .max_string_bytes = 1 << 16, .max_depth = 64
    };
    cg_builder *b = NULL;
    if (cg_builder_new(mem, &limits, &b, NULL) != CSPM_OK)
        abort();
    return b;
}

static int32_t in_pieces(cg_builder *b, const cg_dialect *d, const char *bytes, size_t length, size_t piece)
{
    const cg_source_options o = { .name = CG_STR("scans/i-0123456789abcdef0.json"), .merge_equal_edges = true };
    cspm_error *err = NULL;
    void *state = NULL;
    int32_t rc = cg_builder_begin_source(b, &o, &err);

    if (rc == CSPM_OK)
        rc = d->open(b, o.name, NULL, &state, &err);
    for (size_t at = 0; at < length && rc == CSPM_OK; at += piece)
        rc = d->feed(state, bytes + at, length - at < piece ? length - at : piece, &err);
    if (rc == CSPM_OK)
        rc = d->finish(state, &err);
    d->close(state);
    if ((rc < 0) != (err != NULL))
        abort();
    cspm_error_free(err);
    return rc;
}

static uint64_t size_of(cg_builder *b)
{
    cg_graph *g = NULL;
    uint64_t size = 0;
    if (cg_builder_freeze(b, NULL, &g, NULL) == CSPM_OK)
        size = (uint64_t)cg_graph_n_nodes(g) << 32 | (uint32_t)(cg_graph_n_rels(g) * 1000 + cg_diag_count(g));
    cg_graph_unref(g);
    return size;
}

static void compare(cg_mem *mem, const cg_dialect *d, const char *bytes, size_t size)
{
    cg_builder *whole = new_builder(mem), *cut = new_builder(mem);
    int32_t rc = in_pieces(whole, d, bytes, size, size ? size : 1);

    if ((in_pieces(cut, d, bytes, size, 1 + size % 5) == CSPM_OK) != (rc == CSPM_OK))
        abort();
    if (rc == CSPM_OK && size_of(whole) != size_of(cut))
        abort();
    cg_builder_free(whole);
    cg_builder_free(cut);
}

static const cg_dialect *const dialects[] = { &cg_dialect_trivy, &cg_dialect_grype, &cg_dialect_ocsf, &cg_dialect_kev, &cg_dialect_epss };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    cg_mem *mem = cg_mem_new(NULL, 256 << 20);
    if (!mem)
        return 0;

    cg_builder *b = new_builder(mem);
    (void)cg_ingest_bytes(b, bytes, size, CG_STR("fuzz"), NULL, NULL, NULL);
    cg_builder_free(b);
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        compare(mem, dialects[i], bytes, size);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
