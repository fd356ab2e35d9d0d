/* Through load balancers: what reaches a listener goes on to the targets behind it, as far as the targets let the balancer, or its clients,
 * in. */
#include "access/network_front.h"

#include <stdlib.h>

enum { BALANCERS_IN_A_ROW = 4 };

/* What comes in at one listener. */
typedef struct inflow {
    const cg_net_endpoint *balancer;
    cg_node listener, group; /* CG_NO_NODE */
    cg_net_exposure e;       /* of the listener's own service */
    bool network, udp;
    int depth;
} inflow;

static bool is_udp(cg_str protocol)
{
    return cg_str_eq_nocase(protocol, CG_STR("UDP")) || cg_str_eq_nocase(protocol, CG_STR("TCP_UDP")) ||
           cg_str_eq_nocase(protocol, CG_STR("QUIC")) || cg_str_eq_nocase(protocol, CG_STR("TCP_QUIC"));
}

static bool is_tcp(cg_str protocol)
{
    return !cg_str_eq_nocase(protocol, CG_STR("UDP")) && !cg_str_eq_nocase(protocol, CG_STR("QUIC"));
}

/* A port number as the services of a protocol word; everything when the port is not stated (gateway balancers, functions). */
static int32_t port_services(net_fronts *f, cg_str protocol, int64_t port, cg_ranges *out, cspm_error **err)
{
    cg_ranges part;
    *out = (cg_ranges){ 0, NULL };
    if (port < 1 || port > UINT16_MAX) {
        *out = f->n->all;
        return CSPM_OK;
    }
    if ((is_tcp(protocol) && !cg_services_of(f->arena, CG_PROTOCOL_TCP, port, port, out)) ||
        (is_udp(protocol) &&
         (!cg_services_of(f->arena, CG_PROTOCOL_UDP, port, port, &part) || !cg_ranges_combine(f->arena, *out, part, CG_SET_OR, out))))
        return cg_nomem(f->n->mem, err);
    return CSPM_OK;
}

static int32_t only_services(net_fronts *f, const cg_net_exposure *e, cg_ranges services, cg_net_exposure *out, cspm_error **err)
{
    cg_packets filter;
    cg_ranges everybody = { 0, NULL };
    *out = *e;
    if (!cg_ranges_add(f->arena, &everybody, (cg_u128){ 0, 0 }, (cg_u128){ UINT64_MAX, UINT64_MAX }) ||
        !cg_packets_of(f->arena, services, everybody, &filter) || !cg_packets_combine(f->arena, e->sure, filter, CG_SET_AND, &out->sure) ||
        !cg_packets_combine(f->arena, e->maybe, filter, CG_SET_AND, &out->maybe))
        return cg_nomem(f->n->mem, err);
    return CSPM_OK;
}

static int32_t add_through(net_fronts *f, const inflow *in, cg_node node, const cg_net_exposure *e, const cg_net_trace *trace,
                           cspm_error **err)
{
    cg_node evidence[64] = { in->balancer->node };
    size_t n = 1;
    if (in->listener != CG_NO_NODE)
        evidence[n++] = in->listener;
    if (in->group != CG_NO_NODE)
        evidence[n++] = in->group;
    for (size_t i = 0; trace && i < trace->nodes.count && n < 64; i++)
        evidence[n++] = trace->nodes.data[i];
    return net_fronts_add(f, node, e, evidence, n, in->balancer->node, err);
}

/* Sources of the inflow as clients of the target's services. */
static int32_t sources_of(net_fronts *f, const inflow *in, cg_ranges services, cg_net_exposure *out, cspm_error **err)
{
    cg_ranges sure, maybe;
    *out = (cg_net_exposure){ .missing = in->e.missing };
    return cg_packets_addresses(f->arena, in->e.sure, f->n->all, &sure) && cg_packets_addresses(f->arena, in->e.maybe, f->n->all, &maybe) &&
                   cg_packets_of(f->arena, services, sure, &out->sure) && cg_packets_of(f->arena, services, maybe, &out->maybe)
               ? CSPM_OK
               : cg_nomem(f->n->mem, err);
}

static int32_t limit(net_fronts *f, cg_net_exposure *e, cg_packets sure, cg_packets maybe, uint32_t missing, cspm_error **err)
{
    if (!cg_packets_combine(f->arena, e->sure, sure, CG_SET_AND, &e->sure) ||
        !cg_packets_combine(f->arena, e->maybe, maybe, CG_SET_AND, &e->maybe))
        return cg_nomem(f->n->mem, err);
    e->missing = cg_packets_equal(e->sure, e->maybe) ? 0 : e->missing | missing;
    return CSPM_OK;
}

