/* Small worlds for tests: nodes and edges in a line each, one rule pack, one call from there to an analysis. */
#ifndef WORLD_H
#define WORLD_H

#include <check.h>

#include "analysis/analysis.h"
#include "graph/builder.h"

#define NOW 1763800000000000

typedef struct world {
    cg_mem *mem;
    cg_graph *g; /* derived */
    cg_ruleset *rules;
    cg_request *request;
    cg_request_options o;
} world;

/* Kinds GO 0.9, TRY 0.5, MAYBE (conditional by property) 0.8, READ 0.8 giving read, USE 1 needing read, BLOCK not traversable. Label Open
 * makes an entry with exposure 0.8 ("Wide" 1.0), Public one that is only read, Crown 0.9 and Jewel 0.5 are worth reaching, Inside may start under assumed breach. */
extern const char world_pack[];

/* lines: "node ID Label,Label [key=value ...]" or "edge FROM KIND TO [key=value ...]". */
void world_make(world *w, const cspm_allocator *allocator, const char *pack, const char *const *lines, size_t n);
#define WORLD(w, ...)                                                                                                                      \
    do {                                                                                                                                   \
        const char *const world_lines[] = { __VA_ARGS__ };                                                                                 \
        world_make((w), NULL, world_pack, world_lines, sizeof world_lines / sizeof *world_lines);                                          \
    } while (0)
/* The same, for runs in which memory may be refused: gives the first error there is. */
int32_t world_try(world *w, const cspm_allocator *allocator, const char *pack, const char *const *lines, size_t n, cspm_error **err);
void world_free(world *w);
int32_t world_try_analyze(world *w, cspm_op *op, cg_analysis **out, cspm_error **err);
cg_analysis *world_analyze(world *w);
cg_node world_node(const world *w, const char *id);
const cg_attack_path *world_path(const world *w, const cg_analysis *a, const char *entry, const char *target); /* NULL when there is none */
/* Drops *err after looking at it. */
void expect_error(int32_t rc, int32_t code, cspm_error **err, const char *fragment);

Suite *score_suite(void);
Suite *request_suite(void);
Suite *run_suite(void);
Suite *brute_suite(void);
Suite *memory_suite(void);

#endif
