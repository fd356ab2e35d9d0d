/* Terraform's storage, databases, keys, secrets and messages in the words of their APIs. A bucket's policy, ACL and block are resources of
 * their own: each is an answer about the bucket. */
#include "ingest/terraform/terraform.h"

/* ---- S3 ---- */

static const tf_field bucket[] = { { "Name", "bucket", TF_VALUE, NULL },
                                   { "Region", "region", TF_VALUE, NULL },
                                   { "Policy", "policy", TF_VALUE, NULL },
                                   { "TagSet", "tags", TF_TAGS, NULL },
                                   { 0 } };
static const tf_field bucket_policy[] = { { "Bucket", "bucket", TF_REF, NULL }, { "Policy", "policy", TF_VALUE, NULL }, { 0 } };
static const tf_field block[] = { { "Bucket", "bucket", TF_REF, NULL },
                                  { "PublicAccessBlockConfiguration.BlockPublicAcls", "block_public_acls", TF_VALUE, NULL },
                                  { "PublicAccessBlockConfiguration.IgnorePublicAcls", "ignore_public_acls", TF_VALUE, NULL },
                                  { "PublicAccessBlockConfiguration.BlockPublicPolicy", "block_public_policy", TF_VALUE, NULL },
                                  { "PublicAccessBlockConfiguration.RestrictPublicBuckets", "restrict_public_buckets", TF_VALUE, NULL },
                                  { 0 } };
static const tf_field account_block[] = { { "AccountId", "account_id", TF_VALUE, NULL },
                                          { "PublicAccessBlockConfiguration.BlockPublicAcls", "block_public_acls", TF_VALUE, NULL },
                                          { "PublicAccessBlockConfiguration.IgnorePublicAcls", "ignore_public_acls", TF_VALUE, NULL },
                                          { "PublicAccessBlockConfiguration.BlockPublicPolicy", "block_public_policy", TF_VALUE, NULL },
                                          { "PublicAccessBlockConfiguration.RestrictPublicBuckets", "restrict_public_buckets", TF_VALUE,
                                            NULL },
                                          { 0 } };
static const tf_field versioning[] = { { "Bucket", "bucket", TF_REF, NULL },
                                       { "Status", "versioning_configuration.0.status", TF_VALUE, NULL },
                                       { "MFADelete", "versioning_configuration.0.mfa_delete", TF_VALUE, NULL },
                                       { 0 } };
static const tf_field default_key[] = { { "SSEAlgorithm", "sse_algorithm", TF_VALUE, NULL },
                                        { "KMSMasterKeyID", "kms_master_key_id", TF_VALUE, NULL },
                                        { 0 } };
static const tf_field encryption_rule[] = { { "ApplyServerSideEncryptionByDefault", "apply_server_side_encryption_by_default", TF_BLOCK,
                                              default_key },
                                            { "BucketKeyEnabled", "bucket_key_enabled", TF_VALUE, NULL },
                                            { 0 } };
static const tf_field encryption[] = { { "Bucket", "bucket", TF_REF, NULL },
                                       { "ServerSideEncryptionConfiguration.Rules", "rule", TF_BLOCKS, encryption_rule },
                                       { 0 } };
static const tf_field logging[] = { { "Bucket", "bucket", TF_REF, NULL },
                                    { "LoggingEnabled.TargetBucket", "target_bucket", TF_REF, NULL },
                                    { 0 } };
static const tf_field destination[] = { { "Bucket", "bucket", TF_VALUE, NULL }, { "Account", "account", TF_VALUE, NULL }, { 0 } };
static const tf_field replication_rule[] = {
    { "ID", "id", TF_VALUE, NULL }, { "Status", "status", TF_VALUE, NULL }, { "Destination", "destination", TF_BLOCK, destination }, { 0 }
};
static const tf_field replication[] = { { "Bucket", "bucket", TF_REF, NULL },
                                        { "ReplicationConfiguration.Role", "role", TF_REF, NULL },
                                        { "ReplicationConfiguration.Rules", "rule", TF_BLOCKS, replication_rule },
                                        { 0 } };
