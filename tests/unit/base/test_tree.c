#include "base/tree.h"
#include "base_test.h"

static cg_mem *mem;
static cg_arena arena;
static cspm_error *err;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    cg_arena_init(&arena, mem);
    err = NULL;
}

static void teardown(void)
{
    cspm_error_free(err);
    cg_arena_free(&arena);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static cg_tree *yaml(const char *text)
{
    cg_tree *t;
    int32_t rc = cg_tree_from_yaml(&arena, cg_str_from(text), CG_STR("in"), NULL, &t, &err);
    ck_assert_msg(rc == CSPM_OK, "%s: %s", text, cspm_error_text(err, NULL));
    return t;
}

static cg_tree *json(const char *text)
{
    cg_tree *t;
    int32_t rc = cg_tree_from_json(&arena, cg_str_from(text), CG_STR("in"), NULL, &t, &err);
    ck_assert_msg(rc == CSPM_OK, "%s: %s", text, cspm_error_text(err, NULL));
    return t;
}

static void check_json(const cg_tree *t, const char *want)
{
    cg_buf b;
    cg_buf_init(&b, mem, 0);
    cg_tree_write_json(&b, t);
    ck_assert_cg_str(cg_buf_view(&b), want);
    cg_buf_free(&b);
}

static void check_pos(cg_pos p, uint64_t offset, uint32_t line, uint32_t column)
{
    ck_assert_uint_eq(p.offset, offset);
    ck_assert_uint_eq(p.line, line);
    ck_assert_uint_eq(p.column, column);
}

START_TEST(json_becomes_a_tree)
{
    const char *text = "{\"a\":[1,-2.5,true,false,null,\"x\"],\"b\":{\"c\":[]},\"big\":9223372036854775808}";
    cg_tree *t = json(text);
    check_json(t, "{\"a\":[1,-2.5,true,false,null,\"x\"],\"b\":{\"c\":[]},\"big\":9.223372036854776e+18}");
    const cg_tree *a = cg_tree_get(t, "a");
    ck_assert_uint_eq(a->list.count, 6);
    ck_assert_int_eq(a->list.items[0]->integer, 1);
    ck_assert_cg_str(a->list.items[1]->raw, "-2.5");
    ck_assert_cg_str(cg_tree_string(a->list.items[5]), "x");
    ck_assert_ptr_null(cg_tree_string(a).data);
    ck_assert_ptr_null(cg_tree_get(t, "missing"));
    ck_assert_ptr_null(cg_tree_get(a, "a"));
    ck_assert_ptr_null(cg_tree_get(NULL, "a"));
    ck_assert_int_eq(json("1")->type, CG_TREE_INT);
}
END_TEST

START_TEST(json_positions)
{
    cg_tree *t = json("\xEF\xBB\xBF{\n  \"\xC3\xA9\" : [ 1 ,\n\t\"x\\\"y\", {} ],\n \"b\":null}");
    check_pos(t->pos, 3, 1, 1);
    check_pos(t->map.key_pos[0], 7, 2, 3);
    const cg_tree *list = t->map.values[0];
    check_pos(list->pos, 14, 2, 9);
    check_pos(list->list.items[0]->pos, 16, 2, 11);
    check_pos(list->list.items[1]->pos, 21, 3, 2);
    check_pos(list->list.items[2]->pos, 29, 3, 10);
    check_pos(t->map.key_pos[1], 36, 4, 2);
    check_pos(t->map.values[1]->pos, 40, 4, 6);
}
END_TEST

START_TEST(json_that_is_no_tree)
{
    static const char *const bad[] = { "", "{", "{\"a\":1,\"a\":2}", "1 2", "[1e999]", "{a:1}" };
    cg_tree *t;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(cg_tree_from_json(&arena, cg_str_from(bad[i]), CG_STR("in"), NULL, &t, &err), CSPM_E_PARSE);
        ck_assert_ptr_null(t);
        cspm_error_free(err);
        err = NULL;
    }
}
END_TEST

