/* Containers: ECS, EKS, ECR, and services that run an image for you. */
#include "ingest/aws/aws_part.h"

/* ---- ECS: clusters, services ---- */

static const aws_field ecs_cluster_fields[] = {
    { "id", "clusterArn", AWS_AS_IS },
    { "arn", "clusterArn", AWS_AS_IS },
    { "name", "clusterName", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "ecc_kms_key_id", "configuration.executeCommandConfiguration.kmsKeyId", AWS_AS_IS },
    { "ecc_logging", "configuration.executeCommandConfiguration.logging", AWS_AS_IS },
    { "ecc_log_configuration_cloud_watch_log_group_name",
      "configuration.executeCommandConfiguration.logConfiguration.cloudWatchLogGroupName", AWS_AS_IS },
    { "ecc_log_configuration_cloud_watch_encryption_enabled",
      "configuration.executeCommandConfiguration.logConfiguration.cloudWatchEncryptionEnabled", AWS_AS_IS },
    { "ecc_log_configuration_s3_bucket_name", "configuration.executeCommandConfiguration.logConfiguration.s3BucketName", AWS_AS_IS },
    { "ecc_log_configuration_s3_encryption_enabled", "configuration.executeCommandConfiguration.logConfiguration.s3EncryptionEnabled",
      AWS_AS_IS },
    { "ecc_log_configuration_s3_key_prefix", "configuration.executeCommandConfiguration.logConfiguration.s3KeyPrefix", AWS_AS_IS },
    { "capacity_providers", "capacityProviders", AWS_AS_IS },
    { "attachments_status", "attachmentsStatus", AWS_AS_IS },
    { 0 },
};
static const aws_shape ecs_cluster_shape = {
    .labels = { "AWSECSCluster", "ECSCluster" }, .id = "{clusterArn}", .fields = ecs_cluster_fields, .tags = "tags"
};

/* Tasks name their service by cluster and name alone. */
#define SERVICE_KEY "{clusterArn}/service/{serviceName}"

