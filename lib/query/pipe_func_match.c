/* Operators that look for texts in texts, with and without regular expressions. Without _cs the case of letters does not count. */
#include "query/pipe_func.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

/* ---- two texts, folded when case does not count ---- */

static int32_t fold(q_eval *e, const q_expr *call, cg_str *s, cspm_error **err)
{
    bool change = false, high = false;
    for (size_t i = 0; i < s->length; i++) {
        change |= s->data[i] >= 'A' && s->data[i] <= 'Z';
        high |= (unsigned char)s->data[i] >= 0x80;
    }
    if (high) {
        cg_value v = cg_v_str(*s), low;
        int32_t rc = qf_to_lower(e, call, &v, 1, &low, err);
        if (rc >= 0)
            *s = cg_value_str(low);
        return rc;
    }
    if (!change)
        return CSPM_OK;
    char *p = cg_arena_strndup(e->arena, s->data, s->length);
    if (!p)
        return nomem(e, err);
    for (size_t i = 0; i < s->length; i++)
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
    s->data = p;
    return CSPM_OK;
}

static int32_t text_of(q_eval *e, const q_expr *call, cg_value v, bool folded, cg_str *out, cspm_error **err)
{
    if (!pipe_text(e, v, out))
        return nomem(e, err);
    int32_t rc = q_tick(e->run, out->length / 64, err);
    return rc >= 0 && folded ? fold(e, call, out, err) : rc;
}

static bool word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

typedef enum { M_EQUAL, M_CONTAINS, M_STARTS, M_ENDS, M_HAS, M_HAS_PREFIX, M_HAS_SUFFIX } match_kind;

/* A term: what stands between characters that are no letters or digits. */
static int32_t has_term(q_eval *e, cg_str s, cg_str t, match_kind kind, bool *yes, cspm_error **err)
{
    size_t at = 0;
    int32_t rc = CSPM_OK;
    *yes = t.length == 0;
    while (!*yes && rc >= 0 && (at = cg_str_find(s, t, at)) != SIZE_MAX) {
        size_t end = at + t.length;
        bool before = at == 0 || !word_byte(s.data[at - 1]) || !word_byte(t.data[0]);
        bool after = end == s.length || !word_byte(s.data[end]) || !word_byte(t.data[t.length - 1]);
        *yes = (before || kind == M_HAS_SUFFIX) && (after || kind == M_HAS_PREFIX);
        at++;
        rc = q_tick(e->run, 1 + t.length / 64, err);
    }
    return rc;
}

static int32_t match(q_eval *e, cg_str s, cg_str t, match_kind kind, bool *yes, cspm_error **err)
{
    switch (kind) {
    case M_EQUAL:
        *yes = cg_str_eq(s, t);
        return CSPM_OK;
    case M_CONTAINS:
        *yes = cg_str_find(s, t, 0) != SIZE_MAX;
        return CSPM_OK;
    case M_STARTS:
        *yes = cg_str_starts(s, t);
        return CSPM_OK;
    case M_ENDS:
        *yes = cg_str_ends(s, t);
        return CSPM_OK;
    default:
        return has_term(e, s, t, kind, yes, err);
    }
}

static int32_t test(q_eval *e, const q_expr *call, const cg_value *args, match_kind kind, bool folded, bool negate, cg_value *out,
                    cspm_error **err)
{
    cg_str s, t;
    bool yes = false;
    int32_t rc = text_of(e, call, args[0], folded, &s, err);
    if (rc >= 0)
        rc = text_of(e, call, args[1], folded, &t, err);
    if (rc >= 0)
        rc = match(e, s, t, kind, &yes, err);
    *out = cg_v_bool(yes != negate);
    return rc;
}

#define TEST(name, kind, folded, negate)                                                                                                   \
    Q_FUNC(name)                                                                                                                           \
    {                                                                                                                                      \
        return test(e, call, args, kind, folded, negate, out, err);                                                                        \
    }
