/* Where matching begins: all nodes, nodes of a label, nodes by unique id. Each runs once for every input row. */
#include "query/exec.h"

typedef struct scan_op {
    q_op op;
    uint32_t slot, label;
    bool open;
    cg_node next, end;
    cg_label_iter it;
} scan_op;

static void scan_rewind(cg_run *r, q_op *op)
{
    ((scan_op *)op)->open = false;
}

static int32_t all_next(cg_run *r, q_op *op, cspm_error **err)
{
    scan_op *s = (scan_op *)op;
    for (;;) {
        int32_t rc;
        if (!s->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK)
                return rc;
            s->open = true;
            s->next = 0;
            s->end = cg_graph_n_nodes(r->g);
        }
        while (s->next < s->end) {
            cg_node n = s->next++;
            if ((rc = q_work(r, err)) < 0)
                return rc;
            if (!q_visible(r, n))
                continue;
            r->frame[s->slot] = cg_v_node(n);
            return CSPM_OK;
        }
        s->open = false;
    }
}

static int32_t label_next(cg_run *r, q_op *op, cspm_error **err)
{
    scan_op *s = (scan_op *)op;
    for (;;) {
        int32_t rc;
        cg_node n;
        if (!s->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK)
                return rc;
            s->open = true;
            if (s->label != CG_NO_NAME)
                cg_label_iter_init(&s->it, r->g, s->label);
        }
        while (s->label != CG_NO_NAME && cg_label_iter_next(&s->it, &n)) {
            if ((rc = q_work(r, err)) < 0)
                return rc;
            if (!q_visible(r, n))
                continue;
            r->frame[s->slot] = cg_v_node(n);
            return CSPM_OK;
        }
        s->open = false;
    }
}

static void label_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    const scan_op *s = (const scan_op *)op;
    if (s->label == CG_NO_NAME)
        cg_buf_adds(out, "no such label");
    else
        cg_buf_str(out, cg_name_get(r->g, CG_NAMES_LABEL, s->label));
}

static const q_op_class all_class = { "AllNodes", all_next, scan_rewind, NULL, NULL };
static const q_op_class label_class = { "LabelScan", label_next, scan_rewind, NULL, label_describe };

q_op *q_op_all_nodes(cg_run *r, q_op *input, uint32_t slot)
{
    scan_op *s = q_op_new(r, &all_class, sizeof *s, input);
    if (s) {
        s->slot = slot;
        s->op.rows *= cg_graph_n_nodes(r->g);
    }
    return (q_op *)s;
}

q_op *q_op_label_scan(cg_run *r, q_op *input, uint32_t slot, uint32_t label)
{
    scan_op *s = q_op_new(r, &label_class, sizeof *s, input);
    if (s) {
        s->slot = slot;
        s->label = label;
        s->op.rows *= label == CG_NO_NAME ? 0 : (double)cg_label_count(r->g, label);
    }
    return (q_op *)s;
}

/* ---- by unique id ---- */

typedef struct seek_op {
    q_op op;
    uint32_t slot;
    const q_expr *value;
    bool in_list, open;
    cg_node *found; /* ascending, each once */
    uint32_t n, at;
} seek_op;

static void seek_add(cg_run *r, seek_op *s, cg_value v)
{
    if (v.type != CG_STRING)
        return;
    cg_node n = cg_node_find(r->g, v.string, v.length);
    if (n == CG_NO_NODE || !q_visible(r, n) || !cg_str_eq(cg_node_id(r->g, n), cg_value_str(v))) /* an alias is not the id */
        return;
    uint32_t k = s->n;
    while (k > 0 && s->found[k - 1] > n)
        k--;
    if (k > 0 && s->found[k - 1] == n)
        return;
    memmove(s->found + k + 1, s->found + k, (s->n - k) * sizeof *s->found);
    s->found[k] = n;
    s->n++;
}

static int32_t seek_open(cg_run *r, seek_op *s, cspm_error **err)
{
    q_eval e = { r, q_arena(r, &s->op) };
    cg_value v;
    int32_t rc = q_evaluate(&e, s->value, &v, err);
    if (rc < 0)
        return rc;
    uint32_t most = s->in_list ? (v.type == CG_LIST ? v.list->count : 0) : 1;
    s->found = cg_arena_alloc(e.arena, (most ? most : 1) * sizeof *s->found);
    s->n = s->at = 0;
    if (!s->found)
        return cg_nomem(r->mem, err);
    for (uint32_t i = 0; i < most; i++) {
        if ((rc = q_work(r, err)) < 0)
            return rc;
        seek_add(r, s, s->in_list ? v.list->items[i] : v);
    }
    s->open = true;
    return CSPM_OK;
}

static int32_t seek_next(cg_run *r, q_op *op, cspm_error **err)
{
    seek_op *s = (seek_op *)op;
    for (;;) {
        int32_t rc;
        if (!s->open && ((rc = q_next(r, op->input, err)) != CSPM_OK || (rc = seek_open(r, s, err)) < 0))
            return rc;
        if (s->at < s->n) {
            r->frame[s->slot] = cg_v_node(s->found[s->at++]);
            return CSPM_OK;
        }
        s->open = false;
    }
}

static void seek_rewind(cg_run *r, q_op *op)
{
    ((seek_op *)op)->open = false;
}

static const q_op_class seek_class = { "IdSeek", seek_next, seek_rewind, NULL, NULL };

q_op *q_op_id_seek(cg_run *r, q_op *input, uint32_t slot, const q_expr *value, bool in_list)
{
    seek_op *s = q_op_new(r, &seek_class, sizeof *s, input);
    if (s) {
        s->slot = slot;
        s->value = value;
        s->in_list = in_list;
    }
    return (q_op *)s;
}

/* ---- a variable from before that a pattern uses as a node ---- */

typedef struct check_op {
    q_op op;
    uint32_t slot;
    uint32_t pos;
} check_op;

static int32_t check_next(cg_run *r, q_op *op, cspm_error **err)
{
    check_op *c = (check_op *)op;
    for (;;) {
        int32_t rc = q_next(r, op->input, err);
        if (rc != CSPM_OK)
            return rc;
        uint8_t type = r->frame[c->slot].type;
        if (type == CG_NODE)
            return CSPM_OK;
        if (type != CG_NULL) { /* null matches nothing */
            q_expr at = { .start = c->pos };
            return q_run_error(r, err, &at, "type", "InvalidArgumentType", "the variable is not a node");
        }
    }
}

static const q_op_class check_class = { "CheckNode", check_next, NULL, NULL, NULL };

q_op *q_op_check_node(cg_run *r, q_op *input, uint32_t slot, uint32_t pos)
{
    check_op *c = q_op_new(r, &check_class, sizeof *c, input);
    if (c) {
        c->slot = slot;
        c->pos = pos;
    }
    return (q_op *)c;
}
