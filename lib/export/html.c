/* The HTML report: one file, nothing fetched, readable without its script. The page stands in report.html; this fills its slots. */
#include "export/html.h"

#include "base/time.h"
#include "export/escape.h"
#include "export/report.h"
#include "export/version_text.h"

void html_raw(cg_analysis_out *o, const char *markup)
{
    cg_buf_adds(o->out, markup);
}

void html_text(cg_analysis_out *o, cg_str s)
{
    cg_escape_xml(o->out, s);
}

void html_name(cg_analysis_out *o, cg_str s)
{
    html_raw(o, "<bdi>");
    html_text(o, s);
    html_raw(o, "</bdi>");
}

void html_number(cg_analysis_out *o, uint64_t n)
{
    if (n >= 1000) {
        html_number(o, n / 1000);
        cg_buf_printf(o->out, ",%03u", (unsigned)(n % 1000));
    } else {
        cg_buf_printf(o->out, "%u", (unsigned)n);
    }
}

void html_score(cg_analysis_out *o, double score)
{
    uint32_t tenths = (uint32_t)(score * 10 + 0.5);
    cg_buf_printf(o->out, "%u.%u", tenths / 10, tenths % 10);
}

void html_fraction(cg_analysis_out *o, uint32_t millionths)
{
    uint32_t digits = 6;
    while (digits > 2 && millionths % 10 == 0) {
        millionths /= 10;
        digits--;
    }
    uint32_t scale = digits == 6 ? 1000000 : digits == 5 ? 100000 : digits == 4 ? 10000 : digits == 3 ? 1000 : 100;
    cg_buf_printf(o->out, "%u.%0*u", millionths / scale, (int)digits, millionths % scale);
}

void html_level(cg_analysis_out *o, cg_level level)
{
    cg_buf_printf(o->out, "<span class=\"level %s\">%s</span>", cg_level_name(level), cg_level_name(level));
}

const char *html_icon(const cg_graph *g, cg_node n)
{
    static const struct {
        const char *family, *icon;
    } icons[] = { { "Internet", "internet" }, { "Vulnerability", "flaw" },      { "Secret", "secret" },   { "Key", "key" },
                  { "DataStore", "data" },    { "CodeRepository", "code" },     { "Account", "account" }, { "Identity", "identity" },
                  { "Workload", "workload" }, { "NetworkEndpoint", "network" }, { "Compute", "compute" } };
    if (n == CG_NO_NODE)
        return "internet";
    for (size_t i = 0; i < sizeof icons / sizeof *icons; i++) {
        uint32_t label = cg_name_find(g, CG_NAMES_LABEL, cg_str_from(icons[i].family));
        if (label != CG_NO_NAME && cg_node_has_label(g, n, label))
            return icons[i].icon;
    }
    return "node";
}

const cg_node_risk *html_risk(const cg_analysis *a, cg_node n)
{
    uint32_t low = 0, high = a->n_node_risks;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (a->node_risks[mid].node < n)
            low = mid + 1;
        else
            high = mid;
    }
    return low < a->n_node_risks && a->node_risks[low].node == n ? &a->node_risks[low] : NULL;
}

static void count_of(cg_analysis_out *o, uint64_t n, const char *one, const char *many)
{
    html_raw(o, "<b>");
    html_number(o, n);
    cg_buf_printf(o->out, "</b> %s", n == 1 ? one : many);
}

static int32_t lead(cg_analysis_out *o, cspm_error **err)
{
    cg_buf when;
    cg_buf_init(&when, o->mem, 0);
    cg_instant_write(&when, (cg_instant){ o->a->generated_at });
    o->out->failed |= when.failed;
    html_raw(o, "<p class=\"lead\">From ");
    count_of(o, o->a->n_entries, "entry point", "entry points");
    html_raw(o, " to ");
    count_of(o, o->a->n_targets, "target", "targets");
    html_raw(o, " over ");
    count_of(o, cg_graph_n_nodes(o->g), "node", "nodes");
    html_raw(o, " and ");
    count_of(o, cg_graph_n_rels(o->g), "relationship", "relationships");
    cg_buf_printf(o->out, ", in at most %u steps%s. ", o->a->max_length, o->a->assume_breach ? ", entry points inside too" : "");
    html_raw(o, "<time>");
    html_text(o, cg_buf_view(&when));
    html_raw(o, "</time></p>\n");
    cg_buf_free(&when);
    return CSPM_OK;
}

