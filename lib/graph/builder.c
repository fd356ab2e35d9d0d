/* The builder: life, sources, marks, diagnostics. */
#include "graph/build.h"

#define MAX_ITEMS (UINT32_MAX - 1) /* item numbers are 32 bits, the last two are marks */

static uint64_t or_default(uint64_t limit, uint64_t fallback)
{
    return limit ? limit : fallback;
}

static void fill_limits(cspm_limits *l, const cspm_limits *given)
{
    *l = given ? *given : (cspm_limits){ 0 };
    l->struct_size = sizeof *l;
    l->max_input_bytes = or_default(l->max_input_bytes, 16ull << 30);
    l->max_depth = or_default(l->max_depth, 512);
    l->max_string_bytes = or_default(l->max_string_bytes, 64ull << 20);
    if (l->max_string_bytes > INT32_MAX)
        l->max_string_bytes = INT32_MAX;
    l->max_nodes = or_default(l->max_nodes, 1ull << 31);
    if (l->max_nodes > MAX_ITEMS)
        l->max_nodes = MAX_ITEMS;
    l->max_edges = or_default(l->max_edges, MAX_ITEMS);
    if (l->max_edges > MAX_ITEMS)
        l->max_edges = MAX_ITEMS;
    l->max_rows = or_default(l->max_rows, UINT64_MAX);
    l->max_paths = or_default(l->max_paths, 1000000);
    l->max_path_length = or_default(l->max_path_length, 32);
    l->max_memory_bytes = or_default(l->max_memory_bytes, UINT64_MAX);
    l->max_query_bytes = or_default(l->max_query_bytes, 256ull << 20);
    l->max_work = or_default(l->max_work, 100000000);
}

int32_t cg_builder_reset(cg_builder *b, cspm_error **err)
{
    cg_mem *mem = b->mem;
    cg_arena_init(&b->arena, mem);
    cg_chunks_init(&b->def_key, mem, sizeof(uint32_t), 12);
    cg_chunks_init(&b->def_kindset, mem, sizeof(uint32_t), 12);
    cg_chunks_init(&b->def_offset, mem, sizeof(uint32_t), 12);
    cg_chunks_init(&b->edge_ends, mem, sizeof(cg_coo), 13);
    cg_chunks_init(&b->edge_kind, mem, sizeof(uint16_t), 13);
    cg_chunks_init(&b->edge_offset, mem, sizeof(uint32_t), 13);
    cg_colset_init(&b->node_props, mem);
    cg_colset_init(&b->edge_props, mem);
    cg_diag_list_init(&b->diags, mem);
    cg_buf_init(&b->item.text, mem, 0);
    b->keys = cg_intern_new(mem, 0);
    b->kindsets = cg_intern_new(mem, 0);
    bool ok = b->keys && b->kindsets && cg_intern_batch_init(&b->batch, b->keys, mem);
    for (int i = 0; i < 3 && ok; i++) {
        b->names[i].last = CG_NO_NAME;
        b->names[i].table = cg_intern_new(mem, 0);
        ok = b->names[i].table != NULL;
    }
    return ok ? CSPM_OK : cg_nomem(mem, err);
}

/* Everything but mem and limits. */
void cg_builder_clear(cg_builder *b)
{
    cg_mem *mem = b->mem;
    cg_arena_free(&b->arena);
    cg_intern_free(b->keys);
    cg_intern_batch_free(&b->batch, mem);
    cg_intern_free(b->kindsets);
    for (int i = 0; i < 3; i++) {
        cg_intern_free(b->names[i].table);
        cg_vec_free(mem, &b->names[i].after);
    }
    cg_chunks_free(&b->def_key);
    cg_chunks_free(&b->def_kindset);
    cg_chunks_free(&b->def_offset);
    cg_chunks_free(&b->edge_ends);
    cg_chunks_free(&b->edge_kind);
    cg_chunks_free(&b->edge_offset);
    cg_vec_free(mem, &b->node_runs);
    cg_vec_free(mem, &b->edge_runs);
    cg_vec_free(mem, &b->aliases);
    cg_vec_free(mem, &b->matches);
    cg_vec_free(mem, &b->weak);
    cg_vec_free(mem, &b->partial_ends);
    cg_vec_free(mem, &b->declared);
    cg_vec_free(mem, &b->sources);
    cg_colset_free(&b->node_props);
    cg_colset_free(&b->edge_props);
    cg_diag_list_free(&b->diags);
    cg_vec_free(mem, &b->item.labels);
    cg_vec_free(mem, &b->item.cells);
    cg_vec_free(mem, &b->item.aliases);
    cg_vec_free(mem, &b->item.label_seen);
    cg_vec_free(mem, &b->item.key_seen);
    cg_buf_free(&b->item.text);
    cspm_limits limits = b->limits;
    *b = (cg_builder){ .mem = mem, .limits = limits };
}

