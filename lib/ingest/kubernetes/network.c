/* What can be knocked at, and from where: services, endpoints, ingresses, gateways, network policies. */
#include "ingest/kubernetes/kubernetes.h"

const k8s_field k8s_service_fields[] = {
    { "type", "spec.type", K8S_AS_IS },
    { "cluster_ip", "spec.clusterIP", K8S_AS_IS },
    { "load_balancer_ip", "spec.loadBalancerIP", K8S_AS_IS },
    { "load_balancer_ingress", "status.loadBalancer.ingress", K8S_JSON },
    { "load_balancer_source_ranges", "spec.loadBalancerSourceRanges", K8S_AS_IS },
    { "external_ips", "spec.externalIPs", K8S_AS_IS },
    { "external_name", "spec.externalName", K8S_AS_IS },
    { "external_traffic_policy", "spec.externalTrafficPolicy", K8S_AS_IS },
    { "selector", "spec.selector", K8S_JSON },
    { "ports", "spec.ports", K8S_JSON },
    { 0 },
};
const k8s_field k8s_ingress_fields[] = {
    { "ingress_class_name", "spec.ingressClassName", K8S_AS_IS },
    { "rules", "spec.rules", K8S_JSON },
    { "default_backend", "spec.defaultBackend", K8S_JSON },
    { "tls_entries", "spec.tls", K8S_COUNT },
    { "load_balancer_ingress", "status.loadBalancer.ingress", K8S_JSON },
    { 0 },
};
const k8s_field k8s_route_fields[] = {
    { "hostnames", "spec.hostnames", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_gateway_fields[] = {
    { "gateway_class_name", "spec.gatewayClassName", K8S_AS_IS },
    { "addresses", "status.addresses", K8S_JSON },
    { 0 },
};
const k8s_field k8s_policy_fields[] = {
    { "pod_selector", "spec.podSelector", K8S_JSON },
    { "policy_types", "spec.policyTypes", K8S_AS_IS },
    { "ingress_rules", "spec.ingress", K8S_JSON },
    { "egress_rules", "spec.egress", K8S_JSON },
    { 0 },
};

static const cg_tree *item(const cg_tree *list, uint32_t i)
{
    return list->list.items[i];
}

/* ---- load balancers ---- */

/* Annotations by which clouds keep a balancer inside the network; the value that says so. */
static bool is_internal(const k8s_ctx *c)
{
    static const struct {
        const char *key, *value;
    } marks[] = {
        { "service.beta.kubernetes.io/aws-load-balancer-internal", NULL },
        { "service.beta.kubernetes.io/aws-load-balancer-scheme", "internal" },
        { "service.beta.kubernetes.io/azure-load-balancer-internal", "true" },
        { "networking.gke.io/load-balancer-type", "Internal" },
        { "cloud.google.com/load-balancer-type", "Internal" },
        { "service.beta.kubernetes.io/oci-load-balancer-internal", "true" },
        { "service.beta.kubernetes.io/openstack-internal-load-balancer", "true" },
        { "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", "intranet" },
        { "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", "private" },
        { "alb.ingress.kubernetes.io/scheme", "internal" },
        { "kubernetes.io/ingress.class", "gce-internal" },
    };

    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const cg_str v = k8s_annotation(c, marks[i].key);
        if (v.data && (marks[i].value ? cg_str_eq_nocase(v, cg_str_from(marks[i].value)) : !k8s_is(v, "false")))
            return true;
    }
    return false;
}

/* The balancer's name in the cloud: its id is found by it, as an alias. */
static void balancer_edges(k8s_ctx *c, cg_str id, const cg_tree *ingress)
{
    cg_str *names = k8s_count(ingress) && c->rc >= 0 ? cg_arena_alloc(&c->arena, k8s_count(ingress) * sizeof *names) : NULL;
    uint32_t n = 0;

    for (uint32_t i = 0; names && i < k8s_count(ingress); i++) {
        const cg_str host = k8s_str(item(ingress, i), "hostname");
        if (host.data && cg_str_ends(host, CG_STR(".amazonaws.com")))
            names[n++] = host;
    }
    for (uint32_t i = 0; i < n; i++)
        k8s_edge(c, id, "USES_LOAD_BALANCER", names[i], "AWSLoadBalancerV2");
}

void k8s_more_service(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesService", NULL };
    const cg_str id = c->id;

    k8s_internet(c);
    k8s_node(c, id, labels);
    k8s_prop_text(c, "qualified_name", k8s_text(c, "%.*s/%.*s", CG_FMT(c->ns), CG_FMT(c->name)));
    k8s_prop_bool(c, "internal", is_internal(c));
    if (!k8s_get(c->object, "spec.type"))
        k8s_prop_text(c, "type", CG_STR("ClusterIP"));
    k8s_node_end(c, false);
    balancer_edges(c, id, k8s_list(c->object, "status.loadBalancer.ingress"));
}

/* ---- endpoints ---- */

typedef struct port {
    cg_str name, protocol;
    int64_t number;
} port;

/* One endpoint a slice and port; nameless ports have their number for a name. */
static cg_str endpoint(k8s_ctx *c, cg_str service, const port *p, const cg_tree *targets, bool old_form)
{
    static const char *const labels[] = { "KubernetesEndpoint", "Endpoint", NULL };
    const uint32_t n = k8s_count(targets);
    cg_str *addresses = n && c->rc >= 0 ? cg_arena_alloc(&c->arena, n * sizeof *addresses) : NULL;
    uint32_t n_addresses = 0;

    for (uint32_t i = 0; addresses && i < n; i++) {
        const cg_tree *list = k8s_list(item(targets, i), "addresses");
        const cg_str address = old_form ? k8s_str(item(targets, i), "ip") : k8s_count(list) ? k8s_str(item(list, 0), "") : CG_STR_NULL;
        if (address.data)
            addresses[n_addresses++] = address;
    }
    const cg_str name = k8s_text(c, "%.*s/%lld/%.*s", CG_FMT(c->name), (long long)p->number, CG_FMT(p->protocol));
    const cg_str id = k8s_id(c, c->ns, "Endpoint", name);
    k8s_node(c, id, labels);
    k8s_prop_text(c, "name", k8s_text(c, "%.*s::%.*s::%.*s", CG_FMT(c->ns), CG_FMT(c->name), CG_FMT(p->name)));
    k8s_prop_text(c, "namespace", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_bool(c, "isNamespaced", true);
    k8s_prop_text(c, "serviceEndpoint", service);
    k8s_prop_text(c, "serviceDns", k8s_text(c, "%.*s.%.*s", CG_FMT(service), CG_FMT(c->ns)));
    k8s_prop_text(c, "addressType", k8s_str(c->object, "addressType"));
    k8s_prop_texts(c, "addresses", addresses, n_addresses);
    k8s_prop_text(c, "portName", p->name);
    k8s_prop_text(c, "protocol", p->protocol);
    if (p->number)
        k8s_prop_int(c, "port", p->number);
    k8s_prop_text(c, "exposure", CG_STR("External"));
    k8s_node_end(c, true);
    return id;
}

static void target_pods(k8s_ctx *c, cg_str from, const char *kind, const cg_tree *targets)
{
    for (uint32_t i = 0; i < k8s_count(targets) && c->rc >= 0; i++) {
        const cg_tree *ref = k8s_get(item(targets, i), "targetRef");
        const cg_str ns = k8s_str(ref, "namespace");
        if (k8s_is(k8s_str(ref, "kind"), "Pod"))
            k8s_edge(c, from, kind, k8s_id(c, ns.data ? ns : c->ns, "Pod", k8s_str(ref, "name")), "KubernetesPod");
    }
}

static void endpoints_of(k8s_ctx *c, cg_str service, const cg_tree *ports, const cg_tree *targets, bool old_form)
{
    const cg_str service_id = k8s_id(c, c->ns, "Service", service);

    for (uint32_t i = 0; i < k8s_count(ports) && c->rc >= 0; i++) {
        const cg_tree *number = k8s_get(item(ports, i), "port");
        port p = { k8s_str(item(ports, i), "name"), k8s_str(item(ports, i), "protocol"), 0 };
        if (number && number->type == CG_TREE_INT)
            p.number = number->integer;
        if (!p.protocol.data)
            p.protocol = CG_STR("TCP");
        const cg_str id = endpoint(c, service, &p, targets, old_form);
        k8s_edge(c, service_id, "HAS_ENDPOINT", id, NULL);
        target_pods(c, id, "TARGETS", targets);
    }
    target_pods(c, service_id, "TARGETS", targets);
}

void k8s_more_slice(k8s_ctx *c)
{
    const cg_tree *labels = k8s_get(c->meta, "labels");

    for (uint32_t i = 0; labels && labels->type == CG_TREE_MAP && i < labels->map.count; i++) {
        const cg_str service = k8s_str(labels->map.values[i], "");
        if (k8s_is(labels->map.keys[i], "kubernetes.io/service-name") && service.data && !memchr(service.data, '/', service.length))
            endpoints_of(c, service, k8s_list(c->object, "ports"), k8s_list(c->object, "endpoints"), false);
    }
}

/* The form of old, which the API still mirrors: it says again what slices say, so only who is behind a service is taken from it. */
void k8s_more_endpoints(k8s_ctx *c)
{
    const cg_tree *subsets = k8s_list(c->object, "subsets");
    const cg_str service = k8s_id(c, c->ns, "Service", c->name);

    for (uint32_t i = 0; i < k8s_count(subsets) && c->rc >= 0; i++) {
        const cg_tree *targets = k8s_list(item(subsets, i), "addresses");
        bool pods = false;
        for (uint32_t j = 0; j < k8s_count(targets); j++)
            pods = pods || k8s_is(k8s_str(item(targets, j), "targetRef.kind"), "Pod");
        if (pods)
            target_pods(c, service, "TARGETS", targets);
    }
}

/* ---- ingresses, gateways ---- */

static void backend(k8s_ctx *c, cg_str id, const cg_tree *b)
{
    cg_str name = k8s_str(b, "service.name");
    if (!name.data)
        name = k8s_str(b, "serviceName"); /* extensions/v1beta1 */
    k8s_edge(c, id, "TARGETS", k8s_id(c, c->ns, "Service", name), "KubernetesService");
}

void k8s_more_ingress(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesIngress", NULL };
    const cg_str id = c->id, class = k8s_annotation(c, "kubernetes.io/ingress.class");
    const cg_tree *rules = k8s_list(c->object, "spec.rules"), *tls = k8s_list(c->object, "spec.tls");
    cg_str *hosts = k8s_count(rules) && c->rc >= 0 ? cg_arena_alloc(&c->arena, k8s_count(rules) * sizeof *hosts) : NULL;

    k8s_internet(c);
    for (uint32_t i = 0; hosts && i < k8s_count(rules); i++)
        hosts[i] = k8s_str(item(rules, i), "host");
    k8s_node(c, id, labels);
    k8s_prop_bool(c, "internal", is_internal(c));
    if (class.data && !k8s_str(c->object, "spec.ingressClassName").data)
        k8s_prop_text(c, "ingress_class_name", class);
    k8s_prop_texts(c, "host_names", hosts, k8s_count(rules));
    k8s_prop_text(c, "ingress_group_name", k8s_annotation(c, "alb.ingress.kubernetes.io/group.name"));
    k8s_node_end(c, false);
    backend(c, id, k8s_get(c->object, "spec.defaultBackend"));
    backend(c, id, k8s_get(c->object, "spec.backend"));
    for (uint32_t i = 0; i < k8s_count(rules); i++) {
        const cg_tree *paths = k8s_list(item(rules, i), "http.paths");
        for (uint32_t j = 0; j < k8s_count(paths); j++)
            backend(c, id, k8s_get(item(paths, j), "backend"));
    }
    for (uint32_t i = 0; i < k8s_count(tls); i++)
        k8s_edge(c, id, "USES_SECRET", k8s_id(c, c->ns, "Secret", k8s_str(item(tls, i), "secretName")), "KubernetesSecret");
    balancer_edges(c, id, k8s_list(c->object, "status.loadBalancer.ingress"));
}

void k8s_more_gateway(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesGateway", NULL };

    k8s_internet(c);
    k8s_node(c, c->id, labels);
    k8s_prop_text(c, "qualified_name", k8s_text(c, "%.*s/%.*s", CG_FMT(c->ns), CG_FMT(c->name)));
    k8s_prop_bool(c, "internal", is_internal(c));
    k8s_node_end(c, false);
}

void k8s_more_route(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesHTTPRoute", NULL };
    const cg_str id = c->id;
    const cg_tree *parents = k8s_list(c->object, "spec.parentRefs"), *rules = k8s_list(c->object, "spec.rules");

    k8s_node(c, id, labels);
    k8s_prop_text(c, "qualified_name", k8s_text(c, "%.*s/%.*s", CG_FMT(c->ns), CG_FMT(c->name)));
    k8s_node_end(c, false);
    for (uint32_t i = 0; i < k8s_count(parents); i++) {
        const cg_str kind = k8s_str(item(parents, i), "kind"), ns = k8s_str(item(parents, i), "namespace");
        if (!kind.data || k8s_is(kind, "Gateway"))
            k8s_edge_from(c, k8s_id(c, ns.data ? ns : c->ns, "Gateway", k8s_str(item(parents, i), "name")), "KubernetesGateway", "ROUTES",
                          id);
    }
    for (uint32_t i = 0; i < k8s_count(rules); i++) {
        const cg_tree *refs = k8s_list(item(rules, i), "backendRefs");
        for (uint32_t j = 0; j < k8s_count(refs); j++) {
            const cg_str kind = k8s_str(item(refs, j), "kind"), ns = k8s_str(item(refs, j), "namespace");
            if (!kind.data || k8s_is(kind, "Service"))
                k8s_edge(c, id, "TARGETS", k8s_id(c, ns.data ? ns : c->ns, "Service", k8s_str(item(refs, j), "name")), "KubernetesService");
        }
    }
}

/* ---- network policies ---- */

void k8s_more_policy(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesNetworkPolicy", NULL };
    const cg_tree *types = k8s_list(c->object, "spec.policyTypes");
    bool in = !types, out = !types && k8s_get(c->object, "spec.egress");

    for (uint32_t i = 0; i < k8s_count(types); i++) {
        in = in || k8s_is(k8s_str(item(types, i), ""), "Ingress");
        out = out || k8s_is(k8s_str(item(types, i), ""), "Egress");
    }
    k8s_node(c, c->id, labels);
    k8s_prop_bool(c, "restricts_ingress", in);
    k8s_prop_bool(c, "restricts_egress", out);
    k8s_node_end(c, false);
}
