/* Through load balancers and the cloud's own doors. */
#include "fault.h"
#include "network_world.h"

Suite *network_front_suite(void);

static net_world w;

static void setup(void)
{
    net_open(&w);
    net_usual(&w);
    net_group(&w, "sg-app", "vpc-1");
    net_rule(&w, "sg-app", false, "tcp", 8080, 8080, "sg-web");
    net_machine(&w, "i-app", "subnet-priv", "sg-app", "10.0.2.5", NULL);
}

static void teardown(void)
{
    net_close(&w);
}

static void balancer(const char *id, const char *properties, const char *subnet, const char *group)
{
    net_node(&w, id, "AWSLoadBalancerV2 LoadBalancerV2", properties);
    net_edge(&w, id, "PART_OF_SUBNET", subnet);
    if (group)
        net_edge(&w, id, "MEMBER_OF_EC2_SECURITY_GROUP", group);
}

static void listener(const char *balancer_id, const char *id, const char *properties, const char *group)
{
    net_node(&w, id, "AWSELBV2Listener", properties);
    net_edge(&w, balancer_id, "ELBV2_LISTENER", id);
    if (group)
        net_edge(&w, id, "FORWARDS_TO", group);
}

static void target_group(const char *id, const char *properties, const char *target, const char *edge)
{
    net_node(&w, id, "AWSELBV2TargetGroup", properties);
    net_edge_with(&w, id, "TARGETS", target, edge);
}

START_TEST(an_application_balancer_and_its_target)
{
    balancer("alb", "type=application scheme=internet-facing name=shop", "subnet-pub", "sg-web");
    listener("alb", "l-443", "port=443 protocol=HTTPS", "tg");
    target_group("tg", "target_type=instance protocol=HTTP port=8080 vpc_id=vpc-1", "i-app", "port=8080");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "alb"), "tcp/443 from 0.0.0.0/0");
    ck_assert_str_eq(net_note(&w, "i-app"), "tcp/8080 from 0.0.0.0/0 through shop");
    ck_assert(!net_conditional(&w, "i-app"));
    ck_assert(net_connects(&w, "alb", "i-app"));
}
END_TEST

START_TEST(targets_behind_an_internal_balancer_or_a_wrong_port_or_group)
{
    balancer("inner", "type=application scheme=internal name=inner", "subnet-pub", "sg-web");
    listener("inner", "l-1", "port=443 protocol=HTTPS", "tg-1");
    target_group("tg-1", "target_type=instance protocol=HTTP port=8080", "i-app", "port=8080");
    balancer("alb", "type=application scheme=internet-facing name=shop", "subnet-pub", "sg-web");
    /* The group of the balancer lets 443 in only. */
    listener("alb", "l-2", "port=8443 protocol=HTTPS", "tg-2");
    target_group("tg-2", "target_type=instance protocol=HTTP port=8080", "i-app", "port=8080");
    /* The target lets 8080 in only. */
    net_machine(&w, "i-other", "subnet-priv", "sg-app", "10.0.2.6", NULL);
    listener("alb", "l-3", "port=443 protocol=HTTPS", "tg-3");
    target_group("tg-3", "target_type=instance protocol=HTTP port=9090", "i-other", "port=9090");
    net_freeze(&w);
    ck_assert(!net_reached(&w, "inner"));
    ck_assert(!net_reached(&w, "i-app"));
    ck_assert(!net_reached(&w, "i-other"));
    ck_assert(net_reached(&w, "alb"));
}
END_TEST

START_TEST(a_balancer_in_a_subnet_without_a_way_out)
{
    balancer("alb", "type=application scheme=internet-facing name=shop", "subnet-priv", "sg-web");
    listener("alb", "l-443", "port=443 protocol=HTTPS", "tg");
    target_group("tg", "target_type=instance protocol=HTTP port=8080", "i-app", "port=8080");
    net_freeze(&w);
    ck_assert(!net_reached(&w, "alb"));
    ck_assert(!net_reached(&w, "i-app"));
}
END_TEST

