/* GraphML. A property has one declared type: its own when every value has it, else string with values as JSON. So the graph is walked
 * twice, first for the types. Vertices are named by number, so that no id can collide once made fit for XML; the id is a data element. */
#include "export/escape.h"
#include "export/graph_formats.h"

typedef struct types {
    uint16_t *node, *rel; /* per key: bit of each cg_type seen */
} types;

static void note_types(const cg_graph *g, uint16_t *seen, const cg_map *props)
{
    for (uint32_t i = 0; props && i < props->count; i++) {
        uint32_t key = cg_name_find(g, CG_NAMES_KEY, props->entries[i].key);
        if (key != CG_NO_NAME)
            seen[key] |= (uint16_t)(1u << props->entries[i].value.type);
    }
}

static int32_t find_types(cg_graph_out *o, types *t, cspm_error **err)
{
    cg_rel_iter it;
    cg_edge e;
    const cg_map *props;
    int32_t rc = CSPM_OK;
    for (cg_node n = 0; n < cg_graph_n_nodes(o->g) && rc == CSPM_OK; n++) {
        if ((rc = cg_node_props(o->g, n, &o->arena, &props, err)) == CSPM_OK) {
            note_types(o->g, t->node, props);
            rc = cg_graph_out_step(o, err);
        }
    }
    cg_rel_iter_init(&it, o->g);
    while (rc == CSPM_OK && cg_rel_iter_next(&it, &e)) {
        if ((rc = cg_rel_props(o->g, e.rel, &o->arena, &props, err)) == CSPM_OK) {
            note_types(o->g, t->rel, props);
            rc = cg_graph_out_step(o, err);
        }
    }
    return rc;
}

static const char *graphml_type(uint16_t seen)
{
    return seen == 1u << CG_BOOL ? "boolean" : seen == 1u << CG_INT ? "long" : seen == 1u << CG_FLOAT ? "double" : "string";
}

/* Our own attributes come first; a property of the same name must not be taken for one of them. */
static bool is_own(cg_str name)
{
    return cg_str_eq(name, CG_STR("id")) || cg_str_eq(name, CG_STR("kinds")) || cg_str_eq(name, CG_STR("kind")) ||
           cg_str_eq(name, CG_STR("derived"));
}

static void declare(cg_graph_out *o, char domain, const uint16_t *seen)
{
    for (uint32_t key = 0; key < cg_name_count(o->g, CG_NAMES_KEY); key++) {
        cg_str name = cg_name_get(o->g, CG_NAMES_KEY, key);
        if (!seen[key])
            continue;
        cg_buf_printf(o->out, "  <key id=\"%c%u\" for=\"%s\" attr.name=\"%s", domain, key, domain == 'n' ? "node" : "edge",
                      is_own(name) ? "property." : "");
        cg_escape_xml(o->out, name);
        cg_buf_printf(o->out, "\" attr.type=\"%s\"/>\n", graphml_type(seen[key]));
    }
}

static int32_t write_props(cg_graph_out *o, char domain, const uint16_t *seen, const cg_map *props, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; props && i < props->count && rc == CSPM_OK; i++) {
        cg_value v = props->entries[i].value;
        uint32_t key = cg_name_find(o->g, CG_NAMES_KEY, props->entries[i].key);
        if (key == CG_NO_NAME)
            continue;
        cg_buf_clear(&o->scratch);
        /* XML Schema's names for what is no number */
        if (v.type == CG_FLOAT && seen[key] == 1u << CG_FLOAT && (v.real - v.real != 0.0))
            cg_buf_adds(&o->scratch, v.real > 0 ? "INF" : v.real < 0 ? "-INF" : "NaN");
        else
            rc = cg_value_write_text(&o->scratch, o->g, v, err);
        cg_buf_printf(o->out, "<data key=\"%c%u\">", domain, key);
        cg_escape_xml(o->out, cg_buf_view(&o->scratch));
        cg_buf_adds(o->out, "</data>");
    }
    return rc;
}

