/* Security groups: rules with their peers. */
#include "access/network_read.h"

/* What a rule lets through, from its own properties. A rule that cannot be read may let anything through. */
static int32_t read_services(cg_network *n, cg_node rule, cg_net_rule *out, cspm_error **err)
{
    int32_t protocol;
    cg_str text = net_text(n, rule, NK_protocol);
    int64_t number = net_number(n, rule, NK_protocol);
    if (!text.data && number >= 0 && number <= 255)
        protocol = (int32_t)number;
    else if (!text.data || !cg_protocol_parse(text, &protocol))
        protocol = -2;
    int64_t from = net_number(n, rule, NK_fromport), to = net_number(n, rule, NK_toport);
    bool ports = protocol == CG_PROTOCOL_TCP || protocol == CG_PROTOCOL_UDP;
    if (protocol == -2 || from < -1 || to < -1 || from > UINT16_MAX || to > UINT16_MAX || (ports && from >= 0 && to >= 0 && from > to)) {
        out->services = n->all;
        out->open_ended = true;
        return CSPM_OK;
    }
    bool taken = cg_services_of(&n->arena, protocol, ports || protocol == CG_PROTOCOL_ICMP || protocol == CG_PROTOCOL_ICMP6 ? from : -1,
                                ports || protocol == CG_PROTOCOL_ICMP || protocol == CG_PROTOCOL_ICMP6 ? to : -1, &out->services);
    if (taken)
        return CSPM_OK;
    if ((protocol == CG_PROTOCOL_ICMP || protocol == CG_PROTOCOL_ICMP6) && (from > 255 || to > 255)) {
        out->services = n->all;
        out->open_ended = true;
        return CSPM_OK;
    }
    return cg_nomem(n->mem, err);
}

static int32_t read_peer(cg_network *n, cg_node peer, cg_net_rule *rule, uint32_t *groups, cspm_error **err)
{
    bool bad = false;
    const cg_str *texts;
    uint32_t count;
    int32_t rc;
    switch (net_sort_of(n, peer)) {
    case NET_GROUP:
        groups[rule->n_groups++] = n->slot[peer];
        return CSPM_OK;
    case NET_PREFIX_LIST:
        if ((rc = net_texts(n, peer, NK_cidrs, &texts, &count, err)) < 0)
            return rc;
        rule->open_ended |= count == 0;
        for (uint32_t i = 0; i < count; i++)
            if (!net_add_block(n, &rule->addresses, texts[i], &bad))
                return cg_nomem(n->mem, err);
        break;
    default: {
        cg_str text = net_text(n, peer, NK_range);
        if (!net_add_block(n, &rule->addresses, text.data ? text : cg_node_id(n->g, peer), &bad))
            return cg_nomem(n->mem, err);
    }
    }
    rule->open_ended |= bad;
    return CSPM_OK;
}

static int32_t read_rule(cg_network *n, cg_node node, cg_net_rule *out, cspm_error **err)
{
    net_walk w;
    uint32_t peers = 0, *groups;
    int32_t rc;
    *out = (cg_net_rule){ .node = node };
    net_walk_begin(&w, n, node, CG_IN, NR_MEMBER_OF_IP_RULE);
    while (net_walk_next(&w))
        peers++;
    groups = cg_arena_alloc(&n->arena, ((size_t)peers + 1) * sizeof *groups);
    if (!groups)
        return cg_nomem(n->mem, err);
    if ((rc = read_services(n, node, out, err)) < 0)
        return rc;
    net_walk_begin(&w, n, node, CG_IN, NR_MEMBER_OF_IP_RULE);
    while (net_walk_next(&w))
        if ((rc = read_peer(n, w.node, out, groups, err)) < 0)
            return rc;
    out->groups = groups;
    return CSPM_OK;
}

/* Rules point at their group, and so does every interface in it. */
static int32_t read_group(cg_network *n, cg_net_group *group, uint32_t inbound, uint32_t egress, cspm_error **err)
{
    net_walk w;
    uint32_t count[2] = { 0, 0 };
    cg_net_rule *rules[2];
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            for (int d = 0; d < 2; d++) {
                rules[d] = cg_arena_alloc(&n->arena, ((size_t)count[d] + 1) * sizeof **rules);
                if (!rules[d])
                    return cg_nomem(n->mem, err);
                group->rules[d] = rules[d];
            }
        }
        net_walk_begin(&w, n, group->node, CG_IN, NR_MEMBER_OF_EC2_SECURITY_GROUP);
        while (net_walk_next(&w)) {
            int d = inbound != CG_NO_NAME && cg_node_has_label(n->g, w.node, inbound) ? 0
                    : egress != CG_NO_NAME && cg_node_has_label(n->g, w.node, egress) ? 1
                                                                                      : -1;
            if (d < 0)
                continue;
            if (pass == 0)
                count[d]++;
            else {
                int32_t rc = read_rule(n, w.node, &rules[d][group->n_rules[d]++], err);
                if (rc < 0)
                    return rc;
            }
        }
    }
    return CSPM_OK;
}

int32_t net_read_groups(cg_network *n, cspm_error **err)
{
    uint32_t inbound = cg_name_find(n->g, CG_NAMES_LABEL, CG_STR("IpPermissionInbound"));
    uint32_t egress = cg_name_find(n->g, CG_NAMES_LABEL, CG_STR("IpPermissionEgress"));
    n->n_groups = net_count(n, NET_GROUP);
    n->groups = cg_arena_calloc(&n->arena, (size_t)n->n_groups + 1, sizeof *n->groups);
    if (!n->groups)
        return cg_nomem(n->mem, err);
    for (uint32_t node = 0; node < cg_graph_n_nodes(n->g); node++) {
        if (n->sort[node] != NET_GROUP)
            continue;
        cg_net_group *group = &n->groups[n->slot[node]];
        group->node = node;
        group->known = !net_partial(n, node);
        int32_t rc = read_group(n, group, inbound, egress, err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}