static const tf_field acl[] = { { "Bucket", "bucket", TF_REF, NULL }, { 0 } };

static void grant(tf_document *d, const tf_resource *r, cg_tree *grants, cg_str uri, cg_str id, cg_str permission)
{
    cg_tree *g = tf_map(d, r);
    tf_put_text(d, g, "Permission", permission);
    tf_put_text(d, g, "Grantee.Type", uri.length ? CG_STR("Group") : CG_STR("CanonicalUser"));
    tf_put_text(d, g, "Grantee.URI", uri);
    tf_put_text(d, g, "Grantee.ID", id);
    tf_push(d, grants, g);
}

/* Canned ACLs are short for grants to everybody. */
static void canned_grants(tf_document *d, const tf_resource *r, cg_tree *grants)
{
    static const struct {
        cg_str name, group, permission;
    } canned[] = {
        { CG_STR("public-read"), CG_STR("http://acs.amazonaws.com/groups/global/AllUsers"), CG_STR("READ") },
        { CG_STR("public-read-write"), CG_STR("http://acs.amazonaws.com/groups/global/AllUsers"), CG_STR("READ") },
        { CG_STR("public-read-write"), CG_STR("http://acs.amazonaws.com/groups/global/AllUsers"), CG_STR("WRITE") },
        { CG_STR("authenticated-read"), CG_STR("http://acs.amazonaws.com/groups/global/AuthenticatedUsers"), CG_STR("READ") },
    };
    const cg_str name = tf_text(d, r, "acl");
    for (size_t i = 0; i < sizeof canned / sizeof canned[0]; i++)
        if (cg_str_eq(name, canned[i].name))
            grant(d, r, grants, canned[i].group, CG_STR_NULL, canned[i].permission);
}

static void acl_grants(tf_document *d, const tf_resource *r, cg_tree *item)
{
    const cg_tree *given = tf_value(d, r, "access_control_policy.0.grant");
    cg_tree *grants = tf_list(d, r);

    if (!grants)
        return;
    if (!given)
        canned_grants(d, r, grants);
    for (uint32_t i = 0; given && given->type == CG_TREE_LIST && i < given->list.count; i++) {
        const cg_tree *g = given->list.items[i], *who = cg_tree_get(g, "grantee");
        if (who && who->type == CG_TREE_LIST)
            who = who->list.count ? who->list.items[0] : NULL;
        grant(d, r, grants, cg_tree_string(cg_tree_get(who, "uri")), cg_tree_string(cg_tree_get(who, "id")),
              cg_tree_string(cg_tree_get(g, "permission")));
    }
    tf_put(d, item, "Grants", grants);
}

/* Before version 4 of the provider a bucket had its ACL itself. */
static void old_acl(tf_document *d, const tf_resource *r, cg_tree *item)
{
    cg_tree *grants = tf_list(d, r);
    if (!grants)
        return;
    canned_grants(d, r, grants);
    if (grants->list.count)
        tf_put(d, item, "Grants", grants);
}

/* ---- databases ---- */

