/* Functions: what they run as, who may call them, what calls them. */
#include "ingest/aws/aws_part.h"

static const char *const function_labels[] = { "AWSLambda", NULL };

/* ---- functions ---- */

static const aws_field layer_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "codesize", "CodeSize", AWS_AS_IS },
    { "signingprofileversionarn", "SigningProfileVersionArn", AWS_AS_IS },
    { "signingjobarn", "SigningJobArn", AWS_AS_IS },
    { "functionarn", "FunctionArn", AWS_AS_IS },
    { 0 },
};
/* Layers may be anybody's: an account is not part of the estate because its layer is used. */
static const aws_shape layer_shape = { .labels = { "AWSLambdaLayer" }, .id = "{Arn}", .fields = layer_fields, .no_account = true };

static const aws_field function_fields[] = {
    { "id", "FunctionArn", AWS_AS_IS },
    { "arn", "FunctionArn", AWS_AS_IS },
    { "name", "FunctionName", AWS_AS_IS },
    { "modifieddate", "LastModified", AWS_AS_IS },
    { "runtime", "Runtime", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "timeout", "Timeout", AWS_AS_IS },
    { "memory", "MemorySize", AWS_AS_IS },
    { "codesize", "CodeSize", AWS_AS_IS },
    { "handler", "Handler", AWS_AS_IS },
    { "version", "Version", AWS_AS_IS },
    { "tracingconfigmode", "TracingConfig.Mode", AWS_AS_IS },
    { "revisionid", "RevisionId", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "statereason", "StateReason", AWS_AS_IS },
    { "statereasoncode", "StateReasonCode", AWS_AS_IS },
    { "lastupdatestatus", "LastUpdateStatus", AWS_AS_IS },
    { "lastupdatestatusreason", "LastUpdateStatusReason", AWS_AS_IS },
    { "lastupdatestatusreasoncode", "LastUpdateStatusReasonCode", AWS_AS_IS },
    { "packagetype", "PackageType", AWS_AS_IS },
    { "image_uri", "ImageUri", AWS_AS_IS },
    { "signingprofileversionarn", "SigningProfileVersionArn", AWS_AS_IS },
    { "signingjobarn", "SigningJobArn", AWS_AS_IS },
    { "codesha256", "CodeSha256", AWS_AS_IS },
    { "architectures", "Architectures", AWS_AS_IS },
    { "masterarn", "MasterArn", AWS_AS_IS },
    { "kmskeyarn", "KMSKeyArn", AWS_AS_IS },
    { "role", "Role", AWS_AS_IS },
    { "vpc_id", "VpcConfig.VpcId", AWS_AS_IS },
    { "subnet_ids", "VpcConfig.SubnetIds", AWS_AS_IS },
    { "security_group_ids", "VpcConfig.SecurityGroupIds", AWS_AS_IS },
    { 0 },
};
static const aws_link function_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "Role", NULL, "AWSRole" },
    { "ASSUMES", false, "Role", NULL, "AWSRole" },
    { "MEMBER_OF_AWS_VPC", false, "VpcConfig.VpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "VpcConfig.SubnetIds[]", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "VpcConfig.SecurityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};

static cg_str digest_of(cg_str image)
{
    const size_t at = cg_str_find(image, CG_STR("@sha256:"), 0);

    return at == SIZE_MAX ? CG_STR_NULL : (cg_str){ image.data + at + 1, image.length - at - 1 };
}

static cg_str architecture(const cg_tree *item)
{
    const cg_tree *list = aws_list(item, "Architectures");
    const cg_str first = list && list->list.count > 0 ? cg_tree_string(list->list.items[0]) : CG_STR_NULL;

    return cg_str_eq(first, CG_STR("x86_64")) ? CG_STR("amd64") : first;
}

static int32_t layers(aws_ctx *c, const cg_tree *item, cg_str function, cspm_error **err)
{
    const cg_tree *list = aws_list(item, "Layers");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++) {
        cg_str layer;
        rc = aws_apply_inside(c, &layer_shape, list->list.items[i], &layer, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, list->list.items[i], function, "HAS", layer, NULL, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, list->list.items[i], c->item_account, "RESOURCE", layer, NULL, err);
    }
    return rc;
}

