/* Nodes that stand inside an item: rules of a group, routes of a table, containers of a task definition. */
#ifndef CG_INGEST_AWS_AWS_PART_H
#define CG_INGEST_AWS_AWS_PART_H

#include "ingest/aws/aws.h"

/* What a node of EC2 is known by; `kind` and `id` are literals, `id` a path: AWS_EC2_ARN("vpc", "VpcId"). */
#define AWS_EC2_ARN(kind, id) "arn:{partition}:ec2:{region}:{account}:" kind "/{" id "}"

typedef struct aws_part {
    const char *labels[6];
    const char *id;     /* text of the value that follows the id of the node it belongs to: "|{CidrBlock}" */
    const char *parent; /* property that holds the id of the node it belongs to; NULL = none */
    const aws_field *fields;
    const char *kind;         /* relationship with the node it belongs to */
    bool up;                  /* part -> node; else node -> part */
    bool unowned;             /* no (:AWSAccount)-[:RESOURCE]->(part), no region */
    const char *parent_label; /* should no input define the node it belongs to: make a partial one */
} aws_part;

/* One part; `id` (may be NULL) gets the null string when it was skipped. */
int32_t aws_part_add(aws_ctx *c, const aws_part *part, const cg_tree *value, cg_str parent, cg_str *id, cspm_error **err);
/* A part for every object of the list at `path`. */
int32_t aws_parts_add(aws_ctx *c, const aws_part *part, const cg_tree *item, const char *path, cg_str parent, cspm_error **err);

/* Properties of the open node: paths without [], or texts with {Path}. */
int32_t aws_props(aws_ctx *c, const aws_field *fields, const cg_tree *value, cspm_error **err);
/* Relationship, unless one of the ends is not known. */
int32_t aws_tie(aws_ctx *c, const cg_tree *at, cg_str from, const char *kind, cg_str to, const char *label, cspm_error **err);
/* The same with properties: null values are left out. */
typedef struct aws_edge_prop {
    const char *property;
    cg_value value;
} aws_edge_prop;
/* `from_label` and `to_label` as in aws_link, for either end. */
int32_t aws_tie_both(aws_ctx *c, const cg_tree *at, cg_str from, const char *from_label, const char *kind, cg_str to, const char *to_label,
                     const aws_edge_prop *props, uint32_t n_props, cspm_error **err);
/* A shape applied to a value inside the item at hand: c->id is what it was afterwards. `id` (may be NULL) gets the id of the node, or the
 * null string when it was skipped. */
int32_t aws_apply_inside(aws_ctx *c, const aws_shape *shape, const cg_tree *value, cg_str *id, cspm_error **err);
/* For rows whose answers are known and say nothing for the graph. */
int32_t aws_unused(aws_ctx *c, const cg_tree *item, cspm_error **err);
/* The list at `path`, or NULL. */
const cg_tree *aws_list(const cg_tree *item, const char *path);

/* User data of the open node: `user_data` says that there is some, `plaintextSecret` that a secret seems to be in it, `plaintextAccessKeys` the
 * ids of access keys in it, by which IAM knows their users. The text itself is never kept. It may be base64, as the API answers it. */
int32_t aws_user_data(aws_ctx *c, const cg_tree *value, cspm_error **err);
/* Environment variables of the open node: `environment_variables` holds their names, `secret_variables` the names of those that seem to
 * hold a secret, `plaintextSecret` whether there are any, `plaintextAccessKeys` as above. Values are never kept. `variables` is a map, or a list of {name, value}. */
int32_t aws_environment(aws_ctx *c, const cg_tree *variables, cspm_error **err);
/* True when the text looks as if a secret were in it: a private key, an access key, a password that is assigned. */
bool aws_looks_secret(cg_str text);
/* True when something of this name is likely to hold a secret: DB_PASSWORD, apiKey, ... */
bool aws_secret_name(cg_str name);

#endif
