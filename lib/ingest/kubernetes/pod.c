/* Pods and the templates of their controllers: account, host, volumes, secrets. Containers stand in container.c. */
#include "ingest/kubernetes/kubernetes.h"

#define TOKEN_PATH "/var/run/secrets/kubernetes.io/serviceaccount"

const k8s_field k8s_pod_fields[] = {
    { "status_phase", "status.phase", K8S_AS_IS },
    { "service_account_name", "spec.serviceAccountName", K8S_AS_IS },
    { "automount_service_account_token", "spec.automountServiceAccountToken", K8S_AS_IS },
    { "host_pid", "spec.hostPID", K8S_AS_IS },
    { "host_ipc", "spec.hostIPC", K8S_AS_IS },
    { "host_network", "spec.hostNetwork", K8S_AS_IS },
    { "share_process_namespace", "spec.shareProcessNamespace", K8S_AS_IS },
    { "seccomp_profile_type", "spec.securityContext.seccompProfile.type", K8S_AS_IS },
    { "run_as_non_root", "spec.securityContext.runAsNonRoot", K8S_AS_IS },
    { "run_as_user", "spec.securityContext.runAsUser", K8S_AS_IS },
    { "runtime_class_name", "spec.runtimeClassName", K8S_AS_IS },
    { "node", "spec.nodeName", K8S_AS_IS },
    { "pod_ip", "status.podIP", K8S_AS_IS },
    { "host_ip", "status.hostIP", K8S_AS_IS },
    { 0 },
};

static const cg_tree *item(const cg_tree *list, uint32_t i)
{
    return list->list.items[i];
}

/* A pod that a server has accepted holds its token volume in plain sight; a manifest gets one on admission. */
static bool is_live(const k8s_pod *p)
{
    return !p->template && (k8s_str(p->meta, "uid").data || k8s_str(p->meta, "resourceVersion").data || k8s_get(p->status, "phase"));
}

static cg_str account_name(const k8s_pod *p)
{
    cg_str name = k8s_str(p->spec, "serviceAccountName");
    if (!name.data)
        name = k8s_str(p->spec, "serviceAccount"); /* its name of old */
    return name.data ? name : CG_STR("default");
}

/* ---- secrets a pod uses ---- */

enum { BY_VOLUME = 1, BY_ENV = 2 };
typedef struct use {
    cg_str name;
    int how;
} use;
typedef struct uses {
    use *all;
    uint32_t n, room;
} uses;

static void add_use(k8s_ctx *c, uses *u, cg_str name, int how)
{
    for (uint32_t i = 0; i < u->n; i++)
        if (cg_str_eq(u->all[i].name, name)) {
            u->all[i].how |= how;
            return;
        }
    if (!name.data || c->rc < 0)
        return;
    if (u->n == u->room) {
        const uint32_t room = u->room ? u->room * 2 : 8;
        use *all = cg_arena_alloc(&c->arena, room * sizeof *all);
        if (!all) {
            c->rc = cg_nomem(c->mem, c->err);
            return;
        }
        if (u->n)
            memcpy(all, u->all, u->n * sizeof *all);
        u->all = all;
        u->room = room;
    }
    u->all[u->n++] = (use){ name, how };
}

static void uses_of_env(k8s_ctx *c, uses *u, const cg_tree *containers)
{
    for (uint32_t i = 0; i < k8s_count(containers); i++) {
        const cg_tree *env = k8s_list(item(containers, i), "env"), *from = k8s_list(item(containers, i), "envFrom");
        for (uint32_t j = 0; j < k8s_count(env); j++)
            add_use(c, u, k8s_str(item(env, j), "valueFrom.secretKeyRef.name"), BY_ENV);
        for (uint32_t j = 0; j < k8s_count(from); j++)
            add_use(c, u, k8s_str(item(from, j), "secretRef.name"), BY_ENV);
    }
}