/* The target sees the clients' own addresses, and the groups of the balancer. */
static int32_t as_clients(net_fronts *f, const inflow *in, const cg_net_endpoint *target, cg_ranges services, cg_net_exposure *e,
                          cg_net_trace *trace, cspm_error **err)
{
    cg_net_exposure sum = { { 0, NULL }, { 0, NULL }, 0 }, one;
    cg_ranges sources;
    uint32_t guard = in->balancer->n_interfaces ? in->balancer->interfaces[0].guard : 0;
    int32_t rc = CSPM_OK;
    if (!cg_packets_addresses(f->arena, e->maybe, f->n->all, &sources))
        return cg_nomem(f->n->mem, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < target->n_interfaces; i++) {
        rc = cg_net_from_clients(f->n, f->arena, &target->interfaces[i], services, sources, guard, &one, trace, err);
        if (rc < 0)
            return rc;
        sum.missing |= one.missing;
        if (i == 0)
            sum = one;
        else if (!cg_packets_combine(f->arena, sum.sure, one.sure, target->one_of ? CG_SET_AND : CG_SET_OR, &sum.sure) ||
                 !cg_packets_combine(f->arena, sum.maybe, one.maybe, CG_SET_OR, &sum.maybe))
            return cg_nomem(f->n->mem, err);
    }
    return limit(f, e, sum.sure, sum.maybe, sum.missing, err);
}

/* The target sees the balancer. */
static int32_t as_balancer(net_fronts *f, const inflow *in, const cg_net_endpoint *target, cg_net_exposure *e, cg_net_trace *trace,
                           cspm_error **err)
{
    cg_net_verdict v;
    cg_packets sure, maybe;
    cg_ranges everybody = { 0, NULL };
    int32_t rc = cg_net_connect(f->n, f->arena, in->balancer, target, &v, trace, err);
    if (rc < 0)
        return rc;
    if (!cg_ranges_add(f->arena, &everybody, (cg_u128){ 0, 0 }, (cg_u128){ UINT64_MAX, UINT64_MAX }) ||
        !cg_packets_of(f->arena, v.sure, everybody, &sure) || !cg_packets_of(f->arena, v.maybe, everybody, &maybe))
        return cg_nomem(f->n->mem, err);
    return limit(f, e, sure, maybe, v.missing, err);
}

static int32_t forward(net_fronts *f, const cg_net_endpoint *balancer, const cg_net_exposure *e, int depth, cspm_error **err);

static int32_t to_endpoint(net_fronts *f, const inflow *in, uint32_t index, cg_ranges services, bool preserved, cspm_error **err)
{
    const cg_net_endpoint *target = &f->n->endpoints.data[index];
    cg_net_trace trace = { .stopped_at = CG_NO_NODE };
    cg_net_exposure e;
    int32_t rc = sources_of(f, in, services, &e, err);
    if (rc == CSPM_OK)
        rc = preserved ? as_clients(f, in, target, services, &e, &trace, err) : as_balancer(f, in, target, &e, &trace, err);
    if (rc == CSPM_OK && target->missing) {
        e.missing |= target->missing;
        e.sure = (cg_packets){ 0, NULL };
    }
    if (rc == CSPM_OK)
        rc = add_through(f, in, target->node, &e, &trace, err);
    if (rc == CSPM_OK && target->kind == CG_NET_BALANCER && e.maybe.count && in->depth + 1 < BALANCERS_IN_A_ROW)
        rc = forward(f, target, &e, in->depth + 1, err);
    cg_vec_free(f->n->mem, &trace.nodes);
    return rc;
}

static uint32_t endpoint_at(const net_fronts *f, cg_str ip_text, cg_str vpc_text)
{
    cg_ip ip;
    if (!ip_text.data || !cg_ip_parse(ip_text, &ip))
        return CG_NET_NONE;
    cg_u128 at = cg_u128_of_ip(&ip);
    uint32_t vpc = vpc_text.data ? net_slot(f->n, cg_node_find(f->n->g, vpc_text.data, vpc_text.length), NET_VPC) : CG_NET_NONE;
    for (uint32_t i = 0; i < f->n->endpoints.count; i++) {
        const cg_net_endpoint *e = &f->n->endpoints.data[i];
        for (uint32_t k = 0; k < e->n_interfaces; k++) {
            const cg_net_interface *x = &e->interfaces[k];
            if (x->exact && cg_ranges_has(x->addresses, at) &&
                (vpc == CG_NET_NONE || x->subnet == CG_NET_NONE || f->n->subnets[x->subnet].vpc == vpc))
                return i;
        }
    }
    return CG_NET_NONE;
}

