/* A graph over layers: the tables that join them, and what they answer at once. */
#include "graph/build.h"

static const cg_kind_info unknown_kind = { .traversable = false, .needs = CG_CAP_CONTROL, .gives = CG_CAP_CONTROL, .likelihood = 1000000 };

/* ---- names ---- */

uint32_t cg_name_count(const cg_graph *g, cg_names which)
{
    return g->n_names[which];
}

static uint32_t find_in_layer(const cg_name_store *s, cg_str name)
{
    if (!s->sorted) {
        uint32_t at = cg_strtab_search(&s->text, name.data, name.length);
        return at == CG_NONE32 ? CG_NO_NAME : s->first + at;
    }
    uint32_t low = 0, high = s->text.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int c = cg_str_cmp(cg_strtab_get(&s->text, s->sorted[middle]), name);
        if (c == 0)
            return s->first + s->sorted[middle];
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return CG_NO_NAME;
}

uint32_t cg_name_find(const cg_graph *g, cg_names which, cg_str name)
{
    uint32_t found = CG_NO_NAME;
    for (uint32_t i = 0; i < g->n_layers && found == CG_NO_NAME; i++)
        if (g->layers[i]->names[which].text.count)
            found = find_in_layer(&g->layers[i]->names[which], name);
    return found;
}

cg_str cg_name_get(const cg_graph *g, cg_names which, uint32_t id)
{
    for (uint32_t i = 0; i < g->n_layers; i++) {
        const cg_name_store *s = &g->layers[i]->names[which];
        if (id < s->first + s->text.count)
            return cg_strtab_get(&s->text, id - s->first);
    }
    return CG_STR_NULL;
}

/* ---- joining layers ---- */

static int32_t join_labels(cg_graph *g, cspm_error **err)
{
    cg_owner *o = &g->owner;
    uint32_t n = g->n_names[CG_NAMES_LABEL], total = 0;
    uint32_t *first = cg_owner_calloc(o, (size_t)n + 2, sizeof *first);
    uint64_t *hidden = NULL;
    for (uint32_t i = 0; i < g->n_layers; i++)
        total += g->layers[i]->n_labels;
    cg_label_ref *refs = cg_owner_alloc(o, total, sizeof *refs);
    if (!first || !refs)
        return cg_nomem(o->mem, err);
    for (uint32_t i = 0; i < g->n_layers; i++) {
        const cg_layer *l = g->layers[i];
        if (l->n_disbelieved && !hidden && !(hidden = cg_owner_calloc(o, ((size_t)n + 63) / 64, sizeof *hidden)))
            return cg_nomem(o->mem, err);
        for (uint32_t j = 0; j < l->n_disbelieved; j++)
            hidden[l->disbelieved[j] >> 6] |= 1ull << (l->disbelieved[j] & 63);
    }
    g->hidden_labels = hidden;
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < g->n_layers; i++)
            for (uint32_t j = 0; j < g->layers[i]->n_labels; j++) {
                const cg_label_set *s = &g->layers[i]->labels[j];
                if (i == 0 && hidden && (hidden[s->label >> 6] >> (s->label & 63) & 1))
                    continue;
                if (pass == 0)
                    first[s->label + 2]++;
                else
                    refs[first[s->label + 1]++] = (cg_label_ref){ i, s };
            }
        for (uint32_t i = 2; pass == 0 && i < n + 2; i++)
            first[i] += first[i - 1];
    }
    g->label_first = first;
    g->label_refs = refs;
    return CSPM_OK;
}

/* Columns per key, topmost layer first. */
static int32_t join_columns(cg_graph *g, bool edges, const uint32_t **first_out, const cg_column_ref **refs_out, cspm_error **err)
{
    cg_owner *o = &g->owner;
    uint32_t n = g->n_names[CG_NAMES_KEY], total = 0;
    uint32_t *first = cg_owner_calloc(o, (size_t)n + 2, sizeof *first);
    for (uint32_t i = 0; i < g->n_layers; i++)
        total += edges ? g->layers[i]->n_edge_columns : g->layers[i]->n_node_columns;
    cg_column_ref *refs = cg_owner_alloc(o, total, sizeof *refs);
    if (!first || !refs)
        return cg_nomem(o->mem, err);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = g->n_layers; i--;) {
            const cg_layer *l = g->layers[i];
            const cg_column *c = edges ? l->edge_columns : l->node_columns;
            for (uint32_t j = 0; j < (edges ? l->n_edge_columns : l->n_node_columns); j++)
                if (pass == 0)
                    first[c[j].key + 2]++;
                else
                    refs[first[c[j].key + 1]++] = (cg_column_ref){ l, &c[j] };
        }
        for (uint32_t i = 2; pass == 0 && i < n + 2; i++)
            first[i] += first[i - 1];
    }
    *first_out = first;
    *refs_out = refs;
    return CSPM_OK;
}