static void secret_edges(k8s_ctx *c, const k8s_pod *p)
{
    static const char *const methods[] = { NULL, "volume", "env", "volume,env" };
    const cg_tree *volumes = k8s_list(p->spec, "volumes"), *pulls = k8s_list(p->spec, "imagePullSecrets");
    uses u = { 0 };

    for (uint32_t i = 0; i < k8s_count(volumes); i++) {
        const cg_tree *sources = k8s_list(item(volumes, i), "projected.sources");
        add_use(c, &u, k8s_str(item(volumes, i), "secret.secretName"), BY_VOLUME);
        for (uint32_t j = 0; j < k8s_count(sources); j++)
            add_use(c, &u, k8s_str(item(sources, j), "secret.name"), BY_VOLUME);
    }
    uses_of_env(c, &u, k8s_list(p->spec, "containers"));
    uses_of_env(c, &u, k8s_list(p->spec, "initContainers"));
    uses_of_env(c, &u, k8s_list(p->spec, "ephemeralContainers"));
    for (uint32_t i = 0; i < u.n && c->rc >= 0; i++) {
        const cg_str secret = k8s_id(c, c->ns, "Secret", u.all[i].name);
        k8s_edge_open(c, p->id, "USES_SECRET", secret, "KubernetesSecret");
        k8s_prop_text(c, "mount_method", cg_str_from(methods[u.all[i].how]));
        k8s_edge_end(c);
        if (u.all[i].how & BY_VOLUME)
            k8s_edge(c, p->id, "USES_SECRET_VOLUME", secret, "KubernetesSecret");
        if (u.all[i].how & BY_ENV)
            k8s_edge(c, p->id, "USES_SECRET_ENV", secret, "KubernetesSecret");
    }
    for (uint32_t i = 0; i < k8s_count(pulls); i++)
        k8s_edge(c, p->id, "PULLS_WITH", k8s_id(c, c->ns, "Secret", k8s_str(item(pulls, i), "name")), "KubernetesSecret");
}

/* ---- volumes ---- */

static bool projects_token(const cg_tree *volume)
{
    const cg_tree *sources = k8s_list(volume, "projected.sources");
    for (uint32_t i = 0; i < k8s_count(sources); i++)
        if (k8s_get(item(sources, i), "serviceAccountToken"))
            return true;
    return false;
}

static cg_str joined_path(k8s_ctx *c, cg_str base, cg_str sub)
{
    while (base.length > 1 && base.data[base.length - 1] == '/')
        base.length--;
    if (!sub.data)
        return base;
    return k8s_text(c, "%.*s%s%.*s", CG_FMT(base), base.length == 1 ? "" : "/", CG_FMT(sub));
}

