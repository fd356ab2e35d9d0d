/* Shared by the query tests. */
#ifndef TEST_QUERY_H
#define TEST_QUERY_H

#include <check.h>

#include "base/tree.h"
#include "query/query.h"

/* A file of the shared material ($CSPM_SHARED, else ../shared); false when it is not there. */
bool load_shared_json(cg_arena *arena, const char *name, cg_tree **out);

Suite *tck_suite(void);
Suite *corpora_suite(void);

#endif
