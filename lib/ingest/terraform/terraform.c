/* Dialect: `terraform show -json` of a state or a plan, and the state file itself. */
#include "ingest/terraform/terraform.h"
#include "ingest/dialects.h"
#include "ingest/sniff.h"

typedef struct tf_state {
    tf_document document;
    cg_builder *b;
    cspm_op *op;
    cg_buf text;
} tf_state;

static int tf_recognise(const char *head, size_t length, bool whole)
{
    cg_peek p;
    cg_str key, rest;
    bool format = false, terraform = false, values = false, version = false, serial = false;

    (void)whole;
    if (!cg_peek_object(&p, (cg_str){ head, length }))
        return 0;
    while (cg_peek_member(&p, &key, &rest)) {
        format = format || cg_peek_is(key, "format_version");
        terraform = terraform || cg_peek_is(key, "terraform_version");
        values = values || cg_peek_is(key, "values") || cg_peek_is(key, "planned_values") || cg_peek_is(key, "resource_changes");
        version = version || cg_peek_is(key, "version");
        serial = serial || cg_peek_is(key, "serial") || cg_peek_is(key, "lineage");
    }
    if (format && (values || terraform))
        return 95;
    return version && terraform && serial ? 95 : 0;
}

static int32_t tf_open(cg_builder *b, cg_str source, cspm_op *op, void **state, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    tf_state *s = cg_calloc(mem, 1, sizeof *s);

    if (!s)
        return cg_nomem(mem, err);
    s->b = b;
    s->op = op;
    s->document.mem = mem;
    s->document.source = source;
    cg_arena_init(&s->document.arena, mem);
    cg_arena_init(&s->document.made, mem);
    cg_buf_init(&s->text, mem, 0);
    s->document.names = cg_intern_new(mem, 0);
    s->document.types = cg_intern_new(mem, 0);
    *state = s;
    s->document.rows = cg_arena_calloc(&s->document.arena, 1, sizeof *s->document.rows);
    if (!s->document.names || !s->document.types || !s->document.rows)
        return cg_nomem(mem, err);
    return aws_open(&s->document.aws, b, err);
}

/* Values of a plan are resolved across the whole document, so it is read before anything is made of it. */
static int32_t tf_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    tf_state *s = state;

    cg_buf_add(&s->text, bytes, length);
    return s->text.failed ? cg_nomem(s->document.mem, err) : CSPM_OK;
}

