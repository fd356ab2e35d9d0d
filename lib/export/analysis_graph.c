/* The graph of the listed paths alone, in formats of graph tools: DOT, GraphML, OpenGraph. */
#include <stdlib.h>

#include "export/analysis_formats.h"
#include "export/escape.h"

typedef struct link {
    cg_node from, to; /* CG_NO_NODE as `from` = internet */
    cg_str kind;
    uint32_t likelihood, paths;
    bool conditional;
} link;

typedef struct subgraph {
    cg_node *nodes; /* ascending; the internet, when there, is the last */
    uint32_t n_nodes;
    link *links;
    uint32_t n_links;
} subgraph;

static int by_node(const void *a, const void *b)
{
    cg_node x = *(const cg_node *)a, y = *(const cg_node *)b;
    return x < y ? -1 : x > y;
}

static int by_ends(const void *a, const void *b)
{
    const link *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return cg_str_cmp(x->kind, y->kind);
}

static void settle(subgraph *s)
{
    uint32_t nodes = 0, links = 0;
    qsort(s->nodes, s->n_nodes, sizeof *s->nodes, by_node);
    qsort(s->links, s->n_links, sizeof *s->links, by_ends);
    for (uint32_t i = 0; i < s->n_nodes; i++)
        if (!nodes || s->nodes[nodes - 1] != s->nodes[i])
            s->nodes[nodes++] = s->nodes[i];
    for (uint32_t i = 0; i < s->n_links; i++)
        if (!links || by_ends(&s->links[links - 1], &s->links[i]))
            s->links[links++] = s->links[i];
        else
            s->links[links - 1].paths++;
    s->n_nodes = nodes;
    s->n_links = links;
}

static int32_t gather(cg_analysis_out *o, subgraph *s, cspm_error **err)
{
    size_t steps = 0;
    for (uint32_t i = 0; i < o->a->n_listed; i++)
        steps += o->a->paths[i].n_steps;
    *s = (subgraph){ 0 };
    s->nodes = cg_arena_alloc(&o->arena, (2 * steps + o->a->n_listed + 1) * sizeof *s->nodes);
    s->links = cg_arena_alloc(&o->arena, (steps + 1) * sizeof *s->links);
    if (!s->nodes || !s->links)
        return cg_nomem(o->mem, err);
    for (uint32_t i = 0; i < o->a->n_listed; i++) {
        const cg_attack_path *p = &o->a->paths[i];
        s->nodes[s->n_nodes++] = p->entry;
        for (uint32_t k = 0; k < p->n_steps; k++) {
            const cg_step *step = &p->steps[k];
            s->nodes[s->n_nodes++] = step->from;
            s->nodes[s->n_nodes++] = step->to;
            s->links[s->n_links++] = (link){ step->from, step->to, step->kind_name, step->likelihood, 1, step->conditional };
        }
    }
    if (s->n_nodes)
        settle(s);
    return CSPM_OK;
}

static const cg_node_risk *risk_of(const cg_analysis *a, cg_node n)
{
    uint32_t low = 0, high = a->n_node_risks;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (a->node_risks[mid].node < n)
            low = mid + 1;
        else
            high = mid;
    }
    return low < a->n_node_risks && a->node_risks[low].node == n ? &a->node_risks[low] : NULL;
}

static cg_str node_id(const cg_graph *g, cg_node n)
{
    return n == CG_NO_NODE ? CG_STR("internet") : cg_node_id(g, n);
}

static uint32_t position(const subgraph *s, cg_node n)
{
    return (uint32_t)((cg_node *)bsearch(&n, s->nodes, s->n_nodes, sizeof *s->nodes, by_node) - s->nodes);
}

int32_t cg_analysis_write_dot(cg_analysis_out *o, cspm_error **err)
{
    static const char *const fills[] = { "#eeeeee", "#cfe2ff", "#fff0b3", "#ffd6b8", "#ffc2cc" };
    cg_buf *b = o->out, label;
    subgraph s;
    int32_t rc = gather(o, &s, err);
    if (rc != CSPM_OK)
        return rc;
    cg_buf_init(&label, o->mem, 0);
    cg_buf_adds(b, "digraph attack_paths {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n"
                   "  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for (uint32_t i = 0; i < s.n_nodes; i++) {
        const cg_node_risk *risk = risk_of(o->a, s.nodes[i]);
        cg_buf_clear(&label);
        cg_buf_str(&label, cg_export_name(o->g, s.nodes[i]));
        cg_buf_char(&label, '\n');
        cg_buf_str(&label, cg_export_kind(o->g, s.nodes[i]));
        cg_buf_printf(b, "  n%u [label=", i);
        cg_escape_dot(b, cg_buf_view(&label));
        cg_buf_adds(b, ", tooltip=");
        cg_escape_dot(b, node_id(o->g, s.nodes[i]));
        cg_buf_printf(b, ", fillcolor=\"%s\"];\n", fills[risk ? risk->level : 0]);
    }
    for (uint32_t i = 0; i < s.n_links; i++) {
        cg_buf_printf(b, "  n%u -> n%u [label=", position(&s, s.links[i].from), position(&s, s.links[i].to));
        cg_escape_dot(b, s.links[i].kind);
        cg_buf_printf(b, ", penwidth=%u%s];\n", 1 + (s.links[i].paths > 1) + (s.links[i].paths > 5),
                      s.links[i].conditional ? ", style=dashed" : "");
    }
    cg_buf_adds(b, "}\n");
    b->failed |= label.failed;
    cg_buf_free(&label);
    return CSPM_OK;
}

