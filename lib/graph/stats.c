/* Statistics for planners: exact where cheap, else by evenly spread samples, the same for the same graph. */
#include "graph/build.h"

#define SAMPLES_PER_KIND 256
#define MAX_SAMPLE_LABELS 64

/* ---- relationships by kind ---- */

typedef CG_VEC(cg_kind_sample) samples;

static bool note_labels(const cg_layer *l, const cg_graph *below, uint32_t kind, cg_node n, bool out, samples *s, cg_mem *mem)
{
    uint32_t labels[MAX_SAMPLE_LABELS], count = 0;
    const uint32_t *list = labels;
    if (below) {
        count = cg_node_labels(below, n, labels, MAX_SAMPLE_LABELS);
        count = count < MAX_SAMPLE_LABELS ? count : MAX_SAMPLE_LABELS;
    } else {
        uint32_t k = l->inventory->node_kindset[n];
        list = l->inventory->kindset_labels + l->inventory->kindset_offset[k];
        count = l->inventory->kindset_offset[k + 1] - l->inventory->kindset_offset[k];
    }
    for (uint32_t i = 0; i < count; i++)
        if (!cg_vec_push(mem, s, ((cg_kind_sample){ kind, list[i], out, !out })))
            return false;
    return true;
}

static bool take_samples(const cg_layer *l, const cg_graph *below, cg_kind_count_entry *counts, const uint32_t *stride, uint32_t *seen,
                         samples *s, cg_mem *mem)
{
    const cg_edge_store *e = &l->edges;
    for (uint32_t i = 0; i < e->count; i++) {
        uint32_t kind = cg_edge_kind(e, i);
        if (seen[kind]-- != 0)
            continue;
        seen[kind] = stride[kind] - 1;
        counts[kind].sampled++;
        if (!note_labels(l, below, kind, cg_edge_from(e, i), true, s, mem) || !note_labels(l, below, kind, e->to[i], false, s, mem))
            return false;
    }
    return true;
}

/* Add up samples of the same kind and label. */
static int32_t fold_samples(cg_layer *l, samples *s, cspm_error **err)
{
    cg_mem *mem = l->owner.mem;
    uint32_t n = (uint32_t)s->count, used = 0;
    int32_t rc = CSPM_OK;
    uint32_t *order = cg_alloc_array(mem, (size_t)n * 2, sizeof *order);
    uint64_t *keys = cg_alloc_array(mem, (size_t)n * 2, sizeof *keys);
    cg_kind_sample *made = cg_alloc_array(mem, n, sizeof *made);
    if (!order || !keys || !made) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        keys[i] = (uint64_t)s->data[i].kind << 32 | s->data[i].label;
        order[i] = i;
    }
    cg_sort_pairs(keys, order, n, keys + n, order + n);
    for (uint32_t i = 0; i < n; i++) {
        const cg_kind_sample *one = &s->data[order[i]];
        if (used && made[used - 1].kind == one->kind && made[used - 1].label == one->label) {
            made[used - 1].out += one->out;
            made[used - 1].in += one->in;
        } else {
            made[used++] = *one;
        }
    }
    cg_kind_sample *kept = cg_owner_alloc(&l->owner, used, sizeof *kept);
    if (!kept) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    if (used)
        memcpy(kept, made, used * sizeof *kept);
    l->samples = kept;
    l->n_samples = used;
out:
    cg_free(mem, order);
    cg_free(mem, keys);
    cg_free(mem, made);
    return rc;
}

static uint64_t hub_pairs(const cg_hub_store *h, uint32_t hub)
{
    uint32_t a = h->in_offset[hub], a_end = h->in_offset[hub + 1], b = h->out_offset[hub], b_end = h->out_offset[hub + 1];
    uint64_t pairs = (uint64_t)(a_end - a) * (b_end - b);
    while (a < a_end && b < b_end) {
        pairs -= h->in_node[a] == h->out_node[b];
        uint32_t x = h->in_node[a], y = h->out_node[b];
        a += x <= y;
        b += y <= x;
    }
    return pairs;
}

