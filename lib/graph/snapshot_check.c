/* Is what a snapshot says possible? Checksums tell accidents; a file made to harm has right ones, so every number that is later used as an
 * index is compared with what it indexes, once: structure at open, columns at first use. */
#include "graph/snapshot_format.h"

#define MILLION 1000000u

typedef struct checker {
    cg_snap_file *f;
    cspm_error **err;
    int32_t rc;
    const cg_layer *l;
    uint32_t layer, n_nodes;
    uint64_t names[3]; /* with this layer's */
    uint64_t evidence; /* with this layer's */
} checker;

static bool bad(checker *c, const char *what)
{
    if (c->rc == CSPM_OK)
        c->rc = cg_snap_damaged(c->f, UINT64_MAX, c->err, "layer %u: %s", c->layer, what);
    return false;
}

/* ---- arrays ---- */

static bool below32(const uint32_t *values, uint64_t n, uint64_t limit)
{
    uint32_t largest = 0;
    for (uint64_t i = 0; i < n; i++)
        largest = values[i] > largest ? values[i] : largest;
    return n == 0 || largest < limit;
}

static bool below64(const uint64_t *values, uint64_t n, uint64_t limit)
{
    uint64_t largest = 0;
    for (uint64_t i = 0; i < n; i++)
        largest = values[i] > largest ? values[i] : largest;
    return n == 0 || largest < limit;
}

/* Each below the limit or "none". */
static bool below_or_none(const uint32_t *values, uint64_t n, uint64_t limit)
{
    for (uint64_t i = 0; i < n; i++) {
        if (values[i] != UINT32_MAX && values[i] >= limit)
            return false;
    }
    return true;
}

/* Offsets from 0, never falling, to the number of entries. */
static bool offsets_fine(const uint32_t *offset, uint64_t n, uint64_t entries)
{
    if (offset[0] != 0 || offset[n] != entries)
        return false;
    for (uint64_t i = 0; i < n; i++) {
        if (offset[i] > offset[i + 1])
            return false;
    }
    return true;
}

static bool ascending(const uint32_t *values, uint64_t n)
{
    for (uint64_t i = 1; i < n; i++) {
        if (values[i - 1] >= values[i])
            return false;
    }
    return true;
}

static bool presence_fine(const cg_presence *p, uint32_t domain)
{
    if (p->count == 0 && !p->bits && !p->list)
        return true; /* none; a part a layer never had has no domain either */
    if (p->domain != domain || p->count > domain)
        return false;
    if (p->list)
        return ascending(p->list, p->count) && below32(p->list, p->count, domain);
    if (!p->bits)
        return p->count == 0 || p->count == domain;
    uint64_t words = ((uint64_t)domain + 63) / 64, ones = 0;
    for (uint64_t i = 0; i < words; i++) {
        if (i % 8 == 0 && p->rank[i / 8] != ones)
            return false;
        ones += (uint64_t)__builtin_popcountll(p->bits[i]);
    }
    return ones == p->count && (domain % 64 == 0 || p->bits[words - 1] >> (domain % 64) == 0);
}

static bool rows_fine(const cg_rows *r, uint32_t domain, uint64_t entries)
{
    if (!presence_fine(&r->at, domain))
        return false;
    return r->offset ? offsets_fine(r->offset, r->at.count, entries) : r->at.count == 0 && entries == 0;
}

static bool starts_fine(const cg_strtab *t, uint64_t first, uint64_t n)
{
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t a = t->start32 ? t->start32[i] : t->start64[i];
        uint64_t b = t->start32 ? t->start32[i + 1] : t->start64[i + 1];
        if (b <= a || b > t->n_bytes || t->bytes[b - 1])
            return false;
    }
    return true;
}

static bool ascii(const char *bytes, uint64_t n)
{
    uint64_t any = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        any |= word;
    }
    for (; i < n; i++)
        any |= (uint64_t)(unsigned char)bytes[i];
    return !(any & UINT64_C(0x8080808080808080));
}