static const aws_field ecs_service_fields[] = {
    { "id", "serviceArn", AWS_AS_IS },
    { "arn", "serviceArn", AWS_AS_IS },
    { "name", "serviceName", AWS_AS_IS },
    { "cluster_arn", "clusterArn", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "desired_count", "desiredCount", AWS_AS_IS },
    { "running_count", "runningCount", AWS_AS_IS },
    { "pending_count", "pendingCount", AWS_AS_IS },
    { "launch_type", "launchType", AWS_AS_IS },
    { "platform_version", "platformVersion", AWS_AS_IS },
    { "platform_family", "platformFamily", AWS_AS_IS },
    { "task_definition", "taskDefinition", AWS_AS_IS },
    { "deployment_config_circuit_breaker_enable", "deploymentConfiguration.deploymentCircuitBreaker.enable", AWS_AS_IS },
    { "deployment_config_circuit_breaker_rollback", "deploymentConfiguration.deploymentCircuitBreaker.rollback", AWS_AS_IS },
    { "deployment_config_maximum_percent", "deploymentConfiguration.maximumPercent", AWS_AS_IS },
    { "deployment_config_minimum_healthy_percent", "deploymentConfiguration.minimumHealthyPercent", AWS_AS_IS },
    { "role_arn", "roleArn", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { "health_check_grace_period_seconds", "healthCheckGracePeriodSeconds", AWS_AS_IS },
    { "created_by", "createdBy", AWS_AS_IS },
    { "enable_ecs_managed_tags", "enableECSManagedTags", AWS_AS_IS },
    { "propagate_tags", "propagateTags", AWS_AS_IS },
    { "enable_execute_command", "enableExecuteCommand", AWS_AS_IS },
    { "assign_public_ip", "networkConfiguration.awsvpcConfiguration.assignPublicIp", AWS_AS_IS },
    { 0 },
};
static const aws_link ecs_service_links[] = {
    { "HAS_SERVICE", true, "clusterArn", NULL, "AWSECSCluster" },
    { "WORKLOAD_PARENT", false, "clusterArn", NULL, "AWSECSCluster" },
    { "HAS_TASK_DEFINITION", false, "taskDefinition", NULL, "AWSECSTaskDefinition" },
    { "PART_OF_SUBNET", false, "networkConfiguration.awsvpcConfiguration.subnets[]", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "networkConfiguration.awsvpcConfiguration.securityGroups[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};

/* Target groups send to a port of one container of the service. */
static int32_t ecs_service_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *list = aws_list(item, "loadBalancers");
    const cg_str service = c->id;
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++) {
        const cg_tree *port = aws_get(list->list.items[i], "containerPort");
        const cg_str name = aws_str(list->list.items[i], "containerName"), group = aws_str(list->list.items[i], "targetGroupArn");
        const aws_edge_prop props[] = { { "container_name", name.length ? cg_v_str(name) : cg_v_null() },
                                        { "container_port", port && port->type == CG_TREE_INT ? cg_v_int(port->integer) : cg_v_null() } };
        if (group.length)
            rc = aws_tie_both(c, list->list.items[i], group, "AWSELBV2TargetGroup", "TARGETS", service, NULL, props, 2, err);
    }
    return rc;
}

static const aws_shape ecs_service_shape = {
    .labels = { "AWSECSService", "ECSService" },
    .id = "{serviceArn}",
    .aliases = { SERVICE_KEY },
    .fields = ecs_service_fields,
    .links = ecs_service_links,
    .tags = "tags",
    .more = ecs_service_more,
};

/* ---- ECS: task definitions ---- */

static const aws_field container_definition_fields[] = {
    { "name", "name", AWS_AS_IS },
    { "image", "image", AWS_AS_IS },
    { "cpu", "cpu", AWS_AS_IS },
    { "memory", "memory", AWS_AS_IS },
    { "memory_reservation", "memoryReservation", AWS_AS_IS },
    { "links", "links", AWS_AS_IS },
    { "essential", "essential", AWS_AS_IS },
    { "start_timeout", "startTimeout", AWS_AS_IS },
    { "stop_timeout", "stopTimeout", AWS_AS_IS },
    { "hostname", "hostname", AWS_AS_IS },
    { "user", "user", AWS_AS_IS },
    { "working_directory", "workingDirectory", AWS_AS_IS },
    { "disable_networking", "disableNetworking", AWS_AS_IS },
    { "privileged", "privileged", AWS_AS_IS },
    { "readonly_root_filesystem", "readonlyRootFilesystem", AWS_AS_IS },
    { "dns_servers", "dnsServers", AWS_AS_IS },
    { "dns_search_domains", "dnsSearchDomains", AWS_AS_IS },
    { "docker_security_options", "dockerSecurityOptions", AWS_AS_IS },
    { "interactive", "interactive", AWS_AS_IS },
    { "pseudo_terminal", "pseudoTerminal", AWS_AS_IS },
    { "capabilities_add", "linuxParameters.capabilities.add", AWS_AS_IS },
    { 0 },
};
static const aws_part container_definition_part = {
    { "AWSECSContainerDefinition", "ECSContainerDefinition" },
    "-{name}",
    "task_definition_arn",
    container_definition_fields,
    "HAS_CONTAINER_DEFINITION",
    false,
    false,
};
static const char *const container_definition_labels[] = { "AWSECSContainerDefinition", "ECSContainerDefinition", NULL };

static bool any_secret(const cg_tree *texts)
{
    for (uint32_t i = 0; texts && i < texts->list.count; i++)
        if (aws_looks_secret(cg_tree_string(texts->list.items[i])))
            return true;
    return false;
}

/* Commands are kept unless a secret seems to stand in them; of variables only the names are. */
static int32_t container_props(aws_ctx *c, const cg_tree *value, cspm_error **err)
{
    const cg_tree *command = aws_list(value, "command"), *entry = aws_list(value, "entryPoint");
    int32_t rc = aws_environment(c, aws_get(value, "environment"), err);

    if (rc == CSPM_OK && any_secret(command))
        rc = aws_prop(c, "plaintextSecret", cg_v_bool(true), err);
    else if (rc == CSPM_OK && command)
        rc = aws_prop_tree(c, "command", command, AWS_AS_IS, err);
    if (rc == CSPM_OK && any_secret(entry))
        rc = aws_prop(c, "plaintextSecret", cg_v_bool(true), err);
    else if (rc == CSPM_OK && entry)
        rc = aws_prop_tree(c, "entry_point", entry, AWS_AS_IS, err);
    return rc;
}

/* "arn:...:secret:NAME-ABCDEF:json-key:stage:version" names more than the secret. */
static cg_str secret_arn(cg_str from)
{
    const cg_str rest = aws_arn_part(from, 5), word = CG_STR("secret:");

    if (!cg_str_starts(rest, word))
        return from;
    const char *colon = memchr(rest.data + word.length, ':', rest.length - word.length);
    return colon ? (cg_str){ from.data, (size_t)(colon - from.data) } : from;
}

/* Secrets and parameters that the agent puts into the container. A bare name is a parameter of the same account and region. */
static int32_t container_secrets(aws_ctx *c, const cg_tree *value, cg_str container, cspm_error **err)
{
    const cg_tree *list = aws_list(value, "secrets");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++) {
        cg_str from = secret_arn(aws_str(list->list.items[i], "valueFrom"));
        const bool secret = cg_str_eq(aws_arn_part(from, 2), CG_STR("secretsmanager"));
        if (from.length && !cg_str_starts(from, CG_STR("arn:"))) {
            const cg_str place = aws_text(c, value, "arn:{partition}:ssm:{region}:{account}:parameter");
            from = place.length ? aws_format(c, "%.*s%s%.*s", CG_FMT(place), from.data[0] == '/' ? "" : "/", CG_FMT(from)) : CG_STR_NULL;
        }
        rc = aws_tie(c, list->list.items[i], container, "USES_SECRET", from, secret ? "AWSSecretsManagerSecret" : "AWSSSMParameter", err);
    }
    return rc;
}

