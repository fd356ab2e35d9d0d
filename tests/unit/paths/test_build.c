/* Views built from real graphs with a layer of derived relationships and hubs, against all simple paths of the same graph in arrays. */
#include <stdio.h>
#include <stdlib.h>

#include "graph/builder.h"
#include "graph/layer.h"
#include "oracle.h"
#include "suites.h"

static const uint32_t kind_likelihood[4] = { 900000, 500000, 700000, 1000000 };

static uint8_t kind_needs(uint32_t kind)
{
    return kind & 1 ? CG_CAP_READ : CG_CAP_CONTROL;
}

static uint8_t kind_gives(uint32_t kind)
{
    return kind & 2 ? CG_CAP_READ : CG_CAP_CONTROL;
}

/* Node i has the id "n" and two digits, so that numbers and ids have one order. */
static cg_graph *nodes_only(uint32_t n)
{
    cg_builder *b;
    cg_graph *g;
    char id[8];
    ck_assert_int_eq(cg_builder_new(t_mem(), NULL, &b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_begin_source(b, &(cg_source_options){ .name = CG_STR("test"), .dialect = CG_STR("test") }, NULL), CSPM_OK);
    for (uint32_t i = n; i-- > 0;) {
        ck_assert_int_eq(cg_builder_begin_node(b, i, NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_set_id(b, id, (size_t)snprintf(id, sizeof id, "n%02u", i), NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_add_label(b, cg_builder_label(b, i % 2 ? "Odd" : "Even", i % 2 ? 3 : 4), NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_end_item(b, NULL), CSPM_OK);
    }
    ck_assert_int_eq(cg_builder_freeze(b, NULL, &g, NULL), CSPM_OK);
    cg_builder_free(b);
    return g;
}

static uint32_t kind_number(cg_layer_builder *l, uint32_t kind)
{
    char name[8];
    return cg_layer_kind(l, (cg_str){ name, (size_t)snprintf(name, sizeof name, "K%u", kind) });
}

static cg_graph *derived(const t_graph *t)
{
    cg_graph *below = nodes_only(t->n_nodes), *g;
    cg_layer_builder *l;
    ck_assert_int_eq(cg_layer_new(below, CG_STR("derived"), &l, NULL), CSPM_OK);
    for (uint32_t k = 0; k < 4; k++) {
        cg_kind_info info = { .traversable = true, .needs = kind_needs(k), .gives = kind_gives(k), .likelihood = kind_likelihood[k] };
        ck_assert_int_eq(cg_layer_set_kind_info(l, kind_number(l, k), &info, NULL), CSPM_OK);
    }
    for (uint32_t i = 0; i < t->n_edges; i++) {
        const t_edge *e = &t->edges[i];
        cg_layer_edge x = { e->from, e->to, kind_number(l, e->kind), CG_NO_EVIDENCE, 0, e->conditional };
        ck_assert_int_eq(cg_layer_add_edge(l, &x, NULL), CSPM_OK);
    }
    for (uint32_t i = 0; i < t->n_hubs; i++) {
        const t_hub *h = &t->hubs[i];
        cg_layer_edge x = { 0, 0, kind_number(l, h->decision.kind), CG_NO_EVIDENCE, 0, h->decision.conditional };
        ck_assert_int_eq(cg_layer_add_hub(l, &x, h->from, h->n_from, h->to, h->n_to, NULL), CSPM_OK);
    }
    ck_assert_int_eq(cg_layer_push(l, NULL, &g, NULL), CSPM_OK);
    cg_graph_unref(below);
    return g;
}

/* Kinds decide what is needed and given; equal relationships and hubs of a layer are one, so there are none. */
static void regular(t_graph *t, t_random *r)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->n_edges; i++) {
        t_edge e = t->edges[i];
        bool repeat = false;
        e.kind = t_below(r, 4);
        for (uint32_t j = 0; j < kept; j++)
            repeat |= t->edges[j].from == e.from && t->edges[j].to == e.to && t->edges[j].kind == e.kind;
        if (!repeat)
            t->edges[kept++] = e;
    }
    t->n_edges = kept;
    for (uint32_t i = 0; i < t->n_hubs; i++)
        t->hubs[i].decision.kind = i ? (t->hubs[i - 1].decision.kind + 1) % 4 : t_below(r, 4);
    for (uint32_t i = 0; i < t->n_edges + t->n_hubs; i++) {
        t_edge *e = i < t->n_edges ? &t->edges[i] : &t->hubs[i - t->n_edges].decision;
        e->needs = kind_needs(e->kind);
        e->gives = kind_gives(e->kind);
        e->cost = cg_cost_of((uint32_t)((uint64_t)kind_likelihood[e->kind] * (e->conditional ? 500000 : 1000000) / 1000000));
    }
}

/* Paths have the same multiset of (cost, nodes); relationships join the right nodes. */
static void compare(cg_graph *g, const t_graph *t, const cg_view_options *o, const cg_path_request *q, uint32_t round)
{
    cg_view *v;
    cg_core *c;
    cg_found_list found;
    ck_assert_int_eq(cg_view_build(g, o, NULL, &v, NULL), CSPM_OK);
    ck_assert_int_eq(cg_core_build(v, q, NULL, &c, NULL), CSPM_OK);
    ck_assert_int_eq(cg_paths_best(c, 1000000, NULL, &found, NULL), CSPM_OK);
    o_list all = o_all_paths(t, q, 200000);
    ck_assert_msg(found.paths.count == all.count, "round %u: %zu paths, expected %zu", round, found.paths.count, all.count);
    for (size_t i = 0; i < all.count; i++) {
        const cg_found *f = &found.paths.data[i];
        ck_assert_uint_eq(f->cost, all.paths[i].cost);
        for (uint32_t h = 0; h <= f->n_hops; h++)
            ck_assert_uint_eq(f->nodes[h], all.paths[i].nodes[h]);
        for (uint32_t h = 0; h < f->n_hops; h++) {
            cg_edge e = cg_rel_get(g, f->rels[h]);
            ck_assert_uint_eq(e.from, f->nodes[h]);
            ck_assert_uint_eq(e.to, f->nodes[h + 1]);
        }
    }
    o_list_free(&all);
    cg_found_list_free(&found);
    cg_core_free(c);
    cg_view_free(v);
}

static int by_rel(const void *a, const void *b)
{
    cg_rel x = *(const cg_rel *)a, y = *(const cg_rel *)b;
    return x < y ? -1 : x > y;
}

/* Take some relationships out of the arrays (hubs written out) and hide the same ones from the view. */
static void hide_some(t_random *r, cg_graph *g, const t_graph *t, t_graph *left, cg_rel *hidden, uint32_t *n_hidden, uint32_t percent)
{
    cg_rel_iter it;
    cg_edge e;
    o_rels rels = o_relationships(t);
    *n_hidden = 0;
    *left = (t_graph){ .n_nodes = t->n_nodes };
    bool *gone = calloc(rels.count + 1, sizeof *gone);
    cg_rel_iter_init(&it, g);
    while (cg_rel_iter_next(&it, &e)) {
        if (!t_chance(r, percent))
            continue;
        hidden[(*n_hidden)++] = e.rel;
        char name[8];
        cg_str kind = cg_name_get(g, CG_NAMES_KIND, e.kind);
        memcpy(name, kind.data, kind.length);
        for (uint32_t i = 0; i < rels.count; i++) { /* one of those that look like it */
            if (gone[i] || rels.edges[i].from != e.from || rels.edges[i].to != e.to || rels.edges[i].kind != (uint32_t)(name[1] - '0') ||
                rels.edges[i].conditional != cg_rel_conditional(g, e.rel))
                continue;
            gone[i] = true;
            break;
        }
    }
    for (uint32_t i = 0; i < rels.count; i++)
        if (!gone[i])
            left->edges[left->n_edges++] = rels.edges[i];
    qsort(hidden, *n_hidden, sizeof *hidden, by_rel);
    free(gone);
    o_relationships_free(&rels);
}

START_TEST(views_of_real_graphs)
{
    t_random r = { 51 };
    t_graph *t = calloc(1, sizeof *t), *left = calloc(1, sizeof *left);
    cg_endpoint entries[8], targets[8];
    cg_rel hidden[2000];
    cg_node read_nodes[8];
    uint32_t rounds = test_rounds(600);
    for (uint32_t i = 0; i < rounds; i++) {
        cg_path_request q;
        uint64_t word = UINT64_C(1) << t_below(&r, 4);
        cg_kind_set one_kind = { 1, &word };
        cg_view_options o = { .weight_key = CG_NO_NAME, .conditional_factor = 500000 };
        o_random_graph(&r, t, true);
        regular(t, &r);
        o_random_request(&r, t, &q, entries, targets, 3);
        q.max_length = 1 + t_below(&r, 5);
        for (uint32_t e = 0; e < q.n_entries; e++) { /* some nodes more than need it */
            read_nodes[o.n_read_nodes] = entries[e].node;
            o.n_read_nodes += entries[e].reads_only || t_chance(&r, 20);
        }
        o.read_nodes = read_nodes;
        cg_graph *g = derived(t);
        compare(g, t, &o, &q, i);
        hide_some(&r, g, t, left, hidden, &o.n_hidden_rels, 1 + t_below(&r, 60));
        o.hidden_rels = hidden;
        compare(g, left, &o, &q, i);
        o.n_hidden_rels = 0;
        /* Without a kind, and only the certain ones. */
        uint32_t kind = cg_name_find(g, CG_NAMES_KIND, (cg_str){ "K1", 2 });
        word = kind == CG_NO_NAME ? 0 : UINT64_C(1) << kind;
        o.exclude = &one_kind;
        o.exclude_conditional = true;
        *left = *t;
        left->n_edges = left->n_hubs = 0;
        for (uint32_t e = 0; e < t->n_edges; e++)
            if (t->edges[e].kind != 1 && !t->edges[e].conditional)
                left->edges[left->n_edges++] = t->edges[e];
        for (uint32_t h = 0; h < t->n_hubs; h++)
            if (t->hubs[h].decision.kind != 1 && !t->hubs[h].decision.conditional)
                left->hubs[left->n_hubs++] = t->hubs[h];
        compare(g, left, &o, &q, i);
        cg_graph_unref(g);
    }
    free(t);
    free(left);
}
END_TEST

/* Public bucket 0 -> 1 by a relationship that needs control; 0 -> 2 by one that needs no more than read. */
START_TEST(what_is_only_read_is_not_held)
{
    t_graph *t = calloc(1, sizeof *t);
    cg_endpoint entry = { 0, 1000000, false, true }, targets[2] = { { 1, 1000000, false, false }, { 2, 1000000, false, false } };
    cg_path_request q = { .entries = &entry, .targets = targets, .n_entries = 1, .n_targets = 2 };
    cg_node bucket = 0, nowhere = 3;
    cg_view_options o = { .weight_key = CG_NO_NAME };
    cg_view *v;
    cg_core *c;
    cg_found_list found;
    t->n_nodes = 3;
    t->edges[t->n_edges++] = (t_edge){ 0, 1, 0, 0, CG_CAP_CONTROL, CG_CAP_CONTROL, false };
    t->edges[t->n_edges++] = (t_edge){ 0, 2, 0, 1, CG_CAP_READ, CG_CAP_CONTROL, false };
    cg_graph *g = derived(t);
    ck_assert_int_eq(cg_view_build(g, &o, NULL, &v, NULL), CSPM_OK);
    ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_E_INVALID); /* this view cannot tell */
    cg_view_free(v);
    o.read_nodes = &nowhere;
    o.n_read_nodes = 1;
    ck_assert_int_eq(cg_view_build(g, &o, NULL, &v, NULL), CSPM_E_INVALID);
    o.read_nodes = &bucket;
    ck_assert_int_eq(cg_view_build(g, &o, NULL, &v, NULL), CSPM_OK);
    for (int held = 0; held < 2; held++) {
        entry.reads_only = !held;
        ck_assert_int_eq(cg_core_build(v, &q, NULL, &c, NULL), CSPM_OK);
        ck_assert_int_eq(cg_paths_best(c, 0, NULL, &found, NULL), CSPM_OK);
        ck_assert_uint_eq(found.paths.count, 1 + held);
        for (size_t i = 0; i < found.paths.count; i++)
            ck_assert(held || found.paths.data[i].nodes[1] == 2);
        cg_found_list_free(&found);
        cg_core_free(c);
    }
    cg_view_free(v);
    cg_graph_unref(g);
    free(t);
}
END_TEST

Suite *build_suite(void)
{
    Suite *s = suite_create("build");
    TCase *t = tcase_create("build");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, views_of_real_graphs);
    tcase_add_test(t, what_is_only_read_is_not_held);
    suite_add_tcase(s, t);
    return s;
}
