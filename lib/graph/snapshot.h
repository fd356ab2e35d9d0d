/* Snapshot file: versioned, little-endian, 64-bit offsets; header with compatible and incompatible feature bits, a section directory,
 * one segment per input, layers apart, a checksum per 64 KiB block verified when a section is first touched. doc/formats/snapshot.md. */
#ifndef CG_GRAPH_SNAPSHOT_H
#define CG_GRAPH_SNAPSHOT_H

#include "base/op.h"
#include "graph/builder.h"

#define CG_SNAPSHOT_MAGIC "CSPMGRF\x1a" /* 8 bytes */

int32_t cg_snapshot_save(cg_graph *g, const char *path, cspm_op *op, cspm_error **err); /* to a temporary file in the same folder, then renamed */
int32_t cg_snapshot_open(cg_mem *mem, const char *path, cspm_op *op, cg_graph **out, cspm_error **err); /* mapped; columns are checked at first touch */
/* The same from bytes in memory (standard input, a member of an archive), which are copied. */
int32_t cg_snapshot_open_bytes(cg_mem *mem, const void *bytes, size_t length, cg_str name, cspm_op *op, cg_graph **out, cspm_error **err);
/* Add a snapshot's inventory to a builder (so it can be joined with other inputs), source by source. */
int32_t cg_snapshot_ingest(cg_builder *b, cg_graph *snapshot, cspm_op *op, cspm_error **err);
bool cg_snapshot_recognise(const char *bytes, size_t length);

#endif
