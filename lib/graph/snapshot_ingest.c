/* Feed a snapshot's inventory to a builder, input by input, as if its inputs had been read again: so a snapshot joins with other inputs
 * under the same precedence. Derived layers are left behind; they are made anew. */
#include "graph/snapshot.h"
#include "graph/store.h"

#define CODE_LENGTH 96 /* of a diagnostic; longer ones are not ours */

typedef struct feeder {
    cg_mem *mem;
    cg_builder *b;
    cg_graph *g; /* inventory only */
    const cg_inventory *v;
    cspm_op *op;
    cg_arena arena;
    uint32_t ticks;
    uint32_t *first;                 /* per input: where its items begin in `items`; n_sources + 1 */
    uint32_t *items;                 /* nodes, then n_nodes + edge, by input and number */
    uint32_t *labels, *kinds, *keys; /* this graph's names as the builder's */
} feeder;

static uint64_t position(const feeder *f, uint32_t item)
{
    const cg_inventory *v = f->v;
    if (item < v->n_nodes)
        return v->node_at64 ? v->node_at64[item] : v->node_at32[item];
    item -= v->n_nodes;
    return v->edge_at64 ? v->edge_at64[item] : v->edge_at32[item];
}

static uint32_t source_of(const feeder *f, uint64_t at)
{
    uint32_t low = 0, high = f->v->n_sources;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (f->v->sources[middle].first <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Items by input, nodes before relationships, each in order of number. */
static int32_t sort_items(feeder *f, uint32_t n_items, cspm_error **err)
{
    uint32_t n = f->v->n_sources;
    f->first = cg_calloc(f->mem, (size_t)n + 3, sizeof *f->first);
    f->items = cg_alloc_array(f->mem, (size_t)n_items + 1, sizeof *f->items);
    if (!f->first || !f->items)
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < n_items; i++)
        f->first[source_of(f, position(f, i)) + 2]++;
    for (uint32_t i = 2; i < n + 2; i++)
        f->first[i] += f->first[i - 1];
    for (uint32_t i = 0; i < n_items; i++)
        f->items[f->first[source_of(f, position(f, i)) + 1]++] = i;
    return CSPM_OK;
}

static int32_t map_names(feeder *f, cg_names which, uint32_t **out, uint32_t (*add)(cg_builder *, const char *, size_t), cspm_error **err)
{
    uint32_t n = cg_name_count(f->g, which);
    *out = cg_alloc_array(f->mem, (size_t)n + 1, sizeof **out);
    if (!*out)
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        cg_str name = cg_name_get(f->g, which, i);
        if (((*out)[i] = add(f->b, name.data, name.length)) == CG_NO_NAME)
            return cg_nomem(f->mem, err);
    }
    return CSPM_OK;
}

static int32_t feed_props(feeder *f, const cg_map *props, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < props->count && rc == CSPM_OK; i++) {
        uint32_t key = cg_name_find(f->g, CG_NAMES_KEY, props->entries[i].key);
        if (key == CG_NO_NAME)
            return cg_fail(f->mem, err, CSPM_E_INTERNAL, "a property has a key that is not in its graph");
        rc = cg_builder_set_prop(f->b, f->keys[key], props->entries[i].value, err);
    }
    return rc;
}

/* A node that was made because nobody defined it: all that is known of it is this. */
static bool is_partial(const cg_map *props)
{
    bool said = false;
    for (uint32_t i = 0; i < props->count; i++) {
        const struct cg_map_entry *e = &props->entries[i];
        if (cg_str_eq(e->key, CG_STR("partial")))
            said = e->value.type == CG_BOOL && e->value.boolean;
        else if (!cg_str_eq(e->key, CG_STR("id")))
            return false;
    }
    return said;
}

static int32_t fill_node(feeder *f, cg_node n, cspm_error **err)
{
    const cg_map *props = NULL;
    cg_str id = cg_node_id(f->g, n);
    int32_t rc = cg_builder_set_id(f->b, id.data, id.length, err);
    uint32_t n_labels = cg_node_n_base_labels(f->g, n), n_aliases = cg_node_aliases(f->g, n, NULL, 0);
    uint32_t *labels = cg_arena_alloc(&f->arena, ((size_t)n_labels + 1) * sizeof *labels);
    cg_str *aliases = cg_arena_alloc(&f->arena, ((size_t)n_aliases + 1) * sizeof *aliases);
    if (!labels || !aliases)
        return cg_nomem(f->mem, err);
    cg_node_labels(f->g, n, labels, n_labels);
    cg_node_aliases(f->g, n, aliases, n_aliases);
    for (uint32_t i = 0; i < n_labels && rc == CSPM_OK; i++)
        rc = cg_builder_add_label(f->b, f->labels[labels[i]], err);
    for (uint32_t i = 0; i < n_aliases && rc == CSPM_OK; i++)
        rc = cg_builder_add_alias(f->b, aliases[i].data, aliases[i].length, err);
    if (rc == CSPM_OK)
        rc = cg_node_props(f->g, n, &f->arena, &props, err);
    if (rc == CSPM_OK && is_partial(props))
        cg_builder_set_standing(f->b, CG_STANDING_PARTIAL); /* another input may define it now */
    return rc == CSPM_OK ? feed_props(f, props, err) : rc;
}

