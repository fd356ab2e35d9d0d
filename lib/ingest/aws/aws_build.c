/* What builds and deploys: CodeBuild, CodePipeline, CodeCommit, CloudFormation. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- CodeBuild ---- */

static const aws_field project_fields[] = {
    { "id", "arn", AWS_AS_IS },
    { "arn", "arn", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },
    { "description", "description", AWS_AS_IS },
    { "created", "created", AWS_TIME },
    { "environment_variables", "environment.environmentVariables[].name", AWS_AS_IS },
    { "environment_image", "environment.image", AWS_AS_IS },
    { "privileged_mode", "environment.privilegedMode", AWS_AS_IS },
    { "source_type", "source.type", AWS_AS_IS },
    { "source_location", "source.location", AWS_AS_IS },
    { "visibility", "projectVisibility", AWS_AS_IS },
    { "service_role", "serviceRole", AWS_AS_IS },
    { 0 },
};
static const aws_link project_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "serviceRole", NULL, "AWSRole" },
    { "MEMBER_OF_AWS_VPC", false, "vpcConfig.vpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "vpcConfig.subnets[]", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "vpcConfig.securityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static int32_t project_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape project = {
    .labels = { "AWSCodeBuildProject", "CodeBuildProject", "CICDPipeline" },
    .id = "{arn}",
    .fields = project_fields,
    .links = project_links,
    .tags = "tags",
    .more = project_more,
};

/* A variable refers to a parameter or a secret, or stands there for everybody to read. */
static int32_t project_variables(aws_ctx *c, const cg_tree *item, const cg_tree *variables, cg_str id, cspm_error **err)
{
    cg_str *secrets = cg_arena_alloc(c->arena, (variables->list.count + (size_t)1) * sizeof *secrets);
    uint32_t n = 0;
    int32_t rc = CSPM_OK;

    if (!secrets)
        return cg_nomem(cg_builder_mem(c->b), err);
    for (uint32_t i = 0; i < variables->list.count && rc == CSPM_OK; i++) {
        const cg_tree *v = variables->list.items[i];
        const cg_str type = aws_str(v, "type"), name = aws_str(v, "name"), value = aws_str(v, "value");
        if ((!type.length || cg_str_eq(type, CG_STR("PLAINTEXT"))) && aws_plain_secret(name, value))
            secrets[n++] = name;
        else if (cg_str_eq(type, CG_STR("SECRETS_MANAGER")) && cg_str_starts(value, CG_STR("arn:")))
            rc = aws_edge(c, v, id, "USES_SECRET", aws_secret_of(value), "AWSSecretsManagerSecret", err);
    }
    if (rc == CSPM_OK)
        rc = aws_again(c, item, id, &project, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "plaintextSecret", n > 0, err);
    if (rc == CSPM_OK && n > 0)
        rc = aws_prop_set(c, "plaintextSecretNames", secrets, n, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static int32_t project_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *variables = aws_list(item, "environment.environmentVariables");
    const cg_str id = c->id;
    int32_t rc = variables ? project_variables(c, item, variables, id, err) : CSPM_OK;

    if (rc == CSPM_OK && cg_str_eq(aws_str(item, "source.type"), CG_STR("S3")))
        rc = aws_tie(c, item, id, "READS_SOURCE_FROM", aws_bucket_of(c, aws_str(item, "source.location")), "AWSS3Bucket", err);
    return rc == CSPM_OK ? aws_encrypted_by(c, item, id, aws_str(item, "encryptionKey"), err) : rc;
}

static const aws_field name_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { 0 },
};
static const aws_shape project_name = { .labels = { "AWSCodeBuildProject", "CodeBuildProject", "CICDPipeline" },
                                        .id = "{@}",
                                        .fields = name_fields };
/* Names alone only where batch-get-projects says no more: without a region there is nothing they could be joined with. */
static int32_t take_project_name(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "arn:{partition}:codebuild:{region}:{account}:project/{Name}", NULL };

    if (item->type == CG_TREE_STRING && (!c->item_region.length || !c->item_account.length))
        return CSPM_OK;
    return aws_apply_name(c, &project_name, item, ids, err);
}

