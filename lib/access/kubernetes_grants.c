/* From what a permission set allows to what it reaches. Sets of one scope that allow the same meet in hubs. */
#include "access/kubernetes.h"

typedef CG_VEC(cg_node) node_list;

/* What an ask opens: which nodes of the scope, by which relationship. */
typedef struct step {
    uint32_t ask;
    kube_kind kind;
    size_t targets;   /* a kube_set of the estate */
    bool identities;  /* of them only accounts that lead somewhere */
    bool clusterwide; /* what it asks for stands in no namespace: a role binding cannot give it */
    bool named;       /* rules may name single objects */
    bool tokens;      /* only what holds a token of old; see below */
    bool conditional;
    const char *note;
} step;
#define SET(member) offsetof(kube_estate, member)
static const step steps[] = {
    { KUBE_PODS_PATCH, KR_POD_PATCH, SET(pods), false, false, true, false, false, "may patch pods" },
    { KUBE_PODS_EXEC, KR_POD_EXEC, SET(pods), false, false, true, false, false, "may create pods/exec" },
    { KUBE_PODS_ATTACH, KR_POD_EXEC, SET(pods), false, false, true, false, true, "may attach, or add ephemeral containers" },
    { KUBE_NODES_PROXY_CREATE, KR_POD_EXEC, SET(pods), false, true, false, false, false, "may reach the kubelet through nodes/proxy" },
    { KUBE_NODES_PROXY, KR_POD_EXEC, SET(pods), false, true, false, false, true, "may read from the kubelet through nodes/proxy" },
    { KUBE_SECRETS_GET, KR_TOKEN_BRUTEFORCE, SET(accounts), true, false, false, true, false, "may get secrets" },
    { KUBE_SECRETS_LIST, KR_TOKEN_LIST, SET(accounts), true, false, false, true, false, "may list secrets" },
    { KUBE_SECRETS_LIST, KR_READS_SECRET, SET(secrets), false, false, true, false, false, "may list secrets" },
    { KUBE_SECRETS_GET, KR_READS_SECRET, SET(secrets), false, false, true, false, false, "may get secrets" },
    { KUBE_TOKEN_REQUEST, KR_GENERATE_TOKEN, SET(accounts), true, false, true, false, false, "may request tokens" },
    { KUBE_PODS_CREATE, KR_CREATE_POD_WITH_SA, SET(accounts), true, false, false, false, false, "may create pods" },
    { KUBE_WORKLOADS_CREATE, KR_CREATE_POD_WITH_SA, SET(accounts), true, false, false, false, false, "may create what creates pods" },
    { KUBE_IMPERSONATE_ACCOUNTS, KR_IDENTITY_IMPERSONATE, SET(accounts), true, false, true, false, false,
      "may impersonate service accounts" },
    { KUBE_IMPERSONATE_USERS, KR_IDENTITY_IMPERSONATE, SET(users), false, true, true, false, false, "may impersonate users" },
    { KUBE_IMPERSONATE_GROUPS, KR_IDENTITY_IMPERSONATE, SET(groups), false, true, true, false, false, "may impersonate groups" },
};
enum { N_STEPS = sizeof steps / sizeof steps[0] };

static const kube_set *set_of(const kube_estate *k, const step *s)
{
    return (const kube_set *)(const void *)((const char *)k + s->targets);
}

/* Another, surer or earlier step of the same set brings the same relationship. */
static bool said_before(const kube_grant *g, size_t which)
{
    for (size_t i = 0; i < which; i++)
        if (steps[i].kind == steps[which].kind && steps[i].targets == steps[which].targets && (g->role->allows & KUBE_BIT(steps[i].ask)) &&
            !(steps[i].clusterwide && g->ns != KUBE_NONE))
            return true;
    return false;
}

/* Tokens of old lie in secrets. When secrets were exported it is plain whose do; else it cannot be told. */
static bool wanted(const kube_estate *k, const step *s, cg_node n, uint32_t cluster)
{
    if (s->identities && !kube_bit(k->marks, n))
        return false;
    return !s->tokens || !k->secrets_known[cluster] || kube_first(k, n, CG_OUT, KR_HAS_TOKEN_SECRET) != CG_NO_NODE;
}

