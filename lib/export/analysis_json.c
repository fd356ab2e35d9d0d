/* The analysis as JSON, schema cspmgraph/analysis/1 (doc/schema/analysis.json). */
#include "base/time.h"
#include "export/analysis_formats.h"
#include "export/version_text.h"

static void key(cg_buf *b, const char *name)
{
    cg_buf_printf(b, ",\"%s\":", name);
}

static void text(cg_buf *b, const char *name, cg_str s)
{
    key(b, name);
    cg_json_write_string(b, s);
}

static void text_or_null(cg_buf *b, const char *name, cg_str s)
{
    key(b, name);
    if (s.length)
        cg_json_write_string(b, s);
    else
        cg_buf_adds(b, "null");
}

static void number(cg_buf *b, const char *name, uint64_t v)
{
    cg_buf_printf(b, ",\"%s\":%llu", name, (unsigned long long)v);
}

static void real(cg_buf *b, const char *name, double v)
{
    key(b, name);
    cg_json_write_double(b, v);
}

static void boolean(cg_buf *b, const char *name, bool v)
{
    cg_buf_printf(b, ",\"%s\":%s", name, v ? "true" : "false");
}

static void texts(cg_buf *b, const char *name, const cg_str *items, uint32_t n)
{
    key(b, name);
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_json_write_string(b, items[i]);
    }
    cg_buf_char(b, ']');
}

static void ids(cg_buf *b, const char *name, const cg_graph *g, const cg_node *nodes, uint32_t n)
{
    key(b, name);
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_node_write_id(b, g, nodes[i]);
    }
    cg_buf_char(b, ']');
}

const char *cg_truncated_name(uint32_t mask)
{
    return mask & CSPM_TRUNCATED_TIME     ? "time"
           : mask & CSPM_TRUNCATED_MEMORY ? "memory"
           : mask & CSPM_TRUNCATED_WORK   ? "work"
           : mask & CSPM_TRUNCATED_ROWS   ? "rows"
                                          : NULL;
}

void cg_kinds_write_json(cg_buf *b, const cg_graph *g, cg_node n)
{
    uint32_t labels[64], count = cg_node_labels(g, n, labels, 64);
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < count && i < 64; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_json_write_string(b, cg_name_get(g, CG_NAMES_LABEL, labels[i]));
    }
    cg_buf_char(b, ']');
}

static void endpoint(cg_buf *b, const char *name, const cg_graph *g, cg_node n)
{
    key(b, name);
    cg_buf_adds(b, "{\"id\":");
    cg_node_write_id(b, g, n);
    text(b, "name", cg_node_name(g, n));
    key(b, "kinds");
    cg_kinds_write_json(b, g, n);
    cg_buf_char(b, '}');
}

static void recommendations(cg_buf *b, const cg_graph *g, const cg_recommendation *items, uint32_t n)
{
    key(b, "recommendations");
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(b, i ? ",{\"id\":" : "{\"id\":");
        cg_json_write_string(b, items[i].id);
        text(b, "title", items[i].title);
        key(b, "resource");
        cg_node_write_id(b, g, items[i].resource);
        boolean(b, "breaks_path", items[i].breaks_path);
        text(b, "remediation", items[i].remediation);
        cg_buf_char(b, '}');
    }
    cg_buf_char(b, ']');
}

static void score_parts(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    const cg_score *s = &p->score;
    key(b, "score_parts");
    cg_buf_adds(b, "{\"formula\":\"100 * impact^alpha * likelihood^beta\"");
    real(b, "impact", s->impact / 1e6);
    text_or_null(b, "impact_label", s->impact_label);
    real(b, "likelihood", s->likelihood / 1e6);
    real(b, "exposure", s->exposure / 1e6);
    text_or_null(b, "exposure_label", s->exposure_label);
    real(b, "edges", s->edges / 1e6);
    real(b, "alpha", s->alpha / 1e3);
    real(b, "beta", s->beta / 1e3);
    key(b, "edge_factors");
    cg_buf_char(b, '[');
    for (uint32_t i = p->from_internet; i < p->n_steps; i++) {
        cg_buf_adds(b, i > p->from_internet ? ",{\"kind\":" : "{\"kind\":");
        cg_json_write_string(b, p->steps[i].kind_name);
        real(b, "likelihood", p->steps[i].likelihood / 1e6);
        boolean(b, "conditional", p->steps[i].conditional);
        cg_buf_char(b, '}');
    }
    cg_buf_adds(b, "]}");
}

