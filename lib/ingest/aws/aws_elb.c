/* Load balancers, classic and of the second generation: listeners, rules, target groups, targets. */
#include "ingest/aws/aws_part.h"

/* ---- classic ---- */

static const aws_field classic_listener_fields[] = {
    { "port", "Listener.LoadBalancerPort", AWS_AS_IS },
    { "protocol", "Listener.Protocol", AWS_AS_IS },
    { "instance_port", "Listener.InstancePort", AWS_AS_IS },
    { "instance_protocol", "Listener.InstanceProtocol", AWS_AS_IS },
    { "certificate_arn", "Listener.SSLCertificateId", AWS_AS_IS },
    { "policy_names", "PolicyNames", AWS_AS_IS },
    { 0 },
};
static const aws_part classic_listener_part = {
    { "AWSELBListener", "ELBListener" },
    "{Listener.LoadBalancerPort}{Listener.Protocol}",
    NULL,
    classic_listener_fields,
    "ELB_LISTENER",
    false,
    false,
};

static const aws_field classic_fields[] = {
    { "id", "DNSName", AWS_AS_IS },
    { "arn", "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}", AWS_AS_IS },
    { "name", "LoadBalancerName", AWS_AS_IS },
    { "dnsname", "DNSName", AWS_LOWER },
    { "canonicalhostedzonename", "CanonicalHostedZoneName", AWS_AS_IS },
    { "canonicalhostedzonenameid", "CanonicalHostedZoneNameID", AWS_AS_IS },
    { "scheme", "Scheme", AWS_AS_IS },
    { "vpc_id", "VPCId", AWS_AS_IS },
    { "createdtime", "CreatedTime", AWS_TIME },
    { 0 },
};
static const aws_link classic_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroups[]", NULL, "AWSEC2SecurityGroup" },
    { "PART_OF_SUBNET", false, "Subnets[]", NULL, "AWSEC2Subnet" },
    { "EXPOSE", false, "Instances[].InstanceId", NULL, "AWSEC2Instance" },
    { 0 },
};

