/* The engine behind the tables: one item becomes a node with its labels, keys, properties and relationships. */
#include <stdio.h>

#include "ingest/aws/aws_state.h"

/* ---- once a source ---- */

int32_t aws_open(aws_ctx *c, cg_builder *b, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    aws_state *s = cg_calloc(mem, 1, sizeof *s);

    *c = (aws_ctx){ .b = b, .partition = CG_STR("aws") };
    if (!s)
        return cg_nomem(mem, err);
    c->state = s;
    s->mem = mem;
    cg_arena_init(&s->arena, mem);
    cg_arena_init(&s->documents.arena, mem);
    cg_buf_init(&s->text, mem, 0);
    c->arena = &s->arena;
    s->names_mask = 255;
    s->names = cg_calloc(mem, s->names_mask + 1, sizeof *s->names);
    s->accounts = cg_intern_new(mem, 0);
    s->made = cg_intern_new(mem, 0);
    if (!s->names || !s->accounts || !s->made) {
        aws_close(c);
        return cg_nomem(mem, err);
    }
    cg_builder_set_repeats(b, true);
    return CSPM_OK;
}

void aws_close(aws_ctx *c)
{
    aws_state *s = c->state;

    if (!s)
        return;
    cg_arena_free(&s->arena);
    aws_documents_free(s);
    cg_buf_free(&s->text);
    cg_free(s->mem, s->list);
    cg_free(s->mem, s->names);
    cg_intern_free(s->accounts);
    cg_intern_free(s->made);
    cg_free(s->mem, s);
    c->state = NULL;
}

/* ---- names ---- */

static aws_name *name_slot(aws_name *names, uint32_t mask, const char *text, uint32_t of)
{
    uint64_t h = ((uint64_t)(uintptr_t)text + of) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t i = (uint32_t)(h >> 32) & mask;

    while (names[i].of && (names[i].text != text || names[i].of != of))
        i = (i + 1) & mask;
    return &names[i];
}

static bool grow_names(aws_state *s)
{
    const uint32_t mask = s->names_mask * 2 + 1;
    aws_name *grown = cg_calloc(s->mem, (size_t)mask + 1, sizeof *grown);

    if (!grown)
        return false;
    for (uint32_t i = 0; i <= s->names_mask; i++)
        if (s->names[i].of)
            *name_slot(grown, mask, s->names[i].text, s->names[i].of) = s->names[i];
    cg_free(s->mem, s->names);
    s->names = grown;
    s->names_mask = mask;
    return true;
}

/* CG_NO_NAME when memory is refused. */
static uint32_t name_id(aws_ctx *c, const char *text, aws_name_of of)
{
    aws_state *s = c->state;
    aws_name *slot = name_slot(s->names, s->names_mask, text, of);

    if (slot->of)
        return slot->id;
    const size_t length = strlen(text);
    const uint32_t id = of == AWS_NAME_LABEL  ? cg_builder_label(c->b, text, length)
                        : of == AWS_NAME_KIND ? cg_builder_kind(c->b, text, length)
                                              : cg_builder_key(c->b, text, length);
    if (id == CG_NO_NAME)
        return id;
    if (s->n_names >= s->names_mask / 4 * 3) {
        if (!grow_names(s))
            return CG_NO_NAME;
        slot = name_slot(s->names, s->names_mask, text, of);
    }
    *slot = (aws_name){ text, id, of };
    s->n_names++;
    return id;
}

static int32_t nomem(aws_ctx *c, cspm_error **err)
{
    return cg_nomem(c->state->mem, err);
}

bool aws_first_time(aws_ctx *c, cg_str id)
{
    cg_intern *made = c->state->made;
    const uint32_t before = cg_intern_count(made), at = cg_intern_add(made, id.data, id.length);

    c->state->refused = c->state->refused || at == CG_INTERN_NONE;
    return at != CG_INTERN_NONE && cg_intern_count(made) > before;
}

/* ---- diagnostics ---- */

