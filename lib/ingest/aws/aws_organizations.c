/* Organizations: the tree of root, units and accounts, the policies that limit them, and Identity Center. */
#include "ingest/aws/aws_policy.h"
#include "ingest/aws/aws_state.h"

/* ---- the tree ---- */

/* Parent and child, by Cartography's names and by the one the evaluation of policies reads. */
static int32_t contains(aws_ctx *c, const cg_tree *at, cg_str parent, const char *parent_label, cg_str child, const char *child_label,
                        cspm_error **err)
{
    int32_t rc;

    if (parent.length == 0 || child.length == 0 || cg_str_eq(parent, child))
        return CSPM_OK;
    rc = aws_edge(c, at, parent, "CONTAINS", child, child_label, err);
    if (rc == CSPM_OK)
        rc = aws_edge_from(c, at, parent, parent_label, "RESOURCE", child, err);
    return rc < 0 ? rc : aws_edge(c, at, child, "PARENT", parent, parent_label, err);
}

static const char *label_of_parent(cg_str id)
{
    return cg_str_starts(id, CG_STR("r-")) ? "AWSOrganizationRoot" : "AWSOrganizationalUnit";
}

static const char *label_of_target(cg_str id)
{
    if (cg_str_starts(id, CG_STR("r-")))
        return "AWSOrganizationRoot";
    return cg_str_starts(id, CG_STR("ou-")) ? "AWSOrganizationalUnit" : "AWSAccount";
}

/* "arn:aws:organizations::111122223333:ou/o-example/ou-exam-1": what stands between the slashes, and behind the last. */
static cg_str organization_of(cg_str arn)
{
    const cg_str rest = aws_arn_part(arn, 5);
    const char *first = rest.length ? memchr(rest.data, '/', rest.length) : NULL;

    if (!first)
        return CG_STR_NULL;
    const char *end = rest.data + rest.length, *second = memchr(first + 1, '/', (size_t)(end - first - 1));
    return (cg_str){ first + 1, (size_t)((second ? second : end) - first - 1) };
}

/* Root and unit ids are unique within an organization only: "o-example/r-exam". */
static cg_str scoped(aws_ctx *c, const cg_tree *item)
{
    const cg_str organization = organization_of(aws_str(item, "Arn")), id = aws_str(item, "Id");

    if (id.length == 0 || organization.length == 0)
        return id;
    return aws_format(c, "%.*s/%.*s", CG_FMT(organization), CG_FMT(id));
}

static int32_t parent_property(aws_ctx *c, const cg_tree *item, cg_str parent, cspm_error **err)
{
    const cg_str organization = organization_of(aws_str(item, "Arn"));
    const bool plain = cg_str_starts(parent, CG_STR("r-")) || cg_str_starts(parent, CG_STR("ou-"));
    const char *slash = memrchr(parent.data, '/', parent.length), *last = slash ? slash + 1 : parent.data;
    const cg_str scoped_id = plain && organization.length ? aws_format(c, "%.*s/%.*s", CG_FMT(organization), CG_FMT(parent)) : parent;

    return aws_prop_text(c, last[0] == 'r' ? "parent_root_id" : "parent_ou_id", scoped_id, err);
}

