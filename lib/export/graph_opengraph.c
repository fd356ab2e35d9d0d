/* BloodHound OpenGraph. Ids, kinds and property names are kept exactly as they are, so that reading the file back gives the same graph;
 * BloodHound's own narrower rules (three kinds, lower-case names, no colon in ids) are not applied. */
#include "export/graph_formats.h"

static int32_t write_node(cg_graph_out *o, cg_node n, cspm_error **err)
{
    const cg_map *props = NULL;
    uint32_t *labels, count;
    int32_t rc = cg_graph_out_labels(o, n, &labels, &count, err);
    if (rc < 0 || (rc = cg_node_props(o->g, n, &o->arena, &props, err)) < 0)
        return rc;
    cg_buf_adds(o->out, "{\"id\":");
    cg_json_write_string(o->out, cg_node_id(o->g, n));
    cg_buf_adds(o->out, ",\"kinds\":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            cg_buf_char(o->out, ',');
        cg_json_write_string(o->out, cg_name_get(o->g, CG_NAMES_LABEL, labels[i]));
    }
    cg_buf_adds(o->out, "],\"properties\":");
    rc = cg_map_write_json(o->out, o->g, props, err);
    cg_buf_char(o->out, '}');
    return rc;
}

static int32_t write_edge(cg_graph_out *o, const cg_edge *e, cspm_error **err)
{
    const cg_map *props = NULL;
    int32_t rc = cg_rel_props(o->g, e->rel, &o->arena, &props, err);
    if (rc < 0)
        return rc;
    cg_buf_adds(o->out, "{\"kind\":");
    cg_json_write_string(o->out, cg_name_get(o->g, CG_NAMES_KIND, e->kind));
    cg_buf_adds(o->out, ",\"start\":{\"match_by\":\"id\",\"value\":");
    cg_json_write_string(o->out, cg_node_id(o->g, e->from));
    cg_buf_adds(o->out, "},\"end\":{\"match_by\":\"id\",\"value\":");
    cg_json_write_string(o->out, cg_node_id(o->g, e->to));
    cg_buf_char(o->out, '}');
    if (props && props->count) {
        cg_buf_adds(o->out, ",\"properties\":");
        rc = cg_map_write_json(o->out, o->g, props, err);
    }
    cg_buf_char(o->out, '}');
    return rc;
}

int32_t cg_graph_write_opengraph(cg_graph_out *o, cspm_error **err)
{
    cg_rel_iter it;
    cg_edge e;
    int32_t rc = CSPM_OK;
    cg_buf_adds(o->out, "{\"graph\":{\"nodes\":[");
    for (cg_node n = 0; n < cg_graph_n_nodes(o->g) && rc == CSPM_OK; n++) {
        cg_buf_adds(o->out, n ? ",\n" : "\n");
        if ((rc = write_node(o, n, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    cg_buf_adds(o->out, "\n],\"edges\":[");
    cg_rel_iter_init(&it, o->g);
    for (bool first = true; rc == CSPM_OK && cg_rel_iter_next(&it, &e); first = false) {
        cg_buf_adds(o->out, first ? "\n" : ",\n");
        if ((rc = write_edge(o, &e, err)) == CSPM_OK)
            rc = cg_graph_out_step(o, err);
    }
    cg_buf_adds(o->out, "\n]}}\n");
    return rc;
}

/* The extension definition to go with it: OpenGraph says in a file of its own which kinds can be traversed. What an input declared is kept,
 * else what the derive stage decided. */
int32_t cg_graph_write_opengraph_schema(cg_graph_out *o, cspm_error **err)
{
    uint32_t n_labels = cg_name_count(o->g, CG_NAMES_LABEL), n_kinds = cg_name_count(o->g, CG_NAMES_KIND);
    int32_t rc = CSPM_OK;
    cg_buf_adds(o->out, "{\"schema\":{\"name\":\"cspmgraph\",\"display_name\":\"cspmgraph\",\"version\":\"v1.0.0\",\"namespace\":\"CSPM\"},"
                        "\n\"node_kinds\":[");
    bool first = true;
    for (uint32_t i = 0; i < n_labels && rc == CSPM_OK; i++) {
        if (!cg_label_count(o->g, i))
            continue; /* only mentioned somewhere */
        cg_buf_adds(o->out, first ? "\n{\"name\":" : ",\n{\"name\":");
        cg_json_write_string(o->out, cg_name_get(o->g, CG_NAMES_LABEL, i));
        cg_buf_char(o->out, '}');
        rc = cg_graph_out_step(o, err);
        first = false;
    }
    cg_buf_adds(o->out, "\n],\n\"relationship_kinds\":[");
    for (uint32_t i = 0; i < n_kinds && rc == CSPM_OK; i++) {
        int declared = cg_kind_declared_traversable(o->g, i);
        bool traversable = declared >= 0 ? declared == 1 : cg_kind_get_info(o->g, i)->traversable;
        cg_buf_adds(o->out, i ? ",\n{\"name\":" : "\n{\"name\":");
        cg_json_write_string(o->out, cg_name_get(o->g, CG_NAMES_KIND, i));
        cg_buf_printf(o->out, ",\"is_traversable\":%s}", traversable ? "true" : "false");
        rc = cg_graph_out_step(o, err);
    }
    cg_buf_adds(o->out, "\n]}\n");
    return rc;
}
