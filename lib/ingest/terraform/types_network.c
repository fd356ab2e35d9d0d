/* Terraform's network and compute resources in the words of the EC2, ELB and container APIs. */
#include "ingest/terraform/terraform.h"

static bool is_true(const cg_tree *t)
{
    return t && t->type == CG_TREE_BOOL && t->boolean;
}

static void put_texts(tf_document *d, const tf_resource *r, cg_tree *map, const char *path, const char *leaf, const cg_tree *list)
{
    cg_tree *out = tf_list(d, r);
    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count; i++) {
        const cg_str text = cg_tree_string(list->list.items[i]);
        cg_tree *one = text.length ? tf_map(d, r) : NULL;
        tf_put_text(d, one, leaf, text);
        tf_push(d, out, one);
    }
    if (out && out->list.count)
        tf_put(d, map, path, out);
}

/* ---- security groups ---- */

/* Protocol "-1" is all of them; ports mean nothing then, and the API leaves them out. */
static void put_ports(tf_document *d, const cg_tree *rule, cg_tree *out)
{
    const cg_tree *protocol = cg_tree_get(rule, "protocol");
    cg_str name;

    if (!protocol || protocol->type == CG_TREE_NULL)
        protocol = cg_tree_get(rule, "ip_protocol");
    name = cg_tree_string(protocol);
    if (cg_str_eq(name, CG_STR("all")))
        name = CG_STR("-1");
    tf_put_text(d, out, "IpProtocol", name);
    if (cg_str_eq(name, CG_STR("-1")))
        return;
    tf_put(d, out, "FromPort", cg_tree_get(rule, "from_port"));
    tf_put(d, out, "ToPort", cg_tree_get(rule, "to_port"));
}

static void put_groups(tf_document *d, const tf_resource *r, const cg_tree *rule, cg_str self, cg_tree *out)
{
    const cg_tree *groups = cg_tree_get(rule, "security_groups");
    cg_tree *pairs = tf_list(d, r);

    for (uint32_t i = 0; groups && groups->type == CG_TREE_LIST && i < groups->list.count; i++) {
        cg_tree *pair = tf_map(d, r);
        tf_put_text(d, pair, "GroupId", cg_tree_string(groups->list.items[i]));
        tf_push(d, pairs, pair);
    }
    if (is_true(cg_tree_get(rule, "self"))) {
        cg_tree *pair = tf_map(d, r);
        tf_put_text(d, pair, "GroupId", self);
        tf_push(d, pairs, pair);
    }
    if (pairs && pairs->list.count)
        tf_put(d, out, "UserIdGroupPairs", pairs);
}

static cg_tree *permission(tf_document *d, const tf_resource *r, const cg_tree *rule, cg_str self)
{
    cg_tree *out = tf_map(d, r);

    if (!out || rule->type != CG_TREE_MAP)
        return NULL;
    put_ports(d, rule, out);
    put_texts(d, r, out, "IpRanges", "CidrIp", cg_tree_get(rule, "cidr_blocks"));
    put_texts(d, r, out, "Ipv6Ranges", "CidrIpv6", cg_tree_get(rule, "ipv6_cidr_blocks"));
    put_texts(d, r, out, "PrefixListIds", "PrefixListId", cg_tree_get(rule, "prefix_list_ids"));
    put_groups(d, r, rule, self, out);
    return out;
}

static void put_permissions(tf_document *d, const tf_resource *r, cg_tree *item, const char *from, const char *to)
{
    const cg_tree *rules = tf_value(d, r, from);
    cg_tree *list = tf_list(d, r);

    for (uint32_t i = 0; rules && rules->type == CG_TREE_LIST && i < rules->list.count; i++)
        tf_push(d, list, permission(d, r, rules->list.items[i], aws_str(item, "GroupId")));
    if (list && list->list.count)
        tf_put(d, item, to, list);
}

static void group_rules(tf_document *d, const tf_resource *r, cg_tree *item)
{
    put_permissions(d, r, item, "ingress", "IpPermissions");
    put_permissions(d, r, item, "egress", "IpPermissionsEgress");
}

