/* Paths, counts and choke points between two sets, without scores, types or fixes. */
#include "analysis/run.h"

#include <stdlib.h>

#include "graph/layer.h"

enum { MOST_CHOKES = 1000 };

typedef struct between_run {
    cg_run_state r;
    cg_view *view;
    cg_path_request requests[CG_N_GROUPS];
    cg_core *cores[CG_N_GROUPS];
    uint32_t truncated;
} between_run;

static void end(between_run *b)
{
    for (int which = 0; which < CG_N_GROUPS; which++)
        cg_core_free(b->cores[which]);
    if (b->view)
        cg_view_free(b->view);
    cg_scope_free(&b->r.scope);
}

static int32_t build_core(between_run *b, int which, cspm_op *op, cspm_error **err)
{
    const cg_scope *s = &b->r.scope;
    if (!s->entries[which].count || !s->targets.count || !s->max_hops[which])
        return CSPM_OK;
    b->requests[which] = (cg_path_request){
        .entries = s->entries[which].data,
        .n_entries = (uint32_t)s->entries[which].count,
        .targets = s->targets.data,
        .n_targets = (uint32_t)s->targets.count,
        .waypoints = s->waypoints.data,
        .n_waypoints = (uint32_t)s->waypoints.count,
        .max_length = s->max_hops[which],
        .k = s->o.top,
        .max_enumerated = s->o.max_paths,
        .max_work = s->o.max_work,
        .alpha = s->alpha,
        .beta = s->beta,
    };
    return cg_core_build(b->view, &b->requests[which], op, &b->cores[which], err);
}

static int32_t begin(between_run *b, cg_graph *g, cg_ruleset *rules, const cg_request *request, cspm_op *op, cspm_error **err)
{
    *b = (between_run){ 0 };
    if (!request->sets[CG_SET_ENTRIES].count || !request->sets[CG_SET_TARGETS].count)
        return cg_fail(cg_graph_mem(g), err, CSPM_E_INVALID, "a search between two sets needs nodes to start from and nodes to reach");
    int32_t rc = cg_scope_init(&b->r.scope, g, rules, request, true, op, err);
    if (rc != CSPM_OK)
        return rc;
    b->truncated = b->r.scope.truncated;
    cg_op_phase(op, CSPM_PHASE_SEARCH, 0);
    rc = cg_run_index_rules(&b->r, err);
    if (rc == CSPM_OK)
        rc = cg_view_build(g, &b->r.scope.view, op, &b->view, err);
    for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++)
        rc = build_core(b, which, op, err);
    if (rc != CSPM_OK)
        end(b);
    return rc;
}

static int by_cost(const void *a, const void *b)
{
    const struct cg_between_path *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost < y->cost ? -1 : 1;
    if (x->n_steps != y->n_steps)
        return x->n_steps < y->n_steps ? -1 : 1;
    for (uint32_t i = 0; i < x->n_steps; i++) {
        if (x->steps[i].from != y->steps[i].from)
            return x->steps[i].from < y->steps[i].from ? -1 : 1;
        if (x->steps[i].to != y->steps[i].to)
            return x->steps[i].to < y->steps[i].to ? -1 : 1;
    }
    return 0;
}

static int32_t make_path(between_run *b, cg_between *out, const cg_found *f, bool from_internet, struct cg_between_path *path,
                         cspm_error **err)
{
    cg_product p;
    *path = (struct cg_between_path){ .cost = f->edge_cost, .conditional = f->conditional };
    path->from = f->nodes[0];
    path->to = f->nodes[f->n_hops];
    int32_t rc = cg_steps_make(&b->r, &out->arena, f->nodes, f->rels, f->n_hops, from_internet, &path->steps, &path->n_steps, err);
    cg_product_init(&p);
    for (uint32_t i = 0; i < path->n_steps && rc == CSPM_OK; i++)
        cg_product_mul(&p, path->steps[i].conditional ? cg_millionths_mul(path->steps[i].likelihood, b->r.scope.view.conditional_factor)
                                                      : path->steps[i].likelihood);
    path->likelihood = cg_product_get(&p) / 1e6;
    return rc;
}

