/* Storage: S3 buckets and who may read them, file systems, backup vaults. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

#include <string.h>

/* ---- S3 buckets: one shape for every answer about a bucket; take_bucket finds out whose it is ---- */

static const aws_field bucket_fields[] = {
    { "id", "Name", AWS_AS_IS },
    { "arn", "arn:{partition}:s3:::{Name}", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "region", "Region", AWS_AS_IS },
    { "region", "BucketRegion", AWS_AS_IS },
    { "creationdate", "CreationDate", AWS_TIME },
    { "policy", "Policy", AWS_JSON },
    { "block_public_acls", "PublicAccessBlockConfiguration.BlockPublicAcls", AWS_AS_IS },
    { "ignore_public_acls", "PublicAccessBlockConfiguration.IgnorePublicAcls", AWS_AS_IS },
    { "block_public_policy", "PublicAccessBlockConfiguration.BlockPublicPolicy", AWS_AS_IS },
    { "restrict_public_buckets", "PublicAccessBlockConfiguration.RestrictPublicBuckets", AWS_AS_IS },
    { "default_encryption", "ServerSideEncryptionConfiguration", AWS_EXISTS },
    { "versioning_status", "Status", AWS_AS_IS },
    { "mfa_delete", "MFADelete", AWS_AS_IS },
    { "logging_enabled", "LoggingEnabled", AWS_EXISTS },
    { "logging_target_bucket", "LoggingEnabled.TargetBucket", AWS_AS_IS },
    { "replicates", "ReplicationConfiguration", AWS_EXISTS },
    { "website", "IndexDocument", AWS_EXISTS },
    { "website", "RedirectAllRequestsTo", AWS_EXISTS },
    { "website", "WebsiteConfiguration", AWS_EXISTS },
    { 0 },
};
static const aws_link bucket_links[] = {
    { "LOGS_TO", false, "LoggingEnabled.TargetBucket", "arn:{partition}:s3:::{.}", "AWSS3Bucket" },
    { "REPLICATES_TO", false, "ReplicationConfiguration.Rules[].Destination.Bucket", NULL, "AWSS3Bucket" },
    { "NOTIFIES", false, "TopicConfigurations[].TopicArn", NULL, "AWSSNSTopic" },
    { "SENDS_EVENTS_TO", false, "QueueConfigurations[].QueueArn", NULL, "AWSSQSQueue" },
    { "SENDS_EVENTS_TO", false, "LambdaFunctionConfigurations[].LambdaFunctionArn", NULL, "AWSLambda" },
    { 0 },
};
static int32_t bucket_more(aws_ctx *c, const cg_tree *item, cspm_error **err);
static const aws_shape bucket = {
    .labels = { "AWSS3Bucket", "S3Bucket", "ObjectStorage" },
    .id = "arn:{partition}:s3:::{Name}",
    .aliases = { "{Name}" },
    .fields = bucket_fields,
    .links = bucket_links,
    .tags = "TagSet",
    .global = true,
    .more = bucket_more,
};

/* The ACL of a bucket says who may do what with it: the two groups that are everybody are summed up on the bucket. */
static const aws_field acl_fields[] = {
    { "type", "Grantee.Type", AWS_AS_IS },     { "displayname", "Grantee.DisplayName", AWS_AS_IS },
    { "granteeid", "Grantee.ID", AWS_AS_IS },  { "uri", "Grantee.URI", AWS_AS_IS },
    { "permission", "Permission", AWS_AS_IS }, { "owner", "OwnerName", AWS_AS_IS },
    { "ownerid", "OwnerId", AWS_AS_IS },       { 0 },
};
static const aws_part acl_part = {
    { "AWSS3Acl", "S3Acl" }, "/acl/{Grantee.URI|Grantee.ID|Grantee.EmailAddress}/{Permission}", NULL, acl_fields, "APPLIES_TO", true, false
};

#define PERMISSIONS_MAX 16u /* S3 knows five */

