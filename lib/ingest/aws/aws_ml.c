/* Data jobs and machine learning: Glue, SageMaker, Bedrock. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- Glue ---- */

static const aws_field dev_endpoint_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "EndpointName", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "role_arn", "RoleArn", AWS_AS_IS },
    { "public_address", "PublicAddress", AWS_AS_IS },
    { "private_address", "PrivateAddress", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "glue_version", "GlueVersion", AWS_AS_IS },
    { "public_keys", "PublicKeys", AWS_COUNT },
    { "created_timestamp", "CreatedTimestamp", AWS_TIME },
    { 0 },
};
static const aws_link dev_endpoint_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "RoleArn", NULL, "AWSRole" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static int32_t dev_endpoint_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str subnet = aws_str(item, "SubnetId");

    return cg_str_starts(subnet, CG_STR("subnet-")) ? aws_edge(c, item, c->id, "PART_OF_SUBNET", subnet, "AWSEC2Subnet", err) : CSPM_OK;
}
static const aws_shape dev_endpoint = {
    .labels = { "AWSGlueDevEndpoint" },
    .id = "{@}",
    .fields = dev_endpoint_fields,
    .links = dev_endpoint_links,
    .more = dev_endpoint_more,
};
static int32_t take_dev_endpoint(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "arn:{partition}:glue:{region}:{account}:devEndpoint/{EndpointName}",
                                       "glue:{account}:devEndpoint/{EndpointName}", "glue:devEndpoint/{EndpointName}", NULL };

    return aws_apply_as(c, &dev_endpoint, item, ids, err);
}

static const aws_field job_fields[] = {
    { "id", "Name", AWS_AS_IS },
    { "arn", "Name", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "profile_name", "ProfileName", AWS_AS_IS },
    { "job_mode", "JobMode", AWS_AS_IS },
    { "connections", "Connections.Connections", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "role_arn", "Role", AWS_AS_IS },
    { "script_location", "Command.ScriptLocation", AWS_AS_IS },
    { "glue_version", "GlueVersion", AWS_AS_IS },
    { 0 },
};
/* The ARN of a connection or job of this name, or a name that stands for it where account or region are not known. */
static cg_str glue_id(aws_ctx *c, const cg_tree *at, const char *kind, cg_str name)
{
    const cg_str place = aws_text(c, at, "arn:{partition}:glue:{region}:{account}:");

    return place.length ? aws_format(c, "%.*s%s/%.*s", CG_FMT(place), kind, CG_FMT(name))
                        : aws_format(c, "glue:%.*s:%s/%.*s", CG_FMT(c->item_account), kind, CG_FMT(name));
}
static int32_t job_connection(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_str name = cg_tree_string(value);

    (void)user;
    return name.length ? aws_edge(c, value, c->id, "USES", glue_id(c, value, "connection", name), "AWSGlueConnection", err) : CSPM_OK;
}
static int32_t job_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape job = { .labels = { "AWSGlueJob", "GlueJob" }, .id = "{@}", .fields = job_fields, .more = job_more };

