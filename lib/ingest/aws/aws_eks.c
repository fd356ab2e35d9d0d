/* Kubernetes clusters of Amazon, registries of images, and services that run an image or an application for you. */
#include "ingest/aws/aws_part.h"

#define CLUSTER "arn:{partition}:eks:{region}:{account}:cluster/{clusterName}"

/* ---- EKS ---- */

static const aws_field cluster_fields[] = {
    { "id", "arn", AWS_AS_IS },
    { "arn", "arn", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { "endpoint", "endpoint", AWS_AS_IS },
    { "endpoint_public_access", "resourcesVpcConfig.endpointPublicAccess", AWS_AS_IS },
    { "endpoint_private_access", "resourcesVpcConfig.endpointPrivateAccess", AWS_AS_IS },
    { "public_access_cidrs", "resourcesVpcConfig.publicAccessCidrs", AWS_AS_IS },
    { "vpc_id", "resourcesVpcConfig.vpcId", AWS_AS_IS },
    { "rolearn", "roleArn", AWS_AS_IS },
    { "version", "version", AWS_AS_IS },
    { "platform_version", "platformVersion", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "authentication_mode", "accessConfig.authenticationMode", AWS_AS_IS },
    { "oidc_issuer", "identity.oidc.issuer", AWS_AS_IS },
    { "encryption_key_arns", "encryptionConfig[].provider.keyArn", AWS_AS_IS },
    { "secrets_encrypted", "encryptionConfig[].provider.keyArn", AWS_EXISTS },
    { "certificate_authority_data_present", "certificateAuthority.data", AWS_EXISTS },
    { 0 },
};
static const aws_link cluster_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "roleArn", NULL, "AWSRole" },
    { "MEMBER_OF_AWS_VPC", false, "resourcesVpcConfig.vpcId", NULL, "AWSVpc" },
    { "PART_OF_SUBNET", false, "resourcesVpcConfig.subnetIds[]", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "resourcesVpcConfig.securityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "resourcesVpcConfig.clusterSecurityGroupId", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};

/* Whether the log of the API server's decisions is on. */
static int32_t cluster_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSEKSCluster", "EKSCluster", NULL };
    const cg_tree *settings = aws_list(item, "logging.clusterLogging");
    const cg_str id = c->id;
    bool audit = false;

    if (!settings)
        return CSPM_OK;
    for (uint32_t i = 0; i < settings->list.count; i++) {
        const cg_tree *types = aws_list(settings->list.items[i], "types"), *enabled = aws_get(settings->list.items[i], "enabled");
        for (uint32_t k = 0; types && k < types->list.count; k++)
            audit = audit || (cg_str_eq(cg_tree_string(types->list.items[k]), CG_STR("audit")) && enabled &&
                              enabled->type == CG_TREE_BOOL && enabled->boolean);
    }
    int32_t rc = aws_node(c, item, id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "audit_logging", cg_v_bool(audit), err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static const aws_shape cluster_shape = {
    .labels = { "AWSEKSCluster", "EKSCluster" },
    .id = "{arn}",
    .fields = cluster_fields,
    .links = cluster_links,
    .tags = "tags",
    .more = cluster_more,
};

static const aws_field nodegroup_fields[] = {
    { "id", "nodegroupArn", AWS_AS_IS },
    { "arn", "nodegroupArn", AWS_AS_IS },
    { "name", "nodegroupName", AWS_AS_IS },
    { "cluster_name", "clusterName", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "version", "version", AWS_AS_IS },
    { "ami_type", "amiType", AWS_AS_IS },
    { "capacity_type", "capacityType", AWS_AS_IS },
    { "node_role_arn", "nodeRole", AWS_AS_IS },
    { "ssh_key_name", "remoteAccess.ec2SshKey", AWS_AS_IS },
    { "auto_scaling_group_names", "resources.autoScalingGroups[].name", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { 0 },
};
static const aws_link nodegroup_links[] = {
    { "HAS_NODEGROUP", true, "clusterName", CLUSTER, "AWSEKSCluster" },
    { "STS_ASSUMEROLE_ALLOW", false, "nodeRole", NULL, "AWSRole" },
    { "PART_OF_SUBNET", false, "subnets[]", NULL, "AWSEC2Subnet" },
    { "HAS_LAUNCH_TEMPLATE", false, "launchTemplate.id", NULL, "AWSLaunchTemplate" },
    { 0 },
};
static const aws_shape nodegroup_shape = {
    .labels = { "AWSEKSNodegroup" }, .id = "{nodegroupArn}", .fields = nodegroup_fields, .links = nodegroup_links, .tags = "tags"
};

static const aws_field fargate_fields[] = {
    { "id", "fargateProfileArn", AWS_AS_IS },
    { "arn", "fargateProfileArn", AWS_AS_IS },
    { "name", "fargateProfileName", AWS_AS_IS },
    { "cluster_name", "clusterName", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "pod_execution_role_arn", "podExecutionRoleArn", AWS_AS_IS },
    { "selector_namespaces", "selectors[].namespace", AWS_AS_IS },
    { 0 },
};
static const aws_link fargate_links[] = {
    { "HAS_FARGATE_PROFILE", true, "clusterName", CLUSTER, "AWSEKSCluster" },
    { "STS_ASSUMEROLE_ALLOW", false, "podExecutionRoleArn", NULL, "AWSRole" },
    { "PART_OF_SUBNET", false, "subnets[]", NULL, "AWSEC2Subnet" },
    { 0 },
};
static const aws_shape fargate_shape = {
    .labels = { "AWSEKSFargateProfile" }, .id = "{fargateProfileArn}", .fields = fargate_fields, .links = fargate_links, .tags = "tags"
};

/* Who may speak to the cluster's API server, and as whom. */
static const aws_field entry_fields[] = {
    { "id", CLUSTER "/access-entry/{principalArn}", AWS_AS_IS },
    { "arn", "accessEntryArn", AWS_AS_IS },
    { "cluster_name", "clusterName", AWS_AS_IS },
    { "principal_arn", "principalArn", AWS_AS_IS },
    { "username", "username", AWS_AS_IS },
    { "type", "type", AWS_AS_IS },
    { "kubernetes_groups", "kubernetesGroups", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { "modified_at", "modifiedAt", AWS_TIME },
    { 0 },
};
static const aws_link entry_links[] = {
    { "HAS_ACCESS_ENTRY", true, "clusterName", CLUSTER, "AWSEKSCluster" },
    { "GRANTED_ACCESS_TO", true, "principalArn", NULL, "AWSPrincipal" },
    { 0 },
};
static const aws_shape entry_shape = {
    .labels = { "AWSEKSAccessEntry", "EKSAccessEntry" },
    .id = "{accessEntryArn}",
    .aliases = { CLUSTER "/access-entry/{principalArn}" },
    .fields = entry_fields,
    .links = entry_links,
    .tags = "tags",
};
static const aws_field entry_policy_fields[] = {
    { "access_policy_arns", "associatedAccessPolicies[].policyArn", AWS_AS_IS },
    { "access_scope_types", "associatedAccessPolicies[].accessScope.type", AWS_AS_IS },
    { "access_scope_namespaces", "associatedAccessPolicies[].accessScope.namespaces[]", AWS_AS_IS },
    { 0 },
};
static const aws_shape entry_policy_shape = {
    .labels = { "AWSEKSAccessEntry", "EKSAccessEntry" },
    .id = CLUSTER "/access-entry/{principalArn}",
    .fields = entry_policy_fields,
    .no_account = true,
};

/* A Kubernetes service account that acts as a role. */
static const aws_field pod_identity_fields[] = {
    { "id", "associationArn", AWS_AS_IS },
    { "arn", "associationArn", AWS_AS_IS },
    { "association_id", "associationId", AWS_AS_IS },
    { "cluster_name", "clusterName", AWS_AS_IS },
    { "namespace", "namespace", AWS_AS_IS },
    { "service_account", "serviceAccount", AWS_AS_IS },
    { "role_arn", "roleArn", AWS_AS_IS },
    { 0 },
};
static const aws_link pod_identity_links[] = {
    { "HAS_POD_IDENTITY_ASSOCIATION", true, "clusterName", CLUSTER, "AWSEKSCluster" },
    { "STS_ASSUMEROLE_ALLOW", false, "roleArn", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape pod_identity_shape = {
    .labels = { "AWSEKSPodIdentityAssociation" },
    .id = "{associationArn}",
    .fields = pod_identity_fields,
    .links = pod_identity_links,
    .tags = "tags",
};

static const aws_field provider_fields[] = {
    { "id", "identityProviderConfigArn", AWS_AS_IS },
    { "arn", "identityProviderConfigArn", AWS_AS_IS },
    { "name", "identityProviderConfigName", AWS_AS_IS },
    { "cluster_name", "clusterName", AWS_AS_IS },
    { "issuer_url", "issuerUrl", AWS_AS_IS },
    { "client_id", "clientId", AWS_AS_IS },
    { "groups_claim", "groupsClaim", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { 0 },
};
static const aws_link provider_links[] = {
    { "HAS_IDENTITY_PROVIDER", true, "clusterName", CLUSTER, "AWSEKSCluster" },
    { 0 },
};
static const aws_shape provider_shape = {
    .labels = { "AWSEKSIdentityProviderConfig" },
    .id = "{identityProviderConfigArn}",
    .fields = provider_fields,
    .links = provider_links,
    .tags = "tags",
};

/* ---- ECR ---- */

static const aws_field repository_fields[] = {
    { "id", "repositoryArn", AWS_AS_IS },
    { "arn", "repositoryArn", AWS_AS_IS },
    { "name", "repositoryName", AWS_AS_IS },
    { "uri", "repositoryUri", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { "image_tag_mutability", "imageTagMutability", AWS_AS_IS },
    { "scan_on_push", "imageScanningConfiguration.scanOnPush", AWS_AS_IS },
    { "encryption_type", "encryptionConfiguration.encryptionType", AWS_AS_IS },
    { "kms_key", "encryptionConfiguration.kmsKey", AWS_AS_IS },
    { 0 },
};
static const aws_shape repository_shape = {
    .labels = { "AWSECRRepository", "ECRRepository" },
    .id = "{repositoryArn}",
    .aliases = { "{repositoryUri}" },
    .fields = repository_fields,
    .tags = "tags",
};

#define REPOSITORY "arn:{partition}:ecr:{region}:{registryId}:repository/{repositoryName}"

static const aws_field repository_policy_fields[] = {
    { "policy", "policyText", AWS_JSON },
    { 0 },
};
static const aws_shape repository_policy_shape = {
    .labels = { "AWSECRRepository", "ECRRepository" }, .id = REPOSITORY, .fields = repository_policy_fields, .no_account = true
};

static const aws_field image_fields[] = {
    { "id", "imageDigest", AWS_AS_IS },
    { "digest", "imageDigest", AWS_AS_IS },
    { "media_type", "imageManifestMediaType", AWS_AS_IS },
    { "artifact_media_type", "artifactMediaType", AWS_AS_IS },
    { 0 },
};
/* The same image may lie in many repositories. */
static const aws_shape image_shape = {
    .labels = { "AWSECRImage", "ECRImage" }, .id = "{imageDigest}", .fields = image_fields, .global = true
};

static const char *const tagged_labels[] = { "AWSECRRepositoryImage", "ECRRepositoryImage", NULL };
static const aws_field tagged_fields[] = {
    { "image_size_bytes", "imageSizeInBytes", AWS_AS_IS },
    { "image_pushed_at", "imagePushedAt", AWS_TIME },
    { "image_manifest_media_type", "imageManifestMediaType", AWS_AS_IS },
    { "artifact_media_type", "artifactMediaType", AWS_AS_IS },
    { "last_recorded_pull_time", "lastRecordedPullTime", AWS_TIME },
    { 0 },
};

/* "REGISTRY/REPOSITORY:TAG", without a tag "REGISTRY/REPOSITORY". */
static int32_t tagged(aws_ctx *c, const cg_tree *item, cg_str repository, cg_str tag, cspm_error **err)
{
    const cg_str uri = tag.length ? aws_format(c, "%.*s:%.*s", CG_FMT(repository), CG_FMT(tag))
                                  : aws_format(c, "%.*s@%.*s", CG_FMT(repository), CG_FMT(aws_str(item, "imageDigest")));
    const cg_str arn = aws_text(c, item, REPOSITORY);
    int32_t rc;

    if (!uri.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    if ((rc = aws_node(c, item, uri, tagged_labels, err)) == CSPM_OK && (rc = aws_prop_text(c, "id", uri, err)) == CSPM_OK &&
        (rc = aws_prop_text(c, "uri", uri, err)) == CSPM_OK && (rc = aws_prop_text(c, "repo_uri", repository, err)) == CSPM_OK &&
        (rc = aws_prop_text(c, "tag", tag, err)) == CSPM_OK && (rc = aws_prop_text(c, "region", c->item_region, err)) == CSPM_OK &&
        (rc = aws_props(c, tagged_fields, item, err)) == CSPM_OK)
        rc = aws_node_end(c, true, err);
    if (rc == CSPM_OK)
        rc = aws_tie(c, item, uri, "IMAGE", aws_str(item, "imageDigest"), NULL, err);
    return rc == CSPM_OK && arn.length ? aws_edge_from(c, item, arn, "AWSECRRepository", "REPO_IMAGE", uri, err) : rc;
}

/* describe-images has a list of tags, list-images one tag an item. */
static int32_t image(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *tags = aws_list(item, "imageTags");
    const cg_str account = aws_str(item, "registryId"), name = aws_str(item, "repositoryName");
    int32_t rc;

    if (account.length == 12)
        c->item_account = account;
    if ((rc = aws_apply(c, &image_shape, item, err)) != CSPM_OK || !aws_str(item, "imageDigest").length || !name.length)
        return rc;
    const bool china = cg_str_starts(c->item_region, CG_STR("cn-"));
    const cg_str place = aws_text(c, item, "{account}.dkr.ecr.{region}.amazonaws.com");
    if (!place.length)
        return CSPM_OK;
    const cg_str repository = aws_format(c, "%.*s%s/%.*s", CG_FMT(place), china ? ".cn" : "", CG_FMT(name));
    if (!repository.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    if (!tags || tags->list.count == 0)
        return tagged(c, item, repository, aws_str(item, "imageTag"), err);
    for (uint32_t i = 0; i < tags->list.count && rc == CSPM_OK; i++)
        rc = tagged(c, item, repository, cg_tree_string(tags->list.items[i]), err);
    return rc;
}

static const aws_field cache_rule_fields[] = {
    { "id", "{registryId}:{region}:{ecrRepositoryPrefix}", AWS_AS_IS },
    { "registry_id", "registryId", AWS_AS_IS },
    { "ecr_repository_prefix", "ecrRepositoryPrefix", AWS_AS_IS },
    { "upstream_registry_url", "upstreamRegistryUrl", AWS_AS_IS },
    { "upstream_registry", "upstreamRegistry", AWS_AS_IS },
    { "upstream_repository_prefix", "upstreamRepositoryPrefix", AWS_AS_IS },
    { "credential_arn", "credentialArn", AWS_AS_IS },
    { "custom_role_arn", "customRoleArn", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { "updated_at", "updatedAt", AWS_TIME },
    { 0 },
};
static const aws_link cache_rule_links[] = {
    { "USES_SECRET", false, "credentialArn", NULL, "AWSSecretsManagerSecret" },
    { "ASSOCIATED_WITH", false, "customRoleArn", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape cache_rule_shape = {
    .labels = { "AWSECRPullThroughCacheRule", "ECRPullThroughCacheRule" },
    .id = "{registryId}:{region}:{ecrRepositoryPrefix}",
    .fields = cache_rule_fields,
    .links = cache_rule_links,
};

/* ---- App Runner ---- */

static const aws_field apprunner_fields[] = {
    { "id", "ServiceArn", AWS_AS_IS },
    { "arn", "ServiceArn", AWS_AS_IS },
    { "name", "ServiceName", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "service_url", "ServiceUrl", AWS_AS_IS },
    { "instance_role_arn", "InstanceConfiguration.InstanceRoleArn", AWS_AS_IS },
    { "access_role_arn", "SourceConfiguration.AuthenticationConfiguration.AccessRoleArn", AWS_AS_IS },
    { "image", "SourceConfiguration.ImageRepository.ImageIdentifier", AWS_AS_IS },
    { "repository_url", "SourceConfiguration.CodeRepository.RepositoryUrl", AWS_AS_IS },
    { "is_publicly_accessible", "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible", AWS_AS_IS },
    { "egress_type", "NetworkConfiguration.EgressConfiguration.EgressType", AWS_AS_IS },
    { 0 },
};
static const aws_link apprunner_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "InstanceConfiguration.InstanceRoleArn", NULL, "AWSRole" },
    { "HAS_ACCESS_ROLE", false, "SourceConfiguration.AuthenticationConfiguration.AccessRoleArn", NULL, "AWSRole" },
    { 0 },
};

static int32_t apprunner_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSAppRunnerService", NULL };
    const cg_tree *image = aws_get(item, "SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentVariables");
    const cg_str id = c->id;
    int32_t rc = aws_node(c, item, id, labels, err);

    if (!image)
        image = aws_get(item, "SourceConfiguration.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentVariables");
    if (rc == CSPM_OK)
        rc = aws_environment(c, image, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static const aws_shape apprunner_shape = {
    .labels = { "AWSAppRunnerService" },
    .id = "{ServiceArn}",
    .fields = apprunner_fields,
    .links = apprunner_links,
    .tags = "Tags",
    .more = apprunner_more,
};

/* ---- Elastic Beanstalk, Batch ---- */

static const aws_field beanstalk_fields[] = {
    { "id", "EnvironmentArn", AWS_AS_IS },
    { "arn", "EnvironmentArn", AWS_AS_IS },
    { "name", "EnvironmentName", AWS_AS_IS },
    { "environment_id", "EnvironmentId", AWS_AS_IS },
    { "application_name", "ApplicationName", AWS_AS_IS },
    { "solution_stack_name", "SolutionStackName", AWS_AS_IS },
    { "endpoint_url", "EndpointURL", AWS_AS_IS },
    { "cname", "CNAME", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "health", "Health", AWS_AS_IS },
    { "operations_role", "OperationsRole", AWS_AS_IS },
    { 0 },
};
static const aws_link beanstalk_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "OperationsRole", NULL, "AWSRole" },
    { 0 },
};
static const aws_shape beanstalk_shape = {
    .labels = { "AWSElasticBeanstalkEnvironment" },
    .id = "{EnvironmentArn}",
    .aliases = { "{EnvironmentId}" },
    .fields = beanstalk_fields,
    .links = beanstalk_links,
};
static const aws_field beanstalk_application_fields[] = {
    { "id", "ApplicationArn", AWS_AS_IS },
    { "arn", "ApplicationArn", AWS_AS_IS },
    { "name", "ApplicationName", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { 0 },
};
static const aws_shape beanstalk_application_shape = { .labels = { "AWSElasticBeanstalkApplication" },
                                                       .id = "{ApplicationArn}",
                                                       .fields = beanstalk_application_fields };

static const aws_field job_fields[] = {
    { "id", "jobDefinitionArn", AWS_AS_IS },
    { "arn", "jobDefinitionArn", AWS_AS_IS },
    { "name", "jobDefinitionName", AWS_AS_IS },
    { "revision", "revision", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "type", "type", AWS_AS_IS },
    { "image", "containerProperties.image", AWS_AS_IS },
    { "privileged", "containerProperties.privileged", AWS_AS_IS },
    { "job_role_arn", "containerProperties.jobRoleArn", AWS_AS_IS },
    { "execution_role_arn", "containerProperties.executionRoleArn", AWS_AS_IS },
    { 0 },
};
static const aws_link job_links[] = {
    { "STS_ASSUMEROLE_ALLOW", false, "containerProperties.jobRoleArn", NULL, "AWSRole" },
    { "HAS_EXECUTION_ROLE", false, "containerProperties.executionRoleArn", NULL, "AWSRole" },
    { 0 },
};

static int32_t job_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSBatchJobDefinition", NULL };
    const cg_str id = c->id;
    int32_t rc = aws_node(c, item, id, labels, err);

    if (rc == CSPM_OK)
        rc = aws_environment(c, aws_get(item, "containerProperties.environment"), err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static const aws_shape job_shape = { .labels = { "AWSBatchJobDefinition" },
                                     .id = "{jobDefinitionArn}",
                                     .fields = job_fields,
                                     .links = job_links,
                                     .tags = "tags",
                                     .more = job_more };

const aws_answer aws_answers_eks[] = {
    { .operation = "eks.describe-cluster", .items = "cluster", .sign = "arn", .shape = &cluster_shape },
    { .operation = "eks.list-clusters", .items = "clusters", .take = aws_unused },
    { .operation = "eks.list-nodegroups", .items = "nodegroups", .take = aws_unused },
    { .operation = "eks.list-access-entries", .items = "accessEntries", .take = aws_unused },
    { .operation = "eks.list-fargate-profiles", .items = "fargateProfileNames", .take = aws_unused },
    { .operation = "eks.describe-nodegroup", .items = "nodegroup", .sign = "nodegroupArn", .shape = &nodegroup_shape },
    { .operation = "eks.describe-fargate-profile", .items = "fargateProfile", .sign = "fargateProfileArn", .shape = &fargate_shape },
    { .operation = "eks.describe-access-entry", .items = "accessEntry", .sign = "accessEntryArn", .shape = &entry_shape },
    { .operation = "eks.list-associated-access-policies",
      .items = "",
      .sign = "associatedAccessPolicies principalArn",
      .shape = &entry_policy_shape },
    { .operation = "eks.describe-pod-identity-association",
      .items = "association",
      .sign = "associationArn serviceAccount",
      .shape = &pod_identity_shape },
    { .operation = "eks.list-pod-identity-associations",
      .items = "associations[]",
      .sign = "associationArn serviceAccount",
      .shape = &pod_identity_shape },
    { .operation = "eks.describe-identity-provider-config",
      .items = "identityProviderConfig.oidc",
      .sign = "identityProviderConfigArn",
      .shape = &provider_shape },
    { .operation = "ecr.describe-repositories", .items = "repositories[]", .sign = "repositoryArn", .shape = &repository_shape },
    { .operation = "ecr.get-repository-policy", .items = "", .sign = "policyText repositoryName", .shape = &repository_policy_shape },
    { .operation = "ecr.get-lifecycle-policy", .items = "", .sign = "lifecyclePolicyText", .take = aws_unused },
    { .operation = "ecr.describe-images", .items = "imageDetails[]", .sign = "imageDigest", .take = image },
    { .operation = "ecr.list-images", .items = "imageIds[]", .take = image, .inherit = { "registryId", "repositoryName" } },
    { .operation = "ecr.describe-pull-through-cache-rules", .items = "pullThroughCacheRules[]", .shape = &cache_rule_shape },
    { .operation = "apprunner.describe-service", .items = "Service", .sign = "ServiceArn", .shape = &apprunner_shape },
    { .operation = "elasticbeanstalk.describe-environments",
      .items = "Environments[]",
      .sign = "EnvironmentArn",
      .shape = &beanstalk_shape },
    { .operation = "elasticbeanstalk.describe-applications",
      .items = "Applications[]",
      .sign = "ApplicationArn",
      .shape = &beanstalk_application_shape },
    { .operation = "elasticbeanstalk.describe-environment-resources", .items = "EnvironmentResources", .take = aws_unused },
    { .operation = "elasticbeanstalk.list-tags-for-resource", .items = "", .sign = "ResourceArn ResourceTags", .take = aws_unused },
    { .operation = "batch.describe-job-definitions", .items = "jobDefinitions[]", .shape = &job_shape },
    { .operation = NULL },
};