static int32_t targets_in(kube_estate *k, const step *s, uint32_t cluster, uint32_t ns, node_list *out)
{
    uint32_t n;
    const cg_node *all = ns == KUBE_NONE ? kube_in_cluster(set_of(k, s), cluster, &n) : kube_in(set_of(k, s), ns, &n);

    out->count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (wanted(k, s, all[i], cluster) && !cg_vec_push(k->mem, out, all[i]))
            return cg_nomem(k->mem, k->err);
    return CSPM_OK;
}

/* Grants are in the order of their nodes; a scope's are picked out. */
static int32_t holders(kube_estate *k, size_t which, uint32_t cluster, uint32_t ns, node_list *out)
{
    out->count = 0;
    for (uint32_t i = 0; i < k->n_grants; i++) {
        const kube_grant *g = &k->grants[i];
        if (g->admin || g->cluster != cluster || g->ns != ns || !(g->role->allows & KUBE_BIT(steps[which].ask)) || said_before(g, which))
            continue;
        if (!cg_vec_push(k->mem, out, g->node))
            return cg_nomem(k->mem, k->err);
    }
    return CSPM_OK;
}

static int32_t in_scope(kube_estate *k, uint32_t cluster, uint32_t ns, node_list *from, node_list *to)
{
    int32_t rc = CSPM_OK;

    for (size_t i = 0; i < N_STEPS && rc == CSPM_OK; i++) {
        if (steps[i].clusterwide && ns != KUBE_NONE)
            continue;
        if ((rc = holders(k, i, cluster, ns, from)) < 0 || !from->count || (rc = targets_in(k, &steps[i], cluster, ns, to)) < 0)
            continue;
        rc = kube_join(k, from->data, (uint32_t)from->count, steps[i].kind, to->data, (uint32_t)to->count,
                       steps[i].conditional || (steps[i].tokens && !k->secrets_known[cluster]), steps[i].note);
    }
    return rc;
}

/* Rules with resourceNames: single objects, one relationship each. */
static int32_t by_name(kube_estate *k, const kube_grant *g, size_t which)
{
    const step *s = &steps[which];
    uint32_t n;
    int32_t rc = CSPM_OK;

    if (g->admin || !s->named || !(g->role->named & KUBE_BIT(s->ask)) || (g->role->allows & KUBE_BIT(s->ask)) ||
        (s->clusterwide && g->ns != KUBE_NONE) || said_before(g, which))
        return CSPM_OK;
    const cg_node *all = g->ns == KUBE_NONE ? kube_in_cluster(set_of(k, s), g->cluster, &n) : kube_in(set_of(k, s), g->ns, &n);
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++)
        if (wanted(k, s, all[i], g->cluster) && kube_allows_named(g->role, s->ask, cg_node_name(k->g, all[i])))
            rc = kube_edge(k, g->node, s->kind, all[i], s->conditional, "a rule names it");
    return rc;
}

/* ---- pods that take a node ---- */

static bool creates_pods(const kube_grant *g)
{
    return !g->admin && g->role->allows & (KUBE_BIT(KUBE_PODS_CREATE) | KUBE_BIT(KUBE_WORKLOADS_CREATE));
}

static bool somewhere_escapes(const kube_estate *k, uint32_t cluster)
{
    bool known = false;

    for (uint32_t s = 0; s < k->n_namespaces; s++)
        if (k->cluster_of.data[s] == cluster && k->namespace_nodes[s] != CG_NO_NODE) {
            if (k->escapes[s])
                return true;
            known = true;
        }
    return !known;
}

/* Namespaces that enforce a Pod Security level admit no pod that could take its node. */
static int32_t pod_create(kube_estate *k, uint32_t cluster, node_list *from)
{
    uint32_t n;
    const cg_node *nodes = kube_in_cluster(&k->nodes, cluster, &n);
    const bool anywhere = somewhere_escapes(k, cluster);

    from->count = 0;
    for (uint32_t i = 0; i < k->n_grants; i++) {
        const kube_grant *g = &k->grants[i];
        if (g->cluster == cluster && creates_pods(g) && (g->ns == KUBE_NONE ? anywhere : k->escapes[g->ns]) &&
            !cg_vec_push(k->mem, from, g->node))
            return cg_nomem(k->mem, k->err);
    }
    for (uint32_t s = 0; s < k->n_namespaces; s++)
        if (k->cluster_of.data[s] == cluster && k->governed[s] && k->escapes[s] && k->namespace_nodes[s] != CG_NO_NODE &&
            !cg_vec_push(k->mem, from, k->namespace_nodes[s]))
            return cg_nomem(k->mem, k->err);
    return kube_join(k, from->data, (uint32_t)from->count, KR_POD_CREATE, nodes, n, false,
                     "may create a pod with the rights of its node, on any node");
}

