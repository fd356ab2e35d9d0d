#include "store_test.h"

/* ---- building ---- */

cg_builder *make_builder(cg_mem *mem)
{
    cg_builder *b = NULL;
    OK(cg_builder_new(mem, NULL, &b, NULL));
    return b;
}

void source(cg_builder *b, const char *name, uint32_t rank, int64_t stamp)
{
    cg_source_options o = { .name = cg_str_from(name), .dialect = S("test"), .rank = rank, .stamp = stamp, .merge_equal_edges = true };
    OK(cg_builder_begin_source(b, &o, NULL));
}

static cg_str next_word(const char **at, char end)
{
    while (**at == ' ')
        ++*at;
    const char *begin = *at;
    while (**at && **at != ' ' && **at != end)
        ++*at;
    return (cg_str){ begin, (size_t)(*at - begin) };
}

static cg_value scalar(cg_str text)
{
    int64_t i;
    double d;
    if (cg_str_eq(text, S("true")) || cg_str_eq(text, S("false")))
        return cg_v_bool(text.data[0] == 't');
    if (cg_parse_int64(text, &i))
        return cg_v_int(i);
    return cg_parse_double(text, &d) ? cg_v_float(d) : cg_v_str(text);
}

static int32_t set_list(cg_builder *b, uint32_t key, cg_str text, cspm_error **err)
{
    struct {
        uint32_t count;
        cg_value items[16];
    } list = { 0 };
    for (size_t at = 1; at < text.length && text.data[at] != ']';) {
        size_t end = at;
        while (text.data[end] != ',' && text.data[end] != ']')
            end++;
        list.items[list.count++] = scalar((cg_str){ text.data + at, end - at });
        at = end + (text.data[end] == ',');
    }
    return cg_builder_set_prop(b, key, (cg_value){ .type = CG_LIST, .list = (const cg_list *)&list }, err);
}