/* ---- CodePipeline and CodeCommit ---- */

static const aws_field pipeline_fields[] = {
    { "id", "@", AWS_AS_IS },  { "arn", "@arn", AWS_AS_IS }, { "name", "name", AWS_AS_IS }, { "role_arn", "roleArn", AWS_AS_IS },
    { 0 },
};
static const aws_link pipeline_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "roleArn", NULL, "AWSRole" },
    { "STS_ASSUMEROLE_ALLOW", false, "stages[].actions[].roleArn", NULL, "AWSRole" },
    { "USES", false, "artifactStore.location", "arn:{partition}:s3:::{.}", "AWSS3Bucket" },
    { 0 },
};
static int32_t triggers(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_str name = cg_tree_string(value), place = aws_text(c, value, "arn:{partition}:codebuild:{region}:{account}:project/");

    (void)user;
    if (!name.length || !place.length)
        return CSPM_OK;
    return aws_edge(c, value, c->id, "TRIGGERS", aws_format(c, "%.*s%.*s", CG_FMT(place), CG_FMT(name)), "AWSCodeBuildProject", err);
}
static int32_t pipeline_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "stages[].actions[].configuration.ProjectName", triggers, NULL, err);
}
static const aws_shape pipeline = {
    .labels = { "AWSCodePipeline", "CICDPipeline" }, .id = "{@}", .fields = pipeline_fields, .links = pipeline_links, .more = pipeline_more
};
static int32_t take_pipeline(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{@said}", "arn:{partition}:codepipeline:{region}:{account}:{name}", "codepipeline:{name}", NULL };
    const cg_tree *inner = aws_get(item, "pipeline");

    if (inner)
        inner = aws_with_text(c, inner, "@said", aws_str(item, "metadata.pipelineArn"));
    else
        inner = item;
    return inner ? aws_apply_as(c, &pipeline, inner, ids, err) : cg_nomem(cg_builder_mem(c->b), err);
}

static const aws_field repository_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "repositoryName", AWS_AS_IS },
    { "description", "repositoryDescription", AWS_AS_IS },
    { "default_branch", "defaultBranch", AWS_AS_IS },
    { 0 },
};
static const aws_shape repository = { .labels = { "AWSCodeCommitRepository" }, .id = "{Arn}", .fields = repository_fields };

/* ---- CloudFormation ---- */

static const aws_field stack_fields[] = {
    { "id", "StackId", AWS_AS_IS },
    { "arn", "StackId", AWS_AS_IS },
    { "name", "StackName", AWS_AS_IS },
    { "stack_name", "StackName", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "stack_status", "StackStatus", AWS_AS_IS },
    { "stack_status_reason", "StackStatusReason", AWS_AS_IS },
    { "creation_time", "CreationTime", AWS_TIME },
    { "last_updated_time", "LastUpdatedTime", AWS_TIME },
    { "role_arn", "RoleARN", AWS_AS_IS },
    { "parent_id", "ParentId", AWS_AS_IS },
    { "root_id", "RootId", AWS_AS_IS },
    { "disable_rollback", "DisableRollback", AWS_AS_IS },
    { "capabilities", "Capabilities", AWS_AS_IS },
    { "outputs", "Outputs[].OutputKey", AWS_AS_IS },
    { "parameters", "Parameters[].ParameterKey", AWS_AS_IS },
    { 0 },
};
static const aws_link stack_links[] = {
    { "HAS_EXECUTION_ROLE", false, "RoleARN", NULL, "AWSRole" },
    { "STS_ASSUMEROLE_ALLOW", false, "RoleARN", NULL, "AWSRole" },
    { 0 },
};
static int32_t stack_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape stack = {
    .labels = { "AWSCloudFormationStack", "CloudFormationStack" },
    .id = "{StackId}",
    .fields = stack_fields,
    .links = stack_links,
    .tags = "Tags",
    .more = stack_more,
};

