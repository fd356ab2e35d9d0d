/* A rule pack: YAML tree to rules. Every field stands once in the table below, with the forms that may and must carry it. */
#include "rules/pack.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/intern.h"

#define SCHEMA "cspmgraph/rule-pack/1"
#define MAX_DEPTH 32

enum {
    F_LABEL = 1 << CG_RULE_LABEL,
    F_EDGE = 1 << CG_RULE_EDGE,
    F_KIND = 1 << CG_RULE_EDGE_KIND,
    F_PATH = 1 << CG_RULE_PATH,
    F_CRIT = 1 << CG_RULE_CRITICALITY,
    F_RISK = 1 << CG_RULE_RISK,
    F_REC = 1 << CG_RULE_RECOMMENDATION,
    F_ACCESS = 1 << CG_RULE_ACCESS,
    F_ALL = 255,
    F_MATCH = F_LABEL | F_EDGE | F_CRIT,
    F_EXAMPLE = F_LABEL | F_EDGE | F_KIND | F_PATH | F_ACCESS,
    F_PROSE = F_LABEL | F_EDGE | F_KIND | F_PATH | F_ACCESS,
};

typedef enum {
    T_ID,
    T_FORM,
    T_TEXT,
    T_PROSE,
    T_NAME,
    T_NAMES,
    T_JOINED_NAMES,
    T_STRINGS,
    T_FRACTION,
    T_WEIGHT,
    T_PRIORITY,
    T_BOOL,
    T_CAPABILITY,
    T_SEVERITY,
    T_TECHNIQUE,
    T_TACTIC,
    T_TOUCHES,
    T_QUERY,
    T_EXAMPLE,
    T_TREE,
    T_REMOVES,
    T_KINDS,
    T_LINK,
    T_TARGET,
    T_REQUIRES,
    T_YIELDS
} field_type;

typedef struct field {
    const char *name;
    field_type type;
    uint8_t may, must;
    size_t to, count;
} field;

#define AT(member) offsetof(rule_entry, member)
#define RULE(member) offsetof(rule_entry, rule.member)

