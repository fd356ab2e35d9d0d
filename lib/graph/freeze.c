/* Freeze: the builder's tables become the inventory layer of a graph. */
#include "graph/build.h"

/* ---- where items come from ---- */

uint64_t cg_run_offset(const cg_runs *runs, const cg_chunks *low, uint32_t item, uint32_t *source)
{
    size_t begin = 0, end = runs->count;
    while (end - begin > 1) {
        size_t middle = begin + (end - begin) / 2;
        if (runs->data[middle].first_item <= item)
            begin = middle;
        else
            end = middle;
    }
    const cg_run *r = &runs->data[begin];
    *source = r->source;
    return r->base == UINT64_MAX ? UINT64_MAX : r->base + *(const uint32_t *)cg_chunks_at(low, item);
}

uint64_t cg_freeze_position(const cg_freeze *f, const cg_runs *runs, const cg_chunks *low, uint32_t item)
{
    uint32_t source;
    uint64_t offset = cg_run_offset(runs, low, item, &source);
    const cg_source *s = &f->sources[f->source_place[source]];
    return offset == UINT64_MAX ? s->first + s->span - 1 : s->first + offset;
}

int cg_source_better(const cg_build_source *a, const cg_build_source *b)
{
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    return a->stamp == b->stamp ? 0 : a->stamp > b->stamp ? -1 : 1;
}

int32_t cg_freeze_diag(cg_freeze *f, uint32_t source, const char *code, uint64_t offset, cspm_error **err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int32_t rc = cg_diag_list_add(&f->b->diags, source, CG_DIAG_WARNING, code, (cg_pos){ .offset = offset }, err, format, args);
    va_end(args);
    return rc;
}

typedef struct surveyed {
    const cg_freeze *f;
    const cg_source *info;
} surveyed;

static int source_cmp(const void *context, uint32_t a, uint32_t b)
{
    const cg_freeze *f = ((const surveyed *)context)->f;
    const cg_source *info = ((const surveyed *)context)->info;
    const cg_build_source *x = &f->b->sources.data[a], *y = &f->b->sources.data[b];
    int c = cg_str_cmp(x->name, y->name);
    if (c == 0)
        c = cg_str_cmp(x->dialect, y->dialect);
    if (c == 0)
        c = cg_source_better(x, y);
    if (c == 0)
        c = (x->bytes > y->bytes) - (x->bytes < y->bytes);
    if (c == 0)
        c = (info[a].info.nodes > info[b].info.nodes) - (info[a].info.nodes < info[b].info.nodes);
    if (c == 0)
        c = (info[a].info.edges > info[b].info.edges) - (info[a].info.edges < info[b].info.edges);
    return c ? c : (a > b) - (a < b);
}

/* Count items and find the largest offset of every source (in the builder's numbering). */
static void survey(const cg_runs *runs, const cg_chunks *low, cg_source *info, bool nodes)
{
    for (size_t r = 0; r < runs->count; r++) {
        const cg_run *run = &runs->data[r];
        cg_source *s = &info[run->source];
        uint64_t end = r + 1 < runs->count ? runs->data[r + 1].first_item : low->count, highest = 0;
        if (end <= run->first_item)
            continue;
        if (nodes)
            s->info.nodes += end - run->first_item;
        else
            s->info.edges += end - run->first_item;
        if (run->base == UINT64_MAX)
            continue;
        for (uint64_t i = run->first_item; i < end; i++) {
            uint32_t v = *(const uint32_t *)cg_chunks_at(low, i);
            highest = v > highest ? v : highest;
        }
        if (run->base + highest + 2 > s->span)
            s->span = run->base + highest + 2;
    }
}

