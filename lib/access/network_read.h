/* How the files that compile a network read the inventory. */
#ifndef CG_ACCESS_NETWORK_READ_H
#define CG_ACCESS_NETWORK_READ_H

#include "access/network.h"

/* Sorts of nodes the compiler tells apart, by any of their labels. */
typedef enum {
    NET_OTHER,
    NET_VPC,
    NET_SUBNET,
    NET_TABLE,
    NET_ACL,
    NET_GROUP,
    NET_PREFIX_LIST,
    NET_IGW,
    NET_EIGW,
    NET_NAT,
    NET_VGW,
    NET_PEERING,
    NET_TGW,
    NET_TGW_ATTACHMENT,
    NET_INTERFACE,
    NET_MACHINE,
    NET_BALANCER,
    NET_DATABASE,
    NET_CACHE,
    NET_FUNCTION,
    NET_ECS_TASK,
    NET_ECS_SERVICE,
    NET_VPC_ENDPOINT,
    NET_SEARCH,
    NET_REST_API,
    NET_HTTP_API,
    NET_DISTRIBUTION,
    NET_CLUSTER,
    NET_APP,
    NET_LISTENER,
    NET_IP_TARGET,
    NET_SORTS
} net_sort;

/* Property keys and relationship kinds, by the names net_key_names and net_kind_names give them. */
/* clang-format off */
#define NET_KEYS(X)                                                                                                                        \
    X(partial) X(state) X(vpc_id) X(subnet_id) X(cidr_block) X(ipv6_cidr_blocks) X(primary_cidr_block) X(availability_zone)               \
    X(map_public_ip_on_launch) X(main) X(target) X(destination_cidr_block) X(destination_ipv6_cidr_block) X(cidrs) X(rulenumber)          \
    X(ruleaction) X(protocol) X(fromport) X(toport) X(cidrblock) X(ipv6cidrblock) X(egress) X(icmp_type) X(icmp_code) X(range)            \
    X(status_code) X(resource_type) X(resource_id) X(transit_gateway_id) X(association_route_table_id) X(type) X(private_ip_address)      \
    X(public_ip) X(interface_type) X(status) X(ipv6_address) X(privateipaddress) X(publicipaddress) X(ipv6address) X(id) X(scheme)        \
    X(port) X(instance_port) X(target_type) X(ip) X(publicly_accessible) X(endpoint_port) X(endpoint_public_access)                       \
    X(public_access_cidrs) X(assign_public_ip) X(function_url_auth_type) X(name) X(trustedRanges) X(preserve_client_ip)                   \
    X(requester_vpc_id) X(accepter_vpc_id) X(last_status) X(endpoint_type) X(disableexecuteapiendpoint) X(enabled) X(policy)              \
    X(ip_address_type) X(is_publicly_accessible) X(anonymous_actions)
#define NET_KINDS(X)                                                                                                                       \
    X(MEMBER_OF_AWS_VPC) X(BLOCK_ASSOCIATION) X(ROUTE) X(ASSOCIATION) X(ASSOCIATED_SUBNET) X(ROUTES_TO) X(ROUTES_TO_GATEWAY)              \
    X(DESTINATION_PREFIX_LIST) X(PART_OF_SUBNET) X(MEMBER_OF_NACL) X(MEMBER_OF_EC2_SECURITY_GROUP) X(MEMBER_OF_SECURITY_GROUP)            \
    X(MEMBER_OF_IP_RULE) X(ATTACHED_TO) X(REQUESTER_VPC) X(ACCEPTER_VPC) X(RESOURCE) X(ASSOCIATED_WITH) X(HAS_ROUTE)                      \
    X(ROUTES_TO_TGW_ATTACHMENT) X(NETWORK_INTERFACE) X(PRIVATE_IP_ADDRESS) X(IPV6_ADDRESS) X(ELASTIC_IP_ADDRESS) X(SUBNET)                \
    X(USES_SUBNET) X(MEMBER_OF_DB_SUBNET_GROUP) X(ELB_LISTENER) X(ELBV2_LISTENER) X(ELBV2_TARGET_GROUP) X(FORWARDS_TO) X(HAS_RULE)        \
    X(TARGETS) X(EXPOSE) X(HAS_TASK) X(INVOKES) X(HAS_INTEGRATION) X(PROPAGATES_TO)
/* clang-format on */
#define NET_KEY_NAME(name) NK_##name,
#define NET_KIND_NAME(name) NR_##name,
typedef enum { NET_KEYS(NET_KEY_NAME) NET_N_KEYS } net_key;
typedef enum { NET_KINDS(NET_KIND_NAME) NET_N_KINDS } net_kind;

/* Properties; what is absent or of another type is a null string, -1 or the value given. Strings are the graph's. */
cg_str net_text(const cg_network *n, cg_node node, net_key key);
int64_t net_number(const cg_network *n, cg_node node, net_key key);
bool net_flag(const cg_network *n, cg_node node, net_key key, bool absent);
/* Texts of a list property (or of a single text), in the network's arena. */
int32_t net_texts(cg_network *n, cg_node node, net_key key, const cg_str **out, uint32_t *count, cspm_error **err);
bool net_partial(const cg_network *n, cg_node node);

/* Neighbours over one kind in one direction: `for (net_walk w = net_walk_begin(...); net_walk_next(&w);)` with w.node and w.rel. */
typedef struct net_walk {
    cg_adj_iter it;
    cg_node from, node;
    cg_rel rel;
    bool none;
} net_walk;
void net_walk_begin(net_walk *w, const cg_network *n, cg_node node, cg_dir dir, net_kind kind);
bool net_walk_next(net_walk *w);
/* The first neighbour of this sort; CG_NO_NODE. */
cg_node net_neighbour(const cg_network *n, cg_node node, cg_dir dir, net_kind kind, net_sort sort);
static inline net_sort net_sort_of(const cg_network *n, cg_node node)
{
    return node == CG_NO_NODE ? NET_OTHER : (net_sort)n->sort[node];
}
/* Index among the nodes of its sort, or CG_NET_NONE when it is of another. */
uint32_t net_slot(const cg_network *n, cg_node node, net_sort sort);

/* Which label makes which sort; the first sort of the table wins. */
int32_t net_sort_nodes(cg_network *n, cspm_error **err);
uint32_t net_count(const cg_network *n, net_sort sort);
bool net_add_block(cg_network *n, cg_ranges *set, cg_str text, bool *bad);

int32_t net_read_places(cg_network *n, cspm_error **err); /* VPCs, subnets, route tables, network ACLs, peerings */
int32_t net_read_transit(cg_network *n, cspm_error **err);
int32_t net_read_groups(cg_network *n, cspm_error **err);    /* security groups */
int32_t net_read_endpoints(cg_network *n, cspm_error **err); /* machines, interfaces, databases, balancers */
/* Index of the guard made of these groups (sorted here). */
int32_t net_guard(cg_network *n, uint32_t *groups, uint32_t count, bool open, uint32_t *out, cspm_error **err);

#endif
