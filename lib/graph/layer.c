/* Collect what one derived layer adds. */
#include "graph/layer_build.h"

/* ---- index ---- */

uint32_t cg_index_hash(uint64_t a, uint64_t b)
{
    uint64_t x = (a + 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
    x = (x ^ x >> 32 ^ b) * 0xc4ceb9fe1a85ec53ull;
    return (uint32_t)(x ^ x >> 32);
}

static bool grow(cg_index *x, cg_mem *mem)
{
    uint32_t n = x->n_slots ? x->n_slots * 2 : 64;
    uint64_t *slots = n > x->n_slots ? cg_calloc(mem, n, sizeof *slots) : NULL;
    if (!slots)
        return false;
    for (uint32_t i = 0; i < x->n_slots; i++) {
        uint32_t at = (uint32_t)(x->slots[i] >> 32) & (n - 1);
        while (x->slots[i] && slots[at])
            at = (at + 1) & (n - 1);
        if (x->slots[i])
            slots[at] = x->slots[i];
    }
    cg_free(mem, x->slots);
    x->slots = slots;
    x->n_slots = n;
    return true;
}

uint32_t cg_index_put(cg_index *x, cg_mem *mem, uint32_t hash, uint32_t fresh, cg_index_same same, const void *context, const void *key)
{
    if ((uint64_t)(x->count + 1) * 4 > (uint64_t)x->n_slots * 3 && !grow(x, mem))
        return CG_NONE32;
    uint32_t mask = x->n_slots - 1, at = hash & mask;
    for (; x->slots[at]; at = (at + 1) & mask)
        if ((uint32_t)(x->slots[at] >> 32) == hash && same(context, (uint32_t)x->slots[at] - 1, key))
            return (uint32_t)x->slots[at] - 1;
    x->slots[at] = (uint64_t)hash << 32 | (fresh + 1);
    x->count++;
    return fresh;
}

/* ---- life ---- */

int32_t cg_layer_new(cg_graph *below, cg_str name, cg_layer_builder **out, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(below);
    *out = NULL;
    if (below->n_layers >= CG_MAX_LAYERS)
        return cg_fail(mem, err, CSPM_E_LIMIT, "more than %d layers", CG_MAX_LAYERS);
    cg_layer_builder *l = cg_calloc(mem, 1, sizeof *l);
    if (!l)
        return cg_nomem(mem, err);
    l->mem = cg_mem_ref(mem);
    l->below = cg_graph_ref(below);
    cg_arena_init(&l->arena, mem);
    cg_diag_list_init(&l->diags, mem);
    l->layer = cg_layer_alloc(mem);
    l->evidence_texts = cg_intern_new(mem, 0);
    bool ok = l->layer && l->evidence_texts;
    for (int i = 0; i < 3 && ok; i++)
        ok = (l->names[i] = cg_intern_new(mem, 0)) != NULL;
    char *copy = ok ? cg_arena_strndup(&l->layer->owner.arena, name.data, name.length) : NULL;
    if (!copy) {
        cg_layer_free(l);
        return cg_nomem(mem, err);
    }
    const cg_layer *top = below->layers[below->n_layers - 1];
    l->layer->name = (cg_str){ copy, name.length };
    l->layer->first_evidence = top->first_evidence + top->n_evidence;
    *out = l;
    return CSPM_OK;
}

void cg_layer_free(cg_layer_builder *l)
{
    if (!l)
        return;
    cg_mem *mem = l->mem;
    cg_layer_unref(l->layer);
    cg_arena_free(&l->arena);
    for (int i = 0; i < 3; i++)
        cg_intern_free(l->names[i]);
    cg_intern_free(l->evidence_texts);
    cg_vec_free(mem, &l->evidence);
    cg_vec_free(mem, &l->labels);
    cg_vec_free(mem, &l->edges);
    cg_vec_free(mem, &l->hubs);
    cg_vec_free(mem, &l->props);
    cg_vec_free(mem, &l->meanings);
    cg_vec_free(mem, &l->disbelieved);
    cg_free(mem, l->label_index.slots);
    cg_free(mem, l->edge_index.slots);
    cg_free(mem, l->hub_index.slots);
    cg_free(mem, l->prop_index.slots);
    cg_diag_list_free(&l->diags);
    cg_graph_unref(l->below);
    cg_free(mem, l);
    cg_mem_unref(mem);
}

/* ---- names ---- */

static uint32_t add_name(cg_layer_builder *l, cg_names which, cg_str name)
{
    uint32_t found = cg_name_find(l->below, which, name);
    if (found != CG_NO_NAME)
        return found;
    uint32_t id = cg_intern_add(l->names[which], name.data, name.length);
    return id == CG_INTERN_NONE || id >= CG_NO_NAME - l->below->n_names[which] ? CG_NO_NAME : l->below->n_names[which] + id;
}

uint32_t cg_layer_label(cg_layer_builder *l, cg_str name)
{
    return add_name(l, CG_NAMES_LABEL, name);
}

uint32_t cg_layer_kind(cg_layer_builder *l, cg_str name)
{
    return add_name(l, CG_NAMES_KIND, name);
}

uint32_t cg_layer_key(cg_layer_builder *l, cg_str name)
{
    return add_name(l, CG_NAMES_KEY, name);
}

uint32_t cg_layer_n_kinds(const cg_layer_builder *l)
{
    return cg_intern_count(l->names[CG_NAMES_KIND]);
}

cg_str cg_layer_kind_name(const cg_layer_builder *l, uint32_t i, uint32_t *kind)
{
    *kind = l->below->n_names[CG_NAMES_KIND] + i;
    return cg_intern_get(l->names[CG_NAMES_KIND], i);
}

static int32_t check_name(cg_layer_builder *l, cg_names which, uint32_t id, cspm_error **err)
{
    if (id == CG_NO_NAME)
        return cg_nomem(l->mem, err);
    if (id < l->below->n_names[which] + cg_intern_count(l->names[which]))
        return CSPM_OK;
    return cg_fail(l->mem, err, CSPM_E_INTERNAL, "a name of another graph");
}

static int32_t check_node(cg_layer_builder *l, cg_node n, cspm_error **err)
{
    return n < l->below->n_nodes ? CSPM_OK : cg_fail(l->mem, err, CSPM_E_INVALID, "no node number %u", n);
}

/* ---- evidence ---- */

static void write_text(cg_buf *b, cg_str s)
{
    uint64_t length = s.data ? s.length : UINT64_MAX;
    cg_buf_add(b, &length, sizeof length);
    if (s.data)
        cg_buf_str(b, s);
}

static bool copy_text(cg_arena *a, cg_str s, cg_str *out)
{
    *out = s;
    return !s.data || (out->data = cg_arena_strndup(a, s.data, s.length)) != NULL;
}

static bool copy_evidence(cg_arena *a, const cg_evidence *e, cg_evidence *out)
{
    *out = *e;
    cg_node *nodes = cg_arena_alloc(a, e->n_nodes * sizeof *nodes);
    cg_rel *rels = cg_arena_alloc(a, e->n_rels * sizeof *rels);
    if (!nodes || !rels || !copy_text(a, e->rule, &out->rule) || !copy_text(a, e->source, &out->source) ||
        !copy_text(a, e->note, &out->note))
        return false;
    if (e->n_nodes)
        memcpy(nodes, e->nodes, e->n_nodes * sizeof *nodes);
    if (e->n_rels)
        memcpy(rels, e->rels, e->n_rels * sizeof *rels);
    out->nodes = nodes;
    out->rels = rels;
    return true;
}

uint32_t cg_layer_evidence(cg_layer_builder *l, const cg_evidence *e)
{
    cg_buf text;
    cg_buf_init(&text, l->mem, 0);
    write_text(&text, e->rule);
    write_text(&text, e->source);
    write_text(&text, e->note);
    cg_buf_add(&text, &e->offset, sizeof e->offset);
    cg_buf_add(&text, &e->n_nodes, sizeof e->n_nodes);
    cg_buf_add(&text, e->nodes, e->n_nodes * sizeof *e->nodes);
    cg_buf_add(&text, e->rels, e->n_rels * sizeof *e->rels);
    bool room = !text.failed && cg_vec_reserve(l->mem, &l->evidence, 1);
    uint32_t known = cg_intern_count(l->evidence_texts),
             id = room ? cg_intern_find(l->evidence_texts, text.data, text.length) : CG_INTERN_NONE;
    if (room && id == CG_INTERN_NONE && known < CG_NO_EVIDENCE - 1 - l->layer->first_evidence) {
        cg_evidence copy;
        if (copy_evidence(&l->layer->owner.arena, e, &copy) &&
            (id = cg_intern_add(l->evidence_texts, text.data, text.length)) != CG_INTERN_NONE)
            l->evidence.data[l->evidence.count++] = copy;
    }
    cg_buf_free(&text);
    return id == CG_INTERN_NONE ? CG_NO_EVIDENCE : l->layer->first_evidence + id;
}

/* ---- labels ---- */

static bool same_label(const void *context, uint32_t number, const void *key)
{
    const cg_new_label *a = &((const cg_layer_builder *)context)->labels.data[number], *b = key;
    return a->label == b->label && a->node == b->node;
}

int32_t cg_layer_add_label(cg_layer_builder *l, cg_node n, uint32_t label, uint32_t evidence, cspm_error **err)
{
    int32_t rc;
    cg_new_label added = { .label = label, .evidence = evidence, .node = n };
    if ((rc = check_name(l, CG_NAMES_LABEL, label, err)) < 0 || (rc = check_node(l, n, err)) < 0)
        return rc;
    if (cg_node_has_label(l->below, n, label)) {
        if (cg_label_evidence(l->below, n, label) != CG_NO_EVIDENCE)
            return CSPM_OK;
        const cg_label_ref *first = &l->below->label_refs[l->below->label_first[label]];
        if (first->layer != 0 || !cg_presence_has(&first->set->nodes, n))
            return CSPM_OK; /* derived below, without evidence */
        added.claimed = true;
    }
    if (!cg_vec_reserve(l->mem, &l->labels, 1))
        return cg_nomem(l->mem, err);
    uint32_t fresh = (uint32_t)l->labels.count;
    uint32_t at = cg_index_put(&l->label_index, l->mem, cg_index_hash(label, n), fresh, same_label, l, &added);
    if (at == CG_NONE32)
        return cg_nomem(l->mem, err);
    if (at == fresh)
        l->labels.data[l->labels.count++] = added;
    return CSPM_OK;
}

int32_t cg_layer_disbelieve_label(cg_layer_builder *l, uint32_t label, cspm_error **err)
{
    int32_t rc = check_name(l, CG_NAMES_LABEL, label, err);
    if (rc < 0 || cg_layer_disbelieves(l, label))
        return rc;
    return cg_vec_push(l->mem, &l->disbelieved, label) ? CSPM_OK : cg_nomem(l->mem, err);
}

bool cg_layer_disbelieves(const cg_layer_builder *l, uint32_t label)
{
    for (size_t i = 0; i < l->disbelieved.count; i++)
        if (l->disbelieved.data[i] == label)
            return true;
    return false;
}

/* ---- edges and hubs ---- */

static int32_t check_decision(cg_layer_builder *l, const cg_layer_edge *e, cspm_error **err)
{
    if (e->likelihood > 1000000)
        return cg_fail(l->mem, err, CSPM_E_INVALID, "a likelihood of %u millionths", e->likelihood);
    return check_name(l, CG_NAMES_KIND, e->kind, err);
}

static bool same_edge(const void *context, uint32_t number, const void *key)
{
    const cg_layer_edge *a = &((const cg_layer_builder *)context)->edges.data[number], *b = key;
    return a->from == b->from && a->to == b->to && a->kind == b->kind;
}

int32_t cg_layer_add_edge(cg_layer_builder *l, const cg_layer_edge *e, cspm_error **err)
{
    int32_t rc;
    if ((rc = check_decision(l, e, err)) < 0 || (rc = check_node(l, e->from, err)) < 0 || (rc = check_node(l, e->to, err)) < 0)
        return rc;
    if (!cg_vec_reserve(l->mem, &l->edges, 1))
        return cg_nomem(l->mem, err);
    uint32_t fresh = (uint32_t)l->edges.count, hash = cg_index_hash((uint64_t)e->from << 32 | e->to, e->kind);
    uint32_t at = cg_index_put(&l->edge_index, l->mem, hash, fresh, same_edge, l, e);
    if (at == CG_NONE32)
        return cg_nomem(l->mem, err);
    if (at == fresh)
        l->edges.data[l->edges.count++] = *e;
    return CSPM_OK;
}

/* Ascending, each once, in the layer builder's arena. */
static int32_t normalise(cg_layer_builder *l, const cg_node *nodes, uint32_t n, uint32_t **out, uint32_t *n_out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint64_t *keys = cg_alloc_array(l->mem, (size_t)n * 2, sizeof *keys);
    uint32_t *values = cg_calloc(l->mem, (size_t)n * 2, sizeof *values);
    uint32_t *list = cg_arena_alloc(&l->arena, (size_t)n * sizeof *list), used = 0;
    if (!keys || !values || !list) {
        rc = cg_nomem(l->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++) {
        if ((rc = check_node(l, nodes[i], err)) < 0)
            goto out;
        keys[i] = nodes[i];
    }
    cg_sort_pairs(keys, values, n, keys + n, values + n);
    for (uint32_t i = 0; i < n; i++)
        if (!used || list[used - 1] != keys[i])
            list[used++] = (uint32_t)keys[i];
    *out = list;
    *n_out = used;
out:
    cg_free(l->mem, keys);
    cg_free(l->mem, values);
    return rc;
}

static bool same_hub(const void *context, uint32_t number, const void *key)
{
    const cg_new_hub *a = &((const cg_layer_builder *)context)->hubs.data[number], *b = key;
    return a->hub.kind == b->hub.kind && a->n_from == b->n_from && a->n_to == b->n_to &&
           memcmp(a->from, b->from, a->n_from * sizeof *a->from) == 0 && memcmp(a->to, b->to, a->n_to * sizeof *a->to) == 0;
}

static uint32_t hash_hub(const cg_new_hub *h)
{
    uint64_t x = (uint64_t)h->hub.kind << 32 | h->n_from;
    for (uint32_t i = 0; i < h->n_from; i++)
        x = (uint64_t)cg_index_hash(x, h->from[i]) << 32 | h->from[i];
    for (uint32_t i = 0; i < h->n_to; i++)
        x = (uint64_t)cg_index_hash(x, h->to[i]) << 32 | h->to[i];
    return cg_index_hash(x, h->n_to);
}

int32_t cg_layer_add_hub(cg_layer_builder *l, const cg_layer_edge *decision, const cg_node *from, uint32_t n_from, const cg_node *to,
                         uint32_t n_to, cspm_error **err)
{
    int32_t rc;
    cg_new_hub h = { .hub = { decision->kind, decision->evidence, decision->likelihood, decision->conditional } };
    if ((rc = check_decision(l, decision, err)) < 0 || (rc = normalise(l, from, n_from, &h.from, &h.n_from, err)) < 0 ||
        (rc = normalise(l, to, n_to, &h.to, &h.n_to, err)) < 0)
        return rc;
    if (!h.n_from || !h.n_to || (h.n_from == 1 && h.n_to == 1 && h.from[0] == h.to[0]))
        return CSPM_OK; /* joins nothing */
    if (!cg_vec_reserve(l->mem, &l->hubs, 1))
        return cg_nomem(l->mem, err);
    uint32_t fresh = (uint32_t)l->hubs.count;
    uint32_t at = cg_index_put(&l->hub_index, l->mem, hash_hub(&h), fresh, same_hub, l, &h);
    if (at == CG_NONE32)
        return cg_nomem(l->mem, err);
    if (at == fresh)
        l->hubs.data[l->hubs.count++] = h;
    return CSPM_OK;
}

/* ---- properties, kinds, diagnostics ---- */

static bool same_prop(const void *context, uint32_t number, const void *key)
{
    const cg_new_prop *a = &((const cg_layer_builder *)context)->props.data[number], *b = key;
    return a->node == b->node && a->cell.key == b->cell.key;
}

static int32_t make_cell(cg_layer_builder *l, cg_value v, cg_cell *out, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_buf list;
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
        if (!copy_text(&l->arena, (cg_str){ v.string ? v.string : "", v.length }, &out->text))
            rc = cg_nomem(l->mem, err);
        break;
    case CG_LIST:
        cg_buf_init(&list, l->mem, 0);
        rc = cg_list_encode(&list, v.list);
        if (rc < 0)
            cg_fail(l->mem, err, rc, "a list must hold only booleans, only integers, only floats or only strings");
        else if (list.failed || !copy_text(&l->arena, cg_buf_view(&list), &out->text))
            rc = cg_nomem(l->mem, err);
        cg_buf_free(&list);
        break;
    default:
        rc = cg_fail(l->mem, err, CSPM_E_INVALID, "a property must be a boolean, integer, float, string or list of these");
    }
    return rc;
}

int32_t cg_layer_set_prop(cg_layer_builder *l, cg_node n, uint32_t key, cg_value value, cspm_error **err)
{
    int32_t rc;
    cg_new_prop p = { .node = n, .cell = { .key = key } };
    if ((rc = check_name(l, CG_NAMES_KEY, key, err)) < 0 || (rc = check_node(l, n, err)) < 0 || value.type == CG_NULL)
        return rc;
    if ((rc = make_cell(l, value, &p.cell, err)) < 0)
        return rc;
    if (!cg_vec_reserve(l->mem, &l->props, 1))
        return cg_nomem(l->mem, err);
    uint32_t fresh = (uint32_t)l->props.count;
    uint32_t at = cg_index_put(&l->prop_index, l->mem, cg_index_hash(key, n), fresh, same_prop, l, &p);
    if (at == CG_NONE32)
        return cg_nomem(l->mem, err);
    l->props.data[at] = p; /* the last one wins */
    l->props.count += at == fresh;
    return CSPM_OK;
}

int32_t cg_layer_set_kind_info(cg_layer_builder *l, uint32_t kind, const cg_kind_info *info, cspm_error **err)
{
    int32_t rc = check_name(l, CG_NAMES_KIND, kind, err);
    if (rc < 0)
        return rc;
    if (info->likelihood > 1000000)
        return cg_fail(l->mem, err, CSPM_E_INVALID, "a likelihood of %u millionths", info->likelihood);
    cg_kind_meaning made = { kind, *info };
    if (!made.info.likelihood)
        made.info.likelihood = 1000000; /* nothing said: no discount */
    cg_arena *a = &l->layer->owner.arena;
    if (!copy_text(a, info->technique, &made.info.technique) || !copy_text(a, info->tactic, &made.info.tactic) ||
        !copy_text(a, info->title, &made.info.title))
        return cg_nomem(l->mem, err);
    for (size_t i = 0; i < l->meanings.count; i++)
        if (l->meanings.data[i].kind == kind) {
            l->meanings.data[i] = made;
            return CSPM_OK;
        }
    return cg_vec_push(l->mem, &l->meanings, made) ? CSPM_OK : cg_nomem(l->mem, err);
}

int32_t cg_layer_diag(cg_layer_builder *l, cg_severity severity, const char *code, cspm_error **err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int32_t rc = cg_diag_list_add(&l->diags, CG_NONE32, severity, code, (cg_pos){ .offset = UINT64_MAX }, err, format, args);
    va_end(args);
    return rc;
}

uint64_t cg_layer_n_added(const cg_layer_builder *l)
{
    uint64_t n = l->edges.count + l->hubs.count + l->props.count;
    for (size_t i = 0; i < l->labels.count; i++)
        n += !l->labels.data[i].claimed || cg_layer_disbelieves(l, l->labels.data[i].label);
    return n;
}
