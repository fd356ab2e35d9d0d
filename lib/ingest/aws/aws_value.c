/* Members of items as property values. */
#include "base/time.h"
#include "ingest/aws/aws_state.h"

static int32_t nomem(aws_ctx *c, cspm_error **err)
{
    return cg_nomem(c->state->mem, err);
}

/* The scratch text, kept in the item's arena. */
static int32_t keep_text(aws_ctx *c, cg_str *out, cspm_error **err)
{
    const cg_buf *text = &c->state->text;

    if (text->failed)
        return nomem(c, err);
    *out = (cg_str){ cg_arena_strndup(c->arena, text->data, text->length), text->length };
    return out->data ? CSPM_OK : nomem(c, err);
}

/* ---- times ---- */

#define MILLISECONDS_FROM INT64_C(100000000000) /* seconds would be the year 5138 */

static int32_t time_text(aws_ctx *c, cg_instant at, cg_str *out, cspm_error **err)
{
    cg_buf_clear(&c->state->text);
    cg_instant_write(&c->state->text, at);
    return keep_text(c, out, err);
}

static int32_t time_value(aws_ctx *c, const cg_tree *value, cg_str *out, cspm_error **err)
{
    cg_instant at;

    *out = CG_STR_NULL;
    if (value->type == CG_TREE_STRING) {
        char room[40];
        cg_str s = value->string;
        *out = s;
        /* Mostly it is what it is to be, or says UTC in another way. */
        const bool utc = s.length == 20 ? s.data[19] == 'Z' : s.length == 25 && memcmp(s.data + 19, "+00:00", 6) == 0;
        if (utc && s.data[10] == 'T' && cg_instant_parse(s, &at)) {
            if (s.length == 20)
                return CSPM_OK;
            char *copy = cg_arena_strndup(c->arena, s.data, 20);
            if (!copy)
                return nomem(c, err);
            copy[19] = 'Z';
            *out = (cg_str){ copy, 20 };
            return CSPM_OK;
        }
        /* Python writes a blank between date and time. */
        if (s.length > 11 && s.length < sizeof room && s.data[10] == ' ') {
            memcpy(room, s.data, s.length);
            room[10] = 'T';
            s.data = room;
        }
        return cg_instant_parse(s, &at) ? time_text(c, at, out, err) : CSPM_OK;
    }
    if (value->type == CG_TREE_INT) {
        const int64_t n = value->integer;
        if (n <= -MILLISECONDS_FROM || n >= MILLISECONDS_FROM * 1000)
            return CSPM_OK;
        at.microseconds = n >= MILLISECONDS_FROM ? n * 1000 : n * 1000000;
        return time_text(c, at, out, err);
    }
    if (value->type == CG_TREE_FLOAT) {
        const double n = value->real;
        if (!(n > -1e11 && n < 1e14))
            return CSPM_OK;
        at.microseconds = n >= 1e11 ? (int64_t)(n * 1e3) : (int64_t)(n * 1e6);
        return time_text(c, at, out, err);
    }
    return CSPM_OK;
}

/* ---- values ---- */

static bool clean(cg_str s)
{
    return s.data && (s.length == 0 || !memchr(s.data, '\0', s.length));
}

static cg_value text_value(cg_str s)
{
    return clean(s) ? cg_v_str(s) : cg_v_null();
}

static cg_value scalar_value(const cg_tree *t)
{
    switch (t->type) {
    case CG_TREE_BOOL:
        return cg_v_bool(t->boolean);
    case CG_TREE_INT:
        return cg_v_int(t->integer);
    case CG_TREE_FLOAT:
        return cg_v_float(t->real);
    case CG_TREE_STRING:
        return text_value(t->string);
    default:
        return cg_v_null();
    }
}

static bool list_room(aws_state *s, uint32_t n)
{
    if (n <= s->list_capacity)
        return true;
    const uint32_t capacity = n < 16 ? 16 : n > UINT32_MAX / 2 ? n : n * 2;
    cg_list *grown = cg_resize_array(s->mem, s->list, 1, sizeof *grown + capacity * sizeof(cg_value));
    if (!grown)
        return false;
    s->list = grown;
    s->list_capacity = capacity;
    return true;
}

typedef struct collected {
    aws_as as;
    uint32_t count;
    uint32_t n;  /* in the scratch list */
    bool exists; /* something neither null nor empty */
} collected;

static bool is_something(const cg_tree *t)
{
    switch (t->type) {
    case CG_TREE_NULL:
        return false;
    case CG_TREE_STRING:
        return t->string.length > 0;
    case CG_TREE_LIST:
        return t->list.count > 0;
    case CG_TREE_MAP:
        return t->map.count > 0;
    default:
        return true;
    }
}

static int32_t one_value(aws_ctx *c, const cg_tree *t, aws_as as, cg_value *out, cspm_error **err);

static int32_t collect(aws_ctx *c, const cg_tree *value, void *user, cspm_error **err)
{
    collected *k = user;
    cg_value v;

    k->count++;
    k->exists = k->exists || is_something(value);
    if (k->as == AWS_COUNT || k->as == AWS_EXISTS)
        return CSPM_OK;
    int32_t rc = one_value(c, value, k->as, &v, err);
    if (rc < 0 || v.type == CG_NULL)
        return rc;
    if (k->n == UINT32_MAX || !list_room(c->state, k->n + 1))
        return nomem(c, err);
    c->state->list->items[k->n++] = v;
    return CSPM_OK;
}

