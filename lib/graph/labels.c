/* Kind lists of nodes, and per label the nodes that have it. */
#include "graph/build.h"

/* ---- label sets ---- */

typedef struct filling {
    uint64_t *bits; /* one of the two */
    uint32_t *list;
    uint32_t n;
} filling;

static int32_t count_labels(const cg_inventory *inv, uint32_t *counts, cg_mem *mem, cspm_error **err)
{
    uint32_t *uses = cg_calloc(mem, inv->n_kindsets, sizeof *uses);
    if (!uses)
        return cg_nomem(mem, err);
    for (uint32_t i = 0; i < inv->n_nodes; i++)
        uses[inv->node_kindset[i]]++;
    for (uint32_t k = 0; k < inv->n_kindsets; k++)
        for (uint32_t i = inv->kindset_offset[k]; i < inv->kindset_offset[k + 1]; i++)
            counts[inv->kindset_labels[i]] += uses[k];
    cg_free(mem, uses);
    return CSPM_OK;
}

static int32_t begin_filling(cg_layer *l, filling *f, uint32_t n_nodes, uint32_t count, cspm_error **err)
{
    if (count == 0 || count == n_nodes)
        return CSPM_OK; /* all of them need no form */
    if (cg_presence_is_sparse(n_nodes, count))
        f->list = cg_owner_alloc(&l->owner, count, sizeof *f->list);
    else
        f->bits = cg_calloc(l->owner.mem, ((size_t)n_nodes + 63) / 64, sizeof *f->bits);
    return f->list || f->bits ? CSPM_OK : cg_nomem(l->owner.mem, err);
}

int32_t cg_labels_from_kindsets(cg_layer *l, cg_inventory *inv, uint32_t n_labels, cspm_error **err)
{
    cg_mem *mem = l->owner.mem;
    int32_t rc = CSPM_OK;
    uint32_t *counts = cg_calloc(mem, n_labels, sizeof *counts);
    filling *fill = cg_calloc(mem, n_labels, sizeof *fill);
    cg_label_set *sets = cg_owner_calloc(&l->owner, n_labels, sizeof *sets);
    if (!counts || !fill || !sets) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    if ((rc = count_labels(inv, counts, mem, err)) < 0)
        goto out;
    for (uint32_t i = 0; i < n_labels; i++)
        if ((rc = begin_filling(l, &fill[i], inv->n_nodes, counts[i], err)) < 0)
            goto out;
    for (uint32_t n = 0; n < inv->n_nodes; n++) {
        uint32_t k = inv->node_kindset[n];
        for (uint32_t i = inv->kindset_offset[k]; i < inv->kindset_offset[k + 1]; i++) {
            filling *f = &fill[inv->kindset_labels[i]];
            if (f->list)
                f->list[f->n++] = n;
            else if (f->bits)
                f->bits[n >> 6] |= 1ull << (n & 63);
        }
    }
    uint32_t used = 0;
    for (uint32_t i = 0; i < n_labels; i++) {
        if (!counts[i])
            continue;
        cg_label_set *s = &sets[used++];
        *s = (cg_label_set){ .label = i, .nodes = { .domain = inv->n_nodes, .count = counts[i], .list = fill[i].list } };
        if (!fill[i].bits)
            continue;
        uint64_t *bits = fill[i].bits;
        fill[i].bits = NULL;
        if ((rc = cg_presence_from_bits(&l->owner, &s->nodes, inv->n_nodes, bits, err)) < 0)
            goto out;
    }
    l->labels = sets;
    l->n_labels = used;
out:
    for (uint32_t i = 0; fill && i < n_labels; i++)
        cg_free(mem, fill[i].bits);
    cg_free(mem, fill);
    cg_free(mem, counts);
    return rc;
}

/* ---- kind lists of merged nodes ---- */

typedef struct union_list {
    cg_freeze *f;
    CG_VEC(uint32_t) labels;
    uint32_t *seen; /* per label: the round it was put on the list */
    uint32_t round;
} union_list;

static cg_str set_of(const cg_freeze *f, uint32_t def)
{
    return cg_intern_get(f->b->kindsets, *(const uint32_t *)cg_chunks_at(&f->b->def_kindset, def));
}

