/* The risk tables: every risk and criticality rule in force, pack after pack, the last one that sets a value wins. */

#include "rules/set.h"

/* In force when no pack says otherwise, so that a set without risk rules still ranks. */
static void risk_defaults(cg_risk *risk)
{
    *risk = (cg_risk){ .alpha = 1000,
                       .beta = 500,
                       .conditional_factor = 500000,
                       .exposure_default = 500000,
                       .exposure_assume_breach = 300000,
                       .criticality_default = 100000,
                       .likelihood_default = 500000,
                       .critical_from = 75,
                       .high_from = 50,
                       .medium_from = 20 };
}

static int32_t set_exposure(pack_reader *r, cg_risk *risk, cg_str label, uint32_t factor, cg_pos pos)
{
    uint32_t i = 0, max = sizeof risk->exposure / sizeof *risk->exposure;
    while (i < risk->n_exposure && !cg_str_eq(risk->exposure[i].label, label))
        i++;
    if (i == max)
        return pack_fail(r, pos, "more than %u labels with an exposure", (unsigned)max);
    risk->exposure[i].label = label;
    risk->exposure[i].factor = factor;
    risk->n_exposure += i == risk->n_exposure;
    return CSPM_OK;
}

static int32_t set_criticality(pack_reader *r, cg_risk *risk, cg_str label, uint32_t factor, cg_pos pos)
{
    uint32_t i = 0, max = sizeof risk->criticality / sizeof *risk->criticality;
    while (i < risk->n_criticality && !cg_str_eq(risk->criticality[i].label, label))
        i++;
    if (i == max)
        return pack_fail(r, pos, "more than %u labels with a criticality", (unsigned)max);
    risk->criticality[i].label = label;
    risk->criticality[i].factor = factor;
    risk->n_criticality += i == risk->n_criticality;
    return CSPM_OK;
}

typedef int32_t (*set_label)(pack_reader *r, cg_risk *risk, cg_str label, uint32_t factor, cg_pos pos);

static int32_t merge_table(pack_reader *r, const cg_tree *t, const char *name, const char *const *keys, cg_risk *risk, uint32_t *fallback,
                           uint32_t *breach, set_label set)
{
    int32_t rc = pack_only_keys(r, t, name, keys);
    const cg_tree *v = rc == CSPM_OK ? cg_tree_get(t, "default") : NULL;
    if (v)
        rc = pack_number(r, v, "default", 1, false, 1e6, fallback);
    if (rc == CSPM_OK && breach && (v = cg_tree_get(t, "assume_breach")))
        rc = pack_number(r, v, "assume_breach", 1, false, 1e6, breach);
    const cg_tree *labels = rc == CSPM_OK ? cg_tree_get(t, "labels") : NULL;
    if (labels)
        rc = pack_need(r, labels, CG_TREE_MAP, "labels");
    for (uint32_t i = 0; rc == CSPM_OK && labels && i < labels->map.count; i++) {
        cg_tree name_tree = { .type = CG_TREE_STRING, .pos = labels->map.key_pos[i], .string = labels->map.keys[i] };
        cg_str label;
        uint32_t factor = 0;
        rc = pack_name(r, &name_tree, "labels", false, &label);
        if (rc == CSPM_OK)
            rc = pack_number(r, labels->map.values[i], label.data, 1, false, 1e6, &factor);
        if (rc == CSPM_OK)
            rc = set(r, risk, label, factor, labels->map.key_pos[i]);
    }
    return rc;
}

static int32_t read_threshold(pack_reader *r, const cg_tree *t, const char *name, double *out)
{
    const cg_tree *v = cg_tree_get(t, name);
    uint32_t check;
    if (!v)
        return pack_fail(r, t->pos, "thresholds has no field \"%s\"", name);
    int32_t rc = pack_number(r, v, name, 100, true, 1, &check);
    if (rc == CSPM_OK)
        *out = v->type == CG_TREE_INT ? (double)v->integer : v->real;
    return rc;
}