/* Arguments of a job are where people put passwords. */
static int32_t job_arguments(aws_ctx *c, const cg_tree *item, cg_str id, cspm_error **err)
{
    const cg_tree *arguments = aws_get(item, "DefaultArguments");
    bool secret = false;
    int32_t rc;

    if (!arguments || arguments->type != CG_TREE_MAP)
        return CSPM_OK;
    for (uint32_t i = 0; i < arguments->map.count; i++)
        secret = secret || aws_plain_secret(arguments->map.keys[i], cg_tree_string(arguments->map.values[i]));
    rc = aws_again(c, item, id, &job, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "plaintextSecret", secret, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}
static int32_t job_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str role = aws_str(item, "Role");
    /* A job names its role by ARN or by name. */
    const cg_str arn = cg_str_starts(role, CG_STR("arn:")) ? role : aws_text(c, item, "arn:{partition}:iam::{account}:role/{Role}");
    int32_t rc = aws_tie(c, item, c->id, "STS_ASSUMEROLE_ALLOW", arn, "AWSRole", err);

    if (rc == CSPM_OK)
        rc = aws_each(c, item, "Connections.Connections[]", job_connection, NULL, err);
    if (rc == CSPM_OK)
        rc = aws_tie(c, item, c->id, "READS_SOURCE_FROM", aws_bucket_of(c, aws_str(item, "Command.ScriptLocation")), "AWSS3Bucket", err);
    return rc == CSPM_OK ? job_arguments(c, item, c->id, err) : rc;
}
static int32_t take_glue(aws_ctx *c, const aws_shape *shape, const char *kind, const cg_tree *item, cspm_error **err)
{
    const cg_str name = aws_str(item, "Name");

    if (!name.length)
        return aws_skip(c, item, "bad-item", err, "skipped: {Name} is missing or no plain text");
    item = aws_with_text(c, item, "@", glue_id(c, item, kind, name));
    return item ? aws_apply(c, shape, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}
static int32_t take_job(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_glue(c, &job, "job", item, err);
}

static const aws_field connection_fields[] = {
    { "id", "Name", AWS_AS_IS },
    { "arn", "Name", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "connection_type", "ConnectionType", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "status_reason", "StatusReason", AWS_AS_IS },
    { "authentication_type", "AuthenticationConfiguration.AuthenticationType", AWS_AS_IS },
    { "secret_arn", "AuthenticationConfiguration.SecretArn", AWS_AS_IS },
    { "username", "ConnectionProperties.USERNAME", AWS_AS_IS },
    { "plaintextSecret", "ConnectionProperties.PASSWORD", AWS_EXISTS },
    { 0 },
};
static const aws_link connection_links[] = {
    { "USES_SECRET", false, "AuthenticationConfiguration.SecretArn", NULL, "AWSSecretsManagerSecret" },
    { "PART_OF_SUBNET", false, "PhysicalConnectionRequirements.SubnetId", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "PhysicalConnectionRequirements.SecurityGroupIdList[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static const aws_shape connection = {
    .labels = { "AWSGlueConnection", "GlueConnection" }, .id = "{@}", .fields = connection_fields, .links = connection_links
};
static int32_t take_connection(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return take_glue(c, &connection, "connection", item, err);
}

/* ---- SageMaker ---- */

#define RUNS_AS(path)                                                                                                                      \
    { "HAS_EXECUTION_ROLE", false, path, NULL, "AWSRole" },                                                                                \
    {                                                                                                                                      \
        "STS_ASSUMEROLE_ALLOW", false, path, NULL, "AWSRole"                                                                               \
    }
#define IN_NETWORK(groups, subnets)                                                                                                        \
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, groups, NULL, "AWSEC2SecurityGroup" },                                                        \
    {                                                                                                                                      \
        "PART_OF_SUBNET", false, subnets, NULL, "AWSEC2Subnet"                                                                             \
    }
#define ARN_OF(member)                                                                                                                     \
    { "id", member, AWS_AS_IS },                                                                                                           \
    {                                                                                                                                      \
        "arn", member, AWS_AS_IS                                                                                                           \
    }
#define TIMES                                                                                                                              \
    { "creation_time", "CreationTime", AWS_TIME },                                                                                         \
    {                                                                                                                                      \
        "last_modified_time", "LastModifiedTime", AWS_TIME                                                                                 \
    }

static int32_t kms_key_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_encrypted_by(c, item, c->id, aws_str(item, "KmsKeyId"), err);
}

static const aws_field notebook_fields[] = { ARN_OF("NotebookInstanceArn"),
                                             { "name", "NotebookInstanceName", AWS_AS_IS },
                                             { "notebook_instance_name", "NotebookInstanceName", AWS_AS_IS },
                                             { "notebook_instance_status", "NotebookInstanceStatus", AWS_AS_IS },
                                             { "instance_type", "InstanceType", AWS_AS_IS },
                                             { "url", "Url", AWS_AS_IS },
                                             TIMES,
                                             { "subnet_id", "SubnetId", AWS_AS_IS },
                                             { "security_groups", "SecurityGroups", AWS_AS_IS },
                                             { "role_arn", "RoleArn", AWS_AS_IS },
                                             { "kms_key_id", "KmsKeyId", AWS_AS_IS },
                                             { "network_interface_id", "NetworkInterfaceId", AWS_AS_IS },
                                             { "direct_internet_access", "DirectInternetAccess", AWS_AS_IS },
                                             { "volume_size_in_gb", "VolumeSizeInGB", AWS_AS_IS },
                                             { "root_access", "RootAccess", AWS_AS_IS },
                                             { "platform_identifier", "PlatformIdentifier", AWS_AS_IS },
                                             { 0 } };
