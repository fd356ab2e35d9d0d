/* Attachments of transit gateways. */
#include "access/network_read.h"

/* The table an attachment is associated with at this gateway: both ends of a peering are one attachment with a table each. */
static cg_node table_at(const cg_network *n, cg_node attachment, cg_node gateway)
{
    cg_str named = net_text(n, attachment, NK_association_route_table_id);
    cg_node only = CG_NO_NODE;
    net_walk w;
    uint32_t count = 0;
    net_walk_begin(&w, n, attachment, CG_OUT, NR_ASSOCIATED_WITH);
    while (net_walk_next(&w)) {
        cg_str owner = net_text(n, w.node, NK_transit_gateway_id);
        if (owner.data && cg_node_find(n->g, owner.data, owner.length) == gateway)
            return w.node;
        only = w.node;
        count++;
    }
    if (count == 0 && named.data)
        only = cg_node_find(n->g, named.data, named.length);
    return count > 1 ? CG_NO_NODE : only;
}

static int32_t add(cg_network *n, cg_node node, cg_node gateway, uint32_t vpc, cg_node peer, cspm_error **err)
{
    cg_net_attachment a = { node, gateway, vpc, peer, table_at(n, node, gateway) };
    return gateway == CG_NO_NODE || cg_vec_push(n->mem, &n->attachments, a) ? CSPM_OK : cg_nomem(n->mem, err);
}

static int32_t read_attachment(cg_network *n, cg_node node, cspm_error **err)
{
    cg_str state = net_text(n, node, NK_state), gateway = net_text(n, node, NK_transit_gateway_id),
           type = net_text(n, node, NK_resource_type);
    cg_str resource = net_text(n, node, NK_resource_id);
    cg_node gateways[2] = { CG_NO_NODE, CG_NO_NODE };
    uint32_t count = 0, vpc = net_slot(n, net_neighbour(n, node, CG_IN, NR_RESOURCE, NET_VPC), NET_VPC);
    net_walk w;
    if (state.data && !cg_str_eq(state, CG_STR("available")))
        return CSPM_OK;
    if (vpc == CG_NET_NONE && cg_str_eq(type, CG_STR("vpc")) && resource.data)
        vpc = net_slot(n, cg_node_find(n->g, resource.data, resource.length), NET_VPC);
    net_walk_begin(&w, n, node, CG_OUT, NR_ATTACHED_TO);
    while (count < 2 && net_walk_next(&w))
        if (net_sort_of(n, w.node) == NET_TGW)
            gateways[count++] = w.node;
    if (count == 0 && gateway.data)
        gateways[count++] = cg_node_find(n->g, gateway.data, gateway.length);
    if (count == 1 && cg_str_eq(type, CG_STR("peering")) && resource.data)
        gateways[1] = cg_node_find(n->g, resource.data, resource.length);
    int32_t rc = add(n, node, gateways[0], vpc, gateways[1], err);
    return rc == CSPM_OK && count == 2 ? add(n, node, gateways[1], vpc, gateways[0], err) : rc;
}

int32_t net_read_transit(cg_network *n, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t node = 0; rc == CSPM_OK && node < cg_graph_n_nodes(n->g); node++)
        if (n->sort[node] == NET_TGW_ATTACHMENT)
            rc = read_attachment(n, node, err);
    return rc;
}
