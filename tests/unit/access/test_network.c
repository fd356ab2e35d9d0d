#include "network_world.h"

Suite *network_suite(void);

static net_world w;

static void setup(void)
{
    net_open(&w);
}

static void teardown(void)
{
    net_close(&w);
}

START_TEST(a_machine_with_address_route_list_and_group)
{
    net_usual(&w);
    net_machine(&w, "i-web", "subnet-pub", "sg-web", "10.0.1.5", "54.1.2.3");
    net_freeze(&w);
    ck_assert(net_reached(&w, "i-web"));
    ck_assert(!net_conditional(&w, "i-web"));
    ck_assert_str_eq(net_note(&w, "i-web"), "tcp/443 from 0.0.0.0/0");
    ck_assert_str_eq(net_prop(&w, "i-web", "internetExposure"), "wide");
    ck_assert_str_eq(net_prop(&w, "i-web", "exposedPorts"), "tcp/443");
    ck_assert_str_eq(net_prop(&w, "i-web", "exposedRanges"), "0.0.0.0/0");
    ck_assert(!net_reached(&w, "eni-i-web"));
}
END_TEST

/* Everything but one thing is as above. */
START_TEST(one_thing_less_and_it_is_not_reached)
{
    net_usual(&w);
    net_group(&w, "sg-office", "vpc-1");
    net_rule(&w, "sg-office", false, "tcp", 22, 22, "10.0.0.0/8");
    net_table(&w, "rtb-nat", "vpc-1", false);
    net_route(&w, "rtb-nat", "0.0.0.0/0", "nat-1", "active");
    net_table(&w, "rtb-hole", "vpc-1", false);
    net_route(&w, "rtb-hole", "0.0.0.0/0", "igw-1", "blackhole");
    net_gateway(&w, "igw-other", NULL);
    net_table(&w, "rtb-other", "vpc-1", false);
    net_route(&w, "rtb-other", "0.0.0.0/0", "igw-other", "active");
    net_table(&w, "rtb-egress", "vpc-1", false);
    net_node(&w, "eigw-1", "AWSEgressOnlyInternetGateway", "");
    net_route(&w, "rtb-egress", "::/0", "eigw-1", "active");
    net_acl(&w, "acl-deny");
    net_acl_rule(&w, "acl-deny", 90, false, "deny", "6", 443, 443, "0.0.0.0/0");
    net_acl(&w, "acl-mute");
    net_acl_rule(&w, "acl-mute", 90, true, "deny", "6", 1024, 65535, "0.0.0.0/0");
    net_subnet(&w, "subnet-nat", "vpc-1", "10.0.3.0/24", "rtb-nat", "acl-1");
    net_subnet(&w, "subnet-hole", "vpc-1", "10.0.4.0/24", "rtb-hole", "acl-1");
    net_subnet(&w, "subnet-other", "vpc-1", "10.0.5.0/24", "rtb-other", "acl-1");
    net_subnet(&w, "subnet-deny", "vpc-1", "10.0.6.0/24", "rtb-pub", "acl-deny");
    net_subnet(&w, "subnet-mute", "vpc-1", "10.0.7.0/24", "rtb-pub", "acl-mute");
    net_subnet(&w, "subnet-egress", "vpc-1", "10.0.8.0/24", "rtb-egress", "acl-1");
    net_machine(&w, "i-no-address", "subnet-pub", "sg-web", "10.0.1.6", NULL);
    net_machine(&w, "i-no-route", "subnet-priv", "sg-web", "10.0.2.6", "54.1.2.4");
    net_machine(&w, "i-nat", "subnet-nat", "sg-web", "10.0.3.6", "54.1.2.5");
    net_machine(&w, "i-hole", "subnet-hole", "sg-web", "10.0.4.6", "54.1.2.6");
    net_machine(&w, "i-other", "subnet-other", "sg-web", "10.0.5.6", "54.1.2.7");
    net_machine(&w, "i-deny", "subnet-deny", "sg-web", "10.0.6.6", "54.1.2.8");
    net_machine(&w, "i-mute", "subnet-mute", "sg-web", "10.0.7.6", "54.1.2.9");
    net_machine(&w, "i-private-source", "subnet-pub", "sg-office", "10.0.1.7", "54.1.2.10");
    net_machine(&w, "i-egress", "subnet-egress", "sg-web", "10.0.8.6", NULL);
    net_node(&w, "v6", "AWSEC2Ipv6Address", "id=2600:1f18::5");
    net_edge(&w, "eni-i-egress", "IPV6_ADDRESS", "v6");
    net_freeze(&w);
    static const char *const safe[] = { "i-no-address", "i-no-route",       "i-nat",   "i-hole", "i-other", "i-deny",
                                        "i-mute",       "i-private-source", "i-egress" };
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        ck_assert_msg(!net_reached(&w, safe[i]), "%s: %s", safe[i], net_note(&w, safe[i]));
}
END_TEST

START_TEST(an_allow_before_the_deny_decides)
{
    net_usual(&w);
    net_acl(&w, "acl-two");
    net_acl_rule(&w, "acl-two", 80, false, "allow", "6", 443, 443, "203.0.113.0/24");
    net_acl_rule(&w, "acl-two", 90, false, "deny", "6", 443, 443, "0.0.0.0/0");
    net_subnet(&w, "subnet-two", "vpc-1", "10.0.9.0/24", "rtb-pub", "acl-two");
    net_machine(&w, "i-two", "subnet-two", "sg-web", "10.0.9.6", "54.1.2.3");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "i-two"), "tcp/443 from 203.0.113.0/24");
    ck_assert_str_eq(net_prop(&w, "i-two", "internetExposure"), "range");
}
END_TEST

