/* Terraform's functions, containers, builds and learning services in the words of their APIs. */
#include "ingest/terraform/terraform.h"

/* ---- functions ---- */

static const tf_field network[] = { { "SubnetIds", "subnet_ids", TF_VALUE, NULL },
                                    { "SecurityGroupIds", "security_group_ids", TF_VALUE, NULL },
                                    { "VpcId", "vpc_id", TF_VALUE, NULL },
                                    { 0 } };
static const tf_field environment[] = { { "Variables", "variables", TF_VALUE, NULL }, { 0 } };
static const tf_field function[] = { { "FunctionName", "function_name", TF_VALUE, NULL },
                                     { "FunctionArn", "arn", TF_VALUE, NULL },
                                     { "Runtime", "runtime", TF_VALUE, NULL },
                                     { "Role", "role", TF_REF, NULL },
                                     { "Handler", "handler", TF_VALUE, NULL },
                                     { "Timeout", "timeout", TF_VALUE, NULL },
                                     { "MemorySize", "memory_size", TF_VALUE, NULL },
                                     { "PackageType", "package_type", TF_VALUE, NULL },
                                     { "Version", "version", TF_VALUE, NULL },
                                     { "VpcConfig", "vpc_config", TF_BLOCK, network },
                                     { "Environment", "environment", TF_BLOCK, environment },
                                     { "KMSKeyArn", "kms_key_arn", TF_REF, NULL },
                                     { "Layers.Arn", "layers", TF_WRAP, NULL },
                                     { 0 } };
static const tf_field function_url[] = { { "FunctionArn", "function_arn", TF_REF, NULL },
                                         { "FunctionUrl", "function_url", TF_VALUE, NULL },
                                         { "AuthType", "authorization_type", TF_VALUE, NULL },
                                         { 0 } };

/* ---- containers ---- */

static void containers(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_tree *given = tf_value(d, r, "container_definitions"), *list;

    /* JSON in a string. */
    if (aws_document(&d->aws, given, &list, NULL, NULL) < 0)
        d->refused = true;
    else if (list && list->type == CG_TREE_LIST)
        tf_put(d, item, "containerDefinitions", list);
}
static const tf_field cluster[] = {
    { "clusterName", "name", TF_VALUE, NULL }, { "clusterArn", "arn", TF_VALUE, NULL }, { "tags", "tags", TF_TAGS, NULL }, { 0 }
};
static const tf_field task[] = { { "taskDefinitionArn", "arn", TF_VALUE, NULL },
                                 { "family", "family", TF_VALUE, NULL },
                                 { "revision", "revision", TF_VALUE, NULL },
                                 { "taskRoleArn", "task_role_arn", TF_REF, NULL },
                                 { "executionRoleArn", "execution_role_arn", TF_REF, NULL },
                                 { "networkMode", "network_mode", TF_VALUE, NULL },
                                 { "cpu", "cpu", TF_VALUE, NULL },
                                 { "memory", "memory", TF_VALUE, NULL },
                                 { "requiresCompatibilities", "requires_compatibilities", TF_VALUE, NULL },
                                 { 0 } };
static const tf_field awsvpc[] = { { "subnets", "subnets", TF_VALUE, NULL }, { "securityGroups", "security_groups", TF_VALUE, NULL }, { 0 } };
static const tf_field balancer[] = { { "targetGroupArn", "target_group_arn", TF_VALUE, NULL },
                                     { "containerName", "container_name", TF_VALUE, NULL },
                                     { "containerPort", "container_port", TF_VALUE, NULL },
                                     { 0 } };
static const tf_field service[] = { { "serviceName", "name", TF_VALUE, NULL },
                                    { "serviceArn", "id", TF_VALUE, NULL },
                                    { "clusterArn", "cluster", TF_REF, NULL },
                                    { "taskDefinition", "task_definition", TF_REF, NULL },
                                    { "launchType", "launch_type", TF_VALUE, NULL },
                                    { "desiredCount", "desired_count", TF_VALUE, NULL },
                                    { "networkConfiguration.awsvpcConfiguration", "network_configuration", TF_BLOCK, awsvpc },
                                    { "loadBalancers", "load_balancer", TF_BLOCKS, balancer },
                                    { 0 } };
