/* Machines, networks, load balancers, functions and containers of AWS: what their answers become. */
#include "ingest_test.h"

#define ME "\"sts.get-caller-identity\":{\"Account\":\"111122223333\",\"Arn\":\"arn:aws:iam::111122223333:user/me\",\"UserId\":\"AIDA\"}"

static uint32_t count_edges(const loaded *l, const char *from, const char *kind, const char *to)
{
    const uint32_t name = cg_name_find(l->graph, CG_NAMES_KIND, cg_str_from(kind));
    const cg_node a = cg_node_find(l->graph, from, strlen(from)), b = cg_node_find(l->graph, to, strlen(to));
    cg_rel_iter it;
    cg_edge e;
    uint32_t n = 0;

    if (name == CG_NO_NAME || a == CG_NO_NODE || b == CG_NO_NODE)
        return 0;
    for (cg_rel_iter_init(&it, l->graph); cg_rel_iter_next(&it, &e);)
        n += e.from == a && e.to == b && e.kind == name;
    return n;
}

static void expect_edge(const loaded *l, const char *from, const char *kind, const char *to)
{
    const uint32_t n = count_edges(l, from, kind, to);

    if (n != 1) {
        char *dump = test_dump(l->graph, true);
        ck_abort_msg("%u of (%s)-[%s]->(%s) in:\n%s", n, from, kind, to, dump);
    }
}

static void expect_prop(const loaded *l, const char *id, const char *key, const char *json)
{
    char *value = test_prop(l, id, key);

    ck_assert_msg(strcmp(value, json) == 0, "%s.%s is %s, not %s", id, key, value, json);
    free(value);
}

/* A property of the only relationship of a kind. */
static void expect_edge_prop(const loaded *l, const char *from, const char *kind, const char *to, const char *key, int64_t number)
{
    const uint32_t kind_id = cg_name_find(l->graph, CG_NAMES_KIND, cg_str_from(kind));
    const uint32_t key_id = cg_name_find(l->graph, CG_NAMES_KEY, cg_str_from(key));
    const cg_node a = cg_node_find(l->graph, from, strlen(from)), b = cg_node_find(l->graph, to, strlen(to));
    cg_arena arena;
    cg_value v = cg_v_null();
    cspm_error *err = NULL;
    cg_rel_iter it;
    cg_edge e;

    cg_arena_init(&arena, l->mem);
    for (cg_rel_iter_init(&it, l->graph); cg_rel_iter_next(&it, &e);)
        if (e.from == a && e.to == b && e.kind == kind_id)
            ck_assert_int_eq(cg_rel_prop(l->graph, e.rel, key_id, &arena, &v, &err), CSPM_OK);
    ck_assert_msg(v.type == CG_INT && v.integer == number, "%s of (%s)-[%s]->(%s)", key, from, kind, to);
    cg_arena_free(&arena);
}

static bool has_node(const loaded *l, const char *id)
{
    return cg_node_find(l->graph, id, strlen(id)) != CG_NO_NODE;
}

/* Whatever the text is of, it must be nowhere in the graph nor in what was said of it. */
static void expect_nowhere(const loaded *l, const char *text)
{
    char *dump = test_dump(l->graph, true);

    ck_assert_msg(strstr(dump, text) == NULL, "\"%s\" is in:\n%s", text, dump);
    free(dump);
}

/* ---- security groups ---- */

#define GROUP                                                                                                                              \
    "{\"GroupId\":\"sg-1\",\"GroupName\":\"web\",\"VpcId\":\"vpc-1\",\"OwnerId\":\"111122223333\",\"IpPermissions\":["                     \
    "{\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"IpRanges\":[{\"CidrIp\":\"0.0.0.0/0\"}],"                                   \
    "\"Ipv6Ranges\":[{\"CidrIpv6\":\"::/0\"}],\"PrefixListIds\":[{\"PrefixListId\":\"pl-1\"}],"                                            \
    "\"UserIdGroupPairs\":[{\"GroupId\":\"sg-2\",\"UserId\":\"111122223333\"}]}],"                                                         \
    "\"IpPermissionsEgress\":[{\"IpProtocol\":\"-1\",\"IpRanges\":[{\"CidrIp\":\"10.0.0.0/8\"}]}]}"

