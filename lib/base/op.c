#include "base/op.h"

#include <stdatomic.h>
#include <time.h>

struct cspm_op {
    atomic_uint refs;
    atomic_uint cancelled; /* lock-free, so setting it is safe in a signal handler */
    atomic_uint phase;
    atomic_ullong deadline; /* CLOCK_MONOTONIC nanoseconds, 0 = none */
    atomic_ullong done, total, rows;
    cg_mem *mem;
};
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "cancel must be async-signal-safe");

static uint64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

int32_t cg_op_new(cg_mem *mem, cspm_op **out, cspm_error **err)
{
    *out = NULL;
    cspm_op *op = cg_calloc(mem, 1, sizeof *op);
    if (!op)
        return cg_nomem(mem, err);
    atomic_init(&op->refs, 1);
    op->mem = cg_mem_ref(mem);
    *out = op;
    return CSPM_OK;
}

cspm_op *cg_op_ref(cspm_op *op)
{
    if (op)
        atomic_fetch_add_explicit(&op->refs, 1, memory_order_relaxed);
    return op;
}

CSPM_API void cspm_op_unref(cspm_op *op)
{
    if (!op || atomic_fetch_sub_explicit(&op->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = op->mem;
    cg_free(mem, op);
    cg_mem_unref(mem);
}

CSPM_API void cspm_op_cancel(cspm_op *op)
{
    if (op)
        atomic_store_explicit(&op->cancelled, 1, memory_order_release);
}

CSPM_API void cspm_op_set_timeout_ms(cspm_op *op, uint64_t milliseconds)
{
    if (!op)
        return;
    uint64_t deadline = 0;
    if (milliseconds) {
        uint64_t now = monotonic_ns();
        deadline = milliseconds > (UINT64_MAX - now) / 1000000 ? UINT64_MAX : now + milliseconds * 1000000;
    }
    atomic_store_explicit(&op->deadline, deadline, memory_order_relaxed);
}

int32_t cg_op_check(cspm_op *op, cg_mem *mem, cspm_error **err)
{
    if (!op)
        return CSPM_OK;
    if (atomic_load_explicit(&op->cancelled, memory_order_acquire))
        return cg_fail_stopped(err, CSPM_E_CANCELLED);
    uint64_t deadline = atomic_load_explicit(&op->deadline, memory_order_relaxed);
    if (deadline && monotonic_ns() >= deadline)
        return cg_fail_stopped(err, CSPM_E_TIMEOUT);
    return CSPM_OK;
}

void cg_op_phase(cspm_op *op, uint32_t phase, uint64_t total)
{
    if (!op)
        return;
    atomic_store_explicit(&op->done, 0, memory_order_relaxed);
    atomic_store_explicit(&op->total, total, memory_order_relaxed);
    atomic_store_explicit(&op->phase, phase, memory_order_relaxed);
}

void cg_op_advance(cspm_op *op, uint64_t done_delta)
{
    if (op)
        atomic_fetch_add_explicit(&op->done, done_delta, memory_order_relaxed);
}

void cg_op_rows(cspm_op *op, uint64_t rows_delta)
{
    if (op)
        atomic_fetch_add_explicit(&op->rows, rows_delta, memory_order_relaxed);
}

CSPM_API void cspm_op_progress(const cspm_op *op, cspm_progress *out)
{
    if (!out)
        return;
    cspm_progress now = { .struct_size = out->struct_size };
    if (op) {
        now.phase = atomic_load_explicit(&op->phase, memory_order_relaxed);
        now.done = atomic_load_explicit(&op->done, memory_order_relaxed);
        now.total = atomic_load_explicit(&op->total, memory_order_relaxed);
        now.rows = atomic_load_explicit(&op->rows, memory_order_relaxed);
        now.memory_bytes = cg_mem_used(op->mem);
    }
    /* Callers built against another version may know fewer or more fields. */
    size_t size = out->struct_size;
    if (size > sizeof now)
        memset((char *)out + sizeof now, 0, size - sizeof now);
    memcpy(out, &now, size < sizeof now ? size : sizeof now);
}