static const field fields[] = {
    { "id", T_ID, F_ALL, F_ALL, RULE(id), 0 },
    { "form", T_FORM, F_ALL, F_ALL, 0, 0 },
    { "title", T_PROSE, F_ALL, F_ALL, RULE(title), 0 },
    { "description", T_PROSE, F_ALL, 0, RULE(description), 0 },
    { "impact", T_PROSE, F_PROSE, 0, RULE(impact), 0 },
    { "severity", T_SEVERITY, F_ALL, 0, RULE(severity), 0 },
    { "categories", T_STRINGS, F_ALL, 0, RULE(categories), RULE(n_categories) },
    { "manual_steps", T_PROSE, F_PROSE | F_REC, 0, RULE(manual_steps), 0 },
    { "remediation", T_PROSE, F_PROSE | F_REC, F_REC, RULE(remediation), 0 },
    { "enabled", T_BOOL, F_ALL, 0, RULE(enabled), 0 },
    { "technique", T_TECHNIQUE, F_LABEL | F_EDGE | F_ACCESS | F_PATH, 0, RULE(technique), 0 },
    { "tactic", T_TACTIC, F_LABEL | F_EDGE | F_ACCESS | F_PATH, 0, RULE(tactic), 0 },
    { "match", T_QUERY, F_MATCH, F_EDGE, AT(match), 0 },
    { "match_labels", T_NAMES, F_LABEL | F_CRIT, 0, RULE(match_labels), RULE(n_match_labels) },
    { "reads", T_TOUCHES, F_MATCH, 0, AT(reads), 0 },
    { "writes", T_TOUCHES, F_MATCH, 0, AT(writes), 0 },
    { "label", T_NAME, F_LABEL | F_CRIT | F_ACCESS, F_LABEL | F_CRIT, RULE(label), 0 },
    { "family", T_BOOL, F_LABEL, 0, RULE(family), 0 },
    { "risk_factor", T_TEXT, F_LABEL | F_ACCESS, 0, RULE(risk_factor), 0 },
    { "verb", T_TEXT, F_LABEL | F_EDGE | F_ACCESS, 0, RULE(verb), 0 },
    { "kind", T_NAME, F_EDGE | F_ACCESS, F_EDGE, RULE(edge_kind), 0 },
    { "traversable", T_BOOL, F_ACCESS, 0, RULE(traversable), 0 },
    { "needs", T_CAPABILITY, F_EDGE | F_ACCESS, 0, RULE(needs), 0 },
    { "gives", T_CAPABILITY, F_LABEL | F_EDGE | F_ACCESS, 0, RULE(gives), 0 },
    { "likelihood", T_FRACTION, F_EDGE | F_ACCESS, F_EDGE, RULE(likelihood), 0 },
    { "principals", T_NAMES, F_ACCESS, 0, AT(grant.principals), AT(grant.n_principals) },
    { "target", T_TARGET, F_ACCESS, 0, AT(grant), 0 },
    { "requires", T_REQUIRES, F_ACCESS, F_ACCESS, AT(grant), 0 },
    { "yields", T_YIELDS, F_ACCESS, 0, AT(grant), 0 },
    { "kinds", T_KINDS, F_KIND, F_KIND, 0, 0 },
    { "priority", T_PRIORITY, F_PATH, F_PATH, RULE(priority), 0 },
    { "entry", T_JOINED_NAMES, F_PATH, 0, RULE(entry_labels), RULE(n_entry_labels) },
    { "target", T_JOINED_NAMES, F_PATH, 0, RULE(target_labels), RULE(n_target_labels) },
    { "steps", T_NAMES, F_PATH, 0, RULE(step_kinds), RULE(n_step_kinds) },
    { "factor", T_FRACTION, F_CRIT, F_CRIT, RULE(criticality), 0 },
    { "recommendation", T_LINK, F_LABEL | F_EDGE | F_ACCESS, 0, AT(recommendation), 0 },
    { "removable", T_BOOL, F_LABEL | F_EDGE | F_ACCESS, 0, RULE(removable), 0 },
    { "removes", T_REMOVES, F_REC, F_REC, 0, 0 },
    { "alpha", T_WEIGHT, F_RISK, 0, AT(weight_alpha), 0 },
    { "beta", T_WEIGHT, F_RISK, 0, AT(weight_beta), 0 },
    { "conditional_factor", T_FRACTION, F_RISK, 0, AT(conditional_factor), 0 },
    { "likelihood_default", T_FRACTION, F_RISK, 0, AT(likelihood_default), 0 },
    { "exposure", T_TREE, F_RISK, 0, AT(risk_exposure), 0 },
    { "criticality", T_TREE, F_RISK, 0, AT(risk_criticality), 0 },
    { "thresholds", T_TREE, F_RISK, 0, AT(risk_thresholds), 0 },
    { "entries", T_NAMES, F_RISK, 0, AT(risk_entries), AT(n_risk_entries) },
    { "breach", T_NAMES, F_RISK, 0, AT(risk_breach), AT(n_risk_breach) },
    { "dominion", T_NAMES, F_RISK, 0, AT(risk_dominion), AT(n_risk_dominion) },
    { "dominion_contains", T_NAMES, F_RISK, 0, AT(risk_contains), AT(n_risk_contains) },
    { "dominion_is", T_NAMES, F_RISK, 0, AT(risk_is), AT(n_risk_is) },
    { "public", T_NAMES, F_RISK, 0, AT(risk_public), AT(n_risk_public) },
    { "example", T_EXAMPLE, F_EXAMPLE | F_CRIT, F_EXAMPLE, AT(example), 0 },
    { "counter_example", T_EXAMPLE, F_EXAMPLE | F_CRIT, F_EXAMPLE, AT(counter_example), 0 },
};
#define N_FIELDS (sizeof fields / sizeof *fields)

static const char *const form_names[RULE_FORMS + 1] = { "label", "edge",           "edge-kind", "path", "criticality",
                                                        "risk",  "recommendation", "access",    NULL };

const char *rule_form_name(cg_rule_form form)
{
    return (unsigned)form < RULE_FORMS ? form_names[form] : "unknown";
}

