/* Memory with a byte budget. Every allocation of the library goes through a cg_mem. */
#ifndef CG_BASE_MEM_H
#define CG_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cspmgraph/context.h"

/* Refcounted, shared by all objects of a context; any thread. Blocks carry a hidden 16-byte header with their size. */
typedef struct cg_mem cg_mem;

/* allocator NULL = malloc family; budget 0 or UINT64_MAX = none. NULL when even this cannot be allocated. */
cg_mem *cg_mem_new(const cspm_allocator *allocator, uint64_t budget_bytes);
cg_mem *cg_mem_ref(cg_mem *mem);
void cg_mem_unref(cg_mem *mem);

void *cg_alloc(cg_mem *mem, size_t size);               /* uninitialised; NULL when refused; size 0 gives a valid pointer */
void *cg_calloc(cg_mem *mem, size_t count, size_t size); /* zeroed; overflow-checked */
void *cg_alloc_array(cg_mem *mem, size_t count, size_t size);
void *cg_resize_array(cg_mem *mem, void *ptr, size_t count, size_t size); /* ptr may be NULL; old block kept on failure */
void cg_free(cg_mem *mem, void *ptr);                   /* NULL ok */

uint64_t cg_mem_used(const cg_mem *mem);
uint64_t cg_mem_peak(const cg_mem *mem);
uint64_t cg_mem_budget(const cg_mem *mem);
/* Random words of this memory and its children, drawn when it was made: seeds of short-lived hash tables, for which a call of the system each
 * would cost more than the table. */
void cg_mem_random(const cg_mem *mem, uint64_t out[2]);
/* True when the last refusal came from the budget rather than from the system. */
bool cg_mem_over_budget(const cg_mem *mem);
/* A child mem draws from the parent's allocator and budget and has a tighter budget of its own (query memory limit). */
cg_mem *cg_mem_child(cg_mem *parent, uint64_t budget_bytes);

/* Limits of the context this mem belongs to (a child answers with its parent's); zeros when never set. Set once before sharing. */
void cg_mem_set_limits(cg_mem *mem, const cspm_limits *limits);
const cspm_limits *cg_mem_limits(const cg_mem *mem);

/* Growable typed array: struct { T *data; size_t count, capacity; }. */
#define CG_VEC(T) struct { T *data; size_t count, capacity; }
/* Make room for `extra` more elements; false when memory is refused (vector unchanged). Arguments are evaluated more than once. */
#define cg_vec_reserve(mem, v, extra) \
    ((v)->capacity - (v)->count >= (extra) || \
     cg_vec_grow_((mem), (void **)&(v)->data, (v)->count, &(v)->capacity, sizeof *(v)->data, (extra)))
/* Append one element; evaluates to false when memory is refused. */
#define cg_vec_push(mem, v, value) (cg_vec_reserve((mem), (v), 1) && ((v)->data[(v)->count++] = (value), true))
#define cg_vec_free(mem, v) (cg_free((mem), (v)->data), (v)->data = NULL, (v)->count = 0, (v)->capacity = 0)
bool cg_vec_grow_(cg_mem *mem, void **data, size_t count, size_t *capacity, size_t element, size_t extra);

/* Arena: many small blocks freed together. Not thread-safe. */
typedef struct cg_arena {
    cg_mem *mem;
    struct cg_arena_chunk *chunks;
    char *cursor, *limit;
    size_t total;
} cg_arena;
void cg_arena_init(cg_arena *arena, cg_mem *mem);
void *cg_arena_alloc_slow(cg_arena *arena, size_t size);
/* 8-byte aligned; NULL when refused. Under a memory checker there is no cursor. */
static inline void *cg_arena_alloc(cg_arena *arena, size_t size)
{
    const size_t rounded = (size + 7) & ~(size_t)7;
    char *p = arena->cursor;
    if (__builtin_expect(!p || size > SIZE_MAX / 2 || rounded > (size_t)(arena->limit - p), 0))
        return cg_arena_alloc_slow(arena, size);
    arena->cursor = p + rounded;
    arena->total += size;
    return p;
}
void *cg_arena_calloc(cg_arena *arena, size_t count, size_t size);
char *cg_arena_strndup(cg_arena *arena, const char *bytes, size_t length); /* NUL-terminated copy */
void cg_arena_reset(cg_arena *arena); /* keeps one chunk */
void cg_arena_free(cg_arena *arena);

/* Append-only array in fixed chunks: grows without copying, so peak memory stays near the content. */
typedef struct cg_chunks {
    cg_mem *mem;
    char **chunks;
    size_t n_chunks, cap_chunks;
    uint64_t count;
    uint32_t element;
    uint32_t shift; /* elements per chunk = 1 << shift */
} cg_chunks;
void cg_chunks_init(cg_chunks *c, cg_mem *mem, uint32_t element_size, uint32_t shift);
void *cg_chunks_push_slow(cg_chunks *c);
/* Pointer to a new uninitialised element, or NULL. */
static inline void *cg_chunks_push(cg_chunks *c)
{
    uint64_t i = c->count;
    if ((i >> c->shift) >= c->n_chunks)
        return cg_chunks_push_slow(c);
    c->count++;
    return c->chunks[i >> c->shift] + (i & ((1u << c->shift) - 1)) * c->element;
}
static inline void *cg_chunks_at(const cg_chunks *c, uint64_t i)
{
    return c->chunks[i >> c->shift] + (i & ((1u << c->shift) - 1)) * c->element;
}
void cg_chunks_truncate(cg_chunks *c, uint64_t count);
void cg_chunks_free(cg_chunks *c);
/* Free whole chunks below element i (their pointers become NULL): for draining while another array fills. */
void cg_chunks_release_below(cg_chunks *c, uint64_t i);

#endif
