/* Helpers for tests of the builder, freezing and layers. */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "graph/builder.h"
#include "graph/layer.h"

Suite *builder_suite(void);
Suite *freeze_suite(void);
Suite *column_suite(void);
Suite *layer_suite(void);
Suite *nomem_suite(void);
Suite *weak_suite(void);

#define S(literal) CG_STR(literal)
#define OK(call) ck_assert_int_eq((call), CSPM_OK)

/* Everything the graph says through its public face, one fact a line. */
int32_t dump_graph(cg_buf *out, const cg_graph *g);
char *dump_text(const cg_graph *g); /* to be freed with free() */

/* Short forms that fail the test on error. */
cg_builder *make_builder(cg_mem *mem);
void source(cg_builder *b, const char *name, uint32_t rank, int64_t stamp);
/* labels: names parted by spaces. props: "key=value" parted by spaces; value is true, false, an integer, a number with a point, [a,b] or
 * text. */
int32_t try_node(cg_builder *b, const char *id, const char *labels, const char *props, uint64_t offset, cspm_error **err);
void node(cg_builder *b, const char *id, const char *labels, const char *props, uint64_t offset);
int32_t try_edge(cg_builder *b, const char *from, const char *kind, const char *to, const char *props, uint64_t offset, cspm_error **err);
void edge(cg_builder *b, const char *from, const char *kind, const char *to, const char *props, uint64_t offset);
cg_graph *freeze(cg_builder *b);
cg_node find(const cg_graph *g, const char *id);
uint32_t name_id(const cg_graph *g, cg_names which, const char *name);
bool has_diag(const cg_graph *g, const char *code, const char *part_of_message);
uint32_t count_diags(const cg_graph *g, const char *code);

/* Repeatable numbers. */
typedef struct rng {
    uint64_t state;
} rng;
static inline uint64_t rng_next(rng *r)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return r->state;
}
static inline uint32_t rng_below(rng *r, uint32_t n)
{
    return (uint32_t)(rng_next(r) % n);
}

#endif
