#include "rules_test.h"

void expect_error(int32_t rc, int32_t code, cspm_error **err, uint32_t line, uint32_t column, const char *fragment)
{
    uint32_t at_line = 0, at_column = 0;
    ck_assert_msg(rc != CSPM_OK, "no error, expected: %s", fragment);
    ck_assert_ptr_nonnull(*err);
    size_t length = 0;
    const char *message = cspm_error_message(*err, &length);
    cspm_error_position(*err, NULL, &at_line, &at_column);
    ck_assert_msg(rc == code, "code %d, expected %d: %s", (int)rc, (int)code, message);
    ck_assert_msg(strstr(message, fragment) != NULL, "\"%s\" does not say \"%s\"", message, fragment);
    if (line)
        ck_assert_msg(at_line == line, "line %u, expected %u: %s", at_line, line, message);
    if (column)
        ck_assert_msg(at_column == column, "column %u, expected %u: %s", at_column, column, message);
    cspm_error_free(*err);
    *err = NULL;
}

void expect_ok(int32_t rc, cspm_error *err)
{
    size_t length = 0;
    ck_assert_msg(rc == CSPM_OK, "%d: %s", (int)rc, err ? cspm_error_text(err, &length) : "no message");
    ck_assert_ptr_null(err);
}

int32_t try_set(cg_mem *mem, const char *pack, cg_ruleset **out, cspm_error **err)
{
    int32_t rc = cg_ruleset_new(mem, out, err);
    if (rc == CSPM_OK)
        rc = cg_ruleset_add_text(*out, cg_str_from(pack), CG_STR("test.yaml"), err);
    return rc == CSPM_OK ? cg_ruleset_seal(*out, err) : rc;
}

cg_ruleset *set_of(cg_mem *mem, const char *pack)
{
    cg_ruleset *rs = NULL;
    cspm_error *err = NULL;
    expect_ok(try_set(mem, pack, &rs, &err), err);
    return rs;
}

/* ---- little graphs ---- */

static cg_value value_of(cg_str text)
{
    int64_t i;
    double d;
    if (cg_str_eq(text, CG_STR("true")) || cg_str_eq(text, CG_STR("false")))
        return cg_v_bool(text.data[0] == 't');
    if (cg_parse_int64(text, &i))
        return cg_v_int(i);
    if (cg_parse_double(text, &d))
        return cg_v_float(d);
    return cg_v_str(text);
}

static cg_str next_word(cg_str *line)
{
    size_t from = 0, to;
    while (from < line->length && line->data[from] == ' ')
        from++;
    for (to = from; to < line->length && line->data[to] != ' ';)
        to++;
    cg_str word = { line->data + from, to - from };
    *line = (cg_str){ line->data + to, line->length - to };
    return word;
}

static void add_properties(cg_builder *b, cg_str rest)
{
    for (cg_str word = next_word(&rest); word.length; word = next_word(&rest)) {
        size_t equal = cg_str_find(word, CG_STR("="), 0);
        ck_assert_msg(equal != SIZE_MAX, "not key=value: %.*s", CG_FMT(word));
        cg_str value = { word.data + equal + 1, word.length - equal - 1 };
        ck_assert_int_eq(cg_builder_set_prop(b, cg_builder_key(b, word.data, equal), value_of(value), NULL), CSPM_OK);
    }
}

static void add_labels(cg_builder *b, cg_str labels)
{
    for (size_t at = 0; at < labels.length;) {
        size_t end = cg_str_find(labels, CG_STR(":"), at + 1);
        end = end == SIZE_MAX ? labels.length : end;
        ck_assert_int_eq(cg_builder_add_label(b, cg_builder_label(b, labels.data + at + 1, end - at - 1), NULL), CSPM_OK);
        at = end;
    }
}

