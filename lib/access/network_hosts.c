/* What opens and takes connections: machines, tasks, databases, balancers, functions, and interfaces that belong to none of these. */
#include "access/network_read.h"

typedef CG_VEC(cg_net_interface) interface_list;
typedef CG_VEC(uint32_t) group_list;

static int32_t add_address(cg_network *n, cg_net_interface *i, cg_str text, bool known_public, cspm_error **err)
{
    cg_ip ip;
    if (!text.data || !cg_ip_parse(text, &ip))
        return CSPM_OK;
    cg_u128 at = cg_u128_of_ip(&ip);
    bool open = known_public || (!ip.v4 && cg_ranges_has(n->open, at));
    if (open)
        i->public_sure |= ip.v4 ? CG_NET_V4 : CG_NET_V6;
    i->exact |= !known_public;
    if ((open && !cg_ranges_add(&n->arena, &i->publics, at, at)) || (!known_public && !cg_ranges_add(&n->arena, &i->addresses, at, at)))
        return cg_nomem(n->mem, err);
    return CSPM_OK;
}

static int32_t read_guard(cg_network *n, cg_node node, net_kind kind, uint32_t *out, cspm_error **err)
{
    group_list groups = { NULL, 0, 0 };
    net_walk w;
    int32_t rc = CSPM_OK;
    net_walk_begin(&w, n, node, CG_OUT, kind);
    while (rc == CSPM_OK && net_walk_next(&w))
        if (net_sort_of(n, w.node) == NET_GROUP && !cg_vec_push(n->mem, &groups, n->slot[w.node]))
            rc = cg_nomem(n->mem, err);
    if (rc == CSPM_OK)
        rc = net_guard(n, groups.data, (uint32_t)groups.count, false, out, err);
    cg_vec_free(n->mem, &groups);
    return rc;
}

static uint32_t subnet_of(const cg_network *n, cg_node node)
{
    cg_node subnet = net_neighbour(n, node, CG_OUT, NR_PART_OF_SUBNET, NET_SUBNET);
    cg_str text = subnet == CG_NO_NODE ? net_text(n, node, NK_subnet_id) : CG_STR_NULL;
    if (text.data)
        subnet = cg_node_find(n->g, text.data, text.length);
    uint32_t slot = net_slot(n, subnet, NET_SUBNET);
    return slot != CG_NET_NONE && net_partial(n, n->subnets[slot].node) ? CG_NET_NONE : slot;
}

/* Addresses known of an elastic address, of further private addresses, of IPv6 addresses. */
static int32_t read_addresses(cg_network *n, cg_node node, cg_net_interface *i, cspm_error **err)
{
    static const struct {
        net_kind kind;
        net_key key, fallback;
        bool open;
    } sources[] = { { NR_PRIVATE_IP_ADDRESS, NK_private_ip_address, NK_private_ip_address, false },
                    { NR_PRIVATE_IP_ADDRESS, NK_public_ip, NK_public_ip, true },
                    { NR_ELASTIC_IP_ADDRESS, NK_public_ip, NK_public_ip, true },
                    { NR_IPV6_ADDRESS, NK_ipv6_address, NK_id, false } };
    int32_t rc = CSPM_OK;
    for (size_t s = 0; s < sizeof sources / sizeof *sources; s++) {
        net_walk w;
        net_walk_begin(&w, n, node, CG_OUT, sources[s].kind);
        while (rc == CSPM_OK && net_walk_next(&w)) {
            cg_str text = net_text(n, w.node, sources[s].key);
            rc = add_address(n, i, text.data ? text : net_text(n, w.node, sources[s].fallback), sources[s].open, err);
        }
    }
    return rc;
}

