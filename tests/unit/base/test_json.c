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

static const struct {
    const char *text;
    const char *events;
} good[] = {
    { "null", "null " },
    { " [ ] ", "[ ] " },
    { "{\"a\":[1,-2.50e+3,true,false,null],\"b\":{}}", "{ k:a [ n:1 n:-2.50e+3 true false null ] k:b { } } " },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\"", "s:\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 " },
    { "\"\\\\u0000\"", "s:\\u0000 " },
    { "\xEF\xBB\xBF{\"\":\"\"}", "{ k: s: } " },
    { "123456789012345678901234567890", "n:123456789012345678901234567890 " },
    { "1e999", "n:1e999 " },
    { "\"\xF0\x9F\x98\x80\xC3\xA9\"\r\n", "s:\xF0\x9F\x98\x80\xC3\xA9 " },
    { "[[],{},\"\",0,-0]", "[ [ ] { } s: n:0 n:-0 ] " },
};

START_TEST(events_are_the_same_in_pieces_of_any_size)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (size_t piece = 0; piece < 9; piece++) {
            cspm_error *err = NULL;
            int32_t rc = json_events_run(mem, &events, &json_events_handler, cg_str_from(good[i].text), piece, NULL, &err);
            ck_assert_msg(rc == CSPM_OK, "%s (pieces of %zu): %s", good[i].text, piece, cspm_error_text(err, NULL));
            ck_assert_cg_str(cg_buf_view(&events.log), good[i].events);
        }
}
END_TEST

/* Text, then where and what; every one in pieces of any size. */
static const struct {
    const char *text;
    uint32_t offset, line, column;
    const char *detail;
} bad[] = {
    { "", 0, 1, 1, "Empty" },
    { " \n ", 3, 2, 2, "Empty" },
    { "\xEF\xBB\xBF", 3, 1, 1, "Empty" },
    { "[1,,2]", 3, 1, 4, "UnexpectedToken" },
    { "[1 2]", 3, 1, 4, "UnexpectedToken" },
    { "[1,]", 3, 1, 4, "UnexpectedToken" },
    { "[,1]", 1, 1, 2, "UnexpectedToken" },
    { "[1}", 2, 1, 3, "UnexpectedToken" },
    { "{\"a\" \"b\"}", 5, 1, 6, "UnexpectedToken" },
    { "{\"a\":}", 5, 1, 6, "UnexpectedToken" },
    { "{\"a\":1,}", 7, 1, 8, "UnexpectedToken" },
    { "{\"a\":1 \"bcd\":2}", 7, 1, 8, "UnexpectedToken" },
    { "{\"a\":\"x\" 12}", 9, 1, 10, "UnexpectedToken" },
    { "{\"a\",1}", 4, 1, 5, "UnexpectedToken" },
    { "{1:2}", 1, 1, 2, "UnexpectedToken" },
    { "{true:2}", 1, 1, 2, "UnexpectedToken" },
    { "{\n\"a\":1,\n  [", 11, 3, 3, "UnexpectedToken" },
    { "{}x", 2, 1, 3, "UnexpectedToken" },
    { "{} {}", 3, 1, 4, "UnexpectedToken" },
    { "[1]]", 3, 1, 4, "UnexpectedToken" },
    { "01", 1, 1, 2, "UnexpectedToken" },
    { "[01]", 2, 1, 3, "UnexpectedToken" },
    { "]", 0, 1, 1, "UnexpectedToken" },
    { "[\"\xC3\xA9\xE2\x82\xAC\" x]", 9, 1, 7, "InvalidCharacter" },
    { "@", 0, 1, 1, "InvalidCharacter" },
    { "[1,\n  'a']", 6, 2, 3, "InvalidCharacter" },
    { "+1", 0, 1, 1, "InvalidCharacter" },
    { ".5", 0, 1, 1, "InvalidCharacter" },
    { "NaN", 0, 1, 1, "InvalidCharacter" },
    { "/*x*/1", 0, 1, 1, "Comment" },
    { "nul1", 3, 1, 4, "InvalidLiteral" },
    { "[tru]", 4, 1, 5, "InvalidLiteral" },
    { "[1.]", 3, 1, 4, "InvalidNumber" },
    { "[-]", 2, 1, 3, "InvalidNumber" },
    { "[1e]", 3, 1, 4, "InvalidNumber" },
    { "[1e+]", 4, 1, 5, "InvalidNumber" },
    { "\"a\\qb\"", 3, 1, 4, "InvalidEscape" },
    { "\"\\u00zz\"", 5, 1, 6, "InvalidEscape" },
    { "\"\\ud800x\"", 1, 1, 2, "InvalidEscape" },
    { "\"\\ud800\"", 1, 1, 2, "InvalidEscape" },
    { "\"\\ud800\\n\"", 1, 1, 2, "InvalidEscape" },
    { "\"ab\\ud800\\u0041\"", 3, 1, 4, "InvalidEscape" },
    { "\"ab\\ud83d\\ud83d\\ude00\"", 3, 1, 4, "InvalidEscape" },
    { "\"\\uDC00\"", 1, 1, 2, "InvalidEscape" },
    { "{\"\\uDC00\":1}", 2, 1, 3, "InvalidEscape" },
    { "[\"x\\u0000\"]", 3, 1, 4, "InvalidEscape" },
    { "[\"\xC0\xAF\"]", 2, 1, 3, "InvalidUtf8" },
    { "[\"\xED\xA0\x80\"]", 2, 1, 3, "InvalidUtf8" },
    { "[\"\xC3\xA9\xC3\"]", 4, 1, 4, "InvalidUtf8" },
    { "[\xFF", 1, 1, 2, "InvalidUtf8" },
    { "\"\xE2\x82", 1, 1, 2, "InvalidUtf8" },
    { "\"a\tb\"", 2, 1, 3, "ControlCharacter" },
    { "\"a\nb\"", 2, 1, 3, "ControlCharacter" },
    { "[1,\v2]", 3, 1, 4, "ControlCharacter" },
    { "\f1", 0, 1, 1, "ControlCharacter" },
    { "{\"a\":1,\"a\":2}", 7, 1, 8, "DuplicateKey" },
    { "{\"a\":1,\"\\u0061\":2}", 7, 1, 8, "DuplicateKey" },
    { "{\"a\":{\"a\":1},\n \"b\":[{\"c\":1}, {\"c\":1, \"c\":2}]}", 37, 2, 24, "DuplicateKey" },
    { "{\"a key of more than sixteen bytes\":1,\"a key of more than sixteen bytes\":1}", 38, 1, 39, "DuplicateKey" },
    { "[1", 2, 1, 3, "UnexpectedEnd" },
    { "[1,", 3, 1, 4, "UnexpectedEnd" },
    { "{\"a\":\n", 6, 2, 1, "UnexpectedEnd" },
    { "\"abc", 4, 1, 5, "UnexpectedEnd" },
    { "\"abc\\", 5, 1, 6, "UnexpectedEnd" },
    { "\"abc\\u12", 8, 1, 9, "UnexpectedEnd" },
    { "{} \"abc", 7, 1, 8, "UnexpectedEnd" },
    { "tru", 3, 1, 4, "UnexpectedEnd" },
    { "-", 1, 1, 2, "UnexpectedEnd" },
    { "1.", 2, 1, 3, "UnexpectedEnd" },
    { "[\"\\ud800", 8, 1, 9, "UnexpectedEnd" },
};

