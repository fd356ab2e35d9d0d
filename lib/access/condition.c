/* The Condition element: operators and typed values, read once. */
#include "access/policy.h"

typedef struct base_operator {
    const char *name;
    cg_op_type type;
    cg_op_order order;
    bool negated, like, nocase;
} base_operator;

static const base_operator operators[] = {
    { "StringEquals", CG_OP_STRING, CG_ORDER_EQUAL, false, false, false },
    { "StringNotEquals", CG_OP_STRING, CG_ORDER_EQUAL, true, false, false },
    { "StringEqualsIgnoreCase", CG_OP_STRING, CG_ORDER_EQUAL, false, false, true },
    { "StringNotEqualsIgnoreCase", CG_OP_STRING, CG_ORDER_EQUAL, true, false, true },
    { "StringLike", CG_OP_STRING, CG_ORDER_EQUAL, false, true, false },
    { "StringNotLike", CG_OP_STRING, CG_ORDER_EQUAL, true, true, false },
    { "NumericEquals", CG_OP_NUMERIC, CG_ORDER_EQUAL, false, false, false },
    { "NumericNotEquals", CG_OP_NUMERIC, CG_ORDER_EQUAL, true, false, false },
    { "NumericLessThan", CG_OP_NUMERIC, CG_ORDER_LESS, false, false, false },
    { "NumericLessThanEquals", CG_OP_NUMERIC, CG_ORDER_LESS_EQUAL, false, false, false },
    { "NumericGreaterThan", CG_OP_NUMERIC, CG_ORDER_GREATER, false, false, false },
    { "NumericGreaterThanEquals", CG_OP_NUMERIC, CG_ORDER_GREATER_EQUAL, false, false, false },
    { "DateEquals", CG_OP_DATE, CG_ORDER_EQUAL, false, false, false },
    { "DateNotEquals", CG_OP_DATE, CG_ORDER_EQUAL, true, false, false },
    { "DateLessThan", CG_OP_DATE, CG_ORDER_LESS, false, false, false },
    { "DateLessThanEquals", CG_OP_DATE, CG_ORDER_LESS_EQUAL, false, false, false },
    { "DateGreaterThan", CG_OP_DATE, CG_ORDER_GREATER, false, false, false },
    { "DateGreaterThanEquals", CG_OP_DATE, CG_ORDER_GREATER_EQUAL, false, false, false },
    { "Bool", CG_OP_BOOL, CG_ORDER_EQUAL, false, false, false },
    { "BinaryEquals", CG_OP_BINARY, CG_ORDER_EQUAL, false, false, false },
    { "IpAddress", CG_OP_IP, CG_ORDER_EQUAL, false, false, false },
    { "NotIpAddress", CG_OP_IP, CG_ORDER_EQUAL, true, false, false },
    { "ArnEquals", CG_OP_ARN, CG_ORDER_EQUAL, false, true, false },
    { "ArnLike", CG_OP_ARN, CG_ORDER_EQUAL, false, true, false },
    { "ArnNotEquals", CG_OP_ARN, CG_ORDER_EQUAL, true, true, false },
    { "ArnNotLike", CG_OP_ARN, CG_ORDER_EQUAL, true, true, false },
    { "Null", CG_OP_NULL, CG_ORDER_EQUAL, false, false, false },
};

static bool cut_prefix(cg_str *s, cg_str prefix)
{
    if (s->length < prefix.length || !cg_str_eq_nocase((cg_str){ s->data, prefix.length }, prefix))
        return false;
    *s = (cg_str){ s->data + prefix.length, s->length - prefix.length };
    return true;
}

/* Operator names are read without regard to case, as the service does. */
static bool operator_read(cg_str name, cg_operator *out)
{
    cg_str suffix = CG_STR("IfExists");
    memset(out, 0, sizeof *out);
    if (cut_prefix(&name, CG_STR("ForAllValues:")))
        out->quantifier = CG_QUANTIFIER_ALL;
    else if (cut_prefix(&name, CG_STR("ForAnyValue:")))
        out->quantifier = CG_QUANTIFIER_ANY;
    if (name.length > suffix.length && cg_str_eq_nocase((cg_str){ name.data + name.length - suffix.length, suffix.length }, suffix)) {
        out->if_exists = true;
        name.length -= suffix.length;
    }
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const base_operator *b = &operators[i];
        if (!cg_str_eq_nocase(name, cg_str_from(b->name)))
            continue;
        out->type = b->type;
        out->order = b->order;
        out->negated = b->negated;
        out->like = b->like;
        out->nocase = b->nocase;
        /* Whether a key is there cannot depend on the key being there. */
        return out->type != CG_OP_NULL || !out->if_exists;
    }
    return false;
}

/* Dates are ISO 8601, or seconds since 1970. */
static bool date_read(cg_str text, cg_instant *out)
{
    int64_t seconds;
    if (cg_instant_parse(text, out))
        return true;
    if (!cg_parse_int64(text, &seconds) || seconds > INT64_MAX / 1000000 || seconds < INT64_MIN / 1000000)
        return false;
    out->microseconds = seconds * 1000000;
    return true;
}

static bool bool_read(cg_str text, bool *out)
{
    *out = cg_str_eq_nocase(text, CG_STR("true"));
    return *out || cg_str_eq_nocase(text, CG_STR("false"));
}