static int32_t ways(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    const struct {
        const char *id, *title;
        bool there;
    } parts[] = { { "fixes", "Fixes", a->n_fixes > 0 },          { "picture", "Picture", a->n_patterns > 0 },
                  { "patterns", "Patterns", a->n_patterns > 0 }, { "paths", "Paths", true },
                  { "chokes", "Choke points", a->n_chokes > 0 }, { "notes", "Notes about the data", cg_diag_count(o->g) + a->n_diags > 0 },
                  { "score", "How the score is computed", true } };
    html_raw(o, "<nav aria-label=\"Sections\">");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].there)
            cg_buf_printf(o->out, "<a href=\"#%s\">%s</a>", parts[i].id, parts[i].title);
    html_raw(o, "</nav>\n");
    return CSPM_OK;
}

static int32_t notice(cg_analysis_out *o, cspm_error **err)
{
    const char *truncated = cg_truncated_name(o->a->truncated);
    if (truncated)
        cg_buf_printf(o->out,
                      "<div class=\"notice\" role=\"status\"><b>This report is incomplete.</b> The %s limit stopped the analysis; what had "
                      "been found "
                      "until then is shown.</div>\n",
                      truncated);
    if (o->a->targets_beyond) {
        html_raw(o, "<div class=\"notice\">");
        count_of(o, o->a->targets_beyond, "more target can be reached", "more targets can be reached");
        cg_buf_printf(o->out, ", but only in more than %u steps.</div>\n", o->a->max_length);
    }
    return CSPM_OK;
}

static void tile(cg_analysis_out *o, const char *class_name, uint64_t n, const char *what)
{
    cg_buf_printf(o->out, "<li class=\"tile %s%s\"><b>", class_name, n ? " some" : "");
    html_number(o, n);
    cg_buf_printf(o->out, "</b><span>%s</span></li>\n", what);
}

static int32_t tiles(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    html_raw(o, "<ul class=\"tiles\">\n");
    tile(o, "all", a->n_paths, a->estimated ? "attack paths, at least" : a->n_paths == 1 ? "attack path" : "attack paths");
    for (int level = CG_LEVEL_CRITICAL; level >= CG_LEVEL_LOW; level--)
        tile(o, cg_level_name((cg_level)level), a->by_level[level], cg_level_name((cg_level)level));
    if (a->n_fixes && a->n_paths) {
        cg_buf_printf(o->out, "<li class=\"tile\"><b>%llu %%</b><span>closed by %u fix%s</span></li>\n",
                      (unsigned long long)(a->fixes[a->n_fixes - 1].cumulative_closed * 100 / a->n_paths), a->n_fixes,
                      a->n_fixes == 1 ? "" : "es");
    }
    html_raw(o, "</ul>\n");
    return CSPM_OK;
}

static void percent(cg_analysis_out *o, uint64_t part)
{
    cg_buf_printf(o->out, "%llu", (unsigned long long)(o->a->n_paths ? part * 100 / o->a->n_paths : 0));
}

static int32_t fixes(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    if (!a->n_fixes)
        return CSPM_OK;
    html_raw(o, "<section id=\"fixes\">\n<h2>What to fix first</h2>\n<p class=\"hint\">Each was tried: the analysis ran again without it, "
                "and without "
                "the ones above it. The bar shows how many of all paths are then gone.</p>\n<ol class=\"fixes sheet\">\n");
    for (uint32_t i = 0; i < a->n_fixes; i++) {
        const cg_fix *f = &a->fixes[i];
        html_raw(o, "<li><div class=\"what\"><b>");
        html_name(o, f->title);
        html_raw(o, "</b>");
        if (f->remediation.length) {
            html_raw(o, "<p>");
            html_text(o, f->remediation);
            html_raw(o, "</p>");
        }
        html_raw(o, "</div><div class=\"closed\"><b>");
        html_number(o, f->paths_closed);
        cg_buf_printf(o->out,
                      "</b> path%s closed<div class=\"bar\" aria-hidden=\"true\"><i style=\"width:", f->paths_closed == 1 ? "" : "s");
        percent(o, f->cumulative_closed - f->paths_closed);
        html_raw(o, "%\"></i><i class=\"now\" style=\"width:");
        percent(o, f->paths_closed);
        html_raw(o, "%\"></i></div>");
        percent(o, f->cumulative_closed);
        html_raw(o, " % in all</div></li>\n");
    }
    html_raw(o, "</ol>\n</section>\n");
    return CSPM_OK;
}