static int32_t take_group(between_run *b, int which, cg_between *out, size_t *capacity, cspm_op *op, cspm_error **err)
{
    cg_found_list list = { 0 };
    if (!b->cores[which])
        return CSPM_OK;
    int32_t rc = cg_paths_best(b->cores[which], b->r.scope.o.top, op, &list, err);
    if (cg_soften(&rc, &out->truncated, err) || rc != CSPM_OK)
        goto done;
    out->truncated |= list.truncated & ~(uint32_t)CSPM_TRUNCATED_ROWS; /* as many as were asked for */
    size_t want = out->n_paths + list.paths.count + 1;
    if (want > *capacity) {
        void *more = cg_resize_array(out->mem, out->paths, want, sizeof *out->paths);
        if (!more) {
            rc = cg_nomem(out->mem, err);
            goto done;
        }
        out->paths = more;
        *capacity = want;
    }
    for (size_t i = 0; i < list.paths.count && rc == CSPM_OK; i++)
        rc = make_path(b, out, &list.paths.data[i], which == CG_FROM_INTERNET, &out->paths[out->n_paths++], err);
done:
    cg_found_list_free(&list);
    return rc;
}

int32_t cg_paths_between(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, cg_between **out, cspm_error **err)
{
    between_run b;
    size_t capacity = 0;
    *out = NULL;
    int32_t rc = begin(&b, derived, rules, request, op, err);
    if (rc != CSPM_OK)
        return rc;
    cg_between *found = cg_calloc(b.r.scope.mem, 1, sizeof *found);
    if (!found) {
        rc = cg_nomem(b.r.scope.mem, err);
        goto done;
    }
    found->mem = cg_mem_ref(b.r.scope.mem);
    found->truncated = b.truncated;
    cg_arena_init(&found->arena, found->mem);
    for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++)
        rc = take_group(&b, which, found, &capacity, op, err);
    if (rc != CSPM_OK) {
        cg_between_free(found);
        goto done;
    }
    if (found->n_paths > 1)
        qsort(found->paths, found->n_paths, sizeof *found->paths, by_cost);
    if (found->n_paths > b.r.scope.o.top)
        found->n_paths = b.r.scope.o.top;
    *out = found;
done:
    end(&b);
    return rc;
}

void cg_between_free(cg_between *b)
{
    if (!b)
        return;
    cg_mem *mem = b->mem;
    cg_free(mem, b->paths);
    cg_arena_free(&b->arena);
    cg_free(mem, b);
    cg_mem_unref(mem);
}

int32_t cg_paths_count_between(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, uint64_t *count,
                               bool *estimated, cspm_error **err)
{
    between_run b;
    *count = 0;
    *estimated = false;
    int32_t rc = begin(&b, derived, rules, request, op, err);
    if (rc != CSPM_OK)
        return rc;
    for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++) {
        uint64_t n = 0, exact;
        uint32_t truncated = 0;
        if (!b.cores[which])
            continue;
        rc = cg_core_predict(b.cores[which], op, &n, err);
        if (rc != CSPM_OK)
            break;
        bool guess = n > b.r.scope.o.max_paths;
        if (!guess) {
            rc = cg_paths_count(b.cores[which], op, &exact, NULL, &truncated, err);
            guess = cg_soften(&rc, &truncated, err) || truncated;
        }
        *estimated |= guess;
        n = guess ? n : exact;
        *count = *count > UINT64_MAX - n ? UINT64_MAX : *count + n;
    }
    end(&b);
    return rc;
}

/* Chokes of both ways in, the list kept apart from the cores it came from. */
int32_t cg_chokes_collect(cg_graph *g, cg_ruleset *rules, const cg_request *request, cspm_op *op, cg_choke_list *out, cspm_error **err)
{
    between_run b;
    int32_t rc = begin(&b, g, rules, request, op, err);
    if (rc != CSPM_OK)
        return rc;
    *out = (cg_choke_list){ .mem = b.r.scope.mem };
    const cg_core *core = b.cores[CG_FROM_INSIDE] ? b.cores[CG_FROM_INSIDE] : b.cores[CG_FROM_INTERNET];
    if (core)
        rc = cg_paths_chokes(core, MOST_CHOKES, op, out, err);
    end(&b);
    return rc;
}
