/* Blocks and small things that live and die with one layer or graph; layers and their reference counts. */
#include "graph/store.h"

void cg_owner_init(cg_owner *o, cg_mem *mem)
{
    memset(o, 0, sizeof *o);
    o->mem = cg_mem_ref(mem);
    cg_arena_init(&o->arena, mem);
}

void cg_owner_free(cg_owner *o)
{
    if (!o->mem)
        return;
    for (size_t i = 0; i < o->blocks.count; i++)
        cg_free(o->mem, o->blocks.data[i]);
    cg_vec_free(o->mem, &o->blocks);
    cg_arena_free(&o->arena);
    if (o->release)
        o->release(o->backing);
    cg_mem *mem = o->mem;
    memset(o, 0, sizeof *o);
    cg_mem_unref(mem);
}

bool cg_owner_keep(cg_owner *o, void *block)
{
    return cg_vec_push(o->mem, &o->blocks, block);
}

static void *keep_or_free(cg_owner *o, void *block)
{
    if (block && !cg_owner_keep(o, block)) {
        cg_free(o->mem, block);
        return NULL;
    }
    return block;
}

void *cg_owner_alloc(cg_owner *o, size_t count, size_t size)
{
    return keep_or_free(o, cg_alloc_array(o->mem, count, size));
}

void *cg_owner_calloc(cg_owner *o, size_t count, size_t size)
{
    return keep_or_free(o, cg_calloc(o->mem, count, size));
}

cg_layer *cg_layer_alloc(cg_mem *mem)
{
    cg_layer *l = cg_calloc(mem, 1, sizeof *l);
    if (!l)
        return NULL;
    atomic_init(&l->refs, 1);
    cg_owner_init(&l->owner, mem);
    return l;
}

cg_layer *cg_layer_ref(cg_layer *l)
{
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    return l;
}

void cg_layer_unref(cg_layer *l)
{
    if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
        return;
    cg_mem *mem = cg_mem_ref(l->owner.mem);
    cg_owner_free(&l->owner);
    cg_free(mem, l);
    cg_mem_unref(mem);
}
