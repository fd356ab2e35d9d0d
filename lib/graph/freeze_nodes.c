/* Freeze: keys to nodes. Aliases join keys, ids are sorted, endpoints learn their node number. */
#include "graph/build.h"

typedef struct keying {
    cg_freeze *f;
    uint32_t n_keys;
    uint32_t *parent;   /* union-find over keys; NULL while every key stands for itself */
    uint32_t *best_def; /* per node in order of first definition: the definition whose id it takes */
} keying;

static inline uint32_t def_key(const cg_freeze *f, uint32_t def)
{
    return *(const uint32_t *)cg_chunks_at(&f->b->def_key, def);
}

static inline bool forgotten(const cg_freeze *f, uint32_t def)
{
    return f->forgotten && f->forgotten[def >> 6] >> (def & 63) & 1;
}

static uint32_t root_of(const keying *k, uint32_t key)
{
    if (!k->parent)
        return key;
    while (k->parent[key] != key) {
        k->parent[key] = k->parent[k->parent[key]];
        key = k->parent[key];
    }
    return key;
}

static int32_t join_aliases(keying *k, cspm_error **err)
{
    cg_builder *b = k->f->b;
    if (!b->aliases.count)
        return CSPM_OK;
    k->parent = cg_alloc_array(k->f->mem, k->n_keys, sizeof *k->parent);
    if (!k->parent)
        return cg_nomem(k->f->mem, err);
    for (uint32_t i = 0; i < k->n_keys; i++)
        k->parent[i] = i;
    for (size_t i = 0; i < b->aliases.count; i++) {
        if (forgotten(k->f, b->aliases.data[i].def))
            continue;
        uint32_t x = root_of(k, def_key(k->f, b->aliases.data[i].def)), y = root_of(k, b->aliases.data[i].key);
        k->parent[x > y ? x : y] = x < y ? x : y;
    }
    return CSPM_OK;
}

/* Whose word counts more; 0 only for the same definition. */
static int def_cmp(const cg_freeze *f, uint32_t a, uint32_t b)
{
    const cg_builder *bl = f->b;
    uint32_t x, y;
    uint64_t p = cg_run_offset(&bl->node_runs, &bl->def_offset, a, &x), q = cg_run_offset(&bl->node_runs, &bl->def_offset, b, &y);
    int c = cg_source_better(&bl->sources.data[x], &bl->sources.data[y]);
    if (c == 0 && def_key(f, a) != def_key(f, b))
        c = cg_str_cmp(cg_intern_get(bl->keys, def_key(f, a)), cg_intern_get(bl->keys, def_key(f, b)));
    if (c == 0)
        c = (f->source_place[x] > f->source_place[y]) - (f->source_place[x] < f->source_place[y]);
    if (c == 0)
        c = (p > q) - (p < q);
    return c ? c : (a > b) - (a < b);
}

/* Number nodes by first definition: f->def_node, f->key_node at roots, best_def. */
static int32_t number_first(keying *k, cspm_error **err)
{
    cg_freeze *f = k->f;
    f->key_node = cg_alloc_array(f->mem, k->n_keys, sizeof *f->key_node);
    f->def_node = cg_alloc_array(f->mem, f->n_defs, sizeof *f->def_node);
    k->best_def = cg_alloc_array(f->mem, f->n_defs, sizeof *k->best_def);
    if (!f->key_node || !f->def_node || !k->best_def)
        return cg_nomem(f->mem, err);
    memset(f->key_node, 0xff, k->n_keys * sizeof *f->key_node);
    for (uint32_t d = 0; d < f->n_defs; d++) {
        uint32_t *node = &f->key_node[root_of(k, def_key(f, d))];
        f->def_node[d] = CG_NONE32;
        if (forgotten(f, d))
            continue;
        if (*node == CG_NONE32) {
            *node = f->n_nodes;
            k->best_def[f->n_nodes++] = d;
        } else if (def_cmp(f, d, k->best_def[*node]) < 0) {
            k->best_def[*node] = d;
        }
        f->def_node[d] = *node;
    }
    return CSPM_OK;
}

