/* Files of requests: the shared vectors, whose answers two other programs agree on, and what a bad file is told. */
#include "access_test.h"

static uint32_t compare(cg_mem *mem, cg_str json, cg_str lines)
{
    cg_arena arena;
    cg_tree *expected;
    uint32_t wrong = 0;
    size_t at = 0;
    cg_arena_init(&arena, mem);
    ck_assert_int_eq(cg_tree_from_json(&arena, json, CG_STR("vectors"), NULL, &expected, NULL), CSPM_OK);
    for (uint32_t i = 0; i < expected->list.count; i++) {
        const cg_tree *item = expected->list.items[i];
        char wanted[128];
        snprintf(wanted, sizeof wanted, "{\"id\":\"%s\",\"result\":\"%s\"}\n", cg_tree_string(cg_tree_get(item, "id")).data,
                 cg_tree_string(cg_tree_get(item, "expected")).data);
        size_t end = cg_str_find(lines, CG_STR("\n"), at);
        ck_assert_uint_ne(end, SIZE_MAX);
        cg_str line = { lines.data + at, end + 1 - at };
        if (!cg_str_eq(line, cg_str_from(wanted))) {
            fprintf(stderr, "wanted %s   got %.*s", wanted, CG_FMT(line));
            wrong++;
        }
        at = end + 1;
    }
    ck_assert_uint_eq(at, lines.length);
    ck_assert_uint_gt(expected->list.count, 1000);
    cg_arena_free(&arena);
    return wrong;
}

START_TEST(all_shared_vectors_agree)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    size_t length;
    char *text = shared_file(mem, "iam-vectors-generated/vectors-dev.json", &length);
    if (text) {
        cg_buf out;
        cg_buf_init(&out, mem, 0);
        ck_assert_int_eq(cg_access_vectors(mem, (cg_str){ text, length }, CG_STR("vectors"), NULL, &out, NULL), CSPM_OK);
        ck_assert_uint_eq(compare(mem, (cg_str){ text, length }, cg_buf_view(&out)), 0);
        cg_buf_free(&out);
        cg_free(mem, text);
    }
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

static const struct {
    const char *json;
    int32_t rc;
    uint32_t line, column;
    const char *out; /* or part of the message */
} files[] = {
    { "", CSPM_E_PARSE, 0, 0, "" },
    { "3", CSPM_E_PARSE, 1, 1, "a list of requests" },
    { "[]", CSPM_OK, 0, 0, "" },
    { "[3]", CSPM_E_PARSE, 1, 2, "a request is an object" },
    { "[{\"id\":\"a\"}]", CSPM_E_PARSE, 1, 2, "\"principal\"" },
    { "[{\"id\":\"a\",\n \"principal\":7}]", CSPM_E_PARSE, 2, 14, "\"principal\"" },
    { "[{\"id\":\"a\",\"principal\":\"p\",\"action\":\"s3:X\",\"resource\":\"*\",\"context\":[]}]", CSPM_E_PARSE, 1, 69, "context" },
    { "[{\"id\":\"a\",\"principal\":\"p\",\"action\":\"s3:X\",\"resource\":\"*\",\"context\":{\"k\":{}}}]", CSPM_E_PARSE, 1, 74,
      "a condition key" },
    { "[{\"id\":\"a\",\"principal\":\"p\",\"action\":\"s3:X\",\"resource\":\"*\",\"scps\":{}}]", CSPM_E_PARSE, 1, 66, "levels" },
    { "[{\"id\":\"a\",\"principal\":\"p\",\"action\":\"s3:X\",\"resource\":\"*\",\"rcps\":[1]}]", CSPM_E_PARSE, 1, 67, "level" },
    { "[{\"id\":\"a\",\"id\":\"b\"}]", CSPM_E_PARSE, 1, 0, "duplicate" },
    { "{\"id\":\"\\\"<\",\"principal\":\"arn:aws:iam::1:user/u\",\"action\":\"s3:X\",\"resource\":\"*\"}", CSPM_OK, 0, 0,
      "{\"id\":\"\\\"\\u003c\",\"result\":\"ImplicitlyDenied\"}\n" },
    { "[{\"id\":\"a\",\"principal\":\"arn:aws:iam::1:user/"
      "u\",\"action\":\"s3:X\",\"resource\":\"*\",\"session_policy\":null,\"context\":{\"k\":null},"
      "\"identity_policies\":\"%7B%22Version%22:%222012-10-17%22,%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Action%22:%22*%22,"
      "%22Resource%22:%22*%22%7D%7D\"}]",
      CSPM_OK, 0, 0, "{\"id\":\"a\",\"result\":\"Allowed\"}\n" },
};

START_TEST(a_file_is_answered_or_told_what_is_wrong)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_buf out;
    cspm_error *err = NULL;
    uint32_t line, column;
    cg_buf_init(&out, mem, 0);
    int32_t rc = cg_access_vectors(mem, cg_str_from(files[_i].json), CG_STR("vectors"), NULL, &out, &err);
    ck_assert_int_eq(rc, files[_i].rc);
    if (rc == CSPM_OK) {
        ck_assert_uint_eq(out.length, strlen(files[_i].out));
        ck_assert(out.length == 0 || memcmp(out.data, files[_i].out, out.length) == 0);
    } else {
        cspm_error_position(err, NULL, &line, &column);
        ck_assert_msg(strstr(cspm_error_message(err, NULL), files[_i].out) != NULL, "%s", cspm_error_message(err, NULL));
        if (files[_i].line)
            ck_assert_uint_eq(line, files[_i].line);
        if (files[_i].column)
            ck_assert_uint_eq(column, files[_i].column);
    }
    cspm_error_free(err);
    cg_buf_free(&out);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

Suite *vectors_suite(void)
{
    Suite *s = suite_create("vectors");
    TCase *t = tcase_create("files");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, all_shared_vectors_agree);
    tcase_add_loop_test(t, a_file_is_answered_or_told_what_is_wrong, 0, (int)(sizeof files / sizeof *files));
    suite_add_tcase(s, t);
    return s;
}