static const tf_field eks_network[] = { { "subnetIds", "subnet_ids", TF_VALUE, NULL },
                                        { "securityGroupIds", "security_group_ids", TF_VALUE, NULL },
                                        { "vpcId", "vpc_id", TF_VALUE, NULL },
                                        { "endpointPublicAccess", "endpoint_public_access", TF_VALUE, NULL },
                                        { "endpointPrivateAccess", "endpoint_private_access", TF_VALUE, NULL },
                                        { "publicAccessCidrs", "public_access_cidrs", TF_VALUE, NULL },
                                        { 0 } };
static const tf_field eks[] = { { "name", "name", TF_VALUE, NULL },
                                { "arn", "arn", TF_VALUE, NULL },
                                { "endpoint", "endpoint", TF_VALUE, NULL },
                                { "roleArn", "role_arn", TF_REF, NULL },
                                { "version", "version", TF_VALUE, NULL },
                                { "status", "status", TF_VALUE, NULL },
                                { "platformVersion", "platform_version", TF_VALUE, NULL },
                                { "identity.oidc.issuer", "identity.0.oidc.0.issuer", TF_VALUE, NULL },
                                { "resourcesVpcConfig", "vpc_config", TF_BLOCK, eks_network },
                                { "tags", "tags", TF_VALUE, NULL },
                                { 0 } };
static const tf_field repository[] = { { "repositoryName", "name", TF_VALUE, NULL },
                                       { "repositoryArn", "arn", TF_VALUE, NULL },
                                       { "repositoryUri", "repository_url", TF_VALUE, NULL },
                                       { "registryId", "registry_id", TF_VALUE, NULL },
                                       { "imageTagMutability", "image_tag_mutability", TF_VALUE, NULL },
                                       { "imageScanningConfiguration.scanOnPush", "image_scanning_configuration.0.scan_on_push", TF_VALUE,
                                         NULL },
                                       { 0 } };
static const tf_field repository_policy[] = { { "repositoryName", "repository", TF_REF, NULL },
                                              { "registryId", "registry_id", TF_VALUE, NULL },
                                              { "policyText", "policy", TF_VALUE, NULL },
                                              { 0 } };
static const tf_field apprunner[] = {
    { "ServiceName", "service_name", TF_VALUE, NULL },
    { "ServiceArn", "arn", TF_VALUE, NULL },
    { "ServiceId", "service_id", TF_VALUE, NULL },
    { "ServiceUrl", "service_url", TF_VALUE, NULL },
    { "Status", "status", TF_VALUE, NULL },
    { "InstanceConfiguration.InstanceRoleArn", "instance_configuration.0.instance_role_arn", TF_REF, NULL },
    { "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible",
      "network_configuration.0.ingress_configuration.0.is_publicly_accessible", TF_VALUE, NULL },
    { 0 },
};

/* ---- builds and stacks ---- */

static const tf_field variable[] = { { "name", "name", TF_VALUE, NULL },
                                     { "value", "value", TF_VALUE, NULL }, /* judged, not kept */
                                     { "type", "type", TF_VALUE, NULL },
                                     { 0 } };
static const tf_field build_environment[] = { { "type", "type", TF_VALUE, NULL },
                                              { "image", "image", TF_VALUE, NULL },
                                              { "computeType", "compute_type", TF_VALUE, NULL },
                                              { "privilegedMode", "privileged_mode", TF_VALUE, NULL },
                                              { "environmentVariables", "environment_variable", TF_BLOCKS, variable },
                                              { 0 } };
