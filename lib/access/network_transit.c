/* Attachments of transit gateways. */
#include "access/network_read.h"

int32_t net_read_transit(cg_network *n, cspm_error **err)
{
    for (uint32_t node = 0; node < cg_graph_n_nodes(n->g); node++) {
        if (n->sort[node] != NET_TGW_ATTACHMENT)
            continue;
        cg_str state = net_text(n, node, NK_state), gateway = net_text(n, node, NK_transit_gateway_id),
               type = net_text(n, node, NK_resource_type);
        cg_str resource = net_text(n, node, NK_resource_id), table = net_text(n, node, NK_association_route_table_id);
        if (state.data && !cg_str_eq(state, CG_STR("available")))
            continue;
        cg_net_attachment a = { node, net_neighbour(n, node, CG_OUT, NR_ATTACHED_TO, NET_TGW), CG_NET_NONE, CG_NO_NODE, CG_NO_NODE };
        if (a.gateway == CG_NO_NODE && gateway.data)
            a.gateway = cg_node_find(n->g, gateway.data, gateway.length);
        a.vpc = net_slot(n, net_neighbour(n, node, CG_IN, NR_RESOURCE, NET_VPC), NET_VPC);
        if (a.vpc == CG_NET_NONE && cg_str_eq(type, CG_STR("vpc")) && resource.data)
            a.vpc = net_slot(n, cg_node_find(n->g, resource.data, resource.length), NET_VPC);
        if (cg_str_eq(type, CG_STR("peering")) && resource.data)
            a.peer = cg_node_find(n->g, resource.data, resource.length);
        net_walk w;
        net_walk_begin(&w, n, node, CG_OUT, NR_ASSOCIATED_WITH);
        if (net_walk_next(&w))
            a.table = w.node;
        else if (table.data)
            a.table = cg_node_find(n->g, table.data, table.length);
        if (!cg_vec_push(n->mem, &n->attachments, a))
            return cg_nomem(n->mem, err);
    }
    return CSPM_OK;
}