static int32_t join_kinds(cg_graph *g, cspm_error **err)
{
    uint32_t n = g->n_names[CG_NAMES_KIND];
    const cg_kind_info **info = cg_owner_alloc(&g->owner, n, sizeof *info);
    if (!info)
        return cg_nomem(g->owner.mem, err);
    for (uint32_t i = 0; i < n; i++)
        info[i] = &unknown_kind;
    for (uint32_t i = 0; i < g->n_layers; i++)
        for (uint32_t j = 0; j < g->layers[i]->n_meanings; j++)
            info[g->layers[i]->meanings[j].kind] = &g->layers[i]->meanings[j].info;
    g->kind_info = info;
    return CSPM_OK;
}

static int32_t join_diags(cg_graph *g, cspm_error **err)
{
    uint32_t total = 0, n = 0;
    for (uint32_t i = 0; i < g->n_layers; i++)
        total += g->layers[i]->n_diags;
    g->n_diags = total;
    g->diags = g->layers[0]->diags;
    if (total == g->layers[0]->n_diags)
        return CSPM_OK;
    cg_diag *all = cg_owner_alloc(&g->owner, total, sizeof *all);
    if (!all)
        return cg_nomem(g->owner.mem, err);
    for (uint32_t i = 0; i < g->n_layers; i++)
        for (uint32_t j = 0; j < g->layers[i]->n_diags; j++)
            all[n++] = g->layers[i]->diags[j];
    cg_diag_sort(all, n);
    g->diags = all;
    return CSPM_OK;
}

int32_t cg_graph_from_layers(cg_mem *mem, cg_layer *const *layers, uint32_t n, cg_graph **out, cspm_error **err)
{
    static const char *const name_keys[3] = { "name", "displayName", "displayname" };
    int32_t rc;
    *out = NULL;
    if (n > CG_MAX_LAYERS)
        return cg_fail(mem, err, CSPM_E_LIMIT, "more than %d layers", CG_MAX_LAYERS);
    cg_graph *g = cg_calloc(mem, 1, sizeof *g);
    if (!g)
        return cg_nomem(mem, err);
    atomic_init(&g->refs, 1);
    cg_owner_init(&g->owner, mem);
    for (uint32_t i = 0; i < n; i++) {
        g->layers[g->n_layers++] = cg_layer_ref(layers[i]);
        for (int w = 0; w < 3; w++)
            g->n_names[w] += layers[i]->names[w].text.count;
        g->n_edges += layers[i]->edges.count;
        g->n_rels += layers[i]->edges.count + layers[i]->hubs.n_pairs;
    }
    g->inventory = layers[0]->inventory;
    g->n_nodes = g->inventory->n_nodes;
    for (int i = 0; i < 3; i++)
        g->name_keys[i] = cg_name_find(g, CG_NAMES_KEY, cg_str_from(name_keys[i]));
    if ((rc = join_labels(g, err)) < 0 || (rc = join_columns(g, false, &g->key_first, &g->key_refs, err)) < 0 ||
        (rc = join_columns(g, true, &g->edge_key_first, &g->edge_key_refs, err)) < 0 || (rc = join_kinds(g, err)) < 0 ||
        (rc = join_diags(g, err)) < 0) {
        cg_graph_unref(g);
        return rc;
    }
    *out = g;
    return CSPM_OK;
}

cg_graph *cg_graph_ref(cg_graph *g)
{
    atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
    return g;
}

