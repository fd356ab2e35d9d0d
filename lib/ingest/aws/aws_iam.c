/* Identities: users, groups, roles, policies, instance profiles, keys, devices, providers, and the account itself. */
#include "ingest/aws/aws_policy.h"
#include "ingest/aws/aws_state.h"

/* The names people and other answers use are unique within an account whatever the path. The ids (AIDA..., AROA...) are no keys: exports
 * with ids blanked out would make one principal of many. */
#define IAM_ARN(kind, name) "arn:{partition}:iam::{account}:" kind "/{" name "}"

/* ---- what principals hold ---- */

static int32_t attached(aws_ctx *c, const cg_tree *item, cg_str owner, cspm_error **err)
{
    const cg_tree *list = aws_get(item, "AttachedManagedPolicies");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count && rc == CSPM_OK; i++)
        rc = aws_policy_attach(c, list->list.items[i], owner, "POLICY", aws_str(list->list.items[i], "PolicyArn"), err);
    if (rc == CSPM_OK)
        rc = aws_policy_attach(c, item, owner, "PERMISSIONS_BOUNDARY", aws_str(item, "PermissionsBoundary.PermissionsBoundaryArn"), err);
    return rc;
}

static int32_t user_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str user = c->id;
    int32_t rc = attached(c, item, user, err);

    return rc < 0 ? rc : aws_policies_inline(c, aws_get(item, "UserPolicyList"), user, err);
}

static int32_t group_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str group = c->id;
    int32_t rc = attached(c, item, group, err);

    return rc < 0 ? rc : aws_policies_inline(c, aws_get(item, "GroupPolicyList"), group, err);
}

static const aws_shape role_profile_shape;

/* Roles that Identity Center makes: AWSReservedSSO_NAME_HASH, where NAME is the permission set's. */
static int32_t made_by(aws_ctx *c, const cg_tree *item, cg_str role, cspm_error **err)
{
    const cg_str name = aws_str(item, "RoleName");
    const char *hash = cg_str_starts(name, CG_STR("AWSReservedSSO_")) ? memrchr(name.data, '_', name.length) : NULL;

    if (!hash || hash < name.data + 15 || cg_str_find(role, CG_STR(":role/aws-reserved/sso.amazonaws.com/"), 0) == SIZE_MAX)
        return CSPM_OK;
    return aws_edge_from(c, item, (cg_str){ name.data, (size_t)(hash - name.data) }, "AWSPermissionSet", "ASSIGNED_TO_ROLE", role, err);
}

static int32_t role_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str role = c->id;
    const cg_tree *profiles = aws_get(item, "InstanceProfileList");
    int32_t rc = attached(c, item, role, err);

    if (rc == CSPM_OK)
        rc = aws_policies_inline(c, aws_get(item, "RolePolicyList"), role, err);
    if (rc == CSPM_OK)
        rc = aws_trust_add(c, item, role, aws_get(item, "AssumeRolePolicyDocument"), err);
    if (rc == CSPM_OK)
        rc = made_by(c, item, role, err);
    for (uint32_t i = 0; profiles && profiles->type == CG_TREE_LIST && i < profiles->list.count && rc == CSPM_OK; i++)
        rc = aws_apply(c, &role_profile_shape, profiles->list.items[i], err);
    return rc;
}

/* ---- principals ---- */

static const aws_field user_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "userid", "UserId", AWS_AS_IS },
    { "name", "UserName", AWS_AS_IS },
    { "path", "Path", AWS_AS_IS },
    { "createdate", "CreateDate", AWS_TIME },
    { "passwordlastused", "PasswordLastUsed", AWS_TIME },
    { 0 },
};
static const aws_link user_links[] = {
    { "MEMBER_AWS_GROUP", false, "GroupList[]", "arn:{partition}:iam::{account}:group/{.}", "AWSGroup" },
    { "MEMBER_OF", false, "GroupList[]", "arn:{partition}:iam::{account}:group/{.}", "AWSGroup" },
    { 0 },
};
static const aws_shape user_shape = {
    .labels = { "AWSUser", "AWSPrincipal" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("user", "UserName") },
    .fields = user_fields,
    .links = user_links,
    .tags = "Tags",
    .global = true,
    .more = user_more,
};

