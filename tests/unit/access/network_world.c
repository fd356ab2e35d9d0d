#include "network_world.h"

#include <string.h>

void net_open(net_world *w)
{
    net_open_in(w, cg_mem_new(NULL, 0));
}

void net_open_in(net_world *w, cg_mem *mem)
{
    memset(w, 0, sizeof *w);
    w->mem = mem;
    ck_assert_int_eq(cg_builder_new(w->mem, NULL, &w->b, NULL), CSPM_OK);
    cg_source_options o = { .name = CG_STR("test"), .dialect = CG_STR("test"), .merge_equal_edges = true };
    ck_assert_int_eq(cg_builder_begin_source(w->b, &o, NULL), CSPM_OK);
    net_node(w, "internet", "Internet", "name=Internet");
}

void net_close(net_world *w)
{
    cg_graph_unref(w->g);
    cg_graph_unref(w->below);
    cg_builder_free(w->b);
    ck_assert_uint_eq(cg_mem_used(w->mem), 0);
    cg_mem_unref(w->mem);
}

static cg_value scalar(const char *text, size_t length)
{
    int64_t number;
    cg_str s = { text, length };
    if (cg_str_eq(s, CG_STR("true")) || cg_str_eq(s, CG_STR("false")))
        return cg_v_bool(*text == 't');
    return cg_parse_int64(s, &number) ? cg_v_int(number) : cg_v_str(s);
}

static void set_property(net_world *w, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    ck_assert_ptr_nonnull(equals);
    const char *value = equals + 1;
    size_t rest = length - (size_t)(value - text);
    uint32_t key = cg_builder_key(w->b, text, (size_t)(equals - text));
    if (!memchr(value, '|', rest)) {
        ck_assert_int_eq(cg_builder_set_prop(w->b, key, scalar(value, rest), NULL), CSPM_OK);
        return;
    }
    union {
        cg_list list;
        char bytes[sizeof(cg_list) + 16 * sizeof(cg_value)];
    } list = { .list.count = 0 };
    while (rest) {
        const char *bar = memchr(value, '|', rest);
        size_t n = bar ? (size_t)(bar - value) : rest;
        if (n)
            list.list.items[list.list.count++] = cg_v_str((cg_str){ value, n });
        value += n + (bar != NULL);
        rest -= n + (bar != NULL);
    }
    ck_assert_int_eq(cg_builder_set_prop(w->b, key, (cg_value){ .type = CG_LIST, .list = &list.list }, NULL), CSPM_OK);
}

static void set_properties(net_world *w, const char *text)
{
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");
        set_property(w, text, n);
        text += n;
    }
}

