/* Databases: RDS with Aurora, DocumentDB and Neptune, DynamoDB, Redshift, ElastiCache, OpenSearch. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- RDS: subnet groups ---- */

static const aws_field subnet_group_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "DBSubnetGroupName", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "description", "DBSubnetGroupDescription", AWS_AS_IS },
    { "status", "SubnetGroupStatus", AWS_AS_IS },
    { 0 },
};
static const aws_link subnet_group_links[] = {
    { "RESOURCE", false, "Subnets[].SubnetIdentifier", NULL, "AWSEC2Subnet" },
    { 0 },
};
static const aws_shape subnet_group = {
    .labels = { "AWSDBSubnetGroup", "DBSubnetGroup" },
    .id = "{@}",
    .aliases = { "{DBSubnetGroupArn}" },
    .fields = subnet_group_fields,
    .links = subnet_group_links,
};

static int32_t take_subnet_group(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "arn:{partition}:rds:{region}:{account}:subgrp:{DBSubnetGroupName}", "{DBSubnetGroupArn}",
                                       "rds:subgrp:{DBSubnetGroupName}", NULL };

    return aws_apply_as(c, &subnet_group, item, ids, err);
}

/* ---- RDS: instances ---- */

static const aws_field instance_fields[] = {
    { "id", "DBInstanceArn", AWS_AS_IS },
    { "arn", "DBInstanceArn", AWS_AS_IS },
    { "name", "DBInstanceIdentifier", AWS_AS_IS },
    { "db_instance_identifier", "DBInstanceIdentifier", AWS_AS_IS },
    { "db_instance_class", "DBInstanceClass", AWS_AS_IS },
    { "db_instance_status", "DBInstanceStatus", AWS_AS_IS },
    { "engine", "Engine", AWS_AS_IS },
    { "engine_version", "EngineVersion", AWS_AS_IS },
    { "master_username", "MasterUsername", AWS_AS_IS },
    { "db_name", "DBName", AWS_AS_IS },
    { "instance_create_time", "InstanceCreateTime", AWS_TIME },
    { "availability_zone", "AvailabilityZone", AWS_AS_IS },
    { "multi_az", "MultiAZ", AWS_AS_IS },
    { "publicly_accessible", "PubliclyAccessible", AWS_AS_IS },
    { "db_cluster_identifier", "DBClusterIdentifier", AWS_AS_IS },
    { "storage_encrypted", "StorageEncrypted", AWS_AS_IS },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "dbi_resource_id", "DbiResourceId", AWS_AS_IS },
    { "ca_certificate_identifier", "CACertificateIdentifier", AWS_AS_IS },
    { "enhanced_monitoring_resource_arn", "EnhancedMonitoringResourceArn", AWS_AS_IS },
    { "monitoring_role_arn", "MonitoringRoleArn", AWS_AS_IS },
    { "performance_insights_enabled", "PerformanceInsightsEnabled", AWS_AS_IS },
    { "performance_insights_kms_key_id", "PerformanceInsightsKMSKeyId", AWS_AS_IS },
    { "deletion_protection", "DeletionProtection", AWS_AS_IS },
    { "preferred_backup_window", "PreferredBackupWindow", AWS_AS_IS },
    { "latest_restorable_time", "LatestRestorableTime", AWS_TIME },
    { "preferred_maintenance_window", "PreferredMaintenanceWindow", AWS_AS_IS },
    { "backup_retention_period", "BackupRetentionPeriod", AWS_AS_IS },
    { "endpoint_address", "Endpoint.Address", AWS_AS_IS },
    { "endpoint_hostedzoneid", "Endpoint.HostedZoneId", AWS_AS_IS },
    { "endpoint_port", "Endpoint.Port", AWS_AS_IS },
    { "iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled", AWS_AS_IS },
    { "auto_minor_version_upgrade", "AutoMinorVersionUpgrade", AWS_AS_IS },
    { "vpc_id", "DBSubnetGroup.VpcId", AWS_AS_IS },
    { 0 },
};
static const aws_link instance_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "VpcSecurityGroups[].VpcSecurityGroupId", NULL, "AWSEC2SecurityGroup" },
    { "IS_CLUSTER_MEMBER_OF", false, "DBClusterIdentifier", "arn:{partition}:rds:{region}:{account}:cluster:{.}", "AWSRDSCluster" },
    { "STS_ASSUMEROLE_ALLOW", false, "AssociatedRoles[].RoleArn", NULL, "AWSRole" },
    { "USES_SECRET", false, "MasterUserSecret.SecretArn", NULL, "AWSSecretsManagerSecret" },
    { 0 },
};

