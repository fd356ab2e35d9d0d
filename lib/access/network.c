/* The stage: what the internet reaches, and who inside reaches whom. */
#include "access/network_front.h"
#include "access/network_hubs.h"

#include <stdlib.h>

/* Public addresses that make an exposure wide: a 256th of all there are, as many as a /8 has. */
static const uint64_t wide_v4 = UINT64_C(1) << 24, wide_v6 = UINT64_C(1) << 53;

typedef struct writer {
    cg_network *n;
    cg_layer_builder *l;
    cg_arena *arena;
    cg_node internet;
    cg_ranges trusted;
    uint32_t can_access, ports, wide_ports, ranges, exposure, partial;
} writer;

static cg_node find_internet(const cg_graph *g)
{
    uint32_t label = cg_name_find(g, CG_NAMES_LABEL, CG_STR("Internet"));
    cg_node node = cg_node_find(g, "internet", 8), first;
    cg_label_iter it;
    if (label == CG_NO_NAME || (node != CG_NO_NODE && cg_node_has_label(g, node, label)))
        return label == CG_NO_NAME ? CG_NO_NODE : node;
    cg_label_iter_init(&it, g, label);
    return cg_label_iter_next(&it, &first) ? first : CG_NO_NODE;
}

/* Addresses the owner calls trusted: property trustedRanges of the node of the internet. */
static int32_t read_trusted(writer *w, cspm_error **err)
{
    const cg_str *texts;
    uint32_t count;
    bool bad = false;
    int32_t rc = net_texts(w->n, w->internet, NK_trustedRanges, &texts, &count, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < count; i++) {
        bad = false;
        if (!net_add_block(w->n, &w->trusted, texts[i], &bad))
            return cg_nomem(w->n->mem, err);
        if (bad)
            rc = cg_layer_diag(w->l, CG_DIAG_WARNING, "trusted-range", err, "trustedRanges of the internet: \"%.*s\" is no address block",
                               CG_FMT(texts[i]));
    }
    return rc;
}

typedef struct text_list {
    writer *w;
    cg_list *list;
    uint32_t capacity;
    bool failed;
} text_list;

static bool add_text(text_list *t, const cg_buf *b)
{
    char *copy = b->failed ? NULL : cg_arena_strndup(t->w->arena, b->data, b->length);
    if (!copy) {
        t->failed = true;
        return false;
    }
    t->list->items[t->list->count++] = cg_v_str((cg_str){ copy, b->length });
    return t->list->count < t->capacity;
}

static bool add_block(void *user, const cg_cidr *block)
{
    text_list *t = user;
    cg_buf b;
    if (t->list->count == t->capacity)
        return false;
    cg_buf_init(&b, t->w->n->mem, 64);
    cg_cidr_write(&b, block);
    bool more = add_text(t, &b);
    cg_buf_free(&b);
    return more;
}

enum { LIST_MOST = 32 };

static int32_t set_list(writer *w, cg_node node, uint32_t key, text_list *t, cspm_error **err)
{
    if (t->failed)
        return cg_nomem(w->n->mem, err);
    return cg_layer_set_prop(w->l, node, key, (cg_value){ .type = CG_LIST, .list = t->list }, err);
}

static int32_t start_list(writer *w, text_list *t, cspm_error **err)
{
    *t = (text_list){ w, cg_arena_calloc(w->arena, 1, sizeof(cg_list) + LIST_MOST * sizeof(cg_value)), LIST_MOST, false };
    return t->list ? CSPM_OK : cg_nomem(w->n->mem, err);
}

/* Sources as people write them: everything public of a family is its whole line. */
static int32_t list_ranges(writer *w, const net_fronts *f, cg_ranges sources, text_list *t, cspm_error **err)
{
    for (int i = 0; i < 2; i++) {
        cg_ranges none = { 0, NULL };
        bool whole = cg_ranges_covers(sources, f->open[i]);
        if (!cg_ranges_combine(w->arena, sources, whole ? f->line[i] : none, CG_SET_MINUS, &sources))
            return cg_nomem(w->n->mem, err);
        if (whole)
            cg_ranges_blocks(f->line[i], add_block, t);
    }
    cg_ranges_blocks(sources, add_block, t);
    return CSPM_OK;
}

/* One text a protocol and range of ports. */
static void list_ports(writer *w, cg_ranges services, text_list *t)
{
    cg_buf b;
    cg_buf_init(&b, w->n->mem, 4096);
    cg_services_write(&b, services, LIST_MOST);
    cg_str rest = cg_buf_view(&b);
    t->failed |= b.failed;
    while (!t->failed && rest.length && t->list->count < t->capacity) {
        size_t end = cg_str_find(rest, CG_STR(", "), 0);
        size_t length = end == SIZE_MAX ? rest.length : end;
        char *copy = cg_arena_strndup(w->arena, rest.data, length);
        t->failed = copy == NULL;
        if (copy)
            t->list->items[t->list->count++] = cg_v_str((cg_str){ copy, length });
        end = end == SIZE_MAX ? rest.length : end + 2;
        rest = (cg_str){ rest.data + end, rest.length - end };
    }
    cg_buf_free(&b);
}

static bool is_wide(cg_ranges sources)
{
    return cg_ranges_size(sources, true) >= wide_v4 || cg_ranges_size(sources, false) >= wide_v6;
}

static int32_t set_services(writer *w, cg_node node, uint32_t key, cg_ranges services, cspm_error **err)
{
    text_list texts;
    int32_t rc = start_list(w, &texts, err);
    if (rc < 0 || services.count == 0)
        return rc;
    list_ports(w, services, &texts);
    return set_list(w, node, key, &texts, err);
}

