#include "ingest/aws/aws_policy.h"

#include "ingest/aws/aws_state.h"

static int32_t nomem(aws_ctx *c, cspm_error **err)
{
    return cg_nomem(c->state->mem, err);
}

bool aws_policy_is_shared(cg_str arn)
{
    return cg_str_eq(aws_arn_part(arn, 4), CG_STR("aws"));
}

static bool usable(cg_str s)
{
    return s.length > 0 && !memchr(s.data, '\0', s.length);
}

/* ---- statements ---- */

/* A single value stands for a list of one. */
static const cg_tree *nth(const cg_tree *t, uint32_t i)
{
    if (!t || t->type == CG_TREE_NULL)
        return NULL;
    if (t->type == CG_TREE_LIST)
        return i < t->list.count ? t->list.items[i] : NULL;
    return i == 0 ? t : NULL;
}

typedef struct element {
    const char *member, *property, *kind;
    const char *labels[2];
} element;

/* One node for each distinct value, shared by all statements that name it. */
static const element elements[] = {
    { "Action", "action", "HAS_ACTION", { "AWSPolicyStatementActionItem", NULL } },
    { "NotAction", "notaction", "HAS_NOTACTION", { "AWSPolicyStatementNotActionItem", NULL } },
    { "Resource", "resource", "HAS_RESOURCE", { "AWSPolicyStatementResourceItem", NULL } },
    { "NotResource", "notresource", "HAS_NOTRESOURCE", { "AWSPolicyStatementNotResourceItem", NULL } },
};
#define N_ELEMENTS (sizeof elements / sizeof elements[0])

static int32_t element_list(aws_ctx *c, const cg_tree *values, const char *property, cspm_error **err)
{
    cg_tree *one, list = { .type = CG_TREE_LIST };

    if (!values)
        return CSPM_OK;
    if (values->type == CG_TREE_LIST)
        return aws_prop_tree(c, property, values, AWS_TEXT, err);
    one = (cg_tree *)(uintptr_t)values;
    list.list.items = &one;
    list.list.count = 1;
    return aws_prop_tree(c, property, &list, AWS_TEXT, err);
}

static int32_t element_item(aws_ctx *c, const cg_tree *at, cg_str id, cg_str text, const element *e, cspm_error **err)
{
    int32_t rc = aws_node(c, at, id, e->labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "value", text, err);
    return rc < 0 ? rc : aws_node_end(c, false, err);
}

static int32_t element_items(aws_ctx *c, const cg_tree *values, const element *e, cg_str statement, cspm_error **err)
{
    const cg_tree *value;
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; (value = nth(values, i)) && rc == CSPM_OK; i++) {
        const cg_str text = cg_tree_string(value);
        if (text.length == 0 || memchr(text.data, '\0', text.length))
            continue;
        const cg_str id = aws_format(c, "%s:%.*s", e->property, CG_FMT(text));
        if (!id.data)
            return nomem(c, err);
        if (aws_first_time(c, id))
            rc = element_item(c, value, id, text, e, err);
        if (rc == CSPM_OK)
            rc = aws_edge(c, value, statement, e->kind, id, NULL, err);
    }
    return rc;
}

#define SIDS_COMPARED 200u /* a policy of more statements than that is none Amazon would take */

/* The Sid when it is the only one of that name, else the number among those without. */
static cg_str statement_id(aws_ctx *c, const cg_tree *statements, uint32_t i, cg_str policy, uint32_t *unnamed)
{
    const cg_str sid = aws_str(nth(statements, i), "Sid");
    bool usable = sid.length > 0 && !memchr(sid.data, '\0', sid.length);

    usable = usable && (statements->type != CG_TREE_LIST || statements->list.count <= SIDS_COMPARED);
    for (uint32_t k = 0; usable && k < i; k++)
        usable = !cg_str_eq(aws_str(nth(statements, k), "Sid"), sid);
    if (usable)
        return aws_format(c, "%.*s/statement/%.*s", CG_FMT(policy), CG_FMT(sid));
    return aws_format(c, "%.*s/statement/%u", CG_FMT(policy), ++*unnamed);
}

