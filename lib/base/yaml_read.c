/* YAML into trees, and the only file that knows libyaml. Events only; anchors, aliases and tags are refused, scalars follow the core
 * schema of YAML 1.2: `yes` and `no` are strings. The parser takes its memory from malloc, within a small multiple of the text's size. */
#include <math.h>
#include <stdio.h>
#include <yaml.h>

#include "base/intern.h"
#include "base/tree_build.h"

typedef struct yaml_tree {
    cg_tree_builder build;
    cg_mem *mem;
    cg_str text, source;
    cg_json_limits limits;
    cspm_error **err;
    cg_seed seed;
    CG_VEC(bool) in_map; /* per open container */
    bool want_key;
    uint64_t at_byte, at_character; /* the parser counts characters: how far they are known in bytes */
    uint64_t skipped;               /* byte order mark */
} yaml_tree;

static cg_pos pos_of(yaml_tree *y, yaml_mark_t mark)
{
    if (mark.index < y->at_character)
        y->at_character = y->at_byte = 0;
    while (y->at_character < mark.index && y->at_byte < y->text.length) {
        do
            y->at_byte++;
        while (y->at_byte < y->text.length && ((unsigned char)y->text.data[y->at_byte] & 0xC0) == 0x80);
        y->at_character++;
    }
    return (cg_pos){ y->at_byte + y->skipped, (uint32_t)mark.line + 1, (uint32_t)mark.column + 1 };
}

static int32_t fail(yaml_tree *y, int32_t code, cg_pos pos, const char *detail, const char *message)
{
    bool fresh = y->err && !*y->err;
    code = cg_fail_at(y->mem, y->err, code, y->source, pos, "%s", message);
    if (fresh)
        cg_error_set_class(*y->err, NULL, detail);
    return code;
}

/* ---- scalars of the core schema ---- */

static bool one_of(cg_str s, const char *const *names)
{
    for (; *names; names++)
        if (cg_str_eq(s, cg_str_from(*names)))
            return true;
    return false;
}

static bool based_int(cg_str s, unsigned base, int64_t *out)
{
    uint64_t v = 0;
    if (s.length <= 2)
        return false;
    for (size_t i = 2; i < s.length; i++) {
        unsigned c = (unsigned char)s.data[i];
        unsigned digit = c - '0' <= 9 ? c - '0' : (c | 0x20) - 'a' <= 5 ? (c | 0x20) - 'a' + 10 : 99;
        if (digit >= base || v > ((uint64_t)INT64_MAX - digit) / base)
            return false;
        v = v * base + digit;
    }
    *out = (int64_t)v;
    return true;
}

static bool special_float(cg_str s, double *out)
{
    static const char *const nan_names[] = { ".nan", ".NaN", ".NAN", NULL };
    static const char *const inf_names[] = { ".inf", ".Inf", ".INF", NULL };
    bool negative = s.length && s.data[0] == '-';
    if (one_of(s, nan_names)) {
        *out = (double)NAN;
        return true;
    }
    if (s.length && (negative || s.data[0] == '+'))
        s = (cg_str){ s.data + 1, s.length - 1 };
    if (!one_of(s, inf_names))
        return false;
    *out = negative ? -(double)INFINITY : (double)INFINITY;
    return true;
}