/* Root or unit; `id` is what it is called in the graph. */
static int32_t place_node(aws_ctx *c, const cg_tree *item, const char *label, const char *id_property, cg_str parent, cg_str *id,
                          cspm_error **err)
{
    const char *const labels[] = { label, NULL };
    const cg_str plain = aws_str(item, "Id");
    int32_t rc;

    *id = scoped(c, item);
    if (id->length == 0 || memchr(id->data, '\0', id->length))
        return aws_skip(c, item, "bad-item", err, "skipped: Id is missing or no plain text");
    rc = aws_node(c, item, *id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_alias(c, plain, err);
    if (rc == CSPM_OK)
        rc = aws_alias(c, aws_str(item, "Arn"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", *id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, id_property, plain, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", aws_str(item, "Arn"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", aws_str(item, "Name"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "org_id", organization_of(aws_str(item, "Arn")), err);
    if (rc == CSPM_OK && parent.length > 0)
        rc = parent_property(c, item, parent, err);
    return rc < 0 ? rc : aws_node_end(c, false, err);
}

static int32_t root_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str organization = organization_of(aws_str(item, "Arn"));
    cg_str id;
    int32_t rc = place_node(c, item, "AWSOrganizationRoot", "root_id", CG_STR_NULL, &id, err);

    return rc < 0 ? rc : contains(c, item, organization, "AWSOrganization", id, "AWSOrganizationRoot", err);
}

/* Answers list what is below a parent without naming it: collectors put a ParentId beside the list, or into the file's name. */
static cg_str parent_of(aws_ctx *c, const cg_tree *item)
{
    return aws_text(c, item, "{ParentId|$argument}");
}

static int32_t unit_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str parent = parent_of(c, item);
    cg_str id;
    int32_t rc = place_node(c, item, "AWSOrganizationalUnit", "ou_id", parent, &id, err);

    return rc < 0 ? rc : contains(c, item, parent, label_of_parent(parent), id, "AWSOrganizationalUnit", err);
}

static int32_t each_unit(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_tree *parent = aws_get(user, "ParentId");
    const cg_tree *with;

    if (!parent)
        parent = aws_get(user, "$argument");
    with = parent && value->type == CG_TREE_MAP ? aws_with(c, value, CG_STR("ParentId"), parent) : value;
    return with ? unit_take(c, with, err) : cg_nomem(c->state->mem, err);
}

static int32_t units_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "OrganizationalUnits[]", each_unit, (void *)(uintptr_t)item, err);
}

static const aws_field account_fields[] = {
    { "id", "Id", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "email", "Email", AWS_AS_IS },
    { "state", "State", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "joined_method", "JoinedMethod", AWS_AS_IS },
    { "joined_timestamp", "JoinedTimestamp", AWS_TIME },
    { 0 },
};

static int32_t account_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSAccount", NULL };
    const cg_str account = c->id, organization = organization_of(aws_str(item, "Arn")), parent = parent_of(c, item);
    int32_t rc = aws_node(c, item, account, labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "org_id", organization, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_account_root(c, item, account, err);
    if (rc == CSPM_OK)
        rc = aws_edge_from(c, item, organization, "AWSOrganization", "RESOURCE", account, err);
    return rc < 0 ? rc : contains(c, item, parent, label_of_parent(parent), account, "AWSAccount", err);
}

static const aws_shape account_shape = {
    .labels = { "AWSAccount" },
    .id = "{Id}",
    .aliases = { "{Arn}" },
    .fields = account_fields,
    .tags = "Tags",
    .global = true,
    .no_account = true,
    .more = account_more,
};

static int32_t each_child(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_str parent = parent_of(c, user), child = aws_str(value, "Id");
    return contains(c, value, parent, label_of_parent(parent), child, label_of_target(child), err);
}

static int32_t children_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    if (parent_of(c, item).length == 0)
        return aws_skip(c, item, "no-owner", err, "the answer does not say whose children these are: put a ParentId beside the list");
    return aws_each(c, item, "Children[]", each_child, (void *)(uintptr_t)item, err);
}

static int32_t each_parent(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const cg_str parent = aws_str(value, "Id"), child = aws_text(c, user, "{ChildId|$argument}");
    return contains(c, value, parent, label_of_parent(parent), child, label_of_target(child), err);
}

static int32_t parents_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    if (aws_text(c, item, "{ChildId|$argument}").length == 0)
        return aws_skip(c, item, "no-owner", err, "the answer does not say whose parents these are: put a ChildId beside the list");
    return aws_each(c, item, "Parents[]", each_parent, (void *)(uintptr_t)item, err);
}

static const aws_field organization_fields[] = {
    { "id", "Id", AWS_AS_IS },
    { "arn", "Arn", AWS_AS_IS },
    { "name", "Id", AWS_AS_IS },
    { "feature_set", "FeatureSet", AWS_AS_IS },
    { "management_account_arn", "MasterAccountArn", AWS_AS_IS },
    { "management_account_id", "MasterAccountId", AWS_AS_IS },
    { "management_account_email", "MasterAccountEmail", AWS_AS_IS },
    { 0 },
};