static int32_t strtab_from(cg_freeze *f, const cg_id_entry *e, uint32_t n, cg_strtab *out, cspm_error **err)
{
    cg_strtab_builder text;
    uint64_t bytes = 0;
    cg_strtab_builder_init(&text, f->mem);
    for (uint32_t i = 0; i < n; i++)
        bytes += e[i].length + 1ull;
    int32_t rc = cg_strtab_builder_reserve(&text, n, bytes) ? CSPM_OK : cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        if (i + 8 < n) {
            __builtin_prefetch(e[i + 8].bytes);
            __builtin_prefetch(e[i + 8].bytes + 64);
        }
        rc = cg_strtab_builder_add(&text, (const char *)e[i].bytes, e[i].length) ? cg_freeze_step(f, err) : cg_nomem(f->mem, err);
    }
    if (rc == CSPM_OK)
        return cg_strtab_builder_finish(&text, &f->layer->owner, out, err);
    cg_strtab_builder_free(&text);
    return rc;
}

static cg_id_entry entry_of(const cg_freeze *f, uint32_t key, uint32_t index)
{
    cg_str s = cg_intern_get(f->b->keys, key);
    return (cg_id_entry){ .bytes = (const unsigned char *)s.data, .length = (uint32_t)s.length, .index = index };
}

/* Renumber nodes in byte order of their ids. */
static int32_t number_by_id(keying *k, cspm_error **err)
{
    cg_freeze *f = k->f;
    int32_t rc = CSPM_OK;
    uint32_t *number = NULL;
    cg_id_entry *entries = cg_alloc_array(f->mem, f->n_nodes, sizeof *entries);
    if (!entries)
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        entries[i] = entry_of(f, def_key(f, k->best_def[i]), i);
        if ((rc = cg_freeze_step(f, err)) < 0)
            goto out;
    }
    if ((rc = cg_sort_ids(entries, f->n_nodes, f->op, f->mem, err)) < 0 ||
        (rc = strtab_from(f, entries, f->n_nodes, &f->inv->ids, err)) < 0)
        goto out;
    number = cg_alloc_array(f->mem, f->n_nodes, sizeof *number);
    if (!number) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < f->n_nodes; i++)
        number[entries[i].index] = i;
    if ((rc = cg_op_check(f->op, f->mem, err)) < 0)
        goto out;
    for (uint32_t d = 0; d < f->n_defs && rc == CSPM_OK; d++) {
        if (f->def_node[d] != CG_NONE32)
            f->def_node[d] = number[f->def_node[d]];
        rc = cg_freeze_step(f, err);
    }
    for (uint32_t i = 0; i < k->n_keys && rc == CSPM_OK; i++) {
        if (f->key_node[i] != CG_NONE32)
            f->key_node[i] = number[f->key_node[i]];
        rc = cg_freeze_step(f, err);
    }
    for (uint32_t i = 0; k->parent && i < k->n_keys && rc == CSPM_OK; i++) {
        f->key_node[i] = f->key_node[root_of(k, i)];
        rc = cg_freeze_step(f, err);
    }
    f->inv->n_nodes = f->n_nodes;
out:
    cg_free(f->mem, entries);
    cg_free(f->mem, number);
    return rc;
}

/* Every key of a node but its id. */
static int32_t collect_aliases(keying *k, cspm_error **err)
{
    cg_freeze *f = k->f;
    int32_t rc = CSPM_OK;
    if (!k->parent)
        return CSPM_OK;
    size_t most = f->b->aliases.count + f->n_defs;
    uint32_t n = 0;
    uint64_t *seen = cg_calloc(f->mem, ((size_t)k->n_keys + 63) / 64, sizeof *seen);
    cg_id_entry *entries = cg_alloc_array(f->mem, most, sizeof *entries);
    if (!seen || !entries) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (size_t i = 0; i < most; i++) {
        uint32_t key = i < f->n_defs ? def_key(f, (uint32_t)i) : f->b->aliases.data[i - f->n_defs].key;
        if (f->key_node[key] == CG_NONE32 || seen[key >> 6] >> (key & 63) & 1)
            continue;
        seen[key >> 6] |= 1ull << (key & 63);
        cg_id_entry e = entry_of(f, key, f->key_node[key]);
        if (!cg_str_eq((cg_str){ (const char *)e.bytes, e.length }, cg_strtab_get(&f->inv->ids, e.index)))
            entries[n++] = e;
    }
    if ((rc = cg_sort_ids(entries, n, f->op, f->mem, err)) < 0 || (rc = strtab_from(f, entries, n, &f->inv->aliases, err)) < 0)
        goto out;
    uint32_t *node = cg_owner_alloc(&f->layer->owner, n, sizeof *node), *order = cg_owner_alloc(&f->layer->owner, n, sizeof *order);
    uint64_t *keys = cg_alloc_array(f->mem, (size_t)n * 2, sizeof *keys);
    uint32_t *scratch = cg_alloc_array(f->mem, n, sizeof *scratch);
    if (!node || !order || !keys || !scratch) {
        rc = cg_nomem(f->mem, err);
    } else {
        for (uint32_t i = 0; i < n; i++) {
            keys[i] = node[i] = entries[i].index;
            order[i] = i;
        }
        cg_sort_pairs(keys, order, n, keys + n, scratch);
        f->inv->alias_node = node;
        f->inv->alias_order = order;
    }
    cg_free(f->mem, keys);
    cg_free(f->mem, scratch);
out:
    cg_free(f->mem, seen);
    cg_free(f->mem, entries);
    return rc;
}

