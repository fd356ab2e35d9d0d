/* A file of requests, each with its own policies, to one line of JSON each. */
#include "access/access.h"

typedef struct vector_file {
    cg_arena arena; /* of the request at hand */
    cg_str source;
    cg_decision decision;
    cspm_error **err;
} vector_file;

static int32_t bad(vector_file *f, const cg_tree *at, const char *what)
{
    return cg_fail_at(f->arena.mem, f->err, CSPM_E_PARSE, f->source, at->pos, "%s", what);
}

static int32_t nomem(vector_file *f)
{
    return cg_nomem(f->arena.mem, f->err);
}

static int32_t text_get(vector_file *f, const cg_tree *item, const char *name, bool needed, cg_str *out)
{
    const cg_tree *t = cg_tree_get(item, name);
    *out = cg_tree_string(t);
    if (out->length || (!needed && (!t || t->type == CG_TREE_NULL || out->data)))
        return CSPM_OK;
    return cg_fail_at(f->arena.mem, f->err, CSPM_E_PARSE, f->source, t ? t->pos : item->pos, "a request needs \"%s\", a text", name);
}

/* One document or a list of them. */
static int32_t policies_get(vector_file *f, const cg_tree *t, cg_policy_kind kind, cg_policy_list *out)
{
    *out = (cg_policy_list){ 0 };
    if (!t || t->type == CG_TREE_NULL)
        return CSPM_OK;
    uint32_t n = t->type == CG_TREE_LIST ? t->list.count : 1;
    cg_policy **items = cg_arena_calloc(&f->arena, n ? n : 1, sizeof *items);
    if (!items)
        return nomem(f);
    for (uint32_t i = 0; i < n; i++) {
        const cg_tree *one = t->type == CG_TREE_LIST ? t->list.items[i] : t;
        int32_t rc = cg_policy_compile(&f->arena, one, kind, f->source, &items[i], f->err);
        if (rc != CSPM_OK)
            return rc;
    }
    *out = (cg_policy_list){ (const cg_policy *const *)items, n };
    return CSPM_OK;
}

/* [{"level": …, "policies": […]}, …] */
static int32_t levels_get(vector_file *f, const cg_tree *t, cg_policy_kind kind, const cg_policy_list **out, uint32_t *count)
{
    *out = NULL;
    *count = 0;
    if (!t || t->type == CG_TREE_NULL)
        return CSPM_OK;
    if (t->type != CG_TREE_LIST)
        return bad(f, t, "control policies are a list of levels");
    cg_policy_list *levels = cg_arena_calloc(&f->arena, t->list.count ? t->list.count : 1, sizeof *levels);
    if (!levels)
        return nomem(f);
    for (uint32_t i = 0; i < t->list.count; i++) {
        const cg_tree *level = t->list.items[i];
        if (level->type != CG_TREE_MAP)
            return bad(f, level, "a level is an object with \"policies\"");
        int32_t rc = policies_get(f, cg_tree_get(level, "policies"), kind, &levels[i]);
        if (rc != CSPM_OK)
            return rc;
    }
    *out = levels;
    *count = t->list.count;
    return CSPM_OK;
}

static int32_t key_get(vector_file *f, const cg_tree *t, cg_access_key *out)
{
    uint32_t n = t->type == CG_TREE_LIST ? t->list.count : t->type == CG_TREE_NULL ? 0 : 1;
    cg_str *values = cg_arena_calloc(&f->arena, n ? n : 1, sizeof *values);
    if (!values)
        return nomem(f);
    for (uint32_t i = 0; i < n; i++) {
        const cg_tree *v = t->type == CG_TREE_LIST ? t->list.items[i] : t;
        if (v->type == CG_TREE_BOOL)
            values[i] = v->boolean ? CG_STR("true") : CG_STR("false");
        else if (v->type == CG_TREE_STRING || v->type == CG_TREE_INT || v->type == CG_TREE_FLOAT)
            values[i] = v->raw;
        else
            return bad(f, v, "a condition key holds a text, a number, a boolean, or a list of them");
    }
    out->values = values;
    out->n_values = n;
    return CSPM_OK;
}

static int32_t context_get(vector_file *f, const cg_tree *t, cg_access_request *r)
{
    if (!t || t->type == CG_TREE_NULL)
        return CSPM_OK;
    if (t->type != CG_TREE_MAP)
        return bad(f, t, "the context is an object");
    cg_access_key *keys = cg_arena_calloc(&f->arena, t->map.count ? t->map.count : 1, sizeof *keys);
    if (!keys)
        return nomem(f);
    for (uint32_t i = 0; i < t->map.count; i++) {
        keys[i].name = t->map.keys[i];
        int32_t rc = key_get(f, t->map.values[i], &keys[i]);
        if (rc != CSPM_OK)
            return rc;
    }
    r->keys = keys;
    r->n_keys = t->map.count;
    return CSPM_OK;
}