/* A rule that stands alone is a group with that rule only: definitions of one group merge. */
static void lone_rule(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_str source = tf_text(d, r, "source_security_group_id"), group = aws_str(item, "GroupId");
    cg_tree *list = tf_list(d, r), *one = permission(d, r, r->values, group);

    if (!one)
        return;
    if (source.data) {
        cg_tree *pairs = tf_list(d, r), *pair = tf_map(d, r);
        tf_put_text(d, pair, "GroupId", source);
        tf_push(d, pairs, pair);
        tf_put(d, one, "UserIdGroupPairs", pairs);
    }
    tf_push(d, list, one);
    tf_put(d, item, cg_str_eq(tf_text(d, r, "type"), CG_STR("egress")) ? "IpPermissionsEgress" : "IpPermissions", list);
}

static void single_rule(tf_document *d, const tf_resource *r, cg_tree *item)
{
    static const struct {
        const char *from, *list, *leaf;
    } sources[] = {
        { "cidr_ipv4", "IpRanges", "CidrIp" },
        { "cidr_ipv6", "Ipv6Ranges", "CidrIpv6" },
        { "prefix_list_id", "PrefixListIds", "PrefixListId" },
        { "referenced_security_group_id", "UserIdGroupPairs", "GroupId" },
    };
    cg_tree *list = tf_list(d, r), *one = tf_map(d, r);

    if (!one || !list)
        return;
    put_ports(d, r->values, one);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        const cg_str text = tf_text(d, r, sources[i].from);
        cg_tree *values = text.data ? tf_list(d, r) : NULL, *value = values ? tf_map(d, r) : NULL;
        tf_put_text(d, value, sources[i].leaf, text);
        tf_push(d, values, value);
        tf_put(d, one, sources[i].list, values);
    }
    tf_push(d, list, one);
    tf_put(d, item, cg_str_eq(r->type, CG_STR("aws_vpc_security_group_egress_rule")) ? "IpPermissionsEgress" : "IpPermissions", list);
}

static const tf_field group[] = { { "GroupId", "id", TF_VALUE, NULL },
                                  { "GroupName", "name", TF_VALUE, NULL },
                                  { "Description", "description", TF_VALUE, NULL },
                                  { "VpcId", "vpc_id", TF_REF, NULL },
                                  { "OwnerId", "owner_id", TF_VALUE, NULL },
                                  { "SecurityGroupArn", "arn", TF_VALUE, NULL },
                                  { "Tags", "tags", TF_TAGS, NULL },
                                  { 0 } };
static const tf_field group_of_rule[] = { { "GroupId", "security_group_id", TF_REF, NULL }, { 0 } };

/* ---- machines ---- */

static void instance_profile(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_str name = tf_text(d, r, "iam_instance_profile");
    const cg_str state = tf_text(d, r, "instance_state");
    const cg_tree *user_data = tf_value(d, r, "user_data");

    tf_put_text(d, item, "State.Name", state);
    if (user_data && user_data->type == CG_TREE_STRING && user_data->string.length)
        tf_put(d, item, "UserData", user_data);
    if (!name.data)
        return;
    for (const tf_resource *p = tf_first(d, "aws_iam_instance_profile"); p; p = tf_next(d, p))
        if (cg_str_eq(tf_identity(d, p, "name"), name)) {
            tf_put_text(d, item, "IamInstanceProfile.Arn", tf_iam_arn(d, p));
            return;
        }
    if (d->aws.account.data)
        tf_put_text(d, item, "IamInstanceProfile.Arn",
                    aws_format(&d->aws, "arn:%.*s:iam::%.*s:instance-profile/%.*s", CG_FMT(d->aws.partition), CG_FMT(d->aws.account),
                               CG_FMT(name)));
}

static const tf_field metadata[] = { { "HttpTokens", "http_tokens", TF_VALUE, NULL },
                                     { "HttpEndpoint", "http_endpoint", TF_VALUE, NULL },
                                     { "HttpPutResponseHopLimit", "http_put_response_hop_limit", TF_VALUE, NULL },
                                     { 0 } };
