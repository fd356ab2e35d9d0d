/* From the internet to services, ingresses and gateways, and on to the pods and containers behind them. */
#include <stdlib.h>

#include "access/kubernetes_network.h"

/* ---- who stands in front ---- */

/* Addresses a balancer got: a public one, only private ones, or none yet. */
static kube_answer addresses(kube_estate *k, cg_node n, const char *key)
{
    const cg_tree *list = NULL;
    bool any = false;

    if (kube_json(k, n, key, &list) < 0 || !list || list->type != CG_TREE_LIST)
        return KUBE_MAYBE;
    for (uint32_t i = 0; i < list->list.count; i++) {
        cg_str ip = cg_tree_string(cg_tree_get(list->list.items[i], "ip")),
               host = cg_tree_string(cg_tree_get(list->list.items[i], "hostname"));
        cg_cidr c;
        if (!ip.data)
            ip = cg_tree_string(cg_tree_get(list->list.items[i], "value")); /* of gateways */
        any = any || ip.data || host.data;
        if (host.data && !cg_str_starts(host, CG_STR("internal-")))
            return KUBE_YES;
        if (ip.data && (!cg_cidr_parse(ip, &c) || !cg_cidr_is_private(&c)))
            return KUBE_YES;
    }
    return any ? KUBE_NO : KUBE_MAYBE;
}

/* Texts of a list property. */
static uint32_t texts(kube_estate *k, cg_node n, const char *key, const cg_list **out)
{
    const uint32_t name = cg_name_find(k->g, CG_NAMES_KEY, cg_str_from(key));
    cg_value v = cg_v_null();
    cspm_error *err = NULL;

    *out = NULL;
    if (name != CG_NO_NAME && cg_node_prop(k->g, n, name, &k->arena, &v, &err) == CSPM_OK && v.type == CG_LIST)
        *out = v.list;
    cspm_error_free(err);
    return *out ? (*out)->count : 0;
}

static bool any_public(const cg_list *list)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        cg_cidr c;
        if (list->items[i].type == CG_STRING && cg_cidr_parse(cg_value_str(list->items[i]), &c) && !cg_cidr_is_private(&c))
            return true;
    }
    return false;
}

static bool any_whole(const cg_list *list)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        cg_cidr c;
        if (list->items[i].type == CG_STRING && cg_cidr_parse(cg_value_str(list->items[i]), &c) && c.prefix == 0)
            return true;
    }
    return false;
}

typedef struct exposure {
    kube_answer answer;
    kube_source source;
    const cg_list *ranges; /* NULL: everywhere */
    const char *how;
} exposure;

static exposure service_exposure(kube_network *x, cg_node service)
{
    kube_estate *k = x->k;
    const cg_str type = kube_text(k, service, "type");
    const bool local = cg_str_eq(kube_text(k, service, "external_traffic_policy"), CG_STR("Local"));
    exposure e = { .source = local ? KUBE_FROM_OUTSIDE : KUBE_FROM_NODE };
    const cg_list *list;

    if (cg_str_eq(type, CG_STR("LoadBalancer")) && !kube_flag(k, service, "internal", false)) {
        e.answer = addresses(k, service, "load_balancer_ingress") == KUBE_NO ? KUBE_NO : KUBE_YES;
        e.how = "a load balancer of the service";
        if (texts(k, service, "load_balancer_source_ranges", &e.ranges) && !any_public(e.ranges))
            e.answer = KUBE_NO;
        if (e.ranges && any_whole(e.ranges))
            e.ranges = NULL;
    }
    if (e.answer == KUBE_NO && texts(k, service, "external_ips", &list) && any_public(list))
        e = (exposure){ KUBE_YES, KUBE_FROM_NODE, NULL, "an external address of the service" };
    /* A port of every node: whether a firewall stands before the nodes cannot be seen from inside. */
    if (e.answer == KUBE_NO && cg_str_eq(type, CG_STR("NodePort")) && (x->public_nodes || !x->known_nodes))
        e = (exposure){ KUBE_MAYBE, local ? KUBE_FROM_OUTSIDE : KUBE_FROM_NODE, NULL, "a port of every node" };
    return e;
}

/* ---- writing ---- */