/* An interface that does not know its own address has one of its subnet. */
static int32_t settle(cg_network *n, cg_net_interface *i, cspm_error **err)
{
    static const cg_range v4_line = { { 0, UINT64_C(0xFFFF00000000) }, { 0, UINT64_C(0xFFFFFFFFFFFF) } };
    if (!i->exact && i->subnet != CG_NET_NONE) {
        cg_ranges blocks = n->subnets[i->subnet].cidrs, v4 = { 1, &v4_line };
        /* Whether it has an IPv6 address too is not known: the IPv4 one it has for certain. */
        if (cg_ranges_meet(blocks, v4) && !cg_ranges_combine(&n->arena, blocks, v4, CG_SET_AND, &blocks))
            return cg_nomem(n->mem, err);
        i->addresses = blocks;
    }
    i->public_maybe |= i->public_sure;
    return CSPM_OK;
}

static int32_t read_interface(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface i = { .node = node, .subnet = subnet_of(n, node) };
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_EC2_SECURITY_GROUP, &i.guard, err);
    if (rc == CSPM_OK)
        rc = add_address(n, &i, net_text(n, node, NK_private_ip_address), false, err);
    if (rc == CSPM_OK)
        rc = add_address(n, &i, net_text(n, node, NK_public_ip), true, err);
    if (rc == CSPM_OK)
        rc = read_addresses(n, node, &i, err);
    if (rc == CSPM_OK)
        rc = settle(n, &i, err);
    if (rc == CSPM_OK && !cg_vec_push(n->mem, list, i))
        rc = cg_nomem(n->mem, err);
    return rc;
}

/* The interfaces a node has, when they were exported in full. */
static int32_t read_interfaces(cg_network *n, cg_node node, uint32_t endpoint, interface_list *list, cspm_error **err)
{
    net_walk w;
    int32_t rc = CSPM_OK;
    net_walk_begin(&w, n, node, CG_OUT, NR_NETWORK_INTERFACE);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        if (net_sort_of(n, w.node) != NET_INTERFACE || net_partial(n, w.node))
            continue;
        n->endpoint_of[w.node] = endpoint;
        rc = read_interface(n, w.node, list, err);
    }
    return rc;
}

static int32_t add_endpoint(cg_network *n, cg_net_endpoint e, const interface_list *list, cspm_error **err)
{
    cg_net_interface *copy = cg_arena_alloc(&n->arena, (list->count + 1) * sizeof *copy);
    if (!copy)
        return cg_nomem(n->mem, err);
    if (list->count)
        memcpy(copy, list->data, list->count * sizeof *copy);
    e.interfaces = copy;
    e.n_interfaces = (uint32_t)list->count;
    if (!e.services.count)
        e.services = n->all;
    n->endpoint_of[e.node] = (uint32_t)n->endpoints.count;
    return cg_vec_push(n->mem, &n->endpoints, e) ? CSPM_OK : cg_nomem(n->mem, err);
}

/* What the machine says of itself fills what its interfaces do not say. */
static int32_t complete_machine(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface own = { .node = node, .subnet = subnet_of(n, node) };
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_EC2_SECURITY_GROUP, &own.guard, err);
    if (rc == CSPM_OK)
        rc = add_address(n, &own, net_text(n, node, NK_privateipaddress), false, err);
    if (rc == CSPM_OK)
        rc = add_address(n, &own, net_text(n, node, NK_publicipaddress), true, err);
    if (rc == CSPM_OK)
        rc = add_address(n, &own, net_text(n, node, NK_ipv6address), false, err);
    if (rc == CSPM_OK)
        rc = read_addresses(n, node, &own, err);
    if (rc < 0)
        return rc;
    if (list->count == 0)
        return (rc = settle(n, &own, err)) < 0 || cg_vec_push(n->mem, list, own) ? rc : cg_nomem(n->mem, err);
    cg_net_interface *first = &list->data[0];
    bool known = false;
    for (size_t i = 0; i < list->count; i++) {
        known |= (list->data[i].public_sure & CG_NET_V4) != 0;
        if (own.exact && cg_ranges_meet(list->data[i].addresses, own.addresses))
            first = &list->data[i];
    }
    if (first->subnet == CG_NET_NONE)
        first->subnet = own.subnet;
    if (n->guards.data[first->guard].n_groups == 0)
        first->guard = own.guard;
    if (!known && own.public_sure & CG_NET_V4) {
        first->public_sure |= CG_NET_V4;
        if (!cg_ranges_combine(&n->arena, first->publics, own.publics, CG_SET_OR, &first->publics))
            return cg_nomem(n->mem, err);
    }
    return settle(n, first, err);
}

