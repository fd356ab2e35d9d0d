/* Secrets and keys: Secrets Manager, Systems Manager, KMS, ACM. Values of secrets are never read. */
#include "ingest/aws/aws_data.h"

#include "ingest/aws/aws_part.h"

/* ---- Secrets Manager ---- */

static const aws_field secret_fields[] = {
    { "id", "ARN", AWS_AS_IS },
    { "arn", "ARN", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "rotation_enabled", "RotationEnabled", AWS_AS_IS },
    { "rotation_lambda_arn", "RotationLambdaARN", AWS_AS_IS },
    { "rotation_rules_automatically_after_days", "RotationRules.AutomaticallyAfterDays", AWS_AS_IS },
    { "created_date", "CreatedDate", AWS_TIME },
    { "last_rotated_date", "LastRotatedDate", AWS_TIME },
    { "last_changed_date", "LastChangedDate", AWS_TIME },
    { "last_accessed_date", "LastAccessedDate", AWS_TIME },
    { "deleted_date", "DeletedDate", AWS_TIME },
    { "kms_key_id", "KmsKeyId", AWS_AS_IS },
    { "owning_service", "OwningService", AWS_AS_IS },
    { "primary_region", "PrimaryRegion", AWS_AS_IS },
    { "policy", "ResourcePolicy", AWS_JSON },
    { 0 },
};
static const aws_link secret_links[] = {
    { "ROTATED_BY", false, "RotationLambdaARN", NULL, "AWSLambda" },
    { 0 },
};
static int32_t key_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const members[] = { "KmsKeyId", "KeyId", NULL };

    return aws_encrypted_by(c, item, c->id, aws_any(item, members), err);
}
static const aws_shape secret = {
    .labels = { "AWSSecretsManagerSecret", "SecretsManagerSecret" },
    .id = "{ARN}",
    .fields = secret_fields,
    .links = secret_links,
    .tags = "Tags",
    .more = key_more,
};

static const aws_field version_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "secret_id", "{SecretId|ARN}", AWS_AS_IS },
    { "version_id", "VersionId", AWS_AS_IS },
    { "version_stages", "VersionStages", AWS_AS_IS },
    { "created_date", "CreatedDate", AWS_TIME },
    { 0 },
};
static const aws_link version_links[] = {
    { "VERSION_OF", false, "SecretId", NULL, "AWSSecretsManagerSecret" },
    { 0 },
};
static int32_t version_key(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    (void)user;
    return aws_encrypted_by(c, value, c->id, cg_tree_string(value), err);
}
static int32_t version_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "KmsKeyIds[]", version_key, NULL, err);
}
static const aws_shape version = {
    .labels = { "AWSSecretsManagerSecretVersion", "SecretsManagerSecretVersion" },
    .id = "{@}",
    .fields = version_fields,
    .links = version_links,
    .more = version_more,
};
/* list-secret-version-ids names the secret above its versions. */
static int32_t take_version(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{SecretId}:version:{VersionId}", "{ARN}:version:{VersionId}", NULL };
    static const char *const own[] = { "{ARN}", NULL };
    const cg_tree *named = aws_with_text(c, item, "SecretId", aws_str(item, "ARN"));

    if (!named)
        return cg_nomem(cg_builder_mem(c->b), err);
    return aws_apply_as(c, &version, named, cg_str_find(aws_str(item, "ARN"), CG_STR(":version:"), 0) != SIZE_MAX ? own : ids, err);
}

/* ---- Systems Manager: parameters ---- */

static const aws_field parameter_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { "keyid", "KeyId", AWS_AS_IS },
    { "version", "Version", AWS_AS_IS },
    { "lastmodifieddate", "LastModifiedDate", AWS_TIME },
    { "lastmodifieduser", "LastModifiedUser", AWS_AS_IS },
    { "tier", "Tier", AWS_AS_IS },
    { "datatype", "DataType", AWS_AS_IS },
    { "allowedpattern", "AllowedPattern", AWS_AS_IS },
    { "policies_json", "Policies", AWS_JSON },
    { 0 },
};
static const aws_shape parameter = {
    .labels = { "AWSSSMParameter", "SSMParameter" }, .id = "{@}", .fields = parameter_fields, .tags = "Tags", .more = key_more
};
static int32_t take_parameter(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    /* A name that is a path begins with a slash, which is the one behind "parameter" in the ARN. */
    static const char *const paths[] = { "{ARN}", "arn:{partition}:ssm:{region}:{account}:parameter{Name}", "ssm:{account}:parameter{Name}",
                                         "ssm:parameter{Name}", NULL };
    static const char *const names[] = { "{ARN}", "arn:{partition}:ssm:{region}:{account}:parameter/{Name}",
                                         "ssm:{account}:parameter/{Name}", "ssm:parameter/{Name}", NULL };

    return aws_apply_as(c, &parameter, item, cg_str_starts(aws_str(item, "Name"), CG_STR("/")) ? paths : names, err);
}

