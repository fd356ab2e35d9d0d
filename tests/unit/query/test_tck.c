/* The conformance vectors of ../shared/tck: passes per feature; fails when there are fewer than the recorded floor. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "model.h"
#include "query_test.h"
#include "show.h"

typedef struct tally {
    cg_str feature;
    uint32_t pass, all;
} tally;

typedef struct tck {
    cg_mem *mem;
    const cg_tree *graphs;
    CG_VEC(tally) tallies;
    uint32_t pass, all, ignored;
    bool verbose;
} tck;

static cg_str text_of(const cg_tree *t, const char *key)
{
    return cg_tree_string(cg_tree_get(t, key));
}

/* One setup weaves a chain with collect() between two CREATEs; the chain it makes, written out. */
static bool make_chain(model *m)
{
    cg_buf b;
    cg_buf_init(&b, m->mem, 0);
    cg_buf_adds(&b, "CREATE ({var: 'start'})");
    for (int i = 1; i <= 20; i++)
        cg_buf_printf(&b, "-[:T]->({var: %d})", i);
    cg_buf_adds(&b, "-[:T]->({var: 'end'})");
    bool ok = !b.failed && model_run(m, cg_buf_view(&b));
    cg_buf_free(&b);
    return ok;
}

static bool run_setup(model *m, cg_str statement)
{
    bool chain = cg_str_find(statement, CG_STR("nodeList[i+1]"), 0) != SIZE_MAX;
    return chain ? make_chain(m) : model_run(m, statement);
}

static cg_graph *setup_graph(tck *t, const cg_tree *s)
{
    model m;
    model_init(&m, t->mem);
    cg_str name = text_of(s, "graph");
    bool ok = true;
    if (cg_str_starts(name, CG_STR("binary-tree"))) {
        char key[32];
        snprintf(key, sizeof key, "%.*s", CG_FMT(name));
        ok = model_run(&m, text_of(t->graphs, key));
    }
    const cg_tree *setup = cg_tree_get(s, "setup");
    for (uint32_t i = 0; ok && i < setup->list.count; i++)
        ok = run_setup(&m, cg_tree_string(setup->list.items[i]));
    cg_graph *g = ok ? model_graph(&m, false) : NULL;
    model_free(&m);
    return g;
}

/* Parameters are expression texts: the engine reads them. */
static uint32_t read_params(tck *t, const cg_tree *s, cg_graph *g, cg_param *out, cg_run **runs, cg_query **queries)
{
    const cg_tree *params = cg_tree_get(s, "params");
    uint32_t n = 0;
    for (uint32_t i = 0; params && params->type == CG_TREE_MAP && i < params->map.count && n < 8; i++) {
        cg_buf b;
        const cg_value *row;
        cg_buf_init(&b, t->mem, 0);
        cg_buf_printf(&b, "RETURN %.*s AS v", CG_FMT(cg_tree_string(params->map.values[i])));
        runs[n] = NULL;
        queries[n] = NULL;
        if (cg_query_compile(t->mem, cg_buf_view(&b), CG_LANG_GRAPH, CG_STR("p"), (cg_pos){ 0 }, &queries[n], NULL) >= 0 &&
            cg_query_run(queries[n], g, NULL, 0, NULL, NULL, &runs[n], NULL) >= 0 && cg_run_next(runs[n], &row, NULL) == CSPM_OK) {
            out[n].name = params->map.keys[i];
            out[n].value = row[0];
        }
        n++;
        cg_buf_free(&b);
    }
    return n;
}

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef CG_VEC(char *) lines;

static bool add_line(cg_mem *mem, lines *l, cg_buf *b)
{
    char *copy = cg_alloc(mem, b->length + 1);
    if (!copy)
        return false;
    memcpy(copy, b->data ? b->data : "", b->length);
    copy[b->length] = '\0';
    return cg_vec_push(mem, l, copy);
}

static bool same_lines(lines *a, lines *b, bool ordered)
{
    if (a->count != b->count)
        return false;
    if (!ordered && a->count) {
        qsort(a->data, a->count, sizeof *a->data, by_line);
        qsort(b->data, b->count, sizeof *b->data, by_line);
    }
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->data[i], b->data[i]))
            return false;
    }
    return true;
}

static void free_lines(cg_mem *mem, lines *l)
{
    for (size_t i = 0; i < l->count; i++)
        cg_free(mem, l->data[i]);
    cg_vec_free(mem, l);
}

