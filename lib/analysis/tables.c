/* Parts of an analysis as tables: one row at a time from what is already in memory. */
#include "analysis/run.h"

#include "cspmgraph/analysis.h"
#include "graph/table.h"

typedef struct table table;
typedef int32_t (*write_row)(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err);

struct table {
    cg_mem *mem;
    cg_graph *g;
    cg_analysis *a;
    cg_between *between;
    cg_choke_list chokes;
    cg_lines *lines;
    cg_batch_builder *builder;
    cg_buf scratch;
    write_row write;
    uint64_t next, n;
    uint32_t truncated;
    uint32_t path, before; /* the steps table: the path it has come to, and the steps before that */
};

static int32_t put(cg_batch_builder *bb, uint32_t *column, cg_value v, cspm_error **err)
{
    return cg_batch_append(bb, (*column)++, v, err);
}

#define PUT(v)                                                                                                                             \
    do {                                                                                                                                   \
        int32_t put_rc = put(bb, &column, (v), err);                                                                                       \
        if (put_rc != CSPM_OK)                                                                                                             \
            return put_rc;                                                                                                                 \
    } while (0)

static cg_value text(cg_str s)
{
    return s.data ? cg_v_str(s) : cg_v_null();
}

static cg_value id_of(const table *t, cg_node n)
{
    return cg_v_str(n == CG_NO_NODE ? CG_STR("internet") : cg_node_id(t->g, n));
}

static cg_value level_text(cg_level level)
{
    return cg_v_str(cg_str_from(cg_level_name(level)));
}

static int32_t scratch_value(table *t, cg_value *out, cspm_error **err)
{
    if (t->scratch.failed)
        return cg_nomem(t->mem, err);
    *out = cg_v_str(cg_buf_view(&t->scratch));
    return CSPM_OK;
}

static int32_t steps_json(table *t, const cg_step *steps, uint32_t n, cg_value *out, cspm_error **err)
{
    cg_buf_clear(&t->scratch);
    cg_buf_char(&t->scratch, '[');
    for (uint32_t i = 0; i < n; i++) {
        cg_buf_adds(&t->scratch, i ? "," : "");
        cg_step_write_json(&t->scratch, t->g, &steps[i], t->lines);
    }
    cg_buf_char(&t->scratch, ']');
    return scratch_value(t, out, err);
}

static const cg_column_spec path_columns[] = {
    { CG_STR("rank"), CSPM_TYPE_INT64, 0 },
    { CG_STR("id"), CSPM_TYPE_STRING, 0 },
    { CG_STR("type"), CSPM_TYPE_STRING, 0 },
    { CG_STR("title"), CSPM_TYPE_STRING, 0 },
    { CG_STR("risk_level"), CSPM_TYPE_STRING, 0 },
    { CG_STR("risk_score"), CSPM_TYPE_DOUBLE, 0 },
    { CG_STR("entry"), CSPM_TYPE_STRING, 0 },
    { CG_STR("entry_name"), CSPM_TYPE_STRING, 0 },
    { CG_STR("target"), CSPM_TYPE_STRING, 0 },
    { CG_STR("target_name"), CSPM_TYPE_STRING, 0 },
    { CG_STR("length"), CSPM_TYPE_INT64, 0 },
    { CG_STR("occurrences"), CSPM_TYPE_INT64, 0 },
    { CG_STR("conditional"), CSPM_TYPE_BOOL, 0 },
    { CG_STR("description"), CSPM_TYPE_STRING, 0 },
    { CG_STR("potential_impact"), CSPM_TYPE_STRING, 0 },
    { CG_STR("recommendations"), CSPM_TYPE_INT64, 0 },
    { CG_STR("steps"), CSPM_TYPE_STRING, 0 },
};