static const tf_field instance[] = { { "InstanceId", "id", TF_VALUE, NULL },
                                     { "InstanceArn", "arn", TF_VALUE, NULL },
                                     { "ImageId", "ami", TF_REF, NULL },
                                     { "InstanceType", "instance_type", TF_VALUE, NULL },
                                     { "KeyName", "key_name", TF_REF, NULL },
                                     { "Placement.AvailabilityZone", "availability_zone", TF_VALUE, NULL },
                                     { "SubnetId", "subnet_id", TF_REF, NULL },
                                     { "PrivateIpAddress", "private_ip", TF_VALUE, NULL },
                                     { "PublicIpAddress", "public_ip", TF_VALUE, NULL },
                                     { "PublicDnsName", "public_dns", TF_VALUE, NULL },
                                     { "PrivateDnsName", "private_dns", TF_VALUE, NULL },
                                     { "SecurityGroups.GroupId", "vpc_security_group_ids", TF_WRAP, NULL },
                                     { "MetadataOptions", "metadata_options", TF_BLOCK, metadata },
                                     { "Tags", "tags", TF_TAGS, NULL },
                                     { 0 } };
static const tf_field template_profile[] = { { "Arn", "arn", TF_VALUE, NULL }, { "Name", "name", TF_VALUE, NULL }, { 0 } };
static const tf_field template[] = { { "LaunchTemplateId", "id", TF_VALUE, NULL },
                                     { "LaunchTemplateName", "name", TF_VALUE, NULL },
                                     { "LatestVersionNumber", "latest_version", TF_VALUE, NULL },
                                     { "DefaultVersionNumber", "default_version", TF_VALUE, NULL },
                                     { "LaunchTemplateData.ImageId", "image_id", TF_REF, NULL },
                                     { "LaunchTemplateData.InstanceType", "instance_type", TF_VALUE, NULL },
                                     { "LaunchTemplateData.KeyName", "key_name", TF_REF, NULL },
                                     { "LaunchTemplateData.IamInstanceProfile", "iam_instance_profile", TF_BLOCK, template_profile },
                                     { "LaunchTemplateData.SecurityGroupIds", "vpc_security_group_ids", TF_REF, NULL },
                                     { "Tags", "tags", TF_TAGS, NULL },
                                     { 0 } };
static const tf_field volume[] = { { "VolumeId", "id", TF_VALUE, NULL },
                                   { "Size", "size", TF_VALUE, NULL },
                                   { "VolumeType", "type", TF_VALUE, NULL },
                                   { "AvailabilityZone", "availability_zone", TF_VALUE, NULL },
                                   { "Encrypted", "encrypted", TF_VALUE, NULL },
                                   { "SnapshotId", "snapshot_id", TF_REF, NULL },
                                   { "KmsKeyId", "kms_key_id", TF_REF, NULL },
                                   { "Tags", "tags", TF_TAGS, NULL },
                                   { 0 } };
static const tf_field snapshot[] = { { "SnapshotId", "id", TF_VALUE, NULL },
                                     { "VolumeId", "volume_id", TF_REF, NULL },
                                     { "OwnerId", "owner_id", TF_VALUE, NULL },
                                     { "Encrypted", "encrypted", TF_VALUE, NULL },
                                     { "VolumeSize", "volume_size", TF_VALUE, NULL },
                                     { "Description", "description", TF_VALUE, NULL },
                                     { "Tags", "tags", TF_TAGS, NULL },
                                     { 0 } };
static const tf_field key_pair[] = { { "KeyName", "key_name", TF_VALUE, NULL },
                                     { "KeyPairId", "key_pair_id", TF_VALUE, NULL },
                                     { "KeyFingerprint", "fingerprint", TF_VALUE, NULL },
                                     { "KeyType", "key_type", TF_VALUE, NULL },
                                     { "Tags", "tags", TF_TAGS, NULL },
                                     { 0 } };