/* No service control policy limits the management account. */
static int32_t organization_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSAccount", NULL };
    const cg_str account = aws_str(item, "MasterAccountId"), organization = c->id;
    int32_t rc;

    if (account.length != 12)
        return CSPM_OK;
    rc = aws_node(c, item, account, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", account, err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "is_management_account", cg_v_bool(true), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    return rc < 0 ? rc : aws_edge(c, item, organization, "RESOURCE", account, NULL, err);
}

static const aws_shape organization_shape = {
    .labels = { "AWSOrganization" },
    .id = "{Id}",
    .aliases = { "{Arn}" },
    .fields = organization_fields,
    .global = true,
    .no_account = true,
    .more = organization_more,
};

/* ---- policies ---- */

static const char *special_of(cg_str type, const char **kind)
{
    *kind = "SCP";
    if (cg_str_eq(type, CG_STR("RESOURCE_CONTROL_POLICY"))) {
        *kind = "RCP";
        return "AWSResourceControlPolicy";
    }
    if (type.length == 0 || cg_str_eq(type, CG_STR("SERVICE_CONTROL_POLICY")))
        return "AWSServiceControlPolicy";
    *kind = "ORGANIZATION_POLICY";
    return "AWSOrganizationPolicy";
}

static int32_t control_policy(aws_ctx *c, const cg_tree *summary, const cg_tree *content, cspm_error **err)
{
    const char *kind;
    aws_policy p = { .name = aws_str(summary, "Name"), .type = "organization", .document = content, .facts = summary };

    p.special = special_of(aws_str(summary, "Type"), &kind);
    p.id = aws_str(summary, "Id");
    p.arn = aws_str(summary, "Arn");
    if (p.id.length == 0 || memchr(p.id.data, '\0', p.id.length))
        return aws_skip(c, summary, "bad-item", err, "an organization policy without Id is skipped");
    return aws_policy_add(c, summary, &p, err);
}

static int32_t summary_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return control_policy(c, item, NULL, err);
}

static int32_t content_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return control_policy(c, aws_get(item, "PolicySummary"), aws_get(item, "Content"), err);
}

/* The edge's kind follows the policy's type, which a list of targets does not say: control policies of services unless it does. */
static int32_t each_target(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const char *kind;
    const cg_str target = aws_str(value, "TargetId"), policy = aws_text(c, user, "{PolicyId|$argument}");
    int32_t rc;

    special_of(aws_str(user, "PolicyType"), &kind);
    rc = aws_edge_from(c, value, target, label_of_target(target), kind, policy, err);
    return rc;
}

static int32_t targets_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    if (aws_text(c, item, "{PolicyId|$argument}").length == 0)
        return aws_skip(c, item, "no-owner", err, "the answer does not say which policy has these targets: put a PolicyId beside the list");
    return aws_each(c, item, "Targets[]", each_target, (void *)(uintptr_t)item, err);
}

static int32_t each_for_target(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const char *kind;
    const cg_str target = aws_text(c, user, "{TargetId|$argument}"), policy = aws_str(value, "Id");
    int32_t rc = control_policy(c, value, NULL, err);

    special_of(aws_str(value, "Type"), &kind);
    return rc < 0 ? rc : aws_edge_from(c, value, target, label_of_target(target), kind, policy, err);
}

static int32_t for_target_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return aws_each(c, item, "Policies[]", each_for_target, (void *)(uintptr_t)item, err);
}

/* ---- an organization as one document ---- */

