/* What of an interface the internet reaches: public address, route to an internet gateway and back, network ACL both ways, security groups.
 */
#include "access/network_filter.h"
#include "access/network_read.h"

static int32_t both(const cg_network *n, cg_arena *arena, cg_net_exposure *e, cg_packets sure, cg_packets maybe, cspm_error **err)
{
    if (!cg_packets_combine(arena, e->sure, sure, CG_SET_AND, &e->sure) ||
        !cg_packets_combine(arena, e->maybe, maybe, CG_SET_AND, &e->maybe))
        return cg_nomem(n->mem, err);
    return CSPM_OK;
}

static int32_t seen(const cg_network *n, cg_net_trace *trace, cg_node node, cspm_error **err)
{
    if (!trace || node == CG_NO_NODE)
        return CSPM_OK;
    for (size_t i = 0; i < trace->nodes.count; i++)
        if (trace->nodes.data[i] == node)
            return CSPM_OK;
    return cg_vec_push(n->mem, &trace->nodes, node) ? CSPM_OK : cg_nomem(n->mem, err);
}

static void stop(cg_net_trace *trace, cg_node at, const char *reason)
{
    if (trace && !trace->reason) {
        trace->stopped_at = at;
        trace->reason = reason;
    }
}

/* Is it an internet gateway of this VPC? A route that is active leads to one, whether or not the gateway itself was exported. */
static cg_net_way gateway_of(const cg_network *n, const cg_net_route *route, uint32_t vpc)
{
    net_walk w;
    bool attached = false;
    if (route->target == CG_NO_NODE || net_partial(n, route->target))
        return route->active ? CG_NET_PASS : CG_NET_PERHAPS;
    net_walk_begin(&w, n, route->target, CG_OUT, NR_ATTACHED_TO);
    while (net_walk_next(&w))
        attached |= vpc != CG_NET_NONE && w.node == n->vpcs[vpc].node;
    return attached ? CG_NET_PASS : vpc == CG_NET_NONE ? CG_NET_PERHAPS : CG_NET_CUT;
}

typedef struct way_out {
    cg_ranges sure, maybe; /* addresses */
    uint32_t missing;
} way_out;

/* The addresses that packets of a subnet reach through an internet gateway: routes from the least specific on, each overriding those
 * before. */
static int32_t routed(const cg_network *n, cg_arena *arena, uint32_t subnet, way_out *out, cg_net_trace *trace, cspm_error **err)
{
    *out = (way_out){ { 0, NULL }, n->open, CG_NET_NO_SUBNET };
    if (subnet == CG_NET_NONE)
        return CSPM_OK;
    out->missing = CG_NET_NO_ROUTES;
    if (n->subnets[subnet].table == CG_NET_NONE)
        return CSPM_OK;
    const cg_net_table *table = &n->tables[n->subnets[subnet].table];
    *out = (way_out){ { 0, NULL }, { 0, NULL }, 0 };
    for (uint32_t i = table->n_routes; i-- > 0;) {
        const cg_net_route *route = &table->routes[i];
        cg_net_way way = route->hop == CG_NET_IGW ? gateway_of(n, route, n->subnets[subnet].vpc) : CG_NET_CUT;
        cg_ranges block;
        if (!cg_ranges_of_cidr(arena, &route->block, &block) ||
            !cg_ranges_combine(arena, out->sure, block, way == CG_NET_PASS ? CG_SET_OR : CG_SET_MINUS, &out->sure) ||
            !cg_ranges_combine(arena, out->maybe, block, way == CG_NET_CUT ? CG_SET_MINUS : CG_SET_OR, &out->maybe))
            return cg_nomem(n->mem, err);
        if (way == CG_NET_PERHAPS)
            out->missing |= CG_NET_NO_GATEWAY;
        if (way != CG_NET_CUT) {
            int32_t rc = seen(n, trace, route->node, err);
            if (rc < 0 || (rc = seen(n, trace, route->target, err)) < 0)
                return rc;
        }
    }
    if (table->open_ended) {
        out->sure = (cg_ranges){ 0, NULL };
        out->missing |= CG_NET_NO_PREFIXES;
    }
    if (out->maybe.count == 0)
        stop(trace, table->node, "the route table has no route to an internet gateway");
    return CSPM_OK;
}

