/* Making oneself more: binding roles, rewriting them. A role is bound by who may create bindings and may `bind` the role; what KubeHound
 * calls cases 1 to 3 are relationships between permission sets as it has them, the rest is said of namespaces, roles and the cluster. */
#include "access/kubernetes.h"

typedef CG_VEC(cg_node) node_list;

static bool may(const kube_grant *g, uint32_t ask)
{
    return !g->admin && g->role->allows & KUBE_BIT(ask);
}

static bool may_name(const kube_grant *g, uint32_t ask, cg_str name)
{
    return may(g, ask) || (!g->admin && (g->role->named & KUBE_BIT(ask)) && kube_allows_named(g->role, ask, name));
}

static cg_str role_name(const kube_estate *k, const kube_grant *g)
{
    return g->role_node == CG_NO_NODE ? CG_STR_NULL : cg_node_name(k->g, g->role_node);
}

static int32_t bind(kube_estate *k, const kube_grant *from, cg_node to, bool conditional, const char *note)
{
    return kube_edge(k, from->node, KR_ROLE_BIND, to, conditional, note);
}

/* Roles whose holder is as good as the administrator of what they are bound in. */
static bool governs(cg_str role)
{
    return cg_str_eq(role, CG_STR("cluster-admin")) || cg_str_eq(role, CG_STR("admin")) || cg_str_eq(role, CG_STR("edit"));
}

/* ---- without limits: many to many ---- */

static int32_t everything(kube_estate *k, uint32_t cluster, node_list *from, node_list *to, uint32_t create, bool conditional,
                          const char *note)
{
    int32_t rc = CSPM_OK;

    from->count = to->count = 0;
    for (uint32_t i = 0; i < k->n_grants; i++) {
        const kube_grant *g = &k->grants[i];
        if (g->cluster != cluster || g->ns != KUBE_NONE)
            continue;
        if (!cg_vec_push(k->mem, to, g->node))
            return cg_nomem(k->mem, k->err);
        /* Who may do it for the whole cluster needs no second word on single namespaces. */
        if (may(g, KUBE_CLUSTERROLES_BIND) && may(g, create) && (!conditional || !may(g, KUBE_CLUSTERROLEBINDINGS_CREATE)) &&
            !cg_vec_push(k->mem, from, g->node))
            return cg_nomem(k->mem, k->err);
    }
    rc = kube_join(k, from->data, (uint32_t)from->count, KR_ROLE_BIND, to->data, (uint32_t)to->count, conditional, note);
    /* Binding what one has already, to somebody else. */
    for (size_t i = 0; i < from->count && rc == CSPM_OK; i++)
        rc = kube_edge(k, from->data[i], KR_ROLE_BIND, from->data[i], conditional, note);
    return rc;
}

/* In every namespace of the cluster. */
static int32_t namespaces(kube_estate *k, uint32_t cluster, const node_list *from)
{
    uint32_t n;
    const cg_node *all = kube_in_cluster(&k->spaces, cluster, &n);

    if (!from->count)
        return CSPM_OK;
    for (uint32_t s = 0; s < k->n_namespaces; s++)
        if (k->cluster_of.data[s] == cluster)
            k->governed[s] = true;
    return kube_join(k, from->data, (uint32_t)from->count, KR_ROLE_BIND, all, n, false, "may bind any cluster role in any namespace");
}