static const aws_field group_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "groupid", "GroupId", AWS_AS_IS },
    { "name", "GroupName", AWS_AS_IS },
    { "path", "Path", AWS_AS_IS },
    { "createdate", "CreateDate", AWS_TIME },
    { 0 },
};
static const aws_shape group_shape = {
    .labels = { "AWSGroup", "AWSPrincipal" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("group", "GroupName") },
    .fields = group_fields,
    .global = true,
    .more = group_more,
};

/* The first is left out where a role is told in passing: exports whose ids were rewritten have others there. */
static const aws_field role_fields[] = {
    { "roleid", "RoleId", AWS_AS_IS },
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "RoleName", AWS_AS_IS },
    { "path", "Path", AWS_AS_IS },
    { "createdate", "CreateDate", AWS_TIME },
    { "description", "Description", AWS_AS_IS },
    { "maxsessionduration", "MaxSessionDuration", AWS_AS_IS },
    { "lastuseddate", "RoleLastUsed.LastUsedDate", AWS_TIME },
    { "lastusedregion", "RoleLastUsed.Region", AWS_AS_IS },
    { "assumerolepolicydocument", "AssumeRolePolicyDocument", AWS_JSON },
    { 0 },
};
static const aws_shape role_shape = {
    .labels = { "AWSRole", "AWSPrincipal" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("role", "RoleName") },
    .fields = role_fields,
    .tags = "Tags",
    .global = true,
    .more = role_more,
};

/* ---- instance profiles ---- */

/* As an instance profile describes it. */
static const aws_shape profile_role_shape = {
    .labels = { "AWSRole", "AWSPrincipal" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("role", "RoleName") },
    .fields = role_fields + 1,
    .tags = "Tags",
    .global = true,
    .more = role_more,
};

static int32_t profile_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *roles = aws_get(item, "Roles");
    const cg_str profile = c->id;
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; roles && roles->type == CG_TREE_LIST && i < roles->list.count && rc == CSPM_OK; i++) {
        const cg_tree *role = roles->list.items[i];
        const bool described = aws_get(role, "AssumeRolePolicyDocument");
        if (described)
            rc = aws_apply(c, &profile_role_shape, role, err);
        if (rc == CSPM_OK)
            rc = aws_edge(c, role, profile, "ASSOCIATED_WITH", aws_str(role, "Arn"), described ? NULL : "AWSRole", err);
    }
    return rc;
}

static const aws_field profile_fields[] = {
    { "instance_profile_id", "InstanceProfileId", AWS_AS_IS }, /* as with roles */
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "InstanceProfileName", AWS_AS_IS },
    { "instance_profile_name", "InstanceProfileName", AWS_AS_IS },
    { "path", "Path", AWS_AS_IS },
    { "createdate", "CreateDate", AWS_TIME },
    { 0 },
};
static const aws_shape profile_shape = {
    .labels = { "AWSInstanceProfile" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("instance-profile", "InstanceProfileName") },
    .fields = profile_fields,
    .tags = "Tags",
    .global = true,
    .more = profile_more,
};

static const aws_shape role_profile_shape = {
    .labels = { "AWSInstanceProfile" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("instance-profile", "InstanceProfileName") },
    .fields = profile_fields + 1,
    .global = true,
    .more = profile_more,
};

/* ---- managed policies ---- */

static const cg_tree *default_document(const cg_tree *item)
{
    const cg_tree *versions = aws_get(item, "PolicyVersionList");
    const cg_str chosen = aws_str(item, "DefaultVersionId");

    for (uint32_t i = 0; versions && versions->type == CG_TREE_LIST && i < versions->list.count; i++) {
        const cg_tree *v = versions->list.items[i], *is_default = aws_get(v, "IsDefaultVersion");
        if ((is_default && is_default->type == CG_TREE_BOOL && is_default->boolean) ||
            (chosen.length > 0 && cg_str_eq(chosen, aws_str(v, "VersionId"))))
            return aws_get(v, "Document");
    }
    return NULL;
}

static int32_t policy_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    aws_policy p = { .name = aws_str(item, "PolicyName"), .type = "managed", .special = "AWSManagedPolicy", .facts = item };

    p.id = p.arn = aws_str(item, "Arn");
    if (!p.arn.length || (!c->unmade && !cg_str_starts(p.arn, CG_STR("arn:"))) || memchr(p.arn.data, '\0', p.arn.length))
        return aws_skip(c, item, "bad-item", err, "a managed policy without Arn is skipped");
    p.document = default_document(item);
    p.owned = !aws_policy_is_shared(p.arn);
    return aws_policy_add(c, item, &p, err);
}