void cg_graph_unref(cg_graph *g)
{
    if (!g || atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = cg_mem_ref(g->owner.mem);
    cg_owner_free(&g->owner);
    for (uint32_t i = 0; i < g->n_layers; i++)
        cg_layer_unref(g->layers[i]);
    cg_free(mem, g);
    cg_mem_unref(mem);
}

cg_mem *cg_graph_mem(const cg_graph *g)
{
    return g->owner.mem;
}

/* ---- sizes ---- */

uint32_t cg_graph_n_nodes(const cg_graph *g)
{
    return g->n_nodes;
}

uint64_t cg_graph_n_rels(const cg_graph *g)
{
    return g->n_rels;
}

uint64_t cg_graph_n_base_rels(const cg_graph *g)
{
    return g->layers[0]->edges.count;
}

uint64_t cg_graph_n_derived(const cg_graph *g)
{
    return g->n_rels - g->layers[0]->edges.count;
}

uint64_t cg_graph_n_stored(const cg_graph *g)
{
    uint64_t n = g->n_edges;
    for (uint32_t i = 0; i < g->n_layers; i++)
        n += (uint64_t)g->layers[i]->hubs.n_in + g->layers[i]->hubs.n_out;
    return n;
}

uint32_t cg_graph_n_layers(const cg_graph *g)
{
    return g->n_layers;
}

cg_str cg_graph_layer_name(const cg_graph *g, uint32_t layer)
{
    return layer < g->n_layers ? g->layers[layer]->name : CG_STR_NULL;
}

int32_t cg_graph_drop_layers(cg_graph *g, uint32_t keep, cg_graph **out, cspm_error **err)
{
    *out = NULL;
    if (keep == 0)
        return cg_fail(g->owner.mem, err, CSPM_E_INVALID, "the inventory layer cannot be dropped");
    if (keep >= g->n_layers) {
        *out = cg_graph_ref(g);
        return CSPM_OK;
    }
    return cg_graph_from_layers(g->owner.mem, g->layers, keep, out, err);
}

/* ---- nodes ---- */

cg_str cg_node_id(const cg_graph *g, cg_node n)
{
    return cg_strtab_get(&g->inventory->ids, n);
}

cg_node cg_node_find(const cg_graph *g, const char *key, size_t length)
{
    const cg_inventory *inv = g->inventory;
    uint32_t at = inv->ids.count ? cg_strtab_search(&inv->ids, key, length) : CG_NONE32;
    if (at != CG_NONE32 || !inv->aliases.count)
        return at;
    at = cg_strtab_search(&inv->aliases, key, length);
    return at == CG_NONE32 ? CG_NO_NODE : inv->alias_node[at];
}

uint32_t cg_node_aliases(const cg_graph *g, cg_node n, cg_str *out, uint32_t cap)
{
    const cg_inventory *inv = g->inventory;
    uint32_t low = 0, high = inv->aliases.count, found = 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (inv->alias_node[inv->alias_order[middle]] < n)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < inv->aliases.count && inv->alias_node[inv->alias_order[low]] == n; low++, found++)
        if (found < cap)
            out[found] = cg_strtab_get(&inv->aliases, inv->alias_order[low]);
    return found;
}

/* ---- inputs, diagnostics, kinds ---- */

uint32_t cg_source_count(const cg_graph *g)
{
    return g->inventory->n_sources;
}

cg_source_info cg_source_get(const cg_graph *g, uint32_t i)
{
    return g->inventory->sources[i].info;
}

uint32_t cg_diag_count(const cg_graph *g)
{
    return g->n_diags;
}

cg_diag cg_diag_get(const cg_graph *g, uint32_t i)
{
    return g->diags[i];
}

void cg_graph_place_diag(cg_graph *g, uint32_t i, uint32_t line, uint32_t column)
{
    cg_diag *d = (cg_diag *)&g->diags[i]; /* the freezing thread still owns them */
    d->line = line;
    d->column = column;
}

const cg_kind_info *cg_kind_get_info(const cg_graph *g, uint32_t kind)
{
    return kind < g->n_names[CG_NAMES_KIND] ? g->kind_info[kind] : &unknown_kind;
}

int cg_kind_declared_traversable(const cg_graph *g, uint32_t kind)
{
    return kind < g->layers[0]->names[CG_NAMES_KIND].text.count ? g->inventory->declared[kind] : -1;
}
