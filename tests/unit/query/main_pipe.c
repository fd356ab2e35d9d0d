#include "pipe_test.h"

int main(void)
{
    SRunner *sr = srunner_create(pipe_suite());
    srunner_add_suite(sr, pipe_functions_suite());
    srunner_add_suite(sr, pipe_corpus_suite());
    srunner_add_suite(sr, explorer_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? 1 : 0;
}
