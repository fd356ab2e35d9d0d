/* A few hundred recently used names and their ids, in front of the interner: kinds and property keys repeat in nearly every item. */
#ifndef CG_INGEST_NAME_CACHE_H
#define CG_INGEST_NAME_CACHE_H

#include "base/str.h"

#define CG_NAME_CACHE_SLOTS 256

typedef struct cg_name_slot {
    uint32_t id;
    uint8_t length; /* 0 = empty */
    char bytes[59]; /* one cache line with the rest; longer names are not held */
} cg_name_slot;

typedef struct cg_name_cache {
    cg_name_slot slots[CG_NAME_CACHE_SLOTS];
} cg_name_cache;

/* The slot a name belongs into. The mix needs no seed: names that collide only miss. */
static inline cg_name_slot *cg_name_cache_slot(cg_name_cache *c, const char *bytes, size_t length)
{
    uint64_t head = 0, tail = 0;

    if (length >= 8) {
        memcpy(&head, bytes, 8);
        memcpy(&tail, bytes + length - 8, 8);
    } else if (length >= 4) {
        memcpy(&head, bytes, 4);
        memcpy(&tail, bytes + length - 4, 4);
    } else if (length > 0) {
        head = (unsigned char)bytes[0];
        tail = (unsigned char)bytes[length - 1];
    }
    uint64_t mixed = (head ^ (tail << 21 | tail >> 43) ^ length) * UINT64_C(0x9E3779B97F4A7C15);
    return &c->slots[mixed >> 56];
}

static inline bool cg_name_slot_is(const cg_name_slot *slot, const char *bytes, size_t length)
{
    return slot->length == length && length > 0 && cg_bytes_same(slot->bytes, bytes, length);
}

static inline void cg_name_slot_put(cg_name_slot *slot, const char *bytes, size_t length, uint32_t id)
{
    if (length == 0 || length > sizeof slot->bytes)
        return;
    memcpy(slot->bytes, bytes, length);
    slot->length = (uint8_t)length;
    slot->id = id;
}

#endif
