/* Shared by the JSON and YAML readers of trees: collects children, closes containers into the arena. */
#ifndef CG_BASE_TREE_BUILD_H
#define CG_BASE_TREE_BUILD_H

#include "base/tree.h"

typedef struct cg_tree_item {
    cg_tree *value;
    cg_str key; /* in maps */
    cg_pos key_pos;
} cg_tree_item;
typedef struct cg_tree_builder {
    cg_arena *arena;
    CG_VEC(size_t) open; /* index behind each open container's own item */
    CG_VEC(cg_tree_item) items;
    cg_str key; /* of the next item */
    cg_pos key_pos;
    bool no_key_pos; /* nobody asks where keys stand */
} cg_tree_builder;
void cg_tree_builder_init(cg_tree_builder *t, cg_arena *arena);
void cg_tree_builder_free(cg_tree_builder *t);
/* The functions below answer NULL or false when memory is refused. A list or map is open until closed. */
static inline cg_tree *cg_tree_builder_add(cg_tree_builder *t, cg_tree_type type, cg_pos pos)
{
    cg_tree *node = cg_arena_alloc(t->arena, sizeof *node);
    if (!node || !cg_vec_reserve(t->arena->mem, &t->items, 1))
        return NULL;
    *node = (cg_tree){ .type = type, .pos = pos };
    cg_tree_item *item = &t->items.data[t->items.count++];
    item->value = node;
    item->key = t->key;
    if (!t->no_key_pos)
        item->key_pos = t->key_pos;
    if ((type == CG_TREE_LIST || type == CG_TREE_MAP) && !cg_vec_push(t->arena->mem, &t->open, t->items.count))
        return NULL;
    return node;
}
bool cg_tree_builder_key(cg_tree_builder *t, cg_str key, cg_pos pos);
bool cg_tree_builder_close(cg_tree_builder *t);

#endif
