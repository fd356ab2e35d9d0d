/* Dialect: AWS Config. A configuration item holds what the API would answer, under keys in another case; here it gets the API's spelling
 * and goes through the tables of the services. */
#include <string.h>

#include "ingest/aws/aws_answers.h"
#include "ingest/aws/aws_data.h"
#include "ingest/aws/aws_part.h"
#include "ingest/dialects.h"
#include "ingest/items.h"
#include "ingest/sniff.h"

typedef enum {
    SPELL_UPPER, /* "instanceId" is InstanceId */
    SPELL_LOWER, /* "ClusterName" is clusterName */
    SPELL_AS_IS
} spelling;

/* A member of supplementaryConfiguration, what is wanted inside it, and where the API has that. */
typedef struct config_extra {
    const char *member, *inner, *to;
    bool text; /* stays as it is, though it may hold JSON */
} config_extra;

typedef struct config_type {
    const char *type, *operation, *items;
    spelling keys;
    const config_extra *extra;                                                       /* ended by a NULL member */
    const cg_tree *(*finish)(aws_ctx *c, const cg_tree *item, const cg_tree *extra); /* NULL when memory is refused */
} config_type;

static const cg_tree *bucket(aws_ctx *c, const cg_tree *item, const cg_tree *extra);
static const config_extra policy_extra[] = { { "Policy", "", "Policy", true }, { 0 } };
static const config_extra key_extra[] = { { "Policy", "", "Policy", true },
                                          { "KeyRotationStatus", "", "KeyRotationEnabled", false },
                                          { 0 } };
static const config_extra bucket_extra[] = {
    { "BucketPolicy", "policyText", "Policy", true },
    { "PublicAccessBlockConfiguration", "", "PublicAccessBlockConfiguration", false },
    { "ServerSideEncryptionConfiguration", "", "ServerSideEncryptionConfiguration", false },
    { "BucketVersioningConfiguration", "status", "Status", false },
    { "BucketLoggingConfiguration", "destinationBucketName", "LoggingEnabled.TargetBucket", false },
    { 0 },
};

