/* The small set of time: date, datetime, duration; what they are made of, and arithmetic. UTC only; "now" comes from the caller. */
#include "query/func_internal.h"

#include "base/time.h"

#define DAY 86400000000ll

static int32_t bad_text(q_eval *e, const q_expr *call, cspm_error **err)
{
    return q_run_error(e->run, err, call, "runtime", "InvalidArgumentValue", "%s cannot read this text", call->func->name);
}

static int32_t too_far(q_eval *e, const q_expr *at, cspm_error **err)
{
    return q_run_error(e->run, err, at, "runtime", "NumberOutOfRange", "time out of range");
}

static int64_t floor_day(int64_t us)
{
    int64_t rest = us % DAY;
    return us - (rest < 0 ? rest + DAY : rest);
}

static cg_value instant(uint8_t type, int64_t us)
{
    return (cg_value){ .type = type, .microseconds = type == CG_DATE ? floor_day(us) : us };
}

static int32_t now(q_eval *e, const q_expr *call, int64_t *out, cspm_error **err)
{
    if (e->run->now == INT64_MIN)
        return q_run_error(e->run, err, call, "parameter", "ClockUnset", "%s() needs the current time, and the caller gave none",
                           call->func->name);
    *out = e->run->now;
    return CSPM_OK;
}

static bool whole(const cg_map *m, const char *key, int64_t *out)
{
    for (uint32_t i = 0; i < m->count; i++) {
        if (!cg_str_eq_nocase(m->entries[i].key, cg_str_from(key)))
            continue;
        if (m->entries[i].value.type == CG_INT)
            *out = m->entries[i].value.integer;
        else if (m->entries[i].value.type == CG_FLOAT && m->entries[i].value.real > -9e15 && m->entries[i].value.real < 9e15)
            *out = (int64_t)m->entries[i].value.real;
        else
            return false;
        return true;
    }
    return false;
}

static bool from_map(const cg_map *m, int64_t *us)
{
    int64_t n = 0, year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    if (whole(m, "epochSeconds", &n))
        return !__builtin_mul_overflow(n, 1000000ll, us);
    if (whole(m, "epochMillis", &n))
        return !__builtin_mul_overflow(n, 1000ll, us);
    if (!whole(m, "year", &year) || year < -200000 || year > 200000)
        return false;
    whole(m, "month", &month);
    whole(m, "day", &day);
    whole(m, "hour", &hour);
    whole(m, "minute", &minute);
    whole(m, "second", &second);
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    *us = cg_days_from_civil(year, (int32_t)month, (int32_t)day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000000ll;
    return true;
}

static int32_t make_instant(q_eval *e, const q_expr *call, const cg_value *args, uint32_t n, uint8_t type, cg_value *out, cspm_error **err)
{
    int64_t us = 0;
    cg_instant t;
    if (n == 0) {
        int32_t rc = now(e, call, &us, err);
        if (rc < 0)
            return rc;
    } else if (args[0].type == CG_DATE || args[0].type == CG_DATETIME) {
        us = args[0].microseconds;
    } else if (args[0].type == CG_STRING) {
        if (!cg_instant_parse(cg_value_str(args[0]), &t))
            return bad_text(e, call, err);
        us = t.microseconds;
    } else if (args[0].type == CG_MAP) {
        if (!from_map(args[0].map, &us))
            return q_run_error(e->run, err, call, "runtime", "InvalidArgumentValue", "%s cannot read this map", call->func->name);
    } else {
        return qf_bad_value(e, call, err);
    }
    *out = instant(type, us);
    return CSPM_OK;
}

Q_FUNC(qf_date)
{
    return make_instant(e, call, args, n, CG_DATE, out, err);
}
Q_FUNC(qf_datetime)
{
    return make_instant(e, call, args, n, CG_DATETIME, out, err);
}

Q_FUNC(qf_timestamp)
{
    int64_t us = 0;
    int32_t rc = now(e, call, &us, err);
    *out = cg_v_int(us / 1000);
    return rc;
}

/* ---- durations ---- */

static int32_t give_duration(q_eval *e, int64_t months, int64_t days, int64_t us, cg_value *out, cspm_error **err)
{
    struct cg_duration *d = cg_arena_alloc(e->arena, sizeof *d);
    if (!d)
        return cg_nomem(e->run->mem, err);
    *d = (struct cg_duration){ months, days, us };
    *out = (cg_value){ .type = CG_DURATION, .duration = d };
    return CSPM_OK;
}

/* P1Y2M3W4DT5H6M7S; whole numbers, seconds may have a fraction. */
static bool parse_duration(cg_str s, int64_t part[3])
{
    static const struct {
        char unit;
        bool time;
        int kind;
        int64_t factor;
    } units[] = { { 'Y', false, 0, 12 },          { 'M', false, 0, 1 },         { 'W', false, 1, 7 },       { 'D', false, 1, 1 },
                  { 'H', true, 2, 3600000000ll }, { 'M', true, 2, 60000000ll }, { 'S', true, 2, 1000000ll } };
    size_t at = 1, n_units = sizeof units / sizeof *units;
    bool time = false, any = false;
    if (!s.length || s.data[0] != 'P')
        return false;
    while (at < s.length) {
        size_t from = at, u = 0;
        double v;
        if (s.data[at] == 'T') {
            if (time)
                return false;
            time = true;
            at++;
            continue;
        }
        while (at < s.length && strchr("-.0123456789", s.data[at]))
            at++;
        if (at >= s.length || !cg_parse_double((cg_str){ s.data + from, at - from }, &v))
            return false;
        while (u < n_units && (units[u].unit != s.data[at] || units[u].time != time))
            u++;
        if (u == n_units || !(v > -1e9 && v < 1e9) || (v != (double)(int64_t)v && units[u].kind < 2))
            return false;
        part[units[u].kind] += (int64_t)(v * (double)units[u].factor);
        any = true;
        at++;
    }
    return any;
}

static bool map_duration(const cg_map *m, int64_t part[3])
{
    static const struct {
        const char *key;
        int kind;
        int64_t factor;
    } units[] = { { "years", 0, 12 },           { "months", 0, 1 },           { "weeks", 1, 7 },           { "days", 1, 1 },
                  { "hours", 2, 3600000000ll }, { "minutes", 2, 60000000ll }, { "seconds", 2, 1000000ll }, { "milliseconds", 2, 1000ll } };
    bool any = false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t v, scaled;
        if (!whole(m, units[i].key, &v))
            continue;
        if (__builtin_mul_overflow(v, units[i].factor, &scaled) ||
            __builtin_add_overflow(part[units[i].kind], scaled, &part[units[i].kind]))
            return false;
        any = true;
    }
    return any;
}

