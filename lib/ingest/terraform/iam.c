/* Terraform spreads a role over many resources: its inline policies, attachments, instance profiles. Here they come together again, in the
 * shape of get-account-authorization-details. */
#include "ingest/terraform/terraform.h"

typedef enum { OWNER_USER, OWNER_ROLE, OWNER_GROUP, N_OWNERS } owner_kind;
typedef enum { PIECE_INLINE, PIECE_ATTACHED, PIECE_GROUP, PIECE_MEMBER, PIECE_PROFILE } piece_kind;

typedef struct owner_type {
    const char *type, *arn_part;
    const char *list, *name, *id, *policies; /* in the API's words */
} owner_type;
static const owner_type owners[N_OWNERS] = {
    [OWNER_USER] = { "aws_iam_user", "user", "UserDetailList[]", "UserName", "UserId", "UserPolicyList" },
    [OWNER_ROLE] = { "aws_iam_role", "role", "RoleDetailList[]", "RoleName", "RoleId", "RolePolicyList" },
    [OWNER_GROUP] = { "aws_iam_group", "group", "GroupDetailList[]", "GroupName", "GroupId", "GroupPolicyList" },
};

/* Resources that say something of a user, role or group they name. */
static const struct piece_type {
    const char *type, *owner; /* attribute that names it, or a list of them */
    owner_kind kind;
    piece_kind what;
} piece_types[] = {
    { "aws_iam_user_policy", "user", OWNER_USER, PIECE_INLINE },
    { "aws_iam_role_policy", "role", OWNER_ROLE, PIECE_INLINE },
    { "aws_iam_group_policy", "group", OWNER_GROUP, PIECE_INLINE },
    { "aws_iam_user_policy_attachment", "user", OWNER_USER, PIECE_ATTACHED },
    { "aws_iam_role_policy_attachment", "role", OWNER_ROLE, PIECE_ATTACHED },
    { "aws_iam_group_policy_attachment", "group", OWNER_GROUP, PIECE_ATTACHED },
    { "aws_iam_policy_attachment", "users", OWNER_USER, PIECE_ATTACHED },
    { "aws_iam_policy_attachment", "roles", OWNER_ROLE, PIECE_ATTACHED },
    { "aws_iam_policy_attachment", "groups", OWNER_GROUP, PIECE_ATTACHED },
    { "aws_iam_user_group_membership", "user", OWNER_USER, PIECE_GROUP },
    { "aws_iam_group_membership", "users", OWNER_USER, PIECE_MEMBER },
    { "aws_iam_instance_profile", "role", OWNER_ROLE, PIECE_PROFILE },
};
#define N_PIECE_TYPES (sizeof piece_types / sizeof piece_types[0])
#define MAX_NAMES 256u

typedef struct piece {
    const tf_resource *resource;
    piece_kind what;
    uint32_t next;
} piece;
typedef struct iam {
    tf_document *d;
    cg_intern *names; /* kind and name of an owner */
    CG_VEC(uint32_t) first, last;
    CG_VEC(piece) pieces;
} iam;

static bool is_type(cg_str type, const char *name)
{
    return strncmp(name, type.data, type.length) == 0 && name[type.length] == '\0';
}

bool tf_is_iam(cg_str type)
{
    static const char *const others[] = { "aws_iam_policy", "aws_iam_access_key", "aws_iam_user_login_profile" };
    if (!cg_str_starts(type, CG_STR("aws_iam_")))
        return false;
    for (size_t i = 0; i < N_OWNERS; i++)
        if (is_type(type, owners[i].type))
            return true;
    for (size_t i = 0; i < N_PIECE_TYPES; i++)
        if (is_type(type, piece_types[i].type))
            return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (is_type(type, others[i]))
            return true;
    return false;
}

cg_str tf_iam_arn(tf_document *d, const tf_resource *r)
{
    const cg_str known = cg_tree_string(cg_tree_get(r->values, "arn")), name = cg_tree_string(cg_tree_get(r->values, "name"));
    cg_str path = cg_tree_string(cg_tree_get(r->values, "path"));
    const char *part = "policy";
    cg_buf text;

    if (known.length)
        return known;
    if (!name.length || !d->aws.account.data)
        return r->address;
    for (size_t i = 0; i < N_OWNERS; i++)
        if (cg_str_eq(r->type, cg_str_from(owners[i].type)))
            part = owners[i].arn_part;
    if (cg_str_eq(r->type, CG_STR("aws_iam_instance_profile")))
        part = "instance-profile";
    if (!path.length)
        path = CG_STR("/");
    cg_buf_init(&text, d->mem, 0);
    cg_buf_printf(&text, "arn:%.*s:iam::%.*s:%s%.*s%.*s", CG_FMT(d->aws.partition), CG_FMT(d->aws.account), part, CG_FMT(path),
                  CG_FMT(name));
    const char *copy = text.failed ? NULL : cg_arena_strndup(&d->made, text.data, text.length);
    const cg_str arn = { copy, copy ? text.length : 0 };
    cg_buf_free(&text);
    d->refused = d->refused || !copy;
    return copy ? arn : r->address;
}

