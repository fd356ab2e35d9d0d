/* Dialect: `terraform show -json` of a state or a plan, and the state file itself. */
#include "ingest/terraform/terraform.h"
#include "ingest/dialects.h"
#include "ingest/items.h"
#include "ingest/sniff.h"

/* Where reading is; what stands there without being named below is passed over. */
typedef enum {
    TF_ROOT,
    TF_STATE,
    TF_VALUES,
    TF_MODULE,
    TF_MODULES,
    TF_RESOURCES,
    TF_RESOURCE,
    TF_FILE_RESOURCES,
    TF_FILE_RESOURCE,
    TF_INSTANCES,
    TF_INSTANCE,
    TF_WHOLE /* all of it is kept */
} tf_place;

#define MAX_PLACES 256u /* nested; modules are cut off before */

typedef struct tf_state {
    tf_document document;
    cg_builder *b;
    cg_items *items;
    uint8_t places[MAX_PLACES]; /* of the open objects and arrays */
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

/* ---- reading ---- */

static const struct place_row {
    tf_place in;
    cg_str key; /* null: each of a list */
    tf_place to;
} places[] = {
    { TF_RESOURCE, { "values", 6 }, TF_WHOLE },
    { TF_RESOURCE, { "address", 7 }, TF_WHOLE },
    { TF_RESOURCE, { "mode", 4 }, TF_WHOLE },
    { TF_RESOURCE, { "type", 4 }, TF_WHOLE },
    { TF_RESOURCE, { "name", 4 }, TF_WHOLE },
    { TF_RESOURCES, { NULL, 0 }, TF_RESOURCE },
    { TF_FILE_RESOURCE, { "instances", 9 }, TF_INSTANCES },
    { TF_FILE_RESOURCE, { "module", 6 }, TF_WHOLE },
    { TF_FILE_RESOURCE, { "mode", 4 }, TF_WHOLE },
    { TF_FILE_RESOURCE, { "type", 4 }, TF_WHOLE },
    { TF_FILE_RESOURCE, { "name", 4 }, TF_WHOLE },
    { TF_FILE_RESOURCES, { NULL, 0 }, TF_FILE_RESOURCE },
    { TF_INSTANCE, { "attributes", 10 }, TF_WHOLE },
    { TF_INSTANCES, { NULL, 0 }, TF_INSTANCE },
    { TF_MODULE, { "resources", 9 }, TF_RESOURCES },
    { TF_MODULE, { "child_modules", 13 }, TF_MODULES },
    { TF_MODULE, { "address", 7 }, TF_WHOLE },
    { TF_MODULES, { NULL, 0 }, TF_MODULE },
    { TF_VALUES, { "root_module", 11 }, TF_MODULE },
    { TF_STATE, { "values", 6 }, TF_VALUES },
    { TF_ROOT, { "values", 6 }, TF_VALUES },
    { TF_ROOT, { "planned_values", 14 }, TF_VALUES },
    { TF_ROOT, { "prior_state", 11 }, TF_STATE },
    { TF_ROOT, { "configuration", 13 }, TF_WHOLE },
    { TF_ROOT, { "variables", 9 }, TF_WHOLE },
    { TF_ROOT, { "resources", 9 }, TF_FILE_RESOURCES },
};

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    tf_state *s = user;
    const cg_str key = at->depth ? at->steps[at->depth - 1].key : CG_STR_NULL;
    const struct place_row *row = places, *end = places + sizeof places / sizeof places[0];

    if (at->depth >= MAX_PLACES)
        return CG_ITEM_TAKE;
    if (at->depth == 0) {
        s->places[0] = TF_ROOT;
        return CG_ITEM_BUILD;
    }
    const tf_place in = (tf_place)s->places[at->depth - 1];
    for (; row < end; row++)
        if (row->in == in && !row->key.data == !key.data && cg_str_eq(row->key, key))
            break;
    if (row == end)
        return CG_ITEM_SKIP;
    s->places[at->depth] = (uint8_t)row->to;
    return opens && row->to != TF_WHOLE ? CG_ITEM_BUILD : CG_ITEM_TAKE;
}

static int32_t take_root(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    tf_state *s = user;

    (void)at;
    (void)err;
    s->document.root = item;
    cg_items_keep(s->items, &s->document.arena);
    return CSPM_OK;
}

static const cg_item_handler item_handler = { .choose = choose, .take = take_root };

static int32_t tf_open(cg_builder *b, cg_str source, cspm_op *op, void **state, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    const cspm_limits *given = cg_builder_limits(b);
    const cg_json_limits limits = { .max_depth = given->max_depth, .max_string_bytes = given->max_string_bytes, .allow_nul = true };
    tf_state *s = cg_calloc(mem, 1, sizeof *s);
    int32_t rc;

    if (!s)
        return cg_nomem(mem, err);
    s->b = b;
    s->document.op = op;
    s->document.mem = mem;
    s->document.source = source;
    cg_arena_init(&s->document.arena, mem);
    cg_arena_init(&s->document.made, mem);
    s->document.names = cg_intern_new(mem, 0);
    s->document.types = cg_intern_new(mem, 0);
    *state = s;
    s->document.rows = cg_calloc(mem, 1, sizeof *s->document.rows);
    if (!s->document.names || !s->document.types || !s->document.rows)
        return cg_nomem(mem, err);
    if ((rc = aws_open(&s->document.aws, b, err)) < 0)
        return rc;
    return cg_items_new(mem, &limits, &item_handler, s, source, &s->items, err);
}

/* Values of a plan are resolved across the whole document, so it is read before anything is made of it. */
static int32_t tf_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    return cg_items_feed(((tf_state *)state)->items, bytes, length, err);
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
    for (size_t i = 0; i < d->resources.count && !own.account.data; i++) {
        const tf_resource *r = &d->resources.data[i];
        const cg_tree *arn = cg_str_starts(r->type, CG_STR("aws_")) ? cg_tree_get(r->values, "arn") : NULL;
        if (arn)
            find_accounts(&own, arn, 0);
    }
    if (!own.account.data)
        own.account = account_variable(cg_tree_get(d->root, "variables"), 0);
    if (!own.account.data)
        own.account = account_variable(d->configuration, 0);
    for (size_t i = 0; i < d->resources.count && !own.account.data && !all.several; i++) {
        const tf_resource *r = &d->resources.data[i];
        if (r->values && cg_str_starts(r->type, CG_STR("aws_")))
            find_accounts(&all, r->values, 0);
    }
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
        const tf_type *type = d->seen.data[r->type_id].row;
        if (r->data || d->seen.data[r->type_id].iam)
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
            rc = cg_op_check(d->op, d->mem, err);
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
    int32_t rc = cg_items_finish(s->items, err);

    if (rc < 0 || (rc = tf_index(d, err)) < 0)
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
    cg_vec_free(d->mem, &d->seen);
    cg_arena_free(&d->arena);
    cg_arena_free(&d->made);
    cg_items_free(s->items);
    cg_free(d->mem, d->rows);
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