/* The NUL behind each string cannot be part of a character, so the strings are valid when all their bytes together are. */
static bool utf8_fine(const char *bytes, uint64_t n)
{
    return ascii(bytes, n) || cg_utf8_check(bytes, n) == SIZE_MAX;
}

static bool strtab_fine(const cg_strtab *t)
{
    if (!t->start32 && !t->start64)
        return t->count == 0;
    uint64_t zero = t->start32 ? t->start32[0] : t->start64[0], end = t->start32 ? t->start32[t->count] : t->start64[t->count];
    return zero == 0 && end == t->n_bytes && starts_fine(t, 0, t->count) && utf8_fine(t->bytes, t->n_bytes);
}

static bool sorted_fine(const cg_strtab *t)
{
    for (uint32_t i = 1; i < t->count; i++) {
        if (cg_str_cmp(cg_strtab_get(t, i - 1), cg_strtab_get(t, i)) >= 0)
            return false;
    }
    return true;
}

/* ---- parts of a layer ---- */

static bool check_names(checker *c, cg_snap_totals *below)
{
    for (uint32_t i = 0; i < 3; i++) {
        const cg_name_store *n = &c->l->names[i];
        if (n->first != below->names[i] || !strtab_fine(&n->text) || below->names[i] + n->text.count >= UINT32_MAX)
            return bad(c, "its names are not possible");
        if (n->sorted) {
            if (!below32(n->sorted, n->text.count, n->text.count))
                return bad(c, "the order of its names is not possible");
            for (uint32_t k = 1; k < n->text.count; k++) {
                if (cg_str_cmp(cg_strtab_get(&n->text, n->sorted[k - 1]), cg_strtab_get(&n->text, n->sorted[k])) >= 0)
                    return bad(c, "the order of its names is not possible");
            }
        } else if (!sorted_fine(&n->text)) {
            return bad(c, "its names are not in order");
        }
        c->names[i] = below->names[i] + n->text.count;
    }
    return true;
}

static bool check_labels(checker *c)
{
    const cg_layer *l = c->l;
    for (uint32_t i = 0; i < l->n_labels; i++) {
        const cg_label_set *s = &l->labels[i];
        if (s->label >= c->names[CG_NAMES_LABEL] || (i && l->labels[i - 1].label >= s->label))
            return bad(c, "its labels are not possible");
        if (!presence_fine(&s->nodes, c->n_nodes) || (s->evidence && !below_or_none(s->evidence, s->nodes.count, c->evidence)))
            return bad(c, "the nodes of a label are not possible");
    }
    if (!ascending(l->disbelieved, l->n_disbelieved) || !below32(l->disbelieved, l->n_disbelieved, c->names[CG_NAMES_LABEL]))
        return bad(c, "its disbelieved labels are not possible");
    return true;
}

static bool check_edges(checker *c, const cg_snap_totals *below)
{
    const cg_edge_store *s = &c->l->edges;
    if (s->first != below->edges || below->edges + s->count > UINT32_MAX)
        return bad(c, "its relationships are counted wrongly");
    if (!rows_fine(&s->out, c->n_nodes, s->count) || !rows_fine(&s->in, c->n_nodes, s->count))
        return bad(c, "the rows of its relationships are not possible");
    if (!below32(s->to, s->count, c->n_nodes))
        return bad(c, "a relationship ends nowhere");
    for (uint32_t i = 0; i < s->count; i++) {
        if (cg_edge_kind(s, i) >= c->names[CG_NAMES_KIND])
            return bad(c, "a relationship has no kind");
        if (s->arcs[i].from >= c->n_nodes || s->arcs[i].edge >= s->count)
            return bad(c, "an incoming relationship is not possible");
    }
    for (uint64_t i = 0; i * 64 < s->count; i++) {
        uint32_t row = s->row_hint[i];
        if (row >= s->out.at.count || s->out.offset[row] > i * 64 || s->out.offset[row + 1] <= i * 64)
            return bad(c, "a row hint is not possible");
    }
    if ((s->evidence && !below_or_none(s->evidence, s->count, c->evidence)) ||
        (s->likelihood && !below32(s->likelihood, s->count, MILLION + 1)))
        return bad(c, "what it says about a relationship is not possible");
    return true;
}