/* ---- which pieces belong to whom ---- */

static uint32_t owner_id(iam *m, owner_kind kind, cg_str name, bool add)
{
    char key[300];
    const size_t n = name.length < sizeof key - 1 ? name.length : sizeof key - 1;

    key[0] = (char)('0' + kind);
    memcpy(key + 1, name.data, n);
    return add ? cg_intern_add(m->names, key, n + 1) : cg_intern_find(m->names, key, n + 1);
}

static int32_t add_piece(iam *m, owner_kind kind, cg_str name, piece p, cspm_error **err)
{
    cg_mem *mem = m->d->mem;
    const uint32_t id = owner_id(m, kind, name, true);

    if (id == CG_INTERN_NONE)
        return cg_nomem(mem, err);
    while (m->first.count <= id)
        if (!cg_vec_push(mem, &m->first, UINT32_MAX) || !cg_vec_push(mem, &m->last, UINT32_MAX))
            return cg_nomem(mem, err);
    p.next = UINT32_MAX;
    const uint32_t at = (uint32_t)m->pieces.count;
    if (!cg_vec_push(mem, &m->pieces, p))
        return cg_nomem(mem, err);
    if (m->first.data[id] == UINT32_MAX)
        m->first.data[id] = at;
    else
        m->pieces.data[m->last.data[id]].next = at;
    m->last.data[id] = at;
    return CSPM_OK;
}

static int32_t gather(iam *m, cspm_error **err)
{
    cg_str names[MAX_NAMES];
    int32_t rc = CSPM_OK;

    for (size_t i = 0; i < N_PIECE_TYPES; i++)
        for (const tf_resource *r = tf_first(m->d, piece_types[i].type); r && rc == CSPM_OK; r = tf_next(m->d, r)) {
            uint32_t n = 1;
            names[0] = tf_text(m->d, r, piece_types[i].owner);
            if (!names[0].data)
                n = tf_texts(m->d, r, piece_types[i].owner, names, MAX_NAMES);
            for (uint32_t k = 0; k < n && rc == CSPM_OK; k++)
                if (names[k].length)
                    rc = add_piece(m, piece_types[i].kind, names[k], (piece){ r, piece_types[i].what, 0 }, err);
            if (rc == CSPM_OK)
                rc = cg_op_check(m->d->op, m->d->mem, err);
        }
    return rc;
}

/* ---- composing ---- */

static cg_str tail(cg_str arn)
{
    size_t i = arn.length;
    while (i > 0 && arn.data[i - 1] != '/' && arn.data[i - 1] != ':')
        i--;
    return (cg_str){ arn.data + i, arn.length - i };
}

static void attach(tf_document *d, const tf_resource *r, cg_tree *list, cg_str arn)
{
    if (!arn.length)
        return;
    cg_tree *a = tf_map(d, r);
    tf_put_text(d, a, "PolicyName", tail(arn));
    tf_put_text(d, a, "PolicyArn", arn);
    tf_push(d, list, a);
}

static void inline_policy(tf_document *d, const tf_resource *r, cg_tree *list, const cg_tree *name, const cg_tree *document)
{
    cg_tree *p = tf_map(d, r);
    if (!name || name->type != CG_TREE_STRING || !name->string.length)
        return;
    tf_put(d, p, "PolicyName", name);
    if (document && document->type != CG_TREE_NULL)
        tf_put(d, p, "PolicyDocument", document);
    tf_push(d, list, p);
}

static void put_profile(tf_document *d, const tf_resource *profile, const cg_tree *role, cg_tree *list)
{
    cg_tree *p = tf_map(d, profile), *roles = tf_list(d, profile), *r = tf_map(d, profile);
    if (!p || !roles || !r)
        return;
    tf_put_text(d, p, "InstanceProfileName", tf_text(d, profile, "name"));
    tf_put_text(d, p, "InstanceProfileId", tf_text(d, profile, "unique_id"));
    tf_put_text(d, p, "Arn", tf_iam_arn(d, profile));
    tf_put_text(d, p, "Path", tf_text(d, profile, "path"));
    tf_put(d, r, "RoleName", aws_get(role, "RoleName"));
    tf_put(d, r, "Arn", aws_get(role, "Arn"));
    tf_push(d, roles, r);
    tf_put(d, p, "Roles", roles);
    tf_push(d, list, p);
}

