#include "query/host.h"

#include "base/json.h"
#include "query/exec.h"

struct cspm_call {
    q_eval *e;
    const q_expr *at;
    const cg_value *args;
    uint32_t n;
    cg_value result;
    cspm_error **err;
    int32_t status; /* of the first failure */
};

static int32_t fail(cg_call *call, const char *what, cg_str more)
{
    if (call->status >= 0)
        call->status =
            q_run_error(call->e->run, call->err, call->at, "runtime", "HostFunction", "%s%s%.*s", call->at->func->name, what, CG_FMT(more));
    return call->status;
}

static int32_t no_memory(cg_call *call)
{
    if (call->status >= 0)
        call->status = cg_nomem(call->e->run->mem, call->err);
    return call->status;
}

static int32_t call_host(q_eval *e, const q_expr *x, const cg_value *args, uint32_t n, cg_value *out, cspm_error **err)
{
    const q_host_func *f = (const q_host_func *)(const void *)x->func;
    cg_call call = { .e = e, .at = x, .args = args, .n = n, .result = cg_v_null(), .err = err };
    bool outer = e->run->in_host;
    e->run->in_host = true;
    int32_t rc = f->fn(f->user, &call);
    e->run->in_host = outer;
    *out = call.result;
    if (call.status >= 0 && (rc == CSPM_E_NOMEM || rc == CSPM_E_LIMIT))
        return no_memory(&call);
    if (call.status >= 0 && rc != CSPM_OK)
        return q_run_error(e->run, err, x, "runtime", "HostFunction", "%s failed with status %d", x->func->name, rc);
    return call.status;
}

/* ---- the callback's side ---- */

uint32_t cg_call_count(const cg_call *call)
{
    return call->n;
}

const cg_value *cg_call_arg(const cg_call *call, uint32_t i)
{
    return i < call->n ? &call->args[i] : NULL;
}

int32_t cg_call_return(cg_call *call, cg_value value)
{
    if (call->status >= 0)
        call->result = value;
    return call->status;
}

int32_t cg_call_return_text(cg_call *call, cg_str text)
{
    if (call->status < 0)
        return call->status;
    if (cg_utf8_check(text.data, text.length) != SIZE_MAX)
        return fail(call, " returned a text that is not UTF-8", CG_STR(""));
    if (!(text.data = cg_arena_strndup(call->e->arena, text.data, text.length)))
        return no_memory(call);
    call->result = cg_v_str(text);
    return CSPM_OK;
}

int32_t cg_call_return_json(cg_call *call, cg_str json)
{
    cg_tree *tree = NULL;
    cspm_error *local = NULL;
    cg_value value;
    if (call->status < 0)
        return call->status;
    int32_t rc = cg_tree_from_json(call->e->arena, json, cg_str_from(call->at->func->name), NULL, &tree, &local);
    cspm_error_free(local);
    if (rc == CSPM_E_PARSE)
        return fail(call, " returned a text that is not JSON", CG_STR(""));
    if (rc < 0 || cg_value_from_tree(call->e->arena, tree, &value) < 0 || !q_copy_value(call->e->arena, value, &call->result))
        return no_memory(call);
    return CSPM_OK;
}

int32_t cg_call_fail(cg_call *call, cg_str message)
{
    bool words = message.length && cg_utf8_check(message.data, message.length) == SIZE_MAX;
    return fail(call, words ? ": " : " failed", words ? message : CG_STR(""));
}

/* ---- the list of functions ---- */

/* A name as the language's own are: letters, digits and _, in parts joined by dots. */
static bool is_function_name(cg_str s)
{
    bool start = true;
    for (size_t i = 0; i < s.length; i++) {
        char c = s.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (c == '.' ? start : !letter && (start || c < '0' || c > '9'))
            return false;
        start = c == '.';
    }
    return s.length && s.length <= Q_MAX_FUNCTION_NAME && !start;
}

q_host_func *q_host_find(const cg_language *l, cg_str name)
{
    for (size_t i = 0; l && i < l->functions.count; i++) {
        if (cg_str_eq_nocase(name, cg_str_from(l->functions.data[i]->name)))
            return l->functions.data[i];
    }
    return NULL;
}

q_host_func *q_host_ref(q_host_func *f)
{
    __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
    return f;
}

void q_host_unref(q_host_func *f)
{
    if (!f || __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    cg_mem *mem = f->mem;
    if (f->release)
        f->release(f->user);
    cg_free(mem, f);
    cg_mem_unref(mem);
}

static int32_t refuse(cg_language *l, cg_str name, const char *why, cspm_error **err)
{
    return cg_fail(l->mem, err, CSPM_E_INVALID, "function \"%.*s\": %s", CG_FMT(name), why);
}

static int32_t check(cg_language *l, cg_str name, uint32_t min_args, uint32_t max_args, cg_host_fn fn, cspm_error **err)
{
    if (!is_function_name(name))
        return refuse(l, CG_STR(""), "a name is at most 64 letters, digits and _, in parts joined by dots", err);
    if (q_func_find(name))
        return refuse(l, name, "the language has a function of this name", err);
    if (q_host_find(l, name))
        return refuse(l, name, "it was added before", err);
    if (min_args > max_args || max_args > UINT8_MAX)
        return refuse(l, name, "it takes 0 to 255 arguments, the least not above the most", err);
    return fn ? CSPM_OK : refuse(l, name, "there is nothing to call", err);
}

int32_t cg_language_add_function(cg_language *l, cg_str name, uint32_t min_args, uint32_t max_args, bool nulls, bool changes, cg_host_fn fn,
                                 void *user, void (*release)(void *user), cspm_error **err)
{
    int32_t rc = check(l, name, min_args, max_args, fn, err);
    q_host_func *f = rc == CSPM_OK ? cg_calloc(l->mem, 1, sizeof *f + name.length + 1) : NULL;
    if (!f || !cg_vec_push(l->mem, &l->functions, f)) {
        cg_free(l->mem, f);
        if (release)
            release(user);
        return rc < 0 ? rc : cg_nomem(l->mem, err);
    }
    memcpy(f->name, name.data, name.length);
    f->func = (q_func){ .name = f->name, .min_args = (uint8_t)min_args, .max_args = (uint8_t)max_args, .result = QT_ANY, .fn = call_host };
    f->func.flags = (uint8_t)((nulls ? QF_NULLS : 0) | (changes ? QF_VOLATILE : 0));
    f->refs = 1;
    f->mem = cg_mem_ref(l->mem);
    f->fn = fn;
    f->user = user;
    f->release = release;
    return CSPM_OK;
}
