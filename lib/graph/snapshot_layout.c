/* The fields of a layer in one fixed order, for writing and for reading a snapshot alike. */
#include "graph/snapshot_format.h"

#define IO_ARRAY(io, kind, index, field, count) array(io, kind, index, (const void **)(void *)&(field), sizeof *(field), count)
#define IO_OPTIONAL(io, kind, index, field, count) optional(io, kind, index, (const void **)(void *)&(field), sizeof *(field), count)

static const uint64_t nothing[4]; /* what an array of no elements points to */

/* ---- scalars and texts: the description stream ---- */

static bool take(cg_snap_io *io, void *out, size_t bytes)
{
    if (io->rc == CSPM_OK && (size_t)(io->end - io->at) < bytes)
        io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "the description of layer %u ends early", io->layer);
    if (io->rc != CSPM_OK) {
        memset(out, 0, bytes);
        return false;
    }
    memcpy(out, io->at, bytes);
    io->at += bytes;
    return true;
}

static void u32(cg_snap_io *io, uint32_t *v)
{
    if (io->writing)
        cg_buf_add(io->stream, v, sizeof *v);
    else
        take(io, v, sizeof *v);
}

static void u64(cg_snap_io *io, uint64_t *v)
{
    if (io->writing)
        cg_buf_add(io->stream, v, sizeof *v);
    else
        take(io, v, sizeof *v);
}

static uint32_t narrow(cg_snap_io *io, uint32_t v)
{
    u32(io, &v);
    return v;
}

/* Length + 1 (0 = the null string), the bytes, a NUL. Read back, it points into the file. */
static void text(cg_snap_io *io, cg_str *s)
{
    uint32_t length = narrow(io, s->data ? (uint32_t)s->length + 1 : 0);
    if (io->writing) {
        if (length)
            cg_buf_str(io->stream, *s);
        if (length)
            cg_buf_char(io->stream, '\0');
        return;
    }
    *s = CG_STR_NULL;
    if (io->rc != CSPM_OK || !length)
        return;
    if ((size_t)(io->end - io->at) < length || io->at[length - 1] || cg_utf8_check(io->at, length - 1) != SIZE_MAX) {
        io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "a text in the description of layer %u is not sound", io->layer);
        return;
    }
    *s = (cg_str){ io->at, length - 1 };
    io->at += length;
}

/* A table of structs that only exists in memory. Each element takes at least `least` bytes of the stream, which bounds what a bad count
 * can make us allocate. */
static void *table(cg_snap_io *io, const void *existing, uint32_t *n, size_t size, size_t least)
{
    u32(io, n);
    if (io->writing)
        return (void *)(uintptr_t)existing;
    if (io->rc == CSPM_OK && *n > (size_t)(io->end - io->at) / least)
        io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "the description of layer %u has an impossible count", io->layer);
    void *made = NULL;
    if (io->rc == CSPM_OK && *n) {
        made = cg_owner_calloc(io->owner, *n, size);
        if (!made)
            io->rc = cg_nomem(io->mem, io->err);
    }
    if (!made)
        *n = 0;
    return made;
}

/* ---- arrays: sections ---- */

static void note(cg_snap_io *io, uint32_t kind, uint32_t index, const void *data, size_t element, uint64_t count)
{
    cg_snap_out out = {
        .section = { .layer = io->layer, .kind = kind, .index = index, .element = (uint32_t)element, .bytes = count * element },
        .data = data
    };
    if (io->rc == CSPM_OK && !cg_vec_push(io->mem, &io->sections, out))
        io->rc = cg_nomem(io->mem, io->err);
}

static bool is_lazy(uint32_t kind)
{
    return kind >= CG_SNAP_STRING;
}