static const aws_link notebook_links[] = { RUNS_AS("RoleArn"), IN_NETWORK("SecurityGroups[]", "SubnetId"), { 0 } };
static const aws_shape notebook = { .labels = { "AWSSageMakerNotebookInstance" },
                                    .id = "{NotebookInstanceArn}",
                                    .fields = notebook_fields,
                                    .links = notebook_links,
                                    .more = kms_key_more };

static const aws_field model_fields[] = { ARN_OF("ModelArn"),
                                          { "name", "ModelName", AWS_AS_IS },
                                          { "model_name", "ModelName", AWS_AS_IS },
                                          TIMES,
                                          { "execution_role_arn", "ExecutionRoleArn", AWS_AS_IS },
                                          { "primary_container_image", "PrimaryContainer.Image", AWS_AS_IS },
                                          { "model_package_name", "PrimaryContainer.ModelPackageName", AWS_AS_IS },
                                          { "enable_network_isolation", "EnableNetworkIsolation", AWS_AS_IS },
                                          { "vpc_config_security_group_ids", "VpcConfig.SecurityGroupIds", AWS_AS_IS },
                                          { "vpc_config_subnets", "VpcConfig.Subnets", AWS_AS_IS },
                                          { 0 } };
static const aws_link model_links[] = { RUNS_AS("ExecutionRoleArn"), IN_NETWORK("VpcConfig.SecurityGroupIds[]", "VpcConfig.Subnets[]"),
                                        { 0 } };
static int32_t model_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_tie(c, item, c->id, "REFERENCES_ARTIFACTS_IN", aws_bucket_of(c, aws_str(item, "PrimaryContainer.ModelDataUrl")),
                   "AWSS3Bucket", err);
}
static const aws_shape model = { .labels = { "AWSSageMakerModel", "AIModel" },
                                 .id = "{ModelArn}",
                                 .aliases = { "arn:{partition}:sagemaker:{region}:{account}:model/{ModelName}" },
                                 .fields = model_fields,
                                 .links = model_links,
                                 .more = model_more };

static const aws_field endpoint_fields[] = { ARN_OF("EndpointArn"),
                                             { "name", "EndpointName", AWS_AS_IS },
                                             { "endpoint_name", "EndpointName", AWS_AS_IS },
                                             { "endpoint_config_name", "EndpointConfigName", AWS_AS_IS },
                                             { "endpoint_status", "EndpointStatus", AWS_AS_IS },
                                             TIMES,
                                             { 0 } };
static const aws_link endpoint_links[] = { { "USES", false, "EndpointConfigName",
                                             "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/{.}",
                                             "AWSSageMakerEndpointConfig" },
                                           { 0 } };
static const aws_shape endpoint = {
    .labels = { "AWSSageMakerEndpoint" }, .id = "{EndpointArn}", .fields = endpoint_fields, .links = endpoint_links
};

static const aws_field endpoint_config_fields[] = { ARN_OF("EndpointConfigArn"),
                                                    { "name", "EndpointConfigName", AWS_AS_IS },
                                                    { "endpoint_config_name", "EndpointConfigName", AWS_AS_IS },
                                                    { "model_name", "ProductionVariants[].ModelName", AWS_AS_IS },
                                                    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
                                                    TIMES,
                                                    { 0 } };
static const aws_link endpoint_config_links[] = { { "USES", false, "ProductionVariants[].ModelName",
                                                    "arn:{partition}:sagemaker:{region}:{account}:model/{.}", "AWSSageMakerModel" },
                                                  { 0 } };
static const aws_shape endpoint_config = {
    .labels = { "AWSSageMakerEndpointConfig" },
    .id = "{EndpointConfigArn}",
    .aliases = { "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/{EndpointConfigName}" },
    .fields = endpoint_config_fields,
    .links = endpoint_config_links,
    .more = kms_key_more
};