static bool add_labels(union_list *u, cg_str set)
{
    for (size_t i = 0; i < set.length / sizeof(uint32_t); i++) {
        uint32_t label;
        memcpy(&label, set.data + i * sizeof label, sizeof label);
        if (u->seen[label] == u->round)
            continue;
        u->seen[label] = u->round;
        if (!cg_vec_push(u->f->mem, &u->labels, label))
            return false;
    }
    return true;
}

static uint32_t primary_of(cg_str set)
{
    uint32_t label = CG_NO_NAME;
    if (set.length)
        memcpy(&label, set.data, sizeof label);
    return label;
}

static int name_cmp(const void *context, uint32_t a, uint32_t b)
{
    const uint32_t *map = context;
    return (map[a] > map[b]) - (map[a] < map[b]);
}

/* In name order from `begin` on. */
static bool order_by_name(union_list *u, size_t begin)
{
    uint32_t n = (uint32_t)(u->labels.count - begin);
    uint32_t *scratch = cg_alloc_array(u->f->mem, n, sizeof *scratch);
    if (!scratch)
        return false;
    cg_sort_numbers(u->labels.data + begin, n, scratch, name_cmp, u->f->name_map[CG_NAMES_LABEL]);
    cg_free(u->f->mem, scratch);
    return true;
}

static int32_t report_kinds(cg_freeze *f, uint32_t node, uint32_t def, uint32_t kept, uint32_t other, cspm_error **err)
{
    uint32_t source;
    uint64_t offset = cg_run_offset(&f->b->node_runs, &f->b->def_offset, def, &source);
    cg_str id = cg_strtab_get(&f->inv->ids, node), a = cg_intern_get(f->b->names[CG_NAMES_LABEL].table, kept);
    cg_str b = cg_intern_get(f->b->names[CG_NAMES_LABEL].table, other);
    return cg_freeze_diag(f, source, "kind-conflict", offset, err,
                          "node \"%.*s\" is %.*s here and %.*s elsewhere; it keeps both, %.*s first", CG_FMT(id), CG_FMT(b), CG_FMT(a),
                          CG_FMT(a));
}

static bool repeats(const cg_freeze *f, uint32_t def)
{
    uint32_t source;
    (void)cg_run_offset(&f->b->node_runs, &f->b->def_offset, def, &source);
    return f->b->sources.data[source].repeats;
}

static int compare_sets(const cg_freeze *f, cg_str a, cg_str b)
{
    const uint32_t *map = f->name_map[CG_NAMES_LABEL];
    for (size_t i = 0; i < a.length && i < b.length; i += sizeof(uint32_t)) {
        uint32_t x, y;
        memcpy(&x, a.data + i, sizeof x);
        memcpy(&y, b.data + i, sizeof y);
        if (x != y)
            return map[x] < map[y] ? -1 : 1;
    }
    return (a.length > b.length) - (a.length < b.length);
}

/* Of the definitions whose sources are as good as any, the one with the least kind list: not the first, so that the order of the input
 * does not show. Those that say nothing do not count. */
static uint32_t leading_def(const cg_freeze *f, uint32_t begin, uint32_t end)
{
    const cg_builder *b = f->b;
    uint32_t best = begin, best_source = 0, source;
    bool found = false;
    for (uint32_t i = begin; i < end; i++) {
        if (set_of(f, f->def_order[i]).length == 0)
            continue;
        cg_run_offset(&b->node_runs, &b->def_offset, f->def_order[i], &source);
        if (found && cg_source_better(&b->sources.data[best_source], &b->sources.data[source]) != 0)
            break;
        if (!found || compare_sets(f, set_of(f, f->def_order[i]), set_of(f, f->def_order[best])) < 0) {
            best = i;
            best_source = source;
        }
        found = true;
    }
    return best;
}

/* The kind list of a node with several definitions, def_order[begin .. end): the best one's first, the rest by name. */
static int32_t merge_kinds(union_list *u, uint32_t begin, uint32_t end, uint32_t *kindset, cspm_error **err)
{
    cg_freeze *f = u->f;
    int32_t rc = CSPM_OK;
    uint32_t first = leading_def(f, begin, end);
    cg_str best = set_of(f, f->def_order[first]);
    uint32_t node = f->def_node[f->def_order[begin]], primary = primary_of(best);
    u->round++;
    u->labels.count = 0;
    if (!add_labels(u, best))
        return cg_nomem(f->mem, err);
    size_t own = u->labels.count;
    bool reported = false;
    for (uint32_t i = begin; i < end; i++) {
        cg_str set = set_of(f, f->def_order[i]);
        uint32_t other = primary_of(set);
        if (other != CG_NO_NAME && other != primary && !reported && !repeats(f, f->def_order[i])) {
            reported = true;
            if ((rc = report_kinds(f, node, f->def_order[i], primary, other, err)) < 0)
                return rc;
        }
        if (!add_labels(u, set))
            return cg_nomem(f->mem, err);
    }
    if (u->labels.count > own && !order_by_name(u, own))
        return cg_nomem(f->mem, err);
    *kindset = cg_intern_add(f->b->kindsets, (const char *)u->labels.data, u->labels.count * sizeof *u->labels.data);
    return *kindset == CG_INTERN_NONE ? cg_nomem(f->mem, err) : CSPM_OK;
}

