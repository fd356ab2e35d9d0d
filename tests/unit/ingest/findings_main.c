#include "findings_test.h"

loaded load_all(const char *name, ...)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    int32_t rc = CSPM_OK;
    va_list args;

    va_start(args, name);
    for (; name && rc == CSPM_OK; name = va_arg(args, const char *)) {
        const char *text = va_arg(args, const char *);
        rc = cg_ingest_bytes(b, text, strlen(text), cg_str_from(name), NULL, NULL, &err);
    }
    va_end(args);
    return test_freeze(mem, b, rc, err);
}

loaded load_one(const char *text)
{
    return load_all("in.json", text, NULL);
}

uint32_t count_label(const loaded *l, const char *label)
{
    const uint32_t id = label ? cg_name_find(l->graph, CG_NAMES_LABEL, cg_str_from(label)) : CG_NO_NAME;
    return label ? (id == CG_NO_NAME ? 0 : (uint32_t)cg_label_count(l->graph, id)) : cg_graph_n_nodes(l->graph);
}

uint32_t count_kind(const loaded *l, const char *kind)
{
    cg_rel_iter it;
    cg_edge e;
    uint32_t n = 0;

    for (cg_rel_iter_init(&it, l->graph); cg_rel_iter_next(&it, &e);)
        n += cg_str_eq(cg_name_get(l->graph, CG_NAMES_KIND, e.kind), cg_str_from(kind));
    return n;
}

bool is_there(const loaded *l, const char *key)
{
    return cg_node_find(l->graph, key, strlen(key)) != CG_NO_NODE;
}

char *edge_prop(const loaded *l, const char *from, const char *kind, const char *to, const char *key)
{
    const cg_node a = cg_node_find(l->graph, from, strlen(from)), b = cg_node_find(l->graph, to, strlen(to));
    const uint32_t name = cg_name_find(l->graph, CG_NAMES_KEY, cg_str_from(key));
    cg_rel_iter it;
    cg_edge e;

    for (cg_rel_iter_init(&it, l->graph); cg_rel_iter_next(&it, &e);) {
        cg_arena arena;
        cg_value v = cg_v_null();
        cg_buf text;
        if (e.from != a || e.to != b || !cg_str_eq(cg_name_get(l->graph, CG_NAMES_KIND, e.kind), cg_str_from(kind)))
            continue;
        cg_arena_init(&arena, l->mem);
        cg_buf_init(&text, l->mem, 0);
        if (name != CG_NO_NAME)
            ck_assert_int_eq(cg_rel_prop(l->graph, e.rel, name, &arena, &v, NULL), CSPM_OK);
        ck_assert_int_eq(cg_value_write_json(&text, l->graph, v, NULL), CSPM_OK);
        cg_buf_char(&text, '\0');
        char *copy = strdup(text.data);
        cg_buf_free(&text);
        cg_arena_free(&arena);
        return copy;
    }
    char *dump = test_dump(l->graph, true);
    ck_abort_msg("no %s from %s to %s in:\n%s", kind, from, to, dump);
}

int main(void)
{
    SRunner *sr = srunner_create(findings_bad_suite());

    srunner_add_suite(sr, findings_suite());
    srunner_set_tap(sr, "-");
    srunner_run_all(sr, CK_SILENT);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
