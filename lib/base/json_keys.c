#include "base/json_parts.h"

/* Objects up to this many keys are searched in line. */
#define SMALL 32

void cg_json_keys_init(cg_json_keys *k, cg_mem *mem)
{
    memset(k, 0, sizeof *k);
    k->mem = mem;
    cg_seed_random(&k->seed);
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

static inline uint64_t load_some(const char *p, size_t n)
{
    uint64_t v = 0;
    if (n >= 8)
        memcpy(&v, p, 8);
    else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, p, 4);
        memcpy(&b, p + n - 4, 4);
        v = (uint64_t)a << 32 | b;
    } else if (n)
        v = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[n / 2] << 8 | (unsigned char)p[n - 1];
    return v;
}

/* Cheap, and only good enough for a few keys: the ends and the length. Whoever crafts collisions gains SMALL comparisons a key. */
static inline uint32_t quick_hash(const cg_seed *seed, const char *p, size_t n)
{
    uint64_t a = load_some(p, n) ^ seed->k0;
    uint64_t b = (n > 8 ? load_some(p + n - 8, 8) : 0) ^ seed->k1 ^ n;
    unsigned __int128 m = (unsigned __int128)a * (b | 1);
    return (uint32_t)((uint64_t)m ^ (uint64_t)(m >> 64)) ^ (uint32_t)(((uint64_t)m ^ (uint64_t)(m >> 64)) >> 32);
}

static inline bool same(const cg_json_keys *k, const cg_json_key *key, uint32_t hash, const char *bytes, size_t length)
{
    return key->hash == hash && key->length == length && memcmp(k->bytes.data + key->at, bytes, length) == 0;
}

static bool append(cg_json_keys *k, uint32_t hash, const char *bytes, size_t length)
{
    if (!cg_vec_reserve(k->mem, &k->bytes, length + 1))
        return false;
    cg_json_key key = { .at = k->bytes.count, .length = (uint32_t)length, .hash = hash };
    if (!cg_vec_push(k->mem, &k->keys, key))
        return false;
    memcpy(k->bytes.data + k->bytes.count, bytes, length);
    k->bytes.count += length;
    return true;
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
            key->hash = (uint32_t)cg_hash(&k->seed, k->bytes.data + key->at, key->length);
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

static cg_key_answer add_large(cg_json_keys *k, cg_json_frame *f, const char *bytes, size_t length)
{
    size_t n = k->keys.count - f->first_key;
    if ((!f->set || n >= (f->mask + 1) / 2) && !grow_set(k, f))
        return CG_KEY_NOMEM;
    uint32_t hash = (uint32_t)cg_hash(&k->seed, bytes, length);
    uint32_t at = hash & f->mask;
    for (; f->set[at]; at = (at + 1) & f->mask)
        if (same(k, &k->keys.data[f->first_key + f->set[at] - 1], hash, bytes, length))
            return CG_KEY_SEEN;
    if (!append(k, hash, bytes, length))
        return CG_KEY_NOMEM;
    f->set[at] = (uint32_t)n + 1;
    return CG_KEY_NEW;
}

cg_key_answer cg_json_keys_add(cg_json_keys *k, const char *bytes, size_t length)
{
    cg_json_frame *f = &k->frames.data[k->frames.count - 1];
    if (length > UINT32_MAX || k->keys.count >= UINT32_MAX - 1)
        return CG_KEY_NOMEM;
    size_t n = k->keys.count - f->first_key;
    if (n >= SMALL)
        return add_large(k, f, bytes, length);
    uint32_t hash = quick_hash(&k->seed, bytes, length);
    uint64_t bit = UINT64_C(1) << (hash & 63);
    if (f->bloom & bit)
        for (const cg_json_key *key = k->keys.data + f->first_key, *end = key + n; key < end; key++)
            if (same(k, key, hash, bytes, length))
                return CG_KEY_SEEN;
    f->bloom |= bit;
    return append(k, hash, bytes, length) ? CG_KEY_NEW : CG_KEY_NOMEM;
}