static const void *fetch(cg_snap_io *io, uint32_t kind, uint32_t index, size_t element, uint64_t count)
{
    const cg_snap_section *s = io->rc == CSPM_OK ? cg_snap_find(io->file, io->layer, kind, index) : NULL;
    if (io->rc != CSPM_OK)
        return NULL;
    if (!s || s->element != element || s->bytes / element != count || s->bytes % element) {
        io->rc = cg_snap_damaged(io->file, s ? s->offset : UINT64_MAX, io->err, "section %u.%u of layer %u is missing or has another size",
                                 kind, index, io->layer);
        return NULL;
    }
    if (io->unit) {
        uint32_t part = (kind - CG_SNAP_NODE_COLUMN) % 10;
        io->unit->begin[part] = s->offset;
        io->unit->bytes[part] = s->bytes;
    }
    if (!is_lazy(kind))
        io->rc = cg_snap_verify(io->file, s->offset, s->bytes, io->err);
    return io->file->base + s->offset;
}

/* No section for an array of no elements. */
static void array(cg_snap_io *io, uint32_t kind, uint32_t index, const void **field, size_t element, uint64_t count)
{
    if (!io->writing)
        *field = count ? fetch(io, kind, index, element, count) : nothing;
    else if (count)
        note(io, kind, index, *field, element, count);
}

static void optional(cg_snap_io *io, uint32_t kind, uint32_t index, const void **field, size_t element, uint64_t count)
{
    uint32_t present = narrow(io, *field != NULL);
    if (present)
        array(io, kind, index, field, element, count);
    else if (!io->writing)
        *field = NULL;
}

/* Room for an array that is put together for the file only. */
static void *scratch(cg_snap_io *io, uint64_t count, size_t element)
{
    void *block = io->rc == CSPM_OK ? cg_calloc(io->mem, count ? count : 1, element) : NULL;
    if (block && !cg_vec_push(io->mem, &io->blocks, block)) {
        cg_free(io->mem, block);
        block = NULL;
    }
    if (!block && io->rc == CSPM_OK)
        io->rc = cg_nomem(io->mem, io->err);
    return block;
}

/* ---- parts ---- */

static void strtab(cg_snap_io *io, uint32_t kind, uint32_t index, cg_strtab *t)
{
    u32(io, &t->count);
    u64(io, &t->n_bytes);
    uint32_t wide = narrow(io, t->start64 != NULL);
    /* A table nobody put a string into may have no starts at all. */
    uint32_t starts = narrow(io, t->start32 || t->start64);
    if (starts && wide)
        IO_ARRAY(io, kind, index, t->start64, (uint64_t)t->count + 1);
    else if (starts)
        IO_ARRAY(io, kind, index, t->start32, (uint64_t)t->count + 1);
    IO_ARRAY(io, kind + 1, index, t->bytes, t->n_bytes);
    if (!io->writing && io->rc == CSPM_OK && !starts && (t->count || t->n_bytes))
        io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "a string table of layer %u has no starts", io->layer);
}

static uint64_t words_of(uint64_t bits)
{
    return (bits + 63) / 64;
}

enum { FORM_PLAIN, FORM_BITS, FORM_LIST };

static void presence(cg_snap_io *io, uint32_t kind, uint32_t index, cg_presence *p)
{
    u32(io, &p->domain);
    u32(io, &p->count);
    uint32_t form = narrow(io, p->bits ? FORM_BITS : p->list ? FORM_LIST : FORM_PLAIN);
    if (form == FORM_BITS) {
        IO_ARRAY(io, kind, index, p->bits, words_of(p->domain));
        IO_ARRAY(io, kind + 1, index, p->rank, ((uint64_t)p->domain + 511) / 512);
    } else if (form == FORM_LIST) {
        IO_ARRAY(io, kind + 2, index, p->list, p->count);
    }
}

static void rows(cg_snap_io *io, uint32_t kind, cg_rows *r)
{
    presence(io, kind, 0, &r->at);
    IO_OPTIONAL(io, kind + 3, 0, r->offset, (uint64_t)r->at.count + 1);
}

static void names(cg_snap_io *io, cg_layer *l)
{
    for (uint32_t i = 0; i < 3; i++) {
        cg_name_store *n = &l->names[i];
        u32(io, &n->first);
        strtab(io, CG_SNAP_NAME, i, &n->text);
        IO_OPTIONAL(io, CG_SNAP_NAME_SORTED, i, n->sorted, n->text.count);
    }
}

