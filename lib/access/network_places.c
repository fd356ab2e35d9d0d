/* VPCs, subnets, route tables and what routes lead to, network ACLs. */
#include "access/network_read.h"

#include <stdlib.h>

static int32_t read_blocks(cg_network *n, cg_node node, net_key key, cg_ranges *set, cspm_error **err)
{
    const cg_str *texts;
    uint32_t count;
    bool bad = false;
    int32_t rc = net_texts(n, node, key, &texts, &count, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < count; i++)
        if (!net_add_block(n, set, texts[i], &bad))
            rc = cg_nomem(n->mem, err);
    return rc;
}

static int32_t read_vpc(cg_network *n, cg_node node, cg_net_vpc *vpc, cspm_error **err)
{
    net_walk w;
    int32_t rc = read_blocks(n, node, NK_primary_cidr_block, &vpc->cidrs, err);
    vpc->node = node;
    vpc->main_table = CG_NET_NONE;
    net_walk_begin(&w, n, node, CG_OUT, NR_BLOCK_ASSOCIATION);
    while (rc == CSPM_OK && net_walk_next(&w))
        rc = read_blocks(n, w.node, NK_cidr_block, &vpc->cidrs, err);
    return rc;
}

/* The VPC a thing says it is in, by relationship or by property. */
static uint32_t vpc_of(const cg_network *n, cg_node node)
{
    cg_node vpc = net_neighbour(n, node, CG_OUT, NR_MEMBER_OF_AWS_VPC, NET_VPC);
    cg_str text = vpc == CG_NO_NODE ? net_text(n, node, NK_vpc_id) : CG_STR_NULL;
    if (text.data)
        vpc = cg_node_find(n->g, text.data, text.length);
    return net_slot(n, vpc, NET_VPC);
}

static cg_net_hop hop_of_sort(net_sort sort)
{
    switch (sort) {
    case NET_IGW:
        return CG_NET_IGW;
    case NET_EIGW:
        return CG_NET_EIGW;
    case NET_NAT:
        return CG_NET_NAT;
    case NET_VGW:
        return CG_NET_VGW;
    case NET_PEERING:
        return CG_NET_PEERING;
    case NET_TGW:
        return CG_NET_TGW;
    case NET_INTERFACE:
    case NET_MACHINE:
        return CG_NET_HOP;
    case NET_VPC_ENDPOINT:
        return CG_NET_ENDPOINT;
    default:
        return CG_NET_ELSEWHERE;
    }
}

static void read_target(const cg_network *n, cg_node node, cg_net_route *route)
{
    static const struct {
        const char *prefix;
        cg_net_hop hop;
    } prefixes[] = { { "igw-", CG_NET_IGW },       { "eigw-", CG_NET_EIGW }, { "nat-", CG_NET_NAT }, { "vgw-", CG_NET_VGW },
                     { "pcx-", CG_NET_PEERING },   { "tgw-", CG_NET_TGW },   { "eni-", CG_NET_HOP }, { "i-", CG_NET_HOP },
                     { "vpce-", CG_NET_ENDPOINT }, { "local", CG_NET_LOCAL } };
    cg_str state = net_text(n, node, NK_state), target = net_text(n, node, NK_target);
    net_walk w;
    route->node = node;
    route->target = CG_NO_NODE;
    route->hop = CG_NET_ELSEWHERE;
    route->active = cg_str_eq(state, CG_STR("active"));
    static const net_kind kinds[] = { NR_ROUTES_TO, NR_ROUTES_TO_GATEWAY };
    for (int i = 0; i < 2 && route->hop == CG_NET_ELSEWHERE; i++) {
        net_walk_begin(&w, n, node, CG_OUT, kinds[i]);
        if (net_walk_next(&w)) {
            route->target = w.node;
            route->hop = hop_of_sort(net_sort_of(n, w.node));
        }
    }
    for (size_t i = 0; route->hop == CG_NET_ELSEWHERE && i < sizeof prefixes / sizeof *prefixes; i++)
        if (cg_str_starts(target, cg_str_from(prefixes[i].prefix)))
            route->hop = prefixes[i].hop;
    if (route->target == CG_NO_NODE && target.data)
        route->target = cg_node_find(n->g, target.data, target.length);
    if (cg_str_eq(state, CG_STR("blackhole")))
        route->hop = CG_NET_BLACKHOLE;
}

typedef CG_VEC(cg_net_route) route_list;

