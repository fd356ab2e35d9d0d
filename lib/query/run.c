/* One run of a compiled query on one graph. */
#include "query/exec.h"

#define DEFAULT_WORK 100000000u
#define DEFAULT_MEMORY (256u << 20)

static int32_t set_params(cg_run *r, const cg_param *params, uint32_t n, cspm_error **err)
{
    const cg_query *q = r->q;
    r->params = cg_arena_calloc(&r->arena, q->params.count + 1, sizeof *r->params);
    r->has_param = cg_arena_calloc(&r->arena, q->params.count + 1, sizeof *r->has_param);
    if (!r->params || !r->has_param)
        return cg_nomem(r->mem, err);
    for (size_t i = 0; i < q->params.count; i++) {
        for (uint32_t k = 0; k < n; k++) {
            if (!cg_str_eq(q->params.data[i], params[k].name))
                continue;
            r->has_param[i] = true;
            if (!q_copy_value(&r->arena, params[k].value, &r->params[i]))
                return cg_nomem(r->mem, err);
        }
        if (!r->has_param[i] && !r->explain) {
            const q_expr at = { .start = q->params_at.data[i] };
            return q_run_error(r, err, &at, "parameter", "MissingParameter", "parameter $%.*s has no value", CG_FMT(q->params.data[i]));
        }
    }
    return CSPM_OK;
}

/* A host that adds nodes one by one says itself what their properties are; files of a dialect keep the id apart. */
static bool has_file_input(const cg_graph *g)
{
    for (uint32_t i = 0; i < cg_source_count(g); i++) {
        if (!cg_str_eq(cg_source_get(g, i).dialect, CG_STR("host")))
            return true;
    }
    return false;
}

static int32_t set_names(cg_run *r, cspm_error **err)
{
    const cg_query *q = r->q;
    r->names = cg_arena_alloc(&r->arena, (q->names.count + 1) * sizeof *r->names);
    if (!r->names)
        return cg_nomem(r->mem, err);
    r->id_key = r->objectid_key = UINT32_MAX;
    bool virtual_id = has_file_input(r->g);
    for (size_t i = 0; i < q->names.count; i++) {
        const q_name *name = &q->names.data[i];
        r->names[i] = cg_name_find(r->g, name->which, name->text);
        if (!virtual_id || name->which != CG_NAMES_KEY || r->names[i] != CG_NO_NAME)
            continue;
        if (cg_str_eq(name->text, CG_STR("id")))
            r->id_key = (uint32_t)i;
        else if (cg_str_eq(name->text, CG_STR("objectid")))
            r->objectid_key = (uint32_t)i;
    }
    return CSPM_OK;
}

static int32_t open_run(cg_run *r, const cg_param *params, uint32_t n_params, cspm_error **err)
{
    const cg_query *q = r->q;
    r->n_slots = (uint32_t)q->levels.count;
    r->frame = cg_arena_calloc(&r->arena, r->n_slots + 1u, sizeof *r->frame);
    r->regex = cg_arena_calloc(&r->arena, q->n_regex + 1u, sizeof *r->regex);
    r->sets = cg_arena_calloc(&r->arena, q->n_sets + 1u, sizeof *r->sets);
    r->subs = cg_arena_calloc(&r->arena, q->n_subs + 1u, sizeof *r->subs);
    r->row = cg_arena_calloc(&r->arena, q->root->n_columns + 1u, sizeof *r->row);
    if (!r->frame || !r->regex || !r->sets || !r->subs || !r->row)
        return cg_nomem(r->mem, err);
    int32_t rc = set_params(r, params, n_params, err);
    if (rc >= 0)
        rc = set_names(r, err);
    if (rc >= 0)
        rc = q_open_sight(r, err);
    if (rc < 0)
        return rc;
    cspm_error *local = NULL; /* the planner reads the code back */
    rc = q_plan(r, err ? err : &local);
    if (local)
        cspm_error_free(local);
    return rc;
}

