/* Items on their way into the builder: staged whole, then committed or dropped without trace. */
#include "graph/build.h"

static int32_t begin_item(cg_builder *b, cg_item_type type, uint64_t offset, cspm_error **err)
{
    cg_item *it = &b->item;
    if (it->type != CG_ITEM_NONE)
        return cg_fail(b->mem, err, CSPM_E_INTERNAL, "an item was begun inside another");
    if (!b->sources.count)
        return cg_fail(b->mem, err, CSPM_E_INTERNAL, "an item was begun before any source");
    if (type == CG_ITEM_NODE && b->def_key.count >= b->limits.max_nodes)
        return cg_fail(b->mem, err, CSPM_E_LIMIT, "more than %llu nodes (limit max_nodes)", (unsigned long long)b->limits.max_nodes);
    if (type == CG_ITEM_EDGE && b->edge_ends.count >= b->limits.max_edges)
        return cg_fail(b->mem, err, CSPM_E_LIMIT, "more than %llu edges (limit max_edges)", (unsigned long long)b->limits.max_edges);
    it->type = type;
    it->offset = offset;
    it->has_id = it->has_from = it->has_to = it->has_kind = false;
    it->n_matches = 0;
    it->standing = CG_STANDING_FULL;
    it->partial[0] = it->partial[1] = CG_NO_NAME;
    it->labels.count = it->cells.count = it->aliases.count = 0;
    cg_buf_clear(&it->text);
    if (++it->serial == 0) {
        memset(it->label_seen.data, 0, it->label_seen.count * sizeof *it->label_seen.data);
        memset(it->key_seen.data, 0, it->key_seen.count * sizeof *it->key_seen.data);
        it->serial = 1;
    }
    return CSPM_OK;
}

int32_t cg_builder_begin_node(cg_builder *b, uint64_t offset, cspm_error **err)
{
    return begin_item(b, CG_ITEM_NODE, offset, err);
}

int32_t cg_builder_begin_edge(cg_builder *b, uint64_t offset, cspm_error **err)
{
    return begin_item(b, CG_ITEM_EDGE, offset, err);
}

void cg_builder_abort_item(cg_builder *b)
{
    b->item.type = CG_ITEM_NONE;
    b->item.text.failed = false;
}

static int32_t expect(cg_builder *b, cg_item_type type, const char *what, cspm_error **err)
{
    if (b->item.type == type)
        return CSPM_OK;
    return cg_fail(b->mem, err, CSPM_E_INTERNAL, "%s outside %s", what, type == CG_ITEM_NODE ? "a node" : "an edge");
}

static int32_t stage_text(cg_builder *b, const char *bytes, size_t length, size_t *at, cspm_error **err)
{
    if (length > b->limits.max_string_bytes)
        return cg_fail(b->mem, err, CSPM_E_LIMIT, "a string of %zu bytes (limit max_string_bytes is %llu)", length,
                       (unsigned long long)b->limits.max_string_bytes);
    cg_buf *text = &b->item.text;
    *at = text->length;
    /* Every string of every item passes here: the room is nearly always there. */
    if (length < text->capacity - text->length && !text->failed) {
        memcpy(text->data + text->length, bytes, length);
        text->length += length;
        text->data[text->length] = '\0';
        return CSPM_OK;
    }
    cg_buf_add(text, bytes, length);
    return text->failed ? cg_nomem(b->mem, err) : CSPM_OK;
}

static int32_t stage_key(cg_builder *b, const char *bytes, size_t length, const char *what, size_t *at, size_t *n, bool *has,
                         cspm_error **err)
{
    if (length == 0)
        return cg_fail(b->mem, err, CSPM_E_INVALID, "%s is empty", what);
    *n = length;
    int32_t rc = stage_text(b, bytes, length, at, err);
    *has = *has || rc == CSPM_OK;
    return rc;
}

