/* join: rows of the right side are kept by key, rows of the left side look theirs up. Results come in the order of the left side, then of
 * the right. Keys that are null meet nothing. */
#include "query/pipe_exec.h"
#include "query/pipe_value.h"

typedef struct join_op {
    q_op op;
    const pipe_stage *stage;
    bool open;
    q_table keys; /* distinct keys of the right side */
    q_table seen; /* innerunique: keys of the left side */
    cg_arena kept;
    bool has_kept;
    CG_VEC(uint32_t) first, last; /* by key: its rows */
    CG_VEC(uint32_t) following;   /* by row: the next one of its key */
    CG_VEC(cg_value *) rows;      /* cells of the right side's columns */
    cg_value *key;
    uint32_t next; /* row to give next for the left row in hand; UINT32_MAX none */
} join_op;

/* Column keys may be 1 on one side and 1.0 on the other: q_table finds these equal. */
static int32_t read_key(cg_run *r, join_op *j, q_expr *const *exprs, bool *null, cspm_error **err)
{
    *null = false;
    for (uint32_t i = 0; i < j->stage->n_exprs; i++) {
        q_eval e = { r, &j->op.arena };
        int32_t rc = q_evaluate(&e, exprs[i], &j->key[i], err);
        if (rc < 0)
            return rc;
        *null |= j->key[i].type == CG_NULL;
    }
    return CSPM_OK;
}

static int32_t keep_row(cg_run *r, join_op *j, uint32_t key, bool added, cspm_error **err)
{
    const pipe_stage *s = j->stage;
    uint32_t at = (uint32_t)j->rows.count, none = UINT32_MAX;
    cg_value *cells = cg_arena_calloc(&j->kept, s->n_slots ? s->n_slots : 1, sizeof *cells);
    bool ok = cells != NULL && at < UINT32_MAX;
    for (uint32_t i = 0; ok && i < s->n_slots; i++)
        ok = !r->q->used.data[s->slots[i]] || q_copy_value(&j->kept, r->frame[s->slots[i]], &cells[i]);
    ok = ok && cg_vec_push(r->mem, &j->rows, cells) && cg_vec_push(r->mem, &j->following, none);
    if (ok && added)
        ok = cg_vec_push(r->mem, &j->first, at) && cg_vec_push(r->mem, &j->last, at);
    else if (ok)
        j->following.data[j->last.data[key]] = at;
    if (!ok)
        return cg_nomem(r->mem, err);
    j->last.data[key] = at;
    return CSPM_OK;
}

static int32_t join_open(cg_run *r, join_op *j, cspm_error **err)
{
    int32_t rc;
    q_rewind(r, j->op.second);
    while ((rc = q_next(r, j->op.second, err)) == CSPM_OK) {
        bool null, added;
        q_arena(r, &j->op);
        if ((rc = read_key(r, j, j->stage->right_exprs, &null, err)) < 0 || (rc = q_work(r, err)) < 0)
            return rc;
        if (null)
            continue;
        uint32_t key = q_table_add(r, &j->keys, j->key, &added);
        if (key == UINT32_MAX)
            return cg_nomem(r->mem, err);
        if ((rc = keep_row(r, j, key, added, err)) < 0)
            return rc;
    }
    if (rc < 0)
        return rc;
    j->open = true;
    j->next = UINT32_MAX;
    return CSPM_OK;
}

static void give(cg_run *r, join_op *j, const cg_value *cells)
{
    for (uint32_t i = 0; i < j->stage->n_slots; i++)
        r->frame[j->stage->slots[i]] = cells ? cells[i] : cg_v_null();
}

/* Look the left row up. *skip: it gives no row. */
static int32_t probe(cg_run *r, join_op *j, bool *skip, cspm_error **err)
{
    const pipe_stage *s = j->stage;
    bool null, added = false;
    q_arena(r, &j->op);
    int32_t rc = read_key(r, j, s->exprs, &null, err);
    if (rc < 0)
        return rc;
    if (!null && s->join == PJ_INNERUNIQUE) {
        if (q_table_add(r, &j->seen, j->key, &added) == UINT32_MAX)
            return cg_nomem(r->mem, err);
        if (!added) {
            *skip = true;
            return q_work(r, err);
        }
    }
    uint32_t key = null ? UINT32_MAX : q_table_find(r, &j->keys, j->key);
    bool found = key != UINT32_MAX;
    *skip = s->join == PJ_LEFTANTI ? found : s->join != PJ_LEFTOUTER && !found;
    if (s->join == PJ_LEFTSEMI || s->join == PJ_LEFTANTI)
        return q_work(r, err);
    give(r, j, found ? j->rows.data[j->first.data[key]] : NULL);
    j->next = found ? j->following.data[j->first.data[key]] : UINT32_MAX;
    return q_work(r, err);
}

static int32_t join_next(cg_run *r, q_op *op, cspm_error **err)
{
    join_op *j = (join_op *)op;
    int32_t rc;
    if (!j->open && (rc = join_open(r, j, err)) < 0)
        return rc;
    if (j->next != UINT32_MAX) {
        give(r, j, j->rows.data[j->next]);
        j->next = j->following.data[j->next];
        return q_work(r, err);
    }
    for (;;) {
        bool skip = false;
        if ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = probe(r, j, &skip, err)) < 0)
            return rc;
        if (!skip)
            return CSPM_OK;
    }
}

static void join_rewind(cg_run *r, q_op *op)
{
    join_op *j = (join_op *)op;
    j->open = false;
    q_table_clear(&j->keys);
    q_table_clear(&j->seen);
    cg_arena_reset(&j->kept);
    j->rows.count = j->first.count = j->last.count = j->following.count = 0;
}

static void join_close(cg_run *r, q_op *op)
{
    join_op *j = (join_op *)op;
    q_table_free(&j->keys);
    q_table_free(&j->seen);
    cg_vec_free(r->mem, &j->rows);
    cg_vec_free(r->mem, &j->first);
    cg_vec_free(r->mem, &j->last);
    cg_vec_free(r->mem, &j->following);
    if (j->has_kept)
        cg_arena_free(&j->kept);
    j->has_kept = false;
}

static void join_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    static const char *const names[] = { "innerunique", "inner", "leftouter", "leftsemi", "leftanti" };
    const join_op *j = (const join_op *)op;
    cg_buf_printf(out, "%s, %u key%s", names[j->stage->join], j->stage->n_exprs, j->stage->n_exprs == 1 ? "" : "s");
}

static const q_op_class join_class = { "Join", join_next, join_rewind, join_close, join_describe };

q_op *q_op_join(cg_run *r, q_op *input, q_op *right, const pipe_stage *s)
{
    join_op *j = q_op_new(r, &join_class, sizeof *j, input);
    if (!j)
        return NULL;
    j->stage = s;
    j->op.second = right;
    q_table_init(&j->keys, r->mem, s->n_exprs);
    q_table_init(&j->seen, r->mem, s->n_exprs);
    cg_arena_init(&j->kept, r->mem);
    j->has_kept = true;
    j->key = cg_arena_calloc(&r->arena, s->n_exprs ? s->n_exprs : 1, sizeof *j->key);
    return j->key && q_arena(r, &j->op) ? (q_op *)j : NULL;
}
