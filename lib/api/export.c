/* Exports. */
#include "cspmgraph/export.h"

#include "api/api.h"
#include "export/export.h"

static int32_t finish(cg_buf *b, int32_t rc, cspm_buffer **out, cspm_error **err)
{
    if (rc == CSPM_OK && b->failed)
        rc = cg_nomem(b->mem, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(b, out, err);
    cg_buf_free(b);
    return rc;
}

int32_t cspm_graph_export(cspm_graph *graph, const char *format, cspm_op *op, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    if (!graph || !format || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_buf_init(&b, cg_graph_mem(graph), 0);
    return finish(&b, cg_export_graph(graph, api_str(format, CSPM_NUL), op, &b, err), out, err);
}

int32_t cspm_analysis_export(cspm_analysis *analysis, const char *format, const cspm_export_options *options, cspm_op *op,
                             cspm_buffer **out, cspm_error **err)
{
    cspm_export_options known;
    cg_buf b;
    if (!analysis || !format || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    if (!api_sized(&known, sizeof known, options))
        return cg_fail(analysis->mem, err, CSPM_E_ABI, "cspm_export_options has fields this library does not know");
    cg_export_style style = { .colour = known.colour != 0, .width = known.width };
    cg_buf_init(&b, analysis->mem, 0);
    return finish(&b, cg_export_analysis(analysis, api_str(format, CSPM_NUL), &style, op, &b, err), out, err);
}

int32_t cspm_analysis_drawing(cspm_analysis *analysis, cspm_buffer **out, uint32_t *n_vertices, const uint32_t **ends, uint32_t *n_edges,
                              const uint32_t **columns, cspm_error **err)
{
    cg_arena arena;
    cg_drawing drawing;
    void *bytes;
    if (!analysis || !out || !n_vertices || !ends || !n_edges || !columns)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_arena_init(&arena, analysis->mem);
    int32_t rc = cg_analysis_drawing(analysis, &arena, &drawing, err);
    if (rc == CSPM_OK)
        rc = cg_buffer_new(analysis->mem, (2 * (size_t)drawing.n_edges + drawing.n_nodes) * sizeof(uint32_t), out, &bytes, err);
    if (rc == CSPM_OK) {
        uint32_t *words = bytes;
        if (drawing.n_edges)
            memcpy(words, drawing.ends, 2 * (size_t)drawing.n_edges * sizeof *words);
        if (drawing.n_nodes)
            memcpy(words + 2 * (size_t)drawing.n_edges, drawing.column, drawing.n_nodes * sizeof *words);
        *ends = words;
        *columns = words + 2 * (size_t)drawing.n_edges;
        *n_vertices = drawing.n_nodes;
        *n_edges = drawing.n_edges;
    }
    cg_arena_free(&arena);
    return rc;
}

int32_t cspm_analysis_html(cspm_analysis *analysis, const double *x, const double *y, uint32_t n_vertices, cspm_op *op, cspm_buffer **out,
                           cspm_error **err)
{
    cg_buf b;
    if (!analysis || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_export_style style = { .x = x, .y = y, .n_places = x && y ? n_vertices : 0 };
    cg_buf_init(&b, analysis->mem, 0);
    return finish(&b, cg_export_analysis(analysis, CG_STR("html"), &style, op, &b, err), out, err);
}

const char *cspm_export_format(uint32_t what, uint32_t i)
{
    return what <= 1 && i < cg_export_format_count(what == 1) ? cg_export_format_name(what == 1, i) : NULL;
}
