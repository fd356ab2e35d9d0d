/* Likelihood to cost and back without floating point, so that the order of paths is the same on every machine. */
#include "graph/view.h"

/* High half of a 64 x 64 bit product, from 32-bit halves. */
static uint64_t mul_high(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t low = al * bl, m1 = ah * bl + (low >> 32), m2 = al * bh + (uint32_t)m1;
    return ah * bh + (m1 >> 32) + (m2 >> 32);
}

/* log2(v) with 58 fractional bits: normalise to [1, 2) in Q1.63, then every squaring yields one more bit. */
static uint64_t log2_q58(uint32_t v)
{
    uint32_t top = 31u - (uint32_t)__builtin_clz(v);
    uint64_t m = (uint64_t)v << (63 - top), result = top;
    for (int bit = 0; bit < 58; bit++) {
        uint64_t square = mul_high(m, m); /* Q2.62 */
        bool two = square >> 63;
        m = two ? square : square << 1;
        result = result << 1 | two;
    }
    return result;
}

#define LIKELIHOOD_ONE 1000000u
#define LOG2_MILLION_Q58 UINT64_C(5744883506029941791)
#define LN2_UNITS_Q54 UINT64_C(12486629536330718418) /* ln 2 * CG_COST_UNIT */

uint32_t cg_cost_of(uint32_t likelihood)
{
    if (likelihood >= LIKELIHOOD_ONE)
        return 0;
    uint64_t log2_ratio = LOG2_MILLION_Q58 - log2_q58(likelihood ? likelihood : 1);
    uint64_t cost_q48 = mul_high(log2_ratio, LN2_UNITS_Q54); /* 58 + 54 - 64 fractional bits */
    return (uint32_t)((cost_q48 + (UINT64_C(1) << 47)) >> 48);
}

uint32_t cg_likelihood_of(uint64_t cost)
{
    /* exp(-2^i / CG_COST_UNIT) in Q0.64 */
    static const uint64_t factor[15] = {
        UINT64_C(0xffbe7f2b78d4edd2), UINT64_C(0xff7d0f199e6bb71f), UINT64_C(0xfefa612cc9834f21), UINT64_C(0xfdf5cdb6d03d1e08),
        UINT64_C(0xfbefc49ebcd1ae65), UINT64_C(0xf7f00c1ffdab2f0d), UINT64_C(0xf021187c780ef98b), UINT64_C(0xe13e1230b38a9ac9),
        UINT64_C(0xc62e2b066c7b7dbb), UINT64_C(0x996b72e16d592b7a), UINT64_C(0x5bf19c6ab0b38a67), UINT64_C(0x2105a93bba128a41),
        UINT64_C(0x44275c1722df5fa),  UINT64_C(0x1224eef97ab3ee),   UINT64_C(0x14936ef2a81),
    };
    if (cost == 0)
        return LIKELIHOOD_ONE;
    if (cost >> 15)
        return 0; /* below 1e-14 */
    uint64_t p = UINT64_MAX;
    for (int i = 0; i < 15; i++)
        if (cost >> i & 1)
            p = mul_high(p, factor[i]);
    uint64_t scaled = mul_high(p, (uint64_t)LIKELIHOOD_ONE << 20);
    return (uint32_t)((scaled + (1u << 19)) >> 20);
}
