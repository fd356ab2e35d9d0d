/* Any bytes as Kubernetes objects: read whole and in small pieces, which must agree, frozen, and reasoned over. */
#include <stdlib.h>

#include "access/derive.h"
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

static int32_t in_pieces(cg_builder *b, const char *bytes, size_t length, size_t piece)
{
    const cg_dialect *d = &cg_dialect_kubernetes;
    const cg_source_options o = { .name = CG_STR("fuzz"), .dialect = CG_STR("kubernetes"), .merge_equal_edges = true, .repeats = d->repeats };
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
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_builder *whole = new_builder(mem), *cut = new_builder(mem);
    const char *bytes = (const char *)data;
    const int32_t a = in_pieces(whole, bytes, size, size ? size : 1), b = in_pieces(cut, bytes, size, 7);

    if (a != b || cg_builder_n_nodes(whole) != cg_builder_n_nodes(cut) || cg_builder_n_edges(whole) != cg_builder_n_edges(cut))
        abort();
    if (a == CSPM_OK)
        reason(whole);
    cg_builder_free(whole);
    cg_builder_free(cut);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
