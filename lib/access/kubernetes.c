/* The stage "kubernetes": templates that stand for pods, identities and their rights, what selectors select, what the internet reaches. */
#include "access/kubernetes.h"

static int32_t run(cg_graph *g, const cg_derive_request *r, cg_layer_builder *l, cspm_op *op, cspm_error **err)
{
    static int32_t (*const parts[])(kube_estate *) = { kube_load,       kube_describe_grants, kube_find_identities, kube_bind_roles,
                                                       kube_use_grants, kube_cross_hosts,     kube_select,          kube_join_clouds };
    kube_estate k = { .g = g, .mem = cg_graph_mem(g), .op = op, .l = l, .err = err };
    int32_t rc = CSPM_OK;

    (void)r;
    /* Nothing of Kubernetes, nothing to do. */
    if (cg_name_find(g, CG_NAMES_LABEL, CG_STR("KubernetesCluster")) == CG_NO_NAME)
        return CSPM_OK;
    cg_arena_init(&k.arena, k.mem);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == CSPM_OK; i++) {
        rc = parts[i](&k);
        if (rc == CSPM_OK)
            rc = cg_op_check(op, k.mem, err);
    }
    kube_unload(&k);
    return rc;
}

static int32_t run_exposure(cg_graph *g, const cg_derive_request *r, cg_layer_builder *l, cspm_op *op, cspm_error **err)
{
    kube_estate k = { .g = g, .mem = cg_graph_mem(g), .op = op, .l = l, .err = err };
    int32_t rc;

    (void)r;
    if (cg_name_find(g, CG_NAMES_LABEL, CG_STR("KubernetesService")) == CG_NO_NAME &&
        cg_name_find(g, CG_NAMES_LABEL, CG_STR("KubernetesEndpoint")) == CG_NO_NAME)
        return CSPM_OK;
    cg_arena_init(&k.arena, k.mem);
    rc = kube_load(&k);
    if (rc == CSPM_OK)
        rc = kube_expose(&k);
    kube_unload(&k);
    return rc;
}

const cg_stage cg_stage_kubernetes = { "kubernetes", run };
const cg_stage cg_stage_kubernetes_network = { "kubernetes-network", run_exposure };
