#include "base/tree.h"

#include <math.h>

#include "base/tree_build.h"

void cg_tree_builder_init(cg_tree_builder *t, cg_arena *arena)
{
    memset(t, 0, sizeof *t);
    t->arena = arena;
}

void cg_tree_builder_free(cg_tree_builder *t)
{
    cg_vec_free(t->arena->mem, &t->open);
    cg_vec_free(t->arena->mem, &t->items);
}

bool cg_tree_builder_key(cg_tree_builder *t, cg_str key, cg_pos pos)
{
    const char *copy = cg_arena_strndup(t->arena, key.data, key.length);
    t->key = (cg_str){ copy, key.length };
    t->key_pos = pos;
    return copy != NULL;
}

bool cg_tree_builder_close(cg_tree_builder *t)
{
    size_t first = t->open.data[--t->open.count];
    cg_tree_item *items = t->items.data + first;
    size_t n = t->items.count - first;
    cg_tree *node = t->items.data[first - 1].value;
    if (n > UINT32_MAX)
        return false;
    const bool map = node->type == CG_TREE_MAP;
    /* Keys and values of a map lie in one piece. */
    char *room = cg_arena_alloc(t->arena, n * (sizeof(cg_tree *) + (map ? sizeof(cg_str) : 0)));
    if (!room)
        return false;
    cg_str *keys = (cg_str *)(void *)room;
    cg_tree **values = (cg_tree **)(void *)(room + (map ? n * sizeof *keys : 0));
    for (size_t i = 0; i < n; i++)
        values[i] = items[i].value;
    if (map) {
        for (size_t i = 0; i < n; i++)
            keys[i] = items[i].key;
        node->map.keys = keys;
        node->map.values = values;
        node->map.key_pos = t->no_key_pos ? NULL : cg_arena_alloc(t->arena, n * sizeof *node->map.key_pos);
        if (!node->map.key_pos && !t->no_key_pos)
            return false;
        for (size_t i = 0; node->map.key_pos && i < n; i++)
            node->map.key_pos[i] = items[i].key_pos;
        node->map.count = (uint32_t)n;
    } else {
        node->list.items = values;
        node->list.count = (uint32_t)n;
    }
    t->items.count = first;
    return true;
}

/* ---- from JSON ---- */

#define MOST_COUNTED (1u << 20) /* bytes of a document whose positions carry line and column */

typedef struct json_tree {
    cg_tree_builder build;
    cg_json_reader *reader;
    cg_str text, source;
    cspm_error **err;
    cg_pos at;      /* how far positions are known */
    uint64_t after; /* offset behind the last token */
} json_tree;

static inline bool separates(char c)
{
    return c == ' ' || c == ',' || c == ':' || c == '\n' || c == '\t' || c == '\r';
}

/* Tokens come in order, so the start of the next one is behind the last, past blanks and separators. Lines of large documents are counted
 * when somebody asks for one. */
static cg_pos next_start(json_tree *j)
{
    const char *p = j->text.data;
    uint64_t i = j->after;
    while (i < j->text.length && separates(p[i]))
        i++;
    if (j->text.length > MOST_COUNTED) {
        j->after = cg_json_offset(j->reader);
        return (cg_pos){ .offset = i };
    }
    for (; j->at.offset < i; j->at.offset++) {
        unsigned char c = (unsigned char)p[j->at.offset];
        if (c == '\n') {
            j->at.line++;
            j->at.column = 1;
        } else if ((c & 0xC0) != 0x80)
            j->at.column++;
    }
    j->after = cg_json_offset(j->reader);
    return j->at;
}

static int32_t nomem(json_tree *j)
{
    return cg_nomem(j->build.arena->mem, j->err);
}

static int32_t add(json_tree *j, cg_tree_type type, cg_tree **out)
{
    *out = cg_tree_builder_add(&j->build, type, next_start(j));
    return *out ? CSPM_OK : nomem(j);
}

static int32_t tree_null(void *user)
{
    cg_tree *node;
    return add(user, CG_TREE_NULL, &node);
}

static int32_t tree_boolean(void *user, bool value)
{
    cg_tree *node;
    int32_t rc = add(user, CG_TREE_BOOL, &node);
    if (rc == CSPM_OK)
        node->boolean = value;
    return rc;
}

static int32_t tree_number(void *user, const char *text, size_t length)
{
    json_tree *j = user;
    cg_tree *node;
    int32_t rc = add(j, CG_TREE_INT, &node);
    if (rc != CSPM_OK)
        return rc;
    cg_str s = { text, length };
    node->raw = (cg_str){ cg_arena_strndup(j->build.arena, text, length), length };
    if (!node->raw.data)
        return nomem(j);
    if (cg_parse_int64(s, &node->integer))
        return CSPM_OK;
    node->type = CG_TREE_FLOAT;
    if (cg_parse_double(s, &node->real))
        return CSPM_OK;
    return cg_fail_at(j->build.arena->mem, j->err, CSPM_E_PARSE, j->source, node->pos, "number out of range");
}