/* How far a node is exposed: by where the connections come from that nobody vouches for; some ports may be open to more than others. */
static int32_t set_properties(writer *w, const net_fronts *f, const net_exposed *x, cspm_error **err)
{
    cg_packets p = x->sure.count ? x->sure : x->maybe;
    cg_ranges sources, services, foreign, wide = { 0, NULL };
    text_list ranges;
    int32_t rc = CSPM_OK;
    if (!cg_packets_addresses(w->arena, p, w->n->all, &sources) || !cg_packets_services_any(w->arena, p, sources, &services) ||
        !cg_ranges_combine(w->arena, sources, w->trusted, CG_SET_MINUS, &foreign))
        return cg_nomem(w->n->mem, err);
    for (uint32_t i = 0; i < p.count; i++)
        if (is_wide(p.bands[i].addresses) &&
            !cg_ranges_add(w->arena, &wide, (cg_u128){ 0, p.bands[i].from }, (cg_u128){ 0, p.bands[i].to }))
            return cg_nomem(w->n->mem, err);
    cg_str exposure = foreign.count == 0 ? CG_STR("trusted") : is_wide(foreign) ? CG_STR("wide") : CG_STR("range");
    if ((rc = cg_layer_set_prop(w->l, x->node, w->exposure, cg_v_str(exposure), err)) < 0)
        return rc;
    if (x->missing && (rc = cg_layer_set_prop(w->l, x->node, w->partial, cg_v_bool(true), err)) < 0)
        return rc;
    if ((rc = set_services(w, x->node, w->ports, services, err)) < 0 || (rc = set_services(w, x->node, w->wide_ports, wide, err)) < 0 ||
        (rc = start_list(w, &ranges, err)) < 0 || (rc = list_ranges(w, f, sources, &ranges, err)) < 0)
        return rc;
    return set_list(w, x->node, w->ranges, &ranges, err);
}

static int by_node(const void *x, const void *y)
{
    const net_exposed *a = x, *b = y;
    return a->node < b->node ? -1 : a->node > b->node;
}

static int32_t write_exposed(writer *w, net_fronts *f, cspm_error **err)
{
    if (f->items.count)
        qsort(f->items.data, f->items.count, sizeof *f->items.data, by_node);
    for (size_t i = 0; i < f->items.count; i++) {
        net_exposed *x = &f->items.data[i];
        cg_evidence evidence = { .rule = CG_STR("aws-internet-exposure"),
                                 .nodes = x->evidence.data,
                                 .n_nodes = (uint32_t)x->evidence.count,
                                 .note = cg_buf_view(&x->note) };
        cg_layer_edge edge = { w->internet, x->node, w->can_access, CG_NO_EVIDENCE, 0, x->sure.count == 0 };
        if (x->note.failed)
            return cg_nomem(w->n->mem, err);
        edge.evidence = cg_layer_evidence(w->l, &evidence);
        if (edge.evidence == CG_NO_EVIDENCE)
            return cg_nomem(w->n->mem, err);
        int32_t rc = cg_layer_add_edge(w->l, &edge, err);
        if (rc < 0 || (rc = set_properties(w, f, x, err)) < 0)
            return rc;
    }
    return CSPM_OK;
}

/* A balancer takes connections at its listeners only. */
static int32_t set_listeners(net_fronts *f, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < f->n->endpoints.count; i++) {
        cg_net_endpoint *e = &f->n->endpoints.data[i];
        uint32_t missing;
        if (e->kind == CG_NET_BALANCER && (rc = net_balancer_services(f, e, &e->services, &missing, err)) == CSPM_OK)
            e->missing |= missing;
    }
    return rc;
}

static int32_t run_with(cg_network *n, cg_layer_builder *l, cspm_error **err)
{
    cg_arena arena;
    net_fronts fronts;
    cg_arena_init(&arena, n->mem);
    writer w = { .n = n, .l = l, .arena = &arena, .internet = find_internet(n->g) };
    int32_t rc = net_fronts_init(&fronts, n, &arena, err);
    if (rc == CSPM_OK)
        rc = set_listeners(&fronts, err);
    if (rc == CSPM_OK && w.internet != CG_NO_NODE) {
        w.can_access = cg_layer_kind(l, CG_STR("CAN_ACCESS"));
        w.ports = cg_layer_key(l, CG_STR("exposedPorts"));
        w.wide_ports = cg_layer_key(l, CG_STR("widelyExposedPorts"));
        w.ranges = cg_layer_key(l, CG_STR("exposedRanges"));
        w.exposure = cg_layer_key(l, CG_STR("internetExposure"));
        w.partial = cg_layer_key(l, CG_STR("partial"));
        rc = read_trusted(&w, err);
        if (rc == CSPM_OK)
            rc = net_front_hosts(&fronts, err);
        if (rc == CSPM_OK)
            rc = net_front_balancers(&fronts, err);
        if (rc == CSPM_OK)
            rc = net_front_services(&fronts, err);
        if (rc == CSPM_OK)
            rc = write_exposed(&w, &fronts, err);
    }
    if (rc == CSPM_OK)
        rc = net_write_connections(n, l, &arena, n->op, err);
    net_fronts_free(&fronts);
    cg_arena_free(&arena);
    return rc;
}

static int32_t run(cg_graph *g, const cg_derive_request *r, cg_layer_builder *l, cspm_op *op, cspm_error **err)
{
    cg_network *n = NULL;
    (void)r;
    int32_t rc = cg_network_new(g, op, &n, err);
    if (rc == CSPM_OK)
        rc = run_with(n, l, err);
    cg_network_free(n);
    return rc;
}

const cg_stage cg_stage_network = { "network", run };