int32_t aws_skip(aws_ctx *c, const cg_tree *at, const char *code, cspm_error **err, const char *format, ...)
{
    char message[256];
    va_list args;

    if (c->state->node_open) {
        cg_builder_abort_item(c->b);
        c->state->node_open = false;
    }
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const cg_pos pos = at ? at->pos : (cg_pos){ .offset = UINT64_MAX };
    if (c->state->operation)
        return cg_builder_diag(c->b, CG_DIAG_WARNING, code, pos, err, "%s: %s", c->state->operation, message);
    return cg_builder_diag(c->b, CG_DIAG_WARNING, code, pos, err, "%s", message);
}

/* ---- nodes ---- */

static bool usable_key(cg_str key)
{
    return key.length > 0 && !memchr(key.data, '\0', key.length);
}

int32_t aws_node(aws_ctx *c, const cg_tree *at, cg_str id, const char *const *labels, cspm_error **err)
{
    int32_t rc = cg_builder_begin_node(c->b, at ? at->pos.offset : UINT64_MAX, err);

    if (rc < 0)
        return rc;
    c->state->node_open = true;
    c->state->node_at = at;
    c->id = id;
    rc = cg_builder_set_id(c->b, id.data, id.length, err);
    for (; rc == CSPM_OK && *labels; labels++) {
        const uint32_t label = name_id(c, *labels, AWS_NAME_LABEL);
        rc = label == CG_NO_NAME ? nomem(c, err) : cg_builder_add_label(c->b, label, err);
    }
    return rc;
}

int32_t aws_alias(aws_ctx *c, cg_str key, cspm_error **err)
{
    if (!c->state->node_open || !usable_key(key) || cg_str_eq(key, c->id))
        return CSPM_OK;
    return cg_builder_add_alias(c->b, key.data, key.length, err);
}

int32_t aws_prop(aws_ctx *c, const char *property, cg_value value, cspm_error **err)
{
    if (value.type == CG_NULL || !c->state->node_open)
        return CSPM_OK;
    const uint32_t key = name_id(c, property, AWS_NAME_KEY);
    return key == CG_NO_NAME ? nomem(c, err) : cg_builder_set_prop(c->b, key, value, err);
}

int32_t aws_prop_named(aws_ctx *c, cg_str property, cg_value value, cspm_error **err)
{
    if (value.type == CG_NULL || !c->state->node_open || !usable_key(property))
        return CSPM_OK;
    const uint32_t key = cg_builder_key(c->b, property.data, property.length);
    return key == CG_NO_NAME ? nomem(c, err) : cg_builder_set_prop(c->b, key, value, err);
}

int32_t aws_prop_text(aws_ctx *c, const char *property, cg_str text, cspm_error **err)
{
    if (!text.data || (text.length > 0 && memchr(text.data, '\0', text.length)))
        return CSPM_OK;
    return aws_prop(c, property, cg_v_str(text), err);
}

int32_t aws_prop_tree(aws_ctx *c, const char *property, const cg_tree *value, aws_as as, cspm_error **err)
{
    cg_value v;
    const int32_t rc = aws_value(c, value, as, &v, err);

    return rc < 0 ? rc : aws_prop(c, property, v, err);
}