/* Relationships of one hub: every source with every target, a node with itself excepted. Both sides ascend. */
static uint64_t pairs_of(const cg_hub_store *h, uint32_t hub)
{
    uint32_t a = h->in_offset[hub], a_end = h->in_offset[hub + 1], b = h->out_offset[hub], b_end = h->out_offset[hub + 1];
    uint64_t pairs = (uint64_t)(a_end - a) * (b_end - b);
    while (a < a_end && b < b_end) {
        if (h->in_node[a] == h->out_node[b]) {
            pairs--;
            a++;
            b++;
        } else if (h->in_node[a] < h->out_node[b]) {
            a++;
        } else {
            b++;
        }
    }
    return pairs;
}

static bool slots_fine(const uint32_t *offset, const uint32_t *node, const uint32_t *hub_of, uint32_t hub)
{
    for (uint32_t i = offset[hub]; i < offset[hub + 1]; i++) {
        if (hub_of[i] != hub || (i > offset[hub] && node[i - 1] >= node[i]))
            return false;
    }
    return true;
}

/* Slots listed by node must be slots of that node. */
static bool by_node_fine(const cg_rows *r, const uint32_t *slots, const uint32_t *node, uint32_t n)
{
    if (!below32(slots, n, n))
        return false;
    for (uint32_t i = 0, at = 0; i < r->at.count; i++) {
        uint32_t owner = cg_presence_select(&r->at, i);
        for (; at < r->offset[i + 1]; at++) {
            if (node[slots[at]] != owner || (at > r->offset[i] && slots[at - 1] >= slots[at]))
                return false;
        }
    }
    return true;
}

static bool check_hubs(checker *c, const cg_snap_totals *below)
{
    const cg_hub_store *h = &c->l->hubs;
    uint64_t pairs = 0;
    if (h->first_in != below->in_slots || h->first_out != below->out_slots || below->in_slots + h->n_in > INT32_MAX ||
        below->out_slots + h->n_out > UINT32_MAX || (!h->count && (h->n_in || h->n_out || h->n_pairs)))
        return bad(c, "its hubs are counted wrongly");
    if (!h->count)
        return true;
    if (!offsets_fine(h->in_offset, h->count, h->n_in) || !offsets_fine(h->out_offset, h->count, h->n_out) ||
        !below32(h->in_node, h->n_in, c->n_nodes) || !below32(h->out_node, h->n_out, c->n_nodes))
        return bad(c, "the sides of a hub are not possible");
    for (uint32_t i = 0; i < h->count; i++) {
        const cg_hub *hub = &h->hubs[i];
        if (hub->kind >= c->names[CG_NAMES_KIND] || !below_or_none(&hub->evidence, 1, c->evidence) || hub->likelihood > MILLION ||
            hub->conditional > 1)
            return bad(c, "what it says about a hub is not possible");
        if (!slots_fine(h->in_offset, h->in_node, h->in_hub, i) || !slots_fine(h->out_offset, h->out_node, h->out_hub, i))
            return bad(c, "the sides of a hub are not possible");
        pairs += pairs_of(h, i);
    }
    if (pairs != h->n_pairs)
        return bad(c, "its hubs are counted wrongly");
    if (!rows_fine(&h->sources, c->n_nodes, h->n_in) || !by_node_fine(&h->sources, h->source_slot, h->in_node, h->n_in) ||
        !rows_fine(&h->targets, c->n_nodes, h->n_out) || !by_node_fine(&h->targets, h->target_slot, h->out_node, h->n_out))
        return bad(c, "the hubs of a node are not possible");
    return true;
}

