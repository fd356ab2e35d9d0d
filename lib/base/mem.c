#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/intern.h"

struct cg_mem {
    atomic_uint refs;
    atomic_bool over_budget;
    atomic_ullong used;
    atomic_ullong peak;
    uint64_t budget;
    uint64_t random[2];
    cg_mem *parent;
    cspm_limits limits;       /* of the root; children ask it */
    cspm_allocator allocator; /* resize is NULL for the malloc family; taken from the root by children */
};

/* Sits before every block. The owner lets a block of a parent be freed through a child without bending the child's counters. */
typedef struct block_header {
    uint64_t size; /* of the block with this header */
    cg_mem *owner;
} block_header;
_Static_assert(sizeof(block_header) == 16, "blocks stay 16-byte aligned");

#define MAX_BLOCK ((size_t)PTRDIFF_MAX - 4096)

static void *raw_resize(const cspm_allocator *a, void *ptr, size_t old_size, size_t new_size)
{
    if (a->resize)
        return a->resize(a->user, ptr, old_size, new_size);
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

cg_mem *cg_mem_new(const cspm_allocator *allocator, uint64_t budget_bytes)
{
    cspm_allocator a = { 0 };
    if (allocator)
        a = (cspm_allocator){ .struct_size = sizeof a, .user = allocator->user, .resize = allocator->resize };
    cg_mem *mem = raw_resize(&a, NULL, 0, sizeof *mem);
    if (!mem)
        return NULL;
    memset(mem, 0, sizeof *mem);
    atomic_init(&mem->refs, 1);
    mem->budget = budget_bytes ? budget_bytes : UINT64_MAX;
    mem->allocator = a;
    cg_seed seed;
    cg_seed_random(&seed);
    mem->random[0] = seed.k0;
    mem->random[1] = seed.k1;
    return mem;
}

void cg_mem_random(const cg_mem *mem, uint64_t out[2])
{
    memcpy(out, mem->random, sizeof mem->random);
}

cg_mem *cg_mem_child(cg_mem *parent, uint64_t budget_bytes)
{
    cg_mem *mem = cg_calloc(parent, 1, sizeof *mem);
    if (!mem)
        return NULL;
    atomic_init(&mem->refs, 1);
    mem->budget = budget_bytes ? budget_bytes : UINT64_MAX;
    mem->allocator = parent->allocator;
    memcpy(mem->random, parent->random, sizeof mem->random);
    mem->parent = cg_mem_ref(parent);
    return mem;
}

void cg_mem_set_limits(cg_mem *mem, const cspm_limits *limits)
{
    mem->limits = *limits;
}

const cspm_limits *cg_mem_limits(const cg_mem *mem)
{
    while (mem->parent)
        mem = mem->parent;
    return &mem->limits;
}

cg_mem *cg_mem_ref(cg_mem *mem)
{
    atomic_fetch_add_explicit(&mem->refs, 1, memory_order_relaxed);
    return mem;
}

void cg_mem_unref(cg_mem *mem)
{
    if (!mem || atomic_fetch_sub_explicit(&mem->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *parent = mem->parent;
    if (parent) {
        cg_free(parent, mem);
        cg_mem_unref(parent);
        return;
    }
    cspm_allocator a = mem->allocator;
    raw_resize(&a, mem, sizeof *mem, 0);
}

static void note_refusal(cg_mem *mem, bool by_budget)
{
    for (; mem; mem = mem->parent)
        atomic_store_explicit(&mem->over_budget, by_budget, memory_order_relaxed);
}

static void give_back(cg_mem *from, const cg_mem *end, uint64_t bytes)
{
    for (; from != end; from = from->parent)
        atomic_fetch_sub_explicit(&from->used, bytes, memory_order_relaxed);
}

/* Take bytes from the budget of mem and all its parents, or from none. */
static bool charge(cg_mem *mem, uint64_t bytes)
{
    for (cg_mem *m = mem; m; m = m->parent) {
        uint64_t now = atomic_fetch_add_explicit(&m->used, bytes, memory_order_relaxed) + bytes;
        if (now > m->budget) {
            give_back(mem, m->parent, bytes);
            note_refusal(mem, true);
            return false;
        }
    }
    return true;
}

/* Kept apart from charge(): a refused or failed request never counts as a peak. */
static void note_peak(cg_mem *mem)
{
    for (; mem; mem = mem->parent) {
        unsigned long long now = atomic_load_explicit(&mem->used, memory_order_relaxed);
        unsigned long long peak = atomic_load_explicit(&mem->peak, memory_order_relaxed);
        while (now > peak && !atomic_compare_exchange_weak_explicit(&mem->peak, &peak, now, memory_order_relaxed, memory_order_relaxed)) {
        }
    }
}

static void refuse_size(cg_mem *mem)
{
    bool budgeted = false;
    for (const cg_mem *m = mem; m; m = m->parent)
        budgeted |= m->budget != UINT64_MAX;
    note_refusal(mem, budgeted);
}

static void *finish_alloc(cg_mem *mem, block_header *h, uint64_t total)
{
    if (!h) {
        give_back(mem, NULL, total);
        note_refusal(mem, false);
        return NULL;
    }
    h->size = total;
    h->owner = mem;
    note_peak(mem);
    return h + 1;
}

void *cg_alloc(cg_mem *mem, size_t size)
{
    if (size > MAX_BLOCK) {
        refuse_size(mem);
        return NULL;
    }
    size_t total = size + sizeof(block_header);
    if (!charge(mem, total))
        return NULL;
    return finish_alloc(mem, raw_resize(&mem->allocator, NULL, 0, total), total);
}

void *cg_calloc(cg_mem *mem, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > MAX_BLOCK) {
        refuse_size(mem);
        return NULL;
    }
    size_t total = bytes + sizeof(block_header);
    if (!charge(mem, total))
        return NULL;
    /* calloc leaves fresh pages of large blocks untouched. */
    bool host = mem->allocator.resize != NULL;
    void *p = finish_alloc(mem, host ? raw_resize(&mem->allocator, NULL, 0, total) : calloc(1, total), total);
    if (p && host)
        memset(p, 0, bytes);
    return p;
}

void *cg_alloc_array(cg_mem *mem, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        refuse_size(mem);
        return NULL;
    }
    return cg_alloc(mem, bytes);
}

/* Where to account a block that is freed or resized through mem: its owner when that is mem or a parent of mem, else mem. */
static cg_mem *account_of(cg_mem *mem, const block_header *h)
{
    if (h->owner == mem)
        return mem;
    for (cg_mem *m = mem->parent; m; m = m->parent)
        if (h->owner == m)
            return m;
    return mem;
}

void *cg_resize_array(cg_mem *mem, void *ptr, size_t count, size_t size)
{
    if (!ptr)
        return cg_alloc_array(mem, count, size);
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > MAX_BLOCK) {
        refuse_size(mem);
        return NULL;
    }
    block_header *h = (block_header *)ptr - 1;
    mem = account_of(mem, h);
    uint64_t old = h->size;
    size_t total = bytes + sizeof *h;
    if (total == old)
        return ptr;
    if (total > old && !charge(mem, total - old))
        return NULL;
    block_header *moved = raw_resize(&mem->allocator, h, old, total);
    if (!moved) {
        if (total > old)
            give_back(mem, NULL, total - old);
        note_refusal(mem, false);
        return NULL;
    }
    if (total < old)
        give_back(mem, NULL, old - total);
    moved->size = total;
    moved->owner = mem;
    note_peak(mem);
    return moved + 1;
}

