/* Comparison, arithmetic, access to parts. */
#include <math.h>

#include "query/pipe_func.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

static bool is_instant(cg_value v)
{
    return v.type == CG_DATETIME || v.type == CG_DATE;
}

/* Bring both sides to one type where one of them is text. */
static int32_t align(q_eval *e, cg_value *a, cg_value *b, cspm_error **err)
{
    cg_value *text = a->type == CG_STRING ? a : b, *other = text == a ? b : a;
    if (text->type != CG_STRING || other->type == CG_STRING)
        return CSPM_OK;
    if (is_instant(*other) || other->type == CG_DURATION)
        return pipe_convert(e, *text, is_instant(*other) ? QT_DATETIME : QT_DURATION, text, err);
    return pipe_convert(e, *other, QT_STRING, other, err);
}

int32_t pipe_equal(q_eval *e, cg_value a, cg_value b, q_truth *out, cspm_error **err)
{
    int32_t rc = align(e, &a, &b, err);
    if (rc < 0)
        return rc;
    if (a.type == CG_NULL || b.type == CG_NULL)
        *out = a.type == b.type ? Q_UNKNOWN : Q_FALSE;
    else
        *out = pipe_order(e, a, b) == 0 ? Q_TRUE : Q_FALSE;
    return CSPM_OK;
}

static int32_t equality(q_eval *e, const cg_value *args, bool negate, cg_value *out, cspm_error **err)
{
    q_truth t;
    int32_t rc = pipe_equal(e, args[0], args[1], &t, err);
    if (rc >= 0)
        *out = q_truth_value(negate && t != Q_UNKNOWN ? (q_truth)!t : t);
    return rc;
}

Q_FUNC(pf_eq)
{
    return equality(e, args, false, out, err);
}
Q_FUNC(pf_ne)
{
    return equality(e, args, true, out, err);
}

static int32_t order(q_eval *e, cg_value a, cg_value b, int *sign, cspm_error **err)
{
    bool mixed = (a.type == CG_STRING && q_is_number(b)) || (b.type == CG_STRING && q_is_number(a));
    int32_t rc = mixed ? CSPM_OK : align(e, &a, &b, err);
    *sign = mixed ? 2 : pipe_order(e, a, b);
    return rc;
}

static int32_t relation(q_eval *e, const cg_value *args, int a, int b, cg_value *out, cspm_error **err)
{
    int sign;
    int32_t rc = order(e, args[0], args[1], &sign, err);
    if (rc >= 0)
        *out = sign == 2 ? cg_v_null() : cg_v_bool(sign == a || sign == b);
    return rc;
}

Q_FUNC(pf_lt)
{
    return relation(e, args, -1, -1, out, err);
}
Q_FUNC(pf_le)
{
    return relation(e, args, -1, 0, out, err);
}
Q_FUNC(pf_gt)
{
    return relation(e, args, 1, 1, out, err);
}
Q_FUNC(pf_ge)
{
    return relation(e, args, 1, 0, out, err);
}

static int32_t inside(q_eval *e, const cg_value *args, bool negate, cg_value *out, cspm_error **err)
{
    int low, high;
    cg_value top = args[2], until;
    if (is_instant(args[0]) && args[1].type != CG_NULL && top.type == CG_DURATION) { /* between (start .. 2d) */
        if (!is_instant(args[1]) || __builtin_add_overflow(args[1].microseconds, pipe_span(top.duration), &until.microseconds))
            return CSPM_OK;
        top = (cg_value){ .type = CG_DATETIME, .microseconds = until.microseconds };
    }
    int32_t rc = order(e, args[0], args[1], &low, err);
    if (rc >= 0)
        rc = order(e, args[0], top, &high, err);
    if (rc >= 0 && low != 2 && high != 2)
        *out = cg_v_bool((low >= 0 && high <= 0) != negate);
    return rc;
}

Q_FUNC(pf_between)
{
    return inside(e, args, false, out, err);
}
Q_FUNC(pf_not_between)
{
    return inside(e, args, true, out, err);
}

/* ---- arithmetic ---- */

static int32_t far_away(q_eval *e, const q_expr *call, cspm_error **err)
{
    return q_run_error(e->run, err, call, "runtime", "NumberOutOfRange", "time out of range");
}

static int32_t time_result(q_eval *e, const q_expr *call, bool bad, bool span, int64_t us, cg_value *out, cspm_error **err)
{
    if (bad)
        return far_away(e, call, err);
    if (!span)
        *out = (cg_value){ .type = CG_DATETIME, .microseconds = us };
    else if (!pipe_new_span(e, us, out))
        return nomem(e, err);
    return CSPM_OK;
}

static int32_t numbers(q_eval *e, const q_expr *call, uint8_t op, cg_value a, cg_value b, cg_value *out, cspm_error **err)
{
    if (!q_is_number(a) || !q_is_number(b))
        return CSPM_OK;
    if (a.type == CG_INT && b.type == CG_INT && b.integer == 0 && (op == Q_DIV || op == Q_MOD))
        return CSPM_OK;
    return q_arithmetic(e, call, op, a, b, out, err);
}

