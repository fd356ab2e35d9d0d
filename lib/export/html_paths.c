/* The HTML report: a card for each listed path, and how its score comes about. */
#include "export/html.h"

enum { OPEN_CARDS = 3 };

static void stop(cg_analysis_out *o, cg_node n, cg_level level, bool last)
{
    cg_buf_printf(o->out, "<div class=\"stop %s%s\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-%s\"/></svg><div><b>",
                  cg_level_name(level), last ? " last" : "", html_icon(o->g, n));
    html_name(o, cg_export_name(o->g, n));
    html_raw(o, "</b><span>");
    html_text(o, n == CG_NO_NODE ? CG_STR("anybody") : cg_export_kind(o->g, n));
    html_raw(o, "</span></div></div>");
}

static void chain(cg_analysis_out *o, const cg_attack_path *p)
{
    html_raw(o, "<ol class=\"chain\" aria-label=\"The way\">\n<li>");
    stop(o, p->n_steps ? p->steps[0].from : p->entry, p->level, !p->n_steps);
    html_raw(o, "</li>\n");
    for (uint32_t i = 0; i < p->n_steps; i++) {
        cg_buf_printf(o->out, "<li><div class=\"hop%s\"><span>", p->steps[i].conditional ? " maybe" : "");
        html_text(o, p->steps[i].kind_name);
        html_raw(o, "</span></div>");
        stop(o, p->steps[i].to, p->level, i + 1 == p->n_steps);
        html_raw(o, "</li>\n");
    }
    html_raw(o, "</ol>\n");
}

static void evidence(cg_analysis_out *o, uint32_t id)
{
    cg_evidence e;
    if (!cg_evidence_get(o->g, id, &e))
        return;
    if (e.rule.length) {
        html_raw(o, " &#183; rule <code>");
        html_text(o, e.rule);
        html_raw(o, "</code>");
    }
    if (e.source.length) {
        uint32_t line = cg_lines_find(o->lines, e.source, e.offset);
        html_raw(o, " &#183; <code>");
        html_text(o, e.source);
        if (line)
            cg_buf_printf(o->out, ":%u", line);
        html_raw(o, "</code>");
    }
    if (e.note.length) {
        html_raw(o, " &#183; ");
        html_name(o, e.note);
    }
}

static void step_meta(cg_analysis_out *o, const cg_step *s)
{
    html_raw(o, "<span class=\"meta\">likelihood ");
    html_fraction(o, s->likelihood);
    if (s->technique.length) {
        html_raw(o, " &#183; ATT&amp;CK ");
        html_text(o, s->technique);
        if (s->tactic.length) {
            html_raw(o, " ");
            html_text(o, s->tactic);
        }
    }
    for (uint32_t i = 0; i < s->n_evidence; i++)
        evidence(o, s->evidence[i]);
    html_raw(o, "</span>");
    if (s->conditional)
        html_raw(o, "<span class=\"tag warn\">conditional</span>");
}

static void story(cg_analysis_out *o, const cg_attack_path *p)
{
    html_raw(o, "<h3>What happens</h3>\n<ol class=\"story\">\n");
    for (uint32_t i = 0; i < p->n_story; i++) {
        cg_str sentence = p->story[i];
        size_t space = cg_str_find(sentence, CG_STR(" "), 0); /* the number is drawn by the list */
        cg_buf_printf(o->out, "<li data-n=\"%u\">", i + 1);
        if (space != SIZE_MAX)
            html_name(o, (cg_str){ sentence.data + space + 1, sentence.length - space - 1 });
        if (i < p->n_steps)
            step_meta(o, &p->steps[i]);
        html_raw(o, "</li>\n");
    }
    html_raw(o, "</ol>\n");
}

