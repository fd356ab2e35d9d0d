/* One run end to end. */
#include "analysis/run.h"

static int32_t analysis_new(cg_graph *g, cg_ruleset *rules, cg_analysis **out, cspm_error **err)
{
    cg_mem *mem = cg_graph_mem(g);
    cg_analysis *a = cg_calloc(mem, 1, sizeof *a);
    if (!a)
        return cg_nomem(mem, err);
    a->mem = cg_mem_ref(mem);
    a->refs = 1;
    cg_arena_init(&a->arena, mem);
    a->derived = cg_graph_ref(g);
    a->rules = cg_ruleset_ref(rules);
    *out = a;
    return CSPM_OK;
}

cg_analysis *cg_analysis_ref(cg_analysis *a)
{
    __atomic_add_fetch(&a->refs, 1, __ATOMIC_RELAXED);
    return a;
}

void cg_analysis_unref(cg_analysis *a)
{
    if (!a || __atomic_sub_fetch(&a->refs, 1, __ATOMIC_ACQ_REL))
        return;
    cg_mem *mem = a->mem;
    if (a->graph)
        cg_graph_unref(a->graph);
    cg_graph_unref(a->derived);
    cg_ruleset_unref(a->rules);
    cg_arena_free(&a->arena);
    cg_free(mem, a);
    cg_mem_unref(mem);
}

static void count_levels(cg_run_state *r)
{
    for (size_t i = 0; i < r->search.triples.count; i++)
        r->a->by_level[cg_level_of(r->scope.risk, r->search.triples.data[i].tenths / 10.0)]++;
    r->a->n_paths = r->search.triples.count;
    r->a->estimated = r->search.estimated;
    r->a->truncated |= r->search.truncated | r->scope.truncated;
}

static int32_t list_paths(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    uint32_t n = r->search.triples.count < r->scope.o.top ? (uint32_t)r->search.triples.count : r->scope.o.top;
    cg_attack_path *paths = cg_arena_calloc(r->text, n + 1u, sizeof *paths);
    int32_t rc = paths ? CSPM_OK : cg_nomem(r->scope.mem, err);
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        const cg_triple *t = &r->search.triples.data[i];
        rc = cg_path_describe(r, t, &paths[i], err);
        if (rc == CSPM_OK)
            rc = cg_search_occurrences(&r->search, &r->scope, t, op, &paths[i].occurrences, &paths[i].occurrences_estimated, err);
        if (rc == CSPM_OK)
            r->a->estimated |= paths[i].occurrences_estimated;
    }
    r->a->truncated |= r->search.truncated;
    r->a->paths = paths;
    r->a->n_listed = rc == CSPM_OK ? n : 0;
    return rc;
}

static int32_t targets_beyond(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (int which = 0; which < CG_N_GROUPS && rc == CSPM_OK; which++) {
        uint32_t n = 0;
        if (!r->search.groups[which].core)
            continue;
        rc = cg_core_targets_beyond(r->search.groups[which].core, op, &n, err);
        cg_soften(&rc, &r->a->truncated, err);
        if (n > r->a->targets_beyond)
            r->a->targets_beyond = n;
    }
    return rc;
}

static int32_t copy_diags(cg_run_state *r, cspm_error **err)
{
    size_t n = r->scope.diags.count;
    cg_diag *diags = cg_arena_calloc(r->text, n + 1, sizeof *diags);
    if (!diags)
        return cg_nomem(r->scope.mem, err);
    for (size_t i = 0; i < n; i++) {
        diags[i] = r->scope.diags.data[i];
        diags[i].message.data = cg_arena_strndup(r->text, diags[i].message.data, diags[i].message.length);
        if (!diags[i].message.data)
            return cg_nomem(r->scope.mem, err);
    }
    r->a->diags = diags;
    r->a->n_diags = (uint32_t)n;
    return CSPM_OK;
}

static int32_t run(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    cg_analysis *a = r->a;
    a->generated_at = r->scope.o.now;
    a->max_length = r->scope.o.max_length;
    a->assume_breach = r->scope.o.assume_breach;
    a->n_entries = (uint32_t)(r->scope.entries[CG_FROM_INTERNET].count + r->scope.entries[CG_FROM_INSIDE].count);
    a->n_targets = (uint32_t)r->scope.targets.count;
    int32_t rc = cg_run_index_rules(r, err);
    if (rc == CSPM_OK)
        rc = cg_types_init(&r->types, &r->scope, err);
    if (rc != CSPM_OK)
        return rc;
    cg_op_phase(op, CSPM_PHASE_SEARCH, 0);
    rc = cg_search_run(&r->search, &r->scope, &r->types, NULL, op, err);
    if (rc != CSPM_OK)
        goto types;
    count_levels(r);
    rc = list_paths(r, op, err);
    if (rc == CSPM_OK)
        rc = cg_run_patterns(r, op, err);
    if (rc == CSPM_OK)
        rc = cg_run_chokes(r, op, err);
    if (rc == CSPM_OK)
        rc = targets_beyond(r, op, err);
    if (rc == CSPM_OK)
        rc = cg_run_fixes(r, op, err);
    if (rc == CSPM_OK)
        rc = cg_run_node_risks(r, op, err);
    if (rc == CSPM_OK)
        rc = copy_diags(r, err);
    cg_search_free(&r->search);
types:
    cg_types_free(&r->types, r->scope.mem);
    return rc;
}

int32_t cg_analyze(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, cg_analysis **out, cspm_error **err)
{
    cg_run_state r = { 0 };
    *out = NULL;
    int32_t rc = analysis_new(derived, rules, &r.a, err);
    if (rc != CSPM_OK)
        return rc;
    r.text = &r.a->arena;
    rc = cg_scope_init(&r.scope, derived, rules, request, false, op, err);
    if (rc == CSPM_OK) {
        rc = run(&r, op, err);
        cg_scope_free(&r.scope);
    } else if (rc == CSPM_E_TIMEOUT) {
        r.a->generated_at = request->options.now;
        cg_soften(&rc, &r.a->truncated, err); /* out of time before anything was found: an empty answer, marked */
    }
    if (rc == CSPM_OK && !r.a->graph)
        r.a->graph = cg_graph_ref(derived);
    if (rc == CSPM_OK)
        *out = r.a;
    else
        cg_analysis_unref(r.a);
    return rc;
}