static int32_t path_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    const cg_attack_path *p = &t->a->paths[row];
    uint32_t column = 0;
    cg_value steps;
    PUT(cg_v_int(row + 1));
    PUT(cg_v_str(cg_str_from(p->id)));
    PUT(text(p->type_id));
    PUT(text(p->title));
    PUT(level_text(p->level));
    PUT(cg_v_float(p->score.total));
    PUT(id_of(t, p->entry));
    PUT(cg_v_str(cg_node_name(t->g, p->entry)));
    PUT(id_of(t, p->target));
    PUT(cg_v_str(cg_node_name(t->g, p->target)));
    PUT(cg_v_int(p->n_steps));
    PUT(cg_v_int(p->occurrences > INT64_MAX ? INT64_MAX : (int64_t)p->occurrences));
    PUT(cg_v_bool(p->conditional));
    PUT(text(p->description));
    PUT(text(p->impact));
    PUT(cg_v_int(p->n_recommendations));
    int32_t rc = steps_json(t, p->steps, p->n_steps, &steps, err);
    if (rc != CSPM_OK)
        return rc;
    PUT(steps);
    return CSPM_OK;
}

static const cg_column_spec step_columns[] = {
    { CG_STR("path"), CSPM_TYPE_STRING, 0 },   { CG_STR("step"), CSPM_TYPE_INT64, 0 },        { CG_STR("from"), CSPM_TYPE_STRING, 0 },
    { CG_STR("kind"), CSPM_TYPE_STRING, 0 },   { CG_STR("to"), CSPM_TYPE_STRING, 0 },         { CG_STR("technique"), CSPM_TYPE_STRING, 0 },
    { CG_STR("tactic"), CSPM_TYPE_STRING, 0 }, { CG_STR("likelihood"), CSPM_TYPE_DOUBLE, 0 }, { CG_STR("conditional"), CSPM_TYPE_BOOL, 0 },
    { CG_STR("story"), CSPM_TYPE_STRING, 0 },
};

static int32_t step_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    uint32_t column = 0;
    while (row >= t->before + t->a->paths[t->path].n_steps) /* rows come in order: go on from the one before */
        t->before += t->a->paths[t->path++].n_steps;
    const cg_step *s = &t->a->paths[t->path].steps[row - t->before];
    PUT(cg_v_str(cg_str_from(t->a->paths[t->path].id)));
    PUT(cg_v_int(row - t->before + 1));
    PUT(id_of(t, s->from));
    PUT(text(s->kind_name));
    PUT(id_of(t, s->to));
    PUT(text(s->technique));
    PUT(text(s->tactic));
    PUT(cg_v_float(s->likelihood / 1e6));
    PUT(cg_v_bool(s->conditional));
    PUT(text(s->story));
    return CSPM_OK;
}

static const cg_column_spec pattern_columns[] = {
    { CG_STR("id"), CSPM_TYPE_STRING, 0 },         { CG_STR("signature"), CSPM_TYPE_STRING, 0 },  { CG_STR("title"), CSPM_TYPE_STRING, 0 },
    { CG_STR("risk_level"), CSPM_TYPE_STRING, 0 }, { CG_STR("risk_score"), CSPM_TYPE_DOUBLE, 0 }, { CG_STR("count"), CSPM_TYPE_INT64, 0 },
    { CG_STR("exemplar"), CSPM_TYPE_STRING, 0 },   { CG_STR("entries"), CSPM_TYPE_INT64, 0 },     { CG_STR("targets"), CSPM_TYPE_INT64, 0 },
    { CG_STR("length"), CSPM_TYPE_INT64, 0 },
};

static int32_t pattern_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    const cg_pattern_row *p = &t->a->patterns[row];
    uint32_t column = 0;
    PUT(cg_v_str(cg_str_from(p->id)));
    PUT(text(p->signature));
    PUT(text(p->title));
    PUT(level_text(p->level));
    PUT(cg_v_float(p->score));
    PUT(cg_v_int(p->count > INT64_MAX ? INT64_MAX : (int64_t)p->count));
    PUT(cg_v_str(cg_str_from(p->exemplar)));
    PUT(cg_v_int(p->n_entries));
    PUT(cg_v_int(p->n_targets));
    PUT(cg_v_int(p->n_steps));
    return CSPM_OK;
}

