/* Streams of items: what is asked, what is handed over, what is forgotten. */
#include "ingest/items.h"
#include "ingest_test.h"

typedef struct seen {
    cg_buf log;
    const char *take; /* key of what is taken; NULL: items of lists */
} seen;

static void log_at(seen *s, const char *what, const cg_item_at *at)
{
    cg_buf_printf(&s->log, "%s%u", what, at->document);
    for (uint32_t i = 0; i < at->depth; i++) {
        if (at->steps[i].key.data)
            cg_buf_printf(&s->log, ".%.*s", CG_FMT(at->steps[i].key));
        else
            cg_buf_printf(&s->log, "[%u]", at->steps[i].index);
    }
    cg_buf_char(&s->log, ' ');
}

static cg_item_choice choose(void *user, const cg_item_at *at, char opens)
{
    seen *s = user;
    const cg_item_step *inner = at->depth ? &at->steps[at->depth - 1] : NULL;

    if (inner && s->take && inner->key.data && cg_str_eq(inner->key, cg_str_from(s->take)))
        return CG_ITEM_TAKE;
    if (inner && !s->take && !inner->key.data)
        return CG_ITEM_TAKE;
    if (inner && inner->key.data && inner->key.length > 0 && inner->key.data[0] == '_')
        return CG_ITEM_SKIP;
    return opens ? CG_ITEM_ENTER : CG_ITEM_SKIP;
}

static int32_t take(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    seen *s = user;

    (void)err;
    log_at(s, "", at);
    s->log.length--;
    cg_buf_char(&s->log, '=');
    cg_tree_write_json(&s->log, item);
    cg_buf_char(&s->log, ' ');
    return CSPM_OK;
}

static int32_t leave(void *user, const cg_item_at *at, cspm_error **err)
{
    (void)err;
    log_at(user, "<", at);
    return CSPM_OK;
}

static const cg_item_handler handler = { .choose = choose, .take = take, .leave = leave };

