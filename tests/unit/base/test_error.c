#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/op.h"
#include "base_test.h"

static cg_mem *mem;
static cspm_error *err;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    err = NULL;
}

static void teardown(void)
{
    cspm_error_free(err);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

START_TEST(every_field_reaches_json_and_text)
{
    cg_pos pos = { 9, 1, 10 };
    ck_assert_int_eq(cg_fail_at(mem, &err, CSPM_E_QUERY, CG_STR("query"), pos, "unexpected '%s'", "x"), CSPM_E_QUERY);
    cg_error_set_class(err, "syntax", "UnexpectedToken");
    cg_error_set_found(err, CG_STR("x\"y"));
    cg_error_add_expected(err, CG_STR("]"));
    cg_error_add_expected(err, CG_STR(")"));
    cg_error_add_expected(err, CG_STR("]"));
    cg_error_set_hint(err, CG_STR("close it"));
    cg_error_set_source_line(err, CG_STR("MATCH (n x\r\n"));
    ck_assert_str_eq(
        cspm_error_json(err, NULL),
        "{\"error\":{\"code\":\"CSPM_E_QUERY\",\"class\":\"syntax\",\"detail\":\"UnexpectedToken\",\"message\":\"unexpected 'x'\","
        "\"source\":\"query\",\"offset\":9,\"line\":1,\"column\":10,\"found\":\"x\\\"y\",\"expected\":[\")\",\"]\"],"
        "\"hint\":\"close it\",\"source_line\":\"MATCH (n x\"}}");
    ck_assert_str_eq(cspm_error_text(err, NULL), "query:1:10: error: unexpected 'x'\nMATCH (n x\n         ^\nhint: close it");
    uint64_t offset;
    uint32_t line, column;
    cspm_error_position(err, &offset, &line, &column);
    ck_assert(offset == 9 && line == 1 && column == 10);
    cspm_error_position(err, NULL, NULL, NULL);
    size_t length;
    ck_assert_str_eq(cspm_error_source(err, &length), "query");
    ck_assert_uint_eq(length, 5);
}
END_TEST

START_TEST(texts_without_a_place)
{
    cg_fail(mem, &err, CSPM_E_INVALID, "no %d", 1);
    ck_assert_str_eq(cspm_error_text(err, NULL), "error: no 1");
    cg_error_set_source(err, CG_STR("a.json"));
    cspm_error *second = NULL;
    cg_fail_at(mem, &second, CSPM_E_IO, CG_STR("a.json"), (cg_pos){ 0 }, "cannot open");
    ck_assert_str_eq(cspm_error_text(second, NULL), "a.json: error: cannot open");
    cspm_error_free(second);
}
END_TEST

START_TEST(the_first_cause_wins)
{
    cg_fail(mem, &err, CSPM_E_PARSE, "inner");
    ck_assert_int_eq(cg_fail(mem, &err, CSPM_E_IO, "outer"), CSPM_E_PARSE);
    ck_assert_int_eq(cg_nomem(mem, &err), CSPM_E_PARSE);
    ck_assert_str_eq(cspm_error_message(err, NULL), "inner");
    ck_assert_int_eq(cg_fail(mem, NULL, CSPM_E_IO, "nobody asks"), CSPM_E_IO);
}
END_TEST

START_TEST(hostile_text_is_made_harmless)
{
    cg_fail(mem, &err, CSPM_E_PARSE, "bad \x1b[31m\nname \xff\xe2\x80\xae%s", "\xc2\x9b");
    ck_assert_str_eq(cspm_error_message(err, NULL), "bad \xEF\xBF\xBD[31m name \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    cspm_error *long_one = NULL;
    char *text = malloc(100001);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    cg_fail_at(mem, &long_one, CSPM_E_PARSE, cg_str_from(text), (cg_pos){ 90000, 1, 90001 }, "%s", text);
    cg_error_set_source_line(long_one, cg_str_from(text));
    ck_assert_uint_lt(strlen(cspm_error_text(long_one, NULL)), 8000);
    free(text);
    cspm_error_free(long_one);
}
END_TEST

START_TEST(expected_tokens_do_not_depend_on_order)
{
    cspm_error *other = NULL;
    cg_fail(mem, &err, CSPM_E_QUERY, "x");
    cg_fail(mem, &other, CSPM_E_QUERY, "x");
    char name[4] = "a";
    for (int i = 0; i < 26; i++) {
        name[0] = (char)('a' + i);
        cg_error_add_expected(err, cg_str_from(name));
        name[0] = (char)('z' - i);
        cg_error_add_expected(other, cg_str_from(name));
    }
    ck_assert_str_eq(cspm_error_json(err, NULL), cspm_error_json(other, NULL));
    ck_assert_ptr_nonnull(strstr(cspm_error_json(err, NULL), "\"p\"]"));
    cspm_error_free(other);
}
END_TEST

START_TEST(static_errors_are_complete_and_safe)
{
    cg_mem *small = cg_mem_new(NULL, 64);
    ck_assert_ptr_null(cg_alloc(small, 100));
    ck_assert_int_eq(cg_nomem(small, &err), CSPM_E_LIMIT);
    ck_assert_int_eq(cspm_error_code(err), CSPM_E_LIMIT);
    ck_assert_ptr_nonnull(strstr(cspm_error_json(err, NULL), "\"code\":\"CSPM_E_LIMIT\",\"class\":\"memory\""));
    cg_error_set_hint(err, CG_STR("ignored"));
    cg_error_add_expected(err, CG_STR("ignored"));
    cspm_error_free(err);
    cspm_error_free(err); /* static: any number of times */
    err = NULL;
    /* An error too big for the budget becomes the error of the budget. */
    ck_assert_int_eq(cg_fail(small, &err, CSPM_E_PARSE, "x"), CSPM_E_LIMIT);
    cg_mem_unref(small);
    ck_assert_str_eq(cspm_error_message(err, NULL), "the memory limit was reached");
    ck_assert_str_eq(cspm_status_name(CSPM_E_UNRECOGNISED), "CSPM_E_UNRECOGNISED");
    ck_assert_str_eq(cspm_status_name(-9999), "unknown");
    ck_assert_int_eq(cspm_error_code(NULL), CSPM_OK);
    ck_assert_str_eq(cspm_error_message(NULL, NULL), "");
    ck_assert_str_eq(cspm_error_json(NULL, NULL), "");
    cspm_error_free(NULL);
}
END_TEST

START_TEST(an_error_outlives_its_memory_owner)
{
    cg_mem *other = cg_mem_new(NULL, 0);
    cg_fail(other, &err, CSPM_E_IO, "gone");
    cg_mem_unref(other);
    ck_assert_str_eq(cspm_error_text(err, NULL), "error: gone");
}
END_TEST

START_TEST(refused_memory_while_failing)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    CG_FAULT_SWEEP(&f, 0)
    {
        cspm_error *e = NULL;
        cg_mem *m = cg_mem_new(&a, 0);
        if (m) {
            int32_t rc = cg_fail_at(m, &e, CSPM_E_PARSE, CG_STR("s"), (cg_pos){ 1, 2, 3 }, "message %s", "here");
            ck_assert(rc == CSPM_E_PARSE || rc == CSPM_E_NOMEM);
            ck_assert_int_eq(rc, cspm_error_code(e));
            cg_error_set_class(e, "c", "d");
            cg_error_add_expected(e, CG_STR("t"));
            cg_error_set_source_line(e, CG_STR("l"));
            ck_assert_uint_gt(strlen(cspm_error_json(e, NULL)), 0);
            ck_assert_uint_gt(strlen(cspm_error_text(e, NULL)), 0);
        }
        cspm_error_free(e);
        cg_mem_unref(m);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
    ck_assert_uint_gt(f.total, 5);
}
END_TEST

static cspm_op *signalled;

static void on_signal(int number)
{
    (void)number;
    cspm_op_cancel(signalled);
}

START_TEST(cancel_from_a_signal_handler)
{
    ck_assert_int_eq(cg_op_check(NULL, mem, &err), CSPM_OK);
    ck_assert_int_eq(cg_op_new(mem, &signalled, &err), CSPM_OK);
    ck_assert_int_eq(cg_op_check(signalled, mem, &err), CSPM_OK);
    struct sigaction action = { .sa_handler = on_signal }, old;
    sigaction(SIGUSR1, &action, &old);
    raise(SIGUSR1);
    sigaction(SIGUSR1, &old, NULL);
    ck_assert_int_eq(cg_op_check(signalled, mem, &err), CSPM_E_CANCELLED);
    ck_assert_int_eq(cspm_error_code(err), CSPM_E_CANCELLED);
    cspm_op_unref(signalled);
    cspm_op_unref(NULL);
    cspm_op_cancel(NULL);
}
END_TEST

START_TEST(deadlines)
{
    cspm_op *op;
    ck_assert_int_eq(cg_op_new(mem, &op, &err), CSPM_OK);
    cspm_op_set_timeout_ms(op, UINT64_MAX);
    ck_assert_int_eq(cg_op_check(op, mem, &err), CSPM_OK);
    cspm_op_set_timeout_ms(op, 1);
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    ck_assert_int_eq(cg_op_check(op, mem, &err), CSPM_E_TIMEOUT);
    cspm_error_free(err);
    err = NULL;
    cspm_op_set_timeout_ms(op, 0);
    ck_assert_int_eq(cg_op_check(op, mem, &err), CSPM_OK);
    cspm_op_unref(op);
}
END_TEST

static void *count_up(void *op)
{
    for (int i = 0; i < 10000; i++)
        cg_op_advance(op, 1);
    cspm_op_unref(op);
    return NULL;
}

START_TEST(progress_from_many_threads)
{
    cspm_op *op;
    pthread_t threads[4];
    ck_assert_int_eq(cg_op_new(mem, &op, &err), CSPM_OK);
    cg_op_phase(op, CSPM_PHASE_READ, 40000);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, cg_op_ref(op)), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cspm_progress p = { .struct_size = sizeof p };
    cspm_op_progress(op, &p);
    ck_assert_uint_eq(p.done, 40000);
    ck_assert_uint_eq(p.total, 40000);
    ck_assert_uint_eq(p.phase, CSPM_PHASE_READ);
    ck_assert_uint_eq(p.memory_bytes, cg_mem_used(mem));
    ck_assert_uint_eq(p.struct_size, sizeof p);
    /* A caller that knows fewer fields. */
    cspm_progress old = { .struct_size = 16, .total = 77 };
    cspm_op_progress(op, &old);
    ck_assert_uint_eq(old.done, 40000);
    ck_assert_uint_eq(old.total, 77);
    cg_op_phase(op, CSPM_PHASE_SEARCH, 0);
    cspm_op_progress(op, &p);
    ck_assert_uint_eq(p.done, 0);
    cspm_op_unref(op);
}
END_TEST

Suite *error_suite(void)
{
    Suite *s = suite_create("error");
    TCase *t = tcase_create("error");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_field_reaches_json_and_text);
    tcase_add_test(t, texts_without_a_place);
    tcase_add_test(t, the_first_cause_wins);
    tcase_add_test(t, hostile_text_is_made_harmless);
    tcase_add_test(t, expected_tokens_do_not_depend_on_order);
    tcase_add_test(t, static_errors_are_complete_and_safe);
    tcase_add_test(t, an_error_outlives_its_memory_owner);
    tcase_add_test(t, refused_memory_while_failing);
    tcase_add_test(t, cancel_from_a_signal_handler);
    tcase_add_test(t, deadlines);
    tcase_add_test(t, progress_from_many_threads);
    suite_add_tcase(s, t);
    return s;
}