static const tf_field build_source[] = {
    { "type", "type", TF_VALUE, NULL }, { "location", "location", TF_VALUE, NULL }, { "buildspec", "buildspec", TF_VALUE, NULL }, { 0 }
};
static const tf_field build[] = { { "name", "name", TF_VALUE, NULL },
                                  { "arn", "arn", TF_VALUE, NULL },
                                  { "serviceRole", "service_role", TF_REF, NULL },
                                  { "source", "source", TF_BLOCK, build_source },
                                  { "environment", "environment", TF_BLOCK, build_environment },
                                  { "tags", "tags", TF_VALUE, NULL },
                                  { 0 } };
static const tf_field stack[] = { { "StackName", "name", TF_VALUE, NULL },
                                  { "StackId", "id", TF_VALUE, NULL },
                                  { "RoleARN", "iam_role_arn", TF_REF, NULL },
                                  { "Tags", "tags", TF_TAGS, NULL },
                                  { 0 } };
static const tf_field stack_set[] = { { "StackSetName", "name", TF_VALUE, NULL },
                                      { "StackSetId", "stack_set_id", TF_VALUE, NULL },
                                      { "StackSetARN", "arn", TF_VALUE, NULL },
                                      { "AdministrationRoleARN", "administration_role_arn", TF_REF, NULL },
                                      { "ExecutionRoleName", "execution_role_name", TF_REF, NULL },
                                      { "PermissionModel", "permission_model", TF_VALUE, NULL },
                                      { 0 } };

/* ---- data and learning ---- */

static const tf_field dev_endpoint[] = { { "EndpointName", "name", TF_VALUE, NULL },
                                         { "RoleArn", "role_arn", TF_REF, NULL },
                                         { "SubnetId", "subnet_id", TF_REF, NULL },
                                         { "SecurityGroupIds", "security_group_ids", TF_REF, NULL },
                                         { "Status", "status", TF_VALUE, NULL },
                                         { "GlueVersion", "glue_version", TF_VALUE, NULL },
                                         { "PublicAddress", "public_address", TF_VALUE, NULL },
                                         { "PrivateAddress", "private_address", TF_VALUE, NULL },
                                         { 0 } };
static const tf_field glue_job[] = { { "Name", "name", TF_VALUE, NULL },
                                     { "Role", "role_arn", TF_REF, NULL },
                                     { "GlueVersion", "glue_version", TF_VALUE, NULL },
                                     { "Command.Name", "command.0.name", TF_VALUE, NULL },
                                     { "Command.ScriptLocation", "command.0.script_location", TF_VALUE, NULL },
                                     { 0 } };
static const tf_field notebook[] = { { "NotebookInstanceName", "name", TF_VALUE, NULL },
                                     { "NotebookInstanceArn", "arn", TF_VALUE, NULL },
                                     { "RoleArn", "role_arn", TF_REF, NULL },
                                     { "SubnetId", "subnet_id", TF_REF, NULL },
                                     { "SecurityGroups", "security_groups", TF_REF, NULL },
                                     { "DirectInternetAccess", "direct_internet_access", TF_VALUE, NULL },
                                     { "RootAccess", "root_access", TF_VALUE, NULL },
                                     { "Url", "url", TF_VALUE, NULL },
                                     { 0 } };

/* ---- edges of the cloud ---- */

static const tf_field rest_api[] = { { "id", "id", TF_VALUE, NULL },
                                     { "name", "name", TF_VALUE, NULL },
                                     { "description", "description", TF_VALUE, NULL },
                                     { "endpointConfiguration.types", "endpoint_configuration.0.types", TF_VALUE, NULL },
                                     { "policy", "policy", TF_VALUE, NULL },
                                     { "createdDate", "created_date", TF_VALUE, NULL },
                                     { 0 } };
static const tf_field http_api[] = { { "ApiId", "id", TF_VALUE, NULL },
                                     { "Name", "name", TF_VALUE, NULL },
                                     { "ProtocolType", "protocol_type", TF_VALUE, NULL },
                                     { "ApiEndpoint", "api_endpoint", TF_VALUE, NULL },
                                     { 0 } };
