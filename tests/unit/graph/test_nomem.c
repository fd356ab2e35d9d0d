/* Every allocation refused once: an error return, nothing lost, nothing held. */
#include "fault.h"
#include "store_test.h"

static const char *const ids[] = { "alpha", "beta", "gamma", "delta", "epsilon" };

static int32_t fill(cg_builder *b, cspm_error **err)
{
    cg_source_options o = { .name = S("s"), .dialect = S("d"), .rank = 1, .merge_equal_edges = true };
    cg_builder_mark mark;
    int32_t rc;
    for (int s = 0; s < 2; s++) {
        o.rank = (uint32_t)s;
        if ((rc = cg_builder_begin_source(b, &o, err)) < 0 || (rc = cg_builder_mark_set(b, &mark, err)) < 0)
            return rc;
        for (uint32_t i = 0; i < 5; i++)
            if ((rc = try_node(b, ids[i], s ? "A B" : "C", s ? "k=1 name=x list=[1,2]" : "k=two name=x f=1.5", i, err)) < 0)
                return rc;
        for (uint32_t i = 0; i < 9; i++)
            if ((rc = try_edge(b, ids[i % 5], "K", i == 8 ? "missing" : ids[i * 3 % 5], i % 3 ? "" : "w=1", 100 + i, err)) < 0)
                return rc;
        uint32_t key = cg_builder_key(b, "name", 4);
        cg_value x = cg_v_str(S("X"));
        if ((rc = cg_builder_begin_edge(b, 200, err)) < 0)
            return rc;
        cg_builder_set_kind(b, cg_builder_kind(b, "K", 1));
        if ((rc = cg_builder_set_from(b, "alpha", 5, err)) < 0 ||
            (rc = cg_builder_match_end(b, false, CG_NO_NAME, &key, &x, 1, true, err)) < 0 || (rc = cg_builder_end_item(b, err)) < 0 ||
            (rc = cg_builder_begin_node(b, 300, err)) < 0 || (rc = cg_builder_set_id(b, "zeta", 4, err)) < 0 ||
            (rc = cg_builder_add_alias(b, "alpha", 5, err)) < 0 || (rc = cg_builder_end_item(b, err)) < 0 ||
            (rc = cg_builder_diag(b, CG_DIAG_WARNING, "odd", (cg_pos){ .offset = 1 }, err, "odd %d", s)) < 0)
            return rc;
    }
    return CSPM_OK;
}

static int32_t add_layer(cg_graph *below, cg_graph **out, cspm_error **err)
{
    static const cg_node from[] = { 0, 1 }, to[] = { 2, 3, 1 };
    cg_layer_builder *l;
    int32_t rc = cg_layer_new(below, S("derived"), &l, err);
    *out = NULL;
    if (rc < 0)
        return rc;
    cg_evidence e = { .rule = S("r"), .nodes = from, .n_nodes = 2, .note = S("note") };
    cg_kind_info info = { .traversable = true, .likelihood = 10, .title = S("t") };
    uint32_t ev = cg_layer_evidence(l, &e);
    cg_layer_edge d = { 0, 1, cg_layer_kind(l, S("D")), ev, 5, true };
    if (ev == CG_NO_EVIDENCE)
        rc = CSPM_E_NOMEM;
    else if ((rc = cg_layer_add_label(l, 0, cg_layer_label(l, S("New")), ev, err)) >= 0 && (rc = cg_layer_add_edge(l, &d, err)) >= 0 &&
             (rc = cg_layer_add_hub(l, &d, from, 2, to, 3, err)) >= 0 &&
             (rc = cg_layer_set_prop(l, 1, cg_layer_key(l, S("p")), cg_v_str(S("v")), err)) >= 0 &&
             (rc = cg_layer_set_kind_info(l, d.kind, &info, err)) >= 0 &&
             (rc = cg_layer_disbelieve_label(l, cg_layer_label(l, S("A")), err)) >= 0 &&
             (rc = cg_layer_diag(l, CG_DIAG_WARNING, "c", err, "m")) >= 0)
        return cg_layer_push(l, NULL, out, err);
    cg_layer_free(l);
    return rc;
}

