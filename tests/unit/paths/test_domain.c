/* Domains in a view: one-hop pairs against the definition, on random graphs with hubs. */
#include <stdio.h>

#include "graph/builder.h"
#include "graph/layer.h"
#include "suites.h"
#include "view_make.h"

#define NODES 14u

static cg_graph *random_graph(t_random *r)
{
    cg_builder *b;
    cg_graph *below, *g;
    cg_layer_builder *l;
    char id[8];
    ck_assert_int_eq(cg_builder_new(t_mem(), NULL, &b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_begin_source(b, &(cg_source_options){ .name = CG_STR("t"), .dialect = CG_STR("t") }, NULL), CSPM_OK);
    for (uint32_t i = 0; i < NODES; i++) {
        ck_assert_int_eq(cg_builder_begin_node(b, i, NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_set_id(b, id, (size_t)snprintf(id, sizeof id, "n%02u", i), NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_end_item(b, NULL), CSPM_OK);
    }
    ck_assert_int_eq(cg_builder_freeze(b, NULL, &below, NULL), CSPM_OK);
    cg_builder_free(b);
    ck_assert_int_eq(cg_layer_new(below, CG_STR("derived"), &l, NULL), CSPM_OK);
    const uint32_t kind = cg_layer_kind(l, CG_STR("K"));
    cg_kind_info info = { .traversable = true, .likelihood = 500000 };
    info.needs = info.gives = CG_CAP_CONTROL;
    ck_assert_int_eq(cg_layer_set_kind_info(l, kind, &info, NULL), CSPM_OK);
    for (uint32_t i = 0, n = t_below(r, 30); i < n; i++) {
        cg_layer_edge e = { t_below(r, NODES), t_below(r, NODES), kind, CG_NO_EVIDENCE, 0, false };
        ck_assert_int_eq(cg_layer_add_edge(l, &e, NULL), CSPM_OK);
    }
    for (uint32_t i = 0, n = t_below(r, 4); i < n; i++) {
        cg_layer_edge e = { 0, 0, kind, CG_NO_EVIDENCE, 100000 + i, false };
        cg_node from[NODES], to[NODES];
        uint32_t n_from = 0, n_to = 0;
        for (uint32_t k = 0; k < NODES; k++) {
            if (t_chance(r, 40))
                from[n_from++] = k;
            if (t_chance(r, 40))
                to[n_to++] = k;
        }
        if (n_from > 1 && n_to > 1)
            ck_assert_int_eq(cg_layer_add_hub(l, &e, from, n_from, to, n_to, NULL), CSPM_OK);
    }
    ck_assert_int_eq(cg_layer_push(l, NULL, &g, NULL), CSPM_OK);
    cg_graph_unref(below);
    return g;
}

typedef struct domains {
    cg_node of[NODES];
    uint64_t sovereigns[1];
} domains;

/* Nodes 0, 1 and 2 stand for domains; the others are in one of them or in none. */
static void random_domains(t_random *r, domains *d)
{
    d->sovereigns[0] = 0;
    for (uint32_t i = 0; i < NODES; i++) {
        const uint32_t at = t_below(r, 4);
        d->of[i] = i < 3 || at == 3 ? CG_NO_NODE : at;
        if (t_chance(r, 30))
            d->sovereigns[0] |= UINT64_C(1) << i;
    }
    if (t_chance(r, 20))
        d->of[2] = 1; /* a domain within a domain */
}

typedef struct matrix {
    bool at[NODES][NODES];
} matrix;

/* By the definition, pair by pair. */
static void define(const cg_graph *g, const domains *d, const cg_rel *hidden, uint32_t n_hidden, matrix *m)
{
    memset(m, 0, sizeof *m);
    for (cg_node a = 0; a < NODES; a++) {
        cg_adj_iter it;
        cg_edge e;
        cg_adj_init(&it, g, a, CG_OUT, NULL);
        while (cg_adj_next(&it, &e)) {
            const cg_node own = d->of[a];
            bool gone = e.to == a;
            for (uint32_t i = 0; i < n_hidden; i++)
                gone = gone || hidden[i] == e.rel;
            if (gone)
                continue;
            const cg_node its = d->of[e.to];
            const bool within = its == own || (its != CG_NO_NODE && d->of[its] == own);
            if (!(own != CG_NO_NODE && within && e.to != own && (d->sovereigns[0] >> a & 1)))
                m->at[a][e.to] = true;
            if (own != CG_NO_NODE && own != a && e.to != own && !within)
                m->at[own][e.to] = true;
        }
    }
}

static void observe(const cg_view *v, matrix *m)
{
    memset(m, 0, sizeof *m);
    for (uint32_t a = 0; a < NODES; a++)
        for (uint32_t i = v->out_offset[a]; i < v->out_offset[a + 1]; i++) {
            const uint32_t to = v->out_to[i];
            if (!cg_view_is_hub(v, to)) {
                m->at[a][cg_view_node(v, to)] = true;
                continue;
            }
            for (uint32_t k = v->out_offset[to]; k < v->out_offset[to + 1]; k++)
                if (v->out_to[k] != a)
                    m->at[a][cg_view_node(v, v->out_to[k])] = true;
        }
}

START_TEST(one_hop_pairs_follow_the_definition)
{
    t_random r = { 20261122 };
    for (int turn = 0; turn < 400; turn++) {
        cg_graph *g = random_graph(&r);
        domains d;
        matrix expected, got;
        cg_rel hidden[8];
        uint32_t n_hidden = 0;
        cg_view *v;
        cg_rel_iter it;
        cg_edge e;
        random_domains(&r, &d);
        cg_rel_iter_init(&it, g);
        while (turn % 2 && cg_rel_iter_next(&it, &e))
            if (n_hidden < 8 && t_chance(&r, 10))
                hidden[n_hidden++] = e.rel;
        for (uint32_t i = 1; i < n_hidden; i++) /* ascending */
            for (uint32_t k = i; k > 0 && hidden[k] < hidden[k - 1]; k--) {
                const cg_rel other = hidden[k];
                hidden[k] = hidden[k - 1];
                hidden[k - 1] = other;
            }
        const cg_view_options o = {
            .weight_key = CG_NO_NAME, .hidden_rels = hidden, .n_hidden_rels = n_hidden, .sovereigns = d.sovereigns, .domain = d.of
        };
        ck_assert_int_eq(cg_view_build(g, &o, NULL, &v, NULL), CSPM_OK);
        define(g, &d, hidden, n_hidden, &expected);
        observe(v, &got);
        for (uint32_t a = 0; a < NODES; a++)
            for (uint32_t b = 0; b < NODES; b++)
                ck_assert_msg(expected.at[a][b] == got.at[a][b], "turn %d: %u -> %u is %s", turn, a, b,
                              got.at[a][b] ? "there and should not be" : "missing");
        cg_view_free(v);
        cg_graph_unref(g);
    }
}
END_TEST

Suite *domain_suite(void)
{
    Suite *s = suite_create("domain");
    TCase *t = tcase_create("domain");
    tcase_add_test(t, one_hop_pairs_follow_the_definition);
    suite_add_tcase(s, t);
    return s;
}
