/* Single values of a pack: type, spelling and range, each refusal with its place in the file. */
#include <stdarg.h>

#include "rules/pack.h"

int32_t pack_fail(pack_reader *r, cg_pos pos, const char *format, ...)
{
    cg_buf b;
    va_list args;
    cg_buf_init(&b, r->mem, 0);
    va_start(args, format);
    cg_buf_vprintf(&b, format, args);
    va_end(args);
    int32_t rc = b.failed ? cg_nomem(r->mem, r->err)
                          : cg_fail_at(r->mem, r->err, CSPM_E_PARSE, r->pack->info.source, pos, "%.*s", CG_FMT(cg_buf_view(&b)));
    cg_buf_free(&b);
    return rc;
}

static const char *type_name(cg_tree_type type)
{
    static const char *const names[] = { "null", "a boolean", "an integer", "a number", "a string", "a list", "a map" };
    return (unsigned)type < sizeof names / sizeof *names ? names[type] : "a value";
}

int32_t pack_need(pack_reader *r, const cg_tree *t, cg_tree_type type, const char *what)
{
    return t->type == type ? CSPM_OK : pack_fail(r, t->pos, "%s must be %s, not %s", what, type_name(type), type_name(t->type));
}

int32_t pack_text(pack_reader *r, const cg_tree *t, const char *field, cg_str *out)
{
    int32_t rc = pack_need(r, t, CG_TREE_STRING, field);
    if (rc == CSPM_OK && t->string.length == 0)
        return pack_fail(r, t->pos, "%s is empty", field);
    if (rc == CSPM_OK)
        *out = t->string;
    return rc;
}

int32_t pack_id(pack_reader *r, const cg_tree *t, const char *field, cg_str *out)
{
    int32_t rc = pack_text(r, t, field, out);
    if (rc != CSPM_OK)
        return rc;
    if (out->length > 128)
        return pack_fail(r, t->pos, "%s is longer than 128 characters", field);
    for (size_t i = 0; i < out->length; i++) {
        char c = out->data[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!alnum && (i == 0 || (c != '-' && c != '.' && c != '_')))
            return pack_fail(r, t->pos, "%s \"%.*s\" may hold only a-z, 0-9, '-', '.' and '_', and starts with a letter or digit", field,
                             CG_FMT(*out));
    }
    return CSPM_OK;
}