int32_t cg_layer_count_kinds(cg_layer *l, const cg_graph *below, uint32_t n_kinds, cspm_error **err)
{
    cg_mem *mem = l->owner.mem;
    int32_t rc = CSPM_OK;
    samples s = { 0 };
    uint32_t *stride = cg_calloc(mem, n_kinds, sizeof *stride), *seen = cg_calloc(mem, n_kinds, sizeof *seen);
    cg_kind_count_entry *counts = cg_owner_calloc(&l->owner, n_kinds, sizeof *counts);
    if (!stride || !seen || !counts) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < l->edges.count; i++)
        counts[cg_edge_kind(&l->edges, i)].count++;
    for (uint32_t k = 0; k < n_kinds; k++)
        stride[k] = (uint32_t)(counts[k].count / SAMPLES_PER_KIND) + 1;
    if (!take_samples(l, below, counts, stride, seen, &s, mem)) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    for (uint32_t h = 0; h < l->hubs.count; h++)
        counts[l->hubs.hubs[h].kind].count += hub_pairs(&l->hubs, h);
    l->n_kinds = n_kinds;
    l->kind_counts = counts;
    rc = fold_samples(l, &s, err);
out:
    cg_free(mem, stride);
    cg_free(mem, seen);
    cg_vec_free(mem, &s);
    return rc;
}

uint64_t cg_kind_count(const cg_graph *g, uint32_t kind)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < g->n_layers; i++)
        if (kind < g->layers[i]->n_kinds)
            n += g->layers[i]->kind_counts[kind].count;
    return n;
}

static const cg_kind_sample *find_sample(const cg_layer *l, uint32_t kind, uint32_t label)
{
    uint32_t low = 0, high = l->n_samples;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const cg_kind_sample *s = &l->samples[middle];
        if (s->kind == kind && s->label == label)
            return s;
        if (s->kind < kind || (s->kind == kind && s->label < label))
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Counts far beyond 2^44 are not estimated finer than that. */
static uint64_t share(uint64_t count, uint64_t part, uint64_t whole)
{
    if (!whole)
        return 0;
    return count > UINT64_MAX / (part + 1) ? count / whole * part : count * part / whole;
}

uint64_t cg_kind_count_label(const cg_graph *g, uint32_t kind, uint32_t label, cg_dir dir)
{
    uint64_t n = 0, with_label = cg_label_count(g, label);
    for (uint32_t i = 0; i < g->n_layers; i++) {
        const cg_layer *l = g->layers[i];
        if (kind >= l->n_kinds || !l->kind_counts[kind].count)
            continue;
        uint64_t count = l->kind_counts[kind].count, estimate = 0;
        const cg_kind_sample *s = find_sample(l, kind, label);
        uint32_t sampled = l->kind_counts[kind].sampled;
        if (s && sampled) {
            uint32_t hits = dir == CG_OUT ? s->out : dir == CG_IN ? s->in : s->out > s->in ? s->out : s->in;
            estimate = share(count, hits, sampled);
        } else if (!sampled || i > 0) {
            estimate = share(count, with_label, g->n_nodes); /* hubs, or a label set above the sample */
        }
        n += estimate;
    }
    return n || !with_label || !cg_kind_count(g, kind) ? n : 1;
}

/* ---- properties ---- */

int32_t cg_layer_count_keys(cg_layer *l, const cg_graph *below, cspm_error **err)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->n_node_columns; i++)
        n += i == 0 || l->node_columns[i].key != l->node_columns[i - 1].key;
    uint32_t *fresh = cg_owner_calloc(&l->owner, n, sizeof *fresh);
    if (!fresh)
        return cg_nomem(l->owner.mem, err);
    uint32_t at = 0;
    for (uint32_t i = 0; i < l->n_node_columns; i++) {
        const cg_column *c = &l->node_columns[i];
        at += i && c->key != l->node_columns[i - 1].key;
        fresh[at] += c->at.count;
        if (!below || c->key >= below->n_names[CG_NAMES_KEY])
            continue;
        uint32_t node = 0;
        for (uint32_t k = 0; k < c->at.count; k++, node++) {
            node = cg_presence_next(&c->at, node);
            for (uint32_t r = below->key_first[c->key]; r < below->key_first[c->key + 1]; r++)
                if (cg_presence_has(&below->key_refs[r].column->at, node)) {
                    fresh[at]--;
                    break;
                }
        }
    }
    l->key_new = fresh;
    return CSPM_OK;
}

