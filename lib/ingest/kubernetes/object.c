/* One object: what it is, whose it is, and which table line says what it means. */
#include "ingest/kubernetes/kubernetes.h"

static const k8s_shape shapes[] = {
    { "Node", "core", { "KubernetesNode", "Node" }, true, false, k8s_node_fields, k8s_more_node },
    { "Namespace", "core", { "KubernetesNamespace" }, true, false, k8s_namespace_fields, k8s_more_namespace },
    { "Pod", "core", { "KubernetesPod", "Pod" }, false, true, k8s_pod_fields, k8s_more_pod },
    { "Deployment", "apps extensions", { "KubernetesDeployment" }, false, false, k8s_deployment_fields, k8s_more_controller },
    { "StatefulSet", "apps", { "KubernetesStatefulSet" }, false, false, k8s_stateful_fields, k8s_more_controller },
    { "DaemonSet", "apps extensions", { "KubernetesDaemonSet" }, false, false, k8s_daemon_fields, k8s_more_controller },
    { "Job", "batch", { "KubernetesJob" }, false, false, k8s_job_fields, k8s_more_controller },
    { "CronJob", "batch", { "KubernetesCronJob" }, false, false, k8s_cron_fields, k8s_more_controller },
    { "ReplicaSet", "apps extensions", { "KubernetesReplicaSet" }, false, false, k8s_replica_fields, k8s_more_controller },
    { "ReplicationController", "core", { "KubernetesReplicationController" }, false, false, k8s_replica_fields, k8s_more_controller },
    { "ServiceAccount", "core", { "KubernetesServiceAccount" }, false, true, k8s_account_fields, k8s_more_service_account },
    { "Role", "rbac.authorization.k8s.io", { "KubernetesRole" }, false, true, k8s_role_fields, k8s_more_role },
    { "ClusterRole", "rbac.authorization.k8s.io", { "KubernetesClusterRole" }, true, false, k8s_role_fields, k8s_more_role },
    { "RoleBinding", "rbac.authorization.k8s.io", { "KubernetesRoleBinding" }, false, true, k8s_binding_fields, k8s_more_binding },
    { "ClusterRoleBinding",
      "rbac.authorization.k8s.io",
      { "KubernetesClusterRoleBinding" },
      true,
      false,
      k8s_binding_fields,
      k8s_more_binding },
    { "Service", "core", { "KubernetesService" }, false, true, k8s_service_fields, k8s_more_service },
    { "Endpoints", "core", { NULL }, false, false, NULL, k8s_more_endpoints },
    { "EndpointSlice", "discovery.k8s.io", { NULL }, false, false, NULL, k8s_more_slice },
    { "Ingress", "networking.k8s.io extensions", { "KubernetesIngress" }, false, true, k8s_ingress_fields, k8s_more_ingress },
    { "HTTPRoute", "gateway.networking.k8s.io", { "KubernetesHTTPRoute" }, false, true, k8s_route_fields, k8s_more_route },
    { "Gateway", "gateway.networking.k8s.io", { "KubernetesGateway" }, false, true, k8s_gateway_fields, k8s_more_gateway },
    { "NetworkPolicy", "networking.k8s.io extensions", { "KubernetesNetworkPolicy" }, false, true, k8s_policy_fields, k8s_more_policy },
    { "Secret", "core", { "KubernetesSecret" }, false, true, k8s_secret_fields, k8s_more_secret },
    { "ConfigMap", "core", { "KubernetesConfigMap" }, false, true, k8s_config_fields, k8s_more_config_map },
    { "PersistentVolumeClaim", "core", { "KubernetesPersistentVolumeClaim" }, false, true, k8s_claim_fields, k8s_more_claim },
    { "PersistentVolume", "core", { "KubernetesPersistentVolume" }, true, false, k8s_volume_fields, k8s_more_volume },
    { "ValidatingWebhookConfiguration",
      "admissionregistration.k8s.io",
      { "KubernetesAdmissionWebhook" },
      true,
      false,
      k8s_admission_fields,
      NULL },
    { "MutatingWebhookConfiguration",
      "admissionregistration.k8s.io",
      { "KubernetesAdmissionWebhook" },
      true,
      false,
      k8s_admission_fields,
      NULL },
    { "Config", "core", { NULL }, true, false, NULL, k8s_more_kubeconfig },
};

