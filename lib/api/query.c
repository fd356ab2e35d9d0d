/* Queries and their parameters. */
#include "cspmgraph/query.h"

#include "api/api.h"
#include "api/query_rows.h"
#include "base/time.h"
#include "query/explorer.h"
#include "query/query.h"

struct cspm_params {
    cg_mem *mem;
    cg_arena arena;
    CG_VEC(cg_param) list;
    api_rows *rows; /* what tables beyond the graph are made of; NULL = none */
};

void cspm_run_options_init(cspm_run_options *options, uint32_t struct_size)
{
    if (!options || struct_size < sizeof(uint32_t))
        return;
    memset(options, 0, struct_size);
    options->struct_size = struct_size;
    if (struct_size >= offsetof(cspm_run_options, now_us) + sizeof options->now_us)
        options->now_us = INT64_MIN;
}

int32_t cspm_query_compile(cspm_context *context, const char *text, size_t length, uint32_t language, cspm_query **out, cspm_error **err)
{
    return cspm_query_compile_with(context, NULL, text, length, language, out, err);
}

int32_t cspm_query_compile_with(cspm_context *context, const cspm_language *host, const char *text, size_t length, uint32_t language,
                                cspm_query **out, cspm_error **err)
{
    if (!context || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    API_CHECK(context->mem, text, err, "the query text is NULL");
    return cg_query_compile_with(context->mem, host, api_str(text, length), language, CG_STR("query"), (cg_pos){ 0, 1, 1 }, out, err);
}

int32_t cspm_language_new(cspm_context *context, cspm_language **out, cspm_error **err)
{
    return context && out ? cg_language_new(context->mem, out, err) : CSPM_E_INVALID;
}

static bool is_name(cg_str s)
{
    return s.length > 0 && s.data && cg_utf8_check(s.data, s.length) == SIZE_MAX;
}

int32_t cspm_language_add_type(cspm_language *language, const char *set, size_t set_length, const char *kind, size_t kind_length,
                               cspm_error **err)
{
    if (!language)
        return CSPM_E_INVALID;
    cg_str name = api_str(set, set_length), member = api_str(kind, kind_length);
    API_CHECK(cg_language_mem(language), is_name(name) && is_name(member), err, "a type set and its kinds need UTF-8 names");
    return cg_language_add_type(language, name, member, err);
}

void cspm_language_search_regex(cspm_language *language, int32_t search)
{
    if (language)
        cg_language_search_regex(language, search != 0);
}

int32_t cspm_language_restrict_label(cspm_language *language, const char *label, size_t label_length, cspm_error **err)
{
    if (!language)
        return CSPM_E_INVALID;
    cg_str name = api_str(label, label_length);
    API_CHECK(cg_language_mem(language), is_name(name), err, "a label needs a UTF-8 name");
    return cg_language_restrict_label(language, name, err);
}

int32_t cspm_language_restrict_property(cspm_language *language, const char *key, size_t key_length, const char *value, size_t value_length,
                                        cspm_error **err)
{
    if (!language)
        return CSPM_E_INVALID;
    cg_str name = api_str(key, key_length), text = api_str(value, value_length);
    API_CHECK(cg_language_mem(language), is_name(name) && text.data && cg_utf8_check(text.data, text.length) == SIZE_MAX, err,
              "a restriction needs a UTF-8 key and value");
    return cg_language_restrict_property(language, name, text, err);
}

void cspm_language_free(cspm_language *language)
{
    cg_language_free(language);
}

static uint64_t either(uint64_t own, uint64_t context)
{
    return own ? own : context;
}

/* The caller's options over the context's limits. */
static int32_t run_limits(cg_mem *mem, const cspm_run_options *options, cspm_run_options *known, cg_run_limits *out, cspm_error **err)
{
    if (!api_sized(known, sizeof *known, options))
        return cg_fail(mem, err, CSPM_E_ABI, "cspm_run_options has fields this library does not know");
    const cspm_limits *context = cg_mem_limits(mem);
    *out = (cg_run_limits){
        .max_rows = either(known->max_rows, context->max_rows),
        .max_work = either(known->max_work, context->max_work),
        .max_memory = either(known->max_memory_bytes, context->max_query_bytes),
        .max_path_length = context->max_path_length > UINT32_MAX ? UINT32_MAX : (uint32_t)context->max_path_length,
        .now = !options || known->now_us == INT64_MIN ? cg_now().microseconds : known->now_us,
    };
    return CSPM_OK;
}

/* Tables that need an analysis get their source from the rules the caller gave. */
static int32_t add_sources(cspm_query *query, cspm_graph *graph, const cspm_params *params, cg_run_limits *limits, cg_table_source *source,
                           cspm_error **err)
{
    if (!cg_query_needs_sources(query))
        return CSPM_OK;
    if (!params || !params->rows) {
        cg_mem *mem = cg_graph_mem(graph);
        cspm_error *local = NULL, **to = err ? err : &local;
        int32_t rc = cg_fail(mem, to, CSPM_E_QUERY, "the table securityresources needs rules to analyse the graph by, and the caller gave none");
        if (*to)
            cg_error_set_class(*to, "parameter", "MissingRules");
        cspm_error_free(local);
        return rc;
    }
    int32_t rc = api_rows_sources(params->rows, graph, limits->now, source, err);
    limits->sources = rc == CSPM_OK ? source : NULL;
    limits->n_sources = rc == CSPM_OK;
    return rc;
}

int32_t cspm_query_run(cspm_query *query, cspm_graph *graph, const cspm_params *params, const cspm_run_options *options, cspm_op *op,
                       cspm_cursor **out, cspm_error **err)
{
    cspm_run_options known;
    cg_run_limits limits;
    cg_table_source source;
    cg_run *run = NULL;
    if (!query || !graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = run_limits(cg_graph_mem(graph), options, &known, &limits, err);
    if (rc == CSPM_OK)
        rc = add_sources(query, graph, params, &limits, &source, err);
    if (rc == CSPM_OK)
        rc = cg_query_run(query, graph, params ? params->list.data : NULL, params ? (uint32_t)params->list.count : 0, &limits, op, &run,
                          err);
    return rc == CSPM_OK ? cg_run_cursor(run, known.batch_rows, known.slice_ms, out, err) : rc;
}

int32_t cspm_query_profile(cspm_query *query, cspm_graph *graph, const cspm_params *params, const cspm_run_options *options, cspm_op *op,
                           cspm_buffer **out, cspm_error **err)
{
    cspm_run_options known;
    cg_run_limits limits;
    cg_table_source source;
    cg_buf b;
    if (!query || !graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    int32_t rc = run_limits(cg_graph_mem(graph), options, &known, &limits, err);
    if (rc == CSPM_OK)
        rc = add_sources(query, graph, params, &limits, &source, err);
    if (rc != CSPM_OK)
        return rc;
    cg_buf_init(&b, cg_graph_mem(graph), 0);
    rc = cg_query_profile(query, graph, params ? params->list.data : NULL, params ? (uint32_t)params->list.count : 0, &limits, op, &b, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}

int32_t cspm_query_explain(cspm_query *query, cspm_graph *graph, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    if (!query || !graph || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cg_buf_init(&b, cg_graph_mem(graph), 0);
    int32_t rc = cg_query_explain(query, graph, &b, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}

int32_t cspm_query_reads(const cspm_query *query, const char *key, size_t length)
{
    if (!query || !key)
        return 0;
    const cg_query_reads *reads = cg_query_get_reads(query);
    for (uint32_t i = 0; i < reads->n_keys; i++)
        if (cg_str_eq(reads->keys[i], api_str(key, length)))
            return 1;
    return 0;
}

cspm_query *cspm_query_ref(cspm_query *query)
{
    return query ? cg_query_ref(query) : NULL;
}

void cspm_query_unref(cspm_query *query)
{
    if (query)
        cg_query_unref(query);
}

int32_t cspm_params_new(cspm_context *context, cspm_params **out, cspm_error **err)
{
    if (!context || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    cspm_params *params = cg_calloc(context->mem, 1, sizeof *params);
    if (!params)
        return cg_nomem(context->mem, err);
    params->mem = cg_mem_ref(context->mem);
    cg_arena_init(&params->arena, params->mem);
    *out = params;
    return CSPM_OK;
}

/* Setting a name again replaces its value. */
static int32_t set(cspm_params *params, const char *name, size_t name_length, cg_value value, cspm_error **err)
{
    cg_str key = api_str(name, name_length);
    API_CHECK(params->mem, key.length > 0 && cg_utf8_check(key.data, key.length) == SIZE_MAX, err, "a parameter needs a UTF-8 name");
    for (size_t i = 0; i < params->list.count; i++) {
        if (cg_str_eq(params->list.data[i].name, key)) {
            params->list.data[i].value = value;
            return CSPM_OK;
        }
    }
    char *copy = cg_arena_strndup(&params->arena, key.data, key.length);
    cg_param item = { .name = { copy, key.length }, .value = value };
    return copy && cg_vec_push(params->mem, &params->list, item) ? CSPM_OK : cg_nomem(params->mem, err);
}

int32_t cspm_params_set_int(cspm_params *params, const char *name, size_t name_length, int64_t value, cspm_error **err)
{
    return params ? set(params, name, name_length, cg_v_int(value), err) : CSPM_E_INVALID;
}

int32_t cspm_params_set_double(cspm_params *params, const char *name, size_t name_length, double value, cspm_error **err)
{
    return params ? set(params, name, name_length, cg_v_float(value), err) : CSPM_E_INVALID;
}

int32_t cspm_params_set_bool(cspm_params *params, const char *name, size_t name_length, int32_t value, cspm_error **err)
{
    return params ? set(params, name, name_length, cg_v_bool(value != 0), err) : CSPM_E_INVALID;
}

int32_t cspm_params_set_string(cspm_params *params, const char *name, size_t name_length, const char *value, size_t value_length,
                               cspm_error **err)
{
    if (!params)
        return CSPM_E_INVALID;
    cg_str text = api_str(value, value_length);
    API_CHECK(params->mem, text.data && text.length <= UINT32_MAX && cg_utf8_check(text.data, text.length) == SIZE_MAX, err,
              "a string parameter must be UTF-8 of at most 4 GiB");
    char *copy = cg_arena_strndup(&params->arena, text.data, text.length);
    return copy ? set(params, name, name_length, cg_v_str((cg_str){ copy, text.length }), err) : cg_nomem(params->mem, err);
}

int32_t cspm_params_set_json(cspm_params *params, const char *name, size_t name_length, const char *json, size_t json_length,
                             cspm_error **err)
{
    cg_tree *tree;
    cg_value value;
    if (!params)
        return CSPM_E_INVALID;
    API_CHECK(params->mem, json, err, "json is NULL");
    int32_t rc = cg_tree_from_json(&params->arena, api_str(json, json_length), api_str(name, name_length), NULL, &tree, err);
    if (rc != CSPM_OK)
        return rc;
    rc = cg_value_from_tree(&params->arena, tree, &value);
    return rc == CSPM_OK ? set(params, name, name_length, value, err) : cg_nomem(params->mem, err);
}

void cspm_params_free(cspm_params *params)
{
    if (!params)
        return;
    cg_mem *mem = params->mem;
    cg_vec_free(mem, &params->list);
    cg_arena_free(&params->arena);
    api_rows_unref(params->rows);
    cg_free(mem, params);
    cg_mem_unref(mem);
}

int32_t cspm_params_set_rules(cspm_params *params, cspm_ruleset *rules, cspm_error **err)
{
    api_rows *rows = NULL;
    if (!params)
        return CSPM_E_INVALID;
    if (rules && !(rows = api_rows_new(params->mem, rules)))
        return cg_nomem(params->mem, err);
    api_rows_unref(params->rows);
    params->rows = rows;
    return CSPM_OK;
}

uint32_t cspm_query_warning_count(const cspm_query *query)
{
    return query ? cg_query_n_warnings(query) : 0;
}

const char *cspm_query_warning(const cspm_query *query, uint32_t i, size_t *length)
{
    cg_str text = query ? cg_query_warning(query, i) : CG_STR_NULL;
    if (length)
        *length = text.length;
    return text.data;
}

int32_t cspm_explorer_query(cspm_context *context, const char *link, size_t length, cspm_buffer **out, cspm_error **err)
{
    cg_buf b;
    if (!context || !out)
        return CSPM_E_INVALID;
    *out = NULL;
    API_CHECK(context->mem, link, err, "the link is NULL");
    cg_buf_init(&b, context->mem, 0);
    int32_t rc = cg_explorer_to_query(context->mem, api_str(link, length), &b, err);
    if (rc == CSPM_OK)
        return cg_buffer_from_buf(&b, out, err);
    cg_buf_free(&b);
    return rc;
}
