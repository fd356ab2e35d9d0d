/* Steps and their evidence in the contract's JSON. */
#include "analysis/analysis.h"

void cg_node_write_id(cg_buf *b, const cg_graph *g, cg_node n)
{
    cg_json_write_string(b, n == CG_NO_NODE ? CG_STR("internet") : cg_node_id(g, n));
}

void cg_rel_write_json(cg_buf *b, const cg_graph *g, cg_rel rel)
{
    cg_edge e = cg_rel_get(g, rel);
    cg_buf_char(b, '[');
    cg_node_write_id(b, g, e.from);
    cg_buf_char(b, ',');
    cg_json_write_string(b, cg_name_get(g, CG_NAMES_KIND, e.kind));
    cg_buf_char(b, ',');
    cg_node_write_id(b, g, e.to);
    cg_buf_char(b, ']');
}

static void write_text_or_null(cg_buf *b, cg_str s)
{
    if (s.length)
        cg_json_write_string(b, s);
    else
        cg_buf_adds(b, "null");
}

static void write_source(cg_buf *b, const cg_evidence *e, cg_lines *lines)
{
    uint32_t line = cg_lines_find(lines, e->source, e->offset);
    cg_buf place;
    if (!line) {
        write_text_or_null(b, e->source);
        return;
    }
    cg_buf_init(&place, b->mem, 0);
    cg_buf_str(&place, e->source);
    cg_buf_printf(&place, ":%u", line);
    b->failed |= place.failed;
    cg_json_write_string(b, cg_buf_view(&place));
    cg_buf_free(&place);
}

void cg_evidence_write_json(cg_buf *b, const cg_graph *g, uint32_t evidence, cg_lines *lines)
{
    cg_evidence e;
    if (!cg_evidence_get(g, evidence, &e)) {
        cg_buf_adds(b, "{\"rule\":null,\"nodes\":[],\"edges\":[],\"source\":null,\"note\":null}");
        return;
    }
    cg_buf_adds(b, "{\"rule\":");
    write_text_or_null(b, e.rule);
    cg_buf_adds(b, ",\"nodes\":[");
    for (uint32_t i = 0; i < e.n_nodes; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_node_write_id(b, g, e.nodes[i]);
    }
    cg_buf_adds(b, "],\"edges\":[");
    for (uint32_t i = 0; i < e.n_rels; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_rel_write_json(b, g, e.rels[i]);
    }
    cg_buf_adds(b, "],\"source\":");
    write_source(b, &e, lines);
    cg_buf_adds(b, ",\"note\":");
    write_text_or_null(b, e.note);
    cg_buf_char(b, '}');
}

void cg_step_write_json(cg_buf *b, const cg_graph *g, const cg_step *s, cg_lines *lines)
{
    cg_buf_adds(b, "{\"from\":");
    cg_node_write_id(b, g, s->from);
    cg_buf_adds(b, ",\"to\":");
    cg_node_write_id(b, g, s->to);
    cg_buf_adds(b, ",\"kind\":");
    cg_json_write_string(b, s->kind_name);
    cg_buf_adds(b, ",\"technique\":");
    write_text_or_null(b, s->technique);
    cg_buf_adds(b, ",\"tactic\":");
    write_text_or_null(b, s->tactic);
    cg_buf_adds(b, ",\"likelihood\":");
    cg_json_write_double(b, s->likelihood / 1e6);
    cg_buf_printf(b, ",\"conditional\":%s,\"evidence\":[", s->conditional ? "true" : "false");
    for (uint32_t i = 0; i < s->n_evidence; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_evidence_write_json(b, g, s->evidence[i], lines);
    }
    cg_buf_adds(b, "]}");
}