static void add_line(cg_builder *b, cg_str line)
{
    cg_str first = next_word(&line), rest = line, second = next_word(&line);
    if (!first.length)
        return;
    if (second.length > 3 && second.data[0] == '-') {
        cg_str to = next_word(&line);
        ck_assert_int_eq(cg_builder_begin_edge(b, 0, NULL), CSPM_OK);
        cg_builder_set_kind(b, cg_builder_kind(b, second.data + 1, second.length - 3));
        ck_assert_int_eq(cg_builder_set_from(b, first.data, first.length, NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_set_to(b, to.data, to.length, NULL), CSPM_OK);
        add_properties(b, line);
    } else {
        ck_assert_int_eq(cg_builder_begin_node(b, 0, NULL), CSPM_OK);
        ck_assert_int_eq(cg_builder_set_id(b, first.data, first.length, NULL), CSPM_OK);
        bool labels = second.length && second.data[0] == ':';
        if (labels)
            add_labels(b, second);
        add_properties(b, labels ? line : rest);
    }
    ck_assert_int_eq(cg_builder_end_item(b, NULL), CSPM_OK);
}

cg_graph *graph_declared(cg_mem *mem, const char *lines, const char *declared)
{
    const cg_source_options source = { .name = CG_STR("lines"), .dialect = CG_STR("test") };
    cg_str text = cg_str_from(lines), kinds = cg_str_from(declared);
    cg_builder *b = NULL;
    cg_graph *g = NULL;
    ck_assert_int_eq(cg_builder_new(mem, NULL, &b, NULL), CSPM_OK);
    ck_assert_int_eq(cg_builder_begin_source(b, &source, NULL), CSPM_OK);
    for (size_t at = 0; at < text.length;) {
        size_t end = cg_str_find(text, CG_STR("\n"), at);
        end = end == SIZE_MAX ? text.length : end;
        add_line(b, (cg_str){ text.data + at, end - at });
        at = end + 1;
    }
    for (cg_str word = next_word(&kinds); word.length; word = next_word(&kinds))
        ck_assert_int_eq(
            cg_builder_declare_kind(b, cg_builder_kind(b, word.data, word.length - 2), word.data[word.length - 1] == '1', NULL), CSPM_OK);
    cspm_error *err = NULL;
    expect_ok(cg_builder_freeze(b, NULL, &g, &err), err);
    cg_builder_free(b);
    return g;
}

cg_graph *graph_of(cg_mem *mem, const char *lines)
{
    return graph_declared(mem, lines, "");
}

cg_graph *derive(cg_ruleset *rs, cg_graph *g, uint32_t max_rounds, cspm_error **err)
{
    const cg_derive_options o = { .now = INT64_MIN, .max_rounds = max_rounds };
    cg_graph *out = NULL;
    cspm_error *local = NULL;
    int32_t rc = cg_rules_derive(rs, g, &o, NULL, &out, err ? err : &local);
    if (!err)
        expect_ok(rc, local);
    else
        ck_assert_int_eq(rc == CSPM_OK, *err == NULL);
    return out;
}

static cg_node node_of(const cg_graph *g, const char *id)
{
    cg_node n = cg_node_find(g, id, strlen(id));
    ck_assert_msg(n != CG_NO_NODE, "no node %s", id);
    return n;
}

bool has_label(const cg_graph *g, const char *id, const char *label)
{
    uint32_t name = cg_name_find(g, CG_NAMES_LABEL, cg_str_from(label));
    return name != CG_NO_NAME && cg_node_has_label(g, node_of(g, id), name);
}

bool has_edge(const cg_graph *g, const char *from, const char *kind, const char *to, cg_edge *out)
{
    uint32_t name = cg_name_find(g, CG_NAMES_KIND, cg_str_from(kind));
    uint64_t cursor = 0;
    cg_edge edge;
    while (cg_between_next(g, node_of(g, from), node_of(g, to), NULL, &cursor, &edge))
        if (edge.kind == name) {
            if (out)
                *out = edge;
            return true;
        }
    return false;
}

uint32_t count_diags(const cg_graph *g, const char *code)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < cg_diag_count(g); i++)
        n += cg_str_eq(cg_diag_get(g, i).code, cg_str_from(code));
    return n;
}
