/* Whole accounts: the upstream test cases of another evaluator, read from account exports, resource policies and an organisation's tree. */
#include "access_test.h"

#define FILES "iamspy/tests/files/"

typedef struct estate {
    world w;
    const cg_tree *gaad, *resources;
    char *texts[8];
    uint32_t n_texts;
} estate;

static const cg_tree *load(estate *e, const char *folder, cg_str name)
{
    char path[256];
    size_t length;
    cg_tree *tree = NULL;
    snprintf(path, sizeof path, "%s%.*s", folder, CG_FMT(name));
    char *text = shared_file(e->w.mem, path, &length);
    if (!text)
        return NULL;
    ck_assert_uint_lt(e->n_texts, 8);
    e->texts[e->n_texts++] = text;
    ck_assert_int_eq(cg_tree_from_json(&e->w.arena, (cg_str){ text, length }, name, NULL, &tree, NULL), CSPM_OK);
    return tree;
}

static const cg_tree *item(const cg_tree *list, uint32_t i)
{
    return list && list->type == CG_TREE_LIST && i < list->list.count ? list->list.items[i] : NULL;
}

static cg_str text_of(const cg_tree *map, const char *key)
{
    return cg_tree_string(cg_tree_get(map, key));
}

static void push(estate *e, uint32_t layer, cg_policy_list *list, cg_policy_kind kind, const cg_tree *document)
{
    cg_policy *p = NULL;
    ck_assert_uint_lt(list->count, 4);
    ck_assert_int_eq(cg_policy_compile(&e->w.arena, document, kind, CG_STR("iamspy"), &p, NULL), CSPM_OK);
    ck_assert_msg(p->diags == NULL, "%s", p->diags ? p->diags->message.data : "");
    e->w.lists[layer][list->count++] = p;
    list->items = e->w.lists[layer];
}

/* The default version of a managed policy of the export. */
static const cg_tree *managed(estate *e, cg_str arn)
{
    const cg_tree *policies = cg_tree_get(e->gaad, "Policies");
    for (uint32_t i = 0; item(policies, i); i++) {
        const cg_tree *versions = cg_tree_get(item(policies, i), "PolicyVersionList");
        for (uint32_t k = 0; cg_str_eq(text_of(item(policies, i), "Arn"), arn) && item(versions, k); k++)
            if (cg_tree_get(item(versions, k), "IsDefaultVersion")->boolean)
                return cg_tree_get(item(versions, k), "Document");
    }
    return NULL;
}

static void principal_policies(estate *e, const cg_tree *principal, const char *inline_key)
{
    const cg_tree *own = cg_tree_get(principal, inline_key), *attached = cg_tree_get(principal, "AttachedManagedPolicies");
    const cg_tree *boundary = cg_tree_get(principal, "PermissionsBoundary"), *document;
    cg_access_policies *p = &e->w.policies;
    p->identity.count = p->boundaries.count = 0;
    for (uint32_t i = 0; item(own, i); i++)
        push(e, 0, &p->identity, CG_POLICY_IDENTITY, cg_tree_get(item(own, i), "PolicyDocument"));
    for (uint32_t i = 0; item(attached, i); i++)
        if ((document = managed(e, text_of(item(attached, i), "PolicyArn"))) != NULL)
            push(e, 0, &p->identity, CG_POLICY_IDENTITY, document);
    if (boundary && (document = managed(e, text_of(boundary, "PermissionsBoundaryArn"))) != NULL)
        push(e, 1, &p->boundaries, CG_POLICY_IDENTITY, document);
}

/* The policy on the resource, or on the bucket an object is in; and whose it is. */
static void resource_policy(estate *e, cg_str resource)
{
    e->w.policies.resource.count = 0;
    e->w.request.resource_account = CG_STR_NULL;
    for (uint32_t i = 0; item(e->resources, i); i++) {
        const cg_tree *one = item(e->resources, i);
        cg_str name = text_of(one, "Resource");
        bool inside = cg_str_starts(resource, name) && (resource.length == name.length || resource.data[name.length] == '/');
        if (!inside)
            continue;
        push(e, 3, &e->w.policies.resource, CG_POLICY_RESOURCE, cg_tree_get(one, "Policy"));
        e->w.request.resource_account = text_of(one, "Account");
    }
}

static bool may(estate *e, const cg_tree *principal, const char *inline_key, bool strict)
{
    principal_policies(e, principal, inline_key);
    e->w.request.principal = text_of(principal, "Arn");
    const char *result = world_decide(&e->w);
    return strcmp(result, "Allowed") == 0 || (!strict && strcmp(result, "Conditional") == 0);
}

static bool listed(const cg_tree *list, cg_str text)
{
    for (uint32_t i = 0; item(list, i); i++)
        if (cg_str_eq(cg_tree_string(item(list, i)), text))
            return true;
    return false;
}

