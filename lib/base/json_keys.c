#include "base/json_parts.h"

/* Objects up to this many keys are searched in line. */
#define SMALL 32

void cg_json_keys_init(cg_json_keys *k, cg_mem *mem)
{
    memset(k, 0, sizeof *k);
    k->mem = mem;
    uint64_t words[2];
    cg_mem_random(mem, words);
    k->seed = (cg_seed){ words[0], words[1] };
}

void cg_json_keys_free(cg_json_keys *k)
{
    while (k->frames.count)
        cg_json_keys_close(k);
    cg_vec_free(k->mem, &k->frames);
    cg_vec_free(k->mem, &k->keys);
    cg_vec_free(k->mem, &k->bytes);
}

bool cg_json_keys_open(cg_json_keys *k)
{
    cg_json_frame f = { .first_byte = k->bytes.count, .first_key = (uint32_t)k->keys.count };
    return cg_vec_push(k->mem, &k->frames, f);
}

void cg_json_keys_close(cg_json_keys *k)
{
    cg_json_frame *f = &k->frames.data[--k->frames.count];
    k->bytes.count = f->first_byte;
    k->keys.count = f->first_key;
    if (f->set)
        cg_free(k->mem, f->set);
}

/* The first 16 bytes as two words, zeros behind the end. `room` bytes may be read: with 16 of them there is nothing to branch on. */
static inline void pack(const char *p, size_t n, size_t room, uint64_t *head, uint64_t *tail)
{
#define B(k) ((UINT64_C(1) << (8 * (k))) - 1)
    static const uint64_t masks[17][2] = {
        { 0, 0 },        { B(1), 0 },     { B(2), 0 },     { B(3), 0 },     { B(4), 0 },      { B(5), 0 },
        { B(6), 0 },     { B(7), 0 },     { ~B(0), 0 },    { ~B(0), B(1) }, { ~B(0), B(2) },  { ~B(0), B(3) },
        { ~B(0), B(4) }, { ~B(0), B(5) }, { ~B(0), B(6) }, { ~B(0), B(7) }, { ~B(0), ~B(0) },
    };
#undef B
    size_t kept = n < 16 ? n : 16;
    if (__builtin_expect(room < 16, 0)) {
        char copy[16] = { 0 };
        if (kept)
            memcpy(copy, p, kept);
        memcpy(head, copy, 8);
        memcpy(tail, copy + 8, 8);
        return;
    }
    memcpy(head, p, 8);
    memcpy(tail, p + 8, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    *head &= masks[kept][0];
    *tail &= masks[kept][1];
#else
    *head &= __builtin_bswap64(masks[kept][0]);
    *tail &= __builtin_bswap64(masks[kept][1]);
#endif
}

/* Cheap, and only good enough for a few keys: the first bytes and the length. Whoever crafts collisions gains SMALL comparisons a key. */
static inline uint32_t quick_hash(const cg_seed *seed, uint64_t head, uint64_t tail, size_t n)
{
    unsigned __int128 m = (unsigned __int128)(head ^ seed->k0) * ((tail ^ seed->k1 ^ n) | 1);
    uint64_t folded = (uint64_t)m ^ (uint64_t)(m >> 64);
    return (uint32_t)(folded ^ folded >> 32);
}

static uint32_t strong_hash(const cg_json_keys *k, const cg_json_key *key, const char *bytes)
{
    if (key->length > 16)
        return (uint32_t)cg_hash(&k->seed, bytes, key->length);
    uint64_t packed[3] = { key->head, key->tail, key->length };
    return (uint32_t)cg_hash(&k->seed, packed, sizeof packed);
}

/* `key` holds the start of a long key here, not yet its place. */
static inline bool same(const cg_json_keys *k, const cg_json_key *kept, const cg_json_key *key, const char *bytes)
{
    if (kept->hash != key->hash || kept->length != key->length)
        return false;
    if (key->length > 16)
        return memcmp(k->bytes.data + kept->head, bytes, key->length) == 0;
    return kept->head == key->head && kept->tail == key->tail;
}

static inline bool append(cg_json_keys *k, cg_json_key *key, const char *bytes)
{
    if (key->length > 16) {
        if (!cg_vec_reserve(k->mem, &k->bytes, key->length))
            return false;
        memcpy(k->bytes.data + k->bytes.count, bytes, key->length);
        key->head = k->bytes.count;
        key->tail = 0;
        k->bytes.count += key->length;
    }
    return cg_vec_push(k->mem, &k->keys, *key);
}

/* A set of twice as many places, or the first one, in which case the keys are hashed again with the strong hash. */
static bool grow_set(cg_json_keys *k, cg_json_frame *f)
{
    uint32_t slots = f->set ? (f->mask + 1) * 2 : SMALL * 8;
    uint32_t *set = slots ? cg_calloc(k->mem, slots, sizeof *set) : NULL;
    if (!set)
        return false;
    for (size_t i = f->first_key; i < k->keys.count; i++) {
        cg_json_key *key = &k->keys.data[i];
        if (!f->set)
            key->hash = strong_hash(k, key, key->length > 16 ? k->bytes.data + key->head : NULL);
        uint32_t at = key->hash & (slots - 1);
        while (set[at])
            at = (at + 1) & (slots - 1);
        set[at] = (uint32_t)(i - f->first_key) + 1;
    }
    cg_free(k->mem, f->set);
    f->set = set;
    f->mask = slots - 1;
    return true;
}

static cg_key_answer add_large(cg_json_keys *k, cg_json_frame *f, cg_json_key *key, const char *bytes)
{
    size_t n = k->keys.count - f->first_key;
    if ((!f->set || n >= (f->mask + 1) / 2) && !grow_set(k, f))
        return CG_KEY_NOMEM;
    key->hash = strong_hash(k, key, bytes);
    uint32_t at = key->hash & f->mask;
    for (; f->set[at]; at = (at + 1) & f->mask)
        if (same(k, &k->keys.data[f->first_key + f->set[at] - 1], key, bytes))
            return CG_KEY_SEEN;
    if (!append(k, key, bytes))
        return CG_KEY_NOMEM;
    f->set[at] = (uint32_t)n + 1;
    return CG_KEY_NEW;
}

static cg_key_answer add_small(cg_json_keys *k, cg_json_frame *f, cg_json_key *key, const char *bytes)
{
    uint64_t bit = UINT64_C(1) << (key->hash & 63);
    if (f->bloom & bit)
        for (const cg_json_key *kept = k->keys.data + f->first_key, *end = k->keys.data + k->keys.count; kept < end; kept++)
            if (same(k, kept, key, bytes))
                return CG_KEY_SEEN;
    f->bloom |= bit;
    return append(k, key, bytes) ? CG_KEY_NEW : CG_KEY_NOMEM;
}

cg_key_answer cg_json_keys_add(cg_json_keys *k, const char *bytes, size_t length, size_t room)
{
    cg_json_frame *f = &k->frames.data[k->frames.count - 1];
    if (length > UINT32_MAX || k->keys.count >= UINT32_MAX - 1)
        return CG_KEY_NOMEM;
    uint64_t head, tail;
    pack(bytes, length, room, &head, &tail);
    size_t n = k->keys.count - f->first_key;
    if (__builtin_expect(n >= SMALL, 0)) {
        cg_json_key key = { .head = head, .tail = tail, .length = (uint32_t)length };
        return add_large(k, f, &key, bytes);
    }
    uint32_t hash = quick_hash(&k->seed, head, tail, length);
    uint64_t bit = UINT64_C(1) << (hash & 63);
    if (__builtin_expect(length > 16 || (f->bloom & bit) || k->keys.count == k->keys.capacity, 0)) {
        cg_json_key key = { .head = head, .tail = tail, .length = (uint32_t)length, .hash = hash };
        return add_small(k, f, &key, bytes);
    }
    f->bloom |= bit;
    cg_json_key *slot = &k->keys.data[k->keys.count++];
    slot->head = head;
    slot->tail = tail;
    slot->length = (uint32_t)length;
    slot->hash = hash;
    return CG_KEY_NEW;
}