static int32_t request_get(vector_file *f, const cg_tree *item, cg_access_request *r)
{
    *r = (cg_access_request){ 0 };
    int32_t rc = text_get(f, item, "principal", true, &r->principal);
    if (rc == CSPM_OK)
        rc = text_get(f, item, "principal_id", false, &r->principal_id);
    if (rc == CSPM_OK)
        rc = text_get(f, item, "action", true, &r->action);
    if (rc == CSPM_OK)
        rc = text_get(f, item, "resource", true, &r->resource);
    if (rc == CSPM_OK)
        rc = text_get(f, item, "resource_account", false, &r->resource_account);
    if (rc == CSPM_OK)
        rc = context_get(f, cg_tree_get(item, "context"), r);
    return rc;
}

static int32_t item_policies(vector_file *f, const cg_tree *item, cg_access_policies *p)
{
    *p = (cg_access_policies){ 0 };
    int32_t rc = policies_get(f, cg_tree_get(item, "identity_policies"), CG_POLICY_IDENTITY, &p->identity);
    if (rc == CSPM_OK)
        rc = policies_get(f, cg_tree_get(item, "permission_boundaries"), CG_POLICY_IDENTITY, &p->boundaries);
    if (rc == CSPM_OK)
        rc = policies_get(f, cg_tree_get(item, "session_policy"), CG_POLICY_IDENTITY, &p->session);
    if (rc == CSPM_OK)
        rc = policies_get(f, cg_tree_get(item, "resource_policy"), CG_POLICY_RESOURCE, &p->resource);
    if (rc == CSPM_OK)
        rc = levels_get(f, cg_tree_get(item, "scps"), CG_POLICY_IDENTITY, &p->scps, &p->n_scps);
    if (rc == CSPM_OK)
        rc = levels_get(f, cg_tree_get(item, "rcps"), CG_POLICY_RESOURCE, &p->rcps, &p->n_rcps);
    return rc;
}

static int32_t item_evaluate(vector_file *f, const cg_tree *item, cg_buf *out)
{
    cg_access_request request;
    cg_access_policies policies;
    cg_str id;
    if (item->type != CG_TREE_MAP)
        return bad(f, item, "a request is an object");
    cg_arena_reset(&f->arena);
    int32_t rc = text_get(f, item, "id", true, &id);
    if (rc == CSPM_OK)
        rc = request_get(f, item, &request);
    if (rc == CSPM_OK)
        rc = item_policies(f, item, &policies);
    if (rc != CSPM_OK)
        return rc;
    cspm_error *problem = NULL;
    rc = cg_aws_decide(&request, &policies, &f->decision, &problem);
    if (rc == CSPM_E_INVALID) {
        rc = bad(f, item, cspm_error_message(problem, NULL));
        cspm_error_free(problem);
        return rc;
    }
    if (rc != CSPM_OK) {
        cspm_error_free(problem);
        return nomem(f);
    }
    cg_buf_adds(out, "{\"id\":");
    cg_json_write_string(out, id);
    cg_buf_printf(out, ",\"result\":\"%s\"}\n", cg_access_result_name(f->decision.result));
    return out->failed ? nomem(f) : CSPM_OK;
}

int32_t cg_access_vectors(cg_mem *mem, cg_str json, cg_str source, cspm_op *op, cg_buf *out, cspm_error **err)
{
    vector_file f = { .source = source, .err = err };
    const cspm_limits *set = cg_mem_limits(mem);
    cg_json_limits limits = { .max_depth = 64, .max_string_bytes = set->max_string_bytes, .max_input_bytes = set->max_input_bytes };
    cg_arena document;
    cg_tree *tree;
    cg_arena_init(&document, mem);
    cg_arena_init(&f.arena, mem);
    cg_decision_init(&f.decision, mem);
    int32_t rc = cg_tree_from_json(&document, json, source, &limits, &tree, err);
    if (rc == CSPM_OK && tree->type != CG_TREE_LIST && tree->type != CG_TREE_MAP)
        rc = bad(&f, tree, "a list of requests is needed");
    uint32_t n = rc != CSPM_OK ? 0 : tree->type == CG_TREE_LIST ? tree->list.count : 1;
    for (uint32_t i = 0; i < n && rc == CSPM_OK; i++) {
        rc = (i & 63) == 0 ? cg_op_check(op, mem, err) : CSPM_OK;
        if (rc == CSPM_OK)
            rc = item_evaluate(&f, tree->type == CG_TREE_LIST ? tree->list.items[i] : tree, out);
    }
    cg_decision_free(&f.decision);
    cg_arena_free(&f.arena);
    cg_arena_free(&document);
    return rc;
}
