#include "cspmgraph/error.h"

uint32_t cspm_version_number(void)
{
    return 100; /* 0.1.0 */
}

const char *cspm_version_string(void)
{
    return "0.1.0";
}
