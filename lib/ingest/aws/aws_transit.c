/* Transit gateways: which attachment asks which route table, and where its routes lead. */
#include "ingest/aws/aws_part.h"

/* ---- transit gateways ---- */

static const aws_field tgw_fields[] = {
    { "id", "{TransitGatewayArn|TransitGatewayId}", AWS_AS_IS },
    { "arn", "TransitGatewayArn", AWS_AS_IS },
    { "tgw_id", "TransitGatewayId", AWS_AS_IS },
    { "ownerid", "OwnerId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "default_association_route_table_id", "Options.AssociationDefaultRouteTableId", AWS_AS_IS },
    { "default_propagation_route_table_id", "Options.PropagationDefaultRouteTableId", AWS_AS_IS },
    { "auto_accept_shared_attachments", "Options.AutoAcceptSharedAttachments", AWS_AS_IS },
    { 0 },
};

/* A gateway of another account that this account's export shows is shared with it. */
static int32_t tgw_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str owner = aws_str(item, "OwnerId");

    if (!owner.length || !c->account.length || cg_str_eq(owner, c->account))
        return CSPM_OK;
    return aws_tie(c, item, c->id, "SHARED_WITH", c->account, "AWSAccount", err);
}

static const aws_shape tgw_shape = {
    .labels = { "AWSTransitGateway" },
    .id = "{TransitGatewayId}",
    .aliases = { "{TransitGatewayArn}" },
    .fields = tgw_fields,
    .tags = "Tags",
    .more = tgw_more,
};

static const aws_field attachment_fields[] = {
    { "id", "TransitGatewayAttachmentId", AWS_AS_IS },
    { "resource_type", "ResourceType", AWS_AS_IS },
    { "resource_id", "{ResourceId|VpcId}", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "transit_gateway_id", "TransitGatewayId", AWS_AS_IS },
    { "association_route_table_id", "Association.TransitGatewayRouteTableId", AWS_AS_IS },
    { 0 },
};
static const aws_link attachment_links[] = {
    { "ATTACHED_TO", false, "TransitGatewayId", NULL, "AWSTransitGateway" },
    { "ASSOCIATED_WITH", false, "Association.TransitGatewayRouteTableId", NULL, "AWSTransitGatewayRouteTable" },
    { 0 },
};

static int32_t attachment_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    if (!cg_str_eq(aws_str(item, "ResourceType"), CG_STR("vpc")))
        return CSPM_OK;
    const cg_str vpc = aws_str(item, "ResourceId");
    return vpc.length ? aws_edge_from(c, item, vpc, "AWSVpc", "RESOURCE", c->id, err) : CSPM_OK;
}

static const aws_shape attachment_shape = {
    .labels = { "AWSTransitGatewayAttachment" },
    .id = "{TransitGatewayAttachmentId}",
    .aliases = { "arn:{partition}:ec2:{region}:{account}:transit-gateway-attachment/{TransitGatewayAttachmentId}" },
    .fields = attachment_fields,
    .links = attachment_links,
    .tags = "Tags",
    .more = attachment_more,
};

