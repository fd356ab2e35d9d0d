/* One question about one connection, with the way it takes and what decides. */
#include "access/network_filter.h"
#include "access/network_read.h"

/* What a text names. */
typedef struct side {
    cg_node node;             /* CG_NO_NODE: an address outside, or the internet as such */
    cg_net_endpoint endpoint; /* of one interface when an address or an interface was named */
    bool known;               /* the endpoint is set */
    bool internet;            /* anybody out there */
    bool by_public;           /* named by its public address: reached from outside only */
    cg_u128 address;          /* when one was named */
    bool has_address;
} side;

typedef struct asking {
    cg_network *n;
    cg_arena arena;
    cg_ranges services;
    cg_net_trace trace;
    cg_reach *out;
} asking;

static bool is_v4(cg_u128 a)
{
    return a.hi == 0 && a.lo >> 32 == 0xFFFF;
}

static void only_interface(side *s, const cg_net_endpoint *e, const cg_net_interface *i)
{
    s->endpoint = *e;
    s->endpoint.interfaces = i;
    s->endpoint.n_interfaces = 1;
    s->endpoint.one_of = false;
    s->node = e->node;
    s->known = true;
}

static int32_t by_address(asking *a, side *s, cspm_error **err)
{
    const cg_network *n = a->n;
    for (size_t e = 0; e < n->endpoints.count; e++)
        for (uint32_t i = 0; i < n->endpoints.data[e].n_interfaces; i++) {
            const cg_net_interface *x = &n->endpoints.data[e].interfaces[i];
            bool inside = x->exact && cg_ranges_has(x->addresses, s->address), open = cg_ranges_has(x->publics, s->address);
            if (!inside && !open)
                continue;
            cg_net_interface *copy = cg_arena_alloc(&a->arena, sizeof *copy);
            if (!copy)
                return cg_nomem(n->mem, err);
            *copy = *x;
            copy->samples = NULL;
            copy->addresses = inside ? (cg_ranges){ 0, NULL } : x->addresses;
            if (inside && !cg_ranges_add(&a->arena, &copy->addresses, s->address, s->address))
                return cg_nomem(n->mem, err);
            only_interface(s, &n->endpoints.data[e], copy);
            s->by_public = !inside;
            return CSPM_OK;
        }
    return CSPM_OK;
}

static int32_t resolve(asking *a, cg_str text, const char *role, side *s, cspm_error **err)
{
    cg_network *n = a->n;
    cg_ip ip;
    *s = (side){ .node = CG_NO_NODE };
    if (cg_ip_parse(text, &ip)) {
        s->address = cg_u128_of_ip(&ip);
        s->has_address = true;
        return by_address(a, s, err);
    }
    s->node = cg_node_find(n->g, text.data, text.length);
    uint32_t internet = cg_name_find(n->g, CG_NAMES_LABEL, CG_STR("Internet"));
    if (cg_str_eq(text, CG_STR("internet")) ||
        (s->node != CG_NO_NODE && internet != CG_NO_NAME && cg_node_has_label(n->g, s->node, internet))) {
        s->internet = true;
        return CSPM_OK;
    }
    if (s->node == CG_NO_NODE || n->endpoint_of[s->node] == CG_NET_NONE)
        return cg_fail(n->mem, err, CSPM_E_INVALID, "%s \"%.*s\" is %s", role, CG_FMT(text),
                       s->node == CG_NO_NODE ? "neither an address nor a node of this graph" : "nothing that has a place in a network");
    s->endpoint = n->endpoints.data[n->endpoint_of[s->node]];
    s->known = true;
    for (uint32_t i = 0; i < s->endpoint.n_interfaces; i++)
        if (s->endpoint.interfaces[i].node == s->node && s->endpoint.node != s->node) {
            only_interface(s, &n->endpoints.data[n->endpoint_of[s->node]], &s->endpoint.interfaces[i]);
            break;
        }
    return CSPM_OK;
}