START_TEST(errors_name_the_place_in_pieces_of_any_size)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        for (size_t piece = 0; piece < 8; piece++) {
            cspm_error *err = NULL;
            int32_t rc = json_events_run(mem, &events, &json_events_handler, cg_str_from(bad[i].text), piece, NULL, &err);
            uint64_t offset;
            uint32_t line, column;
            cspm_error_position(err, &offset, &line, &column);
            char detail[64] = "\"detail\":\"";
            memcpy(detail + strlen(detail), bad[i].detail, strlen(bad[i].detail) + 1);
            ck_assert_msg(rc == CSPM_E_PARSE, "%s (pieces of %zu): %d", bad[i].text, piece, rc);
            ck_assert_msg(offset == bad[i].offset && line == bad[i].line && column == bad[i].column &&
                              strstr(cspm_error_json(err, NULL), detail),
                          "%s (pieces of %zu): %s", bad[i].text, piece, cspm_error_json(err, NULL));
            ck_assert_str_eq(cspm_error_source(err, NULL), "in");
            cspm_error_free(err);
        }
}
END_TEST

START_TEST(found_and_expected_are_told)
{
    cspm_error *err = NULL;
    json_events_run(mem, &events, &json_events_handler, CG_STR("{\"a\":1 \"bcd\":2}"), 0, NULL, &err);
    ck_assert_ptr_nonnull(strstr(cspm_error_json(err, NULL), "\"found\":\"\\\"bcd\\\"\",\"expected\":[\"','\",\"'}'\"]"));
    cspm_error_free(err);
}
END_TEST

START_TEST(handlers_know_where_they_are)
{
    static const char text[] = "{\"\xC3\xA9\":1,\n \"b\":[true,\"\\n\"]}";
    static const char want[] =
        "{@1/1/2/1 k:\xC3\xA9@5/1/5/1 n:1@7/1/7/1 k:b@13/2/5/1 [@15/2/7/2 true@19/2/11/2 s:\n@24/2/16/2 ]@25/2/17/1 }@26/2/18/0 ";
    events.places = true;
    for (size_t piece = 0; piece < 6; piece++) {
        ck_assert_int_eq(json_events_run(mem, &events, &json_events_handler, cg_str_from(text), piece, NULL, NULL), CSPM_OK);
        ck_assert_cg_str(cg_buf_view(&events.log), want);
    }
}
END_TEST

