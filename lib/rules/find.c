/* What one rule finds in one graph: rows of its pattern, or the nodes with one of its labels, gathered to one fact a node or pair. */
#include <stdlib.h>

#include "base/sort.h"
#include "rules/set.h"

#define MILLION 1000000u
#define NOTE_MAX 500
/* Rules run over whole graphs; cancel, deadline and the memory budget bound them. Hitting this is an error, never a shorter answer. */
#define MAX_WORK UINT64_C(1000000000000)

void rule_facts_init(rule_facts *f, cg_mem *mem)
{
    *f = (rule_facts){ 0 };
    cg_arena_init(&f->arena, mem);
}

void rule_facts_free(rule_facts *f, cg_mem *mem)
{
    cg_vec_free(mem, &f->list);
    cg_arena_free(&f->arena);
}

typedef struct row {
    cg_node a, b;
    uint32_t likelihood, order;
    bool conditional;
    size_t first_node, first_rel; /* in the finder's pools, up to the next row's */
    cg_str note;
} row;

typedef struct finder {
    const rule_entry *e;
    cg_mem *mem;
    cg_graph *g;
    rule_facts *out;
    cspm_error **err;
    CG_VEC(row) rows;
    CG_VEC(cg_node) nodes;
    CG_VEC(cg_rel) rels;
} finder;

static int32_t rule_fail(const finder *f, int32_t code, const char *what, cg_str column, const char *problem)
{
    return cg_fail_at(f->mem, f->err, code, f->e->rule.source, f->e->match ? f->e->match->pos : f->e->rule.pos,
                      "rule \"%.*s\": %s \"%.*s\" %s", CG_FMT(f->e->rule.id), what, CG_FMT(column), problem);
}

/* ---- evidence: every node and relationship in the other columns ---- */

static bool take_evidence(finder *f, cg_value v, uint32_t depth)
{
    switch (v.type) {
    case CG_NODE:
        return cg_vec_push(f->mem, &f->nodes, v.node);
    case CG_REL:
        return cg_vec_push(f->mem, &f->rels, v.rel);
    case CG_PATH:
        for (uint32_t i = 0; i <= v.path->n_rels; i++)
            if (!cg_vec_push(f->mem, &f->nodes, v.path->nodes[i]) ||
                (i < v.path->n_rels && !cg_vec_push(f->mem, &f->rels, v.path->rels[i])))
                return false;
        return true;
    case CG_LIST:
        for (uint32_t i = 0; depth < 4 && i < v.list->count; i++)
            if (!take_evidence(f, v.list->items[i], depth + 1))
                return false;
        return true;
    default:
        return true;
    }
}

static int32_t take_note(finder *f, cg_value v, cg_str *out)
{
    cg_buf b;
    if (v.type == CG_NULL)
        return CSPM_OK;
    cg_buf_init(&b, f->mem, 0);
    int32_t rc = cg_value_write_text(&b, f->g, v, f->err);
    size_t length = b.length < NOTE_MAX ? b.length : NOTE_MAX;
    while (length < b.length && length > 0 && ((unsigned char)b.data[length] & 0xc0) == 0x80)
        length--;
    if (rc == CSPM_OK) {
        *out = (cg_str){ b.failed ? NULL : cg_arena_strndup(&f->out->arena, b.data ? b.data : "", length), length };
        rc = out->data ? CSPM_OK : cg_nomem(f->mem, f->err);
    }
    cg_buf_free(&b);
    return rc;
}

/* Null in a node column means the row found nothing: an optional match that did not. */
static int32_t take_node(const finder *f, cg_value v, const char *column, cg_node *out)
{
    *out = v.type == CG_NODE ? v.node : CG_NO_NODE;
    return v.type == CG_NODE || v.type == CG_NULL ? CSPM_OK : rule_fail(f, CSPM_E_PARSE, "column", cg_str_from(column), "is not a node");
}

static int32_t take_likelihood(const finder *f, cg_value v, uint32_t *out)
{
    double d = v.type == CG_INT ? (double)v.integer : v.type == CG_FLOAT ? v.real : 0;
    *out = 0;
    if (v.type == CG_NULL)
        return CSPM_OK;
    if ((v.type != CG_INT && v.type != CG_FLOAT) || !(d > 0 && d <= 1))
        return rule_fail(f, CSPM_E_PARSE, "column", CG_STR("likelihood"), "is not a number above 0 and at most 1");
    *out = (uint32_t)(d * MILLION + 0.5);
    *out += *out == 0;
    return CSPM_OK;
}

