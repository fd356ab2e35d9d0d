#include "network_world.h"

Suite *network_suite(void);

int main(void)
{
    SRunner *sr = srunner_create(network_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