START_TEST(a_handler_stops_the_reading)
{
    static const int32_t codes[] = { CSPM_DONE, CSPM_MORE, CSPM_E_LIMIT, -4711 };
    for (size_t c = 0; c < 4; c++)
        for (uint32_t at = 1; at <= 8; at++) {
            cspm_error *err = NULL;
            events.stop_at = at;
            events.stop_rc = codes[c];
            cg_str text = CG_STR("{\"a\":[1,null,true,\"x\"],\"a\":1}");
            ck_assert_int_eq(json_events_run(mem, &events, &json_events_lenient, text, 0, NULL, &err), codes[c]);
            ck_assert_uint_eq(events.count, at);
            ck_assert_ptr_null(err);
        }
}
END_TEST

START_TEST(a_stopped_reader_stays_stopped)
{
    cspm_error *err = NULL;
    cg_json_reader *r;
    ck_assert_int_eq(cg_json_reader_new(mem, NULL, &json_events_handler, &events, CG_STR("in"), &r, &err), CSPM_OK);
    events.reader = r;
    ck_assert_int_eq(cg_json_feed(r, "[1,\n@", 5, &err), CSPM_E_PARSE);
    ck_assert_uint_eq(cg_json_line(r), 1); /* of the last event */
    ck_assert_uint_eq(cg_json_pos(r).column, 3);
    cspm_error_free(err);
    err = NULL;
    ck_assert_int_eq(cg_json_feed(r, "]", 1, &err), CSPM_E_PARSE);
    ck_assert_ptr_nonnull(err);
    cspm_error_free(err);
    ck_assert_int_eq(cg_json_finish(r, NULL), CSPM_E_PARSE);
    cg_json_reader_free(r);
    ck_assert_int_eq(cg_json_reader_new(mem, NULL, &json_events_handler, &events, CG_STR("in"), &r, NULL), CSPM_OK);
    events.reader = r;
    ck_assert_int_eq(cg_json_feed(r, "1 ", 2, NULL), CSPM_OK);
    ck_assert_int_eq(cg_json_finish(r, NULL), CSPM_OK);
    ck_assert_int_eq(cg_json_finish(r, NULL), CSPM_E_INVALID);
    ck_assert_int_eq(cg_json_feed(r, "1", 1, NULL), CSPM_E_INVALID);
    cg_json_reader_free(r);
    cg_json_reader_free(NULL);
}
END_TEST

START_TEST(many_documents)
{
    cg_json_limits limits = { .allow_multiple = true };
    static const char *const texts[][2] = {
        { "1 2\n3", "n:1 n:2 n:3 " },
        { "{}{}\n[1][2]", "{ } { } [ n:1 ] [ n:2 ] " },
        { "\"a\"\"b\" null true", "s:a s:b null true " },
        { "{\"a\":1}\n{\"a\":1}\n", "{ k:a n:1 } { k:a n:1 } " },
    };
    static const char *const wrong[] = { "", "  ", "01", "1-2", "1true", "nullnull", "{}\n{", "{} \"x", "1 2 @", "[1],[2]", "{} tru" };
    for (size_t piece = 0; piece < 5; piece++) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            ck_assert_int_eq(json_events_run(mem, &events, &json_events_handler, cg_str_from(texts[i][0]), piece, &limits, NULL), CSPM_OK);
            ck_assert_cg_str(cg_buf_view(&events.log), texts[i][1]);
        }
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
            ck_assert_msg(json_events_run(mem, &events, &json_events_handler, cg_str_from(wrong[i]), piece, &limits, NULL) == CSPM_E_PARSE,
                          "%s was taken in pieces of %zu", wrong[i], piece);
    }
}
END_TEST

START_TEST(strings_are_written_inert)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    cg_json_write_string(&b, CG_STR("a\"\\\n\x01\x7F</script>&\xE2\x80\xA8\xC3\xA9\xFF\0z"));
    ck_assert_cg_str(cg_buf_view(&b), "\"a\\\"\\\\\\n\\u0001\\u007f\\u003c/script\\u003e\\u0026\\u2028\xC3\xA9\xEF\xBF\xBD\\u0000z\"");
    cg_buf_clear(&b);
    cg_json_write_double(&b, 1.0 / 0.0);
    cg_json_write_double(&b, 2);
    ck_assert_cg_str(cg_buf_view(&b), "\"Infinity\"2.0");
    cg_buf_free(&b);
}
END_TEST

Suite *json_suite(void)
{
    Suite *s = suite_create("json");
    TCase *t = tcase_create("json");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, events_are_the_same_in_pieces_of_any_size);
    tcase_add_test(t, errors_name_the_place_in_pieces_of_any_size);
    tcase_add_test(t, found_and_expected_are_told);
    tcase_add_test(t, handlers_know_where_they_are);
    tcase_add_test(t, a_handler_stops_the_reading);
    tcase_add_test(t, a_stopped_reader_stays_stopped);
    tcase_add_test(t, many_documents);
    tcase_add_test(t, strings_are_written_inert);
    suite_add_tcase(s, t);
    return s;
}