static const tf_field db_instance[] = { { "DBInstanceIdentifier", "identifier", TF_VALUE, NULL },
                                        { "DBInstanceArn", "arn", TF_VALUE, NULL },
                                        { "DBInstanceClass", "instance_class", TF_VALUE, NULL },
                                        { "Engine", "engine", TF_VALUE, NULL },
                                        { "EngineVersion", "engine_version", TF_VALUE, NULL },
                                        { "DBInstanceStatus", "status", TF_VALUE, NULL },
                                        { "MasterUsername", "username", TF_VALUE, NULL },
                                        { "DBName", "db_name", TF_VALUE, NULL },
                                        { "Endpoint.Address", "address", TF_VALUE, NULL },
                                        { "Endpoint.Port", "port", TF_VALUE, NULL },
                                        { "AllocatedStorage", "allocated_storage", TF_VALUE, NULL },
                                        { "AvailabilityZone", "availability_zone", TF_VALUE, NULL },
                                        { "DBSubnetGroup.DBSubnetGroupName", "db_subnet_group_name", TF_REF, NULL },
                                        { "VpcSecurityGroups.VpcSecurityGroupId", "vpc_security_group_ids", TF_WRAP, NULL },
                                        { "PubliclyAccessible", "publicly_accessible", TF_VALUE, NULL },
                                        { "StorageEncrypted", "storage_encrypted", TF_VALUE, NULL },
                                        { "KmsKeyId", "kms_key_id", TF_REF, NULL },
                                        { "MultiAZ", "multi_az", TF_VALUE, NULL },
                                        { "DbiResourceId", "resource_id", TF_VALUE, NULL },
                                        { "BackupRetentionPeriod", "backup_retention_period", TF_VALUE, NULL },
                                        { "DeletionProtection", "deletion_protection", TF_VALUE, NULL },
                                        { "IAMDatabaseAuthenticationEnabled", "iam_database_authentication_enabled", TF_VALUE, NULL },
                                        { "TagList", "tags", TF_TAGS, NULL },
                                        { 0 } };
static const tf_field db_cluster[] = { { "DBClusterIdentifier", "cluster_identifier", TF_VALUE, NULL },
                                       { "DBClusterArn", "arn", TF_VALUE, NULL },
                                       { "Engine", "engine", TF_VALUE, NULL },
                                       { "EngineVersion", "engine_version", TF_VALUE, NULL },
                                       { "MasterUsername", "master_username", TF_VALUE, NULL },
                                       { "DatabaseName", "database_name", TF_VALUE, NULL },
                                       { "Endpoint", "endpoint", TF_VALUE, NULL },
                                       { "ReaderEndpoint", "reader_endpoint", TF_VALUE, NULL },
                                       { "Port", "port", TF_VALUE, NULL },
                                       { "DBSubnetGroup", "db_subnet_group_name", TF_REF, NULL },
                                       { "VpcSecurityGroups.VpcSecurityGroupId", "vpc_security_group_ids", TF_WRAP, NULL },
                                       { "StorageEncrypted", "storage_encrypted", TF_VALUE, NULL },
                                       { "KmsKeyId", "kms_key_id", TF_REF, NULL },
                                       { "IAMDatabaseAuthenticationEnabled", "iam_database_authentication_enabled", TF_VALUE, NULL },
                                       { "TagList", "tags", TF_TAGS, NULL },
                                       { 0 } };
static const tf_field db_subnets[] = { { "DBSubnetGroupName", "name", TF_VALUE, NULL },
                                       { "DBSubnetGroupArn", "arn", TF_VALUE, NULL },
                                       { "DBSubnetGroupDescription", "description", TF_VALUE, NULL },
                                       { "VpcId", "vpc_id", TF_VALUE, NULL },
                                       { "Subnets.SubnetIdentifier", "subnet_ids", TF_WRAP, NULL },
                                       { 0 } };
static const tf_field db_snapshot[] = { { "DBSnapshotIdentifier", "db_snapshot_identifier", TF_VALUE, NULL },
                                        { "DBSnapshotArn", "db_snapshot_arn", TF_VALUE, NULL },
                                        { "DBInstanceIdentifier", "db_instance_identifier", TF_REF, NULL },
                                        { "Engine", "engine", TF_VALUE, NULL },
                                        { "Encrypted", "encrypted", TF_VALUE, NULL },
                                        { "KmsKeyId", "kms_key_id", TF_REF, NULL },
                                        { "SnapshotType", "snapshot_type", TF_VALUE, NULL },
                                        { "VpcId", "vpc_id", TF_VALUE, NULL },
                                        { "TagList", "tags", TF_TAGS, NULL },
                                        { 0 } };