START_TEST(rules_keep_everybody_they_let_in)
{
    loaded l = test_text("{" ME ",\"ec2.describe-security-groups\":{\"SecurityGroups\":[" GROUP "]}}");

    ASSERT_LOADED(l);
    expect_edge(&l, "sg-1/IpPermissions/443443tcp", "MEMBER_OF_EC2_SECURITY_GROUP", "sg-1");
    expect_edge(&l, "0.0.0.0/0", "MEMBER_OF_IP_RULE", "sg-1/IpPermissions/443443tcp");
    expect_edge(&l, "::/0", "MEMBER_OF_IP_RULE", "sg-1/IpPermissions/443443tcp");
    expect_edge(&l, "pl-1", "MEMBER_OF_IP_RULE", "sg-1/IpPermissions/443443tcp");
    expect_edge(&l, "sg-2", "MEMBER_OF_IP_RULE", "sg-1/IpPermissions/443443tcp");
    expect_edge(&l, "sg-1", "ALLOWS_TRAFFIC_FROM", "sg-2");
    expect_edge(&l, "10.0.0.0/8", "MEMBER_OF_IP_RULE", "sg-1/IpPermissionsEgress/NoneNone-1");
    expect_prop(&l, "sg-1/IpPermissions/443443tcp", "fromport", "443");
    expect_prop(&l, "sg-1/IpPermissionsEgress/NoneNone-1", "fromport", "null");
    expect_prop(&l, "sg-2", "partial", "true");
    expect_edge(&l, "111122223333", "RESOURCE", "sg-1");
    test_drop(&l);
}
END_TEST

/* The two commands spell the same rules: one graph, whichever was asked, or both. */
START_TEST(single_rules_are_the_rules_of_the_group)
{
    static const char rules[] =
        "\"ec2.describe-security-group-rules\":{\"SecurityGroupRules\":["
        "{\"SecurityGroupRuleId\":\"sgr-1\",\"GroupId\":\"sg-1\",\"GroupOwnerId\":\"111122223333\",\"IsEgress\":false,"
        "\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"CidrIpv4\":\"0.0.0.0/0\"},"
        "{\"SecurityGroupRuleId\":\"sgr-2\",\"GroupId\":\"sg-1\",\"GroupOwnerId\":\"111122223333\",\"IsEgress\":true,"
        "\"IpProtocol\":\"-1\",\"FromPort\":-1,\"ToPort\":-1,\"CidrIpv4\":\"10.0.0.0/8\"}]}";
    char text[4096];
    loaded one, both;

    snprintf(text, sizeof text, "{" ME ",\"ec2.describe-security-groups\":{\"SecurityGroups\":[" GROUP "]}}");
    one = test_text(text);
    snprintf(text, sizeof text, "{" ME ",\"ec2.describe-security-groups\":{\"SecurityGroups\":[" GROUP "]},%s}", rules);
    both = test_text(text);
    ASSERT_LOADED(one);
    ASSERT_LOADED(both);
    char *a = test_dump(one.graph, true), *b = test_dump(both.graph, true);
    ck_assert_str_eq(a, b);
    free(a);
    free(b);
    test_drop(&one);
    test_drop(&both);
}
END_TEST