static const cg_column_spec choke_columns[] = {
    { CG_STR("node"), CSPM_TYPE_STRING, 0 },   { CG_STR("from"), CSPM_TYPE_STRING, 0 },   { CG_STR("kind"), CSPM_TYPE_STRING, 0 },
    { CG_STR("to"), CSPM_TYPE_STRING, 0 },     { CG_STR("paths"), CSPM_TYPE_INT64, 0 },   { CG_STR("targets"), CSPM_TYPE_INT64, 0 },
    { CG_STR("entries"), CSPM_TYPE_INT64, 0 }, { CG_STR("cuts_all"), CSPM_TYPE_BOOL, 0 },
};

static int32_t choke_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    const cg_choke *c = t->a ? &t->a->chokes[row] : &t->chokes.chokes.data[row];
    bool node = c->node != CG_NO_NODE;
    cg_edge e = node ? (cg_edge){ 0 } : cg_rel_get(t->g, c->rel);
    uint32_t column = 0;
    PUT(node ? id_of(t, c->node) : cg_v_null());
    PUT(node ? cg_v_null() : id_of(t, e.from));
    PUT(node ? cg_v_null() : cg_v_str(cg_name_get(t->g, CG_NAMES_KIND, e.kind)));
    PUT(node ? cg_v_null() : id_of(t, e.to));
    PUT(cg_v_int(c->paths > INT64_MAX ? INT64_MAX : (int64_t)c->paths));
    PUT(cg_v_int(c->targets));
    PUT(cg_v_int(c->entries));
    PUT(cg_v_bool(c->cuts_all));
    return CSPM_OK;
}

static const cg_column_spec fix_columns[] = {
    { CG_STR("id"), CSPM_TYPE_STRING, 0 },
    { CG_STR("title"), CSPM_TYPE_STRING, 0 },
    { CG_STR("resource"), CSPM_TYPE_STRING, 0 },
    { CG_STR("paths_closed"), CSPM_TYPE_INT64, 0 },
    { CG_STR("cumulative_closed"), CSPM_TYPE_INT64, 0 },
    { CG_STR("verified"), CSPM_TYPE_BOOL, 0 },
    { CG_STR("remediation"), CSPM_TYPE_STRING, 0 },
};

static int32_t fix_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    const cg_fix *f = &t->a->fixes[row];
    uint32_t column = 0;
    PUT(cg_v_str(cg_str_from(f->id)));
    PUT(text(f->title));
    PUT(f->resource == CG_NO_NODE ? cg_v_null() : id_of(t, f->resource));
    PUT(cg_v_int((int64_t)f->paths_closed));
    PUT(cg_v_int((int64_t)f->cumulative_closed));
    PUT(cg_v_bool(f->verified));
    PUT(text(f->remediation));
    return CSPM_OK;
}

static const cg_column_spec node_columns[] = {
    { CG_STR("id"), CSPM_TYPE_STRING, 0 },         { CG_STR("name"), CSPM_TYPE_STRING, 0 },
    { CG_STR("kind"), CSPM_TYPE_STRING, 0 },       { CG_STR("risk_score"), CSPM_TYPE_DOUBLE, 0 },
    { CG_STR("risk_level"), CSPM_TYPE_STRING, 0 }, { CG_STR("attack_paths"), CSPM_TYPE_INT64, 0 },
};

static int32_t node_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    const cg_node_risk *n = &t->a->node_risks[row];
    uint32_t column = 0;
    PUT(id_of(t, n->node));
    PUT(cg_v_str(cg_node_name(t->g, n->node)));
    PUT(cg_v_str(cg_kind_of_node(t->g, n->node)));
    PUT(cg_v_float(n->score));
    PUT(level_text(n->level));
    PUT(cg_v_int((int64_t)n->paths));
    return CSPM_OK;
}