Q_FUNC(qf_duration)
{
    int64_t part[3] = { 0, 0, 0 };
    if (args[0].type == CG_DURATION) {
        *out = args[0];
        return CSPM_OK;
    }
    if (args[0].type != CG_STRING && args[0].type != CG_MAP)
        return qf_bad_value(e, call, err);
    if (args[0].type == CG_STRING ? !parse_duration(cg_value_str(args[0]), part) : !map_duration(args[0].map, part))
        return bad_text(e, call, err);
    return give_duration(e, part[0], part[1], part[2], out, err);
}

static bool is_instant(cg_value v)
{
    return v.type == CG_DATE || v.type == CG_DATETIME;
}

Q_FUNC(qf_duration_in_days)
{
    int64_t us;
    if (!is_instant(args[0]) || !is_instant(args[1]))
        return qf_bad_value(e, call, err);
    if (__builtin_sub_overflow(args[1].microseconds, args[0].microseconds, &us))
        return too_far(e, call, err);
    return give_duration(e, 0, us / DAY, 0, out, err);
}

Q_FUNC(qf_duration_in_seconds)
{
    int64_t us;
    if (!is_instant(args[0]) || !is_instant(args[1]))
        return qf_bad_value(e, call, err);
    if (__builtin_sub_overflow(args[1].microseconds, args[0].microseconds, &us))
        return too_far(e, call, err);
    return give_duration(e, 0, 0, us, out, err);
}

/* ---- parts ---- */

static bool instant_part(cg_value v, cg_str key, int64_t *out)
{
    int64_t day = floor_day(v.microseconds), in_day = v.microseconds - day, year;
    int32_t month, date;
    cg_civil_from_days(day / DAY, &year, &month, &date);
    const struct {
        const char *name;
        int64_t value;
    } parts[] = { { "year", year },
                  { "month", month },
                  { "day", date },
                  { "hour", in_day / 3600000000ll },
                  { "minute", in_day / 60000000ll % 60 },
                  { "second", in_day / 1000000ll % 60 },
                  { "millisecond", in_day / 1000ll % 1000 },
                  { "epochSeconds", (v.microseconds - (in_day % 1000000ll)) / 1000000ll },
                  { "epochMillis", (v.microseconds - (in_day % 1000ll)) / 1000ll } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (cg_str_eq_nocase(key, cg_str_from(parts[i].name))) {
            *out = parts[i].value;
            return true;
        }
    }
    return false;
}

