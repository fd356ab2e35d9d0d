/* The published formula against floating point, at its borders, and in order. */
#include <math.h>

#include "world.h"

START_TEST(exact_values)
{
    static const struct {
        uint32_t impact, likelihood, alpha, beta;
        double score;
    } rows[] = {
        { 1000000, 1000000, 1000, 1000, 100.0 }, { 900000, 1000000, 1000, 1000, 90.0 },
        { 500000, 500000, 1000, 1000, 25.0 },    { 500000, 125000, 1000, 1000, 6.3 }, /* 6.25: ties go up */
        { 1000000, 902500, 1000, 500, 95.0 },    { 1000000, 640000, 1000, 500, 80.0 },
        { 300000, 250000, 1000, 1000, 7.5 },     { 1, 1, 1000, 1000, 0.0 },
        { 1, 1000000, 100, 1000, 25.1 },         { 500, 1000000, 1000, 1000, 0.1 },
        { 499, 1000000, 1000, 1000, 0.0 },       { 1000000, 1, 1000, 0, 100.0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double score = cg_risk_score(rows[i].impact, rows[i].likelihood, rows[i].alpha, rows[i].beta);
        ck_assert_msg(score == rows[i].score, "row %zu: %.17g instead of %.17g", i, score, rows[i].score);
    }
    ck_assert(cg_risk_score(0, 0, 1000, 1000) == 0.0);                /* below the range counts as its end */
    ck_assert(cg_risk_score(5000000, UINT32_MAX, 1000, 1000) == 100); /* and above it */
}
END_TEST

START_TEST(agrees_with_floating_point)
{
    uint64_t seed = 7;
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint32_t impact = 1 + (uint32_t)(seed >> 33) % 1000000, likelihood = 1 + (uint32_t)(seed >> 13) % 1000000;
        uint32_t alpha = (uint32_t)(seed >> 40) % 3000, beta = (uint32_t)(seed >> 50) % 3000;
        double exact = 100 * pow(impact / 1e6, alpha / 1e3) * pow(likelihood / 1e6, beta / 1e3);
        double score = cg_risk_score(impact, likelihood, alpha, beta);
        ck_assert_msg(fabs(score - exact) <= 0.05 + 1e-7, "%u^%u * %u^%u: %.17g, not %.17g", impact, alpha, likelihood, beta, exact, score);
    }
}
END_TEST

START_TEST(never_falls_when_a_factor_rises)
{
    for (uint32_t beta = 250; beta <= 2000; beta += 250) {
        double before = 0;
        for (uint32_t likelihood = 1; likelihood <= 1000000; likelihood += 997) {
            double score = cg_risk_score(800000, likelihood, 1000, beta);
            ck_assert_msg(score >= before, "beta %u at %u", beta, likelihood);
            before = score;
        }
    }
}
END_TEST

START_TEST(levels_have_names)
{
    ck_assert_str_eq(cg_level_name(CG_LEVEL_CRITICAL), "Critical");
    ck_assert_str_eq(cg_level_name(CG_LEVEL_HIGH), "High");
    ck_assert_str_eq(cg_level_name(CG_LEVEL_MEDIUM), "Medium");
    ck_assert_str_eq(cg_level_name(CG_LEVEL_LOW), "Low");
    ck_assert_str_eq(cg_level_name((cg_level)0), "None");
}
END_TEST

Suite *score_suite(void)
{
    Suite *s = suite_create("score");
    TCase *tc = tcase_create("score");
    tcase_add_test(tc, exact_values);
    tcase_add_test(tc, agrees_with_floating_point);
    tcase_add_test(tc, never_falls_when_a_factor_rises);
    tcase_add_test(tc, levels_have_names);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(s, tc);
    return s;
}
