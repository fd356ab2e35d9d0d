/* Make the checksums of a changed snapshot right again: what is changed then reaches the checks behind them. */
#ifndef CG_TESTS_SNAPSHOT_SEAL_H
#define CG_TESTS_SNAPSHOT_SEAL_H

#include "graph/snapshot_format.h"

/* Does nothing to bytes that are too damaged to have checksums at all. */
static inline void snapshot_seal(void *bytes, size_t length)
{
    cg_snap_header h;
    char *at = bytes;
    if (length < sizeof h)
        return;
    memcpy(&h, at, sizeof h);
    h.file_bytes = length;
    if (h.directory_offset <= length && h.n_sections <= (length - h.directory_offset) / sizeof(cg_snap_section))
        h.directory_sum = cg_snap_sum(at + h.directory_offset, h.n_sections * sizeof(cg_snap_section));
    if (h.data_offset <= length && h.sums_offset <= length && h.n_blocks <= (length - h.sums_offset) / 8) {
        for (uint64_t i = 0; i < h.n_blocks && h.data_offset + i * CG_SNAP_BLOCK < length; i++) {
            uint64_t begin = h.data_offset + i * CG_SNAP_BLOCK, n = length - begin < CG_SNAP_BLOCK ? length - begin : CG_SNAP_BLOCK;
            uint64_t sum = cg_snap_sum(at + begin, n);
            memcpy(at + h.sums_offset + i * 8, &sum, 8);
        }
        h.sums_sum = cg_snap_sum(at + h.sums_offset, h.n_blocks * 8);
    }
    h.header_sum = cg_snap_sum(&h, offsetof(cg_snap_header, header_sum));
    memcpy(at, &h, sizeof h);
}

#endif