/* Services whose answers the list lets out, by client address. */
static int32_t answers(const cg_network *n, cg_arena *arena, cg_packets out, cg_packets *answered, cspm_error **err)
{
    *answered = (cg_packets){ 0, NULL };
    for (uint32_t i = 0; i < out.count; i++) {
        cg_range *band = cg_arena_alloc(arena, sizeof *band);
        cg_ranges services;
        cg_packets part;
        if (!band)
            return cg_nomem(n->mem, err);
        *band = (cg_range){ { 0, out.bands[i].from }, { 0, out.bands[i].to } };
        int32_t rc = cg_net_answered(n, arena, (cg_ranges){ 1, band }, &services, err);
        if (rc < 0)
            return rc;
        if (!cg_packets_of(arena, services, out.bands[i].addresses, &part) ||
            !cg_packets_combine(arena, *answered, part, CG_SET_OR, answered))
            return cg_nomem(n->mem, err);
    }
    return CSPM_OK;
}

static int32_t through_acl(const cg_network *n, cg_arena *arena, uint32_t subnet, cg_net_exposure *e, cg_net_trace *trace, cspm_error **err)
{
    uint32_t slot = subnet == CG_NET_NONE ? CG_NET_NONE : n->subnets[subnet].acl;
    cg_packets back;
    int32_t rc;
    if (slot == CG_NET_NONE) {
        e->sure = (cg_packets){ 0, NULL };
        e->missing |= subnet == CG_NET_NONE ? CG_NET_NO_SUBNET : CG_NET_NO_ACL;
        return CSPM_OK;
    }
    const cg_net_acl *acl = &n->acls[slot];
    if ((rc = both(n, arena, e, acl->in, acl->in, err)) < 0)
        return rc;
    if (e->maybe.count == 0)
        stop(trace, acl->node, "the network ACL lets nothing in");
    if ((rc = answers(n, arena, acl->out, &back, err)) < 0 || (rc = both(n, arena, e, back, back, err)) < 0)
        return rc;
    if (e->maybe.count == 0)
        stop(trace, acl->node, "the network ACL lets no answer out");
    return CSPM_OK;
}

static int32_t guard_packets(const cg_network *n, cg_arena *arena, uint32_t guard, cg_net_exposure *out, cg_net_trace *trace,
                             cspm_error **err)
{
    const cg_net_guard *set = &n->guards.data[guard];
    cg_packets everything, part;
    int32_t rc = CSPM_OK;
    if (!cg_packets_of(arena, n->all, n->open, &everything))
        return cg_nomem(n->mem, err);
    *out = (cg_net_exposure){ { 0, NULL }, { 0, NULL }, 0 };
    if (set->open)
        out->sure = out->maybe = everything;
    else if (set->n_groups == 0) {
        out->maybe = everything;
        out->missing = CG_NET_NO_GROUPS;
    }
    for (uint32_t i = 0; rc == CSPM_OK && i < set->n_groups; i++) {
        const cg_net_group *group = &n->groups[set->groups[i]];
        if (!group->known) {
            out->maybe = everything;
            out->missing |= CG_NET_NO_GROUPS;
            rc = seen(n, trace, group->node, err);
        }
        for (uint32_t r = 0; rc == CSPM_OK && r < group->n_rules[0]; r++) {
            const cg_net_rule *rule = &group->rules[0][r];
            bool open = cg_ranges_meet(rule->addresses, n->open);
            if (!open && !rule->open_ended)
                continue;
            if (!cg_packets_of(arena, rule->services, rule->addresses, &part) ||
                !cg_packets_combine(arena, out->sure, part, CG_SET_OR, &out->sure) ||
                (rule->open_ended && !cg_packets_of(arena, rule->services, n->open, &part)) ||
                !cg_packets_combine(arena, out->maybe, part, CG_SET_OR, &out->maybe))
                return cg_nomem(n->mem, err);
            out->missing |= rule->open_ended ? CG_NET_NO_PREFIXES : 0;
            rc = seen(n, trace, rule->node, err);
        }
    }
    return rc;
}

/* The public addresses of the families in which it has a public address itself. */
static int32_t families(const cg_network *n, cg_arena *arena, uint8_t which, cg_ranges *out, cspm_error **err)
{
    static const cg_range v4_line = { { 0, UINT64_C(0xFFFF00000000) }, { 0, UINT64_C(0xFFFFFFFFFFFF) } };
    cg_ranges v4 = { 1, &v4_line };
    *out = (cg_ranges){ 0, NULL };
    if (which == (CG_NET_V4 | CG_NET_V6))
        *out = n->open;
    else if (which && !cg_ranges_combine(arena, n->open, v4, which == CG_NET_V4 ? CG_SET_AND : CG_SET_MINUS, out))
        return cg_nomem(n->mem, err);
    return CSPM_OK;
}

