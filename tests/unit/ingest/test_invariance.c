/* However the same content is cut up, ordered or packed, it is the same graph; and the real sample reads clean. */
#include <unistd.h>

#include "ingest_test.h"

/* Everything the dialect knows, faults included; several lines, escapes, and characters of more than one byte. */
static const char rich[] =
    "\xEF\xBB\xBF{\n \"metadata\": {\"source_kind\": \"Src\"},\n \"graph\": {\n  \"nodes\": [\n"
    "   {\"id\": \"\xC3\xA9\\u00e9\\n\", \"kinds\": [\"K1\", \"K2\"], \"properties\": {\"s\": \"a\\\"b\", \"n\": -12.5e3, \"l\": [\"x\", "
    "\"\\u20ac\"], \"o\": {\"deep\": [1, {}]}}},\n"
    "   {\"id\": \"b\", \"kinds\": [], \"properties\": null}, {\"id\": 7, \"kinds\": []}, \xE2\x82\xAC_PLACEHOLDER,\n"
    "   {\"kinds\": [\"K1\"], \"extra\": [[{\"a\": null}]], \"properties\": {\"name\": \"BOB\", \"bad\": [1, \"x\"], \"huge\": 1e999}, "
    "\"id\": \"c\"}\n"
    "  ],\n  \"edges\": [\n"
    "   {\"start\": {\"match_by\": \"name\", \"value\": \"bob\"}, \"end\": {\"value\": \"b\"}, \"kind\": \"R\", \"properties\": {\"w\": "
    "1}},\n"
    "   {\"start\": {\"match_by\": \"property\", \"property_matchers\": [{\"key\": \"name\", \"operator\": \"equals\", \"value\": "
    "\"BOB\"}]}, \"end\": {\"value\": \"gone\"}, \"kind\": \"S\"},\n"
    "   {\"start\": {\"value\": \"b\", \"value\": \"c\"}, \"end\": {}}\n"
    "  ]\n }\n}\n";

static char *rich_text(size_t *length)
{
    /* The placeholder is not JSON; it marks where a fourth node goes that is longer than any buffer for ids. */
    const char *mark = strstr(rich, "\xE2\x82\xAC_PLACEHOLDER");
    char *text = malloc(sizeof rich + 2000), *at = text;
    memcpy(at, rich, (size_t)(mark - rich));
    at += mark - rich;
    at += sprintf(at, "{\"id\": \"");
    memset(at, 'L', 1000);
    at += 1000;
    at += sprintf(at, "\", \"kinds\": []}");
    strcpy(at, strchr(mark, ','));
    *length = strlen(text);
    return text;
}

/* Feed the dialect pieces of a given size. */
static loaded in_pieces(const char *text, size_t length, size_t piece)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    const cg_dialect *d = cg_dialect_find(CG_STR("opengraph"));
    const cg_source_options o = { .name = CG_STR("in.json"), .dialect = CG_STR("opengraph"), .rank = d->rank, .merge_equal_edges = true };
    cspm_error *err = NULL;
    void *state;
    int32_t rc;

    ck_assert_int_eq(cg_builder_begin_source(b, &o, &err), CSPM_OK);
    ck_assert_int_eq(d->open(b, o.name, NULL, &state, &err), CSPM_OK);
    rc = CSPM_OK;
    for (size_t at = 0; at < length && rc == CSPM_OK; at += piece) {
        /* a copy of its own, so that reading past its end is seen */
        size_t n = length - at < piece ? length - at : piece;
        char *copy = malloc(n);
        memcpy(copy, text + at, n);
        rc = d->feed(state, copy, n, &err);
        free(copy);
    }
    if (rc == CSPM_OK)
        rc = d->finish(state, &err);
    d->close(state);
    return test_freeze(mem, b, rc, err);
}

START_TEST(pieces_of_any_size)
{
    static const size_t sizes[] = { 1, 2, 3, 7, 64, 1000 };
    size_t length;
    char *text = rich_text(&length);
    loaded whole = in_pieces(text, length, length);
    ASSERT_LOADED(whole);
    char *expected = test_dump(whole.graph, true);
    ck_assert_uint_eq(cg_graph_n_nodes(whole.graph), 4);
    ck_assert_uint_eq(cg_graph_n_rels(whole.graph), 1);
    ck_assert_ptr_nonnull(strstr(expected, "in.json:7:"));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        loaded l = in_pieces(text, length, sizes[i]);
        ASSERT_LOADED(l);
        char *got = test_dump(l.graph, true);
        ck_assert_str_eq(got, expected);
        free(got);
        test_drop(&l);
    }
    free(expected);
    test_drop(&whole);
    free(text);
}
END_TEST