int32_t cg_builder_new(cg_mem *mem, const cspm_limits *limits, cg_builder **out, cspm_error **err)
{
    *out = NULL;
    cg_builder *b = cg_calloc(mem, 1, sizeof *b);
    if (!b)
        return cg_nomem(mem, err);
    b->mem = cg_mem_ref(mem);
    fill_limits(&b->limits, limits ? limits : cg_mem_limits(mem));
    int32_t rc = cg_builder_reset(b, err);
    if (rc < 0)
        cg_builder_free(b);
    else
        *out = b;
    return rc;
}

void cg_builder_free(cg_builder *b)
{
    if (!b)
        return;
    cg_mem *mem = b->mem;
    cg_builder_clear(b);
    cg_free(mem, b);
    cg_mem_unref(mem);
}

cg_mem *cg_builder_mem(const cg_builder *b)
{
    return b->mem;
}

const cspm_limits *cg_builder_limits(const cg_builder *b)
{
    return &b->limits;
}

uint64_t cg_builder_n_nodes(const cg_builder *b)
{
    return b->def_key.count;
}

uint64_t cg_builder_n_edges(const cg_builder *b)
{
    return b->edge_ends.count;
}

/* A refusal leaves the batch waiting: nothing is lost, the next flush tries again. */
int32_t cg_builder_flush(cg_builder *b, cspm_error **err)
{
    if (!b->batch.count)
        return CSPM_OK;
    if (!cg_intern_batch_resolve(&b->batch))
        return cg_nomem(b->mem, err);
    for (uint32_t i = 0; i < b->batch.count; i++)
        *b->batch_target[i] = b->batch.id[i];
    cg_intern_batch_clear(&b->batch);
    return CSPM_OK;
}

/* ---- sources ---- */

static int32_t copy_text(cg_builder *b, cg_str text, cg_str *out, cspm_error **err)
{
    char *copy = cg_arena_strndup(&b->arena, text.data, text.length);
    if (!copy)
        return cg_nomem(b->mem, err);
    *out = (cg_str){ copy, text.length };
    return CSPM_OK;
}

int32_t cg_builder_begin_source(cg_builder *b, const cg_source_options *o, cspm_error **err)
{
    cg_build_source s = {
        .rank = o->rank, .stamp = o->stamp, .merge_equal_edges = o->merge_equal_edges, .repeats = o->repeats, .yields = o->yields
    };
    int32_t rc = copy_text(b, o->name, &s.name, err);
    if (rc < 0 || (rc = copy_text(b, o->dialect, &s.dialect, err)) < 0 || (rc = copy_text(b, o->scope, &s.scope, err)) < 0)
        return rc;
    return cg_vec_push(b->mem, &b->sources, s) ? CSPM_OK : cg_nomem(b->mem, err);
}

void cg_builder_set_dialect(cg_builder *b, cg_str dialect, uint32_t rank)
{
    cg_str copy;
    if (!b->sources.count)
        return;
    cg_build_source *s = &b->sources.data[b->sources.count - 1];
    s->rank = rank;
    if (copy_text(b, dialect, &copy, NULL) == CSPM_OK)
        s->dialect = copy;
}

void cg_builder_source_bytes(cg_builder *b, uint64_t bytes)
{
    if (b->sources.count)
        b->sources.data[b->sources.count - 1].bytes = bytes;
}

void cg_builder_set_repeats(cg_builder *b, bool repeats)
{
    if (b->sources.count)
        b->sources.data[b->sources.count - 1].repeats = repeats;
}

void cg_builder_source_stamp(cg_builder *b, int64_t stamp)
{
    if (b->sources.count)
        b->sources.data[b->sources.count - 1].stamp = stamp;
}

cg_str cg_builder_scope(const cg_builder *b)
{
    return b->sources.count ? b->sources.data[b->sources.count - 1].scope : CG_STR("");
}

