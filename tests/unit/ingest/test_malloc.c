/* Memory refused to libarchive and to the system's folder reading, which do not ask our allocator: this program stands in front of malloc.
 * A program of its own, so that memory checkers keep the other tests' malloc to themselves. */
#include "ingest_test.h"

static uint64_t system_requests, system_fail_at;
static bool counting;

static bool system_refuses(void)
{
    return counting && ++system_requests == system_fail_at;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);

void *malloc(size_t size)
{
    return system_refuses() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return system_refuses() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
    return system_refuses() ? NULL : __libc_realloc(ptr, size);
}

START_TEST(every_refusal_by_the_system_is_survived)
{
    system_fail_at = 0;
    system_requests = 0;
    counting = true;
    int32_t rc = scenario_run(NULL);
    counting = false;
    ck_assert_int_eq(rc, CSPM_OK);
    uint64_t total = system_requests;
    uint64_t failures = 0;
    for (uint64_t at = 1; at <= total; at++) {
        system_requests = 0;
        system_fail_at = at;
        counting = true;
        rc = scenario_run(NULL);
        counting = false;
        /* libarchive does without some blocks, or calls what it cannot hold damaged; never a crash, never a half-read folder */
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM || rc == CSPM_E_PARSE, "request %llu: %d", (unsigned long long)at, rc);
        failures += rc == CSPM_E_NOMEM;
    }
    ck_assert_uint_gt(failures, total / 2);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("system memory");
    TCase *t = tcase_create("refused");

    tcase_add_checked_fixture(t, scenario_setup, scenario_teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_refusal_by_the_system_is_survived);
    suite_add_tcase(s, t);
    SRunner *sr = srunner_create(s);
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