static int32_t merge_thresholds(pack_reader *r, const cg_tree *t, cg_risk *risk)
{
    static const char *const keys[] = { "critical", "high", "medium", NULL };
    int32_t rc = pack_only_keys(r, t, "thresholds", keys);
    if (rc == CSPM_OK)
        rc = read_threshold(r, t, "critical", &risk->critical_from);
    if (rc == CSPM_OK)
        rc = read_threshold(r, t, "high", &risk->high_from);
    if (rc == CSPM_OK)
        rc = read_threshold(r, t, "medium", &risk->medium_from);
    if (rc == CSPM_OK && !(risk->critical_from > risk->high_from && risk->high_from > risk->medium_from))
        rc = pack_fail(r, t->pos, "thresholds must fall from critical over high to medium");
    return rc;
}

static int32_t copy_labels(pack_reader *r, const rule_entry *e, const cg_str *from, uint32_t n, cg_str *to, uint32_t max, uint32_t *n_to)
{
    if (!n)
        return CSPM_OK;
    if (n > max)
        return pack_fail(r, e->rule.pos, "more than %u labels in one list of the risk tables", (unsigned)max);
    memcpy(to, from, n * sizeof *to);
    *n_to = n;
    return CSPM_OK;
}

static void set_if(uint32_t *to, uint32_t value)
{
    if (value)
        *to = value;
}

static int32_t merge_risk(pack_reader *r, const rule_entry *e, cg_risk *risk)
{
    static const char *const exposure_keys[] = { "default", "assume_breach", "labels", NULL }, *const criticality_keys[] = { "default",
                                                                                                                             "labels",
                                                                                                                             NULL };
    int32_t rc = CSPM_OK;
    set_if(&risk->alpha, e->weight_alpha);
    set_if(&risk->beta, e->weight_beta);
    set_if(&risk->conditional_factor, e->conditional_factor);
    set_if(&risk->likelihood_default, e->likelihood_default);
    if (e->risk_exposure)
        rc = merge_table(r, e->risk_exposure, "exposure", exposure_keys, risk, &risk->exposure_default, &risk->exposure_assume_breach,
                         set_exposure);
    if (rc == CSPM_OK && e->risk_criticality)
        rc = merge_table(r, e->risk_criticality, "criticality", criticality_keys, risk, &risk->criticality_default, NULL, set_criticality);
    if (rc == CSPM_OK && e->risk_thresholds)
        rc = merge_thresholds(r, e->risk_thresholds, risk);
    if (rc == CSPM_OK)
        rc = copy_labels(r, e, e->risk_entries, e->n_risk_entries, risk->entry_labels, 16, &risk->n_entry_labels);
    if (rc == CSPM_OK)
        rc = copy_labels(r, e, e->risk_breach, e->n_risk_breach, risk->breach_labels, 16, &risk->n_breach_labels);
    if (rc == CSPM_OK)
        rc = copy_labels(r, e, e->risk_dominion, e->n_risk_dominion, risk->dominion_labels, 16, &risk->n_dominion_labels);
    if (rc == CSPM_OK)
        rc = copy_labels(r, e, e->risk_contains, e->n_risk_contains, risk->dominion_contains, 16, &risk->n_dominion_contains);
    if (rc == CSPM_OK)
        rc = copy_labels(r, e, e->risk_is, e->n_risk_is, risk->dominion_is, 16, &risk->n_dominion_is);
    if (rc == CSPM_OK)
        rc = copy_labels(r, e, e->risk_public, e->n_risk_public, risk->public_labels, 16, &risk->n_public_labels);
    return rc;
}

int32_t rule_risk_merge(cg_ruleset *rs, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    risk_defaults(&rs->risk);
    for (size_t p = 0; rc == CSPM_OK && p < rs->packs.count; p++)
        for (uint32_t i = 0; rc == CSPM_OK && i < rs->n_rules; i++) {
            rule_entry *e = rs->rules[i];
            pack_reader r = { .mem = rs->mem, .pack = rs->packs.data[p], .err = err };
            if (e->pack != r.pack || !e->rule.enabled)
                continue;
            if (e->rule.form == CG_RULE_RISK)
                rc = merge_risk(&r, e, &rs->risk);
            else if (e->rule.form == CG_RULE_CRITICALITY)
                rc = set_criticality(&r, &rs->risk, e->rule.label, e->rule.criticality, e->rule.pos);
        }
    return rc;
}
