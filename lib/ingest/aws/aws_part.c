/* Nodes inside items, and what several services need to look into them. */
#include "ingest/aws/aws_part.h"
#include "ingest/aws/aws_data.h"

/* ---- parts ---- */

const cg_tree *aws_list(const cg_tree *item, const char *path)
{
    const cg_tree *list = aws_get(item, path);

    return list && list->type == CG_TREE_LIST ? list : NULL;
}

int32_t aws_props(aws_ctx *c, const aws_field *fields, const cg_tree *value, cspm_error **err)
{
    int32_t rc = CSPM_OK;

    for (const aws_field *f = fields; f->property && rc == CSPM_OK; f++) {
        const cg_tree *member;
        if (strchr(f->path, '{'))
            rc = aws_prop_text(c, f->property, aws_text(c, value, f->path), err);
        else if ((member = aws_get(value, f->path)) != NULL)
            rc = aws_prop_tree(c, f->property, member, f->as, err);
    }
    return rc;
}

int32_t aws_tie(aws_ctx *c, const cg_tree *at, cg_str from, const char *kind, cg_str to, const char *label, cspm_error **err)
{
    return from.length && to.length ? aws_edge(c, at, from, kind, to, label, err) : CSPM_OK;
}

typedef struct tie {
    cg_str from, to;
    const char *kind, *from_label, *to_label;
    const aws_edge_prop *props;
    uint32_t n_props;
} tie;

static int32_t fill_edge(cg_builder *b, const tie *t, cspm_error **err)
{
    const uint32_t kind_id = cg_builder_kind(b, t->kind, strlen(t->kind));
    int32_t rc = kind_id == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_set_from(b, t->from.data, t->from.length, err);

    if (rc == CSPM_OK) {
        cg_builder_set_kind(b, kind_id);
        rc = cg_builder_set_to(b, t->to.data, t->to.length, err);
    }
    if (rc == CSPM_OK && t->from_label)
        rc = cg_builder_partial_end(b, true, cg_builder_label(b, t->from_label, strlen(t->from_label)), err);
    if (rc == CSPM_OK && t->to_label)
        rc = cg_builder_partial_end(b, false, cg_builder_label(b, t->to_label, strlen(t->to_label)), err);
    for (uint32_t i = 0; i < t->n_props && rc == CSPM_OK; i++) {
        const uint32_t key = cg_builder_key(b, t->props[i].property, strlen(t->props[i].property));
        rc = key == CG_NO_NAME ? cg_nomem(cg_builder_mem(b), err) : cg_builder_set_prop(b, key, t->props[i].value, err);
    }
    return rc;
}

static bool usable(cg_str key)
{
    return key.length > 0 && !memchr(key.data, '\0', key.length);
}

static int32_t add_tie(aws_ctx *c, const cg_tree *at, const tie *t, cspm_error **err)
{
    if (!usable(t->from) || !usable(t->to))
        return CSPM_OK;
    int32_t rc = cg_builder_begin_edge(c->b, at ? at->pos.offset : UINT64_MAX, err);
    if (rc != CSPM_OK)
        return rc;
    if ((rc = fill_edge(c->b, t, err)) == CSPM_OK)
        return cg_builder_end_item(c->b, err);
    cg_builder_abort_item(c->b);
    return rc;
}

int32_t aws_tie_both(aws_ctx *c, const cg_tree *at, cg_str from, const char *from_label, const char *kind, cg_str to, const char *to_label,
                     const aws_edge_prop *props, uint32_t n_props, cspm_error **err)
{
    const tie t = {
        .from = from, .from_label = from_label, .to = to, .to_label = to_label, .kind = kind, .props = props, .n_props = n_props
    };

    return add_tie(c, at, &t, err);
}

int32_t aws_unused(aws_ctx *c, const cg_tree *item, cspm_error **err)
{
    (void)c;
    (void)item;
    (void)err;
    return CSPM_OK;
}

static bool has_id(const aws_field *fields)
{
    for (const aws_field *f = fields; f->property; f++)
        if (strcmp(f->property, "id") == 0)
            return true;
    return false;
}