/* ---- networks ---- */

static const tf_field vpc[] = { { "VpcId", "id", TF_VALUE, NULL },         { "CidrBlock", "cidr_block", TF_VALUE, NULL },
                                { "OwnerId", "owner_id", TF_VALUE, NULL }, { "InstanceTenancy", "instance_tenancy", TF_VALUE, NULL },
                                { "Tags", "tags", TF_TAGS, NULL },         { 0 } };
static void vpc_blocks(tf_document *d, const tf_resource *r, cg_tree *item)
{
    cg_tree *list = tf_list(d, r), *block = tf_map(d, r);
    tf_put_text(d, block, "CidrBlock", tf_text(d, r, "cidr_block"));
    tf_put_text(d, block, "CidrBlockState.State", CG_STR("associated"));
    tf_push(d, list, block);
    if (block && aws_get(block, "CidrBlock"))
        tf_put(d, item, "CidrBlockAssociationSet", list);
}
static const tf_field subnet[] = { { "SubnetId", "id", TF_VALUE, NULL },
                                   { "SubnetArn", "arn", TF_VALUE, NULL },
                                   { "VpcId", "vpc_id", TF_REF, NULL },
                                   { "CidrBlock", "cidr_block", TF_VALUE, NULL },
                                   { "AvailabilityZone", "availability_zone", TF_VALUE, NULL },
                                   { "MapPublicIpOnLaunch", "map_public_ip_on_launch", TF_VALUE, NULL },
                                   { "OwnerId", "owner_id", TF_VALUE, NULL },
                                   { "Tags", "tags", TF_TAGS, NULL },
                                   { 0 } };
static const tf_field gateway[] = {
    { "InternetGatewayId", "id", TF_VALUE, NULL }, { "OwnerId", "owner_id", TF_VALUE, NULL }, { "Tags", "tags", TF_TAGS, NULL }, { 0 }
};
/* The API lists attachments; Terraform knows one. */
static void attachment(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_str vpc_id = tf_text(d, r, "vpc_id");
    cg_tree *list = tf_list(d, r), *one = tf_map(d, r);

    if (!vpc_id.data)
        return;
    tf_put_text(d, one, "VpcId", vpc_id);
    tf_put_text(d, one, "State", CG_STR("available"));
    tf_push(d, list, one);
    tf_put(d, item, "Attachments", list);
}
static const tf_field egress_gateway[] = { { "EgressOnlyInternetGatewayId", "id", TF_VALUE, NULL },
                                           { "Tags", "tags", TF_TAGS, NULL },
                                           { 0 } };
static const tf_field nat[] = { { "NatGatewayId", "id", TF_VALUE, NULL },
                                { "SubnetId", "subnet_id", TF_REF, NULL },
                                { "ConnectivityType", "connectivity_type", TF_VALUE, NULL },
                                { "Tags", "tags", TF_TAGS, NULL },
                                { 0 } };

static const tf_field route_fields[] = { { "DestinationCidrBlock", "cidr_block", TF_VALUE, NULL },
                                         { "DestinationCidrBlock", "destination_cidr_block", TF_VALUE, NULL },
                                         { "DestinationIpv6CidrBlock", "ipv6_cidr_block", TF_VALUE, NULL },
                                         { "DestinationIpv6CidrBlock", "destination_ipv6_cidr_block", TF_VALUE, NULL },
                                         { "DestinationPrefixListId", "destination_prefix_list_id", TF_REF, NULL },
                                         { "GatewayId", "gateway_id", TF_REF, NULL },
                                         { "NatGatewayId", "nat_gateway_id", TF_REF, NULL },
                                         { "NetworkInterfaceId", "network_interface_id", TF_REF, NULL },
                                         { "TransitGatewayId", "transit_gateway_id", TF_REF, NULL },
                                         { "VpcPeeringConnectionId", "vpc_peering_connection_id", TF_REF, NULL },
                                         { "EgressOnlyInternetGatewayId", "egress_only_gateway_id", TF_REF, NULL },
                                         { "GatewayId", "vpc_endpoint_id", TF_REF, NULL },
                                         { 0 } };