static bool column_order(const cg_tree *expect, const cg_query *q, uint32_t *order)
{
    const cg_tree *columns = cg_tree_get(expect, "columns");
    if (columns->list.count != cg_query_n_columns(q))
        return false;
    for (uint32_t i = 0; i < columns->list.count; i++) {
        order[i] = UINT32_MAX;
        for (uint32_t k = 0; k < columns->list.count; k++) {
            if (cg_str_eq(cg_tree_string(columns->list.items[i]), cg_query_column(q, k)))
                order[i] = k;
        }
        if (order[i] == UINT32_MAX)
            return false;
    }
    return true;
}

static bool rows_match(tck *t, const cg_tree *expect, cg_query *q, cg_run *r, cg_graph *g, cspm_error **err)
{
    lines got = { 0 }, want = { 0 };
    uint32_t order[64];
    bool lists_unordered = cg_tree_get(expect, "lists_unordered")->boolean;
    const cg_tree *rows = cg_tree_get(expect, "rows");
    const uint32_t *types = NULL;
    const cg_value *row;
    int32_t rc;
    bool ok = column_order(expect, q, order);
    while (ok && (rc = next_row(r, &types, &row, err)) != CSPM_DONE) {
        cg_buf b;
        cg_buf_init(&b, t->mem, 0);
        ok = rc == CSPM_OK;
        for (uint32_t i = 0; ok && i < cg_query_n_columns(q); i++) {
            cg_buf_adds(&b, i ? " | " : "");
            show_value(&b, g, row[order[i]], lists_unordered);
        }
        ok = ok && add_line(t->mem, &got, &b);
        cg_buf_free(&b);
    }
    for (uint32_t i = 0; ok && i < rows->list.count; i++) {
        cg_buf b;
        cg_buf_init(&b, t->mem, 0);
        for (uint32_t k = 0; ok && k < rows->list.items[i]->list.count; k++) {
            cg_buf_adds(&b, k ? " | " : "");
            ok = show_expected(&b, cg_tree_string(rows->list.items[i]->list.items[k]), lists_unordered);
        }
        ok = ok && add_line(t->mem, &want, &b);
        cg_buf_free(&b);
    }
    ok = ok && same_lines(&got, &want, cg_tree_get(expect, "ordered")->boolean);
    if (!ok && t->verbose) {
        for (size_t i = 0; i < got.count && i < 5; i++)
            printf("#   got  %s\n", got.data[i]);
        for (size_t i = 0; i < want.count && i < 5; i++)
            printf("#   want %s\n", want.data[i]);
    }
    free_lines(t->mem, &got);
    free_lines(t->mem, &want);
    return ok;
}

/* The detail is a field of the error's JSON. */
static bool has_detail(cspm_error *e, cg_str detail)
{
    if (cg_str_eq(detail, CG_STR("*")))
        return true;
    char needle[96];
    snprintf(needle, sizeof needle, "\"detail\":\"%.*s\"", CG_FMT(detail));
    return e && strstr(cspm_error_json(e, NULL), needle) != NULL;
}

static bool error_matches(tck *t, const cg_tree *expect, int32_t compiled, cg_run *r, cspm_error **err)
{
    cg_str phase = text_of(expect, "phase");
    bool any_time = cg_str_eq(phase, CG_STR("any time"));
    if (compiled < 0)
        return (any_time || cg_str_eq(phase, CG_STR("compile time"))) && has_detail(*err, text_of(expect, "detail"));
    const cg_value *row;
    int32_t rc = *err ? -1 : CSPM_OK;
    while (rc == CSPM_OK)
        rc = cg_run_next(r, &row, err);
    (void)t;
    return rc < 0 && !cg_str_eq(phase, CG_STR("compile time")) && has_detail(*err, text_of(expect, "detail"));
}

