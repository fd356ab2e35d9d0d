/* Sorting: ids by bytes (multikey quicksort over eight bytes at a time), and 64-bit keys with a value (insertion or radix). */
#include "graph/build.h"

/* Eight bytes at `depth`, the first the most significant; zeros beyond the end. */
static inline uint64_t load_prefix(const cg_id_entry *e, uint32_t depth)
{
    uint64_t word = 0;
    if (e->length >= depth + 8) {
        memcpy(&word, e->bytes + depth, 8);
        return __builtin_bswap64(word);
    }
    for (uint32_t i = depth; i < e->length; i++)
        word |= (uint64_t)e->bytes[i] << (56 - 8 * (i - depth));
    return word;
}

static int compare_from(const cg_id_entry *a, const cg_id_entry *b, uint32_t depth)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    uint32_t shorter = a->length < b->length ? a->length : b->length;
    int c = shorter > depth ? memcmp(a->bytes + depth, b->bytes + depth, shorter - depth) : 0;
    return c ? c : (a->length > b->length) - (a->length < b->length);
}

static inline void swap(cg_id_entry *a, cg_id_entry *b)
{
    cg_id_entry t = *a;
    *a = *b;
    *b = t;
}

static void insertion(cg_id_entry *e, uint32_t n, uint32_t depth)
{
    for (uint32_t i = 1; i < n; i++) {
        cg_id_entry moved = e[i];
        uint32_t at = i;
        for (; at && compare_from(&moved, &e[at - 1], depth) < 0; at--)
            e[at] = e[at - 1];
        e[at] = moved;
    }
}

static inline uint64_t median(uint64_t a, uint64_t b, uint64_t c)
{
    return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
}

/* From places nobody can foresee: ids come from outside and must not be able to make this slow. The result does not depend on it. */
static uint64_t choose_pivot(const cg_id_entry *e, uint32_t n, uint64_t *state)
{
    uint64_t seen[3];
    for (int i = 0; i < 3; i++) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        seen[i] = e[*state % n].prefix;
    }
    return median(seen[0], seen[1], seen[2]);
}

/* How many bytes from depth on all entries share. */
static uint32_t shared_bytes(const cg_id_entry *e, uint32_t n, uint32_t depth)
{
    uint32_t shared = e[0].length - depth;
    for (uint32_t i = 1; i < n && shared >= 8; i++) {
        if (e[i].length - depth < shared)
            shared = e[i].length - depth;
        uint32_t k = 0;
        while (k + 8 <= shared && memcmp(e[0].bytes + depth + k, e[i].bytes + depth + k, 8) == 0)
            k += 8;
        if (k + 8 <= shared)
            shared = k;
    }
    return shared & ~7u;
}

typedef struct part {
    uint32_t begin, n, depth;
    bool equal; /* all prefixes are equal: look at the next bytes */
} part;
typedef CG_VEC(part) part_stack;

/* Entries whose first depth + 8 bytes (with zeros beyond the end) are equal: those that end there come first, by length. */
static uint32_t split_ended(cg_id_entry *e, uint32_t n, uint32_t depth)
{
    uint32_t ended = 0;
    for (uint32_t i = 0; i < n; i++)
        if (e[i].length <= depth + 8)
            swap(&e[i], &e[ended++]);
    for (uint32_t i = 1; i < ended; i++)
        for (uint32_t at = i; at && e[at].length < e[at - 1].length; at--)
            swap(&e[at], &e[at - 1]);
    return ended;
}

