/* From endpoint to endpoint: every interface and address of both ends, known or not. */
#include "access/network_filter.h"

#include <stdlib.h>

static int by_value(const void *x, const void *y)
{
    return cg_u128_cmp(*(const cg_u128 *)x, *(const cg_u128 *)y);
}

typedef CG_VEC(cg_u128) bound_list;

static bool add_bounds(const cg_network *n, bound_list *list, cg_ranges set)
{
    for (uint32_t i = 0; i < set.count; i++) {
        cg_u128 after = { set.items[i].to.hi + (set.items[i].to.lo == UINT64_MAX), set.items[i].to.lo + 1 };
        if (!cg_vec_push(n->mem, list, set.items[i].from) || ((after.hi || after.lo) && !cg_vec_push(n->mem, list, after)))
            return false;
    }
    return true;
}

static bool collect_bounds(cg_network *n, bound_list *list)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < n->n_groups; i++)
        for (int d = 0; d < 2; d++)
            for (uint32_t r = 0; ok && r < n->groups[i].n_rules[d]; r++)
                ok = add_bounds(n, list, n->groups[i].rules[d][r].addresses);
    for (uint32_t i = 0; ok && i < n->n_acls; i++)
        for (uint32_t b = 0; ok && b < n->acls[i].in.count + n->acls[i].out.count; b++)
            ok = add_bounds(n, list,
                            b < n->acls[i].in.count ? n->acls[i].in.bands[b].addresses
                                                    : n->acls[i].out.bands[b - n->acls[i].in.count].addresses);
    for (uint32_t i = 0; ok && i < n->n_tables; i++)
        for (uint32_t r = 0; ok && r < n->tables[i].n_routes; r++) {
            cg_ranges block = { 0, NULL };
            ok = cg_ranges_of_cidr(&n->arena, &n->tables[i].routes[r].block, &block) && add_bounds(n, list, block);
        }
    return ok;
}

int32_t net_read_bounds(cg_network *n, cspm_error **err)
{
    bound_list list = { NULL, 0, 0 };
    int32_t rc = CSPM_OK;
    uint32_t kept = 0;
    if (!collect_bounds(n, &list))
        rc = cg_nomem(n->mem, err);
    else if (list.count) {
        cg_u128 *bounds = cg_arena_alloc(&n->arena, list.count * sizeof *bounds);
        qsort(list.data, list.count, sizeof *list.data, by_value);
        for (size_t i = 0; bounds && i < list.count; i++)
            if (kept == 0 || cg_u128_cmp(bounds[kept - 1], list.data[i]) != 0)
                bounds[kept++] = list.data[i];
        rc = bounds ? CSPM_OK : cg_nomem(n->mem, err);
        n->bounds = bounds;
        n->n_bounds = kept;
    }
    cg_vec_free(n->mem, &list);
    return rc;
}

int32_t net_read_samples(cg_network *n, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (size_t e = 0; e < n->endpoints.count; e++) {
        const cg_net_endpoint *endpoint = &n->endpoints.data[e];
        cg_net_interface *copy = cg_arena_alloc(&n->arena, ((size_t)endpoint->n_interfaces + 1) * sizeof *copy);
        if (!copy)
            return cg_nomem(n->mem, err);
        for (uint32_t i = 0; rc == CSPM_OK && i < endpoint->n_interfaces; i++) {
            copy[i] = endpoint->interfaces[i];
            rc = cg_net_samples(n, &n->arena, copy[i].addresses, &copy[i].samples, &copy[i].n_samples, err);
        }
        n->endpoints.data[e].interfaces = copy;
    }
    return rc;
}

/* How many bounds lie at or below the address. */
uint32_t cg_net_stretch(const cg_network *n, cg_u128 address)
{
    uint32_t low = 0, high = n->n_bounds;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cg_u128_cmp(n->bounds[middle], address) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int32_t cg_net_samples(const cg_network *n, cg_arena *arena, cg_ranges addresses, const cg_u128 **out, uint32_t *count, cspm_error **err)
{
    CG_VEC(cg_u128) list = { NULL, 0, 0 };
    uint32_t last = CG_NET_NONE;
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < addresses.count; i++) {
        cg_u128 at = addresses.items[i].from;
        while (cg_u128_cmp(at, addresses.items[i].to) <= 0) {
            uint32_t stretch = cg_net_stretch(n, at);
            if (stretch != last && !cg_vec_push(n->mem, &list, at))
                rc = cg_nomem(n->mem, err);
            last = stretch;
            if (rc < 0 || stretch == n->n_bounds)
                break;
            at = n->bounds[stretch];
        }
    }
    cg_u128 *copy = rc == CSPM_OK ? cg_arena_alloc(arena, (list.count + 1) * sizeof *copy) : NULL;
    if (rc == CSPM_OK && !copy)
        rc = cg_nomem(n->mem, err);
    if (rc == CSPM_OK && list.count)
        memcpy(copy, list.data, list.count * sizeof *copy);
    *out = copy;
    *count = (uint32_t)list.count;
    cg_vec_free(n->mem, &list);
    return rc;
}

