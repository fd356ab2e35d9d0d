#include "store_test.h"

int main(void)
{
    SRunner *sr = srunner_create(builder_suite());
    srunner_add_suite(sr, freeze_suite());
    srunner_add_suite(sr, column_suite());
    srunner_add_suite(sr, layer_suite());
    srunner_add_suite(sr, nomem_suite());
    srunner_add_suite(sr, weak_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