uint32_t rule_form_fields(cg_rule_form form, const char **out, uint32_t cap)
{
    uint32_t n = 0;
    for (size_t i = 0; i < N_FIELDS; i++)
        if (fields[i].may & (1 << form)) {
            if (n < cap)
                out[n] = fields[i].name;
            n++;
        }
    return n;
}

static int32_t read_removes(pack_reader *r, const cg_tree *t, cg_rule *rule)
{
    static const char *const keys[] = { "labels", "kinds", NULL };
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "removes");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "removes", keys);
    if (rc == CSPM_OK && t->map.count == 0)
        return pack_fail(r, t->pos, "removes names neither labels nor kinds");
    const cg_tree *labels = rc == CSPM_OK ? cg_tree_get(t, "labels") : NULL, *kinds = rc == CSPM_OK ? cg_tree_get(t, "kinds") : NULL;
    if (labels)
        rc = pack_strings(r, labels, "removes.labels", true, false, &rule->removes_labels, &rule->n_removes_labels);
    if (rc == CSPM_OK && kinds)
        rc = pack_strings(r, kinds, "removes.kinds", true, false, &rule->removes_kinds, &rule->n_removes_kinds);
    return rc;
}

static int32_t read_prose(pack_reader *r, const cg_tree *t, const char *name, cg_str *out)
{
    int32_t rc = pack_text(r, t, name, out);
    return rc == CSPM_OK ? pack_variables(r, t, name) : rc;
}

static int32_t read_field(pack_reader *r, const field *f, const cg_tree *t, rule_entry *e)
{
    char *base = (char *)e;
    void *to = base + f->to;
    uint32_t *count = (uint32_t *)(void *)(base + f->count);
    switch (f->type) {
    case T_ID:
        return pack_id(r, t, f->name, to);
    case T_FORM:
    case T_KINDS:
        return CSPM_OK;
    case T_TEXT:
        return pack_text(r, t, f->name, to);
    case T_PROSE:
        return read_prose(r, t, f->name, to);
    case T_NAME:
        return pack_name(r, t, f->name, false, to);
    case T_NAMES:
        return pack_strings(r, t, f->name, true, false, to, count);
    case T_JOINED_NAMES:
        return pack_joined_names(r, t, f->name, to, count);
    case T_STRINGS:
        return pack_strings(r, t, f->name, false, false, to, count);
    case T_FRACTION:
        return pack_number(r, t, f->name, 1, false, 1e6, to);
    case T_WEIGHT:
        return pack_number(r, t, f->name, 10, false, 1e3, to);
    case T_PRIORITY:
        return t->type == CG_TREE_INT ? pack_number(r, t, f->name, 1000, true, 1, to) : pack_need(r, t, CG_TREE_INT, f->name);
    case T_BOOL:
        e->removable_given |= to == (void *)&e->rule.removable;
        return pack_bool(r, t, f->name, to);
    case T_CAPABILITY:
        return pack_capability(r, t, f->name, to);
    case T_SEVERITY:
        return pack_severity(r, t, to);
    case T_TECHNIQUE:
        return pack_technique(r, t, to);
    case T_TACTIC:
        return pack_tactic(r, t, to);
    case T_TOUCHES:
        return pack_touches(r, t, f->name, to);
    case T_LINK:
        e->recommendation_pos = t->pos;
        return pack_id(r, t, f->name, to);
    case T_REMOVES:
        return read_removes(r, t, &e->rule);
    case T_QUERY: {
        cg_str text;
        *(const cg_tree **)to = t;
        return pack_text(r, t, f->name, &text);
    }
    case T_EXAMPLE:
        *(const cg_tree **)to = t;
        return pack_example(r, t, f->name, e);
    case T_TARGET:
        return pack_grant_target(r, t, to);
    case T_REQUIRES:
        return pack_grant_needs(r, t, to);
    case T_YIELDS:
        return pack_grant_yields(r, t, to);
    case T_TREE:
        *(const cg_tree **)to = t;
        return pack_need(r, t, CG_TREE_MAP, f->name);
    }
    return CSPM_OK;
}