static int32_t mark_exposed(kube_network *x, cg_node n, const exposure *e)
{
    kube_estate *k = x->k;
    int32_t rc = kube_prop(k, n, "internetExposure", cg_v_str(e->ranges ? CG_STR("range") : CG_STR("wide")));

    if (rc == CSPM_OK && e->ranges)
        rc = kube_prop(k, n, "exposedRanges", (cg_value){ .type = CG_LIST, .list = e->ranges });
    if (rc == CSPM_OK)
        rc = kube_prop(k, n, "exposed_internet", cg_v_bool(true));
    return rc == CSPM_OK ? kube_prop(k, n, "exposed_internet_type", cg_v_str(CG_STR("lb"))) : rc;
}

static int32_t reach(kube_network *x, cg_node n, const exposure *e, const char *how)
{
    const int32_t rc = kube_edge(x->k, x->internet, KR_CAN_ACCESS, n, e->answer == KUBE_MAYBE, how);
    return rc == CSPM_OK ? mark_exposed(x, n, e) : rc;
}

/* ---- down to pods ---- */

static bool has_port(kube_estate *k, cg_node container, kube_port *p, bool *declares)
{
    const cg_tree *list = NULL;

    if (kube_json(k, container, "container_ports", &list) < 0 || !list || list->type != CG_TREE_LIST)
        return false;
    for (uint32_t i = 0; i < list->list.count; i++) {
        const cg_tree *number = cg_tree_get(list->list.items[i], "containerPort");
        const cg_str name = cg_tree_string(cg_tree_get(list->list.items[i], "name"));
        if (!number || number->type != CG_TREE_INT)
            continue;
        *declares = true;
        if (p->number < 0 ? (p->name.data && cg_str_eq(name, p->name)) : number->integer == p->number) {
            p->number = number->integer;
            p->name = name;
            return true;
        }
    }
    return false;
}

/* Its ports, as the network stage writes them: "tcp/8080". */
static int32_t note_port(kube_network *x, cg_node pod, const kube_port *p)
{
    kube_estate *k = x->k;
    cg_buf b;

    if (p->number <= 0)
        return CSPM_OK;
    cg_buf_init(&b, k->mem, 0);
    cg_buf_printf(&b, "%s/%d", cg_str_eq(p->protocol, CG_STR("UDP")) ? "udp" : "tcp", (int)p->number);
    const cg_str one = { b.failed ? NULL : cg_arena_strndup(&k->arena, b.data, b.length), b.length };
    cg_buf_free(&b);
    if (!one.data)
        return cg_nomem(k->mem, k->err);
    for (size_t i = 0; i < x->ports.count; i++)
        if (x->ports.data[i].pod == pod && cg_str_eq(x->ports.data[i].text, one))
            return CSPM_OK;
    return cg_vec_push(k->mem, &x->ports, ((kube_exposed_port){ pod, one })) ? CSPM_OK : cg_nomem(k->mem, k->err);
}

static int by_pod(const void *a, const void *b)
{
    const kube_exposed_port *x = a, *y = b;
    return x->pod != y->pod ? (x->pod < y->pod ? -1 : 1) : cg_str_cmp(x->text, y->text);
}

static int32_t write_ports(kube_network *x)
{
    int32_t rc = CSPM_OK;

    if (x->ports.count)
        qsort(x->ports.data, x->ports.count, sizeof *x->ports.data, by_pod);
    for (size_t i = 0, end; i < x->ports.count && rc == CSPM_OK; i = end) {
        cg_str all[16];
        uint32_t n = 0;
        for (end = i; end < x->ports.count && x->ports.data[end].pod == x->ports.data[i].pod; end++)
            if (n < 16)
                all[n++] = x->ports.data[end].text;
        rc = kube_prop_texts(x->k, x->ports.data[i].pod, "exposedPorts", all, n);
    }
    return rc;
}

static int32_t add_front(kube_network *x, cg_node pod, uint32_t ns)
{
    kube_estate *k = x->k;
    kube_front f = { .ns = ns };
    int32_t rc = kube_json(k, pod, "labels", &f.labels);

    if (rc == CSPM_OK && k->namespace_nodes[ns] != CG_NO_NODE)
        rc = kube_json(k, k->namespace_nodes[ns], "labels", &f.space_labels);
    if (rc == CSPM_OK && !cg_vec_push(k->mem, &x->found, f))
        rc = cg_nomem(k->mem, k->err);
    return rc;
}