static int32_t read_machine(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_str state = net_text(n, node, NK_state);
    cg_net_endpoint e = { .node = node, .kind = CG_NET_MACHINE, .source = true, .target = true };
    if (cg_str_eq(state, CG_STR("terminated")) || cg_str_eq(state, CG_STR("shutting-down")))
        return CSPM_OK;
    if (cg_str_eq(state, CG_STR("stopped")) || cg_str_eq(state, CG_STR("stopping")))
        e.missing |= CG_NET_STOPPED;
    int32_t rc = read_interfaces(n, node, (uint32_t)n->endpoints.count, list, err);
    if (rc == CSPM_OK)
        rc = complete_machine(n, node, list, err);
    /* Planned, not yet there: the subnet says whether it gets an address. */
    cg_net_interface *i = rc == CSPM_OK ? &list->data[0] : NULL;
    if (i && !state.data && !i->exact && i->public_sure == 0 && i->subnet != CG_NET_NONE && n->subnets[i->subnet].maps_public)
        i->public_maybe |= CG_NET_V4;
    return rc == CSPM_OK ? add_endpoint(n, e, list, err) : rc;
}

/* Interfaces nobody told us about, one for each subnet. */
static int32_t place_in(cg_network *n, cg_node node, cg_node subnet, cg_net_interface like, interface_list *list, cspm_error **err)
{
    uint32_t slot = net_slot(n, subnet, NET_SUBNET);
    for (size_t i = 0; i < list->count; i++)
        if (list->data[i].subnet == slot)
            return CSPM_OK;
    like.node = node;
    like.subnet = slot != CG_NET_NONE && !net_partial(n, subnet) ? slot : CG_NET_NONE;
    int32_t rc = settle(n, &like, err);
    return rc < 0 || cg_vec_push(n->mem, list, like) ? rc : cg_nomem(n->mem, err);
}

static int32_t place(cg_network *n, cg_node node, cg_net_interface like, interface_list *list, cspm_error **err)
{
    static const net_kind direct[] = { NR_PART_OF_SUBNET, NR_SUBNET, NR_USES_SUBNET };
    net_walk w, inner;
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < sizeof direct / sizeof *direct; i++) {
        net_walk_begin(&w, n, node, CG_OUT, direct[i]);
        while (rc == CSPM_OK && net_walk_next(&w))
            if (net_sort_of(n, w.node) == NET_SUBNET)
                rc = place_in(n, node, w.node, like, list, err);
    }
    net_walk_begin(&w, n, node, CG_OUT, NR_MEMBER_OF_DB_SUBNET_GROUP);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        net_walk_begin(&inner, n, w.node, CG_OUT, NR_RESOURCE);
        while (rc == CSPM_OK && net_walk_next(&inner))
            if (net_sort_of(n, inner.node) == NET_SUBNET)
                rc = place_in(n, node, inner.node, like, list, err);
    }
    return rc;
}

/* A database is in one subnet of its group: that of its zone when there is only one there. */
static void keep_zone(const cg_network *n, cg_node node, interface_list *list)
{
    cg_str zone = net_text(n, node, NK_availability_zone);
    uint32_t matches = 0, at = 0;
    for (uint32_t i = 0; zone.data && i < list->count; i++)
        if (list->data[i].subnet != CG_NET_NONE && cg_str_eq(n->subnets[list->data[i].subnet].zone, zone)) {
            matches++;
            at = i;
        }
    if (matches == 1) {
        list->data[0] = list->data[at];
        list->count = 1;
    }
}