static bool width_fine(const cg_column *c)
{
    switch (c->type) {
    case CG_BOOL:
        return c->width == 0;
    case CG_INT:
        return c->width == 1 || c->width == 2 || c->width == 4 || c->width == 8;
    case CG_FLOAT:
        return c->width == 8;
    case CG_STRING:
    case CG_LIST:
        return c->width == 0 ? c->n_strings >= c->at.count : c->width == 1 || c->width == 2 || c->width == 4;
    default:
        return false;
    }
}

/* What can be said without looking at the columns themselves. */
static bool check_column_list(checker *c, const cg_column *columns, uint32_t n, uint32_t domain)
{
    for (uint32_t i = 0; i < n; i++) {
        const cg_column *k = &columns[i], *p = i ? k - 1 : NULL;
        if (k->key >= c->names[CG_NAMES_KEY] || (p && (p->key > k->key || (p->key == k->key && p->type >= k->type))) ||
            k->at.domain != domain || k->at.count > domain || (uint64_t)k->first_string + k->n_strings > c->l->strings.count ||
            !width_fine(k))
            return bad(c, "a property column is not possible");
    }
    return true;
}

static bool typed_column(const cg_layer *l, uint32_t column, uint8_t type)
{
    return column == UINT32_MAX || (column < l->n_edge_columns && l->edge_columns[column].type == type);
}

static bool check_sources(checker *c, const cg_inventory *v)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < v->n_sources; i++) {
        if (v->sources[i].first != at || v->sources[i].span > INT64_MAX - at)
            return bad(c, "the positions of its inputs are not possible");
        at += v->sources[i].span;
    }
    uint32_t edges = c->l->edges.count;
    bool nodes_fine = v->node_at64 ? below64(v->node_at64, v->n_nodes, at) : below32(v->node_at32, v->n_nodes, at);
    bool edges_fine = v->edge_at64 ? below64(v->edge_at64, edges, at) : below32(v->edge_at32, edges, at);
    return (nodes_fine && edges_fine) || bad(c, "an item is at no position of an input");
}

static bool check_inventory(checker *c)
{
    const cg_inventory *v = c->l->inventory;
    uint64_t n_labels = c->l->names[CG_NAMES_LABEL].text.count;
    if (v->n_nodes != v->ids.count || !strtab_fine(&v->ids) || !sorted_fine(&v->ids))
        return bad(c, "its node ids are not possible");
    if (!strtab_fine(&v->aliases) || !sorted_fine(&v->aliases) || !below32(v->alias_node, v->aliases.count, c->n_nodes) ||
        !below32(v->alias_order, v->aliases.count, v->aliases.count))
        return bad(c, "its aliases are not possible");
    for (uint32_t i = 1; i < v->aliases.count; i++) {
        uint32_t p = v->alias_order[i - 1], q = v->alias_order[i];
        if (v->alias_node[p] > v->alias_node[q] || (v->alias_node[p] == v->alias_node[q] && p >= q))
            return bad(c, "its aliases are not in order");
    }
    if (!below32(v->node_kindset, v->n_nodes, v->n_kindsets))
        return bad(c, "its kind lists are not possible");
    if (v->kindset_offset) {
        uint32_t n = v->kindset_offset[v->n_kindsets];
        if (!offsets_fine(v->kindset_offset, v->n_kindsets, n) || !below32(v->kindset_labels, n, n_labels))
            return bad(c, "its kind lists are not possible");
    } else if (v->n_kindsets) {
        return bad(c, "its kind lists are not possible");
    }
    for (uint32_t i = 0; v->declared && i < c->l->names[CG_NAMES_KIND].text.count; i++) {
        if (v->declared[i] < -1 || v->declared[i] > 1)
            return bad(c, "what it declares about a kind is not possible");
    }
    if (!typed_column(c->l, v->likelihood_column, CG_FLOAT) || !typed_column(c->l, v->conditional_column, CG_BOOL))
        return bad(c, "its special columns are not possible");
    return check_sources(c, v);
}

/* Relationships named in evidence are in this layer or below. */
static bool rel_fine(const checker *c, cg_rel r, uint64_t edges, uint64_t in_slots, uint64_t out_slots)
{
    if (cg_rel_is_hub(r))
        return cg_rel_in_slot(r) < in_slots && cg_rel_out_slot(r) < out_slots;
    return r < edges || r == CG_NO_REL;
}