static void labels(cg_snap_io *io, cg_layer *l)
{
    cg_label_set *sets = table(io, l->labels, &l->n_labels, sizeof *sets, 20);
    for (uint32_t i = 0; i < l->n_labels; i++) {
        u32(io, &sets[i].label);
        presence(io, CG_SNAP_LABEL, i, &sets[i].nodes);
        IO_OPTIONAL(io, CG_SNAP_LABEL_EVIDENCE, i, sets[i].evidence, sets[i].nodes.count);
    }
    l->labels = sets;
}

static void edges(cg_snap_io *io, cg_edge_store *s)
{
    u64(io, &s->first);
    u32(io, &s->count);
    rows(io, CG_SNAP_OUT, &s->out);
    IO_ARRAY(io, CG_SNAP_TO, 0, s->to, s->count);
    if (narrow(io, s->kind32 != NULL))
        IO_ARRAY(io, CG_SNAP_KIND, 0, s->kind32, s->count);
    else
        IO_ARRAY(io, CG_SNAP_KIND, 0, s->kind16, s->count);
    IO_ARRAY(io, CG_SNAP_ROW_HINT, 0, s->row_hint, words_of(s->count));
    rows(io, CG_SNAP_IN, &s->in);
    IO_ARRAY(io, CG_SNAP_ARCS, 0, s->arcs, s->count);
    IO_OPTIONAL(io, CG_SNAP_EDGE_EVIDENCE, 0, s->evidence, s->count);
    IO_OPTIONAL(io, CG_SNAP_EDGE_LIKELIHOOD, 0, s->likelihood, s->count);
    IO_OPTIONAL(io, CG_SNAP_EDGE_CONDITIONAL, 0, s->conditional, words_of(s->count));
}

static void hubs(cg_snap_io *io, cg_hub_store *h)
{
    u32(io, &h->count);
    u32(io, &h->n_in);
    u32(io, &h->n_out);
    u32(io, &h->first_in);
    u32(io, &h->first_out);
    u64(io, &h->n_pairs);
    if (!h->count)
        return;
    IO_ARRAY(io, CG_SNAP_HUB, 0, h->hubs, h->count);
    IO_ARRAY(io, CG_SNAP_HUB_IN_OFFSET, 0, h->in_offset, (uint64_t)h->count + 1);
    IO_ARRAY(io, CG_SNAP_HUB_IN_NODE, 0, h->in_node, h->n_in);
    IO_ARRAY(io, CG_SNAP_HUB_IN_HUB, 0, h->in_hub, h->n_in);
    IO_ARRAY(io, CG_SNAP_HUB_OUT_OFFSET, 0, h->out_offset, (uint64_t)h->count + 1);
    IO_ARRAY(io, CG_SNAP_HUB_OUT_NODE, 0, h->out_node, h->n_out);
    IO_ARRAY(io, CG_SNAP_HUB_OUT_HUB, 0, h->out_hub, h->n_out);
    rows(io, CG_SNAP_HUB_SOURCE, &h->sources);
    IO_ARRAY(io, CG_SNAP_SOURCE_SLOT, 0, h->source_slot, h->n_in);
    rows(io, CG_SNAP_HUB_TARGET, &h->targets);
    IO_ARRAY(io, CG_SNAP_TARGET_SLOT, 0, h->target_slot, h->n_out);
}

static cg_snap_unit *add_unit(cg_snap_io *io, const cg_column *c)
{
    cg_snap_file *f = io->file;
    if (io->rc == CSPM_OK && !cg_vec_reserve(io->mem, &f->units, 1))
        io->rc = cg_nomem(io->mem, io->err);
    if (io->rc != CSPM_OK)
        return NULL;
    cg_snap_unit *unit = &f->units.data[f->units.count++];
    memset(unit, 0, sizeof *unit);
    unit->column = c;
    unit->layer = io->reading_layer;
    return unit;
}

