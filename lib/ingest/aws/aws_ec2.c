/* Machines and what stands before them: instances, interfaces, addresses, security groups, key pairs. */
#include "ingest/aws/aws_part.h"

/* ---- security groups ---- */

static const char *const in_labels[] = { "AWSIpPermissionInbound", "IpPermissionInbound", "AWSIpRule", "IpRule", NULL };
static const char *const out_labels[] = { "AWSIpRule", "IpRule", "AWSIpPermissionEgress", "IpPermissionEgress", NULL };
static const char *const range_labels[] = { "AWSIpRange", "IpRange", NULL };

typedef struct sg_rule {
    cg_str group, id;
    bool egress;
} sg_rule;

static cg_str number_text(const cg_tree *value)
{
    return value ? cg_tree_raw(value) : CG_STR("None");
}

/* The rule's node. Rules of one direction with the same protocol and ports are one, as in Cartography; their peers add up. */
static int32_t rule_node(aws_ctx *c, const cg_tree *at, sg_rule *r, cspm_error **err)
{
    const cg_tree *given = aws_get(at, "IpProtocol"), *from = aws_get(at, "FromPort"), *to = aws_get(at, "ToPort");
    cg_str protocol = given && given->type == CG_TREE_STRING ? given->string
                      : given && given->type == CG_TREE_INT  ? given->raw
                                                             : CG_STR_NULL;

    r->id = CG_STR_NULL;
    if (!protocol.length)
        return aws_skip(c, at, "bad-item", err, "a rule of %.*s has no IpProtocol", CG_FMT(r->group));
    if (cg_str_eq_nocase(protocol, CG_STR("all")))
        protocol = CG_STR("-1");
    /* All protocols: ports mean nothing, and some answers fill them in. */
    const bool ports = !cg_str_eq(protocol, CG_STR("-1"));
    from = ports && from && from->type == CG_TREE_INT ? from : NULL;
    to = ports && to && to->type == CG_TREE_INT ? to : NULL;
    const cg_str from_text = number_text(from), to_text = number_text(to);
    r->id = aws_format(c, "%.*s/%s/%.*s%.*s%.*s", CG_FMT(r->group), r->egress ? "IpPermissionsEgress" : "IpPermissions", CG_FMT(from_text),
                       CG_FMT(to_text), CG_FMT(protocol));
    if (!r->id.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    int32_t rc = aws_node(c, at, r->id, r->egress ? out_labels : in_labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", r->id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "ruleid", r->id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "groupid", r->group, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "region", c->item_region, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "protocol", protocol, err);
    if (rc == CSPM_OK && from)
        rc = aws_prop_tree(c, "fromport", from, AWS_AS_IS, err);
    if (rc == CSPM_OK && to)
        rc = aws_prop_tree(c, "toport", to, AWS_AS_IS, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, true, err);
    if (rc == CSPM_OK)
        rc = aws_tie(c, at, r->id, "MEMBER_OF_EC2_SECURITY_GROUP", r->group, "AWSEC2SecurityGroup", err);
    return rc;
}

static int32_t range(aws_ctx *c, const cg_tree *at, const sg_rule *r, cg_str cidr, cspm_error **err)
{
    if (!cidr.length)
        return CSPM_OK;
    int32_t rc = aws_node(c, at, cidr, range_labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", cidr, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "range", cidr, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc == CSPM_OK ? aws_tie(c, at, cidr, "MEMBER_OF_IP_RULE", r->id, NULL, err) : rc;
}

static int32_t peer_group(aws_ctx *c, const cg_tree *at, const sg_rule *r, cg_str group, cspm_error **err)
{
    if (!group.length)
        return CSPM_OK;
    int32_t rc = aws_edge_from(c, at, group, "AWSEC2SecurityGroup", "MEMBER_OF_IP_RULE", r->id, err);
    return rc == CSPM_OK ? aws_tie(c, at, r->group, "ALLOWS_TRAFFIC_FROM", group, "AWSEC2SecurityGroup", err) : rc;
}

static int32_t peer_list(aws_ctx *c, const cg_tree *at, const sg_rule *r, cg_str list, cspm_error **err)
{
    return list.length ? aws_edge_from(c, at, list, "AWSPrefixList", "MEMBER_OF_IP_RULE", r->id, err) : CSPM_OK;
}

typedef int32_t (*peer_fn)(aws_ctx *c, const cg_tree *at, const sg_rule *r, cg_str peer, cspm_error **err);

static const struct rule_peers {
    const char *list, *member;
    peer_fn add;
} rule_peers[] = {
    { "IpRanges", "CidrIp", range },
    { "Ipv6Ranges", "CidrIpv6", range },
    { "UserIdGroupPairs", "GroupId", peer_group },
    { "PrefixListIds", "PrefixListId", peer_list },
};

static int32_t permission(aws_ctx *c, const cg_tree *at, sg_rule *r, cspm_error **err)
{
    int32_t rc = rule_node(c, at, r, err);

    for (size_t i = 0; r->id.length && i < sizeof rule_peers / sizeof rule_peers[0]; i++) {
        const cg_tree *peers = aws_list(at, rule_peers[i].list);
        for (uint32_t k = 0; peers && k < peers->list.count && rc == CSPM_OK; k++)
            rc = rule_peers[i].add(c, peers->list.items[k], r, aws_str(peers->list.items[k], rule_peers[i].member), err);
    }
    return rc;
}

static int32_t group_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    sg_rule r = { .group = c->id };
    int32_t rc = CSPM_OK;

    for (uint32_t side = 0; side < 2; side++) {
        const cg_tree *list = aws_list(item, side ? "IpPermissionsEgress" : "IpPermissions");
        r.egress = side > 0;
        for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++)
            rc = permission(c, list->list.items[i], &r, err);
    }
    return rc;
}

static const aws_field group_fields[] = {
    { "id", "GroupId", AWS_AS_IS },
    { "groupid", "GroupId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("security-group", "GroupId"), AWS_AS_IS },
    { "name", "GroupName", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_link group_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", true, "VpcId", NULL, "AWSVpc" },
    { 0 },
};
static const aws_shape group_shape = {
    .labels = { "AWSEC2SecurityGroup", "EC2SecurityGroup" },
    .id = "{GroupId}",
    .aliases = { AWS_EC2_ARN("security-group", "GroupId") },
    .fields = group_fields,
    .links = group_links,
    .tags = "Tags",
    .more = group_more,
};

/* describe-security-group-rules: one item for each peer. */
static int32_t single_rule(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *egress = aws_get(item, "IsEgress");
    sg_rule r = { .group = aws_str(item, "GroupId"), .egress = egress && egress->type == CG_TREE_BOOL && egress->boolean };

    if (!r.group.length)
        return aws_skip(c, item, "bad-item", err, "a rule has no GroupId");
    const cg_str owner = aws_str(item, "GroupOwnerId");
    if (owner.length == 12)
        c->item_account = owner;
    int32_t rc = rule_node(c, item, &r, err);
    if (rc != CSPM_OK || !r.id.length)
        return rc;
    if ((rc = range(c, item, &r, aws_str(item, "CidrIpv4"), err)) == CSPM_OK &&
        (rc = range(c, item, &r, aws_str(item, "CidrIpv6"), err)) == CSPM_OK &&
        (rc = peer_group(c, item, &r, aws_str(item, "ReferencedGroupInfo.GroupId"), err)) == CSPM_OK)
        rc = peer_list(c, item, &r, aws_str(item, "PrefixListId"), err);
    return rc;
}

/* ---- interfaces and addresses ---- */

static const aws_field private_ip_fields[] = {
    { "private_ip_address", "PrivateIpAddress", AWS_AS_IS },
    { "primary", "Primary", AWS_AS_IS },
    { "public_ip", "Association.PublicIp", AWS_AS_IS },
    { "ip_owner_id", "Association.IpOwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_part private_ip_part = {
    { "AWSEC2PrivateIp", "EC2PrivateIp" },
    ":{PrivateIpAddress}",
    "network_interface_id",
    private_ip_fields,
    "PRIVATE_IP_ADDRESS",
    false,
    false,
};
static const aws_field ipv6_fields[] = {
    { "id", "Ipv6Address", AWS_AS_IS },
    { "ipv6_address", "Ipv6Address", AWS_AS_IS },
    { "primary", "IsPrimaryIpv6", AWS_AS_IS },
    { 0 },
};
static const aws_part ipv6_part = {
    { "AWSEC2Ipv6Address", "EC2Ipv6Address" }, ":{Ipv6Address}", "network_interface_id", ipv6_fields, "IPV6_ADDRESS", false, false,
};

static const aws_field interface_fields[] = {
    { "id", "NetworkInterfaceId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("network-interface", "NetworkInterfaceId"), AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "mac_address", "MacAddress", AWS_AS_IS },
    { "private_dns_name", "PrivateDnsName", AWS_AS_IS },
    { "private_ip_address", "PrivateIpAddress", AWS_AS_IS },
    { "public_ip", "Association.PublicIp", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "interface_type", "InterfaceType", AWS_AS_IS },
    { "requester_id", "RequesterId", AWS_AS_IS },
    { "requester_managed", "RequesterManaged", AWS_AS_IS },
    { "source_dest_check", "SourceDestCheck", AWS_AS_IS },
    { "subnetid", "SubnetId", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "instance_id", "Attachment.InstanceId", AWS_AS_IS },
    { "attach_time", "Attachment.AttachTime", AWS_TIME },
    { "device_index", "Attachment.DeviceIndex", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { 0 },
};
static const aws_link interface_links[] = {
    { "PART_OF_SUBNET", false, "SubnetId", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "Groups[].GroupId", NULL, "AWSEC2SecurityGroup" },
    { "NETWORK_INTERFACE", true, "Attachment.InstanceId", NULL, "AWSEC2Instance" },
    { 0 },
};

/* The interfaces of load balancers say in their description whose they are: "ELB app/NAME/HASH", or "ELB NAME" of a classic one. */
static int32_t balancer_of(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    cg_str name = aws_str(item, "Description");
    const cg_str interface = c->id;

    if (!cg_str_starts(name, CG_STR("ELB ")))
        return CSPM_OK;
    name = (cg_str){ name.data + 4, name.length - 4 };
    const bool v2 = cg_str_starts(name, CG_STR("app/")) || cg_str_starts(name, CG_STR("net/")) || cg_str_starts(name, CG_STR("gwy/"));
    const cg_str place = aws_text(c, item, "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/");
    if (!place.length || !name.length)
        return CSPM_OK;
    const cg_str arn = aws_format(c, "%.*s%.*s", CG_FMT(place), CG_FMT(name));
    if (!arn.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    return aws_edge_from(c, item, arn, v2 ? "AWSLoadBalancerV2" : "AWSLoadBalancer", "NETWORK_INTERFACE", interface, err);
}

static int32_t interface_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id;
    int32_t rc;

    if (aws_list(item, "PrivateIpAddresses"))
        rc = aws_parts_add(c, &private_ip_part, item, "PrivateIpAddresses", id, err);
    else
        rc = aws_str(item, "PrivateIpAddress").length ? aws_part_add(c, &private_ip_part, item, id, NULL, err) : CSPM_OK;
    if (rc == CSPM_OK)
        rc = aws_parts_add(c, &ipv6_part, item, "Ipv6Addresses", id, err);
    c->id = id;
    return rc == CSPM_OK ? balancer_of(c, item, err) : rc;
}

static const aws_shape interface_shape = {
    .labels = { "AWSNetworkInterface", "NetworkInterface" },
    .id = "{NetworkInterfaceId}",
    .aliases = { AWS_EC2_ARN("network-interface", "NetworkInterfaceId") },
    .fields = interface_fields,
    .links = interface_links,
    .tags = "TagSet",
    .more = interface_more,
};

/* What an instance says of its interfaces: their own answer counts for more. */
static const aws_shape told_interface_shape = {
    .labels = { "AWSNetworkInterface", "NetworkInterface" },
    .id = "{NetworkInterfaceId}",
    .aliases = { AWS_EC2_ARN("network-interface", "NetworkInterfaceId") },
    .fields = interface_fields,
    .links = interface_links,
    .weak = true,
    .more = interface_more,
};

static const aws_field address_fields[] = {
    { "id", "PublicIp", AWS_AS_IS },
    { "public_ip", "PublicIp", AWS_AS_IS },
    { "instance_id", "InstanceId", AWS_AS_IS },
    { "allocation_id", "AllocationId", AWS_AS_IS },
    { "association_id", "AssociationId", AWS_AS_IS },
    { "domain", "Domain", AWS_AS_IS },
    { "network_interface_id", "NetworkInterfaceId", AWS_AS_IS },
    { "network_interface_owner_id", "NetworkInterfaceOwnerId", AWS_AS_IS },
    { "private_ip_address", "PrivateIpAddress", AWS_AS_IS },
    { "public_ipv4_pool", "PublicIpv4Pool", AWS_AS_IS },
    { "network_border_group", "NetworkBorderGroup", AWS_AS_IS },
    { "customer_owned_ip", "CustomerOwnedIp", AWS_AS_IS },
    { "customer_owned_ipv4_pool", "CustomerOwnedIpv4Pool", AWS_AS_IS },
    { "carrier_ip", "CarrierIp", AWS_AS_IS },
    { 0 },
};
static const aws_link address_links[] = {
    { "ELASTIC_IP_ADDRESS", true, "InstanceId", NULL, "AWSEC2Instance" },
    { "ELASTIC_IP_ADDRESS", true, "NetworkInterfaceId", NULL, "AWSNetworkInterface" },
    { 0 },
};
static const aws_shape address_shape = {
    .labels = { "AWSElasticIPAddress", "ElasticIPAddress" },
    .id = "{AllocationId|PublicIp}",
    .aliases = { AWS_EC2_ARN("elastic-ip", "AllocationId") },
    .fields = address_fields,
    .links = address_links,
    .tags = "Tags",
};

/* ---- key pairs ---- */

static const aws_field key_fields[] = {
    { "id", AWS_EC2_ARN("key-pair", "KeyName"), AWS_AS_IS },
    { "arn", AWS_EC2_ARN("key-pair", "KeyName"), AWS_AS_IS },
    { "name", "KeyName", AWS_AS_IS },
    { "keyname", "KeyName", AWS_AS_IS },
    { "keypairid", "KeyPairId", AWS_AS_IS },
    { "keyfingerprint", "KeyFingerprint", AWS_AS_IS },
    { "keytype", "KeyType", AWS_AS_IS },
    { 0 },
};
static const aws_shape key_shape = {
    .labels = { "AWSEC2KeyPair", "EC2KeyPair", "KeyPair" },
    .id = "{KeyPairId}",
    .aliases = { AWS_EC2_ARN("key-pair", "KeyName"), AWS_EC2_ARN("key-pair", "KeyPairId") },
    .fields = key_fields,
    .tags = "Tags",
};
static const aws_shape old_key_shape = {
    .labels = { "AWSEC2KeyPair", "EC2KeyPair", "KeyPair" }, .id = AWS_EC2_ARN("key-pair", "KeyName"), .fields = key_fields, .tags = "Tags"
};

static int32_t key_pair(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_apply(c, aws_str(item, "KeyPairId").length ? &key_shape : &old_key_shape, item, err);
}

/* ---- instances ---- */

static const aws_field reservation_fields[] = {
    { "id", "ReservationId", AWS_AS_IS },
    { "reservationid", "ReservationId", AWS_AS_IS },
    { "ownerid", "OwnerId", AWS_AS_IS },
    { "requesterid", "RequesterId", AWS_AS_IS },
    { 0 },
};
static const aws_shape reservation_shape = { .labels = { "AWSEC2Reservation", "EC2Reservation" },
                                             .id = "{ReservationId}",
                                             .fields = reservation_fields };

static const aws_field instance_fields[] = {
    { "id", "InstanceId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("instance", "InstanceId"), AWS_AS_IS },
    { "instanceid", "InstanceId", AWS_AS_IS },
    { "publicdnsname", "PublicDnsName", AWS_AS_IS },
    { "privatednsname", "PrivateDnsName", AWS_AS_IS },
    { "privateipaddress", "PrivateIpAddress", AWS_AS_IS },
    { "publicipaddress", "PublicIpAddress", AWS_AS_IS },
    { "imageid", "ImageId", AWS_AS_IS },
    { "instancetype", "InstanceType", AWS_AS_IS },
    { "monitoringstate", "Monitoring.State", AWS_AS_IS },
    { "state", "State.Name", AWS_AS_IS },
    { "launchtime", "LaunchTime", AWS_TIME },
    { "iaminstanceprofile", "IamInstanceProfile.Arn", AWS_AS_IS },
    { "availabilityzone", "Placement.AvailabilityZone", AWS_AS_IS },
    { "tenancy", "Placement.Tenancy", AWS_AS_IS },
    { "hostresourcegrouparn", "Placement.HostResourceGroupArn", AWS_AS_IS },
    { "platform", "Platform", AWS_AS_IS },
    { "platformdetails", "PlatformDetails", AWS_AS_IS },
    { "architecture", "Architecture", AWS_AS_IS },
    { "ebsoptimized", "EbsOptimized", AWS_AS_IS },
    { "bootmode", "BootMode", AWS_AS_IS },
    { "instancelifecycle", "InstanceLifecycle", AWS_AS_IS },
    { "hibernationoptions", "HibernationOptions.Configured", AWS_AS_IS },
    { "metadatahttptokens", "MetadataOptions.HttpTokens", AWS_AS_IS },
    { "metadatahttpputresponsehoplimit", "MetadataOptions.HttpPutResponseHopLimit", AWS_AS_IS },
    { "metadatahttpendpoint", "MetadataOptions.HttpEndpoint", AWS_AS_IS },
    { "metadatahttpprotocolipv6", "MetadataOptions.HttpProtocolIpv6", AWS_AS_IS },
    { "metadatainstancetags", "MetadataOptions.InstanceMetadataTags", AWS_AS_IS },
    { "keyname", "KeyName", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { 0 },
};
static const aws_link instance_links[] = {
    { "INSTANCE_PROFILE", false, "IamInstanceProfile.Arn", NULL, "AWSInstanceProfile" },
    { "MEMBER_OF_EC2_RESERVATION", false, "ReservationId", NULL, "AWSEC2Reservation" },
    { "PART_OF_SUBNET", false, "SubnetId", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroups[].GroupId", NULL, "AWSEC2SecurityGroup" },
    { "SSH_LOGIN_TO", true, "KeyName", AWS_EC2_ARN("key-pair", "KeyName"), "AWSEC2KeyPair" },
    { 0 },
};
static const char *const instance_labels[] = { "AWSEC2Instance", "EC2Instance", NULL };

/* Value of the first tag that is called, or starts, so. */
static cg_str tag_value(const cg_tree *item, const char *key)
{
    const cg_tree *tags = aws_list(item, "Tags");

    for (uint32_t i = 0; tags && i < tags->list.count; i++)
        if (cg_str_eq(aws_str(tags->list.items[i], "Key"), cg_str_from(key)))
            return aws_str(tags->list.items[i], "Value");
    return CG_STR_NULL;
}

static cg_str cluster_name(const cg_tree *item)
{
    const cg_tree *tags = aws_list(item, "Tags");
    const cg_str prefix = CG_STR("kubernetes.io/cluster/"), name = tag_value(item, "eks:cluster-name");

    for (uint32_t i = 0; !name.length && tags && i < tags->list.count; i++) {
        const cg_str key = aws_str(tags->list.items[i], "Key");
        if (cg_str_starts(key, prefix) && cg_str_eq(aws_str(tags->list.items[i], "Value"), CG_STR("owned")))
            return (cg_str){ key.data + prefix.length, key.length - prefix.length };
    }
    return name;
}

/* The address of the first interface, its primary one when it says so. */
static cg_str ipv6_of(const cg_tree *item)
{
    const cg_tree *interfaces = aws_list(item, "NetworkInterfaces");

    for (uint32_t i = 0; interfaces && i < interfaces->list.count; i++) {
        const cg_tree *index = aws_get(interfaces->list.items[i], "Attachment.DeviceIndex");
        const cg_tree *list = aws_list(interfaces->list.items[i], "Ipv6Addresses");
        if (!index || index->type != CG_TREE_INT || index->integer != 0)
            continue;
        for (uint32_t k = 0; list && k < list->list.count; k++) {
            const cg_tree *primary = aws_get(list->list.items[k], "IsPrimaryIpv6");
            if (primary && primary->type == CG_TREE_BOOL && primary->boolean)
                return aws_str(list->list.items[k], "Ipv6Address");
        }
        return list && list->list.count > 0 ? aws_str(list->list.items[0], "Ipv6Address") : CG_STR_NULL;
    }
    return CG_STR_NULL;
}

static int32_t instance_props(aws_ctx *c, const cg_tree *item, cg_str cluster, cspm_error **err)
{
    const cg_str tokens = aws_str(item, "MetadataOptions.HttpTokens");
    int32_t rc = aws_prop_text(c, "name", tag_value(item, "Name"), err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "ipv6address", ipv6_of(item), err);
    if (rc == CSPM_OK && cluster.length)
        rc = aws_prop_text(c, "eks_cluster_name", cluster, err);
    if (rc != CSPM_OK || !tokens.length)
        return rc;
    const bool required = cg_str_eq(tokens, CG_STR("required"));
    rc = aws_prop_text(c, "imdsaccessmode", required ? CG_STR("v2_only") : CG_STR("v1_or_v2"), err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "imdsv1enabled", cg_v_bool(!required), err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "imdsv2required", cg_v_bool(required), err);
    return rc;
}

/* What the instance says of its volumes; their own answer says the rest. */
static const aws_field mapping_fields[] = {
    { "id", "Ebs.VolumeId", AWS_AS_IS },
    { "volumeid", "Ebs.VolumeId", AWS_AS_IS },
    { "arn", AWS_EC2_ARN("volume", "Ebs.VolumeId"), AWS_AS_IS },
    { "deleteontermination", "Ebs.DeleteOnTermination", AWS_AS_IS },
    { 0 },
};
static const aws_shape mapping_shape = { .labels = { "AWSEBSVolume", "EBSVolume" }, .id = "{Ebs.VolumeId}", .fields = mapping_fields };

static int32_t mappings(aws_ctx *c, const cg_tree *item, cg_str instance, cspm_error **err)
{
    const cg_tree *list = aws_list(item, "BlockDeviceMappings");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++) {
        cg_str volume = CG_STR_NULL;
        if (!aws_str(list->list.items[i], "Ebs.VolumeId").length)
            continue;
        rc = aws_apply_inside(c, &mapping_shape, list->list.items[i], &volume, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, list->list.items[i], volume, "ATTACHED_TO", instance, NULL, err);
    }
    return rc;
}

static int32_t instance_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *interfaces = aws_list(item, "NetworkInterfaces");
    const cg_str id = c->id, cluster = cluster_name(item);
    int32_t rc = aws_node(c, item, id, instance_labels, err);

    if (rc == CSPM_OK)
        rc = instance_props(c, item, cluster, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = mappings(c, item, id, err);
    if (rc == CSPM_OK && cluster.length) {
        const cg_str place = aws_text(c, item, "arn:{partition}:eks:{region}:{account}:cluster/");
        if (place.length)
            rc = aws_tie(c, item, id, "MEMBER_OF_EKS_CLUSTER", aws_format(c, "%.*s%.*s", CG_FMT(place), CG_FMT(cluster)), "AWSEKSCluster",
                         err);
    }
    for (uint32_t i = 0; interfaces && i < interfaces->list.count && rc == CSPM_OK; i++) {
        cg_str interface;
        rc = aws_apply_inside(c, &told_interface_shape, interfaces->list.items[i], &interface, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, interfaces->list.items[i], id, "NETWORK_INTERFACE", interface, NULL, err);
    }
    return rc;
}

static const aws_shape instance_shape = {
    .labels = { "AWSEC2Instance", "EC2Instance" },
    .id = "{InstanceId}",
    .aliases = { AWS_EC2_ARN("instance", "InstanceId") },
    .fields = instance_fields,
    .links = instance_links,
    .tags = "Tags",
    .more = instance_more,
};

/* describe-instance-attribute: whether there is user data, and whether it looks as if a secret were in it. */
static int32_t instance_user_data(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = aws_str(item, "InstanceId");

    if (!id.length)
        return aws_skip(c, item, "bad-item", err, "an attribute names no InstanceId");
    int32_t rc = aws_node(c, item, id, instance_labels, err);
    if (rc == CSPM_OK)
        rc = aws_user_data(c, aws_get(item, "UserData.Value"), err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static int32_t profile_association(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str state = aws_str(item, "State");

    if (state.length && !cg_str_starts(state, CG_STR("associat")))
        return CSPM_OK;
    return aws_tie_both(c, item, aws_str(item, "InstanceId"), "AWSEC2Instance", "INSTANCE_PROFILE", aws_str(item, "IamInstanceProfile.Arn"),
                        "AWSInstanceProfile", NULL, 0, err);
}

const aws_answer aws_answers_ec2[] = {
    { .operation = "ec2.describe-instances",
      .items = "Reservations[].Instances[]",
      .shape = &instance_shape,
      .inherit = { "Reservations[].OwnerId", "Reservations[].ReservationId" } },
    { .operation = "ec2.describe-instances", .items = "Reservations[]", .shape = &reservation_shape },
    { .operation = "ec2.describe-instance-attribute", .items = "", .sign = "UserData", .take = instance_user_data },
    { .operation = "ec2.describe-iam-instance-profile-associations",
      .items = "IamInstanceProfileAssociations[]",
      .take = profile_association },
    { .operation = "ec2.describe-security-groups", .items = "SecurityGroups[]", .sign = "GroupId", .shape = &group_shape },
    { .operation = "ec2.describe-security-group-rules", .items = "SecurityGroupRules[]", .take = single_rule },
    { .operation = "ec2.describe-network-interfaces", .items = "NetworkInterfaces[]", .shape = &interface_shape },
    { .operation = "ec2.describe-addresses", .items = "Addresses[]", .shape = &address_shape },
    { .operation = "ec2.describe-key-pairs", .items = "KeyPairs[]", .take = key_pair },
    { .operation = "ec2.describe-availability-zones", .items = "AvailabilityZones", .take = aws_unused },
    { .operation = "ec2.describe-regions", .items = "Regions", .take = aws_unused },
    { .operation = "ec2.describe-instance-types", .items = "InstanceTypes", .take = aws_unused },
    { .operation = "ec2.describe-instance-status", .items = "InstanceStatuses", .take = aws_unused },
    { .operation = "ec2.describe-hosts", .items = "Hosts", .take = aws_unused },
    { .operation = NULL },
};
