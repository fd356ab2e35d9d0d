/* The published risk formula in integers: the same bytes on every machine, and the order of scores is the order of costs. */
#include "analysis/run.h"

#define MILLION 1000000u
#define FRACTION_BITS 40
/* Two roundings of one part in 2^40 must not push an exact tie below its threshold. */
#define SLACK 64

/* -log2(x / 10^6) in units of 2^-40, for 1 <= x <= 10^6: one bit a squaring. */
static uint64_t minus_log2(uint32_t millionths)
{
    unsigned __int128 q = ((unsigned __int128)millionths << 82) / MILLION; /* value * 2^82 */
    int bits = 0;
    for (unsigned __int128 rest = q; rest; rest >>= 1)
        bits++;
    uint64_t m = bits >= 63 ? (uint64_t)(q >> (bits - 63)) : (uint64_t)(q << (63 - bits)); /* 1..2 in units of 2^-62 */
    uint64_t fraction = 0;
    for (int i = 0; i < FRACTION_BITS; i++) {
        m = (uint64_t)(((unsigned __int128)m * m) >> 62);
        fraction <<= 1;
        if (m >> 63) {
            m >>= 1;
            fraction |= 1;
        }
    }
    return ((uint64_t)(83 - bits) << FRACTION_BITS) - fraction;
}

static uint32_t clamp(uint32_t millionths)
{
    return millionths < 1 ? 1 : millionths > MILLION ? MILLION : millionths;
}

uint32_t cg_risk_tenths(uint32_t impact, uint32_t likelihood, uint32_t alpha, uint32_t beta)
{
    unsigned __int128 sum = (unsigned __int128)alpha * minus_log2(clamp(impact)) + (unsigned __int128)beta * minus_log2(clamp(likelihood));
    sum /= 1000;
    uint32_t low = 0, high = 1000; /* the largest s whose lower rounding bound, (s - 0.5) / 1000, is not above the value */
    while (low < high) {
        uint32_t s = (low + high + 1) / 2;
        if (sum <= (unsigned __int128)minus_log2((2 * s - 1) * 500) + SLACK)
            low = s;
        else
            high = s - 1;
    }
    return low;
}

double cg_risk_score(uint32_t impact, uint32_t likelihood, uint32_t alpha, uint32_t beta)
{
    return cg_risk_tenths(impact, likelihood, alpha, beta) / 10.0;
}

uint32_t cg_millionths_mul(uint32_t a, uint32_t b)
{
    return clamp((uint32_t)(((uint64_t)a * b + MILLION / 2) / MILLION));
}

void cg_product_init(cg_product *p)
{
    p->value = 1000000000000000000u;
}

void cg_product_mul(cg_product *p, uint32_t millionths)
{
    p->value = (uint64_t)(((unsigned __int128)p->value * clamp(millionths) + MILLION / 2) / MILLION);
}

uint32_t cg_product_get(const cg_product *p)
{
    return clamp((uint32_t)((p->value + 500000000000u) / 1000000000000u));
}

const char *cg_level_name(cg_level level)
{
    switch (level) {
    case CG_LEVEL_CRITICAL:
        return "Critical";
    case CG_LEVEL_HIGH:
        return "High";
    case CG_LEVEL_MEDIUM:
        return "Medium";
    case CG_LEVEL_LOW:
        return "Low";
    }
    return "None";
}

cg_level cg_level_of(const cg_risk *risk, double score)
{
    return score >= risk->critical_from ? CG_LEVEL_CRITICAL
           : score >= risk->high_from   ? CG_LEVEL_HIGH
           : score >= risk->medium_from ? CG_LEVEL_MEDIUM
                                        : CG_LEVEL_LOW;
}
