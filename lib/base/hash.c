/* SipHash-1-3 (Aumasson and Bernstein), SHA-256, and seeds. */
#include <sha2.h>
#include <sys/random.h>
#include <time.h>

#include "base/intern.h"

void cg_seed_random(cg_seed *seed)
{
    if (getrandom(seed, sizeof *seed, GRND_NONBLOCK) == (ssize_t)sizeof *seed)
        return;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    seed->k0 = (uint64_t)t.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)(uintptr_t)seed;
    clock_gettime(CLOCK_REALTIME, &t);
    seed->k1 = ((uint64_t)t.tv_sec << 30 ^ (uint64_t)t.tv_nsec) * UINT64_C(0xC2B2AE3D27D4EB4F) ^ (uint64_t)(uintptr_t)&t;
}

static inline uint64_t rotate(uint64_t v, int by)
{
    return v << by | v >> (64 - by);
}

static inline uint64_t load_le(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

#define SIP_ROUND                                                                                                                          \
    do {                                                                                                                                   \
        v0 += v1;                                                                                                                          \
        v2 += v3;                                                                                                                          \
        v1 = rotate(v1, 13) ^ v0;                                                                                                          \
        v3 = rotate(v3, 16) ^ v2;                                                                                                          \
        v0 = rotate(v0, 32);                                                                                                               \
        v2 += v1;                                                                                                                          \
        v0 += v3;                                                                                                                          \
        v1 = rotate(v1, 17) ^ v2;                                                                                                          \
        v3 = rotate(v3, 21) ^ v0;                                                                                                          \
        v2 = rotate(v2, 32);                                                                                                               \
    } while (0)

uint64_t cg_hash(const cg_seed *seed, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;
    uint64_t v0 = seed->k0 ^ UINT64_C(0x736f6d6570736575), v1 = seed->k1 ^ UINT64_C(0x646f72616e646f6d);
    uint64_t v2 = seed->k0 ^ UINT64_C(0x6c7967656e657261), v3 = seed->k1 ^ UINT64_C(0x7465646279746573);
    for (size_t left = length / 8; left; left--, p += 8) {
        uint64_t m = load_le(p);
        v3 ^= m;
        SIP_ROUND;
        v0 ^= m;
    }
    uint64_t last = (uint64_t)length << 56;
    unsigned rest = length & 7;
    if (length >= 8 && rest)
        last |= load_le(p + rest - 8) >> (64 - 8 * rest); /* the bytes before are there to be read, and shifted out */
    else
        for (unsigned i = 0; i < rest; i++)
            last |= (uint64_t)p[i] << (8 * i);
    v3 ^= last;
    SIP_ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

void cg_sha256_hex(const void *bytes, size_t length, char out[65])
{
    SHA256Data(length ? bytes : (const void *)"", length, out);
}