/* Kinds that say nothing about who reaches what. */
static const char quiet[] =
    "Event Lease ControllerRevision PriorityClass RuntimeClass StorageClass CSIDriver CSINode CSIStorageCapacity "
    "VolumeAttachment ComponentStatus PodDisruptionBudget HorizontalPodAutoscaler FlowSchema PriorityLevelConfiguration "
    "ResourceQuota LimitRange PodTemplate APIService CustomResourceDefinition IngressClass GatewayClass Kustomization "
    "ReferenceGrant CertificateSigningRequest ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
    "VerticalPodAutoscaler NodeMetrics PodMetrics Status ServiceCIDR IPAddress VolumeSnapshot VolumeSnapshotClass "
    "VolumeSnapshotContent ClusterPolicy Policy";

const k8s_shape *k8s_shape_find(cg_str group, cg_str kind)
{
    const cg_str g = group.length ? group : CG_STR("core");
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (k8s_is(kind, shapes[i].kind) && k8s_one_of(g, shapes[i].groups))
            return &shapes[i];
    return NULL;
}

bool k8s_is_quiet(cg_str group, cg_str kind)
{
    (void)group;
    return k8s_one_of(kind, quiet);
}

/* "apps/v1" -> "apps", "v1" -> "" */
static cg_str group_of(cg_str api)
{
    const char *slash = api.data ? memchr(api.data, '/', api.length) : NULL;
    return slash ? (cg_str){ api.data, (size_t)(slash - api.data) } : CG_STR("");
}

static void put_said(uint64_t *table, size_t room, uint64_t hash)
{
    size_t i = hash & (room - 1);

    while (table[i])
        i = (i + 1) & (room - 1);
    table[i] = hash;
}

static bool grow_said(k8s_ctx *c)
{
    const size_t room = c->room_said ? c->room_said * 2 : 256;
    uint64_t *table = cg_calloc(c->mem, room, sizeof *table);

    if (!table)
        return false;
    for (size_t i = 0; i < c->room_said; i++)
        if (c->said[i])
            put_said(table, room, c->said[i]);
    cg_free(c->mem, c->said);
    c->said = table;
    c->room_said = room;
    return true;
}

bool k8s_once(k8s_ctx *c, cg_str what)
{
    const uint64_t hash = c->rc < 0 ? 0 : cg_hash(&c->seed, what.data, what.length) | 1;

    if (c->rc < 0)
        return false;
    for (size_t i = hash & (c->room_said - 1); c->room_said && c->said[i]; i = (i + 1) & (c->room_said - 1))
        if (c->said[i] == hash)
            return false;
    if (c->n_said * 2 >= c->room_said && !grow_said(c)) {
        c->rc = cg_nomem(c->mem, c->err);
        return false;
    }
    put_said(c->said, c->room_said, hash);
    c->n_said++;
    return true;
}

/* One line a kind and input: nobody wants a warning for each of a thousand custom resources. */
static void tell_unknown(k8s_ctx *c)
{
    const cg_str both = k8s_text(c, "%.*s%s%.*s", CG_FMT(c->kind), c->group.length ? "." : "", CG_FMT(c->group));

    if (k8s_once(c, both))
        c->rc = cg_builder_diag(c->b, CG_DIAG_WARNING, "not-modelled", c->object->pos, c->err, "objects of kind %.*s are not read",
                                CG_FMT(both));
}

static void cluster_node(k8s_ctx *c, cg_str name)
{
    static const char *const labels[] = { "KubernetesCluster", NULL };

    k8s_node(c, name, labels);
    k8s_prop_text(c, "id", name);
    k8s_prop_text(c, "name", name);
    k8s_node_end(c, false);
}

