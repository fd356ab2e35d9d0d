/* Seeded hashes, and the table that gives each distinct byte string a dense id in first-seen order. */
#ifndef CG_BASE_INTERN_H
#define CG_BASE_INTERN_H

#include "base/str.h"

/* SipHash-1-3 under a process-independent random seed held by the table: ids are attacker-influenced input. */
typedef struct cg_seed {
    uint64_t k0, k1;
} cg_seed;
void cg_seed_random(cg_seed *seed); /* from the system's random source; never fails (falls back to clock and addresses) */
uint64_t cg_hash(const cg_seed *seed, const void *bytes, size_t length);

/* FNV-free stable hash for things that must not depend on a seed is cg_sha256_hex below. */
void cg_sha256_hex(const void *bytes, size_t length, char out[65]);

#define CG_INTERN_NONE UINT32_MAX
#define CG_INTERN_BATCH 128

typedef struct cg_intern cg_intern;
/* expected: how many strings to size for, 0 = small. NULL when memory is refused. */
cg_intern *cg_intern_new(cg_mem *mem, uint32_t expected);
void cg_intern_free(cg_intern *t);
uint32_t cg_intern_count(const cg_intern *t);
/* Id of the string, added when new; CG_INTERN_NONE when memory is refused or 7/8 * 2^32 strings are reached. */
uint32_t cg_intern_add(cg_intern *t, const char *bytes, size_t length);
uint32_t cg_intern_find(const cg_intern *t, const char *bytes, size_t length); /* CG_INTERN_NONE when absent; thread-safe while nobody adds */
cg_str cg_intern_get(const cg_intern *t, uint32_t id); /* valid until the table is freed; NUL-terminated */
/* Drop the hash slots (look-ups are no longer possible); ids and strings stay. Saves 8 to 16 bytes a string. */
void cg_intern_drop_index(cg_intern *t);
uint64_t cg_intern_bytes(const cg_intern *t);

/* Batched add: up to CG_INTERN_BATCH strings copied in, then hashed, slots prefetched, strings prefetched, then resolved;
 * three cache misses of different strings overlap instead of adding up (doc/architecture.md, ingest). */
typedef struct cg_intern_batch {
    cg_intern *table;
    uint32_t count;
    uint32_t used;
    char *bytes; /* copy area, grown as needed */
    uint32_t capacity;
    uint32_t start[CG_INTERN_BATCH + 1];
    uint32_t id[CG_INTERN_BATCH]; /* the answers after cg_intern_batch_resolve */
} cg_intern_batch;
bool cg_intern_batch_init(cg_intern_batch *b, cg_intern *table, cg_mem *mem);
/* Queue one string; false when memory is refused. Resolve before adding to a full batch. */
bool cg_intern_batch_push(cg_intern_batch *b, cg_mem *mem, const char *bytes, size_t length);
bool cg_intern_batch_resolve(cg_intern_batch *b); /* fills id[0..count); the caller then sets count = used = 0 by cg_intern_batch_clear */
void cg_intern_batch_clear(cg_intern_batch *b);
void cg_intern_batch_free(cg_intern_batch *b, cg_mem *mem);

#endif
