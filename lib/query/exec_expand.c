/* One relationship from a bound node, and paths from bound elements. */
#include "query/exec.h"

static bool list_has(const cg_list *l, cg_rel rel)
{
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->items[i].type == CG_REL && l->items[i].rel == rel)
            return true;
    }
    return false;
}

bool q_is_used(const cg_run *r, const q_uses *uses, cg_rel rel)
{
    for (uint32_t i = 0; i < uses->n; i++) {
        cg_value v = r->frame[uses->slots[i]];
        if (v.type == CG_REL ? v.rel == rel : v.type == CG_LIST && list_has(v.list, rel))
            return true;
    }
    return false;
}

typedef struct expand_op {
    q_op op;
    q_step step;
    bool open, second_way;
    cg_node from, to;
    uint64_t cursor;
    cg_hops hops; /* of a far end that is still to be found */
    uint32_t n, at;
    cg_hop block[16];
} expand_op;

static bool matches_kind(const q_step *s, uint32_t kind)
{
    return !s->no_kind && cg_kind_set_has(s->kinds, kind);
}

/* The relationship variable is bound: at most one candidate. */
static bool bound_candidate(cg_run *r, expand_op *x, cg_edge *edge)
{
    cg_value v = r->frame[x->step.rel->slot];
    if (x->second_way || v.type != CG_REL)
        return false;
    x->second_way = true;
    *edge = cg_rel_get(r->g, v.rel);
    return matches_kind(&x->step, edge->kind) &&
           (((x->step.dir & CG_OUT) && edge->from == x->from) || ((x->step.dir & CG_IN) && edge->to == x->from));
}

static bool between_candidate(cg_run *r, expand_op *x, cg_edge *edge)
{
    for (;;) {
        bool out = (x->step.dir & CG_OUT) && !x->second_way;
        if (out ? cg_between_next(r->g, x->from, x->to, x->step.kinds, &x->cursor, edge)
                : cg_between_next(r->g, x->to, x->from, x->step.kinds, &x->cursor, edge))
            return true;
        if (!out || x->step.dir != CG_BOTH || x->from == x->to)
            return false;
        x->second_way = true;
        x->cursor = 0;
    }
}

/* The next relationship that may fit, and its other end. */
static bool expand_candidate(cg_run *r, expand_op *x, cg_hop *hop)
{
    cg_edge edge;
    if (!x->step.rel_bound && !x->step.into) {
        if (x->at == x->n) {
            x->at = 0;
            x->n = cg_hops_next(&x->hops, &x->from, 1, x->block, sizeof x->block / sizeof x->block[0]);
        }
        if (x->at == x->n)
            return false;
        *hop = x->block[x->at++];
        return true;
    }
    if (!(x->step.rel_bound ? bound_candidate(r, x, &edge) : between_candidate(r, x, &edge)))
        return false;
    bool outward = x->step.dir == CG_OUT || (x->step.dir == CG_BOTH && edge.from == x->from);
    *hop = (cg_hop){ edge.rel, outward ? edge.to : edge.from, 0 };
    return true;
}

static void expand_open(cg_run *r, expand_op *x)
{
    cg_value from = r->frame[x->step.from], to = x->step.into ? r->frame[x->step.to] : cg_v_null();
    x->open = from.type == CG_NODE && !x->step.no_kind && (!x->step.into || to.type == CG_NODE);
    if (!x->open)
        return;
    x->from = from.node;
    x->to = x->step.into ? to.node : CG_NO_NODE;
    x->second_way = false;
    x->cursor = 0;
    x->n = x->at = 0;
    cg_hops_seek(&x->hops, 0);
}

static int32_t expand_next(cg_run *r, q_op *op, cspm_error **err)
{
    expand_op *x = (expand_op *)op;
    for (;;) {
        int32_t rc;
        cg_hop hop;
        while (!x->open) {
            if ((rc = q_next(r, op->input, err)) != CSPM_OK)
                return rc;
            expand_open(r, x);
        }
        while (expand_candidate(r, x, &hop)) {
            if ((rc = q_work(r, err)) < 0)
                return rc;
            if ((x->step.into && hop.node != x->to) || !q_visible(r, hop.node) || q_is_used(r, &x->step.uses, hop.rel))
                continue;
            r->frame[x->step.rel->slot] = cg_v_rel(hop.rel);
            r->frame[x->step.to] = cg_v_node(hop.node);
            return CSPM_OK;
        }
        x->open = false;
    }
}