static int32_t statement_add(aws_ctx *c, const cg_tree *s, cg_str id, cg_str policy, cspm_error **err)
{
    static const char *const labels[] = { "AWSPolicyStatement", NULL };
    int32_t rc = aws_node(c, s, id, labels, err);

    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "effect", aws_str(s, "Effect"), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "sid", aws_str(s, "Sid"), err);
    for (size_t e = 0; e < N_ELEMENTS && rc == CSPM_OK; e++)
        rc = element_list(c, aws_get(s, elements[e].member), elements[e].property, err);
    if (rc == CSPM_OK)
        rc = aws_prop_tree(c, "condition", aws_get(s, "Condition"), AWS_JSON, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_edge(c, s, policy, "STATEMENT", id, NULL, err);
    for (size_t e = 0; e < N_ELEMENTS && rc == CSPM_OK; e++)
        rc = element_items(c, aws_get(s, elements[e].member), &elements[e], id, err);
    return rc;
}

static int32_t statements_add(aws_ctx *c, const cg_tree *document, cg_str policy, cspm_error **err)
{
    const cg_tree *statements = aws_get(document, "Statement"), *s;
    uint32_t unnamed = 0;
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; (s = nth(statements, i)) && rc == CSPM_OK; i++) {
        if (s->type != CG_TREE_MAP) {
            rc = aws_skip(c, s, "bad-policy", err, "a statement of policy %.*s is skipped: it must be an object", (int)policy.length,
                          policy.data);
            continue;
        }
        const cg_str id = statement_id(c, statements, i, policy, &unnamed);
        rc = id.data ? statement_add(c, s, id, policy, err) : nomem(c, err);
    }
    return rc;
}

/* ---- policies ---- */