static cg_column *columns(cg_snap_io *io, uint32_t kind, const cg_column *existing, uint32_t *n)
{
    cg_column *made = table(io, existing, n, sizeof *made, 28);
    for (uint32_t i = 0; i < *n; i++) {
        cg_column *c = &made[i];
        uint32_t type_width = (uint32_t)c->type << 8 | c->width;
        u32(io, &c->key);
        u32(io, &type_width);
        u32(io, &c->first_string);
        u32(io, &c->n_strings);
        if (!io->writing) {
            c->type = (uint8_t)(type_width >> 8);
            c->width = (uint8_t)type_width;
            c->section = (uint32_t)io->file->units.count + 1;
            io->unit = add_unit(io, c);
        }
        presence(io, kind, i, &c->at);
        /* Bitmaps are counted in words, other values in bytes: their width is data. */
        uint64_t bytes = c->type == CG_BOOL ? words_of(c->at.count) * 8 : (uint64_t)c->at.count * c->width;
        array(io, kind + 3, i, &c->values, 1, bytes);
        if (!io->writing && !bytes && (c->type == CG_STRING || c->type == CG_LIST))
            c->values = NULL;
        io->unit = NULL;
    }
    return made;
}

static void evidence(cg_snap_io *io, cg_layer *l)
{
    uint32_t n = l->inventory ? 0 : l->n_evidence;
    cg_evidence *records = table(io, l->evidence, &n, sizeof *records, 28);
    uint64_t n_nodes = 0, n_rels = 0;
    for (uint32_t i = 0; i < n; i++) {
        cg_evidence *e = &records[i];
        text(io, &e->rule);
        text(io, &e->source);
        u64(io, &e->offset);
        u32(io, &e->n_nodes);
        u32(io, &e->n_rels);
        text(io, &e->note);
        n_nodes += e->n_nodes;
        n_rels += e->n_rels;
    }
    cg_node *nodes = io->writing ? scratch(io, n_nodes, sizeof *nodes) : NULL;
    cg_rel *rels = io->writing ? scratch(io, n_rels, sizeof *rels) : NULL;
    if (io->writing && (!nodes || !rels))
        return;
    for (uint32_t i = 0, a = 0, b = 0; io->writing && i < n; i++) {
        if (records[i].n_nodes)
            memcpy(nodes + a, records[i].nodes, records[i].n_nodes * sizeof *nodes);
        if (records[i].n_rels)
            memcpy(rels + b, records[i].rels, records[i].n_rels * sizeof *rels);
        a += records[i].n_nodes;
        b += records[i].n_rels;
    }
    IO_ARRAY(io, CG_SNAP_EVIDENCE_NODES, 0, nodes, n_nodes);
    IO_ARRAY(io, CG_SNAP_EVIDENCE_RELS, 0, rels, n_rels);
    for (uint64_t i = 0, a = 0, b = 0; !io->writing && io->rc == CSPM_OK && i < n; i++) {
        records[i].nodes = nodes + a;
        records[i].rels = rels + b;
        a += records[i].n_nodes;
        b += records[i].n_rels;
    }
    if (!l->inventory) {
        l->evidence = records;
        l->n_evidence = n;
    }
    u32(io, &l->first_evidence);
}

static void statistics(cg_snap_io *io, cg_layer *l)
{
    cg_kind_count_entry *counts = table(io, l->kind_counts, &l->n_kinds, sizeof *counts, 12);
    for (uint32_t i = 0; i < l->n_kinds; i++) {
        u64(io, &counts[i].count);
        u32(io, &counts[i].sampled);
    }
    l->kind_counts = counts;
    u32(io, &l->n_samples);
    IO_ARRAY(io, CG_SNAP_SAMPLES, 0, l->samples, l->n_samples);
    uint32_t keys = 0;
    for (uint32_t i = 0; i < l->n_node_columns; i++)
        keys += i == 0 || l->node_columns[i].key != l->node_columns[i - 1].key;
    IO_OPTIONAL(io, CG_SNAP_KEY_NEW, 0, l->key_new, keys);
}

