#include "base/net_set.h"

static const cg_u128 last_value = { UINT64_MAX, UINT64_MAX };

int cg_u128_cmp(cg_u128 a, cg_u128 b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

static cg_u128 plus_one(cg_u128 v)
{
    v.lo++;
    v.hi += v.lo == 0;
    return v;
}

static cg_u128 minus_one(cg_u128 v)
{
    v.hi -= v.lo == 0;
    v.lo--;
    return v;
}

cg_u128 cg_u128_of_ip(const cg_ip *ip)
{
    cg_u128 v = { 0, 0 };
    for (int i = 0; i < 8; i++) {
        v.hi = v.hi << 8 | ip->bytes[i];
        v.lo = v.lo << 8 | ip->bytes[8 + i];
    }
    return v;
}

/* The end of the stretch that begins at `at` and lies wholly inside or outside of a set, whose next range is `r`. */
static cg_u128 stretch(const cg_range *r, cg_u128 at, bool *inside)
{
    *inside = r && cg_u128_cmp(r->from, at) <= 0;
    return !r ? last_value : *inside ? r->to : minus_one(r->from);
}

bool cg_ranges_combine(cg_arena *arena, cg_ranges a, cg_ranges b, cg_set_op op, cg_ranges *out)
{
    cg_range *items = cg_arena_alloc(arena, ((size_t)a.count + b.count + 1) * sizeof *items);
    if (!items)
        return false;
    uint32_t i = 0, j = 0, n = 0;
    bool running = false;
    for (cg_u128 at = { 0, 0 };;) {
        bool in_a, in_b;
        cg_u128 end_a = stretch(i < a.count ? &a.items[i] : NULL, at, &in_a);
        cg_u128 end_b = stretch(j < b.count ? &b.items[j] : NULL, at, &in_b);
        cg_u128 end = cg_u128_cmp(end_a, end_b) < 0 ? end_a : end_b;
        bool kept = ((unsigned)op >> (in_a + 2 * in_b)) & 1;
        if (kept && running)
            items[n - 1].to = end;
        else if (kept)
            items[n++] = (cg_range){ at, end };
        running = kept;
        i += in_a && cg_u128_cmp(end, end_a) == 0;
        j += in_b && cg_u128_cmp(end, end_b) == 0;
        if (cg_u128_cmp(end, last_value) == 0)
            break;
        at = plus_one(end);
    }
    *out = (cg_ranges){ n, items };
    return true;
}

bool cg_ranges_add(cg_arena *arena, cg_ranges *set, cg_u128 from, cg_u128 to)
{
    cg_range *one = cg_arena_alloc(arena, sizeof *one);
    if (!one)
        return false;
    *one = (cg_range){ from, to };
    if (set->count == 0) {
        *set = (cg_ranges){ 1, one };
        return true;
    }
    return cg_ranges_combine(arena, *set, (cg_ranges){ 1, one }, CG_SET_OR, set);
}

static cg_range block_range(const cg_cidr *block)
{
    unsigned free_bits = block->base.v4 ? 32u - block->prefix : 128u - block->prefix;
    cg_range r = { cg_u128_of_ip(&block->base), cg_u128_of_ip(&block->base) };
    r.to.hi |= free_bits >= 128 ? UINT64_MAX : free_bits > 64 ? (UINT64_C(1) << (free_bits - 64)) - 1 : 0;
    r.to.lo |= free_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << free_bits) - 1;
    return r;
}

static const cg_range v4_line = { { 0, UINT64_C(0xFFFF00000000) }, { 0, UINT64_C(0xFFFFFFFFFFFF) } };

bool cg_ranges_of_cidr(cg_arena *arena, const cg_cidr *block, cg_ranges *out)
{
    cg_ranges all = { 0, NULL };
    cg_range r = block_range(block);
    if (!cg_ranges_add(arena, &all, r.from, r.to))
        return false;
    *out = all;
    return block->base.v4 || cg_ranges_combine(arena, all, (cg_ranges){ 1, &v4_line }, CG_SET_MINUS, out);
}

bool cg_ranges_add_cidr(cg_arena *arena, cg_ranges *set, const cg_cidr *block)
{
    cg_ranges one;
    return cg_ranges_of_cidr(arena, block, &one) && cg_ranges_combine(arena, *set, one, CG_SET_OR, set);
}

bool cg_ranges_has(cg_ranges set, cg_u128 value)
{
    uint32_t low = 0, high = set.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cg_u128_cmp(set.items[middle].to, value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set.count && cg_u128_cmp(set.items[low].from, value) <= 0;
}

bool cg_ranges_meet(cg_ranges a, cg_ranges b)
{
    for (uint32_t i = 0, j = 0; i < a.count && j < b.count;) {
        if (cg_u128_cmp(a.items[i].to, b.items[j].from) < 0)
            i++;
        else if (cg_u128_cmp(b.items[j].to, a.items[i].from) < 0)
            j++;
        else
            return true;
    }
    return false;
}

bool cg_ranges_covers(cg_ranges outer, cg_ranges inner)
{
    uint32_t i = 0;
    for (uint32_t j = 0; j < inner.count; j++) {
        while (i < outer.count && cg_u128_cmp(outer.items[i].to, inner.items[j].from) < 0)
            i++;
        if (i == outer.count || cg_u128_cmp(outer.items[i].from, inner.items[j].from) > 0 ||
            cg_u128_cmp(outer.items[i].to, inner.items[j].to) < 0)
            return false;
    }
    return true;
}

int cg_ranges_cmp(cg_ranges a, cg_ranges b)
{
    for (uint32_t i = 0; i < a.count && i < b.count; i++) {
        int order = cg_u128_cmp(a.items[i].from, b.items[i].from);
        order = order ? order : cg_u128_cmp(a.items[i].to, b.items[i].to);
        if (order)
            return order;
    }
    return a.count < b.count ? -1 : a.count > b.count;
}

bool cg_ranges_equal(cg_ranges a, cg_ranges b)
{
    return a.count == b.count && cg_ranges_cmp(a, b) == 0;
}

uint64_t cg_ranges_size(cg_ranges set, bool v4)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < set.count; i++) {
        cg_range r = set.items[i];
        bool is_v4 = cg_u128_cmp(r.from, v4_line.from) >= 0 && cg_u128_cmp(r.to, v4_line.to) <= 0;
        if (is_v4 != v4)
            continue;
        uint64_t more = v4 ? r.to.lo - r.from.lo : r.to.hi - r.from.hi;
        if (more == UINT64_MAX || size + more + 1 < size)
            return UINT64_MAX;
        size += more + 1;
    }
    return size;
}