static const tf_field table[] = { { "TableName", "name", TF_VALUE, NULL },
                                  { "TableArn", "arn", TF_VALUE, NULL },
                                  { "TableStatus", "status", TF_VALUE, NULL },
                                  { "SSEDescription.KMSMasterKeyArn", "server_side_encryption.0.kms_key_arn", TF_VALUE, NULL },
                                  { "LatestStreamArn", "stream_arn", TF_VALUE, NULL },
                                  { "Tags", "tags", TF_TAGS, NULL },
                                  { 0 } };

/* ---- secrets and keys; values are left where they are ---- */

static const tf_field secret[] = {
    { "ARN", "arn", TF_VALUE, NULL },           { "Name", "name", TF_VALUE, NULL }, { "Description", "description", TF_VALUE, NULL },
    { "KmsKeyId", "kms_key_id", TF_REF, NULL }, { "Tags", "tags", TF_TAGS, NULL },  { 0 }
};
static const tf_field secret_policy[] = { { "ARN", "secret_arn", TF_REF, NULL }, { "ResourcePolicy", "policy", TF_VALUE, NULL }, { 0 } };
static const tf_field parameter[] = { { "Name", "name", TF_VALUE, NULL },
                                      { "ARN", "arn", TF_VALUE, NULL },
                                      { "Type", "type", TF_VALUE, NULL },
                                      { "KeyId", "key_id", TF_REF, NULL },
                                      { "Description", "description", TF_VALUE, NULL },
                                      { "Tier", "tier", TF_VALUE, NULL },
                                      { "Version", "version", TF_VALUE, NULL },
                                      { "DataType", "data_type", TF_VALUE, NULL },
                                      { 0 } };
static const tf_field key[] = { { "KeyId", "key_id", TF_VALUE, NULL },
                                { "Arn", "arn", TF_VALUE, NULL },
                                { "Description", "description", TF_VALUE, NULL },
                                { "Enabled", "is_enabled", TF_VALUE, NULL },
                                { "KeyUsage", "key_usage", TF_VALUE, NULL },
                                { "Policy", "policy", TF_VALUE, NULL },
                                { "MultiRegion", "multi_region", TF_VALUE, NULL },
                                { "Tags", "tags", TF_TAGS, NULL },
                                { 0 } };
static const tf_field key_alias[] = {
    { "AliasName", "name", TF_VALUE, NULL }, { "AliasArn", "arn", TF_VALUE, NULL }, { "TargetKeyId", "target_key_id", TF_REF, NULL }, { 0 }
};

/* ---- messages ---- */

static const tf_field queue[] = { { "QueueArn", "arn", TF_VALUE, NULL },
                                  { "QueueUrl", "url", TF_VALUE, NULL },
                                  { "Policy", "policy", TF_VALUE, NULL },
                                  { "KmsMasterKeyId", "kms_master_key_id", TF_REF, NULL },
                                  { "SqsManagedSseEnabled", "sqs_managed_sse_enabled", TF_VALUE, NULL },
                                  { "RedrivePolicy", "redrive_policy", TF_VALUE, NULL },
                                  { 0 } };
static const tf_field topic[] = {
    { "TopicArn", "arn", TF_VALUE, NULL },  { "DisplayName", "display_name", TF_VALUE, NULL },       { "Owner", "owner", TF_VALUE, NULL },
    { "Policy", "policy", TF_VALUE, NULL }, { "KmsMasterKeyId", "kms_master_key_id", TF_REF, NULL }, { 0 }
};
static const tf_field topic_policy[] = { { "TopicArn", "arn", TF_REF, NULL }, { "Policy", "policy", TF_VALUE, NULL }, { 0 } };
static const tf_field subscription[] = { { "SubscriptionArn", "arn", TF_VALUE, NULL },
                                         { "TopicArn", "topic_arn", TF_REF, NULL },
                                         { "Protocol", "protocol", TF_VALUE, NULL },
                                         { "Endpoint", "endpoint", TF_REF, NULL },
                                         { 0 } };


