/* Lists and property bags. */
#include "query/pipe_func.h"

static int32_t nomem(q_eval *e, cspm_error **err)
{
    return cg_nomem(e->run->mem, err);
}

/* Text that is no JSON stays a text. */
Q_FUNC(pf_parse_json)
{
    static const cg_json_limits limits = { .max_depth = 200 };
    cspm_error *own = NULL;
    cg_tree *tree = NULL;
    *out = args[0];
    if (args[0].type != CG_STRING)
        return CSPM_OK;
    int32_t rc = cg_tree_from_json(e->arena, cg_value_str(args[0]), CG_STR("value"), &limits, &tree, &own);
    cspm_error_free(own);
    if (rc == CSPM_E_NOMEM || cg_mem_over_budget(e->run->mem))
        return nomem(e, err);
    if (rc >= 0 && cg_value_from_tree(e->arena, tree, out) < 0)
        return nomem(e, err);
    return q_tick(e->run, args[0].length / 16, err);
}

Q_FUNC(pf_array_length)
{
    if (args[0].type == CG_LIST)
        *out = cg_v_int(args[0].list->count);
    return CSPM_OK;
}

static int32_t push(q_eval *e, q_list_builder *b, cg_value v, cspm_error **err)
{
    if (q_nesting(v) >= Q_MAX_NESTING)
        return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
    return q_list_push(b, v) ? q_work(e->run, err) : nomem(e, err);
}

static int32_t done(q_eval *e, q_list_builder *b, int32_t rc, cg_value *out, cspm_error **err)
{
    return rc < 0 ? rc : q_list_done(b, out) ? CSPM_OK : nomem(e, err);
}

Q_FUNC(pf_array_concat)
{
    q_list_builder b = { .arena = e->arena };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; rc >= 0 && args[i].type == CG_LIST && k < args[i].list->count; k++)
            rc = push(e, &b, args[i].list->items[k], err);
    }
    return done(e, &b, rc, out, err);
}

Q_FUNC(pf_pack_array)
{
    q_list_builder b = { .arena = e->arena };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc >= 0 && i < n; i++)
        rc = push(e, &b, args[i], err);
    return done(e, &b, rc, out, err);
}

/* array_slice(list, first, last): both ends belong to it, negative ones count from the end. */
Q_FUNC(pf_array_slice)
{
    if (args[0].type != CG_LIST || args[1].type != CG_INT || args[2].type != CG_INT)
        return CSPM_OK;
    q_list_builder b = { .arena = e->arena };
    int64_t count = args[0].list->count, from = args[1].integer, to = args[2].integer;
    int32_t rc = CSPM_OK;
    from = from < 0 ? (from < -count ? 0 : from + count) : from;
    to = to < 0 ? to + count : to;
    for (int64_t i = from; rc >= 0 && i <= to && i < count; i++)
        rc = push(e, &b, args[0].list->items[i], err);
    return done(e, &b, rc, out, err);
}

static int32_t find(q_eval *e, const cg_list *list, cg_value what, int64_t *at, cspm_error **err)
{
    *at = -1;
    for (uint32_t i = 0; i < list->count; i++) {
        q_truth t;
        int32_t rc = pipe_equal(e, list->items[i], what, &t, err);
        if (rc < 0 || (rc = q_work(e->run, err)) < 0)
            return rc;
        if (t == Q_TRUE) {
            *at = i;
            return CSPM_OK;
        }
    }
    return CSPM_OK;
}

Q_FUNC(pf_array_index_of)
{
    int64_t at;
    if (args[0].type != CG_LIST)
        return CSPM_OK;
    int32_t rc = find(e, args[0].list, args[1], &at, err);
    *out = cg_v_int(at);
    return rc;
}

Q_FUNC(pf_set_has_element)
{
    int64_t at;
    if (args[0].type != CG_LIST)
        return CSPM_OK;
    int32_t rc = find(e, args[0].list, args[1], &at, err);
    *out = cg_v_bool(at >= 0);
    return rc;
}

/* ---- sets: distinct values in the order of their first place ---- */

typedef enum { SET_UNION, SET_INTERSECT, SET_DIFFERENCE } set_kind;

static int32_t set_of(q_eval *e, const cg_value *args, uint32_t n, set_kind kind, cg_value *out, cspm_error **err)
{
    q_table first, others;
    q_list_builder b = { .arena = e->arena };
    int32_t rc = CSPM_OK;
    q_table_init(&first, e->run->mem, 1);
    q_table_init(&others, e->run->mem, 1);
    for (uint32_t i = 0; i < n && rc >= 0; i++) {
        q_table *into = i && kind != SET_UNION ? &others : &first;
        for (uint32_t k = 0; rc >= 0 && args[i].type == CG_LIST && k < args[i].list->count; k++) {
            bool added;
            rc = q_table_add(e->run, into, &args[i].list->items[k], &added) == UINT32_MAX ? nomem(e, err) : q_work(e->run, err);
        }
    }
    for (size_t i = 0; rc >= 0 && i < first.rows.count; i++) {
        cg_value v;
        bool there = kind != SET_UNION && q_table_find(e->run, &others, first.rows.data[i]) != UINT32_MAX;
        if (kind == SET_UNION || there == (kind == SET_INTERSECT))
            rc = q_copy_value(e->arena, first.rows.data[i][0], &v) ? push(e, &b, v, err) : nomem(e, err);
    }
    q_table_free(&first);
    q_table_free(&others);
    return done(e, &b, rc, out, err);
}

