/**
 * @file op.h
 * Operation: one running call that another thread may watch or stop.
 */
#ifndef CSPMGRAPH_OP_H
#define CSPMGRAPH_OP_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a running call is doing now. */
enum { CSPM_PHASE_NONE = 0, CSPM_PHASE_READ = 1, CSPM_PHASE_FREEZE = 2, CSPM_PHASE_DERIVE = 3, CSPM_PHASE_SEARCH = 4, CSPM_PHASE_VERIFY = 5, CSPM_PHASE_QUERY = 6, CSPM_PHASE_WRITE = 7 };

typedef struct cspm_progress {
    uint32_t struct_size;
    uint32_t phase;
    uint64_t done;
    uint64_t total; /**< 0 = unknown */
    uint64_t rows;
    uint64_t memory_bytes;
} cspm_progress;

/**
 * Make an operation. Pass it to one running call at a time.
 * @param[out] out the caller's to unref
 * @return CSPM_OK or CSPM_E_INVALID
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_op_new(cspm_context *context, cspm_op **out, cspm_error **err);
/**
 * Stop with CSPM_E_TIMEOUT this many milliseconds from now, by the monotonic clock.
 * @param milliseconds 0 = no deadline
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_op_set_timeout_ms(cspm_op *op, uint64_t milliseconds);
/**
 * Stop soon with CSPM_E_CANCELLED. Stays in force for later calls with the same operation.
 * @thread any, and signal handlers
 * @since 0.1
 */
CSPM_API void cspm_op_cancel(cspm_op *op);
/**
 * How far the running call is.
 * @param[in,out] out the caller sets struct_size; filled up to that size
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_op_progress(const cspm_op *op, cspm_progress *out);
/**
 * Whether a call with this operation may go on.
 * @param op NULL is always OK
 * @return CSPM_OK, CSPM_E_CANCELLED or CSPM_E_TIMEOUT
 * @thread any
 * @since 0.1
 */
CSPM_API int32_t cspm_op_status(const cspm_op *op);
/**
 * Release an operation. NULL is fine.
 * @thread any
 * @since 0.1
 */
CSPM_API void cspm_op_unref(cspm_op *op);

#ifdef __cplusplus
}
#endif

#endif
