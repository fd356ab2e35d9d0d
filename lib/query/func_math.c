/* Conversions and mathematics. */
#include "query/func_internal.h"

#include <math.h>

static cg_str trimmed(cg_str s)
{
    while (s.length && (s.data[0] == ' ' || (s.data[0] >= 9 && s.data[0] <= 13))) {
        s.data++;
        s.length--;
    }
    while (s.length && (s.data[s.length - 1] == ' ' || (s.data[s.length - 1] >= 9 && s.data[s.length - 1] <= 13)))
        s.length--;
    return s;
}

static cg_value double_to_int(double d)
{
    return d >= -9223372036854775808.0 && d < 9223372036854775808.0 ? cg_v_int((int64_t)d) : cg_v_null();
}

Q_FUNC(qf_to_integer)
{
    int64_t i;
    double d;
    *out = cg_v_null();
    if (args[0].type == CG_INT)
        *out = args[0];
    else if (args[0].type == CG_BOOL)
        *out = cg_v_int(args[0].boolean);
    else if (args[0].type == CG_FLOAT)
        *out = double_to_int(args[0].real);
    else if (args[0].type != CG_STRING)
        return qf_bad_value(e, call, err);
    else if (cg_parse_int64(trimmed(cg_value_str(args[0])), &i))
        *out = cg_v_int(i);
    else if (cg_parse_double(trimmed(cg_value_str(args[0])), &d))
        *out = double_to_int(d);
    return CSPM_OK;
}

Q_FUNC(qf_to_float)
{
    double d;
    *out = cg_v_null();
    if (q_is_number(args[0]))
        *out = cg_v_float(q_as_double(args[0]));
    else if (args[0].type != CG_STRING)
        return qf_bad_value(e, call, err);
    else if (cg_parse_double(trimmed(cg_value_str(args[0])), &d))
        *out = cg_v_float(d);
    return CSPM_OK;
}

Q_FUNC(qf_to_boolean)
{
    *out = cg_v_null();
    if (args[0].type == CG_BOOL) {
        *out = args[0];
    } else if (args[0].type == CG_INT) {
        *out = cg_v_bool(args[0].integer != 0);
    } else if (args[0].type == CG_STRING) {
        cg_str s = trimmed(cg_value_str(args[0]));
        if (cg_str_eq_nocase(s, CG_STR("true")) || cg_str_eq_nocase(s, CG_STR("false")))
            *out = cg_v_bool(s.length == 4);
    } else {
        return qf_bad_value(e, call, err);
    }
    return CSPM_OK;
}

Q_FUNC(qf_abs)
{
    if (args[0].type == CG_FLOAT)
        *out = cg_v_float(fabs(args[0].real));
    else if (args[0].type != CG_INT)
        return qf_bad_value(e, call, err);
    else if (args[0].integer >= 0)
        *out = args[0];
    else
        return q_arithmetic(e, call, Q_SUB, cg_v_int(0), args[0], out, err);
    return CSPM_OK;
}

static int32_t real1(q_eval *e, const q_expr *call, cg_value v, double (*fn)(double), cg_value *out, cspm_error **err)
{
    if (!q_is_number(v))
        return qf_bad_value(e, call, err);
    *out = cg_v_float(fn(q_as_double(v)));
    return CSPM_OK;
}

Q_FUNC(qf_ceil)
{
    return real1(e, call, args[0], ceil, out, err);
}
Q_FUNC(qf_floor)
{
    return real1(e, call, args[0], floor, out, err);
}
Q_FUNC(qf_sqrt)
{
    return real1(e, call, args[0], sqrt, out, err);
}
Q_FUNC(qf_exp)
{
    return real1(e, call, args[0], exp, out, err);
}
Q_FUNC(qf_log)
{
    return real1(e, call, args[0], log, out, err);
}
Q_FUNC(qf_log10)
{
    return real1(e, call, args[0], log10, out, err);
}

Q_FUNC(qf_round)
{
    if (!q_is_number(args[0]) || (n > 1 && args[1].type != CG_INT))
        return qf_bad_value(e, call, err);
    double scale = 1.0, v = q_as_double(args[0]);
    if (n > 1 && args[1].integer > 0)
        scale = pow(10.0, args[1].integer > 300 ? 300.0 : (double)args[1].integer);
    double scaled = floor(v * scale + 0.5) / scale; /* ties go up */
    *out = cg_v_float(isfinite(scaled) ? scaled : v);
    return CSPM_OK;
}

Q_FUNC(qf_sign)
{
    if (!q_is_number(args[0]))
        return qf_bad_value(e, call, err);
    double v = q_as_double(args[0]);
    *out = cg_v_int((v > 0) - (v < 0));
    return CSPM_OK;
}

Q_FUNC(qf_pi)
{
    *out = cg_v_float(3.14159265358979323846);
    return CSPM_OK;
}

Q_FUNC(qf_e)
{
    *out = cg_v_float(2.71828182845904523536);
    return CSPM_OK;
}

/* The only function whose answer is not reproducible; seeded once a run. */
Q_FUNC(qf_rand)
{
    cg_run *r = e->run;
    if (!r->draws)
        cg_seed_random(&r->dice);
    uint64_t draw = cg_hash(&r->dice, &r->draws, sizeof r->draws);
    r->draws++;
    *out = cg_v_float((double)(draw >> 11) * 0x1p-53);
    return CSPM_OK;
}