static const tf_field route_table[] = { { "RouteTableId", "id", TF_VALUE, NULL },  { "VpcId", "vpc_id", TF_REF, NULL },
                                        { "OwnerId", "owner_id", TF_VALUE, NULL }, { "Routes", "route", TF_BLOCKS, route_fields },
                                        { "Tags", "tags", TF_TAGS, NULL },         { 0 } };
static const tf_field table_of[] = { { "RouteTableId", "route_table_id", TF_REF, NULL }, { "VpcId", "vpc_id", TF_REF, NULL }, { 0 } };

static void mark_active(tf_document *d, const cg_tree *routes)
{
    for (uint32_t i = 0; routes && routes->type == CG_TREE_LIST && i < routes->list.count; i++)
        tf_put_text(d, routes->list.items[i], "State", CG_STR("active"));
}

/* A table routes its own network without saying so. */
static void local_route(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_str vpc_id = aws_str(item, "VpcId");

    mark_active(d, aws_get(item, "Routes"));
    for (const tf_resource *v = tf_first(d, "aws_vpc"); v; v = tf_next(d, v)) {
        const cg_str block = tf_text(d, v, "cidr_block");
        if (!vpc_id.data || !block.data || !cg_str_eq(tf_identity(d, v, "id"), vpc_id))
            continue;
        cg_tree *route = tf_map(d, r), *routes = (cg_tree *)aws_get(item, "Routes");
        tf_put_text(d, route, "DestinationCidrBlock", block);
        tf_put_text(d, route, "GatewayId", CG_STR("local"));
        tf_put_text(d, route, "State", CG_STR("active"));
        if (!routes) {
            routes = tf_list(d, r);
            tf_put(d, item, "Routes", routes);
        }
        tf_push(d, routes, route);
        return;
    }
}

static void lone_route(tf_document *d, const tf_resource *r, cg_tree *item)
{
    cg_tree *list = tf_list(d, r), *one = tf_map(d, r);
    if (!one)
        return;
    for (const tf_field *f = route_fields; f->to; f++)
        tf_put_text(d, one, f->to, tf_text(d, r, f->from));
    tf_push(d, list, one);
    mark_active(d, list);
    tf_put(d, item, "Routes", list);
}

static void association(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const bool main_table = cg_str_eq(r->type, CG_STR("aws_main_route_table_association"));
    cg_tree *list = tf_list(d, r), *one = tf_map(d, r), *flag = tf_map(d, r);

    if (!one || !flag)
        return;
    *flag = (cg_tree){ .type = CG_TREE_BOOL, .pos = one->pos, .boolean = main_table };
    tf_put_text(d, one, "RouteTableAssociationId", tf_identity(d, r, "id"));
    tf_put_text(d, one, "RouteTableId", aws_str(item, "RouteTableId"));
    tf_put_text(d, one, "SubnetId", tf_text(d, r, "subnet_id"));
    tf_put_text(d, one, "GatewayId", tf_text(d, r, "gateway_id"));
    tf_put(d, one, "Main", flag);
    tf_put_text(d, one, "AssociationState.State", CG_STR("associated"));
    tf_push(d, list, one);
    tf_put(d, item, "Associations", list);
}

/* ---- network ACLs ---- */