static int32_t add(q_eval *e, const q_expr *call, cg_value a, cg_value b, bool minus, cg_value *out, cspm_error **err)
{
    int64_t x, y, us;
    if (b.type == CG_DURATION && (is_instant(a) || a.type == CG_DURATION)) {
        x = a.type == CG_DURATION ? pipe_span(a.duration) : a.microseconds;
        y = pipe_span(b.duration);
        bool bad = minus ? __builtin_sub_overflow(x, y, &us) : __builtin_add_overflow(x, y, &us);
        return time_result(e, call, bad, a.type == CG_DURATION, us, out, err);
    }
    if (!minus && a.type == CG_DURATION && is_instant(b))
        return add(e, call, b, a, false, out, err);
    if (minus && is_instant(a) && is_instant(b)) {
        bool bad = __builtin_sub_overflow(a.microseconds, b.microseconds, &us);
        return time_result(e, call, bad, true, us, out, err);
    }
    return numbers(e, call, minus ? Q_SUB : Q_ADD, a, b, out, err);
}

Q_FUNC(pf_add)
{
    return add(e, call, args[0], args[1], false, out, err);
}
Q_FUNC(pf_sub)
{
    return add(e, call, args[0], args[1], true, out, err);
}

static int32_t scale(q_eval *e, const q_expr *call, const cg_duration *d, double by, cg_value *out, cspm_error **err)
{
    double us = (double)pipe_span(d) * by;
    return time_result(e, call, !(us > -9.2e18 && us < 9.2e18), true, us > -9.2e18 && us < 9.2e18 ? (int64_t)us : 0, out, err);
}

Q_FUNC(pf_mul)
{
    cg_value a = args[0], b = args[1];
    if (a.type == CG_DURATION && q_is_number(b))
        return scale(e, call, a.duration, q_as_double(b), out, err);
    if (b.type == CG_DURATION && q_is_number(a))
        return scale(e, call, b.duration, q_as_double(a), out, err);
    return numbers(e, call, Q_MUL, a, b, out, err);
}

Q_FUNC(pf_div)
{
    cg_value a = args[0], b = args[1];
    if (a.type == CG_DURATION && b.type == CG_DURATION) {
        if (pipe_span(b.duration))
            *out = cg_v_float((double)pipe_span(a.duration) / (double)pipe_span(b.duration));
        return CSPM_OK;
    }
    if (a.type == CG_DURATION && q_is_number(b) && q_as_double(b) != 0)
        return scale(e, call, a.duration, 1 / q_as_double(b), out, err);
    return numbers(e, call, Q_DIV, a, b, out, err);
}

Q_FUNC(pf_mod)
{
    return numbers(e, call, Q_MOD, args[0], args[1], out, err);
}

Q_FUNC(pf_neg)
{
    if (args[0].type == CG_DURATION)
        return scale(e, call, args[0].duration, -1, out, err);
    return numbers(e, call, Q_SUB, cg_v_int(0), args[0], out, err);
}

/* ---- parts ---- */

Q_FUNC(pf_member)
{
    cg_value base = args[0], key = args[1];
    if (base.type == CG_MAP && key.type == CG_STRING) {
        const cg_value *v = q_map_get(base.map, cg_value_str(key));
        if (v)
            *out = *v;
    } else if (base.type == CG_LIST && key.type == CG_INT) {
        int64_t i = key.integer < 0 ? key.integer + (int64_t)base.list->count : key.integer;
        if (i >= 0 && i < (int64_t)base.list->count)
            *out = base.list->items[i];
    }
    return CSPM_OK;
}

Q_FUNC(pf_truth)
{
    return args[0].type == CG_STRING ? CSPM_OK : pipe_convert(e, args[0], QT_BOOL, out, err);
}

Q_FUNC(pf_number)
{
    if (q_is_number(args[0]))
        *out = args[0];
    return CSPM_OK;
}

Q_FUNC(pf_is_null)
{
    *out = cg_v_bool(args[0].type == CG_NULL);
    return CSPM_OK;
}

static int32_t pack(q_eval *e, const cg_value *args, uint32_t n, cg_value *out, cspm_error **err)
{
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 0; i < n; i++) {
        if (q_nesting(args[i]) >= Q_MAX_NESTING)
            return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
        if (!q_list_push(&b, args[i]))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(pf_pack_row)
{
    return args[0].type == CG_NULL ? CSPM_OK : pack(e, args, n, out, err);
}
Q_FUNC(pf_pack_any)
{
    return pack(e, args, n, out, err);
}

Q_FUNC(pf_head)
{
    if (args[0].type != CG_LIST || args[1].type != CG_INT || args[1].integer < 0)
        return CSPM_OK;
    uint32_t count = args[0].list->count;
    return pack(e, args[0].list->items, (uint64_t)args[1].integer < count ? (uint32_t)args[1].integer : count, out, err);
}
