/* Arenas and chunked arrays, on top of cg_alloc. */
#include "base/mem.h"

/* Under a memory checker every allocation is a block of its own, so that overruns and stale pointers are seen. */
#if !defined(CG_ARENA_DEBUG) && defined(__SANITIZE_ADDRESS__)
#define CG_ARENA_DEBUG 1
#endif
#if !defined(CG_ARENA_DEBUG) && defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CG_ARENA_DEBUG 1
#endif
#endif
#ifdef CG_ARENA_DEBUG
#define ARENA_DEBUG 1
#else
#define ARENA_DEBUG 0
#endif

struct cg_arena_chunk {
    struct cg_arena_chunk *next;
    size_t size; /* of the payload */
};
#define FIRST_CHUNK ((size_t)4096 - 32)
#define LAST_CHUNK ((size_t)64 * 1024)

void cg_arena_init(cg_arena *arena, cg_mem *mem)
{
    *arena = (cg_arena){ .mem = mem };
}

static struct cg_arena_chunk *new_chunk(cg_arena *arena, size_t payload)
{
    if (payload > SIZE_MAX - sizeof(struct cg_arena_chunk))
        return NULL;
    struct cg_arena_chunk *c = cg_alloc(arena->mem, payload + sizeof *c);
    if (c)
        c->size = payload;
    return c;
}

static void *alloc_anew(cg_arena *arena, size_t size)
{
    size_t room = FIRST_CHUNK;
    if (arena->chunks)
        room = arena->chunks->size >= LAST_CHUNK / 2 ? LAST_CHUNK : arena->chunks->size * 2;
    if (ARENA_DEBUG || size > room / 4) {
        /* A block of its own, behind the chunk in use, which stays open for small ones. */
        struct cg_arena_chunk *c = new_chunk(arena, size);
        if (!c)
            return NULL;
        if (arena->chunks && arena->cursor) {
            c->next = arena->chunks->next;
            arena->chunks->next = c;
        } else {
            c->next = arena->chunks;
            arena->chunks = c;
        }
        return c + 1;
    }
    struct cg_arena_chunk *c = new_chunk(arena, room);
    if (!c)
        return NULL;
    c->next = arena->chunks;
    arena->chunks = c;
    arena->cursor = (char *)(c + 1) + size;
    arena->limit = (char *)(c + 1) + room;
    return c + 1;
}

void *cg_arena_alloc_slow(cg_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return cg_alloc(arena->mem, size); /* refused there, with the reason noted */
    void *p = alloc_anew(arena, ARENA_DEBUG ? size : (size + 7) & ~(size_t)7);
    if (p)
        arena->total += size;
    return p;
}

void *cg_arena_calloc(cg_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = SIZE_MAX;
    void *p = cg_arena_alloc(arena, bytes);
    return p ? memset(p, 0, bytes) : NULL;
}

char *cg_arena_strndup(cg_arena *arena, const char *bytes, size_t length)
{
    char *copy = cg_arena_alloc(arena, length == SIZE_MAX ? length : length + 1);
    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static void free_chunks(cg_arena *arena, struct cg_arena_chunk *c, const struct cg_arena_chunk *keep)
{
    while (c) {
        struct cg_arena_chunk *next = c->next;
        if (c != keep)
            cg_free(arena->mem, c);
        c = next;
    }
}

void cg_arena_reset(cg_arena *arena)
{
    struct cg_arena_chunk *keep = NULL;
    for (struct cg_arena_chunk *c = arena->chunks; c && !ARENA_DEBUG; c = c->next)
        if (c->size >= FIRST_CHUNK && c->size <= LAST_CHUNK && (!keep || c->size > keep->size))
            keep = c;
    free_chunks(arena, arena->chunks, keep);
    arena->chunks = keep;
    arena->cursor = keep ? (char *)(keep + 1) : NULL;
    arena->limit = keep ? arena->cursor + (keep->size & ~(size_t)7) : NULL;
    if (keep)
        keep->next = NULL;
    arena->total = 0;
}

void cg_arena_free(cg_arena *arena)
{
    free_chunks(arena, arena->chunks, NULL);
    *arena = (cg_arena){ .mem = arena->mem };
}

void cg_chunks_init(cg_chunks *c, cg_mem *mem, uint32_t element_size, uint32_t shift)
{
    *c = (cg_chunks){ .mem = mem, .element = element_size, .shift = shift };
}

void *cg_chunks_push_slow(cg_chunks *c)
{
    if (c->n_chunks == c->cap_chunks && !cg_vec_grow_(c->mem, (void **)&c->chunks, c->n_chunks, &c->cap_chunks, sizeof *c->chunks, 1))
        return NULL;
    char *chunk = cg_alloc_array(c->mem, (size_t)1 << c->shift, c->element);
    if (!chunk)
        return NULL;
    c->chunks[c->n_chunks++] = chunk;
    return cg_chunks_push(c);
}

void cg_chunks_truncate(cg_chunks *c, uint64_t count)
{
    if (count >= c->count)
        return;
    c->count = count;
    size_t keep = (size_t)((count + ((uint64_t)1 << c->shift) - 1) >> c->shift);
    while (c->n_chunks > keep)
        cg_free(c->mem, c->chunks[--c->n_chunks]);
}

void cg_chunks_free(cg_chunks *c)
{
    for (size_t i = 0; i < c->n_chunks; i++)
        cg_free(c->mem, c->chunks[i]);
    cg_free(c->mem, c->chunks);
    c->chunks = NULL;
    c->n_chunks = c->cap_chunks = 0;
    c->count = 0;
}

void cg_chunks_release_below(cg_chunks *c, uint64_t i)
{
    size_t end = (size_t)(i >> c->shift);
    if (end > c->n_chunks)
        end = c->n_chunks;
    /* Chunks are released in order: stop at the first that is gone already. */
    while (end > 0 && c->chunks[end - 1]) {
        cg_free(c->mem, c->chunks[--end]);
        c->chunks[end] = NULL;
    }
}