#define GAAD "iam.get-account-authorization-details"
static const config_type types[] = {
    { "AWS::ACM::Certificate", "acm.describe-certificate", "Certificate", SPELL_UPPER, NULL, NULL },
    { "AWS::ApiGateway::RestApi", "apigateway.get-rest-apis", "items[]", SPELL_LOWER, NULL, NULL },
    { "AWS::ApiGatewayV2::Api", "apigatewayv2.get-apis", "Items[]", SPELL_UPPER, NULL, NULL },
    { "AWS::AutoScaling::AutoScalingGroup", "autoscaling.describe-auto-scaling-groups", "AutoScalingGroups[]", SPELL_UPPER, NULL, NULL },
    { "AWS::CloudFormation::Stack", "cloudformation.describe-stacks", "Stacks[]", SPELL_UPPER, NULL, NULL },
    { "AWS::CodeBuild::Project", "codebuild.batch-get-projects", "projects[]", SPELL_LOWER, NULL, NULL },
    { "AWS::DynamoDB::Table", "dynamodb.describe-table", "Table", SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::EIP", "ec2.describe-addresses", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::EgressOnlyInternetGateway", "ec2.describe-egress-only-internet-gateways", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::Instance", "ec2.describe-instances", "Reservations[].Instances[]", SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::InternetGateway", "ec2.describe-internet-gateways", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::LaunchTemplate", "ec2.describe-launch-templates", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::NatGateway", "ec2.describe-nat-gateways", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::NetworkAcl", "ec2.describe-network-acls", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::NetworkInterface", "ec2.describe-network-interfaces", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::RouteTable", "ec2.describe-route-tables", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::SecurityGroup", "ec2.describe-security-groups", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::Subnet", "ec2.describe-subnets", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::TransitGateway", "ec2.describe-transit-gateways", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::VPC", "ec2.describe-vpcs", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::VPCEndpoint", "ec2.describe-vpc-endpoints", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::VPCPeeringConnection", "ec2.describe-vpc-peering-connections", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EC2::Volume", "ec2.describe-volumes", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::ECR::Repository", "ecr.describe-repositories", "repositories[]", SPELL_LOWER, NULL, NULL },
    { "AWS::ECS::Cluster", "ecs.describe-clusters", "clusters[]", SPELL_LOWER, NULL, NULL },
    { "AWS::ECS::Service", "ecs.describe-services", "services[]", SPELL_LOWER, NULL, NULL },
    { "AWS::ECS::TaskDefinition", "ecs.describe-task-definition", NULL, SPELL_LOWER, NULL, NULL },
    { "AWS::EFS::FileSystem", "efs.describe-file-systems", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::EKS::Cluster", "eks.describe-cluster", NULL, SPELL_LOWER, NULL, NULL },
    { "AWS::ElasticLoadBalancing::LoadBalancer", "elb.describe-load-balancers", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::ElasticLoadBalancingV2::LoadBalancer", "elbv2.describe-load-balancers", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::ElasticLoadBalancingV2::Listener", "elbv2.describe-listeners", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::IAM::Group", GAAD, "GroupDetailList[]", SPELL_UPPER, NULL, NULL },
    { "AWS::IAM::Policy", GAAD, "Policies[]", SPELL_UPPER, NULL, NULL },
    { "AWS::IAM::Role", GAAD, "RoleDetailList[]", SPELL_UPPER, NULL, NULL },
    { "AWS::IAM::User", GAAD, "UserDetailList[]", SPELL_UPPER, NULL, NULL },
    { "AWS::KMS::Key", "kms.describe-key", NULL, SPELL_UPPER, key_extra, NULL },
    { "AWS::Lambda::Function", "lambda.list-functions", "Functions[]", SPELL_UPPER, policy_extra, NULL },
    { "AWS::OpenSearch::Domain", "opensearch.describe-domain", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::RDS::DBCluster", "rds.describe-db-clusters", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::RDS::DBClusterSnapshot", "rds.describe-db-cluster-snapshots", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::RDS::DBInstance", "rds.describe-db-instances", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::RDS::DBSnapshot", "rds.describe-db-snapshots", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::RDS::DBSubnetGroup", "rds.describe-db-subnet-groups", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::Redshift::Cluster", "redshift.describe-clusters", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::S3::Bucket", "s3.buckets-detail", NULL, SPELL_UPPER, bucket_extra, bucket },
    { "AWS::SNS::Topic", "sns.get-topic-attributes", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::SQS::Queue", "sqs.get-queue-attributes", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::SSM::ManagedInstanceInventory", NULL, NULL, SPELL_AS_IS, NULL,
      NULL }, /* what is installed: nothing the graph has a place for */
    { "AWS::SageMaker::NotebookInstance", "sagemaker.describe-notebook-instance", NULL, SPELL_UPPER, NULL, NULL },
    { "AWS::SecretsManager::Secret", "secretsmanager.list-secrets", "SecretList[]", SPELL_UPPER, NULL, NULL },
};

#define SPELLED_KEYS 1024u
#define MOST_SPELLED ((size_t)64 << 10) /* bytes of keys that are remembered */

typedef struct spelled_key {
    const char *text;
    size_t length;
} spelled_key;

typedef struct config_state {
    aws_ctx c;
    cg_mem *mem;
    cg_items *items;
    cg_intern *seen;    /* resources already read: a history names them again, the newest first */
    cg_intern *texts;   /* accounts and regions: they outlive the item they stand in */
    cg_intern *strange; /* types that are not modelled */
    aws_rows rows;
    uint32_t passed;         /* items of those */
    const config_type *last; /* type found */
    cg_arena kept;           /* spelled keys */
    spelled_key keys[SPELLED_KEYS];
} config_state;

/* Items of a type mostly come together. */
static const config_type *find_type(config_state *s, cg_str name)
{
    if (s->last && cg_str_eq(name, cg_str_from(s->last->type)))
        return s->last;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (cg_str_eq(name, cg_str_from(types[i].type)))
            return s->last = &types[i];
    return NULL;
}

/* ---- spelling ---- */

/* Below these stand names that people chose, and documents. */
static bool is_free(cg_str key)
{
    static const cg_str keys[] = { CG_STR("variables"), CG_STR("tags"),   CG_STR("tagSet"),
                                   CG_STR("labels"),    CG_STR("policy"), CG_STR("document") };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (cg_str_eq_nocase(key, keys[i]))
            return true;
    return false;
}

static bool is_small(char ch)
{
    return ch >= 'a' && ch <= 'z';
}

static bool is_large(char ch)
{
    return ch >= 'A' && ch <= 'Z';
}

/* The key as the API has it; NULL when memory is refused. Keys of a stream of items are the same text in every item, so that each is mostly
 * spelled once: a slot whose text fits is this key, whatever stood at its address before. */
static const char *spelled(config_state *s, cg_str key)
{
    spelled_key *slot = &s->keys[((uintptr_t)key.data >> 3) % SPELLED_KEYS];
    const char first = (char)(key.data[0] ^ 0x20);

    if (slot->text && slot->length == key.length && slot->text[0] == first && cg_bytes_same(slot->text + 1, key.data + 1, key.length - 1))
        return slot->text;
    char *text = cg_arena_strndup(s->kept.total < MOST_SPELLED ? &s->kept : s->c.arena, key.data, key.length);
    if (!text)
        return NULL;
    text[0] = first;
    if (s->kept.total < MOST_SPELLED)
        *slot = (spelled_key){ text, key.length };
    return text;
}

/* A copy whose keys begin as the API's do; what is right already is shared. NULL when memory is refused. */
static const cg_tree *spell(config_state *s, const cg_tree *t, spelling as)
{
    if (as == SPELL_AS_IS || (t->type != CG_TREE_MAP && t->type != CG_TREE_LIST))
        return t;
    const bool map = t->type == CG_TREE_MAP;
    const uint32_t n = map ? t->map.count : t->list.count;
    if (n == 0)
        return t;
    cg_tree *copy = cg_arena_alloc(s->c.arena, sizeof *copy), *const *from = map ? t->map.values : t->list.items;
    cg_str *keys = map ? cg_arena_alloc(s->c.arena, n * sizeof *keys) : NULL;
    cg_tree **values = cg_arena_alloc(s->c.arena, n * sizeof(cg_tree *));
    if (!copy || !values || (map && !keys))
        return NULL;
    *copy = *t;
    for (uint32_t i = 0; i < n; i++) {
        const cg_str key = map ? t->map.keys[i] : CG_STR_NULL;
        values[i] = from[i];
        if (key.length && (as == SPELL_UPPER ? is_small(key.data[0]) : is_large(key.data[0]))) {
            keys[i] = (cg_str){ spelled(s, key), key.length };
            if (!keys[i].data)
                return NULL;
        } else if (map) {
            keys[i] = key;
        }
        if ((from[i]->type == CG_TREE_MAP || from[i]->type == CG_TREE_LIST) && !is_free(key) &&
            !(values[i] = (cg_tree *)(uintptr_t)spell(s, from[i], as)))
            return NULL;
    }
    if (map) {
        copy->map.keys = keys;
        copy->map.values = values;
    } else {
        copy->list.items = values;
    }
    return copy;
}

/* Advanced queries and batches answer with JSON in strings. */
static int32_t unwrapped(aws_ctx *c, const cg_tree *t, const cg_tree **out, cspm_error **err)
{
    *out = t;
    if (!t || t->type != CG_TREE_STRING)
        return CSPM_OK;
    return aws_document(c, t, out, NULL, err);
}

/* ---- supplements ---- */

static const cg_tree *with_path(aws_ctx *c, const cg_tree *item, const char *path, const cg_tree *value)
{
    const char *dot = strchr(path, '.');
    if (!dot)
        return aws_with(c, item, cg_str_from(path), value);
    cg_tree *outer = cg_arena_calloc(c->arena, 1, sizeof *outer);
    if (!outer)
        return NULL;
    *outer = (cg_tree){ .type = CG_TREE_MAP, .pos = value->pos };
    const cg_tree *inner = with_path(c, outer, dot + 1, value);
    return inner ? aws_with(c, item, (cg_str){ path, (size_t)(dot - path) }, inner) : NULL;
}

static int32_t supplement(config_state *s, const config_type *type, const cg_tree *extra, const cg_tree **item, cspm_error **err)
{
    aws_ctx *c = &s->c;
    int32_t rc = CSPM_OK;

    for (const config_extra *x = type->extra; x && x->member && rc == CSPM_OK; x++) {
        const cg_tree *value = aws_get(extra, x->member);
        if (!x->text || *x->inner)
            rc = unwrapped(c, value, &value, err);
        if (rc == CSPM_OK && value && *x->inner)
            value = aws_get(value, x->inner);
        if (rc < 0 || !value || value->type == CG_TREE_NULL)
            continue;
        if (!(value = spell(s, value, SPELL_UPPER)) || !(*item = with_path(c, *item, x->to, value)))
            rc = cg_nomem(cg_builder_mem(c->b), err);
    }
    return rc;
}

static cg_tree *made_text(aws_ctx *c, const cg_tree *at, const char *text)
{
    cg_tree *t = cg_arena_calloc(c->arena, 1, sizeof *t);
    if (t)
        *t = (cg_tree){ .type = CG_TREE_STRING, .pos = at->pos, .string = cg_str_from(text) };
    return t;
}

/* {"grantee": "AllUsers", "permission": "Read"} as the API has it. */
static const cg_tree *grant(aws_ctx *c, const cg_tree *g)
{
    static const char *const permissions[][2] = {
        { "Read", "READ" }, { "Write", "WRITE" }, { "ReadAcp", "READ_ACP" }, { "WriteAcp", "WRITE_ACP" }, { "FullControl", "FULL_CONTROL" },
    };
    const cg_tree *who = aws_get(g, "grantee");
    const cg_str name = cg_tree_string(who);
    cg_tree *out = cg_arena_calloc(c->arena, 1, sizeof *out);
    const cg_tree *at = out, *permission = aws_get(g, "permission");

    if (!out)
        return NULL;
    *out = (cg_tree){ .type = CG_TREE_MAP, .pos = g->pos };
    for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++)
        if (cg_str_eq(cg_tree_string(permission), cg_str_from(permissions[i][0])))
            permission = made_text(c, g, permissions[i][1]);
    if (permission && at)
        at = aws_with(c, at, CG_STR("Permission"), permission);
    if (at && (cg_str_eq(name, CG_STR("AllUsers")) || cg_str_eq(name, CG_STR("AuthenticatedUsers")))) {
        const cg_tree *uri = made_text(c, g,
                                       cg_str_eq(name, CG_STR("AllUsers")) ? "http://acs.amazonaws.com/groups/global/AllUsers"
                                                                           : "http://acs.amazonaws.com/groups/global/AuthenticatedUsers");
        at = uri ? with_path(c, at, "Grantee.URI", uri) : NULL;
    } else if (at && who && who->type == CG_TREE_MAP) {
        const cg_tree *id = aws_get(who, "id");
        at = id ? with_path(c, at, "Grantee.ID", id) : at;
    }
    return at;
}

static cg_tree *made(aws_ctx *c, const cg_tree *at, cg_tree_type type, uint32_t room)
{
    cg_tree *t = cg_arena_calloc(c->arena, 1, sizeof *t);
    if (!t)
        return NULL;
    *t = (cg_tree){ .type = type, .pos = at->pos };
    if (type == CG_TREE_LIST && !(t->list.items = cg_arena_alloc(c->arena, (room + 1) * sizeof *t->list.items)))
        return NULL;
    return t;
}

static const cg_tree *bucket_grants(aws_ctx *c, const cg_tree *item, const cg_tree *extra)
{
    const cg_tree *acl, *list;

    if (unwrapped(c, aws_get(extra, "AccessControlList"), &acl, NULL) < 0)
        return NULL;
    list = aws_list(acl, "grantList");
    if (!list)
        return item;
    cg_tree *grants = made(c, list, CG_TREE_LIST, list->list.count);
    for (uint32_t i = 0; grants && i < list->list.count; i++)
        if (!(grants->list.items[grants->list.count++] = (cg_tree *)grant(c, list->list.items[i])))
            return NULL;
    return grants ? aws_with(c, item, CG_STR("Grants"), grants) : NULL;
}

/* {"rules": {"name": {"destinationConfig": {"bucketARN"}}}}: the API lists what stands here by name. */
static const cg_tree *bucket_replication(aws_ctx *c, const cg_tree *item, const cg_tree *extra)
{
    const cg_tree *value, *rules;

    if (unwrapped(c, aws_get(extra, "BucketReplicationConfiguration"), &value, NULL) < 0)
        return NULL;
    rules = aws_get(value, "rules");
    if (!rules || rules->type != CG_TREE_MAP)
        return item;
    cg_tree *list = made(c, rules, CG_TREE_LIST, rules->map.count);
    for (uint32_t i = 0; list && i < rules->map.count; i++) {
        const cg_tree *to = aws_get(rules->map.values[i], "destinationConfig.bucketARN"), *rule;
        if (!to)
            continue;
        cg_tree *empty = made(c, to, CG_TREE_MAP, 0);
        if (!empty || !(rule = with_path(c, empty, "Destination.Bucket", to)))
            return NULL;
        list->list.items[list->list.count++] = (cg_tree *)rule;
    }
    return list ? with_path(c, item, "ReplicationConfiguration.Rules", list) : NULL;
}

static const cg_tree *bucket(aws_ctx *c, const cg_tree *item, const cg_tree *extra)
{
    item = bucket_grants(c, item, extra);
    return item ? bucket_replication(c, item, extra) : NULL;
}

/* ---- items ---- */

/* The item's tags are a map beside its configuration. */
static const cg_tree *with_tags(aws_ctx *c, const cg_tree *item, const cg_tree *tags)
{
    const cg_tree *known = aws_get(item, "Tags");
    if (!tags || tags->type != CG_TREE_MAP || tags->map.count == 0 || (known && known->type == CG_TREE_LIST && known->list.count))
        return item;
    cg_tree *list = made(c, tags, CG_TREE_LIST, tags->map.count);
    for (uint32_t i = 0; list && i < tags->map.count; i++) {
        const cg_tree *tag = made(c, tags, CG_TREE_MAP, 0);
        cg_tree *key = made_text(c, tags, "");
        if (!tag || !key)
            return NULL;
        key->string = tags->map.keys[i];
        tag = aws_with(c, tag, CG_STR("Key"), key);
        tag = tag ? aws_with(c, tag, CG_STR("Value"), tags->map.values[i]) : NULL;
        if (!tag)
            return NULL;
        list->list.items[list->list.count++] = (cg_tree *)tag;
    }
    if (!list)
        return NULL;
    /* An empty list that is there already does not count. */
    cg_tree *copy = made(c, item, CG_TREE_MAP, 0);
    if (!copy)
        return NULL;
    *copy = *item;
    for (uint32_t i = 0; i < copy->map.count; i++)
        if (cg_str_eq(copy->map.keys[i], CG_STR("Tags"))) {
            copy->map.values[i] = list;
            return copy;
        }
    return aws_with(c, item, CG_STR("Tags"), list);
}

static int32_t take_configuration(config_state *s, const config_type *type, const cg_tree *item, const cg_tree *configuration,
                                  cspm_error **err)
{
    const cg_tree *made_item, *extra = aws_get(item, "supplementaryConfiguration");
    const struct aws_rows_slot *found = aws_rows_of(&s->rows, type->operation, type->items);
    int32_t rc;

    if (!(made_item = spell(s, configuration, type->keys)))
        return cg_nomem(s->mem, err);
    if ((rc = unwrapped(&s->c, extra, &extra, err)) < 0 || (rc = supplement(s, type, extra, &made_item, err)) < 0)
        return rc;
    if (type->finish)
        made_item = type->finish(&s->c, made_item, extra);
    if (made_item)
        made_item = with_tags(&s->c, made_item, aws_get(item, "tags"));
    if (!made_item)
        return cg_nomem(s->mem, err);
    return aws_take_all(&s->c, found->rows, found->n, made_item, err);
}

static cg_str lasting(config_state *s, cg_str text)
{
    const uint32_t id = text.length ? cg_intern_add(s->texts, text.data, text.length) : CG_INTERN_NONE;
    return id == CG_INTERN_NONE ? CG_STR_NULL : cg_intern_get(s->texts, id);
}

static int32_t take_item(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    config_state *s = user;
    const cg_str type_name = aws_str(item, "resourceType"), status = aws_str(item, "configurationItemStatus");
    const cg_str id = aws_str(item, "resourceId"), region = aws_str(item, "awsRegion");
    const config_type *type = find_type(s, type_name);
    const cg_tree *configuration;
    int32_t rc;

    (void)at;
    if (!type_name.length || !id.length)
        return aws_skip(&s->c, item, "bad-item", err, "skipped: a configuration item needs resourceType and resourceId");
    if (cg_str_starts(status, CG_STR("ResourceDeleted")) || cg_str_starts(status, CG_STR("ResourceNotRecorded")))
        return CSPM_OK;
    cg_str account = aws_str(item, "awsAccountId");
    if (!account.length)
        account = aws_str(item, "accountId");
    const cg_str key = aws_format(&s->c, "%.*s %.*s %.*s %.*s", CG_FMT(type_name), CG_FMT(id), CG_FMT(account), CG_FMT(region));
    const uint32_t known = cg_intern_count(s->seen);
    if (!key.data || cg_intern_add(s->seen, key.data, key.length) == CG_INTERN_NONE)
        return cg_nomem(s->mem, err);
    if (cg_intern_count(s->seen) == known)
        return CSPM_OK;
    if (!type || !type->operation) {
        s->passed += !type;
        return type || cg_intern_add(s->strange, type_name.data, type_name.length) != CG_INTERN_NONE ? CSPM_OK : cg_nomem(s->mem, err);
    }
    s->c.account = lasting(s, account);
    s->c.region = cg_str_eq(region, CG_STR("global")) ? CG_STR_NULL : lasting(s, region);
    if ((rc = unwrapped(&s->c, aws_get(item, "configuration"), &configuration, err)) < 0)
        return rc;
    if (!configuration || configuration->type != CG_TREE_MAP)
        return aws_skip(&s->c, item, "bad-item", err, "%.*s \"%.*s\" has no configuration: skipped", CG_FMT(type_name),
                        (int)(id.length < 120 ? id.length : 120), id.data);
    return take_configuration(s, type, item, configuration, err);
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    (void)user;
    if (at->depth == 0)
        return opens == '{' ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    if (at->depth == 1)
        return opens == '[' && (cg_str_eq(at->steps[0].key, CG_STR("configurationItems")) ||
                                cg_str_eq(at->steps[0].key, CG_STR("baseConfigurationItems")))
                   ? CG_ITEM_ENTER
                   : CG_ITEM_SKIP;
    return CG_ITEM_TAKE;
}

/* ---- the dialect ---- */

static int config_recognise(const char *head, size_t length, bool whole)
{
    cg_peek p;
    cg_str key, rest;

    (void)whole;
    if (!cg_peek_object(&p, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&p, &key, &rest))
        if (cg_peek_is(key, "configurationItems") || cg_peek_is(key, "baseConfigurationItems"))
            return 95;
    return 0;
}

static int32_t config_open(cg_builder *b, cg_str source, cspm_op *op, void **state, cspm_error **err)
{
    static const cg_item_handler handler = { .choose = choose, .take = take_item };
    const cspm_limits *given = cg_builder_limits(b);
    const cg_json_limits limits = {
        .max_depth = given->max_depth, .max_string_bytes = given->max_string_bytes, .allow_nul = true, .allow_multiple = true
    };
    cg_mem *mem = cg_builder_mem(b);
    config_state *s = cg_calloc(mem, 1, sizeof *s);

    (void)op;
    if (!s)
        return cg_nomem(mem, err);
    *state = s;
    s->mem = mem;
    cg_arena_init(&s->kept, mem);
    s->seen = cg_intern_new(mem, 0);
    s->texts = cg_intern_new(mem, 0);
    s->strange = cg_intern_new(mem, 0);
    if (!s->seen || !s->texts || !s->strange)
        return cg_nomem(mem, err);
    const int32_t rc = aws_open(&s->c, b, err);
    return rc == CSPM_OK ? cg_items_new(mem, &limits, &handler, s, source, &s->items, err) : rc;
}

static int32_t config_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    return cg_items_feed(((config_state *)state)->items, bytes, length, err);
}

static int32_t config_finish(void *state, cspm_error **err)
{
    config_state *s = state;
    const int32_t rc = cg_items_finish(s->items, err);

    if (rc < 0 || s->passed == 0)
        return rc;
    return cg_builder_diag(s->c.b, CG_DIAG_WARNING, "not-modelled", (cg_pos){ .offset = UINT64_MAX }, err,
                           "%u configuration items of %u types are not modelled and were passed over, first %.*s", s->passed,
                           cg_intern_count(s->strange), CG_FMT(cg_intern_get(s->strange, 0)));
}

static void config_close(void *state)
{
    config_state *s = state;

    cg_items_free(s->items);
    cg_arena_free(&s->kept);
    aws_close(&s->c);
    cg_intern_free(s->seen);
    cg_intern_free(s->texts);
    cg_intern_free(s->strange);
    cg_free(s->mem, s);
}

const cg_dialect cg_dialect_aws_config = {
    .name = "aws-config",
    .title = "AWS Config snapshot or history",
    .recognised = "an object with configurationItems or baseConfigurationItems",
    .rank = 75,
    .repeats = true,
    .recognise = config_recognise,
    .open = config_open,
    .feed = config_feed,
    .finish = config_finish,
    .close = config_close,
};
