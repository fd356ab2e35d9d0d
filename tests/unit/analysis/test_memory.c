/* Memory refused anywhere in a run: an error, nothing kept, nothing damaged. A budget instead: what was found, marked, or an error. */
#include "fault.h"
#include "world.h"

static const char *const lines[] = {
    "node a N,Open", "node b N,Inside", "node c N,Crown", "node d N,Jewel", "edge a GO b",
    "edge b GO c",   "edge b TRY d",    "edge a READ d",  "edge d USE c",   "edge a MAYBE c conditional=true"
};

static int32_t scenario(const cspm_allocator *allocator)
{
    world w;
    cspm_error *err = NULL;
    cg_analysis *a = NULL;
    int32_t rc = world_try(&w, allocator, world_pack, lines, sizeof lines / sizeof *lines, &err);
    w.o.assume_breach = true;
    w.o.max_fixes = 2;
    if (rc == CSPM_OK)
        rc = world_try_analyze(&w, NULL, &a, &err);
    if (rc == CSPM_OK)
        ck_assert(a->n_paths >= 4 || a->truncated);
    else
        ck_assert_ptr_null(a);
    cg_analysis_unref(a);
    cspm_error_free(err);
    world_free(&w);
    return rc;
}

START_TEST(refused_once)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator allocator = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, 400)
    {
        int32_t rc = scenario(&allocator);
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM, "request %lu: %d", (unsigned long)f.fail_at, rc);
        ck_assert_msg(!f.fail_at || !f.refused || rc == CSPM_E_NOMEM || rc == CSPM_OK, "request %lu", (unsigned long)f.fail_at);
        ck_assert_msg(cg_fault_clean(&f), "request %lu: %s", (unsigned long)f.fail_at, cg_fault_report(&f));
    }
}
END_TEST

START_TEST(refused_from_there_on)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator allocator = cg_fault_allocator(&f);
    f.persistent = true;
    CG_FAULT_SWEEP(&f, 100)
    {
        int32_t rc = scenario(&allocator);
        ck_assert(rc == CSPM_OK || rc == CSPM_E_NOMEM);
        ck_assert_msg(cg_fault_clean(&f), "request %lu: %s", (unsigned long)f.fail_at, cg_fault_report(&f));
    }
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("memory");
    tcase_add_test(tc, refused_once);
    tcase_add_test(tc, refused_from_there_on);
    tcase_set_timeout(tc, 300);
    suite_add_tcase(s, tc);
    return s;
}