static const cg_column_spec diag_columns[] = {
    { CG_STR("severity"), CSPM_TYPE_STRING, 0 }, { CG_STR("source"), CSPM_TYPE_STRING, 0 },  { CG_STR("line"), CSPM_TYPE_INT64, 0 },
    { CG_STR("code"), CSPM_TYPE_STRING, 0 },     { CG_STR("message"), CSPM_TYPE_STRING, 0 },
};

static int32_t diag_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    uint32_t of_graph = cg_diag_count(t->g), column = 0;
    cg_diag d = row < of_graph ? cg_diag_get(t->g, row) : t->a->diags[row - of_graph];
    PUT(cg_v_str(d.severity == CG_DIAG_ERROR ? CG_STR("error") : CG_STR("warning")));
    PUT(text(d.source));
    PUT(d.line ? cg_v_int(d.line) : cg_v_null());
    PUT(text(d.code));
    PUT(text(d.message));
    return CSPM_OK;
}

static const cg_column_spec between_columns[] = {
    { CG_STR("rank"), CSPM_TYPE_INT64, 0 },   { CG_STR("cost"), CSPM_TYPE_DOUBLE, 0 },      { CG_STR("likelihood"), CSPM_TYPE_DOUBLE, 0 },
    { CG_STR("length"), CSPM_TYPE_INT64, 0 }, { CG_STR("conditional"), CSPM_TYPE_BOOL, 0 }, { CG_STR("from"), CSPM_TYPE_STRING, 0 },
    { CG_STR("to"), CSPM_TYPE_STRING, 0 },    { CG_STR("steps"), CSPM_TYPE_STRING, 0 },
};

static int32_t between_row(table *t, cg_batch_builder *bb, uint32_t row, cspm_error **err)
{
    const struct cg_between_path *p = &t->between->paths[row];
    uint32_t column = 0;
    cg_value steps;
    PUT(cg_v_int(row + 1));
    PUT(cg_v_float((double)p->cost / CG_COST_UNIT));
    PUT(cg_v_float(p->likelihood));
    PUT(cg_v_int(p->n_steps));
    PUT(cg_v_bool(p->conditional));
    PUT(id_of(t, p->from));
    PUT(id_of(t, p->to));
    int32_t rc = steps_json(t, p->steps, p->n_steps, &steps, err);
    if (rc != CSPM_OK)
        return rc;
    PUT(steps);
    return CSPM_OK;
}

static void table_free(void *self)
{
    table *t = self;
    cg_mem *mem = t->mem;
    cg_batch_builder_free(t->builder);
    cg_buf_free(&t->scratch);
    cg_lines_free(t->lines);
    cg_between_free(t->between);
    cg_analysis_unref(t->a);
    if (t->chokes.mem)
        cg_choke_list_free(&t->chokes);
    if (t->g)
        cg_graph_unref(t->g);
    cg_free(mem, t);
    cg_mem_unref(mem);
}

static int32_t table_next(void *self, cspm_batch **out, cspm_error **err)
{
    table *t = self;
    if (t->next == t->n)
        return CSPM_DONE;
    for (; t->next < t->n && !cg_batch_builder_full(t->builder); t->next++) {
        int32_t rc = t->write(t, t->builder, (uint32_t)t->next, err);
        if (rc != CSPM_OK)
            return rc;
    }
    return cg_batch_builder_finish(t->builder, out, err);
}

static uint32_t table_truncated(const void *self)
{
    return ((const table *)self)->truncated;
}