int32_t aws_part_add(aws_ctx *c, const aws_part *part, const cg_tree *value, cg_str parent, cg_str *id, cspm_error **err)
{
    if (id)
        *id = CG_STR_NULL;
    if (value->type != CG_TREE_MAP)
        return aws_skip(c, value, "bad-item", err, "a part of %.*s is no object", CG_FMT(parent));
    const cg_str tail = aws_text(c, value, part->id);
    if (!tail.length)
        return aws_skip(c, value, "no-id", err, "a part of %.*s lacks what would name it (%s)", CG_FMT(parent), part->id);
    const cg_str whole = aws_format(c, "%.*s%.*s", CG_FMT(parent), CG_FMT(tail));
    if (!whole.data)
        return cg_nomem(cg_builder_mem(c->b), err);
    int32_t rc = aws_node(c, value, whole, part->labels, err);
    if (rc == CSPM_OK && !has_id(part->fields))
        rc = aws_prop_text(c, "id", whole, err);
    if (rc == CSPM_OK && part->parent)
        rc = aws_prop_text(c, part->parent, parent, err);
    if (rc == CSPM_OK && !part->unowned)
        rc = aws_prop_text(c, "region", c->item_region, err);
    if (rc == CSPM_OK)
        rc = aws_props(c, part->fields, value, err);
    if (rc == CSPM_OK)
        rc = aws_node_end(c, !part->unowned, err);
    if (rc == CSPM_OK)
        rc = part->up ? aws_tie_both(c, value, whole, NULL, part->kind, parent, part->parent_label, NULL, 0, err)
                      : aws_tie_both(c, value, parent, part->parent_label, part->kind, whole, NULL, NULL, 0, err);
    if (id)
        *id = whole;
    return rc;
}

int32_t aws_parts_add(aws_ctx *c, const aws_part *part, const cg_tree *item, const char *path, cg_str parent, cspm_error **err)
{
    const cg_tree *list = aws_list(item, path);
    int32_t rc = CSPM_OK;

    for (uint32_t i = 0; list && i < list->list.count && rc == CSPM_OK; i++)
        rc = aws_part_add(c, part, list->list.items[i], parent, NULL, err);
    return rc;
}

int32_t aws_apply_inside(aws_ctx *c, const aws_shape *shape, const cg_tree *value, cg_str *id, cspm_error **err)
{
    const cg_str outer = c->id;

    c->id = CG_STR_NULL;
    const int32_t rc = aws_apply(c, shape, value, err);
    if (id)
        *id = c->id;
    c->id = outer;
    return rc;
}

/* ---- secrets ---- */

static const char *const secret_words[] = {
    "password",         "passwd",     "passphrase", "secret",      "token",      "apikey",     "api_key",
    "api-key",          "access_key", "accesskey",  "private_key", "privatekey", "credential", "connection_string",
    "connectionstring", "pwd",        NULL,
};

static char lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? (char)(ch | 0x20) : ch;
}

static bool starts_nocase(cg_str text, size_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= text.length || lower(text.data[at]) != *word)
            return false;
    return true;
}

bool aws_secret_name(cg_str name)
{
    for (size_t i = 0; i < name.length; i++)
        for (const char *const *word = secret_words; *word; word++)
            if (starts_nocase(name, i, *word))
                return true;
    return false;
}

/* AKIA or ASIA and sixteen capitals and digits. */
static bool is_access_key(cg_str text, size_t at)
{
    if (at + 20 > text.length || (memcmp(text.data + at, "AKIA", 4) != 0 && memcmp(text.data + at, "ASIA", 4) != 0))
        return false;
    for (size_t i = at + 4; i < at + 20; i++)
        if (!((text.data[i] >= 'A' && text.data[i] <= 'Z') || (text.data[i] >= '0' && text.data[i] <= '9')))
            return false;
    return true;
}

/* The ids of long-lived access keys in a text. IAM lists the ids: they say whose key it is, and open nothing. */
#define KEY_IDS_MAX 16
typedef struct key_ids {
    cg_str ids[KEY_IDS_MAX];
    uint32_t n;
} key_ids;

static void add_key_ids(key_ids *keys, cg_str text)
{
    for (size_t i = 0; i < text.length && keys->n < KEY_IDS_MAX; i++)
        if (text.data[i] == 'A' && is_access_key(text, i) && text.data[i + 1] == 'K') {
            keys->ids[keys->n++] = (cg_str){ text.data + i, 20 };
            i += 19;
        }
}

static int32_t set_key_ids(aws_ctx *c, key_ids *keys, cspm_error **err)
{
    return keys->n ? aws_prop_set(c, "plaintextAccessKeys", keys->ids, keys->n, err) : CSPM_OK;
}

/* A word for secrets, more of a name, '=' or ':', and a value that is no reference to something else. */
static bool is_assigned(cg_str text, size_t at)
{
    const char *word = NULL;

    for (const char *const *w = secret_words; *w && !word; w++)
        if (starts_nocase(text, at, *w))
            word = *w;
    if (!word)
        return false;
    at += strlen(word);
    while (at < text.length &&
           (lower(text.data[at]) == '_' || text.data[at] == '-' || (lower(text.data[at]) >= 'a' && lower(text.data[at]) <= 'z')))
        at++;
    while (at < text.length && (text.data[at] == '"' || text.data[at] == '\'' || text.data[at] == ' '))
        at++;
    if (at >= text.length || (text.data[at] != '=' && text.data[at] != ':'))
        return false;
    at++;
    while (at < text.length && (text.data[at] == '"' || text.data[at] == '\'' || text.data[at] == ' '))
        at++;
    size_t n = 0;
    while (at + n < text.length && text.data[at + n] > ' ' && text.data[at + n] != '"' && text.data[at + n] != '\'')
        n++;
    return n >= 4 && text.data[at] != '$' && text.data[at] != '{' && text.data[at] != '<' &&
           !cg_str_starts((cg_str){ text.data + at, n }, CG_STR("arn:"));
}

