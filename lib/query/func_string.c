/* Functions of strings. Lengths and positions count code points. */
#include "query/func_internal.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

/* Take over a buffer as the result. */
static int32_t finish(q_eval *e, cg_buf *b, cg_value *out, cspm_error **err)
{
    bool ok = !b->failed;
    if (ok)
        *out = q_new_string(e, cg_buf_view(b), &ok);
    cg_buf_free(b);
    int32_t rc = ok ? CSPM_OK : nomem(e, err);
    return rc < 0 ? rc : q_tick(e->run, out->length / 256, err);
}

/* Simple case mapping: ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic; the rest stays. */
static uint32_t map_case(uint32_t c, bool upper)
{
    if (c < 128)
        return upper ? (c >= 'a' && c <= 'z' ? c - 32 : c) : (c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (upper) {
        if ((c >= 0xE0 && c <= 0xFE && c != 0xF7) || (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) || (c >= 0x430 && c <= 0x44F))
            return c - 32;
        if (c >= 0x450 && c <= 0x45F)
            return c - 80;
        return c == 0xFF ? 0x178 : c >= 0x100 && c <= 0x137 && (c & 1) && c != 0x131 ? c - 1 : c;
    }
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9 && c != 0x3A2) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    return c == 0x178 ? 0xFF : c >= 0x100 && c <= 0x137 && !(c & 1) && c != 0x130 ? c + 1 : c;
}

static int32_t change_case(q_eval *e, const q_expr *call, cg_value v, bool upper, cg_value *out, cspm_error **err)
{
    if (v.type != CG_STRING)
        return qf_bad_value(e, call, err);
    cg_buf b;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    cg_str s = cg_value_str(v);
    for (size_t i = 0; i < s.length;) {
        if ((unsigned char)s.data[i] < 128)
            cg_buf_char(&b, (char)map_case((unsigned char)s.data[i++], upper));
        else
            cg_buf_utf8(&b, map_case(cg_utf8_next(s, &i), upper));
    }
    return finish(e, &b, out, err);
}

Q_FUNC(qf_to_lower)
{
    return change_case(e, call, args[0], false, out, err);
}
Q_FUNC(qf_to_upper)
{
    return change_case(e, call, args[0], true, out, err);
}

Q_FUNC(qf_to_string)
{
    cg_buf b;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    switch (args[0].type) {
    case CG_STRING:
        *out = args[0];
        return CSPM_OK;
    case CG_BOOL:
        cg_buf_adds(&b, args[0].boolean ? "true" : "false");
        break;
    case CG_INT:
        cg_buf_int(&b, args[0].integer);
        break;
    case CG_FLOAT:
        cg_buf_double(&b, args[0].real);
        break;
    case CG_DATE:
    case CG_DATETIME:
    case CG_DURATION:
        if (cg_value_write_text(&b, e->run->g, args[0], err) < 0) {
            cg_buf_free(&b);
            return err && *err ? cspm_error_code(*err) : CSPM_E_NOMEM;
        }
        break;
    default:
        return qf_bad_value(e, call, err);
    }
    return finish(e, &b, out, err);
}

static int32_t push_part(q_eval *e, q_list_builder *list, cg_str part, cspm_error **err)
{
    int32_t rc = q_work(e->run, err);
    if (rc < 0)
        return rc;
    return q_list_push(list, cg_v_str(part)) ? CSPM_OK : nomem(e, err);
}

/* The parts point into the text, which lives at least as long as the list. */
Q_FUNC(qf_split)
{
    if (args[0].type != CG_STRING || args[1].type != CG_STRING)
        return qf_bad_value(e, call, err);
    cg_str s = cg_value_str(args[0]), by = cg_value_str(args[1]);
    q_list_builder list = { .arena = e->arena };
    size_t from = 0;
    int32_t rc = CSPM_OK;
    while (rc >= 0 && by.length == 0 && from < s.length) { /* an empty separator splits into characters */
        size_t to = from;
        cg_utf8_next(s, &to);
        rc = push_part(e, &list, (cg_str){ s.data + from, to - from }, err);
        from = to;
    }
    while (rc >= 0 && by.length) {
        size_t to = cg_str_find(s, by, from);
        rc = push_part(e, &list, (cg_str){ s.data + from, (to == SIZE_MAX ? s.length : to) - from }, err);
        if (to == SIZE_MAX)
            break;
        from = to + by.length;
    }
    if (rc < 0)
        return rc;
    return q_list_done(&list, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(qf_replace)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (args[i].type != CG_STRING)
            return qf_bad_value(e, call, err);
    }
    cg_str s = cg_value_str(args[0]), what = cg_value_str(args[1]), with = cg_value_str(args[2]);
    cg_buf b;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    size_t from = 0;
    while (what.length && !b.failed) {
        size_t at = cg_str_find(s, what, from);
        if (at == SIZE_MAX)
            break;
        cg_buf_add(&b, s.data + from, at - from);
        cg_buf_str(&b, with);
        from = at + what.length;
    }
    cg_buf_add(&b, s.data + from, s.length - from);
    return finish(e, &b, out, err);
}

