/* Trees in the shape of the API, made from attributes by tables. */
#include "ingest/aws/aws_answers.h"
#include "ingest/terraform/terraform.h"

#define MAX_TEXTS 256u

static cg_tree *made(tf_document *d, const tf_resource *r, cg_tree_type type)
{
    cg_tree *t = cg_arena_calloc(&d->made, 1, sizeof *t);
    if (!t) {
        d->refused = true;
        return NULL;
    }
    t->type = type;
    t->pos = r && r->values ? r->values->pos : (cg_pos){ .offset = UINT64_MAX };
    return t;
}

cg_tree *tf_map(tf_document *d, const tf_resource *r)
{
    return made(d, r, CG_TREE_MAP);
}

cg_tree *tf_list(tf_document *d, const tf_resource *r)
{
    return made(d, r, CG_TREE_LIST);
}

cg_tree *tf_string(tf_document *d, const tf_resource *r, cg_str text)
{
    cg_tree *t = made(d, r, CG_TREE_STRING);
    if (t)
        t->string = text;
    return t;
}

/* Room for one more, doubled when the count is a power of two. */
static void *room(tf_document *d, void *old, uint32_t count, size_t size)
{
    if (count && (count < 4 || (count & (count - 1)) != 0))
        return old;
    void *grown = cg_arena_alloc(&d->made, (size_t)(count < 4 ? 4 : count * 2) * size);
    if (!grown) {
        d->refused = true;
        return NULL;
    }
    if (count)
        memcpy(grown, old, count * size);
    return grown;
}

void tf_push(tf_document *d, cg_tree *list, const cg_tree *value)
{
    if (!list || !value)
        return;
    cg_tree **items = room(d, list->list.items, list->list.count, sizeof *items);
    if (!items)
        return;
    list->list.items = items;
    items[list->list.count++] = (cg_tree *)value;
}

static void put_member(tf_document *d, cg_tree *map, cg_str key, const cg_tree *value)
{
    for (uint32_t i = 0; i < map->map.count; i++)
        if (cg_str_eq(map->map.keys[i], key)) {
            map->map.values[i] = (cg_tree *)value;
            return;
        }
    cg_str *keys = room(d, map->map.keys, map->map.count, sizeof *keys);
    cg_tree **values = room(d, map->map.values, map->map.count, sizeof *values);
    if (!keys || !values)
        return;
    map->map.keys = keys;
    map->map.values = values;
    keys[map->map.count] = key;
    values[map->map.count++] = (cg_tree *)value;
}

void tf_put(tf_document *d, cg_tree *map, const char *path, const cg_tree *value)
{
    if (!map || !value)
        return;
    for (;;) {
        const char *dot = strchr(path, '.');
        const cg_str key = { path, dot ? (size_t)(dot - path) : strlen(path) };
        if (!dot) {
            put_member(d, map, key, value);
            return;
        }
        cg_tree *inner = NULL;
        for (uint32_t i = 0; i < map->map.count && !inner; i++)
            if (cg_str_eq(map->map.keys[i], key))
                inner = map->map.values[i];
        if (!inner) {
            inner = made(d, NULL, CG_TREE_MAP);
            if (!inner)
                return;
            inner->pos = value->pos;
            put_member(d, map, key, inner);
        }
        map = inner;
        path = dot + 1;
    }
}

void tf_put_text(tf_document *d, cg_tree *map, const char *path, cg_str text)
{
    if (map && text.data && text.length) {
        cg_tree *t = tf_string(d, NULL, text);
        if (t)
            t->pos = map->pos;
        tf_put(d, map, path, t);
    }
}

/* {"k": "v"} becomes [{"Key": "k", "Value": "v"}]; tags_all holds those of the provider too. */
void tf_put_tags(tf_document *d, const tf_resource *r, cg_tree *map, const char *path)
{
    const cg_tree *tags = tf_value(d, r, "tags_all");
    cg_tree *list = tf_list(d, r);

    if (!tags)
        tags = tf_value(d, r, "tags");
    if (!tags || tags->type != CG_TREE_MAP || tags->map.count == 0)
        return;
    for (uint32_t i = 0; i < tags->map.count; i++) {
        cg_tree *tag = tf_map(d, r);
        tf_put_text(d, tag, "Key", tags->map.keys[i]);
        tf_put(d, tag, "Value", tags->map.values[i]);
        tf_push(d, list, tag);
    }
    tf_put(d, map, path, list);
}

/* ---- fields by table ---- */

static void apply_fields(tf_document *d, const tf_resource *r, const tf_field *fields, cg_tree *item);

/* A block stands for itself: its attributes, without expressions of their own. */
static cg_tree *block(tf_document *d, const tf_resource *r, const cg_tree *values, const tf_field *sub)
{
    tf_resource inner = *r;
    cg_tree *map = tf_map(d, r);

    inner.values = values;
    inner.expressions = NULL;
    if (map && values && values->type == CG_TREE_MAP)
        apply_fields(d, &inner, sub, map);
    return map;
}

