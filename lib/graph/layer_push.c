/* Seal a derived layer and put it on top of the graph below. */
#include "graph/layer_build.h"

/* ---- names ---- */

static int32_t push_names(cg_layer_builder *l, int which, cspm_error **err)
{
    cg_name_store *store = &l->layer->names[which];
    uint32_t n = cg_intern_count(l->names[which]);
    int32_t rc = CSPM_OK;
    cg_strtab_builder text;
    cg_strtab_builder_init(&text, l->mem);
    cg_id_entry *entries = cg_alloc_array(l->mem, n, sizeof *entries);
    uint32_t *sorted = cg_owner_alloc(&l->layer->owner, n, sizeof *sorted);
    store->first = l->below->n_names[which];
    if (!entries || !sorted) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        cg_str s = cg_intern_get(l->names[which], i);
        entries[i] = (cg_id_entry){ .bytes = (const unsigned char *)s.data, .length = (uint32_t)s.length, .index = i };
        if (!cg_strtab_builder_add(&text, s.data, s.length)) {
            rc = cg_nomem(l->mem, err);
            goto out;
        }
    }
    if ((rc = cg_sort_ids(entries, n, NULL, l->mem, err)) < 0)
        goto out;
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = entries[i].index;
    store->sorted = sorted;
    rc = cg_strtab_builder_finish(&text, &l->layer->owner, &store->text, err);
out:
    cg_strtab_builder_free(&text);
    cg_free(l->mem, entries);
    return rc;
}

/* ---- labels ---- */

static int32_t push_label(cg_layer_builder *l, const uint64_t *keys, const uint32_t *order, uint32_t n, cg_label_set *set, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint32_t *nodes = cg_alloc_array(l->mem, n, sizeof *nodes), *evidence = cg_owner_alloc(&l->layer->owner, n, sizeof *evidence);
    if (!nodes || !evidence) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        nodes[i] = (uint32_t)keys[i];
        evidence[i] = l->labels.data[order[i]].evidence;
    }
    *set = (cg_label_set){ .label = (uint32_t)(keys[0] >> 32), .evidence = evidence };
    rc = cg_presence_from_list(&l->layer->owner, &set->nodes, l->below->n_nodes, nodes, n, err);
out:
    cg_free(l->mem, nodes);
    return rc;
}

static int32_t push_labels(cg_layer_builder *l, cspm_error **err)
{
    uint32_t n = 0, sets = 0;
    int32_t rc = CSPM_OK;
    size_t most = l->labels.count;
    uint64_t *keys = cg_alloc_array(l->mem, most * 2, sizeof *keys);
    uint32_t *order = cg_alloc_array(l->mem, most * 2, sizeof *order);
    cg_label_set *made = NULL;
    if (!keys || !order) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < most; i++) {
        const cg_new_label *a = &l->labels.data[i];
        if (a->claimed && !cg_layer_disbelieves(l, a->label))
            continue;
        keys[n] = (uint64_t)a->label << 32 | a->node;
        order[n++] = i;
    }
    cg_sort_pairs(keys, order, n, keys + most, order + most);
    for (uint32_t i = 0; i < n; i++)
        sets += i == 0 || keys[i] >> 32 != keys[i - 1] >> 32;
    made = cg_owner_calloc(&l->layer->owner, sets, sizeof *made);
    if (!made) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (uint32_t i = 0, end, at = 0; i < n; i = end, at++) {
        for (end = i + 1; end < n && keys[end] >> 32 == keys[i] >> 32;)
            end++;
        if ((rc = push_label(l, keys + i, order + i, end - i, &made[at], err)) < 0)
            goto out;
    }
    l->layer->labels = made;
    l->layer->n_labels = sets;
out:
    cg_free(l->mem, keys);
    cg_free(l->mem, order);
    return rc;
}

/* ---- edges ---- */