int32_t cg_sort_ids(cg_id_entry *entries, uint32_t n, cspm_op *op, cg_mem *mem, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    uint32_t ticks = 0;
    part_stack stack = { 0 };
    cg_seed seed;
    cg_seed_random(&seed);
    seed.k0 |= 1;
    for (uint32_t i = 0; i < n; i++)
        entries[i].prefix = load_prefix(&entries[i], 0);
    if (n > 1 && !cg_vec_push(mem, &stack, ((part){ 0, n, 0, false }))) {
        rc = cg_nomem(mem, err);
        goto out;
    }
    while (stack.count) {
        part p = stack.data[--stack.count];
        cg_id_entry *e = entries + p.begin;
        if (CG_OP_DUE_BY(ticks, p.n) && (rc = cg_op_check(op, mem, err)) < 0)
            goto out;
        if (p.equal) {
            uint32_t ended = split_ended(e, p.n, p.depth);
            p = (part){ p.begin + ended, p.n - ended, p.depth + 8, false };
            e += ended;
            if (p.n < 2)
                continue;
            if (p.n > 16)
                p.depth += shared_bytes(e, p.n, p.depth);
            for (uint32_t i = 0; i < p.n; i++)
                e[i].prefix = load_prefix(&e[i], p.depth);
        }
        if (p.n <= 16) {
            insertion(e, p.n, p.depth);
            continue;
        }
        uint64_t pivot = choose_pivot(e, p.n, &seed.k0);
        uint32_t low = 0, at = 0, high = p.n;
        while (at < high) {
            if (e[at].prefix < pivot)
                swap(&e[low++], &e[at++]);
            else if (e[at].prefix > pivot)
                swap(&e[at], &e[--high]);
            else
                at++;
        }
        if (!cg_vec_reserve(mem, &stack, 3)) {
            rc = cg_nomem(mem, err);
            goto out;
        }
        if (low > 1)
            stack.data[stack.count++] = (part){ p.begin, low, p.depth, false };
        if (p.n - high > 1)
            stack.data[stack.count++] = (part){ p.begin + high, p.n - high, p.depth, false };
        if (high - low > 1)
            stack.data[stack.count++] = (part){ p.begin + low, high - low, p.depth, true };
    }
out:
    cg_vec_free(mem, &stack);
    return rc;
}

static void radix_pass(const uint64_t *keys, const uint32_t *values, uint64_t *to_keys, uint32_t *to_values, size_t n, size_t *at,
                       int shift)
{
    size_t sum = 0;
    for (int d = 0; d < 256; d++) {
        size_t c = at[d];
        at[d] = sum;
        sum += c;
    }
    for (size_t i = 0; i < n; i++) {
        size_t to = at[keys[i] >> shift & 255]++;
        to_keys[to] = keys[i];
        to_values[to] = values[i];
    }
}

void cg_sort_pairs(uint64_t *keys, uint32_t *values, size_t n, uint64_t *key_scratch, uint32_t *value_scratch)
{
    if (n <= 32) {
        for (size_t i = 1; i < n; i++) {
            uint64_t key = keys[i];
            uint32_t value = values[i];
            size_t at = i;
            for (; at && keys[at - 1] > key; at--) {
                keys[at] = keys[at - 1];
                values[at] = values[at - 1];
            }
            keys[at] = key;
            values[at] = value;
        }
        return;
    }
    uint64_t *from = keys, *to = key_scratch, differ = 0;
    uint32_t *from_values = values, *to_values = value_scratch;
    for (size_t i = 1; i < n; i++)
        differ |= keys[i] ^ keys[0];
    for (int shift = 0; shift < 64; shift += 8) {
        if (!(differ >> shift & 255))
            continue;
        size_t at[256] = { 0 };
        for (size_t i = 0; i < n; i++)
            at[from[i] >> shift & 255]++;
        radix_pass(from, from_values, to, to_values, n, at, shift);
        uint64_t *k = from;
        from = to;
        to = k;
        uint32_t *v = from_values;
        from_values = to_values;
        to_values = v;
    }
    if (from != keys) {
        memcpy(keys, from, n * sizeof *keys);
        memcpy(values, from_values, n * sizeof *values);
    }
}

void cg_sort_numbers(uint32_t *numbers, uint32_t n, uint32_t *scratch, cg_number_cmp cmp, const void *context)
{
    for (uint64_t width = 1; width < n; width *= 2) {
        for (uint64_t at = 0; at < n; at += 2 * width) {
            uint64_t a = at, middle = at + width < n ? at + width : n, b = middle, end = middle + width < n ? middle + width : n;
            for (uint64_t i = at; i < end; i++)
                scratch[i] = b >= end || (a < middle && cmp(context, numbers[a], numbers[b]) <= 0) ? numbers[a++] : numbers[b++];
        }
        memcpy(numbers, scratch, n * sizeof *numbers);
    }
}