static uint32_t types_of(const uint32_t *first, const cg_column_ref *refs, uint32_t key)
{
    uint32_t types = 0;
    for (uint32_t i = first[key]; i < first[key + 1]; i++)
        types |= 1u << refs[i].column->type;
    return types;
}

uint32_t cg_node_key_types(const cg_graph *g, uint32_t key)
{
    return key < g->n_names[CG_NAMES_KEY] ? types_of(g->key_first, g->key_refs, key) : 0;
}

uint32_t cg_rel_key_types(const cg_graph *g, uint32_t key)
{
    return key < g->n_names[CG_NAMES_KEY] ? types_of(g->edge_key_first, g->edge_key_refs, key) : 0;
}

uint64_t cg_key_count(const cg_graph *g, uint32_t key)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < g->n_layers; i++) {
        const cg_layer *l = g->layers[i];
        uint32_t at = 0;
        for (uint32_t c = 0; c < l->n_node_columns; c++) {
            at += c && l->node_columns[c].key != l->node_columns[c - 1].key;
            if (l->node_columns[c].key == key && (c == 0 || l->node_columns[c - 1].key != key))
                n += l->key_new[at];
        }
    }
    return n;
}

static uint64_t square_root(uint64_t v)
{
    uint64_t r = 0;
    for (uint64_t bit = 1ull << 31; bit; bit >>= 1)
        if ((r + bit) * (r + bit) <= v)
            r += bit;
    return r;
}

/* Guaranteed-error estimator over an even sample: values seen once stand for sqrt(count / sample) others each. */
static uint64_t distinct_numbers(const cg_column *c)
{
    enum { SAMPLE = 256 };
    uint64_t keys[SAMPLE], key_scratch[SAMPLE];
    uint32_t values[SAMPLE], scratch[SAMPLE], n = c->at.count < SAMPLE ? c->at.count : SAMPLE, once = 0, more = 0;
    for (uint32_t i = 0; i < n; i++) {
        cg_value v;
        (void)cg_column_value(NULL, c, (uint32_t)((uint64_t)i * c->at.count / n), NULL, &v, NULL);
        memcpy(&keys[i], &v.integer, sizeof keys[i]);
        values[i] = i;
    }
    cg_sort_pairs(keys, values, n, key_scratch, scratch);
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && keys[end] == keys[i];)
            end++;
        if (end - i == 1)
            once++;
        else
            more++;
    }
    if (n == c->at.count)
        return once + more;
    uint64_t estimate = more + once * square_root((uint64_t)c->at.count * 65536 / n) / 256;
    return estimate < c->at.count ? estimate : c->at.count;
}

uint64_t cg_key_distinct(const cg_graph *g, uint32_t key)
{
    uint64_t n = 0;
    if (key >= g->n_names[CG_NAMES_KEY])
        return 0;
    for (uint32_t i = g->key_first[key]; i < g->key_first[key + 1]; i++) {
        const cg_column *c = g->key_refs[i].column;
        if (cg_column_touch(g->key_refs[i].layer, c, NULL) < 0)
            continue;
        if (c->type == CG_BOOL)
            n += c->at.count < 2 ? c->at.count : 2;
        else
            n += c->type == CG_STRING || c->type == CG_LIST ? c->n_strings : distinct_numbers(c);
    }
    return n;
}
