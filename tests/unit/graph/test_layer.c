/* Layers: names, labels, edges, hubs, properties, evidence; every iterator agrees with a list of pairs. */
#include <stdlib.h>

#include "store_test.h"

static cg_mem *mem;
static cg_graph *base;

static void setup(void)
{
    mem = cg_mem_new(NULL, 0);
    cg_builder *b = make_builder(mem);
    source(b, "s", 1, 0);
    node(b, "a", "A Claimed", "name=Ann score=1", 0);
    node(b, "b", "A", "score=2.5", 1);
    node(b, "c", "B", "", 2);
    edge(b, "a", "K", "b", "", 3);
    edge(b, "b", "K", "c", "", 4);
    base = freeze(b);
    cg_builder_free(b);
}

static void teardown(void)
{
    cg_graph_unref(base);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}

static cg_layer_builder *begin(cg_graph *below, const char *name)
{
    cg_layer_builder *l;
    OK(cg_layer_new(below, cg_str_from(name), &l, NULL));
    return l;
}

static cg_graph *push(cg_layer_builder *l)
{
    cg_graph *g;
    OK(cg_layer_push(l, NULL, &g, NULL));
    return g;
}

START_TEST(names_stay_and_grow)
{
    cg_layer_builder *l = begin(base, "one");
    uint32_t known = cg_layer_label(l, S("B")), fresh = cg_layer_label(l, S("0-first-by-name")), more = cg_layer_label(l, S("Z"));
    ck_assert_uint_eq(known, name_id(base, CG_NAMES_LABEL, "B"));
    ck_assert_uint_eq(fresh, cg_name_count(base, CG_NAMES_LABEL));
    ck_assert_uint_eq(cg_layer_n_added(l), 0);
    cg_graph *g = push(l);
    ck_assert_uint_eq(name_id(g, CG_NAMES_LABEL, "0-first-by-name"), fresh);
    ck_assert_uint_eq(name_id(g, CG_NAMES_LABEL, "Z"), more);
    ck_assert_uint_eq(name_id(g, CG_NAMES_LABEL, "B"), known);
    ck_assert_uint_eq(name_id(g, CG_NAMES_LABEL, "Y"), CG_NO_NAME);
    ck_assert_uint_eq(name_id(base, CG_NAMES_LABEL, "Z"), CG_NO_NAME);
    ck_assert(cg_str_eq(cg_graph_layer_name(g, 1), S("one")));
    cg_graph_unref(g);
}
END_TEST

START_TEST(labels_are_kept_once_with_their_first_evidence)
{
    cg_node nodes[] = { 0, 2 };
    cg_rel rels[] = { 1 };
    cg_evidence e = { .rule = S("rule-1"), .nodes = nodes, .n_nodes = 2, .rels = rels, .n_rels = 1, .note = S("why") }, got;
    cg_layer_builder *l = begin(base, "labels");
    uint32_t ev = cg_layer_evidence(l, &e), other, label = cg_layer_label(l, S("Risky"));
    ck_assert_uint_eq(cg_layer_evidence(l, &e), ev);
    e.note = S("else");
    other = cg_layer_evidence(l, &e);
    ck_assert_uint_ne(other, ev);
    OK(cg_layer_add_label(l, 2, label, ev, NULL));
    OK(cg_layer_add_label(l, 2, label, other, NULL));
    OK(cg_layer_add_label(l, 0, label, other, NULL));
    OK(cg_layer_add_label(l, 0, cg_layer_label(l, S("A")), ev, NULL));
    ck_assert_uint_eq(cg_layer_n_added(l), 2);
    ck_assert_int_eq(cg_layer_add_label(l, 3, label, ev, NULL), CSPM_E_INVALID);
    cg_graph *g = push(l);
    ck_assert(cg_node_has_label(g, 2, label) && !cg_node_has_label(g, 1, label) && !cg_node_has_label(base, 2, label));
    ck_assert_uint_eq(cg_label_evidence(g, 2, label), ev);
    ck_assert_uint_eq(cg_label_evidence(g, 0, name_id(g, CG_NAMES_LABEL, "A")), CG_NO_EVIDENCE);
    ck_assert(cg_evidence_get(g, ev, &got));
    ck_assert(cg_str_eq(got.rule, S("rule-1")) && cg_str_eq(got.note, S("why")) && got.n_nodes == 2 && got.nodes[1] == 2 &&
              got.rels[0] == 1);
    ck_assert(!got.source.data);
    l = begin(g, "again");
    OK(cg_layer_add_label(l, 2, label, CG_NO_EVIDENCE, NULL));
    OK(cg_layer_add_label(l, 1, label, CG_NO_EVIDENCE, NULL));
    ck_assert_uint_eq(cg_layer_n_added(l), 1);
    cg_graph *g2 = push(l);
    cg_label_iter it;
    cg_node n, expected = 0;
    cg_label_iter_init(&it, g2, label);
    while (cg_label_iter_next(&it, &n))
        ck_assert_uint_eq(n, expected++);
    ck_assert_uint_eq(expected, 3);
    ck_assert_uint_eq(cg_label_count(g2, label), 3);
    cg_graph_unref(g);
    cg_graph_unref(g2);
}
END_TEST