static int32_t instance_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id, source = aws_str(item, "ReadReplicaSourceDBInstanceIdentifier");
    const cg_tree *group = aws_get(item, "DBSubnetGroup");
    const cg_str replica_of = cg_str_starts(source, CG_STR("arn:"))
                                  ? source
                                  : aws_text(c, item, "arn:{partition}:rds:{region}:{account}:db:{ReadReplicaSourceDBInstanceIdentifier}");
    int32_t rc = aws_tie(c, item, id, "IS_READ_REPLICA_OF", replica_of, "AWSRDSInstance", err);

    if (rc == CSPM_OK && aws_str(group, "DBSubnetGroupName").length) {
        c->id = CG_STR_NULL;
        rc = take_subnet_group(c, group, err);
        if (rc == CSPM_OK)
            rc = aws_tie(c, group, id, "MEMBER_OF_DB_SUBNET_GROUP", c->id, NULL, err);
        c->id = id;
    }
    return rc == CSPM_OK ? aws_encrypted_by(c, item, id, aws_str(item, "KmsKeyId"), err) : rc;
}
static const aws_shape instance = {
    .labels = { "AWSRDSInstance", "RDSInstance", "Database" },
    .id = "{DBInstanceArn}",
    .aliases = { "arn:{partition}:rds:{region}:{account}:db:{DBInstanceIdentifier}" },
    .fields = instance_fields,
    .links = instance_links,
    .tags = "TagList",
    .more = instance_more,
};

/* ---- RDS: clusters ---- */

static const aws_field cluster_fields[] = {
    { "id", "DBClusterArn", AWS_AS_IS },
    { "arn", "DBClusterArn", AWS_AS_IS },
    { "name", "DBClusterIdentifier", AWS_AS_IS },
    { "db_cluster_identifier", "DBClusterIdentifier", AWS_AS_IS },
    { "allocated_storage", "AllocatedStorage", AWS_AS_IS },
    { "availability_zones", "AvailabilityZones", AWS_AS_IS },
    { "backup_retention_period", "BackupRetentionPeriod", AWS_AS_IS },
    { "character_set_name", "CharacterSetName", AWS_AS_IS },
    { "database_name", "DatabaseName", AWS_AS_IS },
    { "db_parameter_group", "DBClusterParameterGroup", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "earliest_restorable_time", "EarliestRestorableTime", AWS_TIME },
    { "latest_restorable_time", "LatestRestorableTime", AWS_TIME },
    { "endpoint", "Endpoint", AWS_AS_IS },
    { "reader_endpoint", "ReaderEndpoint", AWS_AS_IS },
    { "multi_az", "MultiAZ", AWS_AS_IS },
    { "engine", "Engine", AWS_AS_IS },
    { "engine_version", "EngineVersion", AWS_AS_IS },
    { "engine_mode", "EngineMode", AWS_AS_IS },
    { "port", "Port", AWS_AS_IS },
    { "master_username", "MasterUsername", AWS_AS_IS },
    { "preferred_backup_window", "PreferredBackupWindow", AWS_AS_IS },
    { "preferred_maintenance_window", "PreferredMaintenanceWindow", AWS_AS_IS },
    { "hosted_zone_id", "HostedZoneId", AWS_AS_IS },
    { "storage_encrypted", "StorageEncrypted", AWS_AS_IS },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "db_cluster_resource_id", "DbClusterResourceId", AWS_AS_IS },
    { "clone_group_id", "CloneGroupId", AWS_AS_IS },
    { "cluster_create_time", "ClusterCreateTime", AWS_TIME },
    { "earliest_backtrack_time", "EarliestBacktrackTime", AWS_TIME },
    { "backtrack_window", "BacktrackWindow", AWS_AS_IS },
    { "backtrack_consumed_change_records", "BacktrackConsumedChangeRecords", AWS_AS_IS },
    { "capacity", "Capacity", AWS_AS_IS },
    { "scaling_configuration_info_min_capacity", "ScalingConfigurationInfo.MinCapacity", AWS_AS_IS },
    { "scaling_configuration_info_max_capacity", "ScalingConfigurationInfo.MaxCapacity", AWS_AS_IS },
    { "scaling_configuration_info_auto_pause", "ScalingConfigurationInfo.AutoPause", AWS_AS_IS },
    { "deletion_protection", "DeletionProtection", AWS_AS_IS },
    { "publicly_accessible", "PubliclyAccessible", AWS_AS_IS },
    { "iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled", AWS_AS_IS },
    { "http_endpoint_enabled", "HttpEndpointEnabled", AWS_AS_IS },
    { 0 },
};
static const aws_link cluster_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "VpcSecurityGroups[].VpcSecurityGroupId", NULL, "AWSEC2SecurityGroup" },
    { "STS_ASSUMEROLE_ALLOW", false, "AssociatedRoles[].RoleArn", NULL, "AWSRole" },
    { "USES_SECRET", false, "MasterUserSecret.SecretArn", NULL, "AWSSecretsManagerSecret" },
    { "MEMBER_OF_DB_SUBNET_GROUP", false, "DBSubnetGroup", "arn:{partition}:rds:{region}:{account}:subgrp:{.}", "AWSDBSubnetGroup" },
    { 0 },
};
static int32_t kms_key_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_encrypted_by(c, item, c->id, aws_str(item, "KmsKeyId"), err);
}
static const aws_shape cluster = {
    .labels = { "AWSRDSCluster", "RDSCluster", "Database" },
    .id = "{DBClusterArn}",
    .aliases = { "arn:{partition}:rds:{region}:{account}:cluster:{DBClusterIdentifier}" },
    .fields = cluster_fields,
    .links = cluster_links,
    .tags = "TagList",
    .more = kms_key_more,
};