static void path_evidence(cg_buf *b, const cg_graph *g, const cg_attack_path *p, cg_lines *lines)
{
    uint32_t evidence = CG_NO_EVIDENCE, label;
    if (p->n_steps)
        return;
    /* No step to carry it: what makes the node worth reaching, else where it was defined. */
    label = p->score.impact_label.length ? cg_name_find(g, CG_NAMES_LABEL, p->score.impact_label) : CG_NO_NAME;
    if (label != CG_NO_NAME)
        evidence = cg_label_evidence(g, p->target, label);
    if (evidence == CG_NO_EVIDENCE)
        evidence = cg_node_evidence(g, p->target);
    key(b, "evidence");
    cg_buf_char(b, '[');
    if (evidence != CG_NO_EVIDENCE)
        cg_evidence_write_json(b, g, evidence, lines);
    cg_buf_char(b, ']');
}

static void affected(cg_buf *b, const cg_graph *g, const cg_attack_path *p)
{
    key(b, "affected_resources");
    cg_buf_char(b, '[');
    cg_node_write_id(b, g, p->entry);
    for (uint32_t i = p->from_internet; i < p->n_steps; i++) {
        cg_buf_char(b, ',');
        cg_node_write_id(b, g, p->steps[i].to);
    }
    cg_buf_char(b, ']');
}

void cg_attack_path_write_json(cg_buf *b, const cg_graph *g, const cg_attack_path *p, cg_lines *lines)
{
    cg_buf_printf(b, "{\"id\":\"%s\"", p->id);
    text(b, "type", p->type_id);
    text(b, "title", p->title);
    text(b, "description", p->description);
    texts(b, "story", p->story, p->n_story);
    text(b, "potential_impact", p->impact);
    texts(b, "risk_categories", p->categories, p->n_categories);
    text(b, "risk_level", cg_str_from(cg_level_name(p->level)));
    real(b, "risk_score", p->score.total);
    score_parts(b, g, p);
    texts(b, "risk_factors", p->risk_factors, p->n_risk_factors);
    texts(b, "environments", p->environments, p->n_environments);
    text_or_null(b, "tenant", p->tenant);
    text_or_null(b, "subscription", p->subscription);
    affected(b, g, p);
    number(b, "active_recommendations", p->n_recommendations);
    text(b, "manual_remediation", p->manual_remediation);
    endpoint(b, "entry", g, p->entry);
    endpoint(b, "target", g, p->target);
    number(b, "length", p->n_steps);
    number(b, "occurrences", p->occurrences);
    boolean(b, "occurrences_estimated", p->occurrences_estimated);
    boolean(b, "conditional", p->conditional);
    key(b, "steps");
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < p->n_steps; i++) {
        cg_buf_adds(b, i ? "," : "");
        cg_step_write_json(b, g, &p->steps[i], lines);
    }
    cg_buf_char(b, ']');
    path_evidence(b, g, p, lines);
    recommendations(b, g, p->recommendations, p->n_recommendations);
    cg_buf_char(b, '}');
}

/* The day a catalogue of vulnerabilities was published, by the node its reader leaves; null when none was read. */
static void catalogue_date(cg_analysis_out *o, const char *name, const char *id)
{
    const uint32_t property = cg_name_find(o->g, CG_NAMES_KEY, CG_STR("date"));
    const cg_node n = cg_node_find(o->g, id, strlen(id));
    cg_value v = cg_v_null();
    cg_arena arena;

    key(o->out, name);
    cg_arena_init(&arena, cg_graph_mem(o->g));
    if (n != CG_NO_NODE && property != CG_NO_NAME && cg_node_prop(o->g, n, property, &arena, &v, NULL) == CSPM_OK && v.type == CG_STRING)
        cg_json_write_string(o->out, (cg_str){ v.string, v.length < 10 ? v.length : 10 });
    else
        cg_buf_adds(o->out, "null");
    cg_arena_free(&arena);
}

static void write_tool(cg_analysis_out *o)
{
    cg_buf *b = o->out;
    cg_buf_adds(b, ",\n\"tool\":{\"version\":\"" CG_VERSION_TEXT "\",\"packs\":[");
    for (uint32_t i = 0; i < cg_ruleset_n_packs(o->a->rules); i++) {
        const cg_pack_info *pack = cg_ruleset_pack(o->a->rules, i);
        cg_buf_adds(b, i ? ",{\"id\":" : "{\"id\":");
        cg_json_write_string(b, pack->id);
        text(b, "version", pack->version);
        text(b, "sha256", cg_str_from(pack->sha256));
        cg_buf_char(b, '}');
    }
    cg_buf_char(b, ']');
    catalogue_date(o, "kev_date", "cisa-kev");
    catalogue_date(o, "epss_date", "first-epss");
    cg_buf_char(b, '}');
}

