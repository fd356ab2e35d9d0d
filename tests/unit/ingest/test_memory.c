/* Memory refused at every single request of ours, and a budget that is too small. */
#include "fault.h"
#include "ingest_test.h"

START_TEST(every_refusal_is_survived)
{
    cg_fault f = CG_FAULT_INIT;
    f.persistent = _i == 1;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, 0)
    {
        int32_t rc = scenario_run(&a);
        ck_assert_msg(rc == (atomic_load(&f.refused) ? CSPM_E_NOMEM : CSPM_OK), "request %llu: %d", (unsigned long long)f.fail_at, rc);
        ck_assert_msg(cg_fault_clean(&f), "request %llu: %s", (unsigned long long)f.fail_at, cg_fault_report(&f));
    }
    ck_assert_uint_gt(f.total, 50);
}
END_TEST

START_TEST(a_small_budget_is_a_limit)
{
    for (uint64_t budget = 1 << 10; budget < 64 << 20; budget *= 2) {
        cg_mem *mem = cg_mem_new(NULL, budget);
        cg_builder *b = NULL;
        cspm_error *err = NULL;
        int32_t rc = mem ? cg_builder_new(mem, NULL, &b, &err) : CSPM_E_LIMIT;
        if (rc == CSPM_OK)
            rc = cg_ingest_path(b, scenario_folder, NULL, NULL, &err);
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_LIMIT, "%llu bytes: %d", (unsigned long long)budget, rc);
        if (budget == 1 << 10)
            ck_assert_int_eq(rc, CSPM_E_LIMIT);
        if (budget == 32 << 20)
            ck_assert_int_eq(rc, CSPM_OK);
        cspm_error_free(err);
        cg_builder_free(b);
        if (mem) {
            ck_assert_uint_le(cg_mem_peak(mem), budget);
            cg_mem_unref(mem);
        }
    }
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("refused");

    tcase_add_checked_fixture(t, scenario_setup, scenario_teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_refusal_is_survived, 0, 2);
    tcase_add_test(t, a_small_budget_is_a_limit);
    suite_add_tcase(s, t);
    return s;
}