/* By digest it is one image; by tag it is whatever the repository calls so. */
static int32_t image_of(aws_ctx *c, const cg_tree *at, cg_str id, cg_str image, cspm_error **err)
{
    const size_t digest = cg_str_find(image, CG_STR("@sha256:"), 0);

    if (digest != SIZE_MAX)
        return aws_tie(c, at, id, "HAS_IMAGE", (cg_str){ image.data + digest + 1, image.length - digest - 1 }, "AWSECRImage", err);
    if (cg_str_find(image, CG_STR(".dkr.ecr."), 0) == SIZE_MAX)
        return CSPM_OK;
    const char *slash = memchr(image.data, '/', image.length);
    if (!slash || !memchr(slash, ':', (size_t)(image.data + image.length - slash))) {
        image = aws_format(c, "%.*s:latest", CG_FMT(image));
        if (!image.data)
            return cg_nomem(cg_builder_mem(c->b), err);
    }
    return aws_tie(c, at, id, "REFERENCES_IMAGE", image, "AWSECRRepositoryImage", err);
}

static int32_t container_definition(aws_ctx *c, const cg_tree *value, cg_str task, cspm_error **err)
{
    cg_str id;
    int32_t rc = aws_part_add(c, &container_definition_part, value, task, &id, err);

    if (rc != CSPM_OK || !id.length)
        return rc;
    if ((rc = aws_node(c, value, id, container_definition_labels, err)) == CSPM_OK && (rc = container_props(c, value, err)) == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = container_secrets(c, value, id, err);
    return rc == CSPM_OK ? image_of(c, value, id, aws_str(value, "image"), err) : rc;
}

static const aws_field task_definition_fields[] = {
    { "id", "taskDefinitionArn", AWS_AS_IS },
    { "arn", "taskDefinitionArn", AWS_AS_IS },
    { "family", "family", AWS_AS_IS },
    { "name", "family", AWS_AS_IS },
    { "task_role_arn", "taskRoleArn", AWS_AS_IS },
    { "execution_role_arn", "executionRoleArn", AWS_AS_IS },
    { "network_mode", "networkMode", AWS_AS_IS },
    { "revision", "revision", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "compatibilities", "compatibilities", AWS_AS_IS },
    { "runtime_platform_cpu_architecture", "runtimePlatform.cpuArchitecture", AWS_AS_IS },
    { "runtime_platform_operating_system_family", "runtimePlatform.operatingSystemFamily", AWS_AS_IS },
    { "requires_compatibilities", "requiresCompatibilities", AWS_AS_IS },
    { "cpu", "cpu", AWS_AS_IS },
    { "memory", "memory", AWS_AS_IS },
    { "pid_mode", "pidMode", AWS_AS_IS },
    { "ipc_mode", "ipcMode", AWS_AS_IS },
    { "proxy_configuration_type", "proxyConfiguration.type", AWS_AS_IS },
    { "proxy_configuration_container_name", "proxyConfiguration.containerName", AWS_AS_IS },
    { "registered_at", "registeredAt", AWS_TIME },
    { "deregistered_at", "deregisteredAt", AWS_TIME },
    { "registered_by", "registeredBy", AWS_AS_IS },
    { "ephemeral_storage_size_in_gib", "ephemeralStorage.sizeInGiB", AWS_AS_IS },
    { "host_paths", "volumes[].host.sourcePath", AWS_AS_IS },
    { 0 },
};

/* A role may be named without its ARN, as one of the account itself. */
static cg_str role_arn(aws_ctx *c, const cg_tree *item, const char *member)
{
    const cg_str role = aws_str(item, member);

    if (!role.length || cg_str_starts(role, CG_STR("arn:")))
        return role;
    const cg_str place = aws_text(c, item, "arn:{partition}:iam::{account}:role/");
    return place.length ? aws_format(c, "%.*s%.*s", CG_FMT(place), CG_FMT(role)) : CG_STR_NULL;
}

static int32_t task_definition_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *containers = aws_list(item, "containerDefinitions");
    const cg_str task = c->id;
    int32_t rc = aws_tie(c, item, task, "HAS_TASK_ROLE", role_arn(c, item, "taskRoleArn"), "AWSRole", err);

    if (rc == CSPM_OK)
        rc = aws_tie(c, item, task, "HAS_EXECUTION_ROLE", role_arn(c, item, "executionRoleArn"), "AWSRole", err);
    for (uint32_t i = 0; containers && i < containers->list.count && rc == CSPM_OK; i++)
        rc = container_definition(c, containers->list.items[i], task, err);
    return rc;
}