static int32_t tree_string(void *user, const char *bytes, size_t length)
{
    json_tree *j = user;
    cg_tree *node;
    int32_t rc = add(j, CG_TREE_STRING, &node);
    if (rc != CSPM_OK)
        return rc;
    node->quoted = true;
    node->string = (cg_str){ cg_arena_strndup(j->build.arena, bytes, length), length };
    return node->string.data ? CSPM_OK : nomem(j);
}

static int32_t tree_key(void *user, const char *bytes, size_t length)
{
    json_tree *j = user;
    return cg_tree_builder_key(&j->build, (cg_str){ bytes, length }, next_start(j)) ? CSPM_OK : nomem(j);
}

static int32_t tree_start_object(void *user)
{
    cg_tree *node;
    return add(user, CG_TREE_MAP, &node);
}

static int32_t tree_start_array(void *user)
{
    cg_tree *node;
    return add(user, CG_TREE_LIST, &node);
}

static int32_t tree_end(void *user)
{
    json_tree *j = user;
    j->after = cg_json_offset(j->reader);
    return cg_tree_builder_close(&j->build) ? CSPM_OK : nomem(j);
}

static const cg_json_handler tree_handler = {
    .null = tree_null,
    .boolean = tree_boolean,
    .number = tree_number,
    .string = tree_string,
    .key = tree_key,
    .start_object = tree_start_object,
    .end_object = tree_end,
    .start_array = tree_start_array,
    .end_array = tree_end,
};

int32_t cg_tree_from_json(cg_arena *arena, cg_str text, cg_str source_name, const cg_json_limits *limits, cg_tree **out, cspm_error **err)
{
    *out = NULL;
    json_tree j = { .text = text, .source = source_name, .err = err, .at = { 0, 1, 1 } };
    cg_json_limits one = limits ? *limits : (cg_json_limits){ 0 };
    one.allow_multiple = false;
    cg_tree_builder_init(&j.build, arena);
    if (text.length >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        j.after = j.at.offset = 3;
    int32_t rc = cg_json_reader_new(arena->mem, &one, &tree_handler, &j, source_name, &j.reader, err);
    if (rc == CSPM_OK)
        rc = cg_json_feed(j.reader, text.data, text.length, err);
    if (rc == CSPM_OK)
        rc = cg_json_finish(j.reader, err);
    if (rc == CSPM_OK)
        *out = j.build.items.data[0].value;
    cg_json_reader_free(j.reader);
    cg_tree_builder_free(&j.build);
    return rc;
}

/* ---- use ---- */

const cg_tree *cg_tree_get(const cg_tree *map, const char *key)
{
    if (!map || map->type != CG_TREE_MAP)
        return NULL;
    cg_str wanted = cg_str_from(key);
    for (uint32_t i = 0; i < map->map.count; i++)
        if (cg_str_eq(map->map.keys[i], wanted))
            return map->map.values[i];
    return NULL;
}

cg_str cg_tree_string(const cg_tree *t)
{
    return t && t->type == CG_TREE_STRING ? t->string : CG_STR_NULL;
}

cg_str cg_tree_raw(const cg_tree *t)
{
    return t && t->type != CG_TREE_LIST && t->type != CG_TREE_MAP ? t->raw : CG_STR_NULL;
}

/* Depth is bounded by the limits of the reader that made the tree. */
void cg_tree_write_json(cg_buf *b, const cg_tree *t)
{
    switch (t->type) {
    case CG_TREE_NULL:
        cg_buf_adds(b, "null");
        break;
    case CG_TREE_BOOL:
        cg_buf_adds(b, t->boolean ? "true" : "false");
        break;
    case CG_TREE_INT:
        cg_buf_int(b, t->integer);
        break;
    case CG_TREE_FLOAT:
        cg_json_write_double(b, t->real);
        break;
    case CG_TREE_STRING:
        cg_json_write_string(b, t->string);
        break;
    case CG_TREE_LIST:
        cg_buf_char(b, '[');
        for (uint32_t i = 0; i < t->list.count; i++) {
            if (i)
                cg_buf_char(b, ',');
            cg_tree_write_json(b, t->list.items[i]);
        }
        cg_buf_char(b, ']');
        break;
    case CG_TREE_MAP:
        cg_buf_char(b, '{');
        for (uint32_t i = 0; i < t->map.count; i++) {
            if (i)
                cg_buf_char(b, ',');
            cg_json_write_string(b, t->map.keys[i]);
            cg_buf_char(b, ':');
            cg_tree_write_json(b, t->map.values[i]);
        }
        cg_buf_char(b, '}');
        break;
    }
}