/* A network balancer hands on the addresses of its clients: the target's own groups must let these in. */
START_TEST(a_network_balancer_keeps_client_addresses)
{
    net_group(&w, "sg-office", "vpc-1");
    net_rule(&w, "sg-office", false, "tcp", 22, 22, "203.0.113.0/24");
    net_machine(&w, "i-office", "subnet-priv", "sg-office", "10.0.2.7", NULL);
    balancer("nlb", "type=network scheme=internet-facing name=front", "subnet-pub", NULL);
    listener("nlb", "l-22", "port=2222 protocol=TCP", "tg-office");
    target_group("tg-office", "target_type=instance protocol=TCP port=22", "i-office", "port=22");
    listener("nlb", "l-80", "port=80 protocol=TCP", "tg-app");
    target_group("tg-app", "target_type=instance protocol=TCP port=8080", "i-app", "port=8080");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "nlb"), "tcp/80 from 0.0.0.0/0, tcp/2222 from 0.0.0.0/0");
    ck_assert_str_eq(net_note(&w, "i-office"), "tcp/22 from 203.0.113.0/24 through front");
    ck_assert(!net_reached(&w, "i-app")); /* lets in members of sg-web only */
}
END_TEST

START_TEST(an_address_as_target_sees_the_balancer)
{
    net_group(&w, "sg-local", "vpc-1");
    net_rule(&w, "sg-local", false, "tcp", 8080, 8080, "10.0.1.0/24");
    net_machine(&w, "i-local", "subnet-priv", "sg-local", "10.0.2.9", NULL);
    net_node(&w, "tg|10.0.2.9", "AWSIpTarget", "ip=10.0.2.9");
    balancer("nlb", "type=network scheme=internet-facing name=front", "subnet-pub", NULL);
    listener("nlb", "l-80", "port=80 protocol=TCP", "tg");
    target_group("tg", "target_type=ip protocol=TCP port=8080 vpc_id=vpc-1", "tg|10.0.2.9", "port=8080");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "i-local"), "tcp/8080 from 0.0.0.0/0 through front");
}
END_TEST

START_TEST(listeners_that_were_not_exported)
{
    balancer("alb", "type=application scheme=internet-facing name=shop", "subnet-pub", "sg-web");
    net_edge(&w, "alb", "ELBV2_TARGET_GROUP", "tg");
    target_group("tg", "target_type=instance protocol=HTTP port=8080", "i-app", "port=8080");
    net_freeze(&w);
    ck_assert(net_conditional(&w, "alb"));
    ck_assert(net_conditional(&w, "i-app"));
    ck_assert_ptr_nonnull(strstr(net_note(&w, "alb"), "listeners"));
}
END_TEST

START_TEST(a_classic_balancer)
{
    net_node(&w, "elb", "AWSLoadBalancer LoadBalancer", "scheme=internet-facing name=old");
    net_edge(&w, "elb", "PART_OF_SUBNET", "subnet-pub");
    net_edge(&w, "elb", "MEMBER_OF_EC2_SECURITY_GROUP", "sg-web");
    net_node(&w, "elb443", "AWSELBListener", "port=443 protocol=SSL instance_port=8080");
    net_edge(&w, "elb", "ELB_LISTENER", "elb443");
    net_edge(&w, "elb", "EXPOSE", "i-app");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "i-app"), "tcp/8080 from 0.0.0.0/0 through old");
}
END_TEST