static int32_t roles_anywhere(kube_estate *k, uint32_t cluster, node_list *from)
{
    uint32_t n;
    const cg_node *roles = kube_in_cluster(&k->roles, cluster, &n);

    from->count = 0;
    for (uint32_t i = 0; i < k->n_grants; i++)
        if (k->grants[i].cluster == cluster && k->grants[i].ns == KUBE_NONE && may(&k->grants[i], KUBE_ROLEBINDINGS_CREATE) &&
            may(&k->grants[i], KUBE_ROLES_BIND) && !cg_vec_push(k->mem, from, k->grants[i].node))
            return cg_nomem(k->mem, k->err);
    int32_t rc = kube_join(k, from->data, (uint32_t)from->count, KR_ROLE_BIND, roles, n, false, "may bind any role in its namespace");
    for (uint32_t i = 0; i < k->n_grants && rc == CSPM_OK && from->count; i++)
        if (k->grants[i].cluster == cluster && k->grants[i].ns != KUBE_NONE && !k->grants[i].of_cluster_role)
            rc = kube_edge(k, k->grants[i].role_node, KR_PERMISSION_DISCOVER, k->grants[i].node, false, "what the role gives");
    return rc;
}

/* ---- in one namespace ---- */

static int32_t in_namespace(kube_estate *k, uint32_t ns, node_list *from, node_list *roles, node_list *wide)
{
    int32_t rc;

    from->count = roles->count = wide->count = 0;
    for (uint32_t i = 0; i < k->n_grants; i++) {
        const kube_grant *g = &k->grants[i];
        if (g->ns != ns)
            continue;
        if (!cg_vec_push(k->mem, g->of_cluster_role ? wide : roles, g->node))
            return cg_nomem(k->mem, k->err);
        if (may(g, KUBE_ROLEBINDINGS_CREATE) && may(g, KUBE_ROLES_BIND) && !cg_vec_push(k->mem, from, g->node))
            return cg_nomem(k->mem, k->err);
        if (may(g, KUBE_ROLEBINDINGS_CREATE) && may(g, KUBE_CLUSTERROLES_BIND)) {
            k->governed[ns] = true;
            if ((rc = bind(k, g, k->namespace_nodes[ns], false, "may bind any cluster role in the namespace")) < 0)
                return rc;
        }
    }
    rc = kube_join(k, from->data, (uint32_t)from->count, KR_ROLE_BIND, roles->data, (uint32_t)roles->count, false,
                   "may bind any role of the namespace");
    if (rc == CSPM_OK) /* as KubeHound has it; in truth only what the holder could do anyway */
        rc = kube_join(k, from->data, (uint32_t)from->count, KR_ROLE_BIND, wide->data, (uint32_t)wide->count, true,
                       "may bind roles of the namespace; this one is a cluster role");
    return rc;
}

/* ---- with names ---- */

static int32_t named(kube_estate *k, const kube_grant *g)
{
    const bool wide = g->ns == KUBE_NONE && may(g, KUBE_CLUSTERROLEBINDINGS_CREATE), narrow = may(g, KUBE_ROLEBINDINGS_CREATE);
    int32_t rc = CSPM_OK;

    if (!wide && !narrow)
        return CSPM_OK;
    for (uint32_t i = 0; i < k->n_grants && rc == CSPM_OK; i++) {
        const kube_grant *t = &k->grants[i];
        const uint32_t ask = t->of_cluster_role ? KUBE_CLUSTERROLES_BIND : KUBE_ROLES_BIND;
        if (t->cluster != g->cluster || may(g, ask) || !may_name(g, ask, role_name(k, t)))
            continue;
        if ((wide && t->ns == KUBE_NONE && t->of_cluster_role) || (narrow && t->ns != KUBE_NONE && (g->ns == KUBE_NONE || g->ns == t->ns)))
            rc = bind(k, g, t->node, false, "may bind this role, by its name");
    }
    static const char *const powerful[] = { "cluster-admin", "admin", "edit" };
    for (size_t i = 0; i < 3 && rc == CSPM_OK && !may(g, KUBE_CLUSTERROLES_BIND); i++) {
        if (!may_name(g, KUBE_CLUSTERROLES_BIND, cg_str_from(powerful[i])) || !governs(cg_str_from(powerful[i])))
            continue;
        if (wide && i == 0)
            rc = bind(k, g, k->cluster_nodes[g->cluster], false, "may bind cluster-admin, by its name");
        for (uint32_t s = 0; narrow && s < k->n_namespaces && rc == CSPM_OK; s++)
            if (k->cluster_of.data[s] == g->cluster && (g->ns == KUBE_NONE || g->ns == s) && k->namespace_nodes[s] != CG_NO_NODE) {
                k->governed[s] = true;
                rc = bind(k, g, k->namespace_nodes[s], false, "may bind a role that governs the namespace, by its name");
            }
    }
    return rc;
}