START_TEST(cut_anywhere_is_an_error)
{
    size_t length;
    char *text = rich_text(&length);
    for (size_t cut = 0; cut < length - 2; cut++) { /* the last bytes are white space */
        loaded l = in_pieces(text, cut, cut ? cut : 1);
        ck_assert_msg(l.rc == CSPM_E_PARSE, "cut at %zu: %d", cut, l.rc);
        test_drop(&l);
    }
    free(text);
}
END_TEST

/* ---- order ---- */

#define N_NODES 6
#define N_EDGES 7
static const char *const nodes[N_NODES] = {
    "{\"id\":\"a\",\"kinds\":[\"A\",\"X\"],\"properties\":{\"p\":1,\"name\":\"A\"}}",
    "{\"id\":\"b\",\"kinds\":[\"B\"],\"properties\":{\"p\":\"text\"}}",
    "{\"id\":\"a\",\"kinds\":[\"A\",\"Y\"],\"properties\":{\"q\":[1,2],\"p\":2}}", /* says more about a, and disagrees */
    "{\"id\":\"c\",\"kinds\":[]}",
    "{\"id\":\"d\",\"kinds\":[\"A\"],\"properties\":{\"name\":\"D\"}}",
    "{\"id\":\"e\"}",
};
static const char *const edges[N_EDGES] = {
    "{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}}",
    "{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"}}", /* the same again */
    "{\"kind\":\"R\",\"start\":{\"value\":\"a\"},\"end\":{\"value\":\"b\"},\"properties\":{\"w\":1}}",
    "{\"kind\":\"S\",\"start\":{\"value\":\"b\"},\"end\":{\"value\":\"a\"}}",
    "{\"kind\":\"S\",\"start\":{\"value\":\"c\"},\"end\":{\"value\":\"c\"}}",
    "{\"kind\":\"R\",\"start\":{\"match_by\":\"name\",\"value\":\"d\"},\"end\":{\"value\":\"a\"}}",
    "{\"kind\":\"R\",\"start\":{\"value\":\"d\"},\"end\":{\"value\":\"nobody\"}}",
};

static void shuffle(uint32_t *order, uint32_t n, uint64_t *state)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        uint32_t k = (uint32_t)(*state >> 33) % i, swap = order[i - 1];
        order[i - 1] = order[k];
        order[k] = swap;
    }
}

/* Without positions: those do differ. */
static char *graph_of(loaded *l)
{
    ASSERT_LOADED(*l);
    return test_dump(l->graph, false);
}

static char *document(const char *const *some_nodes, const uint32_t *node_order, uint32_t n_nodes, const char *const *some_edges,
                      const uint32_t *edge_order, uint32_t n_edges, bool edges_first)
{
    char *text = NULL, *node_list = strdup(""), *edge_list = strdup("");
    for (uint32_t i = 0; i < n_nodes + n_edges; i++) {
        char **list = i < n_nodes ? &node_list : &edge_list, *longer;
        const char *item = i < n_nodes ? some_nodes[node_order[i]] : some_edges[edge_order[i - n_nodes]];
        ck_assert_int_ge(asprintf(&longer, "%s%s%s", *list, **list ? "," : "", item), 0);
        free(*list);
        *list = longer;
    }
    const char *format = edges_first ? "{\"graph\":{\"edges\":[%s],\"nodes\":[%s]}}" : "{\"graph\":{\"nodes\":[%s],\"edges\":[%s]}}";
    ck_assert_int_ge(asprintf(&text, format, edges_first ? edge_list : node_list, edges_first ? node_list : edge_list), 0);
    free(node_list);
    free(edge_list);
    return text;
}

START_TEST(order_of_items_does_not_matter)
{
    uint64_t state = 7;
    char *expected = NULL;
    for (int round = 0; round < 40; round++) {
        uint32_t node_order[N_NODES], edge_order[N_EDGES];
        shuffle(node_order, N_NODES, &state);
        shuffle(edge_order, N_EDGES, &state);
        char *text = document(nodes, node_order, N_NODES, edges, edge_order, N_EDGES, round & 1);
        loaded l = test_text(text);
        char *got = graph_of(&l);
        if (!expected)
            expected = strdup(got);
        ck_assert_str_eq(got, expected);
        ck_assert_uint_eq(test_count_diags(&l, "bad-item"), 1);
        ck_assert_uint_eq(test_count_diags(&l, "dangling-edge"), 1);
        free(got);
        free(text);
        test_drop(&l);
    }
    free(expected);
}
END_TEST