static const aws_field domain_fields[] = { ARN_OF("DomainArn"),
                                           { "name", "DomainName", AWS_AS_IS },
                                           { "domain_id", "DomainId", AWS_AS_IS },
                                           { "domain_name", "DomainName", AWS_AS_IS },
                                           { "status", "Status", AWS_AS_IS },
                                           TIMES,
                                           { "url", "Url", AWS_AS_IS },
                                           { "home_efs_file_system_id", "HomeEfsFileSystemId", AWS_AS_IS },
                                           { "auth_mode", "AuthMode", AWS_AS_IS },
                                           { "app_network_access_type", "AppNetworkAccessType", AWS_AS_IS },
                                           { 0 } };
static const aws_link domain_links[] = { RUNS_AS("DefaultUserSettings.ExecutionRole"),
                                         { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
                                         { "PART_OF_SUBNET", false, "SubnetIds[]", NULL, "AWSEC2Subnet" },
                                         { 0 } };
static const aws_shape domain = { .labels = { "AWSSageMakerDomain" },
                                  .id = "{DomainArn}",
                                  .aliases = { "arn:{partition}:sagemaker:{region}:{account}:domain/{DomainId}" },
                                  .fields = domain_fields,
                                  .links = domain_links };

static const aws_field profile_fields[] = { { "id", "@", AWS_AS_IS },
                                            { "arn", "@arn", AWS_AS_IS },
                                            { "name", "UserProfileName", AWS_AS_IS },
                                            { "user_profile_name", "UserProfileName", AWS_AS_IS },
                                            { "domain_id", "DomainId", AWS_AS_IS },
                                            { "status", "Status", AWS_AS_IS },
                                            TIMES,
                                            { "execution_role", "UserSettings.ExecutionRole", AWS_AS_IS },
                                            { 0 } };
static const aws_link profile_links[] = { RUNS_AS("UserSettings.ExecutionRole"),
                                          { "CONTAINS", true, "DomainId", "arn:{partition}:sagemaker:{region}:{account}:domain/{.}",
                                            "AWSSageMakerDomain" },
                                          { 0 } };
static const aws_shape profile = { .labels = { "AWSSageMakerUserProfile" }, .id = "{@}", .fields = profile_fields, .links = profile_links };
static int32_t take_profile(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{UserProfileArn}",
                                       "arn:{partition}:sagemaker:{region}:{account}:user-profile/{DomainId}/{UserProfileName}",
                                       "sagemaker:user-profile/{DomainId}/{UserProfileName}", NULL };

    return aws_apply_as(c, &profile, item, ids, err);
}

/* Jobs are over, most of them, but what one ran with, its author may run with again. */
static const aws_field training_fields[] = {
    ARN_OF("TrainingJobArn"),
    { "name", "TrainingJobName", AWS_AS_IS },
    { "training_job_name", "TrainingJobName", AWS_AS_IS },
    { "training_job_status", "TrainingJobStatus", AWS_AS_IS },
    { "secondary_status", "SecondaryStatus", AWS_AS_IS },
    { "algorithm_specification_training_image", "AlgorithmSpecification.TrainingImage", AWS_AS_IS },
    { "algorithm_specification_training_input_mode", "AlgorithmSpecification.TrainingInputMode", AWS_AS_IS },
    { "role_arn", "RoleArn", AWS_AS_IS },
    TIMES,
    { "training_start_time", "TrainingStartTime", AWS_TIME },
    { "training_end_time", "TrainingEndTime", AWS_TIME },
    { "enable_network_isolation", "EnableNetworkIsolation", AWS_AS_IS },
    { "enable_inter_container_traffic_encryption", "EnableInterContainerTrafficEncryption", AWS_AS_IS },
    { "enable_managed_spot_training", "EnableManagedSpotTraining", AWS_AS_IS },
    { 0 }
};
static const aws_link training_links[] = { RUNS_AS("RoleArn"), IN_NETWORK("VpcConfig.SecurityGroupIds[]", "VpcConfig.Subnets[]"), { 0 } };
static int32_t reads_from(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    (void)user;
    return aws_tie(c, value, c->id, "READS_FROM", aws_bucket_of(c, cg_tree_string(value)), "AWSS3Bucket", err);
}
static int32_t training_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str out = aws_bucket_of(c, aws_str(item, "OutputDataConfig.S3OutputPath"));
    int32_t rc = aws_each(c, item, "InputDataConfig[].DataSource.S3DataSource.S3Uri", reads_from, NULL, err);

    return rc == CSPM_OK ? aws_tie(c, item, c->id, "PRODUCES_MODEL_ARTIFACT", out, "AWSS3Bucket", err) : rc;
}
static const aws_shape training = { .labels = { "AWSSageMakerTrainingJob" },
                                    .id = "{TrainingJobArn}",
                                    .fields = training_fields,
                                    .links = training_links,
                                    .more = training_more };

