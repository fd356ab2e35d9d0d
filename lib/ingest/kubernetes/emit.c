/* Reading members of an object, making text, and handing nodes and edges to the builder. */
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "ingest/kubernetes/kubernetes.h"

/* ---- reading ---- */

static const cg_tree *member(const cg_tree *map, const char *key, size_t length)
{
    if (!map || map->type != CG_TREE_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->map.count; i++)
        if (map->map.keys[i].length == length && memcmp(map->map.keys[i].data, key, length) == 0)
            return map->map.values[i];
    return NULL;
}

const cg_tree *k8s_get(const cg_tree *t, const char *path)
{
    while (t && *path) {
        const char *dot = strchr(path, '.');
        size_t length = dot ? (size_t)(dot - path) : strlen(path);
        t = member(t, path, length);
        path += length + (dot ? 1 : 0);
    }
    return t && t->type != CG_TREE_NULL ? t : NULL;
}

static bool usable(cg_str s)
{
    return s.length > 0 && s.length <= UINT32_MAX && !memchr(s.data, '\0', s.length);
}

cg_str k8s_str(const cg_tree *t, const char *path)
{
    const cg_tree *v = k8s_get(t, path);
    return v && v->type == CG_TREE_STRING && usable(v->string) ? v->string : CG_STR_NULL;
}

bool k8s_true(const cg_tree *t, const char *path)
{
    const cg_tree *v = k8s_get(t, path);
    return v && v->type == CG_TREE_BOOL && v->boolean;
}

const cg_tree *k8s_list(const cg_tree *t, const char *path)
{
    const cg_tree *v = k8s_get(t, path);
    return v && v->type == CG_TREE_LIST ? v : NULL;
}

uint32_t k8s_count(const cg_tree *list)
{
    return list && list->type == CG_TREE_LIST ? list->list.count : 0;
}

cg_str k8s_annotation(const k8s_ctx *c, const char *key)
{
    const cg_tree *v = member(k8s_get(c->meta, "annotations"), key, strlen(key));
    return v && v->type == CG_TREE_STRING && usable(v->string) ? v->string : CG_STR_NULL;
}

bool k8s_is(cg_str s, const char *text)
{
    return s.length == strlen(text) && memcmp(s.data, text, s.length) == 0;
}

bool k8s_one_of(cg_str s, const char *words)
{
    while (s.data && *words) {
        size_t length = strcspn(words, " ");
        if (s.length == length && memcmp(s.data, words, length) == 0)
            return true;
        words += length + (words[length] ? 1 : 0);
    }
    return false;
}

/* ---- making text ---- */

static void nomem(k8s_ctx *c)
{
    if (c->rc >= 0)
        c->rc = cg_nomem(c->mem, c->err);
}

cg_str k8s_text(k8s_ctx *c, const char *format, ...)
{
    char room[512];
    va_list args, again;
    cg_str out = CG_STR_NULL;

    if (c->rc < 0)
        return out;
    va_start(args, format);
    va_copy(again, args);
    const int length = vsnprintf(room, sizeof room, format, args);
    char *text = length < 0 ? NULL : cg_arena_alloc(&c->arena, (size_t)length + 1);
    if (text && (size_t)length < sizeof room)
        memcpy(text, room, (size_t)length + 1);
    else if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    if (text)
        out = (cg_str){ text, (size_t)length };
    else
        nomem(c);
    va_end(again);
    va_end(args);
    return out;
}

cg_str k8s_json_text(k8s_ctx *c, const cg_tree *t)
{
    cg_buf b;
    cg_str out = CG_STR_NULL;

    if (c->rc < 0 || !t)
        return out;
    cg_buf_init(&b, c->mem, 0);
    cg_tree_write_json(&b, t);
    char *text = b.failed ? NULL : cg_arena_strndup(&c->arena, b.data, b.length);
    if (text)
        out = (cg_str){ text, b.length };
    else
        nomem(c);
    cg_buf_free(&b);
    return out;
}

/* Every edge needs two of these: put together by hand. */
cg_str k8s_id(k8s_ctx *c, cg_str ns, const char *kind, cg_str name)
{
    const cg_str parts[] = { c->cluster, ns, cg_str_from(kind), name };
    size_t length = 0;

    if (!name.data || c->rc < 0)
        return CG_STR_NULL;
    for (size_t i = 0; i < 4; i++)
        length += parts[i].data ? parts[i].length + 1 : 0;
    char *text = cg_arena_alloc(&c->arena, length), *at = text;
    if (!text) {
        nomem(c);
        return CG_STR_NULL;
    }
    for (size_t i = 0; i < 4; i++) {
        if (!parts[i].data)
            continue;
        memcpy(at, parts[i].data, parts[i].length);
        at += parts[i].length;
        *at++ = i == 3 ? '\0' : '/';
    }
    return (cg_str){ text, length - 1 };
}