START_TEST(by_ipv6_only)
{
    net_usual(&w);
    net_route(&w, "rtb-pub", "::/0", "igw-1", "active");
    net_rule(&w, "sg-web", false, "tcp", 22, 22, "::/0");
    net_machine(&w, "i-six", "subnet-pub", "sg-web", "10.0.1.8", NULL);
    net_node(&w, "v6", "AWSEC2Ipv6Address", "id=2600:1f18::5");
    net_edge(&w, "eni-i-six", "IPV6_ADDRESS", "v6");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "i-six"), "tcp/22 from ::/0"); /* and not 443, which is for IPv4 */
    ck_assert_str_eq(net_prop(&w, "i-six", "internetExposure"), "wide");
}
END_TEST

START_TEST(halves_of_everything_are_wide_and_one_office_is_a_range)
{
    net_usual(&w);
    net_group(&w, "sg-halves", "vpc-1");
    net_rule(&w, "sg-halves", false, "tcp", 22, 22, "0.0.0.0/1");
    net_rule(&w, "sg-halves", false, "tcp", 22, 22, "128.0.0.0/1");
    net_group(&w, "sg-one", "vpc-1");
    net_rule(&w, "sg-one", false, "tcp", 22, 22, "203.0.113.7/32");
    net_machine(&w, "i-halves", "subnet-pub", "sg-halves", "10.0.1.8", "54.1.2.3");
    net_machine(&w, "i-one", "subnet-pub", "sg-one", "10.0.1.9", "54.1.2.4");
    net_freeze(&w);
    ck_assert_str_eq(net_note(&w, "i-halves"), "tcp/22 from 0.0.0.0/0");
    ck_assert_str_eq(net_prop(&w, "i-halves", "internetExposure"), "wide");
    ck_assert_str_eq(net_prop(&w, "i-one", "internetExposure"), "range");
    ck_assert_str_eq(net_prop(&w, "i-one", "exposedRanges"), "203.0.113.7/32");
}
END_TEST

START_TEST(what_is_not_exported_makes_it_conditional)
{
    net_usual(&w);
    net_subnet(&w, "subnet-no-acl", "vpc-1", "10.0.10.0/24", "rtb-pub", NULL);
    net_vpc(&w, "vpc-2", "10.2.0.0/16");
    net_subnet(&w, "subnet-no-table", "vpc-2", "10.2.1.0/24", NULL, "acl-1");
    net_node(&w, "sg-stub", "AWSEC2SecurityGroup", "partial=true");
    net_machine(&w, "i-no-acl", "subnet-no-acl", "sg-web", "10.0.10.5", "54.1.2.3");
    net_machine(&w, "i-no-table", "subnet-no-table", "sg-web", "10.2.1.5", "54.1.2.4");
    net_machine(&w, "i-no-subnet", NULL, "sg-web", "10.2.1.6", "54.1.2.5");
    net_machine(&w, "i-no-rules", "subnet-pub", "sg-stub", "10.0.1.6", "54.1.2.6");
    net_machine(&w, "i-no-group", "subnet-pub", NULL, "10.0.1.7", "54.1.2.7");
    net_freeze(&w);
    static const char *const open[] = { "i-no-acl", "i-no-table", "i-no-subnet", "i-no-rules", "i-no-group" };
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        ck_assert_msg(net_conditional(&w, open[i]), "%s", open[i]);
        ck_assert_str_eq(net_prop(&w, open[i], "partial"), "true");
    }
    ck_assert_str_eq(net_note(&w, "i-no-acl"), "tcp/443 from 0.0.0.0/0 (possible: the network ACL of its subnet is not in the export)");
    ck_assert_str_eq(net_note(&w, "i-no-rules"), "all from 0.0.0.0/0 (possible: its security groups are not in the export)");
}
END_TEST

START_TEST(trusted_ranges_are_the_owners_word)
{
    net_node(&w, "internet", "Internet", "name=Internet trustedRanges=203.0.113.0/24|");
    net_usual(&w);
    net_group(&w, "sg-one", "vpc-1");
    net_rule(&w, "sg-one", false, "tcp", 22, 22, "203.0.113.7/32");
    net_machine(&w, "i-one", "subnet-pub", "sg-one", "10.0.1.9", "54.1.2.4");
    net_machine(&w, "i-web", "subnet-pub", "sg-web", "10.0.1.5", "54.1.2.3");
    net_freeze(&w);
    ck_assert_str_eq(net_prop(&w, "i-one", "internetExposure"), "trusted");
    ck_assert_str_eq(net_prop(&w, "i-web", "internetExposure"), "wide");
}
END_TEST

START_TEST(nothing_of_a_network_is_no_layer)
{
    net_node(&w, "alice", "AWSUser", "");
    net_freeze(&w);
    ck_assert_uint_eq(cg_graph_n_derived(w.g), 0);
}
END_TEST

Suite *network_suite(void)
{
    Suite *s = suite_create("network");
    TCase *t = tcase_create("internet");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, nothing_of_a_network_is_no_layer);
    tcase_add_test(t, what_is_not_exported_makes_it_conditional);
    tcase_add_test(t, one_thing_less_and_it_is_not_reached);
    tcase_add_test(t, a_machine_with_address_route_list_and_group);
    tcase_add_test(t, an_allow_before_the_deny_decides);
    tcase_add_test(t, by_ipv6_only);
    tcase_add_test(t, halves_of_everything_are_wide_and_one_office_is_a_range);
    tcase_add_test(t, trusted_ranges_are_the_owners_word);
    suite_add_tcase(s, t);
    return s;
}
