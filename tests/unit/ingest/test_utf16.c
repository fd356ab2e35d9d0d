/* UTF-16, as redirected consoles write it: the same text is the same graph; half characters are errors. */
#include "ingest/utf16.h"
#include "ingest_test.h"

/* As UTF-16 with or without a byte order mark; the text is UTF-8 up to U+FFFF, and @ stands for U+1F512. */
static char *wide(const char *text, bool big, bool mark, size_t *length)
{
    char *out = malloc(strlen(text) * 4 + 4), *at = out;
    const unsigned char *p = (const unsigned char *)text;
    if (mark) {
        *at++ = big ? '\xfe' : '\xff';
        *at++ = big ? '\xff' : '\xfe';
    }
    while (*p) {
        uint16_t units[2] = { *p, 0 };
        int n = 1;
        if (*p == '@') {
            units[0] = 0xd83d;
            units[1] = 0xdd12;
            n = 2;
        } else if (*p >= 0xe0) {
            units[0] = (uint16_t)((p[0] & 0xf) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
            p += 2;
        } else if (*p >= 0xc0) {
            units[0] = (uint16_t)((p[0] & 0x1f) << 6 | (p[1] & 0x3f));
            p++;
        }
        p++;
        for (int i = 0; i < n; i++) {
            *at++ = (char)(big ? units[i] >> 8 : units[i] & 0xff);
            *at++ = (char)(big ? units[i] & 0xff : units[i] >> 8);
        }
    }
    *length = (size_t)(at - out);
    return out;
}

START_TEST(the_same_graph_in_every_width)
{
    const char *json = "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"],\"properties\":{\"p\":\"\xc3\xa9\xe2\x82\xac@\"}}]}}";
    const char *plain =
        "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"],\"properties\":{\"p\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92\"}}]}}";
    loaded expected = test_text(plain);
    ASSERT_LOADED(expected);
    char *want = test_dump(expected.graph, true);
    for (int form = 0; form < 4; form++) {
        size_t length;
        char *bytes = wide(json, form & 1, form & 2, &length);
        loaded l = test_bytes(bytes, length);
        ASSERT_LOADED(l);
        char *got = test_dump(l.graph, true);
        ck_assert_str_eq(got, want);
        free(got);
        free(bytes);
        test_drop(&l);
    }
    free(want);
    test_drop(&expected);
}
END_TEST

START_TEST(pieces_may_end_anywhere)
{
    cg_mem *mem = test_mem(NULL, 0);
    size_t length;
    char *bytes = wide("x@\xe2\x82\xacy@", false, true, &length);
    for (size_t cut = 0; cut <= length; cut++) {
        cg_utf16 u;
        cg_buf out;
        cg_buf_init(&out, mem, 0);
        cg_utf16_start(&u, bytes, length);
        ck_assert(cg_utf16_feed(&u, bytes, cut, &out));
        ck_assert(cg_utf16_feed(&u, bytes + cut, length - cut, &out));
        ck_assert(cg_utf16_ends(&u));
        ck_assert_str_eq(out.data, "x\xf0\x9f\x94\x92\xe2\x82\xacy\xf0\x9f\x94\x92");
        cg_buf_free(&out);
    }
    free(bytes);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(long_text_crosses_pieces_of_the_file)
{
    const size_t n = 400000;
    char *json = malloc(n + 200);
    size_t head = (size_t)sprintf(json, "{\"graph\":{\"nodes\":[{\"id\":\"a\",\"kinds\":[\"A\"],\"properties\":{\"p\":\"");
    memset(json + head, '@', n);
    memcpy(json + head + n, "\"}}]}}", 7);
    size_t length;
    char *bytes = wide(json, false, true, &length);
    loaded l = test_bytes(bytes, length);
    ASSERT_LOADED(l);
    char *value = test_prop(&l, "a", "p");
    ck_assert_uint_eq(strlen(value), n * 4 + 2);
    free(value);
    free(bytes);
    free(json);
    test_drop(&l);
}
END_TEST

static const struct {
    const char *bytes;
    size_t length;
} halves[] = {
    { "\xff\xfe{\0\"\0\0\xdc", 8 },        /* a low surrogate alone */
    { "\xff\xfe{\0\"\0\x3d\xd8\"\0", 10 }, /* a high one before something else */
    { "\xff\xfe{\0\"\0\x3d\xd8", 8 },      /* a high one at the end */
    { "\xff\xfe{\0\"", 5 },                /* half a code unit */
};

START_TEST(half_characters_are_errors)
{
    loaded l = test_bytes(halves[_i].bytes, halves[_i].length);
    test_expect_error(&l, CSPM_E_PARSE, "UTF-16", 0, 0);
    test_drop(&l);
}
END_TEST

Suite *utf16_suite(void)
{
    Suite *s = suite_create("utf16");
    TCase *t = tcase_create("utf16");
    tcase_add_test(t, the_same_graph_in_every_width);
    tcase_add_test(t, pieces_may_end_anywhere);
    tcase_add_test(t, long_text_crosses_pieces_of_the_file);
    tcase_add_loop_test(t, half_characters_are_errors, 0, (int)(sizeof halves / sizeof halves[0]));
    suite_add_tcase(s, t);
    return s;
}