static void expect_log_of(const cg_item_handler *asked, const char *json, const char *key, size_t piece, int32_t code, const char *expected)
{
    cg_mem *mem = test_mem(NULL, 0);
    const cg_json_limits limits = { .max_depth = 20, .allow_multiple = true, .allow_nul = true };
    seen s = { .take = key };
    cg_items *items;
    cspm_error *err = NULL;

    cg_buf_init(&s.log, mem, 0);
    ck_assert_int_eq(cg_items_new(mem, &limits, asked, &s, CG_STR("x"), &items, &err), CSPM_OK);
    int32_t rc = CSPM_OK;
    for (size_t at = 0, n = strlen(json); at < n && rc == CSPM_OK; at += piece)
        rc = cg_items_feed(items, json + at, n - at < piece ? n - at : piece, &err);
    if (rc == CSPM_OK)
        rc = cg_items_finish(items, &err);
    ck_assert_int_eq(rc, code);
    cg_buf_char(&s.log, '\0');
    if (expected)
        ck_assert_str_eq(s.log.data, expected);
    cspm_error_free(err);
    cg_items_free(items);
    cg_buf_free(&s.log);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static void expect_log(const char *json, const char *key, size_t piece, int32_t code, const char *expected)
{
    expect_log_of(&handler, json, key, piece, code, expected);
}

START_TEST(items_of_lists_are_handed_over)
{
    const char *json = "{\"a\":[1,{\"b\":[true,null]},\"x\"],\"_no\":[{\"c\":1}],\"d\":{\"e\":[[],-1.5]}}";
    for (size_t piece = 1; piece < 60; piece += 7)
        expect_log(json, NULL, piece, CSPM_OK,
                   "0.a[0]=1 0.a[1]={\"b\":[true,null]} 0.a[2]=\"x\" <0.a 0.d.e[0]=[] 0.d.e[1]=-1.5 <0.d.e <0.d <0 ");
}
END_TEST

START_TEST(members_by_key_in_several_documents)
{
    expect_log("{\"k\":{\"k\":1},\"z\":{\"k\":[2]}} {\"k\":null} [] 7 {\"k\":\"\\u00e9\"}", "k", 3, CSPM_OK,
               "0.k={\"k\":1} 0.z.k=[2] <0.z <0 1.k=null <1 <2 4.k=\"\xc3\xa9\" <4 ");
}
END_TEST

/* What is built is asked about value by value, and comes without what was passed over. */
static cg_item_choice choose_built(void *user, const cg_item_at *at, char opens)
{
    const cg_item_step *inner = at->depth ? &at->steps[at->depth - 1] : NULL;

    (void)user;
    if (inner && inner->key.data && inner->key.data[0] == '_')
        return CG_ITEM_SKIP;
    if (inner && inner->key.data && inner->key.data[0] == '+')
        return CG_ITEM_TAKE;
    return opens ? CG_ITEM_BUILD : CG_ITEM_TAKE;
}

START_TEST(what_is_passed_over_is_left_out_of_what_is_built)
{
    static const cg_item_handler builds = { .choose = choose_built, .take = take, .leave = leave };
    for (size_t piece = 1; piece < 5; piece++) {
        expect_log_of(&builds, "{} 7 [1,{}]", NULL, piece, CSPM_OK, "0={} 1=7 2=[1,{}] ");
        expect_log_of(&builds, "{\"a\":[1,{\"_\":{\"x\":[1]},\"b\":null,\"_s\":\"t\"},[]],\"+\":{\"_\":[true,{\"_\":2}]},\"c\":\"s\"}", NULL,
                      piece, CSPM_OK, "0={\"a\":[1,{\"b\":null},[]],\"+\":{\"_\":[true,{\"_\":2}]},\"c\":\"s\"} ");
        expect_log_of(&builds, "[[[\"a\"],{\"_\":1}],2]", NULL, piece, CSPM_OK, "0=[[[\"a\"],{}],2] ");
        expect_log_of(&builds, "{\"a\":[1", NULL, piece, CSPM_E_PARSE, NULL);
    }
}
END_TEST

static int32_t take_place(void *user, const cg_item_at *at, const cg_tree *item, cspm_error **err)
{
    seen *s = user;

    (void)at;
    (void)err;
    cg_buf_printf(&s->log, "%u ", (unsigned)item->pos.offset);
    return CSPM_OK;
}

START_TEST(values_know_where_they_stand)
{
    static const cg_item_handler places = { .choose = choose, .take = take_place };
    for (size_t piece = 1; piece < 40; piece++)
        expect_log_of(&places, "[\"a\\u00e9\\n\", \"\\\"\" ,\"\",\"bc\",\n12 ,{}, null,\"\\\\\"]", NULL, piece, CSPM_OK, "1 14 20 23 29 33 37 42 ");
}
END_TEST

START_TEST(faults_end_the_stream)
{
    expect_log("{\"a\":[1,2", NULL, 4, CSPM_E_PARSE, NULL);
    expect_log("{\"a\":[1}", NULL, 4, CSPM_E_PARSE, NULL);
    expect_log("[[[[[[[[[[[[[[[[[[[[[[[[[", "k", 4, CSPM_E_PARSE, NULL);
    expect_log("{\"_a\":[[[[[[[[[[[[[[[[[[[[[[[[[", NULL, 4, CSPM_E_PARSE, NULL);
    expect_log("", NULL, 4, CSPM_E_PARSE, NULL);
    /* a number the graph cannot hold is no value */
    expect_log("[1e999,18446744073709551616]", NULL, 4, CSPM_OK, "0[0]=null 0[1]=1.8446744073709552e+19 <0 ");
}
END_TEST

Suite *items_suite(void)
{
    Suite *s = suite_create("items");
    TCase *t = tcase_create("stream");

    tcase_add_test(t, items_of_lists_are_handed_over);
    tcase_add_test(t, members_by_key_in_several_documents);
    tcase_add_test(t, what_is_passed_over_is_left_out_of_what_is_built);
    tcase_add_test(t, values_know_where_they_stand);
    tcase_add_test(t, faults_end_the_stream);
    suite_add_tcase(s, t);
    return s;
}