static int32_t add_route(cg_network *n, route_list *list, cg_net_route route, cg_str block, cspm_error **err)
{
    if (!block.data || !cg_cidr_parse(block, &route.block))
        return CSPM_OK;
    return cg_vec_push(n->mem, list, route) ? CSPM_OK : cg_nomem(n->mem, err);
}

static int32_t read_route(cg_network *n, cg_node node, cg_net_table *table, route_list *list, cspm_error **err)
{
    cg_net_route route = { 0 };
    net_walk w;
    read_target(n, node, &route);
    int32_t rc = add_route(n, list, route, net_text(n, node, NK_destination_cidr_block), err);
    if (rc == CSPM_OK)
        rc = add_route(n, list, route, net_text(n, node, NK_destination_ipv6_cidr_block), err);
    net_walk_begin(&w, n, node, CG_OUT, NR_DESTINATION_PREFIX_LIST);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        const cg_str *texts;
        uint32_t count;
        rc = net_texts(n, w.node, NK_cidrs, &texts, &count, err);
        /* A gateway endpoint serves the cloud's own services: its blocks need not be known. */
        table->open_ended |= count == 0 && route.hop != CG_NET_ENDPOINT;
        for (uint32_t i = 0; rc == CSPM_OK && i < count; i++)
            rc = add_route(n, list, route, texts[i], err);
    }
    return rc;
}

/* The most specific first; a local route before others of its size, then by where they lead. */
static int by_size(const void *x, const void *y)
{
    const cg_net_route *a = x, *b = y;
    if (a->block.base.v4 != b->block.base.v4)
        return a->block.base.v4 ? -1 : 1;
    if (a->block.prefix != b->block.prefix)
        return a->block.prefix > b->block.prefix ? -1 : 1;
    int order = memcmp(a->block.base.bytes, b->block.base.bytes, 16);
    if (order == 0 && (a->hop == CG_NET_LOCAL) != (b->hop == CG_NET_LOCAL))
        order = a->hop == CG_NET_LOCAL ? -1 : 1;
    return order ? order : a->node < b->node ? -1 : a->node > b->node;
}

typedef struct local_routes {
    cg_network *n;
    route_list *list;
} local_routes;

static bool add_local(void *user, const cg_cidr *block)
{
    local_routes *l = user;
    return cg_vec_push(l->n->mem, l->list, ((cg_net_route){ CG_NO_NODE, CG_NO_NODE, CG_NET_LOCAL, *block, true }));
}

static int32_t read_table(cg_network *n, cg_node node, cg_net_table *table, cspm_error **err)
{
    route_list list = { NULL, 0, 0 };
    net_walk w;
    int32_t rc = CSPM_OK;
    uint32_t vpc = vpc_of(n, node);
    table->node = node;
    net_walk_begin(&w, n, node, CG_OUT, NR_ROUTE);
    while (rc == CSPM_OK && net_walk_next(&w))
        rc = read_route(n, w.node, table, &list, err);
    if (rc == CSPM_OK && vpc != CG_NET_NONE) {
        local_routes l = { n, &list };
        if (!cg_ranges_blocks(n->vpcs[vpc].cidrs, add_local, &l))
            rc = cg_nomem(n->mem, err);
        if (net_flag(n, node, NK_main, false))
            n->vpcs[vpc].main_table = n->slot[node];
    }
    net_walk_begin(&w, n, node, CG_OUT, NR_ASSOCIATION);
    while (vpc != CG_NET_NONE && net_walk_next(&w))
        if (net_flag(n, w.node, NK_main, false))
            n->vpcs[vpc].main_table = n->slot[node];
    if (rc == CSPM_OK && list.count) {
        qsort(list.data, list.count, sizeof *list.data, by_size);
        cg_net_route *routes = cg_arena_alloc(&n->arena, list.count * sizeof *routes);
        if (!routes)
            rc = cg_nomem(n->mem, err);
        else {
            memcpy(routes, list.data, list.count * sizeof *routes);
            table->routes = routes;
            table->n_routes = (uint32_t)list.count;
        }
    }
    cg_vec_free(n->mem, &list);
    return rc;
}

typedef struct acl_rule {
    int64_t number;
    cg_node node;
    bool allow;
    cg_packets packets;
} acl_rule;

