#include "base/time.h"

#include <time.h>

#define SECOND INT64_C(1000000)
#define DAY (INT64_C(86400) * SECOND)

cg_instant cg_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (cg_instant){ (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000 };
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years are counted from March, so that the leap day is the last of its year; 400 years are 146,097 days. */
int64_t cg_days_from_civil(int64_t year, int32_t month, int32_t day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void cg_civil_from_days(int64_t days, int64_t *year, int32_t *month, int32_t *day)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int32_t)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int32_t)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

/* Exactly `digits` decimal digits at s[*i]. */
static bool take_number(cg_str s, size_t *i, size_t digits, int32_t *out)
{
    if (s.length - *i < digits)
        return false;
    int32_t v = 0;
    for (size_t end = *i + digits; *i < end; (*i)++) {
        unsigned digit = (unsigned)(unsigned char)s.data[*i] - '0';
        if (digit > 9)
            return false;
        v = v * 10 + (int32_t)digit;
    }
    *out = v;
    return true;
}

static bool take_char(cg_str s, size_t *i, char c)
{
    if (*i >= s.length || s.data[*i] != c)
        return false;
    ++*i;
    return true;
}

static int32_t days_in(int32_t year, int32_t month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(cg_str s, size_t *i, int64_t *days)
{
    int32_t year, month, day;
    if (!take_number(s, i, 4, &year) || !take_char(s, i, '-') || !take_number(s, i, 2, &month) || !take_char(s, i, '-') ||
        !take_number(s, i, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return false;
    *days = cg_days_from_civil(year, month, day);
    return true;
}

/* Digits beyond the sixth are checked and dropped. */
static bool take_fraction(cg_str s, size_t *i, int64_t *microseconds)
{
    int64_t v = 0, unit = SECOND;
    size_t first = *i;
    for (; *i < s.length && (unsigned char)(s.data[*i] - '0') <= 9; ++*i) {
        unit /= 10;
        v += unit * (s.data[*i] - '0');
    }
    *microseconds = v;
    return *i > first;
}

static bool take_zone(cg_str s, size_t *i, int64_t *offset)
{
    int32_t hour, minute;
    *offset = 0;
    if (take_char(s, i, 'Z') || take_char(s, i, 'z'))
        return true;
    bool west = take_char(s, i, '-');
    if (!west && !take_char(s, i, '+'))
        return false;
    if (!take_number(s, i, 2, &hour) || !take_char(s, i, ':') || !take_number(s, i, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *offset = (hour * 60 + minute) * 60 * SECOND * (west ? -1 : 1);
    return true;
}

bool cg_instant_parse(cg_str s, cg_instant *out)
{
    size_t i = 0;
    int64_t days, fraction = 0, offset;
    int32_t hour, minute, second;
    if (!take_date(s, &i, &days))
        return false;
    if (i == s.length) {
        out->microseconds = days * DAY;
        return true;
    }
    if (!take_char(s, &i, 'T') && !take_char(s, &i, 't') && !take_char(s, &i, ' '))
        return false;
    if (!take_number(s, &i, 2, &hour) || !take_char(s, &i, ':') || !take_number(s, &i, 2, &minute) || !take_char(s, &i, ':') ||
        !take_number(s, &i, 2, &second))
        return false;
    /* A leap second reads as the second before it: the scale has no place for it. */
    if (hour > 23 || minute > 59 || second > 60 || (second == 60 && minute != 59))
        return false;
    if (second == 60)
        second = 59;
    if (take_char(s, &i, '.') && !take_fraction(s, &i, &fraction))
        return false;
    if (!take_zone(s, &i, &offset) || i != s.length)
        return false;
    out->microseconds = days * DAY + (hour * 3600 + minute * 60 + second) * SECOND + fraction - offset;
    return true;
}

void cg_instant_write(cg_buf *b, cg_instant t)
{
    int64_t days = floor_div(t.microseconds, DAY);
    int64_t rest = t.microseconds - days * DAY;
    int64_t year;
    int32_t month, day;
    cg_civil_from_days(days, &year, &month, &day);
    int32_t seconds = (int32_t)(rest / SECOND), fraction = (int32_t)(rest % SECOND);
    if (year < 0)
        cg_buf_char(b, '-');
    cg_buf_printf(b, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)(year < 0 ? -year : year), month, day, seconds / 3600, seconds / 60 % 60,
                  seconds % 60);
    if (fraction) {
        char digits[8];
        size_t n = 6;
        for (size_t i = 6; i-- > 0; fraction /= 10)
            digits[i] = (char)('0' + fraction % 10);
        while (n > 1 && digits[n - 1] == '0')
            n--;
        cg_buf_char(b, '.');
        cg_buf_add(b, digits, n);
    }
    cg_buf_char(b, 'Z');
}