/* {"PolicyVersion": {...}} does not say whose version it is: collectors put the policy's ARN beside it. */
static int32_t version_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_tree *version = aws_get(item, "PolicyVersion"), *is_default = aws_get(version, "IsDefaultVersion");
    aws_policy p = { .type = "managed", .special = "AWSManagedPolicy", .document = aws_get(version, "Document") };
    cg_str arn = aws_str(item, "PolicyArn");

    if (!arn.data)
        arn = aws_str(item, "Arn");
    if (!cg_str_starts(arn, CG_STR("arn:")) || memchr(arn.data, '\0', arn.length))
        return aws_skip(c, item, "no-owner", err, "the answer does not say which policy this version is of: put a PolicyArn beside it");
    if (is_default && is_default->type == CG_TREE_BOOL && !is_default->boolean)
        return CSPM_OK;
    p.id = p.arn = arn;
    const char *slash = memrchr(arn.data, '/', arn.length);
    if (slash)
        p.name = (cg_str){ slash + 1, (size_t)(arn.data + arn.length - slash - 1) };
    p.owned = !aws_policy_is_shared(arn);
    return aws_policy_add(c, item, &p, err);
}

/* ---- policies of a named principal ---- */

/* Whose policies an answer lists: "RoleName" in the answer itself, or what collectors put beside it, or the file's name. */
static cg_str owner_of(aws_ctx *c, const cg_tree *item)
{
    static const char *const owners[][2] = {
        { "RoleName", IAM_ARN("role", "RoleName") },
        { "UserName", IAM_ARN("user", "UserName") },
        { "GroupName", IAM_ARN("group", "GroupName") },
    };

    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++)
        if (aws_get(item, owners[i][0]))
            return aws_text(c, item, owners[i][1]);
    return CG_STR_NULL;
}

static int32_t no_owner(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_skip(c, item, "no-owner", err,
                    "it cannot be told whose policies these are: the answer names no principal, or the account is not known");
}

static int32_t inline_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str owner = owner_of(c, item);

    if (!owner.data)
        return no_owner(c, item, err);
    const int32_t rc = aws_principal_named(c, item, owner, err);
    if (rc < 0)
        return rc;
    return aws_policy_inline(c, item, owner, aws_str(item, "PolicyName"), aws_get(item, "PolicyDocument"), err);
}

static int32_t attached_to(aws_ctx *c, const cg_tree *item, cg_str owner, cspm_error **err)
{
    const cg_tree *list = aws_get(item, "AttachedPolicies");
    int32_t rc;

    if (!owner.data)
        return list && list->type == CG_TREE_LIST && list->list.count > 0 ? no_owner(c, item, err) : CSPM_OK;
    rc = aws_principal_named(c, item, owner, err);
    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count && rc == CSPM_OK; i++)
        rc = aws_policy_attach(c, list->list.items[i], owner, "POLICY", aws_str(list->list.items[i], "PolicyArn"), err);
    return rc;
}

static int32_t attached_role_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return attached_to(c, item, aws_text(c, item, IAM_ARN("role", "RoleName|$argument")), err);
}

static int32_t attached_user_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return attached_to(c, item, aws_text(c, item, IAM_ARN("user", "UserName|$argument")), err);
}

static int32_t attached_group_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return attached_to(c, item, aws_text(c, item, IAM_ARN("group", "GroupName|$argument")), err);
}

/* {"Group": {...}, "Users": [...]}: who is in a group. */
static const aws_link member_links[] = {
    { "MEMBER_AWS_GROUP", false, "Group.Arn", NULL, "AWSGroup" },
    { "MEMBER_OF", false, "Group.Arn", NULL, "AWSGroup" },
    { 0 },
};
static const aws_shape member_shape = {
    .labels = { "AWSUser", "AWSPrincipal" },
    .id = "{Arn}",
    .aliases = { IAM_ARN("user", "UserName") },
    .fields = user_fields,
    .links = member_links,
    .global = true,
};

/* ---- keys, passwords, devices ---- */

