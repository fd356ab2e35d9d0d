#include "fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Around every block: its size and a mark in front, a mark behind. */
typedef struct guard {
    uint64_t size;
    uint64_t mark;
} guard;
#define FRONT UINT64_C(0xFA017B10C0F207E5)
#define BACK 0xA5
#define BACK_BYTES 8

enum { DAMAGE_SIZE = 1, DAMAGE_FRONT = 2, DAMAGE_BACK = 4 };

static void check(cg_fault *f, const guard *g, size_t claimed)
{
    if (g->mark != FRONT) {
        atomic_fetch_or(&f->damage, DAMAGE_FRONT);
        return;
    }
    if (g->size != claimed)
        atomic_fetch_or(&f->damage, DAMAGE_SIZE);
    const unsigned char *back = (const unsigned char *)(g + 1) + g->size;
    for (int i = 0; i < BACK_BYTES; i++)
        if (back[i] != BACK)
            atomic_fetch_or(&f->damage, DAMAGE_BACK);
}

static bool refuse(cg_fault *f)
{
    uint64_t n = atomic_fetch_add(&f->requests, 1) + 1;
    bool no = f->fail_at && (n == f->fail_at || (f->persistent && n > f->fail_at));
    if (no)
        atomic_store(&f->refused, true);
    return no;
}

static void *take(cg_fault *f, size_t size)
{
    if (refuse(f))
        return NULL;
    guard *g = malloc(sizeof *g + size + BACK_BYTES);
    if (!g)
        return NULL;
    *g = (guard){ size, FRONT };
    memset(g + 1, 0xCD, size); /* nobody may count on zeros */
    memset((char *)(g + 1) + size, BACK, BACK_BYTES);
    atomic_fetch_add(&f->live_blocks, 1);
    atomic_fetch_add(&f->live_bytes, size);
    return g + 1;
}

static void drop(cg_fault *f, void *ptr, size_t size)
{
    guard *g = (guard *)ptr - 1;
    check(f, g, size);
    if (g->mark != FRONT)
        return;
    atomic_fetch_sub(&f->live_blocks, 1);
    atomic_fetch_sub(&f->live_bytes, g->size);
    g->mark = 0;
    free(g);
}

/* Every resize moves, so that stale pointers show. */
static void *fault_resize(void *user, void *ptr, size_t old_size, size_t new_size)
{
    cg_fault *f = user;
    if (new_size == 0) {
        if (ptr)
            drop(f, ptr, old_size);
        return NULL;
    }
    if (!ptr)
        return take(f, new_size);
    void *moved = take(f, new_size);
    if (!moved)
        return NULL;
    memcpy(moved, ptr, old_size < new_size ? old_size : new_size);
    drop(f, ptr, old_size);
    return moved;
}

cspm_allocator cg_fault_allocator(cg_fault *f)
{
    return (cspm_allocator){ .struct_size = sizeof(cspm_allocator), .user = f, .resize = fault_resize };
}

bool cg_fault_clean(const cg_fault *f)
{
    return atomic_load(&f->live_blocks) == 0 && atomic_load(&f->damage) == 0;
}

const char *cg_fault_report(const cg_fault *f)
{
    unsigned damage = atomic_load(&f->damage);
    if (damage & DAMAGE_FRONT)
        return "a block that is not ours, freed twice, or overwritten in front";
    if (damage & DAMAGE_BACK)
        return "written behind the end of a block";
    if (damage & DAMAGE_SIZE)
        return "a block freed or resized with the wrong size";
    return atomic_load(&f->live_blocks) ? "memory leaked" : "clean";
}

bool cg_fault_next(cg_fault *f, uint64_t samples)
{
    if (!f->started) {
        f->started = true;
        f->fail_at = 0;
        f->total = 0;
    } else if (f->fail_at == 0) {
        f->total = atomic_load(&f->requests);
        f->step = samples && f->total > samples ? (f->total + samples - 1) / samples : 1;
        f->fail_at = 1;
    } else
        f->fail_at += f->step;
    atomic_store(&f->requests, 0);
    atomic_store(&f->live_blocks, 0);
    atomic_store(&f->live_bytes, 0);
    atomic_store(&f->damage, 0);
    atomic_store(&f->refused, false);
    return f->fail_at == 0 || f->fail_at <= f->total;
}