int32_t cg_builder_set_id(cg_builder *b, const char *id, size_t length, cspm_error **err)
{
    cg_item *it = &b->item;
    int32_t rc = expect(b, CG_ITEM_NODE, "an id", err);
    return rc < 0 ? rc : stage_key(b, id, length, "the id of a node", &it->id, &it->id_length, &it->has_id, err);
}

int32_t cg_builder_set_from(cg_builder *b, const char *key, size_t length, cspm_error **err)
{
    cg_item *it = &b->item;
    int32_t rc = expect(b, CG_ITEM_EDGE, "a source", err);
    return rc < 0 ? rc : stage_key(b, key, length, "the source of an edge", &it->from, &it->from_length, &it->has_from, err);
}

int32_t cg_builder_set_to(cg_builder *b, const char *key, size_t length, cspm_error **err)
{
    cg_item *it = &b->item;
    int32_t rc = expect(b, CG_ITEM_EDGE, "a target", err);
    return rc < 0 ? rc : stage_key(b, key, length, "the target of an edge", &it->to, &it->to_length, &it->has_to, err);
}

cg_str cg_builder_end_key(const cg_builder *b, bool from)
{
    const cg_item *it = &b->item;
    return (cg_str){ it->text.data + (from ? it->from : it->to), from ? it->from_length : it->to_length };
}

void cg_builder_set_kind(cg_builder *b, uint32_t kind)
{
    b->item.kind = kind;
    b->item.has_kind = true;
}

static int32_t check_name(cg_builder *b, cg_names which, uint32_t id, cspm_error **err)
{
    if (id < cg_intern_count(b->names[which].table))
        return CSPM_OK;
    if (id == CG_NO_NAME)
        return cg_nomem(b->mem, err);
    return cg_fail(b->mem, err, CSPM_E_INTERNAL, "a name of another builder");
}

int32_t cg_builder_add_label(cg_builder *b, uint32_t label, cspm_error **err)
{
    cg_item *it = &b->item;
    int32_t rc = expect(b, CG_ITEM_NODE, "a kind", err);
    if (rc < 0 || (rc = check_name(b, CG_NAMES_LABEL, label, err)) < 0)
        return rc;
    while (it->label_seen.count <= label)
        if (!cg_vec_push(b->mem, &it->label_seen, 0))
            return cg_nomem(b->mem, err);
    if (it->label_seen.data[label] == it->serial)
        return CSPM_OK;
    if (!cg_vec_push(b->mem, &it->labels, label))
        return cg_nomem(b->mem, err);
    it->label_seen.data[label] = it->serial;
    return CSPM_OK;
}

int32_t cg_builder_add_alias(cg_builder *b, const char *key, size_t length, cspm_error **err)
{
    struct cg_span span = { .length = length };
    int32_t rc = expect(b, CG_ITEM_NODE, "an alias", err);
    if (rc < 0 || length == 0 || (rc = stage_text(b, key, length, &span.at, err)) < 0)
        return rc;
    return cg_vec_push(b->mem, &b->item.aliases, span) ? CSPM_OK : cg_nomem(b->mem, err);
}

void cg_builder_set_standing(cg_builder *b, cg_standing standing)
{
    b->item.standing = standing;
}

int32_t cg_builder_partial_end(cg_builder *b, bool from, uint32_t label, cspm_error **err)
{
    int32_t rc = expect(b, CG_ITEM_EDGE, "an end that may be missing", err);
    if (rc < 0 || (rc = check_name(b, CG_NAMES_LABEL, label, err)) < 0)
        return rc;
    if (!b->has_partial_key && cg_builder_key(b, "partial", 7) == CG_NO_NAME)
        return cg_nomem(b->mem, err);
    b->has_partial_key = true;
    b->item.partial[from] = label;
    return CSPM_OK;
}

