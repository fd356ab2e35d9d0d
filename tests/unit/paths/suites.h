#ifndef TEST_PATHS_SUITES_H
#define TEST_PATHS_SUITES_H

#include <check.h>

Suite *cost_suite(void);
Suite *best_suite(void);
Suite *exhaustive_suite(void);
Suite *structure_suite(void);
Suite *igraph_suite(void);
Suite *build_suite(void);
Suite *domain_suite(void);
Suite *vectors_suite(void);
Suite *view_suite(void);

uint32_t test_rounds(uint32_t of_default); /* share of CSPM_RANDOM_GRAPHS (default 2000) this test runs */

#endif