static const aws_field processing_fields[] = { ARN_OF("ProcessingJobArn"),
                                               { "name", "ProcessingJobName", AWS_AS_IS },
                                               { "processing_job_status", "ProcessingJobStatus", AWS_AS_IS },
                                               { "role_arn", "RoleArn", AWS_AS_IS },
                                               { "image", "AppSpecification.ImageUri", AWS_AS_IS },
                                               TIMES,
                                               { 0 } };
static const aws_link processing_links[] = { RUNS_AS("RoleArn"), { 0 } };
static int32_t processing_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "ProcessingInputs[].S3Input.S3Uri", reads_from, NULL, err);
}
static const aws_shape processing = { .labels = { "AWSSageMakerProcessingJob" },
                                      .id = "{ProcessingJobArn}",
                                      .fields = processing_fields,
                                      .links = processing_links,
                                      .more = processing_more };

static const aws_field transform_fields[] = { ARN_OF("TransformJobArn"),
                                              { "name", "TransformJobName", AWS_AS_IS },
                                              { "transform_job_name", "TransformJobName", AWS_AS_IS },
                                              { "transform_job_status", "TransformJobStatus", AWS_AS_IS },
                                              { "model_name", "ModelName", AWS_AS_IS },
                                              TIMES,
                                              { 0 } };
static const aws_link transform_links[] = {
    { "USES", false, "ModelName", "arn:{partition}:sagemaker:{region}:{account}:model/{.}", "AWSSageMakerModel" }, { 0 }
};
static int32_t transform_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_tie(c, item, c->id, "WRITES_TO", aws_bucket_of(c, aws_str(item, "TransformOutput.S3OutputPath")), "AWSS3Bucket", err);
}
static const aws_shape transform = { .labels = { "AWSSageMakerTransformJob" },
                                     .id = "{TransformJobArn}",
                                     .fields = transform_fields,
                                     .links = transform_links,
                                     .more = transform_more };

/* ---- Bedrock ---- */

#define BEDROCK_TIMES                                                                                                                      \
    { "created_at", "createdAt", AWS_TIME },                                                                                               \
    {                                                                                                                                      \
        "updated_at", "updatedAt", AWS_TIME                                                                                                \
    }
#define HAS_ROLE(path)                                                                                                                     \
    { "HAS_ROLE", false, path, NULL, "AWSRole" },                                                                                          \
    {                                                                                                                                      \
        "STS_ASSUMEROLE_ALLOW", false, path, NULL, "AWSRole"                                                                               \
    }

static const aws_field agent_fields[] = { { "id", "@", AWS_AS_IS },
                                          { "arn", "@arn", AWS_AS_IS },
                                          { "name", "agentName", AWS_AS_IS },
                                          { "agent_id", "agentId", AWS_AS_IS },
                                          { "agent_name", "agentName", AWS_AS_IS },
                                          { "agent_status", "agentStatus", AWS_AS_IS },
                                          { "description", "description", AWS_AS_IS },
                                          { "instruction", "instruction", AWS_AS_IS },
                                          { "foundation_model", "foundationModel", AWS_AS_IS },
                                          { "agent_resource_role_arn", "agentResourceRoleArn", AWS_AS_IS },
                                          { "idle_session_ttl_in_seconds", "idleSessionTTLInSeconds", AWS_AS_IS },
                                          BEDROCK_TIMES,
                                          { "prepared_at", "preparedAt", AWS_TIME },
                                          { 0 } };