/* Whoever may make itself administrator of a namespace has what is in it. */
static int32_t governed(kube_estate *k, uint32_t ns)
{
    const kube_set *const sets[] = { &k->pods, &k->accounts, &k->secrets };
    int32_t rc = CSPM_OK;

    for (int i = 0; i < 3 && rc == CSPM_OK; i++) {
        uint32_t n;
        const cg_node *all = kube_in(sets[i], ns, &n);
        for (uint32_t j = 0; j < n && rc == CSPM_OK; j++)
            if (i != 1 || kube_bit(k->marks, all[j]))
                rc = kube_edge(k, k->namespace_nodes[ns], i == 2 ? KR_READS_SECRET : KR_ADMINISTERS, all[j], false,
                               "it stands in the namespace");
    }
    return rc;
}

/* Whoever has the cluster has its nodes, what runs on them, its accounts and secrets. */
static int32_t cluster_holds(kube_estate *k, uint32_t cluster, node_list *to)
{
    const cg_node *from = &k->cluster_nodes[cluster];
    uint32_t n;
    const cg_node *all = kube_in_cluster(&k->nodes, cluster, &n);
    int32_t rc = CSPM_OK;

    if (*from == CG_NO_NODE)
        return CSPM_OK;
    rc = kube_join(k, from, 1, KR_ADMINISTERS, all, n, false, "the cluster's API has its nodes");
    all = kube_in_cluster(&k->accounts, cluster, &n);
    to->count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (kube_bit(k->marks, all[i]) && !cg_vec_push(k->mem, to, all[i]))
            return cg_nomem(k->mem, k->err);
    if (rc == CSPM_OK)
        rc = kube_join(k, from, 1, KR_ADMINISTERS, to->data, (uint32_t)to->count, false, "the cluster's API makes their tokens");
    all = kube_in_cluster(&k->secrets, cluster, &n);
    return rc == CSPM_OK ? kube_join(k, from, 1, KR_READS_SECRET, all, n, false, "the cluster's API shows them") : rc;
}

int32_t kube_use_grants(kube_estate *k)
{
    node_list from = { 0 }, to = { 0 };
    uint8_t *scopes = cg_calloc(k->mem, (size_t)k->n_namespaces + k->n_clusters + 1, 1);
    int32_t rc = scopes ? CSPM_OK : cg_nomem(k->mem, k->err);

    for (uint32_t i = 0; i < k->n_grants && rc == CSPM_OK; i++) {
        scopes[k->grants[i].ns == KUBE_NONE ? k->n_namespaces + k->grants[i].cluster : k->grants[i].ns] = 1;
        for (size_t s = 0; s < N_STEPS && rc == CSPM_OK; s++)
            rc = by_name(k, &k->grants[i], s);
        const uint32_t anybody = KUBE_BIT(KUBE_IMPERSONATE_USERS) | KUBE_BIT(KUBE_IMPERSONATE_GROUPS);
        if (rc == CSPM_OK && !k->grants[i].admin && k->grants[i].ns == KUBE_NONE && (k->grants[i].role->allows & anybody) == anybody)
            rc = kube_edge(k, k->grants[i].node, KR_IDENTITY_IMPERSONATE, k->cluster_nodes[k->grants[i].cluster], false,
                           "may impersonate the group system:masters");
    }
    for (uint32_t s = 0; s < k->n_namespaces && rc == CSPM_OK; s++) {
        if (scopes[s])
            rc = in_scope(k, k->cluster_of.data[s], s, &from, &to);
        if (rc == CSPM_OK && k->governed[s] && k->namespace_nodes[s] != CG_NO_NODE)
            rc = governed(k, s);
    }
    for (uint32_t c = 0; c < k->n_clusters && rc == CSPM_OK; c++) {
        if (scopes[k->n_namespaces + c])
            rc = in_scope(k, c, KUBE_NONE, &from, &to);
        if (rc == CSPM_OK)
            rc = pod_create(k, c, &from);
        if (rc == CSPM_OK)
            rc = cluster_holds(k, c, &to);
    }
    cg_vec_free(k->mem, &from);
    cg_vec_free(k->mem, &to);
    cg_free(k->mem, scopes);
    return rc;
}