static int32_t to_target(net_fronts *f, const inflow *in, cg_node target, int64_t port, cspm_error **err)
{
    cg_network *n = f->n;
    cg_str protocol = in->group == CG_NO_NODE ? CG_STR_NULL : net_text(n, in->group, NK_protocol);
    cg_str type = in->group == CG_NO_NODE ? CG_STR_NULL : net_text(n, in->group, NK_target_type);
    cg_ranges services;
    int32_t rc;
    if (net_sort_of(n, target) == NET_FUNCTION)
        return add_through(f, in, target, &in->e, NULL, err);
    if (port < 0 && in->group != CG_NO_NODE)
        port = net_number(n, in->group, NK_port);
    if ((rc = port_services(f, protocol, port, &services, err)) < 0)
        return rc;
    uint32_t index =
        net_sort_of(n, target) == NET_IP_TARGET
            ? endpoint_at(f, net_text(n, target, NK_ip), in->group == CG_NO_NODE ? CG_STR_NULL : net_text(n, in->group, NK_vpc_id))
            : n->endpoint_of[target];
    if (index == CG_NET_NONE || n->endpoints.data[index].node == in->balancer->node)
        return CSPM_OK;
    /* What a network balancer does unless its attributes say otherwise. */
    bool preserved = !cg_str_eq(type, CG_STR("ip")) || is_udp(protocol);
    preserved = in->network && (in->group == CG_NO_NODE ? preserved : net_flag(n, in->group, NK_preserve_client_ip, preserved));
    return to_endpoint(f, in, index, services, preserved, err);
}

static int64_t port_of(const net_fronts *f, cg_rel rel)
{
    cg_value v = cg_v_null();
    if (f->n->keys[NK_port] == CG_NO_NAME || cg_rel_prop(f->n->g, rel, f->n->keys[NK_port], NULL, &v, NULL) < 0 || v.type != CG_INT)
        return -1;
    return v.integer;
}

static int32_t to_group(net_fronts *f, inflow *in, cg_node group, cspm_error **err)
{
    net_walk w;
    int32_t rc = CSPM_OK;
    in->group = group;
    net_walk_begin(&w, f->n, group, CG_OUT, NR_TARGETS);
    while (rc == CSPM_OK && net_walk_next(&w))
        rc = to_target(f, in, w.node, port_of(f, w.rel), err);
    in->group = CG_NO_NODE;
    return rc;
}

/* Groups a listener forwards to, by its default actions and by its rules. */
static int32_t from_listener(net_fronts *f, inflow *in, bool *any, cspm_error **err)
{
    net_walk w, inner;
    int32_t rc = CSPM_OK;
    net_walk_begin(&w, f->n, in->listener, CG_OUT, NR_FORWARDS_TO);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        *any = true;
        rc = to_group(f, in, w.node, err);
    }
    net_walk_begin(&w, f->n, in->listener, CG_OUT, NR_HAS_RULE);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        net_walk_begin(&inner, f->n, w.node, CG_OUT, NR_FORWARDS_TO);
        while (rc == CSPM_OK && net_walk_next(&inner)) {
            *any = true;
            rc = to_group(f, in, inner.node, err);
        }
    }
    return rc;
}

static int32_t to_attached_groups(net_fronts *f, inflow *in, cspm_error **err)
{
    net_walk w;
    int32_t rc = CSPM_OK;
    net_walk_begin(&w, f->n, in->balancer->node, CG_OUT, NR_ELBV2_TARGET_GROUP);
    while (rc == CSPM_OK && net_walk_next(&w))
        rc = to_group(f, in, w.node, err);
    return rc;
}

static int32_t classic(net_fronts *f, inflow *in, cspm_error **err)
{
    net_walk w;
    int32_t rc = CSPM_OK;
    int64_t port = in->listener == CG_NO_NODE ? -1 : net_number(f->n, in->listener, NK_instance_port);
    net_walk_begin(&w, f->n, in->balancer->node, CG_OUT, NR_EXPOSE);
    while (rc == CSPM_OK && net_walk_next(&w))
        if (net_sort_of(f->n, w.node) == NET_MACHINE)
            rc = to_target(f, in, w.node, port, err);
    return rc;
}