/* "arn:aws:iam::111122223333:root": the account as a principal. */
int32_t aws_account_root(aws_ctx *c, const cg_tree *at, cg_str account, cspm_error **err)
{
    static const char *const labels[] = { "AWSRootPrincipal", "AWSPrincipal", NULL };
    const cg_str partition = c->item_partition.length ? c->item_partition : c->partition, id = c->id;
    const cg_str arn = aws_format(c, "arn:%.*s:iam::%.*s:root", CG_FMT(partition), CG_FMT(account));
    int32_t rc;

    if (!arn.data)
        return nomem(c, err);
    if (!aws_first_time(c, arn))
        return CSPM_OK;
    rc = aws_node(c, at, arn, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", arn, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "arn", arn, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", account, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_edge_from(c, at, account, "AWSAccount", "RESOURCE", arn, err);
    c->id = id;
    return rc;
}

/* The account is a node of its own, made once a source. */
static int32_t account_node(aws_ctx *c, cspm_error **err)
{
    static const char *const labels[] = { "AWSAccount", NULL };
    aws_state *s = c->state;
    const cg_str account = c->item_account, id = c->id;

    if (cg_intern_find(s->accounts, account.data, account.length) != CG_INTERN_NONE)
        return CSPM_OK;
    if (cg_intern_add(s->accounts, account.data, account.length) == CG_INTERN_NONE)
        return nomem(c, err);
    int32_t rc = aws_node(c, s->node_at, account, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "id", account, err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "inscope", cg_v_bool(true), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    if (rc == CSPM_OK)
        rc = aws_account_root(c, s->node_at, account, err);
    c->id = id;
    return rc;
}

int32_t aws_node_end(aws_ctx *c, bool owned, cspm_error **err)
{
    const cg_tree *at = c->state->node_at;

    if (!c->state->node_open)
        return CSPM_OK;
    c->state->node_open = false;
    int32_t rc = cg_builder_end_item(c->b, err);
    if (rc < 0 || !owned || c->item_account.length == 0)
        return rc;
    if ((rc = account_node(c, err)) < 0)
        return rc;
    return aws_edge(c, at, c->item_account, "RESOURCE", c->id, NULL, err);
}

/* ---- relationships ---- */

int32_t aws_edge_both(aws_ctx *c, const cg_tree *at, cg_str from, const char *from_label, const char *kind, cg_str to, const char *to_label,
                      cspm_error **err)
{
    if (!usable_key(from) || !usable_key(to))
        return CSPM_OK;
    const uint32_t kind_id = name_id(c, kind, AWS_NAME_KIND);
    const uint32_t from_id = from_label ? name_id(c, from_label, AWS_NAME_LABEL) : 0;
    const uint32_t to_id = to_label ? name_id(c, to_label, AWS_NAME_LABEL) : 0;
    if (kind_id == CG_NO_NAME || from_id == CG_NO_NAME || to_id == CG_NO_NAME)
        return nomem(c, err);
    int32_t rc = cg_builder_begin_edge(c->b, at ? at->pos.offset : UINT64_MAX, err);
    if (rc < 0)
        return rc;
    cg_builder_set_kind(c->b, kind_id);
    if ((rc = cg_builder_set_from(c->b, from.data, from.length, err)) == CSPM_OK)
        rc = cg_builder_set_to(c->b, to.data, to.length, err);
    if (rc == CSPM_OK && from_label)
        rc = cg_builder_partial_end(c->b, true, from_id, err);
    if (rc == CSPM_OK && to_label)
        rc = cg_builder_partial_end(c->b, false, to_id, err);
    if (rc == CSPM_OK)
        return cg_builder_end_item(c->b, err);
    cg_builder_abort_item(c->b);
    return rc;
}

int32_t aws_edge(aws_ctx *c, const cg_tree *at, cg_str from, const char *kind, cg_str to, const char *label, cspm_error **err)
{
    return aws_edge_both(c, at, from, NULL, kind, to, label, err);
}

int32_t aws_edge_from(aws_ctx *c, const cg_tree *at, cg_str from, const char *label, const char *kind, cg_str to, cspm_error **err)
{
    return aws_edge_both(c, at, from, label, kind, to, NULL, err);
}

typedef struct linking {
    const aws_link *link;
    const cg_tree *item;
    cg_str id;
} linking;

static int32_t link_one(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    const linking *l = user;
    const cg_str other = aws_text_of(c, l->item, value, l->link->target ? l->link->target : "{.}");

    if (l->link->in)
        return aws_edge_both(c, value, other, l->link->label, l->link->kind, l->id, NULL, err);
    return aws_edge_both(c, value, l->id, NULL, l->link->kind, other, l->link->label, err);
}

/* ---- tags ---- */

/* One tag: a member of the list property, and a property of its own. */
static int32_t tag(aws_ctx *c, cg_str key, cg_str value, cg_list *list, cspm_error **err)
{
    cg_buf *text = &c->state->text;

    if (!usable_key(key) || (value.length > 0 && memchr(value.data, '\0', value.length)))
        return CSPM_OK;
    if (!value.data)
        value = CG_STR("");
    const cg_str both = aws_format(c, "%.*s=%.*s", CG_FMT(key), CG_FMT(value));
    if (!both.data)
        return nomem(c, err);
    list->items[list->count++] = cg_v_str(both);
    cg_buf_clear(text);
    cg_buf_adds(text, "tag.");
    cg_buf_str(text, key);
    if (text->failed)
        return nomem(c, err);
    return aws_prop_named(c, cg_buf_view(text), cg_v_str(value), err);
}

static int32_t tag_of(aws_ctx *c, const cg_tree *item, cg_list *list, cspm_error **err)
{
    static const char *const keys[][2] = {
        { "Key", "Value" }, { "key", "value" }, { "TagKey", "TagValue" }, { "tagKey", "tagValue" }, { "Key", "TagValue" }
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const cg_str key = aws_str(item, keys[i][0]);
        if (key.length > 0)
            return tag(c, key, aws_str(item, keys[i][1]), list, err);
    }
    return CSPM_OK;
}

int32_t aws_tags(aws_ctx *c, const cg_tree *tags, cspm_error **err)
{
    const uint32_t n = !tags ? 0 : tags->type == CG_TREE_LIST ? tags->list.count : tags->type == CG_TREE_MAP ? tags->map.count : 0;
    int32_t rc = CSPM_OK;

    if (n == 0)
        return CSPM_OK;
    cg_list *list = cg_arena_alloc(c->arena, sizeof *list + n * sizeof(cg_value));
    if (!list)
        return nomem(c, err);
    list->count = 0;
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        cg_str value;
        if (tags->type == CG_TREE_LIST) {
            rc = tag_of(c, tags->list.items[i], list, err);
            continue;
        }
        aws_scalar_text(c, tags->map.values[i], &value);
        rc = tag(c, tags->map.keys[i], value, list, err);
    }
    if (rc < 0 || list->count == 0)
        return rc;
    return aws_prop(c, "tags", (cg_value){ .type = CG_LIST, .list = list }, err);
}

/* ---- where an item belongs ---- */

static bool is_account(cg_str s)
{
    if (s.length != 12)
        return false;
    for (size_t i = 0; i < 12; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return true;
}

/* "us-east-1a" is in us-east-1; local zones are called "us-west-2-lax-1a", wavelength zones "us-east-1-wl1-bos-wlz-1". */
static cg_str region_of_zone(cg_str zone)
{
    size_t dashes = 0, i = 0;

    for (; i < zone.length; i++) {
        if (zone.data[i] == '-')
            dashes++;
        else if (dashes >= 2 && zone.data[i] >= '0' && zone.data[i] <= '9')
            break;
    }
    while (i < zone.length && zone.data[i] >= '0' && zone.data[i] <= '9')
        i++;
    return i > 0 && dashes >= 2 && zone.data[i - 1] >= '0' && zone.data[i - 1] <= '9' ? (cg_str){ zone.data, i } : CG_STR_NULL;
}

static cg_str partition_of_region(cg_str region)
{
    if (cg_str_starts(region, CG_STR("cn-")))
        return CG_STR("aws-cn");
    if (cg_str_starts(region, CG_STR("us-gov-")))
        return CG_STR("aws-us-gov");
    return CG_STR_NULL;
}

static const char *const arn_members[] = { "Arn", "arn", "ARN", NULL };

/* The ARN of the item itself: its id when that is one member, else what is plainly called so. */
static cg_str own_arn(const cg_tree *item, const char *id)
{
    char path[64];
    cg_str arn = CG_STR_NULL;
    const size_t n = id ? strcspn(id + 1, "|}") : 0;

    if (id && id[0] == '{' && n < sizeof path) {
        memcpy(path, id + 1, n);
        path[n] = '\0';
        arn = aws_str(item, path);
    }
    for (const char *const *m = arn_members; !cg_str_starts(arn, CG_STR("arn:")) && *m; m++)
        arn = aws_str(item, *m);
    return arn;
}

static void place(aws_ctx *c, const cg_tree *item, const char *id, bool global)
{
    static const char *const owners[] = { "OwnerId", "OwnerID", "ownerId", "AccountId", "accountId" };
    static const char *const zones[] = { "AvailabilityZone", "Placement.AvailabilityZone" };
    const cg_str arn = own_arn(item, id), of_arn = aws_arn_part(arn, 4);

    if (c->state->applying == 0) {
        c->item_account = c->account;
        c->item_region = c->region;
        c->item_partition = c->partition;
    }
    if (is_account(of_arn))
        c->item_account = of_arn;
    for (size_t i = 0; !is_account(of_arn) && i < sizeof owners / sizeof owners[0]; i++) {
        const cg_str owner = aws_str(item, owners[i]);
        if (is_account(owner)) {
            c->item_account = owner;
            break;
        }
    }
    cg_str region = aws_arn_part(arn, 3);
    for (size_t i = 0; region.length == 0 && !global && i < sizeof zones / sizeof zones[0]; i++)
        region = region_of_zone(aws_str(item, zones[i]));
    if (region.length == 0 && !global)
        region = aws_str(item, "Region");
    if (region.length > 0)
        c->item_region = region;
    const cg_str partition = arn.length > 0 ? aws_arn_part(arn, 1) : partition_of_region(c->item_region);
    if (partition.length > 0)
        c->item_partition = partition;
}

/* ---- items ---- */

static int32_t keys_of(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (size_t i = 0; i < sizeof shape->aliases / sizeof shape->aliases[0] && shape->aliases[i] && rc == CSPM_OK; i++)
        rc = aws_alias(c, aws_text(c, item, shape->aliases[i]), err);
    return rc;
}

static int32_t fields_of(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    if (!shape->global)
        rc = aws_prop_text(c, "region", c->item_region, err);
    for (const aws_field *f = shape->fields; f && f->property && rc == CSPM_OK; f++) {
        cg_value value;
        if (strchr(f->path, '{')) {
            rc = aws_prop_text(c, f->property, aws_text(c, item, f->path), err);
            continue;
        }
        rc = aws_value_at(c, item, f->path, f->as, &value, err);
        if (rc == CSPM_OK)
            rc = aws_prop(c, f->property, value, err);
    }
    if (rc == CSPM_OK && shape->tags)
        rc = aws_tags(c, aws_get(item, shape->tags), err);
    return rc;
}

static int32_t links_of(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    linking l = { .item = item, .id = c->id };
    int32_t rc = CSPM_OK;

    for (l.link = shape->links; l.link && l.link->kind && rc == CSPM_OK; l.link++)
        rc = aws_each(c, item, l.link->path, link_one, &l, err);
    return rc;
}

/* Where there is something the internet might reach there is the internet: a node of its own, made once a source. */
static int32_t internet_node(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    static const char *const faces[] = { "AWSVpc",
                                         "AWSEC2Instance",
                                         "AWSNetworkInterface",
                                         "AWSLoadBalancer",
                                         "AWSLoadBalancerV2",
                                         "AWSLambdaFunctionUrl",
                                         "AWSAPIGatewayRestAPI",
                                         "AWSAPIGatewayV2API",
                                         "AWSCloudFrontDistribution",
                                         "AWSAppRunnerService",
                                         "AWSEKSCluster",
                                         "AWSRDSInstance",
                                         "AWSRedshiftCluster",
                                         "AWSESDomain" };
    static const char *const labels[] = { "Internet", NULL };
    const cg_str name = CG_STR("internet"), id = c->id;
    bool face = false;

    for (size_t i = 0; i < sizeof faces / sizeof faces[0] && !face; i++)
        face = strcmp(shape->labels[0], faces[i]) == 0;
    if (!face || cg_intern_find(c->state->accounts, name.data, name.length) != CG_INTERN_NONE)
        return CSPM_OK;
    if (cg_intern_add(c->state->accounts, name.data, name.length) == CG_INTERN_NONE)
        return nomem(c, err);
    int32_t rc = aws_node(c, item, name, labels, err);
    if (rc == CSPM_OK)
        rc = aws_prop_text(c, "name", CG_STR("Internet"), err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, false, err);
    c->id = id;
    return rc;
}

static int32_t apply(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    const cg_str id = aws_text(c, item, shape->id);

    if (c->state->refused)
        return nomem(c, err);
    if (!usable_key(id))
        return aws_skip(c, item, "bad-item", err, "skipped: %s is missing or no plain text", shape->id);
    int32_t rc = internet_node(c, shape, item, err);
    if (rc == CSPM_OK)
        rc = aws_node(c, item, id, shape->labels, err);
    if (rc == CSPM_OK && shape->weak)
        cg_builder_set_standing(c->b, CG_STANDING_PARTIAL);
    if (rc == CSPM_OK)
        rc = keys_of(c, shape, item, err);
    if (rc == CSPM_OK)
        rc = fields_of(c, shape, item, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, !shape->no_account, err);
    if (rc == CSPM_OK)
        rc = links_of(c, shape, item, err);
    if (rc == CSPM_OK && shape->more) {
        c->id = id;
        rc = shape->more(c, item, err);
    }
    c->id = id;
    return rc;
}

/* An item within another belongs where that one does, unless it says otherwise. */
int32_t aws_apply(aws_ctx *c, const aws_shape *shape, const cg_tree *item, cspm_error **err)
{
    const cg_str account = c->item_account, region = c->item_region, partition = c->item_partition;

    if (item->type != CG_TREE_MAP)
        return aws_skip(c, item, "bad-item", err, "skipped: it must be an object");
    place(c, item, shape->id, shape->global);
    c->state->applying++;
    const int32_t rc = apply(c, shape, item, err);
    if (--c->state->applying > 0) {
        c->item_account = account;
        c->item_region = region;
        c->item_partition = partition;
    }
    return rc;
}

static void forget_item(aws_state *s)
{
    cg_arena_reset(&s->arena);
    aws_documents_trim(s);
}

int32_t aws_take(aws_ctx *c, const aws_answer *answer, const cg_tree *item, cspm_error **err)
{
    aws_state *s = c->state;
    const char *outer = s->operation;
    int32_t rc = CSPM_OK;

    s->operation = answer->operation;
    s->depth++;
    if (item->type != CG_TREE_MAP && answer->shape) {
        rc = aws_skip(c, item, "bad-item", err, "skipped: it must be an object");
    } else {
        if (answer->shape)
            rc = aws_apply(c, answer->shape, item, err);
        else
            place(c, item, NULL, false);
        if (rc == CSPM_OK && answer->take)
            rc = answer->take(c, item, err);
    }
    if (s->node_open) {
        cg_builder_abort_item(c->b);
        s->node_open = false;
    }
    s->operation = outer;
    if (rc == CSPM_OK && s->refused)
        rc = nomem(c, err);
    s->refused = false;
    if (--s->depth == 0)
        forget_item(s);
    return rc;
}

int32_t aws_take_all(aws_ctx *c, const aws_answer *const *answers, uint32_t n, const cg_tree *item, cspm_error **err)
{
    aws_state *s = c->state;
    int32_t rc = CSPM_OK;

    s->depth++;
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++)
        rc = aws_take(c, answers[i], item, err);
    if (--s->depth == 0)
        forget_item(s);
    return rc;
}
