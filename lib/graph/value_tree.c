/* A parsed document (a JSON parameter) as a value. */
#include "graph/table.h"

#include <stdlib.h>

static int32_t from_tree(cg_arena *arena, const cg_tree *t, cg_value *out);

static int32_t from_string(cg_arena *arena, cg_str s, cg_value *out)
{
    if (s.length > UINT32_MAX)
        return CSPM_E_LIMIT;
    s.data = cg_arena_strndup(arena, s.data, s.length);
    if (!s.data)
        return CSPM_E_NOMEM;
    *out = cg_v_str(s);
    return CSPM_OK;
}

static int32_t from_list(cg_arena *arena, const cg_tree *t, cg_value *out)
{
    cg_list *list = cg_arena_alloc(arena, sizeof *list + (size_t)t->list.count * sizeof list->items[0]);
    if (!list)
        return CSPM_E_NOMEM;
    list->count = t->list.count;
    for (uint32_t i = 0; i < t->list.count; i++) {
        int32_t rc = from_tree(arena, t->list.items[i], &list->items[i]);
        if (rc < 0)
            return rc;
    }
    *out = (cg_value){ .type = CG_LIST, .list = list };
    return CSPM_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const struct cg_map_entry *x = a, *y = b;
    return cg_str_cmp(x->key, y->key);
}

static int32_t from_map(cg_arena *arena, const cg_tree *t, cg_value *out)
{
    cg_map *map = cg_arena_alloc(arena, sizeof *map + (size_t)t->map.count * sizeof map->entries[0]);
    if (!map)
        return CSPM_E_NOMEM;
    map->count = t->map.count;
    for (uint32_t i = 0; i < t->map.count; i++) {
        cg_str key = t->map.keys[i];
        map->entries[i].key = (cg_str){ cg_arena_strndup(arena, key.data, key.length), key.length };
        if (!map->entries[i].key.data)
            return CSPM_E_NOMEM;
        int32_t rc = from_tree(arena, t->map.values[i], &map->entries[i].value);
        if (rc < 0)
            return rc;
    }
    if (map->count > 1)
        qsort(map->entries, map->count, sizeof map->entries[0], compare_entries);
    *out = (cg_value){ .type = CG_MAP, .map = map };
    return CSPM_OK;
}

static int32_t from_tree(cg_arena *arena, const cg_tree *t, cg_value *out)
{
    switch (t->type) {
    case CG_TREE_NULL:
        *out = cg_v_null();
        break;
    case CG_TREE_BOOL:
        *out = cg_v_bool(t->boolean);
        break;
    case CG_TREE_INT:
        *out = cg_v_int(t->integer);
        break;
    case CG_TREE_FLOAT:
        *out = cg_v_float(t->real);
        break;
    case CG_TREE_STRING:
        return from_string(arena, t->string, out);
    case CG_TREE_LIST:
        return from_list(arena, t, out);
    case CG_TREE_MAP:
        return from_map(arena, t, out);
    }
    return CSPM_OK;
}

/* The tree is as deep as its reader allowed, so recursion is bounded by that limit. The value owes nothing to the tree. */
int32_t cg_value_from_tree(cg_arena *arena, const cg_tree *t, cg_value *out)
{
    *out = cg_v_null();
    return from_tree(arena, t, out);
}