START_TEST(claimed_labels_can_be_disbelieved)
{
    cg_layer_builder *l = begin(base, "one");
    uint32_t claimed = cg_layer_label(l, S("Claimed")), labels[4];
    OK(cg_layer_add_label(l, 0, claimed, CG_NO_EVIDENCE, NULL));
    ck_assert_uint_eq(cg_layer_n_added(l), 0);
    OK(cg_layer_disbelieve_label(l, claimed, NULL));
    ck_assert_uint_eq(cg_layer_n_added(l), 1);
    OK(cg_layer_add_label(l, 2, claimed, CG_NO_EVIDENCE, NULL));
    cg_graph *g = push(l);
    ck_assert_uint_eq(cg_label_count(g, claimed), 2);
    ck_assert_uint_eq(cg_node_labels(g, 0, labels, 4), 2);
    ck_assert_uint_eq(cg_node_n_base_labels(g, 0), 1);
    ck_assert_uint_eq(cg_node_n_base_labels(base, 0), 2);
    l = begin(base, "two");
    OK(cg_layer_disbelieve_label(l, claimed, NULL));
    cg_graph *g2 = push(l);
    cg_label_iter it;
    cg_node n;
    cg_label_iter_init(&it, g2, claimed);
    ck_assert(!cg_label_iter_next(&it, &n));
    ck_assert(!cg_node_has_label(g2, 0, claimed) && cg_label_count(g2, claimed) == 0);
    cg_graph_unref(g);
    cg_graph_unref(g2);
}
END_TEST

START_TEST(properties_shadow_and_kinds_gain_meaning)
{
    cg_layer_builder *l = begin(base, "props");
    uint32_t score = cg_layer_key(l, S("score")), fresh = cg_layer_key(l, S("level")), kind = cg_layer_kind(l, S("K"));
    cg_kind_info info = { .traversable = true, .gives = CG_CAP_READ, .likelihood = 500000, .technique = S("T1"), .title = S("reads") };
    OK(cg_layer_set_prop(l, 0, score, cg_v_int(5), NULL));
    OK(cg_layer_set_prop(l, 0, score, cg_v_str(S("nine")), NULL));
    OK(cg_layer_set_prop(l, 2, fresh, cg_v_str(S("High")), NULL));
    ck_assert_int_eq(cg_layer_set_prop(l, 2, fresh, (cg_value){ .type = CG_MAP }, NULL), CSPM_E_INVALID);
    OK(cg_layer_set_kind_info(l, kind, &info, NULL));
    OK(cg_layer_diag(l, CG_DIAG_WARNING, "rule-note", NULL, "seen %d", 4));
    cg_graph *g = push(l);
    cg_value v;
    OK(cg_node_prop(g, 0, score, NULL, &v, NULL));
    ck_assert(v.type == CG_STRING && cg_str_eq(cg_value_str(v), S("nine")));
    OK(cg_node_prop(g, 1, score, NULL, &v, NULL));
    ck_assert(v.type == CG_FLOAT);
    OK(cg_node_prop(base, 0, score, NULL, &v, NULL));
    ck_assert(v.type == CG_INT);
    OK(cg_node_prop(base, 2, fresh, NULL, &v, NULL));
    ck_assert(v.type == CG_NULL);
    ck_assert_uint_eq(cg_key_count(g, score), 2);
    ck_assert_uint_eq(cg_key_count(g, fresh), 1);
    ck_assert(cg_kind_get_info(g, kind)->traversable && !cg_kind_get_info(base, kind)->traversable);
    ck_assert_uint_eq(cg_rel_likelihood(g, 0), 500000);
    ck_assert(has_diag(g, "rule-note", "seen 4") && cg_diag_count(base) == 0);
    cg_graph_unref(g);
}
END_TEST