static void data(cg_buf *b, const char *name, cg_str value)
{
    cg_buf_printf(b, "<data key=\"%s\">", name);
    cg_escape_xml(b, value);
    cg_buf_adds(b, "</data>");
}

static void graphml_node(cg_analysis_out *o, cg_node n)
{
    cg_buf *b = o->out;
    const cg_node_risk *risk = risk_of(o->a, n);
    cg_buf_adds(b, "<node id=\"");
    cg_escape_xml(b, node_id(o->g, n));
    cg_buf_adds(b, "\">");
    data(b, "name", cg_export_name(o->g, n));
    data(b, "kind", cg_export_kind(o->g, n));
    data(b, "riskLevel", cg_str_from(cg_level_name(risk ? risk->level : (cg_level)0)));
    cg_buf_adds(b, "<data key=\"riskScore\">");
    cg_buf_double(b, risk ? risk->score : 0);
    cg_buf_printf(b, "</data><data key=\"attackPaths\">%llu</data></node>\n", (unsigned long long)(risk ? risk->paths : 0));
}

int32_t cg_analysis_write_graphml(cg_analysis_out *o, cspm_error **err)
{
    cg_buf *b = o->out;
    subgraph s;
    int32_t rc = gather(o, &s, err);
    if (rc != CSPM_OK)
        return rc;
    cg_buf_adds(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
                   "<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
                   "<key id=\"kind\" for=\"all\" attr.name=\"kind\" attr.type=\"string\"/>\n"
                   "<key id=\"riskLevel\" for=\"node\" attr.name=\"riskLevel\" attr.type=\"string\"/>\n"
                   "<key id=\"riskScore\" for=\"node\" attr.name=\"riskScore\" attr.type=\"double\"/>\n"
                   "<key id=\"attackPaths\" for=\"node\" attr.name=\"attackPaths\" attr.type=\"long\"/>\n"
                   "<key id=\"likelihood\" for=\"edge\" attr.name=\"likelihood\" attr.type=\"double\"/>\n"
                   "<key id=\"conditional\" for=\"edge\" attr.name=\"conditional\" attr.type=\"boolean\"/>\n"
                   "<key id=\"paths\" for=\"edge\" attr.name=\"paths\" attr.type=\"long\"/>\n"
                   "<graph id=\"attack_paths\" edgedefault=\"directed\">\n");
    for (uint32_t i = 0; i < s.n_nodes; i++)
        graphml_node(o, s.nodes[i]);
    for (uint32_t i = 0; i < s.n_links; i++) {
        const link *l = &s.links[i];
        cg_buf_printf(b, "<edge id=\"e%u\" source=\"", i);
        cg_escape_xml(b, node_id(o->g, l->from));
        cg_buf_adds(b, "\" target=\"");
        cg_escape_xml(b, node_id(o->g, l->to));
        cg_buf_adds(b, "\">");
        data(b, "kind", l->kind);
        cg_buf_adds(b, "<data key=\"likelihood\">");
        cg_buf_double(b, l->likelihood / 1e6);
        cg_buf_printf(b, "</data><data key=\"conditional\">%s</data><data key=\"paths\">%u</data></edge>\n",
                      l->conditional ? "true" : "false", l->paths);
    }
    cg_buf_adds(b, "</graph>\n</graphml>\n");
    return CSPM_OK;
}

static int32_t opengraph_node(cg_analysis_out *o, cg_node n, cspm_error **err)
{
    cg_buf *b = o->out;
    const cg_map *properties = NULL;
    cg_buf_adds(b, "{\"id\":");
    cg_node_write_id(b, o->g, n);
    if (n == CG_NO_NODE) {
        cg_buf_adds(b, ",\"kinds\":[\"Internet\"],\"properties\":{\"name\":\"internet\"}}");
        return CSPM_OK;
    }
    cg_buf_adds(b, ",\"kinds\":");
    cg_kinds_write_json(b, o->g, n);
    cg_buf_adds(b, ",\"properties\":");
    int32_t rc = cg_node_props(o->g, n, &o->arena, &properties, err);
    if (rc == CSPM_OK)
        rc = cg_map_write_json(b, o->g, properties, err);
    cg_buf_char(b, '}');
    return rc;
}

int32_t cg_analysis_write_opengraph(cg_analysis_out *o, cspm_error **err)
{
    cg_buf *b = o->out;
    subgraph s;
    int32_t rc = gather(o, &s, err);
    cg_buf_adds(b, "{\"graph\":{\"nodes\":[");
    for (uint32_t i = 0; rc == CSPM_OK && i < s.n_nodes; i++) {
        cg_buf_adds(b, i ? ",\n" : "\n");
        rc = opengraph_node(o, s.nodes[i], err);
    }
    cg_buf_adds(b, "\n],\"edges\":[");
    for (uint32_t i = 0; rc == CSPM_OK && i < s.n_links; i++) {
        const link *l = &s.links[i];
        cg_buf_adds(b, i ? ",\n{\"kind\":" : "\n{\"kind\":");
        cg_json_write_string(b, l->kind);
        cg_buf_adds(b, ",\"start\":{\"match_by\":\"id\",\"value\":");
        cg_node_write_id(b, o->g, l->from);
        cg_buf_adds(b, "},\"end\":{\"match_by\":\"id\",\"value\":");
        cg_node_write_id(b, o->g, l->to);
        cg_buf_adds(b, "},\"properties\":{\"likelihood\":");
        cg_json_write_double(b, l->likelihood / 1e6);
        cg_buf_printf(b, ",\"conditional\":%s,\"paths\":%u}}", l->conditional ? "true" : "false", l->paths);
    }
    cg_buf_adds(b, "\n]}}\n");
    return rc;
}