/* Every object stands in a namespace, whether namespaces were exported or not. */
static cg_str namespace_node(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesNamespace", NULL };
    const cg_str id = k8s_id(c, CG_STR_NULL, "Namespace", c->ns), back = c->id;

    if (c->rc < 0 || !k8s_once(c, id))
        return id;
    k8s_node(c, id, labels);
    k8s_prop_text(c, "name", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_partial(c);
    k8s_node_end(c, true);
    k8s_edge(c, id, "WORKLOAD_PARENT", c->cluster, NULL);
    c->id = back;
    return id;
}

/* Slashes would make ids of other objects; only names of bindings, roles and the like hold other odd characters. */
static bool good_name(cg_str s)
{
    return s.data && !memchr(s.data, '/', s.length);
}

static bool identify(k8s_ctx *c, const k8s_shape *shape)
{
    c->meta = k8s_get(c->object, "metadata");
    c->name = k8s_str(c->meta, "name");
    if (!c->name.data)
        c->name = k8s_str(c->meta, "generateName"); /* what a manifest states in its place */
    c->uid = k8s_str(c->meta, "uid");
    c->ns = shape->clusterwide ? CG_STR_NULL : k8s_str(c->meta, "namespace");
    if (!shape->clusterwide && !c->ns.data)
        c->ns = CG_STR("default"); /* where kubectl puts it */
    const cg_str cluster = k8s_str(c->meta, "clusterName");
    c->cluster = cluster.data ? cluster : c->home;
    if (!good_name(c->name) || (c->ns.data && !good_name(c->ns))) {
        k8s_bad(c, c->object, "%.*s skipped: metadata holds no usable %s", CG_FMT(c->kind), good_name(c->name) ? "namespace" : "name");
        return false;
    }
    if (!cluster.data && !c->met_home) {
        c->met_home = true;
        cluster_node(c, c->home);
    } else if (cluster.data) {
        cluster_node(c, cluster);
    }
    c->id = k8s_id(c, c->ns, shape->kind, c->name);
    return c->rc >= 0;
}

void k8s_object_node(k8s_ctx *c, const char *const *labels)
{
    k8s_node(c, c->id, labels);
    k8s_alias(c, c->uid);
    k8s_prop_text(c, "name", c->name);
    k8s_prop_text(c, "namespace", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_text(c, "uid", c->uid);
    k8s_prop_tree(c, "creation_timestamp", k8s_get(c->meta, "creationTimestamp"), K8S_TIME);
    k8s_prop_tree(c, "deletion_timestamp", k8s_get(c->meta, "deletionTimestamp"), K8S_TIME);
    k8s_prop_tree(c, "labels", k8s_get(c->meta, "labels"), K8S_JSON);
}

/* What Cartography puts into `id`: the uid of most, a made-up name of identities, roles and nodes. */
static cg_str published_id(k8s_ctx *c)
{
    if (k8s_one_of(c->kind, "Node Namespace ServiceAccount Role ClusterRole RoleBinding ClusterRoleBinding") &&
        !(k8s_is(c->kind, "Namespace") && c->uid.data))
        return c->ns.data ? k8s_text(c, "%.*s/%.*s/%.*s", CG_FMT(c->cluster), CG_FMT(c->ns), CG_FMT(c->name))
                          : k8s_text(c, "%.*s/%.*s", CG_FMT(c->cluster), CG_FMT(c->name));
    return c->uid.data ? c->uid : c->id;
}

static void take(k8s_ctx *c, const k8s_shape *shape)
{
    if (!shape->labels[0]) {
        if (shape->more)
            shape->more(c);
        return;
    }
    const cg_str id = c->id;
    k8s_object_node(c, shape->labels);
    k8s_prop_text(c, "id", published_id(c));
    k8s_fields(c, c->object, shape->fields);
    k8s_node_end(c, true);
    if (c->ns.data) {
        const cg_str space = namespace_node(c);
        if (shape->contained)
            k8s_edge(c, space, "CONTAINS", id, NULL);
    }
    c->id = id;
    if (shape->more)
        shape->more(c);
}

int32_t k8s_take(k8s_ctx *c, const cg_tree *object, cg_str kind, cg_str api, cspm_error **err)
{
    const k8s_shape *shape;

    c->err = err;
    c->rc = CSPM_OK;
    c->object = object;
    c->offset = object->pos.offset;
    c->meta = NULL;
    if (object->type != CG_TREE_MAP) {
        k8s_bad(c, object, "item skipped: it is no object");
        return c->rc;
    }
    c->kind = k8s_str(object, "kind");
    if (!c->kind.data)
        c->kind = kind;
    const cg_str own = k8s_str(object, "apiVersion");
    c->group = group_of(own.data ? own : api);
    if (!c->kind.data) {
        k8s_bad(c, object, "object skipped: it states no kind");
        return c->rc;
    }
    shape = k8s_shape_find(c->group, c->kind);
    if (shape) {
        if (k8s_is(c->kind, "Config") || identify(c, shape))
            take(c, shape);
    } else if (!k8s_is_quiet(c->group, c->kind)) {
        tell_unknown(c);
    }
    cg_arena_reset(&c->arena);
    return c->rc;
}