START_TEST(layers_are_shared_and_dropped_in_any_order)
{
    cg_layer_builder *l = begin(base, "1");
    OK(cg_layer_add_edge(l, &(cg_layer_edge){ .from = 0, .to = 2, .kind = cg_layer_kind(l, S("D")), .evidence = CG_NO_EVIDENCE }, NULL));
    cg_graph *g1 = push(l), *dropped, *same;
    l = begin(g1, "2");
    OK(cg_layer_add_edge(
        l,
        &(cg_layer_edge){
            .from = 2, .to = 0, .kind = cg_layer_kind(l, S("D")), .evidence = CG_NO_EVIDENCE, .likelihood = 7, .conditional = true },
        NULL));
    cg_graph *g2 = push(l);
    ck_assert_uint_eq(cg_graph_n_rels(g2), 4);
    ck_assert_uint_eq(cg_graph_n_derived(g2), 2);
    ck_assert_uint_eq(cg_rel_likelihood(g2, 3), 7);
    ck_assert(cg_rel_conditional(g2, 3) && !cg_rel_conditional(g2, 2));
    OK(cg_graph_drop_layers(g2, 2, &dropped, NULL));
    OK(cg_graph_drop_layers(g2, 9, &same, NULL));
    ck_assert_int_eq(cg_graph_drop_layers(g2, 0, &same, NULL), CSPM_E_INVALID);
    same = g2;
    ck_assert_uint_eq(cg_graph_n_rels(dropped), 3);
    cg_graph_unref(g1);
    cg_graph_unref(same);
    cg_edge e = cg_rel_get(dropped, 2);
    ck_assert(e.from == 0 && e.to == 2);
    cg_graph_unref(dropped);
    ck_assert_int_eq(cg_rel_cmp(g2, 0, 3), -1);
    cg_graph_unref(g2);
}
END_TEST

START_TEST(there_are_at_most_sixteen_layers)
{
    cg_graph *g = cg_graph_ref(base);
    for (int i = 1; i < 16; i++) {
        cg_graph *next = push(begin(g, "x"));
        cg_graph_unref(g);
        g = next;
    }
    cg_layer_builder *l;
    ck_assert_int_eq(cg_layer_new(g, S("x"), &l, NULL), CSPM_E_LIMIT);
    cg_graph_unref(g);
}
END_TEST

/* ---- hubs against expanded pairs ---- */

#define N 24
#define MAX_PAIRS 20000

typedef struct pair {
    uint32_t layer, from, to, kind, mark; /* mark: evidence, so each relationship can be told from others */
} pair;
typedef struct model {
    pair pairs[MAX_PAIRS];
    uint32_t n;
} model;

static int pair_cmp(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(pair));
}

static void compare_pairs(pair *got, uint32_t n_got, pair *expected, uint32_t n_expected)
{
    ck_assert_uint_eq(n_got, n_expected);
    qsort(got, n_got, sizeof *got, pair_cmp);
    qsort(expected, n_expected, sizeof *expected, pair_cmp);
    ck_assert_int_eq(memcmp(got, expected, n_got * sizeof *got), 0);
}

static pair as_pair(const cg_graph *g, cg_edge e)
{
    cg_edge again = cg_rel_get(g, e.rel);
    ck_assert(again.rel == e.rel && again.from == e.from && again.to == e.to && again.kind == e.kind);
    cg_evidence ev;
    uint32_t mark = 0, layer = 0;
    if (cg_evidence_get(g, cg_rel_evidence(g, e.rel), &ev) && ev.rule.data) {
        mark = (uint32_t)ev.offset & 0xffff;
        layer = (uint32_t)ev.offset >> 16;
    }
    return (pair){ layer, e.from, e.to, e.kind, mark };
}

