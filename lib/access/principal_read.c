/* The Principal element: whom a statement of a resource's policy is about. */
#include "access/policy.h"

static bool all_digits(cg_str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.length > 0;
}

/* "123456789012" and "arn:aws:iam::123456789012:root" both name the account. */
static bool account_of(cg_str text, cg_str *account)
{
    size_t end = text.length;
    if (all_digits(text) && text.length == 12) {
        *account = text;
        return true;
    }
    if (!cg_str_starts(text, CG_STR("arn:")) || !cg_str_ends(text, CG_STR(":root")))
        return false;
    size_t at = cg_str_find(text, CG_STR(":iam::"), 0);
    if (at == SIZE_MAX || end - 5 < at + 6)
        return false;
    *account = (cg_str){ text.data + at + 6, end - 5 - (at + 6) };
    return all_digits(*account);
}

static cg_named aws_named(cg_str text)
{
    cg_str account;
    if (cg_str_eq(text, CG_STR("*")))
        return (cg_named){ CG_NAMED_ANYONE, text };
    if (account_of(text, &account))
        return (cg_named){ CG_NAMED_ACCOUNT, account };
    return (cg_named){ CG_NAMED_AWS, text };
}

static void add_group(cg_compile *c, cg_str type, cg_pos type_pos, const cg_tree *values, cg_named_set *out)
{
    uint32_t n = cg_value_count(values);
    bool aws = cg_str_eq(type, CG_STR("AWS"));
    cg_named_type named = cg_str_eq(type, CG_STR("Service"))     ? CG_NAMED_SERVICE
                          : cg_str_eq(type, CG_STR("Federated")) ? CG_NAMED_FEDERATED
                                                                 : CG_NAMED_OTHER;
    if (!aws && named == CG_NAMED_OTHER && !cg_str_eq(type, CG_STR("CanonicalUser"))) {
        cg_compile_diag(c, type_pos, "policy-element", "principals are AWS, Service, Federated or CanonicalUser, not %.*s", CG_FMT(type));
        out->unreadable = true;
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        const cg_tree *item = cg_value_at(values, i);
        cg_str text = cg_tree_string(item);
        if (!text.length) {
            cg_compile_diag(c, item->pos, "policy-value", "a principal is a text");
            out->unreadable = true;
        } else if (aws || cg_str_eq(text, CG_STR("*"))) {
            out->items[out->count++] = aws_named(text);
        } else {
            out->items[out->count++] = (cg_named){ named, text };
        }
    }
}

void cg_named_compile(cg_compile *c, const cg_tree *element, bool negated, cg_named_set *out)
{
    uint32_t n = 0;
    if (out->present) {
        cg_compile_diag(c, element->pos, "policy-element", "Principal stands beside NotPrincipal");
        out->unreadable = true;
        return;
    }
    out->present = true;
    out->negated = negated;
    if (element->type == CG_TREE_MAP) {
        for (uint32_t i = 0; i < element->map.count; i++)
            n += cg_value_count(element->map.values[i]);
    } else {
        n = 1;
    }
    out->items = cg_compile_alloc(c, n, sizeof *out->items);
    if (!out->items)
        return;
    if (element->type == CG_TREE_MAP)
        for (uint32_t i = 0; i < element->map.count; i++)
            add_group(c, element->map.keys[i], element->map.key_pos[i], element->map.values[i], out);
    else if (element->type == CG_TREE_STRING && element->string.length)
        out->items[out->count++] = aws_named(element->string);
    if (!out->count && !out->unreadable) {
        cg_compile_diag(c, element->pos, "policy-value", "the principal names nobody");
        out->unreadable = true;
    }
}
