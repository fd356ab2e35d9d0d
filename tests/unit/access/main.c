#include "access_test.h"

int main(void)
{
    SRunner *sr = srunner_create(condition_suite());
    srunner_add_suite(sr, decide_suite());
    srunner_add_suite(sr, document_suite());
    srunner_add_suite(sr, hostile_suite());
    srunner_add_suite(sr, iamspy_suite());
    srunner_add_suite(sr, memory_suite());
    srunner_add_suite(sr, pairs_suite());
    srunner_add_suite(sr, vectors_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
