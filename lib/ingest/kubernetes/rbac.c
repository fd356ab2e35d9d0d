/* Who is who, and who was given what: accounts, roles, bindings, and the maps that tie identities of a cloud to a cluster. */
#include <stdlib.h>

#include "ingest/kubernetes/kubernetes.h"

const k8s_field k8s_account_fields[] = {
    { "automount_service_account_token", "automountServiceAccountToken", K8S_AS_IS },
    { "resource_version", "metadata.resourceVersion", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_role_fields[] = {
    { "resource_version", "metadata.resourceVersion", K8S_AS_IS },
    { "rules", "rules", K8S_JSON },
    { "aggregation_rule", "aggregationRule", K8S_JSON },
    { 0 },
};
const k8s_field k8s_binding_fields[] = {
    { "resource_version", "metadata.resourceVersion", K8S_AS_IS },
    { "role_name", "roleRef.name", K8S_AS_IS },
    { "role_kind", "roleRef.kind", K8S_AS_IS },
    { 0 },
};

/* ---- identities ---- */

static void identity(k8s_ctx *c, cg_str id, const char *const *labels, const char *type, cg_str ns, cg_str name)
{
    k8s_node(c, id, labels);
    k8s_prop_text(c, "id",
                  ns.data ? k8s_text(c, "%.*s/%.*s/%.*s", CG_FMT(c->cluster), CG_FMT(ns), CG_FMT(name))
                          : k8s_text(c, "%.*s/%.*s", CG_FMT(c->cluster), CG_FMT(name)));
    k8s_prop_text(c, "name", name);
    k8s_prop_text(c, "namespace", ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_text(c, "type", cg_str_from(type));
    k8s_prop_bool(c, "isNamespaced", ns.data != NULL);
}

static const char *const account_labels[] = { "KubernetesServiceAccount", NULL };

cg_str k8s_service_account(k8s_ctx *c, cg_str ns, cg_str name)
{
    const cg_str back = c->id, id = k8s_id(c, ns, "ServiceAccount", name);

    if (!id.data || !k8s_once(c, id))
        return id;
    identity(c, id, account_labels, "ServiceAccount", ns, name);
    k8s_partial(c);
    k8s_node_end(c, true);
    c->id = back;
    return id;
}

/* Users and groups are no objects of the API: being named is all there is of them. */
static cg_str user_or_group(k8s_ctx *c, bool group, cg_str name)
{
    static const char *const users[] = { "KubernetesUser", NULL }, *const groups[] = { "KubernetesGroup", NULL };
    const cg_str back = c->id, id = k8s_id(c, CG_STR_NULL, group ? "Group" : "User", name);

    if (!id.data || !k8s_once(c, id))
        return id;
    identity(c, id, group ? groups : users, group ? "Group" : "User", CG_STR_NULL, name);
    k8s_node_end(c, true);
    c->id = back;
    return id;
}

void k8s_more_service_account(k8s_ctx *c)
{
    const cg_str id = c->id, role = k8s_annotation(c, "eks.amazonaws.com/role-arn"),
                 gcp = k8s_annotation(c, "iam.gke.io/gcp-service-account"), azure = k8s_annotation(c, "azure.workload.identity/client-id");
    const cg_tree *secrets = k8s_list(c->object, "secrets");

    identity(c, id, account_labels, "ServiceAccount", c->ns, c->name);
    k8s_prop_text(c, "aws_role_arn", role);
    k8s_prop_text(c, "gcp_service_account", gcp);
    k8s_prop_text(c, "azure_client_id", azure);
    k8s_node_end(c, false);
    if (cg_str_starts(role, CG_STR("arn:")))
        k8s_edge(c, id, "ASSUMES_ROLE", role, "AWSRole");
    for (uint32_t i = 0; i < k8s_count(secrets); i++)
        k8s_edge(c, id, "HAS_TOKEN_SECRET", k8s_id(c, c->ns, "Secret", k8s_str(secrets->list.items[i], "name")), "KubernetesSecret");
}

/* ---- roles ---- */

static int text_cmp(const void *a, const void *b)
{
    return cg_str_cmp(*(const cg_str *)a, *(const cg_str *)b);
}

/* Every word of one member over all rules, each once. */
static void words(k8s_ctx *c, const cg_tree *rules, const char *member, const char *property)
{
    uint32_t room = 0, n = 0, kept = 0;

    for (uint32_t i = 0; i < k8s_count(rules); i++)
        room += k8s_count(k8s_list(rules->list.items[i], member));
    cg_str *all = room && c->rc >= 0 ? cg_arena_alloc(&c->arena, room * sizeof *all) : NULL;
    if (!all)
        return;
    for (uint32_t i = 0; i < k8s_count(rules); i++) {
        const cg_tree *list = k8s_list(rules->list.items[i], member);
        for (uint32_t j = 0; j < k8s_count(list); j++)
            if (list->list.items[j]->type == CG_TREE_STRING)
                all[n++] = list->list.items[j]->string.length ? list->list.items[j]->string : CG_STR("core");
    }
    qsort(all, n, sizeof *all, text_cmp);
    for (uint32_t i = 0; i < n; i++)
        if (kept == 0 || !cg_str_eq(all[i], all[kept - 1]))
            all[kept++] = all[i];
    k8s_prop_texts(c, property, all, kept);
}

void k8s_more_role(k8s_ctx *c)
{
    static const char *const role[] = { "KubernetesRole", NULL }, *const wide[] = { "KubernetesClusterRole", NULL };
    const cg_tree *rules = k8s_list(c->object, "rules");

    k8s_node(c, c->id, c->ns.data ? role : wide);
    words(c, rules, "apiGroups", "api_groups");
    words(c, rules, "resources", "resources");
    words(c, rules, "verbs", "verbs");
    k8s_node_end(c, false);
}

/* ---- bindings ---- */

/* A role as given to somebody: what KubeHound calls a permission set. */
static cg_str permission_set(k8s_ctx *c, cg_str role)
{
    static const char *const labels[] = { "KubernetesPermissionSet", "PermissionSet", NULL };
    const cg_str name = k8s_text(c, "%.*s::%.*s", CG_FMT(role), CG_FMT(c->name)), id = k8s_id(c, c->ns, "PermissionSet", name);

    k8s_node(c, id, labels);
    k8s_prop_text(c, "name", name);
    k8s_prop_text(c, "namespace", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_bool(c, "isNamespaced", c->ns.data != NULL);
    k8s_prop_text(c, "role", role);
    k8s_prop_text(c, "roleBinding", c->name);
    k8s_node_end(c, true);
    return id;
}

static cg_str subject_id(k8s_ctx *c, const cg_tree *subject)
{
    const cg_str kind = k8s_str(subject, "kind"), name = k8s_str(subject, "name"), ns = k8s_str(subject, "namespace");

    if (k8s_is(kind, "ServiceAccount"))
        return k8s_service_account(c, ns.data ? ns : c->ns, name); /* the API asks for a namespace; manifests forget it */
    if (k8s_is(kind, "User") && cg_str_starts(name, CG_STR("system:serviceaccount:"))) {
        /* A service account by its user name. */
        const cg_str rest = { name.data + 22, name.length - 22 };
        const char *colon = memchr(rest.data, ':', rest.length);
        if (colon && colon > rest.data && colon + 1 < rest.data + rest.length)
            return k8s_service_account(c, (cg_str){ rest.data, (size_t)(colon - rest.data) },
                                       (cg_str){ colon + 1, rest.length - (size_t)(colon + 1 - rest.data) });
    }
    if (k8s_is(kind, "User") || k8s_is(kind, "Group"))
        return user_or_group(c, k8s_is(kind, "Group"), name);
    return CG_STR_NULL;
}

void k8s_more_binding(k8s_ctx *c)
{
    const cg_str id = c->id, role = k8s_str(c->object, "roleRef.name"), kind = k8s_str(c->object, "roleRef.kind");
    const cg_tree *subjects = k8s_list(c->object, "subjects");
    const bool wide = k8s_is(kind, "ClusterRole");

    if (!role.data || (!wide && (!k8s_is(kind, "Role") || !c->ns.data))) {
        k8s_bad(c, c->object, "%.*s %.*s gives nothing: its roleRef names no role", CG_FMT(c->kind), CG_FMT(c->name));
        return;
    }
    const cg_str role_id = wide ? k8s_id(c, CG_STR_NULL, "ClusterRole", role) : k8s_id(c, c->ns, "Role", role);
    k8s_edge(c, id, "ROLE_REF", role_id, wide ? "KubernetesClusterRole" : "KubernetesRole");
    const cg_str set = permission_set(c, role);
    k8s_edge(c, id, "GRANTS", set, NULL);
    k8s_edge(c, set, "ROLE_REF", role_id, wide ? "KubernetesClusterRole" : "KubernetesRole");
    for (uint32_t i = 0; i < k8s_count(subjects) && c->rc >= 0; i++) {
        const cg_str subject = subject_id(c, subjects->list.items[i]);
        if (subject.data)
            k8s_edge(c, id, "SUBJECT", subject, NULL);
        else
            k8s_bad(c, subjects->list.items[i], "a subject of %.*s %.*s is skipped: it names no user, group or service account",
                    CG_FMT(c->kind), CG_FMT(c->name));
    }
}

/* ---- identities of a cloud ---- */

/* "arn:aws:sts::1:assumed-role/x" never stands here; the ARN of a role in aws-auth leaves out the role's path. */
static void mapped(k8s_ctx *c, const cg_tree *entry, const char *member, const char *label)
{
    const cg_str arn = k8s_str(entry, member), user = k8s_str(entry, "username");
    const cg_tree *groups = k8s_list(entry, "groups");

    if (!cg_str_starts(arn, CG_STR("arn:"))) {
        k8s_bad(c, c->object, "an entry of aws-auth is skipped: it holds no %s", member);
        return;
    }
    if (user.data && cg_str_find(user, CG_STR("{{"), 0) == SIZE_MAX)
        k8s_edge_from(c, arn, label, "MAPS_TO", user_or_group(c, false, user));
    for (uint32_t i = 0; i < k8s_count(groups); i++)
        k8s_edge_from(c, arn, label, "MAPS_TO", user_or_group(c, true, k8s_str(groups->list.items[i], "")));
}

static void auth_map(k8s_ctx *c, const char *member, const char *arn, const char *label)
{
    const cg_str text = k8s_str(c->object, member);
    const cg_json_limits limits = { .max_depth = 16 };
    cspm_error *err = NULL;
    cg_tree *root;

    if (!text.data || c->rc < 0)
        return;
    int32_t rc = cg_tree_from_yaml(&c->arena, text, c->source, &limits, &root, &err);
    if (rc == CSPM_E_PARSE)
        k8s_bad(c, c->object, "%s of aws-auth is skipped: it is no YAML list", member + 5);
    else if (rc < 0)
        c->rc = cg_nomem(c->mem, c->err);
    else
        for (uint32_t i = 0; i < k8s_count(root); i++)
            mapped(c, root->list.items[i], arn, label);
    cspm_error_free(err);
}

void k8s_more_config_map(k8s_ctx *c)
{
    if (!k8s_is(c->name, "aws-auth") || !k8s_is(c->ns, "kube-system"))
        return;
    auth_map(c, "data.mapRoles", "rolearn", "AWSRole");
    auth_map(c, "data.mapUsers", "userarn", "AWSUser");
}