void cg_free(cg_mem *mem, void *ptr)
{
    if (!ptr)
        return;
    block_header *h = (block_header *)ptr - 1;
    mem = account_of(mem, h);
    give_back(mem, NULL, h->size);
    raw_resize(&mem->allocator, h, h->size, 0);
}

uint64_t cg_mem_used(const cg_mem *mem)
{
    return atomic_load_explicit(&mem->used, memory_order_relaxed);
}

uint64_t cg_mem_peak(const cg_mem *mem)
{
    return atomic_load_explicit(&mem->peak, memory_order_relaxed);
}

uint64_t cg_mem_budget(const cg_mem *mem)
{
    return mem->budget;
}

bool cg_mem_over_budget(const cg_mem *mem)
{
    return atomic_load_explicit(&mem->over_budget, memory_order_relaxed);
}

bool cg_vec_grow_(cg_mem *mem, void **data, size_t count, size_t *capacity, size_t element, size_t extra)
{
    size_t need;
    if (__builtin_add_overflow(count, extra, &need)) {
        refuse_size(mem);
        return false;
    }
    if (need <= *capacity)
        return true;
    /* Double while small; by half when large, where the slack starts to count. */
    size_t grown = *capacity < ((size_t)1 << 24) / element ? *capacity * 2 : *capacity + *capacity / 2;
    if (grown < need)
        grown = need;
    if (grown < 8)
        grown = 8;
    void *moved = cg_resize_array(mem, *data, grown, element);
    if (!moved)
        return false;
    *data = moved;
    *capacity = grown;
    return true;
}
