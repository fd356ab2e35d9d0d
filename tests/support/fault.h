/* An allocator that counts, checks and can refuse: for out-of-memory tests of every floor.
 *
 *     cg_fault f = CG_FAULT_INIT;
 *     cspm_allocator a = cg_fault_allocator(&f);
 *     CG_FAULT_SWEEP(&f, 0) {
 *         rc = scenario(&a);             // makes and frees everything
 *         ck_assert(rc == CSPM_OK || rc == CSPM_E_NOMEM);
 *         ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
 *     }
 *
 * The sweep runs the scenario once with every request granted, then again with the first request refused, the second, and so on to the
 * last. With `samples` above 0 at most that many refusals are tried, spread evenly. In each run after the first `f.refused` tells whether
 * the refusal was reached; f.persistent refuses every later request as well. Thread-safe while a scenario runs. */
#ifndef CG_TESTS_FAULT_H
#define CG_TESTS_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cspmgraph/context.h"

typedef struct cg_fault {
    atomic_ullong requests;    /* of this run: allocations, and resizes to a larger size */
    atomic_ullong live_blocks; /* now held */
    atomic_ullong live_bytes;
    atomic_uint damage; /* wrong sizes, overruns, blocks that are not ours */
    uint64_t fail_at;   /* request number to refuse, from 1; 0 = none */
    uint64_t total;     /* requests of the run without refusal */
    uint64_t step;
    bool persistent;
    atomic_bool refused;
    bool started;
} cg_fault;
#define CG_FAULT_INIT                                                                                                                      \
    {                                                                                                                                      \
        0                                                                                                                                  \
    }

cspm_allocator cg_fault_allocator(cg_fault *f);
/* Nothing is held and nothing was damaged. */
bool cg_fault_clean(const cg_fault *f);
const char *cg_fault_report(const cg_fault *f); /* static text, for a failing assertion */

bool cg_fault_next(cg_fault *f, uint64_t samples);
#define CG_FAULT_SWEEP(f, samples) for ((f)->started = false; cg_fault_next((f), (samples));)

#endif
