/* Growing columns to finished ones: values into member order, the narrowest width, strings in order of first use. */
#include "graph/build.h"

typedef struct packing {
    cg_mem *mem;
    cg_owner *o;
    cg_strtab_builder *strings;
    const uint32_t *item_map;
    uint32_t domain;
    cg_build_column *in;
    cg_column *out;
    uint32_t *pair_of; /* per member index: the pair that holds its value */
    cspm_op *op;
    uint32_t ticks;
} packing;

/* After each value: once in a while, whether to go on. */
static inline int32_t step(packing *p, cspm_error **err)
{
    return CG_OP_DUE(p->ticks) ? cg_op_check(p->op, p->mem, err) : CSPM_OK;
}

static inline uint32_t member_of(const packing *p, uint64_t pair)
{
    uint32_t item = *(const uint32_t *)cg_chunks_at(&p->in->items, pair);
    return item == CG_NONE32 ? CG_NONE32 : p->item_map ? p->item_map[item] : item;
}

/* Few members: sort (member, pair). */
static int32_t place_sparse(packing *p, cspm_error **err)
{
    uint64_t n = p->in->items.count;
    uint32_t count = 0;
    int32_t rc = CSPM_OK;
    uint64_t *keys = cg_alloc_array(p->mem, (size_t)n * 2, sizeof *keys);
    uint32_t *pairs = cg_alloc_array(p->mem, (size_t)n * 2, sizeof *pairs);
    if (!keys || !pairs) {
        rc = cg_nomem(p->mem, err);
        goto out;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint32_t member = member_of(p, i);
        if (member == CG_NONE32)
            continue;
        keys[count] = member;
        pairs[count++] = (uint32_t)i;
    }
    cg_sort_pairs(keys, pairs, count, keys + n, pairs + n);
    p->pair_of = cg_alloc_array(p->mem, count, sizeof *p->pair_of);
    uint32_t *list = cg_alloc_array(p->mem, count, sizeof *list);
    if (!p->pair_of || !list) {
        rc = cg_nomem(p->mem, err);
    } else {
        for (uint32_t i = 0; i < count; i++)
            list[i] = (uint32_t)keys[i];
        memcpy(p->pair_of, pairs, count * sizeof *pairs);
        rc = cg_presence_from_list(p->o, &p->out->at, p->domain, list, count, err);
    }
    cg_free(p->mem, list);
out:
    cg_free(p->mem, keys);
    cg_free(p->mem, pairs);
    return rc;
}

/* Most members: one slot each, then squeezed. */
static int32_t place_most(packing *p, cspm_error **err)
{
    uint64_t n = p->in->items.count, words = ((uint64_t)p->domain + 63) / 64;
    uint32_t count = 0, *slots = cg_alloc_array(p->mem, p->domain, sizeof *slots);
    uint64_t *bits = cg_calloc(p->mem, (size_t)words, sizeof *bits);
    if (!slots || !bits) {
        cg_free(p->mem, slots);
        cg_free(p->mem, bits);
        return cg_nomem(p->mem, err);
    }
    memset(slots, 0xff, p->domain * sizeof *slots);
    int32_t rc = CSPM_OK;
    for (uint64_t i = 0; i < n && rc == CSPM_OK; i++) {
        uint32_t member = member_of(p, i);
        if (member != CG_NONE32)
            slots[member] = (uint32_t)i;
        rc = step(p, err);
    }
    if (rc < 0) {
        cg_free(p->mem, slots);
        cg_free(p->mem, bits);
        return rc;
    }
    for (uint32_t member = 0; member < p->domain; member++) {
        uint32_t pair = slots[member];
        if (pair == CG_NONE32)
            continue;
        bits[member >> 6] |= 1ull << (member & 63);
        slots[count++] = pair;
    }
    void *fit = cg_resize_array(p->mem, slots, count ? count : 1, sizeof *slots);
    p->pair_of = fit ? fit : slots;
    return cg_presence_from_bits(p->o, &p->out->at, p->domain, bits, err);
}

