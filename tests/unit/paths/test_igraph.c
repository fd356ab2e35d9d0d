/* Differential tests against igraph, on small random graphs with parallel relationships, loops, cycles, ties and hubs written out. */
#include <igraph.h>
#include <math.h>
#include <stdlib.h>

#include "oracle.h"
#include "suites.h"

/* All relationships of the test graph, hubs written out; igraph's weights in the same order. */
static void to_igraph(const o_rels *r, uint32_t n, bool simple, igraph_t *g, igraph_vector_t *weights)
{
    igraph_vector_int_t edges;
    igraph_vector_int_init(&edges, 0);
    igraph_vector_init(weights, 0);
    for (uint32_t i = 0; i < r->count; i++) {
        bool repeat = simple && r->edges[i].from == r->edges[i].to;
        for (uint32_t j = r->first[r->edges[i].from]; simple && j < i; j++)
            repeat |= r->edges[j].to == r->edges[i].to;
        if (repeat)
            continue;
        igraph_vector_int_push_back(&edges, r->edges[i].from);
        igraph_vector_int_push_back(&edges, r->edges[i].to);
        igraph_vector_push_back(weights, r->edges[i].cost);
    }
    ck_assert_int_eq(igraph_create(g, &edges, n, true), IGRAPH_SUCCESS);
    igraph_vector_int_destroy(&edges);
}

static cg_core *core_of(const cg_view *v, uint32_t entry, const uint32_t *targets, uint32_t n, uint32_t max_length)
{
    cg_endpoint from = { entry, 1000000, false }, to[64];
    cg_core *c;
    for (uint32_t i = 0; i < n; i++)
        to[i] = (cg_endpoint){ targets[i], 1000000, false };
    cg_path_request q = { .entries = &from, .n_entries = 1, .targets = to, .n_targets = n, .max_length = max_length };
    ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
    return c;
}

static void compare_distances(const cg_view *v, const igraph_t *g, const igraph_vector_t *weights, uint32_t start, cg_dir dir)
{
    igraph_matrix_t hops, costs;
    igraph_vector_int_t reached;
    igraph_neimode_t mode = dir == CG_OUT ? IGRAPH_OUT : IGRAPH_IN;
    uint8_t a[64];
    uint32_t b[64], n;
    uint64_t bits[1];
    igraph_matrix_init(&hops, 0, 0);
    igraph_matrix_init(&costs, 0, 0);
    igraph_vector_int_init(&reached, 0);
    ck_assert_int_eq(igraph_distances(g, &hops, igraph_vss_1(start), igraph_vss_all(), mode), IGRAPH_SUCCESS);
    ck_assert_int_eq(igraph_distances_dijkstra(g, &costs, igraph_vss_1(start), igraph_vss_all(), weights, mode), IGRAPH_SUCCESS);
    ck_assert_int_eq(igraph_subcomponent(g, &reached, start, mode), IGRAPH_SUCCESS);
    ck_assert_int_eq(cg_view_hops(v, dir, &start, 1, 254, NULL, a, NULL, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_costs(v, dir, &start, NULL, 1, NULL, b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_view_reach(v, dir, &start, 1, NULL, bits, &n, NULL), CSPM_OK);
    uint64_t expected = 0;
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(&reached); i++)
        expected |= UINT64_C(1) << VECTOR(reached)[i];
    ck_assert_uint_eq(bits[0] & ((UINT64_C(1) << v->n_nodes) - 1), expected);
    for (uint32_t i = 0; i < v->n_nodes; i++) {
        double h = MATRIX(hops, 0, i), w = MATRIX(costs, 0, i);
        ck_assert_uint_eq(a[i], isinf(h) ? CG_UNREACHED : (uint8_t)h);
        ck_assert_uint_eq(b[i], isinf(w) ? UINT32_MAX : (uint32_t)w);
    }
    igraph_matrix_destroy(&hops);
    igraph_matrix_destroy(&costs);
    igraph_vector_int_destroy(&reached);
}

static void compare_k_shortest(const cg_view *v, const igraph_t *g, const igraph_vector_t *weights, uint32_t from, uint32_t to,
                               uint32_t round)
{
    igraph_vector_int_list_t edges;
    cg_found_list found;
    cg_core *c = core_of(v, from, &to, 1, 254);
    igraph_vector_int_list_init(&edges, 0);
    ck_assert_int_eq(igraph_get_k_shortest_paths(g, weights, NULL, &edges, 12, from, to, IGRAPH_OUT), IGRAPH_SUCCESS);
    ck_assert_int_eq(cg_paths_best(c, 12, NULL, &found, NULL), CSPM_OK);
    ck_assert_msg((igraph_integer_t)found.paths.count == igraph_vector_int_list_size(&edges), "round %u: %zu paths, igraph has %d", round,
                  found.paths.count, (int)igraph_vector_int_list_size(&edges));
    for (size_t i = 0; i < found.paths.count; i++) {
        const igraph_vector_int_t *one = igraph_vector_int_list_get_ptr(&edges, (igraph_integer_t)i);
        uint64_t cost = 0;
        for (igraph_integer_t j = 0; j < igraph_vector_int_size(one); j++)
            cost += (uint64_t)VECTOR(*weights)[VECTOR(*one)[j]];
        ck_assert_uint_eq(found.paths.data[i].edge_cost, cost);
    }
    igraph_vector_int_list_destroy(&edges);
    cg_found_list_free(&found);
    cg_core_free(c);
}

typedef struct path_set {
    uint64_t sum; /* order does not matter: a sum of hashes of node sequences */
    uint64_t count;
} path_set;

static uint64_t hash_nodes(uint64_t h, uint64_t node)
{
    return (h ^ (node + 1)) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 31);
}