static cg_graph *random_layer(cg_graph *below, uint32_t layer, rng *r, model *m)
{
    cg_layer_builder *l = begin(below, "hubs");
    uint32_t first = m->n, kinds[4];
    static const char *const names[] = { "K", "H1", "H2", "H3" };
    for (int i = 0; i < 4; i++)
        kinds[i] = cg_layer_kind(l, cg_str_from(names[i]));
    for (uint32_t i = 0, n = rng_below(r, 40); i < n; i++) {
        cg_evidence ev = { .rule = S("edge"), .offset = layer << 16 | 1 };
        cg_layer_edge e = { rng_below(r, N), rng_below(r, N), kinds[rng_below(r, 4)], cg_layer_evidence(l, &ev), 0, false };
        bool known = false;
        for (uint32_t k = first; k < m->n; k++)
            known |= m->pairs[k].from == e.from && m->pairs[k].to == e.to && m->pairs[k].kind == e.kind && m->pairs[k].mark == 1;
        OK(cg_layer_add_edge(l, &e, NULL));
        if (!known)
            m->pairs[m->n++] = (pair){ layer, e.from, e.to, e.kind, 1 };
    }
    for (uint32_t h = 0, n = rng_below(r, 6); h < n; h++) {
        cg_node from[12], to[12];
        uint32_t n_from = rng_below(r, 12), n_to = rng_below(r, 12), used = 0;
        cg_evidence ev = { .rule = S("hub"), .offset = layer << 16 | (2 + h) };
        cg_layer_edge d = { 0, 0, kinds[rng_below(r, 4)], cg_layer_evidence(l, &ev), 0, false };
        for (uint32_t i = 0; i < n_from; i++)
            from[i] = rng_below(r, N);
        for (uint32_t i = 0; i < n_to; i++)
            to[i] = rng_below(r, N);
        OK(cg_layer_add_hub(l, &d, from, n_from, to, n_to, NULL));
        bool seen[N][N] = { 0 };
        for (uint32_t i = 0; i < n_from; i++)
            for (uint32_t j = 0; j < n_to; j++)
                if (from[i] != to[j] && !seen[from[i]][to[j]]) {
                    seen[from[i]][to[j]] = true;
                    m->pairs[m->n++] = (pair){ layer, from[i], to[j], d.kind, 2 + h };
                    used++;
                }
        (void)used;
    }
    return push(l);
}

static void check_node(const cg_graph *g, const model *m, cg_node n, cg_dir dir, const cg_kind_set *kinds)
{
    static pair got[MAX_PAIRS], expected[MAX_PAIRS];
    uint32_t n_got = 0, n_expected = 0;
    cg_adj_iter it;
    cg_edge e;
    cg_adj_init(&it, g, n, dir, kinds);
    while (cg_adj_next(&it, &e))
        got[n_got++] = as_pair(g, e);
    for (uint32_t i = 0; i < m->n; i++)
        if (cg_kind_set_has(kinds, m->pairs[i].kind) &&
            (((dir & CG_OUT) && m->pairs[i].from == n) || ((dir & CG_IN) && m->pairs[i].to == n)))
            expected[n_expected++] = m->pairs[i];
    ck_assert_uint_eq(cg_degree(g, n, dir, kinds), n_expected);
    compare_pairs(got, n_got, expected, n_expected);
}