static const net_kind listener_kinds[] = { NR_ELBV2_LISTENER, NR_ELB_LISTENER };

/* `e`: what reaches the balancer, all listeners together. */
static int32_t forward(net_fronts *f, const cg_net_endpoint *balancer, const cg_net_exposure *e, int depth, cspm_error **err)
{
    cg_network *n = f->n;
    inflow in = { .balancer = balancer, .listener = CG_NO_NODE, .group = CG_NO_NODE, .depth = depth };
    bool any_listener = false;
    int32_t rc = CSPM_OK;
    in.network = cg_str_eq(net_text(n, balancer->node, NK_type), CG_STR("network"));
    for (int k = 0; k < 2; k++) {
        net_walk w;
        net_walk_begin(&w, n, balancer->node, CG_OUT, listener_kinds[k]);
        while (rc == CSPM_OK && net_walk_next(&w)) {
            cg_ranges services;
            bool any = false;
            any_listener = true;
            in.listener = w.node;
            if ((rc = port_services(f, net_text(n, w.node, NK_protocol), net_number(n, w.node, NK_port), &services, err)) < 0 ||
                (rc = only_services(f, e, services, &in.e, err)) < 0 || in.e.maybe.count == 0)
                continue;
            rc = k == 0 ? from_listener(f, &in, &any, err) : classic(f, &in, err);
            /* What a listener forwards to may be missing from an export that has the groups of the balancer. */
            if (rc == CSPM_OK && k == 0 && !any && n->kinds[NR_FORWARDS_TO].n_words == 0)
                rc = to_attached_groups(f, &in, err);
        }
    }
    in.listener = CG_NO_NODE;
    in.e = *e;
    if (rc == CSPM_OK && !any_listener && (rc = to_attached_groups(f, &in, err)) == CSPM_OK)
        rc = classic(f, &in, err);
    return rc;
}

static int32_t listened(net_fronts *f, cg_node balancer, cg_ranges *services, bool *any, cspm_error **err)
{
    *any = false;
    *services = (cg_ranges){ 0, NULL };
    for (int k = 0; k < 2; k++) {
        net_walk w;
        net_walk_begin(&w, f->n, balancer, CG_OUT, listener_kinds[k]);
        while (net_walk_next(&w)) {
            cg_ranges part;
            int32_t rc = port_services(f, net_text(f->n, w.node, NK_protocol), net_number(f->n, w.node, NK_port), &part, err);
            *any = true;
            if (rc < 0)
                return rc;
            if (!cg_ranges_combine(f->arena, *services, part, CG_SET_OR, services))
                return cg_nomem(f->n->mem, err);
        }
    }
    return CSPM_OK;
}

int32_t net_balancer_services(net_fronts *f, const cg_net_endpoint *balancer, cg_ranges *services, uint32_t *missing, cspm_error **err)
{
    bool any;
    int32_t rc = listened(f, balancer->node, services, &any, err);
    *missing = 0;
    /* One without listeners answers nobody; where no listener at all was exported, nobody knows. */
    if (rc == CSPM_OK && !any && f->n->kinds[NR_ELBV2_LISTENER].n_words == 0 && f->n->kinds[NR_ELB_LISTENER].n_words == 0) {
        *services = f->n->all;
        *missing = CG_NET_NO_LISTENERS;
    }
    return rc;
}

int32_t net_front_forward(net_fronts *f, const cg_net_endpoint *balancer, const cg_net_exposure *e, cspm_error **err)
{
    return forward(f, balancer, e, 0, err);
}

int32_t net_front_balancers(net_fronts *f, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < f->n->endpoints.count; i++) {
        const cg_net_endpoint *balancer = &f->n->endpoints.data[i];
        cg_net_trace trace = { .stopped_at = CG_NO_NODE };
        cg_net_exposure e;
        if (balancer->kind != CG_NET_BALANCER)
            continue;
        rc = net_exposure_of(f, balancer, balancer->services, &e, &trace, err);
        if (rc == CSPM_OK)
            rc = net_fronts_add(f, balancer->node, &e, trace.nodes.data, trace.nodes.count, CG_NO_NODE, err);
        if (rc == CSPM_OK && e.maybe.count)
            rc = forward(f, balancer, &e, 0, err);
        cg_vec_free(f->n->mem, &trace.nodes);
    }
    return rc;
}