START_TEST(malformed_rules_are_named_and_leave_the_rest)
{
    loaded l = test_text("{" ME ",\"ec2.describe-security-groups\":{\"SecurityGroups\":[{\"GroupName\":\"no id\"},{\"GroupId\":\"sg-9\","
                         "\"IpPermissions\":[{\"FromPort\":1},{\"IpProtocol\":\"udp\",\"FromPort\":\"x\",\"IpRanges\":[{},{\"CidrIp\":5},"
                         "{\"CidrIp\":\"192.0.2.0/24\"}],\"UserIdGroupPairs\":\"none\"}],\"IpPermissionsEgress\":{}}]}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 2);
    expect_prop(&l, "sg-9/IpPermissions/NoneNoneudp", "fromport", "null");
    expect_edge(&l, "192.0.2.0/24", "MEMBER_OF_IP_RULE", "sg-9/IpPermissions/NoneNoneudp");
    test_drop(&l);
}
END_TEST

/* ---- instances ---- */

#define INSTANCE                                                                                                                           \
    "{\"InstanceId\":\"i-1\",\"State\":{\"Name\":\"running\"},\"SubnetId\":\"subnet-1\",\"VpcId\":\"vpc-1\",\"KeyName\":\"k\","            \
    "\"Placement\":{\"AvailabilityZone\":\"eu-west-1a\"},\"MetadataOptions\":{\"HttpTokens\":\"optional\",\"HttpEndpoint\":\"enabled\"},"  \
    "\"IamInstanceProfile\":{\"Arn\":\"arn:aws:iam::111122223333:instance-profile/p\"},\"SecurityGroups\":[{\"GroupId\":\"sg-1\"}],"       \
    "\"BlockDeviceMappings\":[{\"DeviceName\":\"/dev/xvda\",\"Ebs\":{\"VolumeId\":\"vol-1\",\"DeleteOnTermination\":true}}],"              \
    "\"NetworkInterfaces\":[{\"NetworkInterfaceId\":\"eni-1\",\"Status\":\"in-use\",\"PrivateIpAddress\":\"10.0.0.5\",\"Groups\":"         \
    "[{\"GroupId\":\"sg-1\"}],\"SubnetId\":\"subnet-1\",\"PrivateIpAddresses\":[{\"PrivateIpAddress\":\"10.0.0.5\",\"Primary\":true,"      \
    "\"Association\":{\"PublicIp\":\"203.0.113.7\"}}],\"Ipv6Addresses\":[{\"Ipv6Address\":\"2001:db8::5\"}],"                              \
    "\"Attachment\":{\"DeviceIndex\":0}}],\"Tags\":[{\"Key\":\"Name\",\"Value\":\"web\"}]}"
#define RESERVATION(x) "{\"Reservations\":[{\"ReservationId\":\"r-1\",\"OwnerId\":\"111122223333\",\"Instances\":[" x "]}]}"

START_TEST(instances_know_role_network_and_metadata_service)
{
    loaded l = test_text(RESERVATION(INSTANCE));

    ASSERT_LOADED(l);
    expect_edge(&l, "i-1", "INSTANCE_PROFILE", "arn:aws:iam::111122223333:instance-profile/p");
    expect_edge(&l, "i-1", "NETWORK_INTERFACE", "eni-1");
    expect_edge(&l, "eni-1", "PRIVATE_IP_ADDRESS", "eni-1:10.0.0.5");
    expect_edge(&l, "eni-1", "IPV6_ADDRESS", "eni-1:2001:db8::5");
    expect_edge(&l, "eni-1", "PART_OF_SUBNET", "subnet-1");
    expect_edge(&l, "vol-1", "ATTACHED_TO", "i-1");
    expect_edge(&l, "i-1", "MEMBER_OF_EC2_RESERVATION", "r-1");
    expect_edge(&l, "arn:aws:ec2:eu-west-1:111122223333:key-pair/k", "SSH_LOGIN_TO", "i-1");
    expect_edge(&l, "111122223333", "RESOURCE", "i-1");
    expect_prop(&l, "i-1", "metadatahttptokens", "\"optional\"");
    expect_prop(&l, "i-1", "imdsv1enabled", "true");
    expect_prop(&l, "i-1", "name", "\"web\"");
    expect_prop(&l, "i-1", "ipv6address", "\"2001:db8::5\"");
    expect_prop(&l, "i-1", "region", "\"eu-west-1\"");
    expect_prop(&l, "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "id", "\"i-1\"");
    expect_prop(&l, "eni-1:10.0.0.5", "public_ip", "\"203.0.113.7\"");
    test_drop(&l);
}
END_TEST

/* The interface's own answer counts for more than what the instance said of it. */
START_TEST(interfaces_speak_for_themselves)
{
    loaded l = test_text("{" ME ",\"ec2.describe-instances\":" RESERVATION(
        INSTANCE) ",\"ec2.describe-network-interfaces\":{\"NetworkInterfaces\":[{\"NetworkInterfaceId\":\"eni-1\",\"Status\":\"available\","
                  "\"Description\":\"ELB app/lb/50dc6c495c0c9188\",\"AvailabilityZone\":\"eu-west-1a\"}]}}");

    ASSERT_LOADED(l);
    expect_prop(&l, "eni-1", "status", "\"available\"");
    ck_assert_uint_eq(test_count_diags(&l, "property-conflict"), 0);
    expect_edge(&l, "i-1", "NETWORK_INTERFACE", "eni-1");
    expect_edge(&l, "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/lb/50dc6c495c0c9188", "NETWORK_INTERFACE",
                "eni-1");
    test_drop(&l);
}
END_TEST

START_TEST(the_same_instance_twice_keeps_one_and_says_so)
{
    loaded l = test_text(
        RESERVATION("{\"InstanceId\":\"i-1\",\"InstanceType\":\"t3.large\"},{\"InstanceId\":\"i-1\",\"InstanceType\":\"t3.nano\"}"));

    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "property-conflict"), 1);
    expect_prop(&l, "i-1", "instancetype", "\"t3.large\"");
    test_drop(&l);
}
END_TEST

/* The id of a key says whose it is; the key itself is nowhere. */
START_TEST(access_keys_in_user_data_are_known_by_id)
{
    loaded l = test_text("{" ME ",\"ec2.describe-instance-attribute\":{\"InstanceId\":\"i-1\",\"UserData\":{\"Value\":"
                         "\"YT1BS0lBRVhBTVBMRTAwMDAwMDAwMiBBS0lBRVhBTVBMRTAwMDAwMDAwMSBBS0lBRVhBTVBMRTAwMDAwMDAwMgpBS0lBVE9PU0hP"
                         "UlQgQVNJQUVYQU1QTEUwMDAwMDAwMDMKU0VDUkVUX0FDQ0VTU19LRVk9aHVudGVyMmh1bnRlcjIK\"}}}");

    ASSERT_LOADED(l);
    expect_prop(&l, "i-1", "plaintextSecret", "true");
    expect_prop(&l, "i-1", "plaintextAccessKeys", "[\"AKIAEXAMPLE000000001\",\"AKIAEXAMPLE000000002\"]");
    expect_nowhere(&l, "hunter2");
    test_drop(&l);
}
END_TEST