static int32_t read_form(pack_reader *r, const cg_tree *t, cg_rule_form *out)
{
    const cg_tree *form = cg_tree_get(t, "form");
    if (!form)
        return pack_fail(r, t->pos, "a rule has no field \"form\"");
    int32_t rc = pack_need(r, form, CG_TREE_STRING, "form");
    if (rc != CSPM_OK)
        return rc;
    for (uint32_t i = 0; form_names[i]; i++)
        if (cg_str_eq(form->string, cg_str_from(form_names[i]))) {
            *out = (cg_rule_form)i;
            return CSPM_OK;
        }
    rc = pack_fail(r, form->pos, "form \"%.*s\" is not known", CG_FMT(form->string));
    for (uint32_t i = 0; rc == CSPM_E_PARSE && r->err && *r->err && form_names[i]; i++)
        cg_error_add_expected(*r->err, cg_str_from(form_names[i]));
    return rc;
}

static int32_t check_keys(pack_reader *r, const cg_tree *t, cg_rule_form form)
{
    const char *allowed[N_FIELDS + 1];
    char what[48];
    uint32_t n = rule_form_fields(form, allowed, N_FIELDS);
    cg_buf b;
    allowed[n] = NULL;
    cg_buf_init(&b, r->mem, sizeof what);
    cg_buf_printf(&b, "a rule of form \"%s\"", rule_form_name(form));
    cg_buf_char(&b, 0);
    int32_t rc = b.failed ? cg_nomem(r->mem, r->err) : pack_only_keys(r, t, b.data, allowed);
    cg_buf_free(&b);
    return rc;
}

static int32_t read_fields(pack_reader *r, const cg_tree *t, rule_entry *e)
{
    uint8_t form = (uint8_t)(1 << e->rule.form);
    for (size_t i = 0; i < N_FIELDS; i++) {
        const field *f = &fields[i];
        const cg_tree *value = f->may & form ? cg_tree_get(t, f->name) : NULL;
        if (!value && (f->must & form))
            return pack_fail(r, t->pos, "rule \"%.*s\" of form \"%s\" has no field \"%s\"", CG_FMT(e->rule.id),
                             rule_form_name(e->rule.form), f->name);
        int32_t rc = value ? read_field(r, f, value, e) : CSPM_OK;
        if (rc != CSPM_OK)
            return rc;
    }
    return CSPM_OK;
}

/* What one field alone cannot say. */
static int32_t check_together(pack_reader *r, rule_entry *e)
{
    const cg_rule *rule = &e->rule;
    const char *id = rule->id.data;
    int length = (int)rule->id.length;
    if (rule->form == CG_RULE_LABEL && !e->match == !rule->n_match_labels)
        return pack_fail(r, e->body->pos, "rule \"%.*s\" needs either match or match_labels", length, id);
    if (rule->form == CG_RULE_CRITICALITY && e->match && rule->n_match_labels)
        return pack_fail(r, e->body->pos, "rule \"%.*s\" has both match and match_labels", length, id);
    if (e->match && !e->reads.given)
        return pack_fail(r, e->match->pos, "rule \"%.*s\" has a pattern and does not declare what it reads", length, id);
    if (!e->match && e->reads.given)
        return pack_fail(r, e->reads.pos, "rule \"%.*s\" declares reads and has no pattern", length, id);
    bool finds = e->match || rule->n_match_labels;
    if (rule->form == CG_RULE_CRITICALITY && finds && (!e->example || !e->counter_example))
        return pack_fail(r, e->body->pos, "rule \"%.*s\" has a pattern and lacks its example or counter_example", length, id);
    if (rule->form == CG_RULE_CRITICALITY && !finds && (e->example || e->counter_example))
        return pack_fail(r, e->body->pos, "rule \"%.*s\" has an example and no pattern to try on it", length, id);
    if (rule->tactic.length && !rule->technique.length)
        return pack_fail(r, e->body->pos, "rule \"%.*s\" names a tactic without a technique", length, id);
    if (rule->form == CG_RULE_ACCESS)
        return pack_grant_check(r, e);
    return CSPM_OK;
}

