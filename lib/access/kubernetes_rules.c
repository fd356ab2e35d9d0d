/* What roles allow. Rules only ever add; a role is its own rules and those of the roles its aggregation selects. */
#include "access/kubernetes.h"

/* One question an attacker asks of a role: any of these verbs, on any of these resources. */
typedef struct ask {
    const char *name;
    const char *group, *resources, *verbs; /* words joined by blanks; any of each */
} ask;
#define RBAC "rbac.authorization.k8s.io"
static const ask asks[KUBE_N_ASKS] = {
    [KUBE_PODS_CREATE] = { "pods_create", "", "pods", "create" },
    [KUBE_PODS_PATCH] = { "pods_patch", "", "pods", "patch" },
    [KUBE_PODS_EXEC] = { "pods_exec", "", "pods/exec", "create" },
    [KUBE_PODS_ATTACH] = { "pods_attach", "", "pods/attach pods/ephemeralcontainers", "create patch update" },
    [KUBE_WORKLOADS_CREATE] = { "workloads_create", "apps batch", "deployments daemonsets statefulsets replicasets jobs cronjobs",
                                "create" },
    [KUBE_DEPLOYMENTS_CREATE] = { "deployments_create", "apps", "deployments", "create" },
    [KUBE_DAEMONSETS_CREATE] = { "daemonsets_create", "apps", "daemonsets", "create" },
    [KUBE_SECRETS_GET] = { "secrets_get", "", "secrets", "get" },
    [KUBE_SECRETS_LIST] = { "secrets_list", "", "secrets", "list" },
    [KUBE_TOKEN_REQUEST] = { "token_request", "", "serviceaccounts/token", "create" },
    [KUBE_IMPERSONATE_USERS] = { "impersonate_users", "", "users", "impersonate" },
    [KUBE_IMPERSONATE_GROUPS] = { "impersonate_groups", "", "groups", "impersonate" },
    [KUBE_IMPERSONATE_ACCOUNTS] = { "impersonate_serviceaccounts", "", "serviceaccounts", "impersonate" },
    [KUBE_ROLEBINDINGS_CREATE] = { "rolebindings_create", RBAC, "rolebindings", "create" },
    [KUBE_CLUSTERROLEBINDINGS_CREATE] = { "clusterrolebindings_create", RBAC, "clusterrolebindings", "create" },
    [KUBE_ROLES_BIND] = { "roles_bind", RBAC, "roles", "bind" },
    [KUBE_CLUSTERROLES_BIND] = { "clusterroles_bind", RBAC, "clusterroles", "bind" },
    [KUBE_ROLES_ESCALATE] = { "roles_escalate", RBAC, "roles", "escalate" },
    [KUBE_CLUSTERROLES_ESCALATE] = { "clusterroles_escalate", RBAC, "clusterroles", "escalate" },
    [KUBE_NODES_PROXY] = { "nodes_proxy", "", "nodes/proxy", "get create" },
    [KUBE_NODES_PROXY_CREATE] = { "nodes_proxy_create", "", "nodes/proxy", "create" },
    [KUBE_CSR_APPROVE] = { "csr_approve", "certificates.k8s.io", "certificatesigningrequests/approval", "update patch" },
    [KUBE_WEBHOOKS_CREATE] = { "webhooks_create", "admissionregistration.k8s.io",
                               "mutatingwebhookconfigurations validatingwebhookconfigurations", "create" },
    [KUBE_CLUSTER_ADMIN] = { "cluster_admin", NULL, NULL, NULL },
};

/* ---- matching ---- */

static bool has(const cg_tree *list, const char *word, size_t length)
{
    for (uint32_t i = 0; list && i < list->list.count; i++) {
        const cg_tree *t = list->list.items[i];
        if (t->type == CG_TREE_STRING && t->string.length == length && memcmp(t->string.data, word, length) == 0)
            return true;
    }
    return false;
}

static bool has_star(const cg_tree *list)
{
    return has(list, "*", 1);
}