static uint32_t ask_all(estate *e, const cg_tree *vector, bool strict)
{
    static const char *const lists[][2] = { { "UserDetailList", "UserPolicyList" }, { "RoleDetailList", "RolePolicyList" } };
    const cg_tree *expected = cg_tree_get(vector, "expected");
    cg_str one = text_of(cg_tree_get(vector, "request"), "principal");
    uint32_t asked = 0;
    for (uint32_t k = 0; k < 2; k++) {
        const cg_tree *principals = cg_tree_get(e->gaad, lists[k][0]);
        for (uint32_t i = 0; item(principals, i); i++) {
            cg_str arn = text_of(item(principals, i), "Arn");
            if (one.data && !cg_str_eq(one, arn))
                continue;
            bool wanted = expected->type == CG_TREE_BOOL ? expected->boolean : listed(expected, arn);
            ck_assert_msg(may(e, item(principals, i), lists[k][1], strict) == wanted, "%.*s: %.*s is %s", CG_FMT(text_of(vector, "id")),
                          CG_FMT(arn), cg_access_result_name(e->w.decision.result));
            asked++;
        }
    }
    return asked;
}

static void level_policies(estate *e, uint32_t level, const cg_tree *target)
{
    const cg_tree *policies = cg_tree_get(target, "Policies");
    e->w.policies.n_scps = level + 1;
    for (uint32_t i = 0; item(policies, i); i++)
        push(e, 4 + level, &e->w.scps[level], CG_POLICY_IDENTITY, cg_tree_get(item(policies, i), "Content"));
}

/* The root's policies, then the account's own. The account that manages the organisation is not bound by any. */
static void organisation_policies(estate *e, const cg_tree *root, cg_str account)
{
    const cg_tree *children = cg_tree_get(root, "Children");
    if (!root || cg_str_find(text_of(root, "Arn"), account, 0) != SIZE_MAX)
        return;
    level_policies(e, 0, root);
    for (uint32_t i = 0; item(children, i); i++)
        if (cg_str_eq(text_of(item(children, i), "Id"), account))
            level_policies(e, 1, item(children, i));
    ck_assert_uint_eq(e->w.policies.n_scps, 2);
}

/* Context given in the case. */
static void keys_of(estate *e, const cg_tree *conditions)
{
    for (uint32_t i = 0; conditions && i < conditions->map.count; i++)
        world_key(&e->w, conditions->map.keys[i].data, cg_tree_string(conditions->map.values[i]).data);
}

static uint32_t run(const cg_tree *vector)
{
    estate e = { 0 };
    const cg_tree *files = cg_tree_get(vector, "files"), *request = cg_tree_get(vector, "request"), *strict;
    const cg_tree *resource = cg_tree_get(request, "resource");
    /* Cases of several exports or several resources at once test what lies above this room. */
    if (resource->type != CG_TREE_STRING || item(cg_tree_get(files, "gaads"), 1))
        return 0;
    world_open(&e.w, "", text_of(request, "action").data, resource->string.data);
    e.gaad = load(&e, FILES, cg_tree_string(item(cg_tree_get(files, "gaads"), 0)));
    if (item(cg_tree_get(files, "resources"), 0))
        e.resources = load(&e, FILES, cg_tree_string(item(cg_tree_get(files, "resources"), 0)));
    if (item(cg_tree_get(files, "scps"), 0))
        organisation_policies(&e, load(&e, FILES, cg_tree_string(item(cg_tree_get(files, "scps"), 0))), CG_STR("123456789012"));
    strict = cg_tree_get(request, "strict_conditions");
    e.w.request.open = !(strict && strict->boolean);
    keys_of(&e, cg_tree_get(request, "conditions"));
    resource_policy(&e, resource->string);
    uint32_t asked = ask_all(&e, vector, !e.w.request.open);
    for (uint32_t i = 0; i < e.n_texts; i++)
        cg_free(e.w.mem, e.texts[i]);
    world_close(&e.w);
    return asked;
}

START_TEST(upstream_cases)
{
    estate all = { 0 };
    uint32_t asked = 0;
    world_open(&all.w, "", "", "");
    const cg_tree *vectors = load(&all, "iamspy/", CG_STR("vectors.json"));
    for (uint32_t i = 0; item(vectors, i); i++)
        asked += run(item(vectors, i));
    ck_assert(!vectors || asked > 30);
    if (vectors)
        cg_free(all.w.mem, all.texts[0]);
    world_close(&all.w);
}
END_TEST

Suite *iamspy_suite(void)
{
    Suite *s = suite_create("accounts");
    TCase *t = tcase_create("iamspy");
    tcase_add_test(t, upstream_cases);
    suite_add_tcase(s, t);
    return s;
}