static rule_entry *new_entry(pack_reader *r, const cg_tree *t)
{
    rule_entry *e = cg_arena_calloc(&r->pack->arena, 1, sizeof *e);
    if (!e)
        return NULL;
    e->body = t;
    e->pack = r->pack;
    e->columns = (rule_columns){ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX };
    e->rule.enabled = true;
    e->rule.traversable = true;
    e->rule.needs = e->rule.gives = CG_CAP_CONTROL;
    e->rule.source = r->pack->info.source;
    e->rule.pos = t->pos;
    return e;
}

static int32_t keep(pack_reader *r, rule_entry *e)
{
    return cg_vec_push(r->mem, &r->pack->rules, e) ? CSPM_OK : cg_nomem(r->mem, r->err);
}

static int32_t read_kind(pack_reader *r, const cg_tree *t, cg_rule *rule)
{
    static const char *const keys[] = { "kind", "traversable", "needs", "gives", "likelihood", "technique", "tactic", "verb", NULL };
    const cg_tree *v;
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "an element of kinds");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, t, "a relationship kind", keys);
    if (rc == CSPM_OK && !cg_tree_get(t, "kind"))
        return pack_fail(r, t->pos, "an element of kinds has no field \"kind\"");
    if (rc == CSPM_OK)
        rc = pack_name(r, cg_tree_get(t, "kind"), "kind", false, &rule->edge_kind);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "traversable")))
        rc = pack_bool(r, v, "traversable", &rule->traversable);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "needs")))
        rc = pack_capability(r, v, "needs", &rule->needs);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "gives")))
        rc = pack_capability(r, v, "gives", &rule->gives);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "likelihood")))
        rc = pack_number(r, v, "likelihood", 1, false, 1e6, &rule->likelihood);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "technique")))
        rc = pack_technique(r, v, &rule->technique);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "tactic")))
        rc = pack_tactic(r, v, &rule->tactic);
    if (rc == CSPM_OK && (v = cg_tree_get(t, "verb")))
        rc = pack_text(r, v, "verb", &rule->verb);
    return rc;
}

/* A table of kinds becomes one rule a kind, so that whoever meets a kind finds its rule directly. */
static int32_t spread_table(pack_reader *r, const rule_entry *table)
{
    const cg_tree *kinds = cg_tree_get(table->body, "kinds");
    int32_t rc = pack_need(r, kinds, CG_TREE_LIST, "kinds");
    if (rc == CSPM_OK && kinds->list.count == 0)
        return pack_fail(r, kinds->pos, "kinds is empty");
    for (uint32_t i = 0; rc == CSPM_OK && i < kinds->list.count; i++) {
        rule_entry *e = cg_arena_calloc(&r->pack->arena, 1, sizeof *e);
        cg_buf id;
        if (!e)
            return cg_nomem(r->mem, r->err);
        *e = *table;
        rc = read_kind(r, kinds->list.items[i], &e->rule);
        if (rc != CSPM_OK)
            return rc;
        cg_buf_init(&id, r->mem, 0);
        cg_buf_printf(&id, "%.*s/%.*s", CG_FMT(table->rule.id), CG_FMT(e->rule.edge_kind));
        e->rule.id = (cg_str){ id.failed ? NULL : cg_arena_strndup(&r->pack->arena, id.data, id.length), id.length };
        cg_buf_free(&id);
        if (!e->rule.id.data)
            return cg_nomem(r->mem, r->err);
        e->rule.table_id = table->rule.id;
        e->rule.pos = kinds->list.items[i]->pos;
        e->first_of_table = i == 0;
        rc = keep(r, e);
    }
    return rc;
}