static bool check_evidence(checker *c, const cg_snap_totals *below)
{
    const cg_layer *l = c->l;
    if (l->first_evidence != below->evidence)
        return bad(c, "its evidence is counted wrongly");
    uint64_t edges = below->edges + l->edges.count, in = below->in_slots + l->hubs.n_in, out = below->out_slots + l->hubs.n_out;
    for (uint32_t i = 0; !l->inventory && i < l->n_evidence; i++) {
        const cg_evidence *e = &l->evidence[i];
        if (!below_or_none(e->nodes, e->n_nodes, c->n_nodes))
            return bad(c, "its evidence names a node that is not there");
        for (uint32_t k = 0; k < e->n_rels; k++) {
            if (!rel_fine(c, e->rels[k], edges, in, out))
                return bad(c, "its evidence names a relationship that is not there");
        }
    }
    return true;
}

static bool check_rest(checker *c)
{
    const cg_layer *l = c->l;
    if (l->n_kinds > c->names[CG_NAMES_KIND])
        return bad(c, "its statistics are not possible");
    for (uint32_t i = 0; i < l->n_samples; i++) {
        const cg_kind_sample *s = &l->samples[i];
        if (s->kind >= l->n_kinds || s->label >= c->names[CG_NAMES_LABEL])
            return bad(c, "its statistics are not possible");
    }
    for (uint32_t i = 0; i < l->n_meanings; i++) {
        const cg_kind_info *k = &l->meanings[i].info;
        if (l->meanings[i].kind >= c->names[CG_NAMES_KIND] || k->needs > CG_CAP_CONTROL || k->gives > CG_CAP_CONTROL ||
            k->likelihood > MILLION)
            return bad(c, "what it says about a kind is not possible");
    }
    for (uint32_t i = 0; i < l->n_diags; i++) {
        if (l->diags[i].severity != CG_DIAG_WARNING && l->diags[i].severity != CG_DIAG_ERROR)
            return bad(c, "a diagnostic is not possible");
    }
    return true;
}

/* Relationships ask these two columns without a way to report an error, so they belong to the structure. */
static void check_special_columns(checker *c)
{
    const cg_inventory *v = c->l->inventory;
    const uint32_t columns[] = { v->likelihood_column, v->conditional_column };
    for (int i = 0; i < 2 && c->rc == CSPM_OK; i++) {
        if (columns[i] != UINT32_MAX)
            c->rc = cg_column_touch(c->l, &c->l->edge_columns[columns[i]], c->err);
    }
}

int32_t cg_snap_check_layer(cg_snap_file *f, const cg_layer *l, uint32_t i, cg_snap_totals *below, cspm_op *op, cspm_error **err)
{
    checker c = { .f = f, .err = err, .l = l, .layer = i };
    if ((l->inventory != NULL) != (i == 0)) {
        bad(&c, "the inventory must be the first layer, and only that");
        return c.rc;
    }
    c.n_nodes = l->inventory ? l->inventory->n_nodes : below->n_nodes;
    c.evidence = below->evidence + l->n_evidence;
    /* evidence numbers of the inventory are its items: their sum must fit too */
    if (c.n_nodes == UINT32_MAX || c.evidence >= UINT32_MAX || (l->inventory && (uint64_t)c.n_nodes + l->edges.count >= UINT32_MAX))
        bad(&c, "it holds more than a graph can");
    if (c.rc == CSPM_OK && check_names(&c, below) && check_labels(&c) && (!l->inventory || check_inventory(&c)) && check_edges(&c, below) &&
        check_hubs(&c, below) && check_evidence(&c, below) && check_column_list(&c, l->node_columns, l->n_node_columns, c.n_nodes) &&
        check_column_list(&c, l->edge_columns, l->n_edge_columns, l->edges.count) && check_rest(&c) && l->inventory)
        check_special_columns(&c);
    if (c.rc == CSPM_OK)
        c.rc = cg_op_check(op, f->mem, err);
    below->n_nodes = c.n_nodes;
    memcpy(below->names, c.names, sizeof below->names);
    below->edges += l->edges.count;
    below->in_slots += l->hubs.n_in;
    below->out_slots += l->hubs.n_out;
    below->evidence = c.evidence;
    return c.rc;
}

