/* Lists and maps in expressions: building, access, comprehensions, quantifiers, reduce. */
#include "query/exec.h"

int32_t q_eval_list(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    q_list_builder b = { .arena = e->arena };
    if (x->n && !(b.list = q_list_new(e->arena, x->n)))
        return cg_nomem(e->run->mem, err);
    if (x->n) {
        b.capacity = x->n;
        b.list->count = 0;
    }
    for (uint32_t i = 0; i < x->n; i++) {
        cg_value v;
        int32_t rc = q_evaluate(e, x->args[i], &v, err);
        if (rc < 0)
            return rc;
        if (q_nesting(v) >= Q_MAX_NESTING)
            return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
        b.list->items[b.list->count++] = v;
    }
    return q_list_done(&b, out) ? CSPM_OK : cg_nomem(e->run->mem, err);
}

int32_t q_eval_map(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_map *m = cg_arena_alloc(e->arena, sizeof *m + x->n * sizeof *m->entries);
    if (!m)
        return cg_nomem(e->run->mem, err);
    m->count = 0;
    uint32_t deepest = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        cg_value v;
        int32_t rc = q_evaluate(e, x->args[i], &v, err);
        if (rc < 0)
            return rc;
        if (q_nesting(v) >= Q_MAX_NESTING)
            return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
        deepest = q_nesting(v) > deepest ? q_nesting(v) : deepest;
        uint32_t k = m->count;
        while (k > 0 && cg_str_cmp(m->entries[k - 1].key, x->keys[i]) > 0)
            k--;
        if (k > 0 && cg_str_eq(m->entries[k - 1].key, x->keys[i])) {
            m->entries[k - 1].value = v; /* the last one wins */
            continue;
        }
        memmove(&m->entries[k + 1], &m->entries[k], (m->count - k) * sizeof *m->entries);
        m->entries[k].key = x->keys[i];
        m->entries[k].value = v;
        m->count++;
    }
    *out = q_v_map(m);
    out->reserved = (uint16_t)(deepest + 1);
    return CSPM_OK;
}

static int32_t index_dynamic(q_eval *e, const q_expr *x, cg_value base, cg_value key, cg_value *out, cspm_error **err)
{
    if (key.type != CG_STRING)
        return q_run_error(e->run, err, x->args[1], "type", "MapElementAccessByNonString", "a map is accessed by a string");
    if (base.type == CG_MAP) {
        const cg_value *v = q_map_get(base.map, cg_value_str(key));
        if (v)
            *out = *v;
        return CSPM_OK;
    }
    uint32_t id = cg_name_find(e->run->g, CG_NAMES_KEY, cg_value_str(key));
    if (id == CG_NO_NAME)
        return CSPM_OK;
    return base.type == CG_NODE ? cg_node_prop(e->run->g, base.node, id, e->arena, out, err)
                                : cg_rel_prop(e->run->g, base.rel, id, e->arena, out, err);
}

int32_t q_eval_index(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value base, key;
    int32_t rc = q_evaluate(e, x->args[0], &base, err);
    if (rc >= 0)
        rc = q_evaluate(e, x->args[1], &key, err);
    if (rc < 0)
        return rc;
    *out = cg_v_null();
    if (base.type == CG_NULL || key.type == CG_NULL)
        return CSPM_OK;
    if (base.type == CG_MAP || base.type == CG_NODE || base.type == CG_REL)
        return index_dynamic(e, x, base, key, out, err);
    if (base.type != CG_LIST)
        return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "expected a list or a map before [");
    if (key.type != CG_INT)
        return q_run_error(e->run, err, x->args[1], "type", "InvalidArgumentType", "a list is accessed by an integer");
    int64_t i = key.integer < 0 ? key.integer + (int64_t)base.list->count : key.integer;
    if (i >= 0 && i < (int64_t)base.list->count)
        *out = base.list->items[i];
    return CSPM_OK;
}

static int32_t slice_bound(q_eval *e, const q_expr *x, int64_t count, int64_t *out, bool *is_null, cspm_error **err)
{
    cg_value v;
    if (!x)
        return CSPM_OK;
    int32_t rc = q_evaluate(e, x, &v, err);
    if (rc < 0)
        return rc;
    if (v.type == CG_NULL) {
        *is_null = true;
        return CSPM_OK;
    }
    if (v.type != CG_INT)
        return q_run_error(e->run, err, x, "type", "InvalidArgumentType", "a slice is bounded by integers");
    int64_t i = v.integer;
    if (i < 0)
        i = i < -count ? 0 : i + count;
    *out = i > count ? count : i;
    return CSPM_OK;
}