static bool is_name(cg_str s)
{
    for (size_t i = 0; i < s.length; i++) {
        char c = s.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return s.length > 0;
}

int32_t pack_name(pack_reader *r, const cg_tree *t, const char *field, bool star, cg_str *out)
{
    int32_t rc = pack_text(r, t, field, out);
    if (rc != CSPM_OK || is_name(*out) || (star && cg_str_eq(*out, CG_STR("*"))))
        return rc;
    return pack_fail(r, t->pos, "%s: \"%.*s\" is not a label or relationship kind (letters, digits and '_', no digit first)", field,
                     CG_FMT(*out));
}

int32_t pack_strings(pack_reader *r, const cg_tree *t, const char *field, bool names, bool star, const cg_str **out, uint32_t *n)
{
    int32_t rc = pack_need(r, t, CG_TREE_LIST, field);
    if (rc != CSPM_OK)
        return rc;
    if (t->list.count == 0 && !star)
        return pack_fail(r, t->pos, "%s is empty", field);
    cg_str *items = cg_arena_calloc(&r->pack->arena, t->list.count ? t->list.count : 1, sizeof *items);
    if (!items)
        return cg_nomem(r->mem, r->err);
    for (uint32_t i = 0; i < t->list.count; i++) {
        const cg_tree *item = t->list.items[i];
        rc = names ? pack_name(r, item, field, star, &items[i]) : pack_text(r, item, field, &items[i]);
        if (rc != CSPM_OK)
            return rc;
        for (uint32_t k = 0; k < i; k++)
            if (cg_str_eq(items[k], items[i]))
                return pack_fail(r, item->pos, "%s names \"%.*s\" twice", field, CG_FMT(items[i]));
    }
    *out = items;
    *n = t->list.count;
    return CSPM_OK;
}

int32_t pack_joined_names(pack_reader *r, const cg_tree *t, const char *field, const cg_str **out, uint32_t *n)
{
    int32_t rc = pack_strings(r, t, field, false, false, out, n);
    for (uint32_t i = 0; rc == CSPM_OK && i < *n; i++)
        for (size_t from = 0, to = 0; from <= (*out)[i].length && rc == CSPM_OK; from = to + 1) {
            cg_str all = (*out)[i];
            for (to = from; to < all.length && all.data[to] != '&';)
                to++;
            if (!is_name((cg_str){ all.data + from, to - from }))
                rc = pack_fail(r, t->list.items[i]->pos, "%s: \"%.*s\" is not a label, nor labels joined by '&'", field, CG_FMT(all));
        }
    return rc;
}

int32_t pack_number(pack_reader *r, const cg_tree *t, const char *field, double max, bool zero_ok, double scale, uint32_t *out)
{
    double v = t->type == CG_TREE_INT ? (double)t->integer : t->type == CG_TREE_FLOAT ? t->real : -1;
    if (t->type != CG_TREE_INT && t->type != CG_TREE_FLOAT)
        return pack_need(r, t, CG_TREE_FLOAT, field);
    /* Written so that NaN fails too. */
    if (!(v <= max && (v > 0 || (zero_ok && v >= 0)))) {
        cg_buf b;
        cg_buf_init(&b, r->mem, 64);
        cg_buf_double(&b, v);
        int32_t rc = pack_fail(r, t->pos, "%s is %.*s; it must be %s and at most %g", field, CG_FMT(cg_buf_view(&b)),
                               zero_ok ? "0 or more" : "above 0", max);
        cg_buf_free(&b);
        return rc;
    }
    double scaled = v * scale + 0.5;
    *out = scaled < 1 && !zero_ok ? 1 : (uint32_t)scaled;
    return CSPM_OK;
}

int32_t pack_bool(pack_reader *r, const cg_tree *t, const char *field, bool *out)
{
    int32_t rc = pack_need(r, t, CG_TREE_BOOL, field);
    if (rc == CSPM_OK)
        *out = t->boolean;
    return rc;
}

int32_t pack_one_of(pack_reader *r, const cg_tree *t, const char *field, const char *const *words, uint32_t *index)
{
    cg_str s;
    int32_t rc = pack_text(r, t, field, &s);
    if (rc != CSPM_OK)
        return rc;
    for (uint32_t i = 0; words[i]; i++)
        if (cg_str_eq(s, cg_str_from(words[i]))) {
            *index = i;
            return CSPM_OK;
        }
    rc = pack_fail(r, t->pos, "%s \"%.*s\" is not known", field, CG_FMT(s));
    if (rc == CSPM_E_PARSE && r->err && *r->err) {
        cg_error_set_found(*r->err, s);
        for (uint32_t i = 0; words[i]; i++)
            cg_error_add_expected(*r->err, cg_str_from(words[i]));
    }
    return rc;
}

int32_t pack_capability(pack_reader *r, const cg_tree *t, const char *field, uint8_t *out)
{
    static const char *const words[] = { "read", "control", NULL };
    uint32_t i = 0;
    int32_t rc = pack_one_of(r, t, field, words, &i);
    *out = i ? CG_CAP_CONTROL : CG_CAP_READ;
    return rc;
}

int32_t pack_severity(pack_reader *r, const cg_tree *t, cg_str *out)
{
    static const char *const words[] = { "Critical", "High", "Medium", "Low", NULL };
    uint32_t i = 0;
    int32_t rc = pack_one_of(r, t, "severity", words, &i);
    *out = cg_str_from(words[i]);
    return rc;
}

int32_t pack_tactic(pack_reader *r, const cg_tree *t, cg_str *out)
{
    static const char *const words[] = {
        "reconnaissance",       "resource-development", "initial-access",    "execution", "persistence",
        "privilege-escalation", "defense-evasion",      "credential-access", "discovery", "lateral-movement",
        "collection",           "command-and-control",  "exfiltration",      "impact",    NULL
    };
    uint32_t i = 0;
    int32_t rc = pack_one_of(r, t, "tactic", words, &i);
    *out = cg_str_from(words[i]);
    return rc;
}

int32_t pack_technique(pack_reader *r, const cg_tree *t, cg_str *out)
{
    int32_t rc = pack_text(r, t, "technique", out);
    if (rc != CSPM_OK)
        return rc;
    bool good = out->length == 5 || out->length == 9;
    for (size_t i = 0; good && i < out->length; i++) {
        char c = out->data[i];
        good = i == 0 ? c == 'T' : i == 5 ? c == '.' : c >= '0' && c <= '9';
    }
    return good ? CSPM_OK : pack_fail(r, t->pos, "technique \"%.*s\" is not an ATT&CK id such as T1078 or T1078.004", CG_FMT(*out));
}

static void split_star(const cg_str *in, uint32_t n, cg_str *out, uint32_t *n_out, bool *any)
{
    *n_out = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (cg_str_eq(in[i], CG_STR("*")))
            *any = true;
        else
            out[(*n_out)++] = in[i];
    }
}

