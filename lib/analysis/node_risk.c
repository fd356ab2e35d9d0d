/* Every node's own risk: the best score of the paths through it, and how many there are; as properties of a last layer. What no path passes
 * is a low risk as long as somebody could take a risk factor away from it, and none otherwise. */
#include "analysis/run.h"

#include "graph/layer.h"

typedef struct risks {
    uint16_t *tenths; /* by node */
    uint32_t *paths;
    uint8_t *weak; /* carries a risk factor that can be taken away */
} risks;

static void mark_weak(const cg_run_state *r, uint8_t *weak)
{
    for (uint32_t i = 0; i < cg_ruleset_n_rules(r->scope.rules); i++) {
        const cg_rule *rule = cg_ruleset_rule(r->scope.rules, i);
        if (rule->form != CG_RULE_LABEL || !rule->enabled || !rule->removable || !rule->risk_factor.length)
            continue;
        uint32_t label = cg_name_find(r->scope.g, CG_NAMES_LABEL, rule->label);
        cg_label_iter it;
        cg_node n;
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, r->scope.g, label);
        while (cg_label_iter_next(&it, &n))
            weak[n] = 1;
    }
}

static cg_level level_of(const cg_run_state *r, const risks *k, cg_node n)
{
    return k->paths[n] ? cg_level_of(r->scope.risk, k->tenths[n] / 10.0) : k->weak[n] ? CG_LEVEL_LOW : (cg_level)0;
}

static int32_t add_layer(cg_run_state *r, const risks *k, cspm_error **err)
{
    cg_layer_builder *layer = NULL;
    cg_graph *g = r->scope.g;
    int32_t rc = cg_layer_new(g, CG_STR("risk"), &layer, err);
    if (rc != CSPM_OK)
        return rc;
    uint32_t score_key = cg_layer_key(layer, CG_STR("riskScore"));
    uint32_t level_key = cg_layer_key(layer, CG_STR("riskLevel"));
    uint32_t paths_key = cg_layer_key(layer, CG_STR("attackPaths"));
    if (score_key == CG_NO_NAME || level_key == CG_NO_NAME || paths_key == CG_NO_NAME)
        rc = cg_nomem(r->scope.mem, err);
    for (cg_node n = 0; n < cg_graph_n_nodes(g) && rc == CSPM_OK; n++) {
        rc = cg_layer_set_prop(layer, n, score_key, cg_v_float(k->tenths[n] / 10.0), err);
        if (rc == CSPM_OK)
            rc = cg_layer_set_prop(layer, n, level_key, cg_v_str(cg_str_from(cg_level_name(level_of(r, k, n)))), err);
        if (rc == CSPM_OK)
            rc = cg_layer_set_prop(layer, n, paths_key, cg_v_int(k->paths[n]), err);
    }
    if (rc != CSPM_OK) {
        cg_layer_free(layer);
        return rc;
    }
    return cg_layer_push(layer, NULL, &r->a->graph, err); /* no deadline here: what was found is to be kept */
}

static bool note(cg_run_state *r, cg_node_vec *v, cg_node n)
{
    return n == CG_NO_NODE || cg_vec_push(r->scope.mem, v, n);
}

static bool note_rel(cg_run_state *r, cg_node_vec *v, cg_rel rel)
{
    cg_edge e = cg_rel_get(r->scope.g, rel);
    return note(r, v, e.from) && note(r, v, e.to);
}

/* Nodes an answer speaks of. */
static bool mentioned(cg_run_state *r, cg_node_vec *v)
{
    const cg_analysis *a = r->a;
    bool ok = true;
    for (uint32_t i = 0; i < a->n_listed && ok; i++) {
        ok = note(r, v, a->paths[i].entry) && note(r, v, a->paths[i].target);
        for (uint32_t k = 0; k < a->paths[i].n_steps && ok; k++)
            ok = note(r, v, a->paths[i].steps[k].from) && note(r, v, a->paths[i].steps[k].to);
    }
    for (uint32_t i = 0; i < a->n_patterns && ok; i++)
        for (uint32_t k = 0; k < a->patterns[i].n_steps && ok; k++)
            ok = note(r, v, a->patterns[i].steps[k].from) && note(r, v, a->patterns[i].steps[k].to);
    for (uint32_t i = 0; i < a->n_chokes && ok; i++)
        ok = a->chokes[i].node != CG_NO_NODE ? note(r, v, a->chokes[i].node) : note_rel(r, v, a->chokes[i].rel);
    for (uint32_t i = 0; i < a->n_fixes && ok; i++)
        ok = note(r, v, a->fixes[i].resource);
    return ok;
}

static int32_t list_nodes(cg_run_state *r, const risks *k, cspm_error **err)
{
    cg_node_vec v = { 0 };
    int32_t rc = mentioned(r, &v) ? CSPM_OK : cg_nomem(r->scope.mem, err);
    cg_nodes_sort(&v);
    cg_node_risk *out = rc == CSPM_OK ? cg_arena_calloc(r->text, v.count + 1, sizeof *out) : NULL;
    if (rc == CSPM_OK && !out)
        rc = cg_nomem(r->scope.mem, err);
    for (size_t i = 0; i < v.count && rc == CSPM_OK; i++) {
        cg_node n = v.data[i];
        out[i] = (cg_node_risk){ .node = n, .score = k->tenths[n] / 10.0, .level = level_of(r, k, n), .paths = k->paths[n] };
        rc = cg_node_recommend(r, n, &out[i].recommendations, &out[i].n_recommendations, err);
    }
    if (rc == CSPM_OK) {
        r->a->node_risks = out;
        r->a->n_node_risks = (uint32_t)v.count;
    }
    cg_vec_free(r->scope.mem, &v);
    return rc;
}

int32_t cg_run_node_risks(cg_run_state *r, cspm_op *op, cspm_error **err)
{
    size_t n = (size_t)cg_graph_n_nodes(r->scope.g) + 1;
    risks k = { cg_calloc(r->scope.mem, n, sizeof *k.tenths), cg_calloc(r->scope.mem, n, sizeof *k.paths),
                cg_calloc(r->scope.mem, n, sizeof *k.weak) };
    int32_t rc = k.tenths && k.paths && k.weak ? CSPM_OK : cg_nomem(r->scope.mem, err);
    if (rc == CSPM_OK)
        mark_weak(r, k.weak);
    for (size_t i = 0; i < r->search.triples.count && rc == CSPM_OK; i++) {
        const cg_triple *t = &r->search.triples.data[i];
        for (uint32_t hop = 0; hop <= t->n_hops; hop++) {
            if (k.tenths[t->nodes[hop]] < t->tenths)
                k.tenths[t->nodes[hop]] = (uint16_t)t->tenths;
            k.paths[t->nodes[hop]]++;
        }
    }
    if (rc == CSPM_OK)
        rc = list_nodes(r, &k, err);
    if (rc == CSPM_OK) {
        rc = add_layer(r, &k, err);
        if (cg_soften(&rc, &r->a->truncated, err))
            r->a->graph = cg_graph_ref(r->scope.g);
    }
    cg_free(r->scope.mem, k.tenths);
    cg_free(r->scope.mem, k.paths);
    cg_free(r->scope.mem, k.weak);
    return rc;
}
