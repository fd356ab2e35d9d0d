/* Why a node is an entry: the graph keeps the evidence of the first rule that says so, but taking that one away may leave another. */
#include "analysis/run.h"

#include <stdlib.h>

static int32_t note(cg_scope *s, cg_node n, const cg_rule *rule, cspm_error **err)
{
    cg_reason reason = { n, rule };
    return cg_vec_push(s->mem, &s->reasons, reason) ? CSPM_OK : cg_nomem(s->mem, err);
}

static int32_t run_pattern(cg_scope *s, const cg_rule *rule, cspm_op *op, cspm_error **err)
{
    cg_run_limits limits = { .now = s->o.now };
    cg_run *run = NULL;
    const cg_value *row;
    uint32_t column = 0;
    while (column < cg_query_n_columns(rule->pattern) && !cg_str_eq(cg_query_column(rule->pattern, column), CG_STR("node")))
        column++;
    if (column == cg_query_n_columns(rule->pattern))
        return CSPM_OK;
    int32_t rc = cg_query_run(rule->pattern, s->g, NULL, 0, &limits, op, &run, err);
    if (rc != CSPM_OK)
        return rc;
    while ((rc = cg_run_next(run, &row, err)) == CSPM_OK)
        if (row[column].type == CG_NODE && (rc = note(s, row[column].node, rule, err)) != CSPM_OK)
            break;
    cg_run_free(run);
    return rc == CSPM_DONE ? CSPM_OK : rc;
}

static int32_t read_labels(cg_scope *s, const cg_rule *rule, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < rule->n_match_labels; i++) {
        uint32_t label = cg_name_find(s->g, CG_NAMES_LABEL, rule->match_labels[i]);
        cg_label_iter it;
        cg_node n;
        if (label == CG_NO_NAME)
            continue;
        cg_label_iter_init(&it, s->g, label);
        while (rc == CSPM_OK && cg_label_iter_next(&it, &n))
            rc = note(s, n, rule, err);
    }
    return rc;
}

static bool opens(const cg_scope *s, const cg_rule *rule)
{
    if (rule->form != CG_RULE_LABEL || !rule->enabled)
        return false;
    for (uint32_t i = 0; i < s->risk->n_entry_labels; i++)
        if (cg_str_eq(rule->label, s->risk->entry_labels[i]))
            return true;
    return false;
}

static int compare(const void *a, const void *b)
{
    const cg_reason *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return cg_str_cmp(x->rule->id, y->rule->id);
}

int32_t cg_scope_reasons(cg_scope *s, cspm_op *op, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < cg_ruleset_n_rules(s->rules) && rc == CSPM_OK; i++) {
        const cg_rule *rule = cg_ruleset_rule(s->rules, i);
        if (opens(s, rule))
            rc = rule->pattern ? run_pattern(s, rule, op, err) : read_labels(s, rule, err);
    }
    if (s->reasons.count > 1)
        qsort(s->reasons.data, s->reasons.count, sizeof *s->reasons.data, compare);
    if (cg_soften(&rc, &s->truncated, err))
        s->reasons.count = 0; /* half of the reasons would promise too much */
    return rc;
}

static size_t first_of(const cg_scope *s, cg_node n)
{
    size_t low = 0, high = s->reasons.count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->reasons.data[mid].node < n)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool cg_reasons_read_only(const cg_scope *s, cg_node n)
{
    size_t first = first_of(s, n), end = first;
    for (; end < s->reasons.count && s->reasons.data[end].node == n; end++)
        if (s->reasons.data[end].rule->gives != CG_CAP_READ)
            return false;
    for (uint32_t k = 0; k < s->risk->n_entry_labels && end > first; k++) { /* nor does a label say so that no rule set */
        bool explained = !cg_has_label_named(s->g, n, s->risk->entry_labels[k]);
        for (size_t i = first; i < end && !explained; i++)
            explained = cg_str_eq(s->reasons.data[i].rule->label, s->risk->entry_labels[k]);
        if (!explained)
            return false;
    }
    return end > first;
}

static bool removes_label(const cg_rule *advice, cg_str label)
{
    for (uint32_t i = 0; i < advice->n_removes_labels; i++)
        if (cg_str_eq(advice->removes_labels[i], label))
            return true;
    return false;
}

/* The rule no longer matches once the advice is followed: it needs a label that goes, or it names the advice itself. */
static bool ends(const cg_run_state *r, const cg_rule *rule, const cg_rule *advice, cg_node n)
{
    if (cg_run_advice(r, rule, NULL) == advice)
        return true;
    if (!rule->pattern) {
        for (uint32_t i = 0; i < rule->n_match_labels; i++)
            if (cg_has_label_named(r->scope.g, n, rule->match_labels[i]) && !removes_label(advice, rule->match_labels[i]))
                return false;
        return rule->n_match_labels > 0;
    }
    const cg_query_reads *reads = cg_query_get_reads(rule->pattern);
    for (uint32_t i = 0; i < reads->n_labels; i++)
        if (removes_label(advice, reads->labels[i]) && cg_has_label_named(r->scope.g, n, reads->labels[i]))
            return true;
    return false;
}

bool cg_reasons_end(const cg_run_state *r, cg_node n, const cg_rule *advice)
{
    size_t first = first_of(&r->scope, n), i = first;
    uint32_t carried = 0, gone = 0;
    for (; i < r->scope.reasons.count && r->scope.reasons.data[i].node == n; i++)
        if (!ends(r, r->scope.reasons.data[i].rule, advice, n))
            return false;
    if (i > first)
        return true;
    for (uint32_t k = 0; k < r->scope.risk->n_entry_labels;
         k++) { /* no rule made it an entry: the label came with the data or from the host */
        uint32_t label = cg_name_find(r->scope.g, CG_NAMES_LABEL, r->scope.risk->entry_labels[k]);
        if (label == CG_NO_NAME || !cg_node_has_label(r->scope.g, n, label))
            continue;
        carried++;
        gone += r->label_advice[label] == advice;
    }
    return carried && carried == gone;
}

const cg_rule *cg_reasons_advice(const cg_run_state *r, cg_node n)
{
    uint32_t labels[64], count = cg_node_labels(r->scope.g, n, labels, 64);
    for (size_t i = first_of(&r->scope, n); i < r->scope.reasons.count && r->scope.reasons.data[i].node == n; i++) {
        const cg_rule *advice = cg_run_advice(r, r->scope.reasons.data[i].rule, NULL);
        if (advice && cg_reasons_end(r, n, advice))
            return advice;
    }
    for (uint32_t i = 0; i < count && i < 64; i++)
        if (r->label_advice[labels[i]] && cg_reasons_end(r, n, r->label_advice[labels[i]]))
            return r->label_advice[labels[i]];
    return NULL;
}
