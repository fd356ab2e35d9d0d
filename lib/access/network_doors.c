/* Doors of the cloud itself: function URLs, API gateways, distributions, public endpoints of managed services. */
#include "access/access.h"
#include "access/network_front.h"

/* HTTPS from these addresses (from everywhere when there are none). */
static int32_t web_from(net_fronts *f, cg_ranges sources, cg_net_exposure *e, cspm_error **err)
{
    cg_ranges services;
    *e = (cg_net_exposure){ .missing = 0 };
    if (!cg_services_of(f->arena, CG_PROTOCOL_TCP, 443, 443, &services) ||
        !cg_ranges_combine(f->arena, sources, f->n->open, CG_SET_AND, &sources) || !cg_packets_of(f->arena, services, sources, &e->sure))
        return cg_nomem(f->n->mem, err);
    e->maybe = e->sure;
    return CSPM_OK;
}

static int32_t open_web(net_fronts *f, cg_net_exposure *e, cspm_error **err)
{
    return web_from(f, f->n->open, e, err);
}

static void only_maybe(cg_net_exposure *e, uint32_t missing)
{
    e->sure = (cg_packets){ 0, NULL };
    e->missing |= missing;
}

/* Without authentication, and yet the function's own policy must let everybody call. What of it cannot be read may do so. */
static int32_t url_policy(net_fronts *f, cg_node function, cg_access_result *out, cspm_error **err)
{
    static const cg_str none[] = { { "NONE", 4 } };
    const cg_access_key keys[] = { { CG_STR("lambda:FunctionUrlAuthType"), none, 1 } };
    cg_str text = net_text(f->n, function, NK_policy), id = cg_node_id(f->n->g, function);
    cg_policy *policy = NULL;
    cg_decision decision;
    *out = CG_ACCESS_CONDITIONAL;
    if (!text.data)
        return CSPM_OK;
    int32_t rc = cg_policy_parse(f->arena, text, CG_POLICY_RESOURCE, id, &policy, err);
    if (rc < 0)
        return rc;
    const cg_policy *const list[] = { policy };
    cg_access_policies policies = { .resource = { list, 1 } };
    cg_access_request request = {
        .principal = CG_STR("*"), .action = CG_STR("lambda:InvokeFunctionUrl"), .resource = id, .keys = keys, .n_keys = 1, .open = true
    };
    cg_decision_init(&decision, f->n->mem);
    rc = cg_aws_decide(&request, &policies, &decision, err);
    *out = decision.result;
    cg_decision_free(&decision);
    for (uint32_t i = 0; rc == CSPM_OK && i < policy->n_statements && *out == CG_ACCESS_IMPLICITLY_DENIED; i++) {
        cg_statement_facts facts;
        cg_policy_statement_facts(policy, i, &facts);
        if (!facts.readable)
            *out = CG_ACCESS_CONDITIONAL;
    }
    return rc;
}

/* The inventory's own word for a policy that names everybody. */
static int32_t said_anonymous(net_fronts *f, cg_node function, bool *out, cspm_error **err)
{
    const cg_str *actions;
    uint32_t count;
    int32_t rc = net_texts(f->n, function, NK_anonymous_actions, &actions, &count, err);
    *out = false;
    for (uint32_t i = 0; rc == CSPM_OK && i < count; i++)
        *out |= cg_str_eq_nocase(actions[i], CG_STR("lambda:InvokeFunctionUrl"));
    return rc;
}

static int32_t function_url(net_fronts *f, cg_node node, cspm_error **err)
{
    cg_net_exposure e;
    cg_access_result result;
    bool anonymous, url = cg_str_eq_nocase(net_text(f->n, node, NK_function_url_auth_type), CG_STR("NONE"));
    int32_t rc = said_anonymous(f, node, &anonymous, err);
    if (rc < 0 || (!url && (!anonymous || net_text(f->n, node, NK_function_url_auth_type).data)))
        return rc;
    if ((rc = open_web(f, &e, err)) < 0 || (rc = url_policy(f, node, &result, err)) < 0)
        return rc;
    if (!anonymous && (result == CG_ACCESS_IMPLICITLY_DENIED || result == CG_ACCESS_EXPLICITLY_DENIED))
        return CSPM_OK;
    if (!url)
        only_maybe(&e, CG_NET_NO_URL);
    else if (!anonymous && result == CG_ACCESS_CONDITIONAL)
        only_maybe(&e, CG_NET_NO_POLICY);
    return net_fronts_add(f, node, &e, NULL, 0, CG_NO_NODE, err);
}

