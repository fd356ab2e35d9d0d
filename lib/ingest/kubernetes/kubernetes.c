/* What kubectl writes: lists, typed lists, single objects, several documents one after another, as JSON or as YAML. JSON is read as a
 * stream of objects; YAML as a whole. */
#include "ingest/kubernetes/kubernetes.h"
#include "ingest/dialects.h"
#include "ingest/items.h"
#include "ingest/sniff.h"

#define HOME "cluster" /* a cluster nobody names */

typedef struct k8s_state {
    k8s_ctx c;
    cg_items *items; /* JSON */
    bool yaml, begun;
    cg_buf text; /* YAML; and the first bytes, until it is clear which */
    /* The JSON document at hand. A single object is taken apart by the reader and put together here; so are items of a list that says only
     * behind them what they are. */
    cg_arena arena;
    bool list;
    cg_str kind, api;
    uint64_t at;
    CG_VEC(cg_str) keys;
    CG_VEC(cg_tree *) values;
    CG_VEC(cg_tree *) waiting;
} k8s_state;

/* ---- recognising ---- */

/* Kubernetes' versions: "v1", "apps/v1", "batch/v1beta1"; Azure's are dates. */
static bool is_api_version(cg_str s)
{
    const char *slash = s.length ? memchr(s.data, '/', s.length) : NULL;
    size_t i = slash ? (size_t)(slash - s.data) + 1 : 0;

    return s.length - i >= 2 && s.data[i] == 'v' && s.data[i + 1] >= '0' && s.data[i + 1] <= '9';
}

static cg_str quoted(cg_str rest)
{
    const char *end = rest.length > 1 && rest.data[0] == '"' ? memchr(rest.data + 1, '"', rest.length - 1) : NULL;
    return end ? (cg_str){ rest.data + 1, (size_t)(end - rest.data - 1) } : CG_STR_NULL;
}

/* What the first item of a list says of itself. */
typedef struct first_item {
    bool metadata, api, kind;
} first_item;

static first_item first_of(cg_str list)
{
    cg_peek inner, object;
    cg_str key, rest, item;
    first_item f = { 0 };

    if (!cg_peek_array(&inner, list) || !cg_peek_item(&inner, &item) || !cg_peek_object(&object, item))
        return f;
    while (cg_peek_member(&object, &key, &rest)) {
        f.metadata = f.metadata || cg_peek_is(key, "metadata");
        f.api = f.api || (cg_peek_is(key, "apiVersion") && is_api_version(quoted(rest)));
        f.kind = f.kind || (cg_peek_is(key, "kind") && quoted(rest).length > 0);
    }
    return f;
}

static int recognise_json(cg_str text)
{
    cg_peek top;
    cg_str key, rest;
    bool kind = false, api = false;
    first_item items = { 0 };

    if (!cg_peek_object(&top, text))
        return 0;
    while (cg_peek_member(&top, &key, &rest)) {
        if (cg_peek_is(key, "kind"))
            kind = quoted(rest).length > 0;
        else if (cg_peek_is(key, "apiVersion"))
            api = is_api_version(quoted(rest));
        else if (cg_peek_is(key, "items"))
            items = first_of(rest);
    }
    return api && kind ? 95 : (api && items.metadata) || (items.api && items.kind) ? 85 : 0;
}

/* Both members at the start of a line, before anything that is no YAML. */
static int recognise_yaml(cg_str text)
{
    bool kind = false, api = false;

    for (size_t i = 0; i < text.length;) {
        const char *line = text.data + i, *end = memchr(line, '\n', text.length - i);
        size_t length = end ? (size_t)(end - line) : text.length - i;
        if (length > 6 && memcmp(line, "kind: ", 6) == 0)
            kind = true;
        else if (length > 12 && memcmp(line, "apiVersion: ", 12) == 0) {
            size_t from = 12;
            while (from < length && (line[from] == ' ' || line[from] == '"' || line[from] == '\''))
                from++;
            api = api || is_api_version((cg_str){ line + from, length - from });
        }
        i += length + 1;
    }
    return api && kind ? 80 : 0;
}