/* Takes over what `kept` holds, whatever the outcome. */
static int32_t open_table(cg_graph *g, const table *kept, const cg_column_spec *columns, uint32_t n_columns, cspm_cursor **out,
                          cspm_error **err)
{
    static const cg_cursor_ops ops = { table_next, table_truncated, table_free };
    table *t = cg_calloc(cg_graph_mem(g), 1, sizeof *t);
    if (!t) {
        cg_between_free(kept->between);
        cg_analysis_unref(kept->a);
        if (kept->chokes.mem)
            cg_choke_list_free(&((table *)kept)->chokes);
        return cg_nomem(cg_graph_mem(g), err);
    }
    *t = *kept;
    t->mem = cg_mem_ref(cg_graph_mem(g));
    t->g = cg_graph_ref(g);
    cg_buf_init(&t->scratch, t->mem, 0);
    int32_t rc = cg_lines_new(g, NULL, &t->lines, err);
    if (rc == CSPM_OK)
        rc = cg_batch_builder_new(t->mem, g, columns, n_columns, &t->builder, err);
    if (rc == CSPM_OK)
        rc = cg_cursor_new(t->mem, columns, n_columns, &ops, t, out, err);
    if (rc != CSPM_OK)
        table_free(t);
    return rc;
}

#define COLUMNS(array) (array), (uint32_t)(sizeof(array) / sizeof *(array))

int32_t cg_analysis_table(cg_analysis *a, uint32_t which, cspm_cursor **out, cspm_error **err)
{
    table t = { .truncated = a->truncated };
    *out = NULL;
    if (which < CSPM_ANALYSIS_PATHS || which > CSPM_ANALYSIS_DIAGNOSTICS)
        return cg_fail(a->mem, err, CSPM_E_INVALID, "an analysis has no table number %u", which);
    t.a = cg_analysis_ref(a);
    switch (which) {
    case CSPM_ANALYSIS_PATHS:
        t.write = path_row, t.n = a->n_listed;
        return open_table(a->graph, &t, COLUMNS(path_columns), out, err);
    case CSPM_ANALYSIS_STEPS:
        t.write = step_row;
        for (uint32_t i = 0; i < a->n_listed; i++)
            t.n += a->paths[i].n_steps;
        return open_table(a->graph, &t, COLUMNS(step_columns), out, err);
    case CSPM_ANALYSIS_PATTERNS:
        t.write = pattern_row, t.n = a->n_patterns;
        return open_table(a->graph, &t, COLUMNS(pattern_columns), out, err);
    case CSPM_ANALYSIS_CHOKE_POINTS:
        t.write = choke_row, t.n = a->n_chokes;
        return open_table(a->graph, &t, COLUMNS(choke_columns), out, err);
    case CSPM_ANALYSIS_FIXES:
        t.write = fix_row, t.n = a->n_fixes;
        return open_table(a->graph, &t, COLUMNS(fix_columns), out, err);
    case CSPM_ANALYSIS_NODES:
        t.write = node_row, t.n = a->n_node_risks;
        return open_table(a->graph, &t, COLUMNS(node_columns), out, err);
    default:
        t.write = diag_row, t.n = (uint64_t)cg_diag_count(a->graph) + a->n_diags;
        break;
    }
    return open_table(a->graph, &t, COLUMNS(diag_columns), out, err);
}

int32_t cg_between_table(cg_between *b, cg_graph *g, cspm_cursor **out, cspm_error **err)
{
    table t = { .between = b, .write = between_row, .n = b->n_paths, .truncated = b->truncated };
    *out = NULL;
    return open_table(g, &t, COLUMNS(between_columns), out, err);
}

int32_t cg_chokes_between(cg_graph *derived, cg_ruleset *rules, const cg_request *request, cspm_op *op, cspm_cursor **out, cspm_error **err)
{
    table t = { .write = choke_row };
    *out = NULL;
    int32_t rc = cg_chokes_collect(derived, rules, request, op, &t.chokes, err);
    if (rc != CSPM_OK)
        return rc;
    t.n = t.chokes.chokes.count;
    return open_table(derived, &t, COLUMNS(choke_columns), out, err);
}
