/* Memory refused at every single request, ours and libarchive's, and a budget that is too small. */
#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>

#include "fault.h"
#include "ingest_test.h"

static const char text[] =
    "{\"graph\":{\"edges\":[{\"kind\":\"R\",\"start\":{\"match_by\":\"name\",\"value\":\"a\"},\"end\":{\"value\":\"b\"},\"properties\":{"
    "\"w\":[1,2]}},"
    "{\"kind\":\"R\",\"start\":{\"match_by\":\"property\",\"property_matchers\":[{\"key\":\"name\",\"operator\":\"equals\",\"value\":\"B\"}"
    "]},\"end\":{\"value\":\"a\"}},"
    "{\"kind\":\"R\",\"start\":{}},{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"gone\"}}],"
    "\"nodes\":[{\"id\":\"a\",\"kinds\":[\"K\"],\"properties\":{\"name\":\"A\",\"list\":[\"x\",\"y\"],\"esc\":\"\\u00e9\",\"bad\":{}}},"
    "{\"id\":\"b\",\"kinds\":[\"K\",\"L\"],\"properties\":{\"name\":\"B\",\"list\":[\"z\"]}}],\"more\":1},"
    "\"metadata\":{\"source_kind\":\"Src\"}}";
static const char definition[] =
    "{\"schema\":{\"name\":\"X\"},\"relationship_kinds\":[{\"name\":\"R\",\"is_traversable\":true},{\"name\":7},{\"name\":\"S\"}]}";

static char *folder;

static void setup(void)
{
    folder = test_folder();
    test_write_text(folder, "a.json", text);
    test_write_text(folder, "b.json", definition);
    test_write_text(folder, "c.txt", "hello");
    char *path = test_join(folder, "d.zip");
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_open_filename(a, path);
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, "member.json");
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, (la_int64_t)strlen(SMALL));
    archive_write_header(a, e);
    archive_write_data(a, SMALL, strlen(SMALL));
    archive_entry_free(e);
    archive_write_close(a);
    archive_write_free(a);
    free(path);
}

static void teardown(void)
{
    test_folder_drop(folder);
}

enum { WRONG = -1000 }; /* no assertions in here: they allocate */

/* Reads the folder and freezes; a refused call must not show in the builder. */
static int32_t scenario(const cspm_allocator *allocator, bool freeze)
{
    cg_mem *mem = cg_mem_new(allocator, 0);
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    cspm_error *err = NULL;
    int32_t rc = CSPM_E_NOMEM;

    if (!mem)
        return rc;
    rc = cg_builder_new(mem, NULL, &b, &err);
    if (rc == CSPM_OK) {
        rc = cg_ingest_path(b, folder, NULL, NULL, &err);
        if (rc < 0 && cg_builder_n_nodes(b) != 0)
            rc = WRONG;
    }
    if (rc == CSPM_OK && freeze) {
        rc = cg_builder_freeze(b, NULL, &g, &err);
        if (rc == CSPM_OK && cg_graph_n_nodes(g) != 2)
            rc = WRONG;
    }
    if ((err ? cspm_error_code(err) : CSPM_OK) != rc)
        rc = WRONG;
    cspm_error_free(err);
    cg_graph_unref(g);
    cg_builder_free(b);
    if (cg_mem_used(mem) != 0)
        rc = WRONG;
    cg_mem_unref(mem);
    return rc;
}

START_TEST(every_refusal_is_survived)
{
    cg_fault f = CG_FAULT_INIT;
    f.persistent = _i == 1;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, 0)
    {
        int32_t rc = scenario(&a, false);
        ck_assert_msg(rc == (atomic_load(&f.refused) ? CSPM_E_NOMEM : CSPM_OK), "request %llu: %d", (unsigned long long)f.fail_at, rc);
        ck_assert_msg(cg_fault_clean(&f), "request %llu: %s", (unsigned long long)f.fail_at, cg_fault_report(&f));
    }
    ck_assert_uint_gt(f.total, 50);
}
END_TEST

/* libarchive and the system's folder reading allocate by themselves: they are refused by standing in front of malloc. */
static uint64_t system_requests, system_fail_at;
static bool counting;

static bool system_refuses(void)
{
    return counting && ++system_requests == system_fail_at;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);

#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
#define INTERPOSE 1
#elif defined(__has_feature)
#if !__has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define INTERPOSE 1
#endif
#endif

#ifdef INTERPOSE
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
#endif

START_TEST(every_refusal_by_the_system_is_survived)
{
#ifdef INTERPOSE
    system_fail_at = 0;
    system_requests = 0;
    counting = true;
    int32_t rc = scenario(NULL, false);
    counting = false;
    ck_assert_int_eq(rc, CSPM_OK);
    uint64_t total = system_requests;
    if (total == 0) /* a checker owns malloc */
        return;
    uint64_t failures = 0;
    for (uint64_t at = 1; at <= total; at++) {
        system_requests = 0;
        system_fail_at = at;
        counting = true;
        rc = scenario(NULL, false);
        counting = false;
        /* libarchive does without some blocks, or calls what it cannot hold damaged; never a crash, never a half-read folder */
        ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM || rc == CSPM_E_PARSE, "request %llu: %d", (unsigned long long)at, rc);
        failures += rc == CSPM_E_NOMEM;
    }
    ck_assert_uint_gt(failures, total / 2);
#endif
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
            rc = cg_ingest_path(b, folder, NULL, NULL, &err);
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

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_refusal_is_survived, 0, 2);
    tcase_add_test(t, every_refusal_by_the_system_is_survived);
    tcase_add_test(t, a_small_budget_is_a_limit);
    suite_add_tcase(s, t);
    return s;
}