static int kubernetes_recognise(const char *head, size_t length, bool whole)
{
    cg_peek p;

    (void)whole;
    return cg_peek_object(&p, (cg_str){ head, length }) && !cg_str_starts((cg_str){ head, length }, CG_STR("{{"))
               ? recognise_json((cg_str){ head, length })
               : recognise_yaml((cg_str){ head, length });
}

/* ---- JSON ---- */

static cg_tree *copy_tree(cg_arena *arena, const cg_tree *t)
{
    cg_tree *out = cg_arena_alloc(arena, sizeof *out);

    if (!out)
        return NULL;
    *out = *t;
    if (t->type == CG_TREE_LIST) {
        out->list.items = cg_arena_alloc(arena, t->list.count * sizeof *out->list.items + 1);
        for (uint32_t i = 0; out->list.items && i < t->list.count; i++)
            if (!(out->list.items[i] = copy_tree(arena, t->list.items[i])))
                return NULL;
        return out->list.items ? out : NULL;
    } else if (t->type == CG_TREE_MAP) {
        out->map.values = cg_arena_alloc(arena, t->map.count * sizeof *out->map.values + 1);
        out->map.keys = cg_arena_alloc(arena, t->map.count * sizeof *out->map.keys + 1);
        out->map.key_pos = NULL;
        if (!out->map.values || !out->map.keys)
            return NULL;
        for (uint32_t i = 0; i < t->map.count; i++) {
            const cg_str key = t->map.keys[i];
            out->map.keys[i] = (cg_str){ cg_arena_strndup(arena, key.data, key.length), key.length };
            if (!out->map.keys[i].data || !(out->map.values[i] = copy_tree(arena, t->map.values[i])))
                return NULL;
        }
    } else if (t->raw.data && !(out->raw.data = cg_arena_strndup(arena, t->raw.data, t->raw.length))) {
        return NULL;
    }
    return out;
}

static bool items_of_list(const cg_item_at *at)
{
    return k8s_is(at->steps[0].key, "items");
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    k8s_state *s = user;

    (void)s;
    if (at->depth == 0)
        return opens == '{' || opens == '[' ? CG_ITEM_ENTER : CG_ITEM_SKIP;
    if (at->depth == 1 && at->steps[0].key.data)
        return opens == '[' && items_of_list(at) ? CG_ITEM_ENTER : CG_ITEM_TAKE;
    return CG_ITEM_TAKE;
}

/* "PodList" -> "Pod" */
static cg_str kind_of_items(cg_str kind)
{
    return kind.length > 4 && cg_str_ends(kind, CG_STR("List")) ? (cg_str){ kind.data, kind.length - 4 } : CG_STR_NULL;
}

static int32_t remember(k8s_state *s, cg_str key, const cg_tree *value, cspm_error **err)
{
    cg_tree *copy = copy_tree(&s->arena, value);
    const cg_str name = { cg_arena_strndup(&s->arena, key.data, key.length), key.length };

    if (!copy || !name.data || !cg_vec_push(s->c.mem, &s->keys, name) || !cg_vec_push(s->c.mem, &s->values, copy))
        return cg_nomem(s->c.mem, err);
    if (s->keys.count == 1)
        s->at = value->pos.offset;
    if (k8s_is(name, "kind"))
        s->kind = k8s_str(copy, "");
    else if (k8s_is(name, "apiVersion"))
        s->api = k8s_str(copy, "");
    return CSPM_OK;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    k8s_state *s = user;

    if (at->depth == 1 && at->steps[0].key.data)
        return remember(s, at->steps[0].key, item, err);
    if (at->depth > 1 && !s->kind.data && item->type == CG_TREE_MAP && !k8s_str(item, "kind").data) {
        cg_tree *copy = copy_tree(&s->arena, item);
        return copy && cg_vec_push(s->c.mem, &s->waiting, copy) ? CSPM_OK : cg_nomem(s->c.mem, err);
    }
    return k8s_take(&s->c, item, kind_of_items(s->kind), s->api, err);
}

