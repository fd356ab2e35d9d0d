/* Templates of controllers stand for pods where none was exported; and what hosts open to what runs on them. */
#include "access/kubernetes.h"

/* A pod below a controller, through replica sets and jobs. */
static bool has_pods(const kube_estate *k, cg_node owner, int depth)
{
    static const kube_kind ways[] = { KR_WORKLOAD_PARENT, KR_OWNED_BY };

    for (int i = 0; i < 2; i++)
        for (kube_walk w = kube_walk_start(k, owner, CG_IN, ways[i]); kube_next(&w);)
            if (!kube_is(k, w.node, KL_KubernetesPodTemplate) &&
                (kube_is(k, w.node, KL_KubernetesPod) || (depth > 0 && has_pods(k, w.node, depth - 1))))
                return true;
    return false;
}

static int32_t label_both(kube_estate *k, cg_node n, kube_label one, kube_label other, const char *note)
{
    const int32_t rc = kube_label_node(k, n, one, note);
    return rc == CSPM_OK ? kube_label_node(k, n, other, note) : rc;
}

static const char stands[] = "no pod of the controller was exported";

static int32_t adopt_container(kube_estate *k, cg_node container)
{
    int32_t rc = label_both(k, container, KL_KubernetesContainer, KL_Container, stands);

    kube_set_bit(k->adopted, container);
    for (kube_walk w = kube_walk_start(k, container, CG_OUT, KR_MOUNTS); rc == CSPM_OK && kube_next(&w);)
        if (kube_is(k, w.node, KL_KubernetesVolumeTemplate)) {
            kube_set_bit(k->adopted, w.node);
            rc = label_both(k, w.node, KL_KubernetesVolume, KL_Volume, stands);
        }
    return rc;
}

static int32_t adopt(kube_estate *k, cg_node template)
{
    int32_t rc = label_both(k, template, KL_KubernetesPod, KL_Pod, stands);

    kube_set_bit(k->adopted, template);
    for (kube_walk w = kube_walk_start(k, template, CG_OUT, KR_CONTAINS); rc == CSPM_OK && kube_next(&w);)
        if (kube_is(k, w.node, KL_KubernetesContainerTemplate))
            rc = adopt_container(k, w.node);
    return rc;
}

int32_t kube_adopt_templates(kube_estate *k)
{
    cg_label_iter it;
    cg_node n;
    int32_t rc = CSPM_OK;

    if (k->labels[KL_KubernetesPodTemplate] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[KL_KubernetesPodTemplate]); rc == CSPM_OK && cg_label_iter_next(&it, &n);) {
        const cg_node owner = kube_first(k, n, CG_OUT, KR_WORKLOAD_PARENT);
        if (owner == CG_NO_NODE || !has_pods(k, owner, 2))
            rc = adopt(k, n);
    }
    return rc;
}

/* ---- where they run ---- */

/* A daemon set runs on every node, the others on any; when no node is known, on one nobody exported. */
static int32_t place_template(kube_estate *k, cg_node template, uint32_t cluster)
{
    static const char any[] = "any node may be chosen for it";
    uint32_t n;
    const cg_node *nodes = kube_in_cluster(&k->nodes, cluster, &n);
    const bool all = kube_text(k, template, "owner_kind").data && cg_str_eq(kube_text(k, template, "owner_kind"), CG_STR("DaemonSet"));

    if (n)
        return kube_join(k, &template, 1, KR_RUNS_ON, nodes, n, !all && n > 1, all ? "a daemon set runs on every node" : any);
    const cg_node somewhere = kube_first(k, template, CG_OUT, KR_MAY_RUN_ON);
    int32_t rc = label_both(k, somewhere, KL_KubernetesNode, KL_Node, "no node was exported");
    return rc == CSPM_OK ? kube_edge(k, template, KR_RUNS_ON, somewhere, false, "no node was exported") : rc;
}

/* ---- tokens ---- */

