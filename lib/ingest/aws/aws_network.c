/* Networks: what is in a VPC, how it is routed and filtered, and what joins it to others. */
#include "ingest/aws/aws_part.h"

/* ---- VPCs and subnets ---- */

static const aws_field cidr_fields[] = {
    { "cidr_block", "CidrBlock", AWS_AS_IS },
    { "association_id", "AssociationId", AWS_AS_IS },
    { "block_state", "CidrBlockState.State", AWS_AS_IS },
    { "block_state_message", "CidrBlockState.StatusMessage", AWS_AS_IS },
    { 0 },
};
static const aws_part cidr_part = {
    { "AWSCidrBlock", "AWSIpv4CidrBlock" }, "|{CidrBlock}", "vpcid", cidr_fields, "BLOCK_ASSOCIATION", false, true,
};
static const aws_field cidr6_fields[] = {
    { "cidr_block", "Ipv6CidrBlock", AWS_AS_IS },
    { "association_id", "AssociationId", AWS_AS_IS },
    { "block_state", "Ipv6CidrBlockState.State", AWS_AS_IS },
    { "block_state_message", "Ipv6CidrBlockState.StatusMessage", AWS_AS_IS },
    { 0 },
};
static const aws_part cidr6_part = {
    { "AWSCidrBlock", "AWSIpv6CidrBlock" }, "|{Ipv6CidrBlock}", "vpcid", cidr6_fields, "BLOCK_ASSOCIATION", false, true,
};

static int32_t vpc_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str vpc = c->id;
    int32_t rc = aws_parts_add(c, &cidr_part, item, "CidrBlockAssociationSet", vpc, err);

    if (rc == CSPM_OK)
        rc = aws_parts_add(c, &cidr6_part, item, "Ipv6CidrBlockAssociationSet", vpc, err);
    return rc;
}