static void acl_entries(tf_document *d, const tf_resource *r, cg_tree *list, const char *from, bool egress)
{
    const cg_tree *rules = tf_value(d, r, from);

    for (uint32_t i = 0; rules && rules->type == CG_TREE_LIST && i < rules->list.count; i++) {
        const cg_tree *rule = rules->list.items[i];
        cg_tree *e = tf_map(d, r), *flag = tf_map(d, r);
        if (!e || !flag)
            return;
        *flag = (cg_tree){ .type = CG_TREE_BOOL, .pos = e->pos, .boolean = egress };
        tf_put(d, e, "Egress", flag);
        tf_put(d, e, "RuleNumber", cg_tree_get(rule, "rule_no"));
        tf_put(d, e, "Protocol", cg_tree_get(rule, "protocol"));
        tf_put_text(d, e, "RuleAction", cg_tree_string(cg_tree_get(rule, "action")));
        tf_put_text(d, e, "CidrBlock", cg_tree_string(cg_tree_get(rule, "cidr_block")));
        tf_put_text(d, e, "Ipv6CidrBlock", cg_tree_string(cg_tree_get(rule, "ipv6_cidr_block")));
        if (!cg_str_eq(cg_tree_string(cg_tree_get(rule, "protocol")), CG_STR("-1"))) {
            tf_put(d, e, "PortRange.From", cg_tree_get(rule, "from_port"));
            tf_put(d, e, "PortRange.To", cg_tree_get(rule, "to_port"));
        }
        tf_push(d, list, e);
    }
}

static void acl(tf_document *d, const tf_resource *r, cg_tree *item)
{
    cg_str subnets[256];
    cg_tree *list = tf_list(d, r), *associations = tf_list(d, r);

    if (!list)
        return;
    acl_entries(d, r, list, "ingress", false);
    acl_entries(d, r, list, "egress", true);
    tf_put(d, item, "Entries", list);
    const uint32_t n = tf_texts(d, r, "subnet_ids", subnets, 256);
    for (uint32_t i = 0; i < n; i++) {
        cg_tree *one = tf_map(d, r);
        tf_put_text(d, one, "NetworkAclId", aws_str(item, "NetworkAclId"));
        tf_put_text(d, one, "SubnetId", subnets[i]);
        tf_push(d, associations, one);
    }
    if (n)
        tf_put(d, item, "Associations", associations);
}

static const tf_field acl_fields[] = { { "NetworkAclId", "id", TF_VALUE, NULL },
                                       { "VpcId", "vpc_id", TF_REF, NULL },
                                       { "OwnerId", "owner_id", TF_VALUE, NULL },
                                       { "Tags", "tags", TF_TAGS, NULL },
                                       { 0 } };
static const tf_field interface[] = { { "NetworkInterfaceId", "id", TF_VALUE, NULL },
                                      { "SubnetId", "subnet_id", TF_REF, NULL },
                                      { "PrivateIpAddress", "private_ip", TF_VALUE, NULL },
                                      { "OwnerId", "owner_id", TF_VALUE, NULL },
                                      { "Groups.GroupId", "security_groups", TF_WRAP, NULL },
                                      { "Tags", "tags", TF_TAGS, NULL },
                                      { 0 } };
static const tf_field address[] = { { "AllocationId", "id", TF_VALUE, NULL },
                                    { "PublicIp", "public_ip", TF_VALUE, NULL },
                                    { "PrivateIpAddress", "private_ip", TF_VALUE, NULL },
                                    { "InstanceId", "instance", TF_REF, NULL },
                                    { "NetworkInterfaceId", "network_interface", TF_REF, NULL },
                                    { "Domain", "domain", TF_VALUE, NULL },
                                    { "Tags", "tags", TF_TAGS, NULL },
                                    { 0 } };
static const tf_field peering[] = { { "VpcPeeringConnectionId", "id", TF_VALUE, NULL },
                                    { "RequesterVpcInfo.VpcId", "vpc_id", TF_REF, NULL },
                                    { "AccepterVpcInfo.VpcId", "peer_vpc_id", TF_REF, NULL },
                                    { "AccepterVpcInfo.OwnerId", "peer_owner_id", TF_VALUE, NULL },
                                    { "AccepterVpcInfo.Region", "peer_region", TF_VALUE, NULL },
                                    { "Status.Code", "accept_status", TF_VALUE, NULL },
                                    { "Tags", "tags", TF_TAGS, NULL },
                                    { 0 } };
