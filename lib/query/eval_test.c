/* Predicates: what they say, without a value in between. */
#include "query/exec.h"

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

static int32_t test_all(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err)
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
    *out = all;
    return CSPM_OK;
}

#define COMPARE(op, a, b)                                                                                                                  \
    ((op) == Q_EQ   ? (a) == (b)                                                                                                           \
     : (op) == Q_NE ? (a) != (b)                                                                                                           \
     : (op) == Q_LT ? (a) < (b)                                                                                                            \
     : (op) == Q_LE ? (a) <= (b)                                                                                                           \
     : (op) == Q_GT ? (a) > (b)                                                                                                            \
                    : (a) >= (b))

static q_truth compare(const cg_graph *g, const cg_value *a, uint8_t op, const cg_value *b)
{
    q_truth t;
    if (a->type == CG_INT && b->type == CG_INT)
        return COMPARE(op, a->integer, b->integer) ? Q_TRUE : Q_FALSE;
    if (a->type == CG_FLOAT && b->type == CG_FLOAT)
        return COMPARE(op, a->real, b->real) ? Q_TRUE : Q_FALSE;
    switch (op) {
    case Q_EQ:
        return q_equal(g, *a, *b);
    case Q_NE:
        t = q_equal(g, *a, *b);
        return t == Q_UNKNOWN ? t : (q_truth)!t;
    case Q_LT:
        return q_less(g, *a, *b, false);
    case Q_LE:
        return q_less(g, *a, *b, true);
    case Q_GT:
        return q_less(g, *b, *a, false);
    default:
        return q_less(g, *b, *a, true);
    }
}

static int32_t test_compare(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err)
{
    cg_value room[2];
    const cg_value *left, *right;
    q_truth all = Q_TRUE;
    int32_t rc = q_peek(e, x->args[0], &room[0], &left, err);
    for (uint32_t i = 1; rc >= 0 && i < x->n; i++) {
        if ((rc = q_peek(e, x->args[i], &room[i & 1], &right, err)) < 0)
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
    *out = all;
    return rc;
}

/* ---- texts ---- */

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

static int32_t test_string(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err)
{
    cg_value room[2];
    const cg_value *a, *b;
    int32_t rc = q_peek(e, x->args[0], &room[0], &a, err);
    if (rc >= 0)
        rc = q_peek(e, x->args[1], &room[1], &b, err);
    if (rc < 0 || a->type != CG_STRING || b->type != CG_STRING)
        return rc;
    if (x->kind == X_REGEX) {
        cg_value v = cg_v_null();
        rc = q_regex_match(e, x, *a, *b, &v, err);
        *out = q_truth_of(v);
        return rc;
    }
    cg_str s = { a->string, a->length }, t = { b->string, b->length };
    bool yes = x->kind == X_STARTS ? cg_str_starts(s, t) : x->kind == X_ENDS ? cg_str_ends(s, t) : contains(s, t, x->slot2);
    *out = yes ? Q_TRUE : Q_FALSE;
    return CSPM_OK;
}

/* ---- of one value ---- */

static int32_t test_one(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err)
{
    cg_value v;
    int32_t rc = q_fetch(e, x->args[0], &v, err);
    if (rc < 0)
        return rc;
    switch (x->kind) {
    case X_NOT:
        if (v.type != CG_BOOL && v.type != CG_NULL)
            return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "NOT expects a boolean");
        if (v.type == CG_BOOL)
            *out = v.boolean ? Q_FALSE : Q_TRUE;
        return CSPM_OK;
    case X_LABEL:
        if (v.type == CG_NODE || v.type == CG_REL)
            *out = q_has_labels(e->run, x->labels, v) ? Q_TRUE : Q_FALSE;
        else if (v.type != CG_NULL)
            return q_run_error(e->run, err, x->args[0], "type", "InvalidArgumentType", "only nodes and relationships have labels");
        return CSPM_OK;
    default:
        *out = (v.type == CG_NULL) == (x->kind == X_IS_NULL) ? Q_TRUE : Q_FALSE;
        return CSPM_OK;
    }
}

int32_t q_test(q_eval *e, const q_expr *x, q_truth *out, cspm_error **err)
{
    cg_value v;
    int32_t rc;
    *out = Q_UNKNOWN;
    switch (x->kind) {
    case X_AND:
    case X_OR:
    case X_XOR:
        return test_all(e, x, out, err);
    case X_COMPARE:
        return test_compare(e, x, out, err);
    case X_STARTS:
    case X_ENDS:
    case X_CONTAINS:
    case X_REGEX:
        return test_string(e, x, out, err);
    case X_NOT:
    case X_LABEL:
    case X_IS_NULL:
    case X_IS_NOT_NULL:
        return test_one(e, x, out, err);
    default:
        if ((rc = q_evaluate(e, x, &v, err)) < 0)
            return rc;
        if (v.type != CG_BOOL && v.type != CG_NULL)
            return q_run_error(e->run, err, x, "type", "InvalidArgumentType", "expected a boolean");
        *out = q_truth_of(v);
        return CSPM_OK;
    }
}
