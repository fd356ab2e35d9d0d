/* Conversions between types. */
#include "query/pipe_value.h"

#include <math.h>

#include "base/time.h"

int64_t pipe_span(const cg_duration *d)
{
    int64_t us;
    if (__builtin_mul_overflow(d->days, PIPE_DAY, &us) || __builtin_add_overflow(us, d->microseconds, &us))
        return d->days < 0 ? INT64_MIN : INT64_MAX;
    return us;
}

bool pipe_new_span(q_eval *e, int64_t microseconds, cg_value *out)
{
    cg_duration *d = cg_arena_calloc(e->arena, 1, sizeof *d);
    if (!d)
        return false;
    d->days = microseconds / PIPE_DAY;
    d->microseconds = microseconds % PIPE_DAY;
    *out = (cg_value){ .type = CG_DURATION, .duration = d };
    return true;
}

bool pipe_read_span(cg_str s, int64_t *out)
{
    int64_t part[5] = { 0 }, sign = 1;
    size_t i = 0, n = 0, from;
    if (s.length && s.data[0] == '-') {
        sign = -1;
        i++;
    }
    for (from = i; i < s.length && s.data[i] >= '0' && s.data[i] <= '9'; i++)
        part[0] = part[0] * 10 + (s.data[i] - '0');
    if (i == from || i - from > 8)
        return false;
    if (i == s.length) { /* days alone */
        *out = sign * part[0] * PIPE_DAY;
        return true;
    }
    if (s.data[i] == '.') {
        i++;
    } else {
        part[0] = 0;
        i = from;
    }
    for (n = 1; n <= 3; n++) {
        from = i;
        for (; i < s.length && i - from < 2 && s.data[i] >= '0' && s.data[i] <= '9'; i++)
            part[n] = part[n] * 10 + (s.data[i] - '0');
        if (i == from)
            return false;
        if (n == 3 || i >= s.length || s.data[i] != ':')
            break;
        i++;
    }
    if (n == 3 && i < s.length && s.data[i] == '.') {
        int64_t scale = 1000000;
        for (i++; i < s.length && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
            scale /= 10;
            part[4] += (s.data[i] - '0') * scale;
        }
    }
    if (n < 2 || i != s.length)
        return false;
    *out = sign * ((((part[0] * 24 + part[1]) * 60 + part[2]) * 60 + part[3]) * 1000000 + part[4]);
    return true;
}

/* ---- text ---- */

