/* The stages in their order: a later one sees what an earlier one has found. */
#include "access/derive.h"

static const cg_stage *const stages[] = { &cg_stage_network, &cg_stage_aws, &cg_stage_kubernetes, &cg_stage_kubernetes_network };

/* What the relationships mean has to stand in the layer that brings them in. */
static int32_t set_meanings(const cg_derive_request *r, cg_layer_builder *l, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && r->meaning && i < cg_layer_n_kinds(l); i++) {
        uint32_t kind;
        cg_kind_info info = { 0 };
        cg_str name = cg_layer_kind_name(l, i, &kind);
        if (r->meaning(r->user, name, &info))
            rc = cg_layer_set_kind_info(l, kind, &info, err);
    }
    return rc;
}

static int32_t run_stage(const cg_stage *stage, cg_graph **g, const cg_derive_request *r, cspm_op *op, cspm_error **err)
{
    cg_layer_builder *l = NULL;
    cg_graph *next = NULL;
    int32_t rc = cg_layer_new(*g, cg_str_from(stage->name), &l, err);
    if (rc == CSPM_OK)
        rc = stage->run(*g, r, l, op, err);
    if (rc == CSPM_OK)
        rc = set_meanings(r, l, err);
    if (rc != CSPM_OK || cg_layer_n_added(l) == 0) {
        cg_layer_free(l);
        return rc;
    }
    rc = cg_layer_push(l, op, &next, err);
    if (rc == CSPM_OK) {
        cg_graph_unref(*g);
        *g = next;
    }
    return rc;
}

int32_t cg_access_derive(cg_graph *inventory, const cg_derive_request *r, cspm_op *op, cg_graph **out, cspm_error **err)
{
    cg_graph *g = cg_graph_ref(inventory);
    int32_t rc = CSPM_OK;
    *out = NULL;
    for (size_t i = 0; rc == CSPM_OK && i < sizeof stages / sizeof *stages; i++)
        rc = run_stage(stages[i], &g, r, op, err);
    if (rc == CSPM_OK)
        *out = g;
    else
        cg_graph_unref(g);
    return rc;
}
