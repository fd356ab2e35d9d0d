/* Properties of a finished graph. */
#include "graph/build.h"

static inline int64_t read_int(const void *values, uint8_t width, uint32_t i)
{
    switch (width) {
    case 1:
        return ((const int8_t *)values)[i];
    case 2:
        return ((const int16_t *)values)[i];
    case 4:
        return ((const int32_t *)values)[i];
    default:
        return ((const int64_t *)values)[i];
    }
}

static inline uint32_t string_number(const cg_column *c, uint32_t index)
{
    switch (c->width) {
    case 0:
        return c->first_string + index;
    case 1:
        return c->first_string + ((const uint8_t *)c->values)[index];
    case 2:
        return c->first_string + ((const uint16_t *)c->values)[index];
    default:
        return c->first_string + ((const uint32_t *)c->values)[index];
    }
}

uint32_t cg_column_string(const cg_column *c, uint32_t index)
{
    return string_number(c, index);
}

static int32_t read_list(const cg_layer *l, const cg_column *c, uint32_t index, cg_arena *arena, cg_value *out, cspm_error **err)
{
    if (!arena)
        return cg_fail(l->owner.mem, err, CSPM_E_INTERNAL, "a list was asked for without an arena");
    return cg_list_decode(l->owner.mem, cg_strtab_get(&l->strings, string_number(c, index)), arena, out, err);
}

static inline int32_t read_value(const cg_layer *l, const cg_column *c, uint32_t index, cg_arena *arena, cg_value *out, cspm_error **err)
{
    switch (c->type) {
    case CG_BOOL:
        *out = cg_v_bool(((const uint64_t *)c->values)[index >> 6] >> (index & 63) & 1);
        return CSPM_OK;
    case CG_INT:
        *out = cg_v_int(read_int(c->values, c->width, index));
        return CSPM_OK;
    case CG_FLOAT:
        *out = cg_v_float(((const double *)c->values)[index]);
        return CSPM_OK;
    case CG_STRING:
        *out = cg_v_str(cg_strtab_get(&l->strings, string_number(c, index)));
        return CSPM_OK;
    default:
        return read_list(l, c, index, arena, out, err);
    }
}

int32_t cg_column_value(const cg_layer *l, const cg_column *c, uint32_t index, cg_arena *arena, cg_value *out, cspm_error **err)
{
    return read_value(l, c, index, arena, out, err);
}