/* A list has one type: where several meet, all are text. */
static int32_t finish_list(aws_ctx *c, uint32_t n, cg_value *out, cspm_error **err)
{
    cg_list *list = c->state->list;
    bool mixed = false;

    *out = cg_v_null();
    if (n == 0)
        return CSPM_OK;
    for (uint32_t i = 1; i < n; i++)
        mixed = mixed || list->items[i].type != list->items[0].type;
    for (uint32_t i = 0; mixed && i < n; i++) {
        cg_value *v = &list->items[i];
        cg_str text = CG_STR_NULL;
        if (v->type == CG_STRING)
            continue;
        cg_buf_clear(&c->state->text);
        if (v->type == CG_BOOL)
            cg_buf_adds(&c->state->text, v->boolean ? "true" : "false");
        else if (v->type == CG_INT)
            cg_buf_int(&c->state->text, v->integer);
        else
            cg_buf_double(&c->state->text, v->real);
        const int32_t rc = keep_text(c, &text, err);
        if (rc < 0)
            return rc;
        *v = cg_v_str(text);
    }
    cg_list *kept = cg_arena_alloc(c->arena, sizeof *kept + n * sizeof(cg_value));
    if (!kept)
        return nomem(c, err);
    kept->count = n;
    memcpy(kept->items, list->items, n * sizeof(cg_value));
    *out = (cg_value){ .type = CG_LIST, .list = kept };
    return CSPM_OK;
}

static cg_str tail_of(cg_str s)
{
    for (size_t i = s.length; i > 0; i--)
        if (s.data[i - 1] == '/' || s.data[i - 1] == ':')
            return (cg_str){ s.data + i, s.length - i };
    return s;
}

/* Anything that is no list. */
static int32_t one_value(aws_ctx *c, const cg_tree *t, aws_as as, cg_value *out, cspm_error **err)
{
    const cg_tree *document;
    cg_str text = CG_STR_NULL;
    int32_t rc = CSPM_OK;

    *out = cg_v_null();
    if (t->type == CG_TREE_NULL)
        return CSPM_OK;
    switch (as) {
    case AWS_AS_IS:
        *out = scalar_value(t);
        return CSPM_OK;
    case AWS_JSON:
        rc = aws_document(c, t, &document, &text, err);
        break;
    case AWS_TIME:
        rc = time_value(c, t, &text, err);
        break;
    case AWS_TAIL:
        if (aws_scalar_text(c, t, &text))
            text = tail_of(text);
        break;
    case AWS_LOWER:
        if (aws_scalar_text(c, t, &text)) {
            char *lower = cg_arena_strndup(c->arena, text.data, text.length);
            if (!lower)
                return nomem(c, err);
            for (size_t i = 0; i < text.length; i++)
                if (lower[i] >= 'A' && lower[i] <= 'Z')
                    lower[i] |= 0x20;
            text.data = lower;
        }
        break;
    default:
        aws_scalar_text(c, t, &text);
        break;
    }
    if (rc == CSPM_OK)
        *out = text_value(text);
    return rc;
}

int32_t aws_value(aws_ctx *c, const cg_tree *value, aws_as as, cg_value *out, cspm_error **err)
{
    collected k = { .as = as };
    int32_t rc = CSPM_OK;

    *out = cg_v_null();
    if (!value)
        return CSPM_OK;
    if (as == AWS_COUNT) {
        if (value->type == CG_TREE_LIST)
            *out = cg_v_int(value->list.count);
        else if (value->type == CG_TREE_MAP)
            *out = cg_v_int(value->map.count);
        return CSPM_OK;
    }
    if (as == AWS_EXISTS) {
        *out = cg_v_bool(is_something(value));
        return CSPM_OK;
    }
    if (value->type != CG_TREE_LIST || as == AWS_JSON)
        return one_value(c, value, as, out, err);
    for (uint32_t i = 0; i < value->list.count && rc == CSPM_OK; i++)
        rc = collect(c, value->list.items[i], &k, err);
    return rc < 0 ? rc : finish_list(c, k.n, out, err);
}

int32_t aws_value_at(aws_ctx *c, const cg_tree *item, const char *path, aws_as as, cg_value *out, cspm_error **err)
{
    collected k = { .as = as };

    *out = cg_v_null();
    const size_t plain = strcspn(path, ".[");
    if (!path[plain])
        return aws_value(c, aws_member(item, (cg_str){ path, plain }), as, out, err);
    if (!strchr(path + plain, '['))
        return aws_value(c, aws_get(item, path), as, out, err);
    const int32_t rc = aws_each(c, item, path, collect, &k, err);
    if (rc < 0)
        return rc;
    if (as == AWS_COUNT)
        *out = cg_v_int(k.count);
    else if (as == AWS_EXISTS)
        *out = cg_v_bool(k.exists);
    else
        return finish_list(c, k.n, out, err);
    return CSPM_OK;
}
