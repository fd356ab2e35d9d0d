/* Sealing: one list of rules out of all packs, patterns compiled and held against their declarations, references resolved. */
#include <stdlib.h>

#include "rules/set.h"

static int32_t fail(cg_ruleset *rs, const rule_entry *e, cg_pos pos, cspm_error **err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static int32_t fail(cg_ruleset *rs, const rule_entry *e, cg_pos pos, cspm_error **err, const char *format, ...)
{
    cg_buf b;
    va_list args;
    cg_buf_init(&b, rs->mem, 0);
    va_start(args, format);
    cg_buf_vprintf(&b, format, args);
    va_end(args);
    int32_t rc = b.failed ? cg_nomem(rs->mem, err)
                          : cg_fail_at(rs->mem, err, CSPM_E_PARSE, e->rule.source, pos, "rule \"%.*s\" %.*s", CG_FMT(e->rule.id),
                                       CG_FMT(cg_buf_view(&b)));
    cg_buf_free(&b);
    return rc;
}

/* ---- pattern against declaration ---- */

static bool among(cg_str name, const cg_str *list, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (cg_str_eq(list[i], name))
            return true;
    return false;
}

static int32_t compare_reads(cg_ruleset *rs, const rule_entry *e, const char *what, const cg_str *declared, uint32_t n_declared,
                             bool any_declared, const cg_str *used, uint32_t n_used, bool any_used, cspm_error **err)
{
    for (uint32_t i = 0; i < n_used; i++)
        if (!any_declared && !among(used[i], declared, n_declared))
            return fail(rs, e, e->reads.pos, err, "reads the %s \"%.*s\" and does not declare it", what, CG_FMT(used[i]));
    for (uint32_t i = 0; i < n_declared; i++)
        if (!among(declared[i], used, n_used))
            return fail(rs, e, e->reads.pos, err, "declares the %s \"%.*s\" and does not read it", what, CG_FMT(declared[i]));
    if (any_used && !any_declared)
        return fail(rs, e, e->reads.pos, err, "reads %ss it does not name; declare \"*\"", what);
    if (any_declared && !any_used)
        return fail(rs, e, e->reads.pos, err, "declares \"*\" and names every %s it reads", what);
    return CSPM_OK;
}

static int32_t check_reads(cg_ruleset *rs, const rule_entry *e, cspm_error **err)
{
    const cg_query_reads *q = cg_query_get_reads(e->rule.pattern);
    int32_t rc =
        compare_reads(rs, e, "label", e->reads.labels, e->reads.n_labels, e->reads.any_label, q->labels, q->n_labels, q->any_label, err);
    return rc == CSPM_OK
               ? compare_reads(rs, e, "kind", e->reads.kinds, e->reads.n_kinds, e->reads.any_kind, q->kinds, q->n_kinds, q->any_kind, err)
               : rc;
}

static int32_t check_writes(cg_ruleset *rs, const rule_entry *e, cspm_error **err)
{
    const rule_touches *w = &e->writes;
    bool edge = e->rule.form == CG_RULE_EDGE;
    cg_str name = edge ? e->rule.edge_kind : e->rule.label;
    if (!w->given)
        return CSPM_OK;
    bool good =
        !w->any_label && !w->any_kind && w->n_labels == !edge && w->n_kinds == edge && cg_str_eq(edge ? w->kinds[0] : w->labels[0], name);
    return good ? CSPM_OK
                : fail(rs, e, w->pos, err, "writes the %s \"%.*s\" and declares something else", edge ? "kind" : "label", CG_FMT(name));
}

static int32_t read_columns(cg_ruleset *rs, rule_entry *e, cspm_error **err)
{
    const struct {
        const char *name;
        uint32_t *at;
    } known[] = {
        { "node", &e->columns.node },
        { "from", &e->columns.from },
        { "to", &e->columns.to },
        { "likelihood", &e->columns.likelihood },
        { "conditional", &e->columns.conditional },
        { "note", &e->columns.note },
    };
    for (uint32_t i = 0; i < cg_query_n_columns(e->rule.pattern); i++)
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (cg_str_eq(cg_query_column(e->rule.pattern, i), cg_str_from(known[k].name)))
                *known[k].at = i;
    bool edge = e->rule.form == CG_RULE_EDGE;
    const rule_columns *c = &e->columns;
    if (edge && (c->from == UINT32_MAX || c->to == UINT32_MAX))
        return fail(rs, e, e->match->pos, err, "must return the columns \"from\" and \"to\"");
    if (!edge && c->node == UINT32_MAX)
        return fail(rs, e, e->match->pos, err, "must return the column \"node\"");
    return CSPM_OK;
}

int32_t rule_compile(cg_ruleset *rs, rule_entry *e, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    if (e->match && !e->rule.pattern) {
        cg_pos base;
        cg_str text = rule_match_text(e, &base);
        cspm_error *inner = NULL;
        rc = cg_query_compile(rs->mem, text, CG_LANG_GRAPH, e->rule.source, base, &e->rule.pattern, &inner);
        if (rc != CSPM_OK)
            rc = rule_query_error(rs->mem, e, rc, inner, err);
    }
    if (rc == CSPM_OK && e->rule.pattern)
        rc = read_columns(rs, e, err);
    if (rc == CSPM_OK && e->rule.pattern)
        rc = check_reads(rs, e, err);
    return rc == CSPM_OK ? check_writes(rs, e, err) : rc;
}

/* ---- one list out of all packs ---- */

static int by_id_and_pack(const void *a, const void *b)
{
    const rule_entry *x = *(rule_entry *const *)a, *y = *(rule_entry *const *)b;
    int c = cg_str_cmp(x->rule.id, y->rule.id);
    return c ? c : x->pack->index < y->pack->index ? -1 : x->pack->index > y->pack->index;
}

static int32_t list_rules(cg_ruleset *rs, cspm_error **err)
{
    size_t n = 0, kept = 0;
    for (size_t p = 0; p < rs->packs.count; p++)
        n += rs->packs.data[p]->rules.count;
    cg_free(rs->mem, rs->rules);
    rs->rules = cg_alloc_array(rs->mem, n ? n : 1, sizeof *rs->rules);
    rs->n_rules = 0;
    if (!rs->rules)
        return cg_nomem(rs->mem, err);
    for (size_t p = 0; p < rs->packs.count; p++)
        for (size_t i = 0; i < rs->packs.data[p]->rules.count; i++)
            rs->rules[rs->n_rules++] = rs->packs.data[p]->rules.data[i];
    if (n)
        qsort(rs->rules, n, sizeof *rs->rules, by_id_and_pack);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || !cg_str_eq(rs->rules[i]->rule.id, rs->rules[i + 1]->rule.id))
            rs->rules[kept++] = rs->rules[i];
    rs->n_rules = (uint32_t)kept;
    return CSPM_OK;
}

