/* The documented queries of a resource graph's users: all prepare; each runs on rows of the documented shape. */
#include <stdio.h>

#include "pipe_test.h"

/* A source of rows from JSON text. */
typedef struct json_rows {
    cg_tree *rows;
    uint32_t at, opened, released, cut;
} json_rows;

static int32_t rows_open(void *user, cspm_op *op, void **rows, cspm_error **err)
{
    json_rows *j = user;
    j->at = 0;
    j->opened++;
    *rows = j;
    return CSPM_OK;
}

static int32_t rows_next(void *rows, cg_arena *arena, cg_value *cells, cspm_error **err)
{
    json_rows *j = rows;
    const cg_table_info *table = cg_table_find(CG_STR("securityresources"));
    if (j->at >= j->rows->list.count)
        return CSPM_DONE;
    const cg_tree *row = j->rows->list.items[j->at++];
    for (uint32_t i = 0; i < table->n_columns; i++) {
        const cg_tree *cell = cg_tree_get(row, table->columns[i].name);
        cells[i] = cg_v_null();
        if (cell && cg_value_from_tree(arena, cell, &cells[i]) < 0)
            return cg_nomem(arena->mem, err);
    }
    return CSPM_OK;
}

static uint32_t rows_cut(const void *rows)
{
    return ((const json_rows *)rows)->cut;
}
static void rows_close(void *rows) {}
static void rows_release(void *user)
{
    ((json_rows *)user)->released++;
}

static const char estate[] =
    "[{\"id\":\"/subscriptions/S/providers/Microsoft.Security/attackPaths/G\",\"name\":\"G\",\"type\":\"microsoft.security/attackpaths\","
    "\"tenantId\":\"T\",\"subscriptionId\":\"S\",\"properties\":{\"displayName\":\"Internet exposed VM\",\"riskCategories\":[\"Data "
    "exposure\"],"
    "\"riskLevel\":\"High\",\"graphComponent\":{\"entities\":[{\"entityInternalId\":\"e1\",\"entityName\":\"vm1\",\"entityType\":"
    "\"virtualmachine\"},"
    "{\"entityInternalId\":\"e2\",\"entityName\":\"st2\",\"entityType\":\"storageaccount\"}]},\"assessments\":{\"e1\":[{}]}}},"
    "{\"id\":\"/subscriptions/S2/providers/Microsoft.Security/attackPaths/H\",\"name\":\"H\",\"type\":\"microsoft.security/attackpaths\","
    "\"subscriptionId\":\"S2\",\"properties\":{\"displayName\":\"Other\",\"riskCategories\":[\"Compute abuse\"],\"riskLevel\":\"Low\","
    "\"graphComponent\":{\"entities\":[{\"entityInternalId\":\"e9\",\"entityName\":\"vm9\",\"entityType\":\"virtualmachine\"}]}}},"
    "{\"id\":\"/subscriptions/S/providers/Microsoft.Security/assessments/A1\",\"name\":\"A1\",\"type\":\"microsoft.security/assessments\","
    "\"subscriptionId\":\"S\",\"properties\":{\"displayName\":\"Do "
    "it\",\"status\":{\"code\":\"Unhealthy\"},\"metadata\":{\"assessmentType\":\"BuiltIn\"},"
    "\"resourceDetails\":{\"Source\":\"Azure \",\"Id\":\"/subscriptions/S/x/VM1 \",\"ResourceType\":\"VM\"},\"risk\":{\"level\":\"High\","
    "\"attackPathsReferences\":[\"a\",\"b\"]}}},"
    "{\"id\":\"/subscriptions/S/providers/Microsoft.Security/secureScores/ascScore\",\"name\":\"ascScore\","
    "\"type\":\"microsoft.security/"
    "securescores\",\"subscriptionId\":\"S\",\"properties\":{\"score\":{\"current\":20,\"max\":58,\"percentage\":0.3448},"
    "\"weight\":7,\"environment\":\"Azure\"}}]";

typedef struct corpus {
    bench b;
    cg_arena arena;
    json_rows rows;
    cg_table_source source;
} corpus;

static void corpus_open(corpus *c)
{
    cspm_error *err = NULL;
    pipe_open(&c->b, "CREATE (:A)");
    cg_arena_init(&c->arena, c->b.mem);
    c->rows = (json_rows){ 0 };
    ck_assert_int_eq(cg_tree_from_json(&c->arena, cg_str_from(estate), CG_STR("rows"), NULL, &c->rows.rows, &err), CSPM_OK);
    c->source = (cg_table_source){ "securityresources", &c->rows, rows_open, rows_next, rows_cut, rows_close, rows_release };
    c->b.limits.sources = &c->source;
    c->b.limits.n_sources = 1;
    c->b.limits.now = 1700000000000000;
}

static void corpus_close(corpus *c)
{
    cg_arena_free(&c->arena);
    bench_close(&c->b);
}

#define PATHS "securityresources | where type == \"microsoft.security/attackpaths\" "