Q_FUNC(pf_set_union)
{
    return set_of(e, args, n, SET_UNION, out, err);
}
Q_FUNC(pf_set_intersect)
{
    return set_of(e, args, 2, SET_INTERSECT, out, err);
}
Q_FUNC(pf_set_difference)
{
    return set_of(e, args, n, SET_DIFFERENCE, out, err);
}

static int32_t sort(q_eval *e, cg_value list, bool descending, cg_value *out, cspm_error **err)
{
    if (list.type != CG_LIST)
        return CSPM_OK;
    cg_list *l = q_list_new(e->arena, list.list->count);
    if (!l)
        return nomem(e, err);
    if (l->count)
        memcpy(l->items, list.list->items, l->count * sizeof *l->items);
    for (uint32_t gap = l->count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < l->count; i++) {
            cg_value v = l->items[i];
            uint32_t k = i;
            for (; k >= gap; k -= gap) {
                int d = q_order(e->run->g, l->items[k - gap], v);
                if (descending ? d >= 0 : d <= 0)
                    break;
                l->items[k] = l->items[k - gap];
            }
            l->items[k] = v;
        }
    }
    *out = list;
    out->list = l;
    return q_tick(e->run, (uint64_t)l->count * 4, err);
}

Q_FUNC(pf_array_sort_asc)
{
    return sort(e, args[0], false, out, err);
}
Q_FUNC(pf_array_sort_desc)
{
    return sort(e, args[0], true, out, err);
}

/* ---- bags ---- */

Q_FUNC(pf_bag_keys)
{
    if (args[0].type != CG_MAP)
        return CSPM_OK;
    q_list_builder b = { .arena = e->arena };
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc >= 0 && i < args[0].map->count; i++)
        rc = push(e, &b, cg_v_str(args[0].map->entries[i].key), err);
    return done(e, &b, rc, out, err);
}

Q_FUNC(pf_bag_has_key)
{
    if (args[0].type == CG_MAP && args[1].type == CG_STRING)
        *out = cg_v_bool(q_map_get(args[0].map, cg_value_str(args[1])) != NULL);
    return CSPM_OK;
}

/* pack(key, value, key, value, ...): the last value of a key stays. */
Q_FUNC(pf_bag_pack)
{
    uint32_t deepest = 0;
    cg_map *m = cg_arena_alloc(e->arena, sizeof *m + n / 2 * sizeof *m->entries);
    if (!m)
        return nomem(e, err);
    m->count = 0;
    for (uint32_t i = 0; i + 1 < n; i += 2) {
        cg_str key;
        uint32_t k = m->count;
        if (!pipe_text(e, args[i], &key))
            return nomem(e, err);
        if (q_nesting(args[i + 1]) >= Q_MAX_NESTING)
            return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
        deepest = q_nesting(args[i + 1]) > deepest ? q_nesting(args[i + 1]) : deepest;
        while (k > 0 && cg_str_cmp(m->entries[k - 1].key, key) > 0)
            k--;
        if (k > 0 && cg_str_eq(m->entries[k - 1].key, key)) {
            m->entries[k - 1].value = args[i + 1];
            continue;
        }
        memmove(&m->entries[k + 1], &m->entries[k], (m->count - k) * sizeof *m->entries);
        m->entries[k].key = key;
        m->entries[k].value = args[i + 1];
        m->count++;
    }
    *out = q_v_map(m);
    out->reserved = (uint16_t)(deepest + 1);
    return CSPM_OK;
}

Q_FUNC(pf_gettype)
{
    static const char *const names[] = {
        [CG_NULL] = "null",     [CG_BOOL] = "bool",         [CG_INT] = "long",         [CG_FLOAT] = "double", [CG_STRING] = "string",
        [CG_LIST] = "array",    [CG_MAP] = "dictionary",    [CG_NODE] = "node",        [CG_REL] = "edge",     [CG_PATH] = "path",
        [CG_DATE] = "datetime", [CG_DATETIME] = "datetime", [CG_DURATION] = "timespan"
    };
    *out = cg_v_str(cg_str_from(names[args[0].type]));
    return CSPM_OK;
}

/* A version as four numbers, which compare as versions do. */
Q_FUNC(pf_parse_version)
{
    cg_str s;
    int64_t part[4] = { 0 };
    uint32_t parts = 0;
    if (!pipe_text(e, args[0], &s))
        return nomem(e, err);
    for (size_t i = 0; parts < 4; parts++) {
        size_t from = i;
        for (; i < s.length && s.data[i] >= '0' && s.data[i] <= '9' && i - from < 18; i++)
            part[parts] = part[parts] * 10 + (s.data[i] - '0');
        if (i == from)
            return CSPM_OK;
        if (i == s.length)
            break;
        if (s.data[i++] != '.' || parts == 3)
            return CSPM_OK;
    }
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 0; i < 4; i++) {
        if (!q_list_push(&b, cg_v_int(part[i])))
            return nomem(e, err);
    }
    return done(e, &b, CSPM_OK, out, err);
}