static int32_t add_path(void *user, const cg_found *f)
{
    path_set *s = user;
    uint64_t h = 1;
    for (uint32_t i = 0; i <= f->n_hops; i++)
        h = hash_nodes(h, f->nodes[i]);
    s->sum += h;
    s->count++;
    return CSPM_OK;
}

/* igraph lists node sequences ended by -1, each pair of nodes once however many relationships join it. */
static void compare_all_simple(const t_graph *g, const o_rels *rels, uint32_t from, uint32_t to, uint32_t hops)
{
    t_graph *simple = calloc(1, sizeof *simple);
    igraph_t ig;
    igraph_vector_t weights;
    igraph_vector_int_t res;
    path_set ours = { 0 }, theirs = { 0 };
    uint32_t truncated;
    simple->n_nodes = g->n_nodes;
    for (uint32_t i = 0; i < rels->count; i++) {
        bool repeat = false;
        for (uint32_t j = rels->first[rels->edges[i].from]; j < i; j++)
            repeat |= rels->edges[j].to == rels->edges[i].to;
        if (!repeat)
            simple->edges[simple->n_edges++] = rels->edges[i];
    }
    to_igraph(rels, g->n_nodes, true, &ig, &weights);
    igraph_vector_int_init(&res, 0);
    ck_assert_int_eq(igraph_get_all_simple_paths(&ig, &res, from, igraph_vss_1(to), hops, IGRAPH_OUT), IGRAPH_SUCCESS);
    uint64_t h = 1;
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(&res); i++) {
        if (VECTOR(res)[i] >= 0) {
            h = hash_nodes(h, (uint64_t)VECTOR(res)[i]);
            continue;
        }
        theirs.sum += h;
        theirs.count++;
        h = 1;
    }
    cg_view *v = t_view(simple, false);
    cg_core *c = core_of(v, from, &to, 1, hops);
    ck_assert_int_eq(cg_paths_all(c, NULL, add_path, &ours, &truncated, NULL), CSPM_OK);
    ck_assert_uint_eq(ours.count, theirs.count);
    ck_assert_uint_eq(ours.sum, theirs.sum);
    cg_core_free(c);
    cg_view_free(v);
    igraph_vector_int_destroy(&res);
    igraph_vector_destroy(&weights);
    igraph_destroy(&ig);
    free(simple);
}