static void write_summary(cg_analysis_out *o)
{
    const cg_analysis *a = o->a;
    cg_buf *b = o->out;
    cg_buf_printf(b, ",\n\"summary\":{\"nodes\":%u", cg_graph_n_nodes(o->g));
    number(b, "edges", cg_graph_n_rels(o->g));
    number(b, "derived_edges", cg_graph_n_derived(o->g));
    number(b, "entry_points", a->n_entries);
    number(b, "targets", a->n_targets);
    number(b, "targets_beyond_max_length", a->targets_beyond);
    number(b, "attack_paths", a->n_paths);
    number(b, "listed", a->n_listed);
    number(b, "max_length", a->max_length);
    boolean(b, "assume_breach", a->assume_breach);
    boolean(b, "estimated", a->estimated);
    key(b, "by_level");
    cg_buf_char(b, '{');
    for (int level = CG_LEVEL_CRITICAL; level >= CG_LEVEL_LOW; level--)
        cg_buf_printf(b, "%s\"%s\":%llu", level == CG_LEVEL_CRITICAL ? "" : ",", cg_level_name((cg_level)level),
                      (unsigned long long)a->by_level[level]);
    cg_buf_adds(b, "}}");
}

static int32_t write_paths(cg_analysis_out *o, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    cg_buf_adds(o->out, ",\n\"attack_paths\":[");
    for (uint32_t i = 0; i < o->a->n_listed && rc == CSPM_OK; i++) {
        cg_buf_adds(o->out, i ? ",\n" : "\n");
        cg_attack_path_write_json(o->out, o->g, &o->a->paths[i], o->lines);
        rc = o->out->failed ? cg_nomem(o->mem, err) : cg_op_check(o->op, o->mem, err);
    }
    cg_buf_char(o->out, ']');
    return rc;
}

static void write_pattern(cg_analysis_out *o, const cg_pattern_row *p)
{
    cg_buf *b = o->out;
    cg_buf_printf(b, "{\"id\":\"%s\"", p->id);
    text(b, "signature", p->signature);
    text(b, "title", p->title);
    text(b, "risk_level", cg_str_from(cg_level_name(p->level)));
    real(b, "risk_score", p->score);
    number(b, "count", p->count);
    text(b, "exemplar", cg_str_from(p->exemplar));
    number(b, "length", p->n_steps);
    number(b, "twins", p->twins);
    ids(b, "entries", o->g, p->entries, p->n_entries);
    ids(b, "targets", o->g, p->targets, p->n_targets);
    key(b, "steps");
    cg_buf_char(b, '[');
    for (uint32_t i = 0; i < p->n_steps; i++) {
        cg_buf_adds(b, i ? ",[" : "[");
        cg_node_write_id(b, o->g, p->steps[i].from);
        cg_buf_char(b, ',');
        cg_json_write_string(b, p->steps[i].kind_name);
        cg_buf_char(b, ',');
        cg_node_write_id(b, o->g, p->steps[i].to);
        cg_buf_char(b, ']');
    }
    cg_buf_adds(b, "]}");
}

static void write_node(cg_analysis_out *o, const cg_node_risk *n)
{
    cg_buf *b = o->out;
    uint32_t labels[64], count = cg_node_labels(o->g, n->node, labels, 64), base = cg_node_n_base_labels(o->g, n->node);
    cg_node_write_id(b, o->g, n->node);
    cg_buf_adds(b, ":{\"name\":");
    cg_json_write_string(b, cg_node_name(o->g, n->node));
    key(b, "kinds");
    cg_kinds_write_json(b, o->g, n->node);
    key(b, "labels");
    cg_buf_char(b, '[');
    for (uint32_t i = base; i < count && i < 64; i++) {
        uint32_t evidence = cg_label_evidence(o->g, n->node, labels[i]);
        cg_buf_adds(b, i > base ? ",{\"name\":" : "{\"name\":");
        cg_json_write_string(b, cg_name_get(o->g, CG_NAMES_LABEL, labels[i]));
        cg_buf_adds(b, ",\"evidence\":[");
        if (evidence != CG_NO_EVIDENCE)
            cg_evidence_write_json(b, o->g, evidence, o->lines);
        cg_buf_adds(b, "]}");
    }
    cg_buf_char(b, ']');
    recommendations(b, o->g, n->recommendations, n->n_recommendations);
    real(b, "risk_score", n->score);
    text(b, "risk_level", cg_str_from(cg_level_name(n->level)));
    number(b, "attack_paths", n->paths);
    cg_buf_char(b, '}');
}

static void write_choke(cg_analysis_out *o, const cg_choke *c)
{
    cg_buf *b = o->out;
    cg_evidence e;
    if (c->node != CG_NO_NODE) {
        cg_buf_adds(b, "{\"node\":");
        cg_node_write_id(b, o->g, c->node);
    } else {
        cg_buf_adds(b, "{\"edge\":");
        cg_rel_write_json(b, o->g, c->rel);
    }
    number(b, "paths", c->paths);
    number(b, "targets", c->targets);
    number(b, "entries", c->entries);
    boolean(b, "cuts_all", c->cuts_all);
    if (c->evidence != CG_NO_EVIDENCE && cg_evidence_get(o->g, c->evidence, &e) && e.rule.length)
        text(b, "rule", e.rule);
    cg_buf_char(b, '}');
}

