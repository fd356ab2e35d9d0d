/* Growing columns: (item, value) pairs by key and type, appended in item order. */
#include "graph/build.h"

#define CHUNK_SHIFT 9
#define FIRST_CHECK 1024

void cg_colset_init(cg_colset *cs, cg_mem *mem)
{
    memset(cs, 0, sizeof *cs);
    cs->mem = mem;
    cg_seed_random(&cs->seed);
}

void cg_build_column_free(cg_build_column *c, cg_mem *mem)
{
    cg_chunks_free(&c->items);
    cg_chunks_free(&c->values);
    cg_dict_free(&c->dict, mem);
}

void cg_colset_free(cg_colset *cs)
{
    for (size_t i = 0; i < cs->columns.count; i++)
        cg_build_column_free(&cs->columns.data[i], cs->mem);
    cg_vec_free(cs->mem, &cs->columns);
    cg_vec_free(cs->mem, &cs->index);
}

static uint32_t value_size(uint8_t type)
{
    return type == CG_BOOL ? 1 : type == CG_INT || type == CG_FLOAT ? 8 : 4;
}

static cg_build_column *new_column(cg_colset *cs, size_t slot, const cg_cell *cell)
{
    if (slot >= cs->index.count) {
        size_t extra = slot + 1 - cs->index.count;
        if (!cg_vec_reserve(cs->mem, &cs->index, extra))
            return NULL;
        memset(cs->index.data + cs->index.count, 0, extra * sizeof *cs->index.data);
        cs->index.count += extra;
    }
    cg_build_column c = { .key = cell->key, .type = cell->type, .next_check = FIRST_CHECK };
    if (!cg_vec_push(cs->mem, &cs->columns, c))
        return NULL;
    cg_build_column *made = &cs->columns.data[cs->columns.count - 1];
    cg_chunks_init(&made->items, cs->mem, sizeof(uint32_t), CHUNK_SHIFT);
    cg_chunks_init(&made->values, cs->mem, value_size(cell->type), CHUNK_SHIFT);
    cs->index.data[slot] = (uint32_t)cs->columns.count;
    return made;
}

static size_t slot_of(const cg_cell *cell)
{
    /* CG_BOOL .. CG_LIST are 1 .. 5. */
    return (size_t)cell->key * 5 + (size_t)(cell->type - CG_BOOL);
}

bool cg_colset_add(cg_colset *cs, uint32_t item, const cg_cell *cell)
{
    size_t slot = slot_of(cell);
    cg_build_column *c =
        slot < cs->index.count && cs->index.data[slot] ? &cs->columns.data[cs->index.data[slot] - 1] : new_column(cs, slot, cell);
    if (!c)
        return false;
    uint32_t place = 0;
    if (cell->type == CG_STRING || cell->type == CG_LIST) {
        if (c->values.count >= c->next_check && !c->dict.plain) {
            if ((uint64_t)c->dict.n_strings * 2 > c->values.count)
                cg_dict_set_plain(&c->dict, cs->mem);
            c->next_check *= 4;
        }
        place = cg_dict_add(&c->dict, cs->mem, &cs->seed, cell->text.data, cell->text.length);
        if (place == CG_DICT_NONE)
            return false;
    }
    uint32_t *at = cg_chunks_push(&c->items);
    if (!at)
        return false;
    void *value = cg_chunks_push(&c->values);
    if (!value) {
        c->items.count--;
        return false;
    }
    *at = item;
    if (cell->type == CG_BOOL)
        *(uint8_t *)value = (uint8_t)cell->word;
    else if (cell->type == CG_INT || cell->type == CG_FLOAT)
        *(uint64_t *)value = cell->word;
    else
        *(uint32_t *)value = place;
    return true;
}

void cg_colset_undo(cg_colset *cs, const cg_cell *cell)
{
    cg_build_column *c = &cs->columns.data[cs->index.data[slot_of(cell)] - 1];
    c->items.count--;
    c->values.count--;
}

void cg_colset_truncate(cg_colset *cs, uint32_t first_item)
{
    for (size_t i = 0; i < cs->columns.count; i++) {
        cg_build_column *c = &cs->columns.data[i];
        uint64_t n = c->items.count;
        while (n && *(uint32_t *)cg_chunks_at(&c->items, n - 1) >= first_item)
            n--;
        cg_chunks_truncate(&c->items, n);
        cg_chunks_truncate(&c->values, n);
    }
}

void cg_colset_read(const cg_build_column *c, uint64_t pair, cg_cell *out)
{
    const void *v = cg_chunks_at(&c->values, pair);
    *out = (cg_cell){ .key = c->key, .type = c->type };
    if (c->type == CG_BOOL)
        out->word = *(const uint8_t *)v;
    else if (c->type == CG_INT || c->type == CG_FLOAT)
        out->word = *(const uint64_t *)v;
    else
        out->text = cg_dict_get(&c->dict, *(const uint32_t *)v);
}

int cg_cell_cmp(const cg_cell *a, const cg_cell *b)
{
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->type == CG_STRING || a->type == CG_LIST)
        return cg_str_cmp(a->text, b->text);
    if (a->word == b->word)
        return 0;
    if (a->type == CG_FLOAT) {
        double x, y;
        memcpy(&x, &a->word, sizeof x);
        memcpy(&y, &b->word, sizeof y);
        if (x < y || x > y)
            return x < y ? -1 : 1;
        return a->word < b->word ? -1 : 1; /* zeros of both signs, NaNs */
    }
    return (int64_t)a->word < (int64_t)b->word ? -1 : 1;
}
