/* A snapshot file as one input among others: its inventory goes into the builder, source by source. */
#include "graph/snapshot.h"

#include "ingest/dialects.h"

static int snapshot_recognise(const char *head, size_t length, bool whole)
{
    (void)whole;
    return cg_snapshot_recognise(head, length) ? 100 : 0;
}

static int32_t snapshot_load(cg_builder *b, const char *path, cspm_op *op, cspm_error **err)
{
    cg_graph *snapshot;
    int32_t rc = cg_snapshot_open(cg_builder_mem(b), path, op, &snapshot, err);

    if (rc < 0)
        return rc;
    rc = cg_snapshot_ingest(b, snapshot, op, err);
    cg_graph_unref(snapshot);
    return rc;
}

const cg_dialect cg_dialect_snapshot = {
    .name = "snapshot",
    .title = "libcspmgraph snapshot",
    .recognised = "a file written by `cspmgraph snapshot`, which starts with CSPMGRF",
    .rank = 100,
    .recognise = snapshot_recognise,
    .load = snapshot_load,
};
