#include "query_test.h"

int main(void)
{
    SRunner *sr = srunner_create(tck_suite());
    srunner_add_suite(sr, corpora_suite());
    srunner_add_suite(sr, syntax_suite());
    srunner_add_suite(sr, expression_suite());
    srunner_add_suite(sr, match_suite());
    srunner_add_suite(sr, limits_suite());
    srunner_add_suite(sr, memory_suite());
    srunner_add_suite(sr, random_suite());
    srunner_add_suite(sr, plan_suite());
    srunner_add_suite(sr, language_suite());
    srunner_add_suite(sr, function_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? 1 : 0;
}