/* A number that no double holds stays a string. */
static void resolve_plain(cg_tree *node, cg_str s)
{
    static const char *const null_names[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const true_names[] = { "true", "True", "TRUE", NULL };
    static const char *const false_names[] = { "false", "False", "FALSE", NULL };
    int64_t integer;
    double real;
    if (one_of(s, null_names))
        node->type = CG_TREE_NULL;
    else if (one_of(s, true_names) || one_of(s, false_names)) {
        node->type = CG_TREE_BOOL;
        node->boolean = (s.data[0] | 0x20) == 't';
    } else if (cg_parse_int64(s, &integer) || (cg_str_starts(s, CG_STR("0o")) && based_int(s, 8, &integer)) ||
               (cg_str_starts(s, CG_STR("0x")) && based_int(s, 16, &integer))) {
        node->type = CG_TREE_INT;
        node->integer = integer;
    } else if (special_float(s, &real) || cg_parse_double(s, &real)) {
        node->type = CG_TREE_FLOAT;
        node->real = real;
    } else {
        node->type = CG_TREE_STRING;
        node->string = s;
    }
}

/* ---- events ---- */

static bool has_duplicate(yaml_tree *y, const cg_tree *map, uint32_t *which, bool *refused)
{
    *refused = false;
    uint32_t n = map->map.count;
    if (n < 2)
        return false;
    size_t slots = 4;
    while (slots < (size_t)n * 2)
        slots *= 2;
    uint32_t *set = cg_calloc(y->mem, slots, sizeof *set);
    if (!set) {
        *refused = true;
        return false;
    }
    bool found = false;
    for (uint32_t i = 0; i < n && !found; i++) {
        cg_str key = map->map.keys[i];
        size_t at = cg_hash(&y->seed, key.data, key.length) & (slots - 1);
        for (; set[at] && !found; at = (at + 1) & (slots - 1))
            found = cg_str_eq(map->map.keys[set[at] - 1], key);
        if (found)
            *which = i;
        else
            set[at] = i + 1;
    }
    cg_free(y->mem, set);
    return found;
}

/* A value has ended: in a map a key comes next. */
static void value_done(yaml_tree *y)
{
    y->want_key = y->in_map.count && y->in_map.data[y->in_map.count - 1];
}

static int32_t on_scalar(yaml_tree *y, const yaml_event_t *e)
{
    cg_pos pos = pos_of(y, e->start_mark);
    cg_str s = { (const char *)e->data.scalar.value, e->data.scalar.length };
    if (s.length > y->limits.max_string_bytes)
        return fail(y, CSPM_E_PARSE, pos, "MaxStringBytes", "string too long");
    if (!y->limits.allow_nul && memchr(s.data, 0, s.length))
        return fail(y, CSPM_E_PARSE, pos, "NulInString", "NUL character in a string");
    if (cg_utf8_check(s.data, s.length) != SIZE_MAX)
        return fail(y, CSPM_E_PARSE, pos, "InvalidUtf8", "invalid UTF-8");
    if (y->want_key) {
        if (!cg_tree_builder_key(&y->build, s, pos))
            return cg_nomem(y->mem, y->err);
        y->want_key = false;
        return CSPM_OK;
    }
    cg_tree *node = cg_tree_builder_add(&y->build, CG_TREE_STRING, pos);
    if (!node)
        return cg_nomem(y->mem, y->err);
    node->raw = (cg_str){ cg_arena_strndup(y->build.arena, s.data, s.length), s.length };
    if (!node->raw.data)
        return cg_nomem(y->mem, y->err);
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (node->quoted)
        node->string = node->raw;
    else
        resolve_plain(node, node->raw);
    value_done(y);
    return CSPM_OK;
}

static int32_t on_start(yaml_tree *y, const yaml_event_t *e)
{
    bool map = e->type == YAML_MAPPING_START_EVENT;
    cg_pos pos = pos_of(y, e->start_mark);
    if (y->want_key)
        return fail(y, CSPM_E_PARSE, pos, "ComplexKey", "a key must be a scalar");
    if (y->in_map.count >= y->limits.max_depth)
        return fail(y, CSPM_E_PARSE, pos, "MaxDepth", "nested too deep");
    if (!cg_tree_builder_add(&y->build, map ? CG_TREE_MAP : CG_TREE_LIST, pos) || !cg_vec_push(y->mem, &y->in_map, map))
        return cg_nomem(y->mem, y->err);
    y->want_key = map;
    return CSPM_OK;
}

static int32_t on_end(yaml_tree *y)
{
    const cg_tree *node = y->build.items.data[y->build.open.data[y->build.open.count - 1] - 1].value;
    if (!cg_tree_builder_close(&y->build))
        return cg_nomem(y->mem, y->err);
    y->in_map.count--;
    if (node->type == CG_TREE_MAP) {
        uint32_t which = 0;
        bool refused;
        if (has_duplicate(y, node, &which, &refused))
            return fail(y, CSPM_E_PARSE, node->map.key_pos[which], "DuplicateKey", "duplicate key");
        if (refused)
            return cg_nomem(y->mem, y->err);
    }
    value_done(y);
    return CSPM_OK;
}

static int32_t on_event(yaml_tree *y, const yaml_event_t *e)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    }
    if (anchor || e->type == YAML_ALIAS_EVENT)
        return fail(y, CSPM_E_PARSE, pos_of(y, e->start_mark), "Anchor", "anchors and aliases are not allowed");
    if (tag)
        return fail(y, CSPM_E_PARSE, pos_of(y, e->start_mark), "Tag", "tags are not allowed");
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(y, e);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return on_start(y, e);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(y);
    default:
        return CSPM_OK;
    }
}

