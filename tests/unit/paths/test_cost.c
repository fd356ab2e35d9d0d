/* Integer costs against the C library's logarithm, which the library itself must not use for ordering. */
#include <math.h>

#include "graph/view.h"
#include "suites.h"

START_TEST(cost_is_the_rounded_logarithm)
{
    uint32_t off = 0;
    for (uint32_t l = 1; l <= 1000000; l += l < 1000 ? 1 : 37) {
        double exact = -log(l / 1e6) * CG_COST_UNIT;
        ck_assert_msg(fabs(exact - cg_cost_of(l)) <= 0.5 + 1e-6, "cost of %u is %u, exactly %f", l, cg_cost_of(l), exact);
        off += lround(exact) != cg_cost_of(l);
    }
    ck_assert_uint_eq(off, 0);
    ck_assert_uint_eq(cg_cost_of(1000000), 0);
    ck_assert_uint_eq(cg_cost_of(1), 13816);
    ck_assert_uint_eq(cg_cost_of(0), cg_cost_of(1));
    ck_assert_uint_eq(cg_cost_of(2000000), 0);
    ck_assert_uint_eq(cg_cost_of(500000), 693);
}
END_TEST

START_TEST(likelihood_is_the_rounded_exponential)
{
    for (uint64_t c = 0; c < 40000; c++) {
        double exact = exp(-(double)c / CG_COST_UNIT) * 1e6;
        ck_assert_msg(fabs(exact - cg_likelihood_of(c)) <= 0.5 + 1e-6, "likelihood of %u is %u, exactly %f", (unsigned)c,
                      cg_likelihood_of(c), exact);
    }
    ck_assert_uint_eq(cg_likelihood_of(UINT64_MAX), 0);
    for (uint32_t l = 1; l < 1000; l++)
        ck_assert_uint_eq(cg_likelihood_of(cg_cost_of(l)), l);
}
END_TEST

Suite *cost_suite(void)
{
    Suite *s = suite_create("cost");
    TCase *t = tcase_create("cost");
    tcase_add_test(t, cost_is_the_rounded_logarithm);
    tcase_add_test(t, likelihood_is_the_rounded_exponential);
    suite_add_tcase(s, t);
    return s;
}
