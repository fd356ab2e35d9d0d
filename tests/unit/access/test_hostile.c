/* Policies written to hurt: how much they cost and that they are answered. Counted, not timed, where counting can tell. */
#include "access/pattern.h"
#include "access_test.h"

static bool glob(cg_mem *mem, const char *pattern, const char *text, uint32_t flags)
{
    cg_arena arena;
    cg_pattern p;
    const char *why = NULL;
    cg_arena_init(&arena, mem);
    ck_assert_int_eq(cg_pattern_compile(&arena, cg_str_from(pattern), flags, &p, &why), CG_PATTERN_OK);
    bool matches = cg_pattern_match(p.tokens, p.count, p.nocase, cg_str_from(text));
    cg_arena_free(&arena);
    return matches;
}

/* The obvious matcher, to hold ours against. */
static bool slow_glob(const char *p, const char *t)
{
    if (*p == '*')
        return slow_glob(p + 1, t) || (*t && slow_glob(p, t + 1));
    if (!*p || !*t)
        return *p == *t;
    return (*p == '?' || *p == *t) && slow_glob(p + 1, t + 1);
}

START_TEST(every_short_pattern_on_every_short_text)
{
    static const char letters[] = "ab*?";
    cg_mem *mem = cg_mem_new(NULL, 0);
    uint32_t matched = 0;
    for (uint32_t i = 0; i < 4096; i++) {
        char pattern[7] = { 0 };
        for (uint32_t k = 0, n = i; k < 1 + i % 6; k++, n /= 4)
            pattern[k] = letters[n % 4];
        for (uint32_t j = 0; j < 128; j++) {
            char text[8] = { 0 };
            for (uint32_t k = 0; k < j % 7; k++)
                text[k] = (j * 2654435761u) >> (k + 5) & 1 ? 'a' : 'b';
            bool wanted = slow_glob(pattern, text);
            ck_assert_msg(glob(mem, pattern, text, CG_PATTERN_WILDCARDS) == wanted, "%s on %s", pattern, text);
            matched += wanted;
        }
    }
    ck_assert_uint_gt(matched, 10000);
    cg_mem_unref(mem);
}
END_TEST

START_TEST(characters_are_not_bytes)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    ck_assert(glob(mem, "a?c",
                   "a\xc3\xa9"
                   "c",
                   CG_PATTERN_WILDCARDS));
    ck_assert(glob(mem, "*?\xc3\xa9?", "xx\xe2\x82\xac\xc3\xa9\xf0\x9f\x98\x80", CG_PATTERN_WILDCARDS));
    ck_assert(!glob(mem, "a??c",
                    "a\xc3\xa9"
                    "c",
                    CG_PATTERN_WILDCARDS));
    ck_assert(glob(mem, "A*C?", "abcd", CG_PATTERN_WILDCARDS | CG_PATTERN_NOCASE));
    ck_assert(glob(mem, "a*b", "a*b", 0) && !glob(mem, "a*b", "axb", 0));
    cg_mem_unref(mem);
}
END_TEST