static void write_fix(cg_analysis_out *o, const cg_fix *f)
{
    cg_buf *b = o->out;
    cg_buf_printf(b, "{\"id\":\"%s\"", f->id);
    text(b, "title", f->title);
    key(b, "resource");
    if (f->resource == CG_NO_NODE)
        cg_buf_adds(b, "null");
    else
        cg_node_write_id(b, o->g, f->resource);
    text_or_null(b, "rule", f->rule ? f->rule->id : CG_STR_NULL);
    text(b, "remediation", f->remediation);
    key(b, "removes");
    cg_buf_char(b, '[');
    if (f->closes != CG_NO_NODE) {
        cg_buf_adds(b, "[\"internet\",");
        cg_json_write_string(b, CG_STR(CG_INTERNET_KIND));
        cg_buf_char(b, ',');
        cg_node_write_id(b, o->g, f->closes);
        cg_buf_char(b, ']');
    }
    for (uint32_t i = 0; i < f->n_removes; i++) {
        cg_buf_adds(b, i || f->closes != CG_NO_NODE ? "," : "");
        cg_rel_write_json(b, o->g, f->removes[i]);
    }
    cg_buf_char(b, ']');
    number(b, "paths_closed", f->paths_closed);
    number(b, "cumulative_closed", f->cumulative_closed);
    boolean(b, "verified", f->verified);
    cg_buf_char(b, '}');
}

static void write_diag(cg_analysis_out *o, const cg_diag *d)
{
    cg_buf *b = o->out;
    cg_buf_printf(b, "{\"severity\":\"%s\"", d->severity == CG_DIAG_ERROR ? "error" : "warning");
    text_or_null(b, "source", d->source);
    number(b, "line", d->line);
    text(b, "code", d->code);
    text(b, "message", d->message);
    cg_buf_char(b, '}');
}

int32_t cg_analysis_write_json(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    cg_buf *b = o->out, now;
    const char *truncated = cg_truncated_name(a->truncated);
    cg_buf_init(&now, o->mem, 0);
    cg_instant_write(&now, (cg_instant){ a->generated_at });
    cg_buf_adds(b, "{\"schema\":\"cspmgraph/analysis/1\"");
    text(b, "generated_at", cg_buf_view(&now));
    b->failed |= now.failed;
    cg_buf_free(&now);
    key(b, "truncated");
    cg_buf_printf(b, truncated ? "\"%s\"" : "null", truncated);
    write_tool(o);
    write_summary(o);
    int32_t rc = write_paths(o, err);
    if (rc != CSPM_OK)
        return rc;
    cg_buf_adds(b, ",\n\"patterns\":[");
    for (uint32_t i = 0; i < a->n_patterns; i++) {
        cg_buf_adds(b, i ? ",\n" : "\n");
        write_pattern(o, &a->patterns[i]);
    }
    cg_buf_adds(b, "],\n\"nodes\":{");
    for (uint32_t i = 0; i < a->n_node_risks; i++) {
        cg_buf_adds(b, i ? ",\n" : "\n");
        write_node(o, &a->node_risks[i]);
    }
    cg_buf_adds(b, "},\n\"choke_points\":[");
    for (uint32_t i = 0; i < a->n_chokes; i++) {
        cg_buf_adds(b, i ? ",\n" : "\n");
        write_choke(o, &a->chokes[i]);
    }
    cg_buf_adds(b, "],\n\"fixes\":[");
    for (uint32_t i = 0; i < a->n_fixes; i++) {
        cg_buf_adds(b, i ? ",\n" : "\n");
        write_fix(o, &a->fixes[i]);
    }
    cg_buf_adds(b, "],\n\"diagnostics\":[");
    uint32_t of_graph = cg_diag_count(o->g), n = of_graph + a->n_diags;
    for (uint32_t i = 0; i < n; i++) {
        cg_diag d = i < of_graph ? cg_diag_get(o->g, i) : a->diags[i - of_graph];
        cg_buf_adds(b, i ? ",\n" : "\n");
        write_diag(o, &d);
    }
    cg_buf_adds(b, "]}\n");
    return CSPM_OK;
}

int32_t cg_analysis_write_ndjson(cg_analysis_out *o, cspm_error **err)
{
    int32_t rc = CSPM_OK;
    for (uint32_t i = 0; i < o->a->n_listed && rc == CSPM_OK; i++) {
        cg_attack_path_write_json(o->out, o->g, &o->a->paths[i], o->lines);
        cg_buf_char(o->out, '\n');
        rc = o->out->failed ? cg_nomem(o->mem, err) : cg_op_check(o->op, o->mem, err);
    }
    return rc;
}
