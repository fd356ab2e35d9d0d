/* Terraform states and plans: resources of a document, their values, and for plans what unknown values refer to. */
#ifndef CG_INGEST_TERRAFORM_TERRAFORM_H
#define CG_INGEST_TERRAFORM_TERRAFORM_H

#include "ingest/aws/aws_answers.h"

typedef struct tf_resource {
    cg_str module;  /* "module.shop.module.web[0]"; empty = the root */
    cg_str address; /* with module and instance key */
    cg_str type, name;
    const cg_tree *values;
    const cg_tree *expressions; /* of its configuration; NULL in states */
    bool data;
    uint32_t type_id; /* place in `types` */
    uint32_t next_of_type;
} tf_resource;

typedef struct tf_type_seen {
    uint32_t first; /* resource */
    bool iam;
    const struct tf_type *row; /* NULL: not in the tables */
} tf_type_seen;

typedef struct tf_document {
    cg_mem *mem;
    cg_str source;
    cg_arena arena; /* of the document */
    cg_arena made;  /* of what is made of one resource */
    const cg_tree *root;
    const cg_tree *configuration; /* root module; NULL in states */
    CG_VEC(tf_resource) resources;
    cg_intern *names; /* module, blank, type.name -> first resource */
    CG_VEC(uint32_t) first;
    cg_intern *types;
    CG_VEC(struct tf_type_seen) seen; /* by the id of the type */
    aws_ctx aws;
    aws_rows *rows;
    uint32_t unattached; /* resources about another one that nobody knows yet */
    cg_str first_unattached;
    bool refused; /* memory, where a function could not say so */
    cspm_op *op;  /* watched after each resource; may be NULL */
} tf_document;

/* resources.c */
int32_t tf_index(tf_document *d, cspm_error **err);
const cg_tree *tf_module_config(const tf_document *d, cg_str module); /* NULL without a configuration */
cg_str tf_module_parent(cg_str module, cg_str *call);                 /* "module.a.module.b[0]" is b in module.a */
const tf_resource *tf_find(const tf_document *d, cg_str module, cg_str type_and_name);
const tf_resource *tf_first(const tf_document *d, const char *type);
const tf_resource *tf_next(const tf_document *d, const tf_resource *r);
/* resolve.c: the value of an attribute ("block.0.attribute" goes into blocks), or what its expression refers to: the attribute of another
 * resource, by way of variables and outputs. NULL when it is not known. */
const cg_tree *tf_value(tf_document *d, const tf_resource *r, const char *path);
/* As text; for what is not known yet the identity of the resource it refers to. Null when nothing is known. */
cg_str tf_text(tf_document *d, const tf_resource *r, const char *path);
/* A list of texts, likewise; at most CAPACITY of them. */
uint32_t tf_texts(tf_document *d, const tf_resource *r, const char *path, cg_str *out, uint32_t capacity);
/* The resource an attribute refers to by its expression; NULL when there is none. */
const tf_resource *tf_target(tf_document *d, const tf_resource *r, const char *path);
/* What other resources know this one by before it is made: attribute "id", "arn" or "name". */
cg_str tf_identity(tf_document *d, const tf_resource *r, const char *attribute);

/* make.c: trees in the shape of the API. NULL when memory is refused, which is noted in the document. */
cg_tree *tf_map(tf_document *d, const tf_resource *r);
cg_tree *tf_list(tf_document *d, const tf_resource *r);
cg_tree *tf_string(tf_document *d, const tf_resource *r, cg_str text);
void tf_put(tf_document *d, cg_tree *map, const char *path, const cg_tree *value); /* "A.B": maps on the way are made */
void tf_put_text(tf_document *d, cg_tree *map, const char *path, cg_str text);     /* a null string is nothing */
void tf_push(tf_document *d, cg_tree *list, const cg_tree *value);
void tf_put_tags(tf_document *d, const tf_resource *r, cg_tree *map, const char *path);

typedef enum {
    TF_VALUE,  /* as it is */
    TF_REF,    /* may be unknown: then what it refers to */
    TF_WRAP,   /* a list of scalars becomes a list of maps with one member, the last name of `to` */
    TF_BLOCKS, /* a list of blocks: each becomes a map by `sub` */
    TF_BLOCK,  /* the first block becomes a map by `sub` */
    TF_TAGS
} tf_how;
typedef struct tf_field {
    const char *to, *from;
    tf_how how;
    const struct tf_field *sub;
} tf_field;
/* What the ARN of a planned resource will be; both are literals: TF_ARN("sqs", "{name}"). */
#define TF_ARN(service, rest) "arn:{partition}:" service ":{region}:{account}:" rest
/* A type of resource and the answer it is a piece of. */
typedef struct tf_type {
    const char *type;
    const char *operation;  /* with the items' path behind a blank where the operation answers with several kinds of items */
    const tf_field *fields; /* ended by { 0 }; of a type without identity the first one names what it is a piece of */
    const char *identity;   /* members of the item that name it, parted by '|'; filled from tf_identity when unknown */
    const char *arn; /* what the ARN will be, with {attribute}, {partition}, {region}, {account}; NULL = not known before it is made */
    void (*more)(tf_document *d, const tf_resource *r, cg_tree *item);
} tf_type;
extern const tf_type tf_types_network[], tf_types_data[], tf_types_apps[]; /* ended by { 0 } */
const tf_type *tf_type_find(cg_str type);
int32_t tf_apply(tf_document *d, const tf_type *type, const tf_resource *r, cspm_error **err);
int32_t tf_take(tf_document *d, const char *operation, const char *items, const cg_tree *item, cspm_error **err);

/* iam.c: users, roles, groups and policies, put together from the resources they are spread over. */
int32_t tf_iam(tf_document *d, cspm_error **err);
bool tf_is_iam(cg_str type);
cg_str tf_iam_arn(tf_document *d, const tf_resource *r); /* of a user, role, group, policy or instance profile */

#endif