/* *a*a*a… against aaaa…: a matcher that backtracks over more than one star would not come back. */
START_TEST(stars_without_end)
{
    char pattern[CG_PATTERN_MAX], text[60001];
    cg_mem *mem = cg_mem_new(NULL, 0);
    memset(text, 'a', 60000);
    text[60000] = 0;
    for (size_t i = 0; i + 1 < sizeof pattern; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    pattern[sizeof pattern - 2] = 'b';
    pattern[sizeof pattern - 1] = 0;
    ck_assert(!glob(mem, pattern, text, CG_PATTERN_WILDCARDS));
    pattern[sizeof pattern - 2] = '*';
    ck_assert(glob(mem, pattern, text, CG_PATTERN_WILDCARDS));
    for (size_t i = 0; i + 1 < sizeof pattern; i++)
        pattern[i] = "*a?"[i % 3];
    ck_assert(glob(mem, pattern, text, CG_PATTERN_WILDCARDS));
    memset(pattern, '*', sizeof pattern - 1);
    ck_assert(glob(mem, pattern, text, CG_PATTERN_WILDCARDS));
    cg_mem_unref(mem);
}
END_TEST

START_TEST(a_text_past_the_limit_is_refused)
{
    char *text = NULL;
    world w;
    cg_buf b;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    cg_buf_init(&b, w.mem, 0);
    cg_buf_adds(&b, "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":[\"*\",\"");
    for (uint32_t i = 0; i <= CG_PATTERN_MAX; i++)
        cg_buf_char(&b, '*');
    cg_buf_adds(&b, "\"]}}");
    text = cg_arena_strndup(&w.arena, b.data, b.length);
    cg_buf_free(&b);
    cg_policy *p = world_policy(&w, CG_POLICY_IDENTITY, text);
    ck_assert_ptr_nonnull(p->diags);
    ck_assert_ptr_nonnull(strstr(p->diags->message.data, "too long"));
    const cg_policy *list = p;
    w.policies.identity = (cg_policy_list){ &list, 1 };
    expect_result(&w, "ImplicitlyDenied");
    world_close(&w);
}
END_TEST

START_TEST(ten_thousand_statements)
{
    world w;
    cg_buf b;
    cg_policy *p = NULL;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    cg_buf_init(&b, w.mem, 0);
    cg_buf_adds(&b, "{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (uint32_t i = 0; i < 10000; i++)
        cg_buf_printf(&b, "%s{\"Sid\":\"s%u\",\"Effect\":\"%s\",\"Action\":[\"s3:Get*\",\"x:%u\"],\"Resource\":\"arn:aws:s3:::d*%s\"}",
                      i ? "," : "", i, i == 7777 ? "Deny" : "Allow", i, i % 2 ? "port" : "nothing");
    cg_buf_adds(&b, "]}");
    ck_assert_int_eq(cg_policy_parse(&w.arena, cg_buf_view(&b), CG_POLICY_IDENTITY, CG_STR("many"), &p, NULL), CSPM_OK);
    cg_buf_free(&b);
    const cg_policy *list = p;
    w.policies.identity = (cg_policy_list){ &list, 1 };
    expect_result(&w, "ExplicitlyDenied");
    ck_assert_uint_eq(w.decision.deciding.count, 1);
    ck_assert(cg_str_eq(w.decision.deciding.data[0].sid, CG_STR("s7777")));
    world_close(&w);
}
END_TEST

START_TEST(depth_is_bounded)
{
    world w;
    cg_buf b;
    cg_policy *p = NULL;
    world_open(&w, USER, "s3:GetObject", BUCKET);
    cg_buf_init(&b, w.mem, 0);
    cg_buf_adds(&b, "{\"Version\":\"2012-10-17\",\"Statement\":");
    for (uint32_t i = 0; i < 100000; i++)
        cg_buf_char(&b, '[');
    ck_assert_int_eq(cg_policy_parse(&w.arena, cg_buf_view(&b), CG_POLICY_IDENTITY, CG_STR("deep"), &p, NULL), CSPM_OK);
    cg_buf_free(&b);
    ck_assert(p->unreadable);
    ck_assert_str_eq(p->diags->code, "policy-syntax");
    world_close(&w);
}
END_TEST

/* A value of a variable may be long; the statement still only matches or does not. */
START_TEST(long_values_of_variables)
{
    static char value[100000];
    world w;
    memset(value, '*', sizeof value - 1);
    world_open(&w, USER, "s3:GetObject", BUCKET);
    world_key(&w, "v", value);
    world_identity(&w, "{'Effect':'Allow','Action':'*','Resource':'*${v}*${v}*'},{'Effect':'Deny','Action':'*','Resource':'*',"
                       "'Condition':{'StringLike':{'v':'${v}'},'StringNotEquals':{'v':'${v}'}}}");
    expect_result(&w, "ImplicitlyDenied");
    world_close(&w);
}
END_TEST

Suite *hostile_suite(void)
{
    Suite *s = suite_create("hostile");
    TCase *t = tcase_create("patterns");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, every_short_pattern_on_every_short_text);
    tcase_add_test(t, characters_are_not_bytes);
    tcase_add_test(t, stars_without_end);
    tcase_add_test(t, a_text_past_the_limit_is_refused);
    tcase_add_test(t, ten_thousand_statements);
    tcase_add_test(t, depth_is_bounded);
    tcase_add_test(t, long_values_of_variables);
    suite_add_tcase(s, t);
    return s;
}