/* Blocks say what the iterator says, whatever their size and the order of the nodes. */
static void check_hops(const cg_graph *g, cg_dir dir, const cg_kind_set *kinds, uint32_t cap)
{
    cg_node nodes[2 * N];
    cg_hop block[64];
    cg_hops h;
    cg_adj_iter it;
    cg_edge e;
    uint32_t n = 0, at = 0, k = 0;
    for (uint32_t i = 0; i < 2 * N; i++)
        nodes[i] = i * 7 % N;
    cg_hops_init(&h, g, dir, kinds);
    for (uint32_t i = 0; i < 2 * N; i++) {
        for (cg_adj_init(&it, g, nodes[i], dir, kinds); cg_adj_next(&it, &e); at++) {
            if (at == n) { /* the list of nodes grows while it is read */
                n = cg_hops_next(&h, nodes, i + 1, block, cap);
                at = 0;
            }
            const cg_node other = dir == CG_OUT ? e.to : dir == CG_IN ? e.from : e.from == nodes[i] ? e.to : e.from;
            ck_assert(at < n && n <= cap && block[at].rel == e.rel && block[at].at == i && block[at].node == other);
            k++;
        }
    }
    ck_assert_uint_eq(at, n);
    ck_assert_uint_eq(cg_hops_next(&h, nodes, 2 * N, block, cap), 0);
    ck_assert_uint_eq(cg_hops_next(&h, nodes, 2 * N, block, cap), 0);
    cg_hops_seek(&h, 0);
    while ((n = cg_hops_next(&h, nodes, 2 * N, block, cap)))
        k -= n;
    ck_assert_uint_eq(k, 0);
}

static void check_between(const cg_graph *g, const model *m, cg_node a, cg_node b, const cg_kind_set *kinds)
{
    static pair got[MAX_PAIRS], expected[MAX_PAIRS];
    uint32_t n_got = 0, n_expected = 0;
    uint64_t cursor = 0;
    cg_edge e;
    while (cg_between_next(g, a, b, kinds, &cursor, &e))
        got[n_got++] = as_pair(g, e);
    for (uint32_t i = 0; i < m->n; i++)
        if (m->pairs[i].from == a && m->pairs[i].to == b && cg_kind_set_has(kinds, m->pairs[i].kind))
            expected[n_expected++] = m->pairs[i];
    compare_pairs(got, n_got, expected, n_expected);
}

static cg_graph *random_base(rng *r, model *m)
{
    cg_builder *b = make_builder(mem);
    char id[24], to[24];
    source(b, "s", 1, 0);
    for (int i = 0; i < N; i++) {
        snprintf(id, sizeof id, "%02d", i);
        node(b, id, "A", "", 0);
    }
    for (uint32_t i = 0, n = rng_below(r, 60); i < n; i++) {
        uint32_t x = rng_below(r, N), y = rng_below(r, N);
        bool known = false;
        for (uint32_t k = 0; k < m->n; k++)
            known |= m->pairs[k].from == x && m->pairs[k].to == y;
        snprintf(id, sizeof id, "%02u", x);
        snprintf(to, sizeof to, "%02u", y);
        edge(b, id, "K", to, "", i);
        if (!known)
            m->pairs[m->n++] = (pair){ 0, x, y, 0, 0 };
    }
    (void)cg_builder_kind(b, "K", 1);
    cg_graph *g = freeze(b);
    cg_builder_free(b);
    return g;
}

static void check_all(const cg_graph *g, const model *m)
{
    static pair got[MAX_PAIRS], expected[MAX_PAIRS];
    uint32_t n_got = 0;
    uint64_t words[1] = { 1ull << name_id(g, CG_NAMES_KIND, "K") };
    if (name_id(g, CG_NAMES_KIND, "H2") != CG_NO_NAME)
        words[0] |= 1ull << name_id(g, CG_NAMES_KIND, "H2");
    cg_kind_set some = { 1, words };
    cg_rel_iter it;
    cg_edge e;
    cg_rel_iter_init(&it, g);
    while (cg_rel_iter_next(&it, &e))
        got[n_got++] = as_pair(g, e);
    ck_assert_uint_eq(cg_graph_n_rels(g), m->n);
    memcpy(expected, m->pairs, m->n * sizeof *expected);
    compare_pairs(got, n_got, expected, m->n);
    for (uint32_t k = 0; k < cg_name_count(g, CG_NAMES_KIND); k++) {
        uint64_t count = 0;
        for (uint32_t i = 0; i < m->n; i++)
            count += m->pairs[i].kind == k;
        ck_assert_uint_eq(cg_kind_count(g, k), count);
    }
    for (int dir = CG_OUT; dir <= CG_BOTH; dir++) {
        for (uint32_t cap = 1; cap <= 64; cap *= cap < 4 ? 2 : 4) {
            check_hops(g, dir, NULL, cap);
            check_hops(g, dir, &some, cap);
        }
    }
    for (cg_node n = 0; n < N; n++) {
        for (int dir = CG_OUT; dir <= CG_BOTH; dir++) {
            check_node(g, m, n, dir, NULL);
            check_node(g, m, n, dir, &some);
        }
        for (cg_node to = 0; to < N; to += 3) {
            check_between(g, m, n, to, NULL);
            check_between(g, m, n, to, &some);
        }
    }
}

