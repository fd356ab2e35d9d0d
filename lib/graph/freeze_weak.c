/* Freeze: definitions that do not stand for themselves. Ends of edges that no input defines become partial nodes; these give way to any other
 * definition, enrichment is kept only where there is one. */
#include "graph/build.h"

static uint32_t key_of(const cg_builder *b, uint32_t def)
{
    return *(const uint32_t *)cg_chunks_at(&b->def_key, def);
}

static void mark_key(uint64_t *bits, uint32_t key)
{
    bits[key >> 6] |= UINT64_C(1) << (key & 63);
}

static bool has_key(const uint64_t *bits, uint32_t key)
{
    return bits[key >> 6] >> (key & 63) & 1;
}

static cg_standing standing_of(const cg_builder *b, uint32_t def, size_t *at)
{
    while (*at < b->weak.count && b->weak.data[*at].def < def)
        ++*at;
    return *at < b->weak.count && b->weak.data[*at].def == def ? b->weak.data[*at].standing : CG_STANDING_FULL;
}

/* Keys that definitions of this standing own, aliases too. */
static void mark_defined(const cg_builder *b, cg_standing standing, uint64_t *bits)
{
    size_t at = 0;
    for (uint32_t d = 0; d < b->def_key.count; d++)
        if (standing_of(b, d, &at) == standing)
            mark_key(bits, key_of(b, d));
    at = 0;
    for (size_t i = 0; i < b->aliases.count; i++) /* in order of definition */
        if (standing_of(b, b->aliases.data[i].def, &at) == standing)
            mark_key(bits, b->aliases.data[i].key);
}

static uint64_t *key_bits(const cg_builder *b)
{
    return cg_calloc(b->mem, ((size_t)cg_intern_count(b->keys) + 63) / 64 + 1, sizeof(uint64_t));
}

/* ---- partial nodes ---- */

typedef struct wanted {
    uint32_t key, label, source;
    uint64_t offset;
} wanted;
typedef CG_VEC(wanted) wanted_list;

typedef struct wanted_order {
    const cg_builder *b;
    const wanted *items;
} wanted_order;

static int place_cmp(const cg_builder *b, const wanted *x, const wanted *y)
{
    const cg_build_source *s = &b->sources.data[x->source], *t = &b->sources.data[y->source];
    int c = x->source == y->source ? 0 : cg_str_cmp(s->name, t->name);
    if (c == 0 && x->source != y->source)
        c = cg_str_cmp(s->dialect, t->dialect);
    if (c == 0)
        c = (x->offset > y->offset) - (x->offset < y->offset);
    return c;
}

/* By key and label, the first mention ahead. */
static int wanted_cmp(const void *context, uint32_t a, uint32_t b)
{
    const wanted_order *o = context;
    const wanted *x = &o->items[a], *y = &o->items[b];
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    int c = place_cmp(o->b, x, y);
    return c ? c : (a > b) - (a < b);
}

/* By place, so that items of one source stand together. */
static int mention_cmp(const void *context, uint32_t a, uint32_t b)
{
    const wanted_order *o = context;
    int c = place_cmp(o->b, &o->items[a], &o->items[b]);
    return c ? c : (a > b) - (a < b);
}

static int32_t sort_wanted(const cg_builder *b, wanted_list *list, cg_number_cmp cmp, cspm_error **err)
{
    uint32_t n = (uint32_t)list->count;
    uint32_t *order = cg_alloc_array(b->mem, (size_t)n * 2 + 1, sizeof *order);
    wanted *sorted = cg_alloc_array(b->mem, (size_t)n + 1, sizeof *sorted);
    int32_t rc = CSPM_OK;
    if (!order || !sorted) {
        rc = cg_nomem(b->mem, err);
    } else {
        for (uint32_t i = 0; i < n; i++)
            order[i] = i;
        cg_sort_numbers(order, n, order + n, cmp, &(wanted_order){ b, list->data });
        for (uint32_t i = 0; i < n; i++)
            sorted[i] = list->data[order[i]];
        if (n)
            memcpy(list->data, sorted, n * sizeof *sorted);
    }
    cg_free(b->mem, order);
    cg_free(b->mem, sorted);
    return rc;
}