int32_t cg_builder_declare_kind(cg_builder *b, uint32_t kind, bool traversable, cspm_error **err)
{
    if (kind == CG_NO_NAME)
        return cg_nomem(b->mem, err);
    return cg_vec_push(b->mem, &b->declared, ((cg_declared){ kind, traversable })) ? CSPM_OK : cg_nomem(b->mem, err);
}

int32_t cg_builder_diag(cg_builder *b, cg_severity severity, const char *code, cg_pos pos, cspm_error **err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    uint32_t source = b->sources.count ? (uint32_t)b->sources.count - 1 : CG_NONE32;
    int32_t rc = cg_diag_list_add(&b->diags, source, severity, code, pos, err, format, args);
    va_end(args);
    return rc;
}

/* ---- marks ---- */

/* What a rollback must restore; everything else only grows, or is cut by item number. */
typedef struct mark {
    uint32_t defs, edges, node_runs, edge_runs, aliases, matches, weak, partial_ends, declared, sources, diags, beyond, last_beyond, rank;
    uint64_t bytes;
    const char *dialect;
    uint64_t dialect_length;
} mark;
_Static_assert(sizeof(mark) <= sizeof(cg_builder_mark), "a mark fits");

int32_t cg_builder_mark_set(cg_builder *b, cg_builder_mark *m, cspm_error **err)
{
    int32_t rc = cg_builder_flush(b, err);
    if (rc < 0)
        return rc;
    const cg_build_source *s = b->sources.count ? &b->sources.data[b->sources.count - 1] : NULL;
    const cg_diag_tally *last = b->diags.beyond.count ? &b->diags.beyond.data[b->diags.beyond.count - 1] : NULL;
    mark now = {
        .defs = (uint32_t)b->def_key.count,
        .edges = (uint32_t)b->edge_ends.count,
        .node_runs = (uint32_t)b->node_runs.count,
        .edge_runs = (uint32_t)b->edge_runs.count,
        .aliases = (uint32_t)b->aliases.count,
        .matches = (uint32_t)b->matches.count,
        .weak = (uint32_t)b->weak.count,
        .partial_ends = (uint32_t)b->partial_ends.count,
        .declared = (uint32_t)b->declared.count,
        .sources = (uint32_t)b->sources.count,
        .diags = (uint32_t)b->diags.kept.count,
        .beyond = (uint32_t)b->diags.beyond.count,
        .last_beyond = last ? last->count : 0,
        .rank = s ? s->rank : 0,
        .bytes = s ? s->bytes : 0,
        .dialect = s ? s->dialect.data : NULL,
        .dialect_length = s ? s->dialect.length : 0,
    };
    memset(m, 0, sizeof *m);
    memcpy(m, &now, sizeof now);
    return CSPM_OK;
}

void cg_builder_rollback(cg_builder *b, const cg_builder_mark *m)
{
    mark then;
    memcpy(&then, m, sizeof then);
    cg_builder_abort_item(b);
    cg_intern_batch_clear(&b->batch); /* what waits came after the mark, which flushed */
    cg_chunks_truncate(&b->def_key, then.defs);
    cg_chunks_truncate(&b->def_kindset, then.defs);
    cg_chunks_truncate(&b->def_offset, then.defs);
    cg_chunks_truncate(&b->edge_ends, then.edges);
    cg_chunks_truncate(&b->edge_kind, then.edges);
    cg_chunks_truncate(&b->edge_offset, then.edges);
    cg_colset_truncate(&b->node_props, then.defs);
    cg_colset_truncate(&b->edge_props, then.edges);
    b->node_runs.count = then.node_runs;
    b->edge_runs.count = then.edge_runs;
    b->aliases.count = then.aliases;
    b->matches.count = then.matches;
    b->weak.count = then.weak;
    b->partial_ends.count = then.partial_ends;
    b->declared.count = then.declared;
    b->sources.count = then.sources;
    cg_diag_list_truncate(&b->diags, then.diags, then.beyond, then.last_beyond);
    if (then.sources) {
        cg_build_source *s = &b->sources.data[then.sources - 1];
        s->rank = then.rank;
        s->bytes = then.bytes;
        s->dialect = (cg_str){ then.dialect, (size_t)then.dialect_length };
    }
}