static const tf_field origin[] = { { "Id", "origin_id", TF_VALUE, NULL }, { "DomainName", "domain_name", TF_VALUE, NULL }, { 0 } };
static void distribution_origins(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_tree *list = aws_get(item, "Origins"), *aliases = tf_value(d, r, "aliases");
    cg_tree *origins = tf_map(d, r), *names = tf_map(d, r);

    if (list && list->type == CG_TREE_LIST) { /* the API wraps its lists */
        tf_put(d, origins, "Items", list);
        tf_put(d, item, "Origins", origins);
    }
    if (aliases && aliases->type == CG_TREE_LIST) {
        tf_put(d, names, "Items", aliases);
        tf_put(d, item, "Aliases", names);
    }
}
static const tf_field distribution[] = { { "Id", "id", TF_VALUE, NULL },
                                         { "ARN", "arn", TF_VALUE, NULL },
                                         { "DomainName", "domain_name", TF_VALUE, NULL },
                                         { "Enabled", "enabled", TF_VALUE, NULL },
                                         { "WebACLId", "web_acl_id", TF_REF, NULL },
                                         { "Origins", "origin", TF_BLOCKS, origin },
                                         { "DefaultCacheBehavior.ViewerProtocolPolicy", "default_cache_behavior.0.viewer_protocol_policy",
                                           TF_VALUE, NULL },
                                         { 0 } };

const tf_type tf_types_apps[] = {
    { "aws_lambda_function", "lambda.list-functions", function, "FunctionName|FunctionArn", TF_ARN("lambda", "function:{function_name}"),
      NULL },
    { "aws_lambda_function_url", "lambda.get-function-url-config", function_url, NULL, NULL, NULL },
    { "aws_ecs_cluster", "ecs.describe-clusters", cluster, "clusterName|clusterArn", TF_ARN("ecs", "cluster/{name}"), NULL },
    { "aws_ecs_task_definition", "ecs.describe-task-definition", task, "taskDefinitionArn", NULL, containers },
    { "aws_ecs_service", "ecs.describe-services", service, "serviceArn", NULL, NULL },
    { "aws_eks_cluster", "eks.describe-cluster", eks, "name|arn", TF_ARN("eks", "cluster/{name}"), NULL },
    { "aws_ecr_repository", "ecr.describe-repositories", repository, "repositoryName|repositoryArn", TF_ARN("ecr", "repository/{name}"),
      NULL },
    { "aws_ecr_repository_policy", "ecr.get-repository-policy", repository_policy, NULL, NULL, NULL },
    { "aws_apprunner_service", "apprunner.describe-service", apprunner, "ServiceArn", NULL, NULL },
    { "aws_codebuild_project", "codebuild.batch-get-projects", build, "name|arn", TF_ARN("codebuild", "project/{name}"), NULL },
    { "aws_cloudformation_stack", "cloudformation.describe-stacks", stack, "StackId", NULL, NULL },
    { "aws_cloudformation_stack_set", "cloudformation.list-stack-sets", stack_set, "StackSetName|StackSetId", NULL, NULL },
    { "aws_glue_dev_endpoint", "glue.get-dev-endpoints", dev_endpoint, "EndpointName", TF_ARN("glue", "devEndpoint/{name}"), NULL },
    { "aws_glue_job", "glue.get-jobs", glue_job, "Name", TF_ARN("glue", "job/{name}"), NULL },
    { "aws_sagemaker_notebook_instance", "sagemaker.describe-notebook-instance", notebook, "NotebookInstanceName|NotebookInstanceArn",
      TF_ARN("sagemaker", "notebook-instance/{name}"), NULL },
    { "aws_api_gateway_rest_api", "apigateway.get-rest-apis", rest_api, "id", NULL, NULL },
    { "aws_apigatewayv2_api", "apigatewayv2.get-apis", http_api, "ApiId", NULL, NULL },
    { "aws_cloudfront_distribution", "cloudfront.list-distributions", distribution, "Id|ARN", NULL, distribution_origins },
    { 0 },
};
