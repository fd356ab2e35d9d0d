#include "ingest_test.h"

int main(void)
{
    SRunner *sr = srunner_create(opengraph_suite());

    srunner_add_suite(sr, aws_suite());
    srunner_add_suite(sr, aws_bad_suite());
    srunner_add_suite(sr, aws_labs_suite());
    srunner_add_suite(sr, items_suite());
    srunner_add_suite(sr, aws_compute_suite());
    srunner_add_suite(sr, aws_data_suite());
    srunner_add_suite(sr, aws_edge_suite());
    srunner_add_suite(sr, bad_input_suite());
    srunner_add_suite(sr, input_suite());
    srunner_add_suite(sr, invariance_suite());
    srunner_add_suite(sr, kubernetes_suite());
    srunner_add_suite(sr, memory_suite());
    srunner_add_suite(sr, sniff_suite());
    srunner_add_suite(sr, terraform_suite());
    srunner_add_suite(sr, utf16_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
