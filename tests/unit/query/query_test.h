/* Shared by the query tests. */
#ifndef TEST_QUERY_H
#define TEST_QUERY_H

#include <check.h>

#include "base/tree.h"
#include "query/query.h"

/* A file of the shared material ($CSPM_SHARED, else ../shared); false when it is not there. */
bool load_shared_json(cg_arena *arena, const char *name, cg_tree **out);

/* A graph from CREATE statements and what a query answers: rows "a | b" joined by "; ", or "!Detail" for an error, "!limit NAME" for a
 * limit, with " (truncated N)" behind rows when bits are set. The text is the caller's until the next call. */
typedef struct bench {
    cg_mem *mem;
    cg_graph *g;
    cg_buf out;
    cg_run_limits limits;
    const cg_param *params;
    uint32_t n_params;
    cspm_op *op;
    uint32_t language; /* CG_LANG_* */
    const cg_language *host;
} bench;
void bench_open(bench *b, const char *create);
void bench_close(bench *b);
const char *ask(bench *b, const char *query);
const char *ask_bytes(bench *b, const char *query, size_t length);
/* The compile error's JSON, or "" when it compiles. */
const char *error_of(bench *b, const char *query);

/* cg_run_next, and every value is of a type that was promised for its column. *types starts as NULL. */
int32_t next_row(cg_run *r, const uint32_t **types, const cg_value **row, cspm_error **err);

#define ck_answer(b, query, expected) ck_assert_str_eq(ask((b), (query)), (expected))

Suite *tck_suite(void);
Suite *corpora_suite(void);
Suite *syntax_suite(void);
Suite *expression_suite(void);
Suite *match_suite(void);
Suite *limits_suite(void);
Suite *memory_suite(void);
Suite *random_suite(void);
Suite *plan_suite(void);
Suite *language_suite(void);
Suite *function_suite(void);

#endif