static int32_t place_dense(packing *p, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint32_t *rank = NULL, count = 0;
    uint64_t n = p->in->items.count, *bits = cg_calloc(p->mem, (size_t)(((uint64_t)p->domain + 63) / 64), sizeof *bits);
    if (!bits)
        return cg_nomem(p->mem, err);
    for (uint64_t i = 0; i < n; i++) {
        uint32_t member = member_of(p, i);
        if (member != CG_NONE32)
            bits[member >> 6] |= 1ull << (member & 63);
    }
    rank = cg_presence_rank_bits(p->mem, bits, p->domain, &count);
    if (!rank) {
        rc = cg_nomem(p->mem, err);
        goto out;
    }
    p->pair_of = cg_alloc_array(p->mem, count, sizeof *p->pair_of);
    if (!p->pair_of) {
        rc = cg_nomem(p->mem, err);
        goto out;
    }
    cg_presence at = { .domain = p->domain, .count = count, .bits = bits, .rank = rank };
    for (uint64_t i = 0; i < n; i++) {
        uint32_t member = member_of(p, i);
        if (member != CG_NONE32)
            p->pair_of[cg_presence_find(&at, member)] = (uint32_t)i;
        if ((rc = step(p, err)) < 0)
            goto out;
    }
    cg_free(p->mem, rank);
    return cg_presence_from_bits(p->o, &p->out->at, p->domain, bits, err);
out:
    cg_free(p->mem, rank);
    cg_free(p->mem, bits);
    return rc;
}

/* Members lie in another order than pairs: every value is a cache miss, so one is asked for while others are on their way. */
static inline void fetch_value(const packing *p, uint32_t i)
{
    if (i + 16 < p->out->at.count)
        __builtin_prefetch(cg_chunks_at(&p->in->values, p->pair_of[i + 16]));
}

static int32_t pack_bools(packing *p, cspm_error **err)
{
    uint32_t n = p->out->at.count;
    uint64_t *values = cg_owner_calloc(p->o, ((size_t)n + 63) / 64, sizeof *values);
    if (!values)
        return cg_nomem(p->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        fetch_value(p, i);
        if (*(const uint8_t *)cg_chunks_at(&p->in->values, p->pair_of[i]))
            values[i >> 6] |= 1ull << (i & 63);
    }
    p->out->values = values;
    return CSPM_OK;
}

static uint8_t int_width(int64_t low, int64_t high)
{
    if (low >= INT8_MIN && high <= INT8_MAX)
        return 1;
    if (low >= INT16_MIN && high <= INT16_MAX)
        return 2;
    return low >= INT32_MIN && high <= INT32_MAX ? 4 : 8;
}

static void store_int(void *values, uint8_t width, uint32_t i, int64_t v)
{
    switch (width) {
    case 1:
        ((int8_t *)values)[i] = (int8_t)v;
        break;
    case 2:
        ((int16_t *)values)[i] = (int16_t)v;
        break;
    case 4:
        ((int32_t *)values)[i] = (int32_t)v;
        break;
    default:
        ((int64_t *)values)[i] = v;
    }
}

static int32_t pack_numbers(packing *p, cspm_error **err)
{
    uint32_t n = p->out->at.count;
    p->out->width = 8;
    if (p->in->type == CG_INT) {
        int64_t low = INT64_MAX, high = INT64_MIN;
        for (uint32_t i = 0; i < n; i++) {
            fetch_value(p, i);
            int64_t v = *(const int64_t *)cg_chunks_at(&p->in->values, p->pair_of[i]);
            low = v < low ? v : low;
            high = v > high ? v : high;
        }
        p->out->width = int_width(low, high);
    }
    void *values = cg_owner_alloc(p->o, n, p->out->width);
    if (!values)
        return cg_nomem(p->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        fetch_value(p, i);
        store_int(values, p->out->width, i, *(const int64_t *)cg_chunks_at(&p->in->values, p->pair_of[i]));
    }
    p->out->values = values;
    return CSPM_OK;
}

/* pair_of becomes place_of: where each member's string is. */
static int32_t pairs_to_places(packing *p, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < p->out->at.count && rc == CSPM_OK; i++) {
        fetch_value(p, i);
        p->pair_of[i] = *(const uint32_t *)cg_chunks_at(&p->in->values, p->pair_of[i]);
        rc = step(p, err);
    }
    return rc;
}