static void answer(asking *a, bool sure, bool maybe, uint32_t missing, const char *otherwise)
{
    cg_reach *r = a->out;
    r->result = sure ? CG_REACH_YES : maybe ? CG_REACH_POSSIBLE : CG_REACH_NO;
    r->missing = sure || !maybe ? 0 : missing;
    r->end = maybe ? CG_REACH_ARRIVES : CG_REACH_NO_WAY;
    r->reason = cg_str_from(maybe ? "" : a->trace.reason ? a->trace.reason : otherwise);
    r->decided_by = maybe ? CG_NO_NODE : a->trace.stopped_at;
    if (!maybe &&
        (cg_str_find(r->reason, CG_STR("network ACL"), 0) != SIZE_MAX || cg_str_find(r->reason, CG_STR("security group"), 0) != SIZE_MAX))
        r->end = CG_REACH_DENIED;
}

static int32_t from_inside(asking *a, const side *from, const side *to, cspm_error **err)
{
    cg_net_verdict v;
    int32_t rc = cg_net_connect(a->n, &a->arena, &from->endpoint, &to->endpoint, &v, &a->trace, err);
    if (rc < 0)
        return rc;
    if (!to->endpoint.target)
        v.sure = v.maybe = (cg_ranges){ 0, NULL };
    answer(a, cg_ranges_meet(v.sure, a->services), cg_ranges_meet(v.maybe, a->services), v.missing,
           to->endpoint.target ? "no security group lets this service through" : "it takes no connections");
    return CSPM_OK;
}

/* From one public address (or from any of them) to what the internet reaches of the destination. */
static int32_t from_outside(asking *a, const cg_ranges *sources, const side *to, cspm_error **err)
{
    cg_net_exposure sum = { { 0, NULL }, { 0, NULL }, 0 };
    cg_ranges sure, maybe;
    for (uint32_t i = 0; i < to->endpoint.n_interfaces; i++) {
        cg_net_exposure one;
        int32_t rc = cg_net_from_internet(a->n, &a->arena, &to->endpoint.interfaces[i], to->endpoint.services, &one, &a->trace, err);
        if (rc < 0)
            return rc;
        sum.missing |= one.missing;
        if (!cg_packets_combine(&a->arena, sum.sure, one.sure, i && to->endpoint.one_of ? CG_SET_AND : CG_SET_OR, &sum.sure) ||
            !cg_packets_combine(&a->arena, sum.maybe, one.maybe, CG_SET_OR, &sum.maybe))
            return cg_nomem(a->n->mem, err);
    }
    if (!cg_packets_services_any(&a->arena, sum.sure, *sources, &sure) || !cg_packets_services_any(&a->arena, sum.maybe, *sources, &maybe))
        return cg_nomem(a->n->mem, err);
    answer(a, to->endpoint.target && to->endpoint.missing == 0 && cg_ranges_meet(sure, a->services),
           to->endpoint.target && cg_ranges_meet(maybe, a->services), sum.missing | to->endpoint.missing,
           "no security group lets this service in from there");
    return CSPM_OK;
}

