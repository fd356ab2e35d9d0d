/* One search over cores: the best path of every (type, entry, target). Run once for the answer and again, with facts taken away, for each
 * fix. */
#include "analysis/run.h"

#include <stdlib.h>

#include "analysis/search.h"
#include "base/sort.h"
#include "graph/layer.h"

/* Per-pair counters are one array of entries times targets; beyond this many each listed pair is counted on its own. */
#define MOST_PAIRS ((uint64_t)1 << 22)
#define PAIR_BUDGET 200000u

static bool in_nodes(const cg_node *sorted, uint32_t n, cg_node wanted)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (sorted[mid] < wanted)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && sorted[low] == wanted;
}

/* An entry whose exposure is taken away is still an entry when it was named, or when breach is assumed and its labels allow it. */
static bool stays_inside(const cg_scope *s, cg_node n)
{
    if (s->request->sets[CG_SET_ENTRIES].count)
        return true;
    for (uint32_t i = 0; s->o.assume_breach && i < s->risk->n_breach_labels; i++)
        if (cg_has_label_named(s->g, n, s->risk->breach_labels[i]))
            return true;
    return false;
}

static int by_node(const void *a, const void *b)
{
    cg_node x = ((const cg_endpoint *)a)->node, y = ((const cg_endpoint *)b)->node;
    return x < y ? -1 : x > y;
}

int32_t cg_search_entries(cg_search *x, const cg_scope *s, const cg_removal *removal, cspm_error **err)
{
    cg_endpoint_vec *inside = &x->groups[CG_FROM_INSIDE].entries;
    for (int group = 0; group < CG_N_GROUPS; group++)
        for (size_t i = 0; i < s->entries[group].count; i++) {
            cg_endpoint e = s->entries[group].data[i];
            cg_endpoint_vec *to = &x->groups[group].entries;
            if (group == CG_FROM_INTERNET && removal && in_nodes(removal->entries, removal->n_entries, e.node)) {
                if (!stays_inside(s, e.node))
                    continue;
                e.factor = s->risk->exposure_assume_breach ? s->risk->exposure_assume_breach : 1000000;
                e.reads_only = false;
                to = inside;
            }
            if (!cg_vec_push(x->mem, to, e))
                return cg_nomem(x->mem, err);
        }
    if (inside->count > 1)
        qsort(inside->data, inside->count, sizeof *inside->data, by_node);
    return CSPM_OK;
}

static void fill_request(cg_search_group *group, const cg_scope *s, uint32_t max_hops)
{
    group->request = (cg_path_request){
        .entries = group->entries.data,
        .n_entries = (uint32_t)group->entries.count,
        .targets = s->targets.data,
        .n_targets = (uint32_t)s->targets.count,
        .waypoints = s->waypoints.data,
        .n_waypoints = (uint32_t)s->waypoints.count,
        .max_length = max_hops ? max_hops : 1,
        .k = s->o.top,
        .max_enumerated = s->o.max_paths,
        .max_work = s->o.max_work,
        .alpha = s->alpha,
        .beta = s->beta,
    };
}

int cg_triple_cmp(const cg_graph *g, const cg_triple *a, const cg_found *b)
{
    if (a->cost != b->cost)
        return a->cost < b->cost ? -1 : 1;
    if (a->n_hops != b->n_hops)
        return a->n_hops < b->n_hops ? -1 : 1;
    for (uint32_t i = 0; i <= a->n_hops; i++)
        if (a->nodes[i] != b->nodes[i])
            return a->nodes[i] < b->nodes[i] ? -1 : 1;
    for (uint32_t i = 0; i < a->n_hops; i++)
        if (a->rels[i] != b->rels[i])
            return cg_rel_cmp(g, a->rels[i], b->rels[i]);
    return 0;
}

