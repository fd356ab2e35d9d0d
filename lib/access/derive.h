/* From an inventory to who can reach, assume and read what: the steps a pattern cannot express. One layer a stage, below the strata of the
 * rules; what a relationship kind means to an attacker stands in the rule packs. */
#ifndef CG_ACCESS_DERIVE_H
#define CG_ACCESS_DERIVE_H

#include "graph/layer.h"

/* A permission that opens a step, as a rule of form "access" says it. Strings are borrowed. */
typedef struct cg_grant {
    cg_str rule;            /* id, for evidence */
    cg_str kind;            /* relationship written from principal to resource */
    const cg_str *actions;  /* all of them are needed */
    uint32_t n_actions;
    const cg_str *labels;   /* the resource carries one of these */
    uint32_t n_labels;
    cg_str arn;             /* what the request names, with {{arn}} and other properties of the resource: "{{arn}}/*"; null = its arn or id */
    uint32_t likelihood;    /* millionths */
} cg_grant;

typedef struct cg_derive_request {
    const cg_grant *grants;
    uint32_t n_grants;
    int64_t now;
} cg_derive_request;

typedef struct cg_stage {
    const char *name; /* of its layer: "network", "aws", "kubernetes" */
    int32_t (*run)(cg_graph *g, const cg_derive_request *r, cg_layer_builder *l, cspm_op *op, cspm_error **err);
} cg_stage;
extern const cg_stage cg_stage_network, cg_stage_aws, cg_stage_kubernetes;

/* Run every stage over the inventory; a stage that adds nothing leaves no layer. The caller owns *out. */
int32_t cg_access_derive(cg_graph *inventory, const cg_derive_request *r, cspm_op *op, cg_graph **out, cspm_error **err);

#endif
