/* Expressions to values. Depth is bounded by the parser (Q_MAX_HEIGHT, Q_MAX_DEPTH). */
#include "query/exec.h"

cg_value q_new_string(q_eval *e, cg_str s, bool *ok)
{
    char *p = cg_arena_strndup(e->arena, s.length ? s.data : "", s.length);
    *ok = p != NULL;
    return cg_v_str((cg_str){ p, s.length });
}

/* ---- properties ---- */

/* In a graph without any property `id` (or `objectid`) these names read the node's unique id. */
int32_t q_property(q_eval *e, const q_expr *x, cg_value base, uint32_t name, cg_value *out, cspm_error **err)
{
    cg_run *r = e->run;
    uint32_t key = r->names[name];
    *out = cg_v_null();
    switch (base.type) {
    case CG_NULL:
        return CSPM_OK;
    case CG_NODE:
        if (name == r->id_key || name == r->objectid_key) {
            *out = cg_v_str(cg_node_id(r->g, base.node));
            return CSPM_OK;
        }
        return key == CG_NO_NAME ? CSPM_OK : cg_node_prop(r->g, base.node, key, e->arena, out, err);
    case CG_REL:
        return key == CG_NO_NAME ? CSPM_OK : cg_rel_prop(r->g, base.rel, key, e->arena, out, err);
    case CG_MAP: {
        const cg_value *v = q_map_get(base.map, r->q->names.data[name].text);
        if (v)
            *out = *v;
        return CSPM_OK;
    }
    case CG_DATE:
    case CG_DATETIME:
    case CG_DURATION:
        *out = q_time_part(base, r->q->names.data[name].text);
        return CSPM_OK;
    default:
        return q_run_error(r, err, x, "type", "InvalidArgumentType", "only nodes, relationships and maps have properties");
    }
}

int32_t q_fetch_prop(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    const cg_run *r = e->run;
    if (x->args[0]->kind != X_VAR)
        return q_evaluate(e, x, out, err);
    const cg_value *base = &r->frame[x->args[0]->slot];
    if (base->type == CG_NODE && x->index != r->id_key && x->index != r->objectid_key)
        return cg_node_prop(r->g, base->node, r->names[x->index], e->arena, out, err);
    return q_property(e, x, *base, x->index, out, err);
}

/* ---- the rest ---- */

static int32_t eval_case(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value subject = cg_v_null(), v;
    int32_t rc = CSPM_OK;
    if (x->args[0] && (rc = q_evaluate(e, x->args[0], &subject, err)) < 0)
        return rc;
    for (uint32_t i = 1; i + 1 < x->n; i += 2) {
        q_truth t = Q_UNKNOWN;
        if (x->args[0]) {
            if ((rc = q_evaluate(e, x->args[i], &v, err)) < 0)
                return rc;
            t = q_equal(e->run->g, subject, v);
        } else if ((rc = q_test(e, x->args[i], &t, err)) < 0) {
            return rc;
        }
        if (t == Q_TRUE)
            return q_evaluate(e, x->args[i + 1], out, err);
    }
    *out = cg_v_null();
    return x->args[x->n - 1] ? q_evaluate(e, x->args[x->n - 1], out, err) : CSPM_OK;
}

static int32_t eval_call(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value few[4];
    cg_value *args = few;
    *out = cg_v_null();
    if (x->n > 4 && !(args = cg_arena_alloc(e->arena, x->n * sizeof *args)))
        return cg_nomem(e->run->mem, err);
    for (uint32_t i = 0; i < x->n; i++) {
        int32_t rc = q_evaluate(e, x->args[i], &args[i], err);
        if (rc < 0)
            return rc;
        if (args[i].type == CG_NULL && !(x->func->flags & QF_NULLS))
            return CSPM_OK;
    }
    return x->func->fn(e, x, args, x->n, out, err);
}