/* Names are found in lower case too: what points at a load balancer writes its name as it likes. */
static int32_t by_lower_name(aws_ctx *c, const cg_tree *item, const char *const *labels, cspm_error **err)
{
    const cg_str id = c->id, name = aws_str(item, "DNSName");
    char *lower = name.length ? cg_arena_strndup(c->arena, name.data, name.length) : NULL;

    if (!name.length)
        return CSPM_OK;
    if (!lower)
        return cg_nomem(cg_builder_mem(c->b), err);
    for (size_t i = 0; i < name.length; i++)
        if (lower[i] >= 'A' && lower[i] <= 'Z')
            lower[i] |= 0x20;
    if (memcmp(lower, name.data, name.length) == 0)
        return CSPM_OK;
    int32_t rc = aws_node(c, item, id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_alias(c, (cg_str){ lower, name.length }, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static int32_t classic_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSLoadBalancer", "LoadBalancer", NULL };
    const cg_str id = c->id;
    int32_t rc = by_lower_name(c, item, labels, err);

    return rc == CSPM_OK ? aws_parts_add(c, &classic_listener_part, item, "ListenerDescriptions", id, err) : rc;
}

static const aws_shape classic_shape = {
    .labels = { "AWSLoadBalancer", "LoadBalancer" },
    .id = "{DNSName}",
    .aliases = { "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}" },
    .fields = classic_fields,
    .links = classic_links,
    .tags = "Tags",
    .more = classic_more,
};

/* ---- listeners and rules ---- */

static const aws_field listener_fields[] = {
    { "id", "ListenerArn", AWS_AS_IS },
    { "arn", "ListenerArn", AWS_AS_IS },
    { "port", "Port", AWS_AS_IS },
    { "protocol", "Protocol", AWS_AS_IS },
    { "ssl_policy", "SslPolicy", AWS_AS_IS },
    { "targetgrouparn", "TargetGroupArn", AWS_AS_IS },
    { "action_types", "DefaultActions[].Type", AWS_AS_IS },
    { "certificate_arns", "Certificates[].CertificateArn", AWS_AS_IS },
    { "mutual_authentication_mode", "MutualAuthentication.Mode", AWS_AS_IS },
    { "trust_store_arn", "MutualAuthentication.TrustStoreArn", AWS_AS_IS },
    { "ignore_client_certificate_expiry", "MutualAuthentication.IgnoreClientCertificateExpiry", AWS_AS_IS },
    { "trust_store_association_status", "MutualAuthentication.TrustStoreAssociationStatus", AWS_AS_IS },
    { "advertise_trust_store_ca_names", "MutualAuthentication.AdvertiseTrustStoreCaNames", AWS_AS_IS },
    { 0 },
};
static const aws_link listener_links[] = {
    { "ELBV2_LISTENER", true, "LoadBalancerArn", NULL, "AWSLoadBalancerV2" },
    { "FORWARDS_TO", false, "DefaultActions[].TargetGroupArn", NULL, "AWSELBV2TargetGroup" },
    { "FORWARDS_TO", false, "DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn", NULL, "AWSELBV2TargetGroup" },
    { 0 },
};
static const aws_shape listener_shape = {
    .labels = { "AWSELBV2Listener", "ELBV2Listener" },
    .id = "{ListenerArn}",
    .fields = listener_fields,
    .links = listener_links,
    .tags = "Tags",
};

/* Conditions are what a request must look like; of actions only the kind is kept, as they may hold the secret of an identity provider. */
static const aws_field rule_fields[] = {
    { "id", "RuleArn", AWS_AS_IS },
    { "arn", "RuleArn", AWS_AS_IS },
    { "priority", "Priority", AWS_TEXT },
    { "is_default", "IsDefault", AWS_AS_IS },
    { "conditions", "Conditions", AWS_JSON },
    { "action_types", "Actions[].Type", AWS_AS_IS },
    { 0 },
};
static const aws_link rule_links[] = {
    { "FORWARDS_TO", false, "Actions[].TargetGroupArn", NULL, "AWSELBV2TargetGroup" },
    { "FORWARDS_TO", false, "Actions[].ForwardConfig.TargetGroups[].TargetGroupArn", NULL, "AWSELBV2TargetGroup" },
    { 0 },
};

/* ...:listener-rule/app/NAME/LB/LISTENER/RULE belongs to ...:listener/app/NAME/LB/LISTENER. */
static int32_t rule_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str arn = c->id, word = CG_STR(":listener-rule/");
    const size_t at = cg_str_find(arn, word, 0);
    size_t end = arn.length;

    if (at == SIZE_MAX)
        return CSPM_OK;
    while (end > at && arn.data[end - 1] != '/')
        end--;
    const size_t from = at + word.length;
    if (end <= from + 1)
        return CSPM_OK;
    const cg_str listener = aws_format(c, "%.*s:listener/%.*s", (int)at, arn.data, (int)(end - 1 - from), arn.data + from);
    if (!listener.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    return aws_edge_from(c, item, listener, "AWSELBV2Listener", "HAS_RULE", arn, err);
}

static const aws_shape rule_shape = {
    .labels = { "AWSELBV2ListenerRule" },
    .id = "{RuleArn}",
    .fields = rule_fields,
    .links = rule_links,
    .tags = "Tags",
    .more = rule_more,
};

/* ---- target groups and targets ---- */

static const aws_field target_group_fields[] = {
    { "id", "TargetGroupArn", AWS_AS_IS },
    { "arn", "TargetGroupArn", AWS_AS_IS },
    { "name", "TargetGroupName", AWS_AS_IS },
    { "target_type", "TargetType", AWS_AS_IS },
    { "protocol", "Protocol", AWS_AS_IS },
    { "port", "Port", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "load_balancer_arns", "LoadBalancerArns", AWS_AS_IS },
    { 0 },
};
static const aws_link target_group_links[] = {
    { "ELBV2_TARGET_GROUP", true, "LoadBalancerArns[]", NULL, "AWSLoadBalancerV2" },
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { 0 },
};
static const aws_shape target_group_shape = {
    .labels = { "AWSELBV2TargetGroup", "ELBV2TargetGroup" },
    .id = "{TargetGroupArn}",
    .fields = target_group_fields,
    .links = target_group_links,
    .tags = "Tags",
};

typedef struct target {
    const cg_tree *at;
    cg_str id;
    cg_value port, state, protocol;
} target;

/* An address may lie outside every network of the estate, and says which network it is in only through its group. */
static int32_t address_target(aws_ctx *c, cg_str group, const target *t, cg_str *id, cspm_error **err)
{
    static const char *const labels[] = { "AWSIpTarget", NULL };

    *id = aws_format(c, "%.*s|%.*s", CG_FMT(group), CG_FMT(t->id));
    if (!id->data)
        return cg_nomem(cg_builder_mem(c->b), err);
    int32_t rc = aws_node(c, t->at, *id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", *id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "ip", t->id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "target_group_arn", group, err);
    return rc == CSPM_OK ? aws_node_end(c, true, err) : rc;
}

/* `from` is the target group, or the load balancer that exposes the target through it. */
static int32_t add_target(aws_ctx *c, cg_str from, const char *from_label, const char *kind, cg_str group, const target *t,
                          cspm_error **err)
{
    const aws_edge_prop props[] = { { "port", t->port }, { "state", t->state }, { "protocol", t->protocol } };
    const char *label = NULL;
    cg_str id = t->id;
    int32_t rc = CSPM_OK;

    if (cg_str_starts(id, CG_STR("i-")))
        label = "AWSEC2Instance";
    else if (cg_str_eq(aws_arn_part(id, 2), CG_STR("lambda")))
        label = "AWSLambda";
    else if (cg_str_eq(aws_arn_part(id, 2), CG_STR("elasticloadbalancing")))
        label = "AWSLoadBalancerV2";
    else
        rc = address_target(c, group, t, &id, err);
    return rc == CSPM_OK ? aws_tie_both(c, t->at, from, from_label, kind, id, label, props, 3, err) : rc;
}

static int32_t target_health(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str group = aws_str(item, "TargetGroupArn"), state = aws_str(item, "TargetHealth.State");
    const cg_tree *port = aws_get(item, "Target.Port");
    const target t = { .at = item,
                       .id = aws_str(item, "Target.Id"),
                       .port = port && port->type == CG_TREE_INT ? cg_v_int(port->integer) : cg_v_null(),
                       .state = state.length ? cg_v_str(state) : cg_v_null(),
                       .protocol = cg_v_null() };

    if (!t.id.length)
        return aws_skip(c, item, "bad-item", err, "a target has no Id");
    if (!group.length)
        return aws_skip(c, item, "no-target-group", err, "the answer does not say of which TargetGroupArn it is");
    c->item_account = aws_arn_part(group, 4);
    c->item_region = aws_arn_part(group, 3);
    return add_target(c, group, "AWSELBV2TargetGroup", "TARGETS", group, &t, err);
}

/* ---- load balancers of the second generation ---- */

static const aws_field balancer_fields[] = {
    { "id", "DNSName", AWS_AS_IS },
    { "name", "LoadBalancerName", AWS_AS_IS },
    { "dnsname", "DNSName", AWS_LOWER },
    { "canonicalhostedzonenameid", "{CanonicalHostedZoneNameID|CanonicalHostedZoneId}", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { "scheme", "Scheme", AWS_AS_IS },
    { "arn", "LoadBalancerArn", AWS_AS_IS },
    { "createdtime", "CreatedTime", AWS_TIME },
    { "state", "State.Code", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "ip_address_type", "IpAddressType", AWS_AS_IS },
    { "ip_addresses", "AvailabilityZones[].LoadBalancerAddresses[].IpAddress", AWS_AS_IS },
    { 0 },
};
static const aws_link balancer_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroups[]", NULL, "AWSEC2SecurityGroup" },
    { "SUBNET", false, "AvailabilityZones[].SubnetId", NULL, "AWSEC2Subnet" },
    { "PART_OF_SUBNET", false, "AvailabilityZones[].SubnetId", NULL, "AWSEC2Subnet" },
    { 0 },
};

/* Exports that put listeners and target groups inside the load balancer. */
static int32_t inner_group(aws_ctx *c, const cg_tree *value, cg_str balancer, cspm_error **err)
{
    const cg_tree *targets = aws_list(value, "Targets"), *port = aws_get(value, "Port");
    const cg_str protocol = aws_str(value, "Protocol");
    cg_str group;
    int32_t rc = aws_apply_inside(c, &target_group_shape, value, &group, err);

    if (rc == CSPM_OK)
        rc = aws_tie(c, value, balancer, "ELBV2_TARGET_GROUP", group, NULL, err);
    for (uint32_t i = 0; group.length && targets && i < targets->list.count && rc == CSPM_OK; i++) {
        const target t = { .at = targets->list.items[i],
                           .id = cg_tree_string(targets->list.items[i]),
                           .port = port && port->type == CG_TREE_INT ? cg_v_int(port->integer) : cg_v_null(),
                           .state = cg_v_null(),
                           .protocol = protocol.length ? cg_v_str(protocol) : cg_v_null() };
        if (!t.id.length)
            continue;
        rc = add_target(c, group, "AWSELBV2TargetGroup", "TARGETS", group, &t, err);
        if (rc == CSPM_OK)
            rc = add_target(c, balancer, NULL, "EXPOSE", group, &t, err);
    }
    return rc;
}

static int32_t balancer_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSLoadBalancerV2", "LoadBalancerV2", "LoadBalancer", NULL };
    const cg_tree *listeners = aws_list(item, "Listeners"), *groups = aws_list(item, "TargetGroups");
    const cg_str id = c->id;
    int32_t rc = by_lower_name(c, item, labels, err);

    for (uint32_t i = 0; listeners && i < listeners->list.count && rc == CSPM_OK; i++) {
        cg_str listener;
        rc = aws_apply_inside(c, &listener_shape, listeners->list.items[i], &listener, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, listeners->list.items[i], id, "ELBV2_LISTENER", listener, NULL, err);
    }
    for (uint32_t i = 0; groups && i < groups->list.count && rc == CSPM_OK; i++)
        rc = inner_group(c, groups->list.items[i], id, err);
    return rc;
}

static const aws_shape balancer_shape = {
    .labels = { "AWSLoadBalancerV2", "LoadBalancerV2", "LoadBalancer" },
    .id = "{LoadBalancerArn|DNSName}",
    .aliases = { "{DNSName}" },
    .fields = balancer_fields,
    .links = balancer_links,
    .tags = "Tags",
    .more = balancer_more,
};

/* Tags come in an answer of their own. */
static int32_t resource_tags(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const balancer[] = { "AWSLoadBalancerV2", "LoadBalancerV2", "LoadBalancer", NULL };
    static const char *const group[] = { "AWSELBV2TargetGroup", "ELBV2TargetGroup", NULL };
    const cg_str arn = aws_str(item, "ResourceArn"), rest = aws_arn_part(arn, 5);
    const bool is_group = cg_str_starts(rest, CG_STR("targetgroup/"));

    if (!is_group && !cg_str_starts(rest, CG_STR("loadbalancer/")))
        return CSPM_OK;
    int32_t rc = aws_node(c, item, arn, is_group ? group : balancer, err);
    if (rc == CSPM_OK)
        rc = aws_tags(c, aws_get(item, "Tags"), err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

const aws_answer aws_answers_elb[] = {
    { .operation = "elb.describe-load-balancers", .items = "LoadBalancerDescriptions[]", .shape = &classic_shape },
    { .operation = "elbv2.describe-load-balancers", .items = "LoadBalancers[]", .sign = "LoadBalancerName", .shape = &balancer_shape },
    { .operation = "elbv2.describe-listeners", .items = "Listeners[]", .sign = "ListenerArn", .shape = &listener_shape },
    { .operation = "elbv2.describe-rules", .items = "Rules[]", .sign = "RuleArn", .shape = &rule_shape },
    { .operation = "elbv2.describe-target-groups", .items = "TargetGroups[]", .sign = "TargetGroupArn", .shape = &target_group_shape },
    { .operation = "elbv2.describe-target-health",
      .items = "TargetHealthDescriptions[]",
      .take = target_health,
      .inherit = { "TargetGroupArn" } },
    { .operation = "elbv2.describe-tags", .items = "TagDescriptions[]", .sign = "ResourceArn", .take = resource_tags },
    { .operation = "elb.describe-tags", .items = "TagDescriptions", .take = aws_unused },
    { .operation = "elb.describe-load-balancer-attributes", .items = "LoadBalancerAttributes", .take = aws_unused },
    /* The answers for all load balancers or groups in one file, each beside what it is of. */
    { .operation = "elbv2.describe-listeners", .items = "LoadBalancerListeners[].Listeners[]", .shape = &listener_shape },
    { .operation = "elbv2.describe-target-health",
      .items = "LoadBalancerTargetHealth[].TargetHealthDescriptions[]",
      .take = target_health,
      .inherit = { "LoadBalancerTargetHealth[].TargetGroupArn" } },
    { .operation = NULL },
};