/* ---- Systems Manager: machines and documents ---- */

static const aws_field managed_fields[] = {
    { "id", "InstanceId", AWS_AS_IS },
    { "instance_id", "InstanceId", AWS_AS_IS },
    { "name", "{Name|ComputerName|InstanceId}", AWS_AS_IS },
    { "ping_status", "PingStatus", AWS_AS_IS },
    { "last_ping_date_time", "LastPingDateTime", AWS_TIME },
    { "agent_version", "AgentVersion", AWS_AS_IS },
    { "is_latest_version", "IsLatestVersion", AWS_AS_IS },
    { "platform_type", "PlatformType", AWS_AS_IS },
    { "platform_name", "PlatformName", AWS_AS_IS },
    { "platform_version", "PlatformVersion", AWS_AS_IS },
    { "activation_id", "ActivationId", AWS_AS_IS },
    { "iam_role", "IamRole", AWS_AS_IS },
    { "registration_date", "RegistrationDate", AWS_TIME },
    { "resource_type", "ResourceType", AWS_AS_IS },
    { "ip_address", "IPAddress", AWS_AS_IS },
    { "computer_name", "ComputerName", AWS_AS_IS },
    { "association_status", "AssociationStatus", AWS_AS_IS },
    { "last_association_execution_date", "LastAssociationExecutionDate", AWS_TIME },
    { "last_successful_association_execution_date", "LastSuccessfulAssociationExecutionDate", AWS_TIME },
    { "source_id", "SourceId", AWS_AS_IS },
    { "source_type", "SourceType", AWS_AS_IS },
    { 0 },
};
static int32_t managed_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str machine = aws_str(item, "InstanceId");

    /* Machines outside EC2 ("mi-...") are known to Systems Manager alone. */
    if (!cg_str_starts(machine, CG_STR("i-")))
        return CSPM_OK;
    return aws_edge_from(c, item, machine, "AWSEC2Instance", "HAS_INFORMATION", c->id, err);
}
static const aws_shape managed = {
    .labels = { "AWSSSMInstanceInformation", "SSMInstanceInformation" },
    .id = "{InstanceId}/ssm-information",
    .fields = managed_fields,
    .more = managed_more,
};

static const aws_field patch_fields[] = {
    { "id", "{_instance_id|InstanceId}-{Title}", AWS_AS_IS },
    { "instance_id", "{_instance_id|InstanceId}", AWS_AS_IS },
    { "title", "Title", AWS_AS_IS },
    { "kb_id", "KBId", AWS_AS_IS },
    { "classification", "Classification", AWS_AS_IS },
    { "severity", "Severity", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "installed_time", "InstalledTime", AWS_TIME },
    { "cve_ids", "CVEIds", AWS_AS_IS },
    { 0 },
};
static const aws_link patch_links[] = {
    { "HAS_PATCH", true, "_instance_id", NULL, "AWSEC2Instance" },
    { "HAS_PATCH", true, "InstanceId", NULL, "AWSEC2Instance" },
    { 0 },
};
static const aws_shape patch = { .labels = { "AWSSSMInstancePatch", "SSMInstancePatch" },
                                 .id = "{_instance_id|InstanceId}-{Title}",
                                 .fields = patch_fields,
                                 .links = patch_links };