/* ---- RDS: snapshots ---- */

static const aws_field snapshot_fields[] = {
    { "id", "DBSnapshotArn", AWS_AS_IS },
    { "arn", "DBSnapshotArn", AWS_AS_IS },
    { "name", "DBSnapshotIdentifier", AWS_AS_IS },
    { "db_snapshot_identifier", "DBSnapshotIdentifier", AWS_AS_IS },
    { "ispublic", "Public", AWS_AS_IS },
    { "publicToAll", "Public", AWS_AS_IS },
    { "db_instance_identifier", "DBInstanceIdentifier", AWS_AS_IS },
    { "snapshot_create_time", "SnapshotCreateTime", AWS_TIME },
    { "engine", "Engine", AWS_AS_IS },
    { "engine_version", "EngineVersion", AWS_AS_IS },
    { "allocated_storage", "AllocatedStorage", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "port", "Port", AWS_AS_IS },
    { "availability_zone", "AvailabilityZone", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "instance_create_time", "InstanceCreateTime", AWS_TIME },
    { "master_username", "MasterUsername", AWS_AS_IS },
    { "license_model", "LicenseModel", AWS_AS_IS },
    { "snapshot_type", "SnapshotType", AWS_AS_IS },
    { "iops", "Iops", AWS_AS_IS },
    { "option_group_name", "OptionGroupName", AWS_AS_IS },
    { "percent_progress", "PercentProgress", AWS_AS_IS },
    { "source_region", "SourceRegion", AWS_AS_IS },
    { "source_db_snapshot_identifier", "SourceDBSnapshotIdentifier", AWS_AS_IS },
    { "storage_type", "StorageType", AWS_AS_IS },
    { "tde_credential_arn", "TdeCredentialArn", AWS_AS_IS },
    { "encrypted", "Encrypted", AWS_AS_IS },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "timezone", "Timezone", AWS_AS_IS },
    { "iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled", AWS_AS_IS },
    { "dbi_resource_id", "DbiResourceId", AWS_AS_IS },
    { "original_snapshot_create_time", "OriginalSnapshotCreateTime", AWS_TIME },
    { "snapshot_database_time", "SnapshotDatabaseTime", AWS_TIME },
    { "snapshot_target", "SnapshotTarget", AWS_AS_IS },
    { "storage_throughput", "StorageThroughput", AWS_AS_IS },
    { 0 },
};
static const aws_link snapshot_links[] = {
    { "IS_SNAPSHOT_SOURCE", false, "DBInstanceIdentifier", "arn:{partition}:rds:{region}:{account}:db:{.}", "AWSRDSInstance" },
    { 0 },
};
static const aws_shape snapshot = {
    .labels = { "AWSRDSSnapshot", "RDSSnapshot", "Snapshot" },
    .id = "{DBSnapshotArn}",
    .aliases = { "arn:{partition}:rds:{region}:{account}:snapshot:{DBSnapshotIdentifier}" },
    .fields = snapshot_fields,
    .links = snapshot_links,
    .tags = "TagList",
    .more = kms_key_more,
};