static void compare_dominators(const cg_view *v, const igraph_t *g, uint32_t root)
{
    uint32_t all[64];
    igraph_vector_int_t dom;
    cg_node *idom;
    igraph_vector_int_init(&dom, 0);
    for (uint32_t i = 0; i < v->n_nodes; i++)
        all[i] = i;
    cg_core *c = core_of(v, root, all, v->n_nodes, 254);
    ck_assert_int_eq(igraph_dominator_tree(g, root, &dom, NULL, NULL, IGRAPH_OUT), IGRAPH_SUCCESS);
    ck_assert_int_eq(cg_paths_dominators(c, NULL, &idom, NULL), CSPM_OK);
    for (uint32_t i = 0; i < v->n_nodes; i++)
        ck_assert_uint_eq(idom[i], i == root || VECTOR(dom)[i] < 0 ? CG_NO_NODE : (cg_node)VECTOR(dom)[i]);
    cg_free(t_mem(), idom);
    cg_core_free(c);
    igraph_vector_int_destroy(&dom);
}

static void compare_cut(const cg_view *v, const igraph_t *g, uint32_t from, uint32_t to)
{
    igraph_integer_t expected;
    cg_node *cut;
    uint32_t n;
    bool possible;
    cg_core *c = core_of(v, from, &to, 1, 254);
    ck_assert_int_eq(igraph_st_vertex_connectivity(g, &expected, from, to, IGRAPH_VCONN_NEI_NEGATIVE), IGRAPH_SUCCESS);
    ck_assert_int_eq(cg_paths_min_cut(c, 0, NULL, &cut, &n, &possible, NULL), CSPM_OK);
    ck_assert_uint_eq(possible, expected >= 0);
    if (possible)
        ck_assert_int_eq(n, expected);
    cg_free(t_mem(), cut);
    cg_core_free(c);
}

START_TEST(searches_agree_with_igraph)
{
    t_random r = { 41 };
    t_graph *g = calloc(1, sizeof *g);
    uint32_t rounds = test_rounds(2000);
    igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_set_warning_handler(igraph_warning_handler_ignore);
    for (uint32_t i = 0; i < rounds; i++) {
        igraph_t ig, simple;
        igraph_vector_t weights, unused;
        o_random_graph(&r, g, i & 1);
        for (uint32_t e = 0; e < g->n_edges + g->n_hubs; e++) { /* igraph knows no capabilities */
            t_edge *d = e < g->n_edges ? &g->edges[e] : &g->hubs[e - g->n_edges].decision;
            d->needs = d->gives = CG_CAP_CONTROL;
            d->cost++; /* nor costs of nothing in its k shortest paths */
        }
        uint32_t from = t_below(&r, g->n_nodes), to = (from + 1 + t_below(&r, g->n_nodes - 1)) % g->n_nodes;
        o_rels rels = o_relationships(g);
        to_igraph(&rels, g->n_nodes, false, &ig, &weights);
        to_igraph(&rels, g->n_nodes, true, &simple, &unused);
        cg_view *v = t_view(g, false);
        compare_distances(v, &ig, &weights, from, CG_OUT);
        compare_distances(v, &ig, &weights, to, CG_IN);
        compare_k_shortest(v, &ig, &weights, from, to, i);
        compare_all_simple(g, &rels, from, to, 1 + t_below(&r, 6));
        compare_dominators(v, &ig, from);
        compare_cut(v, &simple, from, to);
        cg_view_free(v);
        igraph_destroy(&ig);
        igraph_destroy(&simple);
        igraph_vector_destroy(&weights);
        igraph_vector_destroy(&unused);
        o_relationships_free(&rels);
    }
    free(g);
}
END_TEST

Suite *igraph_suite(void)
{
    Suite *s = suite_create("igraph");
    TCase *t = tcase_create("igraph");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, searches_agree_with_igraph);
    suite_add_tcase(s, t);
    return s;
}
