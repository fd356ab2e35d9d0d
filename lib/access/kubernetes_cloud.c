/* Service accounts that are somebody in AWS: an annotation names the role, the role's trust policy has the last word. */
#include "access/access.h"
#include "access/kubernetes.h"

/* The EKS cluster that this is, by name; CG_NO_NODE when there is none, or several. */
static cg_node eks_of(kube_estate *k, uint32_t cluster)
{
    const uint32_t label = cg_name_find(k->g, CG_NAMES_LABEL, CG_STR("AWSEKSCluster"));
    const cg_node node = k->cluster_nodes[cluster];
    cg_node n, found = CG_NO_NODE;
    cg_label_iter it;

    if (label == CG_NO_NAME || node == CG_NO_NODE)
        return CG_NO_NODE;
    cg_str name = kube_text(k, node, "eks_cluster_name");
    if (!name.data)
        name = cg_node_name(k->g, node);
    for (cg_label_iter_init(&it, k->g, label); cg_label_iter_next(&it, &n);)
        if (cg_str_eq(cg_node_name(k->g, n), name)) {
            if (found != CG_NO_NODE)
                return CG_NO_NODE;
            found = n;
        }
    return found;
}

/* "https://oidc.eks.…/id/X" -> "oidc.eks.…/id/X" */
static cg_str issuer_host(cg_str issuer)
{
    return cg_str_starts(issuer, CG_STR("https://")) ? (cg_str){ issuer.data + 8, issuer.length - 8 } : issuer;
}

typedef struct trust {
    kube_estate *k;
    const cg_policy *policy;
    cg_str role, subject, host; /* host: of the cluster's own issuer; null when it is not known */
    cg_access_result best;
} trust;

/* One provider the trust policy names. */
static int32_t ask(trust *t, cg_str provider)
{
    const size_t at = cg_str_find(provider, CG_STR(":oidc-provider/"), 0);
    const cg_str audience = CG_STR("sts.amazonaws.com");
    cg_decision d;

    if (at == SIZE_MAX)
        return CSPM_OK;
    const cg_str host = { provider.data + at + 15, provider.length - at - 15 };
    if (t->host.data && !cg_str_eq(t->host, host))
        return CSPM_OK;
    char *names = cg_arena_alloc(&t->k->arena, 2 * (host.length + 4));
    if (!names)
        return cg_nomem(t->k->mem, t->k->err);
    memcpy(names, host.data, host.length);
    memcpy(names + host.length, ":sub", 4);
    memcpy(names + host.length + 4, host.data, host.length);
    memcpy(names + 2 * host.length + 4, ":aud", 4);
    const cg_access_key keys[] = { { { names, host.length + 4 }, &t->subject, 1 },
                                   { { names + host.length + 4, host.length + 4 }, &audience, 1 } };
    const cg_access_request request = { .principal = provider,
                                        .action = CG_STR("sts:AssumeRoleWithWebIdentity"),
                                        .resource = t->role,
                                        .keys = keys,
                                        .n_keys = 2,
                                        .open = true };
    const cg_access_policies policies = { .resource = { &t->policy, 1 } };
    cg_decision_init(&d, t->k->mem);
    int32_t rc = cg_aws_decide(&request, &policies, &d, t->k->err);
    if (rc == CSPM_OK && (d.result == CG_ACCESS_ALLOWED || (d.result == CG_ACCESS_CONDITIONAL && t->best != CG_ACCESS_ALLOWED)))
        t->best = d.result;
    cg_decision_free(&d);
    return rc;
}

/* Every text under a member "Federated" of the document. */
static int32_t providers(trust *t, const cg_tree *tree, bool federated)
{
    int32_t rc = CSPM_OK;

    if (tree->type == CG_TREE_STRING)
        return federated ? ask(t, tree->string) : CSPM_OK;
    for (uint32_t i = 0; tree->type == CG_TREE_LIST && i < tree->list.count && rc == CSPM_OK; i++)
        rc = providers(t, tree->list.items[i], federated);
    for (uint32_t i = 0; tree->type == CG_TREE_MAP && i < tree->map.count && rc == CSPM_OK; i++)
        rc = providers(t, tree->map.values[i], cg_str_eq(tree->map.keys[i], CG_STR("Federated")));
    return rc;
}

static int32_t assume(kube_estate *k, cg_node account, cg_node role, cg_node eks)
{
    const cg_str ns = kube_text(k, account, "namespace"), name = cg_node_name(k->g, account),
                 text = kube_text(k, role, "assumerolepolicydocument");
    trust t = { .k = k, .role = cg_node_id(k->g, role), .best = CG_ACCESS_IMPLICITLY_DENIED };
    const cg_tree *document = NULL;
    cg_policy *policy = NULL;
    cg_buf b;
    int32_t rc;

    if (!text.data)
        return kube_edge(k, account, KR_STS_ASSUMEROLE_ALLOW, role, true,
                         "the account is annotated with the role; its trust policy is not known");
    if ((rc = kube_json(k, role, "assumerolepolicydocument", &document)) < 0 || !document)
        return rc;
    if ((rc = cg_policy_parse(&k->arena, text, CG_POLICY_RESOURCE, t.role, &policy, k->err)) < 0)
        return rc;
    t.policy = policy;
    if (eks != CG_NO_NODE)
        t.host = issuer_host(kube_text(k, eks, "oidc_issuer"));
    cg_buf_init(&b, k->mem, 0);
    cg_buf_printf(&b, "system:serviceaccount:%.*s:%.*s", CG_FMT(ns), CG_FMT(name));
    t.subject = (cg_str){ b.failed ? NULL : cg_arena_strndup(&k->arena, b.data, b.length), b.length };
    cg_buf_free(&b);
    if (!t.subject.data)
        return cg_nomem(k->mem, k->err);
    if ((rc = providers(&t, document, false)) < 0 || t.best == CG_ACCESS_IMPLICITLY_DENIED)
        return rc;
    return kube_edge(k, account, KR_STS_ASSUMEROLE_ALLOW, role, t.best == CG_ACCESS_CONDITIONAL,
                     "the role's trust policy names the account");
}

int32_t kube_join_clouds(kube_estate *k)
{
    int32_t rc = CSPM_OK;

    for (uint32_t c = 0; c < k->n_clusters && rc == CSPM_OK; c++) {
        const cg_node eks = eks_of(k, c);
        uint32_t n;
        const cg_node *accounts = kube_in_cluster(&k->accounts, c, &n);
        if (eks != CG_NO_NODE && !kube_joined(k, eks, KR_MAPS_TO, k->cluster_nodes[c]))
            rc = kube_edge(k, eks, KR_MAPS_TO, k->cluster_nodes[c], false, "they have one name");
        for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
            const cg_node role = kube_first(k, accounts[i], CG_OUT, KR_ASSUMES_ROLE);
            if (role != CG_NO_NODE)
                rc = assume(k, accounts[i], role, eks);
        }
    }
    return rc;
}