static const aws_field document_fields[] = {
    { "id", "@", AWS_AS_IS },
    { "arn", "@arn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "owner", "Owner", AWS_AS_IS },
    { "document_type", "DocumentType", AWS_AS_IS },
    { "document_version", "DocumentVersion", AWS_AS_IS },
    { "platform_types", "PlatformTypes", AWS_AS_IS },
    { "target_type", "TargetType", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { 0 },
};
static const aws_shape document = { .labels = { "AWSSSMDocument" }, .id = "{@}", .fields = document_fields, .tags = "Tags" };
static int32_t take_document(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const whole[] = { "{Name}", NULL };
    static const char *const ids[] = { "arn:{partition}:ssm:{region}:{account}:document/{Name}", "ssm:document/{Name}", NULL };
    const cg_str owner = aws_str(item, "Owner");

    /* Amazon's own are the same in every account. */
    if (cg_str_eq(owner, CG_STR("Amazon")))
        return CSPM_OK;
    return aws_apply_as(c, &document, item, cg_str_starts(aws_str(item, "Name"), CG_STR("arn:")) ? whole : ids, err);
}

#define SHARED_MAX 64u

static int32_t take_document_permission(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "arn:{partition}:ssm:{region}:{account}:document/{Name}", "ssm:document/{Name}", NULL };
    cg_str accounts[SHARED_MAX];
    uint32_t n = 0, kept = 0;
    bool all = false;

    item = aws_with_text(c, item, "Name", aws_str(item, "$argument"));
    if (!item)
        return cg_nomem(cg_builder_mem(c->b), err);
    if (!aws_str(item, "Name").length)
        return aws_unnamed(c, item, "document", err);
    aws_collect(c, item, "AccountIds[]", accounts, SHARED_MAX, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (cg_str_eq_nocase(accounts[i], CG_STR("all")))
            all = true;
        else
            accounts[kept++] = accounts[i];
    }
    int32_t rc = aws_apply_as(c, &document, item, ids, err);
    const cg_str id = c->id;
    if (rc == CSPM_OK)
        rc = aws_again(c, item, id, &document, err);
    if (rc == CSPM_OK)
        rc = aws_prop_bool(c, "publicToAll", all, err);
    if (rc == CSPM_OK)
        rc = aws_prop_set(c, "sharedWith", accounts, kept, err);
    return rc == CSPM_OK ? aws_node_end(c, false, err) : rc;
}

/* ---- KMS ---- */

static const aws_field key_fields[] = {
    { "id", "KeyId", AWS_AS_IS },
    { "key_id", "KeyId", AWS_AS_IS },
    { "arn", "{Arn|KeyArn}", AWS_AS_IS },
    { "name", "KeyId", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "enabled", "Enabled", AWS_AS_IS },
    { "key_state", "KeyState", AWS_AS_IS },
    { "key_usage", "KeyUsage", AWS_AS_IS },
    { "key_manager", "KeyManager", AWS_AS_IS },
    { "origin", "Origin", AWS_AS_IS },
    { "creation_date", "CreationDate", AWS_TIME },
    { "deletion_date", "DeletionDate", AWS_TIME },
    { "valid_to", "ValidTo", AWS_TIME },
    { "custom_key_store_id", "CustomKeyStoreId", AWS_AS_IS },
    { "cloud_hsm_cluster_id", "CloudHsmClusterId", AWS_AS_IS },
    { "expiration_model", "ExpirationModel", AWS_AS_IS },
    { "customer_master_key_spec", "{KeySpec|CustomerMasterKeySpec}", AWS_AS_IS },
    { "encryption_algorithms", "EncryptionAlgorithms", AWS_AS_IS },
    { "signing_algorithms", "SigningAlgorithms", AWS_AS_IS },
    { "multi_region", "MultiRegion", AWS_AS_IS },
    { "rotation_enabled", "KeyRotationEnabled", AWS_AS_IS },
    { "policy", "Policy", AWS_JSON },
    { 0 },
};
/* The id of a key is unique, unless it is one of several regions. "key/..." comes behind the ARN in byte order: of the two keys of a node
 * that one answer calls by ARN and another by id, the ARN is the one that stays. */
static const aws_shape key = {
    .labels = { "AWSKMSKey", "KMSKey", "EncryptionKey" },
    .id = "{@}",
    .aliases = { "{KeyId}", "key/{KeyId}" },
    .fields = key_fields,
    .tags = "Tags",
};
static const aws_shape regional_key = {
    .labels = { "AWSKMSKey", "KMSKey", "EncryptionKey" }, .id = "{@}", .fields = key_fields, .tags = "Tags"
};
static int32_t take_key(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const ids[] = { "{Arn|KeyArn}", "arn:{partition}:kms:{region}:{account}:key/{KeyId}", "key/{KeyId}", NULL };
    static const char *const members[] = { "KeyId", "$argument", NULL };
    const cg_tree *value = aws_get(item, "Policy"), *policy;
    const cg_str id = aws_any(item, members);
    cg_str plain = id;

    item = aws_with_text(c, item, "KeyId", id);
    if (!item)
        return cg_nomem(cg_builder_mem(c->b), err);
    if (!id.length)
        return aws_unnamed(c, item, "key", err);
    if (cg_str_starts(id, CG_STR("arn:"))) {
        /* An answer about a key may name it by its ARN. */
        plain = aws_arn_part(id, 5);
        if (!cg_str_starts(plain, CG_STR("key/")))
            return aws_unnamed(c, item, "key", err);
        plain = (cg_str){ plain.data + 4, plain.length - 4 };
        item = aws_with_text(c, item, "Arn", id);
        item = item ? aws_replace_text(c, item, "KeyId", plain) : NULL;
        if (!item)
            return cg_nomem(cg_builder_mem(c->b), err);
    }
    if (value) {
        int32_t rc = aws_document(c, value, &policy, NULL, err);
        if (rc == CSPM_OK && !policy)
            rc = aws_skip(c, value, "bad-policy", err, "the policy of key '%.*s' is no policy document", CG_FMT(id));
        if (rc < 0)
            return rc;
    }
    return aws_apply_as(c, cg_str_starts(plain, CG_STR("mrk-")) ? &regional_key : &key, item, ids, err);
}

static const aws_field alias_fields[] = {
    { "id", "AliasArn", AWS_AS_IS },
    { "arn", "AliasArn", AWS_AS_IS },
    { "name", "AliasName", AWS_AS_IS },
    { "alias_name", "AliasName", AWS_AS_IS },
    { "target_key_id", "TargetKeyId", AWS_AS_IS },
    { "creation_date", "CreationDate", AWS_TIME },
    { "last_updated_date", "LastUpdatedDate", AWS_TIME },
    { 0 },
};
static int32_t alias_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str target = aws_str(item, "TargetKeyId");
    const cg_str arn =
        cg_str_starts(target, CG_STR("arn:")) ? target : aws_text(c, item, "arn:{partition}:kms:{region}:{account}:key/{TargetKeyId}");

    return aws_tie(c, item, c->id, "KNOWN_AS", arn.length ? arn : target, "AWSKMSKey", err);
}
static const aws_shape alias = { .labels = { "AWSKMSAlias", "KMSAlias" }, .id = "{AliasArn}", .fields = alias_fields, .more = alias_more };
/* Aliases of keys nobody has made yet lead nowhere: Amazon lists them all the same. */
static int32_t take_alias(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    if (cg_str_starts(aws_str(item, "AliasName"), CG_STR("alias/aws/")) && !aws_get(item, "TargetKeyId"))
        return CSPM_OK;
    return aws_apply(c, &alias, item, err);
}

