#include <float.h>
#include <locale.h>
#include <math.h>

#include "base_test.h"

static cg_mem *mem;
static cg_buf buf;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    cg_buf_init(&buf, mem, 0);
}

static void teardown(void)
{
    cg_buf_free(&buf);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static void check_double_text(double v, const char *text)
{
    cg_buf_clear(&buf);
    cg_buf_double(&buf, v);
    ck_assert_cg_str(cg_buf_view(&buf), text);
}

START_TEST(double_texts_are_shortest)
{
    check_double_text(0.1, "0.1");
    check_double_text(0.1 + 0.2, "0.30000000000000004");
    check_double_text(1, "1.0");
    check_double_text(-0.0, "-0.0");
    check_double_text(1e22, "1e+22");
    check_double_text(1e15, "1e+15");
    check_double_text(123456789012345.0, "123456789012345.0");
    check_double_text(5e-324, "5e-324");
    check_double_text(DBL_MIN, "2.2250738585072014e-308");
    check_double_text(DBL_MAX, "1.7976931348623157e+308");
    check_double_text(9007199254740993.0, "9007199254740992.0");
    check_double_text((double)NAN, "NaN");
    check_double_text((double)INFINITY, "Infinity");
    check_double_text(-(double)INFINITY, "-Infinity");
}
END_TEST

START_TEST(doubles_survive_text_in_any_locale)
{
    static const char *const locales[] = { "C", "de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8" };
    uint64_t x = 88172645463325252u;
    for (size_t l = 0; l < sizeof locales / sizeof *locales; l++) {
        if (!setlocale(LC_ALL, locales[l]))
            continue;
        check_double_text(1234.5, "1234.5");
        for (int i = 0; i < 5000; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            double v, back;
            memcpy(&v, &x, sizeof v);
            if (!isfinite(v))
                continue;
            cg_buf_clear(&buf);
            cg_buf_double(&buf, v);
            ck_assert_msg(cg_parse_double(cg_buf_view(&buf), &back) && memcmp(&back, &v, sizeof v) == 0, "%s", buf.data);
        }
    }
    setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(doubles_that_are_not_numbers)
{
    static const char *const bad[] = { "",   "-",   "+",   ".",   "e5",   "1e",    "1e+",    "1.2.3", "0x10", "1,5",     " 1",
                                       "1 ", "nan", "inf", "--1", "1e5.", "1e999", "-1e400", "1_0",   "1d3",  "infinity" };
    double v = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!cg_parse_double(cg_str_from(bad[i]), &v), "%s was taken", bad[i]);
    ck_assert_double_eq(v, 42);
    ck_assert(!cg_parse_double(CG_STR("1\0"), &v));
}
END_TEST

START_TEST(doubles_at_the_edges)
{
    double v;
    ck_assert(cg_parse_double(CG_STR("1e-999"), &v) && v == 0);
    ck_assert(cg_parse_double(CG_STR("0e999999999999999999999"), &v) && v == 0);
    ck_assert(cg_parse_double(CG_STR(".5"), &v) && v == 0.5);
    ck_assert(cg_parse_double(CG_STR("5."), &v) && v == 5);
    ck_assert(cg_parse_double(CG_STR("+1.5E+2"), &v) && v == 150);
    ck_assert(cg_parse_double(CG_STR("1.7976931348623157e308"), &v) && v == DBL_MAX);
    ck_assert(cg_parse_double(CG_STR("9007199254740993"), &v) && v == 9007199254740992.0);
    ck_assert(cg_parse_double(CG_STR("9007199254740993.0000000000000000000000000000000000000001"), &v) && v == 9007199254740994.0);
    /* 1,000 digits: the last one decides nothing but must not break the exponent */
    char digits[1005];
    memset(digits, '0', sizeof digits);
    digits[0] = '1';
    ck_assert(!cg_parse_double((cg_str){ digits, 1000 }, &v));
    memcpy(digits + 1000, "e-999", 5);
    ck_assert(cg_parse_double((cg_str){ digits, 1005 }, &v) && v == 1.0);
}
END_TEST

START_TEST(a_tie_is_broken_by_the_last_of_many_digits)
{
    /* 1 + 2^-53 lies between two doubles; a 1 far behind it rounds up. */
    char text[1200] = "1.00000000000000011102230246251565404236316680908203125";
    double v;
    size_t n = strlen(text);
    ck_assert(cg_parse_double((cg_str){ text, n }, &v) && v == 1.0);
    memset(text + n, '0', 1000);
    text[n + 1000] = '1';
    ck_assert(cg_parse_double((cg_str){ text, n + 1001 }, &v) && v == 1.0000000000000002);
}
END_TEST

START_TEST(integers)
{
    int64_t v = 42;
    static const char *const bad[] = {
        "", "-", "+", "1.0", "1e3", "0x1", " 1", "1 ", "9223372036854775808", "-9223372036854775809", "99999999999999999999999"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!cg_parse_int64(cg_str_from(bad[i]), &v), "%s was taken", bad[i]);
    ck_assert_int_eq(v, 42);
    ck_assert(cg_parse_int64(CG_STR("9223372036854775807"), &v) && v == INT64_MAX);
    ck_assert(cg_parse_int64(CG_STR("-9223372036854775808"), &v) && v == INT64_MIN);
    ck_assert(cg_parse_int64(CG_STR("007"), &v) && v == 7);
    cg_buf_int(&buf, INT64_MIN);
    cg_buf_char(&buf, ' ');
    cg_buf_int(&buf, 0);
    ck_assert_cg_str(cg_buf_view(&buf), "-9223372036854775808 0");
}
END_TEST

START_TEST(ill_formed_utf8_is_found)
{
    static const struct {
        const char *text;
        size_t at;
    } bad[] = { { "\x80", 0 },
                { "ab\xC0\xAF", 2 },
                { "\xC1\x81", 0 },
                { "\xE0\x80\xAF", 0 },
                { "\xED\xA0\x80", 0 },
                { "\xF0\x80\x80\x80", 0 },
                { "\xF4\x90\x80\x80", 0 },
                { "\xF5\x80\x80\x80", 0 },
                { "\xFF", 0 },
                { "abcdefghij\xC3", 10 },
                { "\xE2\x82", 0 },
                { "\xF0\x9F\x98", 0 },
                { "\xC3\xA9\xC3", 2 },
                { "\xC3(", 0 } };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_uint_eq(cg_utf8_check(bad[i].text, strlen(bad[i].text)), bad[i].at);
    const char *good = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF 12345678901234567";
    ck_assert_uint_eq(cg_utf8_check(good, strlen(good)), SIZE_MAX);
    ck_assert_uint_eq(cg_utf8_count(good, strlen(good)), 25);
}
END_TEST

START_TEST(code_points_round_trip)
{
    static const uint32_t points[] = { 0, 0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        cg_buf_clear(&buf);
        cg_buf_utf8(&buf, points[i]);
        size_t at = 0;
        ck_assert_uint_eq(cg_utf8_next(cg_buf_view(&buf), &at), points[i]);
        ck_assert_uint_eq(at, buf.length);
    }
    cg_buf_clear(&buf);
    cg_buf_utf8(&buf, 0xD800);
    cg_buf_utf8(&buf, 0x110000);
    ck_assert_cg_str(cg_buf_view(&buf), "\xEF\xBF\xBD\xEF\xBF\xBD");
    size_t at = 0;
    ck_assert_uint_eq(cg_utf8_next(CG_STR("\xFFz"), &at), 0xFFFD);
    ck_assert_uint_eq(at, 1);
}
END_TEST

START_TEST(buffer_has_a_ceiling)
{
    cg_buf b;
    cg_buf_init(&b, mem, 10);
    cg_buf_adds(&b, "0123456789");
    ck_assert(!b.failed);
    cg_buf_char(&b, 'x');
    ck_assert(b.failed);
    ck_assert_cg_str(cg_buf_view(&b), "0123456789");
    cg_buf_clear(&b);
    cg_buf_printf(&b, "%d-%s", 12, "abcdef");
    ck_assert_cg_str(cg_buf_view(&b), "12-abcdef");
    cg_buf_printf(&b, "%300d", 1);
    ck_assert(b.failed);
    cg_buf_adds(&b, "y"); /* sticky */
    ck_assert_uint_eq(b.length, 9);
    cg_buf_free(&b);
    cg_buf_printf(&buf, "%500d|", 1);
    ck_assert_uint_eq(buf.length, 501);
}
END_TEST

START_TEST(string_order_and_search)
{
    ck_assert_int_lt(cg_str_cmp(CG_STR("a"), CG_STR("ab")), 0);
    ck_assert_int_gt(cg_str_cmp(CG_STR("b"), CG_STR("ab")), 0);
    ck_assert_int_gt(cg_str_cmp(CG_STR("\xFF"), CG_STR("a")), 0);
    ck_assert_int_eq(cg_str_cmp(CG_STR_NULL, CG_STR("")), 0);
    ck_assert(cg_str_eq(CG_STR_NULL, CG_STR("")));
    ck_assert(cg_str_eq_nocase(CG_STR("AbZ"), CG_STR("aBz")));
    ck_assert(!cg_str_eq_nocase(CG_STR("\xC4"), CG_STR("\xE4")));
    ck_assert(cg_str_starts(CG_STR("abc"), CG_STR("ab")) && !cg_str_starts(CG_STR("a"), CG_STR("ab")));
    ck_assert(cg_str_ends(CG_STR("abc"), CG_STR("bc")) && !cg_str_ends(CG_STR("c"), CG_STR("bc")));
    ck_assert_uint_eq(cg_str_find(CG_STR("abab"), CG_STR("ab"), 1), 2);
    ck_assert_uint_eq(cg_str_find(CG_STR("abab"), CG_STR("x"), 0), SIZE_MAX);
    ck_assert_uint_eq(cg_str_find(CG_STR("abab"), CG_STR(""), 4), 4);
    ck_assert_uint_eq(cg_str_find(CG_STR("abab"), CG_STR(""), 5), SIZE_MAX);
}
END_TEST

Suite *str_suite(void)
{
    Suite *s = suite_create("str");
    TCase *t = tcase_create("str");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, double_texts_are_shortest);
    tcase_add_test(t, doubles_survive_text_in_any_locale);
    tcase_add_test(t, doubles_that_are_not_numbers);
    tcase_add_test(t, doubles_at_the_edges);
    tcase_add_test(t, a_tie_is_broken_by_the_last_of_many_digits);
    tcase_add_test(t, integers);
    tcase_add_test(t, ill_formed_utf8_is_found);
    tcase_add_test(t, code_points_round_trip);
    tcase_add_test(t, buffer_has_a_ceiling);
    tcase_add_test(t, string_order_and_search);
    suite_add_tcase(s, t);
    return s;
}
