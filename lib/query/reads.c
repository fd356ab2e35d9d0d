/* What a query reads, and what it reads in a way that more data could turn from true to false (for ordering rules into strata).
 *
 * Positive: patterns of MATCH, and predicates joined by AND and OR. Everything else counts as negated: NOT, XOR, OPTIONAL MATCH,
 * aggregates, ORDER BY, SKIP, LIMIT, CASE, IS NULL, comparisons of subqueries, and all clauses before an aggregate. */
#include "query/compile.h"

typedef struct reader {
    q_context *c;
    bool *read[3], *negated[3]; /* by name index; [cg_names] */
    bool any_kind, any_label, negated_any;
} reader;

static void note(reader *w, cg_names which, uint32_t name, bool negative)
{
    w->read[which][name] = true;
    if (negative)
        w->negated[which][name] = true;
}

static void walk_regular(reader *w, const q_regular *r, bool negative);
static void walk_pattern(reader *w, const q_pattern *p, bool negative);
static void walk(reader *w, const q_expr *e, bool negative);

static void walk_labels(reader *w, const q_labels *l, bool negative)
{
    if (l->kind == QL_NAME) {
        /* A label test may stand on a node or on a relationship. */
        note(w, CG_NAMES_LABEL, l->name, negative);
        cg_query *q = w->c->q;
        for (size_t i = 0; i < q->names.count; i++) {
            if (q->names.data[i].which == CG_NAMES_KIND && cg_str_eq(q->names.data[i].text, q->names.data[l->name].text))
                note(w, CG_NAMES_KIND, (uint32_t)i, negative);
        }
    }
    if (l->kind == QL_ANY) {
        w->any_label = true;
        w->negated_any = w->negated_any || negative;
    }
    for (uint32_t i = 0; i < l->n; i++)
        walk_labels(w, l->items[i], negative || l->kind == QL_NOT);
}

static bool reads_everything(const q_expr *e)
{
    static const char *const names[] = { "labels", "keys", "properties" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (cg_str_eq_nocase(e->name, cg_str_from(names[i])))
            return true;
    }
    return false;
}

static void walk_sub(reader *w, const q_sub *sub, bool negative)
{
    if (sub->query)
        walk_regular(w, sub->query, negative);
    else
        walk_pattern(w, sub->pattern, negative);
    if (sub->collect)
        walk(w, sub->collect, negative);
}

static void walk(reader *w, const q_expr *e, bool negative)
{
    bool positive = e->kind == X_AND || e->kind == X_OR || e->kind == X_LABEL || e->kind == X_EXISTS || e->kind == X_VAR ||
                    e->kind == X_PROP || e->kind == X_LITERAL || e->kind == X_PARAM || e->kind == X_ANY || e->kind == X_LIST;
    bool inner = negative || !positive;
    if (e->kind == X_PROP)
        note(w, CG_NAMES_KEY, e->index, negative);
    if (e->kind == X_LABEL)
        walk_labels(w, e->labels, negative);
    if (e->kind == X_CALL && reads_everything(e)) {
        w->any_label = true;
        w->negated_any = w->negated_any || negative;
    }
    if (e->sub)
        walk_sub(w, e->sub, inner);
    for (uint32_t i = 0; i < e->n; i++) {
        if (e->args[i])
            walk(w, e->args[i], inner);
    }
}

static void walk_pattern(reader *w, const q_pattern *p, bool negative)
{
    for (uint32_t i = 0; i < p->n; i++) {
        const q_path_pat *path = p->paths[i];
        bool inner = negative || path->kind != Q_PATH_PLAIN; /* a new edge may replace the shortest path */
        for (uint32_t k = 0; k < path->n_rels; k++) {
            const q_rel_pat *r = path->rels[k];
            for (uint32_t t = 0; t < r->n_types; t++)
                note(w, CG_NAMES_KIND, r->types[t], inner);
            bool any = !r->n_types;
            for (uint32_t t = 0; t < r->n_types; t++)
                any = any || q_is_builtin_set(w->c->q->names.data[r->types[t]].text);
            if (any) {
                w->any_kind = true;
                w->negated_any = w->negated_any || inner;
            }
            if (r->step_filter)
                walk(w, r->step_filter, inner);
        }
    }
    for (uint32_t i = 0; i < p->n_conjuncts; i++)
        walk(w, p->conjuncts[i], negative);
}

static void walk_projection(reader *w, const q_projection *p, bool negative)
{
    for (uint32_t i = 0; i < p->n_items; i++)
        walk(w, p->items[i].expr, negative || p->items[i].expr->has_agg);
    for (uint32_t i = 0; i < p->n_order; i++)
        walk(w, p->order[i].expr, true);
    if (p->where)
        walk(w, p->where, negative);
}

static void walk_single(reader *w, const q_single *s, bool negative)
{
    uint32_t settled = 0; /* clauses before this one feed an aggregate, a limit or a skip */
    for (uint32_t i = 0; i < s->n; i++) {
        const q_projection *p = s->clauses[i]->proj;
        if (p && (p->aggregate || p->skip || p->limit))
            settled = i + 1;
    }
    for (uint32_t i = 0; i < s->n; i++) {
        const q_clause *c = s->clauses[i];
        bool inner = negative || i < settled || c->optional;
        if (c->pattern)
            walk_pattern(w, c->pattern, inner);
        if (c->list)
            walk(w, c->list, inner);
        if (c->sub)
            walk_sub(w, c->sub, inner);
        if (c->proj)
            walk_projection(w, c->proj, inner);
    }
}

static void walk_regular(reader *w, const q_regular *r, bool negative)
{
    for (uint32_t i = 0; i < r->n; i++)
        walk_single(w, r->parts[i], negative);
}

static const cg_str *gather(q_context *c, const bool *flags, cg_names which, uint32_t *n)
{
    cg_query *q = c->q;
    cg_str *out = q_alloc(c, q->names.count, sizeof *out);
    *n = 0;
    for (size_t i = 0; out && i < q->names.count; i++) {
        if (q->names.data[i].which != which || !flags[i])
            continue;
        uint32_t k = (*n)++;
        for (; k > 0 && cg_str_cmp(out[k - 1], q->names.data[i].text) > 0; k--)
            out[k] = out[k - 1];
        out[k] = q->names.data[i].text;
    }
    return out;
}

int32_t q_find_reads(q_context *c)
{
    reader w = { .c = c };
    cg_query_reads *reads = &c->q->reads;
    for (int i = 0; i < 3; i++) {
        w.read[i] = q_alloc(c, c->q->names.count, sizeof(bool));
        w.negated[i] = q_alloc(c, c->q->names.count, sizeof(bool));
    }
    if (c->status < 0)
        return c->status;
    walk_regular(&w, c->q->root, false);
    reads->labels = gather(c, w.read[CG_NAMES_LABEL], CG_NAMES_LABEL, &reads->n_labels);
    reads->kinds = gather(c, w.read[CG_NAMES_KIND], CG_NAMES_KIND, &reads->n_kinds);
    reads->keys = gather(c, w.read[CG_NAMES_KEY], CG_NAMES_KEY, &reads->n_keys);
    reads->negated_labels = gather(c, w.negated[CG_NAMES_LABEL], CG_NAMES_LABEL, &reads->n_negated_labels);
    reads->negated_kinds = gather(c, w.negated[CG_NAMES_KIND], CG_NAMES_KIND, &reads->n_negated_kinds);
    reads->any_kind = w.any_kind;
    reads->any_label = w.any_label;
    reads->negated_any = w.negated_any;
    return c->status;
}