typedef struct secret_search {
    const char *key, *value;
    bool found;
} secret_search;

static int32_t search(aws_ctx *c, const cg_tree *pair, void *user, cspm_error **err)
{
    secret_search *s = user;
    const cg_str value = aws_str(pair, s->value);

    (void)c;
    (void)err;
    /* "****": the template hides it (NoEcho). */
    s->found = s->found || (!cg_str_starts(value, CG_STR("****")) && aws_plain_secret(aws_str(pair, s->key), value));
    return CSPM_OK;
}

static int32_t stack_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    secret_search parameters = { "ParameterKey", "ParameterValue", false }, outputs = { "OutputKey", "OutputValue", false };
    int32_t rc;

    if (!aws_get(item, "Parameters") && !aws_get(item, "Outputs"))
        return CSPM_OK;
    rc = aws_each(c, item, "Parameters[]", search, &parameters, err);
    if (rc == CSPM_OK)
        rc = aws_each(c, item, "Outputs[]", search, &outputs, err);
    if (rc == CSPM_OK)
        rc = aws_again(c, item, c->id, &stack, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "plaintextSecret", parameters.found || outputs.found, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static const aws_field stack_set_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "StackSetARN", AWS_AS_IS },
    { "name", "StackSetName", AWS_AS_IS },
    { "stack_set_id", "StackSetId", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "permission_model", "PermissionModel", AWS_AS_IS },
    { "administration_role_arn", "AdministrationRoleARN", AWS_AS_IS },
    { "execution_role_name", "ExecutionRoleName", AWS_AS_IS },
    { "capabilities", "Capabilities", AWS_AS_IS },
    { "parameters", "Parameters[].ParameterKey", AWS_AS_IS },
    { 0 },
};
static const aws_link stack_set_links[] = {
    { "HAS_ADMINISTRATION_ROLE", false, "AdministrationRoleARN", NULL, "AWSRole" },
    { "STS_ASSUMEROLE_ALLOW", false, "AdministrationRoleARN", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape stack_set = {
    .labels = { "AWSCloudFormationStackSet" }, .id = "{@}", .fields = stack_set_fields, .links = stack_set_links, .tags = "Tags"
};
static int32_t take_stack_set(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{StackSetARN}", "arn:{partition}:cloudformation:{region}:{account}:stackset/{StackSetId}",
                                       "{StackSetId}", NULL };

    return aws_apply_as(c, &stack_set, item, ids, err);
}

const aws_answer aws_answers_build[] = {
    { .operation = "codebuild.batch-get-projects", .items = "projects[]", .sign = "arn", .shape = &project },
    { .operation = "codebuild.list-projects", .items = "projects[]", .take = take_project_name },
    { .operation = "codepipeline.get-pipeline", .items = "", .sign = "pipeline", .take = take_pipeline },
    { .operation = "codepipeline.list-pipelines", .items = "pipelines[]", .sign = "name", .take = take_pipeline },
    { .operation = "codecommit.get-repository", .items = "repositoryMetadata", .sign = "Arn", .shape = &repository },
    { .operation = "codecommit.batch-get-repositories", .items = "repositories[]", .sign = "Arn", .shape = &repository },
    { .operation = "cloudformation.describe-stacks", .items = "Stacks[]", .sign = "StackId", .shape = &stack },
    { .operation = "cloudformation.list-stacks", .items = "StackSummaries[]", .sign = "StackId", .shape = &stack },
    { .operation = "cloudformation.list-stack-sets", .items = "Summaries[]", .sign = "StackSetId StackSetName", .take = take_stack_set },
    { .operation = "cloudformation.describe-stack-set", .items = "StackSet", .sign = "StackSetId", .take = take_stack_set },
    { .operation = NULL },
};
