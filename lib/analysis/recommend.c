/* What somebody can do about a path: the recommendations of the rules behind its labels and relationships. */
#include "analysis/run.h"

typedef CG_VEC(cg_recommendation) recommendations;

static bool known(const recommendations *v, cg_str id, cg_node resource, bool breaks)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->data[i].resource == resource && cg_str_eq(v->data[i].id, id)) {
            v->data[i].breaks_path |= breaks;
            return true;
        }
    return false;
}

static int32_t add(cg_run_state *r, recommendations *v, const cg_rule *advice, const cg_triple *t, cg_node resource, cg_rel rel,
                   bool breaks, cspm_error **err)
{
    if (!advice || known(v, advice->id, resource, breaks))
        return CSPM_OK;
    cg_recommendation rec = { .id = advice->id, .resource = resource, .breaks_path = breaks };
    rec.title = cg_run_text(r, advice->title, t, resource, rel);
    rec.remediation = cg_run_text(r, advice->remediation, t, resource, rel);
    if (!rec.title.data || !rec.remediation.data || !cg_vec_push(r->scope.mem, v, rec))
        return cg_nomem(r->scope.mem, err);
    return CSPM_OK;
}

/* Following the advice closes the path when the entry is one no longer; a named entry stays one. */
static bool advice_breaks(const cg_run_state *r, const cg_triple *t, cg_node n, const cg_rule *advice)
{
    return t && advice && n == t->entry && t->from_internet && !r->scope.request->sets[CG_SET_ENTRIES].count &&
           cg_reasons_end(r, n, advice);
}

static int32_t add_of_node(cg_run_state *r, recommendations *v, const cg_triple *t, cg_node n, cspm_error **err)
{
    uint32_t labels[64], count = cg_node_labels(r->scope.g, n, labels, 64);
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < count && i < 64 && rc == CSPM_OK; i++) {
        const cg_rule *advice = cg_run_advice(r, cg_run_rule_of_label(r, n, labels[i]), r->label_advice[labels[i]]);
        rc = add(r, v, advice, t, n, CG_NO_REL, advice_breaks(r, t, n, advice), err);
    }
    return rc;
}

static int32_t keep(cg_run_state *r, recommendations *v, const cg_recommendation **out, uint32_t *n, cspm_error **err)
{
    cg_recommendation *copy = cg_arena_alloc(r->text, (v->count + 1) * sizeof *copy);
    if (!copy)
        return cg_nomem(r->scope.mem, err);
    *n = 0;
    for (int breaks = 1; breaks >= 0; breaks--) /* what closes the path first, else in the order of its steps */
        for (size_t i = 0; i < v->count; i++)
            if (v->data[i].breaks_path == (breaks == 1))
                copy[(*n)++] = v->data[i];
    *out = copy;
    return CSPM_OK;
}

static cg_str join_remediation(cg_run_state *r, const cg_attack_path *p)
{
    cg_buf b;
    cg_buf_init(&b, r->scope.mem, 0);
    for (uint32_t i = 0; i < p->n_recommendations; i++) {
        if (!p->recommendations[i].breaks_path || !p->recommendations[i].remediation.length)
            continue;
        if (b.length)
            cg_buf_char(&b, '\n');
        cg_buf_str(&b, p->recommendations[i].remediation);
    }
    cg_str out = cg_arena_text(r->text, &b);
    cg_buf_free(&b);
    return out;
}

int32_t cg_path_recommend(cg_run_state *r, const cg_triple *t, cg_attack_path *out, cspm_error **err)
{
    recommendations v = { 0 };
    int32_t rc = add_of_node(r, &v, t, t->nodes[0], err);
    for (uint32_t i = 0; i < t->n_hops && rc == CSPM_OK; i++) {
        cg_edge e = cg_rel_get(r->scope.g, t->rels[i]);
        rc = add(r, &v, cg_run_advice(r, cg_run_rule_of(r, t->rels[i], e.kind), r->kind_advice[e.kind]), t, e.from, t->rels[i], true, err);
        if (rc == CSPM_OK)
            rc = add_of_node(r, &v, t, t->nodes[i + 1], err);
    }
    if (rc == CSPM_OK)
        rc = keep(r, &v, &out->recommendations, &out->n_recommendations, err);
    cg_vec_free(r->scope.mem, &v);
    if (rc != CSPM_OK)
        return rc;
    const cg_rule *rule = out->type;
    out->manual_remediation = rule && rule->manual_steps.length  ? cg_run_text(r, rule->manual_steps, t, t->target, CG_NO_REL)
                              : rule && rule->remediation.length ? cg_run_text(r, rule->remediation, t, t->target, CG_NO_REL)
                                                                 : join_remediation(r, out);
    return out->manual_remediation.data ? CSPM_OK : cg_nomem(r->scope.mem, err);
}

int32_t cg_node_recommend(cg_run_state *r, cg_node n, const cg_recommendation **out, uint32_t *count, cspm_error **err)
{
    recommendations v = { 0 };
    int32_t rc = add_of_node(r, &v, NULL, n, err);
    if (rc == CSPM_OK)
        rc = keep(r, &v, out, count, err);
    cg_vec_free(r->scope.mem, &v);
    return rc;
}