static void names(cg_analysis_out *o, const cg_node *nodes, uint32_t n)
{
    if (n)
        html_name(o, cg_node_name(o->g, nodes[0]));
    if (n > 1) {
        html_raw(o, " <span class=\"kind\">and ");
        html_number(o, n - 1);
        html_raw(o, " more</span>");
    }
}

static bool is_listed(const cg_analysis *a, const char *id)
{
    for (uint32_t i = 0; i < a->n_listed; i++)
        if (!strcmp(a->paths[i].id, id))
            return true;
    return false;
}

static int32_t patterns(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    if (!a->n_patterns)
        return CSPM_OK;
    html_raw(o, "<section id=\"patterns\">\n<h2>Patterns</h2>\n<p class=\"hint\">Routes over the same kinds of nodes and relationships are "
                "one row. "
                "The title leads to an example.</p>\n<div class=\"sheet scroll\"><table class=\"stack\">\n<thead><tr><th>Risk</th>"
                "<th class=\"n\">Score</th><th>Pattern</th><th>From</th><th>To</th><th class=\"n\">Routes</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < a->n_patterns; i++) {
        const cg_pattern_row *p = &a->patterns[i];
        bool listed = is_listed(a, p->exemplar);
        html_raw(o, "<tr><td>");
        html_level(o, p->level);
        html_raw(o, "</td><td class=\"n\" data-h=\"Score\">");
        html_score(o, p->score);
        html_raw(o, "</td><td class=\"wide\">");
        if (listed)
            cg_buf_printf(o->out, "<a href=\"#p-%s\">", p->exemplar);
        html_name(o, p->title);
        html_raw(o, listed ? "</a></td><td class=\"who\" data-h=\"From\">" : "</td><td class=\"who\" data-h=\"From\">");
        names(o, p->entries, p->n_entries);
        html_raw(o, "</td><td class=\"who\" data-h=\"To\">");
        names(o, p->targets, p->n_targets);
        html_raw(o, "</td><td class=\"n\" data-h=\"Routes\">");
        html_number(o, p->count);
        html_raw(o, "</td></tr>\n");
    }
    html_raw(o, "</tbody></table></div>\n</section>\n");
    return CSPM_OK;
}

static int32_t chokes(cg_analysis_out *o, cspm_error **err)
{
    const cg_analysis *a = o->a;
    cg_evidence e;
    if (!a->n_chokes)
        return CSPM_OK;
    html_raw(
        o,
        "<section id=\"chokes\">\n<h2>Choke points</h2>\n<p class=\"hint\">Where routes meet on their way. Routes are counted as walks, so "
        "the numbers rank places; they do not add up to the number of paths.</p>\n<div class=\"sheet scroll\"><table class=\"stack\">\n"
        "<thead><tr><th>Place</th><th class=\"n\">Routes</th><th class=\"n\">Targets</th><th class=\"n\">Entry points</th><th></th></tr>"
        "</thead>\n<tbody>\n");
    for (uint32_t i = 0; i < a->n_chokes; i++) {
        const cg_choke *c = &a->chokes[i];
        html_raw(o, "<tr><td class=\"wide\">");
        if (c->node != CG_NO_NODE) {
            html_name(o, cg_export_name(o->g, c->node));
            html_raw(o, " <span class=\"kind\">");
            html_text(o, cg_export_kind(o->g, c->node));
            html_raw(o, "</span>");
        } else {
            cg_edge edge = cg_rel_get(o->g, c->rel);
            html_name(o, cg_node_name(o->g, edge.from));
            html_raw(o, " <code>");
            html_text(o, cg_name_get(o->g, CG_NAMES_KIND, edge.kind));
            html_raw(o, "</code> ");
            html_name(o, cg_node_name(o->g, edge.to));
        }
        if (c->evidence != CG_NO_EVIDENCE && cg_evidence_get(o->g, c->evidence, &e) && e.rule.length) {
            html_raw(o, " <span class=\"tag\">");
            html_text(o, e.rule);
            html_raw(o, "</span>");
        }
        html_raw(o, "</td><td class=\"n\" data-h=\"Routes\">");
        html_number(o, c->paths);
        html_raw(o, "</td><td class=\"n\" data-h=\"Targets\">");
        html_number(o, c->targets);
        html_raw(o, "</td><td class=\"n\" data-h=\"Entry points\">");
        html_number(o, c->entries);
        html_raw(o, c->cuts_all ? "</td><td><span class=\"tag good\">every path passes here</span></td></tr>\n" : "</td><td></td></tr>\n");
    }
    html_raw(o, "</tbody></table></div>\n</section>\n");
    return CSPM_OK;
}