/* Root, unit or account with its "Policies" (documents in "Content") and its "Children", as collectors nest them. */
static int32_t tree_node(aws_ctx *c, const cg_tree *item, cg_str parent, const char *parent_label, cspm_error **err)
{
    const cg_tree *policies = aws_get(item, "Policies"), *children = aws_get(item, "Children");
    const char *label = label_of_target(aws_str(item, "Id")), *kind;
    cg_str id = aws_str(item, "Id");
    int32_t rc;

    if (strcmp(label, "AWSAccount") == 0)
        rc = aws_apply(c, &account_shape, item, err);
    else if (strcmp(label, "AWSOrganizationRoot") == 0)
        rc = place_node(c, item, label, "root_id", CG_STR_NULL, &id, err);
    else
        rc = place_node(c, item, label, "ou_id", parent, &id, err);
    if (rc < 0 || id.length == 0 || memchr(id.data, '\0', id.length))
        return rc;
    rc = contains(c, item, parent, parent_label, id, label, err);
    for (uint32_t i = 0; policies && policies->type == CG_TREE_LIST && i < policies->list.count && rc == CSPM_OK; i++) {
        const cg_tree *p = policies->list.items[i];
        special_of(aws_str(p, "Type"), &kind);
        rc = control_policy(c, p, aws_get(p, "Content"), err);
        if (rc == CSPM_OK)
            rc = aws_edge(c, p, id, kind, aws_str(p, "Id"), NULL, err);
    }
    for (uint32_t i = 0; children && children->type == CG_TREE_LIST && i < children->list.count && rc == CSPM_OK; i++)
        rc = tree_node(c, children->list.items[i], id, label, err);
    return rc;
}

static int32_t tree_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return tree_node(c, item, organization_of(aws_str(item, "Arn")), "AWSOrganization", err);
}

/* ---- policies by level ---- */

/* [{"level": "root", "policies": [{...}]}, {"level": "...", ...}]: what limits the accounts beside the file, from the root down. */
static int32_t level_policies(aws_ctx *c, const cg_tree *item, cg_str level, cspm_error **err)
{
    const cg_tree *list = aws_get(item, "policies");
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && list->type == CG_TREE_LIST && i < list->list.count && rc == CSPM_OK; i++) {
        aws_policy p = { .type = "organization", .special = "AWSServiceControlPolicy", .document = list->list.items[i] };
        p.id = aws_format(c, "%.*s/policy/%u", CG_FMT(level), i + 1);
        p.name = p.id;
        if (!p.id.data)
            return cg_nomem(c->state->mem, err);
        rc = aws_policy_add(c, list->list.items[i], &p, err);
        if (rc == CSPM_OK)
            rc = aws_edge(c, item, level, "SCP", p.id, NULL, err);
    }
    return rc;
}

/* The account these levels limit: the one the input names, else the only one whose export is there. */
static int32_t level_members(aws_ctx *c, const cg_tree *item, cg_str level, cspm_error **err)
{
    cg_builder *b = c->b;
    uint32_t key, label, kind;
    int32_t rc;

    if (c->item_account.length > 0)
        return contains(c, item, level, "AWSOrganizationRoot", c->item_account, "AWSAccount", err);
    key = cg_builder_key(b, "inscope", 7);
    label = cg_builder_label(b, "AWSAccount", 10);
    kind = cg_builder_kind(b, "CONTAINS", 8);
    if (key == CG_NO_NAME || label == CG_NO_NAME || kind == CG_NO_NAME)
        return cg_nomem(c->state->mem, err);
    const cg_value yes = cg_v_bool(true);
    if ((rc = cg_builder_begin_edge(b, item->pos.offset, err)) < 0)
        return rc;
    cg_builder_set_kind(b, kind);
    rc = cg_builder_set_from(b, level.data, level.length, err);
    if (rc == CSPM_OK)
        rc = cg_builder_match_end(b, false, label, &key, &yes, 1, false, err);
    if (rc == CSPM_OK)
        return cg_builder_end_item(b, err);
    cg_builder_abort_item(b);
    return rc;
}

static int32_t level_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str name = aws_str(item, "level"), scope = cg_builder_scope(c->b);
    const bool top = cg_str_eq(name, CG_STR("root"));
    const char *const labels[] = { top ? "AWSOrganizationRoot" : "AWSOrganizationalUnit", NULL };
    cg_str id;
    int32_t rc;

    if (name.length == 0 || memchr(name.data, '\0', name.length))
        return aws_skip(c, item, "bad-item", err, "a level without a name is skipped");
    id = aws_format(c, "scps/%.*s%s%.*s", CG_FMT(scope), scope.length ? "/" : "", CG_FMT(name));
    if (!id.data)
        return cg_nomem(c->state->mem, err);
    rc = aws_node(c, item, id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", name, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = level_policies(c, item, id, err);
    return rc < 0 ? rc : level_members(c, item, id, err);
}