static int by_number(const void *x, const void *y)
{
    const acl_rule *a = x, *b = y;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

/* False in *readable: the rule says something that cannot be understood, and so the whole list cannot be. */
static int32_t read_acl_rule(cg_network *n, cg_node node, acl_rule *out, bool *readable, cspm_error **err)
{
    cg_str text = net_text(n, node, NK_protocol), action = net_text(n, node, NK_ruleaction);
    int32_t protocol = (int32_t)net_number(n, node, NK_protocol);
    cg_ranges addresses = { 0, NULL }, services;
    bool bad = text.data && !cg_protocol_parse(text, &protocol);
    bool icmp = protocol == CG_PROTOCOL_ICMP || protocol == CG_PROTOCOL_ICMP6;
    int64_t from = net_number(n, node, icmp ? NK_icmp_type : NK_fromport), to = net_number(n, node, icmp ? NK_icmp_code : NK_toport);
    if (!net_add_block(n, &addresses, net_text(n, node, NK_cidrblock), &bad) ||
        !net_add_block(n, &addresses, net_text(n, node, NK_ipv6cidrblock), &bad))
        return cg_nomem(n->mem, err);
    bool ports = protocol == CG_PROTOCOL_TCP || protocol == CG_PROTOCOL_UDP;
    if (!ports && !icmp)
        from = to = -1;
    bad |= addresses.count == 0 || protocol < -1 || from > (icmp ? 255 : UINT16_MAX) || to > (icmp ? 255 : UINT16_MAX) ||
           (ports && from >= 0 && from > to);
    bad |= !cg_str_eq_nocase(action, CG_STR("allow")) && !cg_str_eq_nocase(action, CG_STR("deny"));
    *readable = !bad;
    if (bad)
        return CSPM_OK;
    *out = (acl_rule){ net_number(n, node, NK_rulenumber), node, cg_str_eq_nocase(action, CG_STR("allow")), { 0, NULL } };
    return cg_services_of(&n->arena, protocol, from, to, &services) && cg_packets_of(&n->arena, services, addresses, &out->packets)
               ? CSPM_OK
               : cg_nomem(n->mem, err);
}

/* The first rule that matches decides. */
static int32_t first_match(cg_network *n, acl_rule *rules, uint32_t count, cg_packets *allowed, cspm_error **err)
{
    cg_packets decided = { 0, NULL }, part;
    if (count)
        qsort(rules, count, sizeof *rules, by_number);
    *allowed = (cg_packets){ 0, NULL };
    for (uint32_t i = 0; i < count; i++) {
        if (rules[i].allow && (!cg_packets_combine(&n->arena, rules[i].packets, decided, CG_SET_MINUS, &part) ||
                               !cg_packets_combine(&n->arena, *allowed, part, CG_SET_OR, allowed)))
            return cg_nomem(n->mem, err);
        if (!cg_packets_combine(&n->arena, decided, rules[i].packets, CG_SET_OR, &decided))
            return cg_nomem(n->mem, err);
    }
    return CSPM_OK;
}

static int32_t read_acl(cg_network *n, cg_node node, cg_net_acl *acl, cspm_error **err)
{
    CG_VEC(acl_rule) rules[2] = { { NULL, 0, 0 }, { NULL, 0, 0 } };
    net_walk w;
    int32_t rc = CSPM_OK;
    acl->node = node;
    acl->known = !net_partial(n, node);
    net_walk_begin(&w, n, node, CG_IN, NR_MEMBER_OF_NACL);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        acl_rule rule;
        bool readable = false, out = net_flag(n, w.node, NK_egress, false);
        rc = read_acl_rule(n, w.node, &rule, &readable, err);
        acl->known &= readable;
        if (rc == CSPM_OK && readable && !(out ? cg_vec_push(n->mem, &rules[1], rule) : cg_vec_push(n->mem, &rules[0], rule)))
            rc = cg_nomem(n->mem, err);
    }
    /* Every list has its last rules; a list without any has not been exported. */
    acl->known &= rules[0].count + rules[1].count > 0;
    if (rc == CSPM_OK)
        rc = first_match(n, rules[0].data, (uint32_t)rules[0].count, &acl->in, err);
    if (rc == CSPM_OK)
        rc = first_match(n, rules[1].data, (uint32_t)rules[1].count, &acl->out, err);
    cg_vec_free(n->mem, &rules[0]);
    cg_vec_free(n->mem, &rules[1]);
    return rc;
}

