/* Strings of one growing column: pages that never move (but the first, while it is small), and a hash of what is there. */
#include "graph/build.h"

#define PAGE_SHIFT CG_DICT_PAGE_SHIFT
#define PAGE ((uint64_t)1 << PAGE_SHIFT)

void cg_dict_free(cg_dict *d, cg_mem *mem)
{
    /* A string longer than a page has several entries into one block. Blocks of their own are never exactly a page apart: they have a
     * header. */
    for (uint32_t i = 0; i < d->n_pages; i++)
        if (i == 0 || d->pages[i] != d->pages[i - 1] + PAGE)
            if (d->pages[i])
                cg_free(mem, d->pages[i]);
    cg_free(mem, d->pages);
    cg_free(mem, d->slots);
    memset(d, 0, sizeof *d);
}

static bool add_pages(cg_dict *d, cg_mem *mem, uint64_t bytes)
{
    uint64_t n = (bytes + PAGE - 1) >> PAGE_SHIFT;
    if (d->n_pages + n > d->cap_pages) {
        uint64_t grown = d->cap_pages * 2ull + n + 4;
        char **moved = cg_resize_array(mem, d->pages, (size_t)grown, sizeof *moved);
        if (!moved)
            return false;
        d->pages = moved;
        d->cap_pages = (uint32_t)grown;
    }
    char *block = cg_alloc(mem, (size_t)(n << PAGE_SHIFT));
    if (!block)
        return false;
    for (uint64_t i = 0; i < n; i++)
        d->pages[d->n_pages + i] = block + (i << PAGE_SHIFT);
    d->used = (uint64_t)d->n_pages << PAGE_SHIFT;
    d->n_pages += (uint32_t)n;
    return true;
}

/* Room for `need` bytes in one piece at d->used. */
static bool make_room(cg_dict *d, cg_mem *mem, uint64_t need)
{
    uint64_t end = (uint64_t)d->n_pages << PAGE_SHIFT;
    if (d->n_pages == 0 || (d->n_pages == 1 && d->first_capacity < PAGE)) {
        uint64_t grown = d->first_capacity ? d->first_capacity * 2ull : 256;
        if (d->used + need <= d->first_capacity)
            return true;
        while (grown < d->used + need)
            grown *= 2;
        if (grown > PAGE)
            grown = PAGE;
        if (d->used + need <= PAGE) {
            if (!d->pages) {
                d->pages = cg_calloc(mem, 4, sizeof *d->pages);
                if (!d->pages)
                    return false;
                d->cap_pages = 4;
            }
            char *moved = cg_resize_array(mem, d->n_pages ? d->pages[0] : NULL, (size_t)grown, 1);
            if (!moved)
                return false;
            d->pages[0] = moved;
            d->n_pages = 1;
            d->first_capacity = (uint32_t)grown;
            return true;
        }
        /* What follows takes pages of its own; a full first page keeps blocks apart by more than a page. */
        if (d->n_pages) {
            char *moved = cg_resize_array(mem, d->pages[0], PAGE, 1);
            if (!moved)
                return false;
            d->pages[0] = moved;
        }
        d->first_capacity = PAGE;
        return add_pages(d, mem, need);
    }
    return d->used + need <= end ? true : add_pages(d, mem, need);
}

static uint32_t append(cg_dict *d, cg_mem *mem, const char *bytes, size_t length)
{
    uint64_t need = (sizeof(uint32_t) + (uint64_t)length + 3) & ~3ull;
    /* The highest bit of the length word serves as a mark when the column is finished. */
    if (length > INT32_MAX || d->used + need + PAGE > (uint64_t)UINT32_MAX << 2 || !make_room(d, mem, need))
        return CG_DICT_NONE;
    uint32_t place = (uint32_t)(d->used >> 2), n = (uint32_t)length;
    char *p = cg_dict_at(d, place);
    memcpy(p, &n, sizeof n);
    if (length)
        memcpy(p + sizeof n, bytes, length);
    d->used += need;
    d->n_strings++;
    return place;
}

static bool grow_slots(cg_dict *d, cg_mem *mem)
{
    uint32_t grown = d->n_slots ? d->n_slots * 2 : 32;
    if (grown < d->n_slots)
        return false;
    uint64_t *slots = cg_calloc(mem, grown, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < d->n_slots; i++) {
        if (!d->slots[i])
            continue;
        uint32_t at = (uint32_t)(d->slots[i] >> 32) & (grown - 1);
        while (slots[at])
            at = (at + 1) & (grown - 1);
        slots[at] = d->slots[i];
    }
    cg_free(mem, d->slots);
    d->slots = slots;
    d->n_slots = grown;
    return true;
}

uint32_t cg_dict_add(cg_dict *d, cg_mem *mem, const cg_seed *seed, const char *bytes, size_t length)
{
    if (d->plain)
        return append(d, mem, bytes, length);
    if ((uint64_t)(d->n_strings + 1) * 4 > (uint64_t)d->n_slots * 3 && !grow_slots(d, mem))
        return CG_DICT_NONE;
    uint32_t hash = (uint32_t)cg_hash(seed, bytes, length), mask = d->n_slots - 1, at = hash & mask;
    for (; d->slots[at]; at = (at + 1) & mask) {
        if ((uint32_t)(d->slots[at] >> 32) != hash)
            continue;
        uint32_t place = (uint32_t)d->slots[at] - 1;
        cg_str s = cg_dict_get(d, place);
        if (s.length == length && (length == 0 || memcmp(s.data, bytes, length) == 0))
            return place;
    }
    uint32_t place = append(d, mem, bytes, length);
    if (place != CG_DICT_NONE)
        d->slots[at] = (uint64_t)hash << 32 | (place + 1);
    return place;
}

void cg_dict_set_plain(cg_dict *d, cg_mem *mem)
{
    cg_free(mem, d->slots);
    d->slots = NULL;
    d->n_slots = 0;
    d->plain = true;
}