static int32_t touches_list(pack_reader *r, const cg_tree *t, const char *field, const cg_str **out, uint32_t *n, bool *any)
{
    const cg_str *all = NULL;
    uint32_t count = 0;
    int32_t rc = t ? pack_strings(r, t, field, true, true, &all, &count) : CSPM_OK;
    if (rc != CSPM_OK || !count)
        return rc;
    cg_str *kept = cg_arena_calloc(&r->pack->arena, count, sizeof *kept);
    if (!kept)
        return cg_nomem(r->mem, r->err);
    split_star(all, count, kept, n, any);
    *out = kept;
    return CSPM_OK;
}

int32_t pack_touches(pack_reader *r, const cg_tree *t, const char *field, rule_touches *out)
{
    static const char *const keys[] = { "labels", "kinds", NULL };
    int32_t rc = pack_need(r, t, CG_TREE_MAP, field);
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, field, keys);
    if (rc == CSPM_OK)
        rc = touches_list(r, cg_tree_get(t, "labels"), "labels", &out->labels, &out->n_labels, &out->any_label);
    if (rc == CSPM_OK)
        rc = touches_list(r, cg_tree_get(t, "kinds"), "kinds", &out->kinds, &out->n_kinds, &out->any_kind);
    out->given = true;
    out->pos = t->pos;
    return rc;
}

int32_t pack_only_keys(pack_reader *r, const cg_tree *map, const char *what, const char *const *allowed)
{
    for (uint32_t i = 0; i < map->map.count; i++) {
        bool known = false;
        for (uint32_t k = 0; allowed[k] && !known; k++)
            known = cg_str_eq(map->map.keys[i], cg_str_from(allowed[k]));
        if (known)
            continue;
        int32_t rc = pack_fail(r, map->map.key_pos[i], "%s has no field \"%.*s\"", what, CG_FMT(map->map.keys[i]));
        if (rc == CSPM_E_PARSE && r->err && *r->err) {
            cg_error_set_found(*r->err, map->map.keys[i]);
            for (uint32_t k = 0; allowed[k]; k++)
                cg_error_add_expected(*r->err, cg_str_from(allowed[k]));
        }
        return rc;
    }
    return CSPM_OK;
}

static bool known_variable(cg_str name)
{
    static const char *const subjects[] = { "entry", "target", "resource", "node", "from", "to", NULL };
    static const char *const fields[] = { "name", "id", "kind", NULL };
    size_t dot = cg_str_find(name, CG_STR("."), 0);
    if (dot == SIZE_MAX)
        return cg_str_eq(name, CG_STR("length"));
    cg_str subject = { name.data, dot }, field = { name.data + dot + 1, name.length - dot - 1 };
    bool good_subject = false, good_field = false;
    for (uint32_t i = 0; subjects[i]; i++)
        good_subject |= cg_str_eq(subject, cg_str_from(subjects[i]));
    for (uint32_t i = 0; fields[i]; i++)
        good_field |= cg_str_eq(field, cg_str_from(fields[i]));
    return good_subject && good_field;
}

int32_t pack_variables(pack_reader *r, const cg_tree *t, const char *field)
{
    cg_str s = t->string;
    for (size_t at = cg_str_find(s, CG_STR("{{"), 0); at != SIZE_MAX; at = cg_str_find(s, CG_STR("{{"), at + 2)) {
        size_t end = cg_str_find(s, CG_STR("}}"), at);
        if (end == SIZE_MAX)
            return pack_fail(r, t->pos, "%s opens {{ and never closes it", field);
        cg_str name = { s.data + at + 2, end - at - 2 };
        if (!known_variable(name))
            return pack_fail(
                r, t->pos,
                "%s uses the variable \"%.*s\"; known are length and entry, target, resource, node, from, to with .name, .id, .kind", field,
                CG_FMT(name));
    }
    return CSPM_OK;
}