static int32_t read_subnet(cg_network *n, cg_node node, cg_net_subnet *subnet, cspm_error **err)
{
    net_walk w;
    *subnet = (cg_net_subnet){ .node = node, .vpc = vpc_of(n, node), .table = CG_NET_NONE, .acl = CG_NET_NONE };
    subnet->zone = net_text(n, node, NK_availability_zone);
    subnet->maps_public = net_flag(n, node, NK_map_public_ip_on_launch, false);
    int32_t rc = read_blocks(n, node, NK_cidr_block, &subnet->cidrs, err);
    if (rc == CSPM_OK)
        rc = read_blocks(n, node, NK_ipv6_cidr_blocks, &subnet->cidrs, err);
    net_walk_begin(&w, n, node, CG_IN, NR_ASSOCIATED_SUBNET);
    while (net_walk_next(&w)) {
        cg_node table = net_neighbour(n, w.node, CG_IN, NR_ASSOCIATION, NET_TABLE);
        if (table != CG_NO_NODE)
            subnet->table = n->slot[table];
    }
    if (subnet->table == CG_NET_NONE && subnet->vpc != CG_NET_NONE)
        subnet->table = n->vpcs[subnet->vpc].main_table;
    if (subnet->table != CG_NET_NONE && net_partial(n, n->tables[subnet->table].node))
        subnet->table = CG_NET_NONE;
    subnet->acl = net_slot(n, net_neighbour(n, node, CG_IN, NR_PART_OF_SUBNET, NET_ACL), NET_ACL);
    if (subnet->acl != CG_NET_NONE && !n->acls[subnet->acl].known)
        subnet->acl = CG_NET_NONE;
    return rc;
}

static void read_peering(cg_network *n, cg_node node, cg_net_peering *peering)
{
    static const net_kind ends[] = { NR_REQUESTER_VPC, NR_ACCEPTER_VPC };
    static const net_key keys[] = { NK_requester_vpc_id, NK_accepter_vpc_id };
    cg_str status = net_text(n, node, NK_status_code);
    peering->node = node;
    /* Terraform and partial nodes do not say; a route through it that is active does. */
    peering->active = !status.data || cg_str_eq(status, CG_STR("active"));
    for (int i = 0; i < 2; i++) {
        cg_node vpc = net_neighbour(n, node, CG_OUT, ends[i], NET_VPC);
        cg_str text = net_text(n, node, keys[i]);
        if (vpc == CG_NO_NODE && text.data)
            vpc = cg_node_find(n->g, text.data, text.length);
        peering->vpc[i] = net_slot(n, vpc, NET_VPC);
    }
}

static int32_t allocate(cg_network *n, cspm_error **err)
{
    n->n_vpcs = net_count(n, NET_VPC);
    n->n_subnets = net_count(n, NET_SUBNET);
    n->n_tables = net_count(n, NET_TABLE);
    n->n_acls = net_count(n, NET_ACL);
    n->n_peerings = net_count(n, NET_PEERING);
    n->vpcs = cg_arena_calloc(&n->arena, (size_t)n->n_vpcs + 1, sizeof *n->vpcs);
    n->subnets = cg_arena_calloc(&n->arena, (size_t)n->n_subnets + 1, sizeof *n->subnets);
    n->tables = cg_arena_calloc(&n->arena, (size_t)n->n_tables + 1, sizeof *n->tables);
    n->acls = cg_arena_calloc(&n->arena, (size_t)n->n_acls + 1, sizeof *n->acls);
    n->peerings = cg_arena_calloc(&n->arena, (size_t)n->n_peerings + 1, sizeof *n->peerings);
    return n->vpcs && n->subnets && n->tables && n->acls && n->peerings ? CSPM_OK : cg_nomem(n->mem, err);
}

int32_t net_read_places(cg_network *n, cspm_error **err)
{
    /* Tables need VPCs, subnets need tables and lists. */
    static const net_sort order[] = { NET_VPC, NET_TABLE, NET_ACL, NET_PEERING, NET_SUBNET };
    int32_t rc = allocate(n, err);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (uint32_t node = 0; rc == CSPM_OK && node < cg_graph_n_nodes(n->g); node++) {
            uint32_t slot = n->slot[node];
            if (n->sort[node] != order[i])
                continue;
            if (order[i] == NET_VPC)
                rc = read_vpc(n, node, &n->vpcs[slot], err);
            else if (order[i] == NET_TABLE)
                rc = read_table(n, node, &n->tables[slot], err);
            else if (order[i] == NET_ACL)
                rc = read_acl(n, node, &n->acls[slot], err);
            else if (order[i] == NET_PEERING)
                read_peering(n, node, &n->peerings[slot]);
            else
                rc = read_subnet(n, node, &n->subnets[slot], err);
        }
    return rc;
}