START_TEST(attack_paths)
{
    corpus c;
    corpus_open(&c);
    ck_answer(&c.b, PATHS "| where subscriptionId == \"S\" | project name", "'G'");
    ck_answer(
        &c.b,
        PATHS
        "| extend AttackPathDisplayName = tostring(properties[\"displayName\"]) | where AttackPathDisplayName == \"Other\" | project name",
        "'H'");
    ck_answer(&c.b, PATHS "| summarize count() by tostring(properties.displayName), tostring(properties.riskCategories)",
              "'Internet exposed VM' | '[\"Data exposure\"]' | 1; 'Other' | '[\"Compute abuse\"]' | 1");
    ck_answer(&c.b,
              PATHS "| mv-expand e = properties.graphComponent.entities | distinct n = tostring(e.entityName), t = tostring(e.entityType) "
                    "| summarize count() by t",
              "'virtualmachine' | 2; 'storageaccount' | 1");
    ck_answer(&c.b, PATHS "| mv-expand k = bag_keys(properties.assessments) to typeof(string) | project name, k", "'G' | 'e1'; 'H' | ''");
    ck_answer(&c.b,
              "securityresources | where type == 'microsoft.security/assessments' | project n = "
              "array_length(properties.risk.attackPathsReferences)",
              "2");
    ck_answer(&c.b, "securityresources | where tags.x == 'y' | count", "0");
    ck_assert_uint_eq(c.rows.opened, 7);
    ck_assert_uint_eq(c.rows.released, 7);
    c.rows.cut = CSPM_TRUNCATED_WORK;
    ck_answer(&c.b, "securityresources | count", "4 (truncated 2)");
    c.rows.cut = 0;
    c.rows.opened = c.rows.released = 7;
    ck_answer(&c.b, "nodes | count", "1"); /* no need to open it */
    ck_answer(&c.b, "securityresources | take 0", "");
    ck_answer(&c.b, "nosuch", "!UnknownTable");
    ck_assert_uint_eq(c.rows.opened, 7);
    ck_assert_uint_eq(c.rows.released, 9);
    corpus_close(&c);
}
END_TEST

START_TEST(a_table_without_source_has_no_rows)
{
    bench b;
    pipe_open(&b, "CREATE (:A)");
    ck_answer(&b, PATHS "| count", "0");
    ck_answer(&b, "ResourceContainers | where type == 'x'", "");
    bench_close(&b);
}
END_TEST

static void warns(cg_mem *mem, const char *text, uint32_t n, const char *what)
{
    cg_query *q = NULL;
    ck_assert_int_eq(cg_query_compile(mem, cg_str_from(text), CG_LANG_PIPE, CG_STR("query"), (cg_pos){ 0 }, &q, NULL), CSPM_OK);
    ck_assert_msg(cg_query_n_warnings(q) == n, "%s: %u warnings", text, cg_query_n_warnings(q));
    if (n)
        ck_assert(cg_str_find(cg_query_warning(q, 0), cg_str_from(what), 0) != SIZE_MAX);
    ck_assert_ptr_null(cg_query_warning(q, n).data);
    cg_query_unref(q);
}

START_TEST(types_without_rows_are_told)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    warns(mem, "nodes", 0, "");
    warns(mem, "securityresources", 0, "");
    warns(mem, PATHS, 0, "");
    warns(mem, "securityresources | where type =~ 'Microsoft.Security/AttackPaths'", 0, "");
    warns(mem, "securityresources | where type == 'microsoft.security/pricings'", 1, "microsoft.security/pricings");
    warns(mem, "securityresources | where type == 'microsoft.security/securescores'", 1, "microsoft.security/securescores");
    warns(mem, "securityresources | where type == 'microsoft.security/assessments'", 1, "microsoft.security/assessments");
    warns(mem, "securityresources | where type in ('microsoft.security/pricings', 'x', 'x')", 2, "pricings");
    warns(mem, "nodes | extend type = kind | where type == 'x'", 0, "");
    warns(mem, "resources | take 1", 1, "table resources");
    cg_mem_unref(mem);
}
END_TEST

/* Every documented query compiles, runs, and gives no internal error; answers of some are known. */
START_TEST(documented_queries)
{
    corpus c;
    cg_tree *all;
    uint32_t bad = 0;
    corpus_open(&c);
    if (!load_shared_json(&c.arena, "queries/kql.json", &all)) {
        printf("# skipped: shared material (queries/kql.json) is not here\n");
        corpus_close(&c);
        return;
    }
    cg_value empty = cg_v_str(CG_STR("S"));
    cg_param params[] = { { CG_STR("vmnames"), empty }, { CG_STR("SUBSCRIPTION_ID"), empty } };
    c.b.params = params;
    c.b.n_params = 2;
    ck_assert_uint_eq(all->list.count, 40);
    for (uint32_t i = 0; i < all->list.count; i++) {
        cg_str text = cg_tree_string(cg_tree_get(all->list.items[i], "query"));
        const char *got = ask_bytes(&c.b, text.data, text.length);
        if (*got == '!') {
            printf("# query %u: %s\n%s\n", i, got, text.data);
            bad++;
        }
        if (i == 11)
            ck_assert_msg(strstr(got, "'G'") && !strstr(got, "'H'"), "%s", got);
        if (i == 1)
            ck_assert_str_eq(got, "");
        if (i == 0)
            ck_assert_msg(strstr(got, "'/subscriptions/s/providers/microsoft.security/assessments/a1'") && strstr(got, " | 3 | "), "%s",
                          got);
        if (i == 37)
            ck_assert_str_eq(got, "'S' | 20 | 58.0 | 34.48275862068966");
        if (i == 28)
            ck_assert_str_eq(got, "'' | '' | 2.41 | 7 | 1 | 34.43");
    }
    ck_assert_uint_eq(bad, 0);
    corpus_close(&c);
}
END_TEST

Suite *pipe_corpus_suite(void)
{
    Suite *s = suite_create("pipe form, tables and documented queries");
    TCase *t = tcase_create("corpus");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, attack_paths);
    tcase_add_test(t, a_table_without_source_has_no_rows);
    tcase_add_test(t, types_without_rows_are_told);
    tcase_add_test(t, documented_queries);
    suite_add_tcase(s, t);
    return s;
}
