/* Packet filters of a cloud network, compiled from the inventory: who can open a connection to whom, and what of it the internet reaches.
 * What the inventory does not contain makes an answer possible instead of certain; it never makes it safe. */
#ifndef CG_ACCESS_NETWORK_H
#define CG_ACCESS_NETWORK_H

#include "access/derive.h"
#include "base/intern.h"
#include "base/net_set.h"

#define CG_NET_NONE UINT32_MAX

/* Evidence that is not there, or that an export cannot contain. */
typedef enum {
    CG_NET_NO_SUBNET = 1,    /* which subnet, or the subnet itself */
    CG_NET_NO_ROUTES = 2,    /* the route table in force */
    CG_NET_NO_ACL = 4,       /* the network ACL in force */
    CG_NET_NO_GROUPS = 8,    /* which security groups, or their rules */
    CG_NET_NO_PREFIXES = 16, /* the blocks of a prefix list */
    CG_NET_NO_GATEWAY = 32,  /* the internet gateway, or what it is attached to */
    CG_NET_NO_ADDRESS = 64,  /* the address inside its subnet: filters differ for some of them */
    CG_NET_NO_LISTENERS = 128,
    CG_NET_APPLIANCE = 256,   /* a machine in between decides */
    CG_NET_STOPPED = 512,     /* the machine does not run now */
    CG_NET_AT_LAUNCH = 1024,  /* a public address is assigned when it starts */
    CG_NET_NO_TRANSIT = 2048, /* attachments or routes of a transit gateway */
    CG_NET_NO_POLICY = 4096,  /* the policy that lets anybody call, or what a condition of it asks */
    CG_NET_NO_LINK = 8192,    /* what a door of the cloud leads through to get inside */
    CG_NET_NO_SCHEME = 16384, /* whether a balancer faces the internet */
    CG_NET_NO_URL = 32768     /* the URL of a function that everybody may call by one */
} cg_net_missing;

/* Services that get through for certain, and those that may when what is missing allows it (a superset). */
typedef struct cg_net_verdict {
    cg_ranges sure, maybe;
    uint32_t missing; /* cg_net_missing: what separates the two */
} cg_net_verdict;
typedef struct cg_net_exposure {
    cg_packets sure, maybe;
    uint32_t missing;
} cg_net_exposure;

typedef struct cg_net_vpc {
    cg_node node;
    cg_ranges cidrs;
    uint32_t main_table; /* CG_NET_NONE: not exported */
} cg_net_vpc;

typedef struct cg_net_subnet {
    cg_node node;
    uint32_t vpc, table, acl; /* CG_NET_NONE: not exported */
    cg_ranges cidrs;
    cg_str zone;
    bool maps_public; /* machines get a public address at launch */
} cg_net_subnet;

typedef enum {
    CG_NET_LOCAL,
    CG_NET_IGW,
    CG_NET_EIGW,
    CG_NET_NAT,
    CG_NET_VGW,
    CG_NET_PEERING,
    CG_NET_TGW,
    CG_NET_HOP,
    CG_NET_ENDPOINT,
    CG_NET_BLACKHOLE,
    CG_NET_ELSEWHERE
} cg_net_hop;
typedef struct cg_net_route {
    cg_node node;   /* CG_NO_NODE for the local route that nobody writes down */
    cg_node target; /* CG_NO_NODE for local */
    cg_net_hop hop;
    cg_cidr block;
    bool active; /* stated to be */
} cg_net_route;
typedef struct cg_net_table {
    cg_node node;
    const cg_net_route *routes; /* the most specific first */
    uint32_t n_routes;
    bool open_ended; /* has routes to prefix lists whose blocks are not known */
} cg_net_table;

typedef struct cg_net_acl {
    cg_node node;
    bool known;
    cg_packets in, out; /* what it lets in from, and out to, which addresses */
} cg_net_acl;

typedef struct cg_net_rule {
    cg_node node;
    cg_ranges services, addresses;
    const uint32_t *groups; /* referenced ones */
    uint32_t n_groups;
    bool open_ended; /* a peer is not known */
} cg_net_rule;
typedef struct cg_net_group {
    cg_node node;
    bool known;
    const cg_net_rule *rules[2]; /* in, out */
    uint32_t n_rules[2];
} cg_net_group;
/* Groups that act together. */
typedef struct cg_net_guard {
    const uint32_t *groups; /* ascending */
    uint32_t n_groups;      /* 0: not known which */
    bool open;              /* nothing filters */
} cg_net_guard;