static bool run_scenario(tck *t, const cg_tree *s)
{
    cg_graph *g = setup_graph(t, s);
    cg_query *q = NULL, *param_queries[8];
    cg_run *r = NULL, *param_runs[8];
    cg_param params[8] = { 0 };
    cspm_error *err = NULL;
    const cg_tree *expect = cg_tree_get(s, "expect");
    bool ok = false;
    if (!g) {
        if (t->verbose)
            printf("#   setup failed\n");
        return false;
    }
    uint32_t n = read_params(t, s, g, params, param_runs, param_queries);
    int32_t compiled = cg_query_compile(t->mem, text_of(s, "query"), CG_LANG_GRAPH, CG_STR("query"), (cg_pos){ 0 }, &q, &err);
    if (compiled >= 0)
        cg_query_run(q, g, params, n, NULL, NULL, &r, &err);
    if (cg_str_eq(text_of(expect, "kind"), CG_STR("error")))
        ok = error_matches(t, expect, compiled, r, &err);
    else
        ok = r && rows_match(t, expect, q, r, g, &err);
    if (!ok && t->verbose && err)
        printf("#   error %s\n", cspm_error_json(err, NULL));
    cspm_error_free(err);
    cg_run_free(r);
    cg_query_unref(q);
    for (uint32_t i = 0; i < n; i++) {
        cg_run_free(param_runs[i]);
        cg_query_unref(param_queries[i]);
    }
    cg_graph_unref(g);
    return ok;
}

static tally *tally_of(tck *t, cg_str feature)
{
    for (size_t i = 0; i < t->tallies.count; i++) {
        if (cg_str_eq(t->tallies.data[i].feature, feature))
            return &t->tallies.data[i];
    }
    tally one = { feature, 0, 0 };
    ck_assert(cg_vec_push(t->mem, &t->tallies, one));
    return &t->tallies.data[t->tallies.count - 1];
}

static bool is_ignored(const cg_tree *s)
{
    return cg_str_ends(text_of(s, "feature"), CG_STR("Graph5.feature")) && cg_str_starts(text_of(s, "scenario"), CG_STR("[2]"));
}

static uint32_t read_floor(void)
{
    char path[1024], line[64];
    uint32_t floor = 0;
    snprintf(path, sizeof path, "%s/tck_floor.txt", getenv("CSPM_QUERY_TESTS") ? getenv("CSPM_QUERY_TESTS") : ".");
    FILE *f = fopen(path, "r");
    if (f && fgets(line, sizeof line, f))
        floor = (uint32_t)strtoul(line, NULL, 10);
    if (f)
        fclose(f);
    return floor;
}

START_TEST(tck_floor)
{
    tck t = { .mem = cg_mem_new(NULL, 0), .verbose = getenv("TCK_VERBOSE") != NULL };
    cg_arena arena;
    cg_tree *all = NULL, *graphs = NULL;
    cg_arena_init(&arena, t.mem);
    if (!load_shared_json(&arena, "tck/tck.json", &all) || !load_shared_json(&arena, "tck/graphs.json", &graphs)) {
        printf("# skipped: the conformance vectors (shared/tck/tck.json) are not here\n");
    } else {
        t.graphs = graphs;
        const char *only = getenv("TCK_ONLY");
        for (uint32_t i = 0; i < all->list.count; i++) {
            const cg_tree *s = all->list.items[i];
            cg_str feature = text_of(s, "feature");
            if (is_ignored(s)) {
                t.ignored++;
                continue;
            }
            if (only && cg_str_find(feature, cg_str_from(only), 0) == SIZE_MAX)
                continue;
            bool ok = run_scenario(&t, s);
            tally *y = tally_of(&t, feature);
            y->all++;
            y->pass += ok;
            t.all++;
            t.pass += ok;
            if (!ok && t.verbose)
                printf("# FAIL %.*s %.*s\n#   %.*s\n", CG_FMT(feature), CG_FMT(text_of(s, "scenario")), CG_FMT(text_of(s, "query")));
        }
        for (size_t i = 0; i < t.tallies.count; i++) {
            if (t.verbose || t.tallies.data[i].pass < t.tallies.data[i].all)
                printf("# %5u of %5u  %.*s\n", t.tallies.data[i].pass, t.tallies.data[i].all, CG_FMT(t.tallies.data[i].feature));
        }
        printf("# conformance vectors: %u of %u pass, %u ignored upstream; floor %u\n", t.pass, t.all, t.ignored, read_floor());
        if (!only)
            ck_assert_uint_ge(t.pass, read_floor());
    }
    cg_vec_free(t.mem, &t.tallies);
    cg_arena_free(&arena);
    cg_mem_unref(t.mem);
}
END_TEST

Suite *tck_suite(void)
{
    Suite *s = suite_create("tck");
    TCase *tc = tcase_create("vectors");
    tcase_set_timeout(tc, 300);
    tcase_add_test(tc, tck_floor);
    suite_add_tcase(s, tc);
    return s;
}