static inline uint32_t place_of(const packing *p, uint32_t i)
{
    return p->pair_of[i];
}

static inline char *string_at(const packing *p, uint32_t i)
{
    if (i + 12 < p->out->at.count)
        __builtin_prefetch(cg_dict_at(&p->in->dict, place_of(p, i + 12)));
    return cg_dict_at(&p->in->dict, place_of(p, i));
}

static uint32_t square_root(uint32_t v)
{
    uint32_t r = 0;
    for (uint32_t bit = 1u << 15; bit; bit >>= 1)
        if ((uint64_t)(r + bit) * (r + bit) <= v)
            r += bit;
    return r;
}

/* Whether more than about half of the values differ, by members spread evenly: the answer must not depend on the order of inputs. Of n
 * values with d distinct, s samples hold about s^2 / 2d repeats; 4 sqrt(n) samples of n values with n / 2 distinct hold 16. */
static int32_t mostly_distinct(packing *p, const cg_seed *seed, bool *answer, cspm_error **err)
{
    uint32_t n = p->out->at.count, looked = 4 * square_root(n);
    looked = n > 256 ? looked : n;
    cg_dict seen = { 0 };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < looked; i++) {
        cg_str s = cg_dict_get(&p->in->dict, place_of(p, (uint32_t)((uint64_t)i * n / looked)));
        if (cg_dict_add(&seen, p->mem, seed, s.data, s.length) == CG_DICT_NONE) {
            rc = cg_nomem(p->mem, err);
            break;
        }
    }
    *answer = looked == n ? seen.n_strings > n / 2 : looked - seen.n_strings < 16;
    cg_dict_free(&seen, p->mem);
    return rc;
}

static int32_t refuse_strings(const packing *p, cspm_error **err)
{
    if (p->strings->count >= UINT32_MAX - 2)
        return cg_fail(p->mem, err, CSPM_E_LIMIT, "too many distinct property strings (limit 2^32)");
    return cg_nomem(p->mem, err);
}

static int32_t pack_plain_strings(packing *p, cspm_error **err)
{
    for (uint32_t i = 0; i < p->out->at.count; i++) {
        const char *at = string_at(p, i);
        uint32_t length;
        memcpy(&length, at, sizeof length);
        if (!cg_strtab_builder_add(p->strings, at + sizeof length, length))
            return refuse_strings(p, err);
        const int32_t rc = step(p, err);
        if (rc < 0)
            return rc;
    }
    p->out->n_strings = p->out->at.count;
    return CSPM_OK;
}

/* The column did not share its strings while it grew: find equal ones now. */
static int32_t share_strings(packing *p, const cg_seed *seed, cspm_error **err)
{
    cg_dict shared = { 0 };
    for (uint32_t i = 0; i < p->out->at.count; i++) {
        const char *at = string_at(p, i);
        uint32_t length;
        memcpy(&length, at, sizeof length);
        p->pair_of[i] = cg_dict_add(&shared, p->mem, seed, at + sizeof length, length);
        const int32_t rc = p->pair_of[i] == CG_DICT_NONE ? cg_nomem(p->mem, err) : step(p, err);
        if (rc < 0) {
            cg_dict_free(&shared, p->mem);
            return rc;
        }
    }
    cg_dict_free(&p->in->dict, p->mem);
    p->in->dict = shared;
    return CSPM_OK;
}

#define MARK 0x80000000u