/* ---- Identity Center ---- */

static const aws_field instance_fields[] = {
    { "id", "InstanceArn", AWS_AS_IS },
    { "arn", "InstanceArn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "identity_store_id", "IdentityStoreId", AWS_AS_IS },
    { "status", "Status", AWS_AS_IS },
    { "created_date", "CreatedDate", AWS_TIME },
    { 0 },
};
static const aws_shape instance_shape = {
    .labels = { "AWSIdentityCenter" },
    .id = "{InstanceArn}",
    .fields = instance_fields,
};

/* Where the roles a permission set makes in the accounts point to. */
static int32_t set_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    static const char *const labels[] = { "AWSPermissionSet", NULL };
    const cg_str set = c->id, rest = aws_arn_part(set, 5), name = aws_str(item, "Name");
    const char *first = rest.length ? memchr(rest.data, '/', rest.length) : NULL;
    const char *second = first ? memchr(first + 1, '/', (size_t)(rest.data + rest.length - first - 1)) : NULL;
    int32_t rc = aws_node(c, item, set, labels, err);

    if (rc == CSPM_OK && name.length > 0)
        rc = aws_alias(c, aws_format(c, "AWSReservedSSO_%.*s", CG_FMT(name)), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc < 0 || !second)
        return rc;
    const cg_str instance = aws_format(c, "arn:%.*s:sso:::instance/%.*s", CG_FMT(c->item_partition), (int)(second - first - 1), first + 1);
    return aws_edge_from(c, item, instance, "AWSIdentityCenter", "HAS_PERMISSION_SET", set, err);
}

static const aws_field set_fields[] = {
    { "id", "PermissionSetArn", AWS_AS_IS },
    { "arn", "PermissionSetArn", AWS_AS_IS },
    { "name", "Name", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "session_duration", "SessionDuration", AWS_AS_IS },
    { 0 },
};
static const aws_shape set_shape = {
    .labels = { "AWSPermissionSet" },
    .id = "{PermissionSetArn}",
    .fields = set_fields,
    .more = set_more,
};

static const aws_field sso_user_fields[] = {
    { "id", "UserId", AWS_AS_IS },
    { "name", "UserName", AWS_AS_IS },
    { "user_name", "UserName", AWS_AS_IS },
    { "identity_store_id", "IdentityStoreId", AWS_AS_IS },
    { 0 },
};
static const aws_field sso_group_fields[] = {
    { "id", "GroupId", AWS_AS_IS },
    { "name", "DisplayName", AWS_AS_IS },
    { "display_name", "DisplayName", AWS_AS_IS },
    { "description", "Description", AWS_AS_IS },
    { "identity_store_id", "IdentityStoreId", AWS_AS_IS },
    { 0 },
};

/* The first of several ids outside; the property is a single text. */
static int32_t external_id(aws_ctx *c, const cg_tree *item, const char *label, cspm_error **err)
{
    const char *const labels[] = { label, NULL };
    const cg_tree *ids = aws_get(item, "ExternalIds");
    int32_t rc;

    if (!ids || ids->type != CG_TREE_LIST || ids->list.count == 0)
        return CSPM_OK;
    rc = aws_node(c, item, c->id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "external_id", aws_str(ids->list.items[0], "Id"), err);
    return rc < 0 ? rc : aws_node_end(c, false, err);
}

static int32_t sso_user_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return external_id(c, item, "AWSSSOUser", err);
}

static int32_t sso_group_more(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    return external_id(c, item, "AWSSSOGroup", err);
}

static const aws_shape sso_user_shape = { .labels = { "AWSSSOUser" }, .id = "{UserId}", .fields = sso_user_fields, .more = sso_user_more };
static const aws_shape sso_group_shape = {
    .labels = { "AWSSSOGroup" }, .id = "{GroupId}", .fields = sso_group_fields, .more = sso_group_more
};