void net_node(net_world *w, const char *id, const char *labels, const char *properties)
{
    ck_assert_int_eq(cg_builder_begin_node(w->b, 0, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_set_id(w->b, id, strlen(id), NULL), CSPM_OK);
    for (const char *at = labels; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        ck_assert_int_eq(cg_builder_add_label(w->b, cg_builder_label(w->b, at, n), NULL), CSPM_OK);
        at += n;
    }
    set_properties(w, properties);
    ck_assert_int_eq(cg_builder_end_item(w->b, NULL), CSPM_OK);
}

void net_edge_with(net_world *w, const char *from, const char *kind, const char *to, const char *properties)
{
    ck_assert_int_eq(cg_builder_begin_edge(w->b, 0, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_set_from(w->b, from, strlen(from), NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_set_to(w->b, to, strlen(to), NULL), CSPM_OK);
    cg_builder_set_kind(w->b, cg_builder_kind(w->b, kind, strlen(kind)));
    set_properties(w, properties);
    ck_assert_int_eq(cg_builder_end_item(w->b, NULL), CSPM_OK);
}

void net_edge(net_world *w, const char *from, const char *kind, const char *to)
{
    net_edge_with(w, from, kind, to, "");
}

static void node_of(net_world *w, const char *id, const char *labels, const char *format, const char *a, const char *b)
{
    char text[512];
    snprintf(text, sizeof text, format, a, b);
    net_node(w, id, labels, text);
}

void net_vpc(net_world *w, const char *id, const char *cidr)
{
    node_of(w, id, "AWSVpc", "primary_cidr_block=%s", cidr, "");
}

void net_subnet(net_world *w, const char *id, const char *vpc, const char *cidr, const char *table, const char *acl)
{
    char association[128];
    node_of(w, id, "AWSEC2Subnet EC2Subnet", "cidr_block=%s vpc_id=%s", cidr, vpc);
    net_edge(w, id, "MEMBER_OF_AWS_VPC", vpc);
    if (table) {
        snprintf(association, sizeof association, "rtbassoc-%s", id);
        net_node(w, association, "AWSEC2RouteTableAssociation", "main=false");
        net_edge(w, table, "ASSOCIATION", association);
        net_edge(w, association, "ASSOCIATED_SUBNET", id);
    }
    if (acl)
        net_edge(w, acl, "PART_OF_SUBNET", id);
}

void net_table(net_world *w, const char *id, const char *vpc, bool main)
{
    node_of(w, id, "AWSEC2RouteTable EC2RouteTable", "vpc_id=%s main=%s", vpc, main ? "true" : "false");
    net_edge(w, id, "MEMBER_OF_AWS_VPC", vpc);
}

void net_route(net_world *w, const char *table, const char *to, const char *target, const char *state)
{
    char id[128], properties[256];
    snprintf(id, sizeof id, "%s|%s|%s", table, to, target);
    snprintf(properties, sizeof properties, "destination_%scidr_block=%s target=%s state=%s", strchr(to, ':') ? "ipv6_" : "", to, target,
             state);
    net_node(w, id, "AWSEC2Route EC2Route", properties);
    net_edge(w, table, "ROUTE", id);
}

void net_gateway(net_world *w, const char *id, const char *vpc)
{
    net_node(w, id, "AWSInternetGateway", "");
    if (vpc)
        net_edge(w, id, "ATTACHED_TO", vpc);
}

void net_acl_rule(net_world *w, const char *acl, int number, bool egress, const char *action, const char *protocol, int from, int to,
                  const char *cidr)
{
    char id[128], properties[256];
    snprintf(id, sizeof id, "%s/%s/%d", acl, egress ? "egress" : "inbound", number);
    int n = snprintf(properties, sizeof properties, "rulenumber=%d ruleaction=%s protocol=%s %s=%s egress=%s", number, action, protocol,
                     strchr(cidr, ':') ? "ipv6cidrblock" : "cidrblock", cidr, egress ? "true" : "false");
    if (from >= 0)
        snprintf(properties + n, sizeof properties - (size_t)n, " fromport=%d toport=%d", from, to);
    net_node(w, id, "AWSEC2NetworkAclRule EC2NetworkAclRule", properties);
    net_edge(w, id, "MEMBER_OF_NACL", acl);
}

void net_acl(net_world *w, const char *id)
{
    net_node(w, id, "AWSEC2NetworkAcl EC2NetworkAcl", "");
    for (int egress = 0; egress < 2; egress++) {
        net_acl_rule(w, id, 100, egress, "allow", "-1", -1, -1, "0.0.0.0/0");
        net_acl_rule(w, id, 101, egress, "allow", "-1", -1, -1, "::/0");
        net_acl_rule(w, id, 32767, egress, "deny", "-1", -1, -1, "0.0.0.0/0");
        net_acl_rule(w, id, 32768, egress, "deny", "-1", -1, -1, "::/0");
    }
}

void net_group(net_world *w, const char *id, const char *vpc)
{
    node_of(w, id, "AWSEC2SecurityGroup EC2SecurityGroup", "vpc_id=%s name=%s", vpc, id);
    net_edge(w, vpc, "MEMBER_OF_EC2_SECURITY_GROUP", id);
    net_rule(w, id, true, "-1", -1, -1, "0.0.0.0/0");
    net_rule(w, id, true, "-1", -1, -1, "::/0");
}

void net_rule(net_world *w, const char *group, bool egress, const char *protocol, int from, int to, const char *peer)
{
    char id[192], properties[128];
    snprintf(id, sizeof id, "%s/IpPermissions%s/%d%d%s", group, egress ? "Egress" : "", from, to, protocol);
    int n = snprintf(properties, sizeof properties, "groupid=%s protocol=%s", group, protocol);
    if (from >= 0)
        snprintf(properties + n, sizeof properties - (size_t)n, " fromport=%d toport=%d", from, to);
    net_node(w, id, egress ? "AWSIpRule IpRule IpPermissionEgress" : "AWSIpRule IpRule IpPermissionInbound", properties);
    net_edge(w, id, "MEMBER_OF_EC2_SECURITY_GROUP", group);
    if (strncmp(peer, "sg-", 3) != 0 && strncmp(peer, "pl-", 3) != 0)
        node_of(w, peer, "AWSIpRange IpRange", "range=%s", peer, "");
    net_edge(w, peer, "MEMBER_OF_IP_RULE", id);
}

void net_machine(net_world *w, const char *id, const char *subnet, const char *group, const char *ip, const char *public_ip)
{
    char eni[128], properties[256];
    snprintf(eni, sizeof eni, "eni-%s", id);
    net_node(w, id, "AWSEC2Instance EC2Instance", "state=running");
    snprintf(properties, sizeof properties, "private_ip_address=%s%s%s", ip, public_ip ? " public_ip=" : "", public_ip ? public_ip : "");
    net_node(w, eni, "AWSNetworkInterface NetworkInterface", properties);
    net_edge(w, id, "NETWORK_INTERFACE", eni);
    if (subnet)
        net_edge(w, eni, "PART_OF_SUBNET", subnet);
    if (group)
        net_edge(w, eni, "MEMBER_OF_EC2_SECURITY_GROUP", group);
}

void net_usual(net_world *w)
{
    net_vpc(w, "vpc-1", "10.0.0.0/16");
    net_gateway(w, "igw-1", "vpc-1");
    net_table(w, "rtb-main", "vpc-1", true);
    net_table(w, "rtb-pub", "vpc-1", false);
    net_route(w, "rtb-pub", "0.0.0.0/0", "igw-1", "active");
    net_acl(w, "acl-1");
    net_subnet(w, "subnet-pub", "vpc-1", "10.0.1.0/24", "rtb-pub", "acl-1");
    net_subnet(w, "subnet-priv", "vpc-1", "10.0.2.0/24", NULL, "acl-1");
    net_group(w, "sg-web", "vpc-1");
    net_rule(w, "sg-web", false, "tcp", 443, 443, "0.0.0.0/0");
}

void net_freeze(net_world *w)
{
    cg_layer_builder *l = NULL;
    cspm_error *err = NULL;
    cg_derive_request request = { 0 };
    ck_assert_int_eq(cg_builder_freeze(w->b, NULL, &w->below, NULL), CSPM_OK);
    ck_assert_int_eq(cg_layer_new(w->below, CG_STR("network"), &l, NULL), CSPM_OK);
    ck_assert_int_eq(cg_stage_network.run(w->below, &request, l, NULL, &err), CSPM_OK);
    ck_assert_ptr_null(err);
    ck_assert_int_eq(cg_layer_push(l, NULL, &w->g, NULL), CSPM_OK);
}

cg_node net_find(const net_world *w, const char *id)
{
    cg_node n = cg_node_find(w->g, id, strlen(id));
    ck_assert_msg(n != CG_NO_NODE, "%s", id);
    return n;
}

static bool find_edge(const net_world *w, const char *from, const char *kind, const char *to, cg_edge *e)
{
    cg_adj_iter it;
    cg_node target = net_find(w, to);
    uint32_t id = cg_name_find(w->g, CG_NAMES_KIND, cg_str_from(kind));
    cg_adj_init(&it, w->g, net_find(w, from), CG_OUT, NULL);
    while (cg_adj_next(&it, e))
        if (e->kind == id && e->to == target)
            return true;
    return false;
}

bool net_reached(const net_world *w, const char *id)
{
    cg_edge e;
    return find_edge(w, "internet", "CAN_ACCESS", id, &e);
}

bool net_conditional(const net_world *w, const char *id)
{
    cg_edge e;
    return find_edge(w, "internet", "CAN_ACCESS", id, &e) && cg_rel_conditional(w->g, e.rel);
}

bool net_connects(const net_world *w, const char *from, const char *to)
{
    cg_edge e;
    return find_edge(w, from, "CAN_CONNECT", to, &e);
}

const char *net_note(net_world *w, const char *id)
{
    static char text[1024];
    cg_edge e;
    cg_evidence evidence;
    *text = 0;
    if (find_edge(w, "internet", "CAN_ACCESS", id, &e) && cg_evidence_get(w->g, cg_rel_evidence(w->g, e.rel), &evidence))
        snprintf(text, sizeof text, "%.*s", CG_FMT(evidence.note));
    return text;
}

const char *net_prop(net_world *w, const char *id, const char *key)
{
    static char text[1024];
    cg_value v = cg_v_null();
    cg_arena arena;
    uint32_t k = cg_name_find(w->g, CG_NAMES_KEY, cg_str_from(key));
    cg_arena_init(&arena, w->mem);
    *text = 0;
    if (k != CG_NO_NAME)
        ck_assert_int_eq(cg_node_prop(w->g, net_find(w, id), k, &arena, &v, NULL), CSPM_OK);
    if (v.type == CG_STRING)
        snprintf(text, sizeof text, "%.*s", CG_FMT(cg_value_str(v)));
    if (v.type == CG_BOOL)
        snprintf(text, sizeof text, "%s", v.boolean ? "true" : "false");
    for (uint32_t i = 0; v.type == CG_LIST && i < v.list->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s", i ? ", " : "", CG_FMT(cg_value_str(v.list->items[i])));
    cg_arena_free(&arena);
    return text;
}