static int32_t eval_sub(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_run *r = e->run;
    q_op *plan = r->subs[x->sub->index];
    int64_t rows = 0;
    int32_t rc;
    q_list_builder b = { .arena = e->arena };
    q_rewind(r, plan);
    while ((rc = q_next(r, plan, err)) == CSPM_OK) {
        rows++;
        if (x->kind == X_EXISTS)
            break;
        if (x->kind == X_COLLECT_SUB) {
            cg_value v;
            if ((rc = q_evaluate(e, x->sub->collect, &v, err)) < 0)
                return rc;
            if (q_nesting(v) >= Q_MAX_NESTING)
                return q_run_limit(e->run, err, "value nesting", Q_MAX_NESTING);
            /* Values made inside the plan live only until its next row. */
            if (!q_copy_value(e->arena, v, &v) || !q_list_push(&b, v))
                return cg_nomem(r->mem, err);
        }
    }
    if (rc < 0)
        return rc;
    if (x->kind == X_COLLECT_SUB)
        return q_list_done(&b, out) ? CSPM_OK : cg_nomem(r->mem, err);
    *out = x->kind == X_EXISTS ? cg_v_bool(rows > 0) : cg_v_int(rows);
    return CSPM_OK;
}

static int32_t eval_arith(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value acc, next;
    int32_t rc = q_evaluate(e, x->args[0], &acc, err);
    for (uint32_t i = 1; rc >= 0 && i < x->n; i++) {
        rc = q_evaluate(e, x->args[i], &next, err);
        if (rc >= 0)
            rc = q_arithmetic(e, x, x->ops[i - 1], acc, next, &acc, err);
    }
    *out = acc;
    return rc;
}

static int32_t eval_unary(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value v;
    int32_t rc = q_evaluate(e, x->args[0], &v, err);
    if (rc < 0)
        return rc;
    *out = v;
    if (v.type == CG_DURATION)
        return x->kind == X_NEG ? q_time_arithmetic(e, x, Q_MUL, v, cg_v_int(-1), out, err) : CSPM_OK;
    if (v.type != CG_NULL && !q_is_number(v))
        return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "expected a number");
    if (x->kind == X_NEG)
        return v.type == CG_NULL    ? CSPM_OK
               : v.type == CG_FLOAT ? (*out = cg_v_float(-v.real), CSPM_OK)
                                    : q_arithmetic(e, x, Q_SUB, cg_v_int(0), v, out, err);
    return CSPM_OK;
}

static int32_t eval_param(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    if (!e->run->has_param[x->index] && !e->run->explain)
        return q_run_error(e->run, err, x, "parameter", "MissingParameter", "parameter $%.*s has no value", CG_FMT(x->name));
    *out = e->run->params[x->index];
    return CSPM_OK;
}

int32_t q_evaluate(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value base;
    q_truth t = Q_UNKNOWN;
    int32_t rc;
    switch (x->kind) {
    case X_LITERAL:
        *out = x->value;
        return CSPM_OK;
    case X_PARAM:
        return eval_param(e, x, out, err);
    case X_VAR:
    case X_AGG:
        *out = e->run->frame[x->slot];
        return CSPM_OK;
    case X_PROP:
        rc = q_fetch(e, x->args[0], &base, err);
        return rc < 0 ? rc : q_property(e, x, base, x->index, out, err);
    case X_LIST:
        return q_eval_list(e, x, out, err);
    case X_MAP:
        return q_eval_map(e, x, out, err);
    case X_ARITH:
        return eval_arith(e, x, out, err);
    case X_IN:
        return q_eval_in(e, x, out, err);
    case X_INDEX:
        return q_eval_index(e, x, out, err);
    case X_SLICE:
        return q_eval_slice(e, x, out, err);
    case X_CALL:
        return eval_call(e, x, out, err);
    case X_CASE:
        return eval_case(e, x, out, err);
    case X_COMPREHENSION:
        return q_eval_comprehension(e, x, out, err);
    case X_ALL:
    case X_ANY:
    case X_NONE:
    case X_SINGLE:
        return q_eval_quantifier(e, x, out, err);
    case X_REDUCE:
        return q_eval_reduce(e, x, out, err);
    case X_EXISTS:
    case X_COUNT_SUB:
    case X_COLLECT_SUB:
        return eval_sub(e, x, out, err);
    case X_AND:
    case X_OR:
    case X_XOR:
    case X_NOT:
    case X_COMPARE:
    case X_STARTS:
    case X_ENDS:
    case X_CONTAINS:
    case X_REGEX:
    case X_IS_NULL:
    case X_IS_NOT_NULL:
    case X_LABEL:
        rc = q_test(e, x, &t, err);
        *out = q_truth_value(t);
        return rc;
    default:
        return eval_unary(e, x, out, err);
    }
}
