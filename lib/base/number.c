/* Number texts, independent of the locale: no decimal point ever reaches or leaves the C library. */
#include "base/str.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool cg_parse_int64(cg_str s, int64_t *out)
{
    size_t i = 0;
    bool negative = false;
    if (i < s.length && (s.data[i] == '-' || s.data[i] == '+'))
        negative = s.data[i++] == '-';
    if (i == s.length)
        return false;
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t v = 0;
    for (; i < s.length; i++) {
        unsigned digit = (unsigned)(unsigned char)s.data[i] - '0';
        if (digit > 9 || v > (limit - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* A decimal number taken apart: 0.d1d2d3... is not used; value = digits * 10^exponent. */
typedef struct decimal {
    bool negative;
    bool sticky; /* a non-zero digit was left out behind the kept ones */
    uint32_t n_digits;
    int64_t exponent;
    char digits[800]; /* more than the 767 that can decide a rounding */
} decimal;
#define KEPT_DIGITS 780

static void take_digit(decimal *d, char c, bool fraction)
{
    if (d->n_digits == 0 && c == '0') {
        d->exponent -= fraction;
        return;
    }
    if (d->n_digits < KEPT_DIGITS) {
        d->digits[d->n_digits++] = c;
        d->exponent -= fraction;
        return;
    }
    d->sticky |= c != '0';
    d->exponent += !fraction;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_exponent(decimal *d, cg_str s, size_t i)
{
    bool negative = false;
    if (i < s.length && (s.data[i] == '-' || s.data[i] == '+'))
        negative = s.data[i++] == '-';
    if (i == s.length)
        return false;
    int64_t e = 0;
    for (; i < s.length; i++) {
        if (!is_digit(s.data[i]))
            return false;
        if (e < INT64_C(1) << 50) /* saturates far beyond any text length */
            e = e * 10 + (s.data[i] - '0');
    }
    d->exponent += negative ? -e : e;
    return true;
}

/* [+-] (digits [. [digits]] | . digits) [(e|E) [+-] digits] */
static bool take_apart(cg_str s, decimal *d)
{
    size_t i = 0, seen = 0;
    d->negative = d->sticky = false;
    d->n_digits = 0;
    d->exponent = 0;
    if (i < s.length && (s.data[i] == '-' || s.data[i] == '+'))
        d->negative = s.data[i++] == '-';
    for (; i < s.length && is_digit(s.data[i]); i++, seen++)
        take_digit(d, s.data[i], false);
    if (i < s.length && s.data[i] == '.')
        for (i++; i < s.length && is_digit(s.data[i]); i++, seen++)
            take_digit(d, s.data[i], true);
    if (seen == 0)
        return false;
    if (i == s.length)
        return true;
    return (s.data[i] == 'e' || s.data[i] == 'E') && take_exponent(d, s, i + 1);
}

/* At most 15 digits and a power of ten that is exact: one rounding, so the result is the nearest double. */
static bool exact_value(const decimal *d, double *out)
{
    static const double ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    if (d->n_digits > 15 || d->exponent < -22 || d->exponent > 22 || FLT_EVAL_METHOD != 0)
        return false;
    uint64_t m = 0;
    for (uint32_t i = 0; i < d->n_digits; i++)
        m = m * 10 + (uint64_t)(d->digits[i] - '0');
    *out = d->exponent < 0 ? (double)m / ten[-d->exponent] : (double)m * ten[d->exponent];
    return true;
}

bool cg_parse_double(cg_str s, double *out)
{
    decimal d;
    if (!take_apart(s, &d))
        return false;
    double v = 0;
    if (d.n_digits != 0 && !exact_value(&d, &v)) {
        /* Digits and an integer exponent only: strtod needs no decimal point for that, so no locale can interfere. */
        char text[KEPT_DIGITS + 40];
        if (d.sticky) {
            d.digits[d.n_digits++] = '1';
            d.exponent--;
        }
        int64_t e = d.exponent < -9999 ? -9999 : d.exponent > 9999 ? 9999 : d.exponent;
        snprintf(text, sizeof text, "%.*se%d", (int)d.n_digits, d.digits, (int)e);
        v = strtod(text, NULL);
        if (!isfinite(v))
            return false;
    }
    *out = d.negative ? -v : v;
    return true;
}

/* "%.*g" with whatever decimal point the locale has turned into '.'. */
static size_t print_digits(char *out, size_t size, int precision, double v)
{
    char raw[64];
    int n = snprintf(raw, sizeof raw, "%.*g", precision, v);
    size_t length = 0;
    for (int i = 0; i < n && length + 1 < size; i++) {
        char c = raw[i];
        if (is_digit(c) || c == '-' || c == '+' || c == 'e')
            out[length++] = c;
        else if (length == 0 || out[length - 1] != '.') /* the point may take several bytes */
            out[length++] = '.';
    }
    return length;
}

void cg_buf_double(cg_buf *b, double v)
{
    if (isnan(v)) {
        cg_buf_adds(b, "NaN");
        return;
    }
    if (isinf(v)) {
        cg_buf_adds(b, v < 0 ? "-Infinity" : "Infinity");
        return;
    }
    /* A normal double that has a text of 15 digits or fewer shows it at %.15g; a subnormal one carries fewer digits. */
    char text[64];
    size_t length = 0;
    for (int precision = fabs(v) < DBL_MIN ? 1 : 15; precision <= 17; precision++) {
        double back;
        length = print_digits(text, sizeof text, precision, v);
        if (precision == 17 || (cg_parse_double((cg_str){ text, length }, &back) && back == v))
            break;
    }
    cg_buf_add(b, text, length);
    if (!memchr(text, '.', length) && !memchr(text, 'e', length))
        cg_buf_add(b, ".0", 2);
}