static int32_t stage_value(cg_builder *b, cg_value v, struct cg_staged *out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    out->type = v.type;
    switch (v.type) {
    case CG_BOOL:
        out->word = v.boolean;
        break;
    case CG_INT:
    case CG_FLOAT:
        memcpy(&out->word, &v.integer, sizeof out->word);
        break;
    case CG_STRING:
        out->length = v.length;
        rc = stage_text(b, v.string, v.length, &out->at, err);
        break;
    case CG_LIST:
        out->at = b->item.text.length;
        rc = cg_list_encode(&b->item.text, v.list);
        out->length = b->item.text.length - out->at;
        if (rc < 0)
            return cg_fail(b->mem, err, rc, "a list must hold only booleans, only integers, only floats or only strings");
        if (b->item.text.failed)
            return cg_nomem(b->mem, err);
        if (out->length > b->limits.max_string_bytes)
            return cg_fail(b->mem, err, CSPM_E_LIMIT, "a list of %zu bytes (limit max_string_bytes is %llu)", out->length,
                           (unsigned long long)b->limits.max_string_bytes);
        break;
    default:
        return cg_fail(b->mem, err, CSPM_E_INVALID, "a property must be a boolean, integer, float, string or list of these");
    }
    return rc;
}

int32_t cg_builder_set_prop(cg_builder *b, uint32_t key, cg_value value, cspm_error **err)
{
    cg_item *it = &b->item;
    if (it->type == CG_ITEM_NONE)
        return cg_fail(b->mem, err, CSPM_E_INTERNAL, "a property outside an item");
    int32_t rc = check_name(b, CG_NAMES_KEY, key, err);
    if (rc < 0 || value.type == CG_NULL)
        return rc;
    while (it->key_seen.count <= key)
        if (!cg_vec_push(b->mem, &it->key_seen, (struct cg_seen){ 0 }))
            return cg_nomem(b->mem, err);
    struct cg_staged cell = { .key = key };
    if ((rc = stage_value(b, value, &cell, err)) < 0)
        return rc;
    struct cg_seen *seen = &it->key_seen.data[key];
    if (seen->serial == it->serial) {
        it->cells.data[seen->index] = cell;
        return CSPM_OK;
    }
    if (!cg_vec_push(b->mem, &it->cells, cell))
        return cg_nomem(b->mem, err);
    *seen = (struct cg_seen){ it->serial, (uint32_t)it->cells.count - 1 };
    return CSPM_OK;
}

static void cell_of(const cg_builder *b, const struct cg_staged *s, cg_cell *out)
{
    *out = (cg_cell){ .key = s->key, .type = s->type, .word = s->word };
    if (s->type == CG_STRING || s->type == CG_LIST)
        out->text = (cg_str){ b->item.text.data + s->at, s->length };
}

/* As stage_value; a string that is staged already (the key set for an endpoint turns out to be a name) stays where it is. */
static int32_t stage_match(cg_builder *b, cg_value v, struct cg_staged *out, cspm_error **err)
{
    const cg_buf *text = &b->item.text;
    uintptr_t at = v.type == CG_STRING ? (uintptr_t)v.string - (uintptr_t)text->data : UINTPTR_MAX;
    if (at >= text->length)
        return stage_value(b, v, out, err);
    out->type = CG_STRING;
    out->at = at;
    out->length = v.length;
    return CSPM_OK;
}