TEST(pf_eq_nocase, M_EQUAL, true, false)
TEST(pf_ne_nocase, M_EQUAL, true, true)
TEST(pf_contains, M_CONTAINS, true, false)
TEST(pf_not_contains, M_CONTAINS, true, true)
TEST(pf_contains_cs, M_CONTAINS, false, false)
TEST(pf_not_contains_cs, M_CONTAINS, false, true)
TEST(pf_starts, M_STARTS, true, false)
TEST(pf_not_starts, M_STARTS, true, true)
TEST(pf_starts_cs, M_STARTS, false, false)
TEST(pf_not_starts_cs, M_STARTS, false, true)
TEST(pf_ends, M_ENDS, true, false)
TEST(pf_not_ends, M_ENDS, true, true)
TEST(pf_ends_cs, M_ENDS, false, false)
TEST(pf_not_ends_cs, M_ENDS, false, true)
TEST(pf_has, M_HAS, true, false)
TEST(pf_not_has, M_HAS, true, true)
TEST(pf_has_cs, M_HAS, false, false)
TEST(pf_not_has_cs, M_HAS, false, true)
TEST(pf_has_prefix, M_HAS_PREFIX, true, false)
TEST(pf_not_has_prefix, M_HAS_PREFIX, true, true)
TEST(pf_has_suffix, M_HAS_SUFFIX, true, false)
TEST(pf_not_has_suffix, M_HAS_SUFFIX, true, true)
#undef TEST

/* ---- lists ---- */

bool pipe_items_next(pipe_items *it, cg_value *out)
{
    while (it->at < it->n) {
        cg_value v = it->args[it->at];
        if (v.type != CG_LIST) {
            it->at++;
            *out = v;
            return true;
        }
        if (it->inside < v.list->count) {
            *out = v.list->items[it->inside++];
            return true;
        }
        it->inside = 0;
        it->at++;
    }
    return false;
}

static int32_t any_item(q_eval *e, const q_expr *call, const cg_value *args, uint32_t n, match_kind kind, bool folded, bool all, bool *out,
                        cspm_error **err)
{
    pipe_items it = { args, n, 1, 0 };
    cg_value v;
    cg_str s, t;
    int32_t rc = text_of(e, call, args[0], folded, &s, err);
    *out = all;
    while (rc >= 0 && *out == all && pipe_items_next(&it, &v)) {
        rc = text_of(e, call, v, folded, &t, err);
        if (rc >= 0)
            rc = match(e, s, t, kind, out, err);
        if (rc >= 0)
            rc = q_work(e->run, err);
    }
    return rc;
}

static int32_t contained(q_eval *e, const q_expr *call, const cg_value *args, uint32_t n, bool folded, bool negate, cg_value *out,
                         cspm_error **err)
{
    pipe_items it = { args, n, 1, 0 };
    cg_value v;
    q_truth t = Q_FALSE;
    bool yes = false;
    int32_t rc = CSPM_OK;
    if (folded) {
        rc = any_item(e, call, args, n, M_EQUAL, true, false, &yes, err);
    } else {
        while (rc >= 0 && t != Q_TRUE && pipe_items_next(&it, &v)) {
            rc = pipe_equal(e, args[0], v, &t, err);
            if (rc >= 0)
                rc = q_work(e->run, err);
        }
        yes = t == Q_TRUE;
    }
    *out = cg_v_bool(yes != negate);
    return rc;
}

Q_FUNC(pf_in)
{
    return contained(e, call, args, n, false, false, out, err);
}
Q_FUNC(pf_not_in)
{
    return contained(e, call, args, n, false, true, out, err);
}
Q_FUNC(pf_in_nocase)
{
    return contained(e, call, args, n, true, false, out, err);
}
Q_FUNC(pf_not_in_nocase)
{
    return contained(e, call, args, n, true, true, out, err);
}

Q_FUNC(pf_has_any)
{
    bool yes;
    int32_t rc = any_item(e, call, args, n, M_HAS, true, false, &yes, err);
    *out = cg_v_bool(yes);
    return rc;
}
Q_FUNC(pf_has_all)
{
    bool yes;
    int32_t rc = any_item(e, call, args, n, M_HAS, true, true, &yes, err);
    *out = cg_v_bool(yes);
    return rc;
}

