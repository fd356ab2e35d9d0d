#include <stdio.h>

#include "base_test.h"
#include "json_events.h"

static cg_mem *mem;
static json_events events;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    events = (json_events){ 0 };
    cg_buf_init(&events.log, mem, 0);
}

static void teardown(void)
{
    cg_buf_free(&events.log);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static const cg_json_handler no_events = { 0 };

static int32_t read_whole(cg_str text, const cg_json_limits *limits, cspm_error **err)
{
    return json_events_run(mem, &events, &no_events, text, 0, limits, err);
}

static char *repeat(const char *what, size_t times, size_t *length)
{
    size_t n = strlen(what);
    char *all = malloc(n * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(all + i * n, what, n);
    *length = n * times;
    return all;
}

START_TEST(depth_is_limited)
{
    size_t n;
    char *deep = repeat("[", 2000000, &n);
    cspm_error *err = NULL;
    ck_assert_int_eq(read_whole((cg_str){ deep, n }, NULL, &err), CSPM_E_PARSE);
    uint64_t offset;
    cspm_error_position(err, &offset, NULL, NULL);
    ck_assert_uint_eq(offset, 512);
    cspm_error_free(err);
    cg_json_limits limits = { .max_depth = 3 };
    ck_assert_int_eq(read_whole(CG_STR("[{\"a\":[]}]"), &limits, NULL), CSPM_OK);
    ck_assert_int_eq(read_whole(CG_STR("[{\"a\":[{}]}]"), &limits, NULL), CSPM_E_PARSE);
    free(deep);
    deep = repeat("{\"a\":", 600, &n);
    ck_assert_int_eq(read_whole((cg_str){ deep, n }, NULL, NULL), CSPM_E_PARSE);
    free(deep);
}
END_TEST

START_TEST(strings_are_limited)
{
    cg_json_limits limits = { .max_string_bytes = 4 };
    ck_assert_int_eq(read_whole(CG_STR("{\"abcd\":\"abcd\"}"), &limits, NULL), CSPM_OK);
    ck_assert_int_eq(read_whole(CG_STR("{\"abcde\":1}"), &limits, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(read_whole(CG_STR("[\"abcde\"]"), &limits, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(read_whole(CG_STR("\"\\u0041\\u0041\\u0041\\u0041\""), &limits, NULL), CSPM_OK);
    /* A string that never ends is stopped before it is held. */
    limits.max_string_bytes = 100000;
    size_t n;
    char *text = repeat("x", 10000000, &n);
    text[0] = '"';
    cspm_error *err = NULL;
    ck_assert_int_eq(json_events_run(mem, &events, &no_events, (cg_str){ text, n }, 10000, &limits, &err), CSPM_E_PARSE);
    uint64_t offset;
    cspm_error_position(err, &offset, NULL, NULL);
    ck_assert_uint_eq(offset, 0);
    ck_assert_uint_lt(cg_mem_peak(mem), 8000000);
    cspm_error_free(err);
    free(text);
}
END_TEST

START_TEST(blanks_are_not_a_long_token)
{
    cg_json_limits limits = { .max_string_bytes = 10 };
    size_t n;
    char *text = repeat(" ", 1000000, &n);
    text[0] = '[';
    text[n - 1] = ']';
    ck_assert_int_eq(read_whole((cg_str){ text, n }, &limits, NULL), CSPM_OK);
    free(text);
}
END_TEST

START_TEST(input_is_limited)
{
    cg_json_limits limits = { .max_input_bytes = 5 };
    ck_assert_int_eq(read_whole(CG_STR("[1,2]"), &limits, NULL), CSPM_OK);
    ck_assert_int_eq(read_whole(CG_STR("[1,2] "), &limits, NULL), CSPM_E_LIMIT);
    ck_assert_int_eq(json_events_run(mem, &events, &no_events, CG_STR("[1,2] "), 1, &limits, NULL), CSPM_E_LIMIT);
}
END_TEST

START_TEST(nul_is_allowed_on_request)
{
    cg_json_limits limits = { .allow_nul = true };
    ck_assert_int_eq(read_whole(CG_STR("\"a\\u0000b\""), &limits, NULL), CSPM_OK);
    ck_assert_int_eq(read_whole(CG_STR("\"a\0b\""), &limits, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(read_whole(CG_STR("\0"), &limits, NULL), CSPM_E_PARSE);
}
END_TEST

START_TEST(duplicate_keys_in_objects_of_every_size)
{
    static const int sizes[] = { 2, 3, 31, 32, 33, 34, 127, 128, 129, 255, 1000, 20000 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int repeated = 0; repeated < 3; repeated++) {
            cg_buf text;
            cg_buf_init(&text, mem, 0);
            cg_buf_char(&text, '{');
            for (int i = 0; i < sizes[s]; i++) /* short and long keys; the nested object has keys of its own */
                cg_buf_printf(&text, i % 3 ? "\"%d\":{\"0\":1,\"1\":2}," : "\"a rather long key number %d\":1,", i);
            int again = repeated == 1 ? 0 : sizes[s] / 2;
            if (repeated)
                cg_buf_printf(&text, again % 3 ? "\"%d\":1}" : "\"a rather long key number %d\":1}", again);
            else
                cg_buf_adds(&text, "\"x\":1}");
            cspm_error *err = NULL;
            int32_t rc = read_whole(cg_buf_view(&text), NULL, &err);
            ck_assert_int_eq(rc, repeated ? CSPM_E_PARSE : CSPM_OK);
            if (repeated)
                ck_assert_str_eq(cspm_error_message(err, NULL), "duplicate key");
            cspm_error_free(err);
            cg_buf_free(&text);
        }
}
END_TEST

START_TEST(duplicate_keys_may_be_taken)
{
    cg_str text = CG_STR("{\"a\":1,\"b\":2,\"a\":3,\"a\":4}");
    ck_assert_int_eq(json_events_run(mem, &events, &json_events_lenient, text, 0, NULL, NULL), CSPM_OK);
    ck_assert_cg_str(cg_buf_view(&events.log), "{ k:a n:1 k:b n:2 dup:a k:a n:3 dup:a k:a n:4 } ");
}
END_TEST

/* Windows are 64 KiB inside: tokens, escapes and characters that lie across a border. */
START_TEST(borders_between_windows)
{
    static const char *const pieces[] = {
        "\"\\ud83d\\ude00\"", "\"\xF0\x9F\x98\x80\"", "-12.5e+10", "true", "{\"key\":\"\\u00e9\"}", "\"\\\\\""
    };
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++)
        for (size_t shift = 0; shift < 20; shift++) {
            size_t pad = 65536 - 20 + shift, n = strlen(pieces[p]);
            char *text = malloc(pad + n + 2);
            memset(text, ' ', pad);
            text[0] = '[';
            text[100] = '\n';
            memcpy(text + pad, pieces[p], n);
            text[pad + n] = ']';
            ck_assert_int_eq(read_whole((cg_str){ text, pad + n + 1 }, NULL, NULL), CSPM_OK);
            text[pad + n] = '@'; /* the place of an error behind it */
            cspm_error *err = NULL;
            ck_assert_int_eq(read_whole((cg_str){ text, pad + n + 1 }, NULL, &err), CSPM_E_PARSE);
            uint64_t offset;
            uint32_t line, column;
            cspm_error_position(err, &offset, &line, &column);
            ck_assert_uint_eq(offset, pad + n);
            ck_assert_uint_eq(line, 2);
            ck_assert_uint_eq(column, pad + cg_utf8_count(pieces[p], n) - 100);
            cspm_error_free(err);
            free(text);
        }
}
END_TEST

START_TEST(a_bad_escape_across_windows_is_placed)
{
    for (size_t shift = 0; shift < 16; shift++) {
        size_t pad = 65536 - 14 + shift;
        char *text = malloc(pad + 20);
        memset(text, 'x', pad);
        text[0] = '"';
        memcpy(text + pad, "\\ud83d\\u0041\"", 14);
        cspm_error *err = NULL;
        ck_assert_int_eq(read_whole((cg_str){ text, pad + 13 }, NULL, &err), CSPM_E_PARSE);
        uint64_t offset;
        uint32_t column;
        cspm_error_position(err, &offset, NULL, &column);
        ck_assert_uint_eq(offset, pad);
        ck_assert_uint_eq(column, pad + 1);
        cspm_error_free(err);
        free(text);
    }
}
END_TEST

START_TEST(a_long_string_in_small_pieces_is_read_in_linear_work)
{
    /* Read again from its start with each piece this would be 10^10 steps. */
    size_t n;
    char *text = repeat("x", 5000000, &n);
    text[0] = text[n - 1] = '"';
    ck_assert_int_eq(json_events_run(mem, &events, &no_events, (cg_str){ text, n }, 1000, NULL, NULL), CSPM_OK);
    free(text);
}
END_TEST

START_TEST(the_budget_is_a_limit_error)
{
    cg_mem *small = cg_mem_new(NULL, 60000);
    size_t n;
    char *text = repeat("x", 1000000, &n);
    text[0] = text[n - 1] = '"';
    cspm_error *err = NULL;
    json_events e = { 0 };
    cg_buf_init(&e.log, mem, 0);
    ck_assert_int_eq(json_events_run(small, &e, &no_events, (cg_str){ text, n }, 0, NULL, &err), CSPM_E_LIMIT);
    ck_assert_str_eq(cspm_error_message(err, NULL), "the memory limit was reached");
    cspm_error_free(err);
    ck_assert_uint_eq(cg_mem_used(small), 0);
    cg_mem_unref(small);
    free(text);
}
END_TEST

START_TEST(refused_memory_anywhere)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    cg_buf text;
    cg_buf_init(&text, mem, 0);
    cg_buf_adds(&text, "[{\"a\":\"\\u0041\\n\",\"a key of more than sixteen bytes\":[[[[{\"b\":[1.5,true]}]]]]},{");
    for (int i = 0; i < 100; i++)
        cg_buf_printf(&text, "\"%d\":\"%d\\t\",", i, i);
    cg_buf_adds(&text, "\"z\":0}]");
    CG_FAULT_SWEEP(&f, 0)
    {
        cg_mem *m = cg_mem_new(&a, 0);
        if (m) {
            cspm_error *err = NULL;
            int32_t rc = json_events_run(m, &events, &no_events, cg_buf_view(&text), 7, NULL, &err);
            ck_assert_int_eq(rc, atomic_load(&f.refused) ? CSPM_E_NOMEM : CSPM_OK);
            ck_assert_int_eq(cspm_error_code(err), rc);
            cspm_error_free(err);
        }
        cg_mem_unref(m);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
    ck_assert_uint_gt(f.total, 10);
    cg_buf_free(&text);
}
END_TEST

Suite *json_limits_suite(void)
{
    Suite *s = suite_create("json-limits");
    TCase *t = tcase_create("json-limits");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, depth_is_limited);
    tcase_add_test(t, strings_are_limited);
    tcase_add_test(t, blanks_are_not_a_long_token);
    tcase_add_test(t, input_is_limited);
    tcase_add_test(t, nul_is_allowed_on_request);
    tcase_add_test(t, duplicate_keys_in_objects_of_every_size);
    tcase_add_test(t, duplicate_keys_may_be_taken);
    tcase_add_test(t, borders_between_windows);
    tcase_add_test(t, a_bad_escape_across_windows_is_placed);
    tcase_add_test(t, a_long_string_in_small_pieces_is_read_in_linear_work);
    tcase_add_test(t, the_budget_is_a_limit_error);
    tcase_add_test(t, refused_memory_anywhere);
    suite_add_tcase(s, t);
    return s;
}