/* Attributes of the resource itself. */
static void own_attributes(tf_document *d, const tf_resource *r, const owner_type *o, cg_tree *item, cg_tree *policies, cg_tree *attached)
{
    const cg_tree *blocks = tf_value(d, r, "inline_policy");
    cg_str arns[MAX_NAMES];

    tf_put_text(d, item, "Path", tf_text(d, r, "path"));
    tf_put_text(d, item, o->name, tf_text(d, r, "name"));
    tf_put_text(d, item, o->id, tf_text(d, r, "unique_id"));
    tf_put_text(d, item, "Arn", tf_iam_arn(d, r));
    tf_put_text(d, item, "CreateDate", tf_text(d, r, "create_date"));
    tf_put_text(d, item, "PermissionsBoundary.PermissionsBoundaryArn", tf_text(d, r, "permissions_boundary"));
    tf_put(d, item, "AssumeRolePolicyDocument", tf_value(d, r, "assume_role_policy"));
    tf_put_tags(d, r, item, "Tags");
    for (uint32_t i = 0; blocks && blocks->type == CG_TREE_LIST && i < blocks->list.count; i++)
        inline_policy(d, r, policies, cg_tree_get(blocks->list.items[i], "name"), cg_tree_get(blocks->list.items[i], "policy"));
    const uint32_t n = tf_texts(d, r, "managed_policy_arns", arns, MAX_NAMES);
    for (uint32_t i = 0; i < n; i++)
        attach(d, r, attached, arns[i]);
}

/* An attachment that the role lists by itself too is one. */
static bool attached_already(const cg_tree *attached, cg_str arn)
{
    for (uint32_t i = 0; i < attached->list.count; i++)
        if (cg_str_eq(aws_str(attached->list.items[i], "PolicyArn"), arn))
            return true;
    return false;
}

static bool policy_already(const cg_tree *policies, cg_str name)
{
    for (uint32_t i = 0; i < policies->list.count; i++)
        if (cg_str_eq(aws_str(policies->list.items[i], "PolicyName"), name))
            return true;
    return false;
}

typedef struct composed {
    cg_tree *item, *policies, *attached, *groups, *profiles;
} composed;

static void add_to(tf_document *d, const piece *p, const composed *c)
{
    const tf_resource *r = p->resource;
    cg_str names[MAX_NAMES];
    uint32_t n;

    switch (p->what) {
    case PIECE_INLINE:
        if (!policy_already(c->policies, tf_text(d, r, "name")))
            inline_policy(d, r, c->policies, tf_value(d, r, "name"), tf_value(d, r, "policy"));
        break;
    case PIECE_ATTACHED:
        names[0] = tf_text(d, r, "policy_arn");
        if (names[0].data && !attached_already(c->attached, names[0]))
            attach(d, r, c->attached, names[0]);
        break;
    case PIECE_GROUP:
        n = tf_texts(d, r, "groups", names, MAX_NAMES);
        for (uint32_t i = 0; i < n; i++)
            tf_push(d, c->groups, tf_string(d, r, names[i]));
        break;
    case PIECE_MEMBER:
        names[0] = tf_text(d, r, "group");
        if (names[0].data)
            tf_push(d, c->groups, tf_string(d, r, names[0]));
        break;
    case PIECE_PROFILE:
        put_profile(d, r, c->item, c->profiles);
        break;
    }
}

static int32_t take_owner(iam *m, owner_kind kind, const tf_resource *r, cspm_error **err)
{
    tf_document *d = m->d;
    const owner_type *o = &owners[kind];
    const composed c = { tf_map(d, r), tf_list(d, r), tf_list(d, r), tf_list(d, r), tf_list(d, r) };
    const cg_str name = tf_text(d, r, "name");

    if (!c.item || !c.policies || !c.attached || !c.groups || !c.profiles)
        return cg_nomem(d->mem, err);
    if (!name.data) /* a generated name is not known before it is made */
        tf_put_text(d, c.item, o->name, r->address);
    own_attributes(d, r, o, c.item, c.policies, c.attached);
    const uint32_t id = owner_id(m, kind, name.data ? name : r->address, false);
    for (uint32_t p = id != CG_INTERN_NONE && id < m->first.count ? m->first.data[id] : UINT32_MAX; p != UINT32_MAX;
         p = m->pieces.data[p].next)
        add_to(d, &m->pieces.data[p], &c);
    tf_put(d, c.item, o->policies, c.policies);
    tf_put(d, c.item, "AttachedManagedPolicies", c.attached);
    if (kind == OWNER_USER)
        tf_put(d, c.item, "GroupList", c.groups);
    if (kind == OWNER_ROLE)
        tf_put(d, c.item, "InstanceProfileList", c.profiles);
    return tf_take(d, "iam.get-account-authorization-details", o->list, c.item, err);
}