/* What an API calls: functions by name, and balancers inside through a private link. */
static int32_t behind_api(net_fronts *f, cg_node api, const cg_net_exposure *e, cspm_error **err)
{
    net_walk w, inner;
    int32_t rc = CSPM_OK;
    net_walk_begin(&w, f->n, api, CG_OUT, NR_INVOKES);
    while (rc == CSPM_OK && net_walk_next(&w))
        if (net_sort_of(f->n, w.node) == NET_FUNCTION)
            rc = net_fronts_add(f, w.node, e, &api, 1, api, err);
    net_walk_begin(&w, f->n, api, CG_OUT, NR_HAS_INTEGRATION);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        net_walk_begin(&inner, f->n, w.node, CG_OUT, NR_FORWARDS_TO);
        while (rc == CSPM_OK && net_walk_next(&inner)) {
            cg_node balancer = net_neighbour(f->n, inner.node, CG_IN, NR_ELBV2_LISTENER, NET_BALANCER);
            uint32_t index = balancer == CG_NO_NODE ? CG_NET_NONE : f->n->endpoint_of[balancer];
            cg_net_exposure inside = *e;
            if (index == CG_NET_NONE)
                continue;
            only_maybe(&inside, CG_NET_NO_LINK);
            const cg_node evidence[] = { api, w.node, inner.node };
            rc = net_fronts_add(f, balancer, &inside, evidence, 3, api, err);
            if (rc == CSPM_OK)
                rc = net_front_forward(f, &f->n->endpoints.data[index], &inside, err);
        }
    }
    return rc;
}

static int32_t api(net_fronts *f, cg_node node, cspm_error **err)
{
    cg_net_exposure e;
    if (cg_str_eq_nocase(net_text(f->n, node, NK_endpoint_type), CG_STR("PRIVATE")) ||
        net_flag(f->n, node, NK_disableexecuteapiendpoint, false))
        return CSPM_OK;
    int32_t rc = open_web(f, &e, err);
    if (rc == CSPM_OK)
        rc = net_fronts_add(f, node, &e, NULL, 0, CG_NO_NODE, err);
    return rc == CSPM_OK ? behind_api(f, node, &e, err) : rc;
}

/* A distribution hands everybody on to its origins: to balancers and APIs that let it, to functions by their URLs. */
static int32_t distribution(net_fronts *f, cg_node node, cspm_error **err)
{
    net_walk w;
    cg_net_exposure e;
    if (!net_flag(f->n, node, NK_enabled, true))
        return CSPM_OK;
    int32_t rc = open_web(f, &e, err);
    if (rc == CSPM_OK)
        rc = net_fronts_add(f, node, &e, NULL, 0, CG_NO_NODE, err);
    net_walk_begin(&w, f->n, node, CG_OUT, NR_FORWARDS_TO);
    while (rc == CSPM_OK && net_walk_next(&w)) {
        uint32_t item = f->item_of[w.node];
        /* An origin that nobody on the internet reaches is not reached by the distribution either. */
        if (item == CG_NET_NONE)
            continue;
        cg_net_exposure through = { f->items.data[item].sure, f->items.data[item].maybe, f->items.data[item].missing };
        rc = net_fronts_add(f, w.node, &through, &node, 1, node, err);
    }
    return rc;
}

static int32_t cluster(net_fronts *f, cg_node node, cspm_error **err)
{
    const cg_str *texts;
    uint32_t count;
    cg_ranges sources = { 0, NULL };
    cg_net_exposure e;
    bool bad = false;
    if (!net_flag(f->n, node, NK_endpoint_public_access, false))
        return CSPM_OK;
    int32_t rc = net_texts(f->n, node, NK_public_access_cidrs, &texts, &count, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < count; i++)
        if (!net_add_block(f->n, &sources, texts[i], &bad))
            rc = cg_nomem(f->n->mem, err);
    /* The cloud's own default is everybody. */
    if (rc == CSPM_OK)
        rc = web_from(f, count ? sources : f->n->open, &e, err);
    return rc == CSPM_OK ? net_fronts_add(f, node, &e, NULL, 0, CG_NO_NODE, err) : rc;
}

static int32_t flagged(net_fronts *f, cg_node node, cspm_error **err)
{
    cg_net_exposure e;
    if (!net_flag(f->n, node, NK_is_publicly_accessible, net_flag(f->n, node, NK_publicly_accessible, false)))
        return CSPM_OK;
    int32_t rc = open_web(f, &e, err);
    return rc == CSPM_OK ? net_fronts_add(f, node, &e, NULL, 0, CG_NO_NODE, err) : rc;
}

int32_t net_front_services(net_fronts *f, cspm_error **err)
{
    static const struct {
        net_sort sort;
        int32_t (*open)(net_fronts *f, cg_node node, cspm_error **err);
    } doors[] = { { NET_FUNCTION, function_url },    { NET_REST_API, api }, { NET_HTTP_API, api },
                  { NET_CLUSTER, cluster },          { NET_APP, flagged },  { NET_SEARCH, flagged },
                  { NET_DISTRIBUTION, distribution } };
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        for (cg_node node = 0; rc == CSPM_OK && node < cg_graph_n_nodes(f->n->g); node++)
            if (f->n->sort[node] == doors[i].sort && !net_partial(f->n, node))
                rc = doors[i].open(f, node, err);
    return rc;
}