/* The way out of a subnet to a public address: directly, or through a NAT gateway that has one itself. */
static cg_net_way way_out(asking *a, const cg_net_interface *i, cg_u128 address, uint32_t *missing)
{
    const cg_network *n = a->n;
    uint32_t subnet = i->subnet;
    for (int hop = 0; hop < 3; hop++) {
        if (subnet == CG_NET_NONE || n->subnets[subnet].table == CG_NET_NONE) {
            *missing |= subnet == CG_NET_NONE ? CG_NET_NO_SUBNET : CG_NET_NO_ROUTES;
            return CG_NET_PERHAPS;
        }
        const cg_net_table *table = &n->tables[n->subnets[subnet].table];
        const cg_net_route *route = cg_net_lookup(table, address);
        a->trace.stopped_at = table->node;
        if (!route) {
            a->trace.reason = "the route table has no route to it";
            return CG_NET_CUT;
        }
        (void)(route->node != CG_NO_NODE && cg_vec_push(n->mem, &a->trace.nodes, route->node));
        switch (route->hop) {
        case CG_NET_IGW:
            if (hop == 0 && !(i->public_maybe & (is_v4(address) ? CG_NET_V4 : CG_NET_V6))) {
                a->trace.reason = "it has no public address to go out with";
                return CG_NET_CUT;
            }
            return CG_NET_PASS;
        case CG_NET_EIGW:
            return is_v4(address) ? CG_NET_CUT : CG_NET_PASS;
        case CG_NET_NAT: {
            cg_node place = net_neighbour(n, route->target, CG_OUT, NR_PART_OF_SUBNET, NET_SUBNET);
            subnet = net_slot(n, place, NET_SUBNET);
            break;
        }
        case CG_NET_LOCAL:
            a->trace.reason = "nothing in the network has this address";
            return CG_NET_CUT;
        case CG_NET_BLACKHOLE:
            a->trace.reason = "the route leads nowhere";
            return CG_NET_CUT;
        default:
            *missing |= route->hop == CG_NET_TGW ? CG_NET_NO_TRANSIT : CG_NET_APPLIANCE;
            return CG_NET_PERHAPS;
        }
    }
    a->trace.reason = "gateways lead in a circle";
    return CG_NET_CUT;
}

static int32_t outward(asking *a, const side *from, cg_u128 address, bool *sure, bool *maybe, uint32_t *missing, cspm_error **err)
{
    *sure = *maybe = false;
    for (uint32_t k = 0; k < from->endpoint.n_interfaces; k++) {
        const cg_net_interface *i = &from->endpoint.interfaces[k];
        uint32_t none, lost = 0;
        cg_net_point peer = { CG_NET_NONE, 0, address };
        cg_net_point self = { i->subnet, i->guard, i->addresses.count ? i->addresses.items[0].from : address };
        cg_net_verdict v, list;
        cg_net_way way = way_out(a, i, address, &lost);
        int32_t rc = net_guard(a->n, NULL, 0, true, &none, err);
        if (rc < 0)
            return rc;
        if (way == CG_NET_CUT)
            continue;
        peer.guard = none;
        if ((rc = cg_net_guard_verdict(a->n, &a->arena, i->guard, true, &peer, CG_NET_CANNOT_REFER, &v, &a->trace, err)) < 0 ||
            (rc = cg_net_acl_verdict(a->n, &a->arena, &self, &peer, &list, &a->trace, err)) < 0)
            return rc;
        /* The list of the other side is not there to be asked: what is missing there is not ours. */
        bool in_list = i->subnet != CG_NET_NONE && a->n->subnets[i->subnet].acl != CG_NET_NONE;
        bool lets = cg_ranges_meet(v.maybe, a->services) && cg_ranges_meet(list.maybe, a->services);
        *maybe |= lets;
        *sure |= lets && in_list && way == CG_NET_PASS && cg_ranges_meet(v.sure, a->services);
        *missing |= lost | v.missing | (in_list ? 0 : list.missing);
        if (!lets && !a->trace.reason)
            a->trace.reason = "no security group of the source lets it out";
        if (lets)
            a->trace.reason = NULL;
    }
    return CSPM_OK;
}