/* Only that there is user data, and whether a secret seems to be in it. */
START_TEST(user_data_is_never_kept)
{
    /* export DB_PASSWORD=hunter2hunter2 */
    loaded l = test_text(
        "{" ME ",\"ec2.describe-instance-attribute\":{\"InstanceId\":\"i-1\",\"UserData\":{\"Value\":"
        "\"ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjJodW50ZXIyCg==\"}},"
        "\"ec2.describe-launch-template-versions\":{\"LaunchTemplateVersions\":[{\"LaunchTemplateId\":\"lt-1\",\"VersionNumber\":3,"
        "\"LaunchTemplateData\":{\"UserData\":\"IyEvYmluL3NoCg==\",\"IamInstanceProfile\":{\"Name\":\"p\"}}},"
        "{\"LaunchTemplateId\":\"lt-1\",\"VersionNumber\":4,\"LaunchTemplateData\":{}}]}}");

    ASSERT_LOADED(l);
    expect_prop(&l, "i-1", "user_data", "true");
    expect_prop(&l, "i-1", "plaintextSecret", "true");
    expect_prop(&l, "lt-1-3", "user_data", "true");
    expect_prop(&l, "lt-1-3", "plaintextSecret", "false");
    expect_prop(&l, "lt-1-4", "user_data", "false");
    expect_edge(&l, "lt-1", "VERSION", "lt-1-3");
    expect_edge(&l, "lt-1-3", "INSTANCE_PROFILE", "arn:aws:iam::111122223333:instance-profile/p");
    expect_nowhere(&l, "hunter2");
    expect_nowhere(&l, "ZXhwb3J0");
    expect_nowhere(&l, "IyEv");
    test_drop(&l);
}
END_TEST

START_TEST(snapshots_and_images_say_who_may_use_them)
{
    loaded l = test_text(
        "{" ME ",\"ec2.describe-snapshots\":{\"Snapshots\":[{\"SnapshotId\":\"snap-1\",\"OwnerId\":\"111122223333\"}]},"
        "\"ec2.describe-snapshot-attribute\":{\"SnapshotId\":\"snap-1\",\"CreateVolumePermissions\":[{\"Group\":\"all\"},"
        "{\"UserId\":\"444455556666\"}]},\"ec2.describe-images\":{\"Images\":[{\"ImageId\":\"ami-1\",\"OwnerId\":\"801119661308\","
        "\"ImageOwnerAlias\":\"amazon\",\"Public\":true}]}}");

    ASSERT_LOADED(l);
    expect_prop(&l, "snap-1", "ispublic", "true");
    expect_edge(&l, "snap-1", "SHARED_WITH", "444455556666");
    expect_prop(&l, "ami-1", "ispublic", "true");
    ck_assert(!has_node(&l, "801119661308"));
    test_drop(&l);
}
END_TEST

/* ---- networks ---- */

START_TEST(routes_lead_where_they_say)
{
    loaded l = test_text(
        "{\"RouteTables\":[{\"RouteTableId\":\"rtb-1\",\"VpcId\":\"vpc-1\",\"OwnerId\":\"111122223333\",\"Associations\":["
        "{\"RouteTableAssociationId\":\"rtbassoc-1\",\"Main\":true},{\"RouteTableAssociationId\":\"rtbassoc-2\",\"Main\":false,"
        "\"SubnetId\":\"subnet-1\"}],\"Routes\":[{\"DestinationCidrBlock\":\"10.0.0.0/16\",\"GatewayId\":\"local\",\"State\":\"active\"},"
        "{\"DestinationCidrBlock\":\"0.0.0.0/0\",\"GatewayId\":\"igw-1\",\"State\":\"active\"},"
        "{\"DestinationIpv6CidrBlock\":\"::/0\",\"EgressOnlyInternetGatewayId\":\"eigw-1\",\"State\":\"active\"},"
        "{\"DestinationCidrBlock\":\"10.9.0.0/16\",\"VpcPeeringConnectionId\":\"pcx-1\",\"State\":\"blackhole\"},"
        "{\"DestinationPrefixListId\":\"pl-1\",\"GatewayId\":\"vpce-1\",\"State\":\"active\"},{\"GatewayId\":\"igw-2\"}]},"
        "{\"RouteTableId\":\"rtb-2\",\"Routes\":\"none\",\"Associations\":[3]}]}");

    ASSERT_LOADED(l);
    expect_prop(&l, "rtb-1", "main", "true");
    expect_prop(&l, "rtb-2", "main", "false");
    expect_edge(&l, "rtb-1", "ROUTE", "rtb-1|10.0.0.0/16");
    expect_prop(&l, "rtb-1|10.0.0.0/16", "target", "\"local\"");
    expect_edge(&l, "rtb-1|0.0.0.0/0", "ROUTES_TO_GATEWAY", "igw-1");
    expect_edge(&l, "rtb-1|0.0.0.0/0", "ROUTES_TO", "igw-1");
    expect_edge(&l, "rtb-1|::/0", "ROUTES_TO", "eigw-1");
    expect_prop(&l, "rtb-1|10.9.0.0/16", "state", "\"blackhole\"");
    expect_edge(&l, "rtb-1|10.9.0.0/16", "ROUTES_TO", "pcx-1");
    expect_edge(&l, "rtb-1|pl-1", "DESTINATION_PREFIX_LIST", "pl-1");
    expect_edge(&l, "rtb-1|pl-1", "ROUTES_TO_VPC_ENDPOINT", "vpce-1");
    expect_edge(&l, "rtb-1", "ASSOCIATION", "rtbassoc-2");
    expect_edge(&l, "rtbassoc-2", "ASSOCIATED_SUBNET", "subnet-1");
    expect_prop(&l, "rtbassoc-1", "main", "true");
    /* A route without a destination, an association that is no object. */
    ck_assert_uint_eq(test_count_diags(&l, "no-id"), 1);
    ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 1);
    test_drop(&l);
}
END_TEST

