/* From an inventory to who can reach, assume and read what: the steps a pattern cannot express. One layer a stage, below the strata of the
 * rules; what a relationship kind means to an attacker stands in the rule packs. */
#ifndef CG_ACCESS_DERIVE_H
#define CG_ACCESS_DERIVE_H

#include "access/access.h"
#include "graph/layer.h"

/* ---- permissions that open a step, as rules of form "access" say them; strings are borrowed ---- */

typedef enum {
    CG_NEED_TARGET, /* on the target of the rule */
    CG_NEED_SELF,   /* on the principal itself */
    CG_NEED_NEW,    /* on something the pattern `arn` describes, which need not exist */
    CG_NEED_SOME    /* on some node that exists: with one of `labels`, in the principal's account or linked to it or to the target */
} cg_need_on;

/* All of `actions` on one resource. */
typedef struct cg_grant_need {
    cg_need_on on;
    const cg_str *actions;
    uint32_t n_actions;
    cg_str arn; /* what the request names, with {{arn}}, {{id}}, {{account}}, {{partition}}, {{region}} and other properties of the
                 * resource; stands for anything. Null = the arn of the resource */
    const cg_str *labels; /* CG_NEED_SOME */
    uint32_t n_labels;
    cg_str link;               /* CG_NEED_SOME: the node is the end of such a relationship from the principal or its groups; null = any */
    bool link_target;          /* … from the target instead */
    const cg_access_key *keys; /* condition keys the technique itself sets */
    uint32_t n_keys;
} cg_grant_need;

typedef enum {
    CG_YIELDS_TARGET, /* relationship principal -> target */
    CG_YIELDS_SELF,   /* principal -> its account: the principal becomes what it likes, as far as boundary and control policies let it */
    CG_YIELDS_ACCOUNT /* principal -> the target's account: the target becomes what the principal likes, likewise */
} cg_grant_yields;

typedef struct cg_grant {
    cg_str rule;  /* id, for evidence */
    cg_str kind;  /* relationship to write; null = none */
    cg_str label; /* label to set on the target, or with CG_YIELDS_SELF on the principal; null = none */
    cg_grant_yields yields;
    uint32_t likelihood;      /* millionths */
    const cg_str *principals; /* labels of those who may use it; none = AWSUser and AWSRole */
    uint32_t n_principals;
    const cg_str *labels; /* the target carries one of these; none = no target */
    uint32_t n_labels;
    const cg_str *trusts; /* services; the target is a role and trusts one of them */
    uint32_t n_trusts;
    cg_str linked_kind;        /* the target is an end of such a relationship … */
    cg_str linked_label;       /* … with a node of this label at the other; null = none needed */
    uint32_t linked_fewer;     /* not 0: of fewer such relationships than this */
    const cg_str *role_trusts; /* services: if the target runs as a role that is known, the role trusts one of them */
    uint32_t n_role_trusts;
    const cg_str *unless; /* properties: true at the target or its account switches the rule off there */
    uint32_t n_unless;
    const cg_str *when; /* properties that must be true at the target */
    uint32_t n_when;
    const cg_grant_need *needs;
    uint32_t n_needs;
} cg_grant;

typedef struct cg_derive_request {
    const cg_grant *grants;
    uint32_t n_grants;
    int64_t now;
    /* What a relationship kind means; false = nobody says. May be NULL. */
    bool (*meaning)(void *user, cg_str kind, cg_kind_info *out);
    void *user;
} cg_derive_request;

typedef struct cg_stage {
    const char *name; /* of its layer: "network", "aws", "kubernetes" */
    int32_t (*run)(cg_graph *g, const cg_derive_request *r, cg_layer_builder *l, cspm_op *op, cspm_error **err);
} cg_stage;
extern const cg_stage cg_stage_network, cg_stage_aws, cg_stage_kubernetes, cg_stage_kubernetes_network;

/* Run every stage over the inventory; a stage that adds nothing leaves no layer. Kinds a stage brings in get their meaning in its layer.
 * The caller owns *out. */
int32_t cg_access_derive(cg_graph *inventory, const cg_derive_request *r, cspm_op *op, cg_graph **out, cspm_error **err);

#endif
