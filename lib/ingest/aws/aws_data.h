/* Steps that the tables of storage, databases, secrets, messaging, edge, build, ML and management services share. */
#ifndef CG_INGEST_AWS_AWS_DATA_H
#define CG_INGEST_AWS_AWS_DATA_H

#include "ingest/aws/aws.h"

/* The item with one text member more; itself when the member is there or the text is null. NULL when memory is refused. */
const cg_tree *aws_with_text(aws_ctx *c, const cg_tree *item, const char *key, cg_str text);
/* The same, but the text replaces what is there. */
const cg_tree *aws_replace_text(aws_ctx *c, const cg_tree *item, const char *key, cg_str text);
/* First text at a path with []; the null string when there is none. */
cg_str aws_first(aws_ctx *c, const cg_tree *item, const char *path);
/* First value at one of several members, in order, that is a text. */
cg_str aws_any(const cg_tree *item, const char *const *members);
/* What the Resource elements of a policy name: the ARN (of S3: the bucket's) without what stands below the resource, when all that are of
 * `service` agree; else the null string. */
cg_str aws_policy_subject(const cg_tree *policy, const char *service);
/* A policy that stands alone: the ARN of what it is about. */
int32_t aws_policy_owner(aws_ctx *c, const cg_tree *item, const char *member, const char *service, cg_str *out, cspm_error **err);
/* Says that an answer does not name its resource. */
int32_t aws_unnamed(aws_ctx *c, const cg_tree *item, const char *what, cspm_error **err);

/* The item under the first of several ids that can be made from what is known: its shape says "{@}", and "@arn" for the ARN if the id is
 * one. */
int32_t aws_apply_as(aws_ctx *c, const aws_shape *shape, const cg_tree *item, const char *const *ids, cspm_error **err);
/* A list of names: each is an item with one member, "Name". */
int32_t aws_apply_name(aws_ctx *c, const aws_shape *shape, const cg_tree *name, const char *const *ids, cspm_error **err);
/* The policy of a resource as its property `policy`. `id` is the resource when the answer says so; else what the policy is about. */
int32_t aws_apply_policy(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cg_str id, const char *member, const char *service,
                         const char *what, cspm_error **err);

/* Further properties of a node the shape has made: begin (then aws_prop..., aws_node_end(c, false, err)). */
int32_t aws_again(aws_ctx *c, const cg_tree *at, cg_str id, const aws_shape *shape, cspm_error **err);
int32_t aws_prop_bool(aws_ctx *c, const char *property, bool value, cspm_error **err);
/* Sorted, without repeats; an empty list is a property too. */
int32_t aws_prop_set(aws_ctx *c, const char *property, cg_str *items, uint32_t n, cspm_error **err);
/* Texts at a path with [], up to `cap`; *n of them. */
void aws_collect(aws_ctx *c, const cg_tree *item, const char *path, cg_str *out, uint32_t cap, uint32_t *n);

/* (from)-[:ENCRYPTED_BY]->(key): `key` is an ARN, an id or an alias name; AWS's own default keys ("alias/aws/s3") are no relationship. */
int32_t aws_encrypted_by(aws_ctx *c, const cg_tree *at, cg_str from, cg_str key, cspm_error **err);
/* Bucket ARN of an s3:// address, a virtual-hosted or path-style host name, or "bucket/key"; the null string when it is none. */
cg_str aws_bucket_of(aws_ctx *c, cg_str location);
cg_str aws_bucket_of_host(aws_ctx *c, cg_str host); /* host names only */
/* The function an ARN names, without version or alias; the null string when it is none. */
cg_str aws_lambda_of(cg_str arn);
/* The secret an ARN names, without the key, stage and version that may follow. */
cg_str aws_secret_of(cg_str arn);
/* A relationship to what has this host name when Amazon gives such names: load balancers, APIs, distributions, buckets. */
int32_t aws_to_host(aws_ctx *c, const cg_tree *at, cg_str from, const char *kind, cg_str host, cspm_error **err);
/* Does this variable hold a secret as it is, rather than say where one is? */
bool aws_plain_secret(cg_str name, cg_str value);

/* aws_inspector.c */
int32_t aws_take_inspector(aws_ctx *c, const cg_tree *item, cspm_error **err);

#endif
