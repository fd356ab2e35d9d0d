/* One JSON object a line, nodes before relationships, the whole graph with everything derived; values as in query results. */
#include "export/graph_formats.h"

int32_t cg_graph_write_ndjson(cg_graph_out *o, cspm_error **err)
{
    cg_rel_iter it;
    cg_edge e;
    int32_t rc = CSPM_OK;
    for (cg_node n = 0; n < cg_graph_n_nodes(o->g) && rc == CSPM_OK; n++) {
        cg_buf_adds(o->out, "{\"node\":");
        if ((rc = cg_value_write_json(o->out, o->g, cg_v_node(n), err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
        cg_buf_adds(o->out, "}\n");
    }
    cg_rel_iter_init(&it, o->g);
    while (rc == CSPM_OK && cg_rel_iter_next(&it, &e)) {
        cg_buf_adds(o->out, "{\"relationship\":");
        if ((rc = cg_value_write_json(o->out, o->g, cg_v_rel(e.rel), err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
        cg_buf_adds(o->out, "}\n");
    }
    return rc;
}