int32_t cg_freeze_sources(cg_freeze *f, cspm_error **err)
{
    cg_builder *b = f->b;
    uint32_t n = (uint32_t)b->sources.count;
    int32_t rc = CSPM_OK;
    cg_source *info = cg_calloc(f->mem, n, sizeof *info);
    uint32_t *scratch = cg_alloc_array(f->mem, n, sizeof *scratch);
    f->source_order = cg_alloc_array(f->mem, n, sizeof *f->source_order);
    f->source_place = cg_alloc_array(f->mem, n, sizeof *f->source_place);
    f->sources = cg_owner_calloc(&f->layer->owner, n, sizeof *f->sources);
    if (!info || !scratch || !f->source_order || !f->source_place || !f->sources) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    survey(&b->node_runs, &b->def_offset, info, true);
    survey(&b->edge_runs, &b->edge_offset, info, false);
    for (uint32_t i = 0; i < n; i++)
        f->source_order[i] = i;
    cg_sort_numbers(f->source_order, n, scratch, source_cmp, &(surveyed){ f, info });
    uint64_t first = 0;
    for (uint32_t i = 0; i < n; i++) {
        const cg_build_source *s = &b->sources.data[f->source_order[i]];
        cg_source *made = &f->sources[i];
        *made = info[f->source_order[i]];
        f->source_place[f->source_order[i]] = i;
        made->span = made->span ? made->span : 1;
        made->first = first;
        if (__builtin_add_overflow(first, made->span, &first)) {
            rc = cg_fail(f->mem, err, CSPM_E_LIMIT, "item offsets beyond 2^64 bytes");
            goto out;
        }
        char *name = cg_arena_strndup(&f->layer->owner.arena, s->name.data, s->name.length);
        char *dialect = cg_arena_strndup(&f->layer->owner.arena, s->dialect.data, s->dialect.length);
        if (!name || !dialect) {
            rc = cg_nomem(f->mem, err);
            goto out;
        }
        made->info.name = (cg_str){ name, s->name.length };
        made->info.dialect = (cg_str){ dialect, s->dialect.length };
        made->info.bytes = s->bytes;
        made->rank = s->rank;
        made->merge_equal_edges = s->merge_equal_edges;
        made->stamp = s->stamp;
    }
    f->inv->sources = f->sources;
    f->inv->n_sources = n;
out:
    cg_free(f->mem, info);
    cg_free(f->mem, scratch);
    return rc;
}

/* ---- names ---- */

static int32_t freeze_name_table(cg_freeze *f, int which, cspm_error **err)
{
    cg_intern *table = f->b->names[which].table;
    uint32_t n = cg_intern_count(table);
    int32_t rc = CSPM_OK;
    cg_strtab_builder text;
    cg_strtab_builder_init(&text, f->mem);
    cg_id_entry *entries = cg_alloc_array(f->mem, n, sizeof *entries);
    uint32_t *map = f->name_map[which] = cg_alloc_array(f->mem, n, sizeof *map);
    if (!entries || !map) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        cg_str s = cg_intern_get(table, i);
        entries[i] = (cg_id_entry){ .bytes = (const unsigned char *)s.data, .length = (uint32_t)s.length, .index = i };
    }
    if ((rc = cg_sort_ids(entries, n, f->op, f->mem, err)) < 0)
        goto out;
    for (uint32_t i = 0; i < n; i++) {
        map[entries[i].index] = i;
        if (!cg_strtab_builder_add(&text, (const char *)entries[i].bytes, entries[i].length)) {
            rc = cg_nomem(f->mem, err);
            goto out;
        }
    }
    rc = cg_strtab_builder_finish(&text, &f->layer->owner, &f->layer->names[which].text, err);
out:
    cg_strtab_builder_free(&text);
    cg_free(f->mem, entries);
    return rc;
}

int32_t cg_freeze_names(cg_freeze *f, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (int i = 0; i < 3 && rc >= 0; i++)
        rc = freeze_name_table(f, i, err);
    return rc;
}

static int32_t freeze_declared(cg_freeze *f, cspm_error **err)
{
    uint32_t n = f->layer->names[CG_NAMES_KIND].text.count;
    int8_t *declared = cg_owner_alloc(&f->layer->owner, n, sizeof *declared);
    if (!declared)
        return cg_nomem(f->mem, err);
    memset(declared, -1, n);
    /* Inputs that disagree: traversable wins, whatever their order. */
    for (size_t i = 0; i < f->b->declared.count; i++) {
        const cg_declared *d = &f->b->declared.data[i];
        int8_t *at = &declared[f->name_map[CG_NAMES_KIND][d->kind]];
        *at = d->traversable || *at == 1;
    }
    f->inv->declared = declared;
    return CSPM_OK;
}