int32_t cg_triple_take(cg_search *x, cg_triple *t, const cg_found *f, cspm_error **err)
{
    if (!t->nodes || t->n_hops < f->n_hops) { /* a better path may be longer; the old room is left to the arena */
        t->nodes = cg_arena_alloc(&x->arena, (f->n_hops + 1) * sizeof *t->nodes);
        t->rels = cg_arena_alloc(&x->arena, (f->n_hops + 1) * sizeof *t->rels);
        if (!t->nodes || !t->rels)
            return cg_nomem(x->mem, err);
    }
    memcpy(t->nodes, f->nodes, (f->n_hops + 1) * sizeof *t->nodes);
    if (f->n_hops)
        memcpy(t->rels, f->rels, f->n_hops * sizeof *t->rels);
    t->n_hops = f->n_hops;
    t->cost = f->cost;
    t->conditional = f->conditional;
    return CSPM_OK;
}

void cg_triple_score(cg_triple *t, const cg_scope *s, uint32_t exposure, uint32_t impact)
{
    cg_product p;
    cg_product_init(&p);
    for (uint32_t i = 0; i < t->n_hops; i++) {
        uint32_t likelihood = cg_rel_likelihood(s->g, t->rels[i]);
        if (cg_rel_conditional(s->g, t->rels[i]))
            likelihood = cg_millionths_mul(likelihood, s->view.conditional_factor);
        cg_product_mul(&p, likelihood);
    }
    t->edges = cg_product_get(&p);
    cg_product_mul(&p, exposure);
    t->likelihood = cg_product_get(&p);
    t->tenths = cg_risk_tenths(impact, t->likelihood, s->alpha, s->beta);
}

static int by_score(const void *a, const void *b)
{
    const cg_triple *x = a, *y = b;
    if (x->tenths != y->tenths)
        return x->tenths > y->tenths ? -1 : 1;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    if (x->n_hops != y->n_hops)
        return x->n_hops < y->n_hops ? -1 : 1;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return x->type < y->type ? -1 : x->type > y->type;
}

static uint32_t factor_of(const cg_endpoint_vec *v, cg_node n)
{
    cg_endpoint wanted = { .node = n };
    const cg_endpoint *found = bsearch(&wanted, v->data, v->count, sizeof *v->data, by_node);
    return found ? found->factor : 1;
}

static int32_t run_group(cg_search *x, const cg_scope *s, const cg_types *t, int which, cspm_op *op, cspm_error **err)
{
    cg_search_group *group = &x->groups[which];
    size_t before = x->triples.count;
    if (!group->entries.count || !s->targets.count)
        return CSPM_OK;
    fill_request(group, s, s->max_hops[which]);
    int32_t rc = cg_core_build(x->view, &group->request, op, &group->core, err);
    if (cg_soften(&rc, &x->truncated, err) || rc != CSPM_OK) {
        x->estimated = true;
        return rc;
    }
    rc = cg_core_predict(group->core, op, &group->walks, err);
    if (cg_soften(&rc, &x->truncated, err))
        group->walks = UINT64_MAX;
    if (rc == CSPM_OK)
        rc = cg_search_collect(x, s, t, which, op, err);
    uint32_t ticks = 0;
    for (size_t i = before; rc == CSPM_OK && i < x->triples.count; i++) {
        cg_triple *triple = &x->triples.data[i];
        if (CG_OP_DUE(ticks))
            rc = cg_op_check(op, x->mem, err);
        cg_triple_score(triple, s, factor_of(&group->entries, triple->entry), factor_of(&s->targets, triple->target));
    }
    return rc;
}

int32_t cg_search_run(cg_search *out, const cg_scope *s, const cg_types *t, const cg_removal *removal, cspm_op *op, cspm_error **err)
{
    *out = (cg_search){ .mem = s->mem };
    cg_arena_init(&out->arena, s->mem);
    cg_view_options view = s->view;
    if (removal) {
        view.hidden_rels = removal->rels;
        view.n_hidden_rels = removal->n_rels;
    }
    int32_t rc = cg_search_entries(out, s, removal, err);
    if (rc == CSPM_OK)
        rc = cg_view_build(s->g, &view, op, &out->view, err);
    if (cg_soften(&rc, &out->truncated, err))
        out->estimated = true;
    else
        for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++)
            rc = run_group(out, s, t, which, op, err);
    if (rc == CSPM_OK)
        rc = cg_sort(out->triples.data, out->triples.count, sizeof *out->triples.data, by_score, op, s->mem, err);
    if (rc != CSPM_OK)
        cg_search_free(out);
    return rc;
}