static const aws_field cluster_snapshot_fields[] = {
    { "id", "DBClusterSnapshotArn", AWS_AS_IS },
    { "arn", "DBClusterSnapshotArn", AWS_AS_IS },
    { "name", "DBClusterSnapshotIdentifier", AWS_AS_IS },
    { "db_cluster_snapshot_identifier", "DBClusterSnapshotIdentifier", AWS_AS_IS },
    { "db_cluster_identifier", "DBClusterIdentifier", AWS_AS_IS },
    { "snapshot_create_time", "SnapshotCreateTime", AWS_TIME },
    { "engine", "Engine", AWS_AS_IS },
    { "engine_version", "EngineVersion", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { "master_username", "MasterUsername", AWS_AS_IS },
    { "snapshot_type", "SnapshotType", AWS_AS_IS },
    { "encrypted", "StorageEncrypted", AWS_AS_IS },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "iam_database_authentication_enabled", "IAMDatabaseAuthenticationEnabled", AWS_AS_IS },
    { 0 },
};
static const aws_link cluster_snapshot_links[] = {
    { "IS_SNAPSHOT_SOURCE", false, "DBClusterIdentifier", "arn:{partition}:rds:{region}:{account}:cluster:{.}", "AWSRDSCluster" },
    { 0 },
};
static const aws_shape cluster_snapshot = {
    .labels = { "AWSRDSClusterSnapshot", "RDSClusterSnapshot", "Snapshot" },
    .id = "{DBClusterSnapshotArn}",
    .aliases = { "arn:{partition}:rds:{region}:{account}:cluster-snapshot:{DBClusterSnapshotIdentifier}" },
    .fields = cluster_snapshot_fields,
    .links = cluster_snapshot_links,
    .tags = "TagList",
    .more = kms_key_more,
};

/* Who may restore a snapshot: accounts, or "all". The attributes name the snapshot only by its identifier. */
#define SHARED_MAX 64u

static int32_t shared_with(aws_ctx *c, const cg_tree *item, const cg_tree *attributes, const aws_shape *shape, cg_str id, cspm_error **err)
{
    cg_str accounts[SHARED_MAX];
    uint32_t n = 0, kept = 0;
    bool known = false, all = false;

    for (uint32_t i = 0; attributes && i < attributes->list.count; i++)
        if (cg_str_eq(aws_str(attributes->list.items[i], "AttributeName"), CG_STR("restore"))) {
            known = true;
            aws_collect(c, attributes->list.items[i], "AttributeValues[]", accounts, SHARED_MAX, &n);
        }
    if (!known)
        return CSPM_OK;
    for (uint32_t i = 0; i < n; i++) {
        if (cg_str_eq(accounts[i], CG_STR("all")))
            all = true;
        else
            accounts[kept++] = accounts[i];
    }
    int32_t rc = aws_again(c, item, id, shape, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "ispublic", all, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "publicToAll", all, err);
    if (rc == CSPM_OK)
        rc = aws_prop_set(c, "sharedWith", accounts, kept, err);
    return rc == CSPM_OK ? aws_node_end(c, true, err) : rc;
}

