#include "dialect.h"

#include <stdlib.h>
#include <string.h>

cg_builder *fuzz_builder(cg_mem *mem)
{
    static const cspm_limits limits = {
        .struct_size = sizeof limits, .max_input_bytes = 1 << 20, .max_string_bytes = 1 << 16, .max_depth = 64
    };
    cg_builder *b = NULL;
    if (cg_builder_new(mem, &limits, &b, NULL) != CSPM_OK)
        abort();
    return b;
}

int32_t fuzz_read(cg_builder *b, const cg_dialect *d, const char *name, const char *bytes, size_t length, size_t piece)
{
    const cg_source_options o = {
        .name = { name, strlen(name) }, .dialect = { d->name, strlen(d->name) }, .merge_equal_edges = true, .repeats = d->repeats
    };
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

void fuzz_compare(cg_mem *mem, const cg_dialect *d, const char *name, const char *bytes, size_t length)
{
    cg_builder *whole = fuzz_builder(mem), *cut = fuzz_builder(mem);
    const int32_t rc = fuzz_read(whole, d, name, bytes, length, length ? length : 1);

    if (fuzz_read(cut, d, name, bytes, length, 1 + length % 5) != rc)
        abort();
    if (rc == CSPM_OK && size_of(whole) != size_of(cut))
        abort();
    cg_builder_free(whole);
    cg_builder_free(cut);
}

void fuzz_ingest(cg_mem *mem, const char *bytes, size_t length)
{
    cg_builder *b = fuzz_builder(mem);
    (void)cg_ingest_bytes(b, bytes, length, CG_STR("fuzz"), NULL, NULL, NULL);
    cg_builder_free(b);
}