static const aws_field grant_fields[] = {
    { "id", "GrantId", AWS_AS_IS },
    { "grant_id", "GrantId", AWS_AS_IS },
    { "name", "{Name|GrantId}", AWS_AS_IS },
    { "grantee_principal", "GranteePrincipal", AWS_AS_IS },
    { "retiring_principal", "RetiringPrincipal", AWS_AS_IS },
    { "creation_date", "CreationDate", AWS_TIME },
    { "key_id", "KeyId", AWS_AS_IS },
    { "issuing_account", "IssuingAccount", AWS_AS_IS },
    { "operations", "Operations", AWS_AS_IS },
    { "constraints", "Constraints", AWS_JSON },
    { 0 },
};
static const aws_link grant_links[] = {
    { "APPLIED_ON", false, "KeyId", NULL, "AWSKMSKey" },
    { 0 },
};
static int32_t grant_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str grantee = aws_str(item, "GranteePrincipal");

    /* Services and assumed sessions are no principals of the inventory. */
    if (!cg_str_eq(aws_arn_part(grantee, 2), CG_STR("iam")))
        return CSPM_OK;
    return aws_edge_from(c, item, grantee, "AWSPrincipal", "HAS_KMS_GRANT", c->id, err);
}
static const aws_shape grant = {
    .labels = { "AWSKMSGrant", "KMSGrant" }, .id = "{GrantId}", .fields = grant_fields, .links = grant_links, .more = grant_more
};

