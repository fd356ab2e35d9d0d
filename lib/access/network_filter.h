/* The filters between two addresses, one question each. Sets are made in the arena given. */
#ifndef CG_ACCESS_NETWORK_FILTER_H
#define CG_ACCESS_NETWORK_FILTER_H

#include "access/network.h"

/* One end of a connection. */
typedef struct cg_net_point {
    uint32_t subnet; /* CG_NET_NONE: not known */
    uint32_t guard;
    cg_u128 address;
} cg_net_point;

/* Whose groups a rule may name: within the VPC and across peering all; across a transit gateway only when that is switched on. */
typedef enum { CG_NET_REFERS, CG_NET_MAY_REFER, CG_NET_CANNOT_REFER } cg_net_reference;

/* What made a verdict, for evidence and explanation. Rules and gateways that let it pass, or the place that did not. */
typedef struct cg_net_trace {
    CG_VEC(cg_node) nodes; /* in the order of the way; repeats are possible */
    cg_net_reference reference;
    cg_node stopped_at; /* when nothing gets through: subnet, route table, network ACL or interface */
    const char *reason; /* static: why */
} cg_net_trace;

/* How addresses of one subnet reach an address: by the VPC itself, or over gateways that know each other. */
typedef enum { CG_NET_CUT, CG_NET_PASS, CG_NET_PERHAPS } cg_net_way;
cg_net_way cg_net_route_to(const cg_network *n, uint32_t subnet, cg_u128 address, uint32_t to_vpc, uint32_t *missing, cg_net_trace *trace);

/* What the guard of `self` lets in from (or out to) `peer`. */
int32_t cg_net_guard_verdict(const cg_network *n, cg_arena *arena, uint32_t guard, bool out, const cg_net_point *peer,
                             cg_net_reference reference, cg_net_verdict *verdict, cg_net_trace *trace, cspm_error **err);
/* What both network ACLs let through, answers included. */
int32_t cg_net_acl_verdict(const cg_network *n, cg_arena *arena, const cg_net_point *from, const cg_net_point *to, cg_net_verdict *verdict,
                           cg_net_trace *trace, cspm_error **err);
/* Everything together, between two addresses of one family. */
int32_t cg_net_between(const cg_network *n, cg_arena *arena, const cg_net_point *from, const cg_net_point *to, cg_net_verdict *verdict,
                       cg_net_trace *trace, cspm_error **err);
/* What an interface takes from public addresses. `services`: what it listens on. */
int32_t cg_net_from_internet(const cg_network *n, cg_arena *arena, const cg_net_interface *i, cg_ranges services, cg_net_exposure *out,
                             cg_net_trace *trace, cspm_error **err);
/* Any of `sources`, with their own addresses, as clients of an interface: its groups and the network ACL of its subnet. No routes are
 * asked: somebody in the VPC hands the packets on. `clients`: further groups they come with. */
int32_t cg_net_from_clients(const cg_network *n, cg_arena *arena, const cg_net_interface *i, cg_ranges services, cg_ranges sources,
                            uint32_t clients, cg_net_exposure *out, cg_net_trace *trace, cspm_error **err);
/* From one endpoint to another: over all interfaces and addresses of both. */
int32_t cg_net_connect(const cg_network *n, cg_arena *arena, const cg_net_endpoint *from, const cg_net_endpoint *to,
                       cg_net_verdict *verdict, cg_net_trace *trace, cspm_error **err);
/* One address of every stretch of the set in which all filters and routes agree. */
int32_t cg_net_samples(const cg_network *n, cg_arena *arena, cg_ranges addresses, const cg_u128 **out, uint32_t *count, cspm_error **err);
uint32_t cg_net_stretch(const cg_network *n, cg_u128 address);
int32_t net_read_bounds(cg_network *n, cspm_error **err);
int32_t net_read_samples(cg_network *n, cspm_error **err);
/* Parts of protocols that can be answered when these services may go back. */
int32_t cg_net_answered(const cg_network *n, cg_arena *arena, cg_ranges back, cg_ranges *out, cspm_error **err);
const cg_net_route *cg_net_lookup(const cg_net_table *table, cg_u128 address);

#endif
