/* Operation object: cancel, deadline, polled progress. Any thread may cancel or read progress. */
#ifndef CG_BASE_OP_H
#define CG_BASE_OP_H

#include "base/error.h"
#include "cspmgraph/op.h"

int32_t cg_op_new(cg_mem *mem, cspm_op **out, cspm_error **err);
cspm_op *cg_op_ref(cspm_op *op);
/* CSPM_OK, or CSPM_E_CANCELLED / CSPM_E_TIMEOUT with the error set. op NULL is always OK. Reads the clock; call it every ~4,096 units of work. */
int32_t cg_op_check(cspm_op *op, cg_mem *mem, cspm_error **err);
void cg_op_phase(cspm_op *op, uint32_t phase, uint64_t total); /* CSPM_PHASE_* of cspmgraph/op.h */
void cg_op_advance(cspm_op *op, uint64_t done_delta);
void cg_op_rows(cspm_op *op, uint64_t rows_delta);

/* Poll in a hot loop: `if (CG_OP_DUE(counter) && (rc = cg_op_check(op, mem, err)) < 0) goto out;` A unit of work takes some nanoseconds. */
#define CG_OP_DUE(counter) CG_OP_DUE_BY(counter, 1)
/* The same after a step of so many units: 64 for one that takes about a microsecond. */
#define CG_OP_DUE_BY(counter, work) (((counter) += (work)) >= 4096u && ((counter) = 0, true))

#endif