static int32_t take_attributes(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const bool of_cluster = aws_get(item, "DBClusterSnapshotIdentifier") != NULL;
    const cg_str name = aws_str(item, of_cluster ? "DBClusterSnapshotIdentifier" : "DBSnapshotIdentifier");
    const char *kind = of_cluster ? "cluster-snapshot" : "snapshot";
    const cg_str place = aws_text(c, item, "arn:{partition}:rds:{region}:{account}:");
    cg_str id = name;

    if (!name.length)
        return aws_unnamed(c, item, "snapshot", err);
    if (!cg_str_starts(name, CG_STR("arn:")))
        id = aws_format(c, "%.*s%s:%.*s", place.length ? (int)place.length : 4, place.length ? place.data : "rds:", kind, CG_FMT(name));
    if (!id.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    return shared_with(c, item, aws_list(item, of_cluster ? "DBClusterSnapshotAttributes" : "DBSnapshotAttributes"),
                       of_cluster ? &cluster_snapshot : &snapshot, id, err);
}

/* ---- RDS: event subscriptions ---- */

static const aws_field event_fields[] = {
    { "id", "CustSubscriptionId", AWS_AS_IS },
    { "arn", "EventSubscriptionArn", AWS_AS_IS },
    { "name", "CustSubscriptionId", AWS_AS_IS },
    { "customer_aws_id", "CustomerAwsId", AWS_AS_IS },
    { "sns_topic_arn", "SnsTopicArn", AWS_AS_IS },
    { "source_type", "SourceType", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "enabled", "Enabled", AWS_AS_IS },
    { "subscription_creation_time", "SubscriptionCreationTime", AWS_TIME },
    { "event_categories", "EventCategoriesList", AWS_AS_IS },
    { "source_ids", "SourceIdsList", AWS_AS_IS },
    { 0 },
};
static const aws_link event_links[] = {
    { "NOTIFIES", false, "SnsTopicArn", NULL, "AWSSNSTopic" },
    { 0 },
};

static int32_t monitors(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    static const char *const kinds[][3] = { { "db-instance", "db", "AWSRDSInstance" },
                                            { "db-cluster", "cluster", "AWSRDSCluster" },
                                            { "db-snapshot", "snapshot", "AWSRDSSnapshot" } };
    const cg_tree *item = user;
    const cg_str type = aws_str(item, "SourceType"), name = cg_tree_string(value);

    for (size_t i = 0; name.length && i < sizeof kinds / sizeof kinds[0]; i++)
        if (cg_str_eq(type, cg_str_from(kinds[i][0]))) {
            const cg_str place = aws_text(c, item, "arn:{partition}:rds:{region}:{account}:");
            const cg_str arn = place.data ? aws_format(c, "%.*s%s:%.*s", CG_FMT(place), kinds[i][1], CG_FMT(name)) : CG_STR_NULL;
            return aws_tie(c, value, c->id, "MONITORS", arn, kinds[i][2], err);
        }
    return CSPM_OK;
}
static int32_t event_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "SourceIdsList[]", monitors, (void *)(uintptr_t)item, err);
}
static const aws_shape event_subscription = {
    .labels = { "AWSRDSEventSubscription", "RDSEventSubscription" },
    .id = "{EventSubscriptionArn}",
    .fields = event_fields,
    .links = event_links,
    .more = event_more,
};

/* ---- DynamoDB ---- */

static const aws_field table_fields[] = {
    { "id", "TableArn", AWS_AS_IS },
    { "arn", "TableArn", AWS_AS_IS },
    { "name", "TableName", AWS_AS_IS },
    { "rows", "ItemCount", AWS_AS_IS },
    { "size", "TableSizeBytes", AWS_AS_IS },
    { "table_status", "TableStatus", AWS_AS_IS },
    { "creation_date_time", "CreationDateTime", AWS_TIME },
    { "provisioned_throughput_read_capacity_units", "ProvisionedThroughput.ReadCapacityUnits", AWS_AS_IS },
    { "provisioned_throughput_write_capacity_units", "ProvisionedThroughput.WriteCapacityUnits", AWS_AS_IS },
    { "deletion_protection", "DeletionProtectionEnabled", AWS_AS_IS },
    { "sse_status", "SSEDescription.Status", AWS_AS_IS },
    { "sse_type", "SSEDescription.SSEType", AWS_AS_IS },
    { "latest_stream_arn", "LatestStreamArn", AWS_AS_IS },
    { 0 },
};
static const aws_field index_fields[] = {
    { "id", "IndexArn", AWS_AS_IS },
    { "arn", "IndexArn", AWS_AS_IS },
    { "name", "IndexName", AWS_AS_IS },
    { "provisioned_throughput_read_capacity_units", "ProvisionedThroughput.ReadCapacityUnits", AWS_AS_IS },
    { "provisioned_throughput_write_capacity_units", "ProvisionedThroughput.WriteCapacityUnits", AWS_AS_IS },
    { 0 },
};
static const aws_part table_index = { { "AWSDynamoDBGlobalSecondaryIndex", "DynamoDBGlobalSecondaryIndex" },
                                      "/index/{IndexName}",
                                      NULL,
                                      index_fields,
                                      "GLOBAL_SECONDARY_INDEX",
                                      false,
                                      false };