/* Replace key ids by node numbers in the edges, and report ends nobody defined. */
static int32_t resolve_ends(keying *k, cspm_error **err)
{
    cg_freeze *f = k->f;
    cg_builder *b = f->b;
    for (uint64_t i = 0; i < b->edge_ends.count; i++) {
        int32_t rc;
        cg_coo *e = cg_chunks_at(&b->edge_ends, i);
        if (i + 16 < b->edge_ends.count) {
            const cg_coo *later = cg_chunks_at(&b->edge_ends, i + 16);
            __builtin_prefetch(&f->key_node[later->from == CG_NONE32 ? 0 : later->from]);
            __builtin_prefetch(&f->key_node[later->to == CG_NONE32 ? 0 : later->to]);
        }
        uint32_t from = e->from == CG_NONE32 ? CG_NONE32 : f->key_node[e->from], to = e->to == CG_NONE32 ? CG_NONE32 : f->key_node[e->to];
        uint32_t missing[2] = { from == CG_NONE32 ? e->from : CG_NONE32, to == CG_NONE32 ? e->to : CG_NONE32 };
        for (int side = 0; side < 2; side++) {
            uint32_t source;
            if (missing[side] == CG_NONE32 || (side == 1 && missing[1] == missing[0]))
                continue;
            cg_str id = cg_intern_get(b->keys, missing[side]);
            uint64_t offset = cg_run_offset(&b->edge_runs, &b->edge_offset, (uint32_t)i, &source);
            if ((rc = cg_freeze_diag(f, source, "dangling-edge", offset, err, "edge skipped: no node \"%.*s\"", CG_FMT(id))) < 0)
                return rc;
        }
        *e = (cg_coo){ from, to };
        if (CG_OP_DUE(f->ticks) && (rc = cg_op_check(f->op, f->mem, err)) < 0)
            return rc;
    }
    return CSPM_OK;
}

/* Where each node was defined first. */
static int32_t place_nodes(cg_freeze *f, cspm_error **err)
{
    const cg_source *last = f->inv->n_sources ? &f->sources[f->inv->n_sources - 1] : NULL;
    bool narrow = !last || last->first + last->span <= UINT32_MAX;
    uint32_t *at32 = narrow ? cg_owner_alloc(&f->layer->owner, f->n_nodes, sizeof *at32) : NULL;
    uint64_t *at64 = narrow ? NULL : cg_owner_alloc(&f->layer->owner, f->n_nodes, sizeof *at64);
    if (!at32 && !at64)
        return cg_nomem(f->mem, err);
    memset(narrow ? (void *)at32 : (void *)at64, 0xff, f->n_nodes * (narrow ? sizeof *at32 : sizeof *at64));
    for (uint32_t d = 0; d < f->n_defs; d++) {
        uint64_t position = cg_freeze_position(f, &f->b->node_runs, &f->b->def_offset, d);
        uint32_t node = f->def_node[d];
        if (node == CG_NONE32)
            continue;
        if (narrow && position < at32[node])
            at32[node] = (uint32_t)position;
        else if (!narrow && position < at64[node])
            at64[node] = position;
        const int32_t rc = cg_freeze_step(f, err);
        if (rc < 0)
            return rc;
    }
    f->inv->node_at32 = at32;
    f->inv->node_at64 = at64;
    return CSPM_OK;
}