START_TEST(hubs_equal_their_pairs)
{
    static model m;
    rng r = { 1000 + (uint64_t)_i };
    m.n = 0;
    cg_graph *g = random_base(&r, &m);
    check_all(g, &m);
    for (uint32_t layer = 1; layer < 4; layer++) {
        cg_graph *next = random_layer(g, layer, &r, &m);
        cg_graph_unref(g);
        g = next;
    }
    check_all(g, &m);
    cg_graph_unref(g);
}
END_TEST

START_TEST(relationships_have_a_total_order)
{
    static model m;
    static cg_rel rels[MAX_PAIRS];
    rng r = { 5 };
    uint32_t n = 0;
    m.n = 0;
    cg_graph *bottom = random_base(&r, &m), *g = random_layer(bottom, 1, &r, &m);
    cg_rel_iter it;
    cg_edge e;
    cg_rel_iter_init(&it, g);
    while (cg_rel_iter_next(&it, &e))
        rels[n++] = e.rel;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++) {
            ck_assert_int_eq(cg_rel_cmp(g, rels[i], rels[j]), -cg_rel_cmp(g, rels[j], rels[i]));
            ck_assert_int_eq(cg_rel_cmp(g, rels[i], rels[j]) == 0, i == j);
            if (i < j && !(rels[i] >> 63) && !(rels[j] >> 63))
                ck_assert_int_lt(cg_rel_cmp(g, rels[i], rels[j]), 0);
        }
    cg_graph_unref(bottom);
    cg_graph_unref(g);
}
END_TEST

START_TEST(equal_hubs_are_one_and_empty_ones_none)
{
    cg_node from[] = { 0, 1, 1 }, to[] = { 2, 0 }, one[] = { 1 };
    cg_layer_builder *l = begin(base, "h");
    cg_layer_edge d = { .kind = cg_layer_kind(l, S("H")), .evidence = CG_NO_EVIDENCE };
    OK(cg_layer_add_hub(l, &d, from, 3, to, 2, NULL));
    OK(cg_layer_add_hub(l, &d, from, 2, to, 2, NULL));
    OK(cg_layer_add_hub(l, &d, from, 2, to, 0, NULL));
    OK(cg_layer_add_hub(l, &d, one, 1, one, 1, NULL));
    ck_assert_uint_eq(cg_layer_n_added(l), 1);
    d.likelihood = 2000000;
    ck_assert_int_eq(cg_layer_add_hub(l, &d, one, 1, to, 2, NULL), CSPM_E_INVALID);
    cg_graph *g = push(l);
    ck_assert_uint_eq(cg_graph_n_derived(g), 3);
    ck_assert_uint_eq(cg_graph_n_stored(g), 2 + 4);
    cg_graph_unref(g);
}
END_TEST

Suite *layer_suite(void)
{
    Suite *s = suite_create("layer");
    TCase *t = tcase_create("layer");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, names_stay_and_grow);
    tcase_add_test(t, labels_are_kept_once_with_their_first_evidence);
    tcase_add_test(t, claimed_labels_can_be_disbelieved);
    tcase_add_test(t, properties_shadow_and_kinds_gain_meaning);
    tcase_add_test(t, layers_are_shared_and_dropped_in_any_order);
    tcase_add_test(t, there_are_at_most_sixteen_layers);
    tcase_add_loop_test(t, hubs_equal_their_pairs, 0, getenv("CSPM_SLOW_MACHINE") ? 5 : 40);
    tcase_add_test(t, relationships_have_a_total_order);
    tcase_add_test(t, equal_hubs_are_one_and_empty_ones_none);
    suite_add_tcase(s, t);
    return s;
}