static int32_t new_run(cg_query *q, cg_graph *g, const cg_run_limits *limits, cspm_op *op, bool explain, cg_run **out, cspm_error **err)
{
    static const cg_run_limits none = { .now = INT64_MIN };
    const cg_run_limits *l = limits ? limits : &none;
    uint64_t random[2]; /* of the context: asking the system for each run is felt by small queries */
    cg_mem *parent = cg_graph_mem(g);
    cg_mem *mem = cg_mem_child(parent, l->max_memory ? l->max_memory : DEFAULT_MEMORY);
    cg_run *r = mem ? cg_calloc(mem, 1, sizeof *r) : NULL;
    if (!r) {
        int32_t rc = cg_nomem(mem ? mem : parent, err);
        cg_mem_unref(mem);
        return rc;
    }
    r->q = cg_query_ref(q);
    r->g = cg_graph_ref(g);
    r->mem = mem;
    r->op = op ? cg_op_ref(op) : NULL;
    r->explain = explain;
    r->max_rows = l->max_rows ? l->max_rows : UINT64_MAX;
    r->max_memory = l->max_memory ? l->max_memory : DEFAULT_MEMORY;
    r->max_work = l->max_work ? l->max_work : DEFAULT_WORK;
    r->tick = 1; /* look at the clock before the first step */
    r->max_path_length = l->max_path_length;
    r->now = l->now;
    cg_arena_init(&r->arena, mem);
    cg_mem_random(mem, random);
    r->seed = (cg_seed){ random[0], random[1] };
    *out = r;
    return CSPM_OK;
}

static void release_sources(const cg_table_source *sources, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (sources[i].release)
            sources[i].release(sources[i].user);
    }
}

static int32_t take_sources(cg_run *r, const cg_run_limits *limits, cspm_error **err)
{
    if (!limits || !limits->n_sources)
        return CSPM_OK;
    r->sources = cg_arena_alloc(&r->arena, limits->n_sources * sizeof *r->sources);
    if (!r->sources) {
        release_sources(limits->sources, limits->n_sources);
        return cg_nomem(r->mem, err);
    }
    memcpy(r->sources, limits->sources, limits->n_sources * sizeof *r->sources);
    r->n_sources = limits->n_sources;
    return CSPM_OK;
}

int32_t cg_query_run(cg_query *q, cg_graph *g, const cg_param *params, uint32_t n_params, const cg_run_limits *limits, cspm_op *op,
                     cg_run **out, cspm_error **err)
{
    *out = NULL;
    cg_run *r = NULL;
    int32_t rc = new_run(q, g, limits, op, false, &r, err);
    if (rc >= 0)
        rc = take_sources(r, limits, err);
    else if (limits)
        release_sources(limits->sources, limits->n_sources);
    if (rc >= 0)
        rc = open_run(r, params, n_params, err);
    if (rc < 0)
        cg_run_free(r);
    else
        *out = r;
    return rc;
}

/* A budget or the deadline ended the run: what was found stands, marked. */
static int32_t stopped(cg_run *r, int32_t rc, cspm_error **own, cspm_error **err)
{
    bool memory = rc == CSPM_E_LIMIT && !r->named_limit && r->rows > 0;
    r->done = true;
    if (rc == Q_STOP || rc == CSPM_E_TIMEOUT || memory) {
        r->truncated |= rc == CSPM_E_TIMEOUT ? CSPM_TRUNCATED_TIME : memory ? CSPM_TRUNCATED_MEMORY : 0;
        cspm_error_free(*own);
        return CSPM_DONE;
    }
    if (err && !*err)
        *err = *own;
    else
        cspm_error_free(*own);
    return rc;
}