static bool is_account(cg_str text)
{
    if (text.length != 12)
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

/* The one account that all ARNs of a value name; `several` when they do not agree. */
typedef struct accounts {
    cg_str account, partition;
    bool several;
} accounts;

static void find_accounts(accounts *a, const cg_tree *t, uint32_t depth)
{
    if (depth > 24 || a->several)
        return;
    if (t->type == CG_TREE_STRING && cg_str_starts(t->string, CG_STR("arn:aws"))) {
        const cg_str account = aws_arn_part(t->string, 4);
        if (is_account(account)) {
            a->several = a->account.data && !cg_str_eq(a->account, account);
            a->account = account;
            a->partition = aws_arn_part(t->string, 1);
        }
    }
    for (uint32_t i = 0; t->type == CG_TREE_LIST && i < t->list.count; i++)
        find_accounts(a, t->list.items[i], depth + 1);
    for (uint32_t i = 0; t->type == CG_TREE_MAP && i < t->map.count; i++)
        find_accounts(a, t->map.values[i], depth + 1);
}

/* Modules are handed the account under such a name. */
static cg_str account_variable(const cg_tree *t, uint32_t depth)
{
    cg_str found = CG_STR_NULL;

    if (depth > 24 || !t)
        return found;
    for (uint32_t i = 0; t->type == CG_TREE_MAP && i < t->map.count && !found.data; i++) {
        const cg_str name = t->map.keys[i];
        if (cg_str_eq(name, CG_STR("account_id")) || cg_str_eq(name, CG_STR("aws_account_id"))) {
            found = aws_str(t->map.values[i], "constant_value");
            if (!is_account(found))
                found = aws_str(t->map.values[i], "value");
            if (!is_account(found))
                found = CG_STR_NULL;
        }
        if (!found.data)
            found = account_variable(t->map.values[i], depth + 1);
    }
    return found;
}

/* What a plan cannot know before anything is made, it may say elsewhere: who asks, ARNs of what there is, variables. */
static void find_account(tf_document *d)
{
    accounts own = { 0 }, all = { 0 };

    for (const tf_resource *r = tf_first(d, "aws_caller_identity"); r && !own.account.data; r = tf_next(d, r))
        own.account = cg_tree_string(cg_tree_get(r->values, "account_id"));
    for (size_t i = 0; i < d->resources.count; i++) {
        const tf_resource *r = &d->resources.data[i];
        const cg_tree *arn = cg_tree_get(r->values, "arn");
        if (!cg_str_starts(r->type, CG_STR("aws_")))
            continue;
        if (arn && !own.account.data)
            find_accounts(&own, arn, 0);
        if (r->values)
            find_accounts(&all, r->values, 0);
    }
    if (!own.account.data)
        own.account = account_variable(cg_tree_get(d->root, "variables"), 0);
    if (!own.account.data)
        own.account = account_variable(d->configuration, 0);
    if (!own.account.data && !all.several)
        own = all;
    d->aws.account = own.account;
    if (own.partition.data)
        d->aws.partition = own.partition;
}

static void find_place(tf_document *d)
{
    const cg_tree *providers = cg_tree_get(cg_tree_get(d->root, "configuration"), "provider_config");

    d->aws.unmade = d->configuration != NULL;
    find_account(d);
    for (const tf_resource *r = tf_first(d, "aws_region"); r && !d->aws.region.data; r = tf_next(d, r))
        d->aws.region = cg_tree_string(cg_tree_get(r->values, "name"));
    for (uint32_t i = 0; providers && providers->type == CG_TREE_MAP && i < providers->map.count && !d->aws.region.data; i++) {
        const cg_tree *p = providers->map.values[i];
        if (cg_str_eq(cg_tree_string(cg_tree_get(p, "name")), CG_STR("aws")))
            d->aws.region = aws_str(p, "expressions.region.constant_value");
    }
}

static int32_t say_not_modelled(tf_state *s, uint32_t count, uint32_t types, cg_str first, cspm_error **err)
{
    const tf_document *d = &s->document;
    int32_t rc = CSPM_OK;

    if (d->unattached)
        rc = cg_builder_diag(s->b, CG_DIAG_WARNING, "known-after-apply", (cg_pos){ .offset = UINT64_MAX }, err,
                             "%u resources belong to others that are known after apply only and were passed over, first %.*s",
                             d->unattached, CG_FMT(d->first_unattached));
    if (rc < 0 || count == 0)
        return rc;
    return cg_builder_diag(s->b, CG_DIAG_WARNING, "not-modelled", (cg_pos){ .offset = UINT64_MAX }, err,
                           "%u resources of %u types are not modelled and were passed over, first %.*s", count, types, CG_FMT(first));
}

static int32_t make_resources(tf_state *s, cspm_error **err)
{
    tf_document *d = &s->document;
    uint32_t passed = 0, types = 0;
    cg_str first = CG_STR_NULL;
    cg_intern *seen = cg_intern_new(d->mem, 0);
    int32_t rc = seen ? tf_iam(d, err) : cg_nomem(d->mem, err);

    for (size_t i = 0; i < d->resources.count && rc == CSPM_OK; i++) {
        const tf_resource *r = &d->resources.data[i];
        const tf_type *type = tf_type_find(r->type);
        if (r->data || tf_is_iam(r->type))
            continue;
        if (type) {
            rc = tf_apply(d, type, r, err);
        } else {
            const uint32_t known = cg_intern_count(seen);
            passed++;
            first = first.data ? first : r->address;
            if (cg_intern_add(seen, r->type.data, r->type.length) == CG_INTERN_NONE)
                rc = cg_nomem(d->mem, err);
            types += cg_intern_count(seen) > known;
        }
        if (rc == CSPM_OK)
            rc = cg_op_check(s->op, d->mem, err);
    }
    if (rc == CSPM_OK)
        rc = say_not_modelled(s, passed, types, first, err);
    cg_intern_free(seen);
    return rc;
}

static int32_t tf_finish(void *state, cspm_error **err)
{
    tf_state *s = state;
    tf_document *d = &s->document;
    const cspm_limits *given = cg_builder_limits(s->b);
    const cg_json_limits limits = { .max_depth = given->max_depth, .max_string_bytes = given->max_string_bytes, .allow_nul = true };
    cg_tree *root;
    int32_t rc = cg_tree_from_json(&d->arena, cg_buf_view(&s->text), d->source, &limits, &root, err);

    cg_buf_free(&s->text);
    cg_buf_init(&s->text, d->mem, 0);
    if (rc < 0)
        return rc;
    d->root = root;
    if ((rc = tf_index(d, err)) < 0)
        return rc;
    find_place(d);
    rc = make_resources(s, err);
    return rc == CSPM_OK && d->refused ? cg_nomem(d->mem, err) : rc;
}

static void tf_close(void *state)
{
    tf_state *s = state;
    tf_document *d = &s->document;

    aws_close(&d->aws);
    cg_intern_free(d->names);
    cg_intern_free(d->types);
    cg_vec_free(d->mem, &d->resources);
    cg_vec_free(d->mem, &d->first);
    cg_vec_free(d->mem, &d->first_of_type);
    cg_arena_free(&d->arena);
    cg_arena_free(&d->made);
    cg_buf_free(&s->text);
    cg_free(d->mem, s);
}

const cg_dialect cg_dialect_terraform = {
    .name = "terraform",
    .title = "Terraform state or plan",
    .recognised = "an object with format_version and values or planned_values (`terraform show -json`), or a state file with "
                  "terraform_version and lineage",
    .rank = 60,
    .repeats = true,
    .recognise = tf_recognise,
    .open = tf_open,
    .feed = tf_feed,
    .finish = tf_finish,
    .close = tf_close,
};
