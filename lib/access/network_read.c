#include "access/network_read.h"

#include "access/network_filter.h"

#define NAME_TEXT(name) #name,
static const char *const key_names[] = { NET_KEYS(NAME_TEXT) };
static const char *const kind_names[] = { NET_KINDS(NAME_TEXT) };

/* Current names of Cartography and the ones before. */
static const struct {
    const char *label;
    net_sort sort;
} sorts[] = {
    { "AWSVpc", NET_VPC },
    { "AWSEC2Subnet", NET_SUBNET },
    { "EC2Subnet", NET_SUBNET },
    { "AWSEC2RouteTable", NET_TABLE },
    { "EC2RouteTable", NET_TABLE },
    { "AWSEC2NetworkAcl", NET_ACL },
    { "EC2NetworkAcl", NET_ACL },
    { "AWSEC2SecurityGroup", NET_GROUP },
    { "EC2SecurityGroup", NET_GROUP },
    { "AWSPrefixList", NET_PREFIX_LIST },
    { "AWSInternetGateway", NET_IGW },
    { "AWSEgressOnlyInternetGateway", NET_EIGW },
    { "AWSNatGateway", NET_NAT },
    { "AWSVpnGateway", NET_VGW },
    { "AWSVpcPeeringConnection", NET_PEERING },
    { "AWSPeeringConnection", NET_PEERING },
    { "AWSTransitGateway", NET_TGW },
    { "AWSTransitGatewayAttachment", NET_TGW_ATTACHMENT },
    { "AWSNetworkInterface", NET_INTERFACE },
    { "NetworkInterface", NET_INTERFACE },
    { "AWSEC2Instance", NET_MACHINE },
    { "EC2Instance", NET_MACHINE },
    { "AWSLoadBalancer", NET_BALANCER },
    { "AWSLoadBalancerV2", NET_BALANCER },
    { "LoadBalancerV2", NET_BALANCER },
    { "AWSRDSInstance", NET_DATABASE },
    { "RDSInstance", NET_DATABASE },
    { "AWSRedshiftCluster", NET_DATABASE },
    { "RedshiftCluster", NET_DATABASE },
    { "AWSESDomain", NET_SEARCH },
    { "ESDomain", NET_SEARCH },
    { "AWSElastiCacheCluster", NET_CACHE },
    { "ElasticacheCluster", NET_CACHE },
    { "AWSLambda", NET_FUNCTION },
    { "AWSECSTask", NET_ECS_TASK },
    { "ECSTask", NET_ECS_TASK },
    { "AWSECSService", NET_ECS_SERVICE },
    { "ECSService", NET_ECS_SERVICE },
    { "AWSVpcEndpoint", NET_VPC_ENDPOINT },
    { "AWSAPIGatewayRestAPI", NET_REST_API },
    { "APIGatewayRestAPI", NET_REST_API },
    { "AWSAPIGatewayV2API", NET_HTTP_API },
    { "APIGatewayV2API", NET_HTTP_API },
    { "AWSCloudFrontDistribution", NET_DISTRIBUTION },
    { "CloudFrontDistribution", NET_DISTRIBUTION },
    { "AWSEKSCluster", NET_CLUSTER },
    { "EKSCluster", NET_CLUSTER },
    { "AWSAppRunnerService", NET_APP },
    { "AWSELBListener", NET_LISTENER },
    { "AWSELBV2Listener", NET_LISTENER },
    { "ELBV2Listener", NET_LISTENER },
    { "AWSIpTarget", NET_IP_TARGET },
};

static int32_t find_names(cg_network *n, cspm_error **err)
{
    uint32_t *keys = cg_arena_alloc(&n->arena, sizeof(uint32_t) * NET_N_KEYS);
    cg_kind_set *kinds = cg_arena_calloc(&n->arena, NET_N_KINDS, sizeof *kinds);
    if (!keys || !kinds)
        return cg_nomem(n->mem, err);
    for (int i = 0; i < NET_N_KEYS; i++)
        keys[i] = cg_name_find(n->g, CG_NAMES_KEY, cg_str_from(key_names[i]));
    for (int i = 0; i < NET_N_KINDS; i++) {
        uint32_t id = cg_name_find(n->g, CG_NAMES_KIND, cg_str_from(kind_names[i]));
        if (id == CG_NO_NAME)
            continue;
        kinds[i].n_words = id / 64 + 1;
        kinds[i].words = cg_arena_calloc(&n->arena, kinds[i].n_words, sizeof(uint64_t));
        if (!kinds[i].words)
            return cg_nomem(n->mem, err);
        kinds[i].words[id / 64] = UINT64_C(1) << (id % 64);
    }
    n->keys = keys;
    n->kinds = kinds;
    return CSPM_OK;
}