/* "pods/exec" is given by itself, by "*", and by "* /exec" (without the blank); "pods" gives no subresource. */
static bool has_resource(const cg_tree *list, const char *word, size_t length)
{
    const char *slash = memchr(word, '/', length);

    if (has_star(list) || has(list, word, length))
        return true;
    for (uint32_t i = 0; slash && list && i < list->list.count; i++) {
        const cg_tree *t = list->list.items[i];
        const size_t rest = length - (size_t)(slash - word);
        if (t->type == CG_TREE_STRING && t->string.length == rest + 1 && t->string.data[0] == '*' &&
            memcmp(t->string.data + 1, slash, rest) == 0)
            return true;
    }
    return false;
}

typedef bool (*matcher)(const cg_tree *list, const char *word, size_t length);

static bool has_any(const cg_tree *list, const char *words, matcher match)
{
    do {
        const size_t length = strcspn(words, " ");
        if (match(list, words, length))
            return true;
        words += length;
    } while (*words++);
    return false;
}

static bool rule_allows(const kube_rule *r, uint32_t which)
{
    const ask *a = &asks[which];

    if (which == KUBE_CLUSTER_ADMIN)
        return has_star(r->verbs) && has_star(r->resources) && has_star(r->groups);
    return (has_star(r->verbs) || has_any(r->verbs, a->verbs, has)) && (has_star(r->groups) || has_any(r->groups, a->group, has)) &&
           has_any(r->resources, a->resources, has_resource);
}

bool kube_allows_named(const kube_role *role, uint32_t which, cg_str name)
{
    for (uint32_t i = 0; i < role->n_rules; i++)
        if (role->rules[i].names && has(role->rules[i].names, name.data, name.length) && rule_allows(&role->rules[i], which))
            return true;
    return false;
}

/* ---- reading ---- */

static const cg_tree *list_of(const cg_tree *map, const char *key)
{
    const cg_tree *t = cg_tree_get(map, key);
    return t && t->type == CG_TREE_LIST && t->list.count ? t : NULL;
}

static kube_rule read_rule(const cg_tree *t)
{
    return (kube_rule){ list_of(t, "apiGroups"), list_of(t, "resources"), list_of(t, "verbs"), list_of(t, "resourceNames"),
                        list_of(t, "nonResourceURLs") };
}

/* What every API server gives this role back at its start, for exports that leave it out. */
static const char built_in_admin[] = "[{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]";

static int32_t read_role(kube_estate *k, kube_role *role)
{
    const cg_tree *rules = NULL;
    const cg_json_limits limits = { .max_depth = 16 };
    int32_t rc = kube_json(k, role->node, "rules", &rules);

    if (rc < 0)
        return rc;
    if (!rules && kube_is(k, role->node, KL_KubernetesClusterRole) &&
        cg_str_ends(cg_node_id(k->g, role->node), CG_STR("/ClusterRole/cluster-admin"))) {
        cg_tree *known = NULL;
        if ((rc = cg_tree_from_json(&k->arena, cg_str_from(built_in_admin), CG_STR("built-in"), &limits, &known, k->err)) < 0)
            return rc;
        rules = known;
    }
    if (!rules || rules->type != CG_TREE_LIST || !rules->list.count)
        return CSPM_OK;
    role->rules = cg_arena_alloc(&k->arena, rules->list.count * sizeof *role->rules);
    if (!role->rules)
        return cg_nomem(k->mem, k->err);
    for (uint32_t i = 0; i < rules->list.count; i++)
        if (rules->list.items[i]->type == CG_TREE_MAP)
            role->rules[role->n_rules++] = read_rule(rules->list.items[i]);
    return CSPM_OK;
}

/* ---- aggregation ---- */

typedef struct aggregation {
    uint32_t cluster;
    const cg_tree *selectors, *labels;
    kube_rule *own;
    uint32_t n_own;
} aggregation;

static bool selected(const aggregation *a, const aggregation *b)
{
    for (uint32_t i = 0; a->selectors && a->cluster == b->cluster && i < a->selectors->list.count; i++)
        if (b->labels && kube_selects(a->selectors->list.items[i], b->labels))
            return true;
    return false;
}