int32_t q_eval_slice(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value base;
    int32_t rc = q_evaluate(e, x->args[0], &base, err);
    if (rc < 0)
        return rc;
    *out = cg_v_null();
    if (base.type == CG_NULL)
        return CSPM_OK;
    if (base.type != CG_LIST)
        return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "expected a list before [");
    int64_t count = base.list->count, from = 0, to = count;
    bool is_null = false;
    rc = slice_bound(e, x->args[1], count, &from, &is_null, err);
    if (rc >= 0)
        rc = slice_bound(e, x->args[2], count, &to, &is_null, err);
    if (rc < 0 || is_null)
        return rc;
    q_list_builder b = { .arena = e->arena };
    for (int64_t i = from; i < to; i++) {
        if (!q_list_push(&b, base.list->items[i]))
            return cg_nomem(e->run->mem, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : cg_nomem(e->run->mem, err);
}

/* The list an iteration runs over; *list NULL when it is null. */
static int32_t source_list(q_eval *e, const q_expr *x, const cg_list **list, cspm_error **err)
{
    cg_value v;
    int32_t rc = q_evaluate(e, x, &v, err);
    if (rc < 0)
        return rc;
    *list = NULL;
    if (v.type == CG_NULL)
        return CSPM_OK;
    if (v.type != CG_LIST)
        return q_run_error(e->run, err, x, "type", "InvalidArgumentType", "expected a list");
    *list = v.list;
    return CSPM_OK;
}

int32_t q_eval_comprehension(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    const cg_list *list;
    int32_t rc = source_list(e, x->args[0], &list, err);
    *out = cg_v_null();
    if (rc < 0 || !list)
        return rc;
    q_list_builder b = { .arena = e->arena };
    for (uint32_t i = 0; i < list->count; i++) {
        cg_value v = list->items[i];
        q_truth keep = Q_TRUE;
        e->run->frame[x->slot] = v;
        if ((rc = q_work(e->run, err)) < 0 || (x->args[1] && (rc = q_test(e, x->args[1], &keep, err)) < 0))
            return rc;
        if (keep != Q_TRUE)
            continue;
        if (x->args[2] && (rc = q_evaluate(e, x->args[2], &v, err)) < 0)
            return rc;
        if (q_nesting(v) >= Q_MAX_NESTING)
            return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
        if (!q_list_push(&b, v))
            return cg_nomem(e->run->mem, err);
    }
    return q_list_done(&b, out) ? CSPM_OK : cg_nomem(e->run->mem, err);
}

int32_t q_eval_quantifier(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    const cg_list *list;
    uint32_t yes = 0, unknown = 0;
    int32_t rc = source_list(e, x->args[0], &list, err);
    *out = cg_v_null();
    if (rc < 0 || !list)
        return rc;
    for (uint32_t i = 0; i < list->count; i++) {
        q_truth t;
        e->run->frame[x->slot] = list->items[i];
        if ((rc = q_work(e->run, err)) < 0 || (rc = q_test(e, x->args[1], &t, err)) < 0)
            return rc;
        yes += t == Q_TRUE;
        unknown += t == Q_UNKNOWN;
        bool decided = (x->kind == X_ALL && t == Q_FALSE) || (x->kind != X_ALL && yes > (x->kind == X_SINGLE ? 1u : 0u));
        if (decided) {
            *out = cg_v_bool(x->kind == X_ANY);
            return CSPM_OK;
        }
    }
    if (!unknown)
        *out = cg_v_bool(x->kind == X_SINGLE ? yes == 1 : x->kind != X_ANY);
    return CSPM_OK;
}

int32_t q_eval_reduce(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    const cg_list *list;
    cg_value acc;
    int32_t rc = q_evaluate(e, x->args[0], &acc, err);
    if (rc >= 0)
        rc = source_list(e, x->args[1], &list, err);
    *out = cg_v_null();
    if (rc < 0 || !list)
        return rc;
    for (uint32_t i = 0; i < list->count; i++) {
        e->run->frame[x->slot] = acc;
        e->run->frame[x->slot2] = list->items[i];
        if ((rc = q_work(e->run, err)) < 0 || (rc = q_evaluate(e, x->args[2], &acc, err)) < 0)
            return rc;
    }
    *out = acc;
    return CSPM_OK;
}
