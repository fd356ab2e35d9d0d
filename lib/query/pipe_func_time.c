/* Times and numbers. The clock is the caller's. */
#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "query/pipe_func.h"

static bool is_instant(cg_value v)
{
    return v.type == CG_DATETIME || v.type == CG_DATE;
}

static cg_value instant(int64_t us)
{
    return (cg_value){ .type = CG_DATETIME, .microseconds = us };
}

static int32_t clock_of(q_eval *e, const q_expr *call, int64_t *out, cspm_error **err)
{
    *out = e->run->now;
    if (e->run->now != INT64_MIN)
        return CSPM_OK;
    return q_run_error(e->run, err, call, "parameter", "ClockUnset", "%s() needs the current time, and the caller gave none",
                       call->func->name);
}

static int64_t floor_to(int64_t v, int64_t unit)
{
    int64_t rest = v % unit;
    return v - (rest < 0 ? rest + unit : rest);
}

Q_FUNC(pf_now)
{
    int64_t us;
    int32_t rc = clock_of(e, call, &us, err);
    if (rc >= 0 && n && args[0].type == CG_DURATION && __builtin_add_overflow(us, pipe_span(args[0].duration), &us))
        return q_run_error(e->run, err, call, "runtime", "NumberOutOfRange", "time out of range");
    if (rc >= 0)
        *out = instant(us);
    return rc;
}

Q_FUNC(pf_ago)
{
    int64_t us;
    int32_t rc = clock_of(e, call, &us, err);
    if (rc < 0 || args[0].type != CG_DURATION)
        return rc;
    if (__builtin_sub_overflow(us, pipe_span(args[0].duration), &us))
        return q_run_error(e->run, err, call, "runtime", "NumberOutOfRange", "time out of range");
    *out = instant(us);
    return CSPM_OK;
}

/* bin(value, step); floor(value) rounds to whole numbers */
Q_FUNC(pf_bin)
{
    cg_value v = args[0], by = n > 1 ? args[1] : cg_v_int(1);
    int64_t step = by.type == CG_DURATION ? pipe_span(by.duration) : by.type == CG_INT ? by.integer : 0;
    if (is_instant(v) && by.type == CG_DURATION && step > 0 && v.microseconds > INT64_MIN + step) {
        *out = instant(floor_to(v.microseconds, step));
    } else if (v.type == CG_DURATION && by.type == CG_DURATION && step > 0) {
        if (!pipe_new_span(e, floor_to(pipe_span(v.duration), step), out))
            return cg_nomem(e->run->mem, err);
    } else if (v.type == CG_INT && by.type == CG_INT && step > 0 && v.integer > INT64_MIN + step) {
        *out = cg_v_int(floor_to(v.integer, step));
    } else if (q_is_number(v) && q_is_number(by) && q_as_double(by) > 0) {
        *out = cg_v_float(floor(q_as_double(v) / q_as_double(by)) * q_as_double(by));
    }
    return CSPM_OK;
}

Q_FUNC(pf_round)
{
    double v, scale = 1;
    if (args[0].type == CG_INT && (n < 2 || (args[1].type == CG_INT && args[1].integer >= 0))) {
        *out = args[0];
        return CSPM_OK;
    }
    if (!q_is_number(args[0]) || (n > 1 && (args[1].type != CG_INT || args[1].integer < -300 || args[1].integer > 300)))
        return CSPM_OK;
    v = q_as_double(args[0]);
    if (n > 1)
        scale = pow(10, (double)args[1].integer);
    double shifted = round(v * scale) / scale;
    *out = cg_v_float(isfinite(shifted) ? shifted : v);
    return CSPM_OK;
}

static int32_t math(cg_value v, double (*f)(double), cg_value *out)
{
    if (q_is_number(v))
        *out = cg_v_float(f(q_as_double(v)));
    return CSPM_OK;
}

Q_FUNC(pf_ceiling)
{
    return math(args[0], ceil, out);
}
Q_FUNC(pf_sqrt)
{
    return math(args[0], sqrt, out);
}
Q_FUNC(pf_log)
{
    return math(args[0], log, out);
}

Q_FUNC(pf_abs)
{
    if (args[0].type == CG_INT && args[0].integer != INT64_MIN)
        *out = cg_v_int(args[0].integer < 0 ? -args[0].integer : args[0].integer);
    else if (args[0].type == CG_FLOAT)
        *out = cg_v_float(fabs(args[0].real));
    return CSPM_OK;
}

Q_FUNC(pf_pow)
{
    if (q_is_number(args[0]) && q_is_number(args[1]))
        *out = cg_v_float(pow(q_as_double(args[0]), q_as_double(args[1])));
    return CSPM_OK;
}

static int32_t best_of(q_eval *e, const cg_value *args, uint32_t n, int sign, cg_value *out)
{
    for (uint32_t i = 0; i < n; i++) {
        if (args[i].type != CG_NULL && (out->type == CG_NULL || pipe_order(e, args[i], *out) == sign))
            *out = args[i];
    }
    return CSPM_OK;
}

Q_FUNC(pf_min_of)
{
    return best_of(e, args, n, -1, out);
}
Q_FUNC(pf_max_of)
{
    return best_of(e, args, n, 1, out);
}

/* ---- parts of an instant ---- */