static void expand_rewind(cg_run *r, q_op *op)
{
    ((expand_op *)op)->open = false;
}

void q_describe_step(const cg_run *r, const q_step *s, cg_buf *out)
{
    cg_buf_adds(out, s->dir == CG_IN ? "<-" : "-");
    for (uint32_t i = 0; i < s->rel->n_types && i < 8; i++) {
        cg_buf_adds(out, i ? "|" : "[:");
        cg_buf_str(out, r->q->names.data[s->rel->types[i]].text);
    }
    if (s->rel->n_types > 8)
        cg_buf_adds(out, "|...");
    if (s->rel->n_types)
        cg_buf_char(out, ']');
    if (s->rel->var_length) {
        cg_buf_printf(out, "*%u..", s->rel->min);
        if (s->rel->max != UINT32_MAX)
            cg_buf_printf(out, "%u", s->rel->max);
    }
    cg_buf_adds(out, s->dir == CG_OUT ? "->" : "-");
    if (s->into)
        cg_buf_adds(out, " into");
}

static void expand_describe(const cg_run *r, const q_op *op, cg_buf *out)
{
    q_describe_step(r, &((const expand_op *)op)->step, out);
}

static const q_op_class expand_class = { "Expand", expand_next, expand_rewind, NULL, expand_describe };

q_op *q_op_expand(cg_run *r, q_op *input, const q_step *step)
{
    expand_op *x = q_op_new(r, &expand_class, sizeof *x, input);
    if (x) {
        x->step = *step;
        cg_hops_init(&x->hops, r->g, step->dir, step->kinds);
    }
    return (q_op *)x;
}

/* ---- path values ---- */

typedef struct path_op {
    q_op op;
    const q_path_pat *path;
} path_op;

static uint32_t path_length(cg_run *r, const q_path_pat *p)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_rels; i++) {
        cg_value v = r->frame[p->rels[i]->slot];
        n += v.type == CG_LIST ? v.list->count : 1;
    }
    return n;
}

static bool path_step(cg_run *r, cg_path *p, cg_value rel)
{
    if (rel.type != CG_REL)
        return false;
    cg_edge edge = cg_rel_get(r->g, rel.rel);
    p->rels[p->n_rels] = rel.rel;
    p->nodes[p->n_rels + 1] = edge.from == p->nodes[p->n_rels] ? edge.to : edge.from;
    p->n_rels++;
    return true;
}

int32_t q_build_path(cg_run *r, cg_arena *arena, const q_path_pat *pat, cspm_error **err)
{
    uint32_t most = path_length(r, pat);
    cg_path *p = cg_arena_alloc(arena, sizeof *p);
    cg_value first = r->frame[pat->nodes[0]->slot];
    r->frame[pat->slot] = cg_v_null();
    if (!p || !(p->nodes = cg_arena_alloc(arena, (most + 1) * sizeof *p->nodes)) ||
        !(p->rels = cg_arena_alloc(arena, (most + 1) * sizeof *p->rels)))
        return cg_nomem(r->mem, err);
    if (first.type != CG_NODE)
        return CSPM_OK;
    p->n_rels = 0;
    p->nodes[0] = first.node;
    for (uint32_t i = 0; i < pat->n_rels; i++) {
        cg_value v = r->frame[pat->rels[i]->slot];
        bool ok = true;
        if (v.type == CG_LIST) {
            for (uint32_t k = 0; ok && k < v.list->count; k++)
                ok = path_step(r, p, v.list->items[k]);
        } else {
            ok = path_step(r, p, v);
        }
        if (!ok)
            return CSPM_OK;
    }
    r->frame[pat->slot] = q_v_path(p);
    return CSPM_OK;
}

static int32_t path_next(cg_run *r, q_op *op, cspm_error **err)
{
    int32_t rc = q_next(r, op->input, err);
    return rc == CSPM_OK ? q_build_path(r, q_arena(r, op), ((path_op *)op)->path, err) : rc;
}

static const q_op_class path_class = { "Path", path_next, NULL, NULL, NULL };

q_op *q_op_path(cg_run *r, q_op *input, const q_path_pat *path)
{
    path_op *x = q_op_new(r, &path_class, sizeof *x, input);
    if (x)
        x->path = path;
    return (q_op *)x;
}