static int32_t read_database(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface like = { .node = node, .subnet = CG_NET_NONE };
    cg_net_endpoint e = { .node = node, .kind = CG_NET_SERVICE, .target = true, .one_of = true };
    int64_t port = net_number(n, node, NK_endpoint_port);
    port = port > 0 ? port : net_number(n, node, NK_port);
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_EC2_SECURITY_GROUP, &like.guard, err);
    if (net_sort_of(n, node) != NET_SEARCH && net_flag(n, node, NK_publicly_accessible, false))
        like.public_sure = CG_NET_V4;
    if (rc == CSPM_OK)
        rc = place(n, node, like, list, err);
    /* Neither in a VPC nor open by itself: not of the network. */
    if (rc < 0 || (list->count == 0 && !like.public_sure && n->guards.data[like.guard].n_groups == 0))
        return rc;
    keep_zone(n, node, list);
    if (list->count == 0) {
        like.public_maybe = like.public_sure;
        if (!cg_vec_push(n->mem, list, like))
            return cg_nomem(n->mem, err);
    }
    if (port > 0 && port <= UINT16_MAX && !cg_services_of(&n->arena, CG_PROTOCOL_TCP, port, port, &e.services))
        return cg_nomem(n->mem, err);
    return add_endpoint(n, e, list, err);
}

static int32_t read_balancer(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface like = { .node = node, .subnet = CG_NET_NONE };
    cg_net_endpoint e = { .node = node, .kind = CG_NET_BALANCER, .source = true, .target = true };
    cg_str scheme = net_text(n, node, NK_scheme);
    bool facing = cg_str_eq(scheme, CG_STR("internet-facing")), network = cg_str_eq(net_text(n, node, NK_type), CG_STR("network"));
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_EC2_SECURITY_GROUP, &like.guard, err);
    /* A network balancer without groups of its own lets everything pass. */
    if (rc == CSPM_OK && network && n->guards.data[like.guard].n_groups == 0)
        rc = net_guard(n, NULL, 0, true, &like.guard, err);
    like.public_sure = facing ? CG_NET_V4 : 0;
    like.public_maybe = scheme.data ? 0 : CG_NET_V4;
    if (facing && cg_str_starts(net_text(n, node, NK_ip_address_type), CG_STR("dualstack")))
        like.public_sure |= CG_NET_V6;
    if (rc == CSPM_OK)
        rc = read_interfaces(n, node, (uint32_t)n->endpoints.count, list, err);
    for (size_t i = 0; rc == CSPM_OK && i < list->count; i++) {
        list->data[i].public_sure |= like.public_sure;
        list->data[i].public_maybe |= like.public_sure | like.public_maybe;
        if (n->guards.data[list->data[i].guard].n_groups == 0)
            list->data[i].guard = like.guard;
    }
    if (rc == CSPM_OK && list->count == 0)
        rc = place(n, node, like, list, err);
    if (rc == CSPM_OK && list->count == 0) {
        like.public_maybe |= like.public_sure;
        rc = cg_vec_push(n->mem, list, like) ? CSPM_OK : cg_nomem(n->mem, err);
    }
    return rc == CSPM_OK ? add_endpoint(n, e, list, err) : rc;
}

/* A function in a VPC opens connections from there; nobody connects to its interfaces. */
static int32_t read_function(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface like = { .node = node, .subnet = CG_NET_NONE };
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_EC2_SECURITY_GROUP, &like.guard, err);
    if (rc == CSPM_OK)
        rc = place(n, node, like, list, err);
    if (rc < 0 || list->count == 0)
        return rc;
    return add_endpoint(n, (cg_net_endpoint){ .node = node, .kind = CG_NET_FUNCTION, .source = true }, list, err);
}

static int32_t read_task(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    if (cg_str_eq_nocase(net_text(n, node, NK_last_status), CG_STR("STOPPED")))
        return CSPM_OK;
    int32_t rc = read_interfaces(n, node, (uint32_t)n->endpoints.count, list, err);
    if (rc < 0 || list->count == 0)
        return rc;
    return add_endpoint(n, (cg_net_endpoint){ .node = node, .kind = CG_NET_MACHINE, .source = true, .target = true }, list, err);
}