typedef struct civil {
    int64_t year, day_us;
    int32_t month, day;
} civil;

static civil civil_of(int64_t us)
{
    civil c;
    int64_t day = floor_to(us, PIPE_DAY);
    cg_civil_from_days(day / PIPE_DAY, &c.year, &c.month, &c.day);
    c.day_us = us - day;
    return c;
}

static int32_t part(cg_value v, char which, cg_value *out)
{
    if (!is_instant(v))
        return CSPM_OK;
    civil c = civil_of(v.microseconds);
    *out = cg_v_int(which == 'y' ? c.year : which == 'm' ? c.month : which == 'd' ? c.day : c.day_us / 3600000000);
    return CSPM_OK;
}

Q_FUNC(pf_getyear)
{
    return part(args[0], 'y', out);
}
Q_FUNC(pf_getmonth)
{
    return part(args[0], 'm', out);
}
Q_FUNC(pf_dayofmonth)
{
    return part(args[0], 'd', out);
}
Q_FUNC(pf_hourofday)
{
    return part(args[0], 'h', out);
}

static int32_t start_of(cg_value v, char which, cg_value *out)
{
    if (!is_instant(v))
        return CSPM_OK;
    civil c = civil_of(v.microseconds);
    int64_t days = cg_days_from_civil(c.year, which == 'y' ? 1 : c.month, which == 'd' ? c.day : 1);
    *out = instant(days * PIPE_DAY);
    return CSPM_OK;
}

Q_FUNC(pf_startofday)
{
    return start_of(args[0], 'd', out);
}
Q_FUNC(pf_startofmonth)
{
    return start_of(args[0], 'm', out);
}
Q_FUNC(pf_startofyear)
{
    return start_of(args[0], 'y', out);
}

Q_FUNC(pf_from_unix)
{
    int64_t us;
    if (args[0].type == CG_INT && !__builtin_mul_overflow(args[0].integer, 1000000ll, &us))
        *out = instant(us);
    return CSPM_OK;
}

/* How many borders of the period lie between the two. */
Q_FUNC(pf_datetime_diff)
{
    static const struct {
        const char *name;
        int64_t unit;
    } units[] = { { "week", 7 * PIPE_DAY }, { "day", PIPE_DAY },     { "hour", 3600000000 }, { "minute", 60000000 },
                  { "second", 1000000 },    { "millisecond", 1000 }, { "microsecond", 1 } };
    if (args[0].type != CG_STRING || !is_instant(args[1]) || !is_instant(args[2]))
        return CSPM_OK;
    cg_str name = cg_value_str(args[0]);
    civil a = civil_of(args[1].microseconds), b = civil_of(args[2].microseconds);
    if (cg_str_eq_nocase(name, CG_STR("year")))
        *out = cg_v_int(a.year - b.year);
    else if (cg_str_eq_nocase(name, CG_STR("month")))
        *out = cg_v_int((a.year - b.year) * 12 + a.month - b.month);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(units[i].name)))
            *out = cg_v_int(floor_to(args[1].microseconds, units[i].unit) / units[i].unit -
                            floor_to(args[2].microseconds, units[i].unit) / units[i].unit);
    }
    return CSPM_OK;
}

static void format_part(cg_buf *b, const civil *c, char letter, uint32_t n)
{
    int64_t hour = c->day_us / 3600000000, us = c->day_us % 1000000;
    int width = n > 1 ? 2 : 1;
    switch (letter) {
    case 'y':
        cg_buf_printf(b, n > 2 ? "%04lld" : "%02lld", (long long)(n > 2 ? c->year : c->year % 100));
        break;
    case 'M':
        cg_buf_printf(b, "%0*d", width, c->month);
        break;
    case 'd':
        cg_buf_printf(b, "%0*d", width, c->day);
        break;
    case 'H':
        cg_buf_printf(b, "%0*d", width, (int)hour);
        break;
    case 'h':
        cg_buf_printf(b, "%0*d", width, (int)((hour + 11) % 12 + 1));
        break;
    case 'm':
        cg_buf_printf(b, "%0*d", width, (int)(c->day_us / 60000000 % 60));
        break;
    case 's':
        cg_buf_printf(b, "%0*d", width, (int)(c->day_us / 1000000 % 60));
        break;
    case 'f': {
        char digits[16]; /* the compiler cannot see that a fraction has six digits */
        snprintf(digits, sizeof digits, "%06d0", (int)us);
        cg_buf_add(b, digits, n < 7 ? n : 7);
        break;
    }
    default:
        cg_buf_adds(b, hour < 12 ? "AM" : "PM");
    }
}

Q_FUNC(pf_format_datetime)
{
    cg_buf b;
    if (!is_instant(args[0]) || args[1].type != CG_STRING)
        return CSPM_OK;
    civil c = civil_of(args[0].microseconds);
    cg_str f = cg_value_str(args[1]);
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    for (size_t i = 0; i < f.length && !b.failed;) {
        size_t end = i;
        while (end < f.length && f.data[end] == f.data[i])
            end++;
        if (strchr("yMdHhmsft", f.data[i]))
            format_part(&b, &c, f.data[i], (uint32_t)(end - i));
        else
            cg_buf_add(&b, f.data + i, end - i);
        i = end;
    }
    return pipe_finish(e, &b, out, err);
}