/* The list is called as that of an ACL is. */
static int32_t take_grants(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *list = aws_list(item, "Grants");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++)
        rc = aws_apply(c, &grant, list->list.items[i], err);
    return rc;
}

/* ---- ACM ---- */

static const aws_field certificate_fields[] = {
    { "id", "CertificateArn", AWS_AS_IS },
    { "arn", "CertificateArn", AWS_AS_IS },
    { "name", "DomainName", AWS_AS_IS },
    { "domainname", "DomainName", AWS_AS_IS },
    { "type", "Type", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "key_algorithm", "KeyAlgorithm", AWS_AS_IS },
    { "signature_algorithm", "SignatureAlgorithm", AWS_AS_IS },
    { "not_before", "NotBefore", AWS_TIME },
    { "not_after", "NotAfter", AWS_TIME },
    { "in_use_by", "InUseBy", AWS_AS_IS },
    { 0 },
};
static int32_t used_by(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_str arn = cg_tree_string(value);

    (void)user;
    if (!cg_str_starts(aws_arn_part(arn, 5), CG_STR("listener/")))
        return CSPM_OK;
    return aws_edge(c, value, c->id, "USED_BY", arn, "AWSELBV2Listener", err);
}
static int32_t certificate_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "InUseBy[]", used_by, NULL, err);
}
static const aws_shape certificate = {
    .labels = { "AWSACMCertificate", "ACMCertificate", "Certificate" },
    .id = "{CertificateArn}",
    .fields = certificate_fields,
    .tags = "Tags",
    .more = certificate_more,
};

const aws_answer aws_answers_secrets[] = {
    { .operation = "secretsmanager.list-secrets", .items = "SecretList[]", .sign = "ARN", .shape = &secret },
    { .operation = "secretsmanager.describe-secret", .items = "", .sign = "VersionIdsToStages", .shape = &secret },
    { .operation = "secretsmanager.get-resource-policy", .items = "", .sign = "ResourcePolicy", .shape = &secret },
    { .operation = "secretsmanager.list-secret-version-ids",
      .items = "Versions[]",
      .sign = "VersionStages",
      .take = take_version,
      .inherit = { "ARN" } },
    { .operation = "ssm.describe-parameters", .items = "Parameters[]", .sign = "Name", .take = take_parameter },
    { .operation = "ssm.describe-instance-information", .items = "InstanceInformationList[]", .sign = "InstanceId", .shape = &managed },
    { .operation = "ssm.describe-instance-patches", .items = "Patches[]", .sign = "Title", .shape = &patch, .inherit = { "InstanceId" } },
    { .operation = "ssm.list-documents", .items = "DocumentIdentifiers[]", .sign = "Name", .take = take_document },
    { .operation = "ssm.describe-document", .items = "Document", .sign = "Name", .take = take_document },
    { .operation = "ssm.describe-document-permission", .items = "", .sign = "AccountIds", .take = take_document_permission },
    { .operation = "kms.list-keys", .items = "Keys[]", .sign = "KeyArn", .take = take_key },
    { .operation = "kms.describe-key", .items = "KeyMetadata", .sign = "KeyId", .take = take_key },
    { .operation = "kms.get-key-policy", .items = "", .sign = "Policy", .take = take_key },
    { .operation = "kms.get-key-rotation-status", .items = "", .sign = "KeyRotationEnabled", .take = take_key },
    { .operation = "kms.list-aliases", .items = "Aliases[]", .sign = "AliasArn", .take = take_alias },
    { .operation = "kms.list-grants", .items = "", .sign = "Grants", .take = take_grants },
    { .operation = "acm.describe-certificate", .items = "Certificate", .sign = "CertificateArn", .shape = &certificate },
    { .operation = "acm.list-certificates", .items = "CertificateSummaryList[]", .sign = "CertificateArn", .shape = &certificate },
    { .operation = NULL },
};