static void advice(cg_analysis_out *o, const cg_attack_path *p)
{
    if (!p->n_recommendations && !p->manual_remediation.length)
        return;
    html_raw(o, "<h3>What to do</h3>\n<ul class=\"advice\">\n");
    for (uint32_t i = 0; i < p->n_recommendations; i++) {
        const cg_recommendation *r = &p->recommendations[i];
        html_raw(o, "<li><b>");
        html_name(o, r->title);
        html_raw(o, "</b>");
        if (r->breaks_path)
            html_raw(o, "<span class=\"tag good\">breaks this path</span>");
        html_raw(o, "<span class=\"kind\">");
        html_name(o, cg_export_name(o->g, r->resource));
        html_raw(o, "</span><p>");
        html_text(o, r->remediation);
        html_raw(o, "</p></li>\n");
    }
    if (!p->n_recommendations) {
        html_raw(o, "<li><p>");
        html_text(o, p->manual_remediation);
        html_raw(o, "</p></li>\n");
    }
    html_raw(o, "</ul>\n");
}

static void power(cg_analysis_out *o, uint32_t thousandths)
{
    if (thousandths == 1000)
        return;
    html_raw(o, "<sup>");
    html_fraction(o, thousandths * 1000);
    html_raw(o, "</sup>");
}

static void part(cg_analysis_out *o, const char *what, cg_str detail, uint32_t millionths)
{
    cg_buf_printf(o->out, "<li><span>%s", what);
    if (detail.length) {
        html_raw(o, " <code>");
        html_text(o, detail);
        html_raw(o, "</code>");
    }
    html_raw(o, "</span><b>");
    html_fraction(o, millionths);
    html_raw(o, "</b></li>\n");
}

static void score(cg_analysis_out *o, const cg_attack_path *p)
{
    const cg_score *s = &p->score;
    html_raw(o, "<h3>Why this score</h3>\n<p class=\"sum\"><b>");
    html_score(o, s->total);
    html_raw(o, "</b> = 100 &#215; <span>");
    html_fraction(o, s->impact);
    power(o, s->alpha);
    html_raw(o, "</span> impact &#215; <span>");
    html_fraction(o, s->likelihood);
    power(o, s->beta);
    html_raw(o, "</span> likelihood</p>\n<ul class=\"parts\">\n");
    part(o, "Impact: the target is", s->impact_label.length ? s->impact_label : CG_STR("not marked"), s->impact);
    part(o, p->from_internet ? "Exposure: the entry is" : "Exposure:",
         s->exposure_label.length ? s->exposure_label
         : p->from_internet       ? CG_STR("exposed")
                                  : CG_STR("inside"),
         s->exposure);
    for (uint32_t i = p->from_internet; i < p->n_steps; i++)
        part(o, p->steps[i].conditional ? "Conditional step" : "Step", p->steps[i].kind_name, p->steps[i].likelihood);
    html_raw(o, "</ul>\n");
}

static void tags(cg_analysis_out *o, const cg_str *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        html_raw(o, "<span class=\"tag\">");
        html_text(o, items[i]);
        html_raw(o, "</span>");
    }
}

/* What kind of risk, and where. */
static void marks(cg_analysis_out *o, const cg_attack_path *p)
{
    html_raw(o, "<p class=\"marks\">");
    tags(o, p->risk_factors, p->n_risk_factors);
    tags(o, p->environments, p->n_environments);
    if (p->subscription.length)
        tags(o, &p->subscription, 1);
    html_raw(o, "</p>\n");
}

static void card(cg_analysis_out *o, const cg_attack_path *p, bool open)
{
    cg_buf_printf(o->out, "<details class=\"path\" id=\"p-%s\" data-level=\"%s\"%s>\n<summary>", p->id, cg_level_name(p->level),
                  open ? " open" : "");
    html_level(o, p->level);
    html_raw(o, "<span class=\"points\">");
    html_score(o, p->score.total);
    html_raw(o, "</span><span class=\"name\"><b>");
    html_name(o, p->title);
    html_raw(o, "</b><span>");
    html_name(o, cg_node_name(o->g, p->entry));
    if (p->entry != p->target) {
        html_raw(o, " &#8594; ");
        html_name(o, cg_node_name(o->g, p->target));
    }
    cg_buf_printf(o->out, " &#183; %u step%s", p->n_steps, p->n_steps == 1 ? "" : "s");
    if (p->occurrences > 1) {
        html_raw(o, p->occurrences_estimated ? " &#183; about " : " &#183; ");
        html_number(o, p->occurrences);
        html_raw(o, " routes");
    }
    html_raw(o, p->conditional ? " &#183; conditional</span></span></summary>\n<div class=\"inside\">\n<p>"
                               : "</span></span></summary>\n<div class=\"inside\">\n<p>");
    html_name(o, p->description);
    html_raw(o, " ");
    html_name(o, p->impact);
    html_raw(o, "</p>\n");
    chain(o, p);
    marks(o, p);
    html_raw(o, "<div class=\"cols\"><div>\n");
    story(o, p);
    score(o, p);
    html_raw(o, "</div><div>\n");
    advice(o, p);
    html_raw(o, "</div></div>\n</div>\n</details>\n");
}

