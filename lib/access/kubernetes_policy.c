/* Network policies: whether a port of a pod may be reached from outside. Without a policy for a pod everything may; with some, what any of
 * them permits. */
#include "access/kubernetes_network.h"
#include "base/net.h"

static const cg_tree *list_of(const cg_tree *map, const char *key)
{
    const cg_tree *t = cg_tree_get(map, key);
    return t && t->type == CG_TREE_LIST ? t : NULL;
}

/* ---- ports ---- */

static bool same_port(const cg_tree *port, const cg_tree *end, const kube_port *p)
{
    if (!port || port->type == CG_TREE_NULL)
        return true;
    if (port->type == CG_TREE_STRING)
        return cg_str_eq(port->string, p->name);
    if (port->type != CG_TREE_INT)
        return false;
    return p->number == port->integer || (end && end->type == CG_TREE_INT && p->number >= port->integer && p->number <= end->integer);
}

static bool port_permitted(const cg_tree *ports, const kube_port *p)
{
    for (uint32_t i = 0; i < ports->list.count; i++) {
        const cg_str protocol = cg_tree_string(cg_tree_get(ports->list.items[i], "protocol"));
        if (cg_str_eq(protocol.data ? protocol : CG_STR("TCP"), p->protocol) &&
            same_port(cg_tree_get(ports->list.items[i], "port"), cg_tree_get(ports->list.items[i], "endPort"), p))
            return true;
    }
    return ports->list.count == 0;
}

/* ---- sources ---- */

static bool whole(const cg_cidr *block)
{
    return block->prefix == 0;
}

static kube_answer block_permits(const kube_network *x, const cg_tree *block, kube_source source)
{
    cg_cidr c;
    const cg_tree *except = list_of(block, "except");

    if (!cg_cidr_parse(cg_tree_string(cg_tree_get(block, "cidr")), &c))
        return KUBE_NO;
    for (uint32_t i = 0; except && i < except->list.count; i++) {
        cg_cidr e;
        if (cg_cidr_parse(cg_tree_string(except->list.items[i]), &e) && cg_cidr_contains(&e, &c))
            return KUBE_NO;
    }
    if (source == KUBE_FROM_OUTSIDE)
        return cg_cidr_is_private(&c) ? KUBE_NO : KUBE_YES;
    if (whole(&c))
        return KUBE_YES;
    /* Through a balancer the packet carries a node's address; from a controller that of its pod. */
    for (uint32_t i = 0; i < x->n_inside; i++)
        if (cg_cidr_has(&c, &x->inside[i]))
            return KUBE_YES;
    return x->n_inside ? KUBE_NO : KUBE_MAYBE;
}

/* Whether a pod that takes traffic from outside is among those a peer selects. */
static kube_answer pods_permit(const kube_network *x, const cg_tree *peer, uint32_t ns, kube_source source)
{
    const cg_tree *spaces = cg_tree_get(peer, "namespaceSelector"), *pods = cg_tree_get(peer, "podSelector");

    if (source != KUBE_FROM_INSIDE)
        return KUBE_NO;
    if (!x->n_fronts)
        return KUBE_MAYBE; /* what takes the traffic was not exported */
    for (uint32_t i = 0; i < x->n_fronts; i++) {
        const kube_front *f = &x->fronts[i];
        if ((spaces ? kube_selects(spaces, f->space_labels) : f->ns == ns) && (!pods || kube_selects(pods, f->labels)))
            return KUBE_YES;
    }
    return KUBE_NO;
}

static kube_answer rule_permits(const kube_network *x, const cg_tree *rule, uint32_t ns, const kube_port *p, kube_source source)
{
    const cg_tree *from = list_of(rule, "from"), *ports = list_of(rule, "ports");
    kube_answer best = KUBE_NO;

    if (ports && !port_permitted(ports, p))
        return KUBE_NO;
    if (!from || from->list.count == 0)
        return KUBE_YES;
    for (uint32_t i = 0; i < from->list.count && best != KUBE_YES; i++) {
        const cg_tree *block = cg_tree_get(from->list.items[i], "ipBlock");
        const kube_answer a = block ? block_permits(x, block, source) : pods_permit(x, from->list.items[i], ns, source);
        best = a > best ? a : best;
    }
    return best;
}

int32_t kube_permitted(kube_network *x, cg_node pod, uint32_t ns, const kube_port *p, kube_source source, kube_answer *out)
{
    kube_estate *k = x->k;
    bool governed = false;
    int32_t rc;

    *out = KUBE_NO;
    if (kube_flag(k, pod, "host_network", false)) {
        *out = KUBE_YES; /* policies do not reach the network of the host */
        return CSPM_OK;
    }
    for (kube_walk w = kube_walk_start(k, pod, CG_IN, KR_APPLIES_TO); kube_next(&w);) {
        const cg_tree *rules = NULL;
        if (!kube_flag(k, w.node, "restricts_ingress", true))
            continue;
        governed = true;
        if ((rc = kube_json(k, w.node, "ingress_rules", &rules)) < 0)
            return rc;
        for (uint32_t i = 0; rules && rules->type == CG_TREE_LIST && i < rules->list.count && *out != KUBE_YES; i++) {
            const kube_answer a = rule_permits(x, rules->list.items[i], ns, p, source);
            *out = a > *out ? a : *out;
        }
    }
    if (!governed)
        *out = KUBE_YES;
    return CSPM_OK;
}