static int32_t table_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str id = c->id;
    int32_t rc = aws_encrypted_by(c, item, id, aws_str(item, "SSEDescription.KMSMasterKeyArn"), err);

    if (rc == CSPM_OK)
        rc = aws_parts_add(c, &table_index, item, "GlobalSecondaryIndexes", id, err);
    c->id = id;
    return rc;
}
static const aws_shape table = {
    .labels = { "AWSDynamoDBTable", "DynamoDBTable", "Database" },
    .id = "{TableArn}",
    .aliases = { "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}" },
    .fields = table_fields,
    .tags = "Tags",
    .more = table_more,
};

/* A list of names says little, but what there is: its ARN, where account and region are known. */
static const aws_field table_name_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { 0 },
};
static const aws_shape table_name = {
    .labels = { "AWSDynamoDBTable", "DynamoDBTable", "Database" },
    .id = "{@}",
    .fields = table_name_fields,
};
static int32_t take_table_name(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "arn:{partition}:dynamodb:{region}:{account}:table/{Name}", "dynamodb:table/{Name}", NULL };

    return aws_apply_name(c, &table_name, item, ids, err);
}

static int32_t take_table_policy(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "ResourceArn", "TableArn", NULL };

    return aws_apply_policy(c, &table, item, aws_any(item, members), "Policy", "dynamodb", "table", err);
}

/* ---- Redshift ---- */

static const aws_field redshift_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "ClusterIdentifier", AWS_AS_IS },
    { "availability_zone", "AvailabilityZone", AWS_AS_IS },
    { "cluster_create_time", "ClusterCreateTime", AWS_TIME },
    { "cluster_identifier", "ClusterIdentifier", AWS_AS_IS },
    { "cluster_revision_number", "ClusterRevisionNumber", AWS_AS_IS },
    { "cluster_status", "ClusterStatus", AWS_AS_IS },
    { "db_name", "DBName", AWS_AS_IS },
    { "encrypted", "Encrypted", AWS_AS_IS },
    { "endpoint_address", "Endpoint.Address", AWS_AS_IS },
    { "endpoint_port", "Endpoint.Port", AWS_AS_IS },
    { "master_username", "MasterUsername", AWS_AS_IS },
    { "node_type", "NodeType", AWS_AS_IS },
    { "number_of_nodes", "NumberOfNodes", AWS_AS_IS },
    { "publicly_accessible", "PubliclyAccessible", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { 0 },
};
static const aws_link redshift_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "VpcSecurityGroups[].VpcSecurityGroupId", NULL, "AWSEC2SecurityGroup" },
    { "MEMBER_OF_AWS_VPC", false, "VpcId", NULL, "AWSVpc" },
    { "STS_ASSUMEROLE_ALLOW", false, "IamRoles[].IamRoleArn", NULL, "AWSRole" },
    { "USES_SECRET", false, "MasterPasswordSecretArn", NULL, "AWSSecretsManagerSecret" },
    { 0 },
};
static const aws_shape redshift = {
    .labels = { "AWSRedshiftCluster", "RedshiftCluster" },
    .id = "{@}",
    .fields = redshift_fields,
    .links = redshift_links,
    .tags = "Tags",
    .more = kms_key_more,
};

static int32_t take_redshift(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "arn:{partition}:redshift:{region}:{account}:cluster:{ClusterIdentifier}",
                                       "redshift:cluster:{ClusterIdentifier}", NULL };

    return aws_apply_as(c, &redshift, item, ids, err);
}

/* ---- ElastiCache ---- */

