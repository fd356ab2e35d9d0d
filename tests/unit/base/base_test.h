/* The suites of unit-base, and what they share. */
#ifndef CG_TESTS_BASE_TEST_H
#define CG_TESTS_BASE_TEST_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "fault.h"

Suite *mem_suite(void);
Suite *str_suite(void);
Suite *error_suite(void);
Suite *intern_suite(void);
Suite *json_suite(void);
Suite *json_limits_suite(void);
Suite *tree_suite(void);
Suite *net_suite(void);
Suite *net_set_suite(void);
Suite *sort_suite(void);

#define ck_assert_cg_str(s, literal)                                                                                                       \
    do {                                                                                                                                   \
        cg_str got_ = (s);                                                                                                                 \
        ck_assert_msg(cg_str_eq(got_, cg_str_from(literal)), "got \"%.*s\", expected \"%s\"", CG_FMT(got_), literal);                      \
    } while (0)

#endif