/* A service stands for its tasks when these were not exported. */
static int32_t read_ecs_service(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface like = { .node = node, .subnet = CG_NET_NONE };
    net_walk w;
    net_walk_begin(&w, n, node, CG_OUT, NR_HAS_TASK);
    while (net_walk_next(&w))
        if (n->endpoint_of[w.node] != CG_NET_NONE)
            return CSPM_OK;
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_EC2_SECURITY_GROUP, &like.guard, err);
    like.public_sure = cg_str_eq(net_text(n, node, NK_assign_public_ip), CG_STR("ENABLED")) ? CG_NET_V4 : 0;
    if (rc == CSPM_OK)
        rc = place(n, node, like, list, err);
    if (rc < 0 || list->count == 0)
        return rc;
    return add_endpoint(n, (cg_net_endpoint){ .node = node, .kind = CG_NET_MACHINE, .source = true, .target = true, .one_of = true }, list,
                        err);
}

static int32_t read_vpc_endpoint(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    cg_net_interface like = { .node = node, .subnet = CG_NET_NONE };
    int32_t rc = read_guard(n, node, NR_MEMBER_OF_SECURITY_GROUP, &like.guard, err);
    if (rc == CSPM_OK)
        rc = read_interfaces(n, node, (uint32_t)n->endpoints.count, list, err);
    if (rc == CSPM_OK && list->count == 0)
        rc = place(n, node, like, list, err);
    for (size_t i = 0; rc == CSPM_OK && i < list->count; i++)
        if (n->guards.data[list->data[i].guard].n_groups == 0)
            list->data[i].guard = like.guard;
    if (rc < 0 || list->count == 0)
        return rc;
    return add_endpoint(n, (cg_net_endpoint){ .node = node, .kind = CG_NET_SERVICE, .target = true }, list, err);
}

/* Interfaces that belong to nothing we know; those of gateways take no connections of their own. */
static int32_t read_loose_interface(cg_network *n, cg_node node, interface_list *list, cspm_error **err)
{
    static const char *const passive[] = { "nat_gateway", "transit_gateway", "lambda", "gateway_load_balancer_endpoint",
                                           "gateway_load_balancer" };
    cg_str type = net_text(n, node, NK_interface_type);
    if (n->endpoint_of[node] != CG_NET_NONE || net_partial(n, node) || cg_str_eq(net_text(n, node, NK_status), CG_STR("available")) ||
        net_neighbour(n, node, CG_IN, NR_NETWORK_INTERFACE, NET_NAT) != CG_NO_NODE)
        return CSPM_OK;
    for (size_t i = 0; i < sizeof passive / sizeof *passive; i++)
        if (cg_str_eq(type, cg_str_from(passive[i])))
            return CSPM_OK;
    int32_t rc = read_interface(n, node, list, err);
    return rc < 0 ? rc
                  : add_endpoint(n, (cg_net_endpoint){ .node = node, .kind = CG_NET_INTERFACE, .source = true, .target = true }, list, err);
}

int32_t net_read_endpoints(cg_network *n, cspm_error **err)
{
    /* Owners before what may belong to them. */
    static const struct {
        net_sort sort;
        int32_t (*read)(cg_network *n, cg_node node, interface_list *list, cspm_error **err);
    } readers[] = { { NET_MACHINE, read_machine },
                    { NET_BALANCER, read_balancer },
                    { NET_DATABASE, read_database },
                    { NET_CACHE, read_database },
                    { NET_SEARCH, read_database },
                    { NET_FUNCTION, read_function },
                    { NET_ECS_TASK, read_task },
                    { NET_ECS_SERVICE, read_ecs_service },
                    { NET_VPC_ENDPOINT, read_vpc_endpoint },
                    { NET_INTERFACE, read_loose_interface } };
    interface_list list = { NULL, 0, 0 };
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        for (uint32_t node = 0; rc == CSPM_OK && node < cg_graph_n_nodes(n->g); node++) {
            if (n->sort[node] != readers[i].sort || (net_partial(n, node) && readers[i].sort != NET_INTERFACE))
                continue;
            list.count = 0;
            rc = readers[i].read(n, node, &list, err);
        }
    cg_vec_free(n->mem, &list);
    return rc;
}