static const aws_shape task_definition_shape = {
    .labels = { "AWSECSTaskDefinition", "ECSTaskDefinition" },
    .id = "{taskDefinitionArn}",
    .fields = task_definition_fields,
    .tags = "tags",
    .more = task_definition_more,
};

/* ---- ECS: tasks, container instances ---- */

static const aws_field container_fields[] = {
    { "id", "containerArn", AWS_AS_IS },
    { "arn", "containerArn", AWS_AS_IS },
    { "task_arn", "taskArn", AWS_AS_IS },
    { "name", "name", AWS_AS_IS },
    { "image", "image", AWS_AS_IS },
    { "image_digest", "imageDigest", AWS_AS_IS },
    { "runtime_id", "runtimeId", AWS_AS_IS },
    { "last_status", "lastStatus", AWS_AS_IS },
    { "exit_code", "exitCode", AWS_AS_IS },
    { "reason", "reason", AWS_AS_IS },
    { "health_status", "healthStatus", AWS_AS_IS },
    { "cpu", "cpu", AWS_AS_IS },
    { "memory", "memory", AWS_AS_IS },
    { "memory_reservation", "memoryReservation", AWS_AS_IS },
    { "gpu_ids", "gpuIds", AWS_AS_IS },
    { 0 },
};
static const aws_link container_links[] = {
    { "HAS_CONTAINER", true, "taskArn", NULL, "AWSECSTask" },
    { "WORKLOAD_PARENT", false, "taskArn", NULL, "AWSECSTask" },
    { "HAS_IMAGE", false, "imageDigest", NULL, "AWSECRImage" },
    { 0 },
};
static const aws_shape container_shape = {
    .labels = { "AWSECSContainer", "ECSContainer" }, .id = "{containerArn}", .fields = container_fields, .links = container_links
};