static void write_span(cg_buf *b, int64_t us)
{
    uint64_t rest = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    if (us < 0)
        cg_buf_char(b, '-');
    if (rest >= (uint64_t)PIPE_DAY)
        cg_buf_printf(b, "%llu.", (unsigned long long)(rest / (uint64_t)PIPE_DAY));
    rest %= (uint64_t)PIPE_DAY;
    unsigned seconds = (unsigned)(rest / 1000000), fraction = (unsigned)(rest % 1000000);
    cg_buf_printf(b, "%02u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if (fraction)
        cg_buf_printf(b, ".%06u0", fraction);
}

static void write_quoted(cg_buf *b, cg_str s)
{
    cg_buf_char(b, '"');
    for (size_t i = 0; i < s.length; i++) {
        unsigned char ch = (unsigned char)s.data[i];
        if (ch == '"' || ch == '\\') {
            cg_buf_char(b, '\\');
            cg_buf_char(b, (char)ch);
        } else if (ch == '\n' || ch == '\t' || ch == '\r') {
            cg_buf_adds(b, ch == '\n' ? "\\n" : ch == '\t' ? "\\t" : "\\r");
        } else if (ch < 32) {
            cg_buf_printf(b, "\\u%04x", ch);
        } else {
            cg_buf_char(b, (char)ch);
        }
    }
    cg_buf_char(b, '"');
}

static void write_inside(cg_buf *b, cg_value v)
{
    if (v.type == CG_STRING) {
        write_quoted(b, cg_value_str(v));
    } else if (v.type == CG_NULL) {
        cg_buf_adds(b, "null");
    } else if (v.type == CG_DATETIME || v.type == CG_DATE || v.type == CG_DURATION) {
        cg_buf_char(b, '"');
        pipe_write(b, v);
        cg_buf_char(b, '"');
    } else {
        pipe_write(b, v);
    }
}

void pipe_write(cg_buf *b, cg_value v)
{
    switch (v.type) {
    case CG_STRING:
        cg_buf_str(b, cg_value_str(v));
        break;
    case CG_BOOL:
        cg_buf_adds(b, v.boolean ? "true" : "false");
        break;
    case CG_INT:
        cg_buf_int(b, v.integer);
        break;
    case CG_FLOAT:
        cg_buf_double(b, v.real);
        break;
    case CG_DATE:
    case CG_DATETIME:
        cg_instant_write(b, (cg_instant){ v.microseconds });
        break;
    case CG_DURATION:
        write_span(b, pipe_span(v.duration));
        break;
    case CG_LIST:
        cg_buf_char(b, '[');
        for (uint32_t i = 0; i < v.list->count; i++) {
            cg_buf_adds(b, i ? "," : "");
            write_inside(b, v.list->items[i]);
        }
        cg_buf_char(b, ']');
        break;
    case CG_MAP:
        cg_buf_char(b, '{');
        for (uint32_t i = 0; i < v.map->count; i++) {
            cg_buf_adds(b, i ? "," : "");
            write_quoted(b, v.map->entries[i].key);
            cg_buf_char(b, ':');
            write_inside(b, v.map->entries[i].value);
        }
        cg_buf_char(b, '}');
        break;
    default:
        break;
    }
}

bool pipe_text(q_eval *e, cg_value v, cg_str *out)
{
    if (v.type == CG_STRING || v.type == CG_NULL) {
        *out = v.type == CG_NULL ? CG_STR("") : cg_value_str(v);
        return true;
    }
    cg_buf b;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    pipe_write(&b, v);
    char *p = b.failed ? NULL : cg_arena_strndup(e->arena, b.data ? b.data : "", b.length);
    *out = (cg_str){ p, b.length };
    cg_buf_free(&b);
    return p != NULL;
}

int32_t pipe_finish(q_eval *e, cg_buf *b, cg_value *out, cspm_error **err)
{
    bool ok = !b->failed;
    if (ok)
        *out = q_new_string(e, cg_buf_view(b), &ok);
    cg_buf_free(b);
    return ok ? q_tick(e->run, out->length / 256, err) : cg_nomem(e->run->mem, err);
}

/* ---- other types ---- */

bool pipe_to_double(cg_value v, double *out)
{
    if (v.type == CG_STRING) {
        int64_t i;
        if (cg_parse_double(cg_value_str(v), out))
            return true;
        if (!cg_parse_int64(cg_value_str(v), &i))
            return false;
        *out = (double)i;
        return true;
    }
    if (v.type == CG_BOOL)
        *out = v.boolean;
    else if (q_is_number(v))
        *out = q_as_double(v);
    else
        return false;
    return true;
}

static cg_value to_int(cg_value v)
{
    double d;
    int64_t i;
    if (v.type == CG_INT)
        return v;
    if (v.type == CG_DATETIME || v.type == CG_DATE)
        return cg_v_int(v.microseconds);
    if (v.type == CG_STRING && cg_parse_int64(cg_value_str(v), &i))
        return cg_v_int(i);
    if (!pipe_to_double(v, &d) || !(d >= -9223372036854775808.0 && d < 9223372036854775808.0))
        return cg_v_null();
    return cg_v_int((int64_t)d);
}

static cg_value to_bool(cg_value v)
{
    if (v.type == CG_BOOL)
        return v;
    if (v.type == CG_INT || (v.type == CG_FLOAT && !isnan(v.real)))
        return cg_v_bool(q_as_double(v) != 0);
    if (v.type == CG_STRING && (cg_str_eq_nocase(cg_value_str(v), CG_STR("true")) || cg_str_eq(cg_value_str(v), CG_STR("1"))))
        return cg_v_bool(true);
    if (v.type == CG_STRING && (cg_str_eq_nocase(cg_value_str(v), CG_STR("false")) || cg_str_eq(cg_value_str(v), CG_STR("0"))))
        return cg_v_bool(false);
    return cg_v_null();
}

static cg_value to_instant(cg_value v)
{
    cg_instant t;
    if (v.type == CG_DATETIME || v.type == CG_DATE)
        return (cg_value){ .type = CG_DATETIME, .microseconds = v.microseconds };
    if (v.type != CG_STRING || !cg_instant_parse(cg_value_str(v), &t))
        return cg_v_null();
    return (cg_value){ .type = CG_DATETIME, .microseconds = t.microseconds };
}

int32_t pipe_convert(q_eval *e, cg_value v, uint32_t type, cg_value *out, cspm_error **err)
{
    cg_str text;
    int64_t span;
    double d;
    *out = cg_v_null();
    switch (type) {
    case QT_STRING:
        if (!pipe_text(e, v, &text))
            return cg_nomem(e->run->mem, err);
        *out = cg_v_str(text);
        break;
    case QT_INT:
        *out = to_int(v);
        break;
    case QT_FLOAT:
        if (pipe_to_double(v, &d))
            *out = cg_v_float(d);
        break;
    case QT_BOOL:
        *out = to_bool(v);
        break;
    case QT_DATETIME:
        *out = to_instant(v);
        break;
    case QT_DURATION:
        if (v.type == CG_DURATION)
            *out = v;
        else if (v.type == CG_STRING && pipe_read_span(cg_value_str(v), &span) && !pipe_new_span(e, span, out))
            return cg_nomem(e->run->mem, err);
        break;
    default:
        *out = v;
    }
    return CSPM_OK;
}

int pipe_order(const q_eval *e, cg_value a, cg_value b)
{
    if (a.type == CG_DURATION && b.type == CG_DURATION) {
        int64_t x = pipe_span(a.duration), y = pipe_span(b.duration);
        return (x > y) - (x < y);
    }
    if (a.type == CG_DATE)
        a.type = CG_DATETIME;
    if (b.type == CG_DATE)
        b.type = CG_DATETIME;
    bool same = a.type == b.type || (q_is_number(a) && q_is_number(b));
    bool nan = (a.type == CG_FLOAT && isnan(a.real)) || (b.type == CG_FLOAT && isnan(b.real));
    if (!same || nan || a.type == CG_NULL)
        return 2;
    int d = q_order(e->run->g, a, b);
    return (d > 0) - (d < 0);
}