int32_t net_sort_nodes(cg_network *n, cspm_error **err)
{
    uint32_t nodes = cg_graph_n_nodes(n->g);
    n->slot = cg_alloc_array(n->mem, nodes, sizeof *n->slot);
    n->endpoint_of = cg_alloc_array(n->mem, nodes, sizeof *n->endpoint_of);
    n->sort = cg_calloc(n->mem, nodes, 1);
    if (!n->slot || !n->sort || !n->endpoint_of)
        return cg_nomem(n->mem, err);
    int32_t rc = find_names(n, err);
    if (rc < 0)
        return rc;
    memset(n->endpoint_of, 0xFF, (size_t)nodes * sizeof *n->endpoint_of);
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++) {
        uint32_t label = cg_name_find(n->g, CG_NAMES_LABEL, cg_str_from(sorts[i].label));
        cg_label_iter it;
        cg_node node;
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, n->g, label);
        while (cg_label_iter_next(&it, &node))
            if (n->sort[node] == NET_OTHER)
                n->sort[node] = (uint8_t)sorts[i].sort;
    }
    uint32_t counts[NET_SORTS] = { 0 };
    for (uint32_t node = 0; node < nodes; node++)
        n->slot[node] = n->sort[node] ? counts[n->sort[node]]++ : CG_NET_NONE;
    return CSPM_OK;
}

uint32_t net_count(const cg_network *n, net_sort sort)
{
    uint32_t count = 0;
    for (uint32_t node = 0; node < cg_graph_n_nodes(n->g); node++)
        count += n->sort[node] == sort;
    return count;
}

uint32_t net_slot(const cg_network *n, cg_node node, net_sort sort)
{
    return node != CG_NO_NODE && n->sort[node] == sort ? n->slot[node] : CG_NET_NONE;
}

static cg_value value_of(const cg_network *n, cg_node node, net_key key)
{
    cg_value v = cg_v_null();
    if (n->keys[key] != CG_NO_NAME && cg_node_prop(n->g, node, n->keys[key], NULL, &v, NULL) < 0)
        v = cg_v_null();
    return v;
}

cg_str net_text(const cg_network *n, cg_node node, net_key key)
{
    cg_value v = value_of(n, node, key);
    return v.type == CG_STRING && v.length ? cg_value_str(v) : CG_STR_NULL;
}

int64_t net_number(const cg_network *n, cg_node node, net_key key)
{
    cg_value v = value_of(n, node, key);
    int64_t number;
    if (v.type == CG_INT)
        return v.integer;
    return v.type == CG_STRING && cg_parse_int64(cg_value_str(v), &number) ? number : -1;
}

bool net_flag(const cg_network *n, cg_node node, net_key key, bool absent)
{
    cg_value v = value_of(n, node, key);
    return v.type == CG_BOOL ? v.boolean : absent;
}

bool net_partial(const cg_network *n, cg_node node)
{
    return net_flag(n, node, NK_partial, false);
}

int32_t net_texts(cg_network *n, cg_node node, net_key key, const cg_str **out, uint32_t *count, cspm_error **err)
{
    cg_value v = cg_v_null();
    *count = 0;
    *out = NULL;
    if (n->keys[key] == CG_NO_NAME)
        return CSPM_OK;
    int32_t rc = cg_node_prop(n->g, node, n->keys[key], &n->arena, &v, err);
    if (rc < 0 || (v.type != CG_STRING && v.type != CG_LIST))
        return rc;
    uint32_t most = v.type == CG_STRING ? 1 : v.list->count;
    cg_str *texts = cg_arena_alloc(&n->arena, ((size_t)most + 1) * sizeof *texts);
    if (!texts)
        return cg_nomem(n->mem, err);
    for (uint32_t i = 0; i < most; i++) {
        cg_value item = v.type == CG_STRING ? v : v.list->items[i];
        if (item.type == CG_STRING)
            texts[(*count)++] = cg_value_str(item);
    }
    *out = texts;
    return CSPM_OK;
}