static int32_t function_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id, digest = digest_of(aws_str(item, "ImageUri"));
    int32_t rc = aws_node(c, item, id, function_labels, err);

    if (rc == CSPM_OK)
        rc = aws_environment(c, aws_get(item, "Environment.Variables"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "image_digest", digest, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "architecture_normalized", architecture(item), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_tie(c, item, id, "HAS_IMAGE", digest, "AWSECRImage", err);
    return rc == CSPM_OK ? layers(c, item, id, err) : rc;
}

static const aws_shape function_shape = {
    .labels = { "AWSLambda" },
    .id = "{FunctionArn}",
    .fields = function_fields,
    .links = function_links,
    .tags = "Tags",
    .more = function_more,
};

/* get-function: the configuration, and beside it where the code is. */
static int32_t whole_function(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *configuration = aws_get(item, "Configuration"), *image = aws_get(item, "Code.ImageUri"), *tags = aws_get(item, "Tags");

    if (!configuration || configuration->type != CG_TREE_MAP)
        return aws_skip(c, item, "bad-item", err, "Configuration is no object");
    if (image)
        configuration = aws_with(c, configuration, CG_STR("ImageUri"), image);
    if (configuration && tags)
        configuration = aws_with(c, configuration, CG_STR("Tags"), tags);
    return configuration ? aws_apply(c, &function_shape, configuration, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- what belongs to a function ---- */

/* arn:P:lambda:R:A:function:NAME:QUALIFIER without the qualifier; `qualified` tells. */
static cg_str function_of(cg_str arn, bool *qualified)
{
    const cg_str rest = aws_arn_part(arn, 5), word = CG_STR("function:");

    *qualified = false;
    if (!cg_str_starts(rest, word))
        return arn;
    const char *colon = memchr(rest.data + word.length, ':', rest.length - word.length);
    *qualified = colon != NULL;
    return colon ? (cg_str){ arn.data, (size_t)(colon - arn.data) } : arn;
}

static const aws_field url_fields[] = {
    { "id", "FunctionUrl", AWS_AS_IS },
    { "url", "FunctionUrl", AWS_AS_IS },
    { "auth_type", "AuthType", AWS_AS_IS },
    { "invoke_mode", "InvokeMode", AWS_AS_IS },
    { "cors_allow_origins", "Cors.AllowOrigins", AWS_AS_IS },
    { "creation_time", "CreationTime", AWS_TIME },
    { "functionarn", "FunctionArn", AWS_AS_IS },
    { 0 },
};
static const aws_shape url_shape = { .labels = { "AWSLambdaFunctionUrl" }, .id = "{FunctionUrl}", .fields = url_fields };

static int32_t function_url(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str arn = aws_str(item, "FunctionArn");
    bool qualified;
    const cg_str function = function_of(arn, &qualified);

    if (!function.length)
        return aws_skip(c, item, "bad-item", err, "a function URL names no FunctionArn");
    if (aws_arn_part(arn, 4).length == 12) {
        c->item_account = aws_arn_part(arn, 4);
        c->item_region = aws_arn_part(arn, 3);
    }
    cg_str url;
    int32_t rc = aws_node(c, item, function, function_labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "function_url", aws_str(item, "FunctionUrl"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "function_url_auth_type", aws_str(item, "AuthType"), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_apply_inside(c, &url_shape, item, &url, err);
    return rc == CSPM_OK ? aws_tie(c, item, function, "HAS_FUNCTION_URL", url, NULL, err) : rc;
}

static const aws_field alias_fields[] = {
    { "id", "AliasArn", AWS_AS_IS },
    { "arn", "AliasArn", AWS_AS_IS },
    { "aliasname", "Name", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "functionversion", "FunctionVersion", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "revisionid", "RevisionId", AWS_AS_IS },
    { "functionarn", "FunctionArn", AWS_AS_IS },
    { 0 },
};

static int32_t alias_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    bool qualified;
    const cg_str alias = c->id, function = function_of(alias, &qualified);

    return qualified ? aws_edge_from(c, item, function, "AWSLambda", "KNOWN_AS", alias, err) : CSPM_OK;
}

static const aws_shape alias_shape = {
    .labels = { "AWSLambdaFunctionAlias" }, .id = "{AliasArn}", .fields = alias_fields, .more = alias_more
};

static const aws_field mapping_fields[] = {
    { "id", "UUID", AWS_AS_IS },
    { "batchsize", "BatchSize", AWS_AS_IS },
    { "startingposition", "StartingPosition", AWS_AS_IS },
    { "startingpositiontimestamp", "StartingPositionTimestamp", AWS_TIME },
    { "parallelizationfactor", "ParallelizationFactor", AWS_AS_IS },
    { "maximumbatchingwindowinseconds", "MaximumBatchingWindowInSeconds", AWS_AS_IS },
    { "eventsourcearn", "EventSourceArn", AWS_AS_IS },
    { "lastmodified", "LastModified", AWS_TIME },
    { "lastprocessingresult", "LastProcessingResult", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "maximumrecordage", "MaximumRecordAgeInSeconds", AWS_AS_IS },
    { "bisectbatchonfunctionerror", "BisectBatchOnFunctionError", AWS_AS_IS },
    { "maximumretryattempts", "MaximumRetryAttempts", AWS_AS_IS },
    { "tumblingwindowinseconds", "TumblingWindowInSeconds", AWS_AS_IS },
    { "functionarn", "FunctionArn", AWS_AS_IS },
    { 0 },
};

static int32_t mapping_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    bool qualified;
    const cg_str mapping = c->id, function = function_of(aws_str(item, "FunctionArn"), &qualified);

    return function.length ? aws_edge_from(c, item, function, "AWSLambda", "RESOURCE", mapping, err) : CSPM_OK;
}

static const aws_shape mapping_shape = {
    .labels = { "AWSLambdaEventSourceMapping" }, .id = "{UUID}", .fields = mapping_fields, .more = mapping_more
};

/* ---- policies ---- */

static bool is_everybody(const cg_tree *principal)
{
    const cg_tree *aws = aws_get(principal, "AWS");

    if (principal && principal->type == CG_TREE_STRING)
        return cg_str_eq(principal->string, CG_STR("*"));
    if (aws && aws->type == CG_TREE_LIST && aws->list.count > 0)
        aws = aws->list.items[0];
    return cg_str_eq(cg_tree_string(aws), CG_STR("*"));
}

/* The condition of a public function URL narrows nothing: it only says that this is one. */
static bool is_open(const cg_tree *condition)
{
    if (!condition || condition->type != CG_TREE_MAP || condition->map.count == 0)
        return true;
    return condition->map.count == 1 && cg_str_eq(aws_str(condition->map.values[0], "lambda:FunctionUrlAuthType"), CG_STR("NONE"));
}

static const cg_tree *statement(const cg_tree *policy, uint32_t i)
{
    const cg_tree *all = aws_get(policy, "Statement");

    if (all && all->type == CG_TREE_LIST)
        return i < all->list.count ? all->list.items[i] : NULL;
    return i == 0 ? all : NULL;
}

static int32_t anonymous(aws_ctx *c, const cg_tree *policy, cspm_error **err)
{
    cg_list *actions = cg_arena_alloc(c->arena, sizeof *actions + sizeof(cg_value) * 16);
    const cg_tree *s;

    if (!actions)
        return cg_nomem(cg_builder_mem(c->b), err);
    actions->count = 0;
    bool open = false;
    for (uint32_t i = 0; (s = statement(policy, i)) != NULL; i++) {
        if (!cg_str_eq(aws_str(s, "Effect"), CG_STR("Allow")) || !is_everybody(aws_get(s, "Principal")) ||
            !is_open(aws_get(s, "Condition")))
            continue;
        open = true;
        if (aws_str(s, "Action").length && actions->count < 16)
            actions->items[actions->count++] = cg_v_str(aws_str(s, "Action"));
    }
    int32_t rc = aws_prop(c, "anonymous_access", cg_v_bool(open), err);
    return rc == CSPM_OK && actions->count ? aws_prop(c, "anonymous_actions", (cg_value){ .type = CG_LIST, .list = actions }, err) : rc;
}

/* get-policy does not name the function; its statements do. */
static int32_t function_policy(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const alias_labels[] = { "AWSLambdaFunctionAlias", NULL };
    const cg_tree *policy;
    cg_str text, arn = aws_str(item, "FunctionArn");
    bool qualified;
    int32_t rc = aws_document(c, aws_get(item, "Policy"), &policy, &text, err);

    if (rc != CSPM_OK)
        return rc;
    if (!policy || policy->type != CG_TREE_MAP)
        return aws_skip(c, item, "bad-item", err, "Policy is no policy document");
    for (uint32_t i = 0; !arn.length && statement(policy, i); i++) {
        arn = aws_str(statement(policy, i), "Resource");
        if (!cg_str_starts(aws_arn_part(arn, 5), CG_STR("function:")))
            arn = CG_STR_NULL;
    }
    if (!arn.length)
        arn = aws_text(c, item, "arn:{partition}:lambda:{region}:{account}:function:{FunctionName}");
    if (!arn.length)
        return aws_skip(c, item, "no-function", err, "neither the answer nor its policy says of which function it is");
    function_of(arn, &qualified);
    rc = aws_node(c, item, arn, qualified ? alias_labels : function_labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "policy", text, err);
    if (rc == CSPM_OK)
        rc = anonymous(c, policy, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

const aws_answer aws_answers_lambda[] = {
    { .operation = "lambda.list-functions", .items = "Functions[]", .sign = "FunctionArn", .shape = &function_shape },
    { .operation = "lambda.get-function", .items = "", .sign = "Configuration Code", .take = whole_function },
    { .operation = "lambda.get-function-configuration", .items = "", .sign = "FunctionArn CodeSha256", .shape = &function_shape },
    { .operation = "lambda.get-function-url-config", .items = "", .sign = "FunctionUrl AuthType", .take = function_url },
    { .operation = "lambda.list-function-url-configs", .items = "FunctionUrlConfigs[]", .take = function_url },
    { .operation = "lambda.get-policy", .items = "", .sign = "Policy", .take = function_policy },
    { .operation = "lambda.list-aliases", .items = "Aliases[]", .sign = "FunctionVersion", .shape = &alias_shape },
    { .operation = "lambda.list-event-source-mappings", .items = "EventSourceMappings[]", .shape = &mapping_shape },
    { .operation = NULL },
};
