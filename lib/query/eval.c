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

/* ---- labels ---- */

static bool one_label(const cg_run *r, uint32_t name, cg_value v)
{
    if (v.type == CG_NODE)
        return r->names[name] != CG_NO_NAME && cg_node_has_label(r->g, v.node, r->names[name]);
    return cg_str_eq(cg_name_get(r->g, CG_NAMES_KIND, cg_rel_get(r->g, v.rel).kind), r->q->names.data[name].text);
}

bool q_has_labels(const cg_run *r, const q_labels *l, cg_value v)
{
    switch (l->kind) {
    case QL_NAME:
        return one_label(r, l->name, v);
    case QL_NOT:
        return !q_has_labels(r, l->items[0], v);
    case QL_ANY:
        return v.type == CG_REL || cg_node_labels(r->g, v.node, NULL, 0) > 0;
    case QL_AND:
        for (uint32_t i = 0; i < l->n; i++) {
            if (!q_has_labels(r, l->items[i], v))
                return false;
        }
        return true;
    default:
        for (uint32_t i = 0; i < l->n; i++) {
            if (q_has_labels(r, l->items[i], v))
                return true;
        }
        return false;
    }
}

/* ---- logic ---- */

int32_t q_test(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err)
{
    cg_value v;
    int32_t rc = q_evaluate(e, x, &v, err);
    if (rc < 0)
        return rc;
    if (v.type != CG_BOOL && v.type != CG_NULL)
        return q_run_error(e->run, err, x, "type", "InvalidArgumentType", "expected a boolean");
    *out = q_truth_of(v);
    return CSPM_OK;
}

static int32_t eval_logical(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    q_truth stop = x->kind == X_AND ? Q_FALSE : Q_TRUE, all = x->kind == X_AND ? Q_TRUE : Q_FALSE;
    for (uint32_t i = 0; i < x->n; i++) {
        q_truth t = Q_UNKNOWN;
        int32_t rc = q_test(e, x->args[i], &t, err);
        if (rc < 0)
            return rc;
        if (x->kind == X_XOR) {
            all = t == Q_UNKNOWN || all == Q_UNKNOWN ? Q_UNKNOWN : (q_truth)(t != all);
        } else if (t == stop) {
            all = stop;
            break;
        } else if (t == Q_UNKNOWN) {
            all = Q_UNKNOWN;
        }
    }
    *out = q_truth_value(all);
    return CSPM_OK;
}

static q_truth compare(const cg_graph *g, cg_value a, uint8_t op, cg_value b)
{
    q_truth t;
    switch (op) {
    case Q_EQ:
        return q_equal(g, a, b);
    case Q_NE:
        t = q_equal(g, a, b);
        return t == Q_UNKNOWN ? t : (q_truth)!t;
    case Q_LT:
        return q_less(g, a, b, false);
    case Q_LE:
        return q_less(g, a, b, true);
    case Q_GT:
        return q_less(g, b, a, false);
    default:
        return q_less(g, b, a, true);
    }
}

static int32_t eval_compare(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value left, right;
    q_truth all = Q_TRUE;
    int32_t rc = q_fetch(e, x->args[0], &left, err);
    for (uint32_t i = 1; rc >= 0 && i < x->n; i++) {
        rc = q_fetch(e, x->args[i], &right, err);
        if (rc < 0)
            return rc;
        q_truth t = compare(e->run->g, left, x->ops[i - 1], right);
        if (t == Q_FALSE) {
            all = Q_FALSE;
            break;
        }
        if (t == Q_UNKNOWN)
            all = Q_UNKNOWN;
        left = right;
    }
    *out = q_truth_value(all);
    return rc;
}

uint32_t q_rare_byte(cg_str t)
{
    static const uint8_t rank[128] = {
        /* of the ASCII characters, by how often names and descriptions have them */
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        0,  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 27, 29, 30, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 31, 99, 99, 99, 99, 99,
        99, 44, 61, 53, 52, 42, 56, 58, 50, 46, 65, 63, 51, 55, 47, 45, 57, 66, 49, 48, 43, 54, 62, 59, 64, 60, 67, 99, 99, 99, 99, 28,
        99, 3,  20, 12, 11, 1,  15, 17, 9,  5,  24, 22, 10, 14, 6,  4,  16, 25, 8,  7,  2,  13, 21, 18, 23, 19, 26, 99, 99, 99, 99, 99
    };
    uint32_t rare = 0, least = 0;
    for (uint32_t i = 0; i < t.length && t.length > 1 && t.length <= 64; i++) {
        uint8_t c = (uint8_t)t.data[i];
        if (c < 128 && rank[c] > least) {
            least = rank[c];
            rare = i + 1;
        }
    }
    return rare;
}

/* Is `t` in `s`? The C library looks for the rare byte; where it is everywhere, linear search takes over. */
static bool contains(cg_str s, cg_str t, uint32_t rare)
{
    if (!rare || s.length < t.length)
        return cg_str_find(s, t, 0) != SIZE_MAX;
    rare--;
    const char *p = s.data + rare, *end = s.data + s.length - t.length + rare + 1;
    for (int tries = 0; p < end && tries < 8; tries++, p++) {
        if (!(p = memchr(p, t.data[rare], (size_t)(end - p))))
            return false;
        if (memcmp(p - rare, t.data, t.length) == 0)
            return true;
    }
    return p < end && cg_str_find(s, t, (size_t)(p - rare - s.data)) != SIZE_MAX;
}

static int32_t eval_string_op(q_eval *e, const q_expr *x, cg_value *out, cspm_error **err)
{
    cg_value a, b;
    int32_t rc = q_fetch(e, x->args[0], &a, err);
    if (rc >= 0)
        rc = q_fetch(e, x->args[1], &b, err);
    if (rc < 0)
        return rc;
    *out = cg_v_null();
    if (a.type != CG_STRING || b.type != CG_STRING)
        return CSPM_OK;
    if (x->kind == X_REGEX)
        return q_regex_match(e, x, a, b, out, err);
    cg_str s = cg_value_str(a), t = cg_value_str(b);
    bool yes = x->kind == X_STARTS ? cg_str_starts(s, t) : x->kind == X_ENDS ? cg_str_ends(s, t) : contains(s, t, x->slot2);
    *out = cg_v_bool(yes);
    return CSPM_OK;
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
    switch (x->kind) {
    case X_IS_NULL:
    case X_IS_NOT_NULL:
        *out = cg_v_bool((v.type == CG_NULL) == (x->kind == X_IS_NULL));
        return CSPM_OK;
    case X_NOT:
        if (v.type != CG_BOOL && v.type != CG_NULL)
            return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "NOT expects a boolean");
        if (v.type == CG_BOOL)
            *out = cg_v_bool(!v.boolean);
        return CSPM_OK;
    case X_LABEL:
        if (v.type == CG_NODE || v.type == CG_REL)
            *out = cg_v_bool(q_has_labels(e->run, x->labels, v));
        else if (v.type != CG_NULL)
            return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "only nodes and relationships have labels");
        return CSPM_OK;
    default:
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
    case X_AND:
    case X_OR:
    case X_XOR:
        return eval_logical(e, x, out, err);
    case X_COMPARE:
        return eval_compare(e, x, out, err);
    case X_ARITH:
        return eval_arith(e, x, out, err);
    case X_IN:
        return q_eval_in(e, x, out, err);
    case X_STARTS:
    case X_ENDS:
    case X_CONTAINS:
    case X_REGEX:
        return eval_string_op(e, x, out, err);
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
    default:
        return eval_unary(e, x, out, err);
    }
}
