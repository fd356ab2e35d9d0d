/* Grouping and aggregates. Groups come out in the order of their first row. */
#include "query/exec.h"

#include <math.h>

typedef struct agg_state {
    uint64_t count;
    cg_value value;      /* min, max; sum */
    double mean, m2;     /* stDev; avg uses mean as the running sum */
    q_list_builder list; /* collect, percentiles */
    double fraction;     /* percentiles */
    q_set *seen;         /* DISTINCT */
} agg_state;

/* Groups found lately, by the keys as they stand in memory: most rows of a large scan fall into few groups, and finding those again
 * needs neither hashing nor comparing of texts. */
#define RECENT 256u
#define RECENT_KEYS 3u
typedef struct recent_group {
    cg_value keys[RECENT_KEYS];
    uint32_t group; /* + 1; 0 = none */
} recent_group;

typedef struct agg_op {
    q_op op;
    recent_group *recent; /* NULL = keys may be texts that the next row overwrites */
    const q_projection *p;
    uint32_t n_keys;
    const q_item **keys;
    cg_value *row;
    bool open;
    size_t at;
    q_table groups;
    CG_VEC(agg_state *) states; /* per group: n_aggs */
    CG_VEC(q_set *) sets;
} agg_op;

static int32_t nomem(cg_run *r, cspm_error **err)
{
    return cg_nomem(r->mem, err);
}

static q_set *new_set(cg_run *r, agg_op *a)
{
    q_set *t = cg_calloc(r->mem, 1, sizeof *t);
    if (t && !cg_vec_push(r->mem, &a->sets, t)) {
        cg_free(r->mem, t);
        return NULL;
    }
    if (t)
        q_set_init(t, r->mem, 1);
    return t;
}

static agg_state *new_group(cg_run *r, agg_op *a)
{
    uint32_t n = a->p->n_aggs;
    agg_state *s = cg_arena_calloc(&a->groups.arena, n ? n : 1, sizeof *s);
    if (!s)
        return NULL;
    for (uint32_t i = 0; i < n; i++) {
        s[i].list.arena = &a->groups.arena;
        s[i].value = a->p->aggs[i]->func->aggregate == QA_SUM ? cg_v_int(0) : cg_v_null();
        if (a->p->aggs[i]->distinct && !(s[i].seen = new_set(r, a)))
            return NULL;
    }
    return cg_vec_push(r->mem, &a->states, s) ? s : NULL;
}

static int32_t number_expected(cg_run *r, const q_expr *x, cspm_error **err)
{
    return q_run_error(r, err, x, "type", "InvalidArgumentValue", "%s takes numbers", x->func->name);
}

static int32_t add_percentile(cg_run *r, agg_op *a, const q_expr *x, agg_state *s, q_eval *e, cg_value v, cspm_error **err)
{
    cg_value f;
    int32_t rc = q_evaluate(e, x->args[1], &f, err);
    if (rc < 0)
        return rc;
    if (!q_is_number(v) || !q_is_number(f))
        return number_expected(r, x, err);
    s->fraction = q_as_double(f);
    if (!(s->fraction >= 0 && s->fraction <= 1))
        return q_run_error(r, err, x->args[1], "runtime", "NumberOutOfRange", "a percentile is a number from 0.0 to 1.0");
    return q_list_push(&s->list, v) ? CSPM_OK : nomem(r, err);
}

static int32_t add_number(cg_run *r, const q_expr *x, agg_state *s, q_eval *e, cg_value v, cspm_error **err)
{
    if (!q_is_number(v))
        return number_expected(r, x, err);
    double d = q_as_double(v), delta = d - s->mean;
    int64_t sum;
    switch (x->func->aggregate) {
    case QA_SUM:
        if (v.type == CG_INT && s->value.type == CG_INT && !__builtin_add_overflow(s->value.integer, v.integer, &sum)) {
            s->value.integer = sum;
            return CSPM_OK;
        }
        return q_arithmetic(e, x, Q_ADD, s->value, v, &s->value, err);
    case QA_AVG:
        s->mean += d;
        return CSPM_OK;
    default:
        s->mean += delta / (double)s->count;
        s->m2 += delta * (d - s->mean);
        return CSPM_OK;
    }
}

static int32_t add_extreme(cg_run *r, agg_op *a, bool least, agg_state *s, const cg_value *v, cspm_error **err)
{
    bool better = true;
    if (s->count > 1 && v->type == CG_INT && s->value.type == CG_INT)
        better = least ? v->integer < s->value.integer : v->integer > s->value.integer;
    else if (s->count > 1 && v->type == CG_FLOAT && s->value.type == CG_FLOAT && (v->real < s->value.real || v->real > s->value.real))
        better = (v->real < s->value.real) == least;
    else if (s->count > 1)
        better = least ? q_order(r->g, *v, s->value) < 0 : q_order(r->g, *v, s->value) > 0;
    return !better || q_copy_value(&a->groups.arena, *v, &s->value) ? CSPM_OK : nomem(r, err);
}