START_TEST(network_acls_keep_order_and_sides)
{
    loaded l =
        test_text("{\"NetworkAcls\":[{\"NetworkAclId\":\"acl-1\",\"VpcId\":\"vpc-1\",\"IsDefault\":true,\"OwnerId\":\"111122223333\","
                  "\"Associations\":[{\"SubnetId\":\"subnet-1\"},{\"SubnetId\":\"subnet-2\"}],\"Entries\":["
                  "{\"RuleNumber\":100,\"Egress\":false,\"Protocol\":\"6\",\"PortRange\":{\"From\":22,\"To\":23},\"RuleAction\":\"deny\","
                  "\"CidrBlock\":\"0.0.0.0/0\"},{\"RuleNumber\":100,\"Egress\":true,\"Protocol\":\"-1\",\"RuleAction\":\"allow\","
                  "\"Ipv6CidrBlock\":\"::/0\"}]}]}");

    ASSERT_LOADED(l);
    expect_edge(&l, "acl-1", "PART_OF_SUBNET", "subnet-1");
    expect_edge(&l, "acl-1", "PART_OF_SUBNET", "subnet-2");
    expect_edge(&l, "acl-1/inbound/100", "MEMBER_OF_NACL", "acl-1");
    expect_prop(&l, "acl-1/inbound/100", "fromport", "22");
    expect_prop(&l, "acl-1/inbound/100", "toport", "23");
    expect_prop(&l, "acl-1/inbound/100", "ruleaction", "\"deny\"");
    expect_prop(&l, "acl-1/egress/100", "ipv6cidrblock", "\"::/0\"");
    expect_prop(&l, "acl-1/egress/100", "fromport", "null");
    test_drop(&l);
}
END_TEST

START_TEST(peerings_know_both_sides)
{
    loaded l = test_text(
        "{\"VpcPeeringConnections\":[{\"VpcPeeringConnectionId\":\"pcx-1\",\"Status\":{\"Code\":\"active\"},\"RequesterVpcInfo\":"
        "{\"VpcId\":\"vpc-1\",\"OwnerId\":\"111122223333\",\"Region\":\"eu-west-1\",\"CidrBlockSet\":[{\"CidrBlock\":\"10.0.0.0/16\"}]},"
        "\"AccepterVpcInfo\":{\"VpcId\":\"vpc-2\",\"OwnerId\":\"444455556666\",\"Region\":\"eu-west-1\"}}]}");

    ASSERT_LOADED(l);
    expect_edge(&l, "pcx-1", "REQUESTER_VPC", "vpc-1");
    expect_edge(&l, "pcx-1", "ACCEPTER_VPC", "vpc-2");
    expect_edge(&l, "444455556666", "RESOURCE", "vpc-2");
    expect_edge(&l, "vpc-1", "BLOCK_ASSOCIATION", "vpc-1|10.0.0.0/16");
    expect_edge(&l, "pcx-1", "REQUESTER_CIDR", "vpc-1|10.0.0.0/16");
    test_drop(&l);
}
END_TEST

