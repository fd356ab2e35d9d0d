/* Recognition looks at content that may be cut off anywhere. */
#include "ingest/sniff.h"
#include "ingest_test.h"

static const char *recognise(const char *text, bool whole)
{
    /* a copy without a byte to spare, so that reading past its end is seen */
    size_t length = strlen(text);
    char *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    const cg_dialect *d = cg_dialect_recognise(copy, length, whole);
    free(copy);
    return d ? d->name : "none";
}

START_TEST(dialects_by_content)
{
    static const struct {
        const char *text, *dialect;
    } rows[] = {
        { "{\"graph\":{\"nodes\":[]}}", "opengraph" },
        { "\xEF\xBB\xBF \n{\"graph\" : { \"edges\" : [", "opengraph" },
        { "{\"$schema\":\"a\\\"}{\",\"metadata\":{\"x\":[{\"graph\":1}]},\"graph\":{\"nodes\":null", "opengraph" },
        { "{\"gr\\u0061ph\":{\"n\\u006fdes\":[]}}", "opengraph" },
        { "{\"graph\":{\"other\":1,\"edges\":[", "opengraph" },
        { "{\"metadata\":{\"source_kind\":\"X\",\"text\":\"cut off", "opengraph" },
        { "{\"schema\":{\"name\":\"X\"},\"node_kinds\":[", "opengraph-schema" },
        { "{\"relationship_kinds\":[{}],\"schema\":{}}", "opengraph-schema" },
        { "CSPMGRF\x1a", "snapshot" },
        { "{\"graph\":[]}", "none" },
        { "{\"graph\":\"{\\\"nodes\\\":[]}\"}", "none" },
        { "{\"a\":{\"graph\":{\"nodes\":[]}}}", "none" },
        { "[{\"graph\":{\"nodes\":[]}}]", "none" },
        { "{\"schema\":{}}", "none" },
        { "{\"schema\":\"x\",\"node_kinds\":[]}", "none" },
        { "", "none" },
        { "{", "none" },
        { "{\"", "none" },
        { "{\"graph\\", "none" },
        { "{\"graph\":", "none" },
        { "{\"a\":\"\\", "none" },
        { "{\"a\":[[[", "none" },
        { "{\"a\":]]],\"graph\":{\"nodes\":[]}}", "none" },
        { "{\"gr\\u006", "none" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert_msg(strcmp(recognise(rows[i].text, false), rows[i].dialect) == 0, "%s: %s", rows[i].text, recognise(rows[i].text, false));
}
END_TEST

START_TEST(every_prefix_is_safe)
{
    static const char *const texts[] = {
        "{\"$schema\":\"a\\u00e9\\\"\",\"metadata\":{\"a\":[1,{\"b\":\"]\"}]},\"graph\":{\"nodes\":[{\"id\":\"x\"}],\"edges\":[]}}",
        "{\"meta\":{\"methods\":1,\"type\":\"x\"},\"data\":[{\"Properties\":{}}]}"
    };
    char room[256];
    for (int t = 0; t < 2; t++)
        for (size_t n = 0; n <= strlen(texts[t]); n++) {
            char *copy = malloc(n ? n : 1);
            memcpy(copy, texts[t], n);
            cg_dialect_recognise(copy, n, n & 1);
            const char *reason = cg_sniff_reason(copy, n, true, room, sizeof room);
            ck_assert_uint_lt(strlen(reason), sizeof room);
            free(copy);
        }
}
END_TEST

START_TEST(long_keys_do_not_overflow_the_reason)
{
    char text[3000], room[256];
    size_t n = 0;
    text[n++] = '{';
    for (int k = 0; k < 10; k++) {
        n += (size_t)sprintf(text + n, "%s\"", k ? "," : "");
        memset(text + n, 'a' + k, 200);
        n += 200;
        n += (size_t)sprintf(text + n, "\":1");
    }
    text[n++] = '}';
    ck_assert_uint_lt(strlen(cg_sniff_reason(text, n, true, room, sizeof room)), sizeof room);
    ck_assert_uint_lt(strlen(cg_sniff_reason(text, n, true, room, 64)), 64);
}
END_TEST

START_TEST(dialects_are_listed)
{
    ck_assert_uint_ge(cg_dialect_count(), 3);
    for (uint32_t i = 0; i < cg_dialect_count(); i++) {
        const cg_dialect *d = cg_dialect_get(i);
        ck_assert_ptr_eq(cg_dialect_find(cg_str_from(d->name)), d);
        ck_assert(d->title[0] && d->recognised[0] && d->recognise && (d->load || (d->open && d->feed && d->finish && d->close)));
    }
    ck_assert_ptr_null(cg_dialect_get(cg_dialect_count()));
    ck_assert_ptr_null(cg_dialect_find(CG_STR("opengrap")));
}
END_TEST

Suite *sniff_suite(void)
{
    Suite *s = suite_create("sniff");
    TCase *t = tcase_create("sniff");

    tcase_add_test(t, dialects_by_content);
    tcase_add_test(t, every_prefix_is_safe);
    tcase_add_test(t, long_keys_do_not_overflow_the_reason);
    tcase_add_test(t, dialects_are_listed);
    suite_add_tcase(s, t);
    return s;
}
