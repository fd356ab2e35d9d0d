/* Everything about a run that is not a scalar: entries, targets, way points, excluded kinds, the weight. */
#include "analysis/run.h"

int32_t cg_request_new(cg_mem *mem, cg_request **out, cspm_error **err)
{
    *out = NULL;
    cg_request *r = cg_calloc(mem, 1, sizeof *r);
    if (!r)
        return cg_nomem(mem, err);
    r->mem = cg_mem_ref(mem);
    r->refs = 1;
    cg_arena_init(&r->arena, mem);
    r->weight = CG_STR("likelihood");
    r->options.now = INT64_MIN;
    *out = r;
    return CSPM_OK;
}

cg_request *cg_request_ref(cg_request *r)
{
    __atomic_add_fetch(&r->refs, 1, __ATOMIC_RELAXED);
    return r;
}

void cg_request_unref(cg_request *r)
{
    if (!r || __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL))
        return;
    cg_mem *mem = r->mem;
    for (int i = 0; i < CG_N_SETS; i++) {
        for (size_t k = 0; k < r->sets[i].count; k++)
            if (r->sets[i].data[k].query)
                cg_query_unref(r->sets[i].data[k].query);
        cg_vec_free(mem, &r->sets[i]);
    }
    cg_vec_free(mem, &r->excluded);
    cg_arena_free(&r->arena);
    cg_free(mem, r);
    cg_mem_unref(mem);
}

static int32_t copy(cg_request *r, cg_str text, cg_str *out, cspm_error **err)
{
    char *bytes = cg_arena_strndup(&r->arena, text.data ? text.data : "", text.length);
    if (!bytes)
        return cg_nomem(r->mem, err);
    *out = (cg_str){ bytes, text.length };
    return CSPM_OK;
}

static int32_t add(cg_request *r, cg_request_set which, cg_selector s, cspm_error **err)
{
    return cg_vec_push(r->mem, &r->sets[which], s) ? CSPM_OK : cg_nomem(r->mem, err);
}

static int32_t check(cg_request *r, cg_request_set which, cg_str text, const char *empty, cspm_error **err)
{
    if ((uint32_t)which >= CG_N_SETS)
        return cg_fail(r->mem, err, CSPM_E_INVALID, "no such set of nodes");
    return text.length ? CSPM_OK : cg_fail(r->mem, err, CSPM_E_INVALID, "%s", empty);
}

/* Compiled at once: a mistake in it is told before any input is read. */
int32_t cg_request_add_query(cg_request *r, cg_request_set which, cg_str query, cspm_error **err)
{
    cg_selector s = { 0 };
    int32_t rc = check(r, which, query, "empty query", err);
    if (rc == CSPM_OK)
        rc = cg_query_compile(r->mem, query, CG_LANG_GRAPH, CG_STR("query"), (cg_pos){ 0 }, &s.query, err);
    if (rc == CSPM_OK && cg_query_n_columns(s.query) != 1)
        rc = cg_fail(r->mem, err, CSPM_E_QUERY, "the query for the %s must return one column of nodes, and this one returns %u columns",
                     cg_set_name(which), cg_query_n_columns(s.query));
    if (rc == CSPM_OK)
        rc = add(r, which, s, err);
    if (rc != CSPM_OK && s.query)
        cg_query_unref(s.query);
    return rc;
}

int32_t cg_request_add_id(cg_request *r, cg_request_set which, cg_str id_or_label, cspm_error **err)
{
    cg_selector s = { 0 };
    int32_t rc = check(r, which, id_or_label, "empty node id", err);
    if (rc == CSPM_OK)
        rc = copy(r, id_or_label, &s.text, err);
    return rc == CSPM_OK ? add(r, which, s, err) : rc;
}

int32_t cg_request_exclude_kind(cg_request *r, cg_str kind, cspm_error **err)
{
    cg_str name;
    int32_t rc = copy(r, kind, &name, err);
    if (rc == CSPM_OK && !cg_vec_push(r->mem, &r->excluded, name))
        rc = cg_nomem(r->mem, err);
    return rc;
}

int32_t cg_request_set_weight(cg_request *r, cg_str weight, cspm_error **err)
{
    return copy(r, weight, &r->weight, err);
}

void cg_request_set_options(cg_request *r, const cg_request_options *o)
{
    r->options = *o;
}

const cg_request_options *cg_request_get_options(const cg_request *r)
{
    return &r->options;
}