static const aws_field key_fields[] = {
    { "id", "AccessKeyId", AWS_AS_IS }, { "accesskeyid", "AccessKeyId", AWS_AS_IS }, { "name", "AccessKeyId", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },  { "createdate", "CreateDate", AWS_TIME },    { 0 },
};
/* Whose key or device it is; the user may be in none of the inputs. */
static int32_t owner_edges(aws_ctx *c, const cg_tree *item, const char *kind, bool back, cspm_error **err)
{
    const cg_str it = c->id;
    cg_str user = aws_str(item, "User.Arn");
    int32_t rc;

    if (!user.data)
        user = aws_text(c, item, IAM_ARN("user", "UserName"));
    if (!user.data)
        return CSPM_OK;
    rc = aws_principal_named(c, item, user, err);
    if (rc == CSPM_OK)
        rc = aws_edge_from(c, item, user, "AWSUser", kind, it, err);
    return rc < 0 || !back ? rc : aws_edge(c, item, it, "OWNED_BY", user, "AWSUser", err);
}

static int32_t key_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return owner_edges(c, item, "AWS_ACCESS_KEY", true, err);
}

static int32_t device_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return owner_edges(c, item, "MFA_DEVICE", false, err);
}

static const aws_shape key_shape = {
    .labels = { "AWSAccountAccessKey", "AccountAccessKey" },
    .id = "{AccessKeyId}",
    .fields = key_fields,
    .global = true,
    .more = key_more,
};

static const aws_field login_fields[] = {
    { "loginprofile", "UserName", AWS_EXISTS },
    { "passwordresetrequired", "PasswordResetRequired", AWS_AS_IS },
    { 0 },
};
static const aws_shape login_shape = {
    .labels = { "AWSUser", "AWSPrincipal" },
    .id = IAM_ARN("user", "UserName"),
    .fields = login_fields,
    .global = true,
};

static const aws_field device_fields[] = {
    { "id", "SerialNumber", AWS_AS_IS },
    { "serialnumber", "SerialNumber", AWS_AS_IS },
    { "name", "SerialNumber", AWS_TAIL },
    { "username", "UserName", AWS_AS_IS },
    { "user_arn", "User.Arn", AWS_AS_IS },
    { "enabledate", "EnableDate", AWS_TIME },
    { 0 },
};
static const aws_shape device_shape = {
    .labels = { "AWSMfaDevice" },
    .id = "{SerialNumber}",
    .fields = device_fields,
    .global = true,
    .more = device_more,
};

/* ---- providers and certificates ---- */

static const aws_field saml_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "Arn", AWS_TAIL },
    { "create_date", "CreateDate", AWS_TIME },
    { "valid_until", "ValidUntil", AWS_TIME },
    { 0 },
};
static const aws_shape saml_shape = {
    .labels = { "AWSSAMLProvider", "AWSFederatedPrincipal", "AWSPrincipal" },
    .id = "{Arn}",
    .fields = saml_fields,
    .global = true,
};
static const aws_field oidc_fields[] = {
    { "id", "Arn", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "Arn", AWS_TAIL },
    { 0 },
};
static const aws_shape oidc_shape = {
    .labels = { "AWSOpenIDConnectProvider", "AWSFederatedPrincipal", "AWSPrincipal" },
    .id = "{Arn}",
    .fields = oidc_fields,
    .global = true,
};
static const aws_field oidc_one_fields[] = {
    { "url", "Url", AWS_AS_IS },
    { "client_ids", "ClientIDList", AWS_AS_IS },
    { "thumbprints", "ThumbprintList", AWS_AS_IS },
    { "create_date", "CreateDate", AWS_TIME },
    { 0 },
};
static const aws_shape oidc_one_shape = {
    .labels = { "AWSOpenIDConnectProvider", "AWSFederatedPrincipal", "AWSPrincipal" },
    .id = IAM_ARN("oidc-provider", "Url"),
    .fields = oidc_one_fields,
    .tags = "Tags",
    .global = true,
};
static const aws_field certificate_fields[] = {
    { "id", "ServerCertificateId", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "ServerCertificateName", AWS_AS_IS },
    { "server_certificate_name", "ServerCertificateName", AWS_AS_IS },
    { "server_certificate_id", "ServerCertificateId", AWS_AS_IS },
    { "path", "Path", AWS_AS_IS },
    { "expiration", "Expiration", AWS_TIME },
    { "upload_date", "UploadDate", AWS_TIME },
    { 0 },
};
static const aws_shape certificate_shape = {
    .labels = { "AWSServerCertificate" },
    .id = "{Arn}",
    .fields = certificate_fields,
    .global = true,
};