static int32_t pack_shared_strings(packing *p, cspm_error **err)
{
    uint32_t n = p->out->at.count, used = 0;
    int32_t rc = CSPM_OK;
    uint32_t *numbers = cg_alloc_array(p->mem, n, sizeof *numbers);
    if (!numbers)
        return cg_nomem(p->mem, err);
    for (uint32_t i = 0; i < n; i++) {
        char *at = string_at(p, i);
        uint32_t word;
        if ((rc = step(p, err)) < 0)
            goto out;
        memcpy(&word, at, sizeof word);
        if (!(word & MARK)) {
            /* First use: copied, and the length makes room for the number. */
            if (!cg_strtab_builder_add(p->strings, at + sizeof word, word)) {
                rc = refuse_strings(p, err);
                goto out;
            }
            if (used >= MARK) {
                rc = cg_fail(p->mem, err, CSPM_E_LIMIT, "too many distinct strings under one key (limit 2^31)");
                goto out;
            }
            word = used++ | MARK;
            memcpy(at, &word, sizeof word);
        }
        numbers[i] = word & ~MARK;
    }
    p->out->n_strings = used;
    if (used == n)
        goto out; /* value i is string i */
    p->out->width = used <= 1u << 8 ? 1 : used <= 1u << 16 ? 2 : 4;
    void *values = cg_owner_alloc(p->o, n, p->out->width);
    if (!values) {
        rc = cg_nomem(p->mem, err);
        goto out;
    }
    for (uint32_t i = 0; i < n; i++)
        store_int(values, p->out->width, i, numbers[i]);
    p->out->values = values;
out:
    cg_free(p->mem, numbers);
    return rc;
}

static int32_t pack_strings(packing *p, const cg_seed *seed, cspm_error **err)
{
    p->out->first_string = p->strings->count;
    bool plain;
    int32_t rc = pairs_to_places(p, err);
    if (rc < 0 || (rc = mostly_distinct(p, seed, &plain, err)) < 0)
        return rc;
    if (plain)
        return pack_plain_strings(p, err);
    if (p->in->dict.plain && (rc = share_strings(p, seed, err)) < 0)
        return rc;
    return pack_shared_strings(p, err);
}

static int32_t pack_column(packing *p, const cg_seed *seed, cspm_error **err)
{
    int32_t rc;
    if (p->in->items.count > UINT32_MAX)
        return cg_fail(p->mem, err, CSPM_E_LIMIT, "too many values under one key (limit 2^32)");
    if (p->in->items.count * 64 < p->domain)
        rc = place_sparse(p, err);
    else if (p->in->items.count > p->domain / 8)
        rc = place_most(p, err);
    else
        rc = place_dense(p, err);
    if (rc < 0 || (rc = cg_op_check(p->op, p->mem, err)) < 0)
        return rc;
    if (p->in->type == CG_BOOL)
        return pack_bools(p, err);
    if (p->in->type == CG_INT || p->in->type == CG_FLOAT)
        return pack_numbers(p, err);
    return pack_strings(p, seed, err);
}

int32_t cg_colset_finish(cg_colset *cs, const uint32_t *item_map, uint32_t domain, const uint32_t *key_map, cg_owner *o,
                         cg_strtab_builder *strings, const cg_column **columns, uint32_t *n_columns, cspm_op *op, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    size_t n = cs->columns.count;
    uint64_t *keys = cg_alloc_array(cs->mem, n * 2, sizeof *keys);
    uint32_t *order = cg_alloc_array(cs->mem, n * 2, sizeof *order);
    cg_column *made = n ? cg_owner_calloc(o, n, sizeof *made) : NULL;
    uint32_t used = 0;
    *columns = NULL;
    *n_columns = 0;
    if (!keys || !order || (n && !made)) {
        rc = cg_nomem(cs->mem, err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        const cg_build_column *c = &cs->columns.data[i];
        keys[i] = (uint64_t)(key_map ? key_map[c->key] : c->key) << 8 | c->type;
        order[i] = (uint32_t)i;
    }
    cg_sort_pairs(keys, order, n, keys + n, order + n);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        cg_column *c = &made[used];
        *c = (cg_column){ .key = (uint32_t)(keys[i] >> 8), .type = (uint8_t)keys[i] };
        packing p = {
            .mem = cs->mem, .o = o, .strings = strings, .item_map = item_map, .domain = domain, .in = &cs->columns.data[order[i]], .out = c,
            .op = op
        };
        rc = pack_column(&p, &cs->seed, err);
        cg_free(cs->mem, p.pair_of);
        cg_build_column_free(p.in, cs->mem);
        used += c->at.count != 0;
        if (rc >= 0)
            rc = cg_op_check(op, cs->mem, err);
    }
    *columns = made;
    *n_columns = used;
out:
    cg_free(cs->mem, keys);
    cg_free(cs->mem, order);
    cg_colset_free(cs);
    return rc;
}