static int32_t merge_shared_kinds(cg_freeze *f, uint32_t *node_kindset, cspm_error **err)
{
    union_list u = { .f = f };
    int32_t rc = CSPM_OK;
    u.seen = cg_calloc(f->mem, f->layer->names[CG_NAMES_LABEL].text.count, sizeof *u.seen);
    if (!u.seen)
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0, end; i < f->n_def_order && rc >= 0; i = end) {
        uint32_t node = f->def_node[f->def_order[i]];
        for (end = i + 1; end < f->n_def_order && f->def_node[f->def_order[end]] == node;)
            end++;
        rc = merge_kinds(&u, i, end, &node_kindset[node], err);
    }
    cg_vec_free(f->mem, &u.labels);
    cg_free(f->mem, u.seen);
    return rc;
}

/* Number kind lists by first use in node order, and write them out with the final label numbers. */
static int32_t write_kindsets(cg_freeze *f, uint32_t *node_kindset, cspm_error **err)
{
    cg_intern *sets = f->b->kindsets;
    uint32_t n = cg_intern_count(sets), used = 0, total = 0, at = 0;
    int32_t rc = CSPM_OK;
    uint32_t *number = cg_alloc_array(f->mem, n, sizeof *number), *order = cg_alloc_array(f->mem, n, sizeof *order);
    if (!number || !order) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    memset(number, 0xff, n * sizeof *number);
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        uint32_t *to = &number[node_kindset[i]];
        if (*to == CG_NONE32) {
            total += (uint32_t)(cg_intern_get(sets, node_kindset[i]).length / sizeof(uint32_t));
            order[used] = node_kindset[i];
            *to = used++;
        }
        node_kindset[i] = *to;
    }
    uint32_t *offset = cg_owner_alloc(&f->layer->owner, (size_t)used + 1, sizeof *offset);
    uint32_t *labels = cg_owner_alloc(&f->layer->owner, total, sizeof *labels);
    if (!offset || !labels) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (uint32_t k = 0; k < used; k++) {
        cg_str set = cg_intern_get(sets, order[k]);
        offset[k] = at;
        for (size_t i = 0; i < set.length / sizeof(uint32_t); i++) {
            uint32_t label;
            memcpy(&label, set.data + i * sizeof label, sizeof label);
            labels[at++] = f->name_map[CG_NAMES_LABEL][label];
        }
    }
    offset[used] = at;
    f->inv->n_kindsets = used;
    f->inv->kindset_offset = offset;
    f->inv->kindset_labels = labels;
out:
    cg_free(f->mem, number);
    cg_free(f->mem, order);
    return rc;
}

int32_t cg_freeze_kinds(cg_freeze *f, cspm_error **err)
{
    int32_t rc;
    uint32_t *node_kindset = cg_owner_alloc(&f->layer->owner, f->n_nodes, sizeof *node_kindset);
    if (!node_kindset)
        return cg_nomem(f->mem, err);
    for (uint32_t d = 0; d < f->n_defs; d++)
        if (f->def_node[d] != CG_NONE32)
            node_kindset[f->def_node[d]] = *(const uint32_t *)cg_chunks_at(&f->b->def_kindset, d);
    if (f->shared && (rc = merge_shared_kinds(f, node_kindset, err)) < 0)
        return rc;
    if ((rc = write_kindsets(f, node_kindset, err)) < 0)
        return rc;
    f->inv->node_kindset = node_kindset;
    cg_chunks_free(&f->b->def_kindset);
    cg_intern_free(f->b->kindsets);
    f->b->kindsets = NULL;
    return cg_labels_from_kindsets(f->layer, f->inv, f->layer->names[CG_NAMES_LABEL].text.count, err);
}