static const aws_field task_fields[] = {
    { "id", "taskArn", AWS_AS_IS },
    { "arn", "taskArn", AWS_AS_IS },
    { "name", "group", AWS_TAIL },
    { "availability_zone", "availabilityZone", AWS_AS_IS },
    { "capacity_provider_name", "capacityProviderName", AWS_AS_IS },
    { "cluster_arn", "clusterArn", AWS_AS_IS },
    { "connectivity", "connectivity", AWS_AS_IS },
    { "connectivity_at", "connectivityAt", AWS_TIME },
    { "container_instance_arn", "containerInstanceArn", AWS_AS_IS },
    { "cpu", "cpu", AWS_AS_IS },
    { "created_at", "createdAt", AWS_TIME },
    { "desired_status", "desiredStatus", AWS_AS_IS },
    { "enable_execute_command", "enableExecuteCommand", AWS_AS_IS },
    { "execution_stopped_at", "executionStoppedAt", AWS_TIME },
    { "group", "group", AWS_AS_IS },
    { "health_status", "healthStatus", AWS_AS_IS },
    { "last_status", "lastStatus", AWS_AS_IS },
    { "launch_type", "launchType", AWS_AS_IS },
    { "memory", "memory", AWS_AS_IS },
    { "platform_version", "platformVersion", AWS_AS_IS },
    { "platform_family", "platformFamily", AWS_AS_IS },
    { "pull_started_at", "pullStartedAt", AWS_TIME },
    { "pull_stopped_at", "pullStoppedAt", AWS_TIME },
    { "started_at", "startedAt", AWS_TIME },
    { "started_by", "startedBy", AWS_AS_IS },
    { "stop_code", "stopCode", AWS_AS_IS },
    { "stopped_at", "stoppedAt", AWS_TIME },
    { "stopped_reason", "stoppedReason", AWS_AS_IS },
    { "stopping_at", "stoppingAt", AWS_TIME },
    { "task_definition_arn", "taskDefinitionArn", AWS_AS_IS },
    { "version", "version", AWS_AS_IS },
    { "ephemeral_storage_size_in_gib", "ephemeralStorage.sizeInGiB", AWS_AS_IS },
    { 0 },
};
static const aws_link task_links[] = {
    { "HAS_TASK", true, "clusterArn", NULL, "AWSECSCluster" },
    { "WORKLOAD_PARENT", false, "clusterArn", NULL, "AWSECSCluster" },
    { "HAS_TASK_DEFINITION", false, "taskDefinitionArn", NULL, "AWSECSTaskDefinition" },
    { "HAS_TASK", true, "containerInstanceArn", NULL, "AWSECSContainerInstance" },
    { 0 },
};
static const char *const task_labels[] = { "AWSECSTask", "ECSTask", NULL };

static cg_str task_interface(const cg_tree *item)
{
    const cg_tree *attachments = aws_list(item, "attachments");

    for (uint32_t i = 0; attachments && i < attachments->list.count; i++) {
        const cg_tree *details = aws_list(attachments->list.items[i], "details");
        for (uint32_t k = 0; details && k < details->list.count; k++)
            if (cg_str_eq(aws_str(details->list.items[k], "name"), CG_STR("networkInterfaceId")))
                return aws_str(details->list.items[k], "value");
    }
    return CG_STR_NULL;
}

static int32_t task_service(aws_ctx *c, const cg_tree *item, cg_str task, cg_str service, cspm_error **err)
{
    const cg_str cluster = aws_str(item, "clusterArn");

    if (!cluster.length || !service.length)
        return CSPM_OK;
    const cg_str key = aws_format(c, "%.*s/service/%.*s", CG_FMT(cluster), CG_FMT(service));
    int32_t rc = key.data ? aws_edge_from(c, item, key, "AWSECSService", "HAS_TASK", task, err) : cg_nomem(cg_builder_mem(c->b), err);
    return rc == CSPM_OK ? aws_tie(c, item, task, "WORKLOAD_PARENT", key, "AWSECSService", err) : rc;
}

static int32_t task_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *containers = aws_list(item, "containers");
    const cg_str task = c->id, interface = task_interface(item), group = aws_str(item, "group"), word = CG_STR("service:");
    const cg_str service = cg_str_starts(group, word) ? (cg_str){ group.data + word.length, group.length - word.length } : CG_STR_NULL;
    int32_t rc = aws_node(c, item, task, task_labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "service_name", service, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "network_interface_id", interface, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_tie(c, item, task, "NETWORK_INTERFACE", interface, "AWSNetworkInterface", err);
    if (rc == CSPM_OK)
        rc = task_service(c, item, task, service, err);
    for (uint32_t i = 0; containers && i < containers->list.count && rc == CSPM_OK; i++)
        rc = aws_apply_inside(c, &container_shape, containers->list.items[i], NULL, err);
    return rc;
}