static void wrap(tf_document *d, const tf_resource *r, const tf_field *f, cg_tree *item)
{
    const char *leaf = strrchr(f->to, '.');
    char path[128];
    cg_str texts[MAX_TEXTS];
    const uint32_t n = tf_texts(d, r, f->from, texts, MAX_TEXTS);
    const size_t length = leaf ? (size_t)(leaf - f->to) : 0;
    cg_tree *list = tf_list(d, r);

    if (!leaf || length >= sizeof path || n == 0)
        return;
    memcpy(path, f->to, length);
    path[length] = '\0';
    for (uint32_t i = 0; i < n; i++) {
        cg_tree *map = tf_map(d, r);
        tf_put_text(d, map, leaf + 1, texts[i]);
        tf_push(d, list, map);
    }
    char *kept = cg_arena_strndup(&d->made, path, length); /* keys of the tree live as long as it does */
    if (kept)
        tf_put(d, item, kept, list);
    else
        d->refused = true;
}

static void texts(tf_document *d, const tf_resource *r, const tf_field *f, cg_tree *item)
{
    const cg_tree *value = tf_value(d, r, f->from);
    cg_str found[MAX_TEXTS];

    if (!value || value->type != CG_TREE_LIST) {
        tf_put_text(d, item, f->to, tf_text(d, r, f->from));
        return;
    }
    const uint32_t n = tf_texts(d, r, f->from, found, MAX_TEXTS);
    cg_tree *list = tf_list(d, r);
    for (uint32_t i = 0; i < n; i++)
        tf_push(d, list, tf_string(d, r, found[i]));
    tf_put(d, item, f->to, list);
}

static void apply_field(tf_document *d, const tf_resource *r, const tf_field *f, cg_tree *item)
{
    const cg_tree *value = f->how == TF_REF || f->how == TF_WRAP || f->how == TF_TAGS ? NULL : tf_value(d, r, f->from);

    switch (f->how) {
    case TF_VALUE: /* nothing is written as an empty text */
        if (value && !(value->type == CG_TREE_STRING && value->string.length == 0))
            tf_put(d, item, f->to, value);
        break;
    case TF_REF:
        texts(d, r, f, item);
        break;
    case TF_WRAP:
        wrap(d, r, f, item);
        break;
    case TF_BLOCK:
        if (value && value->type == CG_TREE_LIST)
            value = value->list.count ? value->list.items[0] : NULL;
        if (value)
            tf_put(d, item, f->to, block(d, r, value, f->sub));
        break;
    case TF_BLOCKS:
        if (value && value->type == CG_TREE_LIST) {
            cg_tree *list = tf_list(d, r);
            for (uint32_t i = 0; i < value->list.count; i++)
                tf_push(d, list, block(d, r, value->list.items[i], f->sub));
            tf_put(d, item, f->to, list);
        }
        break;
    case TF_TAGS:
        tf_put_tags(d, r, item, f->to);
        break;
    }
}

static void apply_fields(tf_document *d, const tf_resource *r, const tf_field *fields, cg_tree *item)
{
    for (const tf_field *f = fields; f && f->to; f++)
        apply_field(d, r, f, item);
}

/* ---- types ---- */

const tf_type *tf_type_find(cg_str type)
{
    static const tf_type *const tables[] = { tf_types_network, tf_types_data, tf_types_apps };
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const tf_type *row = tables[t]; row->type; row++)
            if (strncmp(row->type, type.data, type.length) == 0 && row->type[type.length] == '\0')
                return row;
    return NULL;
}

int32_t tf_take(tf_document *d, const char *operation, const char *items, const cg_tree *item, cspm_error **err)
{
    const struct aws_rows_slot *found = aws_rows_of(d->rows, operation, items);
    const int32_t rc = item ? aws_take_all(&d->aws, found->rows, found->n, item, err) : CSPM_OK;

    cg_arena_reset(&d->made);
    return rc == CSPM_OK && d->refused ? cg_nomem(d->mem, err) : rc;
}

static void put_identity(tf_document *d, const tf_type *type, const tf_resource *r, cg_tree *item)
{
    for (const char *p = type->identity; p && *p;) {
        const char *end = strchrnul(p, '|');
        const cg_str name = { p, (size_t)(end - p) };
        const char *member = cg_arena_strndup(&d->made, p, name.length);
        if (!member) {
            d->refused = true;
            return;
        }
        if (!aws_get(item, member))
            tf_put_text(d, item, member,
                        tf_identity(d, r,
                                    cg_str_eq(name, CG_STR("arn")) || cg_str_ends(name, CG_STR("Arn")) || cg_str_ends(name, CG_STR("ARN"))
                                        ? "arn"
                                        : "id"));
        p = *end ? end + 1 : end;
    }
}

int32_t tf_apply(tf_document *d, const tf_type *type, const tf_resource *r, cspm_error **err)
{
    cg_tree *item = tf_map(d, r);

    if (!item || !r->values)
        return d->refused ? cg_nomem(d->mem, err) : CSPM_OK;
    apply_fields(d, r, type->fields, item);
    if (!type->identity && !aws_get(item, type->fields[0].to)) { /* a piece of what is known after apply only */
        if (d->unattached++ == 0)
            d->first_unattached = r->address;
        cg_arena_reset(&d->made);
        return d->refused ? cg_nomem(d->mem, err) : CSPM_OK;
    }
    put_identity(d, type, r, item);
    if (type->more)
        type->more(d, r, item);
    return tf_take(d, type->operation, NULL, item, err);
}
