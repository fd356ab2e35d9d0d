/* Who inside reaches whom: peering, hubs, and a comparison with the plainest way to decide. */
#include "network_world.h"

Suite *network_inside_suite(void);

static net_world w;

static void setup(void)
{
    net_open(&w);
}

static void teardown(void)
{
    net_close(&w);
}

START_TEST(groups_by_reference_and_by_address)
{
    net_usual(&w);
    net_group(&w, "sg-app", "vpc-1");
    net_rule(&w, "sg-app", false, "tcp", 8080, 8080, "sg-web");
    net_group(&w, "sg-db", "vpc-1");
    net_rule(&w, "sg-db", false, "tcp", 5432, 5432, "10.0.2.0/24");
    net_machine(&w, "i-web", "subnet-pub", "sg-web", "10.0.1.5", NULL);
    net_machine(&w, "i-app", "subnet-priv", "sg-app", "10.0.2.5", NULL);
    net_machine(&w, "i-db", "subnet-priv", "sg-db", "10.0.2.6", NULL);
    net_freeze(&w);
    ck_assert(net_connects(&w, "i-web", "i-app"));
    ck_assert(net_connects(&w, "i-app", "i-db"));
    ck_assert(net_connects(&w, "i-db", "i-web")); /* 0.0.0.0/0 is everybody inside as well */
    ck_assert(!net_connects(&w, "i-web", "i-db"));
    ck_assert(!net_connects(&w, "i-db", "i-app"));
    ck_assert(!net_connects(&w, "i-app", "i-app"));
}
END_TEST

static void two_vpcs(bool there, bool back)
{
    net_usual(&w);
    net_vpc(&w, "vpc-2", "10.2.0.0/16");
    net_table(&w, "rtb-2", "vpc-2", true);
    net_subnet(&w, "subnet-2", "vpc-2", "10.2.1.0/24", NULL, "acl-1");
    net_node(&w, "pcx-1", "AWSVpcPeeringConnection", "status_code=active");
    net_edge(&w, "pcx-1", "REQUESTER_VPC", "vpc-1");
    net_edge(&w, "pcx-1", "ACCEPTER_VPC", "vpc-2");
    if (there)
        net_route(&w, "rtb-pub", "10.2.0.0/16", "pcx-1", "active");
    if (back)
        net_route(&w, "rtb-2", "10.0.0.0/16", "pcx-1", "active");
    net_group(&w, "sg-2", "vpc-2");
    net_rule(&w, "sg-2", false, "tcp", 22, 22, "10.0.0.0/8");
    net_machine(&w, "i-1", "subnet-pub", "sg-web", "10.0.1.5", NULL);
    net_machine(&w, "i-2", "subnet-2", "sg-2", "10.2.1.5", NULL);
}

START_TEST(peering_needs_the_way_back)
{
    two_vpcs(true, false);
    net_freeze(&w);
    ck_assert(!net_connects(&w, "i-1", "i-2"));
}
END_TEST

START_TEST(peering_with_routes_on_both_sides)
{
    two_vpcs(true, true);
    net_machine(&w, "i-other-subnet", "subnet-priv", "sg-web", "10.0.2.5", NULL); /* its table has no route there */
    net_freeze(&w);
    ck_assert(net_connects(&w, "i-1", "i-2"));
    ck_assert(!net_connects(&w, "i-other-subnet", "i-2"));
}
END_TEST