static void forget_document(k8s_state *s)
{
    s->list = false;
    s->kind = s->api = CG_STR_NULL;
    s->keys.count = s->values.count = s->waiting.count = 0;
    cg_arena_reset(&s->arena);
}

/* An object that was no list. */
static int32_t take_single(k8s_state *s, cspm_error **err)
{
    cg_tree object = { .type = CG_TREE_MAP, .pos = { s->at, 0, 0 } };

    object.map.count = (uint32_t)s->keys.count;
    object.map.keys = s->keys.data;
    object.map.values = s->values.data;
    return k8s_take(&s->c, &object, CG_STR_NULL, CG_STR_NULL, err);
}

static int32_t leave(void *user, const cg_item_at *at, cspm_error **err)
{
    k8s_state *s = user;
    int32_t rc = CSPM_OK;

    if (at->depth == 1 && at->steps[0].key.data)
        s->list = true;
    if (at->depth > 0)
        return CSPM_OK;
    for (size_t i = 0; i < s->waiting.count && rc == CSPM_OK; i++)
        rc = k8s_take(&s->c, s->waiting.data[i], kind_of_items(s->kind), s->api, err);
    if (rc == CSPM_OK && !s->list && s->keys.count)
        rc = take_single(s, err);
    forget_document(s);
    return rc;
}

/* ---- YAML ---- */

static int32_t take_yaml(k8s_state *s, const cg_tree *document, cspm_error **err)
{
    const cg_tree *items = k8s_list(document, "items");
    const cg_str kind = k8s_str(document, "kind");
    int32_t rc = CSPM_OK;

    if (document->type == CG_TREE_NULL)
        return CSPM_OK; /* nothing between two separators */
    if (!items || !cg_str_ends(kind, CG_STR("List")))
        return k8s_take(&s->c, document, CG_STR_NULL, CG_STR_NULL, err);
    for (uint32_t i = 0; i < items->list.count && rc == CSPM_OK; i++)
        rc = k8s_take(&s->c, items->list.items[i], kind_of_items(kind), k8s_str(document, "apiVersion"), err);
    return rc;
}

static int32_t finish_yaml(k8s_state *s, const cg_json_limits *limits, cspm_error **err)
{
    cspm_error *cause = NULL;
    cg_tree *root;
    int32_t rc = cg_tree_from_yaml(&s->arena, cg_buf_view(&s->text), s->c.source, limits, &root, &cause);

    if (rc < 0 && rc == CSPM_E_PARSE && cg_str_find(cg_buf_view(&s->text), CG_STR("{{"), 0) != SIZE_MAX) {
        cspm_error_free(cause);
        return cg_builder_diag(s->c.b, CG_DIAG_WARNING, "template", (cg_pos){ 0, 1, 1 }, err,
                               "it is a template: render it first, as with \"helm template\"");
    }
    if (rc < 0) {
        if (err && !*err)
            *err = cause;
        else
            cspm_error_free(cause);
        return rc;
    }
    if (root->type != CG_TREE_LIST)
        return take_yaml(s, root, err);
    for (uint32_t i = 0; i < root->list.count && rc == CSPM_OK; i++)
        rc = take_yaml(s, root->list.items[i], err);
    return rc;
}

/* ---- the dialect ---- */

static const cg_item_handler handler = { .choose = choose, .take = take, .leave = leave };

static cg_json_limits limits_of(const cg_builder *b)
{
    const cspm_limits *limits = cg_builder_limits(b);
    return (cg_json_limits){
        .max_depth = limits->max_depth > UINT32_MAX ? UINT32_MAX : (uint32_t)limits->max_depth,
        .max_string_bytes = limits->max_string_bytes,
        .allow_nul = true, /* costs the value, not the file */
        .allow_multiple = true,
    };
}