static int32_t pod_of(kube_network *x, cg_node pod, const cg_tree *port, const exposure *from)
{
    kube_estate *k = x->k;
    const cg_tree *target = cg_tree_get(port, "targetPort");
    const cg_str protocol = cg_tree_string(cg_tree_get(port, "protocol"));
    kube_port p = { .number = -1, .protocol = protocol.data ? protocol : CG_STR("TCP") };
    kube_answer permitted = KUBE_NO;
    exposure e = *from;
    uint32_t cluster, ns;
    bool ignored = false;
    int32_t rc = kube_place(k, pod, &cluster, &ns);

    if (rc < 0 || ns == KUBE_NONE || !kube_is(k, pod, KL_KubernetesPod))
        return rc;
    if (!target || target->type == CG_TREE_NULL)
        target = cg_tree_get(port, "port");
    if (target && target->type == CG_TREE_INT)
        p.number = target->integer;
    else
        p.name = cg_tree_string(target);
    for (kube_walk w = kube_walk_start(k, pod, CG_OUT, KR_CONTAINS); kube_next(&w);) {
        kube_port q = p; /* a name becomes a number, and the other way round */
        if (has_port(k, w.node, &q, &ignored)) {
            p = q;
            break;
        }
    }
    if ((rc = kube_permitted(x, pod, ns, &p, e.source, &permitted)) < 0 || permitted == KUBE_NO)
        return rc;
    e.answer = permitted < e.answer ? permitted : e.answer;
    if (x->collecting && (rc = add_front(x, pod, ns)) < 0)
        return rc;
    rc = reach(x, pod, &e, e.how);
    return rc == CSPM_OK ? note_port(x, pod, &p) : rc;
}

static int32_t behind_service(kube_network *x, cg_node service, const exposure *e)
{
    kube_estate *k = x->k;
    const cg_tree *ports = NULL;
    int32_t rc = kube_json(k, service, "ports", &ports);

    for (kube_walk w = kube_walk_start(k, service, CG_OUT, KR_TARGETS); rc == CSPM_OK && kube_next(&w);)
        for (uint32_t i = 0; ports && ports->type == CG_TREE_LIST && i < ports->list.count && rc == CSPM_OK; i++)
            rc = pod_of(x, w.node, ports->list.items[i], e);
    return rc;
}

/* What is certain first: of two ways to one pod the first is kept. */
static int32_t services(kube_network *x, kube_answer which)
{
    uint32_t n;
    const cg_node *all = kube_in_cluster(&x->k->services, x->cluster, &n);
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        const exposure e = service_exposure(x, all[i]);
        if (e.answer != which)
            continue;
        rc = reach(x, all[i], &e, e.how);
        if (rc == CSPM_OK)
            rc = behind_service(x, all[i], &e);
    }
    return rc;
}

/* ---- ingresses and gateways: the traffic comes on from a pod of the controller ---- */

static int32_t targets(kube_network *x, cg_node from, const exposure *e)
{
    int32_t rc = CSPM_OK;

    for (kube_walk w = kube_walk_start(x->k, from, CG_OUT, KR_TARGETS); rc == CSPM_OK && kube_next(&w);)
        if (kube_is(x->k, w.node, KL_KubernetesService))
            rc = behind_service(x, w.node, e);
    return rc;
}

static int32_t doors(kube_network *x, kube_label label, const char *key, const char *how)
{
    kube_estate *k = x->k;
    cg_label_iter it;
    cg_node n;
    uint32_t cluster, ns;
    int32_t rc = CSPM_OK;

    if (k->labels[label] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[label]); rc == CSPM_OK && cg_label_iter_next(&it, &n);) {
        exposure e = { .answer = addresses(k, n, key), .source = KUBE_FROM_INSIDE, .how = how };
        if ((rc = kube_place(k, n, &cluster, &ns)) < 0 || cluster != x->cluster || e.answer == KUBE_NO ||
            kube_flag(k, n, "internal", false) || kube_flag(k, n, "partial", false))
            continue;
        rc = reach(x, n, &e, how);
        if (rc == CSPM_OK)
            rc = targets(x, n, &e);
        for (kube_walk w = kube_walk_start(k, n, CG_OUT, KR_ROUTES); rc == CSPM_OK && kube_next(&w);)
            rc = targets(x, w.node, &e);
    }
    return rc;
}