/* The account whose token a volume holds, when the account's own word does not keep it out. */
static cg_node account_of(kube_estate *k, cg_node volume, cg_node *container)
{
    *container = kube_first(k, volume, CG_IN, KR_MOUNTS);
    const cg_node pod = *container == CG_NO_NODE ? CG_NO_NODE : kube_first(k, *container, CG_OUT, KR_WORKLOAD_PARENT);
    const cg_node account = pod == CG_NO_NODE ? CG_NO_NODE : kube_first(k, pod, CG_OUT, KR_RUNS_AS);

    if (account == CG_NO_NODE || (kube_is(k, *container, KL_KubernetesContainerTemplate) && !kube_bit(k->adopted, *container)))
        return CG_NO_NODE;
    if (kube_flag(k, volume, "automounted", false) && !kube_flag(k, account, "automount_service_account_token", true))
        return CG_NO_NODE;
    return account;
}

/* Token volumes worth stealing become volumes; those of a node are found through its volumes that open the kubelet's folder. */
static int32_t token_volumes(kube_estate *k, uint64_t *useful)
{
    cg_label_iter it;
    cg_node n, container;
    int32_t rc = CSPM_OK;

    if (k->labels[KL_KubernetesTokenVolume] == CG_NO_NAME)
        return CSPM_OK;
    for (cg_label_iter_init(&it, k->g, k->labels[KL_KubernetesTokenVolume]); rc == CSPM_OK && cg_label_iter_next(&it, &n);) {
        const cg_node account = account_of(k, n, &container);
        if (account == CG_NO_NODE || !kube_bit(k->marks, account))
            continue;
        kube_set_bit(useful, n);
        rc = label_both(k, n, KL_KubernetesVolume, KL_Volume, "it holds the token of an account that leads somewhere");
    }
    return rc;
}

/* "/", "/var", …, "/var/lib/kubelet/pods": from there every token on the node is a file. */
static bool opens_tokens(cg_str path)
{
    static const char pods[] = "/var/lib/kubelet/pods";

    while (path.length > 1 && path.data[path.length - 1] == '/')
        path.length--;
    return path.length && path.length <= sizeof pods - 1 && memcmp(path.data, pods, path.length) == 0 &&
           (path.length == 1 || pods[path.length] == '/' || pods[path.length] == '\0');
}

typedef CG_VEC(cg_node) node_list;

static int32_t volumes_on(kube_estate *k, cg_node node, const uint64_t *useful, node_list *open, node_list *tokens)
{
    open->count = tokens->count = 0;
    for (kube_walk p = kube_walk_start(k, node, CG_IN, KR_RUNS_ON); kube_next(&p);)
        for (kube_walk c = kube_walk_start(k, p.node, CG_OUT, KR_CONTAINS); kube_next(&c);)
            for (kube_walk v = kube_walk_start(k, c.node, CG_OUT, KR_MOUNTS); kube_next(&v);) {
                node_list *list = kube_bit(useful, v.node) ? tokens : NULL;
                if ((kube_is(k, v.node, KL_KubernetesVolume) || kube_bit(k->adopted, v.node)) &&
                    opens_tokens(kube_text(k, v.node, "sourcePath")))
                    list = open;
                if (list && !cg_vec_push(k->mem, list, v.node))
                    return cg_nomem(k->mem, k->err);
            }
    return CSPM_OK;
}

int32_t kube_cross_hosts(kube_estate *k)
{
    uint64_t *useful = cg_calloc(k->mem, cg_graph_n_nodes(k->g) / 64 + 1, sizeof *useful);
    node_list open = { 0 }, tokens = { 0 };
    uint32_t cluster, ns;
    int32_t rc = useful ? token_volumes(k, useful) : cg_nomem(k->mem, k->err);

    for (uint32_t i = 0; i < k->pods.n && rc == CSPM_OK; i++)
        if (kube_bit(k->adopted, k->pods.nodes[i]) && (rc = kube_place(k, k->pods.nodes[i], &cluster, &ns)) == CSPM_OK)
            rc = place_template(k, k->pods.nodes[i], cluster);
    for (uint32_t i = 0; i < k->nodes.n && rc == CSPM_OK; i++) {
        rc = volumes_on(k, k->nodes.nodes[i], useful, &open, &tokens);
        if (rc == CSPM_OK)
            rc = kube_join(k, open.data, (uint32_t)open.count, KR_EXPLOIT_HOST_TRAVERSE, tokens.data, (uint32_t)tokens.count, false,
                           "the folder the kubelet keeps tokens in is mounted");
    }
    cg_vec_free(k->mem, &open);
    cg_vec_free(k->mem, &tokens);
    cg_free(k->mem, useful);
    return rc;
}