static int32_t set_props(cg_builder *b, const char *props, cspm_error **err)
{
    while (props && *props) {
        cg_str key = next_word(&props, '=');
        if (!key.length)
            break;
        props += *props == '=';
        cg_str value = next_word(&props, ' ');
        uint32_t id = cg_builder_key(b, key.data, key.length);
        int32_t rc = value.length && value.data[0] == '[' ? set_list(b, id, value, err) : cg_builder_set_prop(b, id, scalar(value), err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

int32_t try_node(cg_builder *b, const char *id, const char *labels, const char *props, uint64_t offset, cspm_error **err)
{
    int32_t rc = cg_builder_begin_node(b, offset, err);
    if (rc < 0)
        return rc;
    if ((rc = cg_builder_set_id(b, id, strlen(id), err)) < 0)
        goto out;
    for (cg_str label; (label = next_word(&labels, ' ')).length;)
        if ((rc = cg_builder_add_label(b, cg_builder_label(b, label.data, label.length), err)) < 0)
            goto out;
    if ((rc = set_props(b, props, err)) < 0)
        goto out;
    return cg_builder_end_item(b, err);
out:
    cg_builder_abort_item(b);
    return rc;
}

void node(cg_builder *b, const char *id, const char *labels, const char *props, uint64_t offset)
{
    OK(try_node(b, id, labels, props, offset, NULL));
}

int32_t try_edge(cg_builder *b, const char *from, const char *kind, const char *to, const char *props, uint64_t offset, cspm_error **err)
{
    int32_t rc = cg_builder_begin_edge(b, offset, err);
    if (rc < 0)
        return rc;
    cg_builder_set_kind(b, cg_builder_kind(b, kind, strlen(kind)));
    if ((rc = cg_builder_set_from(b, from, strlen(from), err)) < 0 || (rc = cg_builder_set_to(b, to, strlen(to), err)) < 0 ||
        (rc = set_props(b, props, err)) < 0) {
        cg_builder_abort_item(b);
        return rc;
    }
    return cg_builder_end_item(b, err);
}

void edge(cg_builder *b, const char *from, const char *kind, const char *to, const char *props, uint64_t offset)
{
    OK(try_edge(b, from, kind, to, props, offset, NULL));
}

cg_graph *freeze(cg_builder *b)
{
    cg_graph *g = NULL;
    OK(cg_builder_freeze(b, NULL, &g, NULL));
    return g;
}

cg_node find(const cg_graph *g, const char *id)
{
    return cg_node_find(g, id, strlen(id));
}

uint32_t name_id(const cg_graph *g, cg_names which, const char *name)
{
    return cg_name_find(g, which, cg_str_from(name));
}

uint32_t count_diags(const cg_graph *g, const char *code)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < cg_diag_count(g); i++)
        n += cg_str_eq(cg_diag_get(g, i).code, cg_str_from(code));
    return n;
}

bool has_diag(const cg_graph *g, const char *code, const char *part)
{
    for (uint32_t i = 0; i < cg_diag_count(g); i++) {
        cg_diag d = cg_diag_get(g, i);
        if (cg_str_eq(d.code, cg_str_from(code)) && cg_str_find(d.message, cg_str_from(part), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

/* ---- dumping ---- */

static void put_value(cg_buf *b, cg_value v)
{
    switch (v.type) {
    case CG_BOOL:
        cg_buf_adds(b, v.boolean ? "true" : "false");
        break;
    case CG_INT:
        cg_buf_int(b, v.integer);
        break;
    case CG_FLOAT:
        cg_buf_double(b, v.real);
        break;
    case CG_STRING:
        cg_buf_printf(b, "'%.*s'", CG_FMT(cg_value_str(v)));
        break;
    default:
        cg_buf_char(b, '[');
        for (uint32_t i = 0; i < v.list->count; i++) {
            put_value(b, v.list->items[i]);
            cg_buf_char(b, ',');
        }
        cg_buf_char(b, ']');
    }
}

static void put_map(cg_buf *b, const cg_map *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        cg_buf_printf(b, " %.*s=", CG_FMT(m->entries[i].key));
        put_value(b, m->entries[i].value);
    }
}

static void put_evidence(cg_buf *b, const cg_graph *g, uint32_t id)
{
    cg_evidence e;
    if (!cg_evidence_get(g, id, &e))
        return;
    cg_buf_printf(b, " @%.*s:%lld rule=%.*s note=%.*s", CG_FMT(e.source), (long long)e.offset, CG_FMT(e.rule), CG_FMT(e.note));
    for (uint32_t i = 0; i < e.n_nodes; i++)
        cg_buf_printf(b, " n%u", e.nodes[i]);
    for (uint32_t i = 0; i < e.n_rels; i++)
        cg_buf_printf(b, " r%llx", (unsigned long long)e.rels[i]);
}

static int32_t dump_nodes(cg_buf *out, const cg_graph *g, cg_arena *arena)
{
    for (cg_node n = 0; n < cg_graph_n_nodes(g); n++) {
        uint32_t labels[64], count = cg_node_labels(g, n, labels, 64);
        cg_str aliases[256];
        const cg_map *props;
        cg_buf_printf(out, "node %.*s :", CG_FMT(cg_node_id(g, n)));
        for (uint32_t i = 0; i < count; i++) {
            cg_buf_printf(out, " %.*s", CG_FMT(cg_name_get(g, CG_NAMES_LABEL, labels[i])));
            put_evidence(out, g, cg_label_evidence(g, n, labels[i]));
        }
        int32_t rc = cg_node_props(g, n, arena, &props, NULL);
        if (rc < 0)
            return rc;
        put_map(out, props);
        uint32_t n_aliases = cg_node_aliases(g, n, aliases, 256);
        for (uint32_t i = 0; i < n_aliases; i++)
            cg_buf_printf(out, " alias=%.*s", CG_FMT(aliases[i]));
        put_evidence(out, g, cg_node_evidence(g, n));
        cg_buf_printf(out, " name=%.*s\n", CG_FMT(cg_node_name(g, n)));
    }
    return CSPM_OK;
}

int32_t dump_graph(cg_buf *out, const cg_graph *g)
{
    cg_arena arena;
    cg_rel_iter it;
    cg_edge e;
    cg_arena_init(&arena, cg_graph_mem(g));
    int32_t rc = dump_nodes(out, g, &arena);
    cg_rel_iter_init(&it, g);
    while (rc == CSPM_OK && cg_rel_iter_next(&it, &e)) {
        const cg_map *props;
        cg_buf_printf(out, "rel %llx %.*s -%.*s-> %.*s", (unsigned long long)e.rel, CG_FMT(cg_node_id(g, e.from)),
                      CG_FMT(cg_name_get(g, CG_NAMES_KIND, e.kind)), CG_FMT(cg_node_id(g, e.to)));
        rc = cg_rel_props(g, e.rel, &arena, &props, NULL);
        if (rc == CSPM_OK)
            put_map(out, props);
        put_evidence(out, g, cg_rel_evidence(g, e.rel));
        cg_buf_printf(out, " likelihood=%u%s\n", cg_rel_likelihood(g, e.rel), cg_rel_conditional(g, e.rel) ? " conditional" : "");
    }
    cg_arena_free(&arena);
    for (int w = 0; w < 3; w++)
        for (uint32_t i = 0; i < cg_name_count(g, w); i++)
            cg_buf_printf(out, "name %d %u %.*s\n", w, i, CG_FMT(cg_name_get(g, w, i)));
    for (uint32_t i = 0; i < cg_name_count(g, CG_NAMES_LABEL); i++)
        cg_buf_printf(out, "label %u count %llu\n", i, (unsigned long long)cg_label_count(g, i));
    for (uint32_t i = 0; i < cg_name_count(g, CG_NAMES_KIND); i++)
        cg_buf_printf(out, "kind %u count %llu declared %d traversable %d\n", i, (unsigned long long)cg_kind_count(g, i),
                      cg_kind_declared_traversable(g, i), cg_kind_get_info(g, i)->traversable);
    for (uint32_t i = 0; i < cg_name_count(g, CG_NAMES_KEY); i++)
        cg_buf_printf(out, "key %u count %llu distinct %llu\n", i, (unsigned long long)cg_key_count(g, i),
                      (unsigned long long)cg_key_distinct(g, i));
    for (uint32_t i = 0; i < cg_source_count(g); i++) {
        cg_source_info s = cg_source_get(g, i);
        cg_buf_printf(out, "source %.*s %.*s %llu %llu %llu\n", CG_FMT(s.name), CG_FMT(s.dialect), (unsigned long long)s.bytes,
                      (unsigned long long)s.nodes, (unsigned long long)s.edges);
    }
    for (uint32_t i = 0; i < cg_diag_count(g); i++) {
        cg_diag d = cg_diag_get(g, i);
        cg_buf_printf(out, "diag %d %.*s:%lld %.*s: %.*s\n", d.severity, CG_FMT(d.source), (long long)d.offset, CG_FMT(d.code),
                      CG_FMT(d.message));
    }
    return rc < 0 ? rc : out->failed ? CSPM_E_NOMEM : CSPM_OK;
}

char *dump_text(const cg_graph *g)
{
    cg_buf out;
    cg_buf_init(&out, cg_graph_mem(g), 0);
    OK(dump_graph(&out, g));
    char *copy = strndup(out.data, out.length);
    cg_buf_free(&out);
    return copy;
}
