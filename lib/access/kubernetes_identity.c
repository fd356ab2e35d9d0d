/* Identities: which of them hold rights, which are in which group, which administer the cluster. */
#include "access/kubernetes.h"

/* Rights that are steps of an attack; reading pods is none. */
static bool leads_somewhere(const kube_grant *g)
{
    const uint32_t shown_only = KUBE_BIT(KUBE_CSR_APPROVE) | KUBE_BIT(KUBE_WEBHOOKS_CREATE);
    return ((g->role->allows | g->role->named) & ~shown_only) != 0;
}

static int32_t mark(kube_estate *k, cg_node n, const char *note)
{
    if (n == CG_NO_NODE || kube_bit(k->marks, n))
        return CSPM_OK;
    kube_set_bit(k->marks, n);
    return kube_label_node(k, n, KL_KubernetesIdentity, note);
}

static int32_t subjects_of(kube_estate *k, const kube_grant *g)
{
    const cg_node binding = kube_first(k, g->node, CG_IN, KR_GRANTS);
    int32_t rc = CSPM_OK;

    if (binding == CG_NO_NODE)
        return CSPM_OK;
    for (kube_walk w = kube_walk_start(k, binding, CG_OUT, KR_SUBJECT); rc == CSPM_OK && kube_next(&w);) {
        rc = mark(k, w.node, "a binding names it");
        if (rc == CSPM_OK)
            rc = kube_edge(k, w.node, KR_PERMISSION_DISCOVER, g->node, false, "the binding gives it the role");
        if (rc == CSPM_OK && g->admin)
            rc = kube_label_node(k, w.node, KL_Administrator, "every verb on every resource of the cluster");
    }
    return rc;
}

/* ---- groups every account is in ---- */

static bool group_leads(const kube_estate *k, const bool *useful, cg_node group)
{
    for (kube_walk b = kube_walk_start(k, group, CG_IN, KR_SUBJECT); kube_next(&b);)
        for (kube_walk s = kube_walk_start(k, b.node, CG_OUT, KR_GRANTS); kube_next(&s);)
            for (uint32_t i = 0; i < k->n_grants; i++)
                if (useful[i] && k->grants[i].node == s.node)
                    return true;
    return false;
}

static int32_t members(kube_estate *k, cg_node group, uint32_t cluster, cg_str name)
{
    static const char note[] = "the API server counts it in";
    const cg_str prefix = CG_STR("system:serviceaccounts:");
    uint32_t n, users, ns = KUBE_NONE;
    const cg_node *all = kube_in_cluster(&k->accounts, cluster, &n), *people = kube_in_cluster(&k->users, cluster, &users);
    int32_t rc = CSPM_OK;

    if (cg_str_starts(name, prefix)) {
        const cg_str c = cg_intern_get(k->clusters, cluster);
        cg_buf b;
        cg_buf_init(&b, k->mem, 0);
        cg_buf_str(&b, c);
        cg_buf_char(&b, '\x1f');
        cg_buf_add(&b, name.data + prefix.length, name.length - prefix.length);
        ns = b.failed ? KUBE_NONE : cg_intern_find(k->namespaces, b.data, b.length);
        cg_buf_free(&b);
        if (ns == KUBE_NONE)
            return CSPM_OK;
        all = kube_in(&k->accounts, ns, &n);
    }
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++)
        rc = mark(k, all[i], "a group it is in holds rights");
    if (rc == CSPM_OK)
        rc = kube_join(k, all, n, KR_MEMBER_OF, &group, 1, false, note);
    if (rc == CSPM_OK && cg_str_eq(name, CG_STR("system:authenticated")))
        rc = kube_join(k, people, users, KR_MEMBER_OF, &group, 1, false, note);
    return rc;
}

static int32_t groups(kube_estate *k)
{
    bool *useful = cg_calloc(k->mem, k->n_grants + 1, sizeof *useful);
    int32_t rc = useful ? CSPM_OK : cg_nomem(k->mem, k->err);

    for (uint32_t i = 0; useful && i < k->n_grants; i++)
        useful[i] = leads_somewhere(&k->grants[i]);
    for (uint32_t c = 0; c < k->n_clusters && rc == CSPM_OK; c++) {
        uint32_t n;
        const cg_node *all = kube_in_cluster(&k->groups, c, &n);
        for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
            const cg_str name = cg_node_name(k->g, all[i]);
            if (cg_str_eq(name, CG_STR("system:masters"))) {
                rc = kube_label_node(k, all[i], KL_Administrator, "the API server asks no role of this group");
                if (rc == CSPM_OK)
                    rc = mark(k, all[i], "the API server asks no role of this group");
                if (rc == CSPM_OK)
                    rc = kube_edge(k, all[i], KR_CLUSTER_ADMIN, k->cluster_nodes[c], false, "the API server asks no role of this group");
            } else if ((cg_str_eq(name, CG_STR("system:authenticated")) || cg_str_starts(name, CG_STR("system:serviceaccounts"))) &&
                       group_leads(k, useful, all[i])) {
                rc = members(k, all[i], c, name);
            }
        }
    }
    cg_free(k->mem, useful);
    return rc;
}

int32_t kube_find_identities(kube_estate *k)
{
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; i < k->n_grants && rc == CSPM_OK; i++) {
        rc = subjects_of(k, &k->grants[i]);
        if (rc == CSPM_OK && k->grants[i].admin)
            rc = kube_edge(k, k->grants[i].node, KR_CLUSTER_ADMIN, k->cluster_nodes[k->grants[i].cluster], false,
                           "every verb on every resource of the cluster");
    }
    /* An account that is somebody in a cloud is worth having without any role. */
    for (uint32_t i = 0; i < k->accounts.n && rc == CSPM_OK; i++)
        if (kube_first(k, k->accounts.nodes[i], CG_OUT, KR_ASSUMES_ROLE) != CG_NO_NODE ||
            kube_text(k, k->accounts.nodes[i], "gcp_service_account").data || kube_text(k, k->accounts.nodes[i], "azure_client_id").data)
            rc = mark(k, k->accounts.nodes[i], "it is an identity of a cloud");
    for (uint32_t c = 0; c < k->n_clusters && rc == CSPM_OK; c++)
        rc = kube_label_node(k, k->cluster_nodes[c], KL_Administrator, "the cluster itself");
    return rc == CSPM_OK ? groups(k) : rc;
}
