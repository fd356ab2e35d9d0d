/* Names in the builder: labels, relationship kinds, property keys. */
#include "graph/build.h"

/* Items of one kind list their names in the same order, so the successor of last time is guessed before anything is hashed. */
uint32_t cg_name_table_add(cg_name_table *t, cg_mem *mem, const char *name, size_t length)
{
    if (t->last < t->after.count) {
        uint32_t guess = t->after.data[t->last];
        if (guess != CG_NO_NAME) {
            cg_str s = cg_intern_get(t->table, guess);
            if (s.length == length && memcmp(s.data, name, length) == 0) {
                t->last = guess;
                return guess;
            }
        }
    }
    uint32_t id = cg_intern_add(t->table, name, length);
    if (id == CG_INTERN_NONE)
        return CG_NO_NAME;
    while (t->after.count <= id)
        if (!cg_vec_push(mem, &t->after, CG_NO_NAME))
            return CG_NO_NAME;
    if (t->last < t->after.count)
        t->after.data[t->last] = id;
    t->last = id;
    return id;
}

uint32_t cg_builder_label(cg_builder *b, const char *name, size_t length)
{
    return cg_name_table_add(&b->names[CG_NAMES_LABEL], b->mem, name, length);
}

uint32_t cg_builder_kind(cg_builder *b, const char *name, size_t length)
{
    return cg_name_table_add(&b->names[CG_NAMES_KIND], b->mem, name, length);
}

uint32_t cg_builder_key(cg_builder *b, const char *name, size_t length)
{
    return cg_name_table_add(&b->names[CG_NAMES_KEY], b->mem, name, length);
}
