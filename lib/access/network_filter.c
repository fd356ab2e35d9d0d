#include "access/network_filter.h"

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

static int32_t join(const cg_network *n, cg_arena *arena, cg_ranges *set, cg_ranges more, cspm_error **err)
{
    if (set->count == 0) {
        *set = more;
        return CSPM_OK;
    }
    return more.count == 0 || cg_ranges_combine(arena, *set, more, CG_SET_OR, set) ? CSPM_OK : cg_nomem(n->mem, err);
}

static int32_t both(const cg_network *n, cg_arena *arena, cg_net_verdict *v, const cg_net_verdict *other, cspm_error **err)
{
    v->missing |= other->missing;
    if (!cg_ranges_combine(arena, v->sure, other->sure, CG_SET_AND, &v->sure) ||
        !cg_ranges_combine(arena, v->maybe, other->maybe, CG_SET_AND, &v->maybe))
        return cg_nomem(n->mem, err);
    return CSPM_OK;
}

static bool refers(const cg_net_rule *rule, const cg_net_guard *peer)
{
    for (uint32_t i = 0; i < rule->n_groups; i++)
        for (uint32_t j = 0; j < peer->n_groups; j++)
            if (rule->groups[i] == peer->groups[j])
                return true;
    return false;
}

static int32_t apply_rule(const cg_network *n, cg_arena *arena, const cg_net_rule *rule, const cg_net_point *peer,
                          cg_net_reference reference, cg_net_verdict *v, cg_net_trace *trace, cspm_error **err)
{
    const cg_net_guard *guard = &n->guards.data[peer->guard];
    bool by_address = cg_ranges_has(rule->addresses, peer->address);
    bool by_group = reference != CG_NET_CANNOT_REFER && refers(rule, guard);
    bool sure = by_address || (by_group && reference == CG_NET_REFERS);
    /* A peer whose groups are not known may be in the group that the rule names. */
    bool maybe = sure || by_group || rule->open_ended || (rule->n_groups && guard->n_groups == 0 && !guard->open);
    int32_t rc = CSPM_OK;
    if (!maybe)
        return rc;
    if (!sure)
        v->missing |= rule->open_ended ? CG_NET_NO_PREFIXES : by_group ? CG_NET_NO_TRANSIT : CG_NET_NO_GROUPS;
    if (sure)
        rc = join(n, arena, &v->sure, rule->services, err);
    if (rc == CSPM_OK)
        rc = join(n, arena, &v->maybe, rule->services, err);
    return rc == CSPM_OK ? seen(n, trace, rule->node, err) : rc;
}

int32_t cg_net_guard_verdict(const cg_network *n, cg_arena *arena, uint32_t guard, bool out, const cg_net_point *peer,
                             cg_net_reference reference, cg_net_verdict *verdict, cg_net_trace *trace, cspm_error **err)
{
    const cg_net_guard *set = &n->guards.data[guard];
    cg_net_verdict v = { { 0, NULL }, { 0, NULL }, 0 };
    int32_t rc = CSPM_OK;
    if (set->open)
        v.sure = v.maybe = n->all;
    else if (set->n_groups == 0) {
        v.maybe = n->all;
        v.missing = CG_NET_NO_GROUPS;
    }
    for (uint32_t i = 0; rc == CSPM_OK && i < set->n_groups; i++) {
        const cg_net_group *group = &n->groups[set->groups[i]];
        if (!group->known) {
            v.maybe = n->all;
            v.missing |= CG_NET_NO_GROUPS;
            rc = seen(n, trace, group->node, err);
        }
        for (uint32_t r = 0; rc == CSPM_OK && r < group->n_rules[out]; r++)
            rc = apply_rule(n, arena, &group->rules[out][r], peer, reference, &v, trace, err);
    }
    *verdict = v;
    return rc;
}

/* Whether any rule could let anything pass: most pairs are done with here, without a set being made. */
static bool may_pass(const cg_network *n, uint32_t guard, bool out, const cg_net_point *peer, cg_net_reference reference)
{
    const cg_net_guard *set = &n->guards.data[guard], *other = &n->guards.data[peer->guard];
    if (set->open || set->n_groups == 0)
        return true;
    for (uint32_t i = 0; i < set->n_groups; i++) {
        const cg_net_group *group = &n->groups[set->groups[i]];
        if (!group->known)
            return true;
        for (uint32_t r = 0; r < group->n_rules[out]; r++) {
            const cg_net_rule *rule = &group->rules[out][r];
            if (rule->open_ended || cg_ranges_has(rule->addresses, peer->address) ||
                (reference != CG_NET_CANNOT_REFER && rule->n_groups && ((other->n_groups == 0 && !other->open) || refers(rule, other))))
                return true;
        }
    }
    return false;
}

/* A client's own port is one of 1024 and above; protocols without ports answer by any of their messages. */
int32_t cg_net_answered(const cg_network *n, cg_arena *arena, cg_ranges back, cg_ranges *out, cspm_error **err)
{
    cg_ranges found = { 0, NULL };
    if (cg_ranges_equal(back, n->all)) {
        *out = n->all;
        return CSPM_OK;
    }
    for (uint32_t i = 0; i < back.count; i++) {
        uint32_t from = (uint32_t)back.items[i].from.lo, to = (uint32_t)back.items[i].to.lo;
        for (uint32_t protocol = from >> 16; protocol <= to >> 16; protocol++) {
            bool ports = protocol == CG_PROTOCOL_TCP || protocol == CG_PROTOCOL_UDP;
            uint32_t first = cg_service(protocol, 0), last = cg_service(protocol, UINT16_MAX);
            if (ports && (to < cg_service(protocol, 1024) || from > last))
                continue;
            if (!cg_ranges_add(arena, &found, (cg_u128){ 0, first }, (cg_u128){ 0, last }))
                return cg_nomem(n->mem, err);
        }
    }
    *out = found;
    return CSPM_OK;
}