static int32_t take_policy(tf_document *d, const tf_resource *r, cspm_error **err)
{
    cg_tree *item = tf_map(d, r), *versions = tf_list(d, r), *version = tf_map(d, r), *yes = tf_map(d, r);

    if (!item || !versions || !version || !yes)
        return cg_nomem(d->mem, err);
    const cg_str name = tf_text(d, r, "name"), arn = tf_iam_arn(d, r);
    tf_put_text(d, item, "PolicyName", name.data ? name : r->address);
    tf_put_text(d, item, "PolicyId", tf_text(d, r, "policy_id"));
    tf_put_text(d, item, "Arn", arn);
    tf_put_text(d, item, "Path", tf_text(d, r, "path"));
    tf_put_text(d, item, "DefaultVersionId", CG_STR("v1"));
    *yes = (cg_tree){ .type = CG_TREE_BOOL, .pos = item->pos, .boolean = true };
    tf_put_text(d, version, "VersionId", CG_STR("v1"));
    tf_put(d, version, "IsDefaultVersion", yes);
    tf_put(d, version, "Document", tf_value(d, r, "policy"));
    tf_push(d, versions, version);
    tf_put(d, item, "PolicyVersionList", versions);
    tf_put_tags(d, r, item, "Tags");
    return tf_take(d, "iam.get-account-authorization-details", "Policies[]", item, err);
}

static int32_t take_access_key(tf_document *d, const tf_resource *r, cspm_error **err)
{
    cg_tree *item = tf_map(d, r);
    tf_put_text(d, item, "UserName", tf_text(d, r, "user"));
    tf_put_text(d, item, "AccessKeyId", tf_identity(d, r, "id"));
    tf_put_text(d, item, "Status", tf_text(d, r, "status"));
    tf_put_text(d, item, "CreateDate", tf_text(d, r, "create_date"));
    return tf_take(d, "iam.list-access-keys", NULL, item, err);
}

static int32_t take_login(tf_document *d, const tf_resource *r, cspm_error **err)
{
    if (!d->aws.account.data) /* a property of a user whose ARN nobody knows yet */
        return CSPM_OK;
    cg_tree *item = tf_map(d, r);
    tf_put_text(d, item, "UserName", tf_text(d, r, "user"));
    tf_put(d, item, "PasswordResetRequired", tf_value(d, r, "password_reset_required"));
    return tf_take(d, "iam.get-login-profile", NULL, item, err);
}

int32_t tf_iam(tf_document *d, cspm_error **err)
{
    static const struct {
        const char *type;
        int32_t (*take)(tf_document *d, const tf_resource *r, cspm_error **err);
    } others[] = {
        { "aws_iam_policy", take_policy },
        { "aws_iam_access_key", take_access_key },
        { "aws_iam_user_login_profile", take_login },
    };
    iam m = { .d = d, .names = cg_intern_new(d->mem, 0) };
    int32_t rc = m.names ? gather(&m, err) : cg_nomem(d->mem, err);

    for (int kind = 0; kind < N_OWNERS && rc == CSPM_OK; kind++)
        for (const tf_resource *r = tf_first(d, owners[kind].type); r && rc == CSPM_OK; r = tf_next(d, r))
            if (!r->data && (rc = take_owner(&m, (owner_kind)kind, r, err)) == CSPM_OK)
                rc = cg_op_check(d->op, d->mem, err);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        for (const tf_resource *r = tf_first(d, others[i].type); r && rc == CSPM_OK; r = tf_next(d, r))
            if (!r->data && (rc = others[i].take(d, r, err)) == CSPM_OK)
                rc = cg_op_check(d->op, d->mem, err);
    cg_intern_free(m.names);
    cg_vec_free(d->mem, &m.first);
    cg_vec_free(d->mem, &m.last);
    cg_vec_free(d->mem, &m.pieces);
    return rc;
}
