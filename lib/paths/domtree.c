/* Dominators by the semi-NCA method, without recursion. */
#include "paths/domtree.h"

typedef struct maker {
    const cg_core *c;
    cg_domtree *t;
    uint32_t *parent; /* tree parent; path compression shortens it */
    uint32_t *semi, *label, *stack, *next;
    uint8_t *entry; /* core vertices the super-source leads to */
} maker;

static int32_t number_vertices(maker *m, cspm_op *op, cspm_error **err)
{
    const cg_core *c = m->c;
    cg_domtree *t = m->t;
    uint32_t polls = 0;
    int32_t rc;
    memset(t->number, 0xff, c->n * sizeof *t->number);
    t->vertex[0] = CG_NONE;
    t->count = 1;
    for (uint32_t i = 0; i < c->n_entries; i++) {
        uint32_t start = c->entry_vertex[i], depth = 0;
        if (start == CG_NONE)
            continue;
        m->entry[start] = 1;
        if (t->number[start] != CG_NONE)
            continue;
        m->parent[t->count] = 0;
        t->vertex[t->count] = start;
        t->number[start] = t->count++;
        m->stack[depth] = start;
        m->next[depth++] = c->out[start];
        while (depth) {
            uint32_t u = m->stack[depth - 1];
            if (CG_OP_DUE(polls) && (rc = cg_op_check(op, c->mem, err)) < 0)
                return rc;
            if (m->next[depth - 1] == c->out[u + 1]) {
                depth--;
                continue;
            }
            uint32_t w = c->to[m->next[depth - 1]++];
            if (t->number[w] != CG_NONE)
                continue;
            m->parent[t->count] = t->number[u];
            t->vertex[t->count] = w;
            t->number[w] = t->count++;
            m->stack[depth] = w;
            m->next[depth++] = c->out[w];
        }
    }
    return CSPM_OK;
}

/* The vertex with the smallest semidominator on the way up to the linked part, which begins at `linked`. */
static uint32_t eval(maker *m, uint32_t v, uint32_t linked)
{
    uint32_t depth = 0;
    if (m->parent[v] < linked)
        return m->label[v];
    for (; m->parent[v] >= linked; v = m->parent[v])
        m->stack[depth++] = v;
    uint32_t above = v, best = m->label[v];
    while (depth) {
        v = m->stack[--depth];
        m->parent[v] = m->parent[above];
        if (m->semi[best] < m->semi[m->label[v]])
            m->label[v] = best;
        else
            best = m->label[v];
        above = v;
    }
    return m->label[v];
}

static int32_t find_dominators(maker *m, cspm_op *op, cspm_error **err)
{
    const cg_core *c = m->c;
    cg_domtree *t = m->t;
    uint32_t polls = 0;
    int32_t rc;
    for (uint32_t i = 0; i < t->count; i++) {
        t->idom[i] = i ? m->parent[i] : 0;
        m->semi[i] = i;
        m->label[i] = i;
    }
    for (uint32_t w = t->count; w-- > 1;) {
        uint32_t v = t->vertex[w], low = m->entry[v] ? 0 : m->parent[w];
        if (CG_OP_DUE(polls) && (rc = cg_op_check(op, c->mem, err)) < 0)
            return rc;
        for (uint32_t e = c->in[v]; e < c->in[v + 1]; e++) {
            uint32_t s = m->semi[eval(m, t->number[c->from[e]], w + 1)];
            low = s < low ? s : low;
        }
        m->semi[w] = low;
    }
    for (uint32_t w = 1; w < t->count; w++)
        while (t->idom[w] > m->semi[w])
            t->idom[w] = t->idom[t->idom[w]];
    return CSPM_OK;
}

int32_t cg_domtree_make(const cg_core *c, cspm_op *op, cg_domtree *t, cspm_error **err)
{
    size_t n = (size_t)c->n + 1;
    int32_t rc;
    maker m = { .c = c, .t = t };
    *t = (cg_domtree){ 0 };
    t->number = cg_alloc_array(c->mem, n, sizeof *t->number);
    t->vertex = cg_alloc_array(c->mem, n, sizeof *t->vertex);
    t->idom = cg_alloc_array(c->mem, n, sizeof *t->idom);
    m.parent = cg_calloc(c->mem, n, sizeof *m.parent);
    m.semi = cg_alloc_array(c->mem, n, sizeof *m.semi);
    m.label = cg_alloc_array(c->mem, n, sizeof *m.label);
    m.stack = cg_alloc_array(c->mem, n, sizeof *m.stack);
    m.next = cg_alloc_array(c->mem, n, sizeof *m.next);
    m.entry = cg_calloc(c->mem, n, 1);
    if (!t->number || !t->vertex || !t->idom || !m.parent || !m.semi || !m.label || !m.stack || !m.next || !m.entry)
        rc = cg_nomem(c->mem, err);
    else if ((rc = number_vertices(&m, op, err)) == CSPM_OK)
        rc = find_dominators(&m, op, err);
    cg_free(c->mem, m.parent);
    cg_free(c->mem, m.semi);
    cg_free(c->mem, m.label);
    cg_free(c->mem, m.stack);
    cg_free(c->mem, m.next);
    cg_free(c->mem, m.entry);
    return rc;
}

void cg_domtree_free(const cg_core *c, cg_domtree *t)
{
    cg_free(c->mem, t->number);
    cg_free(c->mem, t->vertex);
    cg_free(c->mem, t->idom);
}

/* The graph node a dominator stands for: hubs are not shown. */
static cg_node dominator_node(const cg_core *c, const cg_domtree *t, uint32_t number, cg_node self)
{
    while (number && (core_is_hub(c, t->vertex[number]) || core_node(c, t->vertex[number]) == self))
        number = t->idom[number];
    return number ? core_node(c, t->vertex[number]) : CG_NO_NODE;
}

static int32_t fill_idom(const cg_core *c, const cg_domtree *t, cg_node *idom, cspm_error **err)
{
    uint32_t *other = NULL;
    int32_t rc = c->twin_states ? cg_core_other_states(c, &other, err) : CSPM_OK;
    memset(idom, 0xff, (size_t)c->view->n_nodes * sizeof *idom);
    for (uint32_t v = 0; v < c->first_hub && rc == CSPM_OK; v++) {
        if (c->same[v] != v)
            continue;
        uint32_t at = t->idom[t->number[v]];
        if (other && other[v] != CG_NONE)
            at = cg_domtree_common(t, at, t->idom[t->number[other[v]]]);
        idom[core_node(c, v)] = dominator_node(c, t, at, core_node(c, v));
    }
    cg_free(c->mem, other);
    return rc;
}

int32_t cg_paths_dominators(const cg_core *c, cspm_op *op, cg_node **out, cspm_error **err)
{
    cg_domtree t;
    cg_node *idom = NULL;
    *out = NULL;
    int32_t rc = cg_domtree_make(c, op, &t, err);
    if (rc == CSPM_OK && !(idom = cg_alloc_array(c->mem, c->view->n_nodes, sizeof *idom)))
        rc = cg_nomem(c->mem, err);
    if (rc == CSPM_OK)
        rc = fill_idom(c, &t, idom, err);
    cg_domtree_free(c, &t);
    if (rc < 0)
        cg_free(c->mem, idom);
    else
        *out = idom;
    return rc;
}