const cg_column *cg_column_find(const cg_column *columns, uint32_t n, uint32_t key, uint8_t type)
{
    uint64_t wanted = (uint64_t)key << 8 | type;
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t has = (uint64_t)columns[middle].key << 8 | columns[middle].type;
        if (has == wanted)
            return &columns[middle];
        if (has < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* First of these columns that has the member. */
static inline int32_t read_first(const cg_column_ref *refs, uint32_t n, uint32_t member, cg_arena *arena, cg_value *out, cspm_error **err)
{
    for (uint32_t i = 0; i < n; i++) {
        int32_t rc = cg_column_touch(refs[i].layer, refs[i].column, err);
        if (rc < 0)
            return rc;
        uint32_t at = cg_presence_find(&refs[i].column->at, member);
        if (at != CG_NONE32)
            return read_value(refs[i].layer, refs[i].column, at, arena, out, err);
    }
    *out = cg_v_null();
    return CSPM_OK;
}

int32_t cg_node_prop(const cg_graph *g, cg_node n, uint32_t key, cg_arena *arena, cg_value *out, cspm_error **err)
{
    if (key >= g->n_names[CG_NAMES_KEY] || n >= g->n_nodes) {
        *out = cg_v_null();
        return CSPM_OK;
    }
    return read_first(g->key_refs + g->key_first[key], g->key_first[key + 1] - g->key_first[key], n, arena, out, err);
}

/* Only inventory edges carry properties; member number of r there, or CG_NONE32. */
static uint32_t edge_member(const cg_graph *g, cg_rel r)
{
    return !cg_rel_is_hub(r) && r < g->layers[0]->edges.count ? (uint32_t)r : CG_NONE32;
}

int32_t cg_rel_prop(const cg_graph *g, cg_rel r, uint32_t key, cg_arena *arena, cg_value *out, cspm_error **err)
{
    uint32_t member = edge_member(g, r);
    if (key >= g->n_names[CG_NAMES_KEY] || member == CG_NONE32) {
        *out = cg_v_null();
        return CSPM_OK;
    }
    return read_first(g->edge_key_refs + g->edge_key_first[key], g->edge_key_first[key + 1] - g->edge_key_first[key], member, arena, out,
                      err);
}

typedef CG_VEC(struct cg_map_entry) entries;

/* In byte order of keys: inventory keys are numbered so, those of layers come after them. */
static void sort_entries(struct cg_map_entry *e, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct cg_map_entry moved = e[i];
        size_t at = i;
        for (; at && cg_str_cmp(e[at - 1].key, moved.key) > 0; at--)
            e[at] = e[at - 1];
        e[at] = moved;
    }
}

static int32_t all_props(const cg_graph *g, const uint32_t *first, const cg_column_ref *refs, uint32_t member, cg_arena *arena,
                         const cg_map **out, cspm_error **err)
{
    cg_mem *mem = g->owner.mem;
    entries found = { 0 };
    int32_t rc = CSPM_OK;
    for (uint32_t key = 0; key < g->n_names[CG_NAMES_KEY] && member != CG_NONE32; key++) {
        cg_value v;
        if (first[key] == first[key + 1])
            continue;
        if ((rc = read_first(refs + first[key], first[key + 1] - first[key], member, arena, &v, err)) < 0)
            goto out;
        if (v.type != CG_NULL && !cg_vec_push(mem, &found, ((struct cg_map_entry){ cg_name_get(g, CG_NAMES_KEY, key), v }))) {
            rc = cg_nomem(mem, err);
            goto out;
        }
    }
    sort_entries(found.data, found.count);
    cg_map *map = cg_arena_alloc(arena, sizeof *map + found.count * sizeof map->entries[0]);
    if (!map) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    map->count = (uint32_t)found.count;
    if (found.count)
        memcpy(map->entries, found.data, found.count * sizeof map->entries[0]);
    *out = map;
out:
    cg_vec_free(mem, &found);
    return rc;
}

int32_t cg_node_props(const cg_graph *g, cg_node n, cg_arena *arena, const cg_map **out, cspm_error **err)
{
    return all_props(g, g->key_first, g->key_refs, n < g->n_nodes ? n : CG_NONE32, arena, out, err);
}

int32_t cg_rel_props(const cg_graph *g, cg_rel r, cg_arena *arena, const cg_map **out, cspm_error **err)
{
    return all_props(g, g->edge_key_first, g->edge_key_refs, edge_member(g, r), arena, out, err);
}

cg_str cg_node_name(const cg_graph *g, cg_node n)
{
    for (int i = 0; i < 3; i++) {
        cg_value v;
        if (g->name_keys[i] == CG_NO_NAME)
            continue;
        uint32_t first = g->key_first[g->name_keys[i]], end = g->key_first[g->name_keys[i] + 1];
        for (uint32_t c = first; c < end; c++) {
            const cg_column_ref *ref = &g->key_refs[c];
            if (ref->column->type != CG_STRING || cg_column_touch(ref->layer, ref->column, NULL) < 0)
                continue;
            uint32_t at = cg_presence_find(&ref->column->at, n);
            if (at != CG_NONE32 && cg_column_value(ref->layer, ref->column, at, NULL, &v, NULL) == CSPM_OK && v.length)
                return cg_value_str(v);
        }
    }
    return cg_node_id(g, n);
}

/* ---- likelihood and condition ---- */

uint32_t cg_rel_likelihood(const cg_graph *g, cg_rel r)
{
    if (cg_rel_is_hub(r)) {
        const cg_hub_store *h = &g->layers[cg_graph_layer_of_in_slot(g, cg_rel_in_slot(r))]->hubs;
        const cg_hub *hub = &h->hubs[h->in_hub[cg_rel_in_slot(r) - h->first_in]];
        return hub->likelihood ? hub->likelihood : cg_kind_get_info(g, hub->kind)->likelihood;
    }
    uint32_t layer = cg_graph_layer_of_edge(g, r);
    const cg_layer *l = g->layers[layer];
    uint32_t edge = (uint32_t)(r - l->edges.first);
    if (l->edges.likelihood && l->edges.likelihood[edge])
        return l->edges.likelihood[edge];
    if (layer == 0 && g->inventory->likelihood_column != CG_NONE32) {
        const cg_column *c = &l->edge_columns[g->inventory->likelihood_column];
        uint32_t at = cg_column_touch(l, c, NULL) < 0 ? CG_NONE32 : cg_presence_find(&c->at, edge);
        double v = at == CG_NONE32 ? 0 : ((const double *)c->values)[at];
        if (v > 0 && v <= 1) {
            uint32_t millionths = (uint32_t)(v * 1000000 + 0.5);
            return millionths ? millionths : 1;
        }
    }
    return cg_kind_get_info(g, cg_edge_kind(&l->edges, edge))->likelihood;
}

bool cg_rel_conditional(const cg_graph *g, cg_rel r)
{
    if (cg_rel_is_hub(r)) {
        const cg_hub_store *h = &g->layers[cg_graph_layer_of_in_slot(g, cg_rel_in_slot(r))]->hubs;
        return h->hubs[h->in_hub[cg_rel_in_slot(r) - h->first_in]].conditional;
    }
    uint32_t layer = cg_graph_layer_of_edge(g, r);
    const cg_layer *l = g->layers[layer];
    uint32_t edge = (uint32_t)(r - l->edges.first);
    if (l->edges.conditional && (l->edges.conditional[edge >> 6] >> (edge & 63) & 1))
        return true;
    if (layer != 0 || g->inventory->conditional_column == CG_NONE32)
        return false;
    const cg_column *c = &l->edge_columns[g->inventory->conditional_column];
    uint32_t at = cg_column_touch(l, c, NULL) < 0 ? CG_NONE32 : cg_presence_find(&c->at, edge);
    return at != CG_NONE32 && (((const uint64_t *)c->values)[at >> 6] >> (at & 63) & 1);
}
