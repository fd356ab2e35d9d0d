/* Steps of a path: what each one means, how likely it is, what proves it, and a sentence about it. */
#include "analysis/run.h"

#include "graph/layer.h"

/* Exploiting what faces the internet, unless the rule behind the exposure says otherwise. */
#define INTERNET_TECHNIQUE CG_STR("T1190")
#define INTERNET_TACTIC CG_STR("initial-access")

cg_str cg_kind_of_node(const cg_graph *g, cg_node n)
{
    uint32_t label;
    return cg_node_labels(g, n, &label, 1) ? cg_name_get(g, CG_NAMES_LABEL, label) : CG_STR("Node");
}

static void index_advice(cg_run_state *r, const cg_rule *rule)
{
    for (uint32_t i = 0; i < rule->n_removes_labels; i++) {
        uint32_t label = cg_name_find(r->scope.g, CG_NAMES_LABEL, rule->removes_labels[i]);
        if (label != CG_NO_NAME && !r->label_advice[label])
            r->label_advice[label] = rule;
    }
    for (uint32_t i = 0; i < rule->n_removes_kinds; i++) {
        uint32_t kind = cg_name_find(r->scope.g, CG_NAMES_KIND, rule->removes_kinds[i]);
        if (kind != CG_NO_NAME && !r->kind_advice[kind])
            r->kind_advice[kind] = rule;
    }
}

static void index_rule(cg_run_state *r, const cg_rule *rule)
{
    if (rule->form == CG_RULE_RECOMMENDATION) {
        index_advice(r, rule);
    } else if (rule->form == CG_RULE_EDGE_KIND) {
        uint32_t kind = cg_name_find(r->scope.g, CG_NAMES_KIND, rule->edge_kind);
        if (kind != CG_NO_NAME)
            r->kind_rules[kind] = rule;
    } else if (rule->form == CG_RULE_LABEL) {
        uint32_t label = cg_name_find(r->scope.g, CG_NAMES_LABEL, rule->label);
        if (label != CG_NO_NAME && (!r->label_rules[label] || (!r->label_rules[label]->risk_factor.length && rule->risk_factor.length)))
            r->label_rules[label] = rule;
    }
}

int32_t cg_run_index_rules(cg_run_state *r, cspm_error **err)
{
    cg_scope *s = &r->scope;
    uint32_t n_labels = cg_name_count(s->g, CG_NAMES_LABEL), n_kinds = cg_name_count(s->g, CG_NAMES_KIND);
    r->label_rules = cg_arena_calloc(&s->arena, n_labels + 1, sizeof *r->label_rules);
    r->label_advice = cg_arena_calloc(&s->arena, n_labels + 1, sizeof *r->label_advice);
    r->kind_rules = cg_arena_calloc(&s->arena, n_kinds + 1, sizeof *r->kind_rules);
    r->kind_advice = cg_arena_calloc(&s->arena, n_kinds + 1, sizeof *r->kind_advice);
    if (!r->label_rules || !r->label_advice || !r->kind_rules || !r->kind_advice)
        return cg_nomem(s->mem, err);
    for (uint32_t i = 0; i < cg_ruleset_n_rules(s->rules); i++)
        if (cg_ruleset_rule(s->rules, i)->enabled)
            index_rule(r, cg_ruleset_rule(s->rules, i));
    return CSPM_OK;
}

const cg_rule *cg_run_advice(const cg_run_state *r, const cg_rule *rule, const cg_rule *general)
{
    const cg_rule *own = rule && rule->recommendation_id.length ? cg_ruleset_find(r->scope.rules, rule->recommendation_id) : NULL;
    return own ? own : general;
}

static const cg_rule *rule_of_evidence(const cg_run_state *r, uint32_t evidence)
{
    cg_evidence e;
    return evidence != CG_NO_EVIDENCE && cg_evidence_get(r->scope.g, evidence, &e) && e.rule.length
               ? cg_ruleset_find(r->scope.rules, e.rule)
               : NULL;
}

const cg_rule *cg_run_rule_of(const cg_run_state *r, cg_rel rel, uint32_t kind)
{
    const cg_rule *rule = rule_of_evidence(r, cg_rel_evidence(r->scope.g, rel));
    return rule ? rule : r->kind_rules[kind];
}

const cg_rule *cg_run_rule_of_label(const cg_run_state *r, cg_node n, uint32_t label)
{
    const cg_rule *rule = rule_of_evidence(r, cg_label_evidence(r->scope.g, n, label));
    return rule ? rule : r->label_rules[label];
}

static void write_node(cg_buf *b, const cg_graph *g, cg_node n)
{
    cg_buf_str(b, cg_node_name(g, n));
    cg_buf_adds(b, " (");
    cg_buf_str(b, cg_kind_of_node(g, n));
    cg_buf_char(b, ')');
}

