/* The suites of unit-rules, and what they share. */
#ifndef CG_TESTS_RULES_TEST_H
#define CG_TESTS_RULES_TEST_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "graph/builder.h"
#include "rules/rules.h"

Suite *access_suite(void);
Suite *pack_suite(void);
Suite *seal_suite(void);
Suite *derive_suite(void);
Suite *builtin_suite(void);
Suite *memory_suite(void);

/* A pack around rules; lines of `rules` start at line 4 of the pack. */
#define PACK_HEAD "schema: cspmgraph/rule-pack/1\npack: { id: test, version: 1.0.0, title: Test }\nrules:\n"
/* What every rule that finds something needs, so that a test can leave it out of sight. */
#define EXAMPLES                                                                                                                           \
    "    example: { nodes: [{ id: a }] }\n"                                                                                                \
    "    counter_example: { nodes: [{ id: a }] }\n"

/* An error that is there, says `fragment`, and points at line and column (0 = do not care). Frees it. */
void expect_error(int32_t rc, int32_t code, cspm_error **err, uint32_t line, uint32_t column, const char *fragment);
void expect_ok(int32_t rc, cspm_error *err);

cg_ruleset *set_of(cg_mem *mem, const char *pack); /* added and sealed */
int32_t try_set(cg_mem *mem, const char *pack, cg_ruleset **out, cspm_error **err);

/* A graph from lines: "id :Label:Label key=value …" and "from -KIND-> to key=value …"; values: true, false, integers, reals, else text. */
cg_graph *graph_of(cg_mem *mem, const char *lines);
/* The same with kinds an input declares: "KIND=1 OTHER=0". */
cg_graph *graph_declared(cg_mem *mem, const char *lines, const char *declared);
cg_graph *derive(cg_ruleset *rs, cg_graph *g, uint32_t max_rounds, cspm_error **err);

bool has_label(const cg_graph *g, const char *id, const char *label);
bool has_edge(const cg_graph *g, const char *from, const char *kind, const char *to, cg_edge *out);
uint32_t count_diags(const cg_graph *g, const char *code);

#endif
