/* Conversions and functions of texts. */
#include "query/pipe_func.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

Q_FUNC(pf_to_string)
{
    return pipe_convert(e, args[0], QT_STRING, out, err);
}
Q_FUNC(pf_to_long)
{
    return pipe_convert(e, args[0], QT_INT, out, err);
}
Q_FUNC(pf_to_real)
{
    return pipe_convert(e, args[0], QT_FLOAT, out, err);
}
Q_FUNC(pf_to_bool)
{
    return pipe_convert(e, args[0], QT_BOOL, out, err);
}
Q_FUNC(pf_to_datetime)
{
    return pipe_convert(e, args[0], QT_DATETIME, out, err);
}
Q_FUNC(pf_to_timespan)
{
    return pipe_convert(e, args[0], QT_DURATION, out, err);
}

static int32_t change_case(q_eval *e, const q_expr *call, cg_value v, bool upper, cg_value *out, cspm_error **err)
{
    cg_str s;
    if (!pipe_text(e, v, &s))
        return nomem(e, err);
    v = cg_v_str(s);
    return upper ? qf_to_upper(e, call, &v, 1, out, err) : qf_to_lower(e, call, &v, 1, out, err);
}

Q_FUNC(pf_to_lower)
{
    return change_case(e, call, args[0], false, out, err);
}
Q_FUNC(pf_to_upper)
{
    return change_case(e, call, args[0], true, out, err);
}

Q_FUNC(pf_strlen)
{
    cg_str s;
    if (!pipe_text(e, args[0], &s))
        return nomem(e, err);
    *out = cg_v_int((int64_t)cg_utf8_count(s.data, s.length));
    return q_tick(e->run, s.length / 256, err);
}

static int32_t join_texts(q_eval *e, const cg_value *args, uint32_t n, cg_str between, cg_value *out, cspm_error **err)
{
    cg_buf b;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    for (uint32_t i = 0; i < n && !b.failed; i++) {
        if (i)
            cg_buf_str(&b, between);
        pipe_write(&b, args[i]);
    }
    return pipe_finish(e, &b, out, err);
}

Q_FUNC(pf_strcat)
{
    return join_texts(e, args, n, CG_STR(""), out, err);
}

Q_FUNC(pf_strcat_delim)
{
    cg_str between;
    return pipe_text(e, args[0], &between) ? join_texts(e, args + 1, n - 1, between, out, err) : nomem(e, err);
}

Q_FUNC(pf_strcat_array)
{
    cg_str between;
    if (args[0].type != CG_LIST)
        return CSPM_OK;
    return pipe_text(e, args[1], &between) ? join_texts(e, args[0].list->items, args[0].list->count, between, out, err) : nomem(e, err);
}

/* Byte offset of a code point, or the end. */
static size_t offset_of(cg_str s, int64_t n)
{
    size_t at = 0;
    while (n-- > 0 && at < s.length)
        cg_utf8_next(s, &at);
    return at;
}

/* substring(text, start [, length]): a negative start counts from the end. */
Q_FUNC(pf_substring)
{
    cg_str s;
    if (!pipe_text(e, args[0], &s))
        return nomem(e, err);
    if (args[1].type != CG_INT || (n > 2 && args[2].type != CG_INT))
        return CSPM_OK;
    int64_t start = args[1].integer;
    if (start < 0) {
        start += (int64_t)cg_utf8_count(s.data, s.length);
        start = start < 0 ? 0 : start;
    }
    size_t from = offset_of(s, start);
    cg_str rest = { s.data + from, s.length - from };
    *out = cg_v_str((cg_str){ rest.data, n > 2 ? offset_of(rest, args[2].integer) : rest.length });
    return q_tick(e->run, s.length / 256, err);
}

/* split(text, separator [, index]) */
Q_FUNC(pf_split)
{
    cg_str s, by;
    cg_value both[2], list;
    if (!pipe_text(e, args[0], &s) || !pipe_text(e, args[1], &by))
        return nomem(e, err);
    both[0] = cg_v_str(s);
    both[1] = cg_v_str(by);
    int32_t rc = qf_split(e, call, both, 2, &list, err);
    if (rc < 0 || n < 3) {
        *out = list;
        return rc;
    }
    q_list_builder one = { .arena = e->arena };
    bool inside = args[2].type == CG_INT && args[2].integer >= 0 && args[2].integer < (int64_t)list.list->count;
    if (inside && !q_list_push(&one, list.list->items[args[2].integer]))
        return nomem(e, err);
    return q_list_done(&one, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(pf_replace_string)
{
    cg_value three[3];
    for (int i = 0; i < 3; i++) {
        cg_str s;
        if (!pipe_text(e, args[i], &s))
            return nomem(e, err);
        three[i] = cg_v_str(s);
    }
    return qf_replace(e, call, three, 3, out, err);
}

/* Position in code points; -1 when it is not there. */
Q_FUNC(pf_indexof)
{
    cg_str s, what;
    if (!pipe_text(e, args[0], &s) || !pipe_text(e, args[1], &what))
        return nomem(e, err);
    size_t from = n > 2 && args[2].type == CG_INT ? offset_of(s, args[2].integer) : 0, at = cg_str_find(s, what, from);
    *out = cg_v_int(at == SIZE_MAX ? -1 : (int64_t)cg_utf8_count(s.data, at));
    return q_tick(e->run, s.length / 64, err);
}

static bool empty(cg_value v)
{
    return v.type == CG_NULL || (v.type == CG_STRING && !v.length);
}

Q_FUNC(pf_isempty)
{
    *out = cg_v_bool(empty(args[0]));
    return CSPM_OK;
}
Q_FUNC(pf_isnotempty)
{
    *out = cg_v_bool(!empty(args[0]));
    return CSPM_OK;
}
Q_FUNC(pf_isnull)
{
    *out = cg_v_bool(args[0].type == CG_NULL);
    return CSPM_OK;
}
Q_FUNC(pf_isnotnull)
{
    *out = cg_v_bool(args[0].type != CG_NULL);
    return CSPM_OK;
}

/* The first that is there; of texts also the first that is not empty. */
Q_FUNC(pf_coalesce)
{
    *out = args[n - 1];
    for (uint32_t i = 0; i < n; i++) {
        if (!empty(args[i])) {
            *out = args[i];
            break;
        }
    }
    return CSPM_OK;
}