START_TEST(peering_is_not_handed_on)
{
    two_vpcs(true, true);
    net_vpc(&w, "vpc-3", "10.3.0.0/16");
    net_table(&w, "rtb-3", "vpc-3", true);
    net_subnet(&w, "subnet-3", "vpc-3", "10.3.1.0/24", NULL, "acl-1");
    net_node(&w, "pcx-2", "AWSVpcPeeringConnection", "status_code=active");
    net_edge(&w, "pcx-2", "REQUESTER_VPC", "vpc-2");
    net_edge(&w, "pcx-2", "ACCEPTER_VPC", "vpc-3");
    net_route(&w, "rtb-2", "10.3.0.0/16", "pcx-2", "active");
    net_route(&w, "rtb-pub", "10.3.0.0/16", "pcx-1", "active");
    net_route(&w, "rtb-3", "10.0.0.0/8", "pcx-2", "active");
    net_group(&w, "sg-3", "vpc-3");
    net_rule(&w, "sg-3", false, "tcp", 22, 22, "10.0.0.0/8");
    net_machine(&w, "i-3", "subnet-3", "sg-3", "10.3.1.5", NULL);
    net_freeze(&w);
    ck_assert(net_connects(&w, "i-2", "i-3"));
    ck_assert(!net_connects(&w, "i-1", "i-3"));
}
END_TEST

START_TEST(a_flat_network_stays_flat)
{
    char id[32], ip[32];
    net_usual(&w);
    for (int i = 0; i < 60; i++) {
        snprintf(id, sizeof id, "i-%02d", i);
        snprintf(ip, sizeof ip, "10.0.1.%d", 10 + i);
        net_machine(&w, id, "subnet-pub", "sg-web", ip, NULL);
    }
    net_freeze(&w);
    ck_assert_uint_eq(cg_graph_n_derived(w.g), 60 * 59);
    ck_assert_uint_le(cg_graph_n_stored(w.g) - cg_graph_n_base_rels(w.g), 2 * 60);
}
END_TEST

/* Every machine with a group and a port of its own: pairs stay exact, what is stored stays small, ports are told in short. */
START_TEST(a_network_of_many_ports_stays_small)
{
    char id[32], group[32], ip[32];
    net_usual(&w);
    for (int i = 0; i < 60; i++) {
        snprintf(id, sizeof id, "i-%02d", i);
        snprintf(group, sizeof group, "sg-%02d", i);
        snprintf(ip, sizeof ip, "10.0.1.%d", 10 + i);
        net_group(&w, group, "vpc-1");
        net_rule(&w, group, false, "tcp", 1000 + i, 1000 + i, "10.0.0.0/8");
        net_machine(&w, id, "subnet-pub", group, ip, NULL);
    }
    net_freeze(&w);
    ck_assert_uint_eq(cg_graph_n_derived(w.g), 60 * 59);
    ck_assert_uint_le(cg_graph_n_stored(w.g) - cg_graph_n_base_rels(w.g), cg_graph_n_base_rels(w.g));
}
END_TEST

/* ---- random networks, decided again by the plainest means: one address, one port at a time ---- */

enum { MACHINES = 7, GROUPS = 4, SUBNETS = 3, PORTS = 3 };
static const char *const blocks[] = { "0.0.0.0/0",   "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24",
                                      "10.0.2.0/24", "10.0.1.0/30", "10.1.0.0/16", "192.0.2.0/24" };
static const int ports[PORTS] = { 22, 80, 443 };
enum { BLOCKS = sizeof blocks / sizeof *blocks };

typedef struct rule {
    int from, to, group, block; /* a group, or a block when -1 */
} rule;
typedef struct acl_entry {
    bool allow;
    int from, to, block;
} acl_entry;
typedef struct plan {
    rule in[GROUPS][3], out[GROUPS][2];
    int n_in[GROUPS], n_out[GROUPS];
    acl_entry acl[SUBNETS][2][3]; /* in, out */
    int n_acl[SUBNETS][2];
    int subnet[MACHINES], group[MACHINES][2], host[MACHINES];
    bool public_ip[MACHINES];
    bool has_igw[SUBNETS], hole[SUBNETS];
    int table[SUBNETS];
} plan;

static uint64_t seed;
static int pick(int n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)(seed % (uint64_t)n);
}

static void port_range(int *from, int *to)
{
    int a = pick(PORTS), b = pick(PORTS);
    *from = ports[a < b ? a : b];
    *to = ports[a < b ? b : a];
    if (pick(6) == 0) {
        *from = 0;
        *to = 65535;
    }
}

