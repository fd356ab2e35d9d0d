/* Functions of lists, and those that serve lists and strings alike. */
#include "query/func_internal.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

Q_FUNC(qf_coalesce)
{
    for (uint32_t i = 0; i < n; i++) {
        if (args[i].type != CG_NULL) {
            *out = args[i];
            return CSPM_OK;
        }
    }
    *out = cg_v_null();
    return CSPM_OK;
}

Q_FUNC(qf_size)
{
    if (args[0].type == CG_LIST)
        *out = cg_v_int(args[0].list->count);
    else if (args[0].type == CG_MAP)
        *out = cg_v_int(args[0].map->count);
    else if (args[0].type == CG_STRING)
        *out = cg_v_int((int64_t)cg_utf8_count(args[0].string, args[0].length));
    else
        return qf_bad_value(e, call, err);
    return CSPM_OK;
}

Q_FUNC(qf_head)
{
    if (args[0].type != CG_LIST)
        return qf_bad_value(e, call, err);
    *out = args[0].list->count ? args[0].list->items[0] : cg_v_null();
    return CSPM_OK;
}

Q_FUNC(qf_last)
{
    if (args[0].type != CG_LIST)
        return qf_bad_value(e, call, err);
    *out = args[0].list->count ? args[0].list->items[args[0].list->count - 1] : cg_v_null();
    return CSPM_OK;
}

Q_FUNC(qf_tail)
{
    if (args[0].type != CG_LIST)
        return qf_bad_value(e, call, err);
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 1; i < args[0].list->count; i++) {
        if (!q_list_push(&b, args[0].list->items[i]))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

static int32_t reverse_string(q_eval *e, cg_value s, cg_value *out, cspm_error **err)
{
    char *to = cg_arena_alloc(e->arena, (size_t)s.length + 1);
    if (!to)
        return nomem(e, err);
    size_t at = 0;
    to[s.length] = '\0';
    while (at < s.length) {
        size_t from = at;
        cg_utf8_next(cg_value_str(s), &at);
        memcpy(to + s.length - at, s.string + from, at - from);
    }
    *out = cg_v_str((cg_str){ to, s.length });
    return CSPM_OK;
}

Q_FUNC(qf_reverse)
{
    if (args[0].type == CG_STRING)
        return reverse_string(e, args[0], out, err);
    if (args[0].type != CG_LIST)
        return qf_bad_value(e, call, err);
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = args[0].list->count; i > 0; i--) {
        if (!q_list_push(&b, args[0].list->items[i - 1]))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

bool qf_range_bounds(const cg_value *args, uint32_t n, int64_t *from, int64_t *to, int64_t *step)
{
    for (uint32_t i = 0; i < n; i++) {
        if (args[i].type != CG_INT)
            return false;
    }
    *from = args[0].integer;
    *to = args[1].integer;
    *step = n > 2 ? args[2].integer : 1;
    return true;
}

Q_FUNC(qf_range)
{
    int64_t from, to, step;
    if (!qf_range_bounds(args, n, &from, &to, &step))
        return q_run_error(e->run, err, call, "type", "InvalidArgumentType", "range takes integers");
    if (step == 0)
        return q_run_error(e->run, err, call, "runtime", "NumberOutOfRange", "the step of range must not be 0");
    q_list_builder b = { .arena = e->arena };
    for (int64_t i = from; step > 0 ? i <= to : i >= to;) {
        int32_t rc = q_work(e->run, err);
        if (rc < 0)
            return rc;
        if (!q_list_push(&b, cg_v_int(i)))
            return nomem(e, err);
        if (__builtin_add_overflow(i, step, &i))
            break;
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}