static int32_t write_node(cg_graph_out *o, const types *t, cg_node n, cspm_error **err)
{
    const cg_map *props = NULL;
    uint32_t *labels, count;
    int32_t rc = cg_graph_out_labels(o, n, &labels, &count, err);
    if (rc < 0 || (rc = cg_node_props(o->g, n, &o->arena, &props, err)) < 0)
        return rc;
    cg_buf_printf(o->out, "    <node id=\"n%u\"><data key=\"id\">", n);
    cg_escape_xml(o->out, cg_node_id(o->g, n));
    cg_buf_adds(o->out, "</data><data key=\"kinds\">");
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            cg_buf_char(o->out, ';');
        cg_escape_xml(o->out, cg_name_get(o->g, CG_NAMES_LABEL, labels[i]));
    }
    cg_buf_adds(o->out, "</data>");
    rc = write_props(o, 'n', t->node, props, err);
    cg_buf_adds(o->out, "</node>\n");
    return rc;
}

static int32_t write_rel(cg_graph_out *o, const types *t, const cg_edge *e, uint64_t number, cspm_error **err)
{
    const cg_map *props = NULL;
    int32_t rc = cg_rel_props(o->g, e->rel, &o->arena, &props, err);
    if (rc < 0)
        return rc;
    cg_buf_printf(o->out, "    <edge id=\"e%llu\" source=\"n%u\" target=\"n%u\"><data key=\"kind\">", (unsigned long long)number, e->from,
                  e->to);
    cg_escape_xml(o->out, cg_name_get(o->g, CG_NAMES_KIND, e->kind));
    cg_buf_printf(o->out, "</data><data key=\"derived\">%s</data>", number >= o->n_base ? "true" : "false");
    rc = write_props(o, 'e', t->rel, props, err);
    cg_buf_adds(o->out, "</edge>\n");
    return rc;
}

static int32_t write_graph(cg_graph_out *o, const types *t, cspm_error **err)
{
    cg_rel_iter it;
    cg_edge e;
    uint64_t i = 0;
    int32_t rc = CSPM_OK;
    cg_buf_adds(o->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
                        "  <key id=\"id\" for=\"node\" attr.name=\"id\" attr.type=\"string\"/>\n"
                        "  <key id=\"kinds\" for=\"node\" attr.name=\"kinds\" attr.type=\"string\"/>\n"
                        "  <key id=\"kind\" for=\"edge\" attr.name=\"kind\" attr.type=\"string\"/>\n"
                        "  <key id=\"derived\" for=\"edge\" attr.name=\"derived\" attr.type=\"boolean\"/>\n");
    declare(o, 'n', t->node);
    declare(o, 'e', t->rel);
    cg_buf_adds(o->out, "  <graph edgedefault=\"directed\">\n");
    for (cg_node n = 0; n < cg_graph_n_nodes(o->g) && rc == CSPM_OK; n++) {
        if ((rc = write_node(o, t, n, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    cg_rel_iter_init(&it, o->g);
    for (; rc == CSPM_OK && cg_rel_iter_next(&it, &e); i++) {
        if ((rc = write_rel(o, t, &e, i, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    cg_buf_adds(o->out, "  </graph>\n</graphml>\n");
    return rc;
}

int32_t cg_graph_write_graphml(cg_graph_out *o, cspm_error **err)
{
    uint32_t n = cg_name_count(o->g, CG_NAMES_KEY);
    types t = { .node = cg_calloc(o->mem, (size_t)n + 1, sizeof *t.node), .rel = cg_calloc(o->mem, (size_t)n + 1, sizeof *t.rel) };
    int32_t rc = t.node && t.rel ? CSPM_OK : cg_nomem(o->mem, err);
    if (rc == CSPM_OK)
        cg_op_phase(o->op, CSPM_PHASE_WRITE, 2 * (cg_graph_n_nodes(o->g) + cg_graph_n_rels(o->g)));
    if (rc == CSPM_OK && (rc = find_types(o, &t, err)) == CSPM_OK)
        rc = write_graph(o, &t, err);
    cg_free(o->mem, t.node);
    cg_free(o->mem, t.rel);
    return rc;
}