static const aws_field vpc_attachment_fields[] = {
    { "id", "TransitGatewayAttachmentId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "transit_gateway_id", "TransitGatewayId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { 0 },
};
static const aws_link vpc_attachment_links[] = {
    { "ATTACHED_TO", false, "TransitGatewayId", NULL, "AWSTransitGateway" },
    { "RESOURCE", true, "VpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "SubnetIds[]", NULL, "AWSEC2Subnet" },
    { 0 },
};
static const aws_shape vpc_attachment_shape = {
    .labels = { "AWSTransitGatewayAttachment" },
    .id = "{TransitGatewayAttachmentId}",
    .fields = vpc_attachment_fields,
    .links = vpc_attachment_links,
    .tags = "Tags",
};

static const aws_field tgw_table_fields[] = {
    { "id", "TransitGatewayRouteTableId", AWS_AS_IS },
    { "transit_gateway_id", "TransitGatewayId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "default_association", "DefaultAssociationRouteTable", AWS_AS_IS },
    { "default_propagation", "DefaultPropagationRouteTable", AWS_AS_IS },
    { 0 },
};
static const aws_link tgw_table_links[] = {
    { "CONTAINS", true, "TransitGatewayId", NULL, "AWSTransitGateway" },
    { 0 },
};
static const aws_shape tgw_table_shape = {
    .labels = { "AWSTransitGatewayRouteTable" },
    .id = "{TransitGatewayRouteTableId}",
    .aliases = { "arn:{partition}:ec2:{region}:{account}:transit-gateway-route-table/{TransitGatewayRouteTableId}" },
    .fields = tgw_table_fields,
    .links = tgw_table_links,
    .tags = "Tags",
};

/* What the command was asked for: its answer does not name the route table, unless the export adds it. */
static cg_str asked_table(aws_ctx *c, const cg_tree *item, cspm_error **err, int32_t *rc)
{
    const cg_str table = aws_str(item, "TransitGatewayRouteTableId");

    if (!table.length)
        *rc = aws_skip(c, item, "no-route-table", err, "the answer does not say of which TransitGatewayRouteTableId it is");
    return table;
}

static const aws_field tgw_route_fields[] = {
    { "destination_cidr_block", "DestinationCidrBlock", AWS_AS_IS },
    { "destination_ipv6_cidr_block", "DestinationIpv6CidrBlock", AWS_AS_IS },
    { "destination_prefix_list_id", "PrefixListId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { 0 },
};
static const aws_part tgw_route_part = {
    { "AWSTransitGatewayRoute" },
    "|{DestinationCidrBlock|DestinationIpv6CidrBlock|PrefixListId}",
    "transit_gateway_route_table_id",
    tgw_route_fields,
    "HAS_ROUTE",
    false,
    false,
    "AWSTransitGatewayRouteTable",
};
static const char *const tgw_route_labels[] = { "AWSTransitGatewayRoute", NULL };

static int32_t tgw_route(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    const cg_str table = asked_table(c, item, err, &rc);
    const cg_tree *ends = aws_list(item, "TransitGatewayAttachments");
    cg_str id = CG_STR_NULL;

    if (table.length)
        rc = aws_part_add(c, &tgw_route_part, item, table, &id, err);
    for (uint32_t i = 0; id.length && ends && i < ends->list.count && rc == CSPM_OK; i++) {
        const cg_str end = aws_str(ends->list.items[i], "TransitGatewayAttachmentId");
        rc = aws_tie(c, ends->list.items[i], id, "ROUTES_TO_TGW_ATTACHMENT", end, "AWSTransitGatewayAttachment", err);
        if (rc != CSPM_OK || i > 0 || !end.length)
            continue;
        if ((rc = aws_node(c, item, id, tgw_route_labels, err)) == CSPM_OK && (rc = aws_prop_text(c, "target", end, err)) == CSPM_OK)
            rc = aws_node_end(c, false, err);
    }
    return rc;
}

/* Which route table an attachment asks (association), and which learn its routes (propagation). */
static const aws_field table_tie_fields[] = {
    { "attachment_id", "TransitGatewayAttachmentId", AWS_AS_IS },
    { "resource_id", "ResourceId", AWS_AS_IS },
    { "resource_type", "ResourceType", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { 0 },
};
static const aws_part tgw_association_part = {
    { "AWSTransitGatewayRouteTableAssociation" },
    "|{TransitGatewayAttachmentId}",
    "route_table_id",
    table_tie_fields,
    "ASSOCIATED_WITH",
    true,
    false,
    "AWSTransitGatewayRouteTable",
};
static const aws_part tgw_propagation_part = {
    { "AWSTransitGatewayRouteTablePropagation" },
    "|{TransitGatewayAttachmentId}",
    "route_table_id",
    table_tie_fields,
    "PROPAGATES",
    false,
    false,
    "AWSTransitGatewayRouteTable",
};

static int32_t tgw_association(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    const cg_str table = asked_table(c, item, err, &rc);

    if (!table.length)
        return rc;
    rc = aws_part_add(c, &tgw_association_part, item, table, NULL, err);
    if (rc == CSPM_OK)
        rc = aws_tie_both(c, item, aws_str(item, "TransitGatewayAttachmentId"), "AWSTransitGatewayAttachment", "ASSOCIATED_WITH", table,
                          "AWSTransitGatewayRouteTable", NULL, 0, err);
    return rc;
}

static int32_t tgw_propagation(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    const cg_str table = asked_table(c, item, err, &rc);

    if (!table.length)
        return rc;
    rc = aws_part_add(c, &tgw_propagation_part, item, table, NULL, err);
    if (rc == CSPM_OK)
        rc = aws_tie_both(c, item, aws_str(item, "TransitGatewayAttachmentId"), "AWSTransitGatewayAttachment", "PROPAGATES_TO", table,
                          "AWSTransitGatewayRouteTable", NULL, 0, err);
    return rc;
}

const aws_answer aws_answers_transit[] = {
    { .operation = "ec2.describe-transit-gateways", .items = "TransitGateways[]", .shape = &tgw_shape },
    { .operation = "ec2.describe-transit-gateway-attachments",
      .items = "TransitGatewayAttachments[]",
      .sign = "ResourceType",
      .shape = &attachment_shape },
    { .operation = "ec2.describe-transit-gateway-vpc-attachments",
      .items = "TransitGatewayVpcAttachments[]",
      .shape = &vpc_attachment_shape },
    { .operation = "ec2.describe-transit-gateway-route-tables", .items = "TransitGatewayRouteTables[]", .shape = &tgw_table_shape },
    { .operation = "ec2.search-transit-gateway-routes",
      .items = "Routes[]",
      .sign = "Type",
      .take = tgw_route,
      .inherit = { "TransitGatewayRouteTableId" } },
    { .operation = "ec2.get-transit-gateway-route-table-associations",
      .items = "Associations[]",
      .sign = "TransitGatewayAttachmentId",
      .take = tgw_association,
      .inherit = { "TransitGatewayRouteTableId" } },
    { .operation = "ec2.get-transit-gateway-route-table-propagations",
      .items = "TransitGatewayRouteTablePropagations[]",
      .take = tgw_propagation,
      .inherit = { "TransitGatewayRouteTableId" } },
    /* The two answers of all route tables in one file, each beside the table it is of. */
    { .operation = "ec2.search-transit-gateway-routes",
      .items = "TransitGatewayStaticRoutes[].Routes[]",
      .take = tgw_route,
      .inherit = { "TransitGatewayStaticRoutes[].TransitGatewayRouteTableId" } },
    { .operation = "ec2.get-transit-gateway-route-table-propagations",
      .items = "TransitGatewayPropagations[].TransitGatewayRouteTablePropagations[]",
      .take = tgw_propagation,
      .inherit = { "TransitGatewayPropagations[].TransitGatewayRouteTableId" } },
    { .operation = NULL },
};