int32_t cg_net_from_internet(const cg_network *n, cg_arena *arena, const cg_net_interface *i, cg_ranges services, cg_net_exposure *out,
                             cg_net_trace *trace, cspm_error **err)
{
    cg_net_exposure e = { { 0, NULL }, { 0, NULL }, 0 }, guard;
    cg_ranges sure, maybe;
    cg_packets limit_sure, limit_maybe;
    way_out way;
    int32_t rc;
    *out = e;
    if (i->public_maybe == 0) {
        stop(trace, i->node, "it has no public address");
        return CSPM_OK;
    }
    if ((rc = families(n, arena, i->public_sure, &sure, err)) < 0 || (rc = families(n, arena, i->public_maybe, &maybe, err)) < 0)
        return rc;
    if (i->public_sure != i->public_maybe)
        e.missing |= net_sort_of(n, i->node) == NET_BALANCER ? CG_NET_NO_SCHEME : CG_NET_AT_LAUNCH;
    if (!cg_packets_of(arena, services, sure, &e.sure) || !cg_packets_of(arena, services, maybe, &e.maybe))
        return cg_nomem(n->mem, err);
    if ((rc = routed(n, arena, i->subnet, &way, trace, err)) < 0)
        return rc;
    e.missing |= way.missing;
    if (!cg_packets_of(arena, n->all, way.sure, &limit_sure) || !cg_packets_of(arena, n->all, way.maybe, &limit_maybe))
        return cg_nomem(n->mem, err);
    if ((rc = both(n, arena, &e, limit_sure, limit_maybe, err)) < 0 || (rc = through_acl(n, arena, i->subnet, &e, trace, err)) < 0 ||
        (rc = guard_packets(n, arena, i->guard, &guard, trace, err)) < 0)
        return rc;
    e.missing |= guard.missing;
    if ((rc = both(n, arena, &e, guard.sure, guard.maybe, err)) < 0)
        return rc;
    if (e.maybe.count == 0)
        stop(trace, i->node, "no security group lets it in from there");
    if (cg_packets_equal(e.sure, e.maybe))
        e.missing = 0;
    *out = e;
    return CSPM_OK;
}

int32_t cg_net_from_clients(const cg_network *n, cg_arena *arena, const cg_net_interface *i, cg_ranges services, cg_ranges sources,
                            uint32_t clients, cg_net_exposure *out, cg_net_trace *trace, cspm_error **err)
{
    cg_net_exposure e = { { 0, NULL }, { 0, NULL }, 0 }, guard;
    cg_packets sure, maybe;
    cg_net_verdict by_group;
    const cg_net_point peer = { CG_NET_NONE, clients, { 0, 0 } }; /* an address that no rule names */
    int32_t rc;
    *out = e;
    if (!cg_packets_of(arena, services, sources, &e.sure))
        return cg_nomem(n->mem, err);
    e.maybe = e.sure;
    if ((rc = through_acl(n, arena, i->subnet, &e, trace, err)) < 0 || (rc = guard_packets(n, arena, i->guard, &guard, trace, err)) < 0 ||
        (rc = cg_net_guard_verdict(n, arena, i->guard, false, &peer, CG_NET_REFERS, &by_group, trace, err)) < 0)
        return rc;
    e.missing |= guard.missing;
    if (!cg_packets_of(arena, by_group.sure, n->open, &sure) || !cg_packets_of(arena, by_group.maybe, n->open, &maybe) ||
        !cg_packets_combine(arena, guard.sure, sure, CG_SET_OR, &guard.sure) ||
        !cg_packets_combine(arena, guard.maybe, maybe, CG_SET_OR, &guard.maybe))
        return cg_nomem(n->mem, err);
    if ((rc = both(n, arena, &e, guard.sure, guard.maybe, err)) < 0)
        return rc;
    if (e.maybe.count == 0)
        stop(trace, i->node, "no security group lets it in from there");
    if (cg_packets_equal(e.sure, e.maybe))
        e.missing = 0;
    *out = e;
    return CSPM_OK;
}
