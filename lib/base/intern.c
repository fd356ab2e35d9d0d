#include "base/intern.h"

/* Layout: a string lives as [length varint][bytes][NUL] in byte blocks that are never moved or copied; a chunked array maps id to its
 * address; open-addressed slots map a hash to an id.
 *
 * A slot is tag << 32 | id + 1, where the tag is the upper half of the hash. The home of a tag is its top bits, so a table of 2^b slots
 * needs b <= 32 and can grow without touching any string: the tag holds every bit of index there will ever be. The 32 - b lower bits
 * still tell strings of one home apart (11 bits at a million strings), and the bytes are always compared. */
struct cg_intern {
    cg_mem *mem;
    cg_seed seed;
    uint64_t *slots;
    uint32_t bits;     /* log2 of the number of slots; 0 = no slots */
    uint32_t max_fill; /* strings at which the slots must grow */
    cg_chunks starts;  /* unsigned char *: where each string's length stands */
    char *cursor, *limit;
    struct block *blocks;
    size_t block_size;
    uint64_t bytes;
};
struct block {
    struct block *next;
};
#define FIRST_BLOCK ((size_t)1024)
#define LAST_BLOCK ((size_t)1 << 20)
#define FIRST_BITS 5
#define MAX_BITS 32

/* ---- bytes ---- */

static size_t varint_size(size_t n)
{
    size_t size = 1;
    while (n >= 0x80) {
        n >>= 7;
        size++;
    }
    return size;
}

static unsigned char *put_varint(unsigned char *p, size_t n)
{
    for (; n >= 0x80; n >>= 7)
        *p++ = (unsigned char)(n | 0x80);
    *p++ = (unsigned char)n;
    return p;
}

static inline cg_str string_at(const unsigned char *p)
{
    size_t n = *p++;
    if (n >= 0x80) {
        n &= 0x7F;
        for (unsigned shift = 7;; shift += 7) {
            size_t part = *p++;
            n |= (part & 0x7F) << shift;
            if (part < 0x80)
                break;
        }
    }
    return (cg_str){ (const char *)p, n };
}

static void *take_block(cg_intern *t, size_t size)
{
    struct block *b = cg_alloc(t->mem, size + sizeof *b);
    if (!b)
        return NULL;
    b->next = t->blocks;
    t->blocks = b;
    t->bytes += size + sizeof *b;
    return b + 1;
}

static unsigned char *store(cg_intern *t, const char *bytes, size_t length)
{
    if (length > SIZE_MAX / 4)
        return NULL;
    size_t need = varint_size(length) + length + 1;
    char *at;
    if (need <= (size_t)(t->limit - t->cursor)) {
        at = t->cursor;
        t->cursor += need;
    } else if (need > t->block_size / 4) {
        at = take_block(t, need);
        if (!at)
            return NULL;
    } else {
        at = take_block(t, t->block_size);
        if (!at)
            return NULL;
        t->cursor = at + need;
        t->limit = at + t->block_size;
        if (t->block_size < LAST_BLOCK)
            t->block_size *= 2;
    }
    unsigned char *p = put_varint((unsigned char *)at, length);
    if (length)
        memcpy(p, bytes, length);
    p[length] = '\0';
    return (unsigned char *)at;
}

/* ---- slots ---- */

static inline uint32_t tag_of(const cg_intern *t, const char *bytes, size_t length)
{
    return (uint32_t)(cg_hash(&t->seed, bytes, length) >> 32);
}

static inline uint64_t home_of(const cg_intern *t, uint32_t tag)
{
    return (uint64_t)tag >> (32 - t->bits);
}

static uint32_t fill_limit(uint32_t bits)
{
    uint64_t slots = UINT64_C(1) << bits;
    /* The last size has no larger one to go to: it may fill up further. */
    return (uint32_t)(bits == MAX_BITS ? slots / 8 * 7 : slots / 4 * 3);
}