static int def_order_cmp(const void *context, uint32_t a, uint32_t b)
{
    return def_cmp(context, a, b);
}

static bool is_shared(const cg_freeze *f, uint32_t node)
{
    return node != CG_NONE32 && f->shared[node >> 6] >> (node & 63) & 1;
}

/* Nodes with more than one definition: their definitions, the best first. */
static int32_t find_shared(cg_freeze *f, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    if (f->n_nodes == f->n_defs)
        return CSPM_OK;
    uint64_t *keys = NULL;
    uint32_t *scratch = NULL;
    uint64_t *once = cg_calloc(f->mem, ((size_t)f->n_nodes + 63) / 64, sizeof *once);
    f->shared = cg_calloc(f->mem, ((size_t)f->n_nodes + 63) / 64, sizeof *f->shared);
    if (!once || !f->shared) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (uint32_t d = 0; d < f->n_defs; d++) {
        uint32_t node = f->def_node[d];
        uint64_t bit = 1ull << (node & 63);
        if (node == CG_NONE32)
            continue;
        f->shared[node >> 6] |= once[node >> 6] & bit;
        once[node >> 6] |= bit;
    }
    for (uint32_t d = 0; d < f->n_defs; d++)
        f->n_def_order += is_shared(f, f->def_node[d]);
    uint32_t n = 0;
    keys = cg_alloc_array(f->mem, (size_t)f->n_def_order * 2, sizeof *keys);
    scratch = cg_alloc_array(f->mem, f->n_def_order, sizeof *scratch);
    f->def_order = cg_alloc_array(f->mem, f->n_def_order, sizeof *f->def_order);
    if (!keys || !scratch || !f->def_order) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (uint32_t d = 0; d < f->n_defs; d++)
        if (is_shared(f, f->def_node[d])) {
            keys[n] = f->def_node[d];
            f->def_order[n++] = d;
        }
    cg_sort_pairs(keys, f->def_order, n, keys + n, scratch);
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && keys[end] == keys[i];)
            end++;
        cg_sort_numbers(f->def_order + i, end - i, scratch, def_order_cmp, f);
    }
out:
    cg_free(f->mem, once);
    cg_free(f->mem, keys);
    cg_free(f->mem, scratch);
    return rc;
}

/* The same id twice in one input: such definitions stand next to each other in def_order. */
static int32_t report_duplicates(cg_freeze *f, cspm_error **err)
{
    cg_builder *b = f->b;
    for (uint32_t i = 1; i < f->n_def_order; i++) {
        uint32_t def = f->def_order[i], before = f->def_order[i - 1], source, source_before;
        if (def_key(f, def) != def_key(f, before))
            continue;
        uint64_t offset = cg_run_offset(&b->node_runs, &b->def_offset, def, &source);
        cg_run_offset(&b->node_runs, &b->def_offset, before, &source_before);
        if (source != source_before || b->sources.data[source].repeats)
            continue;
        cg_str id = cg_intern_get(b->keys, def_key(f, def));
        int32_t rc = cg_freeze_diag(f, source, "duplicate-id", offset, err, "node \"%.*s\" is defined again; the definitions are merged",
                                    CG_FMT(id));
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

int32_t cg_freeze_nodes(cg_freeze *f, cspm_error **err)
{
    cg_builder *b = f->b;
    keying k = { .f = f, .n_keys = cg_intern_count(b->keys) };
    int32_t rc;
    f->n_defs = (uint32_t)b->def_key.count;
    cg_intern_drop_index(b->keys);
    if ((rc = cg_freeze_forget(f, err)) < 0 || (rc = join_aliases(&k, err)) < 0 || (rc = number_first(&k, err)) < 0 ||
        (rc = number_by_id(&k, err)) < 0 || (rc = find_shared(f, err)) < 0 || (rc = report_duplicates(f, err)) < 0 ||
        (rc = collect_aliases(&k, err)) < 0 || (rc = resolve_ends(&k, err)) < 0)
        goto out;
    rc = place_nodes(f, err);
out:
    cg_free(f->mem, k.parent);
    cg_free(f->mem, k.best_def);
    cg_free(f->mem, f->key_node);
    f->key_node = NULL;
    /* Ids live in the inventory now. */
    cg_intern_batch_free(&b->batch, f->mem);
    cg_intern_free(b->keys);
    b->keys = NULL;
    return rc;
}