static int32_t acl_part(const cg_network *n, cg_arena *arena, uint32_t subnet, bool out, cg_u128 address, cg_net_verdict *v,
                        cspm_error **err)
{
    const cg_net_acl *acl = subnet == CG_NET_NONE || n->subnets[subnet].acl == CG_NET_NONE ? NULL : &n->acls[n->subnets[subnet].acl];
    cg_range point = { address, address };
    *v = (cg_net_verdict){ { 0, NULL }, n->all, subnet == CG_NET_NONE ? CG_NET_NO_SUBNET : CG_NET_NO_ACL };
    if (!acl)
        return CSPM_OK;
    v->missing = 0;
    if (!cg_packets_services_any(arena, out ? acl->out : acl->in, (cg_ranges){ 1, &point }, &v->sure))
        return cg_nomem(n->mem, err);
    v->maybe = v->sure;
    return CSPM_OK;
}

int32_t cg_net_acl_verdict(const cg_network *n, cg_arena *arena, const cg_net_point *from, const cg_net_point *to, cg_net_verdict *verdict,
                           cg_net_trace *trace, cspm_error **err)
{
    /* Out of one, into the other; and the answer the other way round. */
    const struct {
        uint32_t subnet;
        bool out;
        cg_u128 address;
        const char *reason;
    } parts[4] = { { from->subnet, true, to->address, "the network ACL of the source lets nothing out" },
                   { to->subnet, false, from->address, "the network ACL of the destination lets nothing in" },
                   { to->subnet, true, from->address, "the network ACL of the destination lets no answer out" },
                   { from->subnet, false, to->address, "the network ACL of the source lets no answer in" } };
    cg_net_verdict v = { n->all, n->all, 0 }, back = v, part;
    int32_t rc = CSPM_OK;
    for (int i = 0; rc == CSPM_OK && i < 4; i++) {
        if ((rc = acl_part(n, arena, parts[i].subnet, parts[i].out, parts[i].address, &part, err)) < 0)
            break;
        rc = both(n, arena, i < 2 ? &v : &back, &part, err);
        if (part.maybe.count == 0)
            stop(trace, n->acls[n->subnets[parts[i].subnet].acl].node, parts[i].reason);
    }
    if (rc == CSPM_OK && (rc = cg_net_answered(n, arena, back.sure, &back.sure, err)) == CSPM_OK)
        rc = cg_net_answered(n, arena, back.maybe, &back.maybe, err);
    if (rc == CSPM_OK)
        rc = both(n, arena, &v, &back, err);
    *verdict = v;
    return rc;
}

int32_t cg_net_between(const cg_network *n, cg_arena *arena, const cg_net_point *from, const cg_net_point *to, cg_net_verdict *verdict,
                       cg_net_trace *trace, cspm_error **err)
{
    cg_net_trace own = { .reference = CG_NET_REFERS };
    cg_net_verdict v = { n->all, n->all, 0 }, part;
    uint32_t missing = 0;
    bool placed = from->subnet != CG_NET_NONE && to->subnet != CG_NET_NONE;
    int32_t rc;
    own.stopped_at = CG_NO_NODE;
    cg_net_trace *t = trace ? trace : &own;
    *verdict = (cg_net_verdict){ { 0, NULL }, { 0, NULL }, 0 };
    if (!placed)
        missing |= CG_NET_NO_SUBNET;
    else if (from->subnet != to->subnet) {
        uint32_t from_vpc = n->subnets[from->subnet].vpc, to_vpc = n->subnets[to->subnet].vpc;
        cg_net_way there = cg_net_route_to(n, from->subnet, to->address, to_vpc, &missing, t);
        cg_net_way back = there == CG_NET_CUT ? CG_NET_CUT : cg_net_route_to(n, to->subnet, from->address, from_vpc, &missing, t);
        if (there == CG_NET_CUT || back == CG_NET_CUT)
            goto out;
    }
    v.missing = missing;
    if (missing)
        v.sure = (cg_ranges){ 0, NULL };
    if (!may_pass(n, from->guard, true, to, t->reference)) {
        stop(t, CG_NO_NODE, "no security group of the source lets it out");
        goto out;
    }
    if (!may_pass(n, to->guard, false, from, t->reference)) {
        stop(t, CG_NO_NODE, "no security group of the destination lets it in");
        goto out;
    }
    if (from->subnet != to->subnet || !placed) {
        if ((rc = cg_net_acl_verdict(n, arena, from, to, &part, t, err)) < 0 || (rc = both(n, arena, &v, &part, err)) < 0)
            goto fail;
        if (v.maybe.count == 0)
            goto out;
    }
    /* What is let in is told; what is let out is the rule nearly everywhere. */
    if ((rc = cg_net_guard_verdict(n, arena, from->guard, true, to, t->reference, &part, NULL, err)) < 0 ||
        (rc = both(n, arena, &v, &part, err)) < 0)
        goto fail;
    if ((rc = cg_net_guard_verdict(n, arena, to->guard, false, from, t->reference, &part, trace, err)) < 0 ||
        (rc = both(n, arena, &v, &part, err)) < 0)
        goto fail;
    *verdict = v;
out:
    rc = CSPM_OK;
fail:
    cg_vec_free(n->mem, &own.nodes);
    return rc;
}