static int32_t take_row(finder *f, const cg_value *v)
{
    const rule_columns *c = &f->e->columns;
    bool edge = f->e->rule.form == CG_RULE_EDGE;
    uint32_t n = cg_query_n_columns(f->e->rule.pattern);
    row r = { .order = (uint32_t)f->rows.count, .first_node = f->nodes.count, .first_rel = f->rels.count, .b = CG_NO_NODE };
    int32_t rc = take_node(f, v[edge ? c->from : c->node], edge ? "from" : "node", &r.a);
    if (rc == CSPM_OK && edge)
        rc = take_node(f, v[c->to], "to", &r.b);
    if (rc == CSPM_OK && edge && c->likelihood != UINT32_MAX)
        rc = take_likelihood(f, v[c->likelihood], &r.likelihood);
    if (rc == CSPM_OK && edge && c->conditional != UINT32_MAX)
        r.conditional = v[c->conditional].type == CG_BOOL && v[c->conditional].boolean;
    if (rc != CSPM_OK || r.a == CG_NO_NODE || (edge && (r.b == CG_NO_NODE || r.a == r.b)))
        return rc;
    for (uint32_t i = 0; i < n; i++) {
        bool own = i == c->node || i == c->from || i == c->to || i == c->likelihood || i == c->conditional || i == c->note;
        if (!own && !take_evidence(f, v[i], 0))
            return cg_nomem(f->mem, f->err);
    }
    /* What rests on a relationship that is there only perhaps is no surer than it. */
    for (size_t i = r.first_rel; edge && i < f->rels.count; i++)
        r.conditional |= cg_rel_conditional(f->g, f->rels.data[i]);
    if (c->note != UINT32_MAX)
        rc = take_note(f, v[c->note], &r.note);
    if (rc == CSPM_OK && !cg_vec_push(f->mem, &f->rows, r))
        rc = cg_nomem(f->mem, f->err);
    return rc;
}

static int32_t run_pattern(finder *f, int64_t now, cspm_op *op)
{
    cg_run_limits limits = { .max_rows = UINT64_MAX, .max_work = MAX_WORK, .max_memory = UINT64_MAX, .now = now };
    const cg_value *values;
    cspm_error *inner = NULL;
    cg_run *run = NULL;
    int32_t rc = cg_query_run(f->e->rule.pattern, f->g, NULL, 0, &limits, op, &run, &inner);
    while (rc == CSPM_OK && (rc = cg_run_next(run, &values, &inner)) == CSPM_OK)
        rc = take_row(f, values);
    if (inner)
        rc = rule_query_error(f->mem, f->e, rc, inner, f->err);
    else if (rc == CSPM_DONE)
        rc = cg_run_truncated(run) ? rule_fail(f, CSPM_E_LIMIT, "the pattern of", f->e->rule.id, "hit a limit of the query engine")
                                   : CSPM_OK;
    cg_run_free(run);
    return rc;
}

static int32_t run_labels(finder *f, cspm_op *op)
{
    uint32_t work = 0;
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; rc == CSPM_OK && i < f->e->rule.n_match_labels; i++) {
        cg_label_iter it;
        cg_node n;
        uint32_t label = cg_name_find(f->g, CG_NAMES_LABEL, f->e->rule.match_labels[i]);
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, f->g, label);
        while (rc == CSPM_OK && cg_label_iter_next(&it, &n)) {
            row r = { .a = n, .b = CG_NO_NODE, .order = (uint32_t)f->rows.count };
            if (!cg_vec_push(f->mem, &f->rows, r))
                rc = cg_nomem(f->mem, f->err);
            if (rc == CSPM_OK && CG_OP_DUE(work))
                rc = cg_op_check(op, f->mem, f->err);
        }
    }
    return rc;
}

/* ---- rows to facts ---- */