static int32_t add_value(cg_run *r, agg_op *a, const q_expr *x, agg_state *s, q_eval *e, const cg_value *v, cspm_error **err)
{
    bool fresh = true;
    cg_value kept;
    if (s->seen && !q_set_add(r, s->seen, v, &fresh))
        return nomem(r, err);
    if (!fresh)
        return CSPM_OK;
    s->count++;
    switch (x->func->aggregate) {
    case QA_COUNT:
        return CSPM_OK;
    case QA_COLLECT:
        if (q_nesting(*v) >= Q_MAX_NESTING)
            return q_run_limit(r, err, "value nesting", Q_MAX_NESTING);
        return q_copy_value(&a->groups.arena, *v, &kept) && q_list_push(&s->list, kept) ? CSPM_OK : nomem(r, err);
    case QA_MIN:
    case QA_MAX:
        return add_extreme(r, a, x->func->aggregate == QA_MIN, s, v, err);
    case QA_PERCENTILE_CONT:
    case QA_PERCENTILE_DISC:
        return add_percentile(r, a, x, s, e, *v, err);
    default:
        return add_number(r, x, s, e, *v, err);
    }
}

static int32_t add_row(cg_run *r, agg_op *a, agg_state *states, q_eval *e, cspm_error **err)
{
    for (uint32_t i = 0; i < a->p->n_aggs; i++) {
        const q_expr *x = a->p->aggs[i];
        cg_value room;
        const cg_value *v;
        if (x->func->aggregate == QA_COUNT_STAR) {
            states[i].count++;
            continue;
        }
        int32_t rc = q_peek(e, x->args[0], &room, &v, err);
        if (rc >= 0 && v->type != CG_NULL)
            rc = add_value(r, a, x, &states[i], e, v, err);
        if (rc < 0)
            return rc;
    }
    return CSPM_OK;
}

static inline bool same_memory(const cg_value *a, const cg_value *b)
{
    return a->type == b->type && a->length == b->length && (a->type == CG_BOOL ? a->boolean == b->boolean : a->integer == b->integer);
}

/* Where the row's keys would stand; NULL when they are not the kind that can. */
static recent_group *recent_place(const agg_op *a)
{
    uint64_t h = 0;
    for (uint32_t i = 0; i < a->n_keys; i++) {
        const cg_value *v = &a->row[i];
        if (v->type != CG_STRING && v->type != CG_INT && v->type != CG_BOOL)
            return NULL;
        h = (h ^ (v->type == CG_BOOL ? (uint64_t)v->boolean : (uint64_t)v->integer)) * 0x9E3779B97F4A7C15u;
    }
    return &a->recent[h >> 56 & (RECENT - 1)];
}

static uint32_t find_group(cg_run *r, agg_op *a, bool *added)
{
    recent_group *place = a->recent ? recent_place(a) : NULL;
    bool known = place && place->group;
    *added = false;
    if (!a->n_keys && a->states.count)
        return 0;
    for (uint32_t i = 0; known && i < a->n_keys; i++)
        known = same_memory(&place->keys[i], &a->row[i]);
    if (known)
        return place->group - 1;
    uint32_t group = q_table_add(r, &a->groups, a->row, added);
    if (place && group != UINT32_MAX) {
        memcpy(place->keys, a->row, a->n_keys * sizeof *a->row);
        place->group = group + 1;
    }
    return group;
}

static int32_t agg_open(cg_run *r, agg_op *a, cspm_error **err)
{
    if (a->recent)
        memset(a->recent, 0, RECENT * sizeof *a->recent);
    int32_t rc;
    while ((rc = q_next(r, a->op.input, err)) == CSPM_OK) {
        q_eval e = { r, q_arena(r, &a->op) };
        bool added;
        for (uint32_t i = 0; i < a->n_keys; i++) {
            if ((rc = q_fetch(&e, a->keys[i]->expr, &a->row[i], err)) < 0)
                return rc;
        }
        uint32_t group = find_group(r, a, &added);
        if (group == UINT32_MAX || (added && !new_group(r, a)))
            return nomem(r, err);
        if ((rc = add_row(r, a, a->states.data[group], &e, err)) < 0 || (rc = q_work(r, err)) < 0)
            return rc;
    }
    if (rc < 0)
        return rc;
    bool added;
    if (!a->n_keys && !a->groups.rows.count && (q_table_add(r, &a->groups, a->row, &added) == UINT32_MAX || !new_group(r, a)))
        return nomem(r, err);
    a->open = true;
    a->at = 0;
    return CSPM_OK;
}

/* Insertion into place by binary merge would not pay: shell sort needs no memory and no recursion. */
static void sort_numbers(const cg_run *r, cg_list *l)
{
    for (uint32_t gap = l->count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < l->count; i++) {
            cg_value v = l->items[i];
            uint32_t k = i;
            for (; k >= gap && q_order(r->g, l->items[k - gap], v) > 0; k -= gap)
                l->items[k] = l->items[k - gap];
            l->items[k] = v;
        }
    }
}