int32_t cg_builder_match_end(cg_builder *b, bool from, uint32_t label, const uint32_t *keys, const cg_value *values, uint32_t n,
                             bool nocase, cspm_error **err)
{
    cg_item *it = &b->item;
    int32_t rc = expect(b, CG_ITEM_EDGE, "an endpoint match", err);
    if (rc < 0)
        return rc;
    if (n == 0 && label == CG_NO_NAME)
        return cg_fail(b->mem, err, CSPM_E_INVALID, "an endpoint match needs a property or a kind");
    if (it->n_matches == 2)
        return cg_fail(b->mem, err, CSPM_E_INVALID, "more than two endpoint matches in one edge");
    if (label != CG_NO_NAME && (rc = check_name(b, CG_NAMES_LABEL, label, err)) < 0)
        return rc;
    cg_cell *cells = cg_arena_alloc(&b->arena, n * sizeof *cells);
    if (!cells)
        return cg_nomem(b->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        struct cg_staged staged = { .key = keys[i] };
        if ((rc = check_name(b, CG_NAMES_KEY, keys[i], err)) < 0 || (rc = stage_match(b, values[i], &staged, err)) < 0)
            return rc;
        cell_of(b, &staged, &cells[i]);
        if (cells[i].text.data) {
            cells[i].text.data = cg_arena_strndup(&b->arena, cells[i].text.data, cells[i].text.length);
            if (!cells[i].text.data)
                return cg_nomem(b->mem, err);
        }
    }
    it->matches[it->n_matches++] = (cg_staged_match){ from, nocase, label, n, cells };
    if (n == 0)
        return CSPM_OK;
    if (from)
        it->has_from = true;
    else
        it->has_to = true;
    return CSPM_OK;
}

/* ---- commit ---- */

static bool note_run(cg_builder *b, cg_runs *runs, uint64_t item)
{
    uint32_t source = (uint32_t)b->sources.count - 1;
    uint64_t base = b->item.offset == UINT64_MAX ? UINT64_MAX : b->item.offset & ~(uint64_t)UINT32_MAX;
    const cg_run *last = runs->count ? &runs->data[runs->count - 1] : NULL;
    if (last && last->source == source && last->base == base)
        return true;
    return cg_vec_push(b->mem, runs, ((cg_run){ (uint32_t)item, source, base }));
}

/* Queue a key; its id is written to *target when the batch is resolved. Targets lie in chunked arrays, which never move. */
static int32_t queue_key(cg_builder *b, size_t at, size_t length, uint32_t *target, cspm_error **err)
{
    int32_t rc;
    if (b->batch.count == CG_INTERN_BATCH && (rc = cg_builder_flush(b, err)) < 0)
        return rc;
    if (!cg_intern_batch_push(&b->batch, b->mem, b->item.text.data + at, length))
        return cg_nomem(b->mem, err);
    b->batch_target[b->batch.count - 1] = target;
    return CSPM_OK;
}

static int32_t commit_cells(cg_builder *b, cg_colset *cs, uint64_t item, cspm_error **err)
{
    for (size_t i = 0; i < b->item.cells.count; i++) {
        cg_cell cell;
        cell_of(b, &b->item.cells.data[i], &cell);
        if (cg_colset_add(cs, (uint32_t)item, &cell))
            continue;
        while (i--) {
            cell_of(b, &b->item.cells.data[i], &cell);
            cg_colset_undo(cs, &cell);
        }
        return cg_nomem(b->mem, err);
    }
    return CSPM_OK;
}