/* Order of edges by (from, kind, to). */
static int32_t sort_edges(cg_layer_builder *l, uint32_t *order, cspm_error **err)
{
    size_t n = l->edges.count;
    uint64_t *keys = cg_alloc_array(l->mem, n * 2, sizeof *keys);
    uint32_t *scratch = cg_alloc_array(l->mem, n, sizeof *scratch);
    if (!keys || !scratch) {
        cg_free(l->mem, keys);
        cg_free(l->mem, scratch);
        return cg_nomem(l->mem, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        keys[i] = (uint64_t)l->edges.data[i].kind << 32 | l->edges.data[i].to;
        order[i] = i;
    }
    cg_sort_pairs(keys, order, n, keys + n, scratch);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = l->edges.data[order[i]].from;
    cg_sort_pairs(keys, order, n, keys + n, scratch);
    cg_free(l->mem, keys);
    cg_free(l->mem, scratch);
    return CSPM_OK;
}

static int32_t write_outgoing(cg_layer_builder *l, const uint32_t *order, uint32_t n_kinds, cspm_error **err)
{
    cg_owner *o = &l->layer->owner;
    cg_edge_store *s = &l->layer->edges;
    uint32_t n = (uint32_t)l->edges.count;
    bool narrow = n_kinds <= UINT16_MAX + 1u;
    uint32_t *to = cg_owner_alloc(o, n, sizeof *to), *evidence = cg_owner_alloc(o, n, sizeof *evidence);
    uint16_t *kind16 = narrow ? cg_owner_alloc(o, n, sizeof *kind16) : NULL;
    uint32_t *kind32 = narrow ? NULL : cg_owner_alloc(o, n, sizeof *kind32);
    uint32_t *offset = cg_calloc(l->mem, (size_t)l->below->n_nodes + 1, sizeof *offset);
    if (!to || !evidence || (!kind16 && !kind32) || !offset) {
        cg_free(l->mem, offset);
        return cg_nomem(l->mem, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        const cg_layer_edge *e = &l->edges.data[order[i]];
        to[i] = e->to;
        evidence[i] = e->evidence;
        if (narrow)
            kind16[i] = (uint16_t)e->kind;
        else
            kind32[i] = e->kind;
        offset[(size_t)e->from + 1]++;
    }
    for (size_t i = 1; i <= l->below->n_nodes; i++)
        offset[i] += offset[i - 1];
    s->count = n;
    s->to = to;
    s->kind16 = kind16;
    s->kind32 = kind32;
    s->evidence = evidence;
    return cg_rows_from_offsets(o, &s->out, l->below->n_nodes, offset, false, err);
}

/* Likelihood and condition, when any edge has one of its own. */
static int32_t write_certainty(cg_layer_builder *l, const uint32_t *order, cspm_error **err)
{
    cg_owner *o = &l->layer->owner;
    uint32_t n = (uint32_t)l->edges.count, *likelihood = NULL;
    uint64_t *conditional = NULL;
    for (uint32_t i = 0; i < n; i++) {
        const cg_layer_edge *e = &l->edges.data[order[i]];
        if (e->likelihood && !likelihood && !(likelihood = cg_owner_calloc(o, n, sizeof *likelihood)))
            return cg_nomem(l->mem, err);
        if (e->conditional && !conditional && !(conditional = cg_owner_calloc(o, ((size_t)n + 63) / 64, sizeof *conditional)))
            return cg_nomem(l->mem, err);
        if (e->likelihood)
            likelihood[i] = e->likelihood;
        if (e->conditional)
            conditional[i >> 6] |= 1ull << (i & 63);
    }
    l->layer->edges.likelihood = likelihood;
    l->layer->edges.conditional = conditional;
    return CSPM_OK;
}

static int32_t push_edges(cg_layer_builder *l, uint32_t n_kinds, cspm_op *op, cspm_error **err)
{
    const cg_edge_store *top = &l->below->layers[l->below->n_layers - 1]->edges;
    int32_t rc;
    l->layer->edges.first = top->first + top->count;
    if (!l->edges.count)
        return CSPM_OK;
    if (l->edges.count >= UINT32_MAX)
        return cg_fail(l->mem, err, CSPM_E_LIMIT, "more than 2^32 edges in one layer");
    uint32_t *order = cg_alloc_array(l->mem, l->edges.count, sizeof *order);
    if (!order)
        return cg_nomem(l->mem, err);
    if ((rc = sort_edges(l, order, err)) == CSPM_OK && (rc = write_outgoing(l, order, n_kinds, err)) == CSPM_OK &&
        (rc = write_certainty(l, order, err)) == CSPM_OK)
        rc = cg_edges_finish(&l->layer->owner, &l->layer->edges, l->below->n_nodes, n_kinds, op, err);
    cg_free(l->mem, order);
    return rc;
}

/* ---- properties, kinds, the rest ---- */

static int32_t push_props(cg_layer_builder *l, cspm_op *op, cspm_error **err)
{
    size_t n = l->props.count;
    int32_t rc = CSPM_OK;
    cg_colset cs;
    cg_strtab_builder strings;
    cg_colset_init(&cs, l->mem);
    cg_strtab_builder_init(&strings, l->mem);
    uint64_t *keys = cg_alloc_array(l->mem, n * 2, sizeof *keys);
    uint32_t *order = cg_alloc_array(l->mem, n * 2, sizeof *order);
    if (!keys || !order) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        keys[i] = l->props.data[i].node;
        order[i] = i;
    }
    cg_sort_pairs(keys, order, n, keys + n, order + n);
    for (uint32_t i = 0; i < n; i++)
        if (!cg_colset_add(&cs, (uint32_t)keys[i], &l->props.data[order[i]].cell)) {
            rc = cg_nomem(l->mem, err);
            goto out;
        }
    rc = cg_colset_finish(&cs, NULL, l->below->n_nodes, NULL, &l->layer->owner, &strings, &l->layer->node_columns,
                          &l->layer->n_node_columns, op, err);
    if (rc == CSPM_OK)
        rc = cg_strtab_builder_finish(&strings, &l->layer->owner, &l->layer->strings, err);
out:
    cg_free(l->mem, keys);
    cg_free(l->mem, order);
    cg_strtab_builder_free(&strings);
    cg_colset_free(&cs);
    return rc;
}

static void *copy_array(cg_layer_builder *l, const void *data, size_t count, size_t size)
{
    void *copy = cg_owner_alloc(&l->layer->owner, count, size);
    if (copy && count)
        memcpy(copy, data, count * size);
    return copy;
}

static int32_t push_rest(cg_layer_builder *l, cspm_error **err)
{
    cg_layer *made = l->layer;
    made->evidence = copy_array(l, l->evidence.data, l->evidence.count, sizeof *l->evidence.data);
    made->meanings = copy_array(l, l->meanings.data, l->meanings.count, sizeof *l->meanings.data);
    made->disbelieved = copy_array(l, l->disbelieved.data, l->disbelieved.count, sizeof *l->disbelieved.data);
    if (!made->evidence || !made->meanings || !made->disbelieved)
        return cg_nomem(l->mem, err);
    made->n_evidence = (uint32_t)l->evidence.count;
    made->n_meanings = (uint32_t)l->meanings.count;
    made->n_disbelieved = (uint32_t)l->disbelieved.count;
    return cg_diag_list_finish(&l->diags, NULL, &made->owner, &made->diags, &made->n_diags, err);
}

static int32_t seal(cg_layer_builder *l, cspm_op *op, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (int i = 0; i < 3 && rc >= 0; i++)
        rc = push_names(l, i, err);
    uint32_t n_kinds = l->below->n_names[CG_NAMES_KIND] + l->layer->names[CG_NAMES_KIND].text.count;
    if (rc < 0 || (rc = cg_op_check(op, l->mem, err)) < 0 || (rc = push_labels(l, err)) < 0 || (rc = push_edges(l, n_kinds, op, err)) < 0 ||
        (rc = cg_push_hubs(l, err)) < 0 || (rc = push_props(l, op, err)) < 0 || (rc = push_rest(l, err)) < 0 ||
        (rc = cg_op_check(op, l->mem, err)) < 0 || (rc = cg_layer_count_kinds(l->layer, l->below, n_kinds, err)) < 0)
        return rc;
    return cg_layer_count_keys(l->layer, l->below, err);
}

int32_t cg_layer_push(cg_layer_builder *l, cspm_op *op, cg_graph **out, cspm_error **err)
{
    cg_layer *layers[CG_MAX_LAYERS];
    *out = NULL;
    int32_t rc = seal(l, op, err);
    if (rc == CSPM_OK) {
        memcpy(layers, l->below->layers, l->below->n_layers * sizeof *layers);
        layers[l->below->n_layers] = l->layer;
        rc = cg_graph_from_layers(l->mem, layers, l->below->n_layers + 1, out, err);
    }
    cg_layer_free(l);
    return rc;
}
