/* The cluster itself: nodes, namespaces, secrets, storage, admission, and the kubeconfig that names it. */
#include "ingest/kubernetes/kubernetes.h"

const k8s_field k8s_node_fields[] = {
    { "architecture", "status.nodeInfo.architecture", K8S_AS_IS },
    { "os", "status.nodeInfo.operatingSystem", K8S_AS_IS },
    { "os_image", "status.nodeInfo.osImage", K8S_AS_IS },
    { "kernel_version", "status.nodeInfo.kernelVersion", K8S_AS_IS },
    { "container_runtime_version", "status.nodeInfo.containerRuntimeVersion", K8S_AS_IS },
    { "kubelet_version", "status.nodeInfo.kubeletVersion", K8S_AS_IS },
    { "provider_id", "spec.providerID", K8S_AS_IS },
    { "unschedulable", "spec.unschedulable", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_namespace_fields[] = {
    { "status_phase", "status.phase", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_secret_fields[] = {
    { "type", "type", K8S_AS_IS },
    { "keys", "stringData", K8S_KEYS },
    { "keys", "data", K8S_KEYS },
    { "immutable", "immutable", K8S_AS_IS },
    { "owner_references", "metadata.ownerReferences", K8S_JSON },
    { 0 },
};
const k8s_field k8s_config_fields[] = {
    { "keys", "data", K8S_KEYS },
    { 0 },
};
const k8s_field k8s_claim_fields[] = {
    { "storage_class_name", "spec.storageClassName", K8S_AS_IS },
    { "volume_name", "spec.volumeName", K8S_AS_IS },
    { "access_modes", "spec.accessModes", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_volume_fields[] = {
    { "storage_class_name", "spec.storageClassName", K8S_AS_IS },
    { "access_modes", "spec.accessModes", K8S_AS_IS },
    { "host_path", "spec.hostPath.path", K8S_AS_IS },
    { "csi_driver", "spec.csi.driver", K8S_AS_IS },
    { "volume_handle", "spec.csi.volumeHandle", K8S_AS_IS },
    { 0 },
};
const k8s_field k8s_admission_fields[] = {
    { "webhooks", "webhooks", K8S_COUNT },
    { 0 },
};

static cg_str label_value(const k8s_ctx *c, const char *key)
{
    const cg_tree *labels = k8s_get(c->meta, "labels");
    for (uint32_t i = 0; labels && labels->type == CG_TREE_MAP && i < labels->map.count; i++)
        if (k8s_is(labels->map.keys[i], key) && labels->map.values[i]->type == CG_TREE_STRING)
            return labels->map.values[i]->string;
    return CG_STR_NULL;
}

/* ---- nodes ---- */

/* "aws:///eu-west-1a/i-0123" -> "i-0123"; nodes of Fargate have no instance. */
static cg_str instance_of(cg_str provider)
{
    if (!cg_str_starts(provider, CG_STR("aws://")))
        return CG_STR_NULL;
    for (size_t i = provider.length; i-- > 0;)
        if (provider.data[i] == '/') {
            const cg_str last = { provider.data + i + 1, provider.length - i - 1 };
            return cg_str_starts(last, CG_STR("i-")) ? last : CG_STR_NULL;
        }
    return CG_STR_NULL;
}

static void addresses(k8s_ctx *c)
{
    const cg_tree *list = k8s_list(c->object, "status.addresses");
    cg_str *external = k8s_count(list) && c->rc >= 0 ? cg_arena_alloc(&c->arena, k8s_count(list) * sizeof *external) : NULL;
    uint32_t n = 0;

    for (uint32_t i = 0; external && i < k8s_count(list); i++) {
        const cg_str type = k8s_str(list->list.items[i], "type"), address = k8s_str(list->list.items[i], "address");
        if (k8s_is(type, "ExternalIP") && address.data)
            external[n++] = address;
        else if (k8s_is(type, "InternalIP"))
            k8s_prop_text(c, "internal_ip", address);
    }
    k8s_prop_texts(c, "external_ips", external, n);
}

static bool runs_control_plane(const k8s_ctx *c)
{
    return label_value(c, "node-role.kubernetes.io/control-plane").data || label_value(c, "node-role.kubernetes.io/master").data ||
           label_value(c, "node-role.kubernetes.io/controlplane").data;
}

void k8s_more_node(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesNode", NULL }, *const clusters[] = { "KubernetesCluster", NULL };
    const cg_str id = c->id, instance = instance_of(k8s_str(c->object, "spec.providerID"));
    const cg_str architecture = k8s_str(c->object, "status.nodeInfo.architecture");
    cg_str eks = label_value(c, "alpha.eksctl.io/cluster-name");

    k8s_node(c, id, labels);
    k8s_prop_bool(c, "control_plane", runs_control_plane(c));
    k8s_prop_bool(c, "isNamespaced", false);
    k8s_prop_text(c, "instance_id", instance);
    k8s_prop_text(c, "architecture_normalized",
                  k8s_is(architecture, "x86_64")    ? CG_STR("amd64")
                  : k8s_is(architecture, "aarch64") ? CG_STR("arm64")
                                                    : architecture);
    addresses(c);
    k8s_node_end(c, false);
    if (instance.data)
        k8s_edge(c, id, "IS_INSTANCE", instance, "AWSEC2Instance");
    if (!eks.data)
        eks = label_value(c, "eks.amazonaws.com/cluster");
    if (eks.data) {
        k8s_node(c, c->cluster, clusters);
        k8s_prop_text(c, "eks_cluster_name", eks);
        k8s_node_end(c, false);
    }
}

/* ---- namespaces ---- */

void k8s_more_namespace(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesNamespace", NULL };
    static const struct {
        const char *label, *property;
    } modes[] = { { "pod-security.kubernetes.io/enforce", "pod_security_enforce" },
                  { "pod-security.kubernetes.io/audit", "pod_security_audit" },
                  { "pod-security.kubernetes.io/warn", "pod_security_warn" } };
    const cg_str id = c->id;

    k8s_node(c, id, labels);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        k8s_prop_text(c, modes[i].property, label_value(c, modes[i].label));
    k8s_node_end(c, false);
    k8s_edge(c, id, "WORKLOAD_PARENT", c->cluster, NULL);
}

/* ---- secrets ---- */

void k8s_more_secret(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesSecret", NULL };
    const cg_str id = c->id, account = k8s_annotation(c, "kubernetes.io/service-account.name");

    k8s_node(c, id, labels);
    k8s_prop_text(c, "composite_id", k8s_text(c, "%.*s/%.*s/%.*s", CG_FMT(c->cluster), CG_FMT(c->ns), CG_FMT(c->name)));
    k8s_node_end(c, false);
    if (account.data && k8s_is(k8s_str(c->object, "type"), "kubernetes.io/service-account-token"))
        k8s_edge(c, k8s_service_account(c, c->ns, account), "HAS_TOKEN_SECRET", id, NULL);
}

/* ---- storage ---- */

void k8s_more_claim(k8s_ctx *c)
{
    k8s_edge(c, c->id, "BOUND_TO", k8s_id(c, CG_STR_NULL, "PersistentVolume", k8s_str(c->object, "spec.volumeName")),
             "KubernetesPersistentVolume");
}

void k8s_more_volume(k8s_ctx *c)
{
    const cg_str disk = k8s_str(c->object, "spec.csi.volumeHandle"), driver = k8s_str(c->object, "spec.csi.driver");

    if (k8s_is(driver, "ebs.csi.aws.com") && cg_str_starts(disk, CG_STR("vol-")))
        k8s_edge(c, c->id, "IS_DISK", disk, "AWSEBSVolume");
}

/* ---- kubeconfig ---- */

/* Only what names the cluster: where its API answers, and EKS's ARN when that is what the cluster is called. */
void k8s_more_kubeconfig(k8s_ctx *c)
{
    static const char *const labels[] = { "KubernetesCluster", NULL };
    const cg_tree *clusters = k8s_list(c->object, "clusters");

    if (k8s_count(clusters) != 1)
        return; /* which of them the other files are from cannot be told */
    const cg_tree *one = clusters->list.items[0];
    const cg_str name = k8s_str(one, "name");
    c->cluster = c->home;
    c->met_home = true;
    k8s_node(c, c->home, labels);
    k8s_prop_text(c, "id", c->home);
    k8s_prop_text(c, "name", c->home);
    k8s_prop_text(c, "kubeconfig_name", name);
    k8s_prop_text(c, "api_server_url", k8s_str(one, "cluster.server"));
    k8s_prop_bool(c, "kubeconfig_insecure_skip_tls_verify", k8s_true(one, "cluster.insecure-skip-tls-verify"));
    k8s_prop_bool(c, "kubeconfig_has_certificate_authority_data", k8s_get(one, "cluster.certificate-authority-data") != NULL);
    if (cg_str_starts(name, CG_STR("arn:")))
        k8s_prop_text(c, "external_id", name);
    k8s_node_end(c, false);
    if (cg_str_starts(name, CG_STR("arn:")) && cg_str_find(name, CG_STR(":eks:"), 0) != SIZE_MAX)
        k8s_edge_from(c, name, "AWSEKSCluster", "MAPS_TO", c->home);
}