/* ---- nodes ---- */

/* Names are literals: where one stands tells it from the others, so most are found without being read. */
static uint32_t name_of(k8s_ctx *c, uint32_t (*find)(cg_builder *, const char *, size_t), const char *name)
{
    k8s_name *slot = &c->names[((uintptr_t)name >> 1 ^ (find == cg_builder_key)) % K8S_NAMES];

    if (c->rc < 0)
        return CG_NO_NAME;
    if (slot->name == name && slot->find == find)
        return slot->id;
    const uint32_t id = find(c->b, name, strlen(name));
    if (id == CG_NO_NAME)
        nomem(c);
    else
        *slot = (k8s_name){ name, find, id };
    return id;
}

static void step(k8s_ctx *c, int32_t rc)
{
    if (rc < 0 && c->rc >= 0)
        c->rc = rc;
}

void k8s_node(k8s_ctx *c, cg_str id, const char *const *labels)
{
    if (c->rc < 0)
        return;
    step(c, cg_builder_begin_node(c->b, c->offset, c->err));
    if (c->rc >= 0)
        step(c, cg_builder_set_id(c->b, id.data, id.length, c->err));
    for (; *labels && c->rc >= 0; labels++) {
        uint32_t label = name_of(c, cg_builder_label, *labels);
        if (c->rc >= 0)
            step(c, cg_builder_add_label(c->b, label, c->err));
    }
    c->id = id;
}

void k8s_partial(k8s_ctx *c)
{
    if (c->rc < 0)
        return;
    cg_builder_set_standing(c->b, CG_STANDING_PARTIAL);
    k8s_prop_bool(c, "partial", true);
}

void k8s_alias(k8s_ctx *c, cg_str key)
{
    if (c->rc >= 0 && usable(key))
        step(c, cg_builder_add_alias(c->b, key.data, key.length, c->err));
}

void k8s_prop(k8s_ctx *c, const char *key, cg_value value)
{
    uint32_t name = name_of(c, cg_builder_key, key);
    if (c->rc >= 0)
        step(c, cg_builder_set_prop(c->b, name, value, c->err));
}

void k8s_prop_text(k8s_ctx *c, const char *key, cg_str text)
{
    if (text.data && text.length <= UINT32_MAX && !memchr(text.data, '\0', text.length))
        k8s_prop(c, key, cg_v_str(text));
}

void k8s_prop_bool(k8s_ctx *c, const char *key, bool value)
{
    k8s_prop(c, key, cg_v_bool(value));
}

void k8s_prop_int(k8s_ctx *c, const char *key, int64_t value)
{
    k8s_prop(c, key, cg_v_int(value));
}

static void prop_values(k8s_ctx *c, const char *key, cg_list *list)
{
    k8s_prop(c, key, (cg_value){ .type = CG_LIST, .list = list });
}

static cg_list *new_list(k8s_ctx *c, uint32_t n)
{
    cg_list *list = c->rc < 0 ? NULL : cg_arena_alloc(&c->arena, sizeof *list + n * sizeof list->items[0]);
    if (!list)
        nomem(c);
    else
        list->count = 0;
    return list;
}

void k8s_prop_texts(k8s_ctx *c, const char *key, const cg_str *texts, uint32_t n)
{
    cg_list *list = n ? new_list(c, n) : NULL;
    for (uint32_t i = 0; list && i < n; i++)
        if (usable(texts[i]))
            list->items[list->count++] = cg_v_str(texts[i]);
    if (list && list->count)
        prop_values(c, key, list);
}

static void prop_list(k8s_ctx *c, const char *key, const cg_tree *t)
{
    cg_list *list = t->list.count ? new_list(c, t->list.count) : NULL;
    for (uint32_t i = 0; list && i < t->list.count; i++) {
        const cg_tree *v = t->list.items[i];
        if (v->type == CG_TREE_STRING && usable(v->string))
            list->items[list->count++] = cg_v_str(v->string);
    }
    if (list && list->count)
        prop_values(c, key, list);
}

static int text_cmp(const void *a, const void *b)
{
    return cg_str_cmp(*(const cg_str *)a, *(const cg_str *)b);
}

static void prop_keys(k8s_ctx *c, const char *key, const cg_tree *t)
{
    const uint32_t n = t->type == CG_TREE_MAP ? t->map.count : 0;
    cg_str *keys = n && c->rc >= 0 ? cg_arena_alloc(&c->arena, n * sizeof *keys) : NULL;

    if (!keys)
        return;
    memcpy(keys, t->map.keys, n * sizeof *keys);
    qsort(keys, n, sizeof *keys, text_cmp);
    k8s_prop_texts(c, key, keys, n);
}