/* Byte offset of code point `n` (or the end). */
static size_t offset_of(cg_str s, uint64_t n)
{
    size_t at = 0;
    while (n-- && at < s.length)
        cg_utf8_next(s, &at);
    return at;
}

static int32_t negative(q_eval *e, const q_expr *call, cspm_error **err)
{
    return q_run_error(e->run, err, call, "runtime", "NegativeIntegerArgument", "%s: lengths and positions must not be negative",
                       call->func->name);
}

Q_FUNC(qf_substring)
{
    if (args[0].type != CG_STRING || args[1].type != CG_INT || (n > 2 && args[2].type != CG_INT))
        return qf_bad_value(e, call, err);
    if (args[1].integer < 0 || (n > 2 && args[2].integer < 0))
        return negative(e, call, err);
    cg_str s = cg_value_str(args[0]);
    size_t from = offset_of(s, (uint64_t)args[1].integer);
    cg_str rest = { s.data + from, s.length - from };
    *out = cg_v_str((cg_str){ rest.data, n > 2 ? offset_of(rest, (uint64_t)args[2].integer) : rest.length });
    return CSPM_OK;
}

Q_FUNC(qf_left)
{
    if (args[0].type != CG_STRING || args[1].type != CG_INT)
        return qf_bad_value(e, call, err);
    if (args[1].integer < 0)
        return negative(e, call, err);
    cg_str s = cg_value_str(args[0]);
    *out = cg_v_str((cg_str){ s.data, offset_of(s, (uint64_t)args[1].integer) });
    return CSPM_OK;
}

Q_FUNC(qf_right)
{
    if (args[0].type != CG_STRING || args[1].type != CG_INT)
        return qf_bad_value(e, call, err);
    if (args[1].integer < 0)
        return negative(e, call, err);
    cg_str s = cg_value_str(args[0]);
    uint64_t count = cg_utf8_count(s.data, s.length), want = (uint64_t)args[1].integer;
    size_t from = want >= count ? 0 : offset_of(s, count - want);
    *out = cg_v_str((cg_str){ s.data + from, s.length - from });
    return CSPM_OK;
}

/* Does the code point at `at` belong to the set? Without a set: blanks. */
static bool trims(cg_str s, size_t at, size_t *next, const cg_value *set)
{
    size_t end = at;
    cg_utf8_next(s, &end);
    *next = end;
    if (!set)
        return s.data[at] == ' ' || (s.data[at] >= 9 && s.data[at] <= 13);
    for (size_t i = 0; i < set->length;) {
        size_t from = i;
        cg_utf8_next(cg_value_str(*set), &i);
        if (i - from == end - at && !memcmp(set->string + from, s.data + at, end - at))
            return true;
    }
    return false;
}

static size_t last_start(cg_str s)
{
    size_t at = s.length - 1;
    while (at > 0 && ((unsigned char)s.data[at] & 0xC0) == 0x80)
        at--;
    return at;
}

static int32_t strip(q_eval *e, const q_expr *call, const cg_value *args, uint32_t n, bool front, bool back, cg_value *out,
                     cspm_error **err)
{
    if (args[0].type != CG_STRING || (n > 1 && args[1].type != CG_STRING))
        return qf_bad_value(e, call, err);
    cg_str s = cg_value_str(args[0]);
    const cg_value *set = n > 1 ? &args[1] : NULL;
    size_t next;
    while (front && s.length && trims(s, 0, &next, set)) {
        s.data += next;
        s.length -= next;
    }
    while (back && s.length && trims(s, last_start(s), &next, set))
        s.length = last_start(s);
    *out = cg_v_str(s);
    return CSPM_OK;
}

Q_FUNC(qf_trim)
{
    return strip(e, call, args, n, true, true, out, err);
}
Q_FUNC(qf_ltrim)
{
    return strip(e, call, args, n, true, false, out, err);
}
Q_FUNC(qf_rtrim)
{
    return strip(e, call, args, n, false, true, out, err);
}