/* Ends that nobody defines, each key and label once, at its first mention. */
static int32_t gather(const cg_builder *b, const uint64_t *defined, wanted_list *out, cspm_error **err)
{
    for (size_t i = 0; i < b->partial_ends.count; i++) {
        const cg_partial_end *s = &b->partial_ends.data[i];
        const cg_coo *ends = cg_chunks_at(&b->edge_ends, s->edge);
        wanted w = { .key = s->from ? ends->from : ends->to, .label = s->label };
        if (w.key == CG_NONE32 || has_key(defined, w.key))
            continue;
        w.offset = cg_run_offset(&b->edge_runs, &b->edge_offset, s->edge, &w.source);
        if (!cg_vec_push(b->mem, out, w))
            return cg_nomem(b->mem, err);
    }
    int32_t rc = sort_wanted(b, out, wanted_cmp, err);
    if (rc < 0)
        return rc;
    size_t kept = 0;
    for (size_t i = 0; i < out->count; i++)
        if (kept == 0 || out->data[kept - 1].key != out->data[i].key || out->data[kept - 1].label != out->data[i].label)
            out->data[kept++] = out->data[i];
    out->count = kept;
    return sort_wanted(b, out, mention_cmp, err);
}

static int32_t define(cg_builder *b, const wanted *w, const cg_cell *mark, uint32_t id_key, cspm_error **err)
{
    const cg_cell id = { .key = id_key, .type = CG_STRING, .text = cg_intern_get(b->keys, w->key) };
    uint32_t def = (uint32_t)b->def_key.count;
    uint64_t base = w->offset == UINT64_MAX ? UINT64_MAX : w->offset & ~(uint64_t)UINT32_MAX;
    const cg_run *last = b->node_runs.count ? &b->node_runs.data[b->node_runs.count - 1] : NULL;
    if (def >= b->limits.max_nodes)
        return cg_fail(b->mem, err, CSPM_E_LIMIT, "more than %llu nodes (limit max_nodes)", (unsigned long long)b->limits.max_nodes);
    if ((!last || last->source != w->source || last->base != base) &&
        !cg_vec_push(b->mem, &b->node_runs, ((cg_run){ def, w->source, base })))
        return cg_nomem(b->mem, err);
    uint32_t kindset = cg_intern_add(b->kindsets, (const char *)&w->label, sizeof w->label);
    uint32_t *set = cg_chunks_push(&b->def_kindset), *offset = cg_chunks_push(&b->def_offset), *key = cg_chunks_push(&b->def_key);
    if (kindset == CG_INTERN_NONE || !set || !offset || !key || !cg_colset_add(&b->node_props, def, mark) ||
        !cg_colset_add(&b->node_props, def, &id) || !cg_vec_push(b->mem, &b->weak, ((cg_weak){ def, CG_STANDING_PARTIAL })))
        return cg_nomem(b->mem, err);
    *set = kindset;
    *offset = (uint32_t)w->offset;
    *key = w->key;
    return CSPM_OK;
}

static int32_t say(cg_builder *b, uint32_t source, const char *format, ...) __attribute__((format(printf, 3, 4)));
static int32_t say(cg_builder *b, uint32_t source, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int32_t rc = cg_diag_list_add(&b->diags, source, CG_DIAG_WARNING, "not-exported", (cg_pos){ .offset = UINT64_MAX }, NULL, format, args);
    va_end(args);
    return rc;
}

