/* Paths into items, texts made from items, parts of ARNs. */
#include "ingest/aws/aws_state.h"

/* ---- paths ---- */

const cg_tree *aws_member(const cg_tree *map, cg_str key)
{
    if (!map || map->type != CG_TREE_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->map.count; i++)
        if (cg_str_eq(map->map.keys[i], key))
            return map->map.values[i]->type == CG_TREE_NULL ? NULL : map->map.values[i];
    return NULL;
}

const cg_tree *aws_get(const cg_tree *item, const char *path)
{
    cg_str name;
    bool each;

    while (item && aws_path_next(&path, &name, &each))
        item = aws_member(item, name);
    return item;
}

cg_str aws_str(const cg_tree *item, const char *path)
{
    return cg_tree_string(aws_get(item, path));
}

int32_t aws_each(aws_ctx *c, const cg_tree *item, const char *path,
                 int32_t (*each)(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err), void *user, cspm_error **err)
{
    cg_str name;
    bool list = false;
    int32_t rc = CSPM_OK;

    while (!list) {
        if (!item || item->type == CG_TREE_NULL)
            return CSPM_OK;
        if (!aws_path_next(&path, &name, &list))
            return each(c, item, user, err);
        if (name.length > 0)
            item = aws_member(item, name);
    }
    if (item && item->type == CG_TREE_LIST)
        for (uint32_t i = 0; i < item->list.count && rc == CSPM_OK; i++)
            rc = aws_each(c, item->list.items[i], path, each, user, err);
    return rc;
}

/* ---- texts ---- */

bool aws_scalar_text(aws_ctx *c, const cg_tree *value, cg_str *out)
{
    (void)c;
    *out = CG_STR_NULL;
    if (!value)
        return false;
    switch (value->type) {
    case CG_TREE_STRING:
        *out = value->string;
        break;
    case CG_TREE_INT:
    case CG_TREE_FLOAT:
        *out = value->raw;
        break;
    case CG_TREE_BOOL:
        *out = value->boolean ? CG_STR("true") : CG_STR("false");
        break;
    default:
        break;
    }
    return out->length > 0;
}

static bool fill_in(aws_ctx *c, const cg_tree *item, const cg_tree *value, cg_str name, cg_str *out)
{
    char path[128];

    /* Mostly the name of a member. */
    if (item && item->type == CG_TREE_MAP && name.data[0] != '.' && name.data[0] < 'a') {
        const cg_tree *member = aws_member(item, name);
        if (member)
            return aws_scalar_text(c, member, out);
    }

    if (name.length >= sizeof path)
        return false;
    memcpy(path, name.data, name.length);
    path[name.length] = '\0';
    if (strcmp(path, "partition") == 0)
        *out = c->item_partition.length ? c->item_partition : c->partition;
    else if (strcmp(path, "account") == 0)
        *out = c->item_account;
    else if (strcmp(path, "region") == 0)
        *out = c->item_region;
    else if (strcmp(path, "id") == 0)
        *out = c->id;
    else if (path[0] == '.')
        return aws_scalar_text(c, path[1] ? aws_get(value, path + 1) : value, out);
    else
        return aws_scalar_text(c, aws_get(item, path), out);
    return out->length > 0;
}

/* What the functions that answer with a text cannot say: aws_take says it in the end. */
static cg_str keep(aws_ctx *c)
{
    const cg_buf *text = &c->state->text;
    const size_t length = text->length;
    const char *copy = text->failed ? NULL : cg_arena_strndup(c->arena, text->data, length);

    c->state->refused = c->state->refused || !copy;
    return copy && length > 0 ? (cg_str){ copy, length } : CG_STR_NULL;
}

/* One {A|B}: the first alternative that is there. */
static bool fill_first(aws_ctx *c, const cg_tree *item, const cg_tree *value, cg_str names, cg_str *out)
{
    while (names.length > 0) {
        const char *bar = memchr(names.data, '|', names.length);
        const size_t n = bar ? (size_t)(bar - names.data) : names.length;
        if (fill_in(c, item, value, (cg_str){ names.data, n }, out))
            return true;
        names = bar ? (cg_str){ bar + 1, names.length - n - 1 } : CG_STR_NULL;
    }
    return false;
}