START_TEST(transit_routes_belong_to_the_table_they_are_listed_under)
{
    loaded l =
        test_text("{\"TransitGatewayStaticRoutes\":[{\"TransitGatewayRouteTableId\":\"tgw-rtb-1\",\"Routes\":[{\"DestinationCidrBlock\":"
                  "\"10.0.0.0/8\",\"Type\":\"static\",\"State\":\"active\",\"TransitGatewayAttachments\":[{\"TransitGatewayAttachmentId\":"
                  "\"tgw-attach-1\",\"ResourceType\":\"vpc\",\"ResourceId\":\"vpc-1\"}]}]}]}");

    ASSERT_LOADED(l);
    expect_edge(&l, "tgw-rtb-1|10.0.0.0/8", "ROUTES_TO_TGW_ATTACHMENT", "tgw-attach-1");
    expect_prop(&l, "tgw-rtb-1|10.0.0.0/8", "target", "\"tgw-attach-1\"");
    expect_prop(&l, "tgw-rtb-1", "partial", "true");
    ck_assert_uint_eq(test_count_diags(&l, "dangling-edge"), 0);
    test_drop(&l);
}
END_TEST

/* ---- load balancers ---- */

#define LB "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/lb/1"
#define TG "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/tg/2"
#define LISTENER "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/lb/1/3"

START_TEST(balancers_lead_to_what_answers)
{
    loaded l = test_text(
        "{" ME ",\"elbv2.describe-load-balancers\":{\"LoadBalancers\":[{\"LoadBalancerArn\":\"" LB
        "\",\"LoadBalancerName\":\"lb\",\"DNSName\":"
        "\"Lb-1.eu-west-1.elb.amazonaws.com\",\"Scheme\":\"internet-facing\",\"Type\":\"application\",\"SecurityGroups\":[\"sg-1\"],"
        "\"AvailabilityZones\":[{\"SubnetId\":\"subnet-1\"}]}]},\"elbv2.describe-listeners\":{\"Listeners\":[{\"ListenerArn\":\"" LISTENER
        "\",\"LoadBalancerArn\":\"" LB
        "\",\"Port\":443,\"Protocol\":\"HTTPS\",\"SslPolicy\":\"p\",\"DefaultActions\":[{\"Type\":\"forward\","
        "\"TargetGroupArn\":\"" TG "\",\"ForwardConfig\":{\"TargetGroups\":[{\"TargetGroupArn\":\"" TG "\"}]}}]}]},"
        "\"elbv2.describe-rules\":{\"Rules\":[{\"RuleArn\":\"arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/lb/1/3/"
        "4\","
        "\"Priority\":\"1\",\"Actions\":[{\"Type\":\"authenticate-oidc\",\"AuthenticateOidcConfig\":{\"ClientSecret\":\"hush-hush\"}}]}]},"
        "\"elbv2.describe-target-groups\":{\"TargetGroups\":[{\"TargetGroupArn\":\"" TG "\",\"TargetType\":\"instance\",\"Port\":80,"
        "\"LoadBalancerArns\":[\"" LB "\"]}]},\"elbv2.describe-target-health\":{\"TargetGroupArn\":\"" TG
        "\",\"TargetHealthDescriptions\":["
        "{\"Target\":{\"Id\":\"i-1\",\"Port\":8080},\"TargetHealth\":{\"State\":\"healthy\"}},{\"Target\":{\"Id\":\"10.0.0.9\",\"Port\":80}"
        "}]}}");

    ASSERT_LOADED(l);
    expect_prop(&l, "lb-1.eu-west-1.elb.amazonaws.com", "arn", "\"" LB "\"");
    expect_edge(&l, LB, "ELBV2_LISTENER", LISTENER);
    expect_edge(&l, LISTENER, "FORWARDS_TO", TG);
    expect_edge(&l, LISTENER, "HAS_RULE", "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/lb/1/3/4");
    expect_edge(&l, LB, "ELBV2_TARGET_GROUP", TG);
    expect_edge(&l, TG, "TARGETS", "i-1");
    expect_edge_prop(&l, TG, "TARGETS", "i-1", "port", 8080);
    expect_edge(&l, TG, "TARGETS", TG "|10.0.0.9");
    expect_edge(&l, LB, "SUBNET", "subnet-1");
    expect_nowhere(&l, "hush-hush");
    test_drop(&l);
}
END_TEST

START_TEST(target_health_without_its_group_is_named)
{
    loaded l = test_text("{" ME ",\"elbv2.describe-target-health\":{\"TargetHealthDescriptions\":[{\"Target\":{\"Id\":\"i-1\"}}]}}");

    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "no-target-group"), 1);
    test_drop(&l);
}
END_TEST

/* ---- functions ---- */

#define FUNCTION "arn:aws:lambda:eu-west-1:111122223333:function:f"

