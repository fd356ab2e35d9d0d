/* Which kind of attack a path is: the first path rule, by priority and then id, whose conditions on entry, target and steps hold. */
#include "analysis/run.h"

#include <stdlib.h>

static int by_priority(const void *a, const void *b)
{
    const cg_rule *x = *(const cg_rule *const *)a, *y = *(const cg_rule *const *)b;
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return cg_str_cmp(x->id, y->id);
}

static bool usable(const cg_rule *rule)
{
    return rule->form == CG_RULE_PATH && rule->enabled;
}

static int32_t index_steps(cg_types *t, const cg_scope *s, cspm_error **err)
{
    t->n_kinds = cg_name_count(s->g, CG_NAMES_KIND);
    t->any_step = cg_calloc(s->mem, t->words ? t->words : 1, sizeof *t->any_step);
    t->kind_bits = cg_calloc(s->mem, (size_t)t->n_kinds * t->words + 1, sizeof *t->kind_bits);
    if (!t->any_step || !t->kind_bits)
        return cg_nomem(s->mem, err);
    for (uint32_t i = 0; i < t->n; i++) {
        const cg_rule *rule = t->rules[i];
        uint64_t bit = (uint64_t)1 << (i & 63);
        if (!rule->n_step_kinds)
            t->any_step[i >> 6] |= bit;
        else
            t->by_steps = true;
        for (uint32_t k = 0; k < rule->n_step_kinds; k++) {
            uint32_t kind = cg_name_find(s->g, CG_NAMES_KIND, rule->step_kinds[k]);
            if (kind != CG_NO_NAME)
                t->kind_bits[(size_t)kind * t->words + (i >> 6)] |= bit;
        }
    }
    return CSPM_OK;
}

int32_t cg_types_init(cg_types *t, const cg_scope *s, cspm_error **err)
{
    uint32_t n_rules = cg_ruleset_n_rules(s->rules);
    *t = (cg_types){ 0 };
    t->rules = cg_alloc_array(s->mem, n_rules ? n_rules : 1, sizeof *t->rules);
    if (!t->rules)
        return cg_nomem(s->mem, err);
    for (uint32_t i = 0; i < n_rules; i++)
        if (usable(cg_ruleset_rule(s->rules, i)))
            t->rules[t->n++] = cg_ruleset_rule(s->rules, i);
    if (t->n > 1)
        qsort(t->rules, t->n, sizeof *t->rules, by_priority);
    t->words = (t->n + 63) / 64;
    int32_t rc = index_steps(t, s, err);
    if (rc != CSPM_OK)
        cg_types_free(t, s->mem);
    return rc;
}

void cg_types_free(cg_types *t, cg_mem *mem)
{
    cg_free(mem, t->rules);
    cg_free(mem, t->any_step);
    cg_free(mem, t->kind_bits);
    *t = (cg_types){ 0 };
}

void cg_types_of_entry(const cg_types *t, const cg_scope *s, cg_node n, uint64_t *bits)
{
    memset(bits, 0, t->words * sizeof *bits);
    for (uint32_t i = 0; i < t->n; i++)
        if (cg_rule_labels_fit(s->g, n, t->rules[i]->entry_labels, t->rules[i]->n_entry_labels))
            bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

void cg_types_of_target(const cg_types *t, const cg_scope *s, cg_node n, uint64_t *bits)
{
    memset(bits, 0, t->words * sizeof *bits);
    for (uint32_t i = 0; i < t->n; i++)
        if (cg_rule_labels_fit(s->g, n, t->rules[i]->target_labels, t->rules[i]->n_target_labels))
            bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

uint32_t cg_types_match(const cg_types *t, const cg_graph *g, const uint64_t *entry, const uint64_t *target, const cg_rel *rels,
                        uint32_t n_hops)
{
    for (uint32_t w = 0; w < t->words; w++) {
        uint64_t steps = t->any_step[w], both = entry[w] & target[w];
        for (uint32_t i = 0; t->by_steps && i < n_hops && (steps & both) != both; i++)
            steps |= t->kind_bits[(size_t)cg_rel_get(g, rels[i]).kind * t->words + w];
        if (both & steps)
            return w * 64 + (uint32_t)__builtin_ctzll(both & steps);
    }
    return CG_NO_TYPE;
}
