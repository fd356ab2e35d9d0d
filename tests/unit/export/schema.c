#include "schema.h"

#include <stdio.h>
#include <stdlib.h>

static bool is(cg_str s, const char *text)
{
    return cg_str_eq(s, cg_str_from(text));
}

static bool fail(cg_buf *why, const char *where, const char *what, cg_str detail)
{
    cg_buf_printf(why, "%s: %s %.*s", where, what, CG_FMT(detail));
    return false;
}

static bool has_type(const cg_tree *v, cg_str type)
{
    switch (v->type) {
    case CG_TREE_NULL:
        return is(type, "null");
    case CG_TREE_BOOL:
        return is(type, "boolean");
    case CG_TREE_INT:
        return is(type, "integer") || is(type, "number");
    case CG_TREE_FLOAT:
        return is(type, "number");
    case CG_TREE_STRING:
        return is(type, "string");
    case CG_TREE_LIST:
        return is(type, "array");
    case CG_TREE_MAP:
        return is(type, "object");
    }
    return false;
}

static bool same_scalar(const cg_tree *a, const cg_tree *b)
{
    return a->type == b->type && (a->type == CG_TREE_NULL || (a->type == CG_TREE_STRING && cg_str_eq(a->string, b->string)));
}

static double number_of(const cg_tree *t)
{
    return t->type == CG_TREE_INT ? (double)t->integer : t->real;
}

static bool matches_hex(cg_str pattern, cg_str s)
{
    size_t n = (size_t)atoi(pattern.data + sizeof "^[0-9a-f]{" - 1);
    if (s.length != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!strchr("0123456789abcdef", s.data[i]))
            return false;
    return true;
}

static uint32_t count_of(const cg_tree *v)
{
    return v->type == CG_TREE_LIST ? v->list.count : 0;
}

static bool check_object(const cg_tree *root, const cg_tree *schema, const cg_tree *v, const char *where, cg_buf *why)
{
    const cg_tree *required = cg_tree_get(schema, "required"), *properties = cg_tree_get(schema, "properties");
    const cg_tree *others = cg_tree_get(schema, "additionalProperties");
    char deeper[256];
    for (uint32_t i = 0; required && i < required->list.count; i++)
        if (!cg_tree_get(v, required->list.items[i]->string.data))
            return fail(why, where, "lacks", required->list.items[i]->string);
    for (uint32_t i = 0; i < v->map.count; i++) {
        const cg_tree *known = NULL;
        for (uint32_t k = 0; properties && k < properties->map.count; k++)
            if (cg_str_eq(properties->map.keys[k], v->map.keys[i]))
                known = properties->map.values[k];
        if (!known && properties)
            return fail(why, where, "has a field nobody described:", v->map.keys[i]);
        snprintf(deeper, sizeof deeper, "%s.%.40s", where, v->map.keys[i].data);
        if (known ? !schema_check(root, known, v->map.values[i], deeper, why)
                  : others && !schema_check(root, others, v->map.values[i], deeper, why))
            return false;
    }
    return true;
}

static bool check_keyword(const cg_tree *root, const cg_tree *schema, cg_str keyword, const cg_tree *rule, const cg_tree *v,
                          const char *where, cg_buf *why)
{
    bool good = true;
    if (is(keyword, "type")) {
        good = rule->type == CG_TREE_STRING && has_type(v, rule->string);
        for (uint32_t i = 0; rule->type == CG_TREE_LIST && i < rule->list.count && !good; i++)
            good = has_type(v, rule->list.items[i]->string);
    } else if (is(keyword, "const")) {
        good = same_scalar(rule, v);
    } else if (is(keyword, "enum")) {
        good = false;
        for (uint32_t i = 0; i < rule->list.count && !good; i++)
            good = same_scalar(rule->list.items[i], v);
    } else if (is(keyword, "minimum")) {
        good = number_of(v) >= number_of(rule);
    } else if (is(keyword, "maximum")) {
        good = number_of(v) <= number_of(rule);
    } else if (is(keyword, "minItems")) {
        good = count_of(v) >= (uint32_t)rule->integer;
    } else if (is(keyword, "maxItems")) {
        good = count_of(v) <= (uint32_t)rule->integer;
    } else if (is(keyword, "pattern")) {
        good = v->type == CG_TREE_STRING && matches_hex(rule->string, v->string);
    } else if (is(keyword, "items")) {
        char deeper[256];
        for (uint32_t i = 0; i < count_of(v); i++) {
            snprintf(deeper, sizeof deeper, "%s[%u]", where, i);
            if (!schema_check(root, rule, v->list.items[i], deeper, why))
                return false;
        }
    } else if (is(keyword, "oneOf")) {
        uint32_t fits = 0;
        for (uint32_t i = 0; i < rule->list.count; i++)
            fits += cg_tree_get(v, cg_tree_get(rule->list.items[i], "required")->list.items[0]->string.data) != NULL;
        good = fits == 1;
    } else if (is(keyword, "$ref")) {
        const cg_tree *to = cg_tree_get(cg_tree_get(root, "$defs"), rule->string.data + sizeof "#/$defs/" - 1);
        return to ? schema_check(root, to, v, where, why) : fail(why, where, "refers to nothing:", rule->string);
    } else if (!is(keyword, "required") && !is(keyword, "properties") && !is(keyword, "additionalProperties") &&
               !is(keyword, "description") && !is(keyword, "title") && keyword.data[0] != '$') {
        return fail(why, where, "has a keyword this checker does not know:", keyword);
    }
    return good || fail(why, where, "breaks", keyword);
}

bool schema_check(const cg_tree *root, const cg_tree *schema, const cg_tree *value, const char *where, cg_buf *why)
{
    for (uint32_t i = 0; i < schema->map.count; i++)
        if (!check_keyword(root, schema, schema->map.keys[i], schema->map.values[i], value, where, why))
            return false;
    return value->type != CG_TREE_MAP || check_object(root, schema, value, where, why);
}