/* Roles made of roles made of roles: what is reached by selectors, each role once. */
static int32_t aggregate(kube_estate *k, const aggregation *all, uint32_t which, uint32_t *stack, uint32_t *seen)
{
    kube_role *role = &k->all_roles[which];
    uint32_t top = 0, n = 0, room = 0;

    memset(seen, 0, k->n_roles * sizeof *seen);
    seen[which] = 1;
    stack[top++] = which;
    while (top) {
        const aggregation *a = &all[stack[--top]];
        room += a->n_own;
        for (uint32_t j = 0; a->selectors && j < k->n_roles; j++)
            if (!seen[j] && selected(a, &all[j])) {
                seen[j] = 1;
                stack[top++] = j;
            }
    }
    role->rules = cg_arena_alloc(&k->arena, (room + 1) * sizeof *role->rules);
    if (!role->rules)
        return cg_nomem(k->mem, k->err);
    for (uint32_t j = 0; j < k->n_roles; j++)
        for (uint32_t i = 0; seen[j] && i < all[j].n_own; i++)
            role->rules[n++] = all[j].own[i];
    role->n_rules = n;
    return CSPM_OK;
}

static int32_t aggregate_all(kube_estate *k)
{
    aggregation *all = cg_arena_calloc(&k->arena, k->n_roles + 1, sizeof *all);
    uint32_t *stack = cg_arena_alloc(&k->arena, 2 * (k->n_roles + 1) * sizeof *stack), ns;
    int32_t rc = all && stack ? CSPM_OK : cg_nomem(k->mem, k->err);

    for (uint32_t i = 0; i < k->n_roles && rc == CSPM_OK; i++) {
        const cg_tree *rule = NULL;
        all[i].own = k->all_roles[i].rules;
        all[i].n_own = k->all_roles[i].n_rules;
        if ((rc = kube_place(k, k->all_roles[i].node, &all[i].cluster, &ns)) < 0 ||
            !kube_is(k, k->all_roles[i].node, KL_KubernetesClusterRole))
            continue;
        if ((rc = kube_json(k, k->all_roles[i].node, "aggregation_rule", &rule)) == CSPM_OK)
            rc = kube_json(k, k->all_roles[i].node, "labels", &all[i].labels);
        all[i].selectors = list_of(rule, "clusterRoleSelectors");
    }
    for (uint32_t i = 0; i < k->n_roles && rc == CSPM_OK; i++)
        if (all[i].selectors)
            rc = aggregate(k, all, i, stack, stack + k->n_roles + 1);
    return rc;
}

/* ---- roles and grants ---- */

static void judge(kube_role *role)
{
    for (uint32_t i = 0; i < role->n_rules; i++)
        for (uint32_t a = 0; a < KUBE_N_ASKS; a++)
            if (rule_allows(&role->rules[i], a)) {
                if (role->rules[i].names)
                    role->named |= KUBE_BIT(a);
                else
                    role->allows |= KUBE_BIT(a);
            }
}

static int32_t collect_roles(kube_estate *k, kube_label label)
{
    cg_label_iter it;
    cg_node n;

    if (k->labels[label] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[label]); cg_label_iter_next(&it, &n);) {
        k->role_at[n] = k->n_roles;
        k->all_roles[k->n_roles++] = (kube_role){ .node = n };
    }
    return CSPM_OK;
}

static int32_t collect_grants(kube_estate *k)
{
    static const kube_role nothing = { .node = CG_NO_NODE };
    cg_label_iter it;
    cg_node n;
    int32_t rc = CSPM_OK;
    const uint64_t room =
        k->labels[KL_KubernetesPermissionSet] == CG_NO_NAME ? 0 : cg_label_count(k->g, k->labels[KL_KubernetesPermissionSet]);

    k->grants = cg_arena_alloc(&k->arena, (room + 1) * sizeof *k->grants);
    if (!k->grants)
        return cg_nomem(k->mem, k->err);
    if (!room)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[KL_KubernetesPermissionSet]); rc == CSPM_OK && cg_label_iter_next(&it, &n);) {
        kube_grant g = { .node = n, .role = &nothing, .role_node = kube_first(k, n, CG_OUT, KR_ROLE_REF) };
        rc = kube_place(k, n, &g.cluster, &g.ns);
        if (g.role_node != CG_NO_NODE && k->role_at[g.role_node] != KUBE_NONE)
            g.role = &k->all_roles[k->role_at[g.role_node]];
        g.of_cluster_role = kube_is(k, g.role_node, KL_KubernetesClusterRole);
        g.admin = g.ns == KUBE_NONE && (g.role->allows & KUBE_BIT(KUBE_CLUSTER_ADMIN));
        if (g.cluster != KUBE_NONE)
            k->grants[k->n_grants++] = g;
    }
    return rc;
}