/* ---- columns, at first use ---- */

static uint64_t in_file(const cg_snap_file *f, const void *at)
{
    return (uint64_t)((const char *)at - f->base);
}

static bool string_numbers_fine(const cg_column *c)
{
    for (uint32_t i = 0; c->values && i < c->at.count; i++) {
        uint32_t number = c->width == 1   ? ((const uint8_t *)c->values)[i]
                          : c->width == 2 ? ((const uint16_t *)c->values)[i]
                                          : ((const uint32_t *)c->values)[i];
        if (number >= c->n_strings)
            return false;
    }
    return true;
}

/* An encoded list (see cg_list_decode): its texts must be UTF-8 like all others. */
static bool list_fine(cg_str s)
{
    if (s.length == 0 || s.data[0] != CG_STRING)
        return s.length != 0;
    for (size_t at = 1; at < s.length;) {
        uint32_t n;
        if (s.length - at < sizeof n)
            return false;
        memcpy(&n, s.data + at, sizeof n);
        at += sizeof n;
        if (n > s.length - at || !utf8_fine(s.data + at, n))
            return false;
        at += n;
    }
    return true;
}

static bool texts_fine(const cg_strtab *t, const cg_column *c, uint64_t a, uint64_t b)
{
    if (c->type == CG_STRING)
        return utf8_fine(t->bytes + a, b - a);
    for (uint32_t i = 0; i < c->n_strings; i++) {
        if (!list_fine(cg_strtab_get(t, c->first_string + i)))
            return false;
    }
    return true;
}

static int32_t check_strings(cg_snap_file *f, const cg_layer *l, const cg_column *c, cspm_error **err)
{
    const cg_strtab *t = &l->strings;
    uint64_t first = c->first_string, n = c->n_strings;
    if (!n)
        return CSPM_OK;
    uint64_t element = t->start32 ? sizeof *t->start32 : sizeof *t->start64;
    const char *starts = t->start32 ? (const char *)t->start32 : (const char *)t->start64;
    int32_t rc = cg_snap_verify(f, in_file(f, starts + first * element), (n + 1) * element, err);
    if (rc < 0)
        return rc;
    uint64_t a = t->start32 ? t->start32[first] : t->start64[first];
    uint64_t b = t->start32 ? t->start32[first + n] : t->start64[first + n];
    if (a >= b || b > t->n_bytes)
        return cg_snap_damaged(f, in_file(f, starts), err, "the strings of a property are not possible");
    if ((rc = cg_snap_verify(f, in_file(f, t->bytes + a), b - a, err)) < 0)
        return rc;
    if (!starts_fine(t, first, n) || !texts_fine(t, c, a, b))
        return cg_snap_damaged(f, in_file(f, t->bytes + a), err, "the strings of a property are not possible");
    return CSPM_OK;
}

int32_t cg_snap_check_column(cg_snap_file *f, const cg_snap_unit *unit, cspm_error **err)
{
    const cg_column *c = unit->column;
    for (int i = 0; i < 4; i++) {
        int32_t rc = unit->bytes[i] ? cg_snap_verify(f, unit->begin[i], unit->bytes[i], err) : CSPM_OK;
        if (rc < 0)
            return rc;
    }
    bool text = c->type == CG_STRING || c->type == CG_LIST;
    if (!presence_fine(&c->at, c->at.domain) || (text && !string_numbers_fine(c)))
        return cg_snap_damaged(f, unit->begin[3] ? unit->begin[3] : unit->begin[0], err, "a property column is not possible");
    return text ? check_strings(f, unit->layer, c, err) : CSPM_OK;
}