static int32_t membership_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str user = aws_str(item, "MemberId.UserId"), group = aws_str(item, "GroupId");
    int32_t rc = aws_edge(c, item, user, "MEMBER_OF_SSO_GROUP", group, "AWSSSOGroup", err);

    return rc < 0 ? rc : aws_edge_from(c, item, user, "AWSSSOUser", "MEMBER_OF", group, err);
}

static int32_t assignment_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    const cg_str who = aws_str(item, "PrincipalId"), set = aws_str(item, "PermissionSetArn");
    const bool group = cg_str_eq(aws_str(item, "PrincipalType"), CG_STR("GROUP"));
    int32_t rc = aws_edge_from(c, item, who, group ? "AWSSSOGroup" : "AWSSSOUser", "HAS_PERMISSION_SET", set, err);

    return rc < 0 ? rc : aws_edge(c, item, who, "HAS_ROLE", set, "AWSPermissionSet", err);
}

static int32_t unused_take(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    (void)c;
    (void)item;
    (void)err;
    return CSPM_OK;
}

const aws_answer aws_answers_organizations[] = {
    { .operation = "organizations.tree", .items = "", .sign = "Id Arn PolicyTypes Children", .take = tree_take },
    /* Keeps the policies of such a document together with the rest of it. */
    { .operation = "organizations.tree", .items = "Policies[]", .sign = "AwsManaged", .take = unused_take, .inherit = { "Children" } },
    { .operation = "organizations.describe-organization",
      .items = "Organization",
      .sign = "MasterAccountId",
      .shape = &organization_shape },
    { .operation = "organizations.list-accounts", .items = "Accounts[]", .sign = "JoinedMethod", .shape = &account_shape },
    { .operation = "organizations.describe-account", .items = "Account", .sign = "JoinedMethod", .shape = &account_shape },
    { .operation = "organizations.list-accounts-for-parent",
      .items = "Accounts[]",
      .sign = "JoinedMethod",
      .shape = &account_shape,
      .inherit = { "ParentId" } },
    { .operation = "organizations.list-roots", .items = "Roots[]", .sign = "PolicyTypes", .take = root_take },
    { .operation = "organizations.describe-organizational-unit", .items = "OrganizationalUnit", .sign = "Arn", .take = unit_take },
    { .operation = "organizations.list-organizational-units-for-parent", .items = "", .sign = "OrganizationalUnits", .take = units_take },
    { .operation = "organizations.list-children", .items = "", .sign = "Children", .take = children_take },
    { .operation = "organizations.list-parents", .items = "", .sign = "Parents", .take = parents_take },
    { .operation = "organizations.list-policies", .items = "Policies[]", .sign = "AwsManaged", .take = summary_take },
    { .operation = "organizations.describe-policy", .items = "Policy", .sign = "PolicySummary", .take = content_take },
    { .operation = "organizations.list-targets-for-policy", .items = "", .sign = "Targets", .take = targets_take },
    { .operation = "organizations.list-policies-for-target", .items = "", .sign = "Policies TargetId", .take = for_target_take },
    { .operation = "organizations.policies-by-level", .items = "", .sign = "level policies", .take = level_take },
    { .operation = "sso-admin.list-instances", .items = "Instances[]", .sign = "InstanceArn IdentityStoreId", .shape = &instance_shape },
    { .operation = "sso-admin.list-permission-sets", .items = "", .sign = "PermissionSets", .take = unused_take },
    { .operation = "sso-admin.describe-permission-set", .items = "PermissionSet", .sign = "PermissionSetArn", .shape = &set_shape },
    { .operation = "sso-admin.list-account-assignments", .items = "AccountAssignments[]", .sign = "PrincipalId", .take = assignment_take },
    { .operation = "identitystore.list-users", .items = "Users[]", .sign = "IdentityStoreId UserId", .shape = &sso_user_shape },
    { .operation = "identitystore.list-groups", .items = "Groups[]", .sign = "IdentityStoreId GroupId", .shape = &sso_group_shape },
    { .operation = "identitystore.list-group-memberships", .items = "GroupMemberships[]", .sign = "MemberId", .take = membership_take },
    { .operation = NULL },
};
