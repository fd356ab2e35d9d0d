#include "access/network_front.h"

int32_t net_fronts_init(net_fronts *f, cg_network *n, cg_arena *arena, cspm_error **err)
{
    size_t nodes = cg_graph_n_nodes(n->g);
    memset(f, 0, sizeof *f);
    f->n = n;
    f->arena = arena;
    f->item_of = cg_alloc_array(n->mem, nodes, sizeof *f->item_of);
    if (!f->item_of)
        return cg_nomem(n->mem, err);
    memset(f->item_of, 0xFF, nodes * sizeof *f->item_of);
    for (int i = 0; i < 2; i++) {
        static const char *const lines[] = { "0.0.0.0/0", "::/0" };
        cg_cidr block;
        if (!cg_cidr_parse(cg_str_from(lines[i]), &block) || !cg_ranges_of_cidr(arena, &block, &f->line[i]) ||
            !cg_ranges_combine(arena, f->line[i], n->open, CG_SET_AND, &f->open[i]))
            return cg_nomem(n->mem, err);
    }
    return CSPM_OK;
}

void net_fronts_free(net_fronts *f)
{
    for (size_t i = 0; i < f->items.count; i++) {
        cg_vec_free(f->n->mem, &f->items.data[i].evidence);
        cg_buf_free(&f->items.data[i].note);
    }
    cg_vec_free(f->n->mem, &f->items);
    cg_free(f->n->mem, f->item_of);
}

void net_missing_write(cg_buf *b, uint32_t missing)
{
    static const char *const texts[] = { "its subnet is not in the export",
                                         "the route table of its subnet is not in the export",
                                         "the network ACL of its subnet is not in the export",
                                         "its security groups are not in the export",
                                         "the blocks of a prefix list are not in the export",
                                         "the gateway is not in the export",
                                         "its address is not in the export",
                                         "the listeners of the load balancer are not in the export",
                                         "a machine in between decides",
                                         "it is stopped",
                                         "it gets a public address when it starts",
                                         "routes of the transit gateway are not in the export",
                                         "its policy is not in the export, or depends on a condition",
                                         "the private link to it is not in the export",
                                         "whether it faces the internet is not in the export",
                                         "its function URL is not in the export" };
    bool first = true;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (missing >> i & 1) {
            cg_buf_adds(b, first ? "" : ", ");
            cg_buf_adds(b, texts[i]);
            first = false;
        }
}

/* "tcp/22 from 0.0.0.0/0, tcp/443 from 198.51.100.0/24 through web" */
static void write_way(net_fronts *f, net_exposed *x, const cg_net_exposure *e, cg_node through)
{
    cg_packets p = e->sure.count ? e->sure : e->maybe;
    cg_buf *b = &x->note;
    if (b->length)
        cg_buf_adds(b, "; ");
    for (uint32_t i = 0; i < p.count && i < 8; i++) {
        cg_range band = { { 0, p.bands[i].from }, { 0, p.bands[i].to } };
        cg_buf_adds(b, i ? ", " : "");
        cg_services_write(b, (cg_ranges){ 1, &band }, 2);
        cg_buf_adds(b, " from ");
        cg_ranges sources = p.bands[i].addresses;
        /* Everything public is what people call 0.0.0.0/0. */
        bool all4 = cg_ranges_covers(sources, f->open[0]), all6 = cg_ranges_covers(sources, f->open[1]);
        if (all4)
            cg_buf_adds(b, "0.0.0.0/0");
        if (all6)
            cg_buf_adds(b, all4 ? ", ::/0" : "::/0");
        if (!all4 && !all6)
            cg_ranges_write(b, sources, 4);
    }
    if (p.count > 8)
        cg_buf_adds(b, ", …");
    if (through != CG_NO_NODE) {
        cg_buf_adds(b, " through ");
        cg_buf_str(b, cg_node_name(f->n->g, through));
    }
    if (e->missing) {
        cg_buf_adds(b, e->sure.count ? " (more is possible: " : " (possible: ");
        net_missing_write(b, e->missing);
        cg_buf_adds(b, ")");
    }
}

int32_t net_fronts_add(net_fronts *f, cg_node node, const cg_net_exposure *e, const cg_node *evidence, size_t n_evidence, cg_node through,
                       cspm_error **err)
{
    cg_mem *mem = f->n->mem;
    if (e->maybe.count == 0)
        return CSPM_OK;
    if (f->item_of[node] == CG_NET_NONE) {
        net_exposed fresh = { .node = node };
        cg_buf_init(&fresh.note, mem, 4096);
        if (!cg_vec_push(mem, &f->items, fresh))
            return cg_nomem(mem, err);
        f->item_of[node] = (uint32_t)f->items.count - 1;
    }
    net_exposed *x = &f->items.data[f->item_of[node]];
    if (!cg_packets_combine(f->arena, x->sure, e->sure, CG_SET_OR, &x->sure) ||
        !cg_packets_combine(f->arena, x->maybe, e->maybe, CG_SET_OR, &x->maybe))
        return cg_nomem(mem, err);
    x->missing |= e->missing;
    for (size_t i = 0; i < n_evidence && x->evidence.count < 64; i++) {
        bool there = false;
        for (size_t j = 0; j < x->evidence.count; j++)
            there |= x->evidence.data[j] == evidence[i];
        if (!there && !cg_vec_push(mem, &x->evidence, evidence[i]))
            return cg_nomem(mem, err);
    }
    if (x->note.length < 2048)
        write_way(f, x, e, through);
    return CSPM_OK;
}

int32_t net_exposure_of(const net_fronts *f, const cg_net_endpoint *e, cg_ranges services, cg_net_exposure *out, cg_net_trace *trace,
                        cspm_error **err)
{
    cg_net_exposure sum = { { 0, NULL }, { 0, NULL }, 0 }, one;
    for (uint32_t i = 0; i < e->n_interfaces; i++) {
        int32_t rc = cg_net_from_internet(f->n, f->arena, &e->interfaces[i], services, &one, trace, err);
        if (rc < 0)
            return rc;
        sum.missing |= one.missing;
        if (i == 0)
            sum = one;
        else if (!cg_packets_combine(f->arena, sum.sure, one.sure, e->one_of ? CG_SET_AND : CG_SET_OR, &sum.sure) ||
                 !cg_packets_combine(f->arena, sum.maybe, one.maybe, CG_SET_OR, &sum.maybe))
            return cg_nomem(f->n->mem, err);
    }
    sum.missing |= e->missing;
    if (e->missing)
        sum.sure = (cg_packets){ 0, NULL };
    if (cg_packets_equal(sum.sure, sum.maybe))
        sum.missing = 0;
    else if (e->one_of && e->n_interfaces > 1)
        sum.missing |= CG_NET_NO_ADDRESS;
    *out = sum;
    return CSPM_OK;
}

int32_t net_front_hosts(net_fronts *f, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t i = 0; rc == CSPM_OK && i < f->n->endpoints.count; i++) {
        const cg_net_endpoint *e = &f->n->endpoints.data[i];
        cg_net_exposure exposure;
        cg_net_trace trace = { .stopped_at = CG_NO_NODE };
        if (e->kind == CG_NET_BALANCER || !e->target)
            continue;
        rc = net_exposure_of(f, e, e->services, &exposure, &trace, err);
        if (rc == CSPM_OK)
            rc = net_fronts_add(f, e->node, &exposure, trace.nodes.data, trace.nodes.count, CG_NO_NODE, err);
        cg_vec_free(f->n->mem, &trace.nodes);
    }
    return rc;
}