static const aws_field cache_fields[] = {
    { "id", "ARN", AWS_AS_IS },
    { "arn", "ARN", AWS_AS_IS },
    { "name", "CacheClusterId", AWS_AS_IS },
    { "cache_cluster_id", "CacheClusterId", AWS_AS_IS },
    { "cache_node_type", "CacheNodeType", AWS_AS_IS },
    { "engine", "Engine", AWS_AS_IS },
    { "engine_version", "EngineVersion", AWS_AS_IS },
    { "cache_cluster_status", "CacheClusterStatus", AWS_AS_IS },
    { "num_cache_nodes", "NumCacheNodes", AWS_AS_IS },
    { "preferred_availability_zone", "PreferredAvailabilityZone", AWS_AS_IS },
    { "preferred_maintenance_window", "PreferredMaintenanceWindow", AWS_AS_IS },
    { "cache_cluster_create_time", "CacheClusterCreateTime", AWS_TIME },
    { "cache_subnet_group_name", "CacheSubnetGroupName", AWS_AS_IS },
    { "auto_minor_version_upgrade", "AutoMinorVersionUpgrade", AWS_AS_IS },
    { "replication_group_id", "ReplicationGroupId", AWS_AS_IS },
    { "snapshot_retention_limit", "SnapshotRetentionLimit", AWS_AS_IS },
    { "snapshot_window", "SnapshotWindow", AWS_AS_IS },
    { "auth_token_enabled", "AuthTokenEnabled", AWS_AS_IS },
    { "transit_encryption_enabled", "TransitEncryptionEnabled", AWS_AS_IS },
    { "at_rest_encryption_enabled", "AtRestEncryptionEnabled", AWS_AS_IS },
    { "topic_arn", "NotificationConfiguration.TopicArn", AWS_AS_IS },
    { 0 },
};
static const aws_link cache_links[] = {
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "SecurityGroups[].SecurityGroupId", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static const aws_field cache_topic_fields[] = {
    { "id", "TopicArn", AWS_AS_IS },
    { "arn", "TopicArn", AWS_AS_IS },
    { "status", "TopicStatus", AWS_AS_IS },
    { 0 },
};
static const aws_shape cache_topic = { .labels = { "AWSElasticacheTopic", "ElasticacheTopic" },
                                       .id = "{TopicArn}",
                                       .fields = cache_topic_fields };
static int32_t cache_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *topic = aws_get(item, "NotificationConfiguration");
    cg_str id = CG_STR_NULL;
    int32_t rc = CSPM_OK;

    if (topic && aws_str(topic, "TopicArn").length)
        rc = aws_apply_inside(c, &cache_topic, topic, &id, err);
    return rc == CSPM_OK ? aws_tie(c, item, id, "CACHE_CLUSTER", c->id, NULL, err) : rc;
}
static const aws_shape cache = {
    .labels = { "AWSElasticacheCluster", "ElasticacheCluster" },
    .id = "{ARN}",
    .fields = cache_fields,
    .links = cache_links,
    .more = cache_more,
};

/* ---- OpenSearch and Elasticsearch ---- */

static const aws_field domain_fields[] = {
    { "id", "DomainId", AWS_AS_IS },
    { "domainid", "DomainId", AWS_AS_IS },
    { "arn", "ARN", AWS_AS_IS },
    { "name", "DomainName", AWS_AS_IS },
    { "created", "Created", AWS_AS_IS },
    { "deleted", "Deleted", AWS_AS_IS },
    { "endpoint", "{Endpoint|Endpoints.vpc}", AWS_AS_IS },
    { "elasticsearch_version", "{ElasticsearchVersion|EngineVersion}", AWS_AS_IS },
    { "policy", "AccessPolicies", AWS_JSON },
    { "elasticsearch_cluster_config_instancetype", "{ElasticsearchClusterConfig.InstanceType|ClusterConfig.InstanceType}", AWS_AS_IS },
    { "elasticsearch_cluster_config_instancecount", "ElasticsearchClusterConfig.InstanceCount", AWS_AS_IS },
    { "ebs_options_ebsenabled", "EBSOptions.EBSEnabled", AWS_AS_IS },
    { "ebs_options_volumetype", "EBSOptions.VolumeType", AWS_AS_IS },
    { "ebs_options_volumesize", "EBSOptions.VolumeSize", AWS_AS_IS },
    { "ebs_options_iops", "EBSOptions.Iops", AWS_AS_IS },
    { "encryption_at_rest_options_enabled", "EncryptionAtRestOptions.Enabled", AWS_AS_IS },
    { "encryption_at_rest_options_kms_key_id", "EncryptionAtRestOptions.KmsKeyId", AWS_AS_IS },
    { "node_to_node_encryption_enabled", "NodeToNodeEncryptionOptions.Enabled", AWS_AS_IS },
    { "enforce_https", "DomainEndpointOptions.EnforceHTTPS", AWS_AS_IS },
    { "fine_grained_access_enabled", "AdvancedSecurityOptions.Enabled", AWS_AS_IS },
    { 0 },
};
static const aws_link domain_links[] = {
    { "PART_OF_SUBNET", false, "VPCOptions.SubnetIds[]", NULL, "AWSEC2Subnet" },
    { "MEMBER_OF_EC2_SECURITY_GROUP", false, "VPCOptions.SecurityGroupIds[]", NULL, "AWSEC2SecurityGroup" },
    { 0 },
};
static int32_t domain_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape domain = {
    .labels = { "AWSESDomain", "ESDomain", "Database" },
    .id = "{ARN|DomainId}",
    .aliases = { "{DomainId}" },
    .fields = domain_fields,
    .links = domain_links,
    .tags = "Tags",
    .more = domain_more,
};
/* A domain outside a VPC has a public end point. */
static int32_t domain_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const bool in_vpc = aws_first(c, item, "VPCOptions.SubnetIds[]").length > 0 || aws_str(item, "VPCOptions.VPCId").length > 0;
    int32_t rc = aws_again(c, item, c->id, &domain, err);

    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "publicly_accessible", !in_vpc, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc == CSPM_OK ? aws_encrypted_by(c, item, c->id, aws_str(item, "EncryptionAtRestOptions.KmsKeyId"), err) : rc;
}

