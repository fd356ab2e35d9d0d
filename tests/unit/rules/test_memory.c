/* Memory refused at any request of loading, sealing, deriving and testing: an error, nothing leaked, nothing half done. */
#include "rules_test.h"

static const char pack[] =
    PACK_HEAD "  - { id: r, form: risk, title: T, exposure: { labels: { A: 0.9 } }, entries: [A] }\n"
              "  - { id: fix, form: recommendation, title: Do it, remediation: So, removes: { kinds: [K], labels: [Hot] } }\n"
              "  - id: kinds\n    form: edge-kind\n    title: T\n    kinds: [{ kind: K, verb: does }, { kind: Q, traversable: false }]\n"
              "    example: { nodes: [{ id: a }], edges: [{ start: a, end: a, kind: K }] }\n    counter_example: { nodes: [{ id: a }] }\n"
              "  - id: seed\n    form: label\n    title: T\n    label: Hot\n    reads: {}\n    match: MATCH (n) WHERE n.start = true "
              "RETURN n AS node\n"
              "    example: { nodes: [{ id: a, properties: { start: true, list: [1, 2] } }], expect: [a] }\n    counter_example: { nodes: "
              "[{ id: a }] }\n"
              "  - id: spread\n    form: label\n    title: T\n    label: Hot\n    reads: { labels: [Hot], kinds: [K] }\n"
              "    match: MATCH (a:Hot)-[r:K]->(n) RETURN n AS node, a, r, a.name AS note\n"
              "    example:\n      nodes: [{ id: a, kinds: [Hot] }, { id: b }]\n      edges: [{ start: a, end: b, kind: K }]\n"
              "    counter_example: { nodes: [{ id: a }] }\n"
              "  - id: jump\n    form: edge\n    title: T\n    kind: JUMPS\n    likelihood: 0.5\n    reads: { labels: [Hot], kinds: [K] }\n"
              "    match: MATCH (a:Hot)-[r:K]->(m)-[s:K]->(b) RETURN a AS from, b AS to, m, [r, s] AS both\n"
              "    example:\n      nodes: [{ id: a, kinds: [Hot] }, { id: b }, { id: c }]\n"
              "      edges: [{ start: a, end: b, kind: K }, { start: b, end: c, kind: K }]\n      expect: [[a, c]]\n"
              "    counter_example: { nodes: [{ id: a }] }\n";
static const char graph[] = "a :A start=true name=x\nb :A:Hot\nc :A\nd :A\na -K-> b\nb -K-> c\nc -K-> d\nd -Q-> a\na -ODD-> d";

typedef struct scene {
    cg_ruleset *rs;
    cg_graph *derived;
    cg_buf report;
} scene;

static int32_t play(cg_mem *mem, cg_graph *g, scene *s, cspm_error **err)
{
    uint32_t passed = 0, failed = 0;
    int32_t rc = try_set(mem, pack, &s->rs, err);
    if (rc == CSPM_OK)
        rc = cg_rules_derive(s->rs, g, NULL, NULL, &s->derived, err);
    if (rc == CSPM_OK)
        rc = cg_rules_test(s->rs, NULL, &s->report, &passed, &failed, err);
    ck_assert(rc != CSPM_OK || (passed == 4 && failed == 0));
    return rc;
}

START_TEST(every_refusal_is_an_error)
{
    /* The rules and the graph share one memory, as they do in a context. */
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    uint32_t refused = 0;
    CG_FAULT_SWEEP(&f, 0)
    {
        /* The graph is made before anything is refused; what counts starts after it. */
        uint64_t nth = f.fail_at;
        f.fail_at = 0;
        cg_mem *mem = cg_mem_new(&a, 0);
        cg_graph *g = graph_of(mem, graph);
        f.fail_at = nth ? atomic_load(&f.requests) + nth : 0;
        scene s = { 0 };
        cspm_error *err = NULL;
        cg_buf_init(&s.report, mem, 0);
        int32_t rc = play(mem, g, &s, &err);
        /* Some requests only trim; refused or not, what they belong to is whole, as play() asserts. */
        ck_assert_msg(rc == CSPM_OK || (rc == CSPM_E_NOMEM && atomic_load(&f.refused)), "%d at request %llu", (int)rc,
                      (unsigned long long)nth);
        ck_assert_msg((rc == CSPM_OK) == (err == NULL), "error object at request %llu", (unsigned long long)nth);
        cspm_error_free(err);
        cg_buf_free(&s.report);
        cg_graph_unref(s.derived);
        cg_ruleset_unref(s.rs);
        cg_graph_unref(g);
        cg_mem_unref(mem);
        ck_assert_msg(cg_fault_clean(&f), "%s at request %llu", cg_fault_report(&f), (unsigned long long)nth);
        refused += rc == CSPM_E_NOMEM;
        f.fail_at = nth;
    }
    ck_assert_uint_gt(refused, 1000);
}
END_TEST

START_TEST(a_budget_stops_it)
{
    cg_mem *mem = cg_mem_new(NULL, 0);
    cg_graph *g = graph_of(mem, graph);
    cg_mem *small = cg_mem_child(mem, 4096);
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    int32_t rc = try_set(small, pack, &rs, &err);
    ck_assert_int_eq(rc, CSPM_E_LIMIT);
    cspm_error_free(err);
    cg_ruleset_unref(rs);
    cg_mem_unref(small);
    cg_graph_unref(g);
    ck_assert_uint_eq(cg_mem_used(mem), 0);
    cg_mem_unref(mem);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("refused");
    tcase_set_timeout(t, 240);
    tcase_add_test(t, every_refusal_is_an_error);
    tcase_add_test(t, a_budget_stops_it);
    suite_add_tcase(s, t);
    return s;
}