enum { CG_NET_V4 = 1, CG_NET_V6 = 2 };
typedef struct cg_net_interface {
    cg_node node; /* of the interface, or of what has it */
    uint32_t subnet, guard;
    cg_ranges addresses;    /* private ones, and IPv6; when not exact, the blocks they are from */
    cg_ranges publics;      /* by which the internet knows it, IPv6 included */
    const cg_u128 *samples; /* an address of every stretch its addresses touch; NULL: not yet taken */
    uint32_t n_samples;
    bool exact;
    uint8_t public_sure, public_maybe; /* families in which it has, or may get, a public address: CG_NET_V4, CG_NET_V6 */
} cg_net_interface;

typedef enum { CG_NET_MACHINE, CG_NET_BALANCER, CG_NET_SERVICE, CG_NET_FUNCTION, CG_NET_INTERFACE } cg_net_kind;
/* Something that opens or takes connections. */
typedef struct cg_net_endpoint {
    cg_node node;
    cg_net_kind kind;
    const cg_net_interface *interfaces;
    uint32_t n_interfaces;
    bool one_of; /* it has one of the interfaces, not known which; else all of them */
    bool source, target;
    cg_ranges services; /* it listens on */
    uint32_t missing;   /* known from the start */
} cg_net_endpoint;

typedef struct cg_net_peering {
    cg_node node;
    uint32_t vpc[2];
    bool active;
} cg_net_peering;
typedef struct cg_net_attachment {
    cg_node node, gateway; /* gateway: the transit gateway */
    uint32_t vpc;
    cg_node peer;  /* the other transit gateway; CG_NO_NODE */
    cg_node table; /* associated; CG_NO_NODE */
} cg_net_attachment;

typedef struct cg_network {
    cg_graph *g;
    cg_mem *mem;
    cg_arena arena;
    cspm_op *op;
    uint32_t *slot; /* by node: index among those of its sort */
    uint8_t *sort;  /* by node */
    const uint32_t *keys;
    const cg_kind_set *kinds; /* n_words 0: no such relationship here */
    cg_net_vpc *vpcs;
    cg_net_subnet *subnets;
    cg_net_table *tables;
    cg_net_acl *acls;
    cg_net_group *groups;
    cg_net_peering *peerings;
    uint32_t n_vpcs, n_subnets, n_tables, n_acls, n_groups, n_peerings;
    CG_VEC(cg_net_attachment) attachments;
    CG_VEC(cg_net_guard) guards;
    cg_intern *guard_names;
    CG_VEC(cg_net_endpoint) endpoints;
    uint32_t *endpoint_of; /* by node: endpoint it is or belongs to; CG_NET_NONE */
    cg_ranges all, open;   /* every service; public addresses */
    const cg_u128 *bounds; /* ascending: where a filter or a route begins or ends, so that addresses between two are alike */
    uint32_t n_bounds;
} cg_network;

/* One question: can `from` open a connection to `to`? Both are a node's id or alias, an address, or "internet". */
typedef enum { CG_REACH_NO, CG_REACH_POSSIBLE, CG_REACH_YES } cg_reach_result;
typedef enum {
    CG_REACH_ARRIVES, /* at the destination, or outside at an address that is not of the estate */
    CG_REACH_DENIED,  /* by a network ACL or by security groups */
    CG_REACH_NO_WAY   /* no route, no public address, nobody there */
} cg_reach_end;
typedef struct cg_reach {
    cg_reach_result result;
    cg_reach_end end;
    uint32_t missing;     /* cg_net_missing, when only possible */
    cg_str reason;        /* what decided, for people; static text */
    cg_node decided_by;   /* where it ended when it does not arrive; CG_NO_NODE */
    CG_VEC(cg_node) hops; /* from source to destination: what it passes and the rules that let it in */
} cg_reach;
/* protocol -1: any; port -1: any of the protocol. CSPM_E_INVALID when from or to is nothing of a network. The caller frees out->hops with
 * the graph's memory. */
int32_t cg_network_reach(cg_network *n, cg_str from, cg_str to, int32_t protocol, int64_t port, cg_reach *out, cspm_error **err);

int32_t cg_network_new(cg_graph *g, cspm_op *op, cg_network **out, cspm_error **err);
void cg_network_free(cg_network *n);

#endif