START_TEST(split_files_are_one_graph)
{
    uint64_t state = 3;
    uint32_t node_order[N_NODES], edge_order[N_EDGES];
    shuffle(node_order, N_NODES, &state);
    shuffle(edge_order, N_EDGES, &state);
    char *whole = document(nodes, node_order, N_NODES, edges, edge_order, N_EDGES, false);
    loaded one = test_text(whole);
    char *expected = graph_of(&one);
    for (int round = 0; round < 20; round++) {
        cg_mem *mem = test_mem(NULL, 0);
        cg_builder *b = test_builder(mem);
        cspm_error *err = NULL;
        shuffle(node_order, N_NODES, &state);
        shuffle(edge_order, N_EDGES, &state);
        uint32_t cut_nodes = (uint32_t)round % (N_NODES + 1), cut_edges = (uint32_t)round % (N_EDGES + 1);
        char *parts[2] = { document(nodes, node_order, cut_nodes, edges, edge_order, cut_edges, false),
                           document(nodes, node_order + cut_nodes, N_NODES - cut_nodes, edges, edge_order + cut_edges, N_EDGES - cut_edges,
                                    true) };
        for (int i = 0; i < 2; i++) {
            char name[16];
            snprintf(name, sizeof name, "part%d.json", i);
            ck_assert_int_eq(cg_ingest_bytes(b, parts[i], strlen(parts[i]), cg_str_from(name), NULL, NULL, &err), CSPM_OK);
            free(parts[i]);
        }
        loaded l = test_freeze(mem, b, CSPM_OK, NULL);
        char *got = graph_of(&l);
        ck_assert_str_eq(got, expected);
        free(got);
        test_drop(&l);
    }
    free(expected);
    free(whole);
    test_drop(&one);
}
END_TEST

/* ---- the real sample ---- */

static char *shared(const char *below)
{
    const char *root = getenv("CSPM_SHARED");
    char *path = test_join(root ? root : CSPM_SHARED_DEFAULT, below);
    if (access(path, R_OK) == 0)
        return path;
    printf("# skipped: no %s (set CSPM_SHARED to where the shared data lies)\n", path);
    free(path);
    return NULL;
}

START_TEST(githound_sample)
{
    char *folder = shared("data/opengraph/githound");
    if (!folder)
        return;
    loaded l = test_path(folder, 0);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(test_count_diags(&l, "dangling-edge"), 2);
    ck_assert_uint_eq(cg_name_find(l.graph, CG_NAMES_LABEL, CG_STR("GitHub")) != CG_NO_NAME, 1);
    uint32_t kind = cg_name_find(l.graph, CG_NAMES_KIND, CG_STR("GH_HasRole"));
    ck_assert_uint_ne(kind, CG_NO_NAME);
    ck_assert_int_ne(cg_kind_declared_traversable(l.graph, kind), -1);
    ck_assert_uint_eq(test_count_diags(&l, "unrecognised"), 1); /* model.json: icons only */
    test_drop(&l);
    free(folder);

    char *sample = shared("data/opengraph/githound/samples/githound_O_kgDOCoV2OQ.json");
    l = test_path(sample, 0);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 338);
    ck_assert_uint_eq(cg_graph_n_rels(l.graph), 2763 - 2);
    ck_assert_uint_eq(test_count_diags(&l, NULL), 2);
    test_drop(&l);
    free(sample);
}
END_TEST

START_TEST(documented_samples)
{
    char *folder = shared("data/opengraph/bloodhound-docs/opengraph");
    if (!folder)
        return;
    char *minimal = test_join(folder, "opengraph-minimal.json"), *schema = test_join(folder, "opengraph-node.json");
    loaded l = test_path(minimal, 0);
    ASSERT_LOADED(l);
    ck_assert_uint_eq(cg_graph_n_nodes(l.graph), 2);
    ck_assert_uint_eq(cg_graph_n_rels(l.graph), 1);
    test_drop(&l);
    l = test_path(schema, 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "\"title\"", 0, 0);
    test_drop(&l);
    free(minimal);
    free(schema);
    free(folder);
    folder = shared("data/opengraph/bloodhound-docs/ad_sampledata");
    l = test_path(folder, 0);
    test_expect_error(&l, CSPM_E_UNRECOGNISED, "BloodHound collector file", 0, 0);
    test_drop(&l);
    free(folder);
}
END_TEST

Suite *invariance_suite(void)
{
    Suite *s = suite_create("invariance");
    TCase *t = tcase_create("invariance");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, pieces_of_any_size);
    tcase_add_test(t, cut_anywhere_is_an_error);
    tcase_add_test(t, order_of_items_does_not_matter);
    tcase_add_test(t, split_files_are_one_graph);
    tcase_add_test(t, githound_sample);
    tcase_add_test(t, documented_samples);
    suite_add_tcase(s, t);
    return s;
}