/* Whoever may escalate a role writes into it what it likes: its own, once it may also change it. `escalate` without a way to write is
 * useless. */
static bool rewrites(const kube_grant *g, const char *resource)
{
    static const char *const verbs[] = { "update", "patch", "create", "*" };

    for (uint32_t i = 0; i < g->role->n_rules; i++) {
        const kube_rule *r = &g->role->rules[i];
        bool on = false, does = false;
        for (uint32_t j = 0; r->resources && j < r->resources->list.count; j++) {
            const cg_str s = cg_tree_string(r->resources->list.items[j]);
            on = on || cg_str_eq(s, CG_STR("*")) || cg_str_eq(s, cg_str_from(resource));
        }
        for (uint32_t j = 0; r->verbs && j < r->verbs->list.count; j++)
            for (size_t v = 0; v < 4; v++)
                does = does || cg_str_eq(cg_tree_string(r->verbs->list.items[j]), cg_str_from(verbs[v]));
        if (on && does)
            return true;
    }
    return false;
}

static int32_t escalate(kube_estate *k, const kube_grant *g)
{
    static const char note[] = "may write any right into a role";

    if (g->ns == KUBE_NONE && may(g, KUBE_CLUSTERROLES_ESCALATE) && rewrites(g, "clusterroles"))
        return kube_edge(k, g->node, KR_ROLE_ESCALATE, k->cluster_nodes[g->cluster], false, note);
    if (g->ns != KUBE_NONE && may(g, KUBE_ROLES_ESCALATE) && rewrites(g, "roles") && k->namespace_nodes[g->ns] != CG_NO_NODE) {
        k->governed[g->ns] = true;
        return kube_edge(k, g->node, KR_ROLE_ESCALATE, k->namespace_nodes[g->ns], false, note);
    }
    return CSPM_OK;
}

int32_t kube_bind_roles(kube_estate *k)
{
    node_list from = { 0 }, to = { 0 }, wide = { 0 };
    int32_t rc = CSPM_OK;

    for (uint32_t c = 0; c < k->n_clusters && rc == CSPM_OK; c++) {
        rc = everything(k, c, &from, &to, KUBE_CLUSTERROLEBINDINGS_CREATE, false, "may bind any cluster role in the whole cluster");
        for (size_t i = 0; i < from.count && rc == CSPM_OK; i++)
            rc = kube_edge(k, from.data[i], KR_ROLE_BIND, k->cluster_nodes[c], false, "may bind cluster-admin");
        if (rc == CSPM_OK)
            rc = everything(k, c, &from, &to, KUBE_ROLEBINDINGS_CREATE, true, "may bind any cluster role, in single namespaces");
        if (rc == CSPM_OK)
            rc = namespaces(k, c, &from);
        if (rc == CSPM_OK)
            rc = roles_anywhere(k, c, &from);
    }
    for (uint32_t s = 0; s < k->n_namespaces && rc == CSPM_OK; s++)
        rc = in_namespace(k, s, &from, &to, &wide);
    for (uint32_t i = 0; i < k->n_grants && rc == CSPM_OK; i++) {
        rc = named(k, &k->grants[i]);
        if (rc == CSPM_OK)
            rc = escalate(k, &k->grants[i]);
    }
    cg_vec_free(k->mem, &from);
    cg_vec_free(k->mem, &to);
    cg_vec_free(k->mem, &wide);
    return rc;
}