static void prop_scalar(k8s_ctx *c, const char *key, const cg_tree *t)
{
    switch (t->type) {
    case CG_TREE_BOOL:
        k8s_prop_bool(c, key, t->boolean);
        break;
    case CG_TREE_INT:
        k8s_prop_int(c, key, t->integer);
        break;
    case CG_TREE_FLOAT:
        k8s_prop(c, key, cg_v_float(t->real));
        break;
    case CG_TREE_STRING:
        if (usable(t->string))
            k8s_prop_text(c, key, t->string);
        break;
    case CG_TREE_LIST:
        prop_list(c, key, t);
        break;
    default:
        break;
    }
}

void k8s_prop_tree(k8s_ctx *c, const char *key, const cg_tree *t, k8s_as as)
{
    cg_instant when;

    if (!t || c->rc < 0)
        return;
    switch (as) {
    case K8S_AS_IS:
        prop_scalar(c, key, t);
        break;
    case K8S_TEXT:
        if (t->type == CG_TREE_BOOL)
            k8s_prop_text(c, key, t->boolean ? CG_STR("true") : CG_STR("false"));
        else if (t->type != CG_TREE_LIST && t->type != CG_TREE_MAP && usable(t->raw))
            k8s_prop_text(c, key, t->raw);
        break;
    case K8S_JSON:
        k8s_prop_text(c, key, k8s_json_text(c, t));
        break;
    case K8S_TIME:
        if (t->type == CG_TREE_STRING && cg_instant_parse(t->string, &when))
            k8s_prop_int(c, key, when.microseconds / 1000000);
        break;
    case K8S_COUNT:
        if (t->type == CG_TREE_LIST || t->type == CG_TREE_MAP)
            k8s_prop_int(c, key, t->type == CG_TREE_LIST ? t->list.count : t->map.count);
        break;
    case K8S_KEYS:
        prop_keys(c, key, t);
        break;
    }
}

void k8s_fields(k8s_ctx *c, const cg_tree *t, const k8s_field *fields)
{
    for (const k8s_field *f = fields; f && f->property && c->rc >= 0; f++)
        k8s_prop_tree(c, f->property, k8s_get(t, f->path), f->as);
}

void k8s_node_end(k8s_ctx *c, bool owned)
{
    const cg_str id = c->id;

    if (c->rc < 0)
        return;
    step(c, cg_builder_end_item(c->b, c->err));
    if (owned)
        k8s_edge(c, c->cluster, "RESOURCE", id, NULL);
}

/* ---- edges ---- */

static void open_edge(k8s_ctx *c, cg_str from, const char *kind, cg_str to)
{
    uint32_t name = name_of(c, cg_builder_kind, kind);
    if (c->rc < 0)
        return;
    step(c, cg_builder_begin_edge(c->b, c->offset, c->err));
    if (c->rc < 0)
        return;
    cg_builder_set_kind(c->b, name);
    step(c, cg_builder_set_from(c->b, from.data, from.length, c->err));
    if (c->rc >= 0)
        step(c, cg_builder_set_to(c->b, to.data, to.length, c->err));
}

static void partial_end(k8s_ctx *c, bool from, const char *partial)
{
    uint32_t label = partial ? name_of(c, cg_builder_label, partial) : CG_NO_NAME;
    if (partial && c->rc >= 0)
        step(c, cg_builder_partial_end(c->b, from, label, c->err));
}

void k8s_edge_open(k8s_ctx *c, cg_str from, const char *kind, cg_str to, const char *partial)
{
    open_edge(c, from, kind, to);
    partial_end(c, false, partial);
}

void k8s_edge_end(k8s_ctx *c)
{
    if (c->rc >= 0)
        step(c, cg_builder_end_item(c->b, c->err));
}

void k8s_edge(k8s_ctx *c, cg_str from, const char *kind, cg_str to, const char *partial)
{
    if (c->rc < 0 || !from.data || !to.data)
        return;
    k8s_edge_open(c, from, kind, to, partial);
    k8s_edge_end(c);
}

void k8s_edge_from(k8s_ctx *c, cg_str from, const char *partial, const char *kind, cg_str to)
{
    if (c->rc < 0 || !from.data || !to.data)
        return;
    open_edge(c, from, kind, to);
    partial_end(c, true, partial);
    k8s_edge_end(c);
}

void k8s_internet(k8s_ctx *c)
{
    static const char *const labels[] = { "Internet", NULL };
    const cg_str id = c->id;

    if (c->internet || c->rc < 0)
        return;
    c->internet = true;
    k8s_node(c, CG_STR("internet"), labels);
    k8s_prop_text(c, "name", CG_STR("Internet"));
    k8s_node_end(c, false);
    c->id = id;
}

void k8s_bad(k8s_ctx *c, const cg_tree *at, const char *format, ...)
{
    char message[256];
    va_list args;

    if (c->rc < 0)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    step(c, cg_builder_diag(c->b, CG_DIAG_WARNING, "bad-item", at ? at->pos : (cg_pos){ c->offset, 0, 0 }, c->err, "%s", message));
}