static const aws_link agent_links[] = { HAS_ROLE("agentResourceRoleArn"), { 0 } };
static int32_t agent_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str said = aws_str(item, "foundationModel");
    const cg_str arn = cg_str_starts(said, CG_STR("arn:"))
                           ? said
                           : aws_text(c, item, "arn:{partition}:bedrock:{region}::foundation-model/{foundationModel}");
    const cg_str rest = aws_arn_part(arn, 5);
    const char *label = cg_str_starts(rest, CG_STR("custom-model/"))        ? "AWSBedrockCustomModel"
                        : cg_str_starts(rest, CG_STR("provisioned-model/")) ? "AWSBedrockProvisionedModelThroughput"
                                                                            : "AWSBedrockFoundationModel";

    return aws_tie(c, item, c->id, "USES_MODEL", arn, label, err);
}
static const aws_shape agent = {
    .labels = { "AWSBedrockAgent" }, .id = "{@}", .fields = agent_fields, .links = agent_links, .more = agent_more
};
static int32_t take_agent(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{agentArn}", "arn:{partition}:bedrock:{region}:{account}:agent/{agentId}",
                                       "bedrock:agent/{agentId}", NULL };

    return aws_apply_as(c, &agent, item, ids, err);
}

static const aws_field knowledge_fields[] = { { "id", "@", AWS_AS_IS },
                                              { "arn", "@arn", AWS_AS_IS },
                                              { "name", "name", AWS_AS_IS },
                                              { "knowledge_base_id", "knowledgeBaseId", AWS_AS_IS },
                                              { "description", "description", AWS_AS_IS },
                                              { "role_arn", "roleArn", AWS_AS_IS },
                                              { "knowledge_base_configuration_type", "knowledgeBaseConfiguration.type", AWS_AS_IS },
                                              { "storage_configuration_type", "storageConfiguration.type", AWS_AS_IS },
                                              { "status", "status", AWS_AS_IS },
                                              BEDROCK_TIMES,
                                              { 0 } };
static const aws_link knowledge_links[] = { HAS_ROLE("roleArn"),
                                            { "USES_EMBEDDING_MODEL", false,
                                              "knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.embeddingModelArn", NULL,
                                              "AWSBedrockFoundationModel" },
                                            { 0 } };
static const aws_shape knowledge = {
    .labels = { "AWSBedrockKnowledgeBase" }, .id = "{@}", .fields = knowledge_fields, .links = knowledge_links
};
static int32_t take_knowledge(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{knowledgeBaseArn}", "arn:{partition}:bedrock:{region}:{account}:knowledge-base/{knowledgeBaseId}",
                                       "bedrock:knowledge-base/{knowledgeBaseId}", NULL };

    return aws_apply_as(c, &knowledge, item, ids, err);
}

static const aws_field foundation_fields[] = { ARN_OF("modelArn"),
                                               { "name", "modelName", AWS_AS_IS },
                                               { "model_id", "modelId", AWS_AS_IS },
                                               { "model_name", "modelName", AWS_AS_IS },
                                               { "provider_name", "providerName", AWS_AS_IS },
                                               { "input_modalities", "inputModalities", AWS_AS_IS },
                                               { "output_modalities", "outputModalities", AWS_AS_IS },
                                               { "response_streaming_supported", "responseStreamingSupported", AWS_AS_IS },
                                               { "customizations_supported", "customizationsSupported", AWS_AS_IS },
                                               { "inference_types_supported", "inferenceTypesSupported", AWS_AS_IS },
                                               { "model_lifecycle_status", "modelLifecycle.status", AWS_AS_IS },
                                               { 0 } };
static const aws_shape foundation = { .labels = { "AWSBedrockFoundationModel", "AIModel" },
                                      .id = "{modelArn}",
                                      .fields = foundation_fields };

static const aws_field custom_fields[] = { ARN_OF("modelArn"),
                                           { "name", "modelName", AWS_AS_IS },
                                           { "model_name", "modelName", AWS_AS_IS },
                                           { "job_arn", "jobArn", AWS_AS_IS },
                                           { "job_name", "jobName", AWS_AS_IS },
                                           { "base_model_arn", "baseModelArn", AWS_AS_IS },
                                           { "base_model_name", "baseModelName", AWS_AS_IS },
                                           { "customization_type", "customizationType", AWS_AS_IS },
                                           { "status", "modelStatus", AWS_AS_IS },
                                           { "creation_time", "creationTime", AWS_TIME },
                                           { "training_data_s3_uri", "trainingDataConfig.s3Uri", AWS_AS_IS },
                                           { "output_data_s3_uri", "outputDataConfig.s3Uri", AWS_AS_IS },
                                           { 0 } };