#define RDS_LIKE(service)                                                                                                                  \
    { .operation = service ".describe-db-instances", .items = "DBInstances[]", .sign = "DBInstanceIdentifier", .shape = &instance },       \
        { .operation = service ".describe-db-clusters", .items = "DBClusters[]", .sign = "DBClusterIdentifier", .shape = &cluster },       \
    {                                                                                                                                      \
        .operation = service ".describe-db-subnet-groups", .items = "DBSubnetGroups[]", .sign = "DBSubnetGroupName",                       \
        .take = take_subnet_group                                                                                                          \
    }

const aws_answer aws_answers_database[] = {
    RDS_LIKE("rds"),
    { .operation = "rds.describe-db-snapshots", .items = "DBSnapshots[]", .sign = "DBSnapshotIdentifier", .shape = &snapshot },
    { .operation = "rds.describe-db-snapshot-attributes",
      .items = "DBSnapshotAttributesResult",
      .sign = "DBSnapshotIdentifier",
      .take = take_attributes,
      .inherit = { "Region" } },
    { .operation = "rds.describe-db-cluster-snapshots",
      .items = "DBClusterSnapshots[]",
      .sign = "DBClusterSnapshotIdentifier",
      .shape = &cluster_snapshot },
    { .operation = "rds.describe-db-cluster-snapshot-attributes",
      .items = "DBClusterSnapshotAttributesResult",
      .sign = "DBClusterSnapshotIdentifier",
      .take = take_attributes,
      .inherit = { "Region" } },
    { .operation = "rds.describe-event-subscriptions",
      .items = "EventSubscriptionsList[]",
      .sign = "CustSubscriptionId",
      .shape = &event_subscription },
    RDS_LIKE("docdb"),
    RDS_LIKE("neptune"),
    { .operation = "dynamodb.describe-table", .items = "Table", .sign = "TableArn", .shape = &table },
    { .operation = "dynamodb.list-tables", .items = "TableNames[]", .take = take_table_name },
    { .operation = "dynamodb.get-resource-policy", .items = "", .sign = "Policy", .take = take_table_policy },
    { .operation = "redshift.describe-clusters", .items = "Clusters[]", .sign = "ClusterIdentifier", .take = take_redshift },
    { .operation = "elasticache.describe-cache-clusters", .items = "CacheClusters[]", .sign = "CacheClusterId", .shape = &cache },
    { .operation = "es.describe-elasticsearch-domains", .items = "DomainStatusList[]", .sign = "DomainId", .shape = &domain },
    { .operation = "es.describe-elasticsearch-domain", .items = "DomainStatus", .sign = "DomainId", .shape = &domain },
    { .operation = "opensearch.describe-domains", .items = "DomainStatusList[]", .sign = "DomainId", .shape = &domain },
    { .operation = "opensearch.describe-domain", .items = "DomainStatus", .sign = "DomainId", .shape = &domain },
    { .operation = NULL },
};