static int32_t read_rule(pack_reader *r, const cg_tree *t, cg_str yaml)
{
    cg_rule_form form = CG_RULE_LABEL;
    int32_t rc = pack_need(r, t, CG_TREE_MAP, "a rule");
    if (rc == CSPM_OK)
        rc = read_form(r, t, &form);
    if (rc == CSPM_OK)
        rc = check_keys(r, t, form);
    if (rc != CSPM_OK)
        return rc;
    rule_entry *e = new_entry(r, t);
    if (!e)
        return cg_nomem(r->mem, r->err);
    e->rule.form = form;
    e->rule.yaml = yaml;
    e->rule.pack = r->pack->index;
    rc = read_fields(r, t, e);
    if (rc == CSPM_OK)
        rc = check_together(r, e);
    if (rc != CSPM_OK)
        return rc;
    return form == CG_RULE_EDGE_KIND ? spread_table(r, e) : keep(r, e);
}

static int by_id(const void *a, const void *b)
{
    const rule_entry *x = *(rule_entry *const *)a, *y = *(rule_entry *const *)b;
    int c = cg_str_cmp(x->rule.id, y->rule.id);
    return c ? c : x->rule.pos.offset < y->rule.pos.offset ? -1 : x->rule.pos.offset > y->rule.pos.offset;
}

static int32_t check_duplicates(pack_reader *r)
{
    size_t n = r->pack->rules.count;
    rule_entry **sorted = cg_alloc_array(r->mem, n ? n : 1, sizeof *sorted);
    int32_t rc = CSPM_OK;
    if (!sorted)
        return cg_nomem(r->mem, r->err);
    if (n)
        memcpy(sorted, r->pack->rules.data, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_id);
    for (size_t i = 1; rc == CSPM_OK && i < n; i++)
        if (cg_str_eq(sorted[i - 1]->rule.id, sorted[i]->rule.id))
            rc = pack_fail(r, sorted[i]->rule.pos, "rule id \"%.*s\" is used twice in this pack, first in line %u",
                           CG_FMT(sorted[i]->rule.id), (unsigned)sorted[i - 1]->rule.pos.line);
    cg_free(r->mem, sorted);
    return rc;
}

static int32_t read_version(pack_reader *r, const cg_tree *t, cg_str *out)
{
    uint32_t dots = 0;
    int32_t rc = pack_text(r, t, "version", out);
    if (rc != CSPM_OK)
        return rc;
    bool good = out->data[0] != '.' && out->data[out->length - 1] != '.';
    for (size_t i = 0; good && i < out->length; i++) {
        bool dot = out->data[i] == '.';
        dots += dot;
        good = dot ? out->data[i + 1] != '.' : out->data[i] >= '0' && out->data[i] <= '9';
    }
    return good && dots == 2 ? CSPM_OK : pack_fail(r, t->pos, "version \"%.*s\" is not of the form 1.2.3", CG_FMT(*out));
}

static int32_t read_head(pack_reader *r, const cg_tree *root)
{
    static const char *const root_keys[] = { "schema", "pack", "rules", NULL }, *const pack_keys[] = { "id", "version", "title",
                                                                                                       "description", NULL };
    cg_pack_info *info = &r->pack->info;
    cg_str text;
    int32_t rc = pack_need(r, root, CG_TREE_MAP, "a rule pack");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, root, "a rule pack", root_keys);
    for (uint32_t i = 0; rc == CSPM_OK && root_keys[i]; i++)
        if (!cg_tree_get(root, root_keys[i]))
            rc = pack_fail(r, root->pos, "the pack has no field \"%s\"", root_keys[i]);
    if (rc == CSPM_OK)
        rc = pack_text(r, cg_tree_get(root, "schema"), "schema", &text);
    if (rc == CSPM_OK && !cg_str_eq(text, CG_STR(SCHEMA)))
        rc = pack_fail(r, cg_tree_get(root, "schema")->pos, "schema \"%.*s\" is not one this library reads (" SCHEMA ")", CG_FMT(text));
    const cg_tree *pack = rc == CSPM_OK ? cg_tree_get(root, "pack") : NULL;
    if (rc == CSPM_OK)
        rc = pack_need(r, pack, CG_TREE_MAP, "pack");
    if (rc == CSPM_OK)
        rc = pack_only_keys(r, pack, "pack", pack_keys);
    for (uint32_t i = 0; rc == CSPM_OK && i < 3; i++)
        if (!cg_tree_get(pack, pack_keys[i]))
            rc = pack_fail(r, pack->pos, "pack has no field \"%s\"", pack_keys[i]);
    if (rc == CSPM_OK)
        rc = pack_id(r, cg_tree_get(pack, "id"), "pack id", &info->id);
    if (rc == CSPM_OK)
        rc = read_version(r, cg_tree_get(pack, "version"), &info->version);
    if (rc == CSPM_OK)
        rc = pack_text(r, cg_tree_get(pack, "title"), "title", &info->title);
    if (rc == CSPM_OK && cg_tree_get(pack, "description"))
        rc = pack_text(r, cg_tree_get(pack, "description"), "description", &text);
    return rc;
}