static int by_pair(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int by_node(const void *a, const void *b)
{
    cg_node x = *(const cg_node *)a, y = *(const cg_node *)b;
    return x < y ? -1 : x > y;
}

static int by_rel(const void *a, const void *b, void *g)
{
    cg_rel x = *(const cg_rel *)a, y = *(const cg_rel *)b;
    int c = cg_rel_cmp(g, x, y);
    return c ? c : x < y ? -1 : x > y;
}

static cg_node *settle_nodes(finder *f, cg_node *list, uint32_t *n)
{
    uint32_t kept = 0;
    if (*n)
        qsort(list, *n, sizeof *list, by_node);
    for (uint32_t i = 0; i < *n; i++)
        if (i == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    *n = kept < RULE_EVIDENCE_MAX ? kept : RULE_EVIDENCE_MAX;
    cg_node *out = cg_arena_alloc(&f->out->arena, ((size_t)*n + 1) * sizeof *out);
    if (out && *n)
        memcpy(out, list, *n * sizeof *out);
    return out;
}

static cg_rel *settle_rels(finder *f, cg_rel *list, uint32_t *n)
{
    uint32_t kept = 0;
    if (*n)
        qsort_r(list, *n, sizeof *list, by_rel, f->g);
    for (uint32_t i = 0; i < *n; i++)
        if (i == 0 || list[i] != list[kept - 1])
            list[kept++] = list[i];
    *n = kept < RULE_EVIDENCE_MAX ? kept : RULE_EVIDENCE_MAX;
    cg_rel *out = cg_arena_alloc(&f->out->arena, ((size_t)*n + 1) * sizeof *out);
    if (out && *n)
        memcpy(out, list, *n * sizeof *out);
    return out;
}

typedef struct extent {
    size_t node_end, rel_end;
} extent;

/* One fact from rows of the same node or pair: certain when one of them is, as likely as the likeliest, proven by all of them. */
static int32_t settle(finder *f, const row *rows, const extent *ends, size_t from, size_t to)
{
    rule_fact fact = { .rule = f->e, .a = rows[from].a, .b = rows[from].b, .conditional = true };
    CG_VEC(cg_node) nodes = { 0 };
    CG_VEC(cg_rel) rels = { 0 };
    int32_t rc = CSPM_OK;
    for (size_t i = from; rc == CSPM_OK && i < to; i++) {
        const row *r = &rows[i];
        size_t n = ends[r->order].node_end - r->first_node, m = ends[r->order].rel_end - r->first_rel;
        fact.conditional &= r->conditional;
        fact.likelihood = r->likelihood > fact.likelihood ? r->likelihood : fact.likelihood;
        if (r->note.data && (!fact.note.data || cg_str_cmp(r->note, fact.note) < 0))
            fact.note = r->note;
        if (!cg_vec_reserve(f->mem, &nodes, n) || !cg_vec_reserve(f->mem, &rels, m)) {
            rc = cg_nomem(f->mem, f->err);
            break;
        }
        if (n)
            memcpy(nodes.data + nodes.count, f->nodes.data + r->first_node, n * sizeof *nodes.data);
        if (m)
            memcpy(rels.data + rels.count, f->rels.data + r->first_rel, m * sizeof *rels.data);
        nodes.count += n;
        rels.count += m;
    }
    fact.n_nodes = (uint32_t)nodes.count;
    fact.n_rels = (uint32_t)rels.count;
    if (rc == CSPM_OK) {
        fact.nodes = settle_nodes(f, nodes.data, &fact.n_nodes);
        fact.rels = settle_rels(f, rels.data, &fact.n_rels);
        if (!fact.nodes || !fact.rels || !cg_vec_push(f->mem, &f->out->list, fact))
            rc = cg_nomem(f->mem, f->err);
    }
    cg_vec_free(f->mem, &nodes);
    cg_vec_free(f->mem, &rels);
    return rc;
}

static int32_t settle_all(finder *f, cspm_op *op)
{
    size_t n = f->rows.count;
    uint32_t work = 0;
    extent *ends = cg_alloc_array(f->mem, n ? n : 1, sizeof *ends);
    int32_t rc = ends ? CSPM_OK : cg_nomem(f->mem, f->err);
    for (size_t i = 0; rc == CSPM_OK && i < n; i++)
        ends[i] = (extent){ i + 1 < n ? f->rows.data[i + 1].first_node : f->nodes.count,
                            i + 1 < n ? f->rows.data[i + 1].first_rel : f->rels.count };
    if (rc == CSPM_OK)
        rc = cg_sort(f->rows.data, n, sizeof *f->rows.data, by_pair, op, f->mem, f->err);
    for (size_t i = 0, end; rc == CSPM_OK && i < n; i = end) {
        for (end = i + 1; end < n && f->rows.data[end].a == f->rows.data[i].a && f->rows.data[end].b == f->rows.data[i].b;)
            end++;
        rc = settle(f, f->rows.data, ends, i, end);
        if (rc == CSPM_OK && CG_OP_DUE(work))
            rc = cg_op_check(op, f->mem, f->err);
    }
    cg_free(f->mem, ends);
    return rc;
}

int32_t rule_find(const rule_entry *e, cg_graph *g, int64_t now, cspm_op *op, rule_facts *out, cspm_error **err)
{
    finder f = { .e = e, .mem = cg_graph_mem(g), .g = g, .out = out, .err = err };
    int32_t rc = cg_op_check(op, f.mem, err);
    if (rc == CSPM_OK)
        rc = e->rule.pattern ? run_pattern(&f, now, op) : run_labels(&f, op);
    if (rc == CSPM_OK)
        rc = settle_all(&f, op);
    cg_vec_free(f.mem, &f.rows);
    cg_vec_free(f.mem, &f.nodes);
    cg_vec_free(f.mem, &f.rels);
    return rc;
}
