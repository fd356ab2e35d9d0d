/* Access rules: handed to lib/access, whose findings become layers below the strata. */
#include "rules/set.h"

static cg_grant grant_of(const rule_entry *e)
{
    cg_grant grant = e->grant;
    grant.rule = e->rule.id;
    grant.kind = e->rule.edge_kind;
    grant.label = e->rule.label;
    grant.likelihood = e->rule.likelihood;
    return grant;
}

static bool meaning(void *user, cg_str kind, cg_kind_info *out)
{
    const cg_ruleset *rs = user;
    const rule_entry *e = rule_kind_meaning(rs, kind);
    if (e)
        *out = rule_kind_info(rs, e);
    return e != NULL;
}

int32_t rule_derive_access(const cg_ruleset *rs, cg_graph *below, const cg_derive_options *o, cspm_op *op, cg_graph **out, cspm_error **err)
{
    cg_grant *grants = cg_alloc_array(rs->mem, rs->n_rules ? rs->n_rules : 1, sizeof *grants);
    cg_derive_request request = { .grants = grants, .now = o ? o->now : INT64_MIN, .meaning = meaning, .user = (void *)(uintptr_t)rs };
    *out = NULL;
    if (!grants)
        return cg_nomem(rs->mem, err);
    for (uint32_t i = 0; i < rs->n_rules; i++) {
        const rule_entry *e = rs->rules[i];
        if (e->rule.form == CG_RULE_ACCESS && e->rule.enabled && !rule_switched_off(o, e))
            grants[request.n_grants++] = grant_of(e);
    }
    int32_t rc = cg_access_derive(below, &request, op, out, err);
    cg_free(rs->mem, grants);
    return rc;
}

/* ---- examples ---- */

static bool is_from(const cg_graph *g, uint32_t evidence, const rule_entry *e)
{
    cg_evidence found;
    return evidence != CG_NO_EVIDENCE && cg_evidence_get(g, evidence, &found) && cg_str_eq(found.rule, e->rule.id);
}

static int32_t collect(const rule_entry *e, cg_graph *g, rule_facts *out, cspm_error **err)
{
    cg_mem *mem = out->arena.mem;
    uint32_t label = e->rule.edge_kind.length ? CG_NO_NAME : cg_name_find(g, CG_NAMES_LABEL, e->rule.label);
    cg_rel_iter rels;
    cg_label_iter nodes;
    cg_edge edge;
    cg_node n;
    cg_rel_iter_init(&rels, g);
    while (e->rule.edge_kind.length && cg_rel_iter_next(&rels, &edge))
        if (is_from(g, cg_rel_evidence(g, edge.rel), e) &&
            !cg_vec_push(mem, &out->list, ((rule_fact){ .rule = e, .a = edge.from, .b = edge.to })))
            return cg_nomem(mem, err);
    if (label == CG_NO_NAME)
        return CSPM_OK;
    cg_label_iter_init(&nodes, g, label);
    while (cg_label_iter_next(&nodes, &n))
        if (is_from(g, cg_label_evidence(g, n, label), e) && !cg_vec_push(mem, &out->list, ((rule_fact){ .rule = e, .a = n })))
            return cg_nomem(mem, err);
    return CSPM_OK;
}

int32_t rule_find_access(const rule_entry *e, cg_graph *g, cspm_op *op, rule_facts *out, cspm_error **err)
{
    cg_grant grant = grant_of(e);
    cg_derive_request request = { .grants = &grant, .n_grants = 1, .now = INT64_MIN };
    cg_graph *derived = NULL;
    int32_t rc = cg_access_derive(g, &request, op, &derived, err);
    if (rc == CSPM_OK)
        rc = collect(e, derived, out, err);
    cg_graph_unref(derived);
    return rc;
}