cg_str aws_text_of(aws_ctx *c, const cg_tree *item, const cg_tree *value, const char *pattern)
{
    cg_buf *text = &c->state->text;
    cg_str part;

    if (pattern[0] == '{') {
        const char *end = strchr(pattern, '}');
        /* Mostly a text is one member as it is. */
        if (end && !end[1])
            return fill_first(c, item, value, (cg_str){ pattern + 1, (size_t)(end - pattern - 1) }, &part) ? part : CG_STR_NULL;
    }
    cg_buf_clear(text);
    for (const char *p = pattern; *p;) {
        const size_t plain = strcspn(p, "{");
        cg_buf_add(text, p, plain);
        p += plain;
        if (!*p)
            break;
        const char *end = strchr(p, '}');
        if (!end)
            return CG_STR_NULL;
        if (!fill_first(c, item, value, (cg_str){ p + 1, (size_t)(end - p - 1) }, &part))
            return CG_STR_NULL;
        cg_buf_str(text, part);
        p = end + 1;
    }
    return keep(c);
}

cg_str aws_text(aws_ctx *c, const cg_tree *item, const char *pattern)
{
    return aws_text_of(c, item, NULL, pattern);
}

/* Ids are put together for every node and relationship, of parts that need no printf. As there, a part ends at a NUL. */
cg_str aws_format(aws_ctx *c, const char *format, ...)
{
    cg_buf *text = &c->state->text;
    va_list args;

    cg_buf_clear(text);
    va_start(args, format);
    for (const char *p = format; *p;) {
        const size_t plain = strcspn(p, "%");
        cg_buf_add(text, p, plain);
        p += plain;
        if (strncmp(p, "%.*s", 4) == 0) {
            const int length = va_arg(args, int);
            const char *part = va_arg(args, const char *);
            cg_buf_add(text, part, length > 0 ? strnlen(part, (size_t)length) : 0);
            p += 4;
        } else if (p[0] == '%') {
            if (p[1] == 's')
                cg_buf_adds(text, va_arg(args, const char *));
            else /* 'u' */
                cg_buf_int(text, va_arg(args, unsigned));
            p += 2;
        }
    }
    va_end(args);
    return keep(c);
}

/* ---- ARNs ---- */

cg_str aws_arn_part(cg_str arn, uint32_t part)
{
    if (!cg_str_starts(arn, CG_STR("arn:")))
        return CG_STR_NULL;
    const char *p = arn.data, *end = arn.data + arn.length;
    for (uint32_t i = 0; i < part; i++) {
        p = memchr(p, ':', (size_t)(end - p));
        if (!p)
            return CG_STR_NULL;
        p++;
    }
    const char *stop = part < 5 ? memchr(p, ':', (size_t)(end - p)) : end;
    return stop ? (cg_str){ p, (size_t)(stop - p) } : CG_STR_NULL;
}

const cg_tree *aws_with(aws_ctx *c, const cg_tree *item, cg_str key, const cg_tree *value)
{
    if (item->type != CG_TREE_MAP || aws_member(item, key))
        return item;
    const uint32_t n = item->map.count;
    cg_tree *copy = cg_arena_alloc(c->arena, sizeof *copy);
    cg_str *keys = cg_arena_alloc(c->arena, (n + (size_t)1) * sizeof *keys);
    cg_tree **values = cg_arena_alloc(c->arena, (n + (size_t)1) * sizeof(cg_tree *));
    if (!copy || !keys || !values)
        return NULL;
    *copy = *item;
    /* In front, so that it stands for a member that is null. */
    keys[0] = key;
    values[0] = (cg_tree *)(uintptr_t)value;
    if (n > 0) {
        memcpy(keys + 1, item->map.keys, n * sizeof *keys);
        memcpy(values + 1, item->map.values, n * sizeof(cg_tree *));
    }
    copy->map.keys = keys;
    copy->map.values = values;
    copy->map.key_pos = NULL;
    copy->map.count = n + 1;
    return copy;
}
