/* Which members of a numbered set are there: a bitmap with ranks when many, a sorted list when few. */
#include "graph/build.h"

uint32_t cg_presence_search(const uint32_t *list, uint32_t count, uint32_t i)
{
    uint32_t base = 0;
    while (count > 1) {
        uint32_t half = count / 2;
        base = list[base + half] <= i ? base + half : base;
        count -= half;
    }
    return count && list[base] == i ? base : CG_NONE32;
}

uint32_t cg_presence_next(const cg_presence *p, uint32_t i)
{
    if (i >= p->domain || !p->count)
        return CG_NONE32;
    if (p->bits) {
        uint32_t w = i >> 6, words = (uint32_t)(((uint64_t)p->domain + 63) / 64);
        uint64_t word = p->bits[w] & (~0ull << (i & 63));
        while (!word) {
            if (++w == words)
                return CG_NONE32;
            word = p->bits[w];
        }
        return (w << 6) + (uint32_t)__builtin_ctzll(word);
    }
    if (!p->list)
        return i;
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->list[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->count ? p->list[low] : CG_NONE32;
}

uint32_t cg_presence_select(const cg_presence *p, uint32_t index)
{
    if (p->list)
        return p->list[index];
    if (!p->bits)
        return index;
    uint32_t low = 0, high = (uint32_t)(((uint64_t)p->domain + 511) / 512);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (p->rank[middle] <= index)
            low = middle;
        else
            high = middle;
    }
    uint32_t left = index - p->rank[low], w = low << 3;
    for (uint32_t ones; left >= (ones = cg_popcount(p->bits[w])); w++)
        left -= ones;
    uint64_t word = p->bits[w];
    while (left--)
        word &= word - 1;
    return (w << 6) + (uint32_t)__builtin_ctzll(word);
}

/* A list costs 4 bytes a member, a bitmap with ranks about domain / 7.5 bytes. */
static bool sparse_is_smaller(uint32_t domain, uint32_t count)
{
    return (uint64_t)count * 30 < domain;
}

bool cg_presence_is_sparse(uint32_t domain, uint32_t count)
{
    return sparse_is_smaller(domain, count);
}

uint32_t *cg_presence_rank_bits(cg_mem *mem, const uint64_t *bits, uint32_t domain, uint32_t *count)
{
    uint32_t blocks = (uint32_t)(((uint64_t)domain + 511) / 512), words = (uint32_t)(((uint64_t)domain + 63) / 64), ones = 0;
    uint32_t *rank = cg_alloc_array(mem, blocks, sizeof *rank);
    if (!rank)
        return NULL;
    for (uint32_t b = 0; b < blocks; b++) {
        rank[b] = ones;
        uint32_t end = (b + 1) << 3 < words ? (b + 1) << 3 : words;
        for (uint32_t w = b << 3; w < end; w++)
            ones += cg_popcount(bits[w]);
    }
    *count = ones;
    return rank;
}

static int32_t adopt_dense(cg_owner *o, cg_presence *p, uint64_t *bits, uint32_t *rank, cspm_error **err)
{
    if (!cg_owner_keep(o, bits)) {
        cg_free(o->mem, bits);
        cg_free(o->mem, rank);
        return cg_nomem(o->mem, err);
    }
    if (!cg_owner_keep(o, rank)) {
        cg_free(o->mem, rank);
        return cg_nomem(o->mem, err);
    }
    p->bits = bits;
    p->rank = rank;
    return CSPM_OK;
}

int32_t cg_presence_from_bits(cg_owner *o, cg_presence *p, uint32_t domain, uint64_t *owned_bits, cspm_error **err)
{
    *p = (cg_presence){ .domain = domain };
    uint32_t *rank = cg_presence_rank_bits(o->mem, owned_bits, domain, &p->count);
    if (!rank) {
        cg_free(o->mem, owned_bits);
        return cg_nomem(o->mem, err);
    }
    if (p->count && p->count < domain && !sparse_is_smaller(domain, p->count))
        return adopt_dense(o, p, owned_bits, rank, err);
    int32_t rc = CSPM_OK;
    if (p->count && p->count < domain) {
        uint32_t *list = cg_owner_alloc(o, p->count, sizeof *list), n = 0;
        if (!list)
            rc = cg_nomem(o->mem, err);
        else
            for (uint32_t w = 0; w < (uint32_t)(((uint64_t)domain + 63) / 64); w++)
                for (uint64_t word = owned_bits[w]; word; word &= word - 1)
                    list[n++] = (w << 6) + (uint32_t)__builtin_ctzll(word);
        p->list = list;
    }
    cg_free(o->mem, owned_bits);
    cg_free(o->mem, rank);
    return rc;
}

int32_t cg_presence_from_list(cg_owner *o, cg_presence *p, uint32_t domain, const uint32_t *list, uint32_t count, cspm_error **err)
{
    *p = (cg_presence){ .domain = domain, .count = count };
    if (!count || count == domain)
        return CSPM_OK;
    if (sparse_is_smaller(domain, count)) {
        uint32_t *copy = cg_owner_alloc(o, count, sizeof *copy);
        if (!copy)
            return cg_nomem(o->mem, err);
        memcpy(copy, list, count * sizeof *copy);
        p->list = copy;
        return CSPM_OK;
    }
    uint64_t *bits = cg_calloc(o->mem, (size_t)(((uint64_t)domain + 63) / 64), sizeof *bits);
    if (!bits)
        return cg_nomem(o->mem, err);
    for (uint32_t i = 0; i < count; i++)
        bits[list[i] >> 6] |= 1ull << (list[i] & 63);
    return cg_presence_from_bits(o, p, domain, bits, err);
}