static void meanings(cg_snap_io *io, cg_layer *l)
{
    cg_kind_meaning *m = table(io, l->meanings, &l->n_meanings, sizeof *m, 24);
    for (uint32_t i = 0; i < l->n_meanings; i++) {
        cg_kind_info *k = &m[i].info;
        u32(io, &m[i].kind);
        uint32_t flags = (uint32_t)k->traversable << 16 | (uint32_t)k->needs << 8 | k->gives;
        u32(io, &flags);
        if (!io->writing) {
            k->traversable = flags >> 16 != 0;
            k->needs = (uint8_t)(flags >> 8);
            k->gives = (uint8_t)flags;
        }
        u32(io, &k->likelihood);
        text(io, &k->technique);
        text(io, &k->tactic);
        text(io, &k->title);
    }
    l->meanings = m;
}

static void diagnostics(cg_snap_io *io, cg_layer *l)
{
    cg_diag *d = table(io, l->diags, &l->n_diags, sizeof *d, 32);
    for (uint32_t i = 0; i < l->n_diags; i++) {
        uint32_t severity = narrow(io, d[i].severity);
        if (!io->writing)
            d[i].severity = (cg_severity)severity;
        text(io, &d[i].source);
        u64(io, &d[i].offset);
        u32(io, &d[i].line);
        u32(io, &d[i].column);
        text(io, &d[i].code);
        text(io, &d[i].message);
    }
    l->diags = d;
}

/* ---- the inventory ---- */

/* Each input has its own segment, so that a tool can list or drop inputs without reading the rest. */
static void segment(cg_snap_io *io, uint32_t i, cg_source *s)
{
    cg_snap_io part = { .mem = io->mem, .err = io->err, .rc = io->rc, .writing = io->writing, .layer = io->layer, .file = io->file };
    cg_buf b;
    if (io->writing) {
        cg_buf_init(&b, io->mem, 0);
        part.stream = &b;
    } else {
        const cg_snap_section *found = io->rc == CSPM_OK ? cg_snap_find(io->file, io->layer, CG_SNAP_SEGMENT, i) : NULL;
        if (io->rc == CSPM_OK && !found)
            io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "the segment of input %u is missing", i);
        if (io->rc == CSPM_OK)
            io->rc = cg_snap_verify(io->file, found->offset, found->bytes, io->err);
        if (io->rc != CSPM_OK)
            return;
        part.at = io->file->base + found->offset;
        part.end = part.at + found->bytes;
    }
    uint64_t stamp = (uint64_t)s->stamp;
    text(&part, &s->info.name);
    text(&part, &s->info.dialect);
    u32(&part, &s->rank);
    u32(&part, &s->merge_equal_edges);
    u64(&part, &stamp);
    u64(&part, &s->info.bytes);
    u64(&part, &s->info.nodes);
    u64(&part, &s->info.edges);
    u64(&part, &s->first);
    u64(&part, &s->span);
    io->rc = part.rc;
    if (!io->writing)
        s->stamp = (int64_t)stamp;
    if (io->writing) {
        if (b.failed && io->rc == CSPM_OK)
            io->rc = cg_nomem(io->mem, io->err);
        if (io->rc == CSPM_OK && cg_vec_reserve(io->mem, &io->blocks, 1)) {
            io->blocks.data[io->blocks.count++] = b.data;
            note(io, CG_SNAP_SEGMENT, i, b.data, 1, b.length);
        } else {
            cg_buf_free(&b);
            if (io->rc == CSPM_OK)
                io->rc = cg_nomem(io->mem, io->err);
        }
    }
}