/* ---- the account ---- */

static const aws_field summary_fields[] = {
    { "account_mfa_enabled", "AccountMFAEnabled", AWS_AS_IS },
    { "mfa_devices", "MFADevices", AWS_AS_IS },
    { "mfa_devices_in_use", "MFADevicesInUse", AWS_AS_IS },
    { "account_access_keys_present", "AccountAccessKeysPresent", AWS_AS_IS },
    { "account_signing_certificates_present", "AccountSigningCertificatesPresent", AWS_AS_IS },
    { "users", "Users", AWS_AS_IS },
    { "groups", "Groups", AWS_AS_IS },
    { "roles", "Roles", AWS_AS_IS },
    { "policies", "Policies", AWS_AS_IS },
    { "instance_profiles", "InstanceProfiles", AWS_AS_IS },
    { "providers", "Providers", AWS_AS_IS },
    { "server_certificates", "ServerCertificates", AWS_AS_IS },
    { "policy_versions_in_use", "PolicyVersionsInUse", AWS_AS_IS },
    { 0 },
};
static const aws_field password_fields[] = {
    { "password_policy_minimum_length", "MinimumPasswordLength", AWS_AS_IS },
    { "password_policy_require_symbols", "RequireSymbols", AWS_AS_IS },
    { "password_policy_require_numbers", "RequireNumbers", AWS_AS_IS },
    { "password_policy_require_uppercase", "RequireUppercaseCharacters", AWS_AS_IS },
    { "password_policy_require_lowercase", "RequireLowercaseCharacters", AWS_AS_IS },
    { "password_policy_max_age", "MaxPasswordAge", AWS_AS_IS },
    { "password_policy_reuse_prevention", "PasswordReusePrevention", AWS_AS_IS },
    { 0 },
};
static const aws_field alias_fields[] = { { "account_aliases", "AccountAliases", AWS_AS_IS }, { 0 } };
static const aws_field nothing[] = { { 0 } };

/* Facts about the account as a whole; nothing to say when it is not known which one. */
static int32_t account_facts(aws_ctx *c, const cg_tree *item, const aws_field *fields, cspm_error **err)
{
    static const char *const labels[] = { "AWSAccount", NULL };
    const cg_str account = aws_text(c, item, "{Account|account}");
    int32_t rc;

    if (!account.data)
        return aws_skip(c, item, "no-owner", err, "it cannot be told which account this is about");
    rc = aws_node(c, item, account, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", account, err);
    for (; fields->property && rc == CSPM_OK; fields++)
        rc = aws_prop_tree(c, fields->property, aws_get(item, fields->path), fields->as, err);
    return rc < 0 ? rc : aws_node_end(c, false, err);
}

static int32_t summary_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return account_facts(c, item, summary_fields, err);
}

static int32_t password_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return account_facts(c, item, password_fields, err);
}

static int32_t alias_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return account_facts(c, item, alias_fields, err);
}

static int32_t identity_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return account_facts(c, item, nothing, err);
}

/* Known, and of no use to the graph: names whose substance is in other answers. */
static int32_t unused_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    (void)c;
    (void)item;
    (void)err;
    return CSPM_OK;
}

#define GAAD "iam.get-account-authorization-details"