static bool is_v4(cg_u128 v)
{
    return cg_u128_cmp(v, v4_line.from) >= 0 && cg_u128_cmp(v, v4_line.to) <= 0;
}

/* The largest block that begins at `at` and ends no later than `end`. */
static cg_cidr first_block(cg_u128 at, cg_u128 end)
{
    cg_cidr block = { .base.v4 = is_v4(at) };
    for (int i = 0; i < 8; i++) {
        block.base.bytes[i] = (uint8_t)(at.hi >> (56 - 8 * i));
        block.base.bytes[8 + i] = (uint8_t)(at.lo >> (56 - 8 * i));
    }
    for (unsigned prefix = 0; prefix <= (block.base.v4 ? 32u : 128u); prefix++) {
        block.prefix = (uint8_t)prefix;
        cg_range r = block_range(&block);
        unsigned free_bits = (block.base.v4 ? 32u : 128u) - prefix;
        uint64_t hi_mask = free_bits >= 128 ? UINT64_MAX : free_bits > 64 ? (UINT64_C(1) << (free_bits - 64)) - 1 : 0;
        uint64_t lo_mask = free_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << free_bits) - 1;
        bool aligned = (at.hi & hi_mask) == 0 && ((block.base.v4 ? at.lo & 0xFFFFFFFFu : at.lo) & lo_mask) == 0;
        /* An IPv6 block that swallows the IPv4 line stands for the line without it. */
        if (aligned && cg_u128_cmp(r.to, end) <= 0)
            return block;
    }
    return block;
}

bool cg_ranges_blocks(cg_ranges addresses, bool (*each)(void *user, const cg_cidr *block), void *user)
{
    for (uint32_t i = 0; i < addresses.count; i++) {
        cg_u128 at = addresses.items[i].from, end = addresses.items[i].to;
        /* All of IPv6 is two stretches around the IPv4 line; people know it as one block. */
        if (cg_u128_cmp(at, (cg_u128){ 0, 0 }) == 0 && i + 1 < addresses.count && cg_u128_cmp(end, minus_one(v4_line.from)) == 0) {
            const cg_range *next = &addresses.items[i + 1];
            if (cg_u128_cmp(next->from, plus_one(v4_line.to)) == 0 && cg_u128_cmp(next->to, last_value) == 0) {
                cg_cidr all = { .prefix = 0 };
                if (!each(user, &all))
                    return false;
                i++;
                continue;
            }
        }
        /* IPv4 and IPv6 may touch in one range: all of both. */
        while (true) {
            cg_u128 stop = cg_u128_cmp(at, v4_line.from) < 0 && cg_u128_cmp(end, v4_line.from) >= 0 ? minus_one(v4_line.from)
                           : is_v4(at) && !is_v4(end)                                               ? v4_line.to
                                                                                                    : end;
            cg_cidr block = first_block(at, stop);
            if (!each(user, &block))
                return false;
            cg_u128 reached = block_range(&block).to;
            if (cg_u128_cmp(reached, end) >= 0)
                break;
            at = plus_one(reached);
        }
    }
    return true;
}

typedef struct block_writer {
    cg_buf *b;
    uint32_t n, max;
} block_writer;

static bool write_block(void *user, const cg_cidr *block)
{
    block_writer *w = user;
    if (w->n)
        cg_buf_adds(w->b, ", ");
    if (w->n == w->max) {
        cg_buf_adds(w->b, "\xE2\x80\xA6");
        return false;
    }
    w->n++;
    cg_cidr_write(w->b, block);
    return true;
}

void cg_ranges_write(cg_buf *b, cg_ranges addresses, uint32_t max)
{
    block_writer w = { b, 0, max };
    /* Everything, of both families: say so in the two blocks everybody knows. */
    if (addresses.count == 1 && cg_u128_cmp(addresses.items[0].from, (cg_u128){ 0, 0 }) == 0 &&
        cg_u128_cmp(addresses.items[0].to, last_value) == 0)
        cg_buf_adds(b, "0.0.0.0/0, ::/0");
    else
        cg_ranges_blocks(addresses, write_block, &w);
}

bool cg_ranges_public(cg_arena *arena, cg_ranges *out)
{
    static const char *const open[] = { "0.0.0.0/0", "2000::/3" };
    static const char *const closed[] = { "0.0.0.0/8",     "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                                          "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3" };
    cg_ranges inside = { 0, NULL }, outside = { 0, NULL };
    cg_cidr block;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        if (!cg_cidr_parse(cg_str_from(open[i]), &block) || !cg_ranges_add_cidr(arena, &inside, &block))
            return false;
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (!cg_cidr_parse(cg_str_from(closed[i]), &block) || !cg_ranges_add_cidr(arena, &outside, &block))
            return false;
    return cg_ranges_combine(arena, inside, outside, CG_SET_MINUS, out);
}