static bool is_everybody(cg_str uri)
{
    return cg_str_ends(uri, CG_STR("/groups/global/AllUsers")) || cg_str_ends(uri, CG_STR("/groups/global/AuthenticatedUsers"));
}

static int32_t bucket_acl(aws_ctx *c, const cg_tree *acl, cg_str id, cspm_error **err)
{
    const cg_tree *grants = aws_list(acl, "Grants");
    cg_str public[PERMISSIONS_MAX];
    uint32_t n = 0;
    int32_t rc = CSPM_OK;

    if (!grants)
        return CSPM_OK;
    for (uint32_t i = 0; i < grants->list.count && rc == CSPM_OK; i++) {
        const cg_tree *grant = grants->list.items[i];
        const cg_str permission = aws_str(grant, "Permission");

        if (permission.length && n < PERMISSIONS_MAX && is_everybody(aws_str(grant, "Grantee.URI")))
        public[n++] = permission;
        if (grant->type == CG_TREE_MAP) {
            grant = aws_with_text(c, grant, "OwnerName", aws_str(acl, "Owner.DisplayName"));
            grant = grant ? aws_with_text(c, grant, "OwnerId", aws_str(acl, "Owner.ID")) : NULL;
            if (!grant)
                return cg_nomem(cg_builder_mem(c->b), err);
        }
        rc = aws_part_add(c, &acl_part, grant, id, NULL, err);
    }
    if (rc == CSPM_OK)
        rc = aws_again(c, acl, id, &bucket, err);
    if (rc == CSPM_OK)
        rc = aws_prop_set(c, "aclPublic", public, n, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

static int32_t bucket_statement(aws_ctx *c, const cg_tree *policy, const cg_tree *s, cg_str name, uint32_t number, cspm_error **err)
{
    static const char *const labels[] = { "AWSS3PolicyStatement", "S3PolicyStatement", NULL };
    static const aws_field fields[] = {
        { "sid", "Sid", AWS_AS_IS },
        { "effect", "Effect", AWS_AS_IS },
        { "action", "Action", AWS_AS_IS },
        { "resource", "Resource", AWS_AS_IS },
        { "notaction", "NotAction", AWS_AS_IS },
        { "notresource", "NotResource", AWS_AS_IS },
        { "principal", "Principal", AWS_JSON },
        { "notprincipal", "NotPrincipal", AWS_JSON },
        { "condition", "Condition", AWS_JSON },
        { 0 },
    };
    const cg_str owner = c->id, sid = aws_str(s, "Sid");
    const cg_str id = aws_format(c, "%.*s/policy_statement/%u%s%.*s", CG_FMT(name), number, sid.data ? "/" : "",
                                 sid.data ? (int)sid.length : 0, sid.data ? sid.data : "");
    int32_t rc;

    if (!id.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    rc = aws_node(c, s, id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "bucket", name, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "policy_id", aws_str(policy, "Id"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "policy_version", aws_str(policy, "Version"), err);
    if (rc == CSPM_OK)
        rc = aws_props(c, fields, s, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, true, err);
    c->id = owner;
    return rc == CSPM_OK ? aws_edge(c, s, owner, "POLICY_STATEMENT", id, NULL, err) : rc;
}

static int32_t bucket_policy(aws_ctx *c, const cg_tree *item, cg_str name, cspm_error **err)
{
    const cg_tree *policy, *statements, *value = aws_get(item, "Policy");
    int32_t rc = aws_document(c, value, &policy, NULL, err);

    if (rc < 0 || !value)
        return rc;
    statements = policy ? cg_tree_get(policy, "Statement") : NULL;
    if (!statements)
        return aws_skip(c, value, "bad-policy", err, "the policy of bucket '%.*s' is no policy document", CG_FMT(name));
    if (statements->type == CG_TREE_MAP)
        return bucket_statement(c, policy, statements, name, 1, err);
    for (uint32_t i = 0; statements->type == CG_TREE_LIST && i < statements->list.count && rc == CSPM_OK; i++)
        if (statements->list.items[i]->type == CG_TREE_MAP)
            rc = bucket_statement(c, policy, statements->list.items[i], name, i + 1, err);
    return rc;
}

/* What lists hide: the first rule of encryption and ownership is the only one S3 allows. */
static int32_t bucket_rules(aws_ctx *c, const cg_tree *item, cg_str id, cspm_error **err)
{
    const cg_tree *encryption = aws_list(item, "ServerSideEncryptionConfiguration.Rules");
    const cg_tree *rule = encryption && encryption->list.count ? encryption->list.items[0] : NULL;
    const cg_str key = aws_str(rule, "ApplyServerSideEncryptionByDefault.KMSMasterKeyID");
    int32_t rc = aws_again(c, item, id, &bucket, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "encryption_algorithm", aws_str(rule, "ApplyServerSideEncryptionByDefault.SSEAlgorithm"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "encryption_key_id", key, err);
    if (rc == CSPM_OK)
        rc = aws_prop_tree(c, "bucket_key_enabled", aws_get(rule, "BucketKeyEnabled"), AWS_AS_IS, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "object_ownership", aws_first(c, item, "OwnershipControls.Rules[].ObjectOwnership"), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc == CSPM_OK ? aws_encrypted_by(c, item, id, key, err) : rc;
}

static int32_t bucket_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *acl = aws_get(item, "get_bucket_acl");
    const cg_str id = c->id;
    int32_t rc = bucket_rules(c, item, id, err);

    c->id = id;
    if (rc == CSPM_OK)
        rc = bucket_policy(c, item, aws_str(item, "Name"), err);
    c->id = id;
    if (rc == CSPM_OK)
        rc = bucket_acl(c, acl ? acl : item, id, err);
    c->id = id;
    return rc;
}

/* An answer about one bucket names it beside, or its policy does. */
static int32_t take_bucket(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "Name", "Bucket", "BucketName", "bucket", NULL }, *const file[] = { "$argument", NULL };
    cg_str name = aws_any(item, members);
    int32_t rc = CSPM_OK;

    if (!name.length) {
        rc = aws_policy_owner(c, item, "Policy", "s3", &name, err);
        name = aws_arn_part(name, 5);
    }
    if (rc < 0)
        return rc;
    if (!name.length)
        name = aws_any(item, file);
    if (!name.length)
        return aws_unnamed(c, item, "bucket", err);
    item = aws_with_text(c, item, "Name", name);
    return item ? aws_apply(c, &bucket, item, err) : cg_nomem(cg_builder_mem(c->b), err);
}

/* ---- S3: the account's own block ---- */

static const aws_field account_block_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "account_id", "{AccountId|account|$argument}", AWS_AS_IS },
    { "block_public_acls", "PublicAccessBlockConfiguration.BlockPublicAcls", AWS_AS_IS },
    { "ignore_public_acls", "PublicAccessBlockConfiguration.IgnorePublicAcls", AWS_AS_IS },
    { "block_public_policy", "PublicAccessBlockConfiguration.BlockPublicPolicy", AWS_AS_IS },
    { "restrict_public_buckets", "PublicAccessBlockConfiguration.RestrictPublicBuckets", AWS_AS_IS },
    { 0 },
};
static const aws_shape account_block = {
    .labels = { "AWSS3AccountPublicAccessBlock", "S3AccountPublicAccessBlock" },
    .id = "{@}",
    .fields = account_block_fields,
};
static int32_t take_account_block(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{AccountId|account|$argument}:{region}", "{AccountId|account|$argument}:s3", NULL };

    return aws_apply_as(c, &account_block, item, ids, err);
}

/* ---- EFS ---- */

static const aws_field file_system_fields[] = {
    { "id", "FileSystemId", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "arn", "FileSystemArn", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { "creation_token", "CreationToken", AWS_AS_IS },
    { "creation_time", "CreationTime", AWS_TIME },
    { "lifecycle_state", "LifeCycleState", AWS_AS_IS },
    { "number_of_mount_targets", "NumberOfMountTargets", AWS_AS_IS },
    { "size_in_bytes_value", "SizeInBytes.Value", AWS_AS_IS },
    { "size_in_bytes_timestamp", "SizeInBytes.Timestamp", AWS_TIME },
    { "performance_mode", "PerformanceMode", AWS_AS_IS },
    { "encrypted", "Encrypted", AWS_AS_IS },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "throughput_mode", "ThroughputMode", AWS_AS_IS },
    { "availability_zone_name", "AvailabilityZoneName", AWS_AS_IS },
    { "availability_zone_id", "AvailabilityZoneId", AWS_AS_IS },
    { "file_system_protection", "FileSystemProtection.ReplicationOverwriteProtection", AWS_AS_IS },
    { "policy", "Policy", AWS_JSON },
    { 0 },
};
static int32_t kms_key_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "KmsKeyId", "EncryptionKeyArn", NULL };

    return aws_encrypted_by(c, item, c->id, aws_any(item, members), err);
}
static const aws_shape file_system = {
    .labels = { "AWSEfsFileSystem", "EfsFileSystem", "FileStorage" },
    .id = "{FileSystemId}",
    .aliases = { "{FileSystemArn}" },
    .fields = file_system_fields,
    .tags = "Tags",
    .more = kms_key_more,
};

