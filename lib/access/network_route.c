/* Where packets go: inside a VPC, over a peering, over transit gateways; and which addresses lie behind an internet gateway. */
#include "access/network_filter.h"
#include "access/network_read.h"

static bool block_has(const cg_cidr *block, cg_u128 address)
{
    bool v4 = address.hi == 0 && address.lo >> 32 == 0xFFFF;
    cg_u128 base = cg_u128_of_ip(&block->base);
    unsigned bits = block->prefix + (block->base.v4 ? 96u : 0u);
    if (block->base.v4 != v4)
        return false;
    uint64_t hi = bits >= 64 ? UINT64_MAX : bits ? UINT64_MAX << (64 - bits) : 0;
    uint64_t lo = bits <= 64 ? 0 : UINT64_MAX << (128 - bits);
    return ((base.hi ^ address.hi) & hi) == 0 && ((base.lo ^ address.lo) & lo) == 0;
}

const cg_net_route *cg_net_lookup(const cg_net_table *table, cg_u128 address)
{
    for (uint32_t i = 0; i < table->n_routes; i++)
        if (block_has(&table->routes[i].block, address))
            return &table->routes[i];
    return NULL;
}

static void stop(cg_net_trace *trace, cg_node at, const char *reason)
{
    if (trace && !trace->reason) {
        trace->stopped_at = at;
        trace->reason = reason;
    }
}

/* Evidence is a courtesy here: when memory is refused the next allocation says so. */
static void pass(const cg_network *n, cg_net_trace *trace, cg_node node)
{
    if (trace && node != CG_NO_NODE)
        (void)cg_vec_push(n->mem, &trace->nodes, node);
}

static cg_net_way over_peering(const cg_network *n, const cg_net_route *route, uint32_t from_vpc, uint32_t to_vpc, uint32_t *missing,
                               cg_net_trace *trace)
{
    uint32_t slot = net_slot(n, route->target, NET_PEERING);
    const cg_net_peering *p = slot == CG_NET_NONE ? NULL : &n->peerings[slot];
    if (!p || p->vpc[0] == CG_NET_NONE || p->vpc[1] == CG_NET_NONE) {
        *missing |= CG_NET_NO_GATEWAY;
        return CG_NET_PERHAPS;
    }
    bool joins = (p->vpc[0] == from_vpc && p->vpc[1] == to_vpc) || (p->vpc[1] == from_vpc && p->vpc[0] == to_vpc);
    if (!p->active || !joins) {
        stop(trace, p->node, p->active ? "the peering connection leads elsewhere" : "the peering connection is not active");
        return CG_NET_CUT;
    }
    pass(n, trace, route->node);
    pass(n, trace, p->node);
    return CG_NET_PASS;
}

static const cg_net_attachment *attachment_at(const cg_network *n, cg_node node, cg_node gateway)
{
    for (size_t i = 0; i < n->attachments.count; i++)
        if (n->attachments.data[i].node == node && n->attachments.data[i].gateway == gateway)
            return &n->attachments.data[i];
    return NULL;
}

typedef struct transit_choice {
    cg_node route;      /* CG_NO_NODE: propagated, and not written down */
    cg_node attachment; /* CG_NO_NODE: none, or not known */
    int rank;           /* -1: nothing */
    bool drops;
} transit_choice;

static void written_routes(const cg_network *n, cg_node table, cg_u128 address, transit_choice *best)
{
    net_walk w, inner;
    net_walk_begin(&w, n, table, CG_OUT, NR_HAS_ROUTE);
    while (net_walk_next(&w)) {
        cg_cidr block;
        cg_str text = net_text(n, w.node, NK_destination_cidr_block), target = net_text(n, w.node, NK_target);
        if (!text.data)
            text = net_text(n, w.node, NK_destination_ipv6_cidr_block);
        if (!text.data || !cg_cidr_parse(text, &block) || !block_has(&block, address))
            continue;
        /* Of equal blocks the static one counts. */
        int rank = block.prefix * 2 + !cg_str_eq(net_text(n, w.node, NK_type), CG_STR("propagated"));
        if (rank <= best->rank)
            continue;
        *best = (transit_choice){ w.node, CG_NO_NODE, rank, cg_str_eq(net_text(n, w.node, NK_state), CG_STR("blackhole")) };
        net_walk_begin(&inner, n, w.node, CG_OUT, NR_ROUTES_TO_TGW_ATTACHMENT);
        if (net_walk_next(&inner))
            best->attachment = inner.node;
        else if (target.data)
            best->attachment = cg_node_find(n->g, target.data, target.length);
    }
}

static bool deeper(void *user, const cg_cidr *block)
{
    int *rank = user;
    if (block->prefix * 2 > *rank)
        *rank = block->prefix * 2;
    return true;
}

/* VPCs that tell the table of their blocks. */
static void propagated_routes(const cg_network *n, cg_node table, cg_node gateway, cg_u128 address, transit_choice *best)
{
    net_walk w;
    net_walk_begin(&w, n, table, CG_IN, NR_PROPAGATES_TO);
    while (net_walk_next(&w)) {
        const cg_net_attachment *a = attachment_at(n, w.node, gateway);
        int rank = -1;
        if (!a || a->vpc == CG_NET_NONE || !cg_ranges_has(n->vpcs[a->vpc].cidrs, address))
            continue;
        cg_ranges_blocks(n->vpcs[a->vpc].cidrs, deeper, &rank);
        if (rank > best->rank)
            *best = (transit_choice){ CG_NO_NODE, w.node, rank, false };
    }
}

