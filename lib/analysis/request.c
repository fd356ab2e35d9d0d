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
    for (int i = 0; i < CG_N_SETS; i++)
        cg_vec_free(mem, &r->sets[i]);
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

static int32_t add(cg_request *r, cg_request_set which, cg_str text, bool query, cspm_error **err)
{
    cg_selector s = { .query = query };
    if ((uint32_t)which >= CG_N_SETS)
        return cg_fail(r->mem, err, CSPM_E_INVALID, "no such set of nodes");
    if (!text.length)
        return cg_fail(r->mem, err, CSPM_E_INVALID, query ? "empty query" : "empty node id");
    int32_t rc = copy(r, text, &s.text, err);
    if (rc == CSPM_OK && !cg_vec_push(r->mem, &r->sets[which], s))
        rc = cg_nomem(r->mem, err);
    return rc;
}

int32_t cg_request_add_query(cg_request *r, cg_request_set which, cg_str query, cspm_error **err)
{
    return add(r, which, query, true, err);
}

int32_t cg_request_add_id(cg_request *r, cg_request_set which, cg_str id_or_label, cspm_error **err)
{
    return add(r, which, id_or_label, false, err);
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