static int32_t ask(asking *a, const side *from, const side *to, cspm_error **err)
{
    static const cg_u128 somewhere = { 0, UINT64_C(0xFFFF08080808) }; /* for "the internet": an address that nobody's rules single out */
    cg_ranges sources = a->n->open;
    bool sure, maybe;
    uint32_t missing = 0;
    int32_t rc;
    if (from->known && to->known && !to->by_public && !from->by_public)
        return from_inside(a, from, to, err);
    if (!from->known) {
        if (from->has_address) {
            sources = (cg_ranges){ 0, NULL };
            if (!cg_ranges_add(&a->arena, &sources, from->address, from->address))
                return cg_nomem(a->n->mem, err);
        }
        if (to->known && to->has_address && !to->by_public) {
            answer(a, false, false, 0, "private addresses are not routed on the internet");
            return CSPM_OK;
        }
        if (to->known)
            return from_outside(a, &sources, to, err);
        bool out_there = to->internet || cg_ranges_has(a->n->open, to->address);
        answer(a, out_there, out_there, 0, "nothing in the network has this address");
        return CSPM_OK;
    }
    cg_u128 address = to->internet ? somewhere : to->address;
    if (!to->known && !to->internet && !cg_ranges_has(a->n->open, address)) {
        (void)way_out(a, &from->endpoint.interfaces[0], address, &missing);
        answer(a, false, missing != 0, missing, "nothing in the network has this address");
        return CSPM_OK;
    }
    if (to->known)
        address = to->address;
    if ((rc = outward(a, from, address, &sure, &maybe, &missing, err)) < 0)
        return rc;
    if (!to->known || !maybe) {
        answer(a, sure, maybe, missing, "there is no way out");
        return CSPM_OK;
    }
    /* Out, and in again by the public address. */
    for (uint32_t i = 0; i < from->endpoint.n_interfaces; i++)
        if (from->endpoint.interfaces[i].publics.count)
            sources = from->endpoint.interfaces[i].publics;
    if ((rc = from_outside(a, &sources, to, err)) == CSPM_OK && !sure && a->out->result == CG_REACH_YES) {
        a->out->result = CG_REACH_POSSIBLE;
        a->out->missing |= missing;
    }
    return rc;
}

static int32_t finish(asking *a, const side *from, const side *to, cspm_error **err)
{
    cg_mem *mem = a->n->mem;
    bool ok = from->node == CG_NO_NODE || cg_vec_push(mem, &a->out->hops, from->node);
    for (size_t i = 0; ok && i < a->trace.nodes.count; i++) {
        bool there = false;
        for (size_t k = 0; k < a->out->hops.count; k++)
            there |= a->out->hops.data[k] == a->trace.nodes.data[i];
        ok = there || cg_vec_push(mem, &a->out->hops, a->trace.nodes.data[i]);
    }
    if (ok && a->out->result != CG_REACH_NO && to->node != CG_NO_NODE)
        ok = cg_vec_push(mem, &a->out->hops, to->node);
    return ok ? CSPM_OK : cg_nomem(mem, err);
}

int32_t cg_network_reach(cg_network *n, cg_str from, cg_str to, int32_t protocol, int64_t port, cg_reach *out, cspm_error **err)
{
    asking a = { .n = n, .out = out, .trace = { .stopped_at = CG_NO_NODE } };
    side source, destination;
    int32_t rc;
    *out = (cg_reach){ .decided_by = CG_NO_NODE };
    cg_arena_init(&a.arena, n->mem);
    if (protocol < -1 || protocol > 255 || port < -1 || port > UINT16_MAX)
        rc = cg_fail(n->mem, err, CSPM_E_INVALID, "protocols are 0 to 255, ports 0 to 65535");
    else if (!cg_services_of(&a.arena, protocol, port, protocol == CG_PROTOCOL_ICMP || protocol == CG_PROTOCOL_ICMP6 ? -1 : port,
                             &a.services))
        rc = cg_nomem(n->mem, err);
    else if ((rc = resolve(&a, from, "the source", &source, err)) == CSPM_OK &&
             (rc = resolve(&a, to, "the destination", &destination, err)) == CSPM_OK)
        rc = ask(&a, &source, &destination, err);
    if (rc == CSPM_OK)
        rc = finish(&a, &source, &destination, err);
    cg_vec_free(n->mem, &a.trace.nodes);
    if (rc < 0)
        cg_vec_free(n->mem, &out->hops);
    cg_arena_free(&a.arena);
    return rc;
}