static const aws_shape task_shape = {
    .labels = { "AWSECSTask", "ECSTask" },
    .id = "{taskArn}",
    .fields = task_fields,
    .links = task_links,
    .tags = "tags",
    .more = task_more,
};

static const aws_field container_instance_fields[] = {
    { "id", "containerInstanceArn", AWS_AS_IS },
    { "arn", "containerInstanceArn", AWS_AS_IS },
    { "ec2_instance_id", "ec2InstanceId", AWS_AS_IS },
    { "capacity_provider_name", "capacityProviderName", AWS_AS_IS },
    { "version", "version", AWS_AS_IS },
    { "version_info_agent_version", "versionInfo.agentVersion", AWS_AS_IS },
    { "version_info_agent_hash", "versionInfo.agentHash", AWS_AS_IS },
    { "version_info_agent_docker_version", "versionInfo.dockerVersion", AWS_AS_IS },
    { "status", "status", AWS_AS_IS },
    { "status_reason", "statusReason", AWS_AS_IS },
    { "agent_connected", "agentConnected", AWS_AS_IS },
    { "agent_update_status", "agentUpdateStatus", AWS_AS_IS },
    { "registered_at", "registeredAt", AWS_TIME },
    { 0 },
};
static const aws_link container_instance_links[] = {
    { "IS_INSTANCE", false, "ec2InstanceId", NULL, "AWSEC2Instance" },
    { 0 },
};

/* arn:...:container-instance/CLUSTER/ID; before 2018 the ARN did not say the cluster. */
static int32_t container_instance_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id, rest = aws_arn_part(id, 5), word = CG_STR("container-instance/");

    if (!cg_str_starts(rest, word))
        return CSPM_OK;
    const char *name = rest.data + word.length, *slash = memchr(name, '/', rest.length - word.length);
    if (!slash)
        return CSPM_OK;
    const cg_str cluster = aws_format(c, "%.*scluster/%.*s", (int)(rest.data - id.data), id.data, (int)(slash - name), name);
    if (!cluster.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    return aws_edge_from(c, item, cluster, "AWSECSCluster", "HAS_CONTAINER_INSTANCE", id, err);
}

static const aws_shape container_instance_shape = {
    .labels = { "AWSECSContainerInstance", "ECSContainerInstance" },
    .id = "{containerInstanceArn}",
    .fields = container_instance_fields,
    .links = container_instance_links,
    .tags = "tags",
    .more = container_instance_more,
};

const aws_answer aws_answers_containers[] = {
    { .operation = "ecs.describe-clusters", .items = "clusters[]", .sign = "clusterArn", .shape = &ecs_cluster_shape },
    { .operation = "ecs.list-clusters", .items = "clusterArns", .take = aws_unused },
    { .operation = "ecs.list-services", .items = "serviceArns", .take = aws_unused },
    { .operation = "ecs.list-tasks", .items = "taskArns", .take = aws_unused },
    { .operation = "ecs.list-task-definitions", .items = "taskDefinitionArns", .take = aws_unused },
    { .operation = "ecs.list-container-instances", .items = "containerInstanceArns", .take = aws_unused },
    { .operation = "ecs.describe-capacity-providers", .items = "capacityProviders", .take = aws_unused },
    { .operation = "ecs.describe-services", .items = "services[]", .sign = "serviceArn", .shape = &ecs_service_shape },
    { .operation = "ecs.describe-task-definition",
      .items = "taskDefinition",
      .sign = "taskDefinitionArn",
      .shape = &task_definition_shape },
    { .operation = "ecs.describe-task-definition",
      .items = "taskDefinitions[]",
      .sign = "taskDefinitionArn",
      .shape = &task_definition_shape },
    { .operation = "ecs.describe-tasks", .items = "tasks[]", .sign = "taskArn", .shape = &task_shape },
    { .operation = "ecs.describe-container-instances",
      .items = "containerInstances[]",
      .sign = "containerInstanceArn",
      .shape = &container_instance_shape },
    { .operation = NULL },
};