static void volume_node(k8s_ctx *c, const k8s_pod *p, cg_str container, cg_str name, cg_str mount, const char *const *labels)
{
    k8s_node(c, k8s_text(c, "%.*s/Volume%s%.*s", CG_FMT(container), mount.data[0] == '/' ? "" : "/", CG_FMT(mount)), labels);
    k8s_prop_text(c, "name", name);
    k8s_prop_text(c, "namespace", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_bool(c, "isNamespaced", true);
    k8s_prop_text(c, "mountPath", mount);
    k8s_prop_text(c, "pod", p->name);
}

static void end_volume(k8s_ctx *c, cg_str container)
{
    const cg_str id = c->id;
    k8s_node_end(c, false);
    k8s_edge(c, container, "MOUNTS", id, NULL);
}

static void token_volume(k8s_ctx *c, const k8s_pod *p, cg_str container, cg_str name, cg_str mount, bool assumed)
{
    static const char *const labels[] = { "KubernetesTokenVolume", NULL };

    volume_node(c, p, container, name, mount, labels);
    k8s_prop_text(c, "type", CG_STR("Projected"));
    k8s_prop_bool(c, "readonly", true);
    if (assumed)
        k8s_prop_bool(c, "automounted", true);
    end_volume(c, container);
}

/* The token of a service account as a secret, as before projected volumes: told by where it is mounted. */
static void mount_of(k8s_ctx *c, const k8s_pod *p, cg_str container, const cg_tree *volume, const cg_tree *mount)
{
    static const char *const live[] = { "KubernetesVolume", "Volume", NULL }, *const planned[] = { "KubernetesVolumeTemplate", NULL };
    const cg_str name = k8s_str(volume, "name"), path = k8s_str(mount, "mountPath"), host = k8s_str(volume, "hostPath.path");

    if (!path.data || c->rc < 0)
        return;
    if (host.data) {
        volume_node(c, p, container, name, path, p->template ? planned : live);
        k8s_prop_text(c, "type", CG_STR("HostPath"));
        k8s_prop_text(c, "sourcePath", joined_path(c, host, k8s_str(mount, "subPath")));
        k8s_prop_bool(c, "readonly", k8s_true(mount, "readOnly"));
        end_volume(c, container);
    } else if (projects_token(volume) || (k8s_get(volume, "secret") && k8s_is(path, TOKEN_PATH))) {
        token_volume(c, p, container, name, path, false);
    }
}

static const cg_tree *volume_named(const k8s_pod *p, cg_str name)
{
    const cg_tree *volumes = k8s_list(p->spec, "volumes");
    for (uint32_t i = 0; name.data && i < k8s_count(volumes); i++)
        if (cg_str_eq(k8s_str(item(volumes, i), "name"), name))
            return item(volumes, i);
    return NULL;
}

static void container_volumes(k8s_ctx *c, const k8s_pod *p, cg_str container, const cg_tree *spec)
{
    const cg_tree *mounts = k8s_list(spec, "volumeMounts"), *automount = k8s_get(p->spec, "automountServiceAccountToken");
    bool token = false;

    for (uint32_t i = 0; i < k8s_count(mounts) && c->rc >= 0; i++) {
        const cg_tree *volume = volume_named(p, k8s_str(item(mounts, i), "name"));
        token = token || k8s_is(k8s_str(item(mounts, i), "mountPath"), TOKEN_PATH);
        if (volume)
            mount_of(c, p, container, volume, item(mounts, i));
    }
    /* Without a say of the pod the account's word counts: the reasoning looks there. */
    if (!token && !is_live(p) && !(automount && automount->type == CG_TREE_BOOL && !automount->boolean))
        token_volume(c, p, container, CG_STR("kube-api-access"), CG_STR(TOKEN_PATH), !automount);
}

/* ---- the pod ---- */

static void containers(k8s_ctx *c, const k8s_pod *p, const char *member, const char *role)
{
    const cg_tree *list = k8s_list(p->spec, member);

    for (uint32_t i = 0; i < k8s_count(list) && c->rc >= 0; i++) {
        const cg_str name = k8s_str(item(list, i), "name");
        if (!name.data || memchr(name.data, '/', name.length)) {
            k8s_bad(c, item(list, i), "container of pod %.*s skipped: it has no usable name", CG_FMT(p->name));
            continue;
        }
        k8s_container(c, p, item(list, i), role);
        container_volumes(c, p, c->id, item(list, i));
    }
}

static void claims(k8s_ctx *c, const k8s_pod *p)
{
    const cg_tree *volumes = k8s_list(p->spec, "volumes");

    for (uint32_t i = 0; i < k8s_count(volumes); i++) {
        const cg_str claim = k8s_str(item(volumes, i), "persistentVolumeClaim.claimName"),
                     map = k8s_str(item(volumes, i), "configMap.name");
        k8s_edge(c, p->id, "USES_VOLUME_CLAIM", k8s_id(c, c->ns, "PersistentVolumeClaim", claim), "KubernetesPersistentVolumeClaim");
        if (map.data && !k8s_is(map, "kube-root-ca.crt"))
            k8s_edge(c, p->id, "USES_CONFIG_MAP", k8s_id(c, c->ns, "ConfigMap", map), "KubernetesConfigMap");
    }
}

void k8s_pod_parts(k8s_ctx *c, const k8s_pod *p)
{
    const cg_str account = k8s_service_account(c, c->ns, account_name(p)), node = k8s_str(p->spec, "nodeName");

    k8s_edge(c, p->id, "USES_SERVICE_ACCOUNT", account, NULL);
    k8s_edge(c, p->id, "RUNS_AS", account, NULL);
    if (node.data)
        k8s_edge(c, p->id, "RUNS_ON", k8s_id(c, CG_STR_NULL, "Node", node), "KubernetesNode");
    containers(c, p, "containers", "container");
    containers(c, p, "initContainers", "init");
    containers(c, p, "ephemeralContainers", "ephemeral");
    secret_edges(c, p);
    claims(c, p);
}

/* ---- who owns it ---- */

static const cg_tree *controller_of(const k8s_ctx *c)
{
    const cg_tree *owners = k8s_list(c->meta, "ownerReferences"), *found = NULL;
    for (uint32_t i = 0; i < k8s_count(owners); i++)
        if (!found || k8s_true(item(owners, i), "controller"))
            found = item(owners, i);
    return found;
}

/* A deployment names its replica sets NAME-HASH and labels their pods with the hash, so no replica set needs to be at hand. */
static cg_str deployment_of(const k8s_ctx *c, cg_str replica_set)
{
    const cg_tree *labels = k8s_get(c->meta, "labels");

    for (uint32_t i = 0; labels && labels->type == CG_TREE_MAP && i < labels->map.count; i++) {
        const cg_str hash = k8s_str(labels->map.values[i], "");
        if (k8s_is(labels->map.keys[i], "pod-template-hash") && hash.data && replica_set.length > hash.length + 1 &&
            cg_str_ends(replica_set, hash) && replica_set.data[replica_set.length - hash.length - 1] == '-')
            return (cg_str){ replica_set.data, replica_set.length - hash.length - 1 };
    }
    return CG_STR_NULL;
}

/* What is above a pod or controller. */
static void owned_by(k8s_ctx *c, cg_str id)
{
    static const struct {
        const char *kind, *label;
    } known[] = { { "StatefulSet", "KubernetesStatefulSet" },
                  { "DaemonSet", "KubernetesDaemonSet" },
                  { "Job", "KubernetesJob" },
                  { "CronJob", "KubernetesCronJob" },
                  { "Deployment", "KubernetesDeployment" },
                  { "ReplicationController", "KubernetesReplicationController" } };
    const cg_tree *owner = controller_of(c);
    const cg_str kind = k8s_str(owner, "kind"), name = k8s_str(owner, "name");

    if (name.data && k8s_is(kind, "ReplicaSet")) {
        const cg_str deployment = deployment_of(c, name);
        k8s_edge(c, id, "OWNED_BY", k8s_id(c, c->ns, "ReplicaSet", name), "KubernetesReplicaSet");
        if (deployment.data)
            k8s_edge(c, id, "WORKLOAD_PARENT", k8s_id(c, c->ns, "Deployment", deployment), "KubernetesDeployment");
        return;
    }
    for (size_t i = 0; name.data && i < sizeof known / sizeof known[0]; i++)
        if (k8s_is(kind, known[i].kind)) {
            k8s_edge(c, id, k8s_is(c->kind, "ReplicaSet") ? "OWNED_BY" : "WORKLOAD_PARENT", k8s_id(c, c->ns, known[i].kind, name),
                     known[i].label);
            return;
        }
    if (!k8s_is(c->kind, "ReplicaSet"))
        k8s_edge(c, id, "WORKLOAD_PARENT", k8s_id(c, CG_STR_NULL, "Namespace", c->ns), NULL);
}

void k8s_more_pod(k8s_ctx *c)
{
    const k8s_pod p = {
        .spec = k8s_get(c->object, "spec"), .status = k8s_get(c->object, "status"), .meta = c->meta, .id = c->id, .name = c->name
    };

    owned_by(c, p.id);
    if (!p.spec || p.spec->type != CG_TREE_MAP)
        k8s_bad(c, c->object, "pod %.*s has no spec", CG_FMT(c->name));
    else
        k8s_pod_parts(c, &p);
}

/* ---- controllers ---- */

static const cg_tree *template_of(const k8s_ctx *c)
{
    return k8s_get(c->object, k8s_is(c->kind, "CronJob") ? "spec.jobTemplate.spec.template" : "spec.template");
}

/* No pod comes of it any more: scaled to nothing, suspended, finished. */
static bool at_rest(const k8s_ctx *c)
{
    const cg_tree *replicas = k8s_get(c->object, "spec.replicas"), *done = k8s_get(c->object, "status.completionTime");
    return (replicas && replicas->type == CG_TREE_INT && replicas->integer == 0) || k8s_true(c->object, "spec.suspend") || done;
}

/* Where the pods of templates run as long as nobody exports the nodes. */
static cg_str any_node(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesAnyNode", NULL };
    const cg_str id = k8s_id(c, CG_STR_NULL, "Node", CG_STR("*"));

    if (!k8s_once(c, id))
        return id;
    k8s_node(c, id, labels);
    k8s_prop_text(c, "name", CG_STR("any node"));
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_bool(c, "partial", true);
    k8s_node_end(c, true);
    return id;
}

/* The pod a controller would make, as a node of its own: it stands for the pods where none of them was exported. */
static void template_pod(k8s_ctx *c, cg_str owner, const cg_tree *template)
{
    static const char *const labels[] = { "KubernetesPodTemplate", NULL };
    k8s_pod p = {
        .spec = k8s_get(template, "spec"), .meta = k8s_get(template, "metadata"), .owner = owner, .name = c->name, .template = true
    };

    p.id = k8s_text(c, "%.*s/Pod", CG_FMT(owner));
    const cg_tree wrapped = { .type = CG_TREE_MAP,
                              .map = { .keys = (cg_str[]){ CG_STR("spec") }, .values = (cg_tree *[]){ (cg_tree *)p.spec }, .count = 1 } };
    k8s_node(c, p.id, labels);
    k8s_prop_text(c, "name", c->name);
    k8s_prop_text(c, "namespace", c->ns);
    k8s_prop_text(c, "cluster_name", c->cluster);
    k8s_prop_bool(c, "template", true);
    k8s_prop_text(c, "owner_kind", c->kind);
    k8s_prop_tree(c, "labels", k8s_get(p.meta, "labels"), K8S_JSON);
    k8s_fields(c, &wrapped, k8s_pod_fields);
    k8s_node_end(c, true);
    k8s_edge(c, p.id, "WORKLOAD_PARENT", owner, NULL);
    k8s_edge(c, p.id, "MAY_RUN_ON", any_node(c), NULL);
    k8s_pod_parts(c, &p);
}

void k8s_more_controller(k8s_ctx *c)
{
    const cg_str id = c->id;
    const cg_tree *template = template_of(c);

    owned_by(c, id);
    if (template && k8s_get(template, "spec.containers") && !controller_of(c) && !at_rest(c))
        template_pod(c, id, template);
}

const k8s_field k8s_deployment_fields[] = {
    { "replicas", "spec.replicas", K8S_AS_IS },
    { "ready_replicas", "status.readyReplicas", K8S_AS_IS },
    { "available_replicas", "status.availableReplicas", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_stateful_fields[] = {
    { "replicas", "spec.replicas", K8S_AS_IS },
    { "ready_replicas", "status.readyReplicas", K8S_AS_IS },
    { "service_name", "spec.serviceName", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_daemon_fields[] = {
    { "desired_number_scheduled", "status.desiredNumberScheduled", K8S_AS_IS },
    { "number_ready", "status.numberReady", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_job_fields[] = {
    { "completions", "spec.completions", K8S_AS_IS }, { "parallelism", "spec.parallelism", K8S_AS_IS },
    { "active", "status.active", K8S_AS_IS },         { "succeeded", "status.succeeded", K8S_AS_IS },
    { "failed", "status.failed", K8S_AS_IS },         { 0 },
};
const k8s_field k8s_cron_fields[] = {
    { "schedule", "spec.schedule", K8S_AS_IS },
    { "suspend", "spec.suspend", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_replica_fields[] = {
    { "replicas", "spec.replicas", K8S_AS_IS },
    { "ready_replicas", "status.readyReplicas", K8S_AS_IS },
    { 0 },
};