static int32_t commit_node(cg_builder *b, cspm_error **err)
{
    cg_item *it = &b->item;
    uint64_t def = b->def_key.count;
    size_t n_aliases = b->aliases.count, n_weak = b->weak.count;
    int32_t rc = CSPM_OK;
    if (!it->has_id)
        return cg_fail(b->mem, err, CSPM_E_INVALID, "a node without an id");
    uint32_t kindset = cg_intern_add(b->kindsets, (const char *)it->labels.data, it->labels.count * sizeof *it->labels.data);
    if (kindset == CG_INTERN_NONE || !note_run(b, &b->node_runs, def))
        return cg_nomem(b->mem, err);
    for (size_t i = 0; i < it->aliases.count; i++) {
        uint32_t key = cg_intern_add(b->keys, it->text.data + it->aliases.data[i].at, it->aliases.data[i].length);
        if (key == CG_INTERN_NONE || !cg_vec_push(b->mem, &b->aliases, ((cg_alias_pair){ (uint32_t)def, key }))) {
            rc = cg_nomem(b->mem, err);
            goto undo;
        }
    }
    if (it->standing != CG_STANDING_FULL && !cg_vec_push(b->mem, &b->weak, ((cg_weak){ (uint32_t)def, it->standing }))) {
        rc = cg_nomem(b->mem, err);
        goto undo;
    }
    if ((rc = commit_cells(b, &b->node_props, def, err)) < 0)
        goto undo;
    uint32_t *set = cg_chunks_push(&b->def_kindset), *offset = set ? cg_chunks_push(&b->def_offset) : NULL;
    uint32_t *key = offset ? cg_chunks_push(&b->def_key) : NULL;
    if (!key) {
        rc = cg_nomem(b->mem, err);
        goto undo_cells;
    }
    *set = kindset;
    *offset = (uint32_t)it->offset;
    *key = CG_NONE32;
    if ((rc = queue_key(b, it->id, it->id_length, key, err)) == CSPM_OK)
        return CSPM_OK;
undo_cells:
    cg_chunks_truncate(&b->def_kindset, def);
    cg_chunks_truncate(&b->def_offset, def);
    cg_chunks_truncate(&b->def_key, def);
    cg_colset_truncate(&b->node_props, (uint32_t)def);
undo:
    b->aliases.count = n_aliases;
    b->weak.count = n_weak;
    return rc;
}

static void *push_kind(cg_builder *b, uint32_t kind)
{
    if (kind > UINT16_MAX && !b->wide_kinds) {
        cg_chunks wide;
        cg_chunks_init(&wide, b->mem, sizeof(uint32_t), b->edge_kind.shift);
        for (uint64_t i = 0; i < b->edge_kind.count; i++) {
            uint32_t *at = cg_chunks_push(&wide);
            if (!at) {
                cg_chunks_free(&wide);
                return NULL;
            }
            *at = *(uint16_t *)cg_chunks_at(&b->edge_kind, i);
        }
        cg_chunks_free(&b->edge_kind);
        b->edge_kind = wide;
        b->wide_kinds = true;
    }
    void *at = cg_chunks_push(&b->edge_kind);
    if (at && b->wide_kinds)
        *(uint32_t *)at = kind;
    else if (at)
        *(uint16_t *)at = (uint16_t)kind;
    return at;
}

static bool matched(const cg_item *it, bool from)
{
    for (uint32_t i = 0; i < it->n_matches; i++)
        if (it->matches[i].from == from && it->matches[i].n > 0)
            return true;
    return false;
}