/* ---- endpoints, as KubeHound has them: whoever reaches one may exploit what answers ---- */

static int32_t endpoints(kube_estate *k)
{
    cg_label_iter it;
    cg_node n;
    int32_t rc = CSPM_OK;

    if (k->labels[KL_KubernetesEndpoint] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[KL_KubernetesEndpoint]); rc == CSPM_OK && cg_label_iter_next(&it, &n);)
        for (kube_walk w = kube_walk_start(k, n, CG_OUT, KR_TARGETS); rc == CSPM_OK && kube_next(&w);) {
            if (kube_is(k, w.node, KL_KubernetesContainer)) {
                rc = kube_edge(k, n, KR_ENDPOINT_EXPLOIT, w.node, false, "the container answers there");
                continue;
            }
            bool declares = false, found = false;
            for (int round = 0; round < 2 && !found && rc == CSPM_OK; round++)
                for (kube_walk c = kube_walk_start(k, w.node, CG_OUT, KR_CONTAINS); rc == CSPM_OK && kube_next(&c);) {
                    kube_port p = { .number = kube_number(k, n, "port", -1) };
                    if (round == 0 ? !has_port(k, c.node, &p, &declares) : declares)
                        continue;
                    found = true;
                    rc = kube_edge(k, n, KR_ENDPOINT_EXPLOIT, c.node, false, "the container answers there");
                }
        }
    return rc;
}

/* ---- all of it ---- */

static int32_t addresses_of_nodes(kube_network *x)
{
    kube_estate *k = x->k;
    uint32_t n;
    const cg_node *nodes = kube_in_cluster(&k->nodes, x->cluster, &n);
    cg_ip *ips = cg_arena_alloc(&k->arena, (n + 1) * sizeof *ips);
    const cg_list *list;

    if (!ips)
        return cg_nomem(k->mem, k->err);
    x->inside = ips;
    x->n_inside = 0;
    x->public_nodes = x->known_nodes = false;
    for (uint32_t i = 0; i < n; i++) {
        x->known_nodes = x->known_nodes || !kube_flag(k, nodes[i], "partial", false);
        x->public_nodes = x->public_nodes || (texts(k, nodes[i], "external_ips", &list) && any_public(list));
        if (cg_ip_parse(kube_text(k, nodes[i], "internal_ip"), &ips[x->n_inside]))
            x->n_inside++;
    }
    return CSPM_OK;
}

int32_t kube_expose(kube_estate *k)
{
    kube_network x = { .k = k, .internet = cg_node_find(k->g, "internet", 8) };
    int32_t rc = endpoints(k);

    for (uint32_t c = 0; c < k->n_clusters && rc == CSPM_OK && x.internet != CG_NO_NODE; c++) {
        x.cluster = c;
        x.found.count = x.ports.count = 0;
        x.n_fronts = 0;
        x.collecting = true;
        rc = addresses_of_nodes(&x);
        if (rc == CSPM_OK)
            rc = services(&x, KUBE_YES);
        if (rc == CSPM_OK)
            rc = services(&x, KUBE_MAYBE);
        x.collecting = false;
        x.fronts = x.found.data;
        x.n_fronts = (uint32_t)x.found.count;
        if (rc == CSPM_OK)
            rc = doors(&x, KL_KubernetesIngress, "load_balancer_ingress", "an ingress");
        if (rc == CSPM_OK)
            rc = doors(&x, KL_KubernetesGateway, "addresses", "a gateway");
        if (rc == CSPM_OK)
            rc = write_ports(&x);
        if (rc == CSPM_OK)
            rc = cg_op_check(k->op, k->mem, k->err);
    }
    cg_vec_free(k->mem, &x.found);
    cg_vec_free(k->mem, &x.ports);
    return rc;
}