static int32_t fill_edge(feeder *f, cg_rel r, cspm_error **err)
{
    const cg_map *props = NULL;
    cg_edge e = cg_rel_get(f->g, r);
    cg_str from = cg_node_id(f->g, e.from), to = cg_node_id(f->g, e.to);
    int32_t rc = cg_builder_set_from(f->b, from.data, from.length, err);
    if (rc == CSPM_OK)
        rc = cg_builder_set_to(f->b, to.data, to.length, err);
    cg_builder_set_kind(f->b, f->kinds[e.kind]);
    if (rc == CSPM_OK)
        rc = cg_rel_props(f->g, r, &f->arena, &props, err);
    return rc == CSPM_OK ? feed_props(f, props, err) : rc;
}

static int32_t feed_item(feeder *f, uint32_t item, const cg_source *s, cspm_error **err)
{
    uint64_t offset = position(f, item) - s->first;
    if (offset + 1 >= s->span)
        offset = UINT64_MAX; /* the last position of an input stands for "none" */
    bool node = item < f->v->n_nodes;
    int32_t rc = node ? cg_builder_begin_node(f->b, offset, err) : cg_builder_begin_edge(f->b, offset, err);
    if (rc < 0)
        return rc;
    rc = node ? fill_node(f, item, err) : fill_edge(f, item - f->v->n_nodes, err);
    cg_arena_reset(&f->arena);
    if (rc == CSPM_OK)
        return cg_builder_end_item(f->b, err);
    cg_builder_abort_item(f->b);
    return rc;
}

/* What the inputs were found to have wrong. The line that only counts further ones must not be counted itself: it gets a code of its own.
 */
static int32_t feed_diags(feeder *f, cg_str source, bool others, cspm_error **err)
{
    static const cg_str more = { " more of this kind", 18 };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < cg_diag_count(f->g) && rc == CSPM_OK; i++) {
        char code[CODE_LENGTH + 8];
        cg_diag d = cg_diag_get(f->g, i);
        bool known = false;
        for (uint32_t k = 0; others && !known && k < f->v->n_sources; k++)
            known = cg_str_eq(d.source, f->v->sources[k].info.name);
        if (others ? known : !cg_str_eq(d.source, source))
            continue;
        size_t length = d.code.length < CODE_LENGTH ? d.code.length : CODE_LENGTH;
        if (length)
            memcpy(code, d.code.data, length);
        if (d.offset == UINT64_MAX && cg_str_ends(d.message, more)) {
            memcpy(code + length, ".more", 5);
            length += 5;
        }
        code[length] = '\0';
        rc = cg_builder_diag(f->b, d.severity, code, (cg_pos){ d.offset, d.line, d.column }, err, "%.*s", CG_FMT(d.message));
    }
    return rc;
}

static int32_t feed_source(feeder *f, uint32_t i, cspm_error **err)
{
    const cg_source *s = &f->v->sources[i];
    cg_source_options o = {
        .name = s->info.name, .dialect = s->info.dialect, .rank = s->rank, .stamp = s->stamp, .merge_equal_edges = s->merge_equal_edges != 0
    };
    int32_t rc = cg_builder_begin_source(f->b, &o, err);
    if (rc == CSPM_OK)
        cg_builder_source_bytes(f->b, s->info.bytes);
    for (uint32_t k = f->first[i]; k < f->first[i + 1] && rc == CSPM_OK; k++) {
        if (CG_OP_DUE(f->ticks) && (rc = cg_op_check(f->op, f->mem, err)) < 0)
            return rc;
        rc = feed_item(f, f->items[k], s, err);
        cg_op_advance(f->op, 1);
    }
    bool repeated = false; /* two inputs of one name share their diagnostics */
    for (uint32_t k = 0; k < i && !repeated; k++)
        repeated = cg_str_eq(f->v->sources[k].info.name, s->info.name);
    if (rc == CSPM_OK && !repeated)
        rc = feed_diags(f, s->info.name, false, err);
    return rc;
}

static int32_t declare_kinds(feeder *f, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < cg_name_count(f->g, CG_NAMES_KIND) && rc == CSPM_OK; i++) {
        int declared = cg_kind_declared_traversable(f->g, i);
        if (declared >= 0)
            rc = cg_builder_declare_kind(f->b, f->kinds[i], declared == 1, err);
    }
    return rc;
}

int32_t cg_snapshot_ingest(cg_builder *b, cg_graph *snapshot, cspm_op *op, cspm_error **err)
{
    feeder f = { .mem = cg_builder_mem(b), .b = b, .op = op };
    int32_t rc = cg_graph_drop_layers(snapshot, 1, &f.g, err);
    if (rc < 0)
        return rc;
    cg_arena_init(&f.arena, f.mem);
    f.v = f.g->inventory;
    uint32_t n_items = f.v->n_nodes + f.g->layers[0]->edges.count;
    cg_op_phase(op, CSPM_PHASE_READ, n_items);
    if ((rc = sort_items(&f, n_items, err)) < 0 || (rc = map_names(&f, CG_NAMES_LABEL, &f.labels, cg_builder_label, err)) < 0 ||
        (rc = map_names(&f, CG_NAMES_KIND, &f.kinds, cg_builder_kind, err)) < 0 ||
        (rc = map_names(&f, CG_NAMES_KEY, &f.keys, cg_builder_key, err)) < 0)
        goto out;
    for (uint32_t i = 0; i < f.v->n_sources && rc == CSPM_OK; i++)
        rc = feed_source(&f, i, err);
    if (rc == CSPM_OK)
        rc = declare_kinds(&f, err);
    if (rc == CSPM_OK)
        rc = feed_diags(&f, CG_STR_NULL, true, err);
out:
    cg_free(f.mem, f.first);
    cg_free(f.mem, f.items);
    cg_free(f.mem, f.labels);
    cg_free(f.mem, f.kinds);
    cg_free(f.mem, f.keys);
    cg_arena_free(&f.arena);
    cg_graph_unref(f.g);
    return rc;
}
