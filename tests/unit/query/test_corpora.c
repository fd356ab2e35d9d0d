/* The queries people already have: each prepares and runs, or is refused by name; none fails inside. */
#include <stdio.h>
#include <stdlib.h>

#include "model.h"
#include "query_test.h"

typedef struct corpus {
    cg_mem *mem;
    cg_graph *graph;
    uint32_t all, prepared, refused, ran;
    bool verbose;
} corpus;

static cg_str string_of(const cg_tree *t, const char *key)
{
    return cg_tree_string(cg_tree_get(t, key));
}

static void run_all(corpus *c, cg_query *q, cg_str id)
{
    cspm_error *err = NULL;
    cg_run *r = NULL;
    const uint32_t *types = NULL;
    const cg_value *row;
    cg_run_limits limits = { .max_work = 20000, .max_rows = 1000, .now = 1795348800000000 };
    cg_buf text;
    cg_buf_init(&text, c->mem, 0);
    ck_assert_int_ge(cg_query_explain(q, c->graph, &text, &err), 0);
    cg_buf_free(&text);
    int32_t rc = cg_query_run(q, c->graph, NULL, 0, &limits, NULL, &r, &err);
    while (rc == CSPM_OK)
        rc = next_row(r, &types, &row, &err);
    if (rc < 0) {
        ck_assert_msg(rc == CSPM_E_QUERY || rc == CSPM_E_LIMIT, "%.*s: %s", CG_FMT(id), err ? cspm_error_json(err, NULL) : "?");
    } else {
        c->ran++;
    }
    cspm_error_free(err);
    cg_run_free(r);
}

static void one_query(corpus *c, const cg_tree *item)
{
    cg_str id = string_of(item, "id"), text = string_of(item, "query");
    const cg_tree *read_only = cg_tree_get(item, "read_only");
    cg_query *q = NULL;
    cspm_error *err = NULL;
    int32_t rc = cg_query_compile(c->mem, text, CG_LANG_GRAPH, CG_STR("query"), (cg_pos){ 0 }, &q, &err);
    bool reads = !read_only || read_only->boolean;
    if (reads)
        c->all++;
    if (rc >= 0) {
        ck_assert_msg(reads, "a writing query was prepared: %.*s", CG_FMT(id));
        c->prepared++;
        run_all(c, q, id);
    } else {
        const char *json = cspm_error_json(err, NULL);
        ck_assert_msg(rc == CSPM_E_QUERY, "%.*s: %s", CG_FMT(id), json);
        ck_assert_msg(strstr(json, "\"line\":0") == NULL, "no position: %s", json);
        if (!reads)
            ck_assert_msg(strstr(json, "\"class\":\"unsupported-feature\"") != NULL || strstr(json, "\"class\":\"syntax\"") != NULL ||
                              strstr(json, "\"class\":\"bind\"") != NULL,
                          "%.*s: %s", CG_FMT(id), json);
        else
            c->refused++;
        if (reads && c->verbose)
            printf("# refused %.*s: %.300s\n", CG_FMT(id), json);
        if (cg_str_starts(id, CG_STR("53e73ae0")))
            ck_assert_msg(strstr(json, "\"detail\":\"UndefinedVariable\"") != NULL, "%s", json);
    }
    cspm_error_free(err);
    cg_query_unref(q);
}

static void one_corpus(const char *file, uint32_t most_refused)
{
    corpus c = { .mem = cg_mem_new(NULL, 0), .verbose = getenv("CORPUS_VERBOSE") != NULL };
    cg_arena arena;
    cg_tree *all = NULL;
    cg_arena_init(&arena, c.mem);
    if (!load_shared_json(&arena, file, &all)) {
        printf("# skipped: shared/%s is not here\n", file);
    } else {
        c.graph = model_make(
            c.mem, "CREATE (a:User:Base {name: 'a', objectid: 'S-1-5-21-1-512'})-[:MemberOf]->(b:Group:Base {name: 'b', system_tags: "
                   "'admin_tier_0'}),"
                   "(a)-[:RESOURCE]->(c:AWSAccount {id: '1', provider: 'aws'})-[:RESOURCE]->(d:AWSRole {arn: 'arn:aws:iam::1:role/x'}),"
                   "(d)-[:TRUSTS_AWS_PRINCIPAL]->(a), (b)-[:GenericAll]->(a), (:Computer {enabled: true})-[:HasSession]->(a)");
        ck_assert_ptr_nonnull(c.graph);
        for (uint32_t i = 0; i < all->list.count; i++)
            one_query(&c, all->list.items[i]);
        printf("# %s: %u read queries, %u prepared, %u refused, %u ran to the end\n", file, c.all, c.prepared, c.refused, c.ran);
        ck_assert_uint_le(c.refused, most_refused);
        cg_graph_unref(c.graph);
    }
    cg_arena_free(&arena);
    cg_mem_unref(c.mem);
}

START_TEST(bloodhound)
{
    one_corpus("queries/bloodhound.json", 1);
}
END_TEST
START_TEST(cartography)
{
    one_corpus("queries/cartography.json", 1);
}
END_TEST
START_TEST(cartography_analysis)
{
    one_corpus("queries/cartography_analysis_reads.json", 0);
}
END_TEST
START_TEST(prowler)
{
    one_corpus("queries/prowler.json", 0);
}
END_TEST

Suite *corpora_suite(void)
{
    Suite *s = suite_create("corpora");
    TCase *tc = tcase_create("queries");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, bloodhound);
    tcase_add_test(tc, cartography);
    tcase_add_test(tc, cartography_analysis);
    tcase_add_test(tc, prowler);
    suite_add_tcase(s, tc);
    return s;
}