/* An attachment serves the zones in which it has a subnet. False only when they are all known, and this one is not among them. */
static bool serves_zone(const cg_network *n, cg_node attachment, cg_str zone)
{
    bool told = false, serves = false;
    net_walk w;
    net_walk_begin(&w, n, attachment, CG_OUT, NR_PART_OF_SUBNET);
    while (net_walk_next(&w)) {
        uint32_t slot = net_slot(n, w.node, NET_SUBNET);
        cg_str other = slot == CG_NET_NONE ? CG_STR_NULL : n->subnets[slot].zone;
        told = true;
        serves |= !other.data || cg_str_eq(other, zone);
    }
    return serves || !told || !zone.data;
}

/* From one attachment through tables and peered gateways to the attachment of a VPC. */
static cg_net_way over_transit(const cg_network *n, cg_node gateway, uint32_t from_vpc, cg_str zone, cg_u128 address, uint32_t to_vpc,
                               uint32_t *missing, cg_net_trace *trace)
{
    const cg_net_attachment *at = NULL;
    for (size_t i = 0; i < n->attachments.count && !at; i++)
        if (n->attachments.data[i].gateway == gateway && n->attachments.data[i].vpc == from_vpc)
            at = &n->attachments.data[i];
    if (at && !serves_zone(n, at->node, zone)) {
        stop(trace, at->node, "the transit gateway has no attachment in the zone of the subnet");
        return CG_NET_CUT;
    }
    for (int hop = 0; hop < 4; hop++) {
        transit_choice choice = { CG_NO_NODE, CG_NO_NODE, -1, false };
        bool told = n->kinds[NR_HAS_ROUTE].n_words || n->kinds[NR_PROPAGATES_TO].n_words;
        if (!at || at->table == CG_NO_NODE || !told) {
            *missing |= CG_NET_NO_TRANSIT;
            return CG_NET_PERHAPS;
        }
        pass(n, trace, at->gateway);
        propagated_routes(n, at->table, at->gateway, address, &choice);
        written_routes(n, at->table, address, &choice);
        if (choice.rank < 0 || choice.drops) {
            stop(trace, at->gateway, choice.drops ? "the transit gateway drops it" : "the transit gateway has no route to it");
            return CG_NET_CUT;
        }
        pass(n, trace, choice.route);
        const cg_net_attachment *next = attachment_at(n, choice.attachment, at->gateway);
        if (next && next->vpc != CG_NET_NONE) {
            if (next->vpc == to_vpc)
                return CG_NET_PASS;
            stop(trace, next->node, "the transit gateway leads elsewhere");
            return CG_NET_CUT;
        }
        /* The same peering as the other gateway sees it. */
        at = next ? attachment_at(n, next->node, next->peer) : NULL;
    }
    stop(trace, gateway, "transit gateways lead in a circle");
    return CG_NET_CUT;
}

cg_net_way cg_net_route_to(const cg_network *n, uint32_t subnet, cg_u128 address, uint32_t to_vpc, uint32_t *missing, cg_net_trace *trace)
{
    const cg_net_subnet *s = &n->subnets[subnet];
    const cg_net_table *table = s->table == CG_NET_NONE ? NULL : &n->tables[s->table];
    const cg_net_route *route = table ? cg_net_lookup(table, address) : NULL;
    if (s->vpc == CG_NET_NONE || to_vpc == CG_NET_NONE) {
        *missing |= CG_NET_NO_SUBNET;
        return CG_NET_PERHAPS;
    }
    /* Every table has the local route, whether or not it was exported. */
    if (s->vpc == to_vpc && (!route || route->hop == CG_NET_LOCAL))
        return CG_NET_PASS;
    if (!table) {
        *missing |= CG_NET_NO_ROUTES;
        return CG_NET_PERHAPS;
    }
    if (!route) {
        if (table->open_ended) {
            *missing |= CG_NET_NO_PREFIXES;
            return CG_NET_PERHAPS;
        }
        stop(trace, table->node, "the route table has no route to it");
        return CG_NET_CUT;
    }
    if (s->vpc != to_vpc && trace)
        trace->reference = CG_NET_CANNOT_REFER;
    switch (route->hop) {
    case CG_NET_PEERING:
        if (trace)
            trace->reference = CG_NET_REFERS;
        return over_peering(n, route, s->vpc, to_vpc, missing, trace);
    case CG_NET_TGW:
        if (trace)
            trace->reference = CG_NET_MAY_REFER;
        pass(n, trace, route->node);
        return over_transit(n, route->target, s->vpc, s->zone, address, to_vpc, missing, trace);
    case CG_NET_HOP:
    case CG_NET_ENDPOINT:
        pass(n, trace, route->node);
        *missing |= CG_NET_APPLIANCE;
        return CG_NET_PERHAPS;
    case CG_NET_BLACKHOLE:
        stop(trace, table->node, "the route leads nowhere");
        return CG_NET_CUT;
    default:
        stop(trace, table->node, "the route leads out of the private network");
        return CG_NET_CUT;
    }
}