static void kubernetes_close(void *state)
{
    k8s_state *s = state;

    if (!s)
        return;
    cg_items_free(s->items);
    cg_buf_free(&s->text);
    cg_vec_free(s->c.mem, &s->keys);
    cg_vec_free(s->c.mem, &s->values);
    cg_vec_free(s->c.mem, &s->waiting);
    cg_free(s->c.mem, s->c.said);
    cg_arena_free(&s->arena);
    cg_arena_free(&s->c.arena);
    cg_free(s->c.mem, s);
}

static int32_t kubernetes_open(cg_builder *b, cg_str source, cspm_op *op, void **out, cspm_error **err)
{
    cg_mem *mem = cg_builder_mem(b);
    const cg_str scope = cg_builder_scope(b);
    k8s_state *s = cg_calloc(mem, 1, sizeof *s + source.length + scope.length + 2);

    (void)op;
    *out = s;
    if (!s)
        return cg_nomem(mem, err);
    char *text = (char *)(s + 1);
    memcpy(text, source.data, source.length);
    if (scope.length)
        memcpy(text + source.length + 1, scope.data, scope.length);
    s->c = (k8s_ctx){ .b = b, .mem = mem, .source = { text, source.length } };
    s->c.home = scope.length ? (cg_str){ text + source.length + 1, scope.length } : CG_STR(HOME);
    cg_seed_random(&s->c.seed);
    cg_arena_init(&s->c.arena, mem);
    cg_arena_init(&s->arena, mem);
    cg_buf_init(&s->text, mem, 0);
    return CSPM_OK;
}

/* JSON when the first character that is not blank opens an object or array. */
static int32_t begin(k8s_state *s, cspm_error **err)
{
    const cg_json_limits limits = limits_of(s->c.b);
    size_t i = cg_str_starts(cg_buf_view(&s->text), CG_STR("\xEF\xBB\xBF")) ? 3 : 0;

    while (i < s->text.length && strchr(" \t\r\n", s->text.data[i]))
        i++;
    if (i == s->text.length)
        return CSPM_OK;
    s->begun = true;
    /* Two braces open an expression of a template. */
    s->yaml = (s->text.data[i] != '{' && s->text.data[i] != '[') || (i + 1 < s->text.length && s->text.data[i + 1] == '{');
    if (s->yaml)
        return CSPM_OK;
    int32_t rc = cg_items_new(s->c.mem, &limits, &handler, s, s->c.source, &s->items, err);
    if (rc == CSPM_OK)
        rc = cg_items_feed(s->items, s->text.data, s->text.length, err);
    cg_buf_clear(&s->text);
    return rc;
}

static int32_t kubernetes_feed(void *state, const char *bytes, size_t length, cspm_error **err)
{
    k8s_state *s = state;

    if (s->begun && !s->yaml)
        return cg_items_feed(s->items, bytes, length, err);
    cg_buf_add(&s->text, bytes, length);
    if (s->text.failed)
        return cg_nomem(s->c.mem, err);
    return s->begun ? CSPM_OK : begin(s, err);
}

static int32_t kubernetes_finish(void *state, cspm_error **err)
{
    k8s_state *s = state;
    const cg_json_limits limits = limits_of(s->c.b);

    if (!s->begun)
        return CSPM_OK;
    return s->yaml ? finish_yaml(s, &limits, err) : cg_items_finish(s->items, err);
}

const cg_dialect cg_dialect_kubernetes = {
    .name = "kubernetes",
    .title = "Kubernetes objects",
    .recognised = "JSON or YAML with \"apiVersion\" and \"kind\", as kubectl writes it",
    .rank = 60,
    .repeats = true,
    .recognise = kubernetes_recognise,
    .open = kubernetes_open,
    .feed = kubernetes_feed,
    .finish = kubernetes_finish,
    .close = kubernetes_close,
};