static int32_t diagnostics(cg_analysis_out *o, cspm_error **err)
{
    uint32_t of_graph = cg_diag_count(o->g), n = of_graph + o->a->n_diags;
    if (!n)
        return CSPM_OK;
    html_raw(o, "<section id=\"notes\">\n<h2>Notes about the data</h2>\n<div class=\"sheet scroll\"><table "
                "class=\"stack\">\n<thead><tr><th>What</th>"
                "<th>Where</th></tr></thead>\n<tbody>\n");
    for (uint32_t i = 0; i < n; i++) {
        cg_diag d = i < o->a->n_diags ? o->a->diags[i] : cg_diag_get(o->g, i - o->a->n_diags);
        html_raw(o, "<tr><td class=\"wide\">");
        html_name(o, d.message);
        html_raw(o, " <span class=\"tag\">");
        html_text(o, d.code);
        html_raw(o, "</span></td><td><code>");
        html_text(o, d.source);
        if (d.line)
            cg_buf_printf(o->out, ":%u", d.line);
        html_raw(o, "</code></td></tr>\n");
    }
    html_raw(o, "</tbody></table></div>\n</section>\n");
    return CSPM_OK;
}

static int32_t footer(cg_analysis_out *o, cspm_error **err)
{
    html_raw(o, "cspmgraph " CG_VERSION_TEXT);
    for (uint32_t i = 0; i < cg_ruleset_n_packs(o->a->rules); i++) {
        const cg_pack_info *pack = cg_ruleset_pack(o->a->rules, i);
        html_raw(o, i ? ", " : ", with the rule packs ");
        html_text(o, pack->id);
        html_raw(o, " ");
        html_text(o, pack->version);
    }
    html_raw(o, ".\n");
    return CSPM_OK;
}

static const struct {
    const char *slot;
    int32_t (*fill)(cg_analysis_out *o, cspm_error **err);
} slots[] = { { "lead", lead },          { "ways", ways },
              { "notice", notice },      { "tiles", tiles },
              { "fixes", fixes },        { "picture", html_picture },
              { "patterns", patterns },  { "paths", html_paths },
              { "chokes", chokes },      { "diagnostics", diagnostics },
              { "method", html_method }, { "footer", footer } };

static int32_t fill(cg_analysis_out *o, cg_str slot, cspm_error **err)
{
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (cg_str_eq(slot, cg_str_from(slots[i].slot)))
            return slots[i].fill(o, err);
    return cg_fail(o->mem, err, CSPM_E_INTERNAL, "the page has a slot nobody fills: %.*s", CG_FMT(slot));
}

int32_t cg_analysis_write_html(cg_analysis_out *o, cspm_error **err)
{
    const cg_str page = cg_report_page, open = CG_STR("<!--slot:"), close = CG_STR("-->");
    size_t from = 0;
    for (;;) {
        size_t at = cg_str_find(page, open, from);
        if (at == SIZE_MAX)
            break;
        cg_buf_add(o->out, page.data + from, at - from);
        at += open.length;
        size_t end = cg_str_find(page, close, at);
        int32_t rc = fill(o, (cg_str){ page.data + at, end - at }, err);
        if (rc == CSPM_OK && o->out->failed)
            rc = cg_nomem(o->mem, err);
        if (rc == CSPM_OK)
            rc = cg_op_check(o->op, o->mem, err);
        if (rc != CSPM_OK)
            return rc;
        from = end + close.length;
    }
    cg_buf_add(o->out, page.data + from, page.length - from);
    return CSPM_OK;
}
