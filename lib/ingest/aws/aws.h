/* Amazon's answers become nodes and edges. Every source (command-line answers, authorization details, Config snapshots, Terraform) brings its
 * items into the shape the AWS API answers them in; the tables in this folder say what each shape means in the graph. Tables end with { 0 }. */
#ifndef CG_INGEST_AWS_AWS_H
#define CG_INGEST_AWS_AWS_H

#include "base/tree.h"
#include "graph/builder.h"

/* Where items come from. Strings are null when they are not known. */
typedef struct aws_ctx {
    cg_builder *b;
    cg_arena *arena; /* of the item at hand: emptied after it */
    cg_str partition; /* "aws", "aws-cn", "aws-us-gov"; "aws" until something says otherwise */
    cg_str account;   /* 12 digits */
    cg_str region;
    cg_str item_account, item_region, item_partition; /* of the item at hand; set by aws_take from ARNs, OwnerId, zones; fall back to the above */
    cg_str id;                        /* of the node a shape has just made */
    void *owner;                      /* of the dialect that reads */
    bool unmade;                      /* of what is planned: values may be missing because nobody knows them yet */
    struct aws_state *state;          /* of this engine: names known so far, scratch room */
} aws_ctx;

/* Once a source, behind cg_builder_begin_source. `arena` is made here; partition, account and region may be set at any time, and live as
 * long as the caller likes. On failure there is nothing to close. */
int32_t aws_open(aws_ctx *c, cg_builder *b, cspm_error **err);
void aws_close(aws_ctx *c);

typedef enum {
    AWS_AS_IS,  /* scalars as they are, lists of scalars as lists */
    AWS_TEXT,   /* any scalar as a string */
    AWS_JSON,   /* the value as JSON text, keys sorted and without blanks, so that equal documents are equal text; a string that holds such a
                   document likewise (policies, also when URL-encoded), any other string stays itself */
    AWS_TIME,   /* RFC 3339 text or seconds since the epoch, as RFC 3339 text in UTC */
    AWS_COUNT,  /* number of items of a list */
    AWS_EXISTS, /* true when the value is there and neither null nor empty */
    AWS_LOWER,  /* text in lower case */
    AWS_TAIL    /* what follows the last '/' or ':' */
} aws_as;

/* A path is names joined by dots; "[]" after a name goes over the items of a list: "NetworkInterfaces[].Groups[].GroupId". A node of a
 * shape that is bound to a region gets the property `region` by itself. Property, label and kind names are literals: known by address. */
typedef struct aws_field {
    const char *property;
    const char *path; /* one with "{" in it is a text: see aws_text */
    aws_as as;
} aws_field;

/* Relationships from or to the node, one for each value at `path`. */
typedef struct aws_link {
    const char *kind;
    bool in;            /* other -> node; else node -> other */
    const char *path;
    const char *target; /* id of the other, see aws_text; "{.}" is the value at the path, "{.Name}" a member of it. NULL = "{.}" */
    const char *label;  /* should no input define the other: make a partial node with this label. NULL = drop the relationship and say so */
} aws_link;

/* What one kind of item means. */
typedef struct aws_shape {
    const char *labels[5];  /* most special first: "EC2Instance", ..., NULL */
    const char *id;         /* text with {Path}, {partition}, {account}, {region}: canonical id. {A|B}: the first that is there */
    const char *aliases[4]; /* further keys; one that needs what is not known is left out */
    const aws_field *fields;
    const aws_link *links;
    const char *tags; /* path of [{Key,Value}], [{TagKey,TagValue}] or a map: become the list property "tags" ("key=value") and properties "tag.KEY" */
    bool global;      /* not bound to a region */
    bool no_account;  /* no (:AWSAccount)-[:RESOURCE]->(node) */
    bool weak;        /* told in passing: a partial node, forgotten when any input defines the node itself */
    /* What a table cannot say: further nodes and relationships of the item. c->id is the node's id. May be NULL. */
    int32_t (*more)(aws_ctx *c, const cg_tree *item, cspm_error **err);
} aws_shape;

/* Which command answers with which items. */
typedef struct aws_answer {
    const char *operation; /* "ec2.describe-instances": service.cli-command as the command line spells both */
    const char *items;     /* path of the items from the top of the answer: "Reservations[].Instances[]"; "" = the answer itself */
    const char *sign;      /* a member every item has, or several with blanks between; tells answers with the same top-level key apart. NULL =
                              the key alone is enough */
    const aws_shape *shape; /* NULL: `take` does it all */
    int32_t (*take)(aws_ctx *c, const cg_tree *item, cspm_error **err);
    /* Rows of one operation all apply to an answer, each to its own items; `sign` is looked for in every item.
     * Members of the enclosing objects that the items need, by path from the top: copied into each item under the last name of the path when the
     * item has no such member (OwnerId of a reservation). NULL-terminated; may be all NULL. */
    const char *inherit[4];
} aws_answer;