static void inventory(cg_snap_io *io, cg_layer *l)
{
    cg_inventory *v = (cg_inventory *)(uintptr_t)l->inventory;
    u32(io, &v->n_nodes);
    strtab(io, CG_SNAP_ID, 0, &v->ids);
    strtab(io, CG_SNAP_ALIAS, 0, &v->aliases);
    IO_ARRAY(io, CG_SNAP_ALIAS_NODE, 0, v->alias_node, v->aliases.count);
    IO_ARRAY(io, CG_SNAP_ALIAS_ORDER, 0, v->alias_order, v->aliases.count);
    u32(io, &v->n_kindsets);
    IO_ARRAY(io, CG_SNAP_NODE_KINDSET, 0, v->node_kindset, v->n_nodes);
    IO_OPTIONAL(io, CG_SNAP_KINDSET_OFFSET, 0, v->kindset_offset, (uint64_t)v->n_kindsets + 1);
    uint32_t n_labels = narrow(io, v->kindset_offset && io->writing ? v->kindset_offset[v->n_kindsets] : 0);
    IO_ARRAY(io, CG_SNAP_KINDSET_LABELS, 0, v->kindset_labels, n_labels);
    if (!io->writing && io->rc == CSPM_OK && (v->kindset_offset ? v->kindset_offset[v->n_kindsets] : 0) != n_labels)
        io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "the kind lists do not end where they should");
    if (narrow(io, v->node_at64 != NULL))
        IO_ARRAY(io, CG_SNAP_NODE_AT, 0, v->node_at64, v->n_nodes);
    else
        IO_ARRAY(io, CG_SNAP_NODE_AT, 0, v->node_at32, v->n_nodes);
    if (narrow(io, v->edge_at64 != NULL))
        IO_ARRAY(io, CG_SNAP_EDGE_AT, 0, v->edge_at64, l->edges.count);
    else
        IO_ARRAY(io, CG_SNAP_EDGE_AT, 0, v->edge_at32, l->edges.count);
    IO_OPTIONAL(io, CG_SNAP_DECLARED, 0, v->declared, l->names[CG_NAMES_KIND].text.count);
    u32(io, &v->likelihood_column);
    u32(io, &v->conditional_column);
    /* Segments take no bytes of this stream, so the count is bounded by the directory. */
    cg_source *sources = (cg_source *)(uintptr_t)v->sources;
    u32(io, &v->n_sources);
    if (!io->writing) {
        if (io->rc == CSPM_OK && v->n_sources > io->file->header.n_sections)
            io->rc = cg_snap_damaged(io->file, UINT64_MAX, io->err, "more inputs than sections");
        if (io->rc == CSPM_OK && !(sources = cg_owner_calloc(io->owner, (size_t)v->n_sources + 1, sizeof *sources)))
            io->rc = cg_nomem(io->mem, io->err);
        if (io->rc != CSPM_OK)
            v->n_sources = 0;
        v->sources = sources;
    }
    for (uint32_t i = 0; i < v->n_sources && io->rc == CSPM_OK; i++)
        segment(io, i, &sources[i]);
}

/* Writing, nothing that `l` points to is changed; `l` itself and its inventory must be copies. */
void cg_snap_layer(cg_snap_io *io, cg_layer *l)
{
    io->reading_layer = l;
    text(io, &l->name);
    uint32_t has_inventory = narrow(io, l->inventory != NULL);
    if (!io->writing && has_inventory) {
        l->inventory = cg_owner_calloc(io->owner, 1, sizeof *l->inventory);
        if (!l->inventory && io->rc == CSPM_OK)
            io->rc = cg_nomem(io->mem, io->err);
    }
    if (io->rc != CSPM_OK)
        return;
    names(io, l);
    labels(io, l);
    edges(io, &l->edges);
    hubs(io, &l->hubs);
    strtab(io, CG_SNAP_STRING, 0, &l->strings);
    l->node_columns = columns(io, CG_SNAP_NODE_COLUMN, l->node_columns, &l->n_node_columns);
    l->edge_columns = columns(io, CG_SNAP_EDGE_COLUMN, l->edge_columns, &l->n_edge_columns);
    if (l->inventory)
        inventory(io, l);
    evidence(io, l);
    statistics(io, l);
    meanings(io, l);
    u32(io, &l->n_disbelieved);
    IO_ARRAY(io, CG_SNAP_DISBELIEVED, 0, l->disbelieved, l->n_disbelieved);
    diagnostics(io, l);
    if (io->writing && io->stream->failed && io->rc == CSPM_OK)
        io->rc = cg_nomem(io->mem, io->err);
    if (!io->writing && io->rc == CSPM_OK && l->inventory)
        l->n_evidence = l->inventory->n_nodes + l->edges.count;
}