static bool is_v4(cg_u128 a)
{
    return a.hi == 0 && a.lo >> 32 == 0xFFFF;
}

/* Add up what alternatives say. `choice`: any of them will do; else it is one of them, nobody knows which. */
static int32_t add_up(const cg_network *n, cg_arena *arena, cg_net_verdict *sum, bool first, const cg_net_verdict *v, bool choice,
                      cspm_error **err)
{
    if (first) {
        *sum = *v;
        return CSPM_OK;
    }
    sum->missing |= v->missing;
    return cg_ranges_combine(arena, sum->sure, v->sure, choice ? CG_SET_OR : CG_SET_AND, &sum->sure) &&
                   cg_ranges_combine(arena, sum->maybe, v->maybe, CG_SET_OR, &sum->maybe)
               ? CSPM_OK
               : cg_nomem(n->mem, err);
}

static int32_t samples_of(const cg_network *n, cg_arena *arena, const cg_net_interface *i, const cg_u128 **out, uint32_t *count,
                          cspm_error **err)
{
    *out = i->samples;
    *count = i->n_samples;
    return i->samples ? CSPM_OK : cg_net_samples(n, arena, i->addresses, out, count, err);
}

static int32_t between_interfaces(const cg_network *n, cg_arena *arena, const cg_net_interface *a, const cg_net_interface *b,
                                  cg_net_verdict *out, cg_net_trace *trace, cspm_error **err)
{
    static const cg_u128 nowhere = { 0, 1 };
    const cg_u128 *from, *to;
    uint32_t n_from, n_to, outer = 0;
    int32_t rc;
    *out = (cg_net_verdict){ { 0, NULL }, { 0, NULL }, 0 };
    if ((rc = samples_of(n, arena, a, &from, &n_from, err)) < 0 || (rc = samples_of(n, arena, b, &to, &n_to, err)) < 0)
        return rc;
    /* Neither an address nor a subnet to have one from: only rules that name groups decide for certain. */
    from = n_from ? from : &nowhere;
    to = n_to ? to : &nowhere;
    for (uint32_t i = 0; i < (n_from ? n_from : 1); i++) {
        cg_net_verdict row = { { 0, NULL }, { 0, NULL }, 0 }, v;
        uint32_t inner = 0;
        for (uint32_t j = 0; j < (n_to ? n_to : 1); j++) {
            if (n_from && n_to && is_v4(from[i]) != is_v4(to[j]))
                continue;
            cg_net_point x = { a->subnet, a->guard, from[i] }, y = { b->subnet, b->guard, to[j] };
            if ((rc = cg_net_between(n, arena, &x, &y, &v, trace, err)) < 0 ||
                (rc = add_up(n, arena, &row, inner++ == 0, &v, b->exact, err)) < 0)
                return rc;
        }
        if (inner && (rc = add_up(n, arena, out, outer++ == 0, &row, a->exact, err)) < 0)
            return rc;
    }
    if ((!n_from || !n_to) && n->all.count) {
        out->maybe = n->all;
        out->missing |= CG_NET_NO_ADDRESS;
    }
    if (!a->exact || !b->exact)
        out->missing |= CG_NET_NO_ADDRESS;
    return CSPM_OK;
}

int32_t cg_net_connect(const cg_network *n, cg_arena *arena, const cg_net_endpoint *from, const cg_net_endpoint *to,
                       cg_net_verdict *verdict, cg_net_trace *trace, cspm_error **err)
{
    cg_net_verdict sum = { { 0, NULL }, { 0, NULL }, 0 }, row, v;
    int32_t rc;
    *verdict = sum;
    for (uint32_t i = 0; i < from->n_interfaces; i++) {
        for (uint32_t j = 0; j < to->n_interfaces; j++)
            if ((rc = between_interfaces(n, arena, &from->interfaces[i], &to->interfaces[j], &v, trace, err)) < 0 ||
                (rc = add_up(n, arena, &row, j == 0, &v, !to->one_of, err)) < 0)
                return rc;
        if (to->n_interfaces && (rc = add_up(n, arena, &sum, i == 0, &row, !from->one_of, err)) < 0)
            return rc;
    }
    if (!cg_ranges_combine(arena, sum.sure, to->services, CG_SET_AND, &sum.sure) ||
        !cg_ranges_combine(arena, sum.maybe, to->services, CG_SET_AND, &sum.maybe))
        return cg_nomem(n->mem, err);
    sum.missing |= (from->missing & CG_NET_STOPPED) | to->missing;
    if ((from->missing & CG_NET_STOPPED) || to->missing)
        sum.sure = (cg_ranges){ 0, NULL };
    if (cg_ranges_equal(sum.sure, sum.maybe))
        sum.missing = 0;
    *verdict = sum;
    return CSPM_OK;
}