/* Tables of the services, each ended by an operation of NULL; aws_answers.c lists them. */
extern const aws_answer aws_answers_iam[], aws_answers_organizations[], aws_answers_ec2[], aws_answers_launch[], aws_answers_network[],
    aws_answers_transit[], aws_answers_elb[], aws_answers_containers[], aws_answers_eks[], aws_answers_lambda[], aws_answers_edge[],
    aws_answers_storage[], aws_answers_database[], aws_answers_secrets[], aws_answers_messaging[], aws_answers_build[], aws_answers_ml[],
    aws_answers_management[], aws_answers_api[], aws_answers_dns[];

const aws_answer *aws_answer_find(cg_str operation);
/* Make one item's nodes and relationships. The item is in the shape of the API ("InstanceId", not "instanceId"). A malformed item is skipped with
 * a diagnostic that names `path`; only memory and limits fail. */
int32_t aws_take(aws_ctx *c, const aws_answer *answer, const cg_tree *item, cspm_error **err);
/* The same for all rows an item is for; it may lie in the arena of items, which is emptied afterwards. */
int32_t aws_take_all(aws_ctx *c, const aws_answer *const *answers, uint32_t n, const cg_tree *item, cspm_error **err);
int32_t aws_apply(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err);

/* ---- for `more` and `take` ---- */
const cg_tree *aws_get(const cg_tree *item, const char *path); /* no [] in it; NULL when absent or null */
cg_str aws_str(const cg_tree *item, const char *path);         /* null string when absent or no string */
/* Text with {Path} filled in from the item, {partition} {account} {region} from the context, {id} the node just made; the null string when
 * something is missing. Lives in the item's arena. */
cg_str aws_text(aws_ctx *c, const cg_tree *item, const char *pattern);
/* Calls `each` for every value at a path with []. */
int32_t aws_each(aws_ctx *c, const cg_tree *item, const char *path, int32_t (*each)(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err),
                 void *user, cspm_error **err);
/* A node of its own: begin, properties, end. `at` gives the position for evidence. Labels end with NULL. */
int32_t aws_node(aws_ctx *c, const cg_tree *at, cg_str id, const char *const *labels, cspm_error **err);
int32_t aws_alias(aws_ctx *c, cg_str key, cspm_error **err);
int32_t aws_prop(aws_ctx *c, const char *property, cg_value value, cspm_error **err);
int32_t aws_prop_named(aws_ctx *c, cg_str property, cg_value value, cspm_error **err); /* a name that is no literal */
int32_t aws_prop_text(aws_ctx *c, const char *property, cg_str text, cspm_error **err); /* a null string is no property */
int32_t aws_prop_tree(aws_ctx *c, const char *property, const cg_tree *value, aws_as as, cspm_error **err);
int32_t aws_tags(aws_ctx *c, const cg_tree *tags, cspm_error **err); /* of the open node; see aws_shape.tags */
int32_t aws_node_end(aws_ctx *c, bool owned, cspm_error **err); /* owned: (:AWSAccount)-[:RESOURCE]->(node) */
/* A relationship between two ids; `label` as in aws_link, for the end that is `to` (or `from` when `from_may_miss`). */
int32_t aws_edge(aws_ctx *c, const cg_tree *at, cg_str from, const char *kind, cg_str to, const char *label, cspm_error **err);
int32_t aws_edge_from(aws_ctx *c, const cg_tree *at, cg_str from, const char *label, const char *kind, cg_str to, cspm_error **err);
/* Either end may be missing; labels as in aws_link, NULL for an end that is sure to be there. */
int32_t aws_edge_both(aws_ctx *c, const cg_tree *at, cg_str from, const char *from_label, const char *kind, cg_str to, const char *to_label,
                      cspm_error **err);
int32_t aws_skip(aws_ctx *c, const cg_tree *at, const char *code, cspm_error **err, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Parts of an ARN: 1 partition, 2 service, 3 region, 4 account, 5 the rest; null when it is none. */
cg_str aws_arn_part(cg_str arn, uint32_t part);
/* As AWS_JSON, for texts that are read again (statements of a policy): the document, and its text when `text` is not NULL. *document is NULL
 * when the value is no JSON document. Both live in the item's arena. */
int32_t aws_document(aws_ctx *c, const cg_tree *value, const cg_tree **document, cg_str *text, cspm_error **err);
/* The item with one member more (a copy in the item's arena); itself when the member is there. NULL when memory is refused. */
const cg_tree *aws_with(aws_ctx *c, const cg_tree *item, cg_str key, const cg_tree *value);
/* Text in the item's arena; null when memory is refused. The format knows %.*s, %s and %u. */
cg_str aws_format(aws_ctx *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