static void filter(cg_analysis_out *o)
{
    html_raw(o, "<form class=\"filter\" id=\"filter\" hidden><input type=\"search\" aria-label=\"Filter the paths\" placeholder=\"Filter: "
                "name, kind, rule, technique\">\n");
    for (int level = CG_LEVEL_CRITICAL; level >= CG_LEVEL_LOW; level--)
        cg_buf_printf(o->out, "<label><input type=\"checkbox\" value=\"%s\" checked>%s</label>\n", cg_level_name((cg_level)level),
                      cg_level_name((cg_level)level));
    html_raw(o, "<button type=\"button\">Open or close all</button><output id=\"shown\" aria-live=\"polite\"></output></form>\n");
}

int32_t html_paths(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    html_raw(o, "<section id=\"paths\">\n<h2>Paths</h2>\n");
    if (!a->n_listed) {
        html_raw(o, "<div class=\"sheet empty\"><b>No attack path was found.</b>");
        for (uint32_t i = 0; i < a->n_diags; i++) {
            html_raw(o, "<p>");
            html_text(o, a->diags[i].message);
            html_raw(o, "</p>");
        }
        html_raw(o, "</div>\n</section>\n");
        return CSPM_OK;
    }
    if (a->n_listed < a->n_paths) {
        html_raw(o, "<p class=\"hint\">The ");
        html_number(o, a->n_listed);
        html_raw(o, " with the highest score of ");
        html_number(o, a->n_paths);
        html_raw(o, ".</p>\n");
    }
    filter(o);
    for (uint32_t i = 0; i < a->n_listed && !o->out->failed; i++)
        card(o, &a->paths[i], i < OPEN_CARDS);
    html_raw(o, "</section>\n");
    return CSPM_OK;
}

static void from_score(cg_analysis_out *o, cg_level level, double from)
{
    html_raw(o, " ");
    html_level(o, level);
    html_raw(o, " from ");
    cg_buf_double(o->out, from);
}

int32_t html_method(cg_analysis_out *o, cspm_error **err)
{
    const cg_risk *risk = cg_ruleset_risk(o->a->rules);
    html_raw(o, "<p>score = 100 &#215; impact");
    power(o, risk->alpha ? risk->alpha : 1000);
    html_raw(o, " &#215; likelihood");
    power(o, risk->beta ? risk->beta : 1000);
    html_raw(o, "</p>\n<p>Likelihood is the exposure of the entry point times the likelihood of every step; a step whose condition the "
                "data does not "
                "settle counts ");
    html_fraction(o, risk->conditional_factor ? risk->conditional_factor : 1000000);
    html_raw(o, " times its likelihood. Impact is how critical the target is. All numbers stand in the rule packs, and each path above "
                "shows its own. "
                "Nothing is learned, and nothing is hidden.</p>\n<p>Levels:");
    from_score(o, CG_LEVEL_CRITICAL, risk->critical_from);
    from_score(o, CG_LEVEL_HIGH, risk->high_from);
    from_score(o, CG_LEVEL_MEDIUM, risk->medium_from);
    html_raw(o, " ");
    html_level(o, CG_LEVEL_LOW);
    html_raw(o, " below.</p>\n");
    return CSPM_OK;
}