static int32_t add_evidence(const cg_run_state *r, cg_arena *arena, cg_step *step, uint32_t first, uint32_t second, uint32_t third,
                            cspm_error **err)
{
    uint32_t *kept = cg_arena_alloc(arena, 3 * sizeof *kept);
    if (!kept)
        return cg_nomem(r->scope.mem, err);
    step->evidence = kept;
    if (first != CG_NO_EVIDENCE)
        kept[step->n_evidence++] = first;
    if (second != CG_NO_EVIDENCE)
        kept[step->n_evidence++] = second;
    if (third != CG_NO_EVIDENCE)
        kept[step->n_evidence++] = third;
    return CSPM_OK;
}

static int32_t internet_step(const cg_run_state *r, cg_arena *arena, cg_node to, cg_buf *b, cg_step *step, cspm_error **err)
{
    const cg_scope *s = &r->scope;
    cg_str factor;
    cg_str name = cg_entry_label_of(s, to);
    uint32_t label = name.data ? cg_name_find(s->g, CG_NAMES_LABEL, name) : CG_NO_NAME;
    const cg_rule *rule = label == CG_NO_NAME ? NULL : cg_run_rule_of_label(r, to, label);
    uint32_t evidence = label == CG_NO_NAME ? CG_NO_EVIDENCE : cg_label_evidence(s->g, to, label);
    *step = (cg_step){ .from = CG_NO_NODE, .to = to, .rel = CG_NO_REL, .kind = CG_NO_NAME, .kind_name = CG_STR(CG_INTERNET_KIND) };
    step->technique = rule && rule->technique.length ? rule->technique : INTERNET_TECHNIQUE;
    step->tactic = rule && rule->technique.length && rule->tactic.length ? rule->tactic : INTERNET_TACTIC;
    step->likelihood = cg_exposure_of(s, to, &factor);
    cg_str verb = rule && rule->verb.length ? rule->verb : CG_STR("can reach");
    cg_buf_adds(b, cg_str_starts(verb, CG_STR("can ")) ? "Anybody on the internet " : "Somebody ");
    cg_buf_str(b, verb);
    cg_buf_char(b, ' ');
    write_node(b, s->g, to);
    cg_rel access = cg_entry_access(s, to, &step->conditional);
    if (step->conditional)
        cg_buf_adds(b, ", if a condition holds that the data does not settle");
    /* Why it is open, by which way, and where it was read. */
    return add_evidence(r, arena, step, evidence, access == CG_NO_REL ? CG_NO_EVIDENCE : cg_rel_evidence(s->g, access),
                        cg_node_evidence(s->g, to), err);
}

static int32_t hop_step(const cg_run_state *r, cg_arena *arena, cg_node from, cg_node to, cg_rel rel, cg_buf *b, cg_step *step,
                        cspm_error **err)
{
    const cg_graph *g = r->scope.g;
    uint32_t kind = cg_rel_get(g, rel).kind;
    const cg_kind_info *info = cg_kind_get_info(g, kind);
    const cg_rule *rule = cg_run_rule_of(r, rel, kind);
    *step = (cg_step){ .from = from, .to = to, .rel = rel, .kind = kind, .kind_name = cg_name_get(g, CG_NAMES_KIND, kind) };
    step->technique = rule && rule->technique.length ? rule->technique : info->technique;
    step->tactic = rule && rule->technique.length ? rule->tactic : info->tactic;
    step->conditional = cg_rel_conditional(g, rel);
    step->likelihood = cg_rel_likelihood(g, rel);
    cg_str verb = rule && rule->verb.length ? rule->verb : info->title;
    write_node(b, g, from);
    if (verb.length) {
        cg_buf_char(b, ' ');
        cg_buf_str(b, verb);
        cg_buf_char(b, ' ');
        write_node(b, g, to);
    } else {
        cg_buf_adds(b, " leads to ");
        write_node(b, g, to);
        cg_buf_adds(b, " through ");
        cg_buf_str(b, step->kind_name);
    }
    if (step->conditional)
        cg_buf_adds(b, ", if a condition holds that the data does not settle");
    return add_evidence(r, arena, step, cg_rel_evidence(g, rel), CG_NO_EVIDENCE, CG_NO_EVIDENCE, err);
}

int32_t cg_steps_make(const cg_run_state *r, cg_arena *arena, const cg_node *nodes, const cg_rel *rels, uint32_t n_hops, bool from_internet,
                      const cg_step **out, uint32_t *n, cspm_error **err)
{
    cg_step *steps = cg_arena_calloc(arena, n_hops + 2, sizeof *steps);
    int32_t rc = CSPM_OK;
    cg_buf b;
    if (!steps)
        return cg_nomem(r->scope.mem, err);
    *out = steps;
    *n = n_hops + from_internet;
    cg_buf_init(&b, r->scope.mem, 0);
    for (uint32_t i = 0; i < *n && rc == CSPM_OK; i++) {
        cg_buf_clear(&b);
        if (from_internet && i == 0)
            rc = internet_step(r, arena, nodes[0], &b, &steps[0], err);
        else
            rc = hop_step(r, arena, nodes[i - from_internet], nodes[i - from_internet + 1], rels[i - from_internet], &b, &steps[i], err);
        steps[i].story = cg_arena_text(arena, &b);
        if (rc == CSPM_OK && !steps[i].story.data)
            rc = cg_nomem(r->scope.mem, err);
    }
    cg_buf_free(&b);
    return rc;
}
