/* IN. A constant list of plain values becomes a hash set once a run; every other list is walked. */
#include "query/exec.h"

#include <math.h>

struct q_in_set {
    const cg_list *list; /* in the run's arena */
    q_table values;      /* what the list holds besides null and NaN */
    bool is_null;        /* the list itself */
    bool hashed, has_null;
};

int32_t q_contained(q_eval *e, cg_value item, const cg_list *list, q_truth *out, cspm_error **err)
{
    *out = Q_FALSE;
    for (uint32_t i = 0; i < list->count; i++) {
        q_truth t = q_equal(e->run->g, item, list->items[i]);
        if (t == Q_TRUE) {
            *out = t;
            break;
        }
        if (t == Q_UNKNOWN)
            *out = t;
    }
    return q_tick(e->run, list->count / 16, err);
}

static bool is_plain(cg_value v)
{
    return v.type != CG_LIST && v.type != CG_MAP;
}

static bool is_nan(cg_value v)
{
    return v.type == CG_FLOAT && isnan(v.real);
}

static int32_t fill_set(q_eval *e, struct q_in_set *s, const cg_list *list, cspm_error **err)
{
    s->list = list;
    s->hashed = list->count > Q_SHORT_LIST;
    for (uint32_t i = 0; s->hashed && i < list->count; i++)
        s->hashed = is_plain(list->items[i]); /* a null inside a list makes equality unknown: not a matter of hashing */
    for (uint32_t i = 0; s->hashed && i < list->count; i++) {
        cg_value v = list->items[i];
        bool added;
        if (v.type == CG_NULL)
            s->has_null = true;
        else if (!is_nan(v) && q_table_add(e->run, &s->values, &v, &added) == UINT32_MAX)
            return cg_nomem(e->run->mem, err);
    }
    return q_tick(e->run, list->count / 16, err);
}

static int32_t open_set(q_eval *e, const q_expr *x, struct q_in_set **out, cspm_error **err)
{
    cg_run *r = e->run;
    struct q_in_set *s = r->sets[x->index - 1];
    *out = s;
    if (s)
        return CSPM_OK;
    cg_value v;
    q_eval own = { r, &r->arena };
    int32_t rc = q_evaluate(&own, x->args[1], &v, err);
    if (rc < 0)
        return rc;
    if (v.type != CG_LIST && v.type != CG_NULL)
        return q_run_error(r, err, x->args[1], "type", "InvalidArgumentType", "IN expects a list on its right");
    if (!(s = cg_arena_calloc(&r->arena, 1, sizeof *s)))
        return cg_nomem(r->mem, err);
    q_table_init(&s->values, r->mem, 1);
    *out = r->sets[x->index - 1] = s;
    s->is_null = v.type == CG_NULL;
    return s->is_null ? CSPM_OK : fill_set(e, s, v.list, err);
}

void q_sets_close(cg_run *r)
{
    for (uint32_t i = 0; r->sets && i < r->q->n_sets; i++) {
        if (r->sets[i])
            q_table_free(&r->sets[i]->values);
    }
}

static int32_t in_constant(q_eval *e, const q_expr *x, cg_value item, cg_value *out, cspm_error **err)
{
    struct q_in_set *s;
    q_truth t = Q_UNKNOWN;
    int32_t rc = open_set(e, x, &s, err);
    if (rc < 0)
        return rc;
    if (!s->is_null && !s->hashed) {
        rc = q_contained(e, item, s->list, &t, err);
    } else if (!s->is_null && item.type != CG_NULL) {
        bool found = !is_nan(item) && q_table_find(e->run, &s->values, &item) != UINT32_MAX;
        t = found ? Q_TRUE : s->has_null ? Q_UNKNOWN : Q_FALSE;
    }
    *out = q_truth_value(t);
    return rc;
}

int32_t q_eval_in(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value item, list;
    q_truth t;
    int32_t rc = q_evaluate(e, x->args[0], &item, err);
    if (rc >= 0 && x->index)
        return in_constant(e, x, item, out, err);
    if (rc >= 0)
        rc = q_evaluate(e, x->args[1], &list, err);
    if (rc < 0)
        return rc;
    *out = cg_v_null();
    if (list.type == CG_NULL)
        return CSPM_OK;
    if (list.type != CG_LIST)
        return q_run_error(e->run, err, x->args[1], "type", "InvalidArgumentType", "IN expects a list on its right");
    rc = q_contained(e, item, list.list, &t, err);
    *out = q_truth_value(t);
    return rc;
}