START_TEST(functions_behind_balancers_and_apis)
{
    net_node(&w, "fn-1", "AWSLambda", "");
    net_node(&w, "fn-2", "AWSLambda", "");
    net_node(&w, "fn-3", "AWSLambda", "");
    balancer("alb", "type=application scheme=internet-facing name=shop", "subnet-pub", "sg-web");
    listener("alb", "l-443", "port=443 protocol=HTTPS", "tg");
    target_group("tg", "target_type=lambda", "fn-1", "");
    net_node(&w, "api-open", "AWSAPIGatewayRestAPI", "name=open endpoint_type=REGIONAL");
    net_edge(&w, "api-open", "INVOKES", "fn-2");
    net_node(&w, "api-private", "AWSAPIGatewayRestAPI", "name=closed endpoint_type=PRIVATE");
    net_edge(&w, "api-private", "INVOKES", "fn-3");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "fn-1"), "tcp/443 from 0.0.0.0/0 through shop");
    ck_assert_str_eq(net_note(&w, "fn-2"), "tcp/443 from 0.0.0.0/0, ::/0 through open");
    ck_assert(!net_reached(&w, "fn-3"));
    ck_assert(!net_reached(&w, "api-private"));
}
END_TEST

START_TEST(function_urls)
{
    static const char anybody[] =
        "function_url_auth_type=NONE policy={\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
        "\"Principal\":\"*\",\"Action\":\"lambda:InvokeFunctionUrl\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":"
        "{\"lambda:FunctionUrlAuthType\":\"NONE\"}}}]}";
    net_node(&w, "fn-open", "AWSLambda", anybody);
    net_node(&w, "fn-signed", "AWSLambda", "function_url_auth_type=AWS_IAM");
    net_node(&w, "fn-unknown", "AWSLambda", "function_url_auth_type=NONE");
    net_node(&w, "fn-denied", "AWSLambda", "function_url_auth_type=NONE policy={\"Version\":\"2012-10-17\",\"Statement\":[]}");
    net_freeze(&w);
    ck_assert(net_reached(&w, "fn-open") && !net_conditional(&w, "fn-open"));
    ck_assert(!net_reached(&w, "fn-signed"));
    ck_assert(net_conditional(&w, "fn-unknown"));
    ck_assert(!net_reached(&w, "fn-denied"));
}
END_TEST

START_TEST(databases_and_clusters)
{
    net_group(&w, "sg-db", "vpc-1");
    net_rule(&w, "sg-db", false, "tcp", 5432, 5432, "0.0.0.0/0");
    net_rule(&w, "sg-db", false, "tcp", 22, 22, "0.0.0.0/0");
    net_node(&w, "group-pub", "AWSDBSubnetGroup", "");
    net_edge(&w, "group-pub", "RESOURCE", "subnet-pub");
    net_node(&w, "group-both", "AWSDBSubnetGroup", "");
    net_edge(&w, "group-both", "RESOURCE", "subnet-pub");
    net_edge(&w, "group-both", "RESOURCE", "subnet-priv");
    static const char *const names[][2] = { { "db-open", "group-pub" }, { "db-closed", "group-pub" }, { "db-somewhere", "group-both" } };
    for (int i = 0; i < 3; i++) {
        net_node(&w, names[i][0], "AWSRDSInstance",
                 i == 1 ? "publicly_accessible=false endpoint_port=5432" : "publicly_accessible=true endpoint_port=5432");
        net_edge(&w, names[i][0], "MEMBER_OF_DB_SUBNET_GROUP", names[i][1]);
        net_edge(&w, names[i][0], "MEMBER_OF_EC2_SECURITY_GROUP", "sg-db");
    }
    net_node(&w, "eks-open", "AWSEKSCluster", "endpoint_public_access=true public_access_cidrs=0.0.0.0/0|");
    net_node(&w, "eks-office", "AWSEKSCluster", "endpoint_public_access=true public_access_cidrs=203.0.113.0/24|");
    net_node(&w, "eks-closed", "AWSEKSCluster", "endpoint_public_access=false public_access_cidrs=0.0.0.0/0|");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "db-open"), "tcp/5432 from 0.0.0.0/0");
    ck_assert(!net_reached(&w, "db-closed"));
    ck_assert(net_conditional(&w, "db-somewhere"));
    ck_assert_str_eq(net_prop(&w, "eks-open", "internetExposure"), "wide");
    ck_assert_str_eq(net_prop(&w, "eks-office", "internetExposure"), "range");
    ck_assert(!net_reached(&w, "eks-closed"));
    ck_assert(net_connects(&w, "i-app", "db-closed"));
}
END_TEST

