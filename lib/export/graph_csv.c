/* One CSV table (RFC 4180): a `record` column tells nodes from relationships. Kinds are separated by semicolons, properties are JSON. */
#include "export/escape.h"
#include "export/graph_formats.h"

static void field(cg_graph_out *o, cg_str s, char end)
{
    cg_escape_csv(o->out, s);
    if (end == '\n')
        cg_buf_adds(o->out, "\r\n");
    else
        cg_buf_char(o->out, ',');
}

static int32_t properties(cg_graph_out *o, const cg_map *props, cspm_error **err)
{
    cg_buf_clear(&o->scratch);
    int32_t rc = cg_map_write_json(&o->scratch, o->g, props, err);
    if (rc == CSPM_OK)
        field(o, cg_buf_view(&o->scratch), '\n');
    return rc;
}

static int32_t write_node(cg_graph_out *o, cg_node n, cspm_error **err)
{
    const cg_map *props = NULL;
    uint32_t *labels, count;
    int32_t rc = cg_graph_out_labels(o, n, &labels, &count, err);
    if (rc < 0 || (rc = cg_node_props(o->g, n, &o->arena, &props, err)) < 0)
        return rc;
    cg_buf_adds(o->out, "node,");
    field(o, cg_node_id(o->g, n), ',');
    field(o, cg_node_name(o->g, n), ',');
    cg_buf_clear(&o->scratch);
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            cg_buf_char(&o->scratch, ';');
        cg_buf_str(&o->scratch, cg_name_get(o->g, CG_NAMES_LABEL, labels[i]));
    }
    field(o, cg_buf_view(&o->scratch), ',');
    cg_buf_adds(o->out, ",,,,");
    return properties(o, props, err);
}

static int32_t write_rel(cg_graph_out *o, const cg_edge *e, bool derived, cspm_error **err)
{
    const cg_map *props = NULL;
    int32_t rc = cg_rel_props(o->g, e->rel, &o->arena, &props, err);
    if (rc < 0)
        return rc;
    cg_buf_adds(o->out, "relationship,,,");
    field(o, cg_name_get(o->g, CG_NAMES_KIND, e->kind), ',');
    field(o, cg_node_id(o->g, e->from), ',');
    field(o, cg_node_id(o->g, e->to), ',');
    cg_buf_adds(o->out, derived ? "true," : "false,");
    cg_buf_adds(o->out, cg_rel_conditional(o->g, e->rel) ? "true," : "false,");
    return properties(o, props, err);
}

int32_t cg_graph_write_csv(cg_graph_out *o, cspm_error **err)
{
    cg_rel_iter it;
    cg_edge e;
    uint64_t i = 0;
    int32_t rc = CSPM_OK;
    cg_buf_adds(o->out, "record,id,name,kinds,start,end,derived,conditional,properties\r\n");
    for (cg_node n = 0; n < cg_graph_n_nodes(o->g) && rc == CSPM_OK; n++) {
        if ((rc = write_node(o, n, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    cg_rel_iter_init(&it, o->g);
    for (; rc == CSPM_OK && cg_rel_iter_next(&it, &e); i++) {
        if ((rc = write_rel(o, &e, i >= o->n_base, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    return rc;
}