static const aws_link custom_links[] = { { "BASED_ON", false, "baseModelArn", NULL, "AWSBedrockFoundationModel" }, { 0 } };
static int32_t custom_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_tie(c, item, c->id, "TRAINED_FROM", aws_bucket_of(c, aws_str(item, "trainingDataConfig.s3Uri")), "AWSS3Bucket", err);
}
static const aws_shape custom = { .labels = { "AWSBedrockCustomModel", "AIModel" },
                                  .id = "{modelArn}",
                                  .fields = custom_fields,
                                  .links = custom_links,
                                  .more = custom_more };

static const aws_field guardrail_fields[] = { { "id", "{guardrailArn|arn}", AWS_AS_IS },
                                              { "arn", "{guardrailArn|arn}", AWS_AS_IS },
                                              { "guardrail_id", "{guardrailId|id}", AWS_AS_IS },
                                              { "name", "name", AWS_AS_IS },
                                              { "description", "description", AWS_AS_IS },
                                              { "version", "version", AWS_AS_IS },
                                              { "status", "status", AWS_AS_IS },
                                              BEDROCK_TIMES,
                                              { 0 } };
static const aws_shape guardrail = { .labels = { "AWSBedrockGuardrail" }, .id = "{guardrailArn|arn}", .fields = guardrail_fields };

/* What runs code for an agent runs it with a role. */
static const aws_field interpreter_fields[] = { ARN_OF("codeInterpreterArn"),
                                                { "name", "{name|codeInterpreterId}", AWS_AS_IS },
                                                { "code_interpreter_id", "codeInterpreterId", AWS_AS_IS },
                                                { "status", "status", AWS_AS_IS },
                                                { "execution_role_arn", "executionRoleArn", AWS_AS_IS },
                                                { "network_mode", "networkConfiguration.networkMode", AWS_AS_IS },
                                                BEDROCK_TIMES,
                                                { 0 } };
static const aws_link interpreter_links[] = { RUNS_AS("executionRoleArn"), { 0 } };
static const aws_shape interpreter = {
    .labels = { "AWSBedrockCodeInterpreter" }, .id = "{codeInterpreterArn}", .fields = interpreter_fields, .links = interpreter_links
};
static const aws_field runtime_fields[] = { ARN_OF("agentRuntimeArn"),
                                            { "name", "agentRuntimeName", AWS_AS_IS },
                                            { "agent_runtime_id", "agentRuntimeId", AWS_AS_IS },
                                            { "status", "status", AWS_AS_IS },
                                            { "role_arn", "roleArn", AWS_AS_IS },
                                            { "network_mode", "networkConfiguration.networkMode", AWS_AS_IS },
                                            BEDROCK_TIMES,
                                            { 0 } };
static const aws_link runtime_links[] = { RUNS_AS("roleArn"), { 0 } };
static const aws_shape runtime = {
    .labels = { "AWSBedrockAgentRuntime" }, .id = "{agentRuntimeArn}", .fields = runtime_fields, .links = runtime_links
};