/* Something of everything. */
static void build_all(net_world *x)
{
    net_usual(x);
    net_machine(x, "i-web", "subnet-pub", "sg-web", "10.0.1.5", "54.1.2.3");
    net_group(x, "sg-app", "vpc-1");
    net_rule(x, "sg-app", false, "tcp", 8080, 8080, "sg-web");
    net_machine(x, "i-app", "subnet-priv", "sg-app", "10.0.2.5", NULL);
    net_node(x, "alb", "AWSLoadBalancerV2", "type=application scheme=internet-facing name=shop");
    net_edge(x, "alb", "PART_OF_SUBNET", "subnet-pub");
    net_edge(x, "alb", "MEMBER_OF_EC2_SECURITY_GROUP", "sg-web");
    net_node(x, "l", "AWSELBV2Listener", "port=443 protocol=HTTPS");
    net_edge(x, "alb", "ELBV2_LISTENER", "l");
    net_edge(x, "l", "FORWARDS_TO", "tg");
    net_node(x, "tg", "AWSELBV2TargetGroup", "target_type=instance protocol=HTTP port=8080");
    net_edge_with(x, "tg", "TARGETS", "i-app", "port=8080");
    net_node(x, "fn", "AWSLambda", "function_url_auth_type=NONE policy={\"Version\":\"2012-10-17\",\"Statement\":[]}");
    net_node(x, "eks", "AWSEKSCluster", "endpoint_public_access=true public_access_cidrs=203.0.113.0/24|");
}

START_TEST(memory_refused_anywhere)
{
    uint32_t refused = 0;
    for (uint64_t k = 1;; k++) {
        cg_fault f = CG_FAULT_INIT;
        cspm_allocator a = cg_fault_allocator(&f);
        net_world x;
        cg_layer_builder *l = NULL;
        cspm_error *err = NULL;
        cg_derive_request request = { 0 };
        net_open_in(&x, cg_mem_new(&a, 0));
        build_all(&x);
        ck_assert_int_eq(cg_builder_freeze(x.b, NULL, &x.below, NULL), CSPM_OK);
        ck_assert_int_eq(cg_layer_new(x.below, CG_STR("network"), &l, NULL), CSPM_OK);
        f.fail_at = atomic_load(&f.requests) + k;
        int32_t rc = cg_stage_network.run(x.below, &request, l, NULL, &err);
        bool hit = atomic_load(&f.refused);
        f.fail_at = 0;
        ck_assert_msg(rc == CSPM_OK ? !hit : rc == CSPM_E_NOMEM && hit, "%d at request %llu", (int)rc, (unsigned long long)k);
        ck_assert((rc == CSPM_OK) == (err == NULL));
        cspm_error_free(err);
        cg_layer_free(l);
        net_close(&x);
        ck_assert_msg(cg_fault_clean(&f), "%s at request %llu", cg_fault_report(&f), (unsigned long long)k);
        if (!hit)
            break;
        refused++;
    }
    ck_assert_uint_gt(refused, 40);
}
END_TEST

Suite *network_front_suite(void)
{
    Suite *s = suite_create("network-front");
    TCase *t = tcase_create("doors");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, targets_behind_an_internal_balancer_or_a_wrong_port_or_group);
    tcase_add_test(t, a_balancer_in_a_subnet_without_a_way_out);
    tcase_add_test(t, listeners_that_were_not_exported);
    tcase_add_test(t, an_application_balancer_and_its_target);
    tcase_add_test(t, a_network_balancer_keeps_client_addresses);
    tcase_add_test(t, an_address_as_target_sees_the_balancer);
    tcase_add_test(t, a_classic_balancer);
    tcase_add_test(t, functions_behind_balancers_and_apis);
    tcase_add_test(t, function_urls);
    tcase_add_test(t, databases_and_clusters);
    tcase_add_test(t, memory_refused_anywhere);
    suite_add_tcase(s, t);
    return s;
}