static bool duration_part(const struct cg_duration *d, cg_str key, int64_t *out)
{
    const struct {
        const char *name;
        int64_t value;
    } parts[] = { { "years", d->months / 12 },
                  { "months", d->months },
                  { "weeks", d->days / 7 },
                  { "days", d->days },
                  { "hours", d->microseconds / 3600000000ll },
                  { "minutes", d->microseconds / 60000000ll },
                  { "seconds", d->microseconds / 1000000ll },
                  { "milliseconds", d->microseconds / 1000ll } };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (cg_str_eq_nocase(key, cg_str_from(parts[i].name))) {
            *out = parts[i].value;
            return true;
        }
    }
    return false;
}

cg_value q_time_part(cg_value v, cg_str key)
{
    int64_t n;
    bool known = v.type == CG_DURATION ? duration_part(v.duration, key, &n) : instant_part(v, key, &n);
    return known ? cg_v_int(n) : cg_v_null();
}

/* ---- arithmetic ---- */

static bool shift(cg_value v, const struct cg_duration *d, int64_t sign, int64_t *us)
{
    int64_t day = floor_day(v.microseconds), in_day = v.microseconds - day, year;
    int32_t month, date;
    if (d->months > 2400000 || d->months < -2400000 || d->days > 100000000 || d->days < -100000000 || d->microseconds == INT64_MIN)
        return false;
    cg_civil_from_days(day / DAY, &year, &month, &date);
    int64_t months = year * 12 + (month - 1) + sign * d->months;
    int64_t to_year = months >= 0 ? months / 12 : -((11 - months) / 12);
    int32_t to_month = (int32_t)(months - to_year * 12) + 1;
    int64_t first = cg_days_from_civil(to_year, to_month, 1);
    int64_t length = cg_days_from_civil(to_month == 12 ? to_year + 1 : to_year, to_month == 12 ? 1 : to_month + 1, 1) - first;
    int64_t to_day = first + (date <= length ? date : length) - 1 + sign * d->days; /* 31 January + 1 month is the last of February */
    return !__builtin_mul_overflow(to_day, DAY, us) && !__builtin_add_overflow(*us, in_day, us) &&
           !__builtin_add_overflow(*us, sign * d->microseconds, us);
}

bool q_is_time(cg_value v)
{
    return v.type == CG_DATE || v.type == CG_DATETIME || v.type == CG_DURATION;
}

int32_t q_time_arithmetic(q_eval *e, const q_expr *x, uint8_t op, cg_value a, cg_value b, cg_value *out, cspm_error **err)
{
    int64_t us, sign = op == Q_SUB ? -1 : 1;
    if ((op == Q_ADD || op == Q_SUB) && is_instant(a) && b.type == CG_DURATION) {
        if (!shift(a, b.duration, sign, &us))
            return too_far(e, x, err);
        *out = instant(a.type, us);
        return CSPM_OK;
    }
    if (op == Q_ADD && a.type == CG_DURATION && is_instant(b))
        return q_time_arithmetic(e, x, op, b, a, out, err);
    struct cg_duration d;
    bool bad = true;
    if ((op == Q_ADD || op == Q_SUB) && a.type == CG_DURATION && b.type == CG_DURATION) {
        const struct cg_duration *p = a.duration, *q = b.duration;
        bad = op == Q_ADD ? __builtin_add_overflow(p->months, q->months, &d.months) || __builtin_add_overflow(p->days, q->days, &d.days) ||
                                __builtin_add_overflow(p->microseconds, q->microseconds, &d.microseconds)
                          : __builtin_sub_overflow(p->months, q->months, &d.months) || __builtin_sub_overflow(p->days, q->days, &d.days) ||
                                __builtin_sub_overflow(p->microseconds, q->microseconds, &d.microseconds);
    } else if (op == Q_MUL && a.type == CG_DURATION && b.type == CG_INT) {
        const struct cg_duration *p = a.duration;
        bad = __builtin_mul_overflow(p->months, b.integer, &d.months) || __builtin_mul_overflow(p->days, b.integer, &d.days) ||
              __builtin_mul_overflow(p->microseconds, b.integer, &d.microseconds);
    } else {
        return q_run_error(e->run, err, x, "type", "InvalidArgumentType", "these types cannot be combined by this operator");
    }
    return bad ? too_far(e, x, err) : give_duration(e, d.months, d.days, d.microseconds, out, err);
}