static size_t line_start(cg_str text, uint64_t offset)
{
    size_t i = offset < text.length ? (size_t)offset : text.length;
    while (i > 0 && text.data[i - 1] != '\n')
        i--;
    return i;
}

static bool line_is_idle(cg_str text, size_t from, size_t to)
{
    while (from < to && (text.data[from] == ' ' || text.data[from] == '\r' || text.data[from] == '\n'))
        from++;
    return from >= to || text.data[from] == '#';
}

/* The lines of one rule, without the blank lines and comments before the next. */
static cg_str rule_lines(cg_str text, const cg_tree *rules, uint32_t i)
{
    size_t from = line_start(text, rules->list.items[i]->pos.offset);
    size_t to = i + 1 < rules->list.count ? line_start(text, rules->list.items[i + 1]->pos.offset) : text.length;
    while (to > from) {
        size_t last = line_start(text, to - 1);
        if (last < from || !line_is_idle(text, last, to))
            break;
        to = last;
    }
    return (cg_str){ text.data + from, to - from };
}

static int32_t read_pack(pack_reader *r)
{
    cg_json_limits limits = { .max_depth = MAX_DEPTH };
    cg_tree *root = NULL;
    int32_t rc = cg_tree_from_yaml(&r->pack->arena, r->pack->text, r->pack->info.source, &limits, &root, r->err);
    if (rc == CSPM_OK)
        rc = read_head(r, root);
    const cg_tree *rules = rc == CSPM_OK ? cg_tree_get(root, "rules") : NULL;
    if (rc == CSPM_OK)
        rc = pack_need(r, rules, CG_TREE_LIST, "rules");
    if (rc == CSPM_OK && rules->list.count == 0)
        rc = pack_fail(r, rules->pos, "rules is empty");
    for (uint32_t i = 0; rc == CSPM_OK && i < rules->list.count; i++)
        rc = read_rule(r, rules->list.items[i], rule_lines(r->pack->text, rules, i));
    return rc == CSPM_OK ? check_duplicates(r) : rc;
}

int32_t rule_pack_read(cg_mem *mem, cg_str yaml, cg_str source, rule_pack **out, cspm_error **err)
{
    rule_pack *pack = cg_calloc(mem, 1, sizeof *pack);
    pack_reader r = { .mem = mem, .pack = pack, .err = err };
    *out = NULL;
    if (!pack)
        return cg_nomem(mem, err);
    cg_arena_init(&pack->arena, mem);
    pack->text = (cg_str){ cg_arena_strndup(&pack->arena, yaml.data ? yaml.data : "", yaml.length), yaml.length };
    pack->info.source = (cg_str){ cg_arena_strndup(&pack->arena, source.data ? source.data : "", source.length), source.length };
    int32_t rc = pack->text.data && pack->info.source.data ? CSPM_OK : cg_nomem(mem, err);
    if (rc == CSPM_OK) {
        cg_sha256_hex(pack->text.data, pack->text.length, pack->info.sha256);
        rc = read_pack(&r);
    }
    if (rc == CSPM_OK)
        *out = pack;
    else
        rule_pack_free(mem, pack);
    return rc;
}

void rule_pack_free(cg_mem *mem, rule_pack *pack)
{
    if (!pack)
        return;
    for (size_t i = 0; i < pack->rules.count; i++)
        cg_query_unref(pack->rules.data[i]->rule.pattern);
    cg_vec_free(mem, &pack->rules);
    cg_arena_free(&pack->arena);
    cg_free(mem, pack);
}
