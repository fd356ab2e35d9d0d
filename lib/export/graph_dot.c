/* Graphviz DOT. Vertices are named by number, so that no id can collide or act as syntax; the id is the tooltip. Derived relationships are
 * dashed, conditional ones dotted. */
#include "export/escape.h"
#include "export/graph_formats.h"

static int32_t write_node(cg_graph_out *o, cg_node n, cspm_error **err)
{
    uint32_t *labels, count;
    int32_t rc = cg_graph_out_labels(o, n, &labels, &count, err);
    if (rc < 0)
        return rc;
    cg_buf_clear(&o->scratch);
    cg_buf_str(&o->scratch, cg_node_name(o->g, n));
    if (count) {
        cg_buf_char(&o->scratch, '\n');
        cg_buf_str(&o->scratch, cg_name_get(o->g, CG_NAMES_LABEL, labels[0]));
    }
    cg_buf_printf(o->out, "  n%u [label=", n);
    cg_escape_dot(o->out, cg_buf_view(&o->scratch));
    cg_buf_adds(o->out, ", tooltip=");
    cg_escape_dot(o->out, cg_node_id(o->g, n));
    cg_buf_adds(o->out, "];\n");
    return CSPM_OK;
}

int32_t cg_graph_write_dot(cg_graph_out *o, cspm_error **err)
{
    cg_rel_iter it;
    cg_edge e;
    uint64_t i = 0;
    int32_t rc = CSPM_OK;
    cg_buf_adds(
        o->out,
        "digraph cspmgraph {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", "
        "fontsize=10];\n");
    for (cg_node n = 0; n < cg_graph_n_nodes(o->g) && rc == CSPM_OK; n++) {
        if ((rc = write_node(o, n, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    cg_rel_iter_init(&it, o->g);
    for (; rc == CSPM_OK && cg_rel_iter_next(&it, &e); i++) {
        cg_buf_printf(o->out, "  n%u -> n%u [label=", e.from, e.to);
        cg_escape_dot(o->out, cg_name_get(o->g, CG_NAMES_KIND, e.kind));
        cg_buf_adds(o->out, cg_rel_conditional(o->g, e.rel) ? ", style=dotted];\n" : i >= o->n_base ? ", style=dashed];\n" : "];\n");
        rc = cg_graph_out_step(o, err);
    }
    cg_buf_adds(o->out, "}\n");
    return rc;
}