static void make_plan(plan *p)
{
    memset(p, 0, sizeof *p);
    for (int g = 0; g < GROUPS; g++) {
        p->n_in[g] = pick(4);
        p->n_out[g] = 1 + pick(2);
        for (int i = 0; i < p->n_in[g]; i++) {
            port_range(&p->in[g][i].from, &p->in[g][i].to);
            p->in[g][i].group = pick(2) ? pick(GROUPS) : -1;
            p->in[g][i].block = pick(BLOCKS);
        }
        for (int i = 0; i < p->n_out[g]; i++) {
            port_range(&p->out[g][i].from, &p->out[g][i].to);
            p->out[g][i].group = pick(5) == 0 ? pick(GROUPS) : -1;
            p->out[g][i].block = pick(3) ? 0 : pick(BLOCKS);
        }
    }
    for (int s = 0; s < SUBNETS; s++) {
        bool open = pick(3) == 0;
        p->table[s] = s && pick(2) ? p->table[s - 1] : s;
        p->has_igw[s] = pick(3) > 0;
        p->hole[s] = pick(4) == 0;
        for (int d = 0; d < 2; d++) {
            p->n_acl[s][d] = open ? 1 : 1 + pick(3);
            for (int i = 0; i < p->n_acl[s][d]; i++) {
                acl_entry *e = &p->acl[s][d][i];
                e->allow = i == p->n_acl[s][d] - 1 || pick(2);
                e->block = i == p->n_acl[s][d] - 1 ? 0 : pick(BLOCKS);
                e->from = 0;
                e->to = 65535;
                if (pick(3) == 0 && i < p->n_acl[s][d] - 1)
                    port_range(&e->from, &e->to);
            }
        }
    }
    for (int m = 0; m < MACHINES; m++) {
        p->subnet[m] = pick(SUBNETS);
        p->group[m][0] = pick(GROUPS);
        p->group[m][1] = pick(3) ? p->group[m][0] : pick(GROUPS);
        p->host[m] = 1 + m;
        p->public_ip[m] = pick(2);
    }
}

static uint32_t address(const plan *p, int m)
{
    return 10u << 24 | (uint32_t)p->subnet[m] << 8 | (uint32_t)p->host[m];
}

static bool in_block(int block, uint32_t ip)
{
    cg_cidr c;
    ck_assert(cg_cidr_parse(cg_str_from(blocks[block]), &c));
    uint32_t base =
        (uint32_t)c.base.bytes[12] << 24 | (uint32_t)c.base.bytes[13] << 16 | (uint32_t)c.base.bytes[14] << 8 | c.base.bytes[15];
    return c.prefix == 0 || (ip ^ base) >> (32 - c.prefix) == 0;
}

static bool acl_allows(const plan *p, int subnet, int direction, uint32_t ip, int port)
{
    for (int i = 0; i < p->n_acl[subnet][direction]; i++) {
        const acl_entry *e = &p->acl[subnet][direction][i];
        if (port >= e->from && port <= e->to && in_block(e->block, ip))
            return e->allow;
    }
    return false;
}

/* Some port of 1024 and above on which the answer gets through both lists. */
static bool answered(const plan *p, int from_subnet, uint32_t from_ip, int to_subnet, uint32_t to_ip)
{
    static const int own[] = { 1024, 30000, 65535 };
    for (int i = 0; i < 3; i++)
        if (acl_allows(p, from_subnet, 1, to_ip, own[i]) && (to_subnet < 0 || acl_allows(p, to_subnet, 0, from_ip, own[i])))
            return true;
    return false;
}

static bool matches(const rule *r, int port, const plan *p, int peer, uint32_t ip)
{
    if (port < r->from || port > r->to)
        return false;
    if (r->group < 0)
        return in_block(r->block, ip);
    return peer >= 0 && (p->group[peer][0] == r->group || p->group[peer][1] == r->group);
}