START_TEST(yaml_scalars_follow_the_core_schema)
{
    check_json(yaml("[null, Null, ~, '', \"~\", nULL]"), "[null,null,null,\"\",\"~\",\"nULL\"]");
    check_json(yaml("[true, True, FALSE, yes, no, on, off, y, tRUE]"), "[true,true,false,\"yes\",\"no\",\"on\",\"off\",\"y\",\"tRUE\"]");
    check_json(yaml("[1, -1, +1, 007, 0x1F, 0o17, 0b1, 1_000, 0x, 0o8]"), "[1,-1,1,7,31,15,\"0b1\",\"1_000\",\"0x\",\"0o8\"]");
    check_json(yaml("[1.5, .5, 5., 1e3, -.inf, .NaN, 9223372036854775808, 1.2.3, .]"),
               "[1.5,0.5,5.0,1000.0,\"-Infinity\",\"NaN\",9.223372036854776e+18,\"1.2.3\",\".\"]");
    check_json(yaml("['1', \"true\", 2024-01-01, 12:30, 1e999]"), "[\"1\",\"true\",\"2024-01-01\",\"12:30\",\"1e999\"]");
    const cg_tree *t = yaml("v: 1.10\nw: '1.10'");
    ck_assert_cg_str(cg_tree_get(t, "v")->raw, "1.10");
    ck_assert(!cg_tree_get(t, "v")->quoted && cg_tree_get(t, "w")->quoted);
}
END_TEST

START_TEST(yaml_structure_and_positions)
{
    const cg_tree *t = yaml("# pack\nid: \xC3\xA9x\nrules:\n  - {a: 1, b: [x]}\n  -\n    text: |\n      one\n      two\nempty:\n");
    check_json(t, "{\"id\":\"\xC3\xA9x\",\"rules\":[{\"a\":1,\"b\":[\"x\"]},{\"text\":\"one\\ntwo\\n\"}],\"empty\":null}");
    check_pos(t->map.key_pos[1], 15, 3, 1);
    check_pos(cg_tree_get(t, "id")->pos, 11, 2, 5);
    const cg_tree *first = cg_tree_get(t, "rules")->list.items[0];
    check_pos(first->pos, 26, 4, 5);
    check_pos(cg_tree_get(first, "b")->list.items[0]->pos, 37, 4, 16);
    check_pos(yaml("\xEF\xBB\xBFx: 1")->map.values[0]->pos, 6, 1, 4);
    check_json(yaml("--- a\n--- {b: 1}\n...\n"), "[\"a\",{\"b\":1}]");
    check_json(yaml("{1: a, null: b, true: c}"), "{\"1\":\"a\",\"null\":\"b\",\"true\":\"c\"}");
}
END_TEST

static const struct {
    const char *text;
    int32_t code;
    uint32_t line, column;
    const char *detail;
} bad_yaml[] = {
    { "", CSPM_E_PARSE, 1, 1, "Empty" },
    { "# only a comment\n", CSPM_E_PARSE, 1, 1, "Empty" },
    { "a: &x 1\nb: *x", CSPM_E_PARSE, 1, 4, "Anchor" },
    { "b: *x", CSPM_E_PARSE, 1, 4, "Anchor" },
    { "a: &x [1]", CSPM_E_PARSE, 1, 4, "Anchor" },
    { "&x a: 1", CSPM_E_PARSE, 1, 1, "Anchor" },
    { "a: !!str 1", CSPM_E_PARSE, 1, 4, "Tag" },
    { "!x {a: 1}", CSPM_E_PARSE, 1, 1, "Tag" },
    { "a: 1\nb: 2\na: 3", CSPM_E_PARSE, 3, 1, "DuplicateKey" },
    { "{a: {b: 1, \"b\": 2}}", CSPM_E_PARSE, 1, 12, "DuplicateKey" },
    { "? [a]\n: b", CSPM_E_PARSE, 1, 3, "ComplexKey" },
    { "{{a: 1}: 2}", CSPM_E_PARSE, 1, 2, "ComplexKey" },
    { "a: b: c", CSPM_E_PARSE, 1, 5, "Malformed" },
    { "a:\n\t- b", CSPM_E_PARSE, 2, 1, "Malformed" },
    { "a: 'x", CSPM_E_PARSE, 1, 6, "Malformed" },
    { "a: [1, 2", CSPM_E_PARSE, 1, 9, "Malformed" },
    { "a: \"\\q\"", CSPM_E_PARSE, 1, 5, "Malformed" },
    { "a: \"\\ud800\"", CSPM_E_PARSE, 1, 5, "Malformed" },
    { "a: \"\\0\"", CSPM_E_PARSE, 1, 4, "NulInString" },
    { "a: \xFF", CSPM_E_PARSE, 1, 4, "InvalidUtf8" },
    { "a: 1\nb: \x01", CSPM_E_PARSE, 2, 4, "InvalidCharacter" },
    { "\xFF\xFE"
      "a",
      CSPM_E_PARSE, 1, 1, "InvalidUtf8" },
};

