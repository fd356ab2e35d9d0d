/* Disconnected parts of a MATCH joined by equal values: the nodes of one side are indexed once by their key, then looked up for each row.
 */
#include "query/exec.h"

typedef struct hash_op {
    q_op op;
    uint32_t slot, label;
    bool any_label; /* no label: all nodes */
    const q_expr *key, *probe;
    bool built, open;
    q_table keys;
    CG_VEC(uint32_t) first; /* by key: index + 1 of its first node, 0 = none */
    CG_VEC(uint32_t) last;
    CG_VEC(cg_node) nodes;
    CG_VEC(uint32_t) next; /* by node index: index + 1 of the next with this key */
    uint32_t at;
} hash_op;

static int32_t add_node(cg_run *r, hash_op *h, cg_node n, cspm_error **err)
{
    q_eval e = { r, q_arena(r, &h->op) };
    cg_value v;
    bool added;
    r->frame[h->slot] = cg_v_node(n);
    int32_t rc = q_evaluate(&e, h->key, &v, err);
    if (rc < 0 || v.type == CG_NULL)
        return rc;
    uint32_t key = q_table_add(r, &h->keys, &v, &added);
    if (key == UINT32_MAX || (added && (!cg_vec_push(r->mem, &h->first, 0) || !cg_vec_push(r->mem, &h->last, 0))))
        return cg_nomem(r->mem, err);
    if (!cg_vec_push(r->mem, &h->nodes, n) || !cg_vec_push(r->mem, &h->next, 0))
        return cg_nomem(r->mem, err);
    uint32_t index = (uint32_t)h->nodes.count;
    if (h->last.data[key])
        h->next.data[h->last.data[key] - 1] = index;
    else
        h->first.data[key] = index;
    h->last.data[key] = index;
    return CSPM_OK;
}

static int32_t build(cg_run *r, hash_op *h, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_node n;
    if (h->any_label) {
        for (n = 0; rc >= 0 && n < cg_graph_n_nodes(r->g); n++) {
            if ((rc = q_work(r, err)) >= 0 && q_visible(r, n))
                rc = add_node(r, h, n, err);
        }
    } else if (h->label != CG_NO_NAME) {
        cg_label_iter it;
        cg_label_iter_init(&it, r->g, h->label);
        while (rc >= 0 && cg_label_iter_next(&it, &n)) {
            if ((rc = q_work(r, err)) >= 0 && q_visible(r, n))
                rc = add_node(r, h, n, err);
        }
    }
    h->built = rc >= 0;
    return rc;
}

static int32_t look_up(cg_run *r, hash_op *h, cspm_error **err)
{
    q_eval e = { r, q_arena(r, &h->op) };
    cg_value v;
    int32_t rc = q_evaluate(&e, h->probe, &v, err);
    if (rc < 0)
        return rc;
    uint32_t key = v.type == CG_NULL ? UINT32_MAX : q_table_find(r, &h->keys, &v);
    h->at = key == UINT32_MAX ? 0 : h->first.data[key];
    h->open = true;
    return q_work(r, err);
}

static int32_t hash_next(cg_run *r, q_op *op, cspm_error **err)
{
    hash_op *h = (hash_op *)op;
    for (;;) {
        int32_t rc;
        if (!h->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK)
                return rc;
            if ((!h->built && (rc = build(r, h, err)) < 0) || (rc = look_up(r, h, err)) < 0)
                return rc;
        }
        if (h->at) {
            uint32_t index = h->at - 1;
            h->at = h->next.data[index];
            r->frame[h->slot] = cg_v_node(h->nodes.data[index]);
            return q_work(r, err);
        }
        h->open = false;
    }
}

/* The index depends on the graph alone and stays. */
static void hash_rewind(cg_run *r, q_op *op)
{
    ((hash_op *)op)->open = false;
}

static void hash_close(cg_run *r, q_op *op)
{
    hash_op *h = (hash_op *)op;
    q_table_free(&h->keys);
    cg_vec_free(r->mem, &h->first);
    cg_vec_free(r->mem, &h->last);
    cg_vec_free(r->mem, &h->nodes);
    cg_vec_free(r->mem, &h->next);
}

static void hash_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const hash_op *h = (const hash_op *)op;
    if (!h->any_label && h->label != CG_NO_NAME)
        cg_buf_str(out, cg_name_get(r->g, CG_NAMES_LABEL, h->label));
    else
        cg_buf_adds(out, h->any_label ? "all nodes" : "no such label");
}

static const q_op_class hash_class = { "HashJoin", hash_next, hash_rewind, hash_close, hash_describe };

q_op *q_op_hash_join(cg_run *r, q_op *input, uint32_t slot, bool any_label, uint32_t label, const q_expr *key, const q_expr *probe)
{
    hash_op *h = q_op_new(r, &hash_class, sizeof *h, input);
    if (h) {
        h->slot = slot;
        h->any_label = any_label;
        h->label = label;
        h->key = key;
        h->probe = probe;
        q_table_init(&h->keys, r->mem, 1);
    }
    return (q_op *)h;
}