static const aws_field mount_target_fields[] = {
    { "id", "MountTargetId", AWS_AS_IS },
    { "arn", "MountTargetId", AWS_AS_IS },
    { "mount_target_id", "MountTargetId", AWS_AS_IS },
    { "fileSystem_id", "FileSystemId", AWS_AS_IS },
    { "lifecycle_state", "LifeCycleState", AWS_AS_IS },
    { "subnet_id", "SubnetId", AWS_AS_IS },
    { "availability_zone_id", "AvailabilityZoneId", AWS_AS_IS },
    { "availability_zone_name", "AvailabilityZoneName", AWS_AS_IS },
    { "ip_address", "IpAddress", AWS_AS_IS },
    { "network_interface_id", "NetworkInterfaceId", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { "vpc_id", "VpcId", AWS_AS_IS },
    { 0 },
};
static const aws_link mount_target_links[] = {
    { "ATTACHED_TO", false, "FileSystemId", NULL, "AWSEfsFileSystem" },
    { "PART_OF_SUBNET", false, "SubnetId", NULL, "AWSEC2Subnet" },
    { "NETWORK_INTERFACE", false, "NetworkInterfaceId", NULL, "AWSNetworkInterface" },
    { 0 },
};
static const aws_shape mount_target = {
    .labels = { "AWSEfsMountTarget", "EfsMountTarget" }, .id = "{MountTargetId}", .fields = mount_target_fields, .links = mount_target_links
};

static const aws_field access_point_fields[] = {
    { "id", "AccessPointArn", AWS_AS_IS },
    { "arn", "AccessPointArn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "access_point_id", "AccessPointId", AWS_AS_IS },
    { "file_system_id", "FileSystemId", AWS_AS_IS },
    { "lifecycle_state", "LifeCycleState", AWS_AS_IS },
    { "owner_id", "OwnerId", AWS_AS_IS },
    { "posix_uid", "PosixUser.Uid", AWS_AS_IS },
    { "posix_gid", "PosixUser.Gid", AWS_AS_IS },
    { "root_directory_path", "RootDirectory.Path", AWS_AS_IS },
    { 0 },
};
static const aws_link access_point_links[] = {
    { "ACCESS_POINT_OF", false, "FileSystemId", NULL, "AWSEfsFileSystem" },
    { 0 },
};
static const aws_shape access_point = {
    .labels = { "AWSEfsAccessPoint", "EfsAccessPoint" },
    .id = "{AccessPointArn}",
    .aliases = { "{AccessPointId}" },
    .fields = access_point_fields,
    .links = access_point_links,
    .tags = "Tags",
};

/* ---- Backup ---- */

static const aws_field vault_fields[] = {
    { "id", "BackupVaultArn", AWS_AS_IS },
    { "arn", "BackupVaultArn", AWS_AS_IS },
    { "name", "BackupVaultName", AWS_AS_IS },
    { "creation_date", "CreationDate", AWS_TIME },
    { "number_of_recovery_points", "NumberOfRecoveryPoints", AWS_AS_IS },
    { "locked", "Locked", AWS_AS_IS },
    { "policy", "Policy", AWS_JSON },
    { 0 },
};
static const aws_shape vault = { .labels = { "AWSBackupVault" }, .id = "{BackupVaultArn}", .fields = vault_fields, .more = kms_key_more };

const aws_answer aws_answers_storage[] = {
    { .operation = "s3api.list-buckets", .items = "Buckets[]", .sign = "Name", .take = take_bucket },
    { .operation = "s3.buckets-detail", .items = "", .take = take_bucket },
    { .operation = "s3api.get-bucket-policy", .items = "", .sign = "Policy", .take = take_bucket },
    { .operation = "s3api.get-bucket-acl", .items = "", .sign = "Grants Owner", .take = take_bucket },
    { .operation = "s3api.get-bucket-acl", .items = "", .sign = "Grants Bucket", .take = take_bucket },
    { .operation = "s3api.get-public-access-block", .items = "", .sign = "PublicAccessBlockConfiguration", .take = take_bucket },
    { .operation = "s3api.get-bucket-encryption", .items = "", .sign = "ServerSideEncryptionConfiguration", .take = take_bucket },
    { .operation = "s3api.get-bucket-versioning", .items = "", .take = take_bucket },
    { .operation = "s3api.get-bucket-logging", .items = "", .sign = "LoggingEnabled", .take = take_bucket },
    { .operation = "s3api.get-bucket-replication", .items = "", .sign = "ReplicationConfiguration", .take = take_bucket },
    { .operation = "s3api.get-bucket-ownership-controls", .items = "", .sign = "OwnershipControls", .take = take_bucket },
    { .operation = "s3api.get-bucket-website", .items = "", .sign = "IndexDocument", .take = take_bucket },
    { .operation = "s3api.get-bucket-notification-configuration", .items = "", .sign = "TopicConfigurations", .take = take_bucket },
    { .operation = "s3api.get-bucket-notification-configuration", .items = "", .sign = "QueueConfigurations", .take = take_bucket },
    { .operation = "s3api.get-bucket-notification-configuration",
      .items = "",
      .sign = "LambdaFunctionConfigurations",
      .take = take_bucket },
    { .operation = "s3api.get-bucket-tagging", .items = "", .sign = "TagSet", .take = take_bucket },
    { .operation = "s3control.get-public-access-block", .items = "", .sign = "PublicAccessBlockConfiguration", .take = take_account_block },
    { .operation = "efs.describe-file-systems", .items = "FileSystems[]", .sign = "FileSystemId", .shape = &file_system },
    { .operation = "efs.describe-file-system-policy", .items = "", .sign = "FileSystemId", .shape = &file_system },
    { .operation = "efs.describe-mount-targets", .items = "MountTargets[]", .sign = "MountTargetId", .shape = &mount_target },
    { .operation = "efs.describe-access-points", .items = "AccessPoints[]", .sign = "AccessPointId", .shape = &access_point },
    { .operation = "backup.list-backup-vaults", .items = "BackupVaultList[]", .sign = "BackupVaultArn", .shape = &vault },
    { .operation = "backup.get-backup-vault-access-policy", .items = "", .sign = "BackupVaultArn", .shape = &vault },
    { .operation = NULL },
};
