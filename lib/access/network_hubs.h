/* CAN_CONNECT between endpoints, stored by hubs. */
#ifndef CG_ACCESS_NETWORK_HUBS_H
#define CG_ACCESS_NETWORK_HUBS_H

#include "access/network_filter.h"

int32_t net_write_connections(cg_network *n, cg_layer_builder *l, cg_arena *arena, cspm_op *op, cspm_error **err);

#endif