int32_t kube_read_roles(kube_estate *k)
{
    const uint32_t n = cg_graph_n_nodes(k->g);
    uint64_t room = 1;
    int32_t rc = CSPM_OK;

    if (k->labels[KL_KubernetesRole] != CG_NO_NAME)
        room += cg_label_count(k->g, k->labels[KL_KubernetesRole]);
    if (k->labels[KL_KubernetesClusterRole] != CG_NO_NAME)
        room += cg_label_count(k->g, k->labels[KL_KubernetesClusterRole]);
    k->role_at = cg_alloc_array(k->mem, (size_t)n + 1, sizeof *k->role_at);
    k->all_roles = cg_arena_alloc(&k->arena, room * sizeof *k->all_roles);
    if (!k->role_at || !k->all_roles)
        return cg_nomem(k->mem, k->err);
    memset(k->role_at, 0xff, ((size_t)n + 1) * sizeof *k->role_at);
    collect_roles(k, KL_KubernetesRole);
    collect_roles(k, KL_KubernetesClusterRole);
    for (uint32_t i = 0; i < k->n_roles && rc == CSPM_OK; i++)
        rc = read_role(k, &k->all_roles[i]);
    if (rc == CSPM_OK)
        rc = aggregate_all(k);
    for (uint32_t i = 0; i < k->n_roles && rc == CSPM_OK; i++)
        judge(&k->all_roles[i]);
    return rc == CSPM_OK ? collect_grants(k) : rc;
}

/* ---- showing ---- */

static void add_words(cg_buf *b, const cg_tree *list)
{
    for (uint32_t i = 0; list && i < list->list.count; i++) {
        if (i)
            cg_buf_char(b, ',');
        if (list->list.items[i]->type == CG_TREE_STRING)
            cg_buf_str(b, list->list.items[i]->string);
    }
}

/* A rule on one line, as KubeHound writes it: "API()::R(pods)::N()::V(get,list)". */
static int32_t rule_line(kube_estate *k, const kube_rule *r, cg_str *out)
{
    cg_buf b;

    cg_buf_init(&b, k->mem, 0);
    cg_buf_adds(&b, "API(");
    add_words(&b, r->groups);
    cg_buf_adds(&b, ")::R(");
    add_words(&b, r->resources ? r->resources : r->urls);
    cg_buf_adds(&b, ")::N(");
    add_words(&b, r->names);
    cg_buf_adds(&b, ")::V(");
    add_words(&b, r->verbs);
    cg_buf_char(&b, ')');
    out->length = b.length;
    out->data = b.failed ? NULL : cg_arena_strndup(&k->arena, b.data, b.length);
    cg_buf_free(&b);
    return out->data && !memchr(out->data, '\0', out->length) ? CSPM_OK : out->data ? (out->length = 0, CSPM_OK) : cg_nomem(k->mem, k->err);
}

int32_t kube_describe_grants(kube_estate *k)
{
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; i < k->n_grants && rc == CSPM_OK; i++) {
        const kube_role *role = k->grants[i].role;
        cg_str *lines = cg_arena_alloc(&k->arena, (role->n_rules + 1) * sizeof *lines), names[KUBE_N_ASKS];
        uint32_t n = 0;
        if (!lines)
            return cg_nomem(k->mem, k->err);
        for (uint32_t j = 0; j < role->n_rules && rc == CSPM_OK; j++)
            rc = rule_line(k, &role->rules[j], &lines[j]);
        for (uint32_t a = 0; a < KUBE_N_ASKS; a++)
            if (role->allows & KUBE_BIT(a))
                names[n++] = cg_str_from(asks[a].name);
        if (rc == CSPM_OK)
            rc = kube_prop_texts(k, k->grants[i].node, "rules", lines, role->n_rules);
        if (rc == CSPM_OK)
            rc = kube_prop_texts(k, k->grants[i].node, "permissions", names, n);
    }
    return rc;
}
