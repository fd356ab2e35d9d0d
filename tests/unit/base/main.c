#include "base_test.h"

int main(void)
{
    SRunner *sr = srunner_create(mem_suite());
    srunner_add_suite(sr, str_suite());
    srunner_add_suite(sr, error_suite());
    srunner_add_suite(sr, intern_suite());
    srunner_add_suite(sr, json_suite());
    srunner_add_suite(sr, json_limits_suite());
    srunner_add_suite(sr, tree_suite());
    srunner_add_suite(sr, net_suite());
    srunner_add_suite(sr, net_set_suite());
    srunner_add_suite(sr, sort_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
