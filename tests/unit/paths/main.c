#include <stdlib.h>

#include "suites.h"

uint32_t test_rounds(uint32_t of_default)
{
    const char *text = getenv("CSPM_RANDOM_GRAPHS");
    uint64_t graphs = text ? strtoull(text, NULL, 10) : 2000;
    uint64_t rounds = graphs * of_default / 2000;
    return rounds ? (uint32_t)rounds : 1;
}

int main(void)
{
    SRunner *sr = srunner_create(cost_suite());
    srunner_add_suite(sr, view_suite());
    srunner_add_suite(sr, best_suite());
    srunner_add_suite(sr, exhaustive_suite());
    srunner_add_suite(sr, structure_suite());
    srunner_add_suite(sr, build_suite());
    srunner_add_suite(sr, domain_suite());
    srunner_add_suite(sr, igraph_suite());
    srunner_add_suite(sr, vectors_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
