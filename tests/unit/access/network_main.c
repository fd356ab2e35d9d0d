#include "network_world.h"

Suite *network_suite(void);
Suite *network_front_suite(void);
Suite *network_flows_suite(void);
Suite *network_inside_suite(void);

int main(void)
{
    SRunner *sr = srunner_create(network_suite());
    srunner_add_suite(sr, network_front_suite());
    srunner_add_suite(sr, network_inside_suite());
    srunner_add_suite(sr, network_flows_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