static bool set_slots(cg_intern *t, uint32_t bits)
{
    uint64_t *slots = cg_calloc(t->mem, (size_t)1 << bits, sizeof *slots);
    if (!slots)
        return false;
    uint64_t *old = t->slots;
    uint64_t n_old = t->bits ? UINT64_C(1) << t->bits : 0;
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    for (uint64_t i = 0; i < n_old; i++) {
        if (old[i] == 0)
            continue;
        uint64_t at = (old[i] >> 32) >> (32 - bits);
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = old[i];
    }
    cg_free(t->mem, old);
    t->bytes += (UINT64_C(1) << bits) * sizeof *slots - n_old * sizeof *slots;
    t->slots = slots;
    t->bits = bits;
    t->max_fill = fill_limit(bits);
    return true;
}

static inline const unsigned char *start_of(const cg_intern *t, uint32_t id)
{
    return *(unsigned char **)cg_chunks_at(&t->starts, id);
}

/* Slot that holds the string, or the empty one where it belongs. */
static inline uint64_t probe(const cg_intern *t, uint32_t tag, const char *bytes, size_t length)
{
    uint64_t mask = (UINT64_C(1) << t->bits) - 1;
    uint64_t at = home_of(t, tag);
    for (;; at = (at + 1) & mask) {
        uint64_t slot = t->slots[at];
        if (slot == 0)
            return at;
        if ((uint32_t)(slot >> 32) != tag)
            continue;
        cg_str s = string_at(start_of(t, (uint32_t)slot - 1));
        if (s.length == length && (length == 0 || memcmp(s.data, bytes, length) == 0))
            return at;
    }
}

static uint32_t add_tagged(cg_intern *t, uint32_t tag, const char *bytes, size_t length)
{
    if (!t->slots)
        return CG_INTERN_NONE;
    uint64_t at = probe(t, tag, bytes, length);
    if (t->slots[at])
        return (uint32_t)t->slots[at] - 1;
    if (t->starts.count >= t->max_fill) {
        if (t->bits == MAX_BITS || !set_slots(t, t->bits + 1))
            return CG_INTERN_NONE;
        at = probe(t, tag, bytes, length);
    }
    uint32_t id = (uint32_t)t->starts.count;
    unsigned char **start = cg_chunks_push(&t->starts);
    if (!start)
        return CG_INTERN_NONE;
    *start = store(t, bytes, length);
    if (!*start) {
        t->starts.count--;
        return CG_INTERN_NONE;
    }
    t->slots[at] = (uint64_t)tag << 32 | (uint64_t)(id + 1);
    return id;
}

/* ---- the table ---- */

cg_intern *cg_intern_new(cg_mem *mem, uint32_t expected)
{
    cg_intern *t = cg_calloc(mem, 1, sizeof *t);
    if (!t)
        return NULL;
    t->mem = mem;
    t->block_size = FIRST_BLOCK;
    cg_seed_random(&t->seed);
    cg_chunks_init(&t->starts, mem, sizeof(unsigned char *), expected > 4096 ? 14 : 9);
    uint32_t bits = FIRST_BITS;
    while (bits < MAX_BITS && fill_limit(bits) < expected)
        bits++;
    if (!set_slots(t, bits)) {
        cg_free(mem, t);
        return NULL;
    }
    return t;
}

void cg_intern_free(cg_intern *t)
{
    if (!t)
        return;
    while (t->blocks) {
        struct block *next = t->blocks->next;
        cg_free(t->mem, t->blocks);
        t->blocks = next;
    }
    cg_chunks_free(&t->starts);
    cg_free(t->mem, t->slots);
    cg_free(t->mem, t);
}

uint32_t cg_intern_count(const cg_intern *t)
{
    return (uint32_t)t->starts.count;
}

uint32_t cg_intern_add(cg_intern *t, const char *bytes, size_t length)
{
    return add_tagged(t, tag_of(t, bytes, length), bytes, length);
}

uint32_t cg_intern_find(const cg_intern *t, const char *bytes, size_t length)
{
    if (!t->slots)
        return CG_INTERN_NONE;
    uint64_t slot = t->slots[probe(t, tag_of(t, bytes, length), bytes, length)];
    return slot ? (uint32_t)slot - 1 : CG_INTERN_NONE;
}

cg_str cg_intern_get(const cg_intern *t, uint32_t id)
{
    return string_at(start_of(t, id));
}