static int32_t commit_edge(cg_builder *b, cspm_error **err)
{
    cg_item *it = &b->item;
    uint64_t edge = b->edge_ends.count;
    size_t n_matches = b->matches.count, n_partial_ends = b->partial_ends.count;
    int32_t rc = CSPM_OK;
    if (!it->has_from || !it->has_to || !it->has_kind)
        return cg_fail(b->mem, err, CSPM_E_INVALID, "an edge without a %s", !it->has_from ? "source" : !it->has_to ? "target" : "kind");
    if ((rc = check_name(b, CG_NAMES_KIND, it->kind, err)) < 0)
        return rc;
    if (!note_run(b, &b->edge_runs, edge))
        return cg_nomem(b->mem, err);
    for (uint32_t i = 0; i < it->n_matches; i++) {
        const cg_staged_match *m = &it->matches[i];
        if (!cg_vec_push(b->mem, &b->matches, ((cg_match){ (uint32_t)edge, m->label, m->n, m->from, m->nocase, m->cells }))) {
            rc = cg_nomem(b->mem, err);
            goto undo_matches;
        }
    }
    for (uint32_t from = 0; from < 2; from++)
        if (it->partial[from] != CG_NO_NAME && !cg_vec_push(b->mem, &b->partial_ends, ((cg_partial_end){ (uint32_t)edge, it->partial[from], from }))) {
            rc = cg_nomem(b->mem, err);
            goto undo_matches;
        }
    if ((rc = commit_cells(b, &b->edge_props, edge, err)) < 0)
        goto undo_matches;
    uint32_t *offset = cg_chunks_push(&b->edge_offset);
    cg_coo *ends = offset && push_kind(b, it->kind) ? cg_chunks_push(&b->edge_ends) : NULL;
    if (!ends) {
        rc = cg_nomem(b->mem, err);
        goto undo;
    }
    *offset = (uint32_t)it->offset;
    *ends = (cg_coo){ CG_NONE32, CG_NONE32 };
    /* Both ends go into one batch, so that a refusal leaves no half of an edge waiting. */
    if (b->batch.count + 2 > CG_INTERN_BATCH && (rc = cg_builder_flush(b, err)) < 0)
        goto undo;
    uint32_t waiting = b->batch.count, bytes = b->batch.used;
    if (!matched(it, true) && (rc = queue_key(b, it->from, it->from_length, &ends->from, err)) < 0)
        goto undo;
    if (matched(it, false) || (rc = queue_key(b, it->to, it->to_length, &ends->to, err)) == CSPM_OK)
        return CSPM_OK;
    b->batch.count = waiting;
    b->batch.used = bytes;
undo:
    cg_chunks_truncate(&b->edge_offset, edge);
    cg_chunks_truncate(&b->edge_kind, edge);
    cg_chunks_truncate(&b->edge_ends, edge);
    cg_colset_truncate(&b->edge_props, (uint32_t)edge);
undo_matches:
    b->matches.count = n_matches;
    b->partial_ends.count = n_partial_ends;
    return rc;
}

int32_t cg_builder_end_item(cg_builder *b, cspm_error **err)
{
    int32_t rc;
    if (b->item.type == CG_ITEM_NONE)
        return cg_fail(b->mem, err, CSPM_E_INTERNAL, "no item to end");
    if (b->item.text.failed)
        rc = cg_nomem(b->mem, err);
    else
        rc = b->item.type == CG_ITEM_NODE ? commit_node(b, err) : commit_edge(b, err);
    cg_builder_abort_item(b);
    return rc;
}

/* The kind list of a definition with one more label at its end. */
static int32_t widen_kindset(cg_builder *b, uint32_t *kindset, uint32_t label, cspm_error **err)
{
    cg_str set = cg_intern_get(b->kindsets, *kindset);
    int32_t rc = CSPM_OK;
    cg_buf wider;
    for (size_t i = 0; i < set.length; i += sizeof label)
        if (memcmp(set.data + i, &label, sizeof label) == 0)
            return CSPM_OK;
    cg_buf_init(&wider, b->mem, 0);
    cg_buf_str(&wider, set);
    cg_buf_add(&wider, &label, sizeof label);
    uint32_t id = wider.failed ? CG_INTERN_NONE : cg_intern_add(b->kindsets, wider.data, wider.length);
    if (id == CG_INTERN_NONE)
        rc = cg_nomem(b->mem, err);
    else
        *kindset = id;
    cg_buf_free(&wider);
    return rc;
}

int32_t cg_builder_label_source(cg_builder *b, uint32_t label, cspm_error **err)
{
    uint64_t first = b->def_kindset.count;
    uint32_t narrow = CG_NONE32, wide = CG_NONE32; /* most nodes have the kind list of the one before */
    int32_t rc = check_name(b, CG_NAMES_LABEL, label, err);
    if (rc < 0)
        return rc;
    for (size_t i = b->node_runs.count; i > 0 && b->node_runs.data[i - 1].source == b->sources.count - 1; i--)
        first = b->node_runs.data[i - 1].first_item;
    for (; first < b->def_kindset.count; first++) {
        uint32_t *kindset = cg_chunks_at(&b->def_kindset, first);
        if (*kindset != narrow) {
            narrow = wide = *kindset;
            if ((rc = widen_kindset(b, &wide, label, err)) < 0)
                return rc;
        }
        *kindset = wide;
    }
    return CSPM_OK;
}