static bool lets(const plan *p, int m, bool out, int port, int peer, uint32_t ip)
{
    for (int k = 0; k < 2; k++) {
        int g = p->group[m][k];
        for (int i = 0; i < (out ? p->n_out[g] : p->n_in[g]); i++)
            if (matches(out ? &p->out[g][i] : &p->in[g][i], port, p, peer, ip))
                return true;
    }
    return false;
}

static bool connects_plainly(const plan *p, int a, int b)
{
    static const int tried[] = { 1, 21, 22, 23, 79, 80, 81, 200, 442, 443, 444, 1023, 1024, 65535 };
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        int port = tried[i];
        bool ok = lets(p, a, true, port, b, address(p, b)) && lets(p, b, false, port, a, address(p, a));
        if (ok && p->subnet[a] != p->subnet[b])
            ok = acl_allows(p, p->subnet[a], 1, address(p, b), port) && acl_allows(p, p->subnet[b], 0, address(p, a), port) &&
                 answered(p, p->subnet[b], address(p, b), p->subnet[a], address(p, a));
        if (ok)
            return true;
    }
    return false;
}

static bool reached_plainly(const plan *p, int m)
{
    static const int tried[] = { 1, 21, 22, 23, 79, 80, 81, 200, 442, 443, 444, 1023, 1024, 65535 };
    static const uint32_t sources[] = { 192u << 24 | 2 << 8 | 7, 8u << 24 | 8 << 16 | 8 << 8 | 8 };
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
        for (int s = 0; s < 2; s++) {
            /* The hole swallows what is for 192.0.2.0/24. */
            int table = p->table[p->subnet[m]];
            bool way = p->has_igw[table] && !(p->hole[table] && s == 0);
            if (p->public_ip[m] && way && lets(p, m, false, tried[i], -1, sources[s]) &&
                acl_allows(p, p->subnet[m], 0, sources[s], tried[i]) && answered(p, p->subnet[m], address(p, m), -1, sources[s]))
                return true;
        }
    return false;
}

static void add_rules(const char *group, const rule *rules, int count, bool egress)
{
    for (int i = 0; i < count; i++) {
        char peer[32], id[64], properties[64];
        if (rules[i].group < 0)
            snprintf(peer, sizeof peer, "%s", blocks[rules[i].block]);
        else
            snprintf(peer, sizeof peer, "sg-%d", rules[i].group);
        /* One node a rule: equal ports of different rules must not merge their peers by accident of this test. */
        snprintf(id, sizeof id, "%s/%d/%d", group, egress, i);
        snprintf(properties, sizeof properties, "protocol=tcp fromport=%d toport=%d", rules[i].from, rules[i].to);
        net_node(&w, id, egress ? "AWSIpRule IpPermissionEgress" : "AWSIpRule IpPermissionInbound", properties);
        net_edge(&w, id, "MEMBER_OF_EC2_SECURITY_GROUP", group);
        if (rules[i].group < 0)
            net_node(&w, peer, "AWSIpRange", "");
        net_edge(&w, peer, "MEMBER_OF_IP_RULE", id);
    }
}