const tf_type tf_types_data[] = {
    { "aws_s3_bucket", "s3api.list-buckets", bucket, "Name", "arn:{partition}:s3:::{bucket}", old_acl },
    { "aws_s3_bucket_policy", "s3api.get-bucket-policy", bucket_policy, NULL, NULL, NULL },
    { "aws_s3_bucket_public_access_block", "s3api.get-public-access-block", block, NULL, NULL, NULL },
    { "aws_s3_account_public_access_block", "s3control.get-public-access-block", account_block, NULL, NULL, NULL },
    { "aws_s3_bucket_versioning", "s3api.get-bucket-versioning", versioning, NULL, NULL, NULL },
    { "aws_s3_bucket_server_side_encryption_configuration", "s3api.get-bucket-encryption", encryption, NULL, NULL, NULL },
    { "aws_s3_bucket_logging", "s3api.get-bucket-logging", logging, NULL, NULL, NULL },
    { "aws_s3_bucket_replication_configuration", "s3api.get-bucket-replication", replication, NULL, NULL, NULL },
    { "aws_s3_bucket_acl", "s3api.get-bucket-acl", acl, NULL, NULL, acl_grants },
    { "aws_db_instance", "rds.describe-db-instances", db_instance, "DBInstanceIdentifier|DBInstanceArn", TF_ARN("rds", "db:{identifier}"),
      NULL },
    { "aws_rds_cluster", "rds.describe-db-clusters", db_cluster, "DBClusterIdentifier|DBClusterArn",
      TF_ARN("rds", "cluster:{cluster_identifier}"), NULL },
    { "aws_rds_cluster_instance", "rds.describe-db-instances", db_instance, "DBInstanceIdentifier|DBInstanceArn",
      TF_ARN("rds", "db:{identifier}"), NULL },
    { "aws_neptune_cluster", "neptune.describe-db-clusters", db_cluster, "DBClusterIdentifier|DBClusterArn",
      TF_ARN("rds", "cluster:{cluster_identifier}"), NULL },
    { "aws_docdb_cluster", "docdb.describe-db-clusters", db_cluster, "DBClusterIdentifier|DBClusterArn",
      TF_ARN("rds", "cluster:{cluster_identifier}"), NULL },
    { "aws_db_subnet_group", "rds.describe-db-subnet-groups", db_subnets, "DBSubnetGroupName|DBSubnetGroupArn", TF_ARN("rds", "subgrp:{name}"),
      NULL },
    { "aws_db_snapshot", "rds.describe-db-snapshots", db_snapshot, "DBSnapshotIdentifier|DBSnapshotArn",
      TF_ARN("rds", "snapshot:{db_snapshot_identifier}"), NULL },
    { "aws_dynamodb_table", "dynamodb.describe-table", table, "TableName|TableArn", TF_ARN("dynamodb", "table/{name}"), NULL },
    { "aws_secretsmanager_secret", "secretsmanager.list-secrets", secret, "ARN", NULL, NULL },
    { "aws_secretsmanager_secret_policy", "secretsmanager.get-resource-policy", secret_policy, NULL, NULL, NULL },
    { "aws_ssm_parameter", "ssm.describe-parameters", parameter, "Name", NULL, NULL },
    { "aws_kms_key", "kms.describe-key", key, "KeyId|Arn", NULL, NULL },
    { "aws_kms_alias", "kms.list-aliases", key_alias, "AliasName|AliasArn", TF_ARN("kms", "{name}"), NULL },
    { "aws_sqs_queue", "sqs.get-queue-attributes", queue, "QueueArn", TF_ARN("sqs", "{name}"), NULL },
    { "aws_sns_topic", "sns.get-topic-attributes", topic, "TopicArn", TF_ARN("sns", "{name}"), NULL },
    { "aws_sns_topic_policy", "sns.get-topic-attributes", topic_policy, NULL, NULL, NULL },
    { "aws_sns_topic_subscription", "sns.list-subscriptions", subscription, "SubscriptionArn", NULL, NULL },
    { 0 },
};