static void switch_off(cg_ruleset *rs)
{
    for (uint32_t i = 0; i < rs->n_rules; i++) {
        rule_entry *e = rs->rules[i];
        for (size_t k = 0; k < rs->disabled.count; k++) {
            cg_str id = rs->disabled.data[k];
            if (cg_str_eq(id, e->rule.id) || cg_str_eq(id, e->rule.table_id) || cg_str_eq(id, e->pack->info.id))
                e->rule.enabled = false;
        }
    }
}

const rule_entry *ruleset_entry(const cg_ruleset *rs, cg_str id)
{
    uint32_t low = 0, high = rs->n_rules;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int c = cg_str_cmp(rs->rules[middle]->rule.id, id);
        if (c == 0)
            return rs->rules[middle];
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const rule_entry *rule_kind_meaning(const cg_ruleset *rs, cg_str kind)
{
    const rule_entry *table = NULL, *first = NULL;
    for (uint32_t i = 0; i < rs->n_rules; i++) {
        const rule_entry *e = rs->rules[i];
        if (!e->rule.enabled || !cg_str_eq(e->rule.edge_kind, kind))
            continue;
        if (e->rule.form == CG_RULE_EDGE_KIND && (!table || e->pack->index >= table->pack->index))
            table = e;
        else if (!first && (e->rule.form == CG_RULE_EDGE || e->rule.form == CG_RULE_ACCESS))
            first = e;
    }
    return table && (table->rule.traversable || !first) ? table : first;
}

/* ---- consistency ---- */

static int32_t check_family(cg_ruleset *rs, cspm_error **err)
{
    for (uint32_t i = 0; i < rs->n_rules; i++)
        for (uint32_t k = 0; k < i; k++) {
            const rule_entry *a = rs->rules[k], *b = rs->rules[i];
            if (rule_writes_label(a) && rule_writes_label(b) && a->rule.family != b->rule.family && cg_str_eq(a->rule.label, b->rule.label))
                return fail(rs, b, b->rule.pos, err, "and rule \"%.*s\" disagree whether \"%.*s\" is a family", CG_FMT(a->rule.id),
                            CG_FMT(b->rule.label));
        }
    return CSPM_OK;
}

static bool says_meaning(const rule_entry *e)
{
    return e->rule.form == CG_RULE_EDGE || (e->rule.form == CG_RULE_ACCESS && e->rule.edge_kind.length);
}

static int32_t check_meanings(cg_ruleset *rs, cspm_error **err)
{
    for (uint32_t i = 0; i < rs->n_rules; i++) {
        const rule_entry *b = rs->rules[i];
        for (uint32_t k = 0; says_meaning(b) && k < i; k++) {
            const rule_entry *a = rs->rules[k];
            if (says_meaning(a) && cg_str_eq(a->rule.edge_kind, b->rule.edge_kind) &&
                (a->rule.needs != b->rule.needs || a->rule.gives != b->rule.gives))
                return fail(rs, b, b->rule.pos, err, "and rule \"%.*s\" disagree what \"%.*s\" needs or gives", CG_FMT(a->rule.id),
                            CG_FMT(b->rule.edge_kind));
        }
    }
    return CSPM_OK;
}

/* ---- recommendations: written at the rule, or found through what a recommendation removes ---- */

static const rule_entry *recommendation_for(const cg_ruleset *rs, const rule_entry *e)
{
    bool kind = says_meaning(e) || e->rule.form == CG_RULE_EDGE_KIND;
    for (uint32_t i = 0; i < rs->n_rules; i++) {
        const rule_entry *r = rs->rules[i];
        if (r->rule.form != CG_RULE_RECOMMENDATION || !r->rule.enabled)
            continue;
        if (kind ? among(e->rule.edge_kind, r->rule.removes_kinds, r->rule.n_removes_kinds)
                 : among(e->rule.label, r->rule.removes_labels, r->rule.n_removes_labels))
            return r;
    }
    return NULL;
}

static int32_t link_recommendation(cg_ruleset *rs, rule_entry *e, cspm_error **err)
{
    const rule_entry *r = NULL;
    if (e->recommendation.length) {
        r = ruleset_entry(rs, e->recommendation);
        if (!r || r->rule.form != CG_RULE_RECOMMENDATION)
            return fail(rs, e, e->recommendation_pos, err, "names the recommendation \"%.*s\", and there is no such rule",
                        CG_FMT(e->recommendation));
        r = r->rule.enabled ? r : NULL;
    } else if (e->rule.form == CG_RULE_LABEL || e->rule.form == CG_RULE_EDGE || e->rule.form == CG_RULE_EDGE_KIND ||
               e->rule.form == CG_RULE_ACCESS) {
        r = e->rule.family ? NULL : recommendation_for(rs, e);
    }
    if (!r)
        return CSPM_OK;
    e->rule.recommendation_id = r->rule.id;
    e->rule.recommendation_title = r->rule.title;
    if (!e->rule.remediation.length)
        e->rule.remediation = r->rule.remediation;
    if (!e->removable_given)
        e->rule.removable = true;
    return CSPM_OK;
}

/* ---- labels only rules may set ---- */

static int by_name(const void *a, const void *b)
{
    const rule_name *x = a, *y = b;
    return cg_str_cmp(x->name, y->name);
}

static int32_t list_claimed(cg_ruleset *rs, cspm_error **err)
{
    uint32_t kept = 0;
    cg_free(rs->mem, rs->claimed);
    rs->n_claimed = 0;
    rs->claimed = cg_calloc(rs->mem, rs->n_rules ? rs->n_rules : 1, sizeof *rs->claimed);
    if (!rs->claimed)
        return cg_nomem(rs->mem, err);
    for (uint32_t i = 0; i < rs->n_rules; i++)
        if ((rule_writes_label(rs->rules[i]) || (rs->rules[i]->rule.form == CG_RULE_ACCESS && rs->rules[i]->rule.label.length)) &&
            !rs->rules[i]->rule.family)
            rs->claimed[rs->n_claimed++].name = rs->rules[i]->rule.label;
    if (rs->n_claimed)
        qsort(rs->claimed, rs->n_claimed, sizeof *rs->claimed, by_name);
    for (uint32_t i = 0; i < rs->n_claimed; i++)
        if (!kept || !cg_str_eq(rs->claimed[kept - 1].name, rs->claimed[i].name))
            rs->claimed[kept++] = rs->claimed[i];
    rs->n_claimed = kept;
    return CSPM_OK;
}

int32_t cg_ruleset_seal(cg_ruleset *rs, cspm_error **err)
{
    if (rs->sealed)
        return CSPM_OK;
    int32_t rc = list_rules(rs, err);
    if (rc != CSPM_OK)
        return rc;
    switch_off(rs);
    for (uint32_t i = 0; rc == CSPM_OK && i < rs->n_rules; i++)
        rc = rule_compile(rs, rs->rules[i], err);
    if (rc == CSPM_OK)
        rc = check_family(rs, err);
    if (rc == CSPM_OK)
        rc = check_meanings(rs, err);
    for (uint32_t i = 0; rc == CSPM_OK && i < rs->n_rules; i++)
        rc = link_recommendation(rs, rs->rules[i], err);
    if (rc == CSPM_OK)
        rc = rule_risk_merge(rs, err);
    if (rc == CSPM_OK)
        rc = list_claimed(rs, err);
    if (rc == CSPM_OK)
        rc = rule_strata(rs, err);
    rs->sealed = rc == CSPM_OK;
    return rc;
}