static int32_t scenario(const cspm_allocator *a, cg_buf *expected)
{
    cg_mem *mem = cg_mem_new(a, 0);
    cg_builder *b = NULL;
    cg_graph *g = NULL, *top = NULL;
    cspm_error *err = NULL;
    if (!mem)
        return CSPM_E_NOMEM;
    int32_t rc = cg_builder_new(mem, NULL, &b, &err);
    if (rc == CSPM_OK && (rc = fill(b, &err)) == CSPM_OK)
        rc = cg_builder_freeze(b, NULL, &g, &err);
    if (rc == CSPM_OK && (rc = add_layer(g, &top, &err)) == CSPM_OK) {
        cg_buf text;
        cg_buf_init(&text, mem, 0);
        rc = dump_graph(&text, top);
        if (rc == CSPM_OK && !expected->length)
            cg_buf_str(expected, cg_buf_view(&text));
        else if (rc == CSPM_OK)
            ck_assert_msg(cg_str_eq(cg_buf_view(&text), cg_buf_view(expected)), "another graph:\n%s", text.data);
        cg_buf_free(&text);
    }
    cspm_error_free(err);
    cg_graph_unref(top);
    cg_graph_unref(g);
    cg_builder_free(b);
    cg_mem_unref(mem);
    return rc;
}

START_TEST(refused_memory_is_an_error_and_leaves_nothing)
{
    cg_fault f = CG_FAULT_INIT;
    cspm_allocator a = cg_fault_allocator(&f);
    cg_mem *outside = cg_mem_new(NULL, 0);
    cg_buf expected;
    cg_buf_init(&expected, outside, 0);
    for (int persistent = 0; persistent < 2; persistent++) {
        f.persistent = persistent;
        CG_FAULT_SWEEP(&f, 0)
        {
            int32_t rc = scenario(&a, &expected);
            ck_assert_msg(rc == CSPM_OK || rc == CSPM_E_NOMEM, "status %d at request %llu", rc, (unsigned long long)f.fail_at);
            ck_assert_msg(!f.refused || !persistent || rc == CSPM_E_NOMEM, "refusal %llu was swallowed", (unsigned long long)f.fail_at);
            ck_assert_msg(cg_fault_clean(&f), "%s at request %llu", cg_fault_report(&f), (unsigned long long)f.fail_at);
        }
    }
    ck_assert_uint_gt(f.total, 100);
    cg_buf_free(&expected);
    cg_mem_unref(outside);
}
END_TEST

START_TEST(a_budget_is_kept)
{
    for (uint64_t budget = 4096; budget < 4u << 20; budget = budget * 5 / 4) {
        cg_mem *mem = cg_mem_new(NULL, budget);
        cg_builder *b = NULL;
        cg_graph *g = NULL;
        int32_t rc = cg_builder_new(mem, NULL, &b, NULL);
        for (uint32_t i = 0; i < 4000 && rc == CSPM_OK; i++) {
            char id[32];
            snprintf(id, sizeof id, "identifier-%u", i);
            if (i == 0) {
                cg_source_options o = { .name = S("s"), .dialect = S("d") };
                rc = cg_builder_begin_source(b, &o, NULL);
            }
            if (rc == CSPM_OK)
                rc = try_node(b, id, "A", "name=something k=1", i, NULL);
        }
        if (rc == CSPM_OK)
            rc = cg_builder_freeze(b, NULL, &g, NULL);
        ck_assert(rc == CSPM_OK || rc == CSPM_E_LIMIT);
        ck_assert_uint_le(cg_mem_peak(mem), budget);
        cg_graph_unref(g);
        cg_builder_free(b);
        ck_assert_uint_eq(cg_mem_used(mem), 0);
        cg_mem_unref(mem);
    }
}
END_TEST

Suite *nomem_suite(void)
{
    Suite *s = suite_create("nomem");
    TCase *t = tcase_create("nomem");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, refused_memory_is_an_error_and_leaves_nothing);
    tcase_add_test(t, a_budget_is_kept);
    suite_add_tcase(s, t);
    return s;
}
