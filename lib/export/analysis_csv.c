/* Attack paths as CSV, one a row; lists are joined by "; ", the story by line ends. No cell can act as a formula. */
#include "export/analysis_formats.h"
#include "export/escape.h"

static const char header[] =
    "rank,id,type,title,risk_level,risk_score,entry,entry_name,entry_kind,target,target_name,target_kind,length,occurrences,"
    "conditional,risk_factors,risk_categories,environments,tenant,subscription,active_recommendations,recommendations,"
    "description,potential_impact,story,manual_remediation\r\n";

static void cell(cg_buf *b, cg_str s)
{
    cg_buf_char(b, ',');
    cg_escape_csv(b, s);
}

static void joined(cg_analysis_out *o, const cg_str *items, uint32_t n, const char *between)
{
    cg_buf b;
    cg_buf_init(&b, o->mem, 0);
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(&b, i ? between : "");
        cg_buf_str(&b, items[i]);
    }
    o->out->failed |= b.failed;
    cell(o->out, cg_buf_view(&b));
    cg_buf_free(&b);
}

static void joined_recommendations(cg_analysis_out *o, const cg_attack_path *p)
{
    cg_buf b;
    cg_buf_init(&b, o->mem, 0);
    for (uint32_t i = 0; i < p->n_recommendations; i++) {
        cg_buf_adds(&b, i ? "; " : "");
        cg_buf_str(&b, p->recommendations[i].title);
    }
    o->out->failed |= b.failed;
    cell(o->out, cg_buf_view(&b));
    cg_buf_free(&b);
}

static void end_cells(cg_analysis_out *o, cg_node n)
{
    cell(o->out, cg_node_id(o->g, n));
    cell(o->out, cg_node_name(o->g, n));
    cell(o->out, cg_export_kind(o->g, n));
}

int32_t cg_analysis_write_csv(cg_analysis_out *o, cspm_error **err)
{
    cg_buf *b = o->out;
    int32_t rc = CSPM_OK;
    cg_buf_adds(b, header);
    for (uint32_t i = 0; i < o->a->n_listed && rc == CSPM_OK; i++) {
        const cg_attack_path *p = &o->a->paths[i];
        cg_buf_printf(b, "%u,%s", i + 1, p->id);
        cell(b, p->type_id);
        cell(b, p->title);
        cg_buf_printf(b, ",%s,", cg_level_name(p->level));
        cg_buf_double(b, p->score.total);
        end_cells(o, p->entry);
        end_cells(o, p->target);
        cg_buf_printf(b, ",%u,%llu,%s", p->n_steps, (unsigned long long)p->occurrences, p->conditional ? "true" : "false");
        joined(o, p->risk_factors, p->n_risk_factors, "; ");
        joined(o, p->categories, p->n_categories, "; ");
        joined(o, p->environments, p->n_environments, "; ");
        cell(b, p->tenant);
        cell(b, p->subscription);
        cg_buf_printf(b, ",%u", p->n_recommendations);
        joined_recommendations(o, p);
        cell(b, p->description);
        cell(b, p->impact);
        joined(o, p->story, p->n_story, "\n");
        cell(b, p->manual_remediation);
        cg_buf_adds(b, "\r\n");
        rc = b->failed ? cg_nomem(o->mem, err) : cg_op_check(o->op, o->mem, err);
    }
    return rc;
}
