/* What the tests of lib/ingest share: text in, graph or error out, and everything in a graph as text. */
#ifndef INGEST_TEST_H
#define INGEST_TEST_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "graph/table.h"
#include "ingest/dialects.h"

typedef struct loaded {
    cg_mem *mem;
    cg_graph *graph; /* NULL when loading failed */
    int32_t rc;
    cspm_error *err;
} loaded;

/* A context's memory with limits (NULL = defaults). */
cg_mem *test_mem(const cspm_limits *limits, uint64_t budget);
cg_builder *test_builder(cg_mem *mem);
/* Freeze what was read; takes over the builder. `rc` is the result of reading. */
loaded test_freeze(cg_mem *mem, cg_builder *b, int32_t rc, cspm_error *err);
loaded test_text(const char *json);
loaded test_bytes(const char *bytes, size_t length);
loaded test_path(const char *path, uint32_t flags);
void test_drop(loaded *l);

/* Nodes, relationships and (optionally) diagnostics, one a line; a NUL-terminated string to free(). */
char *test_dump(const cg_graph *g, bool diagnostics);
/* The first diagnostic with this code, or a failed test. */
cg_diag test_diag(const loaded *l, const char *code);
uint32_t test_count_diags(const loaded *l, const char *code);
void test_expect_error(const loaded *l, int32_t code, const char *part, uint32_t line, uint32_t column);
/* JSON of one property of a node or of the only relationship; to free(). "null" when absent. */
char *test_prop(const loaded *l, const char *id, const char *key);

/* A fresh folder, removed with what is in it by test_folder_drop. */
char *test_folder(void);
void test_folder_drop(char *folder);
void test_write(const char *folder, const char *name, const void *bytes, size_t length);
void test_write_text(const char *folder, const char *name, const char *text);
char *test_join(const char *folder, const char *name); /* to free() */

/* A folder of inputs, and one reading of it; SCENARIO_WRONG when a refused call left something behind. */
#define SCENARIO_WRONG (-1000)
extern char *scenario_folder;
void scenario_setup(void);
void scenario_teardown(void);
int32_t scenario_run(const cspm_allocator *allocator);

#define ASSERT_LOADED(l) ck_assert_msg((l).rc == CSPM_OK, "%s", (l).err ? cspm_error_text((l).err, NULL) : "failed without an error")
#define SMALL                                                                                                                              \
    "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"]},{\"id\":\"b\",\"kinds\":[\"B\"]}],\"edges\":[{\"kind\":\"R\",\"start\":{"     \
    "\"value\":\"a\"},\"end\":{\"value\":\"b\"}}]}}"

Suite *aws_compute_suite(void);
Suite *aws_data_suite(void);
Suite *aws_edge_suite(void);
Suite *opengraph_suite(void);
Suite *aws_suite(void);
Suite *aws_bad_suite(void);
Suite *aws_labs_suite(void);
Suite *items_suite(void);
Suite *bad_input_suite(void);
Suite *input_suite(void);
Suite *invariance_suite(void);
Suite *utf16_suite(void);
Suite *kubernetes_suite(void);
Suite *memory_suite(void);
Suite *sniff_suite(void);
Suite *terraform_suite(void);

#endif
