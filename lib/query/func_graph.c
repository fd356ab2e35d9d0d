/* Functions of nodes, relationships and paths. */
#include "query/func_internal.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

Q_FUNC(qf_labels)
{
    if (args[0].type != CG_NODE)
        return qf_bad_value(e, call, err);
    const cg_graph *g = e->run->g;
    uint32_t count = cg_node_labels(g, args[0].node, NULL, 0);
    uint32_t *ids = cg_arena_alloc(e->arena, (count ? count : 1) * sizeof *ids);
    q_list_builder b = { .arena = e->arena };
    if (!ids)
        return nomem(e, err);
    cg_node_labels(g, args[0].node, ids, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!q_list_push(&b, cg_v_str(cg_name_get(g, CG_NAMES_LABEL, ids[i]))))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(qf_type)
{
    if (args[0].type != CG_REL)
        return qf_bad_value(e, call, err);
    *out = cg_v_str(cg_name_get(e->run->g, CG_NAMES_KIND, cg_rel_get(e->run->g, args[0].rel).kind));
    return CSPM_OK;
}

Q_FUNC(qf_id)
{
    if (args[0].type == CG_NODE)
        *out = cg_v_int(args[0].node);
    else if (args[0].type == CG_REL)
        *out = cg_v_int((int64_t)(args[0].rel & INT64_MAX));
    else
        return qf_bad_value(e, call, err);
    return CSPM_OK;
}

/* A relationship has no id of its own: start, kind and end, and its number. */
Q_FUNC(qf_element_id)
{
    const cg_graph *g = e->run->g;
    if (args[0].type == CG_NODE) {
        *out = cg_v_str(cg_node_id(g, args[0].node));
        return CSPM_OK;
    }
    if (args[0].type != CG_REL)
        return qf_bad_value(e, call, err);
    cg_edge edge = cg_rel_get(g, args[0].rel);
    cg_str from = cg_node_id(g, edge.from), kind = cg_name_get(g, CG_NAMES_KIND, edge.kind), to = cg_node_id(g, edge.to);
    cg_buf b;
    cg_buf_init(&b, e->run->mem, UINT32_MAX);
    cg_buf_printf(&b, "%.*s-[%.*s:%llu]->%.*s", CG_FMT(from), CG_FMT(kind), (unsigned long long)args[0].rel, CG_FMT(to));
    bool ok = !b.failed;
    if (ok)
        *out = q_new_string(e, cg_buf_view(&b), &ok);
    cg_buf_free(&b);
    return ok ? CSPM_OK : nomem(e, err);
}

Q_FUNC(qf_start_node)
{
    if (args[0].type != CG_REL)
        return qf_bad_value(e, call, err);
    *out = cg_v_node(cg_rel_get(e->run->g, args[0].rel).from);
    return CSPM_OK;
}

Q_FUNC(qf_end_node)
{
    if (args[0].type != CG_REL)
        return qf_bad_value(e, call, err);
    *out = cg_v_node(cg_rel_get(e->run->g, args[0].rel).to);
    return CSPM_OK;
}

Q_FUNC(qf_nodes)
{
    if (args[0].type != CG_PATH)
        return qf_bad_value(e, call, err);
    const cg_path *p = args[0].path;
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 0; i <= p->n_rels; i++) {
        if (!q_list_push(&b, cg_v_node(p->nodes[i])))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(qf_relationships)
{
    if (args[0].type != CG_PATH)
        return qf_bad_value(e, call, err);
    const cg_path *p = args[0].path;
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 0; i < p->n_rels; i++) {
        if (!q_list_push(&b, cg_v_rel(p->rels[i])))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(qf_length)
{
    if (args[0].type != CG_PATH)
        return qf_bad_value(e, call, err);
    *out = cg_v_int(args[0].path->n_rels);
    return CSPM_OK;
}

static int32_t property_map(q_eval *e, const q_expr *call, cg_value v, const cg_map **map, cspm_error **err)
{
    if (v.type == CG_NODE)
        return cg_node_props(e->run->g, v.node, e->arena, map, err);
    if (v.type == CG_REL)
        return cg_rel_props(e->run->g, v.rel, e->arena, map, err);
    if (v.type != CG_MAP)
        return qf_bad_value(e, call, err);
    *map = v.map;
    return CSPM_OK;
}

Q_FUNC(qf_keys)
{
    const cg_map *map;
    int32_t rc = property_map(e, call, args[0], &map, err);
    if (rc < 0)
        return rc;
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 0; i < map->count; i++) {
        if (!q_list_push(&b, cg_v_str(map->entries[i].key)))
            return nomem(e, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(qf_properties)
{
    const cg_map *map;
    int32_t rc = property_map(e, call, args[0], &map, err);
    if (rc < 0)
        return rc;
    *out = q_v_map(map);
    out->reserved = args[0].type == CG_MAP ? args[0].reserved : 2;
    return CSPM_OK;
}