void net_walk_begin(net_walk *w, const cg_network *n, cg_node node, cg_dir dir, net_kind kind)
{
    memset(w, 0, sizeof *w);
    w->from = node;
    w->none = n->kinds[kind].n_words == 0 || node == CG_NO_NODE;
    if (!w->none)
        cg_adj_init(&w->it, n->g, node, dir, &n->kinds[kind]);
}

bool net_walk_next(net_walk *w)
{
    cg_edge e;
    if (w->none || !cg_adj_next(&w->it, &e))
        return false;
    w->node = e.from == w->from ? e.to : e.from;
    w->rel = e.rel;
    return true;
}

cg_node net_neighbour(const cg_network *n, cg_node node, cg_dir dir, net_kind kind, net_sort sort)
{
    net_walk w;
    net_walk_begin(&w, n, node, dir, kind);
    while (net_walk_next(&w))
        if (net_sort_of(n, w.node) == sort)
            return w.node;
    return CG_NO_NODE;
}

bool net_add_block(cg_network *n, cg_ranges *set, cg_str text, bool *bad)
{
    cg_cidr block;
    if (!text.data)
        return true;
    if (!cg_cidr_parse(text, &block)) {
        *bad = true;
        return true;
    }
    return cg_ranges_add_cidr(&n->arena, set, &block);
}

int32_t net_guard(cg_network *n, uint32_t *groups, uint32_t count, bool open, uint32_t *out, cspm_error **err)
{
    uint32_t kept = 0;
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t j = i; j > 0 && groups[j] < groups[j - 1]; j--) {
            uint32_t t = groups[j];
            groups[j] = groups[j - 1];
            groups[j - 1] = t;
        }
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || groups[kept - 1] != groups[i])
            groups[kept++] = groups[i];
    const void *name = open ? (const void *)"open" : kept ? (const void *)groups : (const void *)"";
    uint32_t before = cg_intern_count(n->guard_names);
    *out = cg_intern_add(n->guard_names, name, open ? 5 : kept * sizeof *groups);
    if (*out == CG_INTERN_NONE)
        return cg_nomem(n->mem, err);
    if (*out < before)
        return CSPM_OK;
    uint32_t *copy = cg_arena_alloc(&n->arena, ((size_t)kept + 1) * sizeof *copy);
    if (!copy)
        return cg_nomem(n->mem, err);
    if (kept)
        memcpy(copy, groups, kept * sizeof *groups);
    return cg_vec_push(n->mem, &n->guards, ((cg_net_guard){ copy, kept, open })) ? CSPM_OK : cg_nomem(n->mem, err);
}

int32_t cg_network_new(cg_graph *g, cspm_op *op, cg_network **out, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    cg_network *n = cg_calloc(mem, 1, sizeof *n);
    int32_t rc;
    if (!n)
        return cg_nomem(mem, err);
    n->g = g;
    n->mem = mem;
    n->op = op;
    cg_arena_init(&n->arena, mem);
    n->guard_names = cg_intern_new(mem, 0);
    if (!n->guard_names || !cg_services_of(&n->arena, -1, -1, -1, &n->all) || !cg_ranges_public(&n->arena, &n->open))
        rc = cg_nomem(mem, err);
    else if ((rc = net_sort_nodes(n, err)) == CSPM_OK && (rc = net_read_groups(n, err)) == CSPM_OK &&
             (rc = net_read_places(n, err)) == CSPM_OK && (rc = net_read_transit(n, err)) == CSPM_OK)
        rc = net_read_endpoints(n, err);
    if (rc == CSPM_OK)
        rc = net_read_bounds(n, err);
    if (rc == CSPM_OK)
        rc = net_read_samples(n, err);
    if (rc < 0) {
        cg_network_free(n);
        return rc;
    }
    *out = n;
    return CSPM_OK;
}

void cg_network_free(cg_network *n)
{
    if (!n)
        return;
    cg_vec_free(n->mem, &n->guards);
    cg_vec_free(n->mem, &n->endpoints);
    cg_vec_free(n->mem, &n->attachments);
    cg_free(n->mem, n->slot);
    cg_free(n->mem, n->sort);
    cg_free(n->mem, n->endpoint_of);
    cg_intern_free(n->guard_names);
    cg_arena_free(&n->arena);
    cg_free(n->mem, n);
}