static int32_t fail_parser(yaml_tree *y, const yaml_parser_t *p)
{
    if (p->error == YAML_MEMORY_ERROR)
        return cg_nomem(NULL, y->err);
    char message[200];
    snprintf(message, sizeof message, "%s%s%s", p->problem ? p->problem : "malformed YAML", p->context ? ", " : "",
             p->context ? p->context : "");
    if (p->error == YAML_READER_ERROR) {
        /* The reader gives a byte offset and no line. */
        cg_str before = { y->text.data, p->problem_offset < y->text.length ? p->problem_offset : y->text.length };
        cg_pos pos = { before.length + y->skipped, 1, 1 };
        for (size_t i = 0; i < before.length;) {
            uint32_t c = cg_utf8_next(before, &i);
            pos.column++;
            if (c == '\n') {
                pos.line++;
                pos.column = 1;
            }
        }
        return fail(y, CSPM_E_PARSE, pos, "InvalidCharacter", message);
    }
    return fail(y, CSPM_E_PARSE, pos_of(y, p->problem_mark), "Malformed", message);
}

static int32_t read_events(yaml_tree *y, yaml_parser_t *p)
{
    for (;;) {
        yaml_event_t e;
        if (!yaml_parser_parse(p, &e))
            return fail_parser(y, p);
        yaml_event_type_t type = e.type;
        int32_t rc = on_event(y, &e);
        yaml_event_delete(&e);
        if (rc != CSPM_OK || type == YAML_STREAM_END_EVENT)
            return rc;
    }
}

/* The bytes must be UTF-8 whatever the parser would make of them. */
static int32_t check_text(yaml_tree *y)
{
    if (y->limits.max_input_bytes && y->text.length > y->limits.max_input_bytes)
        return fail(y, CSPM_E_LIMIT, (cg_pos){ y->limits.max_input_bytes, 0, 0 }, "MaxInputBytes", "input too large");
    if (cg_str_starts(y->text, CG_STR("\xEF\xBB\xBF"))) {
        y->skipped = 3;
        y->text = (cg_str){ y->text.data + 3, y->text.length - 3 };
    }
    size_t bad = cg_utf8_check(y->text.data, y->text.length);
    if (bad == SIZE_MAX)
        return CSPM_OK;
    cg_pos pos = { bad + y->skipped, 1, 1 };
    for (size_t i = 0; i < bad; i++) {
        unsigned char c = (unsigned char)y->text.data[i];
        pos.column += (c & 0xC0) != 0x80;
        if (c == '\n') {
            pos.line++;
            pos.column = 1;
        }
    }
    return fail(y, CSPM_E_PARSE, pos, "InvalidUtf8", "invalid UTF-8");
}

/* One document stands for itself, several for the list of them, none for null. */
static int32_t deliver(yaml_tree *y, cg_tree **out)
{
    size_t n = y->build.items.count;
    if (n == 1) {
        *out = y->build.items.data[0].value;
        return CSPM_OK;
    }
    if (n == 0)
        return fail(y, CSPM_E_PARSE, (cg_pos){ 0, 1, 1 }, "Empty", "the document is empty");
    cg_tree *list = cg_arena_calloc(y->build.arena, 1, sizeof *list);
    cg_tree **items = cg_arena_alloc(y->build.arena, n * sizeof *items);
    if (!list || !items)
        return cg_nomem(y->mem, y->err);
    for (size_t i = 0; i < n; i++)
        items[i] = y->build.items.data[i].value;
    list->type = CG_TREE_LIST;
    list->pos = items[0]->pos;
    list->list.items = items;
    list->list.count = (uint32_t)n;
    *out = list;
    return CSPM_OK;
}

int32_t cg_tree_from_yaml(cg_arena *arena, cg_str text, cg_str source_name, const cg_json_limits *limits, cg_tree **out, cspm_error **err)
{
    *out = NULL;
    yaml_tree y = { .mem = arena->mem, .text = text, .source = source_name, .err = err };
    if (limits)
        y.limits = *limits;
    if (!y.limits.max_depth)
        y.limits.max_depth = 512;
    if (!y.limits.max_string_bytes)
        y.limits.max_string_bytes = (uint64_t)64 << 20;
    cg_seed_random(&y.seed);
    cg_tree_builder_init(&y.build, arena);
    int32_t rc = check_text(&y);
    yaml_parser_t parser;
    if (rc == CSPM_OK && !yaml_parser_initialize(&parser))
        rc = cg_nomem(NULL, err);
    else if (rc == CSPM_OK) {
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, (const unsigned char *)(y.text.length ? y.text.data : ""), y.text.length);
        rc = read_events(&y, &parser);
        yaml_parser_delete(&parser);
        if (rc == CSPM_OK)
            rc = deliver(&y, out);
    }
    cg_vec_free(y.mem, &y.in_map);
    cg_tree_builder_free(&y.build);
    return rc;
}
