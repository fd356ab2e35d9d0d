/* An analysis in outside formats: the dispatcher, and paths between two sets. */
#include "export/analysis_formats.h"

typedef int32_t (*analysis_writer)(cg_analysis_out *o, cspm_error **err);

static const struct {
    const char *name;
    analysis_writer write;
} writers[] = {
    { "table", cg_analysis_write_table },     { "json", cg_analysis_write_json },           { "ndjson", cg_analysis_write_ndjson },
    { "csv", cg_analysis_write_csv },         { "html", cg_analysis_write_html },           { "dot", cg_analysis_write_dot },
    { "graphml", cg_analysis_write_graphml }, { "opengraph", cg_analysis_write_opengraph },
    { "arg", cg_analysis_write_arg },
};
#define N_WRITERS (sizeof writers / sizeof *writers)
#define DEFAULT_WIDTH 100

cg_str cg_export_name(const cg_graph *g, cg_node n)
{
    return n == CG_NO_NODE ? CG_STR("internet") : cg_node_name(g, n);
}

cg_str cg_export_kind(const cg_graph *g, cg_node n)
{
    uint32_t label;
    if (n == CG_NO_NODE)
        return CG_STR("Internet");
    return cg_node_labels(g, n, &label, 1) ? cg_name_get(g, CG_NAMES_LABEL, label) : CG_STR("Node");
}

static int32_t unknown_format(cg_mem *mem, const char *what, cg_str format, cg_str known, cspm_error **err)
{
    return cg_fail(mem, err, CSPM_E_UNSUPPORTED, "%s has no format \"%.*s\"; there are %.*s", what, CG_FMT(format), CG_FMT(known));
}

static int32_t no_such_writer(cg_mem *mem, cg_str format, cspm_error **err)
{
    cg_buf known;
    cg_buf_init(&known, mem, 0);
    for (size_t i = 0; i < N_WRITERS; i++)
        cg_buf_printf(&known, "%s%s", i ? ", " : "", writers[i].name);
    int32_t rc = known.failed ? cg_nomem(mem, err) : unknown_format(mem, "an analysis", format, cg_buf_view(&known), err);
    cg_buf_free(&known);
    return rc;
}

int32_t cg_export_analysis(cg_analysis *a, cg_str format, const cg_export_style *style, cspm_op *op, cg_buf *out, cspm_error **err)
{
    cg_analysis_out o = { .a = a, .g = a->graph, .op = op, .mem = a->mem, .out = out };
    analysis_writer write = NULL;
    for (size_t i = 0; i < N_WRITERS && !write; i++)
        if (cg_str_eq(format, cg_str_from(writers[i].name)))
            write = writers[i].write;
    if (!write)
        return no_such_writer(a->mem, format, err);
    if (style)
        o.style = *style;
    if (!o.style.width)
        o.style.width = DEFAULT_WIDTH;
    cg_arena_init(&o.arena, a->mem);
    int32_t rc = cg_lines_new(a->graph, op, &o.lines, err);
    if (rc == CSPM_OK) {
        cg_op_phase(op, CSPM_PHASE_WRITE, 0);
        rc = write(&o, err);
    }
    if (rc == CSPM_OK && out->failed)
        rc = cg_nomem(a->mem, err);
    cg_lines_free(o.lines);
    cg_arena_free(&o.arena);
    return rc;
}

static void between_json(const cg_between *b, const cg_graph *g, cg_buf *out, cg_lines *lines)
{
    const char *truncated = cg_truncated_name(b->truncated);
    cg_buf_printf(out, "{\"found\":%s,\"paths\":[", b->n_paths ? "true" : "false");
    for (uint32_t i = 0; i < b->n_paths; i++) {
        const struct cg_between_path *p = &b->paths[i];
        cg_buf_adds(out, i ? ",\n{\"cost\":" : "\n{\"cost\":");
        cg_json_write_double(out, (double)p->cost / CG_COST_UNIT);
        cg_buf_adds(out, ",\"likelihood\":");
        cg_json_write_double(out, p->likelihood);
        cg_buf_printf(out, ",\"length\":%u,\"conditional\":%s,\"from\":", p->n_steps, p->conditional ? "true" : "false");
        cg_node_write_id(out, g, p->from);
        cg_buf_adds(out, ",\"to\":");
        cg_node_write_id(out, g, p->to);
        cg_buf_adds(out, ",\"steps\":[");
        for (uint32_t k = 0; k < p->n_steps; k++) {
            cg_buf_adds(out, k ? "," : "");
            cg_step_write_json(out, g, &p->steps[k], lines);
        }
        cg_buf_adds(out, "]}");
    }
    cg_buf_printf(out, truncated ? "],\"truncated\":\"%s\"}\n" : "],\"truncated\":null}\n", truncated);
}

int32_t cg_export_between(const cg_between *b, cg_graph *g, cg_str format, const cg_export_style *style, cg_buf *out, cspm_error **err)
{
    cg_lines *lines = NULL;
    bool json = cg_str_eq(format, CG_STR("json"));
    if (!json && !cg_str_eq(format, CG_STR("table")))
        return unknown_format(b->mem, "a list of paths", format, CG_STR("json, table"), err);
    int32_t rc = cg_lines_new(g, NULL, &lines, err);
    if (rc != CSPM_OK)
        return rc;
    if (json)
        between_json(b, g, out, lines);
    else
        cg_between_write_table(b, g, style, out);
    cg_lines_free(lines);
    return out->failed ? cg_nomem(b->mem, err) : CSPM_OK;
}
