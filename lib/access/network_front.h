/* What the internet reaches, node by node: directly, or through balancers and other front doors. */
#ifndef CG_ACCESS_NETWORK_FRONT_H
#define CG_ACCESS_NETWORK_FRONT_H

#include "access/network_filter.h"
#include "access/network_read.h"

typedef struct net_exposed {
    cg_node node;
    cg_packets sure, maybe;
    uint32_t missing;
    CG_VEC(cg_node) evidence;
    cg_buf note;
} net_exposed;

typedef struct net_fronts {
    cg_network *n;
    cg_arena *arena;
    CG_VEC(net_exposed) items;
    uint32_t *item_of;          /* by node; CG_NET_NONE */
    cg_ranges line[2], open[2]; /* 0.0.0.0/0 and ::/0, and what is public of each */
} net_fronts;

int32_t net_fronts_init(net_fronts *f, cg_network *n, cg_arena *arena, cspm_error **err);
void net_fronts_free(net_fronts *f);
/* One more way to a node. `through`: the nodes on the way, for evidence; the last named one is told in the note. Nothing possible adds
 * nothing. */
int32_t net_fronts_add(net_fronts *f, cg_node node, const cg_net_exposure *e, const cg_node *evidence, size_t n_evidence, cg_node through,
                       cspm_error **err);

int32_t net_front_hosts(net_fronts *f, cspm_error **err);     /* by their own addresses */
int32_t net_front_balancers(net_fronts *f, cspm_error **err); /* balancers, and what they forward to */
int32_t net_front_services(net_fronts *f, cspm_error **err); /* doors of the cloud itself: function URLs, API gateways, distributions … */

/* Exposure of an endpoint by its own interfaces. */
int32_t net_exposure_of(const net_fronts *f, const cg_net_endpoint *e, cg_ranges services, cg_net_exposure *out, cg_net_trace *trace,
                        cspm_error **err);
/* What a balancer listens on; CG_NET_NO_LISTENERS when nobody knows. */
int32_t net_balancer_services(net_fronts *f, const cg_net_endpoint *balancer, cg_ranges *services, uint32_t *missing, cspm_error **err);
/* What reaches a balancer goes on to what is behind it. */
int32_t net_front_forward(net_fronts *f, const cg_net_endpoint *balancer, const cg_net_exposure *e, cspm_error **err);
void net_missing_write(cg_buf *b, uint32_t missing);

#endif