static const tf_field endpoint[] = { { "VpcEndpointId", "id", TF_VALUE, NULL },
                                     { "VpcEndpointType", "vpc_endpoint_type", TF_VALUE, NULL },
                                     { "VpcId", "vpc_id", TF_REF, NULL },
                                     { "ServiceName", "service_name", TF_VALUE, NULL },
                                     { "State", "state", TF_VALUE, NULL },
                                     { "PolicyDocument", "policy", TF_VALUE, NULL },
                                     { "RouteTableIds", "route_table_ids", TF_REF, NULL },
                                     { "SubnetIds", "subnet_ids", TF_REF, NULL },
                                     { "Groups.GroupId", "security_group_ids", TF_WRAP, NULL },
                                     { "Tags", "tags", TF_TAGS, NULL },
                                     { 0 } };

/* ---- load balancers ---- */

static void scheme(tf_document *d, const tf_resource *r, cg_tree *item)
{
    tf_put_text(d, item, "Scheme", is_true(tf_value(d, r, "internal")) ? CG_STR("internal") : CG_STR("internet-facing"));
}
static const tf_field balancer[] = { { "LoadBalancerArn", "arn", TF_VALUE, NULL },
                                     { "LoadBalancerName", "name", TF_VALUE, NULL },
                                     { "DNSName", "dns_name", TF_VALUE, NULL },
                                     { "Type", "load_balancer_type", TF_VALUE, NULL },
                                     { "VpcId", "vpc_id", TF_REF, NULL },
                                     { "SecurityGroups", "security_groups", TF_REF, NULL },
                                     { "AvailabilityZones.SubnetId", "subnets", TF_WRAP, NULL },
                                     { 0 } };
static const tf_field action[] = { { "Type", "type", TF_VALUE, NULL }, { "TargetGroupArn", "target_group_arn", TF_VALUE, NULL }, { 0 } };
static const tf_field listener[] = { { "ListenerArn", "arn", TF_VALUE, NULL },
                                     { "LoadBalancerArn", "load_balancer_arn", TF_REF, NULL },
                                     { "Port", "port", TF_VALUE, NULL },
                                     { "Protocol", "protocol", TF_VALUE, NULL },
                                     { "SslPolicy", "ssl_policy", TF_VALUE, NULL },
                                     { "DefaultActions", "default_action", TF_BLOCKS, action },
                                     { 0 } };
static const tf_field targets[] = { { "TargetGroupArn", "arn", TF_VALUE, NULL },
                                    { "TargetGroupName", "name", TF_VALUE, NULL },
                                    { "Port", "port", TF_VALUE, NULL },
                                    { "Protocol", "protocol", TF_VALUE, NULL },
                                    { "VpcId", "vpc_id", TF_REF, NULL },
                                    { "TargetType", "target_type", TF_VALUE, NULL },
                                    { 0 } };
static const tf_field target[] = { { "TargetGroupArn", "target_group_arn", TF_REF, NULL },
                                   { "Target.Id", "target_id", TF_REF, NULL },
                                   { "Target.Port", "port", TF_VALUE, NULL },
                                   { 0 } };
static const tf_field classic_listener[] = { { "Listener.Protocol", "lb_protocol", TF_VALUE, NULL },
                                             { "Listener.LoadBalancerPort", "lb_port", TF_VALUE, NULL },
                                             { "Listener.InstanceProtocol", "instance_protocol", TF_VALUE, NULL },
                                             { "Listener.InstancePort", "instance_port", TF_VALUE, NULL },
                                             { 0 } };
static const tf_field classic[] = { { "LoadBalancerName", "name", TF_VALUE, NULL },
                                    { "DNSName", "dns_name", TF_VALUE, NULL },
                                    { "ListenerDescriptions", "listener", TF_BLOCKS, classic_listener },
                                    { "SecurityGroups", "security_groups", TF_REF, NULL },
                                    { "Subnets", "subnets", TF_REF, NULL },
                                    { "Instances.InstanceId", "instances", TF_WRAP, NULL },
                                    { 0 } };