/* One line a source and label. */
static int32_t count_up(cg_builder *b, const wanted_list *list, cspm_error **err)
{
    uint32_t n_labels = cg_intern_count(b->names[CG_NAMES_LABEL].table);
    int32_t rc = CSPM_OK;
    uint32_t *counts = cg_calloc(b->mem, (size_t)n_labels + 1, sizeof *counts);
    if (!counts)
        return cg_nomem(b->mem, err);
    for (size_t i = 0, end; i < list->count && rc == CSPM_OK; i = end) {
        uint32_t source = list->data[i].source;
        for (end = i; end < list->count && list->data[end].source == source; end++)
            counts[list->data[end].label]++;
        for (size_t k = i; k < end && rc == CSPM_OK; k++) {
            uint32_t *count = &counts[list->data[k].label];
            cg_str label = cg_intern_get(b->names[CG_NAMES_LABEL].table, list->data[k].label);
            cg_str first = cg_intern_get(b->keys, list->data[k].key);
            if (*count == 1)
                rc = say(b, source, "%.*s \"%.*s\" is referred to but in none of the inputs: kept as a partial node", CG_FMT(label),
                         (int)(first.length < 200 ? first.length : 200), first.data);
            else if (*count)
                rc =
                    say(b, source, "%u nodes of kind %.*s are referred to but in none of the inputs, first \"%.*s\": kept as partial nodes",
                        *count, CG_FMT(label), (int)(first.length < 200 ? first.length : 200), first.data);
            *count = 0;
        }
    }
    cg_free(b->mem, counts);
    return rc < 0 ? cg_nomem(b->mem, err) : rc;
}

int32_t cg_freeze_partial(cg_builder *b, cspm_error **err)
{
    wanted_list list = { 0 };
    int32_t rc = CSPM_OK;
    if (!b->partial_ends.count)
        return CSPM_OK;
    const cg_cell mark = { .key = cg_builder_key(b, "partial", 7), .type = CG_BOOL, .word = 1 };
    const uint32_t id = cg_builder_key(b, "id", 2);
    uint64_t *defined = key_bits(b);
    if (!defined || mark.key == CG_NO_NAME || id == CG_NO_NAME) {
        rc = cg_nomem(b->mem, err);
        goto out;
    }
    mark_defined(b, CG_STANDING_FULL, defined);
    if ((rc = gather(b, defined, &list, err)) < 0)
        goto out;
    for (size_t i = 0; i < list.count && rc == CSPM_OK; i++)
        rc = define(b, &list.data[i], &mark, id, err);
    if (rc == CSPM_OK)
        rc = count_up(b, &list, err);
out:
    cg_free(b->mem, defined);
    cg_vec_free(b->mem, &list);
    return rc;
}

/* ---- what does not count ---- */

int32_t cg_freeze_forget(cg_freeze *f, cspm_error **err)
{
    const cg_builder *b = f->b;
    int32_t rc = CSPM_OK;
    if (!b->weak.count)
        return CSPM_OK;
    uint64_t *full = key_bits(b), *partial = key_bits(b);
    f->forgotten = cg_calloc(f->mem, ((size_t)f->n_defs + 63) / 64 + 1, sizeof *f->forgotten);
    if (!full || !partial || !f->forgotten) {
        rc = cg_nomem(f->mem, err);
        goto out;
    }
    mark_defined(b, CG_STANDING_FULL, full);
    mark_defined(b, CG_STANDING_PARTIAL, partial);
    size_t alias = 0;
    for (size_t i = 0; i < b->weak.count; i++) {
        const cg_weak *w = &b->weak.data[i];
        bool known = has_key(full, key_of(b, w->def)), guessed = has_key(partial, key_of(b, w->def));
        while (alias < b->aliases.count && b->aliases.data[alias].def < w->def)
            alias++;
        for (; alias < b->aliases.count && b->aliases.data[alias].def == w->def; alias++) {
            known = known || has_key(full, b->aliases.data[alias].key);
            guessed = guessed || has_key(partial, b->aliases.data[alias].key);
        }
        if (w->standing == CG_STANDING_PARTIAL ? known : !known && !guessed)
            mark_key(f->forgotten, w->def);
    }
out:
    cg_free(f->mem, full);
    cg_free(f->mem, partial);
    return rc;
}