static int32_t freeze_diags(cg_freeze *f, cspm_error **err)
{
    uint32_t n = (uint32_t)f->b->sources.count;
    cg_str *names = cg_alloc_array(f->mem, n, sizeof *names);
    if (!names)
        return cg_nomem(f->mem, err);
    for (uint32_t i = 0; i < n; i++)
        names[i] = f->sources[f->source_place[i]].info.name;
    int32_t rc = cg_diag_list_finish(&f->b->diags, names, &f->layer->owner, &f->layer->diags, &f->layer->n_diags, err);
    cg_free(f->mem, names);
    return rc;
}

static uint32_t find_edge_column(const cg_freeze *f, const char *name, uint8_t type)
{
    uint32_t key = cg_strtab_search(&f->layer->names[CG_NAMES_KEY].text, name, strlen(name));
    for (uint32_t i = 0; i < f->layer->n_edge_columns; i++)
        if (f->layer->edge_columns[i].key == key && f->layer->edge_columns[i].type == type)
            return i;
    return CG_NONE32;
}

static int32_t freeze_layer(cg_freeze *f, cspm_error **err)
{
    int32_t rc;
    if ((rc = cg_freeze_sources(f, err)) < 0 || (rc = cg_freeze_names(f, err)) < 0 || (rc = cg_freeze_nodes(f, err)) < 0 ||
        (rc = cg_freeze_kinds(f, err)) < 0 || (rc = cg_freeze_settle(f, err)) < 0)
        return rc;
    cg_layer *l = f->layer;
    const uint32_t *key_map = f->name_map[CG_NAMES_KEY];
    if ((rc = cg_colset_finish(&f->b->node_props, f->def_node, f->n_nodes, key_map, &l->owner, &f->strings, &l->node_columns,
                               &l->n_node_columns, f->op, err)) < 0)
        return rc;
    cg_free(f->mem, f->def_node);
    f->def_node = NULL;
    if ((rc = cg_freeze_matches(f, err)) < 0 || (rc = cg_freeze_edges(f, err)) < 0 || (rc = freeze_declared(f, err)) < 0 ||
        (rc = freeze_diags(f, err)) < 0 || (rc = cg_strtab_builder_finish(&f->strings, &l->owner, &l->strings, err)) < 0)
        return rc;
    f->inv->likelihood_column = find_edge_column(f, "likelihood", CG_FLOAT);
    f->inv->conditional_column = find_edge_column(f, "conditional", CG_BOOL);
    l->first_evidence = 0;
    l->n_evidence = f->n_nodes + l->edges.count;
    if ((rc = cg_op_check(f->op, f->mem, err)) < 0 || (rc = cg_layer_count_kinds(l, NULL, l->names[CG_NAMES_KIND].text.count, err)) < 0 ||
        (rc = cg_op_check(f->op, f->mem, err)) < 0)
        return rc;
    return cg_layer_count_keys(l, NULL, err);
}

int32_t cg_builder_freeze(cg_builder *b, cspm_op *op, cg_graph **out, cspm_error **err)
{
    cg_mem *mem = b->mem;
    cg_freeze f = { .b = b, .op = op, .mem = mem };
    *out = NULL;
    cg_builder_abort_item(b);
    cg_strtab_builder_init(&f.strings, mem);
    int32_t rc = cg_builder_flush(b, err);
    if (rc < 0 || (rc = cg_freeze_partial(b, err)) < 0)
        goto out;
    f.layer = cg_layer_alloc(mem);
    f.inv = f.layer ? cg_owner_calloc(&f.layer->owner, 1, sizeof *f.inv) : NULL;
    if (!f.inv) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    f.layer->name = CG_STR("inventory");
    f.layer->inventory = f.inv;
    if ((rc = freeze_layer(&f, err)) == CSPM_OK)
        rc = cg_graph_from_layers(mem, &f.layer, 1, out, err);
out:
    cg_layer_unref(f.layer);
    cg_strtab_builder_free(&f.strings);
    cg_free(mem, f.source_order);
    cg_free(mem, f.source_place);
    for (int i = 0; i < 3; i++)
        cg_free(mem, f.name_map[i]);
    cg_free(mem, f.key_node);
    cg_free(mem, f.def_node);
    cg_free(mem, f.forgotten);
    cg_free(mem, f.shared);
    cg_free(mem, f.def_order);
    cg_builder_clear(b);
    int32_t again = cg_builder_reset(b, rc < 0 ? NULL : err);
    if (again < 0 && rc >= 0) {
        cg_graph_unref(*out);
        *out = NULL;
        rc = again;
    }
    return rc;
}