static void build(const plan *p)
{
    char id[32], other[32], text[64];
    net_vpc(&w, "vpc-1", "10.0.0.0/16");
    net_gateway(&w, "igw-1", "vpc-1");
    for (int s = 0; s < SUBNETS; s++) {
        snprintf(id, sizeof id, "rtb-%d", s);
        net_table(&w, id, "vpc-1", false);
        if (p->has_igw[s])
            net_route(&w, id, "0.0.0.0/0", "igw-1", "active");
        if (p->hole[s])
            net_route(&w, id, "192.0.2.0/24", "igw-1", "blackhole");
        snprintf(other, sizeof other, "acl-%d", s);
        net_node(&w, other, "AWSEC2NetworkAcl", "");
        for (int d = 0; d < 2; d++)
            for (int i = 0; i < p->n_acl[s][d]; i++) {
                const acl_entry *e = &p->acl[s][d][i];
                bool whole = e->from == 0 && e->to == 65535;
                net_acl_rule(&w, other, 10 * (i + 1), d, e->allow ? "allow" : "deny", whole ? "-1" : "6", whole ? -1 : e->from, e->to,
                             blocks[e->block]);
            }
        snprintf(text, sizeof text, "10.0.%d.0/24", s);
        snprintf(id, sizeof id, "rtb-%d", p->table[s]);
        char subnet[32];
        snprintf(subnet, sizeof subnet, "subnet-%d", s);
        net_subnet(&w, subnet, "vpc-1", text, id, other);
    }
    for (int g = 0; g < GROUPS; g++) {
        snprintf(id, sizeof id, "sg-%d", g);
        net_node(&w, id, "AWSEC2SecurityGroup", "vpc_id=vpc-1");
        add_rules(id, p->in[g], p->n_in[g], false);
        add_rules(id, p->out[g], p->n_out[g], true);
    }
    for (int m = 0; m < MACHINES; m++) {
        char subnet[32], group[32];
        snprintf(id, sizeof id, "i-%d", m);
        snprintf(subnet, sizeof subnet, "subnet-%d", p->subnet[m]);
        snprintf(group, sizeof group, "sg-%d", p->group[m][0]);
        snprintf(text, sizeof text, "10.0.%d.%d", p->subnet[m], p->host[m]);
        snprintf(other, sizeof other, "54.0.0.%d", m + 1);
        net_machine(&w, id, subnet, group, text, p->public_ip[m] ? other : NULL);
        if (p->group[m][1] != p->group[m][0]) {
            snprintf(other, sizeof other, "eni-i-%d", m);
            snprintf(group, sizeof group, "sg-%d", p->group[m][1]);
            net_edge(&w, other, "MEMBER_OF_EC2_SECURITY_GROUP", group);
        }
    }
}

static int atoi_of(const char *text)
{
    int64_t n;
    return cg_parse_int64(cg_str_from(text), &n) && n < 100000 ? (int)n : 0;
}

START_TEST(random_networks_agree_with_the_plain_way)
{
    const char *fewer = getenv("CSPM_RANDOM_GRAPHS"); /* under valgrind */
    const int rounds = fewer && atoi_of(fewer) > 0 ? atoi_of(fewer) : 400;
    int open = 0, exposed = 0;
    for (int round = 0; round < rounds; round++) {
        plan p;
        seed = UINT64_C(0x9E3779B97F4A7C15) * (uint64_t)(round + 1);
        make_plan(&p);
        if (round)
            net_open(&w);
        build(&p);
        net_freeze(&w);
        for (int a = 0; a < MACHINES; a++) {
            char from[16], to[16];
            snprintf(from, sizeof from, "i-%d", a);
            bool reached = reached_plainly(&p, a);
            exposed += reached;
            ck_assert_msg(net_reached(&w, from) == reached, "round %d: internet to %s is %d (%s)", round, from, !reached,
                          net_note(&w, from));
            ck_assert(!net_conditional(&w, from));
            for (int b = 0; b < MACHINES; b++) {
                snprintf(to, sizeof to, "i-%d", b);
                bool wanted = a != b && connects_plainly(&p, a, b);
                open += wanted;
                ck_assert_msg(net_connects(&w, from, to) == wanted, "round %d: %s to %s is %d", round, from, to, !wanted);
            }
        }
        if (round + 1 < rounds)
            net_close(&w);
    }
    ck_assert_int_gt(open, 5 * rounds); /* the sample says something */
    ck_assert_int_gt(exposed, rounds / 10);
}
END_TEST

Suite *network_inside_suite(void)
{
    Suite *s = suite_create("network-inside");
    TCase *t = tcase_create("pairs");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, groups_by_reference_and_by_address);
    tcase_add_test(t, peering_needs_the_way_back);
    tcase_add_test(t, peering_with_routes_on_both_sides);
    tcase_add_test(t, peering_is_not_handed_on);
    tcase_add_test(t, a_flat_network_stays_flat);
    tcase_add_test(t, a_network_of_many_ports_stays_small);
    tcase_add_test(t, random_networks_agree_with_the_plain_way);
    suite_add_tcase(s, t);
    return s;
}
