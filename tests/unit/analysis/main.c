#include <stdlib.h>

#include "world.h"

int main(void)
{
    SRunner *sr = srunner_create(score_suite());
    srunner_add_suite(sr, request_suite());
    srunner_add_suite(sr, run_suite());
    srunner_add_suite(sr, brute_suite());
    srunner_add_suite(sr, memory_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