int32_t cg_run_next(cg_run *r, const cg_value **row, cspm_error **err)
{
    const q_regular *root = r->q->root;
    cspm_error *own = NULL;
    *row = NULL;
    if (r->in_host)
        return cg_fail(r->mem, err, CSPM_E_INVALID, "a function of the host cannot read the rows it is called for");
    if (r->done)
        return CSPM_DONE;
    int32_t rc = q_next(r, r->root, &own);
    if (rc < 0)
        return stopped(r, rc, &own, err);
    if (rc == CSPM_DONE) {
        r->done = true;
        return CSPM_DONE;
    }
    if (r->rows == r->max_rows) {
        r->truncated |= CSPM_TRUNCATED_ROWS;
        r->done = true;
        return CSPM_DONE;
    }
    r->rows++;
    for (uint32_t i = 0; i < root->n_columns; i++)
        r->row[i] = r->frame[root->slots[i]];
    *row = r->row;
    return CSPM_OK;
}

uint32_t cg_run_truncated(const cg_run *r)
{
    return r->truncated;
}
uint64_t cg_run_work(const cg_run *r)
{
    return r->work;
}

void cg_run_free(cg_run *r)
{
    if (!r)
        return;
    cg_mem *mem = r->mem;
    q_close_all(r);
    q_regex_close(r);
    q_sets_close(r);
    cg_free(mem, r->hidden);
    release_sources(r->sources, r->n_sources);
    cg_arena_free(&r->arena);
    cg_query_unref(r->q);
    cg_graph_unref(r->g);
    cspm_op_unref(r->op);
    cg_free(mem, r);
    cg_mem_unref(mem);
}

/* ---- explain ---- */

static void explain_op(const cg_run *r, const q_op *op, uint32_t depth, cg_buf *out)
{
    for (; op; op = op->input) { /* a chain is one column, what feeds it stands below */
        for (uint32_t i = 0; i < depth; i++)
            cg_buf_adds(out, "  ");
        cg_buf_adds(out, op->cls->name);
        if (op->cls->describe) {
            cg_buf_char(out, ' ');
            op->cls->describe(r, op, out);
        }
        cg_buf_printf(out, "  (rows ~%.0f", op->rows < 1e15 ? op->rows : 1e15);
        if (!r->explain)
            cg_buf_printf(out, ", made %llu", (unsigned long long)op->produced);
        cg_buf_adds(out, ")\n");
        q_op *const *parts;
        uint32_t n = q_union_parts(op, &parts);
        for (uint32_t i = 0; i < n; i++)
            explain_op(r, parts[i], depth + 1, out);
        if (op->second)
            explain_op(r, op->second, depth + 1, out);
    }
}

static int32_t explain_run(const cg_run *r, cg_buf *out, cspm_error **err)
{
    explain_op(r, r->root, 0, out);
    for (uint32_t i = 0; i < r->q->n_subs; i++) {
        if (!r->subs[i])
            continue;
        cg_buf_printf(out, "Subquery %u\n", i + 1);
        explain_op(r, r->subs[i], 1, out);
    }
    return out->failed ? cg_nomem(r->mem, err) : CSPM_OK;
}

int32_t cg_query_explain(cg_query *q, cg_graph *g, cg_buf *out, cspm_error **err)
{
    cg_run *r = NULL;
    int32_t rc = new_run(q, g, NULL, NULL, true, &r, err);
    if (rc >= 0)
        rc = open_run(r, NULL, 0, err);
    if (rc >= 0)
        rc = explain_run(r, out, err);
    cg_run_free(r);
    return rc;
}

int32_t cg_query_profile(cg_query *q, cg_graph *g, const cg_param *params, uint32_t n_params, const cg_run_limits *limits, cspm_op *op,
                         cg_buf *out, cspm_error **err)
{
    cg_run *r = NULL;
    const cg_value *row;
    int32_t rc = cg_query_run(q, g, params, n_params, limits, op, &r, err);
    while (rc == CSPM_OK)
        rc = cg_run_next(r, &row, err);
    if (rc == CSPM_DONE) {
        cg_buf_printf(out, "%llu rows, %llu units of work%s\n", (unsigned long long)r->rows, (unsigned long long)r->work,
                      r->truncated ? ", cut short by a limit" : "");
        rc = explain_run(r, out, err);
    }
    cg_run_free(r);
    return rc;
}
