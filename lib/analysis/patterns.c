/* Pattern rows and choke points of a run. */
#include "analysis/run.h"

#include <stdlib.h>

#include "base/intern.h"
#include "base/sort.h"

enum { MAX_CHOKES = 20 };

typedef CG_VEC(cg_pattern_row) rows;

static void write_label(cg_buf *b, const cg_graph *g, uint32_t label)
{
    cg_buf_str(b, label == CG_NO_NAME ? CG_STR("Node") : cg_name_get(g, CG_NAMES_LABEL, label));
}

static void write_signature(cg_buf *b, const cg_graph *g, const cg_pattern *p, bool from_internet)
{
    if (from_internet) {
        cg_buf_adds(b, "Internet>");
        cg_buf_adds(b, CG_INTERNET_KIND);
        cg_buf_char(b, '>');
    }
    write_label(b, g, p->labels[0]);
    for (uint32_t i = 0; i < p->n_hops; i++) {
        cg_buf_char(b, '>');
        cg_buf_str(b, cg_name_get(g, CG_NAMES_KIND, p->kinds[i]));
        cg_buf_char(b, '>');
        write_label(b, g, p->labels[i + 1]);
    }
}

static int32_t copy_nodes(cg_run_state *r, const cg_node *from, uint32_t n, const cg_node **out, cspm_error **err)
{
    cg_node *copy = cg_arena_alloc(r->text, ((size_t)n + 1) * sizeof *copy);
    if (!copy)
        return cg_nomem(r->scope.mem, err);
    if (n)
        memcpy(copy, from, n * sizeof *copy);
    *out = copy;
    return CSPM_OK;
}

/* The exemplar as a triple, for its type, title and score. */
static int32_t exemplar_triple(cg_run_state *r, const cg_search_group *group, const cg_found *f, bool from_internet, cg_triple *t,
                               cspm_error **err)
{
    const cg_endpoint *entry = &group->request.entries[f->entry], *target = &group->request.targets[f->target];
    uint64_t *bits = cg_arena_alloc(&r->scope.arena, (2 * (size_t)r->types.words + 1) * sizeof *bits);
    if (!bits)
        return cg_nomem(r->scope.mem, err);
    cg_types_of_entry(&r->types, &r->scope, entry->node, bits);
    cg_types_of_target(&r->types, &r->scope, target->node, bits + r->types.words);
    *t = (cg_triple){ .entry = entry->node, .target = target->node, .from_internet = from_internet, .n_hops = f->n_hops, .cost = f->cost };
    t->type = cg_types_match(&r->types, r->scope.g, bits, bits + r->types.words, f->rels, f->n_hops);
    t->nodes = f->nodes;
    t->rels = f->rels;
    cg_triple_score(t, &r->scope, entry->factor, target->factor);
    return CSPM_OK;
}

static int32_t make_row(cg_run_state *r, const cg_search_group *group, const cg_pattern *p, bool from_internet, cg_pattern_row *row,
                        cspm_error **err)
{
    cg_triple t;
    cg_buf b;
    char hex[65];
    int32_t rc = exemplar_triple(r, group, &p->exemplar, from_internet, &t, err);
    if (rc != CSPM_OK)
        return rc;
    *row = (cg_pattern_row){ .count = p->count, .cost = p->cost, .n_entries = p->n_entries, .n_targets = p->n_targets, .twins = p->twins };
    row->from_internet = from_internet;
    row->n_hops = p->n_hops;
    row->score = t.tenths / 10.0;
    row->level = cg_level_of(r->scope.risk, row->score);
    cg_buf_init(&b, r->scope.mem, 0);
    cg_type_write(r, &t, &b);
    cg_str type = cg_arena_text(&r->scope.arena, &b);
    cg_triple_id(r->scope.g, type, t.entry, t.target, &b, row->exemplar);
    cg_buf_clear(&b);
    write_signature(&b, r->scope.g, p, from_internet);
    row->signature = cg_arena_text(r->text, &b);
    row->title = cg_path_title(r, &t);
    cg_buf_free(&b);
    if (!type.data || !row->signature.data || !row->title.data)
        return cg_nomem(r->scope.mem, err);
    cg_sha256_hex(row->signature.data, row->signature.length, hex);
    memcpy(row->id, hex, 16);
    row->id[16] = 0;
    rc = copy_nodes(r, p->entries, p->n_entries, &row->entries, err);
    if (rc == CSPM_OK)
        rc = copy_nodes(r, p->targets, p->n_targets, &row->targets, err);
    return rc == CSPM_OK ? cg_steps_make(r, r->text, t.nodes, t.rels, t.n_hops, from_internet, &row->steps, &row->n_steps, err) : rc;
}