START_TEST(functions_keep_names_of_variables_not_values)
{
    loaded l = test_text(
        "{" ME ",\"lambda.list-functions\":{\"Functions\":[{\"FunctionName\":\"f\",\"FunctionArn\":\"" FUNCTION
        "\",\"Role\":\"arn:aws:iam::111122223333:role/r\",\"VpcConfig\":{\"VpcId\":\"vpc-1\",\"SubnetIds\":[\"subnet-1\"],"
        "\"SecurityGroupIds\":[\"sg-1\"]},\"Environment\":{\"Variables\":{\"DB_PASSWORD\":\"correct-horse\",\"STAGE\":\"prod\"}},"
        "\"Layers\":[{\"Arn\":\"arn:aws:lambda:eu-west-1:999988887777:layer:x:1\"}]},{\"FunctionName\":\"g\",\"FunctionArn\":\""
        "arn:aws:lambda:eu-west-1:111122223333:function:g\",\"Environment\":{\"Variables\":{\"SECRET_ARN\":"
        "\"arn:aws:secretsmanager:eu-west-1:111122223333:secret:s\"}}}]},"
        "\"lambda.get-policy\":{\"Policy\":\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":\\\"*\\\","
        "\\\"Action\\\":\\\"lambda:InvokeFunctionUrl\\\",\\\"Resource\\\":\\\"" FUNCTION "\\\",\\\"Condition\\\":{\\\"StringEquals\\\":"
        "{\\\"lambda:FunctionUrlAuthType\\\":\\\"NONE\\\"}}}]}\"},\"lambda.get-function-url-config\":{\"FunctionUrl\":"
        "\"https://x.lambda-url.eu-west-1.on.aws/\",\"FunctionArn\":\"" FUNCTION "\",\"AuthType\":\"NONE\"}}");

    ASSERT_LOADED(l);
    expect_edge(&l, FUNCTION, "STS_ASSUMEROLE_ALLOW", "arn:aws:iam::111122223333:role/r");
    expect_edge(&l, FUNCTION, "PART_OF_SUBNET", "subnet-1");
    expect_edge(&l, FUNCTION, "HAS", "arn:aws:lambda:eu-west-1:999988887777:layer:x:1");
    expect_prop(&l, FUNCTION, "environment_variables", "[\"DB_PASSWORD\",\"STAGE\"]");
    expect_prop(&l, FUNCTION, "secret_variables", "[\"DB_PASSWORD\"]");
    expect_prop(&l, FUNCTION, "plaintextSecret", "true");
    expect_prop(&l, "arn:aws:lambda:eu-west-1:111122223333:function:g", "plaintextSecret", "false");
    expect_prop(&l, FUNCTION, "anonymous_access", "true");
    expect_prop(&l, FUNCTION, "function_url_auth_type", "\"NONE\"");
    expect_edge(&l, FUNCTION, "HAS_FUNCTION_URL", "https://x.lambda-url.eu-west-1.on.aws/");
    ck_assert(!has_node(&l, "999988887777"));
    expect_nowhere(&l, "correct-horse");
    test_drop(&l);
}
END_TEST

/* ---- containers ---- */

#define TASK "arn:aws:ecs:eu-west-1:111122223333:task-definition/t:1"