/* ---- regular expressions ---- */

/* `which` of the call's two compiled patterns; `at` says where the pattern stands, for errors. */
static int32_t search(q_eval *e, const q_expr *call, uint32_t which, uint32_t at, cg_str pattern, cg_str text, size_t from, uint32_t group,
                      q_match *out, cspm_error **err)
{
    q_expr *pair[2] = { call->args[0], call->args[at] };
    q_expr shown = *call;
    shown.args = pair;
    shown.index = call->index + which;
    return q_regex_search(e, &shown, text, pattern, from, group, out, err);
}

static int32_t two_texts(q_eval *e, cg_value a, cg_value b, cg_str *s, cg_str *t, cspm_error **err)
{
    return pipe_text(e, a, s) && pipe_text(e, b, t) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(pf_matches)
{
    cg_str text, pattern;
    q_match m;
    int32_t rc = two_texts(e, args[0], args[1], &text, &pattern, err);
    if (rc >= 0)
        rc = search(e, call, 0, 1, pattern, text, 0, 0, &m, err);
    if (rc >= 0)
        *out = cg_v_bool(m.found);
    return rc;
}

/* extract(regex, group, text [, typeof(type)]) */
Q_FUNC(pf_extract)
{
    static const struct {
        const char *name;
        uint32_t type;
    } types[] = { { "long", QT_INT },          { "int", QT_INT },      { "real", QT_FLOAT },        { "double", QT_FLOAT },
                  { "bool", QT_BOOL },         { "boolean", QT_BOOL }, { "datetime", QT_DATETIME }, { "date", QT_DATETIME },
                  { "timespan", QT_DURATION }, { "time", QT_DURATION } };
    cg_str pattern, text;
    q_match m;
    uint32_t type = QT_STRING;
    int32_t rc = two_texts(e, args[0], args[2], &pattern, &text, err);
    if (rc < 0 || args[1].type != CG_INT || args[1].integer < 0 || args[1].integer > 1000)
        return rc;
    rc = search(e, call, 0, 0, pattern, text, 0, (uint32_t)args[1].integer, &m, err);
    for (size_t i = 0; n > 3 && args[3].type == CG_STRING && i < sizeof types / sizeof *types; i++) {
        if (cg_str_eq_nocase(cg_value_str(args[3]), cg_str_from(types[i].name)))
            type = types[i].type;
    }
    if (rc < 0)
        return rc;
    cg_str part = m.found && m.has_group ? (cg_str){ text.data + m.group_start, m.group_end - m.group_start } : CG_STR("");
    return pipe_convert(e, cg_v_str(part), type, out, err);
}

Q_FUNC(pf_extract_all)
{
    cg_str pattern, text;
    q_list_builder b = { .arena = e->arena };
    int32_t rc = two_texts(e, args[0], args[n - 1], &pattern, &text, err);
    for (size_t from = 0; rc >= 0 && from <= text.length;) {
        q_match m;
        rc = search(e, call, 0, 0, pattern, text, from, 1, &m, err);
        if (rc < 0 || !m.found)
            break;
        cg_str part = { text.data + (m.has_group ? m.group_start : m.start), m.has_group ? m.group_end - m.group_start : m.end - m.start };
        if (!q_list_push(&b, cg_v_str(part)))
            return nomem(e, err);
        from = m.end > m.start ? m.end : m.end + 1;
        while (from < text.length && ((unsigned char)text.data[from] & 0xC0) == 0x80)
            from++;
    }
    if (rc < 0 || !b.list)
        return rc;
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

/* \1 in the replacement stands for a group; \0 for all that matched. */
static int32_t add_replacement(q_eval *e, const q_expr *call, uint32_t at, cg_str pattern, cg_str with, cg_str text, const q_match *m,
                               cg_buf *b, cspm_error **err)
{
    for (size_t i = 0; i < with.length; i++) {
        if (with.data[i] != '\\' || i + 1 >= with.length || with.data[i + 1] < '0' || with.data[i + 1] > '9') {
            cg_buf_char(b, with.data[i]);
            continue;
        }
        q_match g;
        int32_t rc = search(e, call, 0, at, pattern, text, m->start, (uint32_t)(with.data[++i] - '0'), &g, err);
        if (rc < 0)
            return rc;
        if (g.found && g.has_group)
            cg_buf_add(b, text.data + g.group_start, g.group_end - g.group_start);
    }
    return CSPM_OK;
}

static int32_t replace_all(q_eval *e, const q_expr *call, uint32_t at, cg_str pattern, cg_str with, cg_str text, cg_value *out,
                           cspm_error **err)
{
    cg_buf b;
    size_t from = 0, copied = 0;
    int32_t rc = CSPM_OK;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    while (rc >= 0 && from <= text.length && !b.failed) {
        q_match m;
        rc = search(e, call, 0, at, pattern, text, from, 0, &m, err);
        if (rc < 0 || !m.found)
            break;
        cg_buf_add(&b, text.data + copied, m.start - copied);
        rc = add_replacement(e, call, at, pattern, with, text, &m, &b, err);
        copied = m.end;
        from = m.end > m.start ? m.end : m.end + 1;
        while (from < text.length && ((unsigned char)text.data[from] & 0xC0) == 0x80)
            from++;
    }
    if (rc < 0) {
        cg_buf_free(&b);
        return rc;
    }
    cg_buf_add(&b, text.data + copied, text.length - copied);
    return pipe_finish(e, &b, out, err);
}

static int32_t replace(q_eval *e, const q_expr *call, const cg_value *args, uint32_t pattern_at, uint32_t with_at, uint32_t text_at,
                       cg_value *out, cspm_error **err)
{
    cg_str pattern, with, text;
    int32_t rc = two_texts(e, args[pattern_at], args[with_at], &pattern, &with, err);
    if (rc >= 0 && !pipe_text(e, args[text_at], &text))
        rc = nomem(e, err);
    return rc < 0 ? rc : replace_all(e, call, pattern_at, pattern, with, text, out, err);
}

/* replace(regex, replacement, text), the old order; replace_regex(text, regex, replacement) */
Q_FUNC(pf_replace)
{
    return replace(e, call, args, 0, 1, 2, out, err);
}
Q_FUNC(pf_replace_regex)
{
    return replace(e, call, args, 1, 2, 0, out, err);
}

static int32_t trim(q_eval *e, const q_expr *call, const cg_value *args, bool front, bool back, cg_value *out, cspm_error **err)
{
    cg_str pattern, text;
    cg_buf b;
    q_match m = { 0 };
    int32_t rc = two_texts(e, args[0], args[1], &pattern, &text, err);
    cg_buf_init(&b, e->run->mem, 0);
    for (int end = 0; rc >= 0 && end < 2 && pattern.length; end++) {
        if (end ? !back : !front)
            continue;
        cg_buf_clear(&b);
        cg_buf_adds(&b, end ? "(?:" : "^(?:");
        cg_buf_str(&b, pattern);
        cg_buf_adds(&b, end ? ")+\\z" : ")+");
        rc = b.failed ? nomem(e, err) : search(e, call, (uint32_t)end, 0, cg_buf_view(&b), text, 0, 0, &m, err);
        if (rc >= 0 && m.found)
            text = end ? (cg_str){ text.data, m.start } : (cg_str){ text.data + m.end, text.length - m.end };
    }
    cg_buf_free(&b);
    if (rc >= 0)
        *out = cg_v_str(text);
    return rc;
}

Q_FUNC(pf_trim)
{
    return trim(e, call, args, true, true, out, err);
}
Q_FUNC(pf_trim_start)
{
    return trim(e, call, args, true, false, out, err);
}
Q_FUNC(pf_trim_end)
{
    return trim(e, call, args, false, true, out, err);
}
