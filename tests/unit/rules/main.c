#include "rules_test.h"

int main(void)
{
    SRunner *sr = srunner_create(pack_suite());
    srunner_add_suite(sr, access_suite());
    srunner_add_suite(sr, seal_suite());
    srunner_add_suite(sr, derive_suite());
    srunner_add_suite(sr, builtin_suite());
    srunner_add_suite(sr, memory_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