bool aws_looks_secret(cg_str text)
{
    if (cg_str_find(text, CG_STR("PRIVATE KEY-----"), 0) != SIZE_MAX)
        return true;
    for (size_t i = 0; i < text.length; i++)
        if (is_access_key(text, i) || is_assigned(text, i))
            return true;
    return false;
}

static int base64_digit(char ch)
{
    if (ch >= 'A' && ch <= 'Z')
        return ch - 'A';
    if (ch >= 'a' && ch <= 'z')
        return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9')
        return ch - '0' + 52;
    return ch == '+' ? 62 : ch == '/' ? 63 : -1;
}

/* The text behind base64, in the item's arena; the text itself when it is none. */
static int32_t decode(aws_ctx *c, cg_str text, cg_str *out, cspm_error **err)
{
    uint32_t bits = 0, n_bits = 0;
    size_t n = 0;

    *out = text;
    char *bytes = cg_arena_alloc(c->arena, text.length + 1);
    if (!bytes)
        return cg_nomem(cg_builder_mem(c->b), err);
    for (size_t i = 0; i < text.length; i++) {
        const int digit = base64_digit(text.data[i]);
        if (digit < 0 && (text.data[i] == '=' || text.data[i] == '\n' || text.data[i] == '\r'))
            continue;
        if (digit < 0)
            return CSPM_OK;
        bits = (bits << 6 | (uint32_t)digit) & 0xFFFFFF;
        if ((n_bits += 6) >= 8)
            bytes[n++] = (char)(bits >> (n_bits -= 8) & 0xFF);
    }
    *out = (cg_str){ bytes, n };
    return CSPM_OK;
}

int32_t aws_user_data(aws_ctx *c, const cg_tree *value, cspm_error **err)
{
    cg_str text = value && value->type == CG_TREE_STRING ? value->string : CG_STR_NULL, plain;
    int32_t rc = aws_prop(c, "user_data", cg_v_bool(text.length > 0), err);

    if (rc != CSPM_OK || !text.length || (rc = decode(c, text, &plain, err)) != CSPM_OK)
        return rc;
    key_ids keys = { .n = 0 };
    add_key_ids(&keys, plain);
    rc = aws_prop(c, "plaintextSecret", cg_v_bool(aws_looks_secret(plain)), err);
    return rc == CSPM_OK ? set_key_ids(c, &keys, err) : rc;
}

/* What an environment variable holds is a secret unless it only says where one is. */
static bool holds_secret(cg_str name, cg_str value)
{
    if (!value.length || cg_str_starts(value, CG_STR("arn:")) || cg_str_starts(value, CG_STR("{{resolve:")) ||
        cg_str_starts(value, CG_STR("/")) || cg_str_eq_nocase(value, CG_STR("true")) || cg_str_eq_nocase(value, CG_STR("false")))
        return false;
    return aws_secret_name(name) || aws_looks_secret(value);
}

int32_t aws_environment(aws_ctx *c, const cg_tree *variables, cspm_error **err)
{
    const uint32_t n = !variables                        ? 0
                       : variables->type == CG_TREE_MAP  ? variables->map.count
                       : variables->type == CG_TREE_LIST ? variables->list.count
                                                         : 0;
    if (n == 0)
        return CSPM_OK;
    cg_list *names = cg_arena_alloc(c->arena, sizeof *names + n * sizeof(cg_value));
    cg_list *secrets = cg_arena_alloc(c->arena, sizeof *secrets + n * sizeof(cg_value));
    if (!names || !secrets)
        return cg_nomem(cg_builder_mem(c->b), err);
    names->count = secrets->count = 0;
    key_ids keys = { .n = 0 };
    for (uint32_t i = 0; i < n; i++) {
        const bool map = variables->type == CG_TREE_MAP;
        const cg_str name = map ? variables->map.keys[i] : aws_str(variables->list.items[i], "name");
        const cg_str value = map ? cg_tree_string(variables->map.values[i]) : aws_str(variables->list.items[i], "value");
        if (!usable(name))
            continue;
        names->items[names->count++] = cg_v_str(name);
        if (holds_secret(name, value))
            secrets->items[secrets->count++] = cg_v_str(name);
        add_key_ids(&keys, value);
    }
    int32_t rc = names->count ? aws_prop(c, "environment_variables", (cg_value){ .type = CG_LIST, .list = names }, err) : CSPM_OK;
    if (rc == CSPM_OK && secrets->count)
        rc = aws_prop(c, "secret_variables", (cg_value){ .type = CG_LIST, .list = secrets }, err);
    if (rc == CSPM_OK)
        rc = aws_prop(c, "plaintextSecret", cg_v_bool(secrets->count > 0), err);
    return rc == CSPM_OK ? set_key_ids(c, &keys, err) : rc;
}