const aws_answer aws_answers_iam[] = {
    { .operation = GAAD, .items = "UserDetailList[]", .shape = &user_shape },
    { .operation = GAAD, .items = "GroupDetailList[]", .shape = &group_shape },
    { .operation = GAAD, .items = "RoleDetailList[]", .shape = &role_shape },
    { .operation = GAAD, .items = "Policies[]", .sign = "PolicyVersionList", .take = policy_take },
    { .operation = "iam.list-users", .items = "Users[]", .sign = "Arn UserName", .shape = &user_shape },
    { .operation = "iam.get-user", .items = "User", .sign = "Arn UserName", .shape = &user_shape },
    { .operation = "iam.list-groups", .items = "Groups[]", .sign = "Arn GroupName", .shape = &group_shape },
    { .operation = "iam.get-group", .items = "Group", .sign = "Arn GroupName", .shape = &group_shape },
    { .operation = "iam.get-group", .items = "Users[]", .sign = "Arn UserName", .shape = &member_shape, .inherit = { "Group" } },
    { .operation = "iam.list-roles", .items = "Roles[]", .sign = "Arn AssumeRolePolicyDocument", .shape = &role_shape },
    { .operation = "iam.get-role", .items = "Role", .sign = "Arn AssumeRolePolicyDocument", .shape = &role_shape },
    { .operation = "iam.list-policies", .items = "Policies[]", .sign = "DefaultVersionId", .take = policy_take },
    { .operation = "iam.get-policy", .items = "Policy", .sign = "DefaultVersionId", .take = policy_take },
    { .operation = "iam.get-policy-version", .items = "", .sign = "PolicyVersion.Document", .take = version_take },
    { .operation = "iam.get-role-policy", .items = "", .sign = "RoleName PolicyName PolicyDocument", .take = inline_take },
    { .operation = "iam.get-user-policy", .items = "", .sign = "UserName PolicyName PolicyDocument", .take = inline_take },
    { .operation = "iam.get-group-policy", .items = "", .sign = "GroupName PolicyName PolicyDocument", .take = inline_take },
    { .operation = "iam.list-attached-role-policies", .items = "", .sign = "AttachedPolicies", .take = attached_role_take },
    { .operation = "iam.list-attached-user-policies", .items = "", .sign = "AttachedPolicies", .take = attached_user_take },
    { .operation = "iam.list-attached-group-policies", .items = "", .sign = "AttachedPolicies", .take = attached_group_take },
    { .operation = "iam.list-instance-profiles", .items = "InstanceProfiles[]", .sign = "InstanceProfileName", .shape = &profile_shape },
    { .operation = "iam.list-instance-profiles-for-role",
      .items = "InstanceProfiles[]",
      .sign = "InstanceProfileName",
      .shape = &profile_shape },
    { .operation = "iam.get-instance-profile", .items = "InstanceProfile", .sign = "InstanceProfileName", .shape = &profile_shape },
    { .operation = "iam.list-access-keys", .items = "AccessKeyMetadata[]", .shape = &key_shape },
    { .operation = "iam.get-login-profile", .items = "LoginProfile", .sign = "UserName", .shape = &login_shape },
    { .operation = "iam.get-login-profile", .items = "LoginProfiles[]", .sign = "UserName", .shape = &login_shape },
    { .operation = "iam.list-mfa-devices", .items = "MFADevices[]", .sign = "SerialNumber", .shape = &device_shape },
    { .operation = "iam.list-virtual-mfa-devices", .items = "VirtualMFADevices[]", .sign = "SerialNumber", .shape = &device_shape },
    { .operation = "iam.list-saml-providers", .items = "SAMLProviderList[]", .shape = &saml_shape },
    { .operation = "iam.list-open-id-connect-providers", .items = "OpenIDConnectProviderList[]", .shape = &oidc_shape },
    { .operation = "iam.get-open-id-connect-provider", .items = "", .sign = "Url ClientIDList", .shape = &oidc_one_shape },
    { .operation = "iam.list-server-certificates", .items = "ServerCertificateMetadataList[]", .shape = &certificate_shape },
    { .operation = "iam.get-account-summary", .items = "SummaryMap", .sign = "AccountMFAEnabled", .take = summary_take },
    { .operation = "iam.get-account-password-policy", .items = "PasswordPolicy", .sign = "MinimumPasswordLength", .take = password_take },
    { .operation = "iam.list-account-aliases", .items = "", .sign = "AccountAliases", .take = alias_take },
    { .operation = "iam.list-role-policies", .items = "", .sign = "PolicyNames", .take = unused_take },
    { .operation = "iam.list-user-policies", .items = "", .sign = "PolicyNames", .take = unused_take },
    { .operation = "iam.list-group-policies", .items = "", .sign = "PolicyNames", .take = unused_take },
    { .operation = "iam.list-policy-versions", .items = "Versions[]", .sign = "IsDefaultVersion", .take = unused_take },
    { .operation = "iam.get-access-key-last-used", .items = "", .sign = "AccessKeyLastUsed", .take = unused_take },
    { .operation = "iam.list-entities-for-policy", .items = "", .sign = "PolicyGroups PolicyUsers PolicyRoles", .take = unused_take },
    { .operation = "sts.get-caller-identity", .items = "", .sign = "UserId Account Arn", .take = identity_take },
    { .operation = NULL },
};