START_TEST(yaml_errors_name_the_place)
{
    for (size_t i = 0; i < sizeof bad_yaml / sizeof *bad_yaml; i++) {
        cg_tree *t;
        cspm_error *e = NULL;
        int32_t rc = cg_tree_from_yaml(&arena, cg_str_from(bad_yaml[i].text), CG_STR("in"), NULL, &t, &e);
        uint32_t line, column;
        cspm_error_position(e, NULL, &line, &column);
        char detail[64] = "\"detail\":\"";
        memcpy(detail + strlen(detail), bad_yaml[i].detail, strlen(bad_yaml[i].detail) + 1);
        ck_assert_msg(rc == bad_yaml[i].code && strstr(cspm_error_json(e, NULL), detail), "%s: %s", bad_yaml[i].text,
                      cspm_error_json(e, NULL));
        if (strcmp(bad_yaml[i].detail, "Malformed") != 0) /* where the parser stops is its own affair */
            ck_assert_msg(line == bad_yaml[i].line && column == bad_yaml[i].column, "%s: %s", bad_yaml[i].text, cspm_error_json(e, NULL));
        else
            ck_assert_uint_gt(line, 0);
        ck_assert_ptr_null(t);
        cspm_error_free(e);
    }
}
END_TEST

START_TEST(yaml_limits)
{
    cg_json_limits limits = { .max_depth = 2, .max_string_bytes = 4, .max_input_bytes = 100 };
    cg_tree *t;
    ck_assert_int_eq(cg_tree_from_yaml(&arena, CG_STR("[[1]]"), CG_STR("in"), &limits, &t, NULL), CSPM_OK);
    ck_assert_int_eq(cg_tree_from_yaml(&arena, CG_STR("[[[1]]]"), CG_STR("in"), &limits, &t, NULL), CSPM_E_PARSE);
    ck_assert_int_eq(cg_tree_from_yaml(&arena, CG_STR("abcde: 1"), CG_STR("in"), &limits, &t, NULL), CSPM_E_PARSE);
    char text[200];
    memset(text, ' ', sizeof text);
    ck_assert_int_eq(cg_tree_from_yaml(&arena, (cg_str){ text, sizeof text }, CG_STR("in"), &limits, &t, NULL), CSPM_E_LIMIT);
    char *deep = malloc(100000);
    memset(deep, '[', 100000);
    ck_assert_int_eq(cg_tree_from_yaml(&arena, (cg_str){ deep, 100000 }, CG_STR("in"), NULL, &t, NULL), CSPM_E_PARSE);
    free(deep);
}
END_TEST

static void sweep(bool as_yaml)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    cg_str text = CG_STR("{\"a\": [1, 2.5, \"x\", {\"b\": null, \"c\": [[], {}]}], \"d\": \"a string\", \"e\": true}");
    CG_FAULT_SWEEP(&f, 0)
    {
        cg_mem *m = cg_mem_new(&a, 0);
        if (m) {
            cg_arena r;
            cg_arena_init(&r, m);
            cg_tree *t;
            cspm_error *e = NULL;
            int32_t rc = (as_yaml ? cg_tree_from_yaml : cg_tree_from_json)(&r, text, CG_STR("in"), NULL, &t, &e);
            ck_assert_int_eq(rc, atomic_load(&f.refused) ? CSPM_E_NOMEM : CSPM_OK);
            ck_assert_int_eq(cspm_error_code(e), rc);
            cspm_error_free(e);
            cg_arena_free(&r);
        }
        cg_mem_unref(m);
        ck_assert_msg(cg_fault_clean(&f), "%s", cg_fault_report(&f));
    }
    ck_assert_uint_gt(f.total, 3);
}

START_TEST(refused_memory_anywhere)
{
    sweep(false);
    sweep(true);
}
END_TEST

Suite *tree_suite(void)
{
    Suite *s = suite_create("tree");
    TCase *t = tcase_create("tree");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, json_becomes_a_tree);
    tcase_add_test(t, json_positions);
    tcase_add_test(t, json_that_is_no_tree);
    tcase_add_test(t, yaml_scalars_follow_the_core_schema);
    tcase_add_test(t, yaml_structure_and_positions);
    tcase_add_test(t, yaml_errors_name_the_place);
    tcase_add_test(t, yaml_limits);
    tcase_add_test(t, refused_memory_anywhere);
    suite_add_tcase(s, t);
    return s;
}