static const aws_field vpc_fields[] = {
    { "id", "VpcId", AWS_AS_IS },
    { "vpcid", "VpcId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("vpc", "VpcId"), AWS_AS_IS },
    { "primary_cidr_block", "CidrBlock", AWS_AS_IS },
    { "instance_tenancy", "InstanceTenancy", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "is_default", "IsDefault", AWS_AS_IS },
    { "dhcp_options_id", "DhcpOptionsId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { "internet_gateway_block_mode", "BlockPublicAccessStates.InternetGatewayBlockMode", AWS_AS_IS },
    { 0 },
};
static const aws_shape vpc_shape = {
    .labels = { "AWSVpc" },
    .id = "{VpcId}",
    .aliases = { AWS_EC2_ARN("vpc", "VpcId") },
    .fields = vpc_fields,
    .tags = "Tags",
    .more = vpc_more,
};

static const aws_field subnet_fields[] = {
    { "id", "SubnetId", AWS_AS_IS },
    { "subnetid", "SubnetId", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "subnet_arn", "SubnetArn", AWS_AS_IS },
    { "arn", "{SubnetArn}", AWS_AS_IS },
    { "name", "CidrBlock", AWS_AS_IS },
    { "cidr_block", "CidrBlock", AWS_AS_IS },
    { "ipv6_cidr_blocks", "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock", AWS_AS_IS },
    { "available_ip_address_count", "AvailableIpAddressCount", AWS_AS_IS },
    { "default_for_az", "DefaultForAz", AWS_AS_IS },
    { "map_customer_owned_ip_on_launch", "MapCustomerOwnedIpOnLaunch", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "assignipv6addressoncreation", "AssignIpv6AddressOnCreation", AWS_AS_IS },
    { "map_public_ip_on_launch", "MapPublicIpOnLaunch", AWS_AS_IS },
    { "availability_zone", "AvailabilityZone", AWS_AS_IS },
    { "availability_zone_id", "AvailabilityZoneId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_link subnet_links[] = {
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { 0 },
};
static const aws_shape subnet_shape = {
    .labels = { "AWSEC2Subnet", "EC2Subnet" },
    .id = "{SubnetId}",
    .aliases = { "{SubnetArn}" },
    .fields = subnet_fields,
    .links = subnet_links,
    .tags = "Tags",
};

/* ---- routes ---- */

static const aws_field route_fields[] = {
    { "destination_cidr_block", "DestinationCidrBlock", AWS_AS_IS },
    { "destination_ipv6_cidr_block", "DestinationIpv6CidrBlock", AWS_AS_IS },
    { "destination_prefix_list_id", "DestinationPrefixListId", AWS_AS_IS },
    { "carrier_gateway_id", "CarrierGatewayId", AWS_AS_IS },
    { "core_network_arn", "CoreNetworkArn", AWS_AS_IS },
    { "egress_only_internet_gateway_id", "EgressOnlyInternetGatewayId", AWS_AS_IS },
    { "gateway_id", "GatewayId", AWS_AS_IS },
    { "instance_id", "InstanceId", AWS_AS_IS },
    { "instance_owner_id", "InstanceOwnerId", AWS_AS_IS },
    { "local_gateway_id", "LocalGatewayId", AWS_AS_IS },
    { "nat_gateway_id", "NatGatewayId", AWS_AS_IS },
    { "network_interface_id", "NetworkInterfaceId", AWS_AS_IS },
    { "transit_gateway_id", "TransitGatewayId", AWS_AS_IS },
    { "vpc_peering_connection_id", "VpcPeeringConnectionId", AWS_AS_IS },
    { "origin", "Origin", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "target",
      "{EgressOnlyInternetGatewayId|NatGatewayId|TransitGatewayId|VpcPeeringConnectionId|NetworkInterfaceId|InstanceId|LocalGatewayId|"
      "CarrierGatewayId|CoreNetworkArn|GatewayId}",
      AWS_AS_IS },
    /* As Cartography has it: a route to a prefix list is named by what it leads to. */
    { "id",
      "{route_table}|{DestinationCidrBlock|DestinationIpv6CidrBlock|GatewayId|InstanceId|NatGatewayId|TransitGatewayId|LocalGatewayId|"
      "CarrierGatewayId|NetworkInterfaceId|VpcPeeringConnectionId|EgressOnlyInternetGatewayId|CoreNetworkArn}",
      AWS_AS_IS },
    { 0 },
};
static const aws_part route_part = {
    { "AWSEC2Route", "EC2Route" },
    "|{DestinationCidrBlock|DestinationIpv6CidrBlock|DestinationPrefixListId}",
    "route_table_id",
    route_fields,
    "ROUTE",
    false,
    false,
};

/* Whose id a member of a route holds. */
typedef struct route_end {
    const char *member, *prefix, *kind, *label;
} route_end;
static const route_end route_ends[] = {
    { "GatewayId", "igw-", "ROUTES_TO_GATEWAY", "AWSInternetGateway" },
    { "GatewayId", "igw-", "ROUTES_TO", "AWSInternetGateway" },
    { "GatewayId", "vgw-", "ROUTES_TO", "AWSVpnGateway" },
    { "GatewayId", "vpce-", "ROUTES_TO_VPC_ENDPOINT", "AWSVpcEndpoint" },
    { "GatewayId", "vpce-", "ROUTES_TO", "AWSVpcEndpoint" },
    { "EgressOnlyInternetGatewayId", "", "ROUTES_TO", "AWSEgressOnlyInternetGateway" },
    { "NatGatewayId", "", "ROUTES_TO", "AWSNatGateway" },
    { "TransitGatewayId", "", "ROUTES_TO", "AWSTransitGateway" },
    { "VpcPeeringConnectionId", "", "ROUTES_TO", "AWSPeeringConnection" },
    { "NetworkInterfaceId", "", "ROUTES_TO", "AWSNetworkInterface" },
    { "InstanceId", "", "ROUTES_TO", "AWSEC2Instance" },
    { "DestinationPrefixListId", "", "DESTINATION_PREFIX_LIST", "AWSPrefixList" },
    { 0 },
};

static int32_t route(aws_ctx *c, const cg_tree *value, cg_str table, cspm_error **err)
{
    const cg_tree parent = { .type = CG_TREE_STRING, .pos = value->pos, .string = table };
    const cg_tree *named = value->type == CG_TREE_MAP ? aws_with(c, value, CG_STR("route_table"), &parent) : value;
    cg_str id;

    if (!named)
        return cg_nomem(cg_builder_mem(c->b), err);
    int32_t rc = aws_part_add(c, &route_part, named, table, &id, err);
    for (const route_end *e = route_ends; e->member && rc == CSPM_OK; e++) {
        const cg_str end = aws_str(value, e->member);
        if (cg_str_starts(end, cg_str_from(e->prefix)))
            rc = aws_tie(c, value, id, e->kind, end, e->label, err);
    }
    return rc;
}

static const aws_field association_fields[] = {
    { "route_table_association_id", "RouteTableAssociationId", AWS_AS_IS },
    { "id", "RouteTableAssociationId", AWS_AS_IS },
    { "gateway_id", "GatewayId", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "main", "Main", AWS_AS_IS },
    { "target", "{SubnetId|GatewayId}", AWS_AS_IS },
    { "association_state", "AssociationState.State", AWS_AS_IS },
    { "association_state_message", "AssociationState.StatusMessage", AWS_AS_IS },
    { "route_table_id", "RouteTableId", AWS_AS_IS },
    { 0 },
};
static const aws_link association_links[] = {
    { "ASSOCIATED_SUBNET", false, "SubnetId", NULL, "AWSEC2Subnet" },
    { "ASSOCIATION", true, "RouteTableId", NULL, "AWSEC2RouteTable" },
    { 0 },
};

static int32_t association_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str gateway = aws_str(item, "GatewayId");

    return cg_str_starts(gateway, CG_STR("igw-"))
               ? aws_tie(c, item, c->id, "ASSOCIATED_IGW_FOR_INGRESS", gateway, "AWSInternetGateway", err)
               : CSPM_OK;
}

static const aws_shape association_shape = {
    .labels = { "AWSEC2RouteTableAssociation", "EC2RouteTableAssociation" },
    .id = "{RouteTableAssociationId}",
    .fields = association_fields,
    .links = association_links,
    .more = association_more,
};

static const aws_field table_fields[] = {
    { "id", "RouteTableId", AWS_AS_IS },
    { "route_table_id", "RouteTableId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { 0 },
};
static const aws_link table_links[] = {
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "CONNECTED_TO", false, "PropagatingVgws[].GatewayId", NULL, "AWSVpnGateway" },
    { 0 },
};
static const char *const table_labels[] = { "AWSEC2RouteTable", "EC2RouteTable", NULL };

static bool is_main(const cg_tree *associations)
{
    for (uint32_t i = 0; associations && i < associations->list.count; i++) {
        const cg_tree *is = aws_get(associations->list.items[i], "Main");
        if (is && is->type == CG_TREE_BOOL && is->boolean)
            return true;
    }
    return false;
}

static int32_t table_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *routes = aws_list(item, "Routes"), *associations = aws_list(item, "Associations");
    const cg_str table = c->id;
    const cg_tree id = { .type = CG_TREE_STRING, .pos = item->pos, .string = table };
    int32_t rc = aws_node(c, item, table, table_labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop(c, "main", cg_v_bool(is_main(associations)), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    for (uint32_t i = 0; routes && i < routes->list.count && rc == CSPM_OK; i++)
        rc = route(c, routes->list.items[i], table, err);
    for (uint32_t i = 0; associations && i < associations->list.count && rc == CSPM_OK; i++) {
        const cg_tree *named = aws_with(c, associations->list.items[i], CG_STR("RouteTableId"), &id);
        rc = named ? aws_apply_inside(c, &association_shape, named, NULL, err) : cg_nomem(cg_builder_mem(c->b), err);
    }
    c->id = table;
    return rc;
}

static const aws_shape table_shape = {
    .labels = { "AWSEC2RouteTable", "EC2RouteTable" },
    .id = "{RouteTableId}",
    .aliases = { AWS_EC2_ARN("route-table", "RouteTableId") },
    .fields = table_fields,
    .links = table_links,
    .tags = "Tags",
    .more = table_more,
};

static const aws_field prefix_list_fields[] = {
    { "id", "PrefixListId", AWS_AS_IS },
    { "prefix_list_id", "PrefixListId", AWS_AS_IS },
    { "arn", "PrefixListArn", AWS_AS_IS },
    { "name", "PrefixListName", AWS_AS_IS },
    { "address_family", "AddressFamily", AWS_AS_IS },
    { "cidrs", "Cidrs", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_shape prefix_list_shape = {
    .labels = { "AWSPrefixList" },
    .id = "{PrefixListId}",
    .aliases = { "{PrefixListArn}" },
    .fields = prefix_list_fields,
    .tags = "Tags",
};
static const aws_field prefix_entries_fields[] = {
    { "id", "PrefixListId", AWS_AS_IS },
    { "prefix_list_id", "PrefixListId", AWS_AS_IS },
    { "cidrs", "Entries[].Cidr", AWS_AS_IS },
    { 0 },
};
static const aws_shape prefix_entries_shape = { .labels = { "AWSPrefixList" }, .id = "{PrefixListId}", .fields = prefix_entries_fields };

/* ---- network ACLs ---- */

static const aws_field acl_rule_fields[] = {
    { "protocol", "Protocol", AWS_TEXT },
    { "fromport", "PortRange.From", AWS_AS_IS },
    { "toport", "PortRange.To", AWS_AS_IS },
    { "icmp_type", "IcmpTypeCode.Type", AWS_AS_IS },
    { "icmp_code", "IcmpTypeCode.Code", AWS_AS_IS },
    { "cidrblock", "CidrBlock", AWS_AS_IS },
    { "ipv6cidrblock", "Ipv6CidrBlock", AWS_AS_IS },
    { "egress", "Egress", AWS_AS_IS },
    { "rulenumber", "RuleNumber", AWS_AS_IS },
    { "ruleaction", "RuleAction", AWS_LOWER },
    { 0 },
};
static const aws_part acl_in_part = {
    { "AWSEC2NetworkAclRule", "EC2NetworkAclRule", "IpPermissionInbound" },
    "/inbound/{RuleNumber}",
    "network_acl_id",
    acl_rule_fields,
    "MEMBER_OF_NACL",
    true,
    false,
};
static const aws_part acl_out_part = {
    { "AWSEC2NetworkAclRule", "EC2NetworkAclRule", "IpPermissionEgress" },
    "/egress/{RuleNumber}",
    "network_acl_id",
    acl_rule_fields,
    "MEMBER_OF_NACL",
    true,
    false,
};

static int32_t acl_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *entries = aws_list(item, "Entries");
    const cg_str acl = c->id;
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; entries && i < entries->list.count && rc == CSPM_OK; i++) {
        const cg_tree *entry = entries->list.items[i], *egress = aws_get(entry, "Egress");
        const bool out = egress && egress->type == CG_TREE_BOOL && egress->boolean;
        rc = aws_part_add(c, out ? &acl_out_part : &acl_in_part, entry, acl, NULL, err);
    }
    return rc;
}

static const aws_field acl_fields[] = {
    { "id", "NetworkAclId", AWS_AS_IS },
    { "id", AWS_EC2_ARN("network-acl", "NetworkAclId"), AWS_AS_IS }, /* when all of it is known */
    { "arn", AWS_EC2_ARN("network-acl", "NetworkAclId"), AWS_AS_IS },
    { "network_acl_id", "NetworkAclId", AWS_AS_IS },
    { "is_default", "IsDefault", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_link acl_links[] = {
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "Associations[].SubnetId", NULL, "AWSEC2Subnet" },
    { 0 },
};
static const aws_shape acl_shape = {
    .labels = { "AWSEC2NetworkAcl", "EC2NetworkAcl" },
    .id = "{NetworkAclId}",
    .aliases = { AWS_EC2_ARN("network-acl", "NetworkAclId") },
    .fields = acl_fields,
    .links = acl_links,
    .tags = "Tags",
    .more = acl_more,
};

/* ---- gateways ---- */

static const aws_field igw_fields[] = {
    { "id", "InternetGatewayId", AWS_AS_IS },
    { "ownerid", "OwnerId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("internet-gateway", "InternetGatewayId"), AWS_AS_IS },
    { 0 },
};
static const aws_link attached_vpc_links[] = {
    { "ATTACHED_TO", false, "Attachments[].VpcId", NULL, "AWSVpc" },
    { 0 },
};
static const aws_shape igw_shape = {
    .labels = { "AWSInternetGateway" },
    .id = "{InternetGatewayId}",
    .aliases = { AWS_EC2_ARN("internet-gateway", "InternetGatewayId") },
    .fields = igw_fields,
    .links = attached_vpc_links,
    .tags = "Tags",
};

static const aws_field eigw_fields[] = {
    { "id", "EgressOnlyInternetGatewayId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("egress-only-internet-gateway", "EgressOnlyInternetGatewayId"), AWS_AS_IS },
    { 0 },
};
static const aws_shape eigw_shape = {
    .labels = { "AWSEgressOnlyInternetGateway" },
    .id = "{EgressOnlyInternetGatewayId}",
    .aliases = { AWS_EC2_ARN("egress-only-internet-gateway", "EgressOnlyInternetGatewayId") },
    .fields = eigw_fields,
    .links = attached_vpc_links,
    .tags = "Tags",
};

static const aws_field vgw_fields[] = {
    { "id", "VpnGatewayId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { 0 },
};
static const aws_link vgw_links[] = {
    { "ATTACHED_TO", false, "VpcAttachments[].VpcId", NULL, "AWSVpc" },
    { 0 },
};
static const aws_shape vgw_shape = {
    .labels = { "AWSVpnGateway" },
    .id = "{VpnGatewayId}",
    .aliases = { AWS_EC2_ARN("vpn-gateway", "VpnGatewayId") },
    .fields = vgw_fields,
    .links = vgw_links,
    .tags = "Tags",
};

static const aws_field nat_fields[] = {
    { "id", "NatGatewayId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("natgateway", "NatGatewayId"), AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "connectivity_type", "ConnectivityType", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "public_ips", "NatGatewayAddresses[].PublicIp", AWS_AS_IS },
    { "private_ips", "NatGatewayAddresses[].PrivateIp", AWS_AS_IS },
    { "create_time", "CreateTime", AWS_TIME },
    { 0 },
};
static const aws_link nat_links[] = {
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "SubnetId", NULL, "AWSEC2Subnet" },
    { "NETWORK_INTERFACE", false, "NatGatewayAddresses[].NetworkInterfaceId", NULL, "AWSNetworkInterface" },
    { "ELASTIC_IP_ADDRESS", false, "NatGatewayAddresses[].AllocationId", NULL, "AWSElasticIPAddress" },
    { 0 },
};
static const aws_shape nat_shape = {
    .labels = { "AWSNatGateway" },
    .id = "{NatGatewayId}",
    .aliases = { AWS_EC2_ARN("natgateway", "NatGatewayId") },
    .fields = nat_fields,
    .links = nat_links,
    .tags = "Tags",
};

/* ---- peering ---- */

static const aws_field peering_fields[] = {
    { "id", "VpcPeeringConnectionId", AWS_AS_IS },
    { "allow_dns_resolution_from_remote_vpc", "RequesterVpcInfo.PeeringOptions.AllowDnsResolutionFromRemoteVpc", AWS_AS_IS },
    { "allow_egress_from_local_classic_link_to_remote_vpc", "RequesterVpcInfo.PeeringOptions.AllowEgressFromLocalClassicLinkToRemoteVpc",
      AWS_AS_IS },
    { "allow_egress_from_local_vpc_to_remote_classic_link", "RequesterVpcInfo.PeeringOptions.AllowEgressFromLocalVpcToRemoteClassicLink",
      AWS_AS_IS },
    { "requester_region", "RequesterVpcInfo.Region", AWS_AS_IS },
    { "accepter_region", "AccepterVpcInfo.Region", AWS_AS_IS },
    { "requester_vpc_id", "RequesterVpcInfo.VpcId", AWS_AS_IS },
    { "accepter_vpc_id", "AccepterVpcInfo.VpcId", AWS_AS_IS },
    { "requester_owner_id", "RequesterVpcInfo.OwnerId", AWS_AS_IS },
    { "accepter_owner_id", "AccepterVpcInfo.OwnerId", AWS_AS_IS },
    { "status_code", "Status.Code", AWS_AS_IS },
    { "status_message", "Status.Message", AWS_AS_IS },
    { 0 },
};
static const aws_link peering_links[] = {
    { "REQUESTER_VPC", false, "RequesterVpcInfo.VpcId", NULL, "AWSVpc" },
    { "ACCEPTER_VPC", false, "AccepterVpcInfo.VpcId", NULL, "AWSVpc" },
    { "REQUESTER_CIDR", false, "RequesterVpcInfo.CidrBlockSet[]", "{RequesterVpcInfo.VpcId}|{.CidrBlock}", "AWSCidrBlock" },
    { "ACCEPTER_CIDR", false, "AccepterVpcInfo.CidrBlockSet[]", "{AccepterVpcInfo.VpcId}|{.CidrBlock}", "AWSCidrBlock" },
    { 0 },
};

/* A VPC of another account is known by what the connection says of it. */
static const aws_field peer_fields[] = {
    { "id", "VpcId", AWS_AS_IS },
    { "vpcid", "VpcId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_shape peer_shape = { .labels = { "AWSVpc" }, .id = "{VpcId}", .fields = peer_fields, .weak = true };

static int32_t peer(aws_ctx *c, const cg_tree *side, cspm_error **err)
{
    const cg_str vpc = aws_str(side, "VpcId");

    if (!vpc.length)
        return CSPM_OK;
    int32_t rc = aws_apply_inside(c, &peer_shape, side, NULL, err);
    if (rc == CSPM_OK)
        rc = aws_parts_add(c, &cidr_part, side, "CidrBlockSet", vpc, err);
    return rc == CSPM_OK ? aws_parts_add(c, &cidr6_part, side, "Ipv6CidrBlockSet", vpc, err) : rc;
}

static int32_t peering_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    int32_t rc = peer(c, aws_get(item, "RequesterVpcInfo"), err);

    return rc == CSPM_OK ? peer(c, aws_get(item, "AccepterVpcInfo"), err) : rc;
}

static const aws_shape peering_shape = {
    .labels = { "AWSPeeringConnection", "AWSVpcPeeringConnection" },
    .id = "{VpcPeeringConnectionId}",
    .fields = peering_fields,
    .links = peering_links,
    .tags = "Tags",
    .more = peering_more,
};

/* ---- endpoints ---- */

static const aws_field endpoint_fields[] = {
    { "id", "VpcEndpointId", AWS_AS_IS },
    { "vpc_endpoint_id", "VpcEndpointId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("vpc-endpoint", "VpcEndpointId"), AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "service_name", "ServiceName", AWS_AS_IS },
    { "service_region", "ServiceRegion", AWS_AS_IS },
    { "vpc_endpoint_type", "VpcEndpointType", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "policy_document", "PolicyDocument", AWS_JSON },
    { "policy", "PolicyDocument", AWS_JSON },
    { "route_table_ids", "RouteTableIds", AWS_AS_IS },
    { "subnet_ids", "SubnetIds", AWS_AS_IS },
    { "network_interface_ids", "NetworkInterfaceIds", AWS_AS_IS },
    { "dns_entries", "DnsEntries", AWS_JSON },
    { "private_dns_enabled", "PrivateDnsEnabled", AWS_AS_IS },
    { "requester_managed", "RequesterManaged", AWS_AS_IS },
    { "ip_address_type", "IpAddressType", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { "creation_timestamp", "CreationTimestamp", AWS_TIME },
    { 0 },
};
static const aws_link endpoint_links[] = {
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "USES_SUBNET", false, "SubnetIds[]", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_SECURITY_GROUP", false, "Groups[].GroupId", NULL, "AWSEC2SecurityGroup" },
    { "ROUTES_THROUGH", false, "RouteTableIds[]", NULL, "AWSEC2RouteTable" },
    { "NETWORK_INTERFACE", false, "NetworkInterfaceIds[]", NULL, "AWSNetworkInterface" },
    { 0 },
};
static const aws_shape endpoint_shape = {
    .labels = { "AWSVpcEndpoint" },
    .id = "{VpcEndpointId}",
    .aliases = { AWS_EC2_ARN("vpc-endpoint", "VpcEndpointId") },
    .fields = endpoint_fields,
    .links = endpoint_links,
    .tags = "Tags",
};

static const aws_field connect_fields[] = {
    { "id", "InstanceConnectEndpointId", AWS_AS_IS },
    { "arn", "InstanceConnectEndpointArn", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "dns_name", "DnsName", AWS_AS_IS },
    { "preserve_client_ip", "PreserveClientIp", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_link connect_links[] = {
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "SubnetId", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { "NETWORK_INTERFACE", false, "NetworkInterfaceIds[]", NULL, "AWSNetworkInterface" },
    { 0 },
};
static const aws_shape connect_shape = {
    .labels = { "AWSEC2InstanceConnectEndpoint" },
    .id = "{InstanceConnectEndpointId}",
    .aliases = { "{InstanceConnectEndpointArn}" },
    .fields = connect_fields,
    .links = connect_links,
    .tags = "Tags",
};

const aws_answer aws_answers_network[] = {
    { .operation = "ec2.describe-vpcs", .items = "Vpcs[]", .shape = &vpc_shape },
    { .operation = "ec2.describe-subnets", .items = "Subnets[]", .shape = &subnet_shape },
    { .operation = "ec2.describe-route-tables", .items = "RouteTables[]", .shape = &table_shape },
    { .operation = "ec2.describe-network-acls", .items = "NetworkAcls[]", .shape = &acl_shape },
    { .operation = "ec2.describe-internet-gateways", .items = "InternetGateways[]", .shape = &igw_shape },
    { .operation = "ec2.describe-egress-only-internet-gateways", .items = "EgressOnlyInternetGateways[]", .shape = &eigw_shape },
    { .operation = "ec2.describe-nat-gateways", .items = "NatGateways[]", .shape = &nat_shape },
    { .operation = "ec2.describe-vpn-gateways", .items = "VpnGateways[]", .shape = &vgw_shape },
    { .operation = "ec2.describe-prefix-lists", .items = "PrefixLists[]", .sign = "Cidrs", .shape = &prefix_list_shape },
    { .operation = "ec2.describe-managed-prefix-lists", .items = "PrefixLists[]", .sign = "PrefixListArn", .shape = &prefix_list_shape },
    /* The answer has the entries alone; exports of several lists put the id beside them. */
    { .operation = "ec2.get-managed-prefix-list-entries", .items = "", .sign = "PrefixListId", .shape = &prefix_entries_shape },
    { .operation = "ec2.describe-flow-logs", .items = "FlowLogs", .take = aws_unused },
    { .operation = "ec2.describe-dhcp-options", .items = "DhcpOptions", .take = aws_unused },
    { .operation = "ec2.describe-customer-gateways", .items = "CustomerGateways", .take = aws_unused },
    { .operation = "ec2.describe-vpn-connections", .items = "VpnConnections", .take = aws_unused },
    { .operation = "ec2.describe-vpc-endpoint-services", .items = "ServiceDetails", .take = aws_unused },
    { .operation = "ec2.describe-vpc-peering-connections", .items = "VpcPeeringConnections[]", .shape = &peering_shape },
    { .operation = "ec2.describe-vpc-endpoints", .items = "VpcEndpoints[]", .shape = &endpoint_shape },
    { .operation = "ec2.describe-instance-connect-endpoints", .items = "InstanceConnectEndpoints[]", .shape = &connect_shape },
    { .operation = NULL },
};