const aws_answer aws_answers_ml[] = {
    { .operation = "glue.get-dev-endpoints", .items = "DevEndpoints[]", .sign = "EndpointName", .take = take_dev_endpoint },
    { .operation = "glue.get-dev-endpoint", .items = "DevEndpoint", .sign = "EndpointName", .take = take_dev_endpoint },
    { .operation = "glue.get-jobs", .items = "Jobs[]", .sign = "Command", .take = take_job },
    { .operation = "glue.get-job", .items = "Job", .sign = "Command", .take = take_job },
    { .operation = "glue.get-connections", .items = "ConnectionList[]", .sign = "ConnectionType", .take = take_connection },
    { .operation = "sagemaker.list-notebook-instances", .items = "NotebookInstances[]", .sign = "NotebookInstanceArn", .shape = &notebook },
    { .operation = "sagemaker.describe-notebook-instance", .items = "", .sign = "NotebookInstanceArn", .shape = &notebook },
    { .operation = "sagemaker.list-models", .items = "Models[]", .sign = "ModelArn", .shape = &model },
    { .operation = "sagemaker.describe-model", .items = "", .sign = "ModelArn", .shape = &model },
    { .operation = "sagemaker.list-endpoints", .items = "Endpoints[]", .sign = "EndpointArn", .shape = &endpoint },
    { .operation = "sagemaker.describe-endpoint", .items = "", .sign = "EndpointArn", .shape = &endpoint },
    { .operation = "sagemaker.list-endpoint-configs",
      .items = "EndpointConfigs[]",
      .sign = "EndpointConfigArn",
      .shape = &endpoint_config },
    { .operation = "sagemaker.describe-endpoint-config", .items = "", .sign = "EndpointConfigArn", .shape = &endpoint_config },
    { .operation = "sagemaker.list-domains", .items = "Domains[]", .sign = "DomainArn", .shape = &domain },
    { .operation = "sagemaker.describe-domain", .items = "", .sign = "DomainArn", .shape = &domain },
    { .operation = "sagemaker.list-user-profiles", .items = "UserProfiles[]", .sign = "UserProfileName", .take = take_profile },
    { .operation = "sagemaker.describe-user-profile", .items = "", .sign = "UserProfileArn", .take = take_profile },
    { .operation = "sagemaker.list-training-jobs", .items = "TrainingJobSummaries[]", .sign = "TrainingJobArn", .shape = &training },
    { .operation = "sagemaker.describe-training-job", .items = "", .sign = "TrainingJobArn", .shape = &training },
    { .operation = "sagemaker.list-processing-jobs",
      .items = "ProcessingJobSummaries[]",
      .sign = "ProcessingJobArn",
      .shape = &processing },
    { .operation = "sagemaker.describe-processing-job", .items = "", .sign = "ProcessingJobArn", .shape = &processing },
    { .operation = "sagemaker.list-transform-jobs", .items = "TransformJobSummaries[]", .sign = "TransformJobArn", .shape = &transform },
    { .operation = "sagemaker.describe-transform-job", .items = "", .sign = "TransformJobArn", .shape = &transform },
    { .operation = "bedrock-agent.list-agents", .items = "agentSummaries[]", .sign = "agentId", .take = take_agent },
    { .operation = "bedrock-agent.get-agent", .items = "agent", .sign = "agentArn", .take = take_agent },
    { .operation = "bedrock-agent.list-knowledge-bases",
      .items = "knowledgeBaseSummaries[]",
      .sign = "knowledgeBaseId",
      .take = take_knowledge },
    { .operation = "bedrock-agent.get-knowledge-base", .items = "knowledgeBase", .sign = "knowledgeBaseArn", .take = take_knowledge },
    { .operation = "bedrock.list-foundation-models", .items = "modelSummaries[]", .sign = "providerName", .shape = &foundation },
    { .operation = "bedrock.list-custom-models", .items = "modelSummaries[]", .sign = "baseModelArn", .shape = &custom },
    { .operation = "bedrock.get-custom-model", .items = "", .sign = "baseModelArn", .shape = &custom },
    { .operation = "bedrock.list-guardrails", .items = "guardrails[]", .sign = "arn", .shape = &guardrail },
    { .operation = "bedrock.get-guardrail", .items = "", .sign = "guardrailArn", .shape = &guardrail },
    { .operation = "bedrock-agentcore-control.get-code-interpreter", .items = "", .sign = "codeInterpreterArn", .shape = &interpreter },
    { .operation = "bedrock-agentcore-control.list-code-interpreters",
      .items = "codeInterpreterSummaries[]",
      .sign = "codeInterpreterArn",
      .shape = &interpreter },
    { .operation = "bedrock-agentcore-control.get-agent-runtime", .items = "", .sign = "agentRuntimeArn", .shape = &runtime },
    { .operation = "bedrock-agentcore-control.list-agent-runtimes",
      .items = "agentRuntimes[]",
      .sign = "agentRuntimeArn",
      .shape = &runtime },
    { .operation = NULL },
};