void cg_intern_drop_index(cg_intern *t)
{
    cg_free(t->mem, t->slots);
    if (t->bits)
        t->bytes -= (UINT64_C(1) << t->bits) * sizeof *t->slots;
    t->slots = NULL;
    t->bits = 0;
}

uint64_t cg_intern_bytes(const cg_intern *t)
{
    return t->bytes + ((uint64_t)t->starts.n_chunks << t->starts.shift) * sizeof(unsigned char *) + sizeof *t;
}

/* ---- batches ---- */

bool cg_intern_batch_init(cg_intern_batch *b, cg_intern *table, cg_mem *mem)
{
    *b = (cg_intern_batch){ .table = table, .capacity = 16 * 1024 };
    b->bytes = cg_alloc(mem, b->capacity);
    return b->bytes != NULL;
}

bool cg_intern_batch_push(cg_intern_batch *b, cg_mem *mem, const char *bytes, size_t length)
{
    if (b->count >= CG_INTERN_BATCH)
        return false;
    if (length > b->capacity - b->used) {
        if (length > UINT32_MAX / 2 - b->used)
            return false;
        uint32_t grown = (uint32_t)(b->used + length) + b->capacity / 2;
        char *moved = cg_resize_array(mem, b->bytes, grown, 1);
        if (!moved)
            return false;
        b->bytes = moved;
        b->capacity = grown;
    }
    if (length)
        memcpy(b->bytes + b->used, bytes, length);
    b->start[b->count++] = b->used;
    b->used += (uint32_t)length;
    b->start[b->count] = b->used;
    return true;
}

bool cg_intern_batch_resolve(cg_intern_batch *b)
{
    cg_intern *t = b->table;
    uint32_t tags[CG_INTERN_BATCH], guess[CG_INTERN_BATCH];
    if (!t->slots)
        return false;
    /* Slots that move between the passes only make the prefetches useless. */
    while (t->starts.count + b->count > t->max_fill && t->bits < MAX_BITS)
        if (!set_slots(t, t->bits + 1))
            break;
    for (uint32_t i = 0; i < b->count; i++) {
        tags[i] = tag_of(t, b->bytes + b->start[i], b->start[i + 1] - b->start[i]);
        __builtin_prefetch(&t->slots[home_of(t, tags[i])]);
    }
    /* Guess: the first slot of that tag near its home is the string. A wrong guess costs a comparison and a search. */
    uint64_t mask = (UINT64_C(1) << t->bits) - 1;
    for (uint32_t i = 0; i < b->count; i++) {
        uint64_t at = home_of(t, tags[i]);
        guess[i] = CG_INTERN_NONE;
        for (uint32_t step = 0; step < 8 && t->slots[at]; step++, at = (at + 1) & mask)
            if ((uint32_t)(t->slots[at] >> 32) == tags[i]) {
                guess[i] = (uint32_t)t->slots[at] - 1;
                __builtin_prefetch(cg_chunks_at(&t->starts, guess[i]));
                break;
            }
    }
    for (uint32_t i = 0; i < b->count; i++)
        if (guess[i] != CG_INTERN_NONE) {
            const unsigned char *s = start_of(t, guess[i]);
            __builtin_prefetch(s);
            __builtin_prefetch(s + 64);
            __builtin_prefetch(s + (b->start[i + 1] - b->start[i])); /* long ids reach into a third line */
        }
    for (uint32_t i = 0; i < b->count; i++) {
        const char *bytes = b->bytes + b->start[i];
        size_t length = b->start[i + 1] - b->start[i];
        if (guess[i] != CG_INTERN_NONE && cg_str_eq(string_at(start_of(t, guess[i])), (cg_str){ bytes, length }))
            b->id[i] = guess[i];
        else if ((b->id[i] = add_tagged(t, tags[i], bytes, length)) == CG_INTERN_NONE)
            return false;
    }
    return true;
}

void cg_intern_batch_clear(cg_intern_batch *b)
{
    b->count = 0;
    b->used = 0;
}

void cg_intern_batch_free(cg_intern_batch *b, cg_mem *mem)
{
    cg_free(mem, b->bytes);
    *b = (cg_intern_batch){ 0 };
}