static int by_rank(const void *a, const void *b)
{
    const cg_pattern_row *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    if (x->n_hops != y->n_hops)
        return x->n_hops < y->n_hops ? -1 : 1;
    return cg_str_cmp(x->signature, y->signature);
}

static int32_t rows_of_group(cg_run_state *r, int which, rows *out, cspm_op *op, cspm_error **err)
{
    const cg_search_group *group = &r->search.groups[which];
    cg_pattern_list list = { 0 };
    cg_pattern_row row;
    if (!group->core)
        return CSPM_OK;
    int32_t rc = cg_paths_patterns(group->core, r->scope.o.top, op, &list, err);
    if (cg_soften(&rc, &r->a->truncated, err) || rc != CSPM_OK)
        goto done;
    r->a->truncated |= list.truncated & ~(uint32_t)CSPM_TRUNCATED_ROWS; /* `top` is what was asked for */
    for (size_t i = 0; i < list.patterns.count && rc == CSPM_OK; i++) {
        const cg_pattern *p = &list.patterns.data[i];
        if (p->n_hops > r->scope.max_hops[which])
            continue;
        rc = make_row(r, group, p, which == CG_FROM_INTERNET, &row, err);
        if (rc == CSPM_OK && !cg_vec_push(r->scope.mem, out, row))
            rc = cg_nomem(r->scope.mem, err);
    }
done:
    cg_pattern_list_free(&list);
    return rc;
}

int32_t cg_run_patterns(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    rows v = { 0 };
    int32_t rc = CSPM_OK;
    for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++)
        rc = rows_of_group(r, which, &v, op, err);
    if (rc != CSPM_OK)
        goto done;
    if ((rc = cg_sort(v.data, v.count, sizeof *v.data, by_rank, op, r->scope.mem, err)) != CSPM_OK)
        goto done;
    if (v.count > r->scope.o.top)
        v.count = r->scope.o.top;
    cg_pattern_row *kept = cg_arena_alloc(r->text, (v.count + 1) * sizeof *kept);
    if (!kept) {
        rc = cg_nomem(r->scope.mem, err);
        goto done;
    }
    if (v.count)
        memcpy(kept, v.data, v.count * sizeof *kept);
    r->a->patterns = kept;
    r->a->n_patterns = (uint32_t)v.count;
done:
    cg_vec_free(r->scope.mem, &v);
    return rc;
}

static int by_endpoint(const void *a, const void *b)
{
    cg_node x = ((const cg_endpoint *)a)->node, y = ((const cg_endpoint *)b)->node;
    return x < y ? -1 : x > y;
}

/* All entries on one core. Where both kinds are there the longer limit holds for all. */
static int32_t join_groups(cg_run_state *r, cg_endpoint_vec *entries, cspm_op *op, cg_core **out, cspm_error **err)
{
    cg_path_request request = r->search.groups[CG_FROM_INSIDE].request;
    for (int which = 0; which < CG_N_GROUPS; which++)
        for (size_t i = 0; i < r->search.groups[which].entries.count; i++)
            if (!cg_vec_push(r->scope.mem, entries, r->search.groups[which].entries.data[i]))
                return cg_nomem(r->scope.mem, err);
    qsort(entries->data, entries->count, sizeof *entries->data, by_endpoint);
    request.entries = entries->data;
    request.n_entries = (uint32_t)entries->count;
    return cg_core_build(r->search.view, &request, op, out, err);
}

int32_t cg_run_chokes(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    cg_core *outside = r->search.groups[CG_FROM_INTERNET].core, *inside = r->search.groups[CG_FROM_INSIDE].core, *joined = NULL;
    cg_endpoint_vec entries = { 0 };
    cg_choke_list list = { .mem = r->scope.mem };
    int32_t rc = CSPM_OK;
    if (outside && !r->scope.max_hops[CG_FROM_INTERNET])
        outside = NULL; /* single nodes only: nothing lies between */
    if (outside && inside)
        rc = join_groups(r, &entries, op, &joined, err);
    const cg_core *core = joined ? joined : outside ? outside : inside;
    if (rc == CSPM_OK && core)
        rc = cg_paths_chokes(core, MAX_CHOKES, op, &list, err);
    if (cg_soften(&rc, &r->a->truncated, err) || rc != CSPM_OK)
        goto done;
    cg_choke *kept = cg_arena_alloc(r->text, (list.chokes.count + 1) * sizeof *kept);
    if (!kept) {
        rc = cg_nomem(r->scope.mem, err);
        goto done;
    }
    if (list.chokes.count)
        memcpy(kept, list.chokes.data, list.chokes.count * sizeof *kept);
    r->a->chokes = kept;
    r->a->n_chokes = (uint32_t)list.chokes.count;
done:
    cg_choke_list_free(&list);
    cg_core_free(joined);
    cg_vec_free(r->scope.mem, &entries);
    return rc;
}
