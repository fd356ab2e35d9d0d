/* The graph vectors in the shared data: reachability, distances, paths, dominators, choke points and cuts computed by another tool. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"
#include "suites.h"

static char *read_all(const char *path, size_t *length)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = malloc(1 << 24);
    *length = fread(text, 1, 1 << 24, f);
    fclose(f);
    return text;
}

static uint32_t number(const cg_tree *t)
{
    ck_assert(t && t->type == CG_TREE_INT);
    return (uint32_t)t->integer;
}

static cg_core *core_of(const cg_view *v, uint32_t entry, const cg_endpoint *targets, uint32_t n, uint32_t max_length)
{
    cg_endpoint from = { entry, 1000000, false };
    cg_core *c;
    cg_path_request q = { .entries = &from, .n_entries = 1, .targets = targets, .n_targets = n, .max_length = max_length };
    ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
    return c;
}

/* A list of node numbers against a bitmap, `except` set in the bitmap only. */
static void check_list(const char *file, const cg_tree *list, const uint64_t *bits, uint32_t n, uint32_t except)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += bits[i >> 6] >> (i & 63) & 1;
    ck_assert_msg(count == list->list.count + 1, "%s: %u reached, %u expected", file, count, list->list.count + 1);
    for (uint32_t i = 0; i < list->list.count; i++) {
        uint32_t node = number(list->list.items[i]);
        ck_assert(node != except && (bits[node >> 6] >> (node & 63) & 1));
    }
}

