/* Text to a compiled query: lex, parse, bind. Immutable afterwards. */
#include "query/compile.h"
#include "query/host.h"
#include "query/pipe.h"

static void destroy(cg_query *q)
{
    cg_mem *mem = q->mem;
    cg_vec_free(mem, &q->names);
    cg_vec_free(mem, &q->params);
    cg_vec_free(mem, &q->params_at);
    for (size_t i = 0; i < q->hosts.count; i++)
        q_host_unref(q->hosts.data[i]);
    cg_vec_free(mem, &q->hosts);
    cg_vec_free(mem, &q->levels);
    cg_vec_free(mem, &q->used);
    cg_vec_free(mem, &q->subs);
    cg_arena_free(&q->arena);
    cg_free(mem, q);
    cg_mem_unref(mem);
}

static int32_t set_up(q_context *c, cg_str text, cg_str source, cg_pos base)
{
    cg_query *q = c->q;
    q->base = base;
    q->text = CG_STR("");
    q->source = source.length ? q_copy(c, source) : CG_STR("query");
    if (text.length > Q_MAX_TEXT)
        return q_fail_limit(c, 0, "query bytes", Q_MAX_TEXT);
    q->text = q_copy(c, text);
    return c->status;
}

static int32_t compile(q_context *c)
{
    q_tokens tokens = { 0 };
    int32_t rc = q_lex(c, &tokens);
    if (rc >= 0 && tokens.count == 1)
        rc = q_fail(c, 0, "syntax", "UnexpectedSyntax", "the query is empty");
    if (rc >= 0)
        rc = q_parse(c, &tokens, &c->q->root);
    if (rc >= 0)
        rc = q_bind(c);
    if (rc >= 0)
        rc = q_find_reads(c);
    cg_vec_free(c->q->mem, &tokens);
    return rc;
}

static void take_host(q_context *c, const cg_language *host)
{
    c->host = host;
    c->q->regex_search = host->regex_search;
    c->q->sight = host->sight;
    if (host->sight != Q_SEE_ALL) {
        c->q->sight_name = q_copy(c, host->sight_name);
        c->q->sight_value = q_copy(c, host->sight_value);
    }
}

/* Tables read everything; of properties the names the text has. */
static int32_t pipe_reads(q_context *c)
{
    cg_query_reads *reads = &c->q->reads;
    cg_str *keys = q_alloc(c, c->q->names.count, sizeof *keys);
    if (!keys)
        return c->status;
    for (size_t i = 0; i < c->q->names.count; i++)
        keys[i] = c->q->names.data[i].text;
    reads->keys = keys;
    reads->n_keys = (uint32_t)c->q->names.count;
    reads->any_kind = reads->any_label = true;
    return CSPM_OK;
}

static int32_t compile_pipe(q_context *c)
{
    q_tokens tokens = { 0 };
    int32_t rc = qp_pipe_lex(c, &tokens);
    if (rc >= 0 && tokens.count == 1)
        rc = q_fail(c, 0, "syntax", "UnexpectedSyntax", "the query is empty");
    if (rc >= 0)
        rc = qp_pipe_parse(c, &tokens, &c->q->pipe);
    cg_vec_free(c->q->mem, &tokens);
    return rc < 0 ? rc : pipe_reads(c);
}

int32_t cg_query_compile(cg_mem *mem, cg_str text, uint32_t language, cg_str source, cg_pos base, cg_query **out, cspm_error **err)
{
    return cg_query_compile_with(mem, NULL, text, language, source, base, out, err);
}

int32_t cg_query_compile_with(cg_mem *mem, const cg_language *host, cg_str text, uint32_t language, cg_str source, cg_pos base,
                              cg_query **out, cspm_error **err)
{
    *out = NULL;
    cg_query *q = cg_calloc(mem, 1, sizeof *q);
    if (!q)
        return cg_nomem(mem, err);
    q->mem = cg_mem_ref(mem);
    q->refs = 1;
    cg_arena_init(&q->arena, mem);
    q_context c = { .q = q, .err = err };
    if (host)
        take_host(&c, host);
    int32_t rc = c.status < 0 ? c.status : set_up(&c, text, source, base);
    if (rc >= 0 && language != CG_LANG_GRAPH && q->sight != Q_SEE_ALL)
        rc = q_fail(&c, 0, "unsupported-feature", "RestrictedPipeForm", "the pipe form cannot be restricted to some nodes");
    if (rc >= 0 && language > CG_LANG_PIPE)
        rc = cg_fail(mem, err, CSPM_E_UNSUPPORTED, "there is no query language number %u", language);
    if (rc >= 0)
        rc = language == CG_LANG_PIPE ? compile_pipe(&c) : compile(&c);
    if (rc < 0)
        destroy(q);
    else
        *out = q;
    return rc;
}

cg_query *cg_query_ref(cg_query *q)
{
    if (q)
        __atomic_add_fetch(&q->refs, 1, __ATOMIC_RELAXED);
    return q;
}

void cg_query_unref(cg_query *q)
{
    if (q && __atomic_sub_fetch(&q->refs, 1, __ATOMIC_ACQ_REL) == 0)
        destroy(q);
}

uint32_t cg_query_n_columns(const cg_query *q)
{
    return q->root->n_columns;
}
cg_str cg_query_column(const cg_query *q, uint32_t i)
{
    return i < q->root->n_columns ? q->root->columns[i] : CG_STR_NULL;
}
const cg_query_reads *cg_query_get_reads(const cg_query *q)
{
    return &q->reads;
}
bool cg_query_needs_sources(const cg_query *q)
{
    return q->pipe && q->pipe->needs_sources;
}
uint32_t cg_query_n_warnings(const cg_query *q)
{
    return q->pipe ? q->pipe->n_warnings : 0;
}
cg_str cg_query_warning(const cg_query *q, uint32_t i)
{
    return i < cg_query_n_warnings(q) ? q->pipe->warnings[i] : CG_STR_NULL;
}
