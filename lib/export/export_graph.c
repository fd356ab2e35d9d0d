/* A graph in outside formats: which there are, and which of them leave the derived layers out. */
#include "graph/layer.h"

#include "export/graph_formats.h"

typedef struct graph_format {
    const char *name;
    int32_t (*write)(cg_graph_out *o, cspm_error **err);
    bool inventory; /* only what was read: deriving again must not meet what was derived before */
} graph_format;

static const graph_format formats[] = { { "opengraph", cg_graph_write_opengraph, true },
                                        { "opengraph-schema", cg_graph_write_opengraph_schema, false },
                                        { "graphml", cg_graph_write_graphml, false },
                                        { "dot", cg_graph_write_dot, false },
                                        { "csv", cg_graph_write_csv, false },
                                        { "ndjson", cg_graph_write_ndjson, false } };
#define N_FORMATS (sizeof formats / sizeof formats[0])

/* Those of an analysis, in the order of its writers. */
static const char *const analysis_formats[] = { "table", "json", "ndjson", "csv", "html", "dot", "graphml", "opengraph", "arg" };
#define N_ANALYSIS_FORMATS (sizeof analysis_formats / sizeof analysis_formats[0])

uint32_t cg_export_format_count(bool analysis)
{
    return analysis ? N_ANALYSIS_FORMATS : N_FORMATS;
}

const char *cg_export_format_name(bool analysis, uint32_t i)
{
    if (i >= cg_export_format_count(analysis))
        return NULL;
    return analysis ? analysis_formats[i] : formats[i].name;
}

int32_t cg_graph_out_step(cg_graph_out *o, cspm_error **err)
{
    cg_arena_reset(&o->arena);
    cg_op_advance(o->op, 1);
    if (o->out->failed || o->scratch.failed)
        return cg_nomem(o->mem, err);
    return CG_OP_DUE_BY(o->ticks, 32) ? cg_op_check(o->op, o->mem, err) : CSPM_OK; /* an item may be a long text */
}

int32_t cg_graph_out_labels(cg_graph_out *o, cg_node n, uint32_t **labels, uint32_t *count, cspm_error **err)
{
    *count = cg_node_labels(o->g, n, NULL, 0);
    *labels = cg_arena_alloc(&o->arena, ((size_t)*count + 1) * sizeof **labels);
    if (!*labels)
        return cg_nomem(o->mem, err);
    cg_node_labels(o->g, n, *labels, *count);
    return CSPM_OK;
}

static int32_t unknown_format(cg_mem *mem, cg_str format, cspm_error **err)
{
    cg_buf known;
    cg_buf_init(&known, mem, 0);
    for (size_t i = 0; i < N_FORMATS; i++)
        cg_buf_printf(&known, "%s%s", i ? ", " : "", formats[i].name);
    int32_t rc = known.failed ? cg_nomem(mem, err)
                              : cg_fail(mem, err, CSPM_E_UNSUPPORTED, "a graph has no format \"%.*s\"; there are %.*s", CG_FMT(format),
                                        CG_FMT(cg_buf_view(&known)));
    cg_buf_free(&known);
    return rc;
}

int32_t cg_export_graph(cg_graph *g, cg_str format, cspm_op *op, cg_buf *out, cspm_error **err)
{
    const graph_format *found = NULL;
    cg_mem *mem = cg_graph_mem(g);
    cg_graph *inventory = NULL;
    int32_t rc = CSPM_OK;
    for (size_t i = 0; i < N_FORMATS && !found; i++) {
        if (cg_str_eq(format, cg_str_from(formats[i].name)))
            found = &formats[i];
    }
    if (!found)
        return unknown_format(mem, format, err);
    if (found->inventory) {
        if ((rc = cg_graph_drop_layers(g, 1, &inventory, err)) < 0)
            return rc;
        g = inventory;
    }
    cg_graph_out o = { .g = g, .op = op, .mem = mem, .out = out, .n_base = cg_graph_n_base_rels(g) };
    cg_buf_init(&o.scratch, mem, 0);
    cg_arena_init(&o.arena, mem);
    cg_op_phase(op, CSPM_PHASE_WRITE, cg_graph_n_nodes(g) + cg_graph_n_rels(g));
    rc = found->write(&o, err);
    if (rc == CSPM_OK && out->failed)
        rc = cg_nomem(mem, err);
    cg_buf_free(&o.scratch);
    cg_arena_free(&o.arena);
    cg_graph_unref(inventory);
    return rc;
}