static void check_searches(const char *file, const cg_view *v, const cg_tree *e)
{
    uint32_t source = number(cg_tree_get(e, "source")), target = number(cg_tree_get(e, "target")), n, costs[512];
    uint64_t bits[8];
    uint8_t hops[512];
    const cg_tree *map = cg_tree_get(e, "hops_from_source"), *dist = cg_tree_get(e, "dist_from_source");
    ck_assert_int_eq(cg_view_reach(v, CG_OUT, &source, 1, NULL, bits, &n, NULL), CSPM_OK);
    check_list(file, cg_tree_get(e, "reachable_from_source"), bits, v->n_nodes, source);
    ck_assert_int_eq(cg_view_reach(v, CG_IN, &target, 1, NULL, bits, &n, NULL), CSPM_OK);
    check_list(file, cg_tree_get(e, "can_reach_target"), bits, v->n_nodes, target);
    ck_assert_int_eq(cg_view_hops(v, CG_OUT, &source, 1, 254, NULL, hops, &n, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_costs(v, CG_OUT, &source, NULL, 1, NULL, costs, NULL), CSPM_OK);
    ck_assert_uint_eq(n, map->map.count);
    for (uint32_t i = 0; i < map->map.count; i++)
        ck_assert_uint_eq(hops[atoi(map->map.keys[i].data)], number(map->map.values[i]));
    for (uint32_t i = 0; i < dist->map.count; i++)
        ck_assert_uint_eq(costs[atoi(dist->map.keys[i].data)], number(dist->map.values[i]));
}

typedef struct listed {
    const cg_tree *expected; /* NULL or empty: only counted */
    uint64_t count, found;
} listed;

static int32_t check_path(void *user, const cg_found *f)
{
    listed *l = user;
    l->count++;
    for (uint32_t i = 0; i < l->expected->list.count; i++) {
        const cg_tree *one = l->expected->list.items[i];
        bool same = one->list.count == f->n_hops + 1;
        for (uint32_t j = 0; same && j <= f->n_hops; j++)
            same = number(one->list.items[j]) == f->nodes[j];
        l->found += same;
    }
    return CSPM_OK;
}

static void check_paths(const char *file, const cg_view *v, const cg_tree *e)
{
    cg_endpoint target = { number(cg_tree_get(e, "target")), 1000000, false };
    cg_core *c = core_of(v, number(cg_tree_get(e, "source")), &target, 1, number(cg_tree_get(e, "simple_paths_cutoff")));
    listed l = { .expected = cg_tree_get(e, "simple_paths") };
    uint64_t count;
    uint32_t truncated;
    ck_assert_int_eq(cg_paths_count(c, NULL, &count, NULL, &truncated, NULL), CSPM_OK);
    ck_assert_msg(count == number(cg_tree_get(e, "simple_paths_count")), "%s: %llu simple paths", file, (unsigned long long)count);
    ck_assert_int_eq(cg_paths_all(c, NULL, check_path, &l, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(l.count, count);
    ck_assert_uint_eq(l.found, l.expected->list.count);
    cg_core_free(c);
    const cg_tree *costs = cg_tree_get(e, "k_shortest_costs");
    cg_found_list found;
    c = core_of(v, number(cg_tree_get(e, "source")), &target, 1, 254);
    ck_assert_int_eq(cg_paths_best(c, 10, NULL, &found, NULL), CSPM_OK);
    ck_assert_uint_eq(found.paths.count, costs->list.count);
    for (uint32_t i = 0; i < costs->list.count; i++)
        ck_assert_uint_eq(found.paths.data[i].edge_cost, number(costs->list.items[i]));
    cg_found_list_free(&found);
    cg_core_free(c);
}

static void check_structure(const char *file, const cg_view *v, const cg_tree *e)
{
    uint32_t source = number(cg_tree_get(e, "source")), n, chokes = 0;
    cg_endpoint all[512], target = { number(cg_tree_get(e, "target")), 1000000, false };
    for (uint32_t i = 0; i < v->n_nodes; i++)
        all[i] = (cg_endpoint){ i, 1000000, false };
    cg_node *idom, *cut;
    bool possible;
    cg_core *c = core_of(v, source, all, v->n_nodes, 254);
    const cg_tree *expected = cg_tree_get(e, "immediate_dominators"), *points = cg_tree_get(e, "choke_points");
    ck_assert_int_eq(cg_paths_dominators(c, NULL, &idom, NULL), CSPM_OK);
    for (uint32_t i = 0; expected && i < expected->map.count; i++)
        ck_assert_msg(idom[atoi(expected->map.keys[i].data)] == number(expected->map.values[i]), "%s: dominator of %s", file,
                      expected->map.keys[i].data);
    cg_free(t_mem(), idom);
    cg_core_free(c);
    c = core_of(v, source, &target, 1, 254);
    cg_choke_list list;
    ck_assert_int_eq(cg_paths_chokes(c, 100000, NULL, &list, NULL), CSPM_OK);
    for (size_t i = 0; i < list.chokes.count; i++) {
        bool listed_there = false;
        if (list.chokes.data[i].node == CG_NO_NODE || list.chokes.data[i].targets == 0)
            continue;
        chokes++;
        for (uint32_t j = 0; points && j < points->list.count; j++)
            listed_there |= number(points->list.items[j]) == list.chokes.data[i].node;
        ck_assert_msg(listed_there, "%s: %u is no choke point", file, list.chokes.data[i].node);
    }
    ck_assert_uint_eq(chokes, points ? points->list.count : 0);
    cg_choke_list_free(&list);
    const cg_tree *size = cg_tree_get(e, "min_vertex_cut_size");
    ck_assert_int_eq(cg_paths_min_cut(c, 0, NULL, &cut, &n, &possible, NULL), CSPM_OK);
    /* Absent: the target is out of reach. Null: it is next to the source. The tool also says 0 when only an edge leads back from the target
     * to the source, which is no answer to this question. */
    if (!size) {
        ck_assert(possible && n == 0);
    } else if (size->type == CG_TREE_NULL) {
        ck_assert(!possible);
    } else {
        ck_assert(possible);
        ck_assert_msg(number(size) == 0 ? n > 0 : n == number(size), "%s: cut of %u, expected %u", file, n, number(size));
    }
    cg_free(t_mem(), cut);
    cg_core_free(c);
}

static void check_file(const char *path)
{
    size_t length;
    char *text = read_all(path, &length);
    cg_arena arena;
    cg_tree *doc;
    t_graph *g = calloc(1, sizeof *g);
    ck_assert_msg(text != NULL, "cannot read %s", path);
    cg_arena_init(&arena, t_mem());
    ck_assert_int_eq(cg_tree_from_json(&arena, (cg_str){ text, length }, cg_str_from(path), NULL, &doc, NULL), CSPM_OK);
    const cg_tree *edges = cg_tree_get(doc, "edges"), *e = cg_tree_get(doc, "expected");
    g->n_nodes = number(cg_tree_get(doc, "nodes"));
    for (uint32_t i = 0; i < edges->list.count; i++) {
        struct cg_tree **x = edges->list.items[i]->list.items;
        g->edges[g->n_edges++] = (t_edge){ number(x[0]), number(x[1]), number(x[2]), 0, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    }
    cg_view *v = t_view(g, false);
    check_searches(path, v, e);
    check_paths(path, v, e);
    check_structure(path, v, e);
    cg_view_free(v);
    cg_arena_free(&arena);
    free(g);
    free(text);
}

START_TEST(shared_vectors_hold)
{
    const char *shared = getenv("CSPM_SHARED"), *root = getenv("CSPM_SOURCE_ROOT");
    char folder[1024], path[2048];
    uint32_t files = 0;
    snprintf(folder, sizeof folder, "%s%s/data/graph-vectors", shared ? shared : root ? root : ".", shared ? "" : "/../shared");
    DIR *d = opendir(folder);
    if (!d) {
        fprintf(stderr, "# graph vectors skipped: there is no folder %s\n", folder);
        return;
    }
    for (struct dirent *f; (f = readdir(d));) {
        if (!cg_str_ends(cg_str_from(f->d_name), CG_STR(".json")))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, f->d_name);
        check_file(path);
        files++;
    }
    closedir(d);
    ck_assert_uint_gt(files, 0);
}
END_TEST

Suite *vectors_suite(void)
{
    Suite *s = suite_create("vectors");
    TCase *t = tcase_create("vectors");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, shared_vectors_hold);
    suite_add_tcase(s, t);
    return s;
}
