/* Policies, their statements, and the principals they name. */
#ifndef CG_INGEST_AWS_AWS_POLICY_H
#define CG_INGEST_AWS_AWS_POLICY_H

#include "ingest/aws/aws.h"

typedef struct aws_policy {
    cg_str id, arn, name;
    const char *type;        /* "managed", "inline", ... */
    const char *special;     /* second label: "AWSManagedPolicy", ... */
    const cg_tree *document; /* as text or object; NULL when not exported */
    const cg_tree *facts;    /* description, dates and versions are read from here; may be NULL */
    bool owned;              /* (:AWSAccount)-[:RESOURCE]->(policy) */
} aws_policy;

/* The policy, its document verbatim, and a node for each statement. */
int32_t aws_policy_add(aws_ctx *c, const cg_tree *at, const aws_policy *p, cspm_error **err);
/* Inline policies of a principal: [{PolicyName, PolicyDocument}]; with (owner)-[:POLICY]->(policy). */
int32_t aws_policies_inline(aws_ctx *c, const cg_tree *list, cg_str owner, cspm_error **err);
int32_t aws_policy_inline(aws_ctx *c, const cg_tree *at, cg_str owner, cg_str name, const cg_tree *document, cspm_error **err);
/* (owner)-[:kind]->(managed policy), which may not be exported. */
int32_t aws_policy_attach(aws_ctx *c, const cg_tree *at, cg_str owner, const char *kind, cg_str arn, cspm_error **err);
/* Who may assume a role, by its trust policy: (role)-[:TRUSTS_AWS_PRINCIPAL]->(principal). */
int32_t aws_trust_add(aws_ctx *c, const cg_tree *at, cg_str role, const cg_tree *document, cspm_error **err);
/* A user, group or role that an answer only names: gives way to its own definition. */
int32_t aws_principal_named(aws_ctx *c, const cg_tree *at, cg_str arn, cspm_error **err);
/* The account of AWS itself: policies everybody has. */
bool aws_policy_is_shared(cg_str arn);

#endif