START_TEST(task_definitions_know_roles_secrets_and_images)
{
    loaded l = test_text(
        "{" ME ",\"ecs.describe-task-definition\":{\"taskDefinition\":{\"taskDefinitionArn\":\"" TASK "\",\"family\":\"t\","
        "\"taskRoleArn\":\"arn:aws:iam::111122223333:role/task\",\"executionRoleArn\":\"plain\",\"containerDefinitions\":[{\"name\":\"c\","
        "\"image\":\"111122223333.dkr.ecr.eu-west-1.amazonaws.com/app\",\"privileged\":true,\"environment\":[{\"name\":\"API_TOKEN\","
        "\"value\":\"abcd1234abcd\"}],\"command\":[\"run\",\"--password=swordfish1\"],\"secrets\":[{\"name\":\"S\",\"valueFrom\":"
        "\"arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf:key::\"}]}]}},"
        "\"ecs.describe-services\":{\"services\":[{\"serviceArn\":\"arn:aws:ecs:eu-west-1:111122223333:service/c/s\",\"serviceName\":\"s\","
        "\"clusterArn\":\"arn:aws:ecs:eu-west-1:111122223333:cluster/c\",\"taskDefinition\":\"" TASK "\",\"networkConfiguration\":"
        "{\"awsvpcConfiguration\":{\"subnets\":[\"subnet-1\"],\"assignPublicIp\":\"ENABLED\"}},\"loadBalancers\":[{\"targetGroupArn\":\"" TG
        "\",\"containerName\":\"c\",\"containerPort\":80}]}]},\"ecs.describe-tasks\":{\"tasks\":[{\"taskArn\":"
        "\"arn:aws:ecs:eu-west-1:111122223333:task/c/1\",\"clusterArn\":\"arn:aws:ecs:eu-west-1:111122223333:cluster/c\","
        "\"group\":\"service:s\"}]}}");

    ASSERT_LOADED(l);
    expect_edge(&l, TASK, "HAS_TASK_ROLE", "arn:aws:iam::111122223333:role/task");
    expect_edge(&l, TASK, "HAS_EXECUTION_ROLE", "arn:aws:iam::111122223333:role/plain");
    expect_edge(&l, TASK, "HAS_CONTAINER_DEFINITION", TASK "-c");
    expect_edge(&l, TASK "-c", "USES_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-AbCdEf");
    expect_edge(&l, TASK "-c", "REFERENCES_IMAGE", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:latest");
    expect_prop(&l, TASK "-c", "privileged", "true");
    expect_prop(&l, TASK "-c", "plaintextSecret", "true");
    expect_edge(&l, "arn:aws:ecs:eu-west-1:111122223333:service/c/s", "HAS_TASK_DEFINITION", TASK);
    expect_edge(&l, TG, "TARGETS", "arn:aws:ecs:eu-west-1:111122223333:service/c/s");
    expect_edge(&l, "arn:aws:ecs:eu-west-1:111122223333:service/c/s", "HAS_TASK", "arn:aws:ecs:eu-west-1:111122223333:task/c/1");
    expect_nowhere(&l, "abcd1234");
    expect_nowhere(&l, "swordfish");
    test_drop(&l);
}
END_TEST

START_TEST(clusters_say_who_may_reach_and_enter_them)
{
    loaded l = test_text(
        "{" ME ",\"eks.describe-cluster\":{\"cluster\":{\"name\":\"k\",\"arn\":\"arn:aws:eks:eu-west-1:111122223333:cluster/k\","
        "\"roleArn\":\"arn:aws:iam::111122223333:role/k\",\"resourcesVpcConfig\":{\"vpcId\":\"vpc-1\",\"subnetIds\":[\"subnet-1\"],"
        "\"endpointPublicAccess\":true,\"publicAccessCidrs\":[\"0.0.0.0/0\"]},\"logging\":{\"clusterLogging\":[{\"types\":[\"audit\"],"
        "\"enabled\":true}]}}},\"eks.describe-access-entry\":{\"accessEntry\":{\"clusterName\":\"k\",\"principalArn\":"
        "\"arn:aws:iam::111122223333:role/dev\",\"accessEntryArn\":\"arn:aws:eks:eu-west-1:111122223333:access-entry/k/role/111122223333/"
        "dev/1\"}},"
        "\"ecr.describe-images\":{\"imageDetails\":[{\"registryId\":\"111122223333\",\"repositoryName\":\"app\",\"imageDigest\":\"sha256:"
        "aa\","
        "\"imageTags\":[\"1\",\"latest\"]}]}}");

    ASSERT_LOADED(l);
    expect_prop(&l, "arn:aws:eks:eu-west-1:111122223333:cluster/k", "endpoint_public_access", "true");
    expect_prop(&l, "arn:aws:eks:eu-west-1:111122223333:cluster/k", "public_access_cidrs", "[\"0.0.0.0/0\"]");
    expect_prop(&l, "arn:aws:eks:eu-west-1:111122223333:cluster/k", "audit_logging", "true");
    expect_edge(&l, "arn:aws:eks:eu-west-1:111122223333:cluster/k", "STS_ASSUMEROLE_ALLOW", "arn:aws:iam::111122223333:role/k");
    expect_edge(&l, "arn:aws:eks:eu-west-1:111122223333:cluster/k", "HAS_ACCESS_ENTRY",
                "arn:aws:eks:eu-west-1:111122223333:access-entry/k/role/111122223333/dev/1");
    ck_assert(has_node(&l, "sha256:aa"));
    test_drop(&l);
}
END_TEST

Suite *aws_compute_suite(void)
{
    Suite *s = suite_create("aws compute");
    TCase *c = tcase_create("answers");

    tcase_add_test(c, rules_keep_everybody_they_let_in);
    tcase_add_test(c, single_rules_are_the_rules_of_the_group);
    tcase_add_test(c, malformed_rules_are_named_and_leave_the_rest);
    tcase_add_test(c, instances_know_role_network_and_metadata_service);
    tcase_add_test(c, interfaces_speak_for_themselves);
    tcase_add_test(c, the_same_instance_twice_keeps_one_and_says_so);
    tcase_add_test(c, user_data_is_never_kept);
    tcase_add_test(c, access_keys_in_user_data_are_known_by_id);
    tcase_add_test(c, snapshots_and_images_say_who_may_use_them);
    tcase_add_test(c, routes_lead_where_they_say);
    tcase_add_test(c, network_acls_keep_order_and_sides);
    tcase_add_test(c, peerings_know_both_sides);
    tcase_add_test(c, transit_routes_belong_to_the_table_they_are_listed_under);
    tcase_add_test(c, balancers_lead_to_what_answers);
    tcase_add_test(c, target_health_without_its_group_is_named);
    tcase_add_test(c, functions_keep_names_of_variables_not_values);
    tcase_add_test(c, task_definitions_know_roles_secrets_and_images);
    tcase_add_test(c, clusters_say_who_may_reach_and_enter_them);
    suite_add_tcase(s, c);
    return s;
}