static bool pattern_read(cg_compile *c, cg_str text, uint32_t flags, cg_pattern *out, const char **why)
{
    cg_pattern_status status = cg_pattern_compile(c->arena, text, flags, out, why);
    if (status == CG_PATTERN_NOMEM)
        c->nomem = true;
    return status == CG_PATTERN_OK;
}

/* The parts between the first five colons; colons inside a policy variable do not count. */
static bool arn_read(cg_compile *c, cg_str text, uint32_t flags, cg_condition_value *out, const char **why)
{
    size_t from = 0;
    if (cg_str_eq(text, CG_STR("*")))
        return true;
    out->parts = cg_compile_alloc(c, CG_ARN_PARTS, sizeof *out->parts);
    for (uint32_t part = 0; out->parts && part < CG_ARN_PARTS; part++) {
        size_t to = from;
        bool inside = false;
        while (to < text.length && (part == CG_ARN_PARTS - 1 || inside || text.data[to] != ':')) {
            inside = inside ? text.data[to] != '}' : to + 1 < text.length && text.data[to] == '$' && text.data[to + 1] == '{';
            to++;
        }
        if (part < CG_ARN_PARTS - 1 && to == text.length) {
            *why = "an ARN has six parts between colons";
            return false;
        }
        if (!pattern_read(c, (cg_str){ text.data + from, to - from }, flags, &out->parts[part], why))
            return false;
        from = to + 1;
    }
    return out->parts != NULL;
}

static bool value_read(cg_compile *c, const cg_operator *op, cg_str text, cg_condition_value *out, const char **why)
{
    uint32_t flags =
        (op->like ? CG_PATTERN_WILDCARDS : 0) | (c->variables ? CG_PATTERN_VARIABLES : 0) | (op->nocase ? CG_PATTERN_NOCASE : 0);
    switch (op->type) {
    case CG_OP_STRING:
        return pattern_read(c, text, flags, &out->pattern, why);
    case CG_OP_BINARY:
        return pattern_read(c, text, 0, &out->pattern, why);
    case CG_OP_ARN:
        return arn_read(c, text, flags, out, why);
    case CG_OP_NUMERIC:
        *why = "a number is needed";
        return cg_parse_double(text, &out->number);
    case CG_OP_DATE:
        *why = "a date is needed";
        return date_read(text, &out->instant);
    case CG_OP_IP:
        *why = "an address or block is needed";
        return cg_cidr_parse(text, &out->block);
    case CG_OP_BOOL:
    case CG_OP_NULL:
        *why = "true or false is needed";
        return bool_read(text, &out->boolean);
    }
    return false;
}

/* Values are texts; numbers and booleans written bare are taken as their text. */
static cg_str value_text(const cg_tree *t)
{
    if (t->type == CG_TREE_BOOL)
        return t->boolean ? CG_STR("true") : CG_STR("false");
    return t->type == CG_TREE_STRING || t->type == CG_TREE_INT || t->type == CG_TREE_FLOAT ? t->raw : CG_STR_NULL;
}

static bool condition_read(cg_compile *c, const cg_operator *op, cg_str key, const cg_tree *values, cg_condition *out)
{
    uint32_t n = cg_value_count(values);
    *out = (cg_condition){ .op = *op, .key = key };
    out->values = cg_compile_alloc(c, n, sizeof *out->values);
    if (!out->values)
        return false;
    if (n == 0 || !key.length) {
        cg_compile_diag(c, values->pos, "policy-value", n ? "a condition needs the name of a key" : "a condition needs a value");
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        const cg_tree *item = cg_value_at(values, i);
        cg_str text = value_text(item);
        const char *why = "a text is needed";
        if (!text.data || !value_read(c, op, text, &out->values[out->n_values], &why)) {
            cg_compile_diag(c, item->pos, "policy-value", "condition on %.*s: %s", CG_FMT(key), why);
            return false;
        }
        out->n_values++;
    }
    return true;
}

void cg_conditions_compile(cg_compile *c, const cg_tree *element, cg_policy_statement *out)
{
    uint32_t n = 0;
    if (element->type != CG_TREE_MAP) {
        cg_compile_diag(c, element->pos, "policy-element", "Condition is an object");
        out->conditions_unreadable = true;
        return;
    }
    for (uint32_t i = 0; i < element->map.count; i++)
        n += element->map.values[i]->type == CG_TREE_MAP ? element->map.values[i]->map.count : 0;
    out->conditions = cg_compile_alloc(c, n, sizeof *out->conditions);
    for (uint32_t i = 0; out->conditions && i < element->map.count; i++) {
        const cg_tree *keys = element->map.values[i];
        cg_operator op;
        if (!operator_read(element->map.keys[i], &op)) {
            cg_compile_diag(c, element->map.key_pos[i], "policy-operator", "there is no condition operator %.*s",
                            CG_FMT(element->map.keys[i]));
            out->conditions_unreadable = true;
        } else if (keys->type != CG_TREE_MAP) {
            cg_compile_diag(c, keys->pos, "policy-element", "an operator holds an object of condition keys");
            out->conditions_unreadable = true;
        } else {
            for (uint32_t k = 0; k < keys->map.count; k++) {
                if (condition_read(c, &op, keys->map.keys[k], keys->map.values[k], &out->conditions[out->n_conditions]))
                    out->n_conditions++;
                else
                    out->conditions_unreadable = true;
            }
        }
    }
}