void cg_search_free(cg_search *x)
{
    for (int which = 0; which < CG_N_GROUPS; which++) {
        cg_core_free(x->groups[which].core);
        cg_vec_free(x->mem, &x->groups[which].entries);
        cg_free(x->mem, x->groups[which].per_pair);
    }
    if (x->view)
        cg_view_free(x->view);
    cg_vec_free(x->mem, &x->triples);
    cg_arena_free(&x->arena);
    *x = (cg_search){ .mem = x->mem };
}

static uint32_t index_of(const cg_endpoint *v, uint32_t n, cg_node node)
{
    cg_endpoint wanted = { .node = node };
    return (uint32_t)((const cg_endpoint *)bsearch(&wanted, v, n, sizeof *v, by_node) - v);
}

/* Counts of all pairs at once, when the whole core is within the budget. */
static int32_t count_pairs(cg_search *x, const cg_scope *s, cg_search_group *group, cspm_op *op, cspm_error **err)
{
    uint64_t pairs = (uint64_t)group->request.n_entries * group->request.n_targets, total;
    uint32_t truncated = 0;
    if (group->counted)
        return CSPM_OK;
    group->counted = true;
    if (group->walks > s->o.max_paths || pairs > MOST_PAIRS)
        return CSPM_OK;
    group->per_pair = cg_calloc(x->mem, pairs, sizeof *group->per_pair);
    if (!group->per_pair)
        return cg_nomem(x->mem, err);
    int32_t rc = cg_paths_count(group->core, op, &total, group->per_pair, &truncated, err);
    if (cg_soften(&rc, &truncated, err) || truncated) {
        x->truncated |= truncated & ~(uint32_t)CSPM_TRUNCATED_WORK;
        cg_free(x->mem, group->per_pair);
        group->per_pair = NULL;
    }
    return rc;
}

static int32_t count_one(cg_search *x, const cg_scope *s, const cg_search_group *group, uint32_t e, uint32_t t, cspm_op *op,
                         uint64_t *count, bool *estimated, cspm_error **err)
{
    cg_path_request request = group->request;
    cg_core *core = NULL;
    uint32_t truncated = 0;
    request.entries += e;
    request.targets += t;
    request.n_entries = request.n_targets = 1;
    *estimated = true;
    *count = 1;
    int32_t rc = cg_core_build(x->view, &request, op, &core, err);
    if (rc == CSPM_OK)
        rc = cg_core_predict(core, op, count, err);
    if (rc == CSPM_OK && *count <= (s->o.max_paths < PAIR_BUDGET ? s->o.max_paths : PAIR_BUDGET)) {
        uint64_t exact;
        rc = cg_paths_count(core, op, &exact, NULL, &truncated, err);
        if (rc == CSPM_OK && !truncated) {
            *count = exact;
            *estimated = false;
        }
    }
    cg_soften(&rc, &x->truncated, err);
    cg_core_free(core);
    return rc;
}

int32_t cg_search_occurrences(cg_search *x, const cg_scope *s, const cg_triple *t, cspm_op *op, uint64_t *count, bool *estimated,
                              cspm_error **err)
{
    cg_search_group *group = &x->groups[t->from_internet ? CG_FROM_INTERNET : CG_FROM_INSIDE];
    uint32_t max_hops = s->max_hops[t->from_internet ? CG_FROM_INTERNET : CG_FROM_INSIDE];
    *count = 1;
    *estimated = false;
    if (!max_hops)
        return CSPM_OK; /* only the node itself */
    int32_t rc = count_pairs(x, s, group, op, err);
    if (rc != CSPM_OK)
        return rc;
    uint32_t e = index_of(group->request.entries, group->request.n_entries, t->entry);
    uint32_t target = index_of(group->request.targets, group->request.n_targets, t->target);
    if (group->per_pair)
        *count = group->per_pair[(size_t)e * group->request.n_targets + target];
    else
        rc = count_one(x, s, group, e, target, op, count, estimated, err);
    if (*count == 0)
        *count = 1; /* the path at hand is one */
    return rc;
}
