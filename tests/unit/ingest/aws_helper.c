#include "aws_helper.h"

char *aws_quoted(const char *json)
{
    char *copy = strdup(json);

    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    return copy;
}

loaded aws_load_as(const char *name, const char *json)
{
    cg_mem *mem = test_mem(NULL, 0);
    cg_builder *b = test_builder(mem);
    cspm_error *err = NULL;
    char *text = aws_quoted(json);
    const int32_t rc = cg_ingest_bytes(b, text, strlen(text), cg_str_from(name), NULL, NULL, &err);

    free(text);
    return test_freeze(mem, b, rc, err);
}

loaded aws_load(const char *json)
{
    return aws_load_as("test", json);
}

bool aws_has_edge(const loaded *l, const char *from, const char *kind, const char *to)
{
    const cg_node a = cg_node_find(l->graph, from, strlen(from)), b = cg_node_find(l->graph, to, strlen(to));
    const uint32_t k = cg_name_find(l->graph, CG_NAMES_KIND, cg_str_from(kind));
    cg_rel_iter it;
    cg_edge e;

    if (a == CG_NO_NODE || b == CG_NO_NODE || k == CG_NO_NAME)
        return false;
    for (cg_rel_iter_init(&it, l->graph); cg_rel_iter_next(&it, &e);)
        if (e.from == a && e.to == b && e.kind == k)
            return true;
    return false;
}

void aws_expect_edge(const loaded *l, const char *from, const char *kind, const char *to)
{
    if (aws_has_edge(l, from, kind, to))
        return;
    char *dump = test_dump(l->graph, true);
    ck_abort_msg("no (%s)-[:%s]->(%s) in:\n%s", from, kind, to, dump);
}

void aws_expect_prop(const loaded *l, const char *id, const char *key, const char *json)
{
    char *expected = aws_quoted(json), *got = test_prop(l, id, key);

    ck_assert_msg(strcmp(got, expected) == 0, "%s of %s: %s instead of %s", key, id, got, expected);
    free(expected);
    free(got);
}

void aws_expect_labels(const loaded *l, const char *id, const char *labels)
{
    const cg_node n = cg_node_find(l->graph, id, strlen(id));
    uint32_t found[16], count;
    char text[512] = "";

    ck_assert_msg(n != CG_NO_NODE, "no node %s", id);
    count = cg_node_labels(l->graph, n, found, 16);
    for (uint32_t i = 0; i < count && i < 16; i++) {
        const cg_str name = cg_name_get(l->graph, CG_NAMES_LABEL, found[i]);
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.*s", i ? " " : "", CG_FMT(name));
    }
    ck_assert_str_eq(text, labels);
}

uint32_t aws_count_label(const loaded *l, const char *label)
{
    const uint32_t id = cg_name_find(l->graph, CG_NAMES_LABEL, cg_str_from(label));
    uint32_t count = 0;

    for (cg_node n = 0; id != CG_NO_NAME && n < cg_graph_n_nodes(l->graph); n++)
        count += cg_node_has_label(l->graph, n, id);
    return count;
}