const tf_type tf_types_network[] = {
    { "aws_security_group", "ec2.describe-security-groups", group, "GroupId", NULL, group_rules },
    { "aws_default_security_group", "ec2.describe-security-groups", group, "GroupId", NULL, group_rules },
    { "aws_security_group_rule", "ec2.describe-security-groups", group_of_rule, NULL, NULL, lone_rule },
    { "aws_vpc_security_group_ingress_rule", "ec2.describe-security-groups", group_of_rule, NULL, NULL, single_rule },
    { "aws_vpc_security_group_egress_rule", "ec2.describe-security-groups", group_of_rule, NULL, NULL, single_rule },
    { "aws_instance", "ec2.describe-instances Reservations[].Instances[]", instance, "InstanceId", NULL, instance_profile },
    { "aws_launch_template", "ec2.describe-launch-templates", template, "LaunchTemplateId", NULL, NULL },
    { "aws_ebs_volume", "ec2.describe-volumes", volume, "VolumeId", NULL, NULL },
    { "aws_ebs_snapshot", "ec2.describe-snapshots", snapshot, "SnapshotId", NULL, NULL },
    { "aws_key_pair", "ec2.describe-key-pairs", key_pair, "KeyName", NULL, NULL },
    { "aws_vpc", "ec2.describe-vpcs", vpc, "VpcId", NULL, vpc_blocks },
    { "aws_default_vpc", "ec2.describe-vpcs", vpc, "VpcId", NULL, vpc_blocks },
    { "aws_subnet", "ec2.describe-subnets", subnet, "SubnetId", NULL, NULL },
    { "aws_default_subnet", "ec2.describe-subnets", subnet, "SubnetId", NULL, NULL },
    { "aws_internet_gateway", "ec2.describe-internet-gateways", gateway, "InternetGatewayId", NULL, attachment },
    { "aws_egress_only_internet_gateway", "ec2.describe-egress-only-internet-gateways", egress_gateway, "EgressOnlyInternetGatewayId", NULL,
      attachment },
    { "aws_nat_gateway", "ec2.describe-nat-gateways", nat, "NatGatewayId", NULL, NULL },
    { "aws_route_table", "ec2.describe-route-tables", route_table, "RouteTableId", NULL, local_route },
    { "aws_default_route_table", "ec2.describe-route-tables", route_table, "RouteTableId", NULL, local_route },
    { "aws_route", "ec2.describe-route-tables", table_of, NULL, NULL, lone_route },
    { "aws_route_table_association", "ec2.describe-route-tables", table_of, NULL, NULL, association },
    { "aws_main_route_table_association", "ec2.describe-route-tables", table_of, NULL, NULL, association },
    { "aws_network_acl", "ec2.describe-network-acls", acl_fields, "NetworkAclId", NULL, acl },
    { "aws_default_network_acl", "ec2.describe-network-acls", acl_fields, "NetworkAclId", NULL, acl },
    { "aws_network_interface", "ec2.describe-network-interfaces", interface, "NetworkInterfaceId", NULL, NULL },
    { "aws_eip", "ec2.describe-addresses", address, "AllocationId", NULL, NULL },
    { "aws_vpc_peering_connection", "ec2.describe-vpc-peering-connections", peering, "VpcPeeringConnectionId", NULL, NULL },
    { "aws_vpc_endpoint", "ec2.describe-vpc-endpoints", endpoint, "VpcEndpointId", NULL, NULL },
    { "aws_lb", "elbv2.describe-load-balancers", balancer, "LoadBalancerArn", NULL, scheme },
    { "aws_alb", "elbv2.describe-load-balancers", balancer, "LoadBalancerArn", NULL, scheme },
    { "aws_lb_listener", "elbv2.describe-listeners", listener, "ListenerArn", NULL, NULL },
    { "aws_lb_target_group", "elbv2.describe-target-groups", targets, "TargetGroupArn", NULL, NULL },
    { "aws_lb_target_group_attachment", "elbv2.describe-target-health", target, NULL, NULL, NULL },
    { "aws_elb", "elb.describe-load-balancers", classic, "LoadBalancerName|DNSName", NULL, scheme },
    { 0 },
};