int32_t aws_policy_add(aws_ctx *c, const cg_tree *at, const aws_policy *p, cspm_error **err)
{
    static const aws_field facts[] = {
        { "path", "Path", AWS_AS_IS },
        { "description", "Description", AWS_AS_IS },
        { "createdate", "CreateDate", AWS_TIME },
        { "defaultversionid", "DefaultVersionId", AWS_AS_IS },
        { "attachmentcount", "AttachmentCount", AWS_AS_IS },
        { "boundaryusagecount", "PermissionsBoundaryUsageCount", AWS_AS_IS },
        { 0 },
    };
    const char *const labels[] = { "AWSPolicy", p->special, NULL };
    const cg_str outer = c->id;
    const cg_tree *document;
    cg_str text;
    int32_t rc = aws_document(c, p->document, &document, &text, err);

    if (rc == CSPM_OK && p->document && (!document || document->type != CG_TREE_MAP))
        rc = aws_skip(c, p->document, "bad-policy", err, "the document of policy %.*s is no JSON object: kept as text", (int)p->id.length,
                      p->id.data);
    if (rc == CSPM_OK)
        rc = aws_node(c, at, p->id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", p->id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", p->arn, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", p->name, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "type", cg_str_from(p->type), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "document", text, err);
    if (rc == CSPM_OK && !document && c->unmade)
        rc = aws_prop(c, "partial", (cg_value){ .type = CG_BOOL, .boolean = true }, err);
    for (const aws_field *f = facts; p->facts && f->property && rc == CSPM_OK; f++)
        rc = aws_prop_tree(c, f->property, aws_get(p->facts, f->path), f->as, err);
    if (rc == CSPM_OK && p->facts)
        rc = aws_tags(c, aws_get(p->facts, "Tags"), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, p->owned, err);
    if (rc == CSPM_OK && document)
        rc = statements_add(c, document, p->id, err);
    c->id = outer;
    return rc;
}

static const char *label_of_owner(cg_str arn)
{
    const cg_str rest = aws_arn_part(arn, 5);

    if (cg_str_starts(rest, CG_STR("user/")))
        return "AWSUser";
    if (cg_str_starts(rest, CG_STR("group/")))
        return "AWSGroup";
    return cg_str_starts(rest, CG_STR("role/")) ? "AWSRole" : "AWSPrincipal";
}

int32_t aws_policy_inline(aws_ctx *c, const cg_tree *at, cg_str owner, cg_str name, const cg_tree *document, cspm_error **err)
{
    if (name.length == 0 || memchr(name.data, '\0', name.length) || (!document && !c->unmade))
        return aws_skip(c, at, "bad-item", err, "an inline policy without name or document is skipped");
    aws_policy p = { .name = name, .type = "inline", .special = "AWSInlinePolicy", .document = document, .owned = true };
    p.id = p.arn = aws_format(c, "%.*s/inline_policy/%.*s", CG_FMT(owner), CG_FMT(name));
    if (!p.id.data)
        return nomem(c, err);
    const int32_t rc = aws_policy_add(c, at, &p, err);
    return rc < 0 ? rc : aws_edge_from(c, at, owner, label_of_owner(owner), "POLICY", p.id, err);
}

int32_t aws_policies_inline(aws_ctx *c, const cg_tree *list, cg_str owner, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    if (!list || list->type != CG_TREE_LIST)
        return CSPM_OK;
    for (uint32_t i = 0; i < list->list.count && rc == CSPM_OK; i++) {
        const cg_tree *p = list->list.items[i];
        rc = aws_policy_inline(c, p, owner, aws_str(p, "PolicyName"), aws_get(p, "PolicyDocument"), err);
    }
    return rc;
}

static cg_str tail_of(cg_str s)
{
    const char *slash = s.length ? memrchr(s.data, '/', s.length) : NULL;
    return slash ? (cg_str){ slash + 1, (size_t)(s.data + s.length - slash - 1) } : s;
}

/* A node for what is only referred to: gives way to any other definition. */
static int32_t partial_node(aws_ctx *c, const cg_tree *at, cg_str id, const char *const *labels, cspm_error **err)
{
    const cg_str outer = c->id;
    int32_t rc;

    if (!aws_first_time(c, id))
        return CSPM_OK;
    rc = aws_node(c, at, id, labels, err);
    if (rc == CSPM_OK) {
        cg_builder_set_standing(c->b, CG_STANDING_PARTIAL);
        rc = aws_prop_text(c, "id", id, err);
    }
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", tail_of(id), err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "partial", cg_v_bool(true), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    c->id = outer;
    return rc;
}

int32_t aws_principal_named(aws_ctx *c, const cg_tree *at, cg_str arn, cspm_error **err)
{
    const char *const labels[] = { label_of_owner(arn), "AWSPrincipal", NULL };

    return usable(arn) ? partial_node(c, at, arn, labels, err) : CSPM_OK;
}

int32_t aws_policy_attach(aws_ctx *c, const cg_tree *at, cg_str owner, const char *kind, cg_str arn, cspm_error **err)
{
    static const char *const labels[] = { "AWSPolicy", "AWSManagedPolicy", NULL };

    if (!cg_str_starts(arn, CG_STR("arn:")) || memchr(arn.data, '\0', arn.length))
        return CSPM_OK;
    const int32_t rc = partial_node(c, at, arn, labels, err);
    return rc < 0 ? rc : aws_edge_both(c, at, owner, label_of_owner(owner), kind, arn, "AWSPolicy", err);
}

/* ---- trust ---- */

typedef struct trust {
    cg_str role;
    const char *of; /* "AWS", "Service", "Federated", "CanonicalUser" */
} trust;

static bool is_account(cg_str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.length == 12;
}

/* "arn:aws:iam::111122223333:root" is an account as a whole. */
static int32_t root_principal(aws_ctx *c, const cg_tree *at, cg_str arn, cspm_error **err)
{
    const cg_str partition = c->item_partition;
    int32_t rc;

    c->item_partition = aws_arn_part(arn, 1);
    rc = aws_account_root(c, at, aws_arn_part(arn, 4), err);
    c->item_partition = partition;
    return rc;
}

static int32_t known_principal(aws_ctx *c, const cg_tree *at, cg_str id, const char *const *labels, const char *type, cspm_error **err)
{
    const cg_str outer = c->id;
    int32_t rc;

    if (!aws_first_time(c, id))
        return CSPM_OK;
    rc = aws_node(c, at, id, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", id, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", cg_str_eq(id, CG_STR("*")) ? CG_STR("Anyone") : tail_of(id), err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "type", cg_str_from(type), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    c->id = outer;
    return rc;
}

static int32_t trust_one(aws_ctx *c, const cg_tree *value, const trust *t, cspm_error **err)
{
    static const char *const service[] = { "AWSServicePrincipal", "AWSPrincipal", NULL };
    static const char *const federated[] = { "AWSFederatedPrincipal", "AWSPrincipal", NULL };
    static const char *const anyone[] = { "AWSPrincipal", NULL };
    static const char *const user[] = { "AWSUser", "AWSPrincipal", NULL };
    static const char *const role[] = { "AWSRole", "AWSPrincipal", NULL };
    const char *const *labels = anyone;
    cg_str who = cg_tree_string(value);
    int32_t rc;

    if (who.length == 0 || memchr(who.data, '\0', who.length))
        return CSPM_OK;
    if (is_account(who)) {
        who = aws_format(c, "arn:%.*s:iam::%.*s:root", CG_FMT(c->item_partition), CG_FMT(who));
        if (!who.data)
            return nomem(c, err);
    }
    const cg_str rest = aws_arn_part(who, 5);
    if (cg_str_starts(rest, CG_STR("user/")))
        labels = user;
    else if (cg_str_starts(rest, CG_STR("role/")))
        labels = role;
    if (strcmp(t->of, "Service") == 0)
        rc = known_principal(c, value, who, service, "Service", err);
    else if (strcmp(t->of, "Federated") == 0)
        rc = known_principal(c, value, who, federated, "Federated", err);
    else if (cg_str_eq(who, CG_STR("*")))
        rc = known_principal(c, value, who, anyone, "Anyone", err);
    else if (cg_str_eq(rest, CG_STR("root")))
        rc = root_principal(c, value, who, err);
    else
        rc = partial_node(c, value, who, labels, err);
    return rc < 0 ? rc : aws_edge(c, value, t->role, "TRUSTS_AWS_PRINCIPAL", who, labels[0], err);
}

static int32_t trust_all(aws_ctx *c, const cg_tree *values, const trust *t, cspm_error **err)
{
    const cg_tree *value;
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; (value = nth(values, i)) && rc == CSPM_OK; i++)
        rc = trust_one(c, value, t, err);
    return rc;
}

int32_t aws_trust_add(aws_ctx *c, const cg_tree *at, cg_str role, const cg_tree *document, cspm_error **err)
{
    static const char *const kinds[] = { "AWS", "Service", "Federated", "CanonicalUser" };
    const cg_tree *trusts, *s;
    int32_t rc = aws_document(c, document, &trusts, NULL, err);

    if (rc < 0 || !document)
        return rc;
    if (!trusts || trusts->type != CG_TREE_MAP)
        return aws_skip(c, at, "bad-policy", err, "the trust policy of %.*s is no JSON object", (int)role.length, role.data);
    for (uint32_t i = 0; (s = nth(aws_get(trusts, "Statement"), i)) && rc == CSPM_OK; i++) {
        const cg_tree *principal = aws_get(s, "Principal");
        if (!principal || !cg_str_eq(aws_str(s, "Effect"), CG_STR("Allow")))
            continue;
        trust t = { role, "AWS" };
        if (principal->type != CG_TREE_MAP)
            rc = trust_all(c, principal, &t, err);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0] && rc == CSPM_OK; k++) {
            t.of = kinds[k];
            rc = trust_all(c, aws_get(principal, kinds[k]), &t, err);
        }
    }
    return rc;
}
