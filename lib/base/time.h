/* Instants and durations, proleptic Gregorian calendar, UTC; no use of the system clock except cg_now. */
#ifndef CG_BASE_TIME_H
#define CG_BASE_TIME_H

#include "base/str.h"

typedef struct cg_instant {
    int64_t microseconds; /* since 1970-01-01T00:00:00Z */
} cg_instant;
cg_instant cg_now(void);
bool cg_instant_parse(cg_str rfc3339, cg_instant *out); /* date alone = midnight UTC */
void cg_instant_write(cg_buf *b, cg_instant t);          /* RFC 3339, UTC, fraction only when present */
int64_t cg_days_from_civil(int64_t year, int32_t month, int32_t day);
void cg_civil_from_days(int64_t days, int64_t *year, int32_t *month, int32_t *day);

#endif
