/* String tables: bytes end to end. */
#include "graph/build.h"

uint32_t cg_strtab_search(const cg_strtab *sorted, const char *bytes, size_t length)
{
    uint32_t low = 0, high = sorted->count;
    cg_str wanted = { bytes, length };
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int c = cg_str_cmp(cg_strtab_get(sorted, middle), wanted);
        if (c == 0)
            return middle;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return CG_NONE32;
}

void cg_strtab_builder_init(cg_strtab_builder *t, cg_mem *mem)
{
    memset(t, 0, sizeof *t);
    t->mem = mem;
}

void cg_strtab_builder_free(cg_strtab_builder *t)
{
    cg_free(t->mem, t->bytes);
    cg_free(t->mem, t->start32);
    cg_free(t->mem, t->start64);
    cg_strtab_builder_init(t, t->mem);
}

static bool widen(cg_strtab_builder *t)
{
    t->start64 = cg_alloc_array(t->mem, t->cap_count, sizeof *t->start64);
    if (!t->start64)
        return false;
    for (uint32_t i = 0; i < t->count; i++)
        t->start64[i] = t->start32[i];
    cg_free(t->mem, t->start32);
    t->start32 = NULL;
    return true;
}

bool cg_strtab_builder_reserve(cg_strtab_builder *t, uint64_t strings, uint64_t bytes)
{
    if (t->used + bytes > t->cap_bytes) {
        char *moved = cg_resize_array(t->mem, t->bytes, (size_t)(t->used + bytes), 1);
        if (!moved)
            return false;
        t->bytes = moved;
        t->cap_bytes = t->used + bytes;
    }
    uint64_t need = (uint64_t)t->count + strings + 1;
    if (need > t->cap_count) {
        if (t->start64 || t->used + bytes > UINT32_MAX) {
            if (t->start32 && !widen(t))
                return false;
            uint64_t *moved = cg_resize_array(t->mem, t->start64, (size_t)need, sizeof *moved);
            if (!moved)
                return false;
            t->start64 = moved;
        } else {
            uint32_t *moved = cg_resize_array(t->mem, t->start32, (size_t)need, sizeof *moved);
            if (!moved)
                return false;
            t->start32 = moved;
        }
        t->cap_count = need;
    }
    return true;
}

bool cg_strtab_builder_add(cg_strtab_builder *t, const char *bytes, size_t length)
{
    if (t->count >= UINT32_MAX - 2)
        return false;
    uint64_t need = (uint64_t)length + 1;
    if (t->used + need > t->cap_bytes || (uint64_t)t->count + 2 > t->cap_count) {
        uint64_t more_bytes = t->cap_bytes / 4 > need ? t->cap_bytes / 4 : need + 64;
        uint64_t more_strings = t->cap_count / 4 > 16 ? t->cap_count / 4 : 16;
        if (!cg_strtab_builder_reserve(t, more_strings, more_bytes))
            return false;
    }
    if (t->start32 && t->used + need > UINT32_MAX && !widen(t))
        return false;
    if (length)
        memcpy(t->bytes + t->used, bytes, length);
    t->bytes[t->used + length] = '\0';
    if (t->start32)
        t->start32[t->count] = (uint32_t)t->used; /* the first one; later ones are there already */
    else
        t->start64[t->count] = t->used;
    t->used += need;
    t->count++;
    /* The end of the last string is always there, so the table can be read while it grows. */
    if (t->start32)
        t->start32[t->count] = (uint32_t)t->used;
    else
        t->start64[t->count] = t->used;
    return true;
}

cg_strtab cg_strtab_builder_view(const cg_strtab_builder *t)
{
    return (cg_strtab){ .count = t->count, .n_bytes = t->used, .bytes = t->bytes, .start32 = t->start32, .start64 = t->start64 };
}

int32_t cg_strtab_builder_finish(cg_strtab_builder *t, cg_owner *o, cg_strtab *out, cspm_error **err)
{
    if (!cg_strtab_builder_reserve(t, 0, 0))
        goto nomem;
    if (t->start32)
        t->start32[t->count] = (uint32_t)t->used;
    else
        t->start64[t->count] = t->used;
    /* Give back what was reserved and not needed; keeping the larger block is no error. */
    void *fit = cg_resize_array(t->mem, t->bytes, t->used ? (size_t)t->used : 1, 1);
    t->bytes = fit ? fit : t->bytes;
    size_t width = t->start32 ? sizeof(uint32_t) : sizeof(uint64_t);
    fit = cg_resize_array(t->mem, t->start32 ? (void *)t->start32 : (void *)t->start64, (size_t)t->count + 1, width);
    if (fit && t->start32)
        t->start32 = fit;
    else if (fit)
        t->start64 = fit;
    if (!t->bytes || !cg_owner_keep(o, t->bytes))
        goto nomem;
    *out = (cg_strtab){ .count = t->count, .n_bytes = t->used, .bytes = t->bytes };
    t->bytes = NULL;
    void *start = t->start32 ? (void *)t->start32 : (void *)t->start64;
    if (!cg_owner_keep(o, start)) {
        *out = (cg_strtab){ 0 };
        goto nomem;
    }
    out->start32 = t->start32;
    out->start64 = t->start64;
    t->start32 = NULL;
    t->start64 = NULL;
    cg_strtab_builder_free(t);
    return CSPM_OK;
nomem:
    cg_strtab_builder_free(t);
    return cg_nomem(o->mem, err);
}