static cg_value percentile(const cg_run *r, const agg_state *s, bool continuous)
{
    cg_list *l = s->list.list;
    if (!l)
        return cg_v_null();
    sort_numbers(r, l);
    if (!continuous) {
        uint32_t at = (uint32_t)ceil(s->fraction * l->count);
        return l->items[at ? at - 1 : 0];
    }
    double position = s->fraction * (l->count - 1), low = floor(position);
    uint32_t i = (uint32_t)low, k = i + 1 < l->count ? i + 1 : i;
    double a = q_as_double(l->items[i]), b = q_as_double(l->items[k]);
    return cg_v_float(a + (b - a) * (position - low));
}

static int32_t result(cg_run *r, const q_expr *x, agg_state *s, cg_value *out, cspm_error **err)
{
    switch (x->func->aggregate) {
    case QA_COUNT:
    case QA_COUNT_STAR:
        *out = cg_v_int((int64_t)s->count);
        return CSPM_OK;
    case QA_COLLECT:
        return q_list_done(&s->list, out) ? CSPM_OK : nomem(r, err);
    case QA_AVG:
        *out = s->count ? cg_v_float(s->mean / (double)s->count) : cg_v_null();
        return CSPM_OK;
    case QA_PERCENTILE_CONT:
    case QA_PERCENTILE_DISC:
        *out = percentile(r, s, x->func->aggregate == QA_PERCENTILE_CONT);
        return CSPM_OK;
    case QA_STDEV:
        *out = cg_v_float(s->count > 1 ? sqrt(s->m2 / (double)(s->count - 1)) : 0.0);
        return CSPM_OK;
    case QA_STDEVP:
        *out = cg_v_float(s->count > 0 ? sqrt(s->m2 / (double)s->count) : 0.0);
        return CSPM_OK;
    default:
        *out = s->value;
        return CSPM_OK;
    }
}

static int32_t agg_next(cg_run *r, q_op *op, cspm_error **err)
{
    agg_op *a = (agg_op *)op;
    int32_t rc;
    if (!a->open && (rc = agg_open(r, a, err)) < 0)
        return rc;
    if (a->at >= a->groups.rows.count)
        return CSPM_DONE;
    for (uint32_t i = 0; i < a->n_keys; i++)
        r->frame[a->keys[i]->slot] = a->groups.rows.data[a->at][i];
    for (uint32_t i = 0; i < a->p->n_aggs; i++) {
        if ((rc = result(r, a->p->aggs[i], &a->states.data[a->at][i], &r->frame[a->p->aggs[i]->slot], err)) < 0)
            return rc;
    }
    a->at++;
    return CSPM_OK;
}

static void free_sets(cg_run *r, agg_op *a)
{
    for (size_t i = 0; i < a->sets.count; i++) {
        q_set_free(a->sets.data[i]);
        cg_free(r->mem, a->sets.data[i]);
    }
    a->sets.count = 0;
}

static void agg_rewind(cg_run *r, q_op *op)
{
    agg_op *a = (agg_op *)op;
    a->open = false;
    a->states.count = 0;
    free_sets(r, a);
    q_table_clear(&a->groups);
}

static void agg_close(cg_run *r, q_op *op)
{
    agg_op *a = (agg_op *)op;
    free_sets(r, a);
    cg_vec_free(r->mem, &a->sets);
    cg_vec_free(r->mem, &a->states);
    q_table_free(&a->groups);
}

static void agg_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const agg_op *a = (const agg_op *)op;
    cg_buf_printf(out, "%u key%s, %u aggregate%s", a->n_keys, a->n_keys == 1 ? "" : "s", a->p->n_aggs, a->p->n_aggs == 1 ? "" : "s");
}

static const q_op_class agg_class = { "Aggregate", agg_next, agg_rewind, agg_close, agg_describe };

/* A property of a node or relationship: its texts stand in the graph and stay while the run lasts. */
static bool reads_graph(const q_expr *x)
{
    return x->kind == X_PROP && x->args[0]->kind == X_VAR && !(x->args[0]->type & ~(uint32_t)(QT_NODE | QT_REL | QT_NULL));
}

q_op *q_op_aggregate(cg_run *r, q_op *input, const q_projection *p)
{
    const q_item **keys = cg_arena_calloc(&r->arena, p->n_items + 1, sizeof *keys);
    cg_value *row = cg_arena_calloc(&r->arena, p->n_items + 1, sizeof *row);
    agg_op *a = keys && row ? q_op_new(r, &agg_class, sizeof *a, input) : NULL;
    if (!a)
        return NULL;
    a->p = p;
    a->keys = keys;
    a->row = row;
    for (uint32_t i = 0; i < p->n_items; i++) {
        if (!p->items[i].expr->has_agg)
            keys[a->n_keys++] = &p->items[i];
    }
    a->op.rows = a->n_keys ? 1 + a->op.rows / 10 : 1;
    bool stays = a->n_keys > 0 && a->n_keys <= RECENT_KEYS;
    for (uint32_t i = 0; i < a->n_keys; i++)
        stays = stays && reads_graph(a->keys[i]->expr);
    if (stays && !(a->recent = cg_arena_alloc(&r->arena, RECENT * sizeof *a->recent)))
        return NULL;
    q_table_init(&a->groups, r->mem, a->n_keys);
    return (q_op *)a;
}
