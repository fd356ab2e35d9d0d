/* Any bytes as a rule pack: read, sealed, its rules shown and run on their own examples, then applied to a small graph. */
#include <stdlib.h>

#include "graph/builder.h"
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static cg_graph *small_graph(cg_mem *mem)
{
    static const char *const ids[] = { "a", "b", "c" };
    const cg_source_options source = { .name = CG_STR("fuzz"), .dialect = CG_STR("fuzz") };
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    if (cg_builder_new(mem, NULL, &b, NULL) != CSPM_OK || cg_builder_begin_source(b, &source, NULL) != CSPM_OK)
        abort();
    uint32_t label = cg_builder_label(b, "A", 1), kind = cg_builder_kind(b, "K", 1), key = cg_builder_key(b, "p", 1);
    for (int i = 0; i < 3; i++) {
        (void)cg_builder_begin_node(b, 0, NULL);
        (void)cg_builder_set_id(b, ids[i], 1, NULL);
        (void)cg_builder_add_label(b, label, NULL);
        (void)cg_builder_set_prop(b, key, cg_v_int(i), NULL);
        (void)cg_builder_end_item(b, NULL);
        (void)cg_builder_begin_edge(b, 0, NULL);
        cg_builder_set_kind(b, kind);
        (void)cg_builder_set_from(b, ids[i], 1, NULL);
        (void)cg_builder_set_to(b, ids[(i + 1) % 3], 1, NULL);
        (void)cg_builder_end_item(b, NULL);
    }
    if (cg_builder_freeze(b, NULL, &g, NULL) != CSPM_OK)
        abort();
    cg_builder_free(b);
    return g;
}

static void settled(int32_t rc, cspm_error **err)
{
    if ((rc < 0) != (*err != NULL))
        abort();
    cspm_error_free(*err);
    *err = NULL;
}

static void use(cg_mem *mem, cg_ruleset *rs)
{
    cspm_error *err = NULL;
    cspm_op *op = NULL;
    uint32_t passed, failed;
    cg_graph *g = small_graph(mem), *derived = NULL;
    cg_buf text;
    cg_buf_init(&text, mem, 1 << 22);
    for (uint32_t i = 0; i < cg_ruleset_n_rules(rs); i++)
        settled(cg_ruleset_show(rs, cg_ruleset_rule(rs, i)->id, &text, &err), &err);
    /* A pattern may be as costly as it likes; the fuzzer has other inputs to try. */
    if (cg_op_new(mem, &op, NULL) == CSPM_OK) {
        cspm_op_set_timeout_ms(op, 500);
        cg_buf_clear(&text);
        settled(cg_rules_test(rs, op, &text, &passed, &failed, &err), &err);
        settled(cg_rules_derive(rs, g, NULL, op, &derived, &err), &err);
    }
    cspm_op_unref(op);
    cg_buf_free(&text);
    cg_graph_unref(derived);
    cg_graph_unref(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cg_mem *mem = cg_mem_new(NULL, 256 << 20);
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    if (!mem || cg_ruleset_new(mem, &rs, NULL) != CSPM_OK)
        abort();
    int32_t rc = cg_ruleset_add_text(rs, (cg_str){ (const char *)data, size }, CG_STR("fuzz"), &err);
    settled(rc, &err);
    if (rc == CSPM_OK) {
        rc = cg_ruleset_seal(rs, &err);
        settled(rc, &err);
    }
    if (rc == CSPM_OK)
        use(mem, rs);
    cg_ruleset_unref(rs);
    if (cg_mem_used(mem) != 0)
        abort();
    cg_mem_unref(mem);
    return 0;
}
